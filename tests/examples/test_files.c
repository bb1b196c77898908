/* test_files.c - onephonon's map in every format, its profile, where it comes from, crystals as
 * mmCIF, and what a format cannot hold. */
#include "program.h"

#include <difftape/hkl_map.h>
#include <difftape/provenance.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(onephonon_files, .init = enter_folder, .fini = leave_folder, .timeout = 240);

#define GRID " --hkl=-1:1:3,0:2:2,-1:0.5:4 " /* 7 x 5 x 7 */
enum { NH = 7, NK = 5, NL = 7, VOXELS = NH * NK * NL };
#define DATA DT_SOURCE_DIR "/tests/io/data/"

static void must_run(const char *arguments) {
    struct outcome o = run(arguments);
    cr_assert(o.code == 0, "%s: exit code %d\n%s", arguments, o.code, o.err);
}

static dt_hkl_map read_map(const char *path) {
    dt_hkl_map map = {0};
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_hkl_map_read(&map, path, &error) == DT_OK, "%s", error.message);
    return map;
}

static bool has_hdf5(void) {
    dt_hkl_writer *writer = NULL;
    bool has = dt_hkl_map_create(&writer, "probe.h5", NULL) == DT_OK;
    dt_hkl_map_abort(writer);
    return has;
}

/* -- the map ----------------------------------------------------------------------------------- */

Test(onephonon_files, the_map_is_the_same_in_a_nexus_file_as_in_an_archive) {
    if (!has_hdf5()) {
        cr_skip_test("built without HDF5");
    }
    must_run("-o map.npz --dmin=8" GRID CRYSTAL);
    must_run("-o map.nxs --dmin=8" GRID CRYSTAL);
    dt_hkl_map a = read_map("map.npz"), b = read_map("map.nxs");
    cr_assert(dt_array_size(&a.intensity) == VOXELS && dt_array_size(&b.intensity) == VOXELS);
    cr_expect(memcmp(a.intensity.data, b.intensity.data, VOXELS * sizeof(double)) == 0);
    cr_expect(memcmp(a.valid.data, b.valid.data, VOXELS) == 0);
    cr_expect(memcmp(a.cell, b.cell, sizeof a.cell) == 0 && a.cell[0] == 20.544);
    for (int d = 0; d < 3; d++) {
        cr_expect(memcmp(a.axis[d].data, b.axis[d].data,
                         (size_t)a.axis[d].shape[0] * sizeof(double)) == 0);
    }
    cr_expect_str_eq(b.space_group, "P -1");
    cr_expect_str_eq(b.units, "e^2 per unit cell");
    cr_expect_str_eq(b.title, "onephonon: one-phonon diffuse intensity");
    dt_hkl_map_free(&a);
    dt_hkl_map_free(&b);
}

/* Files of several pages, where the arrays are written from where they lie. */
Test(onephonon_files, a_large_map_is_the_same_in_a_nexus_file_as_in_an_archive) {
    if (!has_hdf5()) {
        cr_skip_test("built without HDF5");
    }
    must_run("-o map.npz --hkl=-7:7:3,-7:7:3,-7:7:3 " CRYSTAL); /* 43^3 */
    must_run("-o map.h5 --hkl=-7:7:3,-7:7:3,-7:7:3 " CRYSTAL);
    dt_hkl_map a = read_map("map.npz"), b = read_map("map.h5");
    int64_t voxels = dt_array_size(&a.intensity);
    cr_assert(voxels == 79507 && dt_array_size(&b.intensity) == voxels);
    cr_expect(memcmp(a.intensity.data, b.intensity.data, (size_t)voxels * sizeof(double)) == 0);
    cr_expect(memcmp(a.valid.data, b.valid.data, (size_t)voxels) == 0);
    cr_expect(memcmp(a.axis[2].data, b.axis[2].data, 43 * sizeof(double)) == 0);
    dt_hkl_map_free(&a);
    dt_hkl_map_free(&b);
}

