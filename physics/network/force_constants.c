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
    dt_tensor *i, *j, *segment; /* segment NULL where blocks are long */
} slice;

static dt_tensor *numbers(const slice *s, const int64_t *of_contact) {
    return view(s->tape, DT_I64, 1, &s->n, of_contact + s->first);
}

/* One product of matrices for every block, which is quick for long ones, and rounds less. */
static dt_tensor *long_block_sums(const slice *s, dt_tensor *a, dt_tensor *b, int64_t size) {
    const int64_t *first = s->net->block_first;
    dt_tensor *all = NULL;
    for (int64_t block = s->begin; block < s->end; block++) {
        int64_t from = first[block] - s->first, to = first[block + 1] - s->first;
        dt_tensor *sum =
            dt_matmul_flags(dt_slice(a, 0, from, to, 1), DT_T, dt_slice(b, 0, from, to, 1), DT_N);
        sum = dt_reshape(sum, 2, (int64_t[]){1, size});
        all = all ? dt_concat(2, (dt_tensor *[]){all, sum}, 0) : sum;
    }
    return all;
}

/* The block of every contact, counted from the first of the slice: (n). */
static dt_tensor *segments(const slice *s) {
    const int64_t *first = s->net->block_first;
    int64_t *segment = malloc((size_t)s->n * sizeof *segment);
    if (!segment) {
        dt_tape_fail(s->tape, DT_ERR_MEMORY, "force constants: no memory for %lld contacts",
                     (long long)s->n);
        return dt_inert(s->tape);
    }
    for (int64_t e = 0, block = s->begin; e < s->n; e++) {
        block += e + s->first == first[block + 1];
        segment[e] = block - s->begin;
    }
    dt_tensor *tensor = dt_constant(s->tape, DT_I64, 1, &s->n, segment);
    free(segment);
    return tensor;
}

static bool has_long_blocks(const slice *s) {
    return s->n >= 32 * (s->end - s->begin);
}

/* Sums over the contacts of each block of a_p b_q: rows a (n,p), b (n,q) -> (blocks,p q). */
static dt_tensor *block_sums(const slice *s, dt_tensor *a, dt_tensor *b) {
    int64_t p = dt_shape(a)[1], q = dt_shape(b)[1];
    if (has_long_blocks(s)) {
        return long_block_sums(s, a, b, p * q);
    }
    dt_tensor *products = dt_mul(dt_expand_dims(a, -1), dt_expand_dims(b, 1));
    products = dt_reshape(products, 2, (int64_t[]){s->n, p * q});
    return dt_segment_sum(products, s->segment, s->end - s->begin);
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

/* What the blocks of a slice are: sums between the bodies, and those of the first body. */
typedef struct sums {
    dt_tensor *cross, *self; /* (blocks,w w) */
} sums;

/* - sum k A_i^T A_j and sum k A_i^T A_i for constants k (n,1). */
static sums isotropic(const slice *s, dt_tensor *k) {
    if (s->net->width == 3) {
        dt_tensor *unit = dt_reshape(dt_eye(s->tape, DT_F64, 3), 1, (int64_t[]){9});
        dt_tensor *one = dt_ones(s->tape, DT_F64, 2, (int64_t[]){s->n, 1});
        dt_tensor *sum = dt_mul(block_sums(s, k, one), unit);
        return (sums){dt_neg(sum), sum};
    }
    dt_tensor *map = block_of_moments(s->tape);
    dt_tensor *xi = dt_gather(s->in[BODY], s->i, 0), *xj = dt_gather(s->in[BODY], s->j, 0);
    dt_tensor *weighted = dt_mul(xi, k);
    return (sums){dt_neg(dt_matmul(block_sums(s, weighted, xj), map)),
                  dt_matmul(block_sums(s, weighted, xi), map)};
}

/* (g, x x g) for g (n,3) and the atoms `end`: (n,w). */
static dt_tensor *rows(const slice *s, dt_tensor *g, dt_tensor *end) {
    if (s->net->width == 3) {
        return g;
    }
    dt_tensor *x = dt_slice(dt_gather(s->in[BODY], end, 0), 1, 1, 4, 1);
    return dt_concat(2, (dt_tensor *[]){g, dt_cross(x, g)}, -1);
}

/* The same for springs of constants k along d, r2 = |d|^2. */
static sums directed(const slice *s, dt_tensor *k, dt_tensor *d, dt_tensor *r2) {
    dt_tensor *ri = rows(s, d, s->i), *rj = rows(s, d, s->j);
    dt_tensor *weighted = dt_mul(ri, dt_div(k, r2));
    return (sums){dt_neg(block_sums(s, weighted, rj)), block_sums(s, weighted, ri)};
}

/* The blocks of a slice: successive ones. */
static int64_t blocks_of(void *user, int64_t number, int64_t *ret_blocks) {
    const dt_network *net = user;
    int64_t first = net->slice_first[number], n = net->slice_first[number + 1] - first;
    for (int64_t i = 0; i < n; i++) {
        ret_blocks[i] = first + i;
    }
    return n;
}

static int64_t longest_slice(const dt_network *net) {
    int64_t most = 0;
    for (int64_t s = 0; s < net->n_slices; s++) {
        int64_t n = net->slice_first[s + 1] - net->slice_first[s];
        most = n > most ? n : most;
    }
    return most;
}

/* n blocks: (blocks, 2, w w), the sum between the bodies and that of the first body. */
static dt_tensor *slice_blocks(void *user, dt_tape *tape, int64_t number, int64_t n,
                               const int64_t *block, dt_tensor *const *in) {
    const dt_network *net = user;
    int64_t begin = block[0], end = begin + n;
    (void)number;
    slice s = {.net = net, .tape = tape, .begin = begin, .end = end, .in = in};
    s.first = net->block_first[begin];
    s.n = net->block_first[end] - s.first;
    s.i = numbers(&s, net->contacts.i);
    s.j = numbers(&s, net->contacts.j);
    s.segment = has_long_blocks(&s) ? NULL : segments(&s);
    dt_spring_form form = net->options.form;
    bool distances = dtp_needs_distances(net);
    dt_tensor *d = distances ? vectors(&s) : NULL;
    dt_tensor *r2 = distances ? dt_expand_dims(dt_sum(dt_square(d), -1), -1) : NULL;
    dt_tensor *weight = distances ? weights(&s, r2) : NULL;
    dt_tensor *k = constants(&s, 0, weight);
    sums all = {NULL, NULL};
    if (form != DT_SPRING_PARALLEL) {
        all = isotropic(&s, k);
    }
    if (form != DT_SPRING_ISOTROPIC) {
        const sums more =
            directed(&s, form == DT_SPRING_HYBRID ? dt_sub(constants(&s, 1, weight), k) : k, d, r2);
        all.cross = all.cross ? dt_add(all.cross, more.cross) : more.cross;
        all.self = all.self ? dt_add(all.self, more.self) : more.self;
    }
    return dt_stack(2, (dt_tensor *[]){all.cross, all.self}, 1);
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
    const dt_slices slices = {.n_slices = net->n_slices,
                              .longest = longest_slice(net),
                              .n_listed = net->n_blocks,
                              .n_rows = net->n_blocks,
                              .rows = blocks_of};
    dt_tensor *blocks = dt_map_slices(slice_blocks, (void *)(uintptr_t)net, INPUTS, in, &slices);
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
