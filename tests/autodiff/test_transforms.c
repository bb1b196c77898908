/* test_transforms.c - rotations and Debye-Waller factors against their definitions and SciPy. */
#include "oracle.h"

#include <difftape/transform.h>

#include <stdio.h>

static const dt_dtype real_types[] = {DT_F32, DT_F64};

/* -- Debye-Waller factors ---------------------------------------------------------------------- */

/* q.U.q for the stored form of u: 1, 3 or 9 numbers an atom. */
static double exponent(const double *q, const double *u, int form) {
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double uij = form == 9 ? u[3 * i + j] : i != j ? 0 : form == 3 ? u[i] : u[0];
            sum += q[i] * uij * q[j];
        }
    }
    return sum;
}

Test(debye_waller, is_the_exponential_of_a_form_for_each_kind_of_u) {
    dt_tape *tape = dt_tape_new(NULL);
    enum { N_Q = 4, ATOMS = 2 };
    for (size_t t = 0; t < COUNT(real_types); t++) {
        dt_tensor *q = many(tape, 1, real_types[t], SHAPE(N_Q, 3));
        const int64_t shape[3] = {ATOMS, 3, 3};
        for (int ndim = 1, form = 1; ndim <= 3; ndim++, form *= 3) {
            dt_tensor *u = many(tape, 2, real_types[t], ndim, shape);
            dt_tensor *y = dt_debye_waller(q, u);
            expect_shape("debye_waller", y, SHAPE(N_Q, ATOMS));
            for (int64_t at = 0; at < N_Q * ATOMS; at++) {
                double qs[3], us[9];
                for (int i = 0; i < 9; i++) {
                    us[i] = creal(number_at(2, at % ATOMS * form + i, DT_F64));
                    qs[i % 3] = creal(number_at(1, at / ATOMS * 3 + i % 3, DT_F64));
                }
                double expected = exp(-exponent(qs, us, form) / 2);
                expect_near("debye_waller", at, element(y, at), expected,
                            10 * tolerance(real_types[t]) * expected);
            }
        }
    }
    expect_shape(
        "no atoms",
        dt_debye_waller(dt_zeros(tape, DT_F64, SHAPE(2, 3)), dt_zeros(tape, DT_F64, SHAPE(0, 3))),
        SHAPE(2, 0));
    expect_shape(
        "no vectors",
        dt_debye_waller(dt_zeros(tape, DT_F64, SHAPE(0, 3)), dt_zeros(tape, DT_F64, SHAPE(2))),
        SHAPE(0, 2));
    dt_tape_free(tape);
}

/* B = 8 pi^2 U: exp(-B sin^2(theta)/lambda^2) with q = 4 pi sin(theta)/lambda. */
Test(debye_waller, agrees_with_a_b_factor) {
    dt_tape *tape = dt_tape_new(NULL);
    const double b = 20, s = 0.31, u = b / (8 * PI * PI), q[3] = {0, 4 * PI * s, 0};
    dt_tensor *y = dt_debye_waller(dt_constant(tape, DT_F64, SHAPE(1, 3), q),
                                   dt_constant(tape, DT_F64, SHAPE(1), &u));
    expect_near("B factor", 0, element(y, 0), exp(-b * s * s), 1e-15);
    dt_tape_free(tape);
}

static dt_tensor *factors(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_debye_waller(in[0], in[1]);
}

Test(debye_waller, has_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t shape[3] = {2, 3, 3};
    for (int ndim = 1; ndim <= 3; ndim++) {
        dt_tensor *const at[] = {dt_scale(numbers(tape, 3, DT_F64, SHAPE(3, 3)), 0.5),
                                 numbers(tape, 4, DT_F64, ndim, shape)};
        expect_exact_gradients("debye_waller", factors, 2, at);
    }
    dt_tape_free(tape);
}

/* -- rotations --------------------------------------------------------------------------------- */

typedef long double matrix[3][3];

static void multiply(matrix a, matrix b, matrix ret) {
    matrix c = {{0}};
    for (int at = 0; at < 27; at++) {
        c[at / 9][at / 3 % 3] += a[at / 9][at % 3] * b[at % 3][at / 3 % 3];
    }
    memcpy(ret, c, sizeof c);
}

