/* npy_header.c - parse and write the header of a .npy file, a small Python dict literal. */
#include "npy_header.h"

#include "npy_bytes.h"

#include <stdio.h>
#include <string.h>

typedef struct scanner {
    const char *at, *end;
    dt_error *error;
} scanner;

static dt_status malformed(scanner *s, const char *rule) {
    return dt_error_set(s->error, DT_ERR_FORMAT, "the .npy header is malformed: %s", rule);
}

static void skip_space(scanner *s) {
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t')) {
        s->at++;
    }
}

/* The next character after white space, NUL at the end. */
static char peek(scanner *s) {
    skip_space(s);
    return s->at < s->end ? *s->at : '\0';
}

static bool accept(scanner *s, char c) {
    if (c == '\0' || peek(s) != c) {
        return false;
    }
    s->at++;
    return true;
}

static bool accept_word(scanner *s, const char *word) {
    size_t length = strlen(word);
    skip_space(s);
    if ((size_t)(s->end - s->at) < length || memcmp(s->at, word, length) != 0) {
        return false;
    }
    s->at += length;
    return true;
}

/* A quoted string without escapes, cut from the text. */
static dt_status scan_string(scanner *s, char *ret_text, size_t capacity) {
    char quote = peek(s);
    if (quote != '\'' && quote != '"') {
        return malformed(s, "a quoted string is missing");
    }
    const char *start = ++s->at;
    while (s->at < s->end && *s->at != quote && *s->at != '\\' && *s->at >= ' ' && *s->at <= '~') {
        s->at++;
    }
    size_t length = (size_t)(s->at - start);
    if (s->at == s->end || *s->at != quote) {
        return malformed(s, "a string does not end or has unusual characters");
    }
    if (length >= capacity) {
        return malformed(s, "a string is too long");
    }
    s->at++;
    memcpy(ret_text, start, length);
    ret_text[length] = '\0';
    return DT_OK;
}

/* A size: decimal digits, and the L that Python 2 put after long integers. */
static dt_status scan_size(scanner *s, int64_t *ret_size) {
    char c = peek(s);
    if (c == '-') {
        return dt_error_set(s->error, DT_ERR_SHAPE, "the .npy header has a negative size");
    }
    if (c < '0' || c > '9') {
        return malformed(s, "a size in the shape is not an integer");
    }
    int64_t size = 0;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9') {
        int digit = *s->at++ - '0';
        if (size > (INT64_MAX - digit) / 10) {
            return dt_error_set(s->error, DT_ERR_SHAPE,
                                "the .npy header has a size that does not fit 64 bits");
        }
        size = size * 10 + digit;
    }
    if (s->at < s->end && *s->at == 'L') {
        s->at++;
    }
    *ret_size = size;
    return DT_OK;
}

static dt_status scan_shape(scanner *s, dti_npy_header *header) {
    if (!accept(s, '(')) {
        return malformed(s, "the shape is not a tuple");
    }
    bool comma = true; /* a size may follow; (3) without a comma is an integer in Python */
    while (!accept(s, ')')) {
        if (!comma) {
            return malformed(s, "a comma or ')' is missing in the shape");
        }
        if (header->ndim == DT_MAX_DIMS) {
            return dt_error_set(s->error, DT_ERR_SHAPE, "the array has more than %d dimensions",
                                DT_MAX_DIMS);
        }
        dt_status status = scan_size(s, &header->shape[header->ndim]);
        if (status != DT_OK) {
            return status;
        }
        header->ndim++;
        comma = accept(s, ',');
    }
    return header->ndim == 1 && !comma ? malformed(s, "the shape is not a tuple") : DT_OK;
}

/* What NumPy calls the types we do not read. */
static const char *refused_name(const char *type) {
    switch (type[0]) {
    case 'f':
        return strcmp(type, "f2") == 0    ? "half precision"
               : strcmp(type, "f16") == 0 ? "extended precision"
                                          : NULL;
    case 'c': return strcmp(type, "c32") == 0 ? "extended precision complex" : NULL;
    case 'O': return "Python objects";
    case 'U': return "unicode strings";
    case 'V': return "raw void";
    case 'M': return "dates (datetime64)";
    case 'm': return "time spans (timedelta64)";
    default: return NULL;
    }
}

static dt_status refuse_type(scanner *s, const char *descr) {
    const char *name = strlen(descr) >= 2 ? refused_name(descr + 1) : NULL;
    return dt_error_set(s->error, DT_ERR_DTYPE,
                        "element type '%s'%s%s%s is not supported; supported are f4 f8 c8 c16, "
                        "i1 to i8, u1 to u8 and b1 with byte order < or >, and bytes S",
                        descr, name != NULL ? " (" : "", name != NULL ? name : "",
                        name != NULL ? ")" : "");
}

