/* hkl_map.h - a map on a grid of Miller indices as a file: NumPy archive, NeXus (HDF5), CCP4. */
#ifndef DIFFTAPE_HKL_MAP_H
#define DIFFTAPE_HKL_MAP_H

#include <difftape/array.h>
#include <difftape/base.h>
#include <difftape/status.h>

DT_BEGIN_DECLS

/** An array with a name, for what goes with a map (gradients). */
typedef struct dt_named_array {
    const char *name;
    dt_array array;
} dt_named_array;

/** A map: to be written, filled by hand and pointing at the caller's memory; as read, owned by the
 *  structure until dt_hkl_map_free. An array that is absent has data NULL, a text that is absent is
 *  NULL. */
typedef struct dt_hkl_map {
    dt_array intensity; /**< (nh,nk,nl) f64 */
    dt_array valid;     /**< (nh,nk,nl) bool: where the map has a value; absent: everywhere. As
                              read it is never absent, and false where intensity is not finite */
    dt_array sigma;     /**< (nh,nk,nl) f64, standard deviations; may be absent. A single number
                             in a file stands for all voxels */
    dt_array points;    /**< (n,3) f64: Miller indices of a list of points in the place of a grid;
                             the arrays above are then (n) and the axes absent. Only .npz holds
                             lists (array hkl), and they are not read back */
    dt_array axis[3];   /**< (nh) (nk) (nl) f64: Miller indices h, k, l, increasing */
    double cell[6];     /**< a, b, c in A; alpha, beta, gamma in degrees; all 0: not known */
    const char *space_group;     /**< Hermann-Mauguin symbol */
    const char *title, *units;   /**< of the map, and of its intensities: "e^2 per unit cell" */
    const char *provenance;      /**< JSON object, see dt_provenance_json */
    const dt_named_array *extra; /**< n_extra arrays beside it; not read back */
    int64_t n_extra;
    int64_t n_not_finite; /**< as read: voxels that the file does not call invalid, yet whose
                               intensity is not finite */
    int64_t not_finite;   /**< the first of these, counted through (nh,nk,nl); 0 if none */
} dt_hkl_map;

/** How a map is stored. */
typedef enum dt_hkl_format {
    /** .npz: arrays intensity, valid, sigma, h, k, l, cell, the extra ones, and provenance as bytes
     *  `meta`. numpy.load reads it. */
    DT_HKL_NPZ,
    /** .h5, .nxs, .hdf5, .nexus: HDF5 after the NeXus conventions. /entry (NXentry) holds
     *  intensity (NXdata: signal intensity, axes h, k, l, valid as bool, intensity_errors for
     *  sigma), crystal (NXsample), provenance (NXprocess) and extra (NXcollection). While it is
     *  written, the file's size is needed once more as memory. DT_ERR_ARGUMENT if the library was
     *  built without HDF5. */
    DT_HKL_NEXUS,
    /** .ccp4, .map: CCP4 map of float32 for viewers. Fractional coordinates of its cell are Miller
     *  indices, and the cell is the reciprocal one, 100 A for 1/A: 1 A in the viewer is 0.01 1/A
     *  of 1/d. Axes x, y, z are h, k, l; invalid voxels are 0. Sigma, the extra arrays and what of
     *  the provenance does not fit in ten labels of 80 letters are left out. The cell must be
     *  known, and every axis must have equal steps of 1/N from a multiple of 1/N (DT_ERR_ARGUMENT).
     *  Format: CCP4 map, MRC2014 (Cheng et al., J. Struct. Biol. 192 (2015) 146). */
    DT_HKL_CCP4
} dt_hkl_format;

/** The format that the end of a file name asks for, in any case; a name without a point in its last
 *  part is NumPy's. Errors: DT_ERR_ARGUMENT names the endings that are known. */
DT_API dt_status dt_hkl_map_format(const char *path, dt_hkl_format *ret_format, dt_error *error);

/** A map file being written. */
typedef struct dt_hkl_writer dt_hkl_writer;

/** Begin a file in the format of its name, so that a bad name is known before the map is computed;
 *  end it with exactly one of dt_hkl_map_finish and dt_hkl_map_abort. Errors: dt_hkl_map_format,
 *  DT_ERR_IO (folder missing or not writable), DT_ERR_ARGUMENT (no HDF5 in this build),
 *  DT_ERR_MEMORY. */
DT_API dt_status dt_hkl_map_create(dt_hkl_writer **ret_writer, const char *path, dt_error *error);

/** Write the map, complete the file and give it its name; the writer is released in every case. An
 *  old file of that name is intact until the new one is complete. Equal maps give equal files.
 *  Errors: DT_ERR_SHAPE, DT_ERR_DTYPE (arrays that do not fit each other), DT_ERR_ARGUMENT (axes
 *  that do not increase; see DT_HKL_CCP4), DT_ERR_IO (disk full), DT_ERR_MEMORY. */
DT_API dt_status dt_hkl_map_finish(dt_hkl_writer *writer, const dt_hkl_map *map, dt_error *error);

/** Give up: nothing is left of the new file. NULL is fine. */
DT_API void dt_hkl_map_abort(dt_hkl_writer *writer);

/** Read a map from a NumPy archive or a NeXus file, told by content; besides difftape's own, any
 *  NeXus file whose default (or only) NXdata has three axes named h, k, l, such as mdx2's maps, and
 *  any archive with intensity, h, k, l. f32 and whole numbers become f64. An array `mask` beside
 *  `valid` (true: use it) makes invalid what is false in it. Links to other files are not followed.
 *  *ret_map is untouched on failure. Errors: DT_ERR_IO, DT_ERR_FORMAT (another kind of file,
 *  damaged, an array missing or of another shape, axes that do not increase or are not finite),
 *  DT_ERR_ARGUMENT (no HDF5 in this build), DT_ERR_MEMORY.
 *
 *  Damage in our own HDF5 files is told by checksums. In files of the older format, as h5py writes
 *  them by default, it can crash the HDF5 library itself (1.10.8: texts of variable length): read
 *  only what you trust. */
DT_API dt_status dt_hkl_map_read(dt_hkl_map *ret_map, const char *path, dt_error *error);

/** Release a map that was read and reset it. */
DT_API void dt_hkl_map_free(dt_hkl_map *map);

DT_END_DECLS

#endif
