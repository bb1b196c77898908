/* hdf5_memory.c - a driver for HDF5 whose files are pages in memory and arrays of the caller.
 *
 * The library's own driver for memory holds every byte of a file, and so a second copy of each
 * array in it. Here large pieces of arrays that are lent are only noted, with their place. */
#include "hdf5_memory.h"

#if H5_VERS_MAJOR > 1 || H5_VERS_MINOR > 12
#include <H5FDdevelop.h>
#endif

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 1 << 16 };

typedef struct piece {
    haddr_t at;
    size_t size;
    const char *data;
} piece;

typedef struct memory_file {
    H5FD_t base; /* the library's part, first */
    haddr_t eoa, eof;
    char **page; /* NULL: zeros */
    size_t n_pages;
    piece *piece; /* in the order of writing */
    size_t n_pieces;
    uintptr_t lent;
    size_t lent_size;
} memory_file;

/* -- pages ------------------------------------------------------------------------------------- */

/* How much of [at, at + size) lies in the page of `at`. */
static size_t part_in_page(haddr_t at, size_t size) {
    size_t left = PAGE - (size_t)(at % PAGE);
    return size < left ? size : left;
}

/* The page of `at`, made if need be; NULL without memory. */
static char *get_page(memory_file *f, haddr_t at) {
    size_t number = (size_t)(at / PAGE);
    if (number >= f->n_pages) {
        size_t n = number + number / 2 + 16;
        char **grown = realloc(f->page, n * sizeof *grown);
        if (grown == NULL) {
            return NULL;
        }
        memset(grown + f->n_pages, 0, (n - f->n_pages) * sizeof *grown);
        f->page = grown;
        f->n_pages = n;
    }
    if (f->page[number] == NULL) {
        f->page[number] = calloc(1, PAGE);
    }
    return f->page[number];
}

static herr_t copy_in(memory_file *f, haddr_t at, size_t size, const char *data) {
    for (size_t done = 0, n; done < size; done += n) {
        n = part_in_page(at + done, size - done);
        char *page = get_page(f, at + done);
        if (page == NULL) {
            return -1;
        }
        memcpy(page + (at + done) % PAGE, data + done, n);
    }
    return 0;
}

/* -- what the library calls -------------------------------------------------------------------- */

static H5FD_t *open_file(const char *name, unsigned flags, hid_t access, haddr_t most) {
    (void)name, (void)flags, (void)access, (void)most;
    return calloc(1, sizeof(memory_file));
}

static herr_t close_file(H5FD_t *base) {
    memory_file *f = (memory_file *)base;
    for (size_t i = 0; i < f->n_pages; i++) {
        free(f->page[i]);
    }
    free(f->page);
    free(f->piece);
    free(f);
    return 0;
}

static int compare_files(const H5FD_t *a, const H5FD_t *b) {
    return ((uintptr_t)a > (uintptr_t)b) - ((uintptr_t)a < (uintptr_t)b);
}

static herr_t query(const H5FD_t *base, unsigned long *flags) {
    (void)base;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
}

static haddr_t get_eoa(const H5FD_t *base, H5FD_mem_t type) {
    (void)type;
    return ((const memory_file *)base)->eoa;
}

static herr_t set_eoa(H5FD_t *base, H5FD_mem_t type, haddr_t at) {
    (void)type;
    ((memory_file *)base)->eoa = at;
    return 0;
}

static haddr_t get_eof(const H5FD_t *base, H5FD_mem_t type) {
    (void)type;
    return ((const memory_file *)base)->eof;
}

static herr_t get_handle(H5FD_t *base, hid_t access, void **ret_handle) {
    (void)access;
    *ret_handle = base;
    return 0;
}

static herr_t read_bytes(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t size,
                         void *buffer) {
    memory_file *f = (memory_file *)base;
    char *to = buffer;
    (void)type, (void)transfer;
    for (size_t done = 0, n; done < size; done += n) {
        n = part_in_page(at + done, size - done);
        size_t number = (size_t)((at + done) / PAGE);
        if (number < f->n_pages && f->page[number] != NULL) {
            memcpy(to + done, f->page[number] + (at + done) % PAGE, n);
        } else {
            memset(to + done, 0, n);
        }
    }
    for (size_t i = 0; i < f->n_pieces; i++) {
        const piece *p = &f->piece[i];
        haddr_t from = p->at > at ? p->at : at;
        haddr_t end = p->at + p->size < at + size ? p->at + p->size : at + size;
        if (from < end) {
            memcpy(to + (from - at), p->data + (from - p->at), (size_t)(end - from));
        }
    }
    return 0;
}

