/* blas.c - matrix products and triangular solves: the only file that calls BLAS. */
#include "linalg.h"
#include "view.h"

#include "blas.h"
#include "threads.h"
#include "workspace.h"

#include <cblas.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

/* Multiply-adds per parallel chunk, those from which waking the workers pays, and rows of a product
 * that stay together. */
#define CHUNK_WORK    262144
#define PARALLEL_WORK 2097152
#define BLOCK_ROWS    256

static void limit_blas_threads(void) {
    openblas_set_num_threads(1);
}

void dti_blas_prepare(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, limit_blas_threads);
}

/* A matrix operand, or a batch of them, as row-major BLAS sees it. */
typedef struct operand {
    dt_array array; /* memory BLAS can read, leading dimensions still those of the operand */
    bool owned;
    int64_t leading;
    CBLAS_TRANSPOSE transpose;          /* what turns that memory into the operand */
    bool turned;                        /* it is column-major: read as its transpose */
    int64_t batch_strides[DT_MAX_DIMS]; /* aligned with the output's batch dimensions */
} operand;

static CBLAS_TRANSPOSE row_major(dti_flag flag) {
    return flag == DTI_N ? CblasNoTrans : flag == DTI_T ? CblasTrans : CblasConjTrans;
}

static CBLAS_TRANSPOSE column_major(dti_flag flag, dt_dtype dtype) {
    bool conjugate = flag == DTI_C && dt_dtype_is_complex(dtype);
    return flag == DTI_N ? CblasTrans : conjugate ? CblasConjNoTrans : CblasNoTrans;
}

/* Are the operand's rows rows of its memory? */
static bool is_straight(const operand *op) {
    return op->transpose == CblasNoTrans || op->transpose == CblasConjNoTrans;
}

/* Row-major with any row stride, or the transpose of that. The conjugate transpose of a
 * column-major matrix is "conjugate only" to row-major BLAS, which OpenBLAS has and the standard
 * lacks. */
static bool describe(const dt_array *array, dti_flag flag, operand *ret) {
    int r = array->ndim - 2, c = array->ndim - 1;
    int64_t rows = array->shape[r], cols = array->shape[c];
    int64_t row_stride = array->strides[r], col_stride = array->strides[c];
    if ((cols == 1 || col_stride == 1) && (rows == 1 || row_stride >= cols) &&
        row_stride <= INT_MAX) {
        ret->leading = rows == 1 ? cols : row_stride;
        ret->transpose = row_major(flag);
        return ret->leading > 0;
    }
    if ((rows == 1 || row_stride == 1) && (cols == 1 || col_stride >= rows) &&
        col_stride <= INT_MAX) {
        ret->leading = cols == 1 ? rows : col_stride;
        ret->transpose = column_major(flag, array->dtype);
        ret->turned = true;
        return ret->leading > 0;
    }
    return false;
}

static dt_status prepare(const dt_array *array, dti_flag flag, const dt_array *out, operand *ret) {
    ret->array = *array;
    ret->owned = ret->turned = false;
    if (!describe(array, flag, ret)) {
        dt_array source = *array;
        for (int d = 0; d < array->ndim - 2; d++) { /* repeated matrices are copied once */
            source.shape[d] = source.strides[d] == 0 ? 1 : source.shape[d];
        }
        dt_status status =
            dti_array_alloc(&ret->array, array->dtype, source.ndim, source.shape, false, NULL);
        if (status != DT_OK) {
            return status;
        }
        ret->owned = true;
        dt_array_copy(&ret->array, &source, NULL);
        ret->leading = source.shape[source.ndim - 1];
        ret->transpose = row_major(flag);
    }
    int added = out->ndim - array->ndim;
    for (int d = 0; d < out->ndim - 2; d++) {
        bool repeated = d < added || ret->array.shape[d - added] == 1;
        ret->batch_strides[d] = repeated ? 0 : ret->array.strides[d - added];
    }
    return DT_OK;
}

static void release(operand *op) {
    if (op->owned) {
        dt_array_free(&op->array);
    }
}

static const char *matrix_at(const operand *op, const dt_array *out, int64_t batch) {
    int64_t offset = 0;
    for (int d = out->ndim - 3; d >= 0; d--) {
        offset += batch % out->shape[d] * op->batch_strides[d];
        batch /= out->shape[d];
    }
    return (const char *)op->array.data + offset * (int64_t)dt_dtype_size(op->array.dtype);
}

