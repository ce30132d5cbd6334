/* SPDX-License-Identifier: MIT */
/* test_run_batches.c: whole batches from a provider: layouts, what is wrong with them and how that is told, copies and lent
 * columns, and what is looked at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_lab.h"

#include "../../engine/data/cells.h"
#include "../../engine/data/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- batches that are not what they say -------------------------------------------------------------------------- */

typedef struct stock {
    int32_t offsets[5], list_offsets[5], codes[4], negative_codes[4];
    uint32_t ids[4];
    wql_view views[4];
    const char *buffers[1];
    int64_t sizes[1];
    uint8_t bits, two_bits;
    wql_ref refs[4];
    int64_t times[4];
    wql_time_extra extra[4];
    wql_column texts, dictionary, dictionary_null, items;
    wql_column columns[8];
    uint32_t count;
    uint64_t rows;
} stock;

static int stock_releases;
static void release_stock(void *ctx) {
    (void)ctx;
    stock_releases++;
}

static const char stock_bytes[] = "one\xc3\xa9three";

/* Four rows: Id, S, N is not there, B, D, Tags. */
static void fill_stock(stock *k) {
    memset(k, 0, sizeof *k);
    k->rows = 4;
    for (uint32_t i = 0; i < 4; i++) {
        k->ids[i] = i;
        k->codes[i] = (int32_t)(i % 2);
        k->negative_codes[i] = i == 2 ? -1 : 0;
        k->times[i] = 1600000000000000;
        k->views[i] = (wql_view){.len = 3, .as.inlined = "abc"};
    }
    memcpy(k->offsets, (int32_t[]){0, 3, 5, 5, 10}, sizeof k->offsets);
    memcpy(k->list_offsets, (int32_t[]){0, 1, 1, 3, 4}, sizeof k->list_offsets);
    k->views[1].len = 13;
    memcpy(k->views[1].as.ref.prefix, "long", 4);
    k->views[1].as.ref.offset = 2;
    k->buffers[0] = "..long text of 13";
    k->sizes[0] = 17;
    k->bits = 0x05;
    k->two_bits = 0x0b; /* row 2 is NULL */
    k->texts = (wql_column){.property = RL_S,
                            .type = WQL_STRING,
                            .layout = WQL_OFFSETS,
                            .offsets = k->offsets,
                            .bytes = stock_bytes,
                            .bytes_size = 10};
    k->dictionary = k->dictionary_null = k->texts;
    k->dictionary_null.validity = &k->two_bits;
    k->items = k->texts;
    k->columns[0] = (wql_column){.property = RL_ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = k->ids};
    k->columns[1] = k->texts;
    k->columns[2] = (wql_column){.property = RL_B, .type = WQL_BOOLEAN, .layout = WQL_BITS, .values = &k->bits};
    k->columns[3] =
        (wql_column){.property = RL_D, .type = WQL_DATETIME, .layout = WQL_FIXED, .values = k->times, .extra = k->extra};
    k->columns[4] = (wql_column){.property = RL_TAGS,
                                 .type = WQL_STRING | WQL_ARRAY,
                                 .layout = WQL_LIST,
                                 .offsets = k->list_offsets,
                                 .child = &k->items,
                                 .child_rows = 4};
    k->count = 5;
}

static void use_views(stock *k) {
    k->columns[1] = (wql_column){.property = RL_S,
                                 .type = WQL_STRING,
                                 .layout = WQL_VIEWS,
                                 .values = k->views,
                                 .buffers = k->buffers,
                                 .buffer_sizes = k->sizes,
                                 .buffer_count = 1};
}
static void use_codes(stock *k) {
    k->columns[1] = (wql_column){
        .property = RL_S, .type = WQL_STRING, .layout = WQL_CODES, .values = k->codes, .child = &k->dictionary, .child_rows = 4};
}

