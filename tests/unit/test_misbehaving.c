/* SPDX-License-Identifier: MIT */
/* test_misbehaving.c: providers that break their contract, or are merely unkind, end to end and in each of the three drives.
 * Every one is contained: the call ends with an error that names the provider, the breach is counted once, nothing is left open,
 * and the engine answers the next query, of the same provider too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "misbehaving.h"
#include "ticks.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* -- one engine, one drive --------------------------------------------------------------------------------------- */

enum { PULLED, PUSHED, PUMPED, DRIVES };
static const char *const drive_names[] = {"pulled", "pushed", "pumped"};

typedef struct lab {
    int drive;
    wql_engine *engine;
    wql_session *session;
    wql_pump *pump;
    misbehaving bad;
    ticks good;
} lab;

static void open_lab(lab *l, int drive, uint32_t flags, uint32_t provider_flags) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_error err = WQL_INIT(wql_error);
    memset(l, 0, sizeof *l);
    l->drive = drive;
    l->good.rows = 10;
    opt.flags = flags;
    opt.workers = drive == PUSHED ? 1 : 0;
    assert_int_equal(wql_engine_open(&opt, &l->engine, &err), WQL_OK);
    if (wql_engine_mount(l->engine, "root/t", misbehaving_provider(&l->bad, provider_flags), NULL, &l->bad, &err) != WQL_OK ||
        wql_engine_mount(l->engine, "root/t", ticks_provider(&l->good, "good"), NULL, &l->good, &err) != WQL_OK)
        fail_msg("%s", err.message);
    assert_int_equal(wql_session_open(l->engine, "root/t", NULL, &l->session, &err), WQL_OK);
    if (drive == PUMPED) assert_int_equal(wql_pump_open(l->engine, &l->pump, &err), WQL_OK);
}

/* All scans are closed, all memory given back, the provider unloaded: once each. */
static void close_lab(lab *l) {
    wql_pump_close(l->pump);
    wql_session_close(l->session);
    assert_int_equal(wql_engine_close(l->engine), WQL_OK);
    assert_int_equal(l->bad.opens, l->bad.closes);
    assert_int_equal(l->bad.emitted, l->bad.released);
    assert_int_equal(l->bad.loads, l->bad.unloads);
}

static uint64_t faults_of(const lab *l) {
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    assert_int_equal(wql_engine_get_stats(l->engine, &stats), WQL_OK);
    return stats.provider_faults;
}

/* -- a call ------------------------------------------------------------------------------------------------------ */

typedef struct outcome {
    wql_status status; /* WQL_OK: the natural end */
    wql_error error;
    uint64_t rows; /* delivered, or counted */
    int finals;
    bool done; /* released */
} outcome;

static wql_status on_rows(void *user, wql_call call, const wql_batch *batch) {
    (void)call;
    ((outcome *)user)->rows += wql_batch_rows(batch);
    return WQL_OK;
}

static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    outcome *o = user;
    (void)call;
    o->finals += report->is_final ? 1 : 0;
    if (report->is_final) o->status = report->status;
    if (report->is_final && report->error) o->error = *report->error;
    return WQL_OK;
}

static void on_ref(void *user) { (void)user; }
static void on_release(void *user) { ((outcome *)user)->done = true; }

