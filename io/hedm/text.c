/* text.c - lines, words and numbers of a text, the same in every locale. */
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SHOWN = 40, LONGEST_NUMBER = 64 };

dti_text dti_text_new(const char *name, const char *data, size_t size, dt_error *error) {
    return (dti_text){.name = name,
                      .at = data,
                      .end = data + size,
                      .separators = "",
                      .hash_comments = true,
                      .error = error};
}

dt_status dti_text_refuse(const dti_text *text, const char *format, ...) {
    char sentence[512];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    bool first = text->error != NULL && text->error->status == DT_OK;
    dt_error_set(text->error, DT_ERR_FORMAT, "%s: line %lld: %s", text->name, (long long)text->line,
                 sentence);
    if (first) {
        text->error->index = text->line;
    }
    return DT_ERR_FORMAT;
}

static bool separates(const dti_text *text, char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f' ||
           (c != '\0' && strchr(text->separators, c) != NULL);
}

/* Words of the line [at, stop). */
static void split(dti_text *text, const char *stop) {
    const char *at = text->at;
    text->n = 0;
    while (text->n < DTI_MAX_WORDS) {
        while (at < stop && separates(text, *at)) {
            at++;
        }
        if (at == stop) {
            return;
        }
        const char *start = at;
        while (at < stop && !separates(text, *at)) {
            at++;
        }
        text->word[text->n] = start;
        text->length[text->n++] = (int)(at - start);
    }
}

bool dti_text_next(dti_text *text) {
    while (text->at < text->end) {
        const char *stop = memchr(text->at, '\n', (size_t)(text->end - text->at));
        stop = stop == NULL ? text->end : stop;
        text->line++;
        split(text, stop);
        text->at = stop == text->end ? stop : stop + 1;
        if (text->n > 0 && !(text->hash_comments && text->word[0][0] == '#')) {
            return true;
        }
    }
    text->n = 0;
    return false;
}

bool dti_text_is(const dti_text *text, int word, const char *wanted) {
    return word < text->n && strlen(wanted) == (size_t)text->length[word] &&
           memcmp(text->word[word], wanted, strlen(wanted)) == 0;
}

/* sign, digits with at most one point, exponent; nothing else. */
static bool is_decimal(const char *at, const char *end) {
    int digits = 0;
    at += at < end && (*at == '+' || *at == '-');
    for (bool point = false; at < end && (isdigit((unsigned char)*at) || (*at == '.' && !point));
         at++) {
        point = point || *at == '.';
        digits += *at != '.';
    }
    if (digits == 0) {
        return false;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        if (at == end) {
            return false;
        }
        while (at < end && isdigit((unsigned char)*at)) {
            at++;
        }
    }
    return at == end;
}

/* The number in [at, at + length); false if there is none that is finite. */
static bool read_number(const char *at, int length, double *ret) {
    char copy[LONGEST_NUMBER + 8];
    if (length > LONGEST_NUMBER || !is_decimal(at, at + length)) {
        return false;
    }
    const char *point = localeconv()->decimal_point;
    size_t n = 0;
    for (int i = 0; i < length; i++) {
        if (at[i] == '.') {
            size_t wide = strnlen(point, 4);
            memcpy(copy + n, point, wide);
            n += wide;
        } else {
            copy[n++] = at[i];
        }
    }
    copy[n] = '\0';
    *ret = strtod(copy, NULL);
    return isfinite(*ret) != 0;
}

dt_status dti_text_numbers(const dti_text *text, int first, int n, const char *what, double *ret) {
    for (int i = 0; i < n; i++) {
        int word = first + i;
        if (word >= text->n) {
            return dti_text_refuse(text, "%s needs %d number%s, the line ends after %d", what, n,
                                   n == 1 ? "" : "s", i);
        }
        if (!read_number(text->word[word], text->length[word], &ret[i])) {
            int shown = text->length[word] < SHOWN ? text->length[word] : SHOWN;
            return dti_text_refuse(text, "%s: '%.*s' is not a finite decimal number", what, shown,
                                   text->word[word]);
        }
    }
    return DT_OK;
}

dt_status dti_text_whole(const dti_text *text, int word, const char *what, int64_t low,
                         int64_t high, int64_t *ret) {
    double x;
    dt_status status = dti_text_numbers(text, word, 1, what, &x);
    if (status != DT_OK) {
        return status;
    }
    if (x != floor(x) || x < (double)low || x > (double)high) {
        return dti_text_refuse(text, "%s must be a whole number from %lld to %lld, got %g", what,
                               (long long)low, (long long)high, x);
    }
    *ret = (int64_t)x;
    return DT_OK;
}

bool dti_text_grow(void **data, int64_t n, int64_t *capacity, size_t size) {
    if (n < *capacity) {
        return true;
    }
    int64_t larger = *capacity == 0 ? 64 : 2 * *capacity;
    void *moved = realloc(*data, (size_t)larger * size);
    if (moved == NULL) {
        return false;
    }
    *data = moved;
    *capacity = larger;
    return true;
}

/* -- files ------------------------------------------------------------------------------------- */

static dt_status system_error(const char *path, int code, dt_error *error) {
    char reason[128];
    if (strerror_r(code, reason, sizeof reason) != 0) {
        snprintf(reason, sizeof reason, "unknown reason");
    }
    return dt_error_set(error, DT_ERR_IO, "%s: cannot read: %s", path, reason);
}

/* Bytes of an open file into memory that grows. */
static dt_status read_all(FILE *file, const char *path, char **data, size_t *size,
                          dt_error *error) {
    size_t capacity = 0;
    for (;;) {
        if (*size == capacity) {
            capacity = capacity == 0 ? 1 << 16 : 2 * capacity;
            char *moved = realloc(*data, capacity);
            if (moved == NULL) {
                return dt_error_set(error, DT_ERR_MEMORY, "%s: no memory for %zu bytes", path,
                                    capacity);
            }
            *data = moved;
        }
        size_t got = fread(*data + *size, 1, capacity - *size, file);
        *size += got;
        if (got == 0) {
            return ferror(file) ? system_error(path, errno, error) : DT_OK;
        }
        if (*size > DTI_MAX_TEXT) {
            return dt_error_set(error, DT_ERR_FORMAT, "%s: more than %d bytes, the limit", path,
                                DTI_MAX_TEXT);
        }
    }
}

dt_status dti_text_load(const char *path, char **ret_data, size_t *ret_size, dt_error *error) {
    struct stat info;
    FILE *file = path[0] == '\0' ? NULL : fopen(path, "rb");
    if (file == NULL) {
        return path[0] == '\0' ? dt_error_set(error, DT_ERR_IO, "the name of a file is empty")
                               : system_error(path, errno, error);
    }
    if (fstat(fileno(file), &info) == 0 && S_ISDIR(info.st_mode)) {
        fclose(file);
        return dt_error_set(error, DT_ERR_IO, "%s: this is a folder, not a file", path);
    }
    char *data = NULL;
    size_t size = 0;
    dt_status status = read_all(file, path, &data, &size, error);
    fclose(file);
    if (status != DT_OK) {
        free(data);
        return status;
    }
    *ret_data = data;
    *ret_size = size;
    return DT_OK;
}
