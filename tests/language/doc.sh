#!/bin/sh
# SPDX-License-Identifier: MIT
# doc.sh BUILD [DOCUMENT...]: runs the examples of docs/language.md and docs/semantics.md with the tool. A block `sql` makes the database that is
# asked; a block `options` has the options with which something else is. A block `wql` is a query, and what stands in the block `text` behind it is its
# output as CSV, in the block `wrong` what it says instead. `wql relaxed`, `wql extended`: in that dialect. `wql zone NAME`: in that time zone. `wql
# columns A,B`: only these columns. `wql event`, `wql check-extended`: the query is checked, and is of that kind. A block `where CLASS` (and `where CLASS
# relaxed`) has a condition a line, behind `->` the Ids of the rows for which it is true, in order, or `refused:` and why.
# UPDATE=1 writes the answers into the document (look at the difference before you keep it).
set -u
cd "$(dirname "$0")/../.." || exit 2
build=$(cd "${1:-build}" && pwd) || exit 2
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- docs/language.md docs/semantics.md
top=$(mktemp -d) || exit 2
trap 'rm -rf "$top"' EXIT
TZ=UTC0
LC_ALL=C.UTF-8
export TZ LC_ALL

command -v sqlite3 >/dev/null || { echo "skipped: the examples of the documents: there is no sqlite3"; exit 0; }

passed=0
failed=0

# Each block in a file of its own: NUMBER.info has the words behind the fence and the line, NUMBER.body what stands in the block.
cut_blocks() {
    awk -v dir="$work" '
        !on && /^```/ { on = 1; n++; name = sprintf("%s/%03d", dir, n); print substr($0, 4) "\t" FNR >(name ".info"); printf "" >(name ".body"); next }
        on && /^```$/ { on = 0; next }
        on { print >(name ".body") }' "$document"
}

paste_blocks() {
    awk -v dir="$work" '
        !on && /^```/ { on = 1; n++; print; file = sprintf("%s/%03d.body", dir, n); while ((getline text <file) > 0) print text; next }
        on && /^```$/ { on = 0; print; next }
        !on { print }' "$document" >"$work/new" && cp "$work/new" "$document"
}

# keep COLUMNS: of CSV without quoted line ends, these columns.
keep() {
    awk -F , -v names="$1" 'BEGIN { OFS = "," } NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; n = split(names, want, ",") }
        { line = ""; for (i = 1; i <= n; i++) line = line (i > 1 ? "," : "") $(at[want[i]]); print line }'
}

# ask DIALECT QUERY: its rows into $work/rows, what it says into $work/err.
ask() { "$build/wql" "$@" --format csv --quiet >"$work/rows" 2>"$work/err"; }
serve() {
    dialect=$1
    query=$2
    eval "set -- $options"
    ask "$@" --dialect "$dialect" "$query"
}
# What it says, without the carets below.
said() { sed -n 1p "$work/err" | sed 's/^wql: //'; }

compare() { # WANT GOT: files
    if cmp -s "$2" "$1"; then
        passed=$((passed + 1))
        echo "ok $document:$line"
    elif [ -z "${UPDATE:-}" ]; then
        failed=$((failed + 1))
        echo "not ok $document:$line: another answer"
        diff "$1" "$2" | sed 's/^/    /' | head -20
    fi
}

run_check() { # DIALECT KIND
    tr '\n' ' ' <"$block.body" | "$build/wql" --check --dialect "$1" >"$work/got"
    printf 'accept\t%s\n' "$2" >"$work/want"
    compare "$work/want" "$work/got"
}

run_query() { # DIALECT COLUMNS
    serve "$1" "$(cat "$block.body")"
    code=$?
    if [ $code -ne 0 ]; then said >"$work/got"
    elif [ -n "$2" ]; then keep "$2" <"$work/rows" >"$work/got"
    else cp "$work/rows" "$work/got"; fi
    if { [ $code -ne 0 ] && [ "$answer" != wrong ]; } || { [ $code -eq 0 ] && [ "$answer" != text ]; }; then
        echo "not ok $document:$line: exit $code: $(cat "$work/err")"
        failed=$((failed + 1))
        return
    fi
    compare "$next.body" "$work/got"
    [ -z "${UPDATE:-}" ] || cp "$work/got" "$next.body"
}

run_conditions() { # CLASS DIALECT
    : >"$work/got"
    while IFS= read -r text; do
        condition=$(printf '%s\n' "${text%%->*}" | sed 's/ *$//')
        if serve "$2" "SELECT Id FROM $1 WHERE $condition"; then
            found=$(sed 1d "$work/rows" | sort -n | tr '\n' ' ' | sed 's/ $//')
        else
            found="refused: $(said | sed 's/^[0-9]*:[0-9]*: //')"
        fi
        printf '%-42s -> %s\n' "$condition" "$found" | sed 's/ *$//' >>"$work/got"
    done <"$block.body"
    compare "$block.body" "$work/got"
    [ -z "${UPDATE:-}" ] || cp "$work/got" "$block.body"
}

run_block() {
    case $info in
    sql) sqlite3 "$work/shop.db" <"$block.body" || { echo "not ok $document:$line: the database"; exit 1; } ;;
    options) options=$(sed "s|build/|$build/|g" "$block.body") ;;
    wql) run_query wql "" ;;
    "wql relaxed") run_query relaxed "" ;;
    "wql extended") run_query extended "" ;;
    "wql zone "*)
        TZ=${info#wql zone }
        run_query wql ""
        TZ=UTC0
        ;;
    "wql columns "*) run_query wql "${info#wql columns }" ;;
    "wql event") run_check wql event ;;
    "wql check-extended") run_check extended extended ;;
    "where "*" relaxed") class=${info#where } && run_conditions "${class% relaxed}" relaxed ;;
    "where "*) run_conditions "${info#where }" wql ;;
    esac
}

for document in "$@"; do
    work=$top/$(basename "$document" .md)
    mkdir "$work"
    options="--sqlite '$work/shop.db'"
    cut_blocks
    number=1
    while [ -f "$work/$(printf %03d $number).info" ]; do
        block=$work/$(printf %03d $number)
        next=$work/$(printf %03d $((number + 1)))
        number=$((number + 1))
        info=$(cut -f1 "$block.info")
        line=$(cut -f2 "$block.info")
        answer=$(cut -f1 "$next.info" 2>/dev/null)
        run_block
    done
    [ -z "${UPDATE:-}" ] || paste_blocks
done

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
