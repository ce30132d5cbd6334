#!/bin/sh
# SPDX-License-Identifier: MIT
# ids.sh BUILD [LOG]: tests/calls.tsv, the table of what a call must do: each requirement (R), invariant (I), liveness property (L) and race (X) of
# the specification of calls is the name of a test that ran and passed, or waits for a part of the library that is not there yet.
#
# LOG is the output of the unit tests in TAP, from `make check`; without it each program of the table is run once. A row is one of
#   ID <tab> PROGRAM <tab> TEST         a unit test in build/tests/unit or build/tests/wbem whose name carries the id
#   ID <tab> sim <tab> ID               a check of the simulation with the id beside it (tests/sim); the simulation's own stage runs it
#   ID <tab> waiting on PART <tab> WHY
set -u
build=$1
table=tests/calls.tsv
log=${2:-$build/ids.log}
tab=$(printf '\t')

# All ids there are: the last number of each group.
wanted() {
    for group in 1:8 2:5 3:5 4:9 5:7 6:13 7:7; do
        seq -f "R${group%:*}.%g" 1 "${group#*:}"
    done
    seq -f I%g 1 21
    seq -f L%g 1 7
    seq -f X%g 1 25
}

# The unit tests' output: a line for each test, whatever program it is of.
if [ ! -s "$log" ]; then
    for program in $(cut -f2 $table | grep '^test_' | sort -u); do
        path=$build/tests/unit/$program
        [ -x "$path" ] || path=$build/tests/wbem/$program
        CMOCKA_MESSAGE_OUTPUT=tap timeout 120 "$path" 2>/dev/null
    done >"$log"
fi

# A name carries an id if it is a word of the name, with an underscore for the full stop.
wanted | awk -F "$tab" -v log_file="$log" -v table=$table '
    function bad(text) { print "not ok " text; failed++ }
    function read_log(line, at) {
        while ((getline line <log_file) > 0)
            if (match(line, /^(not )?ok [0-9]+ - /)) {
                at = substr(line, RLENGTH + 1)
                sub(/ # .*/, "", at)
                if (line ~ /# SKIP/) result[at] = "was skipped"
                else if (line !~ /^ok/) result[at] = "failed"
                else if (!(at in result)) result[at] = "ok"
            }
    }
    function source_of(program, file, line, text) {
        if (program in sources) return sources[program]
        file = "tests/unit/" program ".c"
        while ((getline line <file) > 0) text = text line "\n"
        if (!text) file = "tests/wbem/" program ".cc"
        while ((getline line <file) > 0) text = text line "\n"
        return sources[program] = text
    }
    function in_simulation(id, line) {
        if (!simulation) {
            while (("cat tests/sim/*.c" | getline line) > 0)
                if (match(line, /\/\* [^*]*\*\//)) simulation = simulation substr(line, RSTART + 3, RLENGTH - 6) ", "
            gsub(/[^A-Za-z0-9.]+/, " ", simulation)
            simulation = " " simulation " "
        }
        return index(simulation, " " id " ")
    }
    function check(id, program, test, word, plain) {
        if (program == "sim") {
            if (test != id || !in_simulation(id)) bad(id ": no check of the simulation has it beside it")
            return
        }
        word = id
        gsub(/\./, "_", word)
        plain = "_" test "_"
        if (!index(plain, "_" word "_")) bad(id ": the name of " test " does not carry it")
        if (source_of(program) !~ "\\(" test "\\)") { bad(id ": " program " has no test " test); return }
        if (!(test in result)) { bad(id ": " test " of " program " did not run"); return }
        if (result[test] != "ok") { bad(id ": " test " of " program " " result[test]); return }
        tested[id] = 1
    }
    BEGIN {
        read_log()
        while ((getline <table) > 0) {
            row++
            if (row == 1) continue
            if (NF != 3 || $1 == "" || $3 == "") { bad(table ":" row ": not three columns"); continue }
            listed[$1] = 1
            if ($2 ~ /^waiting on (events|hosts|writes)$/) { part = substr($2, 12); waiting[$1] = 1; of_part[part] = of_part[part] " " $1 }
            else check($1, $2, $3)
        }
        if (!row) bad(table " is not there")
    }
    {
        known[$1] = 1
        if (!($1 in listed)) bad($1 " is not in " table)
        else if (!($1 in tested) && !($1 in waiting)) bad($1 " has no unit test of its own")
        if ($1 in waiting) { waits++; if ($1 in tested) partly++ }
        else if ($1 in tested) { green++; print "ok " $1 }
    }
    END {
        for (id in listed) if (!(id in known)) bad(id " is in the table, but there is no such id")
        for (part in of_part) reasons = reasons ";" of_part[part] " on " part
        printf "skipped: of %d ids of a call %d are green; %d wait%s; %d of these are green in part (%s)\n", NR, green, waits, reasons, partly, table
        printf "%d passed, %d failed\n", green, failed
        exit failed != 0
    }'
