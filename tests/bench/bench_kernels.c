/* bench_kernels.c - time per element of the tensor kernels that models spend their time in, as one
 * JSON object.
 *
 * bench_kernels [THREADS]: the shortest of several repeats, in nanoseconds. */
#include "kernels/kernels.h"
#include "linalg.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N_Q = 1024, N_ATOMS = 112 };

typedef struct arrays {
    dt_array x, y, z, w, row, out_real, out_complex;   /* (q, atom), row: (atom) */
    dt_array per_q, per_atom;                          /* sums */
    dt_array q, positions, amplitudes, out_amplitudes; /* products */
} arrays;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool make(dt_array *ret, dt_dtype dtype, int64_t rows, int64_t cols) {
    const int64_t shape[2] = {rows, cols};
    if (dt_array_new(ret, dtype, 2, shape, NULL) != DT_OK) {
        return false;
    }
    double *values = ret->data; /* only f64 and c128 are timed */
    int64_t n = (int64_t)(dt_array_bytes(ret) / sizeof *values);
    for (int64_t i = 0; i < n; i++) {
        values[i] = 0.01 + (double)(i * 7919 % 2003) / 100;
    }
    return true;
}

static void map(const dt_array *out, dt_map_fn *kernel, const dt_array *a, const dt_array *b,
                dt_dtype dtype) {
    const dt_array *in[2] = {a, b};
    const dt_dtype types[2] = {dtype, dtype};
    dti_map(out, kernel, b == NULL ? 1 : 2, in, types, NULL);
}

static void run(const arrays *s, int which) {
    switch (which) {
    case 0: map(&s->out_complex, dti_k_cis[DT_F64], &s->x, NULL, DT_F64); break;
    case 1: map(&s->out_real, dti_k_exp[DT_F64], &s->x, NULL, DT_F64); break;
    case 2: map(&s->out_real, dti_k_mul[DT_F64], &s->x, &s->y, DT_F64); break;
    case 3: map(&s->out_complex, dti_k_mul[DT_C128], &s->z, &s->w, DT_C128); break;
    case 4: map(&s->out_complex, dti_k_mul[DT_C128], &s->x, &s->w, DT_C128); break;
    case 5: map(&s->out_complex, dti_k_mul[DT_C128], &s->row, &s->w, DT_C128); break;
    case 6: map(&s->out_complex, dti_k_div[DT_C128], &s->z, &s->w, DT_C128); break;
    case 7: map(&s->out_real, dti_k_abs[DT_C128], &s->z, NULL, DT_C128); break;
    case 8: dti_sum(&s->per_q, &s->z, 2); break;
    case 9: dti_sum(&s->per_atom, &s->z, 1); break;
    case 10: dti_matmul(&s->out_real, &s->q, DTI_N, &s->positions, DTI_T); break;
    default: dti_matmul(&s->out_amplitudes, &s->z, DTI_N, &s->amplitudes, DTI_N); break;
    }
}

int main(int argc, char **argv) {
    static const char *const names[] = {"cis",
                                        "exp",
                                        "mul_f64",
                                        "mul_c128",
                                        "mul_mixed",
                                        "mul_broadcast_row",
                                        "div_c128",
                                        "abs_c128",
                                        "sum_last_axis_c128",
                                        "sum_first_axis_c128",
                                        "matmul_f64_inner_3",
                                        "matmul_c128_112_by_4"};
    enum { N_CASES = sizeof names / sizeof *names, REPEATS = 15 };
    arrays s;
    if (!make(&s.x, DT_F64, N_Q, N_ATOMS) || !make(&s.y, DT_F64, N_Q, N_ATOMS) ||
        !make(&s.z, DT_C128, N_Q, N_ATOMS) || !make(&s.w, DT_C128, N_Q, N_ATOMS) ||
        !make(&s.row, DT_F64, 1, N_ATOMS) || !make(&s.out_real, DT_F64, N_Q, N_ATOMS) ||
        !make(&s.out_complex, DT_C128, N_Q, N_ATOMS) || !make(&s.per_q, DT_C128, N_Q, 1) ||
        !make(&s.per_atom, DT_C128, 1, N_ATOMS) || !make(&s.q, DT_F64, N_Q, 3) ||
        !make(&s.positions, DT_F64, N_ATOMS, 3) || !make(&s.amplitudes, DT_C128, N_ATOMS, 4) ||
        !make(&s.out_amplitudes, DT_C128, N_Q, 4)) {
        fprintf(stderr, "bench_kernels: out of memory\n");
        return 1;
    }
    dt_set_threads(argc > 1 ? atoi(argv[1]) : 1);
    printf("{\"threads\": %d, \"rows\": %d, \"columns\": %d, \"nanoseconds_per_element\": {",
           dt_get_threads(), (int)N_Q, (int)N_ATOMS);
    for (int c = 0; c < N_CASES; c++) {
        double best = 1e9;
        for (int r = 0; r < REPEATS; r++) {
            int calls = 0;
            double start = now(), spent;
            do {
                run(&s, c);
                calls++;
                spent = now() - start;
            } while (spent < 4e-3);
            best = spent / calls < best ? spent / calls : best;
        }
        printf("%s\"%s\": %.3f", c == 0 ? "" : ", ", names[c], best * 1e9 / (N_Q * N_ATOMS));
    }
    printf("}}\n");
    dt_array *all[] = {
        &s.x,     &s.y,        &s.z, &s.w,         &s.row,        &s.out_real,      &s.out_complex,
        &s.per_q, &s.per_atom, &s.q, &s.positions, &s.amplitudes, &s.out_amplitudes};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        dt_array_free(all[i]);
    }
    return 0;
}
