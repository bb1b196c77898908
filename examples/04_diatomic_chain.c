/* 04_diatomic_chain.c - springs of a chain of two kinds of atoms fitted to its phonon frequencies;
 * the dispersion is checked against the analytic curve. */
#include <difftape/difftape.h>

#include <math.h>
#include <stdio.h>

enum { WAVEVECTORS = 12 };
static const double pi = 3.141592653589793, mass[2] = {1.0, 2.5};

/* Wavevector k a in (0, pi]; 0 is left out: a frequency of 0 has no derivative. */
static double wavevector(int i) {
    return pi * (i + 1) / WAVEVECTORS;
}

/* D(k), (WAVEVECTORS, 2, 2), for springs K within and K' between cells: D_11 = (K + K')/m, D_22 =
 * (K + K')/m', D_21 = -(K + K' exp(i k a)) / sqrt(m m'), D_12 its conjugate. */
static dt_tensor *dynamical_matrix(dt_tape *tape, dt_tensor *within, dt_tensor *between) {
    const int64_t n = WAVEVECTORS, matrices[] = {WAVEVECTORS, 2, 2};
    double ka[WAVEVECTORS];
    for (int i = 0; i < WAVEVECTORS; i++) {
        ka[i] = wavevector(i);
    }
    double mixed = 1 / sqrt(mass[0] * mass[1]);
    dt_tensor *phase = dt_cis(dt_constant(tape, DT_F64, 1, &n, ka));
    dt_tensor *both = dt_add(within, between);
    dt_tensor *below = dt_scale(dt_add(within, dt_mul(between, phase)), -mixed);
    dt_tensor *ones = dt_ones(tape, DT_C128, 1, &n); /* equal types for dt_stack */
    dt_tensor *first = dt_mul(ones, dt_scale(both, 1 / mass[0]));
    dt_tensor *second = dt_mul(ones, dt_scale(both, 1 / mass[1]));
    dt_tensor *entries[] = {first, dt_conj(below), below, second};
    return dt_reshape(dt_stack(4, entries, -1), 3, matrices);
}

/* Branch b of w(k) = sqrt(s -+ sqrt(s^2 - 4 K K' sin^2(ka/2) / (m m'))), with s = (K + K')(1/m +
 * 1/m')/2: C. Kittel, Introduction to Solid State Physics, chapter 4, with two springs. */
static double analytic(double k1, double k2, double ka, int branch) {
    double s = (k1 + k2) * (1 / mass[0] + 1 / mass[1]) / 2, half = sin(ka / 2);
    double root = sqrt(s * s - 4 * k1 * k2 * half * half / (mass[0] * mass[1]));
    return sqrt(branch == 0 ? s - root : s + root);
}

/* Calculated minus measured frequencies; in[0] and in[1] are the springs. */
static dt_tensor *residuals(void *user, dt_tape *tape, dt_tensor *const *in) {
    dt_tensor *w = dt_sqrt(dt_eigvalsh(dynamical_matrix(tape, in[0], in[1])));
    return dt_sub(w, dt_constant(tape, DT_F64, 2, (int64_t[]){WAVEVECTORS, 2}, user));
}

int main(void) {
    double measured[WAVEVECTORS][2], found[2] = {2.0, 2.5}, worst = 0;
    for (int i = 0; i < 2 * WAVEVECTORS; i++) {
        measured[i / 2][i % 2] = analytic(1.3, 3.1, wavevector(i / 2), i % 2);
    }
    const dt_array k1 = dt_array_wrap(DT_F64, 0, NULL, &found[0]);
    const dt_array k2 = dt_array_wrap(DT_F64, 0, NULL, &found[1]);
    const dt_unknown springs[] = {{.name = "spring within", .value = k1, .upper = INFINITY},
                                  {.name = "spring between", .value = k2, .upper = INFINITY}};
    const dt_optimize_options options = {.method = DT_LEVENBERG_MARQUARDT,
                                         .gradient_tolerance = 1e-13};
    dt_error error = DT_ERROR_INIT;
    dt_optimizer *o = NULL;
    if (dt_optimizer_new(residuals, measured, 2, springs, &options, &o, &error) == DT_OK &&
        dt_optimizer_run(o, &error) == DT_OK && dt_optimizer_get(o, 0, &k1, &error) == DT_OK) {
        dt_optimizer_get(o, 1, &k2, &error);
        printf("%s\n", dt_optimizer_report(o)->reason);
    }
    dt_optimizer_free(o);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *d = dynamical_matrix(tape, dt_scalar(tape, found[0]), dt_scalar(tape, found[1]));
    const double *w = dt_data_f64(dt_sqrt(dt_eigvalsh(d)));
    for (int i = 0; w != NULL && i < 2 * WAVEVECTORS; i++) {
        worst = fmax(worst, fabs(w[i] - measured[i / 2][i % 2]));
    }
    printf("springs %.12f and %.12f (made with 1.3 and 3.1)\n", found[0], found[1]);
    printf("largest deviation from the analytic curve %.1e\n", worst);
    int good = error.status == DT_OK && dt_tape_status(tape) == DT_OK && worst < 1e-10;
    fprintf(stderr, "%s%s", error.message, dt_tape_message(tape));
    dt_tape_free(tape);
    return good ? 0 : 1;
}
