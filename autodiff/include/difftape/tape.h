/* tape.h - the tape: leaves, reading values, the reverse sweep, forward mode, errors and memory.
 *
 * Operations (ops.h, linalg.h) take tensors and return a tensor; each tensor knows its tape. The
 * tape records them in order of creation and differentiates by walking back.
 *
 * Gradient convention: for a real loss L and a complex variable z = x + iy the gradient is
 *     zbar = dL/dx + i dL/dy,            dL = Re sum conj(zbar) dz,
 * the direction of steepest ascent; a real input of a complex operation receives the real part.
 *
 * Errors are sticky: no operation given a tensor returns NULL (without any there is no tape to
 * tell), none aborts or exits. The first failure is kept with a full sentence, every later
 * operation returns the tape's inert tensor (a scalar NaN that wants no gradient), so one look at
 * dt_tape_status at the end is a correct program.
 *
 * A tape belongs to one thread at a time; different tapes may run on different threads. */
#ifndef DIFFTAPE_TAPE_H
#define DIFFTAPE_TAPE_H

#include <difftape/array.h>

DT_BEGIN_DECLS

/** Records operations and owns their results; an array on a tape. Both are opaque. */
typedef struct dt_tape dt_tape;
typedef struct dt_tensor dt_tensor;

/** Options of a tape; {0} is the default. */
typedef struct dt_tape_options {
    /** Most bytes of tensors held at once, 0 = no limit; beyond it DT_ERR_MEMORY. Every worker tape
     *  of dt_map_batches has the same limit for itself. */
    size_t memory_limit;
    /** Stop at the first operation, forward or backward, that makes a NaN or infinity:
     *  DT_ERR_NONFINITE names it. */
    bool watch_nonfinite;
} dt_tape_options;

/** A new tape; options may be NULL. Never NULL: without memory for the tape itself it is one that
 *  has failed already, with DT_ERR_MEMORY, so that one look at the status at the end is enough.
 *  dt_tape_free releases it with every tensor on it (NULL is fine). */
DT_API dt_tape *dt_tape_new(const dt_tape_options *options);
DT_API void dt_tape_free(dt_tape *tape);

/* -- leaves ------------------------------------------------------------------------------------ */

/** A tensor with a gradient, or without one. The elements are copied (C order) and live until the
 *  tape is freed or reset. `data` may be NULL: zeros. Types f32, f64, c64, c128 for parameters, any
 *  for constants. */
DT_API dt_tensor *dt_parameter(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                               const void *data);
DT_API dt_tensor *dt_constant(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                              const void *data);

/** A constant that refers to the caller's memory, any strides, without a copy and with the lifetime
 *  of an intermediate: `array->data` must stay valid and unchanged for as long as the tape uses it.
 *  Errors: DT_ERR_ARGUMENT if it is NULL. */
DT_API dt_tensor *dt_constant_view(dt_tape *tape, const dt_array *array);

/** Overwrite the elements of a parameter or constant made by a copying constructor (C order, its
 *  own type): the step of an optimiser. Tensors computed before keep their old values; views of
 *  the leaf itself (dt_reshape, dt_slice, dt_stop_gradient, ...) show the new ones. A derivative
 *  that would need the old ones is DT_ERR_STALE. */
DT_API void dt_set_data(dt_tensor *leaf, const void *data);

/* -- looking at tensors ------------------------------------------------------------------------ */

/** Tape, element type, number of dimensions, sizes, and number of elements of a tensor. */
DT_API dt_tape *dt_tape_of(const dt_tensor *x);
DT_API dt_dtype dt_dtype_of(const dt_tensor *x);
DT_API int dt_ndim(const dt_tensor *x);
DT_API const int64_t *dt_shape(const dt_tensor *x);
DT_API int64_t dt_size(const dt_tensor *x);

/** Does the value depend on a parameter? */
DT_API bool dt_wants_gradient(const dt_tensor *x);

/** The elements in C order, valid until the tape is rewound past x. A strided view is copied into
 *  the tape's memory first; that copy is valid until the tape is rewound past this call. The typed
 *  forms fail with DT_ERR_DTYPE for another type. All return NULL (never a wild pointer) for a
 *  failed tape. */
DT_API const void *dt_data(dt_tensor *x);
DT_API const void *dt_data_as(dt_tensor *x, dt_dtype dtype);

/** dt_data_as by the name of the type. */
static inline const float *dt_data_f32(dt_tensor *x) {
    return (const float *)dt_data_as(x, DT_F32);
}
static inline const double *dt_data_f64(dt_tensor *x) {
    return (const double *)dt_data_as(x, DT_F64);
}
static inline const dt_c64 *dt_data_c64(dt_tensor *x) {
    return (const dt_c64 *)dt_data_as(x, DT_C64);
}
static inline const dt_c128 *dt_data_c128(dt_tensor *x) {
    return (const dt_c128 *)dt_data_as(x, DT_C128);
}
static inline const int64_t *dt_data_i64(dt_tensor *x) {
    return (const int64_t *)dt_data_as(x, DT_I64);
}
static inline const bool *dt_data_bool(dt_tensor *x) {
    return (const bool *)dt_data_as(x, DT_BOOL);
}

