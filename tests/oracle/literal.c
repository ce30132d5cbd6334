/* SPDX-License-Identifier: MIT */
/* literal.c: comparisons with random literals, written as WQL and as what they mean in SQL. */
#include "literal.h"

#include <math.h>
#include <stdlib.h>

static const wide least_literal = -((wide)1 << 63), most_literal = ((wide)1 << 64) - 1;

/* -- texts ------------------------------------------------------------------------------------------------------- */

void put_wql_text(writer *to, uint64_t *seed, const char *bytes, size_t len) {
    char quote = chance(seed, 2) ? '\'' : '"';
    put(to, &quote, 1);
    for (size_t i = 0; i < len; i++) {
        bool quoted = bytes[i] == '\'' || bytes[i] == '"';
        if (bytes[i] == '\\' || bytes[i] == quote || (quoted && chance(seed, 2))) put_z(to, "\\");
        put(to, bytes + i, 1);
    }
    put(to, &quote, 1);
}

void put_sql_text(writer *to, const char *bytes, size_t len) {
    put_z(to, "'");
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\'') put_z(to, "'");
        put(to, bytes + i, 1);
    }
    put_z(to, "'");
}

const char *const operators[] = {"=", "<>", "<", "<=", ">", ">="};
static const char *const mirrored[] = {"=", "<>", ">", ">=", "<", "<="};

const char *operator_in_wql(uint64_t *seed, const char *const *spellings, uint32_t op) {
    return op == 1 && chance(seed, 2) ? "!=" : spellings[op];
}

/* `property op literal`, or the other way round. */
static void put_comparison(writer *wql, uint64_t *seed, const char *name, uint32_t op, const char *literal) {
    if (chance(seed, 4))
        put_format(wql, "%s %s %s", literal, operator_in_wql(seed, mirrored, op), name);
    else
        put_format(wql, "%s %s %s", name, operator_in_wql(seed, operators, op), literal);
}

/* -- numbers ----------------------------------------------------------------------------------------------------- */

void put_wide(writer *to, wide number) {
    if (number < 0)
        put_format(to, "-%llu", (unsigned long long)-number);
    else
        put_format(to, "%llu", (unsigned long long)number);
}

static wide near_integer(wql_value v, uint64_t *seed) {
    wide number = v.type == WQL_SINT64 ? (wide)v.i64 : v.type == WQL_UINT64 ? (wide)v.u64 : 0;
    if (chance(seed, 4)) number += (int)below(seed, 3) - 1;
    if (chance(seed, 6)) number = edge_number(seed);
    if (number < least_literal) number = least_literal;
    return number > most_literal ? most_literal : number;
}

/* A real literal, and now and then one without its leading zero. */
static void put_real(writer *to, uint64_t *seed, double number) {
    char buf[40];
    snprintf(buf, sizeof buf, chance(seed, 3) ? "%.3g" : "%.17g", number);
    if (isinf(strtod(buf, NULL))) snprintf(buf, sizeof buf, "%.17g", number);
    if (!strpbrk(buf, ".e")) snprintf(buf + strlen(buf), sizeof buf - strlen(buf), "%s", chance(seed, 2) ? ".0" : "e0");
    if (buf[0] == '0' && buf[1] == '.' && chance(seed, 3))
        put_z(to, buf + 1);
    else
        put_z(to, buf);
}

/* A literal for a number: integer, real without a fraction, with a sign, with zeros, in quotes. `plain`: as the rules read it. */
static void make_number(pool *from, uint64_t *seed, const table *t, uint32_t p, writer *wql, writer *plain) {
    wql_value v = near_value(from, seed, t, p);
    writer bare = {from, NULL, 0, 0};
    bool whole = v.type == WQL_REAL64 && v.f64 == floor(v.f64) && fabs(v.f64) < 0x1p64;
    if (v.type == WQL_REAL64 && isnan(v.f64)) v.f64 = 0.5;
    if (v.type == WQL_REAL64 && !chance(seed, whole ? 2 : 5)) {
        if (isinf(v.f64)) v.f64 = 1e308;
        put_real(&bare, seed, v.f64);
    } else {
        wide number = v.type != WQL_REAL64 ? near_integer(v, seed)
                      : whole              ? (wide)v.f64 + (int)below(seed, 5) - 2
                                           : edge_number(seed);
        bool negative = number < 0;
        if (number > most_literal) number = most_literal;
        if (number < least_literal) number = least_literal;
        if (chance(seed, 12)) put_z(&bare, negative ? "-" : chance(seed, 2) ? "+" : "");
        if (bare.len) {
            put_z(&bare, chance(seed, 2) ? "00" : "");
            put_wide(&bare, negative ? -number : number);
        } else {
            put_wide(&bare, number);
        }
        if (number > -((wide)1 << 53) && number < (wide)1 << 53 && chance(seed, 8)) put_z(&bare, chance(seed, 2) ? ".0" : "e0");
        if (chance(seed, 40)) {
            bare.len = 0;
            put_z(&bare, chance(seed, 2) ? "1e300" : "-1e300");
        }
    }
    put(plain, bare.at, bare.len);
    if (chance(seed, 6))
        put_wql_text(wql, seed, bare.at, bare.len);
    else
        put(wql, bare.at, bare.len);
}

