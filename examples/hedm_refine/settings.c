/* settings.c - the options of hedm_refine: one table for command line, file and help. */
#include "settings.h"

#include "../common/options.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    uint32_t mask;
} groups[] = {{"orientation", DT_FREE_ORIENTATION},
              {"strain", DT_FREE_STRAIN},
              {"position", DT_FREE_POSITION},
              {"energy", DT_FREE_ENERGY},
              {"lattice", DT_FREE_LATTICE_SCALE},
              {"chi", DT_FREE_CHI},
              {"distance", DT_FREE_DISTANCE},
              {"tilt", DT_FREE_TILT},
              {"center", DT_FREE_CENTER}};

enum { GROUPS = sizeof groups / sizeof *groups };

/* Names of groups, separated by commas. */
static dt_status parse_free(const char *text, void *target, dt_error *error) {
    uint32_t mask = 0;
    for (const char *at = text; at != NULL;) {
        const char *comma = strchr(at, ',');
        size_t length = comma == NULL ? strlen(at) : (size_t)(comma - at);
        int found = -1;
        for (int i = 0; i < GROUPS; i++) {
            if (strlen(groups[i].name) == length && strncmp(groups[i].name, at, length) == 0) {
                found = i;
            }
        }
        if (found < 0) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "'%.*s' is none of orientation, strain, position, energy, lattice, "
                                "chi, distance, tilt, center",
                                (int)length, at);
        }
        mask |= groups[found].mask;
        at = comma == NULL ? NULL : comma + 1;
    }
    *(uint32_t *)target = mask;
    return DT_OK;
}

static const char *const examples[] = {
    "hedm_refine --plot=spots.png",
    "hedm_refine --free=orientation,position,distance,tilt --noise-pixel=0.3",
    "hedm_refine --spots=measured.csv --detector=panel.config --orientation=0.9,0.2,-0.3,0.25",
    NULL};

/* The one run of this process: rows of a constant table point into it. */
static struct settings values;

/* clang-format off: a row reads as a paragraph */
static const dt_option table[] = {
    {.name = "cell",
     .kind = DT_OPTION_CUSTOM,
     .placeholder = "a,b,c,alpha,beta,gamma",
     .target = values.cell,
     .parse = parse_6,
     .default_text = "4.0782,4.0782,4.0782,90,90,90",
     .group = "Crystal",
     .help = "unstrained cell in Angstrom and degrees"},
    {.name = "spacegroup",
     .kind = DT_OPTION_STRING,
     .placeholder = "N",
     .target = &values.group,
     .default_text = "225",
     .help = "number, 1 to 230, or symbol"},
    {.name = "qmax",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "Q",
     .target = &values.q_max,
     .default_text = "8",
     .lower = {DT_BOUND_ABOVE, 0},
     .help = "simulated reflections have |g| <= Q, 1/Angstrom"},
    OPTION_ENERGY(values, "Experiment"),
    {.name = "chi",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "RAD",
     .target = &values.chi,
     .default_text = "0",
     .help = "tilt of the beam out of the plane of rotation, radians"},
    {.name = "detector",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE",
     .target = &values.detector,
     .help =
         "detector file, of which the first panel counts; without: 2048 x 2048 pixels of 0.4 mm "
         "upright, 1 m behind the sample"},
    {.name = "orientation",
     .kind = DT_OPTION_CUSTOM,
     .placeholder = "w,x,y,z",
     .target = values.orientation,
     .parse = parse_4,
     .default_text = "0.9,0.2,-0.3,0.25",
     .group = "Grain",
     .help = "quaternion, crystal to sample, of any length"},
    {.name = "strain",
     .kind = DT_OPTION_CUSTOM,
     .placeholder = "e1,..,e6",
     .target = values.strain,
     .parse = parse_6,
     .default_text = "1e-3,-5e-4,2e-4,3e-4,-1e-4,2e-4",
     .help = "xx, yy, zz, yz, xz, xy in the crystal frame"},
    {.name = "position",
     .kind = DT_OPTION_CUSTOM,
     .placeholder = "x,y,z",
     .target = values.position,
     .parse = parse_3,
     .default_text = "0.1,-0.05,0.02",
     .help = "mm in the sample frame"},
    {.name = "spots",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.csv",
     .target = &values.spots,
     .group = "Spots",
     .help = "measured spots, columns h, k, l, root, omega, pixel_j, pixel_k; the grain above is "
             "then the start. Without: that grain is simulated and found again"},
    {.name = "save-spots",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.csv",
     .target = &values.save_spots,
     .help = "write the simulated spots"},
    {.name = "noise-omega",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "RAD",
     .target = &values.noise_omega,
     .default_text = "1e-4",
     .lower = {DT_BOUND_ABOVE, 0},
     .help = "standard deviation of omega, added to simulated spots and used as weight"},
    {.name = "noise-pixel",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "PX",
     .target = &values.noise_pixel,
     .default_text = "0.1",
     .lower = {DT_BOUND_ABOVE, 0},
     .help = "the same of pixel coordinates"},
    {.name = "seed",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &values.seed,
     .default_text = "1",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help = "of the noise and the start"},
    {.name = "free",
     .kind = DT_OPTION_CUSTOM,
     .placeholder = "LIST",
     .target = &values.free_mask,
     .parse = parse_free,
     .default_text = "orientation,strain,position",
     .group = "Fit",
     .help = "what is refined; also energy, lattice, chi, distance, tilt, center"},
    {.name = "start-angle",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "DEG",
     .target = &values.start_angle,
     .default_text = "1",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help = "turn the start away from a simulated grain, degrees"},
    {.name = "start-strain",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "E",
     .target = &values.start_strain,
     .default_text = "1e-3",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help = "change every strain of the start by as much, up or down"},
    {.name = "start-shift",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "MM",
     .target = &values.start_shift,
     .default_text = "0.05",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help = "move the start along every axis by as much"},
    {.name = "output",
     .letter = 'o',
     .kind = DT_OPTION_STRING,
     .placeholder = "GRAIN.csv",
     .target = &values.output,
     .group = "Output",
     .help = "write the refined grain"},
    {.name = "plot",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.png",
     .target = &values.plot,
     .help = "draw predicted over measured spots on the panel"},
    OPTION_JSON(values),
    OPTIONS_OF_ALL(values)};
