/* difftape.h - everything: tensors, tape, operations, physics, files. */
#ifndef DIFFTAPE_DIFFTAPE_H
#define DIFFTAPE_DIFFTAPE_H

#include <difftape/array.h>
#include <difftape/base.h>
#include <difftape/dtype.h>
#include <difftape/status.h>

#include <difftape/checkpoint.h>
#include <difftape/gradcheck.h>
#include <difftape/linalg.h>
#include <difftape/op.h>
#include <difftape/ops.h>
#include <difftape/tape.h>

#include <difftape/crystal.h>
#include <difftape/gnm.h>
#include <difftape/map_utils.h>
#include <difftape/one_phonon.h>
#include <difftape/scatter.h>

#include <difftape/config.h>
#include <difftape/npy.h>
#include <difftape/picture.h>
#include <difftape/progress.h>
#include <difftape/structure.h>

#endif
