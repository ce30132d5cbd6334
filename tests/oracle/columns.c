/* SPDX-License-Identifier: MIT */
/* columns.c: the rows as columns, in random layouts, for the memory provider to lend them; and a provider that copies them, cell
 * by cell. */
#include "oracle.h"

#include <stdlib.h>

/* -- columns ----------------------------------------------------------------------------------------------------- */

static size_t width_of(uint32_t type) {
    switch (type) {
    case WQL_SINT8:
    case WQL_UINT8: return 1;
    case WQL_SINT16:
    case WQL_UINT16:
    case WQL_CHAR16: return 2;
    case WQL_SINT32:
    case WQL_UINT32:
    case WQL_REAL32: return 4;
    default: return 8;
    }
}

static void put_fixed(uint8_t *at, uint32_t type, const wql_value *v) {
    float single = (float)v->f64;
    if (type == WQL_REAL32)
        memcpy(at, &single, sizeof single);
    else if (type == WQL_DATETIME)
        memcpy(at, &v->time.us, sizeof v->time.us);
    else
        memcpy(at, &v->u64, width_of(type)); /* the low bytes; the machine is little-endian, as all that this runs on */
}

/* What a column is made from: cell r is `cells[r % rows * step]`. */
typedef struct cells {
    const wql_value *cells;
    uint32_t rows, step, all;
} cells;

static const wql_value *cell_of(const cells *c, uint32_t r) { return &c->cells[(size_t)(r % c->rows) * c->step]; }

static void make_fixed(pool *from, const cells *c, wql_column *out) {
    size_t width = width_of(out->type);
    uint8_t *values = pool_get(from, c->all * width + 1);
    out->layout = WQL_FIXED;
    out->values = values;
    for (uint32_t r = 0; r < c->all; r++)
        if (cell_of(c, r)->type != WQL_NULL) put_fixed(values + r * width, out->type, cell_of(c, r));
}

static void make_bits(pool *from, const cells *c, wql_column *out) {
    uint8_t *values = pool_get(from, c->all / 8 + 1);
    out->layout = WQL_BITS;
    out->values = values;
    for (uint32_t r = 0; r < c->all; r++)
        if (cell_of(c, r)->type != WQL_NULL && cell_of(c, r)->b) values[r / 8] |= (uint8_t)(1u << r % 8);
}

static void make_extra(pool *from, const cells *c, wql_column *out) {
    wql_time_extra *extra = pool_get(from, (c->all + 1) * sizeof *extra);
    out->extra = extra;
    for (uint32_t r = 0; r < c->all; r++) extra[r].offset_min = cell_of(c, r)->time.offset_min;
}

static void make_offsets(pool *from, const cells *c, wql_column *out) {
    int32_t *offsets = pool_get(from, (c->all + 1) * sizeof *offsets);
    writer bytes = {from, NULL, 0, 0};
    put(&bytes, "", 0);
    for (uint32_t r = 0; r < c->all; r++) {
        const wql_value *v = cell_of(c, r);
        if (v->type != WQL_NULL) put(&bytes, v->str.ptr, v->str.len);
        offsets[r + 1] = (int32_t)bytes.len;
    }
    out->layout = WQL_OFFSETS;
    out->offsets = offsets;
    out->bytes = bytes.at;
    out->bytes_size = bytes.len;
}

static void make_views(pool *from, const cells *c, wql_column *out) {
    wql_view *views = pool_get(from, (c->all + 1) * sizeof *views);
    const char **buffers = pool_get(from, sizeof *buffers);
    int64_t *sizes = pool_get(from, sizeof *sizes);
    writer bytes = {from, NULL, 0, 0};
    put(&bytes, "", 0);
    for (uint32_t r = 0; r < c->all; r++) {
        const wql_value *v = cell_of(c, r);
        if (v->type == WQL_NULL) continue;
        views[r].len = (uint32_t)v->str.len;
        if (v->str.len <= sizeof views[r].as.inlined) {
            memcpy(views[r].as.inlined, v->str.ptr, v->str.len);
        } else {
            memcpy(views[r].as.ref.prefix, v->str.ptr, 4);
            views[r].as.ref.offset = (uint32_t)bytes.len;
            put(&bytes, v->str.ptr, v->str.len);
        }
    }
    *buffers = bytes.at;
    *sizes = (int64_t)bytes.len;
    out->layout = WQL_VIEWS;
    out->values = views;
    out->buffers = buffers;
    out->buffer_sizes = sizes;
    out->buffer_count = 1;
}

