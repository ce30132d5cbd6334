/* SPDX-License-Identifier: MIT */
/* names.c: names of tables and columns -> names that a query can say.
 *
 *   characters outside identifiers       become `_`         `unit price`  -> unit_price
 *   a digit first, or a reserved word    gets `_` before it `2nd`, `NOT`  -> _2nd, _NOT
 *   two underscores first                lose all but one   `__CLASS`     -> _CLASS (two are for system classes and properties)
 *   a name that is given already         gets a number      `unit-price`  -> unit_price2
 *
 * Names that a query can say as they are come first, so that they are never the ones to get a number. Names that differ in case
 * only are the same to a query; how Unicode folds is the engine's to know, so letters beyond ASCII are compared by a coarser rule
 * that knows the two cases of the common alphabets: it may see a clash where there is none, which costs a name its looks, and
 * nothing else. */
#include "sqlite.h"

enum { LONGEST = 4000 /* bytes; a query takes names of 4,096 UTF-16 units */ };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static char to_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/* -- sameness -------------------------------------------------------------------------------------------------------------- */

/* Where the two cases of letters lie: side by side, or at a distance. */
enum { EVEN = 100001, ODD, ALL }; /* pairs that begin at an even or odd number; all in one, since pairs do not lie alike */
typedef struct range {
    uint32_t first, last;
    int32_t step; /* from the capitals, which alone are in the range, to the small letters */
} range;

static const range ranges[] = {
    {0xc0, 0xde, 32},      {0x100, 0x137, EVEN},   {0x139, 0x148, ODD},    {0x14a, 0x177, EVEN},   {0x179, 0x17e, ODD},
    {0x180, 0x24f, ALL},   {0x370, 0x377, EVEN},   {0x391, 0x3ab, 32},     {0x3d8, 0x3ef, EVEN},   {0x400, 0x40f, 80},
    {0x410, 0x42f, 32},    {0x460, 0x481, EVEN},   {0x48a, 0x4bf, EVEN},   {0x4c1, 0x4ce, ODD},    {0x4d0, 0x52f, EVEN},
    {0x531, 0x556, 48},    {0x10a0, 0x10c5, 7264}, {0x1c90, 0x1cbf, -3008}, {0x1e00, 0x1e95, EVEN}, {0x1ea0, 0x1eff, EVEN},
    {0x1f00, 0x1fff, ALL}, {0x2160, 0x216f, 16},   {0x24b6, 0x24cf, 26},   {0x2c00, 0x2c2f, 48},   {0x2c60, 0x2cff, ALL},
    {0xa640, 0xa7ff, ALL}, {0xff21, 0xff3a, 32},   {0x10400, 0x10427, 40},
};

/* A letter's representative: equal for the two cases of a letter. */
static uint32_t coarse(uint32_t c) {
    if (c < 0x80) return (uint32_t)(unsigned char)to_lower((char)c);
    switch (c) { /* those that fold far away */
    case 0x212a: return 'k';
    case 0x17f: return 's';
    case 0xb5: return 0x3bc;
    case 0x178: return 0xff;
    case 0x1e9e: return 0xdf;
    case 0x212b: return 0xe5;
    case 0x2126: return 0x3c9;
    case 0x3c2: return 0x3c3;
    case 0x386: return 0x3ac;
    case 0x388: return 0x3ad;
    case 0x389: return 0x3ae;
    case 0x38a: return 0x3af;
    case 0x38c: return 0x3cc;
    case 0x38e: return 0x3cd;
    case 0x38f: return 0x3ce;
    default: break;
    }
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const range *r = &ranges[i];
        if (c < r->first || c > r->last) continue;
        switch (r->step) {
        case EVEN: return c | 1u;
        case ODD: return (c + 1) & ~1u;
        case ALL: return r->first;
        default: return (uint32_t)((int32_t)c + r->step);
        }
    }
    return c;
}

