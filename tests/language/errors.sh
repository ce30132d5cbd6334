#!/bin/sh
# SPDX-License-Identifier: MIT
# errors.sh BUILD: every query of errors.tsv ends with its code, docs/errors.md is what the table makes, and the table has every code of
# include/wql/status.h. UPDATE=1 writes docs/errors.md anew.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${1:-build}
table=tests/language/errors.tsv
cases=tests/golden/tricky.wqt
made=$build/errors.md
code=0
"$build/tests/language/errors" $table $cases | grep -v 'passed, ' || code=1
"$build/tests/language/errors" $table $cases --print >"$made" 2>/dev/null || code=1
[ -z "${UPDATE:-}" ] || cp "$made" docs/errors.md
if cmp -s "$made" docs/errors.md; then echo "ok docs/errors.md is what the table makes"
else
    echo "not ok docs/errors.md is not what the table makes: UPDATE=1 sh tests/language/errors.sh $build"
    diff docs/errors.md "$made" | head -10
    code=1
fi
missing=$(sed -n 's/^#define WQL_E_\([A-Z_]*\) .*)\(0x[0-9A-F]*\)).*/\2 \1/p' include/wql/status.h | while read -r number name; do
    grep -q "^$number	WBEM[A-Z]*_E_$name	" $table || echo "$name"
done)
# shellcheck disable=SC2086
if [ -z "$missing" ]; then echo "ok every code stands in $table"; else echo "not ok missing in $table:" $missing; code=1; fi
exit $code
