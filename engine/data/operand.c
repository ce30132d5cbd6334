/* SPDX-License-Identifier: MIT */
/* operand.c: the literal of a comparison, converted to the property's type (wql-language 3.1 to 3.3). What a type cannot hold is
 * still compared exactly: a number out of range makes a comparison constant, and one between two doubles becomes its neighbours. */
#include "rule_part.h"

#include "../base/fold.h"
#include "../base/utf8.h"
#include "value.h"
#include <wql/provider.h>

#include <string.h>

/* -- numbers ----------------------------------------------------------------------------------------------------- */

/* A number as the query has it. `exact`: spelled as an integer; else `real` stands for it. */
typedef struct number {
    wql__number n;
    bool exact;
} number;

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') return (c | 0x20) - 'a' + 10;
    return -1;
}

/* 0x1F. The first 64 bits decide with the question whether more follow: that is all that rounding needs. */
static bool read_hex(wql_str text, wql__number *out) {
    size_t i = 0;
    memset(out, 0, sizeof *out);
    if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '+')) out->negative = text.ptr[i++] == '-';
    if (text.len - i < 3 || text.ptr[i] != '0' || (text.ptr[i + 1] | 0x20) != 'x') return false;
    out->whole = out->fits = true;
    for (i += 2; i < text.len; i++) {
        int digit = hex_digit(text.ptr[i]);
        if (digit < 0) return false;
        if (out->fits && out->magnitude >> 60) {
            out->fits = false;
            out->real = (double)(out->magnitude | 1); /* odd: not the middle between two doubles */
        }
        if (out->fits) out->magnitude = out->magnitude << 4 | (uint64_t)digit;
        else out->real *= 16;
    }
    if (out->fits) out->real = (double)out->magnitude;
    if (out->negative) out->real = -out->real;
    return true;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f'; }

static bool read_quoted(wql_str text, number *out) {
    while (text.len && is_blank(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len && is_blank(text.ptr[text.len - 1])) text.len--;
    out->exact = true;
    if (read_hex(text, &out->n)) return true;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '.' || (text.ptr[i] | 0x20) == 'e') out->exact = false;
    return wql__number_parse(text, &out->n);
}

/* A real whose spelling is not at hand. */
static void take_real(double real, wql__number *out) {
    char text[32];
    if (wql__number_parse((wql_str){text, wql__real_print(real, false, text)}, out)) return;
    out->real = real; /* an infinity: a number too large */
    out->negative = real < 0;
    out->whole = true;
    out->fits = false;
}

/* The number of an INT, REAL or STRING literal. */
static bool read_literal(const wql__literal *literal, number *out) {
    memset(out, 0, sizeof *out);
    if (literal->kind == WQL__LIT_STRING) return read_quoted(literal->text, out);
    if (literal->kind == WQL__LIT_INT) {
        out->exact = out->n.whole = out->n.fits = true;
        out->n.negative = literal->negative;
        out->n.magnitude = literal->magnitude;
        out->n.real = literal->negative ? -(double)literal->magnitude : (double)literal->magnitude;
        return true;
    }
    if (literal->kind != WQL__LIT_REAL) return false;
    if (!literal->text.len || !wql__number_parse(literal->text, &out->n)) take_real(literal->real, &out->n);
    return true;
}

/* Every value of the type lies on one side of the literal. */
static void set_constant(wql__test *test, bool value_is_less) {
    test->by = WQL__BY_CONSTANT;
    switch (test->op) {
    case WQL_NE: test->constant = true; break;
    case WQL_LT:
    case WQL_LE: test->constant = value_is_less; break;
    case WQL_GT:
    case WQL_GE: test->constant = !value_is_less; break;
    default: test->constant = false; break;
    }
}

