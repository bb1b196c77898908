/* test_hedm_refinement.c - grains and experiments found again from their spots, with the errors
 * that the noise deserves. */
#include "hedm_case.h"

#include <math.h>

TestSuite(hedm_refinement, .timeout = 240);

enum { MOST = 2 * GOLD_REFLECTIONS };

/* A far-field experiment: gold at 50 keV, panel 1 m behind the sample. */
static dt_hedm_setup experiment(bool panel) {
    dt_hedm_setup s = {.cell = {GOLD_EDGE, GOLD_EDGE, GOLD_EDGE, 90, 90, 90},
                       .energy = BEAM_ENERGY,
                       .has_panel = panel,
                       .panel_location = {1000, 0, 0},
                       .panel_rotation = {0, 0, 1, 1, 0, 0, 0, 1, 0}, /* Euler 90 90 0 degrees */
                       .beam_center = {1024, 1024},
                       .pixel_size = {0.4, 0.4},
                       .n_j = 2048,
                       .n_k = 2048};
    return s;
}

static void turn(double *rotation, const double *v) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *r =
        dt_matmul(dt_rotation_from_vector(dt_constant(tape, DT_F64, 1, (int64_t[]){3}, v)),
                  dt_constant(tape, DT_F64, 2, (int64_t[]){3, 3}, rotation));
    memcpy(rotation, dt_data_f64(r), 9 * sizeof *rotation);
    dt_tape_free(tape);
}

/* log(A B^T): by which rotation vector A is turned from B. */
static void between(const double *a, const double *b, double *ret) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *r = dt_vector_from_rotation(
        dt_matmul_flags(dt_constant(tape, DT_F64, 2, (int64_t[]){3, 3}, a), DT_N,
                        dt_constant(tape, DT_F64, 2, (int64_t[]){3, 3}, b), DT_T));
    memcpy(ret, dt_data_f64(r), 3 * sizeof *ret);
    dt_tape_free(tape);
}

