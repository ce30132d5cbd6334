/* SPDX-License-Identifier: MIT */
/* test_fetch.c: one object by its path, as a call: what refuses it at once and what ends it, how little is asked of a provider,
 * and what the provider of a reference is told. That every way to drive it brings the same is the golden cases' to show
 * (paths.wqt). */
#include "call_lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static wql_error err = {.struct_size = sizeof(wql_error)};

static wql_status try_to_fetch(fixture *f, const char *path, recorder *r, uint32_t flags) {
    wql_sink sink = sink_of(r);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    wql_status status;
    how.sink = &sink;
    how.flags = flags;
    r->engine = f->engine;
    r->session = f->session;
    status = wql_session_fetch(f->session, path, &how, &call, &err);
    if (status < 0) return status;
    (void)wql_call_wait(call, 20000, NULL);
    (void)wql_call_close(call);
    return WQL_OK;
}

/* 8,192 UTF-16 units of a path: the last that is taken, the first that is not. */
static void R4_6_over_long_paths_are_refused(void **state) {
    fixture f = {.t = {.rows = 10}};
    char *path = malloc(8300);
    (void)state;
    open_fixture(&f, 1, 0);
    for (size_t length = 8192; length <= 8193; length++) {
        recorder r;
        memset(path, '0', length);
        memcpy(path, "Tick.Id=", 8);
        path[length - 1] = '7';
        path[length] = '\0';
        recorder_init(&r, SHARED);
        assert_int_equal(try_to_fetch(&f, path, &r, 0), length == 8192 ? WQL_OK : WQL_E_QUOTA_VIOLATION);
        assert_int_equal(atomic_load(&r.add_refs), length == 8192);
        assert_int_equal(atomic_load(&r.indicates), length == 8192);
        if (length == 8193) assert_non_null(strstr(err.message, "path_chars_max (8192)"));
    }
    /* A character beyond the first plane has four bytes and two units. */
    memset(path, 'a', 8192);
    memcpy(path, "Tick.Id=\"", 9);
    memcpy(path + 8189, "\xf0\x90\x90\x80\"", 6);
    {
        recorder r;
        recorder_init(&r, DO_NOTHING);
        assert_int_equal(try_to_fetch(&f, path, &r, 0), WQL_OK);
        assert_int_equal(atomic_load(&r.code), WQL_E_INVALID_OBJECT_PATH); /* a text is no number */
    }
    free(path);
    close_fixture(&f);
}