/* The things that can be wrong. False: there are no more. */
static bool spoil(stock *k, int what, const char **message) {
    wql_column *s = &k->columns[1], *d = &k->columns[3], *tags = &k->columns[4];
    static const char *text;
    switch (what) {
    case 0:
        k->rows = 0;
        text = "a batch of T has 0 rows";
        break;
    case 1:
        k->rows = 2049;
        text = "a batch of T has 2049 rows";
        break;
    case 2:
        k->columns[0].property = 15;
        text = "a column is for property 15 of T, which has 15";
        break;
    case 3:
        k->columns[2] = k->columns[1];
        text = "a batch brings T.S twice";
        break;
    case 4:
        k->columns[0] = k->columns[--k->count];
        text = "a batch of T came without its key Id";
        break;
    case 5:
        k->columns[0].validity = &k->two_bits;
        text = "column T.Id is a key, but NULL in row 2";
        break;
    case 6:
        s->type = WQL_REFERENCE;
        text = "column T.S is string, but brought as reference";
        break;
    case 7:
        s->type = 99;
        text = "column T.S is string, but brought as an unknown type";
        break;
    case 8:
        s->layout = WQL_FIXED;
        text = "column T.S of type string has layout 1";
        break;
    case 9:
        k->columns[2].layout = WQL_FIXED;
        text = "column T.B of type boolean has layout 1";
        break;
    case 10:
        tags->layout = WQL_OFFSETS;
        text = "column T.Tags of type string[] has layout 3";
        break;
    case 11:
        k->columns[0].layout = 99;
        text = "column T.Id of type uint32 has layout 99";
        break;
    case 12:
        s->flags = 1;
        text = "column T.S has flags, which must be 0";
        break;
    case 13:
        k->columns[0].values = NULL;
        text = "column T.Id has no values";
        break;
    case 14:
        k->columns[0].values = (const char *)k->ids + 1;
        text = "column T.Id has values that are not aligned to 4 bytes";
        break;
    case 15:
        k->columns[2].values = NULL;
        text = "column T.B has no values";
        break;
    case 16:
        k->columns[0].extra = k->extra;
        text = "column T.Id has extra that does not belong there";
        break;
    case 17:
        d->extra = (const char *)k->extra + 1;
        text = "column T.D has extra that does not belong there";
        break;
    case 18:
        s->offsets = NULL;
        text = "column T.S has no offsets";
        break;
    case 19:
        k->offsets[0] = -1;
        text = "column T.S has a negative offset";
        break;
    case 20:
        k->offsets[2] = 2;
        text = "column T.S has offsets that go down at row 1";
        break;
    case 21:
        k->offsets[4] = 11;
        text = "column T.S has an offset of 11, but 10 bytes";
        break;
    case 22:
        s->bytes = NULL;
        text = "column T.S has no bytes";
        break;
    case 23:
        k->offsets[1] = 4;
        text = "column T.S has ill-formed UTF-8 in row 0";
        break;
    case 24:
        k->offsets[2] = 4;
        k->offsets[3] = 5;
        text = "column T.S has ill-formed UTF-8 in row 1";
        break;
    case 25:
        s->bytes = "one\xff\xfethree";
        text = "column T.S has ill-formed UTF-8 in row 1";
        break;
    case 26:
        use_views(k);
        s->values = NULL;
        text = "column T.S has no views";
        break;
    case 27:
        use_views(k);
        s->buffers = NULL;
        text = "column T.S has no buffers";
        break;
    case 28:
        use_views(k);
        s->buffer_sizes = NULL;
        text = "column T.S has no buffers";
        break;
    case 29:
        use_views(k);
        k->views[1].as.ref.buffer = 1;
        text = "column T.S names buffer 1 of 1 in row 1";
        break;
    case 30:
        use_views(k);
        k->buffers[0] = NULL;
        text = "column T.S names buffer 0 of 1 in row 1";
        break;
    case 31:
        use_views(k);
        k->views[1].as.ref.offset = 5;
        text = "column T.S goes beyond its buffer in row 1";
        break;
    case 32:
        use_views(k);
        k->views[1].as.ref.offset = UINT32_MAX;
        text = "column T.S goes beyond its buffer in row 1";
        break;
    case 33:
        use_views(k);
        k->sizes[0] = -1;
        text = "column T.S goes beyond its buffer in row 1";
        break;
    case 34:
        use_views(k);
        k->views[1].as.ref.prefix[0] = 'L';
        text = "column T.S has another prefix than the text in row 1";
        break;
    case 35:
        use_views(k);
        k->views[2].as.inlined[1] = (char)0xff;
        text = "column T.S has ill-formed UTF-8 in row 2";
        break;
    case 36:
        use_codes(k);
        s->values = NULL;
        text = "column T.S has no codes";
        break;
    case 37:
        use_codes(k);
        s->child = NULL;
        text = "column T.S has codes, but no dictionary";
        break;
    case 38:
        use_codes(k);
        k->dictionary.layout = WQL_CODES;
        text = "column T.S has a dictionary of another type or layout";
        break;
    case 39:
        use_codes(k);
        k->dictionary.type = WQL_REFERENCE;
        text = "column T.S has a dictionary of another type or layout";
        break;
    case 40:
        use_codes(k);
        s->child_rows = 1;
        text = "column T.S has code 1 in row 1, but a dictionary of 1 texts";
        break;
    case 41:
        use_codes(k);
        s->values = k->negative_codes;
        text = "column T.S has code -1 in row 2, but a dictionary of 4 texts";
        break;
    case 42:
        use_codes(k);
        s->child_rows = (uint64_t)INT32_MAX + 1;
        text = "column T.S has a dictionary of more than 2^31 - 1 texts";
        break;
    case 43:
        use_codes(k);
        k->offsets[1] = 4;
        text = "column T.S, inside, has ill-formed UTF-8 in row 0";
        break;
    case 44:
        tags->offsets = NULL;
        text = "column T.Tags has no offsets";
        break;
    case 45:
        tags->child = NULL;
        text = "column T.Tags is a list, but has no items";
        break;
    case 46:
        k->list_offsets[0] = -1;
        text = "column T.Tags has a negative offset";
        break;
    case 47:
        k->list_offsets[3] = 0;
        text = "column T.Tags has offsets that go down at row 2";
        break;
    case 48:
        tags->child_rows = 3;
        text = "column T.Tags has an offset of 4, but 3 items";
        break;
    case 49:
        k->items.type = WQL_SINT32;
        text = "column T.Tags, inside, is string, but brought as sint32";
        break;
    case 50:
        k->items.flags = 3;
        text = "column T.Tags, inside, has flags";
        break;
    case 51:
        k->items = (wql_column){
            .type = WQL_STRING, .layout = WQL_CODES, .values = k->codes, .child = &k->dictionary_null, .child_rows = 4};
        text = "column T.Tags, inside, has a dictionary with a NULL";
        break;
    case 52:
        tags->child_rows = (uint64_t)INT32_MAX + 1;
        text = "column T.Tags has more than 2^31 - 1 items";
        break;
    case 53:
        k->columns[0].values = NULL;
        k->columns[0].validity = &k->two_bits;
        text = "column T.Id has no values";
        break;
    case 54:
        use_codes(k);
        k->columns[1].property = RL_REF;
        text = "column T.Ref is reference, but brought as string";
        break;
    default: return false;
    }
    *message = text;
    return true;
}

