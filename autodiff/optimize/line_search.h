/* line_search.h - a step length that satisfies the strong Wolfe conditions. */
#ifndef DTI_LINE_SEARCH_H
#define DTI_LINE_SEARCH_H

#include "optimizer.h"

struct dti_line {
    dt_optimizer *o;
    const double *direction;
    double slope;  /* dL/dt at t = 0, negative */
    double *u, *g; /* the point found and the gradient there */
    double loss;
};

/* The step length found, first trying `length`; 0 if none lowers the loss. */
double dti_line_search(struct dti_line *line, double length);

#endif
