/* structure.c - from a checked file, PDB or mmCIF, to a dt_structure. */
#include <difftape/structure.h>

#include "gemmi_cif.h"
#include "pdb_remarks.h"
#include "pdb_text.h"
#include "structure_cell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

void dt_structure_free(dt_structure *structure) {
    if (structure == NULL) {
        return;
    }
    dt_structure *s = structure;
    void *arrays[] = {s->op_rot, s->op_tran,       s->xyz,       s->u_iso,   s->b_iso, s->occupancy,
                      s->mass,   s->atomic_number, s->element,   s->label,   s->ff_a,  s->ff_b,
                      s->ff_c,   s->remark_rot,    s->remark_op, s->u_aniso, s->chain, s->residue};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        free(arrays[i]);
    }
    free(s);
}

static bool allocate_atoms(dt_structure *s, size_t n) {
    s->xyz = calloc(n, 3 * sizeof *s->xyz);
    s->u_iso = calloc(n, sizeof *s->u_iso);
    s->b_iso = calloc(n, sizeof *s->b_iso);
    s->occupancy = calloc(n, sizeof *s->occupancy);
    s->mass = calloc(n, sizeof *s->mass);
    s->atomic_number = calloc(n, sizeof *s->atomic_number);
    s->element = calloc(n, sizeof *s->element);
    s->label = calloc(n, sizeof *s->label);
    s->ff_a = calloc(n, 4 * sizeof *s->ff_a);
    s->ff_b = calloc(n, 4 * sizeof *s->ff_b);
    s->ff_c = calloc(n, sizeof *s->ff_c);
    s->u_aniso = calloc(n, 9 * sizeof *s->u_aniso);
    s->chain = calloc(n, sizeof *s->chain);
    s->residue = calloc(n, sizeof *s->residue);
    return s->u_aniso && s->chain && s->residue && s->xyz && s->u_iso && s->b_iso && s->occupancy &&
           s->mass && s->atomic_number && s->element && s->label && s->ff_a && s->ff_b && s->ff_c;
}

/* The counter of the rule that drops an atom, or NULL if it stays. */
static int64_t *dropped_by(dt_structure *s, const dti_gemmi_atom *atom,
                           const dt_structure_options *options) {
    if (atom->is_altloc) {
        return &s->dropped_altloc;
    }
    if (atom->is_hydrogen && !options->keep_hydrogens) {
        return &s->dropped_hydrogen;
    }
    if (atom->is_water && !options->keep_waters) {
        return &s->dropped_water;
    }
    if (atom->is_ligand && !options->keep_ligands) {
        return &s->dropped_ligand;
    }
    return NULL;
}

static dt_status check_atom(const dti_gemmi_atom *atom, const char *place, const char *name,
                            dt_error *error) {
    if (atom->atomic_number == 0) {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "%s: atom %s (serial %d) is of an unknown element (%s)", name,
                            atom->label, atom->serial, place);
    }
    if (!atom->has_form_factor) {
        return dt_error_set(
            error, DT_ERR_FORMAT,
            "%s: atom %s (serial %d): element %s has no form factor in International "
            "Tables C",
            name, atom->label, atom->serial, atom->element);
    }
    if (!(atom->b_iso >= 0.0)) {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "%s: atom %s (serial %d): B factor %g A^2 must not be negative", name,
                            atom->label, atom->serial, atom->b_iso);
    }
    return DT_OK;
}

static void store_atom(dt_structure *s, int64_t i, const dti_gemmi_atom *atom) {
    memcpy(s->xyz + 3 * i, atom->xyz, sizeof atom->xyz);
    s->b_iso[i] = atom->b_iso;
    s->u_iso[i] = atom->b_iso / (8.0 * (PI * PI));
    s->occupancy[i] = atom->occupancy;
    s->mass[i] = atom->mass;
    s->atomic_number[i] = atom->atomic_number;
    memcpy(s->element[i], atom->element, sizeof s->element[i]);
    memcpy(s->label[i], atom->label, sizeof s->label[i]);
    memcpy(s->ff_a + 4 * i, atom->ff_a, sizeof atom->ff_a);
    memcpy(s->ff_b + 4 * i, atom->ff_b, sizeof atom->ff_b);
    s->ff_c[i] = atom->ff_c;
}

