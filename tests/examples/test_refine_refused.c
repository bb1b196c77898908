/* test_refine_refused.c - bad input ends in one clear sentence, and nothing is lost. */
#include "refine_case.h"

#include <sys/stat.h>

enum { N = 4, VOXELS = N * N * N };

/* A target with everything right; tests then spoil one thing. */
struct target {
    int64_t shape[3], sigma_shape[3], axis_shape;
    double intensity[VOXELS], sigma[VOXELS], h[N], cell[6];
    bool valid[VOXELS], no_sigma, no_axes;
};

static struct target good(void) {
    struct target t = {.shape = {N, N, N}, .sigma_shape = {N, N, N}, .axis_shape = N};
    for (int i = 0; i < VOXELS; i++) {
        t.intensity[i] = 500 + i;
        t.sigma[i] = 10;
        t.valid[i] = true;
    }
    for (int i = 0; i < N; i++) {
        t.h[i] = 1 + i / 3.0;
    }
    return t;
}

static void write_target(const struct target *t) {
    dt_npz_writer *writer = NULL;
    dt_error error = DT_ERROR_INIT;
    const dt_array intensity = dt_array_wrap(DT_F64, 3, t->shape, t->intensity);
    const dt_array valid = dt_array_wrap(DT_BOOL, 3, t->shape, t->valid);
    const dt_array sigma = dt_array_wrap(DT_F64, 3, t->sigma_shape, t->sigma);
    const dt_array h = dt_array_wrap(DT_F64, 1, &t->axis_shape, t->h);
    const dt_array cell = dt_array_wrap(DT_F64, 1, (const int64_t[]){6}, t->cell);
    cr_assert(dt_npz_create(&writer, "target.npz", &error) == DT_OK, "%s", error.message);
    dt_npz_add(writer, "intensity", &intensity);
    dt_npz_add(writer, "valid", &valid);
    if (!t->no_sigma) {
        dt_npz_add(writer, "sigma", &sigma);
    }
    for (int d = 0; d < 3 && !t->no_axes; d++) {
        const char name[2] = {"hkl"[d], '\0'};
        dt_npz_add(writer, name, &h);
    }
    if (t->cell[0] > 0) {
        dt_npz_add(writer, "cell", &cell);
    }
    cr_assert(dt_npz_finish(writer, &error) == DT_OK, "%s", error.message);
}

/* Refused with this exit code and one sentence; no folder and no file but the target is left. */
static void refused(const char *arguments, int code, const char *sentence) {
    struct outcome o = run(arguments);
    const char *message = strstr(o.err, "refine: error: ");
    cr_expect(o.code == code, "%s: exit code %d, should be %d\n%s", arguments, o.code, code, o.err);
    cr_expect(message != NULL && strstr(message, sentence) != NULL, "%s: says\n%sshould say %s",
              arguments, o.err, sentence);
    cr_expect(message == NULL || strstr(message, "\nrefine: ") == NULL, "two sentences:\n%s",
              o.err);
    cr_expect(o.out[0] == '\0', "%s: standard output has\n%s", arguments, o.out);
    cr_expect(access("fit", F_OK) != 0, "%s: a folder was made", arguments);
}

static void target_refused(const struct target *t, const char *sentence) {
    write_target(t);
    refused("--target=target.npz -o fit " CRYSTAL, 3, sentence);
}

TestSuite(refine_refused, .init = enter_folder, .fini = leave_fits, .timeout = 280);

Test(refine_refused, a_target_with_nothing_wrong_is_fitted_with_and_without_sigmas) {
    struct target t = good();
    write_target(&t);
    must_run("--target=target.npz --quiet -o fit " CRYSTAL);
    double error = refined("fit", "springs", 1).error, chi = chi_squared("fit");
    t.no_sigma = true;
    write_target(&t);
    must_run("--target=target.npz --quiet -o again " CRYSTAL);
    /* All sigmas equal: without them the scatter of 56 voxels about 2 springs gives their size. */
    double scaled = error * sqrt(chi / (VOXELS - 8 - 2));
    double have = refined("again", "springs", 1).error;
    cr_expect(fabs(have - scaled) < 1e-4 * scaled, "error %g, should be %g", have, scaled);
}

