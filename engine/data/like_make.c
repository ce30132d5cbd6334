/* SPDX-License-Identifier: MIT */
/* like_make.c: the text of a LIKE pattern -> runs of elements, and what is needed to search for them. */
#include "like_part.h"

#include "../base/fold.h"
#include "../base/utf8.h"

#include <string.h>

enum { LAST_CHARACTER = 0x10ffff };

typedef struct maker {
    wql__arena *arena;  /* what stays */
    wql__arena scratch; /* freed at the end */
    uint32_t *elements;
    uint32_t element_count;
    wql__like_set *sets;
    uint32_t set_count;
    wql__like_run *runs;
    uint32_t run_count, run_from; /* run_from: first element of the run that is being read */
    bool never, no_memory;
} maker;

bool wql__like_is_wild(wql_str pattern) {
    for (size_t i = 0; i < pattern.len; i++)
        if (pattern.ptr[i] == '%' || pattern.ptr[i] == '_' || pattern.ptr[i] == '[') return true;
    return false;
}

/* -- sorting: a heap, which needs no memory and has no bad input ------------------------------------------------- */

static void sink(uint64_t *keys, size_t at, size_t count) {
    uint64_t key = keys[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && keys[child + 1] > keys[child]) child++;
        if (keys[child] <= key) break;
        keys[at] = keys[child];
    }
    keys[at] = key;
}

static void sort(uint64_t *keys, size_t count) {
    for (size_t i = count / 2; i-- > 0;) sink(keys, i, count);
    while (count > 1) {
        uint64_t last = keys[--count];
        keys[count] = keys[0];
        keys[0] = last;
        sink(keys, 0, count);
    }
}

/* -- sets -------------------------------------------------------------------------------------------------------- */

/* Ranges of a set while it is read, as keys that sort. */
typedef struct range_list {
    uint64_t *keys;
    size_t count;
} range_list;

static void add_range(range_list *list, uint32_t from, uint32_t to) {
    if (from <= to) list->keys[list->count++] = (uint64_t)from << 32 | to;
}

static uint32_t upper(uint32_t folded) { return folded - 'a' < 26u ? folded - 0x20u : folded; }
static uint32_t lesser(uint32_t a, uint32_t b) { return a < b ? a : b; }
static uint32_t greater(uint32_t a, uint32_t b) { return a > b ? a : b; }

/* A range accepts a character that lies in it with all three folded, or with the ASCII letters of all three in upper case: those
 * have other characters between them and the small ones, so `[ -_]` accepts every letter. Both are sets of folded characters. */
static void add_both_cases(range_list *list, uint32_t from, uint32_t to) {
    uint32_t upper_from = upper(wql__fold(from)), upper_to = upper(wql__fold(to));
    add_range(list, wql__fold(from), wql__fold(to));
    if (upper_from > upper_to) return;
    add_range(list, upper_from, lesser(upper_to, 'A' - 1));
    add_range(list, greater(upper_from, 'Z' + 1), lesser(upper_to, 'a' - 1));
    add_range(list, greater(upper_from, 'z' + 1), upper_to);
    if (upper_from <= 'Z' && upper_to >= 'A') add_range(list, greater(upper_from, 'A') + 0x20, lesser(upper_to, 'Z') + 0x20);
}

enum { RANGES_OF_ONE = 5 }; /* most that one item of a set becomes */

/* The items between the brackets. `-` and `=` make a range between two characters, and are themselves elsewhere. */
static void read_items(const char *at, const char *end, range_list *list) {
    while (at < end) {
        uint32_t first = wql__utf8_next(&at, end);
        if (end - at > 1 && (*at == '-' || *at == '=')) {
            at++;
            add_both_cases(list, first, wql__utf8_next(&at, end));
        } else {
            add_range(list, wql__fold(first), wql__fold(first));
        }
    }
}

/* Sorts and joins; the keys become ranges of the arena. */
static bool finish_ranges(maker *m, range_list *list, wql__like_set *set) {
    wql__like_range *ranges;
    uint32_t count = 0;
    sort(list->keys, list->count);
    ranges = wql__arena_alloc(m->arena, wql__array_size(list->count, sizeof *ranges));
    if (!ranges) return false;
    for (size_t i = 0; i < list->count; i++) {
        uint32_t from = (uint32_t)(list->keys[i] >> 32), to = (uint32_t)list->keys[i];
        if (count && from <= ranges[count - 1].to + 1) ranges[count - 1].to = greater(to, ranges[count - 1].to);
        else ranges[count++] = (wql__like_range){from, to};
    }
    set->ranges = ranges;
    set->count = count;
    return true;
}

