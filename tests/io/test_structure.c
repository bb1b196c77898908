/* test_structure.c - cell, symmetry and atoms of sound structure files. */
#include <difftape/structure.h>

#include "pdb_sample.h"

#include <criterion/criterion.h>
#include <zlib.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUNDLED DT_SOURCE_DIR "/examples/data/3al1.pdb"

static dt_structure *read_text(const char *text, const dt_structure_options *options) {
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_structure_read_memory(&s, text, strlen(text), "text", options, &error);
    cr_assert(status == DT_OK, "%s", error.message);
    return s;
}

static dt_structure *read_path(const char *path, const dt_structure_options *options) {
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_structure_read(&s, path, options, &error);
    cr_assert(status == DT_OK, "%s", error.message);
    return s;
}

/* Kept, then dropped as alternative, hydrogen, water, ligand. */
static void expect_counts(const dt_structure *s, const int64_t counts[5], const char *what) {
    const int64_t found[5] = {s->n_atoms, s->dropped_altloc, s->dropped_hydrogen, s->dropped_water,
                              s->dropped_ligand};
    static const char *const names[5] = {"kept", "alternative", "hydrogen", "water", "ligand"};
    int64_t sum = 0;
    for (int i = 0; i < 5; i++) {
        cr_expect(found[i] == counts[i], "%s: %lld %s atoms, expected %lld", what,
                  (long long)found[i], names[i], (long long)counts[i]);
        sum += found[i];
    }
    cr_expect(sum == s->atoms_read, "%s: kept and dropped are %lld of %lld atoms", what,
              (long long)sum, (long long)s->atoms_read);
}

static void expect_near(double found, double wanted, const char *what) {
    cr_expect(fabs(found - wanted) <= 1e-12 * fmax(1.0, fabs(wanted)), "%s: %.17g, expected %.17g",
              what, found, wanted);
}

/* -- the bundled crystal ---------------------------------------------------------------------- */

Test(structure, the_bundled_crystal_has_its_204_atoms_and_two_operators) {
    static const double cell[6] = {20.544, 20.859, 26.055, 101.16, 97.03, 118.06};
    dt_structure *s = read_path(BUNDLED, NULL);
    expect_counts(s, (const int64_t[]){204, 188, 250, 21, 16}, "3AL1");
    cr_expect(s->atoms_read == 679 && s->models == 1, "%lld atoms read, %lld models",
              (long long)s->atoms_read, (long long)s->models);
    for (int i = 0; i < 6; i++) {
        expect_near(s->cell[i], cell[i], "cell");
    }
    cr_expect_str_eq(s->space_group, "P -1");
    cr_expect(s->space_group_number == 2, "group number %d, expected 2", s->space_group_number);
    cr_assert(s->n_ops == 2, "%lld operators, expected 2", (long long)s->n_ops);
    for (int i = 0; i < 9; i++) {
        int one = i % 4 == 0;
        cr_expect(s->op_rot[i] == one && s->op_rot[9 + i] == -one, "operators at %d: %d, %d", i,
                  s->op_rot[i], s->op_rot[9 + i]);
    }
    dt_structure_free(s);
}

Test(structure, the_bundled_crystals_first_and_last_atoms_are_as_in_the_file) {
    static const double xyz[2][3] = {{-3.325, -4.221, -7.090}, {2.321, 6.189, -1.546}};
    static const double b[2] = {4.77, 8.22}, mass[2] = {12.0107, 15.9994};
    static const char *const label[2] = {"A/ACE 100/C", "B/GLY 212/OXT"};
    static const char *const element[2] = {"C", "O"};
    dt_structure *s = read_path(BUNDLED, NULL);
    for (int end = 0; end < 2; end++) {
        int64_t i = end == 0 ? 0 : s->n_atoms - 1;
        for (int x = 0; x < 3; x++) {
            expect_near(s->xyz[3 * i + x], xyz[end][x], label[end]);
        }
        cr_expect(fabs(s->b_iso[i] - b[end]) < 1e-6, "%s: B %g", label[end], s->b_iso[i]);
        expect_near(s->mass[i], mass[end], label[end]);
        cr_expect_str_eq(s->label[i], label[end]);
        cr_expect_str_eq(s->element[i], element[end]);
    }
    cr_expect(s->atomic_number[0] == 6, "Z %d, expected 6", s->atomic_number[0]);
    dt_structure_free(s);
}