/* Atoms of one chain, and of one residue, stand together: number those that are left. */
static void number_atom(dt_structure *s, int64_t i, const dti_gemmi_atom *atoms) {
    s->n_chains += i == 0 || atoms[i].chain != atoms[i - 1].chain;
    s->n_residues += i == 0 || atoms[i].residue != atoms[i - 1].residue;
    s->chain[i] = s->n_chains - 1;
    s->residue[i] = s->n_residues - 1;
}

/* The tensor of the ANISOU record, or U of the B factor along the diagonal. */
static void store_tensor(dt_structure *s, int64_t i, const dti_gemmi_atom *atom) {
    static const int place[9] = {0, 3, 4, 3, 1, 5, 4, 5, 2};
    bool given = false;
    for (int d = 0; d < 6; d++) {
        given = given || atom->aniso[d] != 0.0;
    }
    for (int d = 0; d < 9; d++) {
        s->u_aniso[9 * i + d] = given ? atom->aniso[place[d]] : d % 4 == 0 ? s->u_iso[i] : 0.0;
    }
    s->n_aniso += given;
}

/* Keep what the options ask for, in place, and count the rest. */
static dt_status select_atoms(dt_structure *s, dti_gemmi_atom *atoms, int64_t n,
                              const dt_structure_options *options, const char *place,
                              const char *name, dt_error *error) {
    s->atoms_read = n;
    for (int64_t i = 0; i < n; i++) {
        int64_t *dropped = dropped_by(s, &atoms[i], options);
        if (dropped != NULL) {
            ++*dropped;
            continue;
        }
        dt_status status = check_atom(&atoms[i], place, name, error);
        if (status != DT_OK) {
            return status;
        }
        atoms[s->n_atoms++] = atoms[i];
    }
    if (s->n_atoms == 0) {
        return dt_error_set(
            error, DT_ERR_FORMAT,
            "%s: no atoms left of %lld: %lld alternative, %lld hydrogen, %lld water "
            "and %lld ligand atoms were dropped (hint: keep_hydrogens, keep_waters, "
            "keep_ligands)",
            name, (long long)n, (long long)s->dropped_altloc, (long long)s->dropped_hydrogen,
            (long long)s->dropped_water, (long long)s->dropped_ligand);
    }
    return DT_OK;
}

/* Where a file says what element an atom is. */
#define PDB_ELEMENT "columns 77-78, or the atom name where they are blank"
#define CIF_ELEMENT "_atom_site.type_symbol"

static dt_status set_atoms(dt_structure *s, dti_gemmi_atom *atoms, int64_t n,
                           const dt_structure_options *options, const char *place, const char *name,
                           dt_error *error) {
    dt_status status = select_atoms(s, atoms, n, options, place, name, error);
    if (status == DT_OK && !allocate_atoms(s, (size_t)s->n_atoms)) {
        status = dt_error_set(error, DT_ERR_MEMORY, "%s: no memory for %lld atoms", name,
                              (long long)s->n_atoms);
    }
    for (int64_t i = 0; status == DT_OK && i < s->n_atoms; i++) {
        store_atom(s, i, &atoms[i]);
        store_tensor(s, i, &atoms[i]);
        number_atom(s, i, atoms);
    }
    return status;
}

static dt_status set_pdb_atoms(dt_structure *s, const dti_pdb_text *text,
                               const dt_structure_options *options, const char *name,
                               dt_error *error) {
    dti_gemmi_atom *atoms = NULL;
    int64_t n = 0;
    dt_error parse = DT_ERROR_INIT;
    dt_status status = dti_gemmi_atoms(text->records, text->records_size, &atoms, &n, &parse);
    if (status != DT_OK) {
        return dt_error_set(error, status, "%s: %s", name, parse.message);
    }
    s->models = text->n_models;
    status = set_atoms(s, atoms, n, options, PDB_ELEMENT, name, error);
    free(atoms);
    return status;
}

