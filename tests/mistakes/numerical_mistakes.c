/* numerical_mistakes.c - matrices, transforms, spectra, optimisers that cannot do what is asked. */
#include "mistakes.h"

#include <math.h>

#define MISTAKE(name) static void name(dt_tape *t, dt_error *error)
#define UNUSED        (void)error

static const double indefinite[] = {1, 2, 2, 1}, zeros[] = {0, 0, 0, 0},
                    two_levels[] = {1, 0, 0, 1};

static dt_tensor *square(dt_tape *tape, const double *entries) {
    return dt_parameter(tape, DT_F64, SHAPE(2, 2), entries);
}

/* -- matrices ---------------------------------------------------------------------------------- */

MISTAKE(factorises_an_indefinite_matrix) {
    UNUSED;
    dt_cholesky(square(t, indefinite));
}

MISTAKE(factorises_one_of_a_batch) {
    UNUSED;
    const double both[] = {1, 0, 0, 1, 1, 2, 2, 1};
    dt_cholesky(dt_constant(t, DT_F64, SHAPE(2, 2, 2), both));
}

MISTAKE(factorises_a_rectangle) {
    UNUSED;
    dt_cholesky(real(t, SHAPE(4, 3)));
}

MISTAKE(solves_a_singular_system) {
    UNUSED;
    dt_solve(square(t, zeros), real(t, SHAPE(2, 1)));
}

MISTAKE(solves_for_a_vector) {
    UNUSED;
    dt_solve(square(t, two_levels), real(t, SHAPE(2)));
}

MISTAKE(solves_with_a_zero_on_the_diagonal) {
    UNUSED;
    dt_triangular_solve(square(t, zeros), real(t, SHAPE(2, 1)), true, DT_N);
}

MISTAKE(inverts_a_rectangle) {
    UNUSED;
    dt_inverse(real(t, SHAPE(4, 3)));
}

MISTAKE(fits_more_than_it_knows) {
    UNUSED;
    dt_lstsq(real(t, SHAPE(2, 3)), real(t, SHAPE(2, 1)));
}

MISTAKE(fits_a_column_twice) {
    UNUSED;
    dt_lstsq(real(t, SHAPE(3, 2)), real(t, SHAPE(3, 1)));
}

/* -- spectra ----------------------------------------------------------------------------------- */

MISTAKE(differentiates_vectors_of_one_level) {
    UNUSED;
    dt_tensor *w, *v;
    dt_eigh(square(t, two_levels), DT_CLUSTER_STRICT, 0, &w, &v);
    dt_backward(dt_sum(dt_square(dt_select(v, 0, 0)), DT_ALL));
}

MISTAKE(takes_the_square_root_of_a_negative_level) {
    UNUSED;
    const dt_spectral_function fn = {.kind = DT_SPECTRAL_SQRT};
    dt_spectral_apply(square(t, indefinite), &fn, 0, NULL);
}

MISTAKE(forgets_a_parameter_of_a_line) {
    UNUSED;
    const dt_spectral_function fn = {.kind = DT_SPECTRAL_LORENTZIAN};
    dt_tensor *x0 = dt_scalar(t, 1);
    dt_spectral_apply(square(t, indefinite), &fn, 1, &x0);
}

MISTAKE(takes_levels_of_a_nan) {
    UNUSED;
    const double bad[] = {1, NAN, NAN, 1};
    dt_eigvalsh(square(t, bad));
}

/* -- transforms -------------------------------------------------------------------------------- */

MISTAKE(transforms_complex_numbers_as_real) {
    UNUSED;
    dt_rfft(cplx(t, SHAPE(8)), 0, DT_FFT_BACKWARD);
}

MISTAKE(transforms_back_to_another_size) {
    UNUSED;
    dt_irfft(cplx(t, SHAPE(5)), 0, 12, DT_FFT_BACKWARD);
}

MISTAKE(transforms_a_scalar) {
    UNUSED;
    dt_fft(dt_scalar(t, 1), DT_ALL, DT_FFT_BACKWARD);
}

