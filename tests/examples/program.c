/* program.c - start a program as a user does and look at what it leaves behind. */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#include "program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* -- memory that lives as long as the test ----------------------------------------------------- */

static struct block {
    struct block *next;
    void *data;
} * blocks;

/* Release it when the folder is left. */
static void *keep(void *data) {
    struct block *b = malloc(sizeof *b);
    cr_assert(b != NULL && data != NULL, "no memory");
    *b = (struct block){blocks, data};
    blocks = b;
    return data;
}

static void release_all(void) {
    for (struct block *next; blocks != NULL; blocks = next) {
        next = blocks->next;
        free(blocks->data);
        free(blocks);
    }
}

/* -- folder ------------------------------------------------------------------------------------ */

static char folder[] = "onephonon-test-XXXXXX";

void enter_folder(void) {
    cr_assert(mkdtemp(folder) != NULL, "no scratch folder: %s", strerror(errno));
    cr_assert(chdir(folder) == 0, "no way into the scratch folder");
    cr_assert(symlink(DT_SOURCE_DIR "/examples/data/3al1.pdb", CRYSTAL) == 0, "no crystal");
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in the folder, sorted; the strings live on. */
static int list(char *names[], int capacity) {
    DIR *stream = opendir(".");
    int n = 0;
    cr_assert(stream != NULL);
    for (struct dirent *entry; (entry = readdir(stream)) != NULL && n < capacity;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            names[n++] = keep(strdup(entry->d_name));
        }
    }
    closedir(stream);
    qsort(names, (size_t)n, sizeof *names, by_name);
    return n;
}

const char *folder_list(void) {
    static char text[4096];
    char *names[64];
    int n = list(names, 64);
    text[0] = '\0';
    for (int i = 0; i < n; i++) {
        if (strcmp(names[i], CRYSTAL) != 0) {
            size_t at = strlen(text);
            snprintf(text + at, sizeof text - at, "%s%s", at > 0 ? " " : "", names[i]);
        }
    }
    return text;
}

void leave_folder(void) {
    char *names[64];
    int n = list(names, 64);
    for (int i = 0; i < n; i++) {
        if (unlink(names[i]) != 0) {
            rmdir(names[i]);
        }
    }
    cr_assert(chdir("..") == 0);
    rmdir(folder);
    release_all();
}

/* -- running ----------------------------------------------------------------------------------- */

struct stream {
    int mine, theirs; /* descriptors, -1: none */
    char *text;
    size_t size;
};

static struct stream open_stream(bool terminal) {
    struct stream s = {-1, -1, calloc(1, 1), 0};
    if (terminal) {
        s.mine = posix_openpt(O_RDWR | O_NOCTTY);
        cr_assert(s.mine >= 0 && grantpt(s.mine) == 0 && unlockpt(s.mine) == 0, "no terminal");
        s.theirs = open(ptsname(s.mine), O_RDWR | O_NOCTTY);
    } else {
        int ends[2];
        cr_assert(pipe(ends) == 0);
        s.mine = ends[0];
        s.theirs = ends[1];
    }
    cr_assert(s.theirs >= 0 && s.text != NULL);
    return s;
}

/* Append what has come; at the end (a terminal says EIO) the descriptor becomes -1. */
static void take(struct stream *s) {
    char buffer[4096];
    ssize_t n = read(s->mine, buffer, sizeof buffer);
    if (n <= 0) {
        close(s->mine);
        s->mine = -1;
        return;
    }
    s->text = realloc(s->text, s->size + (size_t)n + 1);
    cr_assert(s->text != NULL);
    memcpy(s->text + s->size, buffer, (size_t)n);
    s->size += (size_t)n;
    s->text[s->size] = '\0';
}

static void limit(int resource, int64_t bytes) {
    if (bytes > 0) {
        const struct rlimit r = {(rlim_t)bytes, (rlim_t)bytes};
        setrlimit(resource, &r);
    }
}

/* In the child: never returns. */
static void become_program(const struct conditions *c, const char *arguments, int out, int err) {
    char words[4096], *argv[64] = {DT_PROGRAM};
    int argc = 1;
    snprintf(words, sizeof words, "%s", arguments);
    for (char *word = words; word != NULL && *word != '\0' && argc < 63;) {
        char *end = strchr(word, ' ');
        argv[argc++] = word;
        word = end == NULL ? NULL : end + 1;
        if (end != NULL) {
            *end = '\0';
        }
    }
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    if (c->closed_streams) {
        close(STDOUT_FILENO);
        close(STDERR_FILENO);
    }
    setenv("TERM", "xterm", 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1); /* its own threads would not start under RLIMIT_AS */
    limit(RLIMIT_FSIZE, c->file_bytes);
    limit(RLIMIT_AS, c->memory_bytes);
    execv(DT_PROGRAM, argv);
    _exit(127);
}

