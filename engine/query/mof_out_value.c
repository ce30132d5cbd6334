/* SPDX-License-Identifier: MIT */
/* mof_out_value.c: literals of MOF. Numbers read back to the same bits; a long string is written in pieces, one behind the other.
 */
#include "../base/utf8.h"
#include "../data/datetime.h"
#include "../data/value.h"
#include "mof_out.h"

#include <inttypes.h>
#include <string.h>

enum { PIECE_SOFT = 60, PIECE_HARD = 90, DEPTH_MAX = 64 };

/* -- lines ------------------------------------------------------------------------------------------------------- */

void wql__mof_put(wql__mof_printer *p, const char *text) { wql__out_z(p->out, text); }

void wql__mof_newline(wql__mof_printer *p) {
    wql__out_z(p->out, "\n");
    p->line = p->out->len;
    for (unsigned i = 0; i < p->indent; i++) wql__out_z(p->out, " ");
}

static size_t column(const wql__mof_printer *p) { return p->out->len - p->line; }

/* -- texts ------------------------------------------------------------------------------------------------------- */

/* How a character stands between quotes; NULL: as it is. */
static const char *escape_of(unsigned char c, char quote) {
    switch (c) {
    case '\b': return "\\b";
    case '\t': return "\\t";
    case '\n': return "\\n";
    case '\f': return "\\f";
    case '\r': return "\\r";
    case '\\': return "\\\\";
    case '"': return quote == '"' ? "\\\"" : NULL;
    case '\'': return quote == '\'' ? "\\'" : NULL;
    default: return NULL;
    }
}

