/* layer.c - cut a map, name the axes of the cut. */
#include "layer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const layer_words[] = {"hk0", "h0l", "0kl", NULL};

static int64_t nearest_to_zero(const dt_grid_axis *axis) {
    int64_t best = 0;
    for (int64_t i = 1; i < axis->n; i++) {
        if (fabs(dt_axis_miller(axis, i)) < fabs(dt_axis_miller(axis, best))) {
            best = i;
        }
    }
    return best;
}

struct layer_cut layer_cut(int layer, const dt_grid_axis axes[3]) {
    static const struct layer_cut cuts[] = {
        [LAYER_HK0] = {2, {0, 1}, 0}, [LAYER_H0L] = {1, {0, 2}, 0}, [LAYER_0KL] = {0, {1, 2}, 0}};
    struct layer_cut cut = cuts[layer];
    cut.at = nearest_to_zero(&axes[cut.normal]);
    return cut;
}

dt_array layer_of(const struct layer_cut *cut, const dt_array *map) {
    dt_array layer = *map;
    layer.ndim = 2;
    layer.data = (char *)map->data +
                 cut->at * map->strides[cut->normal] * (int64_t)dt_dtype_size(map->dtype);
    for (int d = 0; d < 2; d++) {
        layer.shape[d] = map->shape[cut->span[d]];
        layer.strides[d] = map->strides[cut->span[d]];
    }
    return layer;
}

dt_status layer_describe(const struct layer_cut *cut, const dt_cell *cell,
                         const dt_grid_axis axes[3], const char *structure, const char *group,
                         const char *what, char title[256], dt_picture_options *options,
                         dt_error *error) {
    static const char *const names[] = {"h", "k", "l"};
    const char *file = strrchr(structure, '/');
    snprintf(title, 256, "%s%s%s, %s = %g: %s", file == NULL ? structure : file + 1,
             group == NULL ? "" : "  ", group == NULL ? "" : group, names[cut->normal],
             dt_axis_miller(&axes[cut->normal], cut->at), what);
    options->title = title;
    options->length_unit = "\xc3\x85^{-1}";
    double reciprocal[2][3]; /* q per unit of h, k or l */
    for (int d = 0; d < 2; d++) {
        const dt_grid_axis *axis = &axes[cut->span[d]];
        double unit[3] = {0};
        unit[cut->span[d]] = 1;
        dt_scattering_vector(cell, unit, reciprocal[d]);
        options->axis[d].title = names[cut->span[d]];
        options->axis[d].first = dt_axis_miller(axis, 0);
        options->axis[d].step = axis->step != 0.0 ? axis->step : 1.0 / (double)axis->samples;
    }
    return dt_picture_plane_basis(reciprocal[0], reciprocal[1], options->axis[0].basis,
                                  options->axis[1].basis, error);
}
