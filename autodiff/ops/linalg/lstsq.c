/* lstsq.c - least squares through QR factors, whose rules it inherits. */
#include "qr.h"

#include "internal.h"

/* Are a and b matrices that fit? Fails the tape if not. */
static bool check_shapes(dt_tape *tape, dt_tensor *a, dt_tensor *b) {
    char shape_a[160], shape_b[160];
    const char *rule = NULL;
    if (dt_ndim(a) < 2 || dt_ndim(b) < 2) {
        rule = "needs at least two dimensions (dt_expand_dims makes a vector a matrix)";
    } else if (dt_shape(a)[dt_ndim(a) - 2] != dt_shape(b)[dt_ndim(b) - 2]) {
        rule = "the matrix and the right-hand side differ in their number of rows";
    } else if (dt_shape(a)[dt_ndim(a) - 2] < dt_shape(a)[dt_ndim(a) - 1]) {
        rule = "needs at least as many rows as columns, as many equations as unknowns (dt_pinv "
               "gives the shortest of many solutions)";
    }
    if (rule != NULL) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "lstsq: %s: %s%s, %s%s", rule,
                     dt_dtype_name(dt_dtype_of(a)),
                     dt_shape_format(shape_a, sizeof shape_a, dt_ndim(a), dt_shape(a)),
                     dt_dtype_name(dt_dtype_of(b)),
                     dt_shape_format(shape_b, sizeof shape_b, dt_ndim(b), dt_shape(b)));
    }
    return rule == NULL;
}

dt_tensor *dt_lstsq(dt_tensor *a, dt_tensor *b) {
    if (a == NULL && b == NULL) {
        return NULL;
    }
    dt_tape *tape = dt_tape_of(a != NULL ? a : b);
    if (!dti_check_alive(tape, a, "lstsq: the matrix") ||
        !dti_check_alive(tape, b, "lstsq: the right-hand side") || !check_shapes(tape, a, b)) {
        return dt_inert(tape);
    }
    dt_tensor *q, *r;
    dti_mix_types(&a, &b);
    dt_qr(a, &q, &r);
    if (dt_tape_status(tape) == DT_OK &&
        !dti_check_rank(r, "lstsq", "drop dependent columns, or use dt_pinv")) {
        return dt_inert(tape);
    }
    dt_tensor *x = dt_triangular_solve(r, dt_matmul_flags(q, DT_C, b, DT_N), false, DT_N);
    if (dt_tape_status(tape) != DT_OK) {
        dt_tape_context(tape, "lstsq");
    }
    return x;
}
