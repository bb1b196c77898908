/* pdb_remarks.c - REMARK 290 and SCALE records: what a file says beside the space-group table.
 *
 * Physics takes symmetry from the table and the metric from CRYST1. These records repeat both,
 * rounded, and are kept for programs that computed with them. */
#include "pdb_remarks.h"

#include "gemmi_bridge.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE 80

typedef struct remarks {
    int n_triplets, n_rows; /* triplets so far, SMTRY rows so far */
    int n_scale;            /* SCALE rows so far */
    bool damaged;           /* something in REMARK 290 could not be understood */
    int rot[DTI_MAX_OPERATORS][9];
    double op[DTI_MAX_OPERATORS][12];
    double scale[12];
} remarks;

/* The next blank-separated word at *at, of *ret_width letters; NULL at the end. */
static const char *next_word(const char **at, int *ret_width) {
    const char *p = *at;
    while (*p == ' ') {
        p++;
    }
    const char *begin = p;
    while (*p != '\0' && *p != ' ') {
        p++;
    }
    *at = p;
    *ret_width = (int)(p - begin);
    return p > begin ? begin : NULL;
}

/* A plain decimal number as the next word. */
static bool next_number(const char **at, double *ret_x) {
    int width, digits = 0, points = 0;
    const char *word = next_word(at, &width);
    for (int i = 0; word != NULL && i < width; i++) {
        if (isdigit((unsigned char)word[i])) {
            digits++;
        } else if (word[i] == '.') {
            points++;
        } else if (i > 0 || (word[i] != '-' && word[i] != '+')) {
            return false;
        }
    }
    if (word == NULL || digits == 0 || points > 1) {
        return false;
    }
    *ret_x = dti_gemmi_number(word, width);
    return true;
}

/* The rotation part of a triplet such as -Y,X-Y,Z+1/3. */
static bool parse_triplet(const char *text, int width, int rot[9]) {
    int row = 0, sign = 1;
    memset(rot, 0, 9 * sizeof *rot);
    for (int i = 0; i < width; i++) {
        char c = (char)toupper((unsigned char)text[i]);
        if (c == ',') {
            row++;
            sign = 1;
        } else if (c == '+' || c == '-') {
            sign = c == '-' ? -1 : 1;
        } else if (c >= 'X' && c <= 'Z' && row < 3) {
            rot[3 * row + (c - 'X')] = sign;
        } else if (!isdigit((unsigned char)c) && c != '/' && c != '.') {
            return false;
        }
    }
    return row == 2;
}

/* "      2555   -X,-Y,Z+1/2": the operator number with 555 behind it, and the triplet. */
static void take_triplet(remarks *r, const char *text) {
    int width, last = 0;
    const char *word = next_word(&text, &width);
    if (word == NULL || width < 4 || strncmp(word + width - 3, "555", 3) != 0 ||
        strspn(word, "0123456789") < (size_t)width) {
        return;
    }
    const char *triplet = NULL;
    for (word = next_word(&text, &width); word != NULL; word = next_word(&text, &width)) {
        triplet = word;
        last = width;
    }
    if (triplet == NULL || r->n_triplets == DTI_MAX_OPERATORS ||
        !parse_triplet(triplet, last, r->rot[r->n_triplets])) {
        r->damaged = true;
        return;
    }
    r->n_triplets++;
}

/* "1   2 -1.000000  0.000000  0.000000        0.00000" behind SMTRY: row, operator, four numbers;
 * rows come in their order. */
static void take_smtry(remarks *r, const char *text) {
    int row = text[0] - '1', at = r->n_rows / 3;
    double op, x[4];
    text++;
    bool fine =
        row == r->n_rows % 3 && at < DTI_MAX_OPERATORS && next_number(&text, &op) && op == at + 1;
    for (int i = 0; fine && i < 4; i++) {
        fine = next_number(&text, &x[i]);
    }
    if (!fine) {
        r->damaged = true;
        return;
    }
    memcpy(r->op[at] + 4 * row, x, sizeof x);
    r->n_rows++;
}

/* "SCALE1      0.048676  0.025947  0.014031        0.00000", first three in order. */
static void take_scale(remarks *r, const char *line) {
    const char *text = line + 6;
    double x[4];
    if (line[5] - '1' != r->n_scale || r->n_scale >= 3) {
        return;
    }
    for (int i = 0; i < 4; i++) {
        if (!next_number(&text, &x[i])) {
            return;
        }
    }
    memcpy(r->scale + (size_t)4 * (size_t)r->n_scale++, x, sizeof x);
}

static void take_line(remarks *r, const char *line) {
    if (strncmp(line, "REMARK 290", 10) == 0) {
        const char *smtry = strstr(line, "SMTRY");
        if (smtry != NULL) {
            take_smtry(r, smtry + 5);
        } else {
            take_triplet(r, line + 10);
        }
    } else if (strncmp(line, "SCALE", 5) == 0) {
        take_scale(r, line);
    }
}

static dt_status store(const remarks *r, const char *name, dt_structure *s, dt_error *error) {
    if (r->n_scale == 3) {
        s->has_scale = true;
        memcpy(s->scale, r->scale, sizeof s->scale);
    }
    if (r->damaged || r->n_triplets == 0 || r->n_rows != 3 * r->n_triplets) {
        return DT_OK;
    }
    size_t n = (size_t)r->n_triplets;
    s->remark_rot = malloc(n * sizeof r->rot[0]);
    s->remark_op = malloc(n * sizeof r->op[0]);
    if (s->remark_rot == NULL || s->remark_op == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "%s: no memory for its operators", name);
    }
    memcpy(s->remark_rot, r->rot, n * sizeof r->rot[0]);
    memcpy(s->remark_op, r->op, n * sizeof r->op[0]);
    s->n_remark_ops = r->n_triplets;
    return DT_OK;
}

dt_status dti_pdb_remarks(const char *data, size_t size, const char *name, dt_structure *s,
                          dt_error *error) {
    remarks *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "%s: no memory for its remarks", name);
    }
    for (const char *end = data + size; data < end;) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        size_t length = (size_t)((newline != NULL ? newline : end) - data);
        if (length > 0 && data[length - 1] == '\r') {
            length--;
        }
        char line[MAX_LINE + 1];
        length = length < MAX_LINE ? length : MAX_LINE;
        memcpy(line, data, length);
        line[length] = '\0';
        take_line(r, line);
        data = newline != NULL ? newline + 1 : end;
    }
    dt_status status = store(r, name, s, error);
    free(r);
    return status;
}
