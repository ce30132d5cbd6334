/* SPDX-License-Identifier: MIT */
/* test_arrow_stream.c: pulled calls as Arrow streams: one schema, all rows, every way to end, and batches of every drive. */
#include "call_lab.h"

#include "arrow_check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static wql_error err = {.struct_size = sizeof(wql_error)};

static wql_call exec(wql_session *session, const char *text, uint32_t flags) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    how.flags = flags;
    how.batch_age_ms = 60000; /* batches are cut by their rows, not by time */
    if (wql_session_exec(session, wql_s(text), &how, &call, &err) < 0) fail_msg("%s", err.message);
    return call;
}

static struct ArrowArrayStream export(wql_call call) {
    struct ArrowArrayStream stream;
    if (wql_call_export(call, &stream, &err) < 0) fail_msg("%s", err.message);
    return stream;
}

static void assert_valid(const struct ArrowSchema *schema, const struct ArrowArray *array) {
    arrow_fault fault = {""};
    if (!arrow_check_schema(schema, &fault) || !arrow_check_array(schema, array, &fault)) fail_msg("%s", fault.text);
}

/* Reads to the end; every array is of the schema. The number of rows. */
static uint64_t read_all(struct ArrowArrayStream *stream, const struct ArrowSchema *schema, int *ended) {
    struct ArrowArray array;
    uint64_t rows = 0;
    while ((*ended = stream->get_next(stream, &array)) == 0 && array.release) {
        assert_valid(schema, &array);
        rows += (uint64_t)array.length;
        array.release(&array);
    }
    return rows;
}

static uint64_t count_all(wql_session *session, const char *text, uint32_t flags) {
    struct ArrowArrayStream stream = export(exec(session, text, flags));
    struct ArrowSchema schema;
    uint64_t rows;
    int ended;
    assert_int_equal(stream.get_schema(&stream, &schema), 0);
    rows = read_all(&stream, &schema, &ended);
    assert_int_equal(ended, 0);
    assert_null(stream.get_last_error(&stream));
    schema.release(&schema);
    stream.release(&stream);
    assert_null(stream.release);
    return rows;
}

/* -- the ways a call is pulled ----------------------------------------------------------------------------------- */

static void all_rows_come_however_the_call_is_pulled(void **state) {
    static const struct {
        uint32_t workers, provider_flags, call_flags;
    } ways[] = {
        {0, 0, 0}, {0, 0, WQL_KEEP}, {2, WQL_CONCURRENT, WQL_RUN_AHEAD}, {2, WQL_MAY_BLOCK, 0}, {2, 0, WQL_RUN_AHEAD | WQL_KEEP}};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        for (int zero_copy = 0; zero_copy < 2; zero_copy++) {
            fixture f = {.t = {.rows = 30000, .block_every = 7, .flags = ways[i].provider_flags, .zero_copy = zero_copy}};
            open_fixture(&f, ways[i].workers, 0);
            assert_int_equal(count_all(f.session, "SELECT * FROM Tick", ways[i].call_flags), 30000);
            assert_int_equal(count_all(f.session, "SELECT Id, __CLASS, __PATH FROM Tick WHERE Id >= 10", ways[i].call_flags),
                             29990);
            assert_int_equal(count_all(f.session, "SELECT * FROM meta_class WHERE __CLASS = 'Tick'", ways[i].call_flags), 1);
            close_fixture(&f);
        }
}

static wql_status export_here(recorder *r, int place, wql_call call) {
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct ArrowArrayStream stream;
    arrow_fault fault = {""};
    if (place != IN_ROWS) return WQL_OK;
    if (wql_call_export(call, &stream, NULL) != WQL_E_INVALID_OPERATION || wql_batch_export(r->batch, &schema, &array) != WQL_OK)
        return WQL_E_FAILED;
    if (!arrow_check_schema(&schema, &fault) || !arrow_check_array(&schema, &array, &fault)) return WQL_E_FAILED;
    array.release(&array);
    schema.release(&schema);
    return WQL_OK;
}

