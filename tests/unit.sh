#!/bin/sh
# SPDX-License-Identifier: MIT
# unit.sh FOLDER PROGRAM: runs a program of unit tests, with a time limit. What it says goes into FOLDER, as TAP; a program that fails without
# a test that does is a failure of its own.
set -u
log=$1/$(basename "$2")
CMOCKA_MESSAGE_OUTPUT=tap timeout 120 "$2" >"$log" 2>&1
got=$?
[ $got -eq 0 ] && exit 0
grep '^not ok' "$log" | grep -vq '# SKIP' || echo "not ok $2 ended with $got" >>"$log"
exit 1
