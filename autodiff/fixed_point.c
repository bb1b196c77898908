/* fixed_point.c - fixed points as operations, differentiated by the implicit function theorem.
 *
 * y = f(y; in). The reverse rule needs lambda with lambda = ybar + (df/dy)^H lambda: again a fixed
 * point, of an affine function, made of a recorded derivative of f; the forward rule likewise. So
 * the rules are operations of this same kind and derivatives of any order exist. */
#include "fixed_point.h"

#include "batches.h"
#include "internal.h"

#include <math.h>
#include <string.h>

extern const dt_op dti_op_fixed_point;

/* The attribute of a node. Pointers point into the tape. */
struct fixed_point {
    dti_step_fn *fn;
    const void *context;
    dt_array start; /* x0; without data: zeros */
    bool affine;    /* f is affine in x: GMRES instead of the iteration */
    dt_fixed_point_options options;
};

/* -- the value --------------------------------------------------------------------------------- */

struct evaluation {
    dt_node *n;
    dt_array *in; /* the node's inputs, contiguous */
    dt_tape *worker;
};

static bool evaluate(void *user, const double *x, double *target) {
    const struct evaluation *e = user;
    const struct fixed_point *attr = e->n->attr;
    dt_tape *worker = e->worker;
    dt_tape_reset(worker);
    dt_tensor **leaves =
        dti_tape_alloc(worker, false, (size_t)e->n->n_in * sizeof *leaves, "fixed_point");
    for (int i = 0; leaves != NULL && i < e->n->n_in; i++) {
        leaves[i] = dti_borrow(worker, &e->in[i], false);
    }
    const dt_array *like = &attr->start;
    const dt_array here = dt_array_wrap(like->dtype, like->ndim, like->shape, x);
    dt_tensor *at = dti_borrow(worker, &here, false);
    dt_tensor *next =
        worker->error.status == DT_OK ? attr->fn(attr->context, worker, at, leaves) : NULL;
    dt_array value = *like;
    if (worker->error.status == DT_OK && (next == NULL || next->tape != worker)) {
        dt_tape_fail(worker, DT_ERR_ARGUMENT, "the step returned %s",
                     next == NULL ? "NULL" : "a tensor of another tape: make it from x and params");
    } else if (worker->error.status == DT_OK &&
               (next->a.dtype != like->dtype || !dti_array_same_shape(&next->a, like))) {
        char got[160], want[160];
        dt_tape_fail(worker, DT_ERR_SHAPE, "the step returned %s%s, x is %s%s",
                     dt_dtype_name(next->a.dtype),
                     dt_shape_format(got, sizeof got, next->a.ndim, next->a.shape),
                     dt_dtype_name(like->dtype),
                     dt_shape_format(want, sizeof want, like->ndim, like->shape));
    }
    if (worker->error.status != DT_OK || !dti_contiguous(next, &value)) {
        if (e->n->tape->error.status == DT_OK) {
            e->n->tape->error = worker->error;
            dt_tape_context(e->n->tape, "fixed_point");
        }
        return false;
    }
    memcpy(target, value.data, dt_array_bytes(&value));
    return true;
}

static double norm(int64_t n, const double *a, const double *b) {
    double scale = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) {
        double d = b == NULL ? a[i] : a[i] - b[i];
        scale = d == d ? fmax(scale, fabs(d)) : d;
        if (d != d) {
            return d;
        }
    }
    for (int64_t i = 0; i < n && scale > 0 && isfinite(scale); i++) {
        double d = (b == NULL ? a[i] : a[i] - b[i]) / scale;
        sum += d * d;
    }
    return scale > 0 && isfinite(scale) ? scale * sqrt(sum) : scale;
}

