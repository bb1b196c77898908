/* fuzz_graph.c - random graphs of operations, legal and illegal, in processes that evaluate
 * differently.
 *
 *     fuzz_graph --seeds=FROM:TO [--verbose]     seeds FROM <= seed < TO
 *     fuzz_graph --seeds=SEED:SEED+1 --here=1    one way of evaluation, in this process (debugger)
 *
 * The processes differ in the size from which elementwise results are lazy (the order of a sum
 * depends on it), in their threads, and in when they compute: late, as soon as somebody reads, or
 * at once, as while profiling. Those with one size must agree to the last bit. What is checked in
 * each is in graph_checks.c. */
#include "graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Ways to evaluate; a seed that takes so many seconds hangs. */
enum { WAYS = 5, SECONDS = 300 };

static const struct way {
    const char *name, *lazy_size;
    int threads;
    enum habit habit;
    bool as_before; /* must agree with the way before to the last bit */
} ways[WAYS] = {{"all sizes lazy", "1", 1, USUAL, false},
                {"all sizes lazy, read at once, 3 threads", "1", 3, READS, true},
                {"all sizes lazy, profiled, 2 threads", "1", 2, PROFILES, true},
                {"as usual, 3 threads", NULL, 3, USUAL, false},
                {"as usual, profiled", NULL, 1, PROFILES, true}};

/* What a process says about a seed. */
struct record {
    uint64_t seed, digest;
    double sum;
    int64_t calls, refused, checked, skipped;
    bool incomparable;
    char trouble[1600];
};

static void set_way(int way) {
    if (ways[way].lazy_size != NULL) {
        setenv("DT_LAZY_SIZE", ways[way].lazy_size, 1);
    } else {
        unsetenv("DT_LAZY_SIZE");
    }
    dt_set_threads(ways[way].threads);
}

static struct record run(uint64_t seed, int way, bool verbose) {
    static struct graph g;
    struct record r;
    memset(&r, 0, sizeof r);
    run_seed(seed, ways[way].habit, verbose, &g);
    r.seed = seed;
    r.digest = g.digest;
    r.sum = g.sum;
    r.calls = g.calls;
    r.refused = g.refused;
    r.checked = g.checked;
    r.skipped = g.skipped;
    r.incomparable = g.incomparable || g.limited;
    memcpy(r.trouble, g.trouble, sizeof r.trouble);
    return r;
}

static int work(int way, uint64_t from, uint64_t to, int fd) {
    set_way(way);
    FILE *file = fdopen(fd, "wb");
    if (file == NULL) {
        return 1;
    }
    for (uint64_t seed = from; seed < to; seed++) {
        alarm(SECONDS);
        struct record r = run(seed, way, false);
        if (fwrite(&r, sizeof r, 1, file) != 1 || fflush(file) != 0) {
            break; /* nobody listens any more */
        }
    }
    fclose(file);
    return 0;
}

struct worker {
    pid_t pid;
    FILE *file;
};

static bool start(int way, uint64_t from, uint64_t to, struct worker *worker) {
    int ends[2];
    if (pipe(ends) != 0) {
        return false;
    }
    worker[way].pid = fork();
    if (worker[way].pid == 0) {
        for (int w = 0; w < way; w++) {
            fclose(worker[w].file); /* or that worker would not notice that nobody listens */
        }
        close(ends[0]);
        exit(work(way, from, to, ends[1]));
    }
    close(ends[1]);
    worker[way].file = fdopen(ends[0], "rb");
    return worker[way].pid > 0 && worker[way].file != NULL;
}

static bool agree(const struct record *a, const struct record *b) {
    return a->incomparable || b->incomparable || a->digest == b->digest;
}

/* One seed's records against each other; 0 if all is well. */
static int judge(const struct record *r) {
    int bad = 0;
    for (int w = 0; w < WAYS; w++) {
        if (r[w].trouble[0] != '\0') {
            printf("seed %llu (%s): %s\n", (unsigned long long)r[w].seed, ways[w].name,
                   r[w].trouble);
            bad = 1;
        }
    }
    for (int w = 1; w < WAYS && bad == 0; w++) {
        if (ways[w].as_before && !agree(&r[w - 1], &r[w])) {
            printf("seed %llu: values differ between \"%s\" and \"%s\"\n",
                   (unsigned long long)r[w].seed, ways[w - 1].name, ways[w].name);
            bad = 1;
        }
    }
    return bad;
}

static int run_all(uint64_t from, uint64_t to, bool verbose) {
    struct worker worker[WAYS];
    struct record r[WAYS], sum = {0};
    int64_t bad = 0, compared = 0;
    for (int w = 0; w < WAYS; w++) {
        if (!start(w, from, to, worker)) {
            fprintf(stderr, "cannot start a process\n");
            return 1;
        }
    }
    bool alive = true;
    for (uint64_t seed = from; seed < to && alive && bad < 20; seed++) {
        for (int w = 0; w < WAYS; w++) {
            if (fread(&r[w], sizeof r[w], 1, worker[w].file) != 1) {
                printf("seed %llu: the process \"%s\" ended\n", (unsigned long long)seed,
                       ways[w].name);
                alive = false;
            }
        }
        if (!alive) {
            break;
        }
        bad += judge(r);
        compared += !r[0].incomparable;
        sum.calls += r[0].calls;
        sum.refused += r[0].refused;
        sum.checked += r[0].checked;
        sum.skipped += r[0].skipped;
        if (verbose && seed % 1000 == 0) {
            printf("seed %llu: %lld calls so far\n", (unsigned long long)seed,
                   (long long)sum.calls);
            fflush(stdout);
        }
    }
    bool clean = alive;
    for (int w = 0; w < WAYS; w++) {
        int status = 0;
        fclose(worker[w].file);
        waitpid(worker[w].pid, &status, 0);
        clean = clean && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    printf("seeds %llu to %llu: %lld calls, %lld refusals, %lld derivative checks (%lld more "
           "overflowed), %lld seeds compared bit by bit, %lld bad\n",
           (unsigned long long)from, (unsigned long long)to, (long long)sum.calls,
           (long long)sum.refused, (long long)sum.checked, (long long)sum.skipped,
           (long long)compared, (long long)bad);
    if (!clean && bad == 0) {
        printf("a process ended badly\n");
    }
    return clean && bad == 0 && sum.checked > 0 && sum.refused > 0 && compared > 0 ? 0 : 1;
}

int main(int argc, char **argv) {
    unsigned long long from = 0, to = 1000;
    int here = -1;
    bool verbose = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--verbose") == 0) {
            verbose = true;
        } else if (sscanf(argv[i], "--here=%d", &here) != 1 &&
                   sscanf(argv[i], "--seeds=%llu:%llu", &from, &to) != 2) {
            fprintf(stderr, "usage: fuzz_graph --seeds=FROM:TO [--verbose] [--here=WAY]\n");
            return 2;
        }
    }
    if (here < 0 || here >= WAYS) {
        return run_all(from, to, verbose);
    }
    set_way(here);
    for (unsigned long long seed = from; seed < to; seed++) {
        struct record r = run(seed, here, verbose);
        printf("seed %llu: digest %016llx sum %.17g %s%s\n", seed, (unsigned long long)r.digest,
               r.sum, r.incomparable ? "incomparable " : "", r.trouble);
    }
    return 0;
}
