#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh BUILD: tests of the wql tool, from outside. Prints `ok` or `not ok` for each case, and ends with `N passed, N failed`.
# UPDATE=1 writes the golden files anew (look at the difference before you keep it). ONLY="options types" runs some of the files.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-build}" && pwd) || exit 2
wql=$build/wql
expected=$here/expected
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 2
unset TZ
TZ=UTC0
LC_ALL=C
export TZ LC_ALL

passed=0
failed=0

ok() {
    passed=$((passed + 1))
    echo "ok $1"
}
not_ok() {
    failed=$((failed + 1))
    echo "not ok $1: $2"
    if [ -n "${3:-}" ] && [ -s "$3" ]; then sed 's/^/    /' "$3" | head -n "${4:-20}"; fi
}
skip() { echo "skipped $1: $2"; }

# wql, with a bound on its time, its output in out and err and its exit code in $code.
ask() {
    code=0
    timeout 60 "$wql" "$@" >out 2>err </dev/null || code=$?
}

# exits NAME CODE ARGUMENTS...: only how it ends, and that a failure says something and leaves standard output empty.
exits() {
    name=$1
    want=$2
    shift 2
    ask "$@"
    if [ "$code" != "$want" ]; then not_ok "$name" "exit $code, not $want" err
    elif [ "$want" != 0 ] && [ -s out ]; then not_ok "$name" "it failed, and printed" out
    elif [ "$want" != 0 ] && ! [ -s err ]; then not_ok "$name" "it failed without a word"
    else ok "$name"; fi
}

# says NAME CODE PATTERN ARGUMENTS...: how it ends, and a pattern (grep -E) in what it says on standard error.
says() {
    name=$1
    want=$2
    pattern=$3
    shift 3
    ask "$@"
    if [ "$code" != "$want" ]; then not_ok "$name" "exit $code, not $want" err
    elif ! grep -Eq -e "$pattern" err; then not_ok "$name" "nothing like '$pattern' on standard error" err
    else ok "$name"; fi
}

# prints NAME TEXT ARGUMENTS...: success, and exactly these lines on standard output.
prints() {
    name=$1
    printf '%s\n' "$2" >want
    shift 2
    ask "$@"
    if [ "$code" != 0 ]; then not_ok "$name" "exit $code" err
    elif ! cmp -s out want; then
        diff want out >difference
        not_ok "$name" "other output" difference
    else ok "$name"; fi
}

# golden NAME CODE ARGUMENTS...: standard output is expected/NAME.out, standard error expected/NAME.err; no file, no output.
golden() {
    name=$1
    want=$2
    shift 2
    ask "$@"
    compare "$name" "$want"
}
compare() {
    if [ "$code" != "$2" ]; then
        not_ok "$1" "exit $code, not $2" err
        return
    fi
    for stream in out err; do
        file=$expected/$1.$stream
        if [ -n "${UPDATE:-}" ]; then
            rm -f "$file"
            if [ -s "$stream" ]; then cp "$stream" "$file"; fi
            continue
        fi
        if ! [ -f "$file" ]; then file=/dev/null; fi
        if ! cmp -s "$file" "$stream"; then
            diff -a "$file" "$stream" >difference
            not_ok "$1" "standard $stream differs from expected/$1.$stream" difference
            return
        fi
    done
    ok "$1"
}

# Waits until the main thread of process $1 is held by system call number $2 (x86-64's), at most five seconds.
await_call() {
    tries=0
    while [ "$(cut -d ' ' -f 1 "/proc/$1/syscall" 2>/dev/null)" != "$2" ] && [ "$tries" -lt 500 ]; do
        sleep 0.01
        tries=$((tries + 1))
    done
}

if ! [ -x "$wql" ]; then
    echo "not ok: there is no $wql"
    echo "0 passed, 1 failed"
    exit 1
fi
if ! sqlite3 shop.db <"$here/shop.sql"; then
    echo "not ok: sqlite3 cannot build the database"
    echo "0 passed, 1 failed"
    exit 1
fi

for part in options params provider mof formats errors check output interrupt types machine shell manual; do
    case " ${ONLY:-$part} " in *" $part "*) ;; *) continue ;; esac
    # shellcheck source=/dev/null
    . "$here/$part.sh"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
