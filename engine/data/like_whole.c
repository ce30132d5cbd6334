/* SPDX-License-Identifier: MIT */
/* like_whole.c: a pattern without a literal as one automaton. All runs of it stand behind each other in one word; a state that a
 * `%` follows waits. So an ASCII text is read once, from its start on, with one load for each byte. */
#include "like_part.h"

#include "../base/stop.h"

enum { STOP_EVERY = 2 * WQL__STOP_WORK, ELEMENTS_MOST = 63 }; /* a byte takes few instructions here */

struct wql__like_whole {
    uint64_t ascii[128]; /* bit i + 1: element i accepts the character, not folded */
    uint64_t waits;      /* bit i: a `%` stands behind the first i elements; that behind the last one is not counted */
    uint64_t last;
};

/* A run that is searched and no literal has rows. */
static bool is_suitable(const wql__pattern *pattern) {
    uint32_t elements = 0;
    if (!pattern->open_start || !pattern->open_end || pattern->run_count == 0) return false;
    for (uint32_t i = 0; i < pattern->run_count; i++) {
        if (pattern->runs[i].literal || !pattern->runs[i].ascii || pattern->runs[i].count > ELEMENTS_MOST - elements)
            return false;
        elements += pattern->runs[i].count;
    }
    return true;
}

bool wql__like_whole_make(wql__arena *arena, wql__pattern *pattern) {
    struct wql__like_whole *whole;
    uint32_t at = 0;
    if (!is_suitable(pattern)) return true;
    whole = wql__arena_zero(arena, sizeof *whole);
    if (!whole) return false;
    for (uint32_t i = 0; i < pattern->run_count; i++) {
        const wql__like_run *run = &pattern->runs[i];
        whole->waits |= (uint64_t)1 << at;
        for (uint32_t c = 0; c < 128; c++) whole->ascii[c] |= run->ascii[c] << (at + 1);
        at += run->count;
    }
    whole->last = (uint64_t)1 << at;
    pattern->whole = whole;
    return true;
}

int wql__like_whole_match(const struct wql__like_whole *whole, wql_str text, const _Atomic uint32_t *stop) {
    const unsigned char *at = (const unsigned char *)text.ptr, *end = text.len ? at + text.len : at;
    const uint64_t waits = whole->waits, last = whole->last;
    uint64_t state = 1;
    while (at < end) {
        const unsigned char *pause = end - at > STOP_EVERY ? at + STOP_EVERY : end;
        if (wql__stopped(stop)) return 0;
        for (; at < pause; at++) {
            if (*at >= 128) return -1;
            state = (state << 1 & whole->ascii[*at]) | (state & waits);
            if (state & last) return 1;
        }
    }
    return 0;
}
