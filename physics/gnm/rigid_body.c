/* rigid_body.c - the six ways a rigid asymmetric unit can move. */
#include "projector.h"

#include <difftape/gnm.h>
#include <difftape/ops.h>

dt_tensor *dt_rigid_body_coordinates(dt_tensor *xyz) {
    dt_tape *tape = dt_tape_of(xyz);
    if (dt_tape_status(tape) == DT_OK && (dt_ndim(xyz) != 3 || dt_shape(xyz)[2] != 3)) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "rigid body: positions must be (asymmetric units, atoms, 3)");
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    const int64_t *shape = dt_shape(xyz);
    dt_tensor *centroid = dt_expand_dims(dt_mean(xyz, 1), 1);
    dt_tensor *ones = dt_full(tape, DT_F64, 3, (int64_t[]){shape[0], shape[1], 1}, 1.0);
    return dt_concat(2, (dt_tensor *[]){ones, dt_sub(xyz, centroid)}, -1);
}

dt_tensor *dt_rigid_body_projector(dt_tensor *body) {
    dt_tape *tape = dt_tape_of(body);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    const dt_array e = dt_array_wrap(DT_F64, 2, (int64_t[]){4, 18}, projector_of_body);
    dt_tensor *a = dt_matmul(body, dt_constant_view(tape, &e));
    return dt_reshape(a, 3, (int64_t[]){dt_shape(body)[0], 3 * dt_shape(body)[1], 6});
}

dt_tensor *dt_cumulative_body(dt_tensor *body) {
    dt_tape *tape = dt_tape_of(body);
    if (dt_tape_status(tape) == DT_OK && (dt_ndim(body) != 3 || dt_shape(body)[2] != 4)) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "rigid body: body coordinates must be (asymmetric units, atoms, 4)");
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    const int64_t *shape = dt_shape(body);
    dt_tensor *rows = dt_reshape(body, 2, (int64_t[]){shape[0] * shape[1], 4});
    dt_tensor *ones = dt_slice(rows, 1, 0, 1, 1), *xyz = dt_slice(rows, 1, 1, 4, 1);
    dt_tensor *sums = dt_concat(2, (dt_tensor *[]){ones, dt_cumsum(xyz, 0)}, 1);
    return dt_reshape(sums, 3, shape);
}
