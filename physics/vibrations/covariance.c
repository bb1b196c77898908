/* covariance.c - averages over the Brillouin zone of the covariance of plane waves. */
#include "../network/network.h"

#include "../phonon/mass.h"
#include "../shared.h"

#include <difftape/checkpoint.h>
#include <difftape/ops.h>
#include <difftape/vibrations.h>

#include <math.h>

enum { FORCE_CONSTANTS, WAVEVECTORS, MASS, MASS_FACTOR, MODES, CELL, INPUTS };

/* X^H C(k) X is Y^H Y (classical) or Z^H f(D) Z: both halves of the product for columns X (d,m). */
typedef struct halves {
    dt_tensor *left, *right; /* (d,m) */
} halves;

static halves halves_at(const dt_network *net, dt_tape *tape, const double k[3], dt_tensor *x,
                        dt_tensor *const *in) {
    dt_tensor *at = dt_constant(tape, DT_F64, 2, (int64_t[]){1, 3}, k);
    dt_tensor *stiffness = dt_select(dt_network_stiffness(net, in[FORCE_CONSTANTS], at), 0, 0);
    if (dtp_is_zero(k)) {
        stiffness = dtp_hold_translations(net, stiffness, in[MASS], &x);
    }
    dt_tensor *factor = dtp_stiffness_factor(net, stiffness, in[FORCE_CONSTANTS], k);
    if (dt_ndim(in[MODES]) == 0) {
        dt_tensor *y = dt_triangular_solve(factor, x, true, DT_N);
        return (halves){y, y};
    }
    const dt_spectral_function thermal = {.kind = DT_SPECTRAL_THERMAL};
    dt_tensor *l = in[MASS_FACTOR], *c = dt_select(in[MODES], 0, 0);
    dt_tensor *z = dt_triangular_solve(l, x, true, DT_N);
    dt_tensor *f = dt_mul(dt_spectral_apply(dtp_dynamical(l, stiffness), &thermal, 1, &c), c);
    return (halves){z, dt_matmul(f, z)};
}

/* The mesh has half of the zone: other wavevectors than the two ends of the third axis stand for
 * their negatives too, whose covariance is the conjugate. */
static double weight(const double k[3]) {
    return k[2] == 0.0 || k[2] == 0.5 ? 1.0 : 2.0;
}

/* Re C(k) exp(-2 pi i k.n) of wavevectors [begin, end): (end - begin,d,d). */
static dt_tensor *covariance_rows(void *user, dt_tape *tape, int64_t begin, int64_t end,
                                  dt_tensor *const *in) {
    const dt_network *net = user;
    const double *k = dt_data_f64(in[WAVEVECTORS]) + 3 * begin, *n = dt_data_f64(in[CELL]);
    (void)end; /* one at a time */
    halves h = halves_at(net, tape, k, dt_eye(tape, DT_F64, net->n_freedom), in);
    dt_tensor *c = dt_matmul_flags(h.left, DT_C, h.right, DT_N);
    double angle = -TWO_PI * (k[0] * n[0] + k[1] * n[1] + k[2] * n[2]);
    c = dt_sub(dt_scale(dt_real(c), cos(angle)), dt_scale(dt_imag(c), sin(angle)));
    return dt_expand_dims(dt_scale(c, weight(k)), 0);
}

/* Re C(k) of every body of the first copy of the asymmetric unit: (end - begin,groups,w,w). */
static dt_tensor *body_rows(void *user, dt_tape *tape, int64_t begin, int64_t end,
                            dt_tensor *const *in) {
    const dt_network *net = user;
    const double *k = dt_data_f64(in[WAVEVECTORS]) + 3 * begin;
    const int64_t columns = net->n_groups * net->width, d = net->n_freedom;
    int64_t first = 0;
    (void)end;
    while (first < d && net->freedom[first] < columns) {
        first++; /* coordinates of the first copy */
    }
    dt_tensor *x = dt_slice(dt_eye(tape, DT_F64, d), 1, 0, first, 1);
    halves h = halves_at(net, tape, k, x, in);
    dt_tensor *place = view(tape, DT_I64, 1, &first, net->freedom), *part[2] = {h.left, h.right};
    for (int i = 0; i < 2; i++) { /* (d,first) -> (groups,d,w) */
        part[i] = dt_scatter_add(part[i], place, 1, columns);
        part[i] = dt_reshape(part[i], 3, (int64_t[]){d, net->n_groups, net->width});
        part[i] = dt_permute(part[i], (int[]){1, 0, 2});
    }
    dt_tensor *c = dt_real(dt_matmul_flags(part[0], DT_C, part[1], DT_N));
    return dt_expand_dims(dt_scale(c, weight(k)), 0);
}

/* i/N for the first and second axis, half of it for the third. */
static dt_tensor *mesh_of(dt_tape *tape, const int mesh[3], bool half) {
    dt_tensor *axis[3], *grid[3];
    for (int d = 0; d < 3; d++) {
        int n = d == 2 && half ? mesh[d] / 2 + 1 : mesh[d];
        axis[d] = dt_div(dt_arange(tape, 0.0, n, 1.0), dt_scalar(tape, mesh[d]));
    }
    dt_meshgrid(3, axis, grid);
    return dt_reshape(dt_stack(3, grid, -1), 2, (int64_t[]){-1, 3});
}

