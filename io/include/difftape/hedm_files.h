/* hedm_files.h - text files of high-energy diffraction microscopy: maps of orientations, detectors,
 * structures, ranges of omega, lists of orientations, settings, grains.
 *
 * The grammars are those of IceNine and its relatives. Words are separated by blanks and tabs; a
 * line whose first word begins with # is a comment; words behind those that are needed are ignored;
 * a last line without a newline counts. Numbers are plain decimals, with or without an exponent;
 * NaN and infinity are refused. Angles are in degrees, lengths in mm, as in the files.
 *
 * All readers: DT_ERR_IO if the file cannot be read, DT_ERR_FORMAT with "FILE: line N: ..." and N
 * in error->index for anything else, DT_ERR_MEMORY; results are untouched on failure. All writers
 * replace the file whole or not at all, and write numbers so that reading gives the same bits. */
#ifndef DIFFTAPE_HEDM_FILES_H
#define DIFFTAPE_HEDM_FILES_H

#include <difftape/array.h>
#include <difftape/status.h>

DT_BEGIN_DECLS

/* -- maps of orientations (.mic) --------------------------------------------------------------- */

/** One voxel of a map. */
typedef struct dt_mic_voxel {
    double position[3]; /**< mm: left vertex of a triangle, centre of a square */
    double euler[3];    /**< degrees, Bunge: phi1, Phi, phi2 */
    bool up;            /**< triangle: does it point to +y? */
    int generation;     /**< triangle: its side is side / 2^generation */
    int phase;
    double confidence, cost, overlap, seconds; /**< 0 where the file does not say */
    double deformation[9]; /**< triangle: of reciprocal space, symmetric; 1 if the file is silent */
} dt_mic_voxel;

/** A map. The first line of a triangular one has one number, of a square one two. */
typedef struct dt_mic {
    bool square;
    double side;       /**< mm: side of a triangle of generation 0, or of the whole square sample */
    double voxel_side; /**< mm, square maps */
    double origin[3];  /**< mm, square maps */
    int columns;       /**< columns that are written: triangles 9, 10, 13 or 19, squares 8 or 11 */
    int64_t n;
    dt_mic_voxel *voxels;
} dt_mic;

/** Read a triangular or a square map. Triangle rows: x y z, 1 (up) or 2 (down), generation, phase,
 *  three Euler angles, then as far as present confidence, cost, overlap, seconds, D11 D22 D33 D12
 *  D23 D13. Square rows: x y z, phase, Euler angles, confidence, and perhaps cost, overlap,
 *  seconds. Release with dt_mic_free. */
DT_API dt_status dt_mic_read(const char *path, dt_mic *ret_mic, dt_error *error);

/** Write a map, with 6 significant digits as other programs do, or exactly. */
DT_API dt_status dt_mic_write(const char *path, const dt_mic *mic, bool six_digits,
                              dt_error *error);
DT_API void dt_mic_free(dt_mic *mic);

/** Corners of a voxel, mm, in order around it; returns how many, 3 or 4. */
DT_API int dt_mic_corners(const dt_mic *mic, int64_t voxel, double ret_corners[4][3]);

/* -- detectors --------------------------------------------------------------------------------- */

/** One block { } of a detector file, for dt_panel. */
typedef struct dt_detector_entry {
    double j_axis[3], k_axis[3]; /**< JUnitVector, KUnitVector */
    double beam_center[2];       /**< BeamCenterJ, BeamCenterK: pixels */
    double location[3];          /**< LabFrameLocation: mm */
    double euler[3];             /**< LabFrameOrientation: degrees, Bunge */
    int64_t n_j, n_k;            /**< NumJPixels, NumKPixels */
    double pixel_size[2];        /**< PixelJLength, PixelKLength: mm */
} dt_detector_entry;

/** Read all blocks; every key must stand in each, once, and no other. Release the entries with
 *  free(). */
DT_API dt_status dt_detector_file_read(const char *path, dt_detector_entry **ret_entries,
                                       int64_t *ret_n, dt_error *error);
DT_API dt_status dt_detector_file_write(const char *path, const dt_detector_entry *entries,
                                        int64_t n, dt_error *error);

/* -- structures, ranges, orientations ---------------------------------------------------------- */

