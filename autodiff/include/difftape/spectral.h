/* spectral.h - eigenvalues of Hermitian matrices, and functions of such matrices whose derivatives
 * are exact at degeneracies.
 *
 * The input is symmetrised first, (A + A^H)/2, so a result depends on both triangles and cotangents
 * are Hermitian. Matrices are the last two dimensions; f32, f64, c64, c128.
 *
 * Use dt_spectral_form and dt_spectral_apply for anything that can be written as g(A): they need no
 * gap between eigenvalues. dt_eigh gives the vectors themselves, which at a degeneracy are not
 * functions of A at all; asking for their derivative there is an error, never a wrong number. */
#ifndef DIFFTAPE_SPECTRAL_H
#define DIFFTAPE_SPECTRAL_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/** Eigenvalues, ascending: (..., n, n) -> (..., n). Abar = V diag(wbar) V^H. At a degeneracy that
 *  is right for losses that are symmetric in the degenerate values (sums over levels); a single
 *  sorted branch has a kink there. Errors: DT_ERR_NONFINITE naming the matrix. */
DT_API dt_tensor *dt_eigvalsh(dt_tensor *a);

/** What dt_eigh does when a cotangent reaches eigenvectors of a cluster, that is of eigenvalues
 *  closer than 1e-8 of the largest magnitude. Clusters of whose vectors none has a cotangent do no
 *  harm; in forward mode all vectors are asked for. */
typedef enum dt_cluster_policy {
    DT_CLUSTER_STRICT,  /**< DT_ERR_GAUGE naming the matrix and the pair */
    DT_CLUSTER_PROJECT, /**< the part within the cluster is dropped: right where every change of A
                           keeps the degeneracy */
    DT_CLUSTER_LORENTZ  /**< 1/d becomes d / (d^2 + epsilon s^2), s the largest magnitude: biased by
                           epsilon (s/d)^2 for every pair */
} dt_cluster_policy;

/** Eigenvalues w (..., n), ascending, and unit eigenvectors, the columns of v (..., n, n).
 *  With M = (V^H Vbar - Vbar^H V)/2: Abar = V (diag(wbar) + M_ij / (w_j - w_i)) V^H. A loss must
 *  not depend on the free phases: |Im diag(V^H Vbar)| > 1e-8 |Vbar| is DT_ERR_GAUGE as well.
 *  Between relative gaps of 1e-8 and 1e-4 expect errors of 2e-16 / gap. epsilon is for
 *  DT_CLUSTER_LORENTZ.
 *  Source: M. B. Giles, Collected matrix derivative results for forward and reverse mode AD (2008),
 *  doi:10.1007/978-3-540-68942-3_4. */
DT_API void dt_eigh(dt_tensor *a, dt_cluster_policy policy, double epsilon, dt_tensor **ret_w,
                    dt_tensor **ret_v);

/** Functions g of an eigenvalue w; params are real scalars that may want gradients. */
typedef enum dt_spectral_kind {
    DT_SPECTRAL_RECIPROCAL, /**< 1/w */
    DT_SPECTRAL_POWER,      /**< w^p; params p */
    DT_SPECTRAL_SQRT,       /**< sqrt(w) */
    DT_SPECTRAL_EXP,        /**< exp(w) */
    DT_SPECTRAL_LOG,        /**< log(w) */
    DT_SPECTRAL_RESOLVENT, /**< Re 1/(w0 + i s - w) = (w0 - w) / ((w0 - w)^2 + s^2); params w0, s */
    DT_SPECTRAL_THERMAL,   /**< coth(c sqrt(w)) / sqrt(w), the one-phonon weight of squared
                               frequencies w, c = hbar / (2 k_B T); params c */
    DT_SPECTRAL_GAUSSIAN,  /**< exp(-(w - w0)^2 / (2 s^2)) / (s sqrt(2 pi)); params w0, s */
    DT_SPECTRAL_LORENTZIAN, /**< (s / pi) / ((w - w0)^2 + s^2); params w0, s */
    DT_SPECTRAL_USER        /**< build, below */
} dt_spectral_kind;

/** What to do with eigenvalues at or below `cutoff` for functions of positive numbers (reciprocal,
 *  power, sqrt, log, thermal, and a user's function if cutoff is given). */
typedef enum dt_spectral_domain {
    DT_DOMAIN_ERROR, /**< DT_ERR_DOMAIN naming the matrix and the eigenvalue (for reciprocal only at
                        0) */
    DT_DOMAIN_DROP,  /**< they contribute nothing, as in a pseudo-inverse; which ones is taken as
                        fixed in derivatives */
    DT_DOMAIN_CLAMP  /**< g(max(w, cutoff)), with its derivative 0 below */
} dt_spectral_domain;

/** A user's function: g(w) element by element from engine operations, w (k) f64 and params as
 *  given. Pure; it runs on worker tapes. */
typedef dt_tensor *dt_spectral_build_fn(void *user, dt_tape *tape, dt_tensor *w,
                                        dt_tensor *const *params);

/** A function g; {.kind = DT_SPECTRAL_EXP} is enough for most. */
typedef struct dt_spectral_function {
    dt_spectral_kind kind;
    dt_spectral_domain domain;
    double cutoff; /**< [0] */
    /** Length on which g varies, for functions of an additive scale (a line of width s at any w):
     *  pairs closer than a tenth of it count as near. [0: a tenth of the smaller magnitude] */
    double length;
    dt_spectral_build_fn *build; /**< DT_SPECTRAL_USER */
    void *user;
} dt_spectral_function;

/** g(A) = V diag(g(w)) V^H. With the divided differences G_ij = g[w_i, w_j], G_ii = g'(w_i):
 *      Abar = V (G o (V^H Ybar V)) V^H,      paramsbar_j = Re tr(Ybar^H (dg/dparam_j)(A)).
 *  Exact for any gaps, zero included; second derivatives too, third ones are DT_ERR_GRADIENT.
 *  Source: Ju. L. Daleckii, S. G. Krein (1965); N. J. Higham, Functions of Matrices, theorem 3.11,
 *  SIAM (2008), doi:10.1137/1.9780898717778. docs/derivations.md has the derivation. */
DT_API dt_tensor *dt_spectral_apply(dt_tensor *a, const dt_spectral_function *fn, int n_params,
                                    dt_tensor *const *params);

/** y_b = F_b g(A) F_b^H for the rows of F (..., m, n): real (..., m), without forming g(A).
 *      Abar = V (G o (S^H diag(ybar) S)) V^H, S = F V,      Fbar = 2 diag(ybar) F g(A).
 *  Leading dimensions broadcast. Phonon intensities are such sums. */
DT_API dt_tensor *dt_spectral_form(dt_tensor *f, dt_tensor *a, const dt_spectral_function *fn,
                                   int n_params, dt_tensor *const *params);

/** Pseudo-inverse of a Hermitian matrix: 1/w for |w| > rtol times the largest |w|, else 0, the rank
 *  taken as fixed in derivatives; rtol is never less than n times the rounding error, as in
 *  dt_pinv. */
DT_API dt_tensor *dt_pinv_hermitian(dt_tensor *a, double rtol);

DT_END_DECLS

#endif
