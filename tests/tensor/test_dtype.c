/* test_dtype.c - sizes, names and promotion of element types. */
#include "view.h"
#include <difftape/dtype.h>

#include <criterion/criterion.h>

static const dt_dtype all[] = {DT_F32, DT_F64, DT_C64, DT_C128, DT_I64, DT_BOOL};

Test(dtype, has_the_documented_size_and_name) {
    static const size_t sizes[] = {4, 8, 8, 16, 8, 1};
    static const char *const names[] = {"f32", "f64", "c64", "c128", "i64", "bool"};
    for (int i = 0; i < DT_DTYPE_COUNT; i++) {
        cr_expect(dt_dtype_size(all[i]) == sizes[i], "%s has %zu bytes, expected %zu", names[i],
                  dt_dtype_size(all[i]), sizes[i]);
        cr_expect_str_eq(dt_dtype_name(all[i]), names[i]);
    }
}

Test(dtype, knows_its_real_and_complex_partner) {
    static const dt_dtype real[] = {DT_F32, DT_F64, DT_F32, DT_F64, DT_I64, DT_BOOL};
    static const dt_dtype complex[] = {DT_C64, DT_C128, DT_C64, DT_C128, DT_I64, DT_BOOL};
    for (int i = 0; i < DT_DTYPE_COUNT; i++) {
        cr_expect(dt_dtype_real(all[i]) == real[i], "real partner of %s is %s",
                  dt_dtype_name(all[i]), dt_dtype_name(dt_dtype_real(all[i])));
        cr_expect(dt_dtype_complex(all[i]) == complex[i], "complex partner of %s is %s",
                  dt_dtype_name(all[i]), dt_dtype_name(dt_dtype_complex(all[i])));
        cr_expect(dt_dtype_is_float(all[i]) == (all[i] != DT_I64 && all[i] != DT_BOOL));
        cr_expect(dt_dtype_is_complex(all[i]) == (all[i] == DT_C64 || all[i] == DT_C128));
    }
}

Test(dtype, promotes_equal_types_and_real_with_complex_of_the_same_precision_only) {
    enum { NO = -1 };
    static const int expected[DT_DTYPE_COUNT][DT_DTYPE_COUNT] = {
        /*            F32     F64      C64     C128     I64     BOOL */
        [DT_F32] = {DT_F32, NO, DT_C64, NO, NO, NO}, [DT_F64] = {NO, DT_F64, NO, DT_C128, NO, NO},
        [DT_C64] = {DT_C64, NO, DT_C64, NO, NO, NO}, [DT_C128] = {NO, DT_C128, NO, DT_C128, NO, NO},
        [DT_I64] = {NO, NO, NO, NO, DT_I64, NO},     [DT_BOOL] = {NO, NO, NO, NO, NO, DT_BOOL},
    };
    for (int a = 0; a < DT_DTYPE_COUNT; a++) {
        for (int b = 0; b < DT_DTYPE_COUNT; b++) {
            dt_dtype untouched = (dt_dtype)77, result = untouched;
            bool ok = dti_dtype_promote(all[a], all[b], &result);
            cr_expect(ok == (expected[a][b] != NO), "%s with %s: accepted %d",
                      dt_dtype_name(all[a]), dt_dtype_name(all[b]), ok);
            cr_expect((int)result == (ok ? expected[a][b] : 77), "%s with %s gives %d, expected %d",
                      dt_dtype_name(all[a]), dt_dtype_name(all[b]), (int)result, expected[a][b]);
        }
    }
}

Test(dtype, outside_the_enumeration_is_harmless) {
    dt_dtype wrong = (dt_dtype)42, result;
    cr_expect(dt_dtype_size(wrong) == 0);
    cr_expect_str_eq(dt_dtype_name(wrong), "unknown");
    cr_expect_not(dti_dtype_promote(wrong, wrong, &result));
}
