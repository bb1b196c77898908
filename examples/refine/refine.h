/* refine.h - a fit: target, model, parameters, and the steps from files to files. */
#ifndef REFINE_REFINE_H
#define REFINE_REFINE_H

#include "settings.h"

/* The map to fit, on a grid. */
struct target {
    dt_grid grid;
    dt_grid_axis axes[3];
    int64_t shape[3], voxels;
    double *intensity, *sigma; /* (voxels) */
    bool *usable;              /* (voxels) valid and in the mask */
    bool has_sigma;            /* else all are 1 */
    int64_t n_skipped;         /* voxels left out because they are not finite (--nan=skip) */
    double cell[6];
    bool has_cell;
};

/* Numbers that belong together: the springs, the U of all atoms, ... A value is its unit times an
 * unknown of the optimizer, or, if it must be positive, times the exponential of one: springs of
 * three times the stiffness are then as far away as springs of a third. */
struct parameter {
    enum kind kind;
    const char *unit_name;
    int ndim;
    int64_t shape[3], n;
    bool refined, positive;
    int64_t n_free, *free; /* which numbers vary */
    double *start, *value, *unit;
    double *error; /* NaN: the data do not determine it */
};

/* Points and what belongs to each: a model is evaluated at some voxels or at all of the grid. */
struct places {
    dt_points *points;
    dt_phonon_map *map;
    int64_t n;
    double *inverse_d; /* (n) 1/d, 1/Angstrom */
};

struct fit {
    const struct settings *settings;
    dt_structure *structure;
    dt_crystal *crystal;
    dt_network *network;
    struct target target;
    struct places used, grid;
    int64_t *voxel;            /* (used.n) of the target */
    double *intensity, *sigma; /* (used.n) the target there */
    double *knots;             /* of the radial background, 1/Angstrom */
    double *springs;           /* (n_springs) where they begin */
    int64_t n_springs;
    int64_t *contact; /* (classes) of springs: one that is of it */
    struct parameter parameter[KINDS];

    int n_unknowns; /* refined parameters; numbers that vary in all of them */
    int64_t n_numbers;
    int unknown[KINDS]; /* the parameter that each unknown is */
    dt_optimizer *optimizer;
    double *history; /* (n_history, HISTORY_COLUMNS) */
    int64_t n_history;
    bool finished;
    char reason[200];    /* why the fit ended */
    char no_errors[400]; /* why there are no standard errors; "" if there are */

    double *model;                 /* (voxels) on the grid at the end, 0 where it has no value */
    dt_agreement_report agreement; /* by shell of resolution */
    dt_agreement_report distances; /* by distance from the nearest Bragg peak */
    char *provenance;              /* JSON */
    dt_error error;
};
enum { ITERATION, EVALUATIONS, LOSS, GRADIENT, STEP, HISTORY_COLUMNS };

/* Steps of a run. Each returns 0 or an exit code, with the sentence in f->error. */
int model_read(struct fit *f); /* structure, crystal, network */
int provenance_make(struct fit *f);
int target_read(struct target *t, const struct settings *s, dt_error *error);
int model_place(struct fit *f);     /* which voxels are used; the map there */
int parameters_make(struct fit *f); /* after model_place */
int fit_run(struct fit *f);         /* to the end; the state after every step */
int model_finish(struct fit *f);    /* the map of the whole grid, agreement */
int fit_errors(struct fit *f);      /* standard errors; after model_finish */
int simulate(struct fit *f);
void fit_free(struct fit *f);

/* target.c */
void target_free(struct target *t);

/* map_file.c: a map with the structure's space group and the provenance. */
int map_file_write(struct fit *f, const char *path, const char *title, const struct target *t);

/* parameters.c */
int parameters_springs(struct fit *f); /* f->springs; after the network is made */
void parameters_free(struct fit *f);
/* A parameter on the tape; x: the unknown it is, or NULL for its present value. */
dt_tensor *parameter_tensor(const struct parameter *p, dt_tape *tape, dt_tensor *x);
/* Number i as an unknown of the optimizer, the value of an unknown, and dvalue/dunknown. */
double parameter_unknown(const struct parameter *p, int64_t i);
double parameter_value(const struct parameter *p, int64_t i, double unknown);
double parameter_slope(const struct parameter *p, int64_t i);

/* labels.c */
bool labels_make(struct fit *f);
/* What number i is called: "intra", "-x,y+1/2,-z", "A/GLY 1/CA"; buffer of 64. */
const char *parameter_label(const struct fit *f, const struct parameter *p, int64_t i, char *buffer,
                            size_t size);

/* model.c: the map with background at some places; in: the unknowns, NULL for present values. */
int model_places(struct fit *f, const dt_points *points, struct places *ret_places);
dt_tensor *model_total(const struct fit *f, const struct places *places, dt_tape *tape,
                       dt_tensor *const *in);

/* state.c: what a fit needs to go on after it was killed. */
int state_write(struct fit *f);
int state_read(struct fit *f, bool *ret_found);

/* output.c: files of the folder, each complete or not there. */
int output_begin(struct fit *f); /* the folder and config.json */
int output_history(struct fit *f);
int output_write(struct fit *f); /* all that comes at the end */
bool output_path(const struct fit *f, const char *name, char *buffer, size_t size);
/* picture.c */
int picture_write(struct fit *f);
/* report.c */
void report_iteration(const struct fit *f);
void report_print(const struct fit *f);

/* main.c: stop at the next opportunity? */
bool interrupted(void);
int on_progress(void *user, int64_t done, int64_t total);
enum { PATH_SIZE = 4096 };

#endif
