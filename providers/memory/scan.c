/* SPDX-License-Identifier: MIT */
/* scan.c: a scan of a table: slice by slice, the caller's columns first, then chunks. Of each slice it is known which rows are
 * kept: all, those that fulfil the conditions taken as exact, in blocks of 64 rows that may hold one that fulfils those taken as
 * superset. Kept rows go out as runs, without a copy; several runs of exact rows are gathered row by row, unless a column cannot go
 * that way. */
#include "memory.h"

enum {
    WORDS = WQL_BATCH_ROWS_MAX / 64,
    LOOK_ROWS = 65536 /* so many rows may be looked at in one `next` that keeps none */
};

typedef struct state {
    const wql__memory_mount *mount;
    const wql__memory_table *table;
    wql__memory_version *version; /* retained; NULL: the table's own columns */
    uint8_t *kinds;               /* of appended cells, at the opening; kinds_room bytes */
    uint32_t kinds_room, width;
    const wql_column *columns; /* the caller's */
    uint32_t column_count;
    bool exact; /* a condition is taken so */
    bool all;   /* no condition is taken: all rows are kept */
    bool counting;
    bool prepared, begun;
    uint64_t column_serial; /* of a version's columns */
    uint64_t column_rows;
    uint64_t at, end; /* the slice's first row; the end of this part */
    uint64_t left;    /* rows that are still asked for */
    const wql__memory_chunk *chunk, *tail;
    uint64_t chunk_first;
    uint32_t tail_rows; /* that were there at the opening */
    /* made by the first next, in one block that begins with the source columns: */
    uint32_t lane_count, conjunct_count;
    size_t room;
    wql__memory_lane *lanes;
    wql_column *source, *out; /* one for each lane */
    uint64_t *firsts;         /* row of the source column that is the slice's first */
    uint32_t *looked;         /* [conjunct_count] lane of each condition */
    /* the slice: */
    uint32_t slice_rows, slice_at; /* 0 rows: none is loaded; how far it has gone out */
    bool by_rows;
    wql__memory_hold *hold;
    uint64_t keep[WORDS];
} state;

/* -- answers ----------------------------------------------------------------------------------------------------- */

uint64_t wql__memory_buffer_id(const wql__memory_table *table, uint64_t serial) {
    if (table->index >> 15 || serial >> 48) return 0;
    return (uint64_t)1 << 63 | (uint64_t)table->index << 48 | serial;
}

uint8_t wql__memory_take(const wql__memory_table *table, const wql_conjunct *conjunct, const uint8_t take[16]) {
    uint8_t answer = conjunct->op < 16 ? take[conjunct->op] : WQL_NONE;
    if (table->known || answer == WQL_NONE) return answer;
    if (table->memory) return WQL_NONE; /* the rule needs values of the property's type, which nobody knows here */
    for (uint32_t i = 0; i < table->column_count; i++) {
        const wql_column *c = &table->columns[i];
        if (c->property == conjunct->property && c->type == WQL_DATETIME) return WQL_NONE; /* or are they intervals? */
    }
    return answer;
}

/* -- open -------------------------------------------------------------------------------------------------------- */

static wql_status no_memory(const state *s, wql_error *err) {
    return wql__memory_fail(err, WQL_E_OUT_OF_MEMORY, "no memory for a scan of %s", s->table->name);
}

static void drop_slice(state *s) {
    wql__memory_hold_release(s->hold);
    s->hold = NULL;
    s->at += s->slice_rows;
    s->slice_rows = s->slice_at = 0;
}

static void free_state(state *s) {
    wql_mount *mount = s->mount->mount;
    drop_slice(s);
    wql__memory_version_release(s->version);
    if (s->kinds) wql_mount_allocate(mount, s->kinds, s->kinds_room, 0);
    if (s->source) wql_mount_allocate(mount, s->source, s->room, 0);
    wql_mount_allocate(mount, s, sizeof *s, 0);
}

