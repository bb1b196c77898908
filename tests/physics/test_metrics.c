/* test_metrics.c - agreement of maps against numbers from NumPy, and what must not enter them. */
#include "support.h"

#include <difftape/gradcheck.h>
#include <difftape/metrics.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Two maps with holes: the numbers in this file were made from the same formulas of noise() with
 * NumPy 1.24 (np.corrcoef, sums, np.digitize on linspaces of d^-3 and 1/d). */
enum { N = 60, SHELLS = 4, RADIAL = 6 };
static const int64_t shape[3] = {5, 4, 3};

typedef struct maps {
    double x[N], y[N], sigma[N], d[N];
    bool mask[N];
} maps;

static maps make(void) {
    maps m;
    for (int i = 0; i < N; i++) {
        m.x[i] = 100 + 40 * noise(51, i);
        m.y[i] = 0.9 * m.x[i] + 20 * noise(52, i);
        m.sigma[i] = 5 + 2 * noise(53, i);
        m.d[i] = 1.0 + 9.0 * fabs(noise(54, i));
        m.mask[i] = i % 7 != 3;
    }
    m.y[5] = NAN;
    m.x[11] = INFINITY;
    m.x[3] = NAN;
    return m;
}

static dt_array map_of(const double *x) {
    return dt_array_wrap(DT_F64, 3, shape, x);
}

static dt_array mask_of(const maps *m) {
    return dt_array_wrap(DT_BOOL, 3, shape, m->mask);
}

static dt_classes shells_of(const maps *m, dt_shell_spacing spacing, int64_t n) {
    dt_classes c;
    const dt_array d = map_of(m->d), mask = mask_of(m);
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_resolution_shells(&d, &mask, spacing, n, &c, &error), DT_OK, "%s",
                 error.message);
    return c;
}

static void near(double got, double want) {
    cr_assert(fabs(got - want) <= 2e-14 * fabs(want), "%.17g, not %.17g", got, want);
}

static dt_tensor *tensor(dt_tape *tape, const double *x) {
    return dt_constant(tape, DT_F64, 3, shape, x);
}

static dt_tensor *mask_tensor(dt_tape *tape, const maps *m) {
    return dt_constant(tape, DT_BOOL, 3, shape, m->mask);
}

static const double want_all[4] = {0.8661719682865789, 0.13622669075658006, 476.4550769489968,
                                   0.8792708005606271};
/* Of each shell: correlation, R, chi^2, correlation of the anisotropic parts. */
static const double want_shell[SHELLS][4] = {
    {0.860952810735174, 0.14219109207649078, 399.0164915547434, 0.8683773154386317},
    {0.9703682603464976, 0.2312079103131335, 75.22688278953262, 0.9916829393239416},
    {0.0, 0.05060008192126148, 0.8546615850945276, 0.0},
    {0.996298585273295, 0.023006254820153792, 1.3570410196262293, 0.996298585273295}};

Test(metrics, are_those_of_numpy_and_nothing_masked_or_missing_enters) {
    const maps m = make();
    dt_tape *tape = dt_tape_new(&(dt_tape_options){.watch_nonfinite = true});
    dt_tensor *x = tensor(tape, m.x), *y = tensor(tape, m.y), *k = mask_tensor(tape, &m);
    near(dt_item(dt_correlation(x, y, k, NULL)), want_all[0]);
    near(dt_item(dt_r_factor(x, y, k, NULL)), want_all[1]);
    near(dt_item(dt_chi_squared(x, y, tensor(tape, m.sigma), k, NULL)), want_all[2]);
    near(dt_item(dt_chi_squared(x, y, dt_scalar(tape, 2.0), k, NULL)),
         4.0 * dt_item(dt_chi_squared(x, y, dt_scalar(tape, 4.0), k, NULL)));
    tape_is_fine(tape);
    dt_tape_free(tape);
}

