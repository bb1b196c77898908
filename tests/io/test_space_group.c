/* test_space_group.c - space groups by number and symbol. */
#include <difftape/structure.h>

#include <criterion/criterion.h>
#include <string.h>

/* Orders from the International Tables A: point group times centring. */
static const struct {
    const char *text, *name;
    int number, n_ops;
} groups[] = {{"225", "F m -3 m", 225, 192},     {"1", "P 1", 1, 1},
              {"194", "P 63/m m c", 194, 24},    {"F d -3 m:1", "F d -3 m:1", 227, 192},
              {"I m -3 m", "I m -3 m", 229, 96}, {"166", "R -3 m:H", 166, 36},
              {"14", "P 1 21/c 1", 14, 4}};

Test(space_group, is_found_by_number_or_symbol) {
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        dt_space_group g;
        dt_error error = DT_ERROR_INIT;
        cr_assert(dt_space_group_find(groups[i].text, &g, &error) == DT_OK, "%s", error.message);
        cr_expect(strcmp(g.name, groups[i].name) == 0 && g.number == groups[i].number &&
                      g.n_ops == groups[i].n_ops,
                  "%s is %s, %d, %d operators", groups[i].text, g.name, g.number, g.n_ops);
        for (int k = 0; k < 9; k++) {
            cr_expect(g.op_rot[0][k] == (k % 4 == 0), "%s: the identity is not first", g.name);
        }
    }
}

Test(space_group, is_refused_by_name) {
    static const char *const texts[] = {"0", "231", "F q -3 m", "", "225x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        dt_space_group g;
        dt_error error = DT_ERROR_INIT;
        cr_expect(dt_space_group_find(texts[i], &g, &error) == DT_ERR_ARGUMENT, "%s", texts[i]);
        cr_expect(strstr(error.message, "space group: ") == error.message, "%s", error.message);
    }
}