static const char *set_integer(wql__test *test, uint32_t type, const number *n) {
    int64_t least = 0;
    uint64_t most = 0;
    bool negative = n->n.negative && !(n->n.fits && n->n.magnitude == 0);
    if (!n->n.whole) return "a number with a fraction does not fit an integer";
    (void)wql__type_range(type, &least, &most);
    if (!n->n.fits || n->n.magnitude > (negative ? (uint64_t)0 - (uint64_t)least : most)) {
        set_constant(test, !negative);
    } else if (wql__type_is_signed(type)) {
        test->by = WQL__BY_SIGNED;
        test->as.i64 = negative ? (int64_t)((uint64_t)0 - n->n.magnitude) : (int64_t)n->n.magnitude;
    } else {
        test->by = WQL__BY_UNSIGNED;
        test->as.u64 = n->n.magnitude;
    }
    return NULL;
}

/* The next double away from, or towards, zero; of one that is positive and finite. */
static double neighbour(double value, bool away) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = away ? bits + 1 : bits - 1;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* No double equals the literal: it lies between two neighbours. NaN is on no side, so `=` is false for it and `<>` true. */
static void set_between(wql__test *test, double below, double above) {
    switch (test->op) {
    case WQL_LT:
    case WQL_LE:
        test->op = WQL_LE;
        test->as.f64 = below;
        break;
    case WQL_GT:
    case WQL_GE:
        test->op = WQL_GE;
        test->as.f64 = above;
        break;
    default: set_constant(test, false); break;
    }
}

static const char *set_real(wql__test *test, const number *n) {
    double size = n->n.real < 0 ? -n->n.real : n->n.real, inner = size, outer = size;
    bool beyond = size - size != 0; /* a number too large for a double has none above but infinity */
    test->by = WQL__BY_REAL;
    test->as.f64 = n->n.real;
    if (beyond) {
        inner = neighbour(size, false);
    } else if (n->exact && n->n.fits) {
        bool over = size >= 0x1p64 || (uint64_t)size > n->n.magnitude;
        if (!over && (uint64_t)size == n->n.magnitude) return NULL;
        if (over) inner = neighbour(size, false);
        else outer = neighbour(size, true);
    } else {
        return NULL;
    }
    if (n->n.negative) set_between(test, -outer, -inner);
    else set_between(test, inner, outer);
    return NULL;
}

static const char *set_number(wql__test *test, uint32_t type) {
    number n;
    if (test->literal.kind == WQL__LIT_TRUE || test->literal.kind == WQL__LIT_FALSE)
        return "TRUE and FALSE are compared with booleans and strings only";
    if (!read_literal(&test->literal, &n)) return "the text is no number";
    return wql__type_is_real(type) ? set_real(test, &n) : set_integer(test, type, &n);
}

/* -- other types ------------------------------------------------------------------------------------------------- */

static const char *set_boolean(wql__test *test) {
    const wql__literal *literal = &test->literal;
    test->by = WQL__BY_BOOLEAN;
    switch (literal->kind) {
    case WQL__LIT_TRUE: test->as.b = true; return NULL;
    case WQL__LIT_FALSE: return NULL;
    case WQL__LIT_INT:
        test->as.b = literal->magnitude == 1;
        if (literal->magnitude == 0 || (literal->magnitude == 1 && !literal->negative)) return NULL;
        return "the only numbers for a boolean are 1 and 0";
    case WQL__LIT_STRING:
        test->as.b = wql__fold_equal(literal->text, wql_s("TRUE")) || wql__fold_equal(literal->text, wql_s("1"));
        if (test->as.b || wql__fold_equal(literal->text, wql_s("FALSE")) || wql__fold_equal(literal->text, wql_s("0"))) return NULL;
        return "the only texts for a boolean are TRUE, FALSE, 1 and 0";
    default: return "a boolean is compared with TRUE, FALSE, 1 and 0 only";
    }
}

/* An integer in plain decimal, with a sign only if it is negative. */
static wql_str print_integer(const wql__literal *literal, char buf[32]) {
    wql__out out = {buf, 32, 0};
    const char *sign = literal->negative && literal->magnitude ? "-" : "";
    wql__out_format(&out, "%s%llu", sign, (unsigned long long)literal->magnitude);
    return (wql_str){buf, wql__out_end(&out)};
}

