/* SPDX-License-Identifier: MIT */
/* manner.c: where and how a query is run, drawn at random from what can answer it. */
#include "oracle.h"

enum { PULLED, PUSHED, PUMPED, AHEAD };

/* Whether the file can hold the values of a property. */
static bool file_holds(const schema *s, uint32_t property) {
    switch (s->types[property]) {
    case WQL_UINT64: return s->small;
    case WQL_REAL32:
    case WQL_REAL64: return !s->nan;
    case WQL_CHAR16:
    case WQL_REFERENCE:
    case INTERVAL: return false; /* its columns have no such types */
    default: return true;
    }
}

static bool file_holds_all(const schema *s) {
    for (uint32_t i = 0; i < s->count; i++)
        if (!file_holds(s, i)) return false;
    return true;
}

static bool file_knows(const schema *s, const node *p) {
    for (uint32_t i = 0; i < s->count; i++)
        if (!file_holds(s, i) && looks_at_property(p, i)) return false;
    return true;
}

static int draw_source(uint64_t *seed, const table *t, const node *p, bool large) {
    int source = chance(seed, 5) ? SOURCE_FILE : (int)below(seed, SOURCES);
    if (large && chance(seed, 12)) return SOURCE_LARGE;
    if (source == SOURCE_FILE && !file_knows(&t->shape, p)) return SOURCE_EXACT;
    return source == SOURCE_LARGE ? SOURCE_LENT : source;
}

static uint32_t draw_dialect(uint64_t *seed, const node *p) {
    uint32_t dialect = below(seed, DIALECTS);
    if (needs(p) == IN_RELAXED) dialect |= WQL_RELAXED;
    if (needs(p) == IN_RICH && !dialect) dialect = chance(seed, 2) ? WQL_RELAXED : WQL_EXTENDED;
    return dialect;
}

/* Some properties in any order, some perhaps twice; Id is among them. */
static void draw_list(uint64_t *seed, const table *t, manner *how) {
    how->list_count = 1 + below(seed, LIST_MAX);
    for (uint32_t i = 0; i < how->list_count; i++) how->list[i] = below(seed, t->shape.count);
    how->list[below(seed, how->list_count)] = 0;
}

manner make_manner(uint64_t *seed, const table *t, const node *p, bool large) {
    static const uint32_t sizes[] = {0, 0, 1, 2, 3, 7, 8, 64, 2048};
    static const int pulled[] = {WORLD_PLAIN, WORLD_CHECKED, WORLD_PORTABLE, WORLD_AVX2, WORLD_WORKER};
    manner how = {0};
    bool all;
    how.drive = (int)below(seed, 4);
    how.source = draw_source(seed, t, p, large);
    how.dialect = draw_dialect(seed, p);
    how.parameters = chance(seed, 3) && needs(p) == IN_ALL; /* that reads no other forms */
    how.batch_rows = how.source == SOURCE_LARGE ? 0 : sizes[below(seed, 9)];
    all = how.source != SOURCE_FILE || file_holds_all(&t->shape);
    how.star = chance(seed, 5) && all;
    if (!how.star && chance(seed, 3) && all) draw_list(seed, t, &how);
    how.engine = how.drive == PUSHED || how.drive == AHEAD ? WORLD_WORKER : pulled[below(seed, 5)];
    return how;
}
