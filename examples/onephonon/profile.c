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

/* 1/d of a voxel in 1/A. */
static double inverse_d(const struct run *r, const dt_grid_axis axes[3], int64_t i) {
    double h[3], q[3];
    miller(r, axes, i, h);
    dt_scattering_vector(&r->crystal->cell, h, q);
    return 1 / (2 * acos(-1.0) / sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2]));
}

/* Shells of equal width in 1/d between the least and the greatest of the valid voxels. The shell of
 * a voxel is computed anew in each pass: arrays of them would be larger than the map. */
struct shells {
    int64_t n;
    double least, greatest;
    dt_grid_axis axes[3];
};

static int64_t shell_of(const struct shells *s, double x) {
    double width = s->greatest - s->least;
    int64_t shell = width > 0 ? (int64_t)((x - s->least) / width * (double)s->n) : 0;
    return shell < s->n ? shell : s->n - 1;
}

static struct shells find_shells(const struct run *r) {
    struct shells s = {.n = r->settings->shells, .least = INFINITY, .greatest = 0};
    const bool *valid = dt_phonon_map_valid(r->map);
    if (r->list.data == NULL) {
        settings_axes(r->settings, s.axes, NULL);
    }
    for (int64_t i = 0, n = dt_size(r->intensity); i < n; i++) {
        double x = valid[i] ? inverse_d(r, s.axes, i) : s.greatest;
        s.least = valid[i] ? fmin(s.least, x) : s.least;
        s.greatest = fmax(s.greatest, x);
    }
    return s;
}

/* What is summed over the voxels of a shell: first values, then squares of their distances from the
 * mean. */
static void add_voxel(double *const column[COLUMNS], int64_t s, double x, double value) {
    column[VOXELS][s]++;
    column[INV_D][s] += x;
    column[MEAN][s] += value;
    column[LOWEST][s] = fmin(column[LOWEST][s], value);
    column[HIGHEST][s] = fmax(column[HIGHEST][s], value);
}

static void add_voxels(const struct run *r, double *const column[COLUMNS], const struct shells *s,
                       bool squares) {
    const double *intensity = dt_data_f64(r->intensity);
    const bool *valid = dt_phonon_map_valid(r->map);
    for (int64_t i = 0, n = dt_size(r->intensity); i < n; i++) {
        if (valid[i]) {
            double x = inverse_d(r, s->axes, i);
            int64_t at = shell_of(s, x);
            double off = intensity[i] - column[MEAN][at];
            if (squares) {
                column[STD][at] += off * off / column[VOXELS][at];
            } else {
                add_voxel(column, at, x, intensity[i]);
            }
        }
    }
}

/* Limits, mean, standard deviation and range of every shell; nan where it is empty. */
static void fill(const struct run *r, double *const column[COLUMNS], const struct shells *s) {
    double width = s->greatest - s->least;
    for (int64_t i = 0; i < s->n; i++) {
        column[D_MAX][i] = 1 / (s->least + width * (double)i / (double)s->n);
        column[D_MIN][i] = 1 / (s->least + width * (double)(i + 1) / (double)s->n);
        column[LOWEST][i] = INFINITY;
        column[HIGHEST][i] = -INFINITY;
    }
    add_voxels(r, column, s, false);
    for (int64_t i = 0; i < s->n; i++) {
        column[INV_D][i] /= column[VOXELS][i];
        column[MEAN][i] /= column[VOXELS][i];
        if (column[VOXELS][i] == 0) {
            column[STD][i] = column[LOWEST][i] = column[HIGHEST][i] = NAN;
        }
    }
    add_voxels(r, column, s, true);
    for (int64_t i = 0; i < s->n; i++) {
        column[STD][i] = sqrt(column[STD][i]);
    }
}

static dt_status write_table(struct run *r) {
    static const char units[] =
        "radial profile of the valid voxels; inverse_d in 1/A (1/d = 2 sin(theta)/lambda), d in A, "
        "mean, std, min, max of the intensity in e^2 per unit cell\n";
    const struct shells shells = find_shells(r);
    size_t size = sizeof units + strlen(r->provenance);
    char *comment = malloc(size);
    double *numbers = calloc((size_t)shells.n * COLUMNS, sizeof *numbers), *column[COLUMNS];
    if (comment == NULL || numbers == NULL) {
        free(comment);
        free(numbers);
        return dt_error_set(&r->error, DT_ERR_MEMORY, "no memory for the profile");
    }
    snprintf(comment, size, "%s%s", units, r->provenance);
    dt_array columns[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
        column[i] = numbers + i * shells.n;
        columns[i] = dt_array_wrap(DT_F64, 1, &shells.n, column[i]);
    }
    fill(r, column, &shells);
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
    dt_status status = write_table(r);
    if (status == DT_OK) {
        r->profile_written = true;
    } else if (r->settings->output != NULL) {
        dt_error_context(&r->error, "the map is complete in %s, but not its profile",
                         r->settings->output);
    }
    return status == DT_OK ? 0 : status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
}