static void see_rows(state *s, const wql__memory_version *version, uint64_t *rows) {
    s->columns = version->columns;
    s->column_count = version->column_count;
    s->column_rows = version->rows;
    s->column_serial = version->serial;
    s->chunk = version->first;
    s->chunk_first = version->rows;
    s->tail = version->last;
    s->tail_rows = version->last ? version->last->rows : 0;
    s->width = version->width;
    if (s->width) memcpy(s->kinds, version->kinds, s->width);
    *rows = version->rows + version->appended;
}

/* Settles what the scan sees. False = no memory. */
static bool see_version(state *s, wql_memory *memory, uint64_t *rows) {
    for (;;) {
        uint32_t width;
        pthread_mutex_lock(&memory->lock);
        width = memory->version->width;
        if (width <= s->kinds_room) {
            s->version = wql__memory_version_retain(memory->version);
            see_rows(s, s->version, rows);
        }
        pthread_mutex_unlock(&memory->lock);
        if (s->version) return true;
        if (s->kinds) wql_mount_allocate(s->mount->mount, s->kinds, s->kinds_room, 0);
        s->kinds_room = 0;
        s->kinds = wql_mount_allocate(s->mount->mount, NULL, 0, width);
        if (!s->kinds) return false;
        s->kinds_room = width;
    }
}

/* Whether the rows can be instances of the class: a wql_memory does not know it, so this shows here. */
static wql_status check_rows(const state *s, wql_error *err) {
    const wql__memory_table *table = s->table;
    wql_status st = wql__memory_check_class(table, s->columns, s->column_count, err);
    char wants[32];
    if (st < 0) {
        if (err && err->struct_size >= offsetof(wql_error, offset)) err->status = WQL_E_PROVIDER_FAILURE;
        return WQL_E_PROVIDER_FAILURE;
    }
    if (table->known && s->width > table->property_count)
        return wql__memory_fail(err, WQL_E_PROVIDER_FAILURE, "the appended rows have %u cells, but class %s has %u properties",
                                (unsigned)s->width, table->name, (unsigned)table->property_count);
    for (uint32_t p = 0; table->known && p < s->width; p++)
        if (!wql__memory_kind_fits(s->kinds[p], table->properties[p].type, table->properties[p].flags & WQL_INTERVAL))
            return wql__memory_fail(err, WQL_E_PROVIDER_FAILURE,
                                    "property %u of class %s is %s%s, which the appended cells are not", (unsigned)p, table->name,
                                    wql__memory_type_name(table->properties[p].type, wants),
                                    table->properties[p].flags & WQL_INTERVAL ? " (interval)" : "");
    return WQL_OK;
}

/* Share `part` of `parts`: blocks of 64 rows in a row. */
static uint64_t share(uint64_t rows, uint64_t part, uint64_t parts) {
    uint64_t blocks = rows / 64 + (rows % 64 != 0), at = blocks / parts * part + blocks % parts * part / parts;
    return at > rows / 64 ? rows : at * 64;
}

static void take_conditions(wql_scan *scan, state *s) {
    const wql_request *request = scan->request;
    bool all = true;
    s->all = true;
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        uint8_t take = wql__memory_take(s->table, &request->conjuncts[i], s->table->open_take);
        if (take < scan->take[i]) scan->take[i] = take;
        if (scan->take[i] != WQL_NONE) s->all = false;
        if (scan->take[i] == WQL_EXACT)
            s->exact = true;
        else
            all = false;
    }
    /* both wishes are for exact rows only */
    s->left = all && request->limit ? request->limit : UINT64_MAX;
    s->counting = all && (request->flags & WQL_WISH_COUNT);
}

