/* settings.c - the options together: what contradicts what, and what they mean for the model. */
#include "table.h"

#include <string.h>
#include <sys/stat.h>

void settings_print_help(FILE *stream) {
    dt_options_print_help(&settings_program, stream);
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

bool settings_is_file(const char *text) {
    size_t n = text != NULL ? strlen(text) : 0;
    return n > 4 && strcmp(text + n - 4, ".npy") == 0;
}

bool settings_needs_temperature(const struct settings *s) {
    return s->occupation == DT_QUANTUM || s->spring_unit == DT_SPRING_SI;
}

/* On the command line, or in a configuration file with another value than the default: the
 * effective configuration that a map carries names every option, and must be accepted again. */
static bool given(const struct settings *s, const char *name, bool differs) {
    dt_option_source source = dt_options_source(s->options, name);
    return source == DT_FROM_COMMAND_LINE || (source == DT_FROM_CONFIG && differs);
}

static bool other_grid(const dt_grid *g) {
    for (int d = 0; d < 3; d++) {
        if (g->lo[d] != -5 || g->hi[d] != 5 || g->samples[d] != 3) {
            return true;
        }
    }
    return false;
}

/* One of these words, or a file. */
static dt_status check_word(const char *option, const char *text, const char *const *words,
                            dt_error *error) {
    char all[160] = "";
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(text, words[i]) == 0) {
            return DT_OK;
        }
        strcat(strcat(all, words[i]), ", ");
    }
    if (settings_is_file(text)) {
        return DT_OK;
    }
    return dt_error_set(error, DT_ERR_ARGUMENT, "--%s: expected one of %sor a file .npy, got '%s'",
                        option, all, text);
}

/* The first option that asks for more than the model of one_phonon.h. */
static const char *find_general(const struct settings *s) {
    const struct {
        const char *name;
        bool asked;
    } rows[] = {{"network", s->network != DT_SPRING_ISOTROPIC},
                {"groups", strcmp(s->groups, "asu") != 0},
                {"classes", strcmp(s->classes, "intra-inter") != 0},
                {"springs", s->springs != NULL},
                {"spring-unit", s->spring_unit != DT_SPRING_KT},
                {"decay", s->decay > 0},
                {"taper", s->taper > 0},
                {"occupation", s->occupation != DT_CLASSICAL},
                {"bragg", s->bragg != DT_BRAGG_INVALID},
                {"points", s->points != NULL},
                {"q", s->q != NULL},
                {"adp", s->adp == ADP_DATA_TENSORS || s->adp == ADP_MODEL_TENSORS}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].asked) {
            return rows[i].name;
        }
    }
    return NULL;
}

/* Options that contradict each other, or that nothing would come of. */
static dt_status check_model(const struct settings *s, dt_error *error) {
    static const char *const groups[] = {"asu", "chain", "residue", "atoms", NULL};
    static const char *const classes[] = {"intra-inter",        "single", "interfaces", "residues",
                                          "residue-interfaces", NULL};
    if (check_word("groups", s->groups, groups, error) != DT_OK ||
        check_word("classes", s->classes, classes, error) != DT_OK) {
        return error->status;
    }
    bool list = s->points != NULL || s->q != NULL;
    bool gamma = given(s, "gamma-intra", s->gamma_intra != 1) ||
                 given(s, "gamma-inter", s->gamma_inter != 1);
    bool picture = s->picture != NULL, grid = given(s, "hkl", other_grid(&s->grid));
    bool model = s->adp == ADP_MODEL || s->adp == ADP_MODEL_TENSORS;
    const struct {
        bool wrong;
        const char *sentence;
    } rules[] = {
        {s->springs != NULL && gamma,
         "--springs gives all spring constants: leave out --gamma-intra and --gamma-inter"},
        {strcmp(s->classes, "intra-inter") != 0 && gamma,
         "--gamma-intra and --gamma-inter are the constants of --classes=intra-inter: give those "
         "of other classes with --springs"},
        {s->network == DT_SPRING_HYBRID && s->springs == NULL,
         "--network=hybrid has two constants for each class: give them with "
         "--springs=ACROSS:ALONG"},
        {given(s, "decay-from", s->decay_from != 1) && s->decay == 0,
         "--decay-from is the length from which springs decay: give --decay, too"},
        {given(s, "bragg-order", s->bragg_order != 4) && s->bragg != DT_BRAGG_AVERAGE,
         "--bragg-order is the order of an average: give --bragg=average, too"},
        {given(s, "temperature", s->temperature != 300) && !settings_needs_temperature(s),
         "--temperature has no influence on classical phonons with springs in kT/A^2: give "
         "--occupation=quantum or --spring-unit=N/m, too"},
        {s->points != NULL && s->q != NULL, "--points and --q both say where: give one of them"},
        {list && grid, "--hkl is a grid, --points and --q are lists of points: give one of them"},
        {list && picture,
         "--picture draws a layer of a grid, and --points and --q are lists of points"},
        {list && s->bragg == DT_BRAGG_AVERAGE,
         "--bragg=average is the mean over a voxel of a grid, and a list of points has none"},
        {s->rank >= 0 && s->bragg == DT_BRAGG_DROP_ACOUSTIC,
         "--rank counts phonons from the softest, and --bragg=drop leaves the acoustic ones out: "
         "give one of them"},
        {list && model,
         "--adp: displacements of the model are averaged over the wavevectors of a grid, and a "
         "list of points has none"}};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i].wrong) {
            return dt_error_set(error, DT_ERR_ARGUMENT, "%s", rules[i].sentence);
        }
    }
    if (s->general != NULL && s->preset != DT_PRESET_PHYSICAL) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--preset is of rigid asymmetric units with isotropic springs in "
                            "kT/A^2 on a grid, and cannot be combined with --%s",
                            s->general);
    }
    return DT_OK;
}

