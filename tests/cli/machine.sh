# SPDX-License-Identifier: MIT
# machine.sh: without a database the tool serves this machine. Sourced by run.sh.
# shellcheck shell=sh disable=SC2154

prints "this machine: its kind" '{"OSType":36,"Primary":true}' --format ndjson "SELECT OSType, Primary FROM Win32_OperatingSystem"
prints "this machine: a process by its number" '{"__CLASS":"Win32_Process","Handle":"1"}' --format ndjson \
    "SELECT __CLASS, Handle FROM CIM_Process WHERE Handle = '1'"
prints "this machine: the same in root/linux" '{"__CLASS":"Linux_Process","ProcessId":1}' --format ndjson --namespace root/linux \
    "SELECT __CLASS, ProcessId FROM Win32_Process WHERE ProcessId = 1"
ask --format ndjson "SELECT ProcessId, ParentProcessId FROM Win32_Process WHERE ParentProcessId = $$ AND Name = 'timeout'"
if [ "$code" = 0 ] && [ "$(wc -l <out)" = 1 ]; then ok "this machine: the process that runs the tool"
else not_ok "this machine: the process that runs the tool" "exit $code" out; fi
says "this machine: what only the superset has" 3 "its subclass Linux_Process has" --namespace root/linux "SELECT Uid FROM Win32_Process"
ask --explain "SELECT Name FROM Win32_Process WHERE ProcessId = 1"
if grep -q 'takes ProcessId = 1 exactly' out && grep -q 'provider: reads stat$' out; then ok "this machine: explain names the sources"
else not_ok "this machine: explain names the sources" "it does not" out; fi
sqlite3 clash.db 'CREATE TABLE Win32_Process (Id INTEGER PRIMARY KEY)'
says "a database with a class of the machine's" 4 "Win32_Process.*linux" --sqlite clash.db "SELECT * FROM Win32_Process"
says "and where to serve it" 4 "^wql: serve it under a namespace of its own" --sqlite clash.db "SELECT * FROM Win32_Process"
prints "a database with a class of the machine's, elsewhere" '0' --sqlite clash.db=root/clash --namespace root/clash --count \
    "SELECT * FROM Win32_Process"
