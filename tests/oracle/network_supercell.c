/* network_supercell.c - see network_supercell.h. Plain loops over plain arrays on purpose. */
#include "network_supercell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REACH = 3 };

struct oracle {
    const dt_crystal *crystal;
    oracle_network net;
    int64_t atoms, cells, bodies, per_cell,
        size;              /* atoms and coordinates per cell; all coordinates */
    double *r;             /* (atoms,3) */
    double *row;           /* (atoms,3,6) displacement of an atom by the coordinates of its body */
    int64_t *body;         /* (atoms) */
    int64_t *rank, *first; /* (bodies) coordinates of a body, and the first of them in a cell */
    double *share;         /* (atoms) mass, or 1 / atoms of the body */
    double *matrix;        /* (size,size) stiffness, then covariance */
};

static void place_atoms(oracle *o) {
    const dt_crystal *c = o->crystal;
    for (int64_t i = 0; i < o->atoms; i++) {
        int64_t a = i / c->n_atoms, j = i % c->n_atoms;
        o->body[i] = a * o->net.n_groups + (o->net.group ? o->net.group[j] : 0);
        for (int d = 0; d < 3; d++) {
            o->r[3 * i + d] = c->translation[3 * a + d];
            for (int e = 0; e < 3; e++) {
                o->r[3 * i + d] += c->rotation[9 * a + 3 * d + e] * c->xyz[3 * j + e];
            }
        }
    }
}

/* The six motions of a body as columns over its atoms, orthonormalised; idle ones fall away. */
static void make_body(oracle *o, int64_t b) {
    int64_t n = 0, member[512];
    double centre[3] = {0, 0, 0}, column[6][3 * 512];
    for (int64_t i = 0; i < o->atoms; i++) {
        if (o->body[i] == b) {
            member[n++] = i;
            for (int d = 0; d < 3; d++) {
                centre[d] += o->r[3 * i + d];
            }
        }
    }
    for (int64_t m = 0; m < n; m++) {
        double x[3];
        for (int d = 0; d < 3; d++) {
            x[d] = o->r[3 * member[m] + d] - centre[d] / (double)n;
            for (int c = 0; c < 3; c++) {
                column[c][3 * m + d] = c == d;
            }
        }
        for (int c = 0; c < 3; c++) { /* e_c x x */
            column[3 + c][3 * m + c] = 0.0;
            column[3 + c][3 * m + (c + 1) % 3] = -x[(c + 2) % 3];
            column[3 + c][3 * m + (c + 2) % 3] = x[(c + 1) % 3];
        }
        o->share[member[m]] =
            o->crystal->mass ? o->crystal->mass[member[m] % o->crystal->n_atoms] : 1.0 / (double)n;
    }
    o->rank[b] = 0;
    for (int c = 0; c < 6; c++) {
        double before = 0.0, after = 0.0;
        for (int64_t m = 0; m < 3 * n; m++) {
            before += column[c][m] * column[c][m];
        }
        for (int pass = 0; pass < 2; pass++) {
            for (int64_t k = 0; k < o->rank[b]; k++) {
                double dot = 0.0;
                for (int64_t m = 0; m < 3 * n; m++) {
                    dot += column[c][m] * column[k][m];
                }
                for (int64_t m = 0; m < 3 * n; m++) {
                    column[c][m] -= dot * column[k][m];
                }
            }
        }
        for (int64_t m = 0; m < 3 * n; m++) {
            after += column[c][m] * column[c][m];
        }
        if (!(after > 1e-16 * before)) {
            continue;
        }
        int64_t k = o->rank[b]++;
        for (int64_t m = 0; m < 3 * n; m++) {
            column[k][m] = column[c][m] / sqrt(after);
            o->row[18 * member[m / 3] + 6 * (m % 3) + k] = column[k][m];
        }
    }
}

/* s(r) of the taper. */
static double weight(const oracle_network *n, double r) {
    double w = pow(r / (n->reference > 0 ? n->reference : 1.0), -n->decay);
    double t = n->taper > 0 ? (r - (n->cutoff - n->taper)) / n->taper : 0.0;
    t = fmin(fmax(t, 0.0), 1.0);
    return w * (1.0 - 10.0 * pow(t, 3) + 15.0 * pow(t, 4) - 6.0 * pow(t, 5));
}

