/* region.c - a program of tile kernels made from waiting operations, and its loop.
 *
 * Operations over the iteration's shape become instructions on registers of one tile; waiting inputs
 * of smaller shapes are computed first; everything else is read through a walk. Tiles, chunks and
 * partial sums are fixed by the shape, so results do not depend on the number of threads. */
#include "region.h"

#include "internal.h"
#include "iterate.h"
#include "kernels/kernels.h"
#include "region_sums.h"
#include "threads.h"

#include <string.h>

#define INSTRUCTIONS 112
#define REGISTERS    24
#define SINKS        8

/* Tiles per parallel chunk without column sums, and elements from which waking the workers pays. */
#define CHUNK_TILES   16
#define PARALLEL_SIZE 65536

/* Where an operand comes from: an instruction, or an input of the walk (from < 0: ~from). */
typedef struct operand {
    int from;
    dt_dtype dtype, wanted;
} operand;

typedef struct instruction {
    dti_lazy *l;
    dt_map map;
    operand in[DT_MAP_INPUTS];
    int n_in, reg, last_use;
    bool store; /* into the tensor's own memory instead of a register */
} instruction;

typedef struct region {
    dt_tape *tape;
    int64_t number;        /* marks the lazy tensors that belong to it */
    const dt_array *shape; /* any array of the iteration's shape */
    int n, n_sinks, n_inputs;
    instruction code[INSTRUCTIONS];
    struct dti_sum_sink sinks[SINKS];
    int sink_from[SINKS]; /* as operand.from */
    dt_array inputs[DTI_WALK_INPUTS];
    dt_dtype input_types[DTI_WALK_INPUTS];
    dti_walk walk;
    int64_t row, tile, tiles_per_row, n_tiles, tiles_per_chunk;
} region;

/* -- building ---------------------------------------------------------------------------------- */

/* The walk's input with these elements in this type; -1 if there are too many. */
static int input_number(region *r, const dt_array *a, dt_dtype wanted) {
    for (int k = 0; k < r->n_inputs; k++) {
        const dt_array *b = &r->inputs[k];
        if (b->data == a->data && b->dtype == a->dtype && r->input_types[k] == wanted &&
            dt_array_same_shape(a, b) &&
            memcmp(a->strides, b->strides, (size_t)a->ndim * sizeof *a->strides) == 0) {
            return k;
        }
    }
    if (r->n_inputs == DTI_WALK_INPUTS) {
        return -1;
    }
    r->inputs[r->n_inputs] = *a;
    r->input_types[r->n_inputs] = wanted;
    return r->n_inputs++;
}

static int add(region *r, dti_lazy *l);

/* Input i of l as an operand: 1, 0 if the region is full, -1 with a failed tape. */
static int find_operand(region *r, dti_lazy *l, int i, dt_dtype wanted, operand *ret) {
    dt_tensor *x = l->node->in[i];
    const dt_array *a = &l->in[i];
    if (a->data == NULL && dti_is_waiting(x) && !x->lazy->lost && x->lazy->node->op->map != NULL &&
        dt_array_same_shape(&x->a, r->shape)) {
        int from = add(r, x->lazy);
        *ret = (operand){from, x->a.dtype, wanted};
        return from >= 0 ? 1 : from == -1 ? 0 : -1;
    }
    if (a->data == NULL) {
        if (!dti_force(x)) {
            return -1;
        }
        a = &x->a;
    }
    int k = input_number(r, a, wanted);
    *ret = (operand){~k, wanted, wanted};
    return k < 0 ? 0 : 1;
}

/* The number of the instruction that computes l; -1 if the region is full, -2 with a failed tape. */
static int add(region *r, dti_lazy *l) {
    if (l->visit == r->number) {
        return l->place;
    }
    instruction code = {.l = l, .map = l->node->op->map(l->node), .n_in = l->node->n_in};
    for (int i = 0; i < code.n_in; i++) {
        int found = find_operand(r, l, i, code.map.in[i], &code.in[i]);
        if (found != 1) {
            return found == 0 ? -1 : -2;
        }
    }
    if (r->n == INSTRUCTIONS) {
        return -1;
    }
    l->visit = r->number;
    l->place = r->n;
    r->code[r->n] = code;
    return r->n++;
}

static bool is_sum(const dti_lazy *l) {
    return l->node->op == &dti_op_sum;
}

static int add_target(region *r, dti_lazy *l) {
    if (!is_sum(l)) {
        int k = add(r, l);
        if (k >= 0) {
            r->code[k].store = true;
        }
        return k >= 0 ? 1 : k == -1 ? 0 : -1;
    }
    operand in;
    int found = find_operand(r, l, 0, l->x->a.dtype, &in);
    if (found == 1) {
        struct dti_sum_sink *s = &r->sinks[r->n_sinks];
        *s = (struct dti_sum_sink){.out = l->x->a, .dtype = l->x->a.dtype};
        s->fold = dti_fold_of(r->shape, dti_sum_mask(l->node), &s->length);
        r->sink_from[r->n_sinks++] = in.from;
    }
    return found;
}

