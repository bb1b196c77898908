/* trial.c - what the map will take, from maps of two small sizes: one gives the speed, both
 * together what does not depend on the number of voxels. The memory of the small maps is that of
 * the process and of the slices in the works; what grows with the map is added. */
#include "run.h"

#include <math.h>
#include <stdlib.h>

/* What a small map took: seconds to its end and to that of its gradients, its wavevectors. */
struct cost {
    double forward, both, work;
};

/* `groups` wavevectors with `each` points. */
static dt_status small_list(int64_t groups, int64_t each, dt_points **ret, dt_error *error) {
    double *hkl = malloc((size_t)(3 * groups * each) * sizeof *hkl);
    if (hkl == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "no memory for %lld points",
                            (long long)(groups * each));
    }
    for (int64_t g = 0; g < groups; g++) {
        for (int64_t p = 0; p < each; p++) {
            double *h = hkl + 3 * (g * each + p);
            double k = 0.1 + 0.8 * (double)g / (double)groups; /* no two alike, none whole */
            h[0] = k + (double)(p % 16);
            h[1] = 0.5 * k + (double)(p / 16 % 16);
            h[2] = 1 - k + (double)(p / 256);
        }
    }
    dt_status status = dt_points_from_list(groups * each, hkl, NULL, ret, error);
    free(hkl);
    return status;
}

/* A map of other points than the whole one. */
static int trial_setup(struct run *trial, const dt_points *points, double *ret_work) {
    dt_phonon_map_options options = settings_map(trial->settings);
    options.d_min = 0.0;
    options.bragg = DT_BRAGG_INVALID;
    if (dt_phonon_map_new(trial->network, points, &options, &trial->map, &trial->error) != DT_OK) {
        return exit_code_of(trial->error.status);
    }
    *ret_work = (double)dt_phonon_map_get_sizes(trial->map).wavevectors;
    return 0;
}

/* The gradient of the sum of the map. */
static int trial_gradients(struct run *trial) {
    dt_tensor *map = trial->intensity;
    if (dt_array_new(&trial->cotangent, DT_F64, dt_ndim(map), dt_shape(map), &trial->error) !=
        DT_OK) {
        return EXIT_MEMORY;
    }
    for (int64_t i = 0; i < dt_size(map); i++) {
        ((double *)trial->cotangent.data)[i] = 1.0;
    }
    return run_backward(trial);
}

static int try_once(struct run *r, const dt_points *points, bool gradients, struct cost *ret) {
    struct settings quiet = *r->settings;
    quiet.progress = DT_PROGRESS_NEVER;
    struct run trial = {.settings = &quiet,
                        .structure = r->structure,
                        .crystal = r->crystal,
                        .network = r->network,
                        .springs_start = r->springs_start,
                        .gradients = gradients,
                        .error = DT_ERROR_INIT};
    double start = clock_seconds();
    int code = trial_setup(&trial, points, &ret->work);
    code = code != 0 ? code : run_forward(&trial);
    ret->forward = clock_seconds() - start;
    code = code == 0 && gradients ? trial_gradients(&trial) : code;
    ret->both = clock_seconds() - start;
    if (code != 0) {
        r->error = trial.error;
    }
    trial.structure = NULL; /* all this is the caller's */
    trial.crystal = NULL;
    trial.network = NULL;
    trial.springs_start = (dt_array){0};
    run_free(&trial);
    return code;
}

/* The quickest of some tries: other programs only make it slower. *ret holds an earlier try, or
 * .both = 0; long ones are not repeated. */
static int try_often(struct run *r, const dt_points *points, bool gradients, struct cost *ret) {
    enum { TRIES = 5 };
    const double enough = 1.0, second_try = 4.0; /* seconds */
    double spent = ret->both;
    for (int i = ret->both > 0; i < TRIES && spent < (i < 2 ? second_try : enough); i++) {
        struct cost c;
        int code = try_once(r, points, gradients, &c);
        if (code != 0) {
            return code;
        }
        bool first = ret->both == 0;
        spent += c.both;
        ret->forward = first ? c.forward : fmin(ret->forward, c.forward);
        ret->both = first ? c.both : fmin(ret->both, c.both);
        ret->work = c.work;
    }
    return 0;
}

