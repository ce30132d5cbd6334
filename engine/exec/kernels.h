/* SPDX-License-Identifier: MIT */
/* kernels.h: tests over whole columns. A kernel answers only where it provably equals wql__test_value (data/rule.h); everything
 * else is asked value by value. UNKNOWN counts as FALSE here: a row is in the result or it is not. */
#ifndef WQL_EXEC_KERNELS_H
#define WQL_EXEC_KERNELS_H

#include "../base/stop.h"
#include "../data/batch.h"
#include "../data/rule.h"
#include "../data/spares.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { WQL__WORDS = WQL_BATCH_ROWS_MAX / 64, WQL__KERNEL_TYPES = 10 };

typedef struct wql__kernels wql__kernels;

/* A set of rows of one batch. While more than a quarter of the rows are in it, it is bits, and kernels run over all rows at once;
 * below that it is a list, and they touch only its rows. */
typedef struct wql__rows {
    uint32_t rows, count;      /* of the batch; in the set */
    bool sparse;               /* `list` is the set; else `bits` is */
    uint16_t *list;            /* ascending; room for WQL_BATCH_ROWS_MAX + WQL__BEHIND */
    uint64_t bits[WQL__WORDS]; /* bit r % 64 of word r / 64: row r; zero behind the last row */
} wql__rows;

bool wql__rows_init(wql__rows *set, wql__arena *arena);
/* A set with its room, borrowed while a batch is worked on. One block of the spares. */
typedef struct wql__rows_room {
    wql__rows rows;
    uint64_t found[WQL__WORDS]; /* for an OR: rows that passed already */
    uint16_t list[WQL_BATCH_ROWS_MAX + WQL__BEHIND];
} wql__rows_room;
/* NULL = no memory. */
wql__rows_room *wql__rows_borrow(wql__spares *spares);
/* All rows of a batch. */
void wql__rows_fill(wql__rows *set, uint32_t rows);
/* No rows. */
void wql__rows_clear(wql__rows *set);
void wql__rows_copy(wql__rows *to, const wql__rows *from);
/* Keeps what is in `mask` too. Dense sets only. */
void wql__rows_and(wql__rows *set, const uint64_t *mask);
/* Makes it a list. */
void wql__rows_list(wql__rows *set, const wql__kernels *kernels);
/* Takes the set's rows out of `set`, and puts them into the bits of `into`. */
void wql__rows_move(wql__rows *set, const wql__rows *passed, uint64_t *into);
/* The set becomes the rows of `bits`, in the form it has. */
void wql__rows_take(wql__rows *set, const uint64_t *bits, const wql__kernels *kernels);

/* A range of integers: the least, and how far the greatest is above it, as bits of the column's own width. */
typedef struct wql__span {
    uint64_t least, width;
} wql__span;

/* What a kernel compares with, in the column's own type. */
typedef union wql__constant {
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    double f64;     /* real32 too: its values are widened */
    wql__span span; /* of the `within` kernels */
} wql__constant;

/* A text to look for without regard to case. Letters of `low` are small; a byte x of a text agrees with byte i if (x | mask[i])
 * == low[i], which for a letter means either case of it, and otherwise the byte itself. */
typedef struct wql__needle {
    uint32_t len;
    bool ascii;                  /* all bytes are below 0x80 */
    bool plain;                  /* and nothing but ASCII folds to it (wql__fold_is_plain): bytes alone decide every text */
    bool skeleton;               /* made by wql__needle_skeleton: what agrees with it is only worth a closer look */
    uint32_t probe[2];           /* places of its two rarest bytes */
    uint32_t longer;             /* in a text equal to it, characters beyond ASCII may take so many bytes more */
    const uint8_t *low, *mask;
} wql__needle;

/* Four bytes of a needle, or its last ones: a word x of a text agrees if ((x & keep) | mask) == low. `high`: the bits that say of a
 * byte of `keep` that it is not ASCII; 0: it does not matter. */
typedef struct wql__needle_word {
    uint32_t keep, mask, low, high;
} wql__needle_word;

/* Which of 64 words agree; in *high, which of them have one of those bits. */
typedef uint64_t (*wql__agree_kernel)(const uint32_t *words, const wql__needle_word *with, uint64_t *high);

/* Where each of 64 words is looked up in a table of 2^(32 - shift) places, letters without regard to case. Gives all bits
 * of the words. */
typedef uint32_t (*wql__places_kernel)(const uint32_t *words, uint32_t shift, uint32_t *places);
#define WQL__PLACE_CASE 0x20202020u
#define WQL__PLACE_SPREAD 0x9e3779b1u
static inline uint32_t wql__place_of(uint32_t word, uint32_t shift) {
    return ((word | WQL__PLACE_CASE) * WQL__PLACE_SPREAD) >> shift;
}

