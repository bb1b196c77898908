/* test_small_matmul.c - products of small matrices against loops in long double, and that no bit of
 * them depends on the kernel set, the number of matrices or the number of threads. */
#include "helpers.h"
#include "kernels/sets.h"
#include "kernels/small_product.h"
#include "linalg.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef long double complex exact;

/* Element (r, c) of op(matrix number `batch` of x). */
static double complex entry(const dt_array *x, int64_t batch, int64_t r, int64_t c, dti_flag flag) {
    int64_t rows = x->shape[x->ndim - 2], cols = x->shape[x->ndim - 1], start = batch * rows * cols;
    double complex z = get(x, flag == DTI_N ? start + r * cols + c : start + c * cols + r);
    return flag == DTI_C ? conj(z) : z;
}

/* Compares every element of out with its sum in long double; returns how many. */
static int check(const dt_array *out, const dt_array *a, dti_flag flag_a, const dt_array *b,
                 dti_flag flag_b, const char *name) {
    int64_t m = out->shape[out->ndim - 2], n = out->shape[out->ndim - 1];
    int64_t k = a->shape[a->ndim - (flag_a == DTI_N ? 1 : 2)];
    int compared = 0;
    for (int64_t i = 0; i < dt_array_size(out); i++, compared++) {
        int64_t batch = i / (m * n), r = i / n % m, c = i % n;
        exact expected = 0;
        for (int64_t p = 0; p < k; p++) {
            expected += (exact)entry(a, batch, r, p, flag_a) * (exact)entry(b, batch, p, c, flag_b);
        }
        /* Numbers below 1: each sum of k products of parts is off by k (k + 1) / 2 half units. */
        double allowed = epsilon_of(out->dtype) * (double)(k * (k + 1)) / 2;
        double error = (double)cabsl((exact)get(out, i) - expected);
        cr_assert(error <= allowed, "%s, %s, flags %d %d: element %d off by %g, allowed %g", name,
                  dt_dtype_name(out->dtype), (int)flag_a, (int)flag_b, (int)i, error, allowed);
    }
    return compared;
}

/* A batch of two matrices such that op of each is (rows, cols), in one of five layouts. */
enum { PLAIN, TURNED, GAPS, SCATTERED, BACKWARDS, N_LAYOUTS };

static dt_array make(uint64_t seed, dt_dtype dtype, int layout, dti_flag flag, int64_t rows,
                     int64_t cols, dt_array *ret_base) {
    dt_array view;
    const int64_t r = flag == DTI_N ? rows : cols, c = flag == DTI_N ? cols : rows;
    switch (layout) {
    case TURNED:
        *ret_base = random_array(seed, dtype, SHAPE(2, c, r));
        dti_array_permute(&view, ret_base, (int[]){0, 2, 1}, NULL);
        return view;
    case GAPS:
        *ret_base = random_array(seed, dtype, SHAPE(2, r, c + 3));
        dti_array_slice(&view, ret_base, 2, 2, c + 2, 1, NULL);
        return view;
    case SCATTERED:
        *ret_base = random_array(seed, dtype, SHAPE(2, 2 * r, 3 * c));
        dti_array_slice(&view, ret_base, 1, 0, 2 * r, 2, NULL);
        dti_array_slice(&view, &view, 2, 0, 3 * c, 3, NULL);
        return view;
    case BACKWARDS: /* both matrices from last element to first, the second one first */
        *ret_base = random_array(seed, dtype, SHAPE(2, r, c));
        view = *ret_base;
        for (int d = 0; d < 3; d++) {
            view.strides[d] = -view.strides[d];
        }
        view.data = (char *)view.data + (2 * r * c - 1) * (int64_t)dt_dtype_size(dtype);
        return view;
    default: *ret_base = random_array(seed, dtype, SHAPE(2, r, c)); return *ret_base;
    }
}

