/* slices.c - which points make up a slice.
 *
 * On a grid the points of one wavevector are every N-th along each axis: they are walked through
 * when they are needed, past those without a value. Landmarks say where slices begin, so many that
 * the way from one to any slice is short: a few bytes for a thousand points. Lists of points are
 * sorted once. */
#include "slices.h"

#include <stdlib.h>
#include <string.h>

/* Points looked at from one landmark to the next, slices that are longer apart. */
enum { APART = 2048 };

struct dtp_landmark {
    int64_t slice;
    int64_t class;       /* wavevector among those of the grid */
    int64_t at;          /* where among its points, valid or not, the slice begins */
    int64_t part, count; /* number of the slice within the class, and the class's selected points */
};

/* -- the points of a wavevector on a grid ------------------------------------------------------ */

/* Every samples-th point along each axis, n of them, the first one first. */
typedef struct lattice {
    int64_t first[3], n[3];
} lattice;

/* The wavevectors that occur along an axis: the first min(n, samples) points have them all. */
static int64_t count_classes(const dt_grid_axis *axis) {
    return axis->n < axis->samples ? axis->n : axis->samples;
}

static int64_t count_all_classes(const dt_grid_axis axis[3]) {
    return count_classes(&axis[0]) * count_classes(&axis[1]) * count_classes(&axis[2]);
}

static lattice lattice_of(const dt_grid_axis axis[3], int64_t class) {
    lattice l;
    for (int d = 2; d >= 0; d--) {
        int64_t classes = count_classes(&axis[d]);
        l.first[d] = class % classes;
        l.n[d] = (axis[d].n - l.first[d] + axis[d].samples - 1) / axis[d].samples;
        class /= classes;
    }
    return l;
}

static int64_t size_of(const lattice *l) {
    return l->n[0] * l->n[1] * l->n[2];
}

/* Is this wavevector among those that are asked for? */
static bool selected(const dtp_slices *s, const lattice *l) {
    bool bragg = true;
    for (int d = 0; d < 3; d++) {
        bragg = bragg && dt_axis_is_integer(&s->points->axis[0][d], l->first[d]);
    }
    return s->selection == DTP_ALL || bragg == (s->selection == DTP_BRAGG);
}

/* Walk from place *at to just behind the n-th valid point, or to the end: returns how many there
 * were, and them if ret_points is not NULL. */
static int64_t walk(const dtp_slices *s, const lattice *l, int64_t *at, int64_t n,
                    int64_t *ret_points) {
    const dt_grid_axis *axis = s->points->axis[0];
    int64_t end = size_of(l), found = 0, place = *at;
    while (found < n && place < end) {
        int64_t k = place % l->n[2], j = place / l->n[2] % l->n[1], i = place / l->n[2] / l->n[1];
        int64_t step = axis[2].samples;
        int64_t point = dt_grid_index(axis, (int64_t[]){l->first[0] + i * axis[0].samples,
                                                        l->first[1] + j * axis[1].samples,
                                                        l->first[2] + k * step});
        for (; k < l->n[2] && found < n; k++, place++, point += step) {
            if (s->valid[point]) {
                if (ret_points) {
                    ret_points[found] = point;
                }
                found++;
            }
        }
    }
    *at = place;
    return found;
}

static int64_t count_points(const dtp_slices *s, const lattice *l) {
    int64_t at = 0;
    return selected(s, l) ? walk(s, l, &at, size_of(l), NULL) : 0;
}

/* -- slices of a grid -------------------------------------------------------------------------- */

static int64_t parts_of(const dtp_slices *s, int64_t count) {
    return (count + s->longest - 1) / s->longest;
}

/* Points of slice `part` of a wavevector that has `count`. */
static int64_t length_of(const dtp_slices *s, int64_t count, int64_t part) {
    int64_t parts = parts_of(s, count);
    return count * (part + 1) / parts - count * part / parts;
}

/* To the first slice of the next wavevector that has one; false behind the last. */
static bool next_class(const dtp_slices *s, dtp_landmark *mark, lattice *l, int64_t *looked_at) {
    const dt_grid_axis *axis = s->points->axis[0];
    int64_t classes = count_all_classes(axis);
    for (mark->class ++; mark->class < classes; mark->class ++) {
        *l = lattice_of(axis, mark->class);
        mark->count = count_points(s, l);
        *looked_at += size_of(l);
        if (mark->count > 0) {
            mark->at = mark->part = 0;
            return true;
        }
    }
    return false;
}

/* To the beginning of the next slice; false behind the last. */
static bool next_slice(const dtp_slices *s, dtp_landmark *mark, lattice *l, int64_t *looked_at) {
    int64_t from = mark->at;
    walk(s, l, &mark->at, length_of(s, mark->count, mark->part), NULL);
    *looked_at += mark->at - from;
    mark->slice++;
    mark->part++;
    return mark->part < parts_of(s, mark->count) || next_class(s, mark, l, looked_at);
}

