/* 07_checkpointed_steps.c - the gradient through 900 time steps of a wave, all steps kept or only
 * every thirtieth: the same number from a fraction of the memory. */
#include <difftape/difftape.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { POINTS = 400, SEGMENTS = 30, STEPS = 30 }; /* 30 segments of 30 steps */

/* Steps of the string u'' = c^2 u_xx, fixed at both ends, by the leapfrog method. The state (2,
 * POINTS) is u now and one step before; in[1] is (c dt / dx)^2 at every inner point. */
static dt_tensor *segment(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    dt_tensor *now = dt_select(in[0], 0, 0), *before = dt_select(in[0], 0, 1);
    for (int step = 0; step < STEPS; step++) {
        dt_tensor *left = dt_slice(now, 0, 0, POINTS - 2, 1);
        dt_tensor *inner = dt_slice(now, 0, 1, POINTS - 1, 1);
        dt_tensor *right = dt_slice(now, 0, 2, POINTS, 1);
        dt_tensor *bend = dt_sub(dt_add(left, right), dt_scale(inner, 2));
        dt_tensor *force = dt_pad(dt_mul(in[1], bend), 0, 1, 1, 0);
        dt_tensor *next = dt_add(dt_sub(dt_scale(now, 2), before), force);
        before = now;
        now = next;
    }
    return dt_stack(2, (dt_tensor *const[]){now, before}, 0);
}

/* The loss, mean u^2 at the end, and its gradient with respect to the speeds. */
static int run(bool checkpointed, double *gradient, double *megabytes) {
    double start[2][POINTS], speeds[POINTS - 2];
    for (int i = 0; i < POINTS; i++) {
        double x = (double)i / (POINTS - 1) - 0.3;
        start[0][i] = start[1][i] = i == 0 || i == POINTS - 1 ? 0 : exp(-200 * x * x);
    }
    for (int i = 0; i < POINTS - 2; i++) {
        speeds[i] = i < POINTS / 2 ? 0.25 : 0.64; /* two strings tied together */
    }
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *state = dt_constant(tape, DT_F64, 2, (int64_t[]){2, POINTS}, start);
    dt_tensor *c2 = dt_parameter(tape, DT_F64, 1, (int64_t[]){POINTS - 2}, speeds);
    for (int s = 0; s < SEGMENTS; s++) {
        dt_tensor *in[] = {state, c2};
        state = checkpointed ? dt_checkpoint(segment, NULL, 2, in) : segment(NULL, tape, in);
    }
    dt_tensor *loss = dt_mean(dt_square(dt_select(state, 0, 0)), DT_ALL);
    dt_backward(loss);
    const double *g = dt_data_f64(dt_gradient(c2));
    int good = dt_tape_status(tape) == DT_OK && g != NULL;
    if (good) {
        memcpy(gradient, g, sizeof speeds);
        *megabytes = 1e-6 * (double)dt_tape_get_stats(tape).bytes_peak;
        printf("%-22s loss %.12f   dL/dc^2 in the middle %.12e   peak memory %6.2f MB\n",
               checkpointed ? "one state in thirty:" : "all steps kept:", dt_item(loss),
               g[POINTS / 2], *megabytes);
    } else {
        fprintf(stderr, "%s\n", dt_tape_message(tape));
    }
    dt_tape_free(tape);
    return good;
}

int main(void) {
    static double all[POINTS - 2], few[POINTS - 2];
    double much, little, worst = 0, largest = 0;
    if (!run(false, all, &much) || !run(true, few, &little)) {
        return 1;
    }
    for (int i = 0; i < POINTS - 2; i++) {
        worst = fmax(worst, fabs(all[i] - few[i]));
        largest = fmax(largest, fabs(all[i]));
    }
    printf("%.0f times less memory; gradients differ by %.1e of the largest entry\n", much / little,
           worst / largest);
    return worst < 1e-13 * largest && little < much / 8 ? 0 : 1;
}
