/* supercell.c - brute force: a 3 x 3 x 3 periodic supercell of rigid bodies joined by springs.
 *
 * Plain loops over plain arrays on purpose: nothing of the library is used but the crystal's data.
 */
#include "supercell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 27, REACH = 3 };

struct supercell {
    const dt_crystal *crystal;
    int64_t n, n_asu, size; /* atoms per body, bodies per cell, coordinates of the supercell */
    double *r;              /* (n_asu,n,3) positions in the reference cell */
    double *x;              /* (n_asu,n,3) the same from the centroid of the body */
    double *matrix;         /* (size,size) stiffness, then its Cholesky factor */
    double *vector;         /* (2,size) work */
    double residue;
};

static void place_atoms(supercell *s) {
    const dt_crystal *c = s->crystal;
    for (int64_t a = 0; a < s->n_asu; a++) {
        double centroid[3] = {0, 0, 0};
        for (int64_t i = 0; i < s->n; i++) {
            for (int d = 0; d < 3; d++) {
                double *r = &s->r[3 * (a * s->n + i) + d];
                *r = c->translation[3 * a + d];
                for (int e = 0; e < 3; e++) {
                    *r += c->rotation[9 * a + 3 * d + e] * c->xyz[3 * i + e];
                }
                centroid[d] += *r / (double)s->n;
            }
        }
        for (int64_t i = 3 * a * s->n; i < 3 * (a + 1) * s->n; i++) {
            s->x[i] = s->r[i] - centroid[i % 3];
        }
    }
}

/* One Cartesian component of the displacement of an atom: u_d = (t + lambda x x)_d as a row of six
 * coefficients. */
static void displacement_row(const double *x, int d, double ret_row[6]) {
    memset(ret_row, 0, 6 * sizeof *ret_row);
    ret_row[d] = 1.0;
    ret_row[3 + (d + 1) % 3] = x[(d + 2) % 3];
    ret_row[3 + (d + 2) % 3] = -x[(d + 1) % 3];
}

/* gamma/2 |u_i - u_j|^2, met twice (as i-j and j-i), adds to E = 1/2 w^T H w. */
static void add_spring(supercell *s, int64_t body_i, const double *xi, int64_t body_j,
                       const double *xj, double gamma) {
    for (int d = 0; d < 3; d++) {
        double row[12];
        displacement_row(xi, d, row);
        displacement_row(xj, d, row + 6);
        for (int p = 0; p < 12; p++) {
            int64_t at = p < 6 ? 6 * body_i + p : 6 * body_j + p - 6;
            double left = p < 6 ? row[p] : -row[p];
            for (int q = 0; q < 12; q++) {
                int64_t to = q < 6 ? 6 * body_i + q : 6 * body_j + q - 6;
                s->matrix[at * s->size + to] += 0.5 * gamma * left * (q < 6 ? row[q] : -row[q]);
            }
        }
    }
}

static int64_t modulo3(int64_t i) {
    return ((i % 3) + 3) % 3;
}

/* The same spring in all 27 cells, wrapped around at the borders. */
static void add_copies(supercell *s, int64_t i, int64_t j, const int64_t n[3], double gamma) {
    int64_t a = i / s->n, b = j / s->n;
    for (int64_t cell = 0; cell < CELLS; cell++) {
        int64_t c[3] = {cell / 9, cell / 3 % 3, cell % 3};
        int64_t other = 9 * modulo3(c[0] + n[0]) + 3 * modulo3(c[1] + n[1]) + modulo3(c[2] + n[2]);
        add_spring(s, cell * s->n_asu + a, s->x + 3 * i, other * s->n_asu + b, s->x + 3 * j, gamma);
    }
}

static void add_springs(supercell *s, double cutoff, double gamma_intra, double gamma_inter) {
    const double *axes = s->crystal->cell.axes;
    int64_t atoms = s->n * s->n_asu, n[3];
    for (n[0] = -REACH; n[0] <= REACH; n[0]++) {
        for (n[1] = -REACH; n[1] <= REACH; n[1]++) {
            for (n[2] = -REACH; n[2] <= REACH; n[2]++) {
                bool home = n[0] == 0 && n[1] == 0 && n[2] == 0;
                double shift[3];
                for (int d = 0; d < 3; d++) {
                    shift[d] = (double)n[0] * axes[d] + (double)n[1] * axes[3 + d] +
                               (double)n[2] * axes[6 + d];
                }
                for (int64_t i = 0; i < atoms; i++) {
                    for (int64_t j = 0; j < atoms; j++) {
                        double d2 = 0.0;
                        for (int d = 0; d < 3; d++) {
                            d2 += pow(s->r[3 * j + d] - s->r[3 * i + d] + shift[d], 2);
                        }
                        if (d2 > cutoff * cutoff || (home && i == j)) {
                            continue;
                        }
                        bool intra = home && i / s->n == j / s->n;
                        add_copies(s, i, j, n, intra ? gamma_intra : gamma_inter);
                    }
                }
            }
        }
    }
}

/* H t for the uniform translation t along d must vanish; adding a multiple of t t^T lifts it. */
static void lift_translation(supercell *s, int d) {
    double largest = 0.0, residue = 0.0;
    for (int64_t i = 0; i < s->size; i++) {
        double sum = 0.0;
        for (int64_t j = d; j < s->size; j += 6) {
            sum += s->matrix[i * s->size + j];
        }
        residue = fmax(residue, fabs(sum));
        largest = fmax(largest, s->matrix[i * s->size + i]);
    }
    s->residue = fmax(s->residue, residue / largest);
    for (int64_t i = d; i < s->size; i += 6) {
        for (int64_t j = d; j < s->size; j += 6) {
            s->matrix[i * s->size + j] += largest / (double)(CELLS * s->n_asu);
        }
    }
}

