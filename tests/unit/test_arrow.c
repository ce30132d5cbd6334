/* SPDX-License-Identifier: MIT */
/* test_arrow.c: single batches in the Arrow C data interface: every CIM type, every layout, every way to let go, and no memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/data/arrow.h"
#include "arrow_check.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* -- a class with every type, and batches of it ------------------------------------------------------------------ */

enum { ROWS = 100, ITEMS = ROWS * 3 };
enum { I8, I16, I32, I64, U8, U16, U32, U64, F32, F64, C16, BOOL, WHEN, SPAN, OFFS, VIEW, CODE, CODV, REF, OBJ, SCALARS };
enum { BYTES = SCALARS, FLAGS, TIMES, OFFSL, VIEWL, CODEL, OBJL, COLUMNS };

static const wql_property_def props[] = {{.name = "I8", .type = WQL_SINT8},
                                         {.name = "I16", .type = WQL_SINT16},
                                         {.name = "I32", .type = WQL_SINT32},
                                         {.name = "I64", .type = WQL_SINT64},
                                         {.name = "U8", .type = WQL_UINT8},
                                         {.name = "U16", .type = WQL_UINT16},
                                         {.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                         {.name = "U64", .type = WQL_UINT64},
                                         {.name = "F32", .type = WQL_REAL32},
                                         {.name = "F64", .type = WQL_REAL64},
                                         {.name = "C16", .type = WQL_CHAR16},
                                         {.name = "Bool", .type = WQL_BOOLEAN},
                                         {.name = "When", .type = WQL_DATETIME},
                                         {.name = "Span", .type = WQL_DATETIME, .flags = WQL_INTERVAL},
                                         {.name = "Offs", .type = WQL_STRING},
                                         {.name = "View", .type = WQL_STRING},
                                         {.name = "Code", .type = WQL_STRING},
                                         {.name = "CodeV", .type = WQL_STRING},
                                         {.name = "Ref", .type = WQL_REFERENCE, .class_name = "Thing"},
                                         {.name = "Obj", .type = WQL_OBJECT, .class_name = "Thing"},
                                         {.name = "Bytes", .type = WQL_UINT8 | WQL_ARRAY},
                                         {.name = "Flags", .type = WQL_BOOLEAN | WQL_ARRAY},
                                         {.name = "Times", .type = WQL_DATETIME | WQL_ARRAY},
                                         {.name = "OffsL", .type = WQL_STRING | WQL_ARRAY},
                                         {.name = "ViewL", .type = WQL_STRING | WQL_ARRAY},
                                         {.name = "CodeL", .type = WQL_STRING | WQL_ARRAY},
                                         {.name = "ObjL", .type = WQL_OBJECT | WQL_ARRAY}};

static const char *const formats[] = {"c", "s",  "i", "l", "C", "S", "I",  "L",  "f",  "g",  "S",  "b",  "tsu:UTC", "tDu",
                                      "u", "vu", "i", "i", "u", "u", "+l", "+l", "+l", "+l", "+l", "+l", "+l"};
static const char *const item_formats[] = {"C", "b", "tsu:UTC", "u", "vu", "i", "u"};

typedef struct world {
    long allocations, fail_at; /* of the allocator; 0: none fails */
    wql__mem *mem;
    wql__catalog *catalog;
    const wql_class *cls;
    wql_batch *batch, *object;
    int released; /* how often the provider's release ran */
    uint64_t values[ITEMS];
    float floats[ITEMS];
    double doubles[ITEMS];
    uint8_t bits[ITEMS / 8 + 1], validity[ITEMS / 8 + 1];
    wql_time_extra extra[ITEMS];
    int32_t offsets[ITEMS + 1], codes[ITEMS], list[ROWS + 1], words[5];
    char bytes[ITEMS * 40];
    wql_view views[ITEMS], word_views[4];
    const char *buffers[2];
    int64_t sizes[2];
    wql_ref refs[ITEMS];
    const wql_batch *objects[1];
    wql_column dictionary, view_dictionary, items[COLUMNS - SCALARS];
} world;

static void *counting_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    world *w = user;
    (void)old_size;
    if (!new_size) {
        free(ptr);
        return NULL;
    }
    if (++w->allocations == w->fail_at) return NULL;
    return realloc(ptr, new_size);
}

