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
    uint64_t seed;     /**< [1] of the random cotangent and directions */
} dt_gradcheck_options;

/** What was found. */
typedef struct dt_gradcheck_report {
    int64_t compared; /**< numbers compared; a check that compares none fails */
    double worst_adjoint, worst_direction, worst_entry, worst_second; /**< relative errors */
} dt_gradcheck_report;

/** Check every derivative of y = fn(in) at the point `values` (f64 and c128 arrays are
 *  differentiated, complex ones along 1 and i; i64 and bool arrays are passed through):
 *  1. adjoint test: jvp and vjp agree, no finite differences;
 *  2. central differences along random directions;
 *  3. central differences entry by entry.
 *
 *  The output may be any shape and complex: it is contracted with a random cotangent. f32 and c64
 *  inputs are refused: check in double precision. On failure the message names the function, input,
 *  index, analytic and numeric value. `name` is used in messages; options and ret_report may be
 *  NULL. */
DT_API dt_status dt_gradcheck(const char *name, dt_tensor_fn *fn, void *user, int n_in,
                              const dt_array *values, const dt_gradcheck_options *options,
                              dt_gradcheck_report *ret_report, dt_error *error);

DT_END_DECLS

#endif
