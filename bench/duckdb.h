/* SPDX-License-Identifier: MIT */
/* duckdb.h: the part of DuckDB's C API that the bench calls. Declared after its documentation, and found in libduckdb.so when the
 * program runs: nothing of DuckDB is needed to build.
 *
 *   duckdb.c           opening the library, a database with the rows; running a text and taking its chunks
 *   duckdb_function.c  the arrays as a table function: DuckDB's counterpart of a provider
 *   duckdb_queries.c   Q1 to Q9 as DuckDB's SQL, and its ways to run them; what the contest and the calls ask of it
 *   duckdb_calls.c     prepare, first rows, interrupt, results that stay open */
#ifndef BENCH_DUCKDB_H
#define BENCH_DUCKDB_H

#include "bench.h"

/* -- the C API ---------------------------------------------------------------------------------------------------- */

/* Handles. A function that gives one back takes its address, and sets it to NULL. */
typedef struct duck_database_s *duck_database;
typedef struct duck_connection_s *duck_connection;
typedef struct duck_statement_s *duck_statement;
typedef struct duck_pending_s *duck_pending;
typedef struct duck_chunk_s *duck_chunk;
typedef struct duck_vector_s *duck_vector;
typedef struct duck_type_s *duck_type;
typedef struct duck_function_s *duck_function;
typedef struct duck_info_s *duck_info; /* of a bind, an init, or a call of a table function */

typedef int duck_state; /* 0: success */
enum {
    DUCK_BOOLEAN = 1,
    DUCK_BIGINT = 5,
    DUCK_UINTEGER = 8,
    DUCK_UBIGINT = 9,
    DUCK_DOUBLE = 11,
    DUCK_TIMESTAMP = 12,
    DUCK_VARCHAR = 17
};

/* Handed over by value; all members but the last are no longer used. */
typedef struct duck_result {
    uint64_t column_count, row_count, rows_changed;
    void *columns;
    char *error_message;
    void *internal_data;
} duck_result;

/* One value of a VARCHAR vector: up to 12 bytes lie inside. */
enum { DUCK_INLINED = 12 };
typedef union duck_text {
    uint32_t len;
    struct {
        uint32_t len;
        char bytes[DUCK_INLINED];
    } inlined;
    struct {
        uint32_t len;
        char prefix[4];
        const char *bytes;
    } outside;
} duck_text;
_Static_assert(sizeof(duck_text) == 16, "a text of DuckDB has 16 bytes");

typedef void (*duck_info_callback)(duck_info info);
typedef void (*duck_chunk_callback)(duck_info info, duck_chunk chunk);
typedef void (*duck_delete_callback)(void *data);

