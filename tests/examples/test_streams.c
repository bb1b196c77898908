/* test_streams.c - onephonon's answer on standard output, log and progress on standard error. */
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(onephonon_streams, .init = enter_folder, .fini = leave_folder, .timeout = 240);

#define GRID   "--hkl=-1:1:3,0:2:2,-1:0.5:4 " /* 7 x 5 x 7 */
#define LARGER "--hkl=-6:6:3,-6:6:3,-6:6:3 "

static int count(const char *text, char c) {
    int n = 0;
    for (; *text != '\0'; text++) {
        n += *text == c;
    }
    return n;
}

Test(onephonon_streams, json_is_one_object_with_sizes_seconds_and_memory) {
    struct outcome o = run("--json --progress=never " GRID CRYSTAL);
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    cr_expect(o.err[0] == '\0', "standard error has %s", o.err);
    cJSON *answer = parse_json(o.out);
    cr_expect(number_of(answer, "voxels") == 7 * 5 * 7);
    cr_expect(number_of(answer, "atoms") == 204, "%g atoms", number_of(answer, "atoms"));
    cr_expect(number_of(answer, "asymmetric_units") == 2);
    cr_expect(number_of(answer, "wavevectors") == 3 * 2 * 4 - 1, "%g wavevectors",
              number_of(answer, "wavevectors"));
    cr_expect(number_of(answer, "valid") + number_of(answer, "bragg") +
                  number_of(answer, "beyond_dmin") ==
              number_of(answer, "voxels"));
    cr_expect(number_of(answer, "peak_memory_bytes") > 1e6);
    const cJSON *seconds = cJSON_GetObjectItem(answer, "seconds");
    static const char *const stages[] = {"read", "setup", "forward", "backward", "write"};
    for (int i = 0; i < 5; i++) {
        cr_expect(number_of(seconds, stages[i]) >= 0, "%s", stages[i]);
    }
    cr_expect(number_of(seconds, "forward") > 0);
    const cJSON *intensity = cJSON_GetObjectItem(answer, "intensity");
    cr_expect(0 < number_of(intensity, "min") &&
              number_of(intensity, "min") < number_of(intensity, "mean") &&
              number_of(intensity, "mean") < number_of(intensity, "max"));
    cr_expect(cJSON_GetObjectItem(answer, "gradient") == NULL);
    cJSON_Delete(answer);
}

Test(onephonon_streams, the_answer_is_a_table_of_labelled_rows) {
    struct outcome o = run("-o map.npz --picture=map.png --progress=never " GRID CRYSTAL);
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    cr_expect(o.err[0] == '\0', "standard error has %s", o.err);
    static const char *const rows[] = {
        "structure         3al1.pdb\n",   "crystal           P -1, a b c = 20.544 20.859 26.055 A",
        "\natoms             204 of 679", "\nasymmetric units  2\n",
        "7 x 5 x 7 = 245 voxels\n",       "\nwavevectors       23\n",
        "\nintensity         min ",       "\npeak memory       ",
        "\nwritten           map.npz\n",  "\npicture           map.png\n"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect(strstr(o.out, rows[i]) != NULL, "no row '%s' in\n%s", rows[i], o.out);
    }
    cr_expect(strchr(o.out, '\r') == NULL && strchr(o.out, '%') == NULL, "progress in\n%s", o.out);
}

Test(onephonon_streams, progress_is_a_plain_line_every_tenth_off_a_terminal) {
    struct outcome o = run("--json " LARGER CRYSTAL);
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    int lines = count(o.err, '\n');
    cr_expect(2 <= lines && lines <= 10, "%d lines, should be 2 to 10:\n%s", lines, o.err);
    cr_expect(strchr(o.err, '\r') == NULL && strchr(o.err, '\x1b') == NULL, "%s", o.err);
    cr_expect(count(o.err, '%') == lines && strstr(o.err, "100 %") != NULL, "%s", o.err);
    cJSON_Delete(parse_json(o.out));
}

Test(onephonon_streams, progress_is_one_redrawn_line_on_a_terminal_and_then_gone) {
    struct outcome o = run_under((struct conditions){.terminal = true}, "--json " LARGER CRYSTAL);
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    cr_expect(count(o.err, '\r') >= 3 && count(o.err, '\n') == 0, "%s", o.err);
    cr_expect(strstr(o.err, "intensity  ") != NULL && strstr(o.err, "100 %") != NULL, "%s", o.err);
    const char *last = strrchr(o.err, '\r');
    cr_expect(last != NULL && last[1] == '\0', "the line is not taken away:\n%s", o.err);
    cJSON_Delete(parse_json(o.out));
}

Test(onephonon_streams, progress_always_redraws_off_a_terminal_and_never_is_silent_on_one) {
    struct outcome o = run("--progress=always " LARGER CRYSTAL);
    cr_assert(o.code == 0);
    cr_expect(count(o.err, '\r') >= 3 && count(o.err, '\n') == 0, "%s", o.err);
    o = run_under((struct conditions){.terminal = true}, "--progress=never " LARGER CRYSTAL);
    cr_assert(o.code == 0);
    cr_expect(o.err[0] == '\0', "%s", o.err);
}

