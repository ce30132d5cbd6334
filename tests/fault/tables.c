/* SPDX-License-Identifier: MIT */
/* tables.c: the memory provider: arrays in every layout, two tables of one mount, rows appended, replaced and published. The
 * table's own allocations fail with the engine's. */
#include "fault.h"

enum { ROWS = 1200, ID, NAME, KIND, TAGS, OLD, PROPS = OLD };

static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                              {.name = "Name", .type = WQL_STRING},
                                              {.name = "Kind", .type = WQL_STRING},
                                              {.name = "Tags", .type = WQL_STRING | WQL_ARRAY},
                                              {.name = "Old", .type = WQL_BOOLEAN}};
static const wql_class_def leaf = {.struct_size = sizeof leaf, .name = "Leaf", .properties = properties, .property_count = 5};
static const wql_class_def twig = {
    .struct_size = sizeof twig, .name = "Twig", .superclass = "Leaf", .properties = NULL, .property_count = 0};
static const wql_class_def plain = {.struct_size = sizeof plain, .name = "Plain", .properties = properties, .property_count = 2};

/* -- one set of arrays; never written after `fill` ----------------------------------------------------------------- */

static uint32_t ids[ROWS];
static wql_view names[ROWS];
static int32_t kinds[ROWS], tag_ends[ROWS + 1];
static uint8_t old[ROWS / 8 + 1], valid[ROWS / 8 + 1];
static const int32_t kind_ends[] = {0, 3, 8, 11};
static const char long_names[] = "a name that does not fit in a view";
static const char *const name_buffers[] = {long_names};
static const int64_t name_sizes[] = {sizeof long_names - 1};
static const wql_column dictionary = {
    .type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = kind_ends, .bytes = "ashbeechoak", .bytes_size = 11};
static wql_column columns[PROPS];

static void fill(void) {
    if (columns[0].type) return;
    for (uint32_t r = 0; r < ROWS; r++) {
        ids[r] = r;
        kinds[r] = (int32_t)(r % 3);
        tag_ends[r + 1] = (int32_t)(r % 4);
        if (tag_ends[r + 1] < tag_ends[r]) tag_ends[r + 1] = tag_ends[r];
        if (r % 2) {
            names[r].len = sizeof long_names - 1;
            memcpy(names[r].as.ref.prefix, long_names, 4);
        } else {
            names[r].len = 5;
            memcpy(names[r].as.inlined, "short", 5);
        }
        if (r % 5) valid[r / 8] |= (uint8_t)(1u << (r % 8));
        if (r % 7 == 0) old[r / 8] |= (uint8_t)(1u << (r % 8));
    }
    columns[0] = (wql_column){.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids};
    columns[1] = (wql_column){.property = 1,
                              .type = WQL_STRING,
                              .layout = WQL_VIEWS,
                              .values = names,
                              .validity = valid,
                              .buffers = name_buffers,
                              .buffer_sizes = name_sizes,
                              .buffer_count = 1};
    columns[2] = (wql_column){
        .property = 2, .type = WQL_STRING, .layout = WQL_CODES, .values = kinds, .child = &dictionary, .child_rows = 3};
    columns[3] = (wql_column){.property = 3,
                              .type = WQL_STRING | WQL_ARRAY,
                              .layout = WQL_LIST,
                              .offsets = tag_ends,
                              .child = &dictionary,
                              .child_rows = 3};
    columns[4] = (wql_column){.property = 4, .type = WQL_BOOLEAN, .layout = WQL_BITS, .values = old};
}

static wql_status mount_tables(world *w, uint8_t take) {
    wql_table second = {.struct_size = sizeof second, .def = &twig, .rows = 10, .columns = columns, .column_count = 3};
    wql_table first = {
        .struct_size = sizeof first, .def = &leaf, .rows = ROWS, .columns = columns, .column_count = 5, .next = &second};
    fill();
    memset(first.take, take, sizeof first.take);
    first.batch_rows = 512;
    return wql_engine_mount(w->engine, "root/t", wql_memory_provider(), NULL, &first, &w->err);
}

static wql_status mount_arrays(world *w) { return mount_tables(w, WQL_NONE); }
static wql_status mount_exact(world *w) { return mount_tables(w, WQL_EXACT); }

static wql_status read_arrays(world *w) {
    wql_status status = ask(w, "SELECT * FROM Leaf", 0);
    if (status >= 0) status = ask(w, "SELECT * FROM Leaf WHERE Kind = 'BEECH' AND Name LIKE '%view%' AND Old = FALSE", 1);
    if (status >= 0)
        status = ask(w, "SELECT Tags, Kind FROM Leaf WHERE Id > 40 AND Id <= 60 OR Kind LIKE 'o%k' AND Name IS NULL", 2);
    return status;
}

/* -- a table that changes ------------------------------------------------------------------------------------------ */

static void give_back(void *ctx) { ++*(int *)ctx; }

