/* ccp4.c - a map of reciprocal space as if it were one of a cell: Miller indices are fractional
 * coordinates, the cell is the reciprocal one on a scale that viewers are made for. */
#include "gemmi_ccp4.h"
#include "hkl_internal.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
/* Angstrom of the map's cell for 1/Angstrom of 1/d. */
#define SCALE 100.0
/* Points off their place by rounding, in steps. */
#define TOLERANCE 1e-6

/* -- geometry ---------------------------------------------------------------------------------- */

/* Lengths of a*, b*, c* in 1/A times SCALE, and their angles in degrees. */
static void reciprocal_cell(const double cell[6], double ret_cell[6]) {
    double c[3], s[3], volume = 1;
    for (int i = 0; i < 3; i++) {
        c[i] = cell[3 + i] == 90.0 ? 0.0 : cos(cell[3 + i] * (PI / 180));
        s[i] = sqrt(1 - c[i] * c[i]);
        volume -= c[i] * c[i];
    }
    volume = sqrt(volume + 2 * c[0] * c[1] * c[2]); /* of a cell with unit edges */
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        ret_cell[i] = SCALE * s[i] / (cell[i] * volume);
        double cosine = (c[j] * c[k] - c[i]) / (s[j] * s[k]);
        ret_cell[3 + i] = cosine == 0.0 ? 90.0 : acos(cosine) * (180 / PI);
    }
}

/* Points per unit and the number of the first one, if the axis is made of such. */
static bool whole_steps(const dt_array *axis, int *ret_samples, int *ret_start) {
    enum { MOST = 1000000, SEARCHED = 1000 };
    const double *x = axis->data;
    int64_t n = axis->shape[0], stride = axis->strides[0];
    double samples = 1;
    if (n > 1) {
        samples = round((double)(n - 1) / (x[(n - 1) * stride] - x[0]));
    } else {
        while (samples < SEARCHED && fabs(x[0] * samples - round(x[0] * samples)) > TOLERANCE) {
            samples++;
        }
    }
    double start = round(x[0] * samples);
    if (n > INT32_MAX || !(samples >= 1 && samples <= MOST) || fabs(start) > INT32_MAX) {
        return false;
    }
    for (int64_t i = 0; i < n; i++) {
        if (fabs(x[i * stride] * samples - (start + (double)i)) > TOLERANCE) {
            return false;
        }
    }
    *ret_samples = (int)samples;
    *ret_start = (int)start;
    return true;
}

static dt_status set_box(dti_ccp4_box *box, const dt_hkl_map *map, dt_error *error) {
    if (!(map->cell[0] > 0)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "a CCP4 map needs the unit cell, which is not known");
    }
    reciprocal_cell(map->cell, box->cell);
    for (int d = 0; d < 3; d++) {
        if (!whole_steps(&map->axis[d], &box->samples[d], &box->start[d])) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "a CCP4 map has points at multiples of 1/N only, but axis %c "
                                "begins at %g and its steps do not fit (hint: choose a lower limit "
                                "that is a multiple of the step, or another format)",
                                "hkl"[d], ((const double *)map->axis[d].data)[0]);
        }
        box->n[d] = (int)map->axis[d].shape[0];
    }
    return DT_OK;
}

/* -- labels ------------------------------------------------------------------------------------ */

/* One more line of the header, cut where it is too long. */
static void add_label(dti_ccp4_box *box, const char *text) {
    if (box->n_labels < DTI_CCP4_LABELS) {
        snprintf(box->label[box->n_labels++], DTI_CCP4_LABEL + 1, "%.*s", DTI_CCP4_LABEL, text);
    }
}

/* The hash takes 64 letters, so of the name only its end has room. */
static void add_input(dti_ccp4_box *box, const cJSON *input) {
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(input, "file");
    const cJSON *hash = cJSON_GetObjectItemCaseSensitive(input, "sha256");
    if (!cJSON_IsString(name) || !cJSON_IsString(hash)) {
        return;
    }
    const char *slash = strrchr(name->valuestring, '/');
    const char *file = slash != NULL ? slash + 1 : name->valuestring;
    char text[DTI_CCP4_LABEL + 1];
    snprintf(text, sizeof text, "%.64s sha256 %.8s", hash->valuestring, file);
    add_label(box, text);
}

/* Option values as one text, in as many labels as are left. */
static void add_options(dti_ccp4_box *box, const cJSON *options) {
    char *text = cJSON_IsObject(options) ? cJSON_PrintUnformatted(options) : NULL;
    size_t length = text != NULL ? strlen(text) : 0;
    size_t room = (size_t)(DTI_CCP4_LABELS - box->n_labels) * DTI_CCP4_LABEL;
    if (length > room && room > 3) {
        memcpy(text + room - 3, "...", 4);
        length = room;
    }
    for (size_t at = 0; at < length; at += DTI_CCP4_LABEL) {
        char line[DTI_CCP4_LABEL + 1];
        snprintf(line, sizeof line, "%.*s", DTI_CCP4_LABEL, text + at);
        add_label(box, line);
    }
    free(text);
}

