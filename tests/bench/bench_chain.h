/* bench_chain.h - I_q = |sum_j f_j exp(-q^2 B_j) exp(i q.r_j)|^2 on the tape and by hand. */
#ifndef BENCH_CHAIN_H
#define BENCH_CHAIN_H

#include <difftape/ops.h>

struct chain {
    int64_t n_q, n_atoms;
    double *q, *r, *b, *f;           /* q (n_q, 3), r (n_atoms, 3), b, f (n_atoms) */
    double *intensity, *by_r, *by_b; /* by hand: I, and gradients of its sum */
    dt_tape *tape;
    dt_tensor *r_p, *b_p, *y;
    dt_mark mark;
};

struct chain *chain_new(int64_t n_q, int64_t n_atoms);
void chain_free(struct chain *c);

void chain_by_hand(void *context);
void chain_by_hand_and_back(void *context);
void chain_forward(void *context);
void chain_forward_and_back(void *context);

/* Largest relative difference between the two, gradients included. */
double chain_error(struct chain *c);

/* Peak bytes of the tape for n_q points in batches, forward and backward, less result and
 * cotangent. */
double chain_peak(int64_t n_q);

#endif