Test(onephonon_files, a_ccp4_map_has_the_numbers_of_the_archive_in_single_precision) {
    must_run("-o map.npz" GRID CRYSTAL);
    must_run("-o map.ccp4" GRID CRYSTAL);
    dt_hkl_map map = read_map("map.npz");
    size_t size;
    const char *bytes = read_text("map.ccp4", &size);
    cr_assert(size == 1104 + 4 * VOXELS, "%zu bytes", size);
    int equal = 0, nonzero = 0;
    for (int i = 0; i < VOXELS; i++) {
        int h = i % NH, k = i / NH % NK, l = i / (NH * NK);
        float x;
        memcpy(&x, bytes + 1104 + 4 * i, 4);
        equal += x == (float)((double *)map.intensity.data)[(h * NK + k) * NL + l];
        nonzero += x != 0;
    }
    cr_expect(equal == VOXELS && nonzero > 200, "%d equal, %d not 0", equal, nonzero);
    cr_expect(strstr(bytes + 224, "difftape " DT_VERSION ": onephonon") == bytes + 224);
    dt_hkl_map_free(&map);
}

Test(onephonon_files, gradients_go_into_nexus_files_too) {
    if (!has_hdf5()) {
        cr_skip_test("built without HDF5");
    }
    write_map("c.npy", DT_F64, 3, (const int64_t[]){NH, NK, NL}, 1);
    must_run("-o map.h5 --cotangent=c.npy" GRID CRYSTAL);
    size_t size;
    const char *bytes = read_text("map.h5", &size);
    static const char *const names[] = {"grad_gamma_intra", "grad_gamma_inter", "grad_u_iso",
                                        "grad_xyz"};
    for (int i = 0; i < 4; i++) {
        bool found = false;
        for (size_t at = 0; at + 20 < size && !found; at++) {
            found = memcmp(bytes + at, names[i], strlen(names[i])) == 0;
        }
        cr_expect(found, "no %s", names[i]);
    }
}

/* -- where it comes from ----------------------------------------------------------------------- */

Test(onephonon_files, a_map_names_version_options_threads_and_the_hash_of_its_crystal) {
    char hex[DT_SHA256_SIZE];
    int64_t bytes;
    must_run("-o map.npz --threads=2 --cutoff=5" GRID CRYSTAL);
    cr_assert(dt_file_sha256(CRYSTAL, hex, &bytes, NULL) == DT_OK);
    /* sha256sum examples/data/3al1.pdb */
    cr_expect_str_eq(hex, "c36b0a4c2f3c5bd29403b40c74c0f7faff8da6920679d249e63d2c5b2e0572ea");
    dt_hkl_map map = read_map("map.npz");
    cJSON *run = parse_json(map.provenance);
    const cJSON *input = cJSON_GetArrayItem(cJSON_GetObjectItem(run, "inputs"), 0);
    cr_expect_str_eq(cJSON_GetObjectItem(run, "difftape")->valuestring, DT_VERSION);
    cr_expect_str_eq(cJSON_GetObjectItem(input, "sha256")->valuestring, hex);
    cr_expect_str_eq(cJSON_GetObjectItem(input, "file")->valuestring, CRYSTAL);
    cr_expect(number_of(input, "bytes") == (double)bytes && number_of(run, "threads") == 2);
    cr_expect(number_of(cJSON_GetObjectItem(run, "options"), "cutoff") == 5);
    cr_expect(cJSON_IsNull(cJSON_GetObjectItem(run, "seed")));
    cr_expect(number_of(run, "seconds") > 0 && cJSON_GetObjectItem(run, "date") == NULL);
    cJSON_Delete(run);
    dt_hkl_map_free(&map);
}

Test(onephonon_files, a_date_of_the_environment_makes_equal_runs_equal_files) {
    static const char *const names[] = {"map.npz", "map.map", "map.h5"};
    setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    for (int i = 0; i < (has_hdf5() ? 3 : 2); i++) {
        char arguments[128];
        size_t sizes[2];
        snprintf(arguments, sizeof arguments, "-o %s --profile=p.csv" GRID CRYSTAL, names[i]);
        must_run(arguments);
        const char *first = read_text(names[i], &sizes[0]);
        const char *profile = read_text("p.csv", NULL);
        must_run(arguments);
        const char *second = read_text(names[i], &sizes[1]);
        cr_expect(sizes[0] == sizes[1] && memcmp(first, second, sizes[0]) == 0, "%s", names[i]);
        cr_expect_str_eq(profile, read_text("p.csv", NULL));
        cr_expect(strstr(profile, "\"date\":\"2023-11-14T22:13:20Z\"") != NULL);
    }
    setenv("SOURCE_DATE_EPOCH", "tomorrow", 1);
    expect_refused("-o other.npz" GRID CRYSTAL, 2, "SOURCE_DATE_EPOCH must be a whole number",
                   has_hdf5() ? "map.h5 map.map map.npz p.csv" : "map.map map.npz p.csv");
    unsetenv("SOURCE_DATE_EPOCH");
}

