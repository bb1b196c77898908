/* parts.c - how a voxel around a Bragg point is cut up so that few nodes are enough.
 *
 * Near the point the covariance is C(k)^-1 with the acoustic tensor C(k), 3x3 and quadratic in k.
 * Over the base of a pyramid (voxel.c) its inverse can have ridges where a direction is soft; a
 * base is halved where four points across miss them, until the mean of C^-1 over the voxel, seen by
 * whatever q, is right. Six values of C give all of them, so this costs six factorisations. */
#include "map.h"

#include <difftape/ops.h>

#include <math.h>
#include <string.h>

enum { ACROSS = 4 };                   /* nodes that a part is judged by, across */
static const double tolerance = 4e-3;  /* of the mean, summed over parts */
static const double long_wave = 1e-3;  /* the part of a voxel at which C is taken */
static const double hybrid_perp = 0.2; /* constant across a hybrid contact if none is given */

/* C(k) = sum over i <= j of k_i k_j c[ij], in the order 00, 11, 22, 01, 02, 12. */
typedef struct acoustic {
    double c[6][9];
} acoustic;

typedef struct candidate {
    dtp_part part;
    double mean[9]; /* integral of C^-1 over the part */
    double error;
    int halve; /* 0: s, 1: t */
} candidate;

/* -- the acoustic tensor ----------------------------------------------------------------------- */

/* Springs as the map's options say, or equal ones: nodes must not move with the parameters. */
static dt_tensor *typical_springs(dt_tape *tape, const dt_phonon_map *m) {
    const dt_network *net = m->network;
    int64_t classes = dt_network_get_sizes(net).classes;
    bool hybrid = net->options.form == DT_SPRING_HYBRID;
    const int64_t shape[2] = {classes, 2};
    if (m->options.bragg_springs) {
        return dt_constant(tape, DT_F64, hybrid ? 2 : 1, shape, m->options.bragg_springs);
    }
    dt_tensor *ones = dt_ones(tape, DT_F64, hybrid ? 2 : 1, shape);
    const int64_t two = 2;
    return hybrid ? dt_mul(ones, dt_constant(tape, DT_F64, 1, &two, (double[]){hybrid_perp, 1.0}))
                  : ones;
}

/* (T^T K^-1 T)^-1 with the uniform translations T. */
static bool tensor_at(const dt_network *net, dt_tensor *force_constants, const double k[3],
                      double ret_c[9]) {
    dt_tape *tape = dt_tape_of(force_constants);
    const dt_mark mark = dt_tape_mark(tape); /* matrices may be large: one at a time */
    dt_tensor *at = dt_constant(tape, DT_F64, 2, (int64_t[]){1, 3}, k);
    dt_tensor *stiffness = dt_select(dt_network_stiffness(net, force_constants, at), 0, 0);
    dt_tensor *t = dt_cast(dtp_translations(net, tape), DT_C128);
    dt_tensor *c = dt_inverse(dt_matmul_flags(t, DT_T, dt_solve(stiffness, t), DT_N));
    const dt_c128 *x = dt_data_c128(c);
    for (int i = 0; i < 9 && x; i++) {
        ret_c[i] = x[i].re / (long_wave * long_wave);
    }
    bool ok = x && dt_tape_status(tape) == DT_OK;
    if (ok) {
        dt_tape_rewind(tape, mark);
    }
    return ok;
}

/* false where the springs do not hold the crystal: the map will say so. */
static bool find_acoustic(const dt_phonon_map *m, acoustic *ret) {
    static const int pair[6][2] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
    dt_tape *tape = dt_tape_new(NULL);
    if (!tape) {
        return false;
    }
    const dt_network_parameters p = {.springs = typical_springs(tape, m)};
    dt_tensor *force_constants = dt_network_force_constants(m->network, &p);
    bool ok = dt_tape_status(tape) == DT_OK;
    for (int n = 0; n < 6 && ok; n++) {
        double k[3] = {0.0, 0.0, 0.0};
        for (int i = 0; i < 2; i++) {
            k[pair[n][i]] = long_wave * m->points->voxel[pair[n][i]];
        }
        ok = tensor_at(m->network, force_constants, k, ret->c[n]);
        for (int i = 0; i < 9 && n >= 3 && ok; i++) {
            ret->c[n][i] -= ret->c[pair[n][0]][i] + ret->c[pair[n][1]][i];
        }
    }
    dt_tape_free(tape);
    return ok;
}

/* -- C^-1 on the base of a pyramid ------------------------------------------------------------- */

static void inverse(const double m[9], double ret[9]) {
    double det = 0.0;
    for (int i = 0; i < 9; i++) {
        int a = (i / 3 + 1) % 3, b = (i / 3 + 2) % 3, c = (i % 3 + 1) % 3, d = (i % 3 + 2) % 3;
        ret[3 * (i % 3) + i / 3] = m[3 * a + c] * m[3 * b + d] - m[3 * a + d] * m[3 * b + c];
        det += i < 3 ? m[i] * ret[3 * i] : 0.0;
    }
    for (int i = 0; i < 9; i++) {
        ret[i] /= det;
    }
}

