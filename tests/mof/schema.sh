#!/bin/sh
# SPDX-License-Identifier: MIT
# schema.sh BUILD: the DMTF's CIM schema, where it lies beside the project: that all of it loads without a remark, in how many instructions against
# opening, reading and lexing the same files (at most 6 times as many), and in how much memory (60 MB). Times are printed, not judged: they are the
# machine's.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${1:-build}
zip=../shared/data/cim_schema_2.49.0-mofs.zip
[ -f "$zip" ] || { echo "skipped: the CIM schema is not there"; exit 0; }
command -v unzip >/dev/null || { echo "skipped: there is no unzip"; exit 0; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
unzip -q -o "$zip" -d "$work/cim" || exit 1
root=$work/cim/cim_schema_2.49.0.mof
failed=0
# as NAME CONDITION WHAT: one result.
as() {
    if [ "$2" -eq 1 ]; then echo "ok $1: $3"; else echo "not ok $1: $3"; failed=$((failed + 1)); fi
}

"$build/wql" --mof "$root" --namespace root/cim --stats --format none "SELECT * FROM CIM_ManagedElement" >"$work/out" 2>"$work/err" </dev/null
head -n 1 "$work/err"
grep -q "^wql: 1631 classes, 0 instances and 70 qualifiers from 1634 files" "$work/err"
as "the schema loads" $((1 - $?)) "$(head -n 1 "$work/err")"
most_kb=60000
if command -v valgrind >/dev/null && [ -x "$build/tests/mof/lex" ]; then
    find "$work/cim" -name '*.mof' >"$work/list"
    count() { sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$1"; }
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$build/tests/mof/lex" <"$work/list" >"$work/out" 2>"$work/lex"
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$build/tests/mof/load" "$work/cim" cim_schema_2.49.0.mof >"$work/loaded" 2>"$work/load"
    lex=$(count "$work/lex")
    load=$(count "$work/load")
    peak=$(sed -n 's/.* \([0-9]*\) KiB at most.*/\1/p' "$work/loaded")
    cat "$work/loaded"
    as "instructions" $((load <= lex * 6)) "$load to load, $lex to read and lex: $((load * 100 / lex)) %"
    as "memory" $((peak <= most_kb)) "$peak KiB at most"
    "$build/tests/mof/load" "$work/cim" cim_schema_2.49.0.mof "SELECT * FROM meta_class" 100
else
    echo "skipped: instructions: there is no valgrind"
fi
[ $failed -eq 0 ]
