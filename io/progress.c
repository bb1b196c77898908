/* progress.c - the progress line: redrawn on a terminal, a line per 10 % elsewhere. */
#include <difftape/progress.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define REDRAW_SECONDS 0.1
#define PLAIN_STEPS    10
#define TITLE_SIZE     64
#define LINE_SIZE      256
#define USUAL_WIDTH    80

const char *const dt_progress_mode_names[] = {"auto", "never", "always", NULL};

struct dt_progress {
    FILE *stream;
    bool silent, redrawn;
    char title[TITLE_SIZE];
    double started, drawn_at; /* seconds of the monotonic clock */
    int64_t drawn_done;       /* as last drawn, -1 before the first time */
    int plain_step;           /* tenths already reported */
    int shown_width;          /* characters of the line now on the terminal */
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A dumb terminal cannot go back to the beginning of a line usefully (editors' shells, logs). */
static bool is_terminal(FILE *stream) {
    const char *term = getenv("TERM");
    int fd = fileno(stream);
    return fd >= 0 && isatty(fd) && !(term && !strcmp(term, "dumb"));
}

static int terminal_width(FILE *stream) {
    struct winsize size;
    int fd = fileno(stream);
    if (fd >= 0 && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    const char *columns = getenv("COLUMNS");
    long width = columns ? strtol(columns, NULL, 10) : 0;
    return width > 0 && width < LINE_SIZE ? (int)width : USUAL_WIDTH;
}

dt_progress *dt_progress_new(FILE *stream, dt_progress_mode mode, const char *title) {
    dt_progress *progress = calloc(1, sizeof *progress);
    if (!progress) {
        return NULL;
    }
    progress->stream = stream;
    progress->silent = mode == DT_PROGRESS_NEVER || !stream;
    progress->redrawn = !progress->silent && (mode == DT_PROGRESS_ALWAYS || is_terminal(stream));
    snprintf(progress->title, sizeof progress->title, "%s", title ? title : "");
    progress->started = progress->drawn_at = now();
    progress->drawn_done = -1;
    return progress;
}

/* "title  done/total  percent  eta mm:ss" in `width` characters: the title gives way first. */
static int make_line(const dt_progress *p, int64_t done, int64_t total, double elapsed, int width,
                     char line[LINE_SIZE]) {
    char eta[24], numbers[LINE_SIZE / 2];
    double left = done > 0 ? elapsed * ((double)(total - done) / (double)done) : -1.0;
    int percent = (int)floor(100.0 * (double)done / (double)total);
    const char *word = done == total ? "in" : "eta";
    dt_format_duration(eta, sizeof eta, done == total ? elapsed : left);
    snprintf(numbers, sizeof numbers, "%lld/%lld  %d %%  %s %s", (long long)done, (long long)total,
             percent, word, eta);
    if (width > LINE_SIZE - 1) {
        width = LINE_SIZE - 1;
    }
    int room = width - 2 - (int)strlen(numbers);
    if (!p->title[0] || room < 1) {
        snprintf(line, LINE_SIZE, "%.*s", width, numbers);
    } else {
        snprintf(line, LINE_SIZE, "%.*s  %s", room, p->title, numbers);
    }
    return (int)strlen(line);
}

static void redraw(dt_progress *p, int64_t done, int64_t total, double elapsed) {
    char line[LINE_SIZE];
    int width = terminal_width(p->stream) - 1; /* the last column would wrap on some terminals */
    int length = make_line(p, done, total, elapsed, width > 0 ? width : 1, line);
    int rest = p->shown_width > length ? p->shown_width - length : 0;
    fprintf(p->stream, "\r%s%*s", line, rest, "");
    fflush(p->stream);
    p->shown_width = length;
}

void dt_progress_update(dt_progress *progress, int64_t done, int64_t total) {
    if (!progress || progress->silent || total <= 0) {
        return;
    }
    dt_progress *p = progress;
    if (done < 0) {
        done = 0;
    }
    if (done > total) {
        done = total;
    }
    double time = now(), elapsed = time - p->started;
    if (p->redrawn) {
        bool finished = done == total && p->drawn_done != done;
        bool first = p->drawn_done < 0;
        if (!first && !finished && time - p->drawn_at < REDRAW_SECONDS) {
            return;
        }
        redraw(p, done, total, elapsed);
        p->drawn_at = time;
        p->drawn_done = done;
        return;
    }
    int step = (int)floor(PLAIN_STEPS * (double)done / (double)total);
    if (step <= p->plain_step) {
        return;
    }
    char line[LINE_SIZE];
    make_line(p, done, total, elapsed, LINE_SIZE - 1, line);
    fprintf(p->stream, "%s\n", line);
    fflush(p->stream);
    p->plain_step = step;
}

void dt_progress_clear(dt_progress *progress) {
    if (!progress || progress->shown_width == 0) {
        return;
    }
    fprintf(progress->stream, "\r%*s\r", progress->shown_width, "");
    fflush(progress->stream);
    progress->shown_width = 0;
    progress->drawn_done = -1; /* the next update draws at once */
}

void dt_progress_free(dt_progress *progress) {
    dt_progress_clear(progress);
    free(progress);
}
