/* test_hedm_files_refused.c - every bad text file is refused with a sentence and its line. */
#include <difftape/hedm_files.h>

#include "hedm_scratch.h"

TestSuite(hedm_refused, .fini = scratch_remove);

enum which { MIC, DETECTOR, CELL, OMEGA, ZONE, CONFIG, GRAINS };

static dt_status read_as(enum which which, const char *path, dt_error *error) {
    dt_mic mic;
    dt_detector_entry *d;
    dt_unit_cell cell;
    dt_array rows;
    dt_hedm_config config;
    dt_grain_entry *g;
    int64_t n;
    switch (which) {
    case MIC: return dt_mic_read(path, &mic, error);
    case DETECTOR: return dt_detector_file_read(path, &d, &n, error);
    case CELL: return dt_unit_cell_read(path, &cell, error);
    case OMEGA: return dt_omega_ranges_read(path, 1, &rows, error);
    case ZONE: return dt_orientation_list_read(path, &rows, error);
    case CONFIG: return dt_hedm_config_read(path, &config, error);
    case GRAINS: break;
    }
    return dt_grains_read(path, &g, &n, error);
}

#define ROW   "0 0 0 1 3 1 10 20 30"
#define GRAIN "x,y,z,qw,qx,qy,qz\n"

static const struct {
    enum which which;
    const char *text;
    int64_t line;
    const char *rule;
} refusals[] = {
    {MIC, "", 0, "the file is empty; it begins with the side length"},
    {MIC, "# only a comment\n", 1, "the file is empty"},
    {MIC, "abc\n", 1, "the side length (mm): 'abc' is not a finite decimal number"},
    {MIC, "nan\n", 1, "'nan' is not a finite"},
    {MIC, "0x10\n", 1, "'0x10' is not a finite"},
    {MIC, "1e999\n", 1, "'1e999' is not a finite"},
    {MIC, "0\n", 1, "a side length must be above 0 mm, got 0"},
    {MIC, "1 -2\n", 1, "a side length must be above 0 mm, got -2"},
    {MIC, "1 2\n", 1, "the line with the origin is missing"},
    {MIC, "1 2\n3 4\n", 2, "the origin (mm) needs 3 numbers, the line ends after 2"},
    {MIC, "1\n" ROW "\n0 0\n", 3, "the left vertex (mm) needs 3 numbers, the line ends after 2"},
    {MIC, "1\n0 0 0 3 3 1 10 20 30\n", 2,
     "the triangle (1 up, 2 down) must be a whole number from 1 to 2, got 3"},
    {MIC, "1\n0 0 0 1 -1 1 10 20 30\n", 2,
     "the generation must be a whole number from 0 to 60, got -1"},
    {MIC, "1\n0 0 0 1 1 1.5 10 20 30\n", 2, "the phase must be a whole number"},
    {MIC, "1\n0 0 0 1 1 1 10 20\n", 2,
     "the Euler angles (degrees) needs 3 numbers, the line ends after 2"},
    {MIC, "1\n" ROW " 0.9 x 1 2\n", 2, "the cost: 'x'"},
    {MIC, "1\n" ROW " 1 2 3 4 1 1 1\n", 2,
     "the deformation needs 6 numbers, the line ends after 3"},
    {MIC, "1 2\n0 0 0\n0 0 0 1 10 20 30\n", 3, "the confidence is missing"},
    {DETECTOR, "", 0, "the file has no detector"},
    {DETECTOR, "JUnitVector 1 0 0\n", 1, "a block begins with { on a line of its own"},
    {DETECTOR, "{\nJUnitVektor 1 0 0\n}\n", 2,
     "'JUnitVektor' is no key of a detector; did you mean JUnitVector?"},
    {DETECTOR, "{\nJUnitVector 1 0\n}\n", 2, "JUnitVector needs 3 numbers, the line ends after 2"},
    {DETECTOR, "{\nBeamCenterJ 1\nBeamCenterJ 2\n}\n", 3, "BeamCenterJ stands twice"},
    {DETECTOR, "{\nNumJPixels 0\n}\n", 2,
     "NumJPixels must be a whole number from 1 to 1000000, got 0"},
    {DETECTOR, "{\nBeamCenterJ 1\n", 2, "the file ends within a block: a } is missing"},
    {DETECTOR, "\n{\n}\n", 3, "the block ends without JUnitVector"},
    {CELL, "4 4\n", 1, "the edges a, b, c (Angstrom) needs 3 numbers"},
    {CELL, "4 4 -4\n", 1, "the edges a, b, c (Angstrom): -4 is impossible"},
    {CELL, "4 4 4\n90 90 180\n", 2, "the angles alpha, beta, gamma (degrees): 180 is impossible"},
    {CELL, "4 4 4\n90 90 90\n", 2, "the file ends before the number of atoms"},
    {CELL, "4 4 4\n90 90 90\n1\n0 0 0 0\n", 4,
     "the atomic number must be a whole number from 1 to 118, got 0"},
    {CELL, "4 4 4\n90 90 90\n1\n79 0 0\n", 4, "the position (fractions) needs 3 numbers"},
    {OMEGA, "", 0, "the file ends before its header"},
    {OMEGA, "h\n", 1, "the file ends before the file numbers of every detector"},
    {OMEGA, "h\n1 2.5\n", 2, "first and last file number must be a whole number"},
    {OMEGA, "h\n1 2\n5 5\n", 3, "the range from 5 to 5 degrees is empty"},
    {OMEGA, "h\n1 2\n5 6\n5.5 7\n", 4,
     "the ranges 5 to 6 and 5.5 to 7 degrees, in lines 3 and 4, overlap"},
    {OMEGA, "h\n1 2\n6 5\n\n7 5.5\n8 9\n", 5, "degrees, in lines 3 and 5, overlap"},
    {OMEGA, "h\n1 2\n5\n", 3, "a range of omega (degrees) needs 2 numbers, the line ends after 1"},
    {ZONE, "1 2 3\n1 2\n", 2, "an orientation (Euler angles in degrees) needs 3 numbers"},
    {CONFIG, "", 0, "the file ends without BeamEnergy"},
    {CONFIG, "BeamEnegry 50\n", 1,
     "'BeamEnegry' is no key of a configuration; did you mean BeamEnergy?"},
    {CONFIG, "\nBeamEnergy\n", 2, "BeamEnergy has no value"},
    {CONFIG, "BeamEnergy 1\nBeamEnergy 2\n", 2, "BeamEnergy stands twice"},
    {CONFIG, "SampleSymmetry Cube\n", 1, "must be one of Cubic, Hexagonal, Tetragonal, None"},
    {CONFIG, "NumDetectors 0\n", 1, "NumDetectors must be a whole number from 1 to 1000, got 0"},
    {GRAINS, "", 0, "the file is empty; its first line names the columns"},
    {GRAINS, "x,y,z,qw,qx,qy\n", 1, "the column qz is missing"},
    {GRAINS, "x,y,z,qw,qx,qy,qz,foo\n", 1, "'foo' is no column of this table"},
    {GRAINS, "x,y,x\n", 1, "the column x stands twice"},
    {GRAINS, GRAIN "1,2,3\n", 2, "3 values in a table of 7 columns"},
    {GRAINS, GRAIN "1,2,3,1,0,0,0,9\n", 2, "8 values in a table of 7 columns"},
    {GRAINS, GRAIN "1,2,3,a,0,0,0\n", 2, "qw: 'a' is not a finite decimal number"},
    {GRAINS, GRAIN "1,2,3,1,0,0,0\n\n1,2,3,0,0,0,0\n1,2,3,1,0,0,0\n", 4,
     "the quaternion of grain 2 (counted from 1) is 0"},
    {GRAINS, GRAIN "1,2,3,0,0,0,0\n", 2, "the quaternion of grain 1 (counted from 1) is 0"},
};

