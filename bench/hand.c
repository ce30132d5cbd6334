/* SPDX-License-Identifier: MIT */
/* hand.c: each query as a loop that a good programmer writes for it alone, with nothing to parse, plan, check or deliver: batches
 * of rows, no branch on data that nobody can foresee, one call of the sink for a batch. Portable C, and SSE2 where the compiler
 * has it, which is every x86-64. These loops know what no engine may: that all texts are ASCII, that there is no NULL, and that
 * bytes behind the last text can be read. */
#include "bench.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BATCH = 2048 };

static uint32_t batch_at(const bench_table *t, uint64_t row) { return t->rows - row < BATCH ? (uint32_t)(t->rows - row) : BATCH; }

/* -- numbers ----------------------------------------------------------------------------------------------------- */

/* Few rows: their numbers first, then only their ids are read. */
static void sizes_above_few(const bench_table *t, bench_answer *a) {
    uint16_t list[BATCH];
    uint32_t ids[BATCH];
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0;
        const uint64_t *size = t->size + row;
        for (uint32_t i = 0; i < rows; i++) {
            list[kept] = (uint16_t)i;
            kept += size[i] > BENCH_ONE_PERCENT;
        }
        for (uint32_t i = 0; i < kept; i++) ids[i] = t->id[row + list[i]];
        if (kept) bench_take_ids(a, ids, kept);
    }
}

/* Many rows: all ids are read anyway. */
static void sizes_above_many(const bench_table *t, bench_answer *a) {
    uint32_t ids[BATCH];
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0;
        const uint64_t *size = t->size + row;
        const uint32_t *id = t->id + row;
        for (uint32_t i = 0; i < rows; i++) {
            ids[kept] = id[i];
            kept += size[i] > BENCH_HALF;
        }
        if (kept) bench_take_ids(a, ids, kept);
    }
}

static void four_conditions(const bench_table *t, bench_answer *a) {
    uint32_t ids[BATCH];
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0;
        const uint64_t *size = t->size + row;
        const uint32_t *id = t->id + row, *parent = t->parent + row;
        const uint8_t *flag = t->flag + row / 8;
        for (uint32_t i = 0; i < rows; i++) {
            uint32_t keep = (uint32_t)(flag[i / 8] >> (i % 8)) & 1u;
            keep &= size[i] - (BENCH_LOW + 1) < BENCH_HIGH - BENCH_LOW - 1;
            keep &= parent[i] != BENCH_PARENT_NOT;
            ids[kept] = id[i];
            kept += keep;
        }
        if (kept) bench_take_ids(a, ids, kept);
    }
}

/* Four sums side by side: they do not wait for each other. */
static void count_above(const bench_table *t, bench_answer *a) {
    const uint64_t *size = t->size;
    uint64_t counts[4] = {0, 0, 0, 0}, row = 0;
    for (; row + 4 <= t->rows; row += 4)
        for (uint32_t i = 0; i < 4; i++) counts[i] += size[row + i] > BENCH_HALF;
    for (; row < t->rows; row++) counts[0] += size[row] > BENCH_HALF;
    a->rows += counts[0] + counts[1] + counts[2] + counts[3];
}

/* -- names: up to eight bytes compared at once, the bit of lower case set in all of them ------------------------- */

#define LOWER_CASE 0x2020202020202020u

static uint64_t word_of(const char *text, uint32_t len) {
    uint64_t word = 0;
    memcpy(&word, text, len);
    return word;
}

static uint64_t mask_of(uint32_t len) { return ((uint64_t)1 << (8 * len)) - 1; }

