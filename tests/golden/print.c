/* SPDX-License-Identifier: MIT */
/* print.c: what came, as it is written in a case file. Reads batches as any client would. */
#include "golden.h"

static void print_quoted(writer *to, wql_str text) {
    put_z(to, "\"");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        switch (c) {
        case '"': put_z(to, "\\\""); break;
        case '\\': put_z(to, "\\\\"); break;
        case '\n': put_z(to, "\\n"); break;
        case '\r': put_z(to, "\\r"); break;
        case '\t': put_z(to, "\\t"); break;
        case '\0': put_z(to, "\\0"); break;
        default:
            if (c < 0x20 || c == 0x7f)
                put_format(to, "\\x%02x", c);
            else
                put(to, text.ptr + i, 1);
        }
    }
    put_z(to, "\"");
}

/* A value that is neither array nor object. */
static void print_scalar(writer *to, const wql_value *value) {
    char text[64];
    size_t len;
    if (value->type == WQL_STRING || value->type == WQL_REFERENCE) {
        print_quoted(to, value->str);
        return;
    }
    len = wql_value_format(value, text, sizeof text);
    if (len >= sizeof text) stop_with("golden: a number of %zu characters", len);
    put(to, text, len);
}

static void print_cell(writer *to, const wql_column *column, bool interval, uint32_t row, uint32_t depth);

/* Whether a column holds intervals: its class knows. */
static bool has_intervals(const wql_batch *batch, const wql_column *column) {
    const wql_class_def *def = wql_class_describe(wql_batch_class(batch));
    return column->property < def->property_count && (def->properties[column->property].flags & WQL_INTERVAL);
}

static void print_object(writer *to, const wql_batch *batch, uint32_t row, uint32_t depth) {
    uint32_t width = wql_batch_width(batch);
    put_format(to, "%s{", wql_class_describe(wql_batch_class(batch))->name);
    for (uint32_t i = 0; i < width; i++) {
        const wql_column *column = wql_batch_column(batch, i);
        put_format(to, "%s%s=", i ? "," : "", column->name);
        print_cell(to, column, has_intervals(batch, column), row, depth + 1);
    }
    put_z(to, "}");
}

static void print_cell(writer *to, const wql_column *column, bool interval, uint32_t row, uint32_t depth) {
    wql_value value = wql_column_value(column, row);
    if (depth > 32) stop_with("golden: objects that never end");
    if (value.type == WQL_NULL) {
        put_z(to, "NULL");
    } else if (value.type & WQL_ARRAY) {
        uint32_t first, count = wql_column_items(column, row, &first);
        put_z(to, "{");
        for (uint32_t i = 0; i < count; i++) {
            if (i) put_z(to, ",");
            print_cell(to, column->child, interval, first + i, depth + 1);
        }
        put_z(to, "}");
    } else if (value.type == WQL_OBJECT) {
        print_object(to, value.object, value.count, depth);
    } else {
        if (value.type == WQL_DATETIME) value.time.interval = interval;
        print_scalar(to, &value);
    }
}

/* A value by name; arrays of these have their items in `items`. */
void print_value(writer *to, const wql_value *value) {
    if (value->type == WQL_NULL) {
        put_z(to, "NULL");
    } else if (value->type & WQL_ARRAY) {
        put_z(to, "{");
        for (uint32_t i = 0; i < value->count; i++) {
            if (i) put_z(to, ",");
            if (!value->items)
                put_z(to, "...");
            else
                print_value(to, &value->items[i]);
        }
        put_z(to, "}");
    } else if (value->type == WQL_OBJECT) {
        print_object(to, value->object, value->count, 0);
    } else {
        print_scalar(to, value);
    }
}

static void print_shown(writer *to, const wql_batch *batch, uint32_t row, const lines *show) {
    for (uint32_t i = 0; i < show->count; i++) {
        wql_value value = wql_null();
        wql_status status = wql_batch_value(batch, row, show->at[i], &value);
        put_z(to, i ? " | " : "");
        if (status != WQL_OK)
            put_z(to, wql_status_name(status));
        else
            print_value(to, &value);
    }
}

/* The cells, and behind || what was looked up by name. */
void print_row(writer *to, const wql_batch *batch, uint32_t row, const lines *show) {
    uint32_t width = wql_batch_width(batch);
    for (uint32_t i = 0; i < width; i++) {
        const wql_column *column = wql_batch_column(batch, i);
        if (i) put_z(to, " | ");
        print_cell(to, column, has_intervals(batch, column), row, 0);
    }
    if (!show->count) return;
    put_z(to, width ? " || " : "|| ");
    print_shown(to, batch, row, show);
}

static const char *type_name(uint32_t type) {
    static const char *const low[] = {
        [WQL_SINT8] = "sint8",     [WQL_SINT16] = "sint16", [WQL_SINT32] = "sint32", [WQL_SINT64] = "sint64", [WQL_UINT8] = "uint8",
        [WQL_UINT16] = "uint16",   [WQL_UINT32] = "uint32", [WQL_UINT64] = "uint64", [WQL_REAL32] = "real32",
        [WQL_REAL64] = "real64",   [WQL_STRING] = "string", [WQL_BOOLEAN] = "boolean", [WQL_OBJECT] = "object"};
    type &= ~(uint32_t)WQL_ARRAY;
    switch (type) {
    case WQL_DATETIME: return "datetime";
    case WQL_REFERENCE: return "reference";
    case WQL_CHAR16: return "char16";
    default: return type < sizeof low / sizeof low[0] && low[type] ? low[type] : "?";
    }
}

void print_columns(writer *to, const wql_batch *batch) {
    uint32_t width = wql_batch_width(batch);
    put_format(to, "%s:", wql_class_describe(wql_batch_class(batch))->name);
    for (uint32_t i = 0; i < width; i++) {
        const wql_column *column = wql_batch_column(batch, i);
        put_format(to, "%s %s %s%s", i ? "," : "", column->name, type_name(column->type), column->type & WQL_ARRAY ? "[]" : "");
    }
}

/* Control characters and the like never stand in an error; what is not one line would break the file. */
void print_error(writer *to, const wql_error *error) {
    put_z(to, wql_status_name(error->status));
    if (error->line) put_format(to, " at %u length %u", error->offset, error->length);
    put_format(to, ": %s", error->message);
    if (error->hint[0]) put_format(to, "\nhint %s", error->hint);
    if (error->provider[0]) put_format(to, "\nprovider %s", error->provider);
}
