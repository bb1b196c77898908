/* supercell.c - cells around the reference cell, and a copy of the asymmetric unit in one of them.
 * */
#include "../shared.h"

#include <difftape/crystal.h>
#include <difftape/ops.h>

int64_t dt_cell_id(const int extent[3], const int cell[3]) {
    int64_t id = 0;
    for (int d = 0; d < 3; d++) {
        if (extent[d] < 0 || cell[d] < -extent[d] || cell[d] > extent[d]) {
            return -1;
        }
        id = id * (2 * (int64_t)extent[d] + 1) + cell[d] + extent[d];
    }
    return id;
}

bool dt_cell_of_id(const int extent[3], int64_t id, int ret_cell[3]) {
    int cell[3];
    for (int d = 2; d >= 0; d--) {
        int64_t n = 2 * (int64_t)extent[d] + 1;
        if (extent[d] < 0 || id < 0) {
            return false;
        }
        cell[d] = (int)(id % n) - extent[d];
        id /= n;
    }
    for (int d = 0; d < 3 && id == 0; d++) {
        ret_cell[d] = cell[d];
    }
    return id == 0;
}

dt_tensor *dt_asu_positions(const dt_crystal *crystal, dt_tensor *xyz, int64_t asu,
                            const int cell[3]) {
    dt_tape *tape = dt_tape_of(xyz);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    if (asu < 0 || asu >= crystal->n_asu) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "asu_positions: asymmetric unit %lld; there are %lld, counted from 0",
                     (long long)asu, (long long)crystal->n_asu);
        return dt_inert(tape);
    }
    if (dt_ndim(xyz) != 2 || dt_shape(xyz)[1] != 3) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "asu_positions: positions must be (atoms,3)");
        return dt_inert(tape);
    }
    double t[3];
    for (int d = 0; d < 3; d++) {
        const double *a = crystal->cell.axes + d;
        t[d] = crystal->network_translation[3 * asu + d] + cell[0] * a[0] + cell[1] * a[3] +
               cell[2] * a[6];
    }
    dt_tensor *rotation = view(tape, DT_F64, 2, (int64_t[]){3, 3}, crystal->rotation + 9 * asu);
    return dt_add(dt_matmul_flags(xyz, DT_N, rotation, DT_T),
                  dt_constant(tape, DT_F64, 1, (int64_t[]){3}, t));
}
