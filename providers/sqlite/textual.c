/* SPDX-License-Identifier: MIT */
/* textual.c: conditions on texts.
 *
 * A query compares texts by Unicode's simple case folding; SQLite's NOCASE knows ASCII only. The two agree on a literal that is
 * ASCII and has neither k nor s, for U+212A (the Kelvin sign) folds to k and U+017F (the long s) to s. On such a literal:
 *
 *   =, <>        exact as COLLATE NOCASE. Blobs are NULL for the query. Where numbers can be stored, they are compared as
 *                SQLite prints them, by a CAST; in a column with text affinity there are none
 *   LIKE 'ab%'   superset: what lies between the prefix and its successor, by NOCASE (SQLite's own LIKE can be switched)
 *
 * Of any other literal the length is the same for all that equal it (folding is one character to one), and so is the beginning up
 * to a k or s; one of those may be its first character, if what begins with U+212A or U+017F stays in: superset. A text that
 * is not well-formed becomes one with U+FFFD, which SQLite counts in its own way; and NUL ends a text for length() and NOCASE:
 * literals with those do not go down. Order never does: folded order is not that of NOCASE.
 *
 * An index in byte order is no help to NOCASE. So in a large table, where the column leads such an index, the texts that equal
 * the literal are first looked up in it: letter by letter, each in both cases (k and s in three), as far as the index has such a
 * beginning. */
#include "sqlite.h"

enum {
    LENGTHS_MOST = 64, /* different lengths in a list */
    PREFIX_MOST = 200, /* bytes of a LIKE that are looked at */
    LOOKUP_MOST = 200, /* characters of a literal that is looked up in an index */
    LOOKUP_ROWS = 2000 /* smaller tables are read */
};

typedef struct term {
    wql__sqlite_sql *sql;
    const wql__sqlite_table *table;
    const wql__sqlite_column *column;
    const wql_conjunct *c;
} term;

static void put(const term *t, const char *text) { wql__sqlite_put(t->sql, text); }
static void put_column(const term *t) { wql__sqlite_put_operand(t->sql, t->table, t->column); }

/* -- literals -------------------------------------------------------------------------------------------------------------- */

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_plain_byte(char c) { return c > 0 && (c | 32) != 'k' && (c | 32) != 's'; }
static char to_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool is_plain(wql_str s) {
    for (size_t i = 0; i < s.len; i++)
        if (!is_plain_byte(s.ptr[i])) return false;
    return true;
}

static bool is_ascii(wql_str s) {
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= 0) return false;
    return true;
}

/* Characters of a literal, as SQLite would count them in all texts that equal it. False: there is no such number. */
static bool count_characters(wql_str s, uint64_t *out) {
    *out = 0;
    if (wql__sqlite_check_text(s.ptr ? s.ptr : "", s.len) != s.len) return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!s.ptr[i] || (s.len - i >= 3 && memcmp(s.ptr + i, "\xef\xbf\xbd", 3) == 0)) return false;
        *out += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
    }
    return true;
}

/* -- looking a literal up in an index -------------------------------------------------------------------------------------- */

static void put_way(const term *t, uint64_t place, const char *text, size_t len, bool first) {
    put(t, first ? "(" : ", (");
    wql__sqlite_put_number(t->sql, place);
    put(t, ", ");
    wql__sqlite_put_literal(t->sql, text, len);
    put(t, ")");
}

/* `a(n, c)`: the ways to write the n-th character. */
static void put_ways(const term *t, wql_str s) {
    for (size_t i = 0; i < s.len; i++) {
        char small = to_lower(s.ptr[i]), large = is_letter(small) ? (char)(small - 32) : small;
        put_way(t, i + 1, &small, 1, i == 0);
        if (large != small) put_way(t, i + 1, &large, 1, false);
        if (small == 'k') put_way(t, i + 1, "\xe2\x84\xaa", 3, false);
        if (small == 's') put_way(t, i + 1, "\xc5\xbf", 2, false);
    }
}

bool wql__sqlite_is_small(const wql__sqlite_table *table) { return table->rows >= 0 && table->rows < LOOKUP_ROWS; }

