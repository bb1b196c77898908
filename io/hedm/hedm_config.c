/* hedm_config.c - configuration files: one key and its values a line. */
#include "text.h"

#include <difftape/config.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef enum kind { SKIPPED, NUMBER, VECTOR, COUNT, NAME, SYMMETRY, GRID } kind;

#define FIELD(member) offsetof(dt_hedm_config, member)

/* Every key that programs of this family know. Those that are not SKIPPED describe the experiment;
 * of them only the optional ones may be missing. */
static const struct key {
    const char *name;
    kind kind;
    size_t offset;
    bool optional;
} keys[] = {
    {"BeamEnergy", NUMBER, FIELD(energy), false},
    {"BeamEnergyWidth", NUMBER, FIELD(energy_width), false},
    {"BeamHeight", NUMBER, FIELD(beam_height), false},
    {"BeamDirection", VECTOR, FIELD(beam_direction), false},
    {"BeamDeflectionChiLaue", NUMBER, FIELD(chi), false},
    {"EtaLimit", NUMBER, FIELD(eta_limit), false},
    {"MaxQ", NUMBER, FIELD(max_q), false},
    {"MinAmplitudeFraction", NUMBER, FIELD(min_amplitude), false},
    {"SampleLocation", VECTOR, FIELD(sample_location), false},
    {"SampleOrientation", VECTOR, FIELD(sample_orientation), false},
    {"SampleCenter", VECTOR, FIELD(sample_center), true},
    {"SampleRadius", NUMBER, FIELD(sample_radius), true},
    {"MaxInitSideLength", NUMBER, FIELD(max_side), false},
    {"MinSideLength", NUMBER, FIELD(min_side), false},
    {"NumDetectors", COUNT, FIELD(n_detectors), false},
    {"SampleSymmetry", SYMMETRY, FIELD(symmetry), false},
    {"GridType", GRID, FIELD(square_grid), true},
    {"DetectorFilename", NAME, FIELD(detector_file), false},
    {"SampleFilename", NAME, FIELD(sample_file), false},
    {"StructureFilename", NAME, FIELD(structure_file), false},
    {"RotationRangeFilename", NAME, FIELD(rotation_file), false},
    {"FundamentalZoneFilename", NAME, FIELD(zone_file), false},
    {"InfileBasename", SKIPPED, 0, true},
    {"InfileExtension", SKIPPED, 0, true},
    {"InfileSerialLength", SKIPPED, 0, true},
    {"InFileType", SKIPPED, 0, true},
    {"FileNumStart", SKIPPED, 0, true},
    {"FileNumEnd", SKIPPED, 0, true},
    {"OutfileBasename", SKIPPED, 0, true},
    {"OutfileExtension", SKIPPED, 0, true},
    {"OutfileSerialLength", SKIPPED, 0, true},
    {"OutStructureBasename", SKIPPED, 0, true},
    {"LocalOrientationGridRadius", SKIPPED, 0, true},
    {"MinLocalResolution", SKIPPED, 0, true},
    {"MaxLocalResolution", SKIPPED, 0, true},
    {"MaxDiscreteCandidates", SKIPPED, 0, true},
    {"MaxAcceptedCost", SKIPPED, 0, true},
    {"MaxConvergenceCost", SKIPPED, 0, true},
    {"MaxDeepeningHitRatio", SKIPPED, 0, true},
    {"MaxMCSteps", SKIPPED, 0, true},
    {"MCRadiusScaleFactor", SKIPPED, 0, true},
    {"SuccessiveRestarts", SKIPPED, 0, true},
    {"MinAccelerationThreshold", SKIPPED, 0, true},
    {"SecondsBetweenSave", SKIPPED, 0, true},
    {"OptimizationFilename", SKIPPED, 0, true},
    {"OptimizationConstrainFilename", SKIPPED, 0, true},
    {"DetectionLimitFilename", SKIPPED, 0, true},
    {"NumParameterOptimizationSteps", SKIPPED, 0, true},
    {"NumElementToOptimizePerPE", SKIPPED, 0, true},
    {"ParameterMCInitTemperature", SKIPPED, 0, true},
    {"OrientationSearchMethod", SKIPPED, 0, true},
    {"CoolingFraction", SKIPPED, 0, true},
    {"ThermalizeFraction", SKIPPED, 0, true},
    {"ParameterRefinements", SKIPPED, 0, true},
    {"DetectorSpacing", SKIPPED, 0, true},
    {"DetectorSpacingDeviation", SKIPPED, 0, true},
    {"DetectorOrientationDeviationInEuler", SKIPPED, 0, true},
    {"DetectorOrientationDeviationInSO3", SKIPPED, 0, true},
    {"ParamMCMaxLocalRestarts", SKIPPED, 0, true},
    {"ParamMCMaxGlobalRestarts", SKIPPED, 0, true},
    {"ParamMCNumGlobalSearchElements", SKIPPED, 0, true},
    {"ConstrainedOptimization", SKIPPED, 0, true},
    {"SearchVolumeReductionFactor", SKIPPED, 0, true},
    {"ConsistencyError", SKIPPED, 0, true},
    {"BraggFilterTolerance", SKIPPED, 0, true},
    {"RunParameterOptimization", SKIPPED, 0, true},
    {"RunReconstruction", SKIPPED, 0, true},
    {"RunAdpReconstruction", SKIPPED, 0, true},
    {"SelectBoundaryVoxels", SKIPPED, 0, true},
    {"IntensityDecomposition", SKIPPED, 0, true},
    {"LazyBFS", SKIPPED, 0, true},
    {"LazyStrain", SKIPPED, 0, true},
    {"LocalOrientationOptimization", SKIPPED, 0, true},
    {"BCPeakDetectorOffset", SKIPPED, 0, true},
    {"EnableStrain", SKIPPED, 0, true},
    {"StrainOptConfigFilename", SKIPPED, 0, true},
    {"PartialResultFilename", SKIPPED, 0, true},
    {"PartialResultAcceptanceConfidence", SKIPPED, 0, true},
};

