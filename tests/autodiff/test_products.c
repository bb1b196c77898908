/* test_products.c - einsum and products of vectors against loops over all indices. */
#include "oracle.h"

/* -- einsum ------------------------------------------------------------------------------------ */

enum { MOST_FACTORS = 8 };

/* What a text means: the letters of each operand and of the result. */
struct meaning {
    const char *text, *result;
};

/* Sizes of the letters a, b, .. in every test. */
static const int64_t size_of[26] = {2, 3, 2, 4, 1, 3, 2, 2, 3, 2, 4, 3, 2, 3};

static int shape_of_letters(const char *letters, int n, int64_t *ret_shape) {
    for (int d = 0; d < n; d++) {
        ret_shape[d] = size_of[letters[d] - 'a'];
    }
    return n;
}

/* Letters of the operands of a text without spaces; returns how many operands there are. */
static int letters_of(const char *text, char ret[MOST_FACTORS][9]) {
    int n = 0;
    for (;;) {
        size_t length = strcspn(text, ",-");
        memcpy(ret[n], text, length);
        ret[n++][length] = '\0';
        if (text[length] != ',') {
            return n;
        }
        text += length + 1;
    }
}

/* One loop over all values of all letters. */
static void sum_of_products(int n, char letters[MOST_FACTORS][9], const dt_dtype *types,
                            const char *result, value *ret) {
    char all[27] = "";
    for (int i = 0; i < n; i++) {
        for (const char *c = letters[i]; *c != '\0'; c++) {
            size_t length = strlen(all);
            if (strchr(all, *c) == NULL) {
                all[length] = *c;
                all[length + 1] = '\0';
            }
        }
    }
    int64_t sizes[26], at[26] = {0}, shape[DT_MAX_DIMS], index[DT_MAX_DIMS];
    int n_all = shape_of_letters(all, (int)strlen(all), sizes);
    for (int64_t step = 0; step < count_of(n_all, sizes); step++) {
        coordinates(step, n_all, sizes, at);
        value product = 1;
        for (int i = 0; i < n; i++) {
            int ndim = shape_of_letters(letters[i], (int)strlen(letters[i]), shape);
            for (int d = 0; d < ndim; d++) {
                index[d] = at[strchr(all, letters[i][d]) - all];
            }
            product *= number_at(i + 1, place_of(index, ndim, shape), types[i]);
        }
        int ndim = shape_of_letters(result, (int)strlen(result), shape);
        for (int d = 0; d < ndim; d++) {
            index[d] = at[strchr(all, result[d]) - all];
        }
        ret[place_of(index, ndim, shape)] += product;
    }
}

static void compare_einsum(dt_tape *tape, struct meaning m, const dt_dtype *types) {
    char letters[MOST_FACTORS][9];
    dt_tensor *x[MOST_FACTORS];
    int n = letters_of(m.text, letters);
    int64_t shape[DT_MAX_DIMS];
    dt_dtype precision = types[0];
    for (int i = 0; i < n; i++) {
        int ndim = shape_of_letters(letters[i], (int)strlen(letters[i]), shape);
        x[i] = many(tape, i + 1, types[i], ndim, shape);
    }
    static value expected[4096];
    int ndim = shape_of_letters(m.result, (int)strlen(m.result), shape);
    memset(expected, 0, sizeof expected);
    sum_of_products(n, letters, types, m.result, expected);
    dt_tensor *y = dt_einsum(m.text, n, x);
    expect_shape(m.text, y, ndim, shape);
    for (int64_t i = 0; i < dt_size(y); i++) {
        expect_near(m.text, i, element(y, i), expected[i],
                    tolerance(precision) * 100 * (1 + cabs(expected[i])));
    }
}

