/* test_hkl_map.c - map files: what is written is read, refusals, full disks and bad folders. */
#include "map_sample.h"

#include "hkl_internal.h"

#include <difftape/npy.h>

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <signal.h>

static char folder[] = "/tmp/difftape-maps-XXXXXX";

static void enter(void) {
    cr_assert(mkdtemp(folder) != NULL && chdir(folder) == 0);
}

static void leave(void) {
    char command[128];
    snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", folder, folder);
    cr_assert(chdir("/") == 0 && system(command) == 0);
}

TestSuite(hkl_map, .init = enter, .fini = leave);

static dt_status write_map(const char *path, const dt_hkl_map *map, dt_error *error) {
    dt_hkl_writer *writer = NULL;
    dt_status status = dt_hkl_map_create(&writer, path, error);
    return status == DT_OK ? dt_hkl_map_finish(writer, map, error) : status;
}

static void must_write(const char *path, const dt_hkl_map *map) {
    dt_error error = DT_ERROR_INIT;
    cr_assert(write_map(path, map, &error) == DT_OK, "%s", error.message);
}

static dt_hkl_map must_read(const char *path) {
    dt_hkl_map map = {0};
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_hkl_map_read(&map, path, &error) == DT_OK, "%s", error.message);
    return map;
}

static char *bytes_of(const char *path, size_t *ret_size) {
    static char bytes[1 << 16];
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "no %s", path);
    *ret_size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    return bytes;
}

