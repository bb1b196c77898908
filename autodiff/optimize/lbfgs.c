/* lbfgs.c - limited-memory BFGS.
 * Source: J. Nocedal, S. J. Wright, Numerical Optimization, 2nd ed., algorithm 7.4 and 7.5. Written
 * here rather than taken from a library because its whole state is an array: a run can be saved
 * and continues bit for bit. */
#include "line_search.h"
#include "optimizer.h"

#include <math.h>
#include <string.h>

/* State: number of pairs kept, slot of the newest, then per slot s (n), y (n) and 1 / s.y. */
enum { COUNT, NEWEST, PAIRS };

static int64_t stride(const dt_optimizer *o) {
    return 2 * o->n + 1;
}

static int64_t state_size(const dt_optimizer *o) {
    return PAIRS + o->options.memory * stride(o);
}

static void start(dt_optimizer *o) {
    memset(o->state, 0, (size_t)o->n_state * sizeof *o->state);
}

/* The pair `age` iterations old (0: the newest). */
static double *pair(const dt_optimizer *o, int age) {
    int slot = ((int)o->state[NEWEST] - age + o->options.memory) % o->options.memory;
    return o->state + PAIRS + slot * stride(o);
}

/* direction = -H g by the two-loop recursion. */
static void find_direction(const dt_optimizer *o, double *direction) {
    int64_t n = o->n;
    int count = (int)o->state[COUNT];
    double weight[DTI_MOST_PAIRS];
    for (int64_t i = 0; i < n; i++) {
        direction[i] = -o->g[i];
    }
    for (int k = 0; k < count; k++) {
        const double *s = pair(o, k), *y = s + n;
        weight[k] = y[n] * dti_vector_dot(n, s, direction);
        for (int64_t i = 0; i < n; i++) {
            direction[i] -= weight[k] * y[i];
        }
    }
    if (count > 0) {
        const double *y = pair(o, 0) + n;
        double scale = 1 / (y[n] * dti_vector_dot(n, y, y));
        for (int64_t i = 0; i < n; i++) {
            direction[i] *= scale;
        }
    }
    for (int k = count - 1; k >= 0; k--) {
        const double *s = pair(o, k), *y = s + n;
        double correction = weight[k] - y[n] * dti_vector_dot(n, y, direction);
        for (int64_t i = 0; i < n; i++) {
            direction[i] += correction * s[i];
        }
    }
}

/* Keep the pair of the last step unless its curvature is lost in rounding. */
static void remember(dt_optimizer *o, const double *s, const double *y) {
    double curvature = dti_vector_dot(o->n, s, y);
    if (!(curvature > 1e-14 * dti_vector_norm(o->n, s) * dti_vector_norm(o->n, y))) {
        return;
    }
    int memory = o->options.memory, count = (int)o->state[COUNT];
    o->state[NEWEST] = (double)(((int)o->state[NEWEST] + 1) % memory);
    o->state[COUNT] = count < memory ? count + 1 : memory;
    double *slot = pair(o, 0);
    memcpy(slot, s, (size_t)o->n * sizeof *s);
    memcpy(slot + o->n, y, (size_t)o->n * sizeof *y);
    slot[2 * o->n] = 1 / curvature;
}

static void iterate(dt_optimizer *o) {
    int64_t n = o->n;
    double *direction = o->work, *u = direction + n, *g = u + n, *s = g + n, *y = s + n;
    find_direction(o, direction);
    double slope = dti_vector_dot(n, direction, o->g);
    if (!(slope < 0)) { /* the pairs no longer describe the function: steepest descent again */
        o->state[COUNT] = 0;
        find_direction(o, direction);
        slope = dti_vector_dot(n, direction, o->g);
    }
    double length = o->state[COUNT] == 0 ? fmin(1, 1 / dti_vector_norm(n, o->g)) : 1;
    struct dti_line line = {.o = o, .direction = direction, .slope = slope, .u = u, .g = g};
    length = dti_line_search(&line, length);
    if (!(length > 0)) {
        o->step = 0;
        if (o->error.status == DT_OK) {
            dti_stop(o, DT_STOP_LINE_SEARCH,
                     "no step along the search direction lowers the loss: slope %.2g, rounding or "
                     "a wrong gradient",
                     slope);
        }
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        s[i] = u[i] - o->u[i];
        y[i] = g[i] - o->g[i];
    }
    remember(o, s, y);
    o->step = dti_vector_norm(n, s);
    o->loss = line.loss;
    memcpy(o->u, u, (size_t)n * sizeof *u);
    memcpy(o->g, g, (size_t)n * sizeof *g);
}

const struct dti_method dti_method_lbfgs = {"L-BFGS", state_size, start, iterate};
