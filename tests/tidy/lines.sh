#!/bin/sh
# SPDX-License-Identifier: MIT
# lines.sh: the form of the sources: at most 132 characters a line, the licence first and then what the file is, no tab in C and no
# blank at the end of a line, no note of something left to do.
set -u
cd "$(dirname "$0")/../.."
LC_ALL=C.UTF-8
export LC_ALL
passed=0
failed=0

# report NAME PROBLEMS
report() {
    if [ -z "$2" ]; then
        passed=$((passed + 1))
        echo "ok $1"
    else
        failed=$((failed + 1))
        echo "not ok $1 ($(echo "$2" | wc -l) places)"
        echo "$2" | head -60
    fi
}

# sources NAME...: files of these names, but for what a build makes and what is kept as data.
sources() {
    pattern=
    for name in "$@"; do pattern="$pattern${pattern:+ -o }-name $name"; done
    set -f
    # shellcheck disable=SC2086
    find . \( -path ./.git -o -path './build*' -o -path '*/corpus' \) -prune -o -type f \( $pattern \) -print |
        sed 's|^\./||' | sort
    set +f
}

c_files=$(sources '*.[ch]' '*.cc' '*.re' '*.y')
scripts=$(sources '*.sh' '*.awk' '*.sql' Makefile run)

# shellcheck disable=SC2086
{
    report "lines of C have at most 132 characters" "$(grep -nE '^.{133,}' $c_files | cut -c1-150)"
    report "lines of scripts have at most 160 characters" "$(grep -nE '^.{161,}' $scripts | cut -c1-150)"
    report "C has no tabs" "$(grep -n "$(printf '\t')" $c_files)"
    report "no line ends in a blank" "$(grep -nE '[[:blank:]]$' $c_files $scripts)"
    report "no carriage returns" "$(grep -n "$(printf '\r')" $c_files $scripts)"
    # The words are put together here, so that this file has none of them.
    report "nothing is left to do" "$(grep -nwE 'TO''DO|FIX''ME|XX''X|HA''CK' $c_files $scripts)"
}

# shellcheck disable=SC2086
{
    report "every C file begins with its licence" "$(awk 'FNR == 1 && $0 != "/* SPDX-License-Identifier: MIT */" { print FILENAME }' $c_files)"
    report "every C file says what it is" "$(awk 'FNR == 2 {
        name = FILENAME
        sub(/.*\//, "", name)
        if (index($0, "/* " name ": ") != 1 && index($0, "/* " name " ") != 1) print FILENAME
    }' $c_files)"
    report "every script has its licence" "$(awk 'FNR <= 2 && /SPDX-License-Identifier: MIT/ { good[FILENAME] = 1 }
        FNR == 1 { seen[FILENAME] = 1 }
        END { for (name in seen) if (!good[name]) print name }' $scripts)"
}
# Which one it is is asked only if there is one: the last bytes of all of them are newlines and nothing else.
# shellcheck disable=SC2086
report "every file ends in a newline" "$([ -z "$(tail -q -c 1 $c_files $scripts | tr -d '\n' | head -c 1)" ] || for file in $c_files $scripts; do
    tail -c 1 "$file" | read -r _ || [ ! -s "$file" ] || echo "$file"
done)"

# A test is called by its name alone, whichever folder it is in.
report "tests have names of their own" "$(ls tests/unit/test_*.c tests/wbem/test_*.cc | sed 's|.*/||; s|\..*||' | sort | uniq -d)"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