/** The value of a real tensor with one element (f32 or f64); NaN for a failed tape. */
DT_API double dt_item(dt_tensor *x);

/** The tensor as an array with strides, without a copy. */
DT_API dt_array dt_array_of(const dt_tensor *x);

/* -- derivatives ------------------------------------------------------------------------------- */

/** Reverse sweep from a real scalar loss: adds dL/dp to the gradient of every parameter p the loss
 *  depends on. Errors: DT_ERR_GRADIENT if the loss is complex, not a scalar, or depends on no
 *  parameter. */
DT_API void dt_backward(dt_tensor *loss);

/** The same from any tensor with its cotangent (shape and type of y). */
DT_API void dt_backward_from(dt_tensor *y, dt_tensor *cotangent);

/** The gradient accumulated in a parameter; zeros of its shape and type if none has arrived yet. It
 *  lives as long as the parameter. */
DT_API dt_tensor *dt_gradient(dt_tensor *parameter);

/** Forget the gradients of all parameters. */
DT_API void dt_tape_zero_gradients(dt_tape *tape);

/** Vector-Jacobian product as tensors: ret_xbar[i] = (dy/dx_i)^H ybar, recorded on the tape, so it
 *  can be differentiated again (Hessian-vector products). x may be parameters and any tensors made
 *  from parameters (dt_wants_gradient); of constants the tape records nothing: DT_ERR_GRADIENT.
 *  ret_xbar[i] is zeros where y does not depend on x[i]; if one x depends on another, the other's
 *  derivative includes the way through it. Leaves parameter gradients alone. */
DT_API void dt_vjp(dt_tensor *y, dt_tensor *ybar, int n_x, dt_tensor *const *x,
                   dt_tensor **ret_xbar);

/** Jacobian-vector product (forward mode) as a tensor: sum_i (dy/dx_i) xdot[i], recorded; x and
 *  dy/dx_i as for dt_vjp, whose adjoint it is. */
DT_API dt_tensor *dt_jvp(dt_tensor *y, int n_x, dt_tensor *const *x, dt_tensor *const *xdot);

/* -- errors ------------------------------------------------------------------------------------ */

/** DT_OK, or the first failure; its sentence (operation, shapes, types, the rule broken); both
 *  with the index of the matrix or element at fault. */
DT_API dt_status dt_tape_status(const dt_tape *tape);
DT_API const char *dt_tape_message(const dt_tape *tape);
DT_API const dt_error *dt_tape_error(const dt_tape *tape);

/** Make the tape fail (models use it for rules of their own), or put "context: " in front of
 *  the failure it has. */
DT_API void dt_tape_fail(dt_tape *tape, dt_status status, const char *format, ...) DT_PRINTF(3, 4);
DT_API void dt_tape_context(dt_tape *tape, const char *format, ...) DT_PRINTF(2, 3);

/** The tensor every operation returns once the tape has failed. */
DT_API dt_tensor *dt_inert(dt_tape *tape);

/* -- memory ------------------------------------------------------------------------------------ */

/** A point in the life of a tape, from dt_tape_mark. */
typedef struct dt_mark {
    int64_t opaque[8];
} dt_mark;

/** Give back every intermediate made after the mark (parameters, constants and their gradients
 *  stay; a tensor made after the mark must not be used any more). What create.h makes counts as an
 *  intermediate: a dt_scalar from before the mark stays, one from after it goes. A loop of mark,
 *  model, dt_backward, rewind allocates nothing from the system once warm. A mark taken after
 *  another one that the tape has since been rewound to is gone: DT_ERR_STALE where that shows. */
DT_API dt_mark dt_tape_mark(dt_tape *tape);
DT_API void dt_tape_rewind(dt_tape *tape, dt_mark mark);

/** Forget everything, leaves and failure included, and keep the memory for reuse. */
DT_API void dt_tape_reset(dt_tape *tape);

/** What the tape holds. */
typedef struct dt_tape_stats {
    size_t bytes_used;          /**< tensors alive now */
    size_t bytes_peak;          /**< most ever, worker tapes of dt_map_batches included */
    size_t bytes_reserved;      /**< held from the system */
    int64_t system_allocations; /**< malloc calls so far: constant in a warm loop */
    int64_t operations;         /**< operations recorded now */
} dt_tape_stats;
DT_API dt_tape_stats dt_tape_get_stats(const dt_tape *tape);

/** Called now and then during long operations with work done and total (forward and backward count
 *  separately); a return value other than 0 stops the work with DT_ERR_CANCELLED. NULL switches it
 *  off. It may be called from a worker thread, but never from two at once. */
typedef int dt_progress_fn(void *user, int64_t done, int64_t total);
DT_API void dt_tape_on_progress(dt_tape *tape, dt_progress_fn *fn, void *user);

DT_END_DECLS

#endif
