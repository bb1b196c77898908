/* fuzz_hedm.c - any bytes as each of the text files of diffraction microscopy: a result or a
 * sentence that names a line, never a crash. */
#include "text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t lines; /* of the input */

/* A sentence if and only if it failed, with the line it happened on: one of the file, 0 only where
 * the file is empty. */
static bool check(dt_status status, const dt_error *error) {
    bool sentence = error->message[0] != '\0';
    if ((status == DT_OK) == sentence || status != error->status) {
        abort();
    }
    if (status != DT_OK &&
        (status != DT_ERR_FORMAT || error->index < (lines > 0) || error->index > lines ||
         strtoll(error->message + strlen("fuzz: line "), NULL, 10) != error->index ||
         strstr(error->message, "fuzz: line ") != error->message)) {
        abort();
    }
    return status == DT_OK;
}

static dti_text start(const uint8_t *data, size_t size, dt_error *error) {
    dt_error_clear(error);
    lines = size > 0 && data[size - 1] != '\n';
    for (size_t i = 0; i < size; i++) {
        lines += data[i] == '\n';
    }
    return dti_text_new("fuzz", (const char *)data, size, error);
}

static void run_mic(const uint8_t *data, size_t size) {
    dt_error error;
    dt_mic mic;
    dti_text t = start(data, size, &error);
    if (check(dti_mic_parse(&t, &mic), &error)) {
        double corners[4][3];
        for (int64_t i = 0; i < mic.n; i++) {
            if (dt_mic_corners(&mic, i, corners) != (mic.square ? 4 : 3)) {
                abort();
            }
        }
        dt_mic_free(&mic);
    }
}

static void run_blocks(const uint8_t *data, size_t size) {
    dt_error error;
    dt_detector_entry *entries = NULL;
    dt_grain_entry *grains = NULL;
    dt_hedm_config config;
    int64_t n = 0;
    dti_text t = start(data, size, &error);
    if (check(dti_detector_parse(&t, &entries, &n), &error) && n < 1) {
        abort();
    }
    free(entries);
    t = start(data, size, &error);
    check(dti_grains_parse(&t, &grains, &n), &error);
    free(grains);
    t = start(data, size, &error);
    if (check(dti_hedm_config_parse(&t, &config), &error) && !(config.energy > 0)) {
        abort();
    }
}

static void run_lists(const uint8_t *data, size_t size) {
    dt_error error;
    dt_array rows;
    dt_unit_cell cell;
    dti_text t = start(data, size, &error);
    if (check(dti_unit_cell_parse(&t, &cell), &error)) {
        dt_unit_cell_free(&cell);
    }
    t = start(data, size, &error);
    if (check(dti_omega_ranges_parse(&t, 2, &rows), &error)) {
        if (dt_omega_range_find(&rows, 0) >= rows.shape[0]) {
            abort();
        }
        dt_array_free(&rows);
    }
    t = start(data, size, &error);
    if (check(dti_orientation_list_parse(&t, &rows), &error)) {
        dt_array_free(&rows);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    run_mic(data, size);
    run_blocks(data, size);
    run_lists(data, size);
    return 0;
}