/* A spring with the 3 x 3 matrix w, met twice: adds half of s^T w s to the energy. */
static void add_spring(oracle *o, int64_t ci, int64_t i, int64_t cj, int64_t j, const double w[9]) {
    int64_t bi = o->body[i], bj = o->body[j];
    int64_t at[12];
    double s[3][12];
    int n = 0;
    for (int64_t k = 0; k < o->rank[bi]; k++, n++) {
        at[n] = ci * o->per_cell + o->first[bi] + k;
        for (int d = 0; d < 3; d++) {
            s[d][n] = o->row[18 * i + 6 * d + k];
        }
    }
    for (int64_t k = 0; k < o->rank[bj]; k++, n++) {
        at[n] = cj * o->per_cell + o->first[bj] + k;
        for (int d = 0; d < 3; d++) {
            s[d][n] = -o->row[18 * j + 6 * d + k];
        }
    }
    for (int p = 0; p < n; p++) {
        for (int q = 0; q < n; q++) {
            double sum = 0.0;
            for (int d = 0; d < 9; d++) {
                sum += s[d / 3][p] * w[d] * s[d % 3][q];
            }
            o->matrix[at[p] * o->size + at[q]] += 0.5 * sum;
        }
    }
}

static int64_t wrapped(const oracle *o, int64_t cell, const int64_t n[3]) {
    const int *size = o->net.cells;
    int64_t c[3] = {cell / size[2] / size[1], cell / size[2] % size[1], cell % size[2]};
    for (int d = 0; d < 3; d++) {
        c[d] = (((c[d] + n[d]) % size[d]) + size[d]) % size[d];
    }
    return (c[0] * size[1] + c[1]) * size[2] + c[2];
}

static void add_pair(oracle *o, int64_t i, int64_t j, const int64_t n[3]) {
    const oracle_network *net = &o->net;
    const double *axes = o->crystal->cell.axes;
    bool home = n[0] == 0 && n[1] == 0 && n[2] == 0;
    double v[3], r2 = 0.0, w[9];
    for (int d = 0; d < 3; d++) {
        v[d] = o->r[3 * j + d] - o->r[3 * i + d] + (double)n[0] * axes[d] +
               (double)n[1] * axes[3 + d] + (double)n[2] * axes[6 + d];
        r2 += v[d] * v[d];
    }
    if (r2 > net->cutoff * net->cutoff || (home && i == j) ||
        (home && o->body[i] == o->body[j] && net->drop_within)) {
        return;
    }
    int between = !(home && i / o->crystal->n_atoms == j / o->crystal->n_atoms);
    double scale = weight(net, sqrt(r2));
    for (int d = 0; d < 9; d++) {
        double along = v[d / 3] * v[d % 3] / r2;
        w[d] = scale * (net->par[between] * along + net->perp[between] * ((d % 4 == 0) - along));
    }
    for (int64_t cell = 0; cell < o->cells; cell++) {
        add_spring(o, cell, i, wrapped(o, cell, n), j, w);
    }
}

static void add_springs(oracle *o) {
    int64_t n[3];
    for (n[0] = -REACH; n[0] <= REACH; n[0]++) {
        for (n[1] = -REACH; n[1] <= REACH; n[1]++) {
            for (n[2] = -REACH; n[2] <= REACH; n[2]++) {
                for (int64_t p = 0; p < o->atoms * o->atoms; p++) {
                    add_pair(o, p / o->atoms, p % o->atoms, n);
                }
            }
        }
    }
}

/* Coordinates of a uniform translation along d (weighted: their products with the shares). */
static void translation(const oracle *o, int d, bool weighted, double *ret) {
    memset(ret, 0, (size_t)o->size * sizeof *ret);
    for (int64_t cell = 0; cell < o->cells; cell++) {
        for (int64_t i = 0; i < o->atoms; i++) {
            for (int64_t k = 0; k < o->rank[o->body[i]]; k++) {
                ret[cell * o->per_cell + o->first[o->body[i]] + k] +=
                    o->row[18 * i + 6 * d + k] * (weighted ? o->share[i] : 1.0);
            }
        }
    }
}

static bool factorise(double *m, int64_t n) {
    for (int64_t j = 0; j < n; j++) {
        for (int64_t i = j; i < n; i++) {
            double sum = m[i * n + j];
            for (int64_t k = 0; k < j; k++) {
                sum -= m[i * n + k] * m[j * n + k];
            }
            if (i == j && !(sum > 0.0)) {
                return false;
            }
            m[i * n + j] = i == j ? sqrt(sum) : sum / m[j * n + j];
        }
    }
    return true;
}

