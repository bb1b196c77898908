/* test_contacts.c - the cell list against brute force. */
#include "support.h"

#include <difftape/gnm.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct crystal_of_points {
    dt_cell cell;
    int64_t n_asu, n;
    double *xyz;
} crystal_of_points;

/* Points all over the cell and up to `spread` cells outside it. */
static crystal_of_points scatter_points(const double cell[6], int64_t n_asu, int64_t n,
                                        double spread, uint64_t seed) {
    crystal_of_points c = {.n_asu = n_asu, .n = n};
    cr_assert_eq(dt_cell_init(cell, &c.cell, NULL), DT_OK);
    c.xyz = calloc((size_t)(3 * n * n_asu), sizeof *c.xyz);
    cr_assert(c.xyz != NULL);
    for (int64_t i = 0; i < n * n_asu; i++) {
        for (int e = 0; e < 3; e++) {
            double f = 0.5 + (0.5 + spread) * noise(seed, 3 * i + e);
            for (int d = 0; d < 3; d++) {
                c.xyz[3 * i + d] += f * c.cell.axes[3 * e + d];
            }
        }
    }
    return c;
}

/* Is contact e the pair (i, j, n)? The list is sorted, so a cursor finds it. */
static bool at(const dt_contacts *found, int64_t e, int64_t i, int64_t j, const int32_t n[3]) {
    return e < found->n && found->i[e] == i && found->j[e] == j &&
           memcmp(found->cell + 3 * e, n, 3 * sizeof *n) == 0;
}

/* Walk cells, copies and atoms in the order of the list and compare one by one. */
static int64_t compare_with_brute_force(const crystal_of_points *c, double cutoff, int reach,
                                        const dt_contacts *found) {
    const double *a = c->cell.axes;
    int64_t blocks = c->n_asu * c->n_asu, e = 0;
    int side = 2 * reach + 1;
    for (int64_t b = 0; b < side * side * side * blocks; b++) {
        int64_t cell = b / blocks, asu[2] = {b % blocks / c->n_asu, b % c->n_asu};
        int32_t n[3] = {(int32_t)(cell / (side * side)) - reach,
                        (int32_t)(cell / side % side) - reach, (int32_t)(cell % side) - reach};
        bool home = n[0] == 0 && n[1] == 0 && n[2] == 0;
        for (int64_t p = 0; p < c->n * c->n; p++) {
            int64_t i = asu[0] * c->n + p / c->n, j = asu[1] * c->n + p % c->n;
            double d2 = 0.0;
            for (int d = 0; d < 3; d++) {
                d2 += pow(c->xyz[3 * j + d] - c->xyz[3 * i + d] + n[0] * a[d] + n[1] * a[3 + d] +
                              n[2] * a[6 + d],
                          2);
            }
            if (d2 > cutoff * cutoff || (home && i == j)) {
                continue;
            }
            cr_assert(at(found, e, i, j, n), "contact %lld should be (%lld,%lld,[%d %d %d])",
                      (long long)e, (long long)i, (long long)j, n[0], n[1], n[2]);
            cr_assert_eq(found->intra[e], home && asu[0] == asu[1]);
            e++;
        }
    }
    return e;
}

static void check(const double cell[6], int64_t n_asu, int64_t n, double spread, double cutoff,
                  int reach) {
    crystal_of_points c = scatter_points(cell, n_asu, n, spread, 5);
    dt_contacts found;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_find_contacts(&c.cell, n_asu, n, c.xyz, cutoff, 0, &found, &error), DT_OK, "%s",
                 error.message);
    int64_t want = compare_with_brute_force(&c, cutoff, reach, &found);
    cr_assert(want > 0 && found.n == want, "%lld contacts, not %lld", (long long)found.n,
              (long long)want);
    dt_contacts_free(&found);
    free(c.xyz);
}

Test(contacts, equal_brute_force_in_an_oblique_cell) {
    check((double[]){17, 21, 19, 74, 103, 116}, 2, 60, 0.0, 4.0, 2);
}

Test(contacts, equal_brute_force_when_atoms_lie_outside_the_cell) {
    check((double[]){17, 15, 19, 74, 103, 116}, 2, 40, 0.9, 4.0, 3);
}

Test(contacts, equal_brute_force_when_an_edge_is_shorter_than_the_cutoff) {
    check((double[]){3.1, 14, 22, 90, 97, 90}, 2, 15, 0.3, 6.5, 4);
}

Test(contacts, equal_brute_force_in_a_flat_cell_with_sharp_angles) {
    check((double[]){9, 11, 10, 50, 55, 60}, 3, 20, 0.2, 3.5, 3);
}

Test(contacts, a_pair_exactly_at_the_cutoff_counts) {
    dt_cell cell;
    cr_assert_eq(dt_cell_init((double[]){30, 30, 30, 90, 90, 90}, &cell, NULL), DT_OK);
    const double xyz[6] = {1, 1, 1, 5, 1, 1};
    dt_contacts found;
    cr_assert_eq(dt_find_contacts(&cell, 1, 2, xyz, 4.0, 0, &found, NULL), DT_OK);
    cr_assert_eq(found.n, 2);
    dt_contacts_free(&found);
    cr_assert_eq(dt_find_contacts(&cell, 1, 2, xyz, 3.999999, 0, &found, NULL), DT_ERR_ARGUMENT);
}