static void write_bytes(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

static bool has_hdf5(void) {
    return dti_nexus_available(NULL) == DT_OK;
}

/* -- what is written is read ------------------------------------------------------------------- */

static void expect_sample(const dt_hkl_map *map, bool with_texts) {
    int compared = 0;
    cr_assert(map->intensity.ndim == 3 && map->intensity.shape[0] == NH &&
              map->intensity.shape[1] == NK && map->intensity.shape[2] == NL);
    for (int i = 0; i < VOXELS; i++) {
        int h = i / (NK * NL), k = i / NL % NK, l = i % NL;
        compared += ((double *)map->intensity.data)[i] == sample_value(h, k, l) &&
                    ((bool *)map->valid.data)[i] == sample_valid(h, k, l) &&
                    ((double *)map->sigma.data)[i] == 0.5 + h + k + l;
    }
    cr_expect(compared == VOXELS, "%d of %d voxels are equal", compared, VOXELS);
    for (int h = 0; h < NH; h++) {
        cr_expect(((double *)map->axis[0].data)[h] == (h - 3) / 3.0);
    }
    cr_expect(map->axis[1].shape[0] == NK && ((double *)map->axis[1].data)[1] == 0.5);
    cr_expect(map->axis[2].shape[0] == NL && ((double *)map->axis[2].data)[4] == 6);
    cr_expect(map->cell[1] == 30.25 && map->cell[5] == 110);
    cr_expect_str_eq(map->provenance, SAMPLE_RUN);
    if (with_texts) {
        cr_expect_str_eq(map->space_group, "P 1");
        cr_expect_str_eq(map->title, "a sample");
        cr_expect_str_eq(map->units, "e^2 per unit cell");
    }
}

Test(hkl_map, a_numpy_archive_gives_back_the_map_and_the_extra_arrays) {
    sample s;
    const dt_hkl_map map = sample_map(&s);
    must_write("map.npz", &map);
    dt_hkl_map back = must_read("map.npz");
    expect_sample(&back, false);
    dt_hkl_map_free(&back);
    cr_expect(back.intensity.data == NULL && back.provenance == NULL);
    dt_npz *npz = NULL;
    cr_assert(dt_npz_open(&npz, "map.npz", NULL) == DT_OK);
    cr_expect(dt_npz_count(npz) == 10 && dt_npz_has(npz, "grad") && dt_npz_has(npz, "scalar"));
    dt_npz_close(npz);
}

Test(hkl_map, a_nexus_file_gives_back_the_map_bit_by_bit) {
    if (!has_hdf5()) {
        cr_skip_test("built without HDF5");
    }
    sample s;
    const dt_hkl_map map = sample_map(&s);
    static const char *const names[] = {"map.h5", "map.nxs", "map.HDF5", "map.nexus"};
    for (int i = 0; i < 4; i++) {
        must_write(names[i], &map);
        dt_hkl_map back = must_read(names[i]);
        expect_sample(&back, true);
        dt_hkl_map_free(&back);
    }
}

Test(hkl_map, equal_maps_give_equal_files_of_every_format) {
    sample s;
    const dt_hkl_map map = sample_map(&s);
    static const char *const names[][2] = {
        {"a.npz", "b.npz"}, {"a.map", "b.map"}, {"a.h5", "b.h5"}};
    for (int i = 0; i < (has_hdf5() ? 3 : 2); i++) {
        size_t size, other;
        must_write(names[i][0], &map);
        sleep(i == 2); /* HDF5 would note the second */
        must_write(names[i][1], &map);
        static char first[1 << 16];
        memcpy(first, bytes_of(names[i][0], &size), sizeof first);
        const char *second = bytes_of(names[i][1], &other);
        cr_expect(size == other && size > 500 && size < sizeof first, "%zu and %zu bytes", size,
                  other);
        cr_expect(memcmp(first, second, size) == 0, "%s differs", names[i][1]);
    }
}

Test(hkl_map, absent_arrays_stay_absent_and_what_is_not_finite_is_not_valid) {
    sample s;
    dt_hkl_map map = sample_map(&s);
    s.intensity[0][0][1] = NAN;
    s.intensity[0][1][0] = INFINITY;
    map.valid.data = map.sigma.data = NULL;
    map.provenance = map.space_group = map.title = map.units = NULL;
    map.n_extra = 0;
    memset(map.cell, 0, sizeof map.cell);
    static const char *const names[] = {"map.npz", "map.h5"};
    for (int i = 0; i < (has_hdf5() ? 2 : 1); i++) {
        must_write(names[i], &map);
        dt_hkl_map back = must_read(names[i]);
        cr_expect(back.sigma.data == NULL && back.provenance == NULL && back.title == NULL);
        cr_expect(back.cell[0] == 0);
        int valid = 0;
        for (int v = 0; v < VOXELS; v++) {
            valid += ((bool *)back.valid.data)[v];
        }
        cr_expect(valid == VOXELS - 2, "%s: %d valid voxels", names[i], valid);
        cr_expect(!((bool *)back.valid.data)[NK * NL] && !((bool *)back.valid.data)[NL]);
        dt_hkl_map_free(&back);
    }
}

Test(hkl_map, numbers_that_are_not_finite_are_counted_unless_the_file_calls_them_invalid) {
    sample s;
    dt_hkl_map map = sample_map(&s);
    memset(map.valid.data, 1, VOXELS);
    s.intensity[0][0][1] = NAN; /* h = 1, called invalid below */
    s.intensity[0][1][0] = INFINITY;
    s.intensity[2][1][0] = NAN;
    s.valid[1][0][0] = false;
    static const char *const names[] = {"map.npz", "map.h5"};
    for (int i = 0; i < (has_hdf5() ? 2 : 1); i++) {
        must_write(names[i], &map);
        dt_hkl_map back = must_read(names[i]);
        cr_expect(back.n_not_finite == 2 && back.not_finite == NL, "%s: %lld, first %lld", names[i],
                  (long long)back.n_not_finite, (long long)back.not_finite);
        dt_hkl_map_free(&back);
    }
}

/* The sample as an archive with `sigma` and `mask` as given. */
static dt_status read_with(const dt_array *sigma, const dt_array *mask, dt_hkl_map *ret_map,
                           dt_error *error) {
    sample s;
    const dt_hkl_map map = sample_map(&s);
    dt_npz_writer *writer = NULL;
    cr_assert(dt_npz_create(&writer, "map.npz", NULL) == DT_OK);
    dt_npz_add(writer, "intensity", &map.intensity);
    dt_npz_add(writer, "valid", &map.valid);
    dt_npz_add(writer, "sigma", sigma);
    dt_npz_add(writer, "mask", mask);
    dt_npz_add(writer, "h", &map.axis[0]);
    dt_npz_add(writer, "k", &map.axis[1]);
    dt_npz_add(writer, "l", &map.axis[2]);
    cr_assert(dt_npz_finish(writer, NULL) == DT_OK);
    return dt_hkl_map_read(ret_map, "map.npz", error);
}

Test(hkl_map, a_mask_takes_voxels_away_and_one_sigma_stands_for_all) {
    sample s;
    const dt_hkl_map written = sample_map(&s);
    bool mask[VOXELS];
    double one = 2.5;
    for (int v = 0; v < VOXELS; v++) {
        mask[v] = v % 3 != 0;
    }
    const dt_array sigma = dt_array_wrap(DT_F64, 0, NULL, &one);
    const dt_array flags = dt_array_wrap(DT_BOOL, 3, written.intensity.shape, mask);
    const dt_array short_flags = dt_array_wrap(DT_BOOL, 1, (const int64_t[]){2}, mask);
    dt_hkl_map map = {0};
    dt_error error = DT_ERROR_INIT;
    cr_assert(read_with(&sigma, &flags, &map, &error) == DT_OK, "%s", error.message);
    for (int v = 0; v < VOXELS; v++) {
        bool want = mask[v] && ((bool *)written.valid.data)[v];
        cr_expect(((bool *)map.valid.data)[v] == want, "voxel %d", v);
        cr_expect(((double *)map.sigma.data)[v] == 2.5, "voxel %d", v);
    }
    dt_hkl_map_free(&map);
    cr_expect(read_with(&sigma, &short_flags, &map, &error) == DT_ERR_FORMAT);
    cr_expect(strstr(error.message, "mask is bool(2), valid is bool(") != NULL, "%s",
              error.message);
}

Test(hkl_map, single_precision_and_whole_numbers_are_read_as_doubles) {
    float intensity[2][1][1] = {{{1.5f}}, {{2.5f}}};
    int64_t h[2] = {3, 4}, k[1] = {0}, l[1] = {-1};
    dt_npz_writer *writer = NULL;
    cr_assert(dt_npz_create(&writer, "map.npz", NULL) == DT_OK);
    const dt_array arrays[] = {dt_array_wrap(DT_F32, 3, (const int64_t[]){2, 1, 1}, intensity),
                               dt_array_wrap(DT_I64, 1, (const int64_t[]){2}, h),
                               dt_array_wrap(DT_I64, 1, (const int64_t[]){1}, k),
                               dt_array_wrap(DT_I64, 1, (const int64_t[]){1}, l)};
    static const char *const names[] = {"intensity", "h", "k", "l"};
    for (int i = 0; i < 4; i++) {
        dt_npz_add(writer, names[i], &arrays[i]);
    }
    cr_assert(dt_npz_finish(writer, NULL) == DT_OK);
    dt_hkl_map map = must_read("map.npz");
    cr_expect(((double *)map.intensity.data)[1] == 2.5 && ((double *)map.axis[0].data)[1] == 4);
    cr_expect(((bool *)map.valid.data)[0]);
    dt_hkl_map_free(&map);
}

/* -- CCP4, read by hand ------------------------------------------------------------------------ */

static int32_t word(const char *bytes, int n) {
    int32_t w;
    memcpy(&w, bytes + 4 * (n - 1), 4);
    return w;
}

static float real(const char *bytes, int n) {
    float x;
    memcpy(&x, bytes + 4 * (n - 1), 4);
    return x;
}

Test(hkl_map, a_ccp4_map_has_miller_indices_as_fractions_of_the_reciprocal_cell) {
    sample s;
    const dt_hkl_map map = sample_map(&s);
    must_write("map.ccp4", &map);
    size_t size;
    const char *b = bytes_of("map.ccp4", &size);
    static const int words[][2] = {{1, NH}, {2, NK}, {3, NL}, {4, 2},  {5, -3},
                                   {6, 0},  {7, 2},  {8, 3},  {9, 2},  {10, 1},
                                   {17, 1}, {18, 2}, {19, 3}, {23, 1}, {24, 80}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        cr_expect(word(b, words[i][0]) == words[i][1], "word %d is %d", words[i][0],
                  word(b, words[i][0]));
    }
    /* Lengths of a*, b*, c* in 1/A times 100, and angles: gemmi.UnitCell(20.5, 30.25, 41, 80, 95,
     * 110).reciprocal() of gemmi's Python module, and by hand from the volume. */
    double rad = acos(-1.0) / 180, ca = cos(80 * rad), cb = cos(95 * rad), cg = cos(110 * rad);
    double v = sqrt(1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg);
    double a_star = 100 * sin(80 * rad) / (20.5 * v), c_star = 100 * sin(110 * rad) / (41 * v);
    double beta_star = acos((cg * ca - cb) / (sin(110 * rad) * sin(80 * rad))) / rad;
    cr_expect(fabs((double)real(b, 11) - a_star) < 1e-6 * a_star, "a* %g", (double)real(b, 11));
    cr_expect(fabs((double)real(b, 13) - c_star) < 1e-6 * c_star);
    cr_expect(fabs((double)real(b, 15) - beta_star) < 1e-5, "beta* %g", (double)real(b, 15));
    cr_expect(memcmp(b + 208, "MAP ", 4) == 0);
    cr_assert(size == 1024 + 80 + 4 * VOXELS, "%zu bytes", size);
    int equal = 0;
    double sum = 0, squares = 0;
    for (int i = 0; i < VOXELS; i++) {
        int h = i % NH, k = i / NH % NK, l = i / (NH * NK);
        float want = sample_valid(h, k, l) ? (float)sample_value(h, k, l) : 0;
        equal += real(b + 1104, i + 1) == want;
        sum += (double)want;
        squares += (double)want * (double)want;
    }
    cr_expect(equal == VOXELS, "%d of %d voxels are equal", equal, VOXELS);
    double mean = sum / VOXELS, rms = sqrt(squares / VOXELS - mean * mean);
    cr_expect(fabs((double)real(b, 22) - mean) < 1e-5 * rms &&
              fabs((double)real(b, 55) - rms) < 1e-5 * rms);
    cr_expect(real(b, 20) < -900 && real(b, 21) > 900);
    static const char *const said[] = {
        "difftape 0.1.0: a sample ",
        "x y z are h k l: fractional coordinates are Miller indices",
        "cell: a* b* c* times 100 A^2",
        "threads 3, seed 7 ",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad sha256 crystal.",
        "{\"hkl\":\"here\",\"dmin\":1.5} "};
    cr_expect(word(b, 56) == 6);
    for (size_t i = 0; i < 6; i++) {
        cr_expect(memcmp(b + 224 + 80 * i, said[i], strlen(said[i])) == 0, "label %zu: %.80s", i,
                  b + 224 + 80 * i);
    }
}

Test(hkl_map, long_options_end_in_dots_in_the_ten_labels_of_a_ccp4_map) {
    sample s;
    dt_hkl_map map = sample_map(&s);
    char run[2048] = "{\"options\":{\"long\":\"";
    memset(run + strlen(run), 'x', 1000);
    strcat(run, "\"}}");
    map.provenance = run;
    must_write("map.map", &map);
    size_t size;
    const char *b = bytes_of("map.map", &size);
    cr_expect(word(b, 56) == 10);
    cr_expect(memcmp(b + 224 + 80 * 9 + 70, "xxxxxxx...", 10) == 0, "%.80s", b + 224 + 80 * 9);
}

Test(hkl_map, a_single_layer_between_whole_indices_has_a_place_in_a_ccp4_map) {
    sample s;
    dt_hkl_map map = sample_map(&s);
    int64_t one = 1;
    double half = -0.5;
    map.intensity.shape[2] = map.valid.shape[2] = map.sigma.shape[2] = 1;
    map.axis[2] = dt_array_wrap(DT_F64, 1, &one, &half);
    must_write("map.map", &map);
    size_t size;
    const char *b = bytes_of("map.map", &size);
    cr_expect(word(b, 7) == -1 && word(b, 10) == 2 && word(b, 3) == 1);
}

/* -- refusals ---------------------------------------------------------------------------------- */

static void expect_message(const dt_error *error, dt_status have, dt_status want,
                           const char *rule) {
    cr_expect(have == want && error->status == want, "%s, expected %s: %s", dt_status_name(have),
              dt_status_name(want), error->message);
    cr_expect(strstr(error->message, rule) != NULL, "'%s' does not say '%s'", error->message, rule);
}

static void expect_no_file(const char *path) {
    cr_expect(access(path, F_OK) != 0, "%s was left behind", path);
}

/* Refused under every name, and nothing is left. */
static void expect_unwritable(const dt_hkl_map *map, dt_status status, const char *rule) {
    static const char *const names[] = {"x.npz", "x.map", "x.h5"};
    for (int i = 0; i < (has_hdf5() ? 3 : 2); i++) {
        dt_error error = DT_ERROR_INIT;
        expect_message(&error, write_map(names[i], map, &error), status, rule);
        expect_no_file(names[i]);
    }
}

Test(hkl_map, arrays_that_do_not_fit_each_other_are_not_written) {
    sample s;
    const dt_hkl_map good = sample_map(&s);
    dt_hkl_map map = good;
    map.intensity.dtype = DT_F32;
    expect_unwritable(&map, DT_ERR_DTYPE, "intensity holds f32, it must hold f64");
    map = good;
    map.intensity.shape[1] = NK - 1;
    expect_unwritable(&map, DT_ERR_SHAPE,
                      "intensity has shape (4,2,5), the axes h, k, l ask for "
                      "(4,3,5)");
    map = good;
    map.valid.ndim = 2;
    expect_unwritable(&map, DT_ERR_SHAPE, "valid has shape (4,3)");
    map = good;
    map.sigma.shape[2] = 1;
    expect_unwritable(&map, DT_ERR_SHAPE, "sigma has shape (4,3,1)");
    map = good;
    map.axis[1].data = NULL;
    expect_unwritable(&map, DT_ERR_SHAPE, "axis k must be a list of at least one number");
    s.h[2] = s.h[1];
    expect_unwritable(&good, DT_ERR_ARGUMENT, "axis h must increase, point 2 is -0.666667");
    s.h[2] = NAN;
    expect_unwritable(&good, DT_ERR_ARGUMENT, "axis h must increase, point 2 is");
}

Test(hkl_map, a_ccp4_map_needs_a_cell_and_equal_steps_from_a_multiple) {
    sample s;
    dt_hkl_map map = sample_map(&s);
    dt_error error = DT_ERROR_INIT;
    memset(map.cell, 0, sizeof map.cell);
    expect_message(&error, write_map("x.map", &map, &error), DT_ERR_ARGUMENT,
                   "a CCP4 map needs the unit cell");
    map = sample_map(&s);
    for (int h = 0; h < NH; h++) {
        s.h[h] += 0.1;
    }
    dt_error_clear(&error);
    expect_message(&error, write_map("x.map", &map, &error), DT_ERR_ARGUMENT,
                   "axis h begins at -0.9 and its steps do not fit");
    map = sample_map(&s);
    s.l[3] += 0.25;
    dt_error_clear(&error);
    expect_message(&error, write_map("x.map", &map, &error), DT_ERR_ARGUMENT, "axis l begins at 2");
    expect_no_file("x.map");
}

Test(hkl_map, a_name_of_no_known_ending_is_refused_with_the_list) {
    dt_hkl_format format;
    dt_error error = DT_ERROR_INIT;
    expect_message(&error, dt_hkl_map_format("a.b/map.dat", &format, &error), DT_ERR_ARGUMENT,
                   "a.b/map.dat: the end of the name says how a map is stored: .npz (NumPy), .h5");
    cr_expect(dt_hkl_map_format("a.b/map", &format, &error) == DT_OK && format == DT_HKL_NPZ);
    cr_expect(dt_hkl_map_format("MAP.CCP4", &format, NULL) == DT_OK && format == DT_HKL_CCP4);
    cr_expect(dt_hkl_map_format("x.nxs", &format, NULL) == DT_OK && format == DT_HKL_NEXUS);
}

Test(hkl_map, null_arguments_are_refused) {
    dt_error error = DT_ERROR_INIT;
    dt_hkl_map map;
    expect_message(&error, dt_hkl_map_create(NULL, "x.npz", &error), DT_ERR_ARGUMENT, "ret_writer");
    dt_error_clear(&error);
    expect_message(&error, dt_hkl_map_finish(NULL, NULL, &error), DT_ERR_ARGUMENT,
                   "writer is NULL");
    dt_error_clear(&error);
    expect_message(&error, dt_hkl_map_read(&map, NULL, &error), DT_ERR_ARGUMENT, "path is NULL");
    dt_error_clear(&error);
    expect_message(&error, dt_hkl_map_format(NULL, NULL, &error), DT_ERR_ARGUMENT, "path is NULL");
    dt_hkl_map_free(NULL);
    dt_hkl_map_abort(NULL);
}

/* -- disks ------------------------------------------------------------------------------------- */

static const char *const every_name[] = {"map.npz", "map.map", "map.h5"};

Test(hkl_map, a_full_disk_leaves_the_old_file_as_it_was) {
    sample s;
    const dt_hkl_map map = sample_map(&s);
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < (has_hdf5() ? 3 : 2); i++) {
        write_bytes(every_name[i], "old", 3);
        const struct rlimit few = {700, RLIM_INFINITY}, any = {RLIM_INFINITY, RLIM_INFINITY};
        dt_error error = DT_ERROR_INIT;
        cr_assert(setrlimit(RLIMIT_FSIZE, &few) == 0);
        dt_status status = write_map(every_name[i], &map, &error);
        cr_assert(setrlimit(RLIMIT_FSIZE, &any) == 0);
        expect_message(&error, status, DT_ERR_IO, "File too large");
        size_t size;
        cr_expect(memcmp(bytes_of(every_name[i], &size), "old", 3) == 0 && size == 3);
    }
    char listed[64] = "";
    FILE *list = popen("ls -A | wc -l", "r");
    cr_assert(list != NULL && fgets(listed, sizeof listed, list) != NULL);
    pclose(list);
    cr_expect(atoi(listed) == (has_hdf5() ? 3 : 2), "temporary files are left: %s", listed);
}

