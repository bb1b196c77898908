/* graph_functions.c - checkpoints, batches and fixed points of random small functions, some of
 * which misbehave. */
#include "graph.h"

enum { GOOD, NESTED, RETURNS_NULL, FOREIGN, ROWS, FAILS, REFUSES, KINDS };

/* A few operations on x (any shape), chosen by the plan. */
static dt_tensor *chain(const struct plan *p, dt_tape *tape, dt_tensor *x) {
    uint64_t bits = p->seed;
    for (int k = 0; k < 6; k++, bits >>= 3) {
        switch (bits & 7u) {
        case 0: x = dt_sin(x); break;
        case 1: x = dt_mul(x, dt_scalar(tape, 0.5)); break;
        case 2: x = dt_add(x, dt_square(x)); break;
        case 3: x = dt_mul(x, dt_rsqrt(dt_add(dt_abs2(x), dt_scalar(tape, 1)))); break;
        case 4: x = dt_conj(x); break;
        case 5: x = dt_sub(dt_scale(x, 2), dt_cos(x)); break;
        case 6: x = dt_sinc(x); break;
        default: x = dt_mul(dt_cis(dt_real(x)), dt_cast(x, DT_C128)); break;
        }
        if (p->reads) {
            dt_data(x);
        }
    }
    return x;
}

static dt_tensor *inner(void *user, dt_tape *tape, dt_tensor *const *in) {
    return chain(user, tape, in[0]);
}

static dt_tensor *finish(struct plan *p, dt_tape *tape, dt_tensor *x) {
    switch (p->bad) {
    case NESTED: return dt_checkpoint(inner, p, 1, &x);
    case RETURNS_NULL: return NULL;
    case FOREIGN: return p->foreign;
    case ROWS: return dt_sum(x, DT_ALL);
    case FAILS: return dt_add(x, dt_full(tape, DT_I64, 0, NULL, 1));
    case REFUSES:
        dt_tape_fail(tape, DT_ERR_DOMAIN, "plan: the function has had enough of it");
        return dt_inert(tape);
    default: return chain(p, tape, x);
    }
}

static dt_tensor *whole(void *user, dt_tape *tape, dt_tensor *const *in) {
    return finish(user, tape, dt_mul(in[0], dt_cos(in[1])));
}

static dt_tensor *rows(void *user, dt_tape *tape, int64_t begin, int64_t end,
                       dt_tensor *const *in) {
    struct plan *p = user;
    struct plan good = *p;
    good.bad = p->bad == NESTED ? NESTED : GOOD;
    dt_tensor *x = dt_mul(dt_slice(in[0], 0, begin, end, 1), dt_cos(in[1]));
    if (p->bad == NESTED) { /* its plan must outlive this call */
        return dt_checkpoint(inner, p, 1, &x);
    }
    return p->bad != GOOD && begin > 1 ? finish(p, tape, x) : chain(&good, tape, x);
}

/* sin(b(x)) / 3 + p + 2: a contraction, to a point away from 0. */
static dt_tensor *contract(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *params) {
    struct plan *p = user;
    if (p->bad > NESTED) {
        return p->bad == ROWS ? dt_stack(2, (dt_tensor *const[]){x, x}, 0) : finish(p, tape, x);
    }
    return dt_add(dt_add(dt_scale(dt_sin(bounded(x)), 1.0 / 3), params[0]), dt_scalar(tape, 2));
}

static dt_tensor *fixed_point(struct graph *g, struct plan *p) {
    dt_tensor *x = bounded(vector(g, 1 + below(g, 4)));
    dt_tensor *start = dt_full(g->tape, is_complex(x) ? DT_C128 : DT_F64, 1,
                               (const int64_t[]){oops(g) ? 7 : size_of(x)}, 0.5);
    const dt_fixed_point_options options = {.max_iterations = oops(g) ? 2 : 0};
    return dt_fixed_point(contract, p, start, oops(g) ? 0 : 1, &x, &options);
}

/* Two slices of even and odd rows of a result one row longer, perhaps the same rows twice. */
static int64_t even_or_odd(void *user, int64_t slice, int64_t *ret_rows) {
    const struct plan *p = user;
    int64_t n = 0;
    for (int64_t i = slice; i < p->rows; i += 2) {
        ret_rows[n++] = p->bad == ROWS ? i - 1 : p->shared ? i / 2 : i;
    }
    return n;
}

static dt_tensor *rows_of_slice(void *user, dt_tape *tape, int64_t slice, int64_t n,
                                const int64_t *row, dt_tensor *const *in) {
    (void)row;
    return rows(user, tape, slice, slice + n, in);
}

static dt_tensor *slices(struct graph *g, struct plan *p, int64_t n, dt_tensor *const *in) {
    p->rows = n;
    p->shared = chance(g, 2);
    const dt_slices s = {.n_slices = oops(g) ? 0 : 2,
                         .longest = (n + 1) / 2,
                         .n_listed = n,
                         .n_rows = n + 1,
                         .shared = p->shared,
                         .rows = even_or_odd};
    return dt_map_slices(rows_of_slice, p, 2, in, &s);
}

dt_tensor *call_function(struct graph *g) {
    if (g->n_plans == MAX_PLANS) { /* derivatives of many in each other take minutes */
        return NULL;
    }
    struct plan *p = &g->plan[g->n_plans++];
    *p = (struct plan){.seed = next_random(g), .foreign = g->leaf[0], .reads = g->habit == READS};
    p->bad = oops(g) || (g->wild && chance(g, 4)) ? (int)below(g, KINDS) : (int)below(g, 2);
    if (chance(g, 5)) {
        return fixed_point(g, p);
    }
    dt_tensor *x = with_axes(g);
    dt_tensor *in[] = {x, oops(g) ? any(g) : dt_mean(vector(g, 3), DT_ALL)};
    int64_t n = length_of(x, 0);
    switch (below(g, 3)) {
    case 0: return dt_checkpoint(whole, p, 2, in);
    case 1: return dt_map_batches(rows, p, 2, in, count(g, n, n), count(g, 1, 3) + n / 16);
    default:
        if (n < 3 && !g->wild) {
            return dt_checkpoint(whole, p, 2, in);
        }
        return slices(g, p, n, in);
    }
}