/* The inverse of a positive definite matrix. */
static bool invert(double *m, int64_t n) {
    double *inverse = calloc((size_t)(n * n), sizeof *inverse);
    if (!inverse || !factorise(m, n)) {
        free(inverse);
        return false;
    }
    for (int64_t c = 0; c < n; c++) {
        double *x = inverse + c * n;
        for (int64_t i = c; i < n; i++) {
            double sum = i == c;
            for (int64_t k = c; k < i; k++) {
                sum -= m[i * n + k] * x[k];
            }
            x[i] = sum / m[i * n + i];
        }
        for (int64_t i = n - 1; i >= 0; i--) {
            double sum = x[i];
            for (int64_t k = i + 1; k < n; k++) {
                sum -= m[k * n + i] * x[k];
            }
            x[i] = sum / m[i * n + i];
        }
    }
    memcpy(m, inverse, (size_t)(n * n) * sizeof *m);
    free(inverse);
    return true;
}

/* Eigenvalues (on the diagonal of a) and vectors (columns of v) of a symmetric matrix: Jacobi. */
static void jacobi(double *a, double *v, int64_t n) {
    for (int64_t i = 0; i < n * n; i++) {
        v[i] = i % (n + 1) == 0;
    }
    for (int sweep = 0; sweep < 40; sweep++) {
        double off = 0.0;
        for (int64_t p = 0; p < n; p++) {
            for (int64_t q = p + 1; q < n; q++) {
                double apq = a[p * n + q];
                off = fmax(off, fabs(apq));
                if (apq == 0.0) {
                    continue;
                }
                double theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
                double t = (theta >= 0 ? 1.0 : -1.0) / (fabs(theta) + sqrt(theta * theta + 1.0));
                double c = 1.0 / sqrt(t * t + 1.0), s = t * c;
                for (int64_t k = 0; k < n; k++) {
                    double x = a[k * n + p], y = a[k * n + q];
                    a[k * n + p] = c * x - s * y;
                    a[k * n + q] = s * x + c * y;
                }
                for (int64_t k = 0; k < n; k++) {
                    double x = a[p * n + k], y = a[q * n + k];
                    a[p * n + k] = c * x - s * y;
                    a[q * n + k] = s * x + c * y;
                    x = v[k * n + p];
                    y = v[k * n + q];
                    v[k * n + p] = c * x - s * y;
                    v[k * n + q] = s * x + c * y;
                }
            }
        }
        if (off < 1e-15) {
            return;
        }
    }
}

/* The weighted mean of the weights, near ones counting most. */
static double mode_weight(const oracle_network *n, double nu) {
    double step = (n->weights_to - n->weights_from) / (n->n_weights - 1), top = 0.0, bottom = 0.0;
    for (int i = 0; i < n->n_weights; i++) {
        double g = exp(-2.0 * pow((nu - n->weights_from - i * step) / step, 2));
        top += n->weights[i] * g;
        bottom += g;
    }
    return n->n_weights > 0 ? top / bottom : 1.0;
}

/* L^-T f(L^-1 matrix L^-T) L^-1 with the masses M = L L^T and the quantum occupation; the three
 * modes that are translations have no weight. */
