/* shape_mistakes.c - shapes, types, axes and indices that do not fit. */
#include "mistakes.h"

#define MISTAKE(name) static void name(dt_tape *t, dt_error *error)
#define UNUSED        (void)error

/* -- shapes ------------------------------------------------------------------------------------ */

MISTAKE(adds_other_shapes) {
    UNUSED;
    dt_add(real(t, SHAPE(4, 3)), real(t, SHAPE(2, 3)));
}

MISTAKE(broadcasts_from_the_left) {
    UNUSED;
    dt_mul(real(t, SHAPE(4, 3)), real(t, SHAPE(4)));
}

MISTAKE(multiplies_untransposed) {
    UNUSED;
    dt_matmul(real(t, SHAPE(4096, 3)), real(t, SHAPE(256, 3)));
}

MISTAKE(multiplies_a_vector) {
    UNUSED;
    dt_matmul(real(t, SHAPE(4, 3)), real(t, SHAPE(3)));
}

MISTAKE(transposes_a_vector) {
    UNUSED;
    dt_transpose(real(t, SHAPE(3)));
}

MISTAKE(reshapes_to_another_size) {
    UNUSED;
    dt_reshape(real(t, SHAPE(4, 3)), SHAPE(5, 2));
}

MISTAKE(infers_two_sizes) {
    UNUSED;
    dt_reshape(real(t, SHAPE(4, 3)), SHAPE(-1, -1));
}

MISTAKE(permutes_twice_the_same) {
    UNUSED;
    dt_permute(real(t, SHAPE(4, 3)), (const int[]){0, 0});
}

MISTAKE(concatenates_what_does_not_fit) {
    UNUSED;
    dt_concat(2, (dt_tensor *const[]){real(t, SHAPE(4, 3)), real(t, SHAPE(4, 2))}, 0);
}

MISTAKE(stacks_other_shapes) {
    UNUSED;
    dt_stack(2, (dt_tensor *const[]){real(t, SHAPE(4)), real(t, SHAPE(3))}, 0);
}

MISTAKE(splits_unevenly) {
    UNUSED;
    dt_tensor *parts[3];
    dt_split(real(t, SHAPE(4)), 0, 3, parts);
}

MISTAKE(broadcasts_to_less) {
    UNUSED;
    dt_broadcast(real(t, SHAPE(4, 3)), SHAPE(3));
}

MISTAKE(squeezes_a_long_axis) {
    UNUSED;
    dt_squeeze(real(t, SHAPE(4, 3)), 0);
}

MISTAKE(makes_a_negative_size) {
    UNUSED;
    dt_zeros(t, DT_F64, SHAPE(4, -3));
}

MISTAKE(makes_nine_dimensions) {
    UNUSED;
    dt_zeros(t, DT_F64, SHAPE(1, 1, 1, 1, 1, 1, 1, 1, 1));
}

MISTAKE(makes_more_than_there_are_addresses) {
    UNUSED;
    dt_zeros(t, DT_F64, SHAPE(INT64_C(1) << 40, INT64_C(1) << 40));
}

MISTAKE(crosses_pairs) {
    UNUSED;
    dt_cross(real(t, SHAPE(4, 2)), real(t, SHAPE(4, 2)));
}

/* -- types ------------------------------------------------------------------------------------- */

MISTAKE(adds_an_integer) {
    UNUSED;
    dt_add(real(t, SHAPE(2)), integers(t, 2, NULL));
}

MISTAKE(mixes_precisions) {
    UNUSED;
    dt_mul(real(t, SHAPE(2)), dt_ones(t, DT_F32, SHAPE(2)));
}

MISTAKE(orders_complex_numbers) {
    UNUSED;
    dt_max(cplx(t, SHAPE(2)), 0);
}

MISTAKE(casts_complex_to_real) {
    UNUSED;
    dt_cast(cplx(t, SHAPE(2)), DT_F64);
}

MISTAKE(reads_floats_as_doubles) {
    UNUSED;
    dt_data_f64(dt_ones(t, DT_F32, SHAPE(2)));
}

MISTAKE(reads_a_vector_as_a_number) {
    UNUSED;
    dt_item(real(t, SHAPE(2)));
}

MISTAKE(masks_with_numbers) {
    UNUSED;
    dt_where(real(t, SHAPE(2)), real(t, SHAPE(2)), real(t, SHAPE(2)));
}

MISTAKE(takes_the_phase_of_a_complex_number) {
    UNUSED;
    dt_cis(cplx(t, SHAPE(2)));
}

/* -- axes and indices -------------------------------------------------------------------------- */

