/* spot_losses.h - how far predicted spots are from measured ones, without edges for a fit. */
#ifndef DIFFTAPE_SPOT_LOSSES_H
#define DIFFTAPE_SPOT_LOSSES_H

#include <difftape/oscillation.h>

DT_BEGIN_DECLS

/** a - b less whole turns, in [-pi, pi]; shapes broadcast. The derivative is that of a - b. Its
 *  square jumps where angles are half a turn apart. */
DT_API dt_tensor *dt_wrapped_difference(dt_tensor *a, dt_tensor *b);

/** 1 - cos(a - b), computed as 2 sin^2((a - b)/2), smooth everywhere; shapes broadcast. */
DT_API dt_tensor *dt_cosine_distance(dt_tensor *a, dt_tensor *b);

/** How far g (..., N, 3), turned by measured angles omega (..., N) or (..., N, 2), is from the
 *  Ewald sphere, in 1/Angstrom:
 *      F = |g|^2 / 2k + u.R(omega) g,   u the direction of the beam,
 *  which is (|k_in + R g|^2 - k^2) / 2k. A smooth function of everything, with no roots to choose
 *  and nothing hidden: for global searches. options and errors as for dt_oscillation_angles. */
DT_API dt_tensor *dt_ewald_residual(dt_tensor *g, dt_tensor *omega, dt_tensor *energy,
                                    const dt_oscillation_options *options);

/** (y, z, omega) residuals (..., 3) of spots in units of their standard deviations: the differences
 *  of two coordinates (..., 2), pixels or mm, over sigma, and the wrapped difference of omega (...)
 *  over sigma_omega. Errors: DT_ERR_SHAPE; DT_ERR_ARGUMENT unless both sigmas are above 0. */
DT_API dt_tensor *dt_spot_residuals(dt_tensor *point, dt_tensor *omega, dt_tensor *seen_point,
                                    dt_tensor *seen_omega, double sigma, double sigma_omega);

DT_END_DECLS

#endif