static wql_view view_of(const char *base, size_t at, size_t len, uint32_t buffer) {
    wql_view v = {.len = (uint32_t)len};
    if (len <= 12) {
        memcpy(v.as.inlined, base + at, len);
    } else {
        memcpy(v.as.ref.prefix, base + at, 4);
        v.as.ref.buffer = buffer;
        v.as.ref.offset = (uint32_t)at;
    }
    return v;
}

static void fill_texts(world *w) {
    static const char words[] = "redgreenblue and some more";
    static const int32_t ends[] = {0, 3, 8, 12, 26};
    size_t at = 5; /* texts need not begin at 0 */
    memcpy(w->bytes, "-----", at);
    for (uint32_t i = 0; i < ITEMS; i++) {
        int len = snprintf(w->bytes + at, 40, "%.*s\xc3\xa4%u", (int)(i % 20), "abcdefghijklmnopqrst", i);
        w->offsets[i] = (int32_t)at;
        w->views[i] = view_of(w->bytes, at, (size_t)len, 1);
        w->codes[i] = (int32_t)(i % 4);
        at += (size_t)len;
    }
    w->offsets[ITEMS] = (int32_t)at;
    w->buffers[0] = NULL;
    w->buffers[1] = w->bytes;
    w->sizes[1] = (int64_t)at;
    memcpy(w->words, ends, sizeof ends);
    for (int i = 0; i < 4; i++)
        w->word_views[i] = view_of(w->bytes, (size_t)w->offsets[i * 7], (size_t)(w->offsets[i * 7 + 1] - w->offsets[i * 7]), 1);
    w->dictionary = (wql_column){
        .type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = w->words, .bytes = words, .bytes_size = sizeof words - 1};
    w->view_dictionary = (wql_column){.type = WQL_STRING,
                                      .layout = WQL_VIEWS,
                                      .values = w->word_views,
                                      .buffers = w->buffers,
                                      .buffer_sizes = w->sizes,
                                      .buffer_count = 2};
}

static void fill_values(world *w) {
    for (uint32_t i = 0; i < ITEMS; i++) {
        w->values[i] = i * UINT64_C(0x9e3779b97f4a7c15);
        w->floats[i] = (float)i / 4;
        w->doubles[i] = i * 1.5;
        w->extra[i] = (wql_time_extra){(int16_t)(i % 3 * 60), 0, 0};
        w->refs[i] = (wql_ref){0, i % 2};
        if (i % 3) w->bits[i / 8] = (uint8_t)(w->bits[i / 8] | 1u << i % 8);
        if (i % 5) w->validity[i / 8] = (uint8_t)(w->validity[i / 8] | 1u << i % 8);
    }
    for (uint32_t row = 0; row <= ROWS; row++) w->list[row] = (int32_t)(3 + row * 2 + row % 2); /* the first items are not used */
}

static wql_column text_column(const world *w, uint8_t layout, bool views, uint32_t type) {
    wql_column col = {.type = (uint16_t)type, .layout = layout};
    switch (layout) {
    case WQL_OFFSETS:
        col.offsets = w->offsets;
        col.bytes = w->bytes;
        col.bytes_size = (uint64_t)w->offsets[ITEMS];
        break;
    case WQL_VIEWS:
        col.values = w->views;
        col.buffers = w->buffers;
        col.buffer_sizes = w->sizes;
        col.buffer_count = 2;
        break;
    default:
        col.values = w->codes;
        col.child = views ? &w->view_dictionary : &w->dictionary;
        col.child_rows = 4;
        break;
    }
    return col;
}

/* The column of a single value's type and, for texts, of that property's layout. */
static wql_column scalar_column(const world *w, uint32_t property, uint32_t type) {
    wql_column col = {.type = (uint16_t)type, .layout = WQL_FIXED, .values = w->values};
    if (type == WQL_STRING || type == WQL_REFERENCE) {
        bool codes = property == CODE || property == CODV || property == CODEL;
        return text_column(w,
                           codes                                   ? WQL_CODES
                           : property == VIEW || property == VIEWL ? WQL_VIEWS
                                                                   : WQL_OFFSETS,
                           property == CODV, type);
    }
    if (type == WQL_REAL32) col.values = w->floats;
    if (type == WQL_REAL64) col.values = w->doubles;
    if (type == WQL_DATETIME && property != SPAN) col.extra = w->extra;
    if (type == WQL_BOOLEAN) {
        col.layout = WQL_BITS;
        col.values = w->bits;
    }
    if (type == WQL_OBJECT) {
        col.layout = WQL_OBJECTS;
        col.values = w->refs;
        col.objects = w->objects;
        col.object_count = 1;
    }
    return col;
}

