# SPDX-License-Identifier: MIT
# options.sh: the tool's arguments. Sourced by run.sh.
# shellcheck shell=sh disable=SC2154

all="SELECT * FROM Item"

prints "version" "wql $(cat "$here/../../VERSION")" --version
ask --help
if [ "$code" = 0 ] && [ "$(head -c 10 out)" = "usage: wql" ] && ! [ -s err ]; then ok "help"
else not_ok "help" "exit $code" err; fi
for option in sqlite provider namespace format param limit timeout count get explain stats progress quiet dialect check version; do
    if grep -q -- "--$option" out; then ok "help names --$option"; else not_ok "help names --$option" "it does not"; fi
done
exits "help wins over what else is asked for" 0 --count --help --check

says "no arguments" 2 "usage: wql"
says "unknown option" 2 "unknown option --zebra; wql --help" --zebra
says "unknown option, near one" 2 "unknown option --namspace; did you mean --namespace\?" --namspace x "$all"
says "unknown option, letters exchanged" 2 "did you mean --limit\?" --limti=3 "$all"
says "unknown option, its beginning" 2 "did you mean --explain\?" --exp "$all"
says "unknown option with one dash" 2 "unknown option -format; did you mean --format\?" -format csv "$all"
says "an option is lower case" 2 "unknown option --COUNT" --COUNT "$all"
says "a value missing" 2 "^wql: --format needs a value" "$all" --format
says "a value too many" 2 "^wql: --count takes no value" --count=1 "$all"
says "two queries" 2 "one argument too many: 'b'" a b
says "an unknown format" 2 "not 'xml'" --format xml "$all"
says "an unknown dialect" 2 "not 'sql'" --dialect sql "$all"
says "provider without a path" 2 "^wql: --provider needs the path" --provider "" "$all"
says "mof without a file" 2 "^wql: --mof needs the name" --mof "" "$all"
says "no query" 2 "^wql: no query, and standard input is no terminal" --sqlite shop.db
says "an explain without a query" 2 "^wql: --explain needs a query" --sqlite shop.db --explain
for number in '' -1 +1 1x 0x10 ' 1' 1.5 1e3 18446744073709551616 99999999999999999999; do
    says "limit '$number'" 2 "^wql: --limit takes a number" --sqlite shop.db --limit "$number" "$all"
done
for number in '' 0 -1 1x 4294967295 18446744073709551617; do
    says "timeout '$number'" 2 "^wql: --timeout takes a number" --sqlite shop.db --timeout "$number" "$all"
done
says "check and explain" 2 "cannot be asked for together" --check --explain
says "get without a path" 2 "^wql: --get needs the path of an object" --sqlite shop.db --get
says "get and a limit" 2 "^wql: --get gets one object by its path; --limit is for queries" --get --limit 1 "Item.Id=1"
says "get and explain" 2 "^wql: --get gets one object by its path; --explain is for queries" --explain --get "Item.Id=1"
says "sqlite without a name" 2 "^wql: --sqlite needs the name" --sqlite "" "$all"

one="SELECT Id FROM Item WHERE Id = 1"
prints "both forms of a value" '{"Id":1}' --sqlite=shop.db --namespace=root/cimv2 --format ndjson --limit=9 "$one"
prints "options behind the query" '{"Id":1}' "$one" --sqlite shop.db
prints "two dashes end the options" '{"Id":1}' --sqlite shop.db -- "$one"
exits "a query that looks like an option" 3 --sqlite shop.db -- --count
prints "the last of a repeated option" "Id
1" --sqlite shop.db --format json --format csv "$one"
prints "dialect wql" '{"Id":1}' --sqlite shop.db --dialect wql "$one"
prints "dialect relaxed" '{"Id":1}' --sqlite shop.db --dialect relaxed "SELECT Id FROM root/cimv2:Item WHERE Id BETWEEN 0x1 AND 1;"
prints "dialect extended" '{"Id":1}' --sqlite shop.db --dialect extended "SELECT Item.Id FROM Item WHERE Item.Id = 1"
prints "the last of a repeated dialect" '{"Id":1}' --sqlite shop.db --dialect relaxed --dialect wql "$one"
says "a form of another dialect" 3 "no BETWEEN" --sqlite shop.db "SELECT Id FROM Item WHERE Id BETWEEN 1 AND 1"
says "a query that is only checked yet" 3 "are not run yet" --sqlite shop.db --dialect extended "SELECT DISTINCT Id FROM Item"
exits "an empty query" 3 --sqlite shop.db ""

# -- databases and namespaces ----------------------------------------------------------------------------------------
says "a class of no database" 3 "no class Item" "$all"
says "an unknown namespace" 2 "no namespace root.nope" --sqlite shop.db=root/shop --namespace root/nope "$all"
says "the default namespace, where the database is not" 3 "no class Item" --sqlite shop.db=root/shop "$all"
says "no namespace, and no database" 2 "this machine is served in root/cimv2 and root/linux" --namespace root/nope "$all"
exits "a namespace that is none" 2 --sqlite shop.db --namespace "root//" "$all"
prints "a namespace of one's own" '{"Id":1}' --sqlite shop.db --namespace root/shop "$one"
prints "a namespace in another case, with backslashes" '{"Id":1}' --sqlite shop.db=root/shop --namespace 'ROOT\Shop' "$one"
prints "a file with its namespace" '{"Id":1}' --sqlite shop.db=root/shop --namespace root/shop "$one"
cp shop.db 'a=b.db'
prints "a file with = in its name" '{"Id":1}' --sqlite a=b.db "$one"
prints "a file with = in its name, and a namespace" '{"Id":1}' --sqlite a=b.db=root/x --namespace root/x "$one"
sqlite3 second.db 'CREATE TABLE Other (Id INTEGER PRIMARY KEY); INSERT INTO Other VALUES (77)'
prints "two databases" '{"Id":77}' --sqlite shop.db --sqlite second.db "SELECT * FROM Other"
prints "two databases in two namespaces" '{"Id":77}' \
    --sqlite shop.db --sqlite second.db=root/two --namespace root/two "SELECT * FROM Other"
says "two databases with one class" 4 "namespace of its own" --sqlite shop.db --sqlite a=b.db "$all"
if cmp -s shop.db a=b.db; then ok "databases are not written to"
else not_ok "databases are not written to" "shop.db has changed"; fi
prints "an object by its path" 1 --sqlite shop.db --count --get "item.id=0x1"
prints "a class by its path" 1 --sqlite shop.db --count --get Item
exits "an object that is not there" 3 --sqlite shop.db --get "Item.Id=77777"
exits "a path that is none" 3 --sqlite shop.db --get "Item.Id = 1"
exits "a path in another namespace" 3 --sqlite shop.db --get "root/other:Item.Id=1"