static bool keep_landmark(dtp_slices *s, const dtp_landmark *mark, int64_t *capacity) {
    if (s->n_landmarks == *capacity) {
        *capacity = 2 * *capacity + 64;
        dtp_landmark *grown = realloc(s->landmark, (size_t)*capacity * sizeof *grown);
        if (!grown) {
            return false;
        }
        s->landmark = grown;
    }
    s->landmark[s->n_landmarks++] = *mark;
    return true;
}

static dt_status no_memory(const dtp_slices *s, dt_error *error) {
    return dt_error_set(error, DT_ERR_MEMORY, "phonon map: no memory for slices of %lld points",
                        (long long)s->points->n);
}

static dt_status find_in_grid(dtp_slices *s, dt_error *error) {
    dtp_landmark mark = {.class = -1};
    lattice l;
    int64_t looked_at = APART, capacity = 0, class = -1;
    for (bool more = next_class(s, &mark, &l, &looked_at); more;
         more = next_slice(s, &mark, &l, &looked_at)) {
        if (looked_at >= APART) {
            looked_at = 0;
            if (!keep_landmark(s, &mark, &capacity)) {
                return no_memory(s, error);
            }
        }
        if (mark.class != class) {
            class = mark.class;
            s->n_wavevectors++;
            s->n_points += mark.count;
        }
        s->n_slices++;
    }
    return DT_OK;
}

/* The last landmark that is not behind a slice. */
static const dtp_landmark *landmark_before(const dtp_slices *s, int64_t slice) {
    int64_t lo = 0, hi = s->n_landmarks;
    while (hi - lo > 1) {
        int64_t mid = (lo + hi) / 2;
        if (s->landmark[mid].slice <= slice) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return &s->landmark[lo];
}

static int64_t points_in_grid(const dtp_slices *s, int64_t slice, int64_t *ret_points) {
    dtp_landmark mark = *landmark_before(s, slice);
    lattice l = lattice_of(s->points->axis[0], mark.class);
    int64_t looked_at = 0;
    while (mark.slice < slice && next_slice(s, &mark, &l, &looked_at)) {
    }
    return walk(s, &l, &mark.at, length_of(s, mark.count, mark.part), ret_points);
}

/* -- slices of a list -------------------------------------------------------------------------- */

static dt_status find_in_list(dtp_slices *s, dt_error *error) {
    bool *wanted = malloc((size_t)s->points->n * sizeof *wanted);
    if (!wanted) {
        return no_memory(s, error);
    }
    for (int64_t p = 0; p < s->points->n; p++) {
        bool bragg = dtp_point_is_bragg(s->points, p);
        wanted[p] =
            s->valid[p] && (s->selection == DTP_ALL || bragg == (s->selection == DTP_BRAGG));
    }
    dt_status status = dtp_group_points(s->points, wanted, &s->list, error);
    free(wanted);
    if (status != DT_OK) {
        return status;
    }
    const dt_wavevectors *g = &s->list;
    int64_t n = 0;
    for (int64_t k = 0; k < g->n; k++) {
        n += parts_of(s, g->first[k + 1] - g->first[k]);
    }
    s->first = malloc((size_t)(n + 1) * sizeof *s->first);
    if (!s->first) {
        return no_memory(s, error);
    }
    for (int64_t k = 0; k < g->n; k++) {
        int64_t at = g->first[k], count = g->first[k + 1] - at;
        for (int64_t part = 0; part < parts_of(s, count); part++) {
            s->first[s->n_slices++] = at;
            at += length_of(s, count, part);
        }
    }
    s->first[s->n_slices] = s->n_points = g->n_voxels;
    s->n_wavevectors = g->n;
    return DT_OK;
}

/* Which wavevector the slice belongs to. */
static int64_t group_of(const dtp_slices *s, int64_t slice) {
    int64_t lo = 0, hi = s->list.n, at = s->first[slice];
    while (hi - lo > 1) {
        int64_t mid = (lo + hi) / 2;
        if (s->list.first[mid] <= at) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return lo;
}

/* -- either ------------------------------------------------------------------------------------ */

dt_status dtp_slices_find(dtp_slices *s, const dt_points *points, const bool *valid,
                          dtp_selection selection, int64_t longest, dt_error *error) {
    *s = (dtp_slices){.points = points, .valid = valid, .selection = selection, .longest = longest};
    return points->n_blocks == 1 ? find_in_grid(s, error) : find_in_list(s, error);
}

void dtp_slices_free(dtp_slices *s) {
    free(s->landmark);
    dt_wavevectors_free(&s->list);
    free(s->first);
}

int64_t dtp_slices_points(const dtp_slices *s, int64_t slice, int64_t *ret_points) {
    if (!s->first) {
        return points_in_grid(s, slice, ret_points);
    }
    int64_t first = s->first[slice], n = s->first[slice + 1] - first;
    memcpy(ret_points, s->list.voxel + first, (size_t)n * sizeof *ret_points);
    return n;
}

void dtp_slices_wavevector(const dtp_slices *s, int64_t slice, int64_t point, double ret_k[3]) {
    if (s->first) {
        memcpy(ret_k, s->list.k + 3 * group_of(s, slice), 3 * sizeof *ret_k);
    } else {
        dtp_point_wavevector(s->points, point, ret_k);
    }
}
