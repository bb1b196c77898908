/* run.c - the computation: from files to a map and its gradients. */
#include "run.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

static volatile sig_atomic_t interrupted;

void run_interrupt(int signal_number) {
    (void)signal_number;
    interrupted = 1;
}

double clock_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int exit_code_of(dt_status status) {
    switch (status) {
    case DT_OK: return 0;
    case DT_ERR_MEMORY: return EXIT_MEMORY;
    case DT_ERR_CANCELLED: return EXIT_INTERRUPTED;
    case DT_ERR_IO:
    case DT_ERR_FORMAT: return EXIT_INPUT;
    case DT_ERR_ARGUMENT: return EXIT_USAGE;
    default: return EXIT_NUMERICS;
    }
}

/* -- reading ----------------------------------------------------------------------------------- */

/* Is the cotangent a finite f64 array of the map's shape? */
static int check_cotangent(struct run *r) {
    const char *path = r->settings->cotangent;
    dt_grid_axis axes[3];
    int64_t voxels;
    settings_axes(r->settings, axes, &voxels);
    const dt_array *c = &r->cotangent;
    bool fits = c->ndim == 3;
    for (int d = 0; d < 3 && fits; d++) {
        fits = c->shape[d] == axes[d].n;
    }
    if (!fits) {
        char shape[128];
        dt_error_set(
            &r->error, DT_ERR_FORMAT,
            "%s: the cotangent has shape %s, the map (%lld,%lld,%lld): give dL/dI for every "
            "voxel",
            path, dt_shape_format(shape, sizeof shape, c->ndim, c->shape), (long long)axes[0].n,
            (long long)axes[1].n, (long long)axes[2].n);
        return EXIT_INPUT;
    }
    if (c->dtype != DT_F64) {
        dt_error_set(&r->error, DT_ERR_FORMAT, "%s: the cotangent holds %s, it must hold f64", path,
                     dt_dtype_name(c->dtype));
        return EXIT_INPUT;
    }
    const double *data = c->data;
    for (int64_t i = 0; i < voxels; i++) {
        if (!isfinite(data[i])) {
            int64_t at[3];
            dt_grid_position(axes, i, at);
            dt_error_set(&r->error, DT_ERR_FORMAT,
                         "%s: the cotangent is %g at (%lld,%lld,%lld): every entry must be finite "
                         "(use 0 where there is no data)",
                         path, data[i], (long long)at[0], (long long)at[1], (long long)at[2]);
            return EXIT_INPUT;
        }
    }
    return 0;
}

int run_read(struct run *r) {
    const struct settings *s = r->settings;
    double start = clock_seconds();
    const dt_structure_options options = {.keep_hydrogens = s->keep_hydrogens,
                                          .keep_waters = s->keep_waters,
                                          .keep_ligands = s->keep_ligands};
    if (dt_structure_read(&r->structure, s->structure, &options, &r->error) != DT_OK) {
        return r->error.status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
    }
    struct stat file;
    r->input_bytes = stat(s->structure, &file) == 0 ? (int64_t)file.st_size : 0;
    int code = 0;
    if (s->cotangent != NULL) {
        code = dt_npy_read(s->cotangent, &r->cotangent, &r->error) == DT_OK ? check_cotangent(r)
               : r->error.status == DT_ERR_MEMORY                           ? EXIT_MEMORY
                                                                            : EXIT_INPUT;
    }
    r->seconds[STAGE_READ] = clock_seconds() - start;
    return code;
}

/* -- the model --------------------------------------------------------------------------------- */

static int make_crystal(struct run *r) {
    const dt_structure *s = r->structure;
    dt_crystal_input input = dt_crystal_input_from(s);
    if (r->settings->occupancy == OCCUPANCY_FILE) {
        input.occupancy = s->occupancy;
    }
    input.quirks = dt_preset_quirks((dt_preset)r->settings->preset);
    if (dt_crystal_new(&input, &r->crystal, &r->error) != DT_OK) {
        dt_error_context(&r->error, "%s", r->settings->structure);
        return r->error.status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
    }
    return 0;
}

