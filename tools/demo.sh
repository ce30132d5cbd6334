#!/bin/sh
# SPDX-License-Identifier: MIT
# demo.sh BUILD: shows libwql on real data: a SQLite database of this machine's packages and the files they own. Each step says
# what it shows, and ends the demo if the answer is not what it should be. The database stays in BUILD/demo for more queries.
set -eu
build=${1:-build}
wql=$(cd "$build" && pwd)/wql
dir=$build/demo
mkdir -p "$dir"
cd "$dir"
db=packages.db
tab=$(printf '\t')

bold='' plain=''
if [ -t 1 ]; then
    bold=$(printf '\033[1m')
    plain=$(printf '\033[0m')
fi

now_ms() { echo $(($(date +%s%N) / 1000000)); }
started=$(now_ms)
step=0

say() {
    step=$((step + 1))
    printf '\n%s%d. %s%s\n' "$bold" "$step" "$1" "$plain"
}

# Runs wql as a person would type it, and checks how it ends: run EXIT ARGUMENTS
run() {
    expected=$1
    shift
    shown=
    for word in "$@"; do
        case $word in
        *[!a-zA-Z0-9./=_-]*) shown="$shown \"$word\"" ;;
        *) shown="$shown $word" ;;
        esac
    done
    printf '$ wql --sqlite %s%s\n' "$db" "$shown"
    code=0
    "$wql" --sqlite "$db" "$@" 2>&1 || code=$?
    if [ "$code" != "$expected" ]; then
        echo "demo: wql ended with exit $code, and should have ended with $expected" >&2
        exit 1
    fi
}

# -- the database ----------------------------------------------------------------------------------------------------

say "A database of this machine: its packages, and the files they own"
rm -f "$db" "$db"-*

# shellcheck disable=SC2016  # these are fields of dpkg-query, not variables
fields='${binary:Package}\t${Package}\t${Version}\t${Architecture}\t${Section}\t${Priority}'
dpkg-query -W -f "$fields"'\t${Installed-Size}\t${Essential}\t${binary:Summary}\n' |
    awk -F "$tab" -v OFS="$tab" '{ print NR, $1, $2, $3, $4, $5, $6, ($7 == "" ? 0 : $7), ($8 == "yes"), $9 }' >packages.tsv

