/* SPDX-License-Identifier: MIT */
/* test_text_set.c: a set of texts against the plain rule, member by member: every length around the words that are compared,
 * letters whose folding is longer or shorter, NULLs, the last bytes of a buffer, both layouts. */
#include "../../engine/base/fold.h"
#include "../../engine/exec/text_set.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { MEMBERS = 40, ROWS = 200, TEXT_ROOM = 96, ROUNDS = 300 };

static uint32_t seed;

static uint32_t pick(uint32_t end) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % end;
}

/* Few letters, so that texts are often nearly the same; U+212A is a k, U+017F an s, U+00C9 and U+00E9 are one letter. */
static size_t make_text(char *to, uint32_t pieces, bool ascii) {
    static const char *const letters[] = {"a",        "A",        "k",        "K", "s", "S", "\xE2\x84\xAA",
                                          "\xC5\xBF", "\xC3\x89", "\xC3\xA9", "@", "[", "z", "Z"};
    uint32_t kinds = ascii || pick(3) ? 6 : 14; /* mostly ASCII */
    size_t len = 0;
    for (uint32_t i = 0; i < pieces; i++) {
        const char *letter = letters[pick(4) ? pick(2) : pick(kinds)];
        memcpy(to + len, letter, strlen(letter));
        len += strlen(letter);
    }
    return len;
}

typedef struct model {
    wql_str members[MEMBERS], rows[ROWS];
    char member_text[MEMBERS][TEXT_ROOM], row_text[ROWS][TEXT_ROOM], folded[MEMBERS][WQL__FOLD_SIZE(TEXT_ROOM)];
    bool valid[ROWS], right[ROWS];
} model;

static uint32_t make_pieces(void) { return pick(8) ? 1 + pick(28) : 0; }

/* `words`: all members have four bytes. */
static void make_model(model *m, bool ascii, bool words) {
    for (uint32_t i = 0; i < MEMBERS; i++) {
        size_t len = make_text(m->member_text[i], words ? 4 + pick(25) : make_pieces(), ascii);
        m->members[i] = (wql_str){m->folded[i], wql__fold_text(m->member_text[i], len, m->folded[i])};
    }
    for (uint32_t r = 0; r < ROWS; r++) {
        uint32_t like = pick(MEMBERS);
        m->valid[r] = pick(10) != 0;
        m->rows[r].ptr = m->row_text[r];
        if (pick(2)) { /* a member, with other cases and letters for k and s */
            m->rows[r].len = 0;
            for (size_t i = 0; i < m->members[like].len; i++) {
                char c = m->members[like].ptr[i];
                const char *other = c == 'k' && !pick(8) ? "\xE2\x84\xAA" : c == 's' && !pick(8) ? "\xC5\xBF" : NULL;
                if (other) {
                    memcpy(m->row_text[r] + m->rows[r].len, other, strlen(other));
                    m->rows[r].len += strlen(other);
                } else {
                    m->row_text[r][m->rows[r].len++] = c >= 'a' && c <= 'z' && pick(2) ? (char)(c - 32) : c;
                }
                if (m->rows[r].len > TEXT_ROOM - 4) break;
            }
            if (!pick(6) && m->rows[r].len) { /* but for one byte, that of another sign */
                char *byte = &m->row_text[r][pick((uint32_t)m->rows[r].len)];
                if ((unsigned char)*byte < 0x80) *byte = (char)(*byte ^ 32);
                if ((unsigned char)*byte < 0x80 && pick(2)) *byte = '_';
            }
        } else {
            m->rows[r].len = make_text(m->row_text[r], make_pieces(), false);
        }
        m->right[r] = false;
        for (uint32_t i = 0; i < MEMBERS; i++) m->right[r] |= wql__fold_equal(m->members[i], m->rows[r]);
    }
}

static void make_set(wql__text_set *set, wql__arena *arena, const model *m) {
    size_t shortest = SIZE_MAX;
    for (uint32_t i = 0; i < MEMBERS; i++) shortest = m->members[i].len < shortest ? m->members[i].len : shortest;
    assert_true(wql__text_set_init(set, arena, MEMBERS, shortest));
    for (uint32_t i = 0; i < MEMBERS; i++) wql__text_set_add(set, m->members[i]);
}

