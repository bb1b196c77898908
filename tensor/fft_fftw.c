/* fft_fftw.c - transforms by FFTW (-Dfft=fftw). FFTW is GPL: a library built with it is too. */
#include "fft.h"

#include "workspace.h"

#include <fftw3.h>
#include <pthread.h>

/* FFTW plans for one caller at a time and runs plans for any number; it keeps what it learns, so
 * planning again is quick. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

struct dims {
    fftw_iodim64 transformed[DT_MAX_DIMS], others[DT_MAX_DIMS];
    int n_transformed, n_others;
};

static fftw_iodim64 dimension(const dt_array *out, const dt_array *in, int d, bool real_out) {
    int64_t n = real_out ? out->shape[d] : in->shape[d];
    return (fftw_iodim64){.n = n, .is = in->strides[d], .os = out->strides[d]};
}

static struct dims dims_of(const dt_array *out, const dt_array *in, const dti_fft *fft, bool real,
                           bool real_out) {
    struct dims s = {.n_transformed = 0};
    for (int d = 0; d < in->ndim; d++) {
        if (!(fft->mask >> d & 1u)) {
            s.others[s.n_others++] = dimension(out, in, d, false);
        } else if (!(real && d == fft->half)) {
            s.transformed[s.n_transformed++] = dimension(out, in, d, false);
        }
    }
    if (real) {
        s.transformed[s.n_transformed++] = dimension(out, in, fft->half, real_out);
    }
    return s;
}

static void scale(const dt_array *out, double factor) {
    int64_t n = dt_array_size(out) * (dt_dtype_is_complex(out->dtype) ? 2 : 1);
    for (int64_t i = 0; factor != 1 && i < n; i++) {
        if (dt_dtype_real(out->dtype) == DT_F32) {
            ((float *)out->data)[i] *= (float)factor;
        } else {
            ((double *)out->data)[i] *= factor;
        }
    }
}

enum kind { COMPLEX, REAL_FORWARD, REAL_BACKWARD };

/* Plan, run and forget, in the precision with this prefix. Only plans are made one at a time. */
#define RUN(name, prefix)                                                                          \
    static dt_status name(const dt_array *out, const dt_array *in, const struct dims *s,           \
                          enum kind kind, bool inverse) {                                          \
        const unsigned flags = FFTW_ESTIMATE | FFTW_UNALIGNED, kept = flags | FFTW_PRESERVE_INPUT; \
        pthread_mutex_lock(&planner);                                                              \
        prefix##_plan plan =                                                                       \
            kind == COMPLEX                                                                        \
                ? prefix##_plan_guru64_dft(s->n_transformed, s->transformed, s->n_others,          \
                                           s->others, in->data, out->data,                         \
                                           inverse ? FFTW_BACKWARD : FFTW_FORWARD, kept)           \
            : kind == REAL_FORWARD                                                                 \
                ? prefix##_plan_guru64_dft_r2c(s->n_transformed, s->transformed, s->n_others,      \
                                               s->others, in->data, out->data, kept)               \
                : prefix##_plan_guru64_dft_c2r(s->n_transformed, s->transformed, s->n_others,      \
                                               s->others, in->data, out->data, flags);             \
        pthread_mutex_unlock(&planner);                                                            \
        if (plan == NULL) {                                                                        \
            return DT_ERR_MEMORY;                                                                  \
        }                                                                                          \
        prefix##_execute(plan);                                                                    \
        pthread_mutex_lock(&planner);                                                              \
        prefix##_destroy_plan(plan);                                                               \
        pthread_mutex_unlock(&planner);                                                            \
        return DT_OK;                                                                              \
    }

RUN(run_f64, fftw)
RUN(run_f32, fftwf)

static dt_status run(const dt_array *out, const dt_array *in, const dti_fft *fft, enum kind kind) {
    struct dims s = dims_of(out, in, fft, kind != COMPLEX, kind == REAL_BACKWARD);
    dt_status status = dt_dtype_real(in->dtype) == DT_F32
                           ? run_f32(out, in, &s, kind, fft->inverse)
                           : run_f64(out, in, &s, kind, fft->inverse);
    if (status == DT_OK) {
        scale(out, fft->scale);
    }
    return status;
}

dt_status dti_fft_complex(const dt_array *out, const dt_array *in, const dti_fft *fft) {
    return dt_array_size(in) == 0 ? DT_OK : run(out, in, fft, COMPLEX);
}

dt_status dti_fft_forward(const dt_array *out, const dt_array *in, const dti_fft *fft) {
    return dt_array_size(in) == 0 ? DT_OK : run(out, in, fft, REAL_FORWARD);
}

/* Complex to real over several axes destroys its input: it works on a copy. */
dt_status dti_fft_backward(const dt_array *out, const dt_array *in, const dti_fft *fft) {
    if (dt_array_size(out) == 0) {
        return DT_OK;
    }
    dt_array copy;
    dt_status status = dti_array_alloc(&copy, in->dtype, in->ndim, in->shape, false, NULL);
    if (status == DT_OK) {
        dt_array_copy(&copy, in, NULL); /* equal shapes and types: cannot fail */
        status = run(out, &copy, fft, REAL_BACKWARD);
        dt_array_free(&copy);
    }
    return status;
}
