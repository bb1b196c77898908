#!/bin/sh
# reference_filter.sh - a public header as doxygen wants it, so that the header itself stays plain:
# the opening comment becomes the description of a group, "-- section --" lines become sections, a
# comment that stands before several declarations is given to each of them, and characters of
# formulas that would be taken for markup are escaped.
# Usage: reference_filter.sh HEADER       writes the result to standard output
set -eu
awk -v name="$(basename "$1" .h)" '
    # A line of a comment. Formulas are text: no emphasis, no HTML; words in backticks and lines
    # indented by four are code already. What makes it a comment stays as it is.
    function escaped(line,    start, end, n, parts, i) {
        start = match(line, /^ *(\/\*\*<?| \*( |$)| +)/) ? substr(line, 1, RLENGTH) : ""
        line = substr(line, length(start) + 1)
        end = line ~ /\*\/$/ ? "*/" : ""
        line = substr(line, 1, length(line) - length(end))
        n = split(line, parts, "`")
        line = ""
        for (i = 1; i <= n; i++) {
            if (i % 2 == 1)
                gsub(/[*<>@#%&]/, "\\\\&", parts[i])
            gsub(/\.\. /, "..\\&nbsp;", parts[i]) # not the end of a sentence
            gsub(/e\.g\. /, "e.g.\\ ", parts[i])
            line = line (i > 1 ? "`" : "") parts[i]
        }
        return start line end
    }
    # The same for the lines of a block one after another: formulas, which are indented, stay as they
    # are laid out, unless they continue an item of a list.
    function next_line(line,    last) {
        last = line ~ /\*\/$/
        if (line ~ /^ \*  ?([-]|[0-9]\.) /)
            list = 1
        else if (line !~ /^ \*     /)
            list = 0
        if (list || line !~ /^ \*     /)
            line = escaped(line)
        else if (!formula) {
            formula = 1
            line = " * @verbatim\n" line
        }
        if (formula && (last || line !~ /(^|\n) \*     /)) {
            if (last && line ~ /(^|\n) \*     /) {
                sub(/ *\*\/$/, "", line)
                line = line "\n * @endverbatim */"
            } else
                line = " * @endverbatim\n" line
            formula = 0
        }
        gsub(/(^|\n) \*( |$)/, "\n ", line) # stars would be printed beside formulas
        sub(/^\n/, "", line)
        return line
    }
    FNR == 1 {
        sub(/^\/\* [a-z0-9_]*\.h - /, "")
        opening = 1
        text = ""
    }
    opening {
        closing = /\*\/$/
        sub(/ *\*\/$/, "")
        if ($0 !~ /^ \*/)
            $0 = " * " $0
        text = text next_line($0) "\n"
        if (closing) {
            printf "/** @defgroup header_%s %s.h\n%s @{ */\n", name, name, text next_line(" *")
            opening = 0
        }
        next
    }
    /^DT_(BEGIN|END)_DECLS/ { next }
    /^\/\* -- .* -+ \*\/$/ {
        gsub(/^\/\* -- | -+ \*\/$/, "")
        print (section ? "/** @} */\n" : "") "/** @name " $0 "\n * @{ */"
        section = 1
        next
    }
    /^\/\*\*/ && !/^\/\*\*</ { doc = ""; inside = 1 }
    inside {
        if (/\*\/$/)
            inside = 0
        $0 = next_line($0)
        doc = doc $0 "\n"
        print
        fresh = 1
        next
    }
    /^$/ { doc = "" }
    /^(DT_API|typedef|#define) / && doc != "" && !fresh { printf "%s", doc }
    {
        fresh = 0
        if (/\/\*\*</)
            $0 = substr($0, 1, index($0, "/**<") - 1) escaped(substr($0, index($0, "/**<")))
        print
    }
    END { print (section ? "/** @} */\n" : "") "/** @} */" }' "$1"