static wql_status emit_spoilt(rl_script *s, wql_scan *scan, wql_error *err) {
    stock *k = s->note;
    wql_status status;
    if (s->step++) return WQL_END;
    status = wql_scan_emit(scan, k->rows, k->columns, k->count, release_stock, k, err);
    return status == WQL_E_PROVIDER_FAILURE ? WQL_OK : status; /* even a provider that does not listen ends */
}

static wql_status copy_spoilt(rl_script *s, wql_scan *scan, wql_error *err) {
    stock *k = s->note;
    wql_status status;
    if (s->step++) return WQL_END;
    status = wql_scan_copy(scan, (uint32_t)k->rows, k->columns, k->count, err);
    memset(k, 0xee, sizeof *k);
    k->count = 0;
    return status;
}

static void spoilt_batches_are_refused(void **state) {
    rl_lab *l = *state;
    static stock k;
    const char *message;
    int cases = 0;
    l->scripts[0].note = &k;
    for (; fill_stock(&k), spoil(&k, cases, &message); cases++) {
        stock_releases = 0;
        l->scripts[0].step = 0;
        l->scripts[0].on_next = emit_spoilt;
        rl_expect_fault(l, "SELECT * FROM T WHERE __CLASS = 'T'", message);
        assert_int_equal(stock_releases, 0);
        fill_stock(&k);
        (void)spoil(&k, cases, &message);
        if (strstr(message, "UTF-8")) continue;
        l->scripts[0].step = 0;
        l->scripts[0].on_next = copy_spoilt;
        rl_expect_fault(l, "SELECT * FROM T WHERE __CLASS = 'T'", message);
    }
    assert_int_equal(cases, 55);
    /* A column that is not wanted is not looked at. */
    fill_stock(&k);
    k.columns[1].layout = 99;
    l->scripts[0].step = 0;
    l->scripts[0].on_next = emit_spoilt;
    rl_expect(l, "SELECT Id FROM T WHERE Id = 3 AND __CLASS = 'T'", "T(3)\n");
    assert_int_equal(stock_releases, 1);
}

