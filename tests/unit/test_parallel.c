/* SPDX-License-Identifier: MIT */
/* test_parallel.c: one call on several workers: rows, failures and limits come as if one thread had done it all. */
#include "call_lab.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 100000, PARTS = 10, SPIN_US = 30, TRIES = 40 };

static void make_ticks(fixture *f) {
    memset(f, 0, sizeof *f);
    f->t.rows = ROWS;
    f->t.parts = PARTS;
    f->t.spin_us = SPIN_US;
    f->t.flags = WQL_CONCURRENT;
}

static const char *const all = "SELECT Id FROM Tick";

/* Helpers come when a worker is idle; on a machine with other work to do that may take a few calls. */
static void until_helped(void (*run)(fixture *f)) {
    for (int i = 0; i < TRIES; i++) {
        fixture f;
        bool helped;
        make_ticks(&f);
        run(&f);
        helped = atomic_load(&f.t.most_inside) > 1;
        close_fixture(&f);
        if (helped) return;
    }
    fail_msg("nobody ever helped");
}

static void push_all(fixture *f) {
    recorder r;
    recorder_init(&r, DO_NOTHING);
    open_fixture(f, 3, 10000);
    assert_int_equal(run_to_end(f, all, &r, 0), WQL_OK);
    assert_promises(&r);
    assert_int_equal(atomic_load(&r.rows), ROWS);
    assert_int_equal(atomic_load(&f->t.opens), PARTS);
}
static void a_pushed_call_is_helped(void **state) {
    (void)state;
    until_helped(push_all);
}

static void zero_copy(fixture *f) {
    f->t.zero_copy = true;
    push_all(f);
}
static void batches_of_the_providers_own_keep_their_order(void **state) {
    (void)state;
    until_helped(zero_copy);
}

/* With a clock that stands still no slice is ever over: help is sought behind the first batch, or never. */
static int64_t stand_still(void *user, bool wall) {
    (void)user, (void)wall;
    return 1700000000000000;
}

static void push_without_time(fixture *f) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    recorder r;
    opt.workers = 3;
    opt.cancel_wait_ms = 10000;
    opt.clock = stand_still;
    recorder_init(&r, DO_NOTHING);
    open_fixture_with(f, &opt);
    assert_int_equal(run_to_end(f, all, &r, 0), WQL_OK);
    assert_promises(&r);
    assert_int_equal(atomic_load(&r.rows), ROWS);
}
static void many_parts_are_helped_at_once(void **state) {
    (void)state;
    until_helped(push_without_time);
}

/* Pulls to the end and checks that the Ids are from, from + 1 ... */
static wql_status pull_ids(wql_call call, uint64_t from, uint64_t *rows, wql_error *why) {
    wql_status status;
    wql_batch *batch;
    *rows = 0;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, why)) == WQL_OK) {
        const uint32_t *ids = wql_batch_column(batch, 0)->values;
        for (uint32_t i = 0; i < wql_batch_rows(batch); i++) assert_int_equal(ids[i], from + *rows + i);
        *rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    return status;
}

static wql_status run_ahead(fixture *f, const char *text, uint64_t rows_max, uint32_t flags, uint64_t from, uint64_t *rows) {
    wql_call_options how = {.struct_size = sizeof how, .flags = WQL_RUN_AHEAD | flags, .rows_max = rows_max};
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_error err = WQL_INIT(wql_error);
    wql_status status;
    wql_call call;
    if (wql_session_exec(f->session, wql_s(text), &how, &call, &err) < 0) fail_msg("%s", err.message);
    status = pull_ids(call, from, rows, &err);
    assert_int_equal(wql_call_get_stats(call, &stats), WQL_OK);
    if (flags & WQL_COUNT_ONLY) *rows = stats.rows_delivered;
    assert_int_equal(wql_call_close(call), WQL_OK);
    return status;
}

static void pull_ahead(fixture *f) {
    uint64_t rows;
    open_fixture(f, 3, 10000);
    assert_int_equal(run_ahead(f, "SELECT Id, Name FROM Tick WHERE Id >= 5000", 0, 0, 5000, &rows), WQL_END);
    assert_int_equal(rows, ROWS - 5000);
}
static void a_call_that_runs_ahead_is_helped(void **state) {
    (void)state;
    until_helped(pull_ahead);
}

