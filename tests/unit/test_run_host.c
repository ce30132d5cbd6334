/* SPDX-License-Identifier: MIT */
/* test_run_host.c: what a provider can call, and what it must not do: rows, batches, objects, system columns, every breach by its
 * message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_lab.h"

#include "../../engine/data/value.h"
#include "../../engine/data/cells.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs a query whose provider breaks the contract. The error must name the provider and contain `message`. */
static void expect_fault(rl_lab *l, const char *query, const char *message) {
    char *rows = NULL;
    wql_status status;
    uint64_t faults = l->mounts[0]->faults;
    l->err = (wql_error)WQL_INIT(wql_error);
    rl_open(l, query, 0);
    status = rl_all(l, &rows, NULL);
    if (status != WQL_E_PROVIDER_FAILURE) fail_msg("\"%s\" came through: 0x%08x %s", message, (unsigned)status, l->err.message);
    if (!strstr(l->err.message, message)) fail_msg("\"%s\" is not in: %s", message, l->err.message);
    if (l->mounts[0]->faults == faults) fail_msg("\"%s\" was not counted", message);
    rl_close(l);
    free(rows);
}

/* -- cells ------------------------------------------------------------------------------------------------------- */

static wql_status next_cells(rl_script *s, wql_scan *scan, wql_error *err) {
    static const wql_value mixed[] = {{.type = WQL_UINT8, .u64 = 200},
                                      {.type = WQL_SINT64, .i64 = -3},
                                      {.type = WQL_NULL},
                                      {.type = WQL_UINT64, .u64 = UINT64_MAX}};
    static const wql_value ill[] = {{.type = WQL_STRING, .str = {"x\xffy", 3}}, {.type = WQL_REFERENCE, .str = {"ok", 2}}};
    (void)s;
    (void)err;
    /* row 0: everything fits */
    wql_row_set(scan, RL_ID, wql_i64(7)); /* any width, any sign */
    wql_row_set(scan, RL_N, wql_u64(12));
    wql_row_set(scan, RL_R, wql_i64(-2));
    wql_row_set(scan, RL_F, wql_f64(0.1));
    wql_row_set(scan, RL_S, wql_text((wql_str){"a\0b", 3}));
    wql_row_set(scan, RL_NUMS, wql_array(WQL_SINT64, mixed, 4));
    (void)wql_row_end(scan);
    /* row 1: nothing fits, or is ill-formed */
    wql_row_set(scan, RL_ID, wql_u64(8));
    wql_row_set(scan, RL_N, wql_i64(INT64_MAX));
    wql_row_set(scan, RL_U8, wql_i64(256));
    wql_row_set(scan, RL_S, wql_text((wql_str){"\xc3(\xf0\x9f", 4}));
    wql_row_set(scan, RL_TAGS, wql_array(WQL_STRING, ill, 2));
    (void)wql_row_end(scan);
    /* row 2: set twice, and back to NULL */
    wql_row_set(scan, RL_ID, wql_u64(1));
    wql_row_set(scan, RL_ID, wql_u64(9));
    wql_row_set(scan, RL_S, wql_text(wql_s("first, and rather long")));
    wql_row_set(scan, RL_S, wql_text(wql_s("second")));
    wql_row_set(scan, RL_N, wql_i64(1));
    wql_row_set(scan, RL_N, wql_null());
    wql_row_set(scan, RL_TAGS, wql_array(WQL_STRING, ill + 1, 1));
    wql_row_set(scan, RL_TAGS, wql_array(WQL_STRING, NULL, 0));
    wql_row_set(scan, RL_B, wql_bool(true));
    wql_row_set(scan, RL_B, wql_bool(false));
    wql_row_set(scan, RL_D, wql_time((wql_datetime){1600000000000000, 90, 64, 0, 0}));
    (void)wql_row_end(scan);
    return WQL_END;
}

