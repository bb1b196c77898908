/* picture.h - a layer of reciprocal space as a PNG file with axes, scale bar and colour bar. */
#ifndef DIFFTAPE_PICTURE_H
#define DIFFTAPE_PICTURE_H

#include <difftape/array.h>
#include <difftape/base.h>
#include <difftape/status.h>

DT_BEGIN_DECLS

/** How values become colours. */
typedef enum dt_picture_scale { DT_PICTURE_LOG, DT_PICTURE_LINEAR } dt_picture_scale;

/** What colours say. */
typedef enum dt_picture_colours {
    DT_PICTURE_SEQUENTIAL, /**< how large a value is: dark to light, evenly */
    DT_PICTURE_DIVERGING   /**< how far from 0, and on which side: 0 is white, negative values are
                                blue, positive red, equally dark at equal distance. Linear scale;
                                the limits are made symmetric about 0 */
} dt_picture_colours;

/** Parts that a picture can do without, in dt_picture_options.without: for pictures in a row that
 * share them. */
enum {
    DT_PICTURE_COLOUR_BAR = 1,
    DT_PICTURE_LEFT_LABELS = 2, /**< ticks, labels and title of the left side */
    DT_PICTURE_SCALE_BAR = 4
};

/** One in-plane axis. Sample n lies at the coordinate first + n * step (a Miller index), that is,
 * at the point coordinate * basis of the drawing plane. */
typedef struct dt_picture_axis {
    const char *title; /**< "h" */
    double first;      /**< coordinate of sample 0 */
    double step;       /**< coordinate difference of neighbouring samples, not 0 */
    double basis[2];   /**< (right, up) of one unit of the coordinate, 1/Angstrom */
} dt_picture_axis;

/** How a picture is drawn. Begin with dt_picture_defaults() and change what you need. */
typedef struct dt_picture_options {
    const char *title;       /**< line above the picture, or NULL */
    const char *value_title; /**< beside the colour bar, "I (e^{2})"; or NULL */
    dt_picture_axis axis[2]; /**< of array dimension 0 and 1 */
    const char *length_unit; /**< of the scale bar: the unit of axis[].basis */
    dt_picture_scale scale;
    dt_picture_colours colours;
    unsigned without; /**< parts to leave out [0] */
    double low, high; /**< values at the ends of the colour bar; low >= high: from percentiles */
    double low_percentile; /**< of the valid values; under a log scale of the positive ones */
    double high_percentile;
    const char *comment; /**< text to store in the file under "Comment", UTF-8, such as
                              dt_provenance_json; or NULL */
    int plot_size;       /**< longer side of the plotted region, pixels: 100 to 8000 */
} dt_picture_options;

/** No titles, axes "h" and "k" along perpendicular unit vectors from 0 in steps of 1, log scale,
 * percentiles 0.5 and 99.5, unit 1/Angstrom, 1000 pixels. */
DT_API dt_picture_options dt_picture_defaults(void);

/** The two-dimensional basis of the plane that two vectors span (for the layer hk0: a* and b* in
 * Cartesian coordinates, 1/Angstrom): u along +x, v with y > 0, lengths and angle kept.
 * Errors: DT_ERR_ARGUMENT (not finite, zero or parallel). */
DT_API dt_status dt_picture_plane_basis(const double u[3], const double v[3], double ret_u[2],
                                        double ret_v[2], dt_error *error);

/** Draw a layer and write it as an RGB PNG file (under a temporary name, then renamed).
 *
 * - values: (n0,n1) f64 or f32, any strides, both sizes at least 1.
 * - valid: (n0,n1) bool, any strides, or NULL for all valid.
 *
 * Each sample fills its parallelogram (nearest sample, no interpolation), so oblique cells appear
 * in true geometry with equal scales along x and y. Sequential colours run from dark to light with
 * evenly increasing lightness; invalid and non-finite samples are neutral grey. Values outside the
 * limits take the colour of the nearer limit; under a log scale so do zero and negative values. A
 * layer without any valid sample is drawn all grey with an empty colour bar; one value everywhere
 * is drawn in the middle of the colour bar.
 *
 * Text is UTF-8; "^{...}" raises. Known beyond ASCII are Angstrom, times, degree, micro, middle dot
 * and minus; other characters appear as a crossed box.
 *
 * Errors: DT_ERR_SHAPE, DT_ERR_DTYPE, DT_ERR_ARGUMENT (a log scale with valid but no positive
 * values, or with diverging colours; parallel or non-finite axes; bad percentiles or size),
 * DT_ERR_IO, DT_ERR_MEMORY. */
DT_API dt_status dt_picture_write(const char *path, const dt_array *values, const dt_array *valid,
                                  const dt_picture_options *options, dt_error *error);

/** A picture in a row. */
typedef struct dt_picture_panel {
    const dt_array *values, *valid; /**< as dt_picture_write */
    dt_picture_options options;
} dt_picture_panel;

/** Draw 1 to 16 pictures side by side, their upper edges aligned, into one PNG file. Errors as
 * dt_picture_write; a number of panels out of range is DT_ERR_ARGUMENT. */
DT_API dt_status dt_picture_write_row(const char *path, int n, const dt_picture_panel *panels,
                                      dt_error *error);

DT_END_DECLS

#endif
