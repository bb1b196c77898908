/* bodies.c - rigid groups: which atoms move together, and in how many ways. */
#include "network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Number groups in order of appearance; ids may be any numbers. */
static void number_groups(dt_network *net, const dt_network_options *options, int64_t *ids) {
    int64_t n = net->crystal->n_atoms;
    for (int64_t i = 0; i < n; i++) {
        int64_t id = options->atoms ? i : options->group ? options->group[i] : 0, g = 0;
        if (options->atoms) {
            g = i;
        } else if (i > 0 && ids[net->group[i - 1]] == id) {
            g = net->group[i - 1]; /* the usual case: groups stand together */
        } else {
            while (g < net->n_groups && ids[g] != id) {
                g++;
            }
        }
        if (g == net->n_groups) {
            ids[net->n_groups++] = id;
        }
        net->group[i] = g;
    }
}

bool dtp_group_is_line(const dt_network *net, int64_t g, double ret_e[3], int64_t *ret_size) {
    const double *x = net->crystal->xyz, *x0 = NULL;
    double longest = 0.0, off = 0.0;
    memset(ret_e, 0, 3 * sizeof *ret_e);
    *ret_size = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t i = 0; i < net->crystal->n_atoms; i++) {
            if (net->group[i] != g) {
                continue;
            }
            x0 = x0 ? x0 : x + 3 * i;
            double r[3] = {x[3 * i] - x0[0], x[3 * i + 1] - x0[1], x[3 * i + 2] - x0[2]};
            double r2 = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
            *ret_size += pass == 0;
            if (pass == 0 && r2 > longest) {
                longest = r2;
                memcpy(ret_e, r, sizeof r);
            }
            for (int a = 0; pass == 1 && a < 3; a++) {
                int b = (a + 1) % 3, c = (a + 2) % 3;
                off = fmax(off, fabs(r[b] * ret_e[c] - r[c] * ret_e[b]));
            }
        }
    }
    return off <= 1e-9 * longest;
}

/* A rotation about the line moves nothing. The other two rotations of any frame that does not
 * contain the line give all motions there are: leave out the axis that is nearest to it. */
static int idle_rotation(const dt_crystal *crystal, int64_t asu, const double e[3]) {
    const double *r = crystal->rotation + 9 * asu;
    int idle = 0;
    double largest = -1.0;
    for (int d = 0; d < 3; d++) {
        double turned = fabs(r[3 * d] * e[0] + r[3 * d + 1] * e[1] + r[3 * d + 2] * e[2]);
        if (turned > largest) {
            largest = turned;
            idle = d;
        }
    }
    return idle;
}

static void list_freedom(dt_network *net, bool *on_line, double *line, const int64_t *size) {
    net->n_freedom = 0;
    for (int64_t body = 0; body < net->n_bodies; body++) {
        int64_t g = body % net->n_groups, asu = body / net->n_groups;
        int idle = on_line[g] ? 3 + idle_rotation(net->crystal, asu, line + 3 * g) : -1;
        for (int c = 0; c < net->width; c++) {
            if (!net->all_six && (c == idle || (c >= 3 && size[g] == 1))) {
                continue;
            }
            net->freedom[net->n_freedom++] = body * net->width + c;
        }
    }
}

static dt_status describe_groups(dt_network *net, const dt_network_options *options,
                                 dt_error *error) {
    int64_t n = net->crystal->n_atoms, largest = 0;
    int64_t *size = calloc((size_t)n, sizeof *size);
    bool *on_line = calloc((size_t)n, sizeof *on_line);
    double *line = calloc((size_t)(3 * n), sizeof *line);
    dt_status status = DT_OK;
    if (!size || !on_line || !line) {
        status =
            dt_error_set(error, DT_ERR_MEMORY, "network: no memory for %lld atoms", (long long)n);
    } else {
        number_groups(net, options, size); /* as room for ids */
        for (int64_t g = 0; g < net->n_groups; g++) {
            /* Single atoms, and only they, make an all-atom network: no need to look. */
            size[g] = 1;
            on_line[g] = net->n_groups == n || dtp_group_is_line(net, g, line + 3 * g, &size[g]);
            largest = size[g] > largest ? size[g] : largest;
        }
        net->width = largest == 1 && !net->all_six ? 3 : 6;
        for (int64_t i = 0; i < n; i++) {
            net->group_weight[i] = 1.0 / (double)size[net->group[i]];
        }
        net->n_bodies = net->n_groups * net->crystal->n_asu;
        net->freedom = malloc((size_t)(net->n_bodies * net->width) * sizeof *net->freedom);
        if (net->freedom) {
            list_freedom(net, on_line, line, size);
        } else {
            status = dt_error_set(error, DT_ERR_MEMORY, "network: no memory for %lld bodies",
                                  (long long)net->n_bodies);
        }
    }
    free(size);
    free(on_line);
    free(line);
    return status;
}

dt_status dtp_make_bodies(dt_network *net, const dt_network_options *options, dt_error *error) {
    const int64_t usual = 4096, n = net->crystal->n_atoms;
    net->group = malloc((size_t)n * sizeof *net->group);
    net->group_weight = malloc((size_t)n * sizeof *net->group_weight);
    if (!net->group || !net->group_weight) {
        return dt_error_set(error, DT_ERR_MEMORY, "network: no memory for %lld atoms",
                            (long long)n);
    }
    dt_status status = describe_groups(net, options, error);
    int64_t most = options->most_freedom > 0 ? options->most_freedom : usual;
    if (status == DT_OK && net->n_freedom > most) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "network: %lld rigid groups in %lld asymmetric units have %lld coordinates, more than "
            "%lld; K(k) is a dense matrix of that size (%.3g MB), so take larger groups, or raise "
            "most_freedom in a program of your own",
            (long long)net->n_groups, (long long)net->crystal->n_asu, (long long)net->n_freedom,
            (long long)most, 16e-6 * (double)net->n_freedom * (double)net->n_freedom);
    }
    return status;
}
