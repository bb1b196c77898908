/* seeds.c - small valid files of every kind: a target mostly sees its own kind, and
 * now and then another. */
#include "seeds.h"

#include <difftape/npy.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char crystal[] =
    "CRYST1   20.544   20.859   26.055 101.16  97.03 118.06 P -1          2          \n"
    "ATOM      1  N  AGLU A   1       1.208   8.337  -0.532  0.65 10.31           N  \n"
    "ANISOU    1  N  AGLU A   1     1310   1300   1306   -256    150    -36       N  \n"
    "ATOM      2  CA AGLU A   1       2.047   7.241  -0.118  0.65  9.10           C  \n"
    "ATOM      3  H   GLU A   1       3.047   7.241  -1.118  1.00  9.10           H  \n"
    "TER       4      GLU A   1                                                      \n"
    "HETATM    5 SE   MSE A   2       4.047   5.241   3.118  1.00  9.10          SE  \n"
    "HETATM    6  O   HOH A   3       7.047   9.241   5.118  1.00 29.10           O  \n"
    "END                                                                             \n";
static const char json[] =
    "{\"//\": \"comment\", \"hkl\": \"-5:5:3,-5:5:3,-5:5:3\", \"number\": 4.5,\n"
    " \"whole\": -12, \"flag\": true, \"word\": \"two\", \"text\": \"\\u00e9\\n\"}";
static const char arguments[] = "--number=4.5\n--whole\n-12\n-f\n--word=two\n-tname\n--\nplain";

/* One of each text file of diffraction microscopy. */
static const char *const hedm[] = {
    "0.012\n-0.021 0.0136 0 1 3 1 355.4292 5.186272 29.31929 0.85\n"
    "-0.021 0.0136 0 2 3 1 355.4 5.18 29.3 0.85 1e-3 0.9 12 1.001 0.999 1 0 -2e-4 0\n",
    "1 0.01\n0 0 0\n0.5 0.5 0 1 10 20 30 0.9\n-0.5 0.5 0 1 10 20 30 0.9 0.1 0.8 4",
    "{\nJUnitVector 1 0 0\nKUnitVector 0 -1 0\nBeamCenterJ 1024.5\nBeamCenterK 2000\n"
    "LabFrameLocation 5.1 0 0\nLabFrameOrientation 90 90 0\nNumJPixels 2048\nNumKPixels 2048\n"
    "PixelJLength 0.00148\nPixelKLength 0.00148\n}\n",
    "4.0782, 4.0782, 4.0782 # edges\n90 90 90\n4\n79 0 0 0\n79 0 0.5 0.5\n79, 0.5 0 0.5\n",
    "omega\n0 100\n101 201\n180 179 0 0\n178 179 0 0\n-10 -9.5\n",
    "# phi1 Phi phi2\n10 20 30\n40.5 5e1 -60\n",
    "BeamEnergy 50.02099\nBeamEnergyWidth 0\nBeamHeight 0.004\nBeamDirection 1 0 0\n"
    "BeamDeflectionChiLaue 0\nEtaLimit 81\nMaxQ 8\nMinAmplitudeFraction 0.25\n"
    "SampleLocation 0 0 0\nSampleOrientation 0 0 0\nMaxInitSideLength 0.0012\n"
    "MinSideLength 0.0006\nNumDetectors 2\nSampleSymmetry Cubic\nGridType Square\n"
    "DetectorFilename d.config\nSampleFilename s.mic\nStructureFilename gold.dat\n"
    "RotationRangeFilename omega.txt\nFundamentalZoneFilename zone.txt\nMaxMCSteps 3\n",
    "x,y,z,qw,qx,qy,qz,exx,eyy,ezz,eyz,exz,exy\n0.1,-0.2,0,1,0,0,0,1e-3,0,0,0,0,0\n"};

static bool add(struct seed *seeds, int *n, enum seed_kind kind, const void *data, size_t size) {
    seeds[*n].data = malloc(size);
    seeds[*n].size = size;
    seeds[*n].kind = kind;
    if (seeds[*n].data == NULL) {
        return false;
    }
    memcpy(seeds[(*n)++].data, data, size);
    return true;
}

/* The bytes of a file that the library has just written; the file goes. */
static bool add_file(struct seed *seeds, int *n, enum seed_kind kind, const char *path) {
    static uint8_t data[32768];
    FILE *file = fopen(path, "rb");
    size_t size = file != NULL ? fread(data, 1, sizeof data, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    remove(path);
    return size > 0 && add(seeds, n, kind, data, size);
}

static bool add_arrays(struct seed *seeds, int *n, const char *path) {
    static const double numbers[24] = {1, -2.5, 1e300, 3};
    const dt_array array = dt_array_wrap(DT_F64, 3, (const int64_t[]){2, 3, 4}, numbers);
    const dt_array complex = dt_array_wrap(DT_C128, 1, (const int64_t[]){5}, numbers);
    const dt_array empty = dt_array_wrap(DT_I64, 2, (const int64_t[]){3, 0}, numbers);
    const dt_array *const arrays[] = {&array, &complex, &empty};
    for (int i = 0; i < 3; i++) {
        if (dt_npy_write(path, arrays[i], NULL) != DT_OK || !add_file(seeds, n, SEED_NPY, path)) {
            return false;
        }
    }
    for (int level = 0; level <= 6; level += 6) {
        dt_npz_writer *writer = NULL;
        if (dt_npz_create(&writer, path, NULL) != DT_OK) {
            return false;
        }
        dt_npz_set_level(writer, level);
        dt_npz_add(writer, "array", &array);
        dt_npz_add(writer, "empty", &empty);
        dt_npz_add_bytes(writer, "meta", json, strlen(json));
        if (dt_npz_finish(writer, NULL) != DT_OK || !add_file(seeds, n, SEED_NPZ, path)) {
            return false;
        }
    }
    return true;
}

int make_seeds(struct seed seeds[MAX_SEEDS]) {
    int n = 0;
    char path[64];
    snprintf(path, sizeof path, "fuzz-seed-%ld.tmp", (long)getpid());
    for (size_t i = 0; i < sizeof hedm / sizeof *hedm; i++) {
        if (!add(seeds, &n, SEED_HEDM, hedm[i], strlen(hedm[i]))) {
            free_seeds(seeds, n);
            return -1;
        }
    }
    if (add(seeds, &n, SEED_STRUCTURE, crystal, strlen(crystal)) &&
        add(seeds, &n, SEED_CONFIG, json, strlen(json)) &&
        add(seeds, &n, SEED_CONFIG, arguments, strlen(arguments)) && add_arrays(seeds, &n, path)) {
        return n;
    }
    free_seeds(seeds, n);
    return -1;
}

void free_seeds(struct seed *seeds, int n) {
    for (int i = 0; i < n; i++) {
        free(seeds[i].data);
    }
}
