/* SPDX-License-Identifier: MIT */
/* arrow_check.c: the rules of the Arrow C data interface, one after the other. */
#include "arrow_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool bad(arrow_fault *fault, const char *format, ...) WQL_PRINTF(2, 3);
static bool bad(arrow_fault *fault, const char *format, ...) {
    va_list args;
    va_start(args, format);
    if (!fault->text[0]) (void)vsnprintf(fault->text, sizeof fault->text, format, args);
    va_end(args);
    return false;
}

static bool is_utf8(const char *text, size_t len) {
    const unsigned char *at = (const unsigned char *)text, *end = at + len;
    while (at < end) {
        unsigned more = *at < 0x80 ? 0 : *at < 0xc2 ? 9 : *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : *at < 0xf5 ? 3 : 9;
        if (more == 9 || (size_t)(end - at) <= more) return false;
        for (unsigned i = 1; i <= more; i++)
            if ((at[i] & 0xc0u) != 0x80u) return false;
        if (more == 2 && ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f))) return false;
        if (more == 3 && ((at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))) return false;
        at += more + 1;
    }
    return true;
}

/* -- formats ----------------------------------------------------------------------------------------------------- */

enum { BAD, BITS, FIXED, OFFSETS, VIEWS, LIST, STRUCT };

/* The layout of a format, and the bytes of one value. */
static int layout_of(const char *format, size_t *width) {
    static const struct {
        const char *format;
        size_t width;
    } fixed[] = {{"c", 1}, {"C", 1}, {"s", 2}, {"S", 2}, {"i", 4},   {"I", 4},
                 {"l", 8}, {"L", 8}, {"f", 4}, {"g", 8}, {"tDu", 8}, {"tsu:UTC", 8}};
    *width = 0;
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (strcmp(format, fixed[i].format) == 0) {
            *width = fixed[i].width;
            return FIXED;
        }
    if (strcmp(format, "b") == 0) return BITS;
    if (strcmp(format, "u") == 0) return OFFSETS;
    if (strcmp(format, "vu") == 0) return VIEWS;
    if (strcmp(format, "+l") == 0) return LIST;
    if (strcmp(format, "+s") == 0) return STRUCT;
    return BAD;
}

/* -- schemas ----------------------------------------------------------------------------------------------------- */

/* Reads the next length and text of metadata. */
static const char *next_text(const char **at, int32_t *len) {
    const char *text;
    memcpy(len, *at, sizeof *len);
    text = *at + sizeof *len;
    *at = *len >= 0 ? text + *len : text;
    return text;
}

static bool check_metadata(const struct ArrowSchema *schema, arrow_fault *fault) {
    const char *at = schema->metadata;
    int32_t pairs;
    if (!at) return true;
    memcpy(&pairs, at, sizeof pairs);
    if (pairs < 1) return bad(fault, "%s: metadata of %d pairs", schema->name, pairs);
    at += sizeof pairs;
    for (int32_t i = 0; i < pairs * 2; i++) {
        int32_t len;
        const char *text = next_text(&at, &len);
        if (len < 0 || (i % 2 == 0 && len == 0)) return bad(fault, "%s: metadata text %d has length %d", schema->name, i, len);
        if (!is_utf8(text, (size_t)len)) return bad(fault, "%s: metadata text %d is no UTF-8", schema->name, i);
    }
    return true;
}

const char *arrow_metadata(const struct ArrowSchema *schema, const char *key, char *buf, size_t size) {
    const char *at = schema->metadata;
    int32_t pairs;
    if (!at) return NULL;
    memcpy(&pairs, at, sizeof pairs);
    at += sizeof pairs;
    for (int32_t i = 0; i < pairs; i++) {
        int32_t key_len, len;
        const char *name = next_text(&at, &key_len), *value = next_text(&at, &len);
        if (strlen(key) != (size_t)key_len || memcmp(name, key, (size_t)key_len) != 0) continue;
        (void)snprintf(buf, size, "%.*s", (int)len, value);
        return buf;
    }
    return NULL;
}

