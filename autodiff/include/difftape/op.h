/* op.h - what an operation is, for people who add one: the engine's own and yours are the same
 * kind.
 *
 * An operation is one constant struct in one small file. `shape` decides the outputs, `forward`
 * computes them, `vjp` and `jvp` differentiate by calling operations (so derivatives of any order
 * exist), `samples` say on what it is tested. CONTRIBUTING.md walks through an example. */
#ifndef DIFFTAPE_OP_H
#define DIFFTAPE_OP_H

#include <difftape/ops.h>

DT_BEGIN_DECLS

#define DT_MAX_OUTPUTS 16   /**< most outputs of one operation */
#define DT_VARIADIC    (-1) /**< arity of an operation with any number of inputs */

/** What kind of access an operation needs. */
typedef enum dt_op_kind {
    DT_ELEMENTWISE, /**< element i of the output needs only element i of the (broadcast) inputs */
    DT_REDUCTION,
    DT_VIEW, /**< no new elements: forward describes the input's memory anew */
    DT_INDEXING,
    DT_CONTRACTION,
    DT_FACTORIZATION,
    DT_CALL /**< runs functions of tensors (checkpoints, batches) */
} dt_op_kind;

typedef struct dt_op dt_op;

/** One application of an operation. */
typedef struct dt_node {
    const dt_op *op;
    const void *attr; /**< the operation's own settings, copied onto the tape */
    int n_in, n_out;
    dt_tensor **in;
    dt_tensor *out[DT_MAX_OUTPUTS];
    dt_tape *tape;
    struct dt_node *prev; /**< the node recorded before */
    int64_t nanoseconds;  /**< what forward took, if the tape was being profiled; else 0 */
} dt_node;

/** Which element types a sample makes sense for. */
typedef enum dt_op_dtypes { DT_REAL_AND_COMPLEX, DT_REAL_ONLY, DT_COMPLEX_ONLY } dt_op_dtypes;

/** How the generated tests fill an input of a sample. */
typedef enum dt_fill {
    DT_FILL_NORMAL,         /**< standard normal, complex if the run is complex */
    DT_FILL_REAL,           /**< standard normal, always real */
    DT_FILL_POSITIVE,       /**< modulus in [0.5, 2], off the branch cut: for log, sqrt, division */
    DT_FILL_HPD,            /**< Hermitian positive definite matrices */
    DT_FILL_HERMITIAN,      /**< Hermitian matrices with separated eigenvalues of both signs */
    DT_FILL_UNIT,           /**< real, in [-0.9, 0.9]; complex: modulus below 0.9 */
    DT_FILL_ABOVE_ONE,      /**< real, in [1.2, 3]; complex: such a modulus, off the branch cut */
    DT_FILL_ABOVE_ONE_REAL, /**< likewise, always real */
    DT_FILL_DISTINCT,       /**< real, no two elements closer than 0.01: for sorting, min, max */
    DT_FILL_TRIANGULAR,     /**< well-conditioned matrices with diagonal near 2 */
    DT_FILL_INDEX,          /**< i64 in [0, limit) with repeats, no gradient */
    DT_FILL_BOOL,           /**< random mask, no gradient */
    DT_FILL_ZERO /**< exact zeros: a singular point where the rule promises a finite value.
                           Only values and finiteness are tested there */
} dt_fill;

/** Shapes and fillings on which the generated tests run an operation, and its most inputs. */
#define DT_SAMPLE_INPUTS 4
typedef struct dt_sample {
    struct {
        int ndim;
        int64_t shape[DT_MAX_DIMS];
        dt_fill fill;
        int64_t limit; /**< for DT_FILL_INDEX */
    } in[DT_SAMPLE_INPUTS];
    int n_in;         /**< 0: the operation's arity */
    const void *attr; /**< attr_size bytes, as given to dt_apply */
} dt_sample;

/** Bits of dt_op.saves: what vjp and jvp read besides cotangents. Everything else may be gone by
 *  then. The bit of input 15 stands for all inputs from there on. */
#define DT_SAVE_INPUT(i) (1u << (i))
#define DT_SAVE_INPUTS   0xffffu
#define DT_SAVE_OUTPUT   (1u << 16)
#define DT_SAVE_NOTHING  0u

/** How an elementwise operation computes: a function on runs of elements and the type it wants each
 *  input in (the input's own, or the complex type of its precision). */
typedef struct dt_map {
    dt_map_fn *fn;
    dt_dtype in[DT_MAP_INPUTS];
} dt_map;

