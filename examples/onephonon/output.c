/* output.c - the map, in the format its name asks for, and a layer of it as .png. */
#include "run.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int code_of(const struct run *r) {
    return r->error.status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
}

/* Can a file be written under this name? It is begun and given up. */
static bool is_writable(struct run *r, const char *path) {
    dt_npz_writer *trial = NULL;
    bool writable = path == NULL || dt_npz_create(&trial, path, &r->error) == DT_OK;
    dt_npz_abort(trial);
    return writable;
}

/* What was read is hashed before the computation: it may be gone, or another, afterwards. */
static dt_status describe(struct run *r) {
    const struct settings *s = r->settings;
    const char *const inputs[] = {s->structure, s->cotangent, s->config};
    char *options = NULL;
    dt_status status = dt_options_write_json(s->options, &options, &r->error);
    if (status == DT_OK) {
        status = dt_provenance_json(&(dt_provenance){.program = "onephonon",
                                                     .options = options,
                                                     .inputs = inputs,
                                                     .n_inputs = 3,
                                                     .threads = dt_get_threads()},
                                    &r->provenance, &r->error);
    }
    free(options);
    return status;
}

int output_open(struct run *r, dt_hkl_writer **ret_writer) {
    const struct settings *s = r->settings;
    if ((s->output != NULL || s->profile != NULL) && describe(r) != DT_OK) {
        return exit_code_of(r->error.status);
    }
    if (is_writable(r, s->picture) && is_writable(r, s->profile) &&
        (s->output == NULL || dt_hkl_map_create(ret_writer, s->output, &r->error) == DT_OK)) {
        return 0;
    }
    return code_of(r);
}

/* -- the map ----------------------------------------------------------------------------------- */

/* The provenance with what only this program knows; NULL without memory. Release with free. A run
 * that is to be reproduced (SOURCE_DATE_EPOCH) does not say how long it took. */
static char *make_meta(const struct run *r) {
    cJSON *meta = cJSON_Parse(r->provenance);
    char *text = NULL;
    double seconds = 0;
    for (int stage = 0; stage < STAGE_WRITE; stage++) {
        seconds += r->seconds[stage];
    }
    if (meta != NULL && cJSON_AddStringToObject(meta, "structure", r->settings->structure) &&
        cJSON_AddNumberToObject(meta, "structure_bytes", (double)r->input_bytes) &&
        cJSON_AddStringToObject(meta, "space_group", r->structure->space_group) &&
        cJSON_AddStringToObject(meta, "units", "e^2 per unit cell, springs in kT/A^2, kT = 1") &&
        (cJSON_GetObjectItem(meta, "date") != NULL ||
         cJSON_AddNumberToObject(meta, "seconds", seconds))) {
        text = cJSON_PrintUnformatted(meta);
    }
    cJSON_Delete(meta);
    return text;
}

/* The Miller indices along the axes. */
static dt_status make_axes(struct run *r, dt_array ret_axis[3]) {
    dt_grid_axis axes[3];
    settings_axes(r->settings, axes, NULL);
    for (int d = 0; d < 3; d++) {
        if (dt_array_new(&ret_axis[d], DT_F64, 1, &axes[d].n, &r->error) != DT_OK) {
            return r->error.status;
        }
        for (int64_t i = 0; i < axes[d].n; i++) {
            ((double *)ret_axis[d].data)[i] = dt_axis_miller(&axes[d], i);
        }
    }
    return DT_OK;
}

/* Gradients, and U where the model has computed it. Returns how many. */
static int64_t list_extra(const struct run *r, dt_named_array extra[5]) {
    int64_t n = 0;
    if (r->cotangent.data != NULL) {
        extra[n++] = (dt_named_array){"grad_gamma_intra", dt_array_of(dt_gradient(r->gamma_intra))};
        extra[n++] = (dt_named_array){"grad_gamma_inter", dt_array_of(dt_gradient(r->gamma_inter))};
        if (r->settings->adp == ADP_DATA) {
            extra[n++] = (dt_named_array){"grad_u_iso", dt_array_of(dt_gradient(r->u_iso))};
        }
        extra[n++] = (dt_named_array){"grad_xyz", dt_array_of(dt_gradient(r->xyz))};
    }
    if (r->settings->adp == ADP_MODEL) {
        extra[n++] = (dt_named_array){"u_iso", dt_array_of(r->u_iso)};
    }
    return n;
}

