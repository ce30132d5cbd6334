/* SPDX-License-Identifier: MIT */
/* test_mof_reload.c: what is written as MOF and loaded again is equal: the classes of the samples, of the built-in providers and
 * of MOF texts, and instances with random values of all types, to the bit. */
#include "../../engine/base/utf8.h"
#include "../../engine/data/value.h"
#include "../../engine/query/mof_out.h"
#include "mof_samples.h"
#include "sqlite_aid.h"
#include "static_lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static wql_error err = {.struct_size = sizeof(wql_error)};

static void must(wql_status status) {
    if (status < 0) fail_msg("%s at %u:%u: %s", wql_status_name(status), err.line, err.column, err.message);
}

typedef struct text {
    char *bytes;
    size_t len, room;
} text;

static void append_row(text *t, const wql_batch *batch, uint32_t row) {
    size_t len = wql_batch_mof(batch, row, NULL, 0);
    while (t->room - t->len < len + 1) {
        t->room = t->room ? t->room * 2 : 1 << 16;
        t->bytes = realloc(t->bytes, t->room);
        assert_non_null(t->bytes);
    }
    t->len += wql_batch_mof(batch, row, t->bytes + t->len, t->room - t->len);
}

/* What a query finds, as one text. */
static text dump(wql_session *session, const char *query) {
    text t = {NULL, 0, 0};
    wql_batch *batch;
    wql_call call;
    wql_status status;
    must(wql_session_exec(session, wql_s(query), NULL, &call, &err));
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        for (uint32_t i = 0; i < wql_batch_rows(batch); i++) append_row(&t, batch, i);
        wql_batch_release(batch);
    }
    must(status);
    wql_call_close(call);
    assert_true(t.len > 0);
    return t;
}

/* -- classes ------------------------------------------------------------------------------------------------------- */

static void load(wql_engine *engine, const text *t) {
    if (wql_engine_mof(engine, "root/back", (wql_str){t->bytes, t->len}, &err) < 0) {
        char why[2048];
        (void)wql_error_format(&err, (wql_str){t->bytes, t->len}, why, sizeof why);
        fail_msg("%s", why);
    }
}

static void must_be_there(wql_session *session, const wql_class *cls) {
    char why[512] = "";
    wql__out out = {why, sizeof why, 0};
    wql_class *back;
    must(wql_session_class(session, wql_class_describe(cls)->name, &back, &err));
    if (!wql__class_equal(cls, back, &out)) {
        (void)wql__out_end(&out);
        fail_msg("%s", why);
    }
    wql_class_release(back);
}

/* All classes of a session, written and loaded again; the system classes stand there already. Returns how many more there are. */
static uint32_t reload_classes(wql_session *session) {
    static const char all[] = "SELECT * FROM meta_class";
    text t = dump(session, all), again;
    uint32_t count = 0;
    wql_engine *engine;
    wql_session *back;
    wql_batch *batch;
    wql_call call;
    must(wql_engine_open(NULL, &engine, &err));
    load(engine, &t);
    must(wql_session_open(engine, "root/back", NULL, &back, &err));
    must(wql_session_exec(session, wql_s(all), NULL, &call, &err));
    while (wql_call_next(call, WQL_FOREVER, &batch, &err) == WQL_OK) {
        for (uint32_t i = 0; i < wql_batch_rows(batch); i++) {
            const wql_class *cls = wql_batch_definition(batch, i);
            must_be_there(back, cls);
            count += strncmp(wql_class_describe(cls)->name, "__", 2) != 0;
        }
        wql_batch_release(batch);
    }
    wql_call_close(call);
    again = dump(back, all);
    assert_int_equal(again.len, t.len);
    assert_memory_equal(again.bytes, t.bytes, t.len);
    free(t.bytes);
    free(again.bytes);
    wql_session_close(back);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    return count;
}

static void the_samples_come_back(void **state) {
    static_lab lab;
    (void)state;
    must(static_open_lab(&lab, NULL, mof_samples, MOF_SAMPLES));
    assert_int_equal(reload_classes(lab.session), MOF_SAMPLES);
    static_close_lab(&lab);
}

static uint32_t reload_mount(const wql_provider *provider, const char *config) {
    wql_engine *engine;
    wql_session *session;
    uint32_t count;
    must(wql_engine_open(NULL, &engine, &err));
    must(wql_engine_mount(engine, "root/t", provider, config, NULL, &err));
    must(wql_session_open(engine, "root/t", NULL, &session, &err));
    count = reload_classes(session);
    wql_session_close(session);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    return count;
}