/* 8 voxels of 5 x 5 x 5 are whole, and each is averaged over 400 nodes at least. */
Test(onephonon_streams, averages_around_bragg_points_count_towards_progress) {
    struct outcome o = run("--progress=always --bragg=average --hkl=0:1:4,0:1:4,0:1:4 " CRYSTAL);
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    const char *total = strchr(o.err, '/');
    cr_expect(total != NULL && atoll(total + 1) > 117 + 8 * 400, "%s", o.err);
}

Test(onephonon_streams, gradients_show_a_progress_of_their_own) {
    write_map("c.npy", DT_F64, 3, (const int64_t[]){37, 37, 37}, 1);
    struct outcome o = run("-o map.npz --cotangent=c.npy " LARGER CRYSTAL);
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    const char *forward = strstr(o.err, "intensity  "), *backward = strstr(o.err, "gradient  ");
    cr_expect(forward != NULL && backward != NULL && forward < backward, "%s", o.err);
}

/* Every voxel of the first few along h, k and l is beyond dmin. */
Test(onephonon_streams, dry_run_answers_when_the_corners_of_the_grid_are_beyond_dmin) {
    struct outcome o = run("--dry-run --json --dmin=4 --hkl=-9:9:3,-9:9:3,-9:9:3 " CRYSTAL);
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    cJSON *answer = parse_json(o.out);
    cr_expect(number_of(answer, "valid") > 0 && number_of(answer, "beyond_dmin") > 0);
    cr_expect(number_of(answer, "estimated_seconds_forward") > 0);
    cJSON_Delete(answer);
    o = run("--dry-run --hkl=-3:3:1,-3:3:1,-3:3:1 " CRYSTAL);
    cr_expect(o.code == 2 && strstr(o.err, "take at least 2 samples") != NULL, "%d: %s", o.code,
              o.err);
}

Test(onephonon_streams, dry_run_prints_sizes_memory_and_time_and_writes_nothing) {
    struct outcome o = run("--dry-run -o map.npz --picture=map.png " GRID CRYSTAL);
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    cr_expect(strcmp(folder_list(), "") == 0, "leaves '%s'", folder_list());
    cr_expect(strstr(o.out, "245 voxels") != NULL && strstr(o.out, "\nmemory            about ") &&
                  strstr(o.out, "\ntime              about "),
              "%s", o.out);
    o = run("--dry-run --json --hkl=-500:500:4,-500:500:4,-500:500:4 " CRYSTAL);
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    cJSON *answer = parse_json(o.out);
    cr_expect(number_of(answer, "voxels") == 4001.0 * 4001.0 * 4001.0);
    cr_expect(number_of(answer, "estimated_bytes") > 8 * number_of(answer, "voxels"));
    cr_expect(number_of(answer, "estimated_seconds_forward") > 0);
    cJSON_Delete(answer);
}

Test(onephonon_streams, help_and_version_go_to_standard_output) {
    struct outcome o = run("--help");
    cr_expect(o.code == 0 && o.err[0] == '\0' && strstr(o.out, "Usage: onephonon") == o.out);
    static const char *const options[] = {
        "--hkl=",    "--dmin=",    "--cutoff=",  "--gamma-intra=", "--gamma-inter=", "--cotangent=",
        "--output=", "--picture=", "--layer=",   "--config=",      "--threads=",     "--progress=",
        "--json",    "--dry-run",  "-h, --help", "-V, --version",  "Exit codes: 0"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        cr_expect(strstr(o.out, options[i]) != NULL, "--help does not tell of %s", options[i]);
    }
    cr_expect(strcmp(run("-h").out, o.out) == 0);
    o = run("--version");
    cr_expect(o.code == 0 && strcmp(o.out, "onephonon (difftape) " DT_VERSION "\n") == 0, "%s",
              o.out);
    cr_expect(strcmp(run("-V").out, o.out) == 0);
}

Test(onephonon_streams, an_answer_that_cannot_be_written_is_an_error) {
    static const char *const commands[] = {"--progress=never " GRID CRYSTAL,
                                           "--json --progress=never " GRID CRYSTAL, "--help",
                                           "--version"};
    for (int i = 0; i < 4; i++) {
        struct outcome o = run_under((struct conditions){.output = "/dev/full"}, commands[i]);
        cr_expect(o.code == 3, "%s: exit code %d", commands[i], o.code);
        cr_expect(strstr(o.err, "cannot write standard output: No space left on device") != NULL,
                  "%s: says %s", commands[i], o.err);
    }
}

Test(onephonon_streams, closed_streams_do_not_end_up_in_the_map) {
    struct conditions closed = {.closed_streams = true};
    struct outcome o = run_under(closed, "-o map.npz --progress=always " GRID CRYSTAL);
    cr_expect(o.code == 3, "exit code %d, should be 3: the table had nowhere to go", o.code);
    dt_npz *npz = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_npz_open(&npz, "map.npz", &error) == DT_OK, "%s", error.message);
    for (int64_t i = 0; i < dt_npz_count(npz); i++) {
        dt_array array = {0};
        if (strcmp(dt_npz_name(npz, i), "meta") != 0) {
            cr_expect(dt_npz_get(npz, dt_npz_name(npz, i), &array, &error) == DT_OK, "%s",
                      error.message);
            dt_array_free(&array);
        }
    }
    dt_npz_close(npz);
}
