/* intensity.c - the map on the tape: from parameters to inputs of slices. */
#include "map.h"

#include "../phonon/mass.h"
#include "../shared.h"

#include <difftape/checkpoint.h>
#include <difftape/ops.h>

static bool check(const dt_phonon_map *m, const dt_phonon_map_parameters *p) {
    static const char *const name[4] = {"u", "occupancy", "scale", "mode_weights"};
    dt_tape *tape = dt_tape_of(p->network.springs);
    dt_tensor *given[4] = {p->u, p->occupancy, p->scale, p->mode_weights};
    const int64_t n = m->network->crystal->n_atoms;
    if (!dtp_check_parameters(m->network, &p->network, "phonon map")) {
        return false;
    }
    for (int i = 0; i < 4 && dt_tape_status(tape) == DT_OK; i++) {
        if (!given[i]) {
            continue;
        }
        int ndim = dt_ndim(given[i]);
        const int64_t *shape = dt_shape(given[i]);
        bool tensors = i == 0 && ndim == 3 && shape[0] == n && shape[1] == 3 && shape[2] == 3;
        bool fits = i == 2   ? ndim == 0
                    : i == 3 ? ndim == 1 && shape[0] == m->options.n_weights
                             : tensors || (ndim == 1 && shape[0] == n);
        if (dt_dtype_of(given[i]) != DT_F64) {
            dt_tape_fail(tape, DT_ERR_DTYPE, "phonon map: %s must be f64, not %s", name[i],
                         dt_dtype_name(dt_dtype_of(given[i])));
        } else if (!fits) {
            dt_tape_fail(tape, DT_ERR_SHAPE,
                         "phonon map: %s must be %s; the crystal has %lld atoms", name[i],
                         i == 0   ? "(atoms) or (atoms,3,3)"
                         : i == 1 ? "(atoms)"
                         : i == 2 ? "a scalar"
                                  : "as many numbers as n_weights in the options",
                         (long long)n);
        }
    }
    if (dt_tape_status(tape) == DT_OK && !p->mode_weights && m->options.n_weights > 0) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "phonon map: the options ask for %d mode weights, and "
                     "none are given",
                     m->options.n_weights);
    }
    return dt_tape_status(tape) == DT_OK;
}

/* U of every copy, C U C^T with the Cartesian rotation C = A^T R B: (n_asu,n,3,3). */
static dt_tensor *turned_tensors(const dt_crystal *x, dt_tensor *u, dt_tensor *axes) {
    dt_tape *tape = dt_tape_of(u);
    const int64_t n = x->n_asu, square[2] = {3, 3};
    dt_tensor *c = view(tape, DT_F64, 3, (int64_t[]){n, 3, 3}, x->rotation);
    if (axes) { /* of another cell: C' = A'^T B C A^T B' */
        dt_tensor *a = view(tape, DT_F64, 2, square, x->cell.axes);
        dt_tensor *b = view(tape, DT_F64, 2, square, x->cell.fractional);
        dt_tensor *left = dt_matmul_flags(axes, DT_T, b, DT_N);
        dt_tensor *right = dt_transpose(dt_matmul(dt_inverse(axes), a));
        c = dt_matmul(dt_matmul(left, c), right);
    }
    c = dt_expand_dims(c, 1);
    return dt_matmul_flags(dt_matmul(c, u), DT_N, c, DT_T);
}

static void gather_inputs(const dt_phonon_map *m, const dt_phonon_map_parameters *p,
                          dt_tensor **in) {
    const dt_network *net = m->network;
    const dt_crystal *x = net->crystal;
    dt_tape *tape = dt_tape_of(p->network.springs);
    const int64_t n = x->n_atoms;
    const dtp_geometry g = dtp_geometry_of(net, &p->network);
    dt_tensor *nothing = dt_scalar(tape, 0.0);
    bool weighed = m->options.occupation == DT_QUANTUM || p->mode_weights;
    bool modes = weighed || m->options.single_mode > 0;
    bool zone_centre = m->options.bragg == DT_BRAGG_DROP_ACOUSTIC && m->sizes.bragg > 0;
    for (int i = 0; i < DTP_INPUTS; i++) {
        in[i] = nothing;
    }
    in[DTP_FORCE_CONSTANTS] = dtp_force_constants(net, &g, &p->network);
    in[DTP_POSITIONS] = g.positions;
    in[DTP_BODY] = g.body;
    in[DTP_U] = p->u ? p->u : view(tape, DT_F64, 1, &n, x->u_iso);
    if (dt_ndim(in[DTP_U]) == 3) {
        in[DTP_U] = turned_tensors(x, in[DTP_U], p->network.cell ? g.axes : NULL);
    }
    in[DTP_OCCUPANCY] = p->occupancy ? p->occupancy : view(tape, DT_F64, 1, &n, x->occupancy);
    if (p->network.cell) {
        in[DTP_RECIPROCAL] = dt_transpose(dt_inverse(g.axes));
    }
    if (x->mass && (modes || zone_centre || dtp_threshold(m) > 0.0)) {
        in[DTP_MASS] = dtp_mass_matrix(net, g.body);
    }
    if (modes) {
        in[DTP_MASS_FACTOR] = dtp_mass_factor(in[DTP_MASS]);
    }
    if (weighed) {
        in[DTP_MODES] = dtp_mode_constants(dtp_temperature(tape, &p->network));
    }
    if (p->mode_weights) {
        in[DTP_MODE_WEIGHTS] = p->mode_weights;
    }
    in[DTP_SCALE] = p->scale ? p->scale : dt_scalar(tape, 1.0);
}

dt_tensor *dt_phonon_map_intensity(const dt_phonon_map *m, const dt_phonon_map_parameters *p) {
    dt_tape *tape = dt_tape_of(p->network.springs);
    if (!check(m, p)) {
        return dt_inert(tape);
    }
    const dt_slices slices = dtp_slices_of_map(m);
    dt_tensor *in[DTP_INPUTS];
    gather_inputs(m, p, in);
    /* *user is only read; the API's pointer is not const. */
    dt_tensor *map =
        dt_map_slices(dtp_slice_intensity, (void *)(uintptr_t)m, DTP_INPUTS, in, &slices);
    return dt_reshape(map, m->points->ndim, m->points->shape);
}