/* exp(K), K v = vector x v, by its series for K / 2^10, then squared ten times. */
static void exponential(const double *v, matrix ret) {
    matrix k = {{0, -v[2], v[1]}, {v[2], 0, -v[0]}, {-v[1], v[0], 0}},
           term = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    memcpy(ret, term, sizeof term);
    for (int i = 0; i < 9; i++) {
        k[i / 3][i % 3] /= 1024;
    }
    for (int n = 1; n < 30; n++) {
        multiply(term, k, term);
        for (int i = 0; i < 9; i++) {
            term[i / 3][i % 3] /= n;
            ret[i / 3][i % 3] += term[i / 3][i % 3];
        }
    }
    for (int i = 0; i < 10; i++) {
        multiply(ret, ret, ret);
    }
}

static void expect_matrix(const char *what, dt_tensor *r, int64_t first, matrix expected,
                          double allowed) {
    for (int64_t i = 0; i < 9; i++) {
        expect_near(what, i, element(r, first + i), (double)expected[i / 3][i % 3], allowed);
    }
}

/* R R^T = 1 and det R = 1. */
static void expect_rotation(const char *what, dt_tensor *r, double allowed) {
    dt_tape *tape = dt_tape_of(r);
    dt_tensor *one = dt_broadcast(dt_eye(tape, dt_dtype_of(r), 3), dt_ndim(r), dt_shape(r));
    expect_equal(what, dt_matmul_flags(r, DT_N, r, DT_T), one, allowed);
    dt_tensor *row[3];
    for (int i = 0; i < 3; i++) {
        row[i] = dt_select(r, -2, i);
    }
    dt_tensor *det = dt_dot(row[0], dt_cross(row[1], row[2]));
    for (int64_t i = 0; i < dt_size(det); i++) {
        expect_near("determinant", i, element(det, i), 1, allowed);
    }
}

/* The vector part of q v q^-1, by Hamilton's product. */
static void hamilton(const double *a, const double *b, double *ret) {
    ret[0] = a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3];
    ret[1] = a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2];
    ret[2] = a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1];
    ret[3] = a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0];
}

static void by_quaternion(const double *q, matrix ret) {
    double length = q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3];
    const double inverse[4] = {q[0] / length, -q[1] / length, -q[2] / length, -q[3] / length};
    for (int j = 0; j < 3; j++) {
        double v[4] = {0}, half[4], turned[4];
        v[j + 1] = 1;
        hamilton(q, v, half);
        hamilton(half, inverse, turned);
        for (int i = 0; i < 3; i++) {
            ret[i][j] = turned[i + 1];
        }
    }
}

static const double quaternions[][4] = {{1, 0, 0, 0},          {-2, 0, 0, 0}, {0, 3, 0, 0},
                                        {0, 0, -0.5, 0},       {0, 0, 0, 1},  {1, 1, 1, 1},
                                        {0.4, 0.3, -1.2, 2.5}, {-1, 2, -3, 4}};

Test(rotations, quaternions_of_any_length_turn_vectors_as_their_products_do) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(real_types); t++) {
        dt_tensor *q =
            dt_cast(dt_constant(tape, DT_F64, SHAPE(2, 4, 4), quaternions), real_types[t]);
        dt_tensor *r = dt_rotation_from_quaternion(q);
        expect_shape("quaternion", r, SHAPE(2, 4, 3, 3));
        expect_rotation("quaternion", r, 2 * tolerance(real_types[t]));
        for (int64_t i = 0; i < 8; i++) {
            matrix expected;
            by_quaternion(quaternions[i], expected);
            expect_matrix("quaternion", r, 9 * i, expected, 2 * tolerance(real_types[t]));
        }
    }
    dt_tensor *q = dt_constant(tape, DT_F64, SHAPE(4), quaternions[7]);
    dt_tensor *r = dt_rotation_from_quaternion(q);
    expect_equal("-q", dt_rotation_from_quaternion(dt_neg(q)), r, 0);
    expect_equal("long", dt_rotation_from_quaternion(dt_scale(q, 1e200)), r, 1e-15);
    expect_equal("short", dt_rotation_from_quaternion(dt_scale(q, 1e-200)), r, 1e-15);
    dt_tensor *none = dt_rotation_from_quaternion(dt_zeros(tape, DT_F64, SHAPE(4)));
    for (int64_t i = 0; i < 9; i++) {
        cr_expect(isnan(creal(element(none, i))), "no length, no rotation");
    }
    dt_tape_free(tape);
}

