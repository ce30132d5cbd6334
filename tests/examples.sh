#!/bin/sh
# SPDX-License-Identifier: MIT
# examples.sh PROGRAM: runs an example; those that read a SQLite file get one.
set -eu
program=$1
dir=$(dirname "$program")
case $(basename "$program") in
*hello*)
    db=$dir/shop.db
    rm -f "$db"
    sqlite3 "$db" "CREATE TABLE Product(Id INTEGER PRIMARY KEY, Name TEXT NOT NULL, Price REAL);
        INSERT INTO Product VALUES(1,'Apple',0.5),(2,'Cactus',12),(3,'Lamp',39.5),(4,'Riddle',NULL);"
    exec "$program" "$db"
    ;;
*) exec "$program" ;;
esac
