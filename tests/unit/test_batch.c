/* SPDX-License-Identifier: MIT */
/* test_batch.c: batches made, gathered, copied, held and read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/data/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- a class and a source batch with a column of every layout ---------------------------------------------------- */

enum { ROWS = 200 };
enum { ID, NAME, VIEWS, CODES, FLAG, BORN, LIST, OBJECT, WORDS, COLUMNS };

static const wql_property_def props[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                         {.name = "Name", .type = WQL_STRING, .flags = WQL_KEY},
                                         {.name = "Views", .type = WQL_STRING},
                                         {.name = "Codes", .type = WQL_STRING},
                                         {.name = "Flag", .type = WQL_BOOLEAN},
                                         {.name = "Born", .type = WQL_DATETIME},
                                         {.name = "List", .type = WQL_SINT32 | WQL_ARRAY},
                                         {.name = "Object", .type = WQL_OBJECT},
                                         {.name = "Words", .type = WQL_STRING | WQL_ARRAY}};

typedef struct source {
    wql__mem *mem;
    wql__catalog *catalog;
    const wql_class *cls;
    wql_batch *batch, *object;
    uint32_t ids[ROWS];
    int32_t name_ends[ROWS + 1], list_ends[ROWS + 1], word_ends[ROWS + 1], codes[ROWS], items[ROWS * 3],
        item_word_ends[ROWS * 3 + 1];
    uint8_t validity[ROWS / 8], flags[ROWS / 8];
    char names[ROWS * 40], view_bytes[ROWS * 40], words[ROWS * 10];
    wql_view views[ROWS];
    const char *buffers[2];
    int64_t sizes[2];
    int64_t born[ROWS];
    wql_time_extra extra[ROWS];
    wql_ref refs[ROWS];
    const wql_batch *objects[1];
    int32_t dictionary_ends[4];
    wql_column dictionary, item_column, word_column;
} source;

static wql_view make_view(const char *text, size_t len, uint32_t buffer, const char *base) {
    wql_view v = {0};
    v.len = (uint32_t)len;
    if (len <= 12) {
        memcpy(v.as.inlined, text, len);
    } else {
        memcpy(v.as.ref.prefix, text, 4);
        v.as.ref.buffer = buffer;
        v.as.ref.offset = (uint32_t)(text - base);
    }
    return v;
}

static void fill_texts(source *s) {
    size_t at = 0, view_at = 0, words = 0, items = 0;
    for (uint32_t r = 0; r < ROWS; r++) {
        int n = snprintf(s->names + at, 40, "row %u%.*s", r, (int)(r % 30), "abcdefghijklmnopqrstuvwxyzabcdef");
        s->name_ends[r] = (int32_t)at;
        at += (size_t)n;
        n = snprintf(s->view_bytes + view_at, 40, "%.*s%u", (int)(r % 25), "zyxwvutsrqponmlkjihgfedcba", r);
        s->views[r] = make_view(s->view_bytes + view_at, (size_t)n, 1, s->view_bytes);
        view_at += (size_t)n;
        s->list_ends[r] = s->word_ends[r] = (int32_t)items;
        for (uint32_t i = 0; i < r % 4 && items < ROWS * 3; i++) {
            s->items[items] = (int32_t)(r * 10 + i);
            s->item_word_ends[items] = (int32_t)words;
            words += (size_t)snprintf(s->words + words, 10, "w%u", i);
            items++;
        }
    }
    s->name_ends[ROWS] = (int32_t)at;
    s->list_ends[ROWS] = s->word_ends[ROWS] = (int32_t)items;
    s->item_word_ends[items] = (int32_t)words;
    s->item_column = (wql_column){.type = WQL_SINT32, .layout = WQL_FIXED, .values = s->items};
    s->word_column = (wql_column){
        .type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = s->item_word_ends, .bytes = s->words, .bytes_size = words};
    s->buffers[0] = "unused";
    s->sizes[0] = 6;
    s->buffers[1] = s->view_bytes;
    s->sizes[1] = (int64_t)view_at;
}

