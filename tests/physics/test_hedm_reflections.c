/* test_hedm_reflections.c - groups, absences, families and their numbers, known from tables. */
#include "support.h"

#include <difftape/difftape.h>

#include <math.h>
#include <string.h>

/* Generators of Fm-3m but for the centring: fourfold axis along z, threefold along the diagonal,
 * inversion. Of the others as in the International Tables, volume A. */
static const char cubic[] = "-y,x,z; z,x,y; -x,-y,-z";
static const char diamond[] = "-x+3/4, -y+1/4, z+1/2; -x+1/4, y+1/2, -z+3/4; z,x,y;"
                              "y+3/4, x+1/4, -z+1/2; -x,-y,-z";
static const char close_packed[] = "-y,x-y,z; -x,-y,z+1/2; y,x,-z; -x,-y,-z";
static const double gold[6] = {4.0782, 4.0782, 4.0782, 90, 90, 90};

static dt_symmetry group(char centring, const char *generators) {
    dt_symmetry s;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_symmetry_generate(centring, generators, &s, &error), DT_OK, "%s",
                 error.message);
    return s;
}

static dt_reflections list(const double *cell, const dt_symmetry *s, double q_max, bool proper) {
    dt_reflections r;
    dt_error error = DT_ERROR_INIT;
    const dt_reflections_options options = {.proper_only = proper};
    cr_assert_eq(dt_reflections_list(cell, s, q_max, &options, &r, &error), DT_OK, "%s",
                 error.message);
    return r;
}

Test(hedm_reflections, groups_have_the_orders_of_the_tables) {
    static const struct {
        char centring;
        const char *generators;
        int order;
    } cases[] = {{'P', NULL, 1},
                 {'P', "", 1},
                 {'C', "-x,y,-z; -x,-y,-z", 8},
                 {'R', "-y,x-y,z", 9},
                 {'P', "-y,x-y,z+1/3", 3},
                 {'H', "x-y,x,z+1/6", 6},
                 {'P', close_packed, 24},
                 {'I', cubic, 96},
                 {'F', cubic, 192},
                 {'F', diamond, 192},
                 {'P', "-X , Y+0.5 ; -Z", 0},
                 {'P', "-X , Y+0.5 , -Z ;", 2}};
    int compared = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dt_symmetry s;
        dt_status status = dt_symmetry_generate(cases[i].centring, cases[i].generators, &s, NULL);
        cr_assert_eq(status == DT_OK, cases[i].order > 0, "case %zu", i);
        if (status == DT_OK) {
            cr_assert_eq(s.n, cases[i].order, "case %zu: %d", i, s.n);
            compared++;
        }
    }
    cr_assert_eq(compared, 11);
}

Test(hedm_reflections, gold_has_136_in_nine_families_up_to_8) {
    static const int64_t expected[9][4] = {{1, 1, 1, 8},  {2, 0, 0, 6},  {2, 2, 0, 12},
                                           {3, 1, 1, 24}, {2, 2, 2, 8},  {4, 0, 0, 6},
                                           {3, 3, 1, 24}, {4, 2, 0, 24}, {4, 2, 2, 24}};
    dt_symmetry s = group('F', cubic);
    dt_reflections r = list(gold, &s, 8, false);
    cr_assert_eq(r.n, 136);
    cr_assert_eq(r.n_families, 9);
    for (int f = 0; f < 9; f++) {
        cr_assert(memcmp(r.representative + 3 * f, expected[f], 3 * sizeof(int64_t)) == 0);
        cr_assert_eq(r.multiplicity[f], expected[f][3], "family %d", f);
    }
    double worst_length = 0;
    for (int64_t i = 0; i < r.n; i++) {
        const int64_t *h = r.hkl + 3 * i, *e = expected[r.family[i]];
        double exact = 2 * 3.14159265358979323846 / gold[0] *
                       sqrt((double)(h[0] * h[0] + h[1] * h[1] + h[2] * h[2]));
        worst_length = fmax(worst_length, fabs(r.q[i] - exact) / exact);
        cr_assert_eq(h[0] * h[0] + h[1] * h[1] + h[2] * h[2],
                     e[0] * e[0] + e[1] * e[1] + e[2] * e[2]);
        cr_assert(i == 0 || r.q[i] >= r.q[i - 1] * (1 - 1e-12));
        cr_assert(i == 0 || r.family[i] >= r.family[i - 1]);
    }
    cr_assert(worst_length <= 1e-14, "|g|: %.3g", worst_length);
    dt_reflections_free(&r);
}

