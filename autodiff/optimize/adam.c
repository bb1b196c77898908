/* adam.c - Adam. Source: D. P. Kingma, J. Ba, arXiv:1412.6980 (2015), algorithm 1. */
#include "optimizer.h"

#include <math.h>
#include <string.h>

/* State: first moments (n), second moments (n), number of steps taken. */
static int64_t state_size(const dt_optimizer *o) {
    return 2 * o->n + 1;
}

static void start(dt_optimizer *o) {
    memset(o->state, 0, (size_t)o->n_state * sizeof *o->state);
}

static void iterate(dt_optimizer *o) {
    const dt_optimize_options *p = &o->options;
    double *m = o->state, *v = m + o->n, *steps = v + o->n, *step = o->work;
    *steps += 1;
    double bias1 = 1 - pow(p->beta1, *steps), bias2 = 1 - pow(p->beta2, *steps);
    for (int64_t i = 0; i < o->n; i++) {
        m[i] = p->beta1 * m[i] + (1 - p->beta1) * o->g[i];
        v[i] = p->beta2 * v[i] + (1 - p->beta2) * o->g[i] * o->g[i];
        step[i] = -p->learning_rate * (m[i] / bias1) / (sqrt(v[i] / bias2) + p->epsilon);
        o->u[i] += step[i];
    }
    o->step = dti_vector_norm(o->n, step);
    o->loss = dti_optimizer_loss(o, o->u, o->g);
}

const struct dti_method dti_method_adam = {"Adam", state_size, start, iterate};
