/* SPDX-License-Identifier: MIT */
/* queries.c: Q1 to Q9. Their answers by the plainest code there is: no batch, no trick, a row at a time. */
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
};

void bench_wql(int query, const char *class_name, char *buf, size_t size) {
    const bench_query *q = &bench_queries[query];
    snprintf(buf, size, "SELECT %s FROM %s%s%s", q->items, class_name, *q->where ? " WHERE " : "", q->where);
}

/* -- the right answers ------------------------------------------------------------------------------------------- */

static char fold(char c, bool exact) { return !exact && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/* `_` is any character, `#` a digit. */
static bool is_at(const char *text, const char *pattern, bool exact) {
    for (; *pattern; pattern++, text++) {
        if (*pattern == '_') continue;
        if (*pattern == '#' ? *text < '0' || *text > '9' : fold(*text, exact) != *pattern) return false;
    }
    return true;
}

static bool contains(const char *text, size_t len, const char *pattern, bool exact) {
    size_t size = strlen(pattern);
    for (size_t at = 0; at + size <= len; at++)
        if (is_at(text + at, pattern, exact)) return true;
    return false;
}

static bool is_right(const bench_table *t, int query, uint64_t row, bool exact) {
    const char *name = t->name_bytes + t->name_offsets[row], *path = t->path_bytes + t->path_offsets[row];
    size_t name_len = (size_t)(t->name_offsets[row + 1] - t->name_offsets[row]);
    size_t path_len = (size_t)(t->path_offsets[row + 1] - t->path_offsets[row]);
    switch (query) {
    case BENCH_Q1: return t->size[row] > BENCH_ONE_PERCENT;
    case BENCH_Q2:
    case BENCH_Q9: return t->size[row] > BENCH_HALF;
    case BENCH_Q3:
        return (t->flag[row / 8] >> (row % 8) & 1) && t->size[row] > BENCH_LOW && t->size[row] < BENCH_HIGH &&
               t->parent[row] != BENCH_PARENT_NOT;
    case BENCH_Q4: return name_len == 7 && is_at(name, "svchost", exact);
    case BENCH_Q5: return name_len >= 3 && is_at(name, "sys", exact);
    case BENCH_Q6: return contains(path, path_len, "cache", exact);
    case BENCH_Q7: return contains(path, path_len, "#x_y", exact);
    default: return true;
    }
}

static void add_row(const bench_table *t, uint64_t row, bench_answer *a) {
    const char *name = t->name_bytes + t->name_offsets[row], *path = t->path_bytes + t->path_offsets[row];
    size_t name_len = (size_t)(t->name_offsets[row + 1] - t->name_offsets[row]);
    size_t path_len = (size_t)(t->path_offsets[row + 1] - t->path_offsets[row]);
    uint64_t flag = t->flag[row / 8] >> (row % 8) & 1, hash = bench_hash_number(0, t->id[row]);
    hash = bench_hash_number(bench_hash_number(hash, t->parent[row]), t->size[row]);
    hash = bench_hash_number(bench_hash_number(hash, bench_bits_of(t->cpu[row])), flag);
    hash = bench_hash_text(bench_hash_text(hash, name, name_len), path, path_len);
    a->deep += bench_hash_number(hash, (uint64_t)t->created[row]);
    a->sum +=
        (uint64_t)t->id[row] + t->parent[row] + t->size[row] + bench_bits_of(t->cpu[row]) + flag + (uint64_t)t->created[row];
    for (size_t i = 0; i < name_len; i++) a->sum += (uint8_t)name[i];
    for (size_t i = 0; i < path_len; i++) a->sum += (uint8_t)path[i];
    a->sum += name_len * name_len + path_len * path_len;
}

void bench_right_answer(const bench_table *t, int query, bool exact, bench_answer *a) {
    *a = (bench_answer){.thorough = true};
    for (uint64_t row = 0; row < t->rows; row++) {
        if (!is_right(t, query, row, exact)) continue;
        a->rows++;
        if (query == BENCH_Q8) {
            add_row(t, row, a);
        } else if (query != BENCH_Q9) {
            a->sum += t->id[row];
            a->deep += bench_hash_number(0, t->id[row]);
        }
    }
}
