/* matrices.c - what the matrix operations share: types, batch shapes, names of matrices. */
#include "matrices.h"

#include <inttypes.h>
#include <stdio.h>

void dti_mix_types(dt_tensor **a, dt_tensor **b) {
    if (*a == NULL || *b == NULL) {
        return; /* dt_apply names the missing one */
    }
    dt_dtype type_a = dt_dtype_of(*a), type_b = dt_dtype_of(*b), common;
    if (type_a == type_b || !dt_dtype_promote(type_a, type_b, &common)) {
        return;
    }
    if (type_a != common) {
        *a = dt_cast(*a, common);
    } else {
        *b = dt_cast(*b, common);
    }
}

dt_tensor *dti_adjoint(dt_tensor *x) {
    return dt_conj(dt_transpose(x));
}

dt_status dti_need_matrices(dt_node *n) {
    for (int i = 0; i < n->n_in; i++) {
        if (dt_node_need_float(n, i) != DT_OK) {
            return DT_ERR_DTYPE;
        }
        if (dt_node_in(n, i).dtype != dt_node_in(n, 0).dtype) {
            return dt_node_fail(n, DT_ERR_DTYPE,
                                "types do not mix (use dt_cast to convert on purpose)");
        }
        if (dt_node_in(n, i).ndim < 2) {
            return dt_node_fail(n, DT_ERR_SHAPE,
                                "input %d needs at least two dimensions (dt_expand_dims makes a "
                                "vector a matrix)",
                                i);
        }
    }
    return DT_OK;
}

dt_status dti_output_matrices(dt_node *n, int64_t rows, int64_t cols) {
    const dt_array a = dt_node_in(n, 0), b = dt_node_in(n, 1);
    int64_t shape[DT_MAX_DIMS];
    int batch;
    if (dt_shape_broadcast(a.ndim - 2, a.shape, b.ndim - 2, b.shape, &batch, shape, NULL) !=
        DT_OK) {
        return dt_node_fail(n, DT_ERR_SHAPE, "leading dimensions do not broadcast");
    }
    shape[batch] = rows;
    shape[batch + 1] = cols;
    return dt_node_output(n, 0, a.dtype, batch + 2, shape);
}

const char *dti_matrix_name(char *buffer, size_t size, const dt_array *x, int64_t matrix) {
    int64_t count = 1;
    for (int d = 0; d < x->ndim - 2; d++) {
        count *= x->shape[d];
    }
    if (x->ndim == 2) {
        snprintf(buffer, size, "the matrix");
    } else {
        snprintf(buffer, size, "matrix %" PRId64 " of %" PRId64, matrix, count);
    }
    return buffer;
}