static void batches_are_exported_in_callbacks(void **state) {
    (void)state;
    for (int pumped = 0; pumped < 2; pumped++) {
        fixture f = {.t = {.rows = 20000, .zero_copy = true}};
        recorder r;
        wql_sink sink;
        wql_call_options how = WQL_INIT(wql_call_options);
        wql_pump *pump = NULL;
        open_fixture(&f, pumped ? 0 : 2, 0);
        recorder_act(&r, export_here, NULL);
        sink = sink_of(&r);
        if (pumped) assert_int_equal(wql_pump_open(f.engine, &pump, &err), WQL_OK);
        how.sink = &sink;
        how.pump = pump;
        assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick WHERE Id <> 3000000"), &how, NULL, &err), WQL_OK);
        while (pumped && wql_pump_run(pump, 1000) == WQL_OK) {}
        assert_true(event_wait(&r.done));
        assert_promises(&r);
        assert_int_equal(atomic_load(&r.code), WQL_OK);
        assert_int_equal(atomic_load(&r.rows), 20000);
        wql_pump_close(pump);
        close_fixture(&f);
    }
}

/* -- one schema for batches that lie differently ----------------------------------------------------------------- */

enum { ROWS = 4096 };

/* Tables of one family: the base's texts are offsets, one derived class's views, the other's codes. */
typedef struct family {
    uint32_t ids[ROWS];
    int32_t ends[ROWS + 1], codes[ROWS], word_ends[3], list[ROWS + 1];
    char bytes[ROWS * 32];
    wql_view views[ROWS];
    const char *buffers[1];
    int64_t sizes[1];
    wql_column dictionary, columns[3][4];
    wql_table tables[3];
    wql_column items[3];
} family;

static void fill_family(family *d) {
    size_t at = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
        int len = snprintf(d->bytes + at, 32, "text %u of a family", i);
        d->ids[i] = i;
        d->ends[i] = (int32_t)at;
        d->codes[i] = (int32_t)(i % 2);
        d->list[i] = (int32_t)(i / 2);
        d->views[i] = (wql_view){.len = (uint32_t)len, .as.ref = {{0}, 0, (uint32_t)at}};
        memcpy(d->views[i].as.ref.prefix, "text", 4);
        at += (size_t)len;
    }
    d->ends[ROWS] = (int32_t)at;
    d->list[ROWS] = ROWS / 2;
    d->buffers[0] = d->bytes;
    d->sizes[0] = (int64_t)at;
    memcpy(d->word_ends, (const int32_t[]){0, 4, 9}, sizeof d->word_ends);
    d->dictionary =
        (wql_column){.type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = d->word_ends, .bytes = "evenodd..", .bytes_size = 9};
}

static wql_column family_text(const family *d, int way) {
    wql_column col = {.type = WQL_STRING, .layout = (uint8_t)(way == 0 ? WQL_OFFSETS : way == 1 ? WQL_VIEWS : WQL_CODES)};
    if (way == 0) {
        col.offsets = d->ends;
        col.bytes = d->bytes;
        col.bytes_size = (uint64_t)d->sizes[0];
    } else if (way == 1) {
        col.values = d->views;
        col.buffers = d->buffers;
        col.buffer_sizes = d->sizes;
        col.buffer_count = 1;
    } else {
        col.values = d->codes;
        col.child = &d->dictionary;
        col.child_rows = 2;
    }
    return col;
}

