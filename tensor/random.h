/* random.h - counter-based random numbers: the value depends on (seed, counter) alone, so replays
 * and any order of evaluation see the same numbers. */
#ifndef DTI_RANDOM_H
#define DTI_RANDOM_H

#include <stdint.h>

/* Uniform in (0, 1), and standard normal. */
double dti_random_uniform(uint64_t seed, uint64_t counter);
double dti_random_normal(uint64_t seed, uint64_t counter);

/* A count with the given mean, 0 <= mean <= 1e15; draws as many numbers as it needs from a stream
 * of its own. */
double dti_random_poisson(double mean, uint64_t seed, uint64_t counter);

#endif
