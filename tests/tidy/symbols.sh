#!/bin/sh
# SPDX-License-Identifier: MIT
# symbols.sh BUILD: what the library shows to a linker. The shared library exports exactly the functions that the public headers
# declare, which are listed in tests/abi/symbols.txt, and needs the C library only; the archive has no writable data, no name other
# than wql_*, and calls nothing that a library must not (exit, output, signals, the locale).
# symbols.sh --list prints the functions that the headers declare: the new contents of tests/abi/symbols.txt.
set -u
cd "$(dirname "$0")/../.."
passed=0
failed=0

# report NAME PROBLEMS
report() {
    if [ -z "$2" ]; then
        passed=$((passed + 1))
        echo "ok $1"
    else
        failed=$((failed + 1))
        echo "not ok $1"
        echo "$2" | head -60
    fi
}

# The functions declared with WQL_API. wql_provider_main is declared for plug-ins, which define it.
declared() {
    cat include/wql/*.h | awk '{ line = line " " $0 } END {
        while (match(line, /\/\*[^*]*\*+([^\/*][^*]*\*+)*\//)) line = substr(line, 1, RSTART - 1) " " substr(line, RSTART + RLENGTH)
        while (match(line, /WQL_API [^(]*\(/)) {
            name = substr(line, RSTART, RLENGTH - 1)
            line = substr(line, RSTART + RLENGTH)
            sub(/.*[ *]/, "", name)
            if (name != "wql_provider_main" && name ~ /^wql_/) print name
        }
    }' | LC_ALL=C sort
}

if [ "${1:-}" = --list ]; then
    declared
    exit
fi
[ $# -eq 1 ] || { echo "usage: symbols.sh BUILD | --list" >&2; exit 2; }
shared=$1/libwql.so.0
archive=$1/libwql.a
for file in "$shared" "$archive"; do
    [ -f "$file" ] || { echo "not ok $file is not there"; echo "0 passed, 1 failed"; exit 1; }
done
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# -- exports -----------------------------------------------------------------------------------------------------------
declared >"$dir/declared"
nm -D --defined-only "$shared" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort >"$dir/exported"
report "the headers declare what tests/abi/symbols.txt lists" "$(diff tests/abi/symbols.txt "$dir/declared")"
report "libwql.so.0 exports what tests/abi/symbols.txt lists" "$(diff tests/abi/symbols.txt "$dir/exported")"
report "every export has the version LIBWQL_0" "$(nm -D --defined-only "$shared" | awk '$2 != "A" && $3 !~ /@@LIBWQL_0$/')"
report "every export is a function" "$(nm -D --defined-only "$shared" | awk '$2 != "A" && $2 != "T"')"
report "libwql.so.0 is named so" "$(readelf -d "$shared" | grep -q 'SONAME.*\[libwql\.so\.0\]' ||
    echo 'it has another SONAME, or none')"
report "libwql.so.0 needs the C library only" "$(readelf -d "$shared" | awk '/\(NEEDED\)/ && !/\[(libc\.so\.6|ld-linux.*)\]/')"
report "libwql.so.0 has no text relocations and no executable stack" \
    "$(readelf -dW "$shared" | grep TEXTREL; readelf -lW "$shared" | awk '/GNU_STACK/ && /RWE/')"

# -- the archive -------------------------------------------------------------------------------------------------------
# Sections that can be written, but for constants that only the loader writes.
report "the archive has no writable data" "$(readelf -SW "$archive" | awk '/^File: / { file = $2 }
    { sub(/^ *\[ *[0-9]+\] */, "") }
    $1 ~ /^\.(data|bss|tdata|tbss|init_array|fini_array|ctors|dtors)/ && $1 !~ /^\.data\.rel\.ro/ && $5 !~ /^0+$/ {
        print file ": " $1 " of 0x" $5 " bytes" }')"
report "the archive has no common symbols" "$(nm "$archive" 2>/dev/null |
    awk '/\.o:$/ { file = $0 } NF == 3 && $2 == "C" { print file, $3 }')"
report "every global name begins with wql_" "$(nm -g --defined-only "$archive" 2>/dev/null |
    awk '/\.o:$/ { file = $0 } NF == 3 && $3 !~ /^wql_/ { print file, $3 }')"

# What is called: neither defined here nor allowed. A debugging aid that prints would show up too.
nm -u "$archive" 2>/dev/null | awk '$1 == "U" { print $2 }' | LC_ALL=C sort -u >"$dir/called"
barred="exit _exit _Exit quick_exit abort atexit __assert_fail printf __printf_chk vprintf puts putchar putc fputs
    fputc fwrite fprintf __fprintf_chk vfprintf perror stdout stderr stdin fopen fdopen signal sigaction raise
    kill setlocale uselocale strtod strtof strtold atof atoi atol sscanf __isoc99_sscanf scanf strtok strcasecmp
    strncasecmp toupper tolower wcscoll strcoll localtime localtime_r gmtime mktime rand srand random getenv
    setenv putenv system popen fork vfork longjmp setjmp _setjmp __sigsetjmp gets sleep usleep"
report "the library calls nothing that prints, exits, forks, or follows the locale" "$(for name in $barred; do
    grep -qx "$name" "$dir/called" || continue
    nm -A -u "$archive" 2>/dev/null | awk -v name="$name" '$NF == name { print $1 " calls " name }'
done)"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
