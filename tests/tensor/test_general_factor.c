/* test_general_factor.c - LU and QR factors on arrays, by their residuals. */
#include "helpers.h"
#include "linalg.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

/* Well-conditioned matrices with large elements beside the diagonal: every pivot is exchanged. */
static dt_array regular(uint64_t seed, dt_dtype dtype, int64_t batch, int64_t n) {
    dt_array a = random_array(seed, dtype, SHAPE(batch, n, n));
    for (int64_t i = 0; i < batch * n; i++) {
        int64_t at = i / n * n * n + i % n * n + (i + 1) % n;
        set(&a, at, get(&a, at) + 3 + 0.3 * (double)n);
    }
    return a;
}

/* L U P^T multiplied out from what dti_lu left in lu. */
static dt_array multiplied_out(const dt_array *lu, const dt_array *pivots) {
    int64_t n = lu->shape[2], batch = lu->shape[0];
    dt_array product = zero_array(lu->dtype, SHAPE(batch, n, n));
    for (int64_t b = 0; b < batch; b++) {
        int64_t first = b * n * n;
        for (int64_t i = 0; i < n; i++) {
            for (int64_t j = 0; j < n; j++) {
                double complex sum = 0;
                for (int64_t k = 0; k <= i && k <= j; k++) {
                    double complex u = k == j ? 1 : get(lu, first + k * n + j);
                    sum += get(lu, first + i * n + k) * u;
                }
                set(&product, first + i * n + j, sum);
            }
        }
        for (int64_t j = n - 1; j >= 0; j--) { /* columns exchanged back, the last first */
            int64_t p = ((const int64_t *)pivots->data)[b * n + j];
            for (int64_t i = 0; i < n && p != j; i++) {
                double complex held = get(&product, first + i * n + j);
                set(&product, first + i * n + j, get(&product, first + i * n + p));
                set(&product, first + i * n + p, held);
            }
        }
    }
    return product;
}

Test(general_factor, lu_reproduces_the_matrix) {
    static const int64_t sizes[] = {1, 2, 3, 6, 17, 70};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (int t = 0; t < 4; t++) {
            int64_t n = sizes[s];
            dt_array a = random_array(61, float_types[t], SHAPE(3, n, n));
            dt_array lu = random_array(61, float_types[t], SHAPE(3, n, n));
            dt_array pivots = zero_array(DT_I64, SHAPE(3, n));
            cr_assert(dti_lu(&lu, &pivots) == DT_OK);
            dt_array product = multiplied_out(&lu, &pivots);
            double residual = largest_difference(&product, &a);
            double allowed = 10 * epsilon_of(float_types[t]) * (double)(n + 1);
            cr_expect(residual <= allowed, "%s, n = %d: residual %g, allowed %g",
                      dt_dtype_name(float_types[t]), (int)n, residual, allowed);
            for (int64_t i = 0; i < 3 * n * n; i++) {
                cr_assert(i % n <= i / n % n || cabs(get(&lu, i)) <= 1 + 1e-6 ||
                              dt_dtype_is_complex(float_types[t]),
                          "pivots are not the largest");
            }
            dt_array_free(&a);
            dt_array_free(&lu);
            dt_array_free(&pivots);
            dt_array_free(&product);
        }
    }
}

Test(general_factor, lu_solves_for_every_type_flag_and_number_of_columns) {
    static const dti_flag flags[] = {DTI_N, DTI_T, DTI_C};
    for (int c = 0; c < 4 * 3 * 4; c++) {
        dt_dtype dtype = float_types[c % 4];
        dti_flag flag = flags[c / 4 % 3];
        int64_t n = 9, m = (int64_t[]){1, 2, 9, 40}[c / 12], matrix = -7;
        dt_array a = regular(62, dtype, 2, n), lu = regular(62, dtype, 2, n);
        dt_array pivots = zero_array(DT_I64, SHAPE(2, n));
        dt_array x = random_array(63, dtype, SHAPE(3, 2, n, m)),
                 b = random_array(63, dtype, SHAPE(3, 2, n, m));
        dti_lu(&lu, &pivots);
        cr_assert(dti_lu_solve(&x, &lu, &pivots, flag, &matrix) == DT_OK && matrix == -7);
        dt_array product = zero_array(dtype, SHAPE(3, 2, n, m));
        cr_assert(dti_matmul(&product, &a, flag, &x, DTI_N) == DT_OK);
        double residual = largest_difference(&product, &b);
        cr_expect(residual <= 100 * epsilon_of(dtype), "%s, flag %d, m = %d: residual %g",
                  dt_dtype_name(dtype), (int)flag, (int)m, residual);
        dt_array_free(&a);
        dt_array_free(&lu);
        dt_array_free(&pivots);
        dt_array_free(&x);
        dt_array_free(&b);
        dt_array_free(&product);
    }
}