static herr_t write_bytes(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t size,
                          const void *data) {
    memory_file *f = (memory_file *)base;
    uintptr_t from = (uintptr_t)data;
    (void)transfer;
    f->eof = at + size > f->eof ? at + size : f->eof;
    bool lent = type == H5FD_MEM_DRAW && size >= PAGE && from >= f->lent &&
                from - f->lent <= f->lent_size && size <= f->lent_size - (from - f->lent);
    if (!lent) {
        return copy_in(f, at, size, data);
    }
    piece *grown = realloc(f->piece, (f->n_pieces + 1) * sizeof *grown);
    if (grown == NULL) {
        return -1;
    }
    f->piece = grown;
    f->piece[f->n_pieces++] = (piece){at, size, data};
    return 0;
}

static herr_t truncate_file(H5FD_t *base, hid_t transfer, hbool_t closing) {
    memory_file *f = (memory_file *)base;
    (void)transfer, (void)closing;
    f->eof = f->eoa;
    return 0;
}

static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)600,
#endif
    .name = "difftape_memory",
    .maxaddr = (haddr_t)INT64_MAX,
    .fc_degree = H5F_CLOSE_WEAK,
    .open = open_file,
    .close = close_file,
    .cmp = compare_files,
    .query = query,
    .get_eoa = get_eoa,
    .set_eoa = set_eoa,
    .get_eof = get_eof,
    .get_handle = get_handle,
    .read = read_bytes,
    .write = write_bytes,
    .truncate = truncate_file,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

/* -- what we call ------------------------------------------------------------------------------ */

/* Registered once: the library looks into a driver after it has given it up with its last file. */
static hid_t registered(void) {
    static hid_t number = -1; /* guarded by the lock around the library */
    if (number < 0 || H5Iget_type(number) != H5I_VFL) {
        number = H5FDregister(&driver);
    }
    return number;
}

hid_t dti_h5_memory_create(hid_t creation, hid_t access) {
    hid_t number = registered();
    return number >= 0 && H5Pset_driver(access, number, NULL) >= 0
               ? H5Fcreate("map", H5F_ACC_TRUNC, creation, access)
               : -1;
}

static memory_file *file_of(hid_t file) {
    void *handle = NULL;
    return H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 ? handle : NULL;
}

void dti_h5_memory_lend(hid_t file, const void *data, size_t size) {
    memory_file *f = file_of(file);
    if (f != NULL) {
        f->lent = (uintptr_t)data;
        f->lent_size = data != NULL ? size : 0;
    }
}

/* The first piece that begins at or behind `at`, or NULL. */
static const piece *next_piece(const memory_file *f, haddr_t at) {
    const piece *next = NULL;
    for (size_t i = 0; i < f->n_pieces; i++) {
        const piece *p = &f->piece[i];
        next = p->at >= at && (next == NULL || p->at < next->at) ? p : next;
    }
    return next;
}

static dt_status save_pages(const memory_file *f, haddr_t at, haddr_t end, dti_atomic_file *target,
                            dt_error *error) {
    static const char zeros[PAGE];
    dt_status status = DT_OK;
    for (size_t n; at < end && status == DT_OK; at += n) {
        size_t number = (size_t)(at / PAGE);
        n = part_in_page(at, (size_t)(end - at));
        const char *page = number < f->n_pages ? f->page[number] : NULL;
        status = dti_atomic_write(target, page != NULL ? page + at % PAGE : zeros, n, error);
    }
    return status;
}

bool dti_h5_memory_save(hid_t file, dti_atomic_file *target, dt_status *ret_status,
                        dt_error *error) {
    const memory_file *f = file_of(file);
    if (f == NULL || H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) {
        return false;
    }
    dt_status status = DT_OK;
    for (haddr_t at = 0; at < f->eof && status == DT_OK;) {
        const piece *p = next_piece(f, at);
        haddr_t end = p != NULL ? p->at : f->eof;
        status = save_pages(f, at, end, target, error);
        if (p != NULL && status == DT_OK) {
            status = dti_atomic_write(target, p->data, p->size, error);
            end += p->size;
        }
        at = end;
    }
    *ret_status = status;
    return true;
}
