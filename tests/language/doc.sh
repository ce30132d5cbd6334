#!/bin/sh
# SPDX-License-Identifier: MIT
# doc.sh BUILD: runs the examples of docs/language.md with the tool. A block `sql` makes the database; a block `wql` is a query, and what stands in
# the block `text` behind it is its output as CSV, in the block `wrong` what it says instead. `wql relaxed`, `wql extended`: in that dialect. `wql
# columns A,B`: only these columns. `wql event`, `wql check-extended`: the query is checked, and is of that kind.
# UPDATE=1 writes the answers into the document (look at the difference before you keep it).
set -u
cd "$(dirname "$0")/../.." || exit 2
build=$(cd "${1:-build}" && pwd) || exit 2
document=docs/language.md
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
TZ=UTC0
LC_ALL=C.UTF-8
export TZ LC_ALL

command -v sqlite3 >/dev/null || { echo "skipped: the examples of $document: there is no sqlite3"; exit 0; }

# Each block in a file of its own: NUMBER.info has the words behind the fence and the line, NUMBER.body what stands in the block.
awk -v dir="$work" '
    !on && /^```/ { on = 1; n++; name = sprintf("%s/%03d", dir, n); print substr($0, 4) "\t" FNR >(name ".info"); printf "" >(name ".body"); next }
    on && /^```$/ { on = 0; next }
    on { print >(name ".body") }' $document

# keep COLUMNS: of CSV without quoted line ends, these columns.
keep() {
    awk -F , -v names="$1" 'BEGIN { OFS = "," } NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; n = split(names, want, ",") }
        { line = ""; for (i = 1; i <= n; i++) line = line (i > 1 ? "," : "") $(at[want[i]]); print line }'
}

passed=0
failed=0
number=1
while [ -f "$work/$(printf %03d $number).info" ]; do
    block=$work/$(printf %03d $number)
    next=$work/$(printf %03d $((number + 1)))
    number=$((number + 1))
    info=$(cut -f1 "$block.info")
    line=$(cut -f2 "$block.info")
    answer=$(cut -f1 "$next.info" 2>/dev/null)
    case $info in
    sql)
        sqlite3 "$work/shop.db" <"$block.body" || { echo "not ok $document:$line: the database"; exit 1; }
        continue
        ;;
    text | wrong | "") continue ;;
    esac
    : >"$work/got"
    dialect=wql
    kind=
    columns=
    case $info in
    wql) ;;
    "wql relaxed") dialect=relaxed ;;
    "wql extended") dialect=extended ;;
    "wql event") kind=event ;;
    "wql check-extended") kind=extended dialect=extended ;;
    "wql columns "*) columns=${info#wql columns } ;;
    *) continue ;;
    esac
    if [ -n "$kind" ]; then
        tr '\n' ' ' <"$block.body" | "$build/wql" --check --dialect $dialect >"$work/got"
        printf 'accept\t%s\n' "$kind" >"$work/want"
    else
        "$build/wql" --sqlite "$work/shop.db" --dialect $dialect --format csv --quiet "$(cat "$block.body")" >"$work/rows" 2>"$work/err"
        code=$?
        if [ $code -ne 0 ]; then sed -n 1p "$work/err" | sed 's/^wql: //' >"$work/got"
        elif [ -n "$columns" ]; then keep "$columns" <"$work/rows" >"$work/got"
        else cp "$work/rows" "$work/got"; fi
        if { [ $code -ne 0 ] && [ "$answer" != wrong ]; } || { [ $code -eq 0 ] && [ "$answer" != text ]; }; then
            echo "not ok $document:$line: exit $code: $(cat "$work/err")"
            failed=$((failed + 1))
            continue
        fi
        cp "$next.body" "$work/want"
        [ -z "${UPDATE:-}" ] || cp "$work/got" "$next.body"
    fi
    if cmp -s "$work/got" "$work/want"; then
        passed=$((passed + 1))
        echo "ok $document:$line"
    elif [ -z "${UPDATE:-}" ]; then
        failed=$((failed + 1))
        echo "not ok $document:$line: another answer"
        diff "$work/want" "$work/got" | sed 's/^/    /' | head -20
    fi
done

if [ -n "${UPDATE:-}" ]; then
    awk -v dir="$work" '
        !on && /^```/ { on = 1; n++; print; file = sprintf("%s/%03d.body", dir, n); while ((getline text <file) > 0) print text; next }
        on && /^```$/ { on = 0; print; next }
        !on { print }' $document >"$work/new" && cp "$work/new" $document
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
