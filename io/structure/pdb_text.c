/* pdb_text.c - check the text of a PDB file line by line and keep the records a structure needs. */
#include "pdb_text.h"

#include "gemmi_bridge.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS       80
#define KEPT_COLUMNS  78 /* up to the element; charges in 79-80 are often something else */
#define ANISO_COLUMNS 70

/* The state of the scan. */
typedef struct scan {
    const char *name;
    dti_pdb_text *text;
    dt_error *error;
    int64_t line;
    int64_t records; /* lines that look like PDB */
    bool in_model;
    bool ended;
    char atom[21];    /* columns 7-27 of the last atom: serial, name, residue */
    bool wants_aniso; /* it may be followed by its ANISOU */
} scan;

typedef enum number_kind { NUMBER_OK, NUMBER_BLANK, NUMBER_BAD } number_kind;

/* A plain decimal: blanks, sign, digits with at most one point, blanks. */
static number_kind classify_number(const char *field, int width) {
    int i = 0;
    while (i < width && field[i] == ' ') {
        i++;
    }
    if (i == width) {
        return NUMBER_BLANK;
    }
    if (field[i] == '+' || field[i] == '-') {
        i++;
    }
    int digits = 0, points = 0;
    for (; i < width && (isdigit((unsigned char)field[i]) || field[i] == '.'); i++) {
        if (field[i] == '.') {
            points++;
        } else {
            digits++;
        }
    }
    while (i < width && field[i] == ' ') {
        i++;
    }
    return i == width && digits > 0 && points <= 1 ? NUMBER_OK : NUMBER_BAD;
}

/* The end of a rule at the current line: "NAME: line N: " goes in front of it. */
static dt_status refuse(const scan *s, const char *rule) {
    bool first = s->error != NULL && s->error->status == DT_OK;
    dt_error_set(s->error, DT_ERR_FORMAT, "%s: line %lld: %s", s->name, (long long)s->line, rule);
    if (first) {
        s->error->index = s->line;
    }
    return DT_ERR_FORMAT;
}

static dt_status refuse_number(const scan *s, const char *owner, const char *what,
                               const char *field, int width, number_kind kind) {
    char rule[200];
    if (kind == NUMBER_BLANK) {
        snprintf(rule, sizeof rule, "%s: %s is blank", owner, what);
    } else {
        snprintf(rule, sizeof rule, "%s: %s '%.*s' is not a plain decimal number", owner, what,
                 width, field);
    }
    return refuse(s, rule);
}

/* Record names as gemmi compares them: four letters, any case. */
static bool is_record(const char *line, const char *four) {
    for (int i = 0; i < 4; i++) {
        if (toupper((unsigned char)line[i]) != four[i]) {
            return false;
        }
    }
    return true;
}

/* Copy a line into columns 1-80, blank-padded. False if it holds anything but printable ASCII. */
static bool to_columns(const char *line, size_t length, char columns[COLUMNS + 1]) {
    memset(columns, ' ', COLUMNS);
    columns[COLUMNS] = '\0';
    bool plain = true;
    for (size_t i = 0; i < length && i < COLUMNS; i++) {
        plain = plain && line[i] >= 0x20 && line[i] < 0x7f;
        columns[i] = line[i];
    }
    return plain;
}

static void keep(dti_pdb_text *text, const char *columns, size_t length) {
    memcpy(text->records + text->records_size, columns, length);
    text->records_size += length;
    text->records[text->records_size++] = '\n';
}

