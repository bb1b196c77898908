/* layer.h - a layer of a map in Miller indices, as a picture. */
#ifndef EXAMPLES_LAYER_H
#define EXAMPLES_LAYER_H

#include <difftape/difftape.h>

/* Values of the option --layer, in the order of its words. */
enum layer { LAYER_HK0, LAYER_H0L, LAYER_0KL };
extern const char *const layer_words[];

/* Where a map is cut: across one axis at its point nearest to index 0. */
struct layer_cut {
    int normal, span[2]; /* axes: 0 h, 1 k, 2 l */
    int64_t at;
};

/* `layer`: an enum layer, an int because options are. */
struct layer_cut layer_cut(int layer, const dt_grid_axis axes[3]);

/* The layer of an array (n_h,n_k,n_l), a view of it. */
dt_array layer_of(const struct layer_cut *cut, const dt_array *map);

/* Complete axes, basis, unit of length and title of a picture: the structure's file name, `group`
 * if not NULL, where the cut is, and `what`. The options point into `title`. */
dt_status layer_describe(const struct layer_cut *cut, const dt_cell *cell,
                         const dt_grid_axis axes[3], const char *structure, const char *group,
                         const char *what, char title[256], dt_picture_options *options,
                         dt_error *error);

#endif
