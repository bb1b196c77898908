/* settings.h - what a run of refine is asked to do: the options, checked. */
#ifndef REFINE_SETTINGS_H
#define REFINE_SETTINGS_H

#include "../common/layer.h"
#include "../common/program.h"

/* What can be refined; settings.refine has bit 1 << kind. */
enum kind { SPRINGS, U_SCALE, U_ATOM, U_TENSOR, SCALE, FLAT, RADIAL, KINDS };
extern const char *const kind_names[]; /* as on the command line, ended by NULL */

enum groups { GROUPS_ASU, GROUPS_CHAIN, GROUPS_RESIDUE, GROUPS_ATOMS };
enum classes { CLASSES_INTRA_INTER, CLASSES_SINGLE, CLASSES_INTERFACES, CLASSES_RESIDUES };
enum occupancy { OCCUPANCY_ONE, OCCUPANCY_FILE };
enum adp { ADP_DATA, ADP_DATA_TENSORS };
enum not_finite { NAN_REFUSE, NAN_SKIP };
enum map_format { MAP_AS_TARGET, MAP_NPZ, MAP_NEXUS, MAP_CCP4 };

/* A list of numbers; one stands for all. */
enum { MOST_NUMBERS = 256 };
struct numbers {
    int n;
    double value[MOST_NUMBERS];
};

struct settings {
    const char *structure, *target, *simulate, *output, *config;
    int64_t format;
    dt_grid grid; /* of a simulated target */
    double snr, d_min, cutoff, u_scale, u_tensor[6], scale, flat, temperature;
    int64_t seed, cell_range, hold, knots, iterations, shells, threads, bragg_order;
    int form;       /* dt_spring_form */
    int groups;     /* enum groups */
    int classes;    /* enum classes */
    int occupancy;  /* enum occupancy */
    int method;     /* dt_method: LM or L-BFGS, in the order of the words */
    int layer;      /* enum layer */
    int adp;        /* enum adp */
    int nan;        /* enum not_finite: what becomes of numbers in the data that are not */
    int map_format; /* enum map_format: of the model's map */
    int spring_unit, bragg, occupation; /* dt_spring_unit, dt_bragg_policy, dt_occupation */
    struct numbers springs;
    unsigned refine;
    bool keep_hydrogens, keep_waters, keep_ligands, drop_within, resume, quiet, help, version;
    dt_options *options; /* owns the strings */
};

/* Read the command line and the configuration file. On failure the error has the sentence and the
 * exit code is the return value; 0 otherwise (also for --help and --version: look at the flags). */
int settings_read(int argc, char **argv, struct settings *s, dt_error *error);
void settings_free(struct settings *s);
dt_method settings_method(const struct settings *s);
/* Has the model a temperature: are phonons quantum, or springs in N/m? */
bool settings_needs_temperature(const struct settings *s);
void settings_print_help(FILE *stream);

/* map_file.c: what the model's map is called in the folder; its end says the format. */
const char *map_file_name(const struct settings *s);

/* parse.c: values of more than one word. */
dt_status parse_grid(const char *text, void *target, dt_error *error);
dt_status parse_numbers(const char *text, void *target, dt_error *error);
dt_status parse_tensor(const char *text, void *target, dt_error *error);
dt_status parse_kinds(const char *text, void *target, dt_error *error);
dt_status parse_format(const char *text, void *target, dt_error *error);

#endif
