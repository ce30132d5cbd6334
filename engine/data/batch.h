/* SPDX-License-Identifier: MIT */
/* batch.h: the batch from the inside: who owns its memory, how it is made, reused and shared.
 *
 * A batch has an arena for what is its own (the column array, gathered values) and a list of holds for what it only points to:
 * other batches, and a provider's memory with its release callback. Whoever finds itself the only owner may reset a batch and
 * fill it again, so that a running scan makes no heap call per batch. */
#ifndef WQL_DATA_BATCH_H
#define WQL_DATA_BATCH_H

#include "../base/mem.h"
#include "mount.h"
#include "schema.h"
#include <wql/batch.h>

struct wql_batch {
    _Atomic uint32_t refs;
    uint32_t rows;
    uint32_t width;      /* columns that the client sees */
    uint32_t hidden;     /* columns behind them, read for paths (WQL_ENSURE_LOCATABLE) */
    wql__mem *mem;       /* retained */
    wql_class *cls;      /* retained; NULL in an empty batch */
    wql_column *columns; /* width + hidden */
    wql_class **definitions; /* schema results: the class of each row, `rows` of them, in the arena; NULL: another result */
    uint32_t definition_count; /* of them, so many are retained */
    bool projected;      /* made by a SELECT list: __SUPERCLASS and the like are NULL unless listed */
    wql__arena arena;
    struct wql_batch **holds; /* retained; in `hold_room` heap places of `mem` */
    uint32_t hold_count, hold_room;
    void (*release)(void *ctx); /* of a provider's memory */
    void *release_ctx;
    wql__mount *mount;    /* retained while `release` is owed, or memory of the provider is pointed to */
    struct wql__spares *home; /* where it goes when it is released; NULL: to the heap */
    _Atomic(void *) side; /* text made on demand (paths, items): a list of chunks, freed with the batch */
};

/* An empty batch with one reference. NULL = no memory. */
wql_batch *wql__batch_new(wql__mem *mem);
/* Whether the caller's is the only reference: it may reset or fill. */
bool wql__batch_is_sole(const wql_batch *batch);
/* Frees a batch that is empty and has no reference. */
void wql__batch_free(wql_batch *batch);
/* Empties a batch that has one reference, or none: releases what it holds, keeps its memory. */
void wql__batch_reset(wql_batch *batch);
/* Sets class and number of columns (visible and hidden), all zero. False = no memory. */
bool wql__batch_shape(wql_batch *batch, const wql_class *cls, uint32_t width, uint32_t hidden);
/* Keeps another batch alive as long as this one. False = no memory. Holding the same one twice in a row costs nothing. */
bool wql__batch_hold(wql_batch *batch, const wql_batch *other);
/* Makes it a schema result with room for `rows` rows, and gives the next row its class (retained). False = no memory. */
bool wql__batch_define(wql_batch *batch, uint32_t rows);
void wql__batch_add_definition(wql_batch *batch, const wql_class *cls);
/* The same for rows of another batch: `rows` of them (NULL: `count` from `first`); no more than there is room for. */
void wql__batch_add_definitions(wql_batch *batch, const wql_batch *from, const uint16_t *rows, uint32_t first, uint32_t count);
/* The column of that number among visible and hidden ones, or NULL. */
const wql_column *wql__batch_property(const wql_batch *batch, uint32_t property);

/* System properties (wql-language 3.10). */
enum {
    WQL__SYS_NONE,
    WQL__SYS_CLASS,
    WQL__SYS_DERIVATION,
    WQL__SYS_DYNASTY,
    WQL__SYS_GENUS,
    WQL__SYS_NAMESPACE,
    WQL__SYS_PATH,
    WQL__SYS_PROPERTY_COUNT,
    WQL__SYS_RELPATH,
    WQL__SYS_SERVER,
    WQL__SYS_SUPERCLASS
};
/* Which one a name is; WQL__SYS_NONE: none. */
int wql__system_property(wql_str name);
const char *wql__system_name(int system);
/* Its CIM type. */
uint32_t wql__system_type(int system);
/* Whether it is the same for all instances of a class (all but __PATH and __RELPATH); then also its value, for a result of
 * `property_count` properties. Texts and items live with the class. */
bool wql__system_is_constant(int system);
wql_value wql__system_constant(const wql_class *cls, int system, uint32_t property_count);
/* The same for the class itself instead of its instances (__GENUS 1), all but __PATH and __RELPATH; and these two: `Class`, with
 * `\\server\namespace:` in front if `full`. */
wql_value wql__definition_constant(const wql_class *cls, int system);
void wql__definition_path(const wql_class *cls, bool full, wql__out *out);
/* Appends the path of a row: `Class.Key="value"`, with `\\server\namespace:` in front if `full`. False: a key is not there, or
 * NULL, or the class has none. */
bool wql__path_print(const wql_class *cls, const wql_column *const *keys, uint32_t row, bool full, wql__out *out);

/* Implementations of the public functions of the same names, on any batch. */
wql_status wql__batch_value(const wql_batch *batch, uint32_t row, wql_str name, wql_value *out);
wql_status wql__batch_copy(const wql_batch *batch, uint32_t first, uint32_t rows, wql_batch **out);

/* Gathering: appending chosen rows of a source column to a target column under construction. Fixed values, bits, datetimes and
 * codes are copied; texts become views, either into the source's bytes (`pin`: the caller holds the source batch) or with their
 * bytes copied; lists and objects likewise. Used for compaction, for copies and for the memory provider's tests. */
typedef struct wql__gather wql__gather; /* one column */
/* Writes the values, of one width, of the rows in `bits` one behind the other, and up to WQL__BEHIND values behind the last; reads
 * no value behind the last row. Returns how many. */
typedef uint32_t (*wql__pick)(const void *from, const uint64_t *bits, uint32_t rows, void *to);
enum { WQL__BEHIND = 64 };
/* Rows of a source, as bits. */
typedef struct wql__chosen {
    const uint64_t *bits; /* zero behind the last row */
    uint32_t rows, count; /* of the source; of them chosen */
    const wql__pick *picks; /* [logarithm of the width in bytes] */
} wql__chosen;
/* Whether a column like this can be gathered by bits. */
bool wql__gather_takes_bits(const wql_column *source);
/* Room for `room` rows of a column like `like`. Everything lies in the batch's arena. NULL = no memory. */
wql__gather *wql__gather_new(wql_batch *into, uint32_t column, const wql_column *like, uint32_t room);
/* Appends rows `selection[0..count)` (NULL: rows first..first+count) of `source`. False = no memory. */
bool wql__gather_rows(wql__gather *gather, const wql_column *source, const uint16_t *selection, uint32_t first, uint32_t count,
                      bool pin);
/* The same by bits, of a column that takes them. */
bool wql__gather_bits(wql__gather *gather, const wql_column *source, const wql__chosen *chosen);
/* Writes the column into the batch. */
void wql__gather_end(wql__gather *gather);
/* All at once: a column of rows first..first+count of the source, with their bytes, which takes no more than it needs. False = no
 * memory. */
bool wql__gather_copy(wql_batch *into, uint32_t column, const wql_column *source, uint32_t first, uint32_t count);

/* Whether a column has numbers, bits or offsets: those can be copied as they are. */
bool wql__column_is_plain(const wql_column *col);
/* Copies such a column from its first row on; all but the column of `to`, which may be `from`'s, lies in the arena. False = no
 * memory. */
bool wql__column_copy(wql__arena *arena, const wql_column *from, uint32_t rows, wql_column *to);

#endif
