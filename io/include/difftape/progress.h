/* progress.h - how far a long computation has come; sizes and durations for people. */
#ifndef DIFFTAPE_PROGRESS_H
#define DIFFTAPE_PROGRESS_H

#include <difftape/base.h>

#include <stdio.h>

DT_BEGIN_DECLS

/** AUTO: a redrawn line if the stream is a terminal, else a plain line every 10 %. NEVER: silence.
 * ALWAYS: the redrawn line even where the stream is not a terminal. */
typedef enum dt_progress_mode {
    DT_PROGRESS_AUTO,
    DT_PROGRESS_NEVER,
    DT_PROGRESS_ALWAYS
} dt_progress_mode;

/** The words "auto", "never", "always" in the order of dt_progress_mode, ended by NULL: the choices
 * of a --progress option. */
DT_API extern const char *const dt_progress_mode_names[];

/** One display. Not locked: one thread at a time may call it. */
typedef struct dt_progress dt_progress;

/** Begin a display such as
 *      wavevectors  412/1331  31 %  eta 00:42
 * on `stream` (usually stderr). `title` is copied. Returns NULL without memory: progress is never
 * a reason to stop, and every function below takes NULL as a silent display. */
DT_API dt_progress *dt_progress_new(FILE *stream, dt_progress_mode mode, const char *title);

/** Say that `done` of `total` equal steps are finished; cheap to call for every step. A redrawn
 * line is renewed at most ten times a second and is never wider than the terminal; plain lines come
 * when another 10 % has been passed. The remaining time assumes that the mean speed stays. `done`
 * is clipped to [0, total]; total <= 0 shows nothing. */
DT_API void dt_progress_update(dt_progress *progress, int64_t done, int64_t total);

/** Take the redrawn line away, so that a message can be printed; the next update draws it anew. */
DT_API void dt_progress_clear(dt_progress *progress);

/** End the display (the redrawn line disappears) and release it. NULL is fine. */
DT_API void dt_progress_free(dt_progress *progress);

/** "999 B", "12.3 kB", "4.56 GB": powers of 1000, three digits. Returns `buffer`; 16 bytes are
 * enough. */
DT_API const char *dt_format_bytes(char *buffer, size_t size, double bytes);

/** Seconds as "mm:ss", or "h:mm:ss" from one hour on; "--:--" for a negative or non-finite number.
 * Returns `buffer`; 24 bytes suffice. */
DT_API const char *dt_format_duration(char *buffer, size_t size, double seconds);

DT_END_DECLS

#endif