static void the_providers_come_back(void **state) {
    aid_place place;
    const char *path;
    (void)state;
    assert_true(reload_mount(wql_linux_provider(), NULL) > 20);
    assert_true(reload_mount(wql_linux_provider(), "classes=linux") > 20);
    aid_begin(&place);
    path = aid_path(&place, "back.db");
    assert_true(aid_sql(path, "CREATE TABLE A(Id INTEGER PRIMARY KEY, T TEXT DEFAULT 'x', R REAL, B BLOB, D DATETIME);"
                              "CREATE TABLE B(X INT, Y INT, A INT REFERENCES A, PRIMARY KEY(X, Y));"
                              "CREATE VIEW V AS SELECT * FROM A"));
    assert_int_equal(reload_mount(wql_sqlite_provider(), path), 4);
    aid_end(&place);
}

/* Declared qualifiers, all flavours, overrides, embedded things: what providers do not have. */
static const char own_text[] =
    "Qualifier Owned : string = \"nobody\", Scope(any), Flavor(DisableOverride, ToSubclass, Translatable);\n"
    "Qualifier Loose : real64, Scope(class, property), Flavor(EnableOverride, Restricted);\n"
    "Qualifier octetSTRING : boolean = false, Scope(any), Flavor(DisableOverride);\n"
    "[Abstract, Owned, Loose(5), Description(\"a\" \"b\") : ToInstance, Unknown(7) : ToInstance ToSubclass Amended]\n"
    "class Base {\n"
    "  [Key, MaxLen(20) : DisableOverride, octetstring] string Name;\n"
    "  [EmbeddedObject] string Any;\n"
    "  [EmbeddedInstance(\"Leaf\")] string Leaves[];\n"
    "  uint8 Few[4] = {1, 0x2, 03, 100b};\n"
    "  datetime Span = \"00000001000000.000000:000\";\n"
    "  object Loose; Leaf One; Leaf Many[]; object REF Anything; Base REF Self;\n"
    "  [Description(\"what it does\")] uint32 Do([In] string How, [In(false), Out] Leaf What[], uint8 N = 3);\n"
    "  [EmbeddedInstance(\"Leaf\")] string Find();\n"
    "  void Nothing();\n"
    "};\n"
    "class Middle : Base {\n"
    "  [Override(\"Name\"), Description(\"again\")] string Name;\n"
    "  [Description(\"what it does\")] uint32 Do([In] string How, [In(false), Out] Leaf What[], uint8 N = 3);\n"
    "  [Static] boolean Do2([In, Out] boolean x[]);\n"
    "};\n"
    "class Last : Middle { string Name = \"n\"; sint64 Few2[] = {-1, NULL}; };\n"
    "[Association] class Link { [Key] Base REF a; [Key] Last REF b; };\n"
    "class SubLink : Link { };\n"
    "[Singleton] class Only { char16 C = '\\x41'; real32 R = 1.5E3; boolean B = true; };\n"
    "class Leaf { [Values{\"a\", \"b\"}, ValueMap{\"1\", \"2\"}, SubType(\"interval\")] datetime When; };\n";

static void a_text_comes_back(void **state) {
    wql_engine *engine;
    wql_session *session;
    text t = {strdup(own_text), sizeof own_text - 1, 0};
    (void)state;
    must(wql_engine_open(NULL, &engine, &err));
    load(engine, &t);
    must(wql_session_open(engine, "root/back", NULL, &session, &err));
    assert_int_equal(reload_classes(session), 7);
    free(t.bytes);
    wql_session_close(session);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
}

/* The DMTF's schema, where somebody has unpacked it: WQL_CIM_SCHEMA is its folder. */
static void the_schema_comes_back(void **state) {
    wql_mof_options options = WQL_INIT(wql_mof_options);
    static const char *const files[] = {"cim_schema_2.49.0.mof"};
    wql_engine *engine;
    wql_session *session;
    (void)state;
    options.root = getenv("WQL_CIM_SCHEMA");
    if (!options.root) {
        printf("skipped: WQL_CIM_SCHEMA names no folder with the DMTF's schema\n");
        return;
    }
    options.files = files;
    options.file_count = 1;
    must(wql_engine_open(NULL, &engine, &err));
    must(wql_engine_mof_load(engine, "root/cim", &options, NULL, &err));
    must(wql_session_open(engine, "root/cim", NULL, &session, &err));
    assert_int_equal(reload_classes(session), 1631);
    wql_session_close(session);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
}

/* -- instances ----------------------------------------------------------------------------------------------------- */

