#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh PROGRAM N: twice N distinct schedules, side by side, from two seeds.
set -u
sim=$1
each=$2
"$sim" --schedules "$each" --seed 1 >"$sim.first" 2>&1 &
first=$!
"$sim" --schedules "$each" --seed 1000000001
second=$?
wait $first
first=$?
cat "$sim.first"
rm -f "$sim.first"
[ $first -eq 0 ] && [ $second -eq 0 ]
