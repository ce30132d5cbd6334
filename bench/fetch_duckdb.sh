#!/bin/sh
# SPDX-License-Identifier: MIT
# fetch_duckdb.sh DIR: puts libduckdb.so into DIR, from an npm package that carries it. Nothing of the package is run or kept but
# the library and its licence. Does nothing if the library is there.
set -eu
dir=$1
package=@duckdb/node-bindings-linux-x64@1.5.6-r.1

[ ! -f "$dir/libduckdb.so" ] || exit 0
if [ "$(uname -sm)" != "Linux x86_64" ]; then
    echo "bench-peers: $package is for Linux on x86-64; put a libduckdb.so of this machine into $dir instead" >&2
    exit 1
fi
if ! command -v npm >/dev/null; then
    echo "bench-peers: npm is missing, which fetches DuckDB (Debian's package npm); or put a libduckdb.so into $dir" >&2
    exit 1
fi
echo "bench-peers downloads $package (24 MB) with npm and unpacks libduckdb.so (71 MB) into $dir"
rm -rf "$dir/fetched"
mkdir -p "$dir/fetched"
if ! npm pack --loglevel=error --pack-destination "$dir/fetched" "$package" >/dev/null; then
    echo "bench-peers: npm could not fetch $package" >&2
    exit 1
fi
tar -xzf "$dir"/fetched/*.tgz -C "$dir/fetched" package/libduckdb.so package/LICENSE
mv "$dir/fetched/package/LICENSE" "$dir/LICENSE"
mv "$dir/fetched/package/libduckdb.so" "$dir/libduckdb.so"
rm -rf "$dir/fetched"
