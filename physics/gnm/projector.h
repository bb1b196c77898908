/* projector.h - the rigid-body projector as a linear function of body coordinates. */
#ifndef DT_GNM_PROJECTOR_H
#define DT_GNM_PROJECTOR_H

#include "../shared.h"

#include <difftape/ops.h>

/* A_j[a][p] = sum_c projector_of_body[c][a][p] X_j[c], with X = (1, x, y, z), A = [I_3 | S(x)] and
 * S(x) = [[0,z,-y],[-z,0,x],[y,-x,0]]. */
static const double projector_of_body[4][3][6] = {
    {{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}, {0, 0, 1, 0, 0, 0}},  /* 1: the translations */
    {{0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 1}, {0, 0, 0, 0, -1, 0}}, /* x */
    {{0, 0, 0, 0, 0, -1}, {0, 0, 0, 0, 0, 0}, {0, 0, 0, 1, 0, 0}}, /* y */
    {{0, 0, 0, 0, 1, 0}, {0, 0, 0, -1, 0, 0}, {0, 0, 0, 0, 0, 0}}, /* z */
};

/* The linear map from sum X_i X_j^T to sum A_i^T A_j, which is bilinear in X: (16,36). */
static inline dt_tensor *block_of_moments(dt_tape *tape) {
    dt_tensor *p = view(tape, DT_F64, 3, (int64_t[]){4, 3, 6}, projector_of_body);
    dt_tensor *map = dt_einsum("cap,daq->cdpq", 2, (dt_tensor *[]){p, p});
    return dt_reshape(map, 2, (int64_t[]){16, 36});
}

#endif
