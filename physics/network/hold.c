/* hold.c - K(k) held where it must be, factorised and checked. */
#include "network.h"

#include "../gnm/loose.h"
#include "../shared.h"

#include <difftape/ops.h>

#include <math.h>
#include <stdio.h>

/* A pivot this much smaller than what was added up on its diagonal is rounding: the motion costs no
 * energy. */
static const double smallest_pivot = 1e-13;

bool dtp_is_zero(const double k[3]) {
    return k[0] == 0.0 && k[1] == 0.0 && k[2] == 0.0;
}

/* Rounding can make a Cholesky factor of a singular K: compare every pivot with the sum of springs
 * it comes from. */
static void check_pivots(const dt_network *net, dt_tensor *factor, dt_tensor *force_constants) {
    const dt_c128 *l = dt_data_c128(factor);
    const double *blocks = dt_data_f64(force_constants);
    int64_t d = net->n_freedom, w = net->width;
    for (int64_t i = 0; l && blocks && i < d; i++) {
        double pivot = l[i * d + i].re * l[i * d + i].re;
        int64_t body = net->freedom[i] / w, c = net->freedom[i] % w;
        double scale = blocks[(net->n_blocks + body) * w * w + c * w + c];
        if (!(pivot > smallest_pivot * fabs(scale))) {
            dt_tape_fail(dt_tape_of(factor), DT_ERR_NOT_POSITIVE_DEFINITE,
                         "pivot %lld of K(k) is %.3g, which is 0 but for rounding", (long long)i,
                         pivot);
            return;
        }
    }
}

static void name_wavevector(const dt_network *net, dt_tape *tape, const double *force_constants,
                            const double k[3]) {
    const dtp_blocks blocks = {.n_blocks = net->n_blocks,
                               .n_bodies = net->n_bodies,
                               .bodies_per_unit = net->n_groups,
                               .w = net->width,
                               .pair = net->block_pair,
                               .cell = net->block_cell,
                               .cells = net->cells,
                               .force_constants = force_constants};
    double line[3];
    int64_t size;
    if (net->all_six && dtp_group_is_line(net, 0, line, &size)) {
        dt_tape_context(
            tape,
            "network: K(k) is not positive definite at k = (%.6g, %.6g, %.6g) in reciprocal axes: "
            "the atoms of the asymmetric unit lie on one line, and nothing resists its rotation "
            "about that line (a rigid body needs three atoms that do not; dt_network leaves that "
            "rotation out)",
            k[0], k[1], k[2]);
        return;
    }
    char loose[DTP_REASON] = "some motion of the bodies costs no energy, or gains some";
    if (!dtp_say_what_is_loose(&blocks, loose) && net->options.form == DT_SPRING_PARALLEL) {
        snprintf(loose, sizeof loose,
                 "parallel springs resist along contacts only, and need enough directions at every "
                 "body");
    }
    dt_tape_context(
        tape,
        "network: K(k) is not positive definite at k = (%.6g, %.6g, %.6g) in reciprocal axes: the "
        "springs do not hold the crystal: %s (hint: positive spring constants, a longer cutoff, or "
        "larger groups)",
        k[0], k[1], k[2], loose);
}

dt_tensor *dtp_stiffness_factor(const dt_network *net, dt_tensor *stiffness,
                                dt_tensor *force_constants, const double k[3]) {
    dt_tape *tape = dt_tape_of(stiffness);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    const double *blocks = dt_data_f64(force_constants); /* none after a failure */
    dt_tensor *factor = dt_cholesky(stiffness);
    if (dt_tape_status(tape) == DT_OK) {
        check_pivots(net, factor, force_constants);
    }
    if (dt_tape_status(tape) == DT_ERR_NOT_POSITIVE_DEFINITE) {
        name_wavevector(net, tape, blocks, k);
    }
    return factor;
}

dt_tensor *dtp_translations(const dt_network *net, dt_tape *tape) {
    int64_t all = net->n_bodies * net->width, d = net->n_freedom;
    dt_tensor *one = dt_slice(dt_eye(tape, DT_F64, net->width), 1, 0, 3, 1); /* (w,3) */
    dt_tensor *t = dt_tile(one, (int64_t[]){net->n_bodies, 1});
    return d == all ? t : dt_gather(t, view(tape, DT_I64, 1, &d, net->freedom), 0);
}

/* With T the translations and P = M T, T^T P = m I: a motion w keeps the centre of mass in place if
 * P^T w = 0. There K + a P P^T acts as K; T costs what it likes, and is taken out of the response:
 * G' = G - (G T) P^T / m has G' T = 0, and the same product with everything else. So a has no
 * influence; it only sets a scale for rounding. */
dt_tensor *dtp_hold_translations(const dt_network *net, dt_tensor *stiffness, dt_tensor *mass,
                                 dt_tensor **response) {
    dt_tape *tape = dt_tape_of(stiffness);
    dt_tensor *t = dtp_translations(net, tape);
    dt_tensor *p = dt_ndim(mass) > 0 ? dt_matmul(mass, t) : t;
    dt_tensor *total = dt_scale(dt_sum(dt_mul(t, p), DT_ALL), 1.0 / 3.0);
    if (response) {
        dt_tensor *along = dt_matmul_flags(t, DT_T, *response, DT_N); /* (3,b) */
        *response = dt_sub(*response, dt_matmul(dt_div(p, total), along));
    }
    dt_tensor *trace = dt_sum(dt_real(dt_diagonal(stiffness)), DT_ALL);
    dt_tensor *scale = dt_stop_gradient(dt_div(trace, dt_sum(dt_square(p), DT_ALL)));
    return dt_add(stiffness, dt_mul(dt_matmul_flags(p, DT_N, p, DT_T), scale));
}