int output_write(struct run *r, dt_hkl_writer *writer) {
    if (writer == NULL) {
        return 0;
    }
    dt_named_array extra[5];
    dt_hkl_map map = {.intensity = dt_array_of(r->intensity),
                      .space_group = r->structure->space_group,
                      .title = "onephonon: one-phonon diffuse intensity",
                      .units = "e^2 per unit cell",
                      .extra = extra,
                      .n_extra = list_extra(r, extra)};
    char *meta = make_meta(r);
    map.provenance = meta;
    map.valid = dt_array_wrap(DT_BOOL, 3, map.intensity.shape, dt_one_phonon_valid(r->model));
    memcpy(map.cell, r->crystal->cell.parameters, sizeof map.cell);
    if (meta == NULL) {
        dt_error_set(&r->error, DT_ERR_MEMORY, "no memory for the description of the map");
    }
    if (meta != NULL && make_axes(r, map.axis) == DT_OK) {
        dt_hkl_map_finish(writer, &map, &r->error);
    } else {
        dt_hkl_map_abort(writer);
    }
    for (int d = 0; d < 3; d++) {
        dt_array_free(&map.axis[d]);
    }
    free(meta);
    return r->error.status == DT_OK ? 0 : code_of(r);
}

/* -- the picture ------------------------------------------------------------------------------- */

/* The axis a layer is cut across, and the two it is spanned by. */
static const struct {
    int normal, across, up;
} layers[] = {[LAYER_HK0] = {2, 0, 1}, [LAYER_H0L] = {1, 0, 2}, [LAYER_0KL] = {0, 1, 2}};
static const char *const axis_names[] = {"h", "k", "l"};

/* The point of an axis nearest to index 0. */
static int64_t nearest_to_zero(const dt_grid_axis *axis) {
    int64_t best = 0;
    for (int64_t i = 1; i < axis->n; i++) {
        if (fabs(dt_axis_miller(axis, i)) < fabs(dt_axis_miller(axis, best))) {
            best = i;
        }
    }
    return best;
}

/* A two-dimensional cut through a three-dimensional array. */
static dt_array cut(const dt_array *map, int normal, int64_t at, int across, int up) {
    dt_array layer = *map;
    layer.ndim = 2;
    layer.data = (char *)map->data + at * map->strides[normal] * (int64_t)dt_dtype_size(map->dtype);
    layer.shape[0] = map->shape[across];
    layer.shape[1] = map->shape[up];
    layer.strides[0] = map->strides[across];
    layer.strides[1] = map->strides[up];
    return layer;
}

int output_picture(struct run *r) {
    const struct settings *s = r->settings;
    if (s->picture == NULL) {
        return 0;
    }
    int normal = layers[s->layer].normal;
    int span[2] = {layers[s->layer].across, layers[s->layer].up};
    dt_grid_axis axes[3];
    settings_axes(s, axes, NULL);
    int64_t at = nearest_to_zero(&axes[normal]);
    const dt_array map = dt_array_of(r->intensity);
    const dt_array mask = dt_array_wrap(DT_BOOL, 3, map.shape, dt_one_phonon_valid(r->model));
    const dt_array values = cut(&map, normal, at, span[0], span[1]);
    const dt_array valid = cut(&mask, normal, at, span[0], span[1]);

    dt_picture_options o = dt_picture_defaults();
    char title[256];
    const char *name = strrchr(s->structure, '/');
    snprintf(title, sizeof title, "%s  %s, %s = %g: one-phonon diffuse intensity",
             name == NULL ? s->structure : name + 1, r->structure->space_group, axis_names[normal],
             dt_axis_miller(&axes[normal], at));
    o.title = title;
    o.value_title = "I (e^{2} per cell)";
    o.length_unit = "\xc3\x85^{-1}";
    double reciprocal[2][3]; /* q per unit of h, k or l */
    for (int d = 0; d < 2; d++) {
        double unit[3] = {0};
        unit[span[d]] = 1;
        dt_scattering_vector(&r->crystal->cell, unit, reciprocal[d]);
        o.axis[d].title = axis_names[span[d]];
        o.axis[d].first = dt_axis_miller(&axes[span[d]], 0);
        const dt_grid_axis *axis = &axes[span[d]];
        o.axis[d].step = axis->step != 0.0 ? axis->step : 1.0 / (double)axis->samples;
    }
    if (dt_picture_plane_basis(reciprocal[0], reciprocal[1], o.axis[0].basis, o.axis[1].basis,
                               &r->error) != DT_OK ||
        dt_picture_write(s->picture, &values, &valid, &o, &r->error) != DT_OK) {
        r->picture_failed = true;
        if (s->output != NULL) {
            dt_error_context(&r->error, "the map is complete in %s, but not its picture",
                             s->output);
        }
        return code_of(r);
    }
    return 0;
}
