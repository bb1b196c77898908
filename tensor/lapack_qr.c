/* lapack_qr.c - reduced QR factors with a positive diagonal, and whether they have full rank. */
#include "linalg.h"

#include "blas.h"
#include "each_matrix.h"
#include "threads.h"

#include <float.h>
#include <lapacke.h>
#include <limits.h>
#include <math.h>
#include <string.h>

/* Columns LAPACK treats together if it is given the workspace for that. */
#define BLOCK 32

struct qr {
    char *q, *r, *workspace;
    dt_dtype dtype;
    int64_t m, n;
    size_t stride; /* of the workspace */
};

/* Bytes for one worker, a multiple of 64: n factors and n * BLOCK numbers. */
static size_t worker_bytes(int64_t n, dt_dtype dtype) {
    return ((size_t)n * (BLOCK + 1) * dt_dtype_size(dtype) + 63) / 64 * 64;
}

size_t dti_qr_workspace(int64_t m, int64_t n, dt_dtype dtype) {
    (void)m;
    return worker_bytes(n, dtype) * (size_t)dt_get_threads();
}

/* LAPACK reads the row-major A as A^T and finds A^T = L' Q', so A = Q'^T L'^T: the row-major
 * reading of L' is R, that of Q' is Q. */
static lapack_int reduce(const struct qr *job, void *a, void *tau, void *work) {
    lapack_int m = (lapack_int)job->m, n = (lapack_int)job->n, size = n * BLOCK;
    switch (job->dtype) {
    case DT_F32: return LAPACKE_sgelqf_work(LAPACK_COL_MAJOR, n, m, a, n, tau, work, size);
    case DT_F64: return LAPACKE_dgelqf_work(LAPACK_COL_MAJOR, n, m, a, n, tau, work, size);
    case DT_C64: return LAPACKE_cgelqf_work(LAPACK_COL_MAJOR, n, m, a, n, tau, work, size);
    default: return LAPACKE_zgelqf_work(LAPACK_COL_MAJOR, n, m, a, n, tau, work, size);
    }
}

static lapack_int form_q(const struct qr *job, void *a, void *tau, void *work) {
    lapack_int m = (lapack_int)job->m, n = (lapack_int)job->n, size = n * BLOCK;
    switch (job->dtype) {
    case DT_F32: return LAPACKE_sorglq_work(LAPACK_COL_MAJOR, n, m, n, a, n, tau, work, size);
    case DT_F64: return LAPACKE_dorglq_work(LAPACK_COL_MAJOR, n, m, n, a, n, tau, work, size);
    case DT_C64: return LAPACKE_cunglq_work(LAPACK_COL_MAJOR, n, m, n, a, n, tau, work, size);
    default: return LAPACKE_zunglq_work(LAPACK_COL_MAJOR, n, m, n, a, n, tau, work, size);
    }
}

/* R is the upper triangle of the first n rows of a. */
static void take_r(const struct qr *job, const char *a, char *r) {
    size_t item = dt_dtype_size(job->dtype), row = (size_t)job->n * item;
    memset(r, 0, (size_t)job->n * row);
    for (int64_t i = 0; i < job->n; i++) {
        size_t start = (size_t)i * item;
        memcpy(r + (size_t)i * row + start, a + (size_t)i * row + start, row - start);
    }
}

/* The diagonal of R is real: where it is negative, row i of R and column i of Q change sign. */
#define TURN(name, type, NEGATIVE, CLEAR, MINUS)                                                   \
    static void name(int64_t m, int64_t n, void *q_data, void *r_data) {                           \
        type *q = q_data, *r = r_data;                                                             \
        for (int64_t i = 0; i < n; i++) {                                                          \
            CLEAR(r[i * n + i]);                                                                   \
            if (!NEGATIVE(r[i * n + i])) {                                                         \
                continue;                                                                          \
            }                                                                                      \
            for (int64_t j = i; j < n; j++) {                                                      \
                MINUS(r[i * n + j]);                                                               \
            }                                                                                      \
            for (int64_t k = 0; k < m; k++) {                                                      \
                MINUS(q[k * n + i]);                                                               \
            }                                                                                      \
        }                                                                                          \
    }
