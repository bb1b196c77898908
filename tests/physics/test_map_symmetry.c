/* test_map_symmetry.c - equivalents, flat indices, multiplicity and asymmetric unit of every point
 * group. */
#include "support.h"

#include <difftape/map_utils.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One setting of each point group among the space groups gemmi knows: generators, number of
 * rotations, number with Friedel's law; of the 343 points -3 ... 3 those in gemmi's asymmetric
 * unit, and the sum of their flat indices. Made with gemmi 0.5.7 (ReciprocalAsu.is_in); in the
 * settings that are not `standard`, gemmi transforms indices first, and only the numbers of
 * rotations are compared. */
static const struct {
    const char *name, *generators;
    int n, n_friedel, in_asu, index_sum;
    bool standard;
} groups[] = {
    {"P 1", "", 1, 2, 172, 31806, true},
    {"P -1", "-x,-y,-z", 2, 2, 172, 31806, true},
    {"P 1 1 2", "-x,-y,z", 2, 4, 100, 25650, false},
    {"P 1 2 1", "-x,y,-z", 2, 4, 100, 19494, true},
    {"P 2 1 1", "x,-y,-z", 2, 4, 100, 25650, false},
    {"P 1 1 m", "x,y,-z", 2, 4, 100, 25650, false},
    {"P 1 m 1", "x,-y,z", 2, 4, 100, 19494, true},
    {"P m 1 1", "-x,y,z", 2, 4, 100, 25650, false},
    {"P 1 1 2/m", "-x,-y,-z -x,-y,z", 4, 4, 100, 25650, false},
    {"P 1 2/m 1", "-x,-y,-z -x,y,-z", 4, 4, 100, 19494, true},
    {"P 2/m 1 1", "-x,-y,-z -x,y,z", 4, 4, 100, 25650, false},
    {"P 2 2 2", "-x,-y,z -x,y,-z", 4, 8, 64, 16416, true},
    {"P 2 m m", "x,-y,-z x,-y,z", 4, 8, 64, 16416, false},
    {"P m 2 m", "-x,y,-z -x,y,z", 4, 8, 64, 16416, false},
    {"P m m 2", "-x,-y,z -x,y,z", 4, 8, 64, 16416, true},
    {"P m m m", "-x,-y,-z -x,-y,z -x,y,-z", 8, 8, 64, 16416, true},
    {"P 4", "-y,x,z", 4, 8, 52, 13170, true},
    {"P -4", "-y,x,-z", 4, 8, 52, 13170, true},
    {"P 4/m", "-x,-y,-z -y,x,-z", 8, 8, 52, 13170, true},
    {"P 4 2 2", "-x,y,-z -y,-x,-z", 8, 16, 40, 11100, true},
    {"P 4 m m", "-x,y,z -y,-x,z", 8, 16, 40, 11100, true},
    {"P -4 2 m", "-x,y,-z -y,-x,z", 8, 16, 40, 11100, true},
    {"P -4 m 2", "-x,y,z -y,-x,-z", 8, 16, 40, 11100, true},
    {"P 4/m m m", "-x,-y,-z -x,y,-z -y,-x,-z", 16, 16, 40, 11100, true},
    {"P 3", "-x+y,-x,z", 3, 6, 88, 22404, true},
    {"R 3:R", "z,x,y", 3, 6, 60, 6514, false},
    {"P -3", "y,-x+y,-z", 6, 6, 88, 22404, true},
    {"R -3:R", "-y,-z,-x", 6, 6, 60, 6514, false},
    {"P 3 1 2", "-x+y,-x,z -x+y,y,-z", 6, 12, 58, 16410, true},
    {"P 3 2 1", "-x,-x+y,-z -x+y,-x,z", 6, 12, 58, 16284, true},
    {"R 3 2:R", "-x,-z,-y -y,-x,-z", 6, 12, 44, 5282, false},
    {"P 3 m 1", "-x+y,-x,z -x+y,y,z", 6, 12, 58, 16284, true},
    {"P 3 1 m", "-x,-x+y,z -x+y,-x,z", 6, 12, 58, 16410, true},
    {"R 3 m:R", "z,y,x z,x,y", 6, 12, 44, 5282, false},
    {"P -3 1 m", "-x,-x+y,z -x+y,y,-z", 12, 12, 58, 16410, true},
    {"P -3 m 1", "-x,-x+y,-z -x+y,y,z", 12, 12, 58, 16284, true},
    {"R -3 m:R", "-x,-z,-y -y,-z,-x", 12, 12, 44, 5282, false},
    {"P 6", "y,-x+y,z", 6, 12, 52, 13170, true},
    {"P -6", "-x+y,-x,-z", 6, 12, 52, 13170, true},
    {"P 6/m", "-x,-y,-z -x+y,-x,-z", 12, 12, 52, 13170, true},
    {"P 6 2 2", "-x,-x+y,-z -x+y,y,-z", 12, 24, 40, 11100, true},
    {"P 6 m m", "-x,-x+y,z -x+y,y,z", 12, 24, 40, 11100, true},
    {"P -6 m 2", "-x+y,-x,-z -x+y,y,-z", 12, 24, 40, 11100, true},
    {"P -6 2 m", "-x,-x+y,-z -x+y,-x,-z", 12, 24, 40, 11100, true},
    {"P 6/m m m", "-x,-x+y,-z -x,-x+y,z -x+y,y,-z", 24, 24, 40, 11100, true},
    {"P 2 3", "-x,-y,z -y,-z,x", 12, 24, 24, 5286, true},
    {"P m -3", "-x,-y,z -y,-z,-x", 24, 24, 24, 5286, true},
    {"P 4 3 2", "-x,-z,-y -y,-z,x", 24, 48, 20, 4500, true},
    {"P -4 3 m", "-x,-z,y -y,-x,z", 24, 48, 20, 4500, true},
    {"P m -3 m", "-x,-z,-y -y,z,x", 48, 48, 20, 4500, true},
};
enum { N_GROUPS = sizeof groups / sizeof *groups, CUBE = 343 };

