#!/bin/sh
# SPDX-License-Identifier: MIT
# mutants.sh BUILD: each mistake on purpose (README.md lists them, with the configuration that must show it) must have a
# counterexample. Two at a time.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=$1/tests/model
mkdir -p "$out"
out=$(cd "$out" && pwd)

# try LETTER CONFIGURATION
try() {
    dir=$out/mutant-$1
    rm -rf "$dir" && mkdir -p "$dir" && cd "$dir" || return 1
    line=$(grep "^$2 " "$here/configurations")
    set -- "$1" $line
    letter=$1 name=$2 model=$3
    shift 4
    spin -a "$@" -DMUTANT_$letter "$here/$model.pml" >spin.log 2>&1 &&
        gcc -O0 -w -DSAFETY -DNOFAIR -DCOLLAPSE -DVECTORSZ=2048 -DMEMLIM=900 -o pan pan.c && timeout 60 ./pan -E -m1000000 >log 2>&1
    if grep -q 'errors: 1' log 2>/dev/null; then
        echo "ok mistake $letter in $name: $(sed -n 's/^pan:[0-9]*: //p' log | head -1 | cut -c1-90)"
        rm -f pan.[a-z] pan
    else
        echo "not ok mistake $letter has no counterexample in $name ($dir)"
        return 1
    fi
}

if [ "${2:-}" = one ]; then try "$3" "$4"; exit $?; fi
list=$(sed -n 's/^| `\([a-zA-Z]\)` | \([a-z-]*\) |.*/\1 \2/p' "$here/README.md")
[ -n "$list" ] || { echo "not ok: no mistake is listed"; exit 1; }
echo "$list" | xargs -P 2 -L 1 sh "$here/mutants.sh" "$out/../.." one
