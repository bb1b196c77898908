/* test_hedm_truth.c - oscillation angles, their gradients and detector positions against numbers
 * found in 50-digit arithmetic without any closed form (the reference file says how). */
#include "hedm_truth.h"

#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A simulated grain: a tape with leaves in the order of the columns of the file. */
typedef struct grain {
    dt_tape *tape;
    dt_tensor *hkl, *turn, *base, *cell, *energy, *chi, *lattice, *rotation;
    dt_oscillation_options options;
    dt_oscillation o;
} grain;

static const double pi = 3.14159265358979323846;

/* The first three columns. */
static dt_tensor *indices_of(dt_tape *tape, const table *rows, dt_dtype dtype) {
    dt_tensor *all = dt_constant(tape, DT_F64, 2, (int64_t[]){rows->rows, rows->columns}, rows->x);
    return dt_cast(dt_slice(all, 1, 0, 3, 1), dtype);
}

/* R = exp(turn) R(q), turn = 0: a rotation vector about fixed axes of the sample. */
static grain grain_new(const cJSON *truth, const table *rows, int orientation, double chi,
                       const double cell[6], dt_dtype dtype) {
    grain g = {.tape = dt_tape_new(NULL)};
    const double zero[3] = {0, 0, 0}, energy = number_of(truth, "beam_energy_keV");
    table q = table_of(member(truth, "orientations_wxyz"));
    g.hkl = indices_of(g.tape, rows, dtype);
    g.turn = dt_parameter(g.tape, DT_F64, 1, (int64_t[]){3}, zero);
    g.cell = dt_parameter(g.tape, DT_F64, 1, (int64_t[]){6}, cell);
    g.energy = dt_parameter(g.tape, DT_F64, 0, NULL, &energy);
    g.chi = dt_parameter(g.tape, DT_F64, 0, NULL, &chi);
    g.base = dt_constant(g.tape, DT_F64, 1, (int64_t[]){4}, q.x + 4 * orientation);
    g.rotation = dt_cast(
        dt_matmul(dt_rotation_from_vector(g.turn), dt_rotation_from_quaternion(g.base)), dtype);
    g.lattice = dt_cast(dt_reciprocal_lattice(g.cell), dtype);
    g.options =
        (dt_oscillation_options){.chi = dt_cast(g.chi, dtype), .wavenumber = DT_WAVENUMBER_ICENINE};
    free(q.x);
    return g;
}

static void cubic(double a, double ret[6]) {
    for (int i = 0; i < 6; i++) {
        ret[i] = i < 3 ? a : pi / 2;
    }
}

/* |x - y| / (1 + |y|), and the worst of it. */
static void note(double x, double y, double *worst_error, int *compared) {
    double error = fabs(x - y) / (1 + fabs(y));
    cr_assert(isfinite(error), "%g against %g", x, y);
    *worst_error = fmax(*worst_error, error);
    ++*compared;
}

/* Derivatives of every omega by every element of x: (N, 2, size of x). */
static const double *jacobian(dt_tensor *y, dt_tensor *x) {
    const double *numbers = dt_data_f64(dt_jacobian(y, x));
    tape_is_fine(dt_tape_of(y));
    return numbers;
}

Test(hedm_truth, has_the_counts_it_is_known_for) {
    cJSON *truth = open_truth();
    int64_t rows = 0, seen = 0;
    for (const cJSON *b = member(truth, "blocks")->child; b; b = b->next) {
        table t = table_of(member(b, "rows"));
        rows += t.rows;
        for (int64_t i = 0; i < t.rows; i++) {
            seen += !isnan(at(&t, i, 3));
        }
        free(t.x);
    }
    for (const cJSON *b = member(truth, "omega_only")->child; b; b = b->next) {
        table t = table_of(member(b, "rows"));
        rows += t.rows;
        for (int64_t i = 0; i < t.rows; i++) {
            seen += !isnan(at(&t, i, 3));
        }
        free(t.x);
    }
    cr_assert_eq(rows, 3400, "%lld", (long long)rows);
    cr_assert_eq(seen, 3371, "%lld", (long long)seen);
    cr_assert_eq(cJSON_GetArraySize(member(member(truth, "strain"), "rows")), 34);
    cr_assert_eq(cJSON_GetArraySize(member(member(truth, "triclinic"), "rows")), 32);
    cr_assert_eq(cJSON_GetArraySize(member(member(truth, "forward"), "rows")), 46);
    cJSON_Delete(truth);
}

