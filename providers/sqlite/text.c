/* SPDX-License-Identifier: MIT */
/* text.c: UTF-8, checked while it is copied, and repaired where it is ill-formed. */
#include "sqlite.h"

#define HIGH_BITS 0x8080808080808080u

static inline uint64_t load8(const char *from) {
    uint64_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

bool wql__sqlite_copy_text(char *to, const char *from, size_t len) {
    uint64_t seen = 0, word;
    size_t i = 0;
    uint32_t half;
    for (; len - i >= 8; i += 8) {
        word = load8(from + i);
        memcpy(to + i, &word, sizeof word);
        seen |= word;
    }
    if (len - i >= 4) {
        memcpy(&half, from + i, sizeof half);
        memcpy(to + i, &half, sizeof half);
        seen |= half;
        i += 4;
    }
    for (; i < len; i++) {
        to[i] = from[i];
        seen |= (uint64_t)(unsigned char)from[i];
    }
    return !(seen & HIGH_BITS);
}

/* Length of the well-formed character at `at`; 0, with the length of the maximal ill-formed part in *bad, if there is none
 * (Unicode 3.9, table 3-7: overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte). */
static size_t check_one(const unsigned char *at, size_t left, size_t *bad) {
    unsigned char lead = at[0], low = 0x80, high = 0xbf;
    size_t n = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    *bad = 1;
    if (n < 2) return n;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
    if (left < 2 || at[1] < low || at[1] > high) return 0;
    for (size_t i = 2; i < n; i++) {
        *bad = i;
        if (left <= i || (at[i] & 0xc0) != 0x80) return 0;
    }
    return n;
}

size_t wql__sqlite_check_text(const char *text, size_t len) {
    size_t i = 0, bad;
    while (i < len) {
        size_t n;
        if (len - i >= 8 && !(load8(text + i) & HIGH_BITS)) {
            i += 8;
            continue;
        }
        n = check_one((const unsigned char *)text + i, len - i, &bad);
        if (!n) return i;
        i += n;
    }
    return len;
}

size_t wql__sqlite_repair_text(char *to, const char *from, size_t len) {
    size_t out = 0, i = 0;
    while (i < len) {
        size_t bad, good = wql__sqlite_check_text(from + i, len - i);
        if (to) memcpy(to + out, from + i, good);
        out += good;
        i += good;
        if (i == len) break;
        (void)check_one((const unsigned char *)from + i, len - i, &bad);
        if (to) memcpy(to + out, "\xef\xbf\xbd", 3);
        out += 3;
        i += bad;
    }
    return out;
}
