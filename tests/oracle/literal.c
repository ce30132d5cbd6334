/* SPDX-License-Identifier: MIT */
/* literal.c: random values, and comparisons with random literals, written as WQL and as what they mean in SQL. */
#include "oracle.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* -- values ------------------------------------------------------------------------------------------------------ */

typedef __int128 wide;

static const wide least_literal = -((wide)1 << 63), most_literal = ((wide)1 << 64) - 1;

/* Numbers at the edges of types, and what lies beside them. */
static wide edge_number(uint64_t *seed) {
    static const int shifts[] = {0, 7, 8, 15, 16, 31, 32, 52, 53, 62, 63, 64};
    wide number = (wide)1 << shifts[below(seed, 12)];
    if (chance(seed, 3)) number = below(seed, 12);
    if (chance(seed, 2)) number = -number;
    return number + (int)below(seed, 3) - 1;
}

static void type_range(uint32_t type, bool small, wide *least, wide *most) {
    *least = type == WQL_SINT32 ? -((wide)1 << 31) : type == WQL_SINT64 ? -((wide)1 << 63) : 0;
    *most = type == WQL_SINT32   ? ((wide)1 << 31) - 1
            : type == WQL_UINT32 ? ((wide)1 << 32) - 1
            : type == WQL_SINT64 ? ((wide)1 << 63) - 1
                                 : most_literal;
    if (type == WQL_UINT64 && small) *most = ((wide)1 << 63) - 1;
}

static wql_value make_integer(uint64_t *seed, uint32_t type, bool small) {
    wide number = chance(seed, 3) ? edge_number(seed) : (wide)below(seed, 10) - 3, least, most;
    wql_value v;
    type_range(type, small, &least, &most);
    if (number < least) number = chance(seed, 2) ? least : -number;
    if (number > most) number = most;
    v = number < 0 ? wql_i64((int64_t)number) : wql_u64((uint64_t)number);
    if (type == WQL_SINT32 || type == WQL_SINT64) v = wql_i64((int64_t)number);
    return v;
}

static double make_real(uint64_t *seed) {
    static const double edges[] = {0.0,
                                   -0.0,
                                   0.5,
                                   -0.5,
                                   1.5,
                                   3.5,
                                   0.1,
                                   1e-7,
                                   1e15,
                                   1e300,
                                   4294967296.0,
                                   5e-324,
                                   2.2250738585072014e-308,
                                   DBL_MAX,
                                   -DBL_MAX,
                                   (double)INFINITY,
                                   -(double)INFINITY};
    static const double large[] = {0x1p53, 0x1p53 + 2, 0x1p63, 0x1p64, -0x1p63, -0x1p53};
    switch (below(seed, 5)) {
    case 0: return edges[below(seed, sizeof edges / sizeof edges[0])];
    case 3: return large[below(seed, sizeof large / sizeof large[0])];
    case 1: return (double)((int)below(seed, 40) - 20) / 4;
    case 2: return (double)((int)below(seed, 10) - 3);
    default: return ldexp((double)(int64_t)draw(seed), (int)below(seed, 130) - 110);
    }
}

/* Characters that are worth a try; the odd ones are rare. */
static uint32_t make_char(uint64_t *seed) {
    static const char ascii[] = "aAbBkKsSiI xyzZ019%_[]^-='\"\\!@`{";
    static const uint32_t odd[] = {0x212a, 0x17f,  0xdf,    0x1e9e,  0x130, 0x131,  0x3a3,  0x3c3,  0x3c2,  0xe4,    0xc4,
                                   0xb5,   0x3bc,  0x212b,  0xe5,    0x1c5, 0x1f600, 0x10400, 0x10428, 0xfb01, 0xfffd, 0x301, 0xa0};
    if (below(seed, 5)) return (uint32_t)ascii[below(seed, sizeof ascii - 1)];
    return odd[below(seed, sizeof odd / sizeof odd[0])];
}

static void put_in_other_case(text *to, uint64_t *seed, wql_str s);

static wql_value make_string(pool *from, uint64_t *seed) {
    static const char *const words[] = {"", "a", "A", "alpha", "Alpha", "beta", "kelvin", "size", "NULL", "12",
                                        "explorer.exe", "x' OR 1=1", "C:\\temp\\x", "100%", "a_b", "[x]", " a ", "TRUE",
                                        "twelve bytes", "thirteen byte"};
    text made = {from, NULL, 0, 0};
    uint32_t count;
    put(&made, "", 0);
    if (chance(seed, 3)) {
        const char *word = words[below(seed, sizeof words / sizeof words[0])];
        if (chance(seed, 2))
            put_z(&made, word);
        else
            put_in_other_case(&made, seed, wql_s(word));
    } else {
        count = chance(seed, 20) ? 60 + below(seed, 80) : below(seed, 7);
        while (count--) put_code_point(&made, make_char(seed));
    }
    return wql_text((wql_str){made.at, made.len});
}