static int check_case(dt_dtype dtype, int layout_a, dti_flag flag_a, int layout_b, dti_flag flag_b,
                      int64_t m, int64_t n, int64_t k) {
    dt_array base_a, base_b;
    const dt_array a = make(41, dtype, layout_a, flag_a, m, k, &base_a);
    const dt_array b = make(42, dtype, layout_b, flag_b, k, n, &base_b);
    dt_array out = random_array(43, dtype, SHAPE(2, m, n));
    cr_assert(dti_matmul(&out, &a, flag_a, &b, flag_b) == DT_OK);
    char name[96];
    snprintf(name, sizeof name, "(%d, %d) (%d, %d), layouts %d and %d", (int)m, (int)k, (int)k,
             (int)n, layout_a, layout_b);
    int compared = check(&out, &a, flag_a, &b, flag_b, name);
    dt_array_free(&out);
    dt_array_free(&base_a);
    dt_array_free(&base_b);
    return compared;
}

/* 17 is a size that is not small: what is around the limit agrees as well. */
Test(small_matmul, sizes_1_to_17_agree_with_loops_under_all_flags) {
    int compared = 0;
    for (int c = 0; c < 17 * 36; c++) {
        const int64_t n = 1 + c / 36;
        const dt_dtype dtype = float_types[c % 4];
        const dti_flag flag_a = (dti_flag)(c / 4 % 3), flag_b = (dti_flag)(c / 12 % 3);
        compared += check_case(dtype, PLAIN, flag_a, PLAIN, flag_b, n, n, n);
        for (int64_t s = 0; s < 17; s += 4) { /* together every pair of sizes */
            compared += check_case(dtype, PLAIN, flag_a, PLAIN, flag_b, 1 + (n + s) % 17, n,
                                   1 + (n + 2 * s) % 17);
        }
    }
    cr_assert_gt(compared, 100000, "%d", compared);
}

Test(small_matmul, any_strides_agree_with_loops) {
    int compared = 0;
    for (int c = 0; c < 36 * N_LAYOUTS * N_LAYOUTS; c++) {
        static const int64_t sizes[][3] = {{5, 7, 6}, {1, 1, 1}, {3, 3, 3}, {16, 13, 2}};
        for (int s = 0; s < 4; s++) {
            compared += check_case(float_types[c % 4], c / 36 % N_LAYOUTS, (dti_flag)(c / 4 % 3),
                                   c / 36 / N_LAYOUTS, (dti_flag)(c / 12 % 3), sizes[s][0],
                                   sizes[s][1], sizes[s][2]);
        }
    }
    cr_assert_gt(compared, 100000, "%d", compared);
}

static bool same_number(double x, double y) {
    return x == y || (isnan(x) && isnan(y));
}

/* Out of a matrix with one special number nothing but its row or column may change, to what the
 * definition says: loops over the numbers themselves. */
static int check_special(dt_dtype dtype, int64_t n, int in_b, double complex special) {
    dt_array x[2] = {random_array(7, dtype, SHAPE(3, n, n)),
                     random_array(8, dtype, SHAPE(3, n, n))};
    dt_array before = zero_array(dtype, SHAPE(3, n, n)), after = zero_array(dtype, SHAPE(3, n, n));
    cr_assert(dti_matmul(&before, &x[0], DTI_N, &x[1], DTI_C) == DT_OK);
    const int64_t row = n / 2, col = n - 1;
    set(&x[in_b], n * n + row * n + col, special); /* of the middle matrix */
    cr_assert(dti_matmul(&after, &x[0], DTI_N, &x[1], DTI_C) == DT_OK);
    int compared = 0;
    for (int64_t i = 0; i < 3 * n * n; i++, compared++) {
        const int64_t r = i / n % n, c = i % n;
        double complex expected = get(&before, i), got = get(&after, i);
        if (i / (n * n) == 1 && (in_b ? c : r) == row) {
            /* All four products of parts, so that a NaN or infinity reaches both parts. */
            double sum[4] = {0};
            for (int64_t p = 0; p < n; p++) {
                double complex a = entry(&x[0], 1, r, p, DTI_N), b = entry(&x[1], 1, p, c, DTI_C);
                sum[0] += creal(a) * creal(b);
                sum[1] += cimag(a) * cimag(b);
                sum[2] += creal(a) * cimag(b);
                sum[3] += cimag(a) * creal(b);
            }
            expected = dt_dtype_is_complex(dtype) ? complex_number(sum[0] - sum[1], sum[2] + sum[3])
                                                  : sum[0];
            cr_expect(!isfinite(cabs(expected)));
        }
        cr_expect(same_number(creal(got), creal(expected)) &&
                      same_number(cimag(got), cimag(expected)),
                  "%s, %g + %gi in matrix %d of order %d: element %d is %g + %gi, not %g + %gi",
                  dt_dtype_name(dtype), creal(special), cimag(special), in_b, (int)n, (int)i,
                  creal(got), cimag(got), creal(expected), cimag(expected));
    }
    dt_array_free(&x[0]);
    dt_array_free(&x[1]);
    dt_array_free(&before);
    dt_array_free(&after);
    return compared;
}

