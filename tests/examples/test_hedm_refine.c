/* test_hedm_refine.c - hedm_refine as a user meets it. */
#include "program.h"

#include <difftape/refinement.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(hedm_refine, .init = enter_folder, .fini = leave_folder, .timeout = 120);

/* Largest |pull| of the refined numbers, and how many there are. */
static double largest_pull(const cJSON *json, int *n) {
    double largest = 0;
    const cJSON *item;
    *n = 0;
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(json, "refined")) {
        double pull = number_of(item, "pull"), error = number_of(item, "error");
        double off = number_of(item, "value") - number_of(item, "true");
        largest = fmax(largest, fabs(pull));
        /* Rotation vectors subtract to 1 % where they are of 1 degree. */
        cr_expect(error > 0 && fabs(pull - off / error) < 0.1, "pull %g of %g, error %g", pull, off,
                  error);
        (*n)++;
    }
    return largest;
}

Test(hedm_refine, finds_a_grain_again_from_a_degree_off_within_its_errors) {
    for (int seed = 1; seed <= 5; seed++) {
        char arguments[64];
        int n;
        snprintf(arguments, sizeof arguments, "--json --seed=%d", seed);
        struct outcome o = run(arguments);
        cr_assert(o.code == 0, "%s", o.err);
        cJSON *json = parse_json(o.out);
        double pull = largest_pull(json, &n);
        cr_expect(n == 12 && pull < 4.5 && pull > 0.5, "%d numbers, largest pull %g", n, pull);
        cr_expect(number_of(json, "spots") > 200 && number_of(json, "iterations") <= 8);
        double per = number_of(json, "chi_square") / (number_of(json, "residuals") - n);
        cr_expect(per > 0.8 && per < 1.2, "chi square %g per degree of freedom", per);
        cJSON_Delete(json);
    }
}

Test(hedm_refine, refines_the_experiment_too) {
    static const char *const masks[] = {"orientation,energy", "orientation,lattice",
                                        "orientation,chi", "orientation,distance,tilt,center"};
    static const int numbers[] = {4, 4, 4, 9};
    for (int i = 0; i < 4; i++) {
        char arguments[160];
        int n;
        snprintf(arguments, sizeof arguments, "--json --start-strain=0 --start-shift=0 --free=%s",
                 masks[i]);
        struct outcome o = run(arguments);
        cr_assert(o.code == 0, "%s", o.err);
        cJSON *json = parse_json(o.out);
        double pull = largest_pull(json, &n);
        cr_expect(n == numbers[i] && pull < 4.5, "%s: %d numbers, pull %g", masks[i], n, pull);
        cJSON_Delete(json);
    }
}

/* Saved spots, read again with another start, give the same grain. */
Test(hedm_refine, reads_the_spots_it_wrote) {
    struct outcome o = run("--save-spots=s.csv -o a.csv --json");
    cr_assert(o.code == 0, "%s", o.err);
    o = run("--spots=s.csv -o b.csv --orientation=0.9,0.21,-0.3,0.25 --strain=0,0,0,0,0,0 "
            "--position=0,0,0");
    cr_assert(o.code == 0, "%s", o.err);
    cr_expect(strstr(o.out, "pull") == NULL && strstr(o.out, "strain xy") != NULL, "%s", o.out);
    char *a = strchr(read_text("a.csv", NULL), '\n'), *b = strchr(read_text("b.csv", NULL), '\n');
    cr_assert(a != NULL && b != NULL);
    int compared = 0;
    for (; compared < 13; compared++) {
        double x = strtod(a + 1, &a), y = strtod(b + 1, &b);
        cr_expect(fabs(x - y) < 1e-9, "number %d: %.12g and %.12g", compared, x, y);
    }
    cr_expect(strcmp(folder_list(), "a.csv b.csv s.csv") == 0, "leaves %s", folder_list());
}

