#!/bin/sh
# SPDX-License-Identifier: MIT
# mutants.sh PROGRAM: each mistake on purpose (engine/deliver/mutant.h, listed in tests/sim/README.md) must make the simulation fail
# within a number of schedules; a library without any must not. Two at a time.
set -u
sim=$1
most=300000

# try LETTER
try() {
    if said=$("$sim" --mutant "$1" --schedules $most 2>&1); then
        echo "not ok mistake $1 is not seen in $most schedules"
        return 1
    fi
    echo "ok mistake $1: $(echo "$said" | sed -n 's/^not ok seed //p' | cut -c1-90 | head -1)"
}

letters=$(sed -n 's/^| `\([a-zA-Z]\)` |.*/\1/p' "$(dirname "$0")/README.md")
[ -n "$letters" ] || { echo "not ok: no mistake is listed"; exit 1; }
failed=0
set -- $letters
while [ $# -gt 0 ]; do
    try "$1" >"$sim.one" &
    one=$!
    shift
    if [ $# -gt 0 ]; then
        try "$1" || failed=1
        shift
    fi
    wait $one || failed=1
    cat "$sim.one"
done
rm -f "$sim.one"
exit $failed
