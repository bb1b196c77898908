/* test_sweep.c - every row of ops.list on every one of its samples: generated, nothing to add. */
#include "cases.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

struct row {
    int number;
};

/* One parameter per operation; each runs in a process of its own. */
static struct criterion_test_params rows(void) {
    static struct row all[256];
    int count;
    dti_all_ops(&count);
    for (int i = 0; i < count; i++) {
        all[i].number = i;
    }
    return cr_make_param_array(struct row, all, (size_t)count);
}

static const dt_op *op_of(const struct row *row) {
    int count;
    return dti_all_ops(&count)[row->number];
}

static bool runs_as(const dt_op *op, bool complex) {
    return op->dtypes == DT_REAL_AND_COMPLEX || (op->dtypes == DT_COMPLEX_ONLY) == complex;
}

/* Call body for each sample in real and complex double precision. */
static int each_case(const dt_op *op, int (*body)(struct test_case *)) {
    int compared = 0;
    for (int s = 0; s < op->n_samples; s++) {
        for (int complex = 0; complex < 2; complex++) {
            if (!runs_as(op, complex)) {
                continue;
            }
            struct test_case c;
            cr_assert(case_make(&c, op, s, complex, false), "%s sample %d: no memory", op->name, s);
            compared += body(&c);
            case_free(&c);
        }
    }
    return compared;
}

static int64_t differentiable(const struct test_case *c) {
    int64_t total = 0;
    for (int i = 0; i < c->n_in; i++) {
        total += dt_dtype_is_float(c->in[i].dtype) ? dt_array_size(&c->in[i]) : 0;
    }
    return total;
}

/* -- derivatives ------------------------------------------------------------------------------- */

/* Elements of the result: an empty one has no derivative to compare. */
static int64_t result_size(struct test_case *c) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *in[DT_SAMPLE_INPUTS];
    for (int i = 0; i < c->n_in; i++) {
        in[i] = dti_constant_from(tape, &c->in[i]);
    }
    int64_t size = dt_size(case_apply(c, tape, in));
    cr_expect(dt_tape_status(tape) == DT_OK, "%s: %s", c->name, dt_tape_message(tape));
    dt_tape_free(tape);
    return size;
}

static int check_derivatives(struct test_case *c) {
    if (c->op->blocks_gradient || case_is_singular(c) || differentiable(c) == 0 ||
        result_size(c) == 0) {
        return 0;
    }
    const dt_gradcheck_options options = {.second_order = true};
    int compared = 0;
    for (int strided = 0; strided < 2; strided++) {
        c->strided = strided;
        dt_gradcheck_report report;
        dt_error error = DT_ERROR_INIT;
        dt_gradcheck(c->name, case_apply, c, c->n_in, c->in, &options, &report, &error);
        cr_expect(error.status == DT_OK, "%s%s: %s", c->name, strided ? " strided" : "",
                  error.message);
        compared += (int)report.compared;
    }
    return compared;
}

ParameterizedTestParameters(operations, have_right_first_and_second_derivatives) {
    return rows();
}

ParameterizedTest(struct row *row, operations, have_right_first_and_second_derivatives) {
    const dt_op *op = op_of(row);
    int compared = each_case(op, check_derivatives);
    cr_assert(compared > 0 || op->blocks_gradient, "%s: nothing was compared", op->name);
}

/* -- running a case by hand -------------------------------------------------------------------- */

/* Value and gradients of a case with a cotangent of ones, as doubles. */
struct outcome {
    int64_t n;
    double data[200000];
};
static struct outcome one, two;

static double number(const dt_array *a, int64_t k) {
    switch (a->dtype) {
    case DT_F32:
    case DT_C64: return (double)((const float *)a->data)[k];
    case DT_F64:
    case DT_C128: return ((const double *)a->data)[k];
    case DT_I64: return (double)((const int64_t *)a->data)[k];
    default: return ((const bool *)a->data)[k] ? 1 : 0;
    }
}

static void append(struct outcome *o, dt_tensor *x) {
    if (dt_data(x) == NULL) {
        return;
    }
    dt_array flat = dt_array_wrap(dt_dtype_of(x), dt_ndim(x), dt_shape(x), dt_data(x));
    int64_t n = dt_array_size(&flat) * (dt_dtype_is_complex(flat.dtype) ? 2 : 1);
    for (int64_t k = 0; k < n && o->n < (int64_t)(sizeof o->data / sizeof *o->data); k++) {
        o->data[o->n++] = number(&flat, k);
    }
}

/* Forget the elements of an intermediate, as a memory planner may when no rule needs them. */
static void poison(dt_tensor *x) {
    dt_array a = dt_array_of(x);
    if (a.data != NULL && dt_array_is_contiguous(&a)) {
        memset(a.data, 0xff, dt_array_bytes(&a));
    }
}

