/* test_refine.c - refine finds what a target was made with, and says how well it knows it. */
#include "refine_case.h"

#include <difftape/difftape.h>

TestSuite(refine, .init = enter_folder, .fini = leave_fits, .timeout = 280);

#define SMALLER " --hkl=-2:2:2,-2:2:2,-2:2:2 "
#define SMALL   " --hkl=-2:2:3,-2:2:3,-2:2:3 "

Test(refine, recovers_springs_to_one_per_cent_at_signal_to_noise_ten_from_a_start_three_times_off) {
    must_run("--simulate=target.npz --springs=1,0.5 --snr=10 --seed=7 " CRYSTAL);
    const char *out = must_run("--target=target.npz --springs=3,1.5 --quiet -o fit " CRYSTAL);
    struct refined intra = refined("fit", "springs", 0), inter = refined("fit", "springs", 1);
    cr_expect(fabs(intra.value - 1) < 0.01, "intra %g", intra.value);
    cr_expect(fabs(inter.value - 0.5) < 0.005, "inter %g", inter.value);
    expect_refined("fit", "springs", 0, 1);
    expect_refined("fit", "springs", 1, 0.5);
    cr_expect(strstr(out, "converged") != NULL, "%s", out);
    double per_voxel = chi_squared("fit") / 28460; /* 31^3 voxels less 11^3 Bragg peaks */
    cr_expect(fabs(per_voxel - 1) < 4 * sqrt(2.0 / 28460), "chi^2 per voxel is %g", per_voxel);
    static const char *const files[] = {"config.json",     "state.npz",      "history.csv",
                                        "shells.csv",      "model.npz",      "data.png",
                                        "model.png",       "difference.png", "distances.csv",
                                        "provenance.json", "fit.png"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[64];
        size_t size;
        snprintf(path, sizeof path, "fit/%s", files[i]);
        read_text(path, &size);
        cr_expect(size > 100, "%s has %zu bytes", path, size);
    }
}

Test(refine, noise_has_the_sigmas_of_the_target_and_is_another_for_every_seed) {
    must_run("--simulate=target.npz --springs=1,0.5 --snr=5" SMALL CRYSTAL);
    must_run("--simulate=same.npz --springs=1,0.5 --snr=5 --threads=3" SMALL CRYSTAL);
    must_run("--simulate=other.npz --springs=1,0.5 --snr=5 --seed=2" SMALL CRYSTAL);
    must_run("--target=target.npz --springs=1,0.5 --iterations=0 -o fit " CRYSTAL);
    dt_array data = member("target.npz", "intensity"), same = member("same.npz", "intensity");
    dt_array other = member("other.npz", "intensity"), sigma = member("target.npz", "sigma");
    dt_array valid = member("target.npz", "valid"), model = member("fit/model.npz", "intensity");
    double sum = 0, squares = 0, mean = 0;
    int n = 0, differ = 0;
    for (int64_t i = 0; i < dt_array_size(&data); i++) {
        if (((bool *)valid.data)[i]) {
            double x = ((double *)data.data)[i], m = ((double *)model.data)[i];
            double z = (x - m) / ((double *)sigma.data)[i];
            sum += z;
            squares += z * z;
            mean += m;
            n++;
            differ += x != ((double *)other.data)[i];
            cr_expect(x == ((double *)same.data)[i], "threads change voxel %lld", (long long)i);
        }
    }
    mean /= n;
    cr_expect(n == 13 * 13 * 13 - 125, "%d voxels", n);
    cr_expect(differ == n, "%d of %d voxels differ between seeds", differ, n);
    cr_expect(fabs(sum / n) < 4 / sqrt(n), "mean of the noise %g", sum / n);
    cr_expect(fabs(squares / n - 1) < 4 * sqrt(2.0 / n), "variance of the noise %g", squares / n);
    int checked = 0;
    for (int64_t i = 0; i < dt_array_size(&data); i++) {
        if (((bool *)valid.data)[i]) {
            double want = sqrt((((double *)model.data)[i] + mean / 100) * mean) / 5;
            double have = ((double *)sigma.data)[i];
            cr_expect(fabs(have - want) < 1e-12 * want, "sigma %g, should be %g", have, want);
            checked++;
        }
    }
    cr_expect(checked == n);
    dt_array *arrays[] = {&data, &same, &other, &sigma, &valid, &model};
    for (int i = 0; i < 6; i++) {
        dt_array_free(arrays[i]);
    }
}

