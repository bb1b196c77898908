/* test_one_phonon_errors.c - models and parameters that are refused. */
#include "one_phonon_case.h"

#include <math.h>
#include <string.h>

static const dt_grid small = {{0, 0, 0}, {1, 1, 1}, {3, 3, 3}};

static void refused(dt_grid grid, dt_one_phonon_options options, const char *says) {
    dt_crystal *crystal = synthetic_crystal("P21", 6);
    dt_one_phonon *model = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_one_phonon_new(crystal, &grid, &options, &model, &error), DT_ERR_ARGUMENT, "%s",
                 says);
    cr_assert(strstr(error.message, says), "wanted '%s', got: %s", says, error.message);
    cr_assert_null(model);
    dt_crystal_free(crystal);
}

Test(one_phonon_errors, bad_options_and_grids_are_refused_and_named) {
    refused(small, (dt_one_phonon_options){.cutoff = 0}, "cutoff is 0");
    refused(small, (dt_one_phonon_options){.cutoff = -1}, "cutoff is -1");
    refused(small, (dt_one_phonon_options){.cutoff = 1e-3}, "no two atoms");
    refused(small, (dt_one_phonon_options){.cutoff = 4, .d_min = -1}, "d_min is -1");
    refused(small, (dt_one_phonon_options){.cutoff = 4, .d_min = NAN}, "d_min is nan");
    refused((dt_grid){{0, 0, 0}, {1, 1, 1}, {3, 0, 3}}, (dt_one_phonon_options){.cutoff = 4},
            "0 samples per unit of k");
    refused((dt_grid){{0, 0, 0}, {-1, 1, 1}, {3, 3, 3}}, (dt_one_phonon_options){.cutoff = 4},
            "empty grid");
}

Test(one_phonon_errors, a_grid_without_a_valid_voxel_is_refused) {
    refused((dt_grid){{0, 0, 0}, {3, 3, 3}, {1, 1, 1}}, (dt_one_phonon_options){.cutoff = 4},
            "take at least 2 samples per unit");
    refused((dt_grid){{5, 5, 5}, {6, 6, 6}, {2, 2, 2}},
            (dt_one_phonon_options){.cutoff = 4, .d_min = 50}, "d <= 50");
}

/* The failure of a map with these springs names a wavevector of the grid. */
static void not_positive(double intra, double inter) {
    one_phonon_case c = one_phonon_setup("P21", 10, small, 0.0, intra, inter);
    dt_tensor *map = one_phonon_map(&c);
    const char *message = dt_tape_message(c.tape);
    cr_assert_eq(dt_tape_status(c.tape), DT_ERR_NOT_POSITIVE_DEFINITE, "%g, %g: %s", intra, inter,
                 message);
    const char *k = strstr(message, "not positive definite at k = (");
    cr_assert(k != NULL, "%s", message);
    cr_assert(strstr(k, "0.333333"), "%s", message);
    cr_assert(strstr(k, "springs do not hold the crystal"), "%s", message);
    cr_assert_eq(map, dt_inert(c.tape));
    one_phonon_teardown(&c);
}

Test(one_phonon_errors, springs_that_do_not_hold_the_crystal_are_named_with_their_wavevector) {
    not_positive(1.0, 0.0);
    not_positive(1.0, -0.5);
    not_positive(-1.0, -1.0);
    not_positive(0.0, 0.0);
    not_positive(NAN, 1.0);
}

/* K(0,k,0) is exactly that of k = 0; rounding leaves pivots of 1e-16 that a factorisation accepts.
 */
Test(one_phonon_errors, layers_that_nothing_joins_are_named_even_if_rounding_hides_them) {
    one_phonon_case c = one_phonon_setup("layers", 13, small, 0.0, 1.7, 0.6);
    one_phonon_map(&c);
    cr_assert_eq(dt_tape_status(c.tape), DT_ERR_NOT_POSITIVE_DEFINITE, "%s",
                 dt_tape_message(c.tape));
    cr_assert(strstr(dt_tape_message(c.tape), "k = (0, 0.333333, 0)"), "%s",
              dt_tape_message(c.tape));
    one_phonon_teardown(&c);
}

