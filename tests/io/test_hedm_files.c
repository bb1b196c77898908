/* test_hedm_files.c - text files of diffraction microscopy: what is read, and write-read trips. */
#include <difftape/csv.h>
#include <difftape/hedm_files.h>

#include "hedm_scratch.h"

#include <math.h>

TestSuite(hedm_files, .fini = scratch_remove);

#define READ(call)                                                                                 \
    do {                                                                                           \
        dt_error error = DT_ERROR_INIT, *e = &error;                                               \
        dt_status status = call;                                                                   \
        cr_assert(status == DT_OK, "%s", error.message);                                           \
    } while (0)

static int compared;

static void expect(double have, double want, const char *what) {
    cr_expect(have == want, "%s is %.17g, should be %.17g", what, have, want);
    compared++;
}

static const char triangles[] = "0.012\n"
                                "# a comment\n"
                                "-0.021 0.0136931 0 1 3 1 355.4292 5.186272 29.31929 0.8571429\n"
                                "\n"
                                "\t-0.0195\t0.0136931 0.25 2 2 7 1.5e1 0 -29 1 1e-3 0.75 12.5 "
                                "1.001 0.999 1.002 1e-4 -2e-4 3e-4\n"
                                "0 0 0 1 0 1 1 2 3"; /* no newline, no confidence */

Test(hedm_files, reads_a_triangular_map_column_by_column) {
    dt_mic mic;
    READ(dt_mic_read(scratch(triangles), &mic, e));
    cr_assert(!mic.square && mic.n == 3 && mic.columns == 19);
    expect(mic.side, 0.012, "side");
    const dt_mic_voxel *v = mic.voxels;
    expect(v[0].position[0], -0.021, "x");
    expect(v[0].position[1], 0.0136931, "y");
    expect(v[0].euler[0], 355.4292, "phi1");
    expect(v[0].euler[2], 29.31929, "phi2");
    expect(v[0].confidence, 0.8571429, "confidence");
    expect(v[0].deformation[0], 1, "D11 that is absent");
    cr_expect(v[0].up && v[0].generation == 3 && v[0].phase == 1);
    cr_expect(!v[1].up && v[1].generation == 2 && v[1].phase == 7);
    expect(v[1].cost, 1e-3, "cost");
    expect(v[1].overlap, 0.75, "overlap");
    expect(v[1].seconds, 12.5, "seconds");
    static const double d[9] = {1.001, 1e-4, 3e-4, 1e-4, 0.999, -2e-4, 3e-4, -2e-4, 1.002};
    for (int i = 0; i < 9; i++) {
        expect(v[1].deformation[i], d[i], "deformation");
    }
    expect(v[2].confidence, 0, "a confidence that is absent");
    dt_mic_free(&mic);
    cr_expect(compared == 20, "%d numbers compared", compared);
}

/* Corners by hand: side 0.012 / 2^2 = 0.003. */
Test(hedm_files, knows_the_corners_of_triangles_and_squares) {
    dt_mic mic;
    double c[4][3];
    READ(dt_mic_read(scratch(triangles), &mic, e));
    cr_assert(dt_mic_corners(&mic, 1, c) == 3);
    static const double down[3][2] = {{0, 0}, {0.0015, -0.0025980762113533160}, {0.003, 0}};
    for (int i = 0; i < 3; i++) {
        cr_expect(fabs(c[i][0] + 0.0195 - down[i][0]) < 1e-17 &&
                  fabs(c[i][1] - 0.0136931 - down[i][1]) < 1e-17 && c[i][2] == 0.25);
    }
    cr_assert(dt_mic_corners(&mic, 2, c) == 3);
    cr_expect(c[2][0] == 0.006 && fabs(c[2][1] - 0.010392304845413264) < 1e-17);
    dt_mic_free(&mic);
    READ(dt_mic_read(scratch("1 0.5\n0 0 0\n2 3 4 1 10 20 30 0.9\n"), &mic, e));
    cr_assert(mic.square && dt_mic_corners(&mic, 0, c) == 4);
    cr_expect(c[0][0] == 1.75 && c[0][1] == 2.75 && c[2][0] == 2.25 && c[2][1] == 3.25);
    dt_mic_free(&mic);
}

