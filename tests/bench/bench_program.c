/* bench_program.c - time and memory of whole runs of onephonon, one JSON object for each case.
 *
 * bench_program PROGRAM REPEATS [STRUCTURE GRID [gradients]]...
 *
 * Every case is started anew REPEATS times with 2 threads; given are the median and the least
 * seconds from start to end, the processor time, the program's own account of its set-up, the peak
 * memory as the system counts it, and what of it is not the map with its mask. */
#define _DEFAULT_SOURCE
#include <difftape/difftape.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_REPEATS = 100, ANSWER = 65536 };

struct run {
    double seconds, cpu_seconds, peak_bytes;
    char answer[ANSWER]; /* what the program printed */
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds_of(struct timeval t) {
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

/* Read all of a pipe, at most ANSWER - 1 bytes. */
static void read_all(int fd, char *to) {
    size_t n = 0;
    for (ssize_t got = 1; got > 0 && n<ANSWER - 1; n += got> 0 ? (size_t)got : 0) {
        got = read(fd, to + n, ANSWER - 1 - n);
    }
    to[n] = '\0';
}

static bool start(char *const *arguments, struct run *ret) {
    int fd[2], state;
    struct rusage usage;
    if (pipe(fd) != 0) {
        return false;
    }
    double begin = now();
    pid_t child = fork();
    if (child == 0) {
        dup2(fd[1], STDOUT_FILENO);
        close(fd[0]);
        close(fd[1]);
        execv(arguments[0], arguments);
        _exit(127);
    }
    close(fd[1]);
    read_all(fd[0], ret->answer);
    close(fd[0]);
    if (child < 0 || wait4(child, &state, 0, &usage) != child || state != 0) {
        return false;
    }
    ret->seconds = now() - begin;
    ret->cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    ret->peak_bytes = 1024.0 * (double)usage.ru_maxrss;
    return true;
}

static int by_seconds(const void *a, const void *b) {
    double x = ((const struct run *)a)->seconds, y = ((const struct run *)b)->seconds;
    return (x > y) - (x < y);
}

static double number(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static void print(const char *structure, const char *grid, bool gradients, struct run *runs,
                  int n) {
    qsort(runs, (size_t)n, sizeof *runs, by_seconds);
    cJSON *answer = cJSON_Parse(runs[n / 2].answer);
    const char *name = strrchr(structure, '/');
    double voxels = number(answer, "voxels"), valid = number(answer, "valid");
    double atoms = number(answer, "atoms") * number(answer, "asymmetric_units");
    double map = 9.0 * voxels;
    printf("{\"structure\": \"%s\", \"hkl\": \"%s\", \"gradients\": %s, \"voxels\": %.0f, "
           "\"valid\": %.0f, \"atoms_per_cell\": %.0f, \"threads\": %.0f, \"repeats\": %d, "
           "\"median_s\": %.3f, \"least_s\": %.3f, \"cpu_s\": %.3f, \"setup_s\": %.3f, "
           "\"ns_per_atom_voxel_core\": %.2f, \"peak_mb\": %.1f, \"peak_less_map_mb\": %.1f}\n",
           name != NULL ? name + 1 : structure, grid, gradients ? "true" : "false", voxels, valid,
           atoms, number(answer, "threads"), n, runs[n / 2].seconds, runs[0].seconds,
           runs[n / 2].cpu_seconds, number(cJSON_GetObjectItem(answer, "seconds"), "setup"),
           1e9 * runs[0].cpu_seconds / (atoms * valid), 1e-6 * runs[n / 2].peak_bytes,
           1e-6 * (runs[n / 2].peak_bytes - map));
    fflush(stdout);
    cJSON_Delete(answer);
}

/* A cotangent of ones for this grid. */
static bool write_cotangent(const char *path, const char *text) {
    dt_grid g;
    dt_grid_axis axes[3];
    dt_array ones;
    bool done = sscanf(text, "%lf:%lf:%d,%lf:%lf:%d,%lf:%lf:%d", &g.lo[0], &g.hi[0], &g.samples[0],
                       &g.lo[1], &g.hi[1], &g.samples[1], &g.lo[2], &g.hi[2], &g.samples[2]) == 9 &&
                dt_grid_axes(&g, axes, NULL, NULL) == DT_OK &&
                dt_array_new(&ones, DT_F64, 3, (const int64_t[]){axes[0].n, axes[1].n, axes[2].n},
                             NULL) == DT_OK;
    if (done) {
        for (int64_t i = 0; i < dt_array_size(&ones); i++) {
            ((double *)ones.data)[i] = 1.0;
        }
        done = dt_npy_write(path, &ones, NULL) == DT_OK;
        dt_array_free(&ones);
    }
    return done;
}

static bool measure(char *program, int repeats, char *structure, const char *grid, bool gradients) {
    static struct run runs[MAX_REPEATS];
    char hkl[256], cotangent[] = "--cotangent=bench_cotangent.npy";
    snprintf(hkl, sizeof hkl, "--hkl=%s", grid);
    char *arguments[] = {
        program,   "--json", "--threads=2",       "--progress=never",           hkl,
        structure, "-o",     "bench_program.npz", gradients ? cotangent : NULL, NULL};
    bool done = !gradients || write_cotangent("bench_cotangent.npy", grid);
    for (int i = 0; i < repeats && done; i++) {
        done = start(arguments, &runs[i]);
    }
    if (done) {
        print(structure, grid, gradients, runs, repeats);
    }
    remove("bench_cotangent.npy");
    remove("bench_program.npz");
    return done;
}

int main(int argc, char **argv) {
    int repeats = argc > 2 ? atoi(argv[2]) : 0;
    repeats = repeats < 1 ? 1 : repeats > MAX_REPEATS ? MAX_REPEATS : repeats;
    for (int i = 3; i + 1 < argc; i += 2) {
        bool gradients = i + 2 < argc && strcmp(argv[i + 2], "gradients") == 0;
        if (!measure(argv[1], repeats, argv[i], argv[i + 1], gradients)) {
            fprintf(stderr, "bench_program: %s %s failed\n", argv[i], argv[i + 1]);
            return 1;
        }
        i += gradients;
    }
    return 0;
}
