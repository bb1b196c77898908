/* test_hedm_omegas.c - hedm_omegas as a user meets it: arrays, gradients, refusals. */
#include "program.h"

#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLD "--cell=4.0782,4.0782,4.0782,90,90,90 --spacegroup=225 "
#define PI   3.14159265358979323846

enum { N = 136 };

/* Arrays that were read, released with the folder. */
static dt_array arrays[64];
static int n_arrays;

static void leave(void) {
    while (n_arrays > 0) {
        dt_array_free(&arrays[--n_arrays]);
    }
    leave_folder();
}

TestSuite(hedm_omegas, .init = enter_folder, .fini = leave, .timeout = 120);

static dt_npz *open_npz(const char *path) {
    dt_npz *npz = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_npz_open(&npz, path, &error) == DT_OK, "%s", error.message);
    return npz;
}

static dt_array get(dt_npz *npz, const char *name, dt_dtype dtype, int ndim, const int64_t *shape) {
    dt_array array = {0};
    dt_error error = DT_ERROR_INIT;
    char have[64], want[64];
    cr_assert(dt_npz_get(npz, name, &array, &error) == DT_OK, "%s", error.message);
    dt_shape_format(have, sizeof have, array.ndim, array.shape);
    dt_shape_format(want, sizeof want, ndim, shape);
    cr_assert(array.dtype == dtype && strcmp(have, want) == 0, "%s is %s %s", name,
              dt_dtype_name(array.dtype), have);
    arrays[n_arrays++] = array;
    return array;
}

/* Quaternions that turn by a about (1, 2, 3) and by 0.1 about z. */
static void write_orientations(double a) {
    double s = sin(a / 2) / sqrt(14.0);
    const double q[8] = {cos(a / 2), s, 2 * s, 3 * s, cos(0.05), 0, 0, sin(0.05)};
    const dt_array array = dt_array_wrap(DT_F64, 2, (const int64_t[]){2, 4}, q);
    cr_assert(dt_npy_write("q.npy", &array, NULL) == DT_OK);
}

static void write_cotangent(int64_t b, double first, double second) {
    double *c = malloc((size_t)(2 * b * N) * sizeof *c);
    for (int64_t i = 0; i < b * N; i++) {
        c[2 * i] = first;
        c[2 * i + 1] = second;
    }
    const dt_array array = dt_array_wrap(DT_F64, 3, (const int64_t[]){b, N, 2}, c);
    cr_assert(dt_npy_write("c.npy", &array, NULL) == DT_OK);
    free(c);
}

/* Every spot obeys |k_in + Rz(omega) g| = |k_in|, its label, and the order of the list. */
Test(hedm_omegas, writes_angles_that_fulfil_the_condition_of_diffraction) {
    write_orientations(1.1);
    struct outcome o = run("-o out.npz --orientations=q.npy --chi=0.02 " GOLD);
    cr_assert(o.code == 0, "%s", o.err);
    dt_npz *npz = open_npz("out.npz");
    cr_expect(dt_npz_count(npz) == 6);
    const int64_t *hkl = get(npz, "hkl", DT_I64, 2, (const int64_t[]){N, 3}).data;
    const double *g = get(npz, "g", DT_F64, 3, (const int64_t[]){2, N, 3}).data;
    const bool *seen = get(npz, "seen", DT_BOOL, 2, (const int64_t[]){2, N}).data;
    const double *w = get(npz, "omega", DT_F64, 3, (const int64_t[]){2, N, 2}).data;
    const double *q = get(npz, "lorentz_q", DT_F64, 2, (const int64_t[]){2, N}).data;
    double k = 50.02099 * 0.50677307161563957731, worst = 0;
    int count = 0;
    for (int i = 0; i < 2 * N; i++) {
        const double *v = g + 3 * i;
        for (int r = 0; r < 2 && seen[i]; r++) {
            double c = cos(w[2 * i + r]), s = sin(w[2 * i + r]);
            double x = k * cos(0.02) + c * v[0] - s * v[1], y = s * v[0] + c * v[1];
            double z = k * sin(0.02) + v[2];
            worst = fmax(worst, fabs(sqrt(x * x + y * y + z * z) / k - 1));
            cr_expect((r == 0) == (y > 0) && fabs(fabs(y) * cos(0.02) - q[i]) < 1e-12);
            count++;
        }
        cr_expect(seen[i] || (w[2 * i] == 0 && w[2 * i + 1] == 0 && q[i] == 0));
    }
    cr_expect(worst < 1e-15 && count > 500, "%g of %d", worst, count);
    for (int i = 1; i < N; i++) {
        const int64_t *a = hkl + 3 * (i - 1), *b = hkl + 3 * i;
        int64_t p = a[0] * a[0] + a[1] * a[1] + a[2] * a[2];
        int64_t m = b[0] * b[0] + b[1] * b[1] + b[2] * b[2];
        int64_t order = a[0] != b[0] ? a[0] - b[0] : a[1] != b[1] ? a[1] - b[1] : a[2] - b[2];
        cr_expect(p < m || (p == m && order < 0), "reflections %d and %d are in the wrong order",
                  i - 1, i);
    }
    dt_npz_close(npz);
}