static void expect_same(const dt_mic *a, const dt_mic *b, double tolerance) {
    cr_assert(a->n == b->n && a->square == b->square && a->columns == b->columns);
    for (int64_t i = 0; i < a->n; i++) {
        const dt_mic_voxel *v = &a->voxels[i], *w = &b->voxels[i];
        cr_expect(v->up == w->up && v->generation == w->generation && v->phase == w->phase);
        double x[19], y[19];
        memcpy(x, v->position, sizeof v->position);
        memcpy(x + 3, v->euler, sizeof v->euler);
        memcpy(x + 6, &v->confidence, 4 * sizeof *x);
        memcpy(x + 10, v->deformation, sizeof v->deformation);
        memcpy(y, w->position, sizeof w->position);
        memcpy(y + 3, w->euler, sizeof w->euler);
        memcpy(y + 6, &w->confidence, 4 * sizeof *y);
        memcpy(y + 10, w->deformation, sizeof w->deformation);
        for (int k = 0; k < 19; k++) {
            cr_expect(fabs(x[k] - y[k]) <= tolerance * fabs(x[k]),
                      "voxel %lld, number %d: %.17g %.17g", (long long)i, k, x[k], y[k]);
            compared++;
        }
    }
}

Test(hedm_files, writes_maps_exactly_and_in_six_digits) {
    static const char *const texts[] = {
        triangles, "0.7\n0.1 0.2 0.3 1 4 2 1.23456789012345 2 3 0.333333333333333\n",
        "1 0.123456789012345\n0.1 0 0\n2 3 0.3333333333333333 1 10 20 30 0.9 1 2 3\n"};
    for (int i = 0; i < 3; i++) {
        for (int six = 0; six < 2; six++) {
            dt_mic mic, again;
            READ(dt_mic_read(scratch(texts[i]), &mic, e));
            READ(dt_mic_write(scratch_path(), &mic, six, e));
            READ(dt_mic_read(scratch_path(), &again, e));
            expect_same(&mic, &again, six ? 5e-6 : 0);
            cr_expect(six || again.side == mic.side);
            cr_expect(six || memcmp(again.origin, mic.origin, sizeof mic.origin) == 0);
            dt_mic_free(&mic);
            dt_mic_free(&again);
        }
    }
    cr_expect(strstr(scratch_text(), "0.333333 ") != NULL, "six digits are\n%s", scratch_text());
    cr_expect(compared == 2 * 19 * 5, "%d numbers compared", compared);
}

#define BLOCK                                                                                      \
    "{\n  JUnitVector 1 0 0\n  KUnitVector 0 -1 0\n BeamCenterJ 1024.5\n BeamCenterK 2000.25\n"    \
    "LabFrameLocation 5.1 -0.1 0.2\nLabFrameOrientation 90 90 0.5\nNumJPixels 2048\n"              \
    "NumKPixels 1024\nPixelJLength 0.00148\nPixelKLength 0.00149\n}\n"

Test(hedm_files, reads_and_writes_detectors) {
    dt_detector_entry *d, *again;
    int64_t n, m;
    READ(dt_detector_file_read(scratch("# two panels\n" BLOCK "\n" BLOCK), &d, &n, e));
    cr_assert(n == 2);
    expect(d[1].j_axis[0], 1, "J");
    expect(d[1].k_axis[1], -1, "K");
    expect(d[1].beam_center[0], 1024.5, "BeamCenterJ");
    expect(d[1].beam_center[1], 2000.25, "BeamCenterK");
    expect(d[1].location[0], 5.1, "location");
    expect(d[1].euler[2], 0.5, "orientation");
    expect((double)d[1].n_j, 2048, "NumJPixels");
    expect((double)d[1].n_k, 1024, "NumKPixels");
    expect(d[1].pixel_size[0], 0.00148, "PixelJLength");
    expect(d[1].pixel_size[1], 0.00149, "PixelKLength");
    READ(dt_detector_file_write(scratch_path(), d, n, e));
    READ(dt_detector_file_read(scratch_path(), &again, &m, e));
    cr_expect(m == n && memcmp(d, again, 2 * sizeof *d) == 0);
    free(d);
    free(again);
    cr_expect(compared == 10);
}

Test(hedm_files, reads_a_structure_with_commas_and_hashes) {
    dt_unit_cell cell;
    READ(dt_unit_cell_read(
        scratch(
            "4.0782, 4.0783,4.0784 # edges\n90 91 92\n9 # not enforced\n79 0 0 0\n#79,0.5 0 0.25"),
        &cell, e));
    cr_assert(cell.n == 2 && cell.z[0] == 79 && cell.z[1] == 79);
    expect(cell.cell[2], 4.0784, "c");
    expect(cell.cell[5], 92, "gamma");
    expect(cell.xyz[3], 0.5, "x");
    expect(cell.xyz[5], 0.25, "z");
    dt_unit_cell_free(&cell);
    cr_expect(compared == 4);
}

