/* alloc_fail.c - every allocation fails once: no crash, no leak, a status and a sentence each time.
 *
 * Each scenario runs with the first allocation failing, then the second, and so on until it runs
 * through. */
#include "crystal.h"
#include "failing.h"

#include <unistd.h>

/* -- scenarios: each returns the status it ended with ------------------------------------------ */

static dt_status read_structure(dt_error *error) {
    dt_structure *s = NULL;
    dt_structure_read(&s, DT_SOURCE_DIR "/examples/data/3al1.pdb", NULL, error);
    dt_structure_free(s);
    return error->status;
}

static struct bundled bundled; /* made before anything fails */

static dt_status make_model(dt_error *error) {
    const dt_structure *s = bundled.structure;
    dt_crystal_input in = dt_crystal_input_from(s);
    const dt_grid grid = {.lo = {0}, .hi = {1, 1, 1}, .samples = {2, 3, 2}};
    dt_crystal *crystal = NULL;
    dt_one_phonon *model = NULL;
    if (dt_crystal_new(&in, &crystal, error) == DT_OK) {
        dt_one_phonon_new(crystal, &grid, NULL, &model, error);
    }
    dt_one_phonon_free(model);
    dt_crystal_free(crystal);
    return error->status;
}

static dt_status differentiate_map(dt_error *error) {
    dt_tape *tape = dt_tape_new(NULL);
    if (tape == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "no memory for a tape");
    }
    struct parameters p = parameters_new(&bundled, tape);
    evaluate(&bundled, &p, NULL);
    dt_gradient(p.xyz);
    *error = *dt_tape_error(tape);
    dt_tape_free(tape);
    return error->status;
}

static dt_tensor *tangled(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    dt_tensor *spd = dt_add(dt_matmul_flags(in[0], DT_N, in[0], DT_C), in[1]);
    return dt_abs2(dt_hermitian_solve(spd, dt_cis(dt_real(in[0]))));
}

static dt_status check_gradient(dt_error *error) {
    static double a[18], b[18];
    const int64_t shape[] = {3, 3};
    for (int i = 0; i < 18; i++) {
        a[i] = 0.1 * i - 0.7;
        b[i] = i % 8 == 0 ? 4 : 0;
    }
    const dt_array values[] = {dt_array_wrap(DT_C128, 2, shape, a),
                               dt_array_wrap(DT_C128, 2, shape, b)};
    const dt_gradcheck_options options = {.max_jacobian = -1, .directions = 1};
    return dt_gradcheck("tangled", tangled, NULL, 2, values, &options, NULL, error);
}

static char folder[] = "alloc-fail-XXXXXX";
static char path[64];

static dt_status write_and_read(dt_error *error) {
    static const double numbers[] = {1, 2, 3, 4, 5, 6};
    const dt_array array = dt_array_wrap(DT_F64, 2, (const int64_t[]){2, 3}, numbers);
    dt_npz_writer *writer = NULL;
    snprintf(path, sizeof path, "%s/a.npz", folder);
    if (dt_npz_create(&writer, path, error) == DT_OK) {
        dt_npz_set_level(writer, 6);
        dt_npz_add(writer, "a", &array);
        dt_npz_add_bytes(writer, "meta", "{}", 2);
        dt_npz_finish(writer, error);
    }
    dt_npz *npz = NULL;
    dt_array back = {0};
    char *text = NULL;
    size_t size = 0;
    if (error->status == DT_OK && dt_npz_open(&npz, path, error) == DT_OK &&
        dt_npz_get(npz, "a", &back, error) == DT_OK) {
        dt_npz_get_bytes(npz, "meta", &text, &size, error);
    }
    free(text);
    dt_array_free(&back);
    dt_npz_close(npz);
    return error->status;
}

static dt_status draw(dt_error *error) {
    static const double numbers[] = {1, 2, 3, 4, 5, 6};
    const dt_array array = dt_array_wrap(DT_F64, 2, (const int64_t[]){2, 3}, numbers);
    const dt_picture_options options = dt_picture_defaults();
    snprintf(path, sizeof path, "%s/a.png", folder);
    return dt_picture_write(path, &array, NULL, &options, error);
}

