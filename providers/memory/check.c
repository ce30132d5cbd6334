/* SPDX-License-Identifier: MIT */
/* check.c: the caller's columns: is their shape right, and reading one cell without trusting what they hold. */
#include "memory.h"

#include <stdarg.h>
#include <stdio.h>

/* -- errors ------------------------------------------------------------------------------------------------------ */

/* Length of the well-formed character at `s`, of which `left` bytes are there; 0: it is ill-formed. */
static size_t char_length(const unsigned char *s, size_t left) {
    unsigned low = 0x80, high = 0xbf;
    size_t len, i;
    if (s[0] < 0x80) return 1;
    if (s[0] < 0xc2 || s[0] > 0xf4) return 0;
    len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (left < len) return 0;
    if (s[0] == 0xe0) low = 0xa0;  /* no overlong forms */
    if (s[0] == 0xed) high = 0x9f; /* no surrogates */
    if (s[0] == 0xf0) low = 0x90;
    if (s[0] == 0xf4) high = 0x8f; /* not beyond U+10FFFF */
    if (s[1] < low || s[1] > high) return 0;
    for (i = 2; i < len; i++)
        if ((s[i] & 0xc0) != 0x80) return 0;
    return len;
}

/* Makes a message printable: control characters and ill-formed bytes of the names in it become '?'. */
static void tidy_text(char *text) {
    size_t len = strlen(text), n;
    for (; len; text += n, len -= n) {
        n = char_length((const unsigned char *)text, len);
        if (n == 0 || (unsigned char)*text < 0x20 || *text == 0x7f) *text = '?';
        if (n == 0) n = 1;
    }
}

wql_status wql__memory_fail(wql_error *err, wql_status status, const char *format, ...) {
    wql_error full = WQL_INIT(wql_error);
    va_list args;
    size_t size;
    if (!err) return status;
    full.status = status;
    memcpy(full.provider, "memory", sizeof "memory");
    va_start(args, format);
    vsnprintf(full.message, sizeof full.message, format, args);
    va_end(args);
    tidy_text(full.message);
    size = err->struct_size < sizeof full ? err->struct_size : sizeof full;
    if (size <= sizeof full.struct_size) return status;
    memcpy((char *)err + sizeof full.struct_size, (char *)&full + sizeof full.struct_size, size - sizeof full.struct_size);
    /* a shorter struct may end within a text */
    if (size > offsetof(wql_error, provider)) ((char *)err)[size - 1] = 0;
    return status;
}

/* -- text -------------------------------------------------------------------------------------------------------- */

bool wql__memory_text_ok(const char *ptr, size_t len) {
    const unsigned char *s = (const unsigned char *)ptr;
    while (len) {
        size_t n = 8;
        uint64_t word = UINT64_MAX;
        if (len >= 8) memcpy(&word, s, 8);
        if (word & 0x8080808080808080u) n = char_length(s, len);
        if (!n) return false;
        s += n;
        len -= n;
    }
    return true;
}

bool wql__memory_tail_ok(const void *sized, size_t known) {
    uint32_t size;
    size_t i;
    memcpy(&size, sized, sizeof size);
    for (i = known; i < size; i++)
        if (((const char *)sized)[i]) return false;
    return true;
}

/* -- types ------------------------------------------------------------------------------------------------------- */

uint32_t wql__memory_type_size(uint32_t type) {
    switch (type) {
    case WQL_SINT8:
    case WQL_UINT8: return 1;
    case WQL_SINT16:
    case WQL_UINT16:
    case WQL_CHAR16: return 2;
    case WQL_SINT32:
    case WQL_UINT32:
    case WQL_REAL32: return 4;
    case WQL_SINT64:
    case WQL_UINT64:
    case WQL_REAL64:
    case WQL_DATETIME: return 8;
    default: return 0;
    }
}