Test(small_matmul, nan_and_infinity_reach_their_row_or_column_and_nothing_else) {
    int compared = 0;
    for (int64_t n = 1; n <= DTI_SMALL; n++) {
        for (int c = 0; c < 8; c++) {
            const dt_dtype dtype = float_types[c % 4];
            compared += check_special(dtype, n, c / 4, NAN);
            compared += check_special(dtype, n, c / 4, INFINITY);
            if (dt_dtype_is_complex(dtype)) {
                compared += check_special(dtype, n, c / 4, complex_number(0.5, NAN));
                compared += check_special(dtype, n, c / 4, complex_number(0.5, -INFINITY));
            }
        }
    }
    cr_assert_gt(compared, 50000, "%d", compared);
}

Test(small_matmul, nothing_outside_the_operands_is_read_into_it_or_written) {
    enum { MARGIN = 8 };
    int compared = 0;
    for (int c = 0; c < 4 * DTI_SMALL; c++) {
        const dt_dtype dtype = float_types[c % 4];
        const int64_t n = 1 + c / 4, whole = n * n + 2 * MARGIN;
        dt_array big[3], x[3];
        for (int i = 0; i < 3; i++) {
            big[i] = random_array(60 + (uint64_t)i, dtype, SHAPE(whole));
            for (int64_t j = 0; j < whole; j++) {
                if (i == 2 || j < MARGIN || j >= MARGIN + n * n) {
                    set(&big[i], j, complex_number(NAN, NAN));
                }
            }
            dti_array_slice(&x[i], &big[i], 0, MARGIN, MARGIN + n * n, 1, NULL);
            dti_array_reshape(&x[i], &x[i], SHAPE(n, n), NULL);
        }
        cr_assert(dti_matmul(&x[2], &x[0], DTI_N, &x[1], DTI_N) == DT_OK);
        compared += check(&x[2], &x[0], DTI_N, &x[1], DTI_N, "amid NaN");
        for (int64_t j = 0; j < whole; j++) {
            cr_expect(isnan(creal(get(&big[2], j))) == (j < MARGIN || j >= MARGIN + n * n),
                      "%s of order %d writes to place %d", dt_dtype_name(dtype), (int)n, (int)j);
        }
        for (int i = 0; i < 3; i++) {
            dt_array_free(&big[i]);
        }
    }
    cr_assert_gt(compared, 5000, "%d", compared);
}

/* The kernels themselves, for every size: dti_matmul asks BLAS above the limit of the set. */
Test(small_matmul, every_kernel_set_gives_the_same_bits) {
    int compared = 0;
    for (int c = 0; c < 4 * 8 * DTI_SMALL; c++) {
        const dt_dtype dtype = float_types[c % 4];
        const int64_t n = 1 + c / 32, m = 1 + (n * 5) % DTI_SMALL, k = 1 + (n * 7) % DTI_SMALL;
        const bool turned = c / 4 % 2 != 0;
        const dti_small_product p = {m,
                                     n,
                                     k,
                                     k,
                                     1,
                                     turned ? 1 : n,
                                     turned ? k : 1,
                                     m * k,
                                     k * n,
                                     c / 8 % 2 != 0,
                                     c / 16 % 2 != 0};
        dt_array a = random_array(1, dtype, SHAPE(3, m, k)),
                 b = random_array(2, dtype, SHAPE(3, k, n));
        dt_array expected = zero_array(dtype, SHAPE(3, m, n)),
                 got = zero_array(dtype, SHAPE(3, m, n));
        dti_set_choose(DTI_SET_REFERENCE);
        dti_small_products_chosen[dtype].run(&p, 3, a.data, b.data, expected.data);
        for (int set = DTI_SET_BASELINE; set < DTI_SET_COUNT; set++) {
            if (dti_set_available((dti_set)set)) {
                dti_set_choose((dti_set)set);
                dti_small_products_chosen[dtype].run(&p, 3, a.data, b.data, got.data);
                cr_expect(memcmp(got.data, expected.data, dt_array_bytes(&got)) == 0,
                          "%s (%d, %d) (%d, %d) in set %s", dt_dtype_name(dtype), (int)m, (int)k,
                          (int)k, (int)n, dti_set_name((dti_set)set));
                compared++;
            }
        }
        dt_array_free(&a);
        dt_array_free(&b);
        dt_array_free(&expected);
        dt_array_free(&got);
    }
    cr_assert_geq(compared, 512, "%d", compared);
}

