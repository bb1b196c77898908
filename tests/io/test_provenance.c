/* test_provenance.c - hashes against published ones, the description of a run, tables as text. */
#include <difftape/csv.h>
#include <difftape/provenance.h>

#include <cjson/cJSON.h>
#include <criterion/criterion.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/difftape-run-XXXXXX";

static void enter(void) {
    cr_assert(mkdtemp(folder) != NULL && chdir(folder) == 0);
    unsetenv("SOURCE_DATE_EPOCH");
}

static void leave(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert(chdir("/") == 0 && system(command) == 0);
}

TestSuite(provenance, .init = enter, .fini = leave);
TestSuite(csv, .init = enter, .fini = leave);

static void write_bytes(const char *path, const char *bytes, size_t n, int times) {
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL);
    for (int i = 0; i < times; i++) {
        fwrite(bytes, 1, n, file);
    }
    fclose(file);
}

static const char *read_file(const char *path) {
    static char text[4096];
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "no %s", path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void expect_message(const dt_error *error, dt_status have, dt_status want,
                           const char *rule) {
    cr_expect(have == want, "%s: %s", dt_status_name(have), error->message);
    cr_expect(strstr(error->message, rule) != NULL, "'%s' does not say '%s'", error->message, rule);
}

/* -- hashes ------------------------------------------------------------------------------------ */

/* The examples of FIPS 180-2, appendix B, and the empty message. */
Test(provenance, hashes_are_those_of_the_standard) {
    static const struct {
        const char *bytes;
        int times;
        const char *hash;
    } cases[] = {
        {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};
    for (size_t i = 0; i < 4; i++) {
        char hex[DT_SHA256_SIZE];
        int64_t bytes = -1;
        write_bytes("x", cases[i].bytes, strlen(cases[i].bytes), cases[i].times);
        cr_assert(dt_file_sha256("x", hex, &bytes, NULL) == DT_OK);
        cr_expect_str_eq(hex, cases[i].hash);
        cr_expect(bytes == (int64_t)strlen(cases[i].bytes) * cases[i].times);
    }
}

Test(provenance, what_is_no_regular_file_cannot_be_hashed) {
    char hex[DT_SHA256_SIZE];
    dt_error error = DT_ERROR_INIT;
    expect_message(&error, dt_file_sha256("nothere", hex, NULL, &error), DT_ERR_IO,
                   "nothere: cannot read: No such file");
    dt_error_clear(&error);
    expect_message(&error, dt_file_sha256(".", hex, NULL, &error), DT_ERR_IO,
                   ".: cannot be hashed: it is no regular file");
    dt_error_clear(&error);
    expect_message(&error, dt_file_sha256(NULL, hex, NULL, &error), DT_ERR_ARGUMENT,
                   "path is NULL");
}

/* -- the object -------------------------------------------------------------------------------- */

Test(provenance, a_run_is_one_json_object_with_hashes_of_its_inputs) {
    write_bytes("abc", "abc", 3, 1);
    const char *const inputs[] = {"abc", NULL, "/dev/null"};
    const uint64_t seed = UINT64_MAX;
    char *text = NULL;
    dt_error error = DT_ERROR_INIT;
    const dt_provenance run = {.program = "test",
                               .options = "{\"a\":1}",
                               .inputs = inputs,
                               .n_inputs = 3,
                               .threads = 2,
                               .seed = &seed};
    cr_assert(dt_provenance_json(&run, &text, &error) == DT_OK, "%s", error.message);
    cr_expect_str_eq(text,
                     "{\"program\":\"test\",\"difftape\":\"" DT_VERSION
                     "\",\"options\":{\"a\":1},\"inputs\":[{\"file\":\"abc\",\"bytes\":3,"
                     "\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
                     "\"},{\"file\":\"/dev/null\",\"bytes\":null,\"sha256\":null}],\"threads\":2,"
                     "\"seed\":18446744073709551615}");
    free(text);
}

Test(provenance, a_date_is_there_only_if_the_environment_gives_it) {
    const dt_provenance run = {.program = "test"};
    char *text = NULL;
    cr_assert(dt_provenance_json(&run, &text, NULL) == DT_OK);
    cr_expect_str_eq(text, "{\"program\":\"test\",\"difftape\":\"" DT_VERSION
                           "\",\"inputs\":[],\"seed\":null}");
    free(text);
    setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    cr_assert(dt_provenance_json(&run, &text, NULL) == DT_OK);
    cr_expect(strstr(text, "\"date\":\"2023-11-14T22:13:20Z\"") != NULL, "%s", text);
    free(text);
    static const char *const wrong[] = {"yesterday", "-5", "12.5", "99999999999999999999"};
    for (int i = 0; i < 4; i++) {
        dt_error error = DT_ERROR_INIT;
        setenv("SOURCE_DATE_EPOCH", wrong[i], 1);
        expect_message(&error, dt_provenance_json(&run, &text, &error), DT_ERR_ARGUMENT,
                       "SOURCE_DATE_EPOCH must be a whole number of seconds since 1970, got '");
    }
}

Test(provenance, what_cannot_be_described_is_refused) {
    char *text = NULL;
    const char *missing = "nothere";
    dt_error error = DT_ERROR_INIT;
    dt_provenance run = {.program = "test", .options = "[1]"};
    expect_message(&error, dt_provenance_json(&run, &text, &error), DT_ERR_ARGUMENT,
                   "options are no JSON object: [1]");
    run = (dt_provenance){.options = "{}"};
    dt_error_clear(&error);
    expect_message(&error, dt_provenance_json(&run, &text, &error), DT_ERR_ARGUMENT,
                   "program is NULL");
    /* What is not there is no regular file, and cannot have been read: no hash. */
    run = (dt_provenance){.program = "test", .inputs = &missing, .n_inputs = 1};
    cr_assert(dt_provenance_json(&run, &text, NULL) == DT_OK);
    cr_expect(strstr(text, "{\"file\":\"nothere\",\"bytes\":null,\"sha256\":null}") != NULL);
    free(text);
}

/* -- tables ------------------------------------------------------------------------------------ */

Test(csv, numbers_come_back_and_comments_stand_in_front) {
    const double x[] = {1.0 / 3, -0.0, DBL_MIN, NAN, -NAN, INFINITY};
    const int64_t n[] = {1, -2, INT64_MAX, 4, 5, 6};
    dt_array columns[] = {dt_array_wrap(DT_F64, 1, (const int64_t[]){6}, x),
                          dt_array_wrap(DT_I64, 1, (const int64_t[]){6}, n)};
    static const char *const names[] = {"x", "n"};
    cr_assert(dt_csv_write("t.csv", "two\nlines", 2, names, columns, NULL) == DT_OK);
    cr_expect_str_eq(read_file("t.csv"),
                     "# two\n# lines\nx,n\n0.33333333333333331,1\n-0,-2\n"
                     "2.2250738585072014e-308,9223372036854775807\nnan,4\nnan,5\ninf,6\n");
    columns[0].shape[0] = columns[1].shape[0] = 0;
    cr_assert(dt_csv_write("t.csv", NULL, 2, names, columns, NULL) == DT_OK);
    cr_expect_str_eq(read_file("t.csv"), "x,n\n");
    columns[0].shape[0] = 3;
    columns[0].strides[0] = -2;
    columns[0].data = (double *)(uintptr_t)(x + 4);
    cr_assert(dt_csv_write("t.csv", NULL, 1, names, columns, NULL) == DT_OK);
    cr_expect_str_eq(read_file("t.csv"), "x\nnan\n2.2250738585072014e-308\n0.33333333333333331\n");
}

Test(csv, tables_that_are_none_are_refused) {
    const double x[4] = {0};
    static const char *const bad[] = {"", "a,b", "a\"", "a\nb"};
    const char *names[] = {"x", "y"};
    dt_array columns[] = {dt_array_wrap(DT_F64, 1, (const int64_t[]){2}, x),
                          dt_array_wrap(DT_F64, 1, (const int64_t[]){3}, x)};
    dt_error error = DT_ERROR_INIT;
    expect_message(&error, dt_csv_write("t", NULL, 0, names, columns, &error), DT_ERR_ARGUMENT,
                   "at least one column, got 0");
    dt_error_clear(&error);
    expect_message(&error, dt_csv_write("t", NULL, 2, names, columns, &error), DT_ERR_SHAPE,
                   "column 'y' has shape (3), it must have one dimension and the length of the "
                   "first, 2");
    columns[1] = dt_array_wrap(DT_F32, 1, (const int64_t[]){2}, x);
    dt_error_clear(&error);
    expect_message(&error, dt_csv_write("t", NULL, 2, names, columns, &error), DT_ERR_DTYPE,
                   "column 'y' holds f32");
    for (int i = 0; i < 4; i++) {
        names[0] = bad[i];
        dt_error_clear(&error);
        expect_message(&error, dt_csv_write("t", NULL, 1, names, columns, &error), DT_ERR_ARGUMENT,
                       "a name must not be empty or hold commas, quotes or newlines");
    }
    names[0] = "x";
    dt_error_clear(&error);
    expect_message(&error, dt_csv_write("no/t", NULL, 1, names, columns, &error), DT_ERR_IO,
                   "its folder does not exist");
    if (access("/dev/full", W_OK) == 0) {
        dt_error_clear(&error);
        expect_message(&error, dt_csv_write("/dev/full", NULL, 1, names, columns, &error),
                       DT_ERR_IO, "No space left on device");
    }
    cr_expect(access("t", F_OK) != 0);
}
