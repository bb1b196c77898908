/* network.h - what an elastic network holds, for the files that use it. Functions that cross files
 * within physics/ begin dtp_. */
#ifndef DT_NETWORK_NETWORK_H
#define DT_NETWORK_NETWORK_H

#include <difftape/gnm.h>
#include <difftape/network.h>

struct dt_network {
    const dt_crystal *crystal;
    dt_network_options options; /* without the arrays */

    /* Bodies: copy a of group g is number a n_groups + g. */
    int64_t n_groups, n_bodies;
    bool all_six;         /* every body has six, whether or not they all move an atom */
    int64_t *group;       /* (n_atoms) in [0, n_groups), in order of appearance */
    double *group_weight; /* (n_atoms) 1 / atoms of its group */
    int64_t width;        /* coordinates of a body: 3 if all bodies are single atoms, else 6 */
    int64_t n_freedom;    /* those that move an atom */
    int64_t *freedom;     /* (n_freedom) body width + coordinate */

    dt_contacts contacts; /* sorted by cell, body of i, body of j, i, j */
    int64_t n_classes;
    int64_t *spring_class; /* (contacts) */
    double *cell_of;       /* (contacts,3) the contact's cell as numbers; NULL if not needed */

    int64_t n_cells;
    double *cells;        /* (n_cells,3) distinct cells, sorted, the reference cell included */
    int64_t n_blocks;     /* distinct (cell, body, body') */
    int64_t *block_first; /* (n_blocks+1) */
    int64_t *block_cell;  /* (n_blocks+n_bodies) place in cells; the diagonal blocks come last */
    int64_t *block_pair;  /* (n_blocks+n_bodies) body n_bodies + body' */
    int64_t *block_body;  /* (n_blocks) body */

    int64_t n_slices; /* blocks are put together in slices of about a thousand contacts */
    int64_t *slice_first;

    bool turned; /* do quirks change the k of the phases? Then it is phase_of_k k */
    double phase_of_k[9];
};

/* Coordinates on the tape that everything starts from. */
typedef struct dtp_geometry {
    dt_tensor *axes;      /* (3,3) rows a, b, c */
    dt_tensor *positions; /* (n_asu,n,3) */
    dt_tensor *body;      /* (n_asu,n,4) body coordinates (gnm.h) in the body of each atom */
} dtp_geometry;

/* The class of every contact, and which contacts have none (-1). */
dt_status dtp_spring_classes(const dt_crystal *crystal, const dt_network_options *options,
                             const dt_contacts *contacts, int64_t *ret_class, int64_t *ret_n,
                             dt_error *error);

/* Groups, bodies and the coordinates that move an atom. */
dt_status dtp_make_bodies(dt_network *network, const dt_network_options *options, dt_error *error);

/* Is the body of group g on a line? Its direction, 0 for a single atom, and its size. */
bool dtp_group_is_line(const dt_network *network, int64_t g, double ret_e[3], int64_t *ret_size);

/* dt_network_new; with all_six, bodies keep coordinates that move nothing, and K(k) is singular
 * then. */
dt_status dtp_network_new(const dt_crystal *crystal, const dt_network_options *options,
                          bool all_six, dt_network **ret_network, dt_error *error);

/* Quirks that the crystal must have been made with. */
dt_status dtp_check_quirks(const dt_crystal *crystal, unsigned quirks, dt_error *error);

/* Springs with a direction, or a weight that falls with distance, need a distance. */
static inline bool dtp_needs_distances(const dt_network *network) {
    const dt_network_options *o = &network->options;
    return o->form != DT_SPRING_ISOTROPIC || o->decay > 0.0 || o->taper > 0.0;
}

/* What quirks make of wavevectors (K,3) before phases are computed from them. */
void dtp_set_phases(dt_network *network);
dt_tensor *dtp_phase_wavevectors(const dt_network *network, dt_tensor *k);

bool dtp_check_parameters(const dt_network *network, const dt_network_parameters *parameters,
                          const char *who);
dtp_geometry dtp_geometry_of(const dt_network *network, const dt_network_parameters *parameters);
/* Positions and axes are not used, and may be NULL, for isotropic springs without weights. */
dt_tensor *dtp_force_constants(const dt_network *network, const dtp_geometry *geometry,
                               const dt_network_parameters *parameters);
/* dt_network_stiffness without quirks. */
dt_tensor *dtp_stiffness(const dt_network *network, dt_tensor *force_constants, dt_tensor *k);
dt_tensor *dtp_mass_matrix(const dt_network *network, dt_tensor *body);
/* D = L^-1 K L^-T with the factor L of the mass matrix. */
dt_tensor *dtp_dynamical(dt_tensor *mass_factor, dt_tensor *stiffness);

/* The lower Cholesky factor of K at k, checked pivot by pivot; who is at fault is said. */
dt_tensor *dtp_stiffness_factor(const dt_network *network, dt_tensor *stiffness,
                                dt_tensor *force_constants, const double k[3]);

/* K at k = 0 with the uniform translations made stiff, and what then drops them from a response:
 * *response (d,b) loses its part along them. mass (d,d), or a scalar for unit bodies. */
dt_tensor *dtp_hold_translations(const dt_network *network, dt_tensor *stiffness, dt_tensor *mass,
                                 dt_tensor **response);

/* The uniform translations (d,3): 1 at every translation of a body along that axis. */
dt_tensor *dtp_translations(const dt_network *network, dt_tape *tape);

bool dtp_is_zero(const double k[3]);

/* Boltzmann and hbar are exact in the SI, the dalton is that of CODATA 2018. */
#define DTP_BOLTZMANN 1.380649e-23          /* J/K */
#define DTP_HBAR      1.054571817646156e-34 /* J s */
#define DTP_DALTON    1.66053906660e-27     /* kg */

dt_tensor *dtp_temperature(dt_tape *tape, const dt_network_parameters *parameters);

/* c = hbar / (2 sqrt(kT)) and the frequency in THz of a mode with eigenvalue 1, in units of kT,
 * Angstrom and dalton: (2). */
dt_tensor *dtp_mode_constants(dt_tensor *temperature);

#endif
