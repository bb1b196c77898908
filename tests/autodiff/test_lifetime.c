/* test_lifetime.c - what views, copies of views and gradients show after rewinds and overwrites. */
#include "numbers.h"

static const int64_t two_by_three[] = {2, 3}, three_by_one[] = {3, 1}, of_three[] = {3};
static const double six[] = {1, 2, 3, 4, 5, 6}, nines[] = {9, 9, 9, 9, 9, 9};

static void expect_stale(dt_tape *tape, const char *part) {
    cr_expect(dt_tape_status(tape) == DT_ERR_STALE && strstr(dt_tape_message(tape), part) != NULL,
              "should be stale (%s), is %s: %s", part, dt_status_name(dt_tape_status(tape)),
              dt_tape_message(tape));
    dt_tape_reset(tape);
}

Test(lifetime, a_view_reads_right_after_its_copy_was_rewound) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 2, two_by_three, six);
    dt_tensor *view = dt_transpose(x);
    dt_mark mark = dt_tape_mark(tape);
    cr_assert_eq(dt_data_f64(view)[1], 4); /* a copy in memory that the rewind gives back */
    dt_tape_rewind(tape, mark);
    dt_full(tape, DT_F64, 1, (const int64_t[]){64}, 77);
    cr_expect_eq(dt_data_f64(view)[1], 4, "element 1 is %g, should be 4", dt_data_f64(view)[1]);
    dt_tape_free(tape);
}

Test(lifetime, a_view_shows_new_data_of_its_leaf_however_it_is_read) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 2, two_by_three, six);
    dt_tensor *view = dt_transpose(x);
    cr_assert_eq(dt_data_f64(view)[1], 4);
    dt_set_data(x, nines);
    double read = dt_data_f64(view)[1], computed = dt_data_f64(dt_scale(view, 1))[1];
    cr_expect(read == 9 && computed == 9, "read %g, computed with %g, both should be 9", read,
              computed);
    dt_tape_free(tape);
}

Test(lifetime, overwriting_a_leaf_is_noticed_behind_views_of_it) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, six);
    dt_tensor *loss =
        dt_sum(dt_square(dt_slice(dt_reshape(x, 2, three_by_one), 0, 1, 3, 1)), DT_ALL);
    dt_set_data(x, nines);
    dt_backward(loss);
    expect_stale(tape, "overwritten");
    /* a reshape that had to copy keeps the old elements, and so does the gradient */
    x = dt_parameter(tape, DT_F64, 2, two_by_three, six);
    loss = dt_sum(dt_square(dt_reshape(dt_transpose(x), 1, (const int64_t[]){6})), DT_ALL);
    dt_set_data(x, nines);
    dt_backward(loss);
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    cr_expect_eq(dt_data_f64(dt_gradient(x))[5], 12, "%g, should be 12",
                 dt_data_f64(dt_gradient(x))[5]);
    dt_tape_free(tape);
}

enum { MANY = 20 };

/* The first of many inputs times the last. */
static dt_tensor *ends(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    return dt_mul(in[0], in[MANY - 1]);
}

Test(lifetime, overwriting_the_last_of_many_inputs_is_noticed) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int overwrite = 0; overwrite < 2; overwrite++) {
        dt_tensor *in[MANY];
        for (int i = 0; i < MANY; i++) {
            in[i] = i == 0 ? dt_parameter(tape, DT_F64, 1, of_three, six)
                           : dt_constant(tape, DT_F64, 1, of_three, six);
        }
        dt_tensor *loss = dt_sum(dt_checkpoint(ends, NULL, MANY, in), DT_ALL);
        if (overwrite != 0) {
            dt_set_data(in[MANY - 1], nines);
        }
        dt_backward(loss);
        if (overwrite != 0) {
            expect_stale(tape, "input 19 was overwritten");
        } else {
            cr_expect_eq(dt_data_f64(dt_gradient(in[0]))[1], 2);
        }
    }
    dt_tape_free(tape);
}

