#!/bin/sh
# SPDX-License-Identifier: MIT
# speed.sh BUILD: the SQLite provider must reach 0.85 of a bare sqlite3_step loop.
set -eu
"$1/bench/sqlite_scan" 1000000 7 "$1/speed.db" | tee "$1/speed.out"
grep -q ' 0 failed' "$1/speed.out" && echo "ok the SQLite provider is fast enough" || { echo "not ok the SQLite provider is too slow"; exit 1; }