static void limit(fixture *f) {
    uint64_t rows;
    open_fixture(f, 3, 10000);
    assert_int_equal(run_ahead(f, all, 64321, 0, 0, &rows), WQL_END);
    assert_int_equal(rows, 64321);
    assert_int_equal(run_ahead(f, "SELECT Id FROM Tick WHERE Id >= 7", 10001, 0, 7, &rows), WQL_END);
    assert_int_equal(rows, 10001);
}
static void rows_max_gives_the_first_rows(void **state) {
    (void)state;
    until_helped(limit);
}

static void count(fixture *f) {
    uint64_t rows;
    open_fixture(f, 3, 10000);
    assert_int_equal(run_ahead(f, "SELECT * FROM Tick WHERE Name LIKE '%5'", 0, WQL_COUNT_ONLY, 0, &rows), WQL_END);
    assert_int_equal(rows, ROWS / 10);
    assert_int_equal(run_ahead(f, all, ROWS - 1, WQL_COUNT_ONLY, 0, &rows), WQL_END);
    assert_int_equal(rows, ROWS - 1);
}
static void rows_are_counted_once(void **state) {
    (void)state;
    until_helped(count);
}

static void fail_in_part(fixture *f) {
    uint64_t rows;
    f->t.fail_row = 77777; /* a next brings 1,024 rows, and part 7 begins at 70,000 */
    open_fixture(f, 3, 10000);
    assert_int_equal(run_ahead(f, all, 0, 0, 0, &rows), WQL_E_ACCESS_DENIED);
    assert_int_equal(rows / 1024 * 1024 <= 77777 && rows >= 70000, true);
}
static void a_failure_comes_behind_the_rows_before_it(void **state) {
    (void)state;
    until_helped(fail_in_part);
}

static void some_missing(fixture *f) {
    uint64_t rows;
    f->t.fail_at_end = WQL_S_PARTIAL_RESULTS;
    open_fixture(f, 3, 10000);
    assert_int_equal(run_ahead(f, all, 0, 0, 0, &rows), WQL_S_PARTIAL_RESULTS);
    assert_int_equal(rows, ROWS);
}
static void a_remark_of_one_part_is_the_calls(void **state) {
    (void)state;
    until_helped(some_missing);
}

static void wait_often(fixture *f) {
    f->t.block_every = 3;
    push_all(f);
}
static void a_part_may_have_to_wait(void **state) {
    (void)state;
    until_helped(wait_often);
}

static wql_status resume_at_once(recorder *r, int place, wql_call call) {
    if (place != IN_ROWS || atomic_load(&r->indicates) % 7) return WQL_OK;
    (void)wql_call_resume(call);
    return WQL_S_PENDING;
}
static void pause_often(fixture *f) {
    recorder r;
    recorder_init(&r, ACT);
    recorder_act(&r, resume_at_once, NULL);
    open_fixture(f, 3, 10000);
    assert_int_equal(run_to_end(f, all, &r, 0), WQL_OK);
    assert_promises(&r);
    assert_int_equal(atomic_load(&r.rows), ROWS);
}
static void a_sink_may_pause(void **state) {
    (void)state;
    until_helped(pause_often);
}

/* -- the end from outside ---------------------------------------------------------------------------------------- */

/* A helper is inside a provider that listens to nothing. */
static void cancel_meanwhile(fixture *f) {
    recorder r;
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    wql_call call;
    recorder_init(&r, DO_NOTHING);
    f->t.deaf_from = 15000;
    atomic_store(&f->t.deaf, true);
    open_fixture(f, 3, 10000);
    call = submit(f, all, &r, 0, 0);
    assert_true(wait_until(&f->t.was_deaf, true));
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    assert_int_equal(atomic_load(&r.finals), 1);
    assert_int_equal(atomic_load(&r.releases), 1);
    assert_int_equal(atomic_load(&r.code), WQL_E_CALL_CANCELLED);
    assert_int_equal(wql_engine_get_stats(f->engine, &stats), WQL_OK);
    assert_int_equal(stats.zombies, 1);
    atomic_store(&f->t.deaf, false);
    assert_int_equal(wql_call_close(call), WQL_OK);
    assert_promises(&r);
}
static void a_cancel_waits_for_no_helper(void **state) {
    (void)state;
    until_helped(cancel_meanwhile);
}

