/* table.c - the options of onephonon: one table for command line, configuration file and help. */
#include "table.h"

#include "../common/options.h"
#include "../common/parse.h"

/* Whether a range fits its samples depends on --preset, which may come later. */
static dt_status parse_grid(const char *text, void *target, dt_error *error) {
    return parse_grid_text(text, DT_QUIRK_GRID_TRUNCATED | DT_QUIRK_K_OF_INDEX, target, error);
}

static dt_status parse_format(const char *text, void *target, dt_error *error) {
    return parse_version(text, "onephonon", 1, target, error);
}

static const char *const occupancies[] = {"one", "file", NULL};
const char *const settings_presets[] = {"physical", "eryx", "eryx-torch", NULL};
static const char *const adps[] = {"data", "model", "data-tensors", "model-tensors", NULL};
static const char *const networks[] = {"gnm", "anm", "hybrid", NULL};
static const char *const units[] = {"kT", "N/m", NULL};
static const char *const braggs[] = {"flag", "drop", "average", NULL};
static const char *const occupations[] = {"classical", "quantum", NULL};
static const char *const examples[] = {
    "onephonon --hkl=-5:5:3,-5:5:3,-5:5:3 -o map.npz --picture=map.png 3al1.pdb",
    "onephonon --dry-run --hkl=-20:20:4,-20:20:4,-25:25:4 3al1.pdb",
    "onephonon --preset=eryx --hkl=-4:4:3,-4:4:3,-4:4:3 -o eryx.npz 3al1.pdb",
    "onephonon --network=hybrid --springs=0.2:1 --groups=residue --bragg=average 3al1.pdb",
    "onephonon --cotangent=dLdI.npy -o gradients.npz 3al1.pdb",
    NULL};

/* The one run of this process: rows of a constant table point into it. */
struct settings settings_values;

