/* test_structure_reference.c - atoms, elements and operators equal those in the reference files. */
#include <difftape/array.h>
#include <difftape/npy.h>
#include <difftape/structure.h>

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct crystal {
    const char *name;
    dt_structure *s;
    dt_npz *npz;
} crystal;

static crystal open_crystal(const char *name) {
    crystal c = {.name = name};
    char pdb[4096], npz[4096];
    snprintf(pdb, sizeof pdb, "%s/%s.pdb", DT_STRUCTURES_DIR, name);
    snprintf(npz, sizeof npz, "%s/%s.npz", DT_REFERENCE_DIR, name);
    if (access(pdb, R_OK) != 0 || access(npz, R_OK) != 0) {
        cr_skip_test("%s or %s is absent (Meson options structures_dir, reference_dir)", pdb, npz);
    }
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_structure_read(&c.s, pdb, NULL, &error) == DT_OK, "%s", error.message);
    cr_assert(dt_npz_open(&c.npz, npz, &error) == DT_OK, "%s", error.message);
    return c;
}

static void close_crystal(crystal *c) {
    dt_structure_free(c->s);
    dt_npz_close(c->npz);
}

static void expect_equal(const crystal *c, const char *member, const double *found, int64_t n) {
    dt_error error = DT_ERROR_INIT;
    dt_array wanted;
    cr_assert(dt_npz_get(c->npz, member, &wanted, &error) == DT_OK, "%s", error.message);
    cr_assert(wanted.dtype == DT_F64, "%s: %s is not f64", c->name, member);
    cr_assert(n > 0 && dt_array_size(&wanted) == n, "%s: %s has %lld numbers, expected %lld",
              c->name, member, (long long)n, (long long)dt_array_size(&wanted));
    const double *w = wanted.data;
    for (int64_t i = 0; i < n; i++) {
        cr_assert(fabs(found[i] - w[i]) <= 1e-12 * fmax(1.0, fabs(w[i])),
                  "%s: %s[%lld] is %.17g, expected %.17g", c->name, member, (long long)i, found[i],
                  w[i]);
    }
    dt_array_free(&wanted);
}

static void expect_elements(const crystal *c) {
    dt_error error = DT_ERROR_INIT;
    char *names = NULL;
    size_t size = 0;
    cr_assert(dt_npz_get_bytes(c->npz, "element", &names, &size, &error) == DT_OK, "%s",
              error.message);
    cr_assert(size == 2 * (size_t)c->s->n_atoms, "%s: %zu bytes of elements", c->name, size);
    for (int64_t i = 0; i < c->s->n_atoms; i++) {
        cr_expect(strncmp(c->s->element[i], names + 2 * i, 2) == 0, "%s: atom %lld is %s, not %.2s",
                  c->name, (long long)i, c->s->element[i], names + 2 * i);
    }
    free(names);
}

static void expect_operators(const crystal *c) {
    int64_t n = 9 * c->s->n_ops;
    double *rot = malloc((size_t)n * sizeof *rot);
    cr_assert(rot != NULL);
    for (int64_t i = 0; i < n; i++) {
        rot[i] = c->s->op_rot[i];
    }
    expect_equal(c, "true_ops_rot", rot, n);
    expect_equal(c, "true_ops_tran", c->s->op_tran, 3 * c->s->n_ops);
    free(rot);
}

static void expect_as_reference(const char *name) {
    crystal c = open_crystal(name);
    int64_t n = c.s->n_atoms;
    expect_equal(&c, "cell", c.s->cell, 6);
    expect_equal(&c, "true_x0", c.s->xyz, 3 * n);
    expect_equal(&c, "adp", c.s->b_iso, n);
    expect_equal(&c, "U", c.s->u_iso, n);
    expect_equal(&c, "mass", c.s->mass, n);
    expect_equal(&c, "ff_a", c.s->ff_a, 4 * n);
    expect_equal(&c, "ff_b", c.s->ff_b, 4 * n);
    expect_equal(&c, "ff_c", c.s->ff_c, n);
    expect_elements(&c);
    expect_operators(&c);
    close_crystal(&c);
}

Test(structure_reference, orthorhombic_5zck_is_as_in_the_reference) {
    expect_as_reference("5zck");
}

Test(structure_reference, hexagonal_7n2h_is_as_in_the_reference) {
    expect_as_reference("7n2h");
}

Test(structure_reference, triclinic_3al1_is_as_in_the_reference) {
    expect_as_reference("3al1");
}
