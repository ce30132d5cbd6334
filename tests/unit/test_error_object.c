/* SPDX-License-Identifier: MIT */
/* test_error_object.c: errors as objects (async-and-providers 2.11), and the two small functions that readers of objects need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wql/wql.h>

#include <stdlib.h>
#include <string.h>

static wql_value value_of(const wql_batch *batch, const char *name) {
    wql_value value;
    assert_int_equal(wql_batch_value(batch, 0, name, &value), WQL_OK);
    return value;
}

static void expect_text(const wql_batch *batch, const char *name, const char *wanted) {
    wql_value value = value_of(batch, name);
    if (!wanted) {
        assert_int_equal(value.type, WQL_NULL);
        return;
    }
    assert_int_equal(value.type, WQL_STRING);
    if (value.str.len != strlen(wanted) || memcmp(value.str.ptr, wanted, value.str.len) != 0)
        fail_msg("%s is %.*s", name, WQL_FMT(value.str));
}

/* How a query ends, as an object that outlives the engine. */
static wql_batch *object_of(const char *query, wql_status wanted) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine;
    wql_session *session;
    wql_batch *batch = NULL;
    wql_call call;
    wql_status status;
    assert_int_equal(wql_engine_open(NULL, &engine, &err), WQL_OK);
    assert_int_equal(wql_engine_mof(engine, "root/t", wql_s("class Thing { [Key] string Name; };"), &err), WQL_OK);
    assert_int_equal(wql_session_open(engine, "root/t", NULL, &session, &err), WQL_OK);
    status = wql_session_exec(session, wql_s(query), NULL, &call, &err);
    if (status >= 0) {
        status = wql_call_next(call, WQL_FOREVER, &batch, &err);
        wql_call_close(call);
    }
    assert_int_equal(status, wanted);
    assert_int_equal(wql_error_object(engine, &err, "ExecQuery", &batch), WQL_OK);
    wql_session_close(session);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    return batch;
}

static void an_error_is_an_extended_status(void **state) {
    wql_batch *batch = object_of("SELECT *\nFROM Thign", WQL_E_INVALID_CLASS);
    const wql_class *cls = wql_batch_class(batch);
    (void)state;
    assert_int_equal(wql_batch_rows(batch), 1);
    assert_string_equal(wql_class_describe(cls)->name, "__ExtendedStatus");
    assert_true(wql_class_isa(cls, "__NotifyStatus"));
    assert_true(wql_class_isa(cls, "__SystemClass"));
    assert_int_equal(value_of(batch, "StatusCode").type, WQL_UINT32);
    assert_int_equal(value_of(batch, "StatusCode").u64, 0x80041010);
    expect_text(batch, "Description", "namespace root\\t has no class Thign");
    expect_text(batch, "Operation", "ExecQuery");
    expect_text(batch, "ParameterInfo", "offset=14;length=5;line=2;column=6;hint=Thing");
    expect_text(batch, "ProviderName", "Windows Management");
    expect_text(batch, "__CLASS", "__ExtendedStatus");
    expect_text(batch, "__PATH", NULL); /* it has no key */
    wql_batch_release(batch);
}

static void a_limit_is_named_with_its_value(void **state) {
    char query[17000];
    wql_batch *batch;
    (void)state;
    memset(query, 'x', sizeof query - 1);
    query[sizeof query - 1] = '\0';
    batch = object_of(query, WQL_E_QUOTA_VIOLATION);
    expect_text(batch, "ParameterInfo", "offset=16384;length=1;line=1;column=16385;limit=query_chars_max;value=16384");
    wql_batch_release(batch);
}

static void nothing_to_say_is_null(void **state) {
    wql_error err = WQL_INIT(wql_error);
    wql_batch *batch;
    (void)state;
    err.status = WQL_E_CALL_CANCELLED;
    assert_int_equal(wql_error_object(NULL, &err, NULL, &batch), WQL_OK);
    assert_int_equal(value_of(batch, "StatusCode").u64, 0x80041032);
    expect_text(batch, "Description", wql_status_text(WQL_E_CALL_CANCELLED));
    expect_text(batch, "Operation", NULL);
    expect_text(batch, "ParameterInfo", NULL);
    wql_batch_release(batch);
}

