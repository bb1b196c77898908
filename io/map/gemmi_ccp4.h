/* gemmi_ccp4.h - the C face of gemmi's CCP4 header. No exception crosses it. */
#ifndef DTI_GEMMI_CCP4_H
#define DTI_GEMMI_CCP4_H

#include <difftape/base.h>
#include <difftape/status.h>

DT_BEGIN_DECLS

enum { DTI_CCP4_LABELS = 10, DTI_CCP4_LABEL = 80 };

/* A box of float32 points, x fastest: `n` of them from `start` on, `samples` in a cell. */
typedef struct dti_ccp4_box {
    int n[3], start[3], samples[3];
    double cell[6];
    double low, high, mean, rms; /* rms deviation from the mean */
    int n_labels;
    char label[DTI_CCP4_LABELS][DTI_CCP4_LABEL + 1];
} dti_ccp4_box;

/* The bytes in front of the data, in the byte order of this machine. Release with free. */
dt_status dti_gemmi_ccp4_header(const dti_ccp4_box *box, void **ret_bytes, size_t *ret_size,
                                dt_error *error);

DT_END_DECLS

#endif
