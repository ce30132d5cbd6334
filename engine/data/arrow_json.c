/* SPDX-License-Identifier: MIT */
/* arrow_json.c: embedded objects as JSON (RFC 8259). The objects of one column may be of many classes, which no struct of Arrow's
 * can be; as text each is whole, with its class in front as "__CLASS". */
#include "arrow.h"

#include "../base/error.h"
#include "datetime.h"
#include "value.h"

#include <math.h>
#include <string.h>

/* Objects within objects; more is refused. */
enum { DEPTH_MAX = 128 };

typedef struct json {
    wql__out out;
    bool deep; /* nested too deep */
} json;

static void put_string(wql__out *out, wql_str text) {
    static const char names[] = "btn?fr"; /* of 8 to 13 */
    size_t done = 0;                      /* what lies before is out */
    wql__out_text(out, "\"", 1);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        char escape[8] = {'\\', (char)c, 0};
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        wql__out_text(out, text.ptr + done, i - done);
        done = i + 1;
        if (c < 0x20 && (c < 8 || c > 13 || c == 11)) {
            static const char digits[] = "0123456789abcdef";
            memcpy(escape, "\\u00", 4);
            escape[4] = digits[c >> 4];
            escape[5] = digits[c & 15];
        } else if (c < 0x20) {
            escape[1] = names[c - 8];
        }
        wql__out_z(out, escape);
    }
    if (text.len > done) wql__out_text(out, text.ptr + done, text.len - done);
    wql__out_text(out, "\"", 1);
}

static void put_time(wql__out *out, const wql_datetime *time) {
    char text[26];
    if (!wql__datetime_print(time, text))
        wql__out_z(out, "null");
    else
        put_string(out, wql_s(text));
}

static void put_object(json *j, const wql_batch *batch, uint32_t row, unsigned depth);

static void put_cell(json *j, const wql_column *col, uint32_t row, bool interval, unsigned depth);

static void put_array(json *j, const wql_column *col, uint32_t row, bool interval, unsigned depth) {
    uint32_t first, count = wql_column_items(col, row, &first);
    wql__out_z(&j->out, "[");
    for (uint32_t i = 0; i < count; i++) {
        if (i) wql__out_z(&j->out, ",");
        put_cell(j, col->child, first + i, interval, depth);
    }
    wql__out_z(&j->out, "]");
}

static bool is_null(const wql_column *col, uint32_t row) {
    if (wql_column_is_null(col, row)) return true;
    return col->layout == WQL_CODES && wql_column_is_null(col->child, (uint32_t)((const int32_t *)col->values)[row]);
}

static void put_cell(json *j, const wql_column *col, uint32_t row, bool interval, unsigned depth) {
    wql_value value;
    if (is_null(col, row)) {
        wql__out_z(&j->out, "null");
        return;
    }
    if (col->type & WQL_ARRAY) {
        put_array(j, col, row, interval, depth);
        return;
    }
    value = wql_column_value(col, row);
    switch (value.type) {
    case WQL_BOOLEAN: wql__out_z(&j->out, value.b ? "true" : "false"); break;
    case WQL_STRING:
    case WQL_REFERENCE: put_string(&j->out, value.str); break;
    case WQL_OBJECT: put_object(j, value.object, value.count, depth + 1); break;
    case WQL_DATETIME:
        value.time.interval = interval;
        put_time(&j->out, &value.time);
        break;
    case WQL_REAL32:
    case WQL_REAL64:
        if (!isfinite(value.f64)) { /* JSON has no such number */
            wql__out_z(&j->out, "null");
            break;
        } /* fall through */
    default: wql__value_print(&j->out, &value); break;
    }
}

static bool is_interval(const wql_batch *batch, const wql_column *col) {
    return batch->cls && col->property < batch->cls->def.property_count &&
           (batch->cls->def.properties[col->property].flags & WQL_INTERVAL) != 0;
}

static void put_object(json *j, const wql_batch *batch, uint32_t row, unsigned depth) {
    if (depth > DEPTH_MAX) {
        j->deep = true;
        return;
    }
    wql__out_z(&j->out, "{\"__CLASS\":");
    put_string(&j->out, wql_s(batch->cls ? batch->cls->def.name : ""));
    for (uint32_t i = 0; i < batch->width; i++) {
        const wql_column *col = &batch->columns[i];
        wql__out_z(&j->out, ",");
        put_string(&j->out, wql_s(col->name));
        wql__out_z(&j->out, ":");
        put_cell(j, col, row, is_interval(batch, col), depth);
    }
    wql__out_z(&j->out, "}");
}

/* Twice: to know how long the texts are, and to write them. `j` has no buffer the first time. */
static bool put_rows(wql__arrow_maker *maker, json *j, const wql_column *col, uint64_t first, uint64_t rows, int32_t *offsets) {
    for (uint64_t i = 0; i < rows; i++) {
        uint32_t row = 0;
        const wql_batch *object = wql_column_object(col, (uint32_t)(first + i), &row);
        offsets[i] = (int32_t)j->out.len;
        if (object) put_object(j, object, row, 1);
        if (j->deep || j->out.len > INT32_MAX) return wql__arrow_too_long(maker);
    }
    offsets[rows] = (int32_t)j->out.len;
    return true;
}

static bool validity_of(wql__arrow_maker *maker, const wql_column *col, uint64_t first, uint64_t rows, const uint8_t **out) {
    uint8_t *bits;
    *out = col->validity;
    if (!col->validity || first == 0) return true;
    bits = wql__arrow_bitmap(maker, rows);
    for (uint64_t i = 0; bits && i < rows; i++)
        if (wql_column_is_null(col, (uint32_t)(first + i))) wql__arrow_set_null(bits, i);
    *out = bits;
    return bits != NULL;
}

bool wql__arrow_json(wql__arrow_maker *maker, const wql_column *col, uint64_t first, uint64_t rows, struct ArrowArray *node) {
    int32_t *offsets = wql__arrow_alloc(maker, wql__array_size((size_t)rows + 1, sizeof *offsets));
    const uint8_t *validity;
    json j = {{NULL, 0, 0}, false};
    const void **buffers;
    size_t size;
    char *bytes;
    if (!offsets || !validity_of(maker, col, first, rows, &validity) || !put_rows(maker, &j, col, first, rows, offsets))
        return false;
    size = j.out.len + 1;
    bytes = wql__arrow_alloc(maker, size);
    if (!bytes) return false;
    j.out = (wql__out){bytes, size, 0};
    (void)put_rows(maker, &j, col, first, rows, offsets);
    wql__arrow_node(maker, node, rows, validity);
    buffers = wql__arrow_buffers(maker, node, 3);
    if (!buffers) return false;
    buffers[0] = validity;
    buffers[1] = offsets;
    buffers[2] = bytes;
    return true;
}