static void fill_fixed(source *s) {
    static const char dictionary[] = "redgreenblue";
    for (uint32_t r = 0; r < ROWS; r++) {
        s->ids[r] = r * 3;
        s->codes[r] = (int32_t)(r % 3);
        s->born[r] = (int64_t)r * 1000000;
        s->extra[r] = (wql_time_extra){(int16_t)(r % 5 * 60), 0, 0};
        s->refs[r] = (wql_ref){0, r % 3};
        if (r % 7) s->validity[r / 8] = (uint8_t)(s->validity[r / 8] | 1u << r % 8);
        if (r % 3 == 0) s->flags[r / 8] = (uint8_t)(s->flags[r / 8] | 1u << r % 8);
    }
    s->dictionary_ends[1] = 3;
    s->dictionary_ends[2] = 8;
    s->dictionary_ends[3] = 12;
    s->dictionary = (wql_column){
        .type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = s->dictionary_ends, .bytes = dictionary, .bytes_size = 12};
    s->objects[0] = s->object;
}

static void set_columns(source *s) {
    wql_column *c = s->batch->columns;
    c[ID] = (wql_column){.property = ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = s->ids};
    c[NAME] = (wql_column){.property = NAME,
                           .type = WQL_STRING,
                           .layout = WQL_OFFSETS,
                           .offsets = s->name_ends,
                           .bytes = s->names,
                           .bytes_size = (uint64_t)s->name_ends[ROWS]};
    c[VIEWS] = (wql_column){.property = VIEWS,
                            .type = WQL_STRING,
                            .layout = WQL_VIEWS,
                            .validity = s->validity,
                            .values = s->views,
                            .buffers = s->buffers,
                            .buffer_sizes = s->sizes,
                            .buffer_count = 2};
    c[CODES] = (wql_column){.property = CODES,
                            .type = WQL_STRING,
                            .layout = WQL_CODES,
                            .validity = s->validity,
                            .values = s->codes,
                            .child = &s->dictionary,
                            .child_rows = 3,
                            .buffer_id = 5};
    c[FLAG] =
        (wql_column){.property = FLAG, .type = WQL_BOOLEAN, .layout = WQL_BITS, .validity = s->validity, .values = s->flags};
    c[BORN] = (wql_column){.property = BORN,
                           .type = WQL_DATETIME,
                           .layout = WQL_FIXED,
                           .validity = s->validity,
                           .values = s->born,
                           .extra = s->extra};
    c[LIST] = (wql_column){.property = LIST,
                           .type = WQL_SINT32 | WQL_ARRAY,
                           .layout = WQL_LIST,
                           .validity = s->validity,
                           .offsets = s->list_ends,
                           .child = &s->item_column,
                           .child_rows = (uint64_t)s->list_ends[ROWS]};
    c[OBJECT] = (wql_column){.property = OBJECT,
                             .type = WQL_OBJECT,
                             .layout = WQL_OBJECTS,
                             .validity = s->validity,
                             .values = s->refs,
                             .objects = s->objects,
                             .object_count = 1};
    c[WORDS] = (wql_column){.property = WORDS,
                            .type = WQL_STRING | WQL_ARRAY,
                            .layout = WQL_LIST,
                            .offsets = s->word_ends,
                            .child = &s->word_column,
                            .child_rows = (uint64_t)s->word_ends[ROWS]};
    for (uint32_t i = 0; i < COLUMNS; i++) c[i].name = props[i].name;
    s->batch->rows = ROWS;
}

