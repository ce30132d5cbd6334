#!/bin/sh
# SPDX-License-Identifier: MIT
# examples.sh BUILD: runs the programs of examples/wbem, each as both compilers made it, and compares what they print. They find their
# classes as any program does: by the file that WBEM_CONFIG names.
set -u
cd "$(dirname "$0")/../.."
build=$1
dir=$build/examples/wbem/data
rm -rf "$dir"
mkdir -p "$dir"
cp examples/wbem/wbem.conf examples/wbem/myclass.mof "$dir"
sqlite3 "$dir/endless.db" <examples/wbem/endless.sql
WBEM_CONFIG=$dir/wbem.conf
LC_ALL=C.UTF-8
export WBEM_CONFIG LC_ALL
code=0
for source in examples/wbem/*.cc examples/wbem/*.c; do
    name=$(basename "${source%.*}")
    ran=0
    for program in "$build/examples/wbem/$name".*; do
        case $program in *.d) continue ;; esac
        ran=$((ran + 1))
        timeout 60 "$program" >"$dir/out" 2>&1
        got=$?
        if [ $got -eq 0 ] && cmp -s "$dir/out" "examples/wbem/expected/$name.txt"; then
            echo "ok $(basename "$program")"
        else
            echo "not ok $(basename "$program") (exit $got)"
            diff "examples/wbem/expected/$name.txt" "$dir/out" | head -20
            code=1
        fi
    done
    [ $ran -gt 0 ] || { echo "not ok $name was not built"; code=1; }
done
exit $code
