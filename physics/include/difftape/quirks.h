/* quirks.h - where eryx and its PyTorch port depart from the physics, each by its name.
 *
 * Everything is right by default. A flag reproduces one departure, number for number, so that
 * published maps can be compared; docs/one-phonon.md says what each one is and what it costs. The
 * flags of a run go into dt_crystal_input and dt_one_phonon_options (or dt_network_options), both
 * the same. */
#ifndef DIFFTAPE_QUIRKS_H
#define DIFFTAPE_QUIRKS_H

#include <difftape/base.h>

DT_BEGIN_DECLS

/** Named departures, to be combined with |. Sources: eryx at cc96863 (apeck12/eryx), and its port
 *  (hoidn/eryx). */
typedef enum dt_quirk {
    DT_QUIRK_REMARK_290 = 1 << 0,     /**< operators from REMARK 290, not from the table */
    DT_QUIRK_SCALE_RECORD = 1 << 1,   /**< B from SCALE where it is off by more than 5e-6 */
    DT_QUIRK_PACKING = 1 << 2,        /**< copies moved by single components of R(a+b+c) */
    DT_QUIRK_PACKED_TWICE = 1 << 3,   /**< the network packs the packed first copy again */
    DT_QUIRK_CELLS_27 = 1 << 4,       /**< contacts in the 27 nearest cells only */
    DT_QUIRK_GRID_TRUNCATED = 1 << 5, /**< int(samples range + 1) points, whatever the step */
    DT_QUIRK_K_OF_INDEX = 1 << 6,     /**< k from the place of a voxel in the grid */
    DT_QUIRK_K_SIGN = 1 << 7,         /**< G K^-1 G^H without the conjugate; covariance likewise */
    DT_QUIRK_NO_2PI = 1 << 8,         /**< k.R without 2 pi */
    DT_QUIRK_CUMULATIVE_A = 1 << 9,   /**< rotation part of A: sum over all atoms up to this one */
    DT_QUIRK_ACOUSTIC_1E12 = 1 << 10, /**< a mode with omega^2 < 1e-12 has no value */
    DT_QUIRK_ACOUSTIC_1E6 = 1 << 11,  /**< a mode with omega^2 < 1e-6 has no value */
    DT_QUIRK_ADP_LINEAR = 1 << 12,    /**< model displacements: sum of A diag(C), not A C A^T */
    DT_QUIRK_ADP_SCALE = 1 << 13,    /**< their mean set to 3 <U>; intensities not scaled with it */
    DT_QUIRK_MASS_EPSILON = 1 << 14, /**< 1e-6 dalton on the diagonal of the mass matrix */
    DT_QUIRK_PINV_EPSILON = 1 << 15  /**< 1e-10 on the diagonal of K(k) in the covariance */
} dt_quirk;

/** How many flags there are; flag i is 1 << i. */
#define DT_QUIRK_COUNT 16

/** Sets of flags. */
typedef enum dt_preset {
    DT_PRESET_PHYSICAL,  /**< none: the default */
    DT_PRESET_ERYX,      /**< what eryx computes */
    DT_PRESET_ERYX_TORCH /**< what its PyTorch port computes */
} dt_preset;

/** The flags of a preset. */
DT_API unsigned dt_preset_quirks(dt_preset preset);

/** Name of one flag, such as "REMARK_290"; "?" for anything but a single known flag. */
DT_API const char *dt_quirk_name(unsigned quirk);

DT_END_DECLS

#endif
