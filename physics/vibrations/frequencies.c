/* frequencies.c - phonon frequencies, paths through the zone, densities of states. */
#include "../network/network.h"

#include "../phonon/mass.h"
#include "../shared.h"

#include <difftape/checkpoint.h>
#include <difftape/ops.h>
#include <difftape/vibrations.h>

#include <math.h>
#include <stdlib.h>

/* An eigenvalue this much smaller than the largest is rounding: the motion costs no energy. */
static const double no_force = 1e-13;

enum { FORCE_CONSTANTS, WAVEVECTORS, MASS_FACTOR, INPUTS };

/* Eigenvalues of L^-1 K(k) L^-T for wavevectors [begin, end): (end - begin,d). */
static dt_tensor *eigenvalues(void *user, dt_tape *tape, int64_t begin, int64_t end,
                              dt_tensor *const *in) {
    const dt_network *net = user;
    (void)tape;
    dt_tensor *k = dt_slice(in[WAVEVECTORS], 0, begin, end, 1);
    dt_tensor *stiffness = dt_network_stiffness(net, in[FORCE_CONSTANTS], k);
    return dt_eigvalsh(dtp_dynamical(in[MASS_FACTOR], stiffness));
}

/* sign(x) sqrt|x|, 0 without a gradient for what is 0 but for rounding. */
static dt_tensor *signed_root(dt_tensor *x) {
    dt_tape *tape = dt_tape_of(x);
    dt_tensor *size = dt_abs(x), *one = dt_scalar(tape, 1.0), *zero = dt_scalar(tape, 0.0);
    dt_tensor *largest = dt_expand_dims(dt_stop_gradient(dt_max(size, -1)), -1);
    dt_tensor *real = dt_compare(size, DT_GT, dt_scale(largest, no_force));
    dt_tensor *root = dt_sqrt(dt_where(real, size, one));
    return dt_where(real, dt_mul(dt_sign(dt_stop_gradient(x)), root), zero);
}

dt_tensor *dt_network_frequencies(const dt_network *net, const dt_network_parameters *p,
                                  dt_tensor *k) {
    dt_tape *tape = dt_tape_of(p->springs);
    if (!dtp_check_parameters(net, p, "frequencies")) {
        return dt_inert(tape);
    }
    if (dt_ndim(k) != 2 || dt_shape(k)[1] != 3 || dt_dtype_of(k) != DT_F64) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "frequencies: wavevectors must be (K,3), f64");
    } else if (!net->crystal->mass) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "frequencies: the crystal has no masses, so its motions have none");
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    const dtp_geometry g = dtp_geometry_of(net, p);
    dt_tensor *in[INPUTS] = {dtp_force_constants(net, &g, p), k,
                             dtp_mass_factor(dtp_mass_matrix(net, g.body))};
    /* *user is only read; the API's pointer is not const. */
    dt_tensor *x =
        dt_map_batches(eigenvalues, (void *)(uintptr_t)net, INPUTS, in, dt_shape(k)[0], 1);
    dt_tensor *thz = dt_select(dtp_mode_constants(dtp_temperature(tape, p)), 0, 1);
    return dt_mul(signed_root(x), thz);
}

dt_tensor *dt_wavevector_path(dt_tape *tape, int64_t n, const double *corners, int64_t steps) {
    if (n < 1 || steps < 1 || n > 1000000 || steps > 1000000) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "wavevector path: %lld corners and %lld steps between them; both must be 1 or "
                     "more, and at most a million",
                     (long long)n, (long long)steps);
        return dt_inert(tape);
    }
    int64_t count = (n - 1) * steps + 1;
    double *k = malloc((size_t)(3 * count) * sizeof *k);
    if (!k) {
        dt_tape_fail(tape, DT_ERR_MEMORY, "wavevector path: no memory for %lld points",
                     (long long)count);
        return dt_inert(tape);
    }
    for (int64_t i = 0; i < 3 * count; i++) {
        int64_t corner = i / 3 / steps, step = i / 3 % steps;
        double from = corners[3 * corner + i % 3];
        double to = step > 0 ? corners[3 * corner + 3 + i % 3] : from;
        k[i] = from + (to - from) * (double)step / (double)steps;
    }
    dt_tensor *result = dt_constant(tape, DT_F64, 2, (int64_t[]){count, 3}, k);
    free(k);
    return result;
}

dt_tensor *dt_density_of_states(dt_tensor *frequencies, dt_tensor *nu, double width) {
    dt_tape *tape = dt_tape_of(frequencies);
    if (dt_tape_status(tape) == DT_OK && !(width > 0.0 && isfinite(width))) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "density of states: the width is %g THz; it must be finite and greater than 0",
                     width);
    }
    if (dt_tape_status(tape) == DT_OK && (dt_ndim(frequencies) != 2 || dt_ndim(nu) != 1)) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "density of states: frequencies must be (K,d) and nu (m)");
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    double height = 1.0 / (width * sqrt(TWO_PI) * (double)dt_shape(frequencies)[0]);
    dt_tensor *modes = dt_reshape(frequencies, 2, (int64_t[]){1, -1});
    dt_tensor *away = dt_scale(dt_sub(dt_expand_dims(nu, -1), modes), 1.0 / width);
    return dt_scale(dt_sum(dt_exp(dt_scale(dt_square(away), -0.5)), -1), height);
}
