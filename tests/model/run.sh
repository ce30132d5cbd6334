#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh BUILD [check|long]: explores every configuration of that kind, two at a time, each whole (no bitstate). For each it prints the
# states, the verdict and the seconds. No counterexample, and a search that came to its end, is "ok". A configuration of `long` has
# an hour and 6 GiB; one that does not come to its end within them is "skipped", with how far it came, and nothing is claimed of it.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=$1/tests/model
kind=${2:-check}
if ! command -v spin >/dev/null; then echo "not ok: spin is not installed (packages.txt)"; exit 1; fi
mkdir -p "$out"
out=$(cd "$out" && pwd)

# explore NAME MODEL WHEN FLAGS...
explore() {
    name=$1 model=$2 when=$3
    shift 3
    dir=$out/$name
    rm -rf "$dir" && mkdir -p "$dir" && cd "$dir" || return 1
    from=$(date +%s)
    how="-DSAFETY -DNOFAIR" claims=-
    case $when in L*) how="-DNFAIR=4" claims=$(echo "$when" | tr ',' ' ') ;; esac
    limit=120 memory=900
    [ "$kind" = long ] && limit=3600 memory=6000
    if ! spin -a "$@" "$here/$model.pml" >spin.log 2>&1 || ! gcc -O0 -w $how -DCOLLAPSE -DVECTORSZ=2048 -DMEMLIM=$memory -o pan pan.c; then
        cat spin.log
        echo "not ok model $name cannot be built"
        return 1
    fi
    bad=0 states=0 shown=""
    [ "$claims" = - ] || shown=" ($claims)"
    for claim in $claims; do
        if [ "$claim" = - ]; then timeout $limit ./pan -E -m1000000 >log 2>&1; else timeout $limit ./pan -a -f -m1000000 -N "$claim" >log 2>&1; fi
        found=$(sed -n 's/.* \([0-9e+.]*\) states, stored.*/\1/p' log | head -1)
        states=$((states + ${found:-0}))
        if grep -q 'errors: [1-9]' log; then
            echo "not ok model $name $claim: $(sed -n 's/^pan:[0-9]*: //p' log | head -1); the trail is in $dir"
            bad=1
        elif ! grep -q 'errors: 0' log || grep -q 'reached -DMEMLIM\|Search not completed\|max search depth too small' log; then
            if [ "$kind" = long ]; then echo "skipped: model $name $claim did not come to its end in $limit s and $memory MB"; return 0; fi
            echo "not ok model $name $claim did not come to its end"
            bad=1
        fi
    done
    [ $bad -eq 0 ] && echo "ok model $name: $states states, no counterexample${shown}, $(($(date +%s) - from)) s"
    rm -f pan.[a-z] pan
    return $bad
}

if [ "${3:-}" = one ]; then shift 3; explore "$@"; exit $?; fi
grep -v '^#' "$here/configurations" | awk -v kind="$kind" 'kind == "long" ? $3 == "long" : $3 != "long"' |
    xargs -P 2 -L 1 sh "$here/run.sh" "$out/../.." "$kind" one
