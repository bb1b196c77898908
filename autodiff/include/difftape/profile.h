/* profile.h - where time and memory go: the graph as a picture, operations as a table or trace. */
#ifndef DIFFTAPE_PROFILE_H
#define DIFFTAPE_PROFILE_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/** Receives a text piece by piece, for instance to fputs it to a file. */
typedef void dt_write_fn(void *user, const char *text);

/** The graph that led to y, in the DOT language (draw it with `dot -Tsvg`): operations with their
 *  results' shapes, types and bytes, parameters and constants, and with profiling on the time each
 *  took. Only what depends on a parameter is recorded, so only that is drawn, with its direct
 *  inputs. */
DT_API void dt_graph_write_dot(dt_tensor *y, dt_write_fn *write, void *user);

/** Switch the measurement of every operation of this tape on or off; on forgets what was measured
 *  before. It costs about 50 ns an operation. What worker tapes of dt_map_batches do counts as one
 *  operation. */
DT_API void dt_profile_enable(dt_tape *tape, bool on);

/** The two reports: a table of operations by total time (calls, time forward and in sweeps, bytes
 *  of results), and every single operation as Chrome trace events (open in chrome://tracing or
 *  Perfetto). */
typedef enum dt_profile_report { DT_PROFILE_TABLE, DT_PROFILE_TRACE } dt_profile_report;

/** Write what was measured. */
DT_API void dt_profile_write(const dt_tape *tape, dt_profile_report report, dt_write_fn *write,
                             void *user);

DT_END_DECLS

#endif
