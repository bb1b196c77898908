/* test_arrange.c - where elements go under squeeze, split, tile, repeat, flip, roll, pad, kron and
 * the triangles. */
#include "oracle.h"

/* Element `at` of y is x at the place from(its coordinates), exactly. */
typedef void from_fn(int64_t *place, const void *how);

static void expect_moved(const char *what, dt_tensor *y, int seed, dt_dtype dtype, int ndim,
                         const int64_t *x_shape, from_fn *from, const void *how) {
    int64_t place[DT_MAX_DIMS];
    cr_assert(dt_tape_status(dt_tape_of(y)) == DT_OK, "%s: %s", what,
              dt_tape_message(dt_tape_of(y)));
    cr_assert(dt_size(y) > 0, "%s: nothing to compare", what);
    for (int64_t at = 0; at < dt_size(y); at++) {
        coordinates(at, ndim, dt_shape(y), place);
        from(place, how);
        value expected = number_at(seed, place_of(place, ndim, x_shape), dtype);
        expect_near(what, at, element(y, at), expected, 0);
    }
}

Test(arrange, squeeze_removes_axes_of_size_one) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = many(tape, 1, DT_C64, SHAPE(1, 2, 1, 3, 1));
    expect_shape("all", dt_squeeze(x, DT_ALL), SHAPE(2, 3));
    expect_shape("one", dt_squeeze(x, 2), SHAPE(1, 2, 3, 1));
    expect_shape("from the end", dt_squeeze(x, -1), SHAPE(1, 2, 1, 3));
    expect_shape("several", dt_squeeze(x, DT_AXES(0, -1)), SHAPE(2, 1, 3));
    expect_shape("to a scalar", dt_squeeze(dt_zeros(tape, DT_F64, SHAPE(1, 1)), DT_ALL), 0, NULL);
    expect_shape("of a scalar", dt_squeeze(dt_scalar(tape, 1), DT_ALL), 0, NULL);
    expect_shape("nothing to remove", dt_squeeze(dt_zeros(tape, DT_F64, SHAPE(0, 1)), DT_ALL),
                 SHAPE(0));
    dt_tensor *y = dt_squeeze(x, DT_ALL);
    cr_expect(dt_array_of(y).data == dt_array_of(x).data, "a view");
    for (int64_t i = 0; i < 6; i++) {
        expect_near("squeeze", i, element(y, i), number_at(1, i, DT_C64), 0);
    }
    dt_tape_free(tape);
}

static void from_part(int64_t *place, const void *how) {
    place[1] += *(const int64_t *)how;
}

Test(arrange, split_gives_equal_parts_as_views) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t shape[] = {2, 6, 2};
    dt_tensor *x = many(tape, 2, DT_F64, 3, shape), *parts_of_x[3];
    dt_split(x, -2, 3, parts_of_x);
    for (int64_t i = 0; i < 3; i++) {
        const int64_t first = 2 * i;
        expect_shape("split", parts_of_x[i], SHAPE(2, 2, 2));
        expect_moved("split", parts_of_x[i], 2, DT_F64, 3, shape, from_part, &first);
        const char *start = dt_array_of(x).data;
        cr_expect((const char *)dt_array_of(parts_of_x[i]).data == start + 4 * i * 8, "a view");
    }
    dt_split(x, 1, 1, parts_of_x);
    expect_equal("one part", parts_of_x[0], x, 0);
    dt_split(dt_zeros(tape, DT_F64, SHAPE(0, 2)), 0, 3, parts_of_x);
    expect_shape("parts of nothing", parts_of_x[2], SHAPE(0, 2));
    dt_tape_free(tape);
}

/* -- copies ------------------------------------------------------------------------------------ */

static void modulo(int64_t *place, const void *how) {
    const int64_t *shape = how;
    for (int d = 0; d < 3; d++) {
        place[d] %= shape[d];
    }
}

