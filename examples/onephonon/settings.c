/* settings.c - the options of onephonon: one table for command line, configuration file and help.
 */
#include "settings.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One "H0:H1:N"; *text moves behind it. */
static bool parse_axis(const char **text, double *lo, double *hi, int *samples) {
    char *end;
    *lo = strtod(*text, &end);
    if (end == *text || *end != ':') {
        return false;
    }
    const char *at = end + 1;
    *hi = strtod(at, &end);
    if (end == at || *end != ':') {
        return false;
    }
    at = end + 1;
    long n = strtol(at, &end, 10);
    if (end == at || n < INT_MIN || n > INT_MAX) {
        return false;
    }
    *samples = (int)n;
    *text = end;
    return true;
}

static dt_status parse_grid(const char *text, void *target, dt_error *error) {
    dt_grid grid;
    const char *at = text;
    for (int axis = 0; axis < 3; axis++) {
        if (!parse_axis(&at, &grid.lo[axis], &grid.hi[axis], &grid.samples[axis]) ||
            *at != (axis < 2 ? ',' : '\0')) {
            return dt_error_set(
                error, DT_ERR_ARGUMENT,
                "expected H0:H1:N,K0:K1:N,L0:L1:N (limits in Miller indices, N >= 1 "
                "samples per unit), got '%s'",
                text);
        }
        at += axis < 2;
    }
    /* Whether a range fits its samples depends on --preset, which may come later. */
    dt_grid_axis axes[3];
    dt_status status = dt_grid_axes_literal(&grid, DT_QUIRK_GRID_TRUNCATED | DT_QUIRK_K_OF_INDEX,
                                            axes, NULL, error);
    if (status == DT_OK) {
        *(dt_grid *)target = grid;
    }
    return status;
}

static const char *const layers[] = {"hk0", "h0l", "0kl", NULL};
static const char *const occupancies[] = {"one", "file", NULL};
static const char *const presets[] = {"physical", "eryx", "eryx-torch", NULL};
static const char *const adps[] = {"data", "model", NULL};
static const char *const examples[] = {
    "onephonon --hkl=-5:5:3,-5:5:3,-5:5:3 -o map.npz --picture=map.png 3al1.pdb",
    "onephonon --dry-run --hkl=-20:20:4,-20:20:4,-25:25:4 3al1.pdb",
    "onephonon --preset=eryx --hkl=-4:4:3,-4:4:3,-4:4:3 -o eryx.npz 3al1.pdb",
    "onephonon --cotangent=dLdI.npy -o gradients.npz 3al1.pdb", NULL};

/* The one run of this process: rows of a constant table point into it. */
static struct settings values;

