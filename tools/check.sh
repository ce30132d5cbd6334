#!/bin/sh
# SPDX-License-Identifier: MIT
# check.sh [--long]: everything that `make check` runs, in stages. Each stage prints one line: its time, its budget, what passed and what failed.
# A test says "ok ..." or "not ok ..." at the start of a line; a command that fails without a "not ok" counts as one failure. The logs stay
# in build/check/. The last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/.."
long=${1:-}
make=${MAKE:-make}
logs=build/check
rm -rf $logs
mkdir -p $logs
summary=$logs/failed
: >$summary
passed=0
failed=0
started=$(date +%s)
shared=../shared

# stage NAME BUDGET COMMAND...
stage() {
    stage=$1
    budget=$2
    shift 2
    log=$logs/$stage.log
    from=$(date +%s)
    "$@" >"$log" 2>&1 </dev/null
    code=$?
    took=$(($(date +%s) - from))
    ok=$(grep -c '^ok' "$log")
    bad=$(grep '^not ok' "$log" | grep -vc '# SKIP')
    [ $code -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    [ $code -eq 0 ] && [ "$ok" -eq 0 ] && [ "$bad" -eq 0 ] && ok=1
    passed=$((passed + ok))
    failed=$((failed + bad))
    note=""
    [ $took -gt "$budget" ] && note="  over budget"
    printf '%-22s %4d s of %3d  %5d passed, %d failed%s\n' "$stage" $took "$budget" "$ok" "$bad" "$note"
    if [ "$bad" -ne 0 ]; then
        sed 's/^not ok .*# SKIP/skip/' "$log" | grep -n -B25 -A25 '^not ok' | head -160
        sed 's/^not ok .*# SKIP/skip/' "$log" | grep -q '^not ok' || tail -60 "$log"
        echo "   (exit code $code; the whole log: $log)"
        echo "$stage: $bad failed (exit code $code)" >>$summary
        grep '^not ok' "$log" | grep -v '# SKIP' | head -4 | cut -c1-160 | sed 's/^/    /' >>$summary
    fi
    grep '^skipped' "$log"
    sed -n 's/^not ok .*# SKIP */skipped: /p' "$log"
    return 0
}

build() { "$make" --no-print-directory -s -j2 WERROR=-Werror "$@"; }

# Those of the library are in one folder, those of the COM face in another.
unit_program() { if [ -x "$1/tests/unit/$2" ]; then echo "$1/tests/unit/$2"; else echo "$1/tests/wbem/$2"; fi; }
wbem_units() { for file in tests/wbem/test_*.cc; do basename "$file" .cc; done | tr '\n' ' '; }

# Unit tests of a build, two programs at a time: all, or those that are named.
run_units() {
    dir=$1
    shift
    if [ $# -eq 0 ]; then set -- $(cd "$dir/tests/unit" && ls | grep '^test_[a-z0-9_]*$') $(wbem_units); fi
    said=$logs/units
    rm -rf "$said"
    mkdir "$said"
    code=0
    for name in "$@"; do unit_program "$dir" "$name"; done | xargs -P 2 -n 1 sh tests/unit.sh "$said" || code=1
    for name in "$@"; do cat "$said/$name"; done
    return $code
}

run_examples() {
    code=0
    [ -x "$1/examples/17_libuv" ] || echo "skipped: the example for libuv: pkg-config does not find it"
    for program in "$1"/examples/[0-9]*; do
        case $program in *.d) continue ;; esac
        name=$(basename "$program")
        timeout 60 sh tests/examples.sh "$program" >"$logs/example.out" 2>&1
        got=$?
        if [ $got -eq 0 ] && cmp -s "$logs/example.out" "examples/expected/$name.txt"; then
            echo "ok example $name"
        else
            echo "not ok example $name (exit $got)"
            diff "examples/expected/$name.txt" "$logs/example.out" | head -20
            code=1
        fi
    done
    return $code
}

run_fuzz_seeds() {
    code=0
    for program in build/asan/tests/fuzz/fuzz_*; do
        case $program in *.d) continue ;; esac
        [ -x "$program" ] || continue
        corpus=tests/fuzz/corpus/$(basename "$program")
        if timeout 60 "$program" "$corpus"/*; then echo "ok replay $(basename "$program")"; else echo "not ok replay $program"; code=1; fi
    done
    return $code
}

# So many minutes of CPU time for each.
run_fuzzers() {
    code=0
    for program in tests/fuzz/fuzz_*.c; do sh tests/fuzz/run.sh "$(basename "$program" .c)" "$1" || code=1; done
    return $code
}

# What needs one processor runs beside others of that kind: it is begun by `aside`, and `finish` waits for it and shows what it said.
aside() {
    begun=$logs/$1
    shift
    { "$@"; echo "$?" >"$begun.code"; } >"$begun.aside" 2>&1 </dev/null &
    echo $! >"$begun.pid"
}
finish() {
    wait "$(cat "$logs/$1.pid")"
    cat "$logs/$1.aside"
    return "$(cat "$logs/$1.code")"
}

# Under the address sanitizer these take longest; there they belong to the long check.
slow_units="test_associations
test_like
test_linux
test_outstanding
test_memory
test_memory_store
test_memory_take
test_memory_versions
test_parse_limits
test_run
test_run_gathering
test_sqlite_push"

quick_units() { for file in tests/unit/test_*.c; do basename "$file" .c; done | grep -vxF "$slow_units" | tr '\n' ' '; }

# Under the thread sanitizer only what has threads.
thread_units="test_arrow test_arrow_stream test_call_races test_cancel test_cancel_rules test_define test_keep test_lifetimes
test_linux_devices test_linux_parts test_mem test_memory_versions test_meta_class test_misbehaving test_parallel test_parameters test_plugin
test_progress test_pull test_pump test_rights test_shutdown test_sink test_sink_rules test_sqlite test_static_store test_stuck
test_submit"

wbem_thread_units="test_apartment_fetches test_calls test_cancel_async test_host test_lender test_next_async test_process test_results test_sinks"

asan_env="ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1"
tsan_env="TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1"

# Places in messages need lines, not types: that is a quarter less to compile and to link.
stage build 80 build OPT="-O2 -g1" WHOLE=yes lib tests
stage build-address 80 build B=build/asan SAN="-fsanitize=address,undefined -fno-sanitize-recover=undefined" OPT="-O1 -g1" sanitized \
    "UNITS=$(quick_units)"
stage build-thread 60 build B=build/tsan SAN=-fsanitize=thread OPT="-O1 -g1" sanitized SANITIZED="points stress" \
    "UNITS=$(echo $thread_units)" "WBEM_UNITS=$wbem_thread_units"
stage unit 60 run_units build
stage ids 5 sh tests/tidy/ids.sh build $logs/unit.log
stage golden 20 timeout 60 build/tests/golden/golden tests/golden/*.wqt
stage language 10 timeout 60 build/tests/language/language tests/language/rows.tsv tests/golden/tricky.wqt
aside fault timeout 120 build/tests/fault/fault
stage language-errors 10 sh tests/language/errors.sh build
stage mof-doc 10 sh tests/mof/doc.sh build
stage mof-schema 60 timeout 300 sh tests/mof/schema.sh build
stage oracle 40 timeout 120 build/tests/oracle/oracle
stage joins 10 timeout 60 build/tests/joins/joins
stage fault 60 finish fault
aside language-doc sh tests/language/doc.sh build
stage examples 20 run_examples build
stage wbem-examples 20 sh tests/wbem/examples.sh build
stage tool 60 env ONLY="options params provider mof formats errors check output interrupt types machine" timeout 120 sh tests/cli/run.sh build
stage language-doc 20 finish language-doc
stage simulation 60 sh tests/sim/run.sh build/tests/sim/sim 50000
stage mutants 60 sh tests/sim/mutants.sh build/tests/sim/sim
stage spin 60 sh tests/model/run.sh build
stage bench 20 timeout 120 build/bench/bench --check --dir build --json build/check/bench.json
stage soak-short 10 timeout 60 build/tests/soak/soak 5
aside shell env ONLY="shell manual" timeout 120 sh tests/cli/run.sh build
stage counts 15 sh tests/counts/run.sh build
stage fault-points 20 timeout 120 build/tests/points/points
stage shell 40 finish shell
aside headers sh tests/tidy/headers.sh
stage fault-tool 20 timeout 120 sh tests/points/tool.sh build
stage limits 10 timeout 60 build/tests/limits/limits docs/limits.md include/wql/engine.h
stage fuzz-replay 20 run_fuzz_seeds
stage headers 20 finish headers
export $asan_env
# shellcheck disable=SC2046
stage address-unit 110 run_units build/asan $(quick_units) $(wbem_units)
aside address-fault timeout 120 build/asan/tests/fault/fault '' 7
stage address-golden 60 timeout 120 build/asan/tests/golden/golden tests/golden/*.wqt
stage address-points 20 timeout 120 build/asan/tests/points/points
stage address-stress 30 timeout 120 build/asan/tests/stress/stress 3
stage address-fault 30 finish address-fault
export $tsan_env
stage thread-stress 60 timeout 120 build/tsan/tests/stress/stress 10
stage thread-points 20 timeout 120 build/tsan/tests/points/points
# shellcheck disable=SC2086
stage thread-unit 90 run_units build/tsan $thread_units $wbem_thread_units
aside docs sh tests/tidy/docs.sh build
stage includes 5 sh tests/tidy/includes.sh
stage symbols 10 sh tests/tidy/symbols.sh build
stage lines 5 sh tests/tidy/lines.sh
stage install 20 env MAKE="$make" sh tests/tidy/install.sh build
stage docs 10 finish docs
if [ -x $shared/tools/check-corpus ]; then
    stage corpus 10 sh tests/tidy/corpus.sh build $shared
else
    echo "skipped: the query corpus is not beside this tree"
fi
if [ "$long" = --long ]; then
    stage build-clang 60 build B=build/clang CC=clang-14 CXX=clang++-14 WHOLE=yes OPT=-O0 lib
    stage simulation-long 1200 sh tests/sim/run.sh build/tests/sim/sim 5000000
    stage spin-mutants 120 sh tests/model/mutants.sh build
    stage spin-long 7200 sh tests/model/run.sh build long
    stage oracle-long 1200 timeout 2400 build/tests/oracle/oracle 1 20000
    stage joins-long 300 timeout 600 build/tests/joins/joins 1 20000
    stage fuzz 4500 run_fuzzers 10
    stage build-address-slow 60 build B=build/asan SAN="-fsanitize=address,undefined -fno-sanitize-recover=undefined" \
        OPT="-O1 -g1" sanitized
    # shellcheck disable=SC2086
    stage address-unit-slow 120 run_units build/asan $slow_units
    stage address-fault-all 300 env $asan_env timeout 900 build/asan/tests/fault/fault
    stage soak 330 timeout 900 build/tests/soak/soak 300
    stage memory-flat 300 timeout 900 sh tests/long/memory.sh build
    stage speed 300 timeout 900 sh tests/long/speed.sh build
fi

took=$(($(date +%s) - started))
printf '%-22s %4d s of %3d\n' "all" $took 720
if [ $took -gt 720 ] && [ "$long" != --long ]; then
    failed=$((failed + 1))
    echo "all: longer than 12 minutes" >>$summary
fi
# What failed once more, at the end: whoever keeps only the last lines of a run learns the names.
head -24 $summary
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
