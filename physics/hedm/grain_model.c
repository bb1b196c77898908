/* grain_model.c - from a grain and an experiment to its spots, on the tape and in plain numbers. */
#include "grain_model.h"

#include <difftape/lattice.h>
#include <difftape/ops.h>
#include <difftape/transform.h>

#include "../shared.h"

#include <math.h>
#include <string.h>

static dt_tensor *vector(dt_tape *tape, int64_t n, const double *x) {
    return dt_constant(tape, DT_F64, 1, &n, x);
}

static dt_tensor *matrix(dt_tape *tape, const double *x) {
    return dt_constant(tape, DT_F64, 2, (const int64_t[]){3, 3}, x);
}

static dt_tensor *part(dt_tensor *p, int first, int n) {
    return dt_slice(p, 0, first, first + n, 1);
}

/* A start plus its change. */
static dt_tensor *moved(dt_tensor *p, int first, int n, const double *start) {
    return dt_add(vector(dt_tape_of(p), n, start), part(p, first, n));
}

static dt_tensor *moved_number(dt_tensor *p, int place, double start) {
    return dt_add(dt_scalar(dt_tape_of(p), start), dt_select(p, 0, place));
}

/* A start turned by a rotation vector. */
static dt_tensor *turned(dt_tensor *p, int first, const double *start) {
    return dt_matmul(dt_rotation_from_vector(part(p, first, 3)), matrix(dt_tape_of(p), start));
}

static dt_panel make_panel(const dt_hedm_setup *s, dt_tensor *p) {
    dt_tape *tape = dt_tape_of(p);
    dt_tensor *along = dt_unslice(part(p, DT_UNKNOWN_DISTANCE, 1), 0, 0, 1, 3);
    dt_panel panel = {.location = dt_add(vector(tape, 3, s->panel_location), along),
                      .rotation = turned(p, DT_UNKNOWN_TILT, s->panel_rotation),
                      .beam_center = moved(p, DT_UNKNOWN_CENTER, 2, s->beam_center),
                      .pixel_size = vector(tape, 2, s->pixel_size),
                      .n_j = s->n_j,
                      .n_k = s->n_k};
    memcpy(panel.j_axis, s->j_axis, sizeof panel.j_axis);
    memcpy(panel.k_axis, s->k_axis, sizeof panel.k_axis);
    return panel;
}

grain_prediction predict_grain(const dt_hedm_setup *s, const dt_grain *grain, dt_tensor *hkl,
                               dt_tensor *p) {
    dt_tape *tape = dt_tape_of(p);
    grain_prediction result = {0};
    double cell[6];
    for (int i = 0; i < 6; i++) {
        cell[i] = s->cell[i] * (i < 3 ? 1 : TWO_PI / 360);
    }
    dt_tensor *scale = moved_number(p, DT_UNKNOWN_LATTICE_SCALE, 1);
    dt_tensor *lattice =
        dt_strained_lattice(dt_div(dt_reciprocal_lattice(vector(tape, 6, cell)), scale),
                            moved(p, DT_UNKNOWN_STRAIN, 6, grain->strain));
    dt_tensor *energy = moved_number(p, DT_UNKNOWN_ENERGY, s->energy);
    dt_oscillation_options options = {.chi = moved_number(p, DT_UNKNOWN_CHI, s->chi),
                                      .wavenumber = s->wavenumber};
    result.angles = dt_omegas_from_reflections(
        hkl, lattice, turned(p, DT_UNKNOWN_ORIENTATION, grain->rotation), energy, &options);
    if (s->has_panel) {
        dt_panel panel = make_panel(s, p);
        result.spots =
            dt_detector_spots(&panel, &result.angles,
                              moved(p, DT_UNKNOWN_POSITION, 3, grain->position), energy, &options);
    }
    return result;
}

dt_status apply_changes(const double *p, dt_hedm_setup *setup, dt_grain *grain, dt_error *error) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *all = vector(tape, DT_UNKNOWN_COUNT, p);
    const double *rotation = dt_data_f64(turned(all, DT_UNKNOWN_ORIENTATION, grain->rotation));
    const double *tilted = dt_data_f64(turned(all, DT_UNKNOWN_TILT, setup->panel_rotation));
    dt_status status = dt_tape_status(tape);
    if (status != DT_OK) {
        dt_error_set(error, status, "%s", dt_tape_message(tape));
    } else {
        memcpy(grain->rotation, rotation, sizeof grain->rotation);
        memcpy(setup->panel_rotation, tilted, sizeof setup->panel_rotation);
        for (int i = 0; i < 6; i++) {
            grain->strain[i] += p[DT_UNKNOWN_STRAIN + i];
        }
        for (int i = 0; i < 3; i++) {
            grain->position[i] += p[DT_UNKNOWN_POSITION + i];
            setup->cell[i] *= 1 + p[DT_UNKNOWN_LATTICE_SCALE];
        }
        setup->energy += p[DT_UNKNOWN_ENERGY];
        setup->chi += p[DT_UNKNOWN_CHI];
        setup->panel_location[0] += p[DT_UNKNOWN_DISTANCE];
        setup->beam_center[0] += p[DT_UNKNOWN_CENTER];
        setup->beam_center[1] += p[DT_UNKNOWN_CENTER + 1];
    }
    dt_tape_free(tape);
    return status;
}

dt_status dt_simulate_spots(const dt_hedm_setup *setup, const dt_grain *grain, int64_t n,
                            const double *hkl, double *ret_omega, double *ret_pixel, bool *ret_hit,
                            dt_error *error) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *p = dt_zeros(tape, DT_F64, 1, (const int64_t[]){DT_UNKNOWN_COUNT});
    dt_tensor *indices = dt_constant(tape, DT_F64, 2, (const int64_t[]){n, 3}, hkl);
    grain_prediction r = predict_grain(setup, grain, indices, p);
    const double *omega = dt_data_f64(r.angles.omega);
    const bool *seen = dt_data_bool(r.angles.seen);
    const bool *inside = setup->has_panel ? dt_data_bool(r.spots.inside) : NULL;
    const double *pixel = setup->has_panel ? dt_data_f64(r.spots.pixel) : NULL;
    dt_status status = dt_tape_status(tape);
    if (status != DT_OK) {
        dt_error_set(error, status, "%s", dt_tape_message(tape));
        n = 0;
    }
    for (int64_t i = 0; i < 2 * n; i++) {
        ret_hit[i] = inside == NULL ? seen[i / 2] : inside[i];
        ret_omega[i] = ret_hit[i] ? omega[i] : 0;
        for (int d = 0; d < 2 && ret_pixel != NULL; d++) {
            ret_pixel[2 * i + d] = ret_hit[i] && pixel != NULL ? pixel[2 * i + d] : 0;
        }
    }
    dt_tape_free(tape);
    return status;
}
