/* leakcheck.c - uses everything once and frees it. Criterion never fails on leaks, so this program
 * is plain: built with AddressSanitizer it ends with an error if a byte is lost. */
#include "crystal.h"

#include "cases.h"
#include "internal.h"

#include <unistd.h>

/* -- operations -------------------------------------------------------------------------------- */

/* Value, reverse sweep and forward derivative of one case. */
static void run_case(struct test_case *c) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *in[DT_SAMPLE_INPUTS], *leaves[DT_SAMPLE_INPUTS];
    int n = 0;
    for (int i = 0; i < c->n_in; i++) {
        bool wants = dt_dtype_is_float(c->in[i].dtype);
        in[i] = wants ? dti_parameter_from(tape, &c->in[i]) : dti_constant_from(tape, &c->in[i]);
        if (wants) {
            leaves[n++] = in[i];
        }
    }
    dt_tensor *y = case_apply(c, tape, in);
    if (dt_wants_gradient(y)) {
        dt_backward_from(y, dt_full(tape, dt_dtype_of(y), dt_ndim(y), dt_shape(y), 1));
        dt_jvp(y, n, leaves, leaves);
    }
    REQUIRE(dt_tape_status(tape) == DT_OK, "%s: %s", c->name, dt_tape_message(tape));
    dt_tape_free(tape);
}

static int run_operations(void) {
    int count = 0, runs = 0;
    const dt_op *const *ops = dti_all_ops(&count);
    for (int i = 0; i < count; i++) {
        for (int s = 0; s < ops[i]->n_samples; s++) {
            for (int complex = 0; complex < 2; complex++) {
                if (ops[i]->dtypes != DT_REAL_AND_COMPLEX &&
                    (ops[i]->dtypes == DT_COMPLEX_ONLY) != complex) {
                    continue;
                }
                struct test_case c;
                REQUIRE(case_make(&c, ops[i], s, complex, false), "%s: no memory", ops[i]->name);
                run_case(&c);
                case_free(&c);
                runs++;
            }
        }
    }
    return runs;
}

/* -- the model --------------------------------------------------------------------------------- */

static void write_map(const struct bundled *b, dt_tensor *map) {
    dt_error error = DT_ERROR_INIT;
    dt_array array = dt_array_of(map), copy = {0};
    dt_npy_write("leakcheck.npy", &array, &error);
    dt_npy_read("leakcheck.npy", &copy, &error);
    dt_array_free(&copy);
    dt_npz_writer *writer = NULL;
    dt_npz_create(&writer, "leakcheck.npz", &error);
    REQUIRE(error.status == DT_OK, "%s", error.message);
    dt_npz_set_level(writer, 6);
    dt_npz_add(writer, "map", &array);
    dt_npz_add_bytes(writer, "note", "text", 4);
    dt_npz_finish(writer, &error);
    dt_npz *npz = NULL;
    dt_npz_open(&npz, "leakcheck.npz", &error);
    REQUIRE(error.status == DT_OK, "%s", error.message);
    char *note = NULL;
    size_t size = 0;
    dt_npz_get(npz, "map", &copy, &error);
    dt_npz_get_bytes(npz, "note", &note, &size, &error);
    dt_npz_close(npz);
    free(note);
    dt_npz_create(&writer, "leakcheck.npz", &error);
    dt_npz_abort(writer);

    dt_array layer;
    dt_picture_options options = dt_picture_defaults();
    options.plot_size = 200;
    dti_array_slice(&layer, &copy, 2, 1, 2, 1, &error);
    layer.ndim = 2;
    dt_picture_write("leakcheck.png", &layer, NULL, &options, &error);
    dt_array_free(&copy);
    REQUIRE(error.status == DT_OK, "%s", error.message);
    REQUIRE(b->crystal->n_atoms > 0, "no atoms");
    unlink("leakcheck.npy");
    unlink("leakcheck.npz");
    unlink("leakcheck.png");
}

