/* alloc_fail_example.c - an example program, its main renamed, with every allocation failing once:
 * it ends with a code and a sentence, or does without; no crash, no leak, no wrong number.
 *
 *     alloc_fail_NAME [--most=RUNS] ARGUMENTS OF THE EXAMPLE
 *
 * Above that many allocations only every second, third ... fails. */
#include "failing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int example_main(int argc, char **argv);

enum { TEXT = 16384 };

/* What the example writes to one of its streams goes to a file. */
struct stream {
    FILE *stream, *file;
    int saved;
};

static struct stream divert(FILE *stream) {
    struct stream s = {.stream = stream, .file = tmpfile()};
    fflush(stream);
    s.saved = dup(fileno(stream));
    if (s.file == NULL || s.saved < 0 || dup2(fileno(s.file), fileno(stream)) < 0) {
        perror("alloc_fail_example");
        exit(1);
    }
    return s;
}

static void restore(struct stream *s, char text[TEXT]) {
    fflush(s->stream);
    dup2(s->saved, fileno(s->stream));
    close(s->saved);
    rewind(s->file);
    text[fread(text, 1, TEXT - 1, s->file)] = '\0';
    fclose(s->file);
}

/* Take lines about memory and times out: they may differ, results may not. */
static void drop_costs(char *text) {
    char *to = text;
    for (char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        length += line[length] == '\n' ? 1 : 0;
        const char *memory = strstr(line, "MB"), *time = strstr(line, "seconds");
        bool cost =
            (memory != NULL && memory < line + length) || (time != NULL && time < line + length);
        if (!cost) {
            memmove(to, line, length);
            to += length;
        }
        line += length;
    }
    *to = '\0';
}

struct outcome {
    int code;
    bool failed;
    char out[TEXT], err[TEXT];
};

static void run(int argc, char **argv, long long n, struct outcome *ret) {
    struct stream out = divert(stdout), err = divert(stderr);
    fail_allocation(n);
    ret->code = example_main(argc, argv);
    ret->failed = allocation_failed();
    fail_allocation(-1);
    restore(&err, ret->err);
    restore(&out, ret->out);
    drop_costs(ret->out);
}

/* A failed allocation ends in a sentence and a code, or changes nothing. */
static int judge(long long n, const struct outcome *sound, const struct outcome *o) {
    bool survived = o->code == 0 && strcmp(sound->out, o->out) == 0;
    bool said = strstr(o->err, "memory") != NULL || strstr(o->out, "memory") != NULL;
    bool refused = o->code != 0 && said;
    if (!survived && !refused) {
        printf("allocation %lld: code %d, \"%s\"\n%s", n, o->code, o->err, o->out);
    }
    return !survived && !refused;
}

/* Do allocations up to n end it? */
static bool reaches(int argc, char **argv, long long n, struct outcome *o) {
    run(argc, argv, n, o);
    return o->failed;
}

int main(int argc, char **argv) {
    static struct outcome sound, o;
    long long most = 400, count = 1, step, bad = 0, runs = 0;
    if (argc > 1 && sscanf(argv[1], "--most=%lld", &most) == 1) {
        argv[1] = argv[0];
        argc--;
        argv++;
    }
    run(argc, argv, -1, &sound); /* allocates what lasts as long as the process */
    run(argc, argv, -1, &sound);
    if (sound.code != 0) {
        printf("fails with all memory: code %d, %s\n", sound.code, sound.err);
        return 1;
    }
    while (reaches(argc, argv, count, &o)) {
        bad += judge(count, &sound, &o);
        count *= 2;
    }
    step = count / most + 1;
    for (long long n = 0; n < count && bad < 10; n += step) {
        run(argc, argv, n, &o);
        if (!o.failed) {
            break;
        }
        bad += judge(n, &sound, &o);
        runs++;
    }
    printf("%lld allocations failed one by one, every %lldth of them; %lld without a sentence\n",
           runs, step, bad);
    return bad == 0 && runs > 0 ? 0 : 1;
}
