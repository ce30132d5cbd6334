/* SPDX-License-Identifier: MIT */
/* duckdb_function.c: the arrays as a table function of DuckDB, ItemArrays(): its counterpart of a provider. It is asked for the
 * columns that a query needs and no others. A table function fills DuckDB's vectors: numbers are copied, of a text 16 bytes are
 * written, and its bytes stay where they are if there are more than 12. */
#include "duckdb.h"

#include <stdlib.h>
#include <string.h>

/* What a callback gets leads to the database only by way of the API, which is a member of it. So this is a variable. */
static duck *registered;

typedef struct scan {
    uint64_t row, width;
    uint64_t columns[BENCH_WIDTH];
} scan;

static const int types[BENCH_WIDTH] = {DUCK_UINTEGER, DUCK_UINTEGER, DUCK_UBIGINT, DUCK_DOUBLE,
                                       DUCK_BOOLEAN,  DUCK_VARCHAR,  DUCK_VARCHAR, DUCK_TIMESTAMP};

static void bind(duck_info info) {
    const duck_api *api = &registered->api;
    for (uint32_t i = 0; i < BENCH_WIDTH; i++) {
        duck_type type = api->create_logical_type(types[i]);
        api->bind_add_result_column(info, bench_properties[i].name, type);
        api->destroy_logical_type(&type);
    }
    api->bind_set_cardinality(info, registered->table->rows, true);
}

static void init(duck_info info) {
    const duck_api *api = &registered->api;
    scan *s = calloc(1, sizeof *s);
    if (!s) bench_stop("out of memory");
    s->width = api->init_get_column_count(info);
    if (s->width > BENCH_WIDTH) bench_stop("DuckDB asks for too many columns");
    for (uint64_t i = 0; i < s->width; i++) s->columns[i] = api->init_get_column_index(info, i);
    api->init_set_max_threads(info, 1);
    api->init_set_init_data(info, s, free);
}

/* -- columns ------------------------------------------------------------------------------------------------------ */

static void fill_texts(duck_text *to, const int32_t *offsets, const char *bytes, uint64_t rows) {
    for (uint64_t i = 0; i < rows; i++) {
        uint32_t len = (uint32_t)(offsets[i + 1] - offsets[i]);
        const char *text = bytes + offsets[i];
        duck_text made = {.inlined = {.len = len}};
        if (len <= DUCK_INLINED) {
            memcpy(made.inlined.bytes, text, len);
        } else {
            memcpy(made.outside.prefix, text, sizeof made.outside.prefix);
            made.outside.bytes = text;
        }
        to[i] = made;
    }
}

static void fill_flags(uint8_t *to, const uint8_t *bits, uint64_t first, uint64_t rows) {
    for (uint64_t i = 0; i < rows; i++) to[i] = bits[(first + i) / 8] >> ((first + i) % 8) & 1;
}

/* DuckDB may ask for a column that is none of the table's, such as a number of the row, if it needs only the number of rows. */
static void fill(const bench_table *t, uint64_t column, uint64_t first, uint64_t rows, void *to) {
    switch (column) {
    case BENCH_ID: memcpy(to, t->id + first, rows * sizeof *t->id); break;
    case BENCH_PARENT: memcpy(to, t->parent + first, rows * sizeof *t->parent); break;
    case BENCH_SIZE: memcpy(to, t->size + first, rows * sizeof *t->size); break;
    case BENCH_CPU: memcpy(to, t->cpu + first, rows * sizeof *t->cpu); break;
    case BENCH_FLAG: fill_flags(to, t->flag, first, rows); break;
    case BENCH_NAME: fill_texts(to, t->name_offsets + first, t->name_bytes, rows); break;
    case BENCH_PATH: fill_texts(to, t->path_offsets + first, t->path_bytes, rows); break;
    case BENCH_CREATED: memcpy(to, t->created + first, rows * sizeof *t->created); break;
    default: break;
    }
}

/* Scans go from vector to vector, and so from word to word. */
static void fill_valid(const duck_api *api, const bench_table *t, uint64_t column, uint64_t first, uint64_t rows,
                       duck_vector to) {
    const uint8_t *valid = column == BENCH_SIZE ? t->size_valid : column == BENCH_NAME ? t->name_valid : NULL;
    if (!valid) return;
    api->vector_ensure_validity_writable(to);
    memcpy(api->vector_get_validity(to), valid + first / 8, (rows + 63) / 64 * 8);
}

static void next(duck_info info, duck_chunk chunk) {
    const duck_api *api = &registered->api;
    const bench_table *t = registered->table;
    scan *s = api->function_get_init_data(info);
    uint64_t rows = api->vector_size();
    if (rows > t->rows - s->row) rows = t->rows - s->row;
    for (uint64_t i = 0; rows && i < s->width; i++) {
        duck_vector vector = api->data_chunk_get_vector(chunk, i);
        fill(t, s->columns[i], s->row, rows, api->vector_get_data(vector));
        fill_valid(api, t, s->columns[i], s->row, rows, vector);
    }
    s->row += rows;
    api->data_chunk_set_size(chunk, rows);
}

void duck_register_arrays(duck *d) {
    duck_function function = d->api.create_table_function();
    registered = d;
    d->api.table_function_set_name(function, "ItemArrays");
    d->api.table_function_set_bind(function, bind);
    d->api.table_function_set_init(function, init);
    d->api.table_function_set_function(function, next);
    d->api.table_function_supports_projection_pushdown(function, true);
    if (d->api.register_table_function(d->connection, function) != 0) bench_stop("DuckDB takes no table function");
    d->api.destroy_table_function(&function);
}
