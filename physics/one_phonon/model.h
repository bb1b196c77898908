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
    unsigned quirks;      /* quirks.h */
    int64_t single_mode;  /* 0: all modes; m: only the m-th softest */
    double phase_of_k[9]; /* k (fractional) to the k of the phases 2 pi k.n: the unit matrix but for
                             quirks */
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

/* What a map is computed from, on one tape. whitening is there only where modes are needed. */
enum { FORCE_CONSTANTS, POSITIONS, BODY, U_ISO, WHITENING, INPUTS };

/* Is x an f64 tensor of that shape, n1 = 0 standing for a vector? Fails the tape if not. */
bool one_phonon_check(dt_tensor *x, const char *what, int ndim, int64_t n0, int64_t n1);

/* Positions, body coordinates, force constants (and the whitening if modes are needed) from the
 * parameters. Returns how many inputs there are. */
int one_phonon_inputs(const dt_one_phonon *m, dt_tensor *gamma_intra, dt_tensor *gamma_inter,
                      dt_tensor *xyz, dt_tensor *ret_in[INPUTS]);

/* The k that phases are made of, from k in fractions of the reciprocal axes. */
void one_phonon_phase_k(const dt_one_phonon *m, const double k[3], double ret_k[3]);

/* Are modes needed: one of them asked for, or a threshold on them? */
static inline bool one_phonon_needs_modes(const dt_one_phonon *m) {
    return m->single_mode > 0 || (m->quirks & (DT_QUIRK_ACOUSTIC_1E12 | DT_QUIRK_ACOUSTIC_1E6));
}

#endif
