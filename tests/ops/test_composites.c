/* test_composites.c - public functions made of several operations inherit right derivatives. */
#include <difftape/gradcheck.h>
#include <difftape/ops.h>

#include <criterion/criterion.h>

#include "random.h"

/* Inputs: two complex (2,3,3) arrays, of which single functions take what they need. */
enum { SIZE = 18 };
static const int64_t shape[] = {2, 3, 3};
static double numbers[2][2 * SIZE];

static dt_tensor *mean_axis(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_mean(in[0], 1);
}

static dt_tensor *mean_axes(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_mean(in[0], DT_AXES(0, -1));
}

static dt_tensor *mean_all(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_mul(dt_mean(in[0], DT_ALL), dt_mean(in[1], DT_ALL));
}

static dt_tensor *stack(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_square(dt_stack(2, in, -1));
}

static dt_tensor *select_expand(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_mul(dt_expand_dims(dt_select(in[0], 1, -1), 1), in[1]);
}

static dt_tensor *transpose(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_matmul(dt_transpose(in[0]), in[1]);
}

static dt_tensor *hermitian_solve(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    dt_tensor *ridge = dt_diag(dt_full(tape, DT_F64, 1, (const int64_t[]){3}, 1));
    dt_tensor *a = dt_add(dt_matmul_flags(in[0], DT_N, in[0], DT_C), ridge);
    return dt_hermitian_solve(dt_add(a, dt_scale(in[1], 0.05)), in[1]); /* a: not quite Hermitian */
}

/* The phonon intensity in small: I = G conj(K)^-1 G^H. */
static dt_tensor *intensity(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    dt_tensor *ridge = dt_diag(dt_full(tape, DT_F64, 1, (const int64_t[]){3}, 1));
    dt_tensor *k = dt_add(dt_matmul_flags(in[0], DT_N, in[0], DT_C), ridge);
    dt_tensor *x = dt_triangular_solve(dt_cholesky(k), dt_transpose(in[1]), true, DT_N);
    return dt_sum(dt_abs2(x), 1);
}

static void check(const char *name, dt_tensor_fn *fn, dt_dtype dtype) {
    for (uint64_t k = 0; k < 2 * SIZE; k++) {
        numbers[0][k] = dti_random_normal(1, k);
        numbers[1][k] = dti_random_normal(2, k);
    }
    const dt_array values[] = {dt_array_wrap(dtype, 3, shape, numbers[0]),
                               dt_array_wrap(dtype, 3, shape, numbers[1])};
    const dt_gradcheck_options options = {.second_order = true};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    dt_gradcheck(name, fn, NULL, 2, values, &options, &report, &error);
    cr_expect(error.status == DT_OK, "%s", error.message);
    cr_expect(report.compared > 2 * SIZE, "%s: only %lld numbers compared", name,
              (long long)report.compared);
}

Test(composites, have_right_first_and_second_derivatives_real_and_complex) {
    static const struct {
        const char *name;
        dt_tensor_fn *fn;
    } all[] = {{"mean", mean_axis},
               {"mean_axes", mean_axes},
               {"mean_all", mean_all},
               {"stack", stack},
               {"select", select_expand},
               {"transpose", transpose},
               {"hermitian_solve", hermitian_solve},
               {"intensity", intensity}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        check(all[i].name, all[i].fn, DT_F64);
        check(all[i].name, all[i].fn, DT_C128);
    }
}
