/* SPDX-License-Identifier: MIT */
/* arrow_text.c: texts as Arrow has them: offsets and bytes, or views. Nothing is copied if they lie that way already; views are
 * looked at first, since Arrow asks more of them than we do: the rest of a short one is zero, what is below a NULL is sound too,
 * and numbers have 31 bits. */
#include "arrow.h"

#include <string.h>

enum { INLINE_MAX = 12 };

/* -- offsets ----------------------------------------------------------------------------------------------------- */

static bool three_buffers(wql__arrow_maker *maker, struct ArrowArray *node, uint64_t rows, const uint8_t *validity,
                          const int32_t *offsets, const char *bytes) {
    const void **buffers;
    wql__arrow_node(maker, node, rows, validity);
    buffers = wql__arrow_buffers(maker, node, 3);
    if (!buffers) return false;
    buffers[0] = validity;
    buffers[1] = offsets;
    buffers[2] = bytes ? bytes : "";
    return true;
}

static bool offsets_as_they_are(wql__arrow_maker *maker, const wql_column *col, uint64_t first, uint64_t rows,
                                struct ArrowArray *node) {
    static const int32_t none[1] = {0};
    uint64_t base = wql__arrow_base(first);
    if (!three_buffers(maker, node, rows, col->validity ? col->validity + base / 8 : NULL,
                       col->offsets ? col->offsets + base : none, col->bytes))
        return false;
    node->offset = (int64_t)(first - base);
    return true;
}

/* Whether a row has no text: by its own bit, or by that of the text its code names. */
static bool is_null(const wql_column *col, uint64_t row) {
    if (wql_column_is_null(col, (uint32_t)row)) return true;
    return col->layout == WQL_CODES && wql_column_is_null(col->child, (uint32_t)((const int32_t *)col->values)[row]);
}

static bool has_nulls(const wql_column *col) { return col->validity || (col->layout == WQL_CODES && col->child->validity); }

/* A bitmap of its own for rows that are put together anew; NULL with true: none is needed. */
static bool copy_validity(wql__arrow_maker *maker, const wql_column *col, uint64_t first, uint64_t rows, uint8_t **out) {
    *out = NULL;
    if (!has_nulls(col)) return true;
    *out = wql__arrow_bitmap(maker, rows);
    if (!*out) return false;
    for (uint64_t i = 0; i < rows; i++)
        if (is_null(col, first + i)) wql__arrow_set_null(*out, i);
    return true;
}

static bool to_offsets(wql__arrow_maker *maker, const wql_column *col, uint64_t first, uint64_t rows, struct ArrowArray *node) {
    int32_t *offsets = wql__arrow_alloc(maker, wql__array_size((size_t)rows + 1, sizeof *offsets));
    uint64_t used = 0;
    uint8_t *validity;
    char *bytes;
    if (!offsets || !copy_validity(maker, col, first, rows, &validity)) return false;
    for (uint64_t i = 0; i < rows; i++) {
        offsets[i] = (int32_t)used;
        used += wql_column_str(col, (uint32_t)(first + i)).len;
        if (used > INT32_MAX) return wql__arrow_too_long(maker);
    }
    offsets[rows] = (int32_t)used;
    bytes = wql__arrow_alloc(maker, (size_t)used);
    if (!bytes) return false;
    for (uint64_t i = 0; i < rows; i++) {
        wql_str text = wql_column_str(col, (uint32_t)(first + i));
        if (text.len) memcpy(bytes + offsets[i], text.ptr, text.len);
    }
    return three_buffers(maker, node, rows, validity, offsets, bytes);
}

/* -- views ------------------------------------------------------------------------------------------------------- */

/* Where the bytes of a column's texts are, as buffers that views can name. */
typedef struct sources {
    const char *const *buffers;
    const int64_t *sizes;
    uint64_t count;
    const char *run; /* of offsets: the one there is */
    int64_t run_size;
} sources;

static void find_sources(const wql_column *col, sources *s) {
    if (col->layout == WQL_CODES) col = col->child;
    s->buffers = col->buffers;
    s->sizes = col->buffer_sizes;
    s->count = col->buffer_count;
    if (col->layout == WQL_VIEWS) return;
    s->run = col->bytes ? col->bytes : "";
    s->run_size = (int64_t)col->bytes_size;
    s->buffers = &s->run;
    s->sizes = &s->run_size;
    s->count = 1;
}

