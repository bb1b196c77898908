/* sinusoid_adjoint.c - loops over tiles with several outputs, and in that form the cotangents of
 * dt_sinusoid_roots: a sweep that is not recorded needs no rule for them, so they are computed by
 * one loop; a recorded one takes the composed form in sinusoid_roots.c. */
#include "sinusoid.h"

#include "internal.h"
#include "iterate.h"
#include "threads.h"

enum { INPUTS = 7, MOST_OUTPUTS = 3, CHUNK_TILES = 8 };

/* -- loops over tiles -------------------------------------------------------------------------- */

typedef struct job {
    dti_walk walk;
    dti_root_tile_fn *tile;
    const int *width;
    double attr;
    size_t item;
    int n_out;
    char *out[MOST_OUTPUTS];
    int64_t n_tiles;
} job;

static void run_chunk(void *context, int64_t chunk, int worker) {
    const job *j = context;
    (void)worker;
    _Alignas(64) char buffers[INPUTS][DTI_TILE * sizeof(double)];
    const void *in[INPUTS];
    void *out[MOST_OUTPUTS];
    int64_t position[DT_MAX_DIMS] = {0};
    for (int k = 0; k < j->walk.n_in; k++) {
        dti_walk_fill(&j->walk, k, buffers[k]);
    }
    int64_t end = (chunk + 1) * CHUNK_TILES;
    for (int64_t tile = chunk * CHUNK_TILES; tile < end && tile < j->n_tiles; tile++) {
        int64_t start = tile * DTI_TILE, left = j->walk.n_elements - start;
        int64_t n = left < DTI_TILE ? left : DTI_TILE;
        if (j->walk.needs_position) {
            dti_walk_position(&j->walk, start, position);
        }
        for (int k = 0; k < j->walk.n_in; k++) {
            in[k] = dti_walk_tile(&j->walk, k, start, n, position, buffers[k]);
        }
        for (int o = 0; o < j->n_out; o++) {
            out[o] = j->out[o] + (size_t)(start * j->width[o]) * j->item;
        }
        j->tile(n, in, out, j->attr);
    }
}

void dti_root_tiles(dt_node *n, const dt_array *shape, dti_root_tile_fn *single,
                    dti_root_tile_fn *twice, const int *width, double attr) {
    job j = {.tile = shape->dtype == DT_F32 ? single : twice,
             .width = width,
             .attr = attr,
             .item = dt_dtype_size(shape->dtype),
             .n_out = n->n_out};
    dt_array arrays[INPUTS];
    const dt_array *in[INPUTS];
    dt_dtype types[INPUTS];
    for (int k = 0; k < n->n_in; k++) {
        arrays[k] = dt_node_in(n, k);
        in[k] = &arrays[k];
        types[k] = shape->dtype;
    }
    for (int o = 0; o < n->n_out; o++) {
        j.out[o] = dt_node_out(n, o).data;
    }
    if (dt_array_size(shape) == 0) {
        return;
    }
    dti_walk_prepare(&j.walk, shape->ndim, shape->shape, n->n_in, in, types, DTI_TILE);
    j.n_tiles = (j.walk.n_elements + DTI_TILE - 1) / DTI_TILE;
    dti_parallel_for((j.n_tiles + CHUNK_TILES - 1) / CHUNK_TILES, run_chunk, &j);
}

/* -- the operation ----------------------------------------------------------------------------- */

static dt_status shape(dt_node *n) {
    int ndim;
    int64_t sizes[DT_MAX_DIMS];
    dt_dtype dtype = dt_node_in(n, 0).dtype;
    dt_status status = dti_broadcast_sizes(n, &ndim, sizes);
    for (int o = 0; o < 3 && status == DT_OK; o++) {
        status = dt_node_output(n, o, dtype, ndim, sizes);
    }
    return status;
}

/* The formulas of sinusoid_roots.c; zeros where the slope is 0, whatever the cotangents are. */
#define ADJOINT_TILE(name, type)                                                                   \
    static void name(int64_t n, const void *const *in, void *const *out, double attr) {            \
        const type *restrict a = in[0], *restrict b = in[1], *restrict c = in[2],                  \
                             *restrict q = in[3], *restrict rising = in[4],                        \
                             *restrict falling = in[5], *restrict slope = in[6];                   \
        type *restrict abar = out[0], *restrict bbar = out[1], *restrict cbar = out[2];            \
        (void)attr;                                                                                \
        for (int64_t i = 0; i < n; i++) {                                                          \
            const bool none = q[i] == 0;                                                           \
            const type q1 = 1 / (none ? 1 : q[i]);                                                 \
            const type r1 = 1 / (none ? 1 : a[i] * a[i] + b[i] * b[i]);                            \
            const type t = none ? 0 : (rising[i] - falling[i]) * q1;                               \
            const type e = none ? 0 : (rising[i] + falling[i]) * r1;                               \
            const type v = none ? 0 : slope[i] * q1;                                               \
            const type d = none ? 0 : c[i]; /* may be infinite */                                  \
            const type f = v - t * d * r1;                                                         \
            abar[i] = f * a[i] - e * b[i];                                                         \
            bbar[i] = f * b[i] + e * a[i];                                                         \
            cbar[i] = t - v * d;                                                                   \
        }                                                                                          \
    }
ADJOINT_TILE(tile_f32, float)
ADJOINT_TILE(tile_f64, double)

static void forward(dt_node *n) {
    const dt_array abar = dt_node_out(n, 0);
    dti_root_tiles(n, &abar, tile_f32, tile_f64, (const int[]){1, 1, 1}, 0);
}

static const dt_op adjoint = {
    .name = "sinusoid_roots_adjoint",
    .formula = "abar, bbar, cbar of the roots of a cos w + b sin w = c",
    .arity = INPUTS,
    .kind = DT_INDEXING,
    .dtypes = DT_REAL_ONLY,
    .blocks_gradient = true,
    .shape = shape,
    .forward = forward,
};

void dti_sinusoid_roots_adjoint(dt_tensor *const *in, dt_tensor **ret_bars) {
    dt_tensor *out[DT_MAX_OUTPUTS];
    dt_apply_multi(&adjoint, INPUTS, in, NULL, out);
    for (int k = 0; k < 3; k++) {
        ret_bars[k] = out[k];
    }
}