Test(metrics, by_shell_are_those_of_numpy) {
    const maps m = make();
    dt_classes c = shells_of(&m, DT_EQUAL_VOLUMES, SHELLS);
    dt_tape *tape = dt_tape_new(&(dt_tape_options){.watch_nonfinite = true});
    dt_tensor *x = tensor(tape, m.x), *y = tensor(tape, m.y), *k = mask_tensor(tape, &m);
    const double *cc = dt_data_f64(dt_correlation(x, y, k, &c));
    const double *r = dt_data_f64(dt_r_factor(x, y, k, &c));
    const double *chi = dt_data_f64(dt_chi_squared(x, y, tensor(tape, m.sigma), k, &c));
    tape_is_fine(tape);
    for (int i = 0; i < SHELLS; i++) {
        near(cc[i], want_shell[i][0]);
        near(r[i], want_shell[i][1]);
        near(chi[i], want_shell[i][2]);
    }
    dt_tape_free(tape);
    dt_classes_free(&c);
}

Test(metrics, shells_are_equal_in_volume_with_both_ends_and_without_the_masked) {
    const maps m = make();
    static const double edge[SHELLS + 1] = {9.856612019132234, 1.6516822168590044,
                                            1.3119707432844954, 1.146412482038041,
                                            1.0417214696394117};
    static const int64_t count[SHELLS] = {43, 3, 2, 3};
    static const double mean[SHELLS] = {5.096471129325601, 1.5118945311194338, 1.261421069337996,
                                        1.0818542617797589};
    dt_classes c = shells_of(&m, DT_EQUAL_VOLUMES, SHELLS);
    int64_t labelled = 0;
    for (int i = 0; i < SHELLS; i++) {
        near(c.upper[i], edge[i]);
        near(c.lower[i], edge[i + 1]);
        near(c.mean[i], mean[i]);
        cr_assert_eq(c.count[i], count[i]);
    }
    for (int p = 0; p < N; p++) {
        cr_assert_eq(c.label[p] < SHELLS, m.mask[p]);
        labelled += c.label[p] < SHELLS;
    }
    cr_assert_eq(labelled, 51);
    dt_classes_free(&c);
}

Test(metrics, the_origin_lies_in_the_first_shell_and_equal_resolutions_in_one) {
    const double d[5] = {HUGE_VAL, 4.0, 2.0, NAN, 1.0}, same[3] = {2, 2, 2};
    const dt_array at = dt_array_wrap(DT_F64, 1, (int64_t[]){5}, d);
    const dt_array equal = dt_array_wrap(DT_F64, 1, (int64_t[]){3}, same);
    dt_classes c;
    cr_assert_eq(dt_resolution_shells(&at, NULL, DT_EQUAL_WIDTHS, 2, &c, NULL), DT_OK);
    const int64_t want[5] = {0, 0, 1, 2, 1};
    cr_assert_eq(memcmp(c.label, want, sizeof want), 0);
    cr_assert(isinf(c.upper[0]) && c.lower[0] == 2.0 && c.lower[1] == 1.0);
    near(c.mean[0], 8.0);
    dt_classes_free(&c);
    cr_assert_eq(dt_resolution_shells(&equal, NULL, DT_EQUAL_VOLUMES, 3, &c, NULL), DT_OK);
    cr_assert(c.count[0] == 3 && c.count[1] == 0 && c.mean[1] == 0.0);
    dt_classes_free(&c);
}

Test(metrics, distances_that_are_equal_but_for_rounding_are_one_class) {
    const double x[8] = {0.3, 0.1, 0.3 + 1e-12, NAN, 0.1, 0.2, 0.3 - 1e-12, 0.1};
    const bool mask[8] = {true, true, true, true, true, true, true, false};
    const dt_array at = dt_array_wrap(DT_F64, 1, (int64_t[]){8}, x);
    const dt_array k = dt_array_wrap(DT_BOOL, 1, (int64_t[]){8}, mask);
    dt_classes c;
    cr_assert_eq(dt_distance_classes(&at, &k, 1e-8, &c, NULL), DT_OK);
    const int64_t want[8] = {2, 0, 2, 3, 0, 1, 2, 3};
    cr_assert(c.n == 3 && c.size == 8 && memcmp(c.label, want, sizeof want) == 0);
    cr_assert(c.count[0] == 2 && c.count[1] == 1 && c.count[2] == 3);
    cr_assert(c.lower[2] == x[6] && c.upper[2] == x[2] && fabs(c.mean[2] - 0.3) < 1e-16);
    dt_classes_free(&c);
    cr_assert_eq(dt_distance_classes(&at, NULL, 0.0, &c, NULL), DT_OK);
    cr_assert_eq(c.n, 5);
    dt_classes_free(&c);
}