Test(structure, the_bundled_crystals_displacement_tensors_are_its_anisou_records) {
    dt_structure *s = read_path(BUNDLED, NULL);
    /* ANISOU    1  C   ACE A 100      753    462    597     44   -154     40 */
    const double first[9] = {0.0753, 0.0044,  -0.0154, 0.0044, 0.0462,
                             0.0040, -0.0154, 0.0040,  0.0597};
    cr_assert(s->n_aniso == 204, "%lld", (long long)s->n_aniso);
    for (int d = 0; d < 9; d++) {
        expect_near(s->u_aniso[d], first[d], "U of the first atom");
    }
    for (int64_t i = 0; i < s->n_atoms;
         i++) { /* B is the mean of the diagonal, to its two digits */
        const double *u = s->u_aniso + 9 * i;
        cr_expect(fabs((u[0] + u[4] + u[8]) / 3 - s->u_iso[i]) < 2e-4, "%s", s->label[i]);
    }
    dt_structure_free(s);
}

Test(structure, atoms_without_anisou_have_the_tensor_of_their_b_factor) {
    dt_structure *s = read_text(
        CRYSTAL ATOM("    1", " N  ", "ALA", "   1",
                     " N") "ANISOU    1  N   ALA A   1      100    200    300     10"
                           "    -20     30       N  \n" ATOM("    2", " CA ", "ALA", "   1", " C"),
        NULL);
    const double want[18] = {0.01,   0.001,       -0.002, 0.001,       0.02, 0.003,
                             -0.002, 0.003,       0.03,   s->u_iso[1], 0,    0,
                             0,      s->u_iso[1], 0,      0,           0,    s->u_iso[1]};
    cr_assert(s->n_aniso == 1 && s->n_atoms == 2);
    for (int d = 0; d < 18; d++) {
        expect_near(s->u_aniso[d], want[d], "U");
    }
    dt_structure_free(s);
}

Test(structure, chains_and_residues_are_numbered_without_gaps) {
    dt_structure *s = read_path(BUNDLED, NULL);
    cr_assert(s->n_residues == 26 && s->n_chains == 2, "%lld residues, %lld chains",
              (long long)s->n_residues, (long long)s->n_chains);
    for (int64_t i = 0; i < s->n_atoms; i++) {
        size_t chain = strcspn(s->label[i], "/");
        size_t residue = chain + 1 + strcspn(s->label[i] + chain + 1, "/");
        const char *before = i > 0 ? s->label[i - 1] : "";
        bool same_chain = strncmp(before, s->label[i], chain + 1) == 0;
        bool same_residue = strncmp(before, s->label[i], residue + 1) == 0;
        int64_t c = i > 0 ? s->chain[i - 1] + !same_chain : 0;
        int64_t r = i > 0 ? s->residue[i - 1] + !same_residue : 0;
        cr_expect(s->chain[i] == c && s->residue[i] == r, "%s: chain %lld, residue %lld",
                  s->label[i], (long long)s->chain[i], (long long)s->residue[i]);
    }
    dt_structure_free(s);
}

Test(structure, form_factors_are_the_tables_own_and_u_is_b_over_8_pi_squared) {
    static const double a[4] = {2.31, 1.02, 1.5886, 0.865};
    static const double b[4] = {20.8439, 10.2075, 0.5687, 51.6512};
    dt_structure *s = read_path(BUNDLED, NULL);
    for (int i = 0; i < 4; i++) {
        expect_near(s->ff_a[i], a[i], "a of carbon");
        expect_near(s->ff_b[i], b[i], "b of carbon");
    }
    expect_near(s->ff_c[0], 0.2156, "c of carbon");
    for (int64_t i = 0; i < s->n_atoms; i++) {
        const double pi = acos(-1.0);
        const double *f = s->ff_a + 4 * i;
        double at_zero = f[0] + f[1] + f[2] + f[3] + s->ff_c[i];
        expect_near(s->u_iso[i], s->b_iso[i] / (8 * pi * pi), s->label[i]);
        cr_expect(fabs(at_zero - s->atomic_number[i]) < 0.02, "%s: f(0) = %g with Z = %d",
                  s->label[i], at_zero, s->atomic_number[i]);
        cr_expect(s->occupancy[i] > 0 && s->occupancy[i] <= 1, "%s: occupancy %g", s->label[i],
                  s->occupancy[i]);
    }
    dt_structure_free(s);
}

