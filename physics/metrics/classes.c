/* classes.c - voxels by resolution and by distance. */
#include <difftape/metrics.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const int64_t most_shells = 1000000;

/* Is x a contiguous f64, and mask a contiguous bool of its size? */
static dt_status check_arrays(const char *who, const dt_array *x, const dt_array *mask,
                              dt_error *error) {
    if (!x || x->dtype != DT_F64 || !dt_array_is_contiguous(x)) {
        return dt_error_set(error, DT_ERR_SHAPE,
                            "%s: one contiguous f64 number per voxel is needed", who);
    }
    if (mask && (mask->dtype != DT_BOOL || !dt_array_is_contiguous(mask) ||
                 dt_array_size(mask) != dt_array_size(x))) {
        return dt_error_set(error, DT_ERR_SHAPE,
                            "%s: the mask must be a contiguous bool array of %lld voxels", who,
                            (long long)dt_array_size(x));
    }
    return DT_OK;
}

static bool selected(const dt_array *mask, int64_t p) {
    return !mask || ((const bool *)mask->data)[p];
}

static dt_status new_classes(int64_t n, int64_t size, dt_classes *ret_classes, dt_error *error) {
    dt_classes c = {.n = n, .size = size};
    c.label = malloc((size_t)(size + 1) * sizeof *c.label);
    c.count = calloc((size_t)n, sizeof *c.count);
    c.lower = calloc((size_t)(3 * n), sizeof *c.lower);
    if (!c.label || !c.count || !c.lower) {
        dt_classes_free(&c);
        return dt_error_set(error, DT_ERR_MEMORY, "no memory for %lld classes of %lld voxels",
                            (long long)n, (long long)size);
    }
    c.upper = c.lower + n;
    c.mean = c.upper + n;
    *ret_classes = c;
    return DT_OK;
}

void dt_classes_free(dt_classes *classes) {
    if (!classes) {
        return;
    }
    free(classes->label);
    free(classes->count);
    free(classes->lower);
    *classes = (dt_classes){0};
}

/* -- shells ------------------------------------------------------------------------------------ */

/* The coordinate in which shells are equally wide, and d from it. */
static double coordinate(double d, dt_shell_spacing spacing) {
    double s = 1.0 / d;
    return spacing == DT_EQUAL_VOLUMES ? s * s * s : s;
}

static double d_of(double coordinate, dt_shell_spacing spacing) {
    return 1.0 / (spacing == DT_EQUAL_VOLUMES ? cbrt(coordinate) : coordinate);
}

/* Least and greatest coordinate of the selected voxels. */
static dt_status extremes(const dt_array *resolution, const dt_array *mask,
                          dt_shell_spacing spacing, double *ret_least, double *ret_greatest,
                          dt_error *error) {
    const double *d = resolution->data;
    double least = HUGE_VAL, greatest = -1.0;
    for (int64_t p = 0; p < dt_array_size(resolution); p++) {
        if (!selected(mask, p) || isnan(d[p])) {
            continue;
        }
        if (d[p] <= 0.0) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "resolution shells: voxel %lld has the resolution %g Angstrom; it "
                                "must be greater than 0",
                                (long long)p, d[p]);
        }
        least = fmin(least, coordinate(d[p], spacing));
        greatest = fmax(greatest, coordinate(d[p], spacing));
    }
    if (greatest < 0.0) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "resolution shells: no voxel to divide");
    }
    *ret_least = least;
    *ret_greatest = greatest;
    return DT_OK;
}

