/* seeds.c - small valid files of every kind: a target mostly sees its own kind, and
 * now and then another. */
#include "seeds.h"

#include <difftape/hkl_map.h>
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
static const char mmcif[] =
    "data_X\n_cell.length_a 20.544\n_cell.length_b 20.859(3)\n_cell.length_c 26.055\n"
    "_cell.angle_alpha 101.16\n_cell.angle_beta 97.03\n_cell.angle_gamma 118.06\n"
    "_symmetry.space_group_name_H-M 'P -1'\nloop_\n_entity.id\n_entity.type\n1 polymer\n2 water\n"
    "loop_\n_struct_asym.id\n_struct_asym.entity_id\nA 1\nB 2\n"
    "loop_\n_atom_site.group_PDB\n_atom_site.id\n_atom_site.type_symbol\n"
    "_atom_site.label_atom_id\n_atom_site.label_alt_id\n_atom_site.label_comp_id\n"
    "_atom_site.label_asym_id\n_atom_site.label_entity_id\n_atom_site.auth_seq_id\n"
    "_atom_site.auth_asym_id\n_atom_site.pdbx_PDB_model_num\n_atom_site.ccp4_hd_mixture\n"
    "_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n_atom_site.occupancy\n"
    "_atom_site.B_iso_or_equiv\n"
    "ATOM 1 N N A GLU A 1 1 A 1 ? 1.208 8.337 -0.532 0.65 10.31\n"
    "ATOM 2 H H A GLU A 1 1 A 1 0.5 2.047 7.241 -0.118 . 9.1\n"
    "HETATM 3 SE \"SE\" . MSE A 1 2A A 1 . 4.04 5.241 3.118 1 9\n"
    "HETATM 4 O O . HOH B 2 3 A 1 ? 7.047 9.241 5.118 1.00 29.10\n"
    "loop_\n_atom_site_anisotrop.id\n_atom_site_anisotrop.U[1][1]\n_atom_site_anisotrop.U[2][2]\n"
    "_atom_site_anisotrop.U[3][3]\n_atom_site_anisotrop.U[1][2]\n_atom_site_anisotrop.U[1][3]\n"
    "_atom_site_anisotrop.U[2][3]\n1 0.131 0.13 0.1306 -0.0256 0.015 -0.0036\n";
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

/* A NeXus map, where the library knows HDF5. */
static bool add_nexus(struct seed *seeds, int *n, const char *path) {
    static const double numbers[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    static const bool flags[8] = {true, false, true};
    const int64_t shape[3] = {2, 2, 2};
    dt_hkl_map map = {.intensity = dt_array_wrap(DT_F64, 3, shape, numbers),
                      .valid = dt_array_wrap(DT_BOOL, 3, shape, flags),
                      .sigma = dt_array_wrap(DT_F64, 3, shape, numbers),
                      .cell = {10, 10, 10, 90, 90, 90},
                      .space_group = "P 1",
                      .title = "seed",
                      .units = "e^2",
                      .provenance = json};
    for (int d = 0; d < 3; d++) {
        map.axis[d] = dt_array_wrap(DT_F64, 1, shape, numbers);
    }
    dt_hkl_writer *writer = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_hkl_map_create(&writer, path, &error);
    if (status == DT_ERR_ARGUMENT) {
        return true; /* this build has no HDF5 */
    }
    return status == DT_OK && dt_hkl_map_finish(writer, &map, &error) == DT_OK &&
           add_file(seeds, n, SEED_NEXUS, path);
}

int make_seeds(struct seed seeds[MAX_SEEDS]) {
    int n = 0;
    char path[64], nexus[64];
    snprintf(path, sizeof path, "fuzz-seed-%ld.tmp", (long)getpid());
    snprintf(nexus, sizeof nexus, "fuzz-seed-%ld.h5", (long)getpid());
    for (size_t i = 0; i < sizeof hedm / sizeof *hedm; i++) {
        if (!add(seeds, &n, SEED_HEDM, hedm[i], strlen(hedm[i]))) {
            free_seeds(seeds, n);
            return -1;
        }
    }
    if (add(seeds, &n, SEED_STRUCTURE, crystal, strlen(crystal)) &&
        add(seeds, &n, SEED_STRUCTURE, mmcif, strlen(mmcif)) &&
        add(seeds, &n, SEED_CONFIG, json, strlen(json)) &&
        add(seeds, &n, SEED_CONFIG, arguments, strlen(arguments)) && add_arrays(seeds, &n, path) &&
        add_nexus(seeds, &n, nexus)) {
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
