/* SPDX-License-Identifier: MIT */
/* memory.c: arenas on the mount's allocator, and pieces of SQL. */
#include "sqlite.h"

#include <stdlib.h>

enum { CHUNK = 4096 - 64, ALIGN = 16 };

typedef struct wql__sqlite_chunk {
    struct wql__sqlite_chunk *next;
    size_t size, used; /* of the whole chunk, this head included */
} chunk;

_Static_assert(sizeof(chunk) <= 2 * ALIGN, "the head of a chunk");

void *wql__sqlite_take(wql__sqlite_arena *arena, size_t size) {
    chunk *c = arena->chunks;
    char *out;
    if (size > SIZE_MAX / 2) return NULL;
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (!c || c->size - c->used < size) {
        size_t whole = size > CHUNK / 2 ? size + 2 * ALIGN : CHUNK;
        c = wql_mount_allocate(arena->mount, NULL, 0, whole);
        if (!c) return NULL;
        c->size = whole;
        c->used = 2 * ALIGN;
        c->next = arena->chunks;
        arena->chunks = c;
    }
    out = (char *)c + c->used;
    c->used += size;
    return memset(out, 0, size);
}

void *wql__sqlite_take_array(wql__sqlite_arena *arena, size_t count, size_t size) {
    return size && count > SIZE_MAX / size ? NULL : wql__sqlite_take(arena, count * size);
}

char *wql__sqlite_take_text(wql__sqlite_arena *arena, const char *text, size_t len) {
    char *copy = len < SIZE_MAX ? wql__sqlite_take(arena, len + 1) : NULL;
    if (copy && len) memcpy(copy, text, len);
    return copy;
}

void wql__sqlite_arena_free(wql__sqlite_arena *arena) {
    while (arena->chunks) {
        chunk *c = arena->chunks;
        arena->chunks = c->next;
        (void)wql_mount_allocate(arena->mount, c, c->size, 0);
    }
}

/* -- SQL ------------------------------------------------------------------------------------------------------------------- */

/* Makes an array of the arena larger, by copying. */
static void *grow(wql__sqlite_arena *arena, const void *old, size_t used, size_t *room, size_t need, size_t size, size_t least) {
    size_t more = *room > SIZE_MAX / 4 ? SIZE_MAX / 2 : *room * 2;
    void *out;
    if (more < need) more = need;
    if (more < least) more = least;
    out = wql__sqlite_take_array(arena, more, size);
    if (!out) return NULL;
    if (used) memcpy(out, old, used * size);
    *room = more;
    return out;
}

void wql__sqlite_put_bytes(wql__sqlite_sql *sql, const char *text, size_t len) {
    if (sql->dry || sql->failed) return;
    if (sql->room - sql->len <= len) {
        char *more = grow(sql->arena, sql->text, sql->len, &sql->room, sql->len + len + 1, 1, 512);
        if (!more) {
            sql->failed = true;
            return;
        }
        sql->text = more;
    }
    memcpy(sql->text + sql->len, text, len);
    sql->len += len;
    sql->text[sql->len] = 0;
}

void wql__sqlite_put(wql__sqlite_sql *sql, const char *text) { wql__sqlite_put_bytes(sql, text, strlen(text)); }

static void put_quoted(wql__sqlite_sql *sql, const char *text, size_t len, char quote) {
    const char *end = text + len;
    wql__sqlite_put_bytes(sql, &quote, 1);
    while (text < end) {
        const char *at = memchr(text, quote, (size_t)(end - text));
        const char *stop = at ? at + 1 : end;
        wql__sqlite_put_bytes(sql, text, (size_t)(stop - text));
        if (at) wql__sqlite_put_bytes(sql, &quote, 1);
        text = stop;
    }
    wql__sqlite_put_bytes(sql, &quote, 1);
}

void wql__sqlite_put_name(wql__sqlite_sql *sql, const char *name) { put_quoted(sql, name, strlen(name), '"'); }
void wql__sqlite_put_literal(wql__sqlite_sql *sql, const char *text, size_t len) { put_quoted(sql, text, len, '\''); }