static const struct meaning meanings[] = {
    {"ab->ab", "ab"},
    {"ab->ba", "ba"},
    {"abc->cab", "cab"},
    {"ab->a", "a"},
    {"ab->b", "b"},
    {"ab->", ""},
    {"->", ""},
    {",a->a", "a"},
    {",->", ""},
    {"a,a->", ""},
    {"a,a->a", "a"},
    {"a,b->ab", "ab"},
    {"a,b->ba", "ba"},
    {"ab,bd->ad", "ad"},
    {"ab,bd->da", "da"},
    {"ba,bd->ad", "ad"},
    {"ab,db->ad", "ad"},
    {"ba,db->ad", "ad"},
    {"ab,ab->", ""},
    {"ab,ba->", ""},
    {"ab,ab->ab", "ab"},
    {"ab,ba->ab", "ab"},
    {"abd,adf->abf", "abf"},
    {"abd,fda->fba", "fba"},
    {"abd,bf->adf", "adf"},
    {"aa->a", "a"},
    {"aa->", ""},
    {"aba->ab", "ab"},
    {"aba->ba", "ba"},
    {"bab->a", "a"},
    {"aabb->ab", "ab"},
    {"abab->", ""},
    {"aaa->a", "a"},
    {"aab,bd->ad", "ad"},
    {"abb,ad->bd", "bd"},
    {"ab,cd->", ""},
    {"ab,cd->ac", "ac"},
    {"a,b,d->dba", "dba"},
    {"ab,bd,df->af", "af"},
    {"ab,bd,da->", ""},
    {"abd,a,b,d->", ""},
    {"a,ab,b->", ""},
    {"ab,b,b,b->a", "a"},
    {"ab,ac,ad->abcd", "abcd"},
    {"e,ae,e->ea", "ea"},
    {"abcdefgh->hgfedcba", "hgfedcba"},
    {"abcdefgh,hg->fedcba", "fedcba"},
    {"a,b,c,e,g,h,m,a->abceghm", "abceghm"},
    /* without an arrow: what occurs once, in alphabetical order */
    {"ab,bd", "ad"},
    {"ba", "ab"},
    {"bd,ab", "ad"},
    {"aa", ""},
    {"a,a", ""},
    {"d,a", "ad"},
    {"aab", "b"},
};

Test(einsum, texts_mean_sums_over_all_indices_for_every_type) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype types[MOST_FACTORS];
        for (int i = 0; i < MOST_FACTORS; i++) {
            types[i] = float_types[t];
        }
        for (size_t m = 0; m < COUNT(meanings); m++) {
            compare_einsum(tape, meanings[m], types);
            dt_tape_reset(tape);
        }
    }
    dt_tape_free(tape);
}

Test(einsum, real_and_complex_factors_mix) {
    dt_tape *tape = dt_tape_new(NULL);
    const dt_dtype types[MOST_FACTORS] = {DT_F64, DT_C128, DT_F64, DT_F64};
    compare_einsum(tape, (struct meaning){"ab,bd->ad", "ad"}, types);
    compare_einsum(tape, (struct meaning){"ab,bd,df->fa", "fa"}, types);
    dt_tape_free(tape);
}

Test(einsum, spaces_do_not_matter_and_views_are_read_as_they_are) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_transpose(many(tape, 1, DT_C128, SHAPE(3, 2)));
    dt_tensor *b = dt_slice(many(tape, 2, DT_C128, SHAPE(3, 8)), 1, 1, 8, 2);
    dt_tensor *const x[] = {a, b};
    expect_equal("spaces", dt_einsum(" a b , b d -> d a ", 2, x), dt_transpose(dt_matmul(a, b)),
                 1e-14);
    dt_tape_free(tape);
}

Test(einsum, sums_over_nothing_are_zero) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *const x[] = {dt_zeros(tape, DT_F64, SHAPE(2, 0)),
                            dt_zeros(tape, DT_F64, SHAPE(0, 3))};
    dt_tensor *y = dt_einsum("ij,jk->ik", 2, x);
    expect_shape("inner size 0", y, SHAPE(2, 3));
    for (int64_t i = 0; i < 6; i++) {
        expect_near("inner size 0", i, element(y, i), 0, 0);
    }
    expect_shape("outer size 0", dt_einsum("ij,jk->jk", 2, x), SHAPE(0, 3));
    dt_tape_free(tape);
}

static dt_tensor *contraction(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *const x[] = {in[0], in[1], in[0]};
    return dt_einsum("iij,jk,iik->ik", 3, x);
}

Test(einsum, diagonals_and_repeated_operands_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *const at[] = {numbers(tape, 3, double_types[t], SHAPE(2, 2, 3)),
                                 numbers(tape, 4, double_types[t], SHAPE(3, 3))};
        expect_exact_gradients("einsum", contraction, 2, at);
    }
    dt_tape_free(tape);
}

