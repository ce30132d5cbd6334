# SPDX-License-Identifier: MIT
# formats.sh: every format, with a value of every kind that SQLite has, hostile texts, and results without rows. Sourced by run.sh.
# shellcheck shell=sh disable=SC2154

for format in table list csv tsv json ndjson markdown mof; do
    golden "item.$format" 0 --sqlite shop.db --format $format "SELECT * FROM Item"
    golden "hostile.$format" 0 --sqlite shop.db --format $format "SELECT * FROM Hostile"
    golden "empty.$format" 0 --sqlite shop.db --format $format "SELECT * FROM Void"
    golden "empty-list.$format" 0 --sqlite shop.db --format $format "SELECT amount, NAME FROM Void WHERE Id > 3"
    golden "list.$format" 0 --sqlite shop.db --format $format "SELECT price, NAME, __CLASS FROM Item WHERE Id <= 2"
done
golden "loose.json" 0 --sqlite shop.db --format json "SELECT * FROM Loose"
golden "odd.table" 0 --sqlite shop.db --format table "SELECT * FROM odd_table"
golden "odd-empty.csv" 0 --sqlite shop.db --format csv "SELECT * FROM odd_table WHERE a_b = 2"
prints "a class without a path" '{"A":1}' --sqlite shop.db --limit 1 "SELECT A FROM Pairs"

# Not a terminal here, so rows come as ndjson.
ask --sqlite shop.db "SELECT * FROM Item"
if [ "$code" = 0 ] && cmp -s out "$expected/item.ndjson.out"; then ok "ndjson where no terminal is"
else not_ok "ndjson where no terminal is" "exit $code" err; fi

# On a terminal, a table; and csv without characters that steer it.
if command -v script >/dev/null && script --version 2>/dev/null | grep -q util-linux; then
    on_terminal() { script -qec "'$wql' --sqlite shop.db $1" /dev/null </dev/null | tr -d '\r' >out; }
    on_terminal '"SELECT Id, Name FROM Item WHERE Id = 1"'
    if [ "$(sed -n 3p out)" = " 1  Apple" ]; then ok "a table on a terminal"
    else not_ok "a table on a terminal" "it is none" out; fi
    for format in table list csv tsv json ndjson markdown mof; do
        on_terminal "--format $format 'SELECT * FROM Hostile'"
        if LC_ALL=C tr -d '\n\t -~\200-\377' <out | grep -q .; then
            not_ok "no control characters on a terminal, $format" "there are" out
        elif LC_ALL=C grep -q "$(printf '\302[\200-\237]')" out; then
            not_ok "no C1 control characters on a terminal, $format" "there are" out
        else ok "no control characters on a terminal, $format"; fi
    done
else
    skip "a table on a terminal" "there is no script(1)"
fi

# A table settles its widths with the first thousand rows, and cuts nothing off later ones.
ask --sqlite shop.db --format table "SELECT * FROM Many"
if [ "$code" = 0 ] && [ "$(wc -l <out)" = 30002 ] && [ "$(tail -n 1 out)" = "30000  row number 30000" ] &&
    [ "$(sed -n 3p out)" = "   1  row number 1" ]; then ok "a long table"
else
    sed -n '1,3p;$p' out >some
    not_ok "a long table" "exit $code" some
fi
ask --sqlite shop.db --format json "SELECT * FROM Many"
if [ "$code" = 0 ] && [ "$(wc -l <out)" = 30002 ] && [ "$(head -n 1 out)" = "[" ] && [ "$(tail -n 1 out)" = "]" ] &&
    [ "$(sqlite3 :memory: "SELECT count(*), sum(value ->> 'Id') FROM json_each(readfile('out'))")" = "30000|450015000" ]; then
    ok "a long array of json"
else not_ok "a long array of json" "exit $code" err; fi
for name in item hostile; do
    if [ "$(sqlite3 :memory: "SELECT json_valid(CAST(readfile('$expected/$name.json.out') AS TEXT))")" = 1 ]; then
        ok "$name.json is JSON"
    else not_ok "$name.json is JSON" "SQLite says it is none"; fi
done
# What csv says of a hostile text, SQLite reads back.
"$wql" --sqlite shop.db --format csv "SELECT Id, Note FROM Hostile WHERE Id <> 6 AND Id <> 7" >back.csv 2>err
differs=$(sqlite3 shop.db <<'SQL'
ATTACH ':memory:' AS m;
CREATE TABLE m.Back (Id INTEGER, Note TEXT);
.mode csv
.import --skip 1 --schema m back.csv Back
SELECT count(*) FROM Hostile h LEFT JOIN m.Back b ON b.Id = h.Id WHERE h.Id NOT IN (6, 7) AND h.Note IS NOT b.Note;
SQL
)
if [ "$differs" = 0 ]; then ok "csv is read back the same"
else not_ok "csv is read back the same" "$differs texts differ" back.csv; fi
# What tsv says of a hostile text can be had back, byte for byte, by undoing its escapes.
"$wql" --sqlite shop.db --format tsv "SELECT Id, Note FROM Hostile WHERE Id <> 6" >back.tsv 2>err
LC_ALL=C awk -F'\t' '
    BEGIN { for (i = 0; i < 256; i++) code[sprintf("%c", i)] = i; short["n"] = 10; short["r"] = 13; short["t"] = 9; short["\\"] = 92 }
    function digit(c) { return index("0123456789abcdef", c) - 1 }
    function number(text,    n, i) { for (i = 1; i <= length(text); i++) n = n * 16 + digit(substr(text, i, 1)); return n }
    function utf8(n) { # what tsv writes as \u is from U+0080 up
        if (n < 2048) return sprintf("%02x%02x", 192 + int(n / 64), 128 + n % 64)
        return sprintf("%02x%02x%02x", 224 + int(n / 4096), 128 + int(n / 64) % 64, 128 + n % 64)
    }
    NR > 1 {
        hex = ""
        for (i = 1; i <= length($2); i++) {
            c = substr($2, i, 1)
            if (c != "\\") { hex = hex sprintf("%02x", code[c]); continue }
            c = substr($2, ++i, 1)
            if (c == "x") { hex = hex substr($2, i + 1, 2); i += 2 }
            else if (c == "u") { hex = hex utf8(number(substr($2, i + 1, 4))); i += 4 }
            else hex = hex sprintf("%02x", short[c])
        }
        print $1 "|" hex
    }' back.tsv >back
sqlite3 shop.db "SELECT Id, lower(hex(Note)) FROM Hostile WHERE Id <> 6" >want
if cmp -s back want; then ok "tsv is read back the same"
else
    diff want back >difference
    not_ok "tsv is read back the same" "texts differ" difference
fi
