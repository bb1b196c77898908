/* test_refused.c - input that is no crystal, springs that hold nothing, files that cannot be
 * written, a full disk, too little memory, an interrupt: always one sentence, the right exit code
 * and no file that was not there before. */
#include "program.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

TestSuite(onephonon_refused, .init = enter_folder, .fini = leave_folder, .timeout = 240);

#define GRID "--hkl=0:1:2,0:1:2,0:1:2 " /* 3 x 3 x 3 */
#define LONG "--hkl=-30:30:5,-30:30:5,-30:30:5 "

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* -- structures -------------------------------------------------------------------------------- */

Test(onephonon_refused, structures_that_are_no_crystal) {
    expect_refused("-o map.npz nothere.pdb", 3, "nothere.pdb: cannot open: No such file", "");
    write_text("empty.pdb", "");
    expect_refused("-o map.npz empty.pdb", 3, "empty.pdb: the file is empty", "empty.pdb");
    remove("empty.pdb");
    expect_refused("-o map.npz ..", 3, "..: this is a folder", "");
    write_text("text.pdb", "Dear crystallographer,\n");
    expect_refused("-o map.npz text.pdb", 3, "text.pdb: ", "text.pdb");
    remove("text.pdb");
    write_crystal("x.pdb", NULL);
    expect_refused("-o map.npz x.pdb", 3, "x.pdb: no CRYST1 record, so the unit cell is unknown",
                   "x.pdb");
    write_crystal("x.pdb",
                  "CRYST1    1.000    1.000    1.000  90.00  90.00  90.00 P 1           1");
    expect_refused("-o map.npz x.pdb", 3, "cell in CRYST1 is a placeholder", "x.pdb");
    write_crystal("x.pdb",
                  "CRYST1   20.544   20.859   26.055 101.16  97.03 118.06 Q 99          1");
    expect_refused("-o map.npz x.pdb", 3, "x.pdb: ", "x.pdb");
}

/* The bundled crystal with atom number `moved` (of the ATOM records, from 1) put to x, y, z. */
static void write_moved(const char *path, int moved, const char *xyz) {
    FILE *in = fopen(CRYSTAL, "r"), *out = fopen(path, "w");
    char line[256];
    cr_assert(in != NULL && out != NULL && strlen(xyz) == 24);
    while (fgets(line, sizeof line, in)) {
        if (strncmp(line, "ATOM", 4) == 0 && --moved == 0) {
            memcpy(line + 30, xyz, 24);
        }
        fputs(line, out);
    }
    fclose(in);
    fclose(out);
}

/* ATOM record number n of the bundled crystal. */
static void atom_line(int n, char line[256]) {
    FILE *in = fopen(CRYSTAL, "r");
    cr_assert(in != NULL);
    while (fgets(line, 256, in) && (strncmp(line, "ATOM", 4) != 0 || --n > 0)) {
    }
    fclose(in);
}

/* Its first ten atoms, and each a second time where the inversion centre puts it. */
static void write_doubled(const char *path, const char *occupancy) {
    FILE *out = fopen(path, "w");
    cr_assert(out != NULL);
    fputs("CRYST1   20.544   20.859   26.055 101.16  97.03 118.06 P -1          2\n", out);
    for (int i = 0; i < 20; i++) {
        char line[256], number[9] = "";
        atom_line(1 + i % 10, line);
        for (int d = 0; d < 3; d++) {
            memcpy(number, line + 30 + 8 * d, 8);
            snprintf(number, sizeof number, "%8.3f", strtod(number, NULL) * (i < 10 ? 1 : -1));
            memcpy(line + 30 + 8 * d, number, 8);
        }
        memcpy(line + 12, i < 10 ? " C" : " Q", 2);
        line[14] = (char)('A' + i % 10);
        line[15] = line[16] = ' ';
        memcpy(line + 54, occupancy, 6);
        memcpy(line + 76, " C", 2);
        fputs(line, out);
    }
    cr_assert(fclose(out) == 0);
}