/* "<f8": byte order, kind, bytes per element. */
static dt_status scan_type(scanner *s, dti_npy_header *header) {
    if (peek(s) == '[') {
        return dt_error_set(s->error, DT_ERR_DTYPE,
                            "structured element types (several named fields) are not supported; "
                            "store each field as an array of its own");
    }
    char descr[32];
    dt_status status = scan_string(s, descr, sizeof descr);
    if (status != DT_OK) {
        return status;
    }
    char order = descr[0];
    if ((order != '<' && order != '>' && order != '|') || strlen(descr) < 3) {
        return refuse_type(s, descr);
    }
    scanner digits = {descr + 2, descr + strlen(descr), s->error};
    if (*digits.at < '0' || *digits.at > '9') {
        return refuse_type(s, descr);
    }
    status = scan_size(&digits, &header->item_size);
    if (status != DT_OK) {
        return status;
    }
    static const char *const known[] = {"f4", "f8", "c8", "c16", "i1", "i2", "i4",
                                        "i8", "u1", "u2", "u4",  "u8", "b1"};
    bool found = descr[1] == 'S' && digits.at == digits.end && digits.end[-1] != 'L';
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        found = found || strcmp(descr + 1, known[i]) == 0;
    }
    header->kind = descr[1];
    bool single = header->item_size == 1 || header->kind == 'S';
    if (!found || (order == '|' && !single)) {
        return refuse_type(s, descr);
    }
    header->big_endian = order == '>' && !single;
    return DT_OK;
}

static dt_status scan_order(scanner *s, dti_npy_header *header) {
    if (accept_word(s, "True")) {
        header->fortran_order = true;
        return DT_OK;
    }
    return accept_word(s, "False") ? DT_OK : malformed(s, "fortran_order is not True or False");
}

/* One key with its value; `seen` has a bit per key. */
static dt_status scan_item(scanner *s, dti_npy_header *header, unsigned *seen) {
    static const struct {
        const char *key;
        dt_status (*scan)(scanner *s, dti_npy_header *header);
    } keys[] = {{"descr", scan_type}, {"fortran_order", scan_order}, {"shape", scan_shape}};
    char key[32];
    dt_status status = scan_string(s, key, sizeof key);
    if (status != DT_OK) {
        return status;
    }
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(key, keys[i].key) != 0) {
            continue;
        }
        if ((*seen & 1u << i) != 0) {
            return dt_error_set(s->error, DT_ERR_FORMAT, "the .npy header has the key '%s' twice",
                                key);
        }
        *seen |= 1u << i;
        return accept(s, ':') ? keys[i].scan(s, header) : malformed(s, "a ':' is missing");
    }
    return dt_error_set(s->error, DT_ERR_FORMAT, "the .npy header has the unknown key '%s'", key);
}

/* Elements and bytes, where any product of sizes, even beside a zero, must fit. */
static dt_status count_elements(dti_npy_header *header, dt_error *error) {
    int64_t bound = header->item_size > 0 ? header->item_size : 1;
    header->count = 1;
    for (int d = 0; d < header->ndim; d++) {
        int64_t size = header->shape[d];
        header->count = size == 0 ? 0 : header->count;
        if (size > 0) {
            if (bound > INT64_MAX / 16 / size) {
                char text[256];
                return dt_error_set(
                    error, DT_ERR_SHAPE, "the .npy header's shape %s is too large for any memory",
                    dt_shape_format(text, sizeof text, header->ndim, header->shape));
            }
            bound *= size;
        }
    }
    int64_t all = header->item_size > 0 ? bound / header->item_size : bound;
    header->count = header->count == 0 ? 0 : all;
    header->data_size = header->count * header->item_size;
    return DT_OK;
}

dt_status dti_npy_parse(const char *text, size_t size, dti_npy_header *ret_header,
                        dt_error *error) {
    scanner s = {text, text + size, error};
    dti_npy_header header = {0};
    unsigned seen = 0;
    if (!accept(&s, '{')) {
        return malformed(&s, "it does not begin with '{'");
    }
    bool comma = true;
    while (!accept(&s, '}')) {
        dt_status status =
            comma ? scan_item(&s, &header, &seen) : malformed(&s, "a comma or '}' is missing");
        if (status != DT_OK) {
            return status;
        }
        comma = accept(&s, ',');
    }
    skip_space(&s);
    if (s.at != s.end) {
        return malformed(&s, "something follows the closing '}'");
    }
    if (seen != 7) {
        return malformed(&s, "it lacks one of the keys descr, fortran_order and shape");
    }
    dt_status status = count_elements(&header, error);
    if (status == DT_OK) {
        *ret_header = header;
    }
    return status;
}

size_t dti_npy_format(char buffer[DTI_NPY_HEADER_MAX], const char *descr, int ndim,
                      const int64_t *shape) {
    enum { PREFIX = 10, ALIGNMENT = 64 };
    char *text = buffer + PREFIX;
    size_t capacity = DTI_NPY_HEADER_MAX - PREFIX;
    size_t used = (size_t)snprintf(text, capacity,
                                   "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (int d = 0; d < ndim; d++) {
        const char *after = ndim == 1 ? "," : d + 1 < ndim ? ", " : "";
        used +=
            (size_t)snprintf(text + used, capacity - used, "%lld%s", (long long)shape[d], after);
    }
    used += (size_t)snprintf(text + used, capacity - used, "), }");
    size_t total = (PREFIX + used + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    memset(text + used, ' ', total - PREFIX - used);
    buffer[total - 1] = '\n';
    memcpy(buffer, "\x93NUMPY\x01\x00", DTI_NPY_MAGIC_SIZE);
    dti_put_le((unsigned char *)buffer + DTI_NPY_MAGIC_SIZE, total - PREFIX, 2);
    return total;
}
