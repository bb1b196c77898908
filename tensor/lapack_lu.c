/* lapack_lu.c - LU factors with partial pivoting, and solutions from them. */
#include "linalg.h"

#include "blas.h"
#include "each_matrix.h"

#include <lapacke.h>
#include <limits.h>
#include <string.h>

/* Real multiply-adds in one of the element type. */
static double work_factor(dt_dtype dtype) {
    return dt_dtype_is_complex(dtype) ? 4 : 1;
}

struct lu {
    char *x;
    int64_t *pivots;
    dt_dtype dtype;
    int64_t n;
};

/* LAPACK reads the row-major A as A^T and finds A^T = P L' U', so A = U'^T L'^T P^T: the row-major
 * reading of its result is L with the pivots in the lower, the unit U in the upper triangle. */
static void factorise(const struct lu *job, char *a, lapack_int *pivots) {
    lapack_int n = (lapack_int)job->n;
    switch (job->dtype) {
    case DT_F32: LAPACKE_sgetrf_work(LAPACK_COL_MAJOR, n, n, (float *)(void *)a, n, pivots); break;
    case DT_F64: LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, n, n, (double *)(void *)a, n, pivots); break;
    case DT_C64: LAPACKE_cgetrf_work(LAPACK_COL_MAJOR, n, n, (void *)a, n, pivots); break;
    default: LAPACKE_zgetrf_work(LAPACK_COL_MAJOR, n, n, (void *)a, n, pivots); break;
    }
}

/* LAPACK's integers fill the front of the row of pivots: spread them from its end. Rows of NaN may
 * come with any number: those exchange nothing. */
static void spread(int64_t *pivots, int64_t n) {
    for (int64_t i = n - 1; i >= 0; i--) {
        lapack_int p;
        memcpy(&p, (const char *)pivots + (size_t)i * sizeof p, sizeof p);
        pivots[i] = p > i && p <= n ? p - 1 : i;
    }
}

static bool factorise_matrix(void *context, int64_t matrix, int worker) {
    (void)worker;
    const struct lu *job = context;
    int64_t *pivots = job->pivots + matrix * job->n;
    char *a = job->x + (size_t)(matrix * job->n * job->n) * dt_dtype_size(job->dtype);
    factorise(job, a, (lapack_int *)(void *)pivots);
    spread(pivots, job->n);
    return true;
}

dt_status dti_lu(const dt_array *x, const dt_array *pivots) {
    int64_t size = dt_array_size(x);
    if (size == 0) {
        return DT_OK;
    }
    struct lu job = {x->data, pivots->data, x->dtype, x->shape[x->ndim - 1]};
    if (job.n > INT_MAX) {
        return DT_ERR_SHAPE;
    }
    dti_blas_prepare();
    double n = (double)job.n;
    dti_each_matrix(size / (job.n * job.n), n * n * n / 3 * work_factor(x->dtype), factorise_matrix,
                    &job);
    return DT_OK;
}

/* -- solutions --------------------------------------------------------------------------------- */

struct lu_solve {
    const dt_array *x, *lu;
    const int64_t *pivots;
    dti_flag flag;
    int64_t n, m;
    int64_t batch_strides[DT_MAX_DIMS]; /* in matrices of lu, aligned with the batch of x */
};

/* Which matrix of lu belongs to matrix k of x? */
static int64_t factor_of(const struct lu_solve *s, int64_t k) {
    int64_t at = 0;
    for (int d = s->x->ndim - 3; d >= 0; d--) {
        at += k % s->x->shape[d] * s->batch_strides[d];
        k /= s->x->shape[d];
    }
    return at;
}

static bool is_zero(const char *element, dt_dtype dtype) {
    double z[2] = {0, 0};
    float f[2] = {0, 0};
    if (dt_dtype_real(dtype) == DT_F32) {
        memcpy(f, element, dt_dtype_size(dtype));
        return f[0] == 0 && f[1] == 0;
    }
    memcpy(z, element, dt_dtype_size(dtype));
    return z[0] == 0 && z[1] == 0;
}

static bool has_zero_pivot(const char *lu, int64_t n, dt_dtype dtype) {
    for (int64_t i = 0; i < n; i++) {
        if (is_zero(lu + (size_t)(i * (n + 1)) * dt_dtype_size(dtype), dtype)) {
            return true;
        }
    }
    return false;
}

static void exchange(char *x, int64_t i, int64_t j, size_t bytes) {
    char *a = x + (size_t)i * bytes, *b = x + (size_t)j * bytes, held[256];
    while (i != j && bytes > 0) {
        size_t part = bytes < sizeof held ? bytes : sizeof held;
        memcpy(held, a, part);
        memcpy(a, b, part);
        memcpy(b, held, part);
        a += part;
        b += part;
        bytes -= part;
    }
}

/* A x = b: x = P U^-1 L^-1 b. op(A) x = b: x = op(L)^-1 op(U)^-1 P^T b. */
static bool solve_matrix(void *context, int64_t matrix, int worker) {
    (void)worker;
    const struct lu_solve *s = context;
    dt_dtype dtype = s->x->dtype;
    size_t item = dt_dtype_size(dtype), row = (size_t)s->m * item;
    int64_t factor = factor_of(s, matrix);
    const char *lu = (const char *)s->lu->data + (size_t)(factor * s->n * s->n) * item;
    const int64_t *pivots = s->pivots + factor * s->n;
    char *x = (char *)s->x->data + (size_t)(matrix * s->n) * row;
    if (has_zero_pivot(lu, s->n, dtype)) {
        return false;
    }
    if (s->flag == DTI_N) {
        dti_solve_triangle(dtype, true, DTI_N, false, s->n, s->m, lu, x);
        dti_solve_triangle(dtype, false, DTI_N, true, s->n, s->m, lu, x);
        for (int64_t i = s->n - 1; i >= 0; i--) {
            exchange(x, i, pivots[i], row);
        }
        return true;
    }
    for (int64_t i = 0; i < s->n; i++) {
        exchange(x, i, pivots[i], row);
    }
    dti_solve_triangle(dtype, false, s->flag, true, s->n, s->m, lu, x);
    dti_solve_triangle(dtype, true, s->flag, false, s->n, s->m, lu, x);
    return true;
}

dt_status dti_lu_solve(const dt_array *x, const dt_array *lu, const dt_array *pivots, dti_flag flag,
                       int64_t *ret_matrix) {
    int64_t size = dt_array_size(x);
    if (size == 0) {
        return DT_OK;
    }
    struct lu_solve s = {.x = x, .lu = lu, .pivots = pivots->data, .flag = flag};
    s.n = x->shape[x->ndim - 2];
    s.m = x->shape[x->ndim - 1];
    if (s.n > INT_MAX || s.m > INT_MAX) {
        return DT_ERR_SHAPE;
    }
    dti_blas_prepare();
    int added = x->ndim - lu->ndim;
    int64_t stride = 1;
    for (int d = lu->ndim - 3; d >= 0; d--) {
        s.batch_strides[d + added] = lu->shape[d] == 1 ? 0 : stride;
        stride *= lu->shape[d];
    }
    double work = (double)s.n * (double)s.n * (double)s.m * work_factor(x->dtype);
    int64_t failed = dti_each_matrix(size / (s.n * s.m), work, solve_matrix, &s);
    if (failed < 0) {
        return DT_OK;
    }
    *ret_matrix = failed;
    return DT_ERR_SINGULAR;
}
