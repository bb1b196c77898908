#!/bin/sh
# check_ops.sh - fails the build on a row of ops.list whose operation is incomplete or undocumented.
# Usage: check_ops.sh AUTODIFF_DIR STAMP      (writes STAMP when every row is complete)
set -eu
dir=$1
stamp=$2
headers=$dir/include/difftape
failures=0

complain() { # row missing-thing
    echo "ops.list: row OP($1) is incomplete: $2." >&2
    failures=$((failures + 1))
}

# The functions the public headers document: prototypes that carry a trailing /**< comment or stand
# in a block, without blank lines, that a /** comment opens.
documented=$(awk '
    /^[ \t]*$/ { block = 0 }
    /\/\*\*([^<]|$)/ { block = 1 }
    /^DT_API/ && match($0, /dt_[a-z0-9_]+\(/) { name = substr($0, RSTART, RLENGTH - 1); said = 0 }
    name != "" && (block || /\/\*\*</) && !said { print name; said = 1 }
    /;/ { name = "" }
' "$headers"/*.h)

is_documented() {
    for known in $documented; do
        [ "$known" = "$1" ] && return 0
    done
    return 1
}

# The comment a file begins with; nothing if it begins with anything else.
first_comment() {
    awk 'NR == 1 && !/^\/\*/ { exit } { print } /\*\// { exit }' "$1"
}

check_documentation() { # row name comment
    is_documented "dt_$2" && return
    for user in $(printf '%s\n' "$3" | grep -o 'dt_[a-z0-9_]*'); do
        is_documented "$user" && return
    done
    complain "$1" "no public header documents dt_$2,\
 and the file's first comment names no documented function that uses it"
}

check_row() { # folder name
    row="$1, $2"
    file=$dir/ops/$1/$2.c
    if [ ! -f "$file" ]; then
        complain "$row" "there is no file autodiff/ops/$1/$2.c"
        return
    fi
    comment=$(first_comment "$file")
    case $comment in
    *"y = "*) ;;
    *) complain "$row" "autodiff/ops/$1/$2.c does not begin with a comment that gives the formula,\
 \"y = ...\"" ;;
    esac
    if ! grep -q "^const dt_op dti_op_$2 = {" "$file"; then
        complain "$row" "autodiff/ops/$1/$2.c does not define const dt_op dti_op_$2"
    fi
    rules=".vjp .jvp"
    if grep -q '^ *\.blocks_gradient = true' "$file"; then
        rules=""
    fi
    for field in .formula $rules; do
        if ! grep -q "\\$field = [a-z\"]" "$file"; then
            complain "$row" "its operation has no $field"
        fi
    done
    if ! grep -q 'DT_SAMPLES(' "$file"; then
        complain "$row" "its operation has no DT_SAMPLES to test it on"
    fi
    check_documentation "$row" "$2" "$comment"
}

rows=$(sed -n 's/^OP(\([a-z0-9_]*\), *\([a-z0-9_]*\)).*/\1:\2/p' "$dir/ops.list")
if [ -z "$rows" ]; then
    echo "ops.list: no row OP(folder, name) was found." >&2
    exit 1
fi
for row in $rows; do
    check_row "${row%%:*}" "${row#*:}"
done
if [ "$failures" -gt 0 ]; then
    exit 1
fi
echo "$rows" >"$stamp"
