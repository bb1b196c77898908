/* bench_chain.c - structure factors with gradients, on the tape and in hand-written loops. */
#include "bench_chain.h"

#include <difftape/checkpoint.h>

#include "kernels/kernels.h"
#include "random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct chain *chain_new(int64_t n_q, int64_t n_atoms) {
    struct chain *c = calloc(1, sizeof *c);
    double *memory = malloc((size_t)(4 * n_q + 9 * n_atoms) * sizeof *memory);
    if (c == NULL || memory == NULL) {
        free(c);
        free(memory);
        return NULL;
    }
    *c = (struct chain){.n_q = n_q, .n_atoms = n_atoms, .q = memory, .tape = dt_tape_new(NULL)};
    c->r = c->q + 3 * n_q;
    c->b = c->r + 3 * n_atoms;
    c->f = c->b + n_atoms;
    c->by_r = c->f + n_atoms;
    c->by_b = c->by_r + 3 * n_atoms;
    c->intensity = c->by_b + n_atoms;
    for (int64_t k = 0; k < 3 * n_q; k++) {
        c->q[k] = dti_random_normal(1, (uint64_t)k);
    }
    for (int64_t k = 0; k < 3 * n_atoms; k++) {
        c->r[k] = 10 * dti_random_normal(2, (uint64_t)k);
    }
    for (int64_t k = 0; k < n_atoms; k++) {
        c->b[k] = 0.1 + 0.2 * dti_random_uniform(3, (uint64_t)k);
        c->f[k] = 6 + 2 * dti_random_uniform(4, (uint64_t)k);
    }
    c->r_p = dt_parameter(c->tape, DT_F64, 2, (const int64_t[]){n_atoms, 3}, c->r);
    c->b_p = dt_parameter(c->tape, DT_F64, 1, &n_atoms, c->b);
    c->mark = dt_tape_mark(c->tape);
    return c;
}

void chain_free(struct chain *c) {
    dt_tape_free(c->tape);
    free(c->q);
    free(c);
}

/* -- on the tape ------------------------------------------------------------------------------- */

static dt_tensor *intensity(dt_tensor *q, dt_tensor *r, dt_tensor *b, dt_tensor *f) {
    dt_tensor *q2 = dt_expand_dims(dt_sum(dt_square(q), 1), 1);
    dt_tensor *phase = dt_cis(dt_matmul_flags(q, DT_N, r, DT_T));
    dt_tensor *amplitude = dt_mul(f, dt_exp(dt_mul(dt_neg(q2), b)));
    return dt_abs2(dt_sum(dt_mul(amplitude, phase), 1));
}

void chain_forward(void *context) {
    struct chain *c = context;
    dt_tape_rewind(c->tape, c->mark);
    const dt_array q = dt_array_wrap(DT_F64, 2, (const int64_t[]){c->n_q, 3}, c->q);
    const dt_array f = dt_array_wrap(DT_F64, 1, &c->n_atoms, c->f);
    c->y = intensity(dt_constant_view(c->tape, &q), c->r_p, c->b_p, dt_constant_view(c->tape, &f));
    dt_data(c->y);
}

void chain_forward_and_back(void *context) {
    struct chain *c = context;
    chain_forward(c);
    dt_tape_zero_gradients(c->tape);
    dt_backward(dt_sum(c->y, DT_ALL));
}

/* -- by hand ----------------------------------------------------------------------------------- */

enum { BLOCK = DTI_TILE }; /* most atoms */

/* One point: amplitudes f exp(-q^2 B) and phases of a block of atoms, and their sum. */
struct row {
    double amplitude[BLOCK], cosine[BLOCK], sine[BLOCK], work[BLOCK];
};