static void pull(wql_call call, outcome *o) {
    wql_batch *batch;
    while ((o->status = wql_call_next(call, 20000, &batch, &o->error)) == WQL_OK) {
        o->rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    if (o->status == WQL_END) o->status = WQL_OK;
}

static void pump(lab *l, const outcome *o) {
    while (!o->done) {
        struct pollfd ready = {wql_pump_fd(l->pump), POLLIN, 0};
        if (wql_pump_run(l->pump, 100) == WQL_END && !o->done) assert_int_equal(poll(&ready, 1, 20000), 1);
    }
}

static void run(lab *l, const char *query, uint32_t flags, uint32_t timeout_ms, outcome *o) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_sink sink = {.struct_size = sizeof sink,
                     .user = o,
                     .indicate = on_rows,
                     .status = on_status,
                     .add_ref = on_ref,
                     .release = on_release};
    wql_call call;
    memset(o, 0, sizeof *o);
    o->error = (wql_error)WQL_INIT(wql_error);
    how.flags = flags;
    how.timeout_ms = timeout_ms;
    how.sink = l->drive == PULLED ? NULL : &sink;
    how.pump = l->pump;
    assert_int_equal(wql_session_exec(l->session, wql_s(query), &how, &call, &o->error), WQL_OK);
    if (l->drive == PULLED) pull(call, o);
    if (l->drive == PUMPED) pump(l, o);
    if (l->drive != PULLED) {
        wql_status waited = wql_call_wait(call, l->drive == PUMPED ? 0 : 20000, NULL);
        assert_int_equal(waited, o->status);
        assert_int_equal(o->finals, 1);
        assert_true(o->done);
    }
    if (flags & WQL_COUNT_ONLY && wql_call_get_stats(call, &stats) == WQL_OK) o->rows = stats.rows_delivered;
    assert_int_equal(wql_call_close(call), WQL_OK);
}

/* The next query, of another provider and of this one. */
static void answers_on(lab *l, const char *behind) {
    outcome o;
    atomic_store(&l->bad.what, BEHAVES);
    run(l, "SELECT * FROM Tick", 0, 20000, &o);
    if (o.status != WQL_OK || o.rows != 10)
        fail_msg("%s, %s: the next query fails: %s", drive_names[l->drive], behind, o.error.message);
    run(l, "SELECT * FROM Bad WHERE Id > 1", 0, 20000, &o);
    if (o.status != WQL_OK || o.rows != 4)
        fail_msg("%s, %s: its provider does not go on: %s", drive_names[l->drive], behind, o.error.message);
}

/* -- the cases --------------------------------------------------------------------------------------------------- */

typedef struct bad_case {
    misbehaviour what;
    const char *query;
    wql_status status;
    const char *words; /* in the error */
    uint64_t rows;     /* that come nevertheless */
    uint32_t flags, timeout_ms;
} bad_case;

#define ALL "SELECT * FROM Bad"
#define ONE "SELECT * FROM Bad WHERE __CLASS = 'Bad' AND Id = 2"
#define FAULT WQL_E_PROVIDER_FAILURE

