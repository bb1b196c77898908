/* force_constants.c - springs projected on bodies, and their Fourier sum K(k).
 *
 * A spring of energy 1/2 k (g.s)^2 along a direction g, s = u_i - u_j, needs only the row
 * g^T A_i = (g, x_i x g) of each end: blocks are sums of outer products of such rows. Isotropic
 * springs are bilinear in (1, x, y, z) instead: sums of X_i X_j^T. */
#include "network.h"

#include "../gnm/projector.h"
#include "../shared.h"

#include <difftape/checkpoint.h>
#include <difftape/ops.h>

#include <stdlib.h>

enum { SPRINGS, POSITIONS, BODY, AXES, INPUTS };

/* The contacts of a slice on a worker tape. */
typedef struct slice {
    const dt_network *net;
    dt_tape *tape;
    int64_t begin, end, first, n; /* blocks [begin, end), contacts first ... first + n - 1 */
    dt_tensor *const *in;
    dt_tensor *i, *j;
} slice;

static dt_tensor *numbers(const slice *s, const int64_t *of_contact) {
    return view(s->tape, DT_I64, 1, &s->n, of_contact + s->first);
}

/* Sums over the contacts of each block of w a_p b_q: rows a (n,p), b (n,q), w (n,1) ->
 * (blocks,p q). */
static dt_tensor *block_sums(const slice *s, dt_tensor *w, dt_tensor *a, dt_tensor *b) {
    int64_t p = dt_shape(a)[1], q = dt_shape(b)[1];
    dt_tensor *products = dt_mul(dt_expand_dims(dt_mul(a, w), -1), dt_expand_dims(b, 1));
    products = dt_reshape(products, 2, (int64_t[]){s->n, p * q});
    return dt_segment_sum(products, numbers(s, s->net->segment), s->end - s->begin);
}

/* The vectors r_j + A^T n - r_i between the ends: (n,3). */
static dt_tensor *vectors(const slice *s) {
    dt_tensor *cell =
        view(s->tape, DT_F64, 2, (int64_t[]){s->n, 3}, s->net->cell_of + 3 * s->first);
    dt_tensor *shift = dt_matmul(cell, s->in[AXES]);
    dt_tensor *rj = dt_gather(s->in[POSITIONS], s->j, 0),
              *ri = dt_gather(s->in[POSITIONS], s->i, 0);
    return dt_add(dt_sub(rj, ri), shift);
}

/* s(r) = 1 - t^3 (10 - 15 t + 6 t^2) with t = (r - cutoff + taper) / taper, 1 below. */
static dt_tensor *taper(const slice *s, dt_tensor *r) {
    const dt_network_options *o = &s->net->options;
    dt_tensor *from = dt_scalar(s->tape, o->cutoff - o->taper);
    dt_tensor *t = dt_clamp(dt_scale(dt_sub(r, from), 1.0 / o->taper), 0.0, 1.0);
    dt_tensor *poly = dt_add(dt_scalar(s->tape, 10.0),
                             dt_mul(t, dt_sub(dt_scale(t, 6.0), dt_scalar(s->tape, 15.0))));
    return dt_sub(dt_scalar(s->tape, 1.0), dt_mul(dt_mul(t, dt_square(t)), poly));
}

/* w(r) from r^2 (n,1), or NULL for 1. */
static dt_tensor *weights(const slice *s, dt_tensor *r2) {
    const dt_network_options *o = &s->net->options;
    double reference = o->reference > 0.0 ? o->reference : 1.0;
    dt_tensor *w = NULL;
    if (o->decay > 0.0) {
        w = dt_pow(dt_scale(r2, 1.0 / (reference * reference)), -0.5 * o->decay);
    }
    if (o->taper > 0.0) {
        dt_tensor *end = taper(s, dt_sqrt(r2));
        w = w ? dt_mul(w, end) : end;
    }
    return w;
}

