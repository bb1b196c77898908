/* seeds.h - inputs a fuzz target starts from. */
#ifndef TEST_FUZZ_SEEDS_H
#define TEST_FUZZ_SEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_SEEDS = 24 };

enum seed_kind { SEED_STRUCTURE, SEED_CONFIG, SEED_NPY, SEED_NPZ, SEED_HEDM, SEED_NEXUS };

/** Bytes of one input, at most 32 kB. */
struct seed {
    uint8_t *data;
    size_t size;
    enum seed_kind kind;
};

/** Make at most MAX_SEEDS seeds, of every kind of file; returns how many, or -1 without memory. */
int make_seeds(struct seed seeds[MAX_SEEDS]);
void free_seeds(struct seed *seeds, int n);

#endif
