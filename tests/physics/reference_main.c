/* reference_main.c - runs the reference tests, or tells Meson that they are skipped, and why. */
#include <difftape/base.h>

#include <criterion/criterion.h>

#include <stdio.h>

enum { MESON_SKIP = 77 };

/* Criterion starts every test as a process of its own and looks main up by name: it is exported. */
DT_API int main(int argc, char **argv) {
    FILE *probe = fopen(DT_REFERENCE_DIR "/3al1.npz", "rb");
    if (!probe) {
        printf("SKIP: %s is absent; set the Meson option reference_dir\n",
               DT_REFERENCE_DIR "/3al1.npz");
        return MESON_SKIP;
    }
    fclose(probe);
    struct criterion_test_set *tests = criterion_initialize();
    int failed = 0;
    if (criterion_handle_args(argc, argv, true)) {
        failed = !criterion_run_all_tests(tests);
    }
    criterion_finalize(tests);
    return failed;
}