/* Results computed again and again are worth keeping, if they can outlive the present sweep. */
static void keep_favourites(region *r) {
    for (int k = 0; k < r->n && !r->tape->in_sweep; k++) {
        r->code[k].store = r->code[k].store || r->code[k].l->evaluations >= 2;
    }
}

/* Registers by last use; false if there are too few. */
static bool assign_registers(region *r) {
    bool taken[REGISTERS] = {false};
    for (int k = 0; k < r->n; k++) {
        r->code[k].last_use = k;
        for (int i = 0; i < r->code[k].n_in; i++) {
            if (r->code[k].in[i].from >= 0) {
                r->code[r->code[k].in[i].from].last_use = k;
            }
        }
    }
    for (int s = 0; s < r->n_sinks; s++) {
        if (r->sink_from[s] >= 0) {
            r->code[r->sink_from[s]].last_use = INSTRUCTIONS;
        }
    }
    for (int k = 0; k < r->n; k++) {
        int reg = 0;
        while (reg < REGISTERS && taken[reg] && !r->code[k].store) {
            reg++;
        }
        if (reg == REGISTERS) {
            return false;
        }
        r->code[k].reg = reg;
        taken[reg] = taken[reg] || !r->code[k].store;
        for (int j = 0; j < k; j++) { /* free what k was the last to read: after k, as no kernel
                                         may write over its operands */
            if (r->code[j].last_use == k && !r->code[j].store) {
                taken[r->code[j].reg] = false;
            }
        }
        if (r->code[k].last_use == k && !r->code[k].store) {
            taken[reg] = false;
        }
    }
    return true;
}

/* Tiles of whole rows, or rows of whole tiles, and how many make a chunk. */
static void cut(region *r) {
    int64_t total = dt_array_size(r->shape), columns = 0;
    r->row = total;
    for (int s = 0; s < r->n_sinks; s++) {
        if (r->sinks[s].fold == DTI_FOLD_ROWS) {
            r->row = r->sinks[s].length;
        } else {
            columns = r->sinks[s].length > columns ? r->sinks[s].length : columns;
        }
    }
    r->tiles_per_row = 0;
    r->tile = DTI_TILE;
    if (r->row <= DTI_TILE) {
        r->tile = DTI_TILE / r->row * r->row;
        r->n_tiles = (total + r->tile - 1) / r->tile;
    } else {
        r->tiles_per_row = (r->row + DTI_TILE - 1) / DTI_TILE;
        r->n_tiles = total / r->row * r->tiles_per_row;
    }
    r->tiles_per_chunk = CHUNK_TILES;
    if (columns > 0) { /* each chunk has columns of its own: not too many */
        int64_t most = total / columns / 16, n_chunks = most < 1 ? 1 : most > 64 ? 64 : most;
        int64_t tiles = (r->n_tiles + n_chunks - 1) / n_chunks;
        r->tiles_per_chunk = tiles > CHUNK_TILES ? tiles : CHUNK_TILES;
    }
}

/* -- running ----------------------------------------------------------------------------------- */

typedef struct buffers {
    _Alignas(64) char registers[REGISTERS][DTI_TILE * DTI_LARGEST_ITEM];
    _Alignas(64) char inputs[DTI_WALK_INPUTS][DTI_TILE * DTI_LARGEST_ITEM];
    _Alignas(64) char converted[DT_MAP_INPUTS][DTI_TILE * DTI_LARGEST_ITEM];
    const void *input[DTI_WALK_INPUTS];
    const void *result[INSTRUCTIONS];
} buffers;

static void run_instruction(const region *r, int k, int64_t start, int64_t n, buffers *b) {
    const instruction *c = &r->code[k];
    const void *in[DT_MAP_INPUTS] = {0};
    for (int i = 0; i < c->n_in; i++) {
        const operand *o = &c->in[i];
        in[i] = o->from < 0 ? b->input[~o->from] : b->result[o->from];
        if (o->dtype != o->wanted) {
            dti_pack(o->dtype, o->wanted)(b->converted[i], in[i], 1, 0, n, 1);
            in[i] = b->converted[i];
        }
    }
    const dt_array *x = &c->l->x->a;
    char *out =
        c->store ? (char *)x->data + (size_t)start * dt_dtype_size(x->dtype) : b->registers[c->reg];
    c->map.fn(n, out, in, c->l->node->attr);
    b->result[k] = out;
}

