/* SPDX-License-Identifier: MIT */
/* test_static_store.c: instances that a namespace keeps itself: how queries, paths and associations find them, what an update
 * does, what is refused, what each scan sees while they change, and memory. */
#include "static_lab.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* -- classes ------------------------------------------------------------------------------------------------------- */

static const wql_value seven = {.type = WQL_SINT32, .i64 = 7};
static const wql_property_def person[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                          {.name = "Name", .type = WQL_STRING}};
static const wql_property_def student[] = {{.name = "Grade", .type = WQL_UINT8}};
static const wql_property_def part[] = {{.name = "Label", .type = WQL_STRING}, {.name = "Weight", .type = WQL_REAL32}};
static const wql_property_def thing[] = {{.name = "Name", .type = WQL_STRING, .flags = WQL_KEY},
                                         {.name = "Size", .type = WQL_SINT32, .initial = &seven},
                                         {.name = "Tags", .type = WQL_STRING | WQL_ARRAY},
                                         {.name = "Born", .type = WQL_DATETIME},
                                         {.name = "Span", .type = WQL_DATETIME, .flags = WQL_INTERVAL},
                                         {.name = "Ratio", .type = WQL_REAL64},
                                         {.name = "Mark", .type = WQL_CHAR16},
                                         {.name = "Good", .type = WQL_BOOLEAN},
                                         {.name = "Best", .type = WQL_OBJECT, .class_name = "Part"},
                                         {.name = "Parts", .type = WQL_OBJECT | WQL_ARRAY, .class_name = "Part"},
                                         {.name = "Owner", .type = WQL_REFERENCE, .class_name = "Person"}};
static const wql_property_def owns[] = {{.name = "Owner", .type = WQL_REFERENCE, .flags = WQL_KEY, .class_name = "Person"},
                                        {.name = "Owned", .type = WQL_REFERENCE, .flags = WQL_KEY, .class_name = "Thing"},
                                        {.name = "Since", .type = WQL_UINT16}};
static const wql_property_def place[] = {{.name = "X", .type = WQL_SINT16, .flags = WQL_KEY},
                                         {.name = "Y", .type = WQL_SINT16, .flags = WQL_KEY},
                                         {.name = "What", .type = WQL_STRING}};
static const wql_property_def machine[] = {{.name = "Power", .type = WQL_UINT64}};

#define DEF(n, s, p, f)                                                                                                          \
    { .struct_size = sizeof(wql_class_def), .name = n, .superclass = s, .properties = p, .property_count = COUNT(p), .flags = f }
static const wql_class_def defs[] = {
    DEF("Person", NULL, person, 0),
    DEF("Student", "Person", student, 0),
    DEF("Part", NULL, part, 0),
    DEF("Thing", NULL, thing, 0),
    DEF("Owns", NULL, owns, WQL_ASSOCIATION),
    DEF("Place", NULL, place, 0),
    DEF("Machine", NULL, machine, WQL_SINGLETON),
    {.struct_size = sizeof(wql_class_def), .name = "Idea", .superclass = "Person", .flags = WQL_ABSTRACT}};

static static_lab lab;

static void must(wql_status status) {
    if (status < 0) fail_msg("%s: %s", wql_status_name(status), lab.err.message);
}

static void open_lab(uint32_t workers) {
    wql_engine_options options = WQL_INIT(wql_engine_options);
    options.workers = workers;
    must(static_open_lab(&lab, &options, defs, COUNT(defs)));
}

static void expect(const char *query, const char *wanted) {
    char text[4096];
    wql_status status = static_ask(&lab, query, text, sizeof text);
    if (status != WQL_END) fail_msg("%s: %s %s", query, wql_status_name(status), lab.err.message);
    if (strcmp(text, wanted) != 0) fail_msg("%s: %s", query, text);
}

/* -- some people and things ---------------------------------------------------------------------------------------- */

static void add_part(const char *label, double weight, wql_value *out) {
    wql_param properties[] = {text_of("Label", label), {"Weight", wql_f64(weight)}};
    must(static_object(&lab, "Part", properties, 2, out));
}