Test(structure, every_combination_of_options_accounts_for_every_atom) {
    for (int bits = 0; bits < 8; bits++) {
        dt_structure_options options = {.keep_hydrogens = (bits & 1) != 0,
                                        .keep_waters = (bits & 2) != 0,
                                        .keep_ligands = (bits & 4) != 0};
        dt_structure *s = read_path(BUNDLED, &options);
        char what[32];
        snprintf(what, sizeof what, "options %d", bits);
        /* Hydrogens of waters and ligands fall under the first rule that still drops them. */
        int64_t sum = s->n_atoms + s->dropped_altloc + s->dropped_hydrogen + s->dropped_water +
                      s->dropped_ligand;
        cr_expect(sum == 679 && s->atoms_read == 679, "%s: %lld of %lld atoms", what,
                  (long long)sum, (long long)s->atoms_read);
        cr_expect((s->dropped_hydrogen == 0) == options.keep_hydrogens, "%s: hydrogens", what);
        cr_expect((s->dropped_water == 0) == options.keep_waters, "%s: waters", what);
        cr_expect((s->dropped_ligand == 0) == options.keep_ligands, "%s: ligands", what);
        dt_structure_free(s);
    }
    dt_structure_options all = {.keep_hydrogens = true, .keep_waters = true, .keep_ligands = true};
    dt_structure *s = read_path(BUNDLED, &all);
    expect_counts(s, (const int64_t[]){491, 188, 0, 0, 0}, "everything kept");
    dt_structure_free(s);
}

Test(structure, a_gzip_copy_gives_the_same_arrays) {
    char path[] = "test-structure-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0, "no temporary file");
    FILE *in = fopen(BUNDLED, "rb");
    gzFile out = gzdopen(fd, "wb");
    cr_assert(in != NULL && out != NULL);
    char block[8192];
    for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;) {
        cr_assert(gzwrite(out, block, (unsigned)n) == (int)n);
    }
    fclose(in);
    cr_assert(gzclose(out) == Z_OK);
    dt_structure *plain = read_path(BUNDLED, NULL), *packed = read_path(path, NULL);
    remove(path);
    cr_assert(packed->n_atoms == plain->n_atoms && plain->n_atoms == 204);
    size_t n = (size_t)plain->n_atoms;
    cr_expect_arr_eq(packed->xyz, plain->xyz, 3 * n * sizeof(double));
    cr_expect_arr_eq(packed->u_iso, plain->u_iso, n * sizeof(double));
    cr_expect_arr_eq(packed->ff_a, plain->ff_a, 4 * n * sizeof(double));
    dt_structure_free(plain);
    dt_structure_free(packed);
}

/* -- symmetry --------------------------------------------------------------------------------- */

#define CUBE         "   10.000", "   10.000", "   10.000"
#define CELL_OF(...) CELL(__VA_ARGS__)

static int determinant(const int *r) {
    return r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) +
           r[2] * (r[3] * r[7] - r[4] * r[6]);
}

