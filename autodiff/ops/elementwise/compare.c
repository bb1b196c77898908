/* y = a relation b, bool      cotangent: none.
 *
 * The relations are those of IEEE 754: all but "not equal" are false where either is NaN. */
#include "../ops.h"

struct attr {
    dt_relation relation;
};

static dt_map_fn *const *const tables[] = {
    [DT_EQ] = dti_k_equal,      [DT_NE] = dti_k_unequal, [DT_LT] = dti_k_less,
    [DT_LE] = dti_k_less_equal, [DT_GT] = dti_k_greater, [DT_GE] = dti_k_greater_equal,
};

static bool known(dt_relation relation) {
    return (unsigned)relation < sizeof tables / sizeof *tables;
}

/* The type both are compared in: equal types, or real with complex of one precision. */
static bool common(const dt_node *n, dt_dtype *ret_dtype) {
    dt_dtype a = dt_node_in(n, 0).dtype, b = dt_node_in(n, 1).dtype;
    *ret_dtype = a;
    return a == b || dti_dtype_promote(a, b, ret_dtype);
}

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    dt_dtype dtype;
    int ndim;
    int64_t sizes[DT_MAX_DIMS];
    if (!known(attr->relation)) {
        return dt_node_fail(n, DT_ERR_ARGUMENT, "there is no relation %d", (int)attr->relation);
    }
    if (!common(n, &dtype)) {
        return dt_node_fail(n, DT_ERR_DTYPE,
                            "types do not mix (use dt_cast to convert on purpose)");
    }
    if (tables[attr->relation][dtype] == NULL) {
        return dt_node_fail(n, DT_ERR_DTYPE,
                            "complex numbers have no order: compare dt_abs, dt_real or dt_imag");
    }
    dt_status status = dti_broadcast_sizes(n, &ndim, sizes);
    return status == DT_OK ? dt_node_output(n, 0, DT_BOOL, ndim, sizes) : status;
}

static dt_map map(const dt_node *n) {
    const struct attr *attr = n->attr;
    dt_dtype dtype;
    common(n, &dtype);
    return dti_map_table(n, tables[attr->relation], dtype);
}

const dt_op dti_op_compare = {
    .name = "compare",
    .formula = "y = a relation b",
    .arity = 2,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_NOTHING,
    .blocks_gradient = true,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .map = map,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}, {DT_SHAPE(3, 4)}}, .attr = &(const struct attr){DT_NE}},
               {.in = {{DT_SHAPE(2, 1, 4)}, {DT_SHAPE(3, 1)}}, .attr = &(const struct attr){DT_EQ}},
               {.in = {{DT_SHAPE(7), .fill = DT_FILL_DISTINCT}, {.ndim = 0, .fill = DT_FILL_REAL}},
                .attr = &(const struct attr){DT_GE}},
               {.in = {{DT_SHAPE(2, 0)}, {.ndim = 0}}, .attr = &(const struct attr){DT_EQ}}),
};

dt_tensor *dt_compare(dt_tensor *a, dt_relation relation, dt_tensor *b) {
    return dt_apply(&dti_op_compare, 2, (dt_tensor *const[]){a, b}, &(const struct attr){relation});
}
