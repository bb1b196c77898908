/* profile.h - measurements of a tape's operations, taken in apply.c. */
#ifndef DTI_PROFILE_H
#define DTI_PROFILE_H

#include <difftape/op.h>

struct dti_profile;

/* Nanoseconds of a clock that only runs forward. */
int64_t dti_profile_clock(void);

/* Note an application that began at `start` and has just ended. Without memory it is left out. */
void dti_profile_note(struct dti_profile *profile, const dt_node *n, int64_t start, bool in_sweep);

void dti_profile_free(struct dti_profile *profile);

#endif