/* A thing with everything in it. */
static void add_clock(void) {
    static const wql_datetime born = {.us = INT64_C(1700000000000000), .offset_min = 60};
    static const wql_datetime span = {.us = INT64_C(90061000001), .interval = 1};
    wql_value tags[] = {wql_text(wql_s("a")), wql_null(), wql_text(wql_s("a tag of more than twelve bytes"))};
    wql_value best, parts[3] = {wql_null(), wql_null(), wql_null()};
    add_part("spring", 0.5, &best);
    add_part("wheel", 2, &parts[0]);
    add_part("hand", 0.25, &parts[2]);
    must(STATIC_ADD(&lab, "Thing", text_of("Name", "Clock"), number_of("Size", -3), {"Tags", wql_array(WQL_STRING, tags, 3)},
                    {"Born", wql_time(born)}, {"Span", wql_time(span)}, {"Ratio", wql_f64(0.1)}, number_of("Mark", 0x4b),
                    {"Good", wql_bool(true)}, {"Best", best}, {"Parts", wql_array(WQL_OBJECT, parts, 3)},
                    text_of("Owner", "person.ID=0x2")));
    wql_batch_release((wql_batch *)(uintptr_t)best.object);
    wql_batch_release((wql_batch *)(uintptr_t)parts[0].object);
    wql_batch_release((wql_batch *)(uintptr_t)parts[2].object);
}

static void add_all(void) {
    must(static_begin(&lab));
    must(STATIC_ADD(&lab, "Person", number_of("Id", 1), text_of("Name", "Ann")));
    must(STATIC_ADD(&lab, "Person", number_of("Id", 2), text_of("Name", "Bob")));
    must(STATIC_ADD(&lab, "Student", number_of("Id", 3), text_of("Name", "Cy"), number_of("Grade", 9)));
    add_clock();
    must(STATIC_ADD(&lab, "Thing", text_of("Name", "Ball")));
    must(STATIC_ADD(&lab, "Thing", text_of("Name", "\xc3\x84rmel"), null_of("Size")));
    must(
        STATIC_ADD(&lab, "Owns", text_of("Owner", "Person.Id=1"), text_of("Owned", "Thing.Name='ball'"), number_of("Since", 99)));
    must(STATIC_ADD(&lab, "Owns", text_of("Owner", "Person=2"), text_of("Owned", "Thing='Ball'")));
    must(STATIC_ADD(&lab, "Owns", text_of("Owner", "Person=2"), text_of("Owned", "Thing='Clock'")));
    for (int y = 0; y < 3; y++)
        for (int x = 0; x < 3; x++) must(STATIC_ADD(&lab, "Place", number_of("X", x - 1), number_of("Y", y - 1)));
    must(STATIC_ADD(&lab, "Machine", number_of("Power", INT64_MAX)));
    must(static_show(&lab));
}

/* -- reading ------------------------------------------------------------------------------------------------------- */

static void instances_answer_queries(void **state) {
    (void)state;
    open_lab(0);
    expect("SELECT * FROM Person", "");
    add_all();
    assert_int_equal(wql__static_store_rows(lab.store), 19);
    expect("SELECT * FROM Person", "1,Ann;2,Bob;3,Cy,9");
    expect("SELECT Name FROM Person WHERE Name LIKE 'b%'", "Bob");
    expect("SELECT * FROM Thing WHERE Name = 'clock'",
           "Clock,-3,{a, NULL, a tag of more than twelve bytes},20231114231320.000000+060,00000001010101.000001:000,0.1,75,TRUE,"
           "<Part>,{<Part>, NULL, <Part>},Person.Id=2");
    expect("SELECT Name, Size FROM Thing", "Clock,-3;Ball,7;\xc3\x84rmel,NULL");
    expect("SELECT Name FROM Thing WHERE Size IS NULL", "\xc3\x84rmel");
    expect("SELECT Name FROM Thing WHERE Best.Weight = 0.5", "Clock");
    expect("SELECT Name FROM Thing WHERE Owner = 'Person.Id=2'", "Clock");
    expect("SELECT Name FROM Thing WHERE Owner = 'Person=\"2\"' AND Size = 7", "");
    expect("SELECT * FROM Machine", "9223372036854775807");
    static_close_lab(&lab);
}

