/* matrices.c - what the matrix operations share: types, batch shapes, names of matrices. */
#include "matrices.h"

#include "lapack_common.h"

#include <inttypes.h>
#include <stdio.h>

void dti_mix_types(dt_tensor **a, dt_tensor **b) {
    if (*a == NULL || *b == NULL) {
        return; /* dt_apply names the missing one */
    }
    dt_dtype type_a = dt_dtype_of(*a), type_b = dt_dtype_of(*b), common;
    if (type_a == type_b || !dti_dtype_promote(type_a, type_b, &common)) {
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
        if (dt_node_need(n, i, DT_REAL_AND_COMPLEX) != DT_OK) {
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

dt_status dti_need_lapack_size(dt_node *n, int i) {
    const dt_array a = dt_node_in(n, i);
    if (dti_lapack_fits(a.shape[a.ndim - 2], a.shape[a.ndim - 1])) {
        return DT_OK;
    }
    return dt_node_fail(
        n, DT_ERR_SHAPE,
        "matrices beyond %d in the smaller of their two sizes are more than LAPACK's "
        "integers can hold",
        DTI_LAPACK_MOST);
}

dt_status dti_output_matrices(dt_node *n, int64_t rows, int64_t cols) {
    const dt_array a = dt_node_in(n, 0), b = dt_node_in(n, 1);
    int64_t shape[DT_MAX_DIMS];
    int batch;
    if (dti_broadcast_shapes(a.ndim - 2, a.shape, b.ndim - 2, b.shape, &batch, shape, NULL) !=
        DT_OK) {
        return dt_node_fail(n, DT_ERR_SHAPE, "leading dimensions do not broadcast");
    }
    shape[batch] = rows;
    shape[batch + 1] = cols;
    return dt_node_output(n, 0, a.dtype, batch + 2, shape);
}

bool dti_is_matrices(dt_tensor *a, bool square, const char *name) {
    dt_tape *tape = dt_tape_of(a);
    if (dt_tape_status(tape) != DT_OK) {
        return false;
    }
    int ndim = dt_ndim(a);
    bool right = ndim >= 2 && (!square || dt_shape(a)[ndim - 1] == dt_shape(a)[ndim - 2]);
    if (right && dt_dtype_is_float(dt_dtype_of(a))) {
        return true;
    }
    char shape[192];
    dt_tape_fail(tape, right ? DT_ERR_DTYPE : DT_ERR_SHAPE,
                 "%s: needs %smatrices of a float type in the last two dimensions: %s %s", name,
                 square ? "square " : "", dt_shape_format(shape, sizeof shape, ndim, dt_shape(a)),
                 dt_dtype_name(dt_dtype_of(a)));
    return false;
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

void dti_fail_decomposition(dt_node *n, dt_status status, const dt_array *a, int64_t matrix,
                            const char *values) {
    char name[64];
    dti_matrix_name(name, sizeof name, a, matrix);
    if (status == DT_ERR_NONFINITE) {
        dt_node_fail_at(n, status, matrix, "%s has an element that is not finite", name);
    } else if (status == DT_ERR_NONCONVERGENT) {
        dt_node_fail_at(n, status, matrix, "the %s of %s do not converge", values, name);
    } else {
        dt_node_fail(n, status, "the decomposition of %s failed", name);
    }
}

/* out = (in[0] + in[1]*)/2, of a and its transpose. */
#define REAL_MEAN(type)                                                                            \
    static void mean_##type(int64_t n, void *out, const void *const *in, const void *attr) {       \
        (void)attr;                                                                                \
        type *y = out;                                                                             \
        const type *a = in[0], *b = in[1];                                                         \
        for (int64_t i = 0; i < n; i++) {                                                          \
            y[i] = a[i] / 2 + b[i] / 2;                                                            \
        }                                                                                          \
    }
#define COMPLEX_MEAN(type)                                                                         \
    static void mean_##type(int64_t n, void *out, const void *const *in, const void *attr) {       \
        (void)attr;                                                                                \
        type *y = out;                                                                             \
        const type *a = in[0], *b = in[1];                                                         \
        for (int64_t i = 0; i < n; i++) {                                                          \
            y[i].re = a[i].re / 2 + b[i].re / 2;                                                   \
            y[i].im = a[i].im / 2 - b[i].im / 2;                                                   \
        }                                                                                          \
    }
REAL_MEAN(float)
REAL_MEAN(double)
COMPLEX_MEAN(dt_c64)
COMPLEX_MEAN(dt_c128)

void dti_hermitian_part(const dt_array *out, const dt_array *a) {
    static dt_map_fn *const mean[DT_DTYPE_COUNT] = {[DT_F32] = mean_float,
                                                    [DT_F64] = mean_double,
                                                    [DT_C64] = mean_dt_c64,
                                                    [DT_C128] = mean_dt_c128};
    dt_array transposed = *a;
    int last = a->ndim - 1;
    transposed.strides[last] = a->strides[last - 1];
    transposed.strides[last - 1] = a->strides[last];
    dti_map(out, mean[a->dtype], 2, (const dt_array *const[]){a, &transposed},
            (const dt_dtype[]){a->dtype, a->dtype}, NULL);
}
