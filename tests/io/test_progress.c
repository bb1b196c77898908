/* test_progress.c - the progress line on terminals and in logs; sizes and durations. */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#include <difftape/progress.h>

#include <criterion/criterion.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Everything a display writes while it counts to `total`. To be freed. */
static char *shown(dt_progress_mode mode, const char *title, int64_t total, int64_t stride) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    cr_assert_not_null(stream);
    dt_progress *progress = dt_progress_new(stream, mode, title);
    cr_assert_not_null(progress);
    for (int64_t done = 0; done < total; done += stride) {
        dt_progress_update(progress, done, total);
    }
    dt_progress_update(progress, total, total);
    dt_progress_free(progress);
    fclose(stream);
    return text;
}

static int count(const char *text, char c) {
    int n = 0;
    for (; *text; text++) {
        n += *text == c;
    }
    return n;
}

Test(progress, a_log_gets_one_line_per_ten_percent) {
    char *text = shown(DT_PROGRESS_AUTO, "wavevectors", 1331, 1);
    cr_expect_eq(count(text, '\n'), 10, "%d lines, not 10:\n%s", count(text, '\n'), text);
    cr_expect_eq(count(text, '\r'), 0, "a log has carriage returns:\n%s", text);
    const char *line = text;
    for (int step = 1; step <= 10; step++) {
        int64_t done = 0, total = 0;
        int percent = -1;
        cr_assert_eq(sscanf(line, "wavevectors %ld/%ld %d %%", &done, &total, &percent), 3,
                     "line %s", line);
        int64_t first = (1331 * step + 9) / 10;
        cr_expect_eq(done, first, "step %d came at %lld, not %lld", step, (long long)done,
                     (long long)first);
        cr_expect_eq(percent, (int)(100 * first / 1331), "%d %% at %lld", percent, (long long)done);
        line += strcspn(line, "\n") + 1;
    }
    cr_expect(strstr(text, "1331/1331  100 %  in 00:0") != NULL, "no closing line:\n%s", text);
    cr_expect(strstr(text, "eta 0") != NULL, "no finite remaining time:\n%s", text);
    cr_expect(!strstr(text, "nan") && !strstr(text, "inf") && !strstr(text, "--:--"), "%s", text);
    free(text);
}

Test(progress, big_steps_skip_lines_and_never_repeat_them) {
    char *text = shown(DT_PROGRESS_AUTO, "x", 3, 1);
    cr_expect_eq(count(text, '\n'), 3, "%d lines, not 3:\n%s", count(text, '\n'), text);
    cr_expect(strstr(text, "x  1/3  33 %  eta 00:0") != NULL, "no line at 1/3:\n%s", text);
    cr_expect(strstr(text, "x  2/3  66 %  eta 00:0") != NULL, "no line at 2/3:\n%s", text);
    free(text);
    text = shown(DT_PROGRESS_AUTO, "x", 100, 55); /* 0, 55, 100 */
    cr_expect_eq(count(text, '\n'), 2, "%d lines, not 2:\n%s", count(text, '\n'), text);
    free(text);
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    dt_progress *progress = dt_progress_new(stream, DT_PROGRESS_AUTO, "x");
    for (int done = 55; done < 60; done++) {
        dt_progress_update(progress, done, 100);
    }
    dt_progress_free(progress);
    fclose(stream);
    cr_expect_eq(count(text, '\n'), 1, "%d lines for 55 to 59 %%:\n%s", count(text, '\n'), text);
    free(text);
}

Test(progress, never_is_silent) {
    char *text = shown(DT_PROGRESS_NEVER, "x", 100, 1);
    cr_expect_eq(strlen(text), 0, "wrote \"%s\"", text);
    free(text);
}

Test(progress, always_redraws_one_line_and_takes_it_away) {
    char *text = shown(DT_PROGRESS_ALWAYS, "k", 1000, 1);
    cr_expect_eq(count(text, '\n'), 0, "a redrawn line has line ends: %s", text);
    cr_expect(strncmp(text, "\rk  0/1000  0 %  eta --:--", 26) == 0, "begins with \"%.40s\"",
              text + 1);
    cr_expect(strstr(text, "\rk  1000/1000  100 %  in 00:0") != NULL, "does not reach 100 %%");
    cr_expect_eq(text[strlen(text) - 1], '\r', "the line was not taken away");
    /* first, last, erasing (two returns), and at most one for every tenth of a second in between */
    cr_expect_leq(count(text, '\r'), 40, "%d redraws for 1000 quick steps", count(text, '\r'));
    free(text);
}