Test(onephonon_refused, asymmetric_units_that_overlap_themselves) {
    char line[256], first[25] = "";
    atom_line(1, line);
    memcpy(first, line + 30, 24);
    write_text("map.npz", "the old map");
    write_moved("x.pdb", 2, first);
    expect_refused("-o map.npz " GRID "x.pdb", 3,
                   "x.pdb: atoms A/GLU 101/N and A/GLU 101/CA are 0.000 Angstrom apart in the "
                   "asymmetric unit (1 such pair), and both are there all the time: atoms cannot "
                   "be nearer than 0.5 Angstrom",
                   "map.npz x.pdb");
    write_doubled("x.pdb", "  1.00");
    expect_refused("-o map.npz " GRID "x.pdb", 3,
                   "0.000 Angstrom apart with copy 2 of the asymmetric unit (", "map.npz x.pdb");
    cr_expect(strcmp(read_text("map.npz", NULL), "the old map") == 0);
    write_doubled("x.pdb", "  0.50"); /* two halves of a disordered molecule on a centre */
    struct outcome o = run("--gamma-inter=0.5 --cutoff=14 " GRID "x.pdb");
    cr_expect(o.code == 0, "%s", o.err);
}

Test(onephonon_refused, numbers_in_structures_that_are_none) {
    write_moved("x.pdb", 3, "     nan   1.000   2.000");
    expect_refused("-o map.npz x.pdb", 3, "x '     nan' is not a plain decimal number", "x.pdb");
    write_moved("x.pdb", 3, "   1.000********   2.000");
    expect_refused("-o map.npz x.pdb", 3, "y '********' is not a plain decimal number", "x.pdb");
}

/* -- springs ----------------------------------------------------------------------------------- */

Test(onephonon_refused, springs_that_do_not_hold_the_crystal_name_wavevector_and_reason) {
    static const char *const apart = "no chain of springs joins copy 2 of the asymmetric unit to "
                                     "copy 1 of the asymmetric unit";
    static const struct {
        const char *options, *reason;
    } cases[] = {
        {"--gamma-inter=0", apart},
        {"--gamma-intra=0 --gamma-inter=0", apart},
        {"--cutoff=2.5", apart},
        {"--springs=1,0", apart},
        {"--cutoff=3", "joins copy 1 of the asymmetric unit to the next one along c (hint:"},
        {"--network=anm --cutoff=3", "to the next one along c (hint:"},
        {"--groups=residue --cutoff=2",
         "joins rigid group 14 of copy 1 to rigid group 1 of copy 1"},
        {"--gamma-inter=-1", "; spring constant 2 of 2 is -1\n"},
        {"--gamma-intra=-1", "add up to a negative stiffness, so one of the constants is negative"},
        {"--gamma-intra=-1 --gamma-inter=-1", "; spring constant 1 of 2 is -1\n"},
        {"--springs=1,-0.01", "some motion of the bodies costs no energy, or gains some"},
        {"--springs=1,-0.01", "; spring constant 2 of 2 is -0.01\n"},
        {"--network=hybrid --springs=-0.5:1", "; spring constant 1 of 4 is -0.5\n"}};
    write_text("map.npz", "the old map");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char arguments[256];
        snprintf(arguments, sizeof arguments, "%s -o map.npz --picture=map.png " GRID CRYSTAL,
                 cases[i].options);
        expect_refused(arguments, 4, "K(k) is not positive definite at k = (", "map.npz");
        expect_refused(arguments, 4,
                       ") in reciprocal axes: the springs do not hold the crystal: ", "map.npz");
        expect_refused(arguments, 4, cases[i].reason, "map.npz");
    }
    cr_expect(strcmp(read_text("map.npz", NULL), "the old map") == 0);
    expect_refused("--cutoff=0.5 -o map.npz " CRYSTAL, 2,
                   "no two atoms are within 0.5 Angstrom of each other, so nothing holds the "
                   "crystal together; use a longer cutoff",
                   "map.npz");
}