void settings_inputs(const struct settings *s, const char *ret_names[INPUT_FILES]) {
    const char *const words[] = {s->groups, s->classes, s->springs};
    ret_names[0] = s->structure;
    ret_names[1] = s->cotangent;
    ret_names[2] = s->config;
    ret_names[3] = s->points;
    ret_names[4] = s->q;
    for (int i = 0; i < 3; i++) {
        ret_names[5 + i] = settings_is_file(words[i]) ? words[i] : NULL;
    }
}

/* Rules that concern files: nothing that is read may be replaced. */
static dt_status check_files(const struct settings *s, dt_error *error) {
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
    const char *inputs[INPUT_FILES];
    settings_inputs(s, inputs);
    for (int i = 0; i < INPUT_FILES; i++) {
        if (same_file(s->output, inputs[i]) || same_file(s->picture, inputs[i]) ||
            same_file(s->profile, inputs[i])) {
            return dt_error_set(
                error, DT_ERR_ARGUMENT,
                "%s is read by this run and would be replaced by its output: choose "
                "another name",
                inputs[i]);
        }
    }
    return DT_OK;
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
    if (format != DT_HKL_NPZ && (s->points != NULL || s->q != NULL)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--output: intensities at a list of points are no map on a grid: only "
                            ".npz can hold them");
    }
    if (format == DT_HKL_CCP4 && s->cotangent != NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "--output: a CCP4 map has no room for gradients: write .npz or .h5");
    }
    for (int d = 0; d < 3 && format == DT_HKL_CCP4; d++) {
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
    if (dt_grid_axes_literal(&s->grid, settings_quirks(s), axes, NULL, error) != DT_OK) {
        dt_error_context(error, "--hkl");
        return error->status;
    }
    if (s->threads > MAX_THREADS) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "--threads: expected at most %d, got %lld",
                            MAX_THREADS, (long long)s->threads);
    }
    if (check_model(s, error) != DT_OK) {
        return error->status;
    }
    return check_files(s, error) != DT_OK ? error->status : check_output(s, axes, error);
}

int settings_read(int argc, char **argv, struct settings *s, dt_error *error) {
    dt_options *options;
    if (dt_options_new(&options, &settings_program, error) != DT_OK) {
        return EXIT_MEMORY;
    }
    settings_values.options = options;
    int code = dt_options_parse_args(options, argc, argv, error) == DT_OK ? 0 : EXIT_USAGE;
    if (code == 0 && !settings_values.help && !settings_values.version) {
        code = read_config(options, settings_values.config, error);
        settings_values.structure = dt_options_argument(options, 0);
        settings_values.general = find_general(&settings_values);
    }
    if (code == 0 && !settings_values.help && !settings_values.version &&
        check_together(&settings_values, error) != DT_OK) {
        code = EXIT_USAGE;
    }
    *s = settings_values;
    return code;
}

unsigned settings_quirks(const struct settings *s) {
    return dt_preset_quirks((dt_preset)s->preset);
}

dt_phonon_map_options settings_map(const struct settings *s) {
    return (dt_phonon_map_options){.d_min = s->d_min,
                                   .bragg = (dt_bragg_policy)s->bragg,
                                   .bragg_order = (int)(s->bragg_order < 99 ? s->bragg_order : 99),
                                   .occupation = (dt_occupation)s->occupation,
                                   .single_mode = s->rank + 1};
}

const char *settings_preset_name(const struct settings *s) {
    return settings_presets[s->preset];
}

void settings_axes(const struct settings *s, dt_grid_axis ret_axes[3], int64_t *ret_voxels) {
    dt_grid_axes_literal(&s->grid, settings_quirks(s), ret_axes, ret_voxels, NULL);
}

void settings_free(struct settings *s) {
    dt_options_free(s->options);
    s->options = NULL;
}
