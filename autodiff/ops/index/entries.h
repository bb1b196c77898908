/* entries.h - what gather and scatter_add ask of an index tensor. */
#ifndef DTI_ENTRIES_H
#define DTI_ENTRIES_H

#include "../ops.h"

/* Refuse input i unless it is a 1-d i64 tensor. */
dt_status dti_need_index(dt_node *n, int i);

/* The entries of index tensor i, contiguous and all in [0, limit); false after failing the node. */
bool dti_index_entries(dt_node *n, int i, int64_t limit, const int64_t **ret_entries);

#endif
