/* settings.c - the options of refine: one table for command line, configuration file and help. */
#include "settings.h"

#include "../common/options.h"

#include <string.h>
#include <sys/stat.h>

static const char *const occupancies[] = {"one", "file", NULL};
static const char *const forms[] = {"isotropic", "parallel", "hybrid", NULL};
static const char *const group_names[] = {"asu", "chain", "residue", "atoms", NULL};
static const char *const class_names[] = {"intra-inter", "single", "interfaces", "residues", NULL};
static const char *const methods[] = {"lm", "lbfgs", NULL};
static const char *const adps[] = {"data", "data-tensors", NULL};
static const char *const not_finite[] = {"refuse", "skip", NULL};
static const char *const map_formats[] = {"target", "npz", "nexus", "ccp4", NULL};
static const char *const units[] = {"kT", "N/m", NULL};
static const char *const braggs[] = {"flag", "drop", "average", NULL};
static const char *const occupations[] = {"classical", "quantum", NULL};
static const char *const examples[] = {
    "refine --simulate=target.npz --hkl=-5:5:3,-5:5:3,-5:5:3 --springs=1,0.5 --snr=10 3al1.pdb",
    "refine --target=target.npz --springs=3,1.5 -o fit 3al1.pdb",
    "refine --target=target.npz --refine=springs,u-scale,flat --springs=3,1.5 -o fit2 3al1.pdb",
    "refine --config=fit2/config.json --resume 3al1.pdb", NULL};

/* The one run of this process: rows of a constant table point into it. */
static struct settings values;