wql_status wql__memory_scan_open(wql_scan *scan, wql_error *err) {
    const wql__memory_mount *mount = scan->self;
    const wql_request *request = scan->request;
    const wql__memory_table *table;
    uint64_t rows, parts = request->parts ? request->parts : 1;
    wql_status st;
    state *s;
    if (request->class_index >= mount->table_count)
        return wql__memory_fail(err, WQL_E_PROVIDER_FAILURE, "class %u was asked for, but there are %u",
                                (unsigned)request->class_index, (unsigned)mount->table_count);
    table = &mount->tables[request->class_index];
    s = wql_mount_allocate(mount->mount, NULL, 0, sizeof *s);
    if (!s) return wql__memory_fail(err, WQL_E_OUT_OF_MEMORY, "no memory for a scan of %s", table->name);
    memset(s, 0, sizeof *s);
    s->mount = mount;
    s->table = table;
    s->columns = table->columns;
    s->column_count = table->column_count;
    s->column_rows = rows = table->rows;
    st = table->memory && !see_version(s, table->memory, &rows) ? no_memory(s, err) : check_rows(s, err);
    if (st < 0) {
        free_state(s);
        return st;
    }
    take_conditions(scan, s);
    s->at = share(rows, request->part, parts);
    s->end = request->part < parts ? share(rows, (uint64_t)request->part + 1, parts) : s->at;
    scan->state = s;
    return WQL_OK;
}

void wql__memory_scan_close(wql_scan *scan) {
    free_state(scan->state);
}

/* -- lanes ------------------------------------------------------------------------------------------------------- */

static bool is_wanted(const wql_scan *scan, const state *s, uint32_t property) {
    if (s->counting) return false;
    return !s->table->known || wql_scan_wants(scan, property); /* not known: nor is how many bits there are */
}

static bool is_looked_at(const wql_scan *scan, uint32_t property) {
    for (uint32_t i = 0; i < scan->request->conjunct_count; i++)
        if (scan->take[i] != WQL_NONE && scan->request->conjuncts[i].property == property) return true;
    return false;
}

static void add_lane(const wql_scan *scan, state *s, uint32_t property, uint32_t column) {
    wql__memory_lane *lane = &s->lanes[s->lane_count];
    memset(lane, 0, sizeof *lane);
    lane->property = property;
    lane->column = column;
    lane->cell = WQL_NO_COLUMN;
    if (property < s->width && s->kinds[property] != WQL__MEMORY_UNKNOWN && s->kinds[property] != WQL__MEMORY_OTHER) {
        lane->cell = property;
        lane->kind = s->kinds[property];
    }
    lane->wanted = is_wanted(scan, s, property);
    if (column == WQL_NO_COLUMN && lane->cell == WQL_NO_COLUMN) return; /* all NULL */
    if (!lane->wanted && !is_looked_at(scan, property)) return;
    if (s->table->known) {
        lane->type = (uint16_t)s->table->properties[property].type;
        lane->interval = lane->type == WQL_DATETIME && (s->table->properties[property].flags & WQL_INTERVAL);
    } else {
        if (column != WQL_NO_COLUMN) lane->type = s->columns[column].type;
        lane->interval = lane->kind == WQL__MEMORY_INTERVAL;
        lane->whole = lane->type == WQL_DATETIME && lane->kind == WQL__MEMORY_UNKNOWN;
    }
    if ((lane->type & WQL_ARRAY) || lane->type == WQL_OBJECT) lane->whole = true;
    s->lane_count++;
}

static uint32_t find_column(const state *s, uint32_t property) {
    for (uint32_t i = 0; i < s->column_count; i++)
        if (s->columns[i].property == property) return i;
    return WQL_NO_COLUMN;
}

static bool make_room(const wql_scan *scan, state *s) {
    size_t lanes = (size_t)s->column_count + s->width + 1; /* never nothing; both count things that are in memory */
    s->conjunct_count = scan->request->conjunct_count;
    s->room = lanes * (sizeof *s->lanes + sizeof *s->source + sizeof *s->out + sizeof *s->firsts) +
              s->conjunct_count * sizeof *s->looked;
    s->source = wql_mount_allocate(s->mount->mount, NULL, 0, s->room);
    if (!s->source) return false;
    s->out = s->source + lanes; /* each kind asks for no more alignment than the one before */
    s->firsts = (uint64_t *)(void *)(s->out + lanes);
    s->lanes = (wql__memory_lane *)(void *)(s->firsts + lanes);
    s->looked = (uint32_t *)(void *)(s->lanes + lanes);
    return true;
}