/* Turning all 136 by t about z changes every angle by -t; a dL/da = E dL/dE. */
Test(hedm_omegas, gives_gradients_that_fulfil_their_identities) {
    write_orientations(0.7);
    write_cotangent(2, 1, 0);
    struct outcome o = run("-o out.npz --json --cotangent=c.npy --orientations=q.npy " GOLD);
    cr_assert(o.code == 0, "%s", o.err);
    dt_npz *npz = open_npz("out.npz");
    const bool *seen = get(npz, "seen", DT_BOOL, 2, (const int64_t[]){2, N}).data;
    const double *turn = get(npz, "grad_rotation", DT_F64, 2, (const int64_t[]){2, 3}).data;
    const double *cell = get(npz, "grad_cell", DT_F64, 1, (const int64_t[]){6}).data;
    double energy = *(double *)get(npz, "grad_energy", DT_F64, 0, NULL).data;
    get(npz, "grad_chi", DT_F64, 0, NULL);
    for (int b = 0; b < 2; b++) {
        int count = 0;
        for (int i = 0; i < N; i++) {
            count += seen[b * N + i];
        }
        cr_expect(fabs(turn[3 * b + 2] + count) < 1e-12, "%.17g for %d", turn[3 * b + 2], count);
        cr_expect(b == 0 || count == 132, "turned about z %d are seen", count);
    }
    double scale = 4.0782 * (cell[0] + cell[1] + cell[2]);
    cr_expect(fabs(scale - 50.02099 * energy) < 1e-10 * fabs(scale) && fabs(scale) > 1,
              "%.17g and %.17g", scale, 50.02099 * energy);
    cJSON *json = parse_json(o.out);
    cr_expect(number_of(json, "reflections") == N && number_of(json, "orientations") == 2);
    cr_expect(number_of(cJSON_GetObjectItem(json, "gradient"), "energy") == energy);
    cr_expect(cJSON_GetArraySize(cJSON_GetObjectItem(json, "families")) == 9);
    cJSON_Delete(json);
    dt_npz_close(npz);
}

/* Central differences of two runs each. */
static double loss(const char *arguments) {
    char line[256];
    snprintf(line, sizeof line, "-o l.npz --orientations=q.npy --qmax=8 %s", arguments);
    struct outcome o = run(line);
    cr_assert(o.code == 0, "%s", o.err);
    dt_npz *npz = open_npz("l.npz");
    dt_array w = get(npz, "omega", DT_F64, 3, (const int64_t[]){2, N, 2});
    double sum = 0;
    for (int i = 0; i < 2 * N; i++) {
        sum += ((double *)w.data)[2 * i] - 0.5 * ((double *)w.data)[2 * i + 1];
    }
    dt_npz_close(npz);
    return sum;
}

