/* SPDX-License-Identifier: MIT */
/* chunk.c: rows of a chunk as columns of the class. Cells are kept as 64 bits or text: where the property has that type, a sealed
 * chunk goes out as it lies there; otherwise the rows are copied, narrowed to the property's width. */
#include "memory.h"

#include <float.h>

/* -- holds ------------------------------------------------------------------------------------------------------- */

enum { HOLD_HEAD = (sizeof(wql__memory_hold) + 15) / 16 * 16 };

wql__memory_hold *wql__memory_hold_new(wql_mount *mount, size_t size, wql__memory_version *version, wql__memory_hold *parent) {
    wql__memory_hold *hold = wql_mount_allocate(mount, NULL, 0, HOLD_HEAD + size);
    if (!hold) return NULL;
    memset(hold, 0, sizeof *hold);
    atomic_init(&hold->refs, 1);
    hold->size = HOLD_HEAD + size;
    hold->mount = mount;
    if (version) hold->version = wql__memory_version_retain(version);
    if (parent) {
        atomic_fetch_add_explicit(&parent->refs, 1, memory_order_relaxed);
        hold->parent = parent;
    }
    return hold;
}

char *wql__memory_hold_bytes(wql__memory_hold *hold) {
    return (char *)hold + HOLD_HEAD;
}

/* Takes a `void *` to be a batch's release callback. A parent has no parent, so this goes one deep. */
void wql__memory_hold_release(void *ptr) {
    wql__memory_hold *hold = ptr;
    while (hold && atomic_fetch_sub_explicit(&hold->refs, 1, memory_order_acq_rel) == 1) {
        wql__memory_hold *parent = hold->parent;
        wql__memory_version_release(hold->version);
        wql_mount_allocate(hold->mount, hold, hold->size, 0);
        hold = parent;
    }
}

/* -- types ------------------------------------------------------------------------------------------------------- */

static bool is_integer(uint32_t type) {
    return wql__memory_type_size(type) && type != WQL_REAL32 && type != WQL_REAL64 && type != WQL_DATETIME;
}

bool wql__memory_kind_fits(uint8_t kind, uint32_t type, bool interval) {
    bool real = type == WQL_REAL32 || type == WQL_REAL64;
    switch (kind) {
    case WQL__MEMORY_UNKNOWN: return true;
    case WQL__MEMORY_SIGNED:
    case WQL__MEMORY_UNSIGNED: return is_integer(type) || real;
    case WQL__MEMORY_REAL: return real;
    case WQL__MEMORY_BOOLEAN: return type == WQL_BOOLEAN;
    case WQL__MEMORY_TEXT: return type == WQL_STRING || type == WQL_REFERENCE;
    case WQL__MEMORY_TIME: return type == WQL_DATETIME && !interval;
    case WQL__MEMORY_INTERVAL: return type == WQL_DATETIME && interval;
    default: return (type & WQL_ARRAY) || type == WQL_OBJECT;
    }
}

/* The type in which cells lie there; WQL_NULL: as the property's. */
static uint16_t own_type(uint8_t kind) {
    switch (kind) {
    case WQL__MEMORY_SIGNED: return WQL_SINT64;
    case WQL__MEMORY_UNSIGNED: return WQL_UINT64;
    case WQL__MEMORY_REAL: return WQL_REAL64;
    case WQL__MEMORY_BOOLEAN: return WQL_BOOLEAN;
    case WQL__MEMORY_TEXT: return WQL_STRING;
    default: return WQL_DATETIME;
    }
}

/* Whether cells can go out as they lie there. */
static bool is_natural(const wql__memory_lane *lane) {
    bool number = lane->kind == WQL__MEMORY_SIGNED || lane->kind == WQL__MEMORY_UNSIGNED || lane->kind == WQL__MEMORY_REAL;
    return lane->type == WQL_NULL || !number || lane->type == own_type(lane->kind);
}

static void start_column(const wql__memory_lane *lane, wql_column *out) {
    memset(out, 0, sizeof *out);
    out->property = lane->property;
    out->type = lane->type == WQL_NULL ? own_type(lane->kind) : lane->type;
}