Test(hedm_reflections, laue_and_proper_families_part_at_531) {
    static const struct {
        double q_max;
        int64_t n, laue, proper;
    } cases[] = {{8, 136, 9, 9},
                 {9.2, 228, 13, 14},
                 {10, 282, 16, 17},
                 {12, 530, 25, 28},
                 {14, 748, 35, 39}};
    dt_symmetry s = group('F', cubic);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dt_reflections laue = list(gold, &s, cases[i].q_max, false);
        dt_reflections proper = list(gold, &s, cases[i].q_max, true);
        cr_assert_eq(laue.n, cases[i].n, "%lld up to %g", (long long)laue.n, cases[i].q_max);
        cr_assert_eq(proper.n, cases[i].n);
        cr_assert_eq(laue.n_families, cases[i].laue, "%lld", (long long)laue.n_families);
        cr_assert_eq(proper.n_families, cases[i].proper, "%lld", (long long)proper.n_families);
        dt_reflections_free(&laue);
        dt_reflections_free(&proper);
    }
}

/* P-4 has no inversion: its Laue class 4/m has eight members of hkl, its proper rotations two. */
Test(hedm_reflections, improper_rotations_count_in_laue_families_only) {
    const double cell[6] = {4, 4, 5, 90, 90, 90};
    dt_symmetry s = group('P', "y,-x,-z");
    cr_assert_eq(s.n, 4);
    for (int proper = 0; proper < 2; proper++) {
        dt_reflections r = list(cell, &s, 8, proper);
        int found = 0;
        for (int64_t i = 0; i < r.n; i++) {
            const int64_t *h = r.hkl + 3 * i;
            if (h[0] == 1 && h[1] == 2 && h[2] == 3) {
                cr_expect_eq(r.multiplicity[r.family[i]], proper ? 2 : 8);
                found++;
            }
        }
        cr_expect_eq(found, 1);
        dt_reflections_free(&r);
    }
}

/* Rules of the International Tables, written out by hand. */
static bool rule_f(const int64_t *h) {
    return h[0] % 2 == h[1] % 2 && h[1] % 2 == h[2] % 2;
}

static bool allowed_fm3m(const int64_t *h) {
    int64_t a[3] = {llabs(h[0]), llabs(h[1]), llabs(h[2])};
    return rule_f(a);
}

static bool allowed_im3m(const int64_t *h) {
    return (h[0] + h[1] + h[2]) % 2 == 0;
}

/* F, and 0kl with k + l = 4n (and permutations), h00 with h = 4n. */
static bool allowed_fd3m(const int64_t *h) {
    for (int i = 0; i < 3; i++) {
        if (h[i] == 0 && (h[(i + 1) % 3] + h[(i + 2) % 3]) % 4 != 0) {
            return false;
        }
    }
    return allowed_fm3m(h);
}

/* hh(-2h)l and its equivalents with l = 2n; 00l with l = 2n. */
static bool allowed_p63mmc(const int64_t *h) {
    int64_t a = h[0], b = h[1], i = -a - b;
    return !(a == b || b == i || a == i) || h[2] % 2 == 0;
}

static bool allowed_p21(const int64_t *h) {
    return h[0] != 0 || h[2] != 0 || h[1] % 2 == 0;
}

static bool allowed_p31(const int64_t *h) {
    return h[0] != 0 || h[1] != 0 || h[2] % 3 == 0;
}

static bool allowed_p41(const int64_t *h) {
    return h[0] != 0 || h[1] != 0 || h[2] % 4 == 0;
}

static bool allowed_r(const int64_t *h) {
    return (-h[0] + h[1] + h[2]) % 3 == 0;
}

Test(hedm_reflections, absences_are_those_of_the_tables) {
    static const struct {
        char centring;
        const char *generators;
        bool (*allowed)(const int64_t *h);
    } cases[] = {{'F', cubic, allowed_fm3m},        {'I', cubic, allowed_im3m},
                 {'F', diamond, allowed_fd3m},      {'P', close_packed, allowed_p63mmc},
                 {'P', "-x,y+1/2,-z", allowed_p21}, {'P', "-y,x-y,z+1/3", allowed_p31},
                 {'P', "-y,x,z+1/4", allowed_p41},  {'R', "-y,x-y,z", allowed_r}};
    int compared = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dt_symmetry s = group(cases[i].centring, cases[i].generators);
        for (int k = 0; k < 13 * 13 * 13; k++) {
            const int64_t h[3] = {k / 169 - 6, k / 13 % 13 - 6, k % 13 - 6};
            cr_assert_eq(dt_reflection_is_absent(&s, h), !cases[i].allowed(h),
                         "case %zu, %lld %lld %lld", i, (long long)h[0], (long long)h[1],
                         (long long)h[2]);
            compared++;
        }
    }
    cr_assert_eq(compared, 8 * 2197);
}

