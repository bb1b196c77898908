/* output.c - the map, in the format its name asks for, and a layer of it as .png. */
#include "run.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static int code_of(const struct run *r) {
    return r->error.status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
}

/* What was read is hashed before the computation: it may be gone, or another, afterwards. */
static dt_status describe(struct run *r) {
    const char *inputs[INPUT_FILES];
    char *options = NULL;
    settings_inputs(r->settings, inputs);
    dt_status status = dt_options_write_json(r->settings->options, &options, &r->error);
    if (status == DT_OK) {
        status = dt_provenance_json(&(dt_provenance){.program = "onephonon",
                                                     .options = options,
                                                     .inputs = inputs,
                                                     .n_inputs = INPUT_FILES,
                                                     .threads = dt_get_threads()},
                                    &r->provenance, &r->error);
    }
    free(options);
    return status;
}

int output_open(struct run *r, dt_hkl_writer **ret_writer) {
    const struct settings *s = r->settings;
    if ((s->output != NULL || s->profile != NULL) && describe(r) != DT_OK) {
        return exit_code_of(r->error.status);
    }
    if (try_output(s->picture, &r->error) == DT_OK && try_output(s->profile, &r->error) == DT_OK &&
        (s->output == NULL || dt_hkl_map_create(ret_writer, s->output, &r->error) == DT_OK)) {
        return 0;
    }
    return code_of(r);
}

/* -- the map ----------------------------------------------------------------------------------- */

/* The provenance with what only this program knows; NULL without memory. Release with free. A run
 * that is to be reproduced (SOURCE_DATE_EPOCH) does not say how long it took. */
static char *make_meta(const struct run *r) {
    cJSON *meta = cJSON_Parse(r->provenance);
    char *text = NULL;
    double seconds = 0;
    for (int stage = 0; stage < STAGE_WRITE; stage++) {
        seconds += r->seconds[stage];
    }
    const char *units =
        r->settings->spring_unit == DT_SPRING_SI  ? "e^2 per unit cell, springs in N/m"
        : settings_needs_temperature(r->settings) ? "e^2 per unit cell, springs in kT/A^2"
                                                  : "e^2 per unit cell, springs in kT/A^2, kT = 1";
    if (meta != NULL && cJSON_AddStringToObject(meta, "structure", r->settings->structure) &&
        cJSON_AddNumberToObject(meta, "structure_bytes", (double)r->input_bytes) &&
        cJSON_AddStringToObject(meta, "space_group", r->structure->space_group) &&
        cJSON_AddStringToObject(meta, "units", units) &&
        (cJSON_GetObjectItem(meta, "date") != NULL ||
         cJSON_AddNumberToObject(meta, "seconds", seconds))) {
        text = cJSON_PrintUnformatted(meta);
    }
    cJSON_Delete(meta);
    return text;
}

/* Miller indices along the axes, or of all points, computed from q where those were given. */
static dt_status set_positions(struct run *r, dt_hkl_map *map) {
    if (r->list.data != NULL) {
        map->points = r->list;
        return DT_OK;
    }
    dt_grid_axis axes[3];
    settings_axes(r->settings, axes, NULL);
    for (int d = 0; d < 3; d++) {
        if (dt_array_new(&map->axis[d], DT_F64, 1, &axes[d].n, &r->error) != DT_OK) {
            return r->error.status;
        }
        for (int64_t i = 0; i < axes[d].n; i++) {
            ((double *)map->axis[d].data)[i] = dt_axis_miller(&axes[d], i);
        }
    }
    return DT_OK;
}

/* What goes with the map: gradients, springs, displacements of the model. */
struct extra {
    int64_t n;
    dt_named_array array[MOST_PARAMETERS + 2];
};

static void add(struct extra *e, const char *name, dt_array array) {
    e->array[e->n++] = (dt_named_array){name, array};
}

static void add_all(struct extra *e, const struct run *r) {
    if (r->settings->general != NULL) {
        add(e, "springs", r->springs_start);
    }
    for (int i = 0; i < r->n_parameters; i++) {
        add(e, r->parameter[i].name, dt_array_of(dt_gradient(r->parameter[i].x)));
    }
    if (r->settings->adp == ADP_MODEL || r->settings->adp == ADP_MODEL_TENSORS) {
        const dt_array u = dt_array_of(r->u);
        add(e, u.ndim == 1 ? "u_iso" : "u", u);
    }
}

int output_write(struct run *r, dt_hkl_writer *writer) {
    if (writer == NULL) {
        return 0;
    }
    struct extra extra = {0};
    add_all(&extra, r);
    char *meta = make_meta(r);
    dt_hkl_map map = {.intensity = dt_array_of(r->intensity),
                      .space_group = r->structure->space_group,
                      .title = "onephonon: one-phonon diffuse intensity",
                      .units = "e^2 per unit cell",
                      .provenance = meta,
                      .extra = extra.array,
                      .n_extra = extra.n};
    map.valid = dt_array_wrap(DT_BOOL, map.intensity.ndim, map.intensity.shape,
                              dt_phonon_map_valid(r->map));
    memcpy(map.cell, r->crystal->cell.parameters, sizeof map.cell);
    if (meta == NULL) {
        dt_error_set(&r->error, DT_ERR_MEMORY, "no memory for the description of the map");
    }
    if (meta != NULL && set_positions(r, &map) == DT_OK) {
        dt_hkl_map_finish(writer, &map, &r->error);
    } else {
        dt_hkl_map_abort(writer);
    }
    for (int d = 0; d < 3; d++) {
        dt_array_free(&map.axis[d]);
    }
    free(meta);
    return r->error.status == DT_OK ? 0 : code_of(r);
}

/* -- the picture ------------------------------------------------------------------------------- */

int output_picture(struct run *r) {
    const struct settings *s = r->settings;
    if (s->picture == NULL) {
        return 0;
    }
    dt_grid_axis axes[3];
    settings_axes(s, axes, NULL);
    const struct layer_cut at = layer_cut(s->layer, axes);
    const dt_array map = dt_array_of(r->intensity);
    const dt_array mask = dt_array_wrap(DT_BOOL, 3, map.shape, dt_phonon_map_valid(r->map));
    const dt_array values = layer_of(&at, &map), valid = layer_of(&at, &mask);

    dt_picture_options o = dt_picture_defaults();
    char title[256];
    o.value_title = "I (e^{2} per cell)";
    o.comment = r->provenance;
    if (layer_describe(&at, &r->crystal->cell, axes, s->structure, r->structure->space_group,
                       "one-phonon diffuse intensity", title, &o, &r->error) != DT_OK ||
        dt_picture_write(s->picture, &values, &valid, &o, &r->error) != DT_OK) {
        r->picture_failed = true;
        if (s->output != NULL) {
            dt_error_context(&r->error, "the map is complete in %s, but not its picture",
                             s->output);
        }
        return code_of(r);
    }
    return 0;
}
