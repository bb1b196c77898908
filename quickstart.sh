#!/bin/sh
# quickstart.sh - from a fresh Debian 12 to diffuse maps and their pictures: installs what is missing,
# builds, runs the one-phonon program on the bundled crystals. Safe to run again.
set -eu
cd "$(dirname "$0")"
. tests/setup.sh

[ $# -eq 0 ] || fail "takes no argument, got '$1'"
# shellcheck disable=SC2086 # a list of words
need_packages $BUILD_PACKAGES
configure build --buildtype=release -Dtests=false # Criterion is for check.sh
build_in build

map=build/3al1_map.npz
small=build/3al1_hk0.png
large=build/1hel_hk0.png
say "Running the one-phonon model on examples/data/3al1.pdb, a peptide"
build/examples/onephonon --hkl=-5:5:3,-5:5:3,-5:5:3 --layer=hk0 --threads=0 \
    --output="$map" --picture="$small" examples/data/3al1.pdb ||
    fail "the one-phonon program did not finish (its message is above)"
say "And one layer of examples/data/1hel.pdb, lysozyme"
build/examples/onephonon --hkl=-20:20:5,-20:20:5,0:0:1 --layer=hk0 --threads=0 \
    --picture="$large" examples/data/1hel.pdb ||
    fail "the one-phonon program did not finish (its message is above)"
say "Done.
  map:      $map   (NumPy: numpy.load('$map')['intensity'])
  pictures: $small $large
  more:     build/examples/onephonon --help"