static void set_columns(world *w, wql_batch *batch, uint32_t rows) {
    for (uint32_t p = 0; p < COLUMNS; p++) {
        wql_column *col = &batch->columns[p];
        if (props[p].type & WQL_ARRAY) {
            wql_column *items = &w->items[p - SCALARS];
            *items = scalar_column(w, p, props[p].type & ~(uint32_t)WQL_ARRAY);
            items->validity = p % 2 ? w->validity : NULL;
            *col = (wql_column){
                .type = (uint16_t)props[p].type, .layout = WQL_LIST, .offsets = w->list, .child = items, .child_rows = ITEMS};
        } else {
            *col = scalar_column(w, p, props[p].type);
        }
        col->name = w->cls->def.properties[p].name;
        col->property = p;
        col->validity = p % 2 ? w->validity : NULL;
    }
    batch->rows = rows;
}

static void on_release(void *ctx) { ((world *)ctx)->released++; }

static void make_object(world *w) {
    static const uint32_t ids[] = {7, 8};
    static const int32_t ends[] = {0, 5, 9};
    static const double reals[] = {0.5, INFINITY};
    w->object = wql__batch_new(w->mem);
    assert_true(wql__batch_shape(w->object, w->cls, 3, 0));
    w->object->columns[0] = (wql_column){.name = "Id", .property = U32, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids};
    w->object->columns[1] = (wql_column){.name = "Offs",
                                         .property = OFFS,
                                         .type = WQL_STRING,
                                         .layout = WQL_OFFSETS,
                                         .offsets = ends,
                                         .bytes = "a\"\\\x01\nxyz ",
                                         .bytes_size = 9};
    w->object->columns[2] =
        (wql_column){.name = "F64", .property = F64, .type = WQL_REAL64, .layout = WQL_FIXED, .values = reals};
    w->object->rows = 2;
    w->objects[0] = w->object;
}

static world *open_world(void) {
    const wql_class_def def = {.struct_size = sizeof def, .name = "Thing", .properties = props, .property_count = COLUMNS},
                        *list = &def;
    world *w = calloc(1, sizeof *w);
    wql_error err = WQL_INIT(wql_error);
    w->mem = wql__mem_open(counting_alloc, w, 0);
    if (wql__catalog_make(w->mem, NULL, NULL, NULL, &list, 1, "root\\t", "here", &w->catalog, &err) < 0)
        fail_msg("%s", err.message);
    w->cls = w->catalog->entries[0].cls;
    fill_texts(w);
    fill_values(w);
    make_object(w);
    w->batch = wql__batch_new(w->mem);
    assert_true(wql__batch_shape(w->batch, w->cls, COLUMNS, 0));
    w->batch->release = on_release;
    w->batch->release_ctx = w;
    set_columns(w, w->batch, ROWS);
    return w;
}

/* The batch is the caller's to have let go. */
static void close_world(world *w) {
    uint64_t used, peak;
    wql_batch_release(w->object);
    wql__catalog_release(w->catalog);
    wql__mem_usage(w->mem, &used, &peak);
    assert_true(used < 1000); /* nothing but the counter */
    assert_int_equal(w->released, 1);
    wql__mem_release(w->mem);
    free(w);
}

/* -- what a value is to look like -------------------------------------------------------------------------------- */

static size_t print_value(const wql_value *v, char *buf, size_t size) {
    size_t used = 0;
    if (v->type & WQL_ARRAY && v->type != WQL_NULL) {
        used += (size_t)snprintf(buf, size, "[");
        for (uint32_t i = 0; i < v->count; i++) {
            if (i) used += (size_t)snprintf(buf + used, size - used, ",");
            used += print_value(&v->items[i], buf + used, size - used);
        }
        return used + (size_t)snprintf(buf + used, size - used, "]");
    }
    switch (v->type) {
    case WQL_NULL: return (size_t)snprintf(buf, size, "NULL");
    case WQL_BOOLEAN: return (size_t)snprintf(buf, size, "%s", v->b ? "true" : "false");
    case WQL_REAL32:
    case WQL_REAL64: return (size_t)snprintf(buf, size, "%g", v->f64);
    case WQL_STRING:
    case WQL_REFERENCE: return (size_t)snprintf(buf, size, "\"%.*s\"", WQL_FMT(v->str));
    case WQL_DATETIME: return (size_t)snprintf(buf, size, "%" PRId64, v->time.us);
    case WQL_OBJECT:
        return (size_t)snprintf(buf, size, "\"%s\"",
                                v->count ? "{\"__CLASS\":\"Thing\",\"Id\":8,\"Offs\":\"xyz \",\"F64\":null}"
                                         : "{\"__CLASS\":\"Thing\",\"Id\":7,\"Offs\":\"a\\\"\\\\\\u0001\\n\",\"F64\":0.5}");
    case WQL_SINT8:
    case WQL_SINT16:
    case WQL_SINT32:
    case WQL_SINT64: return (size_t)snprintf(buf, size, "%" PRId64, v->i64);
    default: return (size_t)snprintf(buf, size, "%" PRIu64, v->u64);
    }
}