static void one_row(const struct chain *c, const double *q, struct row *t, double *re, double *im) {
    int64_t n = c->n_atoms;
    double q2 = q[0] * q[0] + q[1] * q[1] + q[2] * q[2], x = 0, y = 0;
    for (int64_t j = 0; j < n; j++) {
        t->work[j] = q[0] * c->r[3 * j] + q[1] * c->r[3 * j + 1] + q[2] * c->r[3 * j + 2];
    }
    dti_k_cos[DT_F64](n, t->cosine, (const void *const[]){t->work}, NULL);
    dti_k_sin[DT_F64](n, t->sine, (const void *const[]){t->work}, NULL);
    for (int64_t j = 0; j < n; j++) {
        t->work[j] = -q2 * c->b[j];
    }
    dti_k_exp[DT_F64](n, t->amplitude, (const void *const[]){t->work}, NULL);
    for (int64_t j = 0; j < n; j++) {
        t->amplitude[j] *= c->f[j];
        x += t->amplitude[j] * t->cosine[j];
        y += t->amplitude[j] * t->sine[j];
    }
    *re = x;
    *im = y;
}

void chain_by_hand(void *context) {
    struct chain *c = context;
    struct row t;
    for (int64_t k = 0; k < c->n_q; k++) {
        double re, im;
        one_row(c, c->q + 3 * k, &t, &re, &im);
        c->intensity[k] = re * re + im * im;
    }
}

void chain_by_hand_and_back(void *context) {
    struct chain *c = context;
    struct row t;
    memset(c->by_r, 0, (size_t)(4 * c->n_atoms) * sizeof *c->by_r); /* by_b follows by_r */
    for (int64_t k = 0; k < c->n_q; k++) {
        const double *q = c->q + 3 * k;
        double re, im, q2 = q[0] * q[0] + q[1] * q[1] + q[2] * q[2];
        one_row(c, q, &t, &re, &im);
        c->intensity[k] = re * re + im * im;
        for (int64_t j = 0; j < c->n_atoms; j++) {
            double along = 2 * t.amplitude[j] * (re * t.cosine[j] + im * t.sine[j]);
            double across = 2 * t.amplitude[j] * (im * t.cosine[j] - re * t.sine[j]);
            c->by_b[j] -= q2 * along;
            c->by_r[3 * j] += across * q[0];
            c->by_r[3 * j + 1] += across * q[1];
            c->by_r[3 * j + 2] += across * q[2];
        }
    }
}

static double difference(int64_t n, const double *a, const double *b) {
    double worst = 0, largest = 0;
    for (int64_t k = 0; k < n; k++) {
        worst = fmax(worst, fabs(a[k] - b[k]));
        largest = fmax(largest, fabs(b[k]));
    }
    return worst / largest;
}

double chain_error(struct chain *c) {
    chain_by_hand_and_back(c);
    chain_forward_and_back(c);
    double value = difference(c->n_q, dt_data_f64(c->y), c->intensity);
    double r = difference(3 * c->n_atoms, dt_data_f64(dt_gradient(c->r_p)), c->by_r);
    double b = difference(c->n_atoms, dt_data_f64(dt_gradient(c->b_p)), c->by_b);
    return fmax(value, fmax(r, b));
}

/* -- memory ------------------------------------------------------------------------------------ */

static dt_tensor *rows(void *user, dt_tape *tape, int64_t begin, int64_t end,
                       dt_tensor *const *in) {
    const struct chain *c = user;
    const dt_array q =
        dt_array_wrap(DT_F64, 2, (const int64_t[]){end - begin, 3}, c->q + 3 * begin);
    const dt_array f = dt_array_wrap(DT_F64, 1, &c->n_atoms, c->f);
    return intensity(dt_constant_view(tape, &q), in[0], in[1], dt_constant_view(tape, &f));
}

double chain_peak(int64_t n_q) {
    struct chain *c = chain_new(n_q, 256);
    if (c == NULL) {
        return NAN;
    }
    dt_tensor *in[] = {c->r_p, c->b_p};
    dt_tensor *y = dt_map_batches(rows, c, 2, in, n_q, 25);
    dt_backward_from(y, dt_full(c->tape, DT_F64, 1, &n_q, 1));
    double peak = (double)dt_tape_get_stats(c->tape).bytes_peak - 2.0 * 8 * (double)n_q;
    bool good = dt_tape_status(c->tape) == DT_OK;
    chain_free(c);
    return good ? peak : NAN;
}
