#!/bin/sh
# check_output.sh - runs an example and compares what it prints with what the manual quotes.
# Usage: check_output.sh EXPECTED PROGRAM [ARGUMENT...]
# Numbers may differ by 1 in 1000. Those below 1e-6, which are rounding errors, may be anything up
# to a hundred times as large; sizes in MB, "N times" and the figures in the reason why a fit
# stopped are not compared: they depend on the machine.
set -eu
expected=$1
shift
printed=$(mktemp)
trap 'rm -f "$printed"' EXIT
"$@" >"$printed"
awk -v expected="$expected" '
    function number(word) {
        return word ~ /^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/
    }
    function magnitude(x) {
        return x < 0 ? -x : x
    }
    function bare(word) {
        gsub(/^\(|[,:;)]+$/, "", word)
        return word
    }
    function same(want, have, next_word,    a, b) {
        a = bare(want)
        b = bare(have)
        if (!number(a) || !number(b))
            return want == have
        if (next_word ~ /^(MB|times)/)
            return 1
        if (magnitude(a) < 1e-6)
            return magnitude(b) <= 100 * magnitude(a) + 1e-14
        return magnitude(a - b) <= 1e-3 * magnitude(a)
    }
    function complain() {
        printf "line %d: expected \"%s\", printed \"%s\"\n", FNR, line, $0
        wrong = 1
    }
    {
        if ((getline line < expected) <= 0) {
            line = "the end"
            complain()
            exit
        }
        n = split(line, want)
        if (want[1] == "converged:" && $1 == "converged:")
            next
        for (i = 1; i <= n || i <= NF; i++)
            if (!same(want[i], $i, want[i + 1])) {
                complain()
                next
            }
    }
    END {
        if (!wrong && (getline line < expected) > 0) {
            $0 = "the end"
            complain()
        }
        exit wrong
    }' "$printed"
