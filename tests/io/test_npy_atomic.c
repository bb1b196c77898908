/* test_npy_atomic.c - a file appears whole or not at all: full disks, bad folders, links. */
#include "test_npy_common.h"

#include "atomic_file.h"

TestSuite(npy_atomic, .init = enter_folder, .fini = leave_folder);

static const char old_bytes[] = "the old file";

static void expect_old_file_only(const char *path) {
    expect_file(path, old_bytes, sizeof old_bytes);
    cr_expect(count_files(false) == 1, "%d files where only %s was", count_files(false), path);
}

Test(npy_atomic, a_disk_that_fills_up_leaves_the_old_npy_file_and_no_temporary) {
    dt_array array = numbered(DT_F64, 1, (int64_t[]){100000});
    put_file("map.npy", old_bytes, sizeof old_bytes);
    fill_disk(40000);
    dt_error error = DT_ERROR_INIT;
    expect_status(dt_npy_write("map.npy", &array, &error), DT_ERR_IO, &error,
                  "cannot write map.npy: ");
    expect_old_file_only("map.npy");
    dt_array_free(&array);
}

/* Small files fit the stream's buffer, so that only the flush at the end meets the full disk. */
Test(npy_atomic, a_disk_without_room_for_the_last_bytes_is_noticed_at_the_end) {
    dt_array array = numbered(DT_F64, 1, (int64_t[]){10});
    put_file("map.npy", old_bytes, sizeof old_bytes);
    fill_disk(100);
    dt_error error = DT_ERROR_INIT;
    expect_status(dt_npy_write("map.npy", &array, &error), DT_ERR_IO, &error,
                  "cannot write map.npy: ");
    expect_old_file_only("map.npy");
    dt_array_free(&array);
}

static void expect_archive_fails(int level, rlim_t bytes) {
    dt_npz_writer *writer;
    dt_array array = numbered(DT_F64, 1, (int64_t[]){100000});
    dt_error error = DT_ERROR_INIT;
    put_file("map.npz", old_bytes, sizeof old_bytes);
    fill_disk(bytes);
    cr_assert(dt_npz_create(&writer, "map.npz", &error) == DT_OK, "%s", error.message);
    dt_npz_set_level(writer, level);
    dt_npz_add(writer, "x", &array);
    dt_npz_add(writer, "y", &array);
    expect_status(dt_npz_finish(writer, &error), DT_ERR_IO, &error, "cannot write map.npz: ");
    expect_old_file_only("map.npz");
    dt_array_free(&array);
}

Test(npy_atomic, a_disk_that_fills_up_leaves_the_old_npz_file_stored) {
    expect_archive_fails(0, 1000000);
}

Test(npy_atomic, a_disk_that_fills_up_leaves_the_old_npz_file_deflated) {
    expect_archive_fails(1, 50000);
}

Test(npy_atomic, a_disk_full_before_the_first_byte_leaves_the_old_npz_file) {
    expect_archive_fails(0, 10);
}

Test(npy_atomic, a_device_that_is_always_full_is_reported_with_the_reason) {
    if (access("/dev/full", W_OK) != 0) {
        leave_folder();
        cr_skip_test("there is no /dev/full here");
    }
    dt_array array = numbered(DT_F64, 1, (int64_t[]){10});
    dt_error error = DT_ERROR_INIT;
    expect_status(dt_npy_write("/dev/full", &array, &error), DT_ERR_IO, &error,
                  "No space left on device");
    cr_expect(access("/dev/full", W_OK) == 0, "/dev/full was replaced");
    dt_array_free(&array);
}

Test(npy_atomic, folders_that_are_missing_or_in_the_way_are_named) {
    dt_array array = numbered(DT_F64, 1, (int64_t[]){10});
    dt_error error = DT_ERROR_INIT;
    expect_status(dt_npy_write("none/map.npy", &array, &error), DT_ERR_IO, &error,
                  "cannot write none/map.npy: its folder does not exist");
    dt_error_clear(&error);
    expect_status(dt_npy_write(".", &array, &error), DT_ERR_IO, &error, "it is a folder");
    dt_error_clear(&error);
    expect_status(dt_npy_write("", &array, &error), DT_ERR_ARGUMENT, &error, "empty");
    cr_expect(count_files(false) == 0, "%d files are left", count_files(false));
    dt_array_free(&array);
}