Test(rotations, vectors_are_axis_times_angle_from_the_identity_to_many_turns) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double axis[3] = {2.0 / 7, -3.0 / 7, 6.0 / 7};
    static const double angles[] = {0,         5e-324, 1e-300, 1e-160, 1e-12, 1e-8,      1e-4,
                                    0.1,       0.5,    1,      1.5,    3,     PI - 1e-7, PI,
                                    PI + 1e-9, 5,      2 * PI, 12.5,   100,   -2};
    for (size_t t = 0; t < COUNT(real_types); t++) {
        for (size_t i = 0; i < COUNT(angles); i++) {
            double v[3], size = fabs(angles[i]);
            value z[3];
            for (int k = 0; k < 3; k++) {
                z[k] = stored(angles[i] * axis[k], real_types[t]);
                v[k] = creal(z[k]);
            }
            matrix expected;
            exponential(v, expected);
            dt_tensor *r = dt_rotation_from_vector(tensor(tape, real_types[t], SHAPE(3), z, false));
            expect_shape("vector", r, SHAPE(3, 3));
            expect_matrix("vector", r, 0, expected, tolerance(real_types[t]) * (1 + size));
            expect_rotation("vector", r, tolerance(real_types[t]) * (1 + size));
        }
    }
    const double turned[3] = {0, 0, PI / 2};
    dt_tensor *r = dt_rotation_from_vector(dt_constant(tape, DT_F64, SHAPE(3), turned));
    expect_near("x goes to y", 0, element(r, 3), 1, 0);
    dt_tape_free(tape);
}

/* The rotation about axis i: e_j goes to cos e_j + sin e_k for i, j, k in cyclic order. */
static void about(int i, double angle, matrix ret) {
    int j = (i + 1) % 3, k = (i + 2) % 3;
    memset(ret, 0, sizeof(matrix));
    ret[i][i] = 1;
    ret[j][j] = ret[k][k] = cosl(angle);
    ret[k][j] = sinl(angle);
    ret[j][k] = -sinl(angle);
}

Test(rotations, euler_angles_turn_about_fixed_or_turning_axes) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double angles[6] = {0.3, 0.7, -1.1, 3, -2, 8};
    for (int sequence = 0; sequence < 27; sequence++) {
        const int axis[3] = {sequence / 9, sequence / 3 % 3, sequence % 3};
        char fixed[4] = "", turning[4] = "";
        for (int k = 0; k < 3; k++) {
            fixed[k] = "xyz"[axis[k]];
            turning[k] = "XYZ"[axis[k]];
        }
        for (size_t t = 0; t < COUNT(real_types); t++) {
            dt_tensor *at = dt_cast(dt_constant(tape, DT_F64, SHAPE(2, 3), angles), real_types[t]);
            dt_tensor *lower = dt_rotation_from_euler(at, fixed);
            dt_tensor *upper = dt_rotation_from_euler(at, turning);
            expect_shape(fixed, lower, SHAPE(2, 3, 3));
            expect_rotation(turning, upper, 4 * tolerance(real_types[t]));
            for (int64_t set = 0; set < 2; set++) {
                matrix r[3], expected;
                for (int k = 0; k < 3; k++) {
                    about(axis[k], creal(stored(angles[3 * set + k], real_types[t])), r[k]);
                }
                multiply(r[2], r[1], expected);
                multiply(expected, r[0], expected);
                expect_matrix(fixed, lower, 9 * set, expected, 4 * tolerance(real_types[t]));
                multiply(r[0], r[1], expected);
                multiply(expected, r[2], expected);
                expect_matrix(turning, upper, 9 * set, expected, 4 * tolerance(real_types[t]));
            }
        }
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}

/* scipy.spatial.transform.Rotation.from_euler(axes, [0.3, 0.7, -1.1]).as_matrix(), SciPy 1.10,
 * which goes through quaternions: both have a few units of rounding. */
static const struct {
    const char *axes;
    double r[9];
} by_scipy[] = {
    {"ZXZ",
     {0.6347732471889773, 0.7488782477850708, 0.19037934406737264, -0.5171420447398931,
      0.5948041456310518, -0.6154446635582735, -0.5741315443479861, 0.29221464428477223,
      0.7648421872844882}},
    {"xyz",
     {0.34692944965489886, 0.9377582425124971, 0.015793529118639904, -0.6816329865934228,
      0.2636694534871921, -0.6825356334181358, -0.644217687237691, 0.226026321249623,
      0.7306816499355122}},
    {"XYZ",
     {0.3469294496548989, 0.6816329865934228, 0.644217687237691, -0.7650475783754858,
      0.6030043987602139, -0.22602632124962302, -0.5425330955655645, -0.41444199432919854,
      0.7306816499355123}},
    {"YXZ",
     {0.2636694534871921, 0.9377582425124971, 0.226026321249623, -0.6816329865934228,
      0.34692944965489886, -0.644217687237691, -0.6825356334181358, 0.015793529118639904,
      0.7306816499355122}},
    {"xzy",
     {0.3469294496548989, -0.5425330955655645, -0.7650475783754858, 0.644217687237691,
      0.7306816499355123, -0.22602632124962302, 0.6816329865934228, -0.41444199432919854,
      0.6030043987602139}},
};

