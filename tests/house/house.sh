#!/bin/sh
# house.sh - the order of the house: short files, no wide lines, arrows between layers that point
# down only, few public functions. Usage: house.sh ROOT files|columns|includes|functions
set -eu
cd "$1"
here=tests/house
layers="tensor autodiff physics io examples"
most_median=150
most_lines=600
most_functions=250
most_columns=100
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failed=0
say() { [ "$failed" -ne 0 ] || echo "house: $*"; }
fail() {
    echo "house: $*"
    failed=1
}

# shellcheck disable=SC2086
sources() { find $layers \( -name '*.c' -o -name '*.h' -o -name '*.cpp' \) | sort; }

check_files() {
    # shellcheck disable=SC2046
    awk 'FNR == 1 && name { print n, name } { name = FILENAME; n = FNR } END { print n, name }' \
        $(sources) $(find tests \( -name '*.c' -o -name '*.h' \)) | sort -n >"$work/sizes"
    while read -r lines name; do
        [ "$lines" -le $most_lines ] || fail "$name has $lines lines, more than $most_lines"
    done <"$work/sizes"
    grep -v ' tests/' "$work/sizes" >"$work/code"
    count=$(wc -l <"$work/code")
    [ "$count" -gt 100 ] || fail "only $count source files were found"
    median=$(sed -n "$(((count + 1) / 2))p" "$work/code")
    [ "${median% *}" -le $most_median ] ||
        fail "the median source file, ${median#* }, has ${median% *} lines, more than $most_median"
    say "$count source files, median ${median% *} lines, longest $(tail -n 1 "$work/sizes")"
}

# Comments too, which clang-format leaves as they are.
wide() { awk -v most=$most_columns 'length($0) > most { print FILENAME, FNR, length($0) }' "$@"; }

check_columns() {
    # The check itself must be able to fail.
    printf '%0100d\n%0101d\n' 0 0 >"$work/lines"
    [ "$(wide "$work/lines")" = "$work/lines 2 101" ] || fail "a line of 101 columns is not found"

    # shellcheck disable=SC2046
    set -- $(sources) $(find tests \( -name '*.c' -o -name '*.h' \))
    [ $# -gt 200 ] || fail "only $# source files were found"
    wide "$@" >"$work/wide"
    while read -r name line columns; do
        fail "$name:$line has $columns columns, more than $most_columns"
    done <"$work/wide"
    say "$# files, no line beyond $most_columns columns"
}

forbidden() { awk -f $here/layers.awk "$@"; }

check_includes() {
    # The check itself must be able to fail.
    while read -r edge; do
        [ -n "$(echo "$edge" | forbidden)" ] || fail "the rules do not forbid '$edge'"
    done <<'EDGES'
tensor/shape.c autodiff/lazy.h
tensor/shape.c ?missing.h
tensor/shape.c <zlib.h>
tensor/shape.c <cblas.h>
io/include/difftape/picture.h <png.h>
autodiff/tape.c physics/include/difftape/gnm.h
autodiff/tape.c io/include/difftape/npy.h
autodiff/tape.c <cblas.h>
physics/gnm/contacts.c tensor/iterate.h
physics/gnm/contacts.c autodiff/ops/ops.h
physics/gnm/contacts.c io/include/difftape/npy.h
io/npy/npy_read.c autodiff/include/difftape/tape.h
io/npy/npy_read.c tensor/arena.h
examples/map.c tensor/arena.h
autodiff/include/difftape/tape.h autodiff/lazy.h
EDGES
    [ -z "$(echo 'io/npy/npy.c tensor/include/difftape/array.h' | forbidden)" ] ||
        fail "the rules forbid what is right"

    sources >"$work/names"
    # shellcheck disable=SC2086
    find $layers -name '*.list' | sort >>"$work/names"
    # shellcheck disable=SC2046
    grep -HE '^#include ["<]' $(sources) | awk -f $here/includes.awk "$work/names" - >"$work/edges"
    count=$(wc -l <"$work/edges")
    [ "$count" -gt 500 ] || fail "only $count lines of #include were found"
    forbidden "$work/edges" >"$work/wrong"
    while read -r from to; do
        fail "$from includes $to, which its layer must not know"
    done <"$work/wrong"
    grep -v '<' "$work/edges" | tsort >"$work/order" 2>"$work/circle" ||
        fail "files include each other in a circle: $(sed 's/^tsort: //; s/^-: //' "$work/circle" |
            tr '\n' ' ')"
    say "$count includes, all downward"
}

check_functions() {
    count=$(cat tensor/include/difftape/*.h autodiff/include/difftape/*.h | grep -c '^DT_API')
    [ "$count" -le $most_functions ] ||
        fail "tensor and autodiff have $count public functions, more than $most_functions"
    say "$count public functions in tensor and autodiff"
}

case $2 in
files) check_files ;;
columns) check_columns ;;
includes) check_includes ;;
functions) check_functions ;;
*) fail "unknown check '$2'" ;;
esac
exit $failed