/* `first`: which layout the base has; the others follow in turn. */
static void mount_family(wql_engine *engine, family *d, int first) {
    static const wql_property_def base[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                            {.name = "Text", .type = WQL_STRING},
                                            {.name = "Texts", .type = WQL_STRING | WQL_ARRAY}},
                                  more[] = {{.name = "More", .type = WQL_UINT32}};
    static const wql_class_def defs[] = {
        {.struct_size = sizeof *defs, .name = "A", .properties = base, .property_count = 3},
        {.struct_size = sizeof *defs, .name = "B", .superclass = "A", .properties = more, .property_count = 1},
        {.struct_size = sizeof *defs, .name = "C", .superclass = "B"}};
    for (int i = 0; i < 3; i++) {
        int way = (i + first) % 3;
        d->items[i] = family_text(d, way);
        d->columns[i][0] = (wql_column){.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = d->ids};
        d->columns[i][1] = family_text(d, way);
        d->columns[i][1].property = 1;
        d->columns[i][2] = (wql_column){.property = 2,
                                        .type = WQL_STRING | WQL_ARRAY,
                                        .layout = WQL_LIST,
                                        .offsets = d->list,
                                        .child = &d->items[i],
                                        .child_rows = ROWS};
        d->columns[i][3] = (wql_column){.property = 3, .type = WQL_UINT32, .layout = WQL_FIXED, .values = d->ids};
        d->tables[i] = (wql_table){.struct_size = sizeof(wql_table),
                                   .column_count = i ? 4 : 3,
                                   .def = &defs[i],
                                   .rows = ROWS,
                                   .columns = d->columns[i],
                                   .next = i < 2 ? &d->tables[i + 1] : NULL};
    }
    if (wql_engine_mount(engine, "root/f", wql_memory_provider(), NULL, d->tables, &err) < 0) fail_msg("%s", err.message);
}

typedef struct family_lab {
    family data;
    wql_engine *engine;
    wql_session *session;
} family_lab;

static family_lab *open_family(int first) {
    family_lab *lab = calloc(1, sizeof *lab);
    fill_family(&lab->data);
    assert_int_equal(wql_engine_open(NULL, &lab->engine, &err), WQL_OK);
    mount_family(lab->engine, &lab->data, first);
    assert_int_equal(wql_session_open(lab->engine, "root/f", NULL, &lab->session, &err), WQL_OK);
    return lab;
}

static void close_family(family_lab *lab) {
    wql_session_close(lab->session);
    assert_int_equal(wql_engine_close(lab->engine), WQL_OK);
    free(lab);
}

/* Reads a stream beside a call of the same query: row for row the same texts. */
static uint64_t compare(wql_session *session, const char *query) {
    struct ArrowArrayStream stream = export(exec(session, query, 0));
    wql_call call = exec(session, query, 0);
    struct ArrowSchema schema, again;
    struct ArrowArray array;
    uint64_t rows = 0;
    wql_batch *batch;
    assert_int_equal(stream.get_schema(&stream, &schema), 0);
    while (wql_call_next(call, WQL_FOREVER, &batch, &err) == WQL_OK) {
        assert_int_equal(stream.get_next(&stream, &array), 0);
        assert_valid(&schema, &array);
        assert_int_equal(array.length, wql_batch_rows(batch));
        for (int64_t row = 0; row < array.length; row++) {
            char got[512], want[512];
            wql_str text = wql_column_str(wql_batch_column(batch, 1), (uint32_t)row);
            (void)snprintf(want, sizeof want, "\"%.*s\"", WQL_FMT(text));
            assert_string_equal(arrow_value(schema.children[1], array.children[1], row, got, sizeof got), want);
        }
        rows += (uint64_t)array.length;
        array.release(&array);
        wql_batch_release(batch);
    }
    assert_int_equal(stream.get_next(&stream, &array), 0);
    assert_null(array.release);
    assert_int_equal(stream.get_next(&stream, &array), 0); /* and it stays at its end */
    assert_null(array.release);
    assert_int_equal(stream.get_schema(&stream, &again), 0);
    assert_true(arrow_same_schema(&schema, &again));
    again.release(&again);
    schema.release(&schema);
    stream.release(&stream);
    wql_call_close(call);
    return rows;
}