static wql_value make_time(uint64_t *seed) {
    static const int16_t offsets[] = {0, 0, 0, 60, -300, 330, -720, 840};
    wql_datetime t = {0, 0, 0, 0, 0};
    t.us = (int64_t)below(seed, 4) * INT64_C(86400000000) + INT64_C(1577836800000000);
    t.offset_min = offsets[below(seed, 8)];
    switch (below(seed, 5)) {
    case 0: t.us += (int64_t)below(seed, 3) - 1; break;
    case 1: t.us += (int64_t)below(seed, 86400) * 1000000; break;
    case 2: t.us = (int64_t)(draw(seed) % UINT64_C(8000000000000000)) - INT64_C(4000000000000000); break;
    case 3:
        if (chance(seed, 4)) {
            t.us = chance(seed, 2) ? INT64_C(-62135596800000000) : INT64_C(253402300799999999);
            t.offset_min = 0;
        }
        break;
    default: break;
    }
    return wql_time(t);
}

wql_value make_value(pool *from, uint64_t *seed, uint32_t type, bool small) {
    switch (type) {
    case WQL_REAL64: return wql_f64(make_real(seed));
    case WQL_BOOLEAN: return wql_bool(chance(seed, 2));
    case WQL_STRING: return make_string(from, seed);
    case WQL_DATETIME: return make_time(seed);
    default: return make_integer(seed, type, small);
    }
}

/* A value of some row, or another one. */
static wql_value near_value(pool *from, uint64_t *seed, const table *t, uint32_t p) {
    wql_value v = wql_null();
    if (t->rows && !chance(seed, 3)) v = t->cells[(size_t)below(seed, t->rows) * t->shape.count + p];
    return v.type == WQL_NULL ? make_value(from, seed, t->shape.types[p], t->shape.small) : v;
}

/* -- texts ------------------------------------------------------------------------------------------------------- */

void put_wql_text(text *to, uint64_t *seed, const char *bytes, size_t len) {
    char quote = chance(seed, 2) ? '\'' : '"';
    put(to, &quote, 1);
    for (size_t i = 0; i < len; i++) {
        bool quoted = bytes[i] == '\'' || bytes[i] == '"';
        if (bytes[i] == '\\' || bytes[i] == quote || (quoted && chance(seed, 2))) put_z(to, "\\");
        put(to, bytes + i, 1);
    }
    put(to, &quote, 1);
}

void put_sql_text(text *to, const char *bytes, size_t len) {
    put_z(to, "'");
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\'') put_z(to, "'");
        put(to, bytes + i, 1);
    }
    put_z(to, "'");
}

static const char *const operators[] = {"=", "<>", "<", "<=", ">", ">="};
static const char *const mirrored[] = {"=", "<>", ">", ">=", "<", "<="};

static const char *operator_in_wql(uint64_t *seed, const char *const *spellings, uint32_t op) {
    return op == 1 && chance(seed, 2) ? "!=" : spellings[op];
}

/* `property op literal`, or the other way round. */
static void put_comparison(text *wql, uint64_t *seed, const char *name, uint32_t op, const char *literal) {
    if (chance(seed, 4))
        put_format(wql, "%s %s %s", literal, operator_in_wql(seed, mirrored, op), name);
    else
        put_format(wql, "%s %s %s", name, operator_in_wql(seed, operators, op), literal);
}

/* -- numbers ----------------------------------------------------------------------------------------------------- */