static uint8_t layout_of(uint8_t kind) {
    return kind == WQL__MEMORY_TEXT ? WQL_OFFSETS : kind == WQL__MEMORY_BOOLEAN ? WQL_BITS : WQL_FIXED;
}

static bool is_time(uint8_t kind) {
    return kind == WQL__MEMORY_TIME || kind == WQL__MEMORY_INTERVAL;
}

/* -- as they lie there ------------------------------------------------------------------------------------------- */

static void point_to(const wql__memory_rows *rows, const wql__memory_lane *lane, const wql__memory_cells *cells, wql_column *out) {
    out->layout = layout_of(cells->kind);
    if (rows->first_id) out->buffer_id = rows->first_id + lane->cell;
    if (!cells->solid) out->validity = wql__memory_validity(cells);
    if (cells->kind == WQL__MEMORY_TEXT) {
        out->offsets = wql__memory_offsets(cells);
        out->bytes = cells->bytes;
        out->bytes_size = (uint64_t)out->offsets[rows->chunk->rows];
    } else {
        out->values = wql__memory_values(cells);
        if (is_time(cells->kind)) out->extra = wql__memory_extra(cells);
    }
}

/* -- narrowing --------------------------------------------------------------------------------------------------- */

/* Converts all, and says whether one lies outside low..high. NULL cells are 0, which every type holds. */
#define NARROW(NAME, FROM, TO)                                                                                                     \
    static bool NAME(TO *to, const FROM *from, uint32_t count, FROM low, FROM high) {                                              \
        bool outside = false;                                                                                                      \
        for (uint32_t i = 0; i < count; i++) {                                                                                     \
            outside |= (from[i] < low) | (from[i] > high);                                                                         \
            to[i] = (TO)from[i];                                                                                                   \
        }                                                                                                                          \
        return outside;                                                                                                            \
    }
NARROW(signed_to_8, int64_t, uint8_t)
NARROW(signed_to_16, int64_t, uint16_t)
NARROW(signed_to_32, int64_t, uint32_t)
NARROW(signed_to_64, int64_t, uint64_t)
NARROW(unsigned_to_8, uint64_t, uint8_t)
NARROW(unsigned_to_16, uint64_t, uint16_t)
NARROW(unsigned_to_32, uint64_t, uint32_t)
NARROW(unsigned_to_64, uint64_t, uint64_t)

/* Greatest value of an integer type; `*low` is the least. */
static uint64_t integer_range(uint32_t type, int64_t *low) {
    bool negative = type == WQL_SINT8 || type == WQL_SINT16 || type == WQL_SINT32 || type == WQL_SINT64;
    uint64_t all = UINT64_MAX >> (64 - 8 * wql__memory_type_size(type));
    *low = negative ? -(int64_t)(all >> 1) - 1 : 0;
    return negative ? all >> 1 : all;
}

static bool narrow_signed(void *to, const int64_t *from, uint32_t count, uint32_t type, int64_t low, int64_t high) {
    switch (wql__memory_type_size(type)) {
    case 1: return signed_to_8(to, from, count, low, high);
    case 2: return signed_to_16(to, from, count, low, high);
    case 4: return signed_to_32(to, from, count, low, high);
    default: return signed_to_64(to, from, count, low, high);
    }
}

static bool narrow_unsigned(void *to, const uint64_t *from, uint32_t count, uint32_t type, uint64_t high) {
    switch (wql__memory_type_size(type)) {
    case 1: return unsigned_to_8(to, from, count, 0, high);
    case 2: return unsigned_to_16(to, from, count, 0, high);
    case 4: return unsigned_to_32(to, from, count, 0, high);
    default: return unsigned_to_64(to, from, count, 0, high);
    }
}

/* Makes the cells NULL that did not fit; returns how many. */
static uint32_t drop_outside(const void *from, bool is_signed, int64_t low, uint64_t high, uint32_t count, uint8_t *validity) {
    uint32_t dropped = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t s = ((const int64_t *)from)[i];
        bool outside = is_signed ? s < low || (s > 0 && (uint64_t)s > high) : ((const uint64_t *)from)[i] > high;
        if (!outside) continue;
        validity[i >> 3] &= (uint8_t) ~(1u << (i & 7));
        dropped++;
    }
    return dropped;
}

