/* fuzz_config.c - any bytes as a JSON file of options, and as a command line (a word a line). What
 * is accepted is written and read back. */
#include <difftape/config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool flag;
static int64_t whole;
static double number;
static const char *text;
static int word;
static const char *const words[] = {"one", "two", "three", NULL};

static const dt_option rows[] = {
    {.name = "flag", .letter = 'f', .kind = DT_OPTION_FLAG, .target = &flag, .help = "yes"},
    {.name = "whole", .kind = DT_OPTION_INT, .placeholder = "N", .target = &whole, .help = "count"},
    {.name = "number",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "X",
     .target = &number,
     .lower = {DT_BOUND_ABOVE, 0},
     .help = "length"},
    {.name = "text",
     .letter = 't',
     .kind = DT_OPTION_STRING,
     .placeholder = "S",
     .target = &text,
     .help = "name"},
    {.name = "word",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "one|two|three",
     .target = &word,
     .choices = words,
     .help = "which"},
    {.name = NULL}};
static const dt_program program = {.name = "fuzz", .max_arguments = 3, .options = rows};

/* A sentence if and only if it failed. */
static void check(dt_status status, const dt_error *error) {
    if ((status == DT_OK) != (error->message[0] == '\0') || status != error->status) {
        abort();
    }
}

static const char *write_file(const void *data, size_t size) {
    static char path[64];
    snprintf(path, sizeof path, "fuzz-config-%ld.tmp", (long)getpid());
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0) {
        abort();
    }
    return path;
}

static dt_options *start(void) {
    dt_options *options = NULL;
    dt_error error = DT_ERROR_INIT;
    if (dt_options_new(&options, &program, &error) != DT_OK) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    return options;
}

static void run_json(const uint8_t *data, size_t size) {
    dt_options *options = start();
    dt_error error = DT_ERROR_INIT;
    const char *path = write_file(data, size);
    dt_status status = dt_options_read_json(options, path, &error);
    check(status, &error);
    char *again = NULL;
    if (status == DT_OK && dt_options_write_json(options, &again, &error) == DT_OK) {
        write_file(again, strlen(again));
        check(dt_options_read_json(options, path, &error), &error);
        if (error.status != DT_OK) {
            abort();
        }
    }
    free(again);
    unlink(path);
    dt_options_free(options);
}

static void run_arguments(const uint8_t *data, size_t size) {
    enum { MOST = 32 };
    char *copy = malloc(size + 1), *argv[MOST + 2] = {(char[]){"fuzz"}};
    if (copy == NULL) {
        return;
    }
    memcpy(copy, data, size);
    copy[size] = '\0';
    int argc = 1;
    for (char *at = copy; at != NULL && argc <= MOST;) {
        char *end = strchr(at, '\n');
        argv[argc++] = at;
        at = end == NULL ? NULL : end + 1;
        if (end != NULL) {
            *end = '\0';
        }
    }
    dt_options *options = start();
    dt_error error = DT_ERROR_INIT;
    check(dt_options_parse_args(options, argc, argv, &error), &error);
    dt_options_free(options);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    run_json(data, size);
    run_arguments(data, size);
    return 0;
}
