/* metric.c - the unit cell on the tape: axes and symmetry copies as functions of its parameters. */
#include "../shared.h"

#include <difftape/crystal.h>
#include <difftape/ops.h>

/* The cosine of an angle in degrees; exactly 0 at 90, where sin(90 - angle) is used. */
static dt_tensor *cosine(dt_tensor *degrees) {
    dt_tensor *right = dt_scalar(dt_tape_of(degrees), 90.0);
    return dt_sin(dt_scale(dt_sub(right, degrees), TWO_PI / 360.0));
}

dt_tensor *dt_cell_axes(dt_tensor *cell) {
    dt_tape *tape = dt_tape_of(cell);
    if (dt_tape_status(tape) == DT_OK &&
        (dt_ndim(cell) != 1 || dt_shape(cell)[0] != 6 || dt_dtype_of(cell) != DT_F64)) {
        dt_tape_fail(
            tape, DT_ERR_SHAPE,
            "cell axes: the cell must be six f64 numbers, a b c in Angstrom and alpha beta "
            "gamma in degrees");
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    dt_tensor *p[6];
    for (int i = 0; i < 6; i++) {
        p[i] = i < 3 ? dt_select(cell, 0, i) : cosine(dt_select(cell, 0, i));
    }
    dt_tensor *one = dt_scalar(tape, 1.0), *zero = dt_scalar(tape, 0.0);
    dt_tensor *sine = dt_sqrt(dt_sub(one, dt_square(p[5])));
    dt_tensor *x = p[4], *y = dt_div(dt_sub(p[3], dt_mul(p[4], p[5])), sine);
    dt_tensor *z = dt_sqrt(dt_sub(one, dt_add(dt_square(x), dt_square(y))));
    dt_tensor *rows[9] = {p[0],
                          zero,
                          zero,
                          dt_mul(p[1], p[5]),
                          dt_mul(p[1], sine),
                          zero,
                          dt_mul(p[2], x),
                          dt_mul(p[2], y),
                          dt_mul(p[2], z)};
    return dt_reshape(dt_stack(9, rows, 0), 2, (int64_t[]){3, 3});
}

dt_tensor *dt_expand_symmetry_in(const dt_crystal *crystal, dt_tensor *xyz, dt_tensor *axes) {
    dt_tape *tape = dt_tape_of(xyz);
    if (dt_tape_status(tape) == DT_OK &&
        (dt_ndim(xyz) != 2 || dt_shape(xyz)[1] != 3 || dt_ndim(axes) != 2 ||
         dt_shape(axes)[0] != 3 || dt_shape(axes)[1] != 3)) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "expand_symmetry: positions must be (atoms,3) and axes (3,3)");
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    const int64_t n = crystal->n_asu, square[2] = {3, 3};
    /* The operators on fractional coordinates, which no cell changes: R = B C A^T for a Cartesian
     * rotation C, and t + s = B t_C. Rows of coordinates are multiplied from the right. */
    dt_tensor *a = view(tape, DT_F64, 2, square, crystal->cell.axes);
    dt_tensor *b = view(tape, DT_F64, 2, square, crystal->cell.fractional);
    dt_tensor *c = view(tape, DT_F64, 3, (int64_t[]){n, 3, 3}, crystal->rotation);
    dt_tensor *t = view(tape, DT_F64, 3, (int64_t[]){n, 1, 3}, crystal->translation);
    dt_tensor *rotation = dt_matmul(b, dt_matmul_flags(c, DT_N, a, DT_T));
    dt_tensor *translation = dt_matmul_flags(t, DT_N, b, DT_T);
    dt_tensor *fractional = dt_matmul(xyz, dt_inverse(axes));
    dt_tensor *moved = dt_add(dt_matmul_flags(fractional, DT_N, rotation, DT_T), translation);
    return dt_matmul(moved, axes);
}
