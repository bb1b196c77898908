/* small_matmul.c - batches of products of small matrices, for which calling BLAS costs too much. */
#include "linalg.h"

#include "kernels/small_product.h"
#include "threads.h"

/* Multiply-adds per parallel chunk, and those from which waking the workers pays. */
#define CHUNK_WORK    65536
#define PARALLEL_WORK 1048576

typedef struct batch {
    const dt_array *out, *a, *b;
    dti_small_product product;
    const dti_small_products *kernel;
    int64_t a_strides[DT_MAX_DIMS], b_strides[DT_MAX_DIMS]; /* aligned with out's dimensions */
    int64_t n_matrices, per_chunk;
    int64_t run; /* matrices along the last batch dimension */
} batch;

/* Strides of x along the batch dimensions of out, 0 where its matrices repeat. */
static void batch_strides(const dt_array *out, const dt_array *x, int64_t *ret_strides) {
    const int added = out->ndim - x->ndim;
    for (int d = 0; d < out->ndim - 2; d++) {
        const bool repeated = d < added || x->shape[d - added] == 1;
        ret_strides[d] = repeated ? 0 : x->strides[d - added];
    }
}

static const char *matrix_at(const dt_array *out, const dt_array *x, const int64_t *strides,
                             int64_t matrix) {
    int64_t offset = 0;
    for (int d = out->ndim - 3; d >= 0; d--) {
        offset += matrix % out->shape[d] * strides[d];
        matrix /= out->shape[d];
    }
    return (const char *)x->data + offset * (int64_t)dt_dtype_size(x->dtype);
}

static void multiply_chunk(void *context, int64_t chunk, int worker) {
    (void)worker;
    const batch *t = context;
    const int64_t bytes = t->product.m * t->product.n * (int64_t)dt_dtype_size(t->out->dtype);
    const int64_t rest = t->n_matrices - chunk * t->per_chunk;
    const int64_t end = chunk * t->per_chunk + (rest < t->per_chunk ? rest : t->per_chunk);
    for (int64_t i = chunk * t->per_chunk, n; i < end; i += n) {
        n = t->run - i % t->run;
        n = n < end - i ? n : end - i;
        t->kernel->run(&t->product, n, matrix_at(t->out, t->a, t->a_strides, i),
                       matrix_at(t->out, t->b, t->b_strides, i), (char *)t->out->data + i * bytes);
    }
}

/* Strides of op(x) from those of x. */
static void matrix_strides(const dt_array *x, dti_flag flag, int64_t *ret_row, int64_t *ret_col) {
    const int r = x->ndim - (flag == DTI_N ? 2 : 1), c = x->ndim - (flag == DTI_N ? 1 : 2);
    *ret_row = x->strides[r];
    *ret_col = x->strides[c];
}

bool dti_small_matmul(const dt_array *out, const dt_array *a, dti_flag flag_a, const dt_array *b,
                      dti_flag flag_b) {
    batch t = {.out = out, .a = a, .b = b, .kernel = &dti_small_products_chosen[out->dtype]};
    dti_small_product *p = &t.product;
    p->m = out->shape[out->ndim - 2];
    p->n = out->shape[out->ndim - 1];
    p->k = a->shape[a->ndim - (flag_a == DTI_N ? 1 : 2)];
    if (p->m > t.kernel->limit || p->n > t.kernel->limit || p->k > t.kernel->limit) {
        return false;
    }
    matrix_strides(a, flag_a, &p->a_row, &p->a_col);
    matrix_strides(b, flag_b, &p->b_row, &p->b_col);
    p->conjugate_a = flag_a == DTI_C && dt_dtype_is_complex(a->dtype);
    p->conjugate_b = flag_b == DTI_C && dt_dtype_is_complex(b->dtype);
    batch_strides(out, a, t.a_strides);
    batch_strides(out, b, t.b_strides);
    t.run = 1;
    if (out->ndim > 2) {
        t.run = out->shape[out->ndim - 3];
        p->a_step = t.a_strides[out->ndim - 3];
        p->b_step = t.b_strides[out->ndim - 3];
    }
    t.n_matrices = dt_array_size(out) / (p->m * p->n);
    const int64_t work = p->m * p->n * p->k * (dt_dtype_is_complex(out->dtype) ? 4 : 1);
    t.per_chunk = 1 + CHUNK_WORK / work;
    const int64_t n_chunks = 1 + (t.n_matrices - 1) / t.per_chunk;
    if (t.n_matrices >= PARALLEL_WORK / work) {
        dti_parallel_for(n_chunks, multiply_chunk, &t);
        return true;
    }
    for (int64_t chunk = 0; chunk < n_chunks; chunk++) {
        multiply_chunk(&t, chunk, 0);
    }
    return true;
}
