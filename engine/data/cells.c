/* SPDX-License-Identifier: MIT */
/* cells.c: columns filled cell by cell. */
#include "cells.h"

#include "../base/stop.h"
#include "../base/utf8.h"
#include "value.h"

#include <string.h>

/* -- columns of nothing but NULLs -------------------------------------------------------------------------------- */

/* Values, offsets and validity of a column without values: read, never written. */
static const _Alignas(64) uint8_t zeros[8 * (WQL_BATCH_ROWS_MAX + 1)];

static uint8_t layout_of(uint32_t type) {
    if (type & WQL_ARRAY) return WQL_LIST;
    if (type == WQL_BOOLEAN) return WQL_BITS;
    if (type == WQL_OBJECT) return WQL_OBJECTS;
    return wql__type_is_text(type) ? WQL_OFFSETS : WQL_FIXED;
}

static void nothing(uint32_t type, wql_column *out) {
    out->type = (uint16_t)type;
    out->layout = layout_of(type);
    out->values = zeros;
    out->offsets = (const int32_t *)(const void *)zeros;
    out->bytes = (const char *)zeros;
}

bool wql__null_column(wql__arena *arena, uint32_t type, wql_column *out) {
    wql_column *items;
    nothing(type, out);
    out->validity = zeros;
    if (!(type & WQL_ARRAY)) return true;
    items = wql__arena_zero(arena, sizeof *items);
    if (!items) return false;
    nothing(type & ~(uint32_t)WQL_ARRAY, items);
    out->child = items;
    return true;
}

/* -- room -------------------------------------------------------------------------------------------------------- */

static size_t bit_bytes(uint32_t rows) { return ((size_t)rows + 7) / 8; }

static void *moved(wql__arena *arena, const void *old, size_t used, size_t size) {
    void *bigger = wql__arena_buffer(arena, size);
    if (bigger && used) memcpy(bigger, old, used);
    return bigger;
}

/* Room for `rows` rows; what is there moves. The old memory goes with the arena. */
static bool make_room(wql__cells *c, uint32_t rows) {
    uint32_t room = c->room ? c->room : c->first_room;
    if (rows <= c->room) return true;
    while (room < rows) room = room > UINT32_MAX / 2 ? UINT32_MAX : room * 2;
    if (c->layout == WQL_OFFSETS || c->layout == WQL_LIST) {
        c->offsets = moved(c->arena, c->offsets, c->room ? ((size_t)c->rows + 1) * sizeof *c->offsets : 0,
                           wql__array_size((size_t)room + 1, sizeof *c->offsets));
        if (!c->offsets) return false;
        if (!c->room) c->offsets[0] = 0;
    } else if (c->width) {
        c->values = moved(c->arena, c->values, (size_t)c->rows * c->width, wql__array_size(room, c->width));
    } else {
        c->values = moved(c->arena, c->values, bit_bytes(c->rows), bit_bytes(room));
    }
    if (!c->values && !c->offsets) return false;
    if (c->validity) c->validity = moved(c->arena, c->validity, bit_bytes(c->rows), bit_bytes(room));
    if (c->extra)
        c->extra = moved(c->arena, c->extra, (size_t)c->rows * sizeof *c->extra, wql__array_size(room, sizeof *c->extra));
    c->room = room;
    return true;
}

/* Room for texts that is made at once because the batch before needed it. */
enum { BYTES_AHEAD_MAX = 1024 * 1024 };

static bool make_bytes(wql__cells *c, size_t more) {
    size_t room = c->bytes_room ? c->bytes_room : c->bytes_before > 1024 ? c->bytes_before : 1024;
    char *bytes;
    if (more <= c->bytes_room - c->bytes_used) return true;
    while (room - c->bytes_used < more) room *= 2; /* at most INT32_MAX bytes are used, and asked for */
    bytes = moved(c->arena, c->bytes, c->bytes_used, room);
    if (!bytes) return false;
    c->bytes = bytes;
    c->bytes_room = room;
    return true;
}

/* -- life -------------------------------------------------------------------------------------------------------- */

