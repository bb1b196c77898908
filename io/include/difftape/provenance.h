/* provenance.h - where a result comes from: program, options, hashes of what was read. */
#ifndef DIFFTAPE_PROVENANCE_H
#define DIFFTAPE_PROVENANCE_H

#include <difftape/base.h>
#include <difftape/status.h>

DT_BEGIN_DECLS

/** Capacity of a SHA-256 in hexadecimal digits, terminating NUL included. */
#define DT_SHA256_SIZE 65

/** The SHA-256 (FIPS 180-4) of a file's bytes as they lie on the disk, compressed files too, and
 *  their number (may be NULL). Errors: DT_ERR_IO (missing, unreadable, a folder), also for what is
 *  no regular file: a pipe cannot be read twice. */
DT_API dt_status dt_file_sha256(const char *path, char ret_hex[DT_SHA256_SIZE], int64_t *ret_bytes,
                                dt_error *error);

/** What a run was. */
typedef struct dt_provenance {
    const char *program;       /**< "onephonon" */
    const char *options;       /**< JSON object (dt_options_write_json); NULL: none */
    const char *const *inputs; /**< names of files that were read; NULL entries are skipped */
    int64_t n_inputs;
    int threads;          /**< 0: not stated */
    const uint64_t *seed; /**< of random numbers; NULL: there were none */
} dt_provenance;

/** One JSON object with program, difftape (version), options, inputs (file, bytes, sha256 each),
 *  threads, seed (null where there were no random numbers), and, only where the environment
 *  variable SOURCE_DATE_EPOCH is set (reproducible-builds.org), that date: equal runs give equal
 *  text. An input that is no regular file has null for bytes and sha256. Release with free.
 *  Errors: DT_ERR_IO (an input that cannot be read), DT_ERR_ARGUMENT (program NULL, options that
 *  are no JSON object, a SOURCE_DATE_EPOCH that is no whole number of seconds), DT_ERR_MEMORY. */
DT_API dt_status dt_provenance_json(const dt_provenance *provenance, char **ret_text,
                                    dt_error *error);

DT_END_DECLS

#endif
