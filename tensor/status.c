/* status.c - error codes and the first-error-wins message. */
#include <difftape/status.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
#define STATUS_NAME(id, text) #id,
    DT_STATUS_LIST(STATUS_NAME)
#undef STATUS_NAME
};

static bool known(dt_status status) {
    return (int)status >= 0 && (int)status < DT_STATUS_COUNT;
}

const char *dt_status_name(dt_status status) {
    return known(status) ? names[status] : "DT_ERR_UNKNOWN";
}

/* A message that does not fit ends in "..." so that nobody takes it for the whole. */
static void store(char *message, const char *text) {
    size_t length = strlen(text);
    if (length < DT_MESSAGE_SIZE) {
        memcpy(message, text, length + 1);
    } else {
        memcpy(message, text, DT_MESSAGE_SIZE - 4);
        memcpy(message + DT_MESSAGE_SIZE - 4, "...", 4);
    }
}

dt_status dt_error_set(dt_error *error, dt_status status, const char *format, ...) {
    if (error == NULL || error->status != DT_OK) {
        return status;
    }
    char text[2 * DT_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    error->status = status;
    store(error->message, text);
    return status;
}

void dt_error_context(dt_error *error, const char *format, ...) {
    if (error == NULL || error->status == DT_OK) {
        return;
    }
    char context[DT_MESSAGE_SIZE];
    char text[3 * DT_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
    snprintf(text, sizeof text, "%s: %s", context, error->message);
    store(error->message, text);
}