static const bad_case breaches[] = {
    {PLAN_TAKES_NONSENSE, ONE, FAULT, "plan of Bad: it answered 77 for condition 1 of 1", 0, 0, 0},
    {PLAN_OFFERS_NO_PART, ALL, FAULT, "plan of Bad: it offered a scan of no parts", 0, 0, 0},
    {PLAN_ESTIMATES_NONSENSE, ALL, FAULT, "its estimates of rows and cost are no estimates", 0, 0, 0},
    {PLAN_MOVES_ITS_ANSWER, ALL, FAULT, "plan of Bad: it moved the array for its answers", 0, 0, 0},
    {PLAN_ANSWERS_A_REMARK, ALL, FAULT, "plan of Bad: it answered 0x00040010, which plan cannot", 0, 0, 0},
    {OPEN_ANSWERS_THE_END, ALL, FAULT, "open of Bad answered 0x00000001, which open cannot", 0, 0, 0},
    {OPEN_BRINGS_ROWS, ALL, FAULT, "wql_row_set was called inside open of Bad", 0, 0, 0},
    {OPEN_PROMISES_MORE, ONE, FAULT, "open of Bad promised more for condition 1 than plan did (2, not 0)", 0, 0, 0},
    {OPEN_WAITS_WITHOUT_A_WAKER, ALL, FAULT, "open of Bad answered that it will wake the call, and has taken no waker", 0, 0, 0},
    {CELL_OF_ANOTHER_TYPE, ALL, FAULT, "Bad.Id is uint32, but was set to string", 0, 0, 0},
    {CELL_OF_NO_PROPERTY, ALL, FAULT, "property 1000 of Bad was set, which has 4", 0, 0, 0},
    {CELL_OF_NOTHING, ALL, FAULT, "Bad.Name was set to a NULL pointer with a length", 0, 0, 0},
    {ROW_WITHOUT_ITS_KEY, ALL, FAULT, "Bad.Id is a key, but NULL in a row", 0, 0, 0},
    {ROW_WITHOUT_ITS_END, ALL, FAULT, "next of Bad returned in the middle of a row", 0, 0, 0},
    {ROWS_BEYOND_THE_BATCH, ALL, FAULT, "went on after row_end had answered that its batch of 1024 rows is full", 0, 0, 0},
    {ROWS_BESIDE_A_BATCH, ALL, FAULT, "next of Bad brought rows beside a batch", 0, 0, 0},
    {COLUMN_OF_ANOTHER_TYPE, ALL, FAULT, "column Bad.Id is uint32, but brought as sint64", 0, 0, 0},
    {COLUMN_OF_ANOTHER_LAYOUT, ALL, FAULT, "column Bad.Id of type uint32 has layout 3", 0, 0, 0},
    {COLUMN_TWICE, ALL, FAULT, "a batch brings Bad.Id twice", 0, 0, 0},
    {COLUMN_OF_NO_PROPERTY, ALL, FAULT, "a column is for property 99 of Bad, which has 4", 0, 0, 0},
    {COLUMNS_WITHOUT_AN_ARRAY, ALL, FAULT, "2 columns of Bad, but no array", 0, 0, 0},
    {TEXT_ILL_FORMED, ALL, FAULT, "column Bad.Name has ill-formed UTF-8 in row 1", 0, 0, 0},
    {TEXT_OFFSETS_GO_DOWN, ALL, FAULT, "column Bad.Name has offsets that go down at row 1", 0, 0, 0},
    {TEXT_OFFSETS_GO_BEYOND, ALL, FAULT, "column Bad.Name has an offset of 1073741824, but 9 bytes", 0, 0, 0},
    {TEXT_CODES_GO_BEYOND, ALL, FAULT, "column Bad.Name has code 1048576 in row 2, but a dictionary of 3 texts", 0, 0, 0},
    {KEY_NULL_IN_A_COLUMN, ALL, FAULT, "column Bad.Id is a key, but NULL in row 1", 0, 0, 0},
    {KEY_MISSING, ALL, FAULT, "a batch of Bad came without its key Id", 0, 0, 0},
    {BATCH_TOO_LONG, ALL, FAULT, "a batch of Bad has 2049 rows; 1 to 2048 may come at once", 0, 0, 0},
    {BATCH_OF_BILLIONS, ALL, FAULT, "rows; 1 to 2048 may come at once", 0, 0, 0},
    {BATCH_OF_NO_ROWS, ALL, FAULT, "a batch of Bad has 0 rows", 0, 0, 0},
    {BATCHES_TWO, ALL, FAULT, "next of Bad brought two batches", 0, 0, 0},
    {COUNTS_BEYOND_COUNTING, ALL, FAULT, "next of Bad counted more rows than 64 bits can", UINT64_MAX - 5, WQL_COUNT_ONLY, 0},
    {NEXT_ANSWERS_NONSENSE, ALL, FAULT, "next of Bad answered 0x00041234, which next cannot", 0, 0, 0},
    {NEXT_WAITS_WITHOUT_A_WAKER, ALL, FAULT, "next of Bad answered that it will wake the call, and has taken no waker", 0, 0, 0},
    {USES_A_SCAN_THAT_ENDED, ALL, FAULT, "used a scan outside of its open and next", 3, 0, 0},
    {USES_A_SCAN_FROM_ITS_OWN_THREAD, ALL, FAULT, "used a scan outside of its open and next", 0, 0, 0},
};