static bool check_node(const struct ArrowSchema *schema, bool in_dictionary, arrow_fault *fault) {
    size_t width;
    int layout;
    if (!schema->release) return bad(fault, "a schema is released");
    if (!schema->format) return bad(fault, "a schema has no format");
    layout = layout_of(schema->format, &width);
    if (layout == BAD) return bad(fault, "format %s is not one of ours", schema->format);
    if (!schema->name || !is_utf8(schema->name, strlen(schema->name))) return bad(fault, "a name is no UTF-8");
    if (schema->flags & ~(int64_t)(ARROW_FLAG_NULLABLE | ARROW_FLAG_DICTIONARY_ORDERED))
        return bad(fault, "%s: unknown flags", schema->name);
    if (schema->n_children < 0 || (layout == LIST && schema->n_children != 1) ||
        (layout != LIST && layout != STRUCT && schema->n_children != 0))
        return bad(fault, "%s: %s with %" PRId64 " children", schema->name, schema->format, schema->n_children);
    if (schema->n_children && !schema->children) return bad(fault, "%s: children, but no array of them", schema->name);
    if (schema->dictionary && (strcmp(schema->format, "i") != 0 || in_dictionary))
        return bad(fault, "%s: a dictionary, but codes of format %s", schema->name, schema->format);
    if ((schema->flags & ARROW_FLAG_DICTIONARY_ORDERED) && !schema->dictionary)
        return bad(fault, "%s: ordered what?", schema->name);
    if (!check_metadata(schema, fault)) return false;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (!schema->children[i] || !check_node(schema->children[i], false, fault)) return bad(fault, "a child is not there");
    return !schema->dictionary || check_node(schema->dictionary, true, fault);
}

bool arrow_check_schema(const struct ArrowSchema *schema, arrow_fault *fault) { return check_node(schema, false, fault); }

static size_t metadata_size(const char *metadata) {
    const char *at = metadata;
    int32_t pairs, len;
    if (!metadata) return 0;
    memcpy(&pairs, at, sizeof pairs);
    at += sizeof pairs;
    for (int32_t i = 0; i < pairs * 2; i++) (void)next_text(&at, &len);
    return (size_t)(at - metadata);
}

bool arrow_same_schema(const struct ArrowSchema *a, const struct ArrowSchema *b) {
    size_t size = metadata_size(a->metadata);
    if (strcmp(a->format, b->format) != 0 || strcmp(a->name, b->name) != 0 || a->flags != b->flags) return false;
    if (size != metadata_size(b->metadata) || (size && memcmp(a->metadata, b->metadata, size) != 0)) return false;
    if (a->n_children != b->n_children || !a->dictionary != !b->dictionary) return false;
    for (int64_t i = 0; i < a->n_children; i++)
        if (!arrow_same_schema(a->children[i], b->children[i])) return false;
    return !a->dictionary || arrow_same_schema(a->dictionary, b->dictionary);
}

/* -- arrays ------------------------------------------------------------------------------------------------------ */

static bool bit(const void *bits, int64_t at) { return (((const uint8_t *)bits)[at / 8] >> (at % 8)) & 1; }

bool arrow_is_null(const struct ArrowArray *array, int64_t row) {
    return array->buffers[0] && !bit(array->buffers[0], array->offset + row);
}

static bool check_nulls(const struct ArrowSchema *schema, const struct ArrowArray *array, arrow_fault *fault) {
    int64_t nulls = 0;
    for (int64_t i = 0; i < array->length; i++) nulls += arrow_is_null(array, i);
    if (array->null_count < -1 || (array->null_count != -1 && array->null_count != nulls))
        return bad(fault, "%s: null_count is %" PRId64 ", there are %" PRId64, schema->name, array->null_count, nulls);
    if (!array->buffers[0] && array->null_count != 0 && array->length > 0)
        return bad(fault, "%s: no bitmap, but null_count %" PRId64, schema->name, array->null_count);
    if (nulls && !(schema->flags & ARROW_FLAG_NULLABLE)) return bad(fault, "%s: NULLs, but not nullable", schema->name);
    return true;
}

