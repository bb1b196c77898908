/* test_vector_math.c - the vector functions of every kernel set against the C library in a wider
 * type: special values exactly, all others within 4 units in the last place. */
#define DTI_SET baseline
#include "kernels/vector_math.h"

#include "helpers.h"
#include "kernels/sets.h"

#include <criterion/criterion.h>

#include <float.h>
#include <math.h>
#include <string.h>

enum { N_SPECIAL = 100, N = N_SPECIAL * N_SPECIAL + 20000 };

/* The limit of libmvec's accuracy, and of libm's in the wider type. */
#define UNITS 4.0

typedef void unary_f32(int64_t n, float *out, const float *x);
typedef void unary_f64(int64_t n, double *out, const double *x);
typedef void binary_f32(int64_t n, float *out, const float *x, const float *y);
typedef void binary_f64(int64_t n, double *out, const double *x, const double *y);

typedef struct function {
    const char *name;
    unary_f32 *f32[DTI_SET_COUNT];
    unary_f64 *f64[DTI_SET_COUNT];
    binary_f32 *f32_2[DTI_SET_COUNT];
    binary_f64 *f64_2[DTI_SET_COUNT];
    double (*wide_f32)(double);
    long double (*wide_f64)(long double);
    double (*wide_f32_2)(double, double);
    long double (*wide_f64_2)(long double, long double);
} function;

#ifdef __x86_64__
#define X86(...) __VA_ARGS__
#else
#define X86(...)
#endif
#define DECLARE_UNARY(f)                                                                           \
    unary_f32 dti_vec_##f##_f32_reference X86(, dti_vec_##f##_f32_avx2, dti_vec_##f##_f32_avx512); \
    unary_f64 dti_vec_##f##_f64_reference X86(, dti_vec_##f##_f64_avx2, dti_vec_##f##_f64_avx512);
#define DECLARE_BINARY(f)                                                                          \
    binary_f32 dti_vec_##f##_f32_reference X86(, dti_vec_##f##_f32_avx2,                           \
                                               dti_vec_##f##_f32_avx512);                          \
    binary_f64 dti_vec_##f##_f64_reference X86(, dti_vec_##f##_f64_avx2, dti_vec_##f##_f64_avx512);
DTI_VECTOR_UNARY(DECLARE_UNARY)
DTI_VECTOR_BINARY(DECLARE_BINARY)

#define OF_SETS(f)                                                                                 \
    {                                                                                              \
        dti_vec_##f##_reference,                                                                   \
            dti_vec_##f##_baseline X86(, dti_vec_##f##_avx2, dti_vec_##f##_avx512)                 \
    }
