/* run.c - from options to angles and gradients. */
#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -- reading ----------------------------------------------------------------------------------- */

/* Every entry of an f64 array finite? */
static bool is_finite(const dt_array *array) {
    for (int64_t i = 0; i < dt_array_size(array); i++) {
        if (!isfinite(((const double *)array->data)[i])) {
            return false;
        }
    }
    return true;
}

static dt_status read_array(struct run *r, const char *path, int ndim, const int64_t *shape,
                            const char *what, dt_array *ret) {
    char have[128], want[128];
    dt_status status = dt_npy_read(path, ret, &r->error);
    if (status != DT_OK) {
        return status;
    }
    bool fits = ret->ndim == ndim && ret->dtype == DT_F64;
    for (int d = 0; d < ndim && fits; d++) {
        fits = shape[d] < 0 || ret->shape[d] == shape[d];
    }
    if (!fits || dt_array_size(ret) == 0) {
        return dt_error_set(&r->error, DT_ERR_FORMAT, "%s: %s must be f64 %s, got %s %s", path,
                            what, dt_shape_format(want, sizeof want, ndim, shape),
                            dt_dtype_name(ret->dtype),
                            dt_shape_format(have, sizeof have, ret->ndim, ret->shape));
    }
    if (!is_finite(ret)) {
        return dt_error_set(&r->error, DT_ERR_FORMAT, "%s: %s must be finite", path, what);
    }
    return DT_OK;
}

static dt_status check_quaternions(struct run *r) {
    const double *q = r->quaternions.data;
    for (int64_t i = 0; i < r->n_orientations; i++, q += 4) {
        if (q[0] == 0 && q[1] == 0 && q[2] == 0 && q[3] == 0) {
            return dt_error_set(&r->error, DT_ERR_FORMAT, "%s: quaternion %lld is 0",
                                r->settings->orientations, (long long)i);
        }
    }
    return DT_OK;
}

int run_read(struct run *r) {
    const struct settings *s = r->settings;
    dt_status status =
        list_reflections(s->cell, s->group, s->q_max, &r->group, &r->list, &r->error);
    r->n_orientations = 1;
    if (status == DT_OK && s->orientations != NULL) {
        status = read_array(r, s->orientations, 2, (const int64_t[]){-1, 4},
                            "orientations (w, x, y, z)", &r->quaternions);
        if (status == DT_OK) {
            r->n_orientations = r->quaternions.shape[0];
            status = check_quaternions(r);
        }
    }
    if (status == DT_OK && s->cotangent != NULL) {
        const int64_t shape[3] = {r->n_orientations, r->list.n, 2};
        status = read_array(r, s->cotangent, 3, shape, "the cotangent dL/domega", &r->cotangent);
    }
    if (status == DT_OK) {
        status = try_output(s->output, &r->error);
    }
    if (status == DT_OK) {
        status = try_output(s->plot, &r->error);
    }
    return exit_code_of(status);
}

/* -- computing --------------------------------------------------------------------------------- */

static dt_tensor *indices(const struct run *r) {
    double *hkl = malloc((size_t)r->list.n * 3 * sizeof *hkl);
    if (hkl == NULL) {
        dt_tape_fail(r->tape, DT_ERR_MEMORY, "no memory for %lld reflections",
                     (long long)r->list.n);
        return dt_inert(r->tape);
    }
    for (int64_t i = 0; i < 3 * r->list.n; i++) {
        hkl[i] = (double)r->list.hkl[i];
    }
    dt_tensor *made = dt_constant(r->tape, DT_F64, 2, (const int64_t[]){r->list.n, 3}, hkl);
    free(hkl);
    return made;
}

/* R = exp(turn) R(quaternion), so that the gradient of `turn` at 0 is that of a rotation about the
 * axes of the sample. */
static dt_tensor *rotations(struct run *r) {
    static const double unrotated[4] = {1, 0, 0, 0};
    const void *q = r->quaternions.data == NULL ? unrotated : r->quaternions.data;
    const int64_t b = r->n_orientations;
    r->turn = dt_parameter(r->tape, DT_F64, 2, (const int64_t[]){b, 3}, NULL);
    return dt_matmul(
        dt_rotation_from_vector(r->turn),
        dt_rotation_from_quaternion(dt_constant(r->tape, DT_F64, 2, (const int64_t[]){b, 4}, q)));
}

static dt_tensor *lattice(struct run *r) {
    static const double units[6] = {1, 1, 1, DEGREE, DEGREE, DEGREE};
    const int64_t six = 6;
    r->cell = dt_parameter(r->tape, DT_F64, 1, &six, r->settings->cell);
    dt_tensor *radians = dt_mul(r->cell, dt_constant(r->tape, DT_F64, 1, &six, units));
    return dt_strained_lattice(dt_reciprocal_lattice(radians),
                               dt_constant(r->tape, DT_F64, 1, &six, r->settings->strain));
}

static void gradients(struct run *r) {
    if (r->cotangent.data != NULL) {
        dt_tensor *c = dt_constant_view(r->tape, &r->cotangent);
        dt_backward_from(r->angles.omega, dt_cast(c, dt_dtype_of(r->angles.omega)));
    }
}

static int count_families(struct run *r) {
    const bool *seen = dt_data_bool(r->angles.seen);
    size_t n = (size_t)r->list.n_families;
    r->family_seen = calloc(n, sizeof *r->family_seen);
    r->family_q = malloc(n * sizeof *r->family_q);
    if (r->family_seen == NULL || r->family_q == NULL) {
        return EXIT_MEMORY;
    }
    for (int64_t i = 0; i < r->n_orientations * r->list.n; i++) {
        r->family_seen[r->list.family[i % r->list.n]] += seen[i];
        r->n_seen += seen[i];
    }
    for (int64_t i = r->list.n - 1; i >= 0; i--) {
        r->family_q[r->list.family[i]] = r->list.q[i];
    }
    return 0;
}

int run_compute(struct run *r) {
    const struct settings *s = r->settings;
    dt_dtype dtype = s->precision == PRECISION_F32 ? DT_F32 : DT_F64;
    r->tape = dt_tape_new(NULL);
    r->energy = dt_parameter(r->tape, DT_F64, 0, NULL, &s->energy);
    r->chi = dt_parameter(r->tape, DT_F64, 0, NULL, &s->chi);
    dt_tensor *energy = dt_cast(r->energy, dtype);
    dt_oscillation_options options = {
        .chi = dt_cast(r->chi, dtype),
        .wavenumber = s->constants == CONSTANTS_ICENINE ? DT_WAVENUMBER_ICENINE : 0};
    dt_tensor *g = dt_cast(dt_scattering_vectors(indices(r), lattice(r), rotations(r)), dtype);
    r->angles = dt_oscillation_angles(g, energy, &options);
    gradients(r);
    if (s->plot != NULL) {
        r->direction = dt_cast(dt_diffracted_directions(&r->angles, energy, &options), DT_F64);
    }
    /* What is read later is computed here, so that a failure is known before anything is written.
     * */
    dt_data(r->angles.omega);
    dt_data(r->angles.q);
    dt_data(r->angles.seen);
    dt_data(r->angles.g);
    if (dt_tape_status(r->tape) != DT_OK) {
        dt_error_set(&r->error, dt_tape_status(r->tape), "%s", dt_tape_message(r->tape));
        return exit_code_of(r->error.status);
    }
    return count_families(r);
}

void run_free(struct run *r) {
    dt_tape_free(r->tape);
    dt_reflections_free(&r->list);
    dt_array_free(&r->quaternions);
    dt_array_free(&r->cotangent);
    free(r->family_seen);
    free(r->family_q);
}
