/* test_structure_refused.c - every bad structure file is refused with a sentence that names it. */
#include <difftape/structure.h>

#include "pdb_sample.h"

#include <criterion/criterion.h>
#include <zlib.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RIGHT        "  90.00", "  90.00", "  90.00"
#define CELL_OF(...) CELL(__VA_ARGS__)
#define BAD_ATOM(xyz, occupancy, b)                                                                \
    CRYSTAL ALANINE RECORD("ATOM  ", "    4", " O  ", " ", "ALA", "A", "   1", xyz, occupancy, b,  \
                           " O")

#define ANISO(serial, name, u11)                                                                   \
    "ANISOU" serial " " name " ALA A   1  " u11 "     20     30      1      2      3       C  \n"

typedef struct refusal {
    const char *name;
    const char *text;
    const char *rule; /* what the sentence must say */
    int64_t line;     /* what error.index must be */
} refusal;

static const refusal refusals[] = {
    {"random text", "the quick brown fox\njumps over\n", "not a PDB or mmCIF file", -1},
    {"no CRYST1", ALANINE, "no CRYST1", -1},
    {"ANISOU before any atom", CRYSTAL ALANINE ANISO("    9", " CB ", "     10"),
     "ANISOU of serial     9 does not follow the atom", 5},
    {"ANISOU twice",
     CRYSTAL ALANINE ANISO("    3", " C  ", "     10") ANISO("    3", " C  ", "     10"),
     "does not follow the atom", 6},
    {"ANISOU with a fraction", CRYSTAL ALANINE ANISO("    3", " C  ", "   0.01"),
     "U11 '   0.01' is not a plain decimal number", 5},
    {"ANISOU with stars", CRYSTAL ALANINE ANISO("    3", " C  ", "*******"),
     "U11 '*******' is not a plain", 5},
    {"ANISOU with a blank", CRYSTAL ALANINE ANISO("    3", " C  ", "       "), "U11 is blank", 5},
    {"no atoms", CRYSTAL "END\n", "no ATOM or HETATM record", -1},
    {"atoms after END", CRYSTAL "END\n" ALANINE, "no ATOM or HETATM record", -1},
    {"two cells", CRYSTAL CRYSTAL ALANINE, "second CRYST1", 2},
    {"placeholder cell",
     CELL_OF("    1.000", "    1.000", "    1.000", RIGHT, "P 1        ") ALANINE,
     "NMR or electron-microscopy", -1},
    {"zero length", CELL_OF("    0.000", "   11.000", "   12.000", RIGHT, "P 1        ") ALANINE,
     "a = 0 must be above 0 A", -1},
    {"negative length", CELL_OF("   10.000", "  -11.000", "   12.000", RIGHT, "P 1       ") ALANINE,
     "b = -11 must be above 0 A", -1},
    {"NaN length", CELL_OF("   10.000", "   11.000", "      NaN", RIGHT, "P 1        ") ALANINE,
     "c '      NaN' is not a plain decimal number", 1},
    {"blank length", CELL_OF("         ", "   11.000", "   12.000", RIGHT, "P 1        ") ALANINE,
     "a is blank", 1},
    {"CRYST1 cut short", "CRYST1   10.000   11.000\n" ALANINE, "c is blank", 1},
    {"zero angle",
     CELL_OF("   10.000", "   11.000", "   12.000", "  90.00", "  90.00", "   0.00", "P 1") ALANINE,
     "gamma = 0 must be between 0 and 180", -1},
    {"straight angle",
     CELL_OF("   10.000", "   11.000", "   12.000", " 180.00", "  90.00", "  90.00", "P 1") ALANINE,
     "alpha = 180 must be between 0 and 180", -1},
    {"angles without volume",
     CELL_OF("   10.000", "   11.000", "   12.000", " 120.00", " 120.00", " 120.00", "P 1") ALANINE,
     "enclose no volume", -1},
    {"unknown group", CELL_OF("   10.000", "   11.000", "   12.000", RIGHT, "P 5 x      ") ALANINE,
     "unknown space group 'P 5 x'", -1},
    {"no group", CELL_OF("   10.000", "   11.000", "   12.000", RIGHT, "           ") ALANINE,
     "names no space group", -1},
    {"cell against group",
     CELL_OF("   10.000", "   11.000", "   12.000", RIGHT, "P 43 21 2  ") ALANINE,
     "does not have the symmetry of its space group P 43 21 2", -1},
    {"NaN coordinate", BAD_ATOM("     NaN   2.000   3.000", "  1.00", " 10.00"),
     "atom serial 4: x '     NaN' is not a plain decimal number", 5},
    {"stars", BAD_ATOM("   1.000********   3.000", "  1.00", " 10.00"), "y '********'", 5},
    {"infinity", BAD_ATOM("   1.000   2.000     inf", "  1.00", " 10.00"), "z '     inf'", 5},
    {"two points", BAD_ATOM("   1.0.0   2.000   3.000", "  1.00", " 10.00"), "x '   1.0.0'", 5},
    {"shifted columns", BAD_ATOM(" 1.000 2  .000    3.000 ", "  1.00", " 10.00"), "x ' 1.000 2'",
     5},
    {"sign alone", BAD_ATOM("       -   2.000   3.000", "  1.00", " 10.00"), "x '       -'", 5},
    {"exponent", BAD_ATOM("  1.0E99   2.000   3.000", "  1.00", " 10.00"), "x '  1.0E99'", 5},
    {"blank coordinate", BAD_ATOM("   1.000           3.000", "  1.00", " 10.00"), "y is blank", 5},
    {"tab", BAD_ATOM("\t  1.000   2.000   3.000", "  1.00", " 10.00"), "tab", 5},
    {"cut line", CRYSTAL ALANINE "ATOM      4  O   ALA A   1       1.000   2.000", "column 54", 5},
    {"no B", BAD_ATOM(XYZ, "  1.00", "      "), "B factor is blank", 5},
    {"NaN B", BAD_ATOM(XYZ, "  1.00", "   NaN"), "B factor '   NaN'", 5},
    {"negative B", BAD_ATOM(XYZ, "  1.00", " -1.00"), "B factor -1 A^2 must not be negative", -1},
    {"bad occupancy", BAD_ATOM(XYZ, "  1.0x", " 10.00"), "occupancy '  1.0x'", 5},
    {"negative occupancy", BAD_ATOM(XYZ, " -0.50", " 10.00"), "occupancy  -0.50 is negative", 5},
    {"unknown element", CRYSTAL ALANINE ATOM("    4", " Q1 ", "ALA", "   1", "Qx") "TER\n",
     "atom A/ALA 1/Q1 (serial 4) is of an unknown element", -1},
    {"element X", CRYSTAL ALANINE ATOM("    4", " O  ", "ALA", "   1", " X") "TER\n",
     "atom A/ALA 1/O (serial 4) is of an unknown element", -1},
    {"no form factor", CRYSTAL ALANINE ATOM("    4", "ES  ", "ALA", "   1", "ES") "TER\n",
     "element Es has no form factor", -1},
    {"only waters", CRYSTAL HETATM("    1", " O  ", "HOH", "   1", " O"),
     "no atoms left of 1: 0 alternative, 0 hydrogen, 1 water and 0 ligand", -1},
    {"only a ligand", CRYSTAL HETATM("    1", " C1 ", "GOL", "   1", " C"),
     "no atoms left of 1: 0 alternative, 0 hydrogen, 0 water and 1 ligand", -1},
};

