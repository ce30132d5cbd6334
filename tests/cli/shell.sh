# SPDX-License-Identifier: MIT
# shell.sh: the interactive shell, and what else belongs to a terminal, played by tests/cli/terminal.c. Sourced by run.sh.
# Cases run with line editing and, in a terminal that cannot do it, without.
# shellcheck shell=sh disable=SC2154,SC2016

if ! [ -f second.db ]; then
    sqlite3 second.db 'CREATE TABLE Other (Id INTEGER PRIMARY KEY); INSERT INTO Other VALUES (77)'
fi
terminal=$build/tests/cli/terminal
XDG_STATE_HOME=$work/state
export XDG_STATE_HOME
PS1='$ '
export PS1

# play NAME COLUMNS ROWS COMMAND...: the script is on standard input.
play() {
    name=$1
    shift
    if timeout 120 "$terminal" "$@" >played 2>&1; then ok "$name"; else not_ok "$name" "see below" played 60; fi
}

if nm "$wql" | grep -q ' el_init\| U el_wset'; then editing=yes; else editing=; fi
kinds="dumb"
if [ -n "$editing" ]; then kinds="xterm dumb"; else skip "shell with line editing" "the tool was built without libedit"; fi

# -- everything that does not depend on line editing -------------------------------------------------------------------
shell_cases() {
    kind=$1
    tool=$2
    TERM=$3
    export TERM
    play "$kind: a query" 80 24 "$tool" --sqlite shop.db <<'S'
expect wql>
send SELECT Id, Name FROM Item WHERE Id < 3;\r
screen  2  pear, "ripe"
expect wql>
send \x04
exit 0
S
    play "$kind: a statement of several lines, and two on one line" 80 24 "$tool" --sqlite shop.db <<'S'
expect wql>
send SELECT Id, Name\r
expect   ->
send FROM Item\r
expect   ->
send WHERE Id = 1;SELECT Id FROM Item WHERE Name = 'NULL' ; SELECT\r
screen  1  Apple
screen  5
expect   ->
send Id FROM Item WHERE Id = 6;;\r
screen  6
expect wql>
send .quit\r
exit 0
S
    play "$kind: a ; in quotes" 80 24 "$tool" --sqlite shop.db --format csv <<'S'
expect wql>
send SELECT Id FROM Item WHERE Name <> 'a;\\'b' AND Name <> "\r
expect   ">
send ;" AND Id = 1;\r
screen 1
expect wql>
send \x04
exit 0
S
    play "$kind: an error, its line and its caret" 80 24 "$tool" --sqlite shop.db <<'S'
expect wql>
send SELECT Id\r
expect   ->
send FROM Item WHERE Nmae = 1; SELECT Id FROM Item WHERE Id = 2;\r
screen wql: 2:17: Item has no property Nmae
screen   FROM Item WHERE Nmae = 1
screen                   ^~~~
screen wql: did you mean Name?
screen  2
expect wql>
send \x04
exit 0
S
    play "$kind: ^C takes back what was typed" 80 24 "$tool" --sqlite shop.db <<'S'
expect wql>
send SELECT Nope\r
expect   ->
send FROM
expect FROM
send \x03
screen wql>
send SELECT Id FROM Item WHERE Id = 3;\r
screen  3
absent Nope;
expect wql>
send \x04
exit 0
S
    play "$kind: ^C with Enter right behind it is not lost" 80 24 "$tool" --sqlite shop.db <<S
expect wql>
$(for i in 1 2 3 4 5 6 7 8 9 10; do printf 'send SELECT Nope\\r\nexpect   ->\nsend \\x03\\r\nexpect wql>\nexpect wql>\n'; done)
send \\x04
exit 0
S
    play "$kind: ^C ends a query and keeps the shell" 80 24 "$tool" --sqlite shop.db --format ndjson --progress <<'S'
expect wql>
send SELECT * FROM Endless; SELECT Id FROM Item WHERE Id = 1;\r
expect rows looked at
send \x03
screen wql: interrupted
expect wql>
absent {"Id":1}
send SELECT Id FROM Item WHERE Id = 2;\r
screen {"Id":2}
expect wql>
send \x04
exit 0
S
    play "$kind: ^C ends rows on the way" 80 24 "$tool" --sqlite shop.db --format csv <<'S'
expect wql>
send SELECT * FROM Pairs;\r
expect 1,2
send \x03
expect interrupted
expect wql>
send SELECT Id FROM Item WHERE Id = 2;\r
screen 2
expect wql>
send \x04
exit 0
S
    play "$kind: commands" 80 40 "$tool" --sqlite shop.db <<'S'
expect wql>
send .format\r
screen table
expect wql>
send .format list\r
expect wql>
send SELECT Id, Name FROM Item WHERE Id = 1;\r
screen   Name = "Apple"
expect wql>
send .format xml\r
expect .format takes table, list
expect wql>
send .timer on\r
expect wql>
send SELECT Id FROM Item WHERE Id = 5;\r
expect  ms
expect wql>
send .timer perhaps\r
screen wql: .timer takes on or off, not 'perhaps'
expect wql>
send .timer off\r
expect wql>
send .schema item\r
screen     [key] sint64 Id;
screen     uint8 Picture[];
expect wql>
send .schema Nope\r
expect wql:
expect wql>
send .schema\r
screen wql: .schema needs CLASS
expect wql>
send .explain SELECT Name FROM Item WHERE Id = 7;\r
expect sqlite
expect wql>
send .frob\r
screen wql: no command .frob; .help lists them
expect wql>
send .quit now\r
screen wql: .quit takes nothing, not 'now'
expect wql>
send exit\r
exit 0
S
    play "$kind: help" 80 40 "$tool" --quiet <<'S'
expect wql>
send help\r
screen .timer on|off       how long each query took
screen .schema CLASS       the properties of a class
screen .mount KIND WHAT    serve more: sqlite FILE[=NAMESPACE], provider PATH, mof FILE
expect wql>
send .quit;\r
exit 0
S
    play "$kind: .mount names plug-ins, and serves one" 100 40 "$tool" --quiet --format csv <<S
expect wql>
send .mount floppy a\\r
expect .mount provider PATH[=NAMESPACE][:OPTIONS]
expect wql>
send .mount provider $build/examples/plugin_env.so=root/env:XDG_STATE_H\\r
expect wql>
send .namespace root/env\\r
expect wql>
send SELECT Name FROM Env_Variable;\\r
screen XDG_STATE_HOME
expect wql>
send .quit\\r
exit 0
S
    play "$kind: nothing served, then something" 80 40 "$tool" <<'S'
expect wql>
send SELECT * FROM Item;\r
expect has no class Item
expect wql>
send .mount sqlite nowhere.db\r
screen wql: no database file 'nowhere.db'
expect wql>
send .mount floppy a\r
expect .mount takes what an option
expect wql>
send .mount sqlite shop.db\r
expect wql>
send SELECT Id FROM Item WHERE Id = 1;\r
screen  1
expect wql>
send .namespace root/two\r
expect no namespace root
expect wql>
send .mount sqlite second.db=root/two\r
expect wql>
send .namespace root/two\r
expect wql>
send .namespace\r
screen root/two
expect wql>
send SELECT Id FROM Other;\r
screen 77
expect wql>
send \x04
exit 0
S
    play "$kind: a statement without its end is not run" 80 24 "$tool" --sqlite shop.db <<'S'
expect wql>
send SELECT Id FROM Item\r
expect   ->
send \x04
screen wql: what has no ; at its end was not run
exit 0
S
    play "$kind: a deadline for each query" 80 24 "$tool" --sqlite shop.db --timeout 300 <<'S'
expect wql>
send SELECT * FROM Endless;\r
screen wql: timed out after 300 ms
expect wql>
send SELECT Id FROM Item WHERE Id = 2;\r
screen  2
expect wql>
send \x04
exit 0
S
    play "$kind: 20 columns" 20 40 "$tool" --sqlite shop.db --quiet <<'S'
expect wql>
send SELECT Id, Name FROM Item WHERE Id = 6;\r
screen  6  日本語 ｗｉｄｅ
expect wql>
send .format csv\r
expect wql>
send SELECT Id, Text FROM Many WHERE Id = 17;\r
screen 17,row number 17
expect wql>
send \x04
exit 0
S
    play "$kind: texts do not steer the terminal" 80 40 "$tool" --sqlite shop.db <<'S'
expect wql>
send SELECT * FROM Hostile;\r
screen  1  two\nlines
screen  3  \x1b]0;title\x07\x1b[31mred
expect wql>
send .format markdown\r
expect wql>
send SELECT * FROM Hostile WHERE Id = 3;\r
screen | 3 | &#27;\]0;title&#7;&#27;\[31mred |
expect wql>
send .format list\r
expect wql>
send SELECT * FROM Hostile WHERE Id = 4;\r
screen   Note = "c1 \u009b31m and delete \u007f"
expect wql>
send \x04
exit 0
S
    play "$kind: the terminal goes away" 80 24 sh -c "'$tool' --sqlite shop.db; echo \$? >gone" <<'S'
expect wql>
hangup
exit 129
S
    play "$kind: rows to a file, the prompt on the terminal" 80 24 sh -c "'$tool' --sqlite shop.db >rows.out" <<'S'
expect wql>
send SELECT Id FROM Item WHERE Id = 2;\r
expect wql>
send \x04
exit 0
S
    if [ "$(cat rows.out)" = '{"Id":2}' ]; then ok "$kind: nothing but rows in the file"
    else not_ok "$kind: nothing but rows in the file" "there is" rows.out; fi
    play "$kind: a full disk" 80 24 sh -c "'$tool' --sqlite shop.db >/dev/full" <<'S'
expect wql>
send SELECT Id FROM Item WHERE Id = 2;\r
screen wql: cannot write the output: No space left on device
exit 4
S
}

