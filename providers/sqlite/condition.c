/* SPDX-License-Identifier: MIT */
/* condition.c: one condition -> SQL, and how exact that is.
 *
 * SQLite compares what is stored, a query what the property's type makes of it: a value that does not fit is NULL there and
 * fulfils nothing. So a condition is exact only where the column's type is enforced (STRICT), or typeof() stands beside the
 * comparison:
 *
 *   boolean   integers 0 and 1                        exact
 *   sint64    integers                                exact
 *   uint64    a literal beyond sint64 is never met    superset
 *   real64    exact where only reals are stored; integers that are no real are NULL for the query: superset. So is a literal
 *             from 2^53 on, which may be a rounded integer, with < and > widened
 *   datetime  texts compare by the day, one day off for offsets: superset
 *   string    see textual.c
 *   uint8[]   NULL or not: exact
 *
 * A condition with values that are not known yet is answered for the worst of them. */
#include "sqlite.h"

static const char *const operators[] = {NULL, " = ", " <> ", " < ", " <= ", " > ", " >= "};

const char *wql__sqlite_operator(uint16_t op) { return operators[op]; }

void wql__sqlite_put_operand(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql__sqlite_column *column) {
    if (wql__sqlite_is_shielded(table)) wql__sqlite_put(sql, "+");
    wql__sqlite_put_column(sql, table, column);
}

typedef struct term {
    wql__sqlite_sql *sql;
    const wql__sqlite_table *table;
    const wql__sqlite_column *column;
    const wql_conjunct *c;
} term;

static void put(const term *t, const char *text) { wql__sqlite_put(t->sql, text); }
static void put_column(const term *t) { wql__sqlite_put_operand(t->sql, t->table, t->column); }
static bool is_comparison(const term *t) { return t->c->op >= WQL_EQ && t->c->op <= WQL_GE; }
static bool fits_list(const term *t) {
    return t->c->count <= WQL__SQLITE_LIST_MOST && t->sql->bind_count + t->c->count <= WQL__SQLITE_BINDS_MOST;
}

/* `before`, the column, `after`. */
static void put_around(const term *t, const char *before, const char *after) {
    put(t, before);
    put_column(t);
    put(t, after);
}

/* -- NULL ------------------------------------------------------------------------------------------------------------------ */

/* For kinds that one type in SQLite is. */
static uint8_t null_by_type(const term *t, const char *type, uint8_t taken) {
    bool null = t->c->op == WQL_IS_NULL;
    if (t->column->exact) {
        put_around(t, "", null ? " IS NULL" : " IS NOT NULL");
        return WQL_EXACT;
    }
    put_around(t, "typeof(", null ? ") <> '" : ") = '");
    put(t, type);
    put(t, "'");
    return taken;
}

static uint8_t null_condition(const term *t) {
    bool null = t->c->op == WQL_IS_NULL;
    switch (t->column->kind) {
    case WQL__SQLITE_BOOL:
        put_around(t, null ? "NOT (typeof(" : "(typeof(", ") = 'integer' AND ");
        put_around(t, "", " IN (0, 1))");
        return WQL_EXACT;
    case WQL__SQLITE_INT: return null_by_type(t, "integer", WQL_EXACT);
    case WQL__SQLITE_BLOB: return null_by_type(t, "blob", WQL_EXACT);
    case WQL__SQLITE_UINT:
        if (null) return WQL_NONE;
        put_around(t, "typeof(", ") = 'integer'");
        return WQL_SUPERSET;
    case WQL__SQLITE_REAL:
        if (t->column->exact || t->column->affine) return null_by_type(t, "real", WQL_EXACT);
        put_around(t, "typeof(", null ? ") <> 'real'" : ") IN ('real', 'integer')");
        return WQL_SUPERSET;
    case WQL__SQLITE_TIME:
        if (null) return WQL_NONE;
        put_around(t, "typeof(", ") = 'text'");
        return WQL_SUPERSET;
    default:
        if (t->column->exact) put_around(t, "", null ? " IS NULL" : " IS NOT NULL");
        else put_around(t, "typeof(", null ? ") IN ('null', 'blob')" : ") NOT IN ('null', 'blob')");
        return WQL_EXACT;
    }
}

/* -- booleans -------------------------------------------------------------------------------------------------------------- */

