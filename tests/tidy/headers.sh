#!/bin/sh
# SPDX-License-Identifier: MIT
# headers.sh: each public header compiles alone, twice in one file, as C11 (gcc, clang) and C++17 (g++), with strict warnings; and
# the examples compile against the public headers and nothing else.
set -u
cd "$(dirname "$0")/../.."
passed=0
failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
warnings="-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wundef -Wcast-qual -Wwrite-strings -Werror"
c_warnings="$warnings -Wstrict-prototypes -Wmissing-prototypes -Wvla"

# try NAME COMMAND...
try() {
    label=$1
    shift
    if "$@" >"$dir/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok $label"
    else
        failed=$((failed + 1))
        echo "not ok $label"
        head -20 "$dir/log"
    fi
}

for header in include/wql/*.h; do
    name=wql/$(basename "$header")
    # One declaration of its own: an empty file is no C.
    printf '#include <%s>\n#include <%s>\nextern int tidy_probe;\n' "$name" "$name" >"$dir/probe.c"
    cp "$dir/probe.c" "$dir/probe.cc"
    # shellcheck disable=SC2086
    {
        try "$name alone, C11, gcc" gcc -std=c11 $c_warnings -Iinclude -fsyntax-only "$dir/probe.c"
        try "$name alone, C11, clang" clang-14 -std=c11 $c_warnings -Iinclude -fsyntax-only "$dir/probe.c"
        try "$name alone, C++17, g++" g++ -std=c++17 $warnings -Iinclude -fsyntax-only "$dir/probe.cc"
    }
done

for example in examples/*.c; do
    try "$example, C11, gcc" gcc -std=c11 -Wall -Wextra -Wconversion -Werror -Iinclude -c -o "$dir/example.o" "$example"
done
for example in examples/*.cc; do
    try "$example, C++17, g++" g++ -std=c++17 -Wall -Wextra -Wconversion -Werror -Iinclude -c -o "$dir/example.o" "$example"
done

# All of the headers together, in any order.
ls include/wql/*.h | sed 's|include/\(.*\)|#include <\1>|' | sort -r >"$dir/probe.c"
echo 'extern int tidy_probe;' >>"$dir/probe.c"
cp "$dir/probe.c" "$dir/probe.cc"
# shellcheck disable=SC2086
{
    try "all headers in reverse, C11" gcc -std=c11 $c_warnings -Iinclude -fsyntax-only "$dir/probe.c"
    try "all headers in reverse, C++17" g++ -std=c++17 $warnings -Iinclude -fsyntax-only "$dir/probe.cc"
}

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
