#!/bin/sh
# check.sh - builds everything and runs all tests. Safe to run again.
#
#   ./check.sh          gcc, all tests
#   ./check.sh --full   also: the format, fuzzing in a bounded form, clang without warnings, the
#                       whole suite under ASan and UBSan, and threads under TSan (what CI runs)
set -eu
cd "$(dirname "$0")"
. tests/setup.sh

full=no
case "${1-}" in
"") ;;
--full) full=yes ;;
*) fail "unknown argument '$1': the only option is --full" ;;
esac

# Every test is a process, and OpenBLAS would start threads in each that wait by spinning. The
# library gives it one thread anyway.
export OPENBLAS_NUM_THREADS=1

passed=0
failed=0
skipped=0

# run_tests DIR MESON-TEST-ARGUMENT...: run, and add what Criterion and plain programs report.
run_tests() {
    dir=$1
    shift
    say "Testing in $dir"
    code=0
    CRITERION_VERBOSITY_LEVEL=1 meson test -C "$dir" --no-rebuild --print-errorlogs \
        --num-processes "$JOBS" "$@" >"$dir/test.log" 2>&1 || code=$?
    # shellcheck disable=SC2046
    set -- $(sh tests/count.sh "$dir/meson-logs/testlog.txt")
    sed -n 's/^\[SKIP\] /  skipped: /p; s/^SKIP: /  skipped: /p' "$dir/meson-logs/testlog.txt"
    passed=$((passed + $1))
    failed=$((failed + $2))
    skipped=$((skipped + $3))
    say "  $1 passed, $2 failed, $3 skipped"
    if [ "$code" -ne 0 ] || [ "$2" -ne 0 ]; then
        tail -n 60 "$dir/test.log" >&2
        [ "$2" -ne 0 ] || failed=$((failed + 1))
    fi
    [ "$1" -gt 0 ] || fail "no test ran in $dir"
}

packages="$BUILD_PACKAGES $TEST_PACKAGES"
[ "$full" = no ] || packages="$packages $FULL_PACKAGES"
# shellcheck disable=SC2086
need_packages $packages

configure build-check --buildtype=debugoptimized -Dwerror=true
build_in build-check
run_tests build-check --no-suite slow

if [ "$full" = yes ]; then
    say "Checking the format"
    if find tensor autodiff physics io tests examples \( -name '*.[ch]' -o -name '*.cpp' \) \
        -exec clang-format --dry-run --Werror {} +; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
    run_tests build-check --suite slow
    CC=clang CXX=clang++ configure build-clang --buildtype=debugoptimized -Dwerror=true
    build_in build-clang
    # The suite long, sums rather than code, runs under gcc only.
    run_tests build-clang --no-suite slow --no-suite long
    # Leaks show only in the plain programs: Criterion never fails on them.
    configure build-asan -Doptimization=1 -Ddebug=true -Dwerror=true -Db_sanitize=address,undefined \
        -Db_lundef=false
    build_in build-asan
    UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 run_tests build-asan --no-suite slow \
        --no-suite long
    configure build-tsan --buildtype=debugoptimized -Dwerror=true -Db_sanitize=thread \
        -Db_lundef=false
    build_in build-tsan tests/plain/threads
    run_tests build-tsan --suite threads
fi

say "$skipped skipped"
say "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