Test(einsum, errors_name_the_character) {
    dt_tape *tape = dt_tape_new(NULL);
#define SUM(text, ...)                                                                             \
    dt_einsum(text, (int)COUNT(((dt_tensor *const[]){__VA_ARGS__})),                               \
              (dt_tensor *const[]){__VA_ARGS__})
#define X(...) dt_zeros(tape, DT_F64, SHAPE(__VA_ARGS__))
    expect_failure(tape, SUM("iJ->i", X(2, 2)), DT_ERR_ARGUMENT,
                   "einsum: \"iJ->i\", character 2: expected a letter from a to z");
    expect_failure(tape, SUM("...i->i", X(2)), DT_ERR_ARGUMENT,
                   "einsum: \"...i->i\", character 1: expected a letter from a to z");
    expect_failure(tape, SUM("ij-ji", X(2, 2)), DT_ERR_ARGUMENT,
                   "einsum: \"ij-ji\", character 3: expected ->");
    expect_failure(tape, SUM("ij->ij,k", X(2, 2)), DT_ERR_ARGUMENT,
                   "einsum: \"ij->ij,k\", character 7: expected the end");
    expect_failure(tape, SUM("ij->ii", X(2, 2)), DT_ERR_ARGUMENT,
                   "einsum: \"ij->ii\", character 6: a letter of the result occurs twice in it");
    expect_failure(tape, SUM("ij->ik", X(2, 2)), DT_ERR_ARGUMENT,
                   "einsum: \"ij->ik\", character 6: a letter of the result occurs in no operand");
    expect_failure(tape, SUM("ij ->  i k", X(2, 2)), DT_ERR_ARGUMENT,
                   "einsum: \"ij ->  i k\", character 10: a letter of the result occurs in no "
                   "operand");
    expect_failure(tape, SUM("abcdefghi->a", X(1)), DT_ERR_ARGUMENT,
                   "einsum: \"abcdefghi->a\", character 9: more than 8 dimensions");
    expect_failure(tape, SUM("a,a,a,a,a,a,a,a,a->a", X(1)), DT_ERR_ARGUMENT,
                   "einsum: \"a,a,a,a,a,a,a,a,a->a\", character 17: more than 8 operands");
    expect_failure(tape, SUM("i,j->ij", X(2)), DT_ERR_ARGUMENT,
                   "einsum: \"i,j->ij\" names 2 operands, got 1");
    expect_failure(tape, SUM("ij->i", X(2)), DT_ERR_SHAPE,
                   "einsum: \"ij->i\": operand 0 has 1 dimensions, the text names 2");
    expect_failure(tape, SUM("ij,jk->ik", X(2, 3), X(4, 2)), DT_ERR_SHAPE,
                   "einsum: \"ij,jk->ik\": letter j has sizes 3 and 4");
    expect_failure(tape, SUM("ii->i", X(2, 3)), DT_ERR_SHAPE,
                   "einsum: \"ii->i\": letter i has sizes 2 and 3");
    expect_failure(tape, SUM("i,i->", X(2), NULL), DT_ERR_ARGUMENT, "einsum: operand 1 is NULL");
    dt_tape *other = dt_tape_new(NULL);
    expect_failure(tape, SUM("i,i->", X(2), dt_zeros(other, DT_F64, SHAPE(2))), DT_ERR_ARGUMENT,
                   "einsum: operand 1 is on another tape");
    dt_tape_free(other);
    cr_expect_null(dt_einsum("i->i", 0, NULL), "without operands there is no tape");
    dt_tape_free(tape);
}

Test(einsum, results_and_intermediate_products_have_at_most_eight_dimensions) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *five = X(1, 1, 1, 1, 1);
    expect_failure(tape, SUM("abcde,fghij", five, five), DT_ERR_SHAPE,
                   "einsum: \"abcde,fghij\": the result has more than 8 dimensions");
    five = X(1, 1, 1, 1, 1);
    expect_failure(tape, SUM("abcde,fghij,abcde->fghij", five, five, five), DT_ERR_SHAPE,
                   "einsum: an intermediate product has more than 8 dimensions");
    dt_tape_free(tape);
}

