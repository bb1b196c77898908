/* test_structure_cif.c - mmCIF files: the same crystal as from PDB, and every refusal. */
#include <difftape/structure.h>

#include <criterion/criterion.h>
#include <zlib.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA    DT_SOURCE_DIR "/tests/io/data/"
#define BUNDLED DT_SOURCE_DIR "/examples/data/3al1.pdb"

static dt_structure *read_path(const char *path, const dt_structure_options *options) {
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_structure_read(&s, path, options, &error);
    cr_assert(status == DT_OK, "%s", error.message);
    return s;
}

static dt_structure *read_text(const char *text, const dt_structure_options *options) {
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_structure_read_memory(&s, text, strlen(text), "text", options, &error);
    cr_assert(status == DT_OK, "%s", error.message);
    return s;
}

/* -- the same crystal from both formats -------------------------------------------------------- */

static int64_t compared; /* bytes */

static void expect_bytes(const void *a, const void *b, size_t size, const char *what) {
    cr_expect(memcmp(a, b, size) == 0, "%s differs", what);
    compared += (int64_t)size;
}

/* Bit by bit, but for what only PDB files hold (REMARK 290, SCALE). */
static void expect_equal(const dt_structure *a, const dt_structure *b) {
    cr_assert(a->n_atoms == b->n_atoms && a->n_ops == b->n_ops, "%lld and %lld atoms",
              (long long)a->n_atoms, (long long)b->n_atoms);
    size_t n = (size_t)a->n_atoms;
    expect_bytes(a->cell, b->cell, sizeof a->cell, "cell");
    cr_expect_str_eq(a->space_group, b->space_group);
    cr_expect(a->space_group_number == b->space_group_number);
    expect_bytes(a->op_rot, b->op_rot, (size_t)a->n_ops * 9 * sizeof *a->op_rot, "op_rot");
    expect_bytes(a->op_tran, b->op_tran, (size_t)a->n_ops * 3 * sizeof *a->op_tran, "op_tran");
    expect_bytes(a->xyz, b->xyz, 3 * n * sizeof *a->xyz, "xyz");
    expect_bytes(a->b_iso, b->b_iso, n * sizeof *a->b_iso, "b_iso");
    expect_bytes(a->u_iso, b->u_iso, n * sizeof *a->u_iso, "u_iso");
    expect_bytes(a->u_aniso, b->u_aniso, 9 * n * sizeof *a->u_aniso, "u_aniso");
    expect_bytes(a->occupancy, b->occupancy, n * sizeof *a->occupancy, "occupancy");
    expect_bytes(a->mass, b->mass, n * sizeof *a->mass, "mass");
    expect_bytes(a->atomic_number, b->atomic_number, n * sizeof *a->atomic_number, "number");
    expect_bytes(a->ff_a, b->ff_a, 4 * n * sizeof *a->ff_a, "ff_a");
    expect_bytes(a->ff_b, b->ff_b, 4 * n * sizeof *a->ff_b, "ff_b");
    expect_bytes(a->ff_c, b->ff_c, n * sizeof *a->ff_c, "ff_c");
    expect_bytes(a->chain, b->chain, n * sizeof *a->chain, "chain");
    expect_bytes(a->residue, b->residue, n * sizeof *a->residue, "residue");
    for (size_t i = 0; i < n; i++) {
        cr_expect_str_eq(a->label[i], b->label[i]);
        cr_expect_str_eq(a->element[i], b->element[i]);
    }
    cr_expect(a->n_aniso == b->n_aniso && a->n_chains == b->n_chains &&
              a->n_residues == b->n_residues && a->models == b->models &&
              a->atoms_read == b->atoms_read && a->dropped_altloc == b->dropped_altloc &&
              a->dropped_hydrogen == b->dropped_hydrogen && a->dropped_water == b->dropped_water &&
              a->dropped_ligand == b->dropped_ligand);
}