static uint32_t to_integer(const wql__memory_cells *cells, uint32_t first, uint32_t count, uint32_t type, void *to,
                           uint8_t *validity) {
    int64_t low;
    uint64_t high = integer_range(type, &low);
    bool is_signed = cells->kind == WQL__MEMORY_SIGNED, outside;
    const int64_t *from = (const int64_t *)wql__memory_values(cells) + first;
    if (is_signed)
        outside = narrow_signed(to, from, count, type, low, high > INT64_MAX ? INT64_MAX : (int64_t)high);
    else
        outside = narrow_unsigned(to, (const uint64_t *)from, count, type, high);
    return outside ? drop_outside(from, is_signed, low, high, count, validity) : 0;
}

static double as_real(const wql__memory_cells *cells, uint32_t row) {
    const void *values = wql__memory_values(cells);
    if (cells->kind == WQL__MEMORY_SIGNED) return (double)((const int64_t *)values)[row];
    if (cells->kind == WQL__MEMORY_UNSIGNED) return (double)((const uint64_t *)values)[row];
    return ((const double *)values)[row];
}

/* Whether a finite number would become infinite; half a step above FLT_MAX still rounds down to it. */
static bool beyond_float(double value) {
    double most = (double)FLT_MAX;
    float f;
    if (!(value > most || value < -most) || value - value != 0.0) return false;
    f = (float)value;
    return f - f != 0.0f;
}

static uint32_t to_real(const wql__memory_cells *cells, uint32_t first, uint32_t count, uint32_t type, void *to,
                        uint8_t *validity) {
    uint32_t dropped = 0;
    for (uint32_t i = 0; i < count; i++) {
        double value = as_real(cells, first + i);
        if (type == WQL_REAL64) {
            ((double *)to)[i] = value;
        } else if (beyond_float(value)) {
            ((float *)to)[i] = 0;
            validity[i >> 3] &= (uint8_t) ~(1u << (i & 7));
            dropped++;
        } else {
            ((float *)to)[i] = (float)value;
        }
    }
    return dropped;
}

/* -- copies ------------------------------------------------------------------------------------------------------ */

/* What is needed to copy a lane: sizes of the parts, each a multiple of 16. */
typedef struct parts {
    size_t validity, values, more; /* more: extra, or bytes */
} parts;

static size_t padded(size_t size) {
    return (size + 15) / 16 * 16;
}

static parts parts_of(const wql__memory_cells *cells, uint32_t type, uint32_t first, uint32_t count) {
    parts p = {padded((count + 7) / 8), 0, 0};
    if (cells->kind == WQL__MEMORY_TEXT) {
        const int32_t *offsets = wql__memory_offsets(cells);
        p.values = padded((count + 1) * sizeof(int32_t));
        p.more = padded((size_t)(offsets[first + count] - offsets[first]));
    } else if (cells->kind == WQL__MEMORY_BOOLEAN) {
        p.values = padded((count + 7) / 8);
    } else {
        p.values = padded((size_t)count * wql__memory_type_size(type));
        if (is_time(cells->kind)) p.more = padded(count * sizeof(wql_time_extra));
    }
    return p;
}

static bool all_set(const uint8_t *bits, uint32_t count) {
    for (uint32_t i = 0; i < count / 8; i++)
        if (bits[i] != 0xff) return false;
    return !(count & 7) || bits[count / 8] == (1u << (count & 7)) - 1;
}

static void copy_text(const wql__memory_cells *cells, uint32_t first, uint32_t count, char *values, char *more, wql_column *out) {
    const int32_t *from = wql__memory_offsets(cells) + first;
    int32_t *to = (int32_t *)(void *)values;
    for (uint32_t i = 0; i <= count; i++) to[i] = from[i] - from[0];
    if (to[count]) memcpy(more, cells->bytes + from[0], (size_t)to[count]);
    out->offsets = to;
    out->bytes = more;
    out->bytes_size = (uint64_t)to[count];
}

