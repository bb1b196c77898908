/* network.h - the general way: a network, points and a phonon map instead of one model. */
#ifndef ONEPHONON_NETWORK_H
#define ONEPHONON_NETWORK_H

#include "run.h"

/* Files that options name; network, points, map and spring constants; the map on r->tape. */
int network_read(struct run *r);
int network_setup(struct run *r);
void network_forward(struct run *r);

/* Bytes that grow with the number of voxels. */
double network_bytes(const struct run *r, bool gradients);

#endif
