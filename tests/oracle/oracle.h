/* SPDX-License-Identifier: MIT */
/* oracle.h: the parts of the oracle test.
 *
 *   oracle.c   arguments, what is checked, making a failing case small, reporting it
 *   make.c     random schemas, rows, predicates
 *   literal.c  random literals, as WQL and as SQL
 *   rules.c    the rules in which WQL differs from SQL, in the plainest way: folding, LIKE, numbers of all widths, dates
 *   sql.c      the rows in SQLite: as the oracle, and as a file for the sqlite provider
 *   world.c    the rows in libwql, and running a query in a random way */
#ifndef ORACLE_H
#define ORACLE_H

#include <wql/wql.h>

#include <sqlite3.h>
#include <stdio.h>

/* -- small things (make.c) --------------------------------------------------------------------------------------- */

typedef struct pool {
    struct pool_block *blocks;
} pool;
void *pool_get(pool *from, size_t size); /* zeroed; ends the program if there is none */
void pool_free(pool *from);

typedef struct text {
    pool *from;
    char *at;
    size_t len, room;
} text;
void put(text *to, const char *bytes, size_t len);
void put_z(text *to, const char *z);
void put_format(text *to, const char *format, ...) WQL_PRINTF(2, 3);
void put_code_point(text *to, uint32_t c);

void stop_with(const char *format, ...) WQL_PRINTF(1, 2) __attribute__((noreturn));

uint64_t draw(uint64_t *seed);
uint32_t below(uint64_t *seed, uint32_t n);                  /* 0 .. n-1 */
bool chance(uint64_t *seed, uint32_t one_in);

/* -- what is asked ----------------------------------------------------------------------------------------------- */

enum { PROPERTIES_MAX = 9, ROWS_MAX = 200 };

/* Property 0 is the key, Id; the others are P1, P2 ... */
typedef struct schema {
    uint32_t count;
    uint32_t types[PROPERTIES_MAX];
    bool small;   /* uint64 values fit SQLite's integers */
    bool misfits; /* NULLs of the file are values that do not fit their columns */
    bool strict;  /* the file's table is STRICT, if its types can be */
} schema;

/* A cell. NULL: type WQL_NULL. Texts lie in the pool of the round. */
typedef struct table {
    schema shape;
    uint32_t rows;
    wql_value *cells; /* rows x count */
} table;

enum { LEAF, AND, OR, NOT };

/* A predicate. */
typedef struct node {
    int kind;
    uint32_t count;
    struct node **items;
    const char *wql, *sql; /* LEAF */
    uint32_t property;     /* LEAF */
} node;

/* -- make.c, literal.c ------------------------------------------------------------------------------------------- */

void make_table(pool *from, uint64_t *seed, uint32_t most, table *out);
node *make_predicate(pool *from, uint64_t *seed, const table *t, uint32_t depth);
node *make_leaf(pool *from, uint64_t *seed, const table *t);
/* `order`: not 0 shuffles what AND and OR connect. */
void print_wql(text *to, const node *p, uint64_t order);
void print_sql(text *to, const node *p);
bool looks_at(const node *p, const schema *shape, uint32_t type);

/* Values of a type that are worth trying, and one that may be the value of a cell. */
wql_value make_value(pool *from, uint64_t *seed, uint32_t type, bool small);
/* A comparison of property `p` with something. */
void make_comparison(pool *from, uint64_t *seed, const table *t, uint32_t p, node *out);
void put_wql_text(text *to, uint64_t *seed, const char *bytes, size_t len);
void put_sql_text(text *to, const char *bytes, size_t len);

/* -- rules.c ----------------------------------------------------------------------------------------------------- */

enum { FOLDS_MAX = 2000 };

/* Unicode's simple case folding, read from its own file, without which the program ends. */
typedef struct rules {
    uint32_t from[FOLDS_MAX], to[FOLDS_MAX];
    uint32_t count;
} rules;

void rules_load(rules *out);
/* The collation `folded` and the functions num(value, unsigned, literal) and wlike(pattern, value). */
void rules_register(sqlite3 *db, const rules *folding);
/* yyyymmddHHMMSS.mmmmmmsUUU, and ISO text with or without an offset. */
void print_cim_time(text *to, int64_t us, int offset_min);
void print_iso_time(text *to, int64_t us, int offset_min, bool with_offset);

/* -- sql.c ------------------------------------------------------------------------------------------------------- */

/* Row numbers, ascending. */
typedef struct row_set {
    uint32_t count;
    uint32_t ids[ROWS_MAX];
} row_set;

sqlite3 *oracle_open(const table *t, const rules *folding);
void oracle_ask(sqlite3 *db, const char *where, row_set *out);
/* Writes the rows into a new database file. */
void file_write(const char *path, const table *t, uint64_t seed);

/* -- world.c ----------------------------------------------------------------------------------------------------- */

/* Where the rows are asked for. */
enum { SOURCE_NONE, SOURCE_SUPERSET, SOURCE_EXACT, SOURCE_MIXED, SOURCE_FILE, SOURCES };

enum { WORLD_PLAIN, WORLD_WORKER, WORLD_CHECKED, WORLDS };

typedef struct world {
    const table *t;
    const rules *rules;
    wql_memory *memory;
    wql_table tables[SOURCE_FILE];
    wql_class_def defs[SOURCE_FILE];
    wql_property_def properties[PROPERTIES_MAX];
    wql_engine *engines[WORLDS];
    wql_session *sessions[WORLDS];
    sqlite3 *oracle;
    char path[64];
} world;

/* How a query is run. */
typedef struct manner {
    int source;
    int engine;
    int drive;           /* 0 pulled, 1 pushed, 2 pumped, 3 run ahead */
    uint32_t batch_rows;
    bool star;           /* SELECT *, and every cell that comes is compared */
    uint64_t rows_max;
    bool count_only;
    bool parameters;     /* the constants come as values */
} manner;

manner make_manner(uint64_t *seed, const table *t, const node *p);
const char *source_name(int source);
void world_open(world *w, const rules *folding, const table *t, uint64_t seed);
void world_close(world *w);
/* Runs SELECT ... WHERE `where`. `complaint` stays empty if it ran and kept its promises. */
void world_ask(world *w, const manner *how, const char *where, row_set *out, uint64_t *counted, text *complaint);

#endif