/* x <- f(x) until it stands still; x holds the start, then the result. */
static void iterate(struct evaluation *e, int64_t n, double *x, double *next) {
    const struct fixed_point *attr = e->n->attr;
    double residual = INFINITY;
    for (int64_t i = 0; i < attr->options.max_iterations; i++) {
        if (!evaluate(e, x, next)) {
            return;
        }
        double moved = norm(n, next, x), size = norm(n, next, NULL);
        memcpy(x, next, (size_t)n * sizeof *x);
        residual = size > 0 ? moved / size : moved;
        if (residual <= attr->options.tolerance) {
            return;
        }
        if (!isfinite(residual)) {
            dt_node_fail(
                e->n, DT_ERR_NONCONVERGENT,
                "x has a NaN or infinity after step %lld: a step that contracts, or a better "
                "start",
                (long long)i + 1);
            return;
        }
    }
    dt_node_fail(e->n, DT_ERR_NONCONVERGENT,
                 "x still moves by %.2g of its length after %lld steps (asked %.2g): a step that "
                 "contracts, a better start or more iterations",
                 residual, (long long)attr->options.max_iterations, attr->options.tolerance);
}

static void solve_affine(struct evaluation *e, int64_t n, double *x) {
    double *workspace = dt_node_scratch(e->n, (size_t)dti_gmres_workspace(n) * sizeof *workspace);
    if (workspace == NULL) {
        return;
    }
    const double tolerance = 1e-13, acceptable = 1e-10; /* rounding may stand in the way of 1e-13 */
    double residual = dti_gmres(n, x, evaluate, e, tolerance, workspace);
    if (e->n->tape->error.status == DT_OK && !(residual <= acceptable)) {
        dt_node_fail(e->n, DT_ERR_NONCONVERGENT,
                     "the linear system of the derivative does not solve (residual %.2g): I - J is "
                     "singular where solutions meet, and there is no derivative",
                     residual);
    }
}

static dt_status shape(dt_node *n) {
    const struct fixed_point *attr = n->attr;
    return dt_node_output(n, 0, attr->start.dtype, attr->start.ndim, attr->start.shape);
}

static void forward(dt_node *n) {
    const struct fixed_point *attr = n->attr;
    dt_array out = dt_node_out(n, 0);
    int64_t reals = dt_array_size(&out) * (out.dtype == DT_C128 ? 2 : 1);
    double *x = out.data;
    if (attr->start.data == NULL) {
        memset(x, 0, dt_array_bytes(&out));
    } else {
        memcpy(x, attr->start.data, dt_array_bytes(&out));
    }
    struct evaluation e = {.n = n};
    e.in = dt_node_scratch(n, (size_t)n->n_in * sizeof *e.in);
    for (int i = 0; e.in != NULL && i < n->n_in; i++) {
        if (!dti_contiguous(n->in[i], &e.in[i])) {
            return;
        }
    }
    if (e.in == NULL || dti_workers_get(n->tape, 1) == NULL) {
        return;
    }
    e.worker = dti_worker_tape(n->tape, 0);
    double *next = dt_node_scratch(n, dt_array_bytes(&out));
    if (e.worker == NULL) {
        dt_node_fail(n, DT_ERR_MEMORY, "no memory for a worker tape");
    }
    if (n->tape->error.status != DT_OK) {
        return;
    }
    if (attr->affine) {
        solve_affine(&e, reals, x);
    } else {
        iterate(&e, reals, x, next);
    }
}

/* -- derivatives ------------------------------------------------------------------------------- */

/* What the functions below replay: f on y = in[0] and its own inputs in[1 .. n_in], of which those
 * in `chosen` carry tangents or receive cotangents; further inputs follow. */
struct replay {
    const struct fixed_point *inner;
    int n_in, n_chosen;
    int chosen[DT_MAX_OUTPUTS];
};

/* A leaf that a derivative can start from. */
static dt_tensor *variable(dt_tape *tape, dt_tensor *x) {
    return x->wants ? x : dti_borrow(tape, &x->a, true);
}

