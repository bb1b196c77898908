/* 10_curvature_in_batches.c - many scattering vectors in little memory, and a Hessian-vector
 * product. */
#include <difftape/difftape.h>

#include <math.h>
#include <stdio.h>

enum { ATOMS = 20, POINTS = 20000, BATCH = 500 };

static double qgrid[POINTS][3], xyz[ATOMS][3], towards[ATOMS][3];

/* Rows [begin, end) of I(q) = |sum_j exp(i q.r_j)|^2; in[0] is r (atoms,3). */
static dt_tensor *rows(void *user, dt_tape *tape, int64_t begin, int64_t end,
                       dt_tensor *const *in) {
    (void)user;
    const dt_array part = dt_array_wrap(DT_F64, 2, (int64_t[]){end - begin, 3}, qgrid[begin]);
    dt_tensor *q = dt_constant_view(tape, &part);
    return dt_abs2(dt_sum(dt_cis(dt_matmul(q, dt_transpose(in[0]))), -1));
}

static dt_tensor *make_loss(dt_tensor *r) {
    dt_tensor *map = dt_map_batches(rows, NULL, 1, &r, POINTS, BATCH);
    return dt_mean(dt_log(dt_add(map, dt_scalar(dt_tape_of(r), 1))), DT_ALL);
}

/* H v by differentiating the gradient in the direction v: no Hessian is ever formed. */
static dt_tensor *hessian_times(dt_tensor *loss, dt_tensor *r, dt_tensor *v) {
    dt_tensor *gradient, *product;
    dt_vjp(loss, dt_scalar(dt_tape_of(r), 1), 1, &r, &gradient);
    dt_vjp(gradient, v, 1, &r, &product);
    return product;
}

int main(void) {
    for (int i = 0; i < 3 * POINTS; i++) {
        (&qgrid[0][0])[i] = 2 * sin(1.7 * i);
    }
    for (int i = 0; i < 3 * ATOMS; i++) {
        (&xyz[0][0])[i] = 5 * sin(2.3 * i);
        (&towards[0][0])[i] = cos(3.1 * i);
    }
    const int64_t shape[] = {ATOMS, 3};
    dt_set_threads(0); /* all processors; the numbers do not depend on it */
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *r = dt_parameter(tape, DT_F64, 2, shape, xyz);
    dt_tensor *v = dt_constant(tape, DT_F64, 2, shape, towards);
    dt_tensor *loss = make_loss(r);
    dt_tensor *curvature = dt_sum(dt_mul(v, hessian_times(loss, r, v)), DT_ALL); /* v.H v */
    printf("loss %.6f   curvature along v %.6f   peak memory of the tape %.1f MB\n", dt_item(loss),
           dt_item(curvature), 1e-6 * (double)dt_tape_get_stats(tape).bytes_peak);
    int failed = dt_tape_status(tape) != DT_OK;
    if (failed) {
        fprintf(stderr, "%s\n", dt_tape_message(tape));
    }
    dt_tape_free(tape);
    return failed;
}
