#!/bin/sh
# SPDX-License-Identifier: MIT
# docs.sh BUILD: the programs in README.md are those in examples/ that `make check` compiles and runs; every public function has a comment above it and
# is called by a test or an example, and explained in docs/; every file that a document names is there.
set -u
passed=0
failed=0
ok() { passed=$((passed + 1)); echo "ok $1"; }
bad() { failed=$((failed + 1)); echo "not ok $1"; }

# Each C block of a document must stand, line for line, in one of the examples.
check_blocks() {
    awk -v doc="$1" '
        FNR == 1 { file++ }
        FILENAME != doc { text[FILENAME] = text[FILENAME] $0 "\n"; next }
        /^```c$/ { on = 1; block = ""; start = FNR; next }
        /^```$/ && on {
            on = 0; found = ""
            for (f in text) if (index(text[f], block)) found = f
            if (found == "") { print "not ok " doc ":" start ": this program is in no example"; bad = 1 }
            else print "ok " doc ":" start " is in " found
        }
        on { block = block $0 "\n" }
        END { exit bad }' examples/*.c examples/*.cc "$1"
}
for document in README.md docs/*.md; do
    out=$(check_blocks "$document") || failed=$((failed + 1))
    [ -z "$out" ] || echo "$out"
    passed=$((passed + $(echo "$out" | grep -c '^ok')))
done

for f in $(sed -n 's/^WQL_API [^(]*[ *]\(wql_[a-z0-9_]*\)(.*/\1/p' include/wql/*.h | sort -u); do
    case $f in wql_provider_main) continue ;; esac
    grep -rqw "$f" tests examples cli || bad "no test or example calls $f"
done
ok "public functions are called somewhere"
# Each stands in one of the pages for users, and what is served in a program that runs.
pages="docs/embedding.md docs/async.md docs/providers.md"
served_not=$(sed -n '/^## Not served yet/,$p' docs/embedding.md)
while read -r f; do
    grep -qw "$f" $pages || bad "$f is in none of: $pages"
    case $served_not in *"\`$f\`"*) continue ;; esac
    grep -qw "$f" examples/*.c examples/*.cc tests/*/*.c || bad "no example or test program calls $f"
done <tests/abi/symbols.txt
ok "public functions are explained"
for h in include/wql/*.h; do
    # a declaration at the start of a line must follow a comment, another declaration of its group, or be inline
    awk -v file="$h" '/^WQL_API/ && before !~ /\*\/$/ && before !~ /;$/ { print "not ok " file ":" NR " has no comment"; bad = 1 }
        { if ($0 != "") before = $0 } END { exit bad }' "$h" && ok "$h is documented" || failed=$((failed + 1))
done
for file in README.md docs/*.md; do
    for name in $(grep -o '`[a-z_./]*/[a-zA-Z0-9_./-]*`' "$file" | tr -d '`' | sort -u); do
        case $name in build/* | root/* | ./* | */) continue ;; esac
        [ -e "$name" ] || [ -e "engine/$name" ] || bad "$file names $name, which is not there"
    done
done
ok "documents name files that are there"
# The table of methods names tests: each is there.
sed -n 's/^| .*|\(.*`test_.*\) |$/\1/p' docs/wbem.md | tr ';' '\n' | while read -r group; do
    program=$(echo "$group" | grep -o '`test_[a-z_]*`' | head -1 | tr -d '`')
    for name in $(echo "$group" | grep -oE '[A-Za-z0-9]+(_[a-z0-9A-Z]+)+' | grep -v '^test_'); do
        grep -q "void $name(void \*\*" "tests/wbem/$program.cc" || echo "docs/wbem.md: $program has no test $name"
    done
done >"${1:-build}/docs.missing"
# So does what is said case by case.
for name in $(grep -ohE '`[A-Za-z0-9]+(_[A-Za-z0-9]+){3,}`' docs/wbem-*.md | tr -d '`' | sort -u); do
    grep -rq "void $name(void \*\*" tests/wbem || echo "docs/wbem-*.md: there is no test $name"
done >>"${1:-build}/docs.missing"
if [ -s "${1:-build}/docs.missing" ]; then bad "$(cat "${1:-build}/docs.missing")"; else ok "tests that the pages of the COM face name are there"; fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
