/* detector.h - flat detectors: where rays hit them, and the pixels there. */
#ifndef DIFFTAPE_DETECTOR_H
#define DIFFTAPE_DETECTOR_H

#include <difftape/oscillation.h>

DT_BEGIN_DECLS

/** A flat panel. Unrotated it is the plane z = 0 with unit vectors J0 = (1, 0, 0) and K0 = (0, -1,
 *  0) along rows and columns, as in the detector files of IceNine; Euler angles 90, 90, 0 degrees
 *  put it upright behind the sample, J towards +y and K downwards. A point x on it has the pixel
 *  coordinates
 *      j = (x - D).J / p_j + c_j,     k = (x - D).K / p_k + c_k,
 *  continuous, the centre of pixel n at n exactly: its raster index is floor(j + 1/2). Every tensor
 *  is differentiable; several distances are several panels. */
typedef struct dt_panel {
    dt_tensor *location;    /**< D (3), mm: where the beam centre lies in the laboratory */
    dt_tensor *rotation;    /**< (3, 3), e.g. dt_rotation_from_euler(angles, "ZXZ") */
    dt_tensor *beam_center; /**< c (2), pixels */
    dt_tensor *pixel_size;  /**< p (2), mm */
    double j_axis[3];       /**< J0; all zero: (1, 0, 0) */
    double k_axis[3];       /**< K0; all zero: (0, -1, 0) */
    int64_t n_j, n_k;       /**< pixels; 0: no limit */
} dt_panel;

/** What meets a panel. */
typedef struct dt_spots {
    dt_tensor *hit;      /**< (...) bool: the ray meets the plane, forwards and not grazing */
    dt_tensor *inside;   /**< (...) bool: and within the panel's pixels */
    dt_tensor *pixel;    /**< (..., 2) j and k; 0 where there is no hit */
    dt_tensor *position; /**< (..., 3) mm in the laboratory; 0 where there is no hit */
} dt_spots;

/** Rays origin + t direction (..., 3), batches broadcast, on a panel: t = N.(D - origin) /
 *  N.direction with the normal N. Rays that graze, |N.direction| < 0.001, or run away, t < 0, and
 *  those not in `valid` (bool, broadcasts to (...); NULL: all) are no hits: results and derivatives
 *  are exactly 0. Errors: DT_ERR_SHAPE, DT_ERR_ARGUMENT (J0 and K0 not perpendicular). */
DT_API dt_spots dt_detector_hits(const dt_panel *panel, dt_tensor *origin, dt_tensor *direction,
                                 dt_tensor *valid);

/** Spots of grains at points (..., 3) mm in the sample frame: dt_turned_points and
 *  dt_diffracted_directions of `o`, then dt_detector_hits of what is seen; (..., N, 2). */
DT_API dt_spots dt_detector_spots(const dt_panel *panel, const dt_oscillation *o, dt_tensor *points,
                                  dt_tensor *energy, const dt_oscillation_options *options);

/** Pixel coordinates (..., 2) of points (..., 3) in mm, projected along the normal, and the points
 *  of pixel coordinates. */
DT_API dt_tensor *dt_pixels_from_lab(const dt_panel *panel, dt_tensor *points);
DT_API dt_tensor *dt_lab_from_pixels(const dt_panel *panel, dt_tensor *pixels);

DT_END_DECLS

#endif
