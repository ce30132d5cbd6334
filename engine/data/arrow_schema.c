/* SPDX-License-Identifier: MIT */
/* arrow_schema.c: what columns are in Arrow, and that as an ArrowSchema. */
#include "arrow.h"

#include "../base/error.h"
#include "value.h"

#include <string.h>

static uint32_t item_type(uint32_t type) { return type & ~(uint32_t)WQL_ARRAY; }

/* -- fields ------------------------------------------------------------------------------------------------------ */

static void field_texts(wql__arrow_field *field, const wql_column *col) {
    field->text = WQL_OFFSETS;
    if (!wql__type_is_text(item_type(field->type))) return; /* objects become texts of our own */
    if (col && col->layout == WQL_LIST) col = col->child;
    if (!col) return;
    field->text = col->layout;
    if (col->layout == WQL_CODES) field->dictionary = wql__arrow_dictionary(col);
}

wql__arrow_field wql__arrow_field_of(const wql_class *cls, const char *name, uint32_t property, uint16_t type,
                                     const wql_column *layout) {
    wql__arrow_field field = {name, property, type, 0, 0, false, false, NULL};
    uint32_t item = item_type(type);
    if (cls && property < cls->def.property_count) {
        const wql_property_def *def = &cls->def.properties[property];
        field.interval = item == WQL_DATETIME && (def->flags & WQL_INTERVAL) != 0;
        field.key = (def->flags & WQL_KEY) != 0;
        if (item == WQL_OBJECT || item == WQL_REFERENCE) field.class_name = def->class_name;
    }
    if (wql__type_is_text(item) || item == WQL_OBJECT) field_texts(&field, layout);
    return field;
}

/* -- formats ----------------------------------------------------------------------------------------------------- */

static const char *text_format(uint8_t layout) { return layout == WQL_VIEWS ? "vu" : "u"; }

/* Of a single value; for texts in a dictionary, of the codes. */
static const char *format_of(const wql__arrow_field *field) {
    switch (item_type(field->type)) {
    case WQL_SINT8: return "c";
    case WQL_UINT8: return "C";
    case WQL_SINT16: return "s";
    case WQL_UINT16:
    case WQL_CHAR16: return "S";
    case WQL_SINT32: return "i";
    case WQL_UINT32: return "I";
    case WQL_SINT64: return "l";
    case WQL_UINT64: return "L";
    case WQL_REAL32: return "f";
    case WQL_REAL64: return "g";
    case WQL_BOOLEAN: return "b";
    case WQL_DATETIME: return field->interval ? "tDu" : "tsu:UTC";
    default: return field->text == WQL_CODES ? "i" : text_format(field->text);
    }
}

/* -- nodes ------------------------------------------------------------------------------------------------------- */

typedef struct maker {
    wql__arrow_block *block;
} maker;

static uint32_t forget(struct ArrowSchema *schema);

static void release_schema(struct ArrowSchema *schema) {
    wql__arrow_block *block = schema->private_data;
    wql__arrow_block_drop(block, forget(schema));
}

/* Marks a node, and what below it was not moved away, as released. Returns how many nodes of its block these are. */
static uint32_t forget_below(struct ArrowSchema *child, const struct ArrowSchema *parent) {
    if (!child || !child->release) return 0;
    if (child->release == release_schema && child->private_data == parent->private_data) return forget(child);
    child->release(child);
    return 0;
}

static uint32_t forget(struct ArrowSchema *schema) {
    uint32_t count = 1;
    for (int64_t i = 0; i < schema->n_children; i++) count += forget_below(schema->children[i], schema);
    count += forget_below(schema->dictionary, schema);
    schema->release = NULL;
    return count;
}

static void *alloc(maker *m, size_t size) { return wql__arena_zero(&m->block->arena, size); }