/* A saved table says what its columns are; every row is the library's own prediction. */
Test(hedm_refine, saves_spots_under_the_right_names) {
    struct outcome o = run("--save-spots=s.csv --noise-pixel=1e-9 --noise-omega=1e-12 --chi=0.01 "
                           "--orientation=0.8,0,0.6,0 --strain=0,0,0,0,0,0 --position=1,2,3");
    cr_assert(o.code == 0, "%s", o.err);
    char *at = read_text("s.csv", NULL);
    const char *header = "h,k,l,root,omega,pixel_j,pixel_k\n";
    cr_assert(strncmp(at, header, strlen(header)) == 0, "%.60s", at);
    at += strlen(header);
    const dt_hedm_setup setup = {.cell = {4.0782, 4.0782, 4.0782, 90, 90, 90},
                                 .energy = 50.02099,
                                 .chi = 0.01,
                                 .has_panel = true,
                                 .panel_location = {1000, 0, 0},
                                 .panel_rotation = {0, 0, 1, 1, 0, 0, 0, 1, 0},
                                 .beam_center = {1024, 1024},
                                 .pixel_size = {0.4, 0.4}};
    const dt_grain grain = {{0.28, 0, 0.96, 0, 1, 0, -0.96, 0, 0.28}, {0}, {1, 2, 3}};
    int rows = 0;
    for (; *at != '\0'; rows++) {
        double x[7], omega[2], pixel[4];
        bool hit[2];
        for (int i = 0; i < 7; i++) {
            x[i] = strtod(at, &at);
            at++; /* comma or newline */
        }
        cr_assert(dt_simulate_spots(&setup, &grain, 1, x, omega, pixel, hit, NULL) == DT_OK);
        int root = (int)x[3];
        cr_expect(hit[root] && fabs(omega[root] - x[4]) < 1e-10);
        cr_expect(fabs(pixel[2 * root] - x[5]) < 1e-7 && fabs(pixel[2 * root + 1] - x[6]) < 1e-7,
                  "row %d: %g %g, %g %g", rows, x[5], x[6], pixel[2 * root], pixel[2 * root + 1]);
    }
    cr_expect(rows > 200, "%d rows", rows);
}

#define PANEL                                                                                      \
    "{\nJUnitVector 1 0 0\nKUnitVector 0 -1 0\nBeamCenterJ 1000\nBeamCenterK 1020\n"               \
    "LabFrameLocation 900 0 0\nLabFrameOrientation 90 90 0.5\nNumJPixels 2048\n"                   \
    "NumKPixels 2048\nPixelJLength 0.4\nPixelKLength 0.4\n}\n"

Test(hedm_refine, reads_a_detector_and_prints_a_table_and_a_plot) {
    write_text("d.txt", PANEL);
    struct outcome o = run("--detector=d.txt --plot=p.png --free=orientation,distance");
    cr_assert(o.code == 0, "%s", o.err);
    cr_expect(strstr(o.out, "distance                    900") != NULL, "%s", o.out);
    size_t size;
    char *bytes = read_text("p.png", &size);
    cr_expect(size > 5000 && memcmp(bytes, "\x89PNG", 4) == 0);
}

Test(hedm_refine, explains_itself) {
    struct outcome o = run("--help");
    cr_expect(o.code == 0 && strstr(o.out, "--free=LIST") != NULL &&
              strstr(o.out, "--spots=") != NULL);
    cr_expect(strncmp(run("-V").out, "hedm_refine (difftape) ", 23) == 0);
}

Test(hedm_refine, refuses_in_one_sentence) {
    write_text("d.txt", "{\nJUnitVector 1 0 0\n}\n");
    write_text("empty.csv", "h,k,l,root,omega,pixel_j,pixel_k\n");
    write_text("root.csv", "h,k,l,root,omega,pixel_j,pixel_k\n\n1,1,1,2,0,0,0\n1,1,1,1,0,0,0\n");
    const struct {
        const char *arguments;
        int code;
        const char *sentence;
    } cases[] = {
        {"--free=energy,lattice", 4, "the spots do not determine all of energy, lattice scale"},
        {"--free=position,center", 4, "position z, beam center k"},
        {"--free=orientation,foo", 2, "'foo' is none of orientation, strain"},
        {"--orientation=0,0,0,0", 2, "a quaternion must not be 0"},
        {"--detector=d.txt", 3, "d.txt: line 3: the block ends without KUnitVector"},
        {"--spots=empty.csv", 3, "empty.csv: line 1: no spot stands behind"},
        {"--spots=root.csv", 3, "root.csv: line 3: the root of a spot is 2, must be 0 or 1"},
        {"--spots=d.txt", 3, "d.txt: line 1: '{' is no column of this table"},
        {"--spots=root.csv --save-spots=x.csv", 2, "--save-spots writes simulated spots"},
        {"--plot=d.txt --detector=d.txt", 2, "two options name the same file, d.txt"},
        {"--plot=nowhere/a.png", 3, "nowhere"},
        {"--position=0,0,1e5", 2, "no reflection of this grain hits the panel"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_refused(cases[i].arguments, cases[i].code, cases[i].sentence,
                       "d.txt empty.csv root.csv");
    }
}