static void cells_become_what_they_should(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    wql_value value;
    l->scripts[0].on_next = next_cells;
    rl_open(l, "SELECT Id, S, N, R, F, U8, Tags, Nums, B, D FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(batch->rows, 3);
    assert_int_equal(wql_batch_value(batch, 0, "S", &value), WQL_OK);
    assert_memory_equal(value.str.ptr, "a\0b", 3);
    assert_int_equal(value.str.len, 3);
    assert_int_equal(wql_batch_value(batch, 1, "S", &value), WQL_OK);
    assert_int_equal(value.str.len, 7);
    assert_memory_equal(value.str.ptr, "\xef\xbf\xbd(\xef\xbf\xbd", 7);
    {
        char *text = NULL;
        rl_print(batch, &text);
        assert_non_null(strstr(text, "| 12 | -2 | 0.1 | NULL | NULL | {200, -3, NULL, NULL} | NULL | NULL)\n"));
        assert_non_null(strstr(text, "| NULL | NULL | NULL | NULL | {x\xef\xbf\xbdy, ok} | NULL | NULL | NULL)\n"));
        assert_non_null(
            strstr(text, "T(9 | second | NULL | NULL | NULL | NULL | {} | NULL | FALSE | 20200913135640.******+090)\n"));
        free(text);
    }
    wql_batch_release(batch);
    assert_int_equal(l->stats.values_nulled, 3); /* N, U8, and one of Nums */
    assert_int_equal(l->stats.utf8_repaired, 2);
    assert_int_equal(rl_next(l, &batch), WQL_END);
    rl_close(l);
}

/* -- breaches of those who bring rows ---------------------------------------------------------------------------- */

static wql_scan *remembered;

static void good_row(wql_scan *scan) {
    wql_row_set(scan, RL_ID, wql_u64(1));
    (void)wql_row_end(scan);
}

static wql_status breach(rl_script *s, wql_scan *scan, wql_error *err) {
    static const wql_value number = {.type = WQL_SINT64, .i64 = 1};
    static const uint32_t ids[] = {1, 2};
    static const wql_column column = {.property = RL_ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids};
    wql_value odd = wql_null();
    switch (s->step) {
    case 0: wql_row_set(scan, RL_N, wql_text(wql_s("x"))); break;
    case 1: wql_row_set(scan, RL_N, wql_f64(1)); break;
    case 2: wql_row_set(scan, RL_S, wql_i64(1)); break;
    case 3: wql_row_set(scan, RL_D, wql_time((wql_datetime){0, 0, 0, 1, 0})); break;
    case 4: wql_row_set(scan, 99, wql_i64(1)); break;
    case 5: wql_row_set(scan, RL_TAGS, wql_array(WQL_SINT64, &number, 1)); break;
    case 6: wql_row_set(scan, RL_TAGS, number); break;
    case 7: wql_row_set(scan, RL_S, wql_text((wql_str){NULL, 5})); break;
    case 8:
        odd.type = WQL_STRING | WQL_ARRAY;
        odd.count = 3;
        wql_row_set(scan, RL_TAGS, odd);
        break;
    case 9:
        odd.type = WQL_OBJECT;
        wql_row_set(scan, RL_E, odd);
        break;
    case 10:
        odd.type = 4711;
        wql_row_set(scan, RL_N, odd);
        break;
    case 11: (void)wql_row_end(scan); break;
    case 12:
        wql_row_set(scan, RL_ID, wql_i64(-1));
        (void)wql_row_end(scan);
        break;
    case 13:
        good_row(scan);
        wql_row_set(scan, RL_ID, wql_u64(2));
        break;
    case 14:
        for (int i = 0; i < 1025; i++) good_row(scan);
        break;
    case 15:
        good_row(scan);
        (void)wql_scan_emit(scan, 2, &column, 1, NULL, NULL, err);
        break;
    case 16:
        (void)wql_scan_emit(scan, 2, &column, 1, NULL, NULL, err);
        good_row(scan);
        break;
    case 17:
        (void)wql_scan_emit(scan, 2, &column, 1, NULL, NULL, err);
        (void)wql_scan_emit(scan, 2, &column, 1, NULL, NULL, err);
        break;
    case 18:
        (void)wql_scan_copy(scan, 2, &column, 1, err);
        (void)wql_scan_emit(scan, 2, &column, 1, NULL, NULL, err);
        break;
    case 19: return WQL_S_TIMEDOUT;
    case 20: (void)wql_scan_holds(scan, 5, wql_i64(1)); break;
    default:
        wql_row_set(scan, RL_N, wql_text(wql_s("not asked for")));
        good_row(scan);
        break;
    }
    return WQL_END;
}

static void breaches_are_named(void **state) {
    static const char *const messages[] = {"T.N is sint32, but was set to string",
                                           "T.N is sint32, but was set to real64",
                                           "T.S is string, but was set to sint64",
                                           "T.D is datetime, but was set to datetime",
                                           "property 99 of T was set, which has 15",
                                           "T.Tags is string[], but was set to sint64[]",
                                           "T.Tags is string[], but was set to sint64",
                                           "T.S was set to a NULL pointer with a length",
                                           "T.Tags was set to a NULL pointer with a length",
                                           "T.E was set to an object that wql_scan_object did not make in this next",
                                           "T.N is sint32, but was set to a value of an unknown type",
                                           "T.Id is a key, but NULL in a row",
                                           "T.Id is a key, but NULL in a row",
                                           "next of T returned in the middle of a row",
                                           "next of T went on after row_end had answered that its batch of 1024 rows is full",
                                           "next of T brought a batch beside rows",
                                           "next of T brought rows beside a batch",
                                           "next of T brought two batches",
                                           "next of T brought two batches",
                                           "next of T answered 0x00040004, which next cannot",
                                           "wql_scan_holds was asked about condition 5 of 0"};
    rl_lab *l = *state;
    l->scripts[0].on_next = breach;
    for (int i = 0; i < (int)(sizeof messages / sizeof *messages); i++) {
        l->scripts[0].step = i;
        expect_fault(l, "SELECT * FROM T WHERE __CLASS = 'T'", messages[i]);
        assert_string_equal(l->err.provider, "lab");
    }
    /* What is not asked for is not looked at. */
    l->scripts[0].step = 21;
    rl_expect(l, "SELECT Id FROM T WHERE __CLASS = 'T'", "T(1)\n");
}

static wql_status open_breach(rl_script *s, wql_scan *scan, wql_error *err) {
    static const uint32_t ids[] = {1, 2};
    static const wql_column column = {.property = RL_ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids};
    switch (s->step) {
    case 0: wql_row_set(scan, RL_ID, wql_u64(1)); break;
    case 1: (void)wql_row_end(scan); break;
    case 2: (void)wql_scan_emit(scan, 2, &column, 1, NULL, NULL, err); break;
    case 3: (void)wql_scan_object(scan, "Part", NULL, 0); break;
    case 4: return WQL_END;
    case 5: return WQL_S_PARTIAL_RESULTS;
    case 6: scan->take[0] = WQL_EXACT; break;
    case 7: scan->take[0] = 9; break;
    default: break;
    }
    return WQL_OK;
}

static void breaches_of_open_are_named(void **state) {
    static const char *const messages[] = {"wql_row_set was called inside open of T",
                                           "wql_row_end was called inside open of T",
                                           "wql_scan_emit was called inside open of T",
                                           "wql_scan_object was called inside open of T",
                                           "open of T answered 0x00000001, which open cannot",
                                           "open of T answered 0x00040010, which open cannot",
                                           "open of T promised more for condition 1 than plan did (2, not 1)",
                                           "open of T promised more for condition 1 than plan did (9, not 1)"};
    rl_lab *l = *state;
    l->scripts[0].on_open = open_breach;
    l->scripts[0].take[WQL_EQ] = WQL_SUPERSET;
    for (int i = 0; i < (int)(sizeof messages / sizeof *messages); i++) {
        l->scripts[0].step = i;
        expect_fault(l, "SELECT * FROM T WHERE N = 1 AND __CLASS = 'T'", messages[i]);
    }
}

/* Rows after the end: inside close, and with the scan of another class that has ended. */
static void close_breach(rl_script *s, wql_scan *scan) {
    if (s->step == 0) wql_row_set(scan, RL_ID, wql_u64(1));
    remembered = scan;
}

static wql_status next_of_another(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)scan;
    if (s->step == 1 && remembered) {
        wql_status status = wql_scan_emit(remembered, 1, NULL, 0, NULL, NULL, err);
        if (status != WQL_E_PROVIDER_FAILURE) s->step = 2;
    }
    return WQL_END;
}

