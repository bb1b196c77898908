/* metrics.c - correlation, R factor, chi^2 and anisotropic part, made of sums over classes. */
#include "correlation.h"

#include "../shared.h"

#include <difftape/metrics.h>
#include <difftape/ops.h>

#include <math.h>

/* Voxels in a row, those that are compared, and how they are added up. */
typedef struct comparison {
    dt_tape *tape;
    const char *who;
    const dt_classes *classes; /* NULL: all voxels are one */
    dt_tensor *label;          /* (voxels), with classes */
    dt_tensor *used;           /* (voxels) bool */
    dt_tensor *count;          /* of voxels, in each class; at least 1 */
    dt_dtype dtype;
    int64_t voxels;
} comparison;

static dt_tensor *number(const comparison *c, double value) {
    return dt_full(c->tape, c->dtype, 0, NULL, value);
}

/* The sum of x (voxels) over all of them, or over each class. */
static dt_tensor *total(const comparison *c, dt_tensor *x) {
    if (!c->classes) {
        return dt_sum(x, DT_ALL);
    }
    int64_t n = c->classes->n; /* the last sum is of voxels in no class */
    return dt_slice(dt_segment_sum(x, c->label, n + 1), 0, 0, n, 1);
}

/* One number for all or for each class, given to every voxel. */
static dt_tensor *spread(const comparison *c, dt_tensor *x) {
    return c->classes ? dt_gather(dt_pad(x, 0, 0, 1, 0.0), c->label, 0) : x;
}

/* x where voxels are compared, else 0. */
static dt_tensor *kept(const comparison *c, dt_tensor *x) {
    return dt_where(c->used, x, number(c, 0.0));
}

/* x less its mean. Done twice: sums over many voxels round, and a constant must become 0. */
static dt_tensor *centred(const comparison *c, dt_tensor *x) {
    for (int pass = 0; pass < 2; pass++) {
        x = kept(c, dt_sub(x, spread(c, dt_div(total(c, x), c->count))));
    }
    return x;
}

/* Is x usable as a map of that comparison? The first map says what shape and type all have. */
static bool check_map(comparison *c, dt_tensor *x, dt_tensor *like, const char *what) {
    char a[160], b[160];
    if (dt_tape_status(c->tape) != DT_OK) {
        return false;
    }
    if (dt_dtype_of(x) != c->dtype || (c->dtype != DT_F64 && c->dtype != DT_F32)) {
        dt_tape_fail(c->tape, DT_ERR_DTYPE, "%s: maps must be real and of one type; %s is %s",
                     c->who, what, dt_dtype_name(dt_dtype_of(x)));
        return false;
    }
    bool same = dt_ndim(x) == dt_ndim(like);
    for (int d = 0; same && d < dt_ndim(x); d++) {
        same = dt_shape(x)[d] == dt_shape(like)[d];
    }
    if (!same) {
        dt_tape_fail(c->tape, DT_ERR_SHAPE, "%s: %s has the shape %s, the first map %s", c->who,
                     what, dt_shape_format(a, sizeof a, dt_ndim(x), dt_shape(x)),
                     dt_shape_format(b, sizeof b, dt_ndim(like), dt_shape(like)));
    }
    return same;
}

/* x as (voxels), 0 where it is not finite, where nothing is compared then. Cleaned first of all: a
 * tape that watches for NaN must not see one. */
static dt_tensor *cleaned(comparison *c, dt_tensor *x) {
    dt_tensor *finite = dt_isfinite(x);
    x = dt_where(finite, x, number(c, 0.0));
    if (dt_size(x) == c->voxels) { /* not one number for all */
        x = dt_reshape(x, 1, &c->voxels);
        finite = dt_reshape(finite, 1, &c->voxels);
    }
    c->used = dt_logic(c->used, DT_AND, finite);
    return x;
}

