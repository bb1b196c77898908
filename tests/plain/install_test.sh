#!/bin/sh
# install_test.sh - installs into a temporary folder and uses library and program there.
# Usage: install_test.sh BUILD_DIR SOURCE_DIR VERSION
set -eu
build=$1
source=$2
version=$3
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
fail() { echo "install_test.sh: $*"; exit 1; }

DESTDIR=$here meson install -C "$build" --no-rebuild >"$here/log" 2>&1 || {
    cat "$here/log"
    fail "meson install failed"
}
description=$(find "$here" -name difftape.pc)
[ -n "$description" ] || fail "no difftape.pc was installed"
export PKG_CONFIG_PATH="${description%/*}" PKG_CONFIG_SYSROOT_DIR="$here"
[ "$(pkg-config --modversion difftape)" = "$version" ] || fail "difftape.pc has another version"
libraries=$(pkg-config --variable=libdir difftape)
case $libraries in
"$here"*) ;;
*) libraries=$here$libraries ;;
esac

# shellcheck disable=SC2046
${CC:-cc} -std=c11 -Wall -Wextra -Werror "$source/tests/plain/installed.c" -o "$here/installed" \
    $(pkg-config --cflags --libs difftape)
LD_LIBRARY_PATH=$libraries "$here/installed"
# shellcheck disable=SC2046
${CXX:-c++} -std=c++17 -Wall -Wextra -Werror -fsyntax-only -x c++ \
    $(pkg-config --cflags difftape) - <<EOF
#include <difftape/difftape.h>
EOF
program=$(find "$here" -name onephonon -type f)
LD_LIBRARY_PATH=$libraries "$program" --progress=never --hkl=0:1:2,0:1:2,0:1:2 \
    "$source/examples/data/3al1.pdb" | grep -q '27 voxels' || fail "the installed program fails"
echo "install_test.sh: library, headers, pkg-config file and program work installed"