static bool is_aligned(const void *ptr, size_t width) { return width == 0 || ((uintptr_t)ptr & (width - 1)) == 0; }

static bool check_offsets(const struct ArrowSchema *schema, const struct ArrowArray *array, arrow_fault *fault) {
    const int32_t *offsets = array->buffers[1];
    if (!offsets || !is_aligned(offsets, 4)) return bad(fault, "%s: no offsets", schema->name);
    offsets += array->offset;
    if (offsets[0] < 0) return bad(fault, "%s: a negative offset", schema->name);
    for (int64_t i = 0; i < array->length; i++)
        if (offsets[i + 1] < offsets[i]) return bad(fault, "%s: offsets go down at %" PRId64, schema->name, i);
    return true;
}

static bool check_texts(const struct ArrowSchema *schema, const struct ArrowArray *array, arrow_fault *fault) {
    const int32_t *offsets;
    if (!check_offsets(schema, array, fault)) return false;
    offsets = (const int32_t *)array->buffers[1] + array->offset;
    if (!array->buffers[2] && offsets[array->length] != 0) return bad(fault, "%s: no bytes", schema->name);
    for (int64_t i = 0; i < array->length; i++)
        if (!arrow_is_null(array, i) &&
            !is_utf8((const char *)array->buffers[2] + offsets[i], (size_t)(offsets[i + 1] - offsets[i])))
            return bad(fault, "%s: text %" PRId64 " is no UTF-8", schema->name, i);
    return true;
}

typedef struct view {
    int32_t len;
    union {
        char inlined[12];
        struct {
            char prefix[4];
            int32_t buffer, offset;
        } ref;
    } as;
} view;

static bool check_view(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t row, arrow_fault *fault) {
    const view *v = (const view *)array->buffers[1] + array->offset + row;
    int64_t variadic = array->n_buffers - 3;
    const int64_t *sizes = array->buffers[array->n_buffers - 1];
    const char *text = v->as.inlined;
    if (v->len < 0) return bad(fault, "%s: a view of length %d", schema->name, v->len);
    if (v->len <= 12) {
        for (int32_t i = v->len; i < 12; i++)
            if (text[i]) return bad(fault, "%s: view %" PRId64 " is not padded with zero", schema->name, row);
    } else {
        if (v->as.ref.buffer < 0 || v->as.ref.buffer >= variadic) return bad(fault, "%s: a view names no buffer", schema->name);
        if (v->as.ref.offset < 0 || (int64_t)v->as.ref.offset + v->len > sizes[v->as.ref.buffer])
            return bad(fault, "%s: view %" PRId64 " goes beyond its buffer", schema->name, row);
        text = (const char *)array->buffers[2 + v->as.ref.buffer] + v->as.ref.offset;
        if (memcmp(text, v->as.ref.prefix, 4) != 0) return bad(fault, "%s: a view has another prefix than text", schema->name);
    }
    return is_utf8(text, (size_t)v->len) || bad(fault, "%s: text %" PRId64 " is no UTF-8", schema->name, row);
}

static bool check_views(const struct ArrowSchema *schema, const struct ArrowArray *array, arrow_fault *fault) {
    const int64_t *sizes = array->buffers[array->n_buffers - 1];
    if (array->length && !array->buffers[1]) return bad(fault, "%s: no views", schema->name);
    if (array->n_buffers > 3 && !sizes) return bad(fault, "%s: no sizes of buffers", schema->name);
    for (int64_t i = 0; i < array->n_buffers - 3; i++)
        if (sizes[i] < 0 || (sizes[i] > 0 && !array->buffers[2 + i]))
            return bad(fault, "%s: a buffer is not there", schema->name);
    for (int64_t i = 0; i < array->length; i++)
        if (!check_view(schema, array, i, fault)) return false;
    return true;
}

