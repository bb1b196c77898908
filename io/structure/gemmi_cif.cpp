/* gemmi_cif.cpp - mmCIF files: every number checked, then gemmi makes a model of what is needed. */
#include "gemmi_cif.h"

#include "gemmi_atoms.h"

#include <gemmi/cif.hpp>
#include <gemmi/mmcif.hpp>

#include <cctype>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

namespace cif = gemmi::cif;

namespace {

/* Why a file is refused, with the line where one is at fault. */
struct Refusal : std::runtime_error {
    int64_t line;
    explicit Refusal(const std::string &rule, int64_t at = -1)
        : std::runtime_error(rule), line(at) {
    }
};

/* gemmi reads a damaged number as NaN or a default. This takes plain decimals, with the standard
 * uncertainty in brackets that CIF allows: -12.5(3). */
bool is_number(const std::string &value) {
    size_t i = value[0] == '+' || value[0] == '-';
    int digits = 0, points = 0;
    for (; i < value.size() && (std::isdigit((unsigned char)value[i]) || value[i] == '.'); ++i)
        ++(value[i] == '.' ? points : digits);
    if (digits == 0 || points > 1)
        return false;
    if (i < value.size() && value[i] == '(') {
        size_t first = ++i;
        while (i < value.size() && std::isdigit((unsigned char)value[i]))
            ++i;
        return i > first && i + 1 == value.size() && value[i] == ')';
    }
    return i == value.size();
}

void check_number(const std::string &value, const std::string &tag, const std::string &owner,
                  int64_t line) {
    if (cif::is_null(value))
        throw Refusal(owner + tag + " is missing", line);
    if (!is_number(value))
        throw Refusal(owner + tag + " '" + value.substr(0, 40) + "' is not a plain decimal number",
                      line);
}

/* The rest of a file (authors, assemblies, links) is not needed, and gemmi need not read it. */
bool is_needed(const cif::Item &item) {
    static const char *const prefixes[] = {"_atom_site.", "_atom_site_anisotrop.", "_entity.",
                                           "_struct_asym."};
    if (item.type != cif::ItemType::Pair && item.type != cif::ItemType::Loop)
        return false;
    for (const char *prefix : prefixes)
        if (item.has_prefix(prefix))
            return true;
    return false;
}

/* -- cell and space group ---------------------------------------------------------------------- */

void read_cell(cif::Block &block, dti_cif_text *text) {
    static const char *const names[] = {"length_a",    "length_b",   "length_c",
                                        "angle_alpha", "angle_beta", "angle_gamma"};
    for (int i = 0; i < 6; ++i) {
        const std::string tag = std::string("_cell.") + names[i];
        cif::Column column = block.find_values(tag);
        if (column.length() != 1 || cif::is_null(column.at(0)))
            throw Refusal("no " + tag +
                          ", so the unit cell is unknown (an NMR, electron-microscopy "
                          "or predicted model?)");
        check_number(column.at(0), tag, "", -1);
        text->cell[i] = cif::as_number(column.at(0));
    }
}

void read_group(cif::Block &block, dti_cif_text *text) {
    for (const char *tag : {"_symmetry.space_group_name_H-M", "_space_group.name_H-M_alt"}) {
        cif::Column column = block.find_values(tag);
        if (column.length() == 0 || cif::is_null(column.at(0)))
            continue;
        const std::string symbol = column.str(0);
        if (symbol.size() >= sizeof text->space_group)
            throw Refusal("unknown space group '" + symbol.substr(0, 60) + "' in " + tag);
        std::memcpy(text->space_group, symbol.c_str(), symbol.size() + 1);
        return;
    }
}

/* -- atoms ------------------------------------------------------------------------------------- */

/* Line of the loop that holds a table, the best that is known of a row. */
int64_t line_of(const cif::Table &table) {
    return table.loop_item != nullptr ? table.loop_item->line_number : -1;
}

void check_atoms(cif::Block &block) {
    static const char *const needed[] = {
        "id",      "type_symbol", "label_alt_id", "label_asym_id",  "Cartn_x",
        "Cartn_y", "Cartn_z",     "occupancy",    "B_iso_or_equiv", "auth_seq_id"};
    std::vector<std::string> tags(std::begin(needed), std::end(needed));
    for (const std::string &tag : tags)
        if (!block.has_tag("_atom_site." + tag))
            throw Refusal("the table of atoms has no _atom_site." + tag);
    tags.push_back("?pdbx_PDB_model_num");
    tags.push_back("?ccp4_hd_mixture");
    enum { X = 4, Y, Z, OCCUPANCY, B, MODEL = 10, MIXTURE = 11 };
    cif::Table table = block.find("_atom_site.", tags);
    if (!table.ok() || table.length() == 0)
        throw Refusal("no atoms in _atom_site");
    const int64_t line = line_of(table);
    const std::string first = table[0].has(MODEL) ? table[0].str(MODEL) : "";
    for (auto row : table) {
        if (row.has(MODEL) && row.str(MODEL) != first)
            continue; /* only the first model is used */
        const std::string owner = "atom id " + row.str(0).substr(0, 20) + ": ";
        for (int column : {int(X), int(Y), int(Z), int(B)})
            check_number(row[column], needed[column], owner, line);
        if (!cif::is_null(row[OCCUPANCY]))
            check_number(row[OCCUPANCY], "occupancy", owner, line);
        if (row[OCCUPANCY][0] == '-' && cif::as_number(row[OCCUPANCY]) < 0)
            throw Refusal(owner + "occupancy " + row.str(OCCUPANCY) + " is negative", line);
        if (row.has(MIXTURE) && (!cif::is_null(row[MIXTURE]) || row.str(1) == "H"))
            check_number(row[MIXTURE], "ccp4_hd_mixture", owner, line);
    }
}

void check_tensors(cif::Block &block) {
    std::vector<std::string> tags = {"id",      "U[1][1]", "U[2][2]", "U[3][3]",
                                     "U[1][2]", "U[1][3]", "U[2][3]"};
    cif::Table table = block.find("_atom_site_anisotrop.", tags);
    const int64_t line = line_of(table);
    for (auto row : table)
        for (int i = 1; i < 7; ++i)
            check_number(row[i], tags[size_t(i)],
                         "anisotropic tensor of atom id " + row.str(0).substr(0, 20) + ": ", line);
}

/* The first block that has a table of atoms, without what is not needed. */
cif::Block take_block(cif::Document &document, dti_cif_text *text) {
    for (cif::Block &block : document.blocks) {
        if (!block.has_tag("_atom_site.Cartn_x") && !block.has_tag("_atom_site.id"))
            continue;
        read_cell(block, text);
        read_group(block, text);
        cif::Block kept(block.name);
        for (cif::Item &item : block.items)
            if (is_needed(item))
                kept.items.push_back(std::move(item));
        return kept;
    }
    throw Refusal("no table _atom_site, so there is no structure in this mmCIF file (are these "
                  "structure factors, or restraints?)");
}

void read(const char *data, size_t size, dti_cif_text *text) {
    cif::Document document = cif::read_memory(data, size, "");
    cif::Block block = take_block(document, text);
    check_atoms(block);
    check_tensors(block);
    gemmi::Structure structure = gemmi::make_structure_from_block(block);
    text->n_models = int64_t(structure.models.size());
    const std::vector<dti_gemmi_atom> atoms = dti_atoms_of_model(structure.models.at(0));
    text->atoms = dti_copy_atoms(atoms);
    text->n_atoms = int64_t(atoms.size());
}

dt_status refuse(dt_error *error, const char *name, const char *rule, int64_t line) {
    const bool first = error != nullptr && error->status == DT_OK;
    if (line < 0)
        return dt_error_set(error, DT_ERR_FORMAT, "%s: %s", name, rule);
    dt_error_set(error, DT_ERR_FORMAT, "%s: %s (table at line %lld)", name, rule, (long long)line);
    if (first)
        error->index = line;
    return DT_ERR_FORMAT;
}

} // namespace