static void integrate(const acoustic *c, const dtp_part *p, double ret[9]) {
    double x[ACROSS], w[ACROSS], k[3], at[9], value[9];
    double half_s = 0.5 * (p->s[1] - p->s[0]), half_t = 0.5 * (p->t[1] - p->t[0]);
    dtp_gauss(ACROSS, x, w);
    memset(ret, 0, 9 * sizeof *ret);
    for (int n = 0; n < ACROSS * ACROSS; n++) {
        k[p->axis] = 1.0;
        k[(p->axis + 1) % 3] = p->s[0] + half_s * (1.0 + x[n / ACROSS]);
        k[(p->axis + 2) % 3] = p->t[0] + half_t * (1.0 + x[n % ACROSS]);
        const double kk[6] = {k[0] * k[0], k[1] * k[1], k[2] * k[2],
                              k[0] * k[1], k[0] * k[2], k[1] * k[2]};
        for (int i = 0; i < 9; i++) {
            at[i] = 0.0;
            for (int q = 0; q < 6; q++) {
                at[i] += kk[q] * c->c[q][i];
            }
        }
        inverse(at, value);
        for (int i = 0; i < 9; i++) {
            ret[i] += half_s * half_t * w[n / ACROSS] * w[n % ACROSS] * value[i];
        }
    }
}

/* |q^T D q| <= size q^T M q for every q, given the inverse of M. */
static double size_of(const double d[9], const double inverse_mean[9]) {
    double trace = 0.0, product[9];
    for (int i = 0; i < 9; i++) {
        product[i] = 0.0;
        for (int j = 0; j < 3; j++) {
            product[i] += inverse_mean[3 * (i / 3) + j] * d[3 * j + i % 3];
        }
    }
    for (int i = 0; i < 9; i++) {
        trace += product[i] * product[3 * (i % 3) + i / 3];
    }
    return sqrt(fmax(trace, 0.0));
}

static void halve(const dtp_part *p, int which, dtp_part ret[2]) {
    ret[0] = ret[1] = *p;
    double *end = which == 0 ? ret[0].s : ret[0].t, *start = which == 0 ? ret[1].s : ret[1].t;
    end[1] = start[0] = 0.5 * (end[0] + end[1]);
}

/* What halving a part changes is its error; the way that changes more is the one to take. */
static void judge(const acoustic *c, const double inverse_mean[9], candidate *x) {
    double change[2];
    for (int which = 0; which < 2; which++) {
        dtp_part half[2];
        double mean[2][9];
        halve(&x->part, which, half);
        integrate(c, &half[0], mean[0]);
        integrate(c, &half[1], mean[1]);
        for (int i = 0; i < 9; i++) {
            mean[0][i] += mean[1][i] - x->mean[i];
        }
        change[which] = size_of(mean[0], inverse_mean);
    }
    x->halve = change[1] > change[0];
    x->error = change[0] + change[1];
}

int dtp_voxel_parts(const dt_phonon_map *m, dtp_part ret_parts[DTP_MOST_PARTS]) {
    candidate all[DTP_MOST_PARTS];
    double mean[9] = {0.0}, inverse_mean[9], error = 0.0;
    acoustic c;
    int n = 3;
    bool known = find_acoustic(m, &c);
    for (int a = 0; a < 3; a++) {
        all[a] = (candidate){.part = {.axis = a, .s = {-1.0, 1.0}, .t = {-1.0, 1.0}}};
        if (known) {
            integrate(&c, &all[a].part, all[a].mean);
        }
        for (int i = 0; i < 9; i++) {
            mean[i] += all[a].mean[i];
        }
    }
    inverse(mean, inverse_mean);
    for (int a = 0; a < 3 && known; a++) {
        judge(&c, inverse_mean, &all[a]);
        error += all[a].error;
    }
    while (n < DTP_MOST_PARTS && error > tolerance) { /* not with a NaN */
        int worst = 0;
        for (int i = 1; i < n; i++) {
            worst = all[i].error > all[worst].error ? i : worst;
        }
        dtp_part half[2];
        halve(&all[worst].part, all[worst].halve, half);
        for (int i = 0; i < 2; i++) {
            candidate *x = &all[i == 0 ? worst : n];
            x->part = half[i];
            integrate(&c, &x->part, x->mean);
            judge(&c, inverse_mean, x);
        }
        n++;
        error = 0.0;
        for (int i = 0; i < n; i++) {
            error += all[i].error;
        }
    }
    for (int i = 0; i < n; i++) {
        ret_parts[i] = all[i].part;
    }
    return n;
}
