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

/* -- springs ----------------------------------------------------------------------------------- */

Test(onephonon_refused, springs_that_do_not_hold_the_crystal_name_the_wavevector) {
    static const char *const springs[] = {"--gamma-inter=0", "--gamma-inter=-1",
                                          "--gamma-intra=0 --gamma-inter=0", "--gamma-intra=-1",
                                          "--gamma-intra=-1 --gamma-inter=-1"};
    char arguments[256];
    for (size_t i = 0; i < sizeof springs / sizeof *springs; i++) {
        snprintf(arguments, sizeof arguments, "%s -o map.npz --picture=map.png " CRYSTAL,
                 springs[i]);
        expect_refused(arguments, 4, "not positive definite at k = (", "");
        expect_refused(arguments, 4, "the springs do not hold the crystal", "");
    }
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
