/* test_views.c - operations on random chains of views: values as of a contiguous copy, gradients as
 * of differences. */
#include "numbers.h"

#include <difftape/linalg.h>

#include <stdio.h>

/* A small generator, so that a chain can be repeated from its seed. */
static uint32_t pick(uint64_t *state, int64_t n) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*state >> 33) % (uint64_t)n);
}

static dt_tensor *permuted(dt_tensor *x, uint64_t *state) {
    int axes[DT_MAX_DIMS], ndim = dt_ndim(x);
    for (int d = 0; d < ndim; d++) {
        axes[d] = d;
    }
    for (int d = ndim - 1; d > 0; d--) {
        int other = (int)pick(state, d + 1), axis = axes[d];
        axes[d] = axes[other];
        axes[other] = axis;
    }
    return dt_permute(x, axes);
}

static dt_tensor *sliced(dt_tensor *x, uint64_t *state) {
    int axis = (int)pick(state, dt_ndim(x));
    int64_t start = pick(state, dt_shape(x)[axis] + 1);
    return dt_slice(x, axis, start - 1, start + 2, 1 + pick(state, 3));
}

/* Sizes of 1 and a new leading dimension repeated. */
static dt_tensor *repeated(dt_tensor *x, uint64_t *state) {
    int64_t shape[DT_MAX_DIMS];
    shape[0] = 1 + pick(state, 2);
    for (int d = 0; d < dt_ndim(x); d++) {
        int64_t size = dt_shape(x)[d];
        shape[d + 1] = size == 1 ? 1 + pick(state, 3) : size;
    }
    return dt_broadcast(x, dt_ndim(x) + 1, shape);
}

static dt_tensor *reshaped(dt_tensor *x, uint64_t *state) {
    int64_t rows = 1 + pick(state, 4), size = dt_size(x);
    return size > 0 && size % rows == 0 ? dt_reshape(x, 2, (const int64_t[]){rows, -1})
                                        : dt_reshape(x, 1, &size);
}

static dt_tensor *view_of(dt_tensor *x, uint64_t seed) {
    uint64_t state = seed;
    for (int64_t steps = pick(&state, 6); steps > 0; steps--) {
        int ndim = dt_ndim(x), last = ndim - 1;
        switch (pick(&state, 7)) {
        case 0: x = permuted(x, &state); break;
        case 1: x = ndim > 0 ? sliced(x, &state) : x; break;
        case 2: x = ndim < 5 && dt_size(x) < 100 ? repeated(x, &state) : x; break;
        case 3: x = reshaped(x, &state); break;
        case 4: x = ndim < 5 ? dt_expand_dims(x, (int)pick(&state, ndim + 1)) : x; break;
        case 5: x = ndim > 1 && dt_shape(x)[0] > 0 ? dt_select(x, 0, -1) : x; break;
        default:
            if (ndim > 1 && dt_shape(x)[last] == dt_shape(x)[last - 1]) {
                x = dt_diagonal(x);
            }
        }
    }
    return x;
}

enum { OPERATIONS = 16 };

