/* map_sample.h - a small map with holes, steps of a third and a half, and strange strides. */
#ifndef TEST_MAP_SAMPLE_H
#define TEST_MAP_SAMPLE_H

#include <difftape/hkl_map.h>

#include <math.h>
#include <string.h>

enum { NH = 4, NK = 3, NL = 5, VOXELS = NH * NK * NL };

#define SAMPLE_RUN                                                                                 \
    "{\"program\":\"test\",\"difftape\":\"0.1.0\",\"options\":{\"hkl\":\"here\",\"dmin\":1.5},"    \
    "\"inputs\":[{\"file\":\"/some/where/crystal.pdb\",\"bytes\":3,\"sha256\":"                    \
    "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}],\"threads\":3,"        \
    "\"seed\":7}"

/** Numbers of the sample, to be filled by sample_map. The intensity lies transposed in memory. */
typedef struct sample {
    double intensity[NL][NK][NH], sigma[NH][NK][NL], h[NH], k[NK], l[NL], extra[6];
    bool valid[NH][NK][NL];
    dt_named_array named[2];
} sample;

static inline double sample_value(int h, int k, int l) {
    return 1000.0 * sin(1.0 + h + 10 * k + 100 * l) + 1.0 / 3;
}

static inline bool sample_valid(int h, int k, int l) {
    return (h + 2 * k + 3 * l) % 7 != 0;
}

/** h = -1, -2/3 ..., k = 0, 1/2, 1, l = 2, 3 ...: a triclinic cell. */
static inline dt_hkl_map sample_map(sample *s) {
    for (int h = 0; h < NH; h++) {
        s->h[h] = (h - 3) / 3.0;
        for (int k = 0; k < NK; k++) {
            s->k[k] = k / 2.0;
            for (int l = 0; l < NL; l++) {
                s->l[l] = 2 + l;
                s->intensity[l][k][h] = sample_value(h, k, l);
                s->sigma[h][k][l] = 0.5 + h + k + l;
                s->valid[h][k][l] = sample_valid(h, k, l);
            }
        }
    }
    const int64_t shape[3] = {NH, NK, NL};
    dt_hkl_map map = {.cell = {20.5, 30.25, 41, 80, 95, 110},
                      .space_group = "P 1",
                      .title = "a sample",
                      .units = "e^2 per unit cell",
                      .provenance = SAMPLE_RUN,
                      .extra = s->named,
                      .n_extra = 2};
    map.intensity = dt_array_wrap(DT_F64, 3, shape, s->intensity);
    map.intensity.strides[0] = 1;
    map.intensity.strides[1] = NH;
    map.intensity.strides[2] = NH * NK;
    map.valid = dt_array_wrap(DT_BOOL, 3, shape, s->valid);
    map.sigma = dt_array_wrap(DT_F64, 3, shape, s->sigma);
    map.axis[0] = dt_array_wrap(DT_F64, 1, &shape[0], s->h);
    map.axis[1] = dt_array_wrap(DT_F64, 1, &shape[1], s->k);
    map.axis[2] = dt_array_wrap(DT_F64, 1, &shape[2], s->l);
    for (int i = 0; i < 6; i++) {
        s->extra[i] = i * i;
    }
    s->named[0] =
        (dt_named_array){"grad", dt_array_wrap(DT_F64, 2, (const int64_t[]){2, 3}, s->extra)};
    s->named[1] = (dt_named_array){"scalar", dt_array_wrap(DT_F64, 0, NULL, s->extra + 2)};
    return map;
}

#endif
