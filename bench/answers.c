/* SPDX-License-Identifier: MIT */
/* answers.c: which rows are right, by the plainest code there is: no batch, no trick, a row at a time. */
#include "bench.h"

#include <string.h>

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

/* Q14, a text from each place on: [0-9]_[a-f], and somewhere behind it [w-z][^a-m]_. */
static bool is_between(char c, char from, char to, bool exact) { return fold(c, exact) >= from && fold(c, exact) <= to; }

static bool fits_general(const char *text, size_t len, bool exact) {
    for (size_t i = 0; i + 6 <= len; i++) {
        if (!is_between(text[i], '0', '9', exact) || !is_between(text[i + 2], 'a', 'f', exact)) continue;
        for (size_t k = i + 3; k + 3 <= len; k++)
            if (is_between(text[k], 'w', 'z', exact) && !is_between(text[k + 1], 'a', 'm', exact)) return true;
    }
    return false;
}

static bool equals(const char *text, size_t len, const char *wanted, bool exact) {
    if (len != strlen(wanted)) return false;
    for (size_t i = 0; i < len; i++)
        if (fold(text[i], exact) != wanted[i]) return false;
    return true;
}

/* Q10, Q11: first of each name there is. */
static void mark_names(const bench_table *t, int query, bool exact, bool right[BENCH_NAMES]) {
    static char names[BENCH_MANY_NAMES][BENCH_NAME_ROOM];
    bench_wanted_names(names, bench_queries[query].names);
    for (uint32_t code = 0; code < BENCH_NAMES; code++) {
        const int32_t *at = t->dictionary_offsets + code;
        right[code] = false;
        for (uint32_t i = 0; i < bench_queries[query].names; i++)
            right[code] |= equals(t->dictionary_bytes + at[0], (size_t)(at[1] - at[0]), names[i], exact);
    }
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
    case BENCH_Q12:
        return bench_bit(t->size_valid, row) && bench_bit(t->name_valid, row) && t->size[row] <= BENCH_HALF &&
               !equals(name, name_len, "svchost", exact);
    case BENCH_Q13: return contains(path, path_len, "cache", exact);
    case BENCH_Q14: return fits_general(path, path_len, exact);
    case BENCH_Q15: return t->size[row] > BENCH_ONE_PERCENT;
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
    bool by_name = query == BENCH_Q10 || query == BENCH_Q11, names[BENCH_NAMES];
    *a = (bench_answer){.thorough = true};
    if (by_name) mark_names(t, query, exact, names);
    for (uint64_t row = 0; row < t->rows; row++) {
        if (by_name ? !names[t->name_codes[row]] : !is_right(t, query, row, exact)) continue;
        a->rows++;
        if (query == BENCH_Q8) {
            add_row(t, row, a);
        } else if (query != BENCH_Q9) {
            a->sum += t->id[row];
            a->deep += bench_hash_number(0, t->id[row]);
        }
    }
}