static int wait_for(pid_t child) {
    int status;
    while (waitpid(child, &status, 0) < 0) {
        cr_assert(errno == EINTR);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct outcome run_under(struct conditions c, const char *arguments) {
    struct stream out = open_stream(false), err = open_stream(c.terminal);
    if (c.output != NULL) {
        close(out.theirs);
        out.theirs = open(c.output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        cr_assert(out.theirs >= 0, "cannot open %s", c.output);
    }
    fcntl(out.mine, F_SETFD, FD_CLOEXEC);
    fcntl(err.mine, F_SETFD, FD_CLOEXEC);
    fflush(NULL);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        become_program(&c, arguments, out.theirs, err.theirs);
    }
    close(out.theirs);
    close(err.theirs);
    bool signalled = false;
    while (out.mine >= 0 || err.mine >= 0) {
        struct pollfd ready[2] = {{.fd = out.mine, .events = POLLIN},
                                  {.fd = err.mine, .events = POLLIN}};
        if (poll(ready, 2, -1) < 0) {
            cr_assert(errno == EINTR);
            continue;
        }
        if (ready[0].revents != 0) {
            take(&out);
        }
        if (ready[1].revents != 0) {
            take(&err);
        }
        if (c.interrupt && !signalled && err.size > 0) {
            kill(child, SIGINT);
            signalled = true;
        }
    }
    return (struct outcome){wait_for(child), keep(out.text), keep(err.text)};
}

struct outcome run(const char *arguments) {
    return run_under((struct conditions){0}, arguments);
}

void expect_refused(const char *arguments, int code, const char *sentence, const char *files) {
    struct outcome o = run(arguments);
    cr_expect(o.code == code, "%s: exit code %d, should be %d\n%s", arguments, o.code, code, o.err);
    const char *message = strstr(o.err, DT_PROGRAM_NAME ": error: ");
    cr_expect(message != NULL && strstr(message, sentence) != NULL, "%s: says\n%sshould say %s",
              arguments, o.err, sentence);
    cr_expect(message == NULL || strstr(message + 1, DT_PROGRAM_NAME ": ") == NULL,
              "%s: more than one sentence:\n%s", arguments, o.err);
    cr_expect(o.out[0] == '\0', "%s: standard output has\n%s", arguments, o.out);
    cr_expect(strcmp(folder_list(), files) == 0, "%s: leaves '%s', should leave '%s'", arguments,
              folder_list(), files);
}

/* -- files ------------------------------------------------------------------------------------- */

void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, "cannot write %s", path);
}

void write_map(const char *path, dt_dtype dtype, int ndim, const int64_t *shape, double value) {
    dt_array array;
    cr_assert(dt_array_new(&array, dtype, ndim, shape, NULL) == DT_OK);
    for (int64_t i = 0; i < dt_array_size(&array); i++) {
        if (dtype == DT_F64) {
            ((double *)array.data)[i] = value;
        } else if (dtype == DT_F32) {
            ((float *)array.data)[i] = (float)value;
        }
    }
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_npy_write(path, &array, &error) == DT_OK, "%s", error.message);
    dt_array_free(&array);
}

char *read_text(const char *path, size_t *ret_size) {
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL && fseek(file, 0, SEEK_END) == 0, "cannot read %s", path);
    size_t size = (size_t)ftell(file);
    char *text = keep(malloc(size + 1));
    rewind(file);
    cr_assert(text != NULL && fread(text, 1, size, file) == size, "cannot read %s", path);
    fclose(file);
    text[size] = '\0';
    if (ret_size != NULL) {
        *ret_size = size;
    }
    return text;
}

void write_crystal(const char *path, const char *cryst1) {
    char *text = read_text(CRYSTAL, NULL), *line = strstr(text, "\nCRYST1");
    cr_assert(line != NULL);
    char *rest = strchr(line + 1, '\n');
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL && rest != NULL);
    *line = '\0';
    fprintf(file, "%s%s%s%s", text, cryst1 != NULL ? "\n" : "", cryst1 != NULL ? cryst1 : "", rest);
    cr_assert(fclose(file) == 0);
}

/* -- JSON -------------------------------------------------------------------------------------- */

cJSON *parse_json(const char *text) {
    cJSON *object = cJSON_ParseWithOpts(text, NULL, 1);
    cr_assert(cJSON_IsObject(object), "not one JSON object and nothing else:\n%s", text);
    return object;
}

double number_of(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    cr_assert(cJSON_IsNumber(item), "no number named %s", name);
    return item->valuedouble;
}