bool dti_is_cif(const char *data, size_t size) {
    size_t i = size >= 3 && std::memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    for (; i < size; ++i) {
        if (data[i] == '#')
            while (i < size && data[i] != '\n')
                ++i;
        else if (!std::isspace((unsigned char)data[i]))
            break;
    }
    static const char word[] = "data_";
    for (size_t j = 0; j < 5; ++j)
        if (i + j >= size || std::tolower((unsigned char)data[i + j]) != word[j])
            return false;
    return true;
}

dt_status dti_cif_read(const char *data, size_t size, const char *name, dti_cif_text *ret_text,
                       dt_error *error) {
    std::memset(ret_text, 0, sizeof *ret_text);
    if (size >= 3 && std::memcmp(data, "\xef\xbb\xbf", 3) == 0)
        data += 3, size -= 3;
    const void *zero = std::memchr(data, '\0', size);
    if (zero != nullptr)
        return dt_error_set(error, DT_ERR_FORMAT,
                            "%s: a zero byte at offset %lld: this mmCIF file is damaged", name,
                            (long long)(static_cast<const char *>(zero) - data));
    try {
        read(data, size, ret_text);
        return DT_OK;
    } catch (const std::bad_alloc &) {
        return dt_error_set(error, DT_ERR_MEMORY, "%s: no memory for its atoms", name);
    } catch (const Refusal &e) {
        return refuse(error, name, e.what(), e.line);
    } catch (const tao::pegtl::parse_error &e) {
        const int64_t line = e.positions().empty() ? -1 : int64_t(e.positions().front().line);
        dt_status status = dt_error_set(error, DT_ERR_FORMAT, "%s: line %lld: not mmCIF: %s", name,
                                        (long long)line, std::string(e.message()).c_str());
        if (error != nullptr && error->index < 0)
            error->index = line;
        return status;
    } catch (const std::exception &e) {
        return dt_error_set(error, DT_ERR_FORMAT, "%s: gemmi cannot read the atoms: %s", name,
                            e.what());
    } catch (...) {
        return dt_error_set(error, DT_ERR_FORMAT, "%s: gemmi cannot read the atoms", name);
    }
}
