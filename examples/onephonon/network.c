/* network.c - network, points and map as the options describe them, and the files that these name.
 */
#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -- files ------------------------------------------------------------------------------------- */

/* An array of this type and shape (0: any length). */
static int read_array(struct run *r, const char *path, dt_dtype dtype, int ndim,
                      const int64_t *shape, const char *what, dt_array *ret) {
    if (dt_npy_read(path, ret, &r->error) != DT_OK) {
        return r->error.status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
    }
    bool fits = ret->ndim == ndim && ret->dtype == dtype;
    for (int d = 0; d < ndim && fits; d++) {
        fits = shape[d] == 0 ? ret->shape[d] > 0 : ret->shape[d] == shape[d];
    }
    if (!fits) {
        char has[128], needs[128];
        dt_error_set(&r->error, DT_ERR_FORMAT,
                     "%s: %s must be %s of shape %s%s, the file holds %s of shape %s", path, what,
                     dt_dtype_name(dtype), dt_shape_format(needs, sizeof needs, ndim, shape),
                     shape[0] == 0 ? " (0: one or more)" : "", dt_dtype_name(ret->dtype),
                     dt_shape_format(has, sizeof has, ret->ndim, ret->shape));
        return EXIT_INPUT;
    }
    for (int64_t i = 0; dtype == DT_F64 && i < dt_array_size(ret); i++) {
        double x = ((const double *)ret->data)[i];
        if (!isfinite(x)) {
            dt_error_set(&r->error, DT_ERR_FORMAT,
                         "%s: %s must be finite, number %lld (counted from 1) is %g", path, what,
                         (long long)i + 1, x);
            return EXIT_INPUT;
        }
    }
    return 0;
}

int network_read(struct run *r) {
    const struct settings *s = r->settings;
    const int64_t n = r->structure->n_atoms, residues = r->structure->n_residues;
    int code = 0;
    if (settings_is_file(s->groups)) {
        code = read_array(r, s->groups, DT_I64, 1, &n, "numbers of groups", &r->groups);
    }
    if (code == 0 && settings_is_file(s->classes)) {
        code = read_array(r, s->classes, DT_I64, 3, (const int64_t[]){2, residues, residues},
                          "a table of spring classes", &r->table);
    }
    if (code == 0 && (s->points != NULL || s->q != NULL)) {
        code = read_array(r, s->points != NULL ? s->points : s->q, DT_F64, 2,
                          (const int64_t[]){0, 3}, "points", &r->list);
    }
    return code;
}

/* -- spring constants -------------------------------------------------------------------------- */

static int wrong_springs(struct run *r, const char *got) {
    bool hybrid = r->settings->network == DT_SPRING_HYBRID;
    dt_error_set(&r->error, DT_ERR_ARGUMENT,
                 "--springs: expected %s,... with one entry for all or each of the %lld classes, "
                 "got '%s'",
                 hybrid ? "ACROSS:ALONG" : "G", (long long)dt_network_get_sizes(r->network).classes,
                 got);
    return EXIT_USAGE;
}

/* Entries of one or two numbers, at most `most` of them. */
static int parse_springs(struct run *r, const char *text, int width, int64_t most, double *values,
                         int64_t *ret_n) {
    const char *at = text;
    int64_t n = 0;
    for (; n < most; n++) {
        for (int i = 0; i < width; i++) {
            char *end;
            values[n * width + i] = strtod(at, &end);
            if (end == at || (i + 1 < width && *end != ':') || !isfinite(values[n * width + i])) {
                return wrong_springs(r, text);
            }
            at = i + 1 < width ? end + 1 : end;
        }
        if (*at != ',') {
            n++;
            break;
        }
        at++;
    }
    *ret_n = n;
    return *at == '\0' ? 0 : wrong_springs(r, text);
}

/* What the options say, before one entry is used for all: its number of entries. */
static int given_springs(struct run *r, int width, int64_t classes, int64_t *ret_n) {
    const struct settings *s = r->settings;
    double *values = r->springs_start.data;
    if (s->springs == NULL) {
        bool two = strcmp(s->classes, "intra-inter") == 0;
        values[0] = two ? s->gamma_intra : 1.0;
        if (two && classes == 2) {
            values[1] = s->gamma_inter;
        }
        *ret_n = two ? classes : 1;
        return 0;
    }
    if (!settings_is_file(s->springs)) {
        return parse_springs(r, s->springs, width, classes, values, ret_n);
    }
    dt_array file = {0};
    int code = read_array(r, s->springs, DT_F64, width, (const int64_t[]){classes, width},
                          "spring constants", &file);
    if (code == 0) {
        memcpy(values, file.data, (size_t)(classes * width) * sizeof *values);
        *ret_n = classes;
    }
    dt_array_free(&file);
    return code;
}

