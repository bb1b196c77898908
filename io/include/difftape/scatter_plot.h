/* scatter_plot.h - points in a plane as a PNG file with axes and a legend. */
#ifndef DIFFTAPE_SCATTER_PLOT_H
#define DIFFTAPE_SCATTER_PLOT_H

#include <difftape/base.h>
#include <difftape/status.h>

DT_BEGIN_DECLS

/** How a point is drawn. */
typedef enum dt_marker { DT_MARKER_DISC, DT_MARKER_RING, DT_MARKER_CROSS } dt_marker;

/** Points that belong together: one line of the legend. */
typedef struct dt_scatter_series {
    const char *name; /**< in the legend; NULL: not there */
    int64_t n;        /**< points; one that is not finite is left out */
    const double *x, *y;
    dt_marker marker;
    double radius; /**< pixels; 0: 3 */
    double colour; /**< place on the colour map, 0 (dark) to 1 (light) */
    int hue;       /**< 1 to 10: one of ten colours that are told apart, instead; 0: the map */
} dt_scatter_series;

/** The frame; {0} fields take the defaults in brackets. */
typedef struct dt_scatter_options {
    const char *title, *x_title, *y_title, *legend_title; /**< [none] */
    double x_low, x_high, y_low, y_high; /**< [low = high: from the points, with a margin] */
    double x_step, y_step;               /**< between ticks [a round number] */
    bool y_down;                         /**< y increases downwards, as rows of a detector do */
    bool equal;                          /**< one unit is as long along x as along y */
    int width, height;                   /**< of the plotted region, pixels [900, 700] */
} dt_scatter_options;

/** Draw n_series groups of points, later ones on top. Text as in picture.h. Points beyond the
 *  limits are left out. Errors: DT_ERR_ARGUMENT (limits that are not finite or in the wrong order,
 *  a hue not from 0 to 10, a size not from 100 to 8000), DT_ERR_IO, DT_ERR_MEMORY. */
DT_API dt_status dt_scatter_write(const char *path, int n_series, const dt_scatter_series *series,
                                  const dt_scatter_options *options, dt_error *error);

DT_END_DECLS

#endif