/* Every cell of the array is that of the batch. */
static void assert_same_cells(const wql_batch *batch, const struct ArrowSchema *schema, const struct ArrowArray *array) {
    for (uint32_t p = 0; p < batch->width; p++)
        for (uint32_t row = 0; row < batch->rows; row++) {
            char want[1024], got[1024];
            wql_value value;
            assert_int_equal(wql_batch_value(batch, row, batch->columns[p].name, &value), WQL_OK);
            (void)print_value(&value, want, sizeof want);
            assert_string_equal(arrow_value(schema->children[p], array->children[p], row, got, sizeof got), want);
        }
}

static void assert_valid(const struct ArrowSchema *schema, const struct ArrowArray *array) {
    arrow_fault fault = {""};
    if (!arrow_check_schema(schema, &fault)) fail_msg("%s", fault.text);
    if (array && !arrow_check_array(schema, array, &fault)) fail_msg("%s", fault.text);
}

/* -- types and layouts ------------------------------------------------------------------------------------------- */

static void every_type_and_layout_is_exported(void **state) {
    world *w = open_world();
    struct ArrowSchema schema;
    struct ArrowArray array;
    char text[64];
    (void)state;
    assert_int_equal(wql_batch_export(w->batch, &schema, &array), WQL_OK);
    assert_valid(&schema, &array);
    assert_int_equal(schema.n_children, COLUMNS);
    for (uint32_t p = 0; p < COLUMNS; p++) {
        const struct ArrowSchema *field = schema.children[p];
        assert_string_equal(field->name, props[p].name);
        assert_string_equal(field->format, formats[p]);
        assert_int_equal(field->flags, p == U32 ? 0 : ARROW_FLAG_NULLABLE);
        if (p >= SCALARS) assert_string_equal(field->children[0]->format, item_formats[p - SCALARS]);
    }
    assert_string_equal(schema.children[CODE]->dictionary->format, "u");
    assert_string_equal(schema.children[CODV]->dictionary->format, "vu");
    assert_string_equal(arrow_metadata(&schema, "wql.class", text, sizeof text), "Thing");
    assert_string_equal(arrow_metadata(&schema, "wql.namespace", text, sizeof text), "root\\t");
    assert_string_equal(arrow_metadata(schema.children[U32], "wql.key", text, sizeof text), "true");
    assert_null(arrow_metadata(schema.children[U64], "wql.key", text, sizeof text));
    assert_string_equal(arrow_metadata(schema.children[C16], "wql.type", text, sizeof text), "char16");
    assert_string_equal(arrow_metadata(schema.children[BYTES], "wql.type", text, sizeof text), "uint8[]");
    assert_string_equal(arrow_metadata(schema.children[REF], "wql.class", text, sizeof text), "Thing");
    assert_string_equal(arrow_metadata(schema.children[OBJ], "ARROW:extension:name", text, sizeof text), "arrow.json");
    assert_null(arrow_metadata(schema.children[OBJL], "ARROW:extension:name", text, sizeof text));
    assert_string_equal(arrow_metadata(schema.children[OBJL]->children[0], "ARROW:extension:name", text, sizeof text),
                        "arrow.json");
    assert_same_cells(w->batch, &schema, &array);
    wql_batch_release(w->batch);
    assert_int_equal(w->released, 0);
    array.release(&array);
    assert_null(array.release);
    assert_int_equal(w->released, 1);
    schema.release(&schema); /* stands for itself */
    assert_null(schema.release);
    close_world(w);
}

