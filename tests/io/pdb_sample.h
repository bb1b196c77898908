/* pdb_sample.h - PDB records for tests, one macro argument per fixed-width field. */
#ifndef TEST_PDB_SAMPLE_H
#define TEST_PDB_SAMPLE_H

/* Widths: record 6, serial 5, name 4, altloc 1, residue 3, chain 1, number 4, xyz 24, occupancy 6,
 * B 6, element 2. */
#define RECORD(record, serial, name, alt, residue, chain, number, xyz, occupancy, b, element)      \
    record serial " " name alt residue " " chain number "    " xyz occupancy b                     \
                  "          " element "  \n"

#define XYZ "   1.000   2.000   3.000"
#define ATOM(serial, name, residue, number, element)                                               \
    RECORD("ATOM  ", serial, name, " ", residue, "A", number, XYZ, "  1.00", " 10.00", element)
#define ATOM_ALT(serial, name, alt, residue, number, element)                                      \
    RECORD("ATOM  ", serial, name, alt, residue, "A", number, XYZ, "  0.50", " 10.00", element)
#define HETATM(serial, name, residue, number, element)                                             \
    RECORD("HETATM", serial, name, " ", residue, "A", number, XYZ, "  1.00", " 10.00", element)

/* Widths: lengths 9, angles 7, group up to 11. */
#define CELL(a, b, c, alpha, beta, gamma, group) "CRYST1" a b c alpha beta gamma " " group "\n"
#define CRYSTAL                                                                                    \
    CELL("   10.000", "   11.000", "   12.000", "  90.00", "  90.00", "  90.00", "P 21 21 21 ")

/* Three atoms of an alanine. */
#define ALANINE                                                                                    \
    ATOM("    1", " N  ", "ALA", "   1", " N")                                                     \
    ATOM("    2", " CA ", "ALA", "   1", " C")                                                     \
    ATOM("    3", " C  ", "ALA", "   1", " C")

#endif