Test(structure_cif, capsid_protein_1a8o_is_the_same_from_the_two_files_of_the_archive) {
    const dt_structure_options options[] = {{0}, {.keep_waters = true}};
    static const int64_t atoms[] = {556, 644};
    for (int i = 0; i < 2; i++) {
        dt_structure *pdb = read_path(DATA "1a8o.pdb.gz", &options[i]);
        dt_structure *mmcif = read_path(DATA "1a8o.cif.gz", &options[i]);
        cr_expect(mmcif->n_atoms == atoms[i], "%lld atoms", (long long)mmcif->n_atoms);
        expect_equal(pdb, mmcif);
        dt_structure_free(pdb);
        dt_structure_free(mmcif);
    }
    cr_expect(compared > 100000, "only %lld bytes compared", (long long)compared);
}

/* A column of a PDB record without its blanks, or "." where it is blank. */
static const char *field(const char *line, int first, int last) {
    static char text[16][16];
    static int next;
    char *word = text[next++ % 16];
    int n = 0;
    for (int i = first - 1; i < last; i++) {
        if (line[i] != ' ') {
            word[n++] = line[i];
        }
    }
    word[n] = '\0';
    return n > 0 ? word : ".";
}

/* The records of a PDB file as the tables of an mmCIF file: every number copied as text. */
static void write_as_cif(const char *pdb, FILE *cif) {
    static char tensors[1 << 17];
    char line[256];
    size_t at = 0;
    bool past_ter[256] = {false}; /* of every chain */
    FILE *in = fopen(pdb, "r");
    cr_assert(in != NULL);
    fprintf(cif, "# a comment\ndata_TEST\n_symmetry.space_group_name_H-M 'P -1'\n");
    fprintf(cif, "_cell.length_a 20.544\n_cell.length_b 20.859\n_cell.length_c 26.055\n"
                 "_cell.angle_alpha 101.16\n_cell.angle_beta 97.03\n_cell.angle_gamma 118.06\n"
                 "loop_\n_atom_site.group_PDB\n_atom_site.id\n_atom_site.type_symbol\n"
                 "_atom_site.auth_atom_id\n_atom_site.label_alt_id\n_atom_site.auth_comp_id\n"
                 "_atom_site.label_asym_id\n_atom_site.auth_asym_id\n_atom_site.auth_seq_id\n"
                 "_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n"
                 "_atom_site.occupancy\n_atom_site.B_iso_or_equiv\n");
    while (fgets(line, sizeof line, in) != NULL) {
        bool atom = strncmp(line, "ATOM  ", 6) == 0 || strncmp(line, "HETATM", 6) == 0;
        unsigned char chain = (unsigned char)line[21];
        past_ter[chain] = past_ter[chain] || strncmp(line, "TER", 3) == 0;
        if (atom) { /* behind TER every residue is a unit of its own, as in the archive */
            char unit[16];
            snprintf(unit, sizeof unit, past_ter[chain] ? "%s%s" : "%s", field(line, 22, 22),
                     field(line, 23, 26));
            fprintf(cif, "%s %s %s \"%s\" %s %s %s %s %s", field(line, 1, 6), field(line, 7, 11),
                    field(line, 77, 78), field(line, 13, 16), field(line, 17, 17),
                    field(line, 18, 20), unit, field(line, 22, 22), field(line, 23, 26));
            fprintf(cif, " %s %s %s %s %s\n", field(line, 31, 38), field(line, 39, 46),
                    field(line, 47, 54), field(line, 55, 60), field(line, 61, 66));
        } else if (strncmp(line, "ANISOU", 6) == 0) {
            at += (size_t)snprintf(tensors + at, sizeof tensors - at, "%s", field(line, 7, 11));
            for (int i = 0; i < 6; i++) {
                at += (size_t)snprintf(tensors + at, sizeof tensors - at, " %.4f",
                                       1e-4 * atof(field(line, 29 + 7 * i, 35 + 7 * i)));
            }
            at += (size_t)snprintf(tensors + at, sizeof tensors - at, "\n");
        }
    }
    cr_assert(at > 10000 && at + 1 < sizeof tensors);
    fprintf(cif,
            "loop_\n_atom_site_anisotrop.id\n_atom_site_anisotrop.U[1][1]\n"
            "_atom_site_anisotrop.U[2][2]\n_atom_site_anisotrop.U[3][3]\n"
            "_atom_site_anisotrop.U[1][2]\n_atom_site_anisotrop.U[1][3]\n"
            "_atom_site_anisotrop.U[2][3]\n%s",
            tensors);
    fclose(in);
}

