/* test_hedm_batches.c - whole chains over many grains, on any number of threads, in both
 * precisions, with any cotangent. */
#include "hedm_case.h"

#include <math.h>
#include <string.h>

enum { GRAINS = 5, ROWS = GOLD_REFLECTIONS, LEAVES = 5 };

/* Everything that may differ between grains. */
typedef struct grains {
    double turn[GRAINS][3], cell[GRAINS][6], strain[GRAINS][6], energy[GRAINS], chi[GRAINS];
} grains;

static grains grains_new(void) {
    grains g;
    for (int64_t i = 0; i < GRAINS; i++) {
        for (int d = 0; d < 3; d++) {
            g.turn[i][d] = 2 * noise(1, 3 * i + d);
        }
        for (int d = 0; d < 6; d++) {
            g.cell[i][d] = (d < 3 ? GOLD_EDGE : PI / 2) + 0.1 * noise(2, 6 * i + d);
            g.strain[i][d] = 0.01 * noise(3, 6 * i + d);
        }
        g.energy[i] = 40 + 5 * (double)i;
        g.chi[i] = 0.03 * noise(4, i);
    }
    return g;
}

typedef struct chain {
    dt_tensor *leaf[LEAVES]; /* turn, cell, strain, energy, chi */
    dt_oscillation o;
} chain;

/* The leaves of all grains (n = GRAINS, batch axis) or of grain `first` alone (n = 0). */
static chain chain_new(dt_tape *tape, const grains *g, int first, int64_t n, dt_dtype dtype) {
    static const int64_t sizes[LEAVES] = {3, 6, 6, 0, 0};
    const double *data[LEAVES] = {g->turn[first], g->cell[first], g->strain[first],
                                  &g->energy[first], &g->chi[first]};
    double hkl[3 * ROWS];
    chain c;
    gold_indices(hkl);
    for (int k = 0; k < LEAVES; k++) {
        const int64_t shape[2] = {n > 0 ? n : sizes[k], sizes[k]};
        int ndim = (n > 0) + (sizes[k] > 0);
        c.leaf[k] = dt_parameter(tape, DT_F64, ndim, shape, data[k]);
    }
    dt_tensor *h = dt_constant(tape, DT_F64, 2, (const int64_t[]){ROWS, 3}, hkl);
    dt_tensor *lattice = dt_strained_lattice(dt_reciprocal_lattice(c.leaf[1]), c.leaf[2]);
    dt_tensor *v = dt_scattering_vectors(h, lattice, dt_rotation_from_vector(c.leaf[0]));
    const dt_oscillation_options options = {.chi = dt_cast(c.leaf[4], dtype)};
    c.o = dt_oscillation_angles(dt_cast(v, dtype), dt_cast(c.leaf[3], dtype), &options);
    return c;
}

/* Weights of the angles of one or all grains, the same for a grain in both. */
static dt_tensor *weights(dt_tape *tape, int first, int64_t n, dt_dtype dtype) {
    static double w[GRAINS][ROWS][2];
    for (int64_t i = 0; i < GRAINS * ROWS * 2; i++) {
        w[i / (2 * ROWS)][i / 2 % ROWS][i % 2] = noise(5, i);
    }
    const int64_t shape[3] = {n > 0 ? n : ROWS, n > 0 ? ROWS : 2, 2};
    return dt_cast(dt_constant(tape, DT_F64, n > 0 ? 3 : 2, shape, w[first]), dtype);
}

static void same_bits(dt_tensor *all, int64_t grain, dt_tensor *one) {
    int64_t n = dt_size(one);
    const double *x = dt_data_f64(all), *y = dt_data_f64(one);
    tape_is_fine(dt_tape_of(all));
    cr_assert(n > 0 && dt_size(all) == GRAINS * n);
    cr_assert(memcmp(x + grain * n, y, (size_t)n * sizeof *x) == 0, "grain %d", (int)grain);
}