static void X9_I18_breaches_after_the_end_are_noticed(void **state) {
    rl_lab *l = *state;
    for (int step = 0; step < 2; step++) {
        remembered = NULL;
        l->scripts[0].step = step;
        l->scripts[0].on_close = close_breach;
        l->scripts[0].on_next = next_of_another;
        expect_fault(l, "SELECT Id FROM T", "provider lab used a scan outside of its open and next");
        assert_int_equal(l->scripts[0].step, step);
    }
    /* When nobody is left to be told, it is still counted. */
    l->scripts[0].step = 0;
    {
        uint64_t faults = l->mounts[0]->faults;
        wql_batch *batch;
        l->scripts[0].on_next = NULL;
        rl_open(l, "SELECT Id FROM T", 0);
        assert_int_equal(rl_next(l, &batch), WQL_OK);
        wql_batch_release(batch);
        rl_close(l);
        assert_int_equal(l->mounts[0]->faults, faults + 1);
    }
}

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
        expect_fault(l, "SELECT * FROM T WHERE __CLASS = 'T'", message);
        assert_int_equal(stock_releases, 0);
        fill_stock(&k);
        (void)spoil(&k, cases, &message);
        if (strstr(message, "UTF-8")) continue;
        l->scripts[0].step = 0;
        l->scripts[0].on_next = copy_spoilt;
        expect_fault(l, "SELECT * FROM T WHERE __CLASS = 'T'", message);
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
    expect_fault(l, "SELECT Id FROM T WHERE N = -45 AND U8 > 3 AND __CLASS = 'T'", "promised T.N = -45 exactly and brought");
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

