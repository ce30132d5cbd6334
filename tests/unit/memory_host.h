/* SPDX-License-Identifier: MIT */
/* memory_host.h: a small engine for the tests of the memory provider. It opens scans, turns every row that comes into one line of
 * text, and notes the first breach of the provider contract. */
#ifndef WQL_TESTS_MEMORY_HOST_H
#define WQL_TESTS_MEMORY_HOST_H

#include <wql/provider.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* -- lists of lines ---------------------------------------------------------------------------------------------- */

typedef struct lines {
    char **line;
    size_t count, room;
} lines;

static inline void lines_add(lines *l, const char *text) {
    if (l->count == l->room) {
        l->room = l->room ? l->room * 2 : 64;
        l->line = realloc(l->line, l->room * sizeof *l->line);
        if (!l->line) abort();
    }
    l->line[l->count] = strdup(text);
    if (!l->line[l->count++]) abort();
}

static inline void lines_free(lines *l) {
    for (size_t i = 0; i < l->count; i++) free(l->line[i]);
    free(l->line);
    memset(l, 0, sizeof *l);
}

/* -- the host ---------------------------------------------------------------------------------------------------- */

enum { CONJUNCTS_MAX = 4, KEPT_MAX = 4096 };

typedef struct kept_batch { /* emitted, and not released yet */
    wql_column columns[32];
    uint32_t count, rows;
    void (*release)(void *ctx);
    void *ctx;
} kept_batch;

typedef struct test_host {
    wql_mount mount; /* first */
    wql_host table;
    const wql_property_def *props; /* flattened, of the class that is scanned */
    uint32_t prop_count;
    void *self;
    uint32_t defined; /* classes */
    wql_status define_answer;
    /* memory */
    _Atomic int64_t bytes, blocks;
    _Atomic int64_t fail_at; /* the allocation that fails, counted down from here; 0: none */
    /* what comes */
    bool keep; /* do not release batches at once */
    kept_batch *kept;
    uint32_t kept_count;
    uint32_t row_batch;      /* rows before row_end says stop */
    _Atomic wql_status call; /* what wql_scan_check answers */
    uint64_t nulled, counted, emits, row_rows;
    char breach[128];
} test_host;

typedef struct test_scan {
    wql_scan scan; /* first */
    test_host *host;
    wql_request request;
    uint8_t take[CONJUNCTS_MAX];
    uint64_t wanted[2];
    bool emitted;
    uint32_t rows; /* in this next */
    wql_value cells[64];
    char cell_text[64][160];
    lines *out;
    void *scratch[64];
    uint32_t scratch_count;
} test_scan;

static inline void breach(test_host *h, const char *what) {
    if (!h->breach[0]) snprintf(h->breach, sizeof h->breach, "%s", what);
}

/* The hook of both the mount and a wql_memory: counts, and fails when told to. */
static inline void *host_hook(void *user, void *ptr, size_t old_size, size_t new_size) {
    test_host *h = user;
    void *out;
    if (new_size && atomic_load(&h->fail_at) > 0 && atomic_fetch_sub(&h->fail_at, 1) == 1) return NULL;
    if (!ptr && old_size) abort();
    out = new_size ? realloc(ptr, new_size) : NULL;
    if (!new_size)
        free(ptr);
    else if (!out)
        abort();
    atomic_fetch_add(&h->bytes, (int64_t)new_size - (int64_t)old_size);
    atomic_fetch_add(&h->blocks, (new_size ? 1 : 0) - (ptr ? 1 : 0));
    return out;
}

static inline void *host_allocate(wql_mount *mount, void *ptr, size_t old_size, size_t new_size) {
    return host_hook((test_host *)(void *)mount, ptr, old_size, new_size);
}

static inline wql_status host_define(wql_mount *mount, const wql_class_def *defs, uint32_t count, wql_error *err) {
    test_host *h = (test_host *)(void *)mount;
    (void)err;
    for (uint32_t i = 0; i < count; i++) { /* as the engine reads it: all of the size of the first */
        const wql_class_def *def = (const wql_class_def *)(const void *)((const char *)defs + i * defs->struct_size);
        if (!def->name || def->struct_size != defs->struct_size) breach(h, "a class without a name");
    }
    h->defined += count;
    return h->define_answer;
}

/* -- cells as text ----------------------------------------------------------------------------------------------- */

