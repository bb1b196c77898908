/* support.c - crystals and comparisons the physics tests share. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double noise(uint64_t seed, int64_t i) {
    uint64_t z = seed * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)i * UINT64_C(0xd1342543de82ef95);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-52 - 1.0;
}

typedef struct group {
    const char *name;
    double cell[6];
    int64_t n_ops;
    int rotation[3][9];
    double translation[3][3];
} group;

static const group groups[] = {
    {"P1", {8.5, 6.4, 7.9, 82, 101, 95}, 1, {{1, 0, 0, 0, 1, 0, 0, 0, 1}}, {{0, 0, 0}}},
    {"cube", {8, 8, 8, 90, 90, 90}, 1, {{1, 0, 0, 0, 1, 0, 0, 0, 1}}, {{0, 0, 0}}},
    {"layers", {8.5, 9.2, 7.9, 82, 101, 95}, 1, {{1, 0, 0, 0, 1, 0, 0, 0, 1}}, {{0, 0, 0}}},
    {"P21",
     {9.4, 8.1, 10.3, 90, 112, 90},
     2,
     {{1, 0, 0, 0, 1, 0, 0, 0, 1}, {-1, 0, 0, 0, 1, 0, 0, 0, -1}},
     {{0, 0, 0}, {0, 0.5, 0}}},
    {"P31",
     {10.7, 10.7, 7.6, 90, 90, 120},
     3,
     {{1, 0, 0, 0, 1, 0, 0, 0, 1}, {0, -1, 0, 1, -1, 0, 0, 0, 1}, {-1, 1, 0, -1, 0, 0, 0, 0, 1}},
     {{0, 0, 0}, {0, 0, 1.0 / 3}, {0, 0, 2.0 / 3}}},
    {"P-1",
     {8.8, 9.6, 10.4, 74, 103, 116},
     2,
     {{1, 0, 0, 0, 1, 0, 0, 0, 1}, {-1, 0, 0, 0, -1, 0, 0, 0, -1}},
     {{0, 0, 0}, {0, 0, 0}}},
};

dt_crystal *synthetic_crystal(const char *name, int64_t n) {
    const group *g = groups;
    while (strcmp(g->name, name) != 0) {
        g++;
    }
    double *numbers = malloc((size_t)(14 * n) * sizeof *numbers);
    cr_assert(numbers != NULL);
    double *xyz = numbers, *u = xyz + 3 * n, *a = u + n, *b = a + 4 * n, *c = b + 4 * n;
    double *mass = c + n;
    for (int64_t i = 0; i < n; i++) {
        for (int d = 0; d < 3; d++) {
            xyz[3 * i + d] = 6.0 * d - 4.0 + 3.0 * noise(1, 3 * i + d);
        }
        u[i] = 0.05 + 0.03 * noise(2, i);
        c[i] = 0.2 + 0.1 * noise(3, i);
        mass[i] = 14.0 + 2.0 * noise(6, i);
        for (int t = 0; t < 4; t++) {
            a[4 * i + t] = 2.0 + 1.5 * noise(4, 4 * i + t);
            b[4 * i + t] = 12.0 + 11.0 * noise(5, 4 * i + t);
        }
    }
    dt_crystal_input in = {.n_ops = g->n_ops,
                           .op_rot = g->rotation[0],
                           .op_tran = g->translation[0],
                           .n_atoms = n,
                           .xyz = xyz,
                           .u_iso = u,
                           .ff_a = a,
                           .ff_b = b,
                           .ff_c = c,
                           .mass = mass};
    memcpy(in.cell, g->cell, sizeof in.cell);
    dt_crystal *crystal = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_crystal_new(&in, &crystal, &error);
    free(numbers);
    cr_assert_eq(status, DT_OK, "%s: %s", name, error.message);
    return crystal;
}

dt_array get_array(const dt_npz *npz, const char *name) {
    dt_array array = {0};
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_npz_get(npz, name, &array, &error);
    cr_assert_eq(status, DT_OK, "%s: %s", name, error.message);
    return array;
}

dt_crystal *crystal_from_npz(const dt_npz *npz, bool reference) {
    static const char *const names[2][8] = {
        {"cell", "op_rot", "op_tran", "xyz", "u_iso", "ff_a", "ff_b", "ff_c"},
        {"cell", "true_ops_rot", "true_ops_tran", "true_x0", "U", "ff_a", "ff_b", "ff_c"}};
    dt_array part[8];
    int rotation[9 * 192];
    for (int i = 0; i < 8; i++) {
        part[i] = get_array(npz, names[reference][i]);
    }
    for (int64_t i = 0; i < dt_array_size(&part[1]); i++) {
        rotation[i] = part[1].dtype == DT_I64 ? (int)((int64_t *)part[1].data)[i]
                                              : (int)((double *)part[1].data)[i];
    }
    dt_crystal_input in = {.n_ops = part[1].shape[0],
                           .op_rot = rotation,
                           .op_tran = part[2].data,
                           .n_atoms = part[3].shape[0],
                           .xyz = part[3].data,
                           .u_iso = part[4].data,
                           .ff_a = part[5].data,
                           .ff_b = part[6].data,
                           .ff_c = part[7].data};
    memcpy(in.cell, part[0].data, sizeof in.cell);
    dt_crystal *crystal = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_crystal_new(&in, &crystal, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    for (int i = 0; i < 8; i++) {
        dt_array_free(&part[i]);
    }
    return crystal;
}

double relative_norm(const double *x, const double *y, int64_t n) {
    double difference = 0.0, norm = 0.0;
    cr_assert(n > 0);
    for (int64_t i = 0; i < n; i++) {
        cr_assert(isfinite(x[i]) && isfinite(y[i]), "element %lld is not finite", (long long)i);
        difference += (x[i] - y[i]) * (x[i] - y[i]);
        norm += y[i] * y[i];
    }
    cr_assert(norm > 0.0);
    return sqrt(difference / norm);
}

double worst(const double *x, const double *y, int64_t n, bool relative) {
    double result = 0.0;
    cr_assert(n > 0);
    for (int64_t i = 0; i < n; i++) {
        cr_assert(isfinite(x[i]) && isfinite(y[i]), "element %lld is not finite", (long long)i);
        double d = fabs(x[i] - y[i]);
        result = fmax(result, relative && d > 0.0 ? d / fabs(y[i]) : d);
    }
    return result;
}

void tape_is_fine(const dt_tape *tape) {
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
}
