/* test_map.c - onephonon on the bundled crystal: what stands in its files and in its answer. */
#include "program.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRID " --hkl=-1:1:3,0:2:2,-1:0.5:4 " /* 7 x 5 x 7 */
enum { NH = 7, NK = 5, NL = 7, VOXELS = NH * NK * NL, ATOMS = 204 };

/* Arrays that were read, released with the folder. */
static dt_array arrays[16];
static int n_arrays;

static void leave(void) {
    while (n_arrays > 0) {
        dt_array_free(&arrays[--n_arrays]);
    }
    leave_folder();
}

static dt_array get(dt_npz *npz, const char *name, dt_dtype dtype, int ndim, const int64_t *shape) {
    dt_array array = {0};
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_npz_get(npz, name, &array, &error) == DT_OK, "%s", error.message);
    char have[64], want[64];
    cr_expect(array.dtype == dtype, "%s: is %s, should be %s", name, dt_dtype_name(array.dtype),
              dt_dtype_name(dtype));
    dt_shape_format(have, sizeof have, array.ndim, array.shape);
    dt_shape_format(want, sizeof want, ndim, shape);
    cr_assert(strcmp(have, want) == 0, "%s: shape %s, should be %s", name, have, want);
    arrays[n_arrays++] = array;
    return array;
}

TestSuite(onephonon_map, .init = enter_folder, .fini = leave, .timeout = 240);

static dt_npz *open_map(const char *path) {
    dt_npz *npz = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_npz_open(&npz, path, &error) == DT_OK, "%s", error.message);
    return npz;
}

static bool whole(double h) {
    return fabs(h - round(h)) < 1e-12;
}

Test(onephonon_map, has_every_member_with_its_type_and_shape_and_is_zero_exactly_where_invalid) {
    struct outcome o = run("-o map.npz --dmin=8" GRID CRYSTAL);
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    cr_expect(strcmp(folder_list(), "map.npz") == 0, "leaves '%s'", folder_list());
    dt_npz *npz = open_map("map.npz");
    cr_expect(dt_npz_count(npz) == 7, "%lld members, should be 7", (long long)dt_npz_count(npz));
    dt_array map = get(npz, "intensity", DT_F64, 3, (const int64_t[]){NH, NK, NL});
    dt_array valid = get(npz, "valid", DT_BOOL, 3, (const int64_t[]){NH, NK, NL});
    dt_array cell = get(npz, "cell", DT_F64, 1, (const int64_t[]){6});
    dt_array axis[3] = {get(npz, "h", DT_F64, 1, (const int64_t[]){NH}),
                        get(npz, "k", DT_F64, 1, (const int64_t[]){NK}),
                        get(npz, "l", DT_F64, 1, (const int64_t[]){NL})};
    static const double wanted_cell[] = {20.544, 20.859, 26.055, 101.16, 97.03, 118.06};
    static const double first[] = {-1, 0, -1}, step[] = {1.0 / 3, 1.0 / 2, 1.0 / 4};
    for (int i = 0; i < 6; i++) {
        cr_expect(((double *)cell.data)[i] == wanted_cell[i], "cell[%d] = %g", i,
                  ((double *)cell.data)[i]);
    }
    for (int d = 0; d < 3; d++) {
        for (int64_t i = 0; i < axis[d].shape[0]; i++) {
            double have = ((double *)axis[d].data)[i], want = first[d] + (double)i * step[d];
            cr_expect(fabs(have - want) < 1e-14, "axis %d: point %lld is %.17g, should be %.17g", d,
                      (long long)i, have, want);
        }
    }
    int count[3] = {0}; /* valid, at whole hkl, beyond dmin */
    for (int i = 0; i < VOXELS; i++) {
        bool bragg = whole(((double *)axis[0].data)[i / (NK * NL)]) &&
                     whole(((double *)axis[1].data)[i / NL % NK]) &&
                     whole(((double *)axis[2].data)[i % NL]);
        bool is_valid = ((bool *)valid.data)[i];
        double intensity = ((double *)map.data)[i];
        cr_expect(is_valid ? intensity > 0 && isfinite(intensity) : intensity == 0,
                  "voxel %d: valid %d, intensity %g", i, is_valid, intensity);
        cr_expect(!(is_valid && bragg), "voxel %d at whole h, k, l is valid", i);
        count[is_valid ? 0 : bragg ? 1 : 2]++;
    }
    cr_expect(count[0] > 0 && count[1] > 0 && count[2] > 0,
              "%d valid, %d at whole hkl, %d beyond dmin: each kind must occur", count[0], count[1],
              count[2]);
    dt_npz_close(npz);
}

