#!/bin/sh
# SPDX-License-Identifier: MIT
# corpus.sh BUILD SHARED: `wql --check` on the corpus of real queries beside this tree. Data queries must be accepted, malformed ones rejected, and
# kinds that are not served yet rejected with WBEM_E_NOT_SUPPORTED (of schema queries, those with conditions); extended ones are no base
# language.
set -eu
build=$1
corpus=$2/corpus/wql-queries.tsv
tail -n +2 "$corpus" | cut -f 4 >"$build/corpus.in"
tail -n +2 "$corpus" | cut -f 1,2,3 >"$build/corpus.want"
"$build/wql" --check "$build/corpus.in" >"$build/corpus.got"
[ "$(wc -l <"$build/corpus.got")" = "$(wc -l <"$build/corpus.want")" ] || { echo "not ok one answer a line"; exit 1; }
paste "$build/corpus.want" "$build/corpus.got" "$build/corpus.in" | awk -F'\t' '
    { id = $1; verdict = $2; kind = $3; answer = $4; what = $5; query = tolower($NF); wrong = ""; served = 0 }
    verdict == "reject" && answer != "reject" { wrong = "accepted" }
    verdict == "extended" && answer != "reject" { wrong = "accepted" }
    verdict == "accept" && kind == "data" && !(answer == "accept" && what == "data") { wrong = "not accepted as data" }
    verdict == "accept" && kind == "schema" && query !~ /[ \\]where[ \\]/ {
        if (!(answer == "accept" && what == "schema")) wrong = "not accepted as schema"
        served = 1
    }
    verdict == "accept" && kind != "data" && !served && !(answer == "reject" && what == "WBEM_E_NOT_SUPPORTED") { wrong = "not refused as not supported" }
    verdict == "event" && !(answer == "reject" && what == "WBEM_E_NOT_SUPPORTED") { wrong = "not refused as not supported" }
    wrong != "" { bad++; if (bad <= 20) print "# " id " (" kind ", " verdict ") " wrong ": " $0 }
    END { print (bad ? "not ok" : "ok") " corpus: " NR - bad " of " NR " right"; exit bad != 0 }'
