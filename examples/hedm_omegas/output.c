/* output.c - the archive and the plot. */
#include "run.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the numbers come from, as JSON; NULL without memory. Release with free. */
static char *make_meta(const struct run *r) {
    cJSON *meta = cJSON_CreateObject();
    char *options = NULL, *text = NULL;
    if (meta != NULL && dt_options_write_json(r->settings->options, &options, NULL) == DT_OK) {
        cJSON_AddStringToObject(meta, "program", "hedm_omegas");
        cJSON_AddStringToObject(meta, "difftape", DT_VERSION);
        cJSON_AddStringToObject(meta, "space_group", r->group.name);
        cJSON_AddStringToObject(meta, "units",
                                "radians, 1/Angstrom; gradients per radian, Angstrom, degree, keV");
        cJSON_AddItemToObject(meta, "options", cJSON_Parse(options));
        text = cJSON_PrintUnformatted(meta);
    }
    free(options);
    cJSON_Delete(meta);
    return text;
}

static void add(dt_npz_writer *writer, const char *name, dt_tensor *tensor) {
    const dt_array array = dt_array_of(tensor);
    dt_npz_add(writer, name, &array);
}

int output_write(struct run *r) {
    dt_npz_writer *writer = NULL;
    if (r->settings->output == NULL) {
        return 0;
    }
    char *meta = make_meta(r);
    if (meta == NULL) {
        return EXIT_MEMORY;
    }
    dt_status status = dt_npz_create(&writer, r->settings->output, &r->error);
    if (status == DT_OK) {
        const dt_array hkl = dt_array_wrap(DT_I64, 2, (const int64_t[]){r->list.n, 3}, r->list.hkl);
        dt_npz_add(writer, "hkl", &hkl);
        add(writer, "g", r->angles.g);
        add(writer, "seen", r->angles.seen);
        add(writer, "omega", r->angles.omega);
        add(writer, "lorentz_q", r->angles.q);
        if (r->cotangent.data != NULL) {
            add(writer, "grad_rotation", dt_gradient(r->turn));
            add(writer, "grad_cell", dt_gradient(r->cell));
            add(writer, "grad_energy", dt_gradient(r->energy));
            add(writer, "grad_chi", dt_gradient(r->chi));
        }
        dt_npz_add_bytes(writer, "meta", meta, strlen(meta));
        status = dt_npz_finish(writer, &r->error);
    }
    free(meta);
    return exit_code_of(status);
}

/* -- the plot ---------------------------------------------------------------------------------- */

/* All spots, eta and omega in degrees, into the series of their families, which have room. */
static void collect(const struct run *r, const double *omega, const double *direction,
                    dt_scatter_series *series, double *x, double *y) {
    const bool *seen = dt_data_bool(r->angles.seen);
    for (int64_t i = 0; i < 2 * r->n_orientations * r->list.n; i++) {
        if (seen[i / 2]) {
            dt_scatter_series *s = &series[r->list.family[i / 2 % r->list.n]];
            const double *u = direction + 3 * i;
            int64_t at = s->x - x + s->n++;
            x[at] = atan2(-u[1], u[2]) / DEGREE;
            y[at] = omega[i] / DEGREE;
        }
    }
}

/* Name and look of a family: ten hues as discs, as rings, as crosses, or, if there are too many
 * families for that, a place on the colour map and a name for some. */
static void label(const struct run *r, int family, dt_scatter_series *s, char name[64]) {
    enum { NAMES = 24, HUES = 10 };
    int families = (int)r->list.n_families, every = (families + NAMES - 1) / NAMES;
    s->name = family % every == 0 ? family_name(&r->list, family, name) : NULL;
    if (families <= NAMES) {
        s->hue = 1 + family % HUES;
        s->marker = (dt_marker)(family / HUES);
    } else {
        s->colour = (double)family / (families - 1);
    }
}

static dt_status draw(struct run *r, const double *omega, const double *direction,
                      dt_scatter_series *series, double *points, char (*names)[64]) {
    int64_t spots = 2 * r->n_seen, at = 0;
    int families = (int)r->list.n_families;
    double *x = points, *y = points + spots;
    for (int f = 0; f < families; f++) {
        series[f] = (dt_scatter_series){.x = x + at, .y = y + at, .radius = spots > 2000 ? 2.5 : 4};
        label(r, f, &series[f], names[f]);
        at += 2 * r->family_seen[f];
    }
    collect(r, omega, direction, series, x, y);
    char title[160];
    snprintf(title, sizeof title, "%s, %g keV, %lld orientation%s: %lld spots", r->group.name,
             r->settings->energy, (long long)r->n_orientations, r->n_orientations == 1 ? "" : "s",
             (long long)spots);
    const dt_scatter_options options = {.title = title,
                                        .x_title = "eta (degrees)",
                                        .y_title = "omega (degrees)",
                                        .legend_title = "h k l",
                                        .x_low = -180,
                                        .x_high = 180,
                                        .y_low = -180,
                                        .y_high = 180,
                                        .x_step = 45,
                                        .y_step = 45};
    return dt_scatter_write(r->settings->plot, families, series, &options, &r->error);
}

int output_plot(struct run *r) {
    if (r->settings->plot == NULL) {
        return 0;
    }
    const double *omega = dt_data_f64(dt_cast(r->angles.omega, DT_F64));
    const double *direction = dt_data_f64(r->direction);
    dt_scatter_series *series = malloc((size_t)r->list.n_families * sizeof *series);
    double *points = malloc((4 * (size_t)r->n_seen + 1) * sizeof *points);
    char(*names)[64] = malloc((size_t)r->list.n_families * sizeof *names);
    dt_status status = DT_ERR_MEMORY;
    if (omega != NULL && direction != NULL && series != NULL && points != NULL && names != NULL) {
        status = draw(r, omega, direction, series, points, names);
    }
    free(series);
    free(points);
    free(names);
    return exit_code_of(status);
}
