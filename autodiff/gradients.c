/* gradients.c - the common norm of the gradients of several parameters, and clipping it. */
#include <difftape/derivatives.h>

#include "internal.h"
#include "lazy.h"

#include <math.h>

/* The real numbers of a gradient in turn, as doubles. */
static double entry(const dt_array *g, int64_t k) {
    bool single = dt_dtype_real(g->dtype) == DT_F32;
    return single ? (double)((const float *)g->data)[k] : ((const double *)g->data)[k];
}

static int64_t reals(const dt_array *g) {
    return dt_array_size(g) * (dt_dtype_is_complex(g->dtype) ? 2 : 1);
}

double dt_gradient_norm(int n, dt_tensor *const *parameters) {
    double scale = 0, sum = 0;
    for (int i = 0; i < n; i++) {
        if (parameters[i] == NULL) {
            dt_tape *tape = dti_tape_among(NULL, n, parameters);
            if (tape != NULL) {
                dt_tape_fail(tape, DT_ERR_ARGUMENT, "dt_gradient_norm: parameter %d is NULL", i);
            }
            return NAN;
        }
        const dt_array g = dt_array_of(dt_gradient(parameters[i]));
        if (parameters[i]->tape->error.status != DT_OK) {
            return NAN;
        }
        for (int64_t k = 0; k < reals(&g); k++) { /* neither overflow nor underflow */
            double x = fabs(entry(&g, k));
            if (!isfinite(x)) {
                return x;
            }
            if (x > scale) {
                sum = sum * (scale / x) * (scale / x) + 1;
                scale = x;
            } else if (x > 0) {
                sum += x / scale * (x / scale);
            }
        }
    }
    return scale * sqrt(sum);
}

double dt_clip_gradients(int n, dt_tensor *const *parameters, double max_norm) {
    double norm = dt_gradient_norm(n, parameters);
    dt_tape *tape = dti_tape_among(NULL, n, parameters);
    if (tape == NULL || tape->error.status != DT_OK) {
        return norm;
    }
    if (!isfinite(norm)) {
        dt_tape_fail(tape, DT_ERR_NONFINITE, "dt_clip_gradients: the norm of the gradients is %g",
                     norm);
        return norm;
    }
    double factor = norm > max_norm ? max_norm / norm : 1;
    for (int i = 0; i < n && factor != 1; i++) {
        dt_tensor *g = dt_gradient(parameters[i]);
        dti_preserve(g->tape, g);
        for (int64_t k = 0; k < reals(&g->a); k++) {
            if (dt_dtype_real(g->a.dtype) == DT_F32) {
                float *x = (float *)g->a.data + k;
                *x = (float)(factor * (double)*x);
            } else {
                ((double *)g->a.data)[k] *= factor;
            }
        }
        g->set = ++g->tape->clock;
    }
    return norm;
}
