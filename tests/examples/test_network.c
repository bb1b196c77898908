/* test_network.c - onephonon with other networks, groups, Bragg policies and points: the same
 * numbers where it must not matter which way they come, what is written, and what is refused. */
#include "program.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define GRID  " --hkl=-1:1:2,-1:1:2,0:1:2 " /* 5 x 5 x 3 */
#define SHAPE ((const int64_t[]){5, 5, 3})
enum { VOXELS = 75, ATOMS = 204 };

TestSuite(onephonon_network, .init = enter_folder, .fini = leave_folder, .timeout = 240);

/* A member; data NULL where there is none of that name. */
static dt_array get(const char *path, const char *name) {
    dt_npz *npz = NULL;
    dt_array array = {0};
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_npz_open(&npz, path, &error) == DT_OK, "%s", error.message);
    dt_npz_get(npz, name, &array, &error);
    dt_npz_close(npz);
    return array;
}

/* Arguments are separated by single blanks, and these may have two, or one at the end. */
static struct outcome run_loosely(const char *text) {
    char arguments[512];
    size_t n = 0;
    for (const char *at = text; *at != '\0' && n + 1 < sizeof arguments; at++) {
        if (*at != ' ' || (n > 0 && arguments[n - 1] != ' ')) {
            arguments[n++] = *at;
        }
    }
    arguments[n] = '\0';
    return run(arguments);
}

static struct outcome map(const char *path, const char *options) {
    char arguments[512];
    snprintf(arguments, sizeof arguments, "-o %s --threads=2 %s " CRYSTAL, path, options);
    struct outcome o = run_loosely(arguments);
    cr_assert(o.code == 0, "%s: exit code %d\n%s", options, o.code, o.err);
    return o;
}

/* Largest difference of two maps where both are valid, relative to the largest value. */
static double distance(const char *a, const char *b, const char *name, int64_t *ret_compared) {
    dt_array x = get(a, name), y = get(b, name), u = get(a, "valid"), v = get(b, "valid");
    double most = 0, off = 0;
    bool masked = dt_array_size(&x) == dt_array_size(&u);
    cr_assert(x.data != NULL && y.data != NULL && dt_array_size(&x) == dt_array_size(&y));
    *ret_compared = 0;
    for (int64_t i = 0; i < dt_array_size(&x); i++) {
        if (!masked || (((bool *)u.data)[i] && ((bool *)v.data)[i])) {
            double p = ((double *)x.data)[i], q = ((double *)y.data)[i];
            most = fmax(most, fabs(p));
            off = fmax(off, fabs(p - q));
            ++*ret_compared;
        }
    }
    dt_array_free(&x);
    dt_array_free(&y);
    dt_array_free(&u);
    dt_array_free(&v);
    return off / most;
}

static void expect_same(const char *options_a, const char *options_b, double tolerance) {
    int64_t compared;
    map("a.npz", options_a);
    map("b.npz", options_b);
    double off = distance("a.npz", "b.npz", "intensity", &compared);
    cr_expect(off < tolerance && compared >= 57, "%s and %s: off by %g in %lld voxels", options_a,
              options_b, off, (long long)compared);
}

Test(onephonon_network, maps_are_the_same_whichever_way_they_are_asked_for) {
    static const struct {
        const char *a, *b;
    } same[] = {
        {"--gamma-inter=0.5", "--springs=1,0.5"},
        {"--gamma-intra=0.7 --gamma-inter=0.7", "--springs=0.7 --classes=single"},
        {"--gamma-intra=0.7 --gamma-inter=0.7", "--springs=0.7 --classes=residue-interfaces"},
        {"", "--network=hybrid --springs=1:1"},
        {"--gamma-inter=2", "--network=hybrid --springs=1:1,2:2"},
        {"", "--bragg=drop"},
        {"--network=anm --groups=chain", "--network=hybrid --springs=0:1 --groups=chain"},
        {"--decay=2", "--springs=4 --decay=2 --decay-from=0.5"},
        {"--rank=4", "--rank=4 --network=hybrid --springs=1:1"},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        char a[256], b[256];
        snprintf(a, sizeof a, GRID "%s", same[i].a);
        snprintf(b, sizeof b, GRID "%s", same[i].b);
        expect_same(a, b, 1e-11);
    }
}

Test(onephonon_network, model_displacements_differ_by_what_is_held_at_the_zone_centre) {
    /* One way keeps the mean of the bodies' centroids at rest, the other the centre of mass, which
     * differ: U by 3e-4 here (2e-14 without masses), the map by 4e-8. */
    expect_same(GRID "--adp=model --gamma-inter=0.5", GRID "--adp=model --springs=1,0.5", 1e-7);
    int64_t compared;
    double off = distance("a.npz", "b.npz", "u_iso", &compared);
    cr_expect(off < 1e-3 && compared == ATOMS, "off by %g in %lld", off, (long long)compared);
}