static void good_batches_in_all_layouts(void **state) {
    static const char expected[] = "T(0 | one | TRUE | {one})\nT(1 | \xc3\xa9 | FALSE | {})\nT(2 |  | TRUE | {\xc3\xa9, })\nT(3 "
                                   "| three | FALSE | {three})\n";
    static const char views[] = "T(0 | abc | TRUE | {one})\nT(1 | long text of  | FALSE | {})\nT(2 | abc | TRUE | {\xc3\xa9, "
                                "})\nT(3 | abc | FALSE | {three})\n";
    static const char codes[] = "T(0 | one | TRUE | {one})\nT(1 | \xc3\xa9 | FALSE | {})\nT(2 | one | TRUE | {\xc3\xa9, })\nT(3 "
                                "| \xc3\xa9 | FALSE | {three})\n";
    static const char nulls[] =
        "T(0 | one | TRUE | {one})\nT(1 | NULL | FALSE | {})\nT(2 | one | TRUE | {\xc3\xa9, })\nT(3 | NULL | FALSE | {three})\n";
    rl_lab *l = *state;
    static stock k;
    l->scripts[0].note = &k;
    for (int way = 0; way < 2; way++)
        for (int layout = 0; layout < 4; layout++) {
            fill_stock(&k);
            if (layout == 1) use_views(&k);
            if (layout >= 2) use_codes(&k);
            if (layout == 3) { /* a NULL of the dictionary is a NULL of its rows */
                k.two_bits = 0x0d;
                k.columns[1].child = &k.dictionary_null;
            }
            l->scripts[0].step = 0;
            l->scripts[0].on_next = way ? copy_spoilt : emit_spoilt;
            rl_expect(l, "SELECT Id, S, B, Tags FROM T WHERE __CLASS = 'T'",
                      layout == 0   ? expected
                      : layout == 1 ? views
                      : layout == 2 ? codes
                                    : nulls);
            if (layout != 3) continue;
            fill_stock(&k);
            use_codes(&k);
            k.two_bits = 0x0d;
            k.columns[1].child = &k.dictionary_null;
            l->scripts[0].step = 0;
            rl_expect(l, "SELECT Id FROM T WHERE S IS NULL AND __CLASS = 'T'", "T(1)\nT(3)\n");
        }
}

