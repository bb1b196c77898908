/* kernels.h - the numerical loops of the engine, below shapes and tapes.
 *
 * A map kernel works on one contiguous tile; dti_map walks broadcast, strided and mixed-type
 * operands and feeds it. Tables are indexed by compute type; NULL = not defined for that type. */
#ifndef DTI_KERNELS_H
#define DTI_KERNELS_H

#include <difftape/array.h>

/* Elements per tile: operands of a few kernels stay in the first-level cache. Tile boundaries are
 * fixed by the element index, never by the thread count. */
#define DTI_TILE 512

/* Run kernel over out's elements (out is contiguous). Each input broadcasts to out's shape, any
 * strides, and is converted (real to complex of the same precision, or bool/i64 unchanged) to
 * in_dtype[i] on the way. */
void dti_map(const dt_array *out, dt_map_fn *kernel, int n_in, const dt_array *const *in,
             const dt_dtype *in_dtype, const void *attr);

/* Binary, compute type = output type: add sub mul div. */
extern dt_map_fn *const dti_k_add[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_sub[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_mul[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_div[DT_DTYPE_COUNT];

/* Unary, output type = compute type. scale and pow read `const double *attr`. */
extern dt_map_fn *const dti_k_copy[DT_DTYPE_COUNT]; /* all six types */
extern dt_map_fn *const dti_k_neg[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_conj[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_scale[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_square[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_pow[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_sqrt[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_exp[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_log[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_sin[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_cos[DT_DTYPE_COUNT];

/* Complex (or real) in, real out; indexed by the input's type. sign: z/|z|, 0 at 0 (type kept). */
extern dt_map_fn *const dti_k_real[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_imag[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_abs[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_abs2[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_sign[DT_DTYPE_COUNT];

/* Real in, complex out; indexed by the (real) input type: cis(x) = exp(ix),
 * polar(r, x) = r exp(ix), complex(re, im). */
extern dt_map_fn *const dti_k_cis[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_polar[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_complex[DT_DTYPE_COUNT];

/* where(cond, a, b): in[0] is bool, compute type that of a and b; all six types. */
extern dt_map_fn *const dti_k_where[DT_DTYPE_COUNT];

/* Functions (functions.c), special functions (special.c: sinc and polygamma read `const int *attr`,
 * the order), choices (choice.c: clamp reads two doubles). */
extern dt_map_fn *const dti_k_rsqrt[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_exp2[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_log2[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_tan[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_asin[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_acos[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_atan[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_sinh[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_cosh[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_tanh[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_asinh[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_acosh[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_atanh[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_cbrt[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_expm1[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_log1p[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_erf[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_erfc[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_lgamma[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_sigmoid[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_softplus[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_sinc[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_polygamma[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_angle[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_cis2pi[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_minimum[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_maximum[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_clamp[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_relu[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_round[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_fmod[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_power[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_isfinite[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_equal[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_unequal[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_less[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_less_equal[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_greater[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_greater_equal[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_and[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_or[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_xor[DT_DTYPE_COUNT];
extern dt_map_fn *const dti_k_not[DT_DTYPE_COUNT];

/* Precision and kind changes by explicit request; [from][to], NULL = refused (complex to real). */
extern dt_map_fn *const dti_k_cast[DT_DTYPE_COUNT][DT_DTYPE_COUNT];

/* out = sum of in over the axes whose bit is set in axes_mask; out holds the other axes in order
 * (contiguous, float type equal to in's). Pairwise in a fixed tree: rounding error grows with log n
 * and the result does not depend on threads. An empty sum is 0. */
void dti_sum(const dt_array *out, const dt_array *in, unsigned axes_mask);

/* out[.., i, ..] = in[.., index[i], ..] along axis; index is a 1-d contiguous i64 array of
 * entries already checked to lie in range. out contiguous; any element type. */
void dti_gather(const dt_array *out, const dt_array *in, const int64_t *index, int axis);

/* out = 0, then out[.., index[i], ..] += in[.., i, ..] in order of i; out contiguous, float types.
 */
void dti_scatter_add(const dt_array *out, const dt_array *in, const int64_t *index, int axis);

/* y += x, contiguous arrays of equal shape and float type: the accumulation step of a sweep. */
void dti_accumulate(const dt_array *y, const dt_array *x);

/* Index of the first non-finite element in C order, or -1. */
int64_t dti_find_nonfinite(const dt_array *x);

#endif