/* Items 0 .. n_items - 1 of `work` multiply-adds each, in chunks; body sees chunks of
 * items_per_chunk(work) items. */
static int64_t items_per_chunk(double work) {
    return work >= CHUNK_WORK ? 1 : (int64_t)(CHUNK_WORK / work);
}

static void run_items(int64_t n_items, double work, dti_chunk_fn *body, void *context) {
    int64_t per_chunk = items_per_chunk(work), n_chunks = (n_items + per_chunk - 1) / per_chunk;
    if ((double)n_items * work >= PARALLEL_WORK) {
        dti_parallel_for(n_chunks, body, context);
        return;
    }
    for (int64_t chunk = 0; chunk < n_chunks; chunk++) {
        body(context, chunk, 0);
    }
}

/* Real multiply-adds in one of the element type. */
static double work_factor(dt_dtype dtype) {
    return dt_dtype_is_complex(dtype) ? 4 : 1;
}

typedef struct product {
    const dt_array *out;
    operand a, b;
    int64_t m, n, k;
    int64_t n_items, n_blocks, items_per_chunk;
} product;

/* Rows [row, row + rows) of the product of one pair of matrices. */
static void multiply(const product *p, int64_t batch, int64_t row, int64_t rows) {
    dt_dtype dtype = p->out->dtype;
    int64_t item = (int64_t)dt_dtype_size(dtype);
    const char *a = matrix_at(&p->a, p->out, batch), *b = matrix_at(&p->b, p->out, batch);
    a += (is_straight(&p->a) ? row * p->a.leading : row) * item;
    char *c = (char *)p->out->data + (batch * p->m + row) * p->n * item;
    CBLAS_TRANSPOSE ta = p->a.transpose, tb = p->b.transpose;
    int m = (int)rows, n = (int)p->n, k = (int)p->k;
    int lda = (int)p->a.leading, ldb = (int)p->b.leading;
    static const float one_f32[2] = {1, 0}, zero_f32[2] = {0, 0};
    static const double one_f64[2] = {1, 0}, zero_f64[2] = {0, 0};
    switch (dtype) {
    case DT_F32:
        cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, (const float *)(const void *)a, lda,
                    (const float *)(const void *)b, ldb, 0, (float *)(void *)c, n);
        break;
    case DT_F64:
        cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, (const double *)(const void *)a, lda,
                    (const double *)(const void *)b, ldb, 0, (double *)(void *)c, n);
        break;
    case DT_C64:
        cblas_cgemm(CblasRowMajor, ta, tb, m, n, k, one_f32, a, lda, b, ldb, zero_f32, c, n);
        break;
    default:
        cblas_zgemm(CblasRowMajor, ta, tb, m, n, k, one_f64, a, lda, b, ldb, zero_f64, c, n);
        break;
    }
}

static void multiply_chunk(void *context, int64_t chunk, int worker) {
    (void)worker;
    const product *p = context;
    int64_t first = chunk * p->items_per_chunk, end = first + p->items_per_chunk;
    for (int64_t i = first; i < end && i < p->n_items; i++) {
        int64_t row = i % p->n_blocks * BLOCK_ROWS;
        int64_t rows = p->m - row < BLOCK_ROWS ? p->m - row : BLOCK_ROWS;
        multiply(p, i / p->n_blocks, row, rows);
    }
}

/* (batch, m, k) (k, n) is one product with batch * m rows when the rows of a follow each other. */
static bool merge_batch(const dt_array *out, const dt_array *a, dti_flag flag_a, const dt_array *b,
                        dt_array *ret_out, dt_array *ret_a, dt_array *ret_b) {
    if (flag_a != DTI_N || out->ndim < 3 || a->ndim != out->ndim) {
        return false;
    }
    int64_t rows = 1, b_matrices = 1;
    for (int d = 0; d < out->ndim - 1; d++) {
        rows *= out->shape[d];
        if (d < out->ndim - 2 && a->shape[d] != out->shape[d]) {
            return false;
        }
    }
    *ret_b = *b;
    ret_b->ndim = 2;
    for (int d = 0; d < b->ndim; d++) {
        if (d < b->ndim - 2) {
            b_matrices *= b->strides[d] == 0 ? 1 : b->shape[d];
        } else {
            ret_b->shape[d - (b->ndim - 2)] = b->shape[d];
            ret_b->strides[d - (b->ndim - 2)] = b->strides[d];
        }
    }
    int last = out->ndim - 1;
    int64_t a_shape[2] = {rows, a->shape[last]}, out_shape[2] = {rows, out->shape[last]};
    return b_matrices == 1 && dti_array_reshape(ret_a, a, 2, a_shape, NULL) == DT_OK &&
           dti_array_reshape(ret_out, out, 2, out_shape, NULL) == DT_OK;
}

