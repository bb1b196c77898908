/* test_complex_functions.c - complex sqrt, log, sin and cos against the C library in a wider
 * type, in every kernel set: branch cuts, zeros with their signs, infinities, NaN, numbers near the
 * unit circle and near the ends of the range; powers of integers. */
#include "helpers.h"
#include "kernel_list.h"

#include <criterion/criterion.h>

#include <float.h>
#include <math.h>
#include <string.h>

enum { N_TILES = 40, N = DTI_TILE };

typedef struct function {
    const char *name;
    dt_map_fn **table;
    double complex (*library)(double complex);
    long double complex (*wide)(long double complex);
} function;

static const function functions[] = {{"sqrt", dti_k_sqrt, csqrt, csqrtl},
                                     {"log", dti_k_log, clog, clogl},
                                     {"sin", dti_k_sin, csin, csinl},
                                     {"cos", dti_k_cos, ccos, ccosl}};

static double any_part(uint64_t seed, int64_t i) {
    static const double special[] = {
        0,         -0.0,    1,        -1,    0.5,     -2,     INFINITY, -INFINITY, NAN,  DBL_MIN,
        0x1p-1074, DBL_MAX, -DBL_MAX, 1e160, -1e-160, 1e-200, 701,      -710.5,    1e22, -1e-20};
    const double r = random_number(seed, i);
    switch ((int)(fabs(random_number(seed + 2, i)) * 5)) {
    case 0: return special[(size_t)(fabs(r) * (double)(sizeof special / sizeof *special))];
    case 1: return ldexp(r, (int)(1000 * random_number(seed + 1, i)));
    case 2: return 700 * r;
    default: return 3 * r;
    }
}

static dt_c128 any_number(uint64_t seed, int64_t i) {
    if (i % 4 == 3) { /* near the unit circle */
        double angle = 4 * random_number(seed, i), r = 1 + 1e-9 * random_number(seed + 1, i);
        return (dt_c128){r * cos(angle), r * sin(angle)};
    }
    return (dt_c128){any_part(seed, i), any_part(seed + 5, i)};
}

/* Ordinary results within this many rounding units of the number's length (about 4 of each of the
 * two vector functions); what is zero, infinite or NaN is exactly so. */
#define UNITS 16

static bool agrees(double got, double library, long double wide, long double length, double unit,
                   double least) {
    if (isnan(library) || isinf(library)) {
        return isnan(library) ? isnan(got) : got == library;
    }
    if (library == 0 && got == 0) {
        return signbit(got) == signbit(library);
    }
    return fabsl(got - wide) <= UNITS * fmaxl(unit * length, (long double)least);
}

static void check(const function *f, dt_dtype dtype, dti_set set, dt_c128 z, dt_c128 got) {
    const double unit = dtype == DT_C64 ? 0x1p-24 : 0x1p-53;
    const double least = dtype == DT_C64 ? 0x1p-149 : 0x1p-1074;
    double complex library = f->library(complex_number(z.re, z.im));
    long double complex argument, wide;
    memcpy(&argument, (const long double[2]){z.re, z.im}, sizeof argument);
    wide = f->wide(argument);
    if (dtype == DT_C64) {
        library = complex_number((double)(float)creal(library), (double)(float)cimag(library));
    }
    long double length = cabsl(wide);
    cr_assert(agrees(got.re, creal(library), creall(wide), length, unit, least) &&
                  agrees(got.im, cimag(library), cimagl(wide), length, unit, least),
              "%s(%a, %a) of %s in set %s is (%a, %a), not (%a, %a)", f->name, z.re, z.im,
              dt_dtype_name(dtype), dti_set_name(set), got.re, got.im, creal(library),
              cimag(library));
}

static void check_tile(const function *f, dti_set set, uint64_t seed) {
    static dt_c128 z[N], y[N];
    static dt_c64 single_z[N], single_y[N];
    for (int64_t i = 0; i < N; i++) {
        z[i] = any_number(seed, i);
        single_z[i] = (dt_c64){(float)z[i].re, (float)z[i].im};
    }
    f->table[DT_C128](N, y, (const void *const[]){z}, NULL);
    f->table[DT_C64](N, single_y, (const void *const[]){single_z}, NULL);
    for (int64_t i = 0; i < N; i++) {
        check(f, DT_C128, set, z[i], y[i]);
        check(f, DT_C64, set, (dt_c128){(double)single_z[i].re, (double)single_z[i].im},
              (dt_c128){(double)single_y[i].re, (double)single_y[i].im});
    }
}

Test(complex_functions, agree_with_the_c_library_everywhere_in_every_set) {
    int n_sets = 0;
    for (int set = DTI_SET_REFERENCE; set < DTI_SET_COUNT; set++) {
        if (!dti_set_available((dti_set)set)) {
            continue;
        }
        dti_set_choose((dti_set)set);
        for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
            for (uint64_t tile = 0; tile < N_TILES; tile++) {
                check_tile(&functions[f], (dti_set)set, 100 * tile + f);
            }
        }
        n_sets++;
    }
    cr_assert_geq(n_sets, 2);
}

Test(complex_functions, powers_of_integers_are_exact_in_every_set) {
    static const double powers[] = {3, 4, 5, 7, 10};
    double x[N], y[N];
    dt_c128 z[N], w[N];
    for (int i = 0; i < N; i++) {
        x[i] = i % 17;
        z[i] = (dt_c128){i % 5 - 2, i % 7 - 3};
    }
    for (int set = DTI_SET_REFERENCE; set < DTI_SET_COUNT; set++) {
        for (size_t p = 0; p < sizeof powers / sizeof *powers && dti_set_available((dti_set)set);
             p++) {
            dti_set_choose((dti_set)set);
            dti_k_pow[DT_F64](N, y, (const void *const[]){x}, &powers[p]);
            dti_k_pow[DT_C128](N, w, (const void *const[]){z}, &powers[p]);
            for (int i = 0; i < N; i++) {
                double product = 1;
                dt_c128 complex_product = {1, 0};
                for (int k = 0; k < (int)powers[p]; k++) {
                    product *= x[i];
                    complex_product =
                        (dt_c128){complex_product.re * z[i].re - complex_product.im * z[i].im,
                                  complex_product.re * z[i].im + complex_product.im * z[i].re};
                }
                cr_assert(y[i] == product, "%g^%g = %.17g", x[i], powers[p], y[i]);
                cr_assert(w[i].re == complex_product.re && w[i].im == complex_product.im,
                          "(%g, %g)^%g = (%.17g, %.17g)", z[i].re, z[i].im, powers[p], w[i].re,
                          w[i].im);
            }
        }
    }
}