/* Constant number `which` of the class of every contact, times its weight: (n,1). */
static dt_tensor *constants(const slice *s, int which, dt_tensor *weight) {
    dt_tensor *all = s->in[SPRINGS];
    all = dt_ndim(all) == 2 ? dt_select(all, 1, which) : all;
    dt_tensor *k = dt_expand_dims(dt_gather(all, numbers(s, s->net->spring_class), 0), -1);
    return weight ? dt_mul(k, weight) : k;
}

/* sum k A_i^T A_o of every block, where o is the other end j, or i itself: (blocks,w w). */
static dt_tensor *isotropic(const slice *s, dt_tensor *k, dt_tensor *other) {
    int64_t w = s->net->width;
    if (w == 3) {
        dt_tensor *sum =
            dt_segment_sum(k, numbers(s, s->net->segment), s->end - s->begin); /* (blocks,1) */
        return dt_mul(sum, dt_reshape(dt_eye(s->tape, DT_F64, 3), 1, (int64_t[]){9}));
    }
    dt_tensor *xi = dt_gather(s->in[BODY], s->i, 0);
    dt_tensor *xo = other == s->i ? xi : dt_gather(s->in[BODY], other, 0);
    return dt_matmul(block_sums(s, k, xi, xo), block_of_moments(s->tape));
}

/* (g, x x g) for g (n,3) and the atoms `end`: (n,w). */
static dt_tensor *rows(const slice *s, dt_tensor *g, dt_tensor *end) {
    if (s->net->width == 3) {
        return g;
    }
    dt_tensor *x = dt_slice(dt_gather(s->in[BODY], end, 0), 1, 1, 4, 1);
    return dt_concat(2, (dt_tensor *[]){g, dt_cross(x, g)}, -1);
}

/* Blocks [begin, end): (blocks, 2, w w), the sum between the bodies and that of the first body. */
static dt_tensor *slice_blocks(void *user, dt_tape *tape, int64_t begin, int64_t end,
                               dt_tensor *const *in) {
    const dt_network *net = user;
    slice s = {.net = net, .tape = tape, .begin = begin, .end = end, .in = in};
    s.first = net->block_first[begin];
    s.n = net->block_first[end] - s.first;
    s.i = numbers(&s, net->contacts.i);
    s.j = numbers(&s, net->contacts.j);
    dt_spring_form form = net->options.form;
    bool distances =
        form != DT_SPRING_ISOTROPIC || net->options.decay > 0.0 || net->options.taper > 0.0;
    dt_tensor *d = distances ? vectors(&s) : NULL;
    dt_tensor *r2 = distances ? dt_expand_dims(dt_sum(dt_square(d), -1), -1) : NULL;
    dt_tensor *weight = distances ? weights(&s, r2) : NULL;
    dt_tensor *cross = NULL, *self = NULL, *k = constants(&s, 0, weight);
    if (form != DT_SPRING_PARALLEL) {
        cross = dt_neg(isotropic(&s, k, s.j));
        self = isotropic(&s, k, s.i);
    }
    if (form != DT_SPRING_ISOTROPIC) {
        dt_tensor *along = form == DT_SPRING_HYBRID ? dt_sub(constants(&s, 1, weight), k) : k;
        along = dt_div(along, r2);
        dt_tensor *ri = rows(&s, d, s.i), *rj = rows(&s, d, s.j);
        dt_tensor *c = dt_neg(block_sums(&s, along, ri, rj)), *o = block_sums(&s, along, ri, ri);
        cross = cross ? dt_add(cross, c) : c;
        self = self ? dt_add(self, o) : o;
    }
    return dt_stack(2, (dt_tensor *[]){cross, self}, 1);
}

/* Springs in kT/Angstrom^2: 1 N/m = 1e-20 J/Angstrom^2. */
static dt_tensor *springs_in_kt(const dt_network *net, const dt_network_parameters *p) {
    if (net->options.unit == DT_SPRING_KT) {
        return p->springs;
    }
    dt_tensor *kt = dt_scale(dtp_temperature(dt_tape_of(p->springs), p), DTP_BOLTZMANN * 1e20);
    return dt_div(p->springs, kt);
}