Test(lifetime, a_gradient_that_entered_a_model_may_not_change_before_its_sweep) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, six);
    dt_backward(dt_sum(dt_square(x), DT_ALL));
    dt_tensor *y = dt_sum(dt_mul(dt_gradient(x), x), DT_ALL); /* the gradient as a constant */
    dt_backward(y);
    cr_expect_eq(dt_data_f64(dt_gradient(x))[0], 4, "2 + 2, got %g",
                 dt_data_f64(dt_gradient(x))[0]);
    dt_backward(y);
    expect_stale(tape, "as a gradient");
    x = dt_parameter(tape, DT_F64, 1, of_three, six);
    dt_backward(dt_sum(dt_square(x), DT_ALL));
    y = dt_sum(dt_mul(dt_gradient(x), x), DT_ALL);
    dt_tape_zero_gradients(tape);
    dt_backward(y);
    expect_stale(tape, "as a gradient");
    dt_tape_free(tape);
}

Test(lifetime, constant_views_of_any_strides_are_intermediates_without_a_copy) {
    dt_tape *tape = dt_tape_new(NULL);
    const dt_array whole = dt_array_wrap(DT_F64, 2, two_by_three, six);
    dt_array turned = {.dtype = DT_F64,
                       .ndim = 2,
                       .shape = {3, 2},
                       .strides = {whole.strides[1], whole.strides[0]},
                       .data = whole.data};
    dt_mark mark = dt_tape_mark(tape);
    size_t before = dt_tape_get_stats(tape).bytes_used;
    for (int i = 0; i < 100; i++) {
        dt_tensor *view = dt_constant_view(tape, &turned);
        cr_assert_eq(dt_array_of(view).data, (const void *)six, "the elements were copied");
        cr_assert_eq(dt_item(dt_sum(dt_select(view, 0, 1), DT_ALL)), 7);
        dt_tape_rewind(tape, mark);
    }
    size_t after = dt_tape_get_stats(tape).bytes_used;
    cr_expect_eq(after, before, "%zu bytes grew to %zu", before, after);
    turned.data = NULL;
    cr_expect_eq(dt_constant_view(tape, &turned), dt_inert(tape));
    cr_expect_eq(dt_tape_status(tape), DT_ERR_ARGUMENT);
    dt_tape_free(tape);
}

Test(lifetime, rewound_tensors_are_refused_by_every_reader_and_sweep) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int use = 0; use < 6; use++) {
        dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, six), *unused;
        dt_tensor *kept = dt_sum(dt_square(x), DT_ALL);
        dt_mark mark = dt_tape_mark(tape);
        dt_tensor *gone = dt_sum(dt_square(x), DT_ALL);
        dt_tape_rewind(tape, mark);
        switch (use) {
        case 0: dt_backward(gone); break;
        case 1: dt_vjp(gone, dt_scalar(tape, 1), 1, &x, &unused); break;
        case 2: dt_jvp(gone, 1, &x, &x); break;
        case 3: cr_expect_null(dt_data(gone)); break;
        case 4: cr_expect(isnan(dt_item(gone))); break;
        default: dt_backward_from(kept, gone); break;
        }
        /* cases 1 and 5 make new tensors first or find the cotangent at the old place */
        if (use != 1) {
            expect_stale(tape, "rewound");
        }
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}

Test(lifetime, a_mark_that_was_rewound_past_is_refused) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, six);
    dt_mark outer = dt_tape_mark(tape);
    dt_square(x);
    dt_mark inner = dt_tape_mark(tape);
    dt_tape_rewind(tape, outer);
    dt_tape_rewind(tape, inner);
    cr_expect_eq(dt_tape_get_stats(tape).operations, 0, "the rewound operation came back");
    expect_stale(tape, "mark");
    dt_tape_free(tape);
}

Test(lifetime, overwriting_an_index_or_a_condition_is_noticed) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int use = 0; use < 3; use++) {
        dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, six);
        dt_tensor *index = dt_constant(tape, DT_I64, 1, of_three, (const int64_t[]){0, 2, 2});
        dt_tensor *mask =
            dt_constant(tape, DT_BOOL, 1, of_three, (const bool[]){true, false, true});
        dt_tensor *y = use == 0   ? dt_gather(x, index, 0)
                       : use == 1 ? dt_scatter_add(x, index, 0, 3)
                                  : dt_where(mask, x, dt_neg(x));
        dt_set_data(index, (const int64_t[]){1, 1, 1});
        dt_set_data(mask, (const bool[]){false, false, false});
        dt_backward(dt_sum(y, DT_ALL));
        expect_stale(tape, "overwritten");
    }
    dt_tape_free(tape);
}