/* -- the profile ------------------------------------------------------------------------------- */

/* 1/d of a voxel of GRID, from the reciprocal metric of the cell. */
static double inverse_d(const double cell[6], double h, double k, double l) {
    double rad = acos(-1.0) / 180, c[3], g[9], inverse[9];
    for (int i = 0; i < 3; i++) {
        c[i] = cos(cell[3 + i] * rad);
    }
    for (int i = 0; i < 9; i++) {
        g[i] = cell[i / 3] * cell[i % 3] * (i / 3 == i % 3 ? 1 : c[3 - i / 3 - i % 3]);
    }
    double det = 0;
    for (int i = 0; i < 9; i++) {
        int r = i / 3, s = i % 3;
        inverse[3 * s + r] =
            g[3 * ((r + 1) % 3) + (s + 1) % 3] * g[3 * ((r + 2) % 3) + (s + 2) % 3] -
            g[3 * ((r + 1) % 3) + (s + 2) % 3] * g[3 * ((r + 2) % 3) + (s + 1) % 3];
    }
    for (int s = 0; s < 3; s++) {
        det += g[s] * inverse[3 * s];
    }
    const double v[3] = {h, k, l};
    double sum = 0;
    for (int i = 0; i < 9; i++) {
        sum += v[i / 3] * inverse[i] * v[i % 3] / det;
    }
    return sqrt(sum);
}

Test(onephonon_files, a_profile_has_the_statistics_of_shells_of_equal_width) {
    enum { SHELLS = 6 };
    must_run("-o map.npz --profile=p.csv --shells=6" GRID CRYSTAL);
    dt_hkl_map map = read_map("map.npz");
    double s[VOXELS], least = INFINITY, most = 0;
    const double *intensity = map.intensity.data;
    const bool *valid = map.valid.data;
    for (int i = 0; i < VOXELS; i++) {
        s[i] = inverse_d(map.cell, ((double *)map.axis[0].data)[i / (NK * NL)],
                         ((double *)map.axis[1].data)[i / NL % NK],
                         ((double *)map.axis[2].data)[i % NL]);
        least = valid[i] ? fmin(least, s[i]) : least;
        most = valid[i] ? fmax(most, s[i]) : most;
    }
    const char *line = read_text("p.csv", NULL);
    cr_assert(strncmp(line, "# radial profile", 16) == 0);
    while (*line == '#') {
        line = strchr(line, '\n') + 1;
    }
    static const char head[] = "inverse_d,d_max,d_min,voxels,mean,std,min,max\n";
    cr_assert(strncmp(line, head, sizeof head - 1) == 0, "%s", line);
    line += sizeof head - 1;
    double counted = 0;
    for (int n = 0; n < SHELLS; n++) {
        double x[8], count = 0, mean = 0, square = 0, inv = 0, low = INFINITY, high = -INFINITY;
        cr_assert(sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf", &x[0], &x[1], &x[2], &x[3], &x[4],
                         &x[5], &x[6], &x[7]) == 8);
        for (int i = 0; i < VOXELS; i++) {
            int shell = (int)((s[i] - least) / (most - least) * SHELLS);
            if (valid[i] && (shell == n || (n == SHELLS - 1 && shell == SHELLS))) {
                count++;
                mean += intensity[i];
                square += intensity[i] * intensity[i];
                inv += s[i];
                low = fmin(low, intensity[i]);
                high = fmax(high, intensity[i]);
            }
        }
        mean /= count;
        const double want[8] = {inv / count,
                                1 / (least + (most - least) * n / SHELLS),
                                1 / (least + (most - least) * (n + 1) / SHELLS),
                                count,
                                mean,
                                sqrt(square / count - mean * mean),
                                low,
                                high};
        for (int i = 0; i < 8; i++) {
            cr_expect(fabs(x[i] - want[i]) <= 1e-10 * fabs(want[i]),
                      "shell %d, column %d: %.15g, should be %.15g", n, i, x[i], want[i]);
        }
        counted += x[3];
        line = strchr(line, '\n') + 1;
    }
    cr_expect(*line == '\0' && counted > 200);
    dt_hkl_map_free(&map);
}

