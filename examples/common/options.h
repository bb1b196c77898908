/* options.h - options that several programs have, as rows of their tables. `s` is the variable that
 * holds the settings, with a member for each row. */
#ifndef EXAMPLES_OPTIONS_H
#define EXAMPLES_OPTIONS_H

#include <difftape/config.h>

/* A row reads as a paragraph. */
/* clang-format off */

#define OPTION_CONFIG(s)                                                                           \
    {.name = "config",                                                                             \
     .kind = DT_OPTION_STRING,                                                                     \
     .placeholder = "FILE.json",                                                                   \
     .target = &(s).config,                                                                        \
     .command_line_only = true,                                                                    \
     .help = "read options of the same names from a JSON object; the command line wins"}

/* `reader`: the .parse of a version; `title`: of a group that begins here, or NULL. */
#define OPTION_FORMAT(s, reader, title)                                                            \
    {.name = "format",                                                                             \
     .kind = DT_OPTION_CUSTOM,                                                                     \
     .placeholder = "N",                                                                           \
     .target = &(s).format,                                                                        \
     .parse = reader,                                                                              \
     .default_text = "1",                                                                          \
     .group = title,                                                                               \
     .help = "version of these options, for configuration files"}

/* The last rows of a table. */
#define OPTIONS_AT_END(s)                                                                          \
    {.name = "help",                                                                               \
     .letter = 'h',                                                                                \
     .kind = DT_OPTION_FLAG,                                                                       \
     .target = &(s).help,                                                                          \
     .command_line_only = true,                                                                    \
     .stops = true,                                                                                \
     .help = "print this help"},                                                                   \
    {.name = "version",                                                                            \
     .letter = 'V',                                                                                \
     .kind = DT_OPTION_FLAG,                                                                       \
     .target = &(s).version,                                                                       \
     .command_line_only = true,                                                                    \
     .stops = true,                                                                                \
     .help = "print the version"},                                                                 \
    {.name = NULL}

#define OPTIONS_OF_ALL(s) OPTION_CONFIG(s), OPTIONS_AT_END(s)

#define OPTION_THREADS(s)                                                                          \
    {.name = "threads",                                                                            \
     .kind = DT_OPTION_INT,                                                                        \
     .placeholder = "N",                                                                           \
     .target = &(s).threads,                                                                       \
     .default_text = "0",                                                                          \
     .lower = {DT_BOUND_AT_LEAST, 0},                                                              \
     .group = "Run",                                                                               \
     .help = "threads; 0: all processors. Results do not depend on it"}

#define OPTION_JSON(s)                                                                             \
    {.name = "json",                                                                               \
     .kind = DT_OPTION_FLAG,                                                                       \
     .target = &(s).json,                                                                          \
     .help = "print one JSON object instead of a table"}

/* -- crystals and phonons: onephonon and refine ------------------------------------------------ */

/* `title`: of the group that begins here. */
#define OPTION_CUTOFF(s, title)                                                                    \
    {.name = "cutoff",                                                                             \
     .kind = DT_OPTION_DOUBLE,                                                                     \
     .placeholder = "A",                                                                           \
     .target = &(s).cutoff,                                                                        \
     .default_text = "4",                                                                          \
     .lower = {DT_BOUND_ABOVE, 0},                                                                 \
     .group = title,                                                                               \
     .help = "atoms at most this far apart are joined by a spring, Angstrom"}

#define OPTION_BRAGG_ORDER(s)                                                                      \
    {.name = "bragg-order",                                                                        \
     .kind = DT_OPTION_INT,                                                                        \
     .placeholder = "N",                                                                           \
     .target = &(s).bragg_order,                                                                   \
     .default_text = "4",                                                                          \
     .lower = {DT_BOUND_AT_LEAST, 1},                                                              \
     .help = "order of that mean, 1 to 16; 4 is within 1 % and takes 400 to 1500 evaluations for " \
             "each of these voxels"}

/* Which atoms are kept; a group begins at the first. */
#define OPTIONS_OF_ATOMS(s)                                                                        \
    {.name = "keep-hydrogens",                                                                     \
     .kind = DT_OPTION_FLAG,                                                                       \
     .target = &(s).keep_hydrogens,                                                                \
     .group = "Atoms",                                                                             \
     .help = "keep hydrogen atoms"},                                                               \
    {.name = "keep-waters",                                                                        \
     .kind = DT_OPTION_FLAG,                                                                       \
     .target = &(s).keep_waters,                                                                   \
     .help = "keep water molecules"},                                                              \
    {.name = "keep-ligands",                                                                       \
     .kind = DT_OPTION_FLAG,                                                                       \
     .target = &(s).keep_ligands,                                                                  \
     .help = "keep residues that belong to no polymer"}

/* `words`: the two names, ended by NULL. */
#define OPTION_SPRING_UNIT(s, words)                                                               \
    {.name = "spring-unit",                                                                        \
     .kind = DT_OPTION_CHOICE,                                                                     \
     .placeholder = "kT|N/m",                                                                      \
     .target = &(s).spring_unit,                                                                   \
     .choices = words,                                                                             \
     .default_text = "kT",                                                                         \
     .help = "unit of spring constants: kT/A^2 or N/m"}

#define OPTION_OCCUPATION(s, words)                                                                \
    {.name = "occupation",                                                                         \
     .kind = DT_OPTION_CHOICE,                                                                     \
     .placeholder = "classical|quantum",                                                           \
     .target = &(s).occupation,                                                                    \
     .choices = words,                                                                             \
     .default_text = "classical",                                                                  \
     .help = "how phonons are filled"}

#define OPTION_TEMPERATURE(s)                                                                      \
    {.name = "temperature",                                                                        \
     .kind = DT_OPTION_DOUBLE,                                                                     \
     .placeholder = "K",                                                                           \
     .target = &(s).temperature,                                                                   \
     .default_text = "300",                                                                        \
     .lower = {DT_BOUND_ABOVE, 0},                                                                 \
     .help = "temperature of quantum phonons, and of springs in N/m"}

/* -- grains and beams: hedm_omegas and hedm_refine --------------------------------------------- */

#define OPTION_ENERGY(s, title)                                                                    \
    {.name = "energy",                                                                             \
     .kind = DT_OPTION_DOUBLE,                                                                     \
     .placeholder = "KEV",                                                                         \
     .target = &(s).energy,                                                                        \
     .default_text = "50.02099",                                                                   \
     .lower = {DT_BOUND_ABOVE, 0},                                                                 \
     .group = title,                                                                               \
     .help = "photon energy in keV"}

/* clang-format on */

#endif
