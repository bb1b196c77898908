/* cases.h - random inputs for an operation's samples. */
#ifndef TEST_CASES_H
#define TEST_CASES_H

#include <difftape/gradcheck.h>
#include <difftape/op.h>

#include "internal.h"

/* One operation on one sample in one precision: owns its input arrays. */
struct test_case {
    const dt_op *op;
    const dt_sample *sample;
    int n_in;
    dt_array in[DT_SAMPLE_INPUTS];
    bool strided; /* hand inputs with two or more dimensions over as transposed views */
    char name[160];
    dt_tensor
        *out[DT_MAX_OUTPUTS + 1]; /* of the last case_apply; NULL from the operation's last on */
};

/* Fill inputs for a real or complex run (single: f32/c64 holding the same numbers rounded). */
bool case_make(struct test_case *c, const dt_op *op, int sample_index, bool complex, bool single);
void case_free(struct test_case *c);

/* Does any input take exact zeros, where only finiteness is promised? */
bool case_is_singular(const struct test_case *c);

/* Apply the case's operation: a dt_tensor_fn with user = the case. */
dt_tensor *case_apply(void *user, dt_tape *tape, dt_tensor *const *in);

#endif
