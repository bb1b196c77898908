/* gemmi_bridge.cpp - PDB atoms, elements, form factors and space groups from gemmi. */
#include "gemmi_atoms.h"

#include <gemmi/it92.hpp>
#include <gemmi/pdb.hpp>
#include <gemmi/polyheur.hpp>
#include <gemmi/symmetry.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

/* The parts of one chain (protein first, its waters at the end of the file) in file order. */
struct MergedChain {
    std::string name;
    std::vector<gemmi::Residue *> residues;
};

std::vector<MergedChain> merge_chains(gemmi::Model &model) {
    std::vector<MergedChain> merged;
    std::unordered_map<std::string, size_t> place;
    for (gemmi::Chain &part : model.chains) {
        auto found = place.emplace(part.name, merged.size());
        if (found.second)
            merged.push_back({part.name, {}});
        for (gemmi::Residue &residue : part.residues)
            merged[found.first->second].residues.push_back(&residue);
    }
    return merged;
}

bool has_altloc(const gemmi::Residue &residue) {
    for (const gemmi::Atom &atom : residue.atoms)
        if (atom.has_altloc())
            return true;
    return false;
}

/* Like gemmi's remove_alternative_conformations, but a repetition without any label is not an
 * alternative: files without chain names or with residue numbers that start again repeat them. */
std::vector<bool> alternative_residues(const MergedChain &chain) {
    std::vector<bool> alternative(chain.residues.size());
    std::set<std::pair<int, int>> seen; /* gemmi's SeqId does not order blank numbers */
    for (size_t i = 0; i < chain.residues.size(); ++i) {
        const gemmi::SeqId &id = chain.residues[i]->seqid;
        const bool repeated = !seen.emplace(int(id.num), id.icode | 0x20).second;
        alternative[i] = repeated && has_altloc(*chain.residues[i]);
    }
    return alternative;
}

std::vector<bool> alternative_atoms(const gemmi::Residue &residue) {
    std::vector<bool> alternative(residue.atoms.size());
    std::map<std::string, bool> labelled;
    for (size_t i = 0; i < residue.atoms.size(); ++i) {
        const gemmi::Atom &atom = residue.atoms[i];
        auto first = labelled.emplace(atom.name, atom.has_altloc());
        alternative[i] = !first.second && (atom.has_altloc() || first.first->second);
    }
    return alternative;
}

/* gemmi's rule for the kind of polymer, on what is left without alternatives and waters: else a
 * chain with more waters than amino acids would not count as a peptide. */
gemmi::PolymerType polymer_type(const MergedChain &chain, const std::vector<bool> &alternative) {
    gemmi::Chain dry(chain.name);
    for (size_t i = 0; i < chain.residues.size(); ++i)
        if (!alternative[i] && !chain.residues[i]->is_water())
            dry.residues.push_back(*chain.residues[i]);
    return gemmi::check_polymer_type(dry.whole());
}

/* An amino acid or a nucleotide in an ATOM record; by its CA or P where gemmi has no such name. */
bool is_monomer(const gemmi::Residue &residue) {
    if (residue.het_flag != 'A')
        return false;
    const gemmi::ResidueInfo info = gemmi::find_tabulated_residue(residue.name);
    return info.found() ? info.is_amino_acid() || info.is_nucleic_acid()
                        : residue.get_ca() != nullptr || residue.get_p() != nullptr;
}

/* gemmi calls everything behind a chain's first TER a ligand, but some programs put a TER at every
 * break of a chain, or write several chains under one name. */
bool is_ligand(const gemmi::Residue &residue, gemmi::PolymerType type) {
    if (residue.is_water())
        return false;
    if (residue.entity_type == gemmi::EntityType::NonPolymer && is_monomer(residue))
        return false;
    if (residue.entity_type == gemmi::EntityType::Unknown)
        return !gemmi::is_polymer_residue(residue, type);
    return residue.entity_type != gemmi::EntityType::Polymer;
}

void fill_element(gemmi::Element element, dti_gemmi_atom *ret) {
    ret->atomic_number = element.atomic_number();
    ret->mass = element.weight();
    std::snprintf(ret->element, sizeof ret->element, "%s", element.name());
    /* For an unknown element gemmi has the coefficients of oxygen: atomic_number 0 tells. */
    ret->has_form_factor = gemmi::IT92<double>::has(element);
    if (!ret->has_form_factor)
        return;
    const auto &f = gemmi::IT92<double>::get(element);
    for (int i = 0; i < 4; ++i) {
        ret->ff_a[i] = f.a(i);
        ret->ff_b[i] = f.b(i);
    }
    ret->ff_c = f.c();
}

/* gemmi has floats, and those of a PDB file are off by one place more. Files have whole numbers of
 * 1e-4 A^2; mmCIF may have more digits. */
double as_written(float u) {
    const double rounded = std::round(double(u) * 1e4) / 1e4;
    return std::fabs(rounded - double(u)) <= 2e-7 * std::fabs(rounded) ? rounded : double(u);
}

