/* space_group.c - a space group by its number or symbol. */
#include "gemmi_bridge.h"

#include <stdlib.h>
#include <string.h>

dt_status dt_space_group_find(const char *text, dt_space_group *ret_group, dt_error *error) {
    dti_gemmi_group group;
    char *end;
    long number = strtol(text, &end, 10);
    bool is_number = end != text && *end == '\0';
    if (is_number && (number < 1 || number > 230)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "space group: numbers run from 1 to 230, got %s", text);
    }
    dt_status status = is_number ? dti_gemmi_space_group_number((int)number, &group)
                                 : dti_gemmi_space_group(text, 0, 0, &group);
    if (status == DT_ERR_MEMORY) {
        return dt_error_set(error, status, "space group: no memory");
    }
    if (status != DT_OK) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "space group: '%.40s' is neither a number from 1 to 230 nor a "
                            "Hermann-Mauguin symbol like \"F m -3 m\"",
                            text);
    }
    memcpy(ret_group->name, group.name, sizeof group.name);
    ret_group->number = group.number;
    ret_group->n_ops = group.n_ops;
    memcpy(ret_group->op_rot, group.rot, sizeof group.rot);
    memcpy(ret_group->op_tran, group.tran, sizeof group.tran);
    return DT_OK;
}
