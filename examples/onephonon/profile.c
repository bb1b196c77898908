/* profile.c - the radial profile: what the valid voxels are in shells of resolution, as CSV. */
#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Columns of the table; each a double per shell. */
enum column { INV_D, D_MAX, D_MIN, VOXELS, MEAN, STD, LOWEST, HIGHEST, COLUMNS };
static const char *const names[COLUMNS] = {"inverse_d", "d_max", "d_min", "voxels",
                                           "mean",      "std",   "min",   "max"};

/* Miller indices of a voxel, or of a point of a list. */
static void miller(const struct run *r, const dt_grid_axis axes[3], int64_t i, double ret_h[3]) {
    int64_t at[3] = {0};
    if (r->list.data == NULL) {
        dt_grid_position(axes, i, at);
    }
    for (int j = 0; j < 3; j++) {
        ret_h[j] = r->list.data != NULL ? ((const double *)r->list.data)[3 * i + j]
                                        : dt_axis_miller(&axes[j], at[j]);
    }
}

/* d of every voxel of the map, in A. */
static dt_status make_resolution(struct run *r, dt_array *ret_resolution) {
    const dt_array map = dt_array_of(r->intensity);
    dt_status status = dt_array_new(ret_resolution, DT_F64, map.ndim, map.shape, &r->error);
    if (status != DT_OK) {
        return status;
    }
    dt_grid_axis axes[3];
    settings_axes(r->settings, axes, NULL);
    double *d = ret_resolution->data;
    for (int64_t i = 0, n = dt_array_size(&map); i < n; i++) {
        double h[3], q[3];
        miller(r, axes, i, h);
        dt_scattering_vector(&r->crystal->cell, h, q);
        d[i] = 2 * acos(-1.0) / sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2]);
    }
    return DT_OK;
}

/* Mean, standard deviation and range of every shell; nan where it is empty. */
static void fill(double *const column[COLUMNS], const dt_classes *shells, const double *intensity) {
    for (int64_t s = 0; s < shells->n; s++) {
        bool empty = shells->count[s] == 0;
        column[INV_D][s] = empty ? NAN : 1 / shells->mean[s];
        column[D_MAX][s] = shells->upper[s];
        column[D_MIN][s] = shells->lower[s];
        column[VOXELS][s] = (double)shells->count[s];
        column[MEAN][s] = column[STD][s] = empty ? NAN : 0;
        column[LOWEST][s] = empty ? NAN : INFINITY;
        column[HIGHEST][s] = empty ? NAN : -INFINITY;
    }
    for (int64_t i = 0; i < shells->size; i++) {
        int64_t s = shells->label[i];
        if (s < shells->n) {
            column[MEAN][s] += intensity[i] / column[VOXELS][s];
            column[LOWEST][s] = fmin(column[LOWEST][s], intensity[i]);
            column[HIGHEST][s] = fmax(column[HIGHEST][s], intensity[i]);
        }
    }
    for (int64_t i = 0; i < shells->size; i++) {
        int64_t s = shells->label[i];
        if (s < shells->n) {
            double off = intensity[i] - column[MEAN][s];
            column[STD][s] += off * off / column[VOXELS][s];
        }
    }
    for (int64_t s = 0; s < shells->n; s++) {
        column[STD][s] = sqrt(column[STD][s]);
    }
}

static dt_status write_table(struct run *r, const dt_classes *shells) {
    static const char units[] =
        "radial profile of the valid voxels; inverse_d in 1/A (1/d = 2 sin(theta)/lambda), d in A, "
        "mean, std, min, max of the intensity in e^2 per unit cell\n";
    size_t size = sizeof units + strlen(r->provenance);
    char *comment = malloc(size);
    double *numbers = calloc((size_t)shells->n * COLUMNS, sizeof *numbers), *column[COLUMNS];
    if (comment == NULL || numbers == NULL) {
        free(comment);
        free(numbers);
        return dt_error_set(&r->error, DT_ERR_MEMORY, "no memory for the profile");
    }
    snprintf(comment, size, "%s%s", units, r->provenance);
    dt_array columns[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
        column[i] = numbers + i * shells->n;
        columns[i] = dt_array_wrap(DT_F64, 1, &shells->n, column[i]);
    }
    fill(column, shells, dt_data_f64(r->intensity));
    dt_status status =
        dt_csv_write(r->settings->profile, comment, COLUMNS, names, columns, &r->error);
    free(comment);
    free(numbers);
    return status;
}

int output_profile(struct run *r) {
    if (r->settings->profile == NULL) {
        return 0;
    }
    dt_array resolution = {0};
    dt_classes shells = {0};
    dt_status status = make_resolution(r, &resolution);
    if (status == DT_OK) {
        const dt_array valid =
            dt_array_wrap(DT_BOOL, resolution.ndim, resolution.shape, dt_phonon_map_valid(r->map));
        status = dt_resolution_shells(&resolution, &valid, DT_EQUAL_WIDTHS, r->settings->shells,
                                      &shells, &r->error);
    }
    status = status == DT_OK ? write_table(r, &shells) : status;
    if (status == DT_OK) {
        dt_classes_free(&shells);
        r->profile_written = true;
    } else if (r->settings->output != NULL) {
        dt_error_context(&r->error, "the map is complete in %s, but not its profile",
                         r->settings->output);
    }
    dt_array_free(&resolution);
    return status == DT_OK ? 0 : status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
}
