/* test_matmul.c - products for every flag, type and layout against the definition. */
#include "helpers.h"
#include "linalg.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>

/* Element (r, c) of op(matrix number `batch` of an array). */
static double complex entry(const dt_array *array, int64_t batch, int64_t r, int64_t c,
                            dti_flag flag) {
    int64_t rows = array->shape[array->ndim - 2], cols = array->shape[array->ndim - 1];
    int64_t start = batch * rows * cols;
    double complex value = get(array, flag == DTI_N ? start + r * cols + c : start + c * cols + r);
    return flag == DTI_C ? conj(value) : value;
}

/* The matrix of `in` that broadcasts to matrix `batch` of `out`. */
static int64_t matrix_of(const dt_array *out, const dt_array *in, int64_t batch) {
    dt_array out_batch = *out, in_batch = *in;
    out_batch.ndim -= 2;
    in_batch.ndim -= 2;
    return broadcast_index(&out_batch, &in_batch, batch);
}

static void check_product(const dt_array *a, dti_flag flag_a, const dt_array *b, dti_flag flag_b,
                          int ndim, const int64_t *shape, const char *name) {
    dt_array out = random_array(77, a->dtype, ndim, shape);
    cr_assert(dti_matmul(&out, a, flag_a, b, flag_b) == DT_OK, "%s failed", name);
    int64_t m = shape[ndim - 2], n = shape[ndim - 1];
    int64_t k = a->shape[a->ndim - (flag_a == DTI_N ? 1 : 2)];
    double allowed = 10 * epsilon_of(a->dtype) * sqrt((double)k + 1);
    int compared = 0;
    for (int64_t i = 0; i < dt_array_size(&out); i++) {
        int64_t batch = i / (m * n), r = i / n % m, c = i % n;
        double complex expected = 0;
        for (int64_t p = 0; p < k; p++) {
            expected += entry(a, matrix_of(&out, a, batch), r, p, flag_a) *
                        entry(b, matrix_of(&out, b, batch), p, c, flag_b);
        }
        double error = cabs(get(&out, i) - expected);
        cr_assert(error <= allowed, "%s, %s, flags %d %d: element %d off by %g, allowed %g", name,
                  dt_dtype_name(a->dtype), (int)flag_a, (int)flag_b, (int)i, error, allowed);
        compared++;
    }
    cr_assert(compared > 0, "%s compared nothing", name);
    dt_array_free(&out);
}

/* A random (..., rows, cols) array whose matrices lie in memory in one of four ways. */
enum { PLAIN, TRANSPOSED, GAPS, SCATTERED, N_LAYOUTS };

static dt_array make_matrix(uint64_t seed, dt_dtype dtype, int layout, int64_t batch, int64_t rows,
                            int64_t cols, dt_array *ret_base) {
    static const int swap[3] = {0, 2, 1};
    dt_array view;
    switch (layout) {
    case TRANSPOSED:
        *ret_base = random_array(seed, dtype, SHAPE(batch, cols, rows));
        dti_array_permute(&view, ret_base, swap, NULL);
        return view;
    case GAPS:
        *ret_base = random_array(seed, dtype, SHAPE(batch, rows, cols + 3));
        dti_array_slice(&view, ret_base, 2, 2, cols + 2, 1, NULL);
        return view;
    case SCATTERED:
        *ret_base = random_array(seed, dtype, SHAPE(batch, 2 * rows, 3 * cols));
        dti_array_slice(&view, ret_base, 1, 0, 2 * rows, 2, NULL);
        dti_array_slice(&view, &view, 2, 0, 3 * cols, 3, NULL);
        return view;
    default: *ret_base = random_array(seed, dtype, SHAPE(batch, rows, cols)); return *ret_base;
    }
}