/* The status, the file name and the rule, and an untouched output. */
static void expect_refused(dt_status status, dt_status wanted, const dt_structure *s,
                           const dt_error *error, const char *name, const char *rule,
                           const char *what) {
    cr_expect(status == wanted, "%s: %s, expected %s", what, dt_status_name(status),
              dt_status_name(wanted));
    cr_expect(error->status == status, "%s: error holds %s", what, dt_status_name(error->status));
    cr_expect(strstr(error->message, name) != NULL, "%s: '%s' does not name '%s'", what,
              error->message, name);
    cr_expect(strstr(error->message, rule) != NULL, "%s: '%s' does not say '%s'", what,
              error->message, rule);
    cr_expect(s == NULL, "%s: a structure came back", what);
}

Test(structure_refused, every_bad_text_is_refused_by_file_rule_and_line) {
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const refusal *r = &refusals[i];
        dt_structure *s = NULL;
        dt_error error = DT_ERROR_INIT;
        dt_status status =
            dt_structure_read_memory(&s, r->text, strlen(r->text), "bad.pdb", NULL, &error);
        expect_refused(status, DT_ERR_FORMAT, s, &error, "bad.pdb: ", r->rule, r->name);
        cr_expect(error.index == r->line, "%s: index %lld, expected line %lld", r->name,
                  (long long)error.index, (long long)r->line);
        dt_structure_free(s);
    }
}