/* clang-format off: a row reads as a paragraph */
static const dt_option table[] = {
    {.name = "hkl",
     .kind = DT_OPTION_CUSTOM,
     .placeholder = "H0:H1:N,K0:K1:N,L0:L1:N",
     .target = &values.grid,
     .parse = parse_grid,
     .default_text = "-5:5:3,-5:5:3,-5:5:3",
     .group = "Map",
     .help = "limits in Miller indices and samples per unit along each axis"},
    {.name = "dmin",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "A",
     .target = &values.d_min,
     .default_text = "0",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help = "resolution limit in Angstrom: voxels with d <= A are invalid; 0: none"},
    {.name = "cutoff",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "A",
     .target = &values.cutoff,
     .default_text = "4",
     .lower = {DT_BOUND_ABOVE, 0},
     .group = "Model",
     .help = "atoms at most this far apart are joined by a spring, Angstrom"},
    {.name = "gamma-intra",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "G",
     .target = &values.gamma_intra,
     .default_text = "1",
     .help = "spring constant within an asymmetric unit, kT/A^2"},
    {.name = "gamma-inter",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "G",
     .target = &values.gamma_inter,
     .default_text = "1",
     .help = "spring constant between asymmetric units, kT/A^2"},
    {.name = "cell-range",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &values.cell_range,
     .default_text = "0",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help =
         "look for contacts at most N cells away; 0: as far as the cutoff reaches; 1: in the 27 "
         "nearest cells, where other programs stop and may miss some"},
    {.name = "adp",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "data|model",
     .target = &values.adp,
     .choices = adps,
     .default_text = "data",
     .help = "displacements in the Debye-Waller factors: those of the file, or those the springs "
             "give, averaged over as many wavevectors as the map has"},
    {.name = "rank",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &values.rank,
     .default_text = "-1",
     .lower = {DT_BOUND_AT_LEAST, -1},
     .help = "one phonon of every wavevector alone, 0 the softest; -1: all of them"},
    {.name = "preset",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "physical|eryx|eryx-torch",
     .target = &values.preset,
     .choices = presets,
     .default_text = "physical",
     .help = "physical: what is right. The others reproduce the programs of these names with their "
             "mistakes, and need a file with REMARK 290 and SCALE records"},
    {.name = "keep-hydrogens",
     .kind = DT_OPTION_FLAG,
     .target = &values.keep_hydrogens,
     .group = "Atoms",
     .help = "keep hydrogen atoms"},
    {.name = "keep-waters",
     .kind = DT_OPTION_FLAG,
     .target = &values.keep_waters,
     .help = "keep water molecules"},
    {.name = "keep-ligands",
     .kind = DT_OPTION_FLAG,
     .target = &values.keep_ligands,
     .help = "keep residues that belong to no polymer"},
    {.name = "occupancy",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "one|file",
     .target = &values.occupancy,
     .choices = occupancies,
     .default_text = "one",
     .help = "weight of an atom: 1 (only the first alternative conformation is kept, and it stands "
             "for all), or what the file says"},
    {.name = "cotangent",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.npy",
     .target = &values.cotangent,
     .group = "Gradients",
     .help =
         "dL/dI of a loss L, shape (nh,nk,nl): the output also gets the gradient of L for every "
         "parameter"},
    {.name = "output",
     .letter = 'o',
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE",
     .target = &values.output,
     .group = "Output",
     .help =
         "write intensity, valid, h, k, l, cell and where they come from (and gradients): as "
         ".npz (NumPy), .h5 or .nxs (HDF5, NeXus), or .ccp4 or .map (CCP4, the intensity only)"},
    {.name = "profile",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.csv",
     .target = &values.profile,
     .help = "write mean, deviation and range of the intensity in shells of resolution"},
    {.name = "shells",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &values.shells,
     .default_text = "20",
     .lower = {DT_BOUND_AT_LEAST, 1},
     .help = "shells of the profile, of equal width in 1/d"},
    {.name = "picture",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.png",
     .target = &values.picture,
     .help = "draw one layer of the map"},
    {.name = "layer",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "hk0|h0l|0kl",
     .target = &values.layer,
     .choices = layers,
     .default_text = "hk0",
     .help = "which layer"},
    {.name = "json",
     .kind = DT_OPTION_FLAG,
     .target = &values.json,
     .help = "print one JSON object instead of a table"},
    {.name = "threads",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &values.threads,
     .default_text = "0",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .group = "Run",
     .help = "threads; 0: all processors. Results do not depend on it"},
    {.name = "progress",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "auto|never|always",
     .target = &values.progress,
     .choices = dt_progress_mode_names,
     .default_text = "auto",
     .help = "show progress on standard error"},
    {.name = "dry-run",
     .kind = DT_OPTION_FLAG,
     .target = &values.dry_run,
     .help = "print sizes, memory and an estimate of the time, then stop"},
    {.name = "config",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.json",
     .target = &values.config,
     .command_line_only = true,
     .help = "read options of the same names from a JSON object; the command line wins"},
    {.name = "help",
     .letter = 'h',
     .kind = DT_OPTION_FLAG,
     .target = &values.help,
     .command_line_only = true,
     .stops = true,
     .help = "print this help"},
    {.name = "version",
     .letter = 'V',
     .kind = DT_OPTION_FLAG,
     .target = &values.version,
     .command_line_only = true,
     .stops = true,
     .help = "print the version"},
    {.name = NULL}};
/* clang-format on */

static const dt_program program = {
    .name = "onephonon",
    .arguments = "STRUCTURE",
    .min_arguments = 1,
    .max_arguments = 1,
    .purpose =
        "One-phonon diffuse scattering of a protein crystal whose rigid asymmetric units are "
        "joined by springs, with exact gradients.",
    .options = table,
    .examples = examples,
    .footer =
        "STRUCTURE is a PDB or mmCIF file, plain or gzip-compressed. Intensities are in e^2 per "
        "unit cell "
        "(kT = 1, springs in kT/A^2); voxels at whole h, k, l (Bragg peaks) and beyond --dmin "
        "are 0 and false in `valid`.\n"
        "Exit codes: 0 done, 2 usage, 3 input or output file, 4 numerics, 5 memory, 130 "
        "interrupted."};

void settings_print_help(FILE *stream) {
    dt_options_print_help(&program, stream);
}

/* Do two names lead to one file? Names of files that do not exist yet are compared as text. */
static bool same_file(const char *a, const char *b) {
    struct stat x, y;
    if (a == NULL || b == NULL) {
        return false;
    }
    if (stat(a, &x) == 0 && stat(b, &y) == 0) {
        return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
    }
    return strcmp(a, b) == 0;
}

