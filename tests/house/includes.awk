# includes.awk - who includes what: lines "FILE FILE" of the repository's own files and, for other
# headers that belong to one layer, lines "FILE <header>". A file that cannot be found is "?name".
#
# Reads first the list of files, one a line, then lines of grep: FILE:#include "name" or <name>.

# a/b/../c is a/c.
function plain(path) {
    while (match(path, /[^\/]+\/\.\.\//))
        path = substr(path, 1, RSTART - 1) substr(path, RSTART + RLENGTH)
    return path
}

# Headers of its own folder come first, then those of the folder's layer, then those of tensor.
function own(file, name,    path, layer, i) {
    path = plain(substr(file, 1, match(file, /[^\/]*$/) - 1) name)
    if (path in known)
        return path
    layer = substr(file, 1, index(file, "/"))
    for (i = 1; i <= n_files; i++)
        if (index(files[i], layer) == 1 && ends(files[i], "/" name))
            return files[i]
    return (("tensor/" name) in known) ? "tensor/" name : "?" name
}

function ends(text, tail) {
    return substr(text, length(text) - length(tail) + 1) == tail
}

function public(name,    i) {
    for (i = 1; i <= n_files; i++)
        if (ends(files[i], "/include/" name))
            return files[i]
    return "?" name
}

FNR == NR {
    files[++n_files] = $0
    known[$0] = 1
    next
}

match($0, /:#include ["<][^">]*/) {
    file = substr($0, 1, RSTART - 1)
    name = substr($0, RSTART + 11, RLENGTH - 11)
    if ($0 ~ /#include "/)
        print file, own(file, name)
    else if (name ~ /^difftape\//)
        print file, public(name)
    else if (name ~ /^(cblas|lapack|fftw|openblas|gemmi|zlib|png|cjson|hdf5|immintrin)/)
        print file, "<" name ">"
}