typedef struct rotations {
    int n;
    int r[48][9];
} rotations;

/* One row of a triplet such as "-x+y,-x,z" after another. */
static const char *parse(const char *text, int ret_r[9]) {
    int sign = 1, row = 0;
    memset(ret_r, 0, 9 * sizeof *ret_r);
    for (; *text && *text != ' '; text++) {
        if (*text == ',') {
            row++;
        } else if (*text >= 'x' && *text <= 'z') {
            ret_r[3 * row + *text - 'x'] = sign;
        }
        sign = *text == '-' ? -1 : 1;
    }
    cr_assert_eq(row, 2);
    return *text ? text + 1 : text;
}

static void add(rotations *g, const int r[9]) {
    for (int i = 0; i < g->n; i++) {
        if (memcmp(g->r[i], r, sizeof g->r[i]) == 0) {
            return;
        }
    }
    cr_assert(g->n < 48);
    memcpy(g->r[g->n++], r, sizeof g->r[0]);
}

/* All products of the generators. */
static rotations group_of(int which) {
    static const int identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    rotations g = {.n = 0}, generators = {.n = 0};
    int r[9];
    for (const char *text = groups[which].generators; *text;) {
        text = parse(text, r);
        add(&generators, r);
    }
    add(&g, identity);
    for (int i = 0; i < g.n; i++) {
        for (int j = 0; j < generators.n; j++) {
            for (int e = 0; e < 9; e++) {
                r[e] = 0;
                for (int k = 0; k < 3; k++) {
                    r[e] += g.r[i][3 * (e / 3) + k] * generators.r[j][3 * k + e % 3];
                }
            }
            add(&g, r);
        }
    }
    cr_assert_eq(g.n, groups[which].n, "%s: %d rotations", groups[which].name, g.n);
    return g;
}

/* The points -3 ... 3, divided by `part`. */
static void cube(int part, double *ret_hkl) {
    for (int i = 0; i < CUBE; i++) {
        ret_hkl[3 * i] = (double)(i / 49 - 3) / part;
        ret_hkl[3 * i + 1] = (double)(i / 7 % 7 - 3) / part;
        ret_hkl[3 * i + 2] = (double)(i % 7 - 3) / part;
    }
}