Test(general_factor, lu_solve_reports_the_first_zero_pivot) {
    for (int t = 0; t < 4; t++) {
        dt_array a = regular(64, float_types[t], 5, 4),
                 x = random_array(65, float_types[t], SHAPE(5, 4, 2));
        dt_array pivots = zero_array(DT_I64, SHAPE(5, 4));
        for (int64_t i = 0; i < 4; i++) { /* row 2 of matrices 3 and 4 */
            set(&a, 3 * 16 + 8 + i, 0);
            set(&a, 4 * 16 + 8 + i, 0);
        }
        int64_t matrix = -1;
        dti_lu(&a, &pivots);
        cr_expect(dti_lu_solve(&x, &a, &pivots, DTI_N, &matrix) == DT_ERR_SINGULAR && matrix == 3,
                  "matrix %d", (int)matrix);
        dt_array_free(&a);
        dt_array_free(&x);
        dt_array_free(&pivots);
    }
}

Test(general_factor, lu_of_nan_exchanges_rows_that_exist) {
    for (int c = 0; c < 4 * 4; c++) {
        int64_t n = (int64_t[]){2, 5, 33, 70}[c / 4];
        dt_array a = random_array(66, float_types[c % 4], SHAPE(2, n, n));
        dt_array pivots = zero_array(DT_I64, SHAPE(2, n));
        for (int64_t i = 0; i < n * n; i++) { /* the first matrix all, the second one element */
            set(&a, i, NAN);
        }
        set(&a, n * n + n + 1, NAN);
        cr_assert(dti_lu(&a, &pivots) == DT_OK);
        for (int64_t i = 0; i < 2 * n; i++) {
            int64_t p = ((const int64_t *)pivots.data)[i];
            cr_assert(p >= i % n && p < n, "pivot %d is %d", (int)i, (int)p);
        }
        dt_array_free(&a);
        dt_array_free(&pivots);
    }
}

/* Factors of random matrices and what they leave. */
static void check_qr(dt_dtype dtype, int64_t m, int64_t n) {
    dt_array a = random_array(67, dtype, SHAPE(3, m, n)),
             q = random_array(67, dtype, SHAPE(3, m, n));
    dt_array r = zero_array(dtype, SHAPE(3, n, n)), product = zero_array(dtype, SHAPE(3, m, n));
    dt_array gram = zero_array(dtype, SHAPE(3, n, n));
    void *workspace = malloc(dti_qr_workspace(m, n, dtype));
    void *more = malloc(dti_qr_rank_workspace(n, dtype));
    cr_assert(workspace != NULL && more != NULL && dti_qr(&q, &r, workspace) == DT_OK);
    dti_matmul(&product, &q, DTI_N, &r, DTI_N);
    dti_matmul(&gram, &q, DTI_C, &q, DTI_N);
    double allowed = 10 * epsilon_of(dtype) * (double)(m + 1);
    cr_expect(largest_difference(&product, &a) <= allowed, "%s, %d x %d: q r", dt_dtype_name(dtype),
              (int)m, (int)n);
    for (int64_t i = 0; i < 3 * n * n; i++) {
        int64_t row = i / n % n, column = i % n;
        cr_expect(cabs(get(&gram, i) - (row == column)) <= allowed, "q^H q");
        cr_expect(row <= column || get(&r, i) == 0, "r below its diagonal");
        cr_expect(row != column || (creal(get(&r, i)) > 0 && cimag(get(&r, i)) == 0), "diagonal");
    }
    double rcond = -7;
    cr_expect(dti_qr_rank(&r, more, &rcond) == -1 && rcond == -7, "full rank");
    for (int64_t i = 0; i < n; i++) { /* a column that is its neighbour, or zero */
        set(&r, n * n + i * n + n - 1, n > 1 ? 7 * get(&r, n * n + i * n) : 0);
    }
    cr_expect(dti_qr_rank(&r, more, &rcond) == 1 && rcond < epsilon_of(dtype), "rank n - 1: %g",
              rcond);
    free(workspace);
    free(more);
    dt_array_free(&a);
    dt_array_free(&q);
    dt_array_free(&r);
    dt_array_free(&product);
    dt_array_free(&gram);
}

Test(general_factor, qr_reproduces_the_matrix_and_tells_its_rank) {
    static const int64_t sizes[][2] = {{1, 1}, {3, 1}, {4, 4}, {9, 4}, {60, 40}, {80, 80}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (int t = 0; t < 4; t++) {
            check_qr(float_types[t], sizes[s][0], sizes[s][1]);
        }
    }
}