/* -- products of vectors ----------------------------------------------------------------------- */

Test(vectors, outer_multiplies_all_pairs) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *y = dt_outer(many(tape, 1, dtype, SHAPE(2, 3)), many(tape, 2, dtype, SHAPE(4)));
        expect_shape("outer", y, SHAPE(2, 3, 4));
        for (int64_t at = 0; at < 24; at++) {
            value expected = number_at(1, at / 4, dtype) * number_at(2, at % 4, dtype);
            expect_near("outer", at, element(y, at), expected, 0);
        }
    }
    dt_tape_free(tape);
}

Test(vectors, dot_sums_products_and_vdot_conjugates_the_first) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *a = many(tape, 1, dtype, SHAPE(2, 3)), *b = many(tape, 2, dtype, SHAPE(4, 1, 3));
        dt_tensor *y = dt_dot(a, b);
        expect_shape("dot", y, SHAPE(4, 2));
        for (int64_t at = 0; at < 8; at++) {
            value expected = 0;
            for (int64_t i = 0; i < 3; i++) {
                expected +=
                    number_at(1, at % 2 * 3 + i, dtype) * number_at(2, at / 2 * 3 + i, dtype);
            }
            expect_near("dot", at, element(y, at), expected, 20 * tolerance(dtype));
        }
        dt_tensor *c = many(tape, 3, dtype, SHAPE(2, 3));
        value expected = 0;
        for (int64_t i = 0; i < 6; i++) {
            expected += conj(number_at(1, i, dtype)) * number_at(3, i, dtype);
        }
        expect_shape("vdot", dt_vdot(a, c), 0, NULL);
        expect_near("vdot", 0, element(dt_vdot(a, c), 0), expected, 30 * tolerance(dtype));
    }
    dt_tensor *none = dt_zeros(tape, DT_F64, SHAPE(2, 0));
    expect_near("dot of nothing", 1, element(dt_dot(none, none), 1), 0, 0);
    expect_near("vdot of nothing", 0, element(dt_vdot(none, none), 0), 0, 0);
    dt_tape_free(tape);
}

Test(vectors, cross_is_the_vector_product_of_triples) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *y =
            dt_cross(many(tape, 1, dtype, SHAPE(2, 1, 3)), many(tape, 2, dtype, SHAPE(4, 3)));
        expect_shape("cross", y, SHAPE(2, 4, 3));
        for (int64_t at = 0; at < 24; at++) {
            int64_t a = at / 12 * 3, b = at / 3 % 4 * 3, j = (at + 1) % 3, k = (at + 2) % 3;
            value expected = number_at(1, a + j, dtype) * number_at(2, b + k, dtype) -
                             number_at(1, a + k, dtype) * number_at(2, b + j, dtype);
            expect_near("cross", at, element(y, at), expected, 0);
        }
    }
    dt_tape_free(tape);
}

Test(vectors, quadratic_form_counts_the_hermitian_part_only) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *x = many(tape, 1, dtype, SHAPE(4, 3)), *a = many(tape, 2, dtype, SHAPE(3, 3));
        dt_tensor *y = dt_quadratic_form(x, a);
        expect_shape("quadratic_form", y, SHAPE(4));
        cr_assert(dt_dtype_of(y) == dt_dtype_real(dtype), "it is real");
        for (int64_t r = 0; r < 4; r++) {
            value sum = 0;
            for (int64_t at = 0; at < 9; at++) {
                value hermitian =
                    (number_at(2, at, dtype) + conj(number_at(2, at % 3 * 3 + at / 3, dtype))) / 2;
                sum += conj(number_at(1, r * 3 + at / 3, dtype)) * hermitian *
                       number_at(1, r * 3 + at % 3, dtype);
            }
            expect_near("quadratic_form", r, element(y, r), creal(sum), 60 * tolerance(dtype));
        }
        dt_tensor *batch = many(tape, 2, dtype, SHAPE(4, 3, 3));
        dt_tensor *each = dt_quadratic_form(x, batch);
        expect_near("a matrix for each", 0, element(each, 0), element(y, 0), 60 * tolerance(dtype));
        expect_shape("a matrix for each", each, SHAPE(4));
    }
    dt_tape_free(tape);
}