static dt_status take_atom(scan *s, char *columns, size_t length) {
    static const struct {
        int column, width;
        const char *what;
    } fields[] = {{30, 8, "x"}, {38, 8, "y"}, {46, 8, "z"}, {60, 6, "B factor"}};
    char owner[24];
    int blanks = 0;
    while (blanks < 4 && columns[6 + blanks] == ' ') {
        blanks++;
    }
    snprintf(owner, sizeof owner, "atom serial %.*s", 5 - blanks, columns + 6 + blanks);
    if (length < 54) {
        return refuse(s, "the line ends before column 54, so its atom has no complete coordinates");
    }
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *field = columns + fields[i].column;
        number_kind kind = classify_number(field, fields[i].width);
        if (kind != NUMBER_OK) {
            return refuse_number(s, owner, fields[i].what, field, fields[i].width, kind);
        }
    }
    char *occupancy = columns + 54;
    number_kind kind = classify_number(occupancy, 6);
    if (kind == NUMBER_BAD) {
        return refuse_number(s, owner, "occupancy", occupancy, 6, kind);
    }
    if (kind == NUMBER_BLANK) {
        memcpy(occupancy, "  1.00", 6); /* the default of the format */
    } else if (dti_gemmi_number(occupancy, 6) < 0) {
        char rule[96];
        snprintf(rule, sizeof rule, "%s: occupancy %.6s is negative", owner, occupancy);
        return refuse(s, rule);
    }
    /* "O1-" written one column too far left: the element is O. */
    if (isalpha((unsigned char)columns[76]) && isdigit((unsigned char)columns[77])) {
        columns[77] = ' ';
    }
    s->text->n_atoms++;
    memcpy(s->atom, columns + 6, sizeof s->atom);
    s->wants_aniso = true;
    keep(s->text, columns, KEPT_COLUMNS);
    return DT_OK;
}

/* Six whole numbers of 1e-4 A^2, U11 U22 U33 U12 U13 U23, right after the atom they belong to. */
static dt_status take_aniso(scan *s, const char *columns) {
    static const char *const what[6] = {"U11", "U22", "U33", "U12", "U13", "U23"};
    char owner[32];
    snprintf(owner, sizeof owner, "ANISOU of serial %.5s", columns + 6);
    if (!s->wants_aniso || memcmp(s->atom, columns + 6, sizeof s->atom) != 0) {
        char rule[96];
        snprintf(rule, sizeof rule, "%s does not follow the atom it belongs to", owner);
        return refuse(s, rule);
    }
    for (int i = 0; i < 6; i++) {
        const char *field = columns + 28 + 7 * i;
        number_kind kind = classify_number(field, 7);
        if (kind != NUMBER_OK || memchr(field, '.', 7) != NULL) {
            return refuse_number(s, owner, what[i], field, 7,
                                 kind == NUMBER_BLANK ? NUMBER_BLANK : NUMBER_BAD);
        }
    }
    s->wants_aniso = false;
    keep(s->text, columns, ANISO_COLUMNS);
    return DT_OK;
}

static dt_status take_cell(scan *s, const char *columns) {
    static const struct {
        int column, width;
        const char *what;
    } fields[] = {{6, 9, "a"},      {15, 9, "b"},    {24, 9, "c"},
                  {33, 7, "alpha"}, {40, 7, "beta"}, {47, 7, "gamma"}};
    dti_pdb_text *text = s->text;
    if (text->cell_line > 0) {
        return refuse(s, "a second CRYST1 record");
    }
    for (int i = 0; i < 6; i++) {
        const char *field = columns + fields[i].column;
        number_kind kind = classify_number(field, fields[i].width);
        if (kind != NUMBER_OK) {
            return refuse_number(s, "CRYST1", fields[i].what, field, fields[i].width, kind);
        }
        text->cell[i] = dti_gemmi_number(field, fields[i].width);
    }
    text->cell_line = s->line;
    memcpy(text->space_group, columns + 55, 11);
    for (int i = 11; i > 0 && (text->space_group[i] == '\0' || text->space_group[i] == ' '); i--) {
        text->space_group[i] = '\0';
    }
    return DT_OK;
}