static dt_array points(const double *hkl, int64_t n) {
    return dt_array_wrap(DT_F64, 2, (int64_t[]){n, 3}, hkl);
}

static bool equal_points(const double *x, const double *y) {
    return fabs(x[0] - y[0]) + fabs(x[1] - y[1]) + fabs(x[2] - y[2]) < 1e-7;
}

Test(symmetry, asymmetric_units_are_those_of_gemmi_in_standard_settings) {
    double hkl[3 * CUBE];
    cube(1, hkl);
    const dt_array at = points(hkl, CUBE);
    int standard = 0;
    for (int which = 0; which < N_GROUPS; which++) {
        rotations g = group_of(which);
        dt_array mask;
        dt_error error = DT_ERROR_INIT;
        cr_assert_eq(dt_get_asu_mask(&at, g.n, g.r[0], &mask, &error), DT_OK, "%s", error.message);
        int count = 0, sum = 0;
        for (int i = 0; i < CUBE; i++) {
            count += ((bool *)mask.data)[i];
            sum += ((bool *)mask.data)[i] ? i : 0;
        }
        if (groups[which].standard) {
            standard++;
            cr_assert(count == groups[which].in_asu && sum == groups[which].index_sum,
                      "%s: %d points, index sum %d", groups[which].name, count, sum);
        }
        dt_array_free(&mask);
    }
    cr_assert_eq(standard, 37);
}

/* For one group and points: the mask holds one of the distinct equivalents of every point, and
 * their number is the multiplicity. */
static void check_orbits(int which, const double *hkl) {
    rotations g = group_of(which);
    dt_array equivalents, mask;
    const dt_array at = points(hkl, CUBE);
    cr_assert_eq(dt_get_symmetry_equivalents(&at, g.n, g.r[0], true, &equivalents, NULL), DT_OK);
    cr_assert(equivalents.ndim == 3 && equivalents.shape[0] == 2 * g.n);
    cr_assert_eq(dt_get_asu_mask(&equivalents, g.n, g.r[0], &mask, NULL), DT_OK);
    cr_assert(mask.ndim == 2 && mask.shape[1] == CUBE && mask.dtype == DT_BOOL);
    const double *x = equivalents.data;
    for (int i = 0; i < CUBE; i++) {
        const double *inside = NULL;
        for (int op = 0; op < 2 * g.n; op++) {
            const double *here = x + 3 * (op * CUBE + i);
            if (((bool *)mask.data)[op * CUBE + i]) {
                cr_assert(!inside || equal_points(inside, here), "%s: %g %g %g occurs twice",
                          groups[which].name, here[0], here[1], here[2]);
                inside = here;
            }
        }
        cr_assert(inside != NULL, "%s: %g %g %g does not occur", groups[which].name, hkl[3 * i],
                  hkl[3 * i + 1], hkl[3 * i + 2]);
    }
    dt_array_free(&equivalents);
    dt_array_free(&mask);
}

Test(symmetry, every_point_has_one_equivalent_in_the_asymmetric_unit) {
    double hkl[3 * CUBE];
    for (int which = 0; which < N_GROUPS; which++) {
        cube(1, hkl);
        check_orbits(which, hkl);
        cube(7, hkl);
        check_orbits(which, hkl);
        for (int i = 0; i < 3 * CUBE; i++) {
            hkl[i] = 9.0 * noise(31, i);
        }
        check_orbits(which, hkl);
    }
}

