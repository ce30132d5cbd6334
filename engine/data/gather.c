/* SPDX-License-Identifier: MIT */
/* gather.c: a column put together from chosen rows of other columns. */
#include "batch.h"
#include "value.h"

#include <string.h>

/* A column under construction. Everything lies in the batch's arena; `room` grows by doubling, which only items of lists need. */
struct wql__gather {
    wql_batch *into;
    wql_column *column; /* where the result is written; for items of a list: a column of our own */
    const char *name;
    uint32_t property;
    uint16_t type;
    uint8_t layout; /* texts: WQL_VIEWS, or WQL_CODES while all rows come from one dictionary that is pinned */
    uint32_t width; /* bytes of an element of `values`; 0 for bits */
    uint32_t room, count;
    uint32_t behind;   /* room for so many values more, into which a pick may write */
    uint8_t *validity; /* NULL until a NULL comes */
    char *values;
    wql_time_extra *extra; /* NULL until it is needed */
    int32_t *offsets;      /* lists */
    struct wql__gather *items;
    /* texts: buffers, and the one of our own that is being filled */
    const char **buffers;
    int64_t *sizes;
    uint32_t buffer_count, buffer_room;
    char *own;
    uint32_t own_index, own_used, own_size;
    const wql_column *dictionary;
    uint64_t dictionary_rows, dictionary_id;
    /* objects */
    const wql_batch **objects;
    uint32_t object_count, object_room;
};

enum { OWN_BLOCK = 16 * 1024 };

static wql__arena *arena_of(wql__gather *g) { return &g->into->arena; }

static bool is_text_layout(uint8_t layout) { return layout == WQL_OFFSETS || layout == WQL_VIEWS || layout == WQL_CODES; }

/* A copy with more room; the old one stays in the arena until the batch is reset. */
static void *grown(wql__gather *g, const void *old, size_t old_size, size_t new_size) {
    void *bigger = wql__arena_buffer(arena_of(g), new_size);
    if (bigger && old_size) memcpy(bigger, old, old_size);
    return bigger;
}

static size_t bit_bytes(uint32_t rows) { return ((size_t)rows + 7) / 8; }

static wql__gather *gather_make(wql_batch *into, wql_column *column, const wql_column *like, uint32_t room);

/* `g` is zero. behind: of values, see there. False = no memory. */
static bool gather_begin(wql__gather *g, wql_batch *into, wql_column *column, const wql_column *like, uint32_t room,
                         uint32_t behind) {
    g->into = into;
    g->column = column;
    g->name = like->name;
    g->property = like->property;
    g->type = like->type;
    g->layout = like->layout;
    g->room = room ? room : 1;
    switch (like->layout) {
    case WQL_FIXED:
        g->width = wql__type_size(like->type);
        g->behind = behind;
        break;
    case WQL_OFFSETS: g->layout = WQL_VIEWS; break;
    case WQL_OBJECTS: g->width = sizeof(wql_ref); break;
    default: break;
    }
    if (is_text_layout(g->layout)) g->width = sizeof(wql_view);
    if (g->layout == WQL_LIST) {
        wql_column *items = wql__arena_zero(&into->arena, sizeof *items);
        g->offsets = wql__arena_buffer(&into->arena, wql__array_size((size_t)g->room + 1, sizeof *g->offsets));
        if (!items || !g->offsets) return false;
        g->offsets[0] = 0;
        g->items = gather_make(into, items, like->child, g->room);
        return g->items != NULL;
    }
    g->values =
        wql__arena_buffer(&into->arena, g->width ? wql__array_size((size_t)g->room + g->behind, g->width) : bit_bytes(g->room));
    return g->values != NULL;
}

static wql__gather *gather_make(wql_batch *into, wql_column *column, const wql_column *like, uint32_t room) {
    wql__gather *g = wql__arena_zero(&into->arena, sizeof *g);
    return g && gather_begin(g, into, column, like, room, WQL__BEHIND) ? g : NULL;
}

wql__gather *wql__gather_new(wql_batch *into, uint32_t column, const wql_column *like, uint32_t room) {
    return gather_make(into, &into->columns[column], like, room);
}

