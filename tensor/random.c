/* random.c - counter-based random numbers from a 64-bit mixing function.
 * Source: G. L. Steele, D. Lea, C. H. Flood, Fast splittable pseudorandom number generators,
 * OOPSLA 2014 (the finaliser of SplitMix64). */
#include "random.h"

#include <math.h>

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
