#!/bin/sh
# SPDX-License-Identifier: MIT
# doc.sh BUILD: runs the examples of docs/mof.md with the tool. A block `mof` is a file; a block `wql` behind it is a query on what it loads, and the
# block `text` its output as CSV, or a block `back` its output as MOF, which is loaded again and must give the same; a block `wrong` is what is said
# of the file.
# UPDATE=1 writes the answers into the document (look at the difference before you keep it).
set -u
cd "$(dirname "$0")/../.." || exit 2
build=$(cd "${1:-build}" && pwd) || exit 2
document=docs/mof.md
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
TZ=UTC0
LC_ALL=C.UTF-8
export TZ LC_ALL

# Each block in a file of its own: NUMBER.kind, and NUMBER.body with what stands in the block.
awk -v dir="$work" '
    !on && /^```/ { on = 1; n++; name = sprintf("%s/%03d", dir, n); print substr($0, 4) >(name ".kind"); printf "" >(name ".body"); next }
    on && /^```$/ { on = 0; next }
    on { print >(name ".body") }' $document

passed=0
failed=0
number=1
mof=$work/example.mof
# check NUMBER GOT: whether block NUMBER is what came.
check() {
    if [ -n "${UPDATE:-}" ]; then cp "$2" "$work/$1.body"; fi
    if cmp -s "$work/$1.body" "$2"; then
        passed=$((passed + 1))
        echo "ok $document, block $1"
    else
        failed=$((failed + 1))
        echo "not ok $document, block $1"
        diff "$work/$1.body" "$2" | sed 's/^/    /'
    fi
}
while [ -f "$work/$(printf %03d $number).kind" ]; do
    block=$(printf %03d $number)
    number=$((number + 1))
    case $(cat "$work/$block.kind") in
    mof) cp "$work/$block.body" "$mof" ;;
    wql) query=$(cat "$work/$block.body") ;;
    text)
        timeout 60 "$build/wql" --quiet --mof "$mof" --namespace root/doc --format csv "$query" >"$work/got" 2>&1 </dev/null
        check "$block" "$work/got"
        ;;
    back)
        ask() { timeout 60 "$build/wql" --quiet --mof "$1" --namespace root/doc --format mof "$2" 2>&1 </dev/null; }
        ask "$mof" "$query" >"$work/got"
        check "$block" "$work/got"
        ask "$mof" "SELECT * FROM meta_class WHERE NOT __CLASS LIKE '[_]%'" >"$work/again.mof"
        if grep -q '^instance' "$work/got"; then cat "$work/got" >>"$work/again.mof"; fi
        ask "$work/again.mof" "$query" >"$work/again"
        check "$block" "$work/again"
        ;;
    wrong)
        timeout 60 "$build/wql" --mof "$mof" --namespace root/doc "SELECT * FROM A" >"$work/got" 2>&1 </dev/null
        check "$block" "$work/got"
        ;;
    *)
        failed=$((failed + 1))
        echo "not ok $document, block $block: a block of no known kind"
        ;;
    esac
done
if [ -n "${UPDATE:-}" ]; then
    awk -v dir="$work" '
        !on && /^```/ { on = 1; n++; print; file = sprintf("%s/%03d.body", dir, n); while ((getline line <file) > 0) print line; next }
        on && /^```$/ { on = 0; print; next }
        !on { print }' $document >"$work/new" && cp "$work/new" $document
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
