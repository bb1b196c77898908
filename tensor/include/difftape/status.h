/* status.h - error codes and the message that goes with them. */
#ifndef DIFFTAPE_STATUS_H
#define DIFFTAPE_STATUS_H

#include <difftape/base.h>

DT_BEGIN_DECLS

/** Every way a difftape call can fail. */
#define DT_STATUS_LIST(X)                                                                          \
    X(DT_OK, "ok")                                                                                 \
    X(DT_ERR_ARGUMENT, "invalid argument")                                                         \
    X(DT_ERR_SHAPE, "shapes do not fit")                                                           \
    X(DT_ERR_DTYPE, "element types do not fit")                                                    \
    X(DT_ERR_MEMORY, "out of memory")                                                              \
    X(DT_ERR_NOT_POSITIVE_DEFINITE, "matrix is not positive definite")                             \
    X(DT_ERR_SINGULAR, "matrix is singular")                                                       \
    X(DT_ERR_GAUGE, "derivative of eigenvectors that are not unique")                              \
    X(DT_ERR_DOMAIN, "number outside the domain of a function")                                    \
    X(DT_ERR_NONFINITE, "a NaN or infinity appeared")                                              \
    X(DT_ERR_GRADIENT, "gradient cannot be computed")                                              \
    X(DT_ERR_STALE, "tensor was rewound")                                                          \
    X(DT_ERR_IO, "input or output failed")                                                         \
    X(DT_ERR_FORMAT, "file is not in the expected format")                                         \
    X(DT_ERR_NONCONVERGENT, "an iteration did not converge")                                       \
    X(DT_ERR_CANCELLED, "cancelled")

/** DT_OK, or what went wrong; the identifiers are those of DT_STATUS_LIST. */
typedef enum dt_status {
#define DT_STATUS_ENUM(id, text) id,
    DT_STATUS_LIST(DT_STATUS_ENUM)
#undef DT_STATUS_ENUM
        DT_STATUS_COUNT
} dt_status;

/** The identifier of a status: "DT_ERR_SHAPE". */
DT_API const char *dt_status_name(dt_status status);

/** Capacity of a message, terminating NUL included; a longer one ends in "...". */
#define DT_MESSAGE_SIZE 1024

/** A status with the sentence that explains it. Start from `dt_error err = DT_ERROR_INIT`.
 *  Functions that are not operations on a tape take a `dt_error *` last (NULL is allowed) and also
 *  return the status. The first error wins: setting a second one changes nothing. */
typedef struct dt_error {
    dt_status status;
    int64_t index; /**< which matrix, element or line was at fault where that is known, else -1 */
    char message[DT_MESSAGE_SIZE];
} dt_error;

/** No error yet. */
#define DT_ERROR_INIT                                                                              \
    {                                                                                              \
        DT_OK, -1, {                                                                               \
            0                                                                                      \
        }                                                                                          \
    }

/** Store a formatted message unless an error is already stored. Returns `status`. `error` may be
 *  NULL. */
DT_API dt_status dt_error_set(dt_error *error, dt_status status, const char *format, ...)
    DT_PRINTF(3, 4);

/** Put "context: " in front of a stored message (no effect while the status is DT_OK). */
DT_API void dt_error_context(dt_error *error, const char *format, ...) DT_PRINTF(2, 3);

/** Back to DT_OK with an empty message. */
static inline void dt_error_clear(dt_error *error) {
    error->status = DT_OK;
    error->index = -1;
    error->message[0] = '\0';
}

DT_END_DECLS

#endif