#define REAL_NEGATIVE(x)    ((x) < 0)
#define REAL_CLEAR(x)       ((void)0)
#define REAL_MINUS(x)       ((x) = -(x))
#define COMPLEX_NEGATIVE(x) ((x).re < 0)
#define COMPLEX_CLEAR(x)    ((x).im = 0)
#define COMPLEX_MINUS(x)    ((x).re = -(x).re, (x).im = -(x).im)
TURN(turn_f32, float, REAL_NEGATIVE, REAL_CLEAR, REAL_MINUS)
TURN(turn_f64, double, REAL_NEGATIVE, REAL_CLEAR, REAL_MINUS)
TURN(turn_c64, dt_c64, COMPLEX_NEGATIVE, COMPLEX_CLEAR, COMPLEX_MINUS)
TURN(turn_c128, dt_c128, COMPLEX_NEGATIVE, COMPLEX_CLEAR, COMPLEX_MINUS)

static void make_positive(const struct qr *job, char *q, char *r) {
    switch (job->dtype) {
    case DT_F32: turn_f32(job->m, job->n, q, r); break;
    case DT_F64: turn_f64(job->m, job->n, q, r); break;
    case DT_C64: turn_c64(job->m, job->n, q, r); break;
    default: turn_c128(job->m, job->n, q, r); break;
    }
}

static bool factorise_matrix(void *context, int64_t matrix, int worker) {
    const struct qr *job = context;
    size_t item = dt_dtype_size(job->dtype);
    char *q = job->q + (size_t)(matrix * job->m * job->n) * item;
    char *r = job->r + (size_t)(matrix * job->n * job->n) * item;
    char *tau = job->workspace + (size_t)worker * job->stride;
    char *work = tau + (size_t)job->n * item;
    bool good = reduce(job, q, tau, work) == 0;
    take_r(job, q, r);
    good = form_q(job, q, tau, work) == 0 && good;
    make_positive(job, q, r);
    return good;
}

dt_status dti_qr(const dt_array *q, const dt_array *r, void *workspace) {
    int64_t size = dt_array_size(q);
    if (size == 0) {
        return DT_OK;
    }
    struct qr job = {.q = q->data, .r = r->data, .workspace = workspace, .dtype = q->dtype};
    job.m = q->shape[q->ndim - 2];
    job.n = q->shape[q->ndim - 1];
    if (job.m > INT_MAX || job.n > INT_MAX / BLOCK) {
        return DT_ERR_SHAPE;
    }
    dti_blas_prepare();
    job.stride = worker_bytes(job.n, job.dtype);
    double work = 4 * (double)job.m * (double)job.n * (double)job.n *
                  (dt_dtype_is_complex(job.dtype) ? 4 : 1);
    int64_t failed = dti_each_matrix(size / (job.m * job.n), work, factorise_matrix, &job);
    return failed < 0 ? DT_OK : DT_ERR_SHAPE; /* LAPACK refuses arguments only */
}

/* -- rank -------------------------------------------------------------------------------------- */

struct rank {
    const dt_array *r;
    int64_t n;
    char *workspace;
    size_t stride; /* of the workspace */
};

/* Bytes for one worker: a copy of the triangle, 3 n numbers and as many real ones or integers. */
static size_t rank_bytes(int64_t n, dt_dtype dtype) {
    size_t bytes = (size_t)(n * n + 3 * n) * dt_dtype_size(dtype) + (size_t)n * sizeof(double);
    return (bytes + 63) / 64 * 64;
}

size_t dti_qr_rank_workspace(int64_t n, dt_dtype dtype) {
    return rank_bytes(n, dtype) * (size_t)dt_get_threads();
}

static double number(dt_dtype dtype, const void *x, int64_t k) {
    return dt_dtype_real(dtype) == DT_F32 ? (double)((const float *)x)[k] : ((const double *)x)[k];
}

/* copy = r with its columns scaled to length 1; false if one has no length that is a positive
 * number. */
