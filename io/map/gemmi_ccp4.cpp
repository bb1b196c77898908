/* gemmi_ccp4.cpp - the header of a CCP4 map, made by gemmi. */
#include "gemmi_ccp4.h"

#include <gemmi/ccp4.hpp>

#include <cstdlib>
#include <cstring>
#include <new>

namespace {

gemmi::Ccp4<float> make_header(const dti_ccp4_box &box) {
    gemmi::Ccp4<float> map;
    map.grid.unit_cell.set(box.cell[0], box.cell[1], box.cell[2], box.cell[3], box.cell[4],
                           box.cell[5]);
    map.grid.spacegroup = gemmi::find_spacegroup_by_number(1);
    map.grid.nu = box.n[0]; /* without memory for data: those come from us */
    map.grid.nv = box.n[1];
    map.grid.nw = box.n[2];
    map.grid.axis_order = gemmi::AxisOrder::XYZ;
    map.prepare_ccp4_header_except_mode_and_stats();
    map.set_header_i32(4, 2); /* float32 */
    map.set_header_3i32(5, box.start[0], box.start[1], box.start[2]);
    map.set_header_3i32(8, box.samples[0], box.samples[1], box.samples[2]);
    map.set_header_float(20, float(box.low));
    map.set_header_float(21, float(box.high));
    map.set_header_float(22, float(box.mean));
    map.set_header_float(55, float(box.rms));
    map.set_header_i32(56, box.n_labels);
    for (int i = 0; i < DTI_CCP4_LABELS; ++i) {
        std::string label = i < box.n_labels ? box.label[i] : "";
        label.resize(DTI_CCP4_LABEL, ' ');
        map.set_header_str(57 + 20 * i, label);
    }
    return map;
}

} // namespace

dt_status dti_gemmi_ccp4_header(const dti_ccp4_box *box, void **ret_bytes, size_t *ret_size,
                                dt_error *error) {
    try {
        const gemmi::Ccp4<float> map = make_header(*box);
        const size_t size = map.ccp4_header.size() * sizeof map.ccp4_header[0];
        void *bytes = std::malloc(size);
        if (bytes == nullptr)
            throw std::bad_alloc();
        std::memcpy(bytes, map.ccp4_header.data(), size);
        *ret_bytes = bytes;
        *ret_size = size;
        return DT_OK;
    } catch (const std::bad_alloc &) {
        return dt_error_set(error, DT_ERR_MEMORY, "no memory for the header of a CCP4 map");
    } catch (const std::exception &e) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "gemmi cannot make a CCP4 map: %s", e.what());
    } catch (...) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "gemmi cannot make a CCP4 map");
    }
}
