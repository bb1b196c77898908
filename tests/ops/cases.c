/* cases.c - random inputs for an operation's samples. */
#include "cases.h"

#include "random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- numbers ----------------------------------------------------------------------------------- */

static double normal(uint64_t seed, int64_t k) {
    return dti_random_normal(seed, (uint64_t)k);
}

/* Real and imaginary part of element k, before matrices get their structure. */
static void element(dt_fill fill, bool complex, uint64_t seed, int64_t k, double *re, double *im) {
    *re = normal(seed, 2 * k);
    *im = complex ? normal(seed, 2 * k + 1) : 0;
    if (fill == DT_FILL_POSITIVE) { /* modulus in [0.5, 2], phase within +-1.2 rad */
        double modulus = 0.5 + 1.5 * dti_random_uniform(seed, (uint64_t)(2 * k));
        double phase = complex ? 2.4 * dti_random_uniform(seed, (uint64_t)(2 * k + 1)) - 1.2 : 0;
        *re = modulus * cos(phase);
        *im = modulus * sin(phase);
    } else if (fill == DT_FILL_UNIT || fill == DT_FILL_ABOVE_ONE ||
               fill == DT_FILL_ABOVE_ONE_REAL) {
        double u = dti_random_uniform(seed, (uint64_t)(2 * k));
        double v = complex ? dti_random_uniform(seed, (uint64_t)(2 * k + 1)) : 0.5;
        bool unit = fill == DT_FILL_UNIT;
        double modulus = unit ? 1.8 * u - 0.9 : 1.2 + 1.8 * u; /* phase within +-1.2 rad */
        *re = modulus * cos(2.4 * v - 1.2);
        *im = modulus * sin(2.4 * v - 1.2);
    } else if (fill == DT_FILL_ZERO) {
        *re = *im = 0;
    } else if (fill == DT_FILL_TRIANGULAR || fill == DT_FILL_HPD || fill == DT_FILL_HERMITIAN) {
        *re *= 0.3;
        *im *= 0.3;
    }
}

/* m -> (m + m^H) / 2 + diag(-2, -1, 1, 2, ...): eigenvalues apart and of both signs. */
static void make_hermitian(double *m, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j <= i; j++) {
            double *x = m + 2 * (i * n + j), *y = m + 2 * (j * n + i);
            double level = (double)(i - n / 2);
            x[0] = y[0] = 0.5 * (x[0] + y[0]) + (i == j ? level + (level >= 0) : 0);
            x[1] = 0.5 * (x[1] - y[1]);
            y[1] = -x[1];
        }
    }
}

struct draw {
    double value;
    int64_t place;
};

static int by_value(const void *a, const void *b) {
    double x = ((const struct draw *)a)->value, y = ((const struct draw *)b)->value;
    return (x > y) - (x < y);
}

/* Equally spaced numbers in a random order; false without memory. */
static bool make_distinct(double *data, int64_t size, uint64_t seed) {
    struct draw *draws = malloc((size_t)(size + 1) * sizeof *draws);
    for (int64_t k = 0; k < size && draws != NULL; k++) {
        draws[k] = (struct draw){dti_random_uniform(seed, (uint64_t)k), k};
    }
    if (draws == NULL) {
        return false;
    }
    qsort(draws, (size_t)size, sizeof *draws, by_value);
    for (int64_t rank = 0; rank < size; rank++) {
        data[2 * draws[rank].place] = 4 * ((double)rank + 0.5) / (double)size - 2;
        data[2 * draws[rank].place + 1] = 0;
    }
    free(draws);
    return true;
}

/* data: n x n matrices of (re, im) pairs; B -> B B^H + I, or + 2 on the diagonal. */
static void structure(dt_fill fill, double *data, int64_t n, int64_t batch) {
    for (int64_t b = 0; b < batch; b++) {
        double *m = data + 2 * b * n * n;
        double product[2 * 64];
        if (fill == DT_FILL_HERMITIAN) {
            make_hermitian(m, n);
        }
        for (int64_t i = 0; i < n && fill == DT_FILL_TRIANGULAR; i++) {
            m[2 * (i * n + i)] += 2;
        }
        if (fill != DT_FILL_HPD || n > 8) {
            continue;
        }
        for (int64_t i = 0; i < n; i++) {
            for (int64_t j = 0; j < n; j++) {
                double re = i == j ? 1 : 0, im = 0;
                for (int64_t k = 0; k < n; k++) {
                    const double *x = m + 2 * (i * n + k), *y = m + 2 * (j * n + k);
                    re += x[0] * y[0] + x[1] * y[1];
                    im += x[1] * y[0] - x[0] * y[1];
                }
                product[2 * (i * n + j)] = re;
                product[2 * (i * n + j) + 1] = im;
            }
        }
        memcpy(m, product, (size_t)(2 * n * n) * sizeof *m);
    }
}

/* -- arrays ------------------------------------------------------------------------------------ */

static void put(const dt_array *a, int64_t k, double re, double im) {
    switch (a->dtype) {
    case DT_F32: ((float *)a->data)[k] = (float)re; break;
    case DT_F64: ((double *)a->data)[k] = re; break;
    case DT_C64: ((dt_c64 *)a->data)[k] = (dt_c64){(float)re, (float)im}; break;
    case DT_C128: ((dt_c128 *)a->data)[k] = (dt_c128){re, im}; break;
    case DT_I64: ((int64_t *)a->data)[k] = (int64_t)re; break;
    case DT_BOOL: ((bool *)a->data)[k] = re > 0; break;
    }
}