static bool make_room(wql__gather *g, uint32_t more) {
    uint32_t room = g->room;
    if (more <= g->room - g->count) return true;
    if (more > UINT32_MAX / 4 || g->count > UINT32_MAX / 4) return false;
    while (room - g->count < more) room *= 2;
    if (g->validity) g->validity = grown(g, g->validity, bit_bytes(g->count), bit_bytes(room));
    if (g->extra) g->extra = grown(g, g->extra, (size_t)g->count * sizeof *g->extra, wql__array_size(room, sizeof *g->extra));
    if (g->values && g->width)
        g->values = grown(g, g->values, (size_t)g->count * g->width, wql__array_size((size_t)room + g->behind, g->width));
    else if (g->values)
        g->values = grown(g, g->values, bit_bytes(g->count), bit_bytes(room));
    if (g->offsets)
        g->offsets = grown(g, g->offsets, ((size_t)g->count + 1) * sizeof *g->offsets,
                           wql__array_size((size_t)room + 1, sizeof *g->offsets));
    g->room = room;
    return (g->values || g->layout == WQL_LIST) && (g->offsets || g->layout != WQL_LIST);
}

static bool get_bit(const uint8_t *bits, uint32_t at) { return ((unsigned)bits[at >> 3] >> (at & 7u)) & 1u; }

static void set_bit(uint8_t *bits, uint32_t at, bool on) {
    if (on)
        bits[at >> 3] = (uint8_t)(bits[at >> 3] | (1u << (at & 7u)));
    else
        bits[at >> 3] = (uint8_t)(bits[at >> 3] & ~(1u << (at & 7u)));
}

static inline uint32_t chosen(const uint16_t *selection, uint32_t first, uint32_t i) {
    return selection ? selection[i] : first + i;
}

/* -- validity ---------------------------------------------------------------------------------------------------- */

/* From the first NULL on there is a bitmap; rows before it have values. */
static bool need_validity(wql__gather *g) {
    if (g->validity) return true;
    g->validity = wql__arena_buffer(arena_of(g), bit_bytes(g->room));
    if (g->validity) memset(g->validity, 0xff, bit_bytes(g->room));
    return g->validity != NULL;
}

static bool gather_validity(wql__gather *g, const wql_column *source, const uint16_t *selection, uint32_t first, uint32_t count) {
    if (!source->validity && !g->validity) return true;
    if (!need_validity(g)) return false;
    for (uint32_t i = 0; i < count; i++)
        set_bit(g->validity, g->count + i, !wql_column_is_null(source, chosen(selection, first, i)));
    return true;
}

/* -- fixed values ------------------------------------------------------------------------------------------------ */

#define GATHER_LOOP(T)                                                                                                           \
    do {                                                                                                                         \
        const T *restrict from = source->values;                                                                                 \
        T *restrict to = (T *)(void *)g->values + g->count;                                                                      \
        for (uint32_t i = 0; i < count; i++) to[i] = from[selection[i]];                                                         \
    } while (0)

static void gather_fixed(wql__gather *g, const wql_column *source, const uint16_t *selection, uint32_t first, uint32_t count) {
    if (!selection) {
        memcpy(g->values + (size_t)g->count * g->width, (const char *)source->values + (size_t)first * g->width,
               (size_t)count * g->width);
        return;
    }
    switch (g->width) {
    case 1: GATHER_LOOP(uint8_t); break;
    case 2: GATHER_LOOP(uint16_t); break;
    case 4: GATHER_LOOP(uint32_t); break;
    default: GATHER_LOOP(uint64_t); break;
    }
}

static bool gather_extra(wql__gather *g, const wql_column *source, const uint16_t *selection, uint32_t first, uint32_t count) {
    static const wql_time_extra none = {0, 0, 0};
    const wql_time_extra *from = source->extra;
    if (!from && !g->extra) return true;
    if (!g->extra) {
        g->extra = wql__arena_buffer(arena_of(g), wql__array_size(g->room, sizeof *g->extra));
        if (!g->extra) return false;
        memset(g->extra, 0, (size_t)g->count * sizeof *g->extra);
    }
    for (uint32_t i = 0; i < count; i++) g->extra[g->count + i] = from ? from[chosen(selection, first, i)] : none;
    return true;
}

static void gather_bits(wql__gather *g, const wql_column *source, const uint16_t *selection, uint32_t first, uint32_t count) {
    const uint8_t *from = source->values;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = chosen(selection, first, i);
        set_bit((uint8_t *)g->values, g->count + i, get_bit(from, row));
    }
}

/* -- texts ------------------------------------------------------------------------------------------------------- */

