/* provenance.c - hashes of files, and a run described as JSON. */
#include <difftape/provenance.h>

#include <cjson/cJSON.h>
#include <nettle/sha2.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static dt_status io_error(dt_error *error, const char *path, int code) {
    char reason[128];
    if (strerror_r(code, reason, sizeof reason) != 0) {
        snprintf(reason, sizeof reason, "error %d", code);
    }
    return dt_error_set(error, DT_ERR_IO, "%s: cannot read: %s", path, reason);
}

static bool is_regular(const char *path) {
    struct stat file;
    return stat(path, &file) == 0 && S_ISREG(file.st_mode);
}

dt_status dt_file_sha256(const char *path, char ret_hex[DT_SHA256_SIZE], int64_t *ret_bytes,
                         dt_error *error) {
    if (path == NULL || ret_hex == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_file_sha256: %s is NULL",
                            path == NULL ? "path" : "ret_hex");
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return io_error(error, path, errno);
    }
    if (!is_regular(path)) {
        fclose(file);
        return dt_error_set(error, DT_ERR_IO, "%s: cannot be hashed: it is no regular file", path);
    }
    struct sha256_ctx state;
    uint8_t block[1 << 14], digest[SHA256_DIGEST_SIZE];
    int64_t bytes = 0;
    sha256_init(&state);
    errno = 0;
    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0; bytes += (int64_t)n) {
        sha256_update(&state, n, block);
    }
    int failure = ferror(file) ? (errno != 0 ? errno : EIO) : 0;
    fclose(file);
    if (failure != 0) {
        return io_error(error, path, failure);
    }
    sha256_digest(&state, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
    }
    if (ret_bytes != NULL) {
        *ret_bytes = bytes;
    }
    return DT_OK;
}

/* -- the object -------------------------------------------------------------------------------- */

static dt_status no_memory(dt_error *error) {
    return dt_error_set(error, DT_ERR_MEMORY, "no memory for the description of a run");
}

static dt_status add_options(cJSON *object, const char *options, dt_error *error) {
    if (options == NULL) {
        return DT_OK;
    }
    cJSON *parsed = cJSON_Parse(options);
    if (!cJSON_IsObject(parsed)) {
        cJSON_Delete(parsed);
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "dt_provenance_json: options are no JSON object: %.60s", options);
    }
    if (!cJSON_AddItemToObject(object, "options", parsed)) {
        cJSON_Delete(parsed);
        return no_memory(error);
    }
    return DT_OK;
}

static dt_status add_input(cJSON *list, const char *path, dt_error *error) {
    char hex[DT_SHA256_SIZE];
    int64_t bytes = 0;
    bool regular = is_regular(path);
    if (regular) {
        dt_status status = dt_file_sha256(path, hex, &bytes, error);
        if (status != DT_OK) {
            return status;
        }
    }
    cJSON *input = cJSON_CreateObject();
    if (!cJSON_AddItemToArray(list, input)) {
        cJSON_Delete(input);
        return no_memory(error);
    }
    bool added =
        cJSON_AddStringToObject(input, "file", path) &&
        (regular ? cJSON_AddNumberToObject(input, "bytes", (double)bytes) &&
                       cJSON_AddStringToObject(input, "sha256", hex)
                 : cJSON_AddNullToObject(input, "bytes") && cJSON_AddNullToObject(input, "sha256"));
    return added ? DT_OK : no_memory(error);
}

/* Only the date that the environment asks for: today's would make equal runs differ. */
static dt_status add_date(cJSON *object, dt_error *error) {
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    if (epoch == NULL || *epoch == '\0') {
        return DT_OK;
    }
    char *end, text[32];
    errno = 0;
    long long seconds = strtoll(epoch, &end, 10);
    time_t at = (time_t)seconds;
    struct tm date;
    if (errno != 0 || *end != '\0' || seconds < 0 || gmtime_r(&at, &date) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &date) == 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "SOURCE_DATE_EPOCH must be a whole number of seconds since 1970, got "
                            "'%.60s'",
                            epoch);
    }
    return cJSON_AddStringToObject(object, "date", text) ? DT_OK : no_memory(error);
}

static dt_status add_seed(cJSON *object, const uint64_t *seed, dt_error *error) {
    char digits[24]; /* as text: a double has no room for all of 64 bits */
    if (seed != NULL) {
        snprintf(digits, sizeof digits, "%" PRIu64, *seed);
    }
    cJSON *added = seed != NULL ? cJSON_AddRawToObject(object, "seed", digits)
                                : cJSON_AddNullToObject(object, "seed");
    return added != NULL ? DT_OK : no_memory(error);
}

static dt_status fill(cJSON *object, const dt_provenance *p, dt_error *error) {
    if (!cJSON_AddStringToObject(object, "program", p->program) ||
        !cJSON_AddStringToObject(object, "difftape", DT_VERSION)) {
        return no_memory(error);
    }
    dt_status status = add_options(object, p->options, error);
    cJSON *list = status == DT_OK ? cJSON_AddArrayToObject(object, "inputs") : NULL;
    if (status == DT_OK && list == NULL) {
        status = no_memory(error);
    }
    for (int64_t i = 0; status == DT_OK && i < p->n_inputs; i++) {
        status = p->inputs[i] != NULL ? add_input(list, p->inputs[i], error) : DT_OK;
    }
    if (status == DT_OK && p->threads > 0 &&
        !cJSON_AddNumberToObject(object, "threads", p->threads)) {
        status = no_memory(error);
    }
    status = status == DT_OK ? add_seed(object, p->seed, error) : status;
    return status == DT_OK ? add_date(object, error) : status;
}

dt_status dt_provenance_json(const dt_provenance *provenance, char **ret_text, dt_error *error) {
    if (provenance == NULL || ret_text == NULL || provenance->program == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_provenance_json: %s is NULL",
                            provenance == NULL ? "provenance"
                            : ret_text == NULL ? "ret_text"
                                               : "program");
    }
    cJSON *object = cJSON_CreateObject();
    dt_status status = object != NULL ? fill(object, provenance, error) : no_memory(error);
    char *text = status == DT_OK ? cJSON_PrintUnformatted(object) : NULL;
    cJSON_Delete(object);
    if (status != DT_OK) {
        return status;
    }
    if (text == NULL) {
        return no_memory(error);
    }
    *ret_text = text;
    return DT_OK;
}
