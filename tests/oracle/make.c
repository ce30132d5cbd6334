/* SPDX-License-Identifier: MIT */
/* make.c: random schemas, rows and predicates; and what small things the others need. */
#include "oracle.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

/* -- small things ------------------------------------------------------------------------------------------------ */

void stop_with(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

/* splitmix64 */
uint64_t draw(uint64_t *seed) {
    uint64_t z = *seed += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t below(uint64_t *seed, uint32_t n) { return (uint32_t)(draw(seed) >> 33) % n; }
bool chance(uint64_t *seed, uint32_t one_in) { return below(seed, one_in) == 0; }

typedef struct pool_block {
    struct pool_block *next;
    max_align_t bytes[];
} pool_block;

void *pool_get(pool *from, size_t size) {
    pool_block *block = calloc(1, sizeof *block + size);
    if (!block) stop_with("oracle: no memory");
    block->next = from->blocks;
    from->blocks = block;
    return block->bytes;
}

void pool_free(pool *from) {
    while (from->blocks) {
        pool_block *block = from->blocks;
        from->blocks = block->next;
        free(block);
    }
}

void put(text *to, const char *bytes, size_t len) {
    if (to->room - to->len <= len) {
        size_t room = (to->len + len + 64) * 2;
        char *grown = pool_get(to->from, room);
        if (to->len) memcpy(grown, to->at, to->len);
        to->at = grown;
        to->room = room;
    }
    if (len) memcpy(to->at + to->len, bytes, len);
    to->len += len;
    to->at[to->len] = '\0';
}

void put_z(text *to, const char *z) { put(to, z, strlen(z)); }

void put_format(text *to, const char *format, ...) {
    va_list args;
    char *made = NULL;
    int len;
    va_start(args, format);
    len = vasprintf(&made, format, args);
    va_end(args);
    if (len < 0) stop_with("oracle: no memory");
    put(to, made, (size_t)len);
    free(made);
}

void put_code_point(text *to, uint32_t c) {
    char bytes[4];
    size_t len = 0;
    if (c < 0x80) {
        bytes[len++] = (char)c;
    } else if (c < 0x800) {
        bytes[len++] = (char)(0xc0 | c >> 6);
        bytes[len++] = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        bytes[len++] = (char)(0xe0 | c >> 12);
        bytes[len++] = (char)(0x80 | (c >> 6 & 0x3f));
        bytes[len++] = (char)(0x80 | (c & 0x3f));
    } else {
        bytes[len++] = (char)(0xf0 | c >> 18);
        bytes[len++] = (char)(0x80 | (c >> 12 & 0x3f));
        bytes[len++] = (char)(0x80 | (c >> 6 & 0x3f));
        bytes[len++] = (char)(0x80 | (c & 0x3f));
    }
    put(to, bytes, len);
}

/* -- schemas and rows -------------------------------------------------------------------------------------------- */

static const uint32_t kinds[] = {WQL_SINT32, WQL_UINT32,   WQL_SINT64, WQL_UINT64,   WQL_REAL64, WQL_BOOLEAN,
                                 WQL_STRING, WQL_DATETIME, WQL_SINT8,  WQL_UINT8,    WQL_SINT16, WQL_UINT16,
                                 WQL_REAL32, WQL_CHAR16,   INTERVAL,   WQL_REFERENCE};

static bool is_real(uint32_t type) { return type == WQL_REAL32 || type == WQL_REAL64; }

void make_table(pool *from, uint64_t *seed, uint32_t most, table *out) {
    schema *s = &out->shape;
    uint32_t null_in = 2 + below(seed, 8);
    bool none_is_null = chance(seed, 6);
    memset(out, 0, sizeof *out);
    s->count = 2 + below(seed, PROPERTIES_MAX - 1);
    s->types[0] = WQL_UINT32;
    for (uint32_t i = 1; i < s->count; i++)
        s->types[i] = chance(seed, 3) ? WQL_STRING : kinds[chance(seed, 2) ? below(seed, 8) : below(seed, 16)];
    s->small = !chance(seed, 3);
    s->misfits = !none_is_null && chance(seed, 2);
    s->strict = chance(seed, 2);
    s->keyed = !chance(seed, 4);
    s->nan = chance(seed, 4);
    out->rows = chance(seed, 12) ? 0 : chance(seed, 3) ? 1 + below(seed, 8) : 1 + below(seed, most);
    out->cells = pool_get(from, ((size_t)out->rows * s->count + 1) * sizeof *out->cells);
    for (uint32_t r = 0; r < out->rows; r++) {
        wql_value *row = out->cells + (size_t)r * s->count;
        row[0] = wql_u64(r + 1);
        for (uint32_t i = 1; i < s->count; i++) {
            row[i] = wql_null();
            if (none_is_null || !chance(seed, null_in)) row[i] = make_value(from, seed, s->types[i], s->small);
            if (s->nan && is_real(s->types[i]) && chance(seed, 5)) row[i] = wql_f64((double)NAN);
        }
    }
}

/* -- predicates -------------------------------------------------------------------------------------------------- */

static node *new_node(pool *from, int kind, uint32_t room) {
    node *p = pool_get(from, sizeof *p);
    p->kind = kind;
    p->items = pool_get(from, (room + 1) * sizeof *p->items);
    return p;
}

node *make_leaf(pool *from, uint64_t *seed, const table *t) {
    node *p = new_node(from, LEAF, 0);
    p->property = below(seed, 8) ? 1 + below(seed, t->shape.count - 1) : 0;
    make_comparison(from, seed, t, p->property, p);
    return p;
}

/* Comparisons of one property, joined by OR: the engine may make a set of them. */
static node *make_list(pool *from, uint64_t *seed, const table *t) {
    uint32_t count = 2 + below(seed, 14), property = below(seed, t->shape.count);
    node *p = new_node(from, OR, count);
    for (uint32_t i = 0; i < count; i++) {
        node *leaf = new_node(from, LEAF, 0);
        leaf->property = property;
        do make_comparison(from, seed, t, property, leaf);
        while (!strstr(leaf->wql, " = ") && !chance(seed, 20));
        p->items[p->count++] = leaf;
    }
    return p;
}

node *make_predicate(pool *from, uint64_t *seed, const table *t, uint32_t depth) {
    uint32_t pick = below(seed, 10), count;
    node *p;
    if (depth == 0 || pick < 2) return make_leaf(from, seed, t);
    if (pick == 2) {
        p = new_node(from, NOT, 1);
        p->items[p->count++] = make_predicate(from, seed, t, depth - 1);
        return p;
    }
    if (pick == 3) return make_list(from, seed, t);
    count = 2 + below(seed, 3);
    p = new_node(from, pick & 1 ? AND : OR, count);
    for (uint32_t i = 0; i < count; i++) p->items[p->count++] = make_predicate(from, seed, t, depth - 1);
    return p;
}

int needs(const node *p) {
    int most = p->kind == LEAF ? p->needs : IN_ALL;
    for (uint32_t i = 0; i < p->count; i++) {
        int one = needs(p->items[i]);
        if (one > most) most = one;
    }
    return most;
}

bool looks_at_property(const node *p, uint32_t property) {
    if (p->kind == LEAF) return p->property == property || p->other == property;
    for (uint32_t i = 0; i < p->count; i++)
        if (looks_at_property(p->items[i], property)) return true;
    return false;
}

/* -- as text ----------------------------------------------------------------------------------------------------- */

/* What binds less than its surroundings stands in parentheses. */
static void print_item(text *to, const node *p, int around, uint64_t order) {
    bool paren = p->kind != LEAF && p->kind != NOT && (around == NOT || p->kind == OR || p->kind == around);
    if (paren) put_z(to, "(");
    print_wql(to, p, order);
    if (paren) put_z(to, ")");
}

void print_wql(text *to, const node *p, uint64_t order) {
    uint32_t places[32];
    if (p->kind == LEAF) {
        put_z(to, p->wql);
        return;
    }
    if (p->kind == NOT) {
        put_z(to, "NOT ");
        print_item(to, p->items[0], NOT, order);
        return;
    }
    for (uint32_t i = 0; i < p->count; i++) places[i] = i;
    for (uint32_t i = p->count; order && i > 1; i--) {
        uint32_t other = below(&order, i), kept = places[i - 1];
        places[i - 1] = places[other];
        places[other] = kept;
    }
    for (uint32_t i = 0; i < p->count; i++) {
        if (i) put_z(to, p->kind == AND ? " AND " : " OR ");
        print_item(to, p->items[places[i]], p->kind, order);
    }
}

void print_sql(text *to, const node *p) {
    put_z(to, "(");
    if (p->kind == LEAF) put_z(to, p->sql);
    if (p->kind == NOT) put_z(to, "NOT ");
    for (uint32_t i = 0; i < p->count; i++) {
        if (i) put_z(to, p->kind == AND ? " AND " : " OR ");
        print_sql(to, p->items[i]);
    }
    put_z(to, ")");
}