static void fill_ascii(wql__like_set *set) {
    for (uint32_t i = 0; i < set->count; i++)
        for (uint32_t c = set->ranges[i].from; c < 128 && c <= set->ranges[i].to; c++)
            set->ascii[c >> 6] |= (uint64_t)1 << (c & 63);
    if (!set->negated) return;
    set->ascii[0] = ~set->ascii[0];
    set->ascii[1] = ~set->ascii[1];
}

/* The element for what stands between `[` and the first `]`. Sets that say something simpler become that. */
static uint32_t make_set(maker *m, const char *at, const char *end) {
    wql__like_set *set = &m->sets[m->set_count];
    range_list list = {NULL, 0};
    bool all;
    memset(set, 0, sizeof *set);
    if (end - at > 1 && *at == '^') { /* `[^]` is the caret itself */
        set->negated = true;
        at++;
    }
    list.keys = wql__arena_alloc(&m->scratch, wql__array_size((size_t)(end - at), RANGES_OF_ONE * sizeof *list.keys));
    if (list.keys) read_items(at, end, &list);
    if (!list.keys || !finish_ranges(m, &list, set)) {
        m->no_memory = true;
        return WQL__LIKE_ONE;
    }
    all = set->count == 1 && set->ranges[0].from == 0 && set->ranges[0].to >= LAST_CHARACTER;
    if (set->negated ? all : set->count == 0) m->never = true;
    if (set->negated ? set->count == 0 : all) return WQL__LIKE_ONE;
    if (!set->negated && set->count == 1 && set->ranges[0].from == set->ranges[0].to) return set->ranges[0].from;
    fill_ascii(set);
    return WQL__LIKE_SET + m->set_count++;
}

/* -- runs -------------------------------------------------------------------------------------------------------- */

static void end_run(maker *m, bool keep_empty) {
    uint32_t count = m->element_count - m->run_from;
    if (count || keep_empty) {
        m->runs[m->run_count].elements = m->elements + m->run_from;
        m->runs[m->run_count++].count = count;
    }
    m->run_from = m->element_count;
}

/* Reads the whole pattern. What matches nothing ends it at once. */
static void read_pattern(maker *m, wql_str pattern, bool *wild) {
    const char *at = pattern.ptr, *end = pattern.len ? pattern.ptr + pattern.len : pattern.ptr;
    while (at < end && !m->never && !m->no_memory) {
        uint32_t c = wql__utf8_next(&at, end), element;
        if (c == '%') {
            end_run(m, false);
            *wild = true;
            continue;
        }
        if (c == '[') {
            const char *close = memchr(at, ']', (size_t)(end - at));
            if (!close) {
                m->never = true;
                return;
            }
            element = make_set(m, at, close);
            at = close + 1;
        } else {
            element = c == '_' ? (uint32_t)WQL__LIKE_ONE : wql__fold(c);
        }
        m->elements[m->element_count++] = element;
    }
    end_run(m, !*wild);
}

/* -- literal runs ------------------------------------------------------------------------------------------------ */

/* How frequent a byte is in names, paths and messages: greater is more. */
static unsigned frequency(char byte) {
    static const char order[] = "e tioanrslcdu/pm.-_hgf0b1wyvk2x:,3j5z4q\\8679";
    const char *found = byte ? strchr(order, byte) : NULL;
    return found ? (unsigned)(sizeof order - (size_t)(found - order)) : 0;
}

static bool make_literal(maker *m, wql__like_run *run, bool searched) {
    bool ascii = run->count > 0;
    for (uint32_t i = 0; i < run->count; i++) ascii = ascii && run->elements[i] < 0x80;
    if (ascii) {
        char *bytes = wql__arena_alloc(m->arena, run->count);
        if (!bytes) return false;
        for (uint32_t i = 0; i < run->count; i++) bytes[i] = (char)run->elements[i];
        for (uint32_t i = 1; i < run->count; i++) {
            if (frequency(bytes[i]) < frequency(bytes[run->rare[0]])) {
                run->rare[1] = run->rare[0];
                run->rare[0] = i;
            } else if (run->rare[1] == run->rare[0] || frequency(bytes[i]) < frequency(bytes[run->rare[1]])) {
                run->rare[1] = i;
            }
        }
        run->bytes = bytes;
        run->plain = wql__fold_is_plain((wql_str){bytes, run->count});
    }
    if (searched) {
        uint32_t *back = wql__arena_alloc(m->arena, wql__array_size(run->count, sizeof *back)), same = 0;
        if (!back) return false;
        back[0] = 0;
        for (uint32_t i = 1; i < run->count; i++) { /* back[i]: longest proper beginning that elements[..i] ends in */
            while (same && run->elements[i] != run->elements[same]) same = back[same - 1];
            same += run->elements[i] == run->elements[same];
            back[i] = same;
        }
        run->back = back;
    }
    return true;
}