Test(progress, a_narrow_terminal_is_not_wrapped) {
    setenv("COLUMNS", "20", 1);
    char *text = shown(DT_PROGRESS_ALWAYS, "a long title of a display", 123456789, 123456789);
    int longest = 0, lines = 0;
    for (const char *at = text; *at; at++) {
        int length = (int)strcspn(at, "\r");
        if (length > longest) {
            longest = length;
        }
        lines++;
        at += length;
        if (!*at) {
            break;
        }
    }
    cr_expect_gt(lines, 2, "only %d lines", lines);
    cr_expect_leq(longest, 19, "%d columns in a terminal of 20: %s", longest, text + 1);
    cr_expect_geq(longest, 10, "nothing shown: %s", text + 1);
    free(text);
}

Test(progress, a_terminal_gets_one_line_of_its_width) {
    setenv("TERM", "xterm", 1);
    int controller = posix_openpt(O_RDWR | O_NOCTTY);
    if (controller < 0 || grantpt(controller) || unlockpt(controller)) {
        cr_skip_test("no pseudo-terminal here");
    }
    FILE *terminal = fopen(ptsname(controller), "w");
    cr_assert_not_null(terminal);
    struct winsize size = {.ws_row = 5, .ws_col = 34};
    cr_assert_eq(ioctl(controller, TIOCSWINSZ, &size), 0);
    dt_progress *progress = dt_progress_new(terminal, DT_PROGRESS_AUTO, "wavevectors");
    dt_progress_update(progress, 10, 40);
    dt_progress_free(progress);
    char text[256];
    ssize_t n = read(controller, text, sizeof text - 1);
    cr_assert_gt(n, 0, "nothing arrived");
    text[n] = '\0';
    const char *expected = "\rwavevecto  10/40  25 %  eta 00:0";
    cr_expect_eq(strncmp(text, expected, strlen(expected)), 0, "got \"%s\"", text + 1);
    cr_expect_eq(strcspn(text + 1, "\r"), 33, "%zu columns, not 33", strcspn(text + 1, "\r"));
    cr_expect(!strchr(text, '\n'), "a line end in \"%s\"", text + 1);
    fclose(terminal);
    close(controller);
}

Test(progress, odd_arguments_do_no_harm) {
    dt_progress_update(NULL, 1, 2);
    dt_progress_clear(NULL);
    dt_progress_free(NULL);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    dt_progress *progress = dt_progress_new(stream, DT_PROGRESS_AUTO, NULL);
    dt_progress_update(progress, 5, 0);
    dt_progress_update(progress, -3, 10);
    dt_progress_update(progress, INT64_MAX, 10);
    dt_progress_free(progress);
    fclose(stream);
    cr_expect_eq(strncmp(text, "10/10  100 %  in 00:0", 21), 0, "got \"%s\"", text);
    free(text);
}

Test(progress, sizes_have_three_digits_and_a_unit) {
    const struct {
        double bytes;
        const char *text;
    } cases[] = {{0, "0 B"},           {999, "999 B"},        {999.7, "1.00 kB"},
                 {1000, "1.00 kB"},    {12345678, "12.3 MB"}, {999.6e6, "1.00 GB"},
                 {9.996e9, "10.0 GB"}, {5e20, "500 EB"},      {-1, "-1 B"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buffer[32];
        cr_expect_str_eq(dt_format_bytes(buffer, sizeof buffer, cases[i].bytes), cases[i].text,
                         "%g bytes: \"%s\", not \"%s\"", cases[i].bytes, buffer, cases[i].text);
    }
}

Test(progress, durations_have_minutes_and_seconds) {
    const struct {
        double seconds;
        const char *text;
    } cases[] = {{0, "00:00"},        {0.6, "00:01"},    {62, "01:02"},
                 {3599.6, "1:00:00"}, {3661, "1:01:01"}, {360000, "100:00:00"},
                 {-1, "--:--"},       {NAN, "--:--"},    {INFINITY, "--:--"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buffer[32];
        cr_expect_str_eq(dt_format_duration(buffer, sizeof buffer, cases[i].seconds), cases[i].text,
                         "%g s: \"%s\", not \"%s\"", cases[i].seconds, buffer, cases[i].text);
    }
}

Test(progress, mode_names_follow_the_enum) {
    cr_expect_str_eq(dt_progress_mode_names[DT_PROGRESS_AUTO], "auto");
    cr_expect_str_eq(dt_progress_mode_names[DT_PROGRESS_NEVER], "never");
    cr_expect_str_eq(dt_progress_mode_names[DT_PROGRESS_ALWAYS], "always");
}
