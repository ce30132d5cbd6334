/* SPDX-License-Identifier: MIT */
/* like.c: matching a compiled LIKE pattern. Runs are taken from left to right, each at the first place where it fits; since a run
 * has one length in characters, a later place could never help, and nothing is tried twice. */
#include "like_part.h"

#include "../base/fold.h"
#include "../base/stop.h"
#include "../base/utf8.h"

#include <string.h>

static inline uint32_t next_folded(const char **at, const char *end) {
    uint32_t c = (unsigned char)**at;
    if (c >= 0x80) return wql__fold(wql__utf8_next(at, end));
    ++*at;
    return c - 'A' < 26u ? c | 0x20u : c;
}

static inline char fold_byte(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

/* What is known of one text. */
typedef struct subject {
    const wql__pattern *pattern;
    const _Atomic uint32_t *stop;
    const char *from, *to;
    int ascii;   /* whether all of it is ASCII; -1: not looked at */
    size_t left; /* work until the flag is looked at again */
    bool ended;  /* it was set */
} subject;

/* Some work was done, as much as comparing so many bytes. False: the rest is not worth doing. */
static inline bool worked(subject *s, size_t work) {
    if (work < s->left) {
        s->left -= work;
    } else {
        s->left = WQL__STOP_WORK;
        s->ended = s->ended || wql__stopped(s->stop);
    }
    return !s->ended;
}

/* What different steps take, in bytes compared: a character that is folded and looked for, an element that may be a set. */
enum { CHARACTER = 4, ELEMENT = 8, RUN = 32 };

static inline size_t lesser(size_t a, size_t b) { return a < b ? a : b; }

/* Where to pause in a text of which each byte is so much work. */
static inline const char *next_pause(const char *at, const char *end, size_t work) {
    size_t piece = WQL__STOP_WORK / work + 1;
    return (size_t)(end - at) > piece ? at + piece : end;
}

static bool is_ascii(subject *s) {
    if (s->ascii < 0) s->ascii = wql__is_ascii_until(s->from, (size_t)(s->to - s->from), s->stop);
    return s->ascii != 0;
}

/* -- at one place ------------------------------------------------------------------------------------------------ */

/* How many bytes of the run stand at `at`, where there is room for all. */
static uint32_t common_bytes(subject *s, const wql__like_run *run, const char *at) {
    uint32_t i = 0;
    for (;;) {
        uint32_t pause = run->count - i > WQL__STOP_WORK ? i + WQL__STOP_WORK : run->count;
        while (i < pause && fold_byte(at[i]) == run->bytes[i]) i++;
        if (i < pause || i == run->count || !worked(s, WQL__STOP_WORK)) return i;
    }
}

static bool same_bytes(subject *s, const wql__like_run *run, const char *at) {
    uint32_t common = common_bytes(s, run, at);
    return worked(s, common % WQL__STOP_WORK) && common == run->count;
}

static bool accepts(const wql__pattern *pattern, uint32_t element, uint32_t folded) {
    if (element < WQL__LIKE_ONE) return element == folded;
    return element == WQL__LIKE_ONE || wql__like_set_has(&pattern->sets[element - WQL__LIKE_SET], folded);
}

/* Whether the run stands at *at, which moves behind it. */
static bool match_here(subject *s, const wql__like_run *run, const char **at, const char *end) {
    if (run->plain) {
        if ((size_t)(end - *at) < run->count || !same_bytes(s, run, *at)) return false;
        *at += run->count;
        return true;
    }
    for (uint32_t i = 0; i < run->count; i++) {
        if (*at >= end || !worked(s, ELEMENT)) return false;
        if (!accepts(s->pattern, run->elements[i], next_folded(at, end))) return false;
    }
    return true;
}

/* Whether the run ends the text; *end moves before it. */
static bool match_end(subject *s, const wql__like_run *run, const char *from, const char **end) {
    const char *at = *end, *behind = *end;
    if (run->plain) {
        if ((size_t)(behind - from) < run->count || !same_bytes(s, run, behind - run->count)) return false;
        *end = behind - run->count;
        return true;
    }
    for (uint32_t i = 0; i < run->count; i++) {
        if (at <= from || !worked(s, 1)) return false;
        do at--;
        while (at > from && ((unsigned char)*at & 0xc0) == 0x80);
    }
    *end = at;
    return match_here(s, run, &at, behind);
}

/* -- searching: each returns the place behind the first fit, or NULL --------------------------------------------- */

/* Literal, by characters: how far the run matches is never forgotten (Knuth, Morris, Pratt). */
static const char *search_chars(subject *s, const wql__like_run *run, const char *at, const char *end) {
    uint32_t matched = 0;
    while (at < end) {
        const char *from = at, *pause = next_pause(at, end, CHARACTER);
        while (at < pause) {
            uint32_t c = next_folded(&at, end);
            while (matched && run->elements[matched] != c) matched = run->back[matched - 1];
            if (run->elements[matched] == c && ++matched == run->count) return at;
        }
        if (!worked(s, (size_t)(at - from) * CHARACTER)) return NULL;
    }
    return NULL;
}

#define ONES 0x0101010101010101u
#define HIGHS 0x8080808080808080u

static inline uint64_t load8(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* One byte of a run, to be looked for in eight places at once. */
typedef struct probe {
    uint32_t place;
    uint64_t bytes, fold; /* fold: what makes a letter small */
} probe;

static probe make_probe(const wql__like_run *run, uint32_t place) {
    unsigned char byte = (unsigned char)run->bytes[place];
    probe p = {place, ONES * byte, byte >= 'a' && byte <= 'z' ? ONES * 0x20 : 0};
    return p;
}

/* The first character that begins at or behind a place. */
static const char *next_start(const char *at, const char *end) {
    while (at < end && ((unsigned char)*at & 0xc0) == 0x80) at++;
    return at;
}

/* Literal, by bytes: two rare bytes of the run are looked for in eight places at once, and the whole run where both stand. On
 * texts that deceive the probes too often the work is handed on, so that the time stays linear. */
static const char *search_bytes(subject *s, const wql__like_run *run, const char *at, const char *end) {
    const probe a = make_probe(run, run->rare[0]), b = make_probe(run, run->rare[1]);
    size_t left, wasted = 0, allowed = 1024; /* bytes compared in vain */
    uint32_t words = 0;
    bool few;
    if ((size_t)(end - at) < run->count) return NULL;
    left = (size_t)(end - at) - run->count + 1; /* places */
    few = left < 8;
    for (; left > 0 && !few; at += 8, left -= 8, allowed += 16) {
        uint64_t differ, hits;
        if (left < 8) { /* the last places together with some that were tried */
            at -= 8 - left;
            left = 8;
        }
        differ = ((load8(at + a.place) | a.fold) ^ a.bytes) | ((load8(at + b.place) | b.fold) ^ b.bytes);
        hits = (differ - ONES) & ~differ & HIGHS; /* all zero bytes, perhaps others behind one */
        for (; hits; hits &= hits - 1) {
            const char *place = at + (__builtin_ctzll(hits) >> 3);
            uint32_t common = common_bytes(s, run, place);
            if (common == run->count) return place + run->count;
            wasted += common + 1;
            if (!worked(s, common % WQL__STOP_WORK + 8)) return NULL;
        }
        if (wasted > allowed) return search_chars(s, run, next_start(at + 8, end), end);
        if (++words % 128 == 0 && !worked(s, 512)) return NULL;
    }
    for (; left > 0; at++, left--)
        if (fold_byte(at[a.place]) == run->bytes[a.place] && same_bytes(s, run, at)) return at + run->count;
    return NULL;
}

/* The row of the character at *at, which moves on. */
static inline uint32_t next_row(const wql__like_run *run, const char **at, const char *end) {
    uint32_t low = 0, high = run->piece_count, folded;
    if ((unsigned char)**at < 128) return run->ascii_row[(unsigned char)*(*at)++];
    folded = next_folded(at, end);
    while (low < high) { /* how many pieces begin at or before the character */
        uint32_t middle = low + (high - low) / 2;
        if (run->pieces[middle] <= folded)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? run->row_of[low - 1] : 0;
}

/* Bit i of the state: the last i + 1 characters fit elements[0..i]. One word. */
static const char *search_word(subject *s, const wql__like_run *run, const char *at, const char *end) {
    const uint64_t last = (uint64_t)1 << (run->count - 1);
    uint64_t state = 0;
    while (at < end) {
        const char *from = at, *pause = next_pause(at, end, CHARACTER);
        while (at < pause) {
            unsigned char c = (unsigned char)*at;
            if (c < 128) at++;
            state = (state << 1 | 1) & (c < 128 ? run->ascii[c] : run->rows[next_row(run, &at, end)]);
            if (state & last) return at;
        }
        if (!worked(s, (size_t)(at - from) * CHARACTER)) return NULL;
    }
    return NULL;
}

/* The same over several words. */
static const char *search_words(subject *s, const wql__like_run *run, const char *at, const char *end) {
    const uint64_t last = (uint64_t)1 << ((run->count - 1) % 64);
    uint64_t state[WQL__LIKE_WORDS_MOST];
    memset(state, 0, run->words * sizeof *state);
    while (at < end) {
        const char *from = at, *pause = next_pause(at, end, CHARACTER + run->words);
        while (at < pause) {
            const uint64_t *row = run->rows + (size_t)next_row(run, &at, end) * run->words;
            uint64_t carry = 1;
            for (uint32_t w = 0; w < run->words; w++) {
                uint64_t next = state[w] >> 63;
                state[w] = (state[w] << 1 | carry) & row[w];
                carry = next;
            }
            if (state[run->words - 1] & last) return at;
        }
        if (!worked(s, (size_t)(at - from) * (CHARACTER + run->words))) return NULL;
    }
    return NULL;
}

/* A run of more than 65,536 elements, which only a limit far above the usual lets in, is tried place by place. */
static const char *search_slowly(subject *s, const wql__like_run *run, const char *at, const char *end) {
    while (at < end && worked(s, CHARACTER)) {
        const char *behind = at;
        if (match_here(s, run, &behind, end)) return behind;
        (void)wql__utf8_next(&at, end);
    }
    return NULL;
}

/* Bytes may be compared where they stand for no other character of the text. */
static const char *search(subject *s, const wql__like_run *run, const char *at, const char *end) {
    bool by_bytes = run->bytes && (run->plain || is_ascii(s));
    if (!worked(s, RUN + run->words)) return NULL;
    if (run->literal) return by_bytes ? search_bytes(s, run, at, end) : search_chars(s, run, at, end);
    if (run->words == 1) return search_word(s, run, at, end);
    return run->words <= WQL__LIKE_WORDS_MOST ? search_words(s, run, at, end) : search_slowly(s, run, at, end);
}

/* -- the whole --------------------------------------------------------------------------------------------------- */

bool wql__like_match(const wql__pattern *pattern, wql_str text, const _Atomic uint32_t *stop) {
    const char *at = text.ptr, *end = text.len ? text.ptr + text.len : text.ptr;
    uint32_t run = 0, runs = pattern->run_count;
    subject s = {pattern, stop, at, end, -1, WQL__STOP_WORK, false};
    if (pattern->whole) {
        int outcome = wql__like_whole_match(pattern->whole, text, stop);
        if (outcome >= 0) return outcome != 0;
    }
    if (pattern->shape == WQL__LIKE_NEVER || wql__stopped(stop)) return false;
    if (!pattern->open_start) {
        if (!match_here(&s, &pattern->runs[run++], &at, end)) return false;
        if (run == runs && !pattern->open_end) return at == end;
    }
    if (!pattern->open_end && !match_end(&s, &pattern->runs[--runs], at, &end)) return false;
    for (; run < runs; run++) {
        const char *from = at;
        at = search(&s, &pattern->runs[run], at, end);
        if (!at || !worked(&s, lesser((size_t)(at - from), WQL__STOP_WORK / CHARACTER) * CHARACTER)) return false;
    }
    return true;
}

/* -- for those who look at bytes first --------------------------------------------------------------------------- */

/* How many characters a run has; 0 also if one is not ASCII. */
static uint32_t characters(const wql__like_run *run) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < run->count; i++) {
        if (run->elements[i] >= 0x80 && run->elements[i] < WQL__LIKE_ONE) return 0;
        count += run->elements[i] < 0x80;
    }
    return count;
}

enum { RUNS_LOOKED_AT = 32 };

uint32_t wql__like_skeleton(const wql__pattern *pattern, uint8_t *low, uint8_t *mask) {
    const wql__like_run *best = NULL;
    uint32_t most = 0;
    for (uint32_t i = 0; i < pattern->run_count && i < RUNS_LOOKED_AT; i++) {
        uint32_t count = pattern->runs[i].count <= WQL__SKELETON_MAX ? characters(&pattern->runs[i]) : 0;
        if (count <= most) continue;
        most = count;
        best = &pattern->runs[i];
    }
    for (uint32_t i = 0; best && i < best->count; i++) {
        uint32_t element = best->elements[i];
        low[i] = element < 0x80 ? (uint8_t)element : 0xff;
        mask[i] = element >= 0x80 ? 0xff : element - 'a' < 26u ? 0x20 : 0;
    }
    return best ? best->count : 0;
}
