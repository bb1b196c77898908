/* line_search.c - bracketing and zooming with cubic interpolation.
 * Source: J. Nocedal, S. J. Wright, Numerical Optimization, 2nd ed., algorithms 3.5 and 3.6. */
#include "line_search.h"

#include <math.h>
#include <string.h>

#define DECREASE  1e-4
#define CURVATURE 0.9
#define TRIALS    40

/* A point of phi(t) = L(u + t direction). */
struct point {
    double t, loss, slope;
};

static struct point look(struct dti_line *l, double t) {
    dt_optimizer *o = l->o;
    for (int64_t i = 0; i < o->n; i++) {
        l->u[i] = o->u[i] + t * l->direction[i];
    }
    struct point p = {.t = t, .slope = NAN};
    p.loss = dti_optimizer_loss(o, l->u, l->g);
    if (isfinite(p.loss)) {
        p.slope = dti_vector_dot(o->n, l->direction, l->g);
        p.loss = isfinite(p.slope) ? p.loss : INFINITY;
    }
    l->loss = p.loss;
    return p;
}

/* Where the cubic through two points and their slopes is lowest, kept inside the bracket. */
static double interpolate(struct point a, struct point b) {
    double middle = (a.t + b.t) / 2, width = b.t - a.t;
    if (!isfinite(a.loss) || !isfinite(b.loss)) {
        return middle;
    }
    double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
    double square = d1 * d1 - a.slope * b.slope;
    if (!(square >= 0)) {
        return middle;
    }
    double d2 = copysign(sqrt(square), width);
    double t = b.t - width * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
    double margin = 0.1 * fabs(width);
    bool inside = t > fmin(a.t, b.t) + margin && t < fmax(a.t, b.t) - margin;
    return inside ? t : middle;
}

static bool falls_enough(const struct dti_line *l, struct point p) {
    return p.loss <= l->o->loss + DECREASE * p.t * l->slope;
}

/* Between `low`, the best point so far, and `high` there is a good step. */
static double zoom(struct dti_line *l, struct point low, struct point high, int trials) {
    for (; trials < TRIALS && l->o->error.status == DT_OK; trials++) {
        struct point p = look(l, interpolate(low, high));
        if (!falls_enough(l, p) || p.loss >= low.loss) {
            high = p;
        } else {
            if (fabs(p.slope) <= -CURVATURE * l->slope) {
                return p.t;
            }
            if (p.slope * (high.t - low.t) >= 0) {
                high = low;
            }
            low = p;
        }
        if (fabs(high.t - low.t) <= 1e-14 * fabs(low.t)) {
            break;
        }
    }
    if (low.t > 0 && low.loss < l->o->loss && l->o->error.status == DT_OK) {
        return look(l, low.t).t; /* lower at least, if not flat enough */
    }
    return 0;
}

double dti_line_search(struct dti_line *l, double length) {
    struct point before = {.t = 0, .loss = l->o->loss, .slope = l->slope};
    for (int trials = 0; trials < TRIALS && l->o->error.status == DT_OK; trials++) {
        struct point p = look(l, length);
        if (!falls_enough(l, p) || (trials > 0 && p.loss >= before.loss)) {
            return zoom(l, before, p, trials);
        }
        if (fabs(p.slope) <= -CURVATURE * l->slope) {
            return p.t;
        }
        if (p.slope >= 0) {
            return zoom(l, p, before, trials);
        }
        before = p;
        length *= 2;
    }
    bool lower = l->o->error.status == DT_OK && before.loss < l->o->loss && before.t > 0;
    return lower ? look(l, before.t).t : 0;
}
