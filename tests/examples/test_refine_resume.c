/* test_refine_resume.c - refine is killed, and goes on as if nothing had happened. */
#include "refine_case.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define FIT "--target=target.npz --springs=3,1.5 --refine=springs,flat --method=lbfgs --quiet "

static void enter(void) {
    enter_folder();
    must_run("--simulate=target.npz --springs=1,0.5 --hkl=-4:4:3,-4:4:3,-4:4:3 " CRYSTAL);
}

TestSuite(refine_resume, .init = enter, .fini = leave_fits, .timeout = 280);

/* Lines of again/history.csv; 0 if it is not there. */
static int history_lines(void) {
    FILE *file = fopen("again/history.csv", "r");
    int lines = 0;
    for (int c; file != NULL && (c = getc(file)) != EOF;) {
        lines += c == '\n';
    }
    if (file != NULL) {
        fclose(file);
    }
    return lines;
}

/* Start or resume the fit, and kill it with this signal once its history has so many lines. */
static int run_until(int lines, int signal_number) {
    fflush(NULL);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execl(DT_PROGRAM, DT_PROGRAM, "--target=target.npz", "--springs=3,1.5",
              "--refine=springs,flat", "--method=lbfgs", "--quiet", "--resume", "-oagain",
              "--threads=2", CRYSTAL, (char *)NULL);
        _exit(127);
    }
    int status;
    while (history_lines() < lines && waitpid(child, &status, WNOHANG) == 0) {
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
    cr_assert(history_lines() >= lines, "it ended after %d lines", history_lines());
    kill(child, signal_number);
    while (waitpid(child, &status, 0) < 0) {
        cr_assert(errno == EINTR);
    }
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* Every file of two fits, but for what in them tells how they came about: folder and threads. */
static void expect_same_files(void) {
    static const char *const files[] = {"history.csv",   "parameters.csv", "shells.csv",
                                        "distances.csv", "state.npz",      "data.png",
                                        "model.png",     "difference.png"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[2][64];
        snprintf(path[0], sizeof path[0], "fit/%s", files[i]);
        snprintf(path[1], sizeof path[1], "again/%s", files[i]);
        expect_equal_files(path[0], path[1]);
    }
    dt_array a = member("fit/model.npz", "intensity"), b = member("again/model.npz", "intensity");
    int64_t n = dt_array_size(&a);
    cr_expect(n > 0 && n == dt_array_size(&b) &&
                  memcmp(a.data, b.data, (size_t)n * sizeof(double)) == 0,
              "the models differ");
    dt_array_free(&a);
    dt_array_free(&b);
}

Test(refine_resume, killed_three_times_it_ends_with_the_same_files_bit_for_bit) {
    must_run(FIT "--threads=3 -o fit " CRYSTAL);
    for (int lines = 3; lines <= 9; lines += 3) {
        int ended = run_until(lines, SIGKILL);
        cr_assert(ended == -SIGKILL, "it was not killed but ended with %d", ended);
        cr_expect(history_lines() >= lines, "iterations were lost");
    }
    must_run(FIT "-o again --resume " CRYSTAL);
    expect_same_files();
}

Test(refine_resume, an_interrupt_keeps_finished_iterations) {
    must_run(FIT "-o fit " CRYSTAL);
    int ended = run_until(4, SIGINT);
    cr_assert(ended == 130, "it ended with %d", ended);
    cr_expect(history_lines() >= 4);
    must_run(FIT "-o again --resume " CRYSTAL);
    expect_same_files();
}

Test(refine_resume, more_iterations_go_on_from_the_limit_and_a_finished_fit_only_writes_again) {
    must_run(FIT "-o fit " CRYSTAL);
    const char *out = must_run(FIT "-o again --iterations=3 " CRYSTAL);
    cr_expect(strstr(out, "not converged after 3 iterations") != NULL, "%s", out);
    must_run(FIT "-o again --resume " CRYSTAL);
    expect_same_files();
    unlink("again/parameters.csv");
    must_run("--config=again/config.json --resume " CRYSTAL);
    expect_same_files();
}

/* The state file stays as it is. */
static void expect_kept(const char *arguments, const char *sentence) {
    size_t before, after;
    const char *a = read_text("fit/state.npz", &before);
    struct outcome o = run(arguments);
    cr_expect(o.code == 3 && strstr(o.err, sentence) != NULL, "exit code %d\n%s", o.code, o.err);
    const char *b = read_text("fit/state.npz", &after);
    cr_expect(before == after && memcmp(a, b, before) == 0, "the state was changed");
}

Test(refine_resume, a_state_is_not_overwritten_nor_taken_for_that_of_another_fit) {
    must_run(FIT "-o fit --iterations=2 " CRYSTAL);
    expect_kept(FIT "-o fit " CRYSTAL, "is there already: go on with that fit by --resume");
    expect_kept(FIT "-o fit --resume --springs=2,1.5 " CRYSTAL, "belongs to another fit");
    expect_kept(FIT "-o fit --resume --method=lm " CRYSTAL, "belongs to another fit");
    expect_kept(FIT "-o fit --resume --dmin=6 " CRYSTAL, "belongs to another fit");
    expect_kept(FIT "-o fit --resume --hold=0 " CRYSTAL, "belongs to another fit");
    expect_kept(FIT "-o fit --resume --cutoff=5 " CRYSTAL, "belongs to another fit");
    expect_kept(FIT "-o fit --resume --bragg=drop " CRYSTAL, "belongs to another fit");
    expect_kept(FIT "-o fit --resume --u-scale=2 " CRYSTAL, "belongs to another fit");
    expect_kept(FIT "-o fit --resume --occupation=quantum " CRYSTAL, "belongs to another fit");

    dt_npz_writer *writer = NULL;
    dt_error error = DT_ERROR_INIT;
    const int64_t newer[3] = {2, 0, 0};
    const dt_array identity = dt_array_wrap(DT_I64, 1, (const int64_t[]){3}, newer);
    cr_assert(dt_npz_create(&writer, "fit/state.npz", &error) == DT_OK, "%s", error.message);
    dt_npz_add(writer, "identity", &identity);
    cr_assert(dt_npz_finish(writer, &error) == DT_OK, "%s", error.message);
    expect_kept(FIT "-o fit --resume " CRYSTAL, "was written by a newer refine");
    write_text("fit/state.npz", "nonsense");
    expect_kept(FIT "-o fit --resume " CRYSTAL, "fit/state.npz");
}