/* -- runs with `_` and sets: rows of bits ------------------------------------------------------------------------ */

/* The ranges that an element names: one character, or those of its set. */
static const wql__like_range *ranges_of(const maker *m, uint32_t element, wql__like_range *one, uint32_t *count) {
    if (element >= WQL__LIKE_SET) {
        *count = m->sets[element - WQL__LIKE_SET].count;
        return m->sets[element - WQL__LIKE_SET].ranges;
    }
    one->from = one->to = element;
    *count = element != WQL__LIKE_ONE;
    return one;
}

static uint32_t find_piece(const wql__like_run *run, uint32_t from) {
    uint32_t low = 0, high = run->piece_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (run->pieces[middle] < from) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Cuts all characters into pieces at the ends of all ranges. */
static bool make_pieces(maker *m, wql__like_run *run) {
    wql__like_range one;
    const wql__like_range *ranges;
    uint64_t *keys;
    uint32_t *pieces, count;
    size_t total = 0, used = 0;
    for (uint32_t i = 0; i < run->count; i++) {
        (void)ranges_of(m, run->elements[i], &one, &count);
        total += count;
    }
    keys = wql__arena_alloc(&m->scratch, wql__array_size(total, 2 * sizeof *keys));
    pieces = wql__arena_alloc(m->arena, wql__array_size(total, 2 * sizeof *pieces));
    if (!keys || !pieces) return false;
    for (uint32_t i = 0; i < run->count; i++) {
        ranges = ranges_of(m, run->elements[i], &one, &count);
        for (uint32_t k = 0; k < count; k++) {
            keys[used++] = ranges[k].from;
            keys[used++] = ranges[k].to + 1;
        }
    }
    sort(keys, used);
    for (size_t i = 0; i < used; i++)
        if (i == 0 || keys[i] != keys[i - 1]) pieces[run->piece_count++] = (uint32_t)keys[i];
    run->pieces = pieces;
    return true;
}

/* Numbers the rows: pieces that no range covers share row 0. */
static bool number_rows(maker *m, wql__like_run *run, uint32_t *row_count) {
    wql__like_range one;
    uint32_t *row_of = wql__arena_zero(m->arena, wql__array_size(run->piece_count, sizeof *row_of)), count, depth = 0;
    if (!row_of) return false;
    *row_count = 1;
    for (uint32_t i = 0; i < run->count; i++) { /* first: how many ranges begin here less those that end here, modulo 2^32 */
        const wql__like_range *ranges = ranges_of(m, run->elements[i], &one, &count);
        for (uint32_t k = 0; k < count; k++) {
            row_of[find_piece(run, ranges[k].from)]++;
            row_of[find_piece(run, ranges[k].to + 1)]--;
        }
    }
    for (uint32_t i = 0; i < run->piece_count; i++) {
        depth += row_of[i];
        row_of[i] = depth ? (*row_count)++ : 0;
    }
    run->row_of = row_of;
    return true;
}

static bool make_ascii(maker *m, wql__like_run *run) {
    uint64_t *masks;
    for (uint32_t c = 0; c < 128; c++) {
        uint32_t next = find_piece(run, wql__fold(c) + 1);
        run->ascii_row[c] = next ? run->row_of[next - 1] : 0;
    }
    if (run->words != 1) return true;
    masks = wql__arena_alloc(m->arena, 128 * sizeof *masks);
    if (!masks) return false;
    for (uint32_t c = 0; c < 128; c++) masks[c] = run->rows[run->ascii_row[c]];
    run->ascii = masks;
    return true;
}

static bool make_rows(maker *m, wql__like_run *run) {
    wql__like_range one;
    uint64_t *rows;
    uint32_t row_count, count;
    run->words = (run->count + 63) / 64;
    if (run->words > WQL__LIKE_WORDS_MOST) return true;
    if (!make_pieces(m, run) || !number_rows(m, run, &row_count)) return false;
    rows = wql__arena_zero(m->arena, wql__array_size(row_count, run->words * sizeof *rows));
    if (!rows) return false;
    for (uint32_t i = 0; i < run->count; i++) { /* row 0: what accepts a character that no range names */
        uint32_t element = run->elements[i];
        bool others = element == WQL__LIKE_ONE || (element >= WQL__LIKE_SET && m->sets[element - WQL__LIKE_SET].negated);
        if (others) rows[i / 64] |= (uint64_t)1 << (i % 64);
    }
    for (uint32_t r = 1; r < row_count; r++) memcpy(rows + (size_t)r * run->words, rows, run->words * sizeof *rows);
    for (uint32_t i = 0; i < run->count; i++) { /* what a range names is the other way round */
        const wql__like_range *ranges = ranges_of(m, run->elements[i], &one, &count);
        for (uint32_t k = 0; k < count; k++)
            for (uint32_t p = find_piece(run, ranges[k].from); run->pieces[p] <= ranges[k].to; p++)
                rows[(size_t)run->row_of[p] * run->words + i / 64] ^= (uint64_t)1 << (i % 64);
    }
    run->rows = rows;
    return make_ascii(m, run);
}

/* -- the whole --------------------------------------------------------------------------------------------------- */

static bool make_runs(maker *m, const wql__pattern *pattern) {
    for (uint32_t i = 0; i < m->run_count; i++) {
        wql__like_run *run = &m->runs[i];
        bool searched = (i > 0 || pattern->open_start) && (i + 1 < m->run_count || pattern->open_end);
        run->literal = true;
        for (uint32_t k = 0; k < run->count; k++) run->literal = run->literal && run->elements[k] < WQL__LIKE_ONE;
        if (run->literal ? !make_literal(m, run, searched) : searched && !make_rows(m, run)) return false;
    }
    return true;
}

/* The text of the only run. */
static bool set_text(maker *m, wql__pattern *pattern) {
    const wql__like_run *run = &m->runs[0];
    char *text = wql__arena_alloc(m->arena, wql__array_size(run->count, 4));
    if (!text) return false;
    pattern->text.ptr = text;
    for (uint32_t i = 0; i < run->count; i++) pattern->text.len += wql__utf8_put(run->elements[i], text + pattern->text.len);
    return true;
}

static bool set_shape(maker *m, wql__pattern *pattern) {
    pattern->shape = WQL__LIKE_GENERAL;
    if (m->run_count == 0) pattern->shape = WQL__LIKE_ANY;
    if (m->run_count != 1 || !m->runs[0].literal) return true;
    if (pattern->open_start) pattern->shape = pattern->open_end ? WQL__LIKE_CONTAINS : WQL__LIKE_SUFFIX;
    else pattern->shape = pattern->open_end ? WQL__LIKE_PREFIX : WQL__LIKE_EXACT;
    return set_text(m, pattern);
}

static bool make(maker *m, wql_str text, wql__pattern *pattern) {
    size_t chars = wql__utf8_count(text.ptr, text.len), runs = 1, sets = 0;
    bool wild = false;
    for (size_t i = 0; i < text.len; i++) {
        runs += text.ptr[i] == '%';
        sets += text.ptr[i] == '[';
    }
    if (chars > UINT32_MAX / 2) return false;
    m->elements = wql__arena_alloc(m->arena, wql__array_size(chars, sizeof *m->elements));
    m->sets = wql__arena_alloc(m->arena, wql__array_size(sets, sizeof *m->sets));
    m->runs = wql__arena_zero(m->arena, wql__array_size(runs, sizeof *m->runs));
    if (!m->elements || !m->sets || !m->runs) return false;
    read_pattern(m, text, &wild);
    if (m->no_memory) return false;
    pattern->shape = WQL__LIKE_NEVER;
    if (m->never) return true;
    pattern->open_start = text.len && text.ptr[0] == '%';
    pattern->open_end = text.len && text.ptr[text.len - 1] == '%';
    pattern->runs = m->runs;
    pattern->run_count = m->run_count;
    pattern->sets = m->sets;
    return make_runs(m, pattern) && set_shape(m, pattern) && wql__like_whole_make(m->arena, pattern);
}

const wql__pattern *wql__like_compile(wql__arena *arena, wql_str pattern) {
    maker m;
    wql__pattern *made = wql__arena_zero(arena, sizeof *made);
    bool good;
    if (!made) return NULL;
    memset(&m, 0, sizeof m);
    m.arena = arena;
    wql__arena_init(&m.scratch, arena->mem);
    good = make(&m, pattern, made);
    wql__arena_free(&m.scratch);
    return good ? made : NULL;
}

int wql__like_shape(const wql__pattern *pattern, wql_str *text) {
    *text = pattern->text;
    return pattern->shape;
}