Test(structure_cif, the_bundled_crystal_is_the_same_as_mmcif_with_tensors_and_alternatives) {
    char path[64];
    snprintf(path, sizeof path, "structure-cif-%ld.tmp", (long)getpid());
    FILE *cif = fopen(path, "w");
    cr_assert(cif != NULL);
    write_as_cif(BUNDLED, cif);
    fclose(cif);
    const dt_structure_options options[] = {
        {0}, {.keep_hydrogens = true, .keep_waters = true, .keep_ligands = true}};
    for (int i = 0; i < 2; i++) {
        dt_structure *pdb = read_path(BUNDLED, &options[i]), *mmcif = read_path(path, &options[i]);
        expect_equal(pdb, mmcif);
        cr_expect(mmcif->n_aniso > 150 && mmcif->dropped_altloc == 188);
        dt_structure_free(pdb);
        dt_structure_free(mmcif);
    }
    cr_expect(compared > 80000, "only %lld bytes compared", (long long)compared);
    remove(path);
}

/* -- small files ------------------------------------------------------------------------------- */

#define CELL_OF(a, b, c)                                                                           \
    "_cell.length_a " a "\n_cell.length_b " b "\n_cell.length_c " c "\n"                           \
    "_cell.angle_alpha 90\n_cell.angle_beta 90.0(1)\n_cell.angle_gamma 90\n"
#define CELL        CELL_OF("10.0", "11", "12.00(2)")
#define GROUP(name) "_symmetry.space_group_name_H-M " name "\n"
#define HEAD        "data_X\n" CELL GROUP("'P 21 21 21'")
#define COLUMNS                                                                                    \
    "loop_\n_atom_site.group_PDB\n_atom_site.id\n_atom_site.type_symbol\n"                         \
    "_atom_site.label_atom_id\n_atom_site.label_alt_id\n_atom_site.label_comp_id\n"                \
    "_atom_site.label_asym_id\n_atom_site.auth_seq_id\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n"   \
    "_atom_site.Cartn_z\n_atom_site.occupancy\n_atom_site.B_iso_or_equiv\n"
#define ROW(id, element, name, xyz, occupancy, b)                                                  \
    "ATOM " id " " element " " name " . ALA A 1 " xyz " " occupancy " " b "\n"
#define XYZ  "1.0 2.5 -3"
#define ROWS ROW("1", "N", "N", XYZ, "1.0", "10") ROW("2", "C", "CA", XYZ, "0.5", "11.5")

Test(structure_cif, plain_numbers_uncertainties_and_blanks_are_read_as_they_are_meant) {
    dt_structure *s = read_text(HEAD COLUMNS ROW("1", "N", "N", "1.25(3) +2 -.5", "?", "10.5")
                                    ROW("2", "C", "CA", XYZ, ".", "0"),
                                NULL);
    cr_assert(s->n_atoms == 2 && s->models == 1 && s->n_ops == 4);
    cr_expect(s->xyz[0] == 1.25 && s->xyz[1] == 2 && s->xyz[2] == -0.5);
    cr_expect(s->occupancy[0] == 1 && s->occupancy[1] == 1 && s->b_iso[0] == 10.5);
    cr_expect(s->cell[2] == 12 && s->cell[4] == 90);
    cr_expect_str_eq(s->label[1], "A/ALA 1/CA");
    cr_expect(s->n_aniso == 0 && s->u_aniso[0] == s->u_iso[0] && s->u_aniso[1] == 0);
    dt_structure_free(s);
}

Test(structure_cif, a_tensor_of_more_digits_than_pdb_has_keeps_them) {
    dt_structure *s = read_text(
        HEAD COLUMNS ROWS "_atom_site_anisotrop.id 2\n_atom_site_anisotrop.U[1][1] 0.123456\n"
                          "_atom_site_anisotrop.U[2][2] 0.2\n_atom_site_anisotrop.U[3][3] 0.3\n"
                          "_atom_site_anisotrop.U[1][2] -0.01\n_atom_site_anisotrop.U[1][3] 0.02\n"
                          "_atom_site_anisotrop.U[2][3] 0.03\n",
        NULL);
    const double u[9] = {(double)0.123456f, -0.01, 0.02, -0.01, 0.2, 0.03, 0.02, 0.03, 0.3};
    cr_assert(s->n_atoms == 2 && s->n_aniso == 1);
    expect_bytes(s->u_aniso + 9, u, sizeof u, "u_aniso");
    dt_structure_free(s);
}