enum { KEYS = sizeof keys / sizeof *keys, MOST_DETECTORS = 1000 };

/* The word as a string, cut to the room there is. */
static bool copy_word(const dti_text *t, int word, char *target, size_t room) {
    size_t length = (size_t)t->length[word];
    bool fits = length < room;
    length = fits ? length : room - 1;
    memcpy(target, t->word[word], length);
    target[length] = '\0';
    return fits;
}

static dt_status unknown_key(const dti_text *t) {
    const char *names[KEYS + 1] = {NULL};
    char word[64];
    for (int i = 0; i < KEYS; i++) {
        names[i] = keys[i].name;
    }
    copy_word(t, 0, word, sizeof word);
    const char *nearest = dt_nearest_name(word, names);
    return dti_text_refuse(t, "'%s' is no key of a configuration%s%s%s", word,
                           nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                           nearest != NULL ? "?" : "");
}

/* Value number 1 as one of the words; its place in the list. */
static dt_status read_choice(const dti_text *t, const char *const *words, int *ret) {
    char listed[128] = "";
    for (int i = 0; words[i] != NULL; i++) {
        if (dti_text_is(t, 1, words[i])) {
            *ret = i;
            return DT_OK;
        }
        strncat(listed, i > 0 ? ", " : "", sizeof listed - strlen(listed) - 1);
        strncat(listed, words[i], sizeof listed - strlen(listed) - 1);
    }
    return dti_text_refuse(t, "the value of this key must be one of %s", listed);
}

static dt_status read_value(const dti_text *t, const struct key *key, dt_hedm_config *config) {
    static const char *const symmetries[] = {"Cubic", "Hexagonal", "Tetragonal", "None", NULL};
    static const char *const grids[] = {"Triangular", "Square", NULL};
    void *target = (char *)config + key->offset;
    int choice = 0;
    dt_status status;
    if (key->kind != SKIPPED && t->n < 2) {
        return dti_text_refuse(t, "%s has no value", key->name);
    }
    switch (key->kind) {
    case NUMBER: return dti_text_numbers(t, 1, 1, key->name, target);
    case VECTOR: return dti_text_numbers(t, 1, 3, key->name, target);
    case COUNT: return dti_text_whole(t, 1, key->name, 1, MOST_DETECTORS, target);
    case NAME:
        return copy_word(t, 1, target, DT_HEDM_PATH_SIZE)
                   ? DT_OK
                   : dti_text_refuse(t, "the name behind %s is longer than %d characters",
                                     key->name, DT_HEDM_PATH_SIZE - 1);
    case SYMMETRY:
        status = read_choice(t, symmetries, &choice);
        memcpy(config->symmetry, symmetries[choice], strlen(symmetries[choice]) + 1);
        return status;
    case GRID:
        status = read_choice(t, grids, &choice);
        config->square_grid = choice == 1;
        return status;
    case SKIPPED: break;
    }
    return DT_OK;
}

static dt_status read_line(const dti_text *t, dt_hedm_config *config, bool *given) {
    for (int i = 0; i < KEYS; i++) {
        if (dti_text_is(t, 0, keys[i].name)) {
            if (given[i] && keys[i].kind != SKIPPED) {
                return dti_text_refuse(t, "%s stands twice in the file", keys[i].name);
            }
            given[i] = true;
            return read_value(t, &keys[i], config);
        }
    }
    return unknown_key(t);
}

/* Rules that concern values. */
static dt_status check(const dti_text *t, const dt_hedm_config *c, const bool *given) {
    for (int i = 0; i < KEYS; i++) {
        if (!given[i] && !keys[i].optional) {
            return dti_text_refuse(t, "the file ends without %s", keys[i].name);
        }
    }
    if (!(c->energy > 0) || !(c->max_q > 0)) {
        return dti_text_refuse(t, "BeamEnergy and MaxQ must be above 0, got %g keV and %g",
                               c->energy, c->max_q);
    }
    if (!(c->min_amplitude >= 0 && c->min_amplitude <= 1)) {
        return dti_text_refuse(t, "MinAmplitudeFraction must be from 0 to 1, got %g",
                               c->min_amplitude);
    }
    return DT_OK;
}

dt_status dti_hedm_config_parse(dti_text *t, dt_hedm_config *ret) {
    dt_hedm_config config;
    bool given[KEYS] = {false};
    memset(&config, 0, sizeof config);
    dt_status status = DT_OK;
    while (status == DT_OK && dti_text_next(t)) {
        status = read_line(t, &config, given);
    }
    if (status == DT_OK) {
        status = check(t, &config, given);
    }
    if (status == DT_OK) {
        *ret = config;
    }
    return status;
}

dt_status dt_hedm_config_read(const char *path, dt_hedm_config *ret_config, dt_error *error) {
    char *data;
    size_t size;
    dt_status status = dti_text_load(path, &data, &size, error);
    if (status == DT_OK) {
        dti_text text = dti_text_new(path, data, size, error);
        status = dti_hedm_config_parse(&text, ret_config);
        free(data);
    }
    return status;
}