/* Messages that only begin like that of a limit, and a provider's own texts. */
static void what_others_wrote_is_taken_with_care(void **state) {
    static const char *const messages[] = {"the limit ",
                                           "the limit x",
                                           "the limit x (12",
                                           "the limit  (12) was reached",
                                           "the limit x () was reached",
                                           "the limit x (12) was not reached"};
    wql_error err = WQL_INIT(wql_error);
    wql_batch *batch;
    (void)state;
    err.status = WQL_E_QUOTA_VIOLATION;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        strcpy(err.message, messages[i]);
        assert_int_equal(wql_error_object(NULL, &err, "x", &batch), WQL_OK);
        expect_text(batch, "ParameterInfo", NULL);
        wql_batch_release(batch);
    }
    err.status = WQL_E_FAILED;
    strcpy(err.message, "bad \xff\n");
    memset(err.provider, 'p', sizeof err.provider); /* no NUL */
    memset(err.hint, 'h', sizeof err.hint);
    assert_int_equal(wql_error_object(NULL, &err, "x", &batch), WQL_OK);
    expect_text(batch, "Description", "bad ??");
    assert_int_equal(value_of(batch, "ProviderName").str.len, sizeof err.provider - 1);
    assert_int_equal(value_of(batch, "ParameterInfo").str.len, strlen("hint=") + sizeof err.hint - 1);
    wql_batch_release(batch);
}

/* A program that was compiled with a shorter wql_error. */
static void a_shorter_error_is_read_as_far_as_it_goes(void **state) {
    wql_error err = WQL_INIT(wql_error);
    wql_batch *batch;
    (void)state;
    err.status = WQL_E_NOT_FOUND;
    strcpy(err.message, "never read");
    err.struct_size = offsetof(wql_error, status) + sizeof err.status;
    assert_int_equal(wql_error_object(NULL, &err, "x", &batch), WQL_OK);
    expect_text(batch, "Description", wql_status_text(WQL_E_NOT_FOUND));
    wql_batch_release(batch);
}

static void bad_arguments(void **state) {
    wql_error err = WQL_INIT(wql_error);
    wql_batch *batch = NULL;
    (void)state;
    assert_int_equal(wql_error_object(NULL, NULL, "x", &batch), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_error_object(NULL, &err, "x", NULL), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_error_object(NULL, &err, "\xff", &batch), WQL_E_INVALID_PARAMETER);
    err.struct_size = 4;
    assert_int_equal(wql_error_object(NULL, &err, "x", &batch), WQL_E_INVALID_PARAMETER);
    assert_null(batch);
}

/* -- memory ------------------------------------------------------------------------------------------------------ */

typedef struct miser {
    long allowed; /* allocations; less than 0: any number */
    long long used;
} miser;

static void *spend(void *user, void *ptr, size_t old_size, size_t new_size) {
    miser *m = user;
    void *moved;
    if (new_size == 0) {
        free(ptr);
        m->used -= (long long)old_size;
        return NULL;
    }
    if (m->allowed == 0) return NULL;
    if (m->allowed > 0) m->allowed--;
    moved = realloc(ptr, new_size);
    if (moved) m->used += (long long)new_size - (long long)old_size;
    return moved;
}

static void without_memory_it_says_so(void **state) {
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_error err = WQL_INIT(wql_error);
    miser m = {-1, 0};
    wql_engine *engine;
    wql_batch *batch = NULL;
    wql_status status = WQL_E_OUT_OF_MEMORY;
    long long before;
    long tries = 0;
    (void)state;
    options.alloc = spend;
    options.alloc_user = &m;
    assert_int_equal(wql_engine_open(&options, &engine, &err), WQL_OK);
    err.status = WQL_E_FAILED;
    before = m.used;
    for (; status != WQL_OK; tries++) {
        m.allowed = tries;
        status = wql_error_object(engine, &err, "x", &batch);
        if (status == WQL_OK) break;
        assert_int_equal(status, WQL_E_OUT_OF_MEMORY);
        assert_null(batch);
        assert_true(m.used == before); /* nothing is left over */
    }
    assert_true(tries > 3);
    m.allowed = -1;
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    expect_text(batch, "ProviderName", "Windows Management"); /* after its engine */
    wql_batch_release(batch);
    assert_true(m.used == 0);
}

