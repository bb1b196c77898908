/* mic.c - maps of orientations on triangles or squares. */
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EXACT = 17, SIX = 6, MOST_GENERATIONS = 60 };

/* Six numbers of a symmetric matrix in the order of the file: 11 22 33 12 23 13. */
static const int places[6][2] = {{0, 0}, {4, 4}, {8, 8}, {1, 3}, {5, 7}, {2, 6}};

static dt_status read_euler_and_phase(const dti_text *t, int phase_word, dt_mic_voxel *v) {
    int64_t phase;
    dt_status status = dti_text_whole(t, phase_word, "the phase", 0, 1000000, &phase);
    if (status == DT_OK) {
        v->phase = (int)phase;
        status = dti_text_numbers(t, phase_word + 1, 3, "the Euler angles (degrees)", v->euler);
    }
    return status;
}

/* Confidence at `first`, then cost, overlap and seconds, all three or none. */
static dt_status read_results(const dti_text *t, int first, dt_mic_voxel *v) {
    double *const targets[4] = {&v->confidence, &v->cost, &v->overlap, &v->seconds};
    static const char *const names[4] = {"the confidence", "the cost", "the overlap ratio",
                                         "the fitting time"};
    int n = t->n - first < 1 ? 0 : t->n - first < 4 ? 1 : 4;
    dt_status status = DT_OK;
    for (int i = 0; i < n && status == DT_OK; i++) {
        status = dti_text_numbers(t, first + i, 1, names[i], targets[i]);
    }
    return status;
}

static dt_status read_triangle(const dti_text *t, dt_mic_voxel *v) {
    int64_t kind = 0, generation = 0;
    dt_status status = dti_text_numbers(t, 0, 3, "the left vertex (mm)", v->position);
    if (status == DT_OK) {
        status = dti_text_whole(t, 3, "the triangle (1 up, 2 down)", 1, 2, &kind);
    }
    if (status == DT_OK) {
        status = dti_text_whole(t, 4, "the generation", 0, MOST_GENERATIONS, &generation);
    }
    v->up = kind == 1;
    v->generation = (int)generation;
    if (status == DT_OK) {
        status = read_euler_and_phase(t, 5, v);
    }
    if (status == DT_OK) {
        status = read_results(t, 9, v);
    }
    if (status == DT_OK && t->n > 13) {
        double d[6];
        status = dti_text_numbers(t, 13, 6, "the deformation", d);
        for (int i = 0; i < 6 && status == DT_OK; i++) {
            v->deformation[places[i][0]] = v->deformation[places[i][1]] = d[i];
        }
    }
    return status;
}

static dt_status read_square(const dti_text *t, dt_mic_voxel *v) {
    dt_status status = dti_text_numbers(t, 0, 3, "the centre (mm)", v->position);
    if (status == DT_OK) {
        status = read_euler_and_phase(t, 3, v);
    }
    if (status == DT_OK && t->n < 8) {
        status = dti_text_refuse(t, "the confidence is missing: a row of squares has 8 columns");
    }
    return status == DT_OK ? read_results(t, 7, v) : status;
}

static dt_status read_sides(dti_text *t, dt_mic *mic) {
    double sides[2] = {0};
    if (!dti_text_next(t)) {
        return dti_text_refuse(t, "the file is empty; it begins with the side length");
    }
    mic->square = t->n > 1;
    dt_status status = dti_text_numbers(t, 0, mic->square ? 2 : 1, "the side length (mm)", sides);
    if (status == DT_OK && !(sides[0] > 0 && (!mic->square || sides[1] > 0))) {
        status = dti_text_refuse(t, "a side length must be above 0 mm, got %g",
                                 sides[0] > 0 ? sides[1] : sides[0]);
    }
    mic->side = sides[0];
    mic->voxel_side = sides[1];
    if (status == DT_OK && mic->square) {
        status = dti_text_next(t) ? dti_text_numbers(t, 0, 3, "the origin (mm)", mic->origin)
                                  : dti_text_refuse(t, "the line with the origin is missing");
    }
    return status;
}

/* The columns that a row of so many words has, as they are written again. */
static int columns_of(bool square, int words) {
    if (square) {
        return words < 11 ? 8 : 11;
    }
    return words < 10 ? 9 : words < 13 ? 10 : words < 19 ? 13 : 19;
}