static void run_model(int threads) {
    dt_set_threads(threads);
    struct bundled b = bundled_new(1);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *map = NULL;
    struct parameters p = parameters_new(&b, tape);
    double loss = evaluate(&b, &p, &map);
    REQUIRE(dt_tape_status(tape) == DT_OK && loss > 0, "loss %g: %s", loss, dt_tape_message(tape));
    write_map(&b, map);
    dt_tape_reset(tape);
    p = parameters_new(&b, tape);
    evaluate(&b, &p, NULL);
    dt_tape_free(tape);
    bundled_free(&b);
}

/* -- options, progress, failures --------------------------------------------------------------- */

static void run_options(void) {
    static double number;
    static const char *name;
    static const dt_option rows[] = {{.name = "number",
                                      .kind = DT_OPTION_DOUBLE,
                                      .placeholder = "X",
                                      .target = &number,
                                      .default_text = "1",
                                      .help = "a number"},
                                     {.name = "name",
                                      .kind = DT_OPTION_STRING,
                                      .placeholder = "S",
                                      .target = &name,
                                      .help = "a name"},
                                     {.name = NULL}};
    static const dt_program program = {.name = "leakcheck", .options = rows};
    char *const arguments[] = {"leakcheck", "--name=a", "--name=b", NULL};
    char *const wrong[] = {"leakcheck", "--nmae=a", NULL};
    dt_options *options = NULL;
    dt_error error = DT_ERROR_INIT;
    char *text = NULL;
    dt_options_new(&options, &program, &error);
    dt_options_parse_args(options, 3, arguments, &error);
    REQUIRE(error.status == DT_OK && strcmp(name, "b") == 0, "%s", error.message);
    dt_options_write_json(options, &text, &error);
    FILE *file = fopen("leakcheck.json", "w");
    REQUIRE(file != NULL && text != NULL && fputs(text, file) >= 0, "cannot write leakcheck.json");
    fclose(file);
    free(text);
    dt_options_read_json(options, "leakcheck.json", &error);
    REQUIRE(error.status == DT_OK, "%s", error.message);
    REQUIRE(dt_options_parse_args(options, 2, wrong, &error) != DT_OK, "a wrong name passes");
    dt_options_free(options);
    unlink("leakcheck.json");
    dt_progress *bar = dt_progress_new(stdout, DT_PROGRESS_NEVER, "work");
    dt_progress_update(bar, 1, 2);
    dt_progress_free(bar);
}

/* Failures give back what they took. */
static void run_failures(void) {
    dt_error error = DT_ERROR_INIT;
    dt_structure *structure = NULL;
    dt_array array = {0};
    dt_npz *npz = NULL;
    const char text[] = "CRYST1   10.000   10.000   10.000  90.00  90.00  90.00 P 1\nATOM\n";
    REQUIRE(dt_structure_read_memory(&structure, text, sizeof text - 1, "text", NULL, &error) !=
                DT_OK,
            "a structure without atoms passes");
    REQUIRE(dt_npy_read("leakcheck.none", &array, NULL) != DT_OK, "a missing file passes");
    REQUIRE(dt_npz_open(&npz, "leakcheck.none", NULL) != DT_OK, "a missing file passes");
    dt_tape *tape = dt_tape_new(&(dt_tape_options){.memory_limit = 100000});
    const int64_t shape[] = {300, 300};
    dt_tensor *x = dt_parameter(tape, DT_F64, 2, (const int64_t[]){50, 50}, NULL);
    dt_backward(dt_sum(dt_cholesky(x), DT_ALL)); /* zeros: not positive definite */
    REQUIRE(dt_tape_status(tape) == DT_ERR_NOT_POSITIVE_DEFINITE, "%s", dt_tape_message(tape));
    dt_tape_reset(tape);
    dt_parameter(tape, DT_F64, 2, shape, NULL);
    REQUIRE(dt_tape_status(tape) == DT_ERR_MEMORY, "%s", dt_tape_message(tape));
    dt_tape_free(tape);
}

int main(void) {
    int runs = run_operations();
    REQUIRE(runs > 50, "only %d cases of operations ran", runs);
    run_model(1);
    run_model(3);
    run_options();
    run_failures();
    printf(
        "leakcheck: %d cases of operations, model, files and options: all memory is given back\n",
        runs);
    return 0;
}
