/* lapack_eig.c - eigenproblem of general matrices, one after another, by LAPACK's QR iteration. */
#include "eigen.h"

#include "blas.h"
#include "each_matrix.h"
#include "lapack_common.h"

#include <lapacke.h>
#include <stdint.h>

/* One call of ?geev for right vectors. w: eigenvalues, for real matrices all real, then all
 * imaginary parts. lwork -1 asks for the best size, put into work[0]. */
static lapack_int call(dt_dtype dtype, int64_t order, void *a, void *w, void *vectors, void *work,
                       lapack_int lwork, void *real) {
    lapack_int n = (lapack_int)order;
    float *single = w;
    double *value = w;
    switch (dtype) {
    case DT_F32:
        return LAPACKE_sgeev_work(LAPACK_COL_MAJOR, 'N', 'V', n, a, n, single, single + n, NULL, 1,
                                  vectors, n, work, lwork);
    case DT_F64:
        return LAPACKE_dgeev_work(LAPACK_COL_MAJOR, 'N', 'V', n, a, n, value, value + n, NULL, 1,
                                  vectors, n, work, lwork);
    case DT_C64:
        return LAPACKE_cgeev_work(LAPACK_COL_MAJOR, 'N', 'V', n, a, n, w, NULL, 1, vectors, n, work,
                                  lwork, real);
    default:
        return LAPACKE_zgeev_work(LAPACK_COL_MAJOR, 'N', 'V', n, a, n, w, NULL, 1, vectors, n, work,
                                  lwork, real);
    }
}

/* A worker's memory: LAPACK's work, its real part, eigenvalues and vectors as LAPACK gives them,
 * and the order of the eigenvalues. In bytes, each a multiple of 16. */
struct layout {
    int64_t lwork;
    size_t real, w, vectors, order, total;
};

static size_t place(size_t *end, size_t bytes) {
    size_t start = *end;
    *end += (bytes + 15) / 16 * 16;
    return start;
}

static struct layout layout_of(int64_t n, dt_dtype dtype) {
    size_t item = dt_dtype_size(dtype), part = dt_dtype_size(dt_dtype_real(dtype)), end = 0;
    struct layout l = {.lwork = 4 * n};
    dt_c128 answer[2] = {{0, 0}, {0, 0}};
    void *none = answer;
    if (call(dtype, n, none, none, none, none, -1, none) == 0) {
        double best = dt_dtype_real(dtype) == DT_F32 ? (double)*(float *)none : answer[0].re;
        best *= 1 + 1e-6;
        l.lwork = best > (double)l.lwork && best < INT32_MAX ? (int64_t)best + 1 : l.lwork;
    }
    place(&end, (size_t)l.lwork * item);
    l.real = place(&end, (size_t)(2 * n) * part);
    l.w = place(&end, (size_t)(2 * n) * part);
    l.vectors = place(&end, (size_t)(n * n) * item);
    l.order = place(&end, (size_t)n * sizeof(int64_t));
    l.total = dti_worker_bytes(end);
    return l;
}

size_t dti_eig_workspace(int64_t n, dt_dtype dtype) {
    if (n > DTI_LAPACK_MOST) {
        return 0; /* dti_eig will say so */
    }
    return layout_of(n, dtype).total * (size_t)dt_get_threads();
}

struct eig {
    char *a, *w, *v, *workspace;
    dt_dtype dtype;
    int64_t n;
    bool single, is_complex;
    struct layout layout;
};

/* Number k of an array of either precision. */
static double get(const struct eig *job, const void *x, int64_t k) {
    return job->single ? (double)((const float *)x)[k] : ((const double *)x)[k];
}

static void put(const struct eig *job, void *x, int64_t k, double value) {
    if (job->single) {
        ((float *)x)[k] = (float)value;
    } else {
        ((double *)x)[k] = value;
    }
}

/* Real (0) or imaginary (1) part of LAPACK's eigenvalue k. */
static double value_part(const struct eig *job, const void *w, int64_t k, int part) {
    return get(job, w, job->is_complex ? 2 * k + part : k + part * job->n);
}

/* Likewise of element i of its eigenvector k, which lies in row k; for a conjugate pair k, k + 1 of
 * a real matrix it is row k +- i row k + 1, with the positive imaginary part first. */