Test(onephonon_map, says_in_meta_where_its_numbers_come_from) {
    struct outcome o = run("-o map.npz --threads=2 --gamma-inter=0.5" GRID CRYSTAL);
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    dt_npz *npz = open_map("map.npz");
    char *text = NULL;
    size_t size = 0, bytes = 0;
    cr_assert(dt_npz_get_bytes(npz, "meta", &text, &size, NULL) == DT_OK);
    cJSON *meta = parse_json(text);
    const cJSON *version = cJSON_GetObjectItem(meta, "difftape");
    const cJSON *options = cJSON_GetObjectItem(meta, "options");
    read_text(CRYSTAL, &bytes);
    cr_expect(cJSON_IsString(version) && strcmp(version->valuestring, DT_VERSION) == 0);
    cr_expect(number_of(meta, "structure_bytes") == (double)bytes, "%g bytes, should be %zu",
              number_of(meta, "structure_bytes"), bytes);
    cr_expect(number_of(meta, "threads") == 2, "%g threads", number_of(meta, "threads"));
    cr_expect(number_of(meta, "seconds") > 0, "%g seconds", number_of(meta, "seconds"));
    cr_expect(number_of(options, "gamma-inter") == 0.5);
    cr_expect(strcmp(cJSON_GetObjectItem(options, "hkl")->valuestring, "-1:1:3,0:2:2,-1:0.5:4") ==
              0);
    /* The options of a map make the same map again. */
    char *again = cJSON_Print(options);
    write_text("again.json", again);
    o = run("--config=again.json -o again.npz " CRYSTAL);
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    dt_npz *second = open_map("again.npz");
    dt_array a = get(npz, "intensity", DT_F64, 3, (const int64_t[]){NH, NK, NL});
    dt_array b = get(second, "intensity", DT_F64, 3, (const int64_t[]){NH, NK, NL});
    cr_expect(memcmp(a.data, b.data, dt_array_bytes(&a)) == 0, "the second map differs");
    dt_npz_close(second);
    dt_npz_close(npz);
    cJSON_Delete(meta);
    cJSON_free(again);
    free(text);
}

Test(onephonon_map, has_gradients_only_with_a_cotangent_and_they_fulfil_the_spring_identity) {
    write_map("dLdI.npy", DT_F64, 3, (const int64_t[]){NH, NK, NL}, 1.0);
    struct outcome o = run("-o map.npz --cotangent=dLdI.npy" GRID CRYSTAL);
    cr_assert(o.code == 0, "exit code %d\n%s", o.code, o.err);
    dt_npz *npz = open_map("map.npz");
    cr_expect(dt_npz_count(npz) == 11, "%lld members, should be 11", (long long)dt_npz_count(npz));
    dt_array intra = get(npz, "grad_gamma_intra", DT_F64, 0, NULL);
    dt_array inter = get(npz, "grad_gamma_inter", DT_F64, 0, NULL);
    dt_array u = get(npz, "grad_u_iso", DT_F64, 1, (const int64_t[]){ATOMS});
    dt_array xyz = get(npz, "grad_xyz", DT_F64, 2, (const int64_t[]){ATOMS, 3});
    dt_array map = get(npz, "intensity", DT_F64, 3, (const int64_t[]){NH, NK, NL});
    double sum = 0, norm_u = 0, norm_xyz = 0;
    for (int i = 0; i < VOXELS; i++) {
        sum += ((double *)map.data)[i];
    }
    for (int i = 0; i < ATOMS; i++) {
        norm_u += fabs(((double *)u.data)[i]);
        norm_xyz += fabs(((double *)xyz.data)[3 * i]);
    }
    /* I is of degree -1 in the springs: sum_g gamma_g dL/dgamma_g = -L for L = sum I. */
    double slope = *(double *)intra.data + *(double *)inter.data;
    cr_expect(fabs(slope + sum) < 1e-11 * sum, "sum of spring gradients %.15g, should be %.15g",
              slope, -sum);
    cr_expect(norm_u > 0 && norm_xyz > 0 && isfinite(norm_u) && isfinite(norm_xyz));
    dt_npz_close(npz);
}

