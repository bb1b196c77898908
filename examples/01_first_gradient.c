/* 01_first_gradient.c - atom positions fitted to diffraction intensities by their exact gradient.
 */
#include <difftape/difftape.h>

#include <stdio.h>

enum { ATOMS = 3, SIDE = 4, POINTS = SIDE * SIDE * SIDE };

/* I(q) = |sum_j f_j exp(i q.r_j)|^2 for q (points,3), f (atoms), r (atoms,3): (points). */
static dt_tensor *intensity(dt_tensor *q, dt_tensor *f, dt_tensor *r) {
    dt_tensor *phase = dt_matmul(q, dt_transpose(r));
    return dt_abs2(dt_sum(dt_mul(f, dt_cis(phase)), -1));
}

/* A small grid of scattering vectors, 1/Angstrom. */
static void fill_grid(double q[POINTS][3]) {
    for (int p = 0; p < POINTS; p++) {
        q[p][0] = 0.4 * (p / (SIDE * SIDE));
        q[p][1] = 0.4 * (p / SIDE % SIDE);
        q[p][2] = 0.4 * (p % SIDE);
    }
}

int main(void) {
    const double electrons[ATOMS] = {6, 7, 8};
    const double truth[ATOMS][3] = {{0, 0, 0}, {1.5, 0, 0}, {2.0, 1.4, 0.3}};
    double xyz[ATOMS][3] = {{0.1, -0.2, 0}, {1.3, 0.1, 0.1}, {2.2, 1.3, 0}};
    double qgrid[POINTS][3];
    fill_grid(qgrid);

    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *q = dt_constant(tape, DT_F64, 2, (int64_t[]){POINTS, 3}, qgrid);
    dt_tensor *f = dt_constant(tape, DT_F64, 1, (int64_t[]){ATOMS}, electrons);
    dt_tensor *r = dt_parameter(tape, DT_F64, 2, (int64_t[]){ATOMS, 3}, xyz); /* wants a gradient */
    dt_tensor *r_true = dt_constant(tape, DT_F64, 2, (int64_t[]){ATOMS, 3}, truth);
    dt_tensor *data = intensity(q, f, r_true);

    double first = 0, last = 0;
    for (int step = 0; step <= 400; step++) {
        dt_mark mark = dt_tape_mark(tape);
        dt_tensor *loss = dt_mean(dt_square(dt_sub(intensity(q, f, r), data)), DT_ALL);
        dt_backward(loss);
        if (dt_tape_status(tape) != DT_OK) {
            fprintf(stderr, "%s\n", dt_tape_message(tape));
            dt_tape_free(tape);
            return 1;
        }
        last = dt_item(loss);
        first = step == 0 ? last : first;
        if (step % 100 == 0) {
            printf("step %3d   loss %.3e\n", step, last);
        }
        const double *g = dt_data_f64(dt_gradient(r)); /* dL/dr, (atoms,3) */
        for (int i = 0; i < 3 * ATOMS; i++) {
            (&xyz[0][0])[i] -= 2e-5 * g[i];
        }
        dt_tape_rewind(tape, mark); /* gives back what this step computed */
        dt_tape_zero_gradients(tape);
        dt_set_data(r, xyz);
    }
    dt_tape_free(tape); /* frees everything */
    return last < 1e-3 * first ? 0 : 1;
}
