/* map.h - what a phonon map holds. */
#ifndef DT_PHONON_MAP_MAP_H
#define DT_PHONON_MAP_MAP_H

#include <difftape/checkpoint.h>
#include <difftape/phonon_map.h>

#include "../network/network.h"
#include "slices.h"

/* Most scattering vectors evaluated together, and the atoms x vectors a slice aims at: its complex
 * array then stays in a core's second-level cache. */
#define DTP_SLICE_POINTS 512
#define DTP_SLICE_WORK   65536

struct dt_phonon_map {
    const dt_network *network;
    const dt_points *points;
    dt_phonon_map_options options;
    dt_phonon_map_sizes sizes;
    bool *valid;
    dtp_slices plain; /* points that stand for themselves */
    dtp_slices bragg; /* those that stand for a voxel: their values at all nodes are added up */
    int64_t n_nodes;
    double *node, *weight; /* (n_nodes,3) wavevectors, (n_nodes) */
    /* Distinct form factors, and that of every atom. */
    int64_t n_types;
    double *type_a, *type_b, *type_c;
    int64_t *type;
};

/* A part of the two pyramids of a voxel that stand on one axis: k = +- rho (1, s, t) in half
 * voxels along the axis and the next two, rho in [0,1], s and t between these limits. */
typedef struct dtp_part {
    int axis;
    double s[2], t[2];
} dtp_part;
enum { DTP_MOST_PARTS = 40 };

/* The parts of a voxel, fitted to the acoustic phonons of the map's network: how many. */
int dtp_voxel_parts(const dt_phonon_map *map, dtp_part ret_parts[DTP_MOST_PARTS]);

/* Gauss-Legendre nodes and weights on [-1,1], at most 16. */
void dtp_gauss(int n, double *ret_x, double *ret_w);

/* Nodes and weights of the average over a voxel, n_parts times dtp_part_nodes of them. k in units
 * of the voxel, within [-1/2, 1/2]. */
int dtp_bragg_order(const dt_phonon_map_options *options); /* 4 unless another is asked for */
int64_t dtp_part_nodes(int order);
void dtp_voxel_nodes(int order, int n_parts, const dtp_part *parts, double *ret_nodes,
                     double *ret_weights);

/* Inputs of a slice; those that are not given are scalars. */
enum {
    DTP_FORCE_CONSTANTS,
    DTP_POSITIONS,
    DTP_BODY,
    DTP_U,
    DTP_RECIPROCAL,
    DTP_OCCUPANCY,
    DTP_MASS,         /* (d,d) */
    DTP_MASS_FACTOR,  /* (d,d) */
    DTP_MODES,        /* (2) c and THz per square root of an eigenvalue */
    DTP_MODE_WEIGHTS, /* (m) */
    DTP_SCALE,        /* a scalar, always there */
    DTP_INPUTS
};

/* All slices of a map, user, and the values of one: see checkpoint.h. */
dt_slices dtp_slices_of_map(const dt_phonon_map *map);
dt_tensor *dtp_slice_intensity(void *user, dt_tape *tape, int64_t slice, int64_t n,
                               const int64_t *points, dt_tensor *const *in);

/* sum over modes of f |F v|^2: response G^T (d,b), stiffness K (d,d). */
dt_tensor *dtp_mode_sum(const dt_phonon_map *map, dt_tensor *stiffness, dt_tensor *response,
                        dt_tensor *const *in);

/* f |F v|^2 of the one mode that the options ask for, at k. */
dt_tensor *dtp_single_mode(const dt_phonon_map *map, dt_tensor *stiffness, dt_tensor *response,
                           dt_tensor *const *in, const double k[3]);

/* f of modes with eigenvalues x, of any shape. */
dt_tensor *dtp_mode_weight(const dt_phonon_map *map, dt_tensor *x, dt_tensor *const *in);

/* Points at whole h, k, l have an intensity of their own, whatever the policy: a mode that is not
 * acoustic is asked for. */
static inline bool dtp_optical(const dt_phonon_map *map) {
    return map->options.single_mode > 3;
}

/* Below which eigenvalue a mode has no value, with a quirk, else 0; and the refusal of a wavevector
 * that has such a mode: K (d,d), M (d,d). */
double dtp_threshold(const dt_phonon_map *map);
void dtp_check_threshold(const dt_phonon_map *map, dt_tensor *stiffness, dt_tensor *mass,
                         const double k[3]);

/* What dt_phonon_map_new refuses before anything is computed. */
dt_status dtp_check_d_min(double d_min, dt_error *error);
dt_status dtp_check_map_options(const dt_network *network, const dt_points *points,
                                const dt_phonon_map_options *options, dt_error *error);

#endif