const char *wql__memory_type_name(uint32_t type, char buf[32]) {
    static const struct {
        uint32_t type;
        char name[12];
    } names[] = {
        {WQL_SINT8, "sint8"},   {WQL_SINT16, "sint16"}, {WQL_SINT32, "sint32"},     {WQL_SINT64, "sint64"},
        {WQL_UINT8, "uint8"},   {WQL_UINT16, "uint16"}, {WQL_UINT32, "uint32"},     {WQL_UINT64, "uint64"},
        {WQL_REAL32, "real32"}, {WQL_REAL64, "real64"}, {WQL_BOOLEAN, "boolean"},   {WQL_STRING, "string"},
        {WQL_OBJECT, "object"}, {WQL_CHAR16, "char16"}, {WQL_DATETIME, "datetime"}, {WQL_REFERENCE, "reference"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].type != (type & ~(uint32_t)WQL_ARRAY)) continue;
        snprintf(buf, 32, "%s%s", names[i].name, type & WQL_ARRAY ? " array" : "");
        return buf;
    }
    snprintf(buf, 32, "type %u", (unsigned)type);
    return buf;
}

/* -- shapes ------------------------------------------------------------------------------------------------------ */

static bool is_text(uint32_t type) {
    return type == WQL_STRING || type == WQL_REFERENCE;
}

static bool is_aligned(const void *ptr, size_t to) {
    return ((uintptr_t)ptr & (to - 1)) == 0;
}

static bool layout_fits(uint32_t type, uint8_t layout) {
    if (type & WQL_ARRAY) return layout == WQL_LIST;
    if (type == WQL_BOOLEAN) return layout == WQL_BITS;
    if (type == WQL_OBJECT) return layout == WQL_OBJECTS;
    if (is_text(type)) return layout == WQL_OFFSETS || layout == WQL_VIEWS || layout == WQL_CODES;
    return layout == WQL_FIXED;
}

static uint32_t item_type(uint32_t type) {
    return type & ~(uint32_t)WQL_ARRAY;
}

static bool type_is_known(uint32_t type) {
    type = item_type(type);
    return wql__memory_type_size(type) || type == WQL_BOOLEAN || type == WQL_OBJECT || is_text(type);
}

/* Alignment of the elements of `values`; 0: there are none. */
static size_t value_alignment(const wql_column *c) {
    switch (c->layout) {
    case WQL_FIXED: return wql__memory_type_size(c->type);
    case WQL_BITS: return 1;
    case WQL_VIEWS:
    case WQL_CODES:
    case WQL_OBJECTS: return 4;
    default: return 0;
    }
}

/* Each returns NULL, or what is wrong. */
static const char *buffers_at_fault(const wql_column *c, uint64_t rows) {
    size_t alignment = value_alignment(c);
    if (rows && alignment && !c->values) return "has no values";
    if (alignment && !is_aligned(c->values, alignment)) return "has values at an address that is not a multiple of their size";
    if (!is_aligned(c->offsets, 4)) return "has offsets at an address that is not a multiple of 4";
    if (!is_aligned(c->extra, 2)) return "has extra at an address that is not a multiple of 2";
    if (c->extra && c->type != WQL_DATETIME) return "has extra, which only a datetime has";
    if (rows && (c->layout == WQL_OFFSETS || c->layout == WQL_LIST) && !c->offsets) return "has no offsets";
    if (c->layout == WQL_OFFSETS && c->bytes_size && !c->bytes) return "has a bytes_size but no bytes";
    if (c->layout == WQL_OBJECTS) {
        if (c->object_count && !c->objects) return "has an object_count but no objects";
        for (uint32_t i = 0; i < c->object_count; i++)
            if (!c->objects[i]) return "has a NULL among its objects";
    }
    if (c->layout == WQL_VIEWS) {
        if (c->buffer_count && (!c->buffers || !c->buffer_sizes)) return "has a buffer_count but no buffers or no buffer_sizes";
        for (uint32_t i = 0; i < c->buffer_count; i++) {
            if (c->buffer_sizes[i] < 0) return "has a buffer with a negative size";
            if (c->buffer_sizes[i] && !c->buffers[i]) return "has a buffer with a size but without bytes";
        }
    }
    return NULL;
}