Test(structure_cif, the_newer_name_of_the_space_group_item_is_read_too) {
    dt_structure *s =
        read_text("data_X\n" CELL "_space_group.name_H-M_alt 'P 2 2 2'\n" COLUMNS ROWS, NULL);
    cr_expect(s->space_group_number == 16);
    dt_structure_free(s);
}

Test(structure_cif, only_the_first_model_and_the_first_block_with_atoms_are_used) {
    dt_structure *s = read_text(
        "data_A\n_entry.id A\n" HEAD
        "loop_\n_atom_site.pdbx_PDB_model_num\n_atom_site.group_PDB\n_atom_site.id\n"
        "_atom_site.type_symbol\n_atom_site.label_atom_id\n_atom_site.label_alt_id\n"
        "_atom_site.label_comp_id\n_atom_site.label_asym_id\n_atom_site.auth_seq_id\n"
        "_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n_atom_site.occupancy\n"
        "_atom_site.B_iso_or_equiv\n1 ATOM 1 C CA . ALA A 1 1 2 3 1 10\n1 ATOM 2 N N . ALA A 1 1 2 "
        "3 1 10\n"
        "2 ATOM 3 C CA . ALA A 1 bad 2 3 1 10\ndata_B\n" CELL COLUMNS ROWS,
        NULL);
    cr_expect(s->n_atoms == 2 && s->models == 2);
    dt_structure_free(s);
}

/* -- refusals ---------------------------------------------------------------------------------- */

typedef struct refusal {
    const char *name, *text, *rule;
    int64_t line; /* what error.index must be */
} refusal;

static const refusal refusals[] = {
    {"no atoms", "data_X\n" CELL, "no table _atom_site", -1},
    {"structure factors", "data_X\n" CELL "loop_\n_refln.index_h\n1 2 3\n", "structure factors",
     -1},
    {"no cell", "data_X\n" GROUP("'P 1'") COLUMNS ROWS, "no _cell.length_a", -1},
    {"cell unknown", "data_X\n" CELL_OF("?", "1", "1") COLUMNS ROWS, "no _cell.length_a", -1},
    {"cell of letters", "data_X\n" CELL_OF("10", "1e1", "10") COLUMNS ROWS,
     "_cell.length_b '1e1' is not a plain decimal number", -1},
    {"placeholder", "data_X\n" CELL_OF("1", "1.00", "1") GROUP("'P 1'") COLUMNS ROWS,
     "the 1 x 1 x 1 A cell in _cell is a placeholder", -1},
    {"zero length", "data_X\n" CELL_OF("0", "1.00", "1") GROUP("'P 1'") COLUMNS ROWS,
     "impossible cell in _cell: a = 0 must be above 0 A", -1},
    {"no group", "data_X\n" CELL COLUMNS ROWS, "_symmetry.space_group_name_H-M names no space", -1},
    {"unknown group", "data_X\n" CELL GROUP("'P 5 x'") COLUMNS ROWS, "unknown space group 'P 5 x'",
     -1},
    {"long group",
     "data_X\n" CELL GROUP("'P 11111111111111111111111111111111111111111111111111'") COLUMNS ROWS,
     "unknown space group 'P 1111111111", -1},
    {"cell against group", "data_X\n" CELL GROUP("'P 43 21 2'") COLUMNS ROWS,
     "does not have the symmetry of its space group P 43 21 2", -1},
    {"no column", HEAD "loop_\n_atom_site.id\n_atom_site.Cartn_x\n1 2\n",
     "the table of atoms has no _atom_site.type_symbol", -1},
    {"bad x", HEAD COLUMNS ROW("7", "C", "CA", "1.0x 2 3", "1", "10"),
     "atom id 7: Cartn_x '1.0x' is not a plain decimal number", 9},
    {"NaN y", HEAD COLUMNS ROWS ROW("7", "C", "CB", "1 nan 3", "1", "10"), "Cartn_y 'nan'", 9},
    {"unknown z", HEAD COLUMNS ROW("7", "C", "CA", "1 2 ?", "1", "10"), "Cartn_z is missing", 9},
    {"bad bracket", HEAD COLUMNS ROW("7", "C", "CA", "1 2 3(", "1", "10"), "Cartn_z '3('", 9},
    {"no B", HEAD COLUMNS ROW("7", "C", "CA", XYZ, "1", "."), "B_iso_or_equiv is missing", 9},
    {"negative B", HEAD COLUMNS ROW("7", "C", "CA", XYZ, "1", "-1"), "B factor -1 A^2", -1},
    {"bad occupancy", HEAD COLUMNS ROW("7", "C", "CA", XYZ, "1..", "1"), "occupancy '1..'", 9},
    {"negative occupancy", HEAD COLUMNS ROW("7", "C", "CA", XYZ, "-0.5", "1"),
     "occupancy -0.5 is negative", 9},
    {"unknown element", HEAD COLUMNS ROW("7", "Qx", "CA", XYZ, "1", "1"),
     "atom A/ALA 1/CA (serial 7) is of an unknown element (_atom_site.type_symbol)", -1},
    {"bad tensor",
     HEAD COLUMNS ROWS
     "loop_\n_atom_site_anisotrop.id\n_atom_site_anisotrop.U[1][1]\n_atom_site_anisotrop.U[2][2]\n"
     "_atom_site_anisotrop.U[3][3]\n_atom_site_anisotrop.U[1][2]\n_atom_site_anisotrop.U[1][3]\n"
     "_atom_site_anisotrop.U[2][3]\n1 0.1 0.1 0.1 0 0 ?\n",
     "anisotropic tensor of atom id 1: U[2][3] is missing", 25},
    {"ragged table", HEAD COLUMNS ROWS "3 4\n", "not mmCIF: Wrong number of values in the loop", 9},
    {"open quote", "data_X\n_a 'b\n", "not mmCIF:", 2},
    {"tag twice", HEAD COLUMNS ROWS GROUP("'P 1'"), "uplicate", -1},
    {"an operator list that would fill the memory is not looked at, but no atoms are refused",
     "data_X\n_pdbx_struct_assembly_gen.oper_expression (1-2000000000)\n", "no table _atom_site",
     -1},
};

