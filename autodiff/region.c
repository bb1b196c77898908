/* region.c - a program of tile kernels made from waiting operations, and its loop.
 *
 * Operations over the iteration's shape become instructions on registers of one tile; waiting
 * inputs of smaller shapes are computed first; everything else is read through a walk. Tiles,
 * chunks and partial sums are fixed by the shape, so results do not depend on the number of
 * threads. */
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

/* Tiles per parallel chunk without column sums; elements from which waking the workers pays. */
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
    dti_lazy *sums[SINKS]; /* what waits for them, or NULL */
    int sink_from[SINKS];  /* as operand.from */
    dt_array inputs[DTI_WALK_INPUTS];
    dt_dtype input_types[DTI_WALK_INPUTS];
    dti_walk walk;
    int64_t span, tile; /* elements after which tiles begin anew, and of a tile */
    int64_t tiles_per_span, n_tiles, tiles_per_chunk, n_chunks;
} region;

/* -- building ---------------------------------------------------------------------------------- */

/* The walk's input with these elements in this type; -1 if there are too many. */
static int input_number(region *r, const dt_array *a, dt_dtype wanted) {
    for (int k = 0; k < r->n_inputs; k++) {
        const dt_array *b = &r->inputs[k];
        if (b->data == a->data && b->dtype == a->dtype && r->input_types[k] == wanted &&
            dti_array_same_shape(a, b) &&
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
    if (a->data == NULL && dti_is_waiting(x) && x->lazy->node->op->map != NULL &&
        dti_array_same_shape(&x->a, r->shape)) {
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

/* The number of the instruction that computes l; -1: the region is full, -2: the tape failed. */
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
        r->sums[r->n_sinks] = l;
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

/* Cut the iteration into spans of tiles and chunks of tiles, by the shape and the sums alone: no
 * tile and no chunk has a part of a short row, and with column sums a chunk is what
 * dti_column_chunk says. */
static void cut(region *r) {
    int64_t total = dt_array_size(r->shape), row = 0, columns = 0;
    for (int s = 0; s < r->n_sinks; s++) {
        if (r->sinks[s].fold == DTI_FOLD_ROWS) {
            row = r->sinks[s].length;
        } else {
            columns = dti_column_chunk(total, r->sinks[s].length);
        }
    }
    r->span = row > DTI_TILE ? row : columns > 0 ? columns : total;
    r->tile = row > 0 && row <= DTI_TILE ? DTI_TILE / row * row : DTI_TILE;
    r->tiles_per_span = (r->span + r->tile - 1) / r->tile;
    r->n_tiles = (total + r->span - 1) / r->span * r->tiles_per_span;
    r->tiles_per_chunk = columns > 0 ? columns / r->span * r->tiles_per_span : CHUNK_TILES;
    r->n_chunks = (r->n_tiles + r->tiles_per_chunk - 1) / r->tiles_per_chunk;
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
    int64_t in_span = tile % r->tiles_per_span * r->tile;
    int64_t start = tile / r->tiles_per_span * r->span + in_span;
    int64_t left = r->walk.n_elements - start < r->span - in_span ? r->walk.n_elements - start
                                                                  : r->span - in_span;
    int64_t n = left < r->tile ? left : r->tile;
    if (n <= 0) {
        return; /* the last span is shorter */
    }
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
        dti_sum_tile(&r->sinks[s], x, start, n, chunk);
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

static bool allocate_stored(region *r) {
    for (int k = 0; k < r->n; k++) {
        dt_array *a = &r->code[k].l->x->a;
        if (!r->code[k].store) {
            continue;
        }
        const char *name = r->code[k].l->node->op->name;
        a->data = dti_tape_alloc(r->tape, false, dt_array_bytes(a), name);
        if (a->data == NULL) {
            return false;
        }
    }
    return true;
}

/* Memory for what is stored, then for partial sums. */
static bool allocate(region *r, dti_arena_mark *ret_partials) {
    bool good = allocate_stored(r);
    for (int s = 0; s < r->n_sinks && good; s++) {
        dt_array *out = &r->sinks[s].out;
        if (out->data == NULL) {
            out->data = dti_tape_alloc(r->tape, false, dt_array_bytes(out), "sum");
            good = out->data != NULL;
        }
    }
    *ret_partials = dti_arena_get_mark(r->tape->scratch);
    for (int s = 0; s < r->n_sinks && good; s++) {
        good = dti_sum_prepare(&r->sinks[s], r->tape, dt_array_size(r->shape), r->n_chunks);
    }
    for (int k = 0; k < r->n && !good; k++) { /* nothing was computed: all wait on */
        dt_array *a = &r->code[k].l->x->a;
        a->data = r->code[k].store ? NULL : a->data;
    }
    return good;
}

static void finish(region *r) {
    int64_t clock = ++r->tape->clock;
    for (int s = 0; s < r->n_sinks; s++) {
        dti_sum_finish(&r->sinks[s]);
        if (r->sums[s] != NULL) {
            r->sums[s]->x->a.data = r->sinks[s].out.data;
            dti_note_stored(r->sums[s], clock);
        }
    }
    for (int k = 0; k < r->n; k++) {
        dti_lazy *l = r->code[k].l;
        if (r->code[k].store) {
            dti_note_stored(l, clock);
        } else {
            l->evaluations++;
        }
    }
}

/* Run a region that is built: 1, or -1 with a failed tape. */
static int run(region *r) {
    cut(r);
    dti_arena_mark partials;
    if (!allocate(r, &partials)) {
        return -1;
    }
    const dt_array *pointers[DTI_WALK_INPUTS];
    for (int k = 0; k < r->n_inputs; k++) {
        pointers[k] = &r->inputs[k];
    }
    bool equal_tiles = r->span % r->tile == 0 || r->tiles_per_span == r->n_tiles;
    dti_walk_prepare(&r->walk, r->shape->ndim, r->shape->shape, r->n_inputs, pointers,
                     r->input_types, equal_tiles ? r->tile : 0);
    if (r->walk.n_elements >= PARALLEL_SIZE) {
        dti_parallel_for(r->n_chunks, run_chunk, r);
    } else {
        for (int64_t chunk = 0; chunk < r->n_chunks; chunk++) {
            run_chunk(r, chunk, 0);
        }
    }
    finish(r);
    dti_arena_rewind(r->tape->scratch, partials);
    return 1;
}

static void begin(region *r, dt_tape *tape, const dt_array *shape) {
    r->tape = tape;
    r->n = r->n_sinks = r->n_inputs = 0;
    r->shape = shape;
    r->number = ++tape->regions;
}

int dti_region_run(dt_tape *tape, int n, dti_lazy *const *targets) {
    region r;
    begin(&r, tape, is_sum(targets[0]) ? &targets[0]->node->in[0]->a : &targets[0]->x->a);
    for (int t = 0; t < n; t++) {
        int added = add_target(&r, targets[t]);
        if (added != 1) {
            return added;
        }
    }
    keep_favourites(&r);
    return assign_registers(&r) ? run(&r) : 0;
}

bool dti_region_sum(dt_tape *tape, const dt_array *out, const dt_array *x, unsigned mask) {
    region r;
    begin(&r, tape, x);
    r.sinks[0] = (struct dti_sum_sink){.out = *out, .dtype = x->dtype};
    r.sinks[0].fold = dti_fold_of(x, mask, &r.sinks[0].length);
    r.sums[0] = NULL;
    r.sink_from[0] = ~input_number(&r, x, x->dtype);
    r.n_sinks = 1;
    return run(&r) == 1;
}
