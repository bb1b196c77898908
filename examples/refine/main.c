/* main.c - refine: the elastic network of a crystal, fitted to a map of diffuse scattering. */
#include "refine.h"

#include "../common/crystal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static volatile sig_atomic_t stop;

static void on_signal(int number) {
    (void)number;
    stop = 1;
}

bool interrupted(void) {
    return stop != 0;
}

int on_progress(void *user, int64_t done, int64_t total) {
    (void)user, (void)done, (void)total;
    return stop;
}

/* -- a run ------------------------------------------------------------------------------------- */

static int fit_target(struct fit *f) {
    int code = target_read(&f->target, f->settings, &f->error);
    code = code != 0 ? code : provenance_make(f);
    code = code != 0 ? code : model_place(f);
    code = code != 0 ? code : parameters_make(f);
    code = code != 0 ? code : fit_run(f);
    code = code != 0 ? code : model_finish(f);
    code = code != 0 ? code : fit_errors(f);
    if (code == 0) {
        code = output_write(f);
        report_print(f); /* a disk that is full does not spoil the answer */
    }
    return code;
}

static void free_places(struct places *p) {
    dt_phonon_map_free(p->map);
    dt_points_free(p->points);
    free(p->inverse_d);
}

void fit_free(struct fit *f) {
    dt_optimizer_free(f->optimizer);
    dt_agreement_report_free(&f->agreement);
    dt_agreement_report_free(&f->distances);
    free_places(&f->used);
    free_places(&f->grid);
    parameters_free(f);
    target_free(&f->target);
    free(f->voxel);
    free(f->intensity);
    free(f->sigma);
    free(f->knots);
    free(f->springs);
    free(f->contact);
    free(f->history);
    free(f->model);
    free(f->provenance);
    dt_network_free(f->network);
    dt_crystal_free(f->crystal);
    dt_structure_free(f->structure);
}

static int report_failure(const struct settings *s, const dt_error *error, int code) {
    if (code == EXIT_INTERRUPTED) {
        fprintf(stderr, "refine: interrupted: %s\n",
                s->target != NULL ? "finished iterations are kept, --resume goes on from there"
                                  : "nothing was written");
    } else {
        complain("refine", code, error);
    }
    return code;
}

static int run(const struct settings *s) {
    struct fit f = {.settings = s, .error = DT_ERROR_INIT};
    dt_set_threads((int)s->threads);
    int code = model_read(&f);
    code = code != 0 ? code : s->simulate != NULL ? simulate(&f) : fit_target(&f);
    complete_numerics(&f.error, NULL, 0); /* springs are > 0 */
    code = streams_finish(code, &f.error);
    report_failure(s, &f.error, code);
    fit_free(&f);
    return code;
}

int main(int argc, char **argv) {
    struct settings settings;
    dt_error error = DT_ERROR_INIT;
    struct sigaction action = {.sa_handler = on_signal};
    streams_prepare();
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    int code = settings_read(argc, argv, &settings, &error);
    if (code != 0) {
        report_failure(&settings, &error, code);
    } else if (settings.help || settings.version) {
        if (settings.help) {
            settings_print_help(stdout);
        } else {
            printf("refine (difftape) %s\n", DT_VERSION);
        }
        code = report_failure(&settings, &error, streams_finish(0, &error));
    } else {
        code = run(&settings);
    }
    settings_free(&settings);
    return code;
}