static void keys_are_looked_up(void **state) {
    static const struct {
        const char *query, *rows, *plan;
    } cases[] = {
        {"SELECT Name FROM Thing WHERE Name = 'BALL'", "Ball", "found by Name"},
        {"SELECT Name FROM Thing WHERE Name = '\xc3\xa4RMEL'", "\xc3\x84rmel", "found by Name"},
        {"SELECT Name FROM Thing WHERE Name = 'none'", "", "found by Name"},
        {"SELECT Name FROM Thing WHERE Name = 'BALL' OR Name = 'ball' OR Name = 'clock'", "Ball;Clock", "found by Name"},
        {"SELECT Name FROM Thing WHERE Name = 'Ball' AND Size > 7", "", "found by Name"},
        {"SELECT X, Y FROM Place WHERE Y = -1 AND X = 1", "1,-1", "found by X, Y"},
        {"SELECT X, Y FROM Place WHERE Y = 1", "-1,1;0,1;1,1", "found by Y"},
        {"SELECT X, Y FROM Place WHERE (Y = 1 OR Y = -1) AND X = 0", "0,-1;0,1", "found by X"},
        {"SELECT Since FROM Owns WHERE Owned = 'Thing.Name=\"BALL\"'", "99;NULL", "found by Owned"},
        {"SELECT Owner FROM Owns WHERE Owned = 'thing.name=\"ball\"' AND Owner = 'Person.Id=1'", "Person.Id=1",
         "found by Owned, Owner"},
    };
    (void)state;
    open_lab(0);
    add_all();
    for (size_t i = 0; i < COUNT(cases); i++) {
        wql_query *query;
        char text[2048];
        expect(cases[i].query, cases[i].rows);
        must(wql_query_prepare(lab.session, wql_s(cases[i].query), &query, &lab.err));
        (void)wql_query_explain(query, text, sizeof text);
        if (!strstr(text, cases[i].plan)) fail_msg("%s: %s", cases[i].query, text);
        wql_query_close(query);
    }
    static_close_lab(&lab);
}

static void associations_lead_both_ways(void **state) {
    (void)state;
    open_lab(0);
    add_all();
    expect("ASSOCIATORS OF {Thing.Name='ball'}", "1,Ann;2,Bob");
    expect("ASSOCIATORS OF {Person=2} WHERE KeysOnly", "Ball;Clock");
    expect("REFERENCES OF {Person=1}", "Person.Id=1,Thing.Name=\"ball\",99");
    static_close_lab(&lab);
}

static void a_path_names_one(void **state) {
    static const struct {
        const char *path, *name;
    } cases[] = {{"Person.Id=2", "Person.Id=2"},
                 {"Person.Id=3", "Student.Id=3"},
                 {"Thing='\xc3\xa4rmel'", "Thing.Name=\"\xc3\x84rmel\""},
                 {"Place.Y=1,X=-1", "Place.X=-1,Y=1"},
                 {"Machine=@", "Machine=@"}};
    (void)state;
    open_lab(0);
    add_all();
    for (size_t i = 0; i < COUNT(cases); i++) {
        wql_call call;
        wql_batch *batch;
        wql_value path;
        must(wql_session_fetch(lab.session, cases[i].path, NULL, &call, &lab.err));
        assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &lab.err), WQL_OK);
        assert_int_equal(wql_batch_value(batch, 0, "__RELPATH", &path), WQL_OK);
        assert_int_equal(path.str.len, strlen(cases[i].name));
        assert_memory_equal(path.str.ptr, cases[i].name, path.str.len);
        wql_batch_release(batch);
        wql_call_close(call);
    }
    static_close_lab(&lab);
}

/* -- updates ------------------------------------------------------------------------------------------------------- */

