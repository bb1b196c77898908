/* hedm_truth.h - the file of oscillation angles solved in 50 digits, as flat tables. */
#ifndef TEST_PHYSICS_HEDM_TRUTH_H
#define TEST_PHYSICS_HEDM_TRUTH_H

#include <difftape/difftape.h>

#include <cjson/cJSON.h>
#include <criterion/criterion.h>

/* Rows of numbers, NAN where the file has null. */
typedef struct table {
    int64_t rows, columns;
    double *x;
} table;

/* The whole file; the test is skipped, with the reason, where it is absent. Release with
 * cJSON_Delete. */
cJSON *open_truth(void);

/* A member of an object; the test fails where it is missing. */
const cJSON *member(const cJSON *object, const char *name);
double number_of(const cJSON *object, const char *name);

/* An array of numbers, or of rows of numbers. Release with free(.x). */
table table_of(const cJSON *array);

/* Entry of a row. */
static inline double at(const table *t, int64_t row, int64_t column) {
    cr_assert(row < t->rows && column < t->columns);
    return t->x[row * t->columns + column];
}

#endif
