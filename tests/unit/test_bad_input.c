/* SPDX-License-Identifier: MIT */
/* test_bad_input.c: what strangers send, through the public interface: literals of 100 MB, deep conditions, hostile paths, links
 * to what is gone, links in circles. Each ends at once, with the code that says what is wrong, and the engine answers the next
 * query. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wql/wql.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 500, WIDE_KEYS = 100, MEGABYTE = 1 << 20, HUGE_TEXT = 100 * MEGABYTE };

static wql_error err = {.struct_size = sizeof(wql_error)};

/* -- a provider: nodes in a circle, and one object with a hundred keys -------------------------------------------------------- */

static wql_status links_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *why) {
    static const wql_property_def link[] = {{.name = "From", .type = WQL_REFERENCE, .flags = WQL_KEY, .class_name = "Node"},
                                            {.name = "To", .type = WQL_REFERENCE, .flags = WQL_KEY}};
    static const wql_class_def def = {
        .struct_size = sizeof def, .flags = WQL_ASSOCIATION, .name = "Link", .properties = link, .property_count = 2};
    (void)config, (void)user, (void)self;
    return wql_mount_define(mount, &def, 1, why);
}

/* Node i leads to i + 1, and the last to the first; each leads to an object of class Other too. */
static wql_status links_next(wql_scan *scan, wql_error *why) {
    char text[40];
    (void)why;
    for (int i = 0; i < NODES; i++)
        for (int other = 0; other < 2; other++) {
            (void)snprintf(text, sizeof text, "Node.Id=%d", i);
            wql_row_set(scan, 0, wql_text(wql_s(text)));
            (void)snprintf(text, sizeof text, other ? "Other.Id=%d" : "Node.Id=%d", other ? i : (i + 1) % NODES);
            wql_row_set(scan, 1, wql_text(wql_s(text)));
            (void)wql_row_end(scan);
        }
    return WQL_END;
}

static wql_status nodes_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *why) {
    static const wql_property_def id[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                          {.name = "S", .type = WQL_STRING}};
    wql_class_def def = {.struct_size = sizeof def, .name = config, .properties = id, .property_count = 2};
    (void)user, (void)self;
    return wql_mount_define(mount, &def, 1, why);
}

static wql_status nodes_next(wql_scan *scan, wql_error *why) {
    (void)why;
    for (unsigned i = 0; i < NODES; i++) {
        wql_row_set(scan, 0, wql_u64(i));
        wql_row_set(scan, 1, wql_text(wql_s("some text")));
        (void)wql_row_end(scan);
    }
    return WQL_END;
}

static wql_status wide_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *why) {
    static char names[WIDE_KEYS][16];
    wql_property_def keys[WIDE_KEYS];
    wql_class_def def = {.struct_size = sizeof def, .name = "Wide", .properties = keys, .property_count = WIDE_KEYS};
    (void)config, (void)user, (void)self;
    memset(keys, 0, sizeof keys);
    for (int i = 0; i < WIDE_KEYS; i++) {
        (void)snprintf(names[i], sizeof names[i], "K%03d", i);
        keys[i] = (wql_property_def){.name = names[i], .type = WQL_UINT32, .flags = WQL_KEY};
    }
    return wql_mount_define(mount, &def, 1, why);
}

static wql_status wide_next(wql_scan *scan, wql_error *why) {
    (void)why;
    for (uint32_t i = 0; i < WIDE_KEYS; i++) wql_row_set(scan, i, wql_u64(i));
    (void)wql_row_end(scan);
    return WQL_END;
}

static wql_status nothing_to_open(wql_scan *scan, wql_error *why) {
    (void)scan, (void)why;
    return WQL_OK;
}

#define PROVIDER(variable, says, loads, brings)                                                                                  \
    static const wql_provider variable = {.struct_size = sizeof variable,                                                        \
                                          .flags = WQL_CONCURRENT,                                                               \
                                          .name = says,                                                                          \
                                          .load = loads,                                                                         \
                                          .open = nothing_to_open,                                                               \
                                          .next = brings}