/* clang-format off: a row reads as a paragraph */
static const dt_option table[] = {
    {.name = "hkl",
     .kind = DT_OPTION_CUSTOM,
     .placeholder = "H0:H1:N,K0:K1:N,L0:L1:N",
     .target = &settings_values.grid,
     .parse = parse_grid,
     .default_text = "-5:5:3,-5:5:3,-5:5:3",
     .group = "Map",
     .help = "limits in Miller indices and samples per unit along each axis"},
    {.name = "dmin",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "A",
     .target = &settings_values.d_min,
     .default_text = "0",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help = "resolution limit in Angstrom: voxels with d <= A are invalid; 0: none"},
    {.name = "points",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.npy",
     .target = &settings_values.points,
     .help = "any points instead of a grid: Miller indices, f64 of shape (n,3)"},
    {.name = "q",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.npy",
     .target = &settings_values.q,
     .help = "the same as scattering vectors in 1/Angstrom, f64 of shape (n,3)"},
    {.name = "bragg",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "flag|drop|average",
     .target = &settings_values.bragg,
     .choices = braggs,
     .default_text = "flag",
     .help = "voxels at whole h, k, l: invalid; without the three acoustic phonons, which diverge "
             "there; or the mean over the voxel"},
    OPTION_BRAGG_ORDER(settings_values),
    OPTION_CUTOFF(settings_values, "Model"),
    {.name = "network",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "gnm|anm|hybrid",
     .target = &settings_values.network,
     .choices = networks,
     .default_text = "gnm",
     .help = "springs resist every displacement alike, only stretching, or stretching and shear "
             "differently"},
    {.name = "groups",
     .kind = DT_OPTION_STRING,
     .placeholder = "asu|chain|residue|atoms|FILE.npy",
     .target = &settings_values.groups,
     .default_text = "asu",
     .help = "what moves as a rigid body: the asymmetric unit, chains, residues, single atoms, or "
             "atoms of equal numbers in a file, i64 of shape (atoms)"},
    {.name = "gamma-intra",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "G",
     .target = &settings_values.gamma_intra,
     .default_text = "1",
     .help = "spring constant within an asymmetric unit, kT/A^2"},
    {.name = "gamma-inter",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "G",
     .target = &settings_values.gamma_inter,
     .default_text = "1",
     .help = "spring constant between asymmetric units, kT/A^2"},
    {.name = "classes",
     .kind = DT_OPTION_STRING,
     .placeholder = "intra-inter|single|interfaces|residues|residue-interfaces|FILE.npy",
     .target = &settings_values.classes,
     .default_text = "intra-inter",
     .help = "which springs share a constant: those within and between asymmetric units; all; "
             "those of each interface; of each pair of residues; of each pair of residues of each "
             "interface; or as a table of residues says, i64 of shape (2,residues,residues): "
             "classes within and between units, negative for no spring"},
    {.name = "springs",
     .kind = DT_OPTION_STRING,
     .placeholder = "G,G,...|FILE.npy",
     .target = &settings_values.springs,
     .help = "spring constants instead of the two gammas, one for each class or one for all; "
             "ACROSS:ALONG,... for hybrid springs. A file has shape (classes) or (classes,2)"},
    OPTION_SPRING_UNIT(settings_values, units),
    {.name = "decay",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "P",
     .target = &settings_values.decay,
     .default_text = "0",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help = "springs of length r weaken as (A/r)^P, A from --decay-from"},
    {.name = "decay-from",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "A",
     .target = &settings_values.decay_from,
     .default_text = "1",
     .lower = {DT_BOUND_ABOVE, 0},
     .help = "length at which a decaying spring has its constant, Angstrom"},
    {.name = "taper",
     .kind = DT_OPTION_DOUBLE,
     .placeholder = "A",
     .target = &settings_values.taper,
     .default_text = "0",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help = "springs fall smoothly to 0 over the last A Angstrom before the cutoff"},
    OPTION_OCCUPATION(settings_values, occupations),
    OPTION_TEMPERATURE(settings_values),
    {.name = "cell-range",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &settings_values.cell_range,
     .default_text = "0",
     .lower = {DT_BOUND_AT_LEAST, 0},
     .help =
         "look for contacts at most N cells away; 0: as far as the cutoff reaches; 1: in the 27 "
         "nearest cells, where other programs stop and may miss some"},
    {.name = "adp",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "data|model|data-tensors|model-tensors",
     .target = &settings_values.adp,
     .choices = adps,
     .default_text = "data",
     .help = "displacements in the Debye-Waller factors: those of the file, or those the springs "
             "give, averaged over as many wavevectors as the map has; isotropic, or as tensors"},
    {.name = "rank",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &settings_values.rank,
     .default_text = "-1",
     .lower = {DT_BOUND_AT_LEAST, -1},
     .help = "one phonon of every wavevector alone, 0 the softest; -1: all of them"},
    {.name = "preset",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "physical|eryx|eryx-torch",
     .target = &settings_values.preset,
     .choices = settings_presets,
     .default_text = "physical",
     .help = "physical: what is right. The others reproduce the programs of these names with their "
             "mistakes, and need a file with REMARK 290 and SCALE records"},
    OPTIONS_OF_ATOMS(settings_values),
    {.name = "occupancy",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "one|file",
     .target = &settings_values.occupancy,
     .choices = occupancies,
     .default_text = "one",
     .help = "weight of an atom: 1 (only the first alternative conformation is kept, and it stands "
             "for all), or what the file says"},
    {.name = "cotangent",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.npy",
     .target = &settings_values.cotangent,
     .group = "Gradients",
     .help =
         "dL/dI of a loss L, shape (nh,nk,nl): the output also gets the gradient of L for every "
         "parameter"},
    {.name = "output",
     .letter = 'o',
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE",
     .target = &settings_values.output,
     .group = "Output",
     .help =
         "write intensity, valid, h, k, l, cell and where they come from (and gradients): as "
         ".npz (NumPy), .h5 or .nxs (HDF5, NeXus), or .ccp4 or .map (CCP4, the intensity only)"},
    {.name = "profile",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.csv",
     .target = &settings_values.profile,
     .help = "write mean, deviation and range of the intensity in shells of resolution"},
    {.name = "shells",
     .kind = DT_OPTION_INT,
     .placeholder = "N",
     .target = &settings_values.shells,
     .default_text = "20",
     .lower = {DT_BOUND_AT_LEAST, 1},
     .help = "shells of the profile, of equal width in 1/d"},
    {.name = "picture",
     .kind = DT_OPTION_STRING,
     .placeholder = "FILE.png",
     .target = &settings_values.picture,
     .help = "draw one layer of the map"},
    {.name = "layer",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "hk0|h0l|0kl",
     .target = &settings_values.layer,
     .choices = layer_words,
     .default_text = "hk0",
     .help = "which layer"},
    OPTION_JSON(settings_values),
    OPTION_THREADS(settings_values),
    {.name = "progress",
     .kind = DT_OPTION_CHOICE,
     .placeholder = "auto|never|always",
     .target = &settings_values.progress,
     .choices = dt_progress_mode_names,
     .default_text = "auto",
     .help = "show progress on standard error"},
    {.name = "dry-run",
     .kind = DT_OPTION_FLAG,
     .target = &settings_values.dry_run,
     .help = "print sizes, memory and an estimate of the time, then stop"},
    OPTION_CONFIG(settings_values),
    OPTION_FORMAT(settings_values, parse_format, NULL),
    OPTIONS_AT_END(settings_values)};
/* clang-format on */

const dt_program settings_program = {
    .name = "onephonon",
    .arguments = "STRUCTURE",
    .min_arguments = 1,
    .max_arguments = 1,
    .purpose =
        "One-phonon diffuse scattering of a protein crystal whose rigid groups are joined by "
        "springs, with exact gradients.",
    .options = table,
    .examples = examples,
    .footer = "STRUCTURE is a PDB or mmCIF file, plain or gzip-compressed. Intensities are in e^2 "
              "per unit cell "
              "(kT = 1, springs in kT/A^2); voxels at whole h, k, l (Bragg peaks, see --bragg) and "
              "beyond --dmin are 0 and false in `valid`.\n"
              "Exit codes: 0 done, 2 usage, 3 input or output file, 4 numerics, 5 memory, 130 "
              "interrupted."};