static dt_status take_line(scan *s, const char *line, size_t length) {
    char columns[COLUMNS + 1];
    bool plain = to_columns(line, length, columns);
    bool atom = is_record(columns, "ATOM") || is_record(columns, "HETA");
    bool cell = is_record(columns, "CRYS");
    s->records += atom || cell;
    if (atom && !s->in_model) {
        s->in_model = true;
        s->text->n_models++;
    }
    if (is_record(columns, "MODE") || is_record(columns, "ENDM")) {
        s->in_model = false;
    } else if (is_record(columns, "END ")) {
        s->ended = true;
    }
    bool first_model = s->text->n_models == 1 && s->in_model;
    /* Trajectories repeat CRYST1 before every model: only the first one counts. */
    bool wanted_cell = cell && (s->text->cell_line == 0 || s->text->n_models == 0 || first_model);
    bool aniso = is_record(columns, "ANIS");
    if (!wanted_cell && !(first_model && (atom || aniso || is_record(columns, "TER ")))) {
        return DT_OK;
    }
    if (!plain) {
        return refuse(s, "a tab, control or non-ASCII character in a fixed-column record");
    }
    if (atom) {
        return take_atom(s, columns, length);
    }
    if (cell) {
        return take_cell(s, columns);
    }
    if (aniso) {
        return take_aniso(s, columns);
    }
    keep(s->text, columns, 3);
    return DT_OK;
}

static dt_status scan_lines(scan *s, const char *data, size_t size) {
    const char *end = data + size;
    while (data < end && !s->ended) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        const char *stop = newline != NULL ? newline : end;
        size_t length = (size_t)(stop - data);
        if (length > 0 && data[length - 1] == '\r') {
            length--;
        }
        s->line++;
        dt_status status = take_line(s, data, length);
        if (status != DT_OK) {
            return status;
        }
        data = newline != NULL ? newline + 1 : end;
    }
    return DT_OK;
}

static dt_status check_whole(const scan *s) {
    if (s->records == 0) {
        return dt_error_set(s->error, DT_ERR_FORMAT,
                            "%s: not a PDB or mmCIF file: no ATOM, HETATM or CRYST1 record in %lld "
                            "lines, and no data_ in front",
                            s->name, (long long)s->line);
    }
    if (s->text->cell_line == 0) {
        return dt_error_set(s->error, DT_ERR_FORMAT,
                            "%s: no CRYST1 record, so the unit cell is unknown (an NMR, "
                            "electron-microscopy or predicted model?)",
                            s->name);
    }
    if (s->text->n_atoms == 0) {
        return dt_error_set(s->error, DT_ERR_FORMAT, "%s: no ATOM or HETATM record", s->name);
    }
    return DT_OK;
}

dt_status dti_pdb_check(const char *data, size_t size, const char *name, dti_pdb_text *ret_text,
                        dt_error *error) {
    memset(ret_text, 0, sizeof *ret_text);
    name = dti_short_name(name);
    if (size == 0) {
        return dt_error_set(error, DT_ERR_FORMAT, "%s: the file is empty", name);
    }
    const char *zero = memchr(data, '\0', size);
    if (zero != NULL) {
        return dt_error_set(
            error, DT_ERR_FORMAT,
            "%s: not a PDB file: a zero byte at offset %lld, so this is binary data", name,
            (long long)(zero - data));
    }
    /* An atom takes at least 54 columns and a newline and leaves as 79 bytes; TER and ANISOU never
     * grow, but for a last number that ends before column 70. */
    ret_text->records = malloc(size + size / 2 + KEPT_COLUMNS + 2);
    if (ret_text->records == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "%s: no memory for its records", name);
    }
    if (size >= 3 &&
        memcmp(data, "\xef\xbb\xbf", 3) == 0) { /* what some editors put before UTF-8 */
        data += 3, size -= 3;
    }
    scan s = {.name = name, .text = ret_text, .error = error};
    dt_status status = scan_lines(&s, data, size);
    return status != DT_OK ? status : check_whole(&s);
}

void dti_pdb_text_free(dti_pdb_text *text) {
    free(text->records);
    text->records = NULL;
}
