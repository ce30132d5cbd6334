# SPDX-License-Identifier: MIT
# interrupt.sh: ^C. Sourced by run.sh.
# shellcheck shell=sh disable=SC2154

# Waits until file $1 has something in it, or the process $2 has ended, at most ten seconds.
await() {
    tries=0
    while ! [ -s "$1" ] && kill -0 "$2" 2>/dev/null && [ "$tries" -lt 1000 ]; do
        sleep 0.01
        tries=$((tries + 1))
    done
}
# Waits until process $1 has used processor time: it is at its work. ^C before that is another case, tested below.
await_work() {
    tries=0
    while [ "$(awk '{ print ($14 + $15 >= 10) }' "/proc/$1/stat" 2>/dev/null)" = 0 ] && [ "$tries" -lt 1000 ]; do
        sleep 0.01
        tries=$((tries + 1))
    done
}
# Sends ^C to process $pid and checks how it ends: interrupted NAME
interrupted() {
    before=$(date +%s%N)
    kill -INT "$pid"
    code=0
    wait "$pid" || code=$?
    took=$((($(date +%s%N) - before) / 1000000))
    if [ "$code" != 130 ]; then not_ok "$1" "exit $code, not 130" err
    elif [ -s err ]; then not_ok "$1" "it says something" err
    elif [ "$took" -ge 900 ]; then not_ok "$1" "it took $took ms"
    else ok "$1"; fi
}

"$wql" --sqlite shop.db "SELECT * FROM Endless" >out 2>err &
pid=$!
await_work $pid
interrupted "^C inside one step of SQLite"
if ! [ -s out ]; then ok "^C prints nothing"; else not_ok "^C prints nothing" "it prints" out; fi

rm -f out
"$wql" --sqlite shop.db --format csv "SELECT * FROM Pairs" >out 2>err &
pid=$!
await out $pid
interrupted "^C with rows on the way"
if tail -n 1 out | grep -Eq '^[0-9]+,[0-9]+$'; then ok "^C leaves whole rows"
else not_ok "^C leaves whole rows" "the last is not"; fi

mkfifo stuck
"$wql" --sqlite shop.db "SELECT * FROM Pairs" >stuck 2>err &
pid=$!
exec 5<stuck
head -c 1000 <&5 >/dev/null
await_call $pid 7 # poll
interrupted "^C while nobody reads the output"
exec 5<&-

mkfifo silent
rm -f out
"$wql" --check <silent >out 2>err &
pid=$!
exec 6>silent
echo "SELECT * FROM A" >&6
await out $pid
interrupted "^C while --check waits for input"
exec 6>&-
if [ "$(wc -l <out)" = 1 ]; then ok "what was answered before ^C stays"
else not_ok "what was answered before ^C stays" "no" out; fi

"$wql" --sqlite shop.db --timeout 60000 --count "SELECT * FROM Pairs" >out 2>err &
pid=$!
await_work $pid
interrupted "^C of a count"

# At any moment: while it starts, mounts, plans, runs.
n=1
wrong=
while [ $n -lt 40 ]; do
    code=0
    timeout --foreground --preserve-status -k 10 -s INT "0.0$((n / 10))$((n % 10))" "$wql" --sqlite shop.db \
        "SELECT * FROM Endless" >out 2>err || code=$?
    if [ "$code" != 130 ] || [ -s out ] || [ -s err ]; then wrong="$wrong $n:$code"; fi
    n=$((n + 1))
done
if [ -z "$wrong" ]; then ok "^C at any moment"; else not_ok "^C at any moment" "delay and exit:$wrong"; fi
