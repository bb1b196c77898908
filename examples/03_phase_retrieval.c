/* 03_phase_retrieval.c - a complex object from intensities of its Fourier transform: the detector
 * loses the phases, known curved waves on the object and L-BFGS find them again. */
#include <difftape/difftape.h>

#include <math.h>
#include <stdio.h>

enum { SIDE = 8, DETECTOR = 16, WAVES = 3 };

struct experiment {
    dt_c128 wave[WAVES][SIDE][SIDE];        /* what falls on the object */
    double seen[WAVES][DETECTOR][DETECTOR]; /* amplitudes, the roots of measured intensities */
};

/* Amplitudes |F(wave z)| of an object z (SIDE, SIDE) in each wave, zero-padded to the detector. */
static dt_tensor *amplitudes(const struct experiment *e, dt_tape *tape, dt_tensor *z) {
    dt_tensor *wave = dt_constant(tape, DT_C128, 3, (int64_t[]){WAVES, SIDE, SIDE}, e->wave);
    dt_tensor *field =
        dt_pad(dt_pad(dt_mul(wave, z), 1, 0, DETECTOR - SIDE, 0), 2, 0, DETECTOR - SIDE, 0);
    return dt_abs(dt_fft(field, DT_AXES(1, 2), DT_FFT_ORTHO));
}

/* Mean squared difference of amplitudes; in[0] is the object. */
static dt_tensor *loss(void *user, dt_tape *tape, dt_tensor *const *in) {
    const struct experiment *e = user;
    dt_tensor *seen = dt_constant(tape, DT_F64, 3, (int64_t[]){WAVES, DETECTOR, DETECTOR}, e->seen);
    return dt_mean(dt_square(dt_sub(amplitudes(e, tape, in[0]), seen)), DT_ALL);
}

/* Curved waves, an object of amplitudes and phases, what the detector sees, and a flat start. */
static dt_status measure(struct experiment *e, dt_c128 truth[SIDE][SIDE], dt_c128 start[SIDE][SIDE],
                         dt_error *error) {
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            double size = 1 + 0.5 * cos(2.0 * i - j), phase = 1.5 * sin(i + 2 * j);
            truth[i][j] = (dt_c128){size * cos(phase), size * sin(phase)};
            start[i][j] = (dt_c128){1, 0};
            for (int w = 0; w < WAVES; w++) {
                double bend = 0.3 * (w + 1) * ((i - 3.5) * (i - 3.5) + (j - 3.5) * (j - 3.5));
                e->wave[w][i][j] = (dt_c128){cos(bend), sin(bend)};
            }
        }
    }
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *z = dt_constant(tape, DT_C128, 2, (int64_t[]){SIDE, SIDE}, truth);
    const dt_array seen = dt_array_of(amplitudes(e, tape, z));
    const dt_array target = dt_array_wrap(DT_F64, seen.ndim, seen.shape, e->seen);
    *error = *dt_tape_error(tape);
    dt_array_copy(&target, &seen, error); /* keeps an error that is there */
    return dt_tape_free(tape), error->status;
}

/* |sum conj(a) b| / (|a| |b|): 1 if they agree but for a global phase, which nobody can see. */
static double overlap(const dt_c128 *a, const dt_c128 *b, int n) {
    double re = 0, im = 0, aa = 0, bb = 0;
    for (int i = 0; i < n; i++) {
        re += a[i].re * b[i].re + a[i].im * b[i].im, im += a[i].re * b[i].im - a[i].im * b[i].re;
        aa += a[i].re * a[i].re + a[i].im * a[i].im, bb += b[i].re * b[i].re + b[i].im * b[i].im;
    }
    return hypot(re, im) / sqrt(aa * bb);
}

int main(void) {
    static struct experiment e;
    static dt_c128 truth[SIDE][SIDE], found[SIDE][SIDE];
    const dt_array z = dt_array_wrap(DT_C128, 2, (int64_t[]){SIDE, SIDE}, found);
    const dt_unknown object = {.name = "object", .value = z};
    const dt_optimize_options options = {.method = DT_LBFGS, .max_iterations = 500};
    dt_error error = DT_ERROR_INIT;
    dt_optimizer *o = NULL;
    if (measure(&e, truth, found, &error) == DT_OK &&
        dt_optimizer_new(loss, &e, 1, &object, &options, &o, &error) == DT_OK &&
        dt_optimizer_run(o, &error) == DT_OK && dt_optimizer_get(o, 0, &z, &error) == DT_OK) {
        printf("%s\nloss %.2e\n", dt_optimizer_report(o)->reason, dt_optimizer_report(o)->loss);
    }
    dt_optimizer_free(o);
    double missing = 1 - overlap(&truth[0][0], &found[0][0], SIDE * SIDE);
    printf("1 - overlap with the true object: %.1e\n%s", missing, error.message);
    return error.status == DT_OK && missing < 1e-10 ? 0 : 1;
}
