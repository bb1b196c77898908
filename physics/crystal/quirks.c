/* quirks.c - the presets as sets of flags, and the names of the flags. */
#include <difftape/quirks.h>

/* What both programs do. */
enum {
    BOTH = DT_QUIRK_REMARK_290 | DT_QUIRK_SCALE_RECORD | DT_QUIRK_PACKING | DT_QUIRK_PACKED_TWICE |
           DT_QUIRK_CELLS_27 | DT_QUIRK_GRID_TRUNCATED | DT_QUIRK_K_OF_INDEX | DT_QUIRK_K_SIGN |
           DT_QUIRK_ADP_LINEAR | DT_QUIRK_ADP_SCALE
};

unsigned dt_preset_quirks(dt_preset preset) {
    switch (preset) {
    case DT_PRESET_ERYX: return BOTH | DT_QUIRK_CUMULATIVE_A | DT_QUIRK_ACOUSTIC_1E12;
    case DT_PRESET_ERYX_TORCH:
        return BOTH | DT_QUIRK_NO_2PI | DT_QUIRK_ACOUSTIC_1E6 | DT_QUIRK_MASS_EPSILON |
               DT_QUIRK_PINV_EPSILON;
    default: return 0;
    }
}

const char *dt_quirk_name(unsigned quirk) {
    static const char *const names[DT_QUIRK_COUNT] = {
        "REMARK_290", "SCALE_RECORD",   "PACKING",       "PACKED_TWICE",
        "CELLS_27",   "GRID_TRUNCATED", "K_OF_INDEX",    "K_SIGN",
        "NO_2PI",     "CUMULATIVE_A",   "ACOUSTIC_1E12", "ACOUSTIC_1E6",
        "ADP_LINEAR", "ADP_SCALE",      "MASS_EPSILON",  "PINV_EPSILON"};
    for (int i = 0; i < DT_QUIRK_COUNT; i++) {
        if (quirk == 1u << i) {
            return names[i];
        }
    }
    return "?";
}
