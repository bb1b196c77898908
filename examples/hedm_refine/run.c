/* run.c - the experiment, the grain, the fit. */
#include "run.h"

#include <stdlib.h>
#include <string.h>

/* -- small rotations --------------------------------------------------------------------------- */

static dt_tensor *matrix(dt_tape *tape, const double *x) {
    return dt_constant(tape, DT_F64, 2, (const int64_t[]){3, 3}, x);
}

/* The numbers of a tensor; releases the tape. */
static dt_status take(dt_tape *tape, dt_tensor *x, double *ret, dt_error *error) {
    const double *data = dt_data_f64(x);
    dt_status status = dt_tape_status(tape);
    if (status == DT_OK) {
        memcpy(ret, data, (size_t)dt_size(x) * sizeof *ret);
    } else {
        dt_error_set(error, status, "%s", dt_tape_message(tape));
    }
    dt_tape_free(tape);
    return status;
}

dt_status turn(const double v[3], double rotation[9], dt_error *error) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *vector = dt_constant(tape, DT_F64, 1, (const int64_t[]){3}, v);
    return take(tape, dt_matmul(dt_rotation_from_vector(vector), matrix(tape, rotation)), rotation,
                error);
}

dt_status rotation_between(const double a[9], const double b[9], double ret[3], dt_error *error) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *both = dt_matmul_flags(matrix(tape, a), DT_N, matrix(tape, b), DT_T);
    return take(tape, dt_vector_from_rotation(both), ret, error);
}

/* -- experiment -------------------------------------------------------------------------------- */

static dt_status set_panel(dt_hedm_setup *s, const dt_detector_entry *d, dt_error *error) {
    dt_tape *tape = dt_tape_new(NULL);
    double radians[3];
    for (int i = 0; i < 3; i++) {
        radians[i] = d->euler[i] * DEGREE;
    }
    dt_tensor *euler = dt_constant(tape, DT_F64, 1, (const int64_t[]){3}, radians);
    s->has_panel = true;
    memcpy(s->panel_location, d->location, sizeof s->panel_location);
    memcpy(s->beam_center, d->beam_center, sizeof s->beam_center);
    memcpy(s->pixel_size, d->pixel_size, sizeof s->pixel_size);
    memcpy(s->j_axis, d->j_axis, sizeof s->j_axis);
    memcpy(s->k_axis, d->k_axis, sizeof s->k_axis);
    s->n_j = d->n_j;
    s->n_k = d->n_k;
    return take(tape, dt_rotation_from_euler(euler, "ZXZ"), s->panel_rotation, error);
}

static const dt_detector_entry usual_panel = {.j_axis = {1, 0, 0},
                                              .k_axis = {0, -1, 0},
                                              .beam_center = {1024, 1024},
                                              .location = {1000, 0, 0},
                                              .euler = {90, 90, 0},
                                              .n_j = 2048,
                                              .n_k = 2048,
                                              .pixel_size = {0.4, 0.4}};

int run_prepare(struct run *r) {
    const struct settings *s = r->settings;
    dt_detector_entry *entries = NULL;
    int64_t n = 0;
    dt_status status = DT_OK;
    r->setup = (dt_hedm_setup){.energy = s->energy, .chi = s->chi};
    memcpy(r->setup.cell, s->cell, sizeof r->setup.cell);
    if (s->detector != NULL) {
        status = dt_detector_file_read(s->detector, &entries, &n, &r->error);
    }
    if (status == DT_OK) {
        status = set_panel(&r->setup, entries == NULL ? &usual_panel : entries, &r->error);
    }
    free(entries);
    if (status == DT_OK) {
        dt_tape *tape = dt_tape_new(NULL);
        dt_tensor *q = dt_constant(tape, DT_F64, 1, (const int64_t[]){4}, s->orientation);
        memcpy(r->grain.strain, s->strain, sizeof r->grain.strain);
        memcpy(r->grain.position, s->position, sizeof r->grain.position);
        status = take(tape, dt_rotation_from_quaternion(q), r->grain.rotation, &r->error);
    }
    const char *const outputs[] = {s->output, s->plot, s->save_spots};
    for (int i = 0; i < 3 && status == DT_OK; i++) {
        status = try_output(outputs[i], &r->error);
    }
    return exit_code_of(status);
}

/* -- fit --------------------------------------------------------------------------------------- */

int run_refine(struct run *r) {
    enum { MOST_ITERATIONS = 100 };
    const dt_spot_list list = {.n = r->n,
                               .hkl = r->hkl,
                               .root = r->root,
                               .omega = r->omega,
                               .pixel = r->pixel,
                               .sigma_omega = r->settings->noise_omega,
                               .sigma_pixel = r->settings->noise_pixel};
    dt_status status = dt_grain_refine(&r->setup, &r->start, &list, r->settings->free_mask,
                                       MOST_ITERATIONS, &r->result, &r->error);
    if (status == DT_OK && !r->result.converged) {
        status = dt_error_set(&r->error, DT_ERR_NONCONVERGENT,
                              "the fit did not converge: %s; begin nearer to the grain",
                              r->result.reason);
    }
    return exit_code_of(status);
}

int run_write(struct run *r) {
    if (r->settings->output == NULL) {
        return 0;
    }
    dt_tape *tape = dt_tape_new(NULL);
    dt_grain_entry entry;
    memcpy(entry.position, r->result.grain.position, sizeof entry.position);
    memcpy(entry.strain, r->result.grain.strain, sizeof entry.strain);
    dt_status status =
        take(tape, dt_quaternion_from_rotation(matrix(tape, r->result.grain.rotation)),
             entry.quaternion, &r->error);
    if (status == DT_OK) {
        status = dt_grains_write(r->settings->output, &entry, 1, &r->error);
    }
    return exit_code_of(status);
}

void run_free(struct run *r) {
    free(r->hkl);
    free(r->omega);
    free(r->pixel);
    free(r->root);
}