/* Cells (B,6), strains (B,6), rotations (B,3,3), energies and tilts (B): a loop over B. */
Test(hedm_batches, chains_from_cell_to_angles_are_bit_for_bit_a_loop_over_grains) {
    const grains g = grains_new();
    dt_tape *tape = dt_tape_new(NULL);
    chain all = chain_new(tape, &g, 0, GRAINS, DT_F64);
    cr_assert(dt_ndim(all.o.omega) == 3 && dt_shape(all.o.omega)[0] == GRAINS);
    dt_backward_from(all.o.omega, weights(tape, 0, GRAINS, DT_F64));
    for (int i = 0; i < GRAINS; i++) {
        chain one = chain_new(tape, &g, i, 0, DT_F64);
        dt_backward_from(one.o.omega, weights(tape, i, 0, DT_F64));
        same_bits(all.o.g, i, one.o.g);
        same_bits(all.o.omega, i, one.o.omega);
        same_bits(all.o.q, i, one.o.q);
        for (int k = 0; k < LEAVES; k++) {
            same_bits(dt_gradient(all.leaf[k]), i, dt_gradient(one.leaf[k]));
        }
    }
    dt_tape_free(tape);
}

/* Single precision: the same flags, no NaN, gradients that are those of f64 to its digits. */
Test(hedm_batches, single_precision_gradients_agree_with_double) {
    const grains g = grains_new();
    dt_tape *tape = dt_tape_new(NULL);
    chain a = chain_new(tape, &g, 0, GRAINS, DT_F64), b = chain_new(tape, &g, 0, GRAINS, DT_F32);
    dt_backward_from(a.o.omega, weights(tape, 0, GRAINS, DT_F64));
    dt_backward_from(b.o.omega, weights(tape, 0, GRAINS, DT_F32));
    const bool *seen = dt_data_bool(a.o.seen), *seen_b = dt_data_bool(b.o.seen);
    const double *w = dt_data_f64(a.o.omega), *q = dt_data_f64(a.o.q);
    const float *v = dt_data_f32(b.o.omega);
    double worst_angle = 0;
    int compared = 0;
    for (int i = 0; i < 2 * GRAINS * ROWS; i++) {
        cr_assert(isfinite(v[i]));
        if (seen[i / 2] && q[i / 2] > 1) {
            cr_assert(seen_b[i / 2]);
            worst_angle = fmax(worst_angle, fabs(remainder(w[i] - (double)v[i], 2 * PI)));
            compared++;
        }
    }
    cr_assert(compared > GRAINS * ROWS);
    cr_assert(worst_angle < 4e-6, "%.3g rad", worst_angle);
    for (int k = 0; k < LEAVES; k++) {
        const double *x = dt_data_f64(dt_gradient(a.leaf[k]));
        const double *y = dt_data_f64(dt_gradient(b.leaf[k]));
        tape_is_fine(tape);
        double error = relative_norm(y, x, dt_size(a.leaf[k]));
        cr_log_info("gradient %d: %.3g", k, error);
        cr_assert(error < 1e-4, "gradient %d: %.3g", k, error);
    }
    dt_tape_free(tape);
}

/* 300,000 vectors on one thread and on four. */
static void run_threads(int threads, int64_t n, double *ret_gradient, double *ret_omega,
                        double *ret_energy) {
    const double keV = BEAM_ENERGY;
    dt_set_threads(threads);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *random = dt_random_normal(tape, DT_F64, 2, (const int64_t[]){n, 3}, 9);
    dt_tensor *g = dt_parameter(tape, DT_F64, 2, (const int64_t[]){n, 3}, dt_data(random));
    dt_tensor *energy = dt_parameter(tape, DT_F64, 0, NULL, &keV);
    dt_oscillation o = dt_oscillation_angles(g, energy, NULL);
    dt_backward(dt_add(dt_sum(dt_square(o.omega), DT_ALL), dt_sum(o.q, DT_ALL)));
    memcpy(ret_gradient, dt_data_f64(dt_gradient(g)), (size_t)n * 3 * sizeof(double));
    memcpy(ret_omega, dt_data_f64(o.omega), (size_t)n * 2 * sizeof(double));
    *ret_energy = dt_item(dt_gradient(energy));
    tape_is_fine(tape);
    dt_tape_free(tape);
}