static void an_update_replaces_the_whole(void **state) {
    (void)state;
    open_lab(0);
    add_all();
    must(static_begin(&lab));
    must(STATIC_ADD(&lab, "Thing", text_of("Name", "CLOCK"), text_of("Owner", "Person=1")));
    must(STATIC_ADD(&lab, "Thing", text_of("Name", "New"), number_of("Size", 1)));
    must(STATIC_ADD(&lab, "Thing", text_of("Name", "new"), number_of("Size", 2)));
    must(STATIC_ADD(&lab, "Thing", text_of("Name", "New"), number_of("Size", 3)));
    must(static_show(&lab));
    expect("SELECT Name, Size, Owner FROM Thing",
           "CLOCK,7,Person.Id=1;Ball,7,NULL;\xc3\x84rmel,NULL,NULL;New,3,NULL"); /* at its old place, defaults again */
    expect("SELECT Name FROM Thing WHERE Owner = 'Person.Id=2'", "");
    expect("SELECT Name FROM Thing WHERE Owner = 'Person.Id=1'", "CLOCK");
    expect("SELECT Name FROM Person", "Ann;Bob;Cy"); /* what was not touched */
    static_close_lab(&lab);
}

static void must_count(const char *query, uint64_t wanted) {
    wql_call_options options = WQL_INIT(wql_call_options);
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_batch *batch;
    wql_call call;
    options.flags = WQL_COUNT_ONLY;
    must(wql_session_exec(lab.session, wql_s(query), &options, &call, &lab.err));
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &lab.err), WQL_END);
    must(wql_call_get_stats(call, &stats));
    if (stats.rows_delivered != wanted) fail_msg("%s: %llu", query, (unsigned long long)stats.rows_delivered);
    wql_call_close(call);
}

/* Many chunks, updated and grown by loads of all sizes, against a model. */
static void loads_of_all_sizes_agree_with_a_model(void **state) {
    enum { MOST = 5000 };
    static uint32_t model[MOST]; /* the size of each thing; 0: not there */
    static const uint32_t sizes[] = {1, 1023, 1, 1, 1500, 3, 2000, 40, 1, 400};
    uint32_t there = 0, seed = 1;
    (void)state;
    memset(model, 0, sizeof model);
    open_lab(0);
    for (uint32_t round = 1; round <= COUNT(sizes); round++) {
        must(static_begin(&lab));
        for (uint32_t i = 0; i < sizes[round - 1]; i++) {
            uint32_t which = (seed = seed * 1664525u + 1013904223u) >> 8, size = round * 10 + i % 7;
            char name[64];
            which %= there + 500 < MOST ? there + 500 : MOST;
            there += model[which] == 0;
            model[which] = size;
            (void)snprintf(name, sizeof name, "a thing with a name that is long, number %u", which);
            must(STATIC_ADD(&lab, "Thing", text_of("Name", name), number_of("Size", size)));
        }
        must(static_show(&lab));
        assert_int_equal(wql__static_store_rows(lab.store), there);
        must_count("SELECT * FROM Thing", there);
        for (uint32_t i = 0; i < MOST; i += 37) {
            char query[128], wanted[32] = "";
            if (model[i]) (void)snprintf(wanted, sizeof wanted, "%u", model[i]);
            (void)snprintf(query, sizeof query,
                           "SELECT Size FROM Thing WHERE Name = 'A Thing with a name that is long, number %u'", i);
            expect(query, wanted);
        }
        for (uint32_t size = round * 10; size < round * 10 + 7; size++) {
            uint64_t count = 0;
            char query[128];
            for (uint32_t i = 0; i < MOST; i++) count += model[i] == size;
            (void)snprintf(query, sizeof query, "SELECT Name FROM Thing WHERE Size = %u", size);
            must_count(query, count);
        }
    }
    static_close_lab(&lab);
}

static void one_reference_to_many(void **state) {
    (void)state;
    open_lab(0);
    must(static_begin(&lab));
    for (int i = 0; i < 6000; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "t%d", i);
        must(STATIC_ADD(&lab, "Thing", text_of("Name", name), text_of("Owner", i % 6 ? "Person=1" : "Person=2")));
    }
    must(static_show(&lab));
    must_count("SELECT Name FROM Thing WHERE Owner = 'Person.Id=1'", 5000);
    must_count("SELECT Name FROM Thing WHERE Owner = 'Person.Id=2'", 1000);
    must_count("SELECT Name FROM Thing WHERE Owner = 'Person.Id=2' AND Name LIKE 't5%'", 183);
    static_close_lab(&lab);
}