static void buffers_are_the_batches_own(void **state) {
    world *w = open_world();
    struct ArrowArray array;
    (void)state;
    for (uint32_t i = 0; i < ITEMS; i += 5) memset(&w->views[i], 0, sizeof w->views[i]); /* below NULLs, as those we make are */
    assert_int_equal(wql_batch_export(w->batch, NULL, &array), WQL_OK);
    for (uint32_t p = 0; p < SCALARS; p++) {
        const struct ArrowArray *child = array.children[p];
        if (p == OBJ) continue;
        assert_int_equal(child->offset, 0);
        assert_ptr_equal(child->buffers[0], p % 2 ? w->validity : NULL);
        assert_ptr_equal(child->buffers[1],
                         w->batch->columns[p].layout == WQL_OFFSETS ? (const void *)w->offsets : w->batch->columns[p].values);
    }
    assert_ptr_equal(array.children[OFFS]->buffers[2], w->bytes);
    assert_int_equal(array.children[CODV]->dictionary->n_buffers, 5);
    assert_ptr_equal(array.children[CODE]->dictionary->buffers[2], w->dictionary.bytes);
    /* Items are sliced at a whole byte of their bitmap. */
    assert_int_equal(array.children[BYTES]->children[0]->offset, 3);
    assert_ptr_equal(array.children[BYTES]->children[0]->buffers[1], w->values);
    array.release(&array);
    wql_batch_release(w->batch);
    close_world(w);
}

/* -- each form of text as each other ----------------------------------------------------------------------------- */

static const struct {
    uint8_t text, dictionary;
} forms[] = {{WQL_OFFSETS, 0}, {WQL_VIEWS, 0}, {WQL_CODES, WQL_OFFSETS}, {WQL_CODES, WQL_VIEWS}};

static void texts_take_any_form(void **state) {
    world *w = open_world();
    (void)state;
    w->dictionary.validity = (const uint8_t *)"\x0b"; /* the third text is NULL, and so are the rows that name it */
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        wql__arrow_field fields[COLUMNS];
        struct ArrowSchema schema;
        struct ArrowArray array;
        uint64_t nulled = 0;
        for (uint32_t p = 0; p < COLUMNS; p++) {
            const wql_column *col = &w->batch->columns[p];
            fields[p] = wql__arrow_field_of(w->cls, col->name, p, col->type, col);
            if (!fields[p].text || p == OBJ || p == OBJL) continue;
            fields[p].text = forms[f].text;
            fields[p].dictionary = forms[f].dictionary;
        }
        assert_int_equal(wql__arrow_schema(w->mem, w->cls, fields, COLUMNS, &schema), WQL_OK);
        assert_int_equal(wql__arrow_array(w->batch, fields, COLUMNS, &array, &nulled), WQL_OK);
        assert_valid(&schema, &array);
        for (uint32_t row = 0; row < ROWS; row++) {
            char text[64];
            bool null = w->batch->columns[CODE].validity && !(w->validity[row / 8] >> row % 8 & 1);
            if (row % 4 == 2 || null)
                assert_string_equal(arrow_value(schema.children[CODE], array.children[CODE], row, text, sizeof text), "NULL");
        }
        w->dictionary.validity = NULL; /* a value that is read through wql_batch_value knows nothing of it */
        array.release(&array);
        assert_int_equal(wql__arrow_array(w->batch, fields, COLUMNS, &array, &nulled), WQL_OK);
        assert_valid(&schema, &array);
        assert_same_cells(w->batch, &schema, &array);
        w->dictionary.validity = (const uint8_t *)"\x0b";
        array.release(&array);
        schema.release(&schema);
    }
    wql_batch_release(w->batch);
    close_world(w);
}

static void a_missing_column_is_no_batch_of_the_fields(void **state) {
    world *w = open_world();
    wql__arrow_field field = wql__arrow_field_of(w->cls, "I64", I64, WQL_SINT64, NULL);
    struct ArrowArray array;
    uint64_t nulled = 0;
    (void)state;
    assert_int_equal(wql__arrow_array(w->batch, &field, 1, &array, &nulled), WQL_OK); /* found behind others */
    array.release(&array);
    field.type = WQL_UINT64;
    assert_int_equal(wql__arrow_array(w->batch, &field, 1, &array, &nulled), WQL_E_UNEXPECTED);
    wql_batch_release(w->batch);
    close_world(w);
}

/* -- what Arrow does not take as it is --------------------------------------------------------------------------- */