Test(hedm_omegas, gives_gradients_that_agree_with_differences) {
    write_orientations(0.7);
    write_cotangent(2, 1, -0.5);
    struct outcome o = run("-o out.npz --cotangent=c.npy --orientations=q.npy --chi=0.01 " GOLD);
    cr_assert(o.code == 0, "%s", o.err);
    dt_npz *npz = open_npz("out.npz");
    double energy = *(double *)get(npz, "grad_energy", DT_F64, 0, NULL).data;
    double chi = *(double *)get(npz, "grad_chi", DT_F64, 0, NULL).data;
    double gamma = ((double *)get(npz, "grad_cell", DT_F64, 1, (const int64_t[]){6}).data)[5];
    double by_energy =
        (loss("--chi=0.01 --energy=50.02199 " GOLD) - loss("--chi=0.01 --energy=50.01999 " GOLD)) /
        2e-3;
    double by_chi = (loss("--chi=0.01001 " GOLD) - loss("--chi=0.00999 " GOLD)) / 2e-5;
    double by_gamma =
        (loss("--chi=0.01 --spacegroup=225 --cell=4.0782,4.0782,4.0782,90,90,90.001") -
         loss("--chi=0.01 --spacegroup=225 --cell=4.0782,4.0782,4.0782,90,90,89.999")) /
        2e-3;
    cr_expect(fabs(energy - by_energy) < 1e-6 * fabs(energy), "%g %g", energy, by_energy);
    cr_expect(fabs(chi - by_chi) < 1e-5 * fabs(chi), "%g %g", chi, by_chi);
    cr_expect(fabs(gamma - by_gamma) < 1e-5 * fabs(gamma) + 1e-6, "%g %g", gamma, by_gamma);
    dt_npz_close(npz);
}

Test(hedm_omegas, computes_in_single_precision_and_with_older_constants) {
    cr_assert(run("-o a.npz " GOLD).code == 0);
    cr_assert(run("-o b.npz --precision=f32 " GOLD).code == 0);
    cr_assert(run("-o c.npz --constants=icenine " GOLD).code == 0);
    dt_npz *a = open_npz("a.npz"), *b = open_npz("b.npz"), *c = open_npz("c.npz");
    const int64_t shape[3] = {1, N, 2};
    const double *x = get(a, "omega", DT_F64, 3, shape).data;
    const float *y = get(b, "omega", DT_F32, 3, shape).data;
    const double *z = get(c, "omega", DT_F64, 3, shape).data;
    double single = 0, older = 0;
    for (int i = 0; i < 2 * N; i++) {
        single = fmax(single, fabs(remainder(x[i] - (double)y[i], 2 * PI)));
        older = fmax(older, fabs(remainder(x[i] - z[i], 2 * PI)));
    }
    cr_expect(single > 0 && single < 2e-6, "%g", single);
    cr_expect(older > 1e-9 && older < 2.2e-7, "%g", older);
    dt_npz_close(a);
    dt_npz_close(b);
    dt_npz_close(c);
}

Test(hedm_omegas, prints_a_table_and_draws_a_plot) {
    struct outcome o = run("--plot=a.png " GOLD);
    cr_assert(o.code == 0, "%s", o.err);
    cr_expect(strstr(o.out, "reflections       136 in 9 families") != NULL, "%s", o.out);
    cr_expect(strstr(o.out, "seen              132 of 136") != NULL, "%s", o.out);
    cr_expect(strstr(o.out, "       4 2 2            24     7.547741") != NULL, "%s", o.out);
    size_t size;
    char *bytes = read_text("a.png", &size);
    cr_expect(size > 5000 && memcmp(bytes, "\x89PNG", 4) == 0);
    cr_expect(strcmp(folder_list(), "a.png") == 0);
}

/* Is there colour where eta and omega (degrees) lie in the plot? Its frame has 900 by 700 pixels,
 * 116 from the left and 76 from the top, and shows a whole turn each way; markers reach
 * 4 pixels. */
static bool is_drawn(const unsigned char *rgb, int width, double eta, double omega) {
    int x = 116 + (int)((eta + 180) / 360 * 900), y = 76 + (int)((180 - omega) / 360 * 700);
    bool coloured = false;
    for (int i = 0; i < 81; i++) {
        const unsigned char *p = rgb + 3 * ((y + i / 9 - 4) * width + x + i % 9 - 4);
        coloured = coloured || p[0] != 255 || p[1] != 255 || p[2] != 255;
    }
    return coloured;
}