/* xbar = 2 ybar A x with A's Hermitian part, Abar = ybar x x^H, of which that part counts. */
Test(vectors, quadratic_form_has_the_cotangents_of_its_header) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *m = many(tape, 3, DT_C128, SHAPE(3, 3));
    dt_tensor *hermitian = dt_add(m, dt_conj(dt_transpose(m)));
    dt_tensor *x = parameter_like(many(tape, 1, DT_C128, SHAPE(3)));
    dt_tensor *a = parameter_like(hermitian);
    dt_backward(dt_scale(dt_quadratic_form(x, a), 1.5));
    dt_tensor *ax = dt_squeeze(dt_matmul(a, dt_expand_dims(x, 1)), 1);
    expect_equal("X", dt_gradient(x), dt_scale(ax, 3), 1e-13);
    expect_equal("A", dt_gradient(a), dt_scale(dt_outer(x, dt_conj(x)), 1.5), 1e-13);
    dt_tape_free(tape);
}

static dt_tensor *of_vectors(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *turned = dt_cross(in[0], in[1]);
    dt_tensor *forms = dt_quadratic_form(turned, dt_outer(in[0], in[1]));
    return dt_mul(dt_add(forms, dt_dot(in[0], in[1])), dt_vdot(in[0], in[1]));
}

Test(vectors, products_of_vectors_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *const at[] = {numbers(tape, 3, double_types[t], SHAPE(2, 3)),
                                 numbers(tape, 4, double_types[t], SHAPE(2, 3))};
        expect_exact_gradients("vectors", of_vectors, 2, at);
    }
    dt_tape_free(tape);
}

Test(vectors, refuse_what_does_not_fit) {
    dt_tape *tape = dt_tape_new(NULL);
    expect_failure(tape, dt_cross(X(3), X(2)), DT_ERR_SHAPE,
                   "cross: the last axis of both operands must have size 3: (3), (2)");
    expect_failure(tape, dt_cross(dt_scalar(tape, 1), X(3)), DT_ERR_SHAPE,
                   "cross: the last axis of both operands must have size 3: (), (3)");
    expect_failure(tape, dt_cross(X(2, 3), X(4, 3)), DT_ERR_SHAPE,
                   "mul: shapes do not broadcast (sizes, aligned at the right, must be equal or "
                   "1): f64(2), f64(4)");
    expect_failure(tape, dt_dot(X(3), X(4)), DT_ERR_SHAPE,
                   "dot: the last axes differ: (3) and (4)");
    expect_failure(tape, dt_dot(X(2, 3), X(1)), DT_ERR_SHAPE,
                   "dot: the last axes differ: (2,3) and (1)");
    expect_failure(tape, dt_dot(dt_scalar(tape, 1), X(1)), DT_ERR_SHAPE,
                   "dot: a scalar has no last axis: () and (1)");
    expect_failure(tape, dt_vdot(X(3), X(1)), DT_ERR_SHAPE,
                   "vdot: the last axes differ: (3) and (1)");
    expect_failure(tape, dt_outer(dt_scalar(tape, 1), X(3)), DT_ERR_SHAPE,
                   "outer: a scalar has no last axis: () and (3)");
    expect_failure(tape, dt_quadratic_form(X(3), X(2, 2)), DT_ERR_SHAPE,
                   "quadratic_form: needs vectors (..., n) and matrices (..., n, n), got (3) and "
                   "(2,2)");
    expect_failure(tape, dt_quadratic_form(dt_scalar(tape, 1), X(1, 1)), DT_ERR_SHAPE,
                   "quadratic_form: needs vectors (..., n) and matrices (..., n, n), got () and "
                   "(1,1)");
    expect_failure(tape, dt_quadratic_form(X(3), X(3)), DT_ERR_SHAPE,
                   "quadratic_form: needs vectors (..., n) and matrices (..., n, n), got (3) and "
                   "(3)");
    expect_failure(tape, dt_quadratic_form(X(3), X(2, 3)), DT_ERR_SHAPE,
                   "quadratic_form: needs vectors (..., n) and matrices (..., n, n), got (3) and "
                   "(2,3)");
    dt_tape_free(tape);
}
