#!/bin/sh
# SPDX-License-Identifier: MIT
# symbols.sh BUILD: what the library shows to a linker. The shared library exports exactly the functions that the public headers
# declare, which are listed in tests/abi/symbols.txt, and needs the C library only; the archive has no writable data, no name other
# than wql_*, and calls nothing that a library must not (exit, output, signals, the locale).
# The COM face, libwbemcli, exports what the headers in include/wbem declare, needs libwql and the C++ library, and keeps memory that
# it writes to in a few named files only.
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

# -- the COM face ------------------------------------------------------------------------------------------------------
face=$1/libwbemcli.so.0
face_archive=$1/libwbemcli.a
# What the headers declare with WBEM_API: functions, and constants in lists.
face_declared() {
    cat include/wbem/*.h | sed 's|//.*||' | awk '{ line = line " " $0 } END {
        while (match(line, /\/\*[^*]*\*+([^\/*][^*]*\*+)*\//)) line = substr(line, 1, RSTART - 1) " " substr(line, RSTART + RLENGTH)
        gsub(/#define WBEM_API( __attribute__\(\(visibility\("default"\)\)\))?/, "", line)
        while (match(line, /WBEM_API [^;]*;/)) {
            one = substr(line, RSTART, RLENGTH - 1)
            line = substr(line, RSTART + RLENGTH)
            sub(/\(.*/, "", one)
            sub(/^WBEM_API (const )?/, "", one)
            if (one ~ /^(I|CLS)?ID |^GUID /) sub(/^[A-Z]+ /, "", one)
            count = split(one, names, /,/)
            for (i = 1; i <= count; i++) {
                sub(/ *$/, "", names[i])
                sub(/.*[ *]/, "", names[i])
                print names[i]
            }
        }
    }' | LC_ALL=C sort
}
face_declared >"$dir/face_declared"
nm -D --defined-only "$face" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort >"$dir/face_exported"
report "libwbemcli.so.0 exports what include/wbem declares" "$(diff "$dir/face_declared" "$dir/face_exported")"
report "every export of it has the version LIBWBEMCLI_0" "$(nm -D --defined-only "$face" | awk '$2 != "A" && $3 !~ /@@LIBWBEMCLI_0$/')"
report "every export of it is a function or a constant" "$(nm -D --defined-only "$face" | awk '$2 !~ /^[ATR]$/')"
report "libwbemcli.so.0 is named so" "$(readelf -d "$face" | grep -q 'SONAME.*\[libwbemcli\.so\.0\]' ||
    echo 'it has another SONAME, or none')"
report "libwbemcli.so.0 needs libwql and the C++ library only" "$(readelf -d "$face" | awk '/\(NEEDED\)/ &&
    !/\[(libwql\.so\.0|libstdc\+\+\.so\.6|libgcc_s\.so\.1|libc\.so\.6|ld-linux.*)\]/')"
report "it has no text relocations and no executable stack" "$(readelf -dW "$face" | grep TEXTREL
    readelf -lW "$face" | awk '/GNU_STACK/ && /RWE/')"
# The process, its threads and its engine: what COM has one of. Nothing runs when the library is loaded or unloaded.
readelf -SW "$face" | sed -n 's/^ *\[ *\([0-9]*\)\] \(\.data\|\.bss\|\.tdata\|\.tbss\) .*/\1/p' >"$dir/written"
once="list_lock|list_first|process_(threads|multithreaded|secured)|self|leaver|__tls_guard|last|host\(\)::(it|place)|all_fetches"
once="$once|Delivery::(shared\(\)::spare|is_busy\(\)::busy)|shortages"
report "only what COM has one of is memory that is written to" "$(readelf -sW "$face" | awk '
    FNR == NR { written[$1] = 1; next }
    ($4 == "OBJECT" || $4 == "TLS") && ($7 in written) && $8 !~ /^(DW\.ref\.|completed\.|__dso_handle|__TMC_END__)/ { print $8 }' \
    "$dir/written" - | c++filt | sed 's/(anonymous namespace):://; s/^guard variable for //; s/^wbem:://' |
    grep -vxE "$once" | sort -u)"
report "nothing of it runs when it is loaded or unloaded" "$(readelf -SW "$face_archive" | awk '/^File: / { file = $2 }
    { sub(/^ *\[ *[0-9]+\] */, "") }
    $1 ~ /^\.(init_array|fini_array|ctors|dtors)/ && $5 !~ /^0+$/ { print file ": " $1 }')"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