Test(structure_refused, the_sound_part_of_the_bad_texts_is_accepted) {
    const char *text = CRYSTAL ALANINE;
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_structure_read_memory(&s, text, strlen(text), "good.pdb", NULL, &error);
    cr_assert(status == DT_OK, "%s", error.message);
    cr_expect(s->n_atoms == 3, "%lld atoms, expected 3", (long long)s->n_atoms);
    dt_structure_free(s);
}

Test(structure_refused, an_unknown_element_in_a_dropped_atom_does_no_harm) {
    const char *text = CRYSTAL ALANINE "TER\n" HETATM("    4", " X  ", "UNX", "   9", " X");
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_structure_read_memory(&s, text, strlen(text), "unx.pdb", NULL, &error);
    cr_assert(status == DT_OK, "%s", error.message);
    cr_expect(s->n_atoms == 3 && s->dropped_ligand == 1, "%lld kept, %lld ligand atoms dropped",
              (long long)s->n_atoms, (long long)s->dropped_ligand);
    dt_structure_free(s);
}

/* -- files ------------------------------------------------------------------------------------ */

static char folder[] = "test-structure-XXXXXX";
static char path[sizeof folder + 32];

static void make_folder(void) {
    const char *made = mkdtemp(folder);
    cr_assert(made != NULL, "no temporary folder");
    snprintf(path, sizeof path, "%s/test.pdb.gz", folder);
}

static void remove_folder(void) {
    remove(path);
    rmdir(folder);
}

static void write_bytes(const void *bytes, size_t size) {
    FILE *f = fopen(path, "wb");
    cr_assert(f != NULL && fwrite(bytes, 1, size, f) == size && fclose(f) == 0, "cannot write %s",
              path);
}

/* The size of the compressed sample, written to `path`. */
static size_t write_gzip(unsigned char *ret_bytes, size_t capacity) {
    gzFile gz = gzopen(path, "wb");
    const char *text = CRYSTAL ALANINE;
    cr_assert(gzwrite(gz, text, (unsigned)strlen(text)) == (int)strlen(text));
    cr_assert(gzclose(gz) == Z_OK);
    FILE *f = fopen(path, "rb");
    cr_assert(f != NULL);
    size_t size = fread(ret_bytes, 1, capacity, f);
    fclose(f);
    cr_assert(size > 40 && size < capacity, "compressed to %zu bytes", size);
    return size;
}

static void expect_file_refused(const char *file, const dt_structure_options *options,
                                dt_status wanted, const char *rule, const char *what) {
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_structure_read(&s, file, options, &error);
    expect_refused(status, wanted, s, &error, file, rule, what);
    dt_structure_free(s);
}

TestSuite(structure_file_refused, .init = make_folder, .fini = remove_folder);

Test(structure_file_refused, a_missing_file_is_an_input_error) {
    expect_file_refused(path, NULL, DT_ERR_IO, "No such file", "missing file");
}

Test(structure_file_refused, an_empty_name_says_so) {
    expect_file_refused("", NULL, DT_ERR_IO, "name of the structure file is empty", "empty name");
}

Test(structure_file_refused, a_folder_is_an_input_error) {
    expect_file_refused(folder, NULL, DT_ERR_IO, "folder", "folder");
}