/* The character at *at, which moves on; the name is well-formed. */
static uint32_t next_character(const char **at) {
    const unsigned char *p = (const unsigned char *)*at;
    uint32_t c = p[0];
    int tails = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (tails) c &= 0x3fu >> tails;
    for (int i = 1; i <= tails; i++) c = c << 6 | (p[i] & 0x3fu);
    *at += tails + 1;
    return c;
}

static uint32_t hash_name(const char *name) {
    uint32_t hash = 2166136261u;
    while (*name) hash = (hash ^ coarse(next_character(&name))) * 16777619u;
    return hash;
}

static bool same_name(const char *a, const char *b) {
    while (*a && *b)
        if (coarse(next_character(&a)) != coarse(next_character(&b))) return false;
    return !*a && !*b;
}

static bool same_word(const char *a, const char *b) {
    for (; *a && to_lower(*a) == to_lower(*b); a++) b++;
    return to_lower(*a) == to_lower(*b);
}

/* -- making a name sayable ------------------------------------------------------------------------------------------------- */

static bool is_reserved(const char *name) {
    return same_word(name, "NULL") || same_word(name, "TRUE") || same_word(name, "FALSE") || same_word(name, "NOT");
}

bool wql__sqlite_name_is_plain(const char *name) {
    size_t len = strlen(name);
    if (!len || len > LONGEST || is_digit(name[0]) || is_reserved(name) || (name[0] == '_' && name[1] == '_')) return false;
    for (const char *at = name; *at; at++)
        if (!is_letter(*at) && !is_digit(*at) && !((unsigned char)*at & 0x80)) return false;
    return wql__sqlite_check_text(name, len) == len;
}

/* A character of the name, or `_` for what cannot be in one; ill-formed bytes are such things too. */
static char *copy_character(char *to, const char **at) {
    const char *from = *at;
    unsigned char c = (unsigned char)*from;
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    bool fits = n == 1 ? is_letter(*from) || is_digit(*from) : strlen(from) >= n && wql__sqlite_check_text(from, n) == n;
    if (!fits) {
        *to++ = '_';
        *at = from + 1;
        return to;
    }
    memcpy(to, from, n);
    *at = from + n;
    return to + n;
}

/* `out` has room for LONGEST + 8 bytes. */
static void mangle(const char *name, char *out) {
    char *to = out, *start = out;
    if (is_digit(*name) || !*name || is_reserved(name)) *to++ = '_';
    while (*name && to - out < LONGEST - 4) to = copy_character(to, &name);
    *to = 0;
    while (start[0] == '_' && start[1] == '_') start++;
    memmove(out, start, strlen(start) + 1);
    if (is_digit(out[0])) { /* only underscores stood before it */
        memmove(out + 1, out, strlen(out) + 1);
        out[0] = '_';
    }
}

/* -- giving names ---------------------------------------------------------------------------------------------------------- */

bool wql__sqlite_names_init(wql__sqlite_names *names, wql__sqlite_arena *arena, uint32_t count) {
    names->count = 0;
    names->room = count;
    names->names = wql__sqlite_take_array(arena, count, sizeof *names->names);
    names->hashes = wql__sqlite_take_array(arena, count, sizeof *names->hashes);
    return names->names && names->hashes;
}

static bool is_given(const wql__sqlite_names *names, const char *name, uint32_t hash) {
    for (uint32_t i = 0; i < names->count; i++)
        if (names->hashes[i] == hash && same_name(names->names[i], name)) return true;
    return false;
}

const char *wql__sqlite_name_give(wql__sqlite_names *names, wql__sqlite_arena *arena, const char *name) {
    char made[LONGEST + 24];
    const char *kept;
    size_t len;
    if (wql__sqlite_name_is_plain(name)) (void)snprintf(made, sizeof made, "%s", name);
    else mangle(name, made);
    len = strlen(made);
    for (unsigned number = 2; is_given(names, made, hash_name(made)); number++)
        (void)snprintf(made + len, sizeof made - len, "%u", number);
    kept = names->count < names->room ? wql__sqlite_take_text(arena, made, strlen(made)) : NULL;
    if (!kept) return NULL;
    names->hashes[names->count] = hash_name(kept);
    names->names[names->count++] = kept;
    return kept;
}