/* Control characters, and those that turn the direction of writing: a text that a person reads, or a terminal, must show them. */
static bool is_hidden(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* The character at *at, which moves on. Returns it. Four digits always: what follows may be one more. */
static uint32_t put_character(wql__mof_printer *p, const char **at, const char *end) {
    const char *from = *at;
    uint32_t c = wql__utf8_next(at, end);
    const char *escape = c < 0x80 ? escape_of((unsigned char)c, '"') : NULL;
    if (escape)
        wql__out_z(p->out, escape);
    else if (is_hidden(c))
        wql__out_format(p->out, "\\x%04X", (unsigned)c);
    else
        wql__out_text(p->out, from, (size_t)(*at - from));
    return c;
}

/* In one piece, or in several below each other. */
static void put_string(wql__mof_printer *p, wql_str text) {
    const char *at = text.ptr, *end = text.ptr + text.len;
    bool pieces = text.len > PIECE_HARD;
    unsigned indent = p->indent;
    size_t start;
    if (pieces) p->indent += WQL__MOF_STEP;
    wql__mof_put(p, "\"");
    start = p->out->len;
    while (at < end) {
        uint32_t c = put_character(p, &at, end);
        size_t width = p->out->len - start;
        bool here = c == '\n' || (c == ' ' && width >= PIECE_SOFT) || width >= PIECE_HARD;
        if (!pieces || !here || at == end) continue;
        wql__mof_put(p, "\"");
        wql__mof_newline(p);
        wql__mof_put(p, "\"");
        start = p->out->len;
    }
    wql__mof_put(p, "\"");
    p->indent = indent;
}

static void put_char16(wql__mof_printer *p, uint64_t unit) {
    const char *escape = unit < 0x80 ? escape_of((unsigned char)unit, '\'') : NULL;
    if (escape)
        wql__out_format(p->out, "'%s'", escape);
    else if (unit >= 0x20 && unit < 0x7f)
        wql__out_format(p->out, "'%c'", (char)unit);
    else
        wql__out_format(p->out, "'\\x%04X'", (unsigned)unit);
}

/* -- numbers, times ---------------------------------------------------------------------------------------------- */

/* Shortest digits. Of a real32 these are read as a real64 first, which can, once in a blue moon, be another real32 then: so that
 * is tried. */
static size_t real_digits(double real, bool single, char text[32]) {
    wql__number number;
    size_t len = wql__real_print(real, single, text);
    if (!single) return len;
    if (wql__number_parse((wql_str){text, len}, &number) && (float)number.real == (float)real) return len;
    return wql__real_print(real, false, text);
}

/* A real of MOF has a dot with a digit behind it. */
static void put_real(wql__mof_printer *p, double real, bool single) {
    char text[32];
    size_t len, mantissa;
    if (!(real - real == 0)) {
        wql__mof_put(p, real != real ? "NULL /* not a number */" : real > 0 ? "NULL /* infinity */" : "NULL /* -infinity */");
        return;
    }
    len = real_digits(real, single, text);
    mantissa = strcspn(text, "eE");
    wql__out_text(p->out, text, mantissa);
    if (!memchr(text, '.', mantissa)) wql__mof_put(p, ".0");
    wql__out_text(p->out, text + mantissa, len - mantissa);
}

static void put_time(wql__mof_printer *p, const wql_datetime *time) {
    char text[26];
    if (wql__datetime_print(time, text))
        wql__out_format(p->out, "\"%s\"", text);
    else
        wql__mof_put(p, "NULL /* beyond the range of a datetime */");
}

/* -- any --------------------------------------------------------------------------------------------------------- */

static void put_object(wql__mof_printer *p, const wql_value *value) {
    if (p->depth == DEPTH_MAX) {
        wql__mof_put(p, "NULL /* an object that lies too deep */");
        return;
    }
    p->depth++;
    wql__out_format(p->out, "instance of %s ", value->object->cls->def.name);
    wql__mof_put_body(p, value->object, value->count);
    p->depth--;
}

static void put_single(wql__mof_printer *p, const wql_value *value) {
    switch (value->type) {
    case WQL_NULL: wql__mof_put(p, "NULL"); break;
    case WQL_BOOLEAN: wql__mof_put(p, value->b ? "TRUE" : "FALSE"); break;
    case WQL_REAL32:
    case WQL_REAL64: put_real(p, value->f64, value->type == WQL_REAL32); break;
    case WQL_STRING:
    case WQL_REFERENCE: put_string(p, value->str); break;
    case WQL_CHAR16: put_char16(p, value->u64); break;
    case WQL_DATETIME: put_time(p, &value->time); break;
    case WQL_OBJECT: put_object(p, value); break;
    default:
        if (wql__type_is_signed(value->type))
            wql__out_format(p->out, "%" PRId64, value->i64);
        else
            wql__out_format(p->out, "%" PRIu64, value->u64);
    }
}

/* In front of the next item of an array: a comma, and a new line where this one is long. */
static void separate(wql__mof_printer *p, uint32_t i, bool texts) {
    if (i) wql__mof_put(p, ",");
    if (i && (column(p) > WQL__MOF_WIDTH - 20 || (texts && column(p) > WQL__MOF_WIDTH / 2)))
        wql__mof_newline(p);
    else if (i)
        wql__mof_put(p, " ");
}

void wql__mof_put_value(wql__mof_printer *p, const wql_value *value) {
    if (!(value->type & WQL_ARRAY)) {
        put_single(p, value);
        return;
    }
    wql__mof_put(p, "{");
    p->indent += WQL__MOF_STEP;
    for (uint32_t i = 0; i < value->count; i++) {
        separate(p, i, wql__type_is_text(value->items[i].type));
        put_single(p, &value->items[i]);
    }
    p->indent -= WQL__MOF_STEP;
    wql__mof_put(p, "}");
}

static void put_one_cell(wql__mof_printer *p, const wql_column *col, uint32_t row, bool interval) {
    wql_value value = wql_column_value(col, row);
    if (value.type == WQL_DATETIME) value.time.interval = interval;
    put_single(p, &value);
}

void wql__mof_put_cell(wql__mof_printer *p, const wql_column *col, uint32_t row, bool interval) {
    uint32_t first, count;
    if (!(col->type & WQL_ARRAY) || wql_column_is_null(col, row)) {
        put_one_cell(p, col, row, interval);
        return;
    }
    count = wql_column_items(col, row, &first);
    wql__mof_put(p, "{");
    p->indent += WQL__MOF_STEP;
    for (uint32_t i = 0; i < count; i++) {
        separate(p, i, wql__type_is_text(col->child->type));
        put_one_cell(p, col->child, first + i, interval);
    }
    p->indent -= WQL__MOF_STEP;
    wql__mof_put(p, "}");
}
