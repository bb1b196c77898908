/* levenberg_marquardt.c - damped Gauss-Newton steps for sums of squares.
 * Sources: H. B. Nielsen, Damping parameter in Marquardt's method, IMM-REP-1999-05, Technical
 * University of Denmark (1999); J. J. More, The Levenberg-Marquardt algorithm, in Numerical
 * Analysis, Lecture Notes in Mathematics 630 (1978) 105 (scaling that never falls). */
#include "normal_equations.h"
#include "optimizer.h"

#include <math.h>
#include <string.h>

/* State: damping relative to the diagonal of J^T J, the factor it next grows by, and the largest
 * that every number of the diagonal has been: damped by that, an unknown whose influence fades does
 * not run away in ever longer steps. */
enum { DAMPING, GROWTH, LARGEST };

/* Beyond this damping a step is a tiny one along the gradient: nothing lowers the loss. */
#define LARGEST_DAMPING 1e16

static int64_t state_size(const dt_optimizer *o) {
    return LARGEST + o->n;
}

static void start(dt_optimizer *o) {
    o->state[DAMPING] = o->options.damping;
    o->state[GROWTH] = 2;
    memset(o->state + LARGEST, 0, (size_t)o->n * sizeof *o->state);
}

/* Accept the trial point: new loss and gradient, and less damping the better the prediction. */
static void accept(dt_optimizer *o, const double *step, const double *u, double loss, double gain) {
    o->state[DAMPING] *= fmax(1.0 / 3, 1 - pow(2 * gain - 1, 3));
    o->state[GROWTH] = 2;
    o->step = dti_vector_norm(o->n, step);
    memcpy(o->u, u, (size_t)o->n * sizeof *u);
    o->loss = loss;
}

static void iterate(dt_optimizer *o) {
    int64_t n = o->n;
    double *step = o->work, *u = step + n, *g = u + n, *diagonal = g + n;
    struct dti_normal normal;
    if (!dti_normal_new(o, &normal)) {
        return;
    }
    dti_normal_scale(o, &normal, o->state + LARGEST);
    while (o->error.status == DT_OK && o->state[DAMPING] < LARGEST_DAMPING) {
        double damping = o->state[DAMPING];
        bool solved = dti_normal_solve(o, &normal, damping, step, diagonal);
        double promised = 0;
        for (int64_t i = 0; i < n && solved; i++) {
            promised += step[i] * (damping * diagonal[i] * step[i] - o->g[i]) / 2;
            u[i] = o->u[i] + step[i];
        }
        double loss = solved ? dti_optimizer_squares(o, u, g) : INFINITY;
        double gain = (o->loss - loss) / promised;
        if (solved && loss < o->loss && gain > 0) {
            accept(o, step, u, loss, gain);
            memcpy(o->g, g, (size_t)n * sizeof *g);
            dti_normal_free(&normal);
            return;
        }
        if (solved && promised <= 1e-15 * o->loss) {
            o->step = 0; /* what is left to gain is rounding */
            dti_stop(o, DT_STOP_LOSS, "the loss cannot fall by more than %.1e of itself",
                     o->loss > 0 ? promised / o->loss : 0.0);
            dti_normal_free(&normal);
            return;
        }
        o->state[DAMPING] *= o->state[GROWTH];
        o->state[GROWTH] *= 2;
    }
    dti_normal_free(&normal);
    o->step = 0;
    if (o->error.status == DT_OK) {
        o->state[DAMPING] = o->options.damping;
        dti_stop(o, DT_STOP_LINE_SEARCH,
                 "no step lowers the loss, however damped: rounding or a wrong derivative");
    }
}

const struct dti_method dti_method_levenberg_marquardt = {"Levenberg-Marquardt", state_size, start,
                                                          iterate};
