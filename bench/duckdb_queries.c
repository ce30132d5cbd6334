/* SPDX-License-Identifier: MIT */
/* duckdb_queries.c: Q1 to Q15 as DuckDB's SQL, in each spelling that could be the fastest; over its own table, plain and
 * packed, and over the arrays, with a result that is materialised and one that is streamed. A query that stands here not at all
 * is run without DuckDB. */
#include "duckdb.h"

#include <stdio.h>
#include <string.h>

enum { SPELLINGS = 6 };

typedef struct spellings {
    const char *folded[SPELLINGS]; /* case is ignored, as in WQL */
    const char *exact[SPELLINGS];  /* where case makes a difference: the nearest query that does not ignore it */
} spellings;

static const spellings queries[BENCH_QUERIES] = {
    [BENCH_Q3] = {.folded = {"flag AND size > 250000000 AND size < 750000000 AND parent <> 7",
                             "size > 250000000 AND size < 750000000 AND flag AND parent <> 7"}},
    [BENCH_Q4] = {.folded = {"name ILIKE 'svchost'", "lower(name) = 'svchost'", "name = 'svchost' COLLATE NOCASE",
                             "regexp_full_match(name, 'svchost', 'i')", "length(name) = 7 AND lower(name) = 'svchost'"},
                  .exact = {"name = 'svchost'"}},
    [BENCH_Q5] = {.folded = {"name ILIKE 'sys%'", "lower(name) LIKE 'sys%'", "starts_with(lower(name), 'sys')",
                             "regexp_matches(name, '^sys', 'i')", "lower(name[1:3]) = 'sys'", "name GLOB '[sS][yY][sS]*'"},
                  .exact = {"name LIKE 'sys%'", "starts_with(name, 'sys')"}},
    [BENCH_Q6] = {.folded = {"path ILIKE '%cache%'", "lower(path) LIKE '%cache%'", "contains(lower(path), 'cache')",
                             "regexp_matches(path, 'cache', 'i')", "path GLOB '*[cC][aA][cC][hH][eE]*'"},
                  .exact = {"path LIKE '%cache%'", "contains(path, 'cache')"}},
    [BENCH_Q7] = {.folded = {"regexp_matches(path, '[0-9]x.y', 'is')", "regexp_matches(path, '[0-9][xX].[yY]', 's')",
                             "regexp_matches(lower(path), '[0-9]x.y', 's')", "path GLOB '*[0-9][xX]?[yY]*'"},
                  .exact = {"regexp_matches(path, '[0-9]x.y', 's')", "path GLOB '*[0-9]x?y*'"}},
    [BENCH_Q10] = {.folded = {"lower(name) IN (@)", "name COLLATE NOCASE IN (@)"}, .exact = {"name IN (@)"}},
    [BENCH_Q11] = {.folded = {"lower(name) IN (@)", "name COLLATE NOCASE IN (@)"}, .exact = {"name IN (@)"}},
    [BENCH_Q12] = {.folded = {"NOT (size > 500000000 OR name ILIKE 'svchost')",
                              "NOT (size > 500000000 OR lower(name) = 'svchost')",
                              "size <= 500000000 AND lower(name) <> 'svchost'"},
                   .exact = {"NOT (size > 500000000 OR name = 'svchost')", "size <= 500000000 AND name <> 'svchost'"}},
    [BENCH_Q13] = {.folded = {"path ILIKE '%cache%'", "lower(path) LIKE '%cache%'", "contains(lower(path), 'cache')",
                              "regexp_matches(path, 'cache', 'i')", "path GLOB '*[cC][aA][cC][hH][eE]*'"},
                   .exact = {"path LIKE '%cache%'", "contains(path, 'cache')"}},
    [BENCH_Q14] = {.folded = {"regexp_matches(path, '[0-9].[a-f].*[w-z][^a-m].', 'is')",
                              "regexp_matches(lower(path), '[0-9].[a-f].*[w-z][^a-m].', 's')",
                              "path GLOB '*[0-9]?[a-fA-F]*[w-zW-Z][!a-mA-M]?*'"},
                   .exact = {"regexp_matches(path, '[0-9].[a-f].*[w-z][^a-m].', 's')"}},
};

