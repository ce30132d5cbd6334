#!/bin/sh
# SPDX-License-Identifier: MIT
# memory.sh BUILD: the engine's peak memory over a SQLite table of 100,000 and of 10,000,000 rows must be the same,
# within a quarter: the largest batch met is a little larger among more rows.
set -eu
small=$("$1/bench/sqlite_scan" 100000 1 "$1/memory.db" | sed -n 's/engine memory: peak \([0-9]*\) bytes/\1/p')
large=$("$1/bench/sqlite_scan" 10000000 1 "$1/memory.db" | sed -n 's/engine memory: peak \([0-9]*\) bytes/\1/p')
echo "peak: $small bytes for 100,000 rows, $large bytes for 10,000,000 rows"
[ "$large" -le $((small + small / 4)) ] && echo "ok memory is flat" || { echo "not ok memory grows with the rows"; exit 1; }
