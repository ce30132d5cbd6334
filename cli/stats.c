/* SPDX-License-Identifier: MIT */
/* stats.c: --stats. */
#include "stats.h"

#include "errors.h"

static void count(const char *what, uint64_t number) { cli_say("%-14s %12llu", what, (unsigned long long)number); }

/* Milliseconds with three decimals, without a locale. */
static void duration(const char *what, uint64_t ns) {
    unsigned long long us = ns / 1000;
    cli_say("%-14s %8llu.%03llu ms", what, us / 1000, us % 1000);
}

void cli_say_stats(const wql_call_stats *stats, bool sqlite) {
    count("rows scanned", stats->rows_scanned);
    count("rows delivered", stats->rows_delivered);
    count("batches", stats->batches);
    count("values nulled", stats->values_nulled);
    count("texts repaired", stats->utf8_repaired);
    if (stats->batches > 0) duration("first batch", stats->first_batch_ns);
    duration("in providers", stats->provider_ns);
    duration("elapsed", stats->elapsed_ns);
    if (sqlite) cli_say("read lock      SQLite's, on the database, from a scan's open to its close: also while it is parked");
}