dt_status dt_resolution_shells(const dt_array *resolution, const dt_array *mask,
                               dt_shell_spacing spacing, int64_t n, dt_classes *ret_classes,
                               dt_error *error) {
    double least = 0.0, greatest = 0.0;
    dt_classes c;
    dt_status status = check_arrays("resolution shells", resolution, mask, error);
    if (status == DT_OK && (n < 1 || n > most_shells)) {
        status = dt_error_set(error, DT_ERR_ARGUMENT,
                              "resolution shells: %lld shells; there must be 1 to %lld",
                              (long long)n, (long long)most_shells);
    }
    if (status == DT_OK) {
        status = extremes(resolution, mask, spacing, &least, &greatest, error);
    }
    if (status == DT_OK) {
        status = new_classes(n, dt_array_size(resolution), &c, error);
    }
    if (status != DT_OK) {
        return status;
    }
    const double *d = resolution->data, width = greatest - least;
    for (int64_t p = 0; p < c.size; p++) {
        c.label[p] = n;
        if (selected(mask, p) && !isnan(d[p])) {
            double at = width > 0.0 ? (coordinate(d[p], spacing) - least) / width : 0.0;
            int64_t shell = (int64_t)(at * (double)n);
            c.label[p] = shell < n ? shell : n - 1;
            c.count[c.label[p]]++;
            c.mean[c.label[p]] += 1.0 / d[p];
        }
    }
    for (int64_t i = 0; i < n; i++) {
        c.upper[i] = d_of(least + width * (double)i / (double)n, spacing);
        c.lower[i] = d_of(least + width * (double)(i + 1) / (double)n, spacing);
        c.mean[i] = c.count[i] > 0 ? (double)c.count[i] / c.mean[i] : 0.0;
    }
    *ret_classes = c;
    return DT_OK;
}

/* -- distances --------------------------------------------------------------------------------- */

typedef struct voxel {
    double distance;
    int64_t index;
} voxel;

static int compare_voxels(const void *x, const void *y) {
    const voxel *a = x, *b = y;
    return a->distance != b->distance ? (a->distance < b->distance ? -1 : 1)
                                      : (a->index > b->index) - (a->index < b->index);
}

/* The finite selected voxels by distance; how many. */
static int64_t sort_voxels(const dt_array *distance, const dt_array *mask, voxel *ret_voxels) {
    const double *x = distance->data;
    int64_t n = 0;
    for (int64_t p = 0; p < dt_array_size(distance); p++) {
        if (selected(mask, p) && isfinite(x[p])) {
            ret_voxels[n++] = (voxel){x[p], p};
        }
    }
    qsort(ret_voxels, (size_t)n, sizeof *ret_voxels, compare_voxels);
    return n;
}

/* Does sorted voxel i begin a class? */
static bool begins(const voxel *v, int64_t i, double tolerance) {
    return i == 0 || v[i].distance - v[i - 1].distance > tolerance;
}

static dt_status divide(const voxel *v, int64_t n, int64_t size, double tolerance,
                        dt_classes *ret_classes, dt_error *error) {
    dt_classes c;
    int64_t n_classes = 0, at = -1;
    for (int64_t i = 0; i < n; i++) {
        n_classes += begins(v, i, tolerance);
    }
    dt_status status = new_classes(n_classes, size, &c, error);
    if (status != DT_OK) {
        return status;
    }
    for (int64_t p = 0; p < size; p++) {
        c.label[p] = n_classes;
    }
    for (int64_t i = 0; i < n; i++) {
        if (begins(v, i, tolerance)) {
            c.lower[++at] = v[i].distance;
        }
        c.label[v[i].index] = at;
        c.count[at]++;
        c.upper[at] = v[i].distance;
        c.mean[at] += v[i].distance;
    }
    for (int64_t i = 0; i < n_classes; i++) {
        c.mean[i] /= (double)c.count[i];
    }
    *ret_classes = c;
    return DT_OK;
}

dt_status dt_distance_classes(const dt_array *distance, const dt_array *mask, double tolerance,
                              dt_classes *ret_classes, dt_error *error) {
    dt_status status = check_arrays("distance classes", distance, mask, error);
    if (status == DT_OK && !(tolerance >= 0.0)) {
        status = dt_error_set(error, DT_ERR_ARGUMENT,
                              "distance classes: the tolerance is %g; it must not be negative",
                              tolerance);
    }
    if (status != DT_OK) {
        return status;
    }
    int64_t size = dt_array_size(distance);
    voxel *v = malloc((size_t)(size + 1) * sizeof *v);
    if (!v) {
        return dt_error_set(error, DT_ERR_MEMORY, "distance classes: no memory for %lld voxels",
                            (long long)size);
    }
    int64_t n = sort_voxels(distance, mask, v);
    status = n > 0 ? divide(v, n, size, tolerance, ret_classes, error)
                   : dt_error_set(error, DT_ERR_ARGUMENT, "distance classes: no voxel to divide");
    free(v);
    return status;
}