/* Adds a buffer, unless it is the one added last; its number, or UINT32_MAX for no memory. */
static uint32_t add_buffer(wql__gather *g, const char *bytes, int64_t size) {
    for (uint32_t back = 0; back < 2 && back < g->buffer_count; back++) {
        uint32_t i = g->buffer_count - 1 - back;
        if (g->buffers[i] != bytes) continue;
        if (g->sizes[i] < size) g->sizes[i] = size;
        return i;
    }
    if (g->buffer_count == g->buffer_room) {
        uint32_t room = g->buffer_room ? g->buffer_room * 2 : 8;
        g->buffers = grown(g, g->buffers, g->buffer_count * sizeof *g->buffers, wql__array_size(room, sizeof *g->buffers));
        g->sizes = grown(g, g->sizes, g->buffer_count * sizeof *g->sizes, wql__array_size(room, sizeof *g->sizes));
        if (!g->buffers || !g->sizes) return UINT32_MAX;
        g->buffer_room = room;
    }
    g->buffers[g->buffer_count] = bytes;
    g->sizes[g->buffer_count] = size;
    return g->buffer_count++;
}

/* Room for `len` bytes in the block of our own: as if the rows that are left were as long, so that few rows take little. */
static bool need_own(wql__gather *g, size_t len) {
    size_t left = g->room > g->count ? g->room - g->count : 1, size;
    if (g->own && len <= g->own_size - g->own_used) return true;
    if (len > INT32_MAX) return false;
    size = len * left < OWN_BLOCK ? len * left : OWN_BLOCK;
    if (size < len) size = len;
    g->own = wql__arena_buffer(arena_of(g), size);
    if (!g->own) return false;
    g->own_index = add_buffer(g, g->own, 0);
    g->own_used = 0;
    g->own_size = (uint32_t)size;
    return g->own_index != UINT32_MAX;
}

static wql_view inline_view(wql_str text) {
    wql_view view;
    memset(&view, 0, sizeof view);
    view.len = (uint32_t)text.len;
    if (text.len) memcpy(view.as.inlined, text.ptr, text.len);
    return view;
}

static wql_view far_view(wql_str text, uint32_t buffer, uint32_t offset) {
    wql_view view;
    view.len = (uint32_t)text.len;
    memcpy(view.as.ref.prefix, text.ptr, 4);
    view.as.ref.buffer = buffer;
    view.as.ref.offset = offset;
    return view;
}

static bool copied_view(wql__gather *g, wql_str text, wql_view *out) {
    if (text.len <= 12) {
        *out = inline_view(text);
        return true;
    }
    if (!need_own(g, text.len)) return false;
    memcpy(g->own + g->own_used, text.ptr, text.len);
    *out = far_view(text, g->own_index, g->own_used);
    g->own_used += (uint32_t)text.len;
    g->sizes[g->own_index] = g->own_used;
    return true;
}

static bool gather_copied(wql__gather *g, const wql_column *source, const uint16_t *selection, uint32_t first, uint32_t count) {
    wql_view *to = (wql_view *)(void *)g->values + g->count;
    for (uint32_t i = 0; i < count; i++)
        if (!copied_view(g, wql_column_str(source, chosen(selection, first, i)), &to[i])) return false;
    return true;
}

/* Views into one run of bytes that stays. */
static bool gather_pinned_run(wql__gather *g, const wql_column *source, const uint16_t *selection, uint32_t first,
                              uint32_t count) {
    wql_view *to = (wql_view *)(void *)g->values + g->count;
    uint32_t buffer = add_buffer(g, source->bytes, (int64_t)source->bytes_size);
    if (buffer == UINT32_MAX) return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = chosen(selection, first, i);
        wql_str text = wql_column_str(source, row);
        to[i] = text.len <= 12 ? inline_view(text) : far_view(text, buffer, (uint32_t)source->offsets[row]);
    }
    return true;
}

/* Views of views: the source's buffers are added as they are met. */
static bool gather_pinned_views(wql__gather *g, const wql_column *source, const uint16_t *selection, uint32_t first,
                                uint32_t count) {
    const wql_view *from = source->values;
    wql_view *to = (wql_view *)(void *)g->values + g->count;
    uint32_t *map = wql__arena_alloc(arena_of(g), wql__array_size(source->buffer_count, sizeof *map));
    if (!map) return false;
    memset(map, 0xff, source->buffer_count * sizeof *map);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = chosen(selection, first, i), buffer;
        if (wql_column_is_null(source, row)) {
            to[i] = inline_view((wql_str){NULL, 0});
            continue;
        }
        to[i] = from[row];
        if (from[row].len <= 12) continue;
        buffer = from[row].as.ref.buffer;
        if (map[buffer] == UINT32_MAX) map[buffer] = add_buffer(g, source->buffers[buffer], source->buffer_sizes[buffer]);
        if (map[buffer] == UINT32_MAX) return false;
        to[i].as.ref.buffer = map[buffer];
    }
    return true;
}

