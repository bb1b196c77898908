/* test_refine_files.c - targets and models of refine in every format, and what stands in them. */
#include "refine_case.h"

#include <difftape/difftape.h>

#define SMALL " --hkl=-2:2:3,-2:2:3,-2:2:3 "

static void enter(void) {
    enter_folder();
    struct outcome o = run("--simulate=target.nxs --springs=1,0.5" SMALL CRYSTAL);
    if (strstr(o.err, "HDF5") != NULL) {
        cr_skip_test("built without HDF5");
    }
    cr_assert(o.code == 0, "%s", o.err);
    must_run("--simulate=target.npz --springs=1,0.5" SMALL CRYSTAL);
}

TestSuite(refine_files, .init = enter, .fini = leave_fits, .timeout = 280);

static dt_hkl_map read_map(const char *path) {
    dt_hkl_map map = {0};
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_hkl_map_read(&map, path, &error) == DT_OK, "%s", error.message);
    return map;
}

static void write_hkl(const char *path, const dt_hkl_map *map) {
    dt_hkl_writer *writer = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_hkl_map_create(&writer, path, &error) == DT_OK, "%s", error.message);
    cr_assert(dt_hkl_map_finish(writer, map, &error) == DT_OK, "%s", error.message);
}

static void expect_equal_maps(const char *a, const char *b) {
    dt_hkl_map one = read_map(a), two = read_map(b);
    int64_t n = dt_array_size(&one.intensity);
    cr_assert(n == 13 * 13 * 13 && n == dt_array_size(&two.intensity));
    size_t size = (size_t)n * sizeof(double);
    cr_expect(memcmp(one.intensity.data, two.intensity.data, size) == 0, "%s: intensity", a);
    cr_expect(memcmp(one.valid.data, two.valid.data, (size_t)n) == 0, "%s: valid", a);
    cr_expect((one.sigma.data != NULL) == (two.sigma.data != NULL), "%s: sigma", a);
    if (one.sigma.data != NULL && two.sigma.data != NULL) {
        cr_expect(memcmp(one.sigma.data, two.sigma.data, size) == 0, "%s: sigma", a);
    }
    cr_expect(memcmp(one.cell, two.cell, sizeof one.cell) == 0 && one.cell[0] > 20);
    dt_hkl_map_free(&one);
    dt_hkl_map_free(&two);
}

Test(refine_files, the_same_fit_from_numpy_and_nexus_has_an_equal_history_and_equal_results) {
    expect_equal_maps("target.npz", "target.nxs");
    must_run("--target=target.npz --springs=3,1.5 --quiet -o fit " CRYSTAL);
    must_run("--target=target.nxs --springs=3,1.5 --quiet -o again " CRYSTAL);
    static const char *const files[] = {"history.csv",   "parameters.csv", "shells.csv",
                                        "distances.csv", "data.png",       "difference.png"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[2][64];
        snprintf(path[0], sizeof path[0], "fit/%s", files[i]);
        snprintf(path[1], sizeof path[1], "again/%s", files[i]);
        expect_equal_files(path[0], path[1]);
    }
    expect_equal_maps("fit/model.npz", "again/model.nxs");
}

/* Does this stand somewhere in the file? */
static bool holds(const char *path, const char *text, size_t length) {
    size_t size;
    const char *bytes = read_text(path, &size);
    for (size_t at = 0; at + length <= size; at++) {
        if (memcmp(bytes + at, text, length) == 0) {
            return true;
        }
    }
    return false;
}

Test(refine_files, every_picture_has_the_provenance_of_the_fit) {
    must_run("--target=target.npz --springs=3,1.5 --iterations=2 --quiet -o fit " CRYSTAL);
    const char *run = read_text("fit/provenance.json", NULL);
    size_t length = strlen(run) - 1; /* without the end of the line */
    cr_assert(length > 500 && strstr(run, "\"program\":\"refine\"") != NULL, "%s", run);
    static const char *const files[] = {"fit/data.png", "fit/model.png", "fit/difference.png",
                                        "fit/fit.png"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        cr_expect(holds(files[i], run, length), "%s does not tell where it is from", files[i]);
    }
}

Test(refine_files, a_fit_begun_with_one_format_goes_on_with_the_same_data_in_the_other) {
    must_run("--target=target.npz --springs=3,1.5 --quiet -o fit " CRYSTAL);
    must_run("--target=target.npz --springs=3,1.5 --quiet --iterations=3 -o again " CRYSTAL);
    must_run("--target=target.nxs --springs=3,1.5 --quiet --resume -o again " CRYSTAL);
    expect_equal_files("fit/history.csv", "again/history.csv");
}

Test(refine_files, the_model_is_written_in_the_format_asked_for_and_can_be_a_target) {
    must_run(
        "--target=target.npz --springs=1,0.5 --iterations=0 --map-format=nexus -o fit " CRYSTAL);
    must_run("--target=fit/model.nxs --springs=2,2 --quiet --map-format=npz -o again " CRYSTAL);
    double intra = refined("again", "springs", 0).value;
    cr_expect(fabs(intra - 1) < 1e-6, "%.9g", intra);
    cr_expect(access("again/model.npz", F_OK) == 0);
    must_run(
        "--target=target.nxs --springs=1,0.5 --iterations=0 --map-format=ccp4 -o other " CRYSTAL);
    const char *ccp4 = read_text("other/model.ccp4", NULL);
    cr_expect(memcmp(ccp4 + 208, "MAP ", 4) == 0, "no CCP4 map");
}

