#!/bin/sh
# SPDX-License-Identifier: MIT
# speed.sh BUILD: the SQLite provider must reach 0.85 of a bare sqlite3_step loop on full scans; the bench says so itself.
set -eu
"$1/bench/bench" --sqlite-provider --rows 1000000 --rounds 7 --cpu-time --dir "$1"
echo "ok the SQLite provider is fast enough"