static bool is_whole(const char *z) { return !strpbrk(z, ".eE"); }

static void compare_number(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, writer *wql, writer *sql) {
    uint32_t type = t->shape.types[p], op = below(seed, 6);
    writer literal = {from, NULL, 0, 0}, plain = {from, NULL, 0, 0};
    char *end;
    long long small;
    bool real;
    make_number(from, seed, t, p, &literal, &plain);
    small = strtoll(plain.at, &end, 10);
    if (chance(seed, 25) && *literal.at != '\'' && *literal.at != '"') { /* LIKE without wildcards is = */
        put_format(wql, "%s LIKE '%s'", name, plain.at);
        op = 0;
    } else {
        put_comparison(wql, seed, name, op, literal.at);
    }
    /* SQLite itself knows integers of 64 bits, also against reals; for everything else there is the function. */
    real = type == WQL_REAL32 || type == WQL_REAL64;
    if (type != WQL_UINT64 && is_whole(plain.at) && small != INT64_MAX && small != INT64_MIN && !(real && t->shape.nan) &&
        !chance(seed, 4))
        put_format(sql, "%s %s %lld", name, operators[op], small);
    else
        put_format(sql, "num('%s', %s, %d, '%s')", operators[op], name, type == WQL_UINT64, plain.at);
}

/* -- the other types --------------------------------------------------------------------------------------------- */

static void compare_boolean(uint64_t *seed, const char *name, writer *wql, writer *sql) {
    static const char *const yes[] = {"TRUE", "1", "'TRUE'", "\"true\"", "'1'", "True"};
    static const char *const no[] = {"FALSE", "0", "'false'", "\"FALSE\"", "'0'", "false"};
    bool wanted = chance(seed, 2);
    uint32_t op = below(seed, 2);
    put_comparison(wql, seed, name, op, (wanted ? yes : no)[below(seed, 6)]);
    put_format(sql, "%s %s %d", name, operators[op], wanted);
}

static void compare_time(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, writer *wql, writer *sql) {
    wql_datetime time = near_value(from, seed, t, p).time;
    writer literal = {from, NULL, 0, 0};
    uint32_t op = below(seed, 6);
    bool outer = time.us < INT64_C(-62000000000000000) || time.us > INT64_C(253000000000000000);
    put_z(&literal, "'");
    if (chance(seed, 4) && !outer) {
        writer iso = {from, NULL, 0, 0};
        time.us -= time.us % 1000; /* milliseconds: yyyy-mm-dd HH:MM:SS:mmm, or the day alone */
        if (chance(seed, 2)) time.us -= (time.us % INT64_C(86400000000) + INT64_C(86400000000)) % INT64_C(86400000000);
        print_iso_time(&iso, time.us, 0, false);
        iso.at[19] = ':';
        put(&literal, iso.at, time.us % INT64_C(86400000000) ? 23 : 10);
    } else {
        print_cim_time(&literal, time.us, outer || chance(seed, 2) ? 0 : (int)below(seed, 1500) - 700);
    }
    put_z(&literal, "'");
    put_comparison(wql, seed, name, op, literal.at);
    put_format(sql, "%s %s %lld", name, operators[op], (long long)time.us);
}