/* n atoms on a line through the cell, held by many springs in all directions. */
static void line_is_refused(int64_t n) {
    double xyz[12], u[4] = {0.1, 0.1, 0.1, 0.1}, ff[16] = {1}, c[4] = {1, 1, 1, 1};
    for (int64_t i = 0; i < n; i++) {
        for (int d = 0; d < 3; d++) {
            xyz[3 * i + d] = 1.237 + (1.1 - 0.37 * d) * (double)(i * i);
        }
    }
    const dt_crystal_input in = {.cell = {5, 6, 7, 80, 95, 100},
                                 .n_ops = 1,
                                 .op_rot = (const int[]){1, 0, 0, 0, 1, 0, 0, 0, 1},
                                 .op_tran = (const double[]){0, 0, 0},
                                 .n_atoms = n,
                                 .xyz = xyz,
                                 .u_iso = u,
                                 .ff_a = ff,
                                 .ff_b = ff,
                                 .ff_c = c};
    one_phonon_case k = {.tape = dt_tape_new(NULL)};
    const dt_one_phonon_options options = {.cutoff = 9.0};
    const double one = 1.0;
    cr_assert_eq(dt_crystal_new(&in, &k.crystal, NULL), DT_OK);
    cr_assert_eq(dt_one_phonon_new(k.crystal, &small, &options, &k.model, NULL), DT_OK);
    k.leaf[0] = k.leaf[1] = dt_parameter(k.tape, DT_F64, 0, NULL, &one);
    k.leaf[2] = dt_parameter(k.tape, DT_F64, 1, &n, u);
    k.leaf[3] = dt_parameter(k.tape, DT_F64, 2, (int64_t[]){n, 3}, xyz);
    one_phonon_map(&k);
    cr_assert_eq(dt_tape_status(k.tape), DT_ERR_NOT_POSITIVE_DEFINITE, "%lld atoms: %s",
                 (long long)n, dt_tape_message(k.tape));
    cr_assert(strstr(dt_tape_message(k.tape), "lie on one line"), "%lld atoms: %s", (long long)n,
              dt_tape_message(k.tape));
    one_phonon_teardown(&k);
}

Test(one_phonon_errors, a_unit_that_can_turn_freely_about_the_line_of_its_atoms_is_refused) {
    line_is_refused(1);
    line_is_refused(2);
    line_is_refused(4);
}

Test(one_phonon_errors, springs_within_rigid_units_may_be_zero) {
    one_phonon_case c = one_phonon_setup("P21", 20, small, 0.0, 0.0, 1.0);
    dt_tensor *map = one_phonon_map(&c);
    tape_is_fine(c.tape);
    cr_assert(isfinite(dt_item(dt_sum(map, DT_ALL))));
    one_phonon_teardown(&c);
}

Test(one_phonon_errors, parameters_of_the_wrong_shape_or_type_are_named) {
    one_phonon_case c = one_phonon_setup("P21", 6, small, 0.0, 1.0, 1.0);
    dt_tensor *u = dt_full(c.tape, DT_F64, 1, (int64_t[]){5}, 0.1);
    dt_one_phonon_intensity(c.model, c.leaf[0], c.leaf[1], u, c.leaf[3]);
    cr_assert_eq(dt_tape_status(c.tape), DT_ERR_SHAPE);
    cr_assert(strstr(dt_tape_message(c.tape), "u_iso"), "%s", dt_tape_message(c.tape));
    one_phonon_teardown(&c);
    c = one_phonon_setup("P21", 6, small, 0.0, 1.0, 1.0);
    dt_tensor *xyz = dt_full(c.tape, DT_F32, 2, (int64_t[]){6, 3}, 0.1);
    dt_one_phonon_intensity(c.model, c.leaf[0], c.leaf[1], c.leaf[2], xyz);
    cr_assert_eq(dt_tape_status(c.tape), DT_ERR_DTYPE);
    cr_assert(strstr(dt_tape_message(c.tape), "xyz"), "%s", dt_tape_message(c.tape));
    one_phonon_teardown(&c);
}
