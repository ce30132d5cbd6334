/* SPDX-License-Identifier: MIT */
/* append.c: rows appended to a table: checked, then copied into chunks, then shown. What is written before it is shown lies beyond
 * the rows that anybody reads; an append that fails half way leaves it there and shows nothing. */
#include "memory.h"

enum { BITS = WQL__MEMORY_CHUNK_ROWS / 8 };

/* -- chunks ------------------------------------------------------------------------------------------------------ */

static size_t chunk_size(uint32_t width) {
    return sizeof(wql__memory_chunk) + width * sizeof(wql__memory_cells);
}

/* Bytes of a block: validity, then values or offsets, then extra. */
static size_t block_size(uint8_t kind) {
    switch (kind) {
    case WQL__MEMORY_BOOLEAN: return BITS + BITS;
    case WQL__MEMORY_TEXT: return BITS + (WQL__MEMORY_CHUNK_ROWS + 1) * sizeof(int32_t);
    case WQL__MEMORY_TIME:
    case WQL__MEMORY_INTERVAL: return BITS + WQL__MEMORY_CHUNK_ROWS * (sizeof(int64_t) + sizeof(wql_time_extra));
    default: return BITS + WQL__MEMORY_CHUNK_ROWS * sizeof(int64_t);
    }
}

uint8_t *wql__memory_validity(const wql__memory_cells *cells) {
    return (uint8_t *)cells->block;
}
void *wql__memory_values(const wql__memory_cells *cells) {
    return cells->block + BITS;
}
int32_t *wql__memory_offsets(const wql__memory_cells *cells) {
    return (int32_t *)(void *)(cells->block + BITS);
}
wql_time_extra *wql__memory_extra(const wql__memory_cells *cells) {
    return (wql_time_extra *)(void *)(cells->block + BITS + WQL__MEMORY_CHUNK_ROWS * sizeof(int64_t));
}

static wql__memory_chunk *chunk_new(const wql__memory_version *version, uint32_t width) {
    wql__memory_chunk *chunk = version->alloc(version->alloc_user, NULL, 0, chunk_size(width));
    if (!chunk) return NULL;
    memset(chunk, 0, chunk_size(width));
    chunk->width = width;
    return chunk;
}

static void free_cells(const wql__memory_version *version, wql__memory_cells *cells) {
    if (cells->block) version->alloc(version->alloc_user, cells->block, block_size(cells->kind), 0);
    if (cells->bytes) version->alloc(version->alloc_user, cells->bytes, cells->room, 0);
    memset(cells, 0, sizeof *cells);
}

void wql__memory_chunk_free(const wql__memory_version *version, wql__memory_chunk *chunk) {
    for (uint32_t i = 0; i < chunk->width; i++) free_cells(version, &chunk->cells[i]);
    version->alloc(version->alloc_user, chunk, chunk_size(chunk->width), 0);
}

/* -- one cell ---------------------------------------------------------------------------------------------------- */

/* How a value is kept; WQL__MEMORY_OTHER: it cannot be. */
static uint8_t kind_of(const wql_value *value) {
    switch (value->type) {
    case WQL_NULL: return WQL__MEMORY_UNKNOWN;
    case WQL_SINT8:
    case WQL_SINT16:
    case WQL_SINT32:
    case WQL_SINT64: return WQL__MEMORY_SIGNED;
    case WQL_UINT8:
    case WQL_UINT16:
    case WQL_UINT32:
    case WQL_UINT64:
    case WQL_CHAR16: return WQL__MEMORY_UNSIGNED;
    case WQL_REAL32:
    case WQL_REAL64: return WQL__MEMORY_REAL;
    case WQL_BOOLEAN: return WQL__MEMORY_BOOLEAN;
    case WQL_STRING:
    case WQL_REFERENCE: return WQL__MEMORY_TEXT;
    case WQL_DATETIME: return value->time.interval ? WQL__MEMORY_INTERVAL : WQL__MEMORY_TIME;
    default: return WQL__MEMORY_OTHER;
    }
}

/* What the caller's column says of the cells behind it. */
static uint8_t kind_of_column(uint32_t type) {
    wql_value value = wql_null();
    value.type = type;
    if (type == WQL_DATETIME) return WQL__MEMORY_UNKNOWN; /* datetimes or intervals */
    return kind_of(&value);
}

static const char *kind_name(uint8_t kind) {
    static const char names[][20] = {"no value", "a signed integer", "an unsigned integer", "a real",      "a boolean",
                                     "a text",   "a datetime",       "an interval",         "no such cell"};
    return names[kind];
}