/* Something behind a short text, and anything below a NULL: Arrow wants zeros, and sound views. */
static void unsound_views_are_put_right(void **state) {
    world *w = open_world();
    struct ArrowSchema schema;
    struct ArrowArray array;
    (void)state;
    w->batch->width = VIEW + 1;
    memset(w->views[0].as.inlined + w->views[0].len, 'x', 12 - w->views[0].len); /* of VIEW, row 0, which is NULL there */
    memset(&w->views[5], 0xee, sizeof w->views[5]);
    memset(w->views[1].as.inlined + w->views[1].len, 'y', 12 - w->views[1].len);
    for (int nulls = 1; nulls >= 0; nulls--) {
        if (!nulls) {
            w->batch->columns[VIEW].validity = NULL;
            w->views[5] = w->views[4];
        }
        assert_int_equal(wql_batch_export(w->batch, &schema, &array), WQL_OK);
        assert_valid(&schema, &array);
        assert_ptr_not_equal(array.children[VIEW]->buffers[1], w->views);
        assert_same_cells(w->batch, &schema, &array);
        array.release(&array);
        schema.release(&schema);
    }
    wql_batch_release(w->batch);
    close_world(w);
}

/* Each padding byte of each length is seen. */
static void every_padding_byte_is_looked_at(void **state) {
    world *w = open_world();
    wql_column col = text_column(w, WQL_VIEWS, false, WQL_STRING);
    wql_view view;
    (void)state;
    col.values = &view;
    for (uint32_t len = 0; len <= 12; len++)
        for (uint32_t at = 0; at <= 12; at++) {
            wql__arrow_maker maker = {wql__arrow_block_new(w->mem, NULL, 256), WQL_OK, 0};
            struct ArrowArray node;
            memset(&view, 0, sizeof view);
            view.len = len;
            memset(view.as.inlined, 'a', len);
            if (at >= len && at < 12) view.as.inlined[at] = 1;
            assert_true(wql__arrow_text(&maker, &col, 0, 1, WQL_VIEWS, &node));
            assert_int_equal(node.buffers[1] == &view, at < len || at == 12);
            node.release(&node);
        }
    wql_batch_release(w->batch);
    close_world(w);
}

static void datetimes_with_asterisks_are_null(void **state) {
    world *w = open_world();
    struct ArrowSchema schema;
    struct ArrowArray array;
    uint64_t nulled = 0;
    wql__arrow_field field = wql__arrow_field_of(w->cls, "When", WHEN, WQL_DATETIME, NULL);
    (void)state;
    w->extra[3].wild = 8;
    w->extra[4].wild = 255;
    assert_int_equal(wql__arrow_array(w->batch, &field, 1, &array, &nulled), WQL_OK);
    assert_int_equal(nulled, 2);
    assert_true(arrow_is_null(array.children[0], 3));
    assert_true(arrow_is_null(array.children[0], 4));
    assert_false(arrow_is_null(array.children[0], 5));
    array.release(&array);
    w->batch->columns[WHEN].validity = w->validity; /* row 5 is NULL already, row 0 too */
    w->extra[5].wild = 8;
    assert_int_equal(wql_batch_export(w->batch, &schema, &array), WQL_OK);
    assert_valid(&schema, &array);
    for (uint32_t row = 0; row < 8; row++)
        assert_int_equal(arrow_is_null(array.children[WHEN], row), row == 0 || row == 3 || row == 4 || row == 5);
    assert_true(arrow_is_null(array.children[TIMES]->children[0], 0)); /* the items begin with the third value */
    array.release(&array);
    schema.release(&schema);
    wql_batch_release(w->batch);
    close_world(w);
}

/* A buffer of more than 2 GiB: its upper half is a buffer of its own. Reading untouched pages costs no memory. */
static void views_reach_beyond_two_gibibytes(void **state) {
    world *w = open_world();
    size_t size = ((size_t)1 << 31) + 4096;
    char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    struct ArrowSchema schema;
    struct ArrowArray array;
    char text[64];
    (void)state;
    if (bytes == MAP_FAILED) skip();
    memcpy(bytes + ((size_t)1 << 31) - 8, "this text crosses the border", 28);
    memcpy(bytes + ((size_t)1 << 31) + 100, "this one lies beyond it", 23);
    w->buffers[1] = bytes;
    w->sizes[1] = (int64_t)size;
    for (uint32_t i = 0; i < ROWS; i++) w->views[i] = view_of(bytes, ((size_t)1 << 31) - 8, 28, 1);
    w->views[1] = view_of(bytes, ((size_t)1 << 31) + 100, 23, 1);
    w->batch->width = VIEW + 1;
    assert_int_equal(wql_batch_export(w->batch, &schema, &array), WQL_OK);
    assert_valid(&schema, &array);
    assert_int_equal(array.children[VIEW]->n_buffers, 2 + 4 + 1);
    assert_string_equal(arrow_value(schema.children[VIEW], array.children[VIEW], 1, text, sizeof text),
                        "\"this one lies beyond it\"");
    assert_string_equal(arrow_value(schema.children[VIEW], array.children[VIEW], 2, text, sizeof text),
                        "\"this text crosses the border\"");
    array.release(&array);
    schema.release(&schema);
    w->views[2] = (wql_view){.len = (uint32_t)INT32_MAX + 1, .as.ref = {.buffer = 1, .offset = 0}};
    array.length = 77;
    assert_int_equal(wql_batch_export(w->batch, &schema, &array), WQL_E_VALUE_OUT_OF_RANGE);
    assert_int_equal(array.length, 77);
    wql_batch_release(w->batch);
    munmap(bytes, size);
    close_world(w);
}