/* from_rotvec([0.3, -1.2, 2.5]) and from_quat([0.3, -1.2, 2.5, 0.4]), which has w last. */
static const double vector_by_scipy[9] = {
    -0.9161464276133471, -0.39899844095717124, 0.03841831965415943,
    0.2195933137944131,  -0.5797618141831755,  -0.7846368684632539,
    0.33534236193491995, -0.7104058578930637,  0.618764104779139};
static const double quaternion_by_scipy[9] = {
    -0.9370277078085643, -0.3425692695214106, 0.06801007556675062,
    0.16120906801007556, -0.5969773299748111, -0.7858942065491183,
    0.309823677581864,   -0.7254408060453401, 0.614609571788413};

Test(rotations, agree_with_scipy) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *angles = dt_constant(tape, DT_F64, SHAPE(3), (double[]){0.3, 0.7, -1.1});
    dt_tensor *v = dt_constant(tape, DT_F64, SHAPE(3), (double[]){0.3, -1.2, 2.5});
    dt_tensor *q = dt_constant(tape, DT_F64, SHAPE(4), (double[]){0.4, 0.3, -1.2, 2.5});
    for (int64_t i = 0; i < 9; i++) {
        for (size_t s = 0; s < COUNT(by_scipy); s++) {
            dt_tensor *r = dt_rotation_from_euler(angles, by_scipy[s].axes);
            expect_near(by_scipy[s].axes, i, element(r, i), by_scipy[s].r[i], 1e-15);
        }
        expect_near("vector", i, element(dt_rotation_from_vector(v), i), vector_by_scipy[i], 1e-15);
        expect_near("quaternion", i, element(dt_rotation_from_quaternion(q), i),
                    quaternion_by_scipy[i], 1e-15);
    }
    dt_tape_free(tape);
}

/* -- gradients --------------------------------------------------------------------------------- */

static dt_tensor *from_vector(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_rotation_from_vector(in[0]);
}

/* At the identity R = 1 + K + K K / 2: the first derivatives are the generators. */
Test(rotations, the_identity_is_a_smooth_point_of_rotation_vectors) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(real_types); t++) {
        for (int axis = 0; axis < 3; axis++) {
            int j = (axis + 1) % 3, k = (axis + 2) % 3;
            for (int i = 0; i < 9; i++) {
                dt_tensor *v = dt_parameter(tape, real_types[t], SHAPE(3), NULL);
                dt_tensor *r = dt_rotation_from_vector(v);
                dt_backward(dt_select(dt_select(r, 0, i / 3), 0, i % 3));
                double expected = i == 3 * k + j ? 1 : i == 3 * j + k ? -1 : 0;
                expect_near("generator", i, element(dt_gradient(v), axis), expected, 0);
                expect_near("identity", i, element(r, i), i % 4 == 0, 0);
                dt_tape_reset(tape);
            }
        }
    }
    dt_tensor *at = dt_zeros(tape, DT_F64, SHAPE(3));
    expect_exact_gradients("at the identity", from_vector, 1, &at);
    dt_tape_free(tape);
}

Test(rotations, vectors_near_delicate_angles_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double angles[] = {1e-9, 1e-3, 0.7, PI, 2 * PI, 9};
    for (size_t i = 0; i < COUNT(angles); i++) {
        const double v[6] = {
            angles[i] * 2 / 7, -angles[i] * 3 / 7, angles[i] * 6 / 7, 0, angles[i], 0};
        dt_tensor *at = dt_constant(tape, DT_F64, SHAPE(2, 3), v);
        expect_exact_gradients("from a vector", from_vector, 1, &at);
    }
    dt_tape_free(tape);
}

static dt_tensor *from_both(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *r = dt_rotation_from_euler(in[1], "ZXZ");
    r = dt_matmul(r, dt_rotation_from_euler(in[1], "yzx"));
    return dt_matmul(dt_rotation_from_quaternion(in[0]), r);
}