static dt_dtype type_of(dt_fill fill, bool complex, bool single) {
    switch (fill) {
    case DT_FILL_INDEX: return DT_I64;
    case DT_FILL_BOOL: return DT_BOOL;
    case DT_FILL_REAL:
    case DT_FILL_ABOVE_ONE_REAL:
    case DT_FILL_DISTINCT: return single ? DT_F32 : DT_F64;
    default: return complex ? (single ? DT_C64 : DT_C128) : (single ? DT_F32 : DT_F64);
    }
}

static bool fill_input(struct test_case *c, int i, bool complex, bool single) {
    int ndim = c->sample->in[i].ndim;
    const int64_t *shape = c->sample->in[i].shape;
    dt_fill fill = c->sample->in[i].fill;
    dt_array *a = &c->in[i];
    if (dt_array_new(a, type_of(fill, complex, single), ndim, shape, NULL) != DT_OK) {
        return false;
    }
    int64_t size = dt_array_size(a);
    uint64_t seed = 77 + (uint64_t)i;
    dt_array pairs;
    int64_t pairs_shape[] = {size, 2};
    if (dt_array_new(&pairs, DT_F64, 2, pairs_shape, NULL) != DT_OK) {
        return false;
    }
    double *data = pairs.data;
    for (int64_t k = 0; k < size; k++) {
        element(fill, complex && fill != DT_FILL_REAL && fill != DT_FILL_ABOVE_ONE_REAL, seed, k,
                &data[2 * k], &data[2 * k + 1]);
        if (fill == DT_FILL_INDEX) {
            int64_t limit = c->sample->in[i].limit;
            data[2 * k] = floor(dti_random_uniform(seed, (uint64_t)k) * (double)limit);
        }
    }
    if (fill == DT_FILL_DISTINCT && !make_distinct(data, size, seed)) {
        dt_array_free(&pairs);
        return false;
    }
    if ((fill == DT_FILL_HPD || fill == DT_FILL_TRIANGULAR || fill == DT_FILL_HERMITIAN) &&
        size > 0) {
        int64_t n = shape[ndim - 1];
        structure(fill, data, n, size / (n * n));
    }
    for (int64_t k = 0; k < size; k++) {
        put(a, k, data[2 * k], data[2 * k + 1]);
    }
    dt_array_free(&pairs);
    return true;
}

bool case_make(struct test_case *c, const dt_op *op, int sample_index, bool complex, bool single) {
    const dt_sample *sample = &op->samples[sample_index];
    *c = (struct test_case){.op = op, .sample = sample};
    c->n_in = sample->n_in != 0 ? sample->n_in : op->arity;
    snprintf(c->name, sizeof c->name, "%s sample %d %s", op->name, sample_index,
             complex ? (single ? "c64" : "c128") : (single ? "f32" : "f64"));
    for (int i = 0; i < c->n_in; i++) {
        if (!fill_input(c, i, complex, single)) {
            return false;
        }
    }
    return true;
}

void case_free(struct test_case *c) {
    for (int i = 0; i < c->n_in; i++) {
        dt_array_free(&c->in[i]);
    }
}

bool case_is_singular(const struct test_case *c) {
    bool singular = false;
    for (int i = 0; i < c->n_in; i++) {
        singular = singular || c->sample->in[i].fill == DT_FILL_ZERO;
    }
    return singular;
}

/* x as a view whose last two dimensions are strided: transpose a transposed copy. */
static dt_tensor *strided(dt_tensor *x) {
    if (dt_ndim(x) < 2) {
        return x;
    }
    dt_tensor *turned = dt_transpose(x);
    dt_tensor *copy = dt_add(turned, dt_full(dt_tape_of(x), dt_dtype_of(x), 0, NULL, 0));
    return dt_transpose(copy);
}

/* All float outputs flattened into one tensor of the widest type among them. */
static dt_tensor *join(dt_tensor *const *out) {
    dt_tensor *flat[DT_MAX_OUTPUTS];
    dt_tape *tape = dt_tape_of(out[0]);
    int n = 0;
    bool complex = false;
    for (int o = 0; o < DT_MAX_OUTPUTS && dt_tape_status(tape) == DT_OK && out[o] != NULL; o++) {
        if (dt_dtype_is_float(dt_dtype_of(out[o]))) {
            flat[n] = dt_reshape(out[o], 1, (const int64_t[]){-1});
            complex = complex || dt_dtype_is_complex(dt_dtype_of(out[o]));
            n++;
        }
    }
    for (int o = 0; o < n && complex; o++) {
        flat[o] = dt_cast(flat[o], dt_dtype_complex(dt_dtype_of(flat[o])));
    }
    return n == 0 ? dt_inert(tape) : dt_concat(n, flat, 0);
}

dt_tensor *case_apply(void *user, dt_tape *tape, dt_tensor *const *in) {
    struct test_case *c = user;
    dt_tensor *x[DT_SAMPLE_INPUTS], **out = c->out;
    memset(c->out, 0, sizeof c->out);
    for (int i = 0; i < c->n_in; i++) {
        x[i] = c->strided && dt_dtype_is_float(dt_dtype_of(in[i])) ? strided(in[i]) : in[i];
    }
    dt_apply_multi(c->op, c->n_in, x, c->sample->attr, out);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    if (c->op->probe != NULL) {
        return c->op->probe(out);
    }
    return out[1] == NULL ? out[0] : join(out);
}
