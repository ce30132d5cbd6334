#!/bin/sh
# SPDX-License-Identifier: MIT
# packages.sh --check | --install: compares packages.txt with what is installed. --check only says what is missing, in one line;
# --install prints the list and installs it with apt.
set -eu
cd "$(dirname "$0")/.."

missing=""
for package in $(sed 's/#.*//' packages.txt); do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "${1:-}" != --install ]; then
    echo "missing packages:$missing (make setup installs them)" >&2
    exit 1
fi
echo "installing with apt:$missing"
as_root=""
[ "$(id -u)" = 0 ] || as_root=sudo
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -qq update
# shellcheck disable=SC2086
$as_root apt-get -qq -y install --no-install-recommends $missing >/dev/null