/* -- refusals ------------------------------------------------------------------------------------------------------ */

static void refused(wql_status status, wql_status wanted, const char *hint) {
    if (status != wanted) fail_msg("%s, not %s: %s", wql_status_name(status), wql_status_name(wanted), lab.err.message);
    assert_int_equal(lab.err.status, wanted);
    assert_string_equal(lab.err.hint, hint);
    memset(lab.err.hint, 0, sizeof lab.err.hint);
}

static void what_is_no_instance_is_refused(void **state) {
    wql_value items[] = {wql_i64(1)}, wrong, object = {.type = WQL_OBJECT};
    wql_datetime interval = {.interval = 1};
    (void)state;
    open_lab(0);
    must(static_begin(&lab));
    must(STATIC_ADD(&lab, "Person", number_of("Id", 1)));
    refused(STATIC_ADD(&lab, "Person", null_of("Id")), WQL_E_ILLEGAL_NULL, "Id");
    refused(STATIC_ADD(&lab, "Place", number_of("X", 1)), WQL_E_ILLEGAL_NULL, "Y");
    refused(STATIC_ADD(&lab, "Idea", number_of("Id", 5)), WQL_E_INVALID_OBJECT, "");
    refused(STATIC_ADD(&lab, "Part", text_of("Label", "x")), WQL_E_INVALID_OBJECT, "");
    refused(STATIC_ADD(&lab, "Student", number_of("Id", 1)), WQL_E_ALREADY_EXISTS, "");
    refused(STATIC_ADD(&lab, "Person", number_of("Id", -1)), WQL_E_VALUE_OUT_OF_RANGE, "Id");
    refused(STATIC_ADD(&lab, "Person", text_of("Id", "1")), WQL_E_TYPE_MISMATCH, "Id");
    refused(STATIC_ADD(&lab, "Thing", text_of("Name", "\xff")), WQL_E_INVALID_PARAMETER, "Name");
    refused(STATIC_ADD(&lab, "Thing", text_of("Name", "x"), text_of("Tags", "x")), WQL_E_TYPE_MISMATCH, "Tags");
    refused(STATIC_ADD(&lab, "Thing", text_of("Name", "x"), {"Tags", wql_array(WQL_SINT64, items, 1)}), WQL_E_TYPE_MISMATCH,
            "Tags");
    refused(STATIC_ADD(&lab, "Thing", text_of("Name", "x"), {"Size", wql_array(WQL_SINT64, items, 1)}), WQL_E_TYPE_MISMATCH,
            "Size");
    refused(STATIC_ADD(&lab, "Thing", text_of("Name", "x"), {"Born", wql_time(interval)}), WQL_E_TYPE_MISMATCH, "Born");
    refused(STATIC_ADD(&lab, "Thing", text_of("Name", "x"), {"Best", object}), WQL_E_INVALID_PARAMETER, "Best");
    must(static_object(&lab, "Person", (wql_param[]){number_of("Id", 1)}, 1, &wrong));
    refused(STATIC_ADD(&lab, "Thing", text_of("Name", "x"), {"Best", wrong}), WQL_E_INVALID_OBJECT, "Best");
    wql_batch_release((wql_batch *)(uintptr_t)wrong.object);
    must(STATIC_ADD(&lab, "Thing", text_of("Name", "good"))); /* others go on */
    must(static_show(&lab));
    expect("SELECT Id FROM Person", "1");
    expect("SELECT Name FROM Thing", "good");
    must(static_begin(&lab)); /* the same across loads */
    refused(STATIC_ADD(&lab, "Student", number_of("Id", 1)), WQL_E_ALREADY_EXISTS, "");
    must(STATIC_ADD(&lab, "Student", number_of("Id", 2)));
    refused(STATIC_ADD(&lab, "Person", number_of("Id", 2)), WQL_E_ALREADY_EXISTS, "");
    static_drop(&lab); /* and nothing of a dropped one is seen */
    expect("SELECT Id FROM Person", "1");
    static_close_lab(&lab);
}

/* -- versions ------------------------------------------------------------------------------------------------------ */

