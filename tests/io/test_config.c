/* test_config.c - option tables from the command line and from JSON, messages and help. */
#include <difftape/config.h>

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct settings {
    bool json, help;
    int64_t threads;
    double cutoff, gamma;
    const char *output, *config;
    int layer;
    int64_t range[2];
} settings;

static settings now;
static const char *const layers[] = {"hk0", "h0l", "0kl", NULL};
static const char *const examples[] = {"demo --cutoff=5 model.pdb", NULL};

static dt_status parse_range(const char *text, void *target, dt_error *error) {
    long long a, b;
    char rest;
    if (sscanf(text, "%lld:%lld%c", &a, &b, &rest) != 2) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "expected FROM:TO, got '%s'", text);
    }
    int64_t *range = target;
    range[0] = a, range[1] = b;
    return DT_OK;
}

static const dt_option rows[] = {
    {.name = "range",
     .kind = DT_OPTION_CUSTOM,
     .placeholder = "FROM:TO",
     .target = now.range,
     .parse = parse_range,
     .default_text = "-5:5",
     .help = "Limits in Miller indices.",
     .group = "Grid"},
    {.name = "cutoff",
     .letter = 'c',
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "A",
     .target = &now.cutoff,
     .default_text = "4",
     .lower = {DT_BOUND_ABOVE, 0},
     .help = "Contact distance in Angstrom.",
     .group = "Model"},
    {.name = "gamma",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "G",
     .target = &now.gamma,
     .help = "Spring constant."},
    {.name = "layer",
     .kind = DT_OPTION_CHOICE,
     .choices = layers,
     .placeholder = "LAYER",
     .target = &now.layer,
     .default_text = "hk0",
     .help = "Layer of the picture.",
     .group = "Output"},
    {.name = "output",
     .letter = 'o',
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.npz",
     .target = &now.output,
     .help = "Where the map goes."},
    {.name = "threads",
     .letter = 't',
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &now.threads,
     .default_text = "1",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help = "Threads; 0 means all processors.",
     .group = "General"},
    {.name = "config",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.json",
     .target = &now.config,
     .command_line_only = true,
     .help = "Read options from a JSON file."},
    {.name = "json",
     .letter = 'j',
     .kind = DT_OPTION_FLAG,
     .target = &now.json,
     .help = "Print a JSON object."},
    {.name = "help",
     .letter = 'h',
     .kind = DT_OPTION_FLAG,
     .target = &now.help,
     .stops = true,
     .command_line_only = true,
     .help = "Print this text."},
    {0},
};

static const dt_program demo = {.name = "demo",
                                .arguments = "STRUCTURE",
                                .min_arguments = 1,
                                .max_arguments = 1,
                                .purpose = "A program of the tests.",
                                .options = rows,
                                .examples = examples,
                                .footer = "The end."};

static dt_options *fresh(void) {
    dt_error error = DT_ERROR_INIT;
    dt_options *options = NULL;
    now = (settings){.gamma = 0.5};
    cr_assert_eq(dt_options_new(&options, &demo, &error), DT_OK, "dt_options_new: %s",
                 error.message);
    return options;
}