Test(metrics, the_anisotropic_part_has_no_mean_in_any_shell) {
    const maps m = make();
    dt_classes c = shells_of(&m, DT_EQUAL_WIDTHS, RADIAL);
    dt_tape *tape = dt_tape_new(&(dt_tape_options){.watch_nonfinite = true});
    dt_tensor *x = tensor(tape, m.x), *k = mask_tensor(tape, &m);
    dt_tensor *part = dt_anisotropic_part(x, k, &c);
    dt_tensor *again = dt_anisotropic_part(part, k, &c);
    tape_is_fine(tape);
    const double *z = dt_data_f64(part), *zz = dt_data_f64(again);
    cr_assert(dt_ndim(part) == 3 && dt_shape(part)[0] == 5);
    double mean[RADIAL] = {0};
    int count[RADIAL] = {0}, compared = 0;
    for (int p = 0; p < N; p++) {
        if (m.mask[p] && isfinite(m.x[p])) {
            mean[c.label[p]] += m.x[p];
            count[c.label[p]]++;
        }
    }
    for (int p = 0; p < N; p++) {
        bool used = m.mask[p] && isfinite(m.x[p]);
        double want = used ? m.x[p] - mean[c.label[p]] / count[c.label[p]] : 0.0;
        compared += used;
        cr_assert(fabs(z[p] - want) < 1e-12 && fabs(zz[p] - z[p]) < 1e-12, "%d: %g, not %g", p,
                  z[p], want);
    }
    cr_assert_eq(compared, 50);
    dt_tape_free(tape);
    dt_classes_free(&c);
}

/* Voxels 0 and 2 stand in no class. */
Test(metrics, voxels_in_no_class_have_no_anisotropic_part_and_are_not_correlated) {
    const int64_t size = 5;
    int64_t label[5] = {1, 0, 1, 0, 0}, count[1] = {3};
    const dt_classes c = {.n = 1, .size = size, .label = label, .count = count};
    const double x[5] = {100, 1, -50, 2, 6}, y[5] = {-80, 2, 33, 1, 9};
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_constant(tape, DT_F64, 1, &size, x);
    const double *part = dt_data_f64(dt_anisotropic_part(a, NULL, &c)), want[5] = {0, -2, 0, -1, 3};
    tape_is_fine(tape);
    cr_assert_eq(worst(part, want, 5, false), 0.0);
    dt_tape_free(tape);
    dt_agreement_report report;
    const dt_array ax = dt_array_wrap(DT_F64, 1, &size, x), ay = dt_array_wrap(DT_F64, 1, &size, y);
    int64_t row[5] = {0, 0, 0, 1, 1}; /* of whose first only one voxel has an anisotropic part */
    const dt_classes rows = {.n = 2, .size = size, .label = row};
    cr_assert_eq(dt_compare_maps(&ax, &ay, NULL, NULL, &rows, &c, &report, NULL), DT_OK);
    cr_assert(report.total.voxels == 5 && report.by_class[0].voxels == 3);
    cr_assert(report.by_class[0].correlated && !report.by_class[0].anisotropically_correlated);
    cr_assert(report.by_class[1].anisotropically_correlated);
    /* dx = -2, -1, 3; dy = -2, -3, 5: 22 / sqrt(14 * 38). */
    near(report.total.anisotropic_correlation, 22.0 / sqrt(14.0 * 38.0));
    dt_agreement_report_free(&report);
}