static void set_labels(dti_ccp4_box *box, const dt_hkl_map *map) {
    cJSON *run = map->provenance != NULL ? cJSON_Parse(map->provenance) : NULL;
    const cJSON *threads = cJSON_GetObjectItemCaseSensitive(run, "threads");
    const cJSON *seed = cJSON_GetObjectItemCaseSensitive(run, "seed");
    const cJSON *date = cJSON_GetObjectItemCaseSensitive(run, "date");
    char text[256];
    snprintf(text, sizeof text, "difftape %s: %s", DT_VERSION,
             map->title != NULL ? map->title : "map of reciprocal space");
    add_label(box, text);
    add_label(box, "x y z are h k l: fractional coordinates are Miller indices");
    add_label(box, "cell: a* b* c* times 100 A^2: 1 A here is 0.01 1/A of 1/d; no value: 0");
    snprintf(text, sizeof text, "threads %d, seed %.0f%s%s%s",
             cJSON_IsNumber(threads) ? threads->valueint : 0,
             cJSON_IsNumber(seed) ? seed->valuedouble : 0.0, cJSON_IsNumber(seed) ? "" : " (none)",
             cJSON_IsString(date) ? ", " : "", cJSON_IsString(date) ? date->valuestring : "");
    add_label(box, text);
    const cJSON *input, *inputs = cJSON_GetObjectItemCaseSensitive(run, "inputs");
    int left = 2; /* the rest is for options */
    cJSON_ArrayForEach(input, inputs) {
        if (left-- > 0) {
            add_input(box, input);
        }
    }
    add_options(box, cJSON_GetObjectItemCaseSensitive(run, "options"));
    cJSON_Delete(run);
}

/* -- numbers ----------------------------------------------------------------------------------- */

static float value_at(const dt_hkl_map *map, int64_t h, int64_t k, int64_t l) {
    const int64_t *s = map->intensity.strides, *v = map->valid.strides;
    bool valid =
        map->valid.data == NULL || ((const bool *)map->valid.data)[h * v[0] + k * v[1] + l * v[2]];
    return valid ? (float)((const double *)map->intensity.data)[h * s[0] + k * s[1] + l * s[2]] : 0;
}

/* Rows along h, one after another, given to `use`. */
typedef void use_row(void *user, const float *row, int64_t n);

static void each_row(const dt_hkl_map *map, float *row, use_row *use, void *user) {
    const int64_t *n = map->intensity.shape;
    for (int64_t l = 0; l < n[2]; l++) {
        for (int64_t k = 0; k < n[1]; k++) {
            for (int64_t h = 0; h < n[0]; h++) {
                row[h] = value_at(map, h, k, l);
            }
            use(user, row, n[0]);
        }
    }
}

/* Sums for the header; squares are taken off the mean in a second pass. */
static void add_to_sums(void *user, const float *row, int64_t n) {
    dti_ccp4_box *box = user;
    for (int64_t i = 0; i < n; i++) {
        box->low = fmin(box->low, (double)row[i]);
        box->high = fmax(box->high, (double)row[i]);
        box->mean += (double)row[i];
    }
}

static void add_squares(void *user, const float *row, int64_t n) {
    dti_ccp4_box *box = user;
    for (int64_t i = 0; i < n; i++) {
        double d = (double)row[i] - box->mean;
        box->rms += d * d;
    }
}

/* A failed write is remembered by the file and reported at its end. */
static void write_row(void *user, const float *row, int64_t n) {
    dti_atomic_write(user, row, (size_t)n * sizeof *row, NULL);
}

dt_status dti_ccp4_write(dti_atomic_file *file, const dt_hkl_map *map, dt_error *error) {
    dti_ccp4_box box = {.low = INFINITY, .high = -INFINITY};
    dt_status status = set_box(&box, map, error);
    if (status != DT_OK) {
        return status;
    }
    float *row = malloc((size_t)map->intensity.shape[0] * sizeof *row);
    if (row == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "no memory for a row of a CCP4 map");
    }
    double voxels = (double)dt_array_size(&map->intensity);
    each_row(map, row, add_to_sums, &box);
    box.mean /= voxels;
    each_row(map, row, add_squares, &box);
    box.rms = sqrt(box.rms / voxels);
    set_labels(&box, map);
    void *header = NULL;
    size_t size = 0;
    status = dti_gemmi_ccp4_header(&box, &header, &size, error);
    if (status == DT_OK) {
        dti_atomic_write(file, header, size, NULL);
        each_row(map, row, write_row, file);
    }
    free(header);
    free(row);
    return status;
}
