#!/bin/sh
# reference.sh - makes the API reference of the public headers with doxygen; a warning is an error.
# Usage: reference.sh SOURCE_ROOT FOLDER     the pages are in FOLDER/html
#        reference.sh SOURCE_ROOT            only checks, for the tests
set -eu
root=$1
if ! command -v doxygen >/dev/null 2>&1; then
    echo "SKIP: the API reference needs doxygen, which is not installed"
    exit 77
fi
if [ $# -gt 1 ]; then
    folder=$2
    mkdir -p "$folder"
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi

# In the order in which a newcomer meets them.
input=$root/docs/reference.dox
for name in tape create elementwise reduce shape index product linalg spectral fourier transform \
    ops derivatives checkpoint gradcheck optimize profile op; do
    input="$input $root/autodiff/include/difftape/$name.h"
done
for name in base dtype status array; do
    input="$input $root/tensor/include/difftape/$name.h"
done
for name in crystal quirks map_utils scatter gnm phonon one_phonon network points phonon_map \
    vibrations metrics hedm orientation lattice reflections oscillation detector spot_losses \
    refinement hedm_conventions; do
    input="$input $root/physics/include/difftape/$name.h"
done
for name in structure npy hkl_map csv provenance picture scatter_plot hedm_files config progress; do
    input="$input $root/io/include/difftape/$name.h"
done
for header in "$root"/*/include/difftape/*.h; do
    case " $input difftape.h " in
    *"$header"* | *" $(basename "$header") "*) ;;
    *)
        echo "docs/reference.sh does not name $header"
        exit 1
        ;;
    esac
done

code=0
{
    cat "$root/docs/Doxyfile"
    echo "INPUT = $input"
    echo "FILTER_PATTERNS = *.h=\"sh $root/docs/reference_filter.sh\""
    echo "STRIP_FROM_PATH = $root"
    echo "OUTPUT_DIRECTORY = $folder"
} | doxygen - >"$folder/log" 2>&1 || code=$?
# Fields of structs may be explained together, in the comment of the struct.
sed -i '/(variable) of struct .* is not documented/d' "$folder/log"
if [ "$code" -ne 0 ] || [ -s "$folder/log" ]; then
    cat "$folder/log"
    exit 1
fi
[ $# -lt 2 ] || echo "The reference is $folder/html/index.html"
