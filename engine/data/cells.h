/* SPDX-License-Identifier: MIT */
/* cells.h: columns that are filled cell by cell: the rows of a provider that brings them one at a time, embedded objects, paths. */
#ifndef WQL_DATA_CELLS_H
#define WQL_DATA_CELLS_H

#include "batch.h"

/* What became of a cell. */
enum {
    WQL__CELL_OK,
    WQL__CELL_NO_MEMORY,
    WQL__CELL_MISMATCH, /* a value of another kind than the column */
    WQL__CELL_NO_TEXT,  /* a length without a text, or a count without items */
    WQL__CELL_TOO_LONG  /* a column holds 2^31 - 1 bytes, or items, in one batch */
};

typedef struct wql__cell_counts {
    uint32_t nulled, repaired;
    const _Atomic uint32_t *stop; /* a long text is left out after a stop; NULL: none is */
} wql__cell_counts;

/* One column under construction. Its memory is the arena's of the batch; how much the last batch took is remembered, so that the
 * next one is given it at once. */
typedef struct wql__cells {
    uint32_t type; /* of a cell; of a list with WQL_ARRAY */
    uint8_t layout;
    bool interval;
    uint32_t width; /* bytes of an element of `values`; 0: bits */
    wql__arena *arena;
    uint32_t first_room; /* rows for which room is made when the first cell comes */
    uint32_t rows, room;
    uint8_t *validity; /* NULL: no NULL so far */
    char *values;
    wql_time_extra *extra;
    int32_t *offsets;
    char *bytes;
    size_t bytes_used, bytes_room, bytes_before;
    const wql_batch **objects;
    uint32_t object_count, object_room;
    struct wql__cells *items;
} wql__cells;

/* @param arena  for what outlives the batches. False = no memory. */
bool wql__cells_init(wql__cells *cells, wql__arena *arena, uint32_t type, bool interval);
/* Starts a column of a new batch. */
void wql__cells_begin(wql__cells *cells, wql__arena *arena, uint32_t room);
/* Sets the cell of a row, which is the last one set or a later one; rows between are NULL. What does not fit the type becomes NULL
 * and is counted, ill-formed text is repaired and counted. Objects are only noted: whoever fills sees to it that they live. */
int wql__cells_set(wql__cells *cells, uint32_t row, const wql_value *value, wql__cell_counts *counts);
/* Whether the row was set to a value. */
bool wql__cells_has(const wql__cells *cells, uint32_t row);
/* Bytes of its texts, or of its items. */
uint64_t wql__cells_bytes(const wql__cells *cells);
/* Writes the column of `rows` rows; name and property are the caller's. False = no memory. */
bool wql__cells_end(wql__cells *cells, uint32_t rows, wql_column *out);

/* A column of up to WQL_BATCH_ROWS_MAX NULLs, in memory that stays. False = no memory (for the column of a list's items). */
bool wql__null_column(wql__arena *arena, uint32_t type, wql_column *out);

/* Several of them: the rows of one batch. */
typedef struct wql__builder {
    const wql_class *cls;
    uint32_t count;
    const uint32_t *numbers; /* property of each column; NULL: column i is property i */
    wql__cells *cells;
    wql_batch *batch; /* NULL: none begun */
    uint32_t rows, room;
    uint64_t text_bytes;
} wql__builder;

bool wql__builder_init(wql__builder *builder, wql__arena *arena, const wql_class *cls, const uint32_t *numbers, uint32_t count);
/* @param batch  empty; from now on the builder's. False = no memory (the batch stays the builder's). */
bool wql__builder_begin(wql__builder *builder, wql_batch *batch, uint32_t room);
/* A cell of the row that is being built. Holds objects. */
int wql__builder_set(wql__builder *builder, uint32_t column, const wql_value *value, wql__cell_counts *counts);
/* Writes the columns of the rows that were ended. NULL = no memory; the batch then stays the builder's. */
wql_batch *wql__builder_end(wql__builder *builder);
void wql__builder_drop(wql__builder *builder);

#endif
