/* fft_pocketfft.cpp - transforms by pocketfft, which comes with gemmi. Exceptions end here. */
#include "fft.h"

#define POCKETFFT_NO_MULTITHREADING
#include <gemmi/third_party/pocketfft_hdronly.h>

#include <atomic>

extern "C" {
#include "threads.h"
}

namespace {

using pocketfft::shape_t;
using pocketfft::stride_t;

/* Elements from which waking the workers pays. */
constexpr int64_t parallel_size = 65536;

shape_t shape_of(const dt_array *a) {
    return shape_t(a->shape, a->shape + a->ndim);
}

stride_t strides_of(const dt_array *a) {
    stride_t s(a->strides, a->strides + a->ndim);
    for (auto &x : s) {
        x *= static_cast<ptrdiff_t>(dt_dtype_size(a->dtype));
    }
    return s;
}

/* Transformed axes; the halved one last, as pocketfft wants it. */
shape_t axes_of(const dti_fft *fft, int ndim, bool real) {
    shape_t axes;
    for (int d = 0; d < ndim; d++) {
        if ((fft->mask >> d & 1u) != 0 && !(real && d == fft->half)) {
            axes.push_back(static_cast<size_t>(d));
        }
    }
    if (real) {
        axes.push_back(static_cast<size_t>(fft->half));
    }
    return axes;
}

enum class Kind { complex, forward, backward };

template <typename T>
void run(const dt_array *out, const dt_array *in, const dti_fft *fft, Kind kind) {
    using C = std::complex<T>;
    const T scale = static_cast<T>(fft->scale);
    const shape_t axes = axes_of(fft, in->ndim, kind != Kind::complex);
    const stride_t from = strides_of(in), to = strides_of(out);
    switch (kind) {
    case Kind::complex:
        pocketfft::c2c(shape_of(in), from, to, axes, !fft->inverse,
                       static_cast<const C *>(in->data), static_cast<C *>(out->data), scale);
        break;
    case Kind::forward:
        pocketfft::r2c(shape_of(in), from, to, axes, true, static_cast<const T *>(in->data),
                       static_cast<C *>(out->data), scale);
        break;
    default:
        pocketfft::c2r(shape_of(out), from, to, axes, false, static_cast<const C *>(in->data),
                       static_cast<T *>(out->data), scale);
    }
}

dt_status run_any(const dt_array *out, const dt_array *in, const dti_fft *fft, Kind kind) {
    try {
        if (dt_dtype_real(in->dtype) == DT_F32) {
            run<float>(out, in, fft, kind);
        } else {
            run<double>(out, in, fft, kind);
        }
        return DT_OK;
    } catch (...) {
        return DT_ERR_MEMORY;
    }
}

/* One transform cut along an axis that is not transformed. */
struct cut {
    const dt_array *out, *in;
    const dti_fft *fft;
    Kind kind;
    int axis;
    std::atomic<dt_status> status; /* workers may fail at the same time */
};

void run_chunk(void *context, int64_t chunk, int worker) {
    (void)worker;
    cut *c = static_cast<cut *>(context);
    dt_array out = *c->out, in = *c->in;
    out.shape[c->axis] = in.shape[c->axis] = 1;
    out.data = static_cast<char *>(out.data) +
               chunk * out.strides[c->axis] * static_cast<int64_t>(dt_dtype_size(out.dtype));
    in.data = static_cast<char *>(in.data) +
              chunk * in.strides[c->axis] * static_cast<int64_t>(dt_dtype_size(in.dtype));
    if (run_any(&out, &in, c->fft, c->kind) != DT_OK) {
        c->status = DT_ERR_MEMORY;
    }
}

dt_status transform(const dt_array *out, const dt_array *in, const dti_fft *fft, Kind kind) {
    int axis = -1;
    for (int d = 0; d < in->ndim; d++) {
        bool free = (fft->mask >> d & 1u) == 0;
        if (free && in->shape[d] > 1 && (axis < 0 || in->shape[d] > in->shape[axis])) {
            axis = d;
        }
    }
    if (axis < 0 || dt_array_size(in) < parallel_size || dt_get_threads() == 1) {
        return run_any(out, in, fft, kind);
    }
    cut c{out, in, fft, kind, axis, {DT_OK}};
    dti_parallel_for(in->shape[axis], run_chunk, &c);
    return c.status;
}

} // namespace

extern "C" dt_status dti_fft_complex(const dt_array *out, const dt_array *in, const dti_fft *fft) {
    return transform(out, in, fft, Kind::complex);
}

extern "C" dt_status dti_fft_forward(const dt_array *out, const dt_array *in, const dti_fft *fft) {
    return transform(out, in, fft, Kind::forward);
}

extern "C" dt_status dti_fft_backward(const dt_array *out, const dt_array *in, const dti_fft *fft) {
    return transform(out, in, fft, Kind::backward);
}