Test(onephonon_map, does_not_depend_on_the_number_of_threads) {
    cr_assert(run("-o one.npz --threads=1" GRID CRYSTAL).code == 0);
    cr_assert(run("-o three.npz --threads=3" GRID CRYSTAL).code == 0);
    dt_npz *one = open_map("one.npz"), *three = open_map("three.npz");
    dt_array a = get(one, "intensity", DT_F64, 3, (const int64_t[]){NH, NK, NL});
    dt_array b = get(three, "intensity", DT_F64, 3, (const int64_t[]){NH, NK, NL});
    cr_expect(memcmp(a.data, b.data, dt_array_bytes(&a)) == 0, "three threads give another map");
    dt_npz_close(one);
    dt_npz_close(three);
}

static void expect_png(const char *path) {
    size_t size = 0;
    char *bytes = read_text(path, &size);
    cr_expect(size > 1000 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0 &&
                  memcmp(bytes + size - 8, "IEND", 4) == 0,
              "%s is no whole PNG file", path);
}

Test(onephonon_map, draws_every_layer) {
    cr_assert(run("--picture=a.png" GRID CRYSTAL).code == 0);
    cr_assert(run("--picture=b.png --layer=h0l" GRID CRYSTAL).code == 0);
    cr_assert(run("--picture=c.png --layer=0kl" GRID CRYSTAL).code == 0);
    expect_png("a.png");
    expect_png("b.png");
    expect_png("c.png");
    cr_expect(strcmp(folder_list(), "a.png b.png c.png") == 0, "leaves '%s'", folder_list());
}

/* Where index 0 is not on the grid, the layer nearest to it: l = -1/4 of -5/4, -3/4, ... 3/4. */
Test(onephonon_map, draws_the_layer_nearest_to_zero) {
    cr_assert(run("--picture=a.png --hkl=-1:1:3,-1:1:3,-1.25:0.75:2 " CRYSTAL).code == 0);
    cr_assert(run("--picture=b.png --hkl=-1:1:3,-1:1:3,-0.25:-0.25:2 " CRYSTAL).code == 0);
    size_t n_a = 0, n_b = 0;
    char *a = read_text("a.png", &n_a), *b = read_text("b.png", &n_b);
    cr_expect(n_a == n_b && memcmp(a, b, n_a) == 0, "the pictures of l = -1/4 differ");
}

static int side_of_png(const char *bytes, int at) {
    const unsigned char *b = (const unsigned char *)bytes + at;
    return b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
}

Test(onephonon_map, draws_the_first_named_axis_of_a_layer_across) {
    static const char *const layers[] = {"hk0", "h0l", "0kl"};
    static const char *const grids[2][3] = {
        {"-6:6:2,-1:1:2,0:0:1", "-6:6:2,0:0:1,-1:1:2", "0:0:1,-6:6:2,-1:1:2"},
        {"-1:1:2,-6:6:2,0:0:1", "-1:1:2,0:0:1,-6:6:2", "0:0:1,-1:1:2,-6:6:2"}};
    for (int tall = 0; tall < 2; tall++) {
        for (int i = 0; i < 3; i++) {
            char arguments[256];
            snprintf(arguments, sizeof arguments, "--picture=a.png --layer=%s --hkl=%s " CRYSTAL,
                     layers[i], grids[tall][i]);
            cr_assert(run(arguments).code == 0);
            size_t size = 0;
            char *png = read_text("a.png", &size);
            cr_assert(size > 24);
            int width = side_of_png(png, 16), height = side_of_png(png, 20);
            cr_expect(tall ? height > width : width > height, "%s is %d x %d", arguments, width,
                      height);
        }
    }
}

Test(onephonon_map, replaces_an_older_map) {
    write_text("map.npz", "old");
    cr_assert(run("-o map.npz" GRID CRYSTAL).code == 0);
    dt_npz_close(open_map("map.npz"));
    cr_expect(strcmp(folder_list(), "map.npz") == 0, "leaves '%s'", folder_list());
}
