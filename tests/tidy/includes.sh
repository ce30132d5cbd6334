#!/bin/sh
# SPDX-License-Identifier: MIT
# includes.sh: who may include whom. Inside the library arrows point down only: api > deliver > exec > query > grammar > data >
# base. Providers, the tool and the examples know the public headers alone; those know only each other and C11's headers.
set -u
cd "$(dirname "$0")/../.."
passed=0
failed=0

# report NAME PROBLEMS
report() {
    if [ -z "$2" ]; then
        passed=$((passed + 1))
        echo "ok $1"
    else
        failed=$((failed + 1))
        echo "not ok $1"
        echo "$2"
    fi
}

# includes DIR...: "file:line: <name>" or "file:line: "name"", one for each directive of the C sources below DIR, comments left out.
includes() {
    find "$@" \( -name '*.[ch]' -o -name '*.cc' -o -name '*.re' -o -name '*.y' -o -name '*.y.in' \) -type f | LC_ALL=C sort |
        xargs awk 'match($0, /^[ \t]*#[ \t]*include[ \t]*/) { rest = substr($0, RLENGTH + 1)
            close_at = index(substr(rest, 2), substr(rest, 1, 1) == "<" ? ">" : "\"")
            print FILENAME ":" FNR ": " substr(rest, 1, close_at + 1) }'
}

# Rooms, lowest first; a file of a room includes files of its own room and of lower ones, by a path that starts in its own folder.
rooms="engine/base engine/data grammar engine/query engine/exec engine/deliver engine/api"
generated="fold_table.h wql_grammar.h wql_grammar.c mof_grammar.h mof_grammar.c system_classes_table.h"
for room in $rooms; do
    problems=$(includes "$room" | awk -v rooms="$rooms" -v generated="$generated" -v room="$room" '
        BEGIN {
            n = split(rooms, list, " ")
            for (i = 1; i <= n; i++) { rank[list[i]] = i }
            n = split(generated, list, " ")
            for (i = 1; i <= n; i++) { made[list[i]] = 1 }
        }
        # The folder in which a quoted name lies, seen from the room.
        function folder_of(name,    path, parts, count, i, depth, out) {
            count = split(room "/" name, parts, "/")
            depth = 0
            for (i = 1; i < count; i++) {
                if (parts[i] == "..") depth--
                else if (parts[i] != ".") path[++depth] = parts[i]
            }
            out = path[1]
            for (i = 2; i <= depth; i++) out = out "/" path[i]
            return out
        }
        {
            name = $2
            bare = substr(name, 2, length(name) - 2)
            if (name ~ /^</) {
                if (bare ~ /^(engine|grammar|providers|cli|wbem)\//) print $0 " is no public header"
                next
            }
            if (bare in made) next
            to = bare
            sub(/\/[^\/]*$/, "", to)
            if (!(to in rank)) to = folder_of(bare) # what is generated elsewhere names a room from the top
            if (!(to in rank)) print $0 " leads out of the library"
            else if (rank[to] > rank[room]) print $0 " points up, from " room " to " to
        }')
    report "$room includes itself and lower rooms only" "$problems"
done

# Providers, tool, examples: the public headers, the system, and what lies beside them.
for dir in providers/* cli examples; do
    [ -d "$dir" ] || continue
    problems=$(includes "$dir" | awk '$2 ~ /^"/ && $2 ~ /\// { print $0 " leaves its folder" }
        $2 ~ /^<(engine|grammar|providers|cli|wbem)\// { print $0 " is no public header" }')
    report "$dir includes wql/ and its own folder only" "$problems"
done

# The public headers.
standard="assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic
    stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype"
problems=$(includes include/wql | awk -v standard="$standard" '
    BEGIN { n = split(standard, list, /[ \n]+/); for (i = 1; i <= n; i++) c11["<" list[i] ".h>"] = 1 }
    $2 ~ /^"/ && $2 ~ /\// { print $0 " leaves its folder" }
    $2 ~ /^</ && !($2 in c11) { print $0 " is no header of C11" }')
report "include/wql includes itself and C11 only" "$problems"
umbrella=$(for header in include/wql/*.h; do
    name=$(basename "$header")
    case $name in wql.h | arrow.h) continue ;; esac
    grep -q "^#include \"$name\"" include/wql/wql.h || echo "include/wql/wql.h lacks $name"
done)
report "wql.h includes every public header but arrow.h" "$umbrella"

# The COM face: a library of its own on the public headers, and its own public headers, whose names are flat as WMI's are.
problems=$(includes wbem | while read -r place name; do
    bare=$(echo "$name" | tr -d '<>"')
    case $name in
    '"'*) case $bare in */*) echo "$place $name leaves its folder" ;; esac; [ -f "wbem/$bare" ] || echo "$place $name is not in wbem" ;;
    '<wql/'*) [ -f "include/$bare" ] || echo "$place $name is no public header" ;;
    *) case $bare in engine/* | grammar/* | providers/* | cli/* | wbem/*) echo "$place $name is no public header" ;; esac ;;
    esac
done)
report "wbem includes itself, include/wbem and wql/ only" "$problems"
problems=$(includes include/wbem | awk -v standard="$standard strings pthread" '
    BEGIN { n = split(standard, list, /[ \n]+/); for (i = 1; i <= n; i++) known["<" list[i] ".h>"] = 1 }
    $2 ~ /^"/ && $2 ~ /\// { print $0 " leaves its folder" }
    $2 ~ /^</ && !($2 in known) && $2 !~ /^<[a-z]+>$/ && !($1 ~ /\/wbemhost\.h:/ && $2 == "<wql/engine.h>") { print $0 " is no standard header" }')
report "include/wbem includes itself and standard headers only; wbemhost.h also wql/engine.h" "$problems"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
