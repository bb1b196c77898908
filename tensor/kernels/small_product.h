/* small_product.h - products of small matrices, one function per kernel set (sets.h) and bitwise
 * equal in all. */
#ifndef DTI_SMALL_PRODUCT_H
#define DTI_SMALL_PRODUCT_H

#include <difftape/array.h>

/* The largest size of a matrix that counts as small. */
#define DTI_SMALL 16

/* A row of products c[i] = op(a[i]) op(b[i]): op(a) is (m, k), op(b) (k, n), each size at least 1
 * and at most DTI_SMALL; c (m, n) without gaps. Strides are in elements, of the operands as they
 * enter the product (a transposed matrix has its strides exchanged), and may be anything. */
typedef struct dti_small_product {
    int64_t m, n, k;
    int64_t a_row, a_col, b_row, b_col;
    int64_t a_step, b_step; /* from one matrix to the next; 0 repeats it */
    bool conjugate_a, conjugate_b;
} dti_small_product;

/* Every element is the sum over k in ascending order from 0, products and sums rounded separately;
 * a complex one combines four such sums, of the products of parts. */
typedef void dti_small_product_fn(const dti_small_product *p, int64_t n_matrices, const void *a,
                                  const void *b, void *c);

/* By type, filled from the kernel set in use. */
typedef struct dti_small_products {
    int64_t limit; /* sizes up to which run beats BLAS; 0 for other types than floats */
    dti_small_product_fn *run;
} dti_small_products;

extern dti_small_products dti_small_products_chosen[DT_DTYPE_COUNT];

#endif