Test(npy_atomic, a_folder_that_is_not_writable_is_named) {
    uid_t self = geteuid();
    dt_array array = numbered(DT_F64, 1, (int64_t[]){10});
    dt_error error = DT_ERROR_INIT;
    cr_assert(chmod(".", 0555) == 0, "chmod");
    if (self == 0 && seteuid(65534) != 0) { /* root may write everywhere: be nobody for a while */
        leave_folder();
        cr_skip_test("root cannot become another user here");
    }
    dt_status status = dt_npy_write("map.npy", &array, &error);
    cr_assert(seteuid(self) == 0 && chmod(".", 0700) == 0, "not restored");
    expect_status(status, DT_ERR_IO, &error, "not writable");
    dt_array_free(&array);
}

Test(npy_atomic, a_file_that_is_not_writable_is_not_replaced) {
    uid_t self = geteuid();
    dt_array array = numbered(DT_F64, 1, (int64_t[]){10});
    dt_error error = DT_ERROR_INIT;
    put_file("map.npy", old_bytes, sizeof old_bytes);
    cr_assert(chmod("map.npy", 0444) == 0 && chmod(".", 0777) == 0, "chmod");
    if (self == 0 && seteuid(65534) != 0) {
        leave_folder();
        cr_skip_test("root cannot become another user here");
    }
    dt_status status = dt_npy_write("map.npy", &array, &error);
    cr_assert(seteuid(self) == 0 && chmod(".", 0700) == 0, "not restored");
    expect_status(status, DT_ERR_IO, &error, "cannot write map.npy: Permission denied");
    expect_file("map.npy", old_bytes, sizeof old_bytes);
    dt_array_free(&array);
}

Test(npy_atomic, until_commit_the_old_file_is_seen_and_abort_leaves_it) {
    dti_atomic_file *file, *other;
    put_file("a", old_bytes, sizeof old_bytes);
    cr_assert(dti_atomic_open("a", &file, NULL) == DT_OK, "not opened");
    cr_assert(dti_atomic_open("a", &other, NULL) == DT_OK, "not opened twice");
    cr_assert(dti_atomic_write(file, "new", 3, NULL) == DT_OK, "not written");
    cr_assert(dti_atomic_write(other, "other", 5, NULL) == DT_OK, "not written");
    expect_file("a", old_bytes, sizeof old_bytes);
    dti_atomic_abort(file);
    expect_file("a", old_bytes, sizeof old_bytes);
    cr_expect(dti_atomic_commit(other, NULL) == DT_OK, "not committed");
    expect_file("a", "other", 5);
    cr_expect(count_files(false) == 1, "%d files are left", count_files(false));
}

static mode_t mode_of(const char *path) {
    struct stat now;
    cr_assert(stat(path, &now) == 0, "%s is missing", path);
    return now.st_mode & 0777;
}

Test(npy_atomic, permissions_are_those_that_fopen_would_give_and_links_are_followed) {
    dt_array array = numbered(DT_F64, 1, (int64_t[]){10});
    umask(027);
    cr_assert(dt_npy_write("new.npy", &array, NULL) == DT_OK, "not written");
    cr_expect(mode_of("new.npy") == 0640, "mode %o", (unsigned)mode_of("new.npy"));
    cr_assert(chmod("new.npy", 0604) == 0 && symlink("new.npy", "link.npy") == 0, "no link");
    cr_assert(dt_npy_write("link.npy", &array, NULL) == DT_OK, "not written");
    cr_expect(mode_of("new.npy") == 0604, "mode %o", (unsigned)mode_of("new.npy"));
    struct stat now;
    cr_expect(lstat("link.npy", &now) == 0 && S_ISLNK(now.st_mode), "the link was replaced");
    cr_expect(count_files(false) == 2, "%d files are left", count_files(false));
    dt_array_free(&array);
}
