/* SPDX-License-Identifier: MIT */
/* buffers.c: sets of column buffers that travel to the engine with a batch and come back. Any set serves any scan: all kinds of
 * columns fit the same block. */
#include "sqlite.h"

#define BLOCK ((size_t)WQL__SQLITE_ROWS / 8 + ((size_t)WQL__SQLITE_ROWS + 1) * 8)
#define EXTRA ((size_t)WQL__SQLITE_ROWS * sizeof(wql_time_extra))
#define BYTES_KEPT ((size_t)1 << 20) /* a larger buffer for texts is not kept for the next batch */
#define WIDTH_KEPT 256u              /* nor is a set of more columns */

static void free_set(wql__sqlite_set *set) {
    wql_mount *mount = set->mount->mount;
    for (uint32_t i = 0; i < set->column_room; i++) {
        wql__sqlite_buffer *buffer = &set->buffers[i];
        if (buffer->block) (void)wql_mount_allocate(mount, buffer->block, BLOCK, 0);
        if (buffer->extra) (void)wql_mount_allocate(mount, buffer->extra, EXTRA, 0);
        if (buffer->bytes) (void)wql_mount_allocate(mount, buffer->bytes, buffer->room, 0);
    }
    if (set->buffers) (void)wql_mount_allocate(mount, set->buffers, set->column_room * sizeof *set->buffers, 0);
    if (set->columns) (void)wql_mount_allocate(mount, set->columns, set->column_room * sizeof *set->columns, 0);
    (void)wql_mount_allocate(mount, set, sizeof *set, 0);
}

static wql__sqlite_set *new_set(wql__sqlite_mount *m) {
    wql__sqlite_set *set = wql_mount_allocate(m->mount, NULL, 0, sizeof *set);
    if (!set) return NULL;
    memset(set, 0, sizeof *set);
    set->mount = m;
    return set;
}

/* Room for more columns; the buffers that are there stay. Both arrays are new, so that a failure leaves the set as it was. */
static bool widen(wql__sqlite_set *set, uint32_t count) {
    wql_mount *mount = set->mount->mount;
    wql__sqlite_buffer *buffers;
    wql_column *columns;
    if (count <= set->column_room) return true;
    buffers = wql_mount_allocate(mount, NULL, 0, count * sizeof *buffers);
    columns = wql_mount_allocate(mount, NULL, 0, count * sizeof *columns);
    if (!buffers || !columns) {
        if (buffers) (void)wql_mount_allocate(mount, buffers, count * sizeof *buffers, 0);
        if (columns) (void)wql_mount_allocate(mount, columns, count * sizeof *columns, 0);
        return false;
    }
    memset(buffers, 0, count * sizeof *buffers);
    memset(columns, 0, count * sizeof *columns);
    if (set->column_room) {
        memcpy(buffers, set->buffers, set->column_room * sizeof *buffers);
        (void)wql_mount_allocate(mount, set->buffers, set->column_room * sizeof *buffers, 0);
        (void)wql_mount_allocate(mount, set->columns, set->column_room * sizeof *columns, 0);
    }
    set->buffers = buffers;
    set->columns = columns;
    set->column_room = count;
    return true;
}

static bool prepare_buffer(wql__sqlite_mount *m, wql__sqlite_buffer *buffer, uint8_t kind) {
    if (!buffer->block) {
        buffer->block = wql_mount_allocate(m->mount, NULL, 0, BLOCK);
        if (!buffer->block) return false;
        memset(buffer->block, 0, BLOCK); /* what lies below a NULL is read too */
    }
    if (kind == WQL__SQLITE_TIME && !buffer->extra) {
        buffer->extra = wql_mount_allocate(m->mount, NULL, 0, EXTRA);
        if (!buffer->extra) return false;
    }
    if (buffer->extra && kind == WQL__SQLITE_TIME) memset(buffer->extra, 0, EXTRA);
    if (kind == WQL__SQLITE_BOOL) memset(wql__sqlite_values(buffer), 0, WQL__SQLITE_ROWS / 8);
    if ((kind == WQL__SQLITE_TEXT || kind == WQL__SQLITE_BLOB) && !buffer->bytes && !wql__sqlite_buffer_grow(m, buffer, 4096))
        return false;
    wql__sqlite_offsets(buffer)[0] = 0;
    memset(wql__sqlite_validity(buffer), 0xff, WQL__SQLITE_ROWS / 8);
    buffer->has_null = buffer->has_offset = false;
    return true;
}

