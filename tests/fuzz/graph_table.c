/* graph_table.c - rows of the table of operations on their own samples, or on what there is. */
#include "cases.h"
#include "graph.h"

/* Input i of a case on the graph's tape; where the sample takes any number, mixed with another. */
static dt_tensor *input(struct graph *g, const struct test_case *c, int i) {
    dt_fill fill = c->sample->in[i].fill;
    if (c->op->attr_size == 0 && (oops(g) || (g->wild && chance(g, 4)))) {
        return any(g); /* settings belong to the sample: the public functions check them */
    }
    bool wants = dt_dtype_is_float(c->in[i].dtype) && chance(g, 2);
    dt_tensor *x =
        wants ? dti_parameter_from(g->tape, &c->in[i]) : dti_constant_from(g->tape, &c->in[i]);
    if (!g->wild && (fill == DT_FILL_NORMAL || fill == DT_FILL_REAL)) {
        dt_tensor *more = dt_scale(dt_sin(dt_sum(real_one(g), DT_ALL)), 0.01);
        x = dt_add(x, more);
    }
    return x;
}

dt_tensor *call_table(struct graph *g) {
    int n_ops;
    const dt_op *const *ops = dti_all_ops(&n_ops);
    const dt_op *op = ops[below(g, n_ops)];
    struct test_case c;
    bool complex =
        op->dtypes == DT_COMPLEX_ONLY || (op->dtypes == DT_REAL_AND_COMPLEX && chance(g, 2));
    int sample = (int)below(g, op->n_samples);
    if (!case_make(&c, op, sample, complex, g->wild && chance(g, 4))) {
        return NULL;
    }
    dt_tensor *in[DT_SAMPLE_INPUTS], *out[DT_MAX_OUTPUTS + 1] = {NULL};
    for (int i = 0; i < c.n_in; i++) {
        in[i] = input(g, &c, i);
    }
    int n_in = c.n_in - (op->attr_size == 0 && oops(g) && c.n_in > 0 ? 1 : 0);
    dt_apply_multi(op, n_in, in, c.sample->attr, out);
    case_free(&c);
    if (op->probe != NULL && !g->wild && dt_tape_status(g->tape) == DT_OK) {
        return op->probe(out);
    }
    int n_out = 0;
    while (n_out < DT_MAX_OUTPUTS && out[n_out] != NULL) {
        n_out++;
    }
    dt_tensor *y = out[below(g, n_out)];
    return y == NULL || dt_dtype_is_float(dt_dtype_of(y)) || g->wild ? y : dt_cast(y, DT_F64);
}