/* -- objects ----------------------------------------------------------------------------------------------------- */

static wql_value part(wql_scan *scan, const char *cls, int64_t a, const char *q, const wql_value *inner) {
    wql_param properties[3] = {{"a", wql_i64(a)}, {"Q", wql_text(wql_s(q))}};
    uint32_t count = 2;
    if (inner) properties[count++] = (wql_param){"P", *inner};
    return wql_scan_object(scan, cls, properties, count);
}

/* Row i: E is a Part, a SubPart, or NULL; within every third, another; Es has i % 3 of them. */
static wql_status next_objects(rl_script *s, wql_scan *scan, wql_error *err) {
    uint64_t *at = scan->state;
    bool room = true;
    (void)err;
    for (; *at < s->rows && room; ++*at) {
        int64_t i = (int64_t)*at;
        wql_value inner = part(scan, "Part", 100 + i, "inner", NULL);
        wql_value several[2];
        several[0] = part(scan, "part", i, "x", NULL);
        several[1] = part(scan, "SubPart", i, "y", &inner);
        wql_row_set(scan, RL_ID, wql_u64((uint64_t)i));
        if (i % 4 != 3)
            wql_row_set(scan, RL_E, part(scan, i % 2 ? "SubPart" : "Part", i, i % 2 ? "odd" : "even", i % 3 ? NULL : &inner));
        if (i % 3) wql_row_set(scan, RL_ES, wql_array(WQL_OBJECT, several, (uint32_t)(i % 3)));
        room = wql_row_end(scan);
    }
    return *at < s->rows ? WQL_OK : WQL_END;
}

static void objects_lie_within_rows(void **state) {
    rl_lab *l = *state;
    l->scripts[0].on_next = next_objects;
    l->scripts[0].rows = 4;
    rl_expect(l, "SELECT Id, E FROM T WHERE __CLASS = 'T'",
              "T(0 | Part(0 | even | Part(100 | inner | NULL | NULL) | NULL))\nT(1 | SubPart(1 | odd | NULL | NULL | NULL))\n"
              "T(2 | Part(2 | even | NULL | NULL))\nT(3 | NULL)\n");
    rl_expect(l, "SELECT Es FROM T WHERE Id = 2 AND __CLASS = 'T'",
              "T({Part(2 | x | NULL | NULL), SubPart(2 | y | Part(102 | inner | NULL | NULL) | NULL | NULL)})\n");
    /* Conditions on parts: an unresolvable path is NULL. */
    rl_expect(l, "SELECT Id FROM T WHERE E.A = 2", "T(2)\nU(2)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E.q = 'ODD' AND __CLASS = 'T'", "T(1)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E.P.A >= 100 AND __CLASS = 'T'", "T(0)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E.P.A IS NULL AND __CLASS = 'T'", "T(1)\nT(2)\nT(3)\n");
    rl_expect(l, "SELECT Id FROM T WHERE NOT E.P.A = 1 AND __CLASS = 'T'", "T(0)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E.__CLASS = 'SubPart' AND __CLASS = 'T'", "T(1)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E ISA 'Part' AND __CLASS = 'T'", "T(0)\nT(1)\nT(2)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E ISA 'SubPart' AND __CLASS = 'T'", "T(1)\n");
    rl_expect(l, "SELECT Id FROM T WHERE NOT E ISA 'SubPart' AND __CLASS = 'T'", "T(0)\nT(2)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E IS NULL AND __CLASS = 'T'", "T(3)\n");
    /* Parts that are chosen; a part that the object's class has not is not there. */
    rl_expect(l, "SELECT E.Q, Id FROM T WHERE __CLASS = 'T'",
              "T(Part(even) | 0)\nT(SubPart(odd) | 1)\nT(Part(even) | 2)\nT(NULL | 3)\n");
    rl_expect(l, "SELECT E.X, E.A, E.P.Q FROM T WHERE Id < 3 AND __CLASS = 'T'",
              "T(Part(0 | Part(inner)))\nT(SubPart(NULL | 1 | NULL))\nT(Part(2 | NULL))\n");
}