/* Appends ` AND column IN (the texts of the index that equal the literal)`, which leaves none of those out. */
static void put_lookup(const term *t, wql_str s) {
    if (!t->column->indexed || !t->column->affine || wql__sqlite_is_small(t->table) || !s.len || s.len > LOOKUP_MOST ||
        !is_ascii(s))
        return;
    put(t, " AND ");
    put_column(t);
    put(t, " COLLATE BINARY IN (WITH RECURSIVE a(n, c) AS (VALUES ");
    put_ways(t, s);
    put(t, "), w(p, n) AS (VALUES ('', 1) UNION ALL SELECT w.p || a.c, w.n + 1 FROM w, a WHERE a.n = w.n AND EXISTS "
           "(SELECT 1 FROM main.");
    wql__sqlite_put_name(t->sql, t->table->name);
    put(t, " AS u WHERE u.");
    wql__sqlite_put_name(t->sql, t->column->name);
    put(t, " COLLATE BINARY >= w.p || a.c AND u.");
    wql__sqlite_put_name(t->sql, t->column->name);
    put(t, " COLLATE BINARY < w.p || a.c || char(1114111))) SELECT p FROM w WHERE n = ");
    wql__sqlite_put_number(t->sql, s.len + 1);
    put(t, ")");
}

/* The same for a list: w has the beginnings of all its texts that the index has, the text in small letters and in capitals beside
 * them; v is the way in which the next character is written. */
static const char next_letter[] = "w.p || CASE v.i WHEN 0 THEN substr(w.l, w.n, 1) WHEN 1 THEN substr(w.h, w.n, 1) ELSE "
                                  "CASE substr(w.l, w.n, 1) WHEN 'k' THEN char(8490) ELSE char(383) END END";

static void put_cased(const term *t, wql_str s, bool capitals) {
    char text[LOOKUP_MOST];
    const char *kept = text;
    for (size_t i = 0; i < s.len; i++) {
        char small = to_lower(s.ptr[i]);
        text[i] = capitals && is_letter(small) ? (char)(small - 32) : small;
    }
    if (!t->sql->dry) kept = wql__sqlite_take_text(t->sql->arena, text, s.len);
    if (!kept) t->sql->failed = true;
    wql__sqlite_put_text(t->sql, (wql_str){kept, s.len});
}

static bool can_look_up(const term *t) {
    if (!t->column->indexed || !t->column->affine || wql__sqlite_is_small(t->table)) return false;
    if (t->sql->bind_count + 3 * t->c->count > WQL__SQLITE_BINDS_MOST) return false; /* two here, one for the list itself */
    for (uint32_t i = 0; i < t->c->count; i++) {
        wql_str s = t->c->values[i].str;
        if (t->c->values[i].type != WQL_NULL && (!s.len || s.len > LOOKUP_MOST || !is_ascii(s))) return false;
    }
    return true;
}

static void put_lookups(const term *t) {
    bool any = false;
    if (!can_look_up(t)) return;
    put(t, " AND ");
    put_column(t);
    put(t, " COLLATE BINARY IN (WITH RECURSIVE v(i) AS (VALUES (0), (1), (2)), w(l, h, n, p) AS (VALUES ");
    for (uint32_t i = 0; i < t->c->count; i++) {
        if (t->c->values[i].type == WQL_NULL) continue;
        put(t, any ? ", (" : "(");
        put_cased(t, t->c->values[i].str, false);
        put(t, ", ");
        put_cased(t, t->c->values[i].str, true);
        put(t, ", 1, '')");
        any = true;
    }
    if (!any) put(t, "('', '', 1, '')");
    put(t, " UNION ALL SELECT w.l, w.h, w.n + 1, ");
    put(t, next_letter);
    put(t, " FROM w, v WHERE w.n <= length(w.l) AND (v.i = 0 OR (v.i = 1 AND substr(w.l, w.n, 1) <> substr(w.h, w.n, 1)) OR (v.i "
           "= 2 "
           "AND substr(w.l, w.n, 1) IN ('k', 's'))) AND EXISTS (SELECT 1 FROM main.");
    wql__sqlite_put_name(t->sql, t->table->name);
    put(t, " AS u WHERE u.");
    wql__sqlite_put_name(t->sql, t->column->name);
    put(t, " COLLATE BINARY >= ");
    put(t, next_letter);
    put(t, " AND u.");
    wql__sqlite_put_name(t->sql, t->column->name);
    put(t, " COLLATE BINARY < ");
    put(t, next_letter);
    put(t, " || char(1114111))) SELECT p FROM w WHERE n > length(l))");
}

