/* hedm_truth.c - reading the reference file of oscillation angles. */
#include "hedm_truth.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TRUTH DT_REFERENCE_DIR "/hedm_f64_truth.json"

cJSON *open_truth(void) {
    FILE *file = fopen(TRUTH, "rb");
    if (!file)
        cr_skip_test("%s is absent: set the Meson option reference_dir", TRUTH);
    cr_assert(fseek(file, 0, SEEK_END) == 0);
    long size = ftell(file);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    cr_assert(text != NULL && fread(text, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    cJSON *root = cJSON_ParseWithLength(text, (size_t)size);
    free(text);
    cr_assert(root != NULL, "%s is not JSON", TRUTH);
    return root;
}

const cJSON *member(const cJSON *object, const char *name) {
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);
    cr_assert(found != NULL, "no member %s", name);
    return found;
}

double number_of(const cJSON *object, const char *name) {
    const cJSON *found = member(object, name);
    cr_assert(cJSON_IsNumber(found), "%s is no number", name);
    return found->valuedouble;
}

table table_of(const cJSON *array) {
    cr_assert(cJSON_IsArray(array));
    bool nested = cJSON_IsArray(array->child);
    table t = {nested ? cJSON_GetArraySize(array) : 1,
               cJSON_GetArraySize(nested ? array->child : array), NULL};
    t.x = malloc((size_t)(t.rows * t.columns) * sizeof *t.x);
    cr_assert(t.x != NULL);
    const cJSON *row = nested ? array->child : array;
    for (int64_t i = 0; i < t.rows; i++, row = row->next) {
        cr_assert_eq(cJSON_GetArraySize(row), t.columns, "row %lld", (long long)i);
        const cJSON *entry = row->child;
        for (int64_t j = 0; j < t.columns; j++, entry = entry->next) {
            t.x[i * t.columns + j] = cJSON_IsNumber(entry) ? entry->valuedouble : NAN;
        }
    }
    return t;
}
