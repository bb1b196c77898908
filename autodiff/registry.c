/* registry.c - all operations, from ops.list. */
#include "internal.h"

#define OP(folder, name) extern const dt_op dti_op_##name;
#include "ops.list"
#undef OP

static const dt_op *const all[] = {
#define OP(folder, name) &dti_op_##name,
#include "ops.list"
#undef OP
};

const dt_op *const *dti_all_ops(int *ret_count) {
    *ret_count = (int)(sizeof all / sizeof all[0]);
    return all;
}
