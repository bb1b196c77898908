/* network.c - contacts sorted into blocks of one cell and one pair of bodies. */
#include "network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Contacts put together at once: a few megabytes on the tape. */
enum { SLICE_CONTACTS = 1024 };

static dt_status no_memory(dt_error *error, int64_t contacts) {
    return dt_error_set(error, DT_ERR_MEMORY, "network: no memory for %lld contacts",
                        (long long)contacts);
}

static dt_status check_weights(const dt_network_options *o, dt_error *error) {
    if (!isfinite(o->decay) || o->decay < 0.0 || !isfinite(o->reference) || o->reference < 0.0) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "network: decay %g and reference %g Angstrom of the spring weights must "
            "be finite and not negative",
            o->decay, o->reference);
    }
    if (!(o->taper >= 0.0) || (o->taper > 0.0 && o->taper > o->cutoff)) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "network: the taper of %g Angstrom must lie between 0 and the cutoff of "
            "%g Angstrom",
            o->taper, o->cutoff);
    }
    if ((unsigned)o->form > DT_SPRING_HYBRID || (unsigned)o->classes > DT_CLASSES_TABLE ||
        (unsigned)o->unit > DT_SPRING_SI) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "network: form %d, classes %d and unit %d of springs: one of them does "
                            "not exist",
                            (int)o->form, (int)o->classes, (int)o->unit);
    }
    return DT_OK;
}

/* -- contacts ---------------------------------------------------------------------------------- */

/* Positions of all atoms at the starting coordinates. */
static double *starting_positions(const dt_crystal *crystal) {
    int64_t n = crystal->n_atoms;
    double *all = malloc((size_t)(3 * n * crystal->n_asu) * sizeof *all);
    for (int64_t a = 0; all && a < crystal->n_asu; a++) {
        const double *m = crystal->rotation + 9 * a, *t = crystal->network_translation + 3 * a;
        for (int64_t i = 0; i < n; i++) {
            const double *x = crystal->xyz + 3 * i;
            for (int d = 0; d < 3; d++) {
                all[3 * (a * n + i) + d] =
                    m[3 * d] * x[0] + m[3 * d + 1] * x[1] + m[3 * d + 2] * x[2] + t[d];
            }
        }
    }
    return all;
}

static int64_t body_of(const dt_network *net, int64_t atom) {
    int64_t n = net->crystal->n_atoms;
    return atom / n * net->n_groups + net->group[atom % n];
}

/* Do both atoms of a contact move together? */
static bool within_body(const dt_network *net, const dt_contacts *c, int64_t e) {
    const int32_t *cell = c->cell + 3 * e;
    return body_of(net, c->i[e]) == body_of(net, c->j[e]) && cell[0] == 0 && cell[1] == 0 &&
           cell[2] == 0;
}

/* A contact with what it is sorted by. */
typedef struct sortable {
    int64_t body_i, body_j, i, j, spring_class;
    int32_t cell[3];
    bool intra;
} sortable;

static int order(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

static int compare(const void *x, const void *y) {
    const sortable *a = x, *b = y;
    int c = 0;
    for (int d = 0; d < 3 && c == 0; d++) {
        c = order(a->cell[d], b->cell[d]);
    }
    c = c ? c : order(a->body_i, b->body_i);
    c = c ? c : order(a->body_j, b->body_j);
    c = c ? c : order(a->i, b->i);
    return c ? c : order(a->j, b->j);
}

static sortable get_contact(const dt_network *net, int64_t e) {
    const dt_contacts *c = &net->contacts;
    sortable s = {.body_i = body_of(net, c->i[e]),
                  .body_j = body_of(net, c->j[e]),
                  .i = c->i[e],
                  .j = c->j[e],
                  .spring_class = net->spring_class[e],
                  .intra = c->intra[e]};
    memcpy(s.cell, c->cell + 3 * e, sizeof s.cell);
    return s;
}

static void put_contact(dt_network *net, int64_t e, const sortable *s) {
    dt_contacts *c = &net->contacts;
    c->i[e] = s->i;
    c->j[e] = s->j;
    c->intra[e] = s->intra;
    memcpy(c->cell + 3 * e, s->cell, sizeof s->cell);
    net->spring_class[e] = s->spring_class;
}

/* Keep the contacts that have a spring. Are they in the order of blocks, as they are where each
 * asymmetric unit is one body? */
static bool keep_contacts(dt_network *net) {
    dt_contacts *c = &net->contacts;
    int64_t n = 0;
    bool sorted = true;
    sortable last = {0};
    for (int64_t e = 0; e < c->n; e++) {
        /* A parallel spring between atoms that move together does nothing: e.(u_i - u_j) = 0. */
        bool idle = within_body(net, c, e) &&
                    (net->options.drop_within || net->options.form == DT_SPRING_PARALLEL);
        if (net->spring_class[e] >= 0 && !idle) {
            const sortable s = get_contact(net, e);
            sorted = sorted && (n == 0 || compare(&last, &s) < 0);
            last = s;
            put_contact(net, n++, &s);
        }
    }
    c->n = n;
    return sorted;
}

static dt_status sort_contacts(dt_network *net, dt_error *error) {
    int64_t found = net->contacts.n;
    bool sorted = keep_contacts(net);
    int64_t n = net->contacts.n;
    if (n == 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "network: none of the %lld contacts within %g Angstrom has a spring "
                            "between bodies; use a longer cutoff or smaller groups",
                            (long long)found, net->options.cutoff);
    }
    if (sorted) {
        return DT_OK;
    }
    sortable *list = malloc((size_t)n * sizeof *list);
    if (!list) {
        return no_memory(error, n);
    }
    for (int64_t e = 0; e < n; e++) {
        list[e] = get_contact(net, e);
    }
    qsort(list, (size_t)n, sizeof *list, compare);
    for (int64_t e = 0; e < n; e++) {
        put_contact(net, e, &list[e]);
    }
    free(list);
    return DT_OK;
}