Test(structure, operators_come_from_the_table_with_the_setting_the_cell_asks_for) {
    static const struct {
        const char *text, *name;
        int number, n_ops;
    } cases[] = {
        {CRYSTAL ALANINE, "P 21 21 21", 19, 4},
        {CELL_OF(CUBE, "  90.00", " 100.00", "  90.00", "P 21       ") ALANINE, "P 1 21 1", 4, 2},
        {CELL_OF(CUBE, "  90.00", " 100.00", "  90.00", "C 1 2 1    ") ALANINE, "C 1 2 1", 5, 4},
        {CELL_OF(CUBE, "  90.00", "  90.00", " 120.00", "R 3        ") ALANINE, "R 3:H", 146, 9},
        {CELL_OF(CUBE, "  90.00", "  90.00", " 120.00", "H 3        ") ALANINE, "R 3:H", 146, 9},
        {CELL_OF(CUBE, " 100.00", " 100.00", " 100.00", "R 3        ") ALANINE, "R 3:R", 146, 3},
        {CELL_OF(CUBE, "  90.00", "  90.00", "  90.00", "F m -3 m   ") ALANINE, "F m -3 m", 225,
         192},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dt_structure *s = read_text(cases[i].text, NULL);
        cr_expect_str_eq(s->space_group, cases[i].name);
        cr_expect(s->space_group_number == cases[i].number && s->n_ops == cases[i].n_ops,
                  "%s: number %d with %lld operators, expected %d with %d", cases[i].name,
                  s->space_group_number, (long long)s->n_ops, cases[i].number, cases[i].n_ops);
        for (int64_t op = 0; op < s->n_ops; op++) {
            const double *t = s->op_tran + 3 * op;
            cr_expect(abs(determinant(s->op_rot + 9 * op)) == 1, "%s: operator %lld", cases[i].name,
                      (long long)op);
            cr_expect(t[0] >= 0 && t[0] < 1 && t[1] >= 0 && t[1] < 1 && t[2] >= 0 && t[2] < 1,
                      "%s: operator %lld: %g %g %g", cases[i].name, (long long)op, t[0], t[1],
                      t[2]);
        }
        dt_structure_free(s);
    }
}

Test(structure, centring_translations_follow_the_primitive_operators) {
    dt_structure *s =
        read_text(CELL_OF(CUBE, "  90.00", " 100.00", "  90.00", "C 1 2 1    ") ALANINE, NULL);
    static const int rot[4][3] = {{1, 1, 1}, {-1, 1, -1}, {1, 1, 1}, {-1, 1, -1}};
    static const double tran[4][3] = {{0, 0, 0}, {0, 0, 0}, {0.5, 0.5, 0}, {0.5, 0.5, 0}};
    cr_assert(s->n_ops == 4);
    for (int op = 0; op < 4; op++) {
        for (int i = 0; i < 3; i++) {
            cr_expect(s->op_rot[9 * op + 4 * i] == rot[op][i], "operator %d, axis %d: %d", op, i,
                      s->op_rot[9 * op + 4 * i]);
            expect_near(s->op_tran[3 * op + i], tran[op][i], "translation");
        }
    }
    dt_structure_free(s);
}

Test(structure, remarks_about_symmetry_are_not_believed) {
    dt_structure *s = read_text("REMARK 290   SMTRY1   1  7.000000  0.000000  0.000000        "
                                "0.00000\n" CRYSTAL "SCALE1      0.500000  0.000000  0.000000    "
                                "    0.00000\n" ALANINE,
                                NULL);
    cr_expect(s->n_ops == 4 && s->op_rot[0] == 1, "%lld operators, the first begins with %d",
              (long long)s->n_ops, s->op_rot[0]);
    expect_near(s->cell[0], 10.0, "a");
    dt_structure_free(s);
}

/* -- what remarks say, kept beside ------------------------------------------------------------ */

#define SMTRY(row, op, x, y, z, t)                                                                 \
    "REMARK 290   SMTRY" row "   " op " " x " " y " " z "        " t "\n"
#define OPERATOR_1                                                                                 \
    SMTRY("1", "1", "1.000000", "0.000000", "0.000000", "0.00000")                                 \
    SMTRY("2", "1", "0.000000", "1.000000", "0.000000", "0.00000")                                 \
    SMTRY("3", "1", "0.000000", "0.000000", "1.000000", "0.00000")
#define OPERATOR_2                                                                                 \
    SMTRY("1", "2", "-0.500000", "-0.866025", "0.000000", "0.00000")                               \
    SMTRY("2", "2", "0.866025", "-0.500000", "0.000000", "0.00000")                                \
    SMTRY("3", "2", "0.000000", "0.000000", "1.000000", "1.61000")