Test(small_matmul, a_product_does_not_depend_on_its_batch_or_on_threads) {
    enum { BATCH = 5000 };
    static const int64_t orders[] = {1, 3, 6, 12, 16};
    int compared = 0;
    for (int c = 0; c < 20; c++) {
        const dt_dtype dtype = float_types[c % 4];
        const int64_t n = orders[c / 4], size = (int64_t)dt_dtype_size(dtype);
        dt_array a = random_array(3, dtype, SHAPE(BATCH, n, n));
        dt_array b = random_array(4, dtype, SHAPE(n, n)), one = zero_array(dtype, SHAPE(n, n));
        dt_array by_one = zero_array(dtype, SHAPE(BATCH, n, n));
        dt_array by_three = zero_array(dtype, SHAPE(BATCH, n, n));
        dt_set_threads(1);
        cr_assert(dti_matmul(&by_one, &a, DTI_N, &b, DTI_C) == DT_OK);
        dt_set_threads(3);
        cr_assert(dti_matmul(&by_three, &a, DTI_N, &b, DTI_C) == DT_OK);
        cr_expect(memcmp(by_one.data, by_three.data, dt_array_bytes(&by_one)) == 0,
                  "%s of order %d on three threads", dt_dtype_name(dtype), (int)n);
        for (int64_t i = 0; i < BATCH; i += 499, compared++) {
            const dt_array a_i =
                dt_array_wrap(dtype, SHAPE(n, n), (char *)a.data + i * n * n * size);
            cr_assert(dti_matmul(&one, &a_i, DTI_N, &b, DTI_C) == DT_OK);
            cr_expect(
                memcmp(one.data, (char *)by_one.data + i * n * n * size, dt_array_bytes(&one)) == 0,
                "%s of order %d: matrix %d alone", dt_dtype_name(dtype), (int)n, (int)i);
        }
        dt_array_free(&a);
        dt_array_free(&b);
        dt_array_free(&one);
        dt_array_free(&by_one);
        dt_array_free(&by_three);
    }
    cr_assert_eq(compared, 220);
}

/* The batch is cut into pieces that do not end where its last dimension does. */
Test(small_matmul, a_large_batch_broadcasts_over_several_dimensions) {
    enum { OUTER = 3, INNER = 1801, N = 3 };
    dt_array a = random_array(5, DT_C128, SHAPE(1, INNER, N, N));
    dt_array b = random_array(6, DT_C128, SHAPE(OUTER, 1, N, N));
    dt_array out = zero_array(DT_C128, SHAPE(OUTER, INNER, N, N));
    cr_assert(dti_matmul(&out, &a, DTI_C, &b, DTI_N) == DT_OK);
    int compared = 0;
    for (int64_t i = 0; i < dt_array_size(&out); i++, compared++) {
        const int64_t matrix = i / (N * N), r = i / N % N, c = i % N;
        double complex expected = 0;
        for (int64_t p = 0; p < N; p++) {
            expected +=
                entry(&a, matrix % INNER, r, p, DTI_C) * entry(&b, matrix / INNER, p, c, DTI_N);
        }
        double error = cabs(get(&out, i) - expected);
        cr_assert(error <= 12 * epsilon_of(DT_C128), "element %d off by %g", (int)i, error);
    }
    cr_assert_eq(compared, OUTER * INNER * N * N);
    dt_array_free(&a);
    dt_array_free(&b);
    dt_array_free(&out);
}
