/* text.h - the words of a text file line by line, and complaints that name the line. */
#ifndef DTI_HEDM_TEXT_H
#define DTI_HEDM_TEXT_H

#include <difftape/hedm_files.h>

/* The most words of a line that are looked at, and the most bytes of a file. */
enum { DTI_MAX_WORDS = 24, DTI_MAX_TEXT = 1 << 28 };

/* A place in a text. The words of the current line point into it; they have no NUL at the end. */
typedef struct dti_text {
    const char *name; /* of the file, for messages */
    const char *at, *end;
    const char *separators; /* besides blanks and tabs */
    bool hash_comments;     /* skip lines whose first word begins with # */
    int64_t line;           /* number of the current line */
    int n;                  /* words in it, at most DTI_MAX_WORDS */
    const char *word[DTI_MAX_WORDS];
    int length[DTI_MAX_WORDS];
    dt_error *error;
} dti_text;

/* Begin. The data must outlive the text. */
dti_text dti_text_new(const char *name, const char *data, size_t size, dt_error *error);

/* The next line that has words; false at the end. */
bool dti_text_next(dti_text *text);

/* "NAME: line N: " and this sentence, as DT_ERR_FORMAT with the line as index. */
dt_status dti_text_refuse(const dti_text *text, const char *format, ...) DT_PRINTF(2, 3);

/* Word `first` and those behind it as finite numbers; `what` names them in a complaint. */
dt_status dti_text_numbers(const dti_text *text, int first, int n, const char *what, double *ret);

/* A whole number of low <= x <= high. */
dt_status dti_text_whole(const dti_text *text, int word, const char *what, int64_t low,
                         int64_t high, int64_t *ret);

/* Does the word read `wanted`? */
bool dti_text_is(const dti_text *text, int word, const char *wanted);

/* All bytes of a file, to be released with free(). */
dt_status dti_text_load(const char *path, char **ret_data, size_t *ret_size, dt_error *error);

/* Room for one more of `size` bytes in *data: it grows by doubling. False without memory. */
bool dti_text_grow(void **data, int64_t n, int64_t *capacity, size_t size);

/* The parsers, for files and for fuzzing. */
dt_status dti_mic_parse(dti_text *text, dt_mic *ret);
dt_status dti_detector_parse(dti_text *text, dt_detector_entry **ret_entries, int64_t *ret_n);
dt_status dti_unit_cell_parse(dti_text *text, dt_unit_cell *ret);
dt_status dti_omega_ranges_parse(dti_text *text, int64_t n_detectors, dt_array *ret);
dt_status dti_orientation_list_parse(dti_text *text, dt_array *ret);
dt_status dti_hedm_config_parse(dti_text *text, dt_hedm_config *ret);
dt_status dti_csv_parse(dti_text *text, int n, const char *const *columns, const double *defaults,
                        dt_array *ret);
dt_status dti_grains_parse(dti_text *text, dt_grain_entry **ret_grains, int64_t *ret_n);

/* A text being written. printf as in the C locale whatever the program's; the first failure
 * sticks. */
typedef struct dti_writer dti_writer;
dt_status dti_writer_open(const char *path, dti_writer **ret_writer, dt_error *error);
void dti_writer_text(dti_writer *writer, const char *text);
void dti_writer_number(dti_writer *writer, double x, int digits);
dt_status dti_writer_close(dti_writer *writer);

#endif
