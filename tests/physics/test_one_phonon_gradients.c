/* test_one_phonon_gradients.c - gradients of a random loss against central differences. */
#include "one_phonon_case.h"

#include <difftape/gradcheck.h>

static dt_tensor *map_of(void *user, dt_tape *tape, dt_tensor *const *in) {
    const one_phonon_case *c = user;
    (void)tape;
    return dt_one_phonon_intensity(c->model, in[0], in[1], in[2], in[3]);
}

/* The check contracts the map with a random cotangent: every voxel takes part. */
static void check(const char *group, int64_t n, dt_grid grid, bool second_order) {
    one_phonon_case c = one_phonon_setup(group, n, grid, 0.0, 1.7, 0.6);
    dt_array in[4];
    for (int i = 0; i < 4; i++) {
        in[i] = dt_array_of(c.leaf[i]);
    }
    dt_gradcheck_options options = {.tolerance = 1e-7, .second_order = second_order};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_gradcheck(group, map_of, &c, 4, in, &options, &report, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    cr_assert(report.compared >= 2 + 4 * n);
    cr_log_info("%s: %lld numbers, adjoint %.2g, directions %.2g, entries %.2g, second %.2g\n",
                group, (long long)report.compared, report.worst_adjoint, report.worst_direction,
                report.worst_entry, report.worst_second);
    one_phonon_teardown(&c);
}

Test(gradients, agree_with_central_differences_in_a_crystal_with_a_screw_axis) {
    check("P21", 7, (dt_grid){{-1, 0, 0.5}, {1, 1, 1.5}, {3, 2, 2}}, false);
}

Test(gradients, agree_with_central_differences_in_a_triclinic_crystal) {
    check("P-1", 8, (dt_grid){{0.25, 0, 1}, {1.25, 1, 2}, {2, 3, 2}}, false);
}

/* Symmetry makes phonons degenerate on the faces of the zone; nothing in the gradient minds. */
Test(gradients, agree_with_central_differences_where_phonons_are_degenerate) {
    check("P31", 7, (dt_grid){{0, 0, 0.5}, {2, 2, 1.5}, {3, 3, 1}}, false);
    check("P21", 7, (dt_grid){{0, 0.5, 0}, {2, 1.5, 2}, {2, 1, 2}}, false);
}

Test(gradients, of_second_order_agree_too) {
    check("P21", 5, (dt_grid){{0, 0, 0}, {1, 1, 1}, {2, 2, 1}}, true);
}
