/* metrics.h - how well a map agrees with another: correlation, R, chi^2, in all and by class.
 *
 * Voxels are compared where mask (bool, of the maps' shape; NULL: everywhere) is true and all the
 * numbers concerned are finite: a NaN marks a voxel without a measurement and reaches neither value
 * nor gradient. Maps are real, of equal shape. With `classes` (see below; NULL: none) a metric is
 * that of each class, (n), where a class in which it is not defined has 0 and no gradient; without,
 * it is a scalar, and undefined is an error (DT_ERR_ARGUMENT). Other errors: DT_ERR_SHAPE,
 * DT_ERR_DTYPE. */
#ifndef DIFFTAPE_METRICS_H
#define DIFFTAPE_METRICS_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/* -- classes ----------------------------------------------------------------------------------- */

/** A division of voxels into classes: shells of resolution, distances from Bragg peaks. May be
 *  filled by hand; lower, upper and mean are for reports. It must outlive tapes that use it. */
typedef struct dt_classes {
    int64_t n;                    /**< classes */
    int64_t size;                 /**< voxels */
    int64_t *label;               /**< (size) in [0, n), or n for a voxel in no class */
    int64_t *count;               /**< (n) voxels */
    double *lower, *upper, *mean; /**< (n) what the class spans */
} dt_classes;

/** How shells are spaced. */
typedef enum dt_shell_spacing {
    DT_EQUAL_VOLUMES, /**< equal steps of d^-3: about equally many voxels */
    DT_EQUAL_WIDTHS   /**< equal steps of 1/d */
} dt_shell_spacing;

/** n shells between the lowest and the highest resolution of the voxels with mask (bool; NULL:
 *  all); both ends included, the lowest resolution first. resolution: contiguous f64 of any shape,
 *  d in Angstrom > 0 (dt_compute_resolution), infinite at the origin; NaN is in no shell. lower and
 *  upper are d limits, mean is 1 / (mean of 1/d). Empty shells are possible. Errors: n outside 1
 *  ... 1e6, a d <= 0, no voxel (DT_ERR_ARGUMENT), DT_ERR_SHAPE, DT_ERR_MEMORY. Release with
 *  dt_classes_free. */
DT_API dt_status dt_resolution_shells(const dt_array *resolution, const dt_array *mask,
                                      dt_shell_spacing spacing, int64_t n, dt_classes *ret_classes,
                                      dt_error *error);

/** One class for every distinct distance (dt_get_dq_map), ascending: distances belong together that
 *  follow each other by at most `tolerance`, in their unit. Errors: tolerance negative or NaN, no
 *  voxel (DT_ERR_ARGUMENT), DT_ERR_SHAPE, DT_ERR_MEMORY. */
DT_API dt_status dt_distance_classes(const dt_array *distance, const dt_array *mask,
                                     double tolerance, dt_classes *ret_classes, dt_error *error);

/** Release classes made by the two above; NULL is fine. */
DT_API void dt_classes_free(dt_classes *classes);

/* -- differentiable metrics -------------------------------------------------------------------- */

/** Pearson's correlation coefficient, sum dx dy / sqrt(sum dx^2 sum dy^2) with dx = x - mean x.
 *  Undefined for fewer than two voxels and where a map is constant but for rounding. Differentiable
 *  in both maps. */
DT_API dt_tensor *dt_correlation(dt_tensor *x, dt_tensor *y, dt_tensor *mask,
                                 const dt_classes *classes);

/** R = sum |model - target| / sum |target|. Undefined where the target is 0. Kink at equality,
 *  where the slope is taken as 0. */
DT_API dt_tensor *dt_r_factor(dt_tensor *model, dt_tensor *target, dt_tensor *mask,
                              const dt_classes *classes);

/** chi^2 = sum ((model - target) / sigma)^2, sigma of the shape of the maps or a scalar. Where
 *  voxels are compared a sigma <= 0 is DT_ERR_ARGUMENT. Smooth. */
DT_API dt_tensor *dt_chi_squared(dt_tensor *model, dt_tensor *target, dt_tensor *sigma,
                                 dt_tensor *mask, const dt_classes *classes);

/** The anisotropic part of a map: minus the mean of each voxel's class (thin shells of resolution);
 *  0 where the voxel is not finite, masked, or in no class. Linear in the map. */
DT_API dt_tensor *dt_anisotropic_part(dt_tensor *map, dt_tensor *mask, const dt_classes *classes);

/* -- reports ----------------------------------------------------------------------------------- */

/** Agreement of two maps over some voxels. */
typedef struct dt_agreement {
    double lower, upper, mean; /**< of the class; 0 for all voxels together */
    int64_t voxels;            /**< compared */
    bool correlated;           /**< are the two correlations defined? */
    double correlation;        /**< 0 if not */
    bool anisotropically_correlated;
    double anisotropic_correlation; /**< of what is left after radial means are taken off */
    double r_factor;                /**< 0 where the target is 0 */
    double chi_squared;             /**< 0 without sigmas; per voxel: divide by voxels */
} dt_agreement;

/** Agreement over all voxels and in each class. */
typedef struct dt_agreement_report {
    dt_agreement total;
    int64_t n;
    dt_agreement *by_class; /**< (n) */
    bool has_sigma;
} dt_agreement_report;

/** Compare two maps: model, target and sigma (NULL: none; one per voxel or a scalar) real, mask
 *  bool (NULL: everywhere). `classes` are those of the rows (NULL: total only), `radial` the shells
 *  whose means make the anisotropic part (NULL: classes; with both NULL there is none). Errors:
 *  those of the metrics, and no voxel to compare (DT_ERR_ARGUMENT); correlations may be undefined.
 *  Release with dt_agreement_report_free. */
DT_API dt_status dt_compare_maps(const dt_array *model, const dt_array *target,
                                 const dt_array *sigma, const dt_array *mask,
                                 const dt_classes *classes, const dt_classes *radial,
                                 dt_agreement_report *ret_report, dt_error *error);
/** Release a report; NULL is fine. */
DT_API void dt_agreement_report_free(dt_agreement_report *report);

/** The report as comma-separated values, one line for the names, one a class, and one for all
 *  voxels, named "all"; what is undefined is left empty. Written to buffer, always ended by a 0;
 *  returns the bytes it takes without that 0: if that is size or more, the text was cut. */
DT_API int64_t dt_agreement_format(char *buffer, int64_t size, const dt_agreement_report *report);

DT_END_DECLS

#endif