/* What the mask and the classes allow. */
static void use_allowed(comparison *c, dt_tensor *mask) {
    if (mask && (dt_dtype_of(mask) != DT_BOOL || dt_size(mask) != c->voxels)) {
        dt_tape_fail(c->tape, DT_ERR_SHAPE, "%s: the mask must be a bool tensor of %lld voxels",
                     c->who, (long long)c->voxels);
    }
    if (c->classes && c->classes->size != c->voxels) {
        dt_tape_fail(c->tape, DT_ERR_SHAPE,
                     "%s: the classes are those of %lld voxels, the map has "
                     "%lld",
                     c->who, (long long)c->classes->size, (long long)c->voxels);
    }
    if (dt_tape_status(c->tape) != DT_OK) {
        return;
    }
    c->used =
        mask ? dt_reshape(mask, 1, &c->voxels) : dt_full(c->tape, DT_BOOL, 1, &c->voxels, 1.0);
    if (c->classes) {
        int64_t n = c->classes->n;
        c->label = view(c->tape, DT_I64, 1, &c->voxels, c->classes->label);
        dt_tensor *none = dt_full(c->tape, DT_I64, 0, NULL, (double)n);
        c->used = dt_logic(c->used, DT_AND, dt_compare(c->label, DT_LT, none));
    }
}

/* Count what is compared; with all voxels as one, fewer than `least` are an error. */
static void count_used(comparison *c, int least) {
    dt_tensor *count = total(c, dt_cast(c->used, c->dtype));
    if (!c->classes && dt_tape_status(c->tape) == DT_OK && !(dt_item(count) >= least)) {
        dt_tape_fail(c->tape, DT_ERR_ARGUMENT,
                     "%s: %g voxels are finite and not masked; at least %d must be", c->who,
                     dt_item(count), least);
    }
    c->count = dt_maximum(count, number(c, 1.0));
}

/* Two maps (voxels), 0 where they are not compared. */
static bool compare_two(comparison *c, const char *who, dt_tensor **x, dt_tensor **y,
                        dt_tensor *mask, const dt_classes *classes) {
    dt_tensor *first = *x;
    *c = (comparison){.tape = dt_tape_of(*x),
                      .who = who,
                      .classes = classes,
                      .dtype = dt_dtype_of(*x),
                      .voxels = dt_size(*x)};
    if (!check_map(c, *x, first, "the first map") || !check_map(c, *y, first, "the second map")) {
        return false;
    }
    use_allowed(c, mask);
    if (dt_tape_status(c->tape) != DT_OK) {
        return false;
    }
    *x = cleaned(c, *x);
    *y = cleaned(c, *y);
    return true;
}

/* Undefined without classes is an error. */
static void need_defined(const comparison *c, dt_tensor *defined, const char *otherwise) {
    const bool *is = c->classes ? NULL : dt_data_bool(defined);
    if (is && !*is) {
        dt_tape_fail(c->tape, DT_ERR_ARGUMENT, "%s: %s", c->who, otherwise);
    }
}

/* a / b where defined, elsewhere 0. */
static dt_tensor *ratio(const comparison *c, dt_tensor *a, dt_tensor *b, dt_tensor *defined) {
    return dt_where(defined, dt_div(a, dt_where(defined, b, number(c, 1.0))), number(c, 0.0));
}