Test(symmetry, multiplicity_counts_distinct_equivalents) {
    const dt_grid grid = {{-1, -1, -1}, {1, 1, 1}, {3, 3, 3}};
    double hkl[3 * CUBE];
    cube(3, hkl);
    const dt_array at = points(hkl, CUBE);
    int64_t compared = 0;
    for (int which = 0; which < N_GROUPS; which++) {
        rotations g = group_of(which);
        for (int friedel = 0; friedel < 2; friedel++) {
            dt_array equivalents, multiplicity;
            int largest = 0;
            cr_assert_eq(dt_get_symmetry_equivalents(&at, g.n, g.r[0], friedel, &equivalents, NULL),
                         DT_OK);
            cr_assert_eq(dt_compute_multiplicity(&grid, g.n, g.r[0], friedel, &multiplicity, NULL),
                         DT_OK);
            cr_assert(multiplicity.ndim == 3 && dt_array_size(&multiplicity) == CUBE);
            const double *x = equivalents.data;
            for (int i = 0; i < CUBE; i++, compared++) {
                int want = 0;
                for (int op = 0; op < equivalents.shape[0]; op++) {
                    bool seen = false;
                    for (int p = 0; p < op && !seen; p++) {
                        seen = equal_points(x + 3 * (op * CUBE + i), x + 3 * (p * CUBE + i));
                    }
                    want += !seen;
                }
                cr_assert_eq(((int64_t *)multiplicity.data)[i], want, "%s", groups[which].name);
                largest = want > largest ? want : largest;
            }
            cr_assert_eq(largest, friedel ? groups[which].n_friedel : groups[which].n, "%s: %d",
                         groups[which].name, largest);
            dt_array_free(&equivalents);
            dt_array_free(&multiplicity);
        }
    }
    cr_assert_eq(compared, 2 * N_GROUPS * CUBE);
}

Test(symmetry, equivalents_are_row_vectors_times_rotations) {
    const int r[18] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, -1, 0, 1, -1, 0, 0, 0, 1};
    const double h[3] = {1, 2.5, -3};
    const double want[12] = {1, 2.5, -3, 2.5, -3.5, -3, -1, -2.5, 3, -2.5, 3.5, 3};
    const dt_array at = dt_array_wrap(DT_F64, 1, (int64_t[]){3}, h);
    dt_array got;
    cr_assert_eq(dt_get_symmetry_equivalents(&at, 2, r, true, &got, NULL), DT_OK);
    cr_assert(got.ndim == 2 && got.shape[0] == 4 && got.shape[1] == 3);
    cr_assert_eq(worst(got.data, want, 12, false), 0.0);
    dt_array_free(&got);
    cr_assert_eq(dt_get_symmetry_equivalents(&at, 2, r, false, &got, NULL), DT_OK);
    cr_assert(got.shape[0] == 2 && worst(got.data, want, 6, false) == 0.0);
    dt_array_free(&got);
}

Test(symmetry, flat_indices_count_steps_from_the_lowest_corner) {
    const double h[12] = {-0.5, 0, 2, 1, -1.0 / 3, 2.25, -0.5, 1.0 / 3, 2, 0, 0, 2.75};
    const int samples[3] = {2, 3, 4};
    /* Steps (-1,0,8) (2,-1,9) (-1,1,8) (0,0,11): a box of 4 x 3 x 4 from (-1,-1,8). */
    const int64_t want[4] = {4, 37, 8, 19}, origin[3] = {-1, -1, 8}, shape[3] = {4, 3, 4};
    const dt_array at = dt_array_wrap(DT_F64, 3, (int64_t[]){2, 2, 3}, h);
    dt_array index;
    dt_grid_box box;
    cr_assert_eq(dt_get_ravel_indices(&at, samples, &index, &box, NULL), DT_OK);
    cr_assert(index.ndim == 2 && index.dtype == DT_I64 && index.shape[0] == 2);
    cr_assert_eq(memcmp(index.data, want, sizeof want), 0);
    cr_assert_eq(memcmp(box.origin, origin, sizeof origin), 0);
    cr_assert_eq(memcmp(box.shape, shape, sizeof shape), 0);
    dt_array_free(&index);
}

static void says(dt_status status, dt_status want, const dt_error *error, const char *part) {
    cr_assert_eq(status, want, "%s", error->message);
    cr_assert(strstr(error->message, part), "wanted '%s', got: %s", part, error->message);
}