static void write_numbers(const char *path, int64_t n, const double *numbers) {
    dt_array array = dt_array_wrap(DT_F64, 1, &n, numbers);
    cr_assert(dt_npy_write(path, &array, NULL) == DT_OK);
}

Test(onephonon_refused, files_of_springs_and_points_with_numbers_that_are_none) {
    write_numbers("s.npy", 2, (const double[]){1, NAN});
    expect_refused("--springs=s.npy -o map.npz " GRID CRYSTAL, 3,
                   "s.npy: spring constants must be finite, number 2 (counted from 1) is nan",
                   "s.npy");
    expect_refused("--springs=nan " CRYSTAL, 2, "--springs: expected G,... with one entry",
                   "s.npy");
    expect_refused("--springs=1,inf " CRYSTAL, 2, "got '1,inf'", "s.npy");
    write_numbers("s.npy", 3, (const double[]){1, 2, 3});
    expect_refused("--springs=s.npy -o map.npz " GRID CRYSTAL, 3,
                   "s.npy: spring constants must be f64 of shape (2), the file holds f64 of shape "
                   "(3)",
                   "s.npy");
    write_map("s.npy", DT_F64, 2, (const int64_t[]){2, 3}, NAN);
    expect_refused("--q=s.npy -o map.npz " CRYSTAL, 3,
                   "s.npy: points must be finite, number 1 (counted from 1) is nan", "s.npy");
    write_map("s.npy", DT_F64, 2, (const int64_t[]){0, 3}, 0);
    expect_refused("--points=s.npy -o map.npz " CRYSTAL, 3,
                   "s.npy: points must be f64 of shape (0,3) (0: one or more), the file holds f64 "
                   "of shape (0,3)",
                   "s.npy");
    int64_t classes[2 * 26 * 26] = {[5] = 1000000000000, [5 * 26] = 1000000000000};
    dt_array table = dt_array_wrap(DT_I64, 3, (const int64_t[]){2, 26, 26}, classes);
    cr_assert(dt_npy_write("s.npy", &table, NULL) == DT_OK);
    expect_refused("--classes=s.npy " CRYSTAL, 2,
                   "has the number 1000000000000; it has 1352 entries", "s.npy");
}

/* -- configurations ---------------------------------------------------------------------------- */

Test(onephonon_refused, configurations_of_a_newer_version_and_unknown_names) {
    write_text("c.json", "{\"format\": 2, \"brilliance\": 3}");
    expect_refused("--config=c.json -o map.npz " CRYSTAL, 2,
                   "c.json: format: these options are of version 2, this program knows version 1: "
                   "use a newer onephonon",
                   "c.json");
    write_text("c.json", "{\"format\": \"new\"}");
    expect_refused("--config=c.json -o map.npz " CRYSTAL, 2, "expected a version from 1 on",
                   "c.json");
    write_text("c.json", "{\"cut\": 4}");
    expect_refused("--config=c.json -o map.npz " CRYSTAL, 2, "unknown key \"cut\"", "c.json");
    write_text("c.json", "{\"format\": \"1\", \"cutoff\": 4, \"hkl\": \"0:1:2,0:1:2,0:1:2\"}");
    cr_expect(run("--config=c.json " CRYSTAL).code == 0);
}

/* -- cotangents -------------------------------------------------------------------------------- */

#define WITH_COTANGENT "--cotangent=c.npy -o map.npz " GRID CRYSTAL

