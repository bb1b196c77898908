/* spots.c - spots from a file or from a simulated grain, and the picture of the fit. */
#include "run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 7, READ_COLUMNS };

/* The last, when reading, is the number of the line. */
static const char *const columns[READ_COLUMNS] = {"h",     "k",       "l",       "root",
                                                  "omega", "pixel_j", "pixel_k", NULL};

static dt_status make_room(struct run *r, int64_t n) {
    size_t room = (size_t)n + 1;
    r->hkl = malloc(room * 3 * sizeof *r->hkl);
    r->omega = malloc(room * sizeof *r->omega);
    r->pixel = malloc(room * 2 * sizeof *r->pixel);
    r->root = malloc(room * sizeof *r->root);
    if (r->hkl == NULL || r->omega == NULL || r->pixel == NULL || r->root == NULL) {
        return dt_error_set(&r->error, DT_ERR_MEMORY, "no memory for %lld spots", (long long)n);
    }
    return DT_OK;
}

/* -- measured ---------------------------------------------------------------------------------- */

static dt_status read_spots(struct run *r) {
    dt_array table;
    dt_status status =
        dt_csv_read(r->settings->spots, READ_COLUMNS, columns, NULL, &table, &r->error);
    if (status != DT_OK) {
        return status;
    }
    status = make_room(r, table.shape[0]);
    for (int64_t i = 0; i < table.shape[0] && status == DT_OK; i++) {
        const double *x = (const double *)table.data + READ_COLUMNS * i;
        if (x[3] != 0 && x[3] != 1) {
            status = dt_error_set(&r->error, DT_ERR_FORMAT,
                                  "%s: line %.0f: the root of a spot is %g, must be 0 or 1",
                                  r->settings->spots, x[COLUMNS], x[3]);
        }
        memcpy(r->hkl + 3 * i, x, 3 * sizeof *x);
        r->root[i] = (int)x[3];
        r->omega[i] = x[4];
        memcpy(r->pixel + 2 * i, x + 5, 2 * sizeof *x);
        r->n++;
    }
    dt_array_free(&table);
    if (status == DT_OK && r->n == 0) {
        status = dt_error_set(&r->error, DT_ERR_FORMAT,
                              "%s: line 1: no spot stands behind the names of columns",
                              r->settings->spots);
    }
    return status;
}

/* -- simulated --------------------------------------------------------------------------------- */

/* n standard normal numbers, of one kind of many. */
static dt_status normals(struct run *r, int64_t n, uint64_t kind, double *ret) {
    dt_tape *tape = dt_tape_new(NULL);
    uint64_t seed = 1000 * (uint64_t)r->settings->seed + kind;
    const double *x = dt_data_f64(dt_random_normal(tape, DT_F64, 1, &n, seed));
    dt_status status = dt_tape_status(tape);
    if (status == DT_OK) {
        memcpy(ret, x, (size_t)n * sizeof *ret);
    } else {
        dt_error_set(&r->error, status, "%s", dt_tape_message(tape));
    }
    dt_tape_free(tape);
    return status;
}

/* Every reflection that hits the panel, with noise. */
static dt_status keep_hits(struct run *r, int64_t n, const double *hkl, const double *omega,
                           const double *pixel, const bool *hit) {
    double *noise = malloc(6 * (size_t)n * sizeof *noise);
    dt_status status = noise == NULL ? DT_ERR_MEMORY : normals(r, 6 * n, 0, noise);
    for (int64_t i = 0; i < 2 * n && status == DT_OK; i++) {
        if (hit[i]) {
            int64_t s = r->n++;
            memcpy(r->hkl + 3 * s, hkl + i / 2 * 3, 3 * sizeof *hkl);
            r->root[s] = (int)(i % 2);
            r->omega[s] =
                remainder(omega[i] + r->settings->noise_omega * noise[3 * i], 360 * DEGREE);
            for (int d = 0; d < 2; d++) {
                r->pixel[2 * s + d] =
                    pixel[2 * i + d] + r->settings->noise_pixel * noise[3 * i + 1 + d];
            }
        }
    }
    free(noise);
    return status;
}

