# SPDX-License-Identifier: MIT
# check.sh: wql --check. Sourced by run.sh.
# shellcheck shell=sh disable=SC2154

tab=$(printf '\t')

# check NAME INPUT WANTED: the answers, each cut to its first fields: accept KIND, or reject CODE OFFSET.
check() {
    code=0
    printf '%b' "$2" >in
    timeout 60 "$wql" --check <in >out 2>err || code=$?
    printf '%b' "$3" >want
    cut -f 1-3 out >short
    if [ "$code" != 0 ]; then not_ok "check: $1" "exit $code" err
    elif ! cmp -s want short; then
        diff want out >difference
        not_ok "check: $1" "other answers" difference
    elif grep -v '^accept' out | cut -f 4 | grep -q '^$'; then not_ok "check: $1" "a reject without a message" out
    elif [ -s err ]; then not_ok "check: $1" "it says something" err
    else ok "check: $1"; fi
}

check "no input" '' ''
check "a query" 'SELECT * FROM A\n' 'accept\tdata\n'
check "a last line without its end" 'SELECT * FROM A\nSELECT B FROM A' 'accept\tdata\naccept\tdata\n'
check "an empty line" '\nSELECT * FROM A\n' 'reject\tWBEM_E_INVALID_PARAMETER\t0\naccept\tdata\n'
check "blanks" '  \n' 'reject\tWBEM_E_INVALID_QUERY\t2\n'
check "escapes" 'SELECT\\n*\\r\\nFROM\\tA WHERE B = "x\\\\\\\\y"\n' 'accept\tdata\n'
check "an escape that is none loses its backslash" '\\SELECT * FROM A\n' 'accept\tdata\n'
check "a backslash at the end stays" 'SELECT * FROM A\\\n' 'reject\tWBEM_E_INVALID_QUERY\t15\n'
check "offsets count the unescaped bytes" 'SELECT\\n* FROM A B\n' 'reject\tWBEM_E_INVALID_QUERY\t16\n'
check "offsets count bytes, not characters" 'SELECT * FROM A WHERE B = "\0303\0251" C\n' 'reject\tWBEM_E_INVALID_QUERY\t31\n'
check "a carriage return is a blank" 'SELECT * FROM A\r\n' 'accept\tdata\n'
check "ill-formed UTF-8" 'SELECT * FROM A WHERE B = "\0377"\n' 'reject\tWBEM_E_INVALID_PARAMETER\t27\n'
check "an embedded zero" 'SELECT * \0000FROM A\n' 'reject\tWBEM_E_INVALID_QUERY\t9\n'
check "schema queries" 'SELECT * FROM meta_class\nselect*from Meta_Class\nSELECT __CLASS FROM meta_class\n' \
    'accept\tschema\naccept\tschema\nreject\tWBEM_E_INVALID_QUERY\t20\n'
check "the other kinds" 'SELECT * FROM meta_class WHERE __THIS ISA "A"\nASSOCIATORS OF {A.B=1}\nREFERENCES OF {A.B=1}\nSELECT * FROM A WITHIN 5\n' \
    'accept\tschema\naccept\tassociators\naccept\treferences\naccept\tevent\n'
check "a form of another dialect" 'SELECT DISTINCT A FROM B\nSELECT * FROM A WHERE B IS TRUE\n' \
    'reject\tWBEM_E_INVALID_QUERY\t16\nreject\tWBEM_E_INVALID_QUERY\t27\n'
check "the place in an object path" 'ASSOCIATORS OF {A.B=x}\n' 'reject\tWBEM_E_INVALID_OBJECT_PATH\t20\n'

# One text in each dialect.
printf 'SELECT DISTINCT A FROM B\nSELECT * FROM A WHERE B IS TRUE\nSELECT * FROM A WHERE B NOT LIKE "c"\n' >texts
for dialect in wql:rrr relaxed:raa extended:ara; do
    got=$("$wql" --check --dialect "${dialect%:*}" texts | cut -c1 | tr -d '\n')
    if [ "$got" = "${dialect#*:}" ]; then ok "check: dialect ${dialect%:*}"
    else not_ok "check: dialect ${dialect%:*}" "$got"; fi
done
if [ "$("$wql" --check --dialect extended texts | head -n 1)" = "accept${tab}extended" ]; then ok "check: kind extended"
else not_ok "check: kind extended" "another kind"; fi

printf 'SELECT * FROM A\nSELEC\n' >queries
code=0
"$wql" --check queries >out 2>err </dev/null || code=$?
if [ "$code" = 0 ] && [ "$(wc -l <out)" = 2 ] && [ "$(head -n 1 out)" = "accept${tab}data" ]; then ok "check: a file"
else not_ok "check: a file" "exit $code" err; fi
says "check: no such file" 2 "cannot read nowhere: No such file" --check nowhere
says "check: a directory" 2 "cannot read /: Is a directory" --check /

# A line of 1 MB, and 100,000 parentheses, are answered.
{ printf 'SELECT * FROM A WHERE B = "'; head -c 1000000 /dev/zero | tr '\0' x; printf '"\n'; } >long
{ printf 'SELECT * FROM A WHERE '; head -c 100000 /dev/zero | tr '\0' '('; printf 'B = 1\nSELECT * FROM A\n'; } >>long
code=0
timeout 60 "$wql" --check long >out 2>err </dev/null || code=$?
cut -f 1,2 out >short
printf 'reject\tWBEM_E_QUOTA_VIOLATION\nreject\tWBEM_E_QUOTA_VIOLATION\naccept\tdata\n' >want
if [ "$code" = 0 ] && cmp -s want short; then ok "check: a long line, many parentheses"
else not_ok "check: a long line, many parentheses" "exit $code" short; fi

# A conversation: each answer comes before the next question.
mkfifo questions answers
"$wql" --check <questions >answers 2>err &
pid=$!
exec 3>questions 4<answers
echo "SELECT * FROM A" >&3
IFS= read -r first <&4
echo "SELEC" >&3
IFS= read -r second <&4
exec 3>&- 4<&-
code=0
wait "$pid" || code=$?
case $code-$first-$second in
"0-accept${tab}data-reject${tab}WBEM_E_INVALID_QUERY${tab}"*) ok "check: a conversation" ;;
*) not_ok "check: a conversation" "exit $code: $first, $second" err ;;
esac
