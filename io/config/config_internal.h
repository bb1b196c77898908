/* config_internal.h - where a JSON text is wrong, in words. */
#ifndef DTI_CONFIG_INTERNAL_H
#define DTI_CONFIG_INTERNAL_H

#include <difftape/status.h>

/* The JSON parser stopped near byte `near` of the NUL-terminated `text`: set DT_ERR_FORMAT with
 * path:line:column (both from 1, columns in characters) and what was expected. The error's index
 * is the line. */
dt_status dti_config_syntax_error(const char *path, const char *text, size_t near, dt_error *error);

/* The same place and a message of the caller's. */
dt_status dti_config_error_at(const char *path, const char *text, size_t at, const char *message,
                              dt_error *error);

#endif