/* No breach: what they answer is told, with their name. */
static const bad_case failures[] = {
    {PLAN_FAILS, ALL, WQL_E_ACCESS_DENIED, "no plans for you", 0, 0, 0},
    {OPEN_FAILS, ALL, WQL_E_ACCESS_DENIED, "closed today", 0, 0, 0},
    {OPEN_DEFINES, ALL, WQL_E_ALREADY_EXISTS,
     "class Tick is served in root\\t by provider good; provider bad cannot serve it too", 0, 0, 0},
    {NEXT_FAILS_WITH_BAD_WORDS, ALL, WQL_E_NOT_AVAILABLE, "xxx?x", 0, 0, 0},
    {NEXT_FAILS_BEHIND_ROWS, ALL, WQL_E_FAILED, "the disk came off", 3, 0, 0},
    {NEXT_FAILS_SILENTLY, ALL, WQL_E_NOT_AVAILABLE, "next of Bad by provider bad failed", 0, 0, 0},
};

/* Neither: only time ends these, and nobody's name is in it. */
static const bad_case waits[] = {
    {NEVER_ENDS, ALL, WQL_E_TIMED_OUT, "", 0, 0, 30},
    {NEVER_WAKES, ALL, WQL_E_TIMED_OUT, "", 0, 0, 30},
};

static void check_case(lab *l, const bad_case *c, bool named, uint64_t faults) {
    uint64_t before = faults_of(l);
    outcome o;
    atomic_store(&l->bad.ended, NULL);
    atomic_store(&l->bad.what, c->what);
    run(l, c->query, c->flags, c->timeout_ms ? c->timeout_ms : 20000, &o);
    if (o.status != c->status)
        fail_msg("%s, \"%s\": it ended with 0x%08x %s", drive_names[l->drive], c->words, (unsigned)o.status, o.error.message);
    if (!strstr(o.error.message, c->words))
        fail_msg("%s: \"%s\" is not in: %s", drive_names[l->drive], c->words, o.error.message);
    if (named && strcmp(o.error.provider, "bad") != 0) fail_msg("%s, \"%s\" names no provider", drive_names[l->drive], c->words);
    if (o.rows != c->rows) fail_msg("%s, \"%s\": %llu rows", drive_names[l->drive], c->words, (unsigned long long)o.rows);
    if (faults_of(l) != before + faults)
        fail_msg("%s, \"%s\": counted %llu times", drive_names[l->drive], c->words, (unsigned long long)(faults_of(l) - before));
    answers_on(l, c->words);
    if (faults_of(l) != before + faults) fail_msg("%s, \"%s\": counted later", drive_names[l->drive], c->words);
}

static void check_cases(const bad_case *cases, size_t count, bool named, uint64_t faults) {
    for (int drive = 0; drive < DRIVES; drive++) {
        lab l;
        open_lab(&l, drive, 0, WQL_CONCURRENT);
        for (size_t i = 0; i < count; i++) check_case(&l, &cases[i], named, faults);
        close_lab(&l);
        open_lab(&l, drive, 0, 0); /* served one callback at a time */
        for (size_t i = 0; i < count; i += 3) check_case(&l, &cases[i], named, faults);
        close_lab(&l);
    }
}

static void breaches_are_named_and_counted(void **state) {
    (void)state;
    check_cases(breaches, sizeof breaches / sizeof *breaches, true, 1);
}

static void failures_are_told_with_their_name(void **state) {
    (void)state;
    check_cases(failures, sizeof failures / sizeof *failures, true, 0);
}

static void time_ends_what_does_not(void **state) {
    (void)state;
    check_cases(waits, sizeof waits / sizeof *waits, false, 0);
}

static void lost_rows_are_a_remark(void **state) {
    (void)state;
    for (int drive = 0; drive < DRIVES; drive++) {
        lab l;
        outcome o;
        open_lab(&l, drive, 0, WQL_CONCURRENT);
        atomic_store(&l.bad.what, NEXT_LOSES_ROWS);
        run(&l, ALL, 0, 20000, &o);
        assert_int_equal(o.status, WQL_S_PARTIAL_RESULTS);
        assert_int_equal(o.rows, 6);
        answers_on(&l, "partial results");
        close_lab(&l);
    }
}

/* -- what only a checking engine finds --------------------------------------------------------------------------- */