static void many_objects(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    uint32_t rows = 0;
    l->scripts[0].on_next = next_objects;
    l->scripts[0].rows = 5000; /* more than one batch of them for one batch of rows: two a row are of class Part */
    rl_open(l, "SELECT Id, E, Es FROM T WHERE Id <> 9 AND __CLASS = 'T'", 0);
    while (rl_next(l, &batch) == WQL_OK) {
        for (uint32_t row = 0; row < batch->rows; row++) {
            uint32_t id = ((const uint32_t *)wql_batch_column(batch, 0)->values)[row], at = 0;
            const wql_batch *object = wql_column_object(wql_batch_column(batch, 1), row, &at);
            wql_value a;
            assert_true((object == NULL) == (id % 4 == 3));
            if (!object) continue;
            assert_int_equal(wql_batch_value(object, at, "A", &a), WQL_OK);
            assert_int_equal(a.i64, id);
            rows++;
        }
        wql_batch_release(batch);
    }
    assert_int_equal(rows, 3749); /* three quarters, without Id 9 */
    rl_close(l);
}

/* An object outlives the batch it came in, the call and the plan. */
static void an_object_may_be_kept(void **state) {
    rl_lab *l = *state;
    wql_batch *batch, *kept;
    uint32_t at = 0;
    char *text = NULL;
    l->scripts[0].on_next = next_objects;
    l->scripts[0].rows = 4;
    rl_open(l, "SELECT E FROM T WHERE Id = 0 AND __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    kept = wql_batch_retain(wql_column_object(wql_batch_column(batch, 0), 0, &at));
    wql_batch_release(batch);
    assert_int_equal(wql__run_close(l->run), WQL_OK);
    wql__plan_release(l->plan);
    rl_print(kept, &text);
    assert_non_null(strstr(text, "Part(0 | even | Part(100 | inner | NULL | NULL) | NULL)\n"));
    free(text);
    wql_batch_release(kept);
}

static wql_status next_bad_object(rl_script *s, wql_scan *scan, wql_error *err) {
    wql_param nothing = {"Nothing", wql_i64(1)};
    wql_value value = wql_null();
    wql_param wrong = {"A", wql_text(wql_s("x"))};
    (void)err;
    wql_row_set(scan, RL_ID, wql_u64(0));
    switch (s->step) {
    case 0: /* not there: NULL, which is no breach */
        value = wql_scan_object(scan, "Nowhere", NULL, 0);
        if (value.type == WQL_NULL) value = wql_scan_object(scan, "Part", &nothing, 1);
        if (value.type == WQL_NULL) value = wql_scan_object(scan, "Part", NULL, 1);
        if (value.type == WQL_NULL) value = wql_scan_object(scan, NULL, NULL, 0);
        break;
    case 1: value = wql_scan_object(scan, "Part", &wrong, 1); break;
    case 2: value = wql_scan_object(scan, "T", NULL, 0); break;
    case 3: /* a row that is not there */
        value = wql_scan_object(scan, "Part", NULL, 0);
        value.count++;
        break;
    case 4: /* one of the next before */
        if (!s->note)
            s->note = (void *)(uintptr_t)wql_scan_object(scan, "Part", NULL, 0).object;
        else {
            value.type = WQL_OBJECT;
            value.object = s->note;
        }
        break;
    default: break;
    }
    wql_row_set(scan, RL_E, value);
    (void)wql_row_end(scan);
    if (s->step == 4 && value.type == WQL_NULL) return WQL_OK;
    return WQL_END;
}

static void objects_that_do_not_fit(void **state) {
    static const char *const messages[] = {NULL, "Part.A is sint32, but was set to string",
                                           "T.E was set to an object of class T, which is no Part",
                                           "T.E was set to an object that wql_scan_object did not make in this next",
                                           "T.E was set to an object that wql_scan_object did not make in this next"};
    rl_lab *l = *state;
    l->scripts[0].on_next = next_bad_object;
    rl_expect(l, "SELECT Id, E FROM T WHERE __CLASS = 'T'", "T(0 | NULL)\n");
    for (l->scripts[0].step = 1; l->scripts[0].step < 5; l->scripts[0].step++)
        expect_fault(l, "SELECT Id, E FROM T WHERE __CLASS = 'T'", messages[l->scripts[0].step]);
}

/* Objects in a batch that is emitted. */
static wql_status next_emitted_objects(rl_script *s, wql_scan *scan, wql_error *err) {
    static const uint32_t ids[] = {4, 5};
    wql_value one = part(scan, "Part", 1, "one", NULL), two = part(scan, "SubPart", 2, "two", NULL);
    const wql_batch *objects[2];
    wql_ref refs[2];
    wql_column columns[2] = {{.property = RL_ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids}};
    objects[0] = one.object;
    objects[1] = two.object;
    refs[0] = (wql_ref){0, one.count};
    refs[1] = (wql_ref){1, two.count + (s->step == 1 ? 1 : 0)};
    if (s->step == 2) refs[1].batch = 2;
    if (s->step == 3) objects[1] = wql_scan_object(scan, "T", NULL, 0).object;
    columns[1] = (wql_column){
        .property = RL_E, .type = WQL_OBJECT, .layout = WQL_OBJECTS, .values = refs, .objects = objects, .object_count = 2};
    return wql_scan_copy(scan, 2, columns, 2, err) < 0 ? WQL_E_FAILED : WQL_END;
}

/* 300 rows that go out in slices. */
static wql_status next_sliced_objects(rl_script *s, wql_scan *scan, wql_error *err) {
    static uint32_t ids[300];
    static wql_ref refs[300];
    static const wql_batch *objects[1];
    wql_column columns[2] = {
        {.property = RL_ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids},
        {.property = RL_E, .type = WQL_OBJECT, .layout = WQL_OBJECTS, .values = refs, .objects = objects, .object_count = 1}};
    (void)s;
    for (uint32_t i = 0; i < 300; i++) {
        wql_value object = part(scan, "Part", (int64_t)i, "p", NULL);
        objects[0] = object.object;
        refs[i] = (wql_ref){0, object.count};
        ids[i] = i;
    }
    return wql_scan_emit(scan, 300, columns, 2, NULL, NULL, err) < 0 ? WQL_E_FAILED : WQL_END;
}

static void objects_in_slices(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    uint32_t seen = 0;
    l->scripts[0].on_next = next_sliced_objects;
    l->env.batch_rows = l->env.batch_rows_max = 64;
    rl_open(l, "SELECT E, Id FROM T WHERE __CLASS = 'T'", 0);
    while (rl_next(l, &batch) == WQL_OK) {
        for (uint32_t row = 0; row < batch->rows; row++, seen++) {
            uint32_t at = 0;
            const wql_batch *object = wql_column_object(wql_batch_column(batch, 0), row, &at);
            wql_value a;
            assert_non_null(object);
            assert_int_equal(wql_batch_value(object, at, "A", &a), WQL_OK);
            assert_int_equal(a.i64, seen);
        }
        wql_batch_release(batch);
    }
    assert_int_equal(seen, 300);
    rl_close(l);
}

static void objects_in_whole_batches(void **state) {
    rl_lab *l = *state;
    l->scripts[0].on_next = next_emitted_objects;
    rl_expect(l, "SELECT Id, E FROM T WHERE __CLASS = 'T'",
              "T(4 | Part(1 | one | NULL | NULL))\nT(5 | SubPart(2 | two | NULL | NULL | NULL))\n");
    for (l->scripts[0].step = 1; l->scripts[0].step < 4; l->scripts[0].step++)
        expect_fault(l, "SELECT Id, E FROM T WHERE __CLASS = 'T'",
                     l->scripts[0].step < 3 ? "refers to an object that is not there in row 1" : "which is no Part");
}

/* -- system columns ---------------------------------------------------------------------------------------------- */

static void system_columns(void **state) {
    static const char all[] = "SELECT __CLASS, __GENUS, __PROPERTY_COUNT, __SUPERCLASS, __DYNASTY, __DERIVATION, __SERVER, "
                              "__NAMESPACE, __RELPATH, __PATH, N FROM U "
                              "WHERE Id %s";
    static const char u2[] = "U(U | 2 | 1 | T | T | {T} | here | root\\lab | U.Id=%d | \\\\here\\root\\lab:U.Id=%d | %d)\n";
    rl_lab *l = *state;
    char query[400], expected[2000] = "";
    l->scripts[0].rows = 100;
    for (int way = 0; way < RL_WAYS; way++) {
        l->scripts[0].way = way;
        l->scripts[0].per_next = way == RL_ROWS ? 0 : 100;
        expected[0] = 0;
        for (int i = 1; i < 4; i++)
            (void)snprintf(expected + strlen(expected), sizeof expected - strlen(expected), u2, i, i, i - 50);
        (void)snprintf(query, sizeof query, all, "< 4 AND Id > 0");
        rl_expect(l, query, expected); /* gathered */
        l->scripts[0].rows = 3;
        expected[0] = 0;
        for (int i = 0; i < 3; i++)
            (void)snprintf(expected + strlen(expected), sizeof expected - strlen(expected), u2, i, i, i - 50);
        (void)snprintf(query, sizeof query, all, "< 50");
        rl_expect(l, query, expected); /* forwarded */
        l->scripts[0].rows = 100;
    }
    rl_expect(l, "SELECT __SUPERCLASS, __DERIVATION FROM T WHERE Id = 3", "T(NULL | {})\nU(T | {T})\n");
}

/* Keys that were not selected are read for the path, and stay hidden. */
static void paths_without_keys_in_the_list(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    wql_value value;
    l->scripts[0].rows = 2;
    rl_open(l, "SELECT N FROM T WHERE __CLASS = 'T'", WQL_ENSURE_LOCATABLE);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(wql_batch_width(batch), 1);
    assert_int_equal(wql_batch_value(batch, 1, "__RELPATH", &value), WQL_OK);
    assert_int_equal(value.str.len, 6);
    assert_memory_equal(value.str.ptr, "T.Id=1", 6);
    assert_int_equal(wql_batch_value(batch, 1, "Id", &value), WQL_E_NOT_FOUND);
    wql_batch_release(batch);
    rl_close(l);
    rl_open(l, "SELECT N FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(wql_batch_value(batch, 1, "__RELPATH", &value), WQL_OK);
    assert_int_equal(value.type, WQL_NULL);
    wql_batch_release(batch);
    rl_close(l);
}

/* -- the call ---------------------------------------------------------------------------------------------------- */

static wql_status next_asks(rl_script *s, wql_scan *scan, wql_error *err) {
    rl_lab *l = s->lab;
    uint64_t left = 1;
    bool *ok = s->note;
    void *a = wql_scan_alloc(scan, 100), *b = wql_scan_alloc(scan, 0);
    wql_waker waker = wql_scan_waker(scan);
    char line[700];
    (void)err;
    *ok = a && b && ((uintptr_t)a & 15) == 0 && wql_scan_principal(scan) == l->env.principal;
    *ok = *ok && wql_scan_check(scan, &left) == WQL_OK && left == 5;
    l->deadline = WQL__TIME_FOREVER;
    *ok = *ok && wql_scan_check(scan, &left) == WQL_OK && left == UINT64_MAX && wql_scan_check(scan, NULL) == WQL_OK;
    l->deadline = l->now;
    *ok = *ok && wql_scan_check(scan, &left) == WQL_E_TIMED_OUT && left == 0;
    l->stop = 1;
    *ok = *ok && wql_scan_check(scan, NULL) == WQL_E_CALL_CANCELLED;
    l->stop = 0;
    l->deadline = WQL__TIME_FOREVER;
    wql_scan_count(scan, 3, 4);
    wql_scan_log(scan, WQL_LOG_INFO, "a line");
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = 0;
    wql_scan_log(scan, WQL_LOG_DEBUG, line);
    wql_waker_wake(waker);
    wql_waker_wake(waker);
    *ok = *ok && l->wakes == 2 && l->woken == 77;
    return WQL_END;
}

static void the_call_can_be_asked(void **state) {
    rl_lab *l = *state;
    static const wql_principal principal = {.struct_size = sizeof principal, .uid = 7};
    bool ok = false;
    l->scripts[0].on_next = next_asks;
    l->scripts[0].note = &ok;
    l->env.principal = &principal;
    l->deadline = l->now + 4001; /* 4.001 ms are told as 5 */
    free(rl_query(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0));
    assert_true(ok);
    assert_int_equal(l->stats.values_nulled, 3);
    assert_int_equal(l->stats.utf8_repaired, 4);
    assert_memory_equal(l->log, "3 lab: a line\n4 lab: xxxx", 24);
}

/* A wake when the engine is gone goes nowhere. */
static void a_wake_may_come_too_late(void **state) {
    rl_lab *l = *state;
    wql_waker waker = {&l->mounts[0]->host, l->mounts[0], 77};
    l->mounts[0]->hub = NULL;
    wql_waker_wake(waker);
    assert_int_equal(l->wakes, 0);
}

/* What is asked of wql_scan_holds, in the words of the query, and what it says of some values. */
typedef struct holds_case {
    const char *where;
    wql_value values[6];
    bool expected[6];
    uint32_t count;
} holds_case;

static bool answers[6];
static wql_status next_holds(rl_script *s, wql_scan *scan, wql_error *err) {
    const holds_case *c = s->note;
    (void)err;
    for (uint32_t i = 0; i < c->count; i++) answers[i] = wql_scan_holds(scan, 0, c->values[i]);
    return WQL_END;
}

static void holds_is_the_rule(void **state) {
    rl_lab *l = *state;
    holds_case cases[] = {
        {"N = 5",
         {wql_i64(5), wql_u64(5), wql_i64(6), wql_null(), wql_text(wql_s("5")), wql_i64(INT64_MAX)},
         {true, true, false, false, false, false},
         6},
        {"N IS NULL", {wql_null(), wql_i64(0), wql_text(wql_s(""))}, {true, false, false}, 3},
        {"N IS NOT NULL", {wql_null(), wql_i64(0)}, {false, true}, 2},
        {"S LIKE 'a%'",
         {wql_text(wql_s("Abc")), wql_text(wql_s("b")), wql_text((wql_str){"a\xff", 2}), wql_i64(1)},
         {true, false, true, false},
         4},
        {"S = 'kilo'", {wql_text(wql_s("\xe2\x84\xaaILO")), wql_text(wql_s("kilo "))}, {true, false}, 2},
        {"Id = 1 OR Id = 5 OR Id = 9", {wql_u64(5), wql_i64(9), wql_u64(2), wql_null()}, {true, true, false, false}, 4},
        {"NOT N = 5", {wql_i64(5), wql_i64(4), wql_null()}, {false, true, false}, 3},
        {"R < 2.5", {wql_f64(2.4), wql_i64(2), wql_f64(2.5)}, {true, true, false}, 3},
        {"I > '00000000000005.000000:000'",
         {wql_time((wql_datetime){6000000, 0, 0, 1, 0}), wql_time((wql_datetime){6000000, 0, 0, 0, 0})},
         {true, false},
         2}};
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char query[200];
        (void)snprintf(query, sizeof query, "SELECT Id FROM T WHERE (%s) AND __CLASS = 'T'", cases[i].where);
        l->scripts[0].on_next = next_holds;
        l->scripts[0].note = &cases[i];
        free(rl_query(l, query, 0));
        for (uint32_t k = 0; k < cases[i].count; k++)
            if (answers[k] != cases[i].expected[k]) fail_msg("%s: value %u: %d", cases[i].where, k, answers[k]);
    }
}

/* -- errno ------------------------------------------------------------------------------------------------------- */

static wql_status next_with_errno(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)s;
    (void)scan;
    (void)err;
    errno = ENOENT;
    return WQL_END;
}

