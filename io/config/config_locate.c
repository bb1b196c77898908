/* config_locate.c - line, column and reason of a JSON syntax error. */
#include "config_internal.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* cJSON's own limit of nesting, CJSON_NESTING_LIMIT. */
#define DEEPEST 1000

/* What a left-to-right reading of the text knows at some byte. */
typedef struct reading {
    char open[DEEPEST]; /* the brackets not yet closed */
    int depth;
    char last; /* last significant character; '"' for a string */
    bool in_string;
    size_t string_start, last_at;
} reading;

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void read_until(reading *r, const char *text, size_t end) {
    memset(r, 0, sizeof *r);
    for (size_t i = 0; i < end && text[i]; i++) {
        char c = text[i];
        if (r->in_string) {
            if (c == '\\' && text[i + 1]) {
                i++;
            } else if (c == '"') {
                r->in_string = false;
            }
            continue;
        }
        if (is_space(c)) {
            continue;
        }
        r->last = c;
        r->last_at = i;
        if (c == '"') {
            r->in_string = true, r->string_start = i;
        } else if ((c == '{' || c == '[') && r->depth < DEEPEST) {
            r->open[r->depth++] = c;
        } else if ((c == '}' || c == ']') && r->depth > 0) {
            r->depth--;
        }
    }
}

static char innermost(const reading *r) {
    return r->depth > 0 ? r->open[r->depth - 1] : '\0';
}

static bool wants_key(const reading *r) {
    return innermost(r) == '{' && (r->last == '{' || r->last == ',');
}

static const char *reason(const reading *r) {
    if (r->depth >= DEEPEST) {
        return "nested too deeply";
    }
    if (r->depth == 0 && r->last) {
        return "more text after the end of the object";
    }
    if (wants_key(r)) {
        return "expected a key in double quotes";
    }
    if (r->last == ':' || r->last == ',' || r->last == '[' || !r->last) {
        return "expected a value";
    }
    if (innermost(r) == '[') {
        return "expected ',' or ']'";
    }
    return r->last == '"' ? "expected ':' after a key or ',' or '}' after a value"
                          : "expected ',' or '}'";
}

dt_status dti_config_error_at(const char *path, const char *text, size_t at, const char *message,
                              dt_error *error) {
    int64_t line = 1, column = 1;
    for (size_t i = 0; i < at; i++) {
        if (text[i] == '\n') {
            line++, column = 1;
        } else if (((unsigned char)text[i] & 0xc0) != 0x80) {
            column++; /* not a UTF-8 continuation */
        }
    }
    dt_error_set(error, DT_ERR_FORMAT, "%s:%lld:%lld: %s", path, (long long)line, (long long)column,
                 message);
    if (error) {
        error->index = line;
    }
    return DT_ERR_FORMAT;
}

dt_status dti_config_syntax_error(const char *path, const char *text, size_t near,
                                  dt_error *error) {
    reading r;
    read_until(&r, text, near);
    if (r.in_string) {
        /* Two ways to stop inside a string: it never ends, or it holds a wrong escape. */
        reading whole;
        read_until(&whole, text, strlen(text));
        if (whole.in_string && whole.string_start == r.string_start) {
            return dti_config_error_at(path, text, r.string_start, "the string is not closed",
                                       error);
        }
        return dti_config_error_at(path, text, near, "invalid escape in a string", error);
    }
    /* Where a key must come, cJSON steps over the wrong character before it gives up. */
    if (near > 0 && text[near - 1] != '"' && r.last_at == near - 1) {
        reading before;
        read_until(&before, text, near - 1);
        if (wants_key(&before)) {
            r = before, near--;
        }
    }
    char message[128], got[16];
    if (!text[near]) {
        snprintf(got, sizeof got, "the end");
    } else if (text[near] == '\'') {
        snprintf(got, sizeof got, "\"'\"");
    } else if (text[near] > ' ' && text[near] < 127) {
        snprintf(got, sizeof got, "'%c'", text[near]);
    } else {
        snprintf(got, sizeof got, "byte %d", (unsigned char)text[near]);
    }
    snprintf(message, sizeof message, "%s, got %s", reason(&r), got);
    return dti_config_error_at(path, text, near, message, error);
}