static void memory_max_counts_it(void **state) {
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine;
    wql_batch *batch = NULL;
    (void)state;
    assert_int_equal(wql_engine_open(NULL, &engine, &err), WQL_OK);
    assert_int_equal(wql_engine_get_stats(engine, &stats), WQL_OK);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    options.memory_max = stats.memory + 64;
    assert_int_equal(wql_engine_open(&options, &engine, &err), WQL_OK);
    err.status = WQL_E_FAILED;
    assert_int_equal(wql_error_object(engine, &err, "x", &batch), WQL_E_QUOTA_VIOLATION);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
}

/* -- beside it --------------------------------------------------------------------------------------------------- */

static void texts_are_the_same_without_regard_to_case(void **state) {
    (void)state;
    assert_true(wql_text_equal(wql_s("Name"), wql_s("nAME")));
    assert_true(wql_text_equal(wql_s("\xc3\x84"), wql_s("\xc3\xa4"))); /* A with dots */
    assert_true(wql_text_equal(wql_s("\xe2\x84\xaa"), wql_s("k")));    /* the Kelvin sign */
    assert_true(wql_text_equal(wql_s(NULL), wql_s("")));
    assert_false(wql_text_equal(wql_s("Name"), wql_s("Names")));
    assert_false(wql_text_equal(wql_s("\xff"), wql_s("\xfe")));
    assert_true(wql_text_equal(wql_s("a\xff"), wql_s("a\xff")));
    assert_false(wql_text_equal(wql_s("A\xff"), wql_s("a\xff")));
    assert_false(wql_text_equal((wql_str){NULL, 3}, wql_s("abc")));
}

static void a_class_shows_what_it_derives_from(void **state) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine;
    wql_session *session;
    wql_class *cls;
    const wql_class_def *def, *above;
    (void)state;
    assert_int_equal(wql_engine_open(NULL, &engine, &err), WQL_OK);
    assert_int_equal(wql_engine_mof(engine, "root",
                                    wql_s("class A { [Key] string Name; uint32 N; }; class B : A { uint32 N = 5; string Own; };"),
                                    &err),
                     WQL_OK);
    assert_int_equal(wql_session_open(engine, "root", NULL, &session, &err), WQL_OK);
    assert_int_equal(wql_session_class(session, "b", &cls, &err), WQL_OK);
    wql_session_close(session);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    def = wql_class_describe(cls);
    above = wql_class_describe(wql_class_superclass(cls));
    assert_string_equal(above->name, "A");
    assert_int_equal(above->property_count, 2);
    assert_null(above->properties[1].initial); /* N is declared again, and that shows */
    assert_non_null(def->properties[1].initial);
    assert_null(wql_class_superclass(wql_class_superclass(cls)));
    assert_null(wql_class_superclass(NULL));
    wql_class_release(cls);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_error_is_an_extended_status),
                                       cmocka_unit_test(a_limit_is_named_with_its_value),
                                       cmocka_unit_test(nothing_to_say_is_null),
                                       cmocka_unit_test(what_others_wrote_is_taken_with_care),
                                       cmocka_unit_test(a_shorter_error_is_read_as_far_as_it_goes),
                                       cmocka_unit_test(bad_arguments),
                                       cmocka_unit_test(without_memory_it_says_so),
                                       cmocka_unit_test(memory_max_counts_it),
                                       cmocka_unit_test(texts_are_the_same_without_regard_to_case),
                                       cmocka_unit_test(a_class_shows_what_it_derives_from)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