static void errno_is_kept(void **state) {
    rl_lab *l = *state;
    l->scripts[0].on_next = next_with_errno;
    errno = EXDEV;
    rl_expect(l, "SELECT Id FROM T", "");
    assert_int_equal(errno, EXDEV);
}

/* -- interrupts from another thread ------------------------------------------------------------------------------ */

static _Atomic bool interrupting;
static void *interrupt_thread(void *arg) {
    rl_lab *l = arg;
    while (atomic_load(&interrupting)) wql__run_interrupt(l->run);
    return NULL;
}

static void interrupts_while_scans_come_and_go(void **state) {
    rl_lab *l = *state;
    for (int round = 0; round < 200; round++) {
        pthread_t thread;
        wql_batch *batch;
        rl_open(l, "SELECT Id FROM T", 0);
        atomic_store(&interrupting, true);
        assert_int_equal(pthread_create(&thread, NULL, interrupt_thread, l), 0);
        while (rl_next(l, &batch) == WQL_OK) wql_batch_release(batch);
        atomic_store(&interrupting, false);
        assert_int_equal(pthread_join(thread, NULL), 0);
        rl_close(l);
    }
    assert_int_equal(l->scripts[0].closes, 400);
}

#define HOST_TEST(f) cmocka_unit_test_setup_teardown(f, rl_setup, rl_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        HOST_TEST(cells_become_what_they_should),
        HOST_TEST(breaches_are_named),
        HOST_TEST(breaches_of_open_are_named),
        HOST_TEST(X9_I18_breaches_after_the_end_are_noticed),
        HOST_TEST(spoilt_batches_are_refused),
        HOST_TEST(good_batches_in_all_layouts),
        HOST_TEST(garbage_below_nulls_is_no_breach),
        HOST_TEST(copies_repair_and_stand_alone),
        HOST_TEST(lent_columns_pass_as_given_ones_do),
        HOST_TEST(lent_columns_are_repaired_and_judged),
        HOST_TEST(immutable_buffers_are_checked_once),
        HOST_TEST(many_numbers),
        HOST_TEST(quick_cells_are_what_values_become),
        HOST_TEST(objects_lie_within_rows),
        HOST_TEST(many_objects),
        HOST_TEST(an_object_may_be_kept),
        HOST_TEST(objects_that_do_not_fit),
        HOST_TEST(objects_in_whole_batches),
        HOST_TEST(objects_in_slices),
        HOST_TEST(system_columns),
        HOST_TEST(paths_without_keys_in_the_list),
        HOST_TEST(the_call_can_be_asked),
        HOST_TEST(a_wake_may_come_too_late),
        HOST_TEST(holds_is_the_rule),
        HOST_TEST(errno_is_kept),
        HOST_TEST(interrupts_while_scans_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
