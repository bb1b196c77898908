/* test_gnm.c - rigid bodies, force constants and K(k). */
#include "support.h"

#include <difftape/gnm.h>
#include <difftape/gradcheck.h>

#include <math.h>
#include <stdlib.h>

typedef struct fixture {
    dt_crystal *crystal;
    dt_gnm *gnm;
    dt_tape *tape;
    dt_tensor *body, *blocks;
    int64_t d;
} fixture;

static fixture setup(const char *group, int64_t n) {
    fixture f = {.crystal = synthetic_crystal(group, n), .tape = dt_tape_new(NULL)};
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_gnm_new(f.crystal, 4.5, 0, &f.gnm, &error), DT_OK, "%s", error.message);
    dt_tensor *x0 = dt_constant(f.tape, DT_F64, 2, (int64_t[]){n, 3}, f.crystal->xyz);
    f.body = dt_rigid_body_coordinates(dt_expand_symmetry(f.crystal, x0));
    f.blocks =
        dt_gnm_force_constants(f.gnm, f.body, dt_scalar(f.tape, 1.7), dt_scalar(f.tape, 0.6));
    f.d = 6 * f.crystal->n_asu;
    tape_is_fine(f.tape);
    return f;
}

static void teardown(fixture *f) {
    dt_tape_free(f->tape);
    dt_gnm_free(f->gnm);
    dt_crystal_free(f->crystal);
}

static const dt_c128 *stiffness(fixture *f, double h, double k, double l) {
    dt_tensor *at = dt_constant(f->tape, DT_F64, 2, (int64_t[]){1, 3}, (double[]){h, k, l});
    const dt_c128 *data = dt_data_c128(dt_gnm_stiffness(f->gnm, f->blocks, at));
    tape_is_fine(f->tape);
    return data;
}

Test(rigid_body, the_projector_moves_atoms_by_translation_and_rotation) {
    dt_tape *tape = dt_tape_new(NULL);
    const double xyz[6] = {1, 2, 3, 3, 6, -1}, motion[6] = {0.1, -0.2, 0.3, 0.5, -0.7, 1.1};
    dt_tensor *body =
        dt_rigid_body_coordinates(dt_constant(tape, DT_F64, 3, (int64_t[]){1, 2, 3}, xyz));
    dt_tensor *a = dt_rigid_body_projector(body);
    tape_is_fine(tape);
    cr_assert(dt_shape(a)[0] == 1 && dt_shape(a)[1] == 6 && dt_shape(a)[2] == 6);
    for (int j = 0; j < 2; j++) {
        const double x[3] = {xyz[3 * j] - 2, xyz[3 * j + 1] - 4, xyz[3 * j + 2] - 1};
        for (int d = 0; d < 3; d++) {
            double u = 0.0;
            for (int p = 0; p < 6; p++) {
                u += dt_data_f64(a)[18 * j + 6 * d + p] * motion[p];
            }
            int e = (d + 1) % 3, g = (d + 2) % 3;
            double want = motion[d] + motion[3 + e] * x[g] - motion[3 + g] * x[e];
            cr_assert(fabs(u - want) < 1e-15, "atom %d axis %d: %g, not %g", j, d, u, want);
        }
    }
    dt_tape_free(tape);
}

/* One entry of H(n) from the definition: -sum gamma A_i^T A_j, contact by contact. */
static void add_from_definition(const fixture *f, const double *projector, double *h) {
    const dt_gnm *g = f->gnm;
    int64_t n = g->n_atoms, d = f->d, home = 0;
    while (g->cells[3 * home] != 0 || g->cells[3 * home + 1] != 0 || g->cells[3 * home + 2] != 0) {
        home++;
    }
    for (int64_t e = 0; e < g->contacts.n; e++) {
        int64_t i = g->contacts.i[e], j = g->contacts.j[e], cell = 0;
        double gamma = g->contacts.intra[e] ? 1.7 : 0.6;
        for (int x = 0; x < 3; x++) {
            while (g->cells[3 * cell + x] != g->contacts.cell[3 * e + x]) {
                cell++;
            }
        }
        for (int p = 0; p < 6; p++) {
            for (int q = 0; q < 6; q++) {
                double ij = 0.0, ii = 0.0;
                for (int x = 0; x < 3; x++) {
                    ij += projector[18 * i + 6 * x + p] * projector[18 * j + 6 * x + q];
                    ii += projector[18 * i + 6 * x + p] * projector[18 * i + 6 * x + q];
                }
                h[(cell * d + 6 * (i / n) + p) * d + 6 * (j / n) + q] -= gamma * ij;
                h[(home * d + 6 * (i / n) + p) * d + 6 * (i / n) + q] += gamma * ii;
            }
        }
    }
}

/* The blocks put where they belong in H(n). */
static void add_from_blocks(const fixture *f, double *h) {
    const dt_gnm *g = f->gnm;
    const double *blocks = dt_data_f64(f->blocks);
    for (int64_t b = 0; b < g->n_blocks + g->n_asu; b++) {
        int64_t row = 6 * (g->block_pair[b] / g->n_asu), column = 6 * (g->block_pair[b] % g->n_asu);
        for (int p = 0; p < 36; p++) {
            h[(g->block_cell[b] * f->d + row + p / 6) * f->d + column + p % 6] +=
                blocks[36 * b + p];
        }
    }
}