static dt_status parse_options(dt_error *error) {
    static const char *name;
    static double number;
    static const dt_option rows[] = {{.name = "name",
                                      .kind = DT_OPTION_STRING,
                                      .placeholder = "N",
                                      .target = &name,
                                      .help = "name"},
                                     {.name = "number",
                                      .kind = DT_OPTION_DOUBLE,
                                      .placeholder = "X",
                                      .target = &number,
                                      .default_text = "1",
                                      .help = "number"},
                                     {.name = NULL}};
    static const dt_program program = {.name = "p", .max_arguments = 2, .options = rows};
    char *arguments[] = {"p", "--name=a", "one", "--number", "3", NULL};
    dt_options *options = NULL;
    char *text = NULL;
    if (dt_options_new(&options, &program, error) == DT_OK &&
        dt_options_parse_args(options, 5, arguments, error) == DT_OK) {
        dt_options_write_json(options, &text, error);
    }
    free(text);
    dt_options_free(options);
    return error->status;
}

/* -- a loop of everything that waits, is computed late, batched, or recomputed ----------------- */

enum { ROWS = 60, COLUMNS = 100 };

static dt_tensor *waves(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    return dt_mul(dt_cis(in[0]), dt_exp(dt_neg(dt_square(in[0]))));
}

static dt_tensor *batch(void *user, dt_tape *tape, int64_t begin, int64_t end,
                        dt_tensor *const *in) {
    (void)user;
    (void)tape;
    return dt_abs2(dt_sum(dt_cis(dt_slice(in[0], 0, begin, end, 1)), -1));
}

static dt_tensor *halve(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *params) {
    (void)user;
    (void)tape;
    return dt_add(dt_scale(x, 0.5), params[0]);
}

static dt_status iterate(const dt_tape_options *options, dt_error *error, size_t *ret_peak) {
    static double numbers[ROWS * COLUMNS];
    const int64_t shape[] = {ROWS, COLUMNS};
    dt_tape *tape = dt_tape_new(options);
    dt_tensor *p = dt_parameter(tape, DT_F64, 2, shape, NULL), *hv = NULL;
    dt_tensor *before = dt_sin(p); /* waits */
    for (int step = 0; step < 3; step++) {
        dt_mark mark = dt_tape_mark(tape);
        dt_tensor *whole = dt_checkpoint(waves, NULL, 1, &p);
        dt_tensor *rows = dt_map_batches(batch, NULL, 1, &p, ROWS, 7);
        dt_tensor *still = dt_fixed_point(halve, NULL, rows, 1, &rows, NULL);
        dt_tensor *loss = dt_add(dt_mean(dt_abs2(whole), DT_ALL), dt_mean(still, DT_ALL));
        dt_backward(loss);
        dt_hvp(dt_mean(dt_abs2(whole), DT_ALL), 1, &p, &p, &hv);
        const double *gradient = dt_data_f64(dt_gradient(p));
        for (int k = 0; gradient != NULL && k < ROWS * COLUMNS; k++) {
            numbers[k] = 0.01 * k - gradient[k];
        }
        dt_item(dt_sum(before, DT_ALL));
        dt_set_data(p, numbers); /* before needs a copy */
        dt_item(dt_sum(before, DT_ALL));
        dt_tape_rewind(tape, mark);
        dt_tape_zero_gradients(tape);
    }
    dt_data(before);
    *ret_peak = dt_tape_get_stats(tape).bytes_peak;
    *error = *dt_tape_error(tape);
    dt_tape_free(tape);
    return error->status;
}

static dt_status run_loop(dt_error *error) {
    size_t peak;
    return iterate(NULL, error, &peak);
}

/* The same under limits from nothing to more than enough, which a tape's own allocations meet. */
static void run_under_limits(void) {
    enum { LIMITS = 300 };
    size_t peak, unused;
    int refused = 0;
    dt_error error = DT_ERROR_INIT;
    REQUIRE(iterate(NULL, &error, &peak) == DT_OK, "%s", error.message);
    for (size_t k = 1; k <= LIMITS; k++) {
        const dt_tape_options options = {.memory_limit = 2 * peak / LIMITS * k};
        dt_status status = iterate(&options, &error, &unused);
        REQUIRE(status == DT_OK || (status == DT_ERR_MEMORY && strstr(error.message, "limit")),
                "limit %zu: %s: %s", options.memory_limit, dt_status_name(status), error.message);
        refused += status != DT_OK;
    }
    REQUIRE(refused > LIMITS / 10 && error.status == DT_OK, "%d refused; at last: %s", refused,
            error.message);
    printf("%d of %d limits are too low and say so\n", refused, LIMITS);
}