static void give_up_meanwhile(fixture *f) {
    wql_call_options how = {.struct_size = sizeof how, .flags = WQL_RUN_AHEAD};
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    wql_batch *batch;
    f->t.deaf_from = 15000;
    atomic_store(&f->t.deaf, true);
    open_fixture(f, 3, 10000);
    assert_int_equal(wql_session_exec(f->session, wql_s(all), &how, &call, &err), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_OK);
    wql_batch_release(batch);
    assert_true(wait_until(&f->t.was_deaf, true));
    assert_int_equal(wql_call_close(call), WQL_OK); /* returns while the helper is held */
    atomic_store(&f->t.deaf, false);
}
static void a_close_waits_for_no_helper(void **state) {
    (void)state;
    until_helped(give_up_meanwhile);
}

static void time_out(fixture *f) {
    recorder r;
    wql_call call;
    wql_error err = WQL_INIT(wql_error);
    recorder_init(&r, DO_NOTHING);
    f->t.spin_us = 1000;
    open_fixture(f, 3, 10000);
    call = submit(f, all, &r, 0, 15);
    assert_int_equal(wql_call_wait(call, 20000, &err), WQL_E_TIMED_OUT);
    assert_int_equal(wql_call_close(call), WQL_OK);
    assert_promises(&r);
    assert_true(atomic_load(&r.rows) < ROWS);
}
static void a_deadline_is_every_helpers(void **state) {
    (void)state;
    until_helped(time_out);
}

static void shut_down(fixture *f) {
    recorder r;
    recorder_init(&r, DO_NOTHING);
    f->t.deaf_from = 15000;
    atomic_store(&f->t.deaf, true);
    open_fixture(f, 3, 50);
    (void)submit(f, all, &r, 0, 0);
    assert_true(wait_until(&f->t.was_deaf, true));
    assert_int_equal(wql_engine_close(f->engine), WQL_S_TIMEDOUT);
    assert_int_equal(atomic_load(&r.code), WQL_E_SHUTTING_DOWN);
    atomic_store(&f->t.deaf, false);
    assert_promises(&r);
}
static void a_shutdown_waits_for_helpers(void **state) {
    (void)state;
    until_helped(shut_down);
}

/* -- who is not helped ------------------------------------------------------------------------------------------- */

static void ask_for_everything(fixture *f, uint32_t workers, uint32_t flags) {
    uint64_t rows;
    wql_error err = WQL_INIT(wql_error);
    wql_call_options how = {.struct_size = sizeof how, .flags = flags};
    wql_call call;
    open_fixture(f, workers, 10000);
    assert_int_equal(wql_session_exec(f->session, wql_s(all), &how, &call, &err), WQL_OK);
    assert_int_equal(pull_ids(call, 0, &rows, &err), WQL_END);
    assert_int_equal(wql_call_close(call), WQL_OK);
    assert_int_equal(rows, ROWS);
    assert_int_equal(atomic_load(&f->t.opens), 1);
    assert_int_equal(atomic_load(&f->t.most_inside), 1);
    close_fixture(f);
}
static void others_ask_for_everything_at_once(void **state) {
    fixture f;
    (void)state;
    make_ticks(&f);
    ask_for_everything(&f, 3, 0); /* a pulled call's work is its caller's */
    make_ticks(&f);
    ask_for_everything(&f, 1, WQL_RUN_AHEAD); /* nobody could help */
    make_ticks(&f);
    f.t.flags = 0; /* one callback at a time */
    f.t.spin_us = 0;
    open_fixture(&f, 3, 10000);
    {
        uint64_t rows;
        assert_int_equal(run_ahead(&f, all, 0, 0, 0, &rows), WQL_END);
        assert_int_equal(rows, ROWS);
        assert_int_equal(atomic_load(&f.t.opens), 1);
    }
    close_fixture(&f);
    make_ticks(&f);
    f.t.flags |= WQL_MAY_BLOCK; /* a worker is not lent to what may hold it */
    open_fixture(&f, 3, 10000);
    {
        uint64_t rows;
        assert_int_equal(run_ahead(&f, all, 0, 0, 0, &rows), WQL_END);
        assert_int_equal(atomic_load(&f.t.opens), 1);
    }
    close_fixture(&f);
}

