#!/bin/sh
# SPDX-License-Identifier: MIT
# tool.sh BUILD: the tool when calls to the system fail: writes that fail, come short or are interrupted, threads and descriptors that cannot be had,
# SQLite that is not installed. Output is whole, or the exit code and one line on standard error say why not.
set -u
build=$(cd "$1" && pwd)
preload=$build/tests/points/preload.so
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
passed=0
failed=0
ok() { passed=$((passed + 1)); echo "ok $1"; }
bad() { failed=$((failed + 1)); echo "not ok $1"; head -3 err; }

sqlite3 shop.db "CREATE TABLE T(Id INTEGER PRIMARY KEY, Name TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) INSERT INTO T SELECT i, 'a name of some length ' || i FROM n"

# run FAULT AT FORMAT: leaves out, err, and code. Through a pipe if `piped` is set.
run() {
    set -- "$1" "$2" "$build/wql" --sqlite shop.db --format "$3" "SELECT * FROM T"
    fault=$1 at=$2
    shift 2
    rm -f met
    export WQL_FAULT_MET="$dir/met"
    if [ -n "${piped:-}" ]; then
        { code=0; LD_PRELOAD=$preload WQL_FAULT=$fault WQL_FAULT_AT=$at timeout 60 "$@" 2>err || code=$?; echo $code >code; } | cat >out
        code=$(cat code)
    else
        code=0
        LD_PRELOAD=$preload WQL_FAULT=$fault WQL_FAULT_AT=$at timeout 60 "$@" >out 2>err || code=$?
    fi
}

for format in table csv json ndjson; do
    piped=
    run none 1 $format
    cp out whole
    if [ $code -eq 0 ] && [ -s whole ]; then ok "$format, nothing fails"; else bad "$format, nothing fails (exit $code)"; continue; fi
    for error in EIO ENOSPC; do
        for at in 1 2 3 1+ 3+; do
            run "write $error" $at $format
            size=$(wc -c <out)
            if ! [ -e met ]; then bad "$format, write $at: $error was not met"; continue 2; fi
            if [ $code -eq 4 ] && grep -q '^wql: cannot write the output: ' err && head -c "$size" whole | cmp -s - out; then :
            else bad "$format, write $at: $error (exit $code)"; continue 2; fi
        done
        ok "$format, a write that fails with $error"
    done
    for piped in "" yes; do
        for fault in "write short" "write EINTR" "write EAGAIN"; do
            for at in 1 2 3 $([ "$fault" = "write short" ] && echo 2+); do
                run "$fault" $at $format
                if [ $code -ne 0 ] || ! [ -e met ] || ! cmp -s out whole; then bad "$format, $fault $at${piped:+, piped} (exit $code)"; continue 2; fi
            done
            ok "$format, $fault${piped:+, piped}"
        done
    done
done

piped=
for fault in eventfd signalfd pthread_create; do
    mets=0
    for at in 1 2 3 4 5 6 1+ 2+ 4+; do
        run $fault $at csv
        [ -e met ] && mets=$((mets + 1))
        if ! [ -e met ] && [ $code -ne 0 ]; then bad "$fault $at (exit $code)"; continue 2; fi
        if [ $code -eq 0 ] && [ "$(wc -l <out)" = 6001 ]; then :
        elif [ $code -ne 0 ] && [ $code -lt 124 ] && grep -q '^wql: ' err; then :
        else bad "$fault $at (exit $code)"; continue 2; fi
    done
    if [ $mets -ge 2 ]; then ok "$fault fails"; else bad "$fault was not met"; fi
done
run dlopen 1+ csv
if [ $code -ne 0 ] && grep -q 'libsqlite3.so.0 cannot be loaded' err && ! [ -s out ]; then ok "SQLite is not installed"
else bad "SQLite is not installed (exit $code)"; fi

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