static void texts_of_a_stream_lie_as_in_its_first_batch(void **state) {
    static const char *const formats[] = {"u", "vu", "i"};
    (void)state;
    for (int first = 0; first < 3; first++) {
        family_lab *lab = open_family(first);
        struct ArrowArrayStream stream = export(exec(lab->session, "SELECT * FROM A", 0));
        struct ArrowSchema schema;
        char text[64];
        assert_int_equal(stream.get_schema(&stream, &schema), 0);
        assert_int_equal(schema.n_children, 3); /* what B adds is not in it */
        assert_string_equal(arrow_metadata(&schema, "wql.class", text, sizeof text), "A");
        assert_string_equal(schema.children[1]->format, formats[first]);
        assert_string_equal(schema.children[2]->children[0]->format, formats[first]);
        schema.release(&schema);
        stream.release(&stream);
        assert_int_equal(compare(lab->session, "SELECT * FROM A"), 3 * ROWS);
        assert_int_equal(compare(lab->session, "SELECT * FROM B"), 2 * ROWS);
        assert_int_equal(compare(lab->session, "SELECT Id, Text, Texts, __CLASS FROM A WHERE Id >= 10"), 3 * (ROWS - 10));
        assert_int_equal(compare(lab->session, "SELECT Id, Text, Texts FROM A WHERE Text LIKE '%7%'"),
                         compare(lab->session, "SELECT Id, Text FROM A WHERE Text LIKE '%7%'"));
        close_family(lab);
    }
}

/* -- results without rows ---------------------------------------------------------------------------------------- */

static void a_result_without_rows_has_a_schema(void **state) {
    static const struct {
        const char *query;
        int64_t width;
        uint32_t flags;
    } cases[] = {{"SELECT * FROM A WHERE Id > 100000", 3, 0},
                 {"SELECT * FROM B WHERE Id > 100000", 4, 0},
                 {"SELECT Text, __PATH FROM A WHERE Id > 100000", 2, 0},
                 {"SELECT Text, Id FROM A WHERE __CLASS = 'Nothing'", 2, 0}, /* no class is scanned at all */
                 {"SELECT * FROM A WHERE __CLASS = 'Nothing'", 3, 0},
                 {"SELECT * FROM A WHERE Id > 100000", 1, WQL_KEYS_ONLY}};
    family_lab *lab = open_family(0);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ArrowArrayStream stream = export(exec(lab->session, cases[i].query, cases[i].flags));
        struct ArrowSchema schema;
        struct ArrowArray array;
        arrow_fault fault = {""};
        assert_int_equal(stream.get_schema(&stream, &schema), 0);
        if (!arrow_check_schema(&schema, &fault)) fail_msg("%s", fault.text);
        assert_int_equal(schema.n_children, cases[i].width);
        assert_int_equal(stream.get_next(&stream, &array), 0);
        assert_null(array.release);
        schema.release(&schema);
        stream.release(&stream);
    }
    close_family(lab);
}

/* -- what has no place in Arrow ---------------------------------------------------------------------------------- */

static void datetimes_with_asterisks_are_counted(void **state) {
    static const wql_property_def props[] = {{.name = "When", .type = WQL_DATETIME}};
    static const wql_class_def def = {.struct_size = sizeof def, .name = "W", .properties = props, .property_count = 1};
    static const int64_t us[4] = {1, 2, 3, 4};
    static const wql_time_extra extra[4] = {{60, 0, 0}, {0, 8, 0}, {0, 0, 0}, {0, 128, 0}};
    static const wql_column col = {.type = WQL_DATETIME, .layout = WQL_FIXED, .values = us, .extra = extra};
    static const wql_table table = {.struct_size = sizeof table, .column_count = 1, .def = &def, .rows = 4, .columns = &col};
    family_lab *lab = open_family(0);
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray array;
    wql_session *session;
    wql_call call;
    (void)state;
    assert_int_equal(wql_engine_mount(lab->engine, "root/w", wql_memory_provider(), NULL, (void *)(uintptr_t)&table, &err),
                     WQL_OK);
    assert_int_equal(wql_session_open(lab->engine, "root/w", NULL, &session, &err), WQL_OK);
    call = exec(session, "SELECT * FROM W", 0);
    stream = export(call);
    assert_int_equal(stream.get_schema(&stream, &schema), 0);
    assert_int_equal(stream.get_next(&stream, &array), 0);
    assert_valid(&schema, &array);
    for (int64_t row = 0; row < 4; row++) assert_int_equal(arrow_is_null(array.children[0], row), row % 2);
    assert_int_equal(wql_call_get_stats(call, &stats), WQL_OK);
    assert_int_equal(stats.values_nulled, 2);
    assert_int_equal(stats.rows_delivered, 4);
    array.release(&array);
    schema.release(&schema);
    stream.release(&stream);
    wql_session_close(session);
    close_family(lab);
}