Test(arrange, tile_repeats_the_whole_tensor) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t shape[] = {2, 3, 2}, counts[] = {3, 1, 2};
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_tensor *y = dt_tile(many(tape, 3, float_types[t], 3, shape), counts);
        expect_shape("tile", y, SHAPE(6, 3, 4));
        expect_moved("tile", y, 3, float_types[t], 3, shape, modulo, shape);
    }
    dt_tensor *turned = dt_permute(many(tape, 3, DT_F64, SHAPE(2, 3, 2)), (int[]){2, 1, 0});
    expect_equal("of a view", dt_tile(turned, counts), dt_tile(dt_scale(turned, 1), counts), 0);
    expect_shape("no copies", dt_tile(dt_zeros(tape, DT_F64, SHAPE(2, 3)), (int64_t[]){1, 0}),
                 SHAPE(2, 0));
    expect_shape("a scalar", dt_tile(dt_scalar(tape, 1), NULL), 0, NULL);
    dt_tape_free(tape);
}

static void divided(int64_t *place, const void *how) {
    place[1] /= *(const int64_t *)how;
}

Test(arrange, repeat_repeats_every_element_along_one_axis) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t shape[] = {2, 3, 2}, n = 4;
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_tensor *y = dt_repeat(many(tape, 4, float_types[t], 3, shape), 1, n);
        expect_shape("repeat", y, SHAPE(2, 12, 2));
        expect_moved("repeat", y, 4, float_types[t], 3, shape, divided, &n);
    }
    const int64_t list[3] = {7, -1, 2};
    dt_tensor *whole = dt_repeat(dt_constant(tape, DT_I64, SHAPE(3), list), -1, 2);
    expect_integers("i64", whole, 6, (const int64_t[]){7, 7, -1, -1, 2, 2});
    expect_shape("no copies", dt_repeat(dt_zeros(tape, DT_F64, SHAPE(2, 3)), 0, 0), SHAPE(0, 3));
    expect_shape("of nothing", dt_repeat(dt_zeros(tape, DT_F64, SHAPE(2, 0)), 1, 5), SHAPE(2, 0));
    dt_tape_free(tape);
}

Test(arrange, copies_of_tensors_with_eight_dimensions_are_no_exception) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = many(tape, 5, DT_F64, SHAPE(1, 2, 1, 1, 1, 1, 1, 2));
    dt_tensor *flat = dt_reshape(x, SHAPE(2, 2));
    const int64_t counts[] = {1, 2, 1, 1, 1, 1, 1, 3};
    dt_tensor *tiled = dt_tile(x, counts);
    expect_shape("tile", tiled, SHAPE(1, 4, 1, 1, 1, 1, 1, 6));
    expect_equal("tile", dt_squeeze(tiled, DT_ALL), dt_tile(flat, (int64_t[]){2, 3}), 0);
    expect_equal("repeat", dt_squeeze(dt_repeat(x, 7, 3), DT_ALL), dt_repeat(flat, 1, 3), 0);
    dt_tape_free(tape);
}

/* -- orders ------------------------------------------------------------------------------------ */

struct mirror {
    int64_t shape[3];
    unsigned mask;
};

static void mirrored(int64_t *place, const void *how) {
    const struct mirror *m = how;
    for (int d = 0; d < 3; d++) {
        place[d] = m->mask >> d & 1u ? m->shape[d] - 1 - place[d] : place[d];
    }
}

Test(arrange, flip_reverses_the_order_along_axes) {
    dt_tape *tape = dt_tape_new(NULL);
    for (unsigned mask = 1; mask < 8; mask++) {
        const struct mirror m = {{2, 3, 4}, mask};
        dt_tensor *x = many(tape, 6, DT_C128, 3, m.shape);
        dt_tensor *y = dt_flip(x, DT_AXES_LIST | (int)mask);
        expect_shape("flip", y, 3, m.shape);
        expect_moved("flip", y, 6, DT_C128, 3, m.shape, mirrored, &m);
        if (mask == 7) {
            expect_equal("all", dt_flip(x, DT_ALL), y, 0);
        }
    }
    const int64_t list[3] = {7, -1, 2};
    dt_tensor *whole = dt_flip(dt_constant(tape, DT_I64, SHAPE(3), list), 0);
    expect_integers("i64", whole, 3, (const int64_t[]){2, -1, 7});
    expect_shape("nothing", dt_flip(dt_zeros(tape, DT_F64, SHAPE(0, 2)), DT_ALL), SHAPE(0, 2));
    dt_tape_free(tape);
}

