/* structure_cell.c - is this the unit cell of a crystal, and of one with this space group? */
#include "structure_cell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
/* A cell and its group may disagree by rounding, as a = 27.20 and b = 27.21 in P 31. */
#define METRIC_TOLERANCE 0.01
/* Below this (V/abc)^2 the three axes lie in a plane. */
#define FLAT_CELL 1e-6

static double cosine(double degrees) {
    return degrees == 90.0 ? 0.0 : cos(degrees * (PI / 180.0));
}

/* G[3*i+j] = a_i . a_j */
static void metric_tensor(const double cell[6], double g[9]) {
    double c[3] = {cosine(cell[3]), cosine(cell[4]), cosine(cell[5])};
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            g[3 * i + j] = cell[i] * cell[j] * (i == j ? 1.0 : c[3 - i - j]);
        }
    }
}

/* Refuse the 1 x 1 x 1 placeholder and cells without a volume. */
static dt_status check_cell(const double cell[6], const char *place, const char *name,
                            dt_error *error) {
    static const char *const names[] = {"a", "b", "c", "alpha", "beta", "gamma"};
    if (cell[0] == 1.0 && cell[1] == 1.0 && cell[2] == 1.0) {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "%s: the 1 x 1 x 1 A cell in %s is a placeholder: this looks like "
                            "an NMR or electron-microscopy entry, not a crystal",
                            name, place);
    }
    for (int i = 0; i < 6; i++) {
        double upper = i < 3 ? INFINITY : 180.0;
        if (!(cell[i] > 0.0 && cell[i] < upper)) {
            return dt_error_set(
                error, DT_ERR_FORMAT, "%s: impossible cell in %s: %s = %g must be %s", name, place,
                names[i], cell[i], i < 3 ? "above 0 A" : "between 0 and 180 degrees");
        }
    }
    double ca = cosine(cell[3]), cb = cosine(cell[4]), cg = cosine(cell[5]);
    double flatness = 1.0 - ca * ca - cb * cb - cg * cg + 2.0 * ca * cb * cg;
    if (!(flatness > FLAT_CELL)) {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "%s: impossible cell in %s: angles %g, %g, %g enclose no volume", name,
                            place, cell[3], cell[4], cell[5]);
    }
    return DT_OK;
}

/* Every operator must leave the metric as it is: R^T G R = G. */
static dt_status check_against_group(const double cell[6], const dti_gemmi_group *group,
                                     const char *name, dt_error *error) {
    double g[9];
    metric_tensor(cell, g);
    for (int op = 0; op < group->n_ops; op++) {
        const int *r = group->rot[op];
        for (int ij = 0; ij < 9; ij++) {
            int i = ij / 3, j = ij % 3;
            double turned = 0.0;
            for (int kl = 0; kl < 9; kl++) {
                turned += r[3 * (kl / 3) + i] * g[kl] * r[3 * (kl % 3) + j];
            }
            if (!(fabs(turned - g[ij]) <= METRIC_TOLERANCE * cell[i] * cell[j])) {
                return dt_error_set(error, DT_ERR_FORMAT,
                                    "%s: the cell %g %g %g %g %g %g does not have the symmetry of "
                                    "its space group %s",
                                    name, cell[0], cell[1], cell[2], cell[3], cell[4], cell[5],
                                    group->name);
            }
        }
    }
    return DT_OK;
}

dt_status dti_set_symmetry(dt_structure *s, const dti_symmetry_source *source, const char *name,
                           dt_error *error) {
    memcpy(s->cell, source->cell, sizeof s->cell);
    dt_status status = check_cell(s->cell, source->cell_place, name, error);
    if (status != DT_OK) {
        return status;
    }
    if (source->space_group[strspn(source->space_group, " ")] == '\0') {
        return dt_error_set(error, DT_ERR_FORMAT, "%s: %s names no space group", name,
                            source->group_place);
    }
    dti_gemmi_group group;
    status = dti_gemmi_space_group(source->space_group, s->cell[3], s->cell[5], &group);
    if (status == DT_ERR_MEMORY) {
        return dt_error_set(error, status, "%s: no memory for its operators", name);
    }
    if (status != DT_OK) {
        return dt_error_set(error, DT_ERR_FORMAT, "%s: unknown space group '%s' in %s", name,
                            source->space_group, source->group_place);
    }
    status = check_against_group(s->cell, &group, name, error);
    if (status != DT_OK) {
        return status;
    }
    memcpy(s->space_group, group.name, sizeof s->space_group);
    s->space_group_number = group.number;
    s->n_ops = group.n_ops;
    s->op_rot = malloc((size_t)group.n_ops * sizeof group.rot[0]);
    s->op_tran = malloc((size_t)group.n_ops * sizeof group.tran[0]);
    if (s->op_rot == NULL || s->op_tran == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "%s: no memory for its operators", name);
    }
    memcpy(s->op_rot, group.rot, (size_t)group.n_ops * sizeof group.rot[0]);
    memcpy(s->op_tran, group.tran, (size_t)group.n_ops * sizeof group.tran[0]);
    return DT_OK;
}