static void run_tile(const region *r, int64_t chunk, int64_t tile, buffers *b) {
    int64_t total = r->walk.n_elements, start = tile * r->tile, n = r->tile, part = 0;
    if (r->tiles_per_row > 0) {
        part = tile % r->tiles_per_row;
        start = tile / r->tiles_per_row * r->row + part * DTI_TILE;
        n = r->row - part * DTI_TILE < DTI_TILE ? r->row - part * DTI_TILE : DTI_TILE;
    }
    n = total - start < n ? total - start : n;
    int64_t position[DT_MAX_DIMS] = {0};
    if (r->walk.needs_position) {
        dti_walk_position(&r->walk, start, position);
    }
    for (int k = 0; k < r->n_inputs; k++) {
        b->input[k] = dti_walk_tile(&r->walk, k, start, n, position, b->inputs[k]);
    }
    for (int k = 0; k < r->n; k++) {
        run_instruction(r, k, start, n, b);
    }
    for (int s = 0; s < r->n_sinks; s++) {
        int from = r->sink_from[s];
        const void *x = from < 0 ? b->input[~from] : b->result[from];
        dti_sum_tile(&r->sinks[s], x, start, n, chunk, tile);
    }
}

static void run_chunk(void *context, int64_t chunk, int worker) {
    const region *r = context;
    (void)worker;
    buffers b;
    int64_t first = chunk * r->tiles_per_chunk, end = first + r->tiles_per_chunk;
    for (int k = 0; k < r->n_inputs; k++) {
        dti_walk_fill(&r->walk, k, b.inputs[k]);
    }
    for (int64_t tile = first; tile < end && tile < r->n_tiles; tile++) {
        run_tile(r, chunk, tile, &b);
    }
}

/* Memory for what is stored and for partial sums. */
static bool allocate(region *r, int n, dti_lazy *const *targets) {
    dt_tape *tape = r->tape;
    int64_t n_chunks = (r->n_tiles + r->tiles_per_chunk - 1) / r->tiles_per_chunk;
    for (int t = 0, s = 0; t < n; t++) {
        dti_lazy *l = targets[t];
        if (!is_sum(l)) {
            continue;
        }
        struct dti_sum_sink *sink = &r->sinks[s++];
        sink->out.data = dti_tape_alloc(tape, false, dt_array_bytes(&sink->out), "sum");
        if (sink->out.data == NULL ||
            !dti_sum_prepare(sink, tape, n_chunks, r->tiles_per_row, r->n_tiles)) {
            return false;
        }
    }
    for (int k = 0; k < r->n; k++) {
        dt_array *a = &r->code[k].l->x->a;
        if (r->code[k].store) {
            a->data = dti_tape_alloc(tape, false, dt_array_bytes(a), r->code[k].l->node->op->name);
            if (a->data == NULL) {
                for (int j = 0; j < k; j++) { /* nothing was computed: all wait on */
                    r->code[j].l->x->a.data = r->code[j].store ? NULL : r->code[j].l->x->a.data;
                }
                return false;
            }
        }
    }
    return true;
}

static void finish(region *r, int n, dti_lazy *const *targets) {
    int64_t clock = ++r->tape->clock;
    for (int t = 0, s = 0; t < n; t++) {
        if (is_sum(targets[t])) {
            dti_sum_finish(&r->sinks[s]);
            targets[t]->x->a.data = r->sinks[s++].out.data;
            targets[t]->stored = clock;
        }
    }
    for (int k = 0; k < r->n; k++) {
        dti_lazy *l = r->code[k].l;
        if (r->code[k].store) {
            l->stored = clock;
        } else {
            l->evaluations++;
        }
    }
}

int dti_region_run(dt_tape *tape, int n, dti_lazy *const *targets) {
    region storage, *r = &storage;
    r->tape = tape;
    r->n = r->n_sinks = r->n_inputs = 0;
    r->shape = is_sum(targets[0]) ? &targets[0]->node->in[0]->a : &targets[0]->x->a;
    r->number = ++tape->regions;
    for (int t = 0; t < n; t++) {
        int added = add_target(r, targets[t]);
        if (added != 1) {
            return added;
        }
    }
    keep_favourites(r);
    if (!assign_registers(r)) {
        return 0;
    }
    cut(r);
    if (!allocate(r, n, targets)) {
        return -1;
    }
    const dt_array *pointers[DTI_WALK_INPUTS];
    for (int k = 0; k < r->n_inputs; k++) {
        pointers[k] = &r->inputs[k];
    }
    dti_walk_prepare(&r->walk, r->shape->ndim, r->shape->shape, r->n_inputs, pointers,
                     r->input_types, r->tiles_per_row > 0 ? 0 : r->tile);
    int64_t n_chunks = (r->n_tiles + r->tiles_per_chunk - 1) / r->tiles_per_chunk;
    if (r->walk.n_elements >= PARALLEL_SIZE) {
        dti_parallel_for(n_chunks, run_chunk, r);
    } else {
        for (int64_t chunk = 0; chunk < n_chunks; chunk++) {
            run_chunk(r, chunk, 0);
        }
    }
    finish(r, n, targets);
    return 1;
}
