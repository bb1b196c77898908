/* reference_cases.h - the reference files and how their maps were sampled. */
#ifndef TEST_PHYSICS_REFERENCE_CASES_H
#define TEST_PHYSICS_REFERENCE_CASES_H

#include "support.h"

#include <difftape/map_utils.h>

#include <stdio.h>

/* The reference looked for contacts in the 27 nearest cells; with 3AL1 and 7N2H that loses some. */
enum { REFERENCE_CELLS = 1 };

typedef struct crystal_case {
    const char *file;
    dt_grid grid;
    double gamma_intra, gamma_inter, mask_d_min;
} crystal_case;

static const crystal_case cases[] = {
    {"3al1", {{-6, -6, -8}, {6, 6, 8}, {3, 3, 3}}, 1.0, 0.5, 2.0},
    {"5zck", {{-2, -6, -9}, {2, 6, 9}, {3, 3, 3}}, 2.0, 1.0, 2.0},
    {"5zck_run_debug", {{-4, -17, -29}, {4, 17, 29}, {3, 3, 3}}, 1.0, 1.0, 2.0},
    {"7n2h", {{-8, -8, -2}, {8, 8, 2}, {3, 3, 3}}, 2.0, 1.0, 2.0},
};
enum { N_CASES = sizeof cases / sizeof *cases };

/* The archive, or a skipped test with the reason. */
static dt_npz *open_reference(const char *file) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.npz", DT_REFERENCE_DIR, file);
    FILE *probe = fopen(path, "rb");
    if (!probe)
        cr_skip_test("%s is absent: set the Meson option reference_dir", path);
    fclose(probe);
    dt_npz *npz = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_npz_open(&npz, path, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    return npz;
}

#endif
