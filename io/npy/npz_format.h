/* npz_format.h - signatures, sizes and flags of the ZIP format (PKWARE APPNOTE 6.3, section 4). */
#ifndef DTI_NPZ_FORMAT_H
#define DTI_NPZ_FORMAT_H

#define DTI_ZIP_LOCAL      0x04034b50u /* 4.3.7: local file header */
#define DTI_ZIP_DESCRIPTOR 0x08074b50u /* 4.3.9: data descriptor */
#define DTI_ZIP_CENTRAL    0x02014b50u /* 4.3.12: central directory header */
#define DTI_ZIP_END        0x06054b50u /* 4.3.16: end of central directory */
#define DTI_ZIP_END64      0x06064b50u /* 4.3.14: the same, ZIP64 */
#define DTI_ZIP_LOCATOR64  0x07064b50u /* 4.3.15: where the ZIP64 end record is */

#define DTI_ZIP_IN_EXTRA32 0xffffffffu /* the value is in the ZIP64 extra field instead */
#define DTI_ZIP_IN_EXTRA16 0xffffu

enum {
    DTI_ZIP_LOCAL_SIZE = 30,
    DTI_ZIP_CENTRAL_SIZE = 46,
    DTI_ZIP_END_SIZE = 22,
    DTI_ZIP_END64_SIZE = 56,
    DTI_ZIP_LOCATOR64_SIZE = 20,
    DTI_ZIP_COMMENT_MAX = 65535,
    DTI_ZIP_EXTRA64 = 1, /* identifier of the ZIP64 extra field, 4.5.3 */

    DTI_ZIP_ENCRYPTED = 1 << 0, /* general purpose bits, 4.4.4 */
    DTI_ZIP_HAS_DESCRIPTOR = 1 << 3,
    DTI_ZIP_STRONGLY_ENCRYPTED = 1 << 6,
    DTI_ZIP_UTF8 = 1 << 11,
    DTI_ZIP_MASKED = 1 << 13,

    DTI_ZIP_STORED = 0, /* methods, 4.4.5 */
    DTI_ZIP_DEFLATED = 8
};

#endif
