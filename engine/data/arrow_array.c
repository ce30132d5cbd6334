/* SPDX-License-Identifier: MIT */
/* arrow_array.c: columns as ArrowArrays. Buffers are those of the batch, which the block retains, wherever the layout is already
 * what the field says. */
#include "arrow.h"

#include "value.h"

#include <string.h>

/* -- release ----------------------------------------------------------------------------------------------------- */

static uint32_t forget(struct ArrowArray *array);

/* The structure may lie elsewhere by now, and its children may have been moved away: nothing but private_data is relied upon. */
static void release_array(struct ArrowArray *array) {
    wql__arrow_block *block = array->private_data;
    wql__arrow_block_drop(block, forget(array));
}

static uint32_t forget_below(struct ArrowArray *child, const struct ArrowArray *parent) {
    if (!child || !child->release) return 0;
    if (child->release == release_array && child->private_data == parent->private_data) return forget(child);
    child->release(child);
    return 0;
}

/* Marks a node, and what below it was not moved away, as released. Returns how many nodes of its block these are. */
static uint32_t forget(struct ArrowArray *array) {
    uint32_t count = 1;
    for (int64_t i = 0; i < array->n_children; i++) count += forget_below(array->children[i], array);
    count += forget_below(array->dictionary, array);
    array->release = NULL;
    return count;
}

/* -- nodes ------------------------------------------------------------------------------------------------------- */

void wql__arrow_node(wql__arrow_maker *maker, struct ArrowArray *node, uint64_t length, const uint8_t *validity) {
    _Atomic uint32_t *nodes = &maker->block->nodes;
    memset(node, 0, sizeof *node);
    node->length = (int64_t)length;
    node->null_count = validity ? -1 : 0; /* whoever needs the number counts the bits */
    node->release = release_array;
    node->private_data = maker->block;
    atomic_store_explicit(nodes, atomic_load_explicit(nodes, memory_order_relaxed) + 1, memory_order_relaxed);
}

const void **wql__arrow_buffers(wql__arrow_maker *maker, struct ArrowArray *node, uint64_t count) {
    const void **buffers = wql__arena_alloc(&maker->block->arena, wql__array_size((size_t)count, sizeof *buffers));
    if (!buffers) {
        maker->status = wql__fail_memory(maker->block->mem, NULL);
        return NULL;
    }
    node->n_buffers = (int64_t)count;
    node->buffers = buffers;
    return buffers;
}

static struct ArrowArray *below(wql__arrow_maker *maker) {
    struct ArrowArray *node = wql__arena_zero(&maker->block->arena, sizeof *node);
    if (!node) maker->status = wql__fail_memory(maker->block->mem, NULL);
    return node;
}

/* -- values of one width ----------------------------------------------------------------------------------------- */

/* A bitmap and one buffer: where they start for rows from `first` on. */
static bool two_buffers(wql__arrow_maker *maker, struct ArrowArray *node, const wql_column *col, uint64_t first, uint64_t rows,
                        uint64_t start) {
    uint64_t base = wql__arrow_base(first);
    const void **buffers;
    wql__arrow_node(maker, node, rows, col->validity);
    buffers = wql__arrow_buffers(maker, node, 2);
    if (!buffers) return false;
    node->offset = (int64_t)(first - base);
    buffers[0] = col->validity ? col->validity + base / 8 : NULL;
    buffers[1] = col->values ? (const char *)col->values + start : NULL;
    return true;
}

static bool any_wild(const wql_column *col, uint64_t first, uint64_t rows) {
    const wql_time_extra *extra = col->extra;
    for (uint64_t i = 0; extra && i < rows; i++)
        if (extra[first + i].wild && !wql_column_is_null(col, (uint32_t)(first + i))) return true;
    return false;
}

/* A datetime with asterisks is no instant: it is NULL in Arrow, which has nothing that it could be. */
static bool datetimes_without_wild(wql__arrow_maker *maker, struct ArrowArray *node, const wql_column *col, uint64_t first,
                                   uint64_t rows) {
    const wql_time_extra *extra = (const wql_time_extra *)col->extra + first;
    uint8_t *bits = wql__arrow_bitmap(maker, rows);
    const void **buffers;
    if (!bits) return false;
    for (uint64_t i = 0; i < rows; i++) {
        bool null = wql_column_is_null(col, (uint32_t)(first + i));
        if (null || extra[i].wild) wql__arrow_set_null(bits, i);
        if (!null && extra[i].wild) maker->nulled++;
    }
    wql__arrow_node(maker, node, rows, bits);
    buffers = wql__arrow_buffers(maker, node, 2);
    if (!buffers) return false;
    buffers[0] = bits;
    buffers[1] = (const int64_t *)col->values + first;
    return true;
}

