/* fft.h - discrete Fourier transforms on arrays: the only door to an FFT library. */
#ifndef DTI_FFT_H
#define DTI_FFT_H

#include <difftape/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is transformed and how: y = scale sum x exp(-+ 2 pi i j k / n) over axes of the mask. */
typedef struct dti_fft {
    unsigned mask; /* bit d: dimension d */
    int half;      /* real transforms: the axis whose spectrum is halved (in the mask) */
    bool inverse;  /* exponent with a plus */
    double scale;
} dti_fft;

/* out = transform of in, both complex of one type and shape; out contiguous, in any strides. */
dt_status dti_fft_complex(const dt_array *out, const dt_array *in, const dti_fft *fft);

/* Real in, complex out, of size n/2 + 1 along fft->half; exponent with a minus. */
dt_status dti_fft_forward(const dt_array *out, const dt_array *in, const dti_fft *fft);

/* Complex in, of size n/2 + 1 along fft->half, real out; exponent with a plus. Imaginary parts that
 * a real signal cannot have are ignored. */
dt_status dti_fft_backward(const dt_array *out, const dt_array *in, const dti_fft *fft);

#ifdef __cplusplus
}
#endif

#endif