/* The map of another part of the library (gnm.h, not network.h) for the same springs. */
static dt_array one_phonon_map(double intra, double inter) {
    const dt_grid grid = {.lo = {-2, -2, -2}, .hi = {2, 2, 2}, .samples = {3, 3, 3}};
    dt_error error = DT_ERROR_INIT;
    dt_structure *s = NULL;
    dt_crystal *crystal = NULL;
    dt_one_phonon *model = NULL;
    cr_assert(dt_structure_read(&s, CRYSTAL, NULL, &error) == DT_OK, "%s", error.message);
    dt_crystal_input input = dt_crystal_input_from(s);
    cr_assert(dt_crystal_new(&input, &crystal, &error) == DT_OK, "%s", error.message);
    const dt_one_phonon_options options = {.cutoff = 4};
    cr_assert(dt_one_phonon_new(crystal, &grid, &options, &model, &error) == DT_OK, "%s",
              error.message);
    dt_tape *tape = dt_tape_new(NULL);
    int64_t n = crystal->n_atoms;
    dt_tensor *map = dt_one_phonon_intensity(
        model, dt_scalar(tape, intra), dt_scalar(tape, inter),
        dt_constant(tape, DT_F64, 1, &n, crystal->u_iso),
        dt_constant(tape, DT_F64, 2, (const int64_t[]){n, 3}, crystal->xyz));
    const dt_array view = dt_array_of(map);
    dt_array copy;
    cr_assert(dt_array_new(&copy, DT_F64, 3, view.shape, &error) == DT_OK);
    cr_assert(dt_array_copy(&copy, &view, &error) == DT_OK, "%s", dt_tape_message(tape));
    dt_tape_free(tape);
    dt_one_phonon_free(model);
    dt_crystal_free(crystal);
    dt_structure_free(s);
    return copy;
}

Test(refine, model_is_the_one_phonon_map_with_scale_and_flat_background) {
    must_run("--simulate=target.npz" SMALL CRYSTAL);
    must_run(
        "--target=target.npz --springs=2,0.7 --scale=3 --flat=11 --iterations=0 -o fit " CRYSTAL);
    dt_array have = member("fit/model.npz", "intensity"), want = one_phonon_map(2, 0.7);
    int compared = 0;
    for (int64_t i = 0; i < dt_array_size(&have); i++) {
        double a = ((double *)have.data)[i], b = ((double *)want.data)[i];
        if (b != 0) {
            cr_expect(fabs(a - (3 * b + 11)) < 1e-11 * fabs(a), "%g, should be %g", a, 3 * b + 11);
            compared++;
        } else {
            cr_expect(a == 0, "%g at a Bragg peak", a);
        }
    }
    cr_expect(compared == 13 * 13 * 13 - 125, "%d voxels compared", compared);
    dt_array_free(&have);
    dt_array_free(&want);
}

Test(refine, chi_squared_rises_by_one_at_one_standard_error) {
    must_run("--simulate=target.npz --springs=1,0.5" SMALL CRYSTAL);
    must_run("--target=target.npz --springs=1,0.8 --hold=0 --quiet -o fit " CRYSTAL);
    struct refined r = refined("fit", "springs", 1);
    double rise = 0;
    for (int side = -1; side <= 1; side += 2) {
        char arguments[256];
        snprintf(arguments, sizeof arguments,
                 "--target=target.npz --springs=1,%.17g --iterations=0 -o %s %s",
                 r.value + side * r.error, side < 0 ? "again" : "other", CRYSTAL);
        must_run(arguments);
        rise += (chi_squared(side < 0 ? "again" : "other") - chi_squared("fit")) / 2;
    }
    cr_expect(fabs(rise - 1) < 0.02, "chi^2 rises by %g", rise);
    expect_refined("fit", "springs", 1, 0.5);
}

Test(refine, recovers_scale_u_and_backgrounds) {
    must_run(
        "--simulate=target.npz --springs=1,0.5 --scale=40 --u-scale=1.2 --flat=3000" SMALL CRYSTAL);
    must_run("--target=target.npz --springs=2,0.5 --hold=1 --scale=20 "
             "--refine=springs,scale,u-scale,flat --quiet -o fit " CRYSTAL);
    expect_refined("fit", "springs", 0, 1);
    expect_refined("fit", "scale", 0, 40);
    expect_refined("fit", "u-scale", 0, 1.2);
    expect_refined("fit", "flat", 0, 3000);
    must_run("--target=target.npz --springs=1,0.5 --scale=40 --u-scale=1.2 --refine=radial "
             "--radial-knots=4 --quiet -o again " CRYSTAL);
    for (int knot = 0; knot < 4; knot++) {
        expect_refined("again", "radial", knot, 3000);
    }
}

Test(refine, both_methods_end_at_the_same_values_and_errors) {
    must_run("--simulate=target.npz --springs=1,0.5" SMALL CRYSTAL);
    must_run("--target=target.npz --springs=3,1.5 --refine=springs,flat --quiet -o fit " CRYSTAL);
    must_run("--target=target.npz --springs=3,1.5 --refine=springs,flat --method=lbfgs --quiet "
             "-o again " CRYSTAL);
    for (int i = 0; i < 2; i++) {
        struct refined a = refined("fit", "springs", i), b = refined("again", "springs", i);
        cr_expect(fabs(a.value - b.value) < 1e-2 * a.error, "%.9g and %.9g +- %.2g", a.value,
                  b.value, a.error);
        cr_expect(fabs(a.error - b.error) < 1e-3 * a.error, "errors %g and %g", a.error, b.error);
    }
}

