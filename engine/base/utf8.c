/* SPDX-License-Identifier: MIT */
/* utf8.c: reading and writing UTF-8. */
#include "utf8.h"

#include "stop.h"

#define HIGH_BITS 0x8080808080808080u

static inline uint64_t load8(const char *ptr) {
    uint64_t word;
    memcpy(&word, ptr, sizeof word);
    return word;
}

static inline bool is_tail(unsigned char c) { return (c & 0xc0) == 0x80; }

/* How many bytes a lead announces, 0: it is none; and which second bytes may follow it: overlong forms, surrogates and what lies
 * beyond U+10FFFF are all visible there. */
static size_t lead_length(unsigned char lead, unsigned char *low, unsigned char *high) {
    *low = 0x80;
    *high = 0xbf;
    if (lead < 0x80) return 1;
    if (lead < 0xc2) return 0;
    if (lead < 0xe0) return 2;
    if (lead < 0xf0) {
        if (lead == 0xe0) *low = 0xa0;
        if (lead == 0xed) *high = 0x9f;
        return 3;
    }
    if (lead > 0xf4) return 0;
    if (lead == 0xf0) *low = 0x90;
    if (lead == 0xf4) *high = 0x8f;
    return 4;
}

/* Length of the character at ptr if it is well-formed, else 0 with the length of the maximal ill-formed part in *bad. */
static size_t check_one(const unsigned char *ptr, size_t left, size_t *bad) {
    unsigned char low, high;
    size_t n = lead_length(ptr[0], &low, &high);
    *bad = 1;
    if (n < 2) return n;
    if (left < 2 || ptr[1] < low || ptr[1] > high) return 0;
    for (size_t i = 2; i < n; i++) {
        *bad = i;
        if (left <= i || !is_tail(ptr[i])) return 0;
    }
    return n;
}

size_t wql__utf8_check(const char *ptr, size_t len) {
    size_t i = 0, bad;
    while (i < len) {
        size_t n;
        if (len - i >= 8 && !(load8(ptr + i) & HIGH_BITS)) {
            i += 8;
            continue;
        }
        n = check_one((const unsigned char *)ptr + i, len - i, &bad);
        if (!n) return i;
        i += n;
    }
    return len;
}

/* Piece by piece; what a cut leaves of a character is read again with what follows it. */
size_t wql__utf8_check_until(const char *ptr, size_t len, const _Atomic uint32_t *stop) {
    size_t good = 0;
    while (good < len) {
        size_t piece = len - good > WQL__STOP_WORK / 4 ? WQL__STOP_WORK / 4 : len - good, more;
        if (len > WQL__STOP_WORK / 4 && wql__stopped(stop)) return good;
        more = wql__utf8_check(ptr + good, piece);
        if (more == 0) return good;
        good += more;
    }
    return good;
}

bool wql__is_ascii_until(const char *ptr, size_t len, const _Atomic uint32_t *stop) {
    for (size_t i = 0; i < len; i += WQL__STOP_BLOCK) {
        if (len > WQL__STOP_BLOCK && wql__stopped(stop)) return false;
        if (!wql__is_ascii(ptr + i, len - i > WQL__STOP_BLOCK ? WQL__STOP_BLOCK : len - i)) return false;
    }
    return true;
}

bool wql__is_ascii(const char *ptr, size_t len) {
    uint64_t seen = 0;
    size_t i = 0;
    for (; len - i >= 32; i += 32) {
        seen = load8(ptr + i) | load8(ptr + i + 8) | load8(ptr + i + 16) | load8(ptr + i + 24);
        if (seen & HIGH_BITS) return false;
    }
    for (; len - i >= 8; i += 8) seen |= load8(ptr + i);
    for (; i < len; i++) seen |= (uint64_t)(unsigned char)ptr[i];
    return !(seen & HIGH_BITS);
}

uint32_t wql__utf8_next(const char **at, const char *end) {
    const unsigned char *p = (const unsigned char *)*at;
    size_t left = (size_t)(end - *at);
    uint32_t c = p[0];
    if (c < 0x80 || left < 2) {
        *at += 1;
    } else if (c < 0xe0 || left < 3) {
        c = (c & 0x1f) << 6 | (p[1] & 0x3fu);
        *at += 2;
    } else if (c < 0xf0 || left < 4) {
        c = (c & 0x0f) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
        *at += 3;
    } else {
        c = (c & 0x07) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
        *at += 4;
    }
    return c;
}

size_t wql__utf8_put(uint32_t c, char out[4]) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

size_t wql__utf8_count(const char *ptr, size_t len) {
    size_t count = 0;
    for (size_t i = 0; i < len; i++) count += !is_tail((unsigned char)ptr[i]);
    return count;
}

/* What lies beyond the basic plane, and has four bytes, is two units. */
size_t wql__utf16_length(const char *ptr, size_t len) {
    size_t count = 0;
    for (size_t i = 0; i < len; i++) count += (size_t)!is_tail((unsigned char)ptr[i]) + ((unsigned char)ptr[i] >= 0xf0);
    return count;
}

/* Looks only at the bytes before the cut: all of a text that was cut already may be given. */
size_t wql__utf8_cut(const char *ptr, size_t len, size_t size) {
    size_t end = len < size ? len : size, back = 0;
    unsigned char low, high;
    while (back < end && back < 3 && is_tail((unsigned char)ptr[end - 1 - back])) back++;
    if (back == end) return end;
    return lead_length((unsigned char)ptr[end - 1 - back], &low, &high) > back + 1 ? end - 1 - back : end;
}

size_t wql__utf8_repair(const char *ptr, size_t len, char *out) { return wql__utf8_repair_until(ptr, len, out, NULL); }

size_t wql__utf8_repair_until(const char *ptr, size_t len, char *out, const _Atomic uint32_t *stop) {
    size_t used = 0, bad, chars = 0;
    for (size_t i = 0; i < len && (++chars % 512 || !wql__stopped(stop));) {
        size_t n = check_one((const unsigned char *)ptr + i, len - i, &bad);
        if (n) {
            memcpy(out + used, ptr + i, n);
            used += n;
            i += n;
        } else {
            memcpy(out + used, "\xef\xbf\xbd", 3);
            used += 3;
            i += bad;
        }
    }
    return used;
}