/* Omegas of one block in a type: the worst error of rows with |c| below `limit` times r. */
static void compare_omegas(const cJSON *truth, const cJSON *block, dt_dtype dtype, double limit,
                           double *worst_error, int *compared) {
    double cell[6];
    cubic(number_of(member(truth, "lattice"), "a"), cell);
    table t = table_of(member(block, "rows"));
    grain g = grain_new(truth, &t, (int)number_of(block, "orientation"),
                        number_of(block, "chi_rad"), cell, dtype);
    g.o = dt_omegas_from_reflections(g.hkl, g.lattice, g.rotation, dt_cast(g.energy, dtype),
                                     &g.options);
    const bool *seen = dt_data_bool(g.o.seen);
    const double *omega = dt_data_f64(dt_cast(g.o.omega, DT_F64));
    const double *q = dt_data_f64(dt_cast(g.o.q, DT_F64)), *v = dt_data_f64(dt_cast(g.o.g, DT_F64));
    tape_is_fine(g.tape);
    double chi = number_of(block, "chi_rad");
    for (int64_t i = 0; i < t.rows; i++) {
        cr_assert_eq(seen[i], !isnan(at(&t, i, 3)), "row %lld: seen is %d", (long long)i, seen[i]);
        double r = hypot(v[3 * i], v[3 * i + 1]) * cos(chi);
        for (int k = 0; k < 2; k++) {
            double w = omega[2 * i + k], y = v[3 * i] * sin(w) + v[3 * i + 1] * cos(w);
            if (!seen[i]) {
                cr_assert(w == 0 && q[i] == 0);
            } else {
                double inside = sqrt(fmax(0, 1 - q[i] * q[i] / (r * r)));
                cr_assert(k == 0 ? y > 0 : y < 0, "row %lld root %d: rotated g_y = %g",
                          (long long)i, k, y);
                if (inside < limit) {
                    *worst_error = fmax(*worst_error, fabs(w - at(&t, i, 3 + k)));
                    ++*compared;
                }
            }
        }
    }
    dt_tape_free(g.tape);
    free(t.x);
}

static void compare_all_omegas(dt_dtype dtype, double limit, double tolerance, int least) {
    cJSON *truth = open_truth();
    double worst_error = 0;
    int compared = 0;
    for (const cJSON *b = member(truth, "blocks")->child; b; b = b->next) {
        compare_omegas(truth, b, dtype, limit, &worst_error, &compared);
    }
    for (const cJSON *b = member(truth, "omega_only")->child; b; b = b->next) {
        compare_omegas(truth, b, dtype, limit, &worst_error, &compared);
    }
    cr_log_info("omega: worst error %.3g rad of %d", worst_error, compared);
    cr_assert(compared >= least, "%d", compared);
    cr_assert(worst_error <= tolerance, "%.3g rad", worst_error);
    cJSON_Delete(truth);
}

Test(hedm_truth, angles_agree_to_2e_14_with_flags_and_labels) {
    compare_all_omegas(DT_F64, 2, 2e-14, 2 * 3371);
}

Test(hedm_truth, single_precision_angles_agree_to_2e_6_away_from_tangency) {
    compare_all_omegas(DT_F32, 0.97, 2e-6, 2 * 3300);
}

