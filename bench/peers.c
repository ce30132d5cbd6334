/* SPDX-License-Identifier: MIT */
/* peers.c: the program peers: the bench with DuckDB as a guest, which is loaded from a file.
 *
 *   peers --duckdb libduckdb.so [the options of bench]
 *
 * Without the library it says so and ends with 0 if all that was asked for is --check, else with 1. */
#include "duckdb.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool has(int argc, char **argv, const char *option) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], option) == 0) return true;
    return false;
}

int main(int argc, char **argv) {
    duck d;
    const char *path = argc >= 3 && strcmp(argv[1], "--duckdb") == 0 ? argv[2] : NULL, *wrong;
    if (!path) {
        fprintf(stderr, "usage: peers --duckdb FILE [options of bench]\n");
        return 2;
    }
    if (access(path, R_OK) != 0) {
        bool skips = has(argc, argv, "--check");
        fprintf(skips ? stdout : stderr, "%s: there is no %s: make bench-peers fetches it\n", skips ? "skipped: peers" : "peers",
                path);
        return !skips;
    }
    wrong = duck_load(&d, path);
    if (wrong) {
        fprintf(stderr, "peers: %s: %s\n", path, wrong);
        return 1;
    }
    printf("DuckDB %s\n", d.api.library_version());
    argv[2] = argv[0];
    return bench_main(argc - 2, argv + 2, &duck_guest, &d);
}
