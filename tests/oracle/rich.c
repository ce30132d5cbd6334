/* SPDX-License-Identifier: MIT */
/* rich.c: forms that the base language has not got: two properties compared, BETWEEN, IS TRUE. */
#include "literal.h"

/* p BETWEEN a AND b, for whole numbers and datetimes. */
static bool compare_between(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, writer *wql, writer *sql) {
    wql_value low = near_value(from, seed, t, p), high = near_value(from, seed, t, p);
    uint32_t type = t->shape.types[p];
    writer ends[2] = {{from, NULL, 0, 0}, {from, NULL, 0, 0}};
    if (type == WQL_STRING) {
        put_wql_text(&ends[0], seed, low.str.ptr, low.str.len);
        put_wql_text(&ends[1], seed, high.str.ptr, high.str.len);
        put_format(sql, "%s COLLATE folded >= ", name);
        put_sql_text(sql, low.str.ptr, low.str.len);
        put_format(sql, " AND %s COLLATE folded <= ", name);
        put_sql_text(sql, high.str.ptr, high.str.len);
    } else if (low.type == WQL_SINT64 || low.type == WQL_UINT64) {
        put_wide(&ends[0], low.type == WQL_SINT64 ? (wide)low.i64 : (wide)low.u64);
        put_wide(&ends[1], high.type == WQL_SINT64 ? (wide)high.i64 : (wide)high.u64);
        put_format(sql, "num('>=', %s, %d, '%s') AND num('<=', %s, %d, '%s')", name, type == WQL_UINT64, ends[0].at, name,
                   type == WQL_UINT64, ends[1].at);
    } else {
        return false;
    }
    put_format(wql, "%s BETWEEN %s AND %s", name, ends[0].at, ends[1].at);
    return true;
}

/* p IS TRUE and its like, which are never unknown. */
static void ask_for_truth(uint64_t *seed, const char *name, writer *wql, writer *sql) {
    bool not = chance(seed, 2), wanted = chance(seed, 2);
    put_format(wql, "%s IS %s%s", name, not ? "NOT " : "", wanted ? "TRUE" : "FALSE");
    put_format(sql, "%s IS %s%d", name, not ? "NOT " : "", wanted);
}

/* t text, r reference, d datetime, i interval, u uint64, b boolean, f real, n all other numbers. */
static char kind_of(uint32_t type) {
    switch (type) {
    case WQL_STRING: return 't';
    case WQL_REFERENCE: return 'r';
    case WQL_DATETIME: return 'd';
    case INTERVAL: return 'i';
    case WQL_UINT64: return 'u';
    case WQL_BOOLEAN: return 'b';
    case WQL_REAL32:
    case WQL_REAL64: return 'f';
    default: return 'n';
    }
}

/* Two properties. False: their types do not go together. How a real is spelled as a text is no matter of this test. */
static bool compare_pair(uint64_t *seed, const table *t, uint32_t p, const char *name, node *out, writer *wql, writer *sql) {
    uint32_t q = below(seed, t->shape.count), op = below(seed, 6);
    char left = kind_of(t->shape.types[p]), right = kind_of(t->shape.types[q]), other[16];
    bool texts = left == 't' || right == 't';
    if ((left == 'd' || left == 'i' || left == 'r' || right == 'd' || right == 'i' || right == 'r') && left != right)
        return false;
    if (texts && (left == 'f' || right == 'f')) return false;
    if (left == 'b' || right == 'b' || left == 'r') op %= 2;
    if (left == 'r') left = right = 't';
    snprintf(other, sizeof other, q ? "P%u" : "Id", q);
    put_format(wql, "%s %s %s", name, operator_in_wql(seed, operators, op), other);
    put_format(sql, "pair('%s', '%c', %s, '%c', %s)", operators[op], left, name, right, other);
    out->other = q;
    return true;
}

bool make_rich(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, node *out, writer *wql, writer *sql) {
    uint32_t pick = below(seed, 3);
    out->needs = pick ? IN_RICH : IN_RELAXED;
    if (pick) return compare_pair(seed, t, p, name, out, wql, sql);
    if (t->shape.types[p] != WQL_BOOLEAN) return compare_between(from, seed, t, p, name, wql, sql);
    ask_for_truth(seed, name, wql, sql);
    return true;
}
