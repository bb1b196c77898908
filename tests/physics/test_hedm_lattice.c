/* test_hedm_lattice.c - reciprocal lattices and strains against plain linear algebra. */
#include "hedm_case.h"

#include <math.h>
#include <string.h>

static const double cells[4][6] = {{4.0782, 4.0782, 4.0782, 90, 90, 90},
                                   {2.95, 2.95, 4.68, 90, 90, 120},
                                   {4.9134, 5.21, 6.02, 83, 97, 101},
                                   {7, 5, 3, 60, 60, 60}};

static void in_radians(double ret[4][6]) {
    memcpy(ret, cells, sizeof cells);
    for (int i = 0; i < 4; i++) {
        for (int d = 3; d < 6; d++) {
            ret[i][d] *= PI / 180;
        }
    }
}

/* b_j . a_i = 2 pi delta_ij with the axes of dt_cell, which knows nothing of the tape. */
Test(hedm_lattice, columns_are_dual_to_the_cell_vectors) {
    dt_tape *tape = dt_tape_new(NULL);
    double x[4][6];
    in_radians(x);
    const double *b =
        dt_data_f64(dt_reciprocal_lattice(dt_constant(tape, DT_F64, 2, (int64_t[]){4, 6}, x)));
    tape_is_fine(tape);
    for (int c = 0; c < 4; c++) {
        dt_cell cell;
        cr_assert_eq(dt_cell_init(cells[c], &cell, NULL), DT_OK);
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double sum = 0;
                for (int d = 0; d < 3; d++) {
                    sum += cell.axes[3 * i + d] * b[9 * c + 3 * d + j];
                }
                cr_assert(fabs(sum - (i == j) * 2 * PI) < 1e-14, "cell %d, %d %d: %g", c, i, j,
                          sum);
            }
        }
    }
    /* a* of gold, 2 pi / 4.0782 */
    cr_assert(fabs(b[0] - 1.5406761) < 5e-8);
    dt_tape_free(tape);
}

/* Strained lattice vectors are dual to the strained reciprocal lattice, for six and for nine
 * numbers. */
Test(hedm_lattice, strains_stretch_lattice_vectors) {
    dt_tape *tape = dt_tape_new(NULL);
    double x[4][6];
    in_radians(x);
    const double six[6] = {0.01, -0.02, 0.03, 0.004, -0.005, 0.006};
    const double nine[9] = {0.01, 0.006, -0.005, 0.006, -0.02, 0.004, -0.005, 0.004, 0.03};
    const double skew[9] = {0.01, 0.2, 0, -0.1, 0.02, 0.3, 0, 0, -0.04};
    dt_tensor *b = dt_reciprocal_lattice(dt_constant(tape, DT_F64, 2, (int64_t[]){4, 6}, x));
    dt_tensor *strains[] = {dt_constant(tape, DT_F64, 1, (int64_t[]){6}, six),
                            dt_constant(tape, DT_F64, 2, (int64_t[]){3, 3}, nine),
                            dt_constant(tape, DT_F64, 2, (int64_t[]){3, 3}, skew)};
    const double *matrix[] = {nine, nine, skew};
    for (int s = 0; s < 3; s++) {
        const double *strained = dt_data_f64(dt_strained_lattice(b, strains[s]));
        tape_is_fine(tape);
        for (int c = 0; c < 4; c++) {
            dt_cell cell;
            cr_assert_eq(dt_cell_init(cells[c], &cell, NULL), DT_OK);
            for (int i = 0; i < 9; i++) {
                double sum = 0;
                for (int d = 0; d < 3; d++) {
                    double a = cell.axes[3 * (i / 3) + d];
                    for (int e = 0; e < 3; e++) {
                        a += matrix[s][3 * d + e] * cell.axes[3 * (i / 3) + e];
                    }
                    sum += a * strained[9 * c + 3 * d + i % 3];
                }
                cr_assert(fabs(sum - (i % 4 == 0) * 2 * PI) < 2e-14, "%g", sum);
            }
        }
    }
    /* A longer spacing has a shorter vector. */
    cr_assert(dt_data_f64(dt_strained_lattice(b, strains[0]))[0] < dt_data_f64(b)[0]);
    dt_tape_free(tape);
}

