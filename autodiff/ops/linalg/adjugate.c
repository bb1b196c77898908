/* y = D^k adj(A)[E_1, .., E_k], k = 0: adj(A)
 *
 * cotangents: Ebar_i = (y with ybar^H in place of E_i)^H, Abar = (D^(k+1) adj(A)[.., ybar^H])^H
 *
 * Exact at singular A; k up to 2. For the rules of dt_det. */

/* Gaussian elimination with complete pivoting gives P A Q = L D U with unit triangles that are well
 * conditioned also where A is singular. So adj(A) = sign Q U^-1 adj(D) L^-1 P, and with Ehat = L^-1
 * P E Q U^-1 the derivatives follow from those of adj(D): products of all pivots but one, two,
 * three, formed without a division. tr(X D^k adj(A)[E..]) is the derivative of order k + 1 of det,
 * which does not change when X and the E are exchanged: the rules close. */
#include "adjugate.h"

#include "../spectral/hermitian.h"
#include "each_matrix.h"
#include "internal.h"
#include "numbers.h"

#include <math.h>
#include <string.h>

#define MOST 2 /* directions */

static dt_status shape(dt_node *n) {
    if (dti_need_square(n, 0) != DT_OK) {
        return n->tape->error.status;
    }
    const dt_array a = dt_node_in(n, 0);
    for (int i = 1; i < n->n_in; i++) {
        const dt_array e = dt_node_in(n, i);
        if (!dti_array_same_shape(&a, &e) || a.dtype != e.dtype) {
            return dt_node_fail(n, DT_ERR_SHAPE, "direction %d must be like the matrix", i - 1);
        }
    }
    return dt_node_output_like(n, 0, a.dtype);
}

/* -- products of pivots ------------------------------------------------------------------------ */

/* What one matrix needs. */
struct room {
    double complex *lu;           /* L below, D on, U above the diagonal */
    double complex *hat[MOST];    /* Ehat */
    double complex *z;            /* derivative of adj(D), then the result */
    double complex *product;      /* of all pivots but some */
    struct dti_scaled *d, *after; /* pivots; products of those that follow */
    int64_t *rows, *columns;
    int64_t n;
    double sign;
};

/* product[c] = product of all pivots but a, b and c; -1 names none. */
static void products_without(const struct room *r, int64_t a, int64_t b) {
    struct dti_scaled before = {1, 0}, after = {1, 0};
    for (int64_t c = r->n - 1; c >= 0; c--) {
        r->after[c] = after;
        after = c == a || c == b ? after : dti_scaled_times(r->d[c], after);
    }
    for (int64_t c = 0; c < r->n; c++) {
        r->product[c] = dti_scaled_value(dti_scaled_times(before, r->after[c]));
        before = c == a || c == b ? before : dti_scaled_times(before, r->d[c]);
    }
}

/* adj(D) */
static void value_of_diagonal(const struct room *r) {
    products_without(r, -1, -1);
    for (int64_t i = 0; i < r->n; i++) {
        r->z[i * r->n + i] = r->product[i];
    }
}

/* D adj(D)[E]: the pivots but two, times minors of E. */
static void first_of_diagonal(const struct room *r) {
    const double complex *e = r->hat[0];
    for (int64_t a = 0; a < r->n; a++) {
        products_without(r, a, -1);
        for (int64_t c = 0; c < r->n; c++) {
            if (c != a) {
                r->z[a * r->n + a] += r->product[c] * e[c * r->n + c];
                r->z[a * r->n + c] = -r->product[c] * e[a * r->n + c];
            }
        }
    }
}

/* What pair (a, b) of different indices adds to D^2 adj(D)[E, F]; `product`: pivots but a, b, c. */
static void add_pair(const struct room *r, int64_t a, int64_t b) {
    const double complex *e = r->hat[0], *f = r->hat[1], *p = r->product;
    int64_t n = r->n;
    double complex diagonal = 0, beside = 0;
    for (int64_t c = 0; c < n; c++) {
        if (c == a || c == b) {
            continue;
        }
        diagonal += p[c] * (e[b * n + b] * f[c * n + c] - e[b * n + c] * f[c * n + b]);
        beside += p[c] * (e[a * n + c] * f[c * n + b] + f[a * n + c] * e[c * n + b] -
                          e[a * n + b] * f[c * n + c] - f[a * n + b] * e[c * n + c]);
    }
    r->z[a * n + a] += diagonal;
    r->z[a * n + b] += beside;
}

static void second_of_diagonal(const struct room *r) {
    for (int64_t a = 0; a < r->n; a++) {
        for (int64_t b = 0; b < a; b++) {
            products_without(r, a, b);
            add_pair(r, a, b);
            add_pair(r, b, a);
        }
    }
}