static dt_status check_distances(const dt_network *net, const double *xyz, dt_error *error) {
    const dt_contacts *c = &net->contacts;
    const double *a = net->crystal->cell.axes;
    if (!dtp_needs_distances(net)) {
        return DT_OK;
    }
    for (int64_t e = 0; e < c->n; e++) {
        const int32_t *n = c->cell + 3 * e;
        double sum = 0.0;
        for (int d = 0; d < 3; d++) {
            double t = xyz[3 * c->j[e] + d] - xyz[3 * c->i[e] + d] + n[0] * a[d] + n[1] * a[3 + d] +
                       n[2] * a[6 + d];
            sum += t * t;
        }
        if (sum < 1e-6) {
            int64_t atoms = net->crystal->n_atoms;
            return dt_error_set(
                error, DT_ERR_ARGUMENT,
                "network: atom %lld of copy %lld and atom %lld of copy %lld (counted from 1) are "
                "at "
                "the same place, so the spring between them has no direction; an atom on a special "
                "position needs isotropic springs without weights",
                (long long)(c->i[e] % atoms + 1), (long long)(c->i[e] / atoms + 1),
                (long long)(c->j[e] % atoms + 1), (long long)(c->j[e] / atoms + 1));
        }
    }
    return DT_OK;
}

static dt_status make_contacts(dt_network *net, const dt_network_options *options,
                               dt_error *error) {
    const dt_crystal *x = net->crystal;
    double *xyz = starting_positions(x);
    if (!xyz) {
        return no_memory(error, 0);
    }
    int range = options->quirks & DT_QUIRK_CELLS_27 ? 1 : options->cell_range;
    dt_status status = dt_find_contacts(&x->cell, x->n_asu, x->n_atoms, xyz, options->cutoff, range,
                                        &net->contacts, error);
    if (status == DT_OK) {
        net->spring_class = malloc((size_t)net->contacts.n * sizeof *net->spring_class);
        status = net->spring_class ? dtp_spring_classes(x, options, &net->contacts,
                                                        net->spring_class, &net->n_classes, error)
                                   : no_memory(error, net->contacts.n);
    }
    if (status == DT_OK) {
        status = sort_contacts(net, error);
    }
    if (status == DT_OK) {
        status = check_distances(net, xyz, error);
    }
    free(xyz);
    return status;
}

/* -- blocks ------------------------------------------------------------------------------------ */

static bool new_cell(const dt_contacts *c, int64_t e) {
    return e == 0 || memcmp(c->cell + 3 * e, c->cell + 3 * (e - 1), 3 * sizeof *c->cell) != 0;
}

static bool new_block(const dt_network *net, int64_t e) {
    const dt_contacts *c = &net->contacts;
    return new_cell(c, e) || body_of(net, c->i[e]) != body_of(net, c->i[e - 1]) ||
           body_of(net, c->j[e]) != body_of(net, c->j[e - 1]);
}

/* Does this cell sort before the reference cell (-1), after it (1), or is it that (0)? */
static int side_of_home(const int32_t cell[3]) {
    int d = 0;
    while (d < 2 && cell[d] == 0) {
        d++;
    }
    return order(cell[d], 0);
}

/* Cells in the order of the contacts; the reference cell has a place whether or not it has
 * contacts, which the diagonal blocks need. */
static int64_t list_cells(dt_network *net) {
    const dt_contacts *c = &net->contacts;
    int64_t home = -1;
    for (int64_t e = 0; e < c->n; e++) {
        const int32_t *cell = c->cell + 3 * e;
        if (new_cell(c, e)) {
            int side = side_of_home(cell);
            if (home < 0 && side >= 0) {
                home = net->n_cells;
                net->n_cells += side > 0; /* calloc has made it 0 */
            }
            net->n_cells++;
        }
        for (int d = 0; d < 3; d++) {
            net->cells[3 * (net->n_cells - 1) + d] = cell[d];
            if (net->cell_of) {
                net->cell_of[3 * e + d] = cell[d];
            }
        }
    }
    return home < 0 ? net->n_cells++ : home;
}