PROVIDER(links, "links", links_load, links_next);
PROVIDER(nodes, "nodes", nodes_load, nodes_next);
PROVIDER(others, "others", nodes_load, nodes_next);
PROVIDER(wide, "wide", wide_load, wide_next);

typedef struct lab {
    wql_engine *engine;
    wql_session *session;
} lab;

static void open_lab(lab *l, const wql_engine_options *options) {
    assert_int_equal(wql_engine_open(options, &l->engine, &err), WQL_OK);
    assert_int_equal(wql_engine_mount(l->engine, "root/t", &nodes, "Node", NULL, &err), WQL_OK);
    assert_int_equal(wql_engine_mount(l->engine, "root/t", &others, "Other", NULL, &err), WQL_OK);
    assert_int_equal(wql_engine_mount(l->engine, "root/t", &links, NULL, NULL, &err), WQL_OK);
    assert_int_equal(wql_engine_mount(l->engine, "root/t", &wide, NULL, NULL, &err), WQL_OK);
    assert_int_equal(wql_session_open(l->engine, "root/t", NULL, &l->session, &err), WQL_OK);
}

static void close_lab(lab *l) {
    wql_session_close(l->session);
    assert_int_equal(wql_engine_close(l->engine), WQL_OK);
}

/* Rows of a query, or of a fetch, and how it ended; WQL_END: well. */
static wql_status ask(lab *l, wql_str text, bool fetch, uint64_t *rows) {
    wql_call call;
    wql_batch *batch;
    wql_status status = fetch ? wql_session_fetch(l->session, text.ptr, NULL, &call, &err)
                              : wql_session_exec(l->session, text, NULL, &call, &err);
    *rows = 0;
    if (status < 0) return status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        *rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    wql_call_close(call);
    return status;
}

static void expect(lab *l, wql_str text, bool fetch, wql_status status, const char *words) {
    uint64_t rows;
    wql_status got = ask(l, text, fetch, &rows);
    if (text.len > 200) text.len = 200; /* to be shown */
    if (got != status) fail_msg("%.*s: %s, %s", WQL_FMT(text), wql_status_name(got), err.message);
    if (words && !strstr(err.message, words)) fail_msg("%s: %s", words, err.message);
    assert_int_equal(ask(l, wql_s("SELECT * FROM Node WHERE Id = 7"), false, &rows), WQL_END);
    assert_int_equal(rows, 1);
}

/* -- literals ------------------------------------------------------------------------------------------------------------------ */

/* `before`, many x, `after`. */
static wql_str around(const char *before, size_t count, const char *after) {
    size_t first = strlen(before), last = strlen(after);
    char *text = malloc(first + count + last + 1);
    assert_non_null(text);
    memcpy(text, before, first);
    memset(text + first, 'x', count);
    memcpy(text + first + count, after, last + 1);
    return (wql_str){text, first + count + last};
}

static void a_literal_of_100_MB(void **state) {
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    wql_str text = around("SELECT * FROM Node WHERE S = '", HUGE_TEXT, "'");
    lab l;
    (void)state;
    open_lab(&l, NULL);
    expect(&l, text, false, WQL_E_QUOTA_VIOLATION, "query_chars_max (16384)");
    expect(&l, text, true, WQL_E_QUOTA_VIOLATION, "path_chars_max (8192)");
    assert_int_equal(wql_engine_get_stats(l.engine, &stats), WQL_OK);
    assert_true(stats.memory_peak < 4 * MEGABYTE); /* it is not even copied */
    close_lab(&l);
    options.query_chars_max = UINT32_MAX; /* allowed: it is compared, and equals nothing */
    open_lab(&l, &options);
    expect(&l, text, false, WQL_END, NULL);
    text.len--; /* its quote */
    expect(&l, text, false, WQL_E_INVALID_QUERY, "quote");
    assert_int_equal(err.offset, strlen("SELECT * FROM Node WHERE S = "));
    close_lab(&l);
    options.memory_max = 50 * MEGABYTE;
    open_lab(&l, &options);
    expect(&l, text, false, WQL_E_QUOTA_VIOLATION, "memory_max");
    close_lab(&l);
    free((char *)(uintptr_t)text.ptr);
}

