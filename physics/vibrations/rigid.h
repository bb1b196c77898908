/* rigid.h - covariances of rigid asymmetric units for dt_one_phonon. */
#ifndef DT_VIBRATIONS_RIGID_H
#define DT_VIBRATIONS_RIGID_H

#include <difftape/vibrations.h>

#include "../network/network.h"

/* dt_one_phonon_covariance of a network of rigid asymmetric units. */
dt_tensor *dtp_rigid_covariance(const dt_network *network, const dt_network_parameters *parameters,
                                const int samples[3], dt_tensor *cells);

#endif
