/* crystal.c - checking and copying what a crystal is made from, and packing its copies. */
#include "literal.h"

#include <difftape/crystal.h>

#include "metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ATOMS (INT64_C(1) << 31)

/* Every number of an array is finite and within [lo, hi]. */
static dt_status check_array(const char *what, const double *x, int64_t n, int64_t per_atom,
                             double lo, double hi, const char *rule, dt_error *error) {
    if (!x) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "crystal: %s is missing", what);
    }
    for (int64_t i = 0; i < n * per_atom; i++) {
        if (!isfinite(x[i]) || x[i] < lo || x[i] > hi) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "crystal: %s of item %lld (counted from 1) is %g; it must be %s",
                                what, (long long)(i / per_atom + 1), x[i], rule);
        }
    }
    return DT_OK;
}

static dt_status check_operator(const dt_cell *cell, const int *r, int64_t op, dt_error *error) {
    if (!keeps_metric(cell, r)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "crystal: symmetry operator %lld (counted from 1) does not keep the "
                            "cell %g %g %g %g %g %g; cell and space group do not belong together",
                            (long long)(op + 1), cell->parameters[0], cell->parameters[1],
                            cell->parameters[2], cell->parameters[3], cell->parameters[4],
                            cell->parameters[5]);
    }
    return DT_OK;
}

static dt_status check_input(const dt_crystal_input *in, const dt_cell *cell, dt_error *error) {
    const double big = HUGE_VAL;
    const char *finite = "a finite number";
    if (in->n_atoms < 1 || in->n_atoms > MAX_ATOMS) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "crystal: %lld atoms; at least 1 is needed",
                            (long long)in->n_atoms);
    }
    if (in->n_ops < 1 || in->n_ops > MAX_OPERATORS || !in->op_rot) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "crystal: %lld symmetry operators; there must be 1 to %d",
                            (long long)in->n_ops, MAX_OPERATORS);
    }
    for (int64_t op = 0; op < in->n_ops; op++) {
        dt_status status = check_operator(cell, in->op_rot + 9 * op, op, error);
        if (status != DT_OK) {
            return status;
        }
    }
    const struct {
        const char *what;
        const double *x;
        int64_t n, per_atom;
        double lo, hi;
        const char *rule;
    } arrays[] = {
        {"operator translation", in->op_tran, in->n_ops, 3, -big, big, finite},
        {"atom position", in->xyz, in->n_atoms, 3, -1e9, 1e9, "finite and below 1e9 Angstrom"},
        {"displacement U", in->u_iso, in->n_atoms, 1, 0.0, big, "finite and not negative"},
        {"form factor a", in->ff_a, in->n_atoms, 4, -big, big, finite},
        {"form factor b", in->ff_b, in->n_atoms, 4, -big, big, finite},
        {"form factor c", in->ff_c, in->n_atoms, 1, -big, big, finite},
        {"occupancy", in->occupancy, in->n_atoms, 1, 0.0, big, "finite and not negative"},
        {"mass", in->mass, in->n_atoms, 1, 1e-9, big, "finite and greater than 0"},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        bool optional = i >= 6;
        if (optional && !arrays[i].x) {
            continue;
        }
        dt_status status = check_array(arrays[i].what, arrays[i].x, arrays[i].n, arrays[i].per_atom,
                                       arrays[i].lo, arrays[i].hi, arrays[i].rule, error);
        if (status != DT_OK) {
            return status;
        }
    }
    return DT_OK;
}

/* y = M x (row-major 3x3). */
static void apply(const double m[9], const double x[3], double ret_y[3]) {
    for (int i = 0; i < 3; i++) {
        ret_y[i] = m[3 * i] * x[0] + m[3 * i + 1] * x[1] + m[3 * i + 2] * x[2];
    }
}

static void transpose(const double m[9], double ret_t[9]) {
    for (int i = 0; i < 9; i++) {
        ret_t[i] = m[3 * (i % 3) + i / 3];
    }
}

/* The Cartesian operator of one copy: rotation A^T R B, lattice shift from the centroid of the
 * copy, translation A^T (t + s). */
