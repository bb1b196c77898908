/* test_factor.c - Cholesky factors and triangular solves, by their residuals. */
#include "helpers.h"
#include "linalg.h"

#include <criterion/criterion.h>

#include <math.h>

/* Hermitian positive definite matrices A = B B^H + 1. */
static dt_array positive_definite(uint64_t seed, dt_dtype dtype, int64_t batch, int64_t n) {
    dt_array b = random_array(seed, dtype, SHAPE(batch, n, n)),
             a = zero_array(dtype, SHAPE(batch, n, n));
    cr_assert(dti_matmul(&a, &b, DTI_N, &b, DTI_C) == DT_OK);
    for (int64_t i = 0; i < batch * n; i++) {
        int64_t at = i / n * n * n + i % n * (n + 1);
        set(&a, at, creal(get(&a, at)) + 1);
    }
    dt_array_free(&b);
    return a;
}

Test(factor, cholesky_reproduces_the_matrix_and_clears_the_upper_triangle) {
    static const int64_t sizes[] = {1, 2, 3, 6, 17, 50};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (int t = 0; t < 4; t++) {
            int64_t n = sizes[s], matrix = -7, minor = -7;
            dt_array a = positive_definite(51, float_types[t], 5, n);
            dt_array l = positive_definite(51, float_types[t], 5, n);
            for (int64_t i = 0; i < 5 * n * n; i++) { /* the upper triangle must not be read */
                if (i % n > i / n % n) {
                    set(&l, i, 1000);
                }
            }
            cr_assert(dti_cholesky(&l, &matrix, &minor) == DT_OK, "n = %d", (int)n);
            cr_expect(matrix == -7 && minor == -7, "outputs touched on success");
            for (int64_t i = 0; i < 5 * n * n; i++) {
                int64_t r = i / n % n, c = i % n;
                cr_assert(c <= r || get(&l, i) == 0, "upper element (%d, %d) is not 0", (int)r,
                          (int)c);
                cr_assert(c != r || (cimag(get(&l, i)) == 0 && creal(get(&l, i)) > 0),
                          "diagonal element %d is not positive", (int)r);
            }
            dt_array product = zero_array(float_types[t], SHAPE(5, n, n));
            dti_matmul(&product, &l, DTI_N, &l, DTI_C);
            double residual = largest_difference(&product, &a);
            double allowed = 10 * epsilon_of(float_types[t]) * (double)(n + 1);
            cr_expect(residual <= allowed, "%s, n = %d: residual %g, allowed %g",
                      dt_dtype_name(float_types[t]), (int)n, residual, allowed);
            dt_array_free(&a);
            dt_array_free(&l);
            dt_array_free(&product);
        }
    }
}

Test(factor, cholesky_names_the_first_matrix_and_minor_that_fail) {
    static const double bad[] = {-1, 0, NAN, INFINITY};
    for (int t = 0; t < 4; t++) {
        for (int b = 0; b < 4; b++) {
            const int64_t n = 6;
            dt_array a = positive_definite(52, float_types[t], 9, n);
            for (int64_t i = 0; i < n; i++) { /* row and column 3 of matrices 4 and 7 */
                for (int64_t m = 4; m <= 7; m += 3) {
                    set(&a, m * n * n + 3 * n + i, 0);
                    set(&a, m * n * n + i * n + 3, 0);
                    set(&a, m * n * n + 3 * n + 3, bad[b]);
                }
            }
            int64_t matrix = -1, minor = -1;
            dt_status status = dti_cholesky(&a, &matrix, &minor);
            cr_expect(status == DT_ERR_NOT_POSITIVE_DEFINITE && matrix == 4 && minor == 4,
                      "%s with %g: %s, matrix %d, minor %d", dt_dtype_name(float_types[t]), bad[b],
                      dt_status_name(status), (int)matrix, (int)minor);
            dt_array_free(&a);
        }
    }
}

/* op(t) x restored from the solution, compared with the right-hand side. */
static void check_solve(const dt_array *t, bool lower, dti_flag flag, const dt_array *rhs,
                        const char *name) {
    dt_array x = zero_array(rhs->dtype, rhs->ndim, rhs->shape);
    dt_array_copy(&x, rhs, NULL);
    int64_t matrix = -1;
    cr_assert(dti_triangular_solve(&x, t, lower, flag, &matrix) == DT_OK, "%s", name);
    dt_array triangle = zero_array(t->dtype, t->ndim, t->shape);
    int64_t n = t->shape[t->ndim - 1];
    for (int64_t i = 0; i < dt_array_size(t); i++) {
        int64_t r = i / n % n, c = i % n;
        set(&triangle, i, (lower ? c <= r : c >= r) ? get(t, i) : 0);
    }
    dt_array product = zero_array(rhs->dtype, rhs->ndim, rhs->shape);
    cr_assert(dti_matmul(&product, &triangle, flag, &x, DTI_N) == DT_OK);
    double residual = largest_difference(&product, rhs);
    double allowed = 100 * epsilon_of(rhs->dtype) * (double)n;
    cr_expect(residual <= allowed, "%s, %s, lower %d, flag %d: residual %g, allowed %g", name,
              dt_dtype_name(rhs->dtype), lower, (int)flag, residual, allowed);
    dt_array_free(&x);
    dt_array_free(&triangle);
    dt_array_free(&product);
}

Test(factor, triangular_solve_for_every_type_triangle_flag_and_layout) {
    static const int swap[3] = {0, 2, 1};
    for (int c = 0; c < 4 * 2 * 3; c++) {
        dt_dtype dtype = float_types[c % 4];
        bool lower = c / 4 % 2 == 0;
        dti_flag flag = (dti_flag)(c / 8);
        const int64_t n = 7;
        dt_array t = random_array(53, dtype, SHAPE(3, n, n)), view;
        for (int64_t i = 0; i < 3 * n; i++) {
            int64_t at = i / n * n * n + i % n * (n + 1);
            set(&t, at, get(&t, at) + 4);
        }
        dt_array rhs = random_array(54, dtype, SHAPE(3, n, 4)),
                 column = random_array(55, dtype, SHAPE(3, n, 1));
        check_solve(&t, lower, flag, &rhs, "row-major");
        check_solve(&t, lower, flag, &column, "one column");
        dti_array_permute(&view, &t, swap, NULL);
        check_solve(&view, lower, flag, &rhs, "column-major");
        dt_array one;
        dti_array_slice(&one, &t, 0, 1, 2, 1, NULL);
        dti_array_reshape(&one, &one, SHAPE(n, n), NULL);
        check_solve(&one, lower, flag, &rhs, "one triangle for all");
        dt_array_free(&t);
        dt_array_free(&rhs);
        dt_array_free(&column);
    }
}

Test(factor, triangular_solve_reports_a_zero_on_the_diagonal) {
    dt_array t = positive_definite(56, DT_C128, 4, 3),
             x = random_array(57, DT_C128, SHAPE(4, 3, 2));
    dt_array before = random_array(57, DT_C128, SHAPE(4, 3, 2));
    set(&t, 2 * 9 + 4, 0);
    int64_t matrix = -1;
    cr_expect(dti_triangular_solve(&x, &t, true, DTI_N, &matrix) == DT_ERR_SINGULAR && matrix == 2,
              "matrix %d", (int)matrix);
    cr_expect(largest_difference(&x, &before) == 0, "the right-hand side was changed");
    dt_array_free(&t);
    dt_array_free(&x);
    dt_array_free(&before);
}