/* Turns the codes gathered so far into views of the dictionary's texts: their dictionary is pinned, the next rows' is another. */
static bool leave_dictionary(wql__gather *g) {
    const int32_t *codes = (const int32_t *)(const void *)g->values;
    wql_view *views;
    if (g->layout != WQL_CODES) return true;
    g->layout = WQL_VIEWS;
    if (g->count == 0) return true;
    views = wql__arena_buffer(arena_of(g), wql__array_size(g->room, sizeof *views));
    if (!views) return false;
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t code = (uint32_t)codes[i];
        bool null = (g->validity && !get_bit(g->validity, i)) || wql_column_is_null(g->dictionary, code);
        if (null) {
            if (!need_validity(g)) return false;
            set_bit(g->validity, i, false);
        }
        if (!copied_view(g, null ? (wql_str){NULL, 0} : wql_column_str(g->dictionary, code), &views[i])) return false;
    }
    g->values = (char *)views;
    return true;
}

/* A NULL of a dictionary is a NULL of the rows that name it. */
static bool gather_dictionary_nulls(wql__gather *g, const wql_column *source, const uint16_t *selection, uint32_t first,
                                    uint32_t count) {
    const int32_t *codes = source->values;
    if (!source->child->validity) return true;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = chosen(selection, first, i);
        if (wql_column_is_null(source, row) || !wql_column_is_null(source->child, (uint32_t)codes[row])) continue;
        if (!need_validity(g)) return false;
        set_bit(g->validity, g->count + i, false);
    }
    return true;
}

static bool gather_codes(wql__gather *g, const wql_column *source, const uint16_t *selection, uint32_t first, uint32_t count) {
    const int32_t *from = source->values;
    int32_t *to = (int32_t *)(void *)g->values + g->count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = chosen(selection, first, i);
        to[i] = wql_column_is_null(source, row) ? 0 : from[row];
    }
    g->dictionary = source->child;
    g->dictionary_rows = source->child_rows;
    g->dictionary_id = source->buffer_id;
    return true;
}

static bool same_dictionary(const wql__gather *g, const wql_column *source) {
    return g->count == 0 || (g->dictionary == source->child && g->dictionary_id == source->buffer_id);
}

static bool gather_texts(wql__gather *g, const wql_column *source, const uint16_t *selection, uint32_t first, uint32_t count,
                         bool pin) {
    if (source->layout == WQL_CODES) {
        if (!gather_dictionary_nulls(g, source, selection, first, count)) return false;
        if (pin && g->layout == WQL_CODES && same_dictionary(g, source)) return gather_codes(g, source, selection, first, count);
    }
    if (!leave_dictionary(g)) return false;
    if (pin && source->layout == WQL_OFFSETS && source->bytes_size <= UINT32_MAX)
        return gather_pinned_run(g, source, selection, first, count);
    if (pin && source->layout == WQL_VIEWS) return gather_pinned_views(g, source, selection, first, count);
    return gather_copied(g, source, selection, first, count);
}

/* -- lists and objects ------------------------------------------------------------------------------------------- */

static bool gather_lists(wql__gather *g, const wql_column *source, const uint16_t *selection, uint32_t first, uint32_t count,
                         bool pin) {
    for (uint32_t i = 0; i < count; i++) {
        uint32_t item, items = wql_column_items(source, chosen(selection, first, i), &item);
        if (!wql__gather_rows(g->items, source->child, NULL, item, items, pin)) return false;
        if (g->items->count > INT32_MAX) return false;
        g->offsets[g->count + i + 1] = (int32_t)g->items->count;
    }
    return true;
}