static uint8_t bool_condition(const term *t) {
    bool meets[2] = {false, false};
    if (t->c->op != WQL_EQ && t->c->op != WQL_NE) return WQL_NONE;
    if (!t->c->values) return WQL_EXACT;
    for (uint32_t i = 0; i < t->c->count; i++) {
        if (t->c->values[i].type == WQL_NULL) continue;
        if (t->c->values[i].type != WQL_BOOLEAN) return WQL_NONE;
        meets[t->c->values[i].b == (t->c->op == WQL_EQ)] = true;
    }
    if (!meets[0] && !meets[1]) {
        put(t, "0");
        return WQL_EXACT;
    }
    put_around(t, "(", meets[0] && meets[1] ? " IN (0, 1)" : meets[1] ? " = 1" : " = 0");
    put_around(t, " AND typeof(", ") = 'integer')");
    return WQL_EXACT;
}

/* -- integers -------------------------------------------------------------------------------------------------------------- */

/* One value of the conjunct as SQLite knows integers. -1, 1: below, above all of them; 2: no integer, or NULL. */
static int integer_value(const wql_value *value, int64_t *out) {
    switch (value->type) {
    case WQL_SINT64: *out = value->i64; return 0;
    case WQL_UINT64:
        *out = (int64_t)(value->u64 & INT64_MAX);
        return value->u64 > (uint64_t)INT64_MAX;
    default: return 2;
    }
}

/* All values, or where there are too many of them, what lies between. */
static uint8_t integer_list(const term *t) {
    int64_t least = INT64_MAX, most = INT64_MIN, value;
    uint32_t left = 0;
    bool list = fits_list(t);
    put_around(t, "", list ? " IN (" : " BETWEEN ");
    for (uint32_t i = 0; i < t->c->count; i++) {
        if (integer_value(&t->c->values[i], &value) != 0) continue; /* NULL, or beyond what can be stored: never met */
        if (value < least) least = value;
        if (value > most) most = value;
        if (list && left) put(t, ", ");
        if (list) wql__sqlite_put_i64(t->sql, value);
        left++;
    }
    if (list) {
        put(t, ")");
        return WQL_EXACT;
    }
    wql__sqlite_put_i64(t->sql, least);
    put(t, " AND ");
    wql__sqlite_put_i64(t->sql, most);
    return WQL_SUPERSET;
}

/* A literal above all integers of SQLite's. */
static uint8_t beyond(const term *t) {
    if (t->c->op == WQL_EQ || t->c->op == WQL_GT || t->c->op == WQL_GE) {
        put(t, "0");
        return WQL_EXACT;
    }
    put_around(t, "typeof(", ") = 'integer'");
    return WQL_EXACT;
}

static uint8_t integer_condition(const term *t) {
    uint8_t taken = WQL_EXACT;
    int64_t value;
    int place;
    if (!is_comparison(t)) return WQL_NONE;
    if (!t->c->values) return t->c->count == 1 || fits_list(t) ? WQL_EXACT : WQL_SUPERSET;
    if (t->c->count != 1) {
        put(t, t->column->exact || t->column->sure ? "" : "(");
        taken = integer_list(t);
    } else {
        place = integer_value(&t->c->values[0], &value);
        if (place == 2) return WQL_NONE;
        if (place) return beyond(t);
        put(t, t->column->exact || t->column->sure ? "" : "(");
        put_around(t, "", operators[t->c->op]);
        wql__sqlite_put_i64(t->sql, value);
    }
    if (!t->column->exact && !t->column->sure) put_around(t, " AND typeof(", ") = 'integer')");
    return taken;
}

/* -- reals ----------------------------------------------------------------------------------------------------------------- */

#define EXACT_INTEGERS 9007199254740992.0 /* 2^53: from here on neighbouring integers may round to the same real */

static bool is_rounded(double value) { return value >= EXACT_INTEGERS || value <= -EXACT_INTEGERS; }

static uint8_t real_list(const term *t) {
    uint8_t taken = WQL_EXACT;
    uint32_t left = 0;
    if (!fits_list(t)) return WQL_NONE;
    put_around(t, "", " IN (");
    for (uint32_t i = 0; i < t->c->count; i++) {
        double value = t->c->values[i].f64;
        if (t->c->values[i].type != WQL_REAL64 || value != value) continue;
        if (is_rounded(value)) taken = WQL_SUPERSET;
        if (left++) put(t, ", ");
        wql__sqlite_put_f64(t->sql, value);
    }
    put(t, ")");
    return taken;
}