#define TRIPLETS                                                                                   \
    "REMARK 290      SYMOP   SYMMETRY\n"                                                           \
    "REMARK 290     NNNMMM   OPERATOR\n"                                                           \
    "REMARK 290       1555   X,Y,Z\n"                                                              \
    "REMARK 290       2555   -y,X-Y,Z+1/3\n"
#define SCALES                                                                                     \
    "SCALE1      0.036765  0.021226  0.000000        0.00000\n"                                    \
    "SCALE2      0.000000  0.042452  0.000000        0.00000\n"                                    \
    "SCALE3      0.000000  0.000000  0.207039        0.25000\n"

Test(structure, operators_and_scale_of_the_remarks_are_kept_beside_the_table) {
    dt_structure *s = read_text(TRIPLETS OPERATOR_1 OPERATOR_2 CRYSTAL SCALES ALANINE, NULL);
    static const int second[9] = {0, -1, 0, 1, -1, 0, 0, 0, 1};
    cr_assert(s->n_remark_ops == 2 && s->n_ops == 4);
    for (int i = 0; i < 9; i++) {
        cr_expect(s->remark_rot[i] == (i % 4 == 0) && s->remark_rot[9 + i] == second[i],
                  "rotation %d", i);
    }
    expect_near(s->remark_op[12 + 1], -0.866025, "SMTRY1 2");
    expect_near(s->remark_op[12 + 11], 1.61, "SMTRY3 2");
    cr_assert(s->has_scale);
    expect_near(s->scale[1], 0.021226, "SCALE1");
    expect_near(s->scale[11], 0.25, "SCALE3");
    dt_structure_free(s);
}

Test(structure, damaged_or_incomplete_remarks_count_as_absent) {
    static const char *const texts[] = {
        CRYSTAL ALANINE,
        TRIPLETS OPERATOR_1 CRYSTAL ALANINE,            /* two triplets, one operator */
        OPERATOR_1 OPERATOR_2 CRYSTAL ALANINE,          /* no triplets */
        TRIPLETS OPERATOR_2 OPERATOR_1 CRYSTAL ALANINE, /* wrong order */
        TRIPLETS OPERATOR_1 SMTRY("1", "2", "-0.5x", "0.0", "0.0", "0.0") CRYSTAL ALANINE,
        TRIPLETS OPERATOR_1 SMTRY("1", "2", "-0.5", "0.0", "", "0.0") CRYSTAL ALANINE,
        TRIPLETS "REMARK 290   SMTRY\n" CRYSTAL ALANINE,
        "REMARK 290       1555   X,Y\n" OPERATOR_1 CRYSTAL ALANINE,
        "REMARK 290       1555   X,Y,Q\n" OPERATOR_1 CRYSTAL ALANINE,
        "REMARK 290       1555\n" OPERATOR_1 CRYSTAL ALANINE,
        CRYSTAL "SCALE1      0.036765  0.021226  0.000000        0.00000\nSCALE\n" ALANINE,
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        dt_structure *s = read_text(texts[i], NULL);
        cr_expect(s->n_remark_ops == 0 && s->remark_rot == NULL && s->remark_op == NULL,
                  "text %zu: %lld operators", i, (long long)s->n_remark_ops);
        cr_expect(!s->has_scale && s->n_atoms == 3, "text %zu", i);
        dt_structure_free(s);
    }
}

/* -- selection -------------------------------------------------------------------------------- */

Test(structure, the_first_alternative_conformation_stays_with_its_occupancy) {
    dt_structure *s =
        read_text(CRYSTAL ALANINE ATOM_ALT("    4", " CB ", "A", "ALA", "   1", " C")
                      ATOM_ALT("    5", " CB ", "B", "ALA", "   1", " C")
                          ATOM_ALT("    6", " CA ", "A", "SER", "   2", " C")
                              ATOM_ALT("    7", " CA ", "B", "THR", "   2", " C") "TER\n",
                  NULL);
    expect_counts(s, (const int64_t[]){5, 2, 0, 0, 0}, "two alternatives");
    expect_near(s->occupancy[3], 0.5, "occupancy of CB");
    cr_expect_str_eq(s->label[4], "A/SER 2/CA");
    dt_structure_free(s);
}

