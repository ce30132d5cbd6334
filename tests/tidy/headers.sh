#!/bin/sh
# SPDX-License-Identifier: MIT
# headers.sh: each public header compiles alone, twice in one file, as C11 (gcc, clang) and C++17 (g++), with strict warnings; those
# of the COM face also as C++11 and C++20 by both compilers; and the examples compile against the public headers and nothing else.
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

# -- the COM face: flat names, as sources for WMI include them ---------------------------------------------------------
# One run compiles a file for each header. Those that only forward to another spelling are tried together.
wbem_warnings="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Iinclude/wbem -Iinclude -fsyntax-only"
mkdir "$dir/c" "$dir/cxx"
for header in include/wbem/*.h include/wbem/wrl/*.h; do
    name=${header#include/wbem/}
    name=${name%.h}
    [ "$name" = wbemmacros ] && continue # wbemcli.h includes it
    if grep -q '^#define WBEM_' "$header"; then alone=$(echo "$name" | tr / _); else alone=forwarders; fi
    printf '#include <%s.h>\n#include <%s.h>\n' "$name" "$name" >>"$dir/c/$alone.c"
done
for probe in "$dir"/c/*.c; do
    echo 'extern int tidy_probe;' >>"$probe"
    cp "$probe" "$dir/cxx/$(basename "$probe").cc"
done
# C's view of the interfaces, with its macros; C++ may ask for it too.
printf '#define COBJMACROS\n#include <wbemidl.h>\nextern int tidy_probe;\n' >"$dir/c/macros.c"
printf '#define CINTERFACE\n#define COBJMACROS\n#include <wbemidl.h>\nextern int tidy_probe;\n' >"$dir/cxx/tables.cc"
# shellcheck disable=SC2086
{
    for compiler in gcc clang-14; do
        try "include/wbem alone, C11, $compiler" $compiler -std=c11 -Wstrict-prototypes $wbem_warnings "$dir"/c/*.c
    done
    for compiler in g++ clang++-14; do
        for standard in 11 20; do
            try "include/wbem alone, C++$standard, $compiler" $compiler -std=c++$standard $wbem_warnings "$dir"/cxx/*.cc
        done
    done
}

# A macro for each method of each interface, and no other.
methods() {
    cat include/wbem/unknwn.h include/wbem/oaidl.h include/wbem/wbemcli.h include/wbem/wbemprov.h | awk '
        /^#undef INTERFACE/ { name = "" }
        /^#define INTERFACE / { name = $3 }
        name == "" { next }
        /WBEM_UNKNOWN_METHODS/ { print name "_QueryInterface"; print name "_AddRef"; print name "_Release" }
        /^    STDMETHOD/ {
            method = $0
            sub(/^    STDMETHOD_?\(([A-Za-z]+, )?/, "", method)
            sub(/\).*/, "", method)
            print name "_" method
        }' | LC_ALL=C sort -u
}
methods >"$dir/methods"
sed -n 's/^#define \(I[A-Za-z]*_[A-Za-z]*\)(.*/\1/p' include/wbem/wbemmacros.h | LC_ALL=C sort >"$dir/macros"
try "wbemmacros.h has a macro for each method" diff "$dir/methods" "$dir/macros"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