static bool factorise(supercell *s) {
    for (int64_t j = 0; j < s->size; j++) {
        double *row_j = s->matrix + j * s->size;
        for (int64_t i = j; i < s->size; i++) {
            double *row_i = s->matrix + i * s->size, sum = row_i[j];
            for (int64_t k = 0; k < j; k++) {
                sum -= row_i[k] * row_j[k];
            }
            if (i == j && !(sum > 0.0)) {
                return false;
            }
            row_i[j] = i == j ? sqrt(sum) : sum / row_j[j];
        }
    }
    return true;
}

supercell *supercell_new(const dt_crystal *crystal, double cutoff, double gamma_intra,
                         double gamma_inter) {
    supercell *s = calloc(1, sizeof *s);
    if (!s) {
        return NULL;
    }
    s->crystal = crystal;
    s->n = crystal->n_atoms;
    s->n_asu = crystal->n_asu;
    s->size = CELLS * 6 * s->n_asu;
    s->r = calloc((size_t)(3 * s->n * s->n_asu), sizeof *s->r);
    s->x = calloc((size_t)(3 * s->n * s->n_asu), sizeof *s->x);
    s->matrix = calloc((size_t)(s->size * s->size), sizeof *s->matrix);
    s->vector = calloc((size_t)(2 * s->size), sizeof *s->vector);
    bool fine = s->r && s->x && s->matrix && s->vector;
    if (fine) {
        place_atoms(s);
        add_springs(s, cutoff, gamma_intra, gamma_inter);
        for (int d = 0; d < 3; d++) {
            lift_translation(s, d);
        }
        fine = factorise(s);
    }
    if (!fine) {
        supercell_free(s);
        return NULL;
    }
    return s;
}

void supercell_free(supercell *s) {
    if (!s) {
        return;
    }
    free(s->r);
    free(s->x);
    free(s->matrix);
    free(s->vector);
    free(s);
}

/* Re and Im of G for the bodies of the reference cell, into the first 6 n_asu places of each
 * vector. */
static void reference_cell_response(const supercell *s, const double q[3], double *re, double *im) {
    const dt_crystal *c = s->crystal;
    double q2 = q[0] * q[0] + q[1] * q[1] + q[2] * q[2];
    double s2 = q2 / (16.0 * 9.869604401089358);
    for (int64_t i = 0; i < s->n * s->n_asu; i++) {
        int64_t j = i % s->n;
        double f = c->ff_c[j], phase = 0.0;
        for (int g = 0; g < 4; g++) {
            f += c->ff_a[4 * j + g] * exp(-c->ff_b[4 * j + g] * s2);
        }
        f *= c->occupancy[j] * exp(-0.5 * q2 * c->u_iso[j]);
        for (int d = 0; d < 3; d++) {
            phase += q[d] * s->r[3 * i + d];
        }
        for (int d = 0; d < 3; d++) {
            double row[6];
            displacement_row(s->x + 3 * i, d, row);
            for (int p = 0; p < 6; p++) {
                re[6 * (i / s->n) + p] += f * cos(phase) * q[d] * row[p];
                im[6 * (i / s->n) + p] += f * sin(phase) * q[d] * row[p];
            }
        }
    }
}

/* |L^-1 v|^2 = v^T (L L^T)^-1 v; v is overwritten. */
static double quadratic_form(const supercell *s, double *v) {
    double sum = 0.0;
    for (int64_t i = 0; i < s->size; i++) {
        for (int64_t k = 0; k < i; k++) {
            v[i] -= s->matrix[i * s->size + k] * v[k];
        }
        v[i] /= s->matrix[i * s->size + i];
        sum += v[i] * v[i];
    }
    return sum;
}

double supercell_intensity(const supercell *s, const double hkl[3]) {
    const double *b = s->crystal->cell.fractional, two_pi = 6.283185307179586;
    double q[3], *re = s->vector, *im = s->vector + s->size;
    int64_t d = 6 * s->n_asu;
    for (int i = 0; i < 3; i++) {
        q[i] = two_pi * (hkl[0] * b[i] + hkl[1] * b[3 + i] + hkl[2] * b[6 + i]);
    }
    memset(re, 0, (size_t)(2 * s->size) * sizeof *re);
    reference_cell_response(s, q, re, im);
    /* Cell n scatters with the phase exp(i q.R_n) = exp(2 pi i h.n); last cell first, as cell 0 is
     * the source of all. */
    for (int64_t cell = CELLS - 1; cell >= 0; cell--) {
        double turn = two_pi * (hkl[0] * (double)(cell / 9) + hkl[1] * (double)(cell / 3 % 3) +
                                hkl[2] * (double)(cell % 3));
        for (int64_t p = 0; p < d; p++) {
            double x = re[p], y = im[p];
            re[cell * d + p] = x * cos(turn) - y * sin(turn);
            im[cell * d + p] = x * sin(turn) + y * cos(turn);
        }
    }
    return (quadratic_form(s, re) + quadratic_form(s, im)) / CELLS;
}

double supercell_translation_residue(const supercell *s) {
    return s->residue;
}
