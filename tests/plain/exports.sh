#!/bin/sh
# exports.sh - the shared library exports exactly what its headers declare: no internal dti_ name,
# no C++, nothing forgotten. Usage: exports.sh LIBRARY HEADER...
set -u
fail() { echo "exports.sh: $*"; exit 1; }

library=$1
shift
exported=$(nm -D --defined-only "$library" |
    awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u)
# The name before the first bracket of a prototype, or before the end of a variable.
declared=$(sed -n '/^DT_API/,/;/p' "$@" | tr '\n' ' ' | sed 's/DT_API/\n/g' |
    sed -n 's/^[^(\[;]*[ *]\(dt_[a-z0-9_]*\)[[(;].*/\1/p' | sort -u)
[ -n "$exported" ] || fail "no names found in $library"
[ -n "$declared" ] || fail "no names found in the headers"

status=0
for name in $exported; do
    echo "$declared" | grep -qx -- "$name" || { echo "exported but not declared: $name"; status=1; }
done
for name in $declared; do
    echo "$exported" | grep -qx -- "$name" || { echo "declared but not exported: $name"; status=1; }
done
[ "$status" -eq 0 ] && echo "exports.sh: $(echo "$declared" | wc -l) names, declared and exported"
exit "$status"