Test(refine_refused, masked_voxels_may_hold_anything_and_change_nothing) {
    struct target t = good();
    t.valid[5] = t.valid[6] = false;
    write_target(&t);
    must_run("--target=target.npz --quiet -o fit " CRYSTAL);
    t.intensity[5] = NAN;
    t.sigma[6] = -1;
    write_target(&t);
    must_run("--target=target.npz --quiet -o again " CRYSTAL);
    cr_expect(strcmp(read_text("fit/parameters.csv", NULL),
                     read_text("again/parameters.csv", NULL)) == 0);
}

Test(refine_refused, numbers_that_are_none) {
    struct target t = good();
    t.intensity[1] = NAN;
    target_refused(&t, "target.npz: the intensity is nan at (0,0,1): set valid to false where");
    t = good();
    t.sigma[1] = 0;
    target_refused(&t, "target.npz: sigma is 0 at (0,0,1): it must be > 0");
    t.sigma[1] = -2;
    target_refused(&t, "sigma is -2 at (0,0,1)");
    t.sigma[1] = INFINITY;
    target_refused(&t, "sigma is inf at (0,0,1)");
}

Test(refine_refused, shapes_and_axes_that_do_not_fit) {
    struct target t = good();
    t.shape[2] = 3;
    target_refused(&t, "target.npz: intensity has shape (4,4,3), the axes h, k, l ask for (4,4,4)");
    t = good();
    t.sigma_shape[0] = 2;
    target_refused(&t, "sigma has shape (2,4,4), the axes h, k, l ask for (4,4,4)");
    t = good();
    t.h[1] += 0.01;
    target_refused(&t, "h must ascend in equal steps of 1/N");
    t = good();
    for (int i = 0; i < N; i++) {
        t.h[i] = -i;
    }
    target_refused(&t, "axis h must increase, point 1 is -1");
    t = good();
    t.no_axes = true;
    target_refused(&t, "no array 'h': a map has intensity, h, k and l");
    t = good();
    memcpy(t.cell, (double[]){20, 21, 22, 90, 90, 90}, sizeof t.cell);
    target_refused(&t, "the cell of the target has a = 20, that of the structure");
}

Test(refine_refused, targets_without_anything_to_fit) {
    struct target t = good();
    memset(t.valid, 0, sizeof t.valid);
    target_refused(&t, "no voxel has both data and a model");
    refused("--target=missing.npz -o fit " CRYSTAL, 3, "missing.npz");
    write_text("target.npz", "nonsense");
    refused("--target=target.npz -o fit " CRYSTAL, 3, "target.npz");
    write_target(&(struct target){.shape = {0, N, N}});
    refused("--target=target.npz -o fit " CRYSTAL, 3, "target.npz");
}

Test(refine_refused, asymmetric_units_that_overlap_themselves) {
    char *text = read_text(CRYSTAL, NULL), *first = strstr(text, "\nATOM");
    memcpy(strstr(first + 1, "\nATOM") + 31, first + 31, 24);
    write_text("x.pdb", text);
    refused("--simulate=x.npz x.pdb", 3,
            "x.pdb: atoms A/GLU 101/N and A/GLU 101/CA are 0.000 Angstrom apart in the asymmetric "
            "unit (1 such pair), and both are there all the time");
}

Test(refine_refused, springs_that_do_not_hold_the_crystal_and_says_no_more_than_that) {
    static const char *const end = "larger groups)\n"; /* no pivot of a matrix follows */
    struct target t = good();
    write_target(&t);
    refused("--simulate=x.npz --cutoff=3 " CRYSTAL, 4, end);
    refused("--simulate=x.npz --cutoff=3 " CRYSTAL, 4, "the springs do not hold the crystal: ");
    struct outcome o = run("--target=target.npz --cutoff=3 -o again " CRYSTAL);
    cr_expect(o.code == 4 && strstr(o.err, end) != NULL, "%d %s", o.code, o.err);
}

