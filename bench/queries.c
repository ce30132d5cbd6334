/* SPDX-License-Identifier: MIT */
/* queries.c: Q1 to Q15, as WQL and as SQL. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

/* Bytes of Q1: the sizes, and a cache line of ids for each row of one percent. Of Q2 sizes and ids; of Q3 also parents and a bit;
 * of Q9 the sizes. */
const bench_query bench_queries[BENCH_QUERIES] = {
    [BENCH_Q1] = {.name = "Q1",
                  .items = "id",
                  .where = "size > " TEXT(BENCH_ONE_PERCENT),
                  .sql = {"size > " TEXT(BENCH_ONE_PERCENT)},
                  .bytes = 8.64,
                  .hand_share = 0.35,
                  .simd_share = 0.65},
    [BENCH_Q2] = {.name = "Q2",
                  .items = "id",
                  .where = "size > " TEXT(BENCH_HALF),
                  .sql = {"size > " TEXT(BENCH_HALF)},
                  .bytes = 12,
                  .hand_share = 0.5,
                  .simd_share = 0.75},
    [BENCH_Q3] =
        {.name = "Q3",
         .items = "id",
         .where =
             "flag = TRUE AND size > " TEXT(BENCH_LOW) " AND size < " TEXT(BENCH_HIGH) " AND parent <> " TEXT(BENCH_PARENT_NOT),
         .sql = {"flag = 1 AND size > " TEXT(BENCH_LOW) " AND size < " TEXT(BENCH_HIGH) " AND parent <> " TEXT(BENCH_PARENT_NOT),
                 "size > " TEXT(BENCH_LOW) " AND size < " TEXT(BENCH_HIGH) " AND flag AND parent <> " TEXT(BENCH_PARENT_NOT)},
         .bytes = 16.125,
         .hand_share = 0.42,
         .simd_share = 0.75},
    [BENCH_Q4] = {.name = "Q4",
                  .items = "id",
                  .where = "name = 'svchost'",
                  .sql = {"name = 'svchost' COLLATE NOCASE", "name LIKE 'svchost'", "lower(name) = 'svchost'"}},
    [BENCH_Q5] = {.name = "Q5",
                  .items = "id",
                  .where = "name LIKE 'sys%'",
                  .sql = {"name LIKE 'sys%'", "name GLOB '[sS][yY][sS]*'", "substr(name, 1, 3) = 'sys' COLLATE NOCASE"}},
    [BENCH_Q6] = {.name = "Q6",
                  .items = "id",
                  .where = "path LIKE '%cache%'",
                  .sql = {"path LIKE '%cache%'", "instr(lower(path), 'cache') > 0", "path GLOB '*[cC][aA][cC][hH][eE]*'"}},
    [BENCH_Q7] = {.name = "Q7",
                  .items = "id",
                  .where = "path LIKE '%[0-9]x_y%'",
                  .sql = {"path GLOB '*[0-9][xX]?[yY]*'", "lower(path) GLOB '*[0-9]x?y*'"}},
    [BENCH_Q8] = {.name = "Q8", .items = "*", .where = "", .sql = {""}},
    [BENCH_Q9] = {.name = "Q9",
                  .items = "id",
                  .where = "size > " TEXT(BENCH_HALF),
                  .sql = {"size > " TEXT(BENCH_HALF)},
                  .flags = WQL_COUNT_ONLY,
                  .bytes = 8,
                  .hand_share = 0.5,
                  .simd_share = 0.75},
    [BENCH_Q10] = {.name = "Q10",
                   .items = "id",
                   .where = "#",
                   .sql = {"name COLLATE NOCASE IN (@)", "lower(name) IN (@)"},
                   .names = BENCH_FEW_NAMES,
                   .compared = true,
                   .beside = BENCH_Q4},
    [BENCH_Q11] = {.name = "Q11",
                   .items = "id",
                   .where = "#",
                   .sql = {"name COLLATE NOCASE IN (@)", "lower(name) IN (@)"},
                   .names = BENCH_MANY_NAMES,
                   .compared = true,
                   .beside = BENCH_Q4},
    [BENCH_Q12] = {.name = "Q12",
                   .items = "id",
                   .where = "NOT (size > " TEXT(BENCH_HALF) " OR name = 'svchost')",
                   .sql = {"NOT (size > " TEXT(BENCH_HALF) " OR name = 'svchost' COLLATE NOCASE)",
                           "size <= " TEXT(BENCH_HALF) " AND name <> 'svchost' COLLATE NOCASE",
                           "size <= " TEXT(BENCH_HALF) " AND lower(name) <> 'svchost'"},
                   .variant = BENCH_NULLS,
                   .class_name = "ItemNulls"},
    [BENCH_Q13] = {.name = "Q13",
                   .items = "id",
                   .where = "path LIKE '%cache%'",
                   .sql = {"path LIKE '%cache%'", "instr(lower(path), 'cache') > 0", "path GLOB '*[cC][aA][cC][hH][eE]*'"},
                   .variant = BENCH_WORLD,
                   .class_name = "ItemWorld",
                   .compared = true,
                   .beside = BENCH_Q6},
    [BENCH_Q14] = {.name = "Q14",
                   .items = "id",
                   .where = "path LIKE '%[0-9]_[a-f]%[w-z][^a-m]_%'",
                   .sql = {"path GLOB '*[0-9]?[a-fA-F]*[w-zW-Z][^a-mA-M]?*'", "lower(path) GLOB '*[0-9]?[a-f]*[w-z][^a-m]?*'"}},
    [BENCH_Q15] = {.name = "Q15",
                   .items = "id",
                   .where = "size > " TEXT(BENCH_ONE_PERCENT),
                   .sql = {"size > " TEXT(BENCH_ONE_PERCENT)},
                   .class_name = "ItemBase",
                   .compared = true,
                   .beside = BENCH_Q1},
};

/* One name after the other: a comparison of each, or its text alone. */
static size_t write_names(char *buf, size_t size, uint32_t count, bool compared) {
    char names[BENCH_MANY_NAMES][BENCH_NAME_ROOM];
    size_t len = 0;
    bench_wanted_names(names, count);
    for (uint32_t i = 0; i < count; i++) {
        const char *between = !i ? "" : compared ? " OR " : ", ";
        len += (size_t)snprintf(buf + len, size - len, "%s%s'%s'", between, compared ? "name = " : "", names[i]);
        if (len >= size) bench_stop("the text of a query is too long");
    }
    return len;
}

void bench_condition(int query, const char *where, char *buf, size_t size) {
    size_t len = 0;
    buf[0] = '\0';
    for (; *where; where++) {
        if (len + 2 > size) bench_stop("the text of a query is too long");
        if (*where == '#' || *where == '@') {
            len += write_names(buf + len, size - len, bench_queries[query].names, *where == '#');
            continue;
        }
        buf[len++] = *where;
        buf[len] = '\0';
    }
}

void bench_wql(int query, const char *class_name, char *buf, size_t size) {
    const bench_query *q = &bench_queries[query];
    size_t len = (size_t)snprintf(buf, size, "SELECT %s FROM %s%s", q->items, class_name, *q->where ? " WHERE " : "");
    if (len >= size) bench_stop("the text of a query is too long");
    bench_condition(query, q->where, buf + len, size - len);
}