/* clang-format off: a row reads as a paragraph */
static const dt_option table[] = {
    OPTION_FORMAT(values, parse_format, "Data"),
    {.name = "target",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE",
     .target = &values.target,
     .help = "map to fit, NumPy archive or NeXus file: intensity (nh,nk,nl) and the Miller indices "
             "h, k, l of its axes; if there, sigma (of its shape, or one number), valid and mask "
             "(bool), cell"},
    {.name = "nan",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "refuse|skip",
     .target = &values.nan,
     .choices = not_finite,
     .default_text = "refuse",
     .help = "voxels whose intensity or sigma is not finite although no mask says so: an error, or "
             "not used"},
    {.name = "simulate",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE",
     .target = &values.simulate,
     .help = "make such a map with noise from the parameters given, then stop: .npz (NumPy), .h5 "
             "or .nxs (NeXus)"},
    {.name = "hkl",
     .kind = DT_OPTION_CUSTOM,
     .placeholder = "H0:H1:N,K0:K1:N,L0:L1:N",
     .target = &values.grid,
     .parse = parse_grid,
     .default_text = "-5:5:3,-5:5:3,-5:5:3",
     .help = "with --simulate: limits in Miller indices and samples per unit along each axis"},
    {.name = "snr",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "R",
     .target = &values.snr,
     .default_text = "10",
     .lower = {DT_BOUND_ABOVE, 0},
     .help = "with --simulate: intensity over sigma where the intensity is the mean of the map; "
             "sigma grows as its square root"},
    {.name = "seed",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &values.seed,
     .default_text = "1",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help = "with --simulate: another noise for every number"},
    {.name = "dmin",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "A",
     .target = &values.d_min,
     .default_text = "0",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help = "use voxels with d > A Angstrom; 0: all"},
    {.name = "bragg",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "flag|drop|average",
     .target = &values.bragg,
     .choices = braggs,
     .default_text = "flag",
     .help = "voxels at whole h, k, l: not used; the model there is without the three acoustic "
             "phonons, which diverge; or it is the mean over the voxel"},
    OPTION_BRAGG_ORDER(values),
    OPTION_CUTOFF(values, "Network"),
    {.name = "cell-range",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &values.cell_range,
     .default_text = "0",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help = "look for contacts at most N cells away; 0: as far as the cutoff reaches"},
    {.name = "form",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "isotropic|parallel|hybrid",
     .target = &values.form,
     .choices = forms,
     .default_text = "isotropic",
     .help = "what a spring resists: every displacement, stretching, or both with two constants "
             "(across, along)"},
    {.name = "groups",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "asu|chain|residue|atoms",
     .target = &values.groups,
     .choices = group_names,
     .default_text = "asu",
     .help = "which atoms move as one rigid body"},
    {.name = "classes",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "intra-inter|single|interfaces|residues",
     .target = &values.classes,
     .choices = class_names,
     .default_text = "intra-inter",
     .help = "which springs share a constant: within and between asymmetric units, all, those of "
             "an interface, those of a pair of residues"},
    {.name = "drop-within",
     .kind = DT_OPTION_FLAG,
     .target = &values.drop_within,
     .help = "no springs within a rigid body"},
    OPTION_SPRING_UNIT(values, units),
    OPTION_OCCUPATION(values, occupations),
    OPTION_TEMPERATURE(values),
    {.name = "springs",
     .kind = DT_OPTION_CUSTOM,
     .placeholder = "K[,K...]",
     .target = &values.springs,
     .parse = parse_numbers,
     .default_text = "1",
     .group = "Parameters",
     .help = "spring constants: one for all, or one for each class (hybrid springs: pairs)"},
    {.name = "u-scale",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "X",
     .target = &values.u_scale,
     .default_text = "1",
     .lower = {DT_BOUND_ABOVE, 0},
     .help = "factor of the file's U in the Debye-Waller factors"},
    {.name = "u-tensor",
     .kind = DT_OPTION_CUSTOM,
     .placeholder = "XX,YY,ZZ,YZ,XZ,XY",
     .target = values.u_tensor,
     .parse = parse_tensor,
     .default_text = "0,0,0,0,0,0",
     .help = "symmetric tensor added to the U of every atom of the asymmetric unit, A^2, along the "
             "axes of its coordinates"},
    {.name = "scale",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "X",
     .target = &values.scale,
     .default_text = "1",
     .lower = {DT_BOUND_ABOVE, 0},
     .help = "factor of the model: 1 for a target in e^2 per unit cell"},
    {.name = "flat",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "B",
     .target = &values.flat,
     .default_text = "0",
     .help = "background everywhere, in the units of the target"},
    {.name = "radial-knots",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &values.knots,
     .default_text = "8",
     .lower = {DT_BOUND_AT_LEAST, 2},
     .help = "the radial background is a line of N points, equally spaced in 1/d"},
    {.name = "refine",
     .kind = DT_OPTION_CUSTOM,
     .placeholder = "NAME[,NAME...]",
     .target = &values.refine,
     .parse = parse_kinds,
     .default_text = "springs",
     .help = "what is refined: springs, u-scale, u (of every atom), u-tensor, scale, flat, "
             "radial"},
    {.name = "hold",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &values.hold,
     .default_text = "-1",
     .lower = {DT_BOUND_AT_LEAST, -1},
     .help = "spring constant N, counted from 0, keeps its value; needed beside scale, which all "
             "springs together repeat; -1: none"},
    OPTIONS_OF_ATOMS(values),
    {.name = "occupancy",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "one|file",
     .target = &values.occupancy,
     .choices = occupancies,
     .default_text = "one",
     .help = "weight of an atom: 1, or what the file says"},
    {.name = "adp",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "data|data-tensors",
     .target = &values.adp,
     .choices = adps,
     .default_text = "data",
     .help = "the file's U in the Debye-Waller factors: isotropic, or as tensors (ANISOU)"},
    {.name = "method",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "lm|lbfgs",
     .target = &values.method,
     .choices = methods,
     .default_text = "lm",
     .group = "Fit",
     .help = "Levenberg-Marquardt, or L-BFGS: slower to converge, but an iteration does not grow "
             "with the number of unknowns"},
    {.name = "iterations",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &values.iterations,
     .default_text = "200",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help = "most iterations, those before --resume included"},
    {.name = "output",
     .letter = 'o',
     .kind = DT_OPTION_STRING,
     .placeholder = "FOLDER",
     .target = &values.output,
     .help = "where everything is written; made if need be"},
    {.name = "resume",
     .kind = DT_OPTION_FLAG,
     .target = &values.resume,
     .command_line_only = true,
     .help = "go on with the fit in the folder, bit for bit as if it had never stopped"},
    {.name = "shells",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &values.shells,
     .default_text = "10",
     .lower = {DT_BOUND_AT_LEAST, 1},
     .group = "Report",
     .help = "resolution shells of equal volume for the agreement"},
    {.name = "layer",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "hk0|h0l|0kl",
     .target = &values.layer,
     .choices = layer_words,
     .default_text = "hk0",
     .help = "which layer is drawn"},
    {.name = "map-format",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "target|npz|nexus|ccp4",
     .target = &values.map_format,
     .choices = map_formats,
     .default_text = "target",
     .help = "how the model's map is written: as the target is, or model.npz (NumPy), model.nxs "
             "(NeXus), model.ccp4 (for viewers)"},
    {.name = "quiet",
     .kind = DT_OPTION_FLAG,
     .target = &values.quiet,
     .help = "no line for every iteration on standard error"},
    OPTION_THREADS(values),
    OPTIONS_OF_ALL(values)};
/* clang-format on */

