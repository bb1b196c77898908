/* geometry.c - positions, centroids and masses on the tape. */
#include "network.h"

#include "../phonon/mass.h"
#include "../shared.h"

#include <difftape/ops.h>

bool dtp_check_parameters(const dt_network *net, const dt_network_parameters *p, const char *who) {
    dt_tensor *given[4] = {p->springs, p->xyz, p->cell, p->temperature};
    static const char *const name[4] = {"springs", "xyz", "cell", "temperature"};
    bool hybrid = net->options.form == DT_SPRING_HYBRID;
    const int ndim[4] = {hybrid ? 2 : 1, 2, 1, 0};
    const int64_t rows[4] = {net->n_classes, net->crystal->n_atoms, 6, 0};
    const int64_t columns[4] = {2, 3, 0, 0};
    dt_tape *tape = dt_tape_of(p->springs);
    for (int i = 0; i < 4 && dt_tape_status(tape) == DT_OK; i++) {
        if (!given[i]) {
            continue;
        }
        const int64_t *shape = dt_shape(given[i]);
        if (dt_dtype_of(given[i]) != DT_F64) {
            dt_tape_fail(tape, DT_ERR_DTYPE, "%s: %s must be f64, not %s", who, name[i],
                         dt_dtype_name(dt_dtype_of(given[i])));
        } else if (dt_ndim(given[i]) != ndim[i] || (ndim[i] > 0 && shape[0] != rows[i]) ||
                   (ndim[i] > 1 && shape[1] != columns[i])) {
            dt_tape_fail(tape, DT_ERR_SHAPE, "%s: %s must be %s; here are %lld %s", who, name[i],
                         i == 0
                             ? hybrid ? "(classes,2): (k_perp, k_par) of each class" : "(classes)"
                         : i == 1 ? "(atoms,3)"
                         : i == 2 ? "(6)"
                                  : "a scalar",
                         (long long)rows[i],
                         i == 0   ? "classes"
                         : i == 1 ? "atoms"
                                  : "numbers");
        }
    }
    return dt_tape_status(tape) == DT_OK;
}

dt_tensor *dtp_temperature(dt_tape *tape, const dt_network_parameters *p) {
    return p->temperature ? p->temperature : dt_scalar(tape, 300.0);
}

dt_tensor *dtp_mode_constants(dt_tensor *temperature) {
    const double unit = DTP_BOLTZMANN / (1e-20 * DTP_DALTON); /* 1/s^2 per K */
    dt_tensor *omega = dt_sqrt(dt_scale(temperature, unit));
    dt_tensor *kt = dt_sqrt(dt_scale(temperature, DTP_BOLTZMANN * DTP_DALTON * 1e-20));
    dt_tensor *both[2] = {dt_div(dt_scalar(dt_tape_of(kt), 0.5 * DTP_HBAR), kt),
                          dt_scale(omega, 1e-12 / TWO_PI)};
    return dt_stack(2, both, 0);
}

/* (1, x, y, z) of every atom from the mean of its group: (n_asu,n,4). */
static dt_tensor *body_coordinates(const dt_network *net, dt_tensor *positions) {
    dt_tape *tape = dt_tape_of(positions);
    const int64_t n = net->crystal->n_atoms;
    if (net->n_groups == 1) {
        return dt_rigid_body_coordinates(positions);
    }
    dt_tensor *group = view(tape, DT_I64, 1, &n, net->group);
    dt_tensor *weight = view(tape, DT_F64, 2, (int64_t[]){n, 1}, net->group_weight);
    dt_tensor *mean = dt_scatter_add(dt_mul(positions, weight), group, 1, net->n_groups);
    dt_tensor *ones = dt_ones(tape, DT_F64, 3, (int64_t[]){net->crystal->n_asu, n, 1});
    return dt_concat(2, (dt_tensor *[]){ones, dt_sub(positions, dt_gather(mean, group, 1))}, -1);
}

dtp_geometry dtp_geometry_of(const dt_network *net, const dt_network_parameters *p) {
    const dt_crystal *x = net->crystal;
    dt_tape *tape = dt_tape_of(p->springs);
    dtp_geometry g;
    dt_tensor *xyz = p->xyz ? p->xyz : view(tape, DT_F64, 2, (int64_t[]){x->n_atoms, 3}, x->xyz);
    if (p->cell) {
        g.axes = dt_cell_axes(p->cell);
        g.positions = dt_expand_symmetry_in(x, xyz, g.axes);
    } else {
        g.axes = view(tape, DT_F64, 2, (int64_t[]){3, 3}, x->cell.axes);
        g.positions = dt_expand_symmetry(x, xyz);
    }
    g.body = body_coordinates(net, g.positions);
    if (net->options.quirks & DT_QUIRK_CUMULATIVE_A) {
        g.body = dt_cumulative_body(g.body);
    }
    return g;
}

/* -- masses ------------------------------------------------------------------------------------ */

dt_tensor *dtp_mass_matrix(const dt_network *net, dt_tensor *body) {
    dt_tape *tape = dt_tape_of(body);
    const int64_t n = net->crystal->n_atoms, d = net->n_freedom;
    const int64_t *group = net->n_groups == 1 ? NULL : net->group;
    dt_tensor *mass = view(tape, DT_F64, 1, &n, net->crystal->mass);
    dt_tensor *m = dtp_body_masses(body, mass, net->n_groups, group, net->width);
    if (d != net->n_bodies * net->width) {
        dt_tensor *kept = view(tape, DT_I64, 1, &d, net->freedom);
        m = dt_gather(dt_gather(m, kept, 0), kept, 1);
    }
    return dtp_mass_quirk(m, net->options.quirks);
}

dt_tensor *dtp_dynamical(dt_tensor *mass_factor, dt_tensor *stiffness) {
    dt_tensor *half = dt_triangular_solve(mass_factor, stiffness, true, DT_N);
    return dt_triangular_solve(mass_factor, dt_conj(dt_transpose(half)), true, DT_N);
}

dt_tensor *dt_network_mass_factor(const dt_network *net, const dt_network_parameters *p) {
    dt_tape *tape = dt_tape_of(p->springs);
    if (!dtp_check_parameters(net, p, "mass factor")) {
        return dt_inert(tape);
    }
    if (!net->crystal->mass) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "mass factor: the crystal has no masses, so its motions have no frequencies");
        return dt_inert(tape);
    }
    return dtp_mass_factor(dtp_mass_matrix(net, dtp_geometry_of(net, p).body));
}
