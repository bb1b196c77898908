#!/bin/sh
# picture.sh - the picture of a fit in the manual: a layer of a target with noise, the model fitted
# from springs three times too stiff, and what is left. Takes seconds.
# Usage: picture.sh REFINE STRUCTURE PICTURE
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
refine=$(realpath "$1")
picture=$(realpath "$3")
cp "$2" "$folder/3al1.pdb"
cd "$folder"
"$refine" --simulate=target.npz --hkl=-6:6:6,0:0:1,-7:7:6 --bragg=average --bragg-order=3 \
    --springs=1,0.5 --snr=10 3al1.pdb
"$refine" --target=target.npz --bragg=average --bragg-order=3 --springs=3,1.5 --layer=h0l \
    --quiet -o fit 3al1.pdb
cp fit/fit.png "$picture"