Test(hedm_lattice, scattering_vectors_are_r_b_hkl) {
    dt_tape *tape = dt_tape_new(NULL);
    double x[4][6], turn[4][3], hkl[7][3];
    in_radians(x);
    for (int i = 0; i < 12; i++) {
        turn[i / 3][i % 3] = noise(71, i);
    }
    for (int i = 0; i < 21; i++) {
        hkl[i / 3][i % 3] = floor(5 * noise(72, i));
    }
    dt_tensor *b = dt_reciprocal_lattice(dt_constant(tape, DT_F64, 2, (int64_t[]){4, 6}, x));
    dt_tensor *r = dt_rotation_from_vector(dt_constant(tape, DT_F64, 2, (int64_t[]){4, 3}, turn));
    dt_tensor *g =
        dt_scattering_vectors(dt_constant(tape, DT_F64, 2, (int64_t[]){7, 3}, hkl), b, r);
    const double *pb = dt_data_f64(b), *pr = dt_data_f64(r), *pg = dt_data_f64(g);
    tape_is_fine(tape);
    cr_assert_eq(dt_ndim(g), 3);
    for (int c = 0; c < 4; c++) {
        for (int n = 0; n < 7; n++) {
            double g0[3] = {0}, rotated[3] = {0};
            for (int i = 0; i < 9; i++) {
                g0[i / 3] += pb[9 * c + i] * hkl[n][i % 3];
            }
            for (int i = 0; i < 9; i++) {
                rotated[i / 3] += pr[9 * c + i] * g0[i % 3];
            }
            cr_assert(worst(pg + 3 * (7 * c + n), rotated, 3, false) < 1e-13);
        }
    }
    dt_tape_free(tape);
}

static dt_tensor *lattice_of(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_strained_lattice(dt_strained_lattice(dt_reciprocal_lattice(in[0]), in[1]), in[2]);
}

Test(hedm_lattice, cells_and_strains_have_right_derivatives_of_two_orders) {
    double x[4][6], six[6] = {0.01, -0.02, 0.03, 0.1, -0.05, 0.06}, nine[9];
    in_radians(x);
    for (int i = 0; i < 9; i++) {
        nine[i] = 0.1 * noise(73, i);
    }
    const dt_array in[] = {dt_array_wrap(DT_F64, 2, (int64_t[]){4, 6}, x),
                           dt_array_wrap(DT_F64, 1, (int64_t[]){6}, six),
                           dt_array_wrap(DT_F64, 2, (int64_t[]){3, 3}, nine)};
    const dt_gradcheck_options options = {.second_order = true, .taylor = true, .replay = true};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_gradcheck("lattice", lattice_of, NULL, 3, in, &options, &report, &error), DT_OK,
                 "%s", error.message);
    cr_assert(report.compared > 30);
}

/* Refusals of the three functions: what is given, and what is said. */
Test(hedm_lattice, impossible_cells_and_shapes_are_refused_with_a_reason) {
    const double bad[4][6] = {{4, 4, -4, 1.5, 1.5, 1.5},
                              {4, 4, 4, 90, 90, 90},
                              {4, 4, 4, 2.5, 0.5, 0.5},
                              {4, NAN, 4, 1.5, 1.5, 1.5}};
    const char *const says[4] = {"cell 1: unit cell: edge c is -4", "angle alpha is 5156.6",
                                 "span no volume", "b is not a finite number"};
    for (int i = 0; i < 4; i++) {
        dt_tape *tape = dt_tape_new(NULL);
        const double two[2][6] = {
            {4, 4, 4, 1.5, 1.5, 1.5},
            {bad[i][0], bad[i][1], bad[i][2], bad[i][3], bad[i][4], bad[i][5]}};
        dt_reciprocal_lattice(dt_parameter(tape, DT_F64, 2, (int64_t[]){2, 6}, two));
        cr_assert(strstr(dt_tape_message(tape), says[i]) != NULL, "\"%s\" does not say \"%s\"",
                  dt_tape_message(tape), says[i]);
        dt_tape_free(tape);
    }
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *five = dt_zeros(tape, DT_F64, 1, (int64_t[]){5});
    cr_assert(dt_reciprocal_lattice(five) == dt_inert(tape));
    cr_assert(strstr(dt_tape_message(tape), "must be (6), got (5)") != NULL);
    dt_tape_free(tape);
    tape = dt_tape_new(NULL);
    dt_strained_lattice(dt_eye(tape, DT_F64, 3), dt_zeros(tape, DT_F64, 1, (int64_t[]){5}));
    cr_assert(strstr(dt_tape_message(tape), "unless it is (..., 6)") != NULL, "%s",
              dt_tape_message(tape));
    dt_tape_free(tape);
    tape = dt_tape_new(NULL);
    dt_strained_lattice(dt_eye(tape, DT_F64, 3), dt_neg(dt_eye(tape, DT_F64, 3)));
    cr_assert_eq(dt_tape_status(tape), DT_ERR_SINGULAR);
    dt_tape_free(tape);
    tape = dt_tape_new(NULL);
    dt_scattering_vectors(dt_zeros(tape, DT_F64, 2, (int64_t[]){2, 3}), dt_eye(tape, DT_F64, 3),
                          NULL);
    cr_assert(strstr(dt_tape_message(tape), "scattering_vectors: rotation") != NULL);
    dt_tape_free(tape);
    tape = dt_tape_new(NULL);
    dt_reciprocal_lattice(dt_zeros(tape, DT_C128, 1, (int64_t[]){6}));
    cr_assert(strstr(dt_tape_message(tape), "must be f32 or f64, is c128") != NULL);
    dt_tape_free(tape);
    cr_assert(dt_reciprocal_lattice(NULL) == NULL && dt_strained_lattice(NULL, NULL) == NULL);
    cr_assert(dt_scattering_vectors(NULL, NULL, NULL) == NULL);
}
