/* run.h - one run of hedm_refine: spots, start, result. */
#ifndef HEDM_REFINE_RUN_H
#define HEDM_REFINE_RUN_H

#include "settings.h"

struct run {
    const struct settings *settings;
    dt_hedm_setup setup;
    dt_grain grain, start; /* as given, and where the fit begins */
    dt_space_group group;
    /* The spots, n of them. */
    int64_t n;
    double *hkl, *omega, *pixel;
    int *root;
    dt_refinement result;
    dt_error error;
};

/* Rotation matrix (row-major) of a rotation vector times a start, and log(a b^T). */
dt_status turn(const double v[3], double rotation[9], dt_error *error);
dt_status rotation_between(const double a[9], const double b[9], double ret[3], dt_error *error);

/* run.c. Each returns 0 or an exit code, with the sentence in r->error. */
int run_prepare(struct run *r); /* experiment and grain */
int run_refine(struct run *r);
int run_write(struct run *r);
void run_free(struct run *r);

/* spots.c: read or simulate them; the start; the plot. */
int spots_get(struct run *r);
int spots_save(struct run *r);
int spots_plot(struct run *r);

/* report.c */
int report(struct run *r);

#endif
