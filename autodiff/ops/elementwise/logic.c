/* y = a and b, a or b, a xor b, bool      cotangent: none. */
#include "../ops.h"

struct attr {
    dt_connective connective;
};

static dt_map_fn *const *const tables[] = {
    [DT_AND] = dti_k_logical_and,
    [DT_OR] = dti_k_logical_or,
    [DT_XOR] = dti_k_logical_xor,
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    int ndim;
    int64_t sizes[DT_MAX_DIMS];
    if ((unsigned)attr->connective >= sizeof tables / sizeof *tables) {
        return dt_node_fail(n, DT_ERR_ARGUMENT, "there is no connective %d", (int)attr->connective);
    }
    if (dt_node_in(n, 0).dtype != DT_BOOL || dt_node_in(n, 1).dtype != DT_BOOL) {
        return dt_node_fail(n, DT_ERR_DTYPE, "both operands must be bool (dt_compare makes them)");
    }
    dt_status status = dti_broadcast_sizes(n, &ndim, sizes);
    return status == DT_OK ? dt_node_output(n, 0, DT_BOOL, ndim, sizes) : status;
}

static dt_map map(const dt_node *n) {
    const struct attr *attr = n->attr;
    return dti_map_table(n, tables[attr->connective], DT_BOOL);
}

#define B(...)                                                                                     \
    { DT_SHAPE(__VA_ARGS__), .fill = DT_FILL_BOOL }

const dt_op dti_op_logic = {
    .name = "logic",
    .formula = "y = a and b, a or b, a xor b",
    .arity = 2,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_NOTHING,
    .blocks_gradient = true,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .map = map,
    DT_SAMPLES({.in = {B(3, 4), B(3, 4)}, .attr = &(const struct attr){DT_AND}},
               {.in = {B(2, 1, 4), B(3, 1)}, .attr = &(const struct attr){DT_OR}},
               {.in = {B(2, 0), B(1)}, .attr = &(const struct attr){DT_XOR}}),
};

dt_tensor *dt_logic(dt_tensor *a, dt_connective connective, dt_tensor *b) {
    return dt_apply(&dti_op_logic, 2, (dt_tensor *const[]){a, b}, &(const struct attr){connective});
}
