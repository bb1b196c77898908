/* test_kernel_sets.c - every map kernel, for every type, in every kernel set this processor can
 * run: against the reference set, and element by element independent of place, length and
 * alignment.
 *
 * The environment variable DT_KERNEL limits the test to kernels whose name contains it. */
#define DTI_SET baseline
#include "kernels/vector_math.h"

#include "helpers.h"
#include "kernel_list.h"

#include <criterion/criterion.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = DTI_TILE, MOST_BYTES = 16, N_TILES = 24, MARGIN = 64 };

/* Room for a tile at an odd place, followed by bytes nobody may write. */
typedef struct buffer {
    _Alignas(64) unsigned char bytes[N * MOST_BYTES + 2 * MARGIN];
} buffer;

/* Kernels of arithmetic and of moving data are bitwise equal in all sets. Others may differ by this
 * many units in the last place, of the length if complex: 4 of the vector function plus 1 of libm,
 * added up where a result is the product of two;
 * the angle of a complex power (5 units of pi / 4 * 2.5 = 25) and its length. */
typedef struct tolerance {
    const char *name;
    double units;
} tolerance;

/* The first that fits counts. */
static const tolerance tolerances[] = {{"sqrt_", 0},
                                       {"exp_c", 11},
                                       {"log_c", 5},
                                       {"sin_c", 11},
                                       {"cos_c", 11},
                                       {"cis_", 5},
                                       {"polar_", 5.5},
                                       {"pow_c", 34},
#define VECTOR_FUNCTION(name) {#name "_f", 5},
                                       DTI_VECTOR_UNARY(VECTOR_FUNCTION)
                                           DTI_VECTOR_BINARY(VECTOR_FUNCTION)};

static double tolerance_of(const kernel *k) {
    for (size_t i = 0; i < sizeof tolerances / sizeof *tolerances; i++) {
        if (strncmp(k->name, tolerances[i].name, strlen(tolerances[i].name)) == 0) {
            return tolerances[i].units;
        }
    }
    return 0;
}

/* A number of every kind: special, moderate, small, large, any bit pattern. */
static double any_number(uint64_t seed, int64_t i) {
    static const double special[] = {
        0,        -0.0,      1,           -1,         0.5,      -0.5,      2,          -2,
        INFINITY, -INFINITY, NAN,         DBL_MIN,    -DBL_MIN, 0x1p-1074, -0x1p-1074, DBL_MAX,
        -DBL_MAX, 1e300,     -1e300,      1e-300,     1e160,    -1e-160,   709.7,      709.8,
        -708.4,   -745.2,    88.7,        88.8,       -87.4,    -104,      1e22,       -1e9,
        FLT_MAX,  -FLT_MAX,  FLT_MIN,     1e-40,      0x1p-149, 1e5,       0x1p63,     -0x1p63,
        0x1p53,   0x1p24,    1 + 0x1p-52, 1 - 0x1p-24};
    const double r = random_number(seed, i), s = random_number(seed + 1, i);
    switch ((int)(fabs(random_number(seed + 2, i)) * 6)) {
    case 0: return special[(size_t)(fabs(r) * (double)(sizeof special / sizeof *special))];
    case 1: return ldexp(r, (int)(1070 * s));
    case 2: return ldexp(r, (int)(140 * s));
    case 3: return 1000 * r;
    default: return 3 * r;
    }
}

/* N elements of a type in random numbers; bool is a pattern of 0 and 1. */
static void fill(buffer *b, dt_dtype dtype, uint64_t seed) {
    for (int64_t i = 0; i < 2 * N; i++) {
        double x = any_number(seed, i);
        float single = (float)x;
        int64_t integer = fabs(x) < 0x1p62 ? (int64_t)x : INT64_MIN;
        unsigned char flag = x > 0;
        switch (dtype) {
        case DT_F32:
        case DT_C64: memcpy(b->bytes + 4 * i, &single, 4); break;
        case DT_F64:
        case DT_C128: memcpy(b->bytes + 8 * i, &x, 8); break;
        case DT_I64: memcpy(b->bytes + 8 * i, &integer, 8); break;
        case DT_BOOL: b->bytes[i] = flag; break;
        }
    }
}

/* The operands of one kernel: up to three inputs. */
typedef struct operands {
    buffer in[3];
    size_t size[3]; /* bytes per element */
} operands;

/* Inputs have the type of the kernel but for the condition of `where` and real factors. */
static dt_dtype input_dtype(const kernel *k, int i) {
    if (i == 0 && strncmp(k->name, "where", 5) == 0) {
        return DT_BOOL;
    }
    const char *mixed = i == 0 ? "mul_real_complex" : "mul_complex_real";
    return i < 2 && strncmp(k->name, mixed, strlen(mixed)) == 0 ? dt_dtype_real(k->from) : k->from;
}

