/* mistakes.c - the complete text of every error a newcomer is likely to meet, against one file.
 *
 *     mistakes GOLDEN.txt            compare
 *     mistakes GOLDEN.txt --update   write the file anew; read what changed before committing it */
#include "mistakes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- tensors ----------------------------------------------------------------------------------- */

dt_tensor *param(dt_tape *tape, int ndim, const int64_t *shape) {
    return dt_parameter(tape, DT_F64, ndim, shape, NULL);
}

dt_tensor *real(dt_tape *tape, int ndim, const int64_t *shape) {
    return dt_ones(tape, DT_F64, ndim, shape);
}

dt_tensor *cplx(dt_tape *tape, int ndim, const int64_t *shape) {
    return dt_ones(tape, DT_C128, ndim, shape);
}

dt_tensor *integers(dt_tape *tape, int64_t n, const int64_t *entries) {
    return dt_constant(tape, DT_I64, 1, &n, entries);
}

/* -- the text ---------------------------------------------------------------------------------- */

struct text {
    char *bytes;
    size_t length, room;
};

static void append(struct text *t, const char *piece) {
    size_t n = strlen(piece);
    if (t->length + n + 1 > t->room) {
        t->room = 2 * (t->length + n + 1);
        t->bytes = realloc(t->bytes, t->room);
        if (t->bytes == NULL) {
            abort();
        }
    }
    memcpy(t->bytes + t->length, piece, n + 1);
    t->length += n;
}

/* One mistake's entry; 1 if it passed unnoticed or without a sentence. */
static int describe(const struct mistake *m, struct text *text) {
    dt_error error = DT_ERROR_INIT;
    dt_tape *tape = dt_tape_new(NULL);
    m->make(tape, &error);
    if (error.status == DT_OK) {
        error = *dt_tape_error(tape);
    }
    dt_tape_free(tape);
    if (error.status == DT_OK || strlen(error.message) < 20) {
        printf("%s: passes with %s \"%s\"\n", m->what, dt_status_name(error.status), error.message);
        return 1;
    }
    append(text, m->what);
    append(text, "\n    ");
    append(text, dt_status_name(error.status));
    append(text, "\n    ");
    append(text, error.message);
    append(text, "\n\n");
    return 0;
}

/* The file's contents; empty if there is none. */
static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    struct text text = {0};
    char piece[4096];
    append(&text, "");
    while (file != NULL && fgets(piece, sizeof piece, file) != NULL) {
        append(&text, piece);
    }
    if (file != NULL) {
        fclose(file);
    }
    return text.bytes;
}

static int write_file(const char *path, const char *bytes) {
    FILE *file = fopen(path, "wb");
    if (file == NULL || fputs(bytes, file) < 0 || fclose(file) != 0) {
        fprintf(stderr, "cannot write %s: %s\n", path, strerror(errno));
        return 1;
    }
    return 0;
}

/* Print the lines in which the texts begin to differ. */
static int compare(const char *want, const char *have) {
    size_t line = 0, at = 0;
    while (want[at] == have[at] && want[at] != '\0') {
        at++;
        line = want[at - 1] == '\n' ? at : line;
    }
    if (want[at] == have[at]) {
        return 0;
    }
    printf("expected: %.*s\nfound:    %.*s\n(--update writes the file anew)\n",
           (int)strcspn(want + line, "\n"), want + line, (int)strcspn(have + line, "\n"),
           have + line);
    return 1;
}

int main(int argc, char **argv) {
    const struct mistake *const lists[] = {shape_mistakes, gradient_mistakes, numerical_mistakes};
    struct text text = {0};
    int bad = 0, count = 0;
    if (argc < 2) {
        fprintf(stderr, "usage: mistakes GOLDEN.txt [--update]\n");
        return 2;
    }
    append(&text, "Mistakes and what is said about them: status and complete text. Written by\n"
                  "tests/mistakes.\n\n");
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++) {
        for (const struct mistake *m = lists[l]; m->what != NULL; m++, count++) {
            bad += describe(m, &text);
        }
    }
    if (argc > 2 && strcmp(argv[2], "--update") == 0) {
        bad += write_file(argv[1], text.bytes);
    } else {
        char *golden = read_file(argv[1]);
        bad += compare(golden, text.bytes);
        free(golden);
    }
    printf("%d mistakes, %d of them without their sentence\n", count, bad);
    free(text.bytes);
    return bad == 0 && count >= 50 ? 0 : 1;
}