/* The bytes of a short view, as two words, that are not beyond its text. */
typedef struct words {
    uint64_t low, high;
} words;

static inline words used_bits(uint32_t len) {
    words w;
    w.low = len >= 4 ? UINT64_MAX : ((uint64_t)1 << (32 + 8 * len)) - 1;
    w.high = len <= 4 ? 0 : len >= INLINE_MAX ? UINT64_MAX : ((uint64_t)1 << (8 * (len - 4))) - 1;
    return w;
}

/* By bytes of memory, for any byte order: what lies behind a short text is zero. */
static bool is_padded(const wql_view *view) {
    char rest = 0;
    for (uint32_t i = view->len; i < INLINE_MAX; i++) rest = (char)(rest | view->as.inlined[i]);
    return rest == 0;
}

static bool is_little(void) {
    const uint16_t one = 1;
    return *(const uint8_t *)&one == 1;
}

/* 1 for a short view with something behind its text. On a little-endian machine without a branch. */
static uint64_t is_unpadded(const wql_view *view, bool little, const words *masks) {
    uint64_t low, high;
    const words *mask;
    if (!little) return view->len <= INLINE_MAX && !is_padded(view);
    memcpy(&low, view, 8);
    memcpy(&high, (const char *)view + 8, 8);
    mask = &masks[view->len <= INLINE_MAX ? view->len : INLINE_MAX];
    return ((low & ~mask->low) | (high & ~mask->high)) != 0;
}

/* Whether a view may go out as it is. */
static bool is_sound(const wql_column *col, uint64_t row, const wql_view *view) {
    if (wql_column_is_null(col, (uint32_t)row)) return view->len == 0 && is_padded(view);
    if (view->len <= INLINE_MAX) return is_padded(view);
    return view->len <= INT32_MAX && view->as.ref.offset <= INT32_MAX && view->as.ref.buffer <= INT32_MAX;
}

static bool has_large(const wql_column *col) {
    for (uint32_t i = 0; i < col->buffer_count; i++)
        if (col->buffer_sizes[i] > INT32_MAX) return true;
    return col->buffer_count > INT32_MAX;
}

/* The common case fast: no NULLs, no large buffer, and nothing behind short texts. */
static bool all_sound(const wql_column *col, uint64_t first, uint64_t rows) {
    const wql_view *views = (const wql_view *)col->values + first;
    words masks[INLINE_MAX + 1];
    bool little = is_little();
    uint64_t bad = 0;
    if (col->validity || has_large(col)) {
        for (uint64_t i = 0; i < rows; i++)
            if (!is_sound(col, first + i, &views[i])) return false;
        return true;
    }
    for (uint32_t len = 0; len <= INLINE_MAX; len++) masks[len] = used_bits(len);
    for (uint64_t i = 0; i < rows; i++) bad |= is_unpadded(&views[i], little, masks);
    return bad == 0;
}

/* The view of a text that lies at `at` of buffer `buffer`. */
static wql_view make_view(const char *text, uint64_t len, uint64_t buffer, uint64_t at) {
    wql_view view;
    memset(&view, 0, sizeof view);
    view.len = (uint32_t)len;
    if (len <= INLINE_MAX) {
        if (len) memcpy(view.as.inlined, text, (size_t)len);
        return view;
    }
    memcpy(view.as.ref.prefix, text, 4);
    view.as.ref.buffer = (uint32_t)buffer;
    view.as.ref.offset = (uint32_t)at;
    return view;
}

/* The view of a row's text among `s`. What begins beyond 2^31 is found in the upper half of its buffer, which follows as a buffer
 * of its own behind the others. */
static bool view_of(wql__arrow_maker *maker, const wql_column *col, uint64_t row, const sources *s, wql_view *out, bool *upper) {
    wql_str text = wql_column_str(col, (uint32_t)row);
    uint64_t buffer = 0, at;
    if (text.len > INT32_MAX) return wql__arrow_too_long(maker);
    if (text.len <= INLINE_MAX) {
        *out = make_view(text.ptr, text.len, 0, 0);
        return true;
    }
    if (col->layout == WQL_CODES) {
        row = (uint64_t)((const int32_t *)col->values)[row];
        col = col->child;
    }
    if (col->layout == WQL_VIEWS) buffer = ((const wql_view *)col->values)[row].as.ref.buffer;
    at = (uint64_t)(text.ptr - s->buffers[buffer]);
    if (at > INT32_MAX) {
        *upper = true;
        buffer += s->count;
        at -= (uint64_t)INT32_MAX + 1;
    }
    if (buffer > INT32_MAX) return wql__arrow_too_long(maker);
    *out = make_view(text.ptr, text.len, buffer, at);
    return true;
}