static void check(const wql__text_set *set, const model *m, const wql_column *col, uint32_t rows, bool nulls) {
    uint64_t mask[(ROWS + 63) / 64];
    for (uint32_t level = WQL_KERNELS_AUTO; level <= WQL_KERNELS_NEON; level++) {
        wql__kernels kernels;
        if (!wql__kernels_init(&kernels, level)) continue;
        memset(mask, 0xff, sizeof mask);
        wql__text_set_column(set, &kernels, col, rows, NULL, mask);
        for (uint32_t r = 0; r < rows; r++) {
            bool right = m->right[r] && (!nulls || m->valid[r]);
            if (((mask[r / 64] >> (r % 64)) & 1) != right) fail_msg("row %u: '%.*s'", r, (int)m->rows[r].len, m->rows[r].ptr);
        }
    }
}

static void set_valid(const model *m, uint8_t bits[ROWS / 8 + 1]) {
    memset(bits, 0, ROWS / 8 + 1);
    for (uint32_t r = 0; r < ROWS; r++) bits[r / 8] = (uint8_t)(bits[r / 8] | m->valid[r] << (r % 8));
}

/* The buffer ends with the last text: a sanitizer sees whoever reads on. */
static void check_offsets(const wql__text_set *set, const model *m, uint32_t rows, bool nulls) {
    int32_t offsets[ROWS + 1] = {0};
    uint8_t valid[ROWS / 8 + 1];
    wql_column col = {.type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = offsets};
    char *bytes;
    for (uint32_t r = 0; r < rows; r++) offsets[r + 1] = offsets[r] + (int32_t)m->rows[r].len;
    bytes = malloc((size_t)offsets[rows] + !offsets[rows]);
    assert_non_null(bytes);
    for (uint32_t r = 0; r < rows; r++) memcpy(bytes + offsets[r], m->rows[r].ptr, m->rows[r].len);
    set_valid(m, valid);
    col.bytes = bytes;
    col.bytes_size = (uint64_t)offsets[rows];
    if (nulls) col.validity = valid;
    check(set, m, &col, rows, nulls);
    free(bytes);
}

/* Below a NULL a view points nowhere. */
static void check_views(const wql__text_set *set, const model *m, uint32_t rows, bool nulls) {
    wql_view views[ROWS];
    uint8_t valid[ROWS / 8 + 1];
    char *bytes = malloc(ROWS * TEXT_ROOM);
    const char *buffers[1] = {bytes};
    int64_t sizes[1] = {0};
    wql_column col = {
        .type = WQL_STRING, .layout = WQL_VIEWS, .values = views, .buffers = buffers, .buffer_sizes = sizes, .buffer_count = 1};
    assert_non_null(bytes);
    memset(views, 0xee, sizeof views);
    for (uint32_t r = 0; r < rows; r++) {
        uint32_t len = (uint32_t)m->rows[r].len;
        if (nulls && !m->valid[r]) continue;
        views[r].len = len;
        if (len <= sizeof views[r].as.inlined) {
            memcpy(views[r].as.inlined, m->rows[r].ptr, len);
            continue;
        }
        memcpy(views[r].as.ref.prefix, m->rows[r].ptr, 4);
        views[r].as.ref.buffer = 0;
        views[r].as.ref.offset = (uint32_t)sizes[0];
        memcpy(bytes + sizes[0], m->rows[r].ptr, len);
        sizes[0] += len;
    }
    bytes = realloc(bytes, (size_t)sizes[0] + !sizes[0]);
    assert_non_null(bytes);
    buffers[0] = bytes;
    set_valid(m, valid);
    if (nulls) col.validity = valid;
    check(set, m, &col, rows, nulls);
    free(bytes);
}

static void test_against_rule(void **state) {
    model *m = calloc(1, sizeof *m);
    uint32_t found = 0, missed = 0;
    (void)state;
    assert_non_null(m);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        wql__mem *mem = wql__mem_open(NULL, NULL, 0);
        wql__arena arena;
        wql__text_set set;
        uint32_t rows = 1 + pick(ROWS);
        wql__arena_init(&arena, mem);
        make_model(m, round % 2, round % 4 > 1); /* lengths are looked at where all members are ASCII */
        make_set(&set, &arena, m);
        for (uint32_t r = 0; r < ROWS; r++) {
            assert_int_equal(wql__text_set_has(&set, m->rows[r]), m->right[r]);
            found += m->right[r];
            missed += !m->right[r];
        }
        for (int nulls = 0; nulls < 2; nulls++) {
            check_offsets(&set, m, rows, nulls);
            check_views(&set, m, rows, nulls);
        }
        wql__arena_free(&arena);
        wql__mem_release(mem);
    }
    assert_true(found > ROUNDS * ROWS / 5 && missed > ROUNDS * ROWS / 5);
    free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_rule)};
    seed = 20240611;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