_Static_assert(_Alignof(wql_column) >= _Alignof(uint64_t) && _Alignof(uint64_t) >= _Alignof(wql__memory_lane) &&
                   _Alignof(wql__memory_lane) >= _Alignof(uint32_t),
               "the parts of the block are aligned");

/* In the first next rather than at the opening: what is wanted follows from what open took. */
static bool prepare(const wql_scan *scan, state *s) {
    if (s->prepared) return true;
    if (!make_room(scan, s)) return false;
    for (uint32_t i = 0; i < s->column_count; i++) add_lane(scan, s, s->columns[i].property, i);
    for (uint32_t p = 0; p < s->width; p++)
        if (find_column(s, p) == WQL_NO_COLUMN) add_lane(scan, s, p, WQL_NO_COLUMN);
    for (uint32_t i = 0; i < s->conjunct_count; i++) {
        s->looked[i] = WQL_NO_COLUMN;
        for (uint32_t l = 0; l < s->lane_count; l++)
            if (s->lanes[l].property == scan->request->conjuncts[i].property) s->looked[i] = l;
    }
    s->prepared = true;
    return true;
}

/* -- a slice ----------------------------------------------------------------------------------------------------- */

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* A column of a version. If more rows can be shown, its buffers grow while a number stands for what never changes: each showing has
 * numbers of its own, texts end where the last row seen ends, and views and lists are checked in each batch. Dictionaries are whole
 * from the start. */
static void number_column(const state *s, uint32_t index, wql_column *c) {
    bool grows = s->version->grows;
    uint64_t serial = c->layout == WQL_CODES ? s->version->dictionary_serial : s->column_serial;
    if (grows && c->layout == WQL_OFFSETS) {
        int32_t end = c->offsets[s->column_rows];
        c->bytes_size = end < 0 ? 0 : least(c->bytes_size, (uint64_t)end);
    }
    if (c->buffer_id && (!grows || c->layout == WQL_CODES)) return;
    c->buffer_id = grows && (c->layout == WQL_VIEWS || c->layout == WQL_LIST) ? 0 : wql__memory_buffer_id(s->table, serial + index);
}

static void slice_columns(state *s) {
    for (uint32_t l = 0; l < s->lane_count; l++) {
        uint32_t column = s->lanes[l].column;
        s->firsts[l] = s->at;
        s->source[l].layout = 0;
        if (column == WQL_NO_COLUMN) continue;
        s->source[l] = s->columns[column];
        if (s->version) number_column(s, column, &s->source[l]);
    }
}

static bool slice_chunk(wql_scan *scan, state *s) {
    wql__memory_rows rows = {.mount = s->mount->mount,
                             .version = s->version,
                             .lanes = s->lanes,
                             .lane_count = s->lane_count,
                             .columns = s->source,
                             .firsts = s->firsts};
    uint64_t visible = s->chunk == s->tail ? s->tail_rows : s->chunk->rows;
    while (s->at >= s->chunk_first + visible) {
        s->chunk_first += visible;
        s->chunk = s->chunk->next;
        visible = s->chunk == s->tail ? s->tail_rows : s->chunk->rows;
    }
    rows.chunk = s->chunk;
    rows.first = (uint32_t)(s->at - s->chunk_first);
    rows.count = s->slice_rows = (uint32_t)least(s->slice_rows, visible - rows.first);
    if (s->chunk == s->tail) {
        pthread_mutex_lock(&s->table->memory->lock);
        if (!s->chunk->sealed) rows.lock = &s->table->memory->lock;
        pthread_mutex_unlock(&s->table->memory->lock);
    }
    rows.first_id = wql__memory_buffer_id(s->table, s->chunk->serial);
    if (!wql__memory_chunk_rows(&rows)) return false;
    s->hold = rows.hold;
    if (rows.nulled) wql_scan_count(scan, rows.nulled, 0);
    return true;
}