static void a_lie_about_exactness(void **state) {
    static const bad_case lie = {
        LIES_ABOUT_EXACTNESS, ONE, FAULT, "promised Bad.Id = 2 exactly and brought 2 rows that do not fulfil it", 0, 0, 0};
    (void)state;
    for (int drive = 0; drive < DRIVES; drive++) {
        lab l;
        outcome o;
        open_lab(&l, drive, WQL_CHECK_PROVIDERS, WQL_CONCURRENT);
        check_case(&l, &lie, true, 1);
        close_lab(&l);
        open_lab(&l, drive, 0, WQL_CONCURRENT); /* an engine that trusts it hands the wrong rows on */
        atomic_store(&l.bad.what, LIES_ABOUT_EXACTNESS);
        run(&l, ONE, 0, 20000, &o);
        assert_int_equal(o.status, WQL_OK);
        assert_int_equal(o.rows, 3);
        close_lab(&l);
    }
}

static void a_reference_in_a_spelling_of_its_own(void **state) {
    static const bad_case spelling = {SPELLS_A_REFERENCE_ITS_OWN_WAY,
                                      "SELECT * FROM Bad WHERE __CLASS = 'Bad'",
                                      FAULT,
                                      "column Bad.Ref has bad.ID='2' in row 1, which is to be spelled Bad.Id=2",
                                      0,
                                      0,
                                      0};
    (void)state;
    for (int drive = 0; drive < DRIVES; drive++) {
        lab l;
        outcome o;
        open_lab(&l, drive, WQL_CHECK_PROVIDERS, WQL_CONCURRENT);
        check_case(&l, &spelling, true, 1);
        close_lab(&l);
        open_lab(&l, drive, 0, WQL_CONCURRENT); /* an engine that trusts it does not find what it looks for */
        atomic_store(&l.bad.what, SPELLS_A_REFERENCE_ITS_OWN_WAY);
        run(&l, "SELECT * FROM Bad WHERE __CLASS = 'Bad' AND Ref = 'Bad.Id=2'", 0, 20000, &o);
        assert_int_equal(o.status, WQL_OK);
        assert_int_equal(o.rows, 0);
        close_lab(&l);
    }
}

static void buffers_that_change_although_they_have_an_id(void **state) {
    static const bad_case change = {CHANGES_WHAT_CANNOT_CHANGE,
                                    "SELECT * FROM Bad WHERE __CLASS = 'Bad'",
                                    FAULT,
                                    "column Bad.Name has ill-formed UTF-8 in row 1",
                                    0,
                                    0,
                                    0};
    (void)state;
    for (int drive = 0; drive < DRIVES; drive++) {
        for (int checking = 0; checking < 2; checking++) {
            lab l;
            outcome o;
            open_lab(&l, drive, checking ? WQL_CHECK_PROVIDERS : 0, WQL_CONCURRENT);
            atomic_store(&l.bad.what, CHANGES_WHAT_CANNOT_CHANGE);
            run(&l, change.query, 0, 20000, &o); /* the first scan: as it should be */
            assert_int_equal(o.status, WQL_OK);
            assert_int_equal(o.rows, 3);
            if (checking) check_case(&l, &change, true, 1); /* the second: its texts changed in place */
            close_lab(&l);
        }
    }
}

/* -- load -------------------------------------------------------------------------------------------------------- */