/* eta = atan2(-y, z) of the diffracted beam, counted from the numbers of the archive. */
Test(hedm_omegas, plots_omega_against_eta) {
    struct outcome o = run("-o a.npz --plot=a.png --cell=3.1,3.7,4.3,80,95,107 --qmax=3.3");
    cr_assert(o.code == 0, "%s", o.err);
    png_image image = {.version = PNG_IMAGE_VERSION};
    cr_assert(png_image_begin_read_from_file(&image, "a.png"));
    image.format = PNG_FORMAT_RGB;
    unsigned char *rgb = malloc(PNG_IMAGE_SIZE(image));
    cr_assert(rgb != NULL && png_image_finish_read(&image, NULL, rgb, 0, NULL));
    dt_npz *npz = open_npz("a.npz");
    dt_array g = {0}, w = {0}, seen = {0};
    cr_assert(dt_npz_get(npz, "g", &g, NULL) == DT_OK &&
              dt_npz_get(npz, "omega", &w, NULL) == DT_OK);
    cr_assert(dt_npz_get(npz, "seen", &seen, NULL) == DT_OK);
    int spots = 0, mirrored = 0;
    for (int64_t i = 0; i < 2 * g.shape[1]; i++) {
        const double *v = (double *)g.data + i / 2 * 3;
        double omega = ((double *)w.data)[i], y = v[0] * sin(omega) + v[1] * cos(omega);
        if (((bool *)seen.data)[i / 2]) {
            double eta = atan2(-y, v[2]) * 180 / PI;
            cr_expect(is_drawn(rgb, (int)image.width, eta, omega * 180 / PI), "eta %g, omega %g",
                      eta, omega * 180 / PI);
            mirrored += is_drawn(rgb, (int)image.width, -eta, omega * 180 / PI);
            spots++;
        }
    }
    cr_expect(spots > 20 && mirrored < spots / 2, "%d spots, %d mirrored", spots, mirrored);
    dt_array_free(&g);
    dt_array_free(&w);
    dt_array_free(&seen);
    dt_npz_close(npz);
    free(rgb);
}

Test(hedm_omegas, knows_no_bragg_angle_beyond_twice_the_wavenumber) {
    struct outcome o = run("--energy=5 " GOLD);
    cr_assert(o.code == 0, "%s", o.err);
    cr_expect(strstr(o.out,
                     "       2 2 2             8     5.337059             none        0\n") != NULL,
              "%s", o.out);
}

Test(hedm_omegas, explains_itself) {
    struct outcome o = run("--help");
    static const char *const words[] = {
        "--cell=",         "--spacegroup=", "--qmax=",      "--energy=",    "--chi=",
        "--orientations=", "--strain=",     "--constants=", "--precision=", "--cotangent=",
        "--output=",       "--json",        "--plot=",      "Exit codes"};
    cr_expect(o.code == 0);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        cr_expect(strstr(o.out, words[i]) != NULL, "the help does not mention %s", words[i]);
    }
    cr_expect(strncmp(run("--version").out, "hedm_omegas (difftape) ", 23) == 0);
}

Test(hedm_omegas, refuses_in_one_sentence) {
    write_orientations(1);
    write_cotangent(1, 1, 1);
    write_text("bad.npy", "no array");
    const struct {
        const char *arguments;
        int code;
        const char *sentence;
    } cases[] = {{"", 2, "--cell is missing: give a,b,c,alpha,beta,gamma"},
                 {"--cell=1,2,3", 2, "expected 6 numbers separated by commas, got '1,2,3'"},
                 {"--cell=4,4,-4,90,90,90", 2, "edge c is -4 Angstrom; it must be greater than 0"},
                 {GOLD "--spacegroup=231", 2, "numbers run from 1 to 230, got 231"},
                 {GOLD "--qmax=0.1", 2, "--qmax is too small"},
                 {GOLD "--energy=-3", 2, "energy"},
                 {GOLD "--cotangent=c.npy", 2, "--output names no file"},
                 {GOLD "--orientations=none.npy", 3, "none.npy"},
                 {GOLD "--orientations=bad.npy", 3, "bad.npy"},
                 {GOLD "--orientations=c.npy", 3,
                  "orientations (w, x, y, z) must be f64 (-1,4), got f64 (1,136,2)"},
                 {GOLD "--orientations=q.npy --cotangent=c.npy -o o.npz", 3,
                  "the cotangent dL/domega must be f64 (2,136,2)"},
                 {GOLD "-o nowhere/o.npz", 3, "nowhere"},
                 {GOLD "-o q.npy --orientations=q.npy", 2, "two options name the same file, q.npy"},
                 {GOLD "--strain=-1,0,0,0,0,0", 4,
                  "strained_lattice: 1 + strain: solve: the matrix is singular"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_refused(cases[i].arguments, cases[i].code, cases[i].sentence, "bad.npy c.npy q.npy");
    }
}
