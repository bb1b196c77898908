/* test_hedm_orientation.c - orientations there and back at every angle, and their derivatives. */
#include "support.h"

#include <difftape/difftape.h>

#include <math.h>
#include <string.h>

enum { TRIPS = 100000 };
static const double pi = 3.14159265358979323846;

/* Largest difference of two tensors of matrices; fails on NaN. */
static double difference(dt_tensor *a, dt_tensor *b) {
    const double *x = dt_data_f64(a), *y = dt_data_f64(b);
    tape_is_fine(dt_tape_of(a));
    cr_assert_eq(dt_size(a), dt_size(b));
    return worst(x, y, dt_size(a), false);
}

/* Random Euler angles, a part of them at and near the poles. */
static dt_tensor *many_angles(dt_tape *tape) {
    static const double polar[] = {0,
                                   1e-8,
                                   1e-4,
                                   3.14159265358979323846 - 1e-8,
                                   3.14159265358979323846,
                                   1e-300,
                                   1.5707963267948966};
    static double x[TRIPS][3];
    for (int64_t i = 0; i < TRIPS; i++) {
        x[i][0] = pi * noise(1, i);
        x[i][1] = i % 3 == 0 ? polar[i / 3 % 7] : acos(noise(2, i));
        x[i][2] = pi * noise(3, i);
    }
    return dt_constant(tape, DT_F64, 2, (int64_t[]){TRIPS, 3}, x);
}

Test(hedm_orientation, a_hundred_thousand_rotations_survive_every_trip_to_1e_14) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *r = dt_rotation_from_euler(many_angles(tape), "ZXZ");
    dt_tensor *euler = dt_euler_from_rotation(r), *q = dt_quaternion_from_rotation(r);
    dt_tensor *v = dt_vector_from_rotation(r);
    double by_euler = difference(dt_rotation_from_euler(euler, "ZXZ"), r);
    double by_quaternion = difference(dt_rotation_from_quaternion(q), r);
    double by_vector = difference(dt_rotation_from_vector(v), r);
    dt_tensor *columns = dt_transpose(dt_slice(r, -1, 0, 2, 1));
    dt_tensor *six = dt_reshape(columns, 2, (int64_t[]){TRIPS, 6});
    double by_six = difference(dt_rotation_from_6d(six), r);
    cr_log_info("trips: Euler %.3g, quaternion %.3g, vector %.3g, six %.3g", by_euler,
                by_quaternion, by_vector, by_six);
    cr_assert(by_euler <= 1e-14, "Euler angles: %.3g", by_euler);
    cr_assert(by_quaternion <= 1e-14, "quaternions: %.3g", by_quaternion);
    cr_assert(by_vector <= 1e-14, "rotation vectors: %.3g", by_vector);
    cr_assert(by_six <= 1e-14, "six numbers: %.3g", by_six);
    const double *angles = dt_data_f64(euler), *quaternion = dt_data_f64(q);
    for (int64_t i = 0; i < TRIPS; i++) {
        cr_assert(angles[3 * i + 1] >= 0 && angles[3 * i + 1] <= pi);
        cr_assert(fabs(angles[3 * i]) <= pi && fabs(angles[3 * i + 2]) <= pi);
        cr_assert(quaternion[4 * i] >= 0);
    }
    dt_tape_free(tape);
}

/* Half turns and small ones, where formulas with acos of the trace lose their digits. */
Test(hedm_orientation, vectors_near_zero_and_near_half_turns_come_back) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double angle[] = {0,
                                   1e-300,
                                   1e-12,
                                   1e-7,
                                   1e-3,
                                   0.1767,
                                   0.1768,
                                   1,
                                   2.0943,
                                   3.1,
                                   3.1415,
                                   3.14159265,
                                   3.1415926535897931};
    enum { N = sizeof angle / sizeof *angle };
    double x[N][3];
    for (int i = 0; i < N; i++) {
        const double axis[3] = {0.6, -0.48, 0.64};
        for (int d = 0; d < 3; d++) {
            x[i][d] = angle[i] * axis[d];
        }
    }
    dt_tensor *given = dt_constant(tape, DT_F64, 2, (int64_t[]){N, 3}, x);
    dt_tensor *r = dt_rotation_from_vector(given);
    double error = difference(dt_vector_from_rotation(r), given);
    cr_assert(error <= 2e-15, "%.3g", error);
    cr_assert(difference(dt_rotation_from_vector(dt_vector_from_rotation(r)), r) <= 1e-15);
    dt_tape_free(tape);
}

/* Rz(0.3) Rx(0.7) Rz(1.1), multiplied with 30 digits (Python, mpmath). */
Test(hedm_orientation, bunge_angles_mean_z_x_z) {
    static const double expected[9] = {
        0.23190060505842875, -0.95392757310291203, 0.19037934406737268,
        0.78523568382883056, 0.068064579184127672, -0.6154446635582735,
        0.57413154434798607, 0.29221464428477235,  0.76484218728448843};
    dt_tape *tape = dt_tape_new(NULL);
    const double angles[3] = {0.3, 0.7, 1.1};
    dt_tensor *given = dt_constant(tape, DT_F64, 1, (int64_t[]){3}, angles);
    dt_tensor *r = dt_rotation_from_euler(given, "ZXZ");
    cr_assert(worst(dt_data_f64(r), expected, 9, false) < 4e-16);
    cr_assert(difference(dt_euler_from_rotation(r), given) < 1e-15);
    dt_tape_free(tape);
}