static void a_pattern_of_many_MB(void **state) {
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_str text = around("SELECT * FROM Node WHERE S LIKE '%", 5 * MEGABYTE, "%'");
    lab l;
    (void)state;
    options.query_chars_max = UINT32_MAX;
    open_lab(&l, &options);
    expect(&l, text, false, WQL_E_QUOTA_VIOLATION, "pattern_chars_max (4096)");
    close_lab(&l);
    options.pattern_chars_max = UINT32_MAX;
    open_lab(&l, &options);
    expect(&l, text, false, WQL_END, NULL);
    close_lab(&l);
    free((char *)(uintptr_t)text.ptr);
}

/* -- depth --------------------------------------------------------------------------------------------------------------------- */

/* "SELECT * FROM Node WHERE ", then `open` so often, a comparison, and `close` so often. */
static wql_str nested(const char *open, const char *close, uint32_t count) {
    static const char before[] = "SELECT * FROM Node WHERE ", inside[] = "Id = 7";
    char *text = malloc(sizeof before + sizeof inside + (strlen(open) + strlen(close)) * (size_t)count), *at = text;
    assert_non_null(text);
    at = stpcpy(at, before);
    for (uint32_t i = 0; i < count; i++) at = stpcpy(at, open);
    at = stpcpy(at, inside);
    for (uint32_t i = 0; i < count; i++) at = stpcpy(at, close);
    return (wql_str){text, (size_t)(at - text)};
}

static void deep_conditions(void **state) {
    static const struct {
        const char *open, *close;
    } ways[] = {{"(", ")"}, {"NOT ", ""}, {"NOT (", ")"}, {"(Id = 7 AND (", " OR Id = 8))"}};
    wql_engine_options options = WQL_INIT(wql_engine_options);
    (void)state;
    options.workers = 1; /* with a stack of 256 KiB */
    options.query_chars_max = options.predicates_max = UINT32_MAX;
    for (int deepest = 0; deepest < 2; deepest++) {
        lab l;
        options.depth_max = deepest ? 190 : 0;
        open_lab(&l, &options);
        for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
            uint32_t fits = (deepest ? 190u : 128u) / (i < 2 ? 1u : 2u);
            wql_str text = nested(ways[i].open, ways[i].close, fits), far = nested(ways[i].open, ways[i].close, 200000);
            expect(&l, text, false, WQL_END, NULL);
            expect(&l, far, false, WQL_E_QUOTA_VIOLATION, deepest ? "depth_max (190)" : "depth_max (128)");
            free((char *)(uintptr_t)text.ptr);
            free((char *)(uintptr_t)far.ptr);
        }
        close_lab(&l);
    }
}

/* -- paths --------------------------------------------------------------------------------------------------------------------- */