bool wql__cells_init(wql__cells *c, wql__arena *arena, uint32_t type, bool interval) {
    memset(c, 0, sizeof *c);
    c->type = type;
    c->interval = interval;
    c->layout = layout_of(type);
    if (c->layout == WQL_FIXED) c->width = wql__type_size(type);
    if (c->layout == WQL_OBJECTS) c->width = sizeof(wql_ref);
    if (c->layout != WQL_LIST) return true;
    c->items = wql__arena_alloc(arena, sizeof *c->items);
    return c->items && wql__cells_init(c->items, arena, type & ~(uint32_t)WQL_ARRAY, interval);
}

void wql__cells_begin(wql__cells *c, wql__arena *arena, uint32_t room) {
    if (c->bytes_used > c->bytes_before) c->bytes_before = c->bytes_used < BYTES_AHEAD_MAX ? c->bytes_used : BYTES_AHEAD_MAX;
    c->arena = arena;
    c->first_room = room;
    c->rows = c->room = 0;
    c->validity = NULL;
    c->values = NULL;
    c->extra = NULL;
    c->offsets = NULL;
    c->bytes = NULL;
    c->bytes_used = c->bytes_room = 0;
    c->objects = NULL;
    c->object_count = c->object_room = 0;
    if (c->items) wql__cells_begin(c->items, arena, c->items->rows > room ? c->items->rows : room);
}

/* -- one cell ---------------------------------------------------------------------------------------------------- */

static void put_bit(uint8_t *bits, uint32_t at, bool on) {
    uint8_t bit = (uint8_t)(1u << (at & 7u));
    bits[at >> 3] = on ? (uint8_t)(bits[at >> 3] | bit) : (uint8_t)(bits[at >> 3] & ~bit);
}

/* From the first NULL on there is a bitmap; rows before it have values. */
static bool need_validity(wql__cells *c) {
    if (c->validity) return true;
    c->validity = wql__arena_buffer(c->arena, bit_bytes(c->room));
    if (c->validity) memset(c->validity, 0xff, bit_bytes(c->room));
    return c->validity != NULL;
}

static int32_t list_end(const wql__cells *c) { return c->layout == WQL_LIST ? (int32_t)c->items->rows : (int32_t)c->bytes_used; }

static bool add_null(wql__cells *c) {
    if (!make_room(c, c->rows + 1) || !need_validity(c)) return false;
    put_bit(c->validity, c->rows, false);
    if (c->offsets)
        c->offsets[c->rows + 1] = list_end(c);
    else if (c->width)
        memset(c->values + (size_t)c->rows * c->width, 0, c->width);
    else
        put_bit((uint8_t *)c->values, c->rows, false);
    if (c->extra) memset(&c->extra[c->rows], 0, sizeof *c->extra);
    c->rows++;
    return true;
}

/* Takes the last row back: it is set a second time. */
static void take_back(wql__cells *c) {
    c->rows--;
    if (c->layout == WQL_OFFSETS) c->bytes_used = (size_t)c->offsets[c->rows];
    if (c->layout != WQL_LIST) return;
    while (c->items->rows > (uint32_t)c->offsets[c->rows]) take_back(c->items);
}

static int add_text(wql__cells *c, wql_str text, wql__cell_counts *counts) {
    bool ill;
    if (!text.ptr && text.len) return WQL__CELL_NO_TEXT;
    ill = text.len && wql__utf8_check_until(text.ptr, text.len, counts->stop) != text.len;
    if (text.len >= WQL__STOP_LONG && wql__stopped(counts->stop)) { /* nobody will see it */
        text.len = 0;
        ill = false;
    }
    if (text.len > (size_t)INT32_MAX / (ill ? 3 : 1) - c->bytes_used / (ill ? 3 : 1)) return WQL__CELL_TOO_LONG;
    if (!make_bytes(c, ill ? 3 * text.len : text.len)) return WQL__CELL_NO_MEMORY;
    if (ill) {
        c->bytes_used += wql__utf8_repair_until(text.ptr, text.len, c->bytes + c->bytes_used, counts->stop);
        counts->repaired++;
    } else if (text.len && !(text.len >= WQL__STOP_LONG && wql__stopped(counts->stop))) {
        memcpy(c->bytes + c->bytes_used, text.ptr, text.len);
        c->bytes_used += text.len;
    }
    c->offsets[c->rows + 1] = (int32_t)c->bytes_used;
    return WQL__CELL_OK;
}