/* Gram and Schmidt in plain loops, on columns that are neither orthogonal nor normal. */
Test(hedm_orientation, six_numbers_are_made_orthonormal) {
    dt_tape *tape = dt_tape_new(NULL);
    enum { N = 50 };
    double x[N][6], expected[N][9];
    for (int64_t i = 0; i < N; i++) {
        double *e = expected[i], norm = 0, along = 0, rest = 0;
        for (int d = 0; d < 6; d++) {
            x[i][d] = 2 * noise(4, 6 * i + d);
        }
        for (int d = 0; d < 3; d++) {
            norm += x[i][d] * x[i][d];
            along += x[i][d] * x[i][3 + d];
        }
        for (int d = 0; d < 3; d++) {
            e[3 * d] = x[i][d] / sqrt(norm);
            e[3 * d + 1] = x[i][3 + d] - along / norm * x[i][d];
            rest += e[3 * d + 1] * e[3 * d + 1];
        }
        for (int d = 0; d < 3; d++) {
            e[3 * d + 1] /= sqrt(rest);
        }
        for (int d = 0; d < 3; d++) {
            int a = (d + 1) % 3, b = (d + 2) % 3;
            e[3 * d + 2] = e[3 * a] * e[3 * b + 1] - e[3 * b] * e[3 * a + 1];
        }
    }
    dt_tensor *r = dt_rotation_from_6d(dt_constant(tape, DT_F64, 2, (int64_t[]){N, 6}, x));
    double error = worst(dt_data_f64(r), expected[0], 9 * N, false);
    cr_assert(error < 1e-13, "%.3g", error);
    dt_tape_free(tape);
}

/* -- derivatives ------------------------------------------------------------------------------- */

static dt_tensor *six(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_rotation_from_6d(in[0]);
}

static dt_tensor *to_quaternion(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_quaternion_from_rotation(dt_rotation_from_vector(in[0]));
}

static dt_tensor *to_vector(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    static const double turn[3] = {0.5, -0.3, 0.2}; /* alone it would be the identity */
    dt_tensor *fixed = dt_rotation_from_vector(dt_constant(tape, DT_F64, 1, (int64_t[]){3}, turn));
    return dt_vector_from_rotation(dt_matmul(dt_rotation_from_vector(in[0]), fixed));
}

static dt_tensor *to_euler(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_euler_from_rotation(dt_rotation_from_vector(in[0]));
}

static dt_tensor *there_and_back(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *r = dt_rotation_from_vector(in[0]);
    return dt_rotation_from_euler(dt_euler_from_rotation(r), "ZXZ");
}

Test(hedm_orientation, conversions_have_right_derivatives_of_two_orders) {
    static const struct {
        const char *name;
        dt_tensor_fn *fn;
        int n;
    } cases[] = {{"rotation_from_6d", six, 6},
                 {"quaternion_from_rotation", to_quaternion, 3},
                 {"vector_from_rotation", to_vector, 3},
                 {"euler_from_rotation", to_euler, 3},
                 {"Euler angles there and back", there_and_back, 3}};
    double x[8][6];
    for (int64_t i = 0; i < 8; i++) {
        for (int d = 0; d < 6; d++) {
            x[i][d] = 0.3 + noise(5, 6 * i + d);
        }
    }
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const dt_array in = dt_array_wrap(DT_F64, 2, (int64_t[]){4, cases[c].n}, x);
        const dt_gradcheck_options options = {.second_order = true, .taylor = true, .replay = true};
        dt_gradcheck_report report;
        dt_error error = DT_ERROR_INIT;
        cr_assert_eq(
            dt_gradcheck(cases[c].name, cases[c].fn, NULL, 1, &in, &options, &report, &error),
            DT_OK, "%s", error.message);
        cr_assert(report.compared > 10);
    }
}

/* d(exp then log)/dv is the unit matrix; at 0 exactly. */
Test(hedm_orientation, the_logarithm_of_the_exponential_map_has_slope_one_at_zero) {
    dt_tape *tape = dt_tape_new(NULL);
    const double points[3][3] = {{0, 0, 0}, {1e-9, -2e-9, 1e-9}, {0.3, -1.2, 0.9}};
    for (int k = 0; k < 3; k++) {
        dt_tensor *v = dt_parameter(tape, DT_F64, 1, (int64_t[]){3}, points[k]);
        dt_tensor *back = dt_vector_from_rotation(dt_rotation_from_vector(v));
        const double *j = dt_data_f64(dt_jacobian(back, v));
        tape_is_fine(tape);
        for (int i = 0; i < 9; i++) {
            double expected = i % 4 == 0;
            cr_assert(k == 0 ? j[i] == expected : fabs(j[i] - expected) < 2e-15,
                      "point %d, entry %d: %.17g", k, i, j[i]);
        }
    }
    dt_tape_free(tape);
}