Test(hedm_truth, gradients_by_rotation_lattice_energy_and_tilt_agree_to_1e_12) {
    cJSON *truth = open_truth();
    double cell[6], worst_error = 0, worst_z = 0, worst_scale = 0;
    int compared = 0;
    cubic(number_of(member(truth, "lattice"), "a"), cell);
    for (const cJSON *b = member(truth, "blocks")->child; b; b = b->next) {
        table t = table_of(member(b, "rows"));
        grain g = grain_new(truth, &t, (int)number_of(b, "orientation"), number_of(b, "chi_rad"),
                            cell, DT_F64);
        dt_oscillation o =
            dt_omegas_from_reflections(g.hkl, g.lattice, g.rotation, g.energy, &g.options);
        const double *turn = jacobian(o.omega, g.turn), *edges = jacobian(o.omega, g.cell);
        const double *energy = jacobian(o.omega, g.energy), *chi = jacobian(o.omega, g.chi);
        const bool *seen = dt_data_bool(o.seen);
        for (int64_t i = 0; i < 2 * t.rows; i++) {
            int64_t row = i / 2, column = 5 + 6 * (i % 2);
            double a = edges[6 * i] + edges[6 * i + 1] + edges[6 * i + 2];
            if (!seen[row]) {
                cr_assert(turn[3 * i] == 0 && a == 0 && energy[i] == 0 && chi[i] == 0);
                continue;
            }
            for (int k = 0; k < 3; k++) {
                note(turn[3 * i + k], at(&t, row, column + k), &worst_error, &compared);
            }
            note(a, at(&t, row, column + 3), &worst_error, &compared);
            note(energy[i], at(&t, row, column + 4), &worst_error, &compared);
            note(chi[i], at(&t, row, column + 5), &worst_error, &compared);
            worst_z = fmax(worst_z, fabs(turn[3 * i + 2] + 1));
            worst_scale = fmax(worst_scale,
                               fabs(cell[0] * a - number_of(truth, "beam_energy_keV") * energy[i]));
        }
        dt_tape_free(g.tape);
        free(t.x);
    }
    cr_log_info("gradients: worst %.3g of %d, about z %.3g, a d/da - E d/dE %.3g", worst_error,
                compared, worst_z, worst_scale);
    cr_assert(compared > 16000, "%d", compared);
    cr_assert(worst_error <= 1e-12, "%.3g", worst_error);
    cr_assert(worst_z <= 1e-14, "turning about z: %.3g", worst_z);
    cr_assert(worst_scale <= 1e-13, "a d/da against E d/dE: %.3g", worst_scale);
    cJSON_Delete(truth);
}

/* The same numbers the other way: one reverse sweep with a cotangent for every omega gives the sums
 * of cotangent times derivative, which the file's columns give too. */
Test(hedm_truth, reverse_sweeps_give_the_sums_of_the_files_derivatives) {
    cJSON *truth = open_truth();
    double cell[6], worst_error = 0;
    int compared = 0;
    cubic(number_of(member(truth, "lattice"), "a"), cell);
    for (const cJSON *b = member(truth, "blocks")->child; b; b = b->next) {
        table t = table_of(member(b, "rows"));
        grain g = grain_new(truth, &t, (int)number_of(b, "orientation"), number_of(b, "chi_rad"),
                            cell, DT_F64);
        dt_oscillation o =
            dt_omegas_from_reflections(g.hkl, g.lattice, g.rotation, g.energy, &g.options);
        double weight[2 * 136], expected[6] = {0}, size[6] = {0};
        cr_assert_eq(t.rows, 136);
        for (int64_t i = 0; i < 2 * t.rows; i++) {
            weight[i] = noise(81, i);
            for (int k = 0; k < 6 && !isnan(at(&t, i / 2, 3)); k++) {
                double term = weight[i] * at(&t, i / 2, 5 + 6 * (i % 2) + k);
                expected[k] += term;
                size[k] += fabs(term);
            }
        }
        dt_backward_from(o.omega, dt_constant(g.tape, DT_F64, 2, (int64_t[]){136, 2}, weight));
        const double *turn = dt_data_f64(dt_gradient(g.turn));
        const double *edges = dt_data_f64(dt_gradient(g.cell));
        const double got[6] = {turn[0],
                               turn[1],
                               turn[2],
                               edges[0] + edges[1] + edges[2],
                               dt_item(dt_gradient(g.energy)),
                               dt_item(dt_gradient(g.chi))};
        tape_is_fine(g.tape);
        for (int k = 0; k < 6; k++) {
            worst_error = fmax(worst_error, fabs(got[k] - expected[k]) / (1 + size[k]));
            compared++;
        }
        dt_tape_free(g.tape);
        free(t.x);
    }
    cr_log_info("reverse sweeps: worst %.3g of %d", worst_error, compared);
    cr_assert_eq(compared, 60);
    cr_assert(worst_error <= 1e-13, "%.3g", worst_error);
    cJSON_Delete(truth);
}

