/* 09_loss_on_a_map.c - a crystal, its diffuse map, a loss on the map and the gradient of the loss.
 */
#include <difftape/difftape.h>

#include <stdio.h>

/* A crystal from a PDB file, all occupancies taken as 1; NULL on failure. */
static dt_crystal *read_crystal(const char *path, dt_error *error) {
    dt_structure *s;
    if (dt_structure_read(&s, path, NULL, error) != DT_OK) {
        return NULL;
    }
    dt_crystal_input input = dt_crystal_input_from(s);
    dt_crystal *crystal = NULL;
    dt_crystal_new(&input, &crystal, error);
    dt_structure_free(s);
    return crystal;
}

/* L = mean (I - data)^2 against a map made with other springs; prints dL/dgamma and dL/dxyz. */
static void fit(const dt_one_phonon *model, const dt_crystal *crystal, dt_tape *tape) {
    int64_t n = crystal->n_atoms;
    double start = 1.0;
    dt_tensor *intra = dt_parameter(tape, DT_F64, 0, NULL, &start);
    dt_tensor *inter = dt_parameter(tape, DT_F64, 0, NULL, &start);
    dt_tensor *u_iso = dt_constant(tape, DT_F64, 1, &n, crystal->u_iso);
    dt_tensor *xyz = dt_parameter(tape, DT_F64, 2, (int64_t[]){n, 3}, crystal->xyz);
    dt_tensor *data = dt_stop_gradient(
        dt_one_phonon_intensity(model, dt_scalar(tape, 2.0), dt_scalar(tape, 0.8), u_iso, xyz));

    dt_tensor *map = dt_one_phonon_intensity(model, intra, inter, u_iso, xyz);
    dt_tensor *loss = dt_mean(dt_square(dt_sub(map, data)), DT_ALL);
    dt_backward(loss);
    if (dt_tape_status(tape) == DT_OK) {
        const double *first_atom = dt_data_f64(dt_gradient(xyz));
        printf("loss %.6g   dL/dgamma_intra %.6g   dL/dgamma_inter %.6g\n", dt_item(loss),
               dt_item(dt_gradient(intra)), dt_item(dt_gradient(inter)));
        printf("dL/dxyz of the first atom (%.6g, %.6g, %.6g)\n", first_atom[0], first_atom[1],
               first_atom[2]);
    }
}

int main(int argc, char **argv) {
    const dt_grid grid = {.lo = {-3, -3, -3}, .hi = {3, 3, 3}, .samples = {3, 3, 3}};
    dt_error error = DT_ERROR_INIT;
    dt_crystal *crystal = read_crystal(argc > 1 ? argv[1] : "examples/data/3al1.pdb", &error);
    dt_one_phonon *model = NULL;
    dt_tape *tape = dt_tape_new(NULL);
    if (crystal != NULL && tape != NULL &&
        dt_one_phonon_new(crystal, &grid, NULL, &model, &error) == DT_OK) {
        fit(model, crystal, tape);
        error = *dt_tape_error(tape);
    }
    if (error.status != DT_OK) {
        fprintf(stderr, "%s\n", error.message);
    }
    dt_tape_free(tape); /* before the model and the crystal, which it refers to */
    dt_one_phonon_free(model);
    dt_crystal_free(crystal);
    return error.status == DT_OK && model != NULL ? 0 : 1;
}
