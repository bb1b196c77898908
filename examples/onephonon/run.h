/* run.h - one evaluation: inputs, results, and how long everything took. */
#ifndef ONEPHONON_RUN_H
#define ONEPHONON_RUN_H

#include "settings.h"

enum stage { STAGE_READ, STAGE_SETUP, STAGE_FORWARD, STAGE_BACKWARD, STAGE_WRITE, STAGE_COUNT };

struct run {
    const struct settings *settings;
    dt_structure *structure;
    dt_crystal *crystal;
    dt_one_phonon *model;
    dt_array cotangent; /* data NULL: none given */
    dt_tape *tape;
    dt_tensor *gamma_intra, *gamma_inter, *xyz;
    dt_tensor *u_iso; /* a parameter with --adp=data, computed from the others with --adp=model */
    dt_tensor *intensity;
    int64_t input_bytes; /* size of the structure file */
    double seconds[STAGE_COUNT];
    bool picture_failed, profile_written;
    char *provenance; /* JSON: see dt_provenance_json */
    dt_error error;
};

/* The steps of a run, in order. Each returns 0 or an exit code, with the sentence in r->error. */
int run_read(struct run *r);  /* structure and cotangent */
int run_setup(struct run *r); /* model */
int run_forward(struct run *r);
int run_backward(struct run *r);
void run_free(struct run *r);

/* Seconds on a clock that only goes forward; and the exit code that fits an error. */
double clock_seconds(void);
int exit_code_of(dt_status status);

/* Stop at the next opportunity (called by the signal handler). */
void run_interrupt(int signal_number);

/* output.c, profile.c: files. output_open tries all names before the computation, so that a bad path
 * costs nothing; output_picture sets picture_failed, and output_profile profile_written, instead of
 * spoiling the report. */
int output_open(struct run *r, dt_hkl_writer **ret_writer);
int output_write(struct run *r, dt_hkl_writer *writer);
int output_picture(struct run *r);
int output_profile(struct run *r);

/* limits.c: what the system grants. Streams are checked at the start; at the end, an answer
 * that did not reach standard output turns success into a failure. memory_check refuses a map of so
 * many bytes that cannot fit. */
void streams_prepare(void);
int streams_finish(int code, dt_error *error);
int memory_check(struct run *r, double bytes);

/* trial.c: seconds the map would take, estimated from small ones. */
int trial_run(struct run *r, const dt_one_phonon_cost *cost, double *ret_seconds);

/* report.c: the answer on standard output. */
int report_result(const struct run *r);
int report_dry_run(struct run *r);

#endif