static void hostile_paths(void **state) {
    static const struct {
        const char *path;
        wql_status status;
    } paths[] = {
        {"Node.Id='7", WQL_E_INVALID_OBJECT_PATH},
        {"Node.Id=\"7\\\"", WQL_E_INVALID_OBJECT_PATH},
        {"Node.Id='7\"", WQL_E_INVALID_OBJECT_PATH},
        {"Node.Id=7,", WQL_E_INVALID_OBJECT_PATH},
        {"Node.Id=7,Id=7", WQL_E_INVALID_OBJECT_PATH},
        {"Node.Id=7,S='x'", WQL_E_INVALID_OBJECT_PATH},
        {"Node.", WQL_E_INVALID_OBJECT_PATH},
        {"Node.Id=", WQL_E_INVALID_OBJECT_PATH},
        {"Node.Id=@", WQL_E_INVALID_OBJECT_PATH},
        {"Node=@", WQL_E_INVALID_OBJECT_PATH},
        {"Node.Id = 7", WQL_E_INVALID_OBJECT_PATH},
        {"Node.Id=7}", WQL_E_INVALID_OBJECT_PATH},
        {"Node.Id=-1", WQL_E_NOT_FOUND},
        {"Node.Id=18446744073709551615", WQL_E_NOT_FOUND},
        {"Node.Id=99999999999999999999", WQL_E_INVALID_OBJECT_PATH},
        {"Node.Id='seven'", WQL_E_INVALID_OBJECT_PATH},
        {"\\\\elsewhere\\root\\t:Node.Id=7", WQL_E_INVALID_OBJECT_PATH},
        {"\\\\\\.\\root\\t:Node.Id=7", WQL_E_INVALID_OBJECT_PATH},
        {"\\\\.\\root\\other:Node.Id=7", WQL_E_INVALID_NAMESPACE},
        {"root\\other:Node.Id=7", WQL_E_INVALID_NAMESPACE},
        {"root\\t\\..\\t:Node.Id=7", WQL_E_INVALID_OBJECT_PATH},
        {":Node.Id=7", WQL_E_INVALID_OBJECT_PATH},
        {"Gone.Id=7", WQL_E_INVALID_CLASS},
        {"\xc3\x28.Id=7", WQL_E_INVALID_PARAMETER},
        {"//./root/t:Node.Id=0x7", WQL_END},
        {"node=7", WQL_END},
    };
    char query[200];
    lab l;
    (void)state;
    open_lab(&l, NULL);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const char *path = paths[i].path;
        expect(&l, wql_s(path), true, paths[i].status, NULL);
        if (strchr(path, '}') || (strchr(path, '\'') && !strchr(strchr(path, '\'') + 1, '\'')))
            continue; /* another text in braces */
        (void)snprintf(query, sizeof query, "ASSOCIATORS OF {%s}", path);
        if (!strstr(path, "\\\"")) expect(&l, wql_s(query), false, paths[i].status, NULL);
    }
    expect(&l, (wql_str){"ASSOCIATORS OF {Node.Id=7\0}", 27}, false, WQL_E_INVALID_QUERY, "zero byte");
    expect(&l, (wql_str){"SELECT * FROM Node\0", 19}, false, WQL_E_INVALID_QUERY, NULL);
    expect(&l, wql_s("ASSOCIATORS OF {Node.Id='7}"), false, WQL_E_INVALID_QUERY, NULL);
    expect(&l, wql_s("ASSOCIATORS OF {Node.Id=7"), false, WQL_E_INVALID_QUERY, NULL);
    expect(&l, wql_s("ASSOCIATORS OF {}"), false, WQL_E_INVALID_OBJECT_PATH, NULL);
    close_lab(&l);
}

static size_t write_keys(char *text, uint32_t count) {
    char *at = stpcpy(text, "Wide.");
    for (uint32_t i = 0; i < count; i++) at += sprintf(at, "%sK%03u=%u", i ? "," : "", i, i);
    return (size_t)(at - text);
}

