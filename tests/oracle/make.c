/* SPDX-License-Identifier: MIT */
/* make.c: random schemas, rows and predicates. */
#include "oracle.h"

#include <math.h>
#include <stdlib.h>

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
static void print_item(writer *to, const node *p, int around, uint64_t order) {
    bool paren = p->kind != LEAF && p->kind != NOT && (around == NOT || p->kind == OR || p->kind == around);
    if (paren) put_z(to, "(");
    print_wql(to, p, order);
    if (paren) put_z(to, ")");
}

void print_wql(writer *to, const node *p, uint64_t order) {
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

void print_sql(writer *to, const node *p) {
    put_z(to, "(");
    if (p->kind == LEAF) put_z(to, p->sql);
    if (p->kind == NOT) put_z(to, "NOT ");
    for (uint32_t i = 0; i < p->count; i++) {
        if (i) put_z(to, p->kind == AND ? " AND " : " OR ");
        print_sql(to, p->items[i]);
    }
    put_z(to, ")");
}
