/* structure.h - a crystal structure read from a PDB or mmCIF file: cell, symmetry, atoms. */
#ifndef DIFFTAPE_STRUCTURE_H
#define DIFFTAPE_STRUCTURE_H

#include <difftape/base.h>
#include <difftape/status.h>

DT_BEGIN_DECLS

/** Capacity of an atom label such as "A/ALA 12/CA", terminating NUL included. */
#define DT_ATOM_LABEL_SIZE 32

/** Largest number of bytes read (after decompression) unless the options say otherwise: 1 GiB. */
#define DT_STRUCTURE_MAX_BYTES ((int64_t)1 << 30)

/** What to keep. All zero, or a NULL pointer, means the defaults given here.
 *
 *  The rules are applied in this order, and an atom is counted under the first one that drops it:
 *  1. alternative conformations (always dropped): an atom whose name occurred before in its
 *     residue, and a residue whose number occurred before in its chain, where alternate-location
 *     labels mark them as alternatives. The first one in the file stays, with its own occupancy.
 *  2. hydrogens: elements H and D.
 *  3. waters: residues HOH, DOD, WAT, H2O.
 *  4. ligands: every other residue that is not part of a polymer. mmCIF files say which are
 *     (_entity, _struct_asym), and an amino acid or nucleotide in an ATOM row always is. In PDB
 *     files residues before the chain's TER record are polymer, whatever their name
 *     (selenomethionine MSE, an acetyl cap ACE), those after it are only if they are amino acids or
 *     nucleotides in ATOM records. In a chain without TER a residue is polymer if the chain is
 *     mostly amino acids or mostly nucleotides and the residue is one too: a standard one in an
 *     ATOM record, or a modified one. Except for ATOM records after TER, this is the rule of
 *     gemmi's remove_ligands_and_waters. */
typedef struct dt_structure_options {
    bool keep_hydrogens; /**< default false */
    bool keep_waters;    /**< default false */
    bool keep_ligands;   /**< default false */
    int64_t max_bytes;   /**< refuse more bytes than this; 0: DT_STRUCTURE_MAX_BYTES */
} dt_structure_options;

/** A crystal structure. All arrays are C-contiguous, n = n_atoms, and belong to the structure.
 *  Coordinates and displacements are those of one asymmetric unit, as they stand in the file. */
typedef struct dt_structure {
    double cell[6];         /**< a, b, c in A; alpha, beta, gamma in degrees */
    char space_group[32];   /**< Hermann-Mauguin symbol with setting, e.g. "P 1 21 1", "R 3:H" */
    int space_group_number; /**< 1..230, International Tables A */

    int64_t n_ops;   /**< operators of the group, centring included, identity first */
    int *op_rot;     /**< (n_ops,3,3): x' = R x + t in fractional coordinates */
    double *op_tran; /**< (n_ops,3): t, each in [0, 1) */

    /** What REMARK 290 and SCALE repeat of symmetry and metric, rounded: for numbers of programs
     *  that computed with them. Absent where the file has no such records, or damaged ones. */
    int64_t n_remark_ops; /**< operators in REMARK 290, 0 if absent */
    int *remark_rot;      /**< (n_remark_ops,3,3) rotations of the triplets, fractional */
    double *remark_op;    /**< (n_remark_ops,3,4) SMTRY: r' = R r + t, Cartesian, A */
    bool has_scale;       /**< are there three SCALE records? */
    double scale[12];     /**< (3,4) SCALE: x = S r + u, 1/A and fractions */

    int64_t n_atoms;
    double *xyz;        /**< (n,3) A, Cartesian, PDB orientation (a along x, c* along z) */
    double *u_iso;      /**< (n) A^2, B / (8 pi^2) */
    double *b_iso;      /**< (n) A^2, >= 0 */
    double *u_aniso;    /**< (n,3,3) A^2, Cartesian: ANISOU or _atom_site_anisotrop, or u_iso
                             times the unit matrix where there is none. Not
                             checked to be positive definite */
    int64_t n_aniso;    /**< atoms with a tensor in the file */
    double *occupancy;  /**< (n) >= 0; 1 where the file leaves it blank */
    double *mass;       /**< (n) Da, standard atomic weight; 2.0141 for deuterium */
    int *atomic_number; /**< (n) */
    char (*element)[4]; /**< (n) symbol: "C", "Se", "D" */
    char (*label)[DT_ATOM_LABEL_SIZE]; /**< (n) chain/residue/atom, for messages */

    /** Numbers of chain and residue of every atom, counted from 0: rigid groups, or labels of
     *  springs, of a dt_network. */
    int64_t *chain, *residue; /**< (n), (n) */
    int64_t n_chains, n_residues;

    /** Form factor f(s) = sum_i a_i exp(-b_i s^2) + c in electrons, s = sin(theta)/lambda in 1/A:
     *  (n,4), (n,4) in A^2, (n). Neutral atoms, International Tables C (1992), table 6.1.1.4, as
     *  tabulated: not rescaled to f(0) = Z. Valid for s < 2 / A. */
    double *ff_a, *ff_b, *ff_c;

    int64_t models;     /**< models in the file (up to END); only the first one is used */
    int64_t atoms_read; /**< atoms of that model = n_atoms + the four counts below */
    int64_t dropped_altloc;
    int64_t dropped_hydrogen;
    int64_t dropped_water;
    int64_t dropped_ligand;
} dt_structure;

