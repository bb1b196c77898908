/* program.h - start onephonon, or another program, as a user does and look at what it leaves
 * behind. */
#ifndef TEST_EXAMPLES_PROGRAM_H
#define TEST_EXAMPLES_PROGRAM_H

#include <difftape/npy.h>

#include <cjson/cJSON.h>
#include <criterion/criterion.h>

/** The bundled crystal, as the tests' folder sees it. */
#define CRYSTAL "3al1.pdb"

/** Step into an empty folder that holds only the crystal; leave_folder removes it. For a suite's
 * .init and .fini. */
void enter_folder(void);
void leave_folder(void);

/** The names in the folder but the crystal's, sorted, separated by blanks. Hidden ones count. */
const char *folder_list(void);

/** What a run under odd circumstances has; {0} is an ordinary one. */
struct conditions {
    bool terminal;        /* standard error is a terminal */
    bool interrupt;       /* SIGINT as soon as something stands on standard error */
    int64_t file_bytes;   /* largest file it may write (RLIMIT_FSIZE); 0: any */
    int64_t memory_bytes; /* largest address space (RLIMIT_AS); 0: any */
    const char *output;   /* file that standard output goes to, instead of outcome.out */
    bool closed_streams;  /* started with standard output and standard error closed */
};

/** What came of it. Strings end in NUL; they live as long as the test. */
struct outcome {
    int code; /* exit code, 128 + n for signal n */
    char *out, *err;
};

/** Run the program with these arguments (separated by single blanks) in the current folder. */
struct outcome run(const char *arguments);
struct outcome run_under(struct conditions conditions, const char *arguments);

/** Fail unless it ends with this code, "PROGRAM: error: ", this sentence somewhere behind it, an
 * empty standard output, and no file but those named. */
void expect_refused(const char *arguments, int code, const char *sentence, const char *files);

/** Files. write_text and write_map make them; read_text gives a file's bytes and their number. */
void write_text(const char *path, const char *text);
void write_map(const char *path, dt_dtype dtype, int ndim, const int64_t *shape, double value);
char *read_text(const char *path, size_t *ret_size);

/** The crystal with its CRYST1 line replaced; NULL takes the line away. */
void write_crystal(const char *path, const char *cryst1);

/** A number of a JSON object, by name; the test fails where it is missing. */
double number_of(const cJSON *object, const char *name);

/** A JSON object that is all of the text. Release with cJSON_Delete. */
cJSON *parse_json(const char *text);

#endif
