/* gemmi_atoms.h - what the C++ files share: the atoms of a model, whatever file it came from. */
#ifndef DTI_GEMMI_ATOMS_H
#define DTI_GEMMI_ATOMS_H

#include "gemmi_bridge.h"

#include <gemmi/model.hpp>

#include <vector>

/* Every atom with its classes, the parts of a chain put together. */
std::vector<dti_gemmi_atom> dti_atoms_of_model(gemmi::Model &model);

/* The same in memory of malloc, never NULL; throws bad_alloc. */
dti_gemmi_atom *dti_copy_atoms(const std::vector<dti_gemmi_atom> &atoms);

#endif