/* Room for `need` bytes of text. */
static bool text_room(const wql__memory_version *version, wql__memory_cells *cells, uint32_t need) {
    uint32_t room = cells->room ? cells->room : 4096;
    char *bytes;
    if (need <= cells->room) return true;
    while (room < need) room = room > WQL__MEMORY_CHUNK_BYTES / 2 ? WQL__MEMORY_CHUNK_BYTES : room * 2;
    bytes = version->alloc(version->alloc_user, cells->bytes, cells->room, room);
    if (!bytes) return false;
    cells->bytes = bytes;
    cells->room = room;
    return true;
}

static void put_null(wql__memory_cells *cells, uint32_t row) {
    if (!cells->block) return;
    wql__memory_validity(cells)[row >> 3] &= (uint8_t) ~(1u << (row & 7));
    switch (cells->kind) {
    case WQL__MEMORY_BOOLEAN: ((uint8_t *)wql__memory_values(cells))[row >> 3] &= (uint8_t) ~(1u << (row & 7)); break;
    case WQL__MEMORY_TEXT: wql__memory_offsets(cells)[row + 1] = wql__memory_offsets(cells)[row]; break;
    case WQL__MEMORY_TIME:
    case WQL__MEMORY_INTERVAL: memset(wql__memory_extra(cells) + row, 0, sizeof(wql_time_extra)); /* fall through */
    default: ((int64_t *)wql__memory_values(cells))[row] = 0;
    }
}

static bool put_text(const wql__memory_version *version, wql__memory_cells *cells, uint32_t row, wql_str text) {
    int32_t *offsets = wql__memory_offsets(cells);
    uint32_t used = (uint32_t)offsets[row], need = used + (uint32_t)text.len; /* fits: chunk_has_room */
    if (!text_room(version, cells, need)) return false;
    if (text.len) memcpy(cells->bytes + used, text.ptr, text.len);
    offsets[row + 1] = (int32_t)need;
    return true;
}

/* Writes cell `row`, which nobody reads yet. False = no memory. */
static bool put_cell(const wql__memory_version *version, wql__memory_cells *cells, uint8_t kind, uint32_t row,
                     const wql_value *value) {
    if (value->type == WQL_NULL) {
        put_null(cells, row);
        return true;
    }
    if (!cells->block) {
        cells->block = version->alloc(version->alloc_user, NULL, 0, block_size(kind));
        if (!cells->block) return false;
        memset(cells->block, 0, block_size(kind)); /* the rows before are NULL */
        cells->kind = kind;
    }
    wql__memory_validity(cells)[row >> 3] |= (uint8_t)(1u << (row & 7));
    switch (kind) {
    case WQL__MEMORY_SIGNED: ((int64_t *)wql__memory_values(cells))[row] = value->i64; break;
    case WQL__MEMORY_UNSIGNED: ((uint64_t *)wql__memory_values(cells))[row] = value->u64; break;
    case WQL__MEMORY_REAL: ((double *)wql__memory_values(cells))[row] = value->f64; break;
    case WQL__MEMORY_BOOLEAN: {
        uint8_t *byte = (uint8_t *)wql__memory_values(cells) + (row >> 3);
        *byte = (uint8_t)((*byte & ~(1u << (row & 7))) | ((unsigned)value->b << (row & 7)));
        break;
    }
    case WQL__MEMORY_TEXT: return put_text(version, cells, row, value->str);
    default:
        ((int64_t *)wql__memory_values(cells))[row] = value->time.us;
        wql__memory_extra(cells)[row].offset_min = value->time.offset_min;
        wql__memory_extra(cells)[row].wild = value->time.wild;
        wql__memory_extra(cells)[row].zero = 0;
    }
    return true;
}

/* -- checks ------------------------------------------------------------------------------------------------------ */

/* Whether CIM can write it: years 1 to 9999 where it was written, intervals of up to 99,999,999 days. */
static bool time_fits(const wql_datetime *time) {
    const int64_t minute = 60000000, day = 1440 * minute, first = -719162 * day, last = 2932897 * day - 1;
    int64_t local;
    if (time->interval) return time->us >= 0 && time->us / day <= 99999999 && !time->wild;
    if (time->offset_min < -999 || time->offset_min > 999) return false;
    if (time->us < first - day || time->us > last + day) return false;
    local = time->us + time->offset_min * minute;
    return local >= first && local <= last;
}