static bool fixed(wql__arrow_maker *maker, struct ArrowArray *node, const wql_column *col, uint64_t first, uint64_t rows) {
    if (any_wild(col, first, rows)) return datetimes_without_wild(maker, node, col, first, rows);
    return two_buffers(maker, node, col, first, rows, first < 8 ? 0 : wql__arrow_base(first) * wql__type_size(col->type));
}

/* -- texts with a dictionary ------------------------------------------------------------------------------------- */

/* A column that has no dictionary is its own. */
static bool own_dictionary(wql__arrow_maker *maker, struct ArrowArray *node, const wql_column *col, uint64_t first, uint64_t rows,
                           uint8_t layout) {
    int32_t *codes = wql__arrow_alloc(maker, wql__array_size((size_t)rows, sizeof *codes));
    const void **buffers;
    if (!codes) return false;
    for (uint64_t i = 0; i < rows; i++) codes[i] = (int32_t)i;
    wql__arrow_node(maker, node, rows, NULL);
    buffers = wql__arrow_buffers(maker, node, 2);
    if (!buffers) return false;
    buffers[0] = NULL;
    buffers[1] = codes;
    node->dictionary = below(maker);
    return node->dictionary && wql__arrow_text(maker, col, first, rows, layout, node->dictionary);
}

static bool codes(wql__arrow_maker *maker, struct ArrowArray *node, const wql_column *col, uint64_t first, uint64_t rows,
                  uint8_t layout) {
    if (col->layout != WQL_CODES) return own_dictionary(maker, node, col, first, rows, layout);
    if (!two_buffers(maker, node, col, first, rows, wql__arrow_base(first) * sizeof(int32_t))) return false;
    node->dictionary = below(maker);
    return node->dictionary && wql__arrow_text(maker, col->child, 0, rows ? col->child_rows : 0, layout, node->dictionary);
}

/* -- columns ----------------------------------------------------------------------------------------------------- */

/* How texts are to lie: the layout, and that of a dictionary. */
typedef struct form {
    uint8_t text, dictionary;
} form;

static form own_form(const wql_column *col) {
    form f = {0, 0};
    if (col->layout == WQL_LIST) col = col->child;
    f.text = col->layout;
    if (col->layout == WQL_CODES) f.dictionary = wql__arrow_dictionary(col);
    return f;
}

static bool values(wql__arrow_maker *maker, struct ArrowArray *node, form f, const wql_column *col, uint64_t first,
                   uint64_t rows) {
    switch (col->layout) {
    case WQL_FIXED: return fixed(maker, node, col, first, rows);
    case WQL_BITS: return two_buffers(maker, node, col, first, rows, wql__arrow_base(first) / 8);
    case WQL_OBJECTS: return wql__arrow_json(maker, col, first, rows, node);
    default:
        return f.text == WQL_CODES ? codes(maker, node, col, first, rows, f.dictionary)
                                   : wql__arrow_text(maker, col, first, rows, f.text, node);
    }
}

/* Offsets from 0 on: what lies before the first item may be rows that nobody has looked at. */
static const int32_t *offsets_from_zero(wql__arrow_maker *maker, const int32_t *offsets, uint64_t rows) {
    int32_t *moved;
    if (offsets[0] == 0) return offsets;
    moved = wql__arrow_alloc(maker, wql__array_size((size_t)rows + 1, sizeof *moved));
    for (uint64_t i = 0; moved && i <= rows; i++) moved[i] = offsets[i] - offsets[0];
    return moved;
}