/** Read a PDB or mmCIF file, plain or gzip-compressed (all told by content, not by name). The two
 *  files of an archive's entry give equal arrays, but for what REMARK 290 and SCALE repeat.
 *
 *  Of an mmCIF file the first block with a table _atom_site is used, and of that only _atom_site,
 *  _atom_site_anisotrop (the items U, not B), _entity, _struct_asym, _cell and the Hermann-Mauguin
 *  symbol (_symmetry.space_group_name_H-M or _space_group.name_H-M_alt). Names and numbers are the
 *  authors' (auth_), as in PDB files. Numbers may carry an uncertainty in brackets.
 *
 *  Symmetry comes from the space-group table, never from remarks; an unqualified "R 3" or "H 3" is
 *  hexagonal or rhombohedral according to the cell angles. Elements come from columns 77-78, or,
 *  where those are blank, from the atom name.
 *
 *  Errors, with the file and the rule in the message, and the line in error->index where one is at
 *  fault; *ret_structure is then untouched:
 *  DT_ERR_IO        the file cannot be opened or read
 *  DT_ERR_FORMAT    empty, binary, damaged gzip, larger than max_bytes, or neither PDB nor mmCIF
 *                   (syntax; no atoms, such as structure factors; a column missing); no cell,
 *                   or two CRYST1; the 1 x 1 x 1 A cell of NMR and electron-microscopy entries; an
 *                   impossible cell; an unknown space group, or one that the cell contradicts
 *                   (metric off by more than 1 %); a coordinate, B or occupancy that is not a plain
 *                   decimal number (no stars, NaN, exponents or blanks, except a blank occupancy);
 *                   an ANISOU record of other things than whole numbers, or not right after its
 *                   atom; a negative occupancy; among the kept atoms a negative B, an unknown
 *                   element, or one without a form factor (Z > 98); no atom kept
 *  DT_ERR_ARGUMENT  a NULL argument, max_bytes < 0
 *  DT_ERR_MEMORY
 *
 *  Release with dt_structure_free. Source of the format: wwPDB, Atomic Coordinate Entry Format
 *  Version 3.3, and PDBx/mmCIF dictionary 5.3; parsed by gemmi (Wojdyr, J. Open Source Softw. 7
 *  (2022) 4200). */
DT_API dt_status dt_structure_read(dt_structure **ret_structure, const char *path,
                                   const dt_structure_options *options, dt_error *error);

/** The same for `size` bytes of uncompressed PDB or mmCIF text; `name` stands for the file in
 *  messages. */
DT_API dt_status dt_structure_read_memory(dt_structure **ret_structure, const void *data,
                                          size_t size, const char *name,
                                          const dt_structure_options *options, dt_error *error);

/** Release a structure and its arrays. NULL is fine. */
DT_API void dt_structure_free(dt_structure *structure);

/** The most operators of a space group: 48 point operations times 4 centrings (F m -3 m). */
#define DT_MAX_SPACE_GROUP_OPS 192

/** A space group from the tables, in the setting that was asked for. */
typedef struct dt_space_group {
    char name[32]; /**< Hermann-Mauguin symbol with setting, "F m -3 m" */
    int number;    /**< 1..230, International Tables A */
    int n_ops;     /**< operators, centring included, identity first: x' = R x + t, fractional */
    int op_rot[DT_MAX_SPACE_GROUP_OPS][9];
    double op_tran[DT_MAX_SPACE_GROUP_OPS][3]; /**< each in [0, 1) */
} dt_space_group;

/** Look a space group up by its number ("225": the standard setting, rhombohedral groups on
 *  hexagonal axes) or by a Hermann-Mauguin symbol ("F m -3 m", "P 1 21/c 1"). DT_ERR_ARGUMENT if
 *  there is none; *ret_group is then untouched. */
DT_API dt_status dt_space_group_find(const char *text, dt_space_group *ret_group, dt_error *error);

DT_END_DECLS

#endif