/* `whole`: the text is no longer than `wanted`; else it begins so. */
static inline void names(const bench_table *t, bench_answer *a, const char *wanted, bool whole) {
    uint32_t ids[BATCH], wanted_len = (uint32_t)strlen(wanted);
    uint64_t mask = mask_of(wanted_len), word = word_of(wanted, wanted_len), lower_case = LOWER_CASE & mask;
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0;
        const int32_t *offsets = t->name_offsets + row;
        for (uint32_t i = 0; i < rows; i++) {
            uint32_t len = (uint32_t)(offsets[i + 1] - offsets[i]), keep = whole ? len == wanted_len : len >= wanted_len;
            keep &= ((word_of(t->name_bytes + offsets[i], 8) & mask) | lower_case) == word;
            ids[kept] = t->id[row + i];
            kept += keep;
        }
        if (kept) bench_take_ids(a, ids, kept);
    }
}

static void names_equal(const bench_table *t, bench_answer *a) { names(t, a, "svchost", true); }
static void names_begin(const bench_table *t, bench_answer *a) { names(t, a, "sys", false); }

/* A view of up to 12 bytes holds its text. */
static void views_equal(const bench_table *t, bench_answer *a) {
    uint32_t ids[BATCH];
    uint64_t mask = mask_of(7), word = word_of("svchost", 7), lower_case = LOWER_CASE & mask;
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0;
        const wql_view *views = t->name_views + row;
        for (uint32_t i = 0; i < rows; i++) {
            uint32_t keep = views[i].len == 7;
            keep &= ((word_of(views[i].as.inlined, 8) & mask) | lower_case) == word;
            ids[kept] = t->id[row + i];
            kept += keep;
        }
        if (kept) bench_take_ids(a, ids, kept);
    }
}

/* Each name of the dictionary once, then a look into a table for each row. */
static inline void codes(const bench_table *t, bench_answer *a, const char *wanted, bool whole) {
    uint8_t right[BENCH_NAMES];
    uint32_t ids[BATCH], wanted_len = (uint32_t)strlen(wanted);
    uint64_t mask = mask_of(wanted_len), word = word_of(wanted, wanted_len), lower_case = LOWER_CASE & mask;
    for (uint32_t i = 0; i < BENCH_NAMES; i++) {
        uint32_t len = (uint32_t)(t->dictionary_offsets[i + 1] - t->dictionary_offsets[i]);
        right[i] = (whole ? len == wanted_len : len >= wanted_len) &&
                   ((word_of(t->dictionary_bytes + t->dictionary_offsets[i], 8) & mask) | lower_case) == word;
    }
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0;
        for (uint32_t i = 0; i < rows; i++) {
            ids[kept] = t->id[row + i];
            kept += right[t->name_codes[row + i]];
        }
        if (kept) bench_take_ids(a, ids, kept);
    }
}

static void codes_equal(const bench_table *t, bench_answer *a) { codes(t, a, "svchost", true); }
static void codes_begin(const bench_table *t, bench_answer *a) { codes(t, a, "sys", false); }

/* -- paths: all bytes are searched as one text, whatever row they belong to -------------------------------------- */

/* Where to look: two rare letters of the pattern, and its size. */
typedef struct probes {
    char first, second;
    uint32_t first_at, second_at, size;
    bool (*is_at)(const char *text);
} probes;

static bool is_cache(const char *text) {
    return ((word_of(text, 8) & mask_of(5)) | (LOWER_CASE & mask_of(5))) == word_of("cache", 5);
}
static bool is_digit_x_y(const char *text) {
    return text[0] >= '0' && text[0] <= '9' && (text[1] | 32) == 'x' && (text[3] | 32) == 'y';
}

/* A bit for each of the next 16 places where both letters stand. */
static inline uint32_t find_probes(const char *at, const probes *p) {
#ifdef __SSE2__
    const __m128i lower_case = _mm_set1_epi8(32);
    __m128i first = _mm_loadu_si128((const __m128i *)(const void *)(at + p->first_at));
    __m128i second = _mm_loadu_si128((const __m128i *)(const void *)(at + p->second_at));
    first = _mm_cmpeq_epi8(_mm_or_si128(first, lower_case), _mm_set1_epi8(p->first));
    second = _mm_cmpeq_epi8(_mm_or_si128(second, lower_case), _mm_set1_epi8(p->second));
    return (uint32_t)_mm_movemask_epi8(_mm_and_si128(first, second));
#else
    uint32_t found = 0;
    for (uint32_t i = 0; i < 16; i++)
        found |= (uint32_t)((at[p->first_at + i] | 32) == p->first && (at[p->second_at + i] | 32) == p->second) << i;
    return found;
#endif
}