static bool list(wql__arrow_maker *maker, struct ArrowArray *node, form f, const wql_column *col, uint64_t rows) {
    const int32_t *offsets = offsets_from_zero(maker, col->offsets, rows);
    struct ArrowArray **children;
    const void **buffers;
    uint64_t items;
    if (!offsets) return false;
    wql__arrow_node(maker, node, rows, col->validity);
    buffers = wql__arrow_buffers(maker, node, 2);
    if (!buffers) return false;
    buffers[0] = col->validity;
    buffers[1] = offsets;
    children = (struct ArrowArray **)wql__arena_alloc(&maker->block->arena, sizeof *children);
    if (!children) return maker->status = wql__fail_memory(maker->block->mem, NULL), false;
    children[0] = below(maker);
    if (!children[0]) return false;
    node->children = children;
    node->n_children = 1;
    items = (uint64_t)(col->offsets[rows] - col->offsets[0]);
    return values(maker, children[0], f, col->child, items ? (uint64_t)col->offsets[0] : 0, items);
}

static bool column(wql__arrow_maker *maker, struct ArrowArray *node, form f, const wql_column *col, uint64_t rows) {
    return col->layout == WQL_LIST ? list(maker, node, f, col, rows) : values(maker, node, f, col, 0, rows);
}

/* -- batches ----------------------------------------------------------------------------------------------------- */

/* System properties are found by their names, which are one and the same text; a property keeps its number in a derived class. */
static bool is_of(const wql__arrow_field *field, const wql_column *col) {
    if (col->property != field->property || col->type != field->type) return false;
    return field->property != WQL_NO_COLUMN || strcmp(col->name, field->name) == 0;
}

static const wql_column *find(const wql_batch *batch, const wql__arrow_field *field, uint32_t at) {
    if (at < batch->width && is_of(field, &batch->columns[at])) return &batch->columns[at];
    for (uint32_t i = 0; i < batch->width; i++)
        if (is_of(field, &batch->columns[i])) return &batch->columns[i];
    return NULL;
}

static bool make_child(wql__arrow_maker *maker, const wql_batch *batch, const wql__arrow_field *field, uint32_t at,
                       struct ArrowArray *node) {
    const wql_column *col;
    if (!field) return column(maker, node, own_form(&batch->columns[at]), &batch->columns[at], batch->rows);
    col = find(batch, field, at);
    if (!col) return maker->status = WQL_E_UNEXPECTED, false;
    return column(maker, node, (form){field->text, field->dictionary}, col, batch->rows);
}

static bool make_root(wql__arrow_maker *maker, const wql_batch *batch, const wql__arrow_field *fields, uint32_t count,
                      struct ArrowArray *root) {
    wql__arena *arena = &maker->block->arena;
    struct ArrowArray *nodes;
    const void **buffers;
    wql__arrow_node(maker, root, batch->rows, NULL);
    buffers = wql__arrow_buffers(maker, root, 1);
    if (!buffers) return false;
    buffers[0] = NULL;
    if (!count) return true;
    nodes = wql__arena_alloc(arena, wql__array_size(count, sizeof *nodes));
    root->children = (struct ArrowArray **)wql__arena_alloc(arena, wql__array_size(count, sizeof *root->children));
    if (!nodes || !root->children) return maker->status = wql__fail_memory(maker->block->mem, NULL), false;
    for (uint32_t i = 0; i < count; i++) {
        root->children[i] = &nodes[i];
        if (!make_child(maker, batch, fields ? &fields[i] : NULL, i, &nodes[i])) return false;
    }
    root->n_children = count;
    return true;
}

enum { NODE_BYTES = sizeof(struct ArrowArray) + sizeof(void *) + 4 * sizeof(void *), MORE_BYTES = 64 };

wql_status wql__arrow_array(const wql_batch *batch, const wql__arrow_field *fields, uint32_t count, struct ArrowArray *out,
                            uint64_t *nulled) {
    struct ArrowArray root;
    wql__arrow_maker maker = {NULL, WQL_OK, 0};
    if (!fields) count = batch->width;
    maker.block = wql__arrow_block_new(batch->mem, batch, wql__array_size((size_t)count + 1, NODE_BYTES) + MORE_BYTES);
    if (!maker.block) return wql__fail_memory(batch->mem, NULL);
    if (!make_root(&maker, batch, fields, count, &root)) {
        wql__arrow_block_drop(maker.block, atomic_load_explicit(&maker.block->nodes, memory_order_relaxed));
        return maker.status;
    }
    *out = root;
    *nulled += maker.nulled;
    return WQL_OK;
}
