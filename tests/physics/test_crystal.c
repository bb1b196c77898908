/* test_crystal.c - unit cell, packing and symmetry copies. */
#include "support.h"

#include <math.h>
#include <string.h>

static const double oblique[6] = {8.8, 9.6, 10.4, 74, 103, 116};

Test(cell, axes_have_the_lengths_and_angles_given) {
    dt_cell cell;
    cr_assert_eq(dt_cell_init(oblique, &cell, NULL), DT_OK);
    double dot[9];
    for (int i = 0; i < 9; i++) {
        const double *u = cell.axes + 3 * (i / 3), *v = cell.axes + 3 * (i % 3);
        dot[i] = u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
    }
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        double length = sqrt(dot[4 * i]);
        double angle = acos(dot[3 * j + k] / sqrt(dot[4 * j] * dot[4 * k])) * 180.0 / acos(-1.0);
        cr_assert(fabs(length - oblique[i]) < 1e-12, "edge %d: %.15g, not %g", i, length,
                  oblique[i]);
        cr_assert(fabs(angle - oblique[3 + i]) < 1e-11, "angle %d: %.15g, not %g", i, angle,
                  oblique[3 + i]);
    }
}

Test(cell, fractionalisation_inverts_the_axes) {
    dt_cell cell;
    cr_assert_eq(dt_cell_init(oblique, &cell, NULL), DT_OK);
    for (int i = 0; i < 9; i++) {
        double sum = 0.0;
        for (int k = 0; k < 3; k++) {
            sum += cell.fractional[3 * (i / 3) + k] * cell.axes[3 * (i % 3) + k];
        }
        cr_assert(fabs(sum - (i % 4 == 0)) < 1e-14, "B A^T at %d: %.16g", i, sum);
    }
    double det = cell.axes[0] * cell.axes[4] * cell.axes[8];
    cr_assert(fabs(det / cell.volume - 1.0) < 1e-14, "volume %.15g, not %.15g", cell.volume, det);
}

Test(cell, an_orthogonal_cell_has_exact_zeros) {
    dt_cell cell;
    cr_assert_eq(dt_cell_init((double[]){4.8, 16.5, 29.3, 90, 90, 90}, &cell, NULL), DT_OK);
    for (int i = 0; i < 9; i++) {
        cr_assert(i % 4 == 0 || cell.axes[i] == 0.0, "axes[%d] is %g", i, cell.axes[i]);
    }
}

