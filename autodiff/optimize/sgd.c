/* sgd.c - gradient descent with momentum, classical or Nesterov's.
 * Source: I. Sutskever, J. Martens, G. Dahl, G. Hinton, On the importance of initialization and
 * momentum in deep learning, ICML (2013), section 2. */
#include "optimizer.h"

#include <string.h>

/* State: velocity (n). */
static int64_t state_size(const dt_optimizer *o) {
    return o->n;
}

static void start(dt_optimizer *o) {
    memset(o->state, 0, (size_t)o->n_state * sizeof *o->state);
}

static void iterate(dt_optimizer *o) {
    const dt_optimize_options *p = &o->options;
    double *velocity = o->state, *step = o->work;
    for (int64_t i = 0; i < o->n; i++) {
        double push = -p->learning_rate * o->g[i];
        velocity[i] = p->momentum * velocity[i] + push;
        step[i] = p->nesterov ? p->momentum * velocity[i] + push : velocity[i];
        o->u[i] += step[i];
    }
    o->step = dti_vector_norm(o->n, step);
    o->loss = dti_optimizer_loss(o, o->u, o->g);
}

const struct dti_method dti_method_sgd = {"gradient descent", state_size, start, iterate};
