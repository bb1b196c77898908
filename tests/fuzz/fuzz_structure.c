/* fuzz_structure.c - any bytes give a structure or a sentence, never a crash. */
#include <difftape/structure.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses the options. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    dt_structure_options options = {.max_bytes = 1 << 20};
    if (size > 0) {
        options.keep_hydrogens = (data[0] & 1) != 0;
        options.keep_waters = (data[0] & 2) != 0;
        options.keep_ligands = (data[0] & 4) != 0;
    }
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_structure_read_memory(&s, data, size, "fuzz", &options, &error);
    bool sentence = error.message[0] != '\0';
    if ((status == DT_OK) != (s != NULL) || (status == DT_OK) == sentence) {
        abort();
    }
    if (s != NULL && s->n_atoms + s->dropped_altloc + s->dropped_hydrogen + s->dropped_water +
                             s->dropped_ligand !=
                         s->atoms_read) {
        abort();
    }
    dt_structure_free(s);
    return 0;
}
