/* picture_png.c - an RGB image as a PNG file, written whole or not at all. */
#include "atomic_file.h"
#include "picture_internal.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#define PIXELS_PER_METRE 7874 /* 200 per inch: about 17 cm on paper */

/* What libpng's callbacks reach: the file and the first thing that went wrong. */
typedef struct png_job {
    dti_atomic_file *file;
    dt_error *error;
    dt_status status;
} png_job;

static void on_write(png_structp png, png_bytep data, png_size_t size) {
    png_job *job = png_get_io_ptr(png);
    job->status = dti_atomic_write(job->file, data, size, job->error);
    if (job->status) {
        longjmp(png_jmpbuf(png), 1);
    }
}

static void on_flush(png_structp png) {
    (void)png;
}

static void on_error(png_structp png, png_const_charp message) {
    png_job *job = png_get_error_ptr(png);
    job->status = dt_error_set(job->error, DT_ERR_IO, "PNG encoder: %s", message);
    longjmp(png_jmpbuf(png), 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

/* Title, program and comment in the file; plain text in PNG is Latin-1, so a title beyond ASCII is
 * left out. */
static void set_text(png_structp png, png_infop info, const char *title, const char *comment) {
    png_text text[3];
    memset(text, 0, sizeof text);
    int n = 0;
    text[n].compression = PNG_TEXT_COMPRESSION_NONE;
    text[n].key = (png_charp) "Software";
    text[n++].text = (png_charp) "difftape";
    bool ascii = title != NULL;
    for (const char *c = title; ascii && *c; c++) {
        ascii = (unsigned char)*c >= 32 && (unsigned char)*c < 127;
    }
    if (ascii) {
        text[n].compression = PNG_TEXT_COMPRESSION_NONE;
        text[n].key = (png_charp) "Title";
        text[n++].text = (png_charp)title;
    }
    if (comment) {
        text[n].compression = PNG_ITXT_COMPRESSION_NONE; /* UTF-8 */
        text[n].key = (png_charp) "Comment";
        text[n].text = (png_charp)comment;
        text[n++].itxt_length = strlen(comment);
    }
    png_set_text(png, info, text, n);
}

/* Only this function is between setjmp and longjmp; it owns nothing and changes nothing after. */
static void encode(png_structp png, png_infop info, png_job *job, const dti_canvas *canvas,
                   const char *title) {
    if (setjmp(png_jmpbuf(png))) {
        return;
    }
    png_set_write_fn(png, job, on_write, on_flush);
    png_set_IHDR(png, info, (png_uint_32)canvas->width, (png_uint_32)canvas->height, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    /* rows repeat and samples are blocks of one colour: plain bytes pack best */
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_compression_level(png, 9);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_set_pHYs(png, info, PIXELS_PER_METRE, PIXELS_PER_METRE, PNG_RESOLUTION_METER);
    set_text(png, info, title, canvas->comment);
    png_write_info(png, info);
    for (int row = 0; row < canvas->height; row++) {
        png_write_row(png, (png_const_bytep)&canvas->pixels[(size_t)row * (size_t)canvas->width]);
    }
    png_write_end(png, info);
}

dt_status dti_picture_write_png(const char *path, const dti_canvas *canvas, const char *title,
                                dt_error *error) {
    png_job job = {NULL, error, DT_OK};
    dt_status status = dti_atomic_open(path, &job.file, error);
    if (status) {
        return status;
    }
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &job, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (info) {
        encode(png, info, &job, canvas, title);
    } else {
        job.status = dt_error_set(error, DT_ERR_MEMORY, "%s: no memory for the PNG encoder", path);
    }
    png_destroy_write_struct(&png, &info);
    if (!job.status) {
        return dti_atomic_commit(job.file, error);
    }
    dti_atomic_abort(job.file);
    return job.status;
}