/* -- elimination ------------------------------------------------------------------------------- */

static double size_of(double complex x) {
    return fabs(creal(x)) + fabs(cimag(x));
}

static void swap(int64_t *list, int64_t i, int64_t j) {
    int64_t held = list[i];
    list[i] = list[j];
    list[j] = held;
}

/* Bring the largest element that is left (or a NaN) to place (k, k). */
static void pivot(struct room *r, int64_t k) {
    int64_t n = r->n, row = k, column = k;
    double largest = size_of(r->lu[k * n + k]);
    for (int64_t i = k; i < n; i++) {
        for (int64_t j = k; j < n; j++) {
            double size = size_of(r->lu[i * n + j]);
            if (size > largest || (isnan(size) && !isnan(largest))) {
                largest = size;
                row = i;
                column = j;
            }
        }
    }
    r->sign = (row != k) != (column != k) ? -r->sign : r->sign;
    swap(r->rows, k, row);
    swap(r->columns, k, column);
    for (int64_t j = 0; j < n && row != k; j++) {
        double complex held = r->lu[k * n + j];
        r->lu[k * n + j] = r->lu[row * n + j];
        r->lu[row * n + j] = held;
    }
    for (int64_t i = 0; i < n && column != k; i++) {
        double complex held = r->lu[i * n + k];
        r->lu[i * n + k] = r->lu[i * n + column];
        r->lu[i * n + column] = held;
    }
}

/* lu -> L, D, U. Where nothing but zeros is left, L and U are unit matrices. */
static void eliminate(struct room *r) {
    int64_t n = r->n;
    r->sign = 1;
    for (int64_t i = 0; i < n; i++) {
        r->rows[i] = r->columns[i] = i;
    }
    for (int64_t k = 0; k < n; k++) {
        pivot(r, k);
        double complex d = r->lu[k * n + k];
        r->d[k] = dti_scaled_from(d);
        for (int64_t i = k + 1; i < n && d != 0; i++) {
            double complex factor = r->lu[i * n + k] / d;
            r->lu[i * n + k] = factor;
            for (int64_t j = k + 1; j < n; j++) {
                r->lu[i * n + j] -= factor * r->lu[k * n + j];
            }
        }
        for (int64_t j = k + 1; j < n && d != 0; j++) {
            r->lu[k * n + j] /= d;
        }
    }
}

/* x -> L^-1 x U^-1. */
static void hat(const struct room *r, double complex *x) {
    int64_t n = r->n;
    for (int64_t i = 0; i < n; i++) { /* rows from above */
        for (int64_t k = 0; k < i; k++) {
            for (int64_t j = 0; j < n; j++) {
                x[i * n + j] -= r->lu[i * n + k] * x[k * n + j];
            }
        }
    }
    for (int64_t i = 0; i < n; i++) { /* columns from the left */
        for (int64_t k = 0; k < n; k++) {
            for (int64_t j = k + 1; j < n; j++) {
                x[i * n + j] -= x[i * n + k] * r->lu[k * n + j];
            }
        }
    }
}

/* x -> U^-1 x L^-1. */
static void unhat(const struct room *r, double complex *x) {
    int64_t n = r->n;
    for (int64_t i = n - 1; i >= 0; i--) { /* rows from below */
        for (int64_t k = i + 1; k < n; k++) {
            for (int64_t j = 0; j < n; j++) {
                x[i * n + j] -= r->lu[i * n + k] * x[k * n + j];
            }
        }
    }
    for (int64_t i = 0; i < n; i++) { /* columns from the right */
        for (int64_t k = n - 1; k >= 0; k--) {
            for (int64_t j = 0; j < k; j++) {
                x[i * n + j] -= x[i * n + k] * r->lu[k * n + j];
            }
        }
    }
}

/* -- forward ----------------------------------------------------------------------------------- */

struct job {
    const dt_array *in, *y; /* contiguous */
    int order;
    int64_t n;
    char *memory;
    size_t stride;
};

static size_t room_bytes(int64_t n, int order) {
    size_t matrices = (size_t)(n * n) * (size_t)(2 + order), lists = (size_t)n;
    return (matrices + lists) * sizeof(double complex) +
           2 * lists * (sizeof(struct dti_scaled) + sizeof(int64_t)) + 64;
}

static struct room room_in(char *memory, int64_t n, int order) {
    struct room r = {.n = n, .lu = (double complex *)(void *)memory};
    double complex *next = r.lu + n * n;
    for (int k = 0; k < order; k++) {
        r.hat[k] = next;
        next += n * n;
    }
    r.z = next;
    r.product = r.z + n * n;
    r.d = (struct dti_scaled *)(void *)(r.product + n);
    r.after = r.d + n;
    r.rows = (int64_t *)(void *)(r.after + n);
    r.columns = r.rows + n;
    return r;
}