static inline int cell_text(const wql_value *v, char *out, size_t size) {
    switch (v->type) {
    case WQL_NULL: return snprintf(out, size, "-");
    case WQL_SINT8:
    case WQL_SINT16:
    case WQL_SINT32:
    case WQL_SINT64: return snprintf(out, size, "%" PRId64, v->i64);
    case WQL_UINT8:
    case WQL_UINT16:
    case WQL_UINT32:
    case WQL_UINT64:
    case WQL_CHAR16: return snprintf(out, size, "%" PRIu64, v->u64);
    case WQL_REAL32:
    case WQL_REAL64: return snprintf(out, size, "%.17g", v->f64);
    case WQL_BOOLEAN: return snprintf(out, size, "%s", v->b ? "T" : "F");
    case WQL_DATETIME: return snprintf(out, size, "%" PRId64 "/%d/%u", v->time.us, v->time.offset_min, v->time.wild);
    default: return snprintf(out, size, "'%.*s'", WQL_FMT(v->str));
    }
}

static inline void column_text(const wql_column *c, uint32_t row, char *out, size_t size) {
    wql_value v = wql_column_value(c, row);
    uint32_t first, count;
    size_t len = 0;
    if (v.type == WQL_NULL || !(c->type & WQL_ARRAY)) {
        cell_text(&v, out, size);
        return;
    }
    count = wql_column_items(c, row, &first);
    len += (size_t)snprintf(out, size, "{");
    for (uint32_t i = 0; i < count && len + 32 < size; i++) {
        v = wql_column_value(c->child, first + i);
        if (i) out[len++] = ',';
        len += (size_t)cell_text(&v, out + len, size - len);
    }
    snprintf(out + len, size - len, "}");
}

/* -- rows -------------------------------------------------------------------------------------------------------- */

static inline test_scan *scan_of(const wql_scan *scan) {
    return (test_scan *)(uintptr_t)(const void *)scan;
}

static inline void host_row_set(wql_scan *scan, uint32_t property, const wql_value *value) {
    test_scan *s = scan_of(scan);
    const wql_property_def *def = &s->host->props[property];
    uint64_t most = UINT64_MAX;
    if (property >= s->host->prop_count) {
        breach(s->host, "row_set: no such property");
        return;
    }
    if (def->type == WQL_UINT8) most = 255;
    if (def->type == WQL_UINT32) most = UINT32_MAX;
    s->cells[property] = *value;
    if (value->type == WQL_UINT64 && value->u64 > most) { /* as the engine does with a number that does not fit */
        s->cells[property] = wql_null();
        s->host->nulled++;
    }
    if (value->type == WQL_DATETIME && (value->time.interval != 0) != ((def->flags & WQL_INTERVAL) != 0))
        breach(s->host, "row_set: an interval for a datetime, or the other way");
    cell_text(&s->cells[property], s->cell_text[property], sizeof s->cell_text[property]);
}

static inline void add_line(test_scan *s, char text[64][160]) {
    char line[4096];
    size_t len = 0;
    for (uint32_t p = 0; p < s->host->prop_count; p++) {
        if (!((s->wanted[p >> 6] >> (p & 63)) & 1)) continue;
        len += (size_t)snprintf(line + len, sizeof line - len, "%s%s", len ? "|" : "", text[p][0] ? text[p] : "-");
    }
    lines_add(s->out, line);
}

static inline bool host_row_end(wql_scan *scan) {
    test_scan *s = scan_of(scan);
    if (s->emitted) breach(s->host, "rows and a batch in one next");
    add_line(s, s->cell_text);
    memset(s->cell_text, 0, sizeof s->cell_text);
    s->host->row_rows++;
    return ++s->rows < s->host->row_batch;
}

/* -- batches ----------------------------------------------------------------------------------------------------- */

static inline void check_column(test_host *h, const wql_column *c) {
    if (c->property >= h->prop_count)
        breach(h, "emit: no such property");
    else if (c->type != h->props[c->property].type)
        breach(h, "emit: another type than the property's");
    if (c->flags) breach(h, "emit: flags");
    if (c->layout < WQL_FIXED || c->layout > WQL_OBJECTS) breach(h, "emit: layout");
    if (c->layout == WQL_FIXED && ((uintptr_t)c->values & 7) && (c->type == WQL_SINT64 || c->type == WQL_DATETIME))
        breach(h, "emit: alignment");
}