static void misuse_is_refused_at_once(void **state) {
    static const char *const bad[] = {"", "Tick.Id=\xff", "\xc3"};
    fixture f = {.t = {.rows = 10}};
    wql_call call;
    (void)state;
    open_fixture(&f, 1, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        recorder r;
        recorder_init(&r, SHARED);
        assert_int_equal(try_to_fetch(&f, bad[i], &r, 0), WQL_E_INVALID_PARAMETER);
        assert_int_equal(atomic_load(&r.add_refs), 0);
    }
    assert_int_equal(wql_session_fetch(f.session, NULL, NULL, &call, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_session_fetch(NULL, "Tick.Id=1", NULL, &call, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_session_fetch(f.session, "Tick.Id=1", NULL, NULL, &err), WQL_E_INVALID_PARAMETER);
    for (int bit = 0; bit < 32; bit++) {
        static const uint32_t good = WQL_SEND_STATUS | WQL_DIRECT_READ | WQL_COUNT_ONLY | WQL_KEYS_ONLY | WQL_FINAL_ON_WORKER;
        recorder r;
        recorder_init(&r, SHARED);
        assert_int_equal(try_to_fetch(&f, "Tick.Id=1", &r, 1u << bit), good >> bit & 1 ? WQL_OK : WQL_E_INVALID_PARAMETER);
        assert_int_equal(atomic_load(&r.finals), good >> bit & 1);
    }
    close_fixture(&f);
}

static void what_a_path_means_is_told_by_the_final_status(void **state) {
    static const struct {
        const char *path;
        wql_status code;
    } cases[] = {{"Tick.Id=3", WQL_OK},
                 {"Tick=3", WQL_OK},
                 {"Tick", WQL_OK},
                 {"Tick.Id=77", WQL_E_NOT_FOUND},
                 {"Tock.Id=3", WQL_E_INVALID_CLASS},
                 {"Tock", WQL_E_NOT_FOUND},
                 {"Tick.Id = 3", WQL_E_INVALID_OBJECT_PATH},
                 {"Tick.Name=\"x\"", WQL_E_INVALID_OBJECT_PATH},
                 {"Tick=@", WQL_E_INVALID_OBJECT_PATH},
                 {"\\\\elsewhere\\root\\t:Tick.Id=3", WQL_E_INVALID_OBJECT_PATH},
                 {"root\\other:Tick.Id=3", WQL_E_INVALID_NAMESPACE}};
    fixture f = {.t = {.rows = 10}};
    (void)state;
    open_fixture(&f, 1, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        recorder r;
        bool is_class = !strcmp(cases[i].path, "Tick"); /* which has no Id to look at: it is counted */
        recorder_init(&r, is_class ? SHARED : DO_NOTHING);
        assert_int_equal(try_to_fetch(&f, cases[i].path, &r, 0), WQL_OK);
        if (!is_class && atomic_load(&r.code) != cases[i].code)
            fail_msg("%s: %s", cases[i].path, wql_status_name(atomic_load(&r.code)));
        assert_int_equal(atomic_load(&r.indicates), cases[i].code == WQL_OK);
        assert_int_equal(atomic_load(&r.finals), 1);
        assert_int_equal(atomic_load(&r.releases), 1);
    }
    close_fixture(&f);
}

/* The first row ends the call; the provider, which takes no condition, is not read to its end. */
static void the_provider_is_left_after_the_row(void **state) {
    fixture f = {.t = {.rows = 1000000, .per_next = 100}};
    wql_call call;
    uint64_t rows;
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_session_fetch(f.session, "Tick.Id=150", NULL, &call, &err), WQL_OK);
    assert_int_equal(pull_all(call, &rows, &err), WQL_END);
    assert_int_equal(rows, 1);
    assert_int_equal(atomic_load(&f.t.nexts), 2);
    assert_int_equal(atomic_load(&f.t.closes), 1);
    wql_call_close(call);
    close_fixture(&f);
}

static void a_fetch_is_cancelled_and_timed_like_every_call(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true, .block_every = 1}};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    wql_batch *batch;
    (void)state;
    open_fixture(&f, 1, 0);
    how.timeout_ms = 30;
    assert_int_equal(wql_session_fetch(f.session, "Tick.Id=1", &how, &call, &err), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_E_TIMED_OUT);
    wql_call_close(call);
    assert_int_equal(wql_session_fetch(f.session, "Tick.Id=1", NULL, &call, &err), WQL_OK);
    assert_int_equal(wql_call_next(call, 10, &batch, &err), WQL_S_TIMEDOUT);
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_E_CALL_CANCELLED);
    wql_call_close(call);
    close_fixture(&f);
}

/* -- references -------------------------------------------------------------------------------------------------- */

static const wql_property_def end_properties[] = {{.name = "B", .type = WQL_UINT8, .flags = WQL_KEY},
                                                  {.name = "A", .type = WQL_STRING, .flags = WQL_KEY}};
static const wql_property_def link_properties[] = {{.name = "To", .type = WQL_REFERENCE, .flags = WQL_KEY, .class_name = "End"},
                                                   {.name = "Any", .type = WQL_REFERENCE}};
static const wql_class_def defs[] = {
    {.struct_size = sizeof(wql_class_def), .name = "End", .properties = end_properties, .property_count = 2},
    {.struct_size = sizeof(wql_class_def),
     .name = "Link",
     .flags = WQL_ASSOCIATION,
     .properties = link_properties,
     .property_count = 2}};

/* What the provider saw. */
typedef struct seen {
    wql_value keys[2];
    char text[64];
    bool found, wrong_class, wrong_count, no_path, null_key, too_large, other;
} seen;

static wql_status load(wql_mount *mount, const char *config, void *user, void **self, wql_error *e) {
    (void)config, (void)user, (void)self;
    return wql_mount_define(mount, defs, 2, e);
}

static wql_status plan(void *self, const wql_request *request, wql_answer *answer, wql_error *e) {
    (void)self, (void)e;
    for (uint32_t i = 0; i < request->conjunct_count; i++) answer->take[i] = WQL_SUPERSET;
    return WQL_OK;
}