static uint8_t real_comparison(const term *t) {
    uint16_t op = t->c->op;
    double value = t->c->values[0].f64;
    bool rounded = is_rounded(value);
    if (t->c->values[0].type != WQL_REAL64 || value != value) return WQL_NONE;
    if (rounded && op == WQL_NE) return WQL_NONE;
    if (rounded && op == WQL_LT) op = WQL_LE;
    if (rounded && op == WQL_GT) op = WQL_GE;
    put_around(t, "", operators[op]);
    wql__sqlite_put_f64(t->sql, value);
    return rounded ? WQL_SUPERSET : WQL_EXACT;
}

static uint8_t real_condition(const term *t) {
    bool typed = t->column->affine && !t->column->exact;
    uint8_t taken;
    if (!is_comparison(t)) return WQL_NONE;
    if (!t->c->values) return t->c->op == WQL_NE || (t->c->count != 1 && !fits_list(t)) ? WQL_NONE : WQL_SUPERSET;
    put(t, typed ? "(" : "");
    taken = t->c->count == 1 ? real_comparison(t) : real_list(t);
    if (typed) put_around(t, " AND typeof(", ") = 'real')");
    return taken == WQL_EXACT && !t->column->exact && !typed ? WQL_SUPERSET : taken;
}

/* -- datetimes ------------------------------------------------------------------------------------------------------------- */

/* ISO texts begin with the day, in their own offset: it is the day in UTC, or the one before or behind. */
static uint8_t date_condition(const term *t) {
    const wql_value *value = t->c->values;
    bool lower = t->c->op == WQL_EQ || t->c->op == WQL_GT || t->c->op == WQL_GE;
    bool upper = t->c->op == WQL_EQ || t->c->op == WQL_LT || t->c->op == WQL_LE;
    char first[10], last[10], *kept;
    if (!lower && !upper) return WQL_NONE;
    if (t->c->count != 1) return WQL_NONE;
    if (!value) return WQL_SUPERSET;
    if (value->type != WQL_DATETIME || value->time.wild || value->time.interval) return WQL_NONE;
    lower = lower && wql__sqlite_print_day(value->time.us, -1, first);
    upper = upper && wql__sqlite_print_day(value->time.us, 2, last);
    if (!lower && !upper) return WQL_NONE;
    put(t, "(");
    if (lower) {
        kept = t->sql->dry ? first : wql__sqlite_take_text(t->sql->arena, first, sizeof first);
        if (!kept) t->sql->failed = true;
        put_around(t, "", " COLLATE BINARY >= ");
        wql__sqlite_put_text(t->sql, (wql_str){kept, sizeof first});
    }
    if (lower && upper) put(t, " AND ");
    if (upper) {
        kept = t->sql->dry ? last : wql__sqlite_take_text(t->sql->arena, last, sizeof last);
        if (!kept) t->sql->failed = true;
        put_around(t, "", " COLLATE BINARY < ");
        wql__sqlite_put_text(t->sql, (wql_str){kept, sizeof last});
    }
    put(t, ")");
    return WQL_SUPERSET;
}

/* -- all ------------------------------------------------------------------------------------------------------------------- */

static uint8_t by_kind(const term *t) {
    uint8_t taken;
    switch (t->column->kind) {
    case WQL__SQLITE_BOOL: return bool_condition(t);
    case WQL__SQLITE_INT: return integer_condition(t);
    case WQL__SQLITE_UINT:
        taken = integer_condition(t);
        return taken == WQL_EXACT ? WQL_SUPERSET : taken;
    case WQL__SQLITE_REAL: return real_condition(t);
    case WQL__SQLITE_TIME: return date_condition(t);
    case WQL__SQLITE_TEXT: return wql__sqlite_text_condition(t->sql, t->table, t->column, t->c);
    default: return WQL_NONE;
    }
}

uint8_t wql__sqlite_condition(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql_conjunct *conjunct) {
    wql__sqlite_mark before = wql__sqlite_mark_sql(sql);
    term t = {.sql = sql, .table = table, .c = conjunct};
    uint8_t taken = WQL_NONE;
    if (conjunct->property >= table->column_count) return WQL_NONE;
    t.column = &table->columns[conjunct->property];
    if (conjunct->op == WQL_IS_NULL || conjunct->op == WQL_NOT_NULL) taken = null_condition(&t);
    else if (conjunct->count == 1 || (conjunct->count > 1 && conjunct->op == WQL_EQ)) taken = by_kind(&t);
    if (conjunct->count && !conjunct->values) sql->bind_count += 2 * conjunct->count; /* no value will need more parameters */
    if (taken == WQL_NONE) wql__sqlite_cut_sql(sql, before);
    return taken;
}
