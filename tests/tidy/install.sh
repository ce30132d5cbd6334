#!/bin/sh
# SPDX-License-Identifier: MIT
# install.sh BUILD: what `make install` lays down is enough for a program of a user's: compiled through pkg-config, linked with the shared
# object and with the archive, and run.
set -u
dir=$(cd "$1" && pwd)/install
rm -rf "$dir"
code=0
try() {
    what=$1
    shift
    if "$@" >"$dir.log" 2>&1; then echo "ok $what"; else echo "not ok $what"; cat "$dir.log"; code=1; fi
}
make=${MAKE:-make}
try "install into a folder" "$make" --no-print-directory -s B="$1" install DESTDIR="$dir" PREFIX=/usr
export PKG_CONFIG_PATH=$dir/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$dir
sqlite3 "$dir.db" "DROP TABLE IF EXISTS Product; CREATE TABLE Product(Id INTEGER PRIMARY KEY, Name TEXT, Price REAL); INSERT INTO Product VALUES(1,'Lamp',20)"
# shellcheck disable=SC2046
try "compile against it" gcc -std=c11 examples/01_hello.c -o "$dir/hello" $(pkg-config --cflags --libs wql)
try "run with the shared object" sh -c "LD_LIBRARY_PATH=$dir/usr/lib $dir/hello $dir.db | grep -qx 'Lamp	20'"
# shellcheck disable=SC2046
try "compile with the archive" gcc -std=c11 $(pkg-config --cflags wql) examples/01_hello.c -o "$dir/hello" "$dir/usr/lib/libwql.a" -pthread -ldl
try "run with the archive" sh -c "$dir/hello $dir.db | grep -qx 'Lamp	20'"
# shellcheck disable=SC2046
try "compile a program written for WMI" g++ -std=c++17 -w examples/wbem/02_semisync.cc -o "$dir/semisync" $(pkg-config --cflags --libs wbemcli) \
    "-Wl,-rpath-link,$dir/usr/lib"
try "run a program written for WMI" env LD_LIBRARY_PATH="$dir/usr/lib" WBEM_PROVIDERS="root/cimv2 mof $PWD/examples/wbem/myclass.mof" \
    sh -c "$dir/semisync | grep -q '^1 Lamp'"
try "the installed tool answers" sh -c "$dir/usr/bin/wql --sqlite $dir.db --count 'SELECT * FROM Product' | grep -qx 1"
try "uninstall leaves no file" sh -c "$make --no-print-directory -s uninstall DESTDIR=$dir PREFIX=/usr && [ -z \"\$(find $dir/usr -type f -o -type l)\" ]"
exit $code
