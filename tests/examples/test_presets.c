/* test_presets.c - onephonon --preset, --adp and --rank: the numbers of eryx, and what is refused.
 * */
#include "program.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRID " --hkl=-1.25:2.25:2,-2:2:3,-1:1.9:3 --gamma-inter=0.5 "

TestSuite(onephonon_presets, .init = enter_folder, .fini = leave_folder, .timeout = 240);

static dt_array get(const char *path, const char *name) {
    dt_npz *npz = NULL;
    dt_array array = {0};
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_npz_open(&npz, path, &error) == DT_OK, "%s", error.message);
    cr_assert(dt_npz_get(npz, name, &array, &error) == DT_OK, "%s", error.message);
    dt_npz_close(npz);
    return array;
}

/* Run with these options; the map at the golden voxels is that of golden_eryx.npz, to the tolerance
 * relative to the largest. */
static void check(const char *options, const char *golden, double tolerance) {
    char arguments[512];
    snprintf(arguments, sizeof arguments, "-o map.npz %s" GRID CRYSTAL, options);
    struct outcome o = run(arguments);
    cr_assert(o.code == 0, "%s: exit code %d\n%s", options, o.code, o.err);
    const char *file = DT_SOURCE_DIR "/tests/physics/golden_eryx.npz";
    dt_array map = get("map.npz", "intensity"), valid = get("map.npz", "valid");
    dt_array pick = get(file, "pick"), want = get(file, golden);
    double largest = 0, off = 0;
    int compared = 0;
    for (int64_t i = 0; i < dt_array_size(&pick); i++) {
        int64_t p = ((int64_t *)pick.data)[i];
        double x = ((double *)map.data)[p], y = ((double *)want.data)[i];
        cr_assert(((bool *)valid.data)[p] == !isnan(y), "%s: validity of voxel %lld", options,
                  (long long)p);
        if (!isnan(y)) {
            largest = fmax(largest, fabs(y));
            off = fmax(off, fabs(x - y));
            compared++;
        }
    }
    cr_expect(compared > 200 && off < tolerance * largest, "%s: off by %g of %g", options, off,
              largest);
    dt_array_free(&map);
    dt_array_free(&valid);
    dt_array_free(&pick);
    dt_array_free(&want);
}

Test(onephonon_presets, give_the_numbers_of_the_programs_they_are_named_after) {
    check("--preset=eryx", "eryx_I", 1e-12);
    check("--preset=eryx --adp=model", "eryx_I_adp", 1e-12);
    check("--preset=eryx --rank=5", "eryx_rank5", 1e-11);
    check("--preset=eryx-torch", "port_I", 1e-11);
    check("--rank=5 --preset=eryx-torch", "port_rank5", 1e-11);
}

Test(onephonon_presets, say_in_the_answer_what_was_computed) {
    struct outcome o = run("--preset=eryx --adp=model --rank=3" GRID CRYSTAL);
    cr_assert(o.code == 0, "%s", o.err);
    cr_expect(strstr(o.out, "eryx, displacements of the model, rank 3\n") != NULL, "%s", o.out);
    o = run("--preset=eryx-torch --json" GRID CRYSTAL);
    cr_expect(strstr(o.out, "\"preset\":\t\"eryx-torch\"") != NULL, "%s", o.out);
    o = run(CRYSTAL " --hkl=0:1:2,0:1:2,0:1:2");
    cr_expect(o.code == 0 && strstr(o.out, "preset") == NULL, "%s", o.out);
    o = run("--dry-run --preset=eryx" GRID CRYSTAL);
    cr_expect(o.code == 0 && strstr(o.out, "8 x 13 x 9 = 936 voxels") != NULL, "%s%s", o.out,
              o.err);
}

Test(onephonon_presets, model_displacements_are_written_and_have_no_gradient_of_their_own) {
    write_map("ones.npy", DT_F64, 3, (const int64_t[]){3, 3, 3}, 1.0);
    struct outcome o =
        run("--adp=model --cotangent=ones.npy -o map.npz --hkl=0:1:2,0:1:2,0:1:2 " CRYSTAL);
    cr_assert(o.code == 0, "%s", o.err);
    dt_array u = get("map.npz", "u_iso"), gradient = get("map.npz", "grad_xyz");
    cr_expect(u.ndim == 1 && u.shape[0] == 204 && gradient.shape[0] == 204);
    dt_npz *npz = NULL;
    cr_assert(dt_npz_open(&npz, "map.npz", NULL) == DT_OK);
    dt_array none;
    dt_error error = DT_ERROR_INIT;
    cr_expect(dt_npz_get(npz, "grad_u_iso", &none, &error) != DT_OK);
    dt_npz_close(npz);
    dt_array_free(&u);
    dt_array_free(&gradient);
}

/* The bundled structure without the lines that begin with this. */
static void write_without(const char *path, const char *record) {
    FILE *in = fopen(CRYSTAL, "r"), *out = fopen(path, "w");
    char line[256];
    cr_assert(in != NULL && out != NULL);
    while (fgets(line, sizeof line, in)) {
        if (strncmp(line, record, strlen(record)) != 0) {
            fputs(line, out);
        }
    }
    fclose(in);
    fclose(out);
}

Test(onephonon_presets, refuse_files_without_the_records_they_read) {
    write_without("plain.pdb", "REMARK 290");
    expect_refused("--preset=eryx plain.pdb", 3,
                   "plain.pdb: crystal: there are no symmetry operators in REMARK 290",
                   "plain.pdb");
    cr_expect(run("--hkl=0:1:2,0:1:2,0:1:2 plain.pdb").code == 0);
    write_without("plain.pdb", "SCALE");
    expect_refused("--preset=eryx-torch plain.pdb", 3,
                   "plain.pdb: crystal: there are no SCALE records", "plain.pdb");
}

Test(onephonon_presets, refuse_what_cannot_be) {
    expect_refused("--preset=better " CRYSTAL, 2,
                   "--preset: expected one of physical, eryx, eryx-torch, got 'better'", "");
    expect_refused("--adp=none " CRYSTAL, 2,
                   "--adp: expected one of data, model, data-tensors, model-tensors, got 'none'",
                   "");
    expect_refused("--rank=-2 " CRYSTAL, 2, "--rank: expected a whole number >= -1, got '-2'", "");
    expect_refused("--rank=12 " CRYSTAL, 2, "(rank 12); there must be 1 to 12 (rank 0 to 11)", "");
    expect_refused("--hkl=0:1.1:2,0:1:2,0:1:2 " CRYSTAL, 2,
                   "--hkl: grid: the range 0 to 1.1 of h is 2.2 steps of 1/2", "");
}
