/* y = sign s and logarithm l of |det a|, det a = s exp(l)
 *
 * cotangent: abar = (lbar + i Im(s* sbar)) a^-H
 *
 * From LU factors, which the rules reuse; a singular matrix gives s = 0, l = -inf, and has no
 * derivative: DT_ERR_SINGULAR. */
#include "../spectral/hermitian.h"
#include "solve.h"

#include "internal.h"
#include "numbers.h"

#include <math.h>

static dt_status shape(dt_node *n) {
    const dt_array a = dt_node_in(n, 0);
    dt_status status = dti_need_square(n, 0);
    if (status != DT_OK) {
        return status;
    }
    status = dt_node_output(n, 0, a.dtype, a.ndim - 2, a.shape);
    if (status == DT_OK) {
        status = dt_node_output(n, 1, dt_dtype_real(a.dtype), a.ndim - 2, a.shape);
    }
    return status == DT_OK ? dti_declare_lu(n, 2) : status;
}

static void forward(dt_node *n) {
    const dt_array lu = dt_node_out(n, 2), pivots = dt_node_out(n, 3);
    const dt_array sign = dt_node_out(n, 0), logarithm = dt_node_out(n, 1);
    int64_t size = lu.shape[lu.ndim - 1];
    if (!dti_factorise(n, 2)) {
        return;
    }
    for (int64_t m = 0; m < dt_array_size(&sign); m++) {
        double complex s = 1;
        double l = 0;
        for (int64_t i = 0; i < size; i++) {
            double complex pivot = dti_number(&lu, (m * size + i) * size + i);
            double modulus = cabs(pivot);
            l += log(modulus);
            s = modulus == 0 ? 0 : s * (pivot / modulus);
            s = ((const int64_t *)pivots.data)[m * size + i] == i ? s : -s;
        }
        dti_set_number(&sign, m, s);
        dti_set_number(&logarithm, m, l);
    }
}

/* Fails the tape if a matrix is singular. */
static bool check_regular(const dt_node *n) {
    dt_array sign;
    if (!dti_contiguous(n->out[0], &sign)) {
        return false;
    }
    for (int64_t m = 0; m < dt_array_size(&sign); m++) {
        if (dti_number(&sign, m) == 0) {
            char name[64];
            const dt_array a = dt_node_in(n, 0);
            dt_tape_fail(n->tape, DT_ERR_SINGULAR,
                         "slogdet: %s is singular: the logarithm of its determinant has no "
                         "derivative (that of dt_det exists)",
                         dti_matrix_name(name, sizeof name, &a, m));
            n->tape->error.index = m;
            return false;
        }
    }
    return true;
}

/* x (...) as matrices (..., 1, 1). */
static dt_tensor *as_matrices(dt_tensor *x) {
    return dt_expand_dims(dt_expand_dims(x, -1), -1);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    dt_tensor *sign = n->out[0], *factor = ybar[1];
    dt_dtype dtype = dt_dtype_of(n->out[2]);
    if (ybar[0] != NULL && dt_dtype_is_complex(dtype)) {
        dt_tensor *turn = dti_times_i(dt_imag(dt_mul(dt_conj(sign), ybar[0])));
        factor = factor == NULL ? turn : dt_add(turn, factor);
    }
    if (factor == NULL || !check_regular(n)) {
        return; /* the sign of a real determinant does not change */
    }
    dt_tensor *unit = dt_eye(n->tape, dtype, dt_shape(n->out[2])[dt_ndim(n->out[2]) - 1]);
    dt_tensor *inverse = dti_solve_from(n->in[0], unit, DT_C, n->out[2], n->out[3]);
    xbar[0] = dt_mul(inverse, as_matrices(factor));
}

/* With t = tr(a^-1 adot): ldot = Re t, sdot = i s Im t. */
static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    if (!check_regular(n)) {
        return;
    }
    dt_tensor *change = dti_solve_from(n->in[0], xdot[0], DT_N, n->out[2], n->out[3]);
    dt_tensor *trace = dt_sum(dt_diagonal(change), -1);
    ydot[1] = dt_real(trace);
    if (dt_dtype_is_complex(dt_dtype_of(trace))) {
        ydot[0] = dt_mul(n->out[0], dti_times_i(dt_imag(trace)));
    }
}

static dt_tensor *probe(dt_tensor *const *out) {
    return dt_mul(out[0], out[1]);
}

#define A(...)                                                                                     \
    { DT_SHAPE(__VA_ARGS__), .fill = DT_FILL_TRIANGULAR }

const dt_op dti_op_slogdet = {
    .name = "slogdet",
    .formula = "y = s, l with det a = s exp(l), |s| = 1",
    .arity = 1,
    .kind = DT_FACTORIZATION,
    .saves = DT_SAVE_OUTPUT,
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    .probe = probe,
    DT_SAMPLES({.in = {A(3, 3)}}, {.in = {A(2, 4, 4)}}, {.in = {A(2, 1, 2, 2)}}, {.in = {A(1, 1)}},
               {.in = {A(0, 0)}}, {.in = {A(0, 3, 3)}}),
};

void dt_slogdet(dt_tensor *a, dt_tensor **ret_sign, dt_tensor **ret_logabs) {
    dt_tensor *out[DT_MAX_OUTPUTS];
    dt_apply_multi(&dti_op_slogdet, 1, &a, NULL, out);
    *ret_sign = out[0];
    *ret_logabs = out[1];
}