Test(structure_file_refused, an_empty_file_says_so) {
    write_bytes("", 0);
    expect_file_refused(path, NULL, DT_ERR_FORMAT, "empty", "empty file");
}

Test(structure_file_refused, binary_data_are_not_a_structure) {
    static const unsigned char png[] = {0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13};
    write_bytes(png, sizeof png);
    expect_file_refused(path, NULL, DT_ERR_FORMAT, "binary", "binary file");
}

Test(structure_file_refused, truncated_gzip_is_refused_at_every_length) {
    unsigned char bytes[4096];
    size_t size = write_gzip(bytes, sizeof bytes);
    for (size_t cut = 2; cut < size; cut++) {
        write_bytes(bytes, cut);
        dt_structure *s = NULL;
        dt_error error = DT_ERROR_INIT;
        dt_status status = dt_structure_read(&s, path, NULL, &error);
        cr_expect(status == DT_ERR_FORMAT && s == NULL, "%zu of %zu bytes: %s '%s'", cut, size,
                  dt_status_name(status), error.message);
        dt_structure_free(s);
    }
    write_bytes(bytes, size - 8);
    expect_file_refused(path, NULL, DT_ERR_FORMAT, "truncated", "gzip without its trailer");
}

Test(structure_file_refused, gzip_with_a_flipped_bit_is_refused) {
    unsigned char bytes[4096];
    size_t size = write_gzip(bytes, sizeof bytes), accepted = 0;
    for (size_t at = 10; at < size; at++) {
        bytes[at] ^= 4;
        write_bytes(bytes, size);
        dt_structure *s = NULL;
        dt_error error = DT_ERROR_INIT;
        dt_status status = dt_structure_read(&s, path, NULL, &error);
        cr_expect(status == DT_OK || (status == DT_ERR_FORMAT && s == NULL), "byte %zu of %zu: %s",
                  at, size, error.message);
        accepted += status == DT_OK;
        dt_structure_free(s);
        bytes[at] ^= 4;
    }
    /* The last byte of the compressed data is padded with bits that mean nothing. */
    cr_expect(accepted <= 1, "%zu damaged files of %zu were accepted", accepted, size - 10);
}

Test(structure_file_refused, more_bytes_than_the_limit_are_not_read) {
    unsigned char bytes[4096];
    write_gzip(bytes, sizeof bytes);
    dt_structure_options options = {.max_bytes = 300};
    expect_file_refused(path, &options, DT_ERR_FORMAT, "more than 300 bytes", "small limit");
    options.max_bytes = (int64_t)strlen(CRYSTAL ALANINE);
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_expect(dt_structure_read(&s, path, &options, &error) == DT_OK, "exact limit: %s",
              error.message);
    dt_structure_free(s);
}

Test(structure_file_refused, a_long_path_leaves_room_for_the_sentence) {
    char file[900];
    memset(file, 'd', sizeof file);
    file[sizeof file - 1] = '\0';
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_structure_read(&s, file, NULL, &error);
    expect_refused(status, DT_ERR_IO, s, &error, file + 700, "cannot open", "long path");
}

Test(structure_file_refused, null_and_negative_arguments_are_refused_by_name) {
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_structure_read(&s, NULL, NULL, &error);
    expect_refused(status, DT_ERR_ARGUMENT, s, &error, "dt_structure_read", "NULL", "NULL path");
    dt_error_clear(&error);
    status = dt_structure_read(NULL, path, NULL, &error);
    expect_refused(status, DT_ERR_ARGUMENT, s, &error, "ret_structure", "NULL", "NULL output");
    dt_error_clear(&error);
    dt_structure_options options = {.max_bytes = -1};
    status = dt_structure_read(&s, path, &options, &error);
    expect_refused(status, DT_ERR_ARGUMENT, s, &error, "max_bytes", "negative", "negative limit");
    cr_expect(dt_structure_read(&s, path, NULL, NULL) == DT_ERR_IO, "without an error object");
    dt_structure_free(NULL);
}