/* -- how streams end --------------------------------------------------------------------------------------------- */

static void assert_fails(struct ArrowArrayStream *stream, int wanted, const char *words) {
    struct ArrowArray array = {.length = 55};
    struct ArrowSchema schema = {.n_children = 55};
    for (int again = 0; again < 2; again++) {
        assert_int_equal(stream->get_next(stream, &array), wanted);
        assert_non_null(strstr(stream->get_last_error(stream), words));
        assert_int_equal(array.length, 55);
    }
    if (stream->get_schema(stream, &schema) == 0)
        schema.release(&schema); /* known from a batch before */
    else
        assert_int_equal(schema.n_children, 55);
}

static void failures_are_told_as_errno_and_words(void **state) {
    fixture f = {.t = {.rows = 100000, .per_next = 10}};
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray array;
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    (void)state;
    open_fixture(&f, 0, 0);
    stream = export(exec(f.session, "SELECT * FROM Nothing", 0));
    assert_int_equal(stream.get_schema(&stream, &schema), EINVAL);
    assert_non_null(strstr(stream.get_last_error(&stream), "Nothing"));
    assert_fails(&stream, EINVAL, "WBEM_E_INVALID_CLASS");
    stream.release(&stream);
    call = exec(f.session, "SELECT * FROM Tick", 0);
    stream = export(call);
    assert_int_equal(stream.get_next(&stream, &array), 0);
    array.release(&array);
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    assert_fails(&stream, ECANCELED, "WBEM_E_CALL_CANCELLED");
    stream.release(&stream);
    f.t.silent = true;
    how.timeout_ms = 5;
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT * FROM Tick"), &how, &call, &err), WQL_OK);
    stream = export(call);
    assert_fails(&stream, ETIMEDOUT, "WBEM_E_TIMED_OUT");
    stream.release(&stream);
    close_fixture(&f);
}

static void a_provider_fails_and_a_remark_is_kept(void **state) {
    (void)state;
    for (int remark = 0; remark < 2; remark++) {
        fixture f = {.t = {.rows = 100, .fail_at_end = remark ? WQL_S_PARTIAL_RESULTS : WQL_E_ACCESS_DENIED}};
        struct ArrowArrayStream stream;
        struct ArrowArray array;
        open_fixture(&f, 0, 0);
        stream = export(exec(f.session, "SELECT * FROM Tick", 0));
        assert_int_equal(stream.get_next(&stream, &array), 0);
        assert_int_equal(array.length, 100);
        array.release(&array);
        if (remark) {
            assert_int_equal(stream.get_next(&stream, &array), 0);
            assert_null(array.release);
            assert_non_null(strstr(stream.get_last_error(&stream), "WBEM_S_PARTIAL_RESULTS"));
        } else {
            assert_fails(&stream, EACCES, "WBEM_E_ACCESS_DENIED");
        }
        stream.release(&stream);
        close_fixture(&f);
    }
}

static void some_calls_are_no_streams(void **state) {
    fixture f = {.t = {.rows = 100}};
    struct ArrowArrayStream stream = {.private_data = &f}, second;
    wql_call call;
    (void)state;
    open_fixture(&f, 0, 0);
    call = exec(f.session, "SELECT * FROM Tick", WQL_COUNT_ONLY);
    assert_int_equal(wql_call_export(call, &stream, &err), WQL_E_INVALID_OPERATION);
    assert_int_equal(wql_call_export(call, NULL, &err), WQL_E_INVALID_PARAMETER);
    wql_call_close(call);
    assert_int_equal(wql_call_export(call, &stream, &err), WQL_E_NOT_FOUND);
    assert_ptr_equal(stream.private_data, &f); /* untouched */
    call = exec(f.session, "SELECT * FROM Tick", 0);
    stream = export(call);
    assert_int_equal(wql_call_export(call, &second, &err), WQL_E_INVALID_OPERATION);
    assert_int_equal(wql_call_close(call), WQL_OK); /* behind the stream's back */
    assert_fails(&stream, EINVAL, "WBEM_E_NOT_FOUND");
    stream.release(&stream);
    close_fixture(&f);
}

