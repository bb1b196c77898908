/* cell.c - one consistent metric from the six cell parameters. */
#include <difftape/crystal.h>

#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* Cosine of an angle in degrees, exact at 90: an orthogonal cell stays orthogonal. */
static double cos_degrees(double angle) {
    return angle == 90.0 ? 0.0 : cos(angle * pi / 180.0);
}

static dt_status check_parameters(const double p[6], dt_error *error) {
    static const char *const name[6] = {"a", "b", "c", "alpha", "beta", "gamma"};
    for (int i = 0; i < 6; i++) {
        if (!isfinite(p[i])) {
            return dt_error_set(error, DT_ERR_ARGUMENT, "unit cell: %s is not a finite number",
                                name[i]);
        }
        if (i < 3 && p[i] <= 0.0) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "unit cell: edge %s is %g Angstrom; it must be greater than 0",
                                name[i], p[i]);
        }
        if (i >= 3 && (p[i] <= 0.0 || p[i] >= 180.0)) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "unit cell: angle %s is %g degrees; it must lie between 0 and 180",
                                name[i], p[i]);
        }
    }
    if (p[0] == 1.0 && p[1] == 1.0 && p[2] == 1.0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "unit cell: 1 x 1 x 1 Angstrom is the placeholder of structures that "
                            "are not crystals (NMR, electron microscopy); a real cell is needed");
    }
    return DT_OK;
}

/* B = A^-T by cofactors: row i of B is the reciprocal axis a*_i = a_j x a_k / V. */
static void invert(const double a[9], double volume, double ret_b[9]) {
    for (int i = 0; i < 3; i++) {
        const double *u = a + 3 * ((i + 1) % 3), *v = a + 3 * ((i + 2) % 3);
        ret_b[3 * i + 0] = (u[1] * v[2] - u[2] * v[1]) / volume;
        ret_b[3 * i + 1] = (u[2] * v[0] - u[0] * v[2]) / volume;
        ret_b[3 * i + 2] = (u[0] * v[1] - u[1] * v[0]) / volume;
    }
}

dt_status dt_cell_init(const double p[6], dt_cell *ret_cell, dt_error *error) {
    dt_status status = check_parameters(p, error);
    if (status != DT_OK) {
        return status;
    }
    double ca = cos_degrees(p[3]), cb = cos_degrees(p[4]), cg = cos_degrees(p[5]);
    double sg = sqrt(1.0 - cg * cg);
    double cx = cb, cy = (ca - cb * cg) / sg, cz2 = 1.0 - cx * cx - cy * cy;
    if (!(cz2 > 1e-12)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "unit cell: the angles %g, %g, %g degrees span no volume; each must be "
                            "less than the sum of the other two, and all three less than 360",
                            p[3], p[4], p[5]);
    }
    dt_cell cell = {.volume = p[0] * p[1] * p[2] * sg * sqrt(cz2)};
    memcpy(cell.parameters, p, sizeof cell.parameters);
    cell.axes[0] = p[0];
    cell.axes[3] = p[1] * cg;
    cell.axes[4] = p[1] * sg;
    cell.axes[6] = p[2] * cx;
    cell.axes[7] = p[2] * cy;
    cell.axes[8] = p[2] * sqrt(cz2);
    invert(cell.axes, cell.axes[0] * cell.axes[4] * cell.axes[8], cell.fractional);
    *ret_cell = cell;
    return DT_OK;
}