/* -- equality -------------------------------------------------------------------------------------------------------------- */

/* The column as text: as it is, or printed. Blobs must be kept out beside it. */
static void put_printed(const term *t) {
    if (!t->column->affine) put(t, "CAST(");
    put_column(t);
    if (!t->column->affine) put(t, " AS TEXT)");
}

static void put_no_blob(const term *t) {
    put(t, "typeof(");
    put_column(t);
    put(t, ") <> 'blob' AND ");
}

/* -- how a text begins ----------------------------------------------------------------------------------------------------- */

/* The beginning of a literal or pattern, in small letters, and its successor: the last byte one higher. It has plain bytes, and
 * perhaps one k or s in front of them (*special). A byte that has no such successor in ASCII is left out at the end. */
static size_t prefix_of(wql_str pattern, char *low, char *high, bool *special) {
    size_t len = 0;
    *special = pattern.len && is_letter(pattern.ptr[0]) && !is_plain_byte(pattern.ptr[0]);
    while (len < pattern.len && len < PREFIX_MOST && (is_plain_byte(pattern.ptr[len]) || (*special && !len)) &&
           !strchr("%_[", pattern.ptr[len])) {
        low[len] = high[len] = to_lower(pattern.ptr[len]);
        len++;
    }
    while (len && low[len - 1] == 0x7f) len--;
    if (len) high[len - 1]++;
    return len;
}

static void put_bound(const term *t, const char *op, const char *text, size_t len) {
    const char *kept = t->sql->dry ? text : wql__sqlite_take_text(t->sql->arena, text, len);
    if (!kept) t->sql->failed = true;
    put_printed(t);
    put(t, op);
    wql__sqlite_put_text(t->sql, (wql_str){kept, len});
    put(t, " COLLATE NOCASE");
}

/* What lies between the beginning and its successor, which is cheaper to tell than any function; the bound that leaves fewer
 * comes first. A k or s in front may also be the character beyond ASCII that folds to it, and what begins with that lies behind
 * all of ASCII. False: the text has no such beginning, and nothing was appended. */
static bool put_beginning(const term *t, wql_str text) {
    char low[PREFIX_MOST], high[PREFIX_MOST];
    bool special;
    size_t len = prefix_of(text, low, high, &special);
    if (!len) return false;
    if (special) {
        bool kelvin = low[0] == 'k';
        put_bound(t, " >= ", low, len);
        put(t, " AND (");
        put_bound(t, " < ", high, len);
        put(t, " OR ");
        put_bound(t, " >= ", kelvin ? "\xe2\x84\xaa" : "\xc5\xbf", kelvin ? 3 : 2);
        put(t, ")");
    } else if (low[0] < 'n') {
        put_bound(t, " < ", high, len);
        put(t, " AND ");
        put_bound(t, " >= ", low, len);
    } else {
        put_bound(t, " >= ", low, len);
        put(t, " AND ");
        put_bound(t, " < ", high, len);
    }
    return true;
}