/* Along the straight line through two maps. */
static double extrapolate(double few, double many, double work_few, double work_many, double work) {
    double speed = many / work_many, fixed = 0;
    if (work_many > work_few && many > few) {
        speed = (many - few) / (work_many - work_few);
        fixed = fmax(0, few - speed * work_few);
    }
    return fixed + speed * work;
}

/* Lists of a few wavevectors and of three times as many, with as many points each as those of the
 * whole map have, or fewer if they are many; and the work of the whole map in such wavevectors. */
static int make_trials(struct run *r, const struct sizes *z, dt_points *trials[2],
                       double *ret_work) {
    enum { MOST_POINTS = 2048, LEAST_POINTS = 64, LARGE = 256 };
    const double most_pairs = 4194304.0; /* of atoms and points: a tenth of a second */
    double atoms = (double)(r->crystal->n_asu * r->crystal->n_atoms);
    double most = fmin(MOST_POINTS, fmax(LEAST_POINTS, most_pairs / atoms));
    double each = fmin(most, ceil((double)z->evaluations / (double)z->wavevectors));
    int64_t threads = dt_get_threads(), few = z->freedom > LARGE || threads > 4 ? threads : 4;
    *ret_work = fmax((double)z->wavevectors, (double)z->evaluations / each);
    for (int i = 0; i < 2; i++) {
        if (small_list(i == 0 ? few : 3 * few, (int64_t)each, &trials[i], &r->error) != DT_OK) {
            return exit_code_of(r->error.status);
        }
    }
    return 0;
}

/* Bytes of a map that are not those of the trial's largest: values and, unless it is there already,
 * the mask; with gradients their cotangents, unless a file of them has been read. */
static double growing(const struct run *r, const struct sizes *z, bool gradients) {
    double bytes = (double)z->voxels * (r->map != NULL ? 8.0 : 9.0);
    return gradients && r->cotangent.data == NULL ? bytes + (double)z->voxels * 8.0 : bytes;
}

int trial_run(struct run *r, const struct sizes *z, struct prediction *ret) {
    dt_points *trials[2] = {NULL, NULL};
    struct cost forward[2] = {{.both = 0}}, both[2] = {{.both = 0}};
    double work = 0;
    if (z->valid == 0) { /* the map says what is wrong with its points */
        const dt_phonon_map_options options = settings_map(r->settings);
        dt_phonon_map_new(r->network, r->points, &options, &r->map, &r->error);
        return exit_code_of(r->error.status);
    }
    int code = make_trials(r, z, trials, &work);
    /* Memory first: what earlier maps have left behind would count as well. */
    code = code != 0 ? code : try_once(r, trials[1], false, &forward[1]);
    ret->bytes = peak_memory() + growing(r, z, false);
    code = code != 0 ? code : try_once(r, trials[1], true, &both[1]);
    ret->bytes_gradients = peak_memory() + growing(r, z, true);
    double first = forward[1].forward, first_both = both[1].both;
    for (int i = 0; i < 2 && code == 0; i++) {
        code = try_often(r, trials[i], false, &forward[i]);
        code = code != 0 ? code : try_often(r, trials[i], true, &both[i]);
    }
    if (code == 0) {
        /* The first map of a process starts threads and is the first to use the memory. */
        double start = first - forward[1].forward, start_both = first_both - both[1].both;
        ret->seconds = start + extrapolate(forward[0].forward, forward[1].forward, forward[0].work,
                                           forward[1].work, work);
        ret->seconds_gradients =
            start + start_both +
            extrapolate(both[0].both, both[1].both, both[0].work, both[1].work, work);
    }
    dt_points_free(trials[0]);
    dt_points_free(trials[1]);
    return code;
}