static uint64_t seed;
static uint64_t chance(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static const uint32_t types[] = {WQL_SINT8,  WQL_UINT8,   WQL_SINT16, WQL_UINT16,   WQL_SINT32,
                                 WQL_UINT32, WQL_SINT64,  WQL_UINT64, WQL_REAL32,   WQL_REAL64,
                                 WQL_STRING, WQL_BOOLEAN, WQL_CHAR16, WQL_DATETIME, WQL_OBJECT};
static const char *const names[] = {"A8",  "B8",  "A16",  "B16", "A32",  "B32",  "A64", "B64",
                                    "R32", "R64", "Text", "Yes", "Unit", "When", "In"};
static wql_property_def everything[2 * COUNT(types) + 4];
static wql_class_def everything_def[2];
static char array_names[COUNT(types)][16];

/* Thing: a key, a property of each type, an array of each, a datetime and an array of intervals. */
static uint32_t make_everything(void) {
    uint32_t n = 0;
    everything[n++] = (wql_property_def){.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY};
    for (uint32_t i = 0; i < COUNT(types); i++) {
        (void)snprintf(array_names[i], sizeof array_names[i], "%ss", names[i]);
        everything[n++] = (wql_property_def){.name = names[i], .type = types[i]};
        everything[n++] = (wql_property_def){.name = array_names[i], .type = types[i] | WQL_ARRAY};
    }
    everything[n++] = (wql_property_def){.name = "Span", .type = WQL_DATETIME, .flags = WQL_INTERVAL};
    everything[n++] = (wql_property_def){.name = "Spans", .type = WQL_DATETIME | WQL_ARRAY, .flags = WQL_INTERVAL};
    everything_def[0] =
        (wql_class_def){.struct_size = sizeof(wql_class_def), .name = "Thing", .properties = everything, .property_count = n};
    return n;
}

static wql_str some_text(char *room, size_t most) {
    size_t len = 0, wanted = chance() % 3 ? chance() % 20 : chance() % most;
    while (len + 4 < wanted) {
        uint32_t c = chance() % 4 == 0   ? (uint32_t)(chance() % 0x110000)
                     : chance() % 3 == 0 ? (uint32_t)(chance() % 0x30)
                                         : (uint32_t)(chance() % 0x180);
        if (c >= 0xd800 && c < 0xe000) continue;
        len += wql__utf8_put(c, room + len);
    }
    return (wql_str){room, len};
}

static wql_datetime some_time(bool interval) {
    wql_datetime time = {0, 0, 0, 0, 0};
    char written[26];
    if (interval) {
        time.interval = 1;
        time.us = (int64_t)(chance() % UINT64_C(8640000000000000000));
        return time;
    }
    do {
        time.us = (int64_t)(chance() % UINT64_C(300000000000000000)) - INT64_C(60000000000000000);
        time.offset_min = (int16_t)(chance() % 1440) - 720;
    } while (!wql_datetime_format(&time, written));
    if (chance() % 4) return time;
    for (unsigned i = 0; i < 14; i++) written[i] = i >= 10 ? '*' : written[i]; /* minutes and seconds */
    if (wql_datetime_parse(wql_s(written), &time) < 0) return some_time(false);
    return time;
}

/* Texts and items are in `room`, which moves on. */
static wql_value some_value(uint32_t type, bool interval, char **room, static_lab *lab, wql_batch **object) {
    wql_value v = {.type = type};
    union {
        uint64_t bits;
        double real;
    } of = {chance()};
    union {
        uint32_t bits;
        float real;
    } of32 = {(uint32_t)chance()};
    int64_t least;
    uint64_t most;
    if (chance() % 8 == 0) return wql_null();
    switch (type) {
    case WQL_BOOLEAN: v.b = chance() & 1; break;
    case WQL_REAL64:
        if (!(of.real - of.real == 0)) of.real = -0.0;
        v.f64 = of.real;
        break;
    case WQL_REAL32:
        if (!(of32.real - of32.real == 0)) of32.real = 0;
        v.f64 = (double)of32.real;
        break;
    case WQL_STRING:
        v.str = some_text(*room, 400);
        *room += v.str.len;
        break;
    case WQL_DATETIME: v.time = some_time(interval); break;
    case WQL_OBJECT: {
        wql_param in[] = {number_of("Id", (int64_t)(chance() % 1000)), {"Text", wql_text(some_text(*room, 100))}};
        must(static_object(lab, "Thing", in, 2, &v));
        *object = (wql_batch *)(uintptr_t)v.object;
        break;
    }
    default:
        assert_true(wql__type_range(type, &least, &most));
        v.u64 = chance() % 4 ? chance() : chance() % 2 ? most : (uint64_t)least;
        v.u64 &= most | (least < 0 ? most + 1 : 0); /* as many bits as it has */
        if (least < 0 && v.u64 > most) v.i64 = (int64_t)(v.u64 | ~(most | (most + 1)));
    }
    return v;
}

static void add_random(static_lab *lab, uint32_t id, uint32_t properties) {
    static char room[1 << 20];
    static wql_value items[64][8];
    wql_param values[COUNT(everything)];
    wql_batch *objects[512];
    uint32_t object_count = 0;
    char *at = room;
    values[0] = number_of("Id", id);
    for (uint32_t p = 1; p < properties; p++) {
        bool interval = (everything[p].flags & WQL_INTERVAL) != 0;
        uint32_t type = everything[p].type & ~(uint32_t)WQL_ARRAY, count = (uint32_t)(chance() % 8);
        values[p] = (wql_param){everything[p].name, wql_null()};
        if (chance() % 10 == 0) continue;
        for (uint32_t i = 0; i < ((everything[p].type & WQL_ARRAY) ? count : 1); i++) {
            wql_batch *object = NULL;
            items[p][i] = some_value(type, interval, &at, lab, &object);
            if (object) objects[object_count++] = object;
        }
        values[p].value = (everything[p].type & WQL_ARRAY) ? wql_array(type, items[p], count) : items[p][0];
    }
    if (static_add(lab, "Thing", values, properties) < 0) fail_msg("%s", lab->err.message);
    while (object_count) wql_batch_release(objects[--object_count]);
}

static bool same_cell(const wql_column *a, uint32_t row_a, const wql_column *b, uint32_t row_b);

static bool same_row(const wql_batch *a, uint32_t row_a, const wql_batch *b, uint32_t row_b) {
    if (wql_batch_width(a) != wql_batch_width(b)) return false;
    for (uint32_t i = 0; i < wql_batch_width(a); i++)
        if (!same_cell(wql_batch_column(a, i), row_a, wql_batch_column(b, i), row_b)) return false;
    return true;
}

static bool same_single(const wql_value *a, const wql_value *b) {
    if (a->type != b->type) return false;
    switch (a->type) {
    case WQL_NULL: return true;
    case WQL_BOOLEAN: return a->b == b->b;
    case WQL_STRING: return a->str.len == b->str.len && (!a->str.len || memcmp(a->str.ptr, b->str.ptr, a->str.len) == 0);
    case WQL_DATETIME: return memcmp(&a->time, &b->time, sizeof a->time) == 0;
    case WQL_OBJECT: return same_row(a->object, a->count, b->object, b->count);
    default: return a->u64 == b->u64; /* of reals the bits */
    }
}

static bool same_cell(const wql_column *a, uint32_t row_a, const wql_column *b, uint32_t row_b) {
    wql_value one = wql_column_value(a, row_a), other = wql_column_value(b, row_b);
    uint32_t first_a, first_b;
    if (!(one.type & WQL_ARRAY) || one.type != other.type) return same_single(&one, &other);
    if (wql_column_items(a, row_a, &first_a) != wql_column_items(b, row_b, &first_b)) return false;
    for (uint32_t i = 0; i < one.count; i++)
        if (!same_cell(a->child, first_a + i, b->child, first_b + i)) return false;
    return true;
}

static void instances_come_back_to_the_bit(void **state) {
    enum { ROWS = 400 };
    uint32_t properties = make_everything(), rows = 0;
    static_lab lab;
    wql_session *back;
    wql_call call_a, call_b;
    wql_batch *a, *b;
    text classes, instances;
    (void)state;
    seed = 0x9e3779b97f4a7c15u;
    must(static_open_lab(&lab, NULL, everything_def, 1));
    must(static_begin(&lab));
    for (uint32_t i = 0; i < ROWS; i++) add_random(&lab, i, properties);
    must(static_show(&lab));
    classes = dump(lab.session, "SELECT * FROM meta_class");
    instances = dump(lab.session, "SELECT * FROM Thing");
    load(lab.engine, &classes);
    load(lab.engine, &instances);
    must(wql_session_open(lab.engine, "root/back", NULL, &back, &err));
    must(wql_session_exec(lab.session, wql_s("SELECT * FROM Thing"), NULL, &call_a, &err));
    must(wql_session_exec(back, wql_s("SELECT * FROM Thing"), NULL, &call_b, &err));
    while (wql_call_next(call_a, WQL_FOREVER, &a, &err) == WQL_OK) {
        assert_int_equal(wql_call_next(call_b, WQL_FOREVER, &b, &err), WQL_OK);
        assert_int_equal(wql_batch_rows(a), wql_batch_rows(b));
        for (uint32_t i = 0; i < wql_batch_rows(a); i++, rows++) {
            for (uint32_t c = 0; c < properties; c++)
                if (!same_cell(wql_batch_column(a, c), i, wql_batch_column(b, c), i))
                    fail_msg("row %u: %s differs", rows, wql_batch_column(a, c)->name);
        }
        wql_batch_release(a);
        wql_batch_release(b);
    }
    assert_int_equal(rows, ROWS);
    wql_call_close(call_a);
    wql_call_close(call_b);
    free(classes.bytes);
    free(instances.bytes);
    wql_session_close(back);
    static_close_lab(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_samples_come_back),
        cmocka_unit_test(the_providers_come_back),
        cmocka_unit_test(a_text_comes_back),
        cmocka_unit_test(the_schema_comes_back),
        cmocka_unit_test(instances_come_back_to_the_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