/* -- crystals ---------------------------------------------------------------------------------- */

Test(onephonon_files, the_map_of_1a8o_is_the_same_from_pdb_and_mmcif) {
    must_run("-o pdb.npz --hkl=0:1:2,0:1:2,0:1:3 " DATA "1a8o.pdb.gz");
    must_run("-o cif.npz --hkl=0:1:2,0:1:2,0:1:3 " DATA "1a8o.cif.gz");
    dt_hkl_map a = read_map("pdb.npz"), b = read_map("cif.npz");
    cr_assert(dt_array_size(&a.intensity) == 36);
    cr_expect(memcmp(a.intensity.data, b.intensity.data, 36 * sizeof(double)) == 0);
    cr_expect(((double *)a.intensity.data)[1] > 0);
    dt_hkl_map_free(&a);
    dt_hkl_map_free(&b);
}

Test(onephonon_files, an_mmcif_file_without_a_cell_is_refused) {
    write_text("x.cif", "data_X\nloop_\n_atom_site.id\n1\n");
    expect_refused("x.cif", 3, "x.cif: no _cell.length_a, so the unit cell is unknown", "x.cif");
    expect_refused("--preset=eryx -o map.npz " DATA "1a8o.cif.gz", 3, "there are no SCALE records",
                   "x.cif");
}

/* -- networks and lists ------------------------------------------------------------------------ */

enum { POINTS = 3, ATOMS = 204 };

static void write_points(const char *path) {
    static const double hkl[3 * POINTS] = {0.25, 0.5, 1.1, 0, 1, 0, 1.3, 2, 0.2};
    dt_array points = dt_array_wrap(DT_F64, 2, (const int64_t[]){POINTS, 3}, hkl);
    cr_assert(dt_npy_write(path, &points, NULL) == DT_OK);
}

/* Names of the files that the map's description says were read, separated by blanks. */
static void read_inputs(const char *path, char *ret_names, size_t size) {
    dt_npz *npz = NULL;
    char *text = NULL;
    size_t n = 0, length;
    cr_assert(dt_npz_open(&npz, path, NULL) == DT_OK);
    cr_assert(dt_npz_get_bytes(npz, "meta", &text, &length, NULL) == DT_OK);
    dt_npz_close(npz);
    cJSON *meta = parse_json(text), *input;
    ret_names[0] = '\0';
    cJSON_ArrayForEach(input, cJSON_GetObjectItem(meta, "inputs")) {
        const char *hash = cJSON_GetStringValue(cJSON_GetObjectItem(input, "sha256"));
        cr_expect(hash != NULL && strlen(hash) == 64);
        n += (size_t)snprintf(ret_names + n, size - n, "%s%s", n > 0 ? " " : "",
                              cJSON_GetStringValue(cJSON_GetObjectItem(input, "file")));
    }
    cJSON_Delete(meta);
    free(text);
}

Test(onephonon_files, lists_of_points_are_archives_with_everything_beside_the_map) {
    static const char *const names[] = {"intensity", "valid",      "cell",          "hkl",
                                        "meta",      "springs",    "grad_xyz",      "grad_springs",
                                        "grad_cell", "grad_u_iso", "grad_occupancy"};
    enum { NAMES = sizeof names / sizeof *names };
    write_points("p.npy");
    write_map("c.npy", DT_F64, 1, (const int64_t[]){POINTS}, 1.0);
    must_run("-o a.npz --points=p.npy --cotangent=c.npy " CRYSTAL);
    dt_npz *npz = NULL;
    cr_assert(dt_npz_open(&npz, "a.npz", NULL) == DT_OK);
    cr_expect(dt_npz_count(npz) == NAMES, "%lld members", (long long)dt_npz_count(npz));
    for (int i = 0; i < NAMES; i++) {
        cr_expect(dt_npz_has(npz, names[i]), "no %s", names[i]);
    }
    dt_npz_close(npz);
    char inputs[256];
    read_inputs("a.npz", inputs, sizeof inputs);
    cr_expect_str_eq(inputs, CRYSTAL " c.npy p.npy");
}