Test(structure, the_first_in_the_file_stays_whatever_its_label) {
    dt_structure *s = read_text(CRYSTAL ALANINE ATOM_ALT("    4", " CB ", "B", "ALA", "   1", " C")
                                    ATOM_ALT("    5", " CB ", "A", "ALA", "   1", " C")
                                        ATOM_ALT("    6", " O  ", "A", "ALA", "   1", " O")
                                            ATOM("    7", " O  ", "ALA", "   1", " O") "TER\n",
                                NULL);
    expect_counts(s, (const int64_t[]){5, 2, 0, 0, 0}, "B before A, A before no label");
    cr_expect_str_eq(s->label[3], "A/ALA 1/CB");
    expect_near(s->occupancy[4], 0.5, "occupancy of the first O");
    dt_structure_free(s);
}

Test(structure, repeated_names_without_labels_are_not_alternatives) {
    dt_structure *s = read_text(CRYSTAL ALANINE ATOM("    4", " C  ", "ALA", "   1", " C")
                                    ATOM("    5", " CA ", "GLY", "   1", " C") "TER\n",
                                NULL);
    expect_counts(s, (const int64_t[]){5, 0, 0, 0, 0}, "repetitions");
    dt_structure_free(s);
}

Test(structure, deuterium_is_a_hydrogen_with_its_own_mass) {
    const char *text = CRYSTAL ALANINE ATOM("    4", " D  ", "ALA", "   1", " D")
        ATOM("    5", " HA ", "ALA", "   1", " H") "TER\n";
    dt_structure *s = read_text(text, NULL);
    expect_counts(s, (const int64_t[]){3, 0, 2, 0, 0}, "hydrogens dropped");
    dt_structure_free(s);
    s = read_text(text, &(dt_structure_options){.keep_hydrogens = true});
    expect_counts(s, (const int64_t[]){5, 0, 0, 0, 0}, "hydrogens kept");
    cr_expect_str_eq(s->element[3], "D");
    cr_expect(s->atomic_number[3] == 1, "Z of deuterium is %d", s->atomic_number[3]);
    expect_near(s->mass[3], 2.0141, "mass of deuterium");
    expect_near(s->mass[4], 1.00794, "mass of hydrogen");
    expect_near(s->ff_a[4 * 3], s->ff_a[4 * 4], "form factor of deuterium");
    dt_structure_free(s);
}

Test(structure, a_modified_residue_is_polymer_and_a_ligand_is_not) {
    /* Without TER: MSE is a modified amino acid, a HETATM alanine belongs to the buffer. */
    dt_structure *s = read_text(CRYSTAL ALANINE HETATM("    4", "SE  ", "MSE", "   2", "SE")
                                    HETATM("    5", " CA ", "ALA", "   3", " C")
                                        HETATM("    6", " C1 ", "GOL", "   4", " C"),
                                NULL);
    expect_counts(s, (const int64_t[]){4, 0, 0, 0, 2}, "without TER");
    cr_expect_str_eq(s->element[3], "Se");
    dt_structure_free(s);
    /* With TER: everything before it is polymer, nothing after it. */
    s = read_text(CRYSTAL ALANINE HETATM("    4", " C1 ", "GOL", "   2",
                                         " C") "TER\n" HETATM("    5", "SE  ", "MSE", "   3", "SE"),
                  NULL);
    expect_counts(s, (const int64_t[]){4, 0, 0, 0, 1}, "with TER");
    dt_structure_free(s);
}

Test(structure, a_second_ter_in_a_chain_does_not_make_a_ligand_of_a_peptide) {
    /* As where chains have no names, or TER marks a break. A HETATM alanine is still a ligand. */
    dt_structure *s = read_text(CRYSTAL ALANINE "TER\n" ATOM("    4", " CA ", "GLY", "   7", " C")
                                    ATOM("    5", " P  ", "DA ", "   8",
                                         " P") "TER\n" HETATM("    6", " CA ", "ALA", "   9", " C")
                                        ATOM("    7", " CA ", "HIE", "  10", " C")
                                            ATOM("    8", " C1 ", "GOL", "  11", " C"),
                                NULL);
    expect_counts(s, (const int64_t[]){6, 0, 0, 0, 2}, "after TER");
    cr_expect_str_eq(s->label[3], "A/GLY 7/CA");
    dt_structure_free(s);
}

