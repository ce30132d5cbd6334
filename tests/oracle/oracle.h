/* SPDX-License-Identifier: MIT */
/* oracle.h: the parts of the oracle test.
 *
 *   oracle.c   arguments, what is checked, making a failing case small, reporting it
 *   make.c     random schemas, rows, predicates
 *   values.c   random values
 *   literal.c  comparisons with random literals, as WQL and as SQL; rich.c: forms that only some dialects have
 *   rules.c    the rules in which WQL differs from SQL, in the plainest way: folding, LIKE, numbers of all widths, dates
 *   sql.c      the rows in SQLite: as the oracle, and as a file for the sqlite provider
 *   columns.c  the rows as columns, in random layouts, and a provider that copies row by row
 *   world.c    the rows in libwql, and running a query in some way; manner.c: drawing the way */
#ifndef ORACLE_H
#define ORACLE_H

#include "../aid.h"
#include "../obvious.h"

#include <wql/wql.h>

#include <sqlite3.h>
#include <stdio.h>

/* -- what is asked ----------------------------------------------------------------------------------------------- */

enum { PROPERTIES_MAX = 9, ROWS_MAX = 200 };

/* A type of ours beside CIM's: a datetime property that holds intervals. */
enum { INTERVAL = 0x10000 | WQL_DATETIME };
static inline uint32_t cim_type(uint32_t type) { return type & 0xffff; }

/* Property 0 is Id, perhaps the key; the others are P1, P2 ... */
typedef struct schema {
    uint32_t count;
    uint32_t types[PROPERTIES_MAX];
    bool small;   /* uint64 values fit SQLite's integers */
    bool misfits; /* NULLs of the file are values that do not fit their columns */
    bool strict;  /* the file's table is STRICT, if its types can be */
    bool keyed;   /* Id is the key; else there is none */
    bool nan;     /* reals may be NaN */
} schema;

/* A cell. NULL: type WQL_NULL. Texts lie in the pool of the round. */
typedef struct table {
    schema shape;
    uint32_t rows;
    wql_value *cells; /* rows x count */
} table;

enum { LEAF, AND, OR, NOT };

/* Which dialects know a form: all; RELAXED and EXTENDED; RELAXED alone. */
enum { IN_ALL, IN_RICH, IN_RELAXED };

/* A predicate. */
typedef struct node {
    int kind;
    uint32_t count;
    struct node **items;
    const char *wql, *sql; /* LEAF */
    uint32_t property;     /* LEAF */
    uint32_t other;        /* LEAF: the other property that it looks at; PROPERTIES_MAX: none */
    int needs;             /* LEAF: IN_ALL ... */
} node;

/* -- make.c, literal.c ------------------------------------------------------------------------------------------- */

void make_table(pool *from, uint64_t *seed, uint32_t most, table *out);
node *make_predicate(pool *from, uint64_t *seed, const table *t, uint32_t depth);
node *make_leaf(pool *from, uint64_t *seed, const table *t);
/* `order`: not 0 shuffles what AND and OR connect. */
void print_wql(writer *to, const node *p, uint64_t order);
void print_sql(writer *to, const node *p);
/* The most demanding of its forms. */
int needs(const node *p);
bool looks_at_property(const node *p, uint32_t property);

/* Values of a type that are worth trying, and one that may be the value of a cell. */
wql_value make_value(pool *from, uint64_t *seed, uint32_t type, bool small);
/* A comparison of property `p` with something. */
void make_comparison(pool *from, uint64_t *seed, const table *t, uint32_t p, node *out);
/* -- columns.c --------------------------------------------------------------------------------------------------- */

/* The rows, `times` after each other, as columns in random layouts. They live in the pool. */
void make_columns(pool *from, uint64_t *seed, const table *t, uint32_t times, wql_column *out);
/* A provider of one class, `user` a row_source, that sets cell by cell. */
typedef struct row_source {
    const table *t;
    const wql_class_def *def;
} row_source;
const wql_provider *copying_provider(void);

void put_wql_text(writer *to, uint64_t *seed, const char *bytes, size_t len);
void put_sql_text(writer *to, const char *bytes, size_t len);

/* -- rules.c ----------------------------------------------------------------------------------------------------- */

/* The collation `folded` and the functions num(op, value, unsigned, literal), pair(op, kind, value, kind, value), wlike(pattern,
 * value) and folded(code). */
void rules_register(sqlite3 *db, const rules *folding);
/* yyyymmddHHMMSS.mmmmmmsUUU, and ISO text with or without an offset. */
void print_cim_time(writer *to, int64_t us, int offset_min);
void print_iso_time(writer *to, int64_t us, int offset_min, bool with_offset);

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

/* Where the rows are asked for: cells that were appended, and a provider that filters them in different ways; columns of the
 * caller's, without a copy; the same columns many times over, so that several threads work on them; rows that are copied cell by
 * cell; a file. */
enum { SOURCE_NONE, SOURCE_SUPERSET, SOURCE_EXACT, SOURCE_MIXED, SOURCE_LENT, SOURCE_LARGE, SOURCE_COPIED, SOURCE_FILE, SOURCES };
enum { TABLES = SOURCE_COPIED }; /* of the memory provider */

enum { WORLD_PLAIN, WORLD_WORKER, WORLD_CHECKED, WORLD_PORTABLE, WORLD_AVX2, WORLDS };
enum { DIALECTS = 4, LIST_MAX = 12 };

typedef struct world {
    const table *t;
    const rules *rules;
    pool memory_of_columns;
    wql_memory *memory;
    wql_table tables[TABLES];
    wql_class_def defs[SOURCE_FILE];
    wql_property_def properties[PROPERTIES_MAX];
    row_source copied;
    wql_engine *engines[WORLDS]; /* opened when they are asked for the first time */
    wql_session *sessions[WORLDS][DIALECTS];
    sqlite3 *oracle;
    uint32_t times; /* how often SOURCE_LARGE has each row; 0: it has none, and is not asked */
    char path[64];
} world;

/* How a query is run. */
typedef struct manner {
    int source;
    int engine;
    int drive;        /* 0 pulled, 1 pushed, 2 pumped, 3 run ahead */
    uint32_t dialect; /* WQL_RELAXED, WQL_EXTENDED */
    uint32_t batch_rows;
    bool star;                           /* SELECT *, and every cell that comes is compared */
    uint32_t list[LIST_MAX], list_count; /* SELECT of these properties, and every cell is compared */
    uint64_t rows_max;
    bool count_only;
    bool parameters; /* the constants come as values */
} manner;

/* `large`: SOURCE_LARGE may be asked. */
manner make_manner(uint64_t *seed, const table *t, const node *p, bool large);
const char *source_name(int source);
/* `large`: with SOURCE_LARGE. */
void world_open(world *w, const rules *folding, const table *t, uint64_t seed, bool large);
void world_close(world *w);
/* Runs SELECT ... WHERE `where`. `complaint` stays empty if it ran and kept its promises. */
void world_ask(world *w, const manner *how, const char *where, row_set *out, uint64_t *counted, writer *complaint);

#endif
