/* format.c - sizes and durations as people write them. */
#include <difftape/progress.h>

#include <math.h>

const char *dt_format_bytes(char *buffer, size_t size, double bytes) {
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    int unit = -1;
    /* 999.5 would be printed as 1000, so it already belongs to the next unit */
    while (bytes >= 999.5 && unit + 1 < (int)(sizeof units / sizeof *units)) {
        bytes /= 1000;
        unit++;
    }
    if (unit < 0) {
        snprintf(buffer, size, "%.0f B", bytes);
    } else {
        snprintf(buffer, size, "%.*f %s",
                 bytes < 9.995   ? 2
                 : bytes < 99.95 ? 1
                                 : 0,
                 bytes, units[unit]);
    }
    return buffer;
}

const char *dt_format_duration(char *buffer, size_t size, double seconds) {
    if (!isfinite(seconds) || seconds < 0 || seconds > 1e12) {
        snprintf(buffer, size, "--:--");
        return buffer;
    }
    long long whole = (long long)(seconds + 0.5);
    int hours_shown = whole >= 3600;
    int minutes = (int)(whole / 60 % 60), rest = (int)(whole % 60);
    if (hours_shown) {
        snprintf(buffer, size, "%lld:%02d:%02d", whole / 3600, minutes, rest);
    } else {
        snprintf(buffer, size, "%02d:%02d", minutes, rest);
    }
    return buffer;
}