Test(hedm_batches, threads_change_no_bit) {
    enum { N = 300001 };
    static double gradient[2][3 * N], omega[2][2 * N], energy[2];
    int threads = dt_get_threads();
    run_threads(1, N, gradient[0], omega[0], &energy[0]);
    run_threads(4, N, gradient[1], omega[1], &energy[1]);
    dt_set_threads(threads);
    cr_assert(memcmp(omega[0], omega[1], sizeof omega[0]) == 0);
    cr_assert(memcmp(gradient[0], gradient[1], sizeof gradient[0]) == 0);
    cr_assert(energy[0] == energy[1] && isfinite(energy[0]) && energy[0] != 0);
}

Test(hedm_batches, cotangents_of_other_shapes_are_refused) {
    const grains g = grains_new();
    const int64_t shapes[3][3] = {{GRAINS, ROWS, 1}, {ROWS, 2, 1}, {GRAINS, 2, ROWS}};
    for (int i = 0; i < 3; i++) {
        dt_tape *tape = dt_tape_new(NULL);
        chain all = chain_new(tape, &g, 0, GRAINS, DT_F64);
        dt_backward_from(all.o.omega, dt_ones(tape, DT_F64, 3, shapes[i]));
        cr_assert_eq(dt_tape_status(tape), DT_ERR_SHAPE, "%s", dt_tape_message(tape));
        cr_assert(strstr(dt_tape_message(tape), "(5,136,2)") != NULL, "%s", dt_tape_message(tape));
        dt_tape_free(tape);
    }
    dt_tape *tape = dt_tape_new(NULL);
    chain all = chain_new(tape, &g, 0, GRAINS, DT_F64);
    dt_backward_from(all.o.omega, weights(tape, 0, GRAINS, DT_F32));
    cr_assert(strstr(dt_tape_message(tape), "the cotangent is f32(5,136,2), its tensor f64") !=
                  NULL,
              "%s", dt_tape_message(tape));
    dt_tape_free(tape);
}

/* g along a tilted axis is hidden as it is along z, whatever the beam, and its neighbours do not
 * notice: axis, chi and energy too get the gradient of the row that is seen. */
Test(hedm_batches, vectors_along_a_tilted_axis_are_hidden) {
    static const double axis[3] = {0.3, -0.2, 1.1},
                        g[3][3] = {{1.2, 2.5, 0.4}, {0.6, -0.4, 2.2}, {0, 0, 0}};
    static const double tilts[3] = {0, 0.5, -0.5}, keV = BEAM_ENERGY;
    double gradient[2][7];
    for (int t = 0; t < 3; t++) {
        for (int alone = 0; alone < 2; alone++) {
            dt_tape *tape = dt_tape_new(NULL);
            dt_tensor *v = dt_parameter(tape, DT_F64, 2, (const int64_t[]){alone ? 1 : 3, 3}, g);
            dt_tensor *p[3] = {dt_parameter(tape, DT_F64, 1, (const int64_t[]){3}, axis),
                               dt_parameter(tape, DT_F64, 0, NULL, &tilts[t]),
                               dt_parameter(tape, DT_F64, 0, NULL, &keV)};
            const dt_oscillation_options options = {.axis = p[0], .chi = p[1]};
            dt_oscillation o = dt_oscillation_angles(v, p[2], &options);
            dt_backward(dt_sum(o.omega, DT_ALL));
            const double *by_g = dt_data_f64(dt_gradient(v));
            const bool *seen = dt_data_bool(o.seen);
            tape_is_fine(tape);
            memcpy(gradient[alone], dt_data_f64(dt_gradient(p[0])), 3 * sizeof(double));
            gradient[alone][3] = dt_item(dt_gradient(p[1]));
            gradient[alone][4] = dt_item(dt_gradient(p[2]));
            cr_assert(seen[0] && by_g[0] != 0);
            for (int i = 3; i < 9 && !alone; i++) {
                cr_assert(!seen[i / 3] && by_g[i] == 0, "tilt %g: %g", tilts[t], by_g[i]);
            }
            dt_tape_free(tape);
        }
        for (int i = 0; i < 5; i++) {
            cr_assert(gradient[0][i] == gradient[1][i] && isfinite(gradient[0][i]),
                      "tilt %g, number %d: %g, %g", tilts[t], i, gradient[0][i], gradient[1][i]);
        }
    }
}