MISTAKE(sums_over_no_axis) {
    UNUSED;
    dt_sum(real(t, SHAPE(4, 3)), 2);
}

MISTAKE(names_an_axis_twice) {
    UNUSED;
    dt_mean(real(t, SHAPE(4, 3)), DT_AXES(1, -1));
}

MISTAKE(takes_the_largest_of_nothing) {
    UNUSED;
    dt_max(real(t, SHAPE(0, 3)), 0);
}

MISTAKE(steps_nowhere) {
    UNUSED;
    dt_slice(real(t, SHAPE(4)), 0, 0, 4, 0);
}

MISTAKE(steps_backwards) {
    UNUSED;
    dt_slice(real(t, SHAPE(4)), 0, 3, 0, -1);
}

MISTAKE(selects_beyond_the_end) {
    UNUSED;
    dt_select(real(t, SHAPE(4, 3)), 0, 4);
}

MISTAKE(gathers_beyond_the_end) {
    UNUSED;
    dt_gather(real(t, SHAPE(4)), integers(t, 2, (const int64_t[]){1, 4}), 0);
}

MISTAKE(gathers_with_real_indices) {
    UNUSED;
    dt_gather(real(t, SHAPE(4)), real(t, SHAPE(2)), 0);
}

MISTAKE(names_too_few_operands) {
    UNUSED;
    dt_einsum("ij,jk->ik", 1, (dt_tensor *const[]){real(t, SHAPE(2, 2))});
}

MISTAKE(gives_a_letter_two_sizes) {
    UNUSED;
    dt_einsum("ij,jk->ik", 2, (dt_tensor *const[]){real(t, SHAPE(2, 3)), real(t, SHAPE(2, 3))});
}

MISTAKE(invents_a_letter) {
    UNUSED;
    dt_einsum("ij->ijk", 1, (dt_tensor *const[]){real(t, SHAPE(2, 3))});
}

MISTAKE(looks_up_in_an_unsorted_table) {
    UNUSED;
    const double knots[] = {0, 2, 1};
    dt_tensor *xp = dt_constant(t, DT_F64, SHAPE(3), knots);
    dt_interp(real(t, SHAPE(4)), xp, real(t, SHAPE(3)));
}

const struct mistake shape_mistakes[] = {
    {"adding tensors of other sizes", adds_other_shapes},
    {"broadcasting along the first axis instead of the last", broadcasts_from_the_left},
    {"a matrix product without the transposition", multiplies_untransposed},
    {"a matrix times a vector", multiplies_a_vector},
    {"transposing a vector", transposes_a_vector},
    {"reshaping to another number of elements", reshapes_to_another_size},
    {"leaving two sizes of a reshape open", infers_two_sizes},
    {"naming an axis twice in a permutation", permutes_twice_the_same},
    {"concatenating along the wrong axis", concatenates_what_does_not_fit},
    {"stacking tensors of different shapes", stacks_other_shapes},
    {"splitting into parts of different sizes", splits_unevenly},
    {"broadcasting to a smaller shape", broadcasts_to_less},
    {"squeezing an axis that is longer than 1", squeezes_a_long_axis},
    {"a negative size", makes_a_negative_size},
    {"nine dimensions", makes_nine_dimensions},
    {"a shape beyond all memory", makes_more_than_there_are_addresses},
    {"the cross product of pairs", crosses_pairs},
    {"adding integers to real numbers", adds_an_integer},
    {"mixing float and double", mixes_precisions},
    {"the maximum of complex numbers", orders_complex_numbers},
    {"casting complex to real", casts_complex_to_real},
    {"reading floats as doubles", reads_floats_as_doubles},
    {"reading a vector as one number", reads_a_vector_as_a_number},
    {"numbers as a mask", masks_with_numbers},
    {"cis of a complex number", takes_the_phase_of_a_complex_number},
    {"summing over an axis there is not", sums_over_no_axis},
    {"naming an axis twice in a mean", names_an_axis_twice},
    {"the maximum of nothing", takes_the_largest_of_nothing},
    {"a slice with step 0", steps_nowhere},
    {"a slice with a negative step", steps_backwards},
    {"selecting beyond the end", selects_beyond_the_end},
    {"gathering beyond the end", gathers_beyond_the_end},
    {"real numbers as indices", gathers_with_real_indices},
    {"einsum with an operand missing", names_too_few_operands},
    {"einsum with a letter of two sizes", gives_a_letter_two_sizes},
    {"einsum with a new letter in the result", invents_a_letter},
    {"interpolating in a table that does not ascend", looks_up_in_an_unsorted_table},
    {0}};