/* What the format of the output cannot hold is known before anything is computed. */
static dt_status check_output(const struct settings *s, const dt_grid_axis axes[3],
                              dt_error *error) {
    dt_hkl_format format;
    if (s->output == NULL) {
        return DT_OK;
    }
    if (dt_hkl_map_format(s->output, &format, error) != DT_OK) {
        dt_error_context(error, "--output");
        return error->status;
    }
    if (format != DT_HKL_CCP4) {
        return DT_OK;
    }
    if (s->cotangent != NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--output: a CCP4 map has no room for gradients: write .npz or .h5");
    }
    for (int d = 0; d < 3; d++) {
        if (axes[d].offset != 0.0 || axes[d].step != 0.0) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "--output: a CCP4 map has points at multiples of 1/%lld along %c "
                                "only, but --hkl begins at %g: choose such a limit, or another "
                                "format",
                                (long long)axes[d].samples, "hkl"[d], dt_axis_miller(&axes[d], 0));
        }
    }
    return DT_OK;
}

/* Rules that concern more than one option. */
static dt_status check_together(const struct settings *s, dt_error *error) {
    enum { MAX_THREADS = 4096 };
    dt_grid_axis axes[3];
    if (dt_grid_axes_literal(&s->grid, dt_preset_quirks((dt_preset)s->preset), axes, NULL, error) !=
        DT_OK) {
        dt_error_context(error, "--hkl");
        return error->status;
    }
    if (s->threads > MAX_THREADS) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "--threads: expected at most %d, got %lld",
                            MAX_THREADS, (long long)s->threads);
    }
    if (s->cotangent != NULL && s->output == NULL && !s->dry_run) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--cotangent computes gradients but --output names no file for them");
    }
    if (same_file(s->profile, s->output) || same_file(s->profile, s->picture)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--profile and another output are the same file, %s: one would replace "
                            "the other",
                            s->profile);
    }
    if (same_file(s->output, s->picture)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--output and --picture are the same file, %s: one would replace the "
                            "other",
                            s->output);
    }
    const char *const inputs[] = {s->structure, s->cotangent, s->config};
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        if (same_file(s->output, inputs[i]) || same_file(s->picture, inputs[i]) ||
            same_file(s->profile, inputs[i])) {
            return dt_error_set(
                error, DT_ERR_ARGUMENT,
                "%s is read by this run and would be replaced by its output: choose "
                "another name",
                inputs[i]);
        }
    }
    return check_output(s, axes, error);
}

static int read_config(struct settings *s, dt_error *error) {
    if (s->config == NULL || dt_options_read_json(s->options, s->config, error) == DT_OK) {
        return 0;
    }
    return error->status == DT_ERR_IO ? EXIT_INPUT : EXIT_USAGE;
}

int settings_read(int argc, char **argv, struct settings *s, dt_error *error) {
    dt_options *options;
    if (dt_options_new(&options, &program, error) != DT_OK) {
        return EXIT_MEMORY;
    }
    values.options = options;
    int code = dt_options_parse_args(options, argc, argv, error) == DT_OK ? 0 : EXIT_USAGE;
    if (code == 0 && !values.help && !values.version) {
        code = read_config(&values, error);
        values.structure = dt_options_argument(options, 0);
    }
    if (code == 0 && !values.help && !values.version && check_together(&values, error) != DT_OK) {
        code = EXIT_USAGE;
    }
    *s = values;
    return code;
}

dt_one_phonon_options settings_model(const struct settings *s) {
    return (dt_one_phonon_options){.cutoff = s->cutoff,
                                   .d_min = s->d_min,
                                   .cell_range = (int)s->cell_range,
                                   .quirks = dt_preset_quirks((dt_preset)s->preset),
                                   .single_mode = s->rank + 1};
}

const char *settings_preset_name(const struct settings *s) {
    return presets[s->preset];
}

void settings_axes(const struct settings *s, dt_grid_axis ret_axes[3], int64_t *ret_voxels) {
    dt_grid_axes_literal(&s->grid, dt_preset_quirks((dt_preset)s->preset), ret_axes, ret_voxels,
                         NULL);
}

double settings_file_bytes(const struct settings *s, int64_t voxels) {
    enum { RESOLUTION_AND_SHELL = 16, INTENSITY_AND_VALID = 9 };
    dt_hkl_format format = DT_HKL_NPZ;
    double bytes = s->profile != NULL ? RESOLUTION_AND_SHELL : 0;
    if (s->output != NULL && dt_hkl_map_format(s->output, &format, NULL) == DT_OK &&
        format == DT_HKL_NEXUS) {
        bytes = bytes > INTENSITY_AND_VALID ? bytes : INTENSITY_AND_VALID;
    }
    return bytes * (double)voxels;
}

void settings_free(struct settings *s) {
    dt_options_free(s->options);
    s->options = NULL;
}