static bool quantum_covariance(oracle *o) {
    int64_t n = o->size;
    double *l = calloc((size_t)(n * n), sizeof *l), *d = calloc((size_t)(n * n), sizeof *d);
    double *v = calloc((size_t)(n * n), sizeof *v);
    bool fine = l && d && v;
    for (int64_t cell = 0; fine && cell < o->cells; cell++) {
        for (int64_t i = 0; i < o->atoms; i++) {
            int64_t b = o->body[i], at = cell * o->per_cell + o->first[b];
            for (int64_t p = 0; p < o->rank[b]; p++) {
                for (int64_t q = 0; q < o->rank[b]; q++) {
                    for (int e = 0; e < 3; e++) {
                        l[(at + p) * n + at + q] +=
                            o->share[i] * o->row[18 * i + 6 * e + p] * o->row[18 * i + 6 * e + q];
                    }
                }
            }
        }
    }
    fine = fine && factorise(l, n);
    for (int64_t side = 0; fine && side < 2; side++) { /* L^-1 from the left, twice transposed */
        for (int64_t c = 0; c < n; c++) {
            for (int64_t i = 0; i < n; i++) {
                double sum = o->matrix[i * n + c];
                for (int64_t k = 0; k < i; k++) {
                    sum -= l[i * n + k] * o->matrix[k * n + c];
                }
                o->matrix[i * n + c] = sum / l[i * n + i];
            }
        }
        for (int64_t p = 0; p < n * n; p++) {
            d[p % n * n + p / n] = o->matrix[p];
        }
        memcpy(o->matrix, d, (size_t)(n * n) * sizeof *d);
    }
    if (fine) {
        double largest = 0.0;
        jacobi(d, v, n);
        for (int64_t s = 0; s < n; s++) {
            largest = fmax(largest, d[s * n + s]);
        }
        for (int64_t s = 0; s < n; s++) { /* columns L^-T v, by back substitution */
            for (int64_t i = n - 1; i >= 0; i--) {
                double sum = v[i * n + s];
                for (int64_t k = i + 1; k < n; k++) {
                    sum -= l[k * n + i] * v[k * n + s];
                }
                v[i * n + s] = sum / l[i * n + i];
            }
        }
        memset(o->matrix, 0, (size_t)(n * n) * sizeof *o->matrix);
        for (int64_t s = 0; s < n; s++) {
            double x = d[s * n + s];
            if (x < 1e-10 * largest) {
                continue;
            }
            double c = o->net.quantum, f = c / (tanh(c * sqrt(x)) * sqrt(x));
            f *= mode_weight(&o->net, o->net.terahertz * sqrt(x));
            for (int64_t p = 0; p < n * n; p++) {
                o->matrix[p] += f * v[p / n * n + s] * v[p % n * n + s];
            }
        }
    }
    free(l);
    free(d);
    free(v);
    return fine;
}

/* Any inverse of the relative motions, then the centre of mass put to rest: S C S^T with
 * S = 1 - T P^T / m. */
static bool covariance(oracle *o) {
    int64_t n = o->size;
    double *t = calloc((size_t)(7 * n), sizeof *t), *p = t + 3 * n, *row = t + 6 * n, m = 0.0;
    if (!t) {
        return false;
    }
    for (int64_t i = 0; i < o->atoms; i++) {
        m += o->share[i] * (double)o->cells;
    }
    for (int d = 0; d < 3; d++) {
        translation(o, d, false, t + d * n);
        translation(o, d, true, p + d * n);
        for (int64_t i = 0; i < n * n; i++) {
            o->matrix[i] += t[d * n + i / n] * t[d * n + i % n] / (double)n;
        }
    }
    bool fine = invert(o->matrix, n);
    for (int side = 0; fine && side < 2; side++) {
        for (int d = 0; d < 3; d++) {
            for (int64_t c = 0; c < n; c++) {
                row[c] = 0.0;
                for (int64_t i = 0; i < n; i++) {
                    row[c] += p[d * n + i] * o->matrix[i * n + c] / m;
                }
            }
            for (int64_t i = 0; i < n * n; i++) {
                o->matrix[i] -= t[d * n + i / n] * row[i % n];
            }
        }
        for (int64_t i = 0; i < n; i++) { /* transpose */
            for (int64_t j = 0; j < i; j++) {
                double x = o->matrix[i * n + j];
                o->matrix[i * n + j] = o->matrix[j * n + i];
                o->matrix[j * n + i] = x;
            }
        }
    }
    free(t);
    return fine;
}

oracle *oracle_new(const dt_crystal *crystal, const oracle_network *network) {
    oracle *o = calloc(1, sizeof *o);
    if (!o) {
        return NULL;
    }
    o->crystal = crystal;
    o->net = *network;
    o->net.n_groups = network->group ? network->n_groups : 1;
    o->atoms = crystal->n_asu * crystal->n_atoms;
    o->cells = (int64_t)network->cells[0] * network->cells[1] * network->cells[2];
    o->bodies = crystal->n_asu * o->net.n_groups;
    size_t n = (size_t)o->atoms;
    o->r = calloc(3 * n, sizeof *o->r);
    o->row = calloc(18 * n, sizeof *o->row);
    o->body = calloc(n, sizeof *o->body);
    o->share = calloc(n, sizeof *o->share);
    o->rank = calloc((size_t)o->bodies, sizeof *o->rank);
    o->first = calloc((size_t)o->bodies, sizeof *o->first);
    bool fine = o->r && o->row && o->body && o->share && o->rank && o->first;
    if (fine) {
        place_atoms(o);
        for (int64_t b = 0; b < o->bodies; b++) {
            make_body(o, b);
            o->first[b] = o->per_cell;
            o->per_cell += o->rank[b];
        }
        o->size = o->per_cell * o->cells;
        o->matrix = calloc((size_t)(o->size * o->size), sizeof *o->matrix);
        fine = o->matrix != NULL;
    }
    if (fine) {
        add_springs(o);
        fine = network->quantum > 0.0 ? quantum_covariance(o) : covariance(o);
    }
    if (!fine) {
        oracle_free(o);
        return NULL;
    }
    return o;
}

