# SPDX-License-Identifier: MIT
# provider.sh: --provider: plug-ins, and files that are none. Sourced by run.sh.
# shellcheck shell=sh disable=SC2154

plugin=$build/examples/plugin_env.so
vars="SELECT Name, Value FROM Env_Variable WHERE Name LIKE 'WQL_T%'"
WQL_T1=one
WQL_T2='a=b:c'
export WQL_T1 WQL_T2
both='{"Name":"WQL_T1","Value":"one"}
{"Name":"WQL_T2","Value":"a=b:c"}'

ask --provider "$plugin" "$vars"
LC_ALL=C sort out >sorted
mv sorted out
printf '%s\n' "$both" >want
if [ "$code" = 0 ] && cmp -s out want; then ok "a plug-in"; else not_ok "a plug-in" "exit $code, or other rows" err; fi
prints "a plug-in in a namespace" '{"Value":"one"}' --provider="$plugin=root/env" --namespace root/env \
    "SELECT Value FROM Env_Variable WHERE Name = 'WQL_T1'"
prints "a plug-in with options" '1' --provider "$plugin:WQL_T1" --count "SELECT * FROM Env_Variable"
prints "both" '1' --provider "$plugin=root/env:WQL_T2" --namespace root/env --count "SELECT * FROM Env_Variable"
prints "empty options" '{"Value":"one"}' --provider "$plugin:" "SELECT Value FROM Env_Variable WHERE Name = 'WQL_T1'"
prints "one file in two namespaces" '1' --provider "$plugin=root/a:WQL_T1" --provider "$plugin=root/b:HOME" --namespace root/a \
    --count "SELECT * FROM Env_Variable"
prints "a plug-in beside a database" '{"__CLASS":"Env_Variable"}' --sqlite shop.db --provider "$plugin:WQL_T1" \
    "SELECT __CLASS FROM Env_Variable"
prints "its class is in the schema" '1' --provider "$plugin=root/env" --namespace root/env --count \
    "SELECT * FROM meta_class WHERE NOT __CLASS LIKE '[_][_]%'"
ask --provider "$plugin" --explain "$vars"
if [ "$code" = 0 ] && grep -q "scan Env_Variable from env" out; then ok "its plan"; else not_ok "its plan" "exit $code" err; fi

# Names with the signs in them are names of files first; one without a slash is a file of this folder.
cp "$plugin" plain.so
cp "$plugin" odd=name:WQL_T1.so
prints "a path without a slash" '1' --provider plain.so:WQL_T1 --count "SELECT * FROM Env_Variable"
prints "a path with both signs" '1' --provider odd=name:WQL_T1.so:WQL_T2 --count "SELECT * FROM Env_Variable"
cp "$plugin" odd
prints "the longest name of a file" '2' --provider odd=name:WQL_T1.so=root/x:WQL_T --namespace root/x --count "SELECT * FROM Env_Variable"
prints "another split of the same" '0' --provider odd=root/name:NO_SUCH --namespace root/name --count "SELECT * FROM Env_Variable"
says "a library of the system is no file here" 4 "^wql: plug-in libc.so.6: there is no such file$" --provider libc.so.6 "$vars"

says "no such plug-in" 4 "^wql: plug-in nowhere.so: there is no such file$" --provider nowhere.so=root/x:y "$vars"
says "a database as a plug-in" 4 "^wql: plug-in ./shop.db: it cannot be loaded: .*shop.db" --provider ./shop.db "$vars"
says "a folder as a plug-in" 4 "^wql: plug-in /tmp: it is a directory$" --provider /tmp "$vars"
says "a device as a plug-in" 4 "^wql: plug-in /dev/zero: it is no ordinary file$" --provider /dev/zero "$vars"
says "a library that is no plug-in" 4 "no_entry.so: it exports no wql_provider_main" --provider "$build/tests/plugins/no_entry.so" "$vars"
says "a plug-in for another version" 4 "no_provider.so: it has no provider for this libwql" --provider "$build/tests/plugins/no_provider.so" "$vars"
says "a plug-in of a later version" 4 "newer.so: the provider needs a newer libwql" --provider "$build/tests/plugins/newer.so" "$vars"
says "a plug-in with missing symbols" 4 "undefined.so: .*wql_test_nowhere" --provider "$build/tests/plugins/undefined.so" "$vars"
says "options that it refuses" 4 "plugin_env.so: its options are the beginning of a name" --provider "$plugin:A=B" "$vars"
says "no namespace behind the sign" 2 "a namespace belongs behind" --provider "$plugin=:x" "$vars"
says "an ill-formed namespace" 2 "no name of a namespace" --provider "$plugin=root//x" "$vars"
says "the same class twice" 4 "serve it under a namespace of its own: --provider PATH=NAMESPACE" --provider "$plugin" --provider "$plugin" "$vars"
says "served elsewhere" 3 "has no class" --provider "$plugin=root/env" "$vars"
says "a namespace that is not there" 2 "choose one with --namespace" --provider "$plugin=root/env" --namespace root/nowhere "$vars"