/* 222 of diamond is allowed by symmetry; two atoms of the site 8a extinguish it, and 200 anyway. */
Test(hedm_reflections, the_222_of_diamond_is_absent_by_its_site_only) {
    dt_symmetry s = group('F', diamond);
    const int64_t h222[3] = {2, 2, 2}, h200[3] = {2, 0, 0}, h420[3] = {4, 2, 0},
                  h111[3] = {1, 1, 1};
    cr_assert(!dt_reflection_is_absent(&s, h222));
    cr_assert(dt_reflection_is_absent(&s, h200));
    cr_assert(dt_reflection_is_absent(&s, h420));
    double xyz[8 * 3];
    int atoms = 0;
    for (int o = 0; o < s.n; o++) { /* site 8a at (1/8, 1/8, 1/8), origin at the centre -3m */
        double x[3];
        for (int d = 0; d < 3; d++) {
            const int *w = s.rotation[o] + 3 * d;
            int eighths = w[0] + w[1] + w[2] + s.translation[o][d] / 3;
            x[d] = (double)((eighths % 8 + 8) % 8) / 8;
        }
        bool known = false;
        for (int i = 0; i < atoms; i++) {
            known = known || memcmp(x, xyz + 3 * i, sizeof x) == 0;
        }
        cr_assert(known || atoms < 8);
        if (!known) {
            memcpy(xyz + 3 * atoms++, x, sizeof x);
        }
    }
    cr_assert_eq(atoms, 8);
    dt_tape *tape = dt_tape_new(NULL);
    const double two_pi = 2 * 3.14159265358979323846;
    double q[9];
    for (int d = 0; d < 3; d++) {
        q[d] = two_pi * (double)h222[d], q[3 + d] = two_pi * (double)h200[d];
        q[6 + d] = two_pi * (double)h111[d];
    }
    dt_tensor *f = dt_structure_factors(dt_constant(tape, DT_F64, 2, (int64_t[]){3, 3}, q),
                                        dt_constant(tape, DT_F64, 2, (int64_t[]){8, 3}, xyz),
                                        dt_ones(tape, DT_F64, 2, (int64_t[]){3, 8}), NULL, NULL);
    const double *intensity = dt_data_f64(dt_abs2(f));
    tape_is_fine(tape);
    cr_assert(intensity[0] < 1e-20 && intensity[1] < 1e-20);
    cr_assert(fabs(intensity[2] - 32) < 1e-12, "%g", intensity[2]);
    dt_tape_free(tape);
}

/* Every triple within an oblique box, kept by its length: a plain search with generous limits. */
Test(hedm_reflections, oblique_cells_lose_nothing_at_the_limits) {
    const double cell[6] = {4.9, 5.2, 9.7, 63, 118, 74};
    dt_cell c;
    cr_assert_eq(dt_cell_init(cell, &c, NULL), DT_OK);
    dt_symmetry s = group('P', "-x,-y,-z");
    dt_reflections r = list(cell, &s, 6, false);
    int64_t n = 0;
    for (int h = -30; h <= 30; h++) {
        for (int k = -30; k <= 30; k++) {
            for (int l = -30; l <= 30; l++) {
                double square = 0;
                for (int d = 0; d < 3; d++) {
                    double x =
                        h * c.fractional[d] + k * c.fractional[3 + d] + l * c.fractional[6 + d];
                    square += x * x;
                }
                n += square > 0 && 2 * 3.14159265358979323846 * sqrt(square) <= 6;
            }
        }
    }
    cr_assert(n > 500);
    cr_assert_eq(r.n, n, "%lld against %lld", (long long)r.n, (long long)n);
    cr_assert_eq(r.n_families, n / 2);
    for (int64_t f = 0; f < r.n_families; f++) {
        cr_assert_eq(r.multiplicity[f], 2);
    }
    dt_reflections_free(&r);
}