Test(structure_cif, every_bad_file_is_refused_with_a_sentence) {
    size_t n = sizeof refusals / sizeof *refusals;
    for (size_t i = 0; i < n; i++) {
        const refusal *r = &refusals[i];
        dt_structure *s = NULL;
        dt_error error = DT_ERROR_INIT;
        dt_status status =
            dt_structure_read_memory(&s, r->text, strlen(r->text), "x.cif", NULL, &error);
        cr_expect(status == DT_ERR_FORMAT && s == NULL, "%s: %s", r->name, dt_status_name(status));
        cr_expect(strncmp(error.message, "x.cif: ", 7) == 0 && strstr(error.message, r->rule),
                  "%s: '%s' does not say '%s'", r->name, error.message, r->rule);
        cr_expect(error.index == r->line, "%s: line %lld: %s", r->name, (long long)error.index,
                  error.message);
    }
}

Test(structure_cif, a_zero_byte_is_refused) {
    static const char text[] = HEAD COLUMNS "\0" ROWS;
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_expect(dt_structure_read_memory(&s, text, sizeof text - 1, "x.cif", NULL, &error) ==
              DT_ERR_FORMAT);
    cr_expect(strstr(error.message, "zero byte at offset") != NULL, "%s", error.message);
}

Test(structure_cif, damaged_gzip_data_of_an_mmcif_file_are_refused) {
    FILE *in = fopen(DATA "1a8o.cif.gz", "rb");
    static char bytes[1 << 15];
    cr_assert(in != NULL);
    size_t size = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    cr_assert(size > 20000);
    char path[64];
    snprintf(path, sizeof path, "structure-cif-gz-%ld.tmp", (long)getpid());
    FILE *out = fopen(path, "wb");
    fwrite(bytes, 1, size / 2, out);
    fclose(out);
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_expect(dt_structure_read(&s, path, NULL, &error) == DT_ERR_FORMAT);
    cr_expect(strstr(error.message, "the gzip data end early") != NULL, "%s", error.message);
    remove(path);
}
