/* npy.h - NumPy's array files: one array (.npy) and archives of named arrays (.npz). */
#ifndef DIFFTAPE_NPY_H
#define DIFFTAPE_NPY_H

#include <difftape/array.h>
#include <difftape/base.h>
#include <difftape/status.h>

DT_BEGIN_DECLS

/** Formats: NumPy Enhancement Proposal 1 (NPY 1.0, 2.0, 3.0); PKWARE APPNOTE 6.3 (ZIP with stored
 *  or deflated members, ZIP64).
 *
 *  Read:  f4 f8 c8 c16 and b1 as f32 f64 c64 c128 bool; i1 i2 i4 i8 u1 u2 u4 u8 as i64 (an u8 above
 *         2^63-1 is refused). Little and big endian, C and Fortran order, at most DT_MAX_DIMS
 *         dimensions. The result is always C-contiguous and in the machine's byte order.
 *         Byte strings (S) and u1 are read as bytes by the *_bytes functions.
 *  Refused by name: f2, f16, c32, objects, unicode, structured types, dates.
 *  Write: f32 f64 c64 c128 i64 bool as <f4 <f8 <c8 <c16 <i8 |b1, NPY 1.0, C order, little endian,
 *         from any strides.
 *
 *  Reading trusts nothing: sizes are compared with the file before memory is taken, so a hostile
 *  file costs at most a fixed multiple of its own length.
 *  Writing is atomic: the old file is intact until the new one is complete on the disk. */

/** Read a .npy file. Release with dt_array_free. Errors: DT_ERR_IO (missing, unreadable),
 *  DT_ERR_FORMAT (not a .npy file, damaged, shorter or longer than its header says), DT_ERR_DTYPE
 *  (an element type that is refused), DT_ERR_SHAPE (too many dimensions, sizes that overflow),
 *  DT_ERR_MEMORY. *ret_array is untouched on failure. */
DT_API dt_status dt_npy_read(const char *path, dt_array *ret_array, dt_error *error);

/** Read a .npy file of type S or u1, 0- or 1-dimensional, as ret_size bytes followed by a NUL that
 *  is not counted. Strings are not stripped of padding. Release with free(). Errors as above. */
DT_API dt_status dt_npy_read_bytes(const char *path, char **ret_data, size_t *ret_size,
                                   dt_error *error);

/** Write a .npy file. Errors: DT_ERR_ARGUMENT (NULL, an array that is not valid), DT_ERR_IO
 *  (folder missing or not writable, disk full; the old file is intact), DT_ERR_MEMORY. */
DT_API dt_status dt_npy_write(const char *path, const dt_array *array, dt_error *error);

/** An open .npz archive. Reading from one archive in several threads at once is safe. */
typedef struct dt_npz dt_npz;

/** Open an archive and read its directory. Close with dt_npz_close. Errors: DT_ERR_IO,
 *  DT_ERR_FORMAT (not an archive, damaged, split over several files, two members of one name),
 *  DT_ERR_MEMORY. *ret_npz is untouched on failure. */
DT_API dt_status dt_npz_open(dt_npz **ret_npz, const char *path, dt_error *error);

/** Number of members, and the name of member 0 <= index < count without its ".npy" (NULL outside
 *  that range), in file order. Names live until the archive is closed. */
DT_API int64_t dt_npz_count(const dt_npz *npz);
DT_API const char *dt_npz_name(const dt_npz *npz, int64_t index);

/** True if there is a member of that name. */
DT_API bool dt_npz_has(const dt_npz *npz, const char *name);

/** Read a member as an array (dt_array_free) or as bytes (free); see dt_npy_read and
 *  dt_npy_read_bytes. Errors: also DT_ERR_ARGUMENT for a name that is not there, DT_ERR_FORMAT for
 *  a checksum that differs, encryption, and methods other than stored and deflated. */
DT_API dt_status dt_npz_get(const dt_npz *npz, const char *name, dt_array *ret_array,
                            dt_error *error);
DT_API dt_status dt_npz_get_bytes(const dt_npz *npz, const char *name, char **ret_data,
                                  size_t *ret_size, dt_error *error);

/** Close. NULL is fine. */
DT_API void dt_npz_close(dt_npz *npz);

/** An archive being written. The first failure sticks: later calls return it and do nothing. */
typedef struct dt_npz_writer dt_npz_writer;

/** Begin an archive; end it with exactly one of dt_npz_finish and dt_npz_abort. Errors: DT_ERR_IO,
 *  DT_ERR_MEMORY; *ret_writer is then untouched. */
DT_API dt_status dt_npz_create(dt_npz_writer **ret_writer, const char *path, dt_error *error);

/** Deflate level of the members added from now on: 0 stores them as numpy.savez does (the default),
 *  1 (fast) to 9 (small) deflates as numpy.savez_compressed does. Errors: DT_ERR_ARGUMENT. */
DT_API dt_status dt_npz_set_level(dt_npz_writer *writer, int level);

/** Add an array, or bytes as a 0-dimensional S array, under `name` (".npy" is appended). Equal
 *  calls give equal files: members carry no time. Errors: DT_ERR_ARGUMENT (an empty name or one
 *  used before, an array that is not valid), DT_ERR_IO, DT_ERR_MEMORY. */
DT_API dt_status dt_npz_add(dt_npz_writer *writer, const char *name, const dt_array *array);
DT_API dt_status dt_npz_add_bytes(dt_npz_writer *writer, const char *name, const void *data,
                                  size_t size);

/** Complete the file and give it its name, or report the first failure of any call and leave the
 *  old file as it was. Releases the writer in every case. NULL reports DT_ERR_ARGUMENT. */
DT_API dt_status dt_npz_finish(dt_npz_writer *writer, dt_error *error);

/** Give up: nothing is left of the new file, the old one is intact. NULL is fine. */
DT_API void dt_npz_abort(dt_npz_writer *writer);

DT_END_DECLS

#endif