/* Of items that are none a provider may say anything: nothing of it was checked. */
static void lists_without_items_look_at_nothing(void **state) {
    world *w = open_world();
    struct ArrowSchema schema;
    struct ArrowArray array;
    (void)state;
    for (uint32_t row = 0; row <= ROWS; row++) w->list[row] = 9;
    for (uint32_t p = SCALARS; p < COLUMNS; p++) {
        wql_column *items = &w->items[p - SCALARS];
        *items =
            (wql_column){.type = items->type, .layout = items->layout, .buffer_count = 7, .object_count = 7, .child_rows = 7};
    }
    assert_int_equal(wql_batch_export(w->batch, &schema, &array), WQL_OK);
    assert_valid(&schema, &array);
    assert_same_cells(w->batch, &schema, &array);
    array.release(&array);
    schema.release(&schema);
    wql_batch_release(w->batch);
    close_world(w);
}

/* What nests too deep is refused. */
static void objects_nest_only_so_deep(void **state) {
    world *w = open_world();
    wql_batch *nested[200];
    struct ArrowArray array;
    (void)state;
    for (int i = 0; i < 200; i++) {
        static const wql_ref first = {0, 0};
        nested[i] = wql__batch_new(w->mem);
        assert_true(wql__batch_shape(nested[i], w->cls, 1, 0));
        nested[i]->rows = 1;
        nested[i]->columns[0] = (wql_column){.name = "Obj",
                                             .property = OBJ,
                                             .type = WQL_OBJECT,
                                             .layout = WQL_OBJECTS,
                                             .values = &first,
                                             .objects = (const wql_batch *const *)&nested[i > 0 ? i - 1 : 0],
                                             .object_count = 1};
        if (i == 0) nested[i]->width = 0;
    }
    assert_int_equal(wql_batch_export(nested[128], NULL, &array), WQL_OK);
    array.release(&array);
    assert_int_equal(wql_batch_export(nested[129], NULL, &array), WQL_E_VALUE_OUT_OF_RANGE);
    for (int i = 0; i < 200; i++) wql_batch_release(nested[i]);
    wql_batch_release(w->batch);
    close_world(w);
}

/* -- release ----------------------------------------------------------------------------------------------------- */

static void *release_elsewhere(void *arg) {
    struct ArrowArray *array = arg;
    array->release(array);
    return NULL;
}

/* Every child moved out, the parent released, the children one after the other on threads of their own. */
static void children_are_moved_and_outlive_their_parent(void **state) {
    world *w = open_world();
    struct ArrowSchema schema, field, moved_root;
    struct ArrowArray array, moved[COLUMNS];
    pthread_t threads[COLUMNS];
    (void)state;
    assert_int_equal(wql_batch_export(w->batch, &schema, &array), WQL_OK);
    wql_batch_release(w->batch);
    for (uint32_t p = 0; p < COLUMNS; p++) {
        moved[p] = *array.children[p];
        array.children[p]->release = NULL;
    }
    array.release(&array);
    assert_int_equal(w->released, 0);
    for (uint32_t p = 0; p < COLUMNS; p++) {
        arrow_fault fault = {""};
        if (!arrow_check_array(schema.children[p], &moved[p], &fault)) fail_msg("%s", fault.text);
    }
    field = *schema.children[CODEL];
    schema.children[CODEL]->release = NULL;
    moved_root = schema; /* the parent is moved too */
    moved_root.release(&moved_root);
    assert_valid(&field, &moved[CODEL]);
    field.release(&field);
    for (uint32_t p = 0; p < COLUMNS; p++) assert_int_equal(pthread_create(&threads[p], NULL, release_elsewhere, &moved[p]), 0);
    for (uint32_t p = 0; p < COLUMNS; p++) {
        assert_int_equal(pthread_join(threads[p], NULL), 0);
        assert_null(moved[p].release);
    }
    close_world(w);
}