/* Texts of these lengths, since the literals are not plain; of one literal, those that begin as it does. */
static uint8_t put_lengths(const term *t) {
    uint64_t lengths[LENGTHS_MOST];
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->c->count; i++) {
        uint64_t length;
        uint32_t k = 0;
        if (t->c->values[i].type == WQL_NULL) continue;
        if (!count_characters(t->c->values[i].str, &length)) return WQL_NONE;
        while (k < count && lengths[k] != length) k++;
        if (k < count) continue;
        if (count == LENGTHS_MOST) return WQL_NONE;
        lengths[count++] = length;
    }
    put(t, "(");
    if (t->c->count == 1 && put_beginning(t, t->c->values[0].str)) put(t, " AND ");
    put(t, "length(");
    put_column(t);
    put(t, count == 1 ? ") = " : ") IN (");
    for (uint32_t i = 0; i < count; i++) {
        if (i) put(t, ", ");
        wql__sqlite_put_number(t->sql, lengths[i]);
    }
    if (count != 1) put(t, ")");
    if (t->c->count == 1)
        put_lookup(t, t->c->values[0].str);
    else
        put_lookups(t);
    put(t, ")");
    return WQL_SUPERSET;
}

static uint8_t put_list(const term *t) {
    uint32_t left = 0;
    put(t, "(");
    if (!t->column->affine) put_no_blob(t);
    put_printed(t);
    put(t, " COLLATE NOCASE IN (");
    for (uint32_t i = 0; i < t->c->count; i++) {
        if (t->c->values[i].type == WQL_NULL) continue;
        if (left++) put(t, ", ");
        wql__sqlite_put_text(t->sql, t->c->values[i].str);
    }
    put(t, ")");
    put_lookups(t);
    put(t, ")");
    return WQL_EXACT;
}

/* NULL is not equal, and not unequal, in SQLite too. A blob equals no text, but differs from all. */
static uint8_t put_equal(const term *t) {
    wql_str literal = t->c->values[0].str;
    put(t, "(");
    if (!t->column->affine || (t->c->op == WQL_NE && !t->column->exact)) put_no_blob(t);
    put_printed(t);
    put(t, wql__sqlite_operator(t->c->op));
    wql__sqlite_put_text(t->sql, literal);
    put(t, " COLLATE NOCASE");
    if (t->c->op == WQL_EQ) put_lookup(t, literal);
    put(t, ")");
    return WQL_EXACT;
}

static uint8_t equality(const term *t) {
    bool plain = true;
    for (uint32_t i = 0; i < t->c->count; i++) {
        if (t->c->values[i].type != WQL_STRING && t->c->values[i].type != WQL_NULL) return WQL_NONE;
        plain &= t->c->values[i].type == WQL_NULL || is_plain(t->c->values[i].str);
    }
    if (t->c->count == 1 && t->c->values[0].type == WQL_NULL) return WQL_NONE;
    if (plain && t->c->count == 1) return put_equal(t);
    if (t->c->op == WQL_NE) return WQL_NONE;
    if (plain && t->c->count <= WQL__SQLITE_LIST_MOST && t->sql->bind_count + t->c->count <= WQL__SQLITE_BINDS_MOST)
        return put_list(t);
    return put_lengths(t);
}

/* -- LIKE ------------------------------------------------------------------------------------------------------------------ */

static bool is_wild(wql_str pattern) {
    for (size_t i = 0; i < pattern.len; i++)
        if (pattern.ptr[i] && strchr("%_[", pattern.ptr[i])) return true;
    return false;
}

static uint8_t like(const term *t) {
    const wql_value *value = t->c->values;
    bool begins;
    if (value->type != WQL_STRING) return WQL_NONE;
    if (!is_wild(value->str)) {
        wql_conjunct equal = *t->c;
        term same = *t;
        equal.op = WQL_EQ;
        same.c = &equal;
        return equality(&same);
    }
    put(t, "(");
    begins = put_beginning(t, value->str);
    put(t, ")");
    return begins ? WQL_SUPERSET : WQL_NONE; /* what was put is taken back then */
}

uint8_t wql__sqlite_text_condition(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql__sqlite_column *column,
                                   const wql_conjunct *conjunct) {
    term t = {sql, table, column, conjunct};
    switch (conjunct->op) {
    case WQL_EQ: return conjunct->values ? equality(&t) : WQL_SUPERSET;
    case WQL_NE: return conjunct->values ? equality(&t) : WQL_NONE;
    case WQL_LIKE: return conjunct->values ? like(&t) : WQL_SUPERSET;
    default: return WQL_NONE;
    }
}
