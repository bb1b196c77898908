/* correlation.h - a correlation that also tells where it is defined. */
#ifndef DT_METRICS_CORRELATION_H
#define DT_METRICS_CORRELATION_H

#include <difftape/metrics.h>

/* dt_correlation; with ret_defined, undefined is not an error without classes either but 0, and
 * *ret_defined is bool of the result's shape. */
dt_tensor *dtp_correlation(dt_tensor *x, dt_tensor *y, dt_tensor *mask, const dt_classes *classes,
                           dt_tensor **ret_defined);

#endif
