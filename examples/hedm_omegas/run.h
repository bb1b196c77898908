/* run.h - one run of hedm_omegas: inputs and results. */
#ifndef HEDM_OMEGAS_RUN_H
#define HEDM_OMEGAS_RUN_H

#include "settings.h"

struct run {
    const struct settings *settings;
    dt_space_group group;
    dt_reflections list;
    int64_t n_orientations;
    dt_array quaternions, cotangent; /* data NULL: none given */
    dt_tape *tape;
    dt_tensor *turn, *cell, *energy, *chi; /* parameters */
    dt_oscillation angles;
    dt_tensor *direction;         /* (B,N,2,3) f64 for the plot, or NULL */
    int64_t n_seen, *family_seen; /* reflections that are seen: all, and of every family */
    double *family_q;             /* |g| of the first member of every family */
    dt_error error;
};

/* Each returns 0 or an exit code, with the sentence in r->error. */
int run_read(struct run *r);
int run_compute(struct run *r);
void run_free(struct run *r);

/* output.c */
int output_write(struct run *r);
int output_plot(struct run *r);

/* report.c */
int report(const struct run *r);

#endif