static dt_status run_product(const dt_array *out, const dt_array *a, dti_flag flag_a,
                             const dt_array *b, dti_flag flag_b) {
    product p = {.out = out, .m = out->shape[out->ndim - 2], .n = out->shape[out->ndim - 1]};
    p.k = a->shape[a->ndim - (flag_a == DTI_N ? 1 : 2)];
    if (p.n > INT_MAX || p.k > INT_MAX) {
        return DT_ERR_SHAPE;
    }
    dt_status status = prepare(a, flag_a, out, &p.a);
    if (status != DT_OK) {
        return status;
    }
    status = prepare(b, flag_b, out, &p.b);
    if (status == DT_OK) {
        p.n_blocks = (p.m + BLOCK_ROWS - 1) / BLOCK_ROWS;
        p.n_items = dt_array_size(out) / (p.m * p.n) * p.n_blocks;
        int64_t rows = p.m < BLOCK_ROWS ? p.m : BLOCK_ROWS;
        double work = (double)rows * (double)p.n * (double)p.k * work_factor(out->dtype);
        p.items_per_chunk = items_per_chunk(work);
        run_items(p.n_items, work, multiply_chunk, &p);
        release(&p.b);
    }
    release(&p.a);
    return status;
}

dt_status dti_matmul(const dt_array *out, const dt_array *a, dti_flag flag_a, const dt_array *b,
                     dti_flag flag_b) {
    if (dt_array_size(out) == 0) {
        return DT_OK;
    }
    if (dt_array_size(a) == 0) { /* the inner size is 0 */
        memset(out->data, 0, dt_array_bytes(out));
        return DT_OK;
    }
    if (dti_small_matmul(out, a, flag_a, b, flag_b)) {
        return DT_OK;
    }
    dti_blas_prepare();
    dt_array merged_out, merged_a, merged_b;
    if (merge_batch(out, a, flag_a, b, &merged_out, &merged_a, &merged_b)) {
        return run_product(&merged_out, &merged_a, flag_a, &merged_b, flag_b);
    }
    return run_product(out, a, flag_a, b, flag_b);
}

typedef struct solve {
    const dt_array *x;
    operand t;
    bool lower;
    int64_t n, m, n_matrices, matrices_per_chunk;
} solve;

/* x = op(t)^-1 x for one matrix in row-major memory. */
static void solve_one(dt_dtype dtype, CBLAS_UPLO uplo, CBLAS_TRANSPOSE trans, CBLAS_DIAG diag,
                      int n, int m, const char *t, int ldt, char *x) {
    static const float one_f32[2] = {1, 0};
    static const double one_f64[2] = {1, 0};
    switch (dtype) {
    case DT_F32:
        cblas_strsm(CblasRowMajor, CblasLeft, uplo, trans, diag, n, m, 1,
                    (const float *)(const void *)t, ldt, (float *)(void *)x, m);
        break;
    case DT_F64:
        cblas_dtrsm(CblasRowMajor, CblasLeft, uplo, trans, diag, n, m, 1,
                    (const double *)(const void *)t, ldt, (double *)(void *)x, m);
        break;
    case DT_C64:
        cblas_ctrsm(CblasRowMajor, CblasLeft, uplo, trans, diag, n, m, one_f32, t, ldt, x, m);
        break;
    default:
        cblas_ztrsm(CblasRowMajor, CblasLeft, uplo, trans, diag, n, m, one_f64, t, ldt, x, m);
        break;
    }
}