static bool start(maker *m, struct ArrowSchema *node, const char *format, const char *name, int64_t flags) {
    memset(node, 0, sizeof *node);
    node->format = format;
    node->name = wql__arena_text(&m->block->arena, name, strlen(name));
    node->flags = flags;
    node->release = release_schema;
    node->private_data = m->block;
    atomic_store_explicit(&m->block->nodes, atomic_load_explicit(&m->block->nodes, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    return node->name != NULL;
}

static bool add_children(maker *m, struct ArrowSchema *node, uint32_t count) {
    struct ArrowSchema *nodes = alloc(m, wql__array_size(count, sizeof *nodes));
    node->children = alloc(m, wql__array_size(count, sizeof *node->children));
    if (!nodes || !node->children) return false;
    for (uint32_t i = 0; i < count; i++) node->children[i] = &nodes[i];
    node->n_children = count;
    return true;
}

/* -- metadata ---------------------------------------------------------------------------------------------------- */

enum { PAIRS_MAX = 4 };

typedef struct pairs {
    const char *texts[PAIRS_MAX * 2];
    int32_t count;
} pairs;

static void add_pair(pairs *p, const char *key, const char *value) {
    p->texts[p->count * 2] = key;
    p->texts[p->count * 2 + 1] = value;
    p->count++;
}

/* The number of pairs, then each text behind its length, all in the byte order of the machine, without alignment. */
static bool set_metadata(maker *m, struct ArrowSchema *node, const pairs *p) {
    size_t size = sizeof(int32_t);
    char *at;
    if (!p->count) return true;
    for (int32_t i = 0; i < p->count * 2; i++) size += sizeof(int32_t) + strlen(p->texts[i]);
    at = wql__arena_alloc(&m->block->arena, size);
    if (!at) return false;
    node->metadata = at;
    memcpy(at, &p->count, sizeof p->count);
    at += sizeof p->count;
    for (int32_t i = 0; i < p->count * 2; i++) {
        int32_t len = (int32_t)strlen(p->texts[i]);
        memcpy(at, &len, sizeof len);
        memcpy(at + sizeof len, p->texts[i], (size_t)len);
        at += sizeof len + (size_t)len;
    }
    return true;
}

static bool describe_class(maker *m, struct ArrowSchema *node, const wql_class *cls) {
    pairs p = {.count = 0};
    if (!cls) return true;
    add_pair(&p, "wql.class", cls->def.name);
    add_pair(&p, "wql.namespace", cls->ns);
    return set_metadata(m, node, &p);
}

/* Objects travel as text that Arrow knows to be JSON. */
static void add_json(pairs *p) {
    add_pair(p, "ARROW:extension:name", "arrow.json");
    add_pair(p, "ARROW:extension:metadata", "");
}

static bool describe_field(maker *m, struct ArrowSchema *node, const wql__arrow_field *field) {
    pairs p = {.count = 0};
    add_pair(&p, "wql.type", wql__type_name(field->type));
    if (field->key) add_pair(&p, "wql.key", "true");
    if (field->class_name) add_pair(&p, "wql.class", field->class_name);
    if (field->type == WQL_OBJECT) add_json(&p);
    return set_metadata(m, node, &p);
}

static bool describe_items(maker *m, struct ArrowSchema *node, const wql__arrow_field *field) {
    pairs p = {.count = 0};
    if (item_type(field->type) == WQL_OBJECT) add_json(&p);
    return set_metadata(m, node, &p);
}

/* -- all --------------------------------------------------------------------------------------------------------- */

static bool add_dictionary(maker *m, struct ArrowSchema *node, const wql__arrow_field *field) {
    if (field->text != WQL_CODES) return true;
    node->dictionary = alloc(m, sizeof *node->dictionary);
    return node->dictionary && start(m, node->dictionary, text_format(field->dictionary), "", ARROW_FLAG_NULLABLE);
}

static bool make_field(maker *m, struct ArrowSchema *node, const wql__arrow_field *field) {
    bool list = (field->type & WQL_ARRAY) != 0;
    if (!start(m, node, list ? "+l" : format_of(field), field->name, field->key ? 0 : ARROW_FLAG_NULLABLE)) return false;
    if (!describe_field(m, node, field)) return false;
    if (!list) return add_dictionary(m, node, field);
    return add_children(m, node, 1) && start(m, node->children[0], format_of(field), "item", ARROW_FLAG_NULLABLE) &&
           describe_items(m, node->children[0], field) && add_dictionary(m, node->children[0], field);
}

static bool make_root(maker *m, struct ArrowSchema *root, const wql_class *cls, uint32_t count) {
    return start(m, root, "+s", "", 0) && describe_class(m, root, cls) && (count == 0 || add_children(m, root, count));
}

/* About what one takes. */
enum { FIELD_BYTES = 256 };

static wql_status start_block(wql__mem *mem, uint32_t count, maker *m) {
    m->block = wql__arrow_block_new(mem, NULL, wql__array_size((size_t)count + 1, FIELD_BYTES));
    return m->block ? WQL_OK : wql__fail_memory(mem, NULL);
}

static wql_status give(wql__mem *mem, maker *m, bool made, const struct ArrowSchema *root, struct ArrowSchema *out) {
    wql_status status;
    if (made) {
        *out = *root;
        return WQL_OK;
    }
    status = wql__fail_memory(mem, NULL);
    wql__arrow_block_drop(m->block, atomic_load_explicit(&m->block->nodes, memory_order_relaxed));
    return status;
}

wql_status wql__arrow_schema(wql__mem *mem, const wql_class *cls, const wql__arrow_field *fields, uint32_t count,
                             struct ArrowSchema *out) {
    struct ArrowSchema root;
    maker m;
    wql_status status = start_block(mem, count, &m);
    bool made;
    if (status < 0) return status;
    made = make_root(&m, &root, cls, count);
    for (uint32_t i = 0; made && i < count; i++) made = make_field(&m, root.children[i], &fields[i]);
    return give(mem, &m, made, &root, out);
}

wql_status wql__arrow_batch_schema(const wql_batch *batch, struct ArrowSchema *out) {
    struct ArrowSchema root;
    maker m;
    wql_status status = start_block(batch->mem, batch->width, &m);
    bool made;
    if (status < 0) return status;
    made = make_root(&m, &root, batch->cls, batch->width);
    for (uint32_t i = 0; made && i < batch->width; i++) {
        const wql_column *col = &batch->columns[i];
        wql__arrow_field field = wql__arrow_field_of(batch->cls, col->name, col->property, col->type, col);
        made = make_field(&m, root.children[i], &field);
    }
    return give(batch->mem, &m, made, &root, out);
}