/* The size of a buffer as Arrow wants it told: one that is not there has none. */
static int64_t size_of(const sources *s, uint64_t i) { return s->buffers[i] && s->sizes[i] > 0 ? s->sizes[i] : 0; }

/* Sizes of all buffers, and of their upper halves; the source's own where they are fit to be shown. NULL: failed. */
static const int64_t *view_sizes(wql__arrow_maker *maker, const sources *s, bool upper) {
    const int64_t half = (int64_t)INT32_MAX + 1;
    int64_t *sizes;
    uint64_t i = 0;
    if (!upper)
        while (i < s->count && s->sizes[i] == size_of(s, i)) i++;
    if (!upper && i == s->count && s->sizes) return s->sizes;
    sizes = wql__arrow_alloc(maker, wql__array_size((size_t)s->count * 2, sizeof *sizes));
    for (i = 0; sizes && i < s->count; i++) {
        sizes[i] = size_of(s, i);
        sizes[s->count + i] = sizes[i] > half ? sizes[i] - half : 0;
    }
    return sizes;
}

/* The buffers of a node of views: bitmap, views, the texts' buffers (twice with their upper halves), and their sizes. */
static bool view_buffers(wql__arrow_maker *maker, struct ArrowArray *node, const wql_view *views, const uint8_t *validity,
                         const sources *s, bool upper) {
    const int64_t half = (int64_t)INT32_MAX + 1, *sizes = view_sizes(maker, s, upper);
    uint64_t count = upper ? s->count * 2 : s->count;
    const void **buffers = sizes ? wql__arrow_buffers(maker, node, count + 3) : NULL;
    if (!buffers) return false;
    buffers[0] = validity;
    buffers[1] = views;
    for (uint64_t i = 0; i < s->count; i++) {
        buffers[2 + i] = s->buffers[i];
        if (upper) buffers[2 + s->count + i] = s->sizes[i] > half ? s->buffers[i] + half : NULL;
    }
    buffers[2 + count] = sizes;
    return true;
}

static bool views_as_they_are(wql__arrow_maker *maker, const wql_column *col, uint64_t first, uint64_t rows,
                              struct ArrowArray *node) {
    uint64_t base = wql__arrow_base(first);
    sources s;
    find_sources(col, &s);
    wql__arrow_node(maker, node, rows, col->validity);
    node->offset = (int64_t)(first - base);
    return view_buffers(maker, node, (const wql_view *)col->values + base, col->validity ? col->validity + base / 8 : NULL, &s,
                        false);
}

static bool to_views(wql__arrow_maker *maker, const wql_column *col, uint64_t first, uint64_t rows, struct ArrowArray *node) {
    wql_view *views = wql__arrow_alloc(maker, wql__array_size((size_t)rows, sizeof *views));
    sources *s = wql__arrow_alloc(maker, sizeof *s); /* its size of a run is pointed to */
    uint8_t *validity;
    bool upper = false;
    if (!views || !s || !copy_validity(maker, col, first, rows, &validity)) return false;
    find_sources(col, s);
    for (uint64_t i = 0; i < rows; i++)
        if (!view_of(maker, col, first + i, s, &views[i], &upper)) return false;
    wql__arrow_node(maker, node, rows, validity);
    return view_buffers(maker, node, views, validity, s, upper);
}

bool wql__arrow_text(wql__arrow_maker *maker, const wql_column *col, uint64_t first, uint64_t rows, uint8_t layout,
                     struct ArrowArray *node) {
    static const wql_column empty = {.type = WQL_STRING, .layout = WQL_OFFSETS};
    if (rows == 0) { /* of a column without rows, such as the items of empty lists, nothing was ever checked */
        col = &empty;
        first = 0;
    }
    if (layout == WQL_OFFSETS)
        return col->layout == WQL_OFFSETS ? offsets_as_they_are(maker, col, first, rows, node)
                                          : to_offsets(maker, col, first, rows, node);
    return col->layout == WQL_VIEWS && all_sound(col, first, rows) ? views_as_they_are(maker, col, first, rows, node)
                                                                   : to_views(maker, col, first, rows, node);
}
