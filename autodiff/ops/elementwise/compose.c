/* compose.c - elementwise functions made of others, whose rules they inherit. */
#include "../ops.h"

/* |a + ib| neither overflows nor underflows, and its rule gives 0 at 0. */
dt_tensor *dt_hypot(dt_tensor *a, dt_tensor *b) {
    return dt_abs(dt_complex(a, b));
}

dt_tensor *dt_atan2(dt_tensor *y, dt_tensor *x) {
    return dt_angle(dt_complex(x, y));
}
