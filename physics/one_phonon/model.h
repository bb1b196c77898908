/* model.h - what a one-phonon model holds. */
#ifndef DT_ONE_PHONON_MODEL_H
#define DT_ONE_PHONON_MODEL_H

#include <difftape/one_phonon.h>

/* Most voxels evaluated together, and the atoms x voxels a slice aims at: its complex array of
 * 16 bytes each then stays in a core's second-level cache. */
#define SLICE_VOXELS 512
#define SLICE_WORK   65536

struct dt_one_phonon {
    const dt_crystal *crystal;
    dt_grid_axis axis[3];
    dt_gnm *gnm;
    bool *valid;           /* (voxels) */
    dt_wavevectors groups; /* valid voxels by wavevector */
    int64_t n_slices;
    int64_t *slice_first; /* (n_slices+1) positions in groups.voxel; a slice has one wavevector */
    int64_t n_types;      /* distinct form factors */
    double *type_a, *type_b, *type_c; /* (n_types,4), (n_types,4), (n_types), occupancy included */
    int64_t *type;                    /* (n_atoms) */
    dt_one_phonon_sizes sizes;
};

#endif
