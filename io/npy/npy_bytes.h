/* npy_bytes.h - little-endian integers in byte buffers, and the machine's own byte order. */
#ifndef DTI_NPY_BYTES_H
#define DTI_NPY_BYTES_H

#include <difftape/base.h>

static inline uint32_t dti_le16(const unsigned char *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t dti_le32(const unsigned char *p) {
    return dti_le16(p) | dti_le16(p + 2) << 16;
}

static inline uint64_t dti_le64(const unsigned char *p) {
    return (uint64_t)dti_le32(p) | (uint64_t)dti_le32(p + 4) << 32;
}

/* Store the low `n` bytes of `value` and return the place after them. */
static inline unsigned char *dti_put_le(unsigned char *p, uint64_t value, int n) {
    for (int i = 0; i < n; i++) {
        p[i] = (unsigned char)(value >> (8 * i));
    }
    return p + n;
}

static inline bool dti_machine_is_little(void) {
    const uint16_t one = 1;
    return *(const unsigned char *)&one == 1;
}

/* Reverse every group of `width` bytes. */
static inline void dti_swap_bytes(unsigned char *data, size_t size, size_t width) {
    for (size_t start = 0; start + width <= size; start += width) {
        for (size_t i = 0; i < width / 2; i++) {
            unsigned char byte = data[start + i];
            data[start + i] = data[start + width - 1 - i];
            data[start + width - 1 - i] = byte;
        }
    }
}

#endif