/* What is wrong with a single cell, or NULL. */
static const char *cell_at_fault(const wql_value *value, uint8_t kind) {
    bool time = kind == WQL__MEMORY_TIME || kind == WQL__MEMORY_INTERVAL;
    if (time && !time_fits(&value->time)) return "is a datetime or interval beyond CIM's range";
    if (kind != WQL__MEMORY_TEXT) return NULL;
    if (value->str.len && !value->str.ptr) return "is a text without bytes";
    if (value->str.len > WQL__MEMORY_CHUNK_BYTES) return "is a text of more than 2,147,483,647 bytes";
    return wql__memory_text_ok(value->str.ptr, value->str.len) ? NULL : "is not well-formed UTF-8";
}

/* What needs no lock: whether each cell can be kept at all. */
static wql_status check_cells(const wql_value *cells, uint32_t width, uint64_t rows, wql_error *err) {
    for (uint64_t row = 0; row < rows; row++)
        for (uint32_t p = 0; p < width; p++) {
            const wql_value *value = &cells[row * width + p];
            uint8_t kind = kind_of(value);
            const char *why = cell_at_fault(value, kind);
            char type[32];
            if (kind == WQL__MEMORY_OTHER)
                return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "row %llu, cell %u is of %s, which cannot be appended",
                                        (unsigned long long)row, (unsigned)p, wql__memory_type_name(value->type, type));
            if (why)
                return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "row %llu, cell %u %s", (unsigned long long)row, (unsigned)p,
                                        why);
        }
    return WQL_OK;
}

/* Whether the cells are of the kinds of those before them, and what the kinds are then. */
static wql_status check_kinds(const wql_value *cells, uint32_t width, uint64_t rows, uint8_t *kinds, wql_error *err) {
    for (uint64_t row = 0; row < rows; row++)
        for (uint32_t p = 0; p < width; p++) {
            uint8_t kind = kind_of(&cells[row * width + p]);
            if (kind == WQL__MEMORY_UNKNOWN || kind == kinds[p]) continue;
            if (kinds[p] != WQL__MEMORY_UNKNOWN)
                return wql__memory_fail(err, WQL_E_TYPE_MISMATCH, "row %llu, cell %u is %s, but the cells before it are %s",
                                        (unsigned long long)row, (unsigned)p, kind_name(kind),
                                        kinds[p] == WQL__MEMORY_OTHER ? "arrays or objects" : kind_name(kinds[p]));
            kinds[p] = kind;
        }
    return WQL_OK;
}

/* -- writing rows ------------------------------------------------------------------------------------------------ */

/* An append under way. */
typedef struct append {
    wql__memory_version *version;
    const uint8_t *kinds;
    uint32_t width;
    uint32_t tail_rows;              /* of version->last, when this is done */
    wql__memory_chunk *first, *last; /* new chunks */
} append;

/* Whether one more row fits the chunk, of which `rows` are taken. */
static bool chunk_has_room(const wql__memory_chunk *chunk, uint32_t rows, const wql_value *cells) {
    if (rows == WQL__MEMORY_CHUNK_ROWS) return false;
    if (!rows) return true;
    for (uint32_t p = 0; p < chunk->width; p++) {
        const wql__memory_cells *to = &chunk->cells[p];
        if (to->kind != WQL__MEMORY_TEXT || cells[p].type == WQL_NULL) continue;
        if (cells[p].str.len > WQL__MEMORY_CHUNK_BYTES - (uint32_t)wql__memory_offsets(to)[rows]) return false;
    }
    return true;
}

static bool write_row(append *a, const wql_value *cells) {
    wql__memory_chunk *chunk = a->last ? a->last : a->version->last;
    uint32_t *rows = a->last ? &a->last->rows : &a->tail_rows;
    if (!chunk || (!a->last && chunk->sealed) || !chunk_has_room(chunk, *rows, cells)) {
        chunk = chunk_new(a->version, a->width);
        if (!chunk) return false;
        if (a->last)
            a->last->next = chunk;
        else
            a->first = chunk;
        a->last = chunk;
        rows = &chunk->rows;
    }
    for (uint32_t p = 0; p < a->width; p++)
        if (!put_cell(a->version, &chunk->cells[p], a->kinds[p], *rows, &cells[p])) return false;
    ++*rows;
    return true;
}