/* clang-format on */

static const dt_program program = {
    .name = "hedm_refine",
    .purpose = "Orientation, strain and position of a grain, and the experiment, refined against "
               "diffraction spots with standard errors.",
    .options = table,
    .examples = examples,
    .footer = "Frames and signs are those of the manual, docs/hedm.md.\n"
              "Exit codes: 0 done, 2 usage, 3 input or output file, 4 numerics (not converged, or "
              "not determined by the spots), 5 memory."};

void settings_print_help(void) {
    dt_options_print_help(&program, stdout);
}

/* Rules that concern more than one option. */
static dt_status check_together(const struct settings *s, dt_error *error) {
    const double *q = s->orientation;
    if (q[0] == 0 && q[1] == 0 && q[2] == 0 && q[3] == 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "--orientation: a quaternion must not be 0");
    }
    if (s->spots != NULL && s->save_spots != NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--save-spots writes simulated spots, but --spots reads measured ones");
    }
    const char *const out[] = {s->save_spots, s->output, s->plot};
    const char *const all[] = {s->save_spots, s->output, s->plot, s->spots, s->detector, s->config};
    for (int i = 0; i < 3; i++) {
        for (int j = i + 1; j < 6; j++) {
            if (out[i] != NULL && all[j] != NULL && strcmp(out[i], all[j]) == 0) {
                return dt_error_set(error, DT_ERR_ARGUMENT,
                                    "two options name the same file, %s: one would replace the "
                                    "other",
                                    out[i]);
            }
        }
    }
    return DT_OK;
}

int settings_read(int argc, char **argv, struct settings *s, dt_error *error) {
    if (dt_options_new(&values.options, &program, error) != DT_OK) {
        return EXIT_MEMORY;
    }
    dt_status status = dt_options_parse_args(values.options, argc, argv, error);
    bool stop = values.help || values.version;
    if (status == DT_OK && !stop && values.config != NULL) {
        status = dt_options_read_json(values.options, values.config, error);
    }
    if (status == DT_OK && !stop) {
        status = check_together(&values, error);
    }
    *s = values;
    return status == DT_ERR_IO ? EXIT_INPUT : status == DT_OK ? 0 : EXIT_USAGE;
}