/* One constant, or pair, for each class. */
static int make_springs(struct run *r) {
    int64_t classes = dt_network_get_sizes(r->network).classes, n = 0;
    int width = r->settings->network == DT_SPRING_HYBRID ? 2 : 1;
    if (dt_array_new(&r->springs_start, DT_F64, width, (const int64_t[]){classes, width},
                     &r->error) != DT_OK) {
        return EXIT_MEMORY;
    }
    int code = given_springs(r, width, classes, &n);
    double *values = r->springs_start.data;
    if (code == 0 && n != 1 && n != classes) {
        return wrong_springs(r, r->settings->springs);
    }
    for (int64_t i = width; code == 0 && n == 1 && i < classes * width; i++) {
        values[i] = values[i - width];
    }
    return code;
}

/* -- network, points, map ---------------------------------------------------------------------- */

static dt_network_options network_options(const struct run *r) {
    const struct settings *s = r->settings;
    dt_network_options o = {.cutoff = s->cutoff,
                            .cell_range = (int)s->cell_range,
                            .form = (dt_spring_form)s->network,
                            .unit = (dt_spring_unit)s->spring_unit,
                            .decay = s->decay,
                            .reference = s->decay_from,
                            .taper = s->taper,
                            .quirks = settings_quirks(s)};
    const int64_t *residue = r->structure->residue;
    o.group = strcmp(s->groups, "chain") == 0     ? r->structure->chain
              : strcmp(s->groups, "residue") == 0 ? residue
                                                  : r->groups.data;
    o.atoms = strcmp(s->groups, "atoms") == 0;
    bool pairs = strcmp(s->classes, "residues") == 0;
    bool interface_pairs = strcmp(s->classes, "residue-interfaces") == 0;
    o.table = r->table.data;
    o.classes = o.table != NULL                                            ? DT_CLASSES_TABLE
                : pairs                                                    ? DT_CLASSES_LABELS
                : strcmp(s->classes, "single") == 0                        ? DT_CLASSES_SINGLE
                : interface_pairs || strcmp(s->classes, "interfaces") == 0 ? DT_CLASSES_INTERFACES
                                                                           : DT_CLASSES_INTRA_INTER;
    if (o.table != NULL || pairs || interface_pairs) {
        o.label = residue;
        o.n_labels = r->structure->n_residues;
    }
    return o;
}

static dt_status make_points(struct run *r) {
    const struct settings *s = r->settings;
    if (r->list.data == NULL) {
        return dt_points_from_grid_literal(&s->grid, settings_quirks(s), &r->points, &r->error);
    }
    double *hkl = r->list.data;
    for (int64_t p = 0; s->q != NULL && p < r->list.shape[0]; p++) {
        const double q[3] = {hkl[3 * p], hkl[3 * p + 1], hkl[3 * p + 2]};
        dt_miller_indices(&r->crystal->cell, q, hkl + 3 * p);
    }
    return dt_points_from_list(r->list.shape[0], hkl, NULL, &r->points, &r->error);
}

int network_setup(struct run *r) {
    const struct settings *s = r->settings;
    const dt_network_options network = network_options(r);
    dt_phonon_map_options map = settings_map(s);
    if (dt_network_new(r->crystal, &network, &r->network, &r->error) != DT_OK ||
        make_points(r) != DT_OK) {
        return exit_code_of(r->error.status);
    }
    int code = make_springs(r);
    if (code != 0) {
        return code;
    }
    map.bragg_springs = r->springs_start.data;
    if (dt_phonon_map_estimate(r->network, r->points, &map, dt_get_threads(), &r->cost,
                               &r->error) != DT_OK) {
        return exit_code_of(r->error.status);
    }
    if (s->dry_run && r->list.data == NULL) {
        return 0;
    }
    code = memory_check(r, s->cotangent != NULL ? r->cost.bytes : r->cost.forward_bytes);
    if (code == 0 && dt_phonon_map_new(r->network, r->points, &map, &r->map, &r->error) != DT_OK) {
        code = exit_code_of(r->error.status);
    }
    return code;
}