static const char *one_at_fault(const wql_column *c, uint64_t rows) {
    if (!type_is_known(c->type)) return "has a type that CIM does not have";
    if (!layout_fits(c->type, c->layout)) return "has a layout that its type cannot have";
    if (c->flags) return "has flags, which must be 0";
    return buffers_at_fault(c, rows);
}

static const char *column_at_fault(const wql_column *c, uint64_t rows) {
    const char *why = one_at_fault(c, rows);
    const wql_column *child = c->child;
    if (why || (c->layout != WQL_LIST && c->layout != WQL_CODES)) return why;
    if (!child) return c->layout == WQL_LIST ? "has no child with its items" : "has no child with its dictionary";
    if (child->type != item_type(c->type)) return "has a child of another type";
    if (child->layout == WQL_LIST) return "has a child with a layout that it cannot have";
    if (c->layout == WQL_CODES && child->layout == WQL_CODES) return "has a dictionary of codes, which must be texts";
    why = one_at_fault(child, c->child_rows);
    if (why) return why;
    if (child->layout != WQL_CODES) return NULL;
    if (!child->child) return "has items of codes, but no dictionary for them";
    if (child->child->type != child->type || child->child->layout == WQL_CODES)
        return "has items with a dictionary that is not of texts";
    return one_at_fault(child->child, child->child_rows);
}

wql_status wql__memory_check_columns(const char *what, const wql_column *columns, uint32_t count, uint64_t rows, wql_error *err) {
    if (count && !columns)
        return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "%s has a column count of %u, but no columns", what, (unsigned)count);
    if (rows > INT64_MAX / 16)
        return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "%s has %llu rows, more than memory can hold", what,
                                (unsigned long long)rows);
    for (uint32_t i = 0; i < count; i++) {
        const wql_column *c = &columns[i];
        const char *why = column_at_fault(c, rows);
        char type[32];
        if (why)
            return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "column %u of %s (property %u, %s) %s", (unsigned)i, what,
                                    (unsigned)c->property, wql__memory_type_name(c->type, type), why);
        if (c->buffer_id >> 63)
            return wql__memory_fail(err, WQL_E_INVALID_PARAMETER,
                                    "column %u of %s (property %u) has a buffer_id above 2^63 - 1; those are the provider's",
                                    (unsigned)i, what, (unsigned)c->property);
        for (uint32_t k = 0; k < i; k++)
            if (columns[k].property == c->property)
                return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "columns %u and %u of %s are both for property %u",
                                        (unsigned)k, (unsigned)i, what, (unsigned)c->property);
    }
    return WQL_OK;
}

/* -- cells ------------------------------------------------------------------------------------------------------- */

bool wql__memory_bit(const void *bits, uint64_t bit) {
    return (((const uint8_t *)bits)[bit >> 3] >> (bit & 7)) & 1;
}

void wql__memory_copy_bits(uint8_t *to, const void *from, uint64_t first, uint32_t count) {
    const uint8_t *source = (const uint8_t *)from + (first >> 3);
    uint32_t shift = (uint32_t)(first & 7), bytes = (count + 7) / 8, last = (shift + count + 7) / 8;
    for (uint32_t i = 0; i < bytes; i++) {
        uint32_t two = source[i];
        if (i + 1 < last) two |= (uint32_t)source[i + 1] << 8;
        to[i] = (uint8_t)(two >> shift);
    }
    if (count & 7) to[bytes - 1] &= (uint8_t)((1u << (count & 7)) - 1);
}

static const char *offsets_at(const wql_column *c, uint64_t row, uint64_t size) {
    int32_t from = c->offsets[row], to = c->offsets[row + 1];
    if (from < 0 || to < from) return "offsets do not ascend";
    return (uint64_t)to > size ? "an offset lies beyond the end" : NULL;
}