Test(onephonon_files, files_that_describe_the_network_are_hashed_and_words_are_not) {
    static int64_t groups[ATOMS];
    static double springs[2] = {1, 0.5};
    char inputs[256];
    dt_array g = dt_array_wrap(DT_I64, 1, (const int64_t[]){ATOMS}, groups);
    dt_array s = dt_array_wrap(DT_F64, 1, (const int64_t[]){2}, springs);
    cr_assert(dt_npy_write("g.npy", &g, NULL) == DT_OK);
    cr_assert(dt_npy_write("s.npy", &s, NULL) == DT_OK);
    must_run("-o a.npz --groups=g.npy --springs=s.npy" GRID CRYSTAL);
    read_inputs("a.npz", inputs, sizeof inputs);
    cr_expect_str_eq(inputs, CRYSTAL " g.npy s.npy");
    must_run("-o asu --springs=1,0.5" GRID CRYSTAL); /* a file of that name, not an input */
    read_inputs("asu", inputs, sizeof inputs);
    cr_expect_str_eq(inputs, CRYSTAL);
}

/* -- refusals ---------------------------------------------------------------------------------- */

Test(onephonon_files, what_a_format_cannot_hold_is_said_before_anything_is_computed) {
    write_map("c.npy", DT_F64, 3, (const int64_t[]){NH, NK, NL}, 1);
    write_map("p.npy", DT_F64, 2, (const int64_t[]){1, 3}, 0.25);
    static const char *const cases[][2] = {
        {"-o map.dat " CRYSTAL, "--output: map.dat: the end of the name says how a map is stored"},
        {"-o map.map --cotangent=c.npy" GRID CRYSTAL, "a CCP4 map has no room for gradients"},
        {"-o map.ccp4 --hkl=0:1:2,0.25:1.25:2,0:1:2 " CRYSTAL,
         "a CCP4 map has points at multiples of 1/2 along k only, but --hkl begins at 0.25"},
        {"-o map.h5 --points=p.npy " CRYSTAL, "only .npz can hold them"},
        {"-o map.npz --profile=map.npz " CRYSTAL, "--profile and another output are the same file"},
        {"--picture=p.png --profile=p.png " CRYSTAL, "are the same file, p.png"},
        {"--profile=" CRYSTAL " " CRYSTAL, "3al1.pdb is read by this run and would be replaced"},
        {"--profile=p.csv --shells=0 " CRYSTAL, "--shells"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_refused(cases[i][0], 2, cases[i][1], "c.npy p.npy");
    }
    expect_refused("--profile=none/p.csv " CRYSTAL, 3, "none/p.csv: its folder does not exist",
                   "c.npy p.npy");
}

Test(onephonon_files, a_list_of_points_has_a_profile) {
    write_map("p.npy", DT_F64, 2, (const int64_t[]){2, 3}, 0.25);
    must_run("--points=p.npy --profile=p.csv --shells=1 -o list.npz " CRYSTAL);
    const char *text = read_text("p.csv", NULL);
    const double cell[6] = {20.544, 20.859, 26.055, 101.16, 97.03, 118.06};
    double s, count;
    const char *row = strstr(text, "\ninverse_d");
    cr_assert(row != NULL);
    cr_assert(sscanf(strchr(row + 1, '\n'), "%lf,%*f,%*f,%lf", &s, &count) == 2, "%s", row);
    cr_expect(fabs(s - inverse_d(cell, 0.25, 0.25, 0.25)) < 1e-12 && count == 2, "%g %g", s, count);
}

Test(onephonon_files, a_profile_on_a_full_disk_leaves_the_map_complete) {
    if (access("/dev/full", W_OK) != 0) {
        cr_skip_test("there is no /dev/full here");
    }
    struct outcome o = run("-o map.npz --profile=/dev/full" GRID CRYSTAL);
    cr_expect(o.code == 3 && strstr(o.err, "the map is complete in map.npz, but not its profile: "
                                           "cannot write /dev/full: No space left") != NULL,
              "%d: %s", o.code, o.err);
    dt_hkl_map map = read_map("map.npz");
    cr_expect(dt_array_size(&map.intensity) == VOXELS);
    dt_hkl_map_free(&map);
}