Test(metrics, single_precision_maps_can_be_compared) {
    const maps m = make();
    dt_classes c = shells_of(&m, DT_EQUAL_VOLUMES, SHELLS);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_cast(tensor(tape, m.x), DT_F32), *y = dt_cast(tensor(tape, m.y), DT_F32);
    dt_tensor *cc = dt_correlation(x, y, mask_tensor(tape, &m), &c);
    const float *got = dt_data_f32(cc);
    tape_is_fine(tape);
    for (int i = 0; i < SHELLS; i++) {
        cr_assert(fabs((double)got[i] - want_shell[i][0]) < 1e-5);
    }
    dt_tape_free(tape);
    dt_classes_free(&c);
}

/* -- gradients --------------------------------------------------------------------------------- */

static maps holes; /* a finite copy of the maps, with their mask */

static dt_tensor *all_metrics(void *user, dt_tape *tape, dt_tensor *const *in) {
    const dt_classes *c = user;
    dt_tensor *k = dt_constant(tape, DT_BOOL, 3, shape, holes.mask);
    dt_tensor *parts[5] = {dt_correlation(in[0], in[1], k, c), dt_r_factor(in[0], in[1], k, c),
                           dt_scale(dt_chi_squared(in[0], in[1], in[2], k, c), 1e-2),
                           dt_correlation(dt_anisotropic_part(in[0], k, &c[1]),
                                          dt_anisotropic_part(in[1], k, &c[1]), k, c),
                           dt_correlation(in[0], in[1], k, NULL)};
    parts[4] = dt_reshape(parts[4], 1, (int64_t[]){1});
    return dt_concat(5, parts, 0);
}

Test(metrics, gradients_are_right) {
    holes = make();
    holes.x[3] = holes.x[11] = 80.0;
    holes.y[5] = 90.0;
    dt_classes c[2] = {shells_of(&holes, DT_EQUAL_VOLUMES, SHELLS),
                       shells_of(&holes, DT_EQUAL_WIDTHS, RADIAL)};
    const dt_array in[3] = {map_of(holes.x), map_of(holes.y), map_of(holes.sigma)};
    const dt_gradcheck_options options = {.second_order = true, .replay = true, .step = 1e-1};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_gradcheck("metrics", all_metrics, c, 3, in, &options, &report, &error), DT_OK,
                 "%s", error.message);
    cr_assert(report.compared > 3 * N);
    dt_classes_free(&c[0]);
    dt_classes_free(&c[1]);
}

Test(metrics, gradients_of_missing_voxels_are_zero_and_of_the_others_finite) {
    const maps m = make();
    dt_classes c = shells_of(&m, DT_EQUAL_VOLUMES, SHELLS);
    dt_tape *tape = dt_tape_new(&(dt_tape_options){.watch_nonfinite = true});
    dt_tensor *x = dt_parameter(tape, DT_F64, 3, shape, m.x), *y = tensor(tape, m.y);
    dt_tensor *k = mask_tensor(tape, &m), *sum = dt_sum(dt_correlation(x, y, k, &c), DT_ALL);
    sum = dt_add(sum, dt_correlation(x, y, k, NULL));
    sum = dt_add(sum, dt_r_factor(x, y, k, NULL));
    dt_backward(dt_add(sum, dt_chi_squared(x, y, tensor(tape, m.sigma), k, NULL)));
    tape_is_fine(tape);
    const double *g = dt_data_f64(dt_gradient(x));
    int zeros = 0;
    for (int p = 0; p < N; p++) {
        bool used = m.mask[p] && isfinite(m.x[p]) && isfinite(m.y[p]);
        cr_assert(isfinite(g[p]) && (g[p] != 0.0) == used, "voxel %d: %g", p, g[p]);
        zeros += !used;
    }
    cr_assert_eq(zeros, N - 49);
    dt_tape_free(tape);
    dt_classes_free(&c);
}

/* -- where metrics are not defined ------------------------------------------------------------- */