static const dt_program program = {
    .name = "refine",
    .arguments = "STRUCTURE",
    .min_arguments = 1,
    .max_arguments = 1,
    .purpose = "Refine the elastic network of a crystal against a diffuse map (one phonon).",
    .options = table,
    .examples = examples,
    .footer = "The folder gets config.json, provenance.json, state.npz and history.csv (renewed "
              "after every iteration), then parameters.csv with standard errors, shells.csv, "
              "distances.csv, the map of the model, data.png, model.png and difference.png. Exit "
              "codes: 0 done, 2 usage, 3 input or "
              "output file, 4 numerics, 5 memory, 130 interrupted.",
};

void settings_print_help(FILE *stream) {
    dt_options_print_help(&program, stream);
}

/* -- rules that concern more than one option --------------------------------------------------- */

/* Pairs of parameters of which one repeats what the other does. */
static dt_status check_refined(const struct settings *s, dt_error *error) {
    enum { SPRINGS_AND_SCALE = 1u << SPRINGS | 1u << SCALE };
    if ((s->refine & SPRINGS_AND_SCALE) == SPRINGS_AND_SCALE && s->hold < 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--refine=springs,scale: all springs twice as stiff are a map half as "
                            "strong, so the data cannot tell them from the scale: --hold one "
                            "spring constant, or leave one of the two out");
    }
    if ((s->refine >> U_SCALE & 1) != 0 && (s->refine >> U_ATOM & 1) != 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--refine=u-scale,u: a factor of all U beside every U is one too many: "
                            "leave one out");
    }
    if ((s->refine >> U_TENSOR & 1) != 0 && (s->refine >> U_ATOM & 1) != 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--refine=u,u-tensor: the mean of the tensor's diagonal is part of "
                            "every U: leave one out");
    }
    if ((s->refine >> U_ATOM & 1) != 0 && s->adp == ADP_DATA_TENSORS) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--refine=u varies isotropic U, --adp=data-tensors has tensors: refine "
                            "u-scale or u-tensor with these");
    }
    if ((s->refine >> FLAT & 1) != 0 && (s->refine >> RADIAL & 1) != 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--refine=flat,radial: the radial background contains the flat one: "
                            "leave one out");
    }
    return DT_OK;
}

static bool same_file(const char *a, const char *b) {
    struct stat x, y;
    return strcmp(a, b) == 0 ||
           (stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

static dt_status check_together(const struct settings *s, dt_error *error) {
    enum { MOST_THREADS = 4096, MOST_KNOTS = 1000, MOST_SHELLS = 100000 };
    if ((s->target == NULL) == (s->simulate == NULL)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "give either --target, a map to fit, or --simulate, a map to make");
    }
    if (s->target != NULL && s->output == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--output is missing: the folder that the results go to");
    }
    if (s->simulate != NULL && same_file(s->simulate, s->structure)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "%s is read by this run and would be replaced by its output: choose "
                            "another name",
                            s->simulate);
    }
    char model[4096];
    snprintf(model, sizeof model, "%s/%s", s->output != NULL ? s->output : ".", map_file_name(s));
    if (s->target != NULL && same_file(s->target, model)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "%s is read by this run and would be replaced by its output: choose "
                            "another --output",
                            s->target);
    }
    if (s->bragg_order > 16) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "--bragg-order is 1 to 16, not %lld",
                            (long long)s->bragg_order);
    }
    if (dt_options_source(s->options, "temperature") == DT_FROM_COMMAND_LINE &&
        !settings_needs_temperature(s)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--temperature has no influence on classical phonons with springs in "
                            "kT/A^2: give --occupation=quantum or --spring-unit=N/m");
    }
    if (s->threads > MOST_THREADS || s->knots > MOST_KNOTS || s->shells > MOST_SHELLS) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "at most %d --threads, %d --radial-knots and %d --shells", MOST_THREADS,
                            MOST_KNOTS, MOST_SHELLS);
    }
    return check_refined(s, error);
}

int settings_read(int argc, char **argv, struct settings *s, dt_error *error) {
    dt_options *options;
    if (dt_options_new(&options, &program, error) != DT_OK) {
        return EXIT_MEMORY;
    }
    values.options = options;
    int code = dt_options_parse_args(options, argc, argv, error) == DT_OK ? 0 : EXIT_USAGE;
    if (code == 0 && !values.help && !values.version) {
        code = read_config(options, values.config, error);
        values.structure = dt_options_argument(options, 0);
    }
    if (code == 0 && !values.help && !values.version && check_together(&values, error) != DT_OK) {
        code = EXIT_USAGE;
    }
    *s = values;
    return code;
}

bool settings_needs_temperature(const struct settings *s) {
    return s->occupation == DT_QUANTUM || s->spring_unit == DT_SPRING_SI;
}

dt_method settings_method(const struct settings *s) {
    return s->method == 0 ? DT_LEVENBERG_MARQUARDT : DT_LBFGS;
}

void settings_free(struct settings *s) {
    dt_options_free(s->options);
    s->options = NULL;
}
