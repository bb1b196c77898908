/* hedm.h - high-energy diffraction microscopy: from cells and orientations to spots. */
#ifndef DIFFTAPE_HEDM_H
#define DIFFTAPE_HEDM_H

#include <difftape/detector.h>
#include <difftape/hedm_conventions.h>
#include <difftape/lattice.h>
#include <difftape/orientation.h>
#include <difftape/oscillation.h>
#include <difftape/refinement.h>
#include <difftape/reflections.h>
#include <difftape/spot_losses.h>

#endif
