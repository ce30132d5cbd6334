/* SPDX-License-Identifier: MIT */
/* duckdb.c: the same rows in DuckDB, in memory, one thread. Results are taken chunk by chunk, column by column, and summed as in
 * sink.c. */
#include "duckdb.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- the library -------------------------------------------------------------------------------------------------- */

typedef struct entry {
    const char *name;
    size_t place; /* of the member in the table */
} entry;

static const entry entries[] = {
#define ENTRY(result, name, arguments) {"duckdb_" #name, offsetof(duck_api, name)},
    DUCK_FUNCTIONS(ENTRY)
#undef ENTRY
};

/* A pointer to data becomes one to a function by its bytes: POSIX says that dlsym's can, C has no cast for it. */
const char *duck_load(duck *d, const char *path) {
    memset(d, 0, sizeof *d);
    d->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!d->library) return dlerror();
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        void *at = dlsym(d->library, entries[i].name);
        if (!at) return dlerror();
        memcpy((char *)&d->api + entries[i].place, &at, sizeof at);
    }
    return NULL;
}

static void fail(const char *why) {
    fprintf(stderr, "bench: DuckDB: %s\n", why ? why : "it does not say why");
    exit(1);
}

/* -- a database --------------------------------------------------------------------------------------------------- */

void duck_must(duck *d, duck_connection connection, const char *sql) {
    duck_result result;
    if (d->api.query(connection, sql, &result) != 0) fail(d->api.result_error(&result));
    d->api.destroy_result(&result);
}

static void create_table(duck *d, const char *database) {
    char sql[400];
    snprintf(sql, sizeof sql,
             "CREATE TABLE %s.Item(id UINTEGER NOT NULL, parent UINTEGER NOT NULL, size UBIGINT%s, cpu DOUBLE NOT NULL, "
             "flag BOOLEAN NOT NULL, name VARCHAR%s, path VARCHAR NOT NULL, created TIMESTAMP NOT NULL)",
             database, d->table->size_valid ? "" : " NOT NULL", d->table->name_valid ? "" : " NOT NULL");
    duck_must(d, d->connection, sql);
    snprintf(sql, sizeof sql, "INSERT INTO %s.Item SELECT * FROM ItemArrays()", database);
    duck_must(d, d->connection, sql);
}

/* The order of rows makes no difference to any answer here, and DuckDB is a little faster without it. */
void duck_open(duck *d, const bench_table *table) {
    d->table = table;
    if (d->api.open(NULL, &d->database) != 0) fail("a database in memory does not open");
    if (d->api.connect(d->database, &d->connection) != 0) fail("it cannot be connected to");
    duck_must(d, d->connection, "SET threads = 1");
    duck_must(d, d->connection, "SET preserve_insertion_order = false");
    duck_register_arrays(d);
    create_table(d, "memory");
    duck_must(d, d->connection, "ATTACH ':memory:' AS packed (COMPRESS)");
    create_table(d, "packed");
    duck_must(d, d->connection, "CHECKPOINT packed");
}

void duck_close(duck *d) {
    d->api.disconnect(&d->connection);
    d->api.close(&d->database);
}

/* -- one chunk ---------------------------------------------------------------------------------------------------- */

typedef struct cells {
    int type;
    const void *data;
} cells;

static const char *text_of(const duck_text *text) {
    return text->len <= DUCK_INLINED ? text->inlined.bytes : text->outside.bytes;
}

static uint64_t sum_cells(const cells *column, uint64_t rows) {
    const uint32_t *words = column->data;
    const uint64_t *longs = column->data;
    const uint8_t *flags = column->data;
    const duck_text *texts = column->data;
    uint64_t sum = 0;
    switch (column->type) {
    case DUCK_UINTEGER:
        for (uint64_t i = 0; i < rows; i++) sum += words[i];
        break;
    case DUCK_BOOLEAN:
        for (uint64_t i = 0; i < rows; i++) sum += flags[i];
        break;
    case DUCK_VARCHAR:
        for (uint64_t i = 0; i < rows; i++) sum += bench_text_sum(text_of(&texts[i]), texts[i].len);
        break;
    default: /* eight bytes: a number, the bits of a real, the microseconds of a time */
        for (uint64_t i = 0; i < rows; i++) sum += longs[i];
    }
    return sum;
}

