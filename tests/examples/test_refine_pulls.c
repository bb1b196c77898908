/* test_refine_pulls.c - are standard errors what they say? Many noises of one truth: the deviations
 * of the refined values from it, in standard errors, have mean 0 and standard deviation 1. */
#include "refine_case.h"

TestSuite(refine_pulls, .init = enter_folder, .fini = leave_fits, .timeout = 900);

enum { NOISES = 40, NUMBERS = 4 };

static const struct {
    const char *name;
    int number;
    double truth;
} numbers[NUMBERS] = {
    {"springs", 0, 1}, {"springs", 1, 0.5}, {"u-scale", 0, 1.2}, {"flat", 0, 300}};

/* Refine one noise from springs three times too stiff. */
static void add_pulls(int seed, double pulls[NUMBERS]) {
    char arguments[256];
    snprintf(arguments, sizeof arguments,
             "--simulate=target.npz --hkl=-2:2:3,-2:2:3,-2:2:3 --springs=1,0.5 --u-scale=1.2 "
             "--flat=300 --seed=%d " CRYSTAL,
             seed);
    must_run(arguments);
    must_run("--target=target.npz --springs=3,1.5 --refine=springs,u-scale,flat --quiet "
             "-o fit " CRYSTAL);
    for (int i = 0; i < NUMBERS; i++) {
        struct refined r = refined("fit", numbers[i].name, numbers[i].number);
        pulls[i] = (r.value - numbers[i].truth) / r.error;
        cr_assert(fabs(pulls[i]) < 5, "seed %d: %s is %g +- %g, not %g", seed, numbers[i].name,
                  r.value, r.error, numbers[i].truth);
    }
    unlink("fit/state.npz"); /* another fit follows */
}

Test(refine_pulls, deviations_from_the_truth_are_as_large_as_the_standard_errors_say) {
    double pulls[NOISES][NUMBERS];
    for (int n = 0; n < NOISES; n++) {
        add_pulls(n + 1, pulls[n]);
    }
    for (int i = 0; i < NUMBERS; i++) {
        double sum = 0, squares = 0;
        for (int n = 0; n < NOISES; n++) {
            sum += pulls[n][i];
            squares += pulls[n][i] * pulls[n][i];
        }
        double mean = sum / NOISES;
        double deviation = sqrt((squares - NOISES * mean * mean) / (NOISES - 1));
        fprintf(stderr, "%s %d: mean %.3f, standard deviation %.3f\n", numbers[i].name,
                numbers[i].number, mean, deviation);
        /* three standard deviations of the two estimates */
        cr_expect(fabs(mean) < 3 / sqrt(NOISES), "%s %d: mean %g", numbers[i].name,
                  numbers[i].number, mean);
        cr_expect(fabs(deviation - 1) < 3 / sqrt(2.0 * (NOISES - 1)),
                  "%s %d: standard deviation %g", numbers[i].name, numbers[i].number, deviation);
    }
}
