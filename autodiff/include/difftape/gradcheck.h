/* gradcheck.h - is a gradient right? For operations, models and losses of your own. */
#ifndef DIFFTAPE_GRADCHECK_H
#define DIFFTAPE_GRADCHECK_H

#include <difftape/checkpoint.h>

DT_BEGIN_DECLS

/** What to check and how strictly; {0} fields take the defaults in brackets. */
typedef struct dt_gradcheck_options {
    /** [1e-12] adjoint test: |Re<ybar, J dx> - Re<J^H ybar, dx>| relative to its terms. */
    double adjoint_tolerance;
    /** [1e-8] analytic against numeric, relative to the largest entry of that input's gradient. */
    double tolerance;
    /** [1e-3] largest step of the 4-point central differences, in the units of the input; smaller
     *  ones are tried and the steadiest taken. */
    double step;
    /** [3] random directions; -1 none. */
    int directions;
    /** [256] inputs of at most this many real numbers get every entry of the gradient checked,
     *  larger ones this many entries; -1 none. */
    int64_t max_jacobian;
    bool second_order; /**< also check Hessian-vector products */
    bool taylor;       /**< also check that the remainder of first order falls as h^2 */
    /** Also check that a second run, and runs on 2 and 3 threads, give the same bits. Changes
     *  dt_set_threads for the time of the check. */
    bool replay;
    uint64_t seed; /**< [1] of the random cotangent and directions */
} dt_gradcheck_options;

/** One entry of a gradient, both ways. */
typedef struct dt_gradcheck_entry {
    int input;
    int64_t element; /**< in C order */
    bool imaginary;  /**< the derivative along i */
    double analytic, numeric, relative;
} dt_gradcheck_entry;

/** What was found. */
#define DT_GRADCHECK_WORST 8
typedef struct dt_gradcheck_report {
    int64_t compared; /**< numbers compared; a check that compares none fails */
    double worst_adjoint, worst_direction, worst_entry, worst_second; /**< relative errors */
    double taylor_order; /**< power of h the remainder falls with, 2 or more if right; 0: not run */
    int n_worst;
    dt_gradcheck_entry worst[DT_GRADCHECK_WORST]; /**< the entries that agree least, worst first */
} dt_gradcheck_report;

/** Check every derivative of y = fn(in) at the point `values` (f64 and c128 arrays are
 *  differentiated, complex ones along 1 and i; i64 and bool arrays are passed through):
 *  1. adjoint test: jvp and vjp agree, no finite differences;
 *  2. central differences along random directions;
 *  3. central differences entry by entry;
 *  and on request
 *  4. Taylor remainder: |s(x + h d) - s(x) - h <g, d>| falls as h^2 (a power of at least 1.9),
 *     which needs no step to be chosen;
 *  5. the same bits again, and on several threads.
 *
 *  The output may be any shape and complex: it is contracted with a random cotangent. f32 and c64
 *  inputs are refused: check in double precision. On failure the message names the function, the
 *  worst entry (input, index), analytic and numeric value. `name` is used in messages; options and
 *  ret_report may be NULL. */
DT_API dt_status dt_gradcheck(const char *name, dt_tensor_fn *fn, void *user, int n_in,
                              const dt_array *values, const dt_gradcheck_options *options,
                              dt_gradcheck_report *ret_report, dt_error *error);

/** The report as a text of a few lines with the worst entries, written to buffer (always ended by a
 *  0); returns buffer. */
DT_API const char *dt_gradcheck_format(char *buffer, size_t size,
                                       const dt_gradcheck_report *report);

/** The gradient of a function whose result is one real number, by 4-point central differences at
 *  shrinking steps: ret_gradients[i], a contiguous array of shape and type of values[i], receives
 *  it; those without data, and i64 and bool inputs, are skipped. For comparison: slow and good to
 *  about 1e-10. Of `options` only `step` is used. Errors: DT_ERR_SHAPE for another result. */
DT_API dt_status dt_finite_differences(dt_tensor_fn *fn, void *user, int n_in,
                                       const dt_array *values, const dt_gradcheck_options *options,
                                       const dt_array *ret_gradients, dt_error *error);

DT_END_DECLS

#endif