struct turn {
    int64_t size, shift;
    int axis;
};

static void rolled(int64_t *place, const void *how) {
    const struct turn *t = how;
    int64_t from = (place[t->axis] - t->shift % t->size) % t->size;
    place[t->axis] = from < 0 ? from + t->size : from;
}

Test(arrange, roll_moves_elements_round_the_end) {
    dt_tape *tape = dt_tape_new(NULL);
    static const int64_t shifts[] = {0, 1, 2, 4, 5, 7, -1, -3, -5, -12, INT64_MAX, INT64_MIN};
    const int64_t shape[] = {3, 5};
    for (size_t s = 0; s < COUNT(shifts); s++) {
        for (int axis = 0; axis < 2; axis++) {
            const struct turn t = {shape[axis], shifts[s], axis};
            dt_tensor *y = dt_roll(many(tape, 7, DT_F32, 2, shape), axis - 2, shifts[s]);
            expect_shape("roll", y, 2, shape);
            expect_moved("roll", y, 7, DT_F32, 2, shape, rolled, &t);
        }
    }
    expect_shape("nothing", dt_roll(dt_zeros(tape, DT_F64, SHAPE(0, 2)), 0, 3), SHAPE(0, 2));
    dt_tape_free(tape);
}

Test(arrange, pad_puts_one_value_around) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_tensor *y = dt_pad(many(tape, 8, float_types[t], SHAPE(2, 3, 2)), -2, 2, 1, -0.5);
        expect_shape("pad", y, SHAPE(2, 6, 2));
        for (int64_t at = 0; at < 24; at++) {
            int64_t j = at / 2 % 6 - 2;
            value expected = j < 0 || j > 2
                                 ? -0.5
                                 : number_at(8, (at / 12 * 3 + j) * 2 + at % 2, float_types[t]);
            expect_near("pad", at, element(y, at), expected, 0);
        }
    }
    dt_tensor *x = many(tape, 8, DT_F64, SHAPE(2, 2));
    expect_equal("nothing around", dt_pad(x, 0, 0, 0, 9), x, 0);
    dt_tensor *nan = dt_pad(dt_zeros(tape, DT_F64, SHAPE(0)), 0, 1, 1, NAN);
    expect_shape("around nothing", nan, SHAPE(2));
    cr_expect(isnan(creal(element(nan, 1))), "the value may be NaN");
    dt_tensor *list = dt_pad(dt_constant(tape, DT_I64, SHAPE(1), (int64_t[]){5}), 0, 1, 2, -3);
    expect_integers("i64", list, 4, (const int64_t[]){-3, 5, -3, -3});
    dt_tape_free(tape);
}

/* -- matrices ---------------------------------------------------------------------------------- */

static void compare_kron(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *a_shape,
                         const int64_t *b_shape) {
    int64_t y_shape[4], place[4], in_a[4], in_b[4];
    for (int d = 0; d < ndim; d++) {
        y_shape[d] = a_shape[d] * b_shape[d];
    }
    dt_tensor *y =
        dt_kron(many(tape, 1, dtype, ndim, a_shape), many(tape, 2, dtype, ndim, b_shape));
    expect_shape("kron", y, ndim, y_shape);
    for (int64_t at = 0; at < dt_size(y); at++) {
        coordinates(at, ndim, y_shape, place);
        for (int d = 0; d < ndim; d++) {
            in_a[d] = place[d] / b_shape[d];
            in_b[d] = place[d] % b_shape[d];
        }
        value expected = number_at(1, place_of(in_a, ndim, a_shape), dtype) *
                         number_at(2, place_of(in_b, ndim, b_shape), dtype);
        expect_near("kron", at, element(y, at), expected, 0);
    }
}

Test(arrange, kron_multiplies_every_element_by_the_whole_other_tensor) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        compare_kron(tape, float_types[t], 2, (int64_t[]){2, 3}, (int64_t[]){3, 2});
        compare_kron(tape, float_types[t], 1, (int64_t[]){4}, (int64_t[]){3});
        compare_kron(tape, float_types[t], 0, NULL, NULL);
        compare_kron(tape, float_types[t], 4, (int64_t[]){2, 1, 2, 2}, (int64_t[]){1, 3, 2, 2});
        compare_kron(tape, float_types[t], 2, (int64_t[]){2, 0}, (int64_t[]){3, 2});
    }
    dt_tape_free(tape);
}

