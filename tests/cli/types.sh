# SPDX-License-Identifier: MIT
# types.sh: the formats on what SQLite does not have: all CIM types, arrays, objects, derived classes. Sourced by run.sh.
# shellcheck shell=sh disable=SC2154,SC2086

sanitizers=
if nm "$wql" | grep -q __asan_init; then sanitizers="-fsanitize=address,undefined"; fi
if nm "$wql" | grep -q __tsan_init; then sanitizers="-fsanitize=thread"; fi
objects=
for room in print table list csv tsv markdown mof mof_row shown columns select text json_text output errors utf8 query host plugin stats interrupt feed \
    progress params mount options help; do
    objects="$objects $build/obj/cli/$room.o"
done
if ! ${CC:-gcc} -std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror $sanitizers -I"$here/../../include" -o all_types \
    "$here/types/all_types.c" $objects "$build/libwql.a" -pthread -ldl -lm 2>err; then
    not_ok "types: build" "all_types.c does not compile" err
else
    typed() {
        code=0
        timeout 60 ./all_types "$2" "$3" >out 2>err </dev/null || code=$?
        compare "$1" 0
    }
    for format in table list csv tsv json ndjson markdown mof; do
        typed "types.$format" $format "SELECT * FROM Thing"
    done
    typed "types-list.csv" csv "SELECT Core, Numbers, Id FROM Thing WHERE Id = 4"
    typed "types-wide.table" table "SELECT * FROM WideThing"
    if [ "$(sqlite3 :memory: "SELECT json_valid(CAST(readfile('$expected/types.json.out') AS TEXT))")" = 1 ]; then
        ok "types.json is JSON"
    else not_ok "types.json is JSON" "SQLite says it is none"; fi

    # Waits until a thread of process $1 is inside the provider, which pauses.
    await_inside() {
        tries=0
        while ! cat "/proc/$1/task/"*/syscall 2>/dev/null | grep -q '^34 ' && [ "$tries" -lt 500 ]; do
            sleep 0.01
            tries=$((tries + 1))
        done
    }
    # stubborn NAME PRESSES LEAST MOST: ^C so many times on a provider that never comes back; how many milliseconds that takes.
    stubborn() {
        ./all_types json "SELECT * FROM Deaf" >out 2>err &
        pid=$!
        await_inside $pid
        before=$(date +%s%N)
        kill -INT $pid
        if [ "$2" = 2 ]; then
            sleep 0.1
            kill -INT $pid
        fi
        code=0
        wait $pid || code=$?
        took=$((($(date +%s%N) - before) / 1000000))
        if [ "$code" = 130 ] && [ "$took" -ge "$3" ] && [ "$took" -lt "$4" ] && ! [ -s out ]; then ok "$1"
        else not_ok "$1" "exit $code after $took ms" err; fi
    }
    stubborn "^C of a provider that never comes back" 1 490 3000
    stubborn "a second ^C ends the tool at once" 2 90 800
fi
