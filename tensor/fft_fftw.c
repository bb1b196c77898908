/* fft_fftw.c - transforms by FFTW (-Dfft=fftw). FFTW is GPL: a library built with it is too. */
#include "fft.h"

#include <fftw3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Only plans need the lock; FFTW keeps what it learns, so planning again is quick. */
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

#define FLAGS (FFTW_ESTIMATE | FFTW_UNALIGNED)

/* Plan, run and forget, in the precision with this prefix; call(...) makes the plan. */
#define RUN(prefix, call)                                                                          \
    do {                                                                                           \
        pthread_mutex_lock(&planner);                                                              \
        prefix##_plan plan = call;                                                                 \
        pthread_mutex_unlock(&planner);                                                            \
        if (plan == NULL) {                                                                        \
            return DT_ERR_MEMORY;                                                                  \
        }                                                                                          \
        prefix##_execute(plan);                                                                    \
        pthread_mutex_lock(&planner);                                                              \
        prefix##_destroy_plan(plan);                                                               \
        pthread_mutex_unlock(&planner);                                                            \
    } while (0)

dt_status dti_fft_complex(const dt_array *out, const dt_array *in, const dti_fft *fft) {
    if (dt_array_size(in) == 0) {
        return DT_OK;
    }
    struct dims s = dims_of(out, in, fft, false, false);
    int sign = fft->inverse ? FFTW_BACKWARD : FFTW_FORWARD;
    if (in->dtype == DT_C64) {
        RUN(fftwf, fftwf_plan_guru64_dft(s.n_transformed, (fftwf_iodim64 *)s.transformed,
                                         s.n_others, (fftwf_iodim64 *)s.others, in->data, out->data,
                                         sign, FLAGS | FFTW_PRESERVE_INPUT));
    } else {
        RUN(fftw, fftw_plan_guru64_dft(s.n_transformed, s.transformed, s.n_others, s.others,
                                       in->data, out->data, sign, FLAGS | FFTW_PRESERVE_INPUT));
    }
    scale(out, fft->scale);
    return DT_OK;
}

dt_status dti_fft_forward(const dt_array *out, const dt_array *in, const dti_fft *fft) {
    if (dt_array_size(in) == 0) {
        return DT_OK;
    }
    struct dims s = dims_of(out, in, fft, true, false);
    if (in->dtype == DT_F32) {
        RUN(fftwf, fftwf_plan_guru64_dft_r2c(s.n_transformed, (fftwf_iodim64 *)s.transformed,
                                             s.n_others, (fftwf_iodim64 *)s.others, in->data,
                                             out->data, FLAGS | FFTW_PRESERVE_INPUT));
    } else {
        RUN(fftw, fftw_plan_guru64_dft_r2c(s.n_transformed, s.transformed, s.n_others, s.others,
                                           in->data, out->data, FLAGS | FFTW_PRESERVE_INPUT));
    }
    scale(out, fft->scale);
    return DT_OK;
}

/* Complex to real over several axes destroys its input: it works on a copy. */
dt_status dti_fft_backward(const dt_array *out, const dt_array *in, const dti_fft *fft) {
    if (dt_array_size(out) == 0) {
        return DT_OK;
    }
    void *memory = malloc(dt_array_bytes(in) + 1);
    if (memory == NULL) {
        return DT_ERR_MEMORY;
    }
    const dt_array copy = dt_array_wrap(in->dtype, in->ndim, in->shape, memory);
    dt_array_copy(&copy, in, NULL);
    struct dims s = dims_of(out, &copy, fft, true, true);
    dt_status status = DT_OK;
    pthread_mutex_lock(&planner);
    if (in->dtype == DT_C64) {
        fftwf_plan plan =
            fftwf_plan_guru64_dft_c2r(s.n_transformed, (fftwf_iodim64 *)s.transformed, s.n_others,
                                      (fftwf_iodim64 *)s.others, memory, out->data, FLAGS);
        status = plan == NULL ? DT_ERR_MEMORY : DT_OK;
        if (plan != NULL) {
            fftwf_execute(plan);
            fftwf_destroy_plan(plan);
        }
    } else {
        fftw_plan plan = fftw_plan_guru64_dft_c2r(s.n_transformed, s.transformed, s.n_others,
                                                  s.others, memory, out->data, FLAGS);
        status = plan == NULL ? DT_ERR_MEMORY : DT_OK;
        if (plan != NULL) {
            fftw_execute(plan);
            fftw_destroy_plan(plan);
        }
    }
    pthread_mutex_unlock(&planner);
    free(memory);
    scale(out, fft->scale);
    return status;
}