MISTAKE(convolves_circularly_with_other_sizes) {
    UNUSED;
    dt_fft_convolve(real(t, SHAPE(8)), real(t, SHAPE(3)), 0, DT_CONV_CIRCULAR);
}

/* -- numbers ----------------------------------------------------------------------------------- */

MISTAKE(clamps_upside_down) {
    UNUSED;
    dt_clamp(real(t, SHAPE(3)), 2, 1);
}

MISTAKE(counts_in_steps_of_zero) {
    UNUSED;
    dt_arange(t, 0, 1, 0);
}

MISTAKE(turns_about_too_many_axes) {
    UNUSED;
    dt_rotation_from_euler(real(t, SHAPE(3)), "XYQ");
}

/* -- optimisers and gradcheck ------------------------------------------------------------------ */

static dt_tensor *distance(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    return dt_square(in[0]);
}

static dt_tensor *rounded(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    return dt_mul(in[0], dt_constant(tape, DT_F64, 0, NULL, dt_data(in[0])));
}

MISTAKE(starts_beyond_the_bounds) {
    (void)t;
    double five = 5;
    const dt_unknown unknown = {
        .name = "width", .value = dt_array_wrap(DT_F64, 0, NULL, &five), .lower = 0, .upper = 1};
    dt_optimizer *o = NULL;
    dt_optimizer_new(distance, NULL, 1, &unknown, &(dt_optimize_options){0}, &o, error);
    dt_optimizer_free(o);
}

MISTAKE(minimises_a_vector) {
    (void)t;
    double start[] = {1, 2};
    const dt_unknown unknown = {.name = "x", .value = dt_array_wrap(DT_F64, SHAPE(2), start)};
    dt_optimizer *o = NULL;
    if (dt_optimizer_new(distance, NULL, 1, &unknown, &(dt_optimize_options){0}, &o, error) ==
        DT_OK) {
        dt_optimizer_run(o, error);
    }
    dt_optimizer_free(o);
}

MISTAKE(hides_a_dependence) {
    (void)t;
    double at = 2;
    const dt_array value = dt_array_wrap(DT_F64, 0, NULL, &at);
    dt_gradcheck("x times a copy of x", rounded, NULL, 1, &value, NULL, NULL, error);
}

const struct mistake numerical_mistakes[] = {
    {"the Cholesky factor of an indefinite matrix", factorises_an_indefinite_matrix},
    {"one indefinite matrix in a batch", factorises_one_of_a_batch},
    {"the Cholesky factor of a rectangle", factorises_a_rectangle},
    {"a singular system", solves_a_singular_system},
    {"a system with a vector on the right", solves_for_a_vector},
    {"a triangular system with a zero on the diagonal", solves_with_a_zero_on_the_diagonal},
    {"the inverse of a rectangle", inverts_a_rectangle},
    {"least squares with too few equations", fits_more_than_it_knows},
    {"least squares with equal columns", fits_a_column_twice},
    {"gradients of degenerate eigenvectors", differentiates_vectors_of_one_level},
    {"the square root of a matrix with a negative eigenvalue",
     takes_the_square_root_of_a_negative_level},
    {"a spectral line without its width", forgets_a_parameter_of_a_line},
    {"eigenvalues of a matrix with a NaN", takes_levels_of_a_nan},
    {"dt_rfft of complex numbers", transforms_complex_numbers_as_real},
    {"dt_irfft to a size that does not fit", transforms_back_to_another_size},
    {"the Fourier transform of a scalar", transforms_a_scalar},
    {"a circular convolution of different sizes", convolves_circularly_with_other_sizes},
    {"a lower bound above the upper", clamps_upside_down},
    {"a range in steps of 0", counts_in_steps_of_zero},
    {"Euler angles about an unknown axis", turns_about_too_many_axes},
    {"a start beyond the bounds", starts_beyond_the_bounds},
    {"minimising a vector", minimises_a_vector},
    {"a gradient that a copy of the data hides", hides_a_dependence},
    {0}};