static wql_status open_links(wql_scan *scan, wql_error *e) {
    seen *s = scan->self;
    wql_value keys[3];
    (void)e;
    if (!scan->request->conjunct_count) return WQL_OK;
    s->found = wql_scan_keys(scan, scan->request->conjuncts[0].values[0], "end", s->keys, 2);
    if (s->found) (void)snprintf(s->text, sizeof s->text, "%.*s", WQL_FMT(s->keys[1].str));
    s->wrong_class = wql_scan_keys(scan, scan->request->conjuncts[0].values[0], "Link", keys, 1);
    s->wrong_count = wql_scan_keys(scan, scan->request->conjuncts[0].values[0], "End", keys, 1);
    s->no_path = wql_scan_keys(scan, wql_text(wql_s("no path")), "End", keys, 2);
    s->other = wql_scan_keys(scan, wql_text(wql_s("root\\other:End.A=\"x\",B=1")), "End", keys, 2);
    return WQL_OK;
}

static wql_status next_link(wql_scan *scan, wql_error *e) {
    seen *s = scan->self;
    wql_value keys[2] = {wql_i64(7), wql_text(wql_s("it\"s \\"))}, bad[2] = {wql_i64(7), wql_null()};
    (void)e;
    wql_row_set(scan, 0, wql_scan_path(scan, "End", keys, 2));
    wql_row_set(scan, 1, wql_text(wql_s("\\\\.\\root\\t:end.b='08',a='X'")));
    (void)wql_row_end(scan);
    s->null_key = wql_scan_path(scan, "End", bad, 2).type != WQL_NULL;
    bad[0] = wql_i64(300);
    bad[1] = wql_text(wql_s("x"));
    s->too_large = wql_scan_path(scan, "End", bad, 2).type != WQL_NULL;
    return WQL_END;
}

static const wql_provider links = {.struct_size = sizeof(wql_provider),
                                   .flags = WQL_CONCURRENT,
                                   .name = "links",
                                   .load = load,
                                   .plan = plan,
                                   .open = open_links,
                                   .next = next_link};

static void references_have_one_spelling_and_give_their_keys(void **state) {
    fixture f = {.t = {.rows = 1}};
    seen s = {.found = false};
    wql_call call;
    wql_batch *batch;
    wql_value value;
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_engine_mount(f.engine, "root/t", &links, NULL, &s, &err), WQL_OK);
    assert_int_equal(wql_session_fetch(f.session, "Link.To='End.B=0x7,A=\"IT\\\\\"S \\\\\\\\\"'", NULL, &call, &err), WQL_OK);
    if (wql_call_next(call, WQL_FOREVER, &batch, &err) != WQL_OK) fail_msg("%s", err.message);
    assert_int_equal(wql_batch_value(batch, 0, "To", &value), WQL_OK);
    assert_int_equal(value.type, WQL_REFERENCE);
    assert_true(value.str.len == 20 && !memcmp(value.str.ptr, "End.A=\"it\\\"s \\\\\",B=7", 20));
    assert_int_equal(wql_batch_value(batch, 0, "Any", &value), WQL_OK);
    assert_true(value.str.len == 13 && !memcmp(value.str.ptr, "End.A=\"X\",B=8", 13));
    wql_batch_release(batch);
    wql_call_close(call);
    assert_true(s.found);
    assert_int_equal(s.keys[0].type, WQL_UINT8);
    assert_int_equal(s.keys[0].u64, 7);
    assert_int_equal(s.keys[1].type, WQL_STRING);
    assert_string_equal(s.text, "IT\"S \\");
    assert_false(s.wrong_class || s.wrong_count || s.no_path || s.null_key || s.too_large || s.other);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R4_6_over_long_paths_are_refused),
        cmocka_unit_test(misuse_is_refused_at_once),
        cmocka_unit_test(what_a_path_means_is_told_by_the_final_status),
        cmocka_unit_test(the_provider_is_left_after_the_row),
        cmocka_unit_test(a_fetch_is_cancelled_and_timed_like_every_call),
        cmocka_unit_test(references_have_one_spelling_and_give_their_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
