#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh NAME MINUTES [option of libFuzzer...]: fuzzes tests/fuzz/NAME.c for so many minutes of CPU time, not of the clock, guided by
# coverage, with the address and undefined sanitizers. It begins with the inputs in tests/fuzz/corpus/NAME and adds what it finds to
# build/fuzz/corpus/NAME. An input that crashes, leaks or takes longer than 10 seconds stays in build/fuzz/NAME-*, is named, and
# makes it fail. 0 minutes: builds only.
#
# run.sh NAME merge [BRANCHES]: what is worth keeping comes into the tree: of the inputs found those, the shortest first, that reach so
# many branches (1) which no input in the tree and none before it does.
set -u
cd "$(dirname "$0")/../.."
name=$1
minutes=$2
shift 2
build=build/fuzz
checks="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
found=$build/corpus/$name
log=$build/$name.log

${MAKE:-make} --no-print-directory -s -j2 B=$build CC=clang-14 SAN="-fsanitize=fuzzer-no-link $checks" OPT="-O1 -g -DWQL_FUZZER" \
    $build/libwql.a $build/obj/tests/fuzz/"$name".o || exit 1
# shellcheck disable=SC2086
clang-14 -fsanitize=fuzzer $checks -o $build/"$name" $build/obj/tests/fuzz/"$name".o $build/libwql.a -lsqlite3 -pthread -ldl -lm || exit 1
mkdir -p "$found"
kept=tests/fuzz/corpus/$name
if [ "$minutes" = merge ]; then
    mkdir -p $build/merged
    rm -f $build/merge.control
    $build/"$name" -merge=1 -merge_control_file=$build/merge.control $build/merged "$kept" "$found" >"$log" 2>&1 || { tail -20 "$log"; exit 1; }
    rm -r $build/merged
    # The control file: how many inputs, how many of them were there before, their names, and for each what it was the first to reach.
    awk -v least="${1:-1}" 'NR <= 2 { next } !/^(STARTED|FT|COV) / { names[number++] = $0; next } $1 == "COV" && NF >= 2 + least { print names[$2] }' \
        $build/merge.control | grep "^$found/" | while read -r file; do
        cp "$file" "$kept/found-$(basename "$file" | cut -c1-8)"
    done
    rm $build/merge.control
    echo "$(find "$kept" -type f | wc -l) inputs in $kept"
    exit 0
fi

# Seconds of CPU time that the programs started from here have used.
used() { awk -v each="$(getconf CLK_TCK)" '{ printf "%d", ($16 + $17) / each }' /proc/$$/stat; }

limit=$((minutes * 60))
before=$(used)
spent=0
runs=0
while [ $spent -lt $limit ]; do
    left=$((limit - spent))
    [ $left -lt 120 ] && left=120 # of the clock, of which it gets only a part
    [ $left -gt 300 ] && left=300
    $build/"$name" -max_total_time=$left -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix=$build/"$name"- "$@" \
        "$found" "$kept" >"$log" 2>&1
    code=$?
    spent=$(($(used) - before))
    ran=$(awk '/^stat::number_of_executed_units/ { print $2 }' "$log")
    runs=$((runs + ${ran:-0}))
    if [ $code -ne 0 ]; then
        tail -40 "$log"
        echo "not ok $name: ended with $code after $spent s of CPU time and $runs inputs; the input is named above"
        exit 1
    fi
done
echo "ok $name: $spent s of CPU time, $runs inputs, $(find "$found" -type f | wc -l) in the corpus"
