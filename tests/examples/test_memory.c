/* test_memory.c - onephonon's memory: the map and its mask, whatever else is asked for, and what a
 * trial run says of it. */
#include "program.h"

#include <difftape/hkl_map.h>

#include <math.h>

TestSuite(onephonon_memory, .init = enter_folder, .fini = leave_folder, .timeout = 300);

/* The sanitizers' own memory hides the program's. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEASURABLE false
#else
#define MEASURABLE true
#endif

struct usage {
    double voxels, bytes;
};

static struct usage measure(const char *arguments, const char *bytes) {
    struct outcome o = run(arguments);
    cr_assert(o.code == 0, "%s: exit code %d\n%s", arguments, o.code, o.err);
    cJSON *answer = parse_json(o.out);
    struct usage u = {number_of(answer, "voxels"), number_of(answer, bytes)};
    cJSON_Delete(answer);
    return u;
}

/* 91,125 voxels and 1,953,125 of them, with the same 8 wavevectors. */
#define FEW  " --classes=single --json --threads=2 --hkl=-11:11:2,-11:11:2,-11:11:2 " CRYSTAL
#define MANY " --classes=single --json --threads=2 --hkl=-31:31:2,-31:31:2,-31:31:2 " CRYSTAL

/* What two million voxels take more than a tenth of a million is their values and mask. */
static void grows_by_the_map(const char *few, const char *many) {
    struct usage a = measure(few, "peak_memory_bytes"), b = measure(many, "peak_memory_bytes");
    double excess = b.bytes - a.bytes - 9 * (b.voxels - a.voxels);
    cr_assert(a.voxels < 1e5 && b.voxels > 1.9e6);
    cr_expect(!MEASURABLE || excess < 8e6, "%s: %g bytes beyond the map", many, excess);
}

Test(onephonon_memory, does_not_grow_with_voxels_beyond_the_map) {
    grows_by_the_map("-o map.npz" FEW, "-o map.npz" MANY);
}

Test(onephonon_memory, does_not_grow_with_the_files_that_are_written) {
    grows_by_the_map("-o map.ccp4 --profile=profile.csv --picture=map.png" FEW,
                     "-o map.ccp4 --profile=profile.csv --picture=map.png" MANY);
}

Test(onephonon_memory, does_not_grow_with_a_nexus_file) {
    dt_hkl_writer *writer = NULL;
    if (dt_hkl_map_create(&writer, "probe.h5", NULL) != DT_OK) {
        cr_skip_test("built without HDF5");
    }
    dt_hkl_map_abort(writer);
    grows_by_the_map("-o map.h5" FEW, "-o map.h5" MANY);
}

Test(onephonon_memory, of_averages_over_bragg_voxels_does_not_grow_either) {
    grows_by_the_map("--bragg=average --bragg-order=1" FEW, "--bragg=average --bragg-order=1" MANY);
}

Test(onephonon_memory, is_predicted) {
    struct usage trial = measure("--dry-run" MANY, "estimated_bytes_forward");
    struct usage map = measure("-o map.npz" MANY, "peak_memory_bytes");
    cr_expect(!MEASURABLE || fabs(trial.bytes - map.bytes) < 0.3 * map.bytes,
              "%g bytes expected, %g needed", trial.bytes, map.bytes);
}