static double vector_part(const struct eig *job, const void *w, const void *rows, int64_t k,
                          int64_t i, int part) {
    int64_t n = job->n;
    if (job->is_complex) {
        return get(job, rows, 2 * (k * n + i) + part);
    }
    double im = value_part(job, w, k, 1);
    int64_t first = im < 0 ? k - 1 : k;
    if (part == 0) {
        return get(job, rows, first * n + i);
    }
    double imaginary = im != 0 ? get(job, rows, (first + 1) * n + i) : 0;
    return im < 0 ? -imaginary : imaginary;
}

static bool comes_before(const struct eig *job, const void *w, int64_t j, int64_t k) {
    double re_j = value_part(job, w, j, 0), re_k = value_part(job, w, k, 0);
    return re_j < re_k || (re_j == re_k && value_part(job, w, j, 1) < value_part(job, w, k, 1));
}

/* The eigenvalues' numbers in order of real, then imaginary part. */
static void sort(const struct eig *job, const void *w, int64_t *order) {
    for (int64_t k = 0; k < job->n; k++) {
        int64_t i = k;
        while (i > 0 && comes_before(job, w, k, order[i - 1])) {
            order[i] = order[i - 1];
            i--;
        }
        order[i] = k;
    }
}

/* By columns LAPACK sees the transpose of what lies by rows. */
static void transpose(const struct eig *job, void *a) {
    int64_t n = job->n;
    int parts = job->is_complex ? 2 : 1;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < i; j++) {
            for (int p = 0; p < parts; p++) {
                int64_t here = (i * n + j) * parts + p, there = (j * n + i) * parts + p;
                double x = get(job, a, here);
                put(job, a, here, get(job, a, there));
                put(job, a, there, x);
            }
        }
    }
}

static bool run(void *context, int64_t i, int worker) {
    const struct eig *job = context;
    const struct layout *l = &job->layout;
    int64_t n = job->n;
    size_t pair = dt_dtype_size(dt_dtype_complex(job->dtype));
    void *a = job->a + (size_t)(i * n * n) * dt_dtype_size(job->dtype);
    void *ret_w = job->w + (size_t)(i * n) * pair, *ret_v = job->v + (size_t)(i * n * n) * pair;
    char *memory = job->workspace + (size_t)worker * l->total;
    void *w = memory + l->w, *rows = memory + l->vectors, *place_of = memory + l->order;
    int64_t *order = place_of;
    transpose(job, a);
    if (call(job->dtype, n, a, w, rows, memory, (lapack_int)l->lwork, memory + l->real) != 0) {
        return false;
    }
    sort(job, w, order);
    for (int64_t k = 0; k < 2 * n; k++) {
        put(job, ret_w, k, value_part(job, w, order[k / 2], (int)(k % 2)));
    }
    for (int64_t k = 0; k < 2 * n * n; k++) {
        int64_t row = k / 2 / n, column = k / 2 % n;
        put(job, ret_v, k, vector_part(job, w, rows, order[column], row, (int)(k % 2)));
    }
    return true;
}

dt_status dti_eig(const dt_array *a, const dt_array *w, const dt_array *v, void *workspace,
                  int64_t *ret_matrix) {
    int64_t size = dt_array_size(a);
    if (size == 0) {
        return DT_OK;
    }
    struct eig job = {.a = a->data,
                      .w = w->data,
                      .v = v->data,
                      .workspace = workspace,
                      .dtype = a->dtype,
                      .n = a->shape[a->ndim - 1],
                      .single = dt_dtype_real(a->dtype) == DT_F32,
                      .is_complex = dt_dtype_is_complex(a->dtype)};
    if (job.n > DTI_LAPACK_MOST) {
        return DT_ERR_SHAPE;
    }
    int64_t n_matrices = size / (job.n * job.n);
    *ret_matrix = dti_first_not_finite(job.dtype, n_matrices, job.n * job.n, job.a);
    if (*ret_matrix >= 0) {
        return DT_ERR_NONFINITE;
    }
    dti_blas_prepare();
    job.layout = layout_of(job.n, job.dtype);
    /* a product of matrices does several times as many multiplications in the time */
    double work = 100 * (double)job.n * (double)job.n * (double)job.n;
    *ret_matrix = dti_each_matrix(n_matrices, work, run, &job);
    return *ret_matrix < 0 ? DT_OK : DT_ERR_NONCONVERGENT;
}