Test(refine_refused, options_that_are_wrong_or_contradict_each_other) {
    struct target t = good();
    write_target(&t);
#define USAGE(options, sentence) refused("--target=target.npz -o fit " options CRYSTAL, 2, sentence)
    USAGE("--refine=sprngs ", "'sprngs' is no parameter");
    USAGE("--refine=sprngs ", "did you mean springs?");
    USAGE("--refine=springs, ", "'' is no parameter");
    USAGE("--refine=springs,scale ", "--hold one spring constant");
    USAGE("--refine=u,u-scale ", "one too many");
    USAGE("--refine=u,u-tensor ", "is part of every U");
    USAGE("--refine=u --adp=data-tensors ", "refine u-scale or u-tensor with these");
    USAGE("--u-tensor=1,2,3 ", "expected six numbers xx,yy,zz,yz,xz,xy");
    USAGE("--bragg-order=17 ", "--bragg-order is 1 to 16, not 17");
    USAGE("--temperature=100 ", "--temperature has no influence");
    USAGE("--refine=flat,radial ", "contains the flat one");
    USAGE("--springs=1,2,3 ", "--springs has 3 numbers, this network 2 constants");
    USAGE("--springs=1,-2 ", "numbers > 0");
    USAGE("--hold=2 ", "numbered 0 to 1");
    USAGE("--classes=single --hold=0 ", "leave nothing to refine");
    USAGE("--simulate=x.npz ", "either --target");
    USAGE("--radial-knots=1001 ", "--radial-knots");
    USAGE("--cutoff=0.1 ", "contact");
    USAGE("--format=2 ", "these options are of version 2, this program knows version 1");
#undef USAGE
    refused("--target=target.npz " CRYSTAL, 2, "--output is missing");
    refused("-o fit " CRYSTAL, 2, "either --target");
    refused("--simulate=" CRYSTAL " " CRYSTAL, 2, "would be replaced");
    refused("--target=target.npz -o no/fit " CRYSTAL, 3, "no/fit: No such file or directory");
}

Test(refine_refused, folders_and_files_that_cannot_be_written) {
    struct target t = good();
    write_target(&t);
    write_text("again", "a file");
    struct outcome o = run("--target=target.npz -o again " CRYSTAL);
    cr_expect(o.code == 3 && strstr(o.err, "again/config.json: Not a directory") != NULL, "%d %s",
              o.code, o.err);
    unlink("again");
    if (geteuid() != 0) { /* to whom nothing is read-only */
        cr_assert(mkdir("again", 0555) == 0);
        o = run("--target=target.npz -o again " CRYSTAL);
        cr_expect(o.code == 3 && strstr(o.err, "again/config.json: Permission denied") != NULL,
                  "%d %s", o.code, o.err);
    }
    refused("--simulate=no/x.npz " CRYSTAL, 3, "no/x.npz");
    refused("--simulate=x.png " CRYSTAL, 2, "x.png: the end of the name says how a map is stored");
}

Test(refine_refused, a_history_that_cannot_be_written_loses_no_iteration) {
    struct target t = good();
    write_target(&t);
    must_run("--target=target.npz --quiet -o again " CRYSTAL);
    must_run("--target=target.npz --quiet --iterations=1 -o fit " CRYSTAL);
    cr_assert(mkdir("fit/history.csv.part", 0777) == 0); /* in its way */
    struct outcome o = run("--target=target.npz --quiet --resume -o fit " CRYSTAL);
    cr_expect(o.code == 3 && strstr(o.err, "fit/history.csv: Is a directory") != NULL, "%d %s",
              o.code, o.err);
    rmdir("fit/history.csv.part");
    must_run("--target=target.npz --quiet --resume -o fit " CRYSTAL);
    cr_expect(strcmp(read_text("fit/history.csv", NULL), read_text("again/history.csv", NULL)) ==
              0);
}

Test(refine_refused, configurations_of_a_newer_version_and_unknown_names) {
    struct target t = good();
    write_target(&t);
    write_text("c.json", "{\"format\": \"2\", \"brilliance\": 3}");
    refused("--config=c.json --target=target.npz -o fit " CRYSTAL, 2,
            "these options are of version 2");
    write_text("c.json", "{\"refin\": \"springs\"}");
    refused("--config=c.json --target=target.npz -o fit " CRYSTAL, 2, "did you mean \"refine\"?");
}

Test(refine_refused, a_full_disk_leaves_the_state_of_the_iteration_before) {
    struct target t = good();
    write_target(&t);
    must_run("--target=target.npz --quiet --iterations=1 -o fit " CRYSTAL);
    size_t before, after;
    const char *a = read_text("fit/state.npz", &before);
    struct outcome o = run_under((struct conditions){.file_bytes = 700},
                                 "--target=target.npz --quiet --resume -o fit " CRYSTAL);
    cr_expect(o.code == 3, "exit code %d\n%s", o.code, o.err);
    const char *b = read_text("fit/state.npz", &after);
    cr_expect(before == after && memcmp(a, b, before) == 0, "the state was changed");
    must_run("--target=target.npz --quiet --resume -o fit " CRYSTAL);
}
