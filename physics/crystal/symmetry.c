/* symmetry.c - the copies of the asymmetric unit on the tape. */
#include <difftape/crystal.h>
#include <difftape/ops.h>

dt_tensor *dt_expand_symmetry(const dt_crystal *crystal, dt_tensor *xyz) {
    dt_tape *tape = dt_tape_of(xyz);
    if (dt_ndim(xyz) != 2 || dt_shape(xyz)[1] != 3) {
        if (dt_tape_status(tape) == DT_OK) {
            dt_tape_fail(tape, DT_ERR_SHAPE, "expand_symmetry: positions must be (atoms,3)");
        }
        return dt_inert(tape);
    }
    int64_t n_asu = crystal->n_asu;
    const dt_array rotation = dt_array_wrap(DT_F64, 3, (int64_t[]){n_asu, 3, 3}, crystal->rotation);
    const dt_array translation =
        dt_array_wrap(DT_F64, 3, (int64_t[]){n_asu, 1, 3}, crystal->translation);
    dt_tensor *turned = dt_matmul_flags(xyz, DT_N, dt_constant_view(tape, &rotation), DT_T);
    return dt_add(turned, dt_constant_view(tape, &translation));
}