static void run_case(const struct test_case *c, bool poisoned, struct outcome *o) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *leaves[DT_SAMPLE_INPUTS], *x[DT_SAMPLE_INPUTS];
    for (int i = 0; i < c->n_in; i++) {
        bool wants = dt_dtype_is_float(c->in[i].dtype);
        leaves[i] =
            wants ? dti_parameter_from(tape, &c->in[i]) : dti_constant_from(tape, &c->in[i]);
        x[i] = wants ? dt_neg(dt_neg(leaves[i])) : leaves[i]; /* intermediates: may be poisoned */
    }
    o->n = 0;
    dt_tensor *y = case_apply((void *)c, tape, x);
    append(o, y);
    dt_tensor *ones = dt_full(tape, dt_dtype_of(y), dt_ndim(y), dt_shape(y), 1);
    for (int i = 0; poisoned && i < c->n_in; i++) {
        if (dt_dtype_is_float(c->in[i].dtype) && !(c->op->saves & DT_SAVE_INPUT(i)) &&
            c->op->kind != DT_VIEW) {
            poison(x[i]);
        }
    }
    bool kept = (c->op->saves & DT_SAVE_OUTPUT) != 0 || c->op->kind == DT_VIEW;
    for (int k = 0; poisoned && !kept && c->op->probe == NULL && c->out[k] != NULL; k++) {
        poison(c->out[k]); /* a probe reads them in rules of its own */
    }
    if (dt_wants_gradient(y)) {
        dt_backward_from(y, ones);
        for (int i = 0; i < c->n_in; i++) {
            if (dt_wants_gradient(leaves[i])) {
                append(o, dt_gradient(leaves[i]));
            }
        }
    }
    cr_expect(dt_tape_status(tape) == DT_OK, "%s: %s", c->name, dt_tape_message(tape));
    dt_tape_free(tape);
}

static void expect_equal(const struct test_case *c, const char *what, double tolerance) {
    cr_expect(one.n == two.n, "%s %s: %lld numbers against %lld", c->name, what, (long long)one.n,
              (long long)two.n);
    double scale = 0;
    for (int64_t k = 0; k < one.n; k++) {
        scale = fmax(scale, fabs(one.data[k]));
    }
    for (int64_t k = 0; k < one.n && k < two.n; k++) {
        double error = fabs(one.data[k] - two.data[k]);
        cr_assert(error <= tolerance * scale, "%s %s: number %lld is %.9g, should be %.9g", c->name,
                  what, (long long)k, two.data[k], one.data[k]);
    }
}

/* -- what else holds for every operation ------------------------------------------------------- */

static int check_saves(struct test_case *c) {
    run_case(c, false, &one);
    run_case(c, true, &two);
    expect_equal(c, "after forgetting what saves does not name", 0);
    return (int)one.n;
}

static int check_finite(struct test_case *c) {
    run_case(c, false, &one);
    for (int64_t k = 0; k < one.n; k++) {
        cr_expect(isfinite(one.data[k]), "%s: number %lld of value and gradients is %g", c->name,
                  (long long)k, one.data[k]);
    }
    return (int)one.n;
}

static int check_single(struct test_case *c) {
    run_case(c, false, &one);
    struct test_case single;
    bool complex = c->n_in > 0 && strstr(c->name, "c128") != NULL;
    cr_assert(case_make(&single, c->op, (int)(c->sample - c->op->samples), complex, true));
    if (strcmp(c->op->name, "cast") != 0) { /* a cast names its target type: it has no twin */
        run_case(&single, false, &two);
        expect_equal(&single, "against double precision", 2e-5);
    }
    case_free(&single);
    return (int)one.n;
}

static int check_threads(struct test_case *c) {
    dt_set_threads(1);
    run_case(c, false, &one);
    dt_set_threads(3);
    run_case(c, false, &two);
    dt_set_threads(1);
    expect_equal(c, "with 3 threads", 0);
    return (int)one.n;
}

#define SWEEP(test, body)                                                                          \
    ParameterizedTestParameters(operations, test) {                                                \
        return rows();                                                                             \
    }                                                                                              \
    ParameterizedTest(struct row *row, operations, test) {                                         \
        cr_assert(each_case(op_of(row), body) > 0, "%s: nothing was compared", op_of(row)->name);  \
    }

SWEEP(read_only_what_they_declare_to_save, check_saves)
SWEEP(give_finite_values_and_gradients_also_at_their_singular_points, check_finite)
SWEEP(agree_between_single_and_double_precision, check_single)
SWEEP(do_not_depend_on_the_number_of_threads, check_threads)

/* -- shapes every elementwise operation must take ---------------------------------------------- */

static void check_shape(const dt_op *op, bool complex, int ndim, const int64_t *shape) {
    dt_sample sample = op->samples[0];
    for (int i = 0; i < op->arity; i++) {
        sample.in[i].ndim = ndim;
        memcpy(sample.in[i].shape, shape, sizeof sample.in[i].shape);
    }
    dt_op reshaped = *op;
    reshaped.samples = &sample;
    reshaped.n_samples = 1;
    struct test_case c;
    cr_assert(case_make(&c, &reshaped, 0, complex, false));
    dt_set_threads(1);
    run_case(&c, false, &one);
    dt_set_threads(3);
    run_case(&c, false, &two);
    dt_set_threads(1);
    expect_equal(&c, "on a generated shape with 3 threads", 0);
    int64_t size;
    dt_shape_check(ndim, shape, &size, NULL);
    cr_expect(one.n >= size, "%s: %lld numbers for %lld elements", c.name, (long long)one.n,
              (long long)size);
    case_free(&c);
}

ParameterizedTestParameters(operations, take_empty_unit_and_large_shapes_if_elementwise) {
    return rows();
}

ParameterizedTest(struct row *row, operations, take_empty_unit_and_large_shapes_if_elementwise) {
    static const struct {
        int ndim;
        int64_t shape[DT_MAX_DIMS];
    } shapes[] = {{0, {0}},       {1, {0}},       {2, {0, 3}},
                  {1, {1}},       {3, {1, 1, 1}}, {8, {1, 2, 1, 2, 1, 2, 1, 2}},
                  {2, {260, 270}}};
    const dt_op *op = op_of(row);
    for (size_t s = 0; op->kind == DT_ELEMENTWISE && s < sizeof shapes / sizeof *shapes; s++) {
        for (int complex = 0; complex < 2; complex++) {
            if (runs_as(op, complex)) {
                check_shape(op, complex, shapes[s].ndim, shapes[s].shape);
            }
        }
    }
}