/* What both write the same way stands with the queries. */
static const char *spelling_of(int query, bool exact, uint32_t number) {
    const spellings *s = &queries[query];
    if (number >= SPELLINGS) return NULL;
    if (exact) return s->exact[number];
    return s->folded[0] || number ? s->folded[number] : bench_queries[query].sql[0];
}

/* Odd ones are streamed: written as a comment, for people. */
static bool is_streamed(uint32_t number) { return number % 2; }

static bool write_way(int query, bool exact, const char *table, uint32_t number, char *text, size_t size) {
    const bench_query *q = &bench_queries[query];
    static const char streamed[] = " -- streamed";
    const char *where = spelling_of(query, exact, number / 2);
    size_t len;
    if (!where) return false;
    len = (size_t)snprintf(text, size, "SELECT %s FROM %s%s", q->flags & WQL_COUNT_ONLY ? "count(*)" : q->items, table,
                           *where ? " WHERE " : "");
    if (len + sizeof streamed >= size) bench_stop("the text of a query is too long");
    bench_condition(query, where, text + len, size - len - sizeof streamed);
    if (is_streamed(number)) strcat(text, streamed);
    return true;
}

static bool way_of_table(int query, uint32_t number, char *text, size_t size) {
    return write_way(query, false, "Item", number, text, size);
}

static bool way_of_packed(int query, uint32_t number, char *text, size_t size) {
    return write_way(query, false, "packed.Item", number, text, size);
}

static bool way_of_arrays(int query, uint32_t number, char *text, size_t size) {
    return write_way(query, false, "ItemArrays()", number, text, size);
}

/* Over the table, then over the arrays. */
static bool way_of_exact(int query, uint32_t number, char *text, size_t size) {
    uint32_t ways = 0;
    while (spelling_of(query, true, ways / 2)) ways++;
    return number < ways ? write_way(query, true, "Item", number, text, size)
                         : write_way(query, true, "ItemArrays()", number - ways, text, size);
}

static void execute(bench_run *run, int query, uint32_t number, const char *text, bench_answer *answer) {
    duck_run(run->guest_state, text, is_streamed(number), (bench_queries[query].flags & WQL_COUNT_ONLY) != 0, answer);
}

const bench_peer duck_peers[DUCK_PEERS] = {
    [DUCK_TABLE] =
        {.name = "duckdb", .each = 1, .series = offsetof(bench_result, duckdb_table), .way = way_of_table, .execute = execute},
    [DUCK_PACKED] = {.name = "duckdb",
                     .each = 1,
                     .apart = true,
                     .series = offsetof(bench_result, duckdb_packed),
                     .way = way_of_packed,
                     .execute = execute},
    [DUCK_ARRAYS] =
        {.name = "duckdb", .each = 1, .series = offsetof(bench_result, duckdb_arrays), .way = way_of_arrays, .execute = execute},
    [DUCK_EXACT] = {.name = "duckdb, exact",
                    .each = 3,
                    .exact = true,
                    .apart = true,
                    .series = offsetof(bench_result, duckdb_exact),
                    .way = way_of_exact,
                    .execute = execute},
};

static void open(bench_run *run) { duck_open(run->guest_state, run->peers_table); }

static void close(bench_run *run) { duck_close(run->guest_state); }

const bench_guest duck_guest = {.peers = duck_peers,
                                .peer_count = DUCK_PEERS,
                                .open = open,
                                .close = close,
                                .prepare = duck_prepare,
                                .first = duck_first,
                                .interrupt = duck_interrupt,
                                .hold = duck_hold,
                                .let_go = duck_let_go};