/** A structure file: cell and atoms. */
typedef struct dt_unit_cell {
    double cell[6]; /**< a, b, c in Angstrom, alpha, beta, gamma in degrees */
    int64_t n;      /**< atoms that stand in the file, whatever number it announces */
    int *z;         /**< (n) atomic numbers */
    double *xyz;    /**< (n,3) fractions of the cell edges */
} dt_unit_cell;

/** Read it: three lengths, three angles, a number of atoms, then Z x y z, line by line. Words are
 *  also separated by commas and by #, which begins no comment here. dt_unit_cell_free. */
DT_API dt_status dt_unit_cell_read(const char *path, dt_unit_cell *ret_cell, dt_error *error);
DT_API void dt_unit_cell_free(dt_unit_cell *cell);

/** Read a file of omega ranges: a header line, the first and last file number of each of
 *  n_detectors detectors, then rows start stop (either order) and words that are ignored.
 *  *ret_ranges becomes (n,2) f64 degrees, lower end first, in file order; dt_array_free. Errors
 *  also: overlapping ranges, an empty one. */
DT_API dt_status dt_omega_ranges_read(const char *path, int64_t n_detectors, dt_array *ret_ranges,
                                      dt_error *error);

/** The range [low, high) that holds omega (degrees), or -1. */
DT_API int64_t dt_omega_range_find(const dt_array *ranges, double omega);

/** Read a list of orientations (fundamental zone): rows of Euler angles. (n,3) f64, degrees. */
DT_API dt_status dt_orientation_list_read(const char *path, dt_array *ret_euler, dt_error *error);

/* -- settings ---------------------------------------------------------------------------------- */

enum { DT_HEDM_PATH_SIZE = 512 }; /**< capacity of a file name in settings */

/** What a configuration file says about the experiment; keys that steer searches and parallel runs
 *  are recognised and skipped. */
typedef struct dt_hedm_config {
    double energy, energy_width; /**< BeamEnergy, BeamEnergyWidth: keV */
    double beam_height;          /**< BeamHeight: mm */
    double beam_direction[3];    /**< BeamDirection */
    double chi;                  /**< BeamDeflectionChiLaue: radians, unlike all other angles */
    double eta_limit;            /**< EtaLimit */
    double max_q;                /**< MaxQ: 1/Angstrom */
    double min_amplitude;        /**< MinAmplitudeFraction */
    double sample_location[3], sample_orientation[3], sample_center[3], sample_radius;
    double max_side, min_side; /**< MaxInitSideLength, MinSideLength: mm */
    int64_t n_detectors;       /**< NumDetectors */
    char symmetry[32];         /**< SampleSymmetry: Cubic, Hexagonal, Tetragonal or None */
    bool square_grid;          /**< GridType: Triangular or Square */
    char detector_file[DT_HEDM_PATH_SIZE], sample_file[DT_HEDM_PATH_SIZE];
    char structure_file[DT_HEDM_PATH_SIZE], rotation_file[DT_HEDM_PATH_SIZE];
    char zone_file[DT_HEDM_PATH_SIZE];
} dt_hedm_config;

/** Read it: lines "Key value...". Unknown keys are refused, with the nearest known one. Of the keys
 *  above all must be given but SampleRadius, SampleCenter and GridType. */
DT_API dt_status dt_hedm_config_read(const char *path, dt_hedm_config *ret_config, dt_error *error);

/* -- grains ------------------------------------------------------------------------------------ */

/** One row of a grain file. */
typedef struct dt_grain_entry {
    double position[3];   /**< x, y, z: mm in the sample frame */
    double quaternion[4]; /**< qw, qx, qy, qz: any length but 0 */
    double strain[6];     /**< exx, eyy, ezz, eyz, exz, exy in the crystal frame; may be absent */
} dt_grain_entry;

/** Grains as CSV, columns x, y, z, qw, qx, qy, qz, exx ... exy. Release the entries with free(). */
DT_API dt_status dt_grains_read(const char *path, dt_grain_entry **ret_grains, int64_t *ret_n,
                                dt_error *error);
DT_API dt_status dt_grains_write(const char *path, const dt_grain_entry *grains, int64_t n,
                                 dt_error *error);

DT_END_DECLS

#endif