Test(hkl_map, folders_that_are_missing_and_files_that_are_read_only_are_refused_at_once) {
    for (int i = 0; i < (has_hdf5() ? 3 : 2); i++) {
        char path[64];
        dt_hkl_writer *writer = NULL;
        dt_error error = DT_ERROR_INIT;
        snprintf(path, sizeof path, "nowhere/%s", every_name[i]);
        expect_message(&error, dt_hkl_map_create(&writer, path, &error), DT_ERR_IO,
                       "its folder does not exist");
        write_bytes(every_name[i], "old", 3);
        chmod(every_name[i], 0444);
        dt_error_clear(&error);
        if (geteuid() != 0) { /* root may write everything */
            expect_message(&error, dt_hkl_map_create(&writer, every_name[i], &error), DT_ERR_IO,
                           "Permission denied");
        }
        cr_expect(writer == NULL);
    }
}

Test(hkl_map, a_map_that_is_given_up_leaves_nothing) {
    for (int i = 0; i < (has_hdf5() ? 3 : 2); i++) {
        dt_hkl_writer *writer = NULL;
        cr_assert(dt_hkl_map_create(&writer, every_name[i], NULL) == DT_OK);
        dt_hkl_map_abort(writer);
        expect_no_file(every_name[i]);
    }
}

