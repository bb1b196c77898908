/* sets.h - which kernel set is in use.
 *
 * A kernel set is every map kernel compiled for one set of processor instructions: `reference` is
 * plain scalar C, `sse2` (`native` on other processors than x86-64) what every processor of the
 * family has, `avx2` (with FMA) and `avx512` (F, DQ, VL, BW) are wider. Arithmetic is bitwise equal
 * in all sets; transcendental functions may differ by 4 units in the last place.
 *
 * The widest set the processor has is chosen when the library is loaded. The environment variable
 * DT_SIMD, one of the names above, forbids wider ones (for tests and bug reports); another value of
 * it changes nothing. */
#ifndef DTI_SETS_H
#define DTI_SETS_H

#include <stdbool.h>

typedef enum dti_set {
    DTI_SET_REFERENCE,
    DTI_SET_BASELINE, /* sse2 or native */
    DTI_SET_AVX2,
    DTI_SET_AVX512,
    DTI_SET_COUNT
} dti_set;

const char *dti_set_name(dti_set set);

/* True if the library has the set and the processor its instructions. */
bool dti_set_available(dti_set set);

dti_set dti_set_chosen(void);

/* Fill the tables dti_k_* from an available set. For tests: no kernel may run meanwhile. */
void dti_set_choose(dti_set set);

/* The widest available set not wider than the one named `limit`; NULL or an unknown name is no
 * limit. */
dti_set dti_set_widest(const char *limit);

#endif
