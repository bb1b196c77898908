/* fourier.h - discrete Fourier transforms over any axes (DT_ALL, DT_AXES, reduce.h).
 *
 * Forward: y_k = s sum_j x_j exp(-2 pi i j k / n); inverse with a plus. The scale s follows from
 * the normalisation, with N the number of points over all transformed axes. */
#ifndef DIFFTAPE_FOURIER_H
#define DIFFTAPE_FOURIER_H

#include <difftape/reduce.h>

DT_BEGIN_DECLS

/** Where the factor 1/N goes: with the inverse, half each way (a unitary transform), or with the
 *  forward transform. */
typedef enum dt_fft_norm { DT_FFT_BACKWARD, DT_FFT_ORTHO, DT_FFT_FORWARD } dt_fft_norm;

/** Complex transforms, shape kept; a real x is made complex. xbar = the opposite transform of ybar
 *  with the same scale. Errors: DT_ERR_SHAPE for an axis without points. */
DT_API dt_tensor *dt_fft(dt_tensor *x, int axis, dt_fft_norm norm);
DT_API dt_tensor *dt_ifft(dt_tensor *x, int axis, dt_fft_norm norm);

/** Transform of a real x, of which the last of the axes keeps only the frequencies 0 .. n/2 (the
 *  others are their conjugates); and the way back to a real tensor of size n along that axis, where
 *  z has n/2 + 1 elements. Imaginary parts that no real signal has are ignored.
 *  xbar = s Re of the opposite transform of ybar filled up with zeros. */
DT_API dt_tensor *dt_rfft(dt_tensor *x, int axis, dt_fft_norm norm);
DT_API dt_tensor *dt_irfft(dt_tensor *z, int axis, int64_t n, dt_fft_norm norm);

/** Frequency 0 to the middle (element n/2) and back again. */
DT_API dt_tensor *dt_fftshift(dt_tensor *x, int axis);
DT_API dt_tensor *dt_ifftshift(dt_tensor *x, int axis);

/** The frequencies of a transform of n points d apart, in its order: 0, 1, .., -2, -1 over n d. */
DT_API dt_tensor *dt_fftfreq(dt_tape *tape, int64_t n, double d);

/** How much of a convolution to return along the axes: all na + nb - 1 points, the middle na, or
 *  the circular convolution of two tensors of equal size. */
typedef enum dt_convolution { DT_CONV_FULL, DT_CONV_SAME, DT_CONV_CIRCULAR } dt_convolution;

/** sum_j a_j b_(k-j) over the axes through transforms, zero-padded to good sizes except for
 *  circular ones; other axes broadcast. Both have the same number of dimensions. Real for real
 *  operands. */
DT_API dt_tensor *dt_fft_convolve(dt_tensor *a, dt_tensor *b, int axis, dt_convolution mode);

/** x moved by shift[d] points (fractions allowed) along the d-th of the axes in ascending order, by
 *  a phase ramp: y(r) = x(r - shift), periodic. shift: real, of the precision of x, one number per
 *  axis. A real x gives a real y, the highest frequency of an even size being taken as a cosine. */
DT_API dt_tensor *dt_fourier_shift(dt_tensor *x, dt_tensor *shift, int axis);

DT_END_DECLS

#endif
