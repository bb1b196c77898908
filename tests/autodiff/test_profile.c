/* test_profile.c - the drawn graph and the measured times name what ran. */
#include <difftape/ops.h>
#include <difftape/profile.h>

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char text[100000];

static void collect(void *user, const char *piece) {
    (void)user;
    strncat(text, piece, sizeof text - strlen(text) - 1);
}

static int count(const char *part) {
    int n = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) {
        n++;
    }
    return n;
}

static dt_tensor *model(dt_tape *tape) {
    const int64_t n = 300;
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, &n, NULL);
    dt_tensor *unused = dt_square(x);
    (void)unused;
    return dt_sum(dt_mul(dt_exp(x), dt_full(tape, DT_F64, 1, &n, 2)), DT_ALL);
}

Test(profile, graph_shows_what_led_to_the_result_and_nothing_else) {
    dt_tape *tape = dt_tape_new(NULL);
    text[0] = '\0';
    dt_graph_write_dot(model(tape), collect, NULL);
    cr_expect(strncmp(text, "digraph tape {", 14) == 0 && text[strlen(text) - 2] == '}', "%s",
              text);
    cr_expect(count("label=\"exp\\nf64(300), 2400 B\"") == 1 && count("label=\"mul") == 1 &&
                  count("label=\"sum\\nf64()") == 1,
              "%s", text);
    cr_expect(count("square") == 0 && count("parameter") == 1 && count("constant") == 1, "%s",
              text);
    cr_expect_eq(count("->"), 4, "%s", text);
    dt_tape_free(tape);
}

Test(profile, table_and_trace_count_every_operation) {
    dt_tape *tape = dt_tape_new(NULL);
    text[0] = '\0';
    dt_profile_write(tape, DT_PROFILE_TABLE, collect, NULL);
    cr_expect(strstr(text, "nothing was measured") != NULL);
    dt_profile_enable(tape, true);
    dt_tensor *y = model(tape);
    dt_backward(y);
    dt_profile_enable(tape, false);
    model(tape);
    text[0] = '\0';
    dt_profile_write(tape, DT_PROFILE_TABLE, collect, NULL);
    cr_expect(count("\nexp ") == 1 && count("\ntotal ") == 1, "%s", text);
    text[0] = '\0';
    dt_profile_write(tape, DT_PROFILE_TRACE, collect, NULL);
    cr_expect_eq(count("\"name\": \"exp\""), 1, "%s", text);
    cr_expect_geq(count("\"cat\": \"sweep\""), 2, "%s", text);
    cr_expect(count("\"bytes\": 2400") >= 3, "%s", text);
    text[0] = '\0';
    dt_graph_write_dot(y, collect, NULL);
    cr_expect_geq(count(" us\""), 3, "%s", text);
    dt_tape_free(tape);
}
