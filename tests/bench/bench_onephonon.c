/* bench_onephonon.c - time and memory of a one-phonon map and of its gradients, as one JSON object.
 *
 * bench_onephonon STRUCTURE H0:H1:N,K0:K1:N,L0:L1:N [THREADS [REPEATS]]: medians over the repeats.
 */
#include <difftape/difftape.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int n) {
    qsort(values, (size_t)n, sizeof *values, by_size);
    return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

static bool parse_grid(const char *text, dt_grid *g) {
    return sscanf(text, "%lf:%lf:%d,%lf:%lf:%d,%lf:%lf:%d", &g->lo[0], &g->hi[0], &g->samples[0],
                  &g->lo[1], &g->hi[1], &g->samples[1], &g->lo[2], &g->hi[2], &g->samples[2]) == 9;
}

static dt_crystal *make_crystal(const char *path, dt_error *error) {
    dt_structure *s = NULL;
    dt_crystal *crystal = NULL;
    if (dt_structure_read(&s, path, NULL, error) == DT_OK) {
        dt_crystal_input input = dt_crystal_input_from(s);
        dt_crystal_new(&input, &crystal, error);
    }
    dt_structure_free(s);
    return crystal;
}

struct times {
    double forward, backward;
};

/* One map, and the gradient of its mean, on a tape that is rewound afterwards. */
static struct times iterate(dt_tape *tape, const dt_one_phonon *model, dt_tensor *const *p) {
    dt_mark mark = dt_tape_mark(tape);
    double start = now();
    dt_tensor *map = dt_one_phonon_intensity(model, p[0], p[1], p[2], p[3]);
    double middle = now();
    dt_backward(dt_mean(map, DT_ALL));
    double end = now();
    dt_tape_zero_gradients(tape);
    dt_tape_rewind(tape, mark);
    return (struct times){middle - start, end - middle};
}

static void measure(const dt_crystal *crystal, const dt_grid *grid, int repeats, dt_error *error) {
    enum { MAX_REPEATS = 100 };
    double setup[MAX_REPEATS], forward[MAX_REPEATS], backward[MAX_REPEATS], both[MAX_REPEATS];
    const double one = 1;
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t n[] = {crystal->n_atoms, 3};
    dt_tensor *p[] = {dt_parameter(tape, DT_F64, 0, NULL, &one),
                      dt_parameter(tape, DT_F64, 0, NULL, &one),
                      dt_parameter(tape, DT_F64, 1, n, crystal->u_iso),
                      dt_parameter(tape, DT_F64, 2, n, crystal->xyz)};
    dt_one_phonon_sizes sizes = {0};
    repeats = repeats < 1 ? 1 : repeats > MAX_REPEATS ? MAX_REPEATS : repeats;
    for (int i = 0; i < repeats; i++) {
        dt_one_phonon *model = NULL;
        double start = now();
        if (dt_one_phonon_new(crystal, grid, NULL, &model, error) != DT_OK) {
            break;
        }
        setup[i] = now() - start;
        struct times t = iterate(tape, model, p);
        forward[i] = setup[i] + t.forward;
        backward[i] = t.backward;
        both[i] = setup[i] + t.forward + t.backward;
        sizes = dt_one_phonon_get_sizes(model);
        dt_one_phonon_free(model);
    }
    if (dt_tape_status(tape) != DT_OK) {
        dt_error_set(error, dt_tape_status(tape), "%s", dt_tape_message(tape));
    }
    if (error->status == DT_OK) {
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        double pairs = (double)sizes.valid * (double)(sizes.n_atoms * sizes.n_asu);
        double f = median(forward, repeats);
        printf("{\"voxels\": %lld, \"valid\": %lld, \"atoms_per_cell\": %lld, \"threads\": %d, "
               "\"repeats\": %d, \"setup_s\": %.4f, \"forward_s\": %.4f, \"backward_s\": %.4f, "
               "\"forward_and_gradients_s\": %.4f, \"million_atom_voxels_per_s\": %.1f, "
               "\"peak_memory_mb\": %.1f}\n",
               (long long)sizes.voxels, (long long)sizes.valid,
               (long long)(sizes.n_atoms * sizes.n_asu), dt_get_threads(), repeats,
               median(setup, repeats), f, median(backward, repeats), median(both, repeats),
               1e-6 * pairs / f, (double)usage.ru_maxrss / 1024);
    }
    dt_tape_free(tape);
}

int main(int argc, char **argv) {
    dt_grid grid;
    dt_error error = DT_ERROR_INIT;
    if (argc < 3 || !parse_grid(argv[2], &grid)) {
        fprintf(stderr, "usage: bench_onephonon STRUCTURE H0:H1:N,K0:K1:N,L0:L1:N [THREADS "
                        "[REPEATS]]\n");
        return 2;
    }
    dt_set_threads(argc > 3 ? atoi(argv[3]) : 2);
    dt_crystal *crystal = make_crystal(argv[1], &error);
    if (crystal != NULL) {
        measure(crystal, &grid, argc > 4 ? atoi(argv[4]) : 5, &error);
    }
    dt_crystal_free(crystal);
    if (error.status != DT_OK) {
        fprintf(stderr, "bench_onephonon: error: %s\n", error.message);
    }
    return error.status == DT_OK ? 0 : 1;
}