static void fill_operands(operands *o, const kernel *k, uint64_t seed) {
    for (int i = 0; i < 3; i++) {
        dt_dtype dtype = input_dtype(k, i);
        o->size[i] = dt_dtype_size(dtype);
        fill(&o->in[i], dtype, seed + 10 * (uint64_t)i);
    }
}

static void run(const kernel *k, const operands *o, int64_t first, int64_t n, void *out) {
    static const double attr[8] = {-2.5, 1.25, 0.5, 3, 2, 1, 4, 7};
    const void *in[3];
    for (int i = 0; i < 3; i++) {
        in[i] = o->in[i].bytes + (size_t)first * o->size[i];
    }
    (*k->entry)(n, out, in, attr);
}

/* Bytes per element of the output, seen from what a full tile overwrites. */
static size_t output_size(const kernel *k, const operands *o) {
    static buffer out;
    size_t end = 0;
    for (int pattern = 0x5a; pattern < 0x100; pattern += 0x4b) {
        memset(&out, pattern, sizeof out);
        run(k, o, 0, N, out.bytes);
        for (size_t at = end; at < sizeof out; at++) {
            end = out.bytes[at] != pattern ? at + 1 : end;
        }
    }
    return (end + N - 1) / N;
}

/* Part number i of an output: complex numbers have two. */
static double part(const kernel *k, const unsigned char *out, int64_t i) {
    if (dt_dtype_real(k->to) == DT_F32) {
        float x;
        memcpy(&x, out + 4 * i, 4);
        return (double)x;
    }
    double x;
    memcpy(&x, out + 8 * i, 8);
    return x;
}

/* Parts per element: 0 for outputs compared as bytes. */
static int64_t count_parts(const kernel *k, size_t size) {
    if (!dt_dtype_is_float(k->to) || size < 4) {
        return 0;
    }
    return (int64_t)(size / dt_dtype_size(dt_dtype_real(k->to)));
}

static bool parts_agree(double a, double b, double allowed) {
    if (isnan(a) || isnan(b)) {
        return isnan(a) && isnan(b);
    }
    if (a == b) {
        return signbit(a) == signbit(b) || a != 0;
    }
    return fabs(a - b) <= allowed;
}

/* Index of the first element of n that differs by more than `units` of its last place, or -1. */
static int64_t first_difference(const kernel *k, size_t size, double units, int64_t n,
                                const unsigned char *a, const unsigned char *b) {
    const int64_t n_parts = count_parts(k, size);
    const bool single = dt_dtype_real(k->to) == DT_F32;
    const double unit = single ? 0x1p-24 : 0x1p-53, least = single ? 0x1p-149 : 0x1p-1074;
    for (int64_t i = 0; i < n; i++) {
        if (n_parts == 0) {
            if (memcmp(a + (size_t)i * size, b + (size_t)i * size, size) != 0) {
                return i;
            }
            continue;
        }
        double length = 0;
        for (int64_t p = 0; p < n_parts; p++) {
            length = fmax(length, fabs(part(k, b, i * n_parts + p)));
        }
        /* A unit in the last place is up to twice the rounding unit times the number. */
        double allowed = units == 0 ? 0 : units * fmax(2 * unit * length, least);
        for (int64_t p = 0; p < n_parts; p++) {
            if (!parts_agree(part(k, a, i * n_parts + p), part(k, b, i * n_parts + p),
                             isfinite(length) ? allowed : 0)) {
                return i;
            }
        }
    }
    return -1;
}

static kernel kernels[MOST_KERNELS];

static int list(void) {
    int n = list_kernels(kernels, getenv("DT_KERNEL"));
    cr_assert_gt(n, 0, "no kernel is called *%s*", getenv("DT_KERNEL"));
    return n;
}

static void compare_with_reference(const kernel *k, dti_set set) {
    static operands o;
    static buffer expected, got;
    for (uint64_t tile = 0; tile < N_TILES; tile++) {
        fill_operands(&o, k, 1000 * tile + 7);
        dti_set_choose(DTI_SET_REFERENCE);
        size_t size = output_size(k, &o);
        cr_assert(size == 1 || size == 4 || size == 8 || size == 16, "%s writes %zu bytes", k->name,
                  size);
        run(k, &o, 0, N, expected.bytes);
        dti_set_choose(set);
        run(k, &o, 0, N, got.bytes);
        int64_t at = first_difference(k, size, tolerance_of(k), N, got.bytes, expected.bytes);
        cr_assert(at < 0, "%s in set %s, tile %d: element %d", k->name, dti_set_name(set),
                  (int)tile, (int)at);
    }
}