static dt_status simulate(struct run *r) {
    const struct settings *s = r->settings;
    dt_reflections list = {0};
    dt_status status = list_reflections(s->cell, s->group, s->q_max, &r->group, &list, &r->error);
    if (status != DT_OK) {
        return status;
    }
    size_t n = (size_t)list.n;
    double *hkl = malloc(3 * n * sizeof *hkl), *omega = malloc(2 * n * sizeof *omega);
    double *pixel = malloc(4 * n * sizeof *pixel);
    bool *hit = malloc(2 * n * sizeof *hit);
    status = make_room(r, 2 * list.n);
    if (hkl == NULL || omega == NULL || pixel == NULL || hit == NULL) {
        status = DT_ERR_MEMORY;
    }
    if (status == DT_OK) {
        for (size_t i = 0; i < 3 * n; i++) {
            hkl[i] = (double)list.hkl[i];
        }
        status = dt_simulate_spots(&r->setup, &r->grain, list.n, hkl, omega, pixel, hit, &r->error);
    }
    if (status == DT_OK) {
        status = keep_hits(r, list.n, hkl, omega, pixel, hit);
    }
    free(hkl);
    free(omega);
    free(pixel);
    free(hit);
    dt_reflections_free(&list);
    if (status == DT_OK && r->n == 0) {
        status =
            dt_error_set(&r->error, DT_ERR_ARGUMENT, "no reflection of this grain hits the panel");
    }
    return status;
}

/* The start: turned, strained and moved away from the grain as far as the options say. */
static dt_status move_start(struct run *r) {
    const struct settings *s = r->settings;
    double x[12], length;
    dt_status status = normals(r, 12, 1, x);
    length = sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
    for (int i = 0; i < 3 && status == DT_OK; i++) {
        x[i] *= s->start_angle * DEGREE / length;
        r->start.position[i] += copysign(s->start_shift, x[9 + i]);
    }
    for (int i = 0; i < 6 && status == DT_OK; i++) {
        r->start.strain[i] += copysign(s->start_strain, x[3 + i]);
    }
    return status == DT_OK ? turn(x, r->start.rotation, &r->error) : status;
}

int spots_get(struct run *r) {
    r->start = r->grain;
    if (r->settings->spots != NULL) {
        return exit_code_of(read_spots(r));
    }
    dt_status status = simulate(r);
    if (status == DT_OK) {
        status = move_start(r);
    }
    return exit_code_of(status);
}

int spots_save(struct run *r) {
    dt_array table, column[COLUMNS];
    if (r->settings->save_spots == NULL) {
        return 0;
    }
    dt_status status = dt_array_new(&table, DT_F64, 2, (const int64_t[]){r->n, COLUMNS}, &r->error);
    if (status != DT_OK) {
        return exit_code_of(status);
    }
    for (int64_t i = 0; i < r->n; i++) {
        double *x = (double *)table.data + COLUMNS * i;
        memcpy(x, r->hkl + 3 * i, 3 * sizeof *x);
        x[3] = r->root[i];
        x[4] = r->omega[i];
        memcpy(x + 5, r->pixel + 2 * i, 2 * sizeof *x);
    }
    dt_csv_columns(&table, column);
    status = dt_csv_write(r->settings->save_spots, NULL, COLUMNS, columns, column, &r->error);
    dt_array_free(&table);
    return exit_code_of(status);
}

/* -- picture ----------------------------------------------------------------------------------- */

/* Where a grain's spots lie; NAN for those that miss. */
struct prediction {
    double *x, *y, *omega; /* (spots) pixels, pixels, radians */
    char name[80];         /* for the legend */
};

