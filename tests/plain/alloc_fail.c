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
                     {"write and read an archive", write_and_read},
                     {"draw a picture", draw},
                     {"parse options", parse_options}};
    REQUIRE(mkdtemp(folder) != NULL, "cannot make %s", folder);
    bundled = bundled_new(1);
    for (int threads = 1; threads <= 2; threads++) {
        dt_set_threads(threads);
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
