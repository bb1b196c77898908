/* gemmi_bridge.h - the C face of the one C++ file that uses gemmi. No exception crosses it. */
#ifndef DTI_GEMMI_BRIDGE_H
#define DTI_GEMMI_BRIDGE_H

#include <difftape/structure.h>

DT_BEGIN_DECLS

/* No space group has more operators than F m -3 m: 48 point operations times 4 centrings. */
#define DTI_MAX_OPERATORS 192

typedef struct dti_gemmi_group {
    char name[32];
    int number;
    int n_ops;
    int rot[DTI_MAX_OPERATORS][9];
    double tran[DTI_MAX_OPERATORS][3];
} dti_gemmi_group;

/* One atom with what gemmi knows about its element, and the classes it falls in. */
typedef struct dti_gemmi_atom {
    double xyz[3];
    double b_iso, occupancy, mass;
    double ff_a[4], ff_b[4], ff_c;
    int atomic_number; /* 0: unknown element; mass and form factor are then meaningless */
    int serial;
    int chain, residue; /* numbers that differ where the chain, or the residue, does */
    double aniso[6];    /* U11 U22 U33 U12 U13 U23 in A^2; all 0: no ANISOU */
    char element[4];
    char label[DT_ATOM_LABEL_SIZE];
    bool has_form_factor;
    bool is_altloc, is_hydrogen, is_water, is_ligand;
} dti_gemmi_atom;

/* Table entry of a Hermann-Mauguin symbol; the angles (degrees) choose between the hexagonal and
 * the rhombohedral setting. DT_ERR_FORMAT for an unknown symbol, or DT_ERR_MEMORY. */
dt_status dti_gemmi_space_group(const char *symbol, double alpha, double gamma,
                                dti_gemmi_group *ret_group);

/* The number in a fixed-width field that holds a plain decimal number, whatever the locale. */
double dti_gemmi_number(const char *field, int width);

/* Atoms of checked ATOM, HETATM and TER records (pdb_text.h), the parts of a chain put together.
 * Release *ret_atoms with free. */
dt_status dti_gemmi_atoms(const char *records, size_t size, dti_gemmi_atom **ret_atoms,
                          int64_t *ret_n, dt_error *error);

DT_END_DECLS

#endif
