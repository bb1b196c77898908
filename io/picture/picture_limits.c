/* picture_limits.c - which values the ends of the colour bar stand for. */
#include "picture_internal.h"

#include <math.h>
#include <stdlib.h>

/* Values closer than this, relative to the larger, count as one: no tick could tell them apart. */
#define SAME 1e-12

bool dti_layer_value(const dti_layer *layer, int64_t i, int64_t j, double *ret_value) {
    const dt_array *values = layer->values, *valid = layer->valid;
    if (valid) {
        const unsigned char *flags = valid->data;
        if (!flags[i * valid->strides[0] + j * valid->strides[1]]) {
            return false;
        }
    }
    int64_t at = i * values->strides[0] + j * values->strides[1];
    double value = values->dtype == DT_F64 ? ((const double *)values->data)[at]
                                           : (double)((const float *)values->data)[at];
    *ret_value = value;
    return isfinite(value);
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Percentile of sorted values with linear interpolation between ranks. */
static double percentile(const double *sorted, int64_t n, double percent) {
    double at = percent / 100 * (double)(n - 1);
    int64_t i = (int64_t)at;
    double part = at - (double)i;
    return i + 1 < n ? (1 - part) * sorted[i] + part * sorted[i + 1] : sorted[n - 1];
}

/* The values that count for the limits, sorted. */
static int64_t collect(const dti_layer *layer, bool only_positive, double *sorted,
                       int64_t *ret_n_valid, double *ret_largest) {
    int64_t n = 0;
    *ret_n_valid = 0;
    *ret_largest = -INFINITY;
    for (int64_t i = 0; i < layer->n[0]; i++) {
        for (int64_t j = 0; j < layer->n[1]; j++) {
            double value;
            if (!dti_layer_value(layer, i, j, &value)) {
                continue;
            }
            ++*ret_n_valid;
            *ret_largest = fmax(*ret_largest, value);
            if (value > 0 || !only_positive) {
                sorted[n++] = value;
            }
        }
    }
    qsort(sorted, (size_t)n, sizeof *sorted, compare);
    return n;
}

/* One value everywhere, up to rounding: give it the middle of a bar of some length. */
static void widen(dti_limits *limits) {
    double value = limits->low, largest = fmax(fabs(limits->low), fabs(limits->high));
    if (limits->high / 2 - limits->low / 2 > SAME * largest) {
        return;
    }
    if (limits->logarithmic) {
        limits->low = fmax(value / 10, 4.9e-324);
        limits->high = fmin(value * 10, 1.7e308);
    } else {
        double half = value == 0 ? 1 : fabs(value) / 2;
        limits->low = value - half;
        limits->high = value + half;
    }
}

/* 0 in the middle, the farther of the two ends at its place. */
static void centre(dti_limits *limits) {
    double half = fmax(fabs(limits->low), fabs(limits->high));
    half = half > 0 ? half : 1;
    limits->low = -half;
    limits->high = half;
}

dt_status dti_limits_find(dti_limits *ret_limits, const dti_layer *layer,
                          const dt_picture_options *options, dt_error *error) {
    bool logarithmic = options->scale == DT_PICTURE_LOG;
    dti_limits limits = {options->low, options->high, logarithmic, false, false};
    int64_t size = layer->n[0] * layer->n[1], n_valid;
    double *sorted = malloc((size_t)size * sizeof *sorted), largest;
    if (!sorted) {
        return dt_error_set(error, DT_ERR_MEMORY, "picture: no memory to sort %lld values",
                            (long long)size);
    }
    int64_t n = collect(layer, logarithmic, sorted, &n_valid, &largest);
    limits.empty = n_valid == 0;
    limits.any_invalid = n_valid < size;
    bool given = limits.low < limits.high;
    if (!given && n > 0) {
        limits.low = percentile(sorted, n, options->low_percentile);
        limits.high = percentile(sorted, n, options->high_percentile);
    } else if (!given) {
        limits.low = 1, limits.high = 10; /* only an empty layer gets here: nothing is labelled */
    }
    free(sorted);
    if (logarithmic && given && limits.low <= 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "picture: a log scale needs a lower limit > 0, got %g", limits.low);
    }
    if (logarithmic && !given && n == 0 && n_valid > 0) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "picture: a log scale needs a positive value, but the largest of %lld is %g; "
            "use a linear scale",
            (long long)n_valid, largest);
    }
    if (options->colours == DT_PICTURE_DIVERGING) {
        centre(&limits);
    }
    widen(&limits);
    *ret_limits = limits;
    return DT_OK;
}

double dti_limits_place(const dti_limits *limits, double value) {
    double low = limits->low, high = limits->high;
    if (limits->logarithmic) {
        if (value <= low) {
            return 0;
        }
        value = log10(value), low = log10(low), high = log10(high);
    }
    /* halves keep the differences of huge numbers finite */
    double place = (value / 2 - low / 2) / (high / 2 - low / 2);
    return place > 0 ? fmin(place, 1) : 0;
}
