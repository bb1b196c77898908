/* literal.c - symmetry, metric and packing as eryx reads them (quirks.h).
 *
 * eryx takes Cartesian operators from the SMTRY lines of REMARK 290 and the fractionalisation
 * matrix from gemmi, which believes SCALE where that differs from CRYST1 by more than 5e-6. It
 * packs a copy component by component: where the Cartesian centroid is below 0, |R(a+b+c)| of that
 * component is added; where it is above the length of that edge, it is taken away. Its network does
 * the same again to the copies of the packed first copy. */
#include "literal.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* gemmi 0.5.7 keeps the matrix of CRYST1 if SCALE agrees with it that well. */
static const double scale_tolerance = 5e-6, origin_tolerance = 1e-6;

static void apply_scale(const double scale[12], dt_cell *cell) {
    bool agrees = true;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double off = scale[4 * i + j] - cell->fractional[3 * i + j];
            agrees = agrees && fabs(off) <= scale_tolerance;
        }
        agrees = agrees && fabs(scale[4 * i + 3]) <= origin_tolerance;
    }
    for (int i = 0; i < 3 && !agrees; i++) {
        memcpy(cell->fractional + 3 * i, scale + (size_t)4 * (size_t)i, 3 * sizeof *scale);
    }
}

static dt_status check_scale(const double *scale, dt_error *error) {
    if (!scale) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "crystal: there are no SCALE records; eryx reads its fractionalisation "
                            "matrix from them, so its numbers cannot be reproduced without (hint: "
                            "the preset physical needs none)");
    }
    for (int i = 0; i < 12; i++) {
        if (!isfinite(scale[i])) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "crystal: SCALE%d has a number that is not finite", i / 4 + 1);
        }
    }
    return DT_OK;
}

/* Translations come with the Cartesian operators: none in fractions of the cell. */
static const double no_translation[3 * MAX_OPERATORS];

/* The operators of REMARK 290 in the place of those of the table. */
static dt_status take_operators(dt_crystal_input *in, dt_error *error) {
    if (in->n_remark_ops < 1 || !in->remark_rot || !in->remark_op) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "crystal: there are no symmetry operators in REMARK 290 (triplets and "
                            "SMTRY lines); eryx reads its operators from them, so its numbers "
                            "cannot be reproduced without (hint: the preset physical takes them "
                            "from the space group)");
    }
    for (int64_t i = 0; i < 12 * in->n_remark_ops; i++) {
        if (!isfinite(in->remark_op[i])) {
            return dt_error_set(
                error, DT_ERR_ARGUMENT,
                "crystal: operator %lld of REMARK 290 (counted from 1) has a number "
                "that is not finite",
                (long long)(i / 12 + 1));
        }
    }
    in->n_ops = in->n_remark_ops;
    in->op_rot = in->remark_rot;
    in->op_tran = no_translation; /* more operators than it holds are refused before it is read */
    return DT_OK;
}

dt_status dtp_literal_input(dt_crystal_input *in, dt_cell *cell, dt_error *error) {
    if (in->quirks & DT_QUIRK_SCALE_RECORD) {
        dt_status status = check_scale(in->scale, error);
        if (status != DT_OK) {
            return status;
        }
        apply_scale(in->scale, cell);
    }
    dt_status status = (in->quirks & DT_QUIRK_REMARK_290) ? take_operators(in, error) : DT_OK;
    static const int identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    if (status == DT_OK && (in->quirks & DT_QUIRK_PACKED_TWICE) && in->n_ops > 0 && in->op_rot &&
        memcmp(in->op_rot, identity, sizeof identity) != 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "crystal: the first symmetry operator is not the identity, which the "
                            "quirk PACKED_TWICE needs");
    }
    return status;
}

/* The step eryx moves a copy by along every Cartesian axis: |A^T R (1,1,1)|. */
static void packing_step(const dt_cell *cell, const int *r, double ret_step[3]) {
    for (int i = 0; i < 3; i++) {
        double sum = 0.0;
        for (int j = 0; j < 9; j++) {
            sum += cell->axes[3 * (j / 3) + i] * r[j];
        }
        ret_step[i] = fabs(sum);
    }
}

/* Translations that pack the copies of a unit with this centroid. */
static void pack(const dt_crystal_input *in, const dt_cell *cell, const double *rotation,
                 const double *translation, const double centroid[3], double *ret_translation) {
    for (int64_t a = 0; a < in->n_ops; a++) {
        double step[3];
        packing_step(cell, in->op_rot + 9 * a, step);
        for (int64_t i = 0; i < 3; i++) {
            const double *row = rotation + 9 * a + 3 * i;
            double t = translation[3 * a + i];
            double c = row[0] * centroid[0] + row[1] * centroid[1] + row[2] * centroid[2] + t;
            ret_translation[3 * a + i] = c < 0.0                   ? t + step[i]
                                         : c > cell->parameters[i] ? t - step[i]
                                                                   : t;
        }
    }
}