/* -- providers that lie ------------------------------------------------------------------------------------------ */

/* Nobody can know, but nothing breaks. */
static void each_part_brings_everything(void **state) {
    wql_call_options how = {.struct_size = sizeof how, .flags = WQL_RUN_AHEAD};
    wql_error err = WQL_INIT(wql_error);
    uint64_t rows = 0;
    wql_call call;
    fixture f;
    (void)state;
    make_ticks(&f);
    f.t.rows = 10000;
    f.t.all_in_each = true;
    open_fixture(&f, 3, 10000);
    assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, &call, &err), WQL_OK);
    assert_int_equal(pull_all(call, &rows, &err), WQL_END);
    assert_int_equal(rows, 10000 * PARTS);
    assert_int_equal(wql_call_close(call), WQL_OK);
    close_fixture(&f);
}

static void too_many_parts_are_a_breach(void **state) {
    fixture f;
    uint64_t rows;
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    (void)state;
    make_ticks(&f);
    f.t.parts = 65537;
    open_fixture(&f, 2, 10000);
    assert_int_equal(run_ahead(&f, all, 0, 0, 0, &rows), WQL_E_PROVIDER_FAILURE);
    assert_int_equal(wql_engine_get_stats(f.engine, &stats), WQL_OK);
    assert_int_equal(stats.provider_faults, 1);
    close_fixture(&f);
    make_ticks(&f);
    f.t.rows = 100; /* most parts have nothing */
    f.t.spin_us = 0;
    f.t.parts = 1000;
    open_fixture(&f, 2, 10000);
    assert_int_equal(run_ahead(&f, all, 0, 0, 0, &rows), WQL_END);
    assert_int_equal(rows, 100);
    close_fixture(&f);
}

/* -- the memory provider ----------------------------------------------------------------------------------------- */

static const wql_property_def number_properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY}};
static const wql_class_def number_class = {
    .struct_size = sizeof number_class, .name = "Number", .properties = number_properties, .property_count = 1};

/* Parts whose conditions open lowers are asked for anew, and each row comes once. */
static void tables_are_cut(uint32_t parts, uint32_t lower) {
    enum { MANY = 1000000 };
    fixture f;
    uint64_t rows;
    uint32_t *ids = malloc(MANY * sizeof *ids);
    wql_error err = WQL_INIT(wql_error);
    wql_column column = {.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids};
    wql_table table = {.struct_size = sizeof table,
                       .column_count = 1,
                       .def = &number_class,
                       .rows = MANY,
                       .columns = &column,
                       .take = {[WQL_GE] = WQL_EXACT},
                       .lower = lower,
                       .parts = parts};
    assert_non_null(ids);
    for (uint32_t i = 0; i < MANY; i++) ids[i] = i;
    memset(&f, 0, sizeof f);
    open_fixture(&f, 2, 10000);
    assert_int_equal(wql_engine_mount(f.engine, "root/t", wql_memory_provider(), NULL, &table, &err), WQL_OK);
    assert_int_equal(run_ahead(&f, "SELECT Id FROM Number WHERE Id >= 1234", 0, 0, 1234, &rows), WQL_END);
    assert_int_equal(rows, MANY - 1234);
    assert_int_equal(run_ahead(&f, "SELECT Id FROM Number WHERE Id >= 1234", 0, WQL_COUNT_ONLY, 0, &rows), WQL_END);
    assert_int_equal(rows, MANY - 1234);
    assert_int_equal(run_ahead(&f, "SELECT Id FROM Number WHERE Id >= 1234 AND Id < 900000", 500000, 0, 1234, &rows), WQL_END);
    assert_int_equal(rows, 500000);
    assert_int_equal(run_ahead(&f, "SELECT Id FROM Number WHERE Id >= 0", 0, 0, 0, &rows), WQL_END);
    assert_int_equal(rows, MANY);
    close_fixture(&f);
    free(ids);
}
static void tables_of_memory_are_cut(void **state) {
    (void)state;
    tables_are_cut(0, 0);
    tables_are_cut(8, 1);
    tables_are_cut(37, 0);
}