/* The first block of up to 64 places, at or behind `from`, in which both probes agree somewhere: where it begins, and in *bits
 * the places. All places are below `limit`, and only bytes of needles that begin there are read. `limit`: there is none, or
 * `stop` is set, which is looked at each 64 KiB. */
typedef size_t (*wql__hunt_kernel)(const wql__needle *needle, const uint8_t *bytes, size_t from, size_t limit,
                                   const _Atomic uint32_t *stop, uint64_t *bits);
enum { WQL__STOP_EACH = 64 * 1024 };
/* Whether all bytes are below 0x80. */
typedef bool (*wql__ascii_kernel)(const char *bytes, size_t len);
/* Whether none of `count` offsets is less than the one before it; offsets[-1] is there. */
typedef bool (*wql__ascends_kernel)(const int32_t *offsets, size_t count);

/* Takes the rows out of `bits` that do not pass; returns how many are left. */
typedef uint32_t (*wql__dense_kernel)(const void *values, wql__constant with, uint32_t rows, uint64_t *bits);
/* Keeps the rows of `list` that pass, in `out`, which may be `list`; returns how many. */
typedef uint32_t (*wql__sparse_kernel)(const void *values, wql__constant with, const uint16_t *list, uint32_t count,
                                       uint16_t *out);
/* Writes the numbers of the rows in `bits`, ascending, and up to WQL__BEHIND places behind the last; returns how many. */
typedef uint32_t (*wql__list_kernel)(const uint64_t *bits, uint32_t rows, uint16_t *out);

/* The kernels of one level of a CPU. An engine has one table, filled when it is opened, and nothing else knows what CPU this is.
 *
 *   kernels.c            which levels the CPU has, and which table an engine gets
 *   kernels_portable.c   plain C: fills the whole table, on every machine
 *   kernels_avx2.c       takes the places of those that AVX2 does better
 *   kernels_avx512.c     the same, over AVX2's, with AVX-512 F, BW, DQ, VL and VBMI2
 *   kernels_neon.c       the same, over the portable ones, on ARM
 *
 * Functions of a level carry their target as an attribute, so all files are compiled with the same flags, and a level is only
 * entered through its table. No kernel reads a byte behind what its rows have: what is left over at the end of a column is copied
 * to a block of the kernel's own, or loaded under a mask. Whole vectors are written: who gives memory to be written to gives
 * WQL__BEHIND places more. */
struct wql__kernels {
    uint32_t level;        /* WQL_KERNELS_PORTABLE ... */
    uint32_t sparse_below; /* fixed-width columns: fewer rows than one in so many are looked at one by one */
    wql__dense_kernel dense[WQL__KERNEL_TYPES][6]; /* [wql__kernel_type()][op - WQL_EQ] */
    wql__sparse_kernel sparse[WQL__KERNEL_TYPES][6];
    wql__dense_kernel within_dense[4]; /* [logarithm of the width in bytes]: integers between two, both included */
    wql__sparse_kernel within_sparse[4];
    wql__list_kernel list;
    wql__pick picks[4]; /* [logarithm of the width in bytes] */
    wql__hunt_kernel hunt;
    wql__agree_kernel agree;
    wql__places_kernel places;
    wql__ascii_kernel is_ascii;
    wql__ascends_kernel ascends;
};

/* Fills the table for one of WQL_KERNELS_AUTO ... WQL_KERNELS_NEON. False: this machine, or this build, has not got that level.
 */
bool wql__kernels_init(wql__kernels *kernels, uint32_t level);
void wql__kernels_portable(wql__kernels *kernels);
/* Each: false, and nothing done, where the compiler or the CPU lacks it. */
bool wql__kernels_avx2(wql__kernels *kernels);
bool wql__kernels_avx512(wql__kernels *kernels);
bool wql__kernels_neon(wql__kernels *kernels);
/* The line of a CIM type with WQL_FIXED layout. */
unsigned wql__kernel_type(uint32_t type);

/* Longer texts are no needles: preparing them for each scan, and trying them place by place, would be much work. */
enum { WQL__NEEDLE_MAX = 64 };

enum { WQL__NEEDLE_EQUAL, WQL__NEEDLE_PREFIX, WQL__NEEDLE_SUFFIX, WQL__NEEDLE_CONTAINS };
/* What bytes say of a text: WQL__FALSE, WQL__TRUE, or that they cannot decide. */
enum { WQL__UNDECIDED = 3 };

