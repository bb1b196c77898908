/* output.c - the files of the folder. Each is written under another name and then renamed, so that
 * it is complete or not there. */
#include "refine.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool output_path(const struct fit *f, const char *name, char *buffer, size_t size) {
    int n = snprintf(buffer, size, "%s/%s", f->settings->output, name);
    return n > 0 && (size_t)n + 8 < size;
}

/* -- text files -------------------------------------------------------------------------------- */

struct text {
    char path[PATH_SIZE], temporary[PATH_SIZE + 8];
    FILE *stream;
};

static int fail(struct fit *f, const char *path) {
    dt_error_set(&f->error, DT_ERR_IO, "%s: %s", path, strerror(errno != 0 ? errno : EIO));
    return EXIT_INPUT;
}

static int text_begin(struct fit *f, struct text *t, const char *name) {
    output_path(f, name, t->path, sizeof t->path);
    snprintf(t->temporary, sizeof t->temporary, "%s.part", t->path);
    t->stream = fopen(t->temporary, "w");
    return t->stream != NULL ? 0 : fail(f, t->path);
}

static int text_end(struct fit *f, struct text *t) {
    errno = 0;
    bool good = fflush(t->stream) == 0 && !ferror(t->stream) && fsync(fileno(t->stream)) == 0;
    int reason = errno;
    good = fclose(t->stream) == 0 && good;
    if (good && rename(t->temporary, t->path) == 0) {
        return 0;
    }
    errno = reason != 0 ? reason : errno;
    int code = fail(f, t->path);
    unlink(t->temporary);
    return code;
}

/* A word of a CSV file: in quotes where it holds a comma or a quote. */
static void put_word(FILE *stream, const char *word) {
    if (strpbrk(word, ",\"") == NULL) {
        fputs(word, stream);
        return;
    }
    fputc('"', stream);
    for (; *word != '\0'; word++) {
        fprintf(stream, *word == '"' ? "\"\"" : "%c", *word);
    }
    fputc('"', stream);
}

/* -- at the start and after every iteration ---------------------------------------------------- */

static int write_text(struct fit *f, const char *name, const char *text) {
    struct text t;
    int code = text_begin(f, &t, name);
    if (code == 0) {
        fprintf(t.stream, "%s\n", text);
        code = text_end(f, &t);
    }
    return code;
}

/* Can the model's map be written in its format? Better known now than after the fit. */
static int try_map(struct fit *f) {
    char path[PATH_SIZE];
    dt_hkl_writer *trial = NULL;
    output_path(f, map_file_name(f->settings), path, sizeof path);
    if (f->settings->map_format == MAP_CCP4) {
        for (int d = 0; d < 3; d++) {
            if (f->target.axes[d].offset != 0) {
                dt_error_set(&f->error, DT_ERR_ARGUMENT,
                             "--map-format=ccp4: the grid of a CCP4 map has points at multiples of "
                             "1/N, that of the target has not along %c: choose another format",
                             "hkl"[d]);
                return EXIT_USAGE;
            }
        }
    }
    if (dt_hkl_map_create(&trial, path, &f->error) != DT_OK) {
        return exit_code_of(f->error.status);
    }
    dt_hkl_map_abort(trial);
    return 0;
}

int output_begin(struct fit *f) {
    const char *folder = f->settings->output;
    char *options = NULL;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        return fail(f, folder);
    }
    if (dt_options_write_json(f->settings->options, &options, &f->error) != DT_OK) {
        return EXIT_MEMORY;
    }
    int code = write_text(f, "config.json", options);
    free(options);
    code = code != 0 ? code : write_text(f, "provenance.json", f->provenance);
    return code != 0 ? code : try_map(f);
}

int output_history(struct fit *f) {
    struct text t;
    int code = text_begin(f, &t, "history.csv");
    if (code != 0) {
        return code;
    }
    fprintf(t.stream, "iteration,evaluations,chi2,chi2_per_voxel,largest_gradient,step\n");
    for (int64_t i = 0; i < f->n_history; i++) {
        const double *row = f->history + HISTORY_COLUMNS * i;
        fprintf(t.stream, "%.0f,%.0f,%.17g,%.10g,%.6g,%.6g\n", row[ITERATION], row[EVALUATIONS],
                2 * row[LOSS], 2 * row[LOSS] / (double)f->used.n, row[GRADIENT], row[STEP]);
    }
    return text_end(f, &t);
}

/* -- at the end -------------------------------------------------------------------------------- */

static int write_parameters(struct fit *f) {
    struct text t;
    int code = text_begin(f, &t, "parameters.csv");
    if (code != 0) {
        return code;
    }
    fprintf(t.stream, "parameter,number,label,refined,start,value,standard_error,unit\n");
    for (int k = 0; k < KINDS; k++) {
        const struct parameter *p = &f->parameter[k];
        int64_t next = 0;
        for (int64_t i = 0; i < p->n; i++) {
            char label[64];
            bool free = next < p->n_free && p->free[next] == i;
            next += free;
            fprintf(t.stream, "%s,%lld,", kind_names[k], (long long)i);
            put_word(t.stream, parameter_label(f, p, i, label, sizeof label));
            fprintf(t.stream, ",%s,%.17g,%.17g,", free ? "yes" : "no", p->start[i], p->value[i]);
            if (free && f->no_errors[0] == '\0' && !isnan(p->error[i])) {
                fprintf(t.stream, "%.6g", p->error[i]);
            }
            fprintf(t.stream, ",%s\n", p->unit_name);
        }
    }
    return text_end(f, &t);
}

static int write_agreement(struct fit *f, const char *name, const dt_agreement_report *agreement) {
    struct text t;
    int64_t size = dt_agreement_format(NULL, 0, agreement) + 1;
    char *report = malloc((size_t)size);
    if (report == NULL) {
        dt_error_set(&f->error, DT_ERR_MEMORY, "no memory for the report");
        return EXIT_MEMORY;
    }
    dt_agreement_format(report, size, agreement);
    int code = text_begin(f, &t, name);
    if (code == 0) {
        fputs(report, t.stream);
        code = text_end(f, &t);
    }
    free(report);
    return code;
}

/* As a target without sigmas, so that the model of one fit can be the data of another. */
static int write_model(struct fit *f) {
    char path[PATH_SIZE];
    const dt_phonon_map *map = f->grid.map;
    struct target t = f->target;
    t.intensity = f->model;
    t.has_sigma = false;
    memcpy(t.cell, f->crystal->cell.parameters, sizeof t.cell);
    t.usable = malloc((size_t)t.voxels);
    if (t.usable == NULL) {
        dt_error_set(&f->error, DT_ERR_MEMORY, "no memory for the map");
        return EXIT_MEMORY;
    }
    memcpy(t.usable, dt_phonon_map_valid(map), (size_t)t.voxels);
    output_path(f, map_file_name(f->settings), path, sizeof path);
    int code = map_file_write(f, path, "refine: one-phonon diffuse intensity, fitted", &t);
    free(t.usable);
    return code;
}

int output_write(struct fit *f) {
    int code = output_history(f);
    code = code != 0 ? code : write_parameters(f);
    code = code != 0 ? code : write_agreement(f, "shells.csv", &f->agreement);
    code = code != 0 ? code : write_agreement(f, "distances.csv", &f->distances);
    code = code != 0 ? code : write_model(f);
    return code != 0 ? code : picture_write(f);
}
