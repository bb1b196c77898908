/* map_node.c - shape and forward functions shared by elementwise operations. */
#include "ops.h"

#include "internal.h"

#include <string.h>

dt_status dti_shape_broadcast(dt_node *n) {
    for (int i = 0; i < n->n_in; i++) {
        if (dt_node_need(n, i, DT_REAL_AND_COMPLEX) != DT_OK) {
            return DT_ERR_DTYPE;
        }
    }
    return dti_node_output_broadcast(n);
}

dt_status dti_shape_unary(dt_node *n) {
    dt_status status = dt_node_need(n, 0, DT_REAL_AND_COMPLEX);
    return status == DT_OK ? dt_node_output_like(n, 0, dt_node_in(n, 0).dtype) : status;
}

dt_status dti_shape_real(dt_node *n) {
    dt_status status = dt_node_need(n, 0, DT_REAL_ONLY);
    return status == DT_OK ? dt_node_output_like(n, 0, dt_node_in(n, 0).dtype) : status;
}

dt_status dti_shape_to_real(dt_node *n) {
    dt_status status = dt_node_need(n, 0, DT_REAL_AND_COMPLEX);
    return status == DT_OK ? dt_node_output_like(n, 0, dt_dtype_real(dt_node_in(n, 0).dtype))
                           : status;
}

dt_status dti_shape_to_complex(dt_node *n) {
    dt_status status = dt_node_need(n, 0, DT_REAL_ONLY);
    return status == DT_OK ? dt_node_output_like(n, 0, dt_dtype_complex(dt_node_in(n, 0).dtype))
                           : status;
}

dt_status dti_broadcast_sizes(dt_node *n, int *ret_ndim, int64_t *ret_shape) {
    int ndim = 0;
    int64_t shape[DT_MAX_DIMS];
    for (int i = 0; i < n->n_in; i++) {
        const dt_array a = dt_node_in(n, i);
        if (dti_broadcast_shapes(ndim, shape, a.ndim, a.shape, &ndim, shape, NULL) != DT_OK) {
            return dt_node_fail(
                n, DT_ERR_SHAPE,
                "shapes do not broadcast (sizes, aligned at the right, must be equal or 1)");
        }
    }
    *ret_ndim = ndim;
    memcpy(ret_shape, shape, (size_t)ndim * sizeof *shape);
    return DT_OK;
}

dt_status dti_shape_pair_to_complex(dt_node *n) {
    if (dt_node_need(n, 0, DT_REAL_ONLY) != DT_OK || dt_node_need(n, 1, DT_REAL_ONLY) != DT_OK) {
        return DT_ERR_DTYPE;
    }
    dt_dtype dtype = dt_node_in(n, 0).dtype;
    if (dtype != dt_node_in(n, 1).dtype) {
        return dt_node_fail(n, DT_ERR_DTYPE,
                            "types do not mix (use dt_cast to convert on purpose)");
    }
    int ndim;
    int64_t shape[DT_MAX_DIMS];
    dt_status status = dti_broadcast_sizes(n, &ndim, shape);
    return status == DT_OK ? dt_node_output(n, 0, dt_dtype_complex(dtype), ndim, shape) : status;
}

dt_map dti_map_table(const dt_node *n, dt_map_fn *const *table, dt_dtype compute) {
    dt_map map = {.fn = table[compute]};
    for (int i = 0; i < n->n_in && i < DT_MAP_INPUTS; i++) {
        map.in[i] = compute;
    }
    return map;
}

bool dti_is_real(const dt_tensor *x) {
    dt_dtype dtype = dt_dtype_of(x);
    return dtype == DT_F32 || dtype == DT_F64;
}

dt_tensor *dti_plus(dt_tensor *x, double c) {
    return dt_add(x, dt_full(dt_tape_of(x), dt_dtype_real(dt_dtype_of(x)), 0, NULL, c));
}

dt_tensor *dti_times_i(dt_tensor *x) {
    return dt_complex(dt_full(dt_tape_of(x), dt_dtype_of(x), 0, NULL, 0), x);
}