static dt_grain true_grain(int trial) {
    dt_grain grain = {.rotation = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    double v[3];
    for (int i = 0; i < 3; i++) {
        v[i] = 3 * noise(11, 3 * trial + i);
        grain.position[i] = 0.3 * noise(12, 3 * trial + i);
    }
    turn(grain.rotation, v);
    for (int i = 0; i < 6; i++) {
        grain.strain[i] = 1e-3 * noise(13, 6 * trial + i);
    }
    return grain;
}

/* A standard normal number (Box and Muller). */
static double normal(uint64_t seed, int64_t i) {
    double u = (noise(seed, 2 * i) + 1) / 2, v = noise(seed, 2 * i + 1);
    return sqrt(-2 * log(1 - u)) * cos(PI * v);
}

typedef struct measured {
    double hkl[3 * MOST], omega[MOST], pixel[2 * MOST];
    int root[MOST];
    dt_spot_list list;
} measured;

/* Spots of a grain, with noise of the given standard deviations; fits weigh with these, or 1e-4 rad
 * and 0.1 pixels where they are 0. */
static void measure(measured *m, const dt_hedm_setup *setup, const dt_grain *grain,
                    double noise_omega, double noise_pixel, uint64_t seed) {
    static double hkl[3 * GOLD_REFLECTIONS];
    double omega[MOST], pixel[2 * MOST];
    bool hit[MOST];
    dt_error error = DT_ERROR_INIT;
    if (hkl[0] == 0) {
        gold_indices(hkl);
    }
    cr_assert(dt_simulate_spots(setup, grain, GOLD_REFLECTIONS, hkl, omega, pixel, hit, &error) ==
                  DT_OK,
              "%s", error.message);
    int64_t n = 0;
    for (int i = 0; i < MOST; i++) {
        if (hit[i]) {
            memcpy(m->hkl + 3 * n, hkl + i / 2 * 3, 3 * sizeof *hkl);
            m->root[n] = i % 2;
            m->omega[n] = remainder(omega[i] + noise_omega * normal(seed, 3 * i), 2 * PI);
            m->pixel[2 * n] = pixel[2 * i] + noise_pixel * normal(seed, 3 * i + 1);
            m->pixel[2 * n + 1] = pixel[2 * i + 1] + noise_pixel * normal(seed, 3 * i + 2);
            n++;
        }
    }
    m->list = (dt_spot_list){.n = n,
                             .hkl = m->hkl,
                             .root = m->root,
                             .omega = m->omega,
                             .pixel = m->pixel,
                             .sigma_omega = noise_omega > 0 ? noise_omega : 1e-4,
                             .sigma_pixel = noise_pixel > 0 ? noise_pixel : 0.1};
}

static dt_refinement refine(const dt_hedm_setup *setup, const dt_grain *start, const measured *m,
                            uint32_t mask) {
    dt_refinement r;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_grain_refine(setup, start, &m->list, mask, 0, &r, &error);
    cr_assert(status == DT_OK, "%s", error.message);
    return r;
}

/* A rotation vector of a given length. */
static void some_vector(uint64_t seed, int trial, double length, double *ret) {
    double square = 0;
    for (int i = 0; i < 3; i++) {
        ret[i] = normal(seed, 3 * trial + i);
        square += ret[i] * ret[i];
    }
    for (int i = 0; i < 3; i++) {
        ret[i] *= length / sqrt(square);
    }
}

Test(hedm_refinement, finds_orientations_from_a_degree_off_in_eight_steps) {
    const dt_hedm_setup setup = experiment(false);
    double largest = 0;
    int64_t steps = 0;
    for (int trial = 0; trial < 100; trial++) {
        dt_grain truth = true_grain(trial), start = truth;
        double v[3], left[3];
        measured m;
        measure(&m, &setup, &truth, 0, 0, 0);
        some_vector(21, trial, PI / 180, v);
        turn(start.rotation, v);
        dt_refinement r = refine(&setup, &start, &m, DT_FREE_ORIENTATION);
        between(r.grain.rotation, truth.rotation, left);
        largest = fmax(largest, sqrt(left[0] * left[0] + left[1] * left[1] + left[2] * left[2]));
        steps = r.iterations > steps ? r.iterations : steps;
        cr_expect(m.list.n > 200 && r.converged, "trial %d: %s", trial, r.reason);
    }
    cr_log_info("orientation: %g rad after at most %lld steps", largest, (long long)steps);
    cr_expect(largest < 1e-10, "%g rad", largest);
    cr_expect(steps <= 8, "%lld steps", (long long)steps);
}

Test(hedm_refinement, finds_orientation_strain_and_position_together) {
    const dt_hedm_setup setup = experiment(true);
    double largest[3] = {0};
    for (int trial = 0; trial < 100; trial++) {
        dt_grain truth = true_grain(trial), start = truth;
        double v[3], left[3];
        measured m;
        measure(&m, &setup, &truth, 0, 0, 0);
        some_vector(22, trial, 1e-3, v);
        turn(start.rotation, v);
        for (int i = 0; i < 6; i++) {
            start.strain[i] += 1e-3 * noise(23, 6 * trial + i);
        }
        some_vector(24, trial, 1e-3, v);
        for (int i = 0; i < 3; i++) {
            start.position[i] += v[i];
        }
        dt_refinement r =
            refine(&setup, &start, &m, DT_FREE_ORIENTATION | DT_FREE_STRAIN | DT_FREE_POSITION);
        between(r.grain.rotation, truth.rotation, left);
        static const double zero[3] = {0};
        largest[0] = fmax(largest[0], worst(left, zero, 3, false));
        largest[1] = fmax(largest[1], worst(r.grain.strain, truth.strain, 6, false));
        largest[2] = fmax(largest[2], worst(r.grain.position, truth.position, 3, false));
    }
    cr_log_info("orientation %g rad, strain %g, position %g mm", largest[0], largest[1],
                largest[2]);
    cr_expect(largest[0] < 1e-9 && largest[1] < 1e-9 && largest[2] < 1e-9, "%g rad, %g, %g mm",
              largest[0], largest[1], largest[2]);
}

/* But for the grain's z, which moves all spots as the beam center does. */
Test(hedm_refinement, finds_detector_and_grain_jointly) {
    const dt_hedm_setup truth = experiment(true);
    double largest = 0;
    for (int trial = 0; trial < 100; trial++) {
        dt_grain grain = true_grain(trial), start = grain;
        dt_hedm_setup guess = truth;
        double v[3], left[3];
        measured m;
        measure(&m, &truth, &grain, 0, 0, 0);
        some_vector(31, trial, 1e-3, v);
        turn(start.rotation, v);
        some_vector(32, trial, 2e-3, v);
        turn(guess.panel_rotation, v);
        guess.panel_location[0] += noise(33, trial);
        guess.beam_center[0] += noise(34, trial);
        guess.beam_center[1] -= noise(35, trial);
        dt_refinement r = refine(&guess, &start, &m,
                                 DT_FREE_ORIENTATION | 3u << DT_UNKNOWN_POSITION |
                                     DT_FREE_DISTANCE | DT_FREE_TILT | DT_FREE_CENTER);
        between(r.grain.rotation, grain.rotation, left);
        static const double zero[3] = {0};
        largest = fmax(largest, worst(left, zero, 3, false));
        between(r.setup.panel_rotation, truth.panel_rotation, left);
        largest = fmax(largest, worst(left, zero, 3, false));
        largest = fmax(largest, fabs(r.setup.panel_location[0] - 1000) / 1000);
        largest = fmax(largest, worst(r.setup.beam_center, truth.beam_center, 2, false) / 1000);
        largest = fmax(largest, worst(r.grain.position, grain.position, 3, false));
    }
    cr_log_info("detector and grain: %g", largest);
    cr_expect(largest < 1e-9, "%g", largest);
}

/* Only k a is seen, so a change of energy and one of the edges are the same. */
Test(hedm_refinement, names_what_the_spots_do_not_determine) {
    static const struct {
        uint32_t mask;
        bool panel;
        const char *words[3];
    } cases[] = {{DT_FREE_ORIENTATION | DT_FREE_ENERGY | DT_FREE_LATTICE_SCALE,
                  true,
                  {"do not determine all of energy, lattice scale:", "keep one of them fixed", ""}},
                 {DT_FREE_ORIENTATION | DT_FREE_ENERGY | DT_FREE_LATTICE_SCALE,
                  false,
                  {"energy, lattice scale", "", ""}},
                 {DT_FREE_STRAIN | DT_FREE_LATTICE_SCALE,
                  true,
                  {"strain xx, strain yy, strain zz, lattice scale", "", ""}},
                 {DT_FREE_ORIENTATION | DT_FREE_POSITION,
                  false,
                  {"no spot depends on position x: keep it fixed", "", ""}},
                 {DT_FREE_POSITION | DT_FREE_CENTER, true, {"position z, beam center k", "", ""}},
                 {DT_FREE_DISTANCE, false, {"no spot depends on distance", "", ""}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const dt_hedm_setup setup = experiment(cases[i].panel);
        dt_grain grain = true_grain(3);
        measured m;
        dt_refinement r;
        dt_error error = DT_ERROR_INIT;
        memset(grain.strain, 0, sizeof grain.strain);
        measure(&m, &setup, &grain, 0, 0, 0);
        dt_status status = dt_grain_refine(&setup, &grain, &m.list, cases[i].mask, 0, &r, &error);
        cr_expect(status == DT_ERR_SINGULAR, "case %zu: %s", i, dt_status_name(status));
        for (int w = 0; w < 3; w++) {
            cr_expect(strstr(error.message, cases[i].words[w]) != NULL, "case %zu says %s", i,
                      error.message);
        }
    }
}

/* Energy alone, lattice scale alone and chi are found. */
Test(hedm_refinement, finds_energy_scale_and_chi_one_by_one) {
    static const struct {
        uint32_t mask;
        double off;
    } cases[] = {{DT_FREE_ENERGY, 0.05}, {DT_FREE_LATTICE_SCALE, 1e-3}, {DT_FREE_CHI, 1e-3}};
    for (int i = 0; i < 3; i++) {
        dt_hedm_setup truth = experiment(true), guess = truth;
        dt_grain grain = true_grain(5);
        measured m;
        measure(&m, &truth, &grain, 0, 0, 0);
        guess.energy += i == 0 ? cases[i].off : 0;
        guess.chi += i == 2 ? cases[i].off : 0;
        for (int d = 0; d < 3 && i == 1; d++) {
            guess.cell[d] *= 1 + cases[i].off;
        }
        dt_refinement r = refine(&guess, &grain, &m, cases[i].mask | DT_FREE_ORIENTATION);
        cr_expect(fabs(r.setup.energy / truth.energy - 1) < 1e-10);
        cr_expect(fabs(r.setup.cell[2] / truth.cell[2] - 1) < 1e-10);
        cr_expect(fabs(r.setup.chi - truth.chi) < 1e-10);
    }
}

/* Pulls: the error of every fitted number over its standard error has variance 1. */
Test(hedm_refinement, gives_standard_errors_that_are_true) {
    const dt_hedm_setup setup = experiment(true);
    double sum = 0, square = 0, chi = 0;
    int count = 0, residuals = 0;
    for (int trial = 0; trial < 100; trial++) {
        dt_grain truth = true_grain(trial), start = truth;
        double v[3], left[3];
        measured m;
        measure(&m, &setup, &truth, 1e-4, 0.1, 1000 + (uint64_t)trial);
        some_vector(41, trial, 1e-3, v);
        turn(start.rotation, v);
        dt_refinement r =
            refine(&setup, &start, &m, DT_FREE_ORIENTATION | DT_FREE_STRAIN | DT_FREE_POSITION);
        between(r.grain.rotation, truth.rotation, left);
        cr_assert(r.n == 12);
        for (int i = 0; i < r.n; i++) {
            double off = i < 3   ? left[i]
                         : i < 9 ? r.grain.strain[i - 3] - truth.strain[i - 3]
                                 : r.grain.position[i - 9] - truth.position[i - 9];
            double pull = off / r.error[i];
            sum += pull;
            square += pull * pull;
            count++;
        }
        chi += r.chi_square;
        residuals += (int)r.residuals - r.n;
    }
    double mean = sum / count, deviation = sqrt(square / count - mean * mean);
    cr_log_info("pulls: mean %g, standard deviation %g of %d; chi square %g per degree of freedom",
                mean, deviation, count, chi / residuals);
    cr_expect(count == 1200 && deviation > 0.9 && deviation < 1.1, "standard deviation %g",
              deviation);
    cr_expect(fabs(mean) < 0.1 && fabs(chi / residuals - 1) < 0.02, "mean %g, chi square %g", mean,
              chi / residuals);
}

/* A grain with a spot within 1e-4 rad of +-pi, on the other side at the start. */
Test(hedm_refinement, crosses_half_turns) {
    const dt_hedm_setup setup = experiment(false);
    dt_grain truth = true_grain(8), start;
    measured m;
    double v[3] = {0}, left[3];
    measure(&m, &setup, &truth, 0, 0, 0);
    v[2] = -(PI - 1e-4 - m.omega[0]); /* turning by t about z lowers omega by t */
    turn(truth.rotation, v);
    measure(&m, &setup, &truth, 0, 0, 0);
    int near = 0;
    for (int64_t i = 0; i < m.list.n; i++) {
        near += fabs(m.omega[i]) > PI - 2e-4;
    }
    start = truth;
    v[2] = -0.01;
    turn(start.rotation, v);
    dt_refinement r = refine(&setup, &start, &m, DT_FREE_ORIENTATION);
    between(r.grain.rotation, truth.rotation, left);
    cr_expect(near >= 1, "no spot near half a turn");
    cr_expect(fabs(left[0]) < 1e-11 && fabs(left[1]) < 1e-11 && fabs(left[2]) < 1e-11 &&
              r.iterations <= 8);
}

Test(hedm_refinement, refuses_what_makes_no_fit) {
    const dt_hedm_setup setup = experiment(true);
    dt_grain grain = true_grain(1);
    measured good;
    measure(&good, &setup, &grain, 0, 0, 0);
    const char *const rules[] = {"there are no spots",
                                 "the mask of free numbers, 0,",
                                 "the mask of free numbers, 0x200000,",
                                 "must be above 0, got 0 rad",
                                 "the spots have no pixels",
                                 "the root of spot 0 is 2, must be 0 or 1",
                                 "residuals cannot determine"};
    for (int i = 0; i < 7; i++) {
        measured m = good;
        uint32_t mask = i == 1   ? 0
                        : i == 2 ? 1u << 21
                        : i == 6 ? DT_FREE_ORIENTATION | DT_FREE_STRAIN
                                 : 7;
        dt_refinement r;
        dt_error error = DT_ERROR_INIT;
        m.list = good.list;
        m.list.root = m.root;
        m.list.n = i == 0 ? 0 : i == 6 ? 1 : m.list.n;
        m.list.sigma_omega = i == 3 ? 0 : m.list.sigma_omega;
        m.list.pixel = i == 4 ? NULL : m.list.pixel;
        m.root[0] = i == 5 ? 2 : m.root[0];
        cr_expect(dt_grain_refine(&setup, &grain, &m.list, mask, 0, &r, &error) != DT_OK);
        cr_expect(strstr(error.message, rules[i]) != NULL, "case %d says %s", i, error.message);
    }
    dt_hedm_setup bad = setup;
    bad.cell[0] = -1;
    dt_refinement r;
    dt_error error = DT_ERROR_INIT;
    cr_expect(dt_grain_refine(&bad, &grain, &good.list, 7, 0, &r, &error) != DT_OK);
    cr_expect(strstr(error.message, "refine: ") != NULL, "%s", error.message);
    cr_expect(strcmp(dt_unknown_name(13), "lattice scale") == 0 &&
              strcmp(dt_unknown_name(21), "none") == 0);
}