static bool scale_columns(dt_dtype dtype, int64_t n, const char *r, char *copy) {
    int64_t parts = dt_dtype_is_complex(dtype) ? 2 : 1;
    for (int64_t j = 0; j < n; j++) {
        double largest = 0, sum = 0;
        for (int64_t i = 0; i <= j; i++) {
            for (int64_t p = 0; p < parts; p++) {
                double x = fabs(number(dtype, r, (i * n + j) * parts + p));
                largest = x > largest || isnan(x) ? x : largest;
            }
        }
        if (!(largest > 0 && isfinite(largest))) {
            return false;
        }
        for (int64_t k = 0; k < (j + 1) * parts; k++) {
            double x = number(dtype, r, (k / parts * n + j) * parts + k % parts) / largest;
            sum += x * x;
        }
        for (int64_t k = 0; k < n * parts; k++) {
            int64_t at = (k / parts * n + j) * parts + k % parts;
            double x = number(dtype, r, at) / largest / sqrt(sum);
            if (dt_dtype_real(dtype) == DT_F32) {
                ((float *)(void *)copy)[at] = (float)x;
            } else {
                ((double *)(void *)copy)[at] = x;
            }
        }
    }
    return true;
}

/* Reciprocal condition number, in the largest row sum, of the column-major lower triangle R^T: that
 * of R in the largest column sum. */
static double reciprocal_condition(dt_dtype dtype, int64_t order, void *r, void *work) {
    lapack_int n = (lapack_int)order;
    float single = 0;
    double rcond = 0;
    char *more = (char *)work + (size_t)(3 * order) * dt_dtype_size(dtype);
    void *extra = more;
    switch (dtype) {
    case DT_F32:
        LAPACKE_strcon_work(LAPACK_COL_MAJOR, 'I', 'L', 'N', n, r, n, &single, work, extra);
        return (double)single;
    case DT_F64:
        LAPACKE_dtrcon_work(LAPACK_COL_MAJOR, 'I', 'L', 'N', n, r, n, &rcond, work, extra);
        return rcond;
    case DT_C64:
        LAPACKE_ctrcon_work(LAPACK_COL_MAJOR, 'I', 'L', 'N', n, r, n, &single, work, extra);
        return (double)single;
    default:
        LAPACKE_ztrcon_work(LAPACK_COL_MAJOR, 'I', 'L', 'N', n, r, n, &rcond, work, extra);
        return rcond;
    }
}

static double condition_of(const struct rank *job, int64_t matrix, int worker) {
    dt_dtype dtype = job->r->dtype;
    size_t item = dt_dtype_size(dtype);
    const char *r = (const char *)job->r->data + (size_t)(matrix * job->n * job->n) * item;
    char *copy = job->workspace + (size_t)worker * job->stride;
    if (!scale_columns(dtype, job->n, r, copy)) {
        return 0;
    }
    return reciprocal_condition(dtype, job->n, copy, copy + (size_t)(job->n * job->n) * item);
}

static bool has_full_rank(void *context, int64_t matrix, int worker) {
    const struct rank *job = context;
    bool single = dt_dtype_real(job->r->dtype) == DT_F32;
    double roundoff = single ? (double)FLT_EPSILON / 2 : DBL_EPSILON / 2;
    return condition_of(job, matrix, worker) >= (double)job->n * roundoff;
}

int64_t dti_qr_rank(const dt_array *r, void *workspace, double *ret_rcond) {
    int64_t size = dt_array_size(r);
    if (size == 0) {
        return -1;
    }
    struct rank job = {.r = r, .n = r->shape[r->ndim - 1], .workspace = workspace};
    dti_blas_prepare();
    job.stride = rank_bytes(job.n, r->dtype);
    double work = 8 * (double)job.n * (double)job.n * (dt_dtype_is_complex(r->dtype) ? 4 : 1);
    int64_t failed = dti_each_matrix(size / (job.n * job.n), work, has_full_rank, &job);
    if (failed >= 0) {
        *ret_rcond = condition_of(&job, failed, 0);
    }
    return failed;
}