/* -- files that are no maps -------------------------------------------------------------------- */

static void expect_unreadable(const char *path, dt_status status, const char *rule) {
    dt_hkl_map map = {.n_extra = 77};
    dt_error error = DT_ERROR_INIT;
    expect_message(&error, dt_hkl_map_read(&map, path, &error), status, rule);
    cr_expect(map.n_extra == 77, "%s: the map was touched", path);
}

Test(hkl_map, files_of_other_kinds_are_refused) {
    expect_unreadable("nothere.h5", DT_ERR_IO, "nothere.h5: cannot read: No such file");
    expect_unreadable(".", DT_ERR_IO, ".: cannot read: Is a directory");
    write_bytes("empty.npz", "", 0);
    expect_unreadable("empty.npz", DT_ERR_FORMAT, "empty.npz: neither a NumPy archive");
    write_bytes("text.h5", "Dear crystallographer", 21);
    expect_unreadable("text.h5", DT_ERR_FORMAT, "text.h5: neither a NumPy archive (.npz) nor an");
    write_bytes("broken.npz", "PK but no archive", 17);
    expect_unreadable("broken.npz", DT_ERR_FORMAT, "broken.npz: ");
}

/* An archive with the first n of intensity, h, k, l; `wrong` instead of the last. */
static void write_archive(int n, const dt_array *wrong) {
    static const char *const names[] = {"intensity", "h", "k", "l"};
    double zeros[4] = {0};
    const dt_array good[] = {dt_array_wrap(DT_F64, 3, (const int64_t[]){1, 1, 1}, zeros),
                             dt_array_wrap(DT_F64, 1, (const int64_t[]){1}, zeros),
                             dt_array_wrap(DT_F64, 1, (const int64_t[]){1}, zeros),
                             dt_array_wrap(DT_F64, 1, (const int64_t[]){1}, zeros)};
    dt_npz_writer *writer = NULL;
    cr_assert(dt_npz_create(&writer, "x.npz", NULL) == DT_OK);
    for (int i = 0; i < n; i++) {
        dt_npz_add(writer, names[i], i + 1 == n && wrong != NULL ? wrong : &good[i]);
    }
    cr_assert(dt_npz_finish(writer, NULL) == DT_OK);
}

