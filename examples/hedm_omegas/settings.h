/* settings.h - what hedm_omegas is asked to do. */
#ifndef HEDM_OMEGAS_SETTINGS_H
#define HEDM_OMEGAS_SETTINGS_H

#include "../hedm/common.h"

enum { CONSTANTS_CODATA, CONSTANTS_ICENINE };
enum { PRECISION_F64, PRECISION_F32 };

struct settings {
    double cell[6], strain[6];
    double q_max, energy, chi;
    int constants, precision;
    const char *group, *orientations, *cotangent, *output, *plot, *config;
    bool json, help, version;
    dt_options *options; /* owns the strings */
};

/* Read the command line and the configuration file; 0 or an exit code. */
int settings_read(int argc, char **argv, struct settings *s, dt_error *error);
void settings_print_help(void);

#endif