Test(structure, many_waters_do_not_turn_a_peptide_into_a_ligand) {
    const char *text = CRYSTAL ALANINE HETATM("    4", " O  ", "HOH", "   2", " O")
        HETATM("    5", " O  ", "DOD", "   3", " O") HETATM("    6", " O  ", "WAT", "   4", " O");
    dt_structure *s = read_text(text, NULL);
    expect_counts(s, (const int64_t[]){3, 0, 0, 3, 0}, "waters dropped");
    dt_structure_free(s);
    s = read_text(text, &(dt_structure_options){.keep_waters = true});
    expect_counts(s, (const int64_t[]){6, 0, 0, 0, 0}, "waters kept");
    dt_structure_free(s);
}

Test(structure, parts_of_a_chain_come_together) {
    const char *text =
        CRYSTAL ALANINE RECORD("ATOM  ", "    4", " CA ", " ", "GLY", "B", "   1", XYZ, "  1.00",
                               " 10.00", " C") HETATM("    5", " O  ", "HOH", "   9", " O");
    dt_structure *s = read_text(text, &(dt_structure_options){.keep_waters = true});
    cr_assert(s->n_atoms == 5, "%lld atoms", (long long)s->n_atoms);
    cr_expect_str_eq(s->label[3], "A/HOH 9/O");
    cr_expect_str_eq(s->label[4], "B/GLY 1/CA");
    dt_structure_free(s);
}

/* -- what files contain ----------------------------------------------------------------------- */

Test(structure, only_the_first_model_counts_and_damage_in_the_others_does_not) {
    const char *models =
        CRYSTAL "MODEL        1\n" ALANINE "ENDMDL\n" CRYSTAL "MODEL        2\n" ALANINE
                "ATOM      9  O   ALA A   1     ********\nENDMDL\n";
    const char *unmarked = CRYSTAL ALANINE "ENDMDL\n" ALANINE "ENDMDL\n" ALANINE "END\n" ALANINE;
    dt_structure *s = read_text(models, NULL);
    cr_expect(s->models == 2 && s->n_atoms == 3, "%lld models, %lld atoms", (long long)s->models,
              (long long)s->n_atoms);
    dt_structure_free(s);
    s = read_text(unmarked, NULL);
    cr_expect(s->models == 3 && s->n_atoms == 3, "%lld models, %lld atoms", (long long)s->models,
              (long long)s->n_atoms);
    dt_structure_free(s);
}

Test(structure, a_blank_element_is_read_from_the_atom_name) {
    dt_structure *s = read_text(CRYSTAL ALANINE ATOM("    4", " CA ", "ALA", "   2", "  ")
                                    ATOM("    5", "ZN  ", "ALA", "   3", "  ")
                                        ATOM("    6", "1HB ", "ALA", "   4", "  ") "TER\n",
                                &(dt_structure_options){.keep_hydrogens = true});
    static const char *const elements[] = {"N", "C", "C", "C", "Zn", "H"};
    cr_assert(s->n_atoms == 6, "%lld atoms", (long long)s->n_atoms);
    for (int i = 0; i < 6; i++) {
        cr_expect_str_eq(s->element[i], elements[i], "atom %d: %s, expected %s", i, s->element[i],
                         elements[i]);
    }
    dt_structure_free(s);
}

Test(structure, a_charge_beside_the_element_is_left_out) {
    const char *line = ATOM("    4", " OXT", "ALA", "   1", " O");
    static const char *const ends[] = {" O1-", "O1- ", "O   ", " O-1"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char text[1024];
        int n = snprintf(text, sizeof text, "%s%s", CRYSTAL ALANINE, line);
        memcpy(text + n - 5, ends[i], 4);
        dt_structure *s = read_text(text, NULL);
        cr_assert(s->n_atoms == 4, "'%s': %lld atoms", ends[i], (long long)s->n_atoms);
        cr_expect_str_eq(s->element[3], "O", "'%s': element %s", ends[i], s->element[3]);
        dt_structure_free(s);
    }
}

