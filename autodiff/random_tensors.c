/* random_tensors.c - tensors of random numbers, element by element from a counter. */
#include <difftape/create.h>

#include "internal.h"
#include "random.h"
#include "threads.h"

#include <math.h>
#include <stdlib.h>

/* Numbers per parallel chunk. */
#define CHUNK 16384

struct fill {
    dt_array a;
    const double *mean; /* Poisson */
    uint64_t seed;
    bool normal;
    int64_t n; /* real numbers */
};

static void put(const dt_array *a, int64_t i, double value) {
    if (dt_dtype_real(a->dtype) == DT_F32) {
        ((float *)a->data)[i] = (float)value;
    } else {
        ((double *)a->data)[i] = value;
    }
}

static void fill_chunk(void *context, int64_t chunk, int worker) {
    const struct fill *f = context;
    (void)worker;
    bool complex = dt_dtype_is_complex(f->a.dtype);
    int64_t end = (chunk + 1) * CHUNK < f->n ? (chunk + 1) * CHUNK : f->n;
    for (int64_t i = chunk * CHUNK; i < end; i++) {
        uint64_t at = (uint64_t)i;
        double value = f->normal ? dti_random_normal(f->seed, at) : dti_random_uniform(f->seed, at);
        put(&f->a, i, complex ? value * 0.70710678118654752440 : value);
    }
}

static dt_tensor *filled(dt_tape *tape, const char *name, dt_dtype dtype, int ndim,
                         const int64_t *shape, uint64_t seed, bool normal) {
    bool complex = dt_dtype_is_complex(dtype);
    if (!dt_dtype_is_float(dtype) || (complex && !normal)) {
        dt_tape_fail(tape, DT_ERR_DTYPE, "%s: there are no such numbers of type %s", name,
                     dt_dtype_name(dtype));
        return dt_inert(tape);
    }
    dt_tensor *x = dti_temporary(tape, dtype, ndim, shape);
    if (x != dt_inert(tape)) {
        struct fill f = {.a = x->a, .seed = seed, .normal = normal};
        f.n = dt_size(x) * (complex ? 2 : 1);
        dti_parallel_for((f.n + CHUNK - 1) / CHUNK, fill_chunk, &f);
    }
    return x;
}

dt_tensor *dt_random_uniform(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                             uint64_t seed) {
    return filled(tape, "random_uniform", dtype, ndim, shape, seed, false);
}

dt_tensor *dt_random_normal(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                            uint64_t seed) {
    return filled(tape, "random_normal", dtype, ndim, shape, seed, true);
}

/* -- counts ------------------------------------------------------------------------------------ */

static void poisson_chunk(void *context, int64_t chunk, int worker) {
    const struct fill *f = context;
    (void)worker;
    int64_t end = (chunk + 1) * CHUNK < f->n ? (chunk + 1) * CHUNK : f->n;
    for (int64_t i = chunk * CHUNK; i < end; i++) {
        ((double *)f->a.data)[i] = dti_random_poisson(f->mean[i], f->seed, (uint64_t)i);
    }
}

dt_tensor *dt_random_poisson(dt_tensor *mean, uint64_t seed) {
    if (mean == NULL) {
        return NULL;
    }
    dt_tape *tape = mean->tape;
    const double *values = dt_data_f64(mean);
    if (values == NULL) {
        return dt_inert(tape);
    }
    for (int64_t i = 0; i < dt_size(mean); i++) {
        if (!(values[i] >= 0 && values[i] <= 1e15)) {
            dt_tape_fail(tape, DT_ERR_ARGUMENT,
                         "random_poisson: mean %lld is %g, must lie in [0, 1e15]", (long long)i,
                         values[i]);
            return dt_inert(tape);
        }
    }
    dt_tensor *x = dti_temporary(tape, DT_F64, dt_ndim(mean), dt_shape(mean));
    if (x != dt_inert(tape)) {
        struct fill f = {.a = x->a, .mean = values, .seed = seed, .n = dt_size(x)};
        dti_parallel_for((f.n + CHUNK - 1) / CHUNK, poisson_chunk, &f);
    }
    return x;
}

/* -- permutations ------------------------------------------------------------------------------ */

struct ticket {
    double key;
    int64_t number;
};

static int by_key(const void *a, const void *b) {
    const struct ticket *x = a, *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return x->number < y->number ? -1 : x->number > y->number;
}

dt_tensor *dt_random_permutation(dt_tape *tape, int64_t n, uint64_t seed) {
    dt_tensor *x = dti_temporary(tape, DT_I64, 1, &n);
    if (x == dt_inert(tape)) {
        return x;
    }
    struct ticket *tickets =
        dti_tape_alloc(tape, false, (size_t)n * sizeof *tickets, "random_permutation");
    if (tickets == NULL) {
        return dt_inert(tape);
    }
    for (int64_t i = 0; i < n; i++) {
        tickets[i] = (struct ticket){dti_random_uniform(seed, (uint64_t)i), i};
    }
    qsort(tickets, (size_t)n, sizeof *tickets, by_key);
    for (int64_t i = 0; i < n; i++) {
        ((int64_t *)x->a.data)[i] = tickets[i].number;
    }
    return x;
}
