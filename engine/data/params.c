/* SPDX-License-Identifier: MIT */
/* params.c: values of parameters. From here on a value is a literal like one in the text: the same function fits both to a
 * property's type. */
#include "params.h"

#include "../base/utf8.h"
#include "datetime.h"
#include "value.h"

#include <string.h>

/* -- a value as a literal ---------------------------------------------------------------------------------------- */

static const char *integer_literal(const wql_value *value, wql__literal *out) {
    int64_t least = 0;
    uint64_t most = 0;
    (void)wql__type_range(value->type, &least, &most);
    out->kind = WQL__LIT_INT;
    if (wql__type_is_signed(value->type)) {
        if (value->i64 < least || (value->i64 > 0 && (uint64_t)value->i64 > most)) return "the number is beyond its own type";
        out->negative = value->i64 < 0;
        out->magnitude = out->negative ? (uint64_t)0 - (uint64_t)value->i64 : (uint64_t)value->i64;
    } else {
        if (value->u64 > most) return "the number is beyond its own type";
        out->magnitude = value->u64;
    }
    return NULL;
}

static const char *text_literal(wql_str text, wql__literal *out) {
    if (text.len && !text.ptr) return "the text has a length, but no bytes";
    if (text.len && wql__utf8_check(text.ptr, text.len) != text.len) return "the text is not well-formed UTF-8";
    out->kind = WQL__LIT_STRING;
    out->text = text.len ? text : wql_s("");
    return NULL;
}

/* Spelled, since texts are compared with the spelling; and spelled as a real: 2.0, not 2. */
static const char *real_literal(double real, char buf[WQL__SPELLING_SIZE], wql__literal *out) {
    size_t len;
    if (real - real != 0) return "a number must be finite, as those of a query are";
    len = wql__real_print(real, false, buf);
    if (!memchr(buf, '.', len) && !memchr(buf, 'e', len)) {
        memcpy(buf + len, ".0", 2);
        len += 2;
    }
    out->kind = WQL__LIT_REAL;
    out->real = real;
    out->text = (wql_str){buf, len};
    return NULL;
}

const char *wql__literal_of_value(const wql_value *value, char buf[WQL__SPELLING_SIZE], wql__literal *out) {
    memset(out, 0, sizeof *out);
    out->text = wql_s("");
    if (value->type & WQL_ARRAY) return "an array can be compared with nothing";
    switch (value->type) {
    case WQL_NULL: out->kind = WQL__LIT_NULL; return NULL;
    case WQL_BOOLEAN: out->kind = value->b ? WQL__LIT_TRUE : WQL__LIT_FALSE; return NULL;
    case WQL_STRING:
    case WQL_REFERENCE: return text_literal(value->str, out);
    case WQL_REAL32:
    case WQL_REAL64: return real_literal(value->f64, buf, out);
    case WQL_DATETIME:
        out->kind = WQL__LIT_STRING;
        out->text.len = wql__datetime_print(&value->time, buf);
        out->text.ptr = buf;
        return out->text.len ? NULL : "the datetime is beyond the years 0001 to 9999, or its interval beyond 99999999 days";
    case WQL_OBJECT: return "an object can be compared with nothing";
    default:
        if (!wql__type_is_integer(value->type) && value->type != WQL_CHAR16) return "its type is no CIM type";
        return integer_literal(value, out);
    }
}

/* -- a value in a text ------------------------------------------------------------------------------------------- */

static bool quote_text(wql__out *out, wql_str text) {
    size_t from = 0;
    if (text.len && memchr(text.ptr, 0, text.len)) return false;
    wql__out_z(out, "'");
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '\\' && text.ptr[i] != '\'') continue;
        wql__out_text(out, text.ptr + from, i - from);
        wql__out_z(out, "\\");
        from = i;
    }
    wql__out_text(out, text.ptr + from, text.len - from);
    wql__out_z(out, "'");
    return true;
}

