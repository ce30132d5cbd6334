/* SPDX-License-Identifier: MIT */
/* peers_report.c: the tables of the program peers: how many times as fast ours is as each peer, beside what it is meant to be. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

/* -- goals -------------------------------------------------------------------------------------------------------- */

/* How many times as fast as the fastest of a peer; 0: no goal. */
typedef struct goal {
    const char *id; /* without the number of rows */
    double duckdb, exact, sqlite;
} goal;

static const goal goals[] = {
    {"Q1", .duckdb = 3.5, .sqlite = 40},
    {"Q2", .duckdb = 4.5, .sqlite = 60},
    {"Q3", .duckdb = 5, .sqlite = 60},
    {"Q4", .duckdb = 22, .exact = 10, .sqlite = 35},
    {"Q4.dict", .duckdb = 50},
    {"Q5", .duckdb = 20, .exact = 10, .sqlite = 50},
    {"Q6", .duckdb = 32, .exact = 15, .sqlite = 50},
    {"Q6.views", .duckdb = 10},
    {"Q7", .duckdb = 70, .sqlite = 290},
    {"Q8", .duckdb = 9, .sqlite = 45},
    {"Q8.views", .duckdb = 4.5},
    {"Q9", .duckdb = 5.5, .sqlite = 80},
    {"prepare.40b", .duckdb = 300, .sqlite = 12},
    {"prepare.300b", .duckdb = 200, .sqlite = 9},
    {"prepare.10kb", .sqlite = 26},
    {"first-batch.pushed.1m", .duckdb = 50},
    {"first-batch.pushed", .duckdb = 500},
    {"first-batch.awake.1m", .duckdb = 50, .sqlite = 2},
    {"first-batch.awake", .duckdb = 500, .sqlite = 2},
    {"cancel.return.p50", .sqlite = 8},
    {"cancel.slow.return.p99", .duckdb = 100},
    {"held.memory", .duckdb = 600},
};

/* Of the id as it stands, or without a number of rows at its end: goals of queries hold for all. */
static goal goal_of(const char *id) {
    const char *dot = strrchr(id, '.');
    size_t len = dot && dot[1] && strspn(dot + 1, "0123456789nm") == strlen(dot + 1) ? (size_t)(dot - id) : strlen(id);
    for (size_t i = 0; i < sizeof goals / sizeof goals[0]; i++)
        if (strcmp(goals[i].id, id) == 0) return goals[i];
    for (size_t i = 0; id[0] == 'Q' && i < sizeof goals / sizeof goals[0]; i++)
        if (strlen(goals[i].id) == len && strncmp(goals[i].id, id, len) == 0) return goals[i];
    return (goal){.id = id};
}

/* -- cells -------------------------------------------------------------------------------------------------------- */

static void print_time(const bench_series *series) {
    if (series->count)
        printf(" %10.3f", bench_median(series));
    else
        printf(" %10s", "-");
}

/* How many times as fast ours is by the medians, and what it should be; `!` where it is not. */
static void print_ratio(const bench_series *other, const bench_series *ours, double should) {
    double ratio = other->count && ours->count ? bench_median(other) / bench_median(ours) : 0;
    char wanted[32] = "";
    if (should > 0 && ratio > 0) snprintf(wanted, sizeof wanted, "of %g%s", should, ratio < should ? " !" : "");
    if (ratio > 0)
        printf(" %8.2f %-8s", ratio, wanted);
    else
        printf(" %8s %-8s", "-", "");
}

/* -- tables ------------------------------------------------------------------------------------------------------- */

static bool is_query(const bench_result *r) { return strcmp(r->unit, "ns/row") == 0; }

static void print_times(const bench_results *results, uint32_t first) {
    bool any = false;
    for (uint32_t i = first; i < results->count; i++) {
        const bench_result *r = &results->list[i];
        if (!is_query(r)) continue;
        if (!any)
            printf("\nns/row, medians           ours      duckdb   its table     packed  the arrays  exact case     sqlite       "
                   "hand       "
                   "simd\n");
        any = true;
        printf("%-20s", r->id);
        print_time(&r->ours);
        printf(" ");
        print_time(&r->duckdb);
        print_time(&r->duckdb_table);
        print_time(&r->duckdb_packed);
        printf(" ");
        print_time(&r->duckdb_arrays);
        printf(" ");
        print_time(&r->duckdb_exact);
        print_time(&r->sqlite);
        print_time(&r->hand);
        print_time(&r->simd);
        printf("\n");
    }
}

static void print_ratios(const bench_results *results, uint32_t first) {
    bool any = false;
    for (uint32_t i = first; i < results->count; i++) {
        const bench_result *r = &results->list[i];
        goal g = goal_of(r->id);
        if (!is_query(r)) continue;
        if (!any)
            printf("\nours is so many times as fast as duckdb     its table         packed            the arrays        exact "
                   "case        sqlite\n");
        any = true;
        printf("%-24s", r->id);
        print_ratio(&r->duckdb, &r->ours, g.duckdb);
        print_ratio(&r->duckdb_table, &r->ours, 0);
        print_ratio(&r->duckdb_packed, &r->ours, 0);
        print_ratio(&r->duckdb_arrays, &r->ours, 0);
        print_ratio(&r->duckdb_exact, &r->ours, g.exact);
        print_ratio(&r->sqlite, &r->ours, g.sqlite);
        printf("\n");
    }
}

/* Said once for all layouts. */
static void print_ways(const bench_results *results, uint32_t first) {
    const char *said = "";
    for (uint32_t i = first; i < results->count; i++) {
        const bench_result *r = &results->list[i];
        if (!is_query(r) || !r->duckdb.count || (*said && strncmp(r->id, said, strcspn(said, ".") + 1) == 0)) continue;
        if (!*said) printf("\nthe fastest way of each\n");
        said = r->id;
        printf("%-4.*s duckdb: %s\n     sqlite: %s\n", (int)strcspn(r->id, "."), r->id, r->duckdb_note, r->note);
    }
}

static void print_calls(const bench_results *results, uint32_t first) {
    bool any = false;
    for (uint32_t i = first; i < results->count; i++) {
        const bench_result *r = &results->list[i];
        goal g = goal_of(r->id);
        if (is_query(r) || (!r->duckdb.count && g.sqlite <= 0)) continue;
        if (!any)
            printf("\nus (memory: KiB), medians      ours     duckdb   material.   streamed     sqlite  duckdb / ours    sqlite "
                   "/ ours\n");
        any = true;
        printf("%-24s", r->id);
        print_time(&r->ours);
        print_time(&r->duckdb);
        printf(" ");
        print_time(&r->duckdb_materialised);
        print_time(&r->duckdb_streamed);
        print_time(&r->sqlite);
        print_ratio(&r->duckdb, &r->ours, g.duckdb);
        print_ratio(&r->sqlite, &r->ours, g.sqlite);
        printf("\n");
    }
}

void bench_peers_report(const bench_results *results, uint32_t first) {
    printf("\nthe peers; `of` is the goal, ! where it is missed\n");
    print_times(results, first);
    print_ratios(results, first);
    print_ways(results, first);
    print_calls(results, first);
    fflush(stdout);
}