static const int64_t diagonals[] = {
    0, 1, -1, 2, -2, 3, -3, 4, -5, 100, -100, INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1};

static void compare_triangles(dt_tape *tape, int64_t rows, int64_t columns, int64_t k) {
    dt_tensor *x = many(tape, 9, DT_C128, SHAPE(2, rows, columns));
    dt_tensor *lower = dt_tril(x, k), *upper = dt_triu(x, k);
    expect_shape("tril", lower, SHAPE(2, rows, columns));
    expect_shape("triu", upper, SHAPE(2, rows, columns));
    for (int64_t at = 0; at < 2 * rows * columns; at++) {
        int64_t above = at % columns - at / columns % rows; /* the diagonal it lies on */
        value z = number_at(9, at, DT_C128);
        expect_near("tril", at, element(lower, at), above <= k ? z : 0, 0);
        expect_near("triu", at, element(upper, at), above >= k ? z : 0, 0);
    }
}

Test(arrange, triangles_reach_to_any_diagonal) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t i = 0; i < COUNT(diagonals); i++) {
        compare_triangles(tape, 3, 3, diagonals[i]);
        compare_triangles(tape, 2, 4, diagonals[i]);
        compare_triangles(tape, 4, 2, diagonals[i]);
        dt_tape_reset(tape);
    }
    double data[4] = {1, NAN, INFINITY, 4};
    dt_tensor *x = dt_constant(tape, DT_F64, SHAPE(2, 2), data);
    expect_near("NaN is cut off", 1, element(dt_tril(x, 0), 1), 0, 0);
    expect_near("infinity is cut off", 2, element(dt_triu(x, 0), 2), 0, 0);
    expect_shape("nothing", dt_triu(dt_zeros(tape, DT_F64, SHAPE(0, 3)), 1), SHAPE(0, 3));
    dt_tape_free(tape);
}

/* -- gradients and refusals -------------------------------------------------------------------- */

static dt_tensor *arranged(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *halves[2], *x = dt_roll(dt_flip(in[0], DT_AXES(0, 1)), 1, 2);
    dt_split(x, 1, 2, halves);
    dt_tensor *y = dt_mul(dt_repeat(halves[0], 0, 2), dt_tile(halves[1], (int64_t[]){2, 1}));
    y = dt_kron(dt_triu(y, 1), dt_square(dt_squeeze(in[1], 1)));
    return dt_square(dt_pad(y, 0, 1, 2, 0.5));
}

Test(arrange, arrangements_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *const at[] = {numbers(tape, 9, double_types[t], SHAPE(2, 4)),
                                 numbers(tape, 10, double_types[t], SHAPE(1, 1, 2))};
        expect_exact_gradients("arranged", arranged, 2, at);
    }
    dt_tape_free(tape);
}

