/* support.h - crystals and comparisons the physics tests share. */
#ifndef TEST_PHYSICS_SUPPORT_H
#define TEST_PHYSICS_SUPPORT_H

#include <difftape/crystal.h>
#include <difftape/npy.h>
#include <difftape/ops.h>

#include <criterion/criterion.h>

/** Counter-based uniform numbers in [-1, 1): the same on every machine. */
double noise(uint64_t seed, int64_t i);

/** A small crystal of `n` atoms per asymmetric unit with a space group of its own kind:
 *  "P21" (oblique, unique axis b), "P31" (hexagonal), "P-1" (all angles oblique), "P1". Release
 *  with dt_crystal_free. */
dt_crystal *synthetic_crystal(const char *group, int64_t n);

/** A member of an archive; the test fails where it is missing. Release with dt_array_free. */
dt_array get_array(const dt_npz *npz, const char *name);

/** The crystal that stands in an archive under the names of the reference files (prefix
 *  "true_ops_", "true_x0", "U") or of the golden file ("op_", "xyz", "u_iso"). */
dt_crystal *crystal_from_npz(const dt_npz *npz, bool reference);

/** |x - y|_2 / |y|_2. */
double relative_norm(const double *x, const double *y, int64_t n);

/** Largest |x_i - y_i|; over |y_i| with `relative`. Fails the test on numbers that are not finite.
 */
double worst(const double *x, const double *y, int64_t n, bool relative);

/** Fail with the tape's message if it has one. */
void tape_is_fine(const dt_tape *tape);

#endif