#define DUCK_FUNCTIONS(F)                                                                                                        \
    F(const char *, library_version, (void))                                                                                     \
    F(duck_state, open, (const char *path, duck_database *out))                                                                  \
    F(void, close, (duck_database * database))                                                                                   \
    F(duck_state, connect, (duck_database database, duck_connection * out))                                                      \
    F(void, disconnect, (duck_connection * connection))                                                                          \
    F(void, interrupt, (duck_connection connection))                                                                             \
    F(duck_state, query, (duck_connection connection, const char *sql, duck_result *out))                                        \
    F(const char *, result_error, (duck_result * result))                                                                        \
    F(void, destroy_result, (duck_result * result))                                                                              \
    F(duck_state, prepare, (duck_connection connection, const char *sql, duck_statement *out))                                   \
    F(const char *, prepare_error, (duck_statement statement))                                                                   \
    F(void, destroy_prepare, (duck_statement * statement))                                                                       \
    F(duck_state, pending_prepared_streaming, (duck_statement statement, duck_pending * out))                                    \
    F(const char *, pending_error, (duck_pending pending))                                                                       \
    F(duck_state, execute_pending, (duck_pending pending, duck_result * out))                                                    \
    F(void, destroy_pending, (duck_pending * pending))                                                                           \
    F(duck_chunk, fetch_chunk, (duck_result result))                                                                             \
    F(void, destroy_data_chunk, (duck_chunk * chunk))                                                                            \
    F(uint64_t, data_chunk_get_size, (duck_chunk chunk))                                                                         \
    F(void, data_chunk_set_size, (duck_chunk chunk, uint64_t rows))                                                              \
    F(uint64_t, data_chunk_get_column_count, (duck_chunk chunk))                                                                 \
    F(duck_vector, data_chunk_get_vector, (duck_chunk chunk, uint64_t column))                                                   \
    F(void *, vector_get_data, (duck_vector vector))                                                                             \
    F(uint64_t *, vector_get_validity, (duck_vector vector))                                                                     \
    F(void, vector_ensure_validity_writable, (duck_vector vector))                                                               \
    F(uint64_t, vector_size, (void))                                                                                             \
    F(int, column_type, (duck_result * result, uint64_t column))                                                                 \
    F(duck_type, create_logical_type, (int id))                                                                                  \
    F(void, destroy_logical_type, (duck_type * type))                                                                            \
    F(duck_function, create_table_function, (void))                                                                              \
    F(void, destroy_table_function, (duck_function * function))                                                                  \
    F(void, table_function_set_name, (duck_function function, const char *name))                                                 \
    F(void, table_function_set_extra_info, (duck_function function, void *extra, duck_delete_callback destroy))                  \
    F(void, table_function_set_bind, (duck_function function, duck_info_callback bind))                                          \
    F(void, table_function_set_init, (duck_function function, duck_info_callback init))                                          \
    F(void, table_function_set_function, (duck_function function, duck_chunk_callback call))                                     \
    F(void, table_function_supports_projection_pushdown, (duck_function function, bool yes))                                     \
    F(duck_state, register_table_function, (duck_connection connection, duck_function function))                                 \
    F(void *, bind_get_extra_info, (duck_info info))                                                                             \
    F(void, bind_add_result_column, (duck_info info, const char *name, duck_type type))                                          \
    F(void, bind_set_cardinality, (duck_info info, uint64_t rows, bool exact))                                                   \
    F(void *, init_get_extra_info, (duck_info info))                                                                             \
    F(void, init_set_init_data, (duck_info info, void *data, duck_delete_callback destroy))                                      \
    F(uint64_t, init_get_column_count, (duck_info info))                                                                         \
    F(uint64_t, init_get_column_index, (duck_info info, uint64_t position))                                                      \
    F(void, init_set_max_threads, (duck_info info, uint64_t threads))                                                            \
    F(void *, function_get_extra_info, (duck_info info))                                                                         \
    F(void *, function_get_init_data, (duck_info info))

typedef struct duck_api {
#define DUCK_MEMBER(result, name, arguments) result(*name) arguments;
    DUCK_FUNCTIONS(DUCK_MEMBER)
#undef DUCK_MEMBER
} duck_api;

/* -- duckdb.c ----------------------------------------------------------------------------------------------------- */

/* A database in memory with one thread: table Item with all rows, packed.Item with the same rows compressed, table function
 * ItemArrays() over the arrays. */
typedef struct duck {
    duck_api api;
    void *library;
    const bench_table *table;
    duck_database database;
    duck_connection connection;
} duck;

/* Loads the library. NULL, or why not. */
const char *duck_load(duck *d, const char *path);
void duck_open(duck *d, const bench_table *table);
void duck_close(duck *d);
void duck_must(duck *d, duck_connection connection, const char *sql);
/* Executes; the result gives its rows chunk by chunk. @param streaming with rows made when they are asked for. Ends the program
 * if the text is wrong. Returns whether it was executed; else it was interrupted, and there is nothing to destroy. */
bool duck_execute(duck *d, duck_connection connection, const char *sql, bool streaming, duck_result *out);
/* Text to end. `counts`: the answer is one row that holds the number of rows. */
void duck_run(duck *d, const char *sql, bool streaming, bool counts, bench_answer *answer);

/* -- the rest ----------------------------------------------------------------------------------------------------- */

void duck_register_arrays(duck *d);
enum { DUCK_TABLE, DUCK_PACKED, DUCK_ARRAYS, DUCK_EXACT, DUCK_PEERS };
/* What the bench asks of DuckDB. */
extern const bench_guest duck_guest; /* run->guest_state is a duck that was loaded */
extern const bench_peer duck_peers[DUCK_PEERS];
double duck_prepare(bench_run *run, const char *text, uint32_t times);
double duck_first(bench_run *run, const char *text, bool streaming);
void *duck_hold(bench_run *run, const char *text);
void duck_let_go(bench_run *run, void *held);
double duck_interrupt(bench_run *run, const char *text, double after);

#endif
