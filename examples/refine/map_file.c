/* map_file.c - maps that are written: their format, their name, and where they are from. */
#include "refine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Is it an HDF5 file? By its content, as it is read. */
static bool is_hdf5(const char *path) {
    char start[8] = "";
    FILE *file = fopen(path, "rb");
    bool read = file != NULL && fread(start, 1, sizeof start, file) == sizeof start;
    if (file != NULL) {
        fclose(file);
    }
    return read && memcmp(start, "\x89HDF\r\n\x1a\n", sizeof start) == 0;
}

const char *map_file_name(const struct settings *s) {
    static const char *const names[] = {
        [MAP_NPZ] = "model.npz", [MAP_NEXUS] = "model.nxs", [MAP_CCP4] = "model.ccp4"};
    int format = s->map_format;
    if (format == MAP_AS_TARGET) {
        format = s->target != NULL && is_hdf5(s->target) ? MAP_NEXUS : MAP_NPZ;
    }
    return names[format];
}

/* What was read is hashed before the computation: it may be gone, or another, afterwards. */
int provenance_make(struct fit *f) {
    const struct settings *s = f->settings;
    const char *const inputs[] = {s->structure, s->target, s->config};
    const uint64_t seed = (uint64_t)s->seed;
    char *options = NULL;
    if (dt_options_write_json(s->options, &options, &f->error) == DT_OK) {
        const dt_provenance provenance = {.program = "refine",
                                          .options = options,
                                          .inputs = inputs,
                                          .n_inputs = 3,
                                          .threads = dt_get_threads(),
                                          .seed = s->simulate != NULL ? &seed : NULL};
        dt_provenance_json(&provenance, &f->provenance, &f->error);
    }
    free(options);
    return exit_code_of(f->error.status);
}

/* Miller indices along an axis. */
static dt_status make_axis(const dt_grid_axis *axis, dt_array *ret_h, dt_error *error) {
    dt_status status = dt_array_new(ret_h, DT_F64, 1, &axis->n, error);
    for (int64_t i = 0; status == DT_OK && i < axis->n; i++) {
        ((double *)ret_h->data)[i] = dt_axis_miller(axis, i);
    }
    return status;
}

int map_file_write(struct fit *f, const char *path, const char *title, const struct target *t) {
    dt_hkl_writer *writer = NULL;
    if (dt_hkl_map_create(&writer, path, &f->error) != DT_OK) {
        return exit_code_of(f->error.status);
    }
    dt_hkl_map map = {.intensity = dt_array_wrap(DT_F64, 3, t->shape, t->intensity),
                      .valid = dt_array_wrap(DT_BOOL, 3, t->shape, t->usable),
                      .space_group = f->structure->space_group,
                      .title = title,
                      .units = "e^2 per unit cell",
                      .provenance = f->provenance};
    if (t->has_sigma) {
        map.sigma = dt_array_wrap(DT_F64, 3, t->shape, t->sigma);
    }
    memcpy(map.cell, t->cell, sizeof map.cell);
    dt_status status = DT_OK;
    for (int d = 0; d < 3 && status == DT_OK; d++) {
        status = make_axis(&t->axes[d], &map.axis[d], &f->error);
    }
    if (status == DT_OK) {
        dt_hkl_map_finish(writer, &map, &f->error);
    } else {
        dt_hkl_map_abort(writer);
    }
    for (int d = 0; d < 3; d++) {
        dt_array_free(&map.axis[d]);
    }
    return exit_code_of(f->error.status);
}