static void pack_copy(const dt_cell *cell, const int *r, const double *t, const double centroid[3],
                      double *ret_rotation, double *ret_translation, double *ret_shift) {
    double at[9], rb[9], f[3], moved[3];
    transpose(cell->axes, at);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            rb[3 * i + j] = r[3 * i] * cell->fractional[j] +
                            r[3 * i + 1] * cell->fractional[3 + j] +
                            r[3 * i + 2] * cell->fractional[6 + j];
        }
    }
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            ret_rotation[3 * i + j] =
                at[3 * i] * rb[j] + at[3 * i + 1] * rb[3 + j] + at[3 * i + 2] * rb[6 + j];
        }
    }
    apply(rb, centroid, f);
    for (int i = 0; i < 3; i++) {
        ret_shift[i] = 0.0 - floor(f[i] + t[i]);
        moved[i] = t[i] + ret_shift[i];
    }
    apply(at, moved, ret_translation);
}

/* The next n numbers of the crystal's single block, filled from source or with 1. */
static double *take(double **cursor, const double *source, int64_t n) {
    double *part = *cursor;
    *cursor += n;
    if (source) {
        memcpy(part, source, (size_t)n * sizeof *part);
    } else {
        for (int64_t i = 0; i < n; i++) {
            part[i] = 1.0;
        }
    }
    return part;
}

static void fill(const dt_crystal_input *in, const dt_cell *cell, double *block,
                 dt_crystal *ret_crystal) {
    int64_t n = in->n_atoms, ops = in->n_ops;
    double *cursor = block, centroid[3] = {0.0, 0.0, 0.0};
    double *rotation = take(&cursor, NULL, 9 * ops), *translation = take(&cursor, NULL, 3 * ops);
    double *shift = take(&cursor, NULL, 3 * ops), *network = take(&cursor, NULL, 3 * ops);
    for (int64_t i = 0; i < n; i++) {
        for (int d = 0; d < 3; d++) {
            centroid[d] += in->xyz[3 * i + d] / (double)n;
        }
    }
    for (int64_t a = 0; a < ops; a++) {
        pack_copy(cell, in->op_rot + 9 * a, in->op_tran + 3 * a, centroid, rotation + 9 * a,
                  translation + 3 * a, shift + 3 * a);
    }
    double *packed = take(&cursor, translation, 3 * ops);
    if (in->quirks != 0) {
        dtp_literal_operators(in, cell, centroid, rotation, translation, shift, packed, network);
    } else {
        memcpy(network, translation, (size_t)(3 * ops) * sizeof *network);
    }
    *ret_crystal = (dt_crystal){
        .cell = *cell,
        .n_asu = ops,
        .n_atoms = n,
        .rotation = rotation,
        .translation = packed,
        .shift = shift,
        .network_translation = network,
        .xyz = take(&cursor, in->xyz, 3 * n),
        .u_iso = take(&cursor, in->u_iso, n),
        .occupancy = take(&cursor, in->occupancy, n),
        .ff_a = take(&cursor, in->ff_a, 4 * n),
        .ff_b = take(&cursor, in->ff_b, 4 * n),
        .ff_c = take(&cursor, in->ff_c, n),
        .mass = in->mass ? take(&cursor, in->mass, n) : NULL,
        .quirks = in->quirks,
    };
}

dt_status dt_crystal_new(const dt_crystal_input *input, dt_crystal **ret_crystal, dt_error *error) {
    dt_cell cell;
    dt_crystal_input literal = *input;
    dt_status status = dt_cell_init(input->cell, &cell, error);
    if (status == DT_OK) {
        status = dtp_literal_input(&literal, &cell, error);
    }
    if (status == DT_OK) {
        status = check_input(&literal, &cell, error);
    }
    if (status != DT_OK) {
        return status;
    }
    input = &literal;
    size_t numbers = (size_t)(21 * input->n_ops + 15 * input->n_atoms);
    dt_crystal *crystal = malloc(sizeof *crystal + numbers * sizeof(double));
    if (!crystal) {
        return dt_error_set(error, DT_ERR_MEMORY, "crystal: no memory for %lld atoms",
                            (long long)input->n_atoms);
    }
    fill(input, &cell, (double *)(void *)(crystal + 1), crystal);
    *ret_crystal = crystal;
    return DT_OK;
}

void dt_crystal_free(dt_crystal *crystal) {
    free(crystal);
}