/* An object with a hundred keys has a path, and is found by it; one key more, or a thousand, is another thing. */
static void a_thousand_keys(void **state) {
    static char text[20000], query[20100];
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_value path;
    wql_batch *batch;
    wql_call call;
    lab l;
    (void)state;
    options.path_chars_max = 20000;
    open_lab(&l, &options);
    assert_int_equal(wql_session_exec(l.session, wql_s("SELECT * FROM Wide"), NULL, &call, &err), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_OK);
    assert_int_equal(wql_batch_value(batch, 0, "__RELPATH", &path), WQL_OK);
    assert_int_equal(path.type, WQL_STRING);
    assert_int_equal(path.str.len, write_keys(text, WIDE_KEYS));
    assert_memory_equal(path.str.ptr, text, path.str.len);
    assert_int_equal(wql_batch_value(batch, 0, "__SERVER", &path), WQL_OK);
    assert_int_equal(path.type, WQL_STRING);
    wql_batch_release(batch);
    wql_call_close(call);
    expect(&l, wql_s(text), true, WQL_END, NULL);
    for (int fetch = 0; fetch < 2; fetch++) {
        static const struct {
            uint32_t keys;
            wql_status status;
            const char *words;
        } cases[] = {{WIDE_KEYS - 1, WQL_E_INVALID_OBJECT_PATH, "named by all its keys"},
                     {WIDE_KEYS + 1, WQL_E_INVALID_OBJECT_PATH, "K100"},
                     {1000, WQL_E_INVALID_OBJECT_PATH, "K1"},
                     {1025, WQL_E_QUOTA_VIOLATION, "path_keys_max (1024)"}};
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            (void)write_keys(text, cases[i].keys);
            (void)sprintf(query, "REFERENCES OF {%s}", text);
            expect(&l, wql_s(fetch ? text : query), fetch != 0, cases[i].status, cases[i].words);
        }
    }
    close_lab(&l);
    options.path_keys_max = WIDE_KEYS - 1;
    open_lab(&l, &options);
    (void)write_keys(text, WIDE_KEYS);
    expect(&l, wql_s(text), true, WQL_E_QUOTA_VIOLATION, "path_keys_max (99)");
    close_lab(&l);
}

/* -- links --------------------------------------------------------------------------------------------------------------------- */

static void links_in_circles_and_to_what_is_gone(void **state) {
    uint64_t rows;
    lab l;
    (void)state;
    open_lab(&l, NULL);
    assert_int_equal(ask(&l, wql_s("ASSOCIATORS OF {Node.Id=0}"), false, &rows), WQL_END);
    assert_int_equal(rows, 3); /* 1 and Other 0, and from the other end the last one */
    assert_int_equal(ask(&l, wql_s("REFERENCES OF {Node.Id=0}"), false, &rows), WQL_END);
    assert_int_equal(rows, 3);
    assert_int_equal(ask(&l, wql_s("ASSOCIATORS OF {Other.Id=5}"), false, &rows), WQL_END);
    assert_int_equal(rows, 1);
    /* The class of some ends goes: they are left out. */
    assert_int_equal(wql_engine_unmount(l.engine, "root/t", "others", &err), WQL_OK);
    assert_int_equal(ask(&l, wql_s("ASSOCIATORS OF {Node.Id=0}"), false, &rows), WQL_END);
    assert_int_equal(rows, 2);
    assert_int_equal(ask(&l, wql_s("REFERENCES OF {Node.Id=0}"), false, &rows), WQL_END);
    assert_int_equal(rows, 3);
    expect(&l, wql_s("ASSOCIATORS OF {Other.Id=5}"), false, WQL_E_INVALID_CLASS, "Other");
    expect(&l, wql_s("ASSOCIATORS OF {Node.Id=0} WHERE ResultClass = Other"), false, WQL_END, NULL);
    expect(&l, wql_s("ASSOCIATORS OF {Node} WHERE SchemaOnly"), false, WQL_END, NULL);
    /* The association's own goes. */
    assert_int_equal(wql_engine_unmount(l.engine, "root/t", "links", &err), WQL_OK);
    assert_int_equal(ask(&l, wql_s("ASSOCIATORS OF {Node.Id=0}"), false, &rows), WQL_END);
    assert_int_equal(rows, 0);
    close_lab(&l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_literal_of_100_MB), cmocka_unit_test(a_pattern_of_many_MB),
        cmocka_unit_test(deep_conditions),     cmocka_unit_test(hostile_paths),
        cmocka_unit_test(a_thousand_keys),     cmocka_unit_test(links_in_circles_and_to_what_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