Test(refine_files, the_model_of_a_shifted_grid_is_refused_as_ccp4_before_the_fit) {
    dt_hkl_map map = read_map("target.npz");
    for (int d = 0; d < 3; d++) {
        for (int64_t i = 0; i < map.axis[d].shape[0]; i++) {
            ((double *)map.axis[d].data)[i] += 1.0 / 6;
        }
    }
    write_hkl("target.npz", &map);
    dt_hkl_map_free(&map);
    struct outcome o = run("--target=target.npz --map-format=ccp4 -o fit " CRYSTAL);
    cr_expect(o.code == 2 && strstr(o.err, "points at multiples of 1/N") != NULL, "%d %s", o.code,
              o.err);
    must_run("--target=target.npz --quiet --iterations=1 -o again " CRYSTAL);
}

Test(refine_files, results_say_what_made_them) {
    must_run(
        "--target=target.nxs --springs=1,0.5 --iterations=1 --quiet --threads=2 -o fit " CRYSTAL);
    dt_hkl_map map = read_map("fit/model.nxs"), target = read_map("target.nxs");
    cr_assert(map.provenance != NULL && target.provenance != NULL);
    char hash[DT_SHA256_SIZE];
    cr_assert(dt_file_sha256("target.nxs", hash, NULL, NULL) == DT_OK);
    const char *text[] = {map.provenance, read_text("fit/provenance.json", NULL)};
    for (int i = 0; i < 2; i++) {
        cJSON *run = parse_json(text[i]);
        const cJSON *inputs = cJSON_GetObjectItem(run, "inputs");
        cr_expect_str_eq(cJSON_GetObjectItem(run, "program")->valuestring, "refine");
        cr_expect_str_eq(cJSON_GetObjectItem(run, "difftape")->valuestring, DT_VERSION);
        cr_expect(cJSON_GetArraySize(inputs) == 2 && number_of(run, "threads") == 2);
        const cJSON *second = cJSON_GetArrayItem(inputs, 1);
        cr_expect_str_eq(cJSON_GetObjectItem(second, "sha256")->valuestring, hash);
        cr_expect(cJSON_IsNull(cJSON_GetObjectItem(run, "seed")));
        cJSON_Delete(run);
    }
    cJSON *run = parse_json(target.provenance);
    cr_expect(number_of(run, "seed") == 1);
    cJSON_Delete(run);
    cr_expect_str_eq(map.space_group, "P -1");
    dt_hkl_map_free(&map);
    dt_hkl_map_free(&target);
}

/* -- NeXus files with something wrong ---------------------------------------------------------- */

static void spoiled(const dt_hkl_map *map, const char *options, const char *sentence) {
    char arguments[256];
    write_hkl("target.nxs", map);
    snprintf(arguments, sizeof arguments, "--target=target.nxs %s-o fit " CRYSTAL, options);
    struct outcome o = run(arguments);
    cr_expect(o.code == 3 && strstr(o.err, sentence) != NULL, "%d: %s", o.code, o.err);
    cr_expect(access("fit", F_OK) != 0, "a folder was made");
}

Test(refine_files, nexus_targets_that_do_not_fit_end_in_one_sentence) {
    dt_hkl_map map = read_map("target.nxs");
    double *x = map.intensity.data, *sigma = map.sigma.data, *h = map.axis[0].data;
    double kept = x[1];
    x[1] = NAN;
    spoiled(&map, "", "target.nxs: the intensity is nan at (0,0,1): set valid to false where");
    x[2] = INFINITY;
    spoiled(&map, "", "the intensity is nan at (0,0,1) and at 1 other voxels");
    x[1] = x[2] = kept;
    kept = sigma[2];
    sigma[2] = -1;
    spoiled(&map, "", "target.nxs: sigma is -1 at (0,0,2): it must be > 0");
    spoiled(&map, "--nan=skip ", "target.nxs: sigma is -1 at (0,0,2): it must be > 0");
    sigma[2] = kept;
    h[3] += 0.1;
    spoiled(&map, "", "h must ascend in equal steps of 1/N");
    h[3] -= 0.1;
    map.cell[1] *= 1.02;
    spoiled(&map, "", "the cell of the target has b = ");
    dt_hkl_map_free(&map);
}

Test(refine_files, what_is_not_finite_is_skipped_on_demand_like_a_masked_voxel) {
    dt_hkl_map map = read_map("target.nxs");
    ((bool *)map.valid.data)[1] = ((bool *)map.valid.data)[2] = false;
    write_hkl("target.npz", &map);
    ((bool *)map.valid.data)[1] = ((bool *)map.valid.data)[2] = true;
    ((double *)map.intensity.data)[1] = NAN;
    ((double *)map.sigma.data)[2] = NAN;
    write_hkl("target.nxs", &map);
    dt_hkl_map_free(&map);
    must_run("--target=target.npz --quiet -o fit " CRYSTAL);
    const char *out = must_run("--target=target.nxs --nan=skip --quiet -o again " CRYSTAL);
    cr_expect(strstr(out, "skipped            2 voxels that are not finite") != NULL, "%s", out);
    expect_equal_files("fit/history.csv", "again/history.csv");
}