static bool check_fixed(const struct ArrowSchema *schema, const struct ArrowArray *array, size_t width, arrow_fault *fault) {
    volatile unsigned char sum = 0;
    const unsigned char *bytes = array->buffers[1];
    if (array->length && (!bytes || !is_aligned(bytes, width))) return bad(fault, "%s: no values", schema->name);
    for (size_t i = 0; i < (size_t)(array->offset + array->length) * width; i++) sum = (unsigned char)(sum + bytes[i]);
    return true;
}

static bool check_bits(const struct ArrowSchema *schema, const struct ArrowArray *array, arrow_fault *fault) {
    volatile bool sum = false;
    if (array->length && !array->buffers[1]) return bad(fault, "%s: no bits", schema->name);
    for (int64_t i = 0; i < array->length; i++) sum = sum != bit(array->buffers[1], array->offset + i);
    return true;
}

static bool check_codes(const struct ArrowSchema *schema, const struct ArrowArray *array, arrow_fault *fault) {
    const int32_t *codes = (const int32_t *)array->buffers[1] + array->offset;
    for (int64_t i = 0; i < array->length; i++)
        if (!arrow_is_null(array, i) && (codes[i] < 0 || codes[i] >= array->dictionary->length))
            return bad(fault, "%s: code %d of %" PRId64, schema->name, codes[i], array->dictionary->length);
    return true;
}

static int64_t buffers_of(int layout, const struct ArrowArray *array) {
    switch (layout) {
    case STRUCT: return 1;
    case OFFSETS: return 3;
    case VIEWS: return array->n_buffers >= 3 ? array->n_buffers : 3;
    default: return 2;
    }
}

static bool check_shape(const struct ArrowSchema *schema, const struct ArrowArray *array, int layout, arrow_fault *fault) {
    if (!array->release) return bad(fault, "%s: an array is released", schema->name);
    if (array->length < 0 || array->offset < 0) return bad(fault, "%s: a negative length or offset", schema->name);
    if (array->n_buffers != buffers_of(layout, array))
        return bad(fault, "%s: %s with %" PRId64 " buffers", schema->name, schema->format, array->n_buffers);
    if (!array->buffers) return bad(fault, "%s: no array of buffers", schema->name);
    if (array->n_children != schema->n_children) return bad(fault, "%s: %" PRId64 " children", schema->name, array->n_children);
    if (array->n_children && !array->children) return bad(fault, "%s: children, but no array of them", schema->name);
    if (!array->dictionary != !schema->dictionary) return bad(fault, "%s: a dictionary in one of the two", schema->name);
    return true;
}

static bool check_children(const struct ArrowSchema *schema, const struct ArrowArray *array, int layout, arrow_fault *fault) {
    for (int64_t i = 0; i < array->n_children; i++) {
        const struct ArrowArray *child = array->children[i];
        int64_t least = array->offset + array->length;
        if (!child) return bad(fault, "%s: a child is not there", schema->name);
        if (layout == LIST) least = ((const int32_t *)array->buffers[1])[array->offset + array->length];
        if (child->length < least) return bad(fault, "%s: a child of %" PRId64 " rows", schema->name, child->length);
        if (!arrow_check_array(schema->children[i], child, fault)) return false;
    }
    return true;
}

