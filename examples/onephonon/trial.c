/* trial.c - how long the map will take, from maps of two small sizes: one gives the speed, both
 * together what does not depend on the number of voxels. */
#include "run.h"

#include <math.h>

/* At most `points` voxels along an axis, each as dear as those of the whole grid: if voxels share
 * wavevectors by the dozen, all of these do. The grid begins at h = k = l = 1/4, so that every
 * voxel is valid. */
static dt_grid small_grid(const dt_grid *grid, const dt_one_phonon_sizes *sizes, int64_t points) {
    enum { SHARED = 64 };
    dt_grid small = *grid;
    for (int d = 0; d < 3; d++) {
        int64_t last = (sizes->shape[d] < points ? sizes->shape[d] : points) - 1;
        if (sizes->valid >= SHARED * sizes->wavevectors) {
            small.samples[d] = 1;
        }
        small.lo[d] = 0.25;
        small.hi[d] = 0.25 + (double)last / small.samples[d];
    }
    return small;
}

/* Seconds of one map on `grid`, and its size in atoms x voxels. */
static int time_map(struct run *r, const dt_grid *grid, double *ret_seconds, double *ret_work) {
    dt_one_phonon_options options = settings_model(r->settings);
    options.d_min = 0.0;
    options.quirks &= ~(unsigned)(DT_QUIRK_K_OF_INDEX | DT_QUIRK_GRID_TRUNCATED);
    struct settings smaller = *r->settings;
    smaller.grid = *grid;
    smaller.progress = DT_PROGRESS_NEVER;
    struct run trial = {.settings = &smaller, .crystal = r->crystal, .error = DT_ERROR_INIT};
    int code = 0;
    dt_one_phonon_cost cost;
    if (dt_one_phonon_new(r->crystal, grid, &options, &trial.model, &r->error) != DT_OK ||
        dt_one_phonon_estimate(r->crystal, grid, &options, 1, &cost, &r->error) != DT_OK) {
        code = exit_code_of(r->error.status);
    } else {
        code = run_forward(&trial);
        r->error = trial.error;
        *ret_seconds = trial.seconds[STAGE_FORWARD];
        *ret_work = cost.atom_voxels;
    }
    trial.crystal = NULL; /* the caller's */
    run_free(&trial);
    return code;
}

int trial_run(struct run *r, const dt_one_phonon_cost *cost, double *ret_seconds) {
    enum { FEW = 6, MANY = 24 };
    double seconds[2], work[2];
    if (cost->sizes.valid == 0) { /* tried itself, the grid says what is wrong with it */
        return time_map(r, &r->settings->grid, &seconds[0], &work[0]);
    }
    const dt_grid few = small_grid(&r->settings->grid, &cost->sizes, FEW);
    const dt_grid many = small_grid(&r->settings->grid, &cost->sizes, MANY);
    int code = time_map(r, &few, &seconds[0], &work[0]); /* starts threads: not counted */
    code = code != 0 ? code : time_map(r, &few, &seconds[0], &work[0]);
    code = code != 0 ? code : time_map(r, &many, &seconds[1], &work[1]);
    if (code != 0) {
        return code;
    }
    double speed = seconds[1] / work[1], fixed = 0;
    if (work[1] > work[0] && seconds[1] > seconds[0]) {
        speed = (seconds[1] - seconds[0]) / (work[1] - work[0]);
        fixed = fmax(0, seconds[0] - speed * work[0]);
    }
    *ret_seconds = fixed + speed * cost->atom_voxels;
    return 0;
}