static bool add_object(wql__gather *g, const wql_batch *object, uint32_t *index) {
    if (g->object_count && g->objects[g->object_count - 1] == object) {
        *index = g->object_count - 1;
        return true;
    }
    if (g->object_count == g->object_room) {
        uint32_t room = g->object_room ? g->object_room * 2 : 8;
        g->objects = grown(g, g->objects, g->object_count * sizeof *g->objects, wql__array_size(room, sizeof *g->objects));
        if (!g->objects) return false;
        g->object_room = room;
    }
    *index = g->object_count;
    g->objects[g->object_count++] = object;
    return true;
}

/* Pinned: the caller holds the source, which holds its objects. Else each object is copied and held by the batch. */
static bool gather_object(wql__gather *g, const wql_batch *object, uint32_t row, bool pin, wql_ref *ref) {
    wql_batch *copy;
    bool held;
    ref->row = row;
    if (pin) return add_object(g, object, &ref->batch);
    if (wql__batch_copy(object, row, 1, &copy) < 0) return false;
    held = wql__batch_hold(g->into, copy);
    wql_batch_release(copy);
    ref->row = 0;
    return held && add_object(g, copy, &ref->batch);
}

static bool gather_objects(wql__gather *g, const wql_column *source, const uint16_t *selection, uint32_t first, uint32_t count,
                           bool pin) {
    wql_ref *to = (wql_ref *)(void *)g->values + g->count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = 0;
        const wql_batch *object = wql_column_object(source, chosen(selection, first, i), &row);
        to[i] = (wql_ref){0, 0};
        if (object && !gather_object(g, object, row, pin, &to[i])) return false;
    }
    return true;
}

/* -- all --------------------------------------------------------------------------------------------------------- */

bool wql__gather_rows(wql__gather *g, const wql_column *source, const uint16_t *selection, uint32_t first, uint32_t count,
                      bool pin) {
    bool ok = true;
    if (count == 0) return true;
    if (!make_room(g, count) || !gather_validity(g, source, selection, first, count)) return false;
    switch (source->layout) {
    case WQL_FIXED:
        gather_fixed(g, source, selection, first, count);
        ok = gather_extra(g, source, selection, first, count);
        break;
    case WQL_BITS: gather_bits(g, source, selection, first, count); break;
    case WQL_LIST: ok = gather_lists(g, source, selection, first, count, pin); break;
    case WQL_OBJECTS: ok = gather_objects(g, source, selection, first, count, pin); break;
    default: ok = gather_texts(g, source, selection, first, count, pin); break;
    }
    if (ok) g->count += count;
    return ok;
}

bool wql__gather_takes_bits(const wql_column *source) {
    return source->layout == WQL_FIXED && !source->extra && !source->validity;
}

static unsigned logarithm(uint32_t width) { return width == 8 ? 3 : width / 2; }

bool wql__gather_bits(wql__gather *g, const wql_column *source, const wql__chosen *chosen) {
    if (!make_room(g, chosen->count) || !gather_validity(g, source, NULL, 0, chosen->count) ||
        !gather_extra(g, source, NULL, 0, chosen->count))
        return false;
    g->count +=
        chosen->picks[logarithm(g->width)](source->values, chosen->bits, chosen->rows, g->values + (size_t)g->count * g->width);
    return true;
}

void wql__gather_end(wql__gather *g) {
    wql_column *col = g->column;
    memset(col, 0, sizeof *col);
    col->name = g->name;
    col->property = g->property;
    col->type = g->type;
    col->layout = g->layout;
    col->validity = g->validity;
    col->values = g->values;
    col->extra = g->extra;
    col->offsets = g->offsets;
    if (g->layout == WQL_CODES) {
        col->child = g->dictionary;
        col->child_rows = g->dictionary_rows;
        col->buffer_id = g->dictionary_id;
    } else if (g->layout == WQL_VIEWS) {
        col->buffers = g->buffers;
        col->buffer_sizes = g->sizes;
        col->buffer_count = g->buffer_count;
    } else if (g->layout == WQL_LIST) {
        wql__gather_end(g->items);
        col->child = g->items->column;
        col->child_rows = g->items->count;
    } else if (g->layout == WQL_OBJECTS) {
        col->objects = g->objects;
        col->object_count = g->object_count;
    }
}

bool wql__gather_copy(wql_batch *into, uint32_t column, const wql_column *source, uint32_t first, uint32_t count) {
    wql__gather g;
    memset(&g, 0, sizeof g);
    if (!gather_begin(&g, into, &into->columns[column], source, count, 0) ||
        !wql__gather_rows(&g, source, NULL, first, count, false))
        return false;
    wql__gather_end(&g);
    return true;
}