/* Below a NULL anything may be, as long as it can be read. */
static void garbage_below_nulls_is_no_breach(void **state) {
    rl_lab *l = *state;
    static stock k;
    l->scripts[0].note = &k;
    l->scripts[0].on_next = emit_spoilt;
    for (int layout = 0; layout < 3; layout++) {
        fill_stock(&k);
        k.two_bits = 0x0d; /* row 1 */
        if (layout == 0) k.columns[1].bytes = "one\xff\xfethree";
        if (layout == 1) {
            use_views(&k);
            k.views[1] = (wql_view){.len = 4000000000u, .as.ref = {"abcd", 77, 99}};
        }
        if (layout == 2) {
            use_codes(&k);
            k.codes[1] = -99;
        }
        k.columns[1].validity = &k.two_bits;
        l->scripts[0].step = 0;
        rl_expect(l, "SELECT Id FROM T WHERE S IS NULL AND __CLASS = 'T'", "T(1)\n");
        l->scripts[0].step = 0;
        free(rl_query(l, "SELECT S FROM T WHERE S LIKE '%e%' OR S > 'b' OR S = 'one'", 0));
    }
}

static void copies_repair_and_stand_alone(void **state) {
    rl_lab *l = *state;
    static stock k;
    wql_batch *batch;
    char *text = NULL;
    fill_stock(&k);
    k.columns[1].bytes = "one\xff\xfethree";
    k.items.bytes = "one\xff\xfethree";
    l->scripts[0].note = &k;
    l->scripts[0].on_next = copy_spoilt;
    rl_open(l, "SELECT Id, S, Tags FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    rl_print(batch, &text);
    assert_string_equal(text, "T(0 | one | {one})\nT(1 | \xef\xbf\xbd\xef\xbf\xbd | {})\nT(2 |  | {\xef\xbf\xbd\xef\xbf\xbd, "
                              "})\nT(3 | three | {three})\n");
    free(text);
    assert_int_equal(l->stats.utf8_repaired, 2);
    wql_batch_release(batch);
    rl_close(l);
}

/* What is copied is filtered before, where it lies: rows, counts and what is known of the scan are those of a batch that is
 * given. */
static void lent_columns_pass_as_given_ones_do(void **state) {
    static const char *const conditions[] = {
        "N > 1000",                   /* none */
        "Id < 3000",                  /* all */
        "N = -45",                    /* few */
        "U8 > 99",                    /* many */
        "S LIKE '%long%' AND U8 > 9", /* texts */
        "B = TRUE OR Tags IS NULL",
        "S IS NULL",
        "__RELPATH LIKE '%7\"'",
    };
    static const char *const lists[] = {"Id", "*", "__PATH, S, D", "Tags, B, R", "Nums, Id, U8"};
    rl_lab *l = *state;
    for (size_t c = 0; c < sizeof conditions / sizeof conditions[0]; c++)
        for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
            for (int counts = 0; counts < 2; counts++) {
                char query[200], *texts[2];
                uint64_t scanned[2], out[2];
                for (int way = 0; way < 2; way++) {
                    rl_script *script = &l->scripts[0];
                    script->way = way ? RL_COPY : RL_EMIT;
                    script->rows = 2500;
                    (void)snprintf(query, sizeof query, "SELECT %s FROM T WHERE (%s) AND __CLASS = 'T'", lists[i], conditions[c]);
                    texts[way] = rl_query(l, query, counts ? WQL_COUNT_ONLY : 0);
                    scanned[way] = l->stats.rows_scanned;
                    out[way] = l->stats.rows_out;
                }
                if (strcmp(texts[0], texts[1]) != 0) fail_msg("%s:\n%.500s\nnot\n%.500s", query, texts[1], texts[0]);
                assert_int_equal(scanned[1], 2500);
                assert_int_equal(scanned[0], 2500);
                assert_int_equal(out[1], out[0]);
                free(texts[0]);
                free(texts[1]);
            }
}

/* Repaired texts are what the filter sees, and a provider that is checked is checked by all that it brought. */
static void lent_columns_are_repaired_and_judged(void **state) {
    rl_lab *l = *state;
    static stock k;
    fill_stock(&k);
    k.columns[1].bytes = "one\xff\xfethree";
    l->scripts[0].note = &k;
    l->scripts[0].on_next = copy_spoilt;
    rl_expect(l, "SELECT Id, S FROM T WHERE S = '\xef\xbf\xbd\xef\xbf\xbd' AND __CLASS = 'T'",
              "T(1 | \xef\xbf\xbd\xef\xbf\xbd)\n");
    assert_int_equal(l->stats.utf8_repaired, 1);
    l->scripts[0].on_next = NULL;
    l->scripts[0].way = RL_COPY;
    l->scripts[0].rows = 200;
    l->scripts[0].take[WQL_EQ] = WQL_EXACT;
    l->scripts[0].lies = true;
    l->env.check_exact = true;
    rl_expect_fault(l, "SELECT Id FROM T WHERE N = -45 AND U8 > 3 AND __CLASS = 'T'", "promised T.N = -45 exactly and brought");
}

/* The quick ways of a cell against the way of any value. */
static void quick_cells_are_what_values_become(void **state) {
    static const uint32_t types[] = {WQL_UINT8,  WQL_UINT16, WQL_UINT32, WQL_UINT64, WQL_SINT8,   WQL_SINT16,
                                     WQL_SINT32, WQL_SINT64, WQL_CHAR16, WQL_REAL64, WQL_DATETIME};
    rl_lab *l = *state;
    wql__arena arena;
    wql__arena_init(&arena, l->mem);
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
        for (unsigned bit = 0; bit < 64; bit++)
            for (int by = -1; by <= 1; by++)
                for (int kind = 0; kind < 4; kind++) {
                    uint64_t bits = ((uint64_t)1 << bit) + (uint64_t)(int64_t)by;
                    wql_datetime time = {.us = (int64_t)bits, .offset_min = kind == 2 ? 999 : -1000};
                    wql_value value = kind == 0   ? wql_u64(bits)
                                      : kind == 1 ? wql_i64((int64_t)(by < 0 ? 0 - bits : bits))
                                                  : wql_time(time),
                              fitting = wql_null(), got;
                    wql_status status = wql__value_convert(&value, types[t], false, &fitting);
                    wql__cell_counts counts = {0, 0, NULL};
                    wql_column col;
                    wql__cells cells;
                    int result;
                    assert_true(wql__cells_init(&cells, &arena, types[t], false));
                    wql__cells_begin(&cells, &arena, 1);
                    result = wql__cells_set(&cells, 0, &value, &counts);
                    assert_int_equal(result, status == WQL_E_TYPE_MISMATCH ? WQL__CELL_MISMATCH : WQL__CELL_OK);
                    assert_int_equal(counts.nulled, status == WQL_E_VALUE_OUT_OF_RANGE);
                    memset(&col, 0, sizeof col);
                    assert_true(wql__cells_end(&cells, 1, &col));
                    got = wql_column_value(&col, 0);
                    if (status < 0) continue;
                    assert_int_equal(got.type, fitting.type);
                    assert_true(got.u64 == fitting.u64);
                    if (got.type == WQL_DATETIME) assert_int_equal(got.time.offset_min, fitting.time.offset_min);
                    wql__arena_reset(&arena);
                }
    wql__arena_free(&arena);
}

/* -- what cannot change is looked at once ------------------------------------------------------------------------ */

typedef struct table {
    uint32_t ids[4096];
    int32_t offsets[4097];
    char bytes[4096 * 3];
    uint64_t id;
    uint32_t step; /* rows of a batch */
} table;

static wql_status next_of_table(rl_script *s, wql_scan *scan, wql_error *err) {
    const table *t = s->note;
    uint64_t *at = scan->state;
    wql_column columns[2] = {
        {.property = RL_ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = t->ids + *at, .buffer_id = t->id},
        {.property = RL_S,
         .type = WQL_STRING,
         .layout = WQL_OFFSETS,
         .offsets = t->offsets + *at,
         .bytes = t->bytes,
         .bytes_size = sizeof t->bytes,
         .buffer_id = t->id ? t->id + 1 : 0}};
    *at += t->step;
    return wql_scan_emit(scan, t->step, columns, 2, NULL, NULL, err) < 0 ? WQL_OK : *at < 4096 ? WQL_OK : WQL_END;
}

static void scan_table(rl_lab *l, wql_status expected) {
    char *rows = NULL;
    rl_open(l, "SELECT Id FROM T WHERE S = 'abc' AND Id < 5 AND __CLASS = 'T'", 0);
    assert_int_equal(rl_all(l, &rows, NULL), expected);
    if (expected == WQL_END) assert_string_equal(rows, "T(0)\nT(1)\nT(2)\nT(3)\nT(4)\n");
    rl_close(l);
    free(rows);
}

static void immutable_buffers_are_checked_once(void **state) {
    rl_lab *l = *state;
    static table t;
    for (uint32_t i = 0; i < 4096; i++) {
        t.ids[i] = i;
        t.offsets[i] = (int32_t)i * 3;
        memcpy(t.bytes + i * 3, "abc", 3);
    }
    t.offsets[4096] = 4096 * 3;
    l->scripts[0].on_next = next_of_table;
    l->scripts[0].note = &t;
    /* Nothing is known of it: a fault is seen, with and without a number. */
    for (t.step = 128; t.step <= 1024; t.step *= 2) {
        t.bytes[4000] = (char)0xff;
        t.id = 0;
        scan_table(l, WQL_E_PROVIDER_FAILURE);
        t.id = 1000;
        scan_table(l, WQL_E_PROVIDER_FAILURE);
        scan_table(l, WQL_E_PROVIDER_FAILURE); /* what came before the fault is known now, and no more */
        t.bytes[4000] = 'b';
        scan_table(l, WQL_END);
        /* Now all of it is known. To see that nobody looks again, it is spoilt (which a provider must not do). */
        t.bytes[4000] = (char)0xff;
        scan_table(l, WQL_END);
        t.step = 256; /* other slices of the same */
        scan_table(l, WQL_END);
        t.id = 0;
        scan_table(l, WQL_E_PROVIDER_FAILURE);
        t.id = 2000 + t.step; /* another number: other buffers */
        scan_table(l, WQL_E_PROVIDER_FAILURE);
        t.step = 1024;
        l->mounts[0]->checked_free(l->mounts[0]);
        l->mounts[0]->checked = NULL;
        l->mounts[0]->checked_free = NULL;
    }
}

/* Far more numbers than are remembered: some are forgotten, all is still right. */
static void many_numbers(void **state) {
    rl_lab *l = *state;
    static table t;
    for (uint32_t i = 0; i < 4096; i++) t.ids[i] = i;
    l->scripts[0].on_next = next_of_table;
    l->scripts[0].note = &t;
    t.step = 2048;
    for (uint64_t id = 1; id < 20000; id += 2) {
        wql_batch *batch;
        t.id = id;
        rl_open(l, "SELECT S, Id FROM T WHERE __CLASS = 'T'", 0);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(rl_next(l, &batch), WQL_OK);
            wql_batch_release(batch);
        }
        rl_close(l);
    }
}

#define HOST_TEST(f) cmocka_unit_test_setup_teardown(f, rl_setup, rl_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        HOST_TEST(spoilt_batches_are_refused),         HOST_TEST(good_batches_in_all_layouts),
        HOST_TEST(garbage_below_nulls_is_no_breach),   HOST_TEST(copies_repair_and_stand_alone),
        HOST_TEST(lent_columns_pass_as_given_ones_do), HOST_TEST(lent_columns_are_repaired_and_judged),
        HOST_TEST(immutable_buffers_are_checked_once), HOST_TEST(many_numbers),
        HOST_TEST(quick_cells_are_what_values_become),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
