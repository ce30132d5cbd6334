#!/bin/sh
# SPDX-License-Identifier: MIT
# corpus.sh BUILD SHARED: `wql --check` on the corpus of real queries beside this tree, in both dialects. The verdict of a row: accept and event, with
# its kind; extended, rejected by the base language and accepted as extended by the other; reject, rejected by both. Each rejection has a code, an
# offset inside the query and a message.
set -eu
build=$1
corpus=$2/corpus/wql-queries.tsv
tail -n +2 "$corpus" | cut -f 4 >"$build/corpus.in"
tail -n +2 "$corpus" | cut -f 1,2,3 >"$build/corpus.want"
for dialect in wql extended; do
    "$build/wql" --check --dialect $dialect "$build/corpus.in" >"$build/corpus.$dialect"
    [ "$(wc -l <"$build/corpus.$dialect")" = "$(wc -l <"$build/corpus.want")" ] || { echo "not ok one answer a line"; exit 1; }
done
# Columns: id verdict kind | query | then the answers of both dialects, four fields or two each.
paste "$build/corpus.want" "$build/corpus.in" | LC_ALL=C awk -F '\t' -v base="$build/corpus.wql" -v ext="$build/corpus.extended" '
    function length_of(text, at, n) { # in bytes, without the escapes
        n = 0
        for (at = 1; at <= length(text); at++) {
            if (substr(text, at, 1) == "\\" && at < length(text)) at++
            n++
        }
        return n
    }
    function rejected(line, query, f) {
        if (split(line, f, "\t") < 4 || f[1] != "reject") return 0
        return f[2] ~ /^WBEM_E_/ && f[3] ~ /^[0-9]+$/ && f[3] <= length_of(query) && f[4] != ""
    }
    function accepted(line, kind) { return line == "accept\t" kind }
    {
        getline a <base
        getline b <ext
        if ($2 == "accept" || $2 == "event") good = accepted(a, $3)
        else if ($2 == "extended") good = rejected(a, $4) && accepted(b, "extended")
        else good = rejected(a, $4) && rejected(b, $4)
        if (good) right++
        else if (++wrong <= 20) print "# " $1 " (" $3 ", " $2 "): " $4 "\n#   " a "\n#   " b
    }
    END { print (wrong ? "not ok" : "ok") " corpus: " right " of " NR " right"; exit wrong != 0 }'
