/* table.h - the table of options and the one set of values that its rows point into. */
#ifndef ONEPHONON_TABLE_H
#define ONEPHONON_TABLE_H

#include "settings.h"

extern struct settings settings_values;
extern const dt_program settings_program;
extern const char *const settings_presets[];

#endif
