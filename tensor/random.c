/* random.c - counter-based random numbers from a 64-bit mixing function.
 * Source: G. L. Steele, D. Lea, C. H. Flood, Fast splittable pseudorandom number generators,
 * OOPSLA 2014 (the finaliser of SplitMix64). */
#include "random.h"

#include <math.h>

/* In every libm, but hidden by strict C11. */
double lgamma_r(double x, int *sign);

static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

double dti_random_uniform(uint64_t seed, uint64_t counter) {
    const uint64_t golden = 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio: spreads the counters */
    uint64_t bits = mix(mix(seed * golden + 1) + counter * golden);
    return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

double dti_random_normal(uint64_t seed, uint64_t counter) {
    const double two_pi = 6.283185307179586;
    double u = dti_random_uniform(seed, 2 * counter), v = dti_random_uniform(seed, 2 * counter + 1);
    return sqrt(-2.0 * log(u)) * cos(two_pi * v);
}

/* A stream of uniform numbers that belongs to one (seed, counter). */
struct stream {
    uint64_t seed, next;
};

static struct stream stream_of(uint64_t seed, uint64_t counter) {
    return (struct stream){mix(mix(seed ^ 0x5851f42d4c957f2du) + counter), 0};
}

static double draw(struct stream *s) {
    return dti_random_uniform(s->seed, s->next++);
}

/* Walk up the distribution function. */
static double by_inversion(double mean, struct stream *s) {
    double u = draw(s), term = exp(-mean), sum = term, k = 0;
    while (u > sum && k < 200) {
        k += 1;
        term *= mean / k;
        sum += term;
    }
    return k;
}

/* Transformed rejection with squeeze: W. Hoermann, Insurance: Mathematics and Economics 12, 39
 * (1993), algorithm PTRS. */
static double by_rejection(double mean, struct stream *s) {
    double b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b;
    double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), squeeze = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        double u = draw(s) - 0.5, v = draw(s), us = 0.5 - fabs(u);
        double k = floor((2 * a / us + b) * u + mean + 0.43);
        if (us >= 0.07 && v <= squeeze) {
            return k;
        }
        if (k < 0 || (us < 0.013 && v > us)) {
            continue;
        }
        int sign;
        double log_density = k * log(mean) - mean - lgamma_r(k + 1, &sign);
        if (log(v * inverse_alpha / (a / (us * us) + b)) <= log_density) {
            return k;
        }
    }
}

double dti_random_poisson(double mean, uint64_t seed, uint64_t counter) {
    struct stream s = stream_of(seed, counter);
    return mean < 10 ? by_inversion(mean, &s) : by_rejection(mean, &s);
}
