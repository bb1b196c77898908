#!/bin/sh
# demo.sh - makes a target from known springs, with noise, and finds the springs again.
# Usage: demo.sh REFINE STRUCTURE
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
refine=$(realpath "$1")
cp "$2" "$folder/3al1.pdb"
cd "$folder"
"$refine" --simulate=target.npz --hkl=-5:5:3,-5:5:3,-5:5:3 --springs=1,0.5 --snr=10 3al1.pdb
"$refine" --target=target.npz --springs=3,1.5 --quiet -o fit 3al1.pdb