int run_setup(struct run *r) {
    const struct settings *s = r->settings;
    double start = clock_seconds();
    const dt_one_phonon_options options = settings_model(s);
    dt_one_phonon_cost cost;
    int code = make_crystal(r);
    if (code == 0 && !s->dry_run) {
        code = dt_one_phonon_estimate(r->crystal, &s->grid, &options, dt_get_threads(), &cost,
                                      &r->error) == DT_OK
                   ? memory_check(r, (s->cotangent != NULL ? cost.bytes : cost.forward_bytes) +
                                         settings_file_bytes(s, cost.sizes.voxels))
                   : exit_code_of(r->error.status);
    }
    if (code == 0 && !s->dry_run &&
        dt_one_phonon_new(r->crystal, &s->grid, &options, &r->model, &r->error) != DT_OK) {
        code = exit_code_of(r->error.status);
    }
    r->seconds[STAGE_SETUP] = clock_seconds() - start;
    return code;
}

/* -- evaluation -------------------------------------------------------------------------------- */

struct display {
    dt_progress *bar;
    int64_t total; /* voxels: shorter loops, such as that over springs, are not worth a line */
};

static int on_progress(void *user, int64_t done, int64_t total) {
    const struct display *d = user;
    if (total == d->total) {
        dt_progress_update(d->bar, done, total);
    }
    return interrupted;
}

/* Show progress under this title until display_end. The tape keeps a pointer to *d. */
static void display_begin(struct run *r, struct display *d, const char *title) {
    d->bar = dt_progress_new(stderr, (dt_progress_mode)r->settings->progress, title);
    d->total = dt_one_phonon_get_sizes(r->model).valid;
    dt_tape_on_progress(r->tape, on_progress, d);
}

static void display_end(struct run *r, struct display *d) {
    dt_tape_on_progress(r->tape, NULL, NULL);
    dt_progress_free(d->bar);
}

/* Parameters if a cotangent asks for gradients, constants otherwise. */
static dt_tensor *input(struct run *r, int ndim, const int64_t *shape, const double *data) {
    return r->cotangent.data != NULL ? dt_parameter(r->tape, DT_F64, ndim, shape, data)
                                     : dt_constant(r->tape, DT_F64, ndim, shape, data);
}

static int tape_result(struct run *r) {
    const dt_error *e = dt_tape_error(r->tape);
    if (interrupted) {
        return EXIT_INTERRUPTED;
    }
    if (e->status == DT_OK) {
        return 0;
    }
    r->error = *e;
    return e->status == DT_ERR_ARGUMENT ? EXIT_NUMERICS : exit_code_of(e->status);
}

int run_forward(struct run *r) {
    double start = clock_seconds();
    r->tape = dt_tape_new(NULL);
    if (r->tape == NULL) {
        dt_error_set(&r->error, DT_ERR_MEMORY, "no memory for a tape");
        return EXIT_MEMORY;
    }
    int64_t n = r->crystal->n_atoms;
    r->gamma_intra = input(r, 0, NULL, &r->settings->gamma_intra);
    r->gamma_inter = input(r, 0, NULL, &r->settings->gamma_inter);
    r->xyz = input(r, 2, (const int64_t[]){n, 3}, r->crystal->xyz);
    struct display display;
    display_begin(r, &display, "intensity");
    r->u_iso = r->settings->adp == ADP_DATA
                   ? input(r, 1, (const int64_t[]){n}, r->crystal->u_iso)
                   : dt_one_phonon_displacements(r->model, r->gamma_intra, r->gamma_inter, r->xyz);
    r->intensity =
        dt_one_phonon_intensity(r->model, r->gamma_intra, r->gamma_inter, r->u_iso, r->xyz);
    display_end(r, &display);
    r->seconds[STAGE_FORWARD] = clock_seconds() - start;
    return tape_result(r);
}

int run_backward(struct run *r) {
    if (r->cotangent.data == NULL) {
        return 0;
    }
    double start = clock_seconds();
    struct display display;
    display_begin(r, &display, "gradient");
    dt_backward_from(r->intensity, dt_constant_view(r->tape, &r->cotangent));
    display_end(r, &display);
    r->seconds[STAGE_BACKWARD] = clock_seconds() - start;
    return tape_result(r);
}

void run_free(struct run *r) {
    dt_tape_free(r->tape);
    dt_one_phonon_free(r->model);
    dt_crystal_free(r->crystal);
    dt_structure_free(r->structure);
    dt_array_free(&r->cotangent);
    free(r->provenance);
}
