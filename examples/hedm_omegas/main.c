/* main.c - hedm_omegas: oscillation angles of crystals in a beam, with exact gradients. */
#include "run.h"

#include <stdio.h>

static int run(struct run *r) {
    int code = run_read(r);
    code = code != 0 ? code : run_compute(r);
    code = code != 0 ? code : output_write(r);
    code = code != 0 ? code : output_plot(r);
    return code != 0 ? code : report(r);
}

int main(int argc, char **argv) {
    struct settings settings;
    struct run r = {.settings = &settings, .error = DT_ERROR_INIT};
    streams_prepare();
    int code = settings_read(argc, argv, &settings, &r.error);
    if (code == 0 && settings.help) {
        settings_print_help();
    } else if (code == 0 && settings.version) {
        printf("hedm_omegas (difftape) %s\n", DT_VERSION);
    } else if (code == 0) {
        code = run(&r);
    }
    code = streams_finish(code, &r.error);
    complain("hedm_omegas", code, &r.error);
    run_free(&r);
    dt_options_free(settings.options);
    return code;
}
