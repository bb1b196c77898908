/* projector.h - the rigid-body projector as a linear function of body coordinates. */
#ifndef DT_GNM_PROJECTOR_H
#define DT_GNM_PROJECTOR_H

/* A_j[a][p] = sum_c projector_of_body[c][a][p] X_j[c], with X = (1, x, y, z), A = [I_3 | S(x)] and
 * S(x) = [[0,z,-y],[-z,0,x],[y,-x,0]]. */
static const double projector_of_body[4][3][6] = {
    {{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}, {0, 0, 1, 0, 0, 0}},  /* 1: the translations */
    {{0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 1}, {0, 0, 0, 0, -1, 0}}, /* x */
    {{0, 0, 0, 0, 0, -1}, {0, 0, 0, 0, 0, 0}, {0, 0, 0, 1, 0, 0}}, /* y */
    {{0, 0, 0, 0, 1, 0}, {0, 0, 0, -1, 0, 0}, {0, 0, 0, 0, 0, 0}}, /* z */
};

#endif