static void add_generation(uint32_t generation, uint32_t count) {
    must(static_begin(&lab));
    for (uint32_t i = 0; i < count; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "thing %u", i);
        must(STATIC_ADD(&lab, "Thing", text_of("Name", name), number_of("Size", generation)));
    }
    must(static_show(&lab));
}

static void a_scan_holds_what_it_began_with(void **state) {
    wql_batch *batch, *kept = NULL;
    wql_call call;
    uint32_t rows = 0;
    (void)state;
    open_lab(0);
    add_generation(1, 3000);
    must(wql_session_exec(lab.session, wql_s("SELECT Name, Size FROM Thing"), NULL, &call, &lab.err));
    while (wql_call_next(call, WQL_FOREVER, &batch, &lab.err) == WQL_OK) {
        const wql_column *size = wql_batch_column(batch, 1);
        if (!rows) add_generation(2, 3001);
        rows += wql_batch_rows(batch);
        for (uint32_t i = 0; i < wql_batch_rows(batch); i++) assert_int_equal(wql_column_value(size, i).i64, 1);
        if (!kept) kept = wql_batch_retain(batch);
        wql_batch_release(batch);
    }
    wql_call_close(call);
    assert_int_equal(rows, 3000);
    must_count("SELECT * FROM Thing WHERE Size = 2", 3001);
    static_close_lab(&lab);
    assert_int_equal(wql_column_str(wql_batch_column(kept, 0), 7).len, 7); /* beyond the engine */
    wql_batch_release(kept);
}

/* Versions come while others scan them whole and by key: each scan sees one. */
typedef struct reader {
    pthread_t thread;
    bool by_key;
    uint32_t scans;
    const char *why;
} reader;

static _Atomic bool readers_end;
static _Atomic uint32_t readers_ready;

static const char *read_one(bool by_key) {
    const char *query = by_key ? "SELECT Size FROM Thing WHERE Name = 'THING 5' OR Name = 'thing 1500' OR Name = 'thing 2040'"
                               : "SELECT Size FROM Thing";
    const char *why = NULL;
    int64_t seen = 0;
    uint32_t rows = 0;
    wql_batch *batch;
    wql_call call;
    if (wql_session_exec(lab.session, wql_s(query), NULL, &call, NULL) < 0) return "exec";
    while (wql_call_next(call, WQL_FOREVER, &batch, NULL) == WQL_OK) {
        for (uint32_t i = 0; i < wql_batch_rows(batch); i++) {
            int64_t size = wql_column_value(wql_batch_column(batch, 0), i).i64;
            if (seen && size != seen) why = "two versions in one scan";
            seen = size;
        }
        rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    wql_call_close(call);
    if (rows != (by_key ? 3 : 2050)) why = "rows are missing";
    return why;
}

static void *read_on(void *arg) {
    reader *r = arg;
    do {
        r->why = read_one(r->by_key);
        if (r->scans++ == 0) readers_ready++;
    } while (!r->why && !readers_end);
    return NULL;
}

static void versions_come_while_others_read(void **state) {
    reader readers[3] = {{.by_key = false}, {.by_key = true}, {.by_key = false}};
    (void)state;
    readers_end = false;
    readers_ready = 0;
    open_lab(0);
    add_generation(1, 2050);
    for (size_t i = 0; i < COUNT(readers); i++)
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    for (uint32_t generation = 2; generation < 30 || readers_ready < COUNT(readers); generation++)
        add_generation(generation, 2050);
    readers_end = true;
    for (size_t i = 0; i < COUNT(readers); i++) {
        (void)pthread_join(readers[i].thread, NULL);
        if (readers[i].why) fail_msg("reader %zu: %s", i, readers[i].why);
    }
    static_close_lab(&lab);
}

/* -- memory -------------------------------------------------------------------------------------------------------- */

typedef struct heap {
    uint64_t calls, fail_at;
    bool for_good;
    int64_t bytes;
} heap;

static void *heap_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    heap *h = user;
    void *made;
    if (!new_size) {
        h->bytes -= (int64_t)old_size;
        free(ptr);
        return NULL;
    }
    h->calls++;
    if (h->fail_at && (h->calls == h->fail_at || (h->for_good && h->calls > h->fail_at))) return NULL;
    made = realloc(ptr, new_size);
    if (made) h->bytes += (int64_t)new_size - (int64_t)old_size;
    return made;
}

