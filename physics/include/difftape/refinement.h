/* refinement.h - a grain and the experiment fitted to measured spots, with standard errors. */
#ifndef DIFFTAPE_REFINEMENT_H
#define DIFFTAPE_REFINEMENT_H

#include <difftape/optimize.h>
#include <difftape/status.h>

DT_BEGIN_DECLS

/** One grain. */
typedef struct dt_grain {
    double rotation[9]; /**< crystal to sample, row-major */
    double strain[6];   /**< e_xx e_yy e_zz e_yz e_xz e_xy in the crystal frame (lattice.h) */
    double position[3]; /**< mm in the sample frame */
} dt_grain;

/** The experiment in plain numbers: oscillation.h and detector.h say what they mean. */
typedef struct dt_hedm_setup {
    double cell[6];    /**< a, b, c in Angstrom, alpha, beta, gamma in degrees */
    double energy;     /**< keV */
    double chi;        /**< radians */
    double wavenumber; /**< per keV; 0: DT_WAVENUMBER_CODATA */
    bool has_panel;    /**< false: spots have angles only */
    double panel_location[3], panel_rotation[9], beam_center[2], pixel_size[2];
    double j_axis[3], k_axis[3]; /**< both all zero: the usual ones */
    int64_t n_j, n_k;            /**< pixels; 0: no limit */
} dt_hedm_setup;

/** Numbers that a refinement can change, by their place in its list. Orientation and tilt are
 *  rotation vectors (radians) by which grain or panel is turned after its start, about the axes of
 *  the sample or the laboratory; the lattice scale is the relative change of all edges; the
 *  distance, in mm, moves the panel along +x. All others are in the units of the structs above. */
enum {
    DT_UNKNOWN_ORIENTATION = 0,
    DT_UNKNOWN_STRAIN = 3,
    DT_UNKNOWN_POSITION = 9,
    DT_UNKNOWN_ENERGY = 12,
    DT_UNKNOWN_LATTICE_SCALE = 13,
    DT_UNKNOWN_CHI = 14,
    DT_UNKNOWN_DISTANCE = 15,
    DT_UNKNOWN_TILT = 16,
    DT_UNKNOWN_CENTER = 19,
    DT_UNKNOWN_COUNT = 21
};

/** Masks of them; single bits, 1u << place, may be used too. */
enum {
    DT_FREE_ORIENTATION = 7 << DT_UNKNOWN_ORIENTATION,
    DT_FREE_STRAIN = 63 << DT_UNKNOWN_STRAIN,
    DT_FREE_POSITION = 7 << DT_UNKNOWN_POSITION,
    DT_FREE_ENERGY = 1 << DT_UNKNOWN_ENERGY,
    DT_FREE_LATTICE_SCALE = 1 << DT_UNKNOWN_LATTICE_SCALE,
    DT_FREE_CHI = 1 << DT_UNKNOWN_CHI,
    DT_FREE_DISTANCE = 1 << DT_UNKNOWN_DISTANCE,
    DT_FREE_TILT = 7 << DT_UNKNOWN_TILT,
    DT_FREE_CENTER = 3 << DT_UNKNOWN_CENTER
};

/** "orientation x", "energy", "beam center j": the name of a number. */
DT_API const char *dt_unknown_name(int unknown);

/** Measured spots. `root` says which of the two angles a spot belongs to: 0 for the one where the
 *  turned g points to +y, 1 for the other; it is a label, not a value, so that nothing happens
 *  where an angle crosses pi. */
typedef struct dt_spot_list {
    int64_t n;
    const double *hkl;   /**< (n,3) */
    const int *root;     /**< (n) 0 or 1 */
    const double *omega; /**< (n) radians */
    const double *pixel; /**< (n,2), or NULL without a panel */
    double sigma_omega;  /**< standard deviation, radians */
    double sigma_pixel;  /**< pixels */
} dt_spot_list;

/** What a grain does in an experiment: angles (n,2), pixels (n,2,2) and hit (n,2) of n reflections
 *  hkl (n,3). A reflection that is hidden, or misses the panel or its pixels, is no hit; its
 *  numbers are 0 then. ret_pixel may be NULL. Errors: those of cell, angles and panel. */
DT_API dt_status dt_simulate_spots(const dt_hedm_setup *setup, const dt_grain *grain, int64_t n,
                                   const double *hkl, double *ret_omega, double *ret_pixel,
                                   bool *ret_hit, dt_error *error);

/** The result of a refinement. */
typedef struct dt_refinement {
    dt_grain grain;
    dt_hedm_setup setup;
    int n;                                                  /**< numbers that were free */
    int unknown[DT_UNKNOWN_COUNT];                          /**< (n) which */
    double change[DT_UNKNOWN_COUNT];                        /**< (n) from the start */
    double error[DT_UNKNOWN_COUNT];                         /**< (n) standard errors */
    double covariance[DT_UNKNOWN_COUNT * DT_UNKNOWN_COUNT]; /**< (n,n) */
    double chi_square; /**< sum of squared residuals over their variances */
    int64_t residuals;
    int64_t iterations;
    bool converged;
    char reason[200]; /**< why it stopped */
} dt_refinement;

/** Fit the free numbers (a mask) by the method of Levenberg and Marquardt with the exact Jacobian.
 *  Standard errors are those of the sigmas given: covariance (J^T J)^-1 at the end, orientation and
 *  tilt about where they ended. Before and after the fit the Jacobian is checked: DT_ERR_SINGULAR
 *  names numbers that move no spot, and numbers that the spots do not determine beside one another,
 *  such as energy and lattice scale, of which only the quotient can be seen. Predicted spots that
 *  are hidden, or miss the plane of the panel, count with the numbers 0. max_iterations: 0 for 50.
 *  Errors also: DT_ERR_ARGUMENT (no spots, nothing free, bad sigma), those of dt_simulate_spots.
 *  *ret_result is untouched on failure. */
DT_API dt_status dt_grain_refine(const dt_hedm_setup *setup, const dt_grain *start,
                                 const dt_spot_list *spots, uint32_t free_mask,
                                 int64_t max_iterations, dt_refinement *ret_result,
                                 dt_error *error);

DT_END_DECLS

#endif