Test(hedm_reflections, operators_of_structure_files_make_the_same_group) {
    dt_symmetry s = group('P', close_packed), again;
    double translation[24 * 3];
    for (int i = 0; i < 72; i++) {
        translation[i] = s.translation[i / 3][i % 3] / 24.0 - (i % 2);
    }
    cr_assert_eq(dt_symmetry_from_operators(24, s.rotation[0], translation, &again, NULL), DT_OK);
    cr_assert_eq(again.n, 24);
    int found = 0;
    for (int i = 0; i < 24; i++) {
        for (int j = 0; j < 24; j++) {
            found += memcmp(s.rotation[i], again.rotation[j], sizeof s.rotation[i]) == 0 &&
                     memcmp(s.translation[i], again.translation[j], sizeof s.translation[i]) == 0;
        }
    }
    cr_assert_eq(found, 24);
}

static void refused(dt_status status, const dt_error *error, const char *says) {
    cr_assert_eq(status, DT_ERR_ARGUMENT, "\"%s\" was expected", says);
    cr_assert(strstr(error->message, says) != NULL, "\"%s\" does not say \"%s\"", error->message,
              says);
}

Test(hedm_reflections, wrong_symmetry_and_limits_are_refused_with_a_reason) {
    static const struct {
        char centring;
        const char *generators, *says;
    } cases[] = {{'Q', NULL, "centring 'Q'"},
                 {'P', "x,y", "a comma is expected at character 4"},
                 {'P', "x,y,z,x", "more than three expressions stand at character 6"},
                 {'P', "x,,z", "an expression is empty at character 3"},
                 {'P', "x,y,w", "an x, y, z or a number is expected at character 5"},
                 {'P', "x,y,z+1/7", "no multiple of 1/24 at character 7"},
                 {'P', "x,y,z+1/0", "no multiple of 1/24"},
                 {'P', "x,y,z+99999999", "no multiple of 1/24"},
                 {'P', "x,y 1/2,z", "a + or - is missing at character 5"},
                 {'P', "x,y,x; -x,-y,-z", "determinant is not 1 or -1 begins at character 1"},
                 {'P', "x+x+x+x+x+x+x+x+x,y,z", "too many terms"},
                 {'P', "x+y,y,z", "more than 192 operations"}};
    dt_symmetry s = {.n = -5};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dt_error error = DT_ERROR_INIT;
        refused(dt_symmetry_generate(cases[i].centring, cases[i].generators, &s, &error), &error,
                cases[i].says);
        cr_assert_eq(s.n, -5, "the result was touched");
    }
    const int unit[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, huge[9] = {1, 1 << 30, 0, 0, 1, 0, 0, 0, 1};
    const double odd[3] = {0, 0.1, 0}, none[3] = {0, 0, 0};
    dt_error error = DT_ERROR_INIT;
    refused(dt_symmetry_from_operators(0, unit, none, &s, &error), &error, "0 operations");
    error = (dt_error)DT_ERROR_INIT;
    refused(dt_symmetry_from_operators(1, unit, odd, &s, &error), &error,
            "translation 0.1 of operation 1");
    error = (dt_error)DT_ERROR_INIT;
    refused(dt_symmetry_from_operators(1, huge, none, &s, &error), &error, "determinant");
    dt_reflections r;
    const double oblong[6] = {4, 4, 5, 90, 90, 90};
    s = group('F', cubic);
    error = (dt_error)DT_ERROR_INIT;
    refused(dt_reflections_list(oblong, &s, 8, NULL, &r, &error), &error, "do not belong together");
    error = (dt_error)DT_ERROR_INIT;
    refused(dt_reflections_list(gold, &s, -1, NULL, &r, &error), &error, "q_max is -1");
    error = (dt_error)DT_ERROR_INIT;
    refused(dt_reflections_list(gold, &s, NAN, NULL, &r, &error), &error, "q_max is nan");
    error = (dt_error)DT_ERROR_INIT;
    refused(dt_reflections_list(gold, &s, 1e300, NULL, &r, &error), &error, "is q_max in");
    error = (dt_error)DT_ERROR_INIT;
    refused(dt_reflections_list((const double[]){0, 1, 1, 90, 90, 90}, &s, 8, NULL, &r, &error),
            &error, "edge a is 0");
    cr_assert_eq(dt_reflections_list(gold, &s, 1, NULL, &r, NULL), DT_OK);
    cr_assert_eq(r.n, 0);
    dt_reflections_free(&r);
    dt_reflections_free(NULL);
}
