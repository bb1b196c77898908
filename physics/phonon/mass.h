/* mass.h - mass matrices of rigid groups, for the files of physics/ that use them. */
#ifndef DT_PHONON_MASS_H
#define DT_PHONON_MASS_H

#include <difftape/phonon.h>

/* M = sum_j m_j A_j^T A_j of all bodies, zero between them, (b w, b w) with b = n_asu n_groups:
 * body (n_asu,n,4), mass (n); group (n) in [0, n_groups), or NULL for one group; w 3 or 6
 * coordinates each. */
dt_tensor *dtp_body_masses(dt_tensor *body, dt_tensor *mass, int64_t n_groups, const int64_t *group,
                           int64_t width);

/* The same with what quirks add to the diagonal. */
dt_tensor *dtp_mass_quirk(dt_tensor *mass_matrix, unsigned quirks);

/* L of M = L L^T, and who is at fault if there is none. */
dt_tensor *dtp_mass_factor(dt_tensor *mass_matrix);

#endif