#define UNARY(f)                                                                                   \
    {.name = #f, .f32 = OF_SETS(f##_f32), .f64 = OF_SETS(f##_f64), .wide_f32 = f, .wide_f64 = f##l},
#define BINARY(f)                                                                                  \
    {.name = #f,                                                                                   \
     .f32_2 = OF_SETS(f##_f32),                                                                    \
     .f64_2 = OF_SETS(f##_f64),                                                                    \
     .wide_f32_2 = f,                                                                              \
     .wide_f64_2 = f##l},

static const function functions[] = {DTI_VECTOR_UNARY(UNARY) DTI_VECTOR_BINARY(BINARY)};
enum { N_FUNCTIONS = sizeof functions / sizeof *functions };

/* Ends of ranges and domains, and thresholds of overflow, underflow and exactness. */
static const double special[] = {0.0,
                                 -0.0,
                                 1,
                                 -1,
                                 0.5,
                                 -0.5,
                                 2,
                                 -2,
                                 3,
                                 -3,
                                 1.5,
                                 -1.5,
                                 INFINITY,
                                 -INFINITY,
                                 NAN,
                                 DBL_MIN,
                                 -DBL_MIN,
                                 0x1p-1074,
                                 1e-310,
                                 -0x1p-1074,
                                 DBL_MAX,
                                 -DBL_MAX,
                                 1e300,
                                 -1e300,
                                 1e-300,
                                 -1e-300,
                                 1e22,
                                 -1e22,
                                 1e9,
                                 -1e9,
                                 709.7,
                                 709.8,
                                 710.4,
                                 710.6,
                                 -708.3,
                                 -708.5,
                                 -745.1,
                                 -745.2,
                                 1023.9,
                                 1024,
                                 -1022,
                                 -1022.5,
                                 -1074,
                                 -1075.5,
                                 88.7,
                                 88.8,
                                 89.5,
                                 -87.3,
                                 -87.4,
                                 -103.9,
                                 -104,
                                 127.9,
                                 128,
                                 -126.5,
                                 -149,
                                 -150.5,
                                 26.5,
                                 27.2,
                                 -5.9,
                                 -6,
                                 5.9,
                                 9.2,
                                 10.1,
                                 0x1p-27,
                                 0x1p-28,
                                 -0x1p-27,
                                 0x1p52,
                                 0x1p53,
                                 0x1p24,
                                 1 - 0x1p-53,
                                 -1 + 0x1p-53,
                                 1 + 0x1p-52,
                                 1 + 0x1p-23,
                                 1 - 0x1p-24,
                                 -1 + 0x1p-24,
                                 1e-8,
                                 1e-20,
                                 -1e-20,
                                 100,
                                 -100,
                                 1e5,
                                 1e38,
                                 -1e38,
                                 FLT_MAX,
                                 -FLT_MAX,
                                 FLT_MIN,
                                 -FLT_MIN,
                                 1e-40,
                                 -1e-40,
                                 0x1p-149,
                                 -0x1p-149,
                                 0x1.921fb54442d18p1,
                                 0x1.921fb54442d18p0,
                                 1e4,
                                 -1e6,
                                 38.5};

static double argument(uint64_t seed, int64_t i) {
    const double r = random_number(seed, i);
    switch (i % 4) {
    case 0: return r;
    case 1: return 30 * r;
    case 2: return 1000 * r;
    default: return ldexp(r, (int)(1070 * random_number(seed + 1, i)));
    }
}

static void fill_arguments(double *x, double *y) {
    const int64_t n = (int64_t)(sizeof special / sizeof *special);
    cr_assert_leq(n, N_SPECIAL);
    for (int64_t i = 0; i < N; i++) {
        x[i] = i < n * n ? special[i / n] : argument(3, i);
        y[i] = i < n * n ? special[i % n] : argument(17, i / 4);
    }
}

/* Distance in units in the last place of `wanted` (rounded to the type by the caller). */
static double distance(double got, long double wanted, double rounded, int digits, int least) {
    if (isnan(got) || isnan(rounded)) {
        return isnan(got) && isnan(rounded) ? 0 : INFINITY;
    }
    if (got == rounded) {
        return got != 0 || signbit(got) == signbit(rounded) ? 0 : INFINITY;
    }
    if (isinf(got) || isinf(rounded)) {
        return INFINITY;
    }
    int exponent = rounded == 0 ? least : ilogb(rounded);
    exponent = exponent < least ? least : exponent;
    return (double)(fabsl((long double)got - wanted) / ldexpl(1, exponent - digits + 1));
}

static void check_f64(const function *f, dti_set set, const double *x, const double *y) {
    static double got[N];
    if (f->f64[set] != NULL) {
        f->f64[set](N, got, x);
    } else {
        f->f64_2[set](N, got, x, y);
    }
    for (int64_t i = 0; i < N; i++) {
        long double wanted = f->wide_f64 != NULL
                                 ? f->wide_f64((long double)x[i])
                                 : f->wide_f64_2((long double)x[i], (long double)y[i]);
        double units = distance(got[i], wanted, (double)wanted, DBL_MANT_DIG, DBL_MIN_EXP - 1);
        cr_assert(units <= UNITS, "%s(%a, %a) of f64 in set %s: %a, not %La", f->name, x[i], y[i],
                  dti_set_name(set), got[i], wanted);
    }
}

static void check_f32(const function *f, dti_set set, const double *x, const double *y) {
    static float got[N], single_x[N], single_y[N];
    for (int64_t i = 0; i < N; i++) {
        single_x[i] = (float)x[i];
        single_y[i] = (float)y[i];
    }
    if (f->f32[set] != NULL) {
        f->f32[set](N, got, single_x);
    } else {
        f->f32_2[set](N, got, single_x, single_y);
    }
    for (int64_t i = 0; i < N; i++) {
        double wanted = f->wide_f32 != NULL
                            ? f->wide_f32((double)single_x[i])
                            : f->wide_f32_2((double)single_x[i], (double)single_y[i]);
        double units = distance((double)got[i], (long double)wanted, (double)(float)wanted,
                                FLT_MANT_DIG, FLT_MIN_EXP - 1);
        cr_assert(units <= UNITS, "%s(%a, %a) of f32 in set %s: %a, not %a", f->name,
                  (double)single_x[i], (double)single_y[i], dti_set_name(set), (double)got[i],
                  wanted);
    }
}

Test(vector_math, every_function_in_every_set_is_within_4_units_and_exact_at_special_values) {
    static double x[N], y[N];
    int n_checked = 0;
    fill_arguments(x, y);
    for (int set = DTI_SET_REFERENCE; set < DTI_SET_COUNT; set++) {
        for (int f = 0; f < N_FUNCTIONS && dti_set_available((dti_set)set); f++, n_checked++) {
            check_f64(&functions[f], (dti_set)set, x, y);
            check_f32(&functions[f], (dti_set)set, x, y);
        }
    }
    cr_assert_geq(n_checked, 2 * N_FUNCTIONS);
}

Test(vector_math, results_may_overwrite_their_arguments_and_do_not_depend_on_place) {
    double x[37], y[37], separate[37], in_place[37];
    for (int set = DTI_SET_REFERENCE; set < DTI_SET_COUNT; set++) {
        for (int f = 0; f < N_FUNCTIONS && dti_set_available((dti_set)set); f++) {
            for (int i = 0; i < 37; i++) {
                x[i] = 1.5 + random_number(5, i);
                y[i] = 1.5 + random_number(6, i);
            }
            memcpy(in_place, x, sizeof x);
            if (functions[f].f64[set] != NULL) {
                functions[f].f64[set](37, separate, x);
                functions[f].f64[set](29, in_place + 8, in_place + 8);
            } else {
                functions[f].f64_2[set](37, separate, x, y);
                functions[f].f64_2[set](29, in_place + 8, in_place + 8, y + 8);
            }
            for (int i = 8; i < 37; i++) {
                cr_expect(separate[i] == in_place[i] || (isnan(separate[i]) && isnan(in_place[i])),
                          "%s in set %s", functions[f].name, dti_set_name((dti_set)set));
            }
        }
    }
}
