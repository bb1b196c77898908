/* hermitian_solve.c - x = a^-1 b through the Cholesky factor, whose rules it inherits. */
#include "matrices.h"

dt_tensor *dt_hermitian_solve(dt_tensor *a, dt_tensor *b) {
    if (a == NULL) {
        return dt_triangular_solve(a, b, true, DT_N); /* names the missing input */
    }
    dt_tape *tape = dt_tape_of(a);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    dt_tensor *l = dt_cholesky(a);
    dt_tensor *half = dt_triangular_solve(l, b, true, DT_N);
    dt_tensor *x = dt_triangular_solve(l, half, true, DT_C);
    if (dt_tape_status(tape) != DT_OK) {
        dt_tape_context(tape, "hermitian_solve");
    }
    return x;
}
