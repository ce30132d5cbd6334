/* SPDX-License-Identifier: MIT */
/* test_memory_versions.c: tables whose columns are replaced or grow while they are mounted: who keeps which version for how long,
 * and all of it with scans and writers on threads of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "memory_bench.h"

/* -- replacing --------------------------------------------------------------------------------------------------- */

typedef struct array { /* the caller's columns, and how often they were given back */
    uint32_t id[4000];
    _Atomic int released;
} array;

static void release_array(void *ctx) {
    atomic_fetch_add(&((array *)ctx)->released, 1);
}

static wql_status replace_array(wql_memory *memory, array *a, uint32_t start, uint64_t rows, uint64_t capacity, wql_error *err) {
    wql_column column = {.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = a->id};
    for (uint32_t i = 0; i < 4000; i++) a->id[i] = start + i;
    a->released = 0;
    return wql_memory_replace(memory, rows, capacity, &column, 1, release_array, a, err);
}

static void assert_ids(const lines *got, uint32_t first, uint32_t count) {
    char line[32];
    assert_int_equal(got->count, count);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(line, sizeof line, "%u", (unsigned)(first + i));
        assert_string_equal(got->line[i], line);
    }
}

/* A version lives as long as a scan or a batch of it, and is given back once. */
static void test_versions(void **state) {
    static array one, two;
    test_scan s;
    ask a = {.wanted = 1};
    bench b;
    (void)state;
    bench_open(&b, tree_props, 5);
    b.h.keep = true;
    bench_load(&b);
    assert_int_equal(replace_array(b.memory, &one, 0, 3000, 0, &b.err), WQL_OK);
    assert_int_equal(scan_open(&s, &b.h, &a, &b.got, &b.err), WQL_OK);
    assert_int_equal(scan_next(&s, &b.err), WQL_OK);
    assert_int_equal(replace_array(b.memory, &two, 50000, 10, 10, &b.err), WQL_OK);
    assert_int_equal(one.released, 0);
    while (scan_next(&s, &b.err) == WQL_OK) continue;
    assert_ids(&b.got, 0, 3000); /* the old version to its end */
    wql_memory_provider()->close(&s.scan);
    assert_int_equal(one.released, 0); /* its batches are kept */
    for (uint32_t k = 0; k < b.h.kept_count; k++) assert_ptr_equal(b.h.kept[k].columns[0].values, one.id + 1024 * k);
    release_kept(&b.h);
    assert_int_equal(one.released, 1);
    lines_free(&b.got);
    assert_int_equal(scan_all(&b.h, &a, &b.got, &b.err), WQL_END);
    assert_ids(&b.got, 50000, 10);
    wql_memory_close(b.memory); /* the mount keeps it */
    b.memory = NULL;
    release_kept(&b.h);
    assert_int_equal(two.released, 0);
    lines_free(&b.got);
    assert_int_equal(scan_all(&b.h, &a, &b.got, &b.err), WQL_END);
    assert_ids(&b.got, 50000, 10);
    bench_close(&b);
    assert_int_equal(one.released, 1);
    assert_int_equal(two.released, 1);
}