/* A release in the middle cancels the call; what was given out lives on. */
static void a_stream_is_released_at_any_moment(void **state) {
    (void)state;
    for (int pulls = 0; pulls < 4; pulls++)
        for (uint32_t workers = 0; workers < 3; workers += 2) {
            fixture f = {.t = {.rows = 100000, .zero_copy = true, .flags = workers ? WQL_CONCURRENT : 0}};
            struct ArrowArrayStream stream, moved;
            struct ArrowArray arrays[4];
            struct ArrowSchema schema;
            wql_call call;
            open_fixture(&f, workers, 0);
            call = exec(f.session, "SELECT * FROM Tick", workers ? WQL_RUN_AHEAD : 0);
            stream = export(call);
            if (pulls) assert_int_equal(stream.get_schema(&stream, &schema), 0);
            for (int i = 0; i + 1 < pulls; i++) assert_int_equal(stream.get_next(&stream, &arrays[i]), 0);
            moved = stream;
            moved.release(&moved);
            assert_int_equal(wql_call_cancel(call), WQL_E_NOT_FOUND);
            for (int i = 0; i + 1 < pulls; i++) {
                assert_valid(&schema, &arrays[i]);
                arrays[i].release(&arrays[i]);
            }
            if (pulls) schema.release(&schema);
            close_fixture(&f);
        }
}

/* Consumers with a collector let go late: of streams, schemas and arrays alike. */
static void everything_outlives_the_engine(void **state) {
    static fixture f;
    struct ArrowArrayStream streams[3];
    struct ArrowSchema schema;
    struct ArrowArray array, none;
    (void)state;
    f = (fixture){.t = {.rows = 100000, .zero_copy = true, .flags = WQL_CONCURRENT}};
    open_fixture(&f, 2, 0);
    streams[0] = export(exec(f.session, "SELECT * FROM Tick", 0)); /* never used */
    streams[1] = export(exec(f.session, "SELECT * FROM Tick", 0));
    streams[2] = export(exec(f.session, "SELECT * FROM Tick", WQL_RUN_AHEAD));
    assert_int_equal(streams[1].get_schema(&streams[1], &schema), 0); /* a batch waits in it */
    assert_int_equal(streams[2].get_next(&streams[2], &array), 0);
    wql_session_close(f.session);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
    assert_valid(&schema, &array);
    for (int i = 0; i < 3; i++) {
        assert_fails(&streams[i], EINVAL, "WBEM_E_NOT_FOUND");
        assert_int_equal(streams[i].get_next(&streams[i], &none), EINVAL);
        streams[i].release(&streams[i]);
    }
    assert_int_equal(f.t.unloads, 0);
    array.release(&array);
    schema.release(&schema);
    assert_int_equal(f.t.unloads, 1);
    assert_int_equal(atomic_load(&f.t.emitted), atomic_load(&f.t.released));
}

static void *release_stream(void *arg) {
    struct ArrowArrayStream *stream = arg;
    stream->release(stream);
    return NULL;
}

/* The last of two: the engine's close and the stream's release at once. */
static void a_stream_is_released_while_the_engine_closes(void **state) {
    (void)state;
    for (int round = 0; round < 200; round++) {
        fixture f = {.t = {.rows = 100000, .zero_copy = true, .flags = WQL_CONCURRENT}};
        struct ArrowArrayStream stream;
        struct ArrowArray array;
        pthread_t thread;
        open_fixture(&f, (uint32_t)(round % 3), 0);
        stream = export(exec(f.session, "SELECT * FROM Tick", round % 3 ? WQL_RUN_AHEAD : 0));
        if (round % 2) {
            assert_int_equal(stream.get_next(&stream, &array), 0);
            array.release(&array);
        }
        assert_int_equal(pthread_create(&thread, NULL, release_stream, &stream), 0);
        close_fixture(&f);
        assert_int_equal(pthread_join(thread, NULL), 0);
    }
}