static wql_status cell_at(const state *s, uint32_t lane, uint32_t row, wql_value *value, wql_error *err) {
    const char *why;
    *value = wql_null();
    if (lane == WQL_NO_COLUMN || !s->source[lane].layout) return WQL_OK;
    why = wql__memory_cell(&s->source[lane], s->firsts[lane] + row, value);
    if (why)
        return wql__memory_fail(err, WQL_E_PROVIDER_FAILURE, "row %llu, property %u of table %s: %s",
                                (unsigned long long)(s->at + row), (unsigned)s->lanes[lane].property, s->table->name, why);
    if (value->type == WQL_DATETIME) value->time.interval = s->lanes[lane].interval;
    return WQL_OK;
}

static bool is_kept(const state *s, uint32_t row) {
    return (s->keep[row >> 6] >> (row & 63)) & 1;
}

static void drop_rows(state *s, uint32_t first, uint32_t end) {
    for (; first < end; first++) s->keep[first >> 6] &= ~((uint64_t)1 << (first & 63));
}

static wql_status sift_exact(wql_scan *scan, state *s, uint32_t conjunct, wql_error *err) {
    for (uint32_t row = 0; row < s->slice_rows; row++) {
        wql_value value;
        wql_status st;
        if (!is_kept(s, row)) continue;
        st = cell_at(s, s->looked[conjunct], row, &value, err);
        if (st < 0) return st;
        if (!wql_scan_holds(scan, conjunct, value)) drop_rows(s, row, row + 1);
    }
    return WQL_OK;
}

/* Drops blocks of 64 rows of the table in which no row will do. */
static wql_status sift_blocks(wql_scan *scan, state *s, uint32_t conjunct, wql_error *err) {
    for (uint32_t row = 0, end; row < s->slice_rows; row = end) {
        bool found = false;
        end = (uint32_t)least(s->slice_rows, row + 64 - ((s->at + row) & 63));
        for (uint32_t i = row; i < end && !found; i++) {
            wql_value value;
            wql_status st = cell_at(s, s->looked[conjunct], i, &value, err);
            if (st < 0) return st;
            found = wql_scan_holds(scan, conjunct, value);
        }
        if (!found) drop_rows(s, row, end);
    }
    return WQL_OK;
}

/* First row from `row` on that is kept (or is not); slice_rows if there is none. */
static uint32_t find_row(const state *s, uint32_t row, bool kept) {
    if (s->all && !kept) row = s->slice_rows;
    while (row < s->slice_rows && !s->all) {
        uint64_t word = (kept ? s->keep[row >> 6] : ~s->keep[row >> 6]) >> (row & 63);
        if (word) {
            row += (uint32_t)__builtin_ctzll(word);
            break;
        }
        row = (row | 63) + 1;
    }
    return row < s->slice_rows ? row : s->slice_rows;
}

static bool has_several_runs(const state *s) {
    uint32_t first_end = find_row(s, find_row(s, 0, true), false);
    return find_row(s, first_end, true) < s->slice_rows;
}

/* Row by row: because an appended cell's type is not known, so that only wql_row_set can convert it; or because it brings more at
 * once. */
static bool goes_by_rows(const state *s) {
    bool whole = false;
    for (uint32_t l = 0; l < s->lane_count; l++) {
        if (!s->lanes[l].wanted || !s->source[l].layout) continue;
        if (s->lanes[l].type == WQL_NULL) return true;
        whole |= s->lanes[l].whole;
    }
    return s->exact && !whole && has_several_runs(s);
}

