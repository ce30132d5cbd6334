/* SPDX-License-Identifier: MIT */
/* main.c: the program bench: libwql, loops by hand, and SQLite. */
#include "bench.h"

int main(int argc, char **argv) { return bench_main(argc, argv, NULL, NULL); }