static bool treat(void *context, int64_t matrix, int worker) {
    const struct job *job = context;
    int64_t n = job->n, first = matrix * n * n;
    struct room r = room_in(job->memory + (size_t)worker * job->stride, n, job->order);
    for (int64_t k = 0; k < n * n; k++) {
        r.lu[k] = dti_number(&job->in[0], first + k);
        r.z[k] = 0;
    }
    eliminate(&r);
    for (int d = 0; d < job->order; d++) {
        for (int64_t k = 0; k < n * n; k++) {
            r.hat[d][k] = dti_number(&job->in[1 + d], first + r.rows[k / n] * n + r.columns[k % n]);
        }
        hat(&r, r.hat[d]);
    }
    (job->order == 0   ? value_of_diagonal
     : job->order == 1 ? first_of_diagonal
                       : second_of_diagonal)(&r);
    unhat(&r, r.z);
    for (int64_t k = 0; k < n * n; k++) {
        dti_set_number(job->y, first + r.columns[k / n] * n + r.rows[k % n], r.sign * r.z[k]);
    }
    return true;
}

static void forward(dt_node *n) {
    const dt_array y = dt_node_out(n, 0);
    int64_t size = dt_array_size(&y);
    if (size == 0) {
        return;
    }
    dt_array in[1 + MOST];
    struct job job = {.in = in, .y = &y, .order = n->n_in - 1, .n = y.shape[y.ndim - 1]};
    for (int i = 0; i < n->n_in; i++) {
        if (!dti_contiguous(n->in[i], &in[i])) {
            return;
        }
    }
    job.stride = (room_bytes(job.n, job.order) + 63) / 64 * 64;
    job.memory = dt_node_scratch(n, job.stride * (size_t)dt_get_threads());
    if (job.memory != NULL) {
        double work = 4 * (double)job.n * (double)job.n * (double)job.n;
        dti_each_matrix(size / (job.n * job.n), work, treat, &job);
    }
}

/* -- rules ------------------------------------------------------------------------------------- */

/* n's operation on its matrix, with these directions. */
static dt_tensor *derivative(const dt_node *n, int order, dt_tensor *const *directions) {
    dt_tensor *in[1 + MOST] = {n->in[0]};
    if (order > MOST) {
        dt_tape_fail(n->tape, DT_ERR_GRADIENT,
                     "det: derivatives of an order above %d are not available", MOST + 1);
        return dt_inert(n->tape);
    }
    memcpy(in + 1, directions, (size_t)order * sizeof *in);
    return dt_apply(n->op, 1 + order, in, NULL);
}

/* The derivative with x in place of direction d, or as a further one (d = order). */
static dt_tensor *with(const dt_node *n, int d, dt_tensor *x) {
    dt_tensor *directions[MOST + 1];
    int order = n->n_in - 1;
    memcpy(directions, n->in + 1, (size_t)order * sizeof *directions);
    directions[d] = x;
    return derivative(n, d == order ? order + 1 : order, directions);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    dt_tensor *direction = dti_adjoint(ybar[0]);
    for (int i = 0; i < n->n_in; i++) {
        if (dt_node_wants(n, i)) {
            xbar[i] = dti_adjoint(with(n, i == 0 ? n->n_in - 1 : i - 1, direction));
        }
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    for (int i = 0; i < n->n_in; i++) {
        if (xdot[i] != NULL) {
            dt_tensor *term = with(n, i == 0 ? n->n_in - 1 : i - 1, xdot[i]);
            ydot[0] = ydot[0] == NULL ? term : dt_add(ydot[0], term);
        }
    }
}

#define A(...)                                                                                     \
    { DT_SHAPE(__VA_ARGS__) }

const dt_op dti_op_adjugate = {
    .name = "adjugate",
    .formula = "y = adj(A), or a derivative of it in given directions",
    .arity = DT_VARIADIC,
    .kind = DT_FACTORIZATION,
    .saves = DT_SAVE_INPUTS,
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {A(3, 3)}, .n_in = 1}, {.in = {A(2, 4, 4)}, .n_in = 1},
               {.in = {A(1, 1)}, .n_in = 1}, {.in = {A(0, 0)}, .n_in = 1},
               {.in = {A(0, 3, 3)}, .n_in = 1},
               {.in = {{DT_SHAPE(3, 3), .fill = DT_FILL_ZERO}}, .n_in = 1}),
};

dt_tensor *dti_adjugate(dt_tensor *a) {
    return dt_apply(&dti_op_adjugate, 1, &a, NULL);
}