static int add_time(wql__cells *c, wql_datetime time) {
    ((int64_t *)(void *)c->values)[c->rows] = time.us;
    if (!c->extra && (time.offset_min || time.wild)) {
        c->extra = wql__arena_buffer(c->arena, wql__array_size(c->room, sizeof *c->extra));
        if (!c->extra) return WQL__CELL_NO_MEMORY;
        memset(c->extra, 0, (size_t)c->rows * sizeof *c->extra);
    }
    if (c->extra) c->extra[c->rows] = (wql_time_extra){time.offset_min, time.wild, 0};
    return WQL__CELL_OK;
}

static int add_object(wql__cells *c, const wql_value *value) {
    wql_ref *ref = (wql_ref *)(void *)c->values + c->rows;
    uint32_t at = c->object_count;
    if (!value->object) return WQL__CELL_NO_TEXT;
    while (at > 0 && c->objects[at - 1] != value->object) at--;
    if (at == 0) {
        if (c->object_count == c->object_room) {
            uint32_t room = c->object_room ? c->object_room * 2 : 4;
            c->objects =
                moved(c->arena, c->objects, c->object_count * sizeof *c->objects, wql__array_size(room, sizeof *c->objects));
            if (!c->objects) return WQL__CELL_NO_MEMORY;
            c->object_room = room;
        }
        c->objects[c->object_count] = value->object;
        at = ++c->object_count;
    }
    *ref = (wql_ref){at - 1, value->count};
    return WQL__CELL_OK;
}

static int add_items(wql__cells *c, const wql_value *value, wql__cell_counts *counts) {
    if (!(value->type & WQL_ARRAY)) return WQL__CELL_MISMATCH;
    if (value->count && !value->items) return WQL__CELL_NO_TEXT;
    if (value->count > (uint32_t)INT32_MAX - c->items->rows) return WQL__CELL_TOO_LONG;
    for (uint32_t i = 0; i < value->count; i++) {
        int result = wql__cells_set(c->items, c->items->rows, &value->items[i], counts);
        if (result != WQL__CELL_OK) return result;
    }
    c->offsets[c->rows + 1] = (int32_t)c->items->rows;
    return WQL__CELL_OK;
}

static void store_number(wql__cells *c, const wql_value *v) {
    void *values = c->values;
    switch (c->type) {
    case WQL_SINT8: ((int8_t *)values)[c->rows] = (int8_t)v->i64; break;
    case WQL_SINT16: ((int16_t *)values)[c->rows] = (int16_t)v->i64; break;
    case WQL_SINT32: ((int32_t *)values)[c->rows] = (int32_t)v->i64; break;
    case WQL_SINT64: ((int64_t *)values)[c->rows] = v->i64; break;
    case WQL_UINT8: ((uint8_t *)values)[c->rows] = (uint8_t)v->u64; break;
    case WQL_UINT16:
    case WQL_CHAR16: ((uint16_t *)values)[c->rows] = (uint16_t)v->u64; break;
    case WQL_UINT32: ((uint32_t *)values)[c->rows] = (uint32_t)v->u64; break;
    case WQL_UINT64: ((uint64_t *)values)[c->rows] = v->u64; break;
    case WQL_REAL32: ((float *)values)[c->rows] = (float)v->f64; break;
    default: ((double *)values)[c->rows] = v->f64; break;
    }
}

/* What most cells are, without the ways of a value that may be anything: an integer of 64 bits that fits. False: another one. */
static bool add_integer(wql__cells *c, const wql_value *v) {
    const unsigned bits = 8 * c->width;
    bool fits;
    if ((v->type != WQL_UINT64 && v->type != WQL_SINT64) || !bits) return false;
    switch (c->type) {
    case WQL_UINT8:
    case WQL_UINT16:
    case WQL_UINT32: fits = v->u64 >> bits == 0; break; /* below 0 is far above in these bits */
    case WQL_UINT64: fits = v->type == WQL_UINT64 || v->i64 >= 0; break;
    case WQL_SINT8:
    case WQL_SINT16:
    case WQL_SINT32: fits = (v->type == WQL_SINT64 || v->i64 >= 0) && v->i64 >> (bits - 1) == (v->i64 < 0 ? -1 : 0); break;
    case WQL_SINT64: fits = v->type == WQL_SINT64 || v->i64 >= 0; break;
    default: return false;
    }
    if (fits) store_number(c, v);
    return fits;
}