Test(contacts, an_atom_touches_its_own_images) {
    dt_cell cell;
    cr_assert_eq(dt_cell_init((double[]){3, 20, 20, 90, 90, 90}, &cell, NULL), DT_OK);
    dt_contacts found;
    cr_assert_eq(dt_find_contacts(&cell, 1, 1, (double[]){2.9, 0, 0}, 6.5, 0, &found, NULL), DT_OK);
    cr_assert_eq(found.n, 4); /* -2 -1 +1 +2 cells along a */
    for (int64_t e = 0; e < 4; e++) {
        cr_assert(!found.intra[e] && found.i[e] == 0 && found.j[e] == 0);
    }
    dt_contacts_free(&found);
}

Test(contacts, every_contact_has_its_reverse) {
    crystal_of_points c = scatter_points((double[]){9, 11, 10, 70, 85, 100}, 2, 25, 0.5, 9);
    dt_contacts f;
    cr_assert_eq(dt_find_contacts(&c.cell, 2, 25, c.xyz, 4.0, 0, &f, NULL), DT_OK);
    for (int64_t e = 0; e < f.n; e++) {
        int32_t back[3] = {-f.cell[3 * e], -f.cell[3 * e + 1], -f.cell[3 * e + 2]};
        int64_t hits = 0;
        for (int64_t o = 0; o < f.n; o++) {
            hits += at(&f, o, f.j[e], f.i[e], back);
        }
        cr_assert_eq(hits, 1, "contact %lld has %lld reverses", (long long)e, (long long)hits);
    }
    dt_contacts_free(&f);
    free(c.xyz);
}

Test(contacts, a_cell_range_keeps_only_near_cells) {
    crystal_of_points c = scatter_points((double[]){5, 11, 10, 90, 90, 90}, 1, 20, 0.9, 9);
    dt_contacts all, near;
    cr_assert_eq(dt_find_contacts(&c.cell, 1, 20, c.xyz, 4.0, 0, &all, NULL), DT_OK);
    cr_assert_eq(dt_find_contacts(&c.cell, 1, 20, c.xyz, 4.0, 1, &near, NULL), DT_OK);
    int64_t want = 0;
    for (int64_t e = 0; e < all.n; e++) {
        want += abs(all.cell[3 * e]) <= 1 && abs(all.cell[3 * e + 1]) <= 1 &&
                abs(all.cell[3 * e + 2]) <= 1;
    }
    cr_assert(near.n == want && want < all.n, "%lld of %lld contacts, not %lld", (long long)near.n,
              (long long)all.n, (long long)want);
    dt_contacts_free(&all);
    dt_contacts_free(&near);
    free(c.xyz);
}

Test(contacts, a_protein_sized_cell_is_searched_at_once) {
    crystal_of_points c = scatter_points((double[]){79, 79, 38, 90, 90, 90}, 8, 1001, 0.5, 3);
    dt_contacts found;
    cr_assert_eq(dt_find_contacts(&c.cell, 8, 1001, c.xyz, 4.0, 0, &found, NULL), DT_OK);
    /* 8008 atoms of density n have 8008 n (4/3) pi cutoff^3 contacts: 72,000, give or take chance.
     */
    cr_assert(found.n > 65000 && found.n < 80000, "%lld contacts", (long long)found.n);
    dt_contacts_free(&found);
    free(c.xyz);
}

static void refused(double cutoff, int range, const double xyz[6], const char *says) {
    dt_cell cell;
    dt_contacts found = {0};
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_cell_init((double[]){30, 30, 30, 90, 90, 90}, &cell, NULL), DT_OK);
    cr_assert_eq(dt_find_contacts(&cell, 1, 2, xyz, cutoff, range, &found, &error), DT_ERR_ARGUMENT,
                 "%s", says);
    cr_assert(strstr(error.message, says), "wanted '%s', got: %s", says, error.message);
    cr_assert_null(found.i);
}

Test(contacts, bad_cutoffs_and_coordinates_are_refused_and_named) {
    const double near[6] = {0, 0, 0, 1, 1, 1}, far[6] = {0, 0, 0, 15, 15, 15};
    refused(0.0, 0, near, "cutoff is 0");
    refused(-4.0, 0, near, "cutoff is -4");
    refused(NAN, 0, near, "cutoff is nan");
    refused(INFINITY, 0, near, "cutoff is inf");
    refused(1e5, 0, near, "more than");
    refused(4.0, -1, near, "cell range is -1");
    refused(4.0, 0, far, "no two atoms");
    refused(4.0, 0, (double[]){0, 0, 0, NAN, 1, 1}, "atom 2");
    refused(4.0, 0, (double[]){1e9, 0, 0, 0, 1, 1}, "atom 1");
}
