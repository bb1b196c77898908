/* test_composites_linalg.c - functions of matrices made of several operations, and compositions
 * physicists write, inherit right derivatives. */
#include <difftape/gradcheck.h>
#include <difftape/ops.h>

#include <criterion/criterion.h>

#include "random.h"

/* Inputs: two (2,4,4) arrays, of which single functions take what they need. */
enum { SIZE = 32 };
static const int64_t shape[] = {2, 4, 4};
static double numbers[2][2 * SIZE];

/* The first n columns. */
static dt_tensor *columns(dt_tensor *x, int64_t n) {
    return dt_slice(x, -1, 0, n, 1);
}

/* Away from singular matrices. */
static dt_tensor *regular(dt_tape *tape, dt_tensor *x) {
    return dt_add(x, dt_scale(dt_eye(tape, dt_dtype_of(x), 4), 3));
}

static dt_tensor *inverse(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    return dt_inverse(regular(tape, in[0]));
}

static dt_tensor *logdet(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    dt_tensor *a = dt_matmul_flags(in[0], DT_N, in[0], DT_C);
    return dt_logdet(regular(tape, dt_add(a, dt_scale(in[1], 0.05)))); /* not quite Hermitian */
}

static dt_tensor *lstsq(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_lstsq(columns(in[0], 2), columns(in[1], 3));
}

/* One matrix under a batch of right-hand sides, and the other way round. */
static dt_tensor *lstsq_broadcast(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *one = dt_select(in[0], 0, 0), *other = dt_select(in[1], 0, 1);
    return dt_add(dt_lstsq(columns(one, 2), in[1]), dt_lstsq(columns(in[0], 2), other));
}

/* Variable projection: the sum of squares that is left after the linear parameters are fitted. */
static dt_tensor *residual(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *a = columns(in[0], 3), *b = columns(in[1], 1);
    return dt_sum(dt_abs2(dt_sub(dt_matmul(a, dt_lstsq(a, b)), b)), DT_AXES(-1, -2));
}

/* Factors of a product of factors. */
static dt_tensor *qr_twice(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *q, *r, *second;
    dt_qr(columns(in[0], 3), &q, &r);
    dt_qr(dt_add(q, dt_scale(columns(in[1], 3), 0.2)), &second, &r);
    return dt_matmul(second, r);
}

static dt_tensor *sign_of_determinant(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *sign, *logabs;
    dt_slogdet(dt_matmul(in[0], in[1]), &sign, &logabs);
    return dt_stack(2, (dt_tensor *const[]){dt_mul(sign, logabs), dt_det(in[1])}, 0);
}

static dt_tensor *solve_chain(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    dt_tensor *a = regular(tape, in[0]);
    return dt_solve(dt_transpose(a), dt_solve(a, in[1]));
}

static void check(const char *name, dt_tensor_fn *fn, dt_dtype dtype) {
    for (uint64_t k = 0; k < 2 * SIZE; k++) {
        numbers[0][k] = dti_random_normal(11, k);
        numbers[1][k] = dti_random_normal(12, k);
    }
    const dt_array values[] = {dt_array_wrap(dtype, 3, shape, numbers[0]),
                               dt_array_wrap(dtype, 3, shape, numbers[1])};
    const dt_gradcheck_options options = {.second_order = true, .replay = true};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    dt_gradcheck(name, fn, NULL, 2, values, &options, &report, &error);
    cr_expect(error.status == DT_OK, "%s", error.message);
    cr_expect(report.compared > 2 * SIZE, "%s: only %lld numbers compared", name,
              (long long)report.compared);
}

Test(composites, of_matrices_have_right_first_and_second_derivatives_real_and_complex) {
    static const struct {
        const char *name;
        dt_tensor_fn *fn;
    } all[] = {{"inverse", inverse},
               {"logdet", logdet},
               {"lstsq", lstsq},
               {"lstsq_broadcast", lstsq_broadcast},
               {"residual", residual},
               {"qr_twice", qr_twice},
               {"sign_of_determinant", sign_of_determinant},
               {"solve_chain", solve_chain}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        check(all[i].name, all[i].fn, DT_F64);
        check(all[i].name, all[i].fn, DT_C128);
    }
}