static inline void batch_lines(test_scan *s, const wql_column *columns, uint32_t count, uint32_t rows) {
    char text[64][160];
    for (uint32_t r = 0; r < rows; r++) {
        memset(text, 0, sizeof text);
        for (uint32_t i = 0; i < count; i++)
            if (columns[i].property < 64) column_text(&columns[i], r, text[columns[i].property], sizeof text[0]);
        add_line(s, text);
    }
}

static inline wql_status host_emit(wql_scan *scan, uint64_t rows, const wql_column *columns, uint32_t count,
                                   void (*release)(void *ctx), void *ctx, wql_error *err) {
    test_scan *s = scan_of(scan);
    test_host *h = s->host;
    bool counting = count == 0 && (s->request.flags & WQL_WISH_COUNT);
    (void)err;
    if (atomic_load(&h->fail_at) > 0 && atomic_fetch_sub(&h->fail_at, 1) == 1) return WQL_E_OUT_OF_MEMORY;
    if (s->emitted || s->rows) breach(h, "two batches, or rows and a batch, in one next");
    if (!rows || (!counting && rows > WQL_BATCH_ROWS_MAX)) breach(h, "emit: rows out of range");
    s->emitted = true;
    h->emits++;
    if (counting) {
        h->counted += rows;
    } else {
        for (uint32_t i = 0; i < count; i++) check_column(h, &columns[i]);
        batch_lines(s, columns, count, (uint32_t)rows);
    }
    if (h->keep && count <= 32 && h->kept_count < KEPT_MAX) {
        kept_batch *k = &h->kept[h->kept_count++];
        memcpy(k->columns, columns, count * sizeof *columns);
        k->count = count;
        k->rows = (uint32_t)rows;
        k->release = release;
        k->ctx = ctx;
    } else if (release) {
        release(ctx);
    }
    return WQL_OK;
}

static inline wql_status host_copy(wql_scan *scan, uint32_t rows, const wql_column *columns, uint32_t count, wql_error *err) {
    return host_emit(scan, rows, columns, count, NULL, NULL, err);
}

static inline wql_status host_check(const wql_scan *scan, uint64_t *left_ms) {
    if (left_ms) *left_ms = UINT64_MAX;
    return atomic_load(&scan_of(scan)->host->call);
}

/* The rule, as far as these tests need it: numbers, and texts byte by byte. */
static inline int compare(const wql_value *a, const wql_value *b) {
    int order;
    switch (a->type) {
    case WQL_SINT8:
    case WQL_SINT16:
    case WQL_SINT32:
    case WQL_SINT64: return a->i64 < b->i64 ? -1 : a->i64 > b->i64;
    case WQL_REAL32:
    case WQL_REAL64: return a->f64 < b->f64 ? -1 : a->f64 > b->f64;
    case WQL_BOOLEAN: return a->b != b->b;
    case WQL_DATETIME: return a->time.us < b->time.us ? -1 : a->time.us > b->time.us;
    case WQL_STRING:
        order =
            memcmp(a->str.ptr ? a->str.ptr : "", b->str.ptr ? b->str.ptr : "", a->str.len < b->str.len ? a->str.len : b->str.len);
        return order ? order : a->str.len < b->str.len ? -1 : a->str.len > b->str.len;
    default: return a->u64 < b->u64 ? -1 : a->u64 > b->u64;
    }
}

static inline bool conjunct_holds(const wql_conjunct *c, const wql_value *v) {
    if (c->op == WQL_IS_NULL) return v->type == WQL_NULL;
    if (v->type == WQL_NULL) return false;
    if (c->op == WQL_NOT_NULL) return true;
    for (uint32_t i = 0; i < c->count; i++) {
        int order;
        if (v->type != c->values[i].type) return false; /* a value of another type */
        if (v->type == WQL_DATETIME && v->time.interval != c->values[i].time.interval) return false;
        order = compare(v, &c->values[i]);
        if ((c->op == WQL_EQ && !order) || (c->op == WQL_NE && order) || (c->op == WQL_LT && order < 0) ||
            (c->op == WQL_LE && order <= 0) || (c->op == WQL_GT && order > 0) || (c->op == WQL_GE && order >= 0))
            return true;
    }
    return false;
}