Test(onephonon_refused, cotangents_that_do_not_fit_the_map) {
    expect_refused(WITH_COTANGENT, 3, "c.npy: the file does not exist", "");
    write_map("c.npy", DT_F64, 3, (const int64_t[]){3, 3, 2}, 1);
    expect_refused(WITH_COTANGENT, 3, "c.npy: the cotangent has shape (3,3,2), the map (3,3,3)",
                   "c.npy");
    write_map("c.npy", DT_F64, 1, (const int64_t[]){27}, 1);
    expect_refused(WITH_COTANGENT, 3, "c.npy: the cotangent has shape (27), the map (3,3,3)",
                   "c.npy");
    write_map("c.npy", DT_F64, 4, (const int64_t[]){3, 3, 3, 1}, 1);
    expect_refused(WITH_COTANGENT, 3, "c.npy: the cotangent has shape (3,3,3,1)", "c.npy");
    write_map("c.npy", DT_F32, 3, (const int64_t[]){3, 3, 3}, 1);
    expect_refused(WITH_COTANGENT, 3, "c.npy: the cotangent holds f32, it must hold f64", "c.npy");
    write_map("c.npy", DT_BOOL, 3, (const int64_t[]){3, 3, 3}, 1);
    expect_refused(WITH_COTANGENT, 3, "c.npy: the cotangent holds bool, it must hold f64", "c.npy");
    write_map("c.npy", DT_F64, 3, (const int64_t[]){3, 3, 3}, NAN);
    expect_refused(WITH_COTANGENT, 3, "c.npy: the cotangent is nan at (0,0,0)", "c.npy");
    write_map("c.npy", DT_F64, 3, (const int64_t[]){3, 3, 3}, INFINITY);
    expect_refused(WITH_COTANGENT, 3, "c.npy: the cotangent is inf at (0,0,0)", "c.npy");
    write_text("c.npy", "1 2 3\n");
    expect_refused(WITH_COTANGENT, 3, "c.npy: ", "c.npy");
    write_text("c.npy", "");
    expect_refused(WITH_COTANGENT, 3, "c.npy: ", "c.npy");
}

/* -- outputs ----------------------------------------------------------------------------------- */

/* Nothing was computed: an evaluation would have shown its progress. */
static void expect_refused_at_once(const char *arguments, const char *sentence, const char *files) {
    expect_refused(arguments, 3, sentence, files);
    const char *err = run(arguments).err;
    cr_expect(strchr(err, '%') == NULL, "%s: computed before it complained\n%s", arguments, err);
}

Test(onephonon_refused, output_that_cannot_be_written_before_anything_is_computed) {
    expect_refused_at_once("-o none/map.npz " GRID CRYSTAL,
                           "cannot write none/map.npz: its folder does not exist", "");
    expect_refused_at_once("--picture=none/map.png -o map.npz " GRID CRYSTAL,
                           "cannot write none/map.png: its folder does not exist", "");
    cr_assert(mkdir("sub", 0777) == 0);
    expect_refused_at_once("-o sub " GRID CRYSTAL, "cannot write sub: it is a folder", "sub");
    expect_refused_at_once("--picture=sub " GRID CRYSTAL, "cannot write sub: it is a folder",
                           "sub");
    expect_refused_at_once("-o  " GRID CRYSTAL, "the file name is empty", "sub");
    expect_refused_at_once("--picture= " GRID CRYSTAL, "the file name is empty", "sub");
}

/* The disk is full after so many bytes. */
static struct outcome run_on_small_disk(int64_t bytes, const char *arguments) {
    return run_under((struct conditions){.file_bytes = bytes}, arguments);
}