/* A tape for which there was no memory has failed, stays so and can be used like any other. */
static void use_no_tape(void) {
    fail_allocation(0);
    dt_tape *tape = dt_tape_new(NULL);
    REQUIRE(allocation_failed(), "the tape needed no memory");
    fail_allocation(-1);
    const double numbers[] = {1, 2, 3};
    const int64_t three = 3;
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, &three, numbers), *g = NULL;
    dt_mark mark = dt_tape_mark(tape);
    dt_tensor *list[] = {x, dt_zeros(tape, DT_F64, 1, &three),
                         dt_random_normal(tape, DT_F64, 1, &three, 1)};
    dt_tensor *y = dt_sum(dt_mul(dt_stack(3, list, 0), dt_eye(tape, DT_F64, 3)), DT_ALL);
    dt_backward(y);
    dt_vjp(y, y, 1, &x, &g);
    dt_set_data(x, numbers);
    dt_tape_zero_gradients(tape);
    dt_clip_gradients(1, &x, 1);
    dt_tape_rewind(tape, mark);
    dt_tape_reset(tape);
    dt_tape_context(tape, "context");
    dt_tape_on_progress(tape, NULL, NULL);
    dt_profile_enable(tape, true);
    dt_profile_enable(tape, false);
    REQUIRE(y == dt_inert(tape) && g == y && dt_gradient(x) == y && dt_data(x) == NULL,
            "a tape without memory makes tensors");
    REQUIRE(dt_tape_status(tape) == DT_ERR_MEMORY, "it has status %s",
            dt_status_name(dt_tape_status(tape)));
    REQUIRE(strcmp(dt_tape_message(tape), "dt_tape_new: no memory for a tape") == 0, "it says %s",
            dt_tape_message(tape));
    REQUIRE(dt_tape_get_stats(tape).bytes_used == 0, "it uses memory");
    dt_tape_free(tape);
}

/* -- the loop ---------------------------------------------------------------------------------- */

static int exhaust(const char *name, dt_status (*scenario)(dt_error *)) {
    for (int n = 0;; n++) {
        dt_error error = DT_ERROR_INIT;
        fail_allocation(n);
        dt_status status = scenario(&error);
        bool failed = allocation_failed();
        fail_allocation(-1);
        if (!failed) {
            REQUIRE(status == DT_OK, "%s: %s", name, error.message);
            return n;
        }
        /* A failed allocation may also be survived, never passed over in silence. */
        REQUIRE(status == DT_OK || error.message[0] != '\0', "%s: allocation %d: %s without a word",
                name, n, dt_status_name(status));
        REQUIRE(status == DT_OK || status == DT_ERR_MEMORY, "%s: allocation %d: %s: %s", name, n,
                dt_status_name(status), error.message);
    }
}

int main(void) {
    static const struct {
        const char *name;
        dt_status (*run)(dt_error *);
    } scenarios[] = {{"read a structure", read_structure},
                     {"make a model", make_model},
                     {"differentiate a map", differentiate_map},
                     {"check a gradient", check_gradient},
                     {"loop over a model", run_loop},
                     {"write and read an archive", write_and_read},
                     {"draw a picture", draw},
                     {"parse options", parse_options}};
    REQUIRE(mkdtemp(folder) != NULL, "cannot make %s", folder);
    bundled = bundled_new(1);
    use_no_tape();
    for (int threads = 1; threads <= 2; threads++) {
        dt_set_threads(threads);
        run_under_limits();
        for (size_t s = 0; s < sizeof scenarios / sizeof *scenarios; s++) {
            int count = exhaust(scenarios[s].name, scenarios[s].run);
            REQUIRE(count > 0, "%s: no allocation was seen", scenarios[s].name);
            printf("%s, %d threads: %d allocations failed one by one\n", scenarios[s].name, threads,
                   count);
        }
    }
    bundled_free(&bundled);
    snprintf(path, sizeof path, "%s/a.npz", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/a.png", folder);
    unlink(path);
    return rmdir(folder);
}