static dt_status predict(struct run *r, const dt_hedm_setup *setup, const dt_grain *grain,
                         const struct prediction *ret) {
    size_t n = (size_t)r->n;
    double *omega = malloc(2 * n * sizeof *omega), *pixel = malloc(4 * n * sizeof *pixel);
    bool *hit = malloc(2 * n * sizeof *hit);
    dt_status status = DT_ERR_MEMORY;
    if (omega != NULL && pixel != NULL && hit != NULL) {
        status = dt_simulate_spots(setup, grain, r->n, r->hkl, omega, pixel, hit, &r->error);
    }
    for (int64_t i = 0; i < r->n && status == DT_OK; i++) {
        int64_t at = 2 * i + r->root[i];
        ret->x[i] = hit[at] ? pixel[2 * at] : NAN;
        ret->y[i] = hit[at] ? pixel[2 * at + 1] : NAN;
        ret->omega[i] = omega[at];
    }
    free(omega);
    free(pixel);
    free(hit);
    return status;
}

/* Root mean squares of how far it is from the measured spots, in its name. */
static void name_by_distance(const struct run *r, const char *name, struct prediction *p) {
    double pixels = 0, angles = 0;
    int64_t n = 0;
    for (int64_t i = 0; i < r->n; i++) {
        if (!isnan(p->x[i])) {
            double x = p->x[i] - r->pixel[2 * i], y = p->y[i] - r->pixel[2 * i + 1];
            double w = remainder(p->omega[i] - r->omega[i], 360 * DEGREE) / DEGREE;
            pixels += x * x + y * y;
            angles += w * w;
            n++;
        }
    }
    double per = n > 0 ? 1.0 / (double)n : 0;
    snprintf(p->name, sizeof p->name, "%s: %.2g pixels, %.2g deg", name, sqrt(pixels * per),
             sqrt(angles * per));
}

static dt_status draw(struct run *r, const double *x, const double *y, const struct prediction *p) {
    char title[80];
    snprintf(title, sizeof title, "%lld spots of one grain", (long long)r->n);
    const dt_scatter_series series[3] = {
        {p[0].name, r->n, p[0].x, p[0].y, DT_MARKER_DISC, 8, 0, 10},
        {"measured", r->n, x, y, DT_MARKER_RING, 6, 0.2, 0},
        {p[1].name, r->n, p[1].x, p[1].y, DT_MARKER_CROSS, 4, 0, 4}};
    const dt_scatter_options options = {.title = title,
                                        .x_title = "j (pixels)",
                                        .y_title = "k (pixels)",
                                        .legend_title = "rms distance in j, k and omega",
                                        .x_high = (double)r->setup.n_j,
                                        .y_high = (double)r->setup.n_k,
                                        .y_down = true,
                                        .equal = true,
                                        .width = 800,
                                        .height = 800};
    return dt_scatter_write(r->settings->plot, 3, series, &options, &r->error);
}

int spots_plot(struct run *r) {
    if (r->settings->plot == NULL) {
        return 0;
    }
    double *room = malloc(8 * (size_t)r->n * sizeof *room);
    if (room == NULL) {
        return EXIT_MEMORY;
    }
    double *x = room, *y = x + r->n;
    struct prediction p[2];
    for (int i = 0; i < 2; i++) {
        p[i].x = room + (2 + 3 * i) * r->n;
        p[i].y = p[i].x + r->n;
        p[i].omega = p[i].y + r->n;
    }
    for (int64_t i = 0; i < r->n; i++) {
        x[i] = r->pixel[2 * i];
        y[i] = r->pixel[2 * i + 1];
    }
    dt_status status = predict(r, &r->setup, &r->start, &p[0]);
    if (status == DT_OK) {
        status = predict(r, &r->result.setup, &r->result.grain, &p[1]);
    }
    if (status == DT_OK) {
        name_by_distance(r, "start", &p[0]);
        name_by_distance(r, "refined", &p[1]);
        status = draw(r, x, y, p);
    }
    free(room);
    return exit_code_of(status);
}