static void put_wide(text *to, wide number) {
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
static void put_real(text *to, uint64_t *seed, double number) {
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
static void make_number(pool *from, uint64_t *seed, const table *t, uint32_t p, text *wql, text *plain) {
    wql_value v = near_value(from, seed, t, p);
    text bare = {from, NULL, 0, 0};
    bool whole = v.type == WQL_REAL64 && v.f64 == floor(v.f64) && fabs(v.f64) < 0x1p64;
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

static void compare_number(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, text *wql, text *sql) {
    uint32_t type = t->shape.types[p], op = below(seed, 6);
    text literal = {from, NULL, 0, 0}, plain = {from, NULL, 0, 0};
    char *end;
    long long small;
    make_number(from, seed, t, p, &literal, &plain);
    small = strtoll(plain.at, &end, 10);
    if (chance(seed, 25) && *literal.at != '\'' && *literal.at != '"') { /* LIKE without wildcards is = */
        put_format(wql, "%s LIKE '%s'", name, plain.at);
        op = 0;
    } else {
        put_comparison(wql, seed, name, op, literal.at);
    }
    /* SQLite itself knows integers of 64 bits, also against reals; for everything else there is the function. */
    if (type != WQL_UINT64 && is_whole(plain.at) && small != INT64_MAX && small != INT64_MIN && !chance(seed, 4))
        put_format(sql, "%s %s %lld", name, operators[op], small);
    else
        put_format(sql, "num(%s, %d, '%s') %s 0", name, type == WQL_UINT64, plain.at, operators[op]);
}

/* -- the other types --------------------------------------------------------------------------------------------- */

static void compare_boolean(uint64_t *seed, const char *name, text *wql, text *sql) {
    static const char *const yes[] = {"TRUE", "1", "'TRUE'", "\"true\"", "'1'", "True"};
    static const char *const no[] = {"FALSE", "0", "'false'", "\"FALSE\"", "'0'", "false"};
    bool wanted = chance(seed, 2);
    uint32_t op = below(seed, 2);
    put_comparison(wql, seed, name, op, (wanted ? yes : no)[below(seed, 6)]);
    put_format(sql, "%s %s %d", name, operators[op], wanted);
}

static void compare_time(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, text *wql, text *sql) {
    wql_datetime time = near_value(from, seed, t, p).time;
    text literal = {from, NULL, 0, 0};
    uint32_t op = below(seed, 6);
    bool outer = time.us < INT64_C(-62000000000000000) || time.us > INT64_C(253000000000000000);
    put_z(&literal, "'");
    if (chance(seed, 4) && !outer) {
        text iso = {from, NULL, 0, 0};
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

/* -- strings ----------------------------------------------------------------------------------------------------- */

/* The same text in other cases, here and there; k and s also as the KELVIN SIGN and the LONG S, which fold to them. */
static void put_in_other_case(text *to, uint64_t *seed, wql_str s) {
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool odd = ((c | 0x20) == 'k' || (c | 0x20) == 's') && chance(seed, 4);
        if (odd) {
            put_code_point(to, (c | 0x20) == 'k' ? 0x212a : 0x17f);
            continue;
        }
        if (((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) && chance(seed, 3)) c = (char)(c ^ 0x20);
        put(to, &c, 1);
    }
}

static void put_set(text *to, uint64_t *seed) {
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
static void make_pattern(uint64_t *seed, wql_str s, text *to) {
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

static void match_string(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, text *wql, text *sql) {
    text pattern = {from, NULL, 0, 0};
    make_pattern(seed, near_value(from, seed, t, p).str, &pattern);
    put_format(wql, "%s LIKE ", name);
    put_wql_text(wql, seed, pattern.at, pattern.len);
    put_z(sql, "wlike(");
    put_sql_text(sql, pattern.at, pattern.len);
    put_format(sql, ", %s)", name);
}

/* Numbers and TRUE against a string are texts. */
static void compare_string_with_number(uint64_t *seed, const char *name, text *wql, text *sql) {
    static const struct {
        const char *literal, *text;
    } cases[] = {{"12", "12"}, {"+12", "12"}, {"012", "12"},     {"-3", "-3"},       {"0", "0"},
                 {"1.50", "1.50"}, {"-.5", "-.5"}, {"10000", "10000"}, {"18446744073709551615", "18446744073709551615"}};
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

static void compare_string(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, text *wql, text *sql) {
    text value = {from, NULL, 0, 0}, literal = {from, NULL, 0, 0};
    uint32_t op = chance(seed, 2) ? below(seed, 2) : below(seed, 6);
    put(&value, "", 0);
    put_in_other_case(&value, seed, near_value(from, seed, t, p).str);
    put_wql_text(&literal, seed, value.at, value.len);
    put_comparison(wql, seed, name, op, literal.at);
    put_format(sql, "%s COLLATE folded %s ", name, operators[op]);
    put_sql_text(sql, value.at, value.len);
}

/* -- all --------------------------------------------------------------------------------------------------------- */

static void ask_for_null(uint64_t *seed, const char *name, text *wql, text *sql) {
    static const char *const forms[] = {"%s IS NULL", "%s = NULL", "NULL = %s", "%s IS NOT NULL", "%s <> NULL", "NULL != %s"};
    uint32_t form = below(seed, 6);
    const char *place = strstr(forms[form], "%s");
    put(wql, forms[form], (size_t)(place - forms[form]));
    put_z(wql, name);
    put_z(wql, place + 2);
    put_format(sql, "%s IS %sNULL", name, form < 3 ? "" : "NOT ");
}

void make_comparison(pool *from, uint64_t *seed, const table *t, uint32_t p, node *out) {
    text wql = {from, NULL, 0, 0}, sql = {from, NULL, 0, 0};
    char name[16];
    snprintf(name, sizeof name, p ? "P%u" : "Id", p);
    if (chance(seed, 8)) {
        ask_for_null(seed, name, &wql, &sql);
    } else {
        switch (t->shape.types[p]) {
        case WQL_BOOLEAN: compare_boolean(seed, name, &wql, &sql); break;
        case WQL_DATETIME: compare_time(from, seed, t, p, name, &wql, &sql); break;
        case WQL_STRING:
            if (chance(seed, 2))
                match_string(from, seed, t, p, name, &wql, &sql);
            else if (chance(seed, 8))
                compare_string_with_number(seed, name, &wql, &sql);
            else
                compare_string(from, seed, t, p, name, &wql, &sql);
            break;
        default: compare_number(from, seed, t, p, name, &wql, &sql); break;
        }
    }
    out->wql = wql.at;
    out->sql = sql.at;
}
