/* lazy.h - tensors whose elements are computed when somebody needs them.
 *
 * Large results of elementwise operations are recorded only. dti_force computes one: it collects
 * the elementwise operations behind it into a region (region.h), which runs tile by tile and stores
 * nothing but what was asked for. A sum over a lazy tensor waits likewise and is then folded into
 * the tile loop. Everything that reads elements goes through dti_force. */
#ifndef DTI_LAZY_H
#define DTI_LAZY_H

#include <difftape/op.h>

/* What a lazy tensor keeps; in scratch memory beside it. */
typedef struct dti_lazy {
    dt_tensor *x;
    dt_node *node;
    dt_array in[DT_MAP_INPUTS]; /* inputs as they were; without data for those that were lazy */
    int64_t marks;              /* marks taken of the tape when it was recorded */
    int64_t stored;             /* clock when the elements were computed */
    bool may_revert;        /* computed after a mark it is older than: waits again when rewound */
    int evaluations;        /* times computed without being stored */
    int nodes;              /* operations of the region that would compute it, at most */
    struct dti_lazy *older; /* all lazy tensors of the tape */
    struct dti_lazy *next_sum; /* sums that wait */

    /* Scratch of a region, of a walk from the oldest on. */
    int64_t visit;
    int place;
} dti_lazy;

/* Elements from which results are lazy; DT_LAZY_SIZE in the environment changes it (for tests). */
int64_t dti_lazy_size(void);

/* Shall node n's output 0, declared but without memory, be computed later? If so it is registered.
 * Returns false, having done nothing, if not; false with a failed tape without memory. */
bool dti_defer(dt_node *n);

/* Is x still to be computed? */
bool dti_is_waiting(const dt_tensor *x);

/* Compute x if it is waiting; false with a failed tape. */
bool dti_force(dt_tensor *x);

/* l's elements have been computed and will last. */
void dti_note_stored(dti_lazy *l, int64_t clock);

/* The memory of `owner` is about to be overwritten: a copy is kept for tensors that still need it,
 * or will when the tape is rewound. Without memory for it the tape fails. */
void dti_preserve(dt_tape *tape, const dt_tensor *owner);

/* Everything made after `next_id` and computed after `clock` is going. */
void dti_lazy_rewind(dt_tape *tape, int64_t next_id, int64_t clock);

#endif