/* `folded` must outlive the needle. False = no memory. */
bool wql__needle_init(wql__needle *needle, wql__arena *arena, wql_str folded, bool plain);
/* What every ASCII text has in it that matches a pattern: see wql__like_skeleton. *made false: there is nothing. Texts of other
 * characters stay undecided. False = no memory. */
bool wql__needle_skeleton(wql__needle *needle, wql__arena *arena, const wql__pattern *pattern, bool *made);
int wql__needle_decide(const wql__needle *needle, const wql__kernels *kernels, int how, wql_str text,
                       const _Atomic uint32_t *stop);
/* The order of a text against the needle: WQL__UNDECIDED, or WQL__FALSE with *order < 0, 0, > 0. */
int wql__needle_order(const wql__needle *needle, wql_str text, int *order);
/* A bit for each row whose bytes agree, and in `open` one for each whose bytes cannot decide; NULLs too, which the caller takes
 * out. A column of WQL_OFFSETS or WQL_VIEWS; `valid` has a bit for each row that is not NULL. */
void wql__needle_column(const wql__needle *needle, const wql__kernels *kernels, int how, const wql_column *col, uint32_t rows,
                        const uint64_t *valid, const _Atomic uint32_t *stop, uint64_t *mask, uint64_t *open);

/* The same of an ASCII needle that is the beginning of a text, or all of it. */
void wql__needle_start(const wql__needle *needle, const wql__kernels *kernels, int how, const wql_column *col, uint32_t rows,
                       const uint64_t *valid, const _Atomic uint32_t *stop, uint64_t *mask, uint64_t *open);

/* The four bytes at byte `at` of up to 64 texts from row `first` on, side by side; zeros where there are fewer texts. All can be
 * read; of a view only its first four. */
static inline void wql__load_words(const wql_column *col, uint32_t first, uint32_t count, uint32_t at, uint32_t *words) {
    if (count < 64) memset(words, 0, 64 * sizeof *words);
    if (col->layout == WQL_VIEWS) {
        const wql_view *views = (const wql_view *)col->values + first;
        for (uint32_t i = 0; i < count; i++) memcpy(&words[i], views[i].as.inlined, sizeof *words);
    } else {
        const int32_t *offsets = col->offsets + first;
        const char *bytes = col->bytes + at;
        _Pragma("GCC unroll 8") for (uint32_t i = 0; i < count; i++) memcpy(&words[i], bytes + offsets[i], sizeof *words);
    }
}

/* What is known of the texts of one dictionary: a byte for each, 0 = not asked yet, else 1 + outcome. */
typedef struct wql__known {
    uint64_t id;
    const wql_column *child;
    uint64_t rows;
    uint8_t *outcome;
    size_t size; /* of the memory */
} wql__known;
enum { WQL__KNOWN_MAX = 4, WQL__KNOWN_BYTES_MAX = 16 * 1024 * 1024 };

/* A set of values: `p = a OR p = b ...`. */
typedef struct wql__members wql__members;

/* One test, prepared for the columns of one scan. */
typedef struct wql__tester {
    const wql__test *test;   /* NULL: `members` */
    const wql__test *second; /* `within`: the other bound; NULL: none */
    const wql__kernels *kernels;
    wql__members *members;
    bool interval; /* the property holds intervals */
    bool outside;  /* the set's complement */
    uint8_t op;    /* LIKE without a pattern, and its negation, are EQ and NE */
    uint8_t how;   /* WQL__HOW_... */
    uint8_t needle_how;
    bool within; /* WQL__HOW_FIXED: between two values, and `with` is a span; another test is in this one */
    bool flip;   /* the needle's outcome is turned */
    wql__constant with;
    wql__needle needle;
    wql__mem *mem;
    wql__known *known;   /* WQL__KNOWN_MAX of them; NULL: no dictionary came yet */
    uint32_t known_next; /* the one to be replaced next */
} wql__tester;

enum {
    WQL__HOW_VALUES, /* value by value */
    WQL__HOW_NULL,
    WQL__HOW_CONSTANT,
    WQL__HOW_FIXED,
    WQL__HOW_BITS,
    WQL__HOW_TIME,
    WQL__HOW_NEEDLE,
    WQL__HOW_PATTERN, /* of a string that is like nothing that bytes could show */
    WQL__HOW_ORDER,
    WQL__HOW_MEMBERS
};

/* Prepares a test for a property of CIM type `type`. False = no memory. */
bool wql__tester_init(wql__tester *tester, wql__arena *arena, wql__mem *mem, const wql__kernels *kernels, uint32_t type,
                      bool interval, const wql__test *test);
