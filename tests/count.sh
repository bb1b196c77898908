#!/bin/sh
# count.sh LOG - "PASSED FAILED SKIPPED" of a Meson test log: Criterion programs count each of their
# tests, plain programs count as one.
awk '
    function finish() {
        if (result == "") return
        good = result ~ /exit status 0/
        absent = result ~ /exit status 77/
        if (!criterion && good) passed++
        if (absent) skipped++
        if (!good && !absent && bad == 0) failed++  # crashed, timed out, or a plain failure
        failed += bad
        result = ""; criterion = 0; bad = 0
    }
    /^=+ [0-9]+\/[0-9]+ =+$/ { finish() }
    /^result: / { result = $0 }
    /^\[SKIP\] / { skipped++ }
    /Synthesis: Tested:/ {
        for (i = 1; i < NF; i++) {
            if ($i == "Passing:") passed += $(i + 1)
            if ($i == "Failing:") bad += $(i + 1)
        }
        criterion = 1
    }
    END { finish(); print passed + 0, failed + 0, skipped + 0 }
' "$1"
