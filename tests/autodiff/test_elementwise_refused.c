/* test_elementwise_refused.c - what elementwise operations refuse, and the sentences they say. */
#include <difftape/ops.h>

#include <criterion/criterion.h>

static dt_tensor *of_type(dt_tape *tape, dt_dtype dtype) {
    return dt_constant(tape, dtype, 1, (int64_t[]){3}, NULL);
}

/* The call failed with this status and sentence, and returned the inert tensor. Frees the tape. */
static void expect_refused(dt_tensor *y, dt_tape *tape, dt_status status, const char *message) {
    cr_expect_eq(dt_tape_status(tape), status, "%s", dt_tape_message(tape));
    cr_expect_str_eq(dt_tape_message(tape), message);
    cr_expect_eq(y, dt_inert(tape), "%s", message);
    dt_tape_reset(tape);
}

#define IN(dtype) of_type(tape, dtype)
#define MIX       "types do not mix (use dt_cast to convert on purpose): "

Test(elementwise, types_that_do_not_mix_are_named) {
    dt_tape *tape = dt_tape_new(NULL);
    expect_refused(dt_add(IN(DT_F32), IN(DT_F64)), tape, DT_ERR_DTYPE,
                   "add: " MIX "f32(3), f64(3)");
    expect_refused(dt_mul(IN(DT_F64), IN(DT_C64)), tape, DT_ERR_DTYPE,
                   "mul: " MIX "f64(3), c64(3)");
    expect_refused(dt_polar(IN(DT_F32), IN(DT_F64)), tape, DT_ERR_DTYPE,
                   "polar: " MIX "f32(3), f64(3)");
    expect_refused(dt_where(IN(DT_BOOL), IN(DT_F32), IN(DT_C128)), tape, DT_ERR_DTYPE,
                   "where: " MIX "bool(3), f32(3), c128(3)");
    expect_refused(dt_div(IN(DT_F64), IN(DT_I64)), tape, DT_ERR_DTYPE,
                   "div: input 1 must be f32, f64, c64 or c128: f64(3), i64(3)");
    expect_refused(dt_exp(IN(DT_BOOL)), tape, DT_ERR_DTYPE,
                   "exp: input 0 must be f32, f64, c64 or c128: bool(3)");
    expect_refused(dt_conj(IN(DT_I64)), tape, DT_ERR_DTYPE,
                   "conj: input 0 must be f32, f64, c64 or c128: i64(3)");
    dt_tape_free(tape);
}

Test(elementwise, inputs_that_must_be_real_or_bool_are_named) {
    dt_tape *tape = dt_tape_new(NULL);
    expect_refused(dt_cis(IN(DT_C128)), tape, DT_ERR_DTYPE,
                   "cis: input 0 must be real (f32 or f64): c128(3)");
    expect_refused(dt_complex(IN(DT_F64), IN(DT_C128)), tape, DT_ERR_DTYPE,
                   "complex: input 1 must be real (f32 or f64): f64(3), c128(3)");
    expect_refused(dt_where(IN(DT_F64), IN(DT_F64), IN(DT_F64)), tape, DT_ERR_DTYPE,
                   "where: input 0, the mask, must be bool (dt_compare makes it): f64(3), "
                   "f64(3), f64(3)");
    expect_refused(dt_cast(IN(DT_C128), DT_F64), tape, DT_ERR_DTYPE,
                   "cast: complex does not convert to f64 (use dt_real, dt_imag or dt_abs): "
                   "c128(3)");
    expect_refused(dt_cast(IN(DT_F64), (dt_dtype)99), tape, DT_ERR_ARGUMENT,
                   "cast: there is no element type 99: f64(3)");
    dt_tape_free(tape);
}

Test(elementwise, shapes_that_do_not_broadcast_are_named) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *b = dt_constant(tape, DT_F64, 2, (int64_t[]){2, 4}, NULL);
    expect_refused(dt_sub(IN(DT_F64), b), tape, DT_ERR_SHAPE,
                   "sub: shapes do not broadcast (sizes, aligned at the right, must be equal or "
                   "1): f64(3), f64(2,4)");
    b = dt_constant(tape, DT_F64, 2, (int64_t[]){2, 4}, NULL);
    expect_refused(dt_complex(IN(DT_F64), b), tape, DT_ERR_SHAPE,
                   "complex: shapes do not broadcast (sizes, aligned at the right, must be equal "
                   "or 1): f64(3), f64(2,4)");
    b = dt_constant(tape, DT_F64, 2, (int64_t[]){2, 4}, NULL);
    expect_refused(dt_where(IN(DT_BOOL), dt_scalar(tape, 1), b), tape, DT_ERR_SHAPE,
                   "where: shapes do not broadcast (sizes, aligned at the right, must be equal or "
                   "1): bool(3), f64(), f64(2,4)");
    dt_tape_free(tape);
}