/* -- memory ------------------------------------------------------------------------------------------------------ */

static void a_tight_limit_is_one_threads(void **state) {
    wql_engine_options opt = {.struct_size = sizeof opt, .workers = 3, .memory_max = 4 << 20};
    fixture f;
    uint64_t rows;
    (void)state;
    make_ticks(&f);
    open_fixture_with(&f, &opt);
    assert_int_equal(run_ahead(&f, all, 0, 0, 0, &rows), WQL_END);
    assert_int_equal(rows, ROWS);
    assert_int_equal(atomic_load(&f.t.opens), PARTS);
    assert_int_equal(atomic_load(&f.t.most_inside), 1);
    close_fixture(&f);
}

typedef struct failing {
    _Atomic long count, fail_at, bytes;
} failing;

static void *allocate(void *user, void *ptr, size_t old_size, size_t new_size) {
    failing *a = user;
    void *made;
    if (new_size && atomic_fetch_add(&a->count, 1) + 1 == atomic_load(&a->fail_at)) return NULL;
    if (!new_size) {
        free(ptr);
        atomic_fetch_sub(&a->bytes, (long)old_size);
        return NULL;
    }
    made = realloc(ptr, new_size);
    if (made) atomic_fetch_add(&a->bytes, (long)new_size - (long)old_size);
    return made;
}

/* Wherever memory lacks, the call ends well or says so, and nothing is left behind. */
static void memory_may_lack_anywhere(void **state) {
    (void)state;
    for (long k = 1; k < 150; k += 2) {
        failing memory = {0};
        wql_engine_options opt = {.struct_size = sizeof opt, .workers = 2, .alloc = allocate, .alloc_user = &memory};
        fixture f;
        recorder r;
        wql_status status;
        make_ticks(&f);
        f.t.rows = 30000;
        recorder_init(&r, DO_NOTHING);
        open_fixture_with(&f, &opt);
        {
            wql_sink sink = sink_of(&r);
            wql_call_options how = {.struct_size = sizeof how, .sink = &sink};
            wql_error err = WQL_INIT(wql_error);
            wql_call call;
            atomic_store(&memory.fail_at, atomic_load(&memory.count) + k);
            status = wql_session_exec(f.session, wql_s(all), &how, &call, &err);
            if (status >= 0) {
                status = wql_call_wait(call, WQL_FOREVER, &err);
                assert_int_equal(wql_call_close(call), WQL_OK);
                assert_promises(&r);
            }
            assert_true(status == WQL_OK || status == WQL_E_OUT_OF_MEMORY);
            if (status == WQL_OK) assert_int_equal(atomic_load(&r.rows), 30000);
        }
        close_fixture(&f);
        assert_int_equal(atomic_load(&memory.bytes), 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pushed_call_is_helped),
        cmocka_unit_test(many_parts_are_helped_at_once),
        cmocka_unit_test(batches_of_the_providers_own_keep_their_order),
        cmocka_unit_test(a_call_that_runs_ahead_is_helped),
        cmocka_unit_test(rows_max_gives_the_first_rows),
        cmocka_unit_test(rows_are_counted_once),
        cmocka_unit_test(a_failure_comes_behind_the_rows_before_it),
        cmocka_unit_test(a_remark_of_one_part_is_the_calls),
        cmocka_unit_test(a_part_may_have_to_wait),
        cmocka_unit_test(a_sink_may_pause),
        cmocka_unit_test(a_cancel_waits_for_no_helper),
        cmocka_unit_test(a_close_waits_for_no_helper),
        cmocka_unit_test(a_deadline_is_every_helpers),
        cmocka_unit_test(a_shutdown_waits_for_helpers),
        cmocka_unit_test(others_ask_for_everything_at_once),
        cmocka_unit_test(each_part_brings_everything),
        cmocka_unit_test(too_many_parts_are_a_breach),
        cmocka_unit_test(tables_of_memory_are_cut),
        cmocka_unit_test(a_tight_limit_is_one_threads),
        cmocka_unit_test(memory_may_lack_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