Test(rotations, quaternions_and_euler_angles_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *const at[] = {numbers(tape, 3, DT_F64, SHAPE(2, 4)),
                             numbers(tape, 4, DT_F64, SHAPE(2, 3))};
    expect_exact_gradients("rotations", from_both, 2, at);
    dt_tensor *const zero[] = {numbers(tape, 3, DT_F64, SHAPE(4)),
                               dt_zeros(tape, DT_F64, SHAPE(3))};
    expect_exact_gradients("no Euler angles", from_both, 2, zero);
    dt_tape_free(tape);
}

/* -- refusals ---------------------------------------------------------------------------------- */

Test(rotations, none_of_none) {
    dt_tape *tape = dt_tape_new(NULL);
    expect_shape("quaternion", dt_rotation_from_quaternion(dt_zeros(tape, DT_F64, SHAPE(0, 4))),
                 SHAPE(0, 3, 3));
    expect_shape("vector", dt_rotation_from_vector(dt_zeros(tape, DT_F64, SHAPE(2, 0, 3))),
                 SHAPE(2, 0, 3, 3));
    expect_shape("euler", dt_rotation_from_euler(dt_zeros(tape, DT_F32, SHAPE(0, 3)), "xyz"),
                 SHAPE(0, 3, 3));
    cr_expect(dt_rotation_from_vector(NULL) == NULL && dt_rotation_from_quaternion(NULL) == NULL &&
                  dt_rotation_from_euler(NULL, "xyz") == NULL &&
                  dt_debye_waller(NULL, NULL) == NULL,
              "nothing of nothing");
    dt_tape_free(tape);
}

Test(rotations, refuse_what_is_none_with_a_sentence) {
    dt_tape *tape = dt_tape_new(NULL);
#define X(...) dt_zeros(tape, DT_F64, SHAPE(__VA_ARGS__))
#define Z(...) dt_zeros(tape, DT_C128, SHAPE(__VA_ARGS__))
    expect_failure(tape, dt_rotation_from_quaternion(X(2, 3)), DT_ERR_SHAPE,
                   "rotation_from_quaternion: q: the last axis must have size 4, got (2,3)");
    expect_failure(tape, dt_rotation_from_vector(dt_scalar(tape, 1)), DT_ERR_SHAPE,
                   "rotation_from_vector: v: the last axis must have size 3, got ()");
    expect_failure(tape, dt_rotation_from_euler(X(4), "xyz"), DT_ERR_SHAPE,
                   "rotation_from_euler: angles: the last axis must have size 3, got (4)");
    expect_failure(tape, dt_rotation_from_quaternion(Z(4)), DT_ERR_DTYPE,
                   "rotation_from_quaternion: q must be f32 or f64, is c128");
    expect_failure(tape, dt_rotation_from_vector(Z(3)), DT_ERR_DTYPE,
                   "rotation_from_vector: v must be f32 or f64, is c128");
    expect_failure(tape, dt_rotation_from_euler(Z(3), "xyz"), DT_ERR_DTYPE,
                   "rotation_from_euler: angles must be f32 or f64, is c128");
    static const char *const wrong[] = {"xyZ", "xy", "xyzx", "abc", "", NULL};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char message[160];
        snprintf(message, sizeof message,
                 "rotation_from_euler: \"%s\" must be three of x, y, z (fixed axes) or of X, Y, Z "
                 "(turning with the body)",
                 wrong[i] == NULL ? "" : wrong[i]);
        expect_failure(tape, dt_rotation_from_euler(X(3), wrong[i]), DT_ERR_ARGUMENT, message);
    }
    expect_failure(tape, dt_debye_waller(X(2, 2), X(1)), DT_ERR_SHAPE,
                   "debye_waller: q: the last axis must have size 3, got (2,2)");
    expect_failure(tape, dt_debye_waller(X(3), X(1)), DT_ERR_SHAPE,
                   "debye_waller: needs q (n_q,3) and u (n), (n,3) or (n,3,3), got (3) and (1)");
    expect_failure(
        tape, dt_debye_waller(X(2, 3), X(4, 2)), DT_ERR_SHAPE,
        "debye_waller: needs q (n_q,3) and u (n), (n,3) or (n,3,3), got (2,3) and (4,2)");
    expect_failure(tape, dt_debye_waller(Z(2, 3), X(1)), DT_ERR_DTYPE,
                   "debye_waller: q must be f32 or f64, is c128");
    expect_failure(tape, dt_debye_waller(X(2, 3), Z(1)), DT_ERR_DTYPE,
                   "debye_waller: u must be f32 or f64, is c128");
#undef Z
#undef X
    dt_tape_free(tape);
}
