/* SPDX-License-Identifier: MIT */
/* values.c: cells of SQLite -> cells of columns. A value that does not fit its column's kind is NULL, never another value. */
#include "sqlite.h"

/* What became of a cell. */
enum {
    CELL_SET,
    CELL_NULL,     /* SQL's NULL */
    CELL_UNFIT,    /* became NULL: no value of the property's type */
    CELL_REPAIRED, /* set, but not quite the same: ill-formed UTF-8, parts of a microsecond */
    CELL_FULL,     /* the batch has no room for it any more */
    CELL_MEMORY    /* no memory */
};

static int set_null(wql__sqlite_buffer *buffer, uint32_t row, int type) {
    wql__sqlite_validity(buffer)[row >> 3] &= (uint8_t)~(1u << (row & 7u));
    buffer->has_null = true;
    return type == SQLITE_NULL ? CELL_NULL : CELL_UNFIT;
}

/* NULL in a column of fixed width. */
static int fixed_null(wql__sqlite_buffer *buffer, uint32_t row, int type) {
    ((int64_t *)wql__sqlite_values(buffer))[row] = 0;
    return set_null(buffer, row, type);
}

static int read_bool(const wql__sqlite_api *api, wql__sqlite_buffer *buffer, uint32_t row, sqlite3_value *value) {
    int type = api->value_type(value);
    int64_t i = type == SQLITE_INTEGER ? api->value_int64(value) : -1;
    uint8_t *bits = wql__sqlite_values(buffer);
    if (i != 0 && i != 1) return set_null(buffer, row, type);
    bits[row >> 3] |= (uint8_t)(i << (row & 7u));
    return CELL_SET;
}

static inline int read_integer(const wql__sqlite_api *api, wql__sqlite_buffer *buffer, uint32_t row, sqlite3_value *value,
                               int64_t least) {
    int type = api->value_type(value);
    int64_t i;
    if (type != SQLITE_INTEGER) return fixed_null(buffer, row, type);
    i = api->value_int64(value);
    if (i < least) return fixed_null(buffer, row, type);
    ((int64_t *)wql__sqlite_values(buffer))[row] = i;
    return CELL_SET;
}

/* 2^63 itself is a double, but no int64: a conversion back would not be defined. */
static bool is_exact(int64_t i, double d) { return d < 9223372036854775808.0 && (int64_t)d == i; }

static int read_real(const wql__sqlite_api *api, wql__sqlite_buffer *buffer, uint32_t row, sqlite3_value *value) {
    int type = api->value_type(value);
    double d;
    if (type == SQLITE_FLOAT) {
        d = api->value_double(value);
    } else if (type == SQLITE_INTEGER) {
        int64_t i = api->value_int64(value);
        d = (double)i;
        if (!is_exact(i, d)) return fixed_null(buffer, row, type);
    } else {
        return fixed_null(buffer, row, type);
    }
    ((double *)wql__sqlite_values(buffer))[row] = d;
    return CELL_SET;
}

static int read_date(const wql__sqlite_api *api, wql__sqlite_buffer *buffer, uint32_t row, sqlite3_value *value) {
    int type = api->value_type(value);
    const char *text;
    int64_t us;
    int16_t offset;
    bool cut;
    buffer->extra[row].offset_min = 0;
    if (type != SQLITE_TEXT) return fixed_null(buffer, row, type);
    text = (const char *)api->value_text(value);
    if (!text) return CELL_MEMORY;
    if (!wql__sqlite_parse_date(text, (size_t)api->value_bytes(value), &us, &offset, &cut)) return fixed_null(buffer, row, type);
    ((int64_t *)wql__sqlite_values(buffer))[row] = us;
    buffer->extra[row].offset_min = offset;
    if (offset) buffer->has_offset = true;
    return cut ? CELL_REPAIRED : CELL_SET;
}

/* -- bytes ----------------------------------------------------------------------------------------------------------------- */

static int bytes_null(wql__sqlite_buffer *buffer, uint32_t row, int type) {
    int32_t *offsets = wql__sqlite_offsets(buffer);
    offsets[row + 1] = offsets[row];
    return set_null(buffer, row, type);
}

/* Room for `len` more bytes in the cell; *at is where they go. CELL_SET: there is. */
static int make_room(wql__sqlite_mount *m, wql__sqlite_buffer *buffer, uint32_t row, size_t len, char **at) {
    size_t used = (size_t)wql__sqlite_offsets(buffer)[row];
    if (len > (size_t)INT32_MAX - used) return row ? CELL_FULL : CELL_UNFIT;
    if (used + len + 8 > buffer->room && !wql__sqlite_buffer_grow(m, buffer, used + len)) return CELL_MEMORY;
    *at = buffer->bytes + used;
    wql__sqlite_offsets(buffer)[row + 1] = (int32_t)(used + len);
    return CELL_SET;
}

/* The cell's text lies in the buffer and is not all ASCII. */
static int check_text(wql__sqlite_mount *m, wql__sqlite_buffer *buffer, uint32_t row, const char *text, size_t len) {
    char *at;
    size_t size;
    int done;
    if (wql__sqlite_check_text(text, len) == len) return CELL_SET;
    size = wql__sqlite_repair_text(NULL, text, len);
    done = make_room(m, buffer, row, size, &at);
    if (done == CELL_UNFIT) return bytes_null(buffer, row, SQLITE_TEXT);
    if (done != CELL_SET) return done;
    (void)wql__sqlite_repair_text(at, text, len);
    return CELL_REPAIRED;
}