# A terminal that edits lines itself keeps 4,095 bytes of one.
{
    echo "expect wql>"
    echo "send SELECT Id FROM Item\\r"
    echo "expect ->"
    echo "send WHERE Name = '$(head -c 5000 /dev/zero | tr '\0' x)' OR Id = 1;\\r"
    echo "expect wql: the terminal cuts a line of more than 4094 bytes: nothing"
    echo "expect wql>"
    echo "send SELECT Id FROM Item WHERE Id = 2;\\r"
    echo "screen  2"
    echo "send \\x04"
    echo "exit 0"
} >script
TERM=dumb play "a line that the terminal cuts" 80 24 "$wql" --sqlite shop.db <script

# -- with line editing ------------------------------------------------------------------------------------------------------
edited_cases() {
    TERM=xterm
    export TERM
    play "completion of keywords, properties and commands" 80 24 "$wql" --sqlite shop.db <<'S'
expect wql>
send SEL\t
screen wql> SELECT
send Pri FROM Item WHERE sto\t
screen wql> SELECT Pri FROM Item WHERE Stock
send \x01\x1bf\x1bf\t
screen wql> SELECT Price FROM Item WHERE Stock
send \x15sel\t
screen wql> select
send \x15.fo\tmark\t\r
screen wql> .format markdown
expect wql>
send SELECT S FROM Item\x01\x1bf\x1bf\t
screen Stock   Serial  SELECT
send \x15SELECT Id FROM Item WHERE Name = 'sel\t
screen wql> SELECT Id FROM Item WHERE Name = 'sel
send \x15\x04
exit 0
S
    rm -rf state
    play "history, in one shell" 80 24 "$wql" --sqlite shop.db <<'S'
expect wql>
send SELECT Id\r
expect   ->
send FROM Item WHERE Name = 'a\\\\b';\r
expect wql>
send .timer off\r
expect wql>
send \x10\x10
screen FROM Item WHERE Name = 'a\\b';
send \x15\x04
exit 0
S
    if [ "$(cat state/wql/history)" = "SELECT Id\\nFROM Item WHERE Name = 'a\\\\\\\\b';
.timer off" ]; then ok "the history's file"; else not_ok "the history's file" "it is other" state/wql/history; fi
    if [ "$(stat -c %a state/wql/history)-$(stat -c %a state/wql)" = 600-700 ]; then ok "only its owner reads the history"
    else not_ok "only its owner reads the history" "$(stat -c %a state/wql/history state/wql)"; fi
    play "history, in the next shell" 80 24 "$wql" --sqlite shop.db <<'S'
expect wql>
send \x10
screen wql> .timer off
send \x15\x04
exit 0
S
    chmod 644 state/wql/history
    seq 1 2500 | sed 's/^/.format /' >state/wql/history
    play "a long history" 80 24 "$wql" <<'S'
expect wql>
send \x10
screen wql> .format 2500
send \x15\x04
exit 0
S
    if [ "$(wc -l <state/wql/history)-$(stat -c %a state/wql/history)" = 1000-600 ]; then ok "a long history is shortened"
    else not_ok "a long history is shortened" "$(wc -l <state/wql/history) lines"; fi
    rm -rf state/wql
    mkdir -p state/wql
    ln -s /dev/null state/wql/history
    play "a link in the history's place" 80 24 "$wql" <<'S'
expect wql>
absent history
send .timer off\r
expect wql>
send \x04
exit 0
S
    rm -rf state/wql
    : >state/wql
    play "no place for a history" 80 24 "$wql" <<'S'
expect wql: no history is kept in
expect wql>
send .timer off\r
expect wql>
send \x10
screen wql> .timer off
send \x15\x04
exit 0
S
    rm -f state/wql
    mkdir home
    play "no HOME, no history" 80 24 env -u XDG_STATE_HOME -u HOME "$wql" <<'S'
expect wql>
absent history
send .timer off\r
expect wql>
send \x04
exit 0
S
    play "the history's place without XDG_STATE_HOME" 80 24 env -u XDG_STATE_HOME HOME="$work/home" "$wql" <<'S'
expect wql>
send .timer off\r
expect wql>
send \x04
exit 0
S
    if [ -f home/.local/state/wql/history ]; then ok "the history in the home folder"
    else not_ok "the history in the home folder" "it is not there"; fi
    play "a resize while a line is typed" 80 24 "$wql" --sqlite shop.db <<'S'
expect wql>
send SELECT Id FROM Item WHERE
screen wql> SELECT Id FROM Item WHERE
resize 20 24
expect wql>
send  Id = 6;
screen Item WHERE Id = 6;
resize 100 30
screen wql> SELECT Id FROM Item WHERE Id = 6;
send \r
screen  6
expect wql>
send \x04
exit 0
S
    play "wide characters are edited" 80 24 "$wql" --sqlite shop.db <<'S'
expect wql>
send SELECT Id FROM Item WHERE Name LIKE '日本x
screen wql> SELECT Id FROM Item WHERE Name LIKE '日本x
send \x7f語%';\r
screen  6
expect wql>
send \x04
exit 0
S
    play "odd keys, odd lines" 80 40 "$wql" --sqlite shop.db <<'S'
expect wql>
send ;;;\r
expect wql>
send x\x00\x15.explain\r
screen wql: .explain needs QUERY
send .explain SELECT Nope FROM Item\r
expect has no property Nope
send .\r
expect no command .
send .schema \xff\xfe\xe6\x97\r
expect wql:
send .mount sqlite /\r
expect is a directory
send .namespace \xe6\x15.namespace\r
screen root/cimv2
send SELECT Id FROM Item WHERE Id = 1; .quit\r
screen  1
expect ->
send ;\r
expect wql: 1:1
send SELECT Id FROM Item WHERE Id = 2;\r
screen  2
signal TERM
exit 143
S
    {
        echo "expect wql>"
        echo "send SELECT Id FROM Item WHERE Name = '$(head -c 5000 /dev/zero | tr '\0' x)' OR Id = 2;\\r"
        echo "screen  2"
        echo "send \\x04"
        echo "exit 0"
    } >script
    play "a line of 5,000 characters" 80 24 "$wql" --sqlite shop.db <script
    play "^D while a query runs" 80 24 "$wql" --sqlite shop.db --timeout 500 --progress <<'S'
expect wql>
send SELECT * FROM Endless;\r
expect rows looked at
send \x04
expect timed out
exit 0
S
    play "stopped by ^Z, and back" 80 24 env ENV= sh -i <<S
expect \$
send '$wql' --sqlite shop.db\\r
expect wql>
send SELECT Id FROM
screen wql> SELECT Id FROM
send \\x1a
expect \$
send stty -a | grep -c ' icanon'\\r
screen 1
expect \$
send fg\\r
screen wql> SELECT Id FROM
send  Item WHERE Id = 6;\\r
screen  6
expect wql>
send \\x04
expect \$
send exit 0\\r
exit 0
S
}

# -- progress ------------------------------------------------------------------------------------------------------------------
progress_cases() {
    TERM=xterm
    export TERM
    play "progress, and ^C" 80 24 "$wql" --sqlite shop.db --progress --format none "SELECT * FROM Pairs" <<'S'
expect rows looked at, 1 s
send \x03
exit 130
absent rows
S
    play "progress with a total, cleared at the end" 80 24 "$wql" --sqlite shop.db --progress --count \
        "SELECT * FROM Many WHERE Text LIKE '% 7%'" <<'S'
exit 0
screen 1111
absent rows
S
    play "progress between the rows" 80 24 "$wql" --sqlite shop.db --progress --format csv --limit 200000 "SELECT * FROM Pairs" <<'S'
expect rows looked at
exit 0
absent looked
screen 1,7
S
    play "progress on 20 columns" 20 24 "$wql" --sqlite shop.db --progress --timeout 1500 --count "SELECT * FROM Pairs" <<'S'
expect rows, 1 s
exit 5
screen wql: timed out after
absent rows,
S
    play "progress on 6 columns" 6 24 "$wql" --sqlite shop.db --progress --timeout 1500 --format none "SELECT * FROM Endless" <<'S'
expect 0
expect 0
exit 5
S
    play "a resize while rows are printed" 80 24 "$wql" --sqlite shop.db --progress --format csv --limit 300000 \
        "SELECT * FROM Pairs" <<'S'
expect 1,2
resize 20 24
expect 1,5
resize 100 24
expect 1,10
exit 0
screen 1,10
S
    play "a small terminal and a table" 20 24 "$wql" --sqlite shop.db "SELECT Id, Name, Price FROM Item WHERE Id = 2" <<'S'
exit 0
screen Id  Name          Pr
screen ice
S
}
progress_cases
code=0
"$wql" --sqlite shop.db --progress --count "SELECT * FROM Many" >out 2>err || code=$?
if [ "$code-$(cat out)" = 0-30000 ] && ! [ -s err ]; then ok "no progress where no terminal is"
else not_ok "no progress where no terminal is" "exit $code" err; fi

# -- without libedit -----------------------------------------------------------------------------------------------------------------
# The same tool, linked with a line reader that was compiled without it.
plain_build() {
    sanitizers=
    if nm "$wql" | grep -q __asan_init; then sanitizers="-fsanitize=address,undefined"; fi
    if nm "$wql" | grep -q __tsan_init; then sanitizers="-fsanitize=thread"; fi
    objects=$(find "$build/obj/cli" -name '*.o' ! -name edit.o)
    # shellcheck disable=SC2086
    ${CC:-gcc} -std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror $sanitizers -I"$here/../../include" -pthread -o plain-wql \
        "$here/../../cli/edit.c" $objects "$build/libwql.a" -ldl
}
if plain_build 2>err; then
    ok "the tool is built without libedit"
    TERM=xterm
    export TERM
    play "without libedit: a query, and ^C" 80 24 ./plain-wql --sqlite shop.db <<'S'
expect wql>
send SELECT Id FROM Item\r
expect   ->
send WHERE \x03
expect wql>
send SELECT Id, Name FROM Item WHERE Id = 1;\r
screen  1  Apple
expect wql>
send \x04
exit 0
S
    if grep -q '^SELECT Id, Name FROM Item WHERE Id = 1;$' state/wql/history; then ok "without libedit: what was typed is kept"
    else not_ok "without libedit: what was typed is kept" "it is not" state/wql/history; fi
else not_ok "the tool is built without libedit" "it is not" err; fi

# -- what needs meta_class -----------------------------------------------------------------------------------------------------------
class_cases() {
    TERM=xterm
    export TERM
    play "classes, all and some" 80 40 "$wql" --sqlite shop.db <<'S'
expect wql>
send .classes\r
screen Item
screen Hostile
screen odd_table
expect wql>
send .format csv\r
expect wql>
send .classes VOI\r
screen Void
expect wql>
send \x04
exit 0
S
    if [ -z "$editing" ]; then return; fi
    play "completion of classes" 80 24 "$wql" --sqlite shop.db <<'S'
expect wql>
send SELECT * FROM ho\t
screen wql> SELECT * FROM Hostile
send \x15.schema vo\t\r
screen class Void
expect wql>
send SELECT Amo\t
screen wql> SELECT Amount
send \x15\x04
exit 0
S
}
# -- what needs the engine's parameters ---------------------------------------------------------------------------------------------
ask --sqlite shop.db --param id=1 "SELECT Id FROM Item WHERE Id = @id"
if [ "$code" = 0 ]; then
    TERM=dumb
    export TERM
    play "parameters go to the queries that name them" 80 24 "$wql" --sqlite shop.db --format csv --param id=5 --param 1=-7 <<'S'
expect wql>
send SELECT Stock FROM Item WHERE Id = @ID AND Name <> '@id ?';SELECT Id FROM Item WHERE Stock = ?;\r
screen 9223372036854775807
screen 2
expect wql>
send SELECT Made FROM Item WHERE Id = 1;\r
screen 2024-02-29T12:30:00Z
expect wql>
send \x04
exit 0
S
else skip "parameters in the shell" "the engine does not serve parameters yet"; fi

ask --sqlite shop.db "SELECT * FROM meta_class"
if [ "$code" = 0 ]; then class_cases; else skip ".classes and completion of classes" "meta_class is not served yet"; fi

for term in $kinds; do
    label=plain
    if [ "$term" = xterm ]; then label=edited; fi
    shell_cases "$label" "$wql" "$term"
done
if [ -n "$editing" ]; then edited_cases; fi
