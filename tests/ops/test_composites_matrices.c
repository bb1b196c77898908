/* test_composites_matrices.c - functions of singular values, pseudo-inverses and exponentials,
 * alone and in compositions, have right first and second derivatives. */
#include <difftape/gradcheck.h>
#include <difftape/ops.h>

#include <criterion/criterion.h>

#include "random.h"

/* Inputs: two (3,4,4) arrays, of which functions take what they need. */
enum { SIZE = 48 };
static const int64_t shape[] = {3, 4, 4};
static double numbers[2][2 * SIZE];

/* The first n columns, or rows. */
static dt_tensor *columns(dt_tensor *x, int64_t n) {
    return dt_slice(x, -1, 0, n, 1);
}

static dt_tensor *rows(dt_tensor *x, int64_t n) {
    return dt_slice(x, -2, 0, n, 1);
}

/* Matrices of a batch in three sizes: expm halves them differently often. */
static dt_tensor *expm(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    const double sizes[3] = {0.01, 1, 4};
    dt_tensor *scale = dt_constant(tape, DT_F64, 3, (const int64_t[]){3, 1, 1}, sizes);
    return dt_expm(dt_mul(in[0], scale));
}

/* exp(a) b exp(-a), with a in both factors. */
static dt_tensor *turned(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_matmul(dt_matmul(dt_expm(in[0]), in[1]), dt_expm(dt_neg(in[0])));
}

static dt_tensor *pinv(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *tall = dt_pinv(columns(in[0], 2), 0), *wide = dt_pinv(rows(in[1], 2), 1e-9);
    return dt_add(dt_matmul(wide, tall), dt_pinv(in[0], 0));
}

/* A product of rank 2 by construction: where the rank stays, there are derivatives. */
static dt_tensor *pinv_of_rank_2(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_pinv(dt_matmul(columns(in[0], 2), rows(in[1], 2)), 1e-10);
}

static dt_tensor *norms(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_stack(3,
                    (dt_tensor *const[]){dt_matrix_norm(in[0], DT_NORM_FROBENIUS),
                                         dt_matrix_norm(columns(in[0], 3), DT_NORM_NUCLEAR),
                                         dt_matrix_norm(rows(in[1], 3), DT_NORM_SPECTRAL)},
                    0);
}

/* The condition number and the entropy of singular values. */
static dt_tensor *of_values(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *s = dt_svdvals(dt_matmul(in[0], in[1]));
    dt_tensor *part = dt_div(s, dt_sum(s, DT_ALL));
    return dt_add(dt_sum(dt_mul(part, dt_log(part)), -1), dt_div(dt_max(s, -1), dt_min(s, -1)));
}

/* The nearest unitary matrix, u v^H. */
static dt_tensor *nearest_unitary(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *u, *s, *vh;
    dt_svd(dt_add(in[0], dt_scale(in[1], 0.3)), &u, &s, &vh);
    return dt_matmul(u, vh);
}

/* A matrix again from its eigenvalues, moved a little, and eigenvectors. */
static dt_tensor *eig_again(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *w, *v;
    dt_eig(in[0], &w, &v);
    w = dt_add(w, dt_scale(dt_square(w), 0.1));
    return dt_matmul(dt_mul(v, dt_expand_dims(w, -2)), dt_inverse(v));
}

static void check(const char *name, dt_tensor_fn *fn, dt_dtype dtype) {
    for (uint64_t k = 0; k < 2 * SIZE; k++) {
        numbers[0][k] = dti_random_normal(21, k);
        numbers[1][k] = dti_random_normal(22, k);
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

Test(composites, of_singular_values_and_exponentials_have_right_derivatives_real_and_complex) {
    static const struct {
        const char *name;
        dt_tensor_fn *fn;
    } all[] = {{"expm", expm},
               {"turned", turned},
               {"pinv", pinv},
               {"pinv_of_rank_2", pinv_of_rank_2},
               {"norms", norms},
               {"of_values", of_values},
               {"nearest_unitary", nearest_unitary},
               {"eig_again", eig_again}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        check(all[i].name, all[i].fn, DT_F64);
        check(all[i].name, all[i].fn, DT_C128);
    }
}
