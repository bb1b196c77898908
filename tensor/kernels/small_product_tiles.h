/* small_product_tiles.h - the part of small_product.c that is compiled for each type and width of
 * vectors: the includer defines REAL, LANES, NAME(x) and SWAP_PARTS(v), which exchanges lanes 0 and
 * 1, 2 and 3, ... It is nobody else's header.
 *
 * A tile is a few rows by two vectors of the output, whose sums stay in registers. The last vector
 * of a row ends where the row ends and so overlaps the one before it, if the width is no multiple:
 * nothing is padded, and what is written twice is the same. */

typedef REAL NAME(vec) __attribute__((vector_size(LANES * sizeof(REAL))));

static inline NAME(vec) NAME(load)(const REAL *from) {
    NAME(vec) v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline void NAME(store)(REAL *to, NAME(vec) v) {
    memcpy(to, &v, sizeof v);
}

/* `rows` and `vecs` are constants where this is called: the loops over them disappear. */
static inline INLINE void NAME(real_tile)(int rows, int vecs, const operands *o, const REAL *a,
                                          const REAL *b0, const REAL *b1, REAL *c0, REAL *c1) {
    NAME(vec) sum[4][2] = {{{0}}};
    for (int64_t p = 0; p < o->k; p++, a += o->a_col, b0 += o->b_row, b1 += o->b_row) {
        const NAME(vec) v0 = NAME(load)(b0), v1 = vecs > 1 ? NAME(load)(b1) : v0;
        for (int r = 0; r < rows; r++) {
            const REAL s = a[r * o->a_row];
            sum[r][0] += s * v0;
            if (vecs > 1) {
                sum[r][1] += s * v1;
            }
        }
    }
    for (int r = 0; r < rows; r++) {
        NAME(store)(c0 + r * o->c_row, sum[r][0]);
        if (vecs > 1) {
            NAME(store)(c1 + r * o->c_row, sum[r][1]);
        }
    }
}

/* With z = a b: sums of re(a) (re b, im b) and of im(a) (re b, im b), put together at the end. */
static inline INLINE NAME(vec) NAME(combine)(const operands *o, NAME(vec) by_re, NAME(vec) by_im) {
    const NAME(vec) sign_re = NAME(load)((const REAL *)(const void *)&o->sign_by_re);
    const NAME(vec) sign_im = NAME(load)((const REAL *)(const void *)&o->sign_by_im);
    return sign_re * by_re + sign_im * SWAP_PARTS(by_im);
}

static inline INLINE void NAME(complex_tile)(int rows, int vecs, const operands *o, const REAL *a,
                                             const REAL *b0, const REAL *b1, REAL *c0, REAL *c1) {
    NAME(vec) by_re[2][2] = {{{0}}}, by_im[2][2] = {{{0}}};
    for (int64_t p = 0; p < o->k; p++, a += o->a_col, b0 += o->b_row, b1 += o->b_row) {
        const NAME(vec) v0 = NAME(load)(b0), v1 = vecs > 1 ? NAME(load)(b1) : v0;
        for (int r = 0; r < rows; r++) {
            const REAL re = a[r * o->a_row], im = a[r * o->a_row + 1];
            by_re[r][0] += re * v0;
            by_im[r][0] += im * v0;
            if (vecs > 1) {
                by_re[r][1] += re * v1;
                by_im[r][1] += im * v1;
            }
        }
    }
    for (int r = 0; r < rows; r++) {
        NAME(store)(c0 + r * o->c_row, NAME(combine)(o, by_re[r][0], by_im[r][0]));
        if (vecs > 1) {
            NAME(store)(c1 + r * o->c_row, NAME(combine)(o, by_re[r][1], by_im[r][1]));
        }
    }
}

/* All of c, which is at least one vector wide. */
static void NAME(real)(const operands *o, const void *a0, const void *b0, void *c0) {
    const int64_t last = o->width - LANES;
    for (int64_t at = 0; at < o->width; at += 2 * LANES) {
        const int64_t first = at < last ? at : last, second = at + LANES < last ? at + LANES : last;
        const REAL *a = a0, *b1 = (const REAL *)b0 + first, *b2 = (const REAL *)b0 + second;
        REAL *c1 = (REAL *)c0 + first, *c2 = (REAL *)c0 + second;
        for (int64_t left = o->m; left > 0; left -= 4) {
            const int rows = left < 4 ? (int)left : 4;
            switch (first == second ? -rows : rows) {
            case 4: NAME(real_tile)(4, 2, o, a, b1, b2, c1, c2); break;
            case 3: NAME(real_tile)(3, 2, o, a, b1, b2, c1, c2); break;
            case 2: NAME(real_tile)(2, 2, o, a, b1, b2, c1, c2); break;
            case 1: NAME(real_tile)(1, 2, o, a, b1, b2, c1, c2); break;
            case -4: NAME(real_tile)(4, 1, o, a, b1, b1, c1, c1); break;
            case -3: NAME(real_tile)(3, 1, o, a, b1, b1, c1, c1); break;
            case -2: NAME(real_tile)(2, 1, o, a, b1, b1, c1, c1); break;
            default: NAME(real_tile)(1, 1, o, a, b1, b1, c1, c1); break;
            }
            a += 4 * o->a_row;
            c1 += 4 * o->c_row;
            c2 += 4 * o->c_row;
        }
    }
}

static void NAME(complex)(const operands *o, const void *a0, const void *b0, void *c0) {
    const int64_t last = o->width - LANES;
    for (int64_t at = 0; at < o->width; at += 2 * LANES) {
        const int64_t first = at < last ? at : last, second = at + LANES < last ? at + LANES : last;
        const REAL *a = a0, *b1 = (const REAL *)b0 + first, *b2 = (const REAL *)b0 + second;
        REAL *c1 = (REAL *)c0 + first, *c2 = (REAL *)c0 + second;
        for (int64_t left = o->m; left > 0; left -= 2) {
            const int rows = left < 2 ? 1 : 2;
            switch (first == second ? -rows : rows) {
            case 2: NAME(complex_tile)(2, 2, o, a, b1, b2, c1, c2); break;
            case 1: NAME(complex_tile)(1, 2, o, a, b1, b2, c1, c2); break;
            case -2: NAME(complex_tile)(2, 1, o, a, b1, b1, c1, c1); break;
            default: NAME(complex_tile)(1, 1, o, a, b1, b1, c1, c1); break;
            }
            a += 2 * o->a_row;
            c1 += 2 * o->c_row;
            c2 += 2 * o->c_row;
        }
    }
}

#undef REAL
#undef LANES
#undef NAME
#undef SWAP_PARTS
