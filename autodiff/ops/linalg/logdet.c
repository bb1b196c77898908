/* logdet.c - log det a of Hermitian positive definite a, from its Cholesky factor, whose rules it
 * inherits. */
#include "matrices.h"

#include "internal.h"

dt_tensor *dt_logdet(dt_tensor *a) {
    if (a == NULL) {
        return NULL;
    }
    dt_tape *tape = dt_tape_of(a);
    if (!dti_check_alive(tape, a, "logdet: the input")) {
        return dt_inert(tape);
    }
    dt_tensor *pivots = dt_real(dt_diagonal(dt_cholesky(a)));
    dt_tensor *y = dt_scale(dt_sum(dt_log(pivots), -1), 2);
    if (dt_tape_status(tape) != DT_OK) {
        dt_tape_context(tape, "logdet");
    }
    return y;
}