Test(onephonon_refused, a_full_disk_leaves_the_old_files_as_they_were) {
    static const int64_t sizes[] = {1, 100, 1000, 20000}; /* the map has 20 kB */
    write_text("map.npz", "the old map");
    write_text("map.png", "the old picture");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct outcome o = run_on_small_disk(
            sizes[i], "-o map.npz --picture=map.png --hkl=-2:2:3,-2:2:3,-2:2:3 " CRYSTAL);
        cr_expect(o.code == 3, "%lld bytes: exit code %d\n%s", (long long)sizes[i], o.code, o.err);
        cr_expect(strstr(o.err, "onephonon: error: cannot write map.npz: File too large\n") != NULL,
                  "%lld bytes: %s", (long long)sizes[i], o.err);
        cr_expect(o.out[0] == '\0', "%lld bytes: %s", (long long)sizes[i], o.out);
        cr_expect(strcmp(read_text("map.npz", NULL), "the old map") == 0);
        cr_expect(strcmp(read_text("map.png", NULL), "the old picture") == 0);
        cr_expect(strcmp(folder_list(), "map.npz map.png") == 0, "leaves '%s'", folder_list());
    }
    struct outcome o = run("-o /dev/full " GRID CRYSTAL);
    cr_expect(o.code == 3 &&
                  strstr(o.err, "cannot write /dev/full: No space left on device") != NULL,
              "exit code %d: %s", o.code, o.err);
}

Test(onephonon_refused, a_picture_that_fails_costs_neither_the_map_nor_the_report) {
    write_text("map.png", "the old picture");
    struct outcome o = run_on_small_disk(20000, "-o map.npz --picture=map.png " GRID CRYSTAL);
    cr_expect(o.code == 3, "exit code %d", o.code);
    cr_expect(strstr(o.err,
                     "onephonon: error: the map is complete in map.npz, but not its picture: "
                     "cannot write map.png: File too large\n") != NULL,
              "%s", o.err);
    cr_expect(strstr(o.out, "\nwritten           map.npz\n") != NULL, "%s", o.out);
    cr_expect(strstr(o.out, "\npicture ") == NULL, "%s", o.out);
    cr_expect(strcmp(read_text("map.png", NULL), "the old picture") == 0);
    cr_expect(strcmp(folder_list(), "map.npz map.png") == 0, "leaves '%s'", folder_list());
    dt_npz *npz = NULL;
    cr_assert(dt_npz_open(&npz, "map.npz", NULL) == DT_OK, "the map is damaged");
    dt_npz_close(npz);
}

/* -- memory and interrupts --------------------------------------------------------------------- */

Test(onephonon_refused, maps_that_do_not_fit_into_memory) {
    expect_refused("-o map.npz --hkl=-3000:3000:1,-3000:3000:1,-3000:3000:5 " CRYSTAL, 5,
                   "this map needs about ", "");
}

Test(onephonon_refused, maps_that_do_not_fit_under_a_limit) {
    if (SANITIZED) {
        cr_skip_test("a limit on the address space leaves no room for a sanitizer");
    }
    struct conditions small = {.memory_bytes = 700000000};
    struct outcome o =
        run_under(small, "-o map.npz --threads=2 --hkl=-60:60:4,-60:60:4,-60:60:4 " CRYSTAL);
    cr_expect(o.code == 5, "exit code %d\n%s", o.code, o.err);
    cr_expect(strstr(o.err, "of address space with 2 threads, but the limit (ulimit -v) leaves "),
              "%s", o.err);
    cr_expect(strstr(o.err, "\nTry --dry-run for an estimate") != NULL, "%s", o.err);
    cr_expect(strcmp(folder_list(), "") == 0, "leaves '%s'", folder_list());
    o = run_under(small, "-o map.npz --threads=1 " GRID CRYSTAL);
    cr_expect(o.code == 0, "a small map under the same limit: exit code %d\n%s", o.code, o.err);
}

Test(onephonon_refused, an_interrupt_leaves_nothing_behind) {
    struct outcome o = run_under((struct conditions){.interrupt = true},
                                 "--progress=always -o map.npz --picture=map.png " LONG CRYSTAL);
    cr_expect(o.code == 130, "exit code %d\n%s", o.code, o.err);
    cr_expect(strstr(o.err, "\ronephonon: interrupted: nothing was written\n") != NULL, "%s",
              o.err);
    cr_expect(o.out[0] == '\0', "%s", o.out);
    cr_expect(strcmp(folder_list(), "") == 0, "leaves '%s'", folder_list());
}
