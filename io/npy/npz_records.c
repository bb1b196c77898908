/* npz_records.c - lay out the records of a ZIP archive (PKWARE APPNOTE 6.3, section 4.3). */
#include "npz_records.h"

#include "npy_bytes.h"
#include "npz_format.h"

#include <string.h>

enum {
    VERSION = 20,
    VERSION_ZIP64 = 45,
    MADE_ON_UNIX = 3 << 8,
    DATE_1980_01_01 = 1 << 5 | 1 /* month and day; equal input gives equal files */
};
#define UNIX_FILE_MODE 0100644u

bool dti_npz_is_large(uint64_t value) {
    return value >= DTI_ZIP_IN_EXTRA32;
}

/* What a 32-bit field holds: the value, or the mark that it is in the ZIP64 extra field. */
static uint64_t narrow(uint64_t value, bool in_extra) {
    return in_extra ? DTI_ZIP_IN_EXTRA32 : value;
}

static unsigned char *put_bytes(unsigned char *p, const void *data, size_t size) {
    memcpy(p, data, size);
    return p + size;
}

/* Names beyond ASCII are UTF-8 here and have to say so. */
static uint32_t flags_of(const dti_npz_member *m) {
    uint32_t flags = m->method == DTI_ZIP_DEFLATED ? DTI_ZIP_HAS_DESCRIPTOR : 0;
    for (const char *c = m->name; *c != '\0'; c++) {
        if ((unsigned char)*c > 127) {
            return flags | DTI_ZIP_UTF8;
        }
    }
    return flags;
}

/* Version to extract, flags, method, time, date: common to local and central headers. */
static unsigned char *put_kind(unsigned char *p, const dti_npz_member *m, bool zip64) {
    p = dti_put_le(p, zip64 ? VERSION_ZIP64 : VERSION, 2);
    p = dti_put_le(p, flags_of(m), 2);
    p = dti_put_le(p, (uint64_t)m->method, 2);
    p = dti_put_le(p, 0, 2);
    return dti_put_le(p, DATE_1980_01_01, 2);
}

size_t dti_npz_put_local(unsigned char *buffer, const dti_npz_member *m) {
    unsigned char *p = buffer;
    bool later = m->method == DTI_ZIP_DEFLATED;
    uint64_t stored = later ? 0 : m->stored, size = later ? 0 : m->size;
    size_t name_size = strlen(m->name);
    p = dti_put_le(p, DTI_ZIP_LOCAL, 4);
    p = put_kind(p, m, m->zip64);
    p = dti_put_le(p, later ? 0 : m->checksum, 4);
    p = dti_put_le(p, narrow(stored, m->zip64), 4);
    p = dti_put_le(p, narrow(size, m->zip64), 4);
    p = dti_put_le(p, name_size, 2);
    p = dti_put_le(p, m->zip64 ? 20 : 0, 2);
    p = put_bytes(p, m->name, name_size);
    if (m->zip64) {
        p = dti_put_le(p, DTI_ZIP_EXTRA64, 2);
        p = dti_put_le(p, 16, 2);
        p = dti_put_le(p, size, 8);
        p = dti_put_le(p, stored, 8);
    }
    return (size_t)(p - buffer);
}

size_t dti_npz_put_descriptor(unsigned char *buffer, const dti_npz_member *m) {
    unsigned char *p = buffer;
    int width = m->zip64 ? 8 : 4;
    p = dti_put_le(p, DTI_ZIP_DESCRIPTOR, 4);
    p = dti_put_le(p, m->checksum, 4);
    p = dti_put_le(p, m->stored, width);
    p = dti_put_le(p, m->size, width);
    return (size_t)(p - buffer);
}

size_t dti_npz_put_central(unsigned char *buffer, const dti_npz_member *m) {
    unsigned char values[3 * 8], *v = values, *p = buffer;
    bool size64 = m->force || dti_npz_is_large(m->size);
    bool stored64 = m->force || dti_npz_is_large(m->stored);
    bool offset64 = m->force || dti_npz_is_large(m->offset);
    v = size64 ? dti_put_le(v, m->size, 8) : v;
    v = stored64 ? dti_put_le(v, m->stored, 8) : v;
    v = offset64 ? dti_put_le(v, m->offset, 8) : v;
    size_t values_size = (size_t)(v - values), name_size = strlen(m->name);
    p = dti_put_le(p, DTI_ZIP_CENTRAL, 4);
    p = dti_put_le(p, MADE_ON_UNIX | VERSION_ZIP64, 2);
    p = put_kind(p, m, values_size > 0 || m->zip64);
    p = dti_put_le(p, m->checksum, 4);
    p = dti_put_le(p, narrow(m->stored, stored64), 4);
    p = dti_put_le(p, narrow(m->size, size64), 4);
    p = dti_put_le(p, name_size, 2);
    p = dti_put_le(p, values_size > 0 ? values_size + 4 : 0, 2);
    p = dti_put_le(p, 0, 2 + 2 + 2); /* comment, disk, internal attributes */
    p = dti_put_le(p, (uint64_t)UNIX_FILE_MODE << 16, 4);
    p = dti_put_le(p, narrow(m->offset, offset64), 4);
    p = put_bytes(p, m->name, name_size);
    if (values_size > 0) {
        p = dti_put_le(p, DTI_ZIP_EXTRA64, 2);
        p = dti_put_le(p, values_size, 2);
        p = put_bytes(p, values, values_size);
    }
    return (size_t)(p - buffer);
}

static unsigned char *put_end64(unsigned char *p, uint64_t count, uint64_t offset, uint64_t size) {
    p = dti_put_le(p, DTI_ZIP_END64, 4);
    p = dti_put_le(p, DTI_ZIP_END64_SIZE - 12, 8);
    p = dti_put_le(p, MADE_ON_UNIX | VERSION_ZIP64, 2);
    p = dti_put_le(p, VERSION_ZIP64, 2);
    p = dti_put_le(p, 0, 4 + 4); /* this disk, the directory's disk */
    p = dti_put_le(p, count, 8);
    p = dti_put_le(p, count, 8);
    p = dti_put_le(p, size, 8);
    p = dti_put_le(p, offset, 8);
    p = dti_put_le(p, DTI_ZIP_LOCATOR64, 4);
    p = dti_put_le(p, 0, 4);
    p = dti_put_le(p, offset + size, 8); /* where this record begins */
    return dti_put_le(p, 1, 4);          /* disks */
}

size_t dti_npz_put_end(unsigned char *buffer, uint64_t count, uint64_t offset, uint64_t size,
                       bool force) {
    unsigned char *p = buffer;
    bool many = force || count >= DTI_ZIP_IN_EXTRA16;
    bool size64 = force || dti_npz_is_large(size), offset64 = force || dti_npz_is_large(offset);
    if (many || size64 || offset64) {
        p = put_end64(p, count, offset, size);
    }
    p = dti_put_le(p, DTI_ZIP_END, 4);
    p = dti_put_le(p, 0, 2 + 2); /* this disk, the directory's disk */
    p = dti_put_le(p, many ? DTI_ZIP_IN_EXTRA16 : count, 2);
    p = dti_put_le(p, many ? DTI_ZIP_IN_EXTRA16 : count, 2);
    p = dti_put_le(p, narrow(size, size64), 4);
    p = dti_put_le(p, narrow(offset, offset64), 4);
    p = dti_put_le(p, 0, 2); /* comment */
    return (size_t)(p - buffer);
}
