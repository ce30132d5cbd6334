/* SPDX-License-Identifier: MIT */
/* test_event_query.c: event queries meet the system classes of events: what is wrong with one is told with its place, and one
 * that has nothing wrong ends with WQL_E_NOT_SUPPORTED until events are served. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wql/wql.h>

#include <stdio.h>
#include <string.h>

static wql_engine *engine;
static wql_session *session;

static int begin(void **state) {
    wql_error err = WQL_INIT(wql_error);
    (void)state;
    if (wql_engine_open(NULL, &engine, &err) < 0) return -1;
    if (wql_engine_mount(engine, "root/cimv2", wql_linux_provider(), NULL, NULL, &err) < 0) return -1;
    return wql_session_open(engine, "root/cimv2", NULL, &session, &err) < 0 ? -1 : 0;
}

static int finish(void **state) {
    (void)state;
    wql_session_close(session);
    return wql_engine_close(engine);
}

/* What stands between « and » is the place. */
static void expect(const char *marked, wql_status status, const char *message, const char *hint) {
    static const char open[] = "\xc2\xab", close[] = "\xc2\xbb";
    const char *from = strstr(marked, open), *to = strstr(marked, close);
    wql_error err = WQL_INIT(wql_error);
    wql_query *query = NULL;
    char text[512];
    size_t offset = (size_t)(from - marked), length = (size_t)(to - from) - 2;
    wql_status got;
    assert_non_null(from);
    snprintf(text, sizeof text, "%.*s%.*s%s", (int)offset, marked, (int)length, from + 2, to + 2);
    got = wql_query_prepare(session, wql_s(text), &query, &err);
    if (got != status || err.offset != offset || err.length != length || !strstr(err.message, message) || strcmp(err.hint, hint))
        fail_msg("%s\n  gives %s at %u+%u: %s (%s)", text, wql_status_name(got), err.offset, err.length, err.message, err.hint);
}

static void what_is_right_is_not_run_yet(void **state) {
    static const char *const texts[] = {
        "SELECT * FROM «__InstanceModificationEvent» WITHIN 600 WHERE TargetInstance ISA 'Win32_Process'",
        "SELECT TargetInstance.Name, TIME_CREATED, __CLASS FROM «__InstanceOperationEvent» WITHIN 10",
        "SELECT * FROM «__InstanceModificationEvent» WHERE TargetInstance.a <> PreviousInstance.a AND TargetInstance.b.c = 5",
        "SELECT * FROM «__InstanceCreationEvent» WHERE TargetInstance.__CLASS = Win32_Process OR __CLASS = '__X'",
        "SELECT * FROM «__TimerEvent» WHERE TimerId = 'x' AND NumFirings > 3",
        "SELECT * FROM «__InstanceCreationEvent» GROUP WITHIN 300 BY TargetInstance.Name, TargetInstance.__CLASS, TIME_CREATED, "
        "__CLASS "
        "HAVING NumberOfEvents > 5 AND Representative.TargetInstance.x = 1",
        "SELECT * FROM «__event»",
        "SELECT * FROM «__ConsumerFailureEvent» WHERE ErrorCode = 5",
        "SELECT * FROM «__ClassOperationEvent» WHERE TargetClass ISA 'X'",
        "SELECT * FROM «__NamespaceModificationEvent» WHERE TargetNamespace.Name = PreviousNamespace.Name",
        "SELECT * FROM «__MethodInvocationEvent» WHERE Method = 'a' AND PreCall = TRUE",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) expect(texts[i], WQL_E_NOT_SUPPORTED, "not run yet", "");
}

static void what_is_wrong_is_told(void **state) {
    (void)state;
    expect("SELECT * FROM «Win32_Process» WITHIN 5", WQL_E_NOT_EVENT_CLASS, "does not derive from __Event", "");
    expect("SELECT * FROM «__AggregateEvent»", WQL_E_NOT_EVENT_CLASS, "does not derive", "");
    expect("SELECT * FROM «__InstanceCreatonEvent»", WQL_E_INVALID_CLASS, "no class", "__InstanceCreationEvent");
    expect("SELECT * FROM «Win32_Proces» WITHIN 5", WQL_E_INVALID_CLASS, "no class", "Win32_Process");
    expect("SELECT «NoSuch» FROM __InstanceCreationEvent", WQL_E_INVALID_QUERY, "has no property NoSuch", "");
    expect("SELECT * FROM __InstanceCreationEvent WHERE «PreviousInstance».a = 1", WQL_E_INVALID_QUERY, "has no property", "");
    expect("SELECT * FROM __InstanceCreationEvent WHERE TargetInstance «=» 5", WQL_E_INVALID_QUERY, "ISA", "");
    expect("SELECT * FROM __TimerEvent WHERE NumFirings = «'x'»", WQL_E_INVALID_QUERY, "no number", "");
    expect("SELECT * FROM __TimerEvent WHERE TimerId «ISA» 'x'", WQL_E_INVALID_QUERY, "embedded objects only", "");
    expect("SELECT * FROM __InstanceModificationEvent WHERE TargetInstance «=» PreviousInstance", WQL_E_INVALID_QUERY, "object",
           "");
    expect("SELECT * FROM __InstanceModificationEvent WHERE SECURITY_DESCRIPTOR «=» TIME_CREATED", WQL_E_INVALID_QUERY, "array",
           "");
    expect("SELECT * FROM __TimerEvent GROUP WITHIN 5 BY «TimerId.x»", WQL_E_PROPERTY_NOT_AN_OBJECT, "no object", "");
    expect("SELECT * FROM __TimerEvent GROUP WITHIN 5 BY «__CLASS.x»", WQL_E_PROPERTY_NOT_AN_OBJECT, "no object", "");
    expect("SELECT * FROM __TimerEvent GROUP WITHIN 5 BY TimerId, «Nope»", WQL_E_INVALID_QUERY, "has no property Nope", "");
    expect("SELECT * FROM __InstanceCreationEvent GROUP WITHIN 5 BY «TargetInstance»", WQL_E_AGGREGATING_BY_OBJECT,
           "is an object", "");
    expect("SELECT * FROM __TimerEvent GROUP WITHIN 5 HAVING «TimerId» = 'x'", WQL_E_INVALID_QUERY, "__AggregateEvent has no",
           "");
    expect("SELECT * FROM __TimerEvent GROUP WITHIN 5 HAVING NumberOfEvents > «'x'»", WQL_E_INVALID_QUERY, "no number", "");
}

/* The call ends with the same. */
static void a_call_ends_so_too(void **state) {
    wql_error err = WQL_INIT(wql_error);
    wql_batch *batch;
    wql_call call;
    (void)state;
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM __TimerEvent WITHIN 5"), NULL, &call, &err), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_E_NOT_SUPPORTED);
    wql_call_close(call);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_right_is_not_run_yet),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(a_call_ends_so_too),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