static dt_status read_pdb(dt_structure *s, const char *data, size_t size, const char *name,
                          const dt_structure_options *options, dt_error *error) {
    dti_pdb_text text;
    dt_status status = dti_pdb_check(data, size, name, &text, error);
    if (status == DT_OK) {
        dti_symmetry_source source = {
            .cell = text.cell, .space_group = text.space_group, .cell_place = "CRYST1"};
        snprintf(source.group_place, sizeof source.group_place, "CRYST1 (line %lld)",
                 (long long)text.cell_line);
        status = dti_set_symmetry(s, &source, name, error);
    }
    if (status == DT_OK) {
        status = set_pdb_atoms(s, &text, options, name, error);
    }
    if (status == DT_OK) {
        status = dti_pdb_remarks(data, size, name, s, error);
    }
    dti_pdb_text_free(&text);
    return status;
}

static dt_status read_cif(dt_structure *s, const char *data, size_t size, const char *name,
                          const dt_structure_options *options, dt_error *error) {
    dti_cif_text text;
    dt_status status = dti_cif_read(data, size, name, &text, error);
    if (status == DT_OK) {
        const dti_symmetry_source source = {.cell = text.cell,
                                            .space_group = text.space_group,
                                            .cell_place = "_cell",
                                            .group_place = "_symmetry.space_group_name_H-M"};
        status = dti_set_symmetry(s, &source, name, error);
    }
    if (status == DT_OK) {
        s->models = text.n_models;
        status = set_atoms(s, text.atoms, text.n_atoms, options, CIF_ELEMENT, name, error);
    }
    free(text.atoms);
    return status;
}

static dt_status check_arguments(dt_structure **ret_structure, const void *source,
                                 const dt_structure_options *options, dt_error *error) {
    if (ret_structure == NULL || source == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_structure_read: %s is NULL",
                            ret_structure == NULL ? "ret_structure" : "the source");
    }
    if (options != NULL && options->max_bytes < 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "dt_structure_read: max_bytes is %lld, it must not be negative",
                            (long long)options->max_bytes);
    }
    return DT_OK;
}

static int64_t byte_limit(const dt_structure_options *options) {
    return options != NULL && options->max_bytes > 0 ? options->max_bytes : DT_STRUCTURE_MAX_BYTES;
}

dt_status dt_structure_read_memory(dt_structure **ret_structure, const void *data, size_t size,
                                   const char *name, const dt_structure_options *options,
                                   dt_error *error) {
    static const dt_structure_options defaults;
    dt_status status = check_arguments(ret_structure, size > 0 ? data : "", options, error);
    if (status != DT_OK) {
        return status;
    }
    name = dti_short_name(name != NULL ? name : "structure");
    if (size > (uint64_t)byte_limit(options)) {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "%s: %zu bytes, above the limit of %lld (max_bytes)", name, size,
                            (long long)byte_limit(options));
    }
    dt_structure *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "%s: no memory for a structure", name);
    }
    options = options != NULL ? options : &defaults;
    status = dti_is_cif(data, size) ? read_cif(s, data, size, name, options, error)
                                    : read_pdb(s, data, size, name, options, error);
    if (status != DT_OK) {
        dt_structure_free(s);
        return status;
    }
    *ret_structure = s;
    return DT_OK;
}

dt_status dt_structure_read(dt_structure **ret_structure, const char *path,
                            const dt_structure_options *options, dt_error *error) {
    dt_status status = check_arguments(ret_structure, path, options, error);
    if (status != DT_OK) {
        return status;
    }
    char *data = NULL;
    size_t size = 0;
    status = dti_pdb_load(path, byte_limit(options), &data, &size, error);
    if (status == DT_OK) {
        status = dt_structure_read_memory(ret_structure, data, size, path, options, error);
    }
    free(data);
    return status;
}
