/* settings.c - the options of hedm_omegas: one table for command line, file and help. */
#include "settings.h"

#include "../common/options.h"

#include <stdio.h>
#include <string.h>

static const char *const constants[] = {"codata", "icenine", NULL};
static const char *const precisions[] = {"f64", "f32", NULL};
static const char *const examples[] = {
    "hedm_omegas --cell=4.0782,4.0782,4.0782,90,90,90 --spacegroup=225 --qmax=8 "
    "--energy=50.02099 -o gold.npz --plot=gold.png",
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
     .group = "Crystal",
     .help = "unit cell in Angstrom and degrees; needed"},
    {.name = "spacegroup",
     .kind = DT_OPTION_STRING,
     .placeholder = "N",
     .target = &values.group,
     .default_text = "1",
     .help = "number, 1 to 230, or symbol (\"F m -3 m\"): its absent reflections are left out"},
    {.name = "qmax",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "Q",
     .target = &values.q_max,
     .default_text = "8",
     .lower = {DT_BOUND_ABOVE, 0},
     .help = "reflections of the unstrained cell with |g| = 2 pi / d <= Q, 1/Angstrom"},
    {.name = "strain",
     .kind = DT_OPTION_CUSTOM,
     .placeholder = "e1,..,e6",
     .target = values.strain,
     .parse = parse_6,
     .default_text = "0,0,0,0,0,0",
     .help = "xx, yy, zz, yz, xz, xy in the crystal frame; positive: longer spacings"},
    {.name = "orientations",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.npy",
     .target = &values.orientations,
     .help = "quaternions w, x, y, z, crystal to sample, (B,4); without: one, unrotated"},
    OPTION_ENERGY(values, "Beam"),
    {.name = "chi",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "RAD",
     .target = &values.chi,
     .default_text = "0",
     .help = "tilt of the beam out of the plane of rotation, upwards, radians"},
    {.name = "constants",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "codata|icenine",
     .target = &values.constants,
     .choices = constants,
     .default_text = "codata",
     .help = "wavenumber per keV; icenine: the older value of that program, 2.18e-7 higher"},
    {.name = "precision",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "f64|f32",
     .target = &values.precision,
     .choices = precisions,
     .default_text = "f64",
     .group = "Run",
     .help = "type in which angles are computed and written; gradients are f64"},
    {.name = "cotangent",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.npy",
     .target = &values.cotangent,
     .help = "dL/domega of a loss L, (B,N,2): the output also gets the gradient of L"},
    {.name = "output",
     .letter = 'o',
     .kind = DT_OPTION_STRING,
     .placeholder = "OUT.npz",
     .target = &values.output,
     .group = "Output",
     .help = "write hkl, g, seen, omega, lorentz_q, meta (and gradients)"},
    {.name = "plot",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.png",
     .target = &values.plot,
     .help = "draw omega against eta of what is seen, coloured by family"},
    OPTION_JSON(values),
    OPTIONS_OF_ALL(values)};
/* clang-format on */

static const dt_program program = {
    .name = "hedm_omegas",
    .purpose = "Oscillation angles at which the lattice planes of turning crystals diffract, with "
               "exact gradients.",
    .options = table,
    .examples = examples,
    .footer = "The beam travels along +x, the crystal turns about +z by omega (radians). Hidden "
              "reflections have omega 0 and gradient 0 and are false in `seen`.\n"
              "Exit codes: 0 done, 2 usage, 3 input or output file, 4 numerics, 5 memory."};

void settings_print_help(void) {
    dt_options_print_help(&program, stdout);
}

/* Rules that concern more than one option. */
static dt_status check_together(const struct settings *s, dt_error *error) {
    if (s->cell[0] == 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--cell is missing: give a,b,c,alpha,beta,gamma");
    }
    if (s->cotangent != NULL && s->output == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--cotangent computes gradients but --output names no file for them");
    }
    const char *const inputs[] = {s->orientations, s->cotangent, s->config, s->plot};
    for (int i = 0; i < 4; i++) {
        const char *other = i < 3 ? s->plot : NULL;
        if (inputs[i] != NULL && ((s->output != NULL && strcmp(s->output, inputs[i]) == 0) ||
                                  (other != NULL && strcmp(other, inputs[i]) == 0))) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "two options name the same file, %s: one would replace the other",
                                inputs[i]);
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
