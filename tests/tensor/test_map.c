/* test_map.c - dti_map over broadcast, strided and mixed-type operands against a plain loop. */
#include "helpers.h"
#include "kernels/kernels.h"

#include <criterion/criterion.h>

#include <stdio.h>

/* sum = a + b through dti_map, checked element by element. */
static void check_sum(const dt_array *out, const dt_array *a, const dt_array *b, const char *name) {
    const dt_array *in[2] = {a, b};
    const dt_dtype types[2] = {out->dtype, out->dtype};
    dti_map(out, dti_k_add[out->dtype], 2, in, types, NULL);
    int64_t size = dt_array_size(out);
    cr_assert(size > 0);
    for (int64_t i = 0; i < size; i++) {
        double complex expected =
            get(a, broadcast_index(out, a, i)) + get(b, broadcast_index(out, b, i));
        double error = cabs(get(out, i) - expected);
        cr_assert(error <= 4 * epsilon_of(out->dtype), "%s: element %d is off by %g", name, (int)i,
                  error);
    }
}

Test(map, broadcasts_every_pair_of_shapes) {
    static const struct {
        int ndim;
        int64_t shape[4];
    } shapes[] = {{0, {0}},           {1, {1}},         {1, {28}},           {2, {7, 28}},
                  {2, {7, 1}},        {3, {50, 7, 28}}, {3, {50, 1, 28}},    {3, {1, 7, 28}},
                  {3, {50, 7, 1}},    {3, {50, 1, 1}},  {4, {2, 50, 7, 28}}, {4, {2, 1, 7, 1}},
                  {4, {2, 50, 1, 28}}};
    const size_t n = sizeof shapes / sizeof *shapes;
    int compared = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            int ndim;
            int64_t shape[DT_MAX_DIMS];
            cr_assert(dti_broadcast_shapes(shapes[i].ndim, shapes[i].shape, shapes[j].ndim,
                                           shapes[j].shape, &ndim, shape, NULL) == DT_OK);
            dt_array a = random_array(1, DT_F64, shapes[i].ndim, shapes[i].shape);
            dt_array b = random_array(2, DT_C128, shapes[j].ndim, shapes[j].shape);
            dt_array out = zero_array(DT_C128, ndim, shape);
            char name[64];
            snprintf(name, sizeof name, "shape %zu with shape %zu", i, j);
            check_sum(&out, &a, &b, name);
            compared++;
            dt_array_free(&a);
            dt_array_free(&b);
            dt_array_free(&out);
        }
    }
    cr_assert(compared == (int)(n * n));
}

Test(map, takes_strided_and_mixed_type_operands) {
    static const int axes[3] = {2, 0, 1};
    for (int precision = 0; precision < 2; precision++) {
        dt_dtype real = precision ? DT_F64 : DT_F32, mixed = dt_dtype_complex(real);
        const dt_dtype types[][2] = {{real, real}, {real, mixed}, {mixed, real}, {mixed, mixed}};
        for (size_t t = 0; t < 4; t++) {
            dt_array base_a = random_array(3, types[t][0], SHAPE(9, 20, 11));
            dt_array base_b = random_array(4, types[t][1], SHAPE(11, 27, 40)), a, b;
            dti_array_permute(&a, &base_a, axes, NULL);      /* (11, 9, 20) */
            dti_array_slice(&b, &base_b, 1, 0, 27, 3, NULL); /* (11, 9, 40) */
            dti_array_slice(&b, &b, 2, 1, 40, 2, NULL);      /* (11, 9, 20) */
            dt_array out = zero_array(t == 0 ? real : mixed, SHAPE(11, 9, 20));
            char name[64];
            snprintf(name, sizeof name, "%s with %s", dt_dtype_name(types[t][0]),
                     dt_dtype_name(types[t][1]));
            check_sum(&out, &a, &b, name);
            dt_array_free(&base_a);
            dt_array_free(&base_b);
            dt_array_free(&out);
        }
    }
}

Test(map, takes_rows_longer_than_a_tile_that_lie_apart) {
    dt_array base = random_array(5, DT_F64, SHAPE(3, 3000)),
             row = random_array(6, DT_F64, SHAPE(1999));
    dt_array a, out = zero_array(DT_F64, SHAPE(3, 1999));
    dti_array_slice(&a, &base, 1, 1, 2000, 1, NULL);
    check_sum(&out, &a, &row, "long rows");
    dt_array_free(&base);
    dt_array_free(&row);
    dt_array_free(&out);
}

Test(map, leaves_an_empty_output_alone) {
    dt_array a = zero_array(DT_F64, SHAPE(0, 3)), out = zero_array(DT_F64, SHAPE(0, 3));
    const dt_array *in[1] = {&a};
    const dt_dtype type = DT_F64;
    dti_map(&out, dti_k_exp[DT_F64], 1, in, &type, NULL);
    cr_expect(dt_array_size(&out) == 0);
    dt_array_free(&a);
    dt_array_free(&out);
}

Test(map, feeds_a_mask_and_two_branches) {
    for (int dtype = 0; dtype < DT_DTYPE_COUNT; dtype++) {
        dt_array mask = random_array(7, DT_BOOL, SHAPE(40, 1));
        dt_array a = random_array(8, (dt_dtype)dtype, SHAPE(40, 30));
        dt_array b = random_array(9, (dt_dtype)dtype, SHAPE(30));
        dt_array out = zero_array((dt_dtype)dtype, SHAPE(40, 30));
        const dt_array *in[3] = {&mask, &a, &b};
        const dt_dtype types[3] = {DT_BOOL, (dt_dtype)dtype, (dt_dtype)dtype};
        dti_map(&out, dti_k_where[dtype], 3, in, types, NULL);
        for (int64_t i = 0; i < 1200; i++) {
            double complex expected = get(&mask, i / 30) != 0 ? get(&a, i) : get(&b, i % 30);
            cr_assert(get(&out, i) == expected, "%s: element %d is not the chosen one",
                      dt_dtype_name((dt_dtype)dtype), (int)i);
        }
        dt_array_free(&mask);
        dt_array_free(&a);
        dt_array_free(&b);
        dt_array_free(&out);
    }
}
