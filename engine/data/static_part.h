/* SPDX-License-Identifier: MIT */
/* static_part.h: the store of static instances from the inside.
 *
 *   static_store.c     the store and its versions: who keeps what, and what is shown
 *   static_index.c     finding rows by values
 *   static_load.c      instances coming in: checked, and each given its place
 *   static_table.c     a new table of an old one and what came in
 *   static_provider.c  the scans */
#ifndef WQL_DATA_STATIC_PART_H
#define WQL_DATA_STATIC_PART_H

#include "batch.h"
#include "cells.h"
#include "static_store.h"

/* Rows of a chunk; all but the last of a table are full. */
enum { WQL__STATIC_CHUNK = 1024 };
#define WQL__STATIC_NO_ROW UINT32_MAX

/* A way to find rows: a chain for each hash, in ascending order. Rows with a NULL in one of the properties are in no chain. */
typedef struct wql__static_index {
    const uint32_t *properties;
    uint32_t property_count;
    uint32_t mask;
    uint32_t *heads;  /* [mask + 1] row + 1; 0: none */
    uint32_t *next;   /* [rows] row + 1; 0: none */
    uint32_t *hashes; /* [rows]; 0: in no chain */
} wql__static_index;

/* The instances of one class: immutable, counted; versions share it. */
typedef struct wql__static_table {
    _Atomic uint32_t refs;
    wql__mem *mem; /* retained */
    wql__arena arena;
    wql_class *cls; /* retained */
    uint32_t rows;
    uint32_t chunk_count;
    wql_batch **chunks; /* retained; column i is property i */
    uint32_t index_count;
    wql__static_index *indexes; /* first that of the key */
} wql__static_table;

struct wql__static_version {
    _Atomic uint32_t refs;
    wql__mem *mem; /* retained */
    uint64_t rows;
    uint32_t class_count;
    wql__static_table *tables[]; /* [class_index], retained; NULL: no instances */
};

struct wql__static_store {
    _Atomic uint32_t refs;
    wql__mem *mem; /* retained */
    wql__mutex lock;
    wql__static_version *version; /* guarded by lock; NULL: empty */
    wql__static_live live;        /* NULL: none */
    void *live_ctx;
    uint32_t live_class;
    uint64_t buffer_id; /* the last one given away; for loads only, of which there is one at a time */
};

/* What comes in for one class. Texts and arrays are in the load's arena. */
typedef struct wql__static_incoming {
    struct wql__static_incoming *next;      /* of the load */
    struct wql__static_incoming *relatives; /* of those whose keys must differ, a ring */
    const wql_class *cls;                   /* lives with the load's catalog */
    const wql_class *root;                  /* the class that declares its keys */
    const wql__static_table *old;           /* NULL: none */
    wql__static_table *made;                /* by finish, retained; NULL: nothing came in */
    uint32_t class_index;
    uint32_t rows;        /* of the table as it will be */
    uint32_t count, room; /* came in */
    wql__builder builder;
    bool ready;         /* it knows its relatives, and the builder can be begun */
    wql_batch **blocks; /* full ones, retained */
    uint32_t block_count, block_room;
    struct wql__static_arrival {
        uint32_t row;         /* of the table */
        uint32_t block, at;   /* which row of which block */
        uint32_t hash;        /* of the key */
        uint32_t next;        /* with the same place in heads: arrival + 1; the latest comes first */
        const wql_value *key; /* one for each of cls->keys */
    } * arrivals;
    uint32_t *heads; /* arrival + 1; 0: none */
    uint32_t mask;
} wql__static_incoming;

struct wql__static_load {
    wql__static_store *store;  /* retained */
    wql__static_version *base; /* retained; NULL: empty */
    wql__static_version *made; /* NULL: not finished, or shown */
    wql__catalog *catalog;     /* retained */
    wql__arena arena;
    wql__arena scratch; /* of one add */
    uint32_t class_count;
    wql__static_incoming **by_class; /* [class_index] */
    wql__static_incoming *first;
};

/* -- static_index.c ---------------------------------------------------------------------------------------------- */

/* Equal values, by the rule of the language, have equal hashes. 0: one of them is NULL. */
uint32_t wql__static_hash(const wql_value *values, uint32_t count);
bool wql__static_same(const wql_value *a, const wql_value *b);
/* One cell of a row; datetimes say whether they are intervals. Arrays come without items. */
wql_value wql__static_cell(const wql__static_table *table, uint32_t row, uint32_t property);
/* Lays out the indexes of a table of table->rows rows, unlinked, with table->cls set. False = no memory. */
bool wql__static_indexes_make(wql__static_table *table);
void wql__static_index_link(wql__static_index *index, uint32_t rows);
/* The row with this key, or WQL__STATIC_NO_ROW. */
uint32_t wql__static_find(const wql__static_table *table, const wql_value *key, uint32_t hash);
/* The first row (`from` 0), or the next one behind row `from` - 1, in the chain of a hash: row + 1; 0: none. */
uint32_t wql__static_chain(const wql__static_index *index, uint32_t hash, uint32_t from);

/* -- static_table.c ---------------------------------------------------------------------------------------------- */

/* The table of in->old and what came in. False = no memory. */
bool wql__static_table_make(wql__static_load *load, wql__static_incoming *in);
void wql__static_table_release(wql__static_table *table);

/* -- static_store.c ---------------------------------------------------------------------------------------------- */

wql__static_version *wql__static_store_version(wql__static_store *store); /* retained; NULL: empty */

#endif