Test(hedm_truth, gradients_by_strain_agree_to_1e_12) {
    cJSON *truth = open_truth();
    const cJSON *block = member(truth, "strain");
    double cell[6], worst_error = 0, worst_full = 0;
    int compared = 0;
    cubic(number_of(member(truth, "lattice"), "a"), cell);
    table t = table_of(member(block, "rows"));
    grain g = grain_new(truth, &t, (int)number_of(block, "orientation"), 0, cell, DT_F64);
    dt_tensor *six = dt_parameter(g.tape, DT_F64, 1, (int64_t[]){6}, NULL);
    dt_tensor *nine = dt_parameter(g.tape, DT_F64, 2, (int64_t[]){3, 3}, NULL);
    dt_tensor *lattice = dt_strained_lattice(dt_strained_lattice(g.lattice, six), nine);
    dt_oscillation o = dt_omegas_from_reflections(g.hkl, lattice, g.rotation, g.energy, &g.options);
    const double *omega = dt_data_f64(o.omega), *by_six = jacobian(o.omega, six);
    const double *by_nine = jacobian(o.omega, nine);
    static const int place[6][2] = {{0, 0}, {4, 4}, {8, 8}, {5, 7}, {2, 6}, {1, 3}};
    for (int64_t i = 0; i < 2 * t.rows; i++) {
        cr_assert(fabs(omega[i] - at(&t, i / 2, 3 + i % 2)) <= 2e-14);
        for (int k = 0; k < 6; k++) {
            note(by_six[6 * i + k], at(&t, i / 2, 5 + 6 * (i % 2) + k), &worst_error, &compared);
            double sum = by_nine[9 * i + place[k][0]];
            sum += k < 3 ? 0 : by_nine[9 * i + place[k][1]];
            worst_full = fmax(worst_full, fabs(sum - by_six[6 * i + k]));
        }
    }
    cr_log_info("strain: worst %.3g of %d", worst_error, compared);
    cr_assert_eq(compared, 34 * 12);
    cr_assert(worst_error <= 1e-12, "%.3g", worst_error);
    cr_assert(worst_full <= 1e-13, "symmetric pairs of the full strain: %.3g", worst_full);
    dt_tape_free(g.tape);
    free(t.x);
    cJSON_Delete(truth);
}

Test(hedm_truth, a_triclinic_cell_agrees_in_vectors_angles_and_cell_gradients) {
    cJSON *truth = open_truth();
    const cJSON *block = member(truth, "triclinic");
    table given = table_of(member(block, "cell_angstrom_deg")), t = table_of(member(block, "rows"));
    double worst_vector = 0, worst_error = 0, worst_omega = 0;
    int compared = 0;
    for (int i = 3; i < 6; i++) {
        given.x[i] *= pi / 180;
    }
    grain g = grain_new(truth, &t, (int)number_of(block, "orientation"), 0, given.x, DT_F64);
    dt_oscillation o =
        dt_omegas_from_reflections(g.hkl, g.lattice, g.rotation, g.energy, &g.options);
    const double *unrotated =
        dt_data_f64(dt_scattering_vectors(g.hkl, g.lattice, dt_eye(g.tape, DT_F64, 3)));
    const double *omega = dt_data_f64(o.omega), *by_cell = jacobian(o.omega, g.cell);
    for (int64_t i = 0; i < t.rows; i++) {
        for (int d = 0; d < 3; d++) {
            worst_vector = fmax(worst_vector, fabs(unrotated[3 * i + d] - at(&t, i, 3 + d)));
        }
        for (int k = 0; k < 2; k++) {
            worst_omega = fmax(worst_omega, fabs(omega[2 * i + k] - at(&t, i, 6 + k)));
            for (int p = 0; p < 6; p++) {
                note(by_cell[6 * (2 * i + k) + p], at(&t, i, 8 + 6 * k + p), &worst_error,
                     &compared);
            }
        }
    }
    cr_log_info("triclinic: g0 %.3g, omega %.3g, gradients %.3g of %d", worst_vector, worst_omega,
                worst_error, compared);
    cr_assert_eq(compared, 32 * 12);
    cr_assert(worst_vector <= 1e-13, "g0: %.3g 1/Angstrom", worst_vector);
    cr_assert(worst_omega <= 2e-14, "omega: %.3g rad", worst_omega);
    cr_assert(worst_error <= 1e-12, "%.3g", worst_error);
    dt_tape_free(g.tape);
    free(t.x);
    free(given.x);
    cJSON_Delete(truth);
}

