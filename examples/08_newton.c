/* 08_newton.c - Newton's method without a Hessian: Hessian-vector products in conjugate gradients.
 * Four atoms with Lennard-Jones forces make a tetrahedron of energy -6. */
#include <difftape/difftape.h>

#include <math.h>
#include <stdio.h>

enum { ATOMS = 4, N = 3 * ATOMS };

/* E = sum over pairs of 4 (1/d^12 - 1/d^6) for positions r (ATOMS, 3); with 1 added to d^2 where an
 * atom meets itself that term is 0 and constant, and every pair comes twice. */
static dt_tensor *energy(dt_tensor *r) {
    dt_tensor *apart = dt_sub(dt_expand_dims(r, 0), dt_expand_dims(r, 1));
    dt_tensor *itself = dt_eye(dt_tape_of(r), DT_F64, ATOMS);
    dt_tensor *s6 = dt_pow(dt_add(dt_sum(dt_square(apart), -1), itself), -3); /* 1/d^6 */
    return dt_scale(dt_sum(dt_sub(dt_square(s6), s6), DT_ALL), 2);
}

static double dot(const double *a, const double *b) {
    double sum = 0;
    for (int i = 0; i < N; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

/* H v by two sweeps over the graph of the loss: no Hessian is ever formed. */
static void hessian_times(dt_tensor *loss, dt_tensor *r, const double *v, double *ret_hv) {
    const dt_array array = dt_array_wrap(DT_F64, 2, (int64_t[]){ATOMS, 3}, v);
    dt_tensor *direction = dt_constant_view(dt_tape_of(r), &array), *product;
    dt_hvp(loss, 1, &r, &direction, &product);
    const double *hv = dt_data_f64(product);
    for (int i = 0; i < N; i++) {
        ret_hv[i] = hv == NULL ? NAN : hv[i];
    }
}

/* x moves by the solution of H step = -g, found by conjugate gradients. Shifts and rotations, of
 * which the energy does not depend, are not touched: g has no such part. */
static void newton_step(dt_tensor *loss, dt_tensor *r, const double *g, double *x) {
    double residual[N], p[N], hp[N], rr = dot(g, g), goal = 1e-24 * rr;
    for (int i = 0; i < N; i++) {
        residual[i] = p[i] = -g[i];
    }
    for (int k = 0; k < 2 * N && rr > goal; k++) {
        hessian_times(loss, r, p, hp);
        double length = rr / dot(p, hp), before = rr;
        for (int i = 0; i < N; i++) {
            x[i] += length * p[i], residual[i] -= length * hp[i];
        }
        rr = dot(residual, residual);
        for (int i = 0; i < N; i++) {
            p[i] = residual[i] + rr / before * p[i];
        }
    }
}

int main(void) {
    double x[N] = {0, 0, 0, 1.15, 0.05, 0, 0.5, 1.0, 0, 0.6, 0.3, 0.95}, e = 0, size = 1;
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *r = dt_parameter(tape, DT_F64, 2, (int64_t[]){ATOMS, 3}, x);
    for (int k = 0; k < 12 && size > 1e-12; k++) {
        dt_mark mark = dt_tape_mark(tape);
        dt_tensor *loss = energy(r), *gradient;
        dt_vjp(loss, dt_scalar(tape, 1), 1, &r, &gradient);
        const double *g = dt_data_f64(gradient);
        if (g == NULL) {
            break; /* the tape says why, below */
        }
        e = dt_item(loss), size = sqrt(dot(g, g));
        printf("step %2d   energy %.15f   |gradient| %.1e\n", k, e, size);
        newton_step(loss, r, g, x);
        dt_tape_rewind(tape, mark);
        dt_set_data(r, x);
    }
    int good = dt_tape_status(tape) == DT_OK && fabs(e + 6) < 1e-12 && size < 1e-10;
    fprintf(stderr, "%s", dt_tape_message(tape));
    dt_tape_free(tape);
    return good ? 0 : 1;
}
