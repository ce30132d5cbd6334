# SPDX-License-Identifier: MIT
# manual.sh: the manual page says what the tool says of itself. Sourced by run.sh.
# shellcheck shell=sh disable=SC2154,SC2016

page=$here/../../docs/wql.1
"$wql" --help >help
same() {
    if ! [ -s "$2" ] || ! cmp -s "$2" "$3"; then
        diff "$2" "$3" >difference
        not_ok "manual: $1" "the manual page (>) and the tool (<) differ" difference
    else ok "manual: $1"; fi
}
grep -o -- '--[a-z][a-z]*' help | sort -u >said
sed -n 's/^\.It Fl Fl \([a-z][a-z]*\).*/--\1/p' "$page" | sort -u >written
same "options" said written
sed -n 's/^      \([a-z][a-z]*\) .*/\1/p' help | sort >said
sed -n '/^\.Sh FORMATS/,/^\.Sh THE/s/^\.It Cm \([a-z]*\)$/\1/p' "$page" | sort >written
same "formats" said written
sed -n '/^Exit:/,$p' help | tr '\n' ' ' | grep -o '[:;] [0-9][0-9]* ' | tr -cd '0-9\n' | sort >said
sed -n '/^\.Sh EXIT STATUS/,/^\.Sh EX/s/^\.It \([0-9]*\)$/\1/p' "$page" | sort >written
same "exit codes" said written
TERM=dumb "$build/tests/cli/terminal" 80 40 "$wql" >played <<'S'
expect wql>
send .help\r
expect wql>
show
send .quit\r
exit 0
S
sed -n 's/^|\(\.[a-z]*\) .*/\1/p' played | sort >said
sed -n 's/^\.It Ic \(\.[a-z]*\).*/\1/p' "$page" | sort >written
same "commands of the shell" said written

if command -v groff >/dev/null; then
    groff -mandoc -ww -Tutf8 -z "$page" >complaints 2>&1
    if [ -s complaints ]; then not_ok "manual: groff has no warnings" "it has" complaints; else ok "manual: groff has no warnings"; fi
else
    skip "manual: groff has no warnings" "there is no groff"
fi