static void compare_interval(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, writer *wql, writer *sql) {
    int64_t us = near_value(from, seed, t, p).time.us;
    writer literal = {from, NULL, 0, 0};
    uint32_t op = below(seed, 6);
    if (chance(seed, 4) && us > 0) us--;
    put_format(&literal, "'%08lld%02lld%02lld%02lld.%06lld:000'", (long long)us / 86400000000, (long long)us / 3600000000 % 24,
               (long long)us / 60000000 % 60, (long long)us / 1000000 % 60, (long long)us % 1000000);
    put_comparison(wql, seed, name, op, literal.at);
    put_format(sql, "%s %s %lld", name, operators[op], (long long)us);
}

/* With a character, whose case does not matter, or the number of one. */
static void compare_char(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, writer *wql, writer *sql) {
    uint32_t op = below(seed, 6), c = (uint32_t)near_value(from, seed, t, p).u64 & 0xffff;
    writer literal = {from, NULL, 0, 0};
    if (chance(seed, 3) || c == 0 || (c >= 0xd800 && c < 0xe000)) {
        put_format(&literal, "%u", chance(seed, 9) ? 65536 + c : c);
        put_comparison(wql, seed, name, op, literal.at);
        put_format(sql, "%s %s %s", name, operators[op], literal.at);
        return;
    }
    if (chance(seed, 3)) c = make_char(seed) & 0xffff;
    if (c < 128 && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) && chance(seed, 2)) c ^= 0x20;
    put_code_point(&literal, c);
    put_format(sql, "folded(%s) %s folded(%u)", name, operators[op], c);
    {
        writer quoted = {from, NULL, 0, 0};
        put_wql_text(&quoted, seed, literal.at, literal.len);
        put_comparison(wql, seed, name, op, quoted.at);
    }
}

static void compare_reference(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, writer *wql,
                              writer *sql) {
    wql_str path = near_value(from, seed, t, p).str;
    uint32_t op = below(seed, 2);
    writer literal = {from, NULL, 0, 0};
    put_wql_text(&literal, seed, path.ptr, path.len);
    put_comparison(wql, seed, name, op, literal.at);
    put_format(sql, "%s COLLATE folded %s ", name, operators[op]);
    put_sql_text(sql, path.ptr, path.len);
}

/* -- strings ----------------------------------------------------------------------------------------------------- */

static void put_set(writer *to, uint64_t *seed) {
    uint32_t count = below(seed, 5);
    put_z(to, "[");
    if (chance(seed, 3)) put_z(to, "^");
    while (count--) {
        put_code_point(to, make_char(seed));
        if (chance(seed, 3)) {
            put_z(to, chance(seed, 3) ? "=" : "-");
            put_code_point(to, make_char(seed));
        }
    }
    if (!chance(seed, 20)) put_z(to, "]");
}

static size_t char_bytes(wql_str s, size_t at) {
    size_t n = 1;
    while (at + n < s.len && ((unsigned char)s.ptr[at + n] & 0xc0) == 0x80) n++;
    return n;
}

/* A pattern made of a text, with pieces replaced; or any pattern. */
static void make_pattern(uint64_t *seed, wql_str s, writer *to) {
    uint32_t free_parts = chance(seed, 4) ? 1 + below(seed, 6) : 0;
    put(to, "", 0);
    while (free_parts--) {
        uint32_t pick = below(seed, 5);
        if (pick == 0)
            put_z(to, "%");
        else if (pick == 1)
            put_z(to, "_");
        else if (pick == 2)
            put_set(to, seed);
        else
            put_code_point(to, make_char(seed));
    }
    if (to->len) return;
    if (chance(seed, 3)) put_z(to, "%");
    for (size_t i = 0; i < s.len;) {
        size_t n = char_bytes(s, i);
        uint32_t pick = below(seed, 14);
        bool meta = strchr("%_[", s.ptr[i]) != NULL && s.ptr[i];
        if (pick == 0)
            put_z(to, "_");
        else if (pick == 1)
            put_z(to, "%");
        else if (pick == 2)
            put_set(to, seed);
        else if (meta && chance(seed, 2))
            put_format(to, "[%c]", s.ptr[i]);
        else
            put_in_other_case(to, seed, (wql_str){s.ptr + i, n});
        i += n;
        if (pick == 3) break;
        if (pick == 4) i += i < s.len ? char_bytes(s, i) : 0;
    }
    if (chance(seed, 3)) put_z(to, "%");
}