# A package's list is called NAME.list, or NAME:ARCHITECTURE.list.
(
    cd /var/lib/dpkg/info
    awk -F "$tab" -v OFS="$tab" '
        NR == FNR { id[$2] = $1; if (!($3 in id)) id[$3] = $1; next }
        FNR == 1 { name = FILENAME; sub(/^\.\//, "", name); sub(/\.list$/, "", name); owner = id[name] }
        $0 != "/." && owner != "" { print ++n, owner, $0 }' - ./*.list
) <packages.tsv >files.tsv

sqlite3 "$db" <<'SQL'
PRAGMA synchronous = OFF;
CREATE TABLE Package (
    Id INTEGER PRIMARY KEY,
    FullName TEXT NOT NULL,
    Name TEXT NOT NULL,
    Version TEXT NOT NULL,
    Architecture TEXT NOT NULL,
    Section TEXT NOT NULL,
    Priority TEXT NOT NULL,
    InstalledKiB BIGINT UNSIGNED NOT NULL,
    Essential BOOLEAN NOT NULL,
    Summary TEXT NOT NULL
);
CREATE TABLE File (
    Id INTEGER PRIMARY KEY,
    PackageId INTEGER NOT NULL REFERENCES Package (Id),
    Path TEXT NOT NULL
);
.mode ascii
.separator "\t" "\n"
.import packages.tsv Package
.import files.tsv File
CREATE INDEX FileOfPackage ON File (PackageId);
CREATE VIEW OwnedFile AS
    SELECT p.Name AS Package, p.Section AS Section, f.Path AS Path FROM File f JOIN Package p ON p.Id = f.PackageId;
-- Far more triples of files than anyone will wait for; none of them fulfils the condition, so one step of SQLite has no end.
CREATE VIEW Endless AS
    SELECT a.Path AS Path FROM File a, File b, File c WHERE a.Id + b.Id + c.Id < 0;
SQL
rm -f packages.tsv files.tsv
packages=$(sqlite3 "$db" 'SELECT count(*) FROM Package')
files=$(sqlite3 "$db" 'SELECT count(*) FROM File')
echo "Table Package has $packages rows, table File has $files; File.PackageId refers to Package.Id."
echo "Tables and views are classes, and WQL is asked of them as it is asked of WMI."

# -- rows ------------------------------------------------------------------------------------------------------------

say "A filter with AND, OR and NOT, as a table: large packages that are no libraries"
run 0 --format table --limit 8 \
    "SELECT Name, InstalledKiB FROM Package WHERE (InstalledKiB > 9000 OR Essential = TRUE) AND NOT Section LIKE 'lib%'"

say "LIKE, with a set of characters: programs whose names end in a digit"
run 0 --format table --limit 5 "SELECT Path, PackageId FROM File WHERE Path LIKE '/usr/bin/%[0-9]'"

say "A view is a class too: the same query over a join, as CSV"
run 0 --format csv --limit 5 "SELECT Package, Path FROM OwnedFile WHERE Section = 'admin' AND Path LIKE '/etc/%'"

say "JSON: numbers are numbers, booleans booleans"
run 0 --format json "SELECT Name, InstalledKiB, Essential, Summary FROM Package WHERE Name = 'dpkg' OR Name = 'sed'"

say "Comparison of text ignores case, as WQL has it; the count comes without any rows"
run 0 --count "SELECT * FROM File WHERE Path >= '/USR/SHARE/DOC' AND Path < '/usr/share/dod'"

say "What a query did: every file was looked at, batch by batch"
run 0 --format none --stats "SELECT Path FROM File WHERE NOT Path LIKE '/usr/%'"

# -- errors ----------------------------------------------------------------------------------------------------------

say "An error points at its place, and offers the nearest name"
run 3 "SELECT Name, Verison FROM Package WHERE Essential = TRUE"

say "So does one of grammar"
run 3 "SELECT * FROM Package WHERE InstalledKiB > 100 Essential = TRUE"

# -- the plan --------------------------------------------------------------------------------------------------------

say "The plan: what SQLite takes over, and what the engine checks by WQL's own rules"
run 0 --explain "SELECT Path FROM File WHERE PackageId = 7 AND Path LIKE '/usr/%' AND NOT Path LIKE '%.gz'"

# -- cancel and deadline ---------------------------------------------------------------------------------------------

say "A query that would run for days, interrupted by ^C after two seconds"
printf '$ wql --sqlite %s "SELECT * FROM Endless"    ^C\n' "$db"
"$wql" --sqlite "$db" "SELECT * FROM Endless" &
pid=$!
sleep 2
if ! kill -0 "$pid" 2>/dev/null; then
    echo "demo: the long query has ended by itself" >&2
    exit 1
fi
sent=$(now_ms)
kill -INT "$pid"
code=0
wait "$pid" || code=$?
took=$(($(now_ms) - sent))
if [ "$code" != 130 ]; then
    echo "demo: wql ended with exit $code, and should have ended with 130" >&2
    exit 1
fi
echo "Interrupted inside one step of SQLite: $took ms from ^C to the end of the process, exit $code."

say "The same query with a deadline of half a second"
sent=$(now_ms)
run 5 --timeout 500 "SELECT * FROM Endless"
echo "It took $(($(now_ms) - sent)) ms, exit 5."

printf '\nThe demo took %d ms. Ask questions of your own:\n' "$(($(now_ms) - started))"
printf '  %s/wql --sqlite %s/demo/%s "SELECT * FROM Package WHERE Name LIKE '\''lib%%'\''"\n' "$build" "$build" "$db"