static source *source_open(void) {
    static const uint32_t object_ids[] = {100, 200, 300};
    const wql_class_def def = {.struct_size = sizeof def, .name = "Thing", .properties = props, .property_count = COLUMNS},
                        *list = &def;
    source *s = calloc(1, sizeof *s);
    wql_error err = WQL_INIT(wql_error);
    s->mem = wql__mem_open(NULL, NULL, 0);
    if (wql__catalog_make(s->mem, NULL, NULL, NULL, &list, 1, "root\\t", "here", &s->catalog, &err) < 0)
        fail_msg("%s", err.message);
    s->cls = s->catalog->entries[0].cls;
    s->object = wql__batch_new(s->mem);
    assert_true(wql__batch_shape(s->object, s->cls, 1, 0));
    s->object->columns[0] =
        (wql_column){.name = "Id", .property = ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = object_ids};
    s->object->rows = 3;
    s->batch = wql__batch_new(s->mem);
    assert_true(wql__batch_shape(s->batch, s->cls, COLUMNS, 0));
    fill_texts(s);
    fill_fixed(s);
    set_columns(s);
    return s;
}

static void source_close(source *s) {
    uint64_t used, peak;
    wql_batch_release(s->batch);
    wql_batch_release(s->object);
    wql__catalog_release(s->catalog);
    wql__mem_usage(s->mem, &used, &peak);
    assert_true(used < 1000); /* nothing but the counter */
    wql__mem_release(s->mem);
    free(s);
}

/* -- comparing --------------------------------------------------------------------------------------------------- */

static void assert_same_value(const wql_value *a, const wql_value *b) {
    assert_int_equal(a->type, b->type);
    if (a->type == WQL_NULL) return;
    if (a->type & WQL_ARRAY) {
        assert_int_equal(a->count, b->count);
        for (uint32_t i = 0; i < a->count; i++) assert_same_value(&a->items[i], &b->items[i]);
    } else if (a->type == WQL_STRING) {
        assert_int_equal(a->str.len, b->str.len);
        if (a->str.len) assert_memory_equal(a->str.ptr, b->str.ptr, a->str.len);
    } else if (a->type == WQL_OBJECT) {
        wql_value x, y;
        assert_int_equal(wql_batch_value(a->object, a->count, "Id", &x), WQL_OK);
        assert_int_equal(wql_batch_value(b->object, b->count, "Id", &y), WQL_OK);
        assert_same_value(&x, &y);
    } else if (a->type == WQL_DATETIME) {
        assert_memory_equal(&a->time, &b->time, sizeof a->time);
    } else {
        assert_true(a->u64 == b->u64 || a->type == WQL_BOOLEAN);
        assert_true(a->type != WQL_BOOLEAN || a->b == b->b);
    }
}

static void assert_same_row(const wql_batch *a, uint32_t row_a, const wql_batch *b, uint32_t row_b) {
    for (uint32_t i = 0; i < COLUMNS; i++) {
        wql_value x, y;
        assert_int_equal(wql_batch_value(a, row_a, props[i].name, &x), WQL_OK);
        assert_int_equal(wql_batch_value(b, row_b, props[i].name, &y), WQL_OK);
        assert_same_value(&x, &y);
    }
}

/* -- gathering --------------------------------------------------------------------------------------------------- */

