/* graph.h - random graphs of operations: what a graph knows while it grows, and who chooses.
 *
 * A graph is tame or wild. In a tame one every choice is legal, so any failure is a bug; in a wild
 * one every choice is wrong now and then. Choices depend on the seed and on shapes and types only,
 * never on values or on when something was computed, so a seed means the same graph everywhere. */
#ifndef TEST_FUZZ_GRAPH_H
#define TEST_FUZZ_GRAPH_H

#include <difftape/difftape.h>
#include <difftape/op.h>

enum { MAX_POOL = 48, MAX_LEAVES = 12, MAX_LEVELS = 4, MAX_PLANS = 8, LARGEST = 200000 };

/* What a function given to dt_checkpoint or dt_map_batches does. */
struct plan {
    uint64_t seed;
    int64_t scale; /* rows of the input per row of the result */
    int bad;       /* 0: legal, else how it misbehaves */
    bool reads;    /* every tensor at once */
    int64_t rows;  /* of slices */
    bool shared;   /* slices have rows in common */
    dt_tensor *foreign;
};

/* How a run differs from the usual one: nothing it sees may depend on it. */
enum habit { USUAL, READS, PROFILES };

struct graph {
    uint64_t random;
    bool wild;
    enum habit habit;
    int64_t limit; /* elements a tensor may have before it is cut */
    dt_tape *tape, *other;
    dt_tensor *leaf[MAX_LEAVES]; /* parameters and constants of the tape */
    dt_tensor *pool[MAX_POOL];   /* results so far */
    int n_leaves, n_pool;
    struct {
        dt_mark mark;
        int n_pool;
    } level[MAX_LEVELS];
    int n_levels;
    bool overwrites; /* elements of leaves change: derivatives may be refused as stale */
    bool verbose;
    struct plan plan[MAX_PLANS];
    int n_plans;
    uint64_t digest;   /* of everything seen: equal for equal behaviour */
    double sum;        /* of the values with weights, for a person */
    bool incomparable; /* what happened depends on the order of evaluation, as documented */
    bool limited;      /* runs with little memory */
    int64_t n_values;
    int64_t calls, refused, checked, skipped; /* for the report */
    const char *last;                         /* name of the last call */
    char trouble[1600];                       /* what is wrong; empty if nothing */
};

/* -- chance (graph_random.c) ------------------------------------------------------------------- */

uint64_t next_random(struct graph *g);
int64_t below(struct graph *g, int64_t n);               /* uniform in [0, n) */
bool chance(struct graph *g, int one_in);                /* true once in so many times */
bool oops(struct graph *g);                              /* wild graphs only: now and then */
void note(struct graph *g, const void *bytes, size_t n); /* into the digest */
void note_value(struct graph *g, double x);              /* into digest and sum */
void trouble(struct graph *g, const char *format, ...) DT_PRINTF(2, 3);

/* -- operands (graph_random.c) ----------------------------------------------------------------- */

/* Properties that are safe to ask of NULL. */
int ndim_of(const dt_tensor *x);
int64_t size_of(const dt_tensor *x);
int64_t length_of(const dt_tensor *x, int axis);
bool is_complex(const dt_tensor *x);

dt_tensor *any(struct graph *g);                   /* a tensor, or in wild graphs something worse */
dt_tensor *real_one(struct graph *g);              /* likewise, real */
dt_tensor *with_axes(struct graph *g);             /* likewise, at least one dimension, no size 0 */
dt_tensor *partner(struct graph *g, dt_tensor *a); /* one that broadcasts with a */
dt_tensor *vector(struct graph *g, int64_t n);     /* made from any tensor: (n) */
dt_tensor *matrix(struct graph *g, int64_t n, int64_t m);
dt_tensor *positive_definite(struct graph *g, int64_t n);
dt_tensor *bounded(dt_tensor *x);                              /* x / sqrt(1 + |x|^2) */
dt_tensor *indices(struct graph *g, int64_t n, int64_t limit); /* i64 (n), in [0, limit) */
int axis_of(struct graph *g, const dt_tensor *x);
int axes_of(struct graph *g, const dt_tensor *x);          /* one, some or all */
int64_t count(struct graph *g, int64_t low, int64_t high); /* in [low, high] */
int random_shape(struct graph *g, int64_t shape[DT_MAX_DIMS]);
const void *random_data(struct graph *g, dt_dtype dtype,
                        int64_t size); /* until the next call; NULL if too much */
dt_tensor *new_leaf(struct graph *g, bool parameter);

/* -- calls ------------------------------------------------------------------------------------- */

struct call {
    const char *name;
    dt_tensor *(*make)(struct graph *g);
};

/* Public functions by hand (graph_calls.c, graph_algebra.c, graph_linalg.c), rows of the table
 * (graph_table.c). */
dt_tensor *call_elementwise(struct graph *g);
dt_tensor *call_shape(struct graph *g);
dt_tensor *call_algebra(struct graph *g);
dt_tensor *call_linalg(struct graph *g);
dt_tensor *call_table(struct graph *g);
dt_tensor *
call_function(struct graph *g); /* checkpoints, batches, fixed points (graph_functions.c) */

/* -- checks (graph_checks.c) ------------------------------------------------------------------- */

/* After each call: a failed tape has a status and a sentence, a good one has neither. */
void check_status(struct graph *g);

/* Note everything that can be read of x. */
void note_tensor(struct graph *g, dt_tensor *x);

/* Derivatives of one tensor: forward against reverse, gradients, second order. */
void check_derivatives(struct graph *g);

/* -- everything (graph_run.c) ------------------------------------------------------------------ */

/* Run one seed; what was found is in trouble and digest. */
void run_seed(uint64_t seed, enum habit habit, bool verbose, struct graph *ret_graph);

#endif
