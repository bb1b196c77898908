/* 05_degenerate_spectrum.c - y = f g(A) f^T at a triple eigenvalue: exact through
 * dt_spectral_form, refused or wrong through eigenvectors. With g(x) = 1/x the answer is known. */
#include <difftape/difftape.h>

#include <math.h>
#include <stdio.h>

enum { N = 4 };

/* A = 2 - u u^T with |u| = 1: eigenvalues 1, 2, 2, 2. A^-1 = (1 + u u^T) / 2. */
static const double u[N] = {0.1, 0.7, -0.5, 0.5}, f[N] = {1.0, -2.0, 0.5, 3.0};

static dt_tensor *row(dt_tape *tape) {
    return dt_constant(tape, DT_F64, 2, (int64_t[]){1, N}, f);
}

static dt_tensor *by_spectral_form(dt_tensor *a) {
    const dt_spectral_function reciprocal = {.kind = DT_SPECTRAL_RECIPROCAL};
    return dt_sum(dt_spectral_form(row(dt_tape_of(a)), a, &reciprocal, 0, NULL), DT_ALL);
}

static dt_tensor *by_eigenvectors(dt_tensor *a, dt_cluster_policy policy) {
    dt_tensor *values, *vectors;
    dt_eigh(a, policy, 0, &values, &vectors);
    dt_tensor *weights = dt_abs2(dt_matmul(row(dt_tape_of(a)), vectors)); /* |f v_k|^2 */
    return dt_sum(dt_div(weights, values), DT_ALL);
}

/* way 0: dt_spectral_form; 1: dt_eigh as it is; 2: dt_eigh, what divides by 0 left out. Prints the
 * largest error of the gradient, dy/dA = -(A^-1 f)(A^-1 f)^T, and returns it; -1: refused. */
static double error_of(int way, const char *name) {
    double matrix[N][N], x[N], uf = 0, worst = 0;
    for (int i = 0; i < N; i++) {
        uf += u[i] * f[i];
        for (int j = 0; j < N; j++) {
            matrix[i][j] = (i == j ? 2 : 0) - u[i] * u[j];
        }
    }
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_parameter(tape, DT_F64, 2, (int64_t[]){N, N}, matrix);
    dt_backward(way == 0 ? by_spectral_form(a)
                         : by_eigenvectors(a, way == 1 ? DT_CLUSTER_STRICT : DT_CLUSTER_PROJECT));
    const double *g = dt_data_f64(dt_gradient(a));
    for (int i = 0; i < N; i++) {
        x[i] = (f[i] + u[i] * uf) / 2; /* A^-1 f */
    }
    for (int i = 0; g != NULL && i < N * N; i++) {
        worst = fmax(worst, fabs(g[i] + x[i / N] * x[i % N]));
    }
    if (dt_tape_status(tape) == DT_OK) {
        printf("%-32s error of the gradient %.1e\n", name, worst);
    } else {
        printf("%-32s refused (%s):\n    %s\n", name, dt_status_name(dt_tape_status(tape)),
               dt_tape_message(tape));
        worst = dt_tape_status(tape) == DT_ERR_GAUGE ? -1 : -2;
    }
    dt_tape_free(tape);
    return worst;
}

int main(void) {
    double exact = error_of(0, "dt_spectral_form");
    double strict = error_of(1, "dt_eigh");
    double masked = error_of(2, "dt_eigh, 1/0 replaced by 0");
    return exact >= 0 && exact < 1e-13 && strict == -1 && masked > 0.1 ? 0 : 1;
}