/* The same by whole lattice vectors. */
static void pack_by_lattice(const dt_crystal_input *in, const dt_cell *cell, const double *rotation,
                            const double centroid[3], double *translation, double *ret_shift) {
    const double *b = cell->fractional, *at = cell->axes;
    for (int64_t a = 0; a < in->n_ops; a++) {
        double c[3], *t = translation + 3 * a, *s = ret_shift + 3 * a;
        for (int i = 0; i < 3; i++) {
            const double *row = rotation + 9 * a + (ptrdiff_t)3 * i;
            c[i] = row[0] * centroid[0] + row[1] * centroid[1] + row[2] * centroid[2] + t[i];
        }
        for (int i = 0; i < 3; i++) {
            s[i] = 0.0 - floor(b[3 * i] * c[0] + b[3 * i + 1] * c[1] + b[3 * i + 2] * c[2]);
        }
        for (int i = 0; i < 3; i++) {
            t[i] += at[i] * s[0] + at[3 + i] * s[1] + at[6 + i] * s[2];
        }
    }
}

/* Cartesian operators as they stand in the file, not packed. */
static void take_remarks(const dt_crystal_input *in, double *rotation, double *translation) {
    for (int64_t i = 0; i < 3 * in->n_ops; i++) {
        memcpy(rotation + 3 * i, in->remark_op + 4 * i, 3 * sizeof *rotation);
        translation[i] = in->remark_op[4 * i + 3];
    }
}

/* Translations with the lattice shifts of the fractional packing taken out again. */
static void unpack(const dt_crystal_input *in, const dt_cell *cell, const double *shift,
                   double *translation) {
    for (int64_t i = 0; i < 3 * in->n_ops; i++) {
        const double *a = cell->axes + i % 3, *s = shift + 3 * (i / 3);
        translation[i] -= a[0] * s[0] + a[3] * s[1] + a[6] * s[2];
    }
}

/* The network packs the copies of the first copy, r = R_a (r0 + t_0) + t'_a: the first operator is
 * the identity. */
static void pack_again(const dt_crystal_input *in, const dt_cell *cell, const double *rotation,
                       const double *translation, const double *packed, const double centroid[3],
                       double *network) {
    double c[3];
    for (int i = 0; i < 3; i++) {
        c[i] = centroid[i] + packed[i];
    }
    pack(in, cell, rotation, translation, c, network);
    for (int64_t i = 0; i < 3 * in->n_ops; i++) {
        const double *row = rotation + 3 * i;
        network[i] += row[0] * packed[0] + row[1] * packed[1] + row[2] * packed[2];
    }
}

/* shift = B (moved - unmoved). */
static void note_shift(const dt_crystal_input *in, const dt_cell *cell, const double *moved,
                       const double *unmoved, double *ret_shift) {
    for (int64_t i = 0; i < 3 * in->n_ops; i++) {
        const double *b = cell->fractional + 3 * (i % 3);
        const double *x = moved + 3 * (i / 3), *y = unmoved + 3 * (i / 3);
        ret_shift[i] = b[0] * (x[0] - y[0]) + b[1] * (x[1] - y[1]) + b[2] * (x[2] - y[2]);
    }
}

void dtp_literal_operators(const dt_crystal_input *in, const dt_cell *cell,
                           const double centroid[3], double *rotation, double *translation,
                           double *shift, double *packed, double *network) {
    const unsigned quirks = in->quirks;
    size_t bytes = (size_t)(3 * in->n_ops) * sizeof *packed;
    if (quirks & DT_QUIRK_REMARK_290) {
        take_remarks(in, rotation, translation);
        if (!(quirks & DT_QUIRK_PACKING)) {
            pack_by_lattice(in, cell, rotation, centroid, translation, shift);
        }
    } else if (quirks & DT_QUIRK_PACKING) {
        unpack(in, cell, shift, translation);
    }
    memcpy(packed, translation, bytes);
    if (quirks & DT_QUIRK_PACKING) {
        pack(in, cell, rotation, translation, centroid, packed);
        note_shift(in, cell, packed, translation, shift);
    }
    memcpy(network, packed, bytes);
    if ((quirks & DT_QUIRK_PACKING) && (quirks & DT_QUIRK_PACKED_TWICE)) {
        pack_again(in, cell, rotation, translation, packed, centroid, network);
    }
}