dti_gemmi_atom describe(const std::string &chain, const gemmi::Residue &residue,
                        const gemmi::Atom &atom) {
    dti_gemmi_atom ret;
    std::memset(&ret, 0, sizeof ret);
    ret.xyz[0] = atom.pos.x;
    ret.xyz[1] = atom.pos.y;
    ret.xyz[2] = atom.pos.z;
    ret.b_iso = atom.b_iso;
    ret.occupancy = atom.occ;
    ret.serial = atom.serial;
    const float aniso[6] = {atom.aniso.u11, atom.aniso.u22, atom.aniso.u33,
                            atom.aniso.u12, atom.aniso.u13, atom.aniso.u23};
    for (int i = 0; i < 6; ++i)
        ret.aniso[i] = as_written(aniso[i]);
    ret.is_hydrogen = atom.is_hydrogen();
    fill_element(atom.element, &ret);
    std::snprintf(ret.label, sizeof ret.label, "%s/%s %s/%s", chain.c_str(), residue.name.c_str(),
                  residue.seqid.str().c_str(), atom.name.c_str());
    return ret;
}

void append_chain(const MergedChain &chain, int number, int &residues,
                  std::vector<dti_gemmi_atom> &atoms) {
    const std::vector<bool> residue_is_alternative = alternative_residues(chain);
    const gemmi::PolymerType type = polymer_type(chain, residue_is_alternative);
    for (size_t i = 0; i < chain.residues.size(); ++i) {
        const gemmi::Residue &residue = *chain.residues[i];
        const std::vector<bool> atom_is_alternative = alternative_atoms(residue);
        const bool ligand = is_ligand(residue, type);
        for (size_t j = 0; j < residue.atoms.size(); ++j) {
            dti_gemmi_atom atom = describe(chain.name, residue, residue.atoms[j]);
            atom.chain = number;
            atom.residue = residues;
            atom.is_altloc = residue_is_alternative[i] || atom_is_alternative[j];
            atom.is_water = residue.is_water();
            atom.is_ligand = ligand;
            atoms.push_back(atom);
        }
        ++residues;
    }
}

} // namespace

static dt_status copy_group(const gemmi::SpaceGroup *group, dti_gemmi_group *ret_group) {
    if (group == nullptr)
        return DT_ERR_FORMAT;
    const gemmi::GroupOps ops = group->operations();
    if (ops.order() > DTI_MAX_OPERATORS)
        return DT_ERR_FORMAT;
    std::snprintf(ret_group->name, sizeof ret_group->name, "%s", group->xhm().c_str());
    ret_group->number = group->number;
    ret_group->n_ops = 0;
    for (const gemmi::Op op : ops) {
        for (int i = 0; i < 3; ++i) {
            for (int j = 0; j < 3; ++j)
                ret_group->rot[ret_group->n_ops][3 * i + j] = op.rot[i][j] / gemmi::Op::DEN;
            ret_group->tran[ret_group->n_ops][i] = double(op.tran[i]) / gemmi::Op::DEN;
        }
        ++ret_group->n_ops;
    }
    return DT_OK;
}

std::vector<dti_gemmi_atom> dti_atoms_of_model(gemmi::Model &model) {
    std::vector<dti_gemmi_atom> atoms;
    int chains = 0, residues = 0;
    for (const MergedChain &chain : merge_chains(model))
        append_chain(chain, chains++, residues, atoms);
    return atoms;
}

dti_gemmi_atom *dti_copy_atoms(const std::vector<dti_gemmi_atom> &atoms) {
    const size_t bytes = atoms.size() * sizeof(dti_gemmi_atom);
    dti_gemmi_atom *copy = static_cast<dti_gemmi_atom *>(std::malloc(bytes + 1));
    if (copy == nullptr)
        throw std::bad_alloc();
    if (bytes != 0)
        std::memcpy(copy, atoms.data(), bytes);
    return copy;
}

dt_status dti_gemmi_space_group(const char *symbol, double alpha, double gamma,
                                dti_gemmi_group *ret_group) {
    try {
        return copy_group(gemmi::find_spacegroup_by_name(symbol, alpha, gamma), ret_group);
    } catch (const std::bad_alloc &) {
        return DT_ERR_MEMORY;
    } catch (...) {
        return DT_ERR_FORMAT;
    }
}

dt_status dti_gemmi_space_group_number(int number, dti_gemmi_group *ret_group) {
    try {
        return copy_group(gemmi::find_spacegroup_by_number(number), ret_group);
    } catch (const std::bad_alloc &) {
        return DT_ERR_MEMORY;
    } catch (...) {
        return DT_ERR_FORMAT;
    }
}

double dti_gemmi_number(const char *field, int width) {
    double number = 0;
    gemmi::fast_from_chars(field, field + width, number);
    return number;
}

dt_status dti_gemmi_atoms(const char *records, size_t size, dti_gemmi_atom **ret_atoms,
                          int64_t *ret_n, dt_error *error) {
    try {
        gemmi::Structure structure = gemmi::read_pdb_from_memory(records, size, "structure");
        const std::vector<dti_gemmi_atom> atoms = dti_atoms_of_model(structure.models.at(0));
        *ret_atoms = dti_copy_atoms(atoms);
        *ret_n = static_cast<int64_t>(atoms.size());
        return DT_OK;
    } catch (const std::bad_alloc &) {
        return dt_error_set(error, DT_ERR_MEMORY, "no memory for the atoms in %zu bytes of text",
                            size);
    } catch (const std::exception &e) {
        return dt_error_set(error, DT_ERR_FORMAT, "gemmi cannot read the atoms: %s", e.what());
    } catch (...) {
        return dt_error_set(error, DT_ERR_FORMAT, "gemmi cannot read the atoms");
    }
}