/* The dictionary has each row's text once. */
static void make_codes(pool *from, const cells *c, wql_column *out) {
    int32_t *codes = pool_get(from, (c->all + 1) * sizeof *codes);
    wql_column *child = pool_get(from, sizeof *child);
    cells texts = *c;
    texts.all = c->rows;
    child->type = out->type;
    make_offsets(from, &texts, child);
    for (uint32_t r = 0; r < c->all; r++) codes[r] = (int32_t)(r % c->rows);
    out->layout = WQL_CODES;
    out->values = codes;
    out->child = child;
    out->child_rows = c->rows;
}

static void make_validity(pool *from, const cells *c, wql_column *out) {
    uint8_t *validity = pool_get(from, c->all / 8 + 1);
    bool nulls = false;
    for (uint32_t r = 0; r < c->all; r++) {
        if (cell_of(c, r)->type != WQL_NULL)
            validity[r / 8] |= (uint8_t)(1u << r % 8);
        else
            nulls = true;
    }
    if (nulls) out->validity = validity;
}

void make_columns(pool *from, uint64_t *seed, const table *t, uint32_t times, wql_column *out) {
    for (uint32_t i = 0; i < t->shape.count; i++) {
        cells c = {t->cells + i, t->rows, t->shape.count, t->rows * times};
        uint32_t type = cim_type(t->shape.types[i]), layout = below(seed, 3);
        memset(&out[i], 0, sizeof out[i]);
        out[i].property = i;
        out[i].type = (uint16_t)type;
        make_validity(from, &c, &out[i]);
        if (type == WQL_BOOLEAN)
            make_bits(from, &c, &out[i]);
        else if (type != WQL_STRING && type != WQL_REFERENCE)
            make_fixed(from, &c, &out[i]);
        else if (layout == 0 || !t->rows)
            make_offsets(from, &c, &out[i]);
        else if (layout == 1)
            make_views(from, &c, &out[i]);
        else
            make_codes(from, &c, &out[i]);
        if (t->shape.types[i] == WQL_DATETIME) make_extra(from, &c, &out[i]);
    }
}

/* -- a provider that copies -------------------------------------------------------------------------------------- */

static wql_status copying_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config, (void)self;
    return wql_mount_define(mount, ((row_source *)user)->def, 1, err);
}

static wql_status copying_open(wql_scan *scan, wql_error *err) {
    (void)err;
    scan->state = NULL;
    return WQL_OK;
}

static wql_status copying_next(wql_scan *scan, wql_error *err) {
    const table *t = ((row_source *)scan->self)->t;
    uint32_t at = (uint32_t)(uintptr_t)scan->state;
    (void)err;
    for (bool room = true; at < t->rows && room; at++) {
        for (uint32_t i = 0; i < t->shape.count; i++) wql_row_set(scan, i, t->cells[(size_t)at * t->shape.count + i]);
        room = wql_row_end(scan);
    }
    scan->state = (void *)(uintptr_t)at;
    return at < t->rows ? WQL_OK : WQL_END;
}

const wql_provider *copying_provider(void) {
    static const wql_provider provider = {.struct_size = sizeof provider,
                                          .flags = WQL_CONCURRENT,
                                          .name = "copying",
                                          .load = copying_load,
                                          .open = copying_open,
                                          .next = copying_next};
    return &provider;
}