/* `looked`: rows that this `next` has looked at. The call was not over when `next` was entered. */
static wql_status load_slice(wql_scan *scan, state *s, uint64_t looked, wql_error *err) {
    wql_status st = looked ? wql_scan_check(scan, NULL) : WQL_OK;
    if (st < 0) return st;
    s->slice_at = 0;
    s->slice_rows = (uint32_t)least(s->begun ? s->table->batch_rows : s->table->first_rows, s->end - s->at);
    s->begun = true;
    if (s->at < s->column_rows) {
        s->slice_rows = (uint32_t)least(s->slice_rows, s->column_rows - s->at);
        slice_columns(s);
    } else if (!slice_chunk(scan, s)) {
        s->slice_rows = 0;
        return no_memory(s, err);
    }
    if (!s->all) memset(s->keep, 0xff, sizeof s->keep);
    for (uint32_t i = 0; i < s->conjunct_count && st >= 0; i++)
        if (scan->take[i] == WQL_EXACT) st = sift_exact(scan, s, i, err);
    for (uint32_t i = 0; i < s->conjunct_count && st >= 0; i++)
        if (scan->take[i] == WQL_SUPERSET) st = sift_blocks(scan, s, i, err);
    s->by_rows = goes_by_rows(s);
    return st;
}

/* -- going out --------------------------------------------------------------------------------------------------- */

/* Bytes that bitmaps of a run need, which do not start at a byte of the source. */
static size_t moved_size(const state *s, uint32_t first, uint32_t count) {
    size_t size = 0;
    for (uint32_t l = 0; l < s->lane_count; l++) {
        const wql_column *c = &s->source[l];
        if (!s->lanes[l].wanted || !c->layout || !((s->firsts[l] + first) & 7)) continue;
        size += ((c->validity != NULL) + (size_t)(c->layout == WQL_BITS)) * ((count + 7) / 8);
    }
    return size;
}

static const void *move_bits(const void *bits, uint64_t first, uint32_t count, char **room) {
    void *moved = *room;
    if (!(first & 7)) return (const char *)bits + first / 8;
    wql__memory_copy_bits(moved, bits, first, count);
    *room += (count + 7) / 8;
    return moved;
}

/* Rows first..first+count of a column; `room` is where bitmaps are moved to. */
static void cut(const wql_column *from, uint64_t first, uint32_t count, char **room, wql_column *out) {
    *out = *from;
    if (from->validity) out->validity = move_bits(from->validity, first, count, room);
    if (from->offsets) out->offsets = from->offsets + first;
    if (from->extra) out->extra = (const wql_time_extra *)from->extra + first;
    switch (from->layout) {
    case WQL_BITS: out->values = move_bits(from->values, first, count, room); break;
    case WQL_FIXED: out->values = (const char *)from->values + first * wql__memory_type_size(from->type); break;
    case WQL_VIEWS: out->values = (const wql_view *)from->values + first; break;
    case WQL_CODES: out->values = (const int32_t *)from->values + first; break;
    case WQL_OBJECTS: out->values = (const wql_ref *)from->values + first; break;
    default: break;
    }
}

static wql_status emit_run(wql_scan *scan, state *s, uint32_t first, uint32_t count, wql_error *err) {
    size_t size = moved_size(s, first, count);
    wql__memory_hold *moved = NULL;
    void (*release)(void *ctx) = NULL;
    void *ctx = NULL;
    char *room = NULL;
    uint32_t width = 0;
    wql_status st;
    if (size) {
        ctx = moved = wql__memory_hold_new(s->mount->mount, size, s->version, s->hold);
        if (!moved) return no_memory(s, err);
        room = wql__memory_hold_bytes(moved);
        release = wql__memory_hold_release;
    } else if (s->hold) {
        atomic_fetch_add_explicit(&s->hold->refs, 1, memory_order_relaxed);
        ctx = s->hold;
        release = wql__memory_hold_release;
    } else if (s->version) {
        ctx = wql__memory_version_retain(s->version);
        release = wql__memory_version_release;
    }
    for (uint32_t l = 0; l < s->lane_count; l++)
        if (s->lanes[l].wanted && s->source[l].layout) cut(&s->source[l], s->firsts[l] + first, count, &room, &s->out[width++]);
    st = wql_scan_emit(scan, count, s->out, width, release, ctx, err);
    if (st < 0 && release) release(ctx);
    return st;
}

