/* state.c - what a fit needs to go on: the optimizer, its history, and whose they are. */
#include "refine.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATE_VERSION = 1 };

/* -- whose state it is ------------------------------------------------------------------------- */

/* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash(uint64_t h, const void *data, size_t size) {
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++) {
        h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    return h;
}

static uint64_t hash_numbers(uint64_t h, const double *x, int64_t n) {
    return hash(h, x, (size_t)n * sizeof *x);
}

/* Of all that decides the course of the fit: crystal, network, data, start, method. */
static int64_t fingerprint(const struct fit *f) {
    const struct settings *s = f->settings;
    const dt_crystal *c = f->crystal;
    const int64_t choices[] = {
        f->used.n,     c->n_atoms,     c->n_asu,       s->form,       s->groups, s->classes,
        s->method,     s->drop_within, s->refine,      s->hold,       s->knots,  s->occupancy,
        s->cell_range, s->adp,         s->spring_unit, s->occupation, s->bragg,  s->bragg_order};
    uint64_t h = hash(UINT64_C(0xcbf29ce484222325), choices, sizeof choices);
    h = hash_numbers(h, &s->cutoff, 1);
    h = hash_numbers(h, &s->temperature, 1);
    h = hash_numbers(h, c->cell.parameters, 6);
    h = hash_numbers(h, c->rotation, 9 * c->n_asu);
    h = hash_numbers(h, c->translation, 3 * c->n_asu);
    h = hash_numbers(h, c->xyz, 3 * c->n_atoms);
    h = hash_numbers(h, c->u_iso, c->n_atoms);
    h = hash_numbers(h, c->occupancy, c->n_atoms);
    h = hash_numbers(h, c->ff_c, c->n_atoms);
    h = hash(h, f->voxel, (size_t)f->used.n * sizeof *f->voxel);
    h = hash_numbers(h, f->used.inverse_d, f->used.n);
    h = hash_numbers(h, f->intensity, f->used.n);
    h = hash_numbers(h, f->sigma, f->used.n);
    for (int k = 0; k < KINDS; k++) {
        h = hash_numbers(h, f->parameter[k].start, f->parameter[k].n);
    }
    return (int64_t)h;
}

/* -- writing ----------------------------------------------------------------------------------- */

int state_write(struct fit *f) {
    char path[PATH_SIZE];
    dt_array optimizer = {0};
    dt_npz_writer *writer = NULL;
    output_path(f, "state.npz", path, sizeof path);
    if (dt_optimizer_save(f->optimizer, &optimizer, &f->error) != DT_OK ||
        dt_npz_create(&writer, path, &f->error) != DT_OK) {
        dt_array_free(&optimizer);
        return exit_code_of(f->error.status);
    }
    const int64_t identity[3] = {STATE_VERSION, fingerprint(f), f->finished};
    const dt_array head = dt_array_wrap(DT_I64, 1, (const int64_t[]){3}, identity);
    const dt_array history =
        dt_array_wrap(DT_F64, 2, (const int64_t[]){f->n_history, HISTORY_COLUMNS}, f->history);
    dt_npz_add(writer, "identity", &head);
    dt_npz_add(writer, "optimizer", &optimizer);
    dt_npz_add(writer, "history", &history);
    dt_npz_add_bytes(writer, "reason", f->reason, strlen(f->reason));
    dt_status status = dt_npz_finish(writer, &f->error);
    dt_array_free(&optimizer);
    return exit_code_of(status);
}

/* -- reading ----------------------------------------------------------------------------------- */

static int refuse(struct fit *f, const char *path, const char *what) {
    dt_error_set(&f->error, DT_ERR_FORMAT, "%s %s", path, what);
    return EXIT_INPUT;
}

static int take_identity(struct fit *f, dt_npz *npz, const char *path) {
    dt_array head = {0};
    if (dt_npz_get(npz, "identity", &head, &f->error) != DT_OK) {
        return exit_code_of(f->error.status) == EXIT_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
    }
    const int64_t *identity = head.data;
    int code = 0;
    if (head.dtype != DT_I64 || dt_array_size(&head) < 1 || identity[0] < 1) {
        code = refuse(f, path, "is not the state of a fit: choose another --output");
    } else if (identity[0] > STATE_VERSION) {
        code = refuse(f, path,
                      "was written by a newer refine: go on with that one, or choose "
                      "another --output");
    } else if (dt_array_size(&head) != 3 || identity[1] != fingerprint(f)) {
        code = refuse(f, path,
                      "belongs to another fit: structure, target or options are not those it was "
                      "begun with (config.json beside it has them); choose another --output");
    } else {
        f->finished = identity[2] != 0;
    }
    dt_array_free(&head);
    return code;
}

static int take_history(struct fit *f, dt_npz *npz, const char *path) {
    dt_array history = {0};
    if (dt_npz_get(npz, "history", &history, &f->error) != DT_OK) {
        return EXIT_INPUT;
    }
    if (history.dtype != DT_F64 || history.ndim != 2 || history.shape[1] != HISTORY_COLUMNS) {
        dt_array_free(&history);
        return refuse(f, path, "has a damaged history: choose another --output");
    }
    size_t size = (size_t)dt_array_size(&history) * sizeof(double);
    f->history = malloc(size + 1);
    if (f->history != NULL) {
        memcpy(f->history, history.data, size);
        f->n_history = history.shape[0];
    }
    dt_array_free(&history);
    return f->history != NULL ? 0 : EXIT_MEMORY;
}

static int take_optimizer(struct fit *f, dt_npz *npz, const char *path) {
    dt_array state = {0};
    char *reason = NULL;
    size_t size;
    int code = 0;
    if (dt_npz_get(npz, "optimizer", &state, &f->error) != DT_OK ||
        dt_optimizer_restore(f->optimizer, &state, &f->error) != DT_OK ||
        dt_npz_get_bytes(npz, "reason", &reason, &size, &f->error) != DT_OK) {
        dt_error_context(&f->error, "%s", path);
        code = f->error.status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
    } else {
        snprintf(f->reason, sizeof f->reason, "%s", reason);
    }
    dt_array_free(&state);
    free(reason);
    return code;
}

int state_read(struct fit *f, bool *ret_found) {
    char path[PATH_SIZE];
    if (!output_path(f, "state.npz", path, sizeof path)) {
        dt_error_set(&f->error, DT_ERR_ARGUMENT, "--output: the name is too long");
        return EXIT_USAGE;
    }
    *ret_found = access(path, F_OK) == 0;
    if (!*ret_found) {
        return 0;
    }
    if (!f->settings->resume) {
        return refuse(f, path,
                      "is there already: go on with that fit by --resume, or choose another "
                      "--output");
    }
    dt_npz *npz = NULL;
    if (dt_npz_open(&npz, path, &f->error) != DT_OK) {
        return f->error.status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
    }
    int code = take_identity(f, npz, path);
    code = code != 0 ? code : take_history(f, npz, path);
    code = code != 0 ? code : take_optimizer(f, npz, path);
    dt_npz_close(npz);
    return code;
}