static inline void search(const bench_table *t, bench_answer *a, probes p) {
    const int32_t *offsets = t->path_offsets;
    uint32_t ids[BATCH], kept = 0;
    int32_t end = offsets[t->rows], done = offsets[0]; /* done: the row that these bytes belong to has been given */
    uint64_t row = 0;
    for (int32_t at = done; at < end; at += 16) {
        for (uint32_t found = find_probes(t->path_bytes + at, &p); found; found &= found - 1) {
            int32_t place = at + __builtin_ctz(found);
            if (place < done || !p.is_at(t->path_bytes + place) || place >= end) continue;
            while (offsets[row + 1] <= place) row++;
            if (place + (int32_t)p.size > offsets[row + 1]) continue;
            ids[kept++] = t->id[row];
            done = offsets[row + 1];
            if (kept < BATCH) continue;
            bench_take_ids(a, ids, kept);
            kept = 0;
        }
    }
    if (kept) bench_take_ids(a, ids, kept);
}

static void paths_contain_cache(const bench_table *t, bench_answer *a) { search(t, a, (probes){'c', 'h', 0, 3, 5, is_cache}); }
static void paths_contain_digit_x_y(const bench_table *t, bench_answer *a) {
    search(t, a, (probes){'x', 'y', 1, 3, 4, is_digit_x_y});
}

/* -- everything -------------------------------------------------------------------------------------------------- */

static inline void all_columns(const bench_table *t, bench_answer *a, uint8_t layout) {
    wql_column columns[BENCH_WIDTH];
    const wql_column *pointers[BENCH_WIDTH];
    for (uint32_t i = 0; i < BENCH_WIDTH; i++) pointers[i] = &columns[i];
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        bench_table_columns(t, layout, row, columns);
        bench_take_columns(a, pointers, BENCH_WIDTH, batch_at(t, row));
    }
}

static void all_offsets(const bench_table *t, bench_answer *a) { all_columns(t, a, WQL_OFFSETS); }
static void all_views(const bench_table *t, bench_answer *a) { all_columns(t, a, WQL_VIEWS); }

bench_loop bench_hand(int query, uint8_t layout) {
    static const bench_loop offsets[BENCH_FIRST_QUERIES] = {
        sizes_above_few,     sizes_above_many,        four_conditions, names_equal, names_begin,
        paths_contain_cache, paths_contain_digit_x_y, all_offsets,     count_above};
    if (query >= BENCH_FIRST_QUERIES) return bench_hand_more(query, layout);
    if (layout == WQL_OFFSETS) return offsets[query];
    if (layout == WQL_CODES) return query == BENCH_Q4 ? codes_equal : query == BENCH_Q5 ? codes_begin : NULL;
    return query == BENCH_Q4 ? views_equal : query == BENCH_Q8 ? all_views : NULL;
}

bench_loop bench_simd(int query, int isa) {
    return isa == BENCH_AVX512 ? bench_simd_avx512(query) : isa == BENCH_AVX2 ? bench_simd_avx2(query) : NULL;
}

/* Several sums side by side, else one would wait for the other and not for memory. */
uint64_t bench_read_plain(const void *memory, size_t size) {
    const uint64_t *v = memory;
    uint64_t sums[8] = {0};
    for (size_t i = 0; i + 8 <= size / 8; i += 8)
        for (uint32_t k = 0; k < 8; k++) sums[k] += v[i + k];
    return sums[0] + sums[1] + sums[2] + sums[3] + sums[4] + sums[5] + sums[6] + sums[7];
}