bool arrow_check_array(const struct ArrowSchema *schema, const struct ArrowArray *array, arrow_fault *fault) {
    size_t width;
    int layout = layout_of(schema->format, &width);
    bool ok = check_shape(schema, array, layout, fault) && check_nulls(schema, array, fault);
    if (!ok) return false;
    switch (layout) {
    case FIXED: ok = check_fixed(schema, array, width, fault); break;
    case BITS: ok = check_bits(schema, array, fault); break;
    case OFFSETS: ok = check_texts(schema, array, fault); break;
    case VIEWS: ok = check_views(schema, array, fault); break;
    case LIST: ok = check_offsets(schema, array, fault); break;
    default: break;
    }
    if (ok && array->dictionary)
        ok = arrow_check_array(schema->dictionary, array->dictionary, fault) && check_codes(schema, array, fault);
    return ok && check_children(schema, array, layout, fault);
}

/* -- values ------------------------------------------------------------------------------------------------------ */

static void print_text(const struct ArrowArray *array, bool views, int64_t at, char *buf, size_t size) {
    const int32_t *offsets = array->buffers[1];
    if (views) {
        const view *v = (const view *)array->buffers[1] + at;
        const char *text = v->as.inlined;
        if (v->len > 12) text = (const char *)array->buffers[2 + v->as.ref.buffer] + v->as.ref.offset;
        (void)snprintf(buf, size, "\"%.*s\"", (int)v->len, text);
    } else {
        (void)snprintf(buf, size, "\"%.*s\"", (int)(offsets[at + 1] - offsets[at]),
                       (const char *)array->buffers[2] + offsets[at]);
    }
}

static void print_list(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t at, char *buf, size_t size) {
    const int32_t *offsets = array->buffers[1];
    size_t used = (size_t)snprintf(buf, size, "[");
    for (int32_t i = offsets[at]; i < offsets[at + 1] && used < size; i++) {
        char item[512];
        (void)arrow_value(schema->children[0], array->children[0], i, item, sizeof item);
        used += (size_t)snprintf(buf + used, size - used, "%s%s", i > offsets[at] ? "," : "", item);
    }
    if (used < size) (void)snprintf(buf + used, size - used, "]");
}

static void print_number(char format, const void *values, int64_t at, char *buf, size_t size) {
    switch (format) {
    case 'c': (void)snprintf(buf, size, "%d", ((const int8_t *)values)[at]); break;
    case 'C': (void)snprintf(buf, size, "%u", ((const uint8_t *)values)[at]); break;
    case 's': (void)snprintf(buf, size, "%d", ((const int16_t *)values)[at]); break;
    case 'S': (void)snprintf(buf, size, "%u", ((const uint16_t *)values)[at]); break;
    case 'i': (void)snprintf(buf, size, "%" PRId32, ((const int32_t *)values)[at]); break;
    case 'I': (void)snprintf(buf, size, "%" PRIu32, ((const uint32_t *)values)[at]); break;
    case 'L': (void)snprintf(buf, size, "%" PRIu64, ((const uint64_t *)values)[at]); break;
    case 'f': (void)snprintf(buf, size, "%g", (double)((const float *)values)[at]); break;
    case 'g': (void)snprintf(buf, size, "%g", ((const double *)values)[at]); break;
    default: (void)snprintf(buf, size, "%" PRId64, ((const int64_t *)values)[at]); break;
    }
}

const char *arrow_value(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t row, char *buf, size_t size) {
    size_t width;
    int64_t at = array->offset + row;
    if (arrow_is_null(array, row)) {
        (void)snprintf(buf, size, "NULL");
        return buf;
    }
    if (schema->dictionary)
        return arrow_value(schema->dictionary, array->dictionary, ((const int32_t *)array->buffers[1])[at], buf, size);
    switch (layout_of(schema->format, &width)) {
    case BITS: (void)snprintf(buf, size, "%s", bit(array->buffers[1], at) ? "true" : "false"); break;
    case OFFSETS: print_text(array, false, at, buf, size); break;
    case VIEWS: print_text(array, true, at, buf, size); break;
    case LIST: print_list(schema, array, at, buf, size); break;
    default: print_number(schema->format[0], array->buffers[1], at, buf, size); break;
    }
    return buf;
}