/* d exp(v)/dv_k at 0 is the generator of turns about axis k: 0, 1 and -1, exactly. */
Test(hedm_orientation, the_exponential_map_has_its_generators_as_slopes_at_zero) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *v = dt_parameter(tape, DT_F64, 1, (int64_t[]){3}, NULL);
    const double *j = dt_data_f64(dt_jacobian(dt_rotation_from_vector(v), v));
    tape_is_fine(tape);
    for (int i = 0; i < 27; i++) {
        int row = i / 9, column = i / 3 % 3, k = i % 3;
        bool off = row != column && row != k && column != k;
        double expected = !off ? 0 : column == (row + 1) % 3 ? -1 : 1;
        cr_assert(j[i] == expected, "d R(%d,%d) / dv_%d = %g", row, column, k, j[i]);
    }
    dt_tape_free(tape);
}

/* At the poles of the Euler angles derivatives are finite numbers. */
Test(hedm_orientation, nothing_is_nan_at_the_poles_and_at_half_turns) {
    dt_tape *tape = dt_tape_new(NULL);
    const double matrices[4][9] = {{1, 0, 0, 0, 1, 0, 0, 0, 1},
                                   {1, 0, 0, 0, -1, 0, 0, 0, -1},
                                   {-1, 0, 0, 0, 1, 0, 0, 0, -1},
                                   {-1, 0, 0, 0, -1, 0, 0, 0, 1}};
    dt_tensor *r = dt_parameter(tape, DT_F64, 3, (int64_t[]){4, 3, 3}, matrices);
    dt_tensor *(*const functions[])(dt_tensor *) = {dt_euler_from_rotation, dt_vector_from_rotation,
                                                    dt_quaternion_from_rotation};
    for (int f = 0; f < 3; f++) {
        dt_tensor *y = functions[f](r);
        dt_backward(dt_sum(y, DT_ALL));
        const double *value = dt_data_f64(y), *gradient = dt_data_f64(dt_gradient(r));
        tape_is_fine(tape);
        for (int64_t i = 0; i < dt_size(y); i++) {
            cr_assert(isfinite(value[i]));
        }
        for (int i = 0; i < 36; i++) {
            cr_assert(isfinite(gradient[i]), "function %d, entry %d", f, i);
        }
        dt_tape_zero_gradients(tape);
    }
    dt_tape_free(tape);
}

Test(hedm_orientation, single_precision_scalars_and_empty_batches_work) {
    dt_tape *tape = dt_tape_new(NULL);
    const float unit[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    dt_tensor *r = dt_constant(tape, DT_F32, 2, (int64_t[]){3, 3}, unit);
    cr_assert_eq(dt_dtype_of(dt_euler_from_rotation(r)), DT_F32);
    const float *q = dt_data_f32(dt_quaternion_from_rotation(r));
    cr_assert(q[0] == 1 && q[1] == 0 && q[2] == 0 && q[3] == 0);
    const float *v = dt_data_f32(dt_vector_from_rotation(r));
    cr_assert(v[0] == 0 && v[1] == 0 && v[2] == 0);
    dt_tensor *none = dt_zeros(tape, DT_F64, 3, (int64_t[]){0, 3, 3});
    cr_assert_eq(dt_size(dt_vector_from_rotation(none)), 0);
    cr_assert_eq(dt_size(dt_euler_from_rotation(none)), 0);
    cr_assert_eq(dt_size(dt_rotation_from_6d(dt_zeros(tape, DT_F64, 2, (int64_t[]){0, 6}))), 0);
    tape_is_fine(tape);
    dt_tape_free(tape);
}

Test(hedm_orientation, wrong_shapes_and_types_are_refused_with_a_reason) {
    static const struct {
        dt_tensor *(*fn)(dt_tensor *);
        dt_dtype dtype;
        const char *says;
    } cases[] = {
        {dt_rotation_from_6d, DT_F64, "rotation_from_6d: x: the last axes must be (6), got (3,4)"},
        {dt_quaternion_from_rotation, DT_F64, "must be (3,3), got (3,4)"},
        {dt_vector_from_rotation, DT_F64, "vector_from_rotation: rotation"},
        {dt_euler_from_rotation, DT_F64, "euler_from_rotation: rotation"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dt_tape *tape = dt_tape_new(NULL);
        dt_tensor *y = cases[i].fn(dt_zeros(tape, cases[i].dtype, 2, (int64_t[]){3, 4}));
        cr_assert(y == dt_inert(tape));
        cr_assert(strstr(dt_tape_message(tape), cases[i].says) != NULL, "%s",
                  dt_tape_message(tape));
        cr_assert(cases[i].fn(NULL) == NULL);
        dt_tape_free(tape);
    }
    dt_tape *tape = dt_tape_new(NULL);
    dt_euler_from_rotation(dt_zeros(tape, DT_C128, 2, (int64_t[]){3, 3}));
    cr_assert(strstr(dt_tape_message(tape), "must be f32 or f64, is c128") != NULL, "%s",
              dt_tape_message(tape));
    dt_tape_free(tape);
}
