/* SPDX-License-Identifier: MIT */
/* report.c: results as tables. Ratios are of medians, and beside them of the least of the rounds. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bench_result *bench_results_add(bench_results *results, const char *id, const char *unit, uint64_t n) {
    bench_result *result;
    if (results->count == results->room) {
        results->room = results->room ? results->room * 2 : 64;
        results->list = realloc(results->list, results->room * sizeof *results->list);
        if (!results->list) exit(1);
    }
    result = &results->list[results->count++];
    memset(result, 0, sizeof *result);
    snprintf(result->id, sizeof result->id, "%s", id);
    result->unit = unit;
    result->n = n;
    return result;
}

bool bench_qualifies(const bench_result *result, const bench_series *baseline, double must, double *share) {
    *share = result->bound.count && baseline->count ? bench_least(&result->bound) / bench_least(baseline) : 0;
    return must <= 0 || *share >= must;
}

/* -- cells ------------------------------------------------------------------------------------------------------- */

static void print_time(const bench_series *series) {
    if (series->count)
        printf(" %9.3f %9.3f", bench_median(series), bench_least(series));
    else
        printf(" %9s %9s", "-", "");
}

/* How many times faster ours is. */
static void print_ratio(const bench_series *other, const bench_series *ours) {
    if (other->count && ours->count)
        printf(" %7.2f %7.2f", bench_median(other) / bench_median(ours), bench_least(other) / bench_least(ours));
    else
        printf(" %7s %7s", "-", "");
}

static void print_baseline(const bench_result *r, const bench_series *baseline, double must) {
    double share;
    if (!bench_qualifies(r, baseline, must, &share) && baseline->count)
        printf(" %15s", "too slow");
    else
        print_ratio(baseline, &r->ours);
}

/* -- tables ------------------------------------------------------------------------------------------------------ */

static bool is_query(const bench_result *r) { return strcmp(r->unit, "ns/row") == 0; }

static bool is_over_sqlite(const bench_result *r) { return strstr(r->id, ".sqlite-provider") != NULL; }

static void print_queries(const bench_results *results, uint32_t first) {
    bool any = false;
    for (uint32_t i = first; i < results->count; i++) {
        const bench_result *r = &results->list[i];
        if (!is_query(r) || is_over_sqlite(r)) continue;
        if (!any)
            printf("\nns/row, median and least        ours                hand                simd               bound           "
                   "   sqlite"
                   "\n");
        any = true;
        printf("%-20s", r->id);
        print_time(&r->ours);
        print_time(&r->hand);
        print_time(&r->simd);
        print_time(&r->bound);
        print_time(&r->sqlite);
        printf("  %s\n", r->note);
    }
}

static void print_ratios(const bench_results *results, uint32_t first) {
    bool any = false;
    for (uint32_t i = first; i < results->count; i++) {
        const bench_result *r = &results->list[i];
        if (!is_query(r) || is_over_sqlite(r)) continue;
        if (!any) printf("\nours is so many times as fast   as sqlite         as hand         as simd   as the byte bound\n");
        any = true;
        printf("%-20s     ", r->id);
        print_ratio(&r->sqlite, &r->ours);
        print_baseline(r, &r->hand, r->hand_share);
        print_baseline(r, &r->simd, r->simd_share);
        print_ratio(&r->bound, &r->ours);
        printf("\n");
    }
}

/* Ours against ours: what a harder query costs. */
static void print_beside(const bench_results *results, uint32_t first) {
    bool any = false;
    for (uint32_t i = first; i < results->count; i++) {
        const bench_result *r = &results->list[i];
        if (!r->beside.count) continue;
        if (!any) printf("\nours, so many times as long as an easier query in the same rounds\n");
        any = true;
        printf("%-20s", r->id);
        print_time(&r->beside);
        print_ratio(&r->ours, &r->beside);
        printf("\n");
    }
}

static void print_share(const char *what, const bench_result *r, const bench_series *baseline, double must) {
    double share;
    bool enough = bench_qualifies(r, baseline, must, &share);
    if (!baseline->count || must <= 0) return;
    printf("  %s %.2f of %.2f%s", what, share, must, enough ? "" : " BASELINE TOO SLOW: no ratio");
}

/* A baseline is one for all variants: said once, for those named as the query. */
static void print_baselines(const bench_results *results, uint32_t first) {
    bool any = false;
    for (uint32_t i = first; i < results->count; i++) {
        const bench_result *r = &results->list[i];
        bool variant = strchr(r->id, '.') && strspn(strchr(r->id, '.') + 1, "0123456789nm") != strlen(strchr(r->id, '.') + 1);
        if (r->hand_share <= 0 || variant) continue;
        if (!any) printf("\nbaselines, of the byte bound reached (what they must)\n");
        any = true;
        printf("%-20s", r->id);
        print_share("hand", r, &r->hand, r->hand_share);
        print_share("simd", r, &r->simd, r->simd_share);
        printf("\n");
    }
}

static void print_provider(const bench_results *results, uint32_t first) {
    bool any = false;
    for (uint32_t i = first; i < results->count; i++) {
        const bench_result *r = &results->list[i];
        if (!is_over_sqlite(r)) continue;
        if (!any) printf("\nover SQLite, ns/row, median and least        ours           bare loop   bare / ours\n");
        any = true;
        printf("%-28s", r->id);
        print_time(&r->ours);
        print_time(&r->sqlite);
        print_ratio(&r->sqlite, &r->ours);
        printf("\n");
    }
}

static void print_calls(const bench_results *results, uint32_t first) {
    bool any = false;
    for (uint32_t i = first; i < results->count; i++) {
        const bench_result *r = &results->list[i];
        if (strcmp(r->unit, "us") != 0) continue;
        if (!any)
            printf("\nus, median and least            ours              sqlite               futex               alone   sqlite "
                   "/ ours   "
                   "futex / ours   alone / ours\n");
        any = true;
        printf("%-20s", r->id);
        print_time(&r->ours);
        print_time(&r->sqlite);
        print_time(&r->futex);
        print_time(&r->alone);
        print_ratio(&r->sqlite, &r->ours);
        print_ratio(&r->futex, &r->ours);
        print_ratio(&r->alone, &r->ours);
        printf("  %s\n", r->note);
    }
}

void bench_report(const bench_results *results, uint32_t first, const bench_machine *machine) {
    double load[3] = {0, 0, 0};
    if (first == results->count) return;
    (void)getloadavg(load, 3);
    printf("\n%s, simd: %s, memory read by one thread: %.1f GB/s now, load %.1f%s\n", machine->cpu, bench_isa_name(machine->isa),
           1 / bench_ns_per_byte(machine), load[0], machine->cpu_time ? ", timed by the time of the thread" : "");
    print_queries(results, first);
    print_ratios(results, first);
    print_beside(results, first);
    print_baselines(results, first);
    print_provider(results, first);
    print_calls(results, first);
    fflush(stdout);
}