dt_tensor *dtp_correlation(dt_tensor *x, dt_tensor *y, dt_tensor *mask, const dt_classes *classes,
                           dt_tensor **ret_defined) {
    comparison c;
    if (!compare_two(&c, "correlation", &x, &y, mask, classes)) {
        return dt_inert(dt_tape_of(x));
    }
    count_used(&c, ret_defined ? 0 : 2);
    x = kept(&c, x);
    y = kept(&c, y);
    dt_tensor *dx = centred(&c, x), *dy = centred(&c, y);
    dt_tensor *xx = total(&c, dt_square(dx)), *yy = total(&c, dt_square(dy));
    /* What rounding leaves of a constant map, squared, relative to the map. */
    double rounding = c.dtype == DT_F64 ? 1e-28 : 1e-12;
    dt_tensor *defined =
        dt_logic(dt_compare(xx, DT_GT, dt_scale(total(&c, dt_square(x)), rounding)), DT_AND,
                 dt_compare(yy, DT_GT, dt_scale(total(&c, dt_square(y)), rounding)));
    if (ret_defined) {
        *ret_defined = defined;
    } else {
        need_defined(&c, defined, "a map is constant over the voxels compared");
    }
    dt_tensor *one = number(&c, 1.0);
    dt_tensor *norm =
        dt_mul(dt_sqrt(dt_where(defined, xx, one)), dt_sqrt(dt_where(defined, yy, one)));
    return ratio(&c, total(&c, dt_mul(dx, dy)), norm, defined);
}

dt_tensor *dt_correlation(dt_tensor *x, dt_tensor *y, dt_tensor *mask, const dt_classes *classes) {
    return dtp_correlation(x, y, mask, classes, NULL);
}

dt_tensor *dt_r_factor(dt_tensor *model, dt_tensor *target, dt_tensor *mask,
                       const dt_classes *classes) {
    comparison c;
    if (!compare_two(&c, "r_factor", &model, &target, mask, classes)) {
        return dt_inert(dt_tape_of(model));
    }
    count_used(&c, 1);
    target = kept(&c, target);
    dt_tensor *size = total(&c, dt_abs(target));
    dt_tensor *off = total(&c, dt_abs(dt_sub(kept(&c, model), target)));
    dt_tensor *defined = dt_compare(size, DT_GT, number(&c, 0.0));
    need_defined(&c, defined, "the target is 0 at all voxels compared");
    return ratio(&c, off, size, defined);
}

/* Fail if a sigma among the voxels compared is not positive. */
static void check_sigma(const comparison *c, dt_tensor *sigma) {
    dt_tensor *bad = dt_logic(c->used, DT_AND, dt_compare(sigma, DT_LE, number(c, 0.0)));
    const bool *is_bad = dt_data_bool(bad);
    for (int64_t p = 0; is_bad && p < c->voxels; p++) {
        if (is_bad[p]) {
            dt_tape_fail(c->tape, DT_ERR_ARGUMENT,
                         "chi_squared: sigma of voxel %lld is not greater than 0; mask voxels "
                         "without a measurement",
                         (long long)p);
            return;
        }
    }
}

dt_tensor *dt_chi_squared(dt_tensor *model, dt_tensor *target, dt_tensor *sigma, dt_tensor *mask,
                          const dt_classes *classes) {
    comparison c;
    dt_tensor *map = model;
    if (!compare_two(&c, "chi_squared", &model, &target, mask, classes) ||
        (dt_ndim(sigma) > 0 && !check_map(&c, sigma, map, "sigma"))) {
        return dt_inert(dt_tape_of(map));
    }
    sigma = cleaned(&c, sigma);
    count_used(&c, 1);
    check_sigma(&c, sigma);
    dt_tensor *safe = dt_where(c.used, sigma, number(&c, 1.0));
    return total(&c, dt_square(dt_div(dt_sub(kept(&c, model), kept(&c, target)), safe)));
}

dt_tensor *dt_anisotropic_part(dt_tensor *map, dt_tensor *mask, const dt_classes *classes) {
    comparison c;
    dt_tensor *x = map, *same = map;
    if (!compare_two(&c, "anisotropic_part", &x, &same, mask, classes)) {
        return dt_inert(dt_tape_of(map));
    }
    if (!classes) {
        dt_tape_fail(c.tape, DT_ERR_ARGUMENT,
                     "anisotropic_part: needs classes, such as those of dt_resolution_shells");
        return dt_inert(c.tape);
    }
    count_used(&c, 0);
    return dt_reshape(centred(&c, kept(&c, x)), dt_ndim(map), dt_shape(map));
}