/* A load over one that is there: with an update, new rows, embedded objects, and a class that had no instances. */
static wql_status load_more(void) {
    wql_value part_value = wql_null();
    wql_param label = text_of("Label", "a label that is longer than a view");
    wql_status status = static_begin(&lab);
    if (status >= 0) status = static_object(&lab, "Part", &label, 1, &part_value);
    if (status >= 0)
        status = STATIC_ADD(&lab, "Thing", text_of("Name", "thing 3"), number_of("Size", 2), {"Best", part_value},
                            {"Parts", wql_array(WQL_OBJECT, &part_value, 1)});
    if (part_value.object) wql_batch_release((wql_batch *)(uintptr_t)part_value.object);
    if (status >= 0) status = STATIC_ADD(&lab, "Person", number_of("Id", 1), text_of("Name", "Ann"));
    for (int i = 0; i < 1100 && status >= 0; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "another %d", i);
        status = STATIC_ADD(&lab, "Thing", text_of("Name", name), text_of("Owner", "Person=1"), number_of("Size", 2));
    }
    if (status >= 0) return static_show(&lab);
    static_drop(&lab);
    return status;
}

static wql_status drain(const char *query, uint64_t *rows) {
    wql_batch *batch;
    wql_call call;
    wql_status status = wql_session_exec(lab.session, wql_s(query), NULL, &call, &lab.err);
    *rows = 0;
    if (status < 0) return status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &lab.err)) == WQL_OK) {
        *rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    wql_call_close(call);
    return status == WQL_END ? WQL_OK : status;
}

static void memory_fails(heap *h, uint64_t fail_at, bool for_good, bool *failed) {
    wql_engine_options options = WQL_INIT(wql_engine_options);
    uint64_t rows, loaded;
    wql_status status;
    options.alloc = heap_alloc;
    options.alloc_user = h;
    memset(h, 0, sizeof *h);
    must(static_open_lab(&lab, &options, defs, COUNT(defs)));
    add_generation(1, 10);
    h->calls = 0;
    h->fail_at = fail_at;
    h->for_good = for_good;
    status = load_more();
    loaded = status >= 0;
    if (status >= 0) status = drain("SELECT * FROM Thing", &rows);
    if (status >= 0) status = drain("SELECT Name FROM Thing WHERE Owner = 'Person.Id=1'", &rows);
    *failed = h->calls >= fail_at;
    if (status != WQL_OK && status != WQL_E_OUT_OF_MEMORY) fail_msg("%s: %s", wql_status_name(status), lab.err.message);
    if (status == WQL_OK && *failed && for_good)
        fail_msg("allocation %llu failed, and nobody said so", (unsigned long long)fail_at);
    h->fail_at = 0;
    must_count("SELECT * FROM Thing", loaded ? 1110 : 10); /* all or nothing */
    must_count("SELECT * FROM Thing WHERE Size = 2", loaded ? 1101 : 0);
    must_count("SELECT * FROM Person", loaded ? 1 : 0);
    static_close_lab(&lab);
    assert_int_equal(h->bytes, 0);
}

static void every_allocation_may_fail(void **state) {
    heap h;
    bool failed = true;
    (void)state;
    for (uint64_t at = 1; failed; at++) memory_fails(&h, at, false, &failed);
    failed = true;
    for (uint64_t at = 1; failed; at += 3) memory_fails(&h, at, true, &failed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instances_answer_queries),        cmocka_unit_test(keys_are_looked_up),
        cmocka_unit_test(associations_lead_both_ways),     cmocka_unit_test(a_path_names_one),
        cmocka_unit_test(an_update_replaces_the_whole),    cmocka_unit_test(loads_of_all_sizes_agree_with_a_model),
        cmocka_unit_test(one_reference_to_many),           cmocka_unit_test(what_is_no_instance_is_refused),
        cmocka_unit_test(a_scan_holds_what_it_began_with), cmocka_unit_test(versions_come_while_others_read),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
