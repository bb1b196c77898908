#!/bin/sh
# nm_test.sh - physics/ uses only public difftape functions and libc: no vendor library, no internals.
# Usage: nm_test.sh libdt_physics.a
set -u
forbidden='^(_?)(cblas_|LAPACKE_|[sdcz]gemm_|[sdcz](potrf|trsm|syrk|heev|geev)|dti_|fftw|pocketfft|png_|cJSON|H5|gz(open|read|write)|inflate|deflate|fopen|open64|popen|socket)'

# Undefined symbols of an archive, one a line: "U name" is what nm prints for them.
undefined_in() { nm -u "$1" 2>/dev/null | awk '$1 == "U" { print $2 }' | sort -u; }
offenders() { grep -E "$forbidden"; }
fail() { echo "nm_test: $*"; exit 1; }

[ $# -eq 1 ] || fail "one archive is needed"
[ -r "$1" ] || fail "cannot read $1"

# The check itself must be able to fail: every kind of bad symbol is found, and only those.
for bad in cblas_dgemm LAPACKE_zpotrf dgemm_ zgemm_ dti_map fftw_plan_dft png_create_read_struct \
           cJSON_Parse H5Fopen fopen; do
    printf 'dt_matmul\n%s\nmalloc\n' "$bad" | offenders | grep -qx "$bad" ||
        fail "the pattern does not find $bad"
done
printf 'dt_matmul\ndt_cholesky\nmalloc\nsqrt\nmemcpy\n' | offenders && fail "the pattern is too wide"

symbols=$(undefined_in "$1")
echo "$symbols" | grep -qx dt_matmul_flags || fail "$1 does not use dt_matmul_flags: is it the right archive?"
found=$(echo "$symbols" | offenders) && fail "physics uses what it must not know: $found"
echo "nm_test: $(echo "$symbols" | wc -l) undefined symbols, none forbidden"