dt_status dti_mic_parse(dti_text *t, dt_mic *ret) {
    dt_mic mic = {0};
    int64_t capacity = 0;
    dt_status status = read_sides(t, &mic);
    mic.columns = mic.square ? 8 : 9;
    while (status == DT_OK && dti_text_next(t)) {
        dt_mic_voxel v = {.deformation = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
        status = mic.square ? read_square(t, &v) : read_triangle(t, &v);
        void *room = mic.voxels;
        if (status == DT_OK && !dti_text_grow(&room, mic.n, &capacity, sizeof v)) {
            status = dt_error_set(t->error, DT_ERR_MEMORY, "%s: no memory for its voxels", t->name);
        }
        mic.voxels = room;
        if (status == DT_OK) {
            int columns = columns_of(mic.square, t->n);
            mic.columns = columns > mic.columns ? columns : mic.columns;
            mic.voxels[mic.n++] = v;
        }
    }
    if (status == DT_OK) {
        *ret = mic;
    } else {
        free(mic.voxels);
    }
    return status;
}

dt_status dt_mic_read(const char *path, dt_mic *ret_mic, dt_error *error) {
    char *data;
    size_t size;
    dt_status status = dti_text_load(path, &data, &size, error);
    if (status == DT_OK) {
        dti_text text = dti_text_new(path, data, size, error);
        status = dti_mic_parse(&text, ret_mic);
        free(data);
    }
    return status;
}

void dt_mic_free(dt_mic *mic) {
    free(mic->voxels);
    mic->voxels = NULL;
    mic->n = 0;
}

/* -- geometry ---------------------------------------------------------------------------------- */

int dt_mic_corners(const dt_mic *mic, int64_t voxel, double ret_corners[4][3]) {
    static const double square[4][2] = {{-0.5, -0.5}, {0.5, -0.5}, {0.5, 0.5}, {-0.5, 0.5}};
    const dt_mic_voxel *v = &mic->voxels[voxel];
    double side = mic->square ? mic->voxel_side : ldexp(mic->side, -v->generation);
    double height = side * sqrt(3.0) / 2;
    const double up[3][2] = {{0, 0}, {side, 0}, {side / 2, height}};
    const double down[3][2] = {{0, 0}, {side / 2, -height}, {side, 0}};
    int n = mic->square ? 4 : 3;
    for (int i = 0; i < n; i++) {
        for (int d = 0; d < 2; d++) {
            double shift = mic->square ? side * square[i][d] : v->up ? up[i][d] : down[i][d];
            ret_corners[i][d] = v->position[d] + shift;
        }
        ret_corners[i][2] = v->position[2];
    }
    return n;
}

/* -- writing ----------------------------------------------------------------------------------- */

static void write_numbers(dti_writer *w, const double *x, int n, int digits, const char *end) {
    for (int i = 0; i < n; i++) {
        dti_writer_number(w, x[i], digits);
        dti_writer_text(w, i < n - 1 ? " " : end);
    }
}

/* A row as numbers in the order of the file. */
static void write_voxel(dti_writer *w, const dt_mic *mic, const dt_mic_voxel *v, int digits) {
    double row[19] = {v->position[0], v->position[1], v->position[2]};
    int n = 3;
    if (!mic->square) {
        row[n++] = v->up ? 1 : 2;
        row[n++] = v->generation;
    }
    row[n++] = v->phase;
    for (int i = 0; i < 3; i++) {
        row[n++] = v->euler[i];
    }
    row[n++] = v->confidence;
    row[n++] = v->cost;
    row[n++] = v->overlap;
    row[n++] = v->seconds;
    for (int i = 0; i < 6 && !mic->square; i++) {
        row[n++] = v->deformation[places[i][0]];
    }
    write_numbers(w, row, mic->columns < n ? mic->columns : n, digits, "\n");
}

dt_status dt_mic_write(const char *path, const dt_mic *mic, bool six_digits, dt_error *error) {
    dti_writer *w;
    dt_status status = dti_writer_open(path, &w, error);
    if (status != DT_OK) {
        return status;
    }
    int digits = six_digits ? SIX : EXACT;
    const double sides[2] = {mic->side, mic->voxel_side};
    write_numbers(w, sides, mic->square ? 2 : 1, digits, "\n");
    if (mic->square) {
        write_numbers(w, mic->origin, 3, digits, "\n");
    }
    for (int64_t i = 0; i < mic->n; i++) {
        write_voxel(w, mic, &mic->voxels[i], digits);
    }
    return dti_writer_close(w);
}
