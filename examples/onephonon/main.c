/* main.c - onephonon: one-phonon diffuse scattering of a protein crystal, with exact gradients. */
#include "run.h"

#include <signal.h>
#include <stdio.h>

static int report_failure(const dt_error *error, int code) {
    if (code == EXIT_INTERRUPTED) {
        fprintf(stderr, "onephonon: interrupted: nothing was written\n");
    } else {
        complain("onephonon", code, error);
    }
    if (code == EXIT_MEMORY) {
        fprintf(stderr,
                "Try --dry-run for an estimate; narrower --hkl limits, fewer samples, a larger "
                "--dmin or fewer --threads need less.\n");
    }
    return code;
}

/* Compute, write, report. Files are tried before the computation. The map goes first: a
 * picture that fails afterwards costs neither the map nor the report. */
static int compute(struct run *r) {
    dt_hkl_writer *writer = NULL;
    int code = output_open(r, &writer);
    code = code != 0 ? code : run_forward(r);
    code = code != 0 ? code : run_backward(r);
    if (code != 0) {
        dt_hkl_map_abort(writer);
        return code;
    }
    double start = clock_seconds();
    code = output_write(r, writer);
    if (code != 0) {
        return code;
    }
    code = output_picture(r);
    code = code != 0 ? code : output_profile(r);
    r->seconds[STAGE_WRITE] = clock_seconds() - start;
    int reported = report_result(r);
    return code != 0 ? code : reported;
}

static int run(const struct settings *settings) {
    struct run r = {.settings = settings, .error = DT_ERROR_INIT};
    dt_set_threads((int)settings->threads);
    int code = run_read(&r);
    code = code != 0 ? code : run_setup(&r);
    if (code == 0) {
        code = settings->dry_run ? report_dry_run(&r) : compute(&r);
    }
    code = streams_finish(code, &r.error);
    report_failure(&r.error, code);
    run_free(&r);
    return code;
}

static int print_and_stop(const struct settings *settings) {
    dt_error error = DT_ERROR_INIT;
    if (settings->help) {
        settings_print_help(stdout);
    } else {
        printf("onephonon (difftape) %s\n", DT_VERSION);
    }
    return report_failure(&error, streams_finish(0, &error));
}

int main(int argc, char **argv) {
    struct settings settings;
    dt_error error = DT_ERROR_INIT;
    struct sigaction action = {.sa_handler = run_interrupt};
    streams_prepare();
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    int code = settings_read(argc, argv, &settings, &error);
    if (code != 0) {
        report_failure(&error, code);
    } else if (settings.help || settings.version) {
        code = print_and_stop(&settings);
    } else {
        code = run(&settings);
    }
    settings_free(&settings);
    return code;
}