static inline bool host_holds(wql_scan *scan, uint32_t conjunct, const wql_value *value) {
    const wql_conjunct *c = &scan->request->conjuncts[conjunct];
    test_host *h = scan_of(scan)->host;
    if (value->type != WQL_NULL && value->type != h->props[c->property].type) breach(h, "holds: a value of another type");
    return conjunct_holds(c, value);
}

static inline void *host_scratch(wql_scan *scan, size_t size) {
    test_scan *s = scan_of(scan);
    if (s->scratch_count == 64) return NULL;
    return s->scratch[s->scratch_count++] = malloc(size);
}

static inline void host_count(wql_scan *scan, uint32_t nulled, uint32_t repaired) {
    (void)repaired;
    scan_of(scan)->host->nulled += nulled;
}

/* -- life -------------------------------------------------------------------------------------------------------- */

static inline void host_init(test_host *h, const wql_property_def *props, uint32_t prop_count) {
    memset(h, 0, sizeof *h);
    h->table.struct_size = sizeof h->table;
    h->table.abi = WQL_ABI;
    h->table.define = host_define;
    h->table.allocate = host_allocate;
    h->table.row_set = host_row_set;
    h->table.row_end = host_row_end;
    h->table.emit = host_emit;
    h->table.copy = host_copy;
    h->table.check = host_check;
    h->table.holds = host_holds;
    h->table.scratch = host_scratch;
    h->table.count = host_count;
    h->mount.host = &h->table;
    h->props = props;
    h->prop_count = prop_count;
    h->row_batch = 1000;
    h->kept = malloc(KEPT_MAX * sizeof *h->kept);
    if (!h->kept) abort();
}

static inline wql_status host_load(test_host *h, const wql_table *table, wql_error *err) {
    h->self = (void *)(uintptr_t)table;
    return wql_memory_provider()->load(&h->mount, NULL, (void *)(uintptr_t)table, &h->self, err);
}

static inline void release_kept(test_host *h) {
    for (uint32_t i = 0; i < h->kept_count; i++)
        if (h->kept[i].release) h->kept[i].release(h->kept[i].ctx);
    h->kept_count = 0;
}

static inline void host_unload(test_host *h) {
    release_kept(h);
    wql_memory_provider()->unload(h->self);
}

static inline void host_free(test_host *h) {
    free(h->kept);
}

/* -- scans ------------------------------------------------------------------------------------------------------- */

/* What to ask for. */
typedef struct ask {
    const wql_conjunct *conjuncts;
    uint32_t conjunct_count;
    uint32_t class_index, part, parts, flags;
    uint64_t wanted, limit; /* wanted 0: all */
} ask;

static inline wql_status scan_open(test_scan *s, test_host *h, const ask *a, lines *out, wql_error *err) {
    wql_answer answer = {.struct_size = sizeof answer, .parts = 1, .take = s->take, .rows = -1, .cost = -1};
    wql_status st;
    memset(s, 0, sizeof *s);
    s->scan.host = &h->table;
    s->scan.self = h->self;
    s->scan.take = s->take;
    s->scan.request = &s->request;
    s->host = h;
    s->out = out;
    s->wanted[0] = a->wanted ? a->wanted : UINT64_MAX;
    s->request.struct_size = sizeof s->request;
    s->request.class_index = a->class_index;
    s->request.conjunct_count = a->conjunct_count;
    s->request.conjuncts = a->conjuncts;
    s->request.part = a->part;
    s->request.parts = a->parts ? a->parts : 1;
    s->request.flags = a->flags;
    s->request.limit = a->limit;
    s->request.wanted = s->wanted;
    st = wql_memory_provider()->plan(h->self, &s->request, &answer, err);
    return st < 0 ? st : wql_memory_provider()->open(&s->scan, err);
}

static inline wql_status scan_next(test_scan *s, wql_error *err) {
    wql_status st;
    s->emitted = false;
    s->rows = 0;
    st = wql_memory_provider()->next(&s->scan, err);
    while (s->scratch_count) free(s->scratch[--s->scratch_count]);
    return st;
}

/* All of it. */
static inline wql_status scan_all(test_host *h, const ask *a, lines *out, wql_error *err) {
    test_scan s;
    wql_status st = scan_open(&s, h, a, out, err);
    if (st < 0) return st;
    do st = scan_next(&s, err);
    while (st == WQL_OK);
    wql_memory_provider()->close(&s.scan);
    return st;
}

#endif
