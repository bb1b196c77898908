/* create.h - tensors made from nothing: constants, grids, random numbers. */
#ifndef DIFFTAPE_CREATE_H
#define DIFFTAPE_CREATE_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

DT_END_DECLS

#endif