/* The same for one column, which has functions of its own. */
static void solve_column(dt_dtype dtype, CBLAS_UPLO uplo, CBLAS_TRANSPOSE trans, CBLAS_DIAG diag,
                         int n, const char *t, char *x) {
    switch (dtype) {
    case DT_F32:
        cblas_strsv(CblasRowMajor, uplo, trans, diag, n, (const float *)(const void *)t, n,
                    (float *)(void *)x, 1);
        break;
    case DT_F64:
        cblas_dtrsv(CblasRowMajor, uplo, trans, diag, n, (const double *)(const void *)t, n,
                    (double *)(void *)x, 1);
        break;
    case DT_C64:
        cblas_ctrsv(CblasRowMajor, uplo, trans, diag, n, (const float *)(const void *)t, n,
                    (float *)(void *)x, 1);
        break;
    default:
        cblas_ztrsv(CblasRowMajor, uplo, trans, diag, n, (const double *)(const void *)t, n,
                    (double *)(void *)x, 1);
        break;
    }
}

void dti_solve_triangle(dt_dtype dtype, bool lower, dti_flag flag, bool unit, int64_t n, int64_t m,
                        const void *t, void *x) {
    CBLAS_UPLO uplo = lower ? CblasLower : CblasUpper;
    CBLAS_DIAG diag = unit ? CblasUnit : CblasNonUnit;
    if (m == 1) {
        solve_column(dtype, uplo, row_major(flag), diag, (int)n, t, x);
    } else {
        solve_one(dtype, uplo, row_major(flag), diag, (int)n, (int)m, t, (int)n, x);
    }
}

static void solve_matrix(const solve *s, int64_t batch) {
    dt_dtype dtype = s->x->dtype;
    char *x = (char *)s->x->data + batch * s->n * s->m * (int64_t)dt_dtype_size(dtype);
    solve_one(dtype, s->lower ? CblasLower : CblasUpper, s->t.transpose, CblasNonUnit, (int)s->n,
              (int)s->m, matrix_at(&s->t, s->x, batch), (int)s->t.leading, x);
}

static void solve_chunk(void *context, int64_t chunk, int worker) {
    (void)worker;
    const solve *s = context;
    int64_t first = chunk * s->matrices_per_chunk, end = first + s->matrices_per_chunk;
    for (int64_t i = first; i < end && i < s->n_matrices; i++) {
        solve_matrix(s, i);
    }
}

static bool is_zero(const char *element, dt_dtype dtype) {
    double z[2] = {0, 0};
    float f[2] = {0, 0};
    size_t size = dt_dtype_size(dtype);
    if (dt_dtype_real(dtype) == DT_F32) {
        memcpy(f, element, size);
        return f[0] == 0 && f[1] == 0;
    }
    memcpy(z, element, size);
    return z[0] == 0 && z[1] == 0;
}

static bool has_zero_diagonal(const solve *s, int64_t batch) {
    dt_dtype dtype = s->x->dtype;
    const char *t = matrix_at(&s->t, s->x, batch);
    for (int64_t i = 0; i < s->n; i++) {
        if (is_zero(t + i * (s->t.leading + 1) * (int64_t)dt_dtype_size(dtype), dtype)) {
            return true;
        }
    }
    return false;
}

dt_status dti_triangular_solve(const dt_array *x, const dt_array *t, bool lower, dti_flag flag,
                               int64_t *ret_matrix) {
    int64_t size = dt_array_size(x);
    if (size == 0) {
        return DT_OK;
    }
    solve s = {.x = x, .lower = lower, .n = x->shape[x->ndim - 2], .m = x->shape[x->ndim - 1]};
    if (s.n > INT_MAX || s.m > INT_MAX) {
        return DT_ERR_SHAPE;
    }
    dti_blas_prepare();
    dt_status status = prepare(t, flag, x, &s.t);
    if (status != DT_OK) {
        return status;
    }
    /* A matrix read as its transpose has its triangle on the other side. */
    s.lower = s.t.turned ? !lower : lower;
    s.n_matrices = size / (s.n * s.m);
    for (int64_t i = 0; i < s.n_matrices && status == DT_OK; i++) {
        if (has_zero_diagonal(&s, i)) {
            *ret_matrix = i;
            status = DT_ERR_SINGULAR;
        }
    }
    if (status == DT_OK) {
        double work = (double)s.n * (double)s.n * (double)s.m * work_factor(x->dtype);
        s.matrices_per_chunk = items_per_chunk(work);
        run_items(s.n_matrices, work, solve_chunk, &s);
    }
    release(&s.t);
    return status;
}