Test(structure, a_byte_order_mark_before_the_first_record_is_skipped) {
    dt_structure *s = read_text("\xef\xbb\xbf" CRYSTAL ALANINE, NULL);
    cr_expect(s->n_atoms == 3 && s->cell[0] == 10.0, "%lld atoms, a = %g", (long long)s->n_atoms,
              s->cell[0]);
    dt_structure_free(s);
}

Test(structure, a_blank_occupancy_is_one_and_old_line_labels_are_harmless) {
    dt_structure *s = read_text(
        CRYSTAL ALANINE RECORD("ATOM  ", "    4", " O  ", " ", "ALA", "A", "   1", XYZ, "      ",
                               "  0.00", " O") "ATOM      5  CB  ALA A   1       1.000   2.000   "
                                               "3.000  0.25 10.00      1ABC 123\n",
        NULL);
    cr_assert(s->n_atoms == 5, "%lld atoms", (long long)s->n_atoms);
    expect_near(s->occupancy[3], 1.0, "blank occupancy");
    expect_near(s->b_iso[3], 0.0, "zero B");
    expect_near(s->occupancy[4], 0.25, "occupancy");
    cr_expect_str_eq(s->element[4], "C");
    dt_structure_free(s);
}

Test(structure, residue_numbers_may_be_negative_blank_or_hybrid_36) {
    dt_structure *s = read_text(CRYSTAL ATOM("    1", " CA ", "ALA", "  -7", " C")
                                    ATOM("    2", " CA ", "ALA", "    ", " C")
                                        ATOM("    3", " CA ", "ALA", "A000", " C") "TER\n",
                                NULL);
    cr_assert(s->n_atoms == 3, "%lld atoms", (long long)s->n_atoms);
    cr_expect_str_eq(s->label[0], "A/ALA -7/CA");
    cr_expect_str_eq(s->label[1], "A/ALA ?/CA");
    cr_expect_str_eq(s->label[2], "A/ALA 10000/CA");
    dt_structure_free(s);
}

Test(structure, dos_line_ends_and_a_missing_last_newline_change_nothing) {
    char text[1024];
    size_t n = 0;
    for (const char *p = CRYSTAL ALANINE; *p != '\0' && n + 2 < sizeof text; p++) {
        if (*p == '\n') {
            text[n++] = '\r';
        }
        text[n++] = *p;
    }
    for (size_t cut = 0; cut < 3; cut++) {
        dt_structure *s = NULL;
        dt_error error = DT_ERROR_INIT;
        cr_assert(dt_structure_read_memory(&s, text, n - cut, "dos", NULL, &error) == DT_OK, "%s",
                  error.message);
        cr_expect(s->n_atoms == 3 && s->element[2][0] == 'C', "cut %zu: %lld atoms", cut,
                  (long long)s->n_atoms);
        dt_structure_free(s);
    }
}

/* -- proteins ---------------------------------------------------------------------------------- */

static void expect_protein(const char *path, const int64_t counts[5]) {
    dt_structure *s = read_path(path, NULL);
    expect_counts(s, counts, path);
    cr_expect_str_eq(s->space_group, "P 43 21 2");
    cr_expect(s->n_ops == 8, "%s: %lld operators, expected 8", path, (long long)s->n_ops);
    dt_structure_free(s);
}

Test(structure, lysozyme_1hel_has_1001_atoms) {
    expect_protein(DT_SOURCE_DIR "/examples/data/1hel.pdb", (const int64_t[]){1001, 0, 0, 0, 0});
}

Test(structure, capsid_protein_1a8o_keeps_its_selenomethionines) {
    expect_protein(DT_SOURCE_DIR "/tests/io/data/1a8o.pdb.gz", (const int64_t[]){556, 0, 0, 88, 0});
}