static void fails(dt_tape *tape, dt_status want, const char *part) {
    cr_assert_eq(dt_tape_status(tape), want, "%s", dt_tape_message(tape));
    cr_assert(strstr(dt_tape_message(tape), part), "wanted '%s', got: %s", part,
              dt_tape_message(tape));
    dt_tape_reset(tape);
}

Test(metrics, undefined_metrics_are_refused) {
    const maps m = make();
    dt_tape *tape = dt_tape_new(NULL);
    double none[N], zero[N] = {0};
    for (int i = 0; i < N; i++) {
        none[i] = NAN;
    }
    dt_correlation(tensor(tape, m.x), tensor(tape, none), NULL, NULL);
    fails(tape, DT_ERR_ARGUMENT, "correlation: 0 voxels are finite and not masked; at least 2");
    dt_correlation(tensor(tape, m.y), dt_full(tape, DT_F64, 3, shape, 0.1), NULL, NULL);
    fails(tape, DT_ERR_ARGUMENT, "correlation: a map is constant over the voxels compared");
    dt_r_factor(tensor(tape, m.y), tensor(tape, zero), NULL, NULL);
    fails(tape, DT_ERR_ARGUMENT, "r_factor: the target is 0");
    dt_chi_squared(tensor(tape, m.x), tensor(tape, m.y), tensor(tape, zero), NULL, NULL);
    fails(tape, DT_ERR_ARGUMENT, "chi_squared: sigma of voxel 0 is not greater than 0");
    dt_chi_squared(tensor(tape, m.x), tensor(tape, m.y), dt_scalar(tape, NAN), NULL, NULL);
    fails(tape, DT_ERR_ARGUMENT, "chi_squared: 0 voxels");
    dt_anisotropic_part(tensor(tape, m.x), NULL, NULL);
    fails(tape, DT_ERR_ARGUMENT, "anisotropic_part: needs classes");
    dt_tape_free(tape);
}

Test(metrics, a_constant_of_a_million_voxels_is_still_a_constant) {
    const int64_t n = 1000003;
    int64_t *label = calloc((size_t)n, sizeof *label);
    const dt_classes c = {.n = 1, .size = n, .label = label};
    dt_tape *tape = dt_tape_new(NULL);
    cr_assert(label != NULL);
    dt_tensor *x = dt_random_uniform(tape, DT_F64, 1, &n, 1);
    dt_tensor *constant = dt_full(tape, DT_F64, 1, &n, 0.1);
    cr_assert_eq(*dt_data_f64(dt_correlation(x, constant, NULL, &c)), 0.0);
    near(*dt_data_f64(dt_correlation(x, x, NULL, &c)), 1.0);
    tape_is_fine(tape);
    dt_correlation(x, constant, NULL, NULL);
    fails(tape, DT_ERR_ARGUMENT, "constant");
    dt_tape_free(tape);
    free(label);
}

Test(metrics, maps_that_do_not_belong_together_are_refused) {
    const maps m = make();
    dt_classes c = shells_of(&m, DT_EQUAL_VOLUMES, SHELLS);
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t half = N / 2, all = N;
    dt_tensor *short_map = dt_constant(tape, DT_F64, 1, &half, m.y);
    dt_correlation(tensor(tape, m.x), short_map, NULL, NULL);
    fails(tape, DT_ERR_SHAPE,
          "correlation: the second map has the shape (30), the first map (5,4,3)");
    dt_correlation(tensor(tape, m.x), dt_full(tape, DT_C128, 3, shape, 1), NULL, NULL);
    fails(tape, DT_ERR_DTYPE, "the second map is c128");
    dt_correlation(tensor(tape, m.x), tensor(tape, m.y), tensor(tape, m.y), NULL);
    fails(tape, DT_ERR_SHAPE, "the mask must be a bool tensor of 60 voxels");
    short_map = dt_constant(tape, DT_F64, 1, &half, m.d);
    dt_r_factor(short_map, short_map, NULL, &c);
    fails(tape, DT_ERR_SHAPE, "the classes are those of 60 voxels, the map has 30");
    dt_chi_squared(tensor(tape, m.x), tensor(tape, m.y), dt_constant(tape, DT_F64, 1, &all, m.d),
                   NULL, NULL);
    fails(tape, DT_ERR_SHAPE, "sigma has the shape (60)");
    dt_tape_free(tape);
    dt_classes_free(&c);
}

