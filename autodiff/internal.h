/* internal.h - how tapes and tensors look inside; seen by autodiff/ and its tests only. */
#ifndef DTI_INTERNAL_H
#define DTI_INTERNAL_H

#include <difftape/op.h>
#include <difftape/tape.h>

#include "arena.h"
#include "view.h"

struct dt_tensor {
    dt_array a;
    dt_tape *tape;
    dt_node *node; /* what made it; NULL for leaves and for values no gradient is wanted of */
    bool wants;    /* depends on a parameter */
    bool leaf;
    bool borrowed;         /* leaf on the caller's memory */
    int64_t id;            /* position among the intermediates alive, -1 for leaves */
    int64_t born;          /* tape clock at creation */
    int64_t set;           /* tape clock at the last dt_set_data of a leaf, 0 if never */
    struct dti_lazy *lazy; /* for elements computed when needed; NULL for others */
    dt_tensor *base;       /* views: the leaf whose memory they show, or NULL */
    const void *flat;      /* C-order copy of a strided view, made by dt_data */
    int64_t flattened;     /* tape clock at that copy */
    dt_tensor *next;       /* leaves: list of all */
    dt_tensor *gradient;   /* parameters: accumulated, allocated once */
    bool has_gradient;     /* any contribution since the last reset? */

    /* Sweep scratch, valid while sweep == tape->sweep. */
    int64_t sweep;
    bool path;      /* lies between the asked-for inputs and the output */
    bool bar_owned; /* bar is a sum made by the sweep: may be added to in place */
    dt_tensor *bar; /* cotangent (reverse) or tangent (forward) */
};

typedef struct dti_progress {
    dt_progress_fn *fn;
    void *user;
} dti_progress;

struct dt_tape {
    dti_arena *scratch;    /* intermediates: mark and rewind */
    dti_arena *persistent; /* leaves and their gradients */
    dt_tape_options options;
    dt_error error;
    dt_tensor inert;
    double inert_value;

    dt_node *last; /* newest recorded node */
    int64_t n_nodes;
    int64_t next_id;
    int64_t clock;   /* never goes back: orders births against dt_set_data and rewinds */
    int64_t rewound; /* clock at the last rewind */
    dt_tensor *leaves;

    struct dti_lazy *lazies, *sums; /* tensors computed when needed, newest first (lazy.h) */
    int64_t regions;                /* serial number of the last region */
    int forcing;                    /* loops being built or run, one for the other */
    int64_t n_marks;                /* taken so far */
    struct dti_copy *copies;        /* of elements overwritten while somebody needs them */

    bool recording;
    bool in_sweep;
    bool by_path;      /* the sweep follows path marks instead of wants */
    int64_t sweep;     /* serial number of the current or last sweep */
    dt_tensor *target; /* what forward mode goes to, NULL outside it */

    dti_progress progress;
    bool profiling;
    struct dti_profile *profile; /* NULL until dt_profile_start */
    struct dti_workers *workers; /* worker tapes of batches.c, kept warm */
    struct dti_rows *rows;       /* of a worker tape: the rows it is at (batches.h), or NULL */
};

/* A new tape, or NULL without memory for it. */
dt_tape *dti_tape_try_new(const dt_tape_options *options);

/* Allocation with the tape's limit and error; NULL after failing the tape. what names the needer.
 */
void *dti_tape_alloc(dt_tape *tape, bool persistent, size_t bytes, const char *what);

/* A tensor struct without data; NULL after failing the tape. */
dt_tensor *dti_tensor_new(dt_tape *tape, bool leaf);

/* The same with `bytes` of aligned memory for its elements behind it. */
dt_tensor *dti_tensor_with(dt_tape *tape, bool leaf, size_t bytes, void **ret_data);

/* Most bytes of elements that lie behind their tensor: scalars and short vectors. */
#define DTI_SMALL 64

/* A contiguous intermediate constant of this shape, elements uninitialised; inert on failure. */
dt_tensor *dti_temporary(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape);

/* Parameters and constants with the elements of an array with any strides. */
dt_tensor *dti_parameter_from(dt_tape *tape, const dt_array *array);
dt_tensor *dti_constant_from(dt_tape *tape, const dt_array *array);

/* Declare output 0 as the broadcast of all inputs, of their common type (dti_dtype_promote). */
dt_status dti_node_output_broadcast(dt_node *n);

/* All operations the engine was built with, in the order of autodiff/ops.list. */
const dt_op *const *dti_all_ops(int *ret_count);

/* A leaf on the memory of another tape's tensor, that wants a gradient if asked to. */
dt_tensor *dti_borrow(dt_tape *tape, const dt_array *array, bool wants);

/* The tensor's elements in C order as an array (copied to scratch memory if strided). */
bool dti_contiguous(dt_tensor *x, dt_array *ret_array);

/* The leaf whose memory a leaf or a view shows; NULL for computed elements. */
dt_tensor *dti_base(dt_tensor *x);

/* The tape of y, or if that is NULL of the first of n tensors x that is not; NULL without any. */
dt_tape *dti_tape_among(const dt_tensor *y, int n, dt_tensor *const *x);

/* Is x there, on this tape, and not rewound? Fails the tape with "what ..." if not. */
bool dti_check_alive(dt_tape *tape, const dt_tensor *x, const char *what);

/* Are the tensors x to differentiate with respect to alive, and part of what was recorded? */
bool dti_check_sources(dt_tape *tape, int n_x, dt_tensor *const *x, const char *what);

/* Do a tensor and its cotangent or tangent live on one tape and agree in type and shape? Fails the
 * tape if not. */
bool dti_check_match(const dt_tensor *x, const dt_tensor *bar, const char *what);

/* A rule that reads inputs must not see elements that were overwritten after the operation ran:
 * fails the tape with DT_ERR_STALE if it would. */
void dti_check_fresh(const dt_node *n);

/* The nodes that y depends on and that depend on one of x, oldest first, path marks set;
 * returns their number (0 with a failed tape). Starts a new sweep serial. */
int64_t dti_collect(dt_tensor *y, int n_x, dt_tensor *const *x, dt_node ***ret_nodes);

/* x summed over what was broadcast to it, and its real part if target is real: the one place where
 * broadcasting is undone. x itself if its shape and type already are those of target. */
dt_tensor *dti_unbroadcast(dt_tensor *x, const dt_array *target);

void dti_workers_free(struct dti_workers *workers);
size_t dti_workers_peak(const struct dti_workers *workers);
size_t dti_workers_reserved(const struct dti_workers *workers);
int64_t dti_workers_mallocs(const struct dti_workers *workers);

#endif