static wql_status open_memory(world *w) {
    wql_memory *before = (wql_memory *)(void *)w;
    wql_status status;
    if (w->memory) return WQL_OK;
    w->memory = before;
    status = wql_memory_open(fail_alloc, w->failing, &w->memory);
    if ((status < 0) != (w->memory == before)) broken(w, "wql_memory_open sets its output on success only");
    if (status < 0) {
        w->memory = NULL;
        w->err.status = status;
        (void)snprintf(w->err.message, sizeof w->err.message, "a table could not be made");
    }
    return status;
}

static wql_status mount_memory(world *w) {
    wql_table table = {.struct_size = sizeof table, .def = &plain};
    wql_status status = open_memory(w);
    if (status < 0) return status;
    table.memory = w->memory;
    return wql_engine_mount(w->engine, "root/t", wql_memory_provider(), NULL, &table, &w->err);
}

static wql_status append(world *w, uint32_t first, uint32_t rows) {
    wql_value cells[2 * 100];
    for (uint32_t r = 0; r < rows; r++) {
        cells[2 * r] = wql_u64(first + r);
        cells[2 * r + 1] = r % 3 ? wql_text(wql_s("some text that is to be copied")) : wql_null();
    }
    return wql_memory_append(w->memory, cells, 2, rows, &w->err);
}

static uint64_t count(world *w) {
    uint64_t rows = w->rows, seen;
    w->failing->paused = true;
    w->rows = 0;
    if (ask(w, "SELECT Id FROM Plain", -1) < 0) broken(w, "a table is counted");
    seen = w->rows;
    w->rows = rows;
    w->failing->paused = false;
    return seen;
}

/* All rows of an append, or none. Afterwards the table is empty again, for the next query. */
static wql_status appended(world *w) {
    wql_status status = WQL_OK;
    uint64_t there = 0;
    for (uint32_t i = 0; i < 30 && status >= 0; i++) {
        status = append(w, i * 100, 100);
        if (status >= 0) there += 100;
    }
    if (!w->memory_max && count(w) != there) broken(w, "an append shows all its rows or none");
    if (status >= 0) status = ask(w, "SELECT * FROM Plain WHERE Name LIKE '%text%'", 0);
    w->failing->paused = true;
    if (wql_memory_replace(w->memory, 0, 0, NULL, 0, NULL, NULL, NULL) < 0) broken(w, "a table is emptied");
    return status;
}

static void empty(world *w) { wql_memory_close(w->memory), w->memory = NULL; }

/* Replaced under a scan that runs; published; appended behind. */
static wql_status replaced(world *w) {
    int *back = calloc(1, sizeof *back);
    wql_batch *batch;
    wql_call call;
    wql_status status;
    if (!back) return WQL_E_OUT_OF_MEMORY;
    w->aid = back;
    fill();
    status = append(w, 0, 100);
    if (status >= 0) status = try_exec(w, w->session, "SELECT * FROM Plain", NULL, &call);
    if (status < 0) goto out;
    status = try_next(w, call, WQL_FOREVER, &batch);
    if (status == WQL_OK) {
        w->rows += wql_batch_rows(batch);
        wql_batch_release(batch);
        status = wql_memory_replace(w->memory, 8, ROWS, columns, 2, give_back, back, &w->err);
        if (status < 0 && *back) broken(w, "a replace that failed gives nothing back");
    }
    wql_call_close(call);
    if (status >= 0 && (wql_memory_publish(w->memory, 800) != WQL_OK || wql_memory_publish(w->memory, 7) >= 0))
        broken(w, "publishing");
    if (status >= 0) status = ask(w, "SELECT * FROM Plain", 1);
    if (status >= 0) status = append(w, 5000, 50);
    if (status >= 0) status = ask(w, "SELECT * FROM Plain WHERE Id >= 790", 2);
out:
    w->failing->paused = true;
    if (wql_memory_replace(w->memory, 0, 0, NULL, 0, NULL, NULL, NULL) < 0) broken(w, "a table is emptied");
    return status;
}

/* After the last batch: the arrays were given back at most once. */
static void check_back(world *w) {
    int *back = w->aid;
    empty(w);
    if (back && *back > 1) printf("not ok the arrays were given back %d times\n", *back);
    free(back);
}

const scenario table_scenarios[] = {
    {.name = "arrays",
     .mount = mount_arrays,
     .run = read_arrays,
     .rows = 1446,
     .probe = "SELECT * FROM Leaf",
     .probe_rows = 1210},
    {.name = "arrays, exact",
     .mount = mount_exact,
     .run = read_arrays,
     .rows = 1446,
     .probe = "SELECT * FROM Leaf",
     .probe_rows = 1210},
    {.name = "appended", .mount = mount_memory, .run = appended, .finish = empty, .rows = 1980, .probe = "SELECT * FROM Plain"},
    {.name = "replaced",
     .mount = mount_memory,
     .run = replaced,
     .finish = check_back,
     .rows = 960,
     .probe = "SELECT * FROM Plain"},
    {.name = NULL}};