/* A datetime of these years can be written, whatever its offset. */
#define YEAR_1970 INT64_C(0)
#define YEAR_2100 INT64_C(4102444800000000)
static bool is_plain_time(const wql__cells *c, const wql_value *v) {
    return c->type == WQL_DATETIME && v->type == WQL_DATETIME && !c->interval && !v->time.interval && !v->time.wild &&
           v->time.us >= YEAR_1970 && v->time.us < YEAR_2100 && v->time.offset_min >= -999 && v->time.offset_min <= 999;
}

enum { CELL_NULLED = -1 };

/* A value that is not NULL; the row is not counted yet. CELL_NULLED: it does not fit. */
static int add_value(wql__cells *c, const wql_value *value, wql__cell_counts *counts) {
    wql_value fitting;
    wql_status status;
    if (c->layout == WQL_LIST) return add_items(c, value, counts);
    if (c->layout == WQL_OBJECTS) return value->type == WQL_OBJECT ? add_object(c, value) : WQL__CELL_MISMATCH;
    if (c->layout == WQL_OFFSETS && (value->type == WQL_STRING || value->type == WQL_REFERENCE))
        return add_text(c, value->str, counts);
    if (add_integer(c, value)) return WQL__CELL_OK;
    if (is_plain_time(c, value)) return add_time(c, value->time);
    status = wql__value_convert(value, c->type, c->interval, &fitting);
    if (status == WQL_E_VALUE_OUT_OF_RANGE) return CELL_NULLED;
    if (status < 0) return WQL__CELL_MISMATCH;
    if (c->layout == WQL_OFFSETS) return add_text(c, fitting.str, counts);
    if (c->layout == WQL_BITS)
        put_bit((uint8_t *)c->values, c->rows, fitting.b);
    else if (c->type == WQL_DATETIME)
        return add_time(c, fitting.time);
    else
        store_number(c, &fitting);
    return WQL__CELL_OK;
}

int wql__cells_set(wql__cells *c, uint32_t row, const wql_value *value, wql__cell_counts *counts) {
    int result;
    if (row < c->rows) take_back(c);
    while (c->rows < row)
        if (!add_null(c)) return WQL__CELL_NO_MEMORY;
    if (value->type == WQL_NULL) return add_null(c) ? WQL__CELL_OK : WQL__CELL_NO_MEMORY;
    if (c->rows == UINT32_MAX || !make_room(c, c->rows + 1)) return WQL__CELL_NO_MEMORY;
    if (c->validity) put_bit(c->validity, c->rows, true);
    result = add_value(c, value, counts);
    if (result == CELL_NULLED) {
        counts->nulled++;
        return add_null(c) ? WQL__CELL_OK : WQL__CELL_NO_MEMORY;
    }
    if (result == WQL__CELL_OK) c->rows++;
    return result;
}

bool wql__cells_has(const wql__cells *c, uint32_t row) {
    return row < c->rows && (!c->validity || ((unsigned)c->validity[row >> 3] >> (row & 7u) & 1u));
}

uint64_t wql__cells_bytes(const wql__cells *c) {
    return c->bytes_used + (c->items ? c->items->bytes_used + (uint64_t)c->items->rows * c->items->width : 0);
}

/* -- the column -------------------------------------------------------------------------------------------------- */

static bool end_items(wql__cells *c, wql_column *out) {
    wql_column *items = wql__arena_zero(c->arena, sizeof *items);
    if (!items) return false;
    items->property = out->property;
    out->child = items;
    out->child_rows = c->items->rows;
    if (!c->items->room) {
        nothing(c->items->type, items);
        return true;
    }
    return wql__cells_end(c->items, c->items->rows, items);
}

bool wql__cells_end(wql__cells *c, uint32_t rows, wql_column *out) {
    if (c->rows == 0 && rows <= WQL_BATCH_ROWS_MAX) return wql__null_column(c->arena, c->type, out);
    while (c->rows < rows)
        if (!add_null(c)) return false;
    out->type = (uint16_t)c->type;
    out->layout = c->layout;
    out->validity = c->validity;
    out->values = c->values;
    out->extra = c->extra;
    out->offsets = c->offsets;
    out->bytes = c->bytes ? c->bytes : (const char *)zeros;
    out->bytes_size = c->bytes_used;
    out->objects = c->objects;
    out->object_count = c->object_count;
    return c->layout != WQL_LIST || end_items(c, out);
}