static void refused(dt_status got, dt_status want, dt_error *error, const char *part) {
    cr_assert_eq(got, want, "%s", error->message);
    cr_assert(strstr(error->message, part), "wanted '%s', got: %s", part, error->message);
    dt_error_clear(error);
}

Test(metrics, divisions_that_cannot_be_are_refused) {
    maps m = make();
    const dt_array d = map_of(m.d), mask = mask_of(&m);
    const dt_array small = dt_array_wrap(DT_BOOL, 1, (int64_t[]){4}, m.mask);
    dt_classes c;
    dt_error error = DT_ERROR_INIT;
    refused(dt_resolution_shells(&d, &mask, DT_EQUAL_WIDTHS, 0, &c, &error), DT_ERR_ARGUMENT,
            &error, "resolution shells: 0 shells");
    refused(dt_resolution_shells(&d, &small, DT_EQUAL_WIDTHS, 3, &c, &error), DT_ERR_SHAPE, &error,
            "the mask must be a contiguous bool array of 60 voxels");
    refused(dt_resolution_shells(&mask, NULL, DT_EQUAL_WIDTHS, 3, &c, &error), DT_ERR_SHAPE, &error,
            "one contiguous f64 number per voxel");
    refused(dt_distance_classes(&d, &mask, -1.0, &c, &error), DT_ERR_ARGUMENT, &error,
            "the tolerance is -1");
    memset(m.mask, 0, sizeof m.mask);
    refused(dt_resolution_shells(&d, &mask, DT_EQUAL_WIDTHS, 3, &c, &error), DT_ERR_ARGUMENT,
            &error, "resolution shells: no voxel to divide");
    refused(dt_distance_classes(&d, &mask, 0.0, &c, &error), DT_ERR_ARGUMENT, &error,
            "distance classes: no voxel to divide");
    m.d[7] = -2.0;
    refused(dt_resolution_shells(&d, NULL, DT_EQUAL_WIDTHS, 3, &c, &error), DT_ERR_ARGUMENT, &error,
            "voxel 7 has the resolution -2 Angstrom");
}

/* -- reports ----------------------------------------------------------------------------------- */

static dt_agreement_report report_of(const maps *m, const dt_classes *c, const dt_classes *radial) {
    const dt_array x = map_of(m->x), y = map_of(m->y), s = map_of(m->sigma), mask = mask_of(m);
    dt_agreement_report report;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_compare_maps(&x, &y, &s, &mask, c, radial, &report, &error), DT_OK, "%s",
                 error.message);
    return report;
}

static void check_agreement(const dt_agreement *a, const double want[4], int64_t voxels) {
    cr_assert_eq(a->voxels, voxels);
    cr_assert(a->correlated == (want[0] != 0.0) && a->anisotropically_correlated == a->correlated);
    near(a->correlation, want[0]);
    near(a->r_factor, want[1]);
    near(a->chi_squared, want[2]);
    near(a->anisotropic_correlation, want[3]);
}

Test(metrics, a_report_has_the_numbers_of_numpy) {
    const maps m = make();
    static const int64_t voxels[SHELLS] = {42, 3, 1, 3};
    dt_classes c = shells_of(&m, DT_EQUAL_VOLUMES, SHELLS);
    dt_classes radial = shells_of(&m, DT_EQUAL_WIDTHS, RADIAL);
    dt_agreement_report report = report_of(&m, &c, &radial);
    check_agreement(&report.total, want_all, 49);
    cr_assert(report.n == SHELLS && report.has_sigma);
    for (int i = 0; i < SHELLS; i++) {
        check_agreement(&report.by_class[i], want_shell[i], voxels[i]);
        cr_assert(report.by_class[i].lower == c.lower[i] && report.by_class[i].mean == c.mean[i]);
    }
    dt_agreement_report_free(&report);
    dt_classes_free(&c);
    dt_classes_free(&radial);
}