Test(refine, u_of_every_atom_lowers_chi_squared_and_has_an_error_each) {
    must_run("--simulate=target.npz --u-scale=1.3 --snr=500" SMALLER CRYSTAL);
    must_run("--target=target.npz --iterations=0 -o again " CRYSTAL);
    must_run(
        "--target=target.npz --refine=u --method=lbfgs --iterations=30 --quiet -o fit " CRYSTAL);
    double before = chi_squared("again"), after = chi_squared("fit");
    cr_expect(after < 0.1 * before, "chi^2 falls from %g to %g", before, after);
    for (int i = 0; i < 204; i += 29) {
        struct refined r = refined("fit", "u", i);
        cr_expect(r.value > 0 && r.error > 0 && isfinite(r.error), "U %d is %g +- %g", i, r.value,
                  r.error);
    }
}

Test(refine, hybrid_springs_of_residues_fit_their_own_map_from_another_start) {
    must_run("--simulate=target.npz --form=hybrid --groups=residue --springs=5,20 "
             "--snr=20" SMALLER CRYSTAL);
    const char *out = must_run("--target=target.npz --form=hybrid --groups=residue "
                               "--springs=8,12 --quiet -o fit " CRYSTAL);
    cr_expect(strstr(out, "springs intra across") != NULL, "%s", out);
    cr_expect(strstr(out, "4 constants") != NULL, "%s", out);
    for (int i = 0; i < 4; i++) {
        expect_refined("fit", "springs", i, i % 2 == 0 ? 5 : 20);
    }
}

Test(refine, springs_without_influence_leave_the_fit_whole_and_are_named) {
    must_run("--simulate=target.npz --form=parallel" SMALL CRYSTAL);
    const char *out =
        must_run("--target=target.npz --form=parallel --springs=2 --quiet -o fit " CRYSTAL);
    cr_expect(strstr(out, "not determined     springs intra: no influence") != NULL, "%s", out);
    struct refined open = refined("fit", "springs", 0), held = refined("fit", "springs", 1);
    cr_expect(fabs(open.value - 2) < 1e-12 && isnan(open.error), "intra %g +- %g", open.value,
              open.error);
    out = must_run(
        "--target=target.npz --form=parallel --springs=2 --hold=0 --quiet -o again " CRYSTAL);
    expect_refined("again", "springs", 1, 1);
    double error = refined("again", "springs", 1).error;
    cr_expect(fabs(held.error - error) < 1e-5 * error, "error %g, with it held %g", held.error,
              error);
}

Test(refine, a_spring_of_rounding_noise_stays_where_it_is_and_the_others_have_their_errors) {
    must_run("--simulate=target.npz --springs=1,0.5" SMALL CRYSTAL);
    const char *out =
        must_run("--target=target.npz --form=hybrid --springs=2 --quiet -o fit " CRYSTAL);
    cr_expect(strstr(out, "not determined     springs intra along: no influence") != NULL, "%s",
              out);
    cr_expect(fabs(refined("fit", "springs", 1).value - 2) < 1e-12);
    static const double truth[4] = {1, 2, 0.5, 0.5};
    for (int i = 0; i < 4; i++) {
        if (i != 1) {
            expect_refined("fit", "springs", i, truth[i]);
        }
    }
}

Test(refine, a_start_so_bad_that_a_spring_runs_away_is_reported) {
    must_run("--simulate=target.npz --springs=1,0.5" SMALL CRYSTAL);
    const char *out = must_run("--target=target.npz --springs=1,100 --quiet -o fit " CRYSTAL);
    double value = refined("fit", "springs", 0).value;
    bool far = !(value < 1e4 && value > 1e-4);
    cr_expect(far == (strstr(out, "ran away           springs intra went from 1 to") != NULL),
              "intra %g:\n%s", value, out);
}

Test(refine, model_of_one_fit_can_be_the_target_of_the_next) {
    must_run("--simulate=target.npz" SMALL CRYSTAL);
    must_run("--target=target.npz --springs=1,0.5 --iterations=0 -o fit " CRYSTAL);
    must_run("--target=fit/model.npz --springs=2,2 --quiet -o again " CRYSTAL);
    double intra = refined("again", "springs", 0).value,
           inter = refined("again", "springs", 1).value;
    cr_expect(fabs(intra - 1) < 1e-6 && fabs(inter - 0.5) < 1e-6, "%.9g and %.9g", intra, inter);
    struct outcome o = run("--target=fit/model.npz --springs=2,2 -o fit " CRYSTAL);
    cr_expect(o.code == 2 && strstr(o.err, "would be replaced by its output"), "%s", o.err);
}

Test(refine, a_layer_of_negative_data_still_has_its_pictures) {
    must_run("--simulate=target.npz --flat=-90000" SMALL CRYSTAL);
    must_run("--target=target.npz --flat=-90000 --iterations=2 --quiet -o fit " CRYSTAL);
    cr_expect(access("fit/data.png", F_OK) == 0 && access("fit/difference.png", F_OK) == 0);
}
