/* SPDX-License-Identifier: MIT */
/* 04_columns.c: reading a batch. By column: the fast way, an array in its natural C type, a bitmap of NULLs, texts in one of three
 * layouts, arrays as lists. By name: one value at a time, for a person, system properties too. */
#include <wql/wql.h>

#include <inttypes.h>
#include <stdio.h>

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

/* -- by column --------------------------------------------------------------------------------------------------- */

static void print_numbers(const wql_column *height, uint32_t rows) {
    const double *metres = height->values; /* row r is element r; there is no offset */
    double sum = 0;
    uint32_t known = 0;
    for (uint32_t row = 0; row < rows; row++) {
        if (wql_column_is_null(height, row)) continue; /* height->validity NULL would mean: no NULLs at all */
        sum += metres[row];
        known++;
    }
    printf("%u trees, %u heights, together %.1f m\n", (unsigned)rows, (unsigned)known, sum);
}

static void print_texts(const wql_column *name, uint32_t rows) {
    uint64_t bytes = 0;
    /* The layout may change from batch to batch. Each has a fast way of its own; wql_column_str reads any of them. */
    if (name->layout == WQL_OFFSETS)
        bytes = (uint64_t)(name->offsets[rows] - name->offsets[0]);
    else
        for (uint32_t row = 0; row < rows; row++) bytes += wql_column_str(name, row).len;
    printf("names of %" PRIu64 " bytes:", bytes);
    for (uint32_t row = 0; row < rows; row++) printf(" %.*s", WQL_FMT(wql_column_str(name, row)));
    putchar('\n');
}

static void print_dates(const wql_column *planted, uint32_t rows) {
    for (uint32_t row = 0; row < rows; row++) {
        wql_datetime time = wql_column_time(planted, row);
        char text[26];
        if (wql_column_is_null(planted, row) || !wql_datetime_format(&time, text)) continue;
        printf("planted %s, that is %" PRId64 " us since 1970 UTC\n", text, time.us);
    }
}

static void print_lists(const wql_column *rings, uint32_t rows) {
    const uint16_t *items = rings->child->values;
    for (uint32_t row = 0; row < rows; row++) {
        uint32_t first, count = wql_column_items(rings, row, &first);
        printf("%u rings:", (unsigned)count);
        for (uint32_t i = 0; i < count; i++) printf(" %u", (unsigned)items[first + i]);
        putchar('\n');
    }
}

/* -- by name ----------------------------------------------------------------------------------------------------- */

static void print_row(const wql_batch *batch, uint32_t row) {
    static const char *const names[] = {"Id", "Height", "Old", "Planted", "Rings", "__CLASS", "__RELPATH", "Colour"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        wql_value value;
        char text[128];
        wql_status st = wql_batch_value(batch, row, names[i], &value);
        if (st == WQL_E_NOT_FOUND)
            snprintf(text, sizeof text, "(not in this result)"); /* a NULL would be a value */
        else if (st < 0 || !wql_value_format(&value, text, sizeof text))
            text[0] = 0;
        printf("  %s = %s\n", names[i], text);
    }
}

static void print_batch(const wql_batch *batch) {
    uint32_t rows = wql_batch_rows(batch);
    /* SELECT * brings the class's properties in its order; a name can be looked up once for each class. */
    print_numbers(wql_batch_column(batch, wql_batch_find(batch, "height")), rows);
    print_texts(wql_batch_column(batch, wql_batch_find(batch, "name")), rows);
    print_dates(wql_batch_column(batch, wql_batch_find(batch, "planted")), rows);
    print_lists(wql_batch_column(batch, wql_batch_find(batch, "rings")), rows);
    print_row(batch, 1);
}

/* -- the data: see 05_arrays.c ----------------------------------------------------------------------------------- */

static const wql_property_def properties[] = {
    {.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
    {.name = "Name", .type = WQL_STRING},
    {.name = "Height", .type = WQL_REAL64},
    {.name = "Old", .type = WQL_BOOLEAN},
    {.name = "Planted", .type = WQL_DATETIME},
    {.name = "Rings", .type = WQL_UINT16 | WQL_ARRAY},
};
static const uint32_t ids[] = {1, 2, 3};
static const int32_t name_ends[] = {0, 3, 7, 12}, ring_ends[] = {0, 2, 2, 5};
static const double heights[] = {18.5, 0, 24};
static const uint8_t has_height[] = {0x05}, is_old[] = {0x04};
static const int64_t planted[] = {946684800000000, 1577836800000000, -631152000000000};
static const wql_time_extra written[] = {{60, 0, 0}, {0, 0, 0}, {0, 0, 0}}; /* in which offset from UTC */
static const uint16_t rings[] = {4, 6, 3, 9, 5};

int main(void) {
    wql_error err = WQL_INIT(wql_error);
    wql_column items = {.type = WQL_UINT16, .layout = WQL_FIXED, .values = rings};
    wql_column columns[] = {
        {.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids},
        {.property = 1, .type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = name_ends, .bytes = "oakpinebeech", .bytes_size = 12},
        {.property = 2, .type = WQL_REAL64, .layout = WQL_FIXED, .values = heights, .validity = has_height},
        {.property = 3, .type = WQL_BOOLEAN, .layout = WQL_BITS, .values = is_old},
        {.property = 4, .type = WQL_DATETIME, .layout = WQL_FIXED, .values = planted, .extra = written},
        {.property = 5, .type = WQL_UINT16 | WQL_ARRAY, .layout = WQL_LIST, .offsets = ring_ends, .child = &items, .child_rows = 5},
    };
    wql_class_def tree = {.struct_size = sizeof tree, .name = "Tree", .properties = properties, .property_count = 6};
    wql_table table = {.struct_size = sizeof table, .def = &tree, .rows = 3, .columns = columns, .column_count = 6};
    wql_engine *engine;
    wql_session *session;
    wql_call call;
    wql_batch *batch;
    wql_status st;
    if (wql_engine_open(NULL, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/wood", wql_memory_provider(), NULL, &table, &err) < 0 ||
        wql_session_open(engine, "root/wood", NULL, &session, &err) < 0 ||
        wql_session_exec(session, wql_s("SELECT * FROM Tree"), NULL, &call, &err) < 0)
        return fail(&err);
    while ((st = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        print_batch(batch);
        wql_batch_release(batch);
    }
    if (st != WQL_END) return fail(&err);
    wql_call_close(call);
    wql_session_close(session);
    return wql_engine_close(engine) < 0;
}
