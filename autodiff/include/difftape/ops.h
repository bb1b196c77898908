/* ops.h - all operations on tensors: creation, elementwise, reductions, shape, indexing, products,
 * linear algebra, spectra, Fourier transforms, rotations.
 *
 * All broadcast by NumPy's rule. Element types: f32, f64, c64, c128 unless stated; real mixes with
 * complex of the same precision, nothing else converts silently (dt_cast does on request). Beside
 * each operation: its formula and the cotangents of its inputs, xbar of x, from the cotangent ybar
 * of the result y; x* is the complex conjugate of x. Broadcast inputs receive the sum over what was
 * broadcast and real inputs the real part. Every rule is made of these operations. Errors are
 * sticky (tape.h). */
#ifndef DIFFTAPE_OPS_H
#define DIFFTAPE_OPS_H

#include <difftape/create.h>
#include <difftape/elementwise.h>
#include <difftape/fourier.h>
#include <difftape/index.h>
#include <difftape/linalg.h>
#include <difftape/product.h>
#include <difftape/reduce.h>
#include <difftape/shape.h>
#include <difftape/spectral.h>
#include <difftape/transform.h>

#endif
