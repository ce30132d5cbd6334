/* SPDX-License-Identifier: MIT */
/* arrow.h: batches in the Arrow C data interface.
 *
 *   arrow_block.c    the memory behind an exported structure: one block, shared by all its nodes, freed with the last
 *   arrow_schema.c   what columns become: fields, and fields as an ArrowSchema
 *   arrow_array.c    columns as ArrowArrays, without a copy where the layout is the field's
 *   arrow_text.c     texts of one layout as another, for streams, whose schema does not change
 *   arrow_json.c     embedded objects as text */
#ifndef WQL_DATA_ARROW_H
#define WQL_DATA_ARROW_H

#include "batch.h"
#include <wql/arrow.h>

/* What a column is in Arrow: all that its schema says. Pointers are borrowed. */
typedef struct wql__arrow_field {
    const char *name;
    uint32_t property;  /* WQL_NO_COLUMN: a system property */
    uint16_t type;      /* CIM type */
    uint8_t text;       /* of texts, or a list's: WQL_OFFSETS, WQL_VIEWS or WQL_CODES; 0: there are none */
    uint8_t dictionary; /* WQL_CODES: of the dictionary, WQL_OFFSETS or WQL_VIEWS */
    bool interval, key;
    const char *class_name; /* of objects and references; NULL: any */
} wql__arrow_field;

/* The field of a property of `cls`, or of a system property. `layout`: the texts are to be as in this column; NULL: as offsets.
 */
wql__arrow_field wql__arrow_field_of(const wql_class *cls, const char *name, uint32_t property, uint16_t type,
                                     const wql_column *layout);

/* Sets *out on success only, as a struct of these fields. WQL_OK; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__arrow_schema(wql__mem *mem, const wql_class *cls, const wql__arrow_field *fields, uint32_t count,
                             struct ArrowSchema *out);

/* The schema of one batch: all its columns as they lie. As above. */
wql_status wql__arrow_batch_schema(const wql_batch *batch, struct ArrowSchema *out);

/* Sets *out on success only: the batch's columns of these fields. `fields` NULL: all columns, each in its own layout.
 * @param nulled  counted up by datetimes that are no instants and became NULL
 * Returns WQL_OK; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION; WQL_E_VALUE_OUT_OF_RANGE (texts too long for Arrow's 32 bits,
 * objects nested too deep); WQL_E_UNEXPECTED (a column of the fields is not in the batch). */
wql_status wql__arrow_array(const wql_batch *batch, const wql__arrow_field *fields, uint32_t count, struct ArrowArray *out,
                            uint64_t *nulled);

/* -- within these files ------------------------------------------------------------------------------------------ */

/* What all nodes of one exported tree share. Each node that is not released counts, so that children can be moved out and outlive
 * their parent. Everything a node points to lies in the arena, and so does the block itself. */
typedef struct wql__arrow_block {
    _Atomic uint32_t nodes;
    wql__arena arena;
    wql__mem *mem;    /* the batch's, or retained */
    wql_batch *batch; /* retained; NULL: a schema */
} wql__arrow_block;

/* @param batch  of that memory, or NULL
 * @param size   about how much will be needed. NULL = no memory. */
wql__arrow_block *wql__arrow_block_new(wql__mem *mem, const wql_batch *batch, size_t size);
/* Lets go of so many nodes. */
void wql__arrow_block_drop(wql__arrow_block *block, uint32_t nodes);

/* An export under way. */
typedef struct wql__arrow_maker {
    wql__arrow_block *block;
    wql_status status; /* why it failed */
    uint64_t nulled;
} wql__arrow_maker;

/* Both return NULL, or false. */
void *wql__arrow_alloc(wql__arrow_maker *maker, size_t size);
bool wql__arrow_too_long(wql__arrow_maker *maker);

/* A node under construction; counted. */
void wql__arrow_node(wql__arrow_maker *maker, struct ArrowArray *node, uint64_t length, const uint8_t *validity);
/* Room for its buffers, the first of which is the bitmap. NULL: failed. */
const void **wql__arrow_buffers(wql__arrow_maker *maker, struct ArrowArray *node, uint64_t count);

/* Rows [first, first + rows) of a column of texts, in that layout (WQL_OFFSETS, WQL_VIEWS). */
bool wql__arrow_text(wql__arrow_maker *maker, const wql_column *col, uint64_t first, uint64_t rows, uint8_t layout,
                     struct ArrowArray *node);
/* Rows of a column of objects, as JSON in the layout of offsets. */
bool wql__arrow_json(wql__arrow_maker *maker, const wql_column *col, uint64_t first, uint64_t rows, struct ArrowArray *node);
/* A bitmap of `rows` bits, all set. NULL: failed. */
uint8_t *wql__arrow_bitmap(wql__arrow_maker *maker, uint64_t rows);

static inline void wql__arrow_set_null(uint8_t *bits, uint64_t row) {
    bits[row >> 3] = (uint8_t)(bits[row >> 3] & ~(1u << (row & 7u)));
}

/* The layout of a dictionary; of items that are none it may not be there. */
static inline uint8_t wql__arrow_dictionary(const wql_column *col) {
    return col->child && col->child->layout == WQL_VIEWS ? WQL_VIEWS : WQL_OFFSETS;
}

/* How a sliced column starts: bitmaps begin at a whole byte, and what is left over is the node's offset. */
static inline uint64_t wql__arrow_base(uint64_t first) { return first & ~(uint64_t)7; }

#endif