Test(arrange, refuses_what_does_not_fit_with_a_sentence) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *part[4];
#define X(...) dt_zeros(tape, DT_F64, SHAPE(__VA_ARGS__))
#define HUGE   dt_broadcast(dt_zeros(tape, DT_BOOL, SHAPE(1)), SHAPE(INT64_C(1) << 62))
    expect_failure(tape, dt_squeeze(X(2, 1), 0), DT_ERR_SHAPE, "squeeze: axis 0 has size 2, not 1");
    expect_failure(tape, dt_squeeze(X(2, 1), 2), DT_ERR_ARGUMENT,
                   "squeeze: axis 2 does not exist among the 2 dimensions (first 0, last -1)");
    dt_split(X(5), 0, 2, part);
    expect_failure(tape, part[1], DT_ERR_SHAPE,
                   "split: axis 0 of size 5 does not divide into 2 equal parts");
    dt_split(X(5), 1, 4, part);
    expect_failure(tape, part[3], DT_ERR_ARGUMENT,
                   "split: axis 1 does not exist among the 1 dimensions (first 0, last -1)");
    dt_split(X(5), 0, 0, part);
    expect_failure(tape, dt_inert(tape), DT_ERR_SHAPE,
                   "split: axis 0 of size 5 does not divide into 0 equal parts");
    dt_split(X(4, 4), DT_ALL, 2, part);
    expect_failure(tape, part[0], DT_ERR_ARGUMENT, "split: takes one axis, not several or none");
    expect_failure(tape, dt_tile(X(2, 3), (int64_t[]){1, -1}), DT_ERR_ARGUMENT,
                   "tile: -1 copies of axis 1");
    expect_failure(tape, dt_tile(X(2, 3), (int64_t[]){2, INT64_MAX}), DT_ERR_SHAPE,
                   "tile: 9223372036854775807 copies of axis 1 of size 3 are too many");
    expect_failure(tape, dt_repeat(X(2), 0, -4), DT_ERR_ARGUMENT, "repeat: -4 copies of axis 0");
    expect_failure(tape, dt_repeat(X(2), 1, 3), DT_ERR_ARGUMENT,
                   "repeat: axis 1 does not exist among the 1 dimensions (first 0, last -1)");
    expect_failure(tape, dt_repeat(HUGE, 0, 2), DT_ERR_SHAPE,
                   "repeat: 2 copies of axis 0 of size 4611686018427387904 are too many");
    expect_failure(tape, dt_flip(X(2), -2), DT_ERR_ARGUMENT,
                   "flip: axis -2 does not exist among the 1 dimensions (first 0, last -1)");
    expect_failure(tape, dt_roll(X(2, 2), DT_ALL, 1), DT_ERR_ARGUMENT,
                   "roll: takes one axis, not several or none");
    expect_failure(tape, dt_pad(X(2), 0, -1, 2, 0), DT_ERR_ARGUMENT,
                   "pad: -1 before and 2 after, must not be negative");
    expect_failure(tape, dt_pad(dt_scalar(tape, 1), 0, 1, 1, 0), DT_ERR_ARGUMENT,
                   "pad: axis 0 does not exist among the 0 dimensions (first 0, last -1)");
    expect_failure(tape, dt_kron(X(2), X(2, 2)), DT_ERR_SHAPE,
                   "kron: operands have 1 and 2 dimensions, must have equally many, at most 4");
    expect_failure(tape, dt_kron(X(1, 1, 1, 1, 1), X(1, 1, 1, 1, 1)), DT_ERR_SHAPE,
                   "kron: operands have 5 and 5 dimensions, must have equally many, at most 4");
    expect_failure(
        tape, dt_kron(HUGE, HUGE), DT_ERR_SHAPE,
        "kron: sizes 4611686018427387904 and 4611686018427387904 of axis 0 are too large");
    expect_failure(tape, dt_triu(X(3), 0), DT_ERR_SHAPE,
                   "transpose: needs at least two dimensions: f64(3)");
#undef HUGE
#undef X
    dt_tape_free(tape);
}

Test(arrange, a_failed_tape_stays_failed) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_zeros(tape, DT_F64, SHAPE(2, 2)), *inert = dt_inert(tape), *part[2];
    dt_tape_fail(tape, DT_ERR_ARGUMENT, "the first failure");
    dt_split(x, 0, 2, part);
    dt_tensor *const results[] = {
        dt_squeeze(x, DT_ALL), part[0],       part[1],          dt_tile(x, (int64_t[]){1, 1}),
        dt_repeat(x, 0, 2),    dt_flip(x, 0), dt_roll(x, 0, 1), dt_roll(x, 0, 0),
        dt_pad(x, 0, 1, 1, 0), dt_kron(x, x), dt_triu(x, 0)};
    for (size_t i = 0; i < COUNT(results); i++) {
        cr_expect(results[i] == inert, "result %zu is not the inert tensor", i);
    }
    cr_expect_str_eq(dt_tape_message(tape), "the first failure", "%s", dt_tape_message(tape));
    cr_expect(dt_squeeze(NULL, 0) == NULL && dt_tile(NULL, NULL) == NULL &&
                  dt_flip(NULL, 0) == NULL && dt_kron(NULL, NULL) == NULL,
              "nothing of nothing");
    dt_tape_free(tape);
}
