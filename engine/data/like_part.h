/* SPDX-License-Identifier: MIT */
/* like_part.h: a compiled LIKE pattern from the inside: like_make.c makes it, like.c matches with it. */
#ifndef WQL_DATA_LIKE_PART_H
#define WQL_DATA_LIKE_PART_H

#include "like.h"

/* What one character is compared with: a folded character itself, or one of these. */
enum {
    WQL__LIKE_ONE = 0x110000, /* `_` */
    WQL__LIKE_SET = 0x110001  /* and above: set number element - WQL__LIKE_SET */
};

typedef struct wql__like_range {
    uint32_t from, to;
} wql__like_range;

/* Characters, folded: ranges in order, that neither overlap nor touch. */
typedef struct wql__like_set {
    uint64_t ascii[2]; /* whether c is accepted: negation is in it */
    const wql__like_range *ranges;
    uint32_t count;
    bool negated;
} wql__like_set;

/* A run of elements between two `%`. What stands between two of them is searched for: `search` says how. */
typedef struct wql__like_run {
    const uint32_t *elements;
    uint32_t count;
    bool literal;        /* only characters */
    const char *bytes;   /* literal, and all ASCII: `count` bytes. NULL: not so */
    bool plain;          /* bytes: wql__fold_is_plain */
    uint32_t rare[2];    /* bytes: places of the two that are least frequent in texts */
    const uint32_t *back; /* literal, searched: how many elements still match where element i does not, or 0 */
    /* Searched, not literal: where an element accepts a character, its bit is set in the character's row. All characters of a piece
     * (from piece[k] up to piece[k + 1]) have the same row; what lies before the first or behind the last has row 0. */
    uint32_t words;         /* of a row */
    const uint64_t *rows;
    const uint64_t *ascii;  /* [128] rows of one word: those of ASCII characters, not folded */
    const uint32_t *pieces; /* first characters */
    const uint32_t *row_of; /* [piece] */
    uint32_t piece_count;
    uint32_t ascii_row[128]; /* of ASCII characters, not folded */
} wql__like_run;

struct wql__pattern {
    int shape;
    bool open_start, open_end; /* begins, ends with `%` */
    wql_str text;              /* folded, of the shapes that have one */
    uint32_t run_count;        /* not empty, but for the only run of a pattern without `%` */
    const wql__like_run *runs;
    const wql__like_set *sets;
    const struct wql__like_whole *whole; /* see like_whole.c; NULL: the pattern is none of those */
};

/* After the runs are made. False = no memory. */
bool wql__like_whole_make(wql__arena *arena, wql__pattern *pattern);
/* 1: the text matches; 0: it does not, or was stopped; -1: it is not ASCII, and nothing is known. */
int wql__like_whole_match(const struct wql__like_whole *whole, wql_str text, const _Atomic uint32_t *stop);

/* Rows longer than this are not used; see search_slowly. */
enum { WQL__LIKE_WORDS_MOST = 1024 };

static inline bool wql__like_set_has(const wql__like_set *set, uint32_t folded) {
    uint32_t low = 0, high = set->count;
    if (folded < 128) return (set->ascii[folded >> 6] >> (folded & 63u)) & 1u;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (set->ranges[middle].to < folded) low = middle + 1;
        else high = middle;
    }
    return (low < set->count && set->ranges[low].from <= folded) != set->negated;
}

#endif