/** An operation: constant, with static lifetime. */
struct dt_op {
    const char *name;
    const char *formula; /**< one line: y = ... ; used by documentation and messages */
    int arity;           /**< number of inputs, or DT_VARIADIC */
    dt_op_kind kind;
    dt_op_dtypes dtypes;
    unsigned saves;
    /** Outputs want no gradient whatever the inputs do: the application is not recorded and there
     *  are no rules (dt_stop_gradient, dt_round). */
    bool blocks_gradient;
    size_t attr_size;

    /** Check the inputs and declare every output with dt_node_output. Pure. On failure call
     *  dt_node_fail and return its status. */
    dt_status (*shape)(dt_node *n);

    /** DT_ELEMENTWISE with one output: the function that computes it. Inputs arrive broadcast,
     *  packed and converted, so it never sees a stride; several operations in a row run tile by
     *  tile without storing what lies between. It runs when somebody needs the elements. */
    dt_map (*map)(const dt_node *n);

    /** All other operations: fill the outputs' elements (contiguous, uninitialised); for DT_VIEW
     *  call dt_node_set_view instead. May dt_node_fail. */
    void (*forward)(dt_node *n);

    /** xbar[i] = (dy/dx_i)^H ybar for every input with dt_node_wants(n, i); leave NULL for zero.
     *  ybar[o] is NULL where no cotangent arrived. xbar[i] may have the broadcast shape and
     *  complex type of the output: the sweep sums and takes real parts. */
    void (*vjp)(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar);

    /** ydot[o] = sum_i (dy_o/dx_i) xdot[i]; xdot[i] is NULL for zero; leave ydot[o] NULL for zero.
     */
    void (*jvp)(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot);

    /** What the generated tests differentiate, made of the outputs; NULL: all float outputs. For
     *  outputs that only make sense together, like eigenvectors with their free phases. */
    dt_tensor *(*probe)(dt_tensor *const *out);

    const dt_sample *samples;
    int n_samples;
};

/** Shape of a sample's input, {DT_SHAPE(3, 4), .fill = DT_FILL_REAL}; a scalar is {.ndim = 0}. */
#define DT_SHAPE(...)                                                                              \
    .ndim = (int)(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), .shape = {__VA_ARGS__}

/** Samples as an array with its length, for a dt_op initialiser. */
#define DT_SAMPLES(...)                                                                            \
    .samples = (const dt_sample[]){__VA_ARGS__},                                                   \
    .n_samples = (int)(sizeof((const dt_sample[]){__VA_ARGS__}) / sizeof(dt_sample))

/** Apply an operation: check, run, record. attr: op->attr_size bytes, copied (NULL if 0).
 *  Returns output 0; dt_apply_multi stores all outputs. All inputs are on one tape. */
DT_API dt_tensor *dt_apply(const dt_op *op, int n_in, dt_tensor *const *in, const void *attr);
DT_API void dt_apply_multi(const dt_op *op, int n_in, dt_tensor *const *in, const void *attr,
                           dt_tensor **ret_out);

/* -- inside shape ------------------------------------------------------------------------------ */

/** Declare output o. */
DT_API dt_status dt_node_output(dt_node *n, int o, dt_dtype dtype, int ndim, const int64_t *shape);

/** Declare output 0 like input i, with the given type. */
DT_API dt_status dt_node_output_like(dt_node *n, int i, dt_dtype dtype);

/** Refuse input i unless it is of one of these types, all of which carry gradients. */
DT_API dt_status dt_node_need(dt_node *n, int i, dt_op_dtypes dtypes);

/** Axis in [0, ndim) from one that may be negative; fails with DT_ERR_ARGUMENT. */
DT_API dt_status dt_node_axis(dt_node *n, int axis, int ndim, int *ret_axis);

/** Fail with "name: sentence: operand shapes and types". Returns status. */
DT_API dt_status dt_node_fail(dt_node *n, dt_status status, const char *format, ...)
    DT_PRINTF(3, 4);

/** The same, naming the element, matrix or entry at fault (dt_error.index). */
DT_API dt_status dt_node_fail_at(dt_node *n, dt_status status, int64_t index, const char *format,
                                 ...) DT_PRINTF(4, 5);

/* -- inside forward and the rules -------------------------------------------------------------- */

/** Input i and output o as arrays; dt_node_set_view gives a DT_VIEW output its description. */
DT_API dt_array dt_node_in(const dt_node *n, int i);
DT_API dt_array dt_node_out(const dt_node *n, int o);
DT_API void dt_node_set_view(dt_node *n, const dt_array *view);

/** Scratch memory of the tape, 64-byte aligned, released with the node; NULL (and a failed tape)
 *  if there is none. */
DT_API void *dt_node_scratch(dt_node *n, size_t bytes);

/** Does input i need a cotangent? */
DT_API bool dt_node_wants(const dt_node *n, int i);

DT_END_DECLS

#endif