dt_tensor *dt_wavevector_mesh(dt_tape *tape, const int mesh[3]) {
    for (int d = 0; d < 3; d++) {
        if (mesh[d] < 1) {
            dt_tape_fail(tape, DT_ERR_ARGUMENT,
                         "wavevector mesh: %d x %d x %d; every number must be 1 or more", mesh[0],
                         mesh[1], mesh[2]);
            return dt_inert(tape);
        }
    }
    return mesh_of(tape, mesh, false);
}

static bool check(const dt_network *net, const dt_network_parameters *p, const int mesh[3],
                  dt_occupation occupation) {
    dt_tape *tape = dt_tape_of(p->springs);
    if (!dtp_check_parameters(net, p, "covariance")) {
        return false;
    }
    if (mesh[0] < 1 || mesh[1] < 1 || mesh[2] < 1) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "covariance: a mesh of %d x %d x %d; every number must be 1 or more", mesh[0],
                     mesh[1], mesh[2]);
    } else if (occupation == DT_QUANTUM && !net->crystal->mass) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "covariance: quantum occupation needs frequencies, and the crystal has no "
                     "masses");
    }
    return dt_tape_status(tape) == DT_OK;
}

/* The mean over the zone of rows, (K, ...) -> (...). */
static dt_tensor *zone_mean(const dt_network *net, const dt_network_parameters *p,
                            const dtp_geometry *g, const int mesh[3], const int cell[3],
                            dt_occupation occupation, dt_rows_fn *rows) {
    dt_tape *tape = dt_tape_of(p->springs);
    dt_tensor *nothing = dt_scalar(tape, 0.0), *in[INPUTS];
    for (int i = 0; i < INPUTS; i++) {
        in[i] = nothing;
    }
    in[FORCE_CONSTANTS] = dtp_force_constants(net, g, p);
    in[WAVEVECTORS] = mesh_of(tape, mesh, true);
    if (net->crystal->mass) {
        in[MASS] = dtp_mass_matrix(net, g->body);
    }
    if (occupation == DT_QUANTUM) {
        in[MASS_FACTOR] = dtp_mass_factor(in[MASS]);
        in[MODES] = dtp_mode_constants(dtp_temperature(tape, p));
    }
    dt_tensor *n[3];
    for (int d = 0; d < 3; d++) {
        n[d] = dt_scalar(tape, cell[d]);
    }
    in[CELL] = dt_stack(3, n, 0);
    int64_t half = (int64_t)mesh[0] * mesh[1] * (mesh[2] / 2 + 1);
    double all = (double)mesh[0] * mesh[1] * mesh[2];
    /* *user is only read; the API's pointer is not const. */
    dt_tensor *each = dt_map_batches(rows, (void *)(uintptr_t)net, INPUTS, in, half, 1);
    return dt_scale(dt_sum(each, 0), 1.0 / all);
}

dt_tensor *dt_network_covariance(const dt_network *net, const dt_network_parameters *p,
                                 const int mesh[3], const int cell[3], dt_occupation occupation) {
    if (!check(net, p, mesh, occupation)) {
        return dt_inert(dt_tape_of(p->springs));
    }
    const dtp_geometry g = dtp_geometry_of(net, p);
    return zone_mean(net, p, &g, mesh, cell, occupation, covariance_rows);
}

/* The Cartesian rotation of the first copy, C = A^T R B, which need not be the identity. */
static dt_tensor *first_rotation(const dt_network *net, dt_tape *tape) {
    return view(tape, DT_F64, 2, (int64_t[]){3, 3}, net->crystal->rotation);
}

dt_tensor *dt_network_displacements(const dt_network *net, const dt_network_parameters *p,
                                    const int mesh[3], dt_occupation occupation) {
    static const int home[3] = {0, 0, 0};
    dt_tape *tape = dt_tape_of(p->springs);
    if (!check(net, p, mesh, occupation)) {
        return dt_inert(tape);
    }
    const dtp_geometry g = dtp_geometry_of(net, p);
    const int64_t n = net->crystal->n_atoms;
    dt_tensor *c = zone_mean(net, p, &g, mesh, home, occupation, body_rows); /* (groups,w,w) */
    c = dt_gather(c, view(tape, DT_I64, 1, &n, net->group), 0);              /* (n,w,w) */
    if (net->width == 6) {
        dt_tensor *a = dt_rigid_body_projector(dt_slice(g.body, 0, 0, 1, 1));
        a = dt_reshape(a, 3, (int64_t[]){n, 3, 6});
        c = dt_matmul_flags(dt_matmul(a, c), DT_N, a, DT_T);
    }
    dt_tensor *r = first_rotation(net, tape);
    return dt_matmul(dt_matmul_flags(r, DT_T, c, DT_N), r);
}