/* -- forward to the detector ------------------------------------------------------------------- */

/* Column of dJ/d(parameter) and number of elements, for the tensors below in order; K comes 19
 * columns later. */
enum { N_PARAMETERS = 9 };
static const struct {
    int column, size;
} forward_columns[N_PARAMETERS] = {{7, 3},  {10, 1}, {11, 1}, {12, 1}, {13, 3},
                                   {16, 3}, {19, 3}, {22, 2}, {24, 2}};

Test(hedm_truth, detector_positions_agree_to_1e_9_pixels_with_38_gradients) {
    cJSON *truth = open_truth();
    const cJSON *block = member(truth, "forward"), *d = member(block, "detector");
    table t = table_of(member(block, "rows")), vertex = table_of(member(block, "vertex_mm"));
    table location = table_of(member(d, "location_mm")),
          angles = table_of(member(d, "euler_zxz_deg"));
    table center = table_of(member(d, "beam_center_px")), size = table_of(member(d, "pixel_mm"));
    double cell[6], edge = number_of(member(truth, "lattice"), "a"), worst_pixel = 0,
                    worst_error = 0;
    int compared = 0;
    cubic(edge, cell);
    for (int i = 0; i < 3; i++) {
        angles.x[i] *= pi / 180;
    }
    grain g = grain_new(truth, &t, (int)number_of(block, "orientation"),
                        number_of(block, "chi_rad"), cell, DT_F64);
    dt_tape *tape = g.tape;
    const int64_t three[] = {3}, two[] = {2};
    dt_tensor *a = dt_parameter(tape, DT_F64, 0, NULL, &edge), *right = dt_scalar(tape, pi / 2);
    dt_tensor *cube = dt_stack(6, (dt_tensor *const[]){a, a, a, right, right, right}, 0);
    dt_tensor *p[] = {g.turn,
                      a,
                      g.energy,
                      g.chi,
                      dt_parameter(tape, DT_F64, 1, three, vertex.x),
                      dt_parameter(tape, DT_F64, 1, three, location.x),
                      dt_parameter(tape, DT_F64, 1, three, angles.x),
                      dt_parameter(tape, DT_F64, 1, two, center.x),
                      dt_parameter(tape, DT_F64, 1, two, size.x)};
    dt_oscillation o = dt_omegas_from_reflections(g.hkl, dt_reciprocal_lattice(cube), g.rotation,
                                                  g.energy, &g.options);
    dt_panel panel = {.location = p[5],
                      .rotation = dt_rotation_from_euler(p[6], "ZXZ"),
                      .beam_center = p[7],
                      .pixel_size = p[8]};
    dt_spots spots = dt_detector_spots(&panel, &o, p[4], g.energy, &g.options);
    const double *pixel = dt_data_f64(spots.pixel);
    const bool *hit = dt_data_bool(spots.hit);
    tape_is_fine(tape);
    for (int k = 0; k < N_PARAMETERS; k++) {
        const double *by = jacobian(spots.pixel, p[k]);
        int n = forward_columns[k].size;
        for (int64_t i = 0; i < t.rows; i++) {
            int64_t spot = 2 * i + (int64_t)at(&t, i, 3) - 1;
            cr_assert(hit[spot]);
            for (int c = 0; c < 2; c++) {
                worst_pixel = fmax(worst_pixel, fabs(pixel[2 * spot + c] - at(&t, i, 5 + c)));
                for (int e = 0; e < n; e++) {
                    note(by[(2 * spot + c) * n + e],
                         at(&t, i, forward_columns[k].column + 19 * c + e), &worst_error,
                         &compared);
                }
            }
        }
    }
    cr_log_info("detector: %.3g px, gradients %.3g of %d", worst_pixel, worst_error, compared);
    cr_assert_eq(compared, 46 * 38, "%d", compared);
    cr_assert(worst_pixel <= 1e-9, "%.3g px", worst_pixel);
    cr_assert(worst_error <= 1e-9, "%.3g", worst_error);
    dt_tape_free(tape);
    free(t.x), free(vertex.x), free(location.x), free(angles.x), free(center.x), free(size.x);
    cJSON_Delete(truth);
}
