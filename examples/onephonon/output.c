/* output.c - the map as .npz and a layer of it as .png. */
#include "run.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int output_open(struct run *r, dt_npz_writer **ret_writer) {
    const char *path = r->settings->output, *picture = r->settings->picture;
    dt_npz_writer *trial = NULL; /* a file begun and given up: can the picture be written there? */
    if ((picture == NULL || dt_npz_create(&trial, picture, &r->error) == DT_OK) &&
        (path == NULL || dt_npz_create(ret_writer, path, &r->error) == DT_OK)) {
        dt_npz_abort(trial);
        return 0;
    }
    dt_npz_abort(trial);
    return r->error.status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
}

/* -- the archive ------------------------------------------------------------------------------- */

/* Where the numbers come from, as JSON; NULL without memory. Release with free. */
static char *make_meta(const struct run *r) {
    cJSON *meta = cJSON_CreateObject();
    char *options = NULL, *text = NULL;
    if (meta != NULL && dt_options_write_json(r->settings->options, &options, NULL) == DT_OK) {
        cJSON_AddStringToObject(meta, "program", "onephonon");
        cJSON_AddStringToObject(meta, "difftape", DT_VERSION);
        cJSON_AddStringToObject(meta, "structure", r->settings->structure);
        cJSON_AddNumberToObject(meta, "structure_bytes", (double)r->input_bytes);
        cJSON_AddStringToObject(meta, "space_group", r->structure->space_group);
        cJSON_AddStringToObject(meta, "units", "e^2 per unit cell, springs in kT/A^2, kT = 1");
        cJSON_AddItemToObject(meta, "options", cJSON_Parse(options));
        cJSON_AddNumberToObject(meta, "threads", dt_get_threads());
        double seconds = 0;
        for (int stage = 0; stage < STAGE_WRITE; stage++) {
            seconds += r->seconds[stage];
        }
        cJSON_AddNumberToObject(meta, "seconds", seconds);
        text = cJSON_PrintUnformatted(meta);
    }
    free(options);
    cJSON_Delete(meta);
    return text;
}

/* The Miller indices along an axis. */
static dt_status add_axis(dt_npz_writer *writer, const char *name, const dt_grid_axis *axis,
                          dt_error *error) {
    dt_array h;
    if (dt_array_new(&h, DT_F64, 1, &axis->n, error) != DT_OK) {
        return error->status;
    }
    for (int64_t i = 0; i < axis->n; i++) {
        ((double *)h.data)[i] = dt_axis_miller(axis, i);
    }
    dt_npz_add(writer, name, &h);
    dt_array_free(&h);
    return DT_OK;
}

static dt_status add_meta(dt_npz_writer *writer, const struct run *r, dt_error *error) {
    char *meta = make_meta(r);
    if (meta == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "no memory for the description of the map");
    }
    dt_npz_add_bytes(writer, "meta", meta, strlen(meta));
    free(meta);
    return DT_OK;
}

static void add_gradient(dt_npz_writer *writer, const char *name, dt_tensor *parameter) {
    const dt_array gradient = dt_array_of(dt_gradient(parameter));
    dt_npz_add(writer, name, &gradient);
}

int output_write(struct run *r, dt_npz_writer *writer) {
    if (writer == NULL) {
        return 0;
    }
    dt_grid_axis axes[3];
    settings_axes(r->settings, axes, NULL);
    const dt_array intensity = dt_array_of(r->intensity);
    const dt_array valid =
        dt_array_wrap(DT_BOOL, 3, intensity.shape, dt_one_phonon_valid(r->model));
    const dt_array cell =
        dt_array_wrap(DT_F64, 1, (const int64_t[]){6}, r->crystal->cell.parameters);
    dt_npz_add(writer, "intensity", &intensity);
    dt_npz_add(writer, "valid", &valid);
    dt_npz_add(writer, "cell", &cell);
    if (add_axis(writer, "h", &axes[0], &r->error) != DT_OK ||
        add_axis(writer, "k", &axes[1], &r->error) != DT_OK ||
        add_axis(writer, "l", &axes[2], &r->error) != DT_OK ||
        add_meta(writer, r, &r->error) != DT_OK) {
        dt_npz_abort(writer);
        return EXIT_MEMORY;
    }
    if (r->cotangent.data != NULL) {
        add_gradient(writer, "grad_gamma_intra", r->gamma_intra);
        add_gradient(writer, "grad_gamma_inter", r->gamma_inter);
        if (r->settings->adp == ADP_DATA) {
            add_gradient(writer, "grad_u_iso", r->u_iso);
        }
        add_gradient(writer, "grad_xyz", r->xyz);
    }
    if (r->settings->adp == ADP_MODEL) {
        const dt_array u_iso = dt_array_of(r->u_iso);
        dt_npz_add(writer, "u_iso", &u_iso);
    }
    if (dt_npz_finish(writer, &r->error) == DT_OK) {
        return 0;
    }
    return r->error.status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
}