static const char *set_text(wql__test *test, char buf[32]) {
    const wql__literal *literal = &test->literal;
    test->by = WQL__BY_TEXT;
    switch (literal->kind) {
    case WQL__LIT_INT: test->text = print_integer(literal, buf); break;
    case WQL__LIT_REAL:
        test->text = literal->text; /* as it was spelled */
        if (!test->text.len) test->text = (wql_str){buf, wql__real_print(literal->real, false, buf)};
        if (test->text.ptr[0] == '+') test->text = (wql_str){test->text.ptr + 1, test->text.len - 1};
        break;
    case WQL__LIT_TRUE: test->text = wql_s("TRUE"); break;
    case WQL__LIT_FALSE: test->text = wql_s("FALSE"); break;
    default: test->text = literal->text; break;
    }
    return NULL;
}

static const char *set_reference(wql__test *test) {
    test->by = WQL__BY_TEXT;
    test->text = test->literal.text;
    return test->literal.kind == WQL__LIT_STRING ? NULL : "a reference is compared with the text of a path only";
}

static const char *set_char(wql__test *test) {
    const wql__literal *literal = &test->literal;
    const char *at = literal->text.ptr, *end;
    if (literal->kind == WQL__LIT_INT) return set_number(test, WQL_CHAR16);
    if (literal->kind != WQL__LIT_STRING) return "a char16 is compared with one character or the number of one only";
    if (!literal->text.len) return "a char16 is compared with one character, and the text is empty";
    end = at + literal->text.len;
    test->by = WQL__BY_CHAR;
    test->text = literal->text;
    test->as.u64 = wql__fold(wql__utf8_next(&at, end));
    return at == end && literal->text.len < 4 ? NULL : "a char16 is compared with one UTF-16 character, and the text has more";
}

static const char *set_time(wql__test *test, bool interval) {
    const wql__literal *literal = &test->literal;
    wql_datetime time;
    if (literal->kind != WQL__LIT_STRING) return "a datetime is compared with a text in quotes only";
    if (wql__datetime_parse(literal->text, &time) && time.wild) return "a date in a query has no asterisks";
    if (!wql__datetime_literal(literal->text, &test->zone, &time)) {
        if (interval) return "the text is no interval: ddddddddHHMMSS.mmmmmm:000 is one";
        return "the text is no date that is known here: yyyymmddHHMMSS.mmmmmm+UUU and yyyy-mm-dd HH:MM:SS:mmm are";
    }
    if (interval && !time.interval) return "the property holds intervals, and the text is a date";
    if (!interval && time.interval) return "the property holds dates, and the text is an interval";
    test->by = WQL__BY_TIME;
    test->as.time = time;
    test->interval = interval;
    test->text = literal->text;
    return NULL;
}

/* -- operators --------------------------------------------------------------------------------------------------- */

static bool is_order(uint8_t op) { return op >= WQL_LT && op <= WQL_GE; }

const char *wql__operator_refused(uint32_t type, uint8_t op) {
    if (op == WQL_IS_NULL || op == WQL_NOT_NULL) return NULL;
    if (type & WQL_ARRAY) return "an array can be asked for IS NULL and IS NOT NULL only";
    if (type == WQL_OBJECT && op != WQL__ISA)
        return "an embedded object can be asked for ISA, IS NULL and IS NOT NULL only, or for its parts behind a dot";
    if (op == WQL__ISA && type != WQL_OBJECT) return "ISA is for embedded objects only";
    if (is_order(op) && type == WQL_BOOLEAN) return "a boolean has no order";
    if (is_order(op) && type == WQL_REFERENCE) return "a reference has no order";
    return NULL;
}

const char *wql__operand_set(wql__test *test, uint32_t type, bool interval, char buf[32]) {
    if (test->op == WQL_LIKE && type != WQL_STRING) { /* without a metacharacter: an equality */
        if (wql__like_is_wild(test->literal.text)) return "a pattern with %, _ or [ is for strings only";
        test->op = WQL_EQ;
    }
    switch (type) {
    case WQL_STRING: return set_text(test, buf);
    case WQL_REFERENCE: return set_reference(test);
    case WQL_BOOLEAN: return set_boolean(test);
    case WQL_DATETIME: return set_time(test, interval);
    case WQL_CHAR16: return set_char(test);
    default: return set_number(test, type);
    }
}