static bool is_done(const state *s) {
    return s->at >= s->end || !s->left;
}

/* Emits the next run of the slice. */
static wql_status run_out(wql_scan *scan, state *s, wql_error *err) {
    uint32_t first = find_row(s, s->slice_at, true), end = find_row(s, first, false);
    wql_status st;
    if (end - first > s->left) end = first + (uint32_t)s->left;
    st = emit_run(scan, s, first, end - first, err);
    if (st < 0) return st;
    s->left -= end - first;
    s->slice_at = find_row(s, end, true);
    if (s->slice_at == s->slice_rows) drop_slice(s);
    return is_done(s) ? WQL_END : WQL_OK;
}

/* Adds the slice's rows; *full: next has to return. */
static wql_status rows_out(wql_scan *scan, state *s, bool *full, wql_error *err) {
    while (!*full && s->left && s->slice_at < s->slice_rows) {
        for (uint32_t l = 0; l < s->lane_count; l++) {
            wql_value value;
            wql_status st;
            if (!s->lanes[l].wanted) continue;
            st = cell_at(s, l, s->slice_at, &value, err);
            if (st < 0) return st;
            if (value.type != WQL_NULL) wql_row_set(scan, s->lanes[l].property, value);
        }
        *full = !wql_row_end(scan);
        s->left--;
        s->slice_at = find_row(s, s->slice_at + 1, true);
    }
    if (s->slice_at == s->slice_rows) drop_slice(s);
    return WQL_OK;
}

/* Only how many rows there are. */
static wql_status count_out(wql_scan *scan, state *s, wql_error *err) {
    uint64_t rows = 0, looked = 0;
    wql_status st;
    if (!s->conjunct_count) {
        rows = least(s->end - s->at, s->left);
        s->at = s->end;
    }
    for (; !is_done(s) && looked < LOOK_ROWS; looked += s->slice_rows, drop_slice(s)) {
        uint64_t kept = 0;
        st = load_slice(scan, s, looked, err);
        if (st < 0) return st;
        for (uint32_t row = find_row(s, 0, true); row < s->slice_rows; row = find_row(s, row + 1, true)) kept++;
        kept = least(kept, s->left);
        rows += kept;
        s->left -= kept;
    }
    st = rows ? wql_scan_emit(scan, rows, NULL, 0, NULL, NULL, err) : WQL_OK;
    return st < 0 ? st : is_done(s) ? WQL_END : WQL_OK;
}

wql_status wql__memory_scan_next(wql_scan *scan, wql_error *err) {
    state *s = scan->state;
    bool full = false, rows = false; /* rows: some were added in this call, so nothing can be emitted */
    uint64_t looked = 0;
    wql_status st;
    if (is_done(s)) return WQL_END;
    if (!prepare(scan, s)) return no_memory(s, err);
    if (s->counting) return count_out(scan, s, err);
    while (!is_done(s) && !full && looked < LOOK_ROWS) {
        if (!s->slice_rows) {
            st = load_slice(scan, s, looked, err);
            if (st < 0) return st;
            s->slice_at = find_row(s, 0, true);
            looked += s->slice_rows;
        }
        if (s->slice_at == s->slice_rows) {
            drop_slice(s);
        } else if (s->by_rows) {
            st = rows_out(scan, s, &full, err);
            if (st < 0) return st;
            rows = true;
        } else {
            return rows ? WQL_OK : run_out(scan, s, err);
        }
    }
    return is_done(s) ? WQL_END : WQL_OK;
}
