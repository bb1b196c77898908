#!/bin/sh
# operations.sh - the table of docs/operations.md, made from autodiff/ops.list and from the comment
# that each operation's file begins with. Usage: operations.sh SOURCE_ROOT   (prints the table)
set -eu
root=$1

# One row from a file: "y = ...   cotangent: ...   remarks", parts three or more spaces or a blank
# line apart, the remarks perhaps after a full stop. Indented lines (long formulas) are left out.
row() { # label file
    awk -v name="$1" '
        function cell(text) {
            gsub(/\|/, "\\|", text)
            return text
        }
        function code(text) {
            sub(/ +$/, "", text)
            if (text !~ /\.\.$/)
                sub(/\.$/, "", text)
            return "`" cell(text) "`"
        }
        {
            line = $0
            sub(/^\/\* /, "", line)
            sub(/^ \*$/, "   ", line)
            sub(/^ \* ?/, "", line)
            last = sub(/ *\*\/.*$/, "", line)
            if (line ~ /^    /)
                sub(/:$/, ".", text)
            else
                text = text (NR > 1 ? " " : "") line
            if (last)
                exit
        }
        END {
            n = split(text, part, /    *(   )*/)
            rule = part[2]
            remark = ""
            if (match(rule, /\. [A-Z]/)) {
                remark = substr(rule, RSTART + 2)
                rule = substr(rule, 1, RSTART)
            }
            for (i = 3; i <= n; i++)
                remark = remark (remark == "" ? "" : " ") part[i]
            sub(/ +$/, "", remark)
            if (part[1] !~ /^y = / || !sub(/^cotangents?: /, "", rule)) {
                print "operations.sh: the first comment of " name \
                    " is not \"y = ...   cotangent: ...\"" > "/dev/stderr"
                exit 1
            }
            if (remark ~ /^[a-z][a-z]/ && remark !~ /^dt_/)
                remark = toupper(substr(remark, 1, 1)) substr(remark, 2)
            printf "| %s | %s | %s | %s |\n", name, code(part[1]), code(rule), cell(remark)
        }' "$2"
}

rows=$(sed -n 's/^OP(\([a-z0-9_]*\), *\([a-z0-9_]*\)).*/\1 \2/p' "$root/autodiff/ops.list")
for folder in $(echo "$rows" | awk '!seen[$1]++ { print $1 }'); do
    printf '\n### %s\n\n' "$folder"
    printf '| function | value | cotangents | remarks |\n|---|---|---|---|\n'
    for name in $(echo "$rows" | awk -v folder="$folder" '$1 == folder { print $2 }'); do
        label="$name, within rules"
        if grep -q "dt_$name(" "$root"/autodiff/include/difftape/*.h; then label="\`dt_$name\`"; fi
        row "$label" "$root/autodiff/ops/$folder/$name.c"
    done
done