Test(onephonon_network, springs_in_newtons_per_metre_are_those_in_kt_at_that_temperature) {
    /* k / kT with k = 1 N/m = 1 J/m^2 = 1e-20 J/A^2 and kT = 1.380649e-23 J/K x 250 K */
    expect_same(GRID "--spring-unit=N/m --temperature=250 --springs=1",
                GRID "--classes=single --springs=2.8971882064159677", 1e-11);
}

Test(onephonon_network, quantum_phonons_become_classical_when_hot) {
    expect_same(GRID "--occupation=quantum --temperature=1e6", GRID "--springs=1", 1e-6);
    int64_t compared;
    map("cold.npz", GRID "--occupation=quantum --temperature=10");
    cr_expect(distance("cold.npz", "b.npz", "intensity", &compared) > 1e-3);
}

Test(onephonon_network, points_have_the_values_of_the_grid) {
    dt_array list = {0};
    cr_assert(dt_array_new(&list, DT_F64, 2, (const int64_t[]){VOXELS, 3}, NULL) == DT_OK);
    for (int i = 0; i < VOXELS; i++) {
        double *h = (double *)list.data + (size_t)(3 * i);
        h[0] = -1 + 0.5 * (i / 15);
        h[1] = -1 + 0.5 * (i / 3 % 5);
        h[2] = 0.5 * (i % 3);
    }
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_npy_write("hkl.npy", &list, &error) == DT_OK, "%s", error.message);
    dt_array_free(&list);
    expect_same(GRID, "--points=hkl.npy", 1e-12);
    dt_array map_array = get("b.npz", "intensity"), hkl = get("b.npz", "hkl");
    cr_expect(map_array.ndim == 1 && map_array.shape[0] == VOXELS);
    cr_expect(hkl.ndim == 2 && ((double *)hkl.data)[5] == 0.5);
    dt_array_free(&map_array);
    dt_array_free(&hkl);
    expect_refused("--points=hkl.npy --picture=a.png " CRYSTAL, 2, "--picture draws a layer",
                   "a.npz b.npz hkl.npy");
}

Test(onephonon_network, averages_give_bragg_voxels_a_value) {
    map("a.npz", GRID);
    struct outcome o = map("b.npz", GRID "--bragg=average --bragg-order=4 --network=hybrid "
                                         "--springs=1:1");
    cr_expect(strstr(o.out, "averaged over voxels at whole hkl") != NULL, "%s", o.out);
    dt_array a = get("a.npz", "valid"), b = get("b.npz", "valid"), i = get("b.npz", "intensity");
    int bragg = 0;
    for (int v = 0; v < VOXELS; v++) {
        double value = ((double *)i.data)[v];
        cr_expect(((bool *)b.data)[v] && (value > 0 || v == 37), "voxel %d: %g", v, value);
        bragg += !((bool *)a.data)[v];
    }
    cr_expect(bragg == 18, "%d Bragg voxels", bragg);
    dt_array_free(&a);
    dt_array_free(&b);
    dt_array_free(&i);
}

Test(onephonon_network, gradients_are_those_of_the_short_way_and_more) {
    write_map("c.npy", DT_F64, 3, SHAPE, 1.0);
    map("a.npz", GRID "--cotangent=c.npy --gamma-inter=0.5");
    map("b.npz", GRID "--cotangent=c.npy --springs=1,0.5");
    static const char *const names[] = {"grad_xyz", "grad_u_iso"};
    for (int i = 0; i < 2; i++) {
        int64_t compared;
        double off = distance("a.npz", "b.npz", names[i], &compared);
        cr_expect(off < 1e-10 && compared >= ATOMS, "%s: off by %g", names[i], off);
    }
    dt_array intra = get("a.npz", "grad_gamma_intra"), inter = get("a.npz", "grad_gamma_inter");
    dt_array springs = get("b.npz", "grad_springs"), cell = get("b.npz", "grad_cell");
    dt_array occupancy = get("b.npz", "grad_occupancy"), none = get("b.npz", "grad_temperature");
    const double *g = springs.data;
    cr_assert(springs.ndim == 1 && springs.shape[0] == 2 && cell.shape[0] == 6);
    cr_expect(fabs(g[0] / *(double *)intra.data - 1) < 1e-10);
    cr_expect(fabs(g[1] / *(double *)inter.data - 1) < 1e-10);
    cr_expect(occupancy.shape[0] == ATOMS && none.data == NULL);
    dt_array *const all[] = {&intra, &inter, &springs, &cell, &occupancy};
    for (int i = 0; i < 5; i++) {
        dt_array_free(all[i]);
    }
}

Test(onephonon_network, gradients_of_temperature_and_of_model_tensors) {
    write_map("c.npy", DT_F64, 3, SHAPE, 1.0);
    map("a.npz", GRID "--cotangent=c.npy --occupation=quantum --temperature=100 "
                      "--adp=model-tensors --groups=residue");
    dt_array t = get("a.npz", "grad_temperature"), u = get("a.npz", "u"),
             g = get("a.npz", "grad_u");
    cr_expect(t.ndim == 0 && isfinite(*(double *)t.data) && *(double *)t.data != 0);
    cr_expect(u.ndim == 3 && u.shape[0] == ATOMS && u.shape[2] == 3 && g.data == NULL);
    dt_array_free(&t);
    dt_array_free(&u);
    map("a.npz", GRID "--cotangent=c.npy --adp=data-tensors");
    g = get("a.npz", "grad_u");
    cr_expect(g.ndim == 3 && g.shape[0] == ATOMS);
    dt_array_free(&g);
}

