/* settings.h - what a run of onephonon is asked to do: the options, checked. */
#ifndef ONEPHONON_SETTINGS_H
#define ONEPHONON_SETTINGS_H

#include "../common/layer.h"
#include "../common/program.h"

enum occupancy { OCCUPANCY_ONE, OCCUPANCY_FILE };
/* In the order of the words of the options. */
enum adp { ADP_DATA, ADP_MODEL, ADP_DATA_TENSORS, ADP_MODEL_TENSORS };

struct settings {
    const char *structure;
    dt_grid grid;
    double d_min, cutoff, gamma_intra, gamma_inter;
    int64_t cell_range, rank;
    int preset;                                  /* dt_preset */
    int adp;                                     /* enum adp */
    int network, spring_unit, bragg, occupation; /* dt_spring_form, dt_spring_unit,
                                                    dt_bragg_policy, dt_occupation */
    const char *groups, *classes, *springs, *points, *q;
    double decay, decay_from, taper, temperature;
    int64_t bragg_order;
    /* The first option beyond the model of one_phonon.h, NULL if none: springs then have no names
     * but those of their classes, and the cell and occupancies are parameters, too. */
    const char *general;
    bool keep_hydrogens, keep_waters, keep_ligands;
    int occupancy; /* enum occupancy */
    const char *cotangent, *output, *picture, *profile, *config;
    int64_t shells; /* of the profile */
    int layer;      /* enum layer */
    int64_t threads, format;
    int progress; /* dt_progress_mode */
    bool json, dry_run, help, version;
    dt_options *options; /* owns the strings */
};

/* Read the command line and the configuration file. On failure the error has the sentence and the
 * exit code is the return value; 0 otherwise (also for --help and --version: look at the flags). */
int settings_read(int argc, char **argv, struct settings *s, dt_error *error);
void settings_free(struct settings *s);
unsigned settings_quirks(const struct settings *s);
dt_phonon_map_options settings_map(const struct settings *s);
/* The files that are read, NULL where there is none. */
enum { INPUT_FILES = 8 };
void settings_inputs(const struct settings *s, const char *ret_names[INPUT_FILES]);
/* Does the text name a file of numbers, one that ends in .npy? */
bool settings_is_file(const char *text);
/* Has the map a temperature: are phonons quantum, or springs in N/m? */
bool settings_needs_temperature(const struct settings *s);
/* physical, eryx or eryx-torch. */
const char *settings_preset_name(const struct settings *s);
/* The axes of the grid, which has been checked. */
void settings_axes(const struct settings *s, dt_grid_axis ret_axes[3], int64_t *ret_voxels);
void settings_print_help(FILE *stream);

#endif