static const char *view_at(const wql_column *c, uint64_t row, wql_str *out) {
    const wql_view *view = (const wql_view *)c->values + row;
    out->len = view->len;
    out->ptr = view->as.inlined;
    if (view->len <= sizeof view->as.inlined) return NULL;
    if (view->as.ref.buffer >= c->buffer_count) return "a view names a buffer that is not there";
    if ((uint64_t)view->as.ref.offset + view->len > (uint64_t)c->buffer_sizes[view->as.ref.buffer])
        return "a view lies beyond the end of its buffer";
    out->ptr = c->buffers[view->as.ref.buffer] + view->as.ref.offset;
    return NULL;
}

static const char *text_at(const wql_column *c, uint64_t row, wql_value *out) {
    const char *why;
    if (c->layout == WQL_CODES) {
        int32_t code = ((const int32_t *)c->values)[row];
        if (code < 0 || (uint64_t)code >= c->child_rows) return "a code lies outside the dictionary";
        row = (uint64_t)code;
        c = c->child;
        if (c->validity && !wql__memory_bit(c->validity, row)) {
            *out = wql_null();
            return NULL;
        }
    }
    if (c->layout == WQL_OFFSETS) {
        why = offsets_at(c, row, c->bytes_size);
        if (why) return why;
        out->str.len = (size_t)(c->offsets[row + 1] - c->offsets[row]);
        out->str.ptr = out->str.len ? c->bytes + c->offsets[row] : NULL;
    } else {
        why = view_at(c, row, &out->str);
        if (why) return why;
    }
    return wql__memory_text_ok(out->str.ptr, out->str.len) ? NULL : "a text is not well-formed UTF-8";
}

static void time_at(const wql_column *c, uint64_t row, wql_datetime *out) {
    out->us = ((const int64_t *)c->values)[row];
    if (!c->extra) return;
    out->offset_min = ((const wql_time_extra *)c->extra)[row].offset_min;
    out->wild = ((const wql_time_extra *)c->extra)[row].wild;
}

static const char *object_at(const wql_column *c, uint64_t row, wql_value *out) {
    wql_ref ref = ((const wql_ref *)c->values)[row];
    if (ref.batch >= c->object_count) return "an object's batch is not there";
    out->object = c->objects[ref.batch];
    out->count = ref.row;
    return NULL;
}

const char *wql__memory_cell(const wql_column *c, uint64_t row, wql_value *out) {
    *out = wql_null();
    if (c->validity && !wql__memory_bit(c->validity, row)) return NULL;
    out->type = c->type;
    if (c->type & WQL_ARRAY) {
        const char *why = offsets_at(c, row, c->child_rows);
        if (!why) out->count = (uint32_t)(c->offsets[row + 1] - c->offsets[row]);
        return why;
    }
    switch (c->type) {
    case WQL_SINT8: out->i64 = ((const int8_t *)c->values)[row]; break;
    case WQL_SINT16: out->i64 = ((const int16_t *)c->values)[row]; break;
    case WQL_SINT32: out->i64 = ((const int32_t *)c->values)[row]; break;
    case WQL_SINT64: out->i64 = ((const int64_t *)c->values)[row]; break;
    case WQL_UINT8: out->u64 = ((const uint8_t *)c->values)[row]; break;
    case WQL_UINT16:
    case WQL_CHAR16: out->u64 = ((const uint16_t *)c->values)[row]; break;
    case WQL_UINT32: out->u64 = ((const uint32_t *)c->values)[row]; break;
    case WQL_UINT64: out->u64 = ((const uint64_t *)c->values)[row]; break;
    case WQL_REAL32: out->f64 = (double)((const float *)c->values)[row]; break;
    case WQL_REAL64: out->f64 = ((const double *)c->values)[row]; break;
    case WQL_BOOLEAN: out->b = wql__memory_bit(c->values, row); break;
    case WQL_DATETIME: time_at(c, row, &out->time); break;
    case WQL_OBJECT: return object_at(c, row, out);
    default: return text_at(c, row, out);
    }
    return NULL;
}