Test(cell, impossible_cells_are_refused_with_a_sentence) {
    static const struct {
        double cell[6];
        const char *says;
    } bad[] = {
        {{1, 1, 1, 90, 90, 90}, "placeholder"},   {{0, 5, 5, 90, 90, 90}, "edge a"},
        {{5, -2, 5, 90, 90, 90}, "edge b"},       {{5, 5, 5, 0, 90, 90}, "alpha"},
        {{5, 5, 5, 90, 180, 90}, "beta"},         {{5, 5, 5, 40, 40, 90}, "no volume"},
        {{5, 5, 5, 130, 120, 120}, "no volume"},  {{NAN, 5, 5, 90, 90, 90}, "finite"},
        {{5, 5, INFINITY, 90, 90, 90}, "finite"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        dt_cell cell;
        dt_error error = DT_ERROR_INIT;
        cr_assert_eq(dt_cell_init(bad[i].cell, &cell, &error), DT_ERR_ARGUMENT, "case %zu", i);
        cr_assert(strstr(error.message, bad[i].says), "case %zu: %s", i, error.message);
    }
}

/* Every copy is r = A^T (R B r0 + t + s): whole shifts, and centroids in the cell. */
static void check_packing(const char *group) {
    dt_crystal *c = synthetic_crystal(group, 9);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x0 = dt_constant(tape, DT_F64, 2, (int64_t[]){c->n_atoms, 3}, c->xyz);
    dt_tensor *copies = dt_expand_symmetry(c, x0);
    tape_is_fine(tape);
    const double *r = dt_data_f64(copies), *b = c->cell.fractional;
    for (int64_t a = 0; a < c->n_asu; a++) {
        for (int d = 0; d < 3; d++) {
            double f = 0.0, shift = c->shift[3 * a + d];
            for (int64_t i = 0; i < c->n_atoms; i++) {
                const double *ri = r + 3 * (a * c->n_atoms + i);
                f += (b[3 * d] * ri[0] + b[3 * d + 1] * ri[1] + b[3 * d + 2] * ri[2]) /
                     (double)c->n_atoms;
            }
            cr_assert(f > -1e-12 && f < 1.0 + 1e-12, "%s copy %lld: centroid %g on axis %d", group,
                      (long long)a, f, d);
            cr_assert_eq(shift, round(shift), "%s: shift %g", group, shift);
        }
    }
    dt_tape_free(tape);
    dt_crystal_free(c);
}

Test(crystal, copies_are_packed_by_lattice_vectors_in_oblique_cells) {
    check_packing("P1");
    check_packing("P21");
    check_packing("P31");
    check_packing("P-1");
}

Test(crystal, copies_are_isometric_to_the_asymmetric_unit) {
    static const char *const names[] = {"P21", "P31", "P-1"};
    for (int g = 0; g < 3; g++) {
        dt_crystal *c = synthetic_crystal(names[g], 6);
        dt_tape *tape = dt_tape_new(NULL);
        dt_tensor *x0 = dt_constant(tape, DT_F64, 2, (int64_t[]){6, 3}, c->xyz);
        const double *r = dt_data_f64(dt_expand_symmetry(c, x0));
        for (int64_t k = 0; k < 36 * c->n_asu; k++) {
            const double *ri = r + 3 * (6 * (k / 36) + k / 6 % 6),
                         *rj = r + 3 * (6 * (k / 36) + k % 6);
            const double *xi = c->xyz + 3 * (k / 6 % 6), *xj = c->xyz + 3 * (k % 6);
            double copy = 0.0, own = 0.0;
            for (int d = 0; d < 3; d++) {
                copy += (ri[d] - rj[d]) * (ri[d] - rj[d]);
                own += (xi[d] - xj[d]) * (xi[d] - xj[d]);
            }
            cr_assert(fabs(copy - own) < 1e-10, "%s: squared distance %g became %g", names[g], own,
                      copy);
        }
        dt_tape_free(tape);
        dt_crystal_free(c);
    }
}

Test(crystal, the_screw_copy_moves_half_a_cell_along_the_axis) {
    dt_crystal *c = synthetic_crystal("P21", 5);
    const double *r = c->rotation + 9, *t = c->translation + 3;
    const double want[9] = {-1, 0, 0, 0, 1, 0, 0, 0, -1};
    cr_assert(worst(r, want, 9, false) < 1e-15);
    double turns = t[1] / c->cell.parameters[1];
    cr_assert(fabs(turns - floor(turns) - 0.5) < 1e-14, "moved %g cells", turns);
    dt_crystal_free(c);
}

static double x2[6] = {0, 0, 0, 1, 1, 1}, u2[2] = {0.1, 0.1}, a2[8], c2[2], t1[3];
static int identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};

static dt_crystal_input two_atoms(void) {
    return (dt_crystal_input){.cell = {9, 8, 7, 90, 100, 90},
                              .n_ops = 1,
                              .op_rot = identity,
                              .op_tran = t1,
                              .n_atoms = 2,
                              .xyz = x2,
                              .u_iso = u2,
                              .ff_a = a2,
                              .ff_b = a2,
                              .ff_c = c2};
}

static void refused(const dt_crystal_input *in, const char *says) {
    dt_crystal *crystal = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_crystal_new(in, &crystal, &error), DT_ERR_ARGUMENT, "%s", says);
    cr_assert(strstr(error.message, says), "wanted '%s', got: %s", says, error.message);
    cr_assert_null(crystal);
}

Test(crystal, bad_input_is_refused_and_named) {
    dt_crystal_input in = two_atoms();
    in.n_atoms = 0;
    refused(&in, "0 atoms");
    in = two_atoms();
    in.n_ops = 0;
    refused(&in, "0 symmetry operators");
    in = two_atoms();
    in.xyz = NULL;
    refused(&in, "atom position is missing");
    in = two_atoms();
    in.xyz = (double[]){0, 0, 0, 1, NAN, 1};
    refused(&in, "atom position of item 2");
    in = two_atoms();
    in.u_iso = (double[]){0.1, -0.2};
    refused(&in, "displacement U of item 2");
    in = two_atoms();
    in.occupancy = (double[]){-1, 1};
    refused(&in, "occupancy of item 1");
    in = two_atoms();
    in.mass = (double[]){12, 0};
    refused(&in, "mass of item 2");
    in = two_atoms();
    in.op_rot = (int[]){0, -1, 0, 1, -1, 0, 0, 0, 1};
    refused(&in, "operator 1");
}

Test(crystal, positions_of_the_wrong_shape_fail_the_tape) {
    dt_crystal *c = synthetic_crystal("P21", 5);
    dt_tape *tape = dt_tape_new(NULL);
    dt_expand_symmetry(c, dt_constant(tape, DT_F64, 1, (int64_t[]){15}, c->xyz));
    cr_assert_eq(dt_tape_status(tape), DT_ERR_SHAPE);
    dt_tape_free(tape);
    dt_crystal_free(c);
}