dt_tensor *dtp_force_constants(const dt_network *net, const dtp_geometry *g,
                               const dt_network_parameters *p) {
    dt_tape *tape = dt_tape_of(p->springs);
    int64_t w = net->width;
    dt_tensor *nothing = dt_scalar(tape, 0.0);
    dt_tensor *in[INPUTS] = {
        springs_in_kt(net, p),
        g->positions ? dt_reshape(g->positions, 2, (int64_t[]){-1, 3}) : nothing,
        dt_reshape(g->body, 2, (int64_t[]){-1, 4}), g->axes ? g->axes : nothing};
    /* *user is only read; the API's pointer is not const. */
    dt_tensor *blocks = dt_map_slices(slice_blocks, (void *)(uintptr_t)net, INPUTS, in,
                                      net->n_slices, net->slice_first);
    dt_tensor *body = view(tape, DT_I64, 1, &net->n_blocks, net->block_body);
    dt_tensor *self = dt_segment_sum(dt_select(blocks, 1, 1), body, net->n_bodies);
    dt_tensor *all = dt_concat(2, (dt_tensor *[]){dt_select(blocks, 1, 0), self}, 0);
    return dt_reshape(all, 3, (int64_t[]){net->n_blocks + net->n_bodies, w, w});
}

dt_tensor *dt_network_force_constants(const dt_network *net, const dt_network_parameters *p) {
    dt_tape *tape = dt_tape_of(p->springs);
    if (!dtp_check_parameters(net, p, "force constants")) {
        return dt_inert(tape);
    }
    const dtp_geometry g = dtp_geometry_of(net, p);
    return dtp_force_constants(net, &g, p);
}

dt_tensor *dt_network_stiffness(const dt_network *net, dt_tensor *force_constants, dt_tensor *k) {
    return dtp_stiffness(net, force_constants, dtp_phase_wavevectors(net, k));
}

dt_tensor *dtp_stiffness(const dt_network *net, dt_tensor *force_constants, dt_tensor *k) {
    dt_tape *tape = dt_tape_of(force_constants);
    int64_t b = net->n_bodies, w = net->width, places = net->n_blocks + b, d = net->n_freedom;
    if (dt_tape_status(tape) == DT_OK &&
        (dt_ndim(force_constants) != 3 || dt_shape(force_constants)[0] != places ||
         dt_ndim(k) != 2 || dt_shape(k)[1] != 3)) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "stiffness: force constants must be those of the network, (%lld,%lld,%lld), "
                     "and wavevectors (K,3)",
                     (long long)places, (long long)w, (long long)w);
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    dt_tensor *cells = view(tape, DT_F64, 2, (int64_t[]){net->n_cells, 3}, net->cells);
    dt_tensor *phase = dt_scale(dt_matmul_flags(k, DT_N, cells, DT_T), TWO_PI);
    dt_tensor *factor =
        dt_gather(dt_cis(phase), view(tape, DT_I64, 1, &places, net->block_cell), 1);
    dt_tensor *terms = dt_mul(dt_expand_dims(factor, -1),
                              dt_reshape(force_constants, 2, (int64_t[]){places, w * w}));
    /* (K, places, w w) -> (K, b b, w w) -> (K, b, w, b, w) -> (K, b w, b w) */
    dt_tensor *pair = view(tape, DT_I64, 1, &places, net->block_pair);
    dt_tensor *sum = dt_scatter_add(terms, pair, 1, b * b);
    sum = dt_permute(dt_reshape(sum, 5, (int64_t[]){-1, b, b, w, w}), (int[]){0, 1, 3, 2, 4});
    sum = dt_reshape(sum, 3, (int64_t[]){-1, b * w, b * w});
    if (d == b * w) {
        return sum;
    }
    dt_tensor *kept = view(tape, DT_I64, 1, &d, net->freedom);
    return dt_gather(dt_gather(sum, kept, 1), kept, 2);
}