void oracle_free(oracle *o) {
    if (o) {
        free(o->r);
        free(o->row);
        free(o->body);
        free(o->share);
        free(o->rank);
        free(o->first);
        free(o->matrix);
        free(o);
    }
}

/* Amplitude o f exp(-q.U.q/2) of atom i. */
static double amplitude(const oracle *o, int64_t i, const double q[3], const double *u) {
    const dt_crystal *c = o->crystal;
    const double *rotation = c->rotation + 9 * (i / c->n_atoms);
    int64_t j = i % c->n_atoms;
    double q2 = q[0] * q[0] + q[1] * q[1] + q[2] * q[2], f = c->ff_c[j], back[3], quq = 0.0;
    for (int g = 0; g < 4; g++) {
        f += c->ff_a[4 * j + g] * exp(-c->ff_b[4 * j + g] * q2 / (16.0 * 9.869604401089358));
    }
    for (int d = 0; d < 3; d++) {
        back[d] = rotation[d] * q[0] + rotation[3 + d] * q[1] + rotation[6 + d] * q[2];
    }
    for (int d = 0; u && d < 9; d++) {
        quq += back[d / 3] * u[9 * j + d] * back[d % 3];
    }
    return c->occupancy[j] * f * exp(-0.5 * (u ? quq : q2 * c->u_iso[j]));
}

double oracle_intensity(const oracle *o, const double hkl[3], const double *u) {
    const double *b = o->crystal->cell.fractional, two_pi = 6.283185307179586;
    const int *cells = o->net.cells;
    int64_t n = o->size;
    double q[3], *re = calloc((size_t)(2 * n), sizeof *re), *im = re + n, sum = 0.0;
    if (!re) {
        return NAN;
    }
    for (int i = 0; i < 3; i++) {
        q[i] = two_pi * (hkl[0] * b[i] + hkl[1] * b[3 + i] + hkl[2] * b[6 + i]);
    }
    for (int64_t cell = 0; cell < o->cells; cell++) {
        double turn = two_pi * (hkl[0] * (double)(cell / cells[2] / cells[1]) +
                                hkl[1] * (double)(cell / cells[2] % cells[1]) +
                                hkl[2] * (double)(cell % cells[2]));
        for (int64_t i = 0; i < o->atoms; i++) {
            double f = amplitude(o, i, q, u);
            double phase =
                turn + q[0] * o->r[3 * i] + q[1] * o->r[3 * i + 1] + q[2] * o->r[3 * i + 2];
            for (int64_t k = 0; k < o->rank[o->body[i]]; k++) {
                double g = 0.0;
                for (int d = 0; d < 3; d++) {
                    g += f * q[d] * o->row[18 * i + 6 * d + k];
                }
                re[cell * o->per_cell + o->first[o->body[i]] + k] += g * cos(phase);
                im[cell * o->per_cell + o->first[o->body[i]] + k] += g * sin(phase);
            }
        }
    }
    for (int64_t p = 0; p < n * n; p++) {
        sum += o->matrix[p] * (re[p / n] * re[p % n] + im[p / n] * im[p % n]);
    }
    free(re);
    return sum / (double)o->cells;
}

void oracle_correlation(const oracle *o, int64_t i, int64_t j, const int64_t n[3],
                        double ret_u[9]) {
    int64_t a = o->body[i], b = o->body[j];
    int64_t left = o->first[a], right = wrapped(o, 0, n) * o->per_cell + o->first[b];
    for (int d = 0; d < 9; d++) {
        ret_u[d] = 0.0;
        for (int64_t p = 0; p < o->rank[a]; p++) {
            for (int64_t q = 0; q < o->rank[b]; q++) {
                ret_u[d] += o->row[18 * i + 6 * (d / 3) + p] *
                            o->matrix[(left + p) * o->size + right + q] *
                            o->row[18 * j + 6 * (d % 3) + q];
            }
        }
    }
}
