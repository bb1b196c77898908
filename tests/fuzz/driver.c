/* driver.c - runs a fuzz target without a fuzzer: seeds as they are, then up to 200,000 random
 * changes of them, the same ones on every machine. Arguments: files, or none (then seeds made by
 * seeds.c, mostly of the kind SEED_KIND). At least LEAST_RUNS changes are tried. */
#include "seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifndef LEAST_RUNS
#define LEAST_RUNS 100 /* however long they take */
#endif

enum { CHANGED = 200000, SECONDS = 10, CAPACITY = 1 << 16 };

/* xorshift64*: Vigna, ACM Trans. Math. Softw. 42 (2016) 30. */
static uint64_t state = 88172645463325252u;

static size_t random_below(size_t n) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return n == 0 ? 0 : (size_t)((state * 2685821657736338717u) >> 16) % n;
}

/* One to four changes of a kind that finds bugs: a bit, a byte, a telling byte, a piece removed,
 * doubled or taken from another seed. Returns the new size. */
static size_t change(uint8_t *data, size_t size, const struct seed *other) {
    static const uint8_t telling[] = {0, 1, 0x7f, 0x80, 0xff, '\n', ' ', '-', '9', '"', '{', ','};
    for (size_t n = 1 + random_below(4); n > 0 && size > 0; n--) {
        size_t at = random_below(size), length = 1 + random_below(size - at < 64 ? size - at : 64);
        size_t from = random_below(other->size);
        switch (random_below(7)) {
        case 0: data[at] = (uint8_t)(data[at] ^ (1u << random_below(8))); break;
        case 1: data[at] = (uint8_t)random_below(256); break;
        case 2: data[at] = telling[random_below(sizeof telling)]; break;
        case 3: size = at; break;
        case 4: /* remove */
            memmove(data + at, data + at + length, size - at - length);
            size -= length;
            break;
        case 5: /* double */
            if (size + length <= CAPACITY) {
                memmove(data + at + length, data + at, size - at);
                size += length;
            }
            break;
        default: /* transplant */
            length = length < other->size - from ? length : other->size - from;
            memcpy(data + at, other->data + from, length);
            break;
        }
    }
    return size;
}

/* Mostly of this target's kind. */
static const struct seed *choose(const struct seed *seeds, int n) {
    const struct seed *seed = &seeds[random_below((size_t)n)];
    for (int i = 0; i < 4 && seed->kind != SEED_KIND; i++) {
        seed = &seeds[random_below((size_t)n)];
    }
    return seed;
}

static bool run_file(const char *path) {
    static uint8_t data[1 << 20];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    return true;
}

/* The data is on the heap and exactly as long as it says, so that a sanitizer sees the ends. */
static bool run_bytes(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size + (size == 0));
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    return true;
}

int main(int argc, char **argv) {
    static uint8_t data[CAPACITY];
    struct seed seeds[MAX_SEEDS];
    for (int i = 1; i < argc; i++) {
        if (!run_file(argv[i])) {
            fprintf(stderr, "cannot read %s\n", argv[i]);
            return 1;
        }
    }
    int n = argc > 1 ? 0 : make_seeds(seeds), runs = 0;
    if (n < 0) {
        fprintf(stderr, "no memory for seeds\n");
        return 1;
    }
    for (int i = 0; i < n; i++) {
        if (!run_bytes(seeds[i].data, seeds[i].size)) {
            return 1;
        }
    }
    time_t start = time(NULL);
    for (; n > 0 && runs < CHANGED && (runs < LEAST_RUNS || difftime(time(NULL), start) < SECONDS);
         runs++) {
        const struct seed *seed = choose(seeds, n);
        memcpy(data, seed->data, seed->size);
        size_t size = change(data, seed->size, choose(seeds, n));
        if (!run_bytes(data, size)) {
            return 1;
        }
    }
    free_seeds(seeds, n);
    printf("%d files, %d seeds, %d changed inputs: no crash\n", argc - 1, n, runs);
    return argc > 1 || (n > 0 && runs >= LEAST_RUNS) ? 0 : 1;
}
