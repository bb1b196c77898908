/* elementwise.h - arithmetic, functions, complex numbers and choices, element by element (ops.h has
 * the conventions). */
#ifndef DIFFTAPE_ELEMENTWISE_H
#define DIFFTAPE_ELEMENTWISE_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/* -- arithmetic -------------------------------------------------------------------------------- */

/** a + b.  A = Y, B = Y. */
DT_API dt_tensor *dt_add(dt_tensor *a, dt_tensor *b);

/** a - b.  A = Y, B = -Y. */
DT_API dt_tensor *dt_sub(dt_tensor *a, dt_tensor *b);

/** a b.  A = Y b*, B = Y a*. */
DT_API dt_tensor *dt_mul(dt_tensor *a, dt_tensor *b);

/** a / b.  A = Y/b*, B = -Y (y/b)*.  At b = 0: inf or NaN, for complex b NaN. */
DT_API dt_tensor *dt_div(dt_tensor *a, dt_tensor *b);

/** -x.  X = -Y. */
DT_API dt_tensor *dt_neg(dt_tensor *x);

/** factor x.  X = factor Y. */
DT_API dt_tensor *dt_scale(dt_tensor *x, double factor);

/** x^2.  X = 2 Y x*. */
DT_API dt_tensor *dt_square(dt_tensor *x);

/** x^p for a fixed real p, principal branch.  X = Y (p x^(p-1))*, and 0 for p = 0. */
DT_API dt_tensor *dt_pow(dt_tensor *x, double p);

/** sqrt(x), principal branch.  X = Y / (2 y*): infinite at 0. */
DT_API dt_tensor *dt_sqrt(dt_tensor *x);

/** exp(x).  X = Y y*. */
DT_API dt_tensor *dt_exp(dt_tensor *x);

/** log(x), principal branch.  X = Y / x*. */
DT_API dt_tensor *dt_log(dt_tensor *x);

/** sin(x), real or complex.  X = Y cos(x)*. */
DT_API dt_tensor *dt_sin(dt_tensor *x);

/** cos(x), real or complex.  X = -Y sin(x)*. */
DT_API dt_tensor *dt_cos(dt_tensor *x);

/* -- complex ----------------------------------------------------------------------------------- */

/** exp(i x), x real: the phase of a structure factor.  X = Im(Y y*). */
DT_API dt_tensor *dt_cis(dt_tensor *x);

/** r exp(i x), both real.  R = Re(Y exp(-ix)), X = Im(Y y*). */
DT_API dt_tensor *dt_polar(dt_tensor *r, dt_tensor *x);

/** re + i im, both real.  RE = Re Y, IM = Im Y. */
DT_API dt_tensor *dt_complex(dt_tensor *re, dt_tensor *im);

/** z*.  Z = Y*.  A real tensor is returned as it is. */
DT_API dt_tensor *dt_conj(dt_tensor *z);

/** Re z.  Z = Y.  A real tensor is returned as it is. */
DT_API dt_tensor *dt_real(dt_tensor *z);

/** Im z.  Z = i Y.  Zeros for a real tensor. */
DT_API dt_tensor *dt_imag(dt_tensor *z);

/** |z|, real.  Z = Y z/|z|, 0 at z = 0, where it has a kink. */
DT_API dt_tensor *dt_abs(dt_tensor *z);

/** |z|^2, real.  Z = 2 Y z.  Smooth: the primitive for intensities. */
DT_API dt_tensor *dt_abs2(dt_tensor *z);

/** z/|z| (sign of a real x), 0 at 0; type kept. Z = (Y - y^2 Y*) / (2|z|), 0 at z = 0. */
DT_API dt_tensor *dt_sign(dt_tensor *z);

/** Change the element type: between f32 and f64, c64 and c128, from real to complex, and from and
 *  to i64 (truncating) and bool (x != 0), which carry no gradient; complex to anything else is
 *  DT_ERR_DTYPE: take dt_real. X = Y cast back. A tensor of that type is returned as it is. */
DT_API dt_tensor *dt_cast(dt_tensor *x, dt_dtype dtype);

/** cond ? a : b, cond bool, all three broadcast. A = cond ? Y : 0, B = cond ? 0 : Y. */
DT_API dt_tensor *dt_where(dt_tensor *cond, dt_tensor *a, dt_tensor *b);

/** x without its history: no gradient flows through. */
DT_API dt_tensor *dt_stop_gradient(dt_tensor *x);

DT_END_DECLS

#endif
