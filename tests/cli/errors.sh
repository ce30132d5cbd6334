# SPDX-License-Identifier: MIT
# errors.sh: what is wrong, where, and with which exit code. Sourced by run.sh.
# shellcheck shell=sh disable=SC2154

q() { golden "$1" 3 --sqlite shop.db "$2"; }
q error.class "SELECT * FROM Itme"
q error.property "SELECT Id, Nmae FROM Item"
q error.where-property "SELECT * FROM Item WHERE Pricee > 3"
q error.grammar "SELECT * FROM Item WHERE Price > AND Id = 1"
q error.no-from "SELECT *"
q error.literal "SELECT * FROM Item WHERE Price > 12abc"
q error.type "SELECT * FROM Item WHERE OnSale LIKE 'x%'"
q error.number "SELECT * FROM Item WHERE Stock = 99999999999999999999"
q error.unclosed "SELECT * FROM Item WHERE Name = 'x"
q error.odd-name "SELECT \"a b\" FROM odd_table"
q error.second-line "SELECT *
FROM Item
WHERE Naem = 'x'"
q error.tabs "SELECT	*	FROM	Item	WHERE	Naem = 1"
q error.wide "SELECT * FROM Item WHERE Name = '日本語' AND Naem = 1"
q error.escapes "$(printf 'SELECT * FROM Item WHERE Name = \047\033[31m\047 AND Naem = 1')"
q error.kind "SELECT * FROM __InstanceCreationEvent WITHIN 5"
q error.ill-formed "$(printf 'SELECT * FROM Item WHERE Name = \047\377\047')"
for name in class property where-property; do
    if grep -q "^wql: did you mean " "$expected/error.$name.err"; then ok "error.$name offers a name"
    else not_ok "error.$name offers a name" "it does not"; fi
done
says "the place, the line, the caret" 3 "^ *\^~*$" --sqlite shop.db "SELECT Id, Nmae FROM Item"

exits "an explain of a query without meaning" 3 --sqlite shop.db --explain "SELECT Nope FROM Item"
ask --sqlite shop.db --explain "SELECT Name FROM Item WHERE Id = 7 AND Name LIKE 'A%'"
if [ "$code" = 0 ] && grep -q "sqlite" out && grep -q "Id = 7" out && ! [ -s err ]; then ok "explain"
else not_ok "explain" "exit $code" err; fi
exits "a query of 20,000 characters" 3 --sqlite shop.db "SELECT * FROM Item WHERE Name = '$(head -c 20000 /dev/zero | tr '\0' x)'"
exits "10,000 parentheses" 3 --sqlite shop.db "SELECT * FROM Item WHERE $(head -c 10000 /dev/zero | tr '\0' '(')"

# -- databases -------------------------------------------------------------------------------------------------------
says "no such file" 4 "^wql: no database file 'nowhere.db'$" --sqlite nowhere.db "SELECT * FROM Item"
says "no such file, with a namespace" 4 "^wql: no database file 'nowhere.db', and none 'nowhere.db=root/x'$" \
    --sqlite nowhere.db=root/x "SELECT * FROM Item"
says "a directory" 4 "^wql: '/tmp' is a directory" --sqlite /tmp "SELECT * FROM Item"
says "a device" 4 "'/dev/null' is no ordinary file" --sqlite /dev/null "SELECT * FROM Item"
head -c 8192 /dev/urandom >noise.db
says "a file of noise" 4 "noise.db" --sqlite noise.db "SELECT * FROM Item"
echo "no database at all" >text.db
says "a file of text" 4 "text.db" --sqlite text.db "SELECT * FROM Item"
head -c 100 shop.db >short.db
says "a file cut short" 4 "short.db" --sqlite short.db "SELECT * FROM Item"
: >empty.db
says "an empty file is a database without classes" 3 "Item" --sqlite empty.db "SELECT * FROM Item"
says "a name that would steer the terminal" 4 "^wql: no database file 'a\?b\?\[31m.db'$" \
    --sqlite "$(printf 'a\nb\033[31m.db')" "SELECT * FROM Item"
# Broken in the middle: it opens, and fails on the way.
cp shop.db broken.db
pages=$(sqlite3 broken.db 'PRAGMA page_count')
dd if=/dev/urandom of=broken.db bs=4096 seek=$((pages / 2)) count=$((pages / 4)) conv=notrunc 2>/dev/null
says "a database broken in the middle" 4 "broken.db" --sqlite broken.db "SELECT * FROM Many"
cp shop.db secret.db
chmod 000 secret.db
if [ "$(id -u)" != 0 ]; then
    says "a file without permission" 6 "secret.db" --sqlite secret.db "SELECT * FROM Item"
elif command -v setpriv >/dev/null; then
    # Root may read every file, so somebody else asks.
    cp "$wql" other-wql
    chmod 755 . other-wql
    code=0
    setpriv --reuid 65534 --regid 65534 --clear-groups ./other-wql --sqlite secret.db "SELECT * FROM Item" >out 2>err || code=$?
    if [ "$code" = 6 ] && grep -q "^wql: database file 'secret.db': Permission denied" err; then ok "a file without permission"
    else not_ok "a file without permission" "exit $code" err; fi
else
    skip "a file without permission" "root may read every file"
fi
# Another process holds the database: the deadline is kept.
mkfifo hold
sqlite3 shop.db <hold >held 2>&1 &
holder=$!
exec 7>hold
printf 'BEGIN EXCLUSIVE;\nSELECT 1;\n' >&7
while ! [ -s held ]; do sleep 0.01; done
before=$(date +%s%N)
ask --sqlite shop.db --timeout 500 "SELECT * FROM Item"
took=$((($(date +%s%N) - before) / 1000000))
if [ "$code" = 5 ] && [ -s err ] && [ "$took" -ge 490 ] && [ "$took" -lt 3000 ]; then
    ok "a database that is locked, with a deadline"
else not_ok "a database that is locked, with a deadline" "exit $code after $took ms" err; fi
says "a database that is locked" 5 "shop.db: the database is locked" --sqlite shop.db "SELECT * FROM Item"
exec 7>&-
wait "$holder"
