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

report "every C file begins with its licence" "$(for file in $c_files; do
    [ "$(head -n 1 "$file")" = '/* SPDX-License-Identifier: MIT */' ] || echo "$file"
done)"
report "every C file says what it is" "$(for file in $c_files; do
    sed -n 2p "$file" | grep -q "^/\* $(basename "$file")[: ]" || echo "$file"
done)"
report "every script has its licence" "$(for file in $scripts; do
    head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
done)"
report "every file ends in a newline" "$(for file in $c_files $scripts; do
    [ ! -s "$file" ] || [ -z "$(tail -c 1 "$file")" ] || echo "$file"
done)"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