Test(symmetry, operators_that_are_no_group_are_refused) {
    const double h[3] = {1, 2, 3};
    const dt_array at = points(h, 1);
    const int turn[9] = {0, -1, 0, 1, -1, 0, 0, 0, 1}, large[9] = {1, 0, 0, 0, 7, 0, 0, 0, 1};
    const dt_grid grid = {{0, 0, 0}, {1, 1, 1}, {1, 1, 1}};
    dt_array result;
    dt_error error = DT_ERROR_INIT;
    says(dt_get_asu_mask(&at, 1, turn, &result, &error), DT_ERR_ARGUMENT, &error,
         "asymmetric unit: the operators are not a group (the product of rotations 1 and 1");
    dt_error_clear(&error);
    says(dt_compute_multiplicity(&grid, 1, large, false, &result, &error), DT_ERR_ARGUMENT, &error,
         "multiplicity: a rotation has the entry 7");
    dt_error_clear(&error);
    says(dt_compute_multiplicity(&grid, 0, turn, false, &result, &error), DT_ERR_ARGUMENT, &error,
         "multiplicity: no symmetry operators");
    dt_error_clear(&error);
    says(dt_get_symmetry_equivalents(&at, 0, turn, false, &result, &error), DT_ERR_ARGUMENT, &error,
         "symmetry equivalents: 0 operators");
    int many[49 * 9];
    for (int i = 0; i < 49 * 9; i++) { /* the digits of i in base 3: all different */
        many[i] = i % 9 < 4 ? (i / 9 / (int[]){1, 3, 9, 27}[i % 9]) % 3 - 1 : 1;
    }
    dt_error_clear(&error);
    says(dt_get_asu_mask(&at, 49, many, &result, &error), DT_ERR_ARGUMENT, &error,
         "more than 48 different rotations");
}

Test(symmetry, points_that_cannot_be_used_are_refused) {
    const double h[6] = {1, 2, 0.3, 0, NAN, 0};
    const int one[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, samples[3] = {2, 2, 2}, none[3] = {2, 0, 2};
    const dt_array pair = dt_array_wrap(DT_F64, 2, (int64_t[]){3, 2}, h), bad = points(h, 2),
                   off = points(h, 1), empty = points(h, 0);
    dt_array result;
    dt_grid_box box;
    dt_error error = DT_ERROR_INIT;
    says(dt_get_asu_mask(&pair, 1, one, &result, &error), DT_ERR_SHAPE, &error,
         "asymmetric unit: points must be a contiguous f64 array (...,3)");
    dt_error_clear(&error);
    says(dt_get_symmetry_equivalents(&bad, 1, one, false, &result, &error), DT_ERR_ARGUMENT, &error,
         "symmetry equivalents: k of point 1 is nan");
    dt_error_clear(&error);
    says(dt_get_ravel_indices(&off, samples, &result, &box, &error), DT_ERR_ARGUMENT, &error,
         "ravel indices: l of point 0 is 0.3, which is not on a grid of 2 points per unit");
    dt_error_clear(&error);
    says(dt_get_ravel_indices(&off, none, &result, &box, &error), DT_ERR_ARGUMENT, &error,
         "1 points, 2, 0, 2 samples per unit");
    dt_error_clear(&error);
    says(dt_get_ravel_indices(&empty, samples, &result, &box, &error), DT_ERR_ARGUMENT, &error,
         "0 points");
    const double far[6] = {-1e6, -1e6, -1e6, 1e6, 1e6, 1e6};
    const dt_array wide = points(far, 2);
    dt_error_clear(&error);
    says(dt_get_ravel_indices(&wide, samples, &result, &box, &error), DT_ERR_ARGUMENT, &error,
         "span more than");
}

Test(symmetry, no_points_have_no_equivalents) {
    const double h[3] = {0, 0, 0};
    const int one[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    const dt_array empty = points(h, 0);
    dt_array equivalents, mask;
    cr_assert_eq(dt_get_symmetry_equivalents(&empty, 1, one, true, &equivalents, NULL), DT_OK);
    cr_assert_eq(dt_get_asu_mask(&empty, 1, one, &mask, NULL), DT_OK);
    cr_assert(dt_array_size(&equivalents) == 0 && dt_array_size(&mask) == 0);
    dt_array_free(&equivalents);
    dt_array_free(&mask);
}
