/* create.h - tensors made from nothing: constants, grids, random numbers; all constants with the
 * lifetime of an intermediate. */
#ifndef DIFFTAPE_CREATE_H
#define DIFFTAPE_CREATE_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/** Filled with one (real) value, with 0, with 1. */
DT_API dt_tensor *dt_full(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                          double value);
DT_API dt_tensor *dt_zeros(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape);
DT_API dt_tensor *dt_ones(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape);

/** One real number, f64. */
DT_API dt_tensor *dt_scalar(dt_tape *tape, double value);

/** start, start + step, ... before stop: ceil((stop - start) / step) numbers, f64. DT_ERR_ARGUMENT
 *  for a step of 0 or anything that is not finite. */
DT_API dt_tensor *dt_arange(dt_tape *tape, double start, double stop, double step);

/** n numbers from first to last, both included exactly, f64; n = 1 gives first. */
DT_API dt_tensor *dt_linspace(dt_tape *tape, double first, double last, int64_t n);

/** The unit matrix (n, n). */
DT_API dt_tensor *dt_eye(dt_tape *tape, dt_dtype dtype, int64_t n);

/** Coordinates of a grid: ret_out[i], shape (size of x[0], size of x[1], ...), varies along axis i
 *  as the one-dimensional x[i] does ("ij" indexing). Views; gradients flow. */
DT_API void dt_meshgrid(int n, dt_tensor *const *x, dt_tensor **ret_out);

/** Random numbers: element i depends on seed and i only, so they are the same on any number of
 *  threads and in every replay. Uniform in (0, 1) and standard normal, f32 or f64; complex normal
 *  numbers have independent parts of variance 1/2 each, so E|z|^2 = 1.
 *  Source: G. L. Steele, D. Lea, C. H. Flood, OOPSLA (2014), doi:10.1145/2660193.2660195. */
DT_API dt_tensor *dt_random_uniform(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                                    uint64_t seed);
DT_API dt_tensor *dt_random_normal(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                                   uint64_t seed);

/** Poisson counts with the given means (f64, any shape, 0 <= mean <= 1e15), as f64; no gradient.
 *  Source: W. Hoermann, Insurance: Mathematics and Economics 12, 39 (1993),
 *  doi:10.1016/0167-6687(93)90997-4, algorithm PTRS, for means from 10; below that by inversion. */
DT_API dt_tensor *dt_random_poisson(dt_tensor *mean, uint64_t seed);

/** The numbers 0 .. n-1 in a random order, i64. */
DT_API dt_tensor *dt_random_permutation(dt_tape *tape, int64_t n, uint64_t seed);

DT_END_DECLS

#endif