Test(hedm_files, reads_ranges_of_omega_in_either_direction) {
    dt_array ranges;
    READ(dt_omega_ranges_read(
        scratch("header words\n0 100\n101 201\n180 179 0 0\n178 179 7 8\n10 12\n"), 2, &ranges, e));
    cr_assert(ranges.shape[0] == 3 && ranges.shape[1] == 2 && ranges.dtype == DT_F64);
    static const double want[6] = {179, 180, 178, 179, 10, 12};
    for (int i = 0; i < 6; i++) {
        expect(((double *)ranges.data)[i], want[i], "end of a range");
    }
    cr_expect(dt_omega_range_find(&ranges, 179) == 0 && dt_omega_range_find(&ranges, 178) == 1);
    cr_expect(dt_omega_range_find(&ranges, 11.9) == 2 && dt_omega_range_find(&ranges, 12) == -1);
    cr_expect(dt_omega_range_find(&ranges, 180) == -1 && dt_omega_range_find(&ranges, NAN) == -1);
    dt_array_free(&ranges);
}

Test(hedm_files, reads_orientations) {
    dt_array euler;
    READ(dt_orientation_list_read(scratch("# zone\n10 20 30\n-1.5 2e1 3 ignored\n"), &euler, e));
    cr_assert(euler.shape[0] == 2);
    expect(((double *)euler.data)[3], -1.5, "phi1");
    expect(((double *)euler.data)[5], 3, "phi2");
    dt_array_free(&euler);
    READ(dt_orientation_list_read(scratch(""), &euler, e));
    cr_expect(euler.shape[0] == 0);
    dt_array_free(&euler);
}

Test(hedm_files, reads_a_configuration_and_skips_keys_of_searches) {
    dt_hedm_config c;
    READ(dt_hedm_config_read(
        scratch("# gold\nBeamEnergy 50.02099\nBeamEnergyWidth 0.01\nBeamHeight 0.004\n"
                "BeamDirection 1 0 0\nBeamDeflectionChiLaue -0.03\nEtaLimit 81\nMaxQ 8\n"
                "MinAmplitudeFraction 0.25\nSampleLocation 1 2 3\nSampleOrientation 4 5 6\n"
                "MaxInitSideLength 0.0012\nMinSideLength 0.0006\nNumDetectors 2\n"
                "SampleSymmetry Hexagonal\nGridType Square\nDetectorFilename d/det.config\n"
                "SampleFilename s.mic\nStructureFilename gold.dat\nRotationRangeFilename o.txt\n"
                "FundamentalZoneFilename z.txt\nMaxMCSteps 3\nRunReconstruction\n"),
        &c, e));
    expect(c.energy, 50.02099, "energy");
    expect(c.chi, -0.03, "chi");
    expect(c.beam_direction[0], 1, "beam");
    expect(c.sample_orientation[2], 6, "sample orientation");
    expect(c.min_side, 0.0006, "side");
    expect(c.sample_radius, 0, "a radius that is absent");
    cr_expect(c.n_detectors == 2 && c.square_grid && strcmp(c.symmetry, "Hexagonal") == 0);
    cr_expect(strcmp(c.detector_file, "d/det.config") == 0 && strcmp(c.zone_file, "z.txt") == 0);
    cr_expect(strcmp(c.rotation_file, "o.txt") == 0 && strcmp(c.sample_file, "s.mic") == 0);
}

Test(hedm_files, reads_and_writes_grains_with_columns_in_any_order) {
    dt_grain_entry *g, *again;
    int64_t n, m;
    READ(dt_grains_read(scratch("qw,qx,qy,qz, x,y,z,exy\n1,0,0,0.5, 0.1,-0.2,0.3,1e-3\n"), &g, &n,
                        e));
    cr_assert(n == 1);
    expect(g[0].quaternion[3], 0.5, "qz");
    expect(g[0].position[1], -0.2, "y");
    expect(g[0].strain[0], 0, "exx");
    expect(g[0].strain[5], 1e-3, "exy");
    g[0].strain[2] = 1.0 / 3;
    READ(dt_grains_write(scratch_path(), g, n, e));
    READ(dt_grains_read(scratch_path(), &again, &m, e));
    cr_expect(m == 1 && memcmp(g, again, sizeof *g) == 0);
    free(g);
    free(again);
}

Test(hedm_files, writes_tables_with_any_strides) {
    double x[6] = {1, 2, 3, 4, 5, 1.0 / 3};
    dt_array table = dt_array_wrap(DT_F64, 2, (const int64_t[]){3, 2}, x), back, columns[2];
    table.strides[0] = 1; /* columns one after the other */
    table.strides[1] = 3;
    static const char *const names[2] = {"a", "b"};
    dt_csv_columns(&table, columns);
    READ(dt_csv_write(scratch_path(), NULL, 2, names, columns, e));
    cr_expect(strcmp(scratch_text(), "a,b\n1,4\n2,5\n3,0.33333333333333331\n") == 0, "%s",
              scratch_text());
    READ(dt_csv_read(scratch_path(), 2, names, NULL, &back, e));
    expect(((double *)back.data)[5], 1.0 / 3, "the last");
    dt_array_free(&back);
}
