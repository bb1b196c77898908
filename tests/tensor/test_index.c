/* test_index.c - gather, scatter-add, accumulation, search for non-finite elements. */
#include "helpers.h"
#include "kernels/kernels.h"

#include <criterion/criterion.h>

#include <math.h>

/* The position along `axis` of element i, and its index with that position replaced. */
static int64_t replace_position(const dt_array *array, int axis, int64_t i, const dt_array *other,
                                const int64_t *index) {
    int64_t result = 0, step = 1;
    for (int d = array->ndim - 1; d >= 0; d--) {
        int64_t position = i % array->shape[d];
        i /= array->shape[d];
        result += (d == axis ? index[position] : position) * step;
        step *= other->shape[d];
    }
    return result;
}

static const int64_t picks[] = {3, 0, 3, 4, 1, 3, 2};
enum { N_PICKS = 7, N_SOURCE = 5 };

static void shape_with(int axis, int64_t size, int64_t *ret_shape) {
    static const int64_t usual[3] = {6, 3, 21};
    for (int d = 0; d < 3; d++) {
        ret_shape[d] = d == axis ? size : usual[d];
    }
}

Test(index, gather_picks_along_each_axis) {
    for (int dtype = 0; dtype < DT_DTYPE_COUNT; dtype++) {
        for (int axis = 0; axis < 3; axis++) {
            int64_t in_shape[3], out_shape[3];
            shape_with(axis, N_SOURCE, in_shape);
            shape_with(axis, N_PICKS, out_shape);
            dt_array in = random_array(31, (dt_dtype)dtype, 3, in_shape);
            dt_array out = zero_array((dt_dtype)dtype, 3, out_shape);
            dti_gather(&out, &in, picks, axis);
            for (int64_t i = 0; i < dt_array_size(&out); i++) {
                double complex expected = get(&in, replace_position(&out, axis, i, &in, picks));
                cr_assert(get(&out, i) == expected, "%s, axis %d, element %d",
                          dt_dtype_name((dt_dtype)dtype), axis, (int)i);
            }
            dt_array_free(&in);
            dt_array_free(&out);
        }
    }
}

Test(index, gather_reads_strided_views) {
    static const int axes[3] = {2, 1, 0};
    dt_array base = random_array(32, DT_C128, SHAPE(21, 3, N_SOURCE)), in;
    dti_array_permute(&in, &base, axes, NULL); /* (5, 3, 21) */
    dt_array out = zero_array(DT_C128, SHAPE(N_PICKS, 3, 21));
    dti_gather(&out, &in, picks, 0);
    for (int64_t i = 0; i < dt_array_size(&out); i++) {
        cr_assert(get(&out, i) == get(&in, replace_position(&out, 0, i, &in, picks)), "element %d",
                  (int)i);
    }
    dt_array_free(&base);
    dt_array_free(&out);
}

static void check_scatter(const dt_array *in, int axis) {
    int64_t out_shape[3];
    shape_with(axis, N_SOURCE, out_shape);
    dt_array out = random_array(34, in->dtype, 3, out_shape);
    dt_array expected = zero_array(in->dtype, 3, out_shape);
    for (int64_t i = 0; i < dt_array_size(in); i++) {
        int64_t to = replace_position(in, axis, i, &out, picks);
        set(&expected, to, get(&expected, to) + get(in, i));
    }
    dti_scatter_add(&out, in, picks, axis);
    double difference = largest_difference(&out, &expected);
    cr_expect(difference <= 4 * epsilon_of(in->dtype), "%s, axis %d: off by %g",
              dt_dtype_name(in->dtype), axis, difference);
    dt_array_free(&out);
    dt_array_free(&expected);
}

Test(index, scatter_add_adds_repeated_indices) {
    static const int swap[3] = {0, 2, 1};
    for (int t = 0; t < 4; t++) {
        for (int axis = 0; axis < 3; axis++) {
            int64_t in_shape[3];
            shape_with(axis, N_PICKS, in_shape);
            dt_array in = random_array(33, float_types[t], 3, in_shape);
            check_scatter(&in, axis);
            /* the same numbers laid out differently */
            int64_t other_shape[3] = {in_shape[0], in_shape[2], in_shape[1]};
            dt_array other = random_array(35, float_types[t], 3, other_shape), view;
            dti_array_permute(&view, &other, swap, NULL);
            check_scatter(&view, axis);
            dt_array_free(&in);
            dt_array_free(&other);
        }
    }
}

Test(index, scatter_add_of_nothing_is_zero) {
    dt_array in = zero_array(DT_F64, SHAPE(0, 2)), out = random_array(36, DT_F64, SHAPE(3, 2));
    dti_scatter_add(&out, &in, NULL, 0);
    for (int64_t i = 0; i < 6; i++) {
        cr_expect(get(&out, i) == 0, "element %d is %g", (int)i, creal(get(&out, i)));
    }
    dt_array_free(&in);
    dt_array_free(&out);
}

Test(index, accumulate_adds_in_place) {
    for (int t = 0; t < 4; t++) {
        dt_array y = random_array(37, float_types[t], SHAPE(400, 211));
        dt_array x = random_array(38, float_types[t], SHAPE(400, 211));
        dt_array before = random_array(37, float_types[t], SHAPE(400, 211));
        dti_accumulate(&y, &x);
        for (int64_t i = 0; i < dt_array_size(&y); i++) {
            double error = cabs(get(&y, i) - (get(&before, i) + get(&x, i)));
            cr_assert(error <= 2 * epsilon_of(float_types[t]), "%s: element %d off by %g",
                      dt_dtype_name(float_types[t]), (int)i, error);
        }
        dt_array_free(&y);
        dt_array_free(&x);
        dt_array_free(&before);
    }
}

Test(index, find_nonfinite_reports_the_first_in_c_order) {
    static const int axes[2] = {1, 0};
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    for (int t = 0; t < 4; t++) {
        for (int b = 0; b < 3; b++) {
            dt_array array = random_array(39, float_types[t], SHAPE(37, 41)), view;
            dti_array_permute(&view, &array, axes, NULL);
            cr_expect(dti_find_nonfinite(&array) == -1 && dti_find_nonfinite(&view) == -1);
            set(&array, 1400, bad[b]);
            set(&array, 1300, t >= 2 ? complex_number(0, bad[b]) : bad[b]);
            int64_t found = dti_find_nonfinite(&array);
            cr_expect(found == 1300, "%s: found %d, expected 1300", dt_dtype_name(float_types[t]),
                      (int)found);
            found = dti_find_nonfinite(&view);
            int64_t expected = 1400 % 41 * 37 + 1400 / 41; /* 1400 is in column 6, 1300 in 29 */
            cr_expect(found == expected, "%s transposed: found %d, expected %d",
                      dt_dtype_name(float_types[t]), (int)found, (int)expected);
            dt_array_free(&array);
        }
    }
    dt_array integers = zero_array(DT_I64, SHAPE(3));
    cr_expect(dti_find_nonfinite(&integers) == -1);
    dt_array_free(&integers);
}
