/* difftape.h - everything: tensors, tape, operations, physics, files. */
#ifndef DIFFTAPE_DIFFTAPE_H
#define DIFFTAPE_DIFFTAPE_H

#include <difftape/array.h>
#include <difftape/base.h>
#include <difftape/dtype.h>
#include <difftape/status.h>

#include <difftape/checkpoint.h>
#include <difftape/derivatives.h>
#include <difftape/ops.h>
#include <difftape/gradcheck.h>
#include <difftape/op.h>
#include <difftape/optimize.h>
#include <difftape/profile.h>
#include <difftape/tape.h>

#include <difftape/crystal.h>
#include <difftape/gnm.h>
#include <difftape/hedm.h>
#include <difftape/map_utils.h>
#include <difftape/metrics.h>
#include <difftape/network.h>
#include <difftape/one_phonon.h>
#include <difftape/phonon.h>
#include <difftape/phonon_map.h>
#include <difftape/points.h>
#include <difftape/quirks.h>
#include <difftape/scatter.h>
#include <difftape/vibrations.h>

#include <difftape/config.h>
#include <difftape/csv.h>
#include <difftape/hedm_files.h>
#include <difftape/hkl_map.h>
#include <difftape/npy.h>
#include <difftape/picture.h>
#include <difftape/progress.h>
#include <difftape/provenance.h>
#include <difftape/scatter_plot.h>
#include <difftape/structure.h>

#include <string.h>

DT_BEGIN_DECLS

/** Where files meet physics, which know nothing of each other: a structure as a crystal's input, to
 *  be changed and given to dt_crystal_new. It points into `s`. Occupancies are left at 1, because
 *  the one conformation that is read stands for all; set .occupancy = s->occupancy for the file's.
 */
static inline dt_crystal_input dt_crystal_input_from(const dt_structure *s) {
    dt_crystal_input input;
    memset(&input, 0, sizeof input);
    memcpy(input.cell, s->cell, sizeof input.cell);
    input.n_ops = s->n_ops;
    input.op_rot = s->op_rot;
    input.op_tran = s->op_tran;
    input.n_atoms = s->n_atoms;
    input.xyz = s->xyz;
    input.u_iso = s->u_iso;
    input.ff_a = s->ff_a;
    input.ff_b = s->ff_b;
    input.ff_c = s->ff_c;
    input.mass = s->mass;
    input.n_remark_ops = s->n_remark_ops;
    input.remark_rot = s->remark_rot;
    input.remark_op = s->remark_op;
    input.scale = s->has_scale ? s->scale : NULL;
    return input;
}

DT_END_DECLS

#endif