/* Joins a second test of the same property, if both are bounds of one range of integers: then one look at a value answers both.
 * False: they stay apart, and nothing has changed. */
bool wql__tester_join(wql__tester *tester, uint32_t type, const wql__test *second);
/* Prepares the set of the WQL_EQ tests `tests`, or (outside) the complement of WQL_NE ones: NULL is in neither. *made false:
 * these cannot be a set, or so few that it does not pay. False = no memory. */
bool wql__tester_init_members(wql__tester *tester, wql__arena *arena, wql__mem *mem, const wql__kernels *kernels, uint32_t type,
                              const wql__test *const *tests, uint32_t count, bool outside, const _Atomic uint32_t *stop,
                              bool *made);
void wql__tester_free(wql__tester *tester);
/* Takes the rows out of `set` for which the test is not TRUE. `stop` not 0 ends the work early with a senseless result. */
void wql__tester_narrow(wql__tester *tester, const wql_column *col, wql__rows *set, const _Atomic uint32_t *stop);
/* The outcome for one cell, by the rule itself. */
int wql__tester_cell(const wql__tester *tester, const wql_column *col, uint32_t row, const _Atomic uint32_t *stop);

/* What is known of a column's dictionary, or NULL: ask value by value. */
wql__known *wql__tester_known(wql__tester *tester, const wql_column *col, uint32_t rows, const _Atomic uint32_t *stop);

/* One bit for each row that is not NULL; zero behind the last row. */
void wql__valid_bits(const wql_column *col, uint32_t rows, uint64_t *bits);

/* The sets. */
/* *out NULL: no set, or a stop. */
bool wql__members_make(wql__arena *arena, uint32_t type, const wql__test *const *tests, uint32_t count,
                       const _Atomic uint32_t *stop, wql__members **out);
bool wql__members_have(const wql__members *members, const wql_column *col, uint32_t row,
                       const _Atomic uint32_t *stop); /* not of a NULL */
/* Of a column of numbers, or of texts that are no codes. Bits of NULLs mean nothing. */
void wql__members_dense(const wql__members *members, const wql__kernels *kernels, const wql_column *col, uint32_t rows,
                        const _Atomic uint32_t *stop, uint64_t *mask);

enum { WQL__LINE = 64 };
/* Tells the caches that `bytes` are read soon which lie `ahead` of `at`. */
static inline void wql__hint(const void *at, size_t ahead, size_t bytes) {
#if defined(__GNUC__)
    for (size_t i = 0; i < bytes; i += WQL__LINE) __builtin_prefetch((const void *)((uintptr_t)at + ahead + i));
#else
    (void)at, (void)ahead, (void)bytes;
#endif
}
/* Columns mostly are slices of longer ones, and the next batch is the next slice: while one is read, the caches are told of what
 * comes. Else each batch would begin with waiting for memory. A hint never faults, wherever it points. `bytes` from `at` on, as
 * far ahead as half of the largest batch reaches. */
enum { WQL__AHEAD_ROWS = 1024 };
static inline void wql__hint_ahead(const void *at, size_t bytes, size_t value_bytes) {
    wql__hint(at, WQL__AHEAD_ROWS * value_bytes, bytes);
}

/* -- bits -----------------------------------------------------------------------------------------------------------
 */

static inline uint32_t wql__bit_words(uint32_t rows) { return (rows + 63) / 64; }
static inline bool wql__bit(const uint64_t *bits, uint32_t at) { return (bits[at >> 6] >> (at & 63u)) & 1u; }
static inline uint64_t wql__low_bits(uint32_t count) { return count >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << count) - 1; }
static inline uint32_t wql__first_bit(uint64_t word) { return (uint32_t)__builtin_ctzll(word); }
static inline uint32_t wql__count_bits(uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (uint32_t)((x * 0x0101010101010101u) >> 56);
}
/* 64 bytes of 0 or 1 -> 64 bits. */
static inline uint64_t wql__pack_bytes(const uint8_t *bytes) {
    uint64_t out = 0;
#if defined(__SSE2__)
    for (unsigned i = 0; i < 4; i++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i));
        out |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_slli_epi16(x, 7)) << (16 * i);
    }
#else
    for (unsigned i = 0; i < 8; i++) { /* one product gathers the lowest bits of eight bytes in its highest byte */
        uint64_t x;
        __builtin_memcpy(&x, bytes + 8 * i, 8);
        out |= ((x * 0x0102040810204080u) >> 56) << (8 * i);
    }
#endif
    return out;
}

#endif
