/* base.h - symbol visibility, limits and complex scalars shared by every difftape header. */
#ifndef DIFFTAPE_BASE_H
#define DIFFTAPE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Around the declarations of a header: C linkage in C++. */
#ifdef __cplusplus
#define DT_BEGIN_DECLS extern "C" {
#define DT_END_DECLS   }
#else
#define DT_BEGIN_DECLS
#define DT_END_DECLS
#endif

/** Before what the library exports; after functions that take a format as printf does. */
#if defined(__GNUC__) || defined(__clang__)
#define DT_API                         __attribute__((visibility("default")))
#define DT_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#else
#define DT_API
#define DT_PRINTF(format_at, first_at)
#endif

/** The library's version; the build checks that it is Meson's. */
#define DT_VERSION "0.1.0"

/** Largest number of dimensions of an array or tensor. */
#define DT_MAX_DIMS 8

/** Complex scalars, layout-compatible with C99 `float complex` / `double complex` and with
 *  C++ `std::complex`, and usable from compilers that have neither. */
typedef struct dt_c64 {
    float re, im;
} dt_c64;
typedef struct dt_c128 {
    double re, im;
} dt_c128;

#endif