static void loads_that_fail(void **state) {
    static const struct {
        misbehaviour what;
        wql_status status;
        const char *words;
    } cases[] = {{LOAD_FAILS, WQL_E_NOT_AVAILABLE, "not in the mood"},
                 {LOAD_FAILS_SILENTLY, WQL_E_FAILED, "provider bad could not be loaded"},
                 {LOAD_DEFINES_NONSENSE, WQL_E_INVALID_SUPERCLASS, "class Worse derives from Nobody"},
                 {LOAD_DEFINES_TWICE, WQL_E_ALREADY_EXISTS, "provider bad defines class bad twice"},
                 {LOAD_ANSWERS_A_REMARK, WQL_E_PROVIDER_FAILURE, "load answered 0x00040004, which load cannot"}};
    lab l;
    (void)state;
    open_lab(&l, PULLED, 0, WQL_CONCURRENT);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        misbehaving other = {.what = cases[i].what};
        wql_engine_stats stats = WQL_INIT(wql_engine_stats);
        wql_error err = WQL_INIT(wql_error);
        wql_status status = wql_engine_mount(l.engine, "root/other", misbehaving_provider(&other, 0), NULL, &other, &err);
        if (status != cases[i].status) fail_msg("\"%s\": 0x%08x %s", cases[i].words, (unsigned)status, err.message);
        if (!strstr(err.message, cases[i].words)) fail_msg("\"%s\" is not in: %s", cases[i].words, err.message);
        assert_string_equal(err.provider, "bad");
        wql_engine_get_stats(l.engine, &stats);
        assert_int_equal(stats.providers, 2);
        assert_int_equal(other.unloads, other.loads);
        other.what = BEHAVES; /* it may be tried again */
        assert_int_equal(wql_engine_mount(l.engine, "root/other", &other.table, NULL, &other, &err), WQL_OK);
        assert_int_equal(wql_engine_unmount(l.engine, "root/other", "bad", &err), WQL_OK);
        assert_int_equal(other.unloads, other.loads);
        answers_on(&l, cases[i].words);
    }
    close_lab(&l);
}

/* -- a provider that does not come back -------------------------------------------------------------------------- */

static uint32_t zombies_of(const lab *l) {
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    assert_int_equal(wql_engine_get_stats(l->engine, &stats), WQL_OK);
    return stats.zombies;
}

/* It holds its thread inside next. The call ends at once, the worker is replaced, and the zombie is counted while it lasts. */
static void a_thread_that_is_held(uint32_t provider_flags) {
    struct timespec moment = {0, 1000000};
    wql_call_options how = WQL_INIT(wql_call_options);
    outcome o = {0};
    wql_sink sink = {.struct_size = sizeof sink,
                     .user = &o,
                     .indicate = on_rows,
                     .status = on_status,
                     .add_ref = on_ref,
                     .release = on_release};
    wql_call call;
    lab l;
    open_lab(&l, PUSHED, 0, provider_flags);
    o.error = (wql_error)WQL_INIT(wql_error);
    atomic_store(&l.bad.what, HOLDS_ITS_THREAD);
    how.sink = &sink;
    assert_int_equal(wql_session_exec(l.session, wql_s("SELECT * FROM Bad WHERE __CLASS = 'Bad'"), &how, &call, NULL), WQL_OK);
    assert_true(wait_until(&l.bad.held, true));
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    assert_true(o.done);
    assert_int_equal(o.status, WQL_E_CALL_CANCELLED);
    wql_call_close(call);
    assert_int_equal(zombies_of(&l), 1);
    answers_on(&l, "a thread that is held");
    assert_int_equal(zombies_of(&l), 1);
    atomic_store(&l.bad.let_go, true);
    for (int i = 0; i < 20000 && zombies_of(&l); i++) (void)nanosleep(&moment, NULL);
    assert_int_equal(zombies_of(&l), 0);
    assert_int_equal(faults_of(&l), 0);
    close_lab(&l);
}

static void a_worker_that_is_held(void **state) {
    (void)state;
    a_thread_that_is_held(WQL_CONCURRENT);
}

static void an_elastic_thread_that_is_held(void **state) {
    (void)state;
    a_thread_that_is_held(WQL_CONCURRENT | WQL_MAY_BLOCK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(breaches_are_named_and_counted),
        cmocka_unit_test(failures_are_told_with_their_name),
        cmocka_unit_test(time_ends_what_does_not),
        cmocka_unit_test(lost_rows_are_a_remark),
        cmocka_unit_test(a_lie_about_exactness),
        cmocka_unit_test(a_reference_in_a_spelling_of_its_own),
        cmocka_unit_test(buffers_that_change_although_they_have_an_id),
        cmocka_unit_test(loads_that_fail),
        cmocka_unit_test(a_worker_that_is_held),
        cmocka_unit_test(an_elastic_thread_that_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
