# SPDX-License-Identifier: MIT
# output.sh: where the rows go, and what happens if they cannot. Sourced by run.sh.
# shellcheck shell=sh disable=SC2154

for format in table list csv tsv json ndjson markdown; do
    code=0
    timeout 60 "$wql" --sqlite shop.db --format $format "SELECT * FROM Many" >/dev/full 2>err || code=$?
    if [ "$code" = 4 ] && grep -q "^wql: cannot write the output: No space left on device" err; then ok "a full disk, $format"
    else not_ok "a full disk, $format" "exit $code" err; fi
done
code=0
"$wql" --sqlite shop.db --count "SELECT * FROM Many" >/dev/full 2>err || code=$?
if [ "$code" = 4 ]; then ok "a full disk for a count"; else not_ok "a full disk for a count" "exit $code" err; fi
for option in --version --help; do
    code=0
    "$wql" $option >/dev/full 2>err || code=$?
    if [ "$code" = 4 ]; then ok "a full disk for $option"; else not_ok "a full disk for $option" "exit $code" err; fi
done
code=0
echo "SELECT * FROM A" | "$wql" --check >/dev/full 2>err || code=$?
if [ "$code" = 4 ]; then ok "a full disk for --check"; else not_ok "a full disk for --check" "exit $code" err; fi

# A reader that goes away: exit 4 without a word, however the rows look.
for format in table list csv tsv json ndjson markdown; do
    {
        code=0
        timeout 60 "$wql" --sqlite shop.db --format $format "SELECT * FROM Pairs" 2>err || code=$?
        echo "$code" >code
    } | head -n 1 >out
    if [ "$(cat code)" = 4 ] && ! [ -s err ]; then ok "a closed pipe, $format"
    else not_ok "a closed pipe, $format" "exit $(cat code)" err; fi
done

code=0
"$wql" --sqlite shop.db "SELECT * FROM Item" >&- 2>err || code=$?
if [ "$code" = 4 ] && [ -s err ]; then ok "no standard output"; else not_ok "no standard output" "exit $code" err; fi
code=0
"$wql" --sqlite shop.db --format csv "SELECT Id FROM Item WHERE Id = 1" <&- >out 2>&- || code=$?
if [ "$code" = 0 ] && [ "$(tail -n 1 out)" = 1 ]; then ok "no standard input or error"
else not_ok "no standard input or error" "exit $code"; fi
if sqlite3 shop.db 'PRAGMA integrity_check' | grep -q '^ok$'; then ok "the database is whole after that"
else not_ok "the database is whole after that" "it is not"; fi

# Nothing but results on standard output: all that is said of a query goes the other way.
ask --sqlite shop.db --stats --format csv "SELECT N FROM Loose"
if [ "$code" = 0 ] && [ "$(wc -l <out)" = 5 ] && grep -q "^wql: rows delivered  *4$" err; then ok "statistics"
else not_ok "statistics" "exit $code" err; fi
if grep -q "^wql: values nulled  *3$" err; then ok "statistics count what became NULL"
else not_ok "statistics count what became NULL" "no" err; fi
if grep -q "read lock" err; then ok "statistics name the read lock"; else not_ok "statistics name the read lock" "no" err; fi
says "values that became NULL are mentioned" 0 "^wql: 3 values could not be read or did not fit" --sqlite shop.db "SELECT N FROM Loose"
ask --sqlite shop.db --quiet "SELECT N FROM Loose"
if [ "$code" = 0 ] && ! [ -s err ]; then ok "--quiet"; else not_ok "--quiet" "exit $code" err; fi
says "--quiet does not hide an error" 3 "^wql: 1:8: " --sqlite shop.db --quiet "SELECT X FROM Item"

# -- limit, count, timeout -------------------------------------------------------------------------------------------
prints "count" 30000 --sqlite shop.db --count "SELECT * FROM Many"
prints "count, with a condition that the engine checks" 1111 --sqlite shop.db --count "SELECT * FROM Many WHERE Text LIKE '% 7%'"
prints "count of nothing" 0 --sqlite shop.db --count "SELECT * FROM Many WHERE Id < 0"
prints "count is one number in any format" 6 --sqlite shop.db --count --format json "SELECT * FROM Item"
prints "count up to a limit" 1500 --sqlite shop.db --count --limit 1500 "SELECT * FROM Many"
prints "limit" '{"Id":1}
{"Id":2}' --sqlite shop.db --limit 2 "SELECT Id FROM Many"
ask --sqlite shop.db --limit 5000 "SELECT Id FROM Many"
if [ "$code" = 0 ] && [ "$(wc -l <out)" = 5000 ]; then ok "limit over several batches"
else not_ok "limit over several batches" "$(wc -l <out) lines" err; fi
ask --sqlite shop.db --limit 18446744073709551615 "SELECT Id FROM Many"
if [ "$code" = 0 ] && [ "$(wc -l <out)" = 30000 ]; then ok "the largest limit"
else not_ok "the largest limit" "$(wc -l <out) lines" err; fi
prints "limit 0" '[]' --sqlite shop.db --limit 0 --format json "SELECT Id FROM Many"
prints "limit 0, counted" 0 --sqlite shop.db --limit 0 --count "SELECT Id FROM Many"
exits "limit 0 of a query without meaning" 3 --sqlite shop.db --limit 0 "SELECT Nope FROM Many"
exits "format none" 0 --sqlite shop.db --format none "SELECT * FROM Many"
if ! [ -s out ]; then ok "format none prints nothing"; else not_ok "format none prints nothing" "it prints" out; fi

before=$(date +%s%N)
exits "a deadline, inside one step of SQLite" 5 --sqlite shop.db --timeout 300 "SELECT * FROM Endless"
took=$((($(date +%s%N) - before) / 1000000))
if [ "$took" -ge 290 ] && [ "$took" -lt 5000 ]; then ok "the deadline is kept"
else not_ok "the deadline is kept" "it took $took ms"; fi
code=0
timeout 60 "$wql" --sqlite shop.db --timeout 300 --format csv "SELECT * FROM Pairs" >out 2>err || code=$?
if [ "$code" = 5 ] && [ -s out ] && [ -s err ]; then ok "a deadline with rows on the way"
else not_ok "a deadline with rows on the way" "exit $code" err; fi
if tail -n 1 out | grep -Eq '^[0-9]+,[0-9]+$'; then ok "the rows before a deadline are whole"
else not_ok "the rows before a deadline are whole" "the last is not"; fi

# Memory does not grow with the rows.
if nm "$wql" 2>/dev/null | grep -q '__[at]san_init'; then
    skip "millions of rows in bounded memory" "the sanitizer keeps what is freed"
else
    mkfifo rows
    "$wql" --sqlite shop.db "SELECT * FROM Pairs" >rows 2>err &
    pid=$!
    exec 8<rows
    head -n 5000 <&8 >/dev/null
    early=$(awk '/^VmHWM/ { print $2 }' /proc/$pid/status)
    head -n 2000000 <&8 >/dev/null
    late=$(awk '/^VmHWM/ { print $2 }' /proc/$pid/status)
    exec 8<&-
    wait "$pid"
    if [ "$late" -lt 100000 ] && [ "$late" -lt "$((early + 2000))" ]; then ok "millions of rows in bounded memory"
    else not_ok "millions of rows in bounded memory" "$early kB at first, then $late kB"; fi
fi
