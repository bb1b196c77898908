/* test_matrices_memory.c - wherever a tape's memory ends within a function of matrices or its
 * rules, there is a sentence, and neither a crash nor a number. */
#include "matrices_checked.h"

typedef dt_tensor *function(dt_tensor *a);

static dt_tensor *by_svd(dt_tensor *a) {
    dt_tensor *u, *s, *vh;
    dt_svd(a, &u, &s, &vh);
    return dt_matmul(u, vh);
}

static dt_tensor *by_eig(dt_tensor *a) {
    dt_tensor *w, *v;
    dt_eig(a, &w, &v);
    return dt_mul(w, dt_abs2(v));
}

static dt_tensor *by_pinv(dt_tensor *a) {
    return dt_pinv(a, 0);
}

static dt_tensor *by_truncated_pinv(dt_tensor *a) {
    return dt_pinv(a, 0.3);
}

static dt_tensor *by_norms(dt_tensor *a) {
    return dt_add(dt_matrix_norm(a, DT_NORM_NUCLEAR), dt_matrix_norm(a, DT_NORM_SPECTRAL));
}

static const struct {
    const char *name;
    function *fn;
} functions[] = {{"svd", by_svd},
                 {"eig", by_eig},
                 {"expm", dt_expm},
                 {"pinv", by_pinv},
                 {"pinv that drops", by_truncated_pinv},
                 {"matrix_norm", by_norms}};

/* Value, reverse and forward mode with so many bytes; true if they sufficed. */
static bool run(int which, size_t bytes) {
    const dt_tape_options options = {.memory_limit = bytes};
    const double data[9] = {2, 1, 0.5, -1, 1, 0.25, 0, 0.5, 0.2};
    dt_tape *tape = dt_tape_new(&options);
    cr_assert_not_null(tape);
    dt_tensor *a = dt_parameter(tape, DT_F64, SHAPE(3, 3), data);
    dt_tensor *y = functions[which].fn(a);
    dt_tensor *loss = dt_sum(dt_abs2(y), DT_ALL);
    dt_backward(loss);
    dt_tensor *tangent = dt_jvp(loss, 1, &a, &a);
    const double *number = dt_data_f64(tangent);
    dt_status status = dt_tape_status(tape);
    cr_expect(status == DT_OK ? number != NULL && isfinite(*number) : status == DT_ERR_MEMORY,
              "%s in %zu bytes: %s: %s", functions[which].name, bytes, dt_status_name(status),
              dt_tape_message(tape));
    cr_expect(status == DT_OK || strlen(dt_tape_message(tape)) > 10, "%s in %zu bytes: no sentence",
              functions[which].name, bytes);
    dt_tape_free(tape);
    return status == DT_OK;
}

Test(matrices_memory, ends_in_a_sentence_wherever_it_ends) {
    for (int which = 0; which < (int)COUNT(functions); which++) {
        size_t bytes = 256;
        int refused = 0;
        while (!run(which, bytes)) {
            bytes += 256;
            refused++;
            cr_assert(bytes < 1 << 20, "%s never ends", functions[which].name);
        }
        cr_expect(refused > 5, "%s: %d", functions[which].name, refused);
    }
}
