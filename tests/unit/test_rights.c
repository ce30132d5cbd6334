/* SPDX-License-Identifier: MIT */
/* test_rights.c: access lists, principals, what they may have at once, strict engines, and the context of a call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ticks.h"

#include <stdio.h>
#include <string.h>

static wql_error err = {.struct_size = sizeof(wql_error)};

typedef struct fixture {
    wql_engine *engine;
    ticks t;
    int audits;
    uint32_t audit_right;
    wql_status audit_outcome;
    char audit_ns[64];
} fixture;

static void on_audit(void *user, wql_session *session, const char *ns, uint32_t right, wql_status outcome) {
    fixture *f = user;
    (void)session;
    f->audits++;
    f->audit_right = right;
    f->audit_outcome = outcome;
    snprintf(f->audit_ns, sizeof f->audit_ns, "%s", ns);
}

static void open_fixture(fixture *f, wql_engine_options *opt) {
    opt->struct_size = sizeof *opt;
    opt->audit = on_audit;
    opt->audit_user = f;
    assert_int_equal(wql_engine_open(opt, &f->engine, &err), WQL_OK);
    if (wql_engine_mount(f->engine, "root/shop/north", ticks_provider(&f->t, "ticks"), NULL, &f->t, &err) < 0)
        fail_msg("%s", err.message);
}

static wql_status open_as(fixture *f, const char *ns, const wql_principal *who, wql_session **session) {
    wql_session_options opt = WQL_INIT(wql_session_options);
    opt.principal = who;
    *session = NULL;
    return wql_session_open(f->engine, ns, &opt, session, &err);
}

static bool may_open(fixture *f, const char *ns, const wql_principal *who) {
    wql_session *session;
    wql_status status = open_as(f, ns, who, &session);
    if (status != WQL_OK) assert_int_equal(status, WQL_E_ACCESS_DENIED);
    wql_session_close(session);
    return status == WQL_OK;
}

static void grant(fixture *f, const char *ns, const char *principal, uint32_t allow, uint32_t deny) {
    if (wql_engine_grant(f->engine, ns, principal, allow, deny, &err) != WQL_OK) fail_msg("%s", err.message);
}

static const uint32_t staff[] = {27, 100};
static const wql_principal ann = {.struct_size = sizeof ann, .uid = 1000, .name = "ann", .gids = staff, .gid_count = 2};
static const wql_principal bob = {.struct_size = sizeof bob, .uid = 1001, .name = "bob"};

static void R3_3_what_is_not_allowed_is_denied_once(void **state) {
    fixture f = {0};
    (void)state;
    open_fixture(&f, &(wql_engine_options){0});
    assert_false(may_open(&f, "root/shop/north", &ann));
    assert_int_equal(f.audits, 1);
    assert_int_equal(f.audit_outcome, WQL_E_ACCESS_DENIED);
    assert_int_equal(f.audit_right, WQL_RIGHT_ENABLE);
    assert_string_equal(f.audit_ns, "root\\shop\\north");
    assert_non_null(strstr(err.message, "ann"));
    assert_true(may_open(&f, "root/shop/north", NULL)); /* the owner */
    grant(&f, "root/shop/north", "ann", WQL_RIGHT_ENABLE, 0);
    assert_true(may_open(&f, "ROOT\\Shop\\North", &ann));
    assert_false(may_open(&f, "root/shop/north", &bob));
    grant(&f, "root/shop/north", "ann", WQL_RIGHT_SUBSCRIBE, 0); /* in place of what was */
    assert_false(may_open(&f, "root/shop/north", &ann));
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

static void every_way_to_name_a_principal(void **state) {
    static const char *const names[] = {"ann", "uid:1000", "gid:27", "gid:100", "*"};
    static const char *const others[] = {"Ann", "an", "ann ", "uid:1001", "gid:28", "uid:0", "**"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names + sizeof others / sizeof *others; i++) {
        bool meant = i < sizeof names / sizeof *names;
        const char *name = meant ? names[i] : others[i - sizeof names / sizeof *names];
        fixture f = {0};
        open_fixture(&f, &(wql_engine_options){0});
        grant(&f, "root/shop/north", name, WQL_RIGHT_ENABLE, 0);
        assert_int_equal(may_open(&f, "root/shop/north", &ann), meant);
        grant(&f, "root/shop/north", name, 0, 0); /* taken away */
        assert_false(may_open(&f, "root/shop/north", &ann));
        assert_int_equal(wql_engine_close(f.engine), WQL_OK);
    }
}

