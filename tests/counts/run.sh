#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh BUILD [--write]: counts the instructions of libwql in each case of counts.c, by callgrind, and compares them with counts.tsv.
# A case fails that has grown by more than 3 %. --write writes that file anew, which is how more is allowed: its difference shows
# by how much. Then how often a scan of numbers looks whether its call was ended, with a library whose looks are counted: a look is
# the pointer to the run's surroundings, the pointer to the flag, the flag, a test and a jump: five instructions.
# Counts depend on the compiler and its flags, not on what else the machine does. Another build than the file's is skipped.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=$1
file=tests/counts/counts.tsv
rows=20000
growth=3  # percent
look=5
looking=12 # instructions for 1,024 rows
program=$build/tests/counts/counts
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT

command -v valgrind >/dev/null || { echo "skipped: instruction counts: there is no valgrind"; exit 0; }
built=$("$program" --build) || exit 1
if [ "${2:-}" != --write ] && ! grep -qxF "# $built" $file; then
    echo "skipped: instruction counts: this build is \"$built\", and $file has those of \"$(sed -n 's/^# //p' $file | head -1)\""
    exit 0
fi

# count WHAT LIBRARIES CASE...: writes $dir/WHAT, a line for each case: its name, a tab, the instructions of libwql or the calls of
# that function.
count() {
    name=$1
    libraries=$2
    shift 2
    mkdir "$dir/$name.d"
    LD_LIBRARY_PATH=$libraries valgrind --tool=callgrind --callgrind-out-file="$dir/$name.d/out" --collect-atstart=no \
        --toggle-collect=counts_measured --dump-after=counts_measured --compress-strings=no --compress-pos=no \
        "$program" "$@" >"$dir/$name.cases" 2>"$dir/$name.log"
    code=$?
    [ $code -eq 3 ] && echo "skipped: instruction counts with AVX2: this machine has none"
    if [ $code -ne 0 ] && [ $code -ne 3 ]; then
        echo "not ok the program that is counted (exit $code)"
        cat "$dir/$name.log"
        exit 1
    fi
    number=0
    while read -r case; do
        number=$((number + 1))
        printf '%s\t%s\n' "$case" "$(awk -v what="$name" -f tests/counts/sum.awk "$dir/$name.d/out.$number")"
    done <"$dir/$name.cases" >"$dir/$name"
}

count libwql "$build"
if [ "${2:-}" = --write ]; then
    { echo "# $built"; cat "$dir/libwql"; } >$file
    echo "wrote $file"
    exit 0
fi

# Cases of the file that did not run are missing, but for those of AVX2 where there is none.
code=0
awk -F '\t' -v growth=$growth '
    FNR == NR { if ($0 !~ /^#/) allowed[$1] = $2; next }
    {
        seen[$1] = 1
        if ($2 <= 0) { print "not ok " $1 ": nothing was counted"; bad = 1 }
        else if (!($1 in allowed)) { print "not ok " $1 " is not in the file: run.sh BUILD --write"; bad = 1 }
        else if ($2 > allowed[$1] * (1 + growth / 100)) {
            printf "not ok %s: %d instructions, the file has %d: %+.1f %%\n", $1, $2, allowed[$1], 100 * ($2 / allowed[$1] - 1)
            bad = 1
        } else {
            printf "ok %s: %d instructions, %+.1f %%\n", $1, $2, 100 * ($2 / allowed[$1] - 1)
            if ($2 < allowed[$1] * (1 - growth / 100)) print "# " $1 " has become faster: run.sh BUILD --write"
        }
        if ($1 ~ /avx2/) avx2 = 1
    }
    END {
        for (name in allowed)
            if (!(name in seen) && (name !~ /avx2/ || avx2)) { print "not ok " name " was not counted"; bad = 1 }
        exit bad
    }' $file "$dir/libwql" || code=1

# Four times the text takes at most so many times the instructions.
awk -F '\t' -v most=4.4 '
    /^size\./ {
        split($1, part, ".")
        if (part[2] == last && before > 0) {
            ratio = $2 / before
            right = ratio <= most
            printf "%sok %s: %.2f times the instructions of a quarter of the text, of at most %s\n", right ? "" : "not ", $1, ratio, most
            if (!right) bad = 1
        }
        last = part[2]
        before = $2
        seen++
    }
    END { exit bad || seen != 30 }' "$dir/libwql" || code=1

# Numbers have the quickest batches: there looks weigh the most.
count wql__flag_is_up "$build/tests/counts/looks" --once Q1.portable Q2.portable Q3.portable Q9.portable Q1.avx2 Q2.avx2 Q3.avx2 Q9.avx2
awk -F '\t' -v rows=$rows -v look=$look -v looking=$looking '
    {
        cost = $2 * look * 1024 / rows
        right = cost > 0 && cost <= looking
        printf "%sok %s: %d looks, so %.1f instructions in 1,024 rows see whether the call was ended, of at most %d\n",
            right ? "" : "not ", $1, $2, cost, looking
        if (!right) bad = 1
    }
    END { exit bad }' "$dir/wql__flag_is_up" || code=1
exit $code
