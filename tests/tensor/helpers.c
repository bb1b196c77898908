/* helpers.c - making, filling and reading arrays of any type in tests. */
#include "helpers.h"

#include <criterion/criterion.h>

#include <float.h>
#include <math.h>
#include <string.h>

double random_number(uint64_t seed, int64_t i) {
    uint64_t z = seed * 0x9e3779b97f4a7c15u + (uint64_t)i * 0xd1b54a32d192ed03u + 1;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return ((double)(z >> 11) + 0.5) * 0x1p-52 - 1;
}

double complex complex_number(double re, double im) {
    const double parts[2] = {re, im};
    double complex z;
    memcpy(&z, parts, sizeof z);
    return z;
}

dt_array zero_array(dt_dtype dtype, int ndim, const int64_t *shape) {
    dt_array array;
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_array_new(&array, dtype, ndim, shape, &error) == DT_OK, "%s", error.message);
    return array;
}

dt_array random_array(uint64_t seed, dt_dtype dtype, int ndim, const int64_t *shape) {
    dt_array array = zero_array(dtype, ndim, shape);
    int64_t size = dt_array_size(&array);
    for (int64_t i = 0; i < size; i++) {
        double re = random_number(seed, 2 * i), im = random_number(seed, 2 * i + 1);
        switch (dtype) {
        case DT_I64: set(&array, i, floor(10 * re)); break;
        case DT_BOOL: set(&array, i, re > 0); break;
        default: set(&array, i, re + im * I);
        }
    }
    return array;
}

static char *address(const dt_array *array, int64_t i) {
    int64_t offset = 0;
    for (int d = array->ndim - 1; d >= 0; d--) {
        offset += i % array->shape[d] * array->strides[d];
        i /= array->shape[d];
    }
    return (char *)array->data + offset * (int64_t)dt_dtype_size(array->dtype);
}

double complex get(const dt_array *array, int64_t i) {
    const void *at = address(array, i);
    switch (array->dtype) {
    case DT_F32: return (double)*(const float *)at;
    case DT_F64: return *(const double *)at;
    case DT_C64:
        return complex_number((double)((const dt_c64 *)at)->re, (double)((const dt_c64 *)at)->im);
    case DT_C128: return complex_number(((const dt_c128 *)at)->re, ((const dt_c128 *)at)->im);
    case DT_I64: return (double)*(const int64_t *)at;
    default: return (double)*(const uint8_t *)at;
    }
}

void set(const dt_array *array, int64_t i, double complex value) {
    void *at = address(array, i);
    switch (array->dtype) {
    case DT_F32: *(float *)at = (float)creal(value); break;
    case DT_F64: *(double *)at = creal(value); break;
    case DT_C64: *(dt_c64 *)at = (dt_c64){(float)creal(value), (float)cimag(value)}; break;
    case DT_C128: *(dt_c128 *)at = (dt_c128){creal(value), cimag(value)}; break;
    case DT_I64: *(int64_t *)at = (int64_t)creal(value); break;
    default: *(uint8_t *)at = creal(value) != 0;
    }
}

int64_t broadcast_index(const dt_array *out, const dt_array *in, int64_t i) {
    int64_t index = 0, step = 1;
    for (int d = out->ndim - 1; d >= 0; d--) {
        int64_t position = i % out->shape[d];
        i /= out->shape[d];
        int in_d = d - (out->ndim - in->ndim);
        if (in_d >= 0) {
            index += (in->shape[in_d] == 1 ? 0 : position) * step;
            step *= in->shape[in_d];
        }
    }
    return index;
}

double largest_difference(const dt_array *a, const dt_array *b) {
    cr_assert(dti_array_same_shape(a, b) && dt_array_size(a) > 0, "nothing to compare");
    double largest = 0;
    for (int64_t i = 0; i < dt_array_size(a); i++) {
        double difference = cabs(get(a, i) - get(b, i));
        if (isnan(difference)) {
            return difference;
        }
        largest = fmax(largest, difference);
    }
    return largest;
}

double epsilon_of(dt_dtype dtype) {
    return dt_dtype_real(dtype) == DT_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
}