Test(kernel_sets, arithmetic_is_bitwise_equal_and_functions_are_close_in_every_set) {
    int n = list(), n_compared = 0;
    for (int set = DTI_SET_BASELINE; set < DTI_SET_COUNT; set++) {
        for (int i = 0; i < n && dti_set_available((dti_set)set); i++, n_compared++) {
            compare_with_reference(&kernels[i], (dti_set)set);
        }
    }
    cr_assert_geq(n_compared, n);
}

/* Runs of n elements from `first` on, at odd addresses, against those elements of a full tile. */
static void check_runs(const kernel *k, const operands *o, const char *set) {
    static buffer whole, out;
    size_t size = output_size(k, o), align = size < 8 ? size : 8;
    run(k, o, 0, N, whole.bytes);
    for (int64_t n = 0; n <= N; n++) {
        int64_t first = n * 7 % (N - n + 1);
        unsigned char *place = out.bytes + (size_t)(n % 7) * align;
        memset(&out, 0x5a, sizeof out);
        run(k, o, first, n, place);
        int64_t at = first_difference(k, size, 0, n, place, whole.bytes + (size_t)first * size);
        cr_assert(at < 0, "%s in set %s: element %d of a run of %d differs", k->name, set, (int)at,
                  (int)n);
        for (size_t b = 0; b < MARGIN; b++) {
            cr_assert(place[(size_t)n * size + b] == 0x5a,
                      "%s in set %s writes beyond its run of %d", k->name, set, (int)n);
        }
    }
}

Test(kernel_sets, an_element_depends_on_its_arguments_only_in_runs_of_0_to_512_anywhere) {
    static operands o;
    int n = list(), n_checked = 0;
    for (int set = DTI_SET_REFERENCE; set < DTI_SET_COUNT; set++) {
        if (!dti_set_available((dti_set)set)) {
            continue;
        }
        dti_set_choose((dti_set)set);
        for (int i = 0; i < n; i++, n_checked++) {
            fill_operands(&o, &kernels[i], 99);
            check_runs(&kernels[i], &o, dti_set_name((dti_set)set));
        }
    }
    cr_assert_geq(n_checked, 2 * n);
}

Test(kernel_sets, every_set_defines_the_same_kernels) {
    int n = list();
    for (int set = DTI_SET_REFERENCE; set < DTI_SET_COUNT; set++) {
        if (dti_set_available((dti_set)set)) {
            dti_set_choose((dti_set)set);
            cr_expect_eq(list(), n, "set %s", dti_set_name((dti_set)set));
        }
    }
}

Test(kernel_sets, a_limit_is_obeyed_and_an_unknown_one_ignored) {
    dti_set widest = dti_set_widest(NULL);
    cr_expect(dti_set_available(widest));
    cr_expect_eq(dti_set_widest("sse4.2"), widest, "an unknown limit is none");
    cr_expect_eq(dti_set_widest(""), widest);
    cr_expect_eq(dti_set_widest("reference"), DTI_SET_REFERENCE);
    cr_expect_eq(dti_set_widest(dti_set_name(DTI_SET_BASELINE)), DTI_SET_BASELINE);
    for (int set = DTI_SET_REFERENCE; set < DTI_SET_COUNT; set++) {
        cr_expect_leq(dti_set_widest(dti_set_name((dti_set)set)), (dti_set)set);
    }
    cr_expect_eq(dti_set_chosen(), dti_set_widest(getenv("DT_SIMD")), "chosen at load");
}

Test(kernel_sets, sums_are_bitwise_equal_in_every_set) {
    int n_compared = 0;
    for (size_t t = 0; t < sizeof float_types / sizeof *float_types; t++) {
        for (unsigned mask = 1; mask < 8; mask++) {
            dt_array in = random_array(5 + mask, float_types[t], SHAPE(37, 19, 301));
            const int64_t shape[3] = {37, 19, 301};
            int64_t kept[3];
            int ndim = 0;
            for (int d = 0; d < 3; d++) {
                if ((mask >> d & 1u) == 0) {
                    kept[ndim++] = shape[d];
                }
            }
            dt_array expected = zero_array(float_types[t], ndim, kept);
            dt_array got = zero_array(float_types[t], ndim, kept);
            dti_set_choose(DTI_SET_REFERENCE);
            dti_sum(&expected, &in, mask);
            for (int set = DTI_SET_BASELINE; set < DTI_SET_COUNT; set++) {
                if (dti_set_available((dti_set)set)) {
                    dti_set_choose((dti_set)set);
                    dti_sum(&got, &in, mask);
                    cr_expect(memcmp(got.data, expected.data, dt_array_bytes(&got)) == 0,
                              "%s over axes %u in set %s", dt_dtype_name(float_types[t]), mask,
                              dti_set_name((dti_set)set));
                    n_compared++;
                }
            }
            dt_array_free(&in);
            dt_array_free(&expected);
            dt_array_free(&got);
        }
    }
    cr_assert_geq(n_compared, 28);
}