static void match_string(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, writer *wql, writer *sql,
                         int *need) {
    writer pattern = {from, NULL, 0, 0};
    make_pattern(seed, near_value(from, seed, t, p).str, &pattern);
    *need = chance(seed, 6) ? IN_RICH : IN_ALL;
    put_format(wql, "%s %sLIKE ", name, *need ? "NOT " : "");
    put_wql_text(wql, seed, pattern.at, pattern.len);
    put_z(sql, *need ? "NOT wlike(" : "wlike(");
    put_sql_text(sql, pattern.at, pattern.len);
    put_format(sql, ", %s)", name);
}

/* Numbers and TRUE against a string are texts. */
static void compare_string_with_number(uint64_t *seed, const char *name, writer *wql, writer *sql) {
    static const struct {
        const char *literal, *text;
    } cases[] = {{"12", "12"},   {"+12", "12"},      {"012", "12"},
                 {"-3", "-3"},   {"0", "0"},         {"1.50", "1.50"},
                 {"-.5", "-.5"}, {"10000", "10000"}, {"18446744073709551615", "18446744073709551615"}};
    uint32_t i = below(seed, 10), op = below(seed, 6);
    if (i == 9) {
        op = below(seed, 2);
        put_comparison(wql, seed, name, op, "TRUE");
        put_format(sql, "%s COLLATE folded %s 'TRUE'", name, operators[op]);
        return;
    }
    put_comparison(wql, seed, name, op, cases[i].literal);
    put_format(sql, "%s COLLATE folded %s '%s'", name, operators[op], cases[i].text);
}

static void compare_string(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, writer *wql, writer *sql) {
    writer value = {from, NULL, 0, 0}, literal = {from, NULL, 0, 0};
    uint32_t op = chance(seed, 2) ? below(seed, 2) : below(seed, 6);
    put(&value, "", 0);
    put_in_other_case(&value, seed, near_value(from, seed, t, p).str);
    put_wql_text(&literal, seed, value.at, value.len);
    put_comparison(wql, seed, name, op, literal.at);
    put_format(sql, "%s COLLATE folded %s ", name, operators[op]);
    put_sql_text(sql, value.at, value.len);
}

/* -- all --------------------------------------------------------------------------------------------------------- */

static void ask_for_null(uint64_t *seed, const char *name, writer *wql, writer *sql) {
    static const char *const forms[] = {"%s IS NULL", "%s = NULL", "NULL = %s", "%s IS NOT NULL", "%s <> NULL", "NULL != %s"};
    uint32_t form = below(seed, 6);
    const char *place = strstr(forms[form], "%s");
    put(wql, forms[form], (size_t)(place - forms[form]));
    put_z(wql, name);
    put_z(wql, place + 2);
    put_format(sql, "%s IS %sNULL", name, form < 3 ? "" : "NOT ");
}

static void make_base(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, node *out, writer *wql,
                      writer *sql) {
    if (chance(seed, 8)) {
        ask_for_null(seed, name, wql, sql);
        return;
    }
    switch (t->shape.types[p]) {
    case WQL_BOOLEAN: compare_boolean(seed, name, wql, sql); break;
    case WQL_DATETIME: compare_time(from, seed, t, p, name, wql, sql); break;
    case INTERVAL: compare_interval(from, seed, t, p, name, wql, sql); break;
    case WQL_CHAR16: compare_char(from, seed, t, p, name, wql, sql); break;
    case WQL_REFERENCE: compare_reference(from, seed, t, p, name, wql, sql); break;
    case WQL_STRING:
        if (chance(seed, 2))
            match_string(from, seed, t, p, name, wql, sql, &out->needs);
        else if (chance(seed, 8))
            compare_string_with_number(seed, name, wql, sql);
        else
            compare_string(from, seed, t, p, name, wql, sql);
        break;
    default: compare_number(from, seed, t, p, name, wql, sql); break;
    }
}

void make_comparison(pool *from, uint64_t *seed, const table *t, uint32_t p, node *out) {
    writer wql = {from, NULL, 0, 0}, sql = {from, NULL, 0, 0};
    char name[16];
    snprintf(name, sizeof name, p ? "P%u" : "Id", p);
    out->other = PROPERTIES_MAX;
    if (!chance(seed, 10) || !make_rich(from, seed, t, p, name, out, &wql, &sql)) {
        out->needs = IN_ALL;
        make_base(from, seed, t, p, name, out, &wql, &sql);
    }
    out->wql = wql.at;
    out->sql = sql.at;
}
