/* 02_least_squares.c - a straight line through points with errors, and the standard deviations of
 * slope and intercept, checked against the formulas of the textbook. */
#include <difftape/difftape.h>

#include <math.h>
#include <stdio.h>

enum { POINTS = 8 };

/* Lattice parameter (Angstrom) against temperature (100 K), each with its standard deviation. */
static const double temperature[POINTS] = {0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4};
static const double measured[POINTS] = {5.4021, 5.4049, 5.4067, 5.4098,
                                        5.4119, 5.4152, 5.4170, 5.4201};
static const double sigma[POINTS] = {3e-4, 2e-4, 3e-4, 2e-4, 2e-4, 3e-4, 2e-4, 4e-4};

/* Residuals in units of their errors; in[0] is (intercept, slope). */
static dt_tensor *residuals(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    const int64_t n = POINTS;
    dt_tensor *x = dt_constant(tape, DT_F64, 1, &n, temperature);
    dt_tensor *y = dt_constant(tape, DT_F64, 1, &n, measured);
    dt_tensor *s = dt_constant(tape, DT_F64, 1, &n, sigma);
    dt_tensor *line = dt_add(dt_select(in[0], 0, 0), dt_mul(dt_select(in[0], 0, 1), x));
    return dt_div(dt_sub(line, y), s);
}

/* Fits p = (intercept, slope) and its covariance. */
static dt_status fit(double p[2], double covariance[2][2], dt_error *error) {
    const int64_t two = 2;
    const dt_array values = dt_array_wrap(DT_F64, 1, &two, p);
    const dt_array matrix = dt_array_wrap(DT_F64, 2, (int64_t[]){2, 2}, covariance);
    const dt_unknown unknown = {.name = "line", .value = values};
    const dt_optimize_options options = {.method = DT_LEVENBERG_MARQUARDT};
    dt_optimizer *o = NULL;
    if (dt_optimizer_new(residuals, NULL, 1, &unknown, &options, &o, error) == DT_OK &&
        dt_optimizer_run(o, error) == DT_OK && dt_optimizer_get(o, 0, &values, error) == DT_OK &&
        dt_optimizer_covariance(o, false, &matrix, error) == DT_OK) {
        const dt_optimize_report *report = dt_optimizer_report(o);
        printf("%s\nchi^2 %.4f for %d points and 2 unknowns\n", report->reason, 2 * report->loss,
               POINTS);
    }
    dt_optimizer_free(o);
    return error->status;
}

/* (sum of w)(sum of w x^2) - (sum of w x)^2 and so on: the weighted line in closed form. */
static void textbook(double p[2], double deviation[2]) {
    double w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0;
    for (int i = 0; i < POINTS; i++) {
        double weight = 1 / (sigma[i] * sigma[i]), x = temperature[i], y = measured[i];
        w += weight, wx += weight * x, wy += weight * y;
        wxx += weight * x * x, wxy += weight * x * y;
    }
    double determinant = w * wxx - wx * wx;
    p[0] = (wxx * wy - wx * wxy) / determinant, p[1] = (w * wxy - wx * wy) / determinant;
    deviation[0] = sqrt(wxx / determinant), deviation[1] = sqrt(w / determinant);
}

int main(void) {
    double p[2] = {5, 0}, covariance[2][2], expected[2], deviation[2], worst = 0;
    dt_error error = DT_ERROR_INIT;
    if (fit(p, covariance, &error) != DT_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    textbook(expected, deviation);
    for (int i = 0; i < 2; i++) {
        double s = sqrt(covariance[i][i]);
        printf("%-9s %.6f +- %.6f   textbook %.6f +- %.6f\n", i == 0 ? "intercept" : "slope", p[i],
               s, expected[i], deviation[i]);
        worst = fmax(worst, fmax(fabs(p[i] - expected[i]), fabs(s - deviation[i])));
    }
    printf("largest difference %.1e\n", worst);
    return worst < 1e-9 ? 0 : 1;
}