bool wql__sqlite_buffer_grow(wql__sqlite_mount *m, wql__sqlite_buffer *buffer, size_t size) {
    size_t room = buffer->room ? buffer->room : 1024;
    char *more;
    while (room < size + 8) room *= 2;
    if (room == buffer->room) return true;
    more = wql_mount_allocate(m->mount, buffer->bytes, buffer->room, room);
    if (!more) return false;
    buffer->bytes = more;
    buffer->room = room;
    return true;
}

wql__sqlite_set *wql__sqlite_set_take(wql__sqlite_mount *m, const wql__sqlite_lane *lanes, uint32_t count) {
    wql__sqlite_set *set;
    bool ready;
    (void)pthread_mutex_lock(&m->lock);
    set = m->sets;
    if (set) {
        m->sets = set->next;
        m->set_count--;
    }
    (void)pthread_mutex_unlock(&m->lock);
    if (!set) set = new_set(m);
    if (!set) return NULL;
    ready = widen(set, count);
    for (uint32_t i = 0; ready && i < count; i++) ready = prepare_buffer(m, &set->buffers[i], lanes[i].kind);
    if (ready) return set;
    free_set(set);
    return NULL;
}

/* As many are kept as scans can run, and as many again for those whose batch is with the engine. */
void wql__sqlite_set_give(void *given) {
    wql__sqlite_set *set = given;
    wql__sqlite_mount *m = set->mount;
    bool keep;
    for (uint32_t i = 0; i < set->column_room; i++) {
        wql__sqlite_buffer *buffer = &set->buffers[i];
        if (buffer->room <= BYTES_KEPT) continue;
        (void)wql_mount_allocate(m->mount, buffer->bytes, buffer->room, 0);
        buffer->bytes = NULL;
        buffer->room = 0;
    }
    (void)pthread_mutex_lock(&m->lock);
    keep = m->set_count < 2 * m->connections_max && set->column_room <= WIDTH_KEPT;
    if (keep) {
        set->next = m->sets;
        m->sets = set;
        m->set_count++;
    }
    (void)pthread_mutex_unlock(&m->lock);
    if (!keep) free_set(set);
}

void wql__sqlite_sets_free(wql__sqlite_mount *m) {
    while (m->sets) {
        wql__sqlite_set *set = m->sets;
        m->sets = set->next;
        free_set(set);
    }
}

/* -- as columns ------------------------------------------------------------------------------------------------------------ */

static void bytes_column(wql__sqlite_buffer *buffer, uint8_t kind, uint32_t rows, wql_column *out) {
    out->offsets = wql__sqlite_offsets(buffer);
    if (kind == WQL__SQLITE_TEXT) {
        out->layout = WQL_OFFSETS;
        out->bytes = buffer->bytes;
        out->bytes_size = (uint64_t)out->offsets[rows];
        return;
    }
    out->layout = WQL_LIST;
    memset(&buffer->child, 0, sizeof buffer->child);
    buffer->child.property = WQL_NO_COLUMN;
    buffer->child.type = WQL_UINT8;
    buffer->child.layout = WQL_FIXED;
    buffer->child.values = buffer->bytes;
    out->child = &buffer->child;
    out->child_rows = (uint64_t)out->offsets[rows];
}

void wql__sqlite_set_column(wql__sqlite_set *set, uint32_t index, const wql__sqlite_lane *lane, uint32_t rows) {
    wql__sqlite_buffer *buffer = &set->buffers[index];
    wql_column *out = &set->columns[index];
    uint8_t kind = lane->kind;
    memset(out, 0, sizeof *out);
    out->property = lane->property;
    out->type = (uint16_t)wql__sqlite_cim_type(kind);
    out->validity = buffer->has_null ? wql__sqlite_validity(buffer) : NULL;
    if (kind == WQL__SQLITE_TEXT || kind == WQL__SQLITE_BLOB) {
        bytes_column(buffer, kind, rows, out);
        return;
    }
    out->layout = kind == WQL__SQLITE_BOOL ? WQL_BITS : WQL_FIXED;
    out->values = wql__sqlite_values(buffer);
    if (kind == WQL__SQLITE_TIME && buffer->has_offset) out->extra = buffer->extra;
}