/* -- memory ------------------------------------------------------------------------------------------------------ */

typedef struct failing {
    long calls, fail_at, live;
} failing;

static void *failing_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    failing *m = user;
    (void)old_size;
    if (!new_size) {
        m->live -= ptr != NULL;
        free(ptr);
        return NULL;
    }
    if (++m->calls == m->fail_at) return NULL;
    m->live += ptr == NULL;
    return realloc(ptr, new_size);
}

/* One allocation fails, and whoever asks again has all rows: none is lost, none comes twice. False: none failed any more. */
static bool read_with_failure(wql_engine *engine, failing *m, const char *query, long fail_at, uint64_t wanted) {
    struct ArrowArrayStream stream;
    struct ArrowSchema schema = {.release = NULL};
    struct ArrowArray array;
    wql_session *session;
    wql_call call;
    uint64_t rows = 0;
    bool over = false, dead = false;
    assert_int_equal(wql_session_open(engine, "root/f", NULL, &session, &err), WQL_OK);
    call = exec(session, query, 0);
    m->calls = 0;
    m->fail_at = fail_at;
    while (wql_call_export(call, &stream, &err) < 0) assert_int_equal(err.status, WQL_E_OUT_OF_MEMORY);
    for (int tries = 0; !schema.release && tries < 2; tries++) (void)stream.get_schema(&stream, &schema);
    while (!over && !dead) {
        int got = stream.get_next(&stream, &array);
        if (got) {
            assert_int_equal(got, ENOMEM);
            got = stream.get_next(&stream, &array);
            dead = got != 0; /* it was the call that had no memory: it has ended */
        }
        if (got) continue;
        over = !array.release;
        if (over) continue;
        if (!schema.release) assert_int_equal(stream.get_schema(&stream, &schema), 0);
        assert_valid(&schema, &array);
        rows += (uint64_t)array.length;
        array.release(&array);
    }
    if (over) assert_int_equal(rows, wanted);
    if (schema.release) schema.release(&schema);
    stream.release(&stream);
    over = m->calls >= fail_at;
    m->fail_at = 0;
    wql_session_close(session);
    return over;
}

static void memory_fails_at_each_allocation_of_a_stream(void **state) {
    static family data;
    static const struct {
        const char *query;
        uint64_t rows;
    } cases[] = {{"SELECT * FROM A", 3 * ROWS}, {"SELECT Text, __CLASS FROM A WHERE Id > 100000", 0}};
    failing m = {0, 0, 0};
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_engine *engine;
    (void)state;
    fill_family(&data);
    opt.alloc = failing_alloc;
    opt.alloc_user = &m;
    assert_int_equal(wql_engine_open(&opt, &engine, &err), WQL_OK);
    mount_family(engine, &data, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        long fail_at = 1;
        while (read_with_failure(engine, &m, cases[i].query, fail_at, cases[i].rows)) fail_at++;
        assert_true(fail_at > 10);
    }
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    assert_int_equal(m.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_rows_come_however_the_call_is_pulled),
                                       cmocka_unit_test(batches_are_exported_in_callbacks),
                                       cmocka_unit_test(texts_of_a_stream_lie_as_in_its_first_batch),
                                       cmocka_unit_test(a_result_without_rows_has_a_schema),
                                       cmocka_unit_test(datetimes_with_asterisks_are_counted),
                                       cmocka_unit_test(failures_are_told_as_errno_and_words),
                                       cmocka_unit_test(a_provider_fails_and_a_remark_is_kept),
                                       cmocka_unit_test(some_calls_are_no_streams),
                                       cmocka_unit_test(a_stream_is_released_at_any_moment),
                                       cmocka_unit_test(everything_outlives_the_engine),
                                       cmocka_unit_test(a_stream_is_released_while_the_engine_closes),
                                       cmocka_unit_test(memory_fails_at_each_allocation_of_a_stream)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