Test(matmul, every_flag_type_and_layout) {
    int cases = 0;
    for (int c = 0; c < 4 * 9 * N_LAYOUTS * N_LAYOUTS; c++) {
        int t = c % 4, flags = c / 4 % 9, layout_a = c / 36 % N_LAYOUTS,
            layout_b = c / 36 / N_LAYOUTS;
        dti_flag flag_a = (dti_flag)(flags % 3), flag_b = (dti_flag)(flags / 3);
        /* Those above 16 go to BLAS, the others to our own kernels. */
        static const int64_t sizes[][3] = {{5, 7, 6},  {1, 4, 3},  {4, 1, 3},  {3, 4, 1},
                                           {1, 1, 1},  {5, 7, 18}, {1, 17, 3}, {19, 1, 3},
                                           {3, 18, 1}, {17, 1, 1}, {1, 1, 17}, {18, 17, 19}};
        for (int s = 0; s < 12; s++) {
            int64_t m = sizes[s][0], n = sizes[s][1], k = sizes[s][2];
            dt_array base_a, base_b;
            dt_array a = make_matrix(41, float_types[t], layout_a, 2, flag_a == DTI_N ? m : k,
                                     flag_a == DTI_N ? k : m, &base_a);
            dt_array b = make_matrix(42, float_types[t], layout_b, 2, flag_b == DTI_N ? k : n,
                                     flag_b == DTI_N ? n : k, &base_b);
            char name[64];
            snprintf(name, sizeof name, "layouts %d %d, size case %d", layout_a, layout_b, s);
            check_product(&a, flag_a, &b, flag_b, SHAPE(2, m, n), name);
            cases++;
            dt_array_free(&base_a);
            dt_array_free(&base_b);
        }
    }
    cr_assert(cases == 6912, "%d cases", cases);
}

static void check_batch(int a_ndim, const int64_t *a_shape, int b_ndim, const int64_t *b_shape,
                        int ndim, const int64_t *shape, const char *name) {
    for (int t = 0; t < 4; t++) {
        dt_array a = random_array(43, float_types[t], a_ndim, a_shape);
        dt_array b = random_array(44, float_types[t], b_ndim, b_shape);
        check_product(&a, DTI_N, &b, DTI_N, ndim, shape, name);
        dt_array_free(&a);
        dt_array_free(&b);
    }
}

Test(matmul, broadcasts_leading_dimensions) {
    for (int64_t rows = 4; rows < 40; rows += 16) { /* small matrices and others */
        check_batch(SHAPE(rows, 5), SHAPE(5, 3), SHAPE(rows, 3), "plain");
        check_batch(SHAPE(6, rows, 5), SHAPE(5, 3), SHAPE(6, rows, 3), "one right matrix");
        check_batch(SHAPE(rows, 5), SHAPE(6, 5, 3), SHAPE(6, rows, 3), "one left matrix");
        check_batch(SHAPE(2, 1, rows, 5), SHAPE(3, 5, 3), SHAPE(2, 3, rows, 3), "both repeat");
        check_batch(SHAPE(2, 3, rows, 5), SHAPE(1, 1, 5, 3), SHAPE(2, 3, rows, 3),
                    "right of size 1");
        check_batch(SHAPE(2, 1, rows, 5), SHAPE(2, 3, 5, 3), SHAPE(2, 3, rows, 3),
                    "left repeats inside");
    }
    check_batch(SHAPE(600, 7), SHAPE(7, 9), SHAPE(600, 9), "more rows than a block");
}

Test(matmul, takes_views_with_stride_zero) {
    for (int64_t rows = 4; rows < 40; rows += 16) {
        dt_array base_a = random_array(45, DT_C128, SHAPE(rows, 5)),
                 base_b = random_array(46, DT_C128, SHAPE(1, 3));
        dt_array a, b;
        dti_array_broadcast(&a, &base_a, SHAPE(6, rows, 5), NULL);
        dti_array_broadcast(&b, &base_b, SHAPE(6, 5, 3), NULL); /* also within the matrix */
        check_product(&a, DTI_N, &b, DTI_N, SHAPE(6, rows, 3), "stride 0");
        check_product(&b, DTI_C, &a, DTI_C, SHAPE(6, 3, rows), "stride 0, conjugated");
        dt_array_free(&base_a);
        dt_array_free(&base_b);
    }
}

Test(matmul, an_inner_size_of_zero_gives_zeros) {
    dt_array a = zero_array(DT_F64, SHAPE(2, 3, 0)), b = zero_array(DT_F64, SHAPE(0, 4));
    dt_array out = random_array(47, DT_F64, SHAPE(2, 3, 4));
    cr_assert(dti_matmul(&out, &a, DTI_N, &b, DTI_N) == DT_OK);
    for (int64_t i = 0; i < 24; i++) {
        cr_expect(get(&out, i) == 0, "element %d is %g", (int)i, creal(get(&out, i)));
    }
    dt_array empty = zero_array(DT_F64, SHAPE(2, 0, 4)), left = zero_array(DT_F64, SHAPE(2, 0, 0));
    cr_expect(dti_matmul(&empty, &left, DTI_N, &b, DTI_N) == DT_OK);
    dt_array_free(&a);
    dt_array_free(&b);
    dt_array_free(&out);
    dt_array_free(&empty);
    dt_array_free(&left);
}