bool wql__quote(wql__out *out, const wql_value *value) {
    char buf[WQL__SPELLING_SIZE];
    wql__literal literal;
    if (wql__literal_of_value(value, buf, &literal)) return false;
    switch (literal.kind) {
    case WQL__LIT_STRING: return quote_text(out, literal.text);
    case WQL__LIT_INT: wql__out_format(out, "%s%llu", literal.negative ? "-" : "", (unsigned long long)literal.magnitude); break;
    case WQL__LIT_REAL: wql__out_text(out, literal.text.ptr, literal.text.len); break;
    case WQL__LIT_TRUE: wql__out_z(out, "TRUE"); break;
    case WQL__LIT_FALSE: wql__out_z(out, "FALSE"); break;
    default: wql__out_z(out, "NULL"); break;
    }
    return true;
}

/* A metacharacter stands for itself in a set of its own. */
void wql__quote_pattern(wql__out *out, wql_str text) {
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '%' && text.ptr[i] != '_' && text.ptr[i] != '[') continue;
        wql__out_text(out, text.ptr + from, i - from);
        wql__out_format(out, "[%c]", text.ptr[i]);
        from = i + 1;
    }
    if (text.len) wql__out_text(out, text.ptr + from, text.len - from);
}

/* -- the values of a call ---------------------------------------------------------------------------------------- */

static wql_status refuse(const wql_param *given, uint32_t number, const char *why, wql_error *err) {
    if (given->name && *given->name && wql__utf8_check(given->name, strlen(given->name)) == strlen(given->name))
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "parameter @%s: %s", given->name, why);
    return wql__fail(err, WQL_E_INVALID_PARAMETER, "the value of number %u: %s", number + 1, why);
}

static bool copy_text(wql__params *p, wql_str *text) {
    text->ptr = wql__arena_text(&p->arena, text->ptr, text->len);
    return text->ptr != NULL;
}

static wql_status take_name(wql__params *p, const wql_param *given, uint32_t number, wql_error *err) {
    wql_str *name = &p->values[number].name;
    if (!given->name) {
        p->unnamed[p->unnamed_count++] = number;
        return WQL_OK;
    }
    *name = wql_s(given->name);
    if (!name->len) return refuse(given, number, "its name is empty; a value without a name has NULL there", err);
    if (wql__utf8_check(name->ptr, name->len) != name->len)
        return refuse(given, number, "its name is not well-formed UTF-8", err);
    if (!copy_text(p, name)) return wql__fail_memory(p->arena.mem, err);
    if (wql__map_add(&p->names, *name, number) != number) return refuse(given, number, "it is given twice", err);
    return WQL_OK;
}

static wql_status take_value(wql__params *p, const wql_param *given, uint32_t number, wql_error *err) {
    wql__literal *literal = &p->values[number].literal;
    char buf[WQL__SPELLING_SIZE];
    const char *why = wql__literal_of_value(&given->value, buf, literal);
    if (why) return refuse(given, number, why, err);
    return copy_text(p, &literal->text) ? WQL_OK : wql__fail_memory(p->arena.mem, err);
}

void wql__params_free(wql__params *params) {
    wql__mem *mem;
    if (!params) return;
    mem = params->arena.mem;
    wql__arena_free(&params->arena);
    wql__free(mem, params, sizeof *params);
}

wql_status wql__params_make(wql__mem *mem, const wql_param *given, uint32_t count, wql__params **out, wql_error *err) {
    wql__params *p;
    wql_status status = WQL_OK;
    *out = NULL;
    if (!count) return WQL_OK;
    if (!given)
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "%u parameters are announced, but there is no array of them", count);
    p = wql__alloc_zero(mem, sizeof *p);
    if (!p) return wql__fail_memory(mem, err);
    wql__arena_init(&p->arena, mem);
    p->count = count;
    p->values = wql__arena_zero(&p->arena, wql__array_size(count, sizeof *p->values));
    p->unnamed = wql__arena_alloc(&p->arena, wql__array_size(count, sizeof *p->unnamed));
    if (!p->values || !p->unnamed || !wql__map_init(&p->names, &p->arena, count)) status = wql__fail_memory(mem, err);
    for (uint32_t i = 0; i < count && status >= 0; i++) {
        status = take_name(p, &given[i], i, err);
        if (status >= 0) status = take_value(p, &given[i], i, err);
    }
    if (status < 0) {
        wql__params_free(p);
        return status;
    }
    *out = p;
    return WQL_OK;
}