/* f at (in[0]; in[1..]) with y and the chosen inputs as variables x[0], x[1..]. */
static dt_tensor *replay(const struct replay *c, dt_tape *tape, dt_tensor *const *in,
                         dt_tensor **x) {
    dt_tensor **all = dti_tape_alloc(tape, false, (size_t)c->n_in * sizeof *all, "fixed_point");
    if (all == NULL) {
        return dt_inert(tape);
    }
    memcpy(all, in + 1, (size_t)c->n_in * sizeof *all);
    x[0] = variable(tape, in[0]);
    for (int k = 0; k < c->n_chosen; k++) {
        x[k + 1] = all[c->chosen[k]] = variable(tape, all[c->chosen[k]]);
    }
    return c->inner->fn(c->inner->context, tape, x[0], all);
}

/* lambda -> ybar + (df/dy)^H lambda;  in: y, f's inputs, ybar. */
static dt_tensor *adjoint_step(const void *context, dt_tape *tape, dt_tensor *lambda,
                               dt_tensor *const *in) {
    const struct replay *c = context;
    dt_tensor *x[DT_MAX_OUTPUTS + 1], *pulled;
    dt_vjp(replay(c, tape, in, x), lambda, 1, x, &pulled);
    return dt_add(in[c->n_in + 1], pulled);
}

/* v -> (df/dy) v + sum (df/dx_k) xdot_k;  in: y, f's inputs, the xdot of the chosen ones. */
static dt_tensor *tangent_step(const void *context, dt_tape *tape, dt_tensor *v,
                               dt_tensor *const *in) {
    const struct replay *c = context;
    dt_tensor *x[DT_MAX_OUTPUTS + 1], *xdot[DT_MAX_OUTPUTS + 1] = {v};
    memcpy(xdot + 1, in + 1 + c->n_in, (size_t)c->n_chosen * sizeof *xdot);
    return dt_jvp(replay(c, tape, in, x), c->n_chosen + 1, x, xdot);
}

/* (df/dx_k)^H lambda for the chosen inputs;  in: y, f's inputs, lambda. */
static void pull_inputs(const void *context, dt_tape *tape, int64_t begin, int64_t end,
                        dt_tensor *const *in, dt_tensor **out, bool record) {
    const struct replay *c = context;
    (void)begin, (void)end, (void)record;
    dt_tensor *x[DT_MAX_OUTPUTS + 1];
    dt_vjp(replay(c, tape, in, x), in[c->n_in + 1], c->n_chosen, x + 1, out);
}

/* Apply an operation to y, f's inputs and `extra`, the attribute kept on the tape. */
static void apply_replay(const dt_node *n, const dt_op *op, const void *attr, int n_extra,
                         dt_tensor *const *extra, dt_tensor **out) {
    int n_in = 1 + n->n_in + n_extra;
    dt_tensor **in = dti_tape_alloc(n->tape, false, (size_t)n_in * sizeof *in, "fixed_point");
    if (in == NULL) {
        return;
    }
    in[0] = n->out[0];
    memcpy(in + 1, n->in, (size_t)n->n_in * sizeof *in);
    memcpy(in + 1 + n->n_in, extra, (size_t)n_extra * sizeof *in);
    dt_apply_multi(op, n_in, in, attr, out);
}

/* The solution of an affine step about this node; `c` is copied to the tape. */
static dt_tensor *solve(const dt_node *n, dti_step_fn *step, const struct replay *c, int n_extra,
                        dt_tensor *const *extra) {
    struct fixed_point attr = *(const struct fixed_point *)n->attr;
    attr.fn = step;
    attr.context = dti_batches_keep(n->tape, c, sizeof *c);
    attr.start.data = NULL;
    attr.affine = true;
    dt_tensor *out[DT_MAX_OUTPUTS] = {dt_inert(n->tape)};
    if (attr.context != NULL) {
        apply_replay(n, &dti_op_fixed_point, &attr, n_extra, extra, out);
    }
    return out[0];
}