/* Returns how many values did not fit. */
static uint32_t copy_lane(const wql__memory_cells *cells, uint32_t first, uint32_t count, const parts *p, char *at,
                          wql_column *out) {
    uint8_t *validity = (uint8_t *)at;
    char *values = at + p->validity, *more = values + p->values;
    uint32_t nulled = 0;
    out->layout = layout_of(cells->kind);
    wql__memory_copy_bits(validity, wql__memory_validity(cells), first, count);
    if (out->layout != WQL_OFFSETS) out->values = values;
    switch (cells->kind) {
    case WQL__MEMORY_TEXT: copy_text(cells, first, count, values, more, out); break;
    case WQL__MEMORY_BOOLEAN: wql__memory_copy_bits((uint8_t *)values, wql__memory_values(cells), first, count); break;
    case WQL__MEMORY_TIME:
    case WQL__MEMORY_INTERVAL:
        memcpy(values, (const int64_t *)wql__memory_values(cells) + first, count * sizeof(int64_t));
        memcpy(more, wql__memory_extra(cells) + first, count * sizeof(wql_time_extra));
        out->extra = more;
        break;
    default:
        if (is_integer(out->type))
            nulled = to_integer(cells, first, count, out->type, values, validity);
        else
            nulled = to_real(cells, first, count, out->type, values, validity);
    }
    if (!all_set(validity, count)) out->validity = validity;
    return nulled;
}

static const wql__memory_cells *cells_of(const wql__memory_rows *rows, const wql__memory_lane *lane) {
    return lane->cell == WQL_NO_COLUMN || !rows->chunk->cells[lane->cell].block ? NULL : &rows->chunk->cells[lane->cell];
}

/* Points to what need not be copied, and adds up the size of the rest; firsts of UINT64_MAX mark it.
 * The sizes of what visible rows need do not change while the lock is not held; but cells that are all NULL now may get a block by
 * then, so what has none now keeps layout 0. */
static size_t measure(wql__memory_rows *rows) {
    size_t size = 0;
    for (uint32_t i = 0; i < rows->lane_count; i++) {
        const wql__memory_lane *lane = &rows->lanes[i];
        const wql__memory_cells *cells = cells_of(rows, lane);
        parts p;
        start_column(lane, &rows->columns[i]);
        rows->firsts[i] = rows->first;
        if (!cells) continue;
        if (!rows->lock && is_natural(lane)) {
            point_to(rows, lane, cells, &rows->columns[i]);
            continue;
        }
        rows->firsts[i] = UINT64_MAX;
        p = parts_of(cells, rows->columns[i].type, rows->first, rows->count);
        size += p.validity + p.values + p.more; /* at most 1,025 cells and 2 GiB of text for a lane */
    }
    return size;
}

static void copy_lanes(wql__memory_rows *rows) {
    char *at = wql__memory_hold_bytes(rows->hold);
    for (uint32_t i = 0; i < rows->lane_count; i++) {
        const wql__memory_cells *cells;
        parts p;
        if (rows->firsts[i] != UINT64_MAX) continue;
        cells = cells_of(rows, &rows->lanes[i]);
        p = parts_of(cells, rows->columns[i].type, rows->first, rows->count);
        rows->nulled += copy_lane(cells, rows->first, rows->count, &p, at, &rows->columns[i]);
        rows->firsts[i] = 0;
        at += p.validity + p.values + p.more;
    }
}

bool wql__memory_chunk_rows(wql__memory_rows *rows) {
    size_t size;
    rows->hold = NULL;
    rows->nulled = 0;
    if (rows->lock) pthread_mutex_lock(rows->lock);
    size = measure(rows);
    if (rows->lock) pthread_mutex_unlock(rows->lock);
    if (!size) return true;
    rows->hold = wql__memory_hold_new(rows->mount, size, rows->version, NULL); /* runs the engine's allocator: not under the lock */
    if (!rows->hold) return false;
    if (rows->lock) pthread_mutex_lock(rows->lock);
    copy_lanes(rows);
    if (rows->lock) pthread_mutex_unlock(rows->lock);
    return true;
}