static void a_denial_outranks_and_lists_reach_down(void **state) {
    fixture f = {0};
    (void)state;
    open_fixture(&f, &(wql_engine_options){0});
    grant(&f, "root", "*", WQL_RIGHT_ENABLE, 0);
    assert_true(may_open(&f, "root/shop/north", &ann));
    assert_true(may_open(&f, "root/shop", &bob));
    grant(&f, "root/shop", "gid:27", 0, WQL_RIGHT_ENABLE);
    assert_false(may_open(&f, "root/shop/north", &ann));
    assert_false(may_open(&f, "root/shop", &ann));
    assert_true(may_open(&f, "root", &ann)); /* not upwards */
    assert_true(may_open(&f, "root/shop/north", &bob));
    grant(&f, "root/shop/north", "ann", WQL_RIGHT_ENABLE, 0);
    assert_false(may_open(&f, "root/shop/north", &ann));
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

static void another_machine_needs_a_right_more(void **state) {
    wql_principal far = ann;
    fixture f = {0};
    (void)state;
    far.flags = WQL_PRINCIPAL_REMOTE;
    open_fixture(&f, &(wql_engine_options){0});
    grant(&f, "root", "ann", WQL_RIGHT_ENABLE, 0);
    assert_true(may_open(&f, "root", &ann));
    assert_false(may_open(&f, "root", &far));
    assert_int_equal(f.audit_right, WQL_RIGHT_REMOTE_ENABLE);
    grant(&f, "root", "ann", WQL_RIGHT_ENABLE | WQL_RIGHT_REMOTE_ENABLE, 0);
    assert_true(may_open(&f, "root", &far));
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

static wql_status run(wql_session *session, const wql_call_options *how, uint64_t *rows) {
    wql_call call;
    wql_batch *batch;
    wql_status status = wql_session_exec(session, wql_s("SELECT Id FROM Tick"), how, &call, &err);
    if (status < 0) return status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        *rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    (void)wql_call_close(call);
    return status;
}

/* Rights are those of the moment a session was opened; the provider learns for whom it works. */
static void a_session_keeps_its_rights(void **state) {
    fixture f = {.t = {.rows = 10, .ask = "none"}};
    wql_session *old, *owner;
    uint64_t rows = 0;
    char name[8] = "ann";
    wql_principal passing = ann;
    (void)state;
    passing.name = name;
    open_fixture(&f, &(wql_engine_options){0});
    grant(&f, "root", "ann", WQL_RIGHT_ENABLE, 0);
    assert_int_equal(open_as(&f, "root/shop/north", &passing, &old), WQL_OK);
    strcpy(name, "xxx"); /* copied */
    grant(&f, "root", "ann", 0, WQL_RIGHT_ENABLE);
    assert_false(may_open(&f, "root/shop/north", &ann));
    f.audits = 0;
    assert_int_equal(run(old, NULL, &rows), WQL_END);
    assert_int_equal(f.audits, 1);
    assert_int_equal(f.audit_outcome, WQL_OK);
    assert_int_equal(rows, 10);
    assert_string_equal(f.t.principal, "ann");
    assert_int_equal(open_as(&f, "root/shop/north", NULL, &owner), WQL_OK);
    assert_int_equal(run(owner, NULL, &rows), WQL_END);
    assert_string_equal(f.t.principal, "");
    wql_session_close(old);
    wql_session_close(owner);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

static void each_principal_has_a_ceiling(void **state) {
    fixture f = {.t = {.rows = 10}};
    wql_session *first, *second, *other;
    wql_call calls[3], more;
    (void)state;
    open_fixture(&f, &(wql_engine_options){.calls_per_principal_max = 3});
    grant(&f, "root", "*", WQL_RIGHT_ENABLE, 0);
    assert_int_equal(open_as(&f, "root/shop/north", &ann, &first), WQL_OK);
    assert_int_equal(open_as(&f, "root/shop/north", &ann, &second), WQL_OK);
    assert_int_equal(open_as(&f, "root/shop/north", &bob, &other), WQL_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(wql_session_exec(i ? second : first, wql_s("SELECT Id FROM Tick"), NULL, &calls[i], &err), WQL_OK);
    assert_int_equal(wql_session_exec(first, wql_s("SELECT Id FROM Tick"), NULL, &more, &err), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "calls_per_principal_max"));
    assert_int_equal(wql_session_exec(other, wql_s("SELECT Id FROM Tick"), NULL, &more, &err), WQL_OK);
    assert_int_equal(wql_call_close(more), WQL_OK);
    assert_int_equal(wql_call_close(calls[1]), WQL_OK);
    assert_int_equal(wql_session_exec(first, wql_s("SELECT Id FROM Tick"), NULL, &calls[1], &err), WQL_OK);
    wql_session_close(first);
    wql_session_close(second); /* its calls go on, and are counted */
    assert_int_equal(open_as(&f, "root/shop/north", &ann, &first), WQL_OK);
    assert_int_equal(wql_session_exec(first, wql_s("SELECT Id FROM Tick"), NULL, &more, &err), WQL_E_QUOTA_VIOLATION);
    for (int i = 0; i < 3; i++) assert_int_equal(wql_call_close(calls[i]), WQL_OK);
    assert_int_equal(wql_session_exec(first, wql_s("SELECT Id FROM Tick"), NULL, &more, &err), WQL_OK);
    assert_int_equal(wql_call_close(more), WQL_OK);
    wql_session_close(first);
    wql_session_close(other);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

/* -- sinks ------------------------------------------------------------------------------------------------------- */

typedef struct counted {
    int refs, finals, releases;
    wql_status code;
} counted;

static wql_status no_rows(void *user, wql_call call, const wql_batch *batch) {
    (void)user, (void)call, (void)batch;
    return WQL_OK;
}
static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    counted *c = user;
    (void)call;
    c->finals += report->is_final != 0;
    c->code = report->status;
    return WQL_OK;
}
static void on_ref(void *user) { ((counted *)user)->refs++; }
static void on_release(void *user) { ((counted *)user)->releases++; }

static wql_sink sink_of(counted *c) {
    wql_sink sink = {.struct_size = sizeof sink,
                     .user = c,
                     .indicate = no_rows,
                     .status = on_status,
                     .add_ref = on_ref,
                     .release = on_release};
    return sink;
}

static wql_status submit(wql_session *session, wql_pump *pump, counted *c, wql_call *call) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_sink sink = sink_of(c);
    how.sink = &sink;
    how.pump = pump;
    return wql_session_exec(session, wql_s("SELECT Id FROM Tick"), &how, call, &err);
}

/* Another client's sink is none of a client's business, even if it knows the pointer (R3.4). */
static void R3_4_cancel_by_sink_stays_with_its_principal(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true}};
    wql_session *hers, *his, *hers_too;
    counted sink = {0};
    wql_pump *pump;
    wql_call call;
    (void)state;
    open_fixture(&f, &(wql_engine_options){0});
    grant(&f, "root", "*", WQL_RIGHT_ENABLE, 0);
    assert_int_equal(open_as(&f, "root/shop/north", &ann, &hers), WQL_OK);
    assert_int_equal(open_as(&f, "root/shop/north", &bob, &his), WQL_OK);
    assert_int_equal(wql_pump_open(f.engine, &pump, &err), WQL_OK);
    assert_int_equal(submit(hers, pump, &sink, &call), WQL_OK);
    assert_int_equal(wql_session_cancel(his, &sink), WQL_E_NOT_FOUND);
    assert_int_equal(sink.finals, 0);
    assert_int_equal(open_as(&f, "root", &ann, &hers_too), WQL_OK);
    assert_int_equal(wql_session_cancel(hers_too, &sink), WQL_OK); /* the principal decides, not the session */
    assert_int_equal(sink.finals, 1);
    assert_int_equal(sink.releases, 1);
    wql_call_close(call);
    wql_pump_close(pump);
    wql_session_close(hers);
    wql_session_close(hers_too);
    wql_session_close(his);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

/* Security first: the early refusal does not touch the sink (R2.3). */
static void R2_3_R2_4_strict_engines_refuse(void **state) {
    fixture f = {.t = {.rows = 10}};
    wql_session *session;
    counted sink = {0};
    uint64_t rows = 0;
    wql_pump *pump;
    wql_call call;
    (void)state;
    open_fixture(&f, &(wql_engine_options){.flags = WQL_STRICT});
    assert_int_equal(open_as(&f, "root/shop/north", NULL, &session), WQL_OK);
    assert_int_equal(wql_pump_open(f.engine, &pump, &err), WQL_OK);
    assert_int_equal(submit(session, pump, &sink, &call), WQL_E_ACCESS_DENIED);
    assert_int_equal(sink.refs, 0);
    assert_int_equal(wql_engine_takes_sinks(f.engine, &err), WQL_E_ACCESS_DENIED);
    assert_int_equal(err.status, WQL_E_ACCESS_DENIED);
    assert_int_equal(wql_engine_takes_sinks(NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(run(session, NULL, &rows), WQL_END); /* without a sink nobody calls anybody */
    assert_int_equal(wql_engine_secure(f.engine), WQL_OK);
    assert_int_equal(wql_engine_secure(f.engine), WQL_END); /* harmless (R2.4) */
    assert_int_equal(wql_engine_secure(NULL), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_takes_sinks(f.engine, NULL), WQL_OK);
    assert_int_equal(submit(session, pump, &sink, &call), WQL_OK);
    while (wql_pump_run(pump, 1000) == WQL_OK) {}
    assert_int_equal(sink.finals, 1);
    assert_int_equal(sink.code, WQL_OK);
    wql_call_close(call);
    wql_pump_close(pump);
    wql_session_close(session);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

/* As WMI has it: accepted, then one final status, then release (R2.2). The provider is not asked. */
static void R2_2_strict_engines_may_refuse_late(void **state) {
    fixture f = {.t = {.rows = 10}};
    wql_session *session;
    counted sink = {0};
    wql_pump *pump;
    wql_call call;
    (void)state;
    open_fixture(&f, &(wql_engine_options){.flags = WQL_STRICT_LATE});
    assert_int_equal(wql_engine_takes_sinks(f.engine, NULL), WQL_S_ACCESS_DENIED);
    assert_int_equal(open_as(&f, "root/shop/north", NULL, &session), WQL_OK);
    assert_int_equal(wql_pump_open(f.engine, &pump, &err), WQL_OK);
    assert_int_equal(submit(session, pump, &sink, &call), WQL_OK);
    while (wql_pump_run(pump, 1000) == WQL_OK) {}
    assert_int_equal(sink.refs, 1);
    assert_int_equal(sink.finals, 1);
    assert_int_equal(sink.releases, 1);
    assert_int_equal(sink.code, WQL_E_ACCESS_DENIED);
    assert_int_equal(atomic_load(&f.t.opens), 0);
    wql_call_close(call);
    wql_pump_close(pump);
    wql_session_close(session);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

static void a_bad_grant_is_refused(void **state) {
    static const char *const bad[] = {"", "uid:", "uid:x", "gid:4294967296", "uid:1 ", "\xff"};
    fixture f = {0};
    (void)state;
    open_fixture(&f, &(wql_engine_options){0});
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(wql_engine_grant(f.engine, "root", bad[i], WQL_RIGHT_ENABLE, 0, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_grant(f.engine, "root", "ann", 0x100, 0, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_grant(f.engine, "root", "ann", 0, 0x80000000u, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_grant(f.engine, "root/nowhere", "ann", 1, 0, &err), WQL_E_INVALID_NAMESPACE);
    assert_int_equal(wql_engine_grant(NULL, "root", "ann", 1, 0, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_grant(f.engine, "root", NULL, 1, 0, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

static void a_bad_principal_is_refused(void **state) {
    wql_principal who = ann;
    wql_session *session;
    fixture f = {0};
    (void)state;
    open_fixture(&f, &(wql_engine_options){0});
    grant(&f, "root", "*", WQL_RIGHT_ENABLE, 0);
    who.flags = 0x80;
    assert_int_equal(open_as(&f, "root", &who, &session), WQL_E_INVALID_PARAMETER);
    who = ann;
    who.gids = NULL;
    assert_int_equal(open_as(&f, "root", &who, &session), WQL_E_INVALID_PARAMETER);
    who = ann;
    who.struct_size = 4;
    assert_int_equal(open_as(&f, "root", &who, &session), WQL_E_INVALID_PARAMETER);
    assert_int_equal(open_as(&f, "root/nowhere", &ann, &session), WQL_E_INVALID_NAMESPACE);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

/* -- context ----------------------------------------------------------------------------------------------------- */

static void context_reaches_the_provider(void **state) {
    fixture f = {.t = {.rows = 10}};
    wql_value items[2] = {wql_u64(7), wql_u64(8)};
    wql_param values[] = {{"Locale", wql_text(wql_s("MS_409"))},
                          {"Deep", wql_bool(true)},
                          {"Ids", {.type = WQL_UINT64 | WQL_ARRAY, .count = 2, .items = items}},
                          {"Nothing", wql_null()}};
    static const char *const asked[] = {"LOCALE", "deep", "Ids", "Nothing", "Other"};
    static const char *const told[] = {"MS_409", "TRUE", "{7, 8}", "NULL", ""};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_session *session;
    uint64_t rows = 0;
    (void)state;
    open_fixture(&f, &(wql_engine_options){0});
    assert_int_equal(open_as(&f, "root/shop/north", NULL, &session), WQL_OK);
    how.context = values;
    how.context_count = 4;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        f.t.ask = asked[i];
        assert_int_equal(run(session, &how, &rows), WQL_END);
        assert_string_equal(f.t.told, told[i]);
    }
    how.context_count = 0;
    f.t.ask = "Locale";
    assert_int_equal(run(session, &how, &rows), WQL_END);
    assert_string_equal(f.t.told, "");
    wql_session_close(session);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

static void a_bad_context_is_refused(void **state) {
    wql_value inner = {.type = WQL_UINT8 | WQL_ARRAY}, nested = {.type = WQL_UINT8 | WQL_ARRAY, .count = 1, .items = &inner};
    const wql_param bad[][2] = {{{NULL, wql_u64(1)}, {"B", wql_u64(1)}},
                                {{"", wql_u64(1)}, {"B", wql_u64(1)}},
                                {{"A", wql_u64(1)}, {"a", wql_u64(1)}},
                                {{"\xc3", wql_u64(1)}, {"B", wql_u64(1)}},
                                {{"A", wql_u64(1)}, {"B", {.type = WQL_OBJECT}}},
                                {{"A", wql_u64(1)}, {"B", {.type = 9999}}},
                                {{"A", nested}, {"B", wql_u64(1)}},
                                {{"A", wql_text(wql_s("\xff"))}, {"B", wql_u64(1)}}};
    wql_call_options how = WQL_INIT(wql_call_options);
    fixture f = {.t = {.rows = 10}};
    wql_session *session;
    wql_call call;
    (void)state;
    open_fixture(&f, &(wql_engine_options){0});
    assert_int_equal(open_as(&f, "root/shop/north", NULL, &session), WQL_OK);
    how.context_count = 2;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        how.context = bad[i];
        assert_int_equal(wql_session_exec(session, wql_s("SELECT Id FROM Tick"), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    }
    how.context = NULL;
    assert_int_equal(wql_session_exec(session, wql_s("SELECT Id FROM Tick"), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    wql_session_close(session);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R3_3_what_is_not_allowed_is_denied_once),
        cmocka_unit_test(every_way_to_name_a_principal),
        cmocka_unit_test(a_denial_outranks_and_lists_reach_down),
        cmocka_unit_test(another_machine_needs_a_right_more),
        cmocka_unit_test(a_session_keeps_its_rights),
        cmocka_unit_test(each_principal_has_a_ceiling),
        cmocka_unit_test(R3_4_cancel_by_sink_stays_with_its_principal),
        cmocka_unit_test(R2_3_R2_4_strict_engines_refuse),
        cmocka_unit_test(R2_2_strict_engines_may_refuse_late),
        cmocka_unit_test(a_bad_grant_is_refused),
        cmocka_unit_test(a_bad_principal_is_refused),
        cmocka_unit_test(context_reaches_the_provider),
        cmocka_unit_test(a_bad_context_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