Test(onephonon_network, the_answer_says_what_was_computed) {
    struct outcome o =
        map("a.npz", GRID "--network=anm --groups=residue --classes=interfaces --bragg=drop");
    static const char *const rows[] = {
        "26 in a unit, 312 coordinates per cell\n", " parallel, ", " classes, in kT/A^2\n",
        "classical, without acoustic ones at whole hkl, displacements of the file\n"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect(strstr(o.out, rows[i]) != NULL, "no '%s' in\n%s", rows[i], o.out);
    }
    o = map("a.npz", GRID "--network=anm --groups=residue --json");
    cJSON *answer = parse_json(o.out);
    cr_expect(number_of(answer, "coordinates") == 312 && number_of(answer, "groups") == 26);
    cJSON_Delete(answer);
    o = run_loosely("--dry-run --json --groups=residue" GRID CRYSTAL);
    cr_assert(o.code == 0, "%s", o.err);
    answer = parse_json(o.out);
    cr_expect(number_of(answer, "estimated_bytes") >= number_of(answer, "estimated_bytes_forward"));
    cr_expect(number_of(answer, "estimated_seconds") > 0);
    cJSON_Delete(answer);
}

Test(onephonon_network, files_of_groups_and_tables_are_read) {
    int64_t groups[ATOMS];
    for (int i = 0; i < ATOMS; i++) {
        groups[i] = i < 100 ? 7 : 3;
    }
    dt_array two = dt_array_wrap(DT_I64, 1, (const int64_t[]){ATOMS}, groups);
    cr_assert(dt_npy_write("groups.npy", &two, NULL) == DT_OK);
    struct outcome o = map("a.npz", GRID "--groups=groups.npy");
    cr_expect(strstr(o.out, "2 in a unit, 24 coordinates per cell\n") != NULL, "%s", o.out);
    static const int64_t table[2 * 26 * 26]; /* one class for all */
    dt_array one = dt_array_wrap(DT_I64, 3, (const int64_t[]){2, 26, 26}, table);
    cr_assert(dt_npy_write("table.npy", &one, NULL) == DT_OK);
    expect_same(GRID "--springs=1", GRID "--classes=table.npy", 1e-11);
    expect_refused("--groups=table.npy " CRYSTAL, 3,
                   "table.npy: numbers of groups must be i64 of shape (204), the file "
                   "holds i64 of shape (2,26,26)",
                   "a.npz b.npz groups.npy table.npy");
}

Test(onephonon_network, options_that_contradict_each_other_are_refused) {
    static const struct {
        const char *arguments, *sentence;
    } cases[] = {
        {"--groups=domains ",
         "--groups: expected one of asu, chain, residue, atoms, or a file .npy, got 'domains'"},
        {"--classes=pairs ", "or a file .npy, got 'pairs'"},
        {"--springs=1 --gamma-inter=2 ", "--springs gives all spring constants: leave out"},
        {"--classes=single --gamma-intra=2 ", "are the constants of --classes=intra-inter"},
        {"--network=hybrid ", "give them with --springs=ACROSS:ALONG"},
        {"--network=hybrid --springs=1 ", "--springs: expected ACROSS:ALONG,... with one entry"},
        {"--springs=1,2,3 ", "each of the 2 classes, got '1,2,3'"},
        {"--springs=soft ", "--springs: expected G,... with one entry"},
        {"--decay-from=3 ", "--decay-from is the length from which springs decay: give --decay"},
        {"--bragg-order=8 ", "give --bragg=average, too"},
        {"--bragg=average --bragg-order=17 ", "bragg_order is 17; it must lie between 1 and 16"},
        {"--temperature=100 ", "--temperature has no influence on classical phonons"},
        {"--points=a.npy --q=b.npy ", "--points and --q both say where"},
        {"--points=a.npy --hkl=0:1:2,0:1:2,0:1:2 ", "--hkl is a grid, --points and --q are lists"},
        {"--q=a.npy --bragg=average ", "the mean over a voxel of a grid, and a list of points"},
        {"--q=a.npy --adp=model ", "averaged over the wavevectors of a grid, and a list"},
        {"--preset=eryx --network=anm ", "--preset is of rigid asymmetric units"},
        {"--preset=eryx-torch --groups=residue ", "cannot be combined with --groups"},
        {"--rank=2 --bragg=drop ", "--rank counts phonons from the softest, and --bragg=drop"},
        {"--taper=5 ", "the taper of 5 Angstrom must lie between 0 and the cutoff of 4 Angstrom"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char arguments[256];
        snprintf(arguments, sizeof arguments, "%s" CRYSTAL, cases[i].arguments);
        expect_refused(arguments, 2, cases[i].sentence, "");
    }
    expect_refused("--points=none.npy " CRYSTAL, 3, "none.npy", "");
}