Test(metrics, a_report_as_text_leaves_empty_what_is_not_defined) {
    const maps m = make();
    dt_classes c = shells_of(&m, DT_EQUAL_VOLUMES, SHELLS);
    dt_classes radial = shells_of(&m, DT_EQUAL_WIDTHS, RADIAL);
    dt_agreement_report report = report_of(&m, &c, &radial);
    static const char want[] =
        "class,lower,upper,mean,voxels,correlation,anisotropic_correlation,r_factor,chi_squared\n"
        "0,1.65168,9.85661,5.09647,42,0.860953,0.868377,0.142191,399.016\n"
        "1,1.31197,1.65168,1.51189,3,0.970368,0.991683,0.231208,75.2269\n"
        "2,1.14641,1.31197,1.26142,1,,,0.0506001,0.854662\n"
        "3,1.04172,1.14641,1.08185,3,0.996299,0.996299,0.0230063,1.35704\n"
        "all,,,,49,0.866172,0.879271,0.136227,476.455\n";
    char text[1024], cut[20];
    int64_t n = dt_agreement_format(text, sizeof text, &report);
    cr_assert(n == (int64_t)strlen(want) && strcmp(text, want) == 0, "%s", text);
    cr_assert_eq(dt_agreement_format(cut, sizeof cut, &report), n);
    cr_assert(strlen(cut) == 19 && strncmp(cut, want, 19) == 0);
    dt_agreement_report_free(&report);
    dt_classes_free(&c);
    dt_classes_free(&radial);
}

Test(metrics, a_report_needs_neither_sigmas_nor_classes_nor_a_mask) {
    const maps m = make();
    const dt_array x = map_of(m.d), y = map_of(m.sigma);
    dt_agreement_report report;
    cr_assert_eq(dt_compare_maps(&x, &y, NULL, NULL, NULL, NULL, &report, NULL), DT_OK);
    cr_assert(report.n == 0 && report.total.voxels == N && !report.has_sigma);
    cr_assert(report.total.correlated && !report.total.anisotropically_correlated);
    cr_assert_eq(report.total.chi_squared, 0.0);
    dt_agreement_report_free(&report);
}

Test(metrics, maps_with_nothing_to_compare_have_no_report) {
    maps m = make();
    const dt_array x = map_of(m.x), y = map_of(m.y), mask = mask_of(&m);
    const dt_array half = dt_array_wrap(DT_F64, 1, (int64_t[]){N / 2}, m.y);
    dt_agreement_report report;
    dt_error error = DT_ERROR_INIT;
    refused(dt_compare_maps(&x, &half, NULL, NULL, NULL, NULL, &report, &error), DT_ERR_SHAPE,
            &error, "compare_maps: correlation: the second map has the shape (30)");
    const dt_classes few = {.n = 1, .size = N / 2};
    refused(dt_compare_maps(&x, &y, NULL, NULL, &few, NULL, &report, &error), DT_ERR_SHAPE, &error,
            "compare_maps: the classes are not those of 60 voxels");
    refused(dt_compare_maps(&x, &y, NULL, NULL, NULL, &few, &report, &error), DT_ERR_SHAPE, &error,
            "compare_maps: the classes are not those of 60 voxels");
    refused(dt_compare_maps(&x, &y, &half, NULL, NULL, NULL, &report, &error), DT_ERR_SHAPE, &error,
            "compare_maps: chi_squared: sigma has the shape (30)");
    memset(m.mask, 0, sizeof m.mask);
    refused(dt_compare_maps(&x, &y, NULL, &mask, NULL, NULL, &report, &error), DT_ERR_ARGUMENT,
            &error, "compare_maps: no voxel is finite in all arrays and not masked");
}