Test(hedm_refused, names_the_line_and_the_rule) {
    int n = (int)(sizeof refusals / sizeof *refusals);
    cr_assert(n > 50);
    for (int i = 0; i < n; i++) {
        dt_error error = DT_ERROR_INIT;
        dt_status status = read_as(refusals[i].which, scratch(refusals[i].text), &error);
        char start[128];
        snprintf(start, sizeof start, "%s: line %lld: ", scratch_path(),
                 (long long)refusals[i].line);
        cr_expect(status == DT_ERR_FORMAT && error.index == refusals[i].line,
                  "case %d: %s, index %lld", i, error.message, (long long)error.index);
        cr_expect(strstr(error.message, start) == error.message &&
                      strstr(error.message, refusals[i].rule) != NULL,
                  "case %d says\n%s\nshould say\n%s%s", i, error.message, start, refusals[i].rule);
    }
}

Test(hedm_refused, names_files_that_cannot_be_read) {
    for (int which = MIC; which <= GRAINS; which++) {
        static const char *const paths[] = {"no-such-file", ".", ""};
        static const char *const rules[] = {"no-such-file: cannot read: No such file",
                                            ".: this is a folder", "the name of a file is empty"};
        for (int i = 0; i < 3; i++) {
            dt_error error = DT_ERROR_INIT;
            cr_expect(read_as((enum which)which, paths[i], &error) == DT_ERR_IO);
            cr_expect(strstr(error.message, rules[i]) == error.message, "%s", error.message);
        }
    }
}

Test(hedm_refused, does_not_write_into_folders_that_are_not_there) {
    dt_error error = DT_ERROR_INIT;
    dt_mic mic = {.side = 1, .columns = 9};
    cr_expect(dt_mic_write("no-such-folder/a.mic", &mic, false, &error) == DT_ERR_IO);
    cr_expect(strstr(error.message, "no-such-folder") != NULL, "%s", error.message);
}