/* Parse words separated by blanks. */
static dt_status parse(dt_options *options, const char *line, dt_error *error) {
    static char buffer[512];
    static char *argv[32];
    int argc = 0;
    argv[argc++] = (char *)"demo";
    snprintf(buffer, sizeof buffer, "%s", line);
    for (char *word = strtok(buffer, " "); word && argc < 32; word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    return dt_options_parse_args(options, argc, argv, error);
}

static char folder[64], json_path[96];

static void make_folder(void) {
    snprintf(folder, sizeof folder, "config-test-XXXXXX");
    cr_assert(mkdtemp(folder) != NULL, "no scratch folder");
    snprintf(json_path, sizeof json_path, "%s/c.json", folder);
}

static void remove_folder(void) {
    unlink(json_path);
    rmdir(folder);
}

static void write_bytes(const char *bytes, size_t size) {
    FILE *file = fopen(json_path, "wb");
    cr_assert(file != NULL, "cannot write %s", json_path);
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static dt_status read_text(dt_options *options, const char *text, dt_error *error) {
    write_bytes(text, strlen(text));
    return dt_options_read_json(options, json_path, error);
}

Test(config, defaults_come_from_the_table_and_the_program) {
    dt_options *options = fresh();
    cr_expect_eq(now.range[0], -5, "range begins at %lld", (long long)now.range[0]);
    cr_expect_eq(now.cutoff, 4.0, "cutoff %g", now.cutoff);
    cr_expect_eq(now.gamma, 0.5, "a row without default keeps %g, not 0.5", now.gamma);
    cr_expect_eq(now.threads, 1, "threads %lld", (long long)now.threads);
    cr_expect_eq(dt_options_source(options, "cutoff"), DT_FROM_DEFAULT);
    dt_options_free(options);
}

Test(config, every_gnu_spelling_of_a_value_is_read) {
    const char *const lines[] = {"--cutoff=2.5 -o map.npz a.pdb", "--cutoff 2.5 -omap.npz a.pdb",
                                 "a.pdb -c 2.5 --output=map.npz", "-c2.5 --output map.npz -- a.pdb",
                                 "--cutoff=9 --cutoff=2.5 -o x -o map.npz a.pdb"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        dt_error error = DT_ERROR_INIT;
        dt_options *options = fresh();
        cr_assert_eq(parse(options, lines[i], &error), DT_OK, "%s: %s", lines[i], error.message);
        cr_expect_eq(now.cutoff, 2.5, "%s: cutoff %g, not 2.5", lines[i], now.cutoff);
        cr_assert_not_null(now.output, "%s: no output", lines[i]);
        cr_expect_str_eq(now.output, "map.npz", "%s: output %s", lines[i], now.output);
        cr_assert_eq(dt_options_argument_count(options), 1, "%s: %d arguments", lines[i],
                     dt_options_argument_count(options));
        cr_expect_str_eq(dt_options_argument(options, 0), "a.pdb");
        cr_expect_eq(dt_options_source(options, "cutoff"), DT_FROM_COMMAND_LINE);
        dt_options_free(options);
    }
}

Test(config, flags_bundle_and_what_looks_like_an_option_can_be_a_value) {
    dt_error error = DT_ERROR_INIT;
    dt_options *options = fresh();
    cr_assert_eq(parse(options, "-jt8 --gamma -3 --layer=0kl --range=-1:2 -", &error), DT_OK, "%s",
                 error.message);
    cr_expect(now.json, "-j in a bundle was not set");
    cr_expect_eq(now.threads, 8, "threads %lld, not 8", (long long)now.threads);
    cr_expect_eq(now.gamma, -3.0, "gamma %g, not -3", now.gamma);
    cr_expect_eq(now.layer, 2, "layer %d, not 2", now.layer);
    cr_expect_eq(now.range[1], 2, "range ends at %lld, not 2", (long long)now.range[1]);
    cr_expect_str_eq(dt_options_argument(options, 0), "-");
    dt_options_free(options);
}

Test(config, everything_after_two_dashes_is_plain_and_help_stops) {
    dt_error error = DT_ERROR_INIT;
    dt_options *options = fresh();
    cr_assert_eq(parse(options, "-- --json", &error), DT_OK, "%s", error.message);
    cr_expect_str_eq(dt_options_argument(options, 0), "--json");
    cr_expect_not(now.json, "--json after -- was read as an option");
    dt_options_free(options);
    options = fresh();
    cr_assert_eq(parse(options, "-jh --nonsense", &error), DT_OK, "after --help: %s",
                 error.message);
    cr_expect(now.help && now.json, "help %d, json %d", now.help, now.json);
    dt_options_free(options);
}

typedef struct refusal {
    const char *given, *message;
} refusal;

Test(config, every_bad_command_line_is_refused_with_its_reason) {
    const refusal cases[] = {
        {"--cutof=3 a", "unknown option '--cutof'; did you mean '--cutoff'?"},
        {"--out=3 a", "unknown option '--out'; did you mean '--output'?"},
        {"--wavelength=3 a", "unknown option '--wavelength'; see --help"},
        {"-x a", "unknown option '-x'; see --help"},
        {"-jx a", "unknown option '-x' in '-jx'; see --help"},
        {"-layer=hk0 a", "unknown option '-layer=hk0'; did you mean '--layer=hk0'?"},
        {"a --cutoff", "--cutoff: a value is missing: --cutoff A"},
        {"a -c", "-c: a value is missing: -c A"},
        {"--json=yes a", "--json: takes no value, got 'yes'"},
        {"--cutoff=abc a", "--cutoff: expected a number > 0, got 'abc'"},
        {"--cutoff=0 a", "--cutoff: expected a number > 0, got '0'"},
        {"--cutoff=3A a", "--cutoff: expected a number > 0, got '3A'"},
        {"--cutoff= a", "--cutoff: expected a number > 0, got ''"},
        {"--gamma=nan a", "--gamma: expected a number, got 'nan'"},
        {"--gamma=1e999 a", "--gamma: expected a number, got '1e999'"},
        {"-t -1 a", "-t: expected a whole number >= 0, got '-1'"},
        {"--threads=1.5 a", "--threads: expected a whole number >= 0, got '1.5'"},
        {"--threads=99999999999999999999 a",
         "--threads: expected a whole number >= 0, got '99999999999999999999'"},
        {"--layer=hkO a", "--layer: expected one of hk0, h0l, 0kl, got 'hkO'; did you mean 'hk0'?"},
        {"--range=3 a", "--range: expected FROM:TO, got '3'"},
        {"", "missing argument: expected STRUCTURE; see --help"},
        {"a b", "unexpected argument 'b': expected STRUCTURE"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dt_error error = DT_ERROR_INIT;
        dt_options *options = fresh();
        cr_expect_eq(parse(options, cases[i].given, &error), DT_ERR_ARGUMENT, "'%s' was accepted",
                     cases[i].given);
        cr_expect_str_eq(error.message, cases[i].message, "'%s': got \"%s\", expected \"%s\"",
                         cases[i].given, error.message, cases[i].message);
        cr_expect_eq(now.cutoff, 4.0, "'%s' changed cutoff to %g", cases[i].given, now.cutoff);
        dt_options_free(options);
    }
}

Test(config, a_wrong_table_is_refused) {
    static double target;
    const dt_option tables[][3] = {
        {{.name = "a", .kind = DT_OPTION_FLAG, .help = "A."}, {0}},
        {{.name = "a", .kind = DT_OPTION_DOUBLE, .target = &target, .help = "A."}, {0}},
        {{.name = "a",
          .kind = DT_OPTION_DOUBLE,
          .target = &target,
          .placeholder = "X",
          .help = "A.",
          .default_text = "zero"},
         {0}},
        {{.name = "a",
          .kind = DT_OPTION_DOUBLE,
          .target = &target,
          .placeholder = "X",
          .help = "A."},
         {.name = "a",
          .kind = DT_OPTION_DOUBLE,
          .target = &target,
          .placeholder = "X",
          .help = "A."},
         {0}},
        {{.name = "a",
          .kind = DT_OPTION_CHOICE,
          .target = &target,
          .placeholder = "X",
          .help = "A."},
         {0}},
        {{.name = "a",
          .kind = DT_OPTION_CUSTOM,
          .target = &target,
          .placeholder = "X",
          .help = "A."},
         {0}},
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        dt_program program = {.name = "p", .options = tables[i]};
        dt_error error = DT_ERROR_INIT;
        dt_options *options = NULL;
        cr_expect_eq(dt_options_new(&options, &program, &error), DT_ERR_ARGUMENT,
                     "table %zu accepted", i);
        cr_expect(strstr(error.message, "'a'") != NULL, "table %zu: \"%s\"", i, error.message);
        cr_expect_null(options);
    }
}

Test(config, a_file_sets_values_and_the_command_line_wins, .init = make_folder,
     .fini = remove_folder) {
    dt_error error = DT_ERROR_INIT;
    dt_options *options = fresh();
    cr_assert_eq(parse(options, "--cutoff=7 a.pdb", &error), DT_OK, "%s", error.message);
    const char *text = "{ \"//\": \"a comment\", \"cutoff\": 3, \"threads\": 2e1,\n"
                       "  \"// why\": [1], \"layer\": \"h0l\", \"json\": true,\n"
                       "  \"output\": \"m\\u00e4p.npz\", \"range\": \"0:9\", \"//\": null }\n";
    cr_assert_eq(read_text(options, text, &error), DT_OK, "%s", error.message);
    cr_expect_eq(now.cutoff, 7.0, "cutoff %g, the command line said 7", now.cutoff);
    cr_expect_eq(now.threads, 20, "threads %lld, not 20", (long long)now.threads);
    cr_expect_eq(now.layer, 1, "layer %d, not 1", now.layer);
    cr_expect(now.json);
    cr_expect_eq(now.range[1], 9, "range ends at %lld, not 9", (long long)now.range[1]);
    cr_expect_str_eq(now.output, "m\xc3\xa4p.npz");
    cr_expect_eq(dt_options_source(options, "threads"), DT_FROM_CONFIG);
    dt_options_free(options);
}

Test(config, syntax_errors_have_line_and_column, .init = make_folder, .fini = remove_folder) {
    const refusal cases[] = {
        {"{\"cutoff\" 1}", ":1:11: expected ':' after a key or ',' or '}' after a value, got '1'"},
        {"{cutoff: 1}", ":1:2: expected a key in double quotes, got 'c'"},
        {"{'cutoff': 1}", ":1:2: expected a key in double quotes, got \"'\""},
        {"{\n  \"cutoff\": 1,\n}", ":3:1: expected a key in double quotes, got '}'"},
        {"{\n  \"cutoff\": 1\n  \"layer\": \"hk0\"}", ":3:3: expected ',' or '}', got '\"'"},
        {"{\"cutoff\": \"4}", ":1:12: the string is not closed"},
        {"{\"output\": \"a\\qb\"}", ":1:14: invalid escape in a string"},
        {"{\"output\": \"a\\u0000\"}", ":1:14: a NUL in a string"},
        {"{\"cutoff\": 4} x", ":1:15: more text after the end of the object, got 'x'"},
        {"{\"cutoff\": NaN}", ":1:12: expected a value, got 'N'"},
        {"{\"cutoff\": Infinity}", ":1:12: expected a value, got 'I'"},
        {"{\"cutoff\": [1, 2 3]}", ":1:18: expected ',' or ']', got '3'"},
        {"{\"cutoff\": 1]", ":1:13: expected ',' or '}', got ']'"},
        {"{\"cutoff\": 1", ":1:13: expected ',' or '}', got the end"},
        {"{\"\xc3\xa4\": x", ":1:7: expected a value, got 'x'"},
        {"{", ":1:2: expected a key in double quotes, got the end"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dt_error error = DT_ERROR_INIT;
        dt_options *options = fresh();
        char expected[256];
        snprintf(expected, sizeof expected, "%s%s", json_path, cases[i].message);
        cr_expect_eq(read_text(options, cases[i].given, &error), DT_ERR_FORMAT, "%s was accepted",
                     cases[i].given);
        cr_expect_str_eq(error.message, expected, "%s: got \"%s\", expected \"%s\"", cases[i].given,
                         error.message, expected);
        cr_expect_eq(error.index, atol(cases[i].message + 1), "%s: line %lld", cases[i].given,
                     (long long)error.index);
        dt_options_free(options);
    }
}

Test(config, wrong_keys_and_values_name_file_and_key, .init = make_folder, .fini = remove_folder) {
    const refusal cases[] = {
        {"{\"cutof\": 1}", ": unknown key \"cutof\"; did you mean \"cutoff\"?"},
        {"{\"wavelength\": 1}", ": unknown key \"wavelength\"; --help lists the names"},
        {"{\"Cutoff\": 1}", ": unknown key \"Cutoff\"; did you mean \"cutoff\"?"},
        {"{\"cutoff\": 1, \"cutoff\": 1}", ": cutoff: given twice"},
        {"{\"help\": true}", ": help: can be given on the command line only"},
        {"{\"cutoff\": \"4\"}", ": cutoff: expected a number > 0, got the text \"4\""},
        {"{\"cutoff\": -0.1}", ": cutoff: expected a number > 0, got '-0.1'"},
        {"{\"cutoff\": 1e999}", ": cutoff: expected a number > 0, got the number inf"},
        {"{\"cutoff\": null}", ": cutoff: expected a number > 0, got null"},
        {"{\"threads\": 1.5}", ": threads: expected a whole number >= 0, got the number 1.5"},
        {"{\"threads\": 1e300}", ": threads: expected a whole number >= 0, got the number 1e+300"},
        {"{\"json\": 1}", ": json: expected true or false, got the number 1"},
        {"{\"output\": false}", ": output: expected a text, got false"},
        {"{\"layer\": [\"hk0\"]}", ": layer: expected one of hk0, h0l, 0kl, got a list"},
        {"{\"layer\": \"h0I\"}",
         ": layer: expected one of hk0, h0l, 0kl, got 'h0I'; did you mean 'h0l'?"},
        {"{\"range\": {}}", ": range: expected a text FROM:TO, got an object"},
        {"{\"range\": \"1\"}", ": range: expected FROM:TO, got '1'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dt_error error = DT_ERROR_INIT;
        dt_options *options = fresh();
        char expected[256];
        snprintf(expected, sizeof expected, "%s%s", json_path, cases[i].message);
        cr_expect_eq(read_text(options, cases[i].given, &error), DT_ERR_ARGUMENT, "%s was accepted",
                     cases[i].given);
        cr_expect_str_eq(error.message, expected, "%s: got \"%s\", expected \"%s\"", cases[i].given,
                         error.message, expected);
        dt_options_free(options);
    }
}

static void expect_file_refused(const char *what, const char *part, dt_status expected) {
    dt_error error = DT_ERROR_INIT;
    dt_options *options = fresh();
    dt_status status = dt_options_read_json(options, json_path, &error);
    cr_expect_eq(status, expected, "%s: status %s, expected %s", what, dt_status_name(status),
                 dt_status_name(expected));
    cr_expect(strstr(error.message, part) != NULL, "%s: \"%s\" lacks \"%s\"", what, error.message,
              part);
    dt_options_free(options);
}

Test(config, files_that_are_no_configuration_are_refused, .init = make_folder,
     .fini = remove_folder) {
    expect_file_refused("missing", "cannot open: No such file", DT_ERR_IO);
    dt_error error = DT_ERROR_INIT;
    dt_options *options = fresh();
    cr_expect_eq(dt_options_read_json(options, "", &error), DT_ERR_IO);
    cr_expect(strstr(error.message, "name of the configuration file is empty") != NULL, "'%s'",
              error.message);
    dt_options_free(options);
    cr_assert_eq(mkdir(json_path, 0700), 0);
    expect_file_refused("folder", "cannot read: Is a directory", DT_ERR_IO);
    rmdir(json_path);
    write_bytes("", 0);
    expect_file_refused("empty", "empty: expected a JSON object", DT_ERR_FORMAT);
    write_bytes(" \n\t", 3);
    expect_file_refused("blank", "empty: expected a JSON object", DT_ERR_FORMAT);
    write_bytes("[1, 2]", 6);
    expect_file_refused("list", "expected a JSON object", DT_ERR_FORMAT);
    write_bytes("{}\n\0{}", 6);
    expect_file_refused("NUL", ":2:1: a NUL byte", DT_ERR_FORMAT);

    size_t size = (size_t)2 << 20;
    char *bytes = malloc(size);
    cr_assert_not_null(bytes);
    memset(bytes, ' ', size);
    write_bytes(bytes, size);
    expect_file_refused("2 MiB", "larger than 1 MiB", DT_ERR_FORMAT);
    memset(bytes, '[', 100000);
    write_bytes(bytes, 100000);
    expect_file_refused("100000 brackets", ":1:1001: nested too deeply", DT_ERR_FORMAT);
    free(bytes);
}

Test(config, values_written_as_json_read_back_the_same, .init = make_folder,
     .fini = remove_folder) {
    dt_error error = DT_ERROR_INIT;
    dt_options *options = fresh();
    const char *line =
        "--cutoff=0.1 --gamma=-2.5e-7 --layer=0kl -t3 -o a\"b.npz -j --range=-2:4 --config=x m";
    cr_assert_eq(parse(options, line, &error), DT_OK, "%s", error.message);
    char *text = NULL;
    cr_assert_eq(dt_options_write_json(options, &text, &error), DT_OK, "%s", error.message);
    dt_options_free(options);

    options = fresh();
    cr_assert_eq(read_text(options, text, &error), DT_OK, "%s in %s", error.message, text);
    cr_expect_eq(now.cutoff, 0.1, "cutoff %.17g", now.cutoff);
    cr_expect_eq(now.gamma, -2.5e-7, "gamma %.17g", now.gamma);
    cr_expect_eq(now.layer, 2, "layer %d", now.layer);
    cr_expect_eq(now.threads, 3, "threads %lld", (long long)now.threads);
    cr_expect_eq(now.range[0], -2, "range from %lld", (long long)now.range[0]);
    cr_expect_str_eq(now.output, "a\"b.npz");
    cr_expect(now.json && !now.config, "json %d, config %s", now.json,
              now.config ? now.config : "none");
    free(text);
    dt_options_free(options);
}

Test(config, help_shows_every_row_within_80_columns) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    cr_assert_not_null(stream);
    dt_options_print_help(&demo, stream);
    fclose(stream);
    for (const dt_option *row = rows; row->name; row++) {
        char label[64];
        snprintf(label, sizeof label, "--%s%s%s", row->name, row->placeholder ? "=" : "",
                 row->placeholder ? row->placeholder : "");
        cr_expect(strstr(text, label) != NULL, "help lacks %s:\n%s", label, text);
        cr_expect(strstr(text, row->help) != NULL, "help lacks the text of %s", label);
        if (row->group) {
            cr_expect(strstr(text, row->group) != NULL, "help lacks group %s", row->group);
        }
    }
    const char *const parts[] = {"Usage: demo [options] STRUCTURE\nA program of the tests.\n",
                                 "  -c, --cutoff=A ",
                                 "in Angstrom. [4]",
                                 "(hk0, h0l, 0kl) [hk0]",
                                 "  demo --cutoff=5 model.pdb\n",
                                 "\nThe end.\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        cr_expect(strstr(text, parts[i]) != NULL, "help lacks \"%s\":\n%s", parts[i], text);
    }
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        cr_expect_leq(strcspn(line, "\n"), 80, "%zu columns: %.90s", strcspn(line, "\n"), line);
    }
    free(text);
}

Test(config, the_nearest_name_is_a_slip_away) {
    const char *const names[] = {"cutoff", "gamma-intra", "gamma-inter", "hkl", NULL};
    const struct {
        const char *given, *nearest;
    } cases[] = {{"cutfof", "cutoff"},
                 {"cutoff", "cutoff"},
                 {"CUTOFF", "cutoff"},
                 {"hlk", "hkl"},
                 {"gamma-intr", "gamma-intra"},
                 {"cut", "cutoff"},
                 {"gamma", NULL},
                 {"xyz", NULL},
                 {"", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *nearest = dt_nearest_name(cases[i].given, names);
        const char *expected = cases[i].nearest ? cases[i].nearest : "nothing";
        cr_expect_str_eq(nearest ? nearest : "nothing", expected, "'%s' gives %s, expected %s",
                         cases[i].given, nearest ? nearest : "nothing", expected);
    }
}