Test(hkl_map, archives_that_are_no_maps_are_refused) {
    write_archive(3, NULL);
    expect_unreadable("x.npz", DT_ERR_FORMAT, "x.npz: no array 'l': a map has intensity, h, k and");
    const double two[] = {1, 1};
    const dt_array pair = dt_array_wrap(DT_F64, 1, (const int64_t[]){2}, two);
    write_archive(4, &pair);
    expect_unreadable("x.npz", DT_ERR_FORMAT, "axis l must increase, point 1 is 1");
    const dt_array complex = dt_array_wrap(DT_C128, 1, (const int64_t[]){1}, two);
    write_archive(4, &complex);
    expect_unreadable("x.npz", DT_ERR_FORMAT, "l holds c128, it must hold real numbers");
    const double rising[] = {1, 2};
    const dt_array longer = dt_array_wrap(DT_F64, 1, (const int64_t[]){2}, rising);
    write_archive(4, &longer);
    expect_unreadable("x.npz", DT_ERR_FORMAT,
                      "intensity has shape (1,1,1), the axes h, k, l ask for (1,1,2)");
}

Test(hkl_map, damaged_nexus_files_are_refused) {
    if (!has_hdf5()) {
        cr_skip_test("built without HDF5");
    }
    sample s;
    const dt_hkl_map map = sample_map(&s);
    must_write("map.h5", &map);
    size_t size;
    char *bytes = bytes_of("map.h5", &size);
    write_bytes("cut.h5", bytes, size / 2);
    expect_unreadable("cut.h5", DT_ERR_FORMAT, "cut.h5: damaged HDF5 file");
    write_bytes("start.h5", bytes, 8);
    expect_unreadable("start.h5", DT_ERR_FORMAT, "start.h5: damaged HDF5 file");
    bytes[60] ^= 1; /* in the first object: checksums tell */
    write_bytes("bit.h5", bytes, size);
    expect_unreadable("bit.h5", DT_ERR_FORMAT, "bit.h5: ");
}
