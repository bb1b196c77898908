/* state.c - reading an optimizer's unknowns, and all of it as one array and back. */
#include "optimizer.h"

#include "internal.h"

#include <math.h>
#include <string.h>

/* Layout of a saved state: the header, u, g, the method's own. */
enum { VERSION, METHOD, LENGTH, STATE, STARTED, ITERATIONS, EVALUATIONS, LOSS, STEP, HEADER };
#define STATE_VERSION 1

dt_status dt_optimizer_get(const dt_optimizer *o, int i, const dt_array *target, dt_error *error) {
    if (i < 0 || i >= o->n_unknowns) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "optimizer: there is no unknown %d among %d", i,
                            o->n_unknowns);
    }
    dt_tape_reset(o->tape);
    dt_tensor *u = dt_constant(o->tape, DT_F64, 1, &o->n, o->u);
    dt_tensor *x = dti_optimizer_unknown(o, i, u);
    const void *data = dt_data(x);
    if (data == NULL) {
        return dt_error_set(error, dt_tape_status(o->tape), "%s", dt_tape_message(o->tape));
    }
    const dt_array value = dt_array_wrap(dt_dtype_of(x), dt_ndim(x), dt_shape(x), data);
    return dt_array_copy(target, &value, error);
}

bool dti_optimizer_values(dt_optimizer *o, double *x) {
    bool good = true;
    for (int i = 0; i < o->n_unknowns && good; i++) {
        const struct dti_unknown *k = &o->unknowns[i];
        const dt_array part = dt_array_wrap(k->dtype, k->ndim, k->shape, x + k->offset);
        good = dt_optimizer_get(o, i, &part, &o->error) == DT_OK;
    }
    return good;
}

dt_status dt_optimizer_save(const dt_optimizer *o, dt_array *ret_state, dt_error *error) {
    int64_t length = HEADER + 2 * o->n + o->n_state;
    dt_array state;
    dt_status status = dt_array_new(&state, DT_F64, 1, &length, error);
    if (status != DT_OK) {
        return status;
    }
    double *at = state.data;
    at[VERSION] = STATE_VERSION;
    at[METHOD] = (double)o->options.method;
    at[LENGTH] = (double)o->n;
    at[STATE] = (double)o->n_state;
    at[STARTED] = o->started ? 1 : 0;
    at[ITERATIONS] = (double)o->iterations;
    at[EVALUATIONS] = (double)o->evaluations;
    at[LOSS] = o->loss;
    at[STEP] = o->step;
    memcpy(at + HEADER, o->u, (size_t)(2 * o->n) * sizeof *at); /* u and g lie side by side */
    memcpy(at + HEADER + 2 * o->n, o->state, (size_t)o->n_state * sizeof *at);
    *ret_state = state;
    return DT_OK;
}

static dt_status refuse(const dt_optimizer *o, dt_error *error) {
    return dt_error_set(error, DT_ERR_ARGUMENT,
                        "optimizer: the state does not belong to %s with %lld unknown numbers and "
                        "the same options",
                        o->method->name, (long long)o->n);
}

dt_status dt_optimizer_restore(dt_optimizer *o, const dt_array *state, dt_error *error) {
    int64_t length = HEADER + 2 * o->n + o->n_state;
    if (state->dtype != DT_F64 || state->ndim != 1 || state->shape[0] != length ||
        !dt_array_is_contiguous(state)) {
        return refuse(o, error);
    }
    const double *at = state->data;
    if (at[VERSION] != STATE_VERSION || at[METHOD] != (double)o->options.method ||
        at[LENGTH] != (double)o->n || at[STATE] != (double)o->n_state) {
        return refuse(o, error);
    }
    for (int64_t k = 0; k < length; k++) {
        if (!isfinite(at[k])) {
            return dt_error_set(error, DT_ERR_NONFINITE,
                                "optimizer: number %lld of the state is %g", (long long)k, at[k]);
        }
    }
    o->started = at[STARTED] != 0;
    o->iterations = (int64_t)at[ITERATIONS];
    o->evaluations = (int64_t)at[EVALUATIONS];
    o->loss = at[LOSS];
    o->step = at[STEP];
    memcpy(o->u, at + HEADER, (size_t)(2 * o->n) * sizeof *at);
    memcpy(o->state, at + HEADER + 2 * o->n, (size_t)o->n_state * sizeof *at);
    o->report.n_history = 0;
    return DT_OK;
}