static void one_kept_child_keeps_the_batch(void **state) {
    world *w = open_world();
    struct ArrowArray array, words, texts;
    (void)state;
    assert_int_equal(wql_batch_export(w->batch, NULL, &array), WQL_OK);
    wql_batch_release(w->batch);
    words = *array.children[CODE];
    array.children[CODE]->release = NULL;
    array.release(&array);
    texts = *words.dictionary; /* and of the child its dictionary */
    words.dictionary->release = NULL;
    words.release(&words);
    assert_int_equal(w->released, 0);
    assert_memory_equal(texts.buffers[2], "redgreen", 8);
    texts.release(&texts);
    close_world(w);
}

/* -- limits and failures ----------------------------------------------------------------------------------------- */

static void nothing_to_export_is_an_error(void **state) {
    world *w = open_world();
    struct ArrowSchema schema;
    struct ArrowArray array;
    wql_batch *none = wql__batch_new(w->mem);
    (void)state;
    assert_int_equal(wql_batch_export(NULL, &schema, &array), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_batch_export(w->batch, NULL, NULL), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_batch_export(none, &schema, &array), WQL_OK); /* no class, no columns, no rows */
    assert_valid(&schema, &array);
    array.release(&array);
    schema.release(&schema);
    wql_batch_release(none);
    wql_batch_release(w->batch);
    close_world(w);
}

/* Each allocation fails once, in every form of text: nothing is set, nothing leaks, and the next export works. */
static void memory_fails_at_each_allocation(void **state) {
    (void)state;
    for (size_t f = 0; f <= sizeof forms / sizeof *forms; f++) {
        for (long fail_at = 1;; fail_at++) {
            world *w = open_world();
            struct ArrowSchema schema = {.n_children = 55};
            struct ArrowArray array = {.length = 55};
            wql__arrow_field fields[COLUMNS];
            wql_status status;
            uint64_t nulled = 0;
            bool failed;
            w->extra[9].wild = 1;
            for (uint32_t p = 0; p < COLUMNS; p++) {
                fields[p] = wql__arrow_field_of(w->cls, props[p].name, p, (uint16_t)props[p].type, NULL);
                if (fields[p].text && p != OBJ && p != OBJL && f < 4)
                    fields[p].text = forms[f].text, fields[p].dictionary = forms[f].dictionary;
            }
            w->allocations = 0;
            w->fail_at = fail_at;
            status = f == 4 ? wql_batch_export(w->batch, &schema, &array)
                            : wql__arrow_array(w->batch, fields, COLUMNS, &array, &nulled);
            failed = w->allocations >= fail_at;
            w->fail_at = 0;
            if (status == WQL_OK) {
                array.release(&array);
                if (f == 4) schema.release(&schema);
            } else {
                assert_int_equal(status, WQL_E_OUT_OF_MEMORY);
                assert_int_equal(schema.n_children, 55);
                assert_int_equal(array.length, 55);
                assert_int_equal(nulled, 0);
                assert_int_equal(wql_batch_export(w->batch, &schema, &array), WQL_OK);
                assert_valid(&schema, &array);
                array.release(&array);
                schema.release(&schema);
            }
            wql_batch_release(w->batch);
            close_world(w);
            if (!failed) {
                assert_true(fail_at > 1);
                break;
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_type_and_layout_is_exported),
                                       cmocka_unit_test(buffers_are_the_batches_own),
                                       cmocka_unit_test(texts_take_any_form),
                                       cmocka_unit_test(a_missing_column_is_no_batch_of_the_fields),
                                       cmocka_unit_test(unsound_views_are_put_right),
                                       cmocka_unit_test(every_padding_byte_is_looked_at),
                                       cmocka_unit_test(datetimes_with_asterisks_are_null),
                                       cmocka_unit_test(views_reach_beyond_two_gibibytes),
                                       cmocka_unit_test(objects_nest_only_so_deep),
                                       cmocka_unit_test(lists_without_items_look_at_nothing),
                                       cmocka_unit_test(children_are_moved_and_outlive_their_parent),
                                       cmocka_unit_test(one_kept_child_keeps_the_batch),
                                       cmocka_unit_test(nothing_to_export_is_an_error),
                                       cmocka_unit_test(memory_fails_at_each_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