static uint32_t next_random(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

/* Pieces with and without pinning, selected and in runs, in any mixture: the result equals the rows that were asked for. */
static void gather_any_mixture(void **state) {
    source *s = source_open();
    uint64_t seed = 7;
    (void)state;
    for (int round = 0; round < 60; round++) {
        wql_batch *batch = wql__batch_new(s->mem);
        wql__gather *gathers[COLUMNS];
        uint32_t wanted[600], count = 0, pieces = 1 + next_random(&seed) % 4;
        assert_true(wql__batch_shape(batch, s->cls, COLUMNS, 0));
        for (uint32_t i = 0; i < COLUMNS; i++)
            assert_non_null(gathers[i] = wql__gather_new(batch, i, &s->batch->columns[i], 600));
        for (uint32_t p = 0; p < pieces; p++) {
            bool pin = next_random(&seed) % 2, run = next_random(&seed) % 2;
            uint16_t selection[ROWS];
            uint32_t n = 0, first = next_random(&seed) % ROWS;
            if (run)
                n = next_random(&seed) % (ROWS - first + 1) % 140;
            else
                for (uint32_t r = 0; r < ROWS && n < 140; r++)
                    if (next_random(&seed) % 3 == 0) selection[n++] = (uint16_t)r;
            for (uint32_t i = 0; i < n; i++) wanted[count++] = run ? first + i : selection[i];
            for (uint32_t i = 0; i < COLUMNS; i++)
                assert_true(wql__gather_rows(gathers[i], &s->batch->columns[i], run ? NULL : selection, first, n, pin));
            if (pin) assert_true(wql__batch_hold(batch, s->batch));
        }
        for (uint32_t i = 0; i < COLUMNS; i++) wql__gather_end(gathers[i]);
        batch->rows = count;
        for (uint32_t r = 0; r < count; r++) assert_same_row(batch, r, s->batch, wanted[r]);
        wql_batch_release(batch);
    }
    source_close(s);
}

static void codes_stay_codes_while_pinned(void **state) {
    source *s = source_open();
    wql_batch *batch = wql__batch_new(s->mem);
    wql__gather *gather;
    (void)state;
    assert_true(wql__batch_shape(batch, s->cls, 1, 0));
    gather = wql__gather_new(batch, 0, &s->batch->columns[CODES], 100);
    assert_true(wql__gather_rows(gather, &s->batch->columns[CODES], NULL, 0, 50, true));
    wql__gather_end(gather);
    assert_int_equal(batch->columns[0].layout, WQL_CODES);
    assert_int_equal(batch->columns[0].buffer_id, 5);
    wql_batch_release(batch);
    source_close(s);
}

static void copies_own_their_bytes(void **state) {
    source *s = source_open();
    wql_batch *copy, *one;
    uint32_t holders = atomic_load(&s->batch->refs);
    (void)state;
    assert_int_equal(wql_batch_copy(s->batch, 3, 100, &copy), WQL_OK);
    assert_int_equal(wql_batch_copy(s->batch, 150, 1, &one), WQL_OK);
    assert_int_equal(atomic_load(&s->batch->refs), holders);
    for (uint32_t r = 0; r < 100; r++) assert_same_row(copy, r, s->batch, r + 3);
    assert_same_row(one, 0, s->batch, 150);
    assert_int_equal(wql_batch_rows(one), 1);
    assert_int_equal(wql_batch_copy(s->batch, 199, 2, &one), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_batch_copy(s->batch, 0, 0, &one), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_batch_copy(NULL, 0, 1, &one), WQL_E_INVALID_PARAMETER);
    memset(s->names, 'x', sizeof s->names); /* the source's memory may go */
    assert_memory_equal(wql_column_str(wql_batch_column(copy, NAME), 0).ptr, "row 3abc", 8);
    wql_batch_release(copy);
    wql_batch_release(one);
    source_close(s);
}

/* Kept objects are such copies, many of them. */
static void a_copy_of_one_row_takes_little(void **state) {
    source *s = source_open();
    wql_batch *one;
    uint64_t before, used, peak;
    (void)state;
    wql__mem_usage(s->mem, &before, &peak);
    assert_int_equal(wql_batch_copy(s->batch, 149, 1, &one), WQL_OK); /* nine columns, several of long texts */
    assert_same_row(one, 0, s->batch, 149);
    wql__mem_usage(s->mem, &used, &peak);
    assert_true(used - before < 12000);
    wql_batch_release(one);
    source_close(s);
}

/* -- reading ----------------------------------------------------------------------------------------------------- */

static void system_properties(void **state) {
    source *s = source_open();
    wql_value v;
    (void)state;
    assert_int_equal(wql_batch_value(s->batch, 2, "__path", &v), WQL_OK);
    assert_string_equal(v.str.ptr, "\\\\here\\root\\t:Thing.Id=6,Name=\"row 2ab\"");
    assert_int_equal(wql_batch_value(s->batch, 2, "__RELPATH", &v), WQL_OK);
    assert_string_equal(v.str.ptr, "Thing.Id=6,Name=\"row 2ab\"");
    assert_int_equal(wql_batch_value(s->batch, 0, "__CLASS", &v), WQL_OK);
    assert_string_equal(v.str.ptr, "Thing");
    assert_int_equal(wql_batch_value(s->batch, 0, "__PROPERTY_COUNT", &v), WQL_OK);
    assert_int_equal(v.i64, COLUMNS);
    assert_int_equal(wql_batch_value(s->batch, 0, "__GENUS", &v), WQL_OK);
    assert_int_equal(v.i64, 2);
    assert_int_equal(wql_batch_value(s->batch, 0, "__SUPERCLASS", &v), WQL_OK);
    assert_int_equal(v.type, WQL_NULL);
    assert_int_equal(wql_batch_value(s->batch, 0, "__DYNASTY", &v), WQL_OK);
    assert_string_equal(v.str.ptr, "Thing");
    s->batch->projected = true;
    assert_int_equal(wql_batch_value(s->batch, 0, "__DYNASTY", &v), WQL_OK);
    assert_int_equal(v.type, WQL_NULL);
    s->batch->width = 1; /* the second key is not there any more */
    assert_int_equal(wql_batch_value(s->batch, 0, "__PATH", &v), WQL_OK);
    assert_int_equal(v.type, WQL_NULL);
    assert_int_equal(wql_batch_value(s->batch, 0, "__SERVER", &v), WQL_OK);
    assert_int_equal(v.type, WQL_NULL);
    s->batch->hidden = 1; /* read, but not seen */
    assert_int_equal(wql_batch_value(s->batch, 0, "__RELPATH", &v), WQL_OK);
    assert_string_equal(v.str.ptr, "Thing.Id=0,Name=\"row 0\"");
    assert_int_equal(wql_batch_value(s->batch, 0, "Name", &v), WQL_E_NOT_FOUND);
    assert_int_equal(wql_batch_find(s->batch, "NAME"), WQL_NO_COLUMN);
    assert_int_equal(wql_batch_value(s->batch, ROWS, "Id", &v), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_batch_value(s->batch, 0, "__NONE", &v), WQL_E_NOT_FOUND);
    assert_null(wql_batch_definition(s->batch, 0));
    source_close(s);
}

static void null_arguments(void **state) {
    wql_value v;
    (void)state;
    assert_int_equal(wql_batch_rows(NULL), 0);
    assert_int_equal(wql_batch_width(NULL), 0);
    assert_null(wql_batch_class(NULL));
    assert_null(wql_batch_column(NULL, 0));
    assert_int_equal(wql_batch_find(NULL, "a"), WQL_NO_COLUMN);
    assert_int_equal(wql_batch_value(NULL, 0, "a", &v), WQL_E_INVALID_PARAMETER);
    assert_null(wql_batch_retain(NULL));
    wql_batch_release(NULL);
    wql_class_release(NULL);
    assert_null(wql_class_retain(NULL));
    assert_null(wql_class_describe(NULL));
}

static void reset_reuses_memory(void **state) {
    source *s = source_open();
    wql_batch *batch = wql__batch_new(s->mem);
    uint64_t used = 0, now, peak;
    (void)state;
    for (int round = 0; round < 20; round++) {
        wql__gather *gather;
        wql__batch_reset(batch);
        assert_true(wql__batch_shape(batch, s->cls, 1, 0));
        gather = wql__gather_new(batch, 0, &s->batch->columns[NAME], ROWS);
        assert_true(wql__gather_rows(gather, &s->batch->columns[NAME], NULL, 0, ROWS, false));
        wql__gather_end(gather);
        batch->rows = ROWS;
        wql__mem_usage(s->mem, &now, &peak);
        if (round == 3) used = now;
        if (round > 3) assert_int_equal(now, used);
    }
    wql_batch_release(batch);
    source_close(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(gather_any_mixture),     cmocka_unit_test(codes_stay_codes_while_pinned),
                                       cmocka_unit_test(copies_own_their_bytes), cmocka_unit_test(a_copy_of_one_row_takes_little),
                                       cmocka_unit_test(system_properties),      cmocka_unit_test(null_arguments),
                                       cmocka_unit_test(reset_reuses_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