void wql__sqlite_put_number(wql__sqlite_sql *sql, uint64_t number) {
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    wql__sqlite_put(sql, digits);
}

/* A parameter: its number in SQL, its value beside it. NULL: only counted, or written out, or no memory. */
static wql__sqlite_bind *put_bind(wql__sqlite_sql *sql) {
    wql__sqlite_bind *bind = NULL;
    if (!sql->dry && !sql->failed) {
        if (sql->bind_count == sql->bind_room) {
            size_t room = sql->bind_room;
            wql__sqlite_bind *more = grow(sql->arena, sql->binds, sql->bind_count, &room, sql->bind_count + 1u, sizeof *more, 8);
            if (!more) {
                sql->failed = true;
                return NULL;
            }
            sql->binds = more;
            sql->bind_room = (uint32_t)room;
        }
        bind = &sql->binds[sql->bind_count];
    }
    sql->bind_count++;
    if (sql->shown) return NULL;
    wql__sqlite_put(sql, "?");
    wql__sqlite_put_number(sql, sql->bind_count);
    return bind;
}

void wql__sqlite_put_i64(wql__sqlite_sql *sql, int64_t value) {
    wql__sqlite_bind *bind = put_bind(sql);
    char digits[24];
    if (bind) {
        bind->type = SQLITE_INTEGER;
        bind->i64 = value;
    } else if (sql->shown) {
        (void)snprintf(digits, sizeof digits, "%lld", (long long)value);
        wql__sqlite_put(sql, digits);
    }
}

/* A real for a person, to 15 digits, which is what its decimal spelling had; the locale's decimal point becomes '.'. The query
 * itself is given the value, not this text. */
static void show_real(wql__sqlite_sql *sql, double value) {
    char digits[64], *to = digits;
    if (value - value != 0) { /* infinite */
        wql__sqlite_put(sql, value > 0 ? "9e999" : "-9e999");
        return;
    }
    if (value > -9e18 && value < 9e18 && value == (double)(int64_t)value) {
        (void)snprintf(digits, sizeof digits, "%lld.0", (long long)value);
        wql__sqlite_put(sql, digits);
        return;
    }
    (void)snprintf(digits, sizeof digits, "%.15g", value);
    for (const char *at = digits; *at; at++) {
        if (strchr("0123456789+-e", *at)) *to++ = *at;
        else if (to == digits || to[-1] != '.') *to++ = '.';
    }
    wql__sqlite_put_bytes(sql, digits, (size_t)(to - digits));
    if (!memchr(digits, '.', (size_t)(to - digits)) && !memchr(digits, 'e', (size_t)(to - digits))) wql__sqlite_put(sql, ".0");
}

void wql__sqlite_put_f64(wql__sqlite_sql *sql, double value) {
    wql__sqlite_bind *bind = put_bind(sql);
    if (bind) {
        bind->type = SQLITE_FLOAT;
        bind->f64 = value;
    } else if (sql->shown) {
        show_real(sql, value);
    }
}

void wql__sqlite_put_text(wql__sqlite_sql *sql, wql_str text) {
    wql__sqlite_bind *bind = put_bind(sql);
    if (bind) {
        bind->type = SQLITE_TEXT;
        bind->text = text;
    } else if (sql->shown) {
        wql__sqlite_put_literal(sql, text.ptr ? text.ptr : "", text.len);
    }
}

wql__sqlite_mark wql__sqlite_mark_sql(const wql__sqlite_sql *sql) {
    wql__sqlite_mark mark = {sql->len, sql->bind_count};
    return mark;
}

void wql__sqlite_cut_sql(wql__sqlite_sql *sql, wql__sqlite_mark mark) {
    sql->len = mark.len;
    sql->bind_count = mark.bind_count;
    if (sql->text) sql->text[sql->len] = 0;
}
