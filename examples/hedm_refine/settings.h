/* settings.h - what hedm_refine is asked to do. */
#ifndef HEDM_REFINE_SETTINGS_H
#define HEDM_REFINE_SETTINGS_H

#include "../hedm/common.h"

struct settings {
    double cell[6], strain[6], orientation[4], position[3];
    double q_max, energy, chi;
    double start_angle, start_strain, start_shift; /* degrees, 1, mm */
    double noise_omega, noise_pixel;               /* radians, pixels */
    uint32_t free_mask;
    int64_t seed;
    const char *group, *detector, *spots, *save_spots, *output, *plot, *config;
    bool json, help, version;
    dt_options *options; /* owns the strings */
};

/* Read the command line and the configuration file; 0 or an exit code. */
int settings_read(int argc, char **argv, struct settings *s, dt_error *error);
void settings_print_help(void);

#endif