static inline int read_text(wql__sqlite_mount *m, wql__sqlite_buffer *buffer, uint32_t row, sqlite3_value *value, size_t *bytes) {
    const wql__sqlite_api *api = &m->api;
    int32_t *offsets = wql__sqlite_offsets(buffer);
    int type = api->value_type(value);
    const char *text;
    size_t len, used;
    char *at;
    if (type == SQLITE_NULL || type == SQLITE_BLOB) return bytes_null(buffer, row, type);
    text = (const char *)api->value_text(value); /* numbers as SQLite prints them */
    if (!text) return CELL_MEMORY;
    len = (size_t)api->value_bytes(value);
    used = (size_t)offsets[row];
    *bytes += len;
    if (used + len + 8 <= buffer->room && used + len <= INT32_MAX) {
        at = buffer->bytes + used;
        offsets[row + 1] = (int32_t)(used + len);
    } else {
        int done = make_room(m, buffer, row, len, &at);
        if (done == CELL_UNFIT) return bytes_null(buffer, row, type);
        if (done != CELL_SET) return done;
    }
    if (wql__sqlite_copy_text(at, text, len)) return CELL_SET;
    return check_text(m, buffer, row, text, len);
}

static int read_blob(wql__sqlite_mount *m, wql__sqlite_buffer *buffer, uint32_t row, sqlite3_value *value, size_t *total) {
    const wql__sqlite_api *api = &m->api;
    int type = api->value_type(value), done;
    const void *bytes;
    size_t len;
    char *at;
    if (type != SQLITE_BLOB) return bytes_null(buffer, row, type);
    bytes = api->value_blob(value);
    len = (size_t)api->value_bytes(value);
    if (!bytes && len) return CELL_MEMORY;
    *total += len;
    done = make_room(m, buffer, row, len, &at);
    if (done == CELL_UNFIT) return bytes_null(buffer, row, type);
    if (done == CELL_SET && len) memcpy(at, bytes, len);
    return done;
}

static inline int read_cell(wql__sqlite_mount *m, uint8_t kind, wql__sqlite_buffer *buffer, uint32_t row, sqlite3_value *value,
                            size_t *bytes) {
    switch (kind) {
    case WQL__SQLITE_BOOL: return read_bool(&m->api, buffer, row, value);
    case WQL__SQLITE_INT: return read_integer(&m->api, buffer, row, value, INT64_MIN);
    case WQL__SQLITE_UINT: return read_integer(&m->api, buffer, row, value, 0);
    case WQL__SQLITE_REAL: return read_real(&m->api, buffer, row, value);
    case WQL__SQLITE_BLOB: return read_blob(m, buffer, row, value, bytes);
    case WQL__SQLITE_TIME: return read_date(&m->api, buffer, row, value);
    default: return read_text(m, buffer, row, value, bytes);
    }
}

/* -- a row ----------------------------------------------------------------------------------------------------------------- */

/* A row that was begun is not there: its bits are as they were, that is valid, and false. */
static int undo_row(wql__sqlite_set *set, const wql__sqlite_lane *lanes, uint32_t count, uint32_t row, int outcome) {
    uint8_t bit = (uint8_t)(1u << (row & 7u));
    for (uint32_t i = 0; i < count; i++) {
        wql__sqlite_validity(&set->buffers[i])[row >> 3] |= bit;
        if (lanes[i].kind == WQL__SQLITE_BOOL) ((uint8_t *)wql__sqlite_values(&set->buffers[i]))[row >> 3] &= (uint8_t)~bit;
    }
    return outcome;
}

int wql__sqlite_read_row(wql__sqlite_mount *m, wql__sqlite_set *set, const wql__sqlite_lane *lanes, uint32_t count, uint32_t row,
                         sqlite3_stmt *stmt, wql__sqlite_tally *tally) {
    uint32_t nulled = 0, repaired = 0;
    for (uint32_t i = 0; i < count; i++) {
        wql__sqlite_buffer *buffer = &set->buffers[i];
        if (lanes[i].sure) { /* an integer: no type needs to be looked at */
            ((int64_t *)wql__sqlite_values(buffer))[row] = m->api.column_int64(stmt, (int)i);
            continue;
        }
        switch (read_cell(m, lanes[i].kind, buffer, row, m->api.column_value(stmt, (int)i), &tally->bytes)) {
        case CELL_SET: break;
        case CELL_REPAIRED: repaired++; break;
        case CELL_NULL:
            if (lanes[i].key) return undo_row(set, lanes, count, row, WQL__SQLITE_ROW_LEFT_OUT);
            break;
        case CELL_UNFIT:
            if (lanes[i].key) return undo_row(set, lanes, count, row, WQL__SQLITE_ROW_LEFT_OUT);
            nulled++;
            break;
        case CELL_FULL: return undo_row(set, lanes, count, row, WQL__SQLITE_ROW_FULL);
        default: return undo_row(set, lanes, count, row, WQL__SQLITE_ROW_MEMORY);
        }
    }
    tally->nulled += nulled;
    tally->repaired += repaired;
    return WQL__SQLITE_ROW_READ;
}