static void test_refused_columns(void **state) {
    static array one, two;
    wql_column twice[2] = {{.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = one.id},
                           {.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = one.id}};
    ask a = {.wanted = 1};
    bench b;
    (void)state;
    bench_open(&b, tree_props, 5);
    bench_load(&b);
    assert_int_equal(replace_array(b.memory, &one, 7, 5, 5, &b.err), WQL_OK);
    assert_int_equal(replace_array(NULL, &two, 0, 5, 5, &b.err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(replace_array(b.memory, &two, 0, 5, 4, &b.err), WQL_E_INVALID_PARAMETER);
    assert_non_null(strstr(b.err.message, "5 rows, but a capacity of only 4"));
    assert_int_equal(wql_memory_replace(b.memory, 1, 1, twice, 2, release_array, &two, &b.err), WQL_E_INVALID_PARAMETER);
    twice[0].values = NULL;
    assert_int_equal(wql_memory_replace(b.memory, 0, 1, twice, 1, release_array, &two, &b.err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_memory_replace(b.memory, 1, 1, NULL, 1, release_array, &two, &b.err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(two.released, 0);
    assert_int_equal(scan_all(&b.h, &a, &b.got, &b.err), WQL_END); /* the old version stays */
    assert_ids(&b.got, 7, 5);
    assert_int_equal(one.released, 0);
    bench_close(&b);
    assert_int_equal(one.released, 1);
}

static void test_publish(void **state) {
    static array one;
    static const uint64_t shown[] = {0, 8, 8, 1024, 1500, 4000};
    test_scan s;
    ask a = {.wanted = 1};
    uint64_t last_id = 0;
    bench b;
    (void)state;
    bench_open(&b, tree_props, 5);
    b.h.keep = true;
    bench_load(&b);
    assert_int_equal(wql_memory_publish(NULL, 1), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_memory_publish(b.memory, 1), WQL_E_INVALID_PARAMETER); /* no columns */
    assert_int_equal(replace_array(b.memory, &one, 0, 0, 4000, &b.err), WQL_OK);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        assert_int_equal(scan_open(&s, &b.h, &a, &b.got, &b.err), WQL_OK);
        assert_int_equal(wql_memory_publish(b.memory, shown[i]), WQL_OK);
        while (scan_next(&s, &b.err) == WQL_OK) continue;
        wql_memory_provider()->close(&s.scan);
        assert_ids(&b.got, 0, i ? (uint32_t)shown[i - 1] : 0); /* what was shown at its opening */
        lines_free(&b.got);
        assert_int_equal(scan_all(&b.h, &a, &b.got, &b.err), WQL_END);
        assert_ids(&b.got, 0, (uint32_t)shown[i]);
        lines_free(&b.got);
        if (b.h.kept_count) { /* other bytes under another number */
            uint64_t id = b.h.kept[b.h.kept_count - 1].columns[0].buffer_id;
            if (i > 2) assert_int_not_equal(id, last_id);
            if (i == 2) assert_int_equal(id, last_id);
            last_id = id;
        }
        release_kept(&b.h);
    }
    assert_int_equal(wql_memory_publish(b.memory, 3999), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_memory_publish(b.memory, 4001), WQL_E_INVALID_PARAMETER);
    bench_close(&b);
}

/* Texts end with the last row that is shown: what lies behind is still being written. Views are checked anew each time. */
static void test_publish_texts(void **state) {
    static int32_t ends[17], codes[16];
    static char bytes[64];
    static wql_view views[16];
    static const int32_t words[] = {0, 3, 6};
    static const char *buffer = bytes;
    static const int64_t buffer_size = sizeof bytes;
    wql_column dictionary = {.type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = words, .bytes = "ashoak", .bytes_size = 6};
    wql_property_def props[3] = {
        {.name = "A", .type = WQL_STRING}, {.name = "B", .type = WQL_STRING}, {.name = "C", .type = WQL_STRING}};
    wql_column columns[3] = {
        {.property = 0,
         .type = WQL_STRING,
         .layout = WQL_OFFSETS,
         .offsets = ends,
         .bytes = bytes,
         .bytes_size = sizeof bytes,
         .buffer_id = 5},
        {.property = 1,
         .type = WQL_STRING,
         .layout = WQL_VIEWS,
         .values = views,
         .buffers = &buffer,
         .buffer_sizes = &buffer_size,
         .buffer_count = 1},
        {.property = 2, .type = WQL_STRING, .layout = WQL_CODES, .values = codes, .child = &dictionary, .child_rows = 2}};
    uint64_t dictionary_id = 0, text_id = 5;
    char line[64];
    bench b;
    (void)state;
    memset(bytes, 0xff, sizeof bytes);
    bench_open(&b, props, 3);
    b.h.keep = true;
    bench_load(&b);
    assert_int_equal(wql_memory_replace(b.memory, 0, 16, columns, 3, NULL, NULL, &b.err), WQL_OK);
    for (uint32_t rows = 1; rows <= 16; rows++) {
        const wql_column *c = b.h.kept[0].columns;
        memcpy(bytes + ends[rows - 1], "elm", 3);
        ends[rows] = ends[rows - 1] + 3;
        views[rows - 1].len = 1;
        views[rows - 1].as.inlined[0] = (char)('a' + rows);
        codes[rows - 1] = (int32_t)(rows & 1);
        assert_int_equal(wql_memory_publish(b.memory, rows), WQL_OK);
        bench_scan(&b);
        assert_int_equal(b.got.count, rows);
        snprintf(line, sizeof line, "'elm'|'%c'|'%s'", (char)('a' + rows), rows & 1 ? "oak" : "ash");
        assert_string_equal(b.got.line[rows - 1], line);
        assert_int_equal(c[0].bytes_size, 3 * rows);
        assert_int_not_equal(c[0].buffer_id, text_id);
        text_id = c[0].buffer_id;
        assert_int_equal(c[1].buffer_id, 0);
        if (dictionary_id) assert_int_equal(c[2].buffer_id, dictionary_id);
        dictionary_id = c[2].buffer_id;
        assert_int_not_equal(dictionary_id, 0);
        release_kept(&b.h);
    }
    bench_close(&b);
}

/* Rows can be appended behind the caller's columns, and then no longer be published. */
static void test_append_behind_columns(void **state) {
    static array one;
    wql_value row[5] = {wql_u64(9000), wql_text(wql_s("new")), wql_null(), wql_null(), wql_null()};
    bench b;
    (void)state;
    bench_open(&b, tree_props, 5);
    b.table.batch_rows = 100;
    bench_load(&b);
    assert_int_equal(replace_array(b.memory, &one, 0, 150, 4000, &b.err), WQL_OK);
    row[0] = wql_text(wql_s("x"));
    assert_int_equal(wql_memory_append(b.memory, row, 5, 1, &b.err), WQL_E_TYPE_MISMATCH); /* the column before it has integers */
    row[0] = wql_u64(9000);
    assert_int_equal(wql_memory_publish(b.memory, 160), WQL_OK);
    assert_int_equal(wql_memory_append(b.memory, row, 5, 1, &b.err), WQL_OK);
    assert_int_equal(wql_memory_publish(b.memory, 170), WQL_E_INVALID_PARAMETER);
    bench_scan(&b);
    assert_int_equal(b.got.count, 161);
    assert_string_equal(b.got.line[159], "159|-|-|-|-");
    assert_string_equal(b.got.line[160], "9000|'new'|-|-|-");
    assert_int_equal(wql_memory_replace(b.memory, 0, 0, NULL, 0, NULL, NULL, &b.err), WQL_OK); /* empty: kinds are forgotten */
    assert_int_equal(one.released, 1);
    assert_int_equal(wql_memory_append(b.memory, row + 1, 1, 1, &b.err), WQL_OK);
    bench_close(&b);
}

/* -- threads ----------------------------------------------------------------------------------------------------- */

enum { APPENDS = 300, GROUP = 13, SCANS = 60, WRITERS = 2 };

typedef struct shared {
    bench b;
    _Atomic int running;
    _Atomic int faults;
    array arrays[3];
} shared;

typedef struct worker {
    shared *s;
    uint32_t number;
} worker;

/* Each append is GROUP rows with one number, which nobody may see in part. */
static void *append_groups(void *arg) {
    worker *w = arg;
    char text[GROUP][40];
    wql_value rows[GROUP][5];
    for (uint32_t n = 0; n < APPENDS; n++) {
        for (uint32_t i = 0; i < GROUP; i++) {
            snprintf(text[i], sizeof text[i], "writer %u group %u of many", (unsigned)w->number, (unsigned)n);
            rows[i][0] = wql_u64(n);
            rows[i][1] = n % 5 ? wql_text(wql_s(text[i])) : wql_null();
            rows[i][2] = wql_i64(w->number);
            rows[i][3] = wql_bool(n & 1);
            rows[i][4] = wql_null();
        }
        if (wql_memory_append(w->s->b.memory, rows[0], 5, GROUP, NULL) < 0) atomic_fetch_add(&w->s->faults, 1);
    }
    atomic_fetch_sub(&w->s->running, 1);
    return NULL;
}

/* Whether each writer's groups come whole and in their order. */
static bool groups_are_whole(const lines *got) {
    uint32_t next[WRITERS] = {0}, have[WRITERS] = {0};
    for (size_t i = 0; i < got->count; i++) {
        unsigned n = 0, number = 0;
        char *end, *at = got->line[i];
        n = (unsigned)strtoul(at, &end, 10);
        at = strchr(end + 1, '|');
        if (!at) return false;
        number = (unsigned)strtoul(at + 1, NULL, 10);
        if (number >= WRITERS || n != next[number]) return false;
        if (++have[number] == GROUP) {
            have[number] = 0;
            next[number]++;
        }
    }
    for (int i = 0; i < WRITERS; i++)
        if (have[i]) return false;
    return true;
}

static void *scan_groups(void *arg) {
    worker *w = arg;
    size_t before = 0;
    test_host h;
    host_init(&h, tree_props, 5);
    h.self = w->s->b.h.self;
    for (int i = 0; i < SCANS || w->s->running; i++) {
        ask a = {0};
        lines got = {0};
        if (scan_all(&h, &a, &got, NULL) != WQL_END || !groups_are_whole(&got) || got.count < before || h.breach[0])
            atomic_fetch_add(&w->s->faults, 1);
        before = got.count;
        lines_free(&got);
    }
    host_free(&h);
    return NULL;
}

static void test_append_while_scanning(void **state) {
    static shared s;
    pthread_t threads[WRITERS + 2];
    worker workers[WRITERS + 2];
    (void)state;
    bench_open(&s.b, tree_props, 5);
    s.b.table.batch_rows = 200;
    bench_load(&s.b);
    s.running = WRITERS;
    for (uint32_t i = 0; i < WRITERS + 2; i++) {
        workers[i] = (worker){&s, i};
        assert_int_equal(pthread_create(&threads[i], NULL, i < WRITERS ? append_groups : scan_groups, &workers[i]), 0);
    }
    for (uint32_t i = 0; i < WRITERS + 2; i++) pthread_join(threads[i], NULL);
    assert_int_equal(s.faults, 0);
    bench_scan(&s.b);
    assert_int_equal(s.b.got.count, WRITERS * APPENDS * GROUP);
    assert_true(groups_are_whole(&s.b.got));
    bench_close(&s.b);
}

/* Three arrays in turn: each is filled again only once it was given back, while scans read whichever is current. */
static void *replace_in_turn(void *arg) {
    worker *w = arg;
    uint32_t published = 0;
    for (uint32_t n = 0; n < 200; n++) {
        array *a = NULL;
        while (!a)
            for (int i = 0; i < 3 && !a; i++)
                if (w->s->arrays[i].released) a = &w->s->arrays[i];
        if (replace_array(w->s->b.memory, a, n * 10000, 800, 800, NULL) < 0) atomic_fetch_add(&w->s->faults, 1);
        published++;
    }
    atomic_fetch_sub(&w->s->running, 1);
    return published == 200 ? NULL : arg;
}

static void *scan_versions(void *arg) {
    worker *w = arg;
    test_host h;
    host_init(&h, tree_props, 5);
    h.self = w->s->b.h.self;
    while (w->s->running) {
        ask a = {.wanted = 1};
        lines got = {0};
        bool ok = scan_all(&h, &a, &got, NULL) == WQL_END;
        for (size_t i = 1; i < got.count; i++) ok = ok && strtoul(got.line[i], NULL, 10) == strtoul(got.line[0], NULL, 10) + i;
        if (!ok || (got.count != 0 && got.count != 800)) atomic_fetch_add(&w->s->faults, 1);
        lines_free(&got);
    }
    host_free(&h);
    return NULL;
}

static void test_replace_while_scanning(void **state) {
    static shared s;
    pthread_t threads[3];
    worker workers[3];
    (void)state;
    bench_open(&s.b, tree_props, 5);
    s.b.table.batch_rows = 96;
    bench_load(&s.b);
    for (int i = 0; i < 3; i++) s.arrays[i].released = 1;
    s.running = 1;
    for (uint32_t i = 0; i < 3; i++) {
        workers[i] = (worker){&s, i};
        assert_int_equal(pthread_create(&threads[i], NULL, i ? scan_versions : replace_in_turn, &workers[i]), 0);
    }
    for (uint32_t i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    assert_int_equal(s.faults, 0);
    bench_close(&s.b);
    for (int i = 0; i < 3; i++) assert_int_equal(s.arrays[i].released, 1);
}

/* A writer fills columns behind the rows that are shown, without a lock, and shows them eight at a time. */
typedef struct growing {
    bench b;
    uint64_t number[4000];
    uint8_t valid[500];
    int32_t ends[4001];
    char bytes[4000 * 5];
    _Atomic int running;
    _Atomic int faults;
} growing;

static void *write_and_publish(void *arg) {
    growing *g = arg;
    for (uint32_t r = 0; r < 4000; r++) {
        g->number[r] = r;
        if (r % 3) g->valid[r / 8] |= (uint8_t)(1u << (r % 8));
        snprintf(g->bytes + g->ends[r], 6, "%u", (unsigned)r);
        g->ends[r + 1] = g->ends[r] + (int32_t)strlen(g->bytes + g->ends[r]);
        if (r % 8 == 7 && wql_memory_publish(g->b.memory, r + 1) < 0) atomic_fetch_add(&g->faults, 1);
    }
    atomic_fetch_sub(&g->running, 1);
    return NULL;
}

static void test_publish_while_scanning(void **state) {
    static growing g;
    static const wql_property_def props[] = {{.name = "Number", .type = WQL_UINT64}, {.name = "Text", .type = WQL_STRING}};
    wql_column columns[2] = {{.property = 0, .type = WQL_UINT64, .layout = WQL_FIXED, .values = g.number, .validity = g.valid},
                             {.property = 1,
                              .type = WQL_STRING,
                              .layout = WQL_OFFSETS,
                              .offsets = g.ends,
                              .bytes = g.bytes,
                              .bytes_size = sizeof g.bytes}};
    pthread_t writer;
    bool last = false;
    (void)state;
    bench_open(&g.b, props, 2);
    bench_load(&g.b);
    assert_int_equal(wql_memory_replace(g.b.memory, 0, 4000, columns, 2, NULL, NULL, &g.b.err), WQL_OK);
    g.running = 1;
    assert_int_equal(pthread_create(&writer, NULL, write_and_publish, &g), 0);
    while (!last) {
        last = !g.running;
        bench_scan(&g.b);
        for (size_t i = 0; i < g.b.got.count; i++) {
            char line[64];
            if (i % 3)
                snprintf(line, sizeof line, "%u|'%u'", (unsigned)i, (unsigned)i);
            else
                snprintf(line, sizeof line, "-|'%u'", (unsigned)i);
            assert_string_equal(g.b.got.line[i], line);
        }
    }
    pthread_join(writer, NULL);
    assert_int_equal(g.b.got.count, 4000);
    assert_int_equal(g.faults, 0);
    bench_close(&g.b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_refused_columns),
        cmocka_unit_test(test_publish),
        cmocka_unit_test(test_publish_texts),
        cmocka_unit_test(test_append_behind_columns),
        cmocka_unit_test(test_append_while_scanning),
        cmocka_unit_test(test_replace_while_scanning),
        cmocka_unit_test(test_publish_while_scanning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