/* -- the picture ------------------------------------------------------------------------------- */

/* The axis a layer is cut across, and the two it is spanned by. */
static const struct {
    int normal, across, up;
} layers[] = {[LAYER_HK0] = {2, 0, 1}, [LAYER_H0L] = {1, 0, 2}, [LAYER_0KL] = {0, 1, 2}};
static const char *const axis_names[] = {"h", "k", "l"};

/* The point of an axis nearest to index 0. */
static int64_t nearest_to_zero(const dt_grid_axis *axis) {
    int64_t best = 0;
    for (int64_t i = 1; i < axis->n; i++) {
        if (fabs(dt_axis_miller(axis, i)) < fabs(dt_axis_miller(axis, best))) {
            best = i;
        }
    }
    return best;
}

/* A two-dimensional cut through a three-dimensional array. */
static dt_array cut(const dt_array *map, int normal, int64_t at, int across, int up) {
    dt_array layer = *map;
    layer.ndim = 2;
    layer.data = (char *)map->data + at * map->strides[normal] * (int64_t)dt_dtype_size(map->dtype);
    layer.shape[0] = map->shape[across];
    layer.shape[1] = map->shape[up];
    layer.strides[0] = map->strides[across];
    layer.strides[1] = map->strides[up];
    return layer;
}

int output_picture(struct run *r) {
    const struct settings *s = r->settings;
    if (s->picture == NULL) {
        return 0;
    }
    int normal = layers[s->layer].normal;
    int span[2] = {layers[s->layer].across, layers[s->layer].up};
    dt_grid_axis axes[3];
    settings_axes(s, axes, NULL);
    int64_t at = nearest_to_zero(&axes[normal]);
    const dt_array map = dt_array_of(r->intensity);
    const dt_array mask = dt_array_wrap(DT_BOOL, 3, map.shape, dt_one_phonon_valid(r->model));
    const dt_array values = cut(&map, normal, at, span[0], span[1]);
    const dt_array valid = cut(&mask, normal, at, span[0], span[1]);

    dt_picture_options o = dt_picture_defaults();
    char title[256];
    const char *name = strrchr(s->structure, '/');
    snprintf(title, sizeof title, "%s  %s, %s = %g: one-phonon diffuse intensity",
             name == NULL ? s->structure : name + 1, r->structure->space_group, axis_names[normal],
             dt_axis_miller(&axes[normal], at));
    o.title = title;
    o.value_title = "I (e^{2} per cell)";
    o.length_unit = "\xc3\x85^{-1}";
    double reciprocal[2][3]; /* q per unit of h, k or l */
    for (int d = 0; d < 2; d++) {
        double unit[3] = {0};
        unit[span[d]] = 1;
        dt_scattering_vector(&r->crystal->cell, unit, reciprocal[d]);
        o.axis[d].title = axis_names[span[d]];
        o.axis[d].first = dt_axis_miller(&axes[span[d]], 0);
        const dt_grid_axis *axis = &axes[span[d]];
        o.axis[d].step = axis->step != 0.0 ? axis->step : 1.0 / (double)axis->samples;
    }
    if (dt_picture_plane_basis(reciprocal[0], reciprocal[1], o.axis[0].basis, o.axis[1].basis,
                               &r->error) != DT_OK ||
        dt_picture_write(s->picture, &values, &valid, &o, &r->error) != DT_OK) {
        r->picture_failed = true;
        if (s->output != NULL) {
            dt_error_context(&r->error, "the map is complete in %s, but not its picture",
                             s->output);
        }
        return r->error.status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
    }
    return 0;
}
