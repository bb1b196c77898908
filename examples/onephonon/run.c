/* run.c - the computation: from files to a map and its gradients. */
#include "run.h"

#include "../common/crystal.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* -- reading ----------------------------------------------------------------------------------- */

void map_shape(const struct run *r, int *ret_ndim, int64_t ret_shape[3]) {
    *ret_ndim = r->list.data != NULL ? 1 : 3;
    ret_shape[0] = r->list.data != NULL ? r->list.shape[0] : 0;
    if (r->list.data == NULL) {
        dt_grid_axis axes[3];
        settings_axes(r->settings, axes, NULL);
        for (int d = 0; d < 3; d++) {
            ret_shape[d] = axes[d].n;
        }
    }
}

/* Is the cotangent a finite f64 array of the map's shape? */
static int check_cotangent(struct run *r) {
    const char *path = r->settings->cotangent;
    const dt_array *c = &r->cotangent;
    int ndim;
    int64_t shape[3], at[3], left;
    char has[128], needs[128];
    map_shape(r, &ndim, shape);
    bool fits = c->ndim == ndim;
    for (int d = 0; d < ndim && fits; d++) {
        fits = c->shape[d] == shape[d];
    }
    if (!fits) {
        dt_error_set(&r->error, DT_ERR_FORMAT,
                     "%s: the cotangent has shape %s, the map %s: give dL/dI for every voxel", path,
                     dt_shape_format(has, sizeof has, c->ndim, c->shape),
                     dt_shape_format(needs, sizeof needs, ndim, shape));
        return EXIT_INPUT;
    }
    if (c->dtype != DT_F64) {
        dt_error_set(&r->error, DT_ERR_FORMAT, "%s: the cotangent holds %s, it must hold f64", path,
                     dt_dtype_name(c->dtype));
        return EXIT_INPUT;
    }
    const double *data = c->data;
    for (int64_t i = 0; i < dt_array_size(c); i++) {
        if (!isfinite(data[i])) {
            left = i;
            for (int d = ndim - 1; d >= 0; d--) {
                at[d] = left % shape[d];
                left /= shape[d];
            }
            dt_error_set(&r->error, DT_ERR_FORMAT,
                         "%s: the cotangent is %g at %s: every entry must be finite (use 0 where "
                         "there is no data)",
                         path, data[i], dt_shape_format(has, sizeof has, ndim, at));
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
    int code = network_read(r);
    if (code == 0 && s->cotangent != NULL) {
        r->gradients = true;
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
    input.quirks = settings_quirks(r->settings);
    if (dt_crystal_new(&input, &r->crystal, &r->error) != DT_OK) {
        dt_error_context(&r->error, "%s", r->settings->structure);
        return r->error.status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
    }
    return check_overlaps(r->crystal, s, r->settings->structure, &r->error);
}

int run_setup(struct run *r) {
    double start = clock_seconds();
    int code = make_crystal(r);
    code = code != 0 ? code : network_setup(r);
    r->seconds[STAGE_SETUP] = clock_seconds() - start;
    return code;
}

struct sizes run_sizes(const struct run *r) {
    const dt_network_sizes n = dt_network_get_sizes(r->network);
    const dt_phonon_map_sizes m = r->map != NULL ? dt_phonon_map_get_sizes(r->map) : r->cost.sizes;
    struct sizes z = {.voxels = m.points,
                      .valid = m.valid,
                      .bragg = r->settings->bragg == DT_BRAGG_INVALID ? r->cost.sizes.bragg : 0,
                      .evaluations = m.evaluations,
                      .wavevectors = m.wavevectors,
                      .contacts = n.contacts,
                      .classes = n.classes,
                      .groups = n.groups,
                      .freedom = n.freedom};
    z.beyond_d_min = m.points - m.valid - z.bragg;
    map_shape(r, &z.ndim, z.shape);
    return z;
}

/* -- evaluation -------------------------------------------------------------------------------- */

struct display {
    dt_progress *bar;
    int64_t evaluations; /* shorter loops, such as that over springs, are not worth a line */
};

static int on_progress(void *user, int64_t done, int64_t total) {
    const struct display *d = user;
    if (total == d->evaluations) {
        dt_progress_update(d->bar, done, total);
    }
    return interrupted;
}

/* Show progress under this title until display_end. The tape keeps a pointer to *d. */
static void display_begin(struct run *r, struct display *d, const char *title) {
    d->bar = dt_progress_new(stderr, (dt_progress_mode)r->settings->progress, title);
    d->evaluations = run_sizes(r).evaluations;
    dt_tape_on_progress(r->tape, on_progress, d);
}

static void display_end(struct run *r, struct display *d) {
    dt_tape_on_progress(r->tape, NULL, NULL);
    dt_progress_free(d->bar);
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
    complete_numerics(&r->error, r->springs_start.data, dt_array_size(&r->springs_start));
    return e->status == DT_ERR_ARGUMENT ? EXIT_NUMERICS : exit_code_of(e->status);
}

int run_forward(struct run *r) {
    double start = clock_seconds();
    r->tape = dt_tape_new(NULL);
    if (r->tape == NULL) {
        dt_error_set(&r->error, DT_ERR_MEMORY, "no memory for a tape");
        return EXIT_MEMORY;
    }
    struct display display;
    display_begin(r, &display, "intensity");
    evaluate(r);
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
    dt_phonon_map_free(r->map);
    dt_points_free(r->points);
    dt_network_free(r->network);
    dt_crystal_free(r->crystal);
    dt_structure_free(r->structure);
    dt_array_free(&r->groups);
    dt_array_free(&r->table);
    dt_array_free(&r->list);
    dt_array_free(&r->springs_start);
    dt_array_free(&r->cotangent);
    free(r->provenance);
}