static void list_blocks(dt_network *net) {
    const dt_contacts *c = &net->contacts;
    int64_t home = list_cells(net), place = -1, slice_begin = 0;
    for (int64_t e = 0; e < c->n; e++) {
        if (new_cell(c, e)) {
            int side = side_of_home(c->cell + 3 * e);
            place = side == 0 ? home : place + 1 + (side > 0 && place < home);
        }
        if (new_block(net, e)) {
            int64_t b = net->n_blocks++;
            int64_t i = body_of(net, c->i[e]), j = body_of(net, c->j[e]);
            net->block_first[b] = e;
            net->block_cell[b] = place;
            net->block_pair[b] = i * net->n_bodies + j;
            net->block_body[b] = i;
            if (net->n_slices == 0 || e - slice_begin >= SLICE_CONTACTS) {
                net->slice_first[net->n_slices++] = b;
                slice_begin = e;
            }
        }
    }
    net->block_first[net->n_blocks] = c->n;
    net->slice_first[net->n_slices] = net->n_blocks;
    for (int64_t body = 0; body < net->n_bodies; body++) {
        net->block_cell[net->n_blocks + body] = home;
        net->block_pair[net->n_blocks + body] = body * net->n_bodies + body;
    }
}

static dt_status make_blocks(dt_network *net, dt_error *error) {
    size_t n = (size_t)net->contacts.n, cells = 1, blocks = 0, bodies = (size_t)net->n_bodies;
    for (int64_t e = 0; e < net->contacts.n; e++) {
        cells += new_cell(&net->contacts, e);
        blocks += new_block(net, e);
    }
    net->cells = calloc(3 * cells, sizeof *net->cells);
    bool distances = dtp_needs_distances(net);
    net->cell_of = distances ? malloc(3 * n * sizeof *net->cell_of) : NULL;
    net->block_first = malloc((blocks + 1) * sizeof *net->block_first);
    net->block_cell = malloc((blocks + bodies) * sizeof *net->block_cell);
    net->block_pair = malloc((blocks + bodies) * sizeof *net->block_pair);
    net->block_body = malloc(blocks * sizeof *net->block_body);
    net->slice_first = malloc((blocks + 1) * sizeof *net->slice_first);
    if (!net->cells || (distances && !net->cell_of) || !net->block_first || !net->block_cell ||
        !net->block_pair || !net->block_body || !net->slice_first) {
        return no_memory(error, net->contacts.n);
    }
    list_blocks(net);
    return DT_OK;
}

/* -- the object -------------------------------------------------------------------------------- */

dt_status dt_network_new(const dt_crystal *crystal, const dt_network_options *options,
                         dt_network **ret_network, dt_error *error) {
    return dtp_network_new(crystal, options, false, ret_network, error);
}

dt_status dtp_network_new(const dt_crystal *crystal, const dt_network_options *options,
                          bool all_six, dt_network **ret_network, dt_error *error) {
    dt_network_options chosen = options ? *options : (dt_network_options){.cutoff = 4.0};
    dt_status status = check_weights(&chosen, error);
    if (status == DT_OK) {
        status = dtp_check_quirks(crystal, chosen.quirks, error);
    }
    if (status != DT_OK) {
        return status;
    }
    dt_network *net = calloc(1, sizeof *net);
    if (!net) {
        return no_memory(error, 0);
    }
    net->crystal = crystal;
    net->options = chosen;
    net->all_six = all_six;
    net->options.group = net->options.label = net->options.table = NULL;
    dtp_set_phases(net);
    status = dtp_make_bodies(net, &chosen, error);
    if (status == DT_OK) {
        status = make_contacts(net, &chosen, error);
    }
    if (status == DT_OK) {
        status = make_blocks(net, error);
    }
    if (status != DT_OK) {
        dt_network_free(net);
        return status;
    }
    *ret_network = net;
    return DT_OK;
}

void dt_network_free(dt_network *net) {
    if (!net) {
        return;
    }
    dt_contacts_free(&net->contacts);
    free(net->group);
    free(net->group_weight);
    free(net->freedom);
    free(net->spring_class);
    free(net->cell_of);
    free(net->cells);
    free(net->block_first);
    free(net->block_cell);
    free(net->block_pair);
    free(net->block_body);
    free(net->slice_first);
    free(net);
}

dt_network_sizes dt_network_get_sizes(const dt_network *net) {
    return (dt_network_sizes){.contacts = net->contacts.n,
                              .classes = net->n_classes,
                              .groups = net->n_groups,
                              .freedom = net->n_freedom,
                              .blocks = net->n_blocks};
}

const dt_contacts *dt_network_contacts(const dt_network *net, const int64_t **ret_class) {
    if (ret_class) {
        *ret_class = net->spring_class;
    }
    return &net->contacts;
}
