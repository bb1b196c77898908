/* lattice.c - from cells and strains to scattering vectors. */
#include <difftape/crystal.h>
#include <difftape/lattice.h>
#include <difftape/linalg.h>

#include "../shared.h"
#include "components.h"

#include <string.h>

/* The six numbers of every cell make a cell; else the sentence of dt_cell_init. */
static bool check_cells(dt_tensor *cell) {
    dt_tape *tape = dt_tape_of(cell);
    dt_tensor *plain = dt_cast(dt_stop_gradient(cell), DT_F64);
    const double *numbers = dt_data_f64(plain);
    for (int64_t i = 0; numbers != NULL && i < dt_size(cell) / 6; i++) {
        double parameters[6];
        dt_cell checked;
        dt_error error = DT_ERROR_INIT;
        memcpy(parameters, numbers + 6 * i, sizeof parameters);
        for (int d = 3; d < 6; d++) {
            parameters[d] *= 360 / TWO_PI;
        }
        if (dt_cell_init(parameters, &checked, &error) != DT_OK) {
            dt_tape_fail(tape, error.status, "reciprocal_lattice: cell %lld: %s", (long long)i,
                         error.message);
            return false;
        }
    }
    return dt_tape_status(tape) == DT_OK;
}

/* The inverse of the triangular matrix of cell vectors, entry by entry. */
dt_tensor *dt_reciprocal_lattice(dt_tensor *cell) {
    if (cell == NULL) {
        return NULL;
    }
    dt_tape *tape = dt_tape_of(cell);
    if (!has_shape(tape, cell, "reciprocal_lattice: cell", 1, (const int64_t[]){6})) {
        return dt_inert(tape);
    }
    if (dt_dtype_of(cell) != DT_F32 && dt_dtype_of(cell) != DT_F64) {
        dt_tape_fail(tape, DT_ERR_DTYPE, "reciprocal_lattice: cell must be f32 or f64, is %s",
                     dt_dtype_name(dt_dtype_of(cell)));
    }
    if (dt_tape_status(tape) != DT_OK || !check_cells(cell)) {
        return dt_inert(tape);
    }
    dt_tensor *p[6];
    dt_unstack(cell, 6, -1, p);
    dt_tensor *ca = dt_cos(p[3]), *cb = dt_cos(p[4]), *cg = dt_cos(p[5]), *sg = dt_sin(p[5]);
    dt_tensor *zero = dt_scale(dt_stop_gradient(ca), 0);
    dt_tensor *v = dt_div(dt_sub(ca, dt_mul(cb, cg)), sg); /* c / |c| = (cb, v, s) */
    dt_tensor *sb = dt_sin(p[4]);
    dt_tensor *s = dt_sqrt(dt_mul(dt_sub(sb, v), dt_add(sb, v)));
    dt_tensor *cot = dt_div(cg, sg);
    dt_tensor *xx = dt_reciprocal(p[0]), *yy = dt_reciprocal(dt_mul(p[1], sg));
    dt_tensor *yx = dt_neg(dt_mul(cot, xx)), *zz = dt_reciprocal(dt_mul(p[2], s));
    dt_tensor *zx = dt_div(dt_sub(dt_mul(v, cot), cb), dt_mul(p[0], s));
    dt_tensor *zy = dt_neg(dt_mul(dt_div(v, s), yy));
    dt_tensor *rows[] = {dt_stack(3, (dt_tensor *const[]){xx, zero, zero}, -1),
                         dt_stack(3, (dt_tensor *const[]){yx, yy, zero}, -1),
                         dt_stack(3, (dt_tensor *const[]){zx, zy, zz}, -1)};
    return dt_scale(dt_stack(3, rows, -2), TWO_PI);
}

/* e_xx, e_yy, e_zz, e_yz, e_xz, e_xy as matrices. */
static dt_tensor *strain_matrix(dt_tensor *strain) {
    static const int place[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
    dt_tensor *e[6], *rows[3];
    dt_unstack(strain, 6, -1, e);
    for (int i = 0; i < 3; i++) {
        rows[i] =
            dt_stack(3, (dt_tensor *const[]){e[place[i][0]], e[place[i][1]], e[place[i][2]]}, -1);
    }
    return dt_stack(3, rows, -2);
}

dt_tensor *dt_strained_lattice(dt_tensor *lattice, dt_tensor *strain) {
    if (lattice == NULL || strain == NULL) {
        return lattice == NULL && strain == NULL
                   ? NULL
                   : dt_inert(dt_tape_of(lattice == NULL ? strain : lattice));
    }
    dt_tape *tape = dt_tape_of(lattice);
    int ndim = dt_ndim(strain);
    bool six = ndim >= 1 && dt_shape(strain)[ndim - 1] == 6;
    if (!has_shape(tape, lattice, "strained_lattice: lattice", 2, (const int64_t[]){3, 3}) ||
        (!six && !has_shape(tape, strain, "strained_lattice: strain, unless it is (..., 6)", 2,
                            (const int64_t[]){3, 3}))) {
        return dt_inert(tape);
    }
    dt_tensor *e = six ? strain_matrix(strain) : strain;
    dt_tensor *stretch = dt_add(e, dt_eye(tape, dt_dtype_of(strain), 3));
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    dt_tensor *strained = dt_solve(dt_transpose(stretch), lattice);
    if (dt_tape_status(tape) != DT_OK) {
        dt_tape_context(tape, "strained_lattice: 1 + strain");
    }
    return strained;
}

dt_tensor *dt_scattering_vectors(dt_tensor *hkl, dt_tensor *lattice, dt_tensor *rotation) {
    if (hkl == NULL) {
        return NULL;
    }
    dt_tape *tape = dt_tape_of(hkl);
    const int64_t matrix[] = {3, 3};
    if (!has_shape(tape, hkl, "scattering_vectors: hkl", 2, (const int64_t[]){-1, 3}) ||
        !has_shape(tape, lattice, "scattering_vectors: lattice", 2, matrix) ||
        !has_shape(tape, rotation, "scattering_vectors: rotation", 2, matrix)) {
        return dt_inert(tape);
    }
    return dt_matmul_flags(hkl, DT_N, dt_matmul(rotation, lattice), DT_T);
}