/* Put input i on the list of those with a derivative; false with a failed tape if it is full. */
static bool choose(const dt_node *n, struct replay *c, int i) {
    if (c->n_chosen == DT_MAX_OUTPUTS) {
        dt_tape_fail(n->tape, DT_ERR_GRADIENT,
                     "fixed_point: derivatives for more than %d parameters at once: join them with "
                     "dt_concat",
                     DT_MAX_OUTPUTS);
        return false;
    }
    c->chosen[c->n_chosen++] = i;
    return true;
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    struct replay c = {.inner = n->attr, .n_in = n->n_in};
    dt_tensor *lambda = solve(n, adjoint_step, &c, 1, ybar);
    struct dti_batches call = {
        .fn = pull_inputs, .n_batches = 1, .n_rows = 1, .rows_per_batch = 1, .known = true};
    for (int i = 0; i < n->n_in; i++) {
        if (!dt_node_wants(n, i)) {
            continue;
        }
        if (!choose(n, &c, i)) {
            return;
        }
        call.out[call.n_out] = n->in[i]->a;
        call.summed[call.n_out++] = true;
    }
    call.context = dti_batches_keep(n->tape, &c, sizeof c);
    dt_tensor *out[DT_MAX_OUTPUTS];
    if (call.context == NULL) {
        return;
    }
    apply_replay(n, &dti_op_batches, &call, 1, &lambda, out);
    for (int k = 0; k < c.n_chosen && n->tape->error.status == DT_OK; k++) {
        xbar[c.chosen[k]] = out[k];
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    struct replay c = {.inner = n->attr, .n_in = n->n_in};
    dt_tensor *extra[DT_MAX_OUTPUTS];
    for (int i = 0; i < n->n_in; i++) {
        if (xdot[i] != NULL) {
            if (!choose(n, &c, i)) {
                return;
            }
            extra[c.n_chosen - 1] = xdot[i];
        }
    }
    ydot[0] = solve(n, tangent_step, &c, c.n_chosen, extra);
}

const dt_op dti_op_fixed_point = {
    .name = "fixed_point",
    .formula = "y = f(y; x)",
    .arity = DT_VARIADIC,
    .kind = DT_CALL,
    .saves = DT_SAVE_INPUTS | DT_SAVE_OUTPUT,
    .attr_size = sizeof(struct fixed_point),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
};

/* -- the public call --------------------------------------------------------------------------- */

struct user_step {
    dt_step_fn *fn;
    void *user;
};

static dt_tensor *user_step(const void *context, dt_tape *tape, dt_tensor *x,
                            dt_tensor *const *in) {
    const struct user_step *c = context;
    return c->fn(c->user, tape, x, in);
}

dt_tensor *dt_fixed_point(dt_step_fn *step, void *user, dt_tensor *x0, int n_params,
                          dt_tensor *const *params, const dt_fixed_point_options *options) {
    if (x0 == NULL) {
        return NULL;
    }
    dt_tape *tape = x0->tape;
    if (!dti_check_alive(tape, x0, "fixed_point: the start")) {
        return dt_inert(tape);
    }
    if (n_params < 1 || (x0->a.dtype != DT_F64 && x0->a.dtype != DT_C128)) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "fixed_point: needs an f64 or c128 start and at least one parameter, got %s "
                     "and %d",
                     dt_dtype_name(x0->a.dtype), n_params);
        return dt_inert(tape);
    }
    struct fixed_point attr = {.fn = user_step};
    attr.options = options == NULL ? (dt_fixed_point_options){0} : *options;
    attr.options.max_iterations =
        attr.options.max_iterations > 0 ? attr.options.max_iterations : 200;
    attr.options.tolerance = attr.options.tolerance > 0 ? attr.options.tolerance : 1e-13;
    struct user_step context = {step, user};
    attr.context = dti_batches_keep(tape, &context, sizeof context);
    dt_array start;
    if (attr.context == NULL || !dti_contiguous(x0, &start)) {
        return dt_inert(tape);
    }
    attr.start = start;
    attr.start.data = dti_batches_keep(tape, start.data, dt_array_bytes(&start));
    return tape->error.status == DT_OK ? dt_apply(&dti_op_fixed_point, n_params, params, &attr)
                                       : dt_inert(tape);
}