/* A function of a view in which every kind of kernel takes part. */
static dt_tensor *operation(int which, dt_tensor *v, uint64_t seed) {
    uint64_t state = seed;
    dt_tape *tape = dt_tape_of(v);
    int ndim = dt_ndim(v), axis = ndim > 0 ? (int)pick(&state, ndim) : 0;
    int64_t size = ndim > 0 ? dt_shape(v)[axis] : 0, index[512];
    bool matrix = ndim > 1;
    for (int i = 0; i < 512; i++) {
        index[i] = pick(&state, size > 4 ? 4 : size > 0 ? size : 1);
    }
    switch (which) {
    case 0: return dt_mul(v, v);
    case 1: return dt_exp(v);
    case 2: return dt_abs2(v);
    case 3: return ndim > 0 ? dt_sum(v, axis) : dt_neg(v);
    case 4: return matrix ? dt_matmul_flags(v, DT_N, v, DT_C) : dt_square(v);
    case 5: return matrix ? dt_matmul_flags(v, DT_T, v, DT_N) : dt_square(v);
    case 6: return ndim > 0 ? dt_concat(2, (dt_tensor *const[]){v, v}, axis) : v;
    case 7:
        return size == 0
                   ? v
                   : dt_gather(v, dt_constant(tape, DT_I64, 1, (const int64_t[]){5}, index), axis);
    case 8:
        return ndim == 0 || size > 512
                   ? v
                   : dt_scatter_add(v, dt_constant(tape, DT_I64, 1, &size, index), axis, 4);
    case 9: return dt_sum(v, DT_ALL);
    case 10: return matrix ? dt_tril(v, 0) : v;
    case 11: return ndim > 0 ? dt_diag(v) : v;
    case 12: return dt_div(v, dt_add(dt_abs2(v), dt_scalar(tape, 1)));
    case 13: return matrix ? dt_sum(dt_mul(v, dt_conj(v)), DT_AXES(0, -1)) : v;
    case 14: return dt_stack(3, (dt_tensor *const[]){v, v, v}, -1);
    default: return dt_cis(dt_real(v));
    }
}

struct chain {
    int which;
    uint64_t seed;
    bool copy;
};

static dt_tensor *model(void *user, dt_tape *tape, dt_tensor *const *in) {
    const struct chain *c = user;
    dt_tensor *v = view_of(in[0], c->seed);
    return operation(c->which, c->copy ? dt_add(v, dt_scalar(tape, 0)) : v, c->seed + 1);
}

/* Returns the number of elements compared. */
static int64_t expect_equal_to_copy(struct chain *c, const dt_array *at) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, at->dtype, at->ndim, at->shape, at->data);
    c->copy = true;
    dt_tensor *expected = model(c, tape, &x);
    c->copy = false;
    dt_tensor *got = model(c, tape, &x);
    cr_assert_eq(dt_tape_status(tape), DT_OK, "operation %d, seed %llu: %s", c->which,
                 (unsigned long long)c->seed, dt_tape_message(tape));
    cr_assert_eq(dt_size(got), dt_size(expected));
    for (int64_t i = 0; i < dt_size(got); i++) {
        char name[64];
        snprintf(name, sizeof name, "operation %d, seed %llu", c->which,
                 (unsigned long long)c->seed);
        expect_near(name, i, element(got, i), element(expected, i), 1e-12);
    }
    int64_t size = dt_size(got);
    dt_tape_free(tape);
    return size;
}

Test(views, of_any_kind_enter_operations_like_copies_of_them) {
    double data[2 * 27];
    for (int i = 0; i < 2 * 27; i++) {
        data[i] = 1.5 * sin(2.7 * i);
    }
    int64_t compared = 0;
    for (int i = 0; i < 30 * OPERATIONS; i++) {
        uint64_t state = (uint64_t)i;
        struct chain c = {.which = i % OPERATIONS, .seed = (uint64_t)(1000 + i)};
        const int64_t shape[] = {1 + pick(&state, 3), 1 + pick(&state, 3), 1 + pick(&state, 3)};
        const dt_array at = dt_array_wrap(double_types[i / OPERATIONS % 2], 3, shape, data);
        if (expect_equal_to_copy(&c, &at) == 0) {
            continue;
        }
        const dt_gradcheck_options options = {
            .max_jacobian = 8, .directions = 1, .second_order = i % 5 == 0};
        dt_gradcheck_report report = {0};
        dt_error error = DT_ERROR_INIT;
        dt_gradcheck("chain", model, &c, 1, &at, &options, &report, &error);
        cr_expect(error.status == DT_OK, "operation %d, seed %llu: %s", c.which,
                  (unsigned long long)c.seed, error.message);
        compared += report.compared;
    }
    cr_expect(compared > 1000, "only %lld numbers were compared", (long long)compared);
}