Test(force_constants, are_the_sums_over_contacts_of_their_definition) {
    fixture f = setup("P31", 9);
    int64_t n = f.gnm->n_cells * f.d * f.d;
    double *want = calloc((size_t)n, sizeof *want), *got = calloc((size_t)n, sizeof *got);
    cr_assert(want != NULL && got != NULL);
    cr_assert_eq(dt_size(f.blocks), 36 * (f.gnm->n_blocks + f.gnm->n_asu));
    add_from_definition(&f, dt_data_f64(dt_rigid_body_projector(f.body)), want);
    add_from_blocks(&f, got);
    double error = relative_norm(got, want, n);
    cr_assert(error < 1e-14, "relative error %g", error);
    free(got);
    free(want);
    teardown(&f);
}

Test(stiffness, is_hermitian_and_the_conjugate_at_minus_k) {
    fixture f = setup("P-1", 10);
    const dt_c128 *a = stiffness(&f, 0.17, -0.31, 0.42), *b = stiffness(&f, -0.17, 0.31, -0.42);
    double largest = 0.0, off = 0.0, imaginary = 0.0;
    for (int64_t i = 0; i < f.d * f.d; i++) {
        dt_c128 t = a[(i % f.d) * f.d + i / f.d];
        largest = fmax(largest, fabs(a[i].re));
        imaginary = fmax(imaginary, fabs(a[i].im));
        off = fmax(off, hypot(a[i].re - t.re, a[i].im + t.im));
        off = fmax(off, hypot(a[i].re - b[i].re, a[i].im + b[i].im));
    }
    cr_assert(imaginary > 1e-3 * largest, "K(k) is real: the test shows nothing");
    cr_assert(off < 1e-14 * largest, "off by %g of %g", off, largest);
    teardown(&f);
}

Test(stiffness, repeats_with_the_reciprocal_lattice) {
    fixture f = setup("P21", 10);
    const dt_c128 *a = stiffness(&f, 0.25, -0.5, 0.125), *b = stiffness(&f, -0.75, 1.5, 3.125);
    double off = 0.0, largest = 0.0;
    for (int64_t i = 0; i < f.d * f.d; i++) {
        off = fmax(off, hypot(a[i].re - b[i].re, a[i].im - b[i].im));
        largest = fmax(largest, fabs(a[i].re));
    }
    cr_assert(off < 1e-13 * largest, "off by %g of %g", off, largest);
    teardown(&f);
}

Test(stiffness, costs_nothing_for_uniform_translations_and_something_for_all_else) {
    fixture f = setup("P21", 10);
    const dt_c128 *k = stiffness(&f, 0, 0, 0);
    double largest = 0.0;
    for (int64_t i = 0; i < f.d; i++) {
        largest = fmax(largest, k[i * f.d + i].re);
    }
    for (int t = 0; t < 3; t++) {
        for (int64_t i = 0; i < f.d; i++) {
            double sum = 0.0;
            for (int64_t a = t; a < f.d; a += 6) {
                sum += k[i * f.d + a].re;
            }
            cr_assert(fabs(sum) < 1e-13 * largest, "translation %d costs %g", t, sum);
        }
    }
    /* Fixing the first body's translation leaves a positive definite matrix: no other zero mode. */
    double *l = calloc((size_t)(f.d * f.d), sizeof *l);
    cr_assert(l != NULL);
    for (int64_t j = 3; j < f.d; j++) {
        for (int64_t i = j; i < f.d; i++) {
            double sum = k[i * f.d + j].re;
            for (int64_t m = 3; m < j; m++) {
                sum -= l[i * f.d + m] * l[j * f.d + m];
            }
            cr_assert(i != j || sum > 1e-6 * largest, "pivot %lld is %g", (long long)j, sum);
            l[i * f.d + j] = i == j ? sqrt(sum) : sum / l[j * f.d + j];
        }
    }
    free(l);
    teardown(&f);
}

static dt_tensor *stiffness_of(void *user, dt_tape *tape, dt_tensor *const *in) {
    const fixture *f = user;
    dt_tensor *body = dt_rigid_body_coordinates(dt_expand_symmetry(f->crystal, in[0]));
    dt_tensor *k =
        dt_constant(tape, DT_F64, 2, (int64_t[]){2, 3}, (double[]){0.1, 0.3, -0.2, 0.5, 0.0, 0.25});
    return dt_gnm_stiffness(f->gnm, dt_gnm_force_constants(f->gnm, body, in[1], in[2]), k);
}

Test(stiffness, has_right_gradients_in_coordinates_and_springs) {
    fixture f = setup("P21", 6);
    const double springs[2] = {1.7, 0.6};
    const dt_array in[3] = {dt_array_wrap(DT_F64, 2, (int64_t[]){6, 3}, f.crystal->xyz),
                            dt_array_wrap(DT_F64, 0, NULL, &springs[0]),
                            dt_array_wrap(DT_F64, 0, NULL, &springs[1])};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_gradcheck("stiffness", stiffness_of, &f, 3, in, NULL, &report, &error), DT_OK,
                 "%s", error.message);
    cr_assert(report.compared >= 20);
    teardown(&f);
}

Test(force_constants, coordinates_of_another_size_fail_the_tape) {
    fixture f = setup("P21", 6);
    dt_tensor *other = dt_full(f.tape, DT_F64, 3, (int64_t[]){2, 5, 4}, 1.0);
    dt_gnm_force_constants(f.gnm, other, dt_scalar(f.tape, 1), dt_scalar(f.tape, 1));
    cr_assert_eq(dt_tape_status(f.tape), DT_ERR_SHAPE);
    teardown(&f);
}