static void seal(wql__memory_chunk *chunk) {
    for (uint32_t p = 0; p < chunk->width; p++) {
        wql__memory_cells *cells = &chunk->cells[p];
        bool solid = cells->block != NULL;
        for (uint32_t r = 0; solid && r < chunk->rows; r++) solid = wql__memory_bit(wql__memory_validity(cells), r);
        cells->solid = solid;
    }
    chunk->sealed = true;
}

/* Shows what was written. */
static void commit(wql_memory *memory, append *a, uint64_t rows) {
    wql__memory_version *version = a->version;
    if (version->last) {
        version->last->rows = a->tail_rows;
        if (!version->last->sealed && (a->first || a->tail_rows == WQL__MEMORY_CHUNK_ROWS)) seal(version->last);
        version->last->next = a->first;
    } else {
        version->first = a->first;
    }
    for (wql__memory_chunk *chunk = a->first; chunk; chunk = chunk->next) {
        chunk->serial = memory->serial;
        memory->serial += chunk->width;
        if (chunk->next || chunk->rows == WQL__MEMORY_CHUNK_ROWS) seal(chunk);
    }
    if (a->last) version->last = a->last;
    version->appended += rows;
}

static void roll_back(append *a) {
    wql__memory_version *version = a->version;
    for (wql__memory_chunk *chunk = a->first, *next; chunk; chunk = next) {
        next = chunk->next;
        wql__memory_chunk_free(version, chunk);
    }
    /* a block made for a first cell that is not there now: the next first cell may be of another kind */
    for (uint32_t p = 0; version->last && p < version->width; p++)
        if (version->kinds[p] == WQL__MEMORY_UNKNOWN) free_cells(version, &version->last->cells[p]);
}

/* The kinds of the version's cells, or of its columns if nothing was appended yet. */
static void start_kinds(const wql__memory_version *version, uint32_t width, uint8_t *kinds) {
    memset(kinds, WQL__MEMORY_UNKNOWN, width);
    if (version->width) {
        memcpy(kinds, version->kinds, width);
        return;
    }
    for (uint32_t i = 0; i < version->column_count; i++)
        if (version->columns[i].property < width) kinds[version->columns[i].property] = kind_of_column(version->columns[i].type);
}

static wql_status append_rows(wql_memory *memory, const wql_value *cells, uint32_t width, uint64_t rows, uint8_t *kinds,
                              wql_error *err) {
    append a = {.version = memory->version, .kinds = kinds, .width = width};
    wql_status st = check_kinds(cells, width, rows, kinds, err);
    if (st < 0) return st;
    if (a.version->last) a.tail_rows = a.version->last->rows;
    for (uint64_t row = 0; row < rows; row++)
        if (!write_row(&a, &cells[row * width])) {
            roll_back(&a);
            return wql__memory_fail(err, WQL_E_OUT_OF_MEMORY, "no memory for %llu more rows", (unsigned long long)rows);
        }
    commit(memory, &a, rows);
    return WQL_OK;
}

wql_status wql_memory_append(wql_memory *memory, const wql_value *cells, uint32_t width, uint64_t rows, wql_error *err) {
    wql__memory_version *version;
    uint8_t *kinds;
    wql_status st;
    if (!memory) return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "the table is NULL");
    if (!width) return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "a row has no cells");
    if (!cells && rows) return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "there are rows, but the cells are NULL");
    if (rows > SIZE_MAX / sizeof *cells / width)
        return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "%llu rows of %u cells are more than memory can hold",
                                (unsigned long long)rows, (unsigned)width);
    st = check_cells(cells, width, rows, err);
    if (st < 0 || !rows) return st;
    kinds = memory->alloc(memory->alloc_user, NULL, 0, width);
    if (!kinds) return wql__memory_fail(err, WQL_E_OUT_OF_MEMORY, "no memory for rows of %u cells", (unsigned)width);
    pthread_mutex_lock(&memory->lock);
    version = memory->version;
    if (version->width && version->width != width) {
        st = wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "a row has %u cells, but the rows before it have %u", (unsigned)width,
                              (unsigned)version->width);
    } else {
        start_kinds(version, width, kinds);
        st = append_rows(memory, cells, width, rows, kinds, err);
    }
    if (st >= 0 && version->width) {
        memcpy(version->kinds, kinds, width);
    } else if (st >= 0) { /* the first rows: the version keeps the array */
        version->width = width;
        version->kinds = kinds;
        kinds = NULL;
    }
    pthread_mutex_unlock(&memory->lock);
    if (kinds) memory->alloc(memory->alloc_user, kinds, width, 0);
    return st;
}
