/* run.h - one evaluation: inputs, results, and how long everything took. */
#ifndef ONEPHONON_RUN_H
#define ONEPHONON_RUN_H

#include "settings.h"

enum stage { STAGE_READ, STAGE_SETUP, STAGE_FORWARD, STAGE_BACKWARD, STAGE_WRITE, STAGE_COUNT };

/* What the map depends on, under the name that its gradient is written as. */
struct parameter {
    const char *name; /* grad_... */
    dt_tensor *x;
};
enum { MOST_PARAMETERS = 8 };

struct run {
    const struct settings *settings;
    dt_structure *structure;
    dt_crystal *crystal;
    dt_network *network;
    dt_points *points;
    dt_phonon_map *map; /* NULL in a dry run on a grid */
    dt_phonon_map_cost cost;
    dt_array groups, table, list; /* files that describe them; data NULL: none given */
    dt_array springs_start;       /* (classes) or (classes,2) */
    dt_array cotangent;           /* data NULL: none given */
    bool gradients;               /* are parameters wanted, not constants? */
    dt_tape *tape;
    struct parameter parameter[MOST_PARAMETERS];
    int n_parameters;
    dt_tensor *u; /* Debye-Waller displacements, a parameter with --adp=data */
    dt_tensor *intensity;
    int64_t input_bytes; /* size of the structure file */
    double seconds[STAGE_COUNT];
    bool picture_failed, profile_written;
    char *provenance; /* JSON: see dt_provenance_json */
    dt_error error;
};

/* How large everything is. */
struct sizes {
    int ndim;
    int64_t shape[3];                           /* of the map */
    int64_t voxels, valid, bragg, beyond_d_min; /* bragg: invalid because at whole h, k, l */
    int64_t evaluations;                        /* scattering vectors, those of averages included */
    int64_t wavevectors, contacts, classes, groups, freedom;
};
struct sizes run_sizes(const struct run *r);
void map_shape(const struct run *r, int *ret_ndim, int64_t ret_shape[3]);

/* network.c: files that options name; network, points, map and spring constants. */
int network_read(struct run *r);
int network_setup(struct run *r);

/* evaluate.c: the map on r->tape. */
void evaluate(struct run *r);

/* The steps of a run, in order. Each returns 0 or an exit code, with the sentence in r->error. */
int run_read(struct run *r);  /* structure and cotangent */
int run_setup(struct run *r); /* model */
int run_forward(struct run *r);
int run_backward(struct run *r);
void run_free(struct run *r);

/* Seconds on a clock that only goes forward. */
double clock_seconds(void);

/* Stop at the next opportunity (called by the signal handler). */
void run_interrupt(int signal_number);

/* output.c, profile.c: files. output_open tries all names before the computation, so that a bad
 * path costs nothing; output_picture sets picture_failed, and output_profile profile_written,
 * instead of spoiling the report. */
int output_open(struct run *r, dt_hkl_writer **ret_writer);
int output_write(struct run *r, dt_hkl_writer *writer);
int output_picture(struct run *r);
int output_profile(struct run *r);

/* limits.c: what the system grants. memory_check refuses a map of so many bytes that cannot fit. */
int memory_check(struct run *r, double bytes);
double peak_memory(void);

/* trial.c: what the map would take, and the map with its gradients, estimated from small ones. */
struct prediction {
    double seconds, seconds_gradients, bytes, bytes_gradients;
};
int trial_run(struct run *r, const struct sizes *z, struct prediction *ret);

/* report.c: the answer on standard output. */
int report_result(const struct run *r);
int report_dry_run(struct run *r);

#endif
