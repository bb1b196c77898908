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

static bool has_zero_pivot(const struct lu_solve *s, const void *lu) {
    bool single = dt_dtype_real(s->x->dtype) == DT_F32;
    int64_t parts = dt_dtype_is_complex(s->x->dtype) ? 2 : 1;
    const float *f = lu;
    const double *d = lu;
    for (int64_t i = 0; i < s->n; i++) {
        int64_t re = i * (s->n + 1) * parts, im = re + parts - 1;
        if (single ? f[re] == 0 && f[im] == 0 : d[re] == 0 && d[im] == 0) {
            return true;
        }
    }
    return false;
}

#define EXCHANGE(name, type)                                                                       \
    static void name(type *x, int64_t i, int64_t j, int64_t count) {                               \
        for (int64_t k = 0; i != j && k < count; k++) {                                            \
            type held = x[i * count + k];                                                          \
            x[i * count + k] = x[j * count + k];                                                   \
            x[j * count + k] = held;                                                               \
        }                                                                                          \
    }
EXCHANGE(exchange_single, float)
EXCHANGE(exchange_double, double)

/* x -> P x, or P^T x: rows exchanged from the last pivot, or from the first. */
static void permute(const struct lu_solve *s, const int64_t *pivots, bool inverse, void *x) {
    bool single = dt_dtype_real(s->x->dtype) == DT_F32;
    int64_t count = s->m * (dt_dtype_is_complex(s->x->dtype) ? 2 : 1);
    for (int64_t k = 0; k < s->n; k++) {
        int64_t i = inverse ? k : s->n - 1 - k;
        if (single) {
            exchange_single(x, i, pivots[i], count);
        } else {
            exchange_double(x, i, pivots[i], count);
        }
    }
}

/* A x = b: x = P U^-1 L^-1 b. op(A) x = b: x = op(L)^-1 op(U)^-1 P^T b. */
static bool solve_matrix(void *context, int64_t matrix, int worker) {
    (void)worker;
    const struct lu_solve *s = context;
    dt_dtype dtype = s->x->dtype;
    size_t item = dt_dtype_size(dtype);
    int64_t factor = factor_of(s, matrix);
    const char *lu = (const char *)s->lu->data + (size_t)(factor * s->n * s->n) * item;
    const int64_t *pivots = s->pivots + factor * s->n;
    char *x = (char *)s->x->data + (size_t)(matrix * s->n * s->m) * item;
    if (has_zero_pivot(s, lu)) {
        return false;
    }
    if (s->flag == DTI_N) {
        dti_solve_triangle(dtype, true, DTI_N, false, s->n, s->m, lu, x);
        dti_solve_triangle(dtype, false, DTI_N, true, s->n, s->m, lu, x);
        permute(s, pivots, false, x);
        return true;
    }
    permute(s, pivots, true, x);
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