static uint64_t hash_cell(uint64_t hash, const cells *column, uint64_t row) {
    const duck_text *text = (const duck_text *)column->data + row;
    switch (column->type) {
    case DUCK_UINTEGER: return bench_hash_number(hash, ((const uint32_t *)column->data)[row]);
    case DUCK_BOOLEAN: return bench_hash_number(hash, ((const uint8_t *)column->data)[row]);
    case DUCK_VARCHAR: return bench_hash_text(hash, text_of(text), text->len);
    default: return bench_hash_number(hash, ((const uint64_t *)column->data)[row]);
    }
}

/* No answer of the bench has a NULL. */
static void refuse_null(duck *d, duck_vector vector, uint64_t rows) {
    const uint64_t *valid = d->api.vector_get_validity(vector);
    for (uint64_t row = 0; valid && row < rows; row++)
        if (!(valid[row / 64] >> (row % 64) & 1)) fail("a NULL came where none can be");
}

static cells column_of(duck *d, duck_chunk chunk, const int *types, uint64_t number) {
    duck_vector vector = d->api.data_chunk_get_vector(chunk, number);
    return (cells){.type = types[number], .data = d->api.vector_get_data(vector)};
}

static void take_chunk(duck *d, duck_chunk chunk, const int *types, uint64_t width, bench_answer *answer) {
    uint64_t rows = d->api.data_chunk_get_size(chunk);
    cells columns[BENCH_WIDTH];
    for (uint64_t i = 0; i < width; i++) columns[i] = column_of(d, chunk, types, i);
    for (uint64_t i = 0; answer->thorough && i < width; i++) refuse_null(d, d->api.data_chunk_get_vector(chunk, i), rows);
    if (width == 1 && types[0] == DUCK_UINTEGER) {
        bench_take_ids(answer, columns[0].data, (uint32_t)rows);
        return;
    }
    answer->rows += rows;
    for (uint64_t i = 0; i < width; i++) answer->sum += sum_cells(&columns[i], rows);
    for (uint64_t row = 0; answer->thorough && row < rows; row++) {
        uint64_t hash = 0;
        for (uint64_t i = 0; i < width; i++) hash = hash_cell(hash, &columns[i], row);
        answer->deep += hash;
    }
}

/* -- runs --------------------------------------------------------------------------------------------------------- */

/* An error is an interrupt if it says so; all others end the program. */
static bool is_interrupt(const char *why) {
    if (!why || !strstr(why, "INTERRUPT")) fail(why);
    return true;
}

static bool execute_streaming(duck *d, duck_connection connection, const char *sql, duck_result *out) {
    duck_statement statement;
    duck_pending pending;
    bool executed;
    if (d->api.prepare(connection, sql, &statement) != 0) fail(d->api.prepare_error(statement));
    if (d->api.pending_prepared_streaming(statement, &pending) != 0) fail(d->api.pending_error(pending));
    executed = d->api.execute_pending(pending, out) == 0 || !is_interrupt(d->api.result_error(out));
    if (!executed) d->api.destroy_result(out);
    d->api.destroy_pending(&pending);
    d->api.destroy_prepare(&statement);
    return executed;
}

bool duck_execute(duck *d, duck_connection connection, const char *sql, bool streaming, duck_result *out) {
    if (streaming) return execute_streaming(d, connection, sql, out);
    if (d->api.query(connection, sql, out) == 0 || !is_interrupt(d->api.result_error(out))) return true;
    d->api.destroy_result(out);
    return false;
}

void duck_run(duck *d, const char *sql, bool streaming, bool counts, bench_answer *answer) {
    duck_result result;
    duck_chunk chunk;
    int types[BENCH_WIDTH];
    uint64_t width = 0;
    if (!duck_execute(d, d->connection, sql, streaming, &result)) fail("interrupted by nobody");
    while ((chunk = d->api.fetch_chunk(result)) != NULL) {
        if (!width) {
            width = d->api.data_chunk_get_column_count(chunk);
            if (width > BENCH_WIDTH) fail("a chunk has too many columns");
            for (uint64_t i = 0; i < width; i++) types[i] = d->api.column_type(&result, i);
        }
        if (counts)
            answer->rows += *(const uint64_t *)column_of(d, chunk, types, 0).data;
        else
            take_chunk(d, chunk, types, width, answer);
        d->api.destroy_data_chunk(&chunk);
    }
    if (d->api.result_error(&result)) fail(d->api.result_error(&result));
    d->api.destroy_result(&result);
}
