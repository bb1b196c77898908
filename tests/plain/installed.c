/* installed.c - what a user writes: compiled by install_test.sh against the installed library. */
#include <difftape/difftape.h>

#include <stdio.h>

int main(void) {
    const double start[] = {1, 2, 3};
    const int64_t n = 3;
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, &n, start);
    dt_backward(dt_sum(dt_square(x), DT_ALL));
    const double *gradient = dt_data_f64(dt_gradient(x));
    int failed = dt_tape_status(tape) != DT_OK || gradient[2] != 6;
    printf("%s\n", failed ? dt_tape_message(tape) : "gradient of x^2 at 3: 6");
    dt_tape_free(tape);
    return failed;
}
