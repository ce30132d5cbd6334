/* SPDX-License-Identifier: MIT */
/* test_plan.c: the query room: names, normal form, pushdown, columns, plans as text. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/query/plan.h"
#include <wql/query.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- a laboratory: two providers whose answers a test sets ------------------------------------------------------- */

typedef struct lab {
    wql__mem *mem;
    wql__mount *mount, *slow;
    wql__catalog *catalog;
    /* What plan answers. */
    uint8_t take[16];
    double rows, cost;
    uint32_t parts;
    wql_status status;
    const char *message;
    bool move_take, touch_then_refuse;
    uint8_t raw_take; /* not 0: this instead of `take` */
    /* What plan was asked. */
    uint32_t calls, class_index[16], conjuncts[16];
    uint64_t wanted[16];
    /* The allocator. */
    long fail_at, allocations;
    bool fail_on; /* those after fail_at too */
} lab;

static void *lab_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    lab *l = user;
    (void)old_size;
    if (!new_size) {
        free(ptr);
        return NULL;
    }
    if (l->fail_at && (++l->allocations == l->fail_at || (l->fail_on && l->allocations > l->fail_at))) return NULL;
    return realloc(ptr, new_size);
}

static wql_status lab_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    static uint8_t elsewhere[64];
    lab *l = self;
    uint32_t call = l->calls++ % 16;
    l->class_index[call] = request->class_index;
    l->conjuncts[call] = request->conjunct_count;
    l->wanted[call] = request->wanted[0];
    if (answer->parts != 1 || answer->rows != -1 || answer->cost != -1 || request->parts != 1 || request->flags || request->limit)
        return WQL_E_FAILED;
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        if (answer->take[i] || request->conjuncts[i].taken) return WQL_E_FAILED;
        answer->take[i] = l->raw_take ? l->raw_take : l->take[request->conjuncts[i].op];
    }
    answer->rows = l->rows;
    answer->cost = l->cost;
    answer->parts = l->parts;
    if (l->move_take) answer->take = elsewhere;
    if (l->message) snprintf(err->message, sizeof err->message, "%s", l->message);
    return l->status;
}

static size_t lab_explain(void *self, const wql_request *request, char *buf, size_t size) {
    (void)self;
    return (size_t)snprintf(buf, size, "class %u, %u conditions\nand %s", request->class_index, request->conjunct_count,
                            request->flags & WQL_WISH_COUNT ? "a count" : "rows");
}

static wql_status no_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)mount, (void)config, (void)user, (void)self, (void)err;
    return WQL_E_FAILED;
}
static wql_status no_step(wql_scan *scan, wql_error *err) {
    (void)scan, (void)err;
    return WQL_E_FAILED;
}

#define PROVIDER(name_, flags_)                                                                                                  \
    .struct_size = sizeof(wql_provider), .flags = (flags_), .name = (name_), .load = no_load, .open = no_step, .next = no_step
static const wql_provider lab_provider = {PROVIDER("lab", WQL_CONCURRENT), .plan = lab_plan};
static const wql_provider telling_provider = {PROVIDER("lab", WQL_CONCURRENT), .plan = lab_plan, .explain = lab_explain};
/* Serialised, may block. */
static const wql_provider slow_provider = {PROVIDER("slow", WQL_MAY_BLOCK)};
static const wql_provider slow_plan_provider = {PROVIDER("slow", WQL_MAY_BLOCK), .plan = lab_plan};

static wql__mount *new_mount(lab *l, const wql_provider *provider, char *name) {
    wql__mount *mount = wql__alloc_zero(l->mem, sizeof *mount);
    assert_non_null(mount);
    atomic_init(&mount->refs, 1);
    mount->mem = wql__mem_retain(l->mem);
    mount->provider = provider;
    mount->name = name;
    mount->ns = "root\\lab";
    mount->self = l;
    wql__mutex_init(&mount->lock);
    wql__cond_init(&mount->free_cond);
    return mount;
}

enum { ID, S, N, B, R, F, U, D, I, TAGS, E, REF, C, SMALL, WEIGHT, ES, X, T_BASE_COUNT = X };

static void define(lab *l, wql__mount *mount, const wql_class_def *const *defs, uint32_t count) {
    wql_error err = WQL_INIT(wql_error);
    wql__catalog *made = NULL;
    if (wql__catalog_make(l->mem, l->catalog, NULL, mount, defs, count, "root\\lab", "here", &made, &err) < 0)
        fail_msg("%s", err.message);
    wql__catalog_release(l->catalog);
    l->catalog = made;
}

static void define_all(lab *l) {
    static const wql_qualifier mass = {.name = "mappingstrings", .value = {.type = WQL_STRING, .str = {"Mass", 4}}};
    static const wql_value old_names[] = {{.type = WQL_STRING, .str = {"Ancient", 7}}, {.type = WQL_STRING, .str = {"Gone", 4}}};
    static const wql_qualifier old = {.name = "MappingStrings",
                                      .value = {.type = WQL_STRING | WQL_ARRAY, .count = 2, .items = old_names}};
    static const wql_property_def base[] = {
        [ID] = {.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
        [S] = {.name = "S", .type = WQL_STRING},
        [N] = {.name = "N", .type = WQL_SINT32},
        [B] = {.name = "B", .type = WQL_BOOLEAN},
        [R] = {.name = "R", .type = WQL_REAL64},
        [F] = {.name = "F", .type = WQL_REAL32},
        [U] = {.name = "U", .type = WQL_UINT64},
        [D] = {.name = "D", .type = WQL_DATETIME},
        [I] = {.name = "I", .type = WQL_DATETIME, .flags = WQL_INTERVAL},
        [TAGS] = {.name = "Tags", .type = WQL_STRING | WQL_ARRAY},
        [E] = {.name = "E", .type = WQL_OBJECT},
        [REF] = {.name = "Ref", .type = WQL_REFERENCE},
        [C] = {.name = "C", .type = WQL_CHAR16},
        [SMALL] = {.name = "Small", .type = WQL_UINT8},
        [WEIGHT] = {.name = "Weight_g", .type = WQL_REAL64, .qualifiers = &mass, .qualifier_count = 1},
        [ES] = {.name = "Es", .type = WQL_OBJECT | WQL_ARRAY}};
    static const wql_property_def more[] = {{.name = "X", .type = WQL_STRING}};
    static const wql_property_def part[] = {{.name = "Part", .type = WQL_STRING, .flags = WQL_KEY}};
    static const wql_property_def one[] = {{.name = "A", .type = WQL_SINT32}};
    enum { SIZE = sizeof(wql_class_def) };
    static const wql_class_def defs[] = {
        {.struct_size = SIZE, .name = "T_Base", .properties = base, .property_count = T_BASE_COUNT},
        {.struct_size = SIZE, .name = "T_Derived", .superclass = "T_Base", .properties = more, .property_count = 1},
        {.struct_size = SIZE, .name = "T_Abstract", .superclass = "T_Base", .flags = WQL_ABSTRACT},
        {.struct_size = SIZE, .name = "T_Deep", .superclass = "T_Abstract", .properties = part, .property_count = 1},
        {.struct_size = SIZE,
         .name = "Keyless",
         .properties = one,
         .property_count = 1,
         .qualifiers = &old,
         .qualifier_count = 1},
        {.struct_size = SIZE, .name = "Only", .properties = one, .property_count = 1, .flags = WQL_SINGLETON}};
    static const wql_class_def lonely[] = {{.struct_size = SIZE, .name = "T_Orphan", .superclass = "T_Base"},
                                           {.struct_size = SIZE, .name = "Lonely", .properties = one, .property_count = 1}};
    static const wql_class_def slow = {.struct_size = SIZE, .name = "Slow", .properties = one, .property_count = 1};
    const wql_class_def *list[6];
    for (uint32_t i = 0; i < 6; i++) list[i] = &defs[i];
    define(l, l->mount, list, 6);
    for (uint32_t i = 0; i < 2; i++) list[i] = &lonely[i];
    define(l, NULL, list, 2);
    list[0] = &slow;
    define(l, l->slow, list, 1);
}

static int setup(void **state) {
    static char lab_name[] = "lab", slow_name[] = "slow";
    lab *l = calloc(1, sizeof *l);
    if (!l) return -1;
    l->mem = wql__mem_open(lab_alloc, l, 0);
    l->mount = new_mount(l, &lab_provider, lab_name);
    l->slow = new_mount(l, &slow_provider, slow_name);
    l->rows = l->cost = -1;
    l->parts = 1;
    define_all(l);
    *state = l;
    return 0;
}

static int teardown(void **state) {
    lab *l = *state;
    uint64_t used, peak;
    wql__catalog_release(l->catalog);
    wql__mount_release(l->mount);
    wql__mount_release(l->slow);
    wql__mem_usage(l->mem, &used, &peak);
    wql__mem_release(l->mem);
    free(l);
    return used > 4096; /* all but what the allocator keeps of itself */
}

static const wql__parse_limits limits = {16384, 128, 2000, 1024, 4096, 8192, 4096, 1024};

/* Parses and plans; the tree is gone before the plan is used. */
static wql_status plan_with(lab *l, const char *text, uint32_t flags, wql__turn *turn, wql__plan **out, wql_error *err) {
    const wql__zone zone = {NULL, NULL};
    wql__arena arena;
    wql__query_tree *tree = NULL;
    char *copy = malloc(strlen(text));
    wql_status status;
    assert_non_null(copy);
    memcpy(copy, text, strlen(text));
    wql__arena_init(&arena, l->mem);
    *out = NULL;
    status = wql__parse((wql_str){copy, strlen(text)}, 0, &limits, &arena, &tree, err);
    if (status >= 0) status = wql__plan_make(tree, l->mem, l->catalog, flags, &zone, turn, out, err);
    wql__arena_free(&arena);
    free(copy);
    return status;
}

static wql__plan *plan_of(lab *l, const char *text, uint32_t flags) {
    wql_error err = WQL_INIT(wql_error);
    wql__plan *plan;
    wql_status status = plan_with(l, text, flags, NULL, &plan, &err);
    if (status != WQL_OK) fail_msg("%s: %08x %s", text, (unsigned)status, err.message);
    return plan;
}

static void explain(const wql__plan *plan, char *buf, size_t size) {
    wql__out out = {buf, size, 0};
    wql__plan_explain(plan, &out);
    assert_true(wql__out_end(&out) < size);
}

static const wql__plan_scan *scan_of(const wql__plan *plan, const char *name) {
    for (uint32_t i = 0; i < plan->scan_count; i++)
        if (!strcmp(plan->scans[i].entry->cls->def.name, name)) return &plan->scans[i];
    return NULL;
}

/* -- errors ------------------------------------------------------------------------------------------------------ */

/* `at` is the text that the error must point at, its `nth` occurrence from 0. */
typedef struct bad {
    const char *text;
    wql_status status;
    const char *at;
    int nth;
    const char *hint, *message; /* message: what it must begin with */
} bad;

static const bad errors[] = {
    {"SELECT * FROM T_Bose", WQL_E_INVALID_CLASS, "T_Bose", 0, "T_Base", "namespace root\\lab has no class T_Bose"},
    {"SELECT * FROM Ancient", WQL_E_INVALID_CLASS, "Ancient", 0, "Keyless", "namespace root\\lab has no class Ancient"},
    {"SELECT * FROM gone", WQL_E_INVALID_CLASS, "gone", 0, "Keyless", "namespace root\\lab has no class gone"},
    {"SELECT * FROM Something_quite_else", WQL_E_INVALID_CLASS, "Something_quite_else", 0, "",
     "namespace root\\lab has no class"},
    /* the class comes first, then the list, then the conditions in their order */
    {"SELECT Nope FROM Nowhere WHERE Never = 1", WQL_E_INVALID_CLASS, "Nowhere", 0, NULL, NULL},
    {"SELECT S, Nope FROM T_Base WHERE Never = 1", WQL_E_INVALID_QUERY, "Nope", 0, NULL, "T_Base has no property Nope"},
    {"SELECT S FROM T_Base WHERE N = 'x' AND Nope = 1", WQL_E_INVALID_QUERY, "'x'", 0, "", "T_Base.N: "},
    {"SELECT S FROM T_Base WHERE Nope = 1 AND N = 'x'", WQL_E_INVALID_QUERY, "Nope", 0, NULL, "T_Base has no property Nope"},
    /* properties */
    {"SELECT Smal FROM T_Base", WQL_E_INVALID_QUERY, "Smal", 0, "Small", "T_Base has no property Smal"},
    {"SELECT * FROM T_Base WHERE tag IS NULL", WQL_E_INVALID_QUERY, "tag", 0, "Tags", "T_Base has no property tag"},
    {"SELECT Mass FROM T_Base", WQL_E_INVALID_QUERY, "Mass", 0, "Weight_g", "T_Base has no property Mass"},
    {"SELECT X FROM T_Base", WQL_E_INVALID_QUERY, "X", 0, "", "T_Base has no property X; its subclass T_Derived has"},
    {"SELECT * FROM T_Base WHERE part = 'a'", WQL_E_INVALID_QUERY, "part", 0, "",
     "T_Base has no property part; its subclass T_Deep has"},
    {"SELECT __CLAS FROM T_Base", WQL_E_INVALID_QUERY, "__CLAS", 0, "__CLASS", "T_Base has no property __CLAS"},
    /* dots */
    {"SELECT T_Base.S FROM T_Base", WQL_E_INVALID_QUERY, "T_Base.S", 0, "S", "T_Base is the class and no property of it"},
    {"SELECT * FROM T_Base WHERE t_base.n = 5", WQL_E_INVALID_QUERY, "t_base.n", 0, "N",
     "T_Base is the class and no property of it"},
    {"SELECT Nope.S FROM T_Base", WQL_E_INVALID_QUERY, "Nope", 0, NULL, "T_Base has no property Nope"},
    {"SELECT S.x FROM T_Base", WQL_E_INVALID_QUERY, "S.x", 0, "", "T_Base.S is a string, it has no parts"},
    {"SELECT * FROM T_Base WHERE S.x = 5", WQL_E_INVALID_QUERY, "S.x", 0, "", "T_Base.S is a string, it has no parts"},
    {"SELECT * FROM T_Base WHERE Es.x = 5", WQL_E_INVALID_QUERY, "Es.x", 0, "", "T_Base.Es is an array, its items have no names"},
    {"SELECT __CLASS.x FROM T_Base", WQL_E_INVALID_QUERY, "__CLASS.x", 0, "", "T_Base.__CLASS is a string, it has no parts"},
    /* operators and literals against types: one points at the operator, the other at the literal */
    {"SELECT * FROM T_Base WHERE B >= 0", WQL_E_INVALID_QUERY, ">=", 0, "", "T_Base.B: "},
    {"SELECT * FROM T_Base WHERE 0 <= B", WQL_E_INVALID_QUERY, "<=", 0, "", "T_Base.B: "},
    {"SELECT * FROM T_Base WHERE B = 2", WQL_E_INVALID_QUERY, "2", 0, "", "T_Base.B: "},
    {"SELECT * FROM T_Base WHERE Ref < 'x'", WQL_E_INVALID_QUERY, "<", 0, "", "T_Base.Ref: "},
    {"SELECT * FROM T_Base WHERE N = 'abc'", WQL_E_INVALID_QUERY, "'abc'", 0, "", "T_Base.N: "},
    {"SELECT * FROM T_Base WHERE N = 1000.4", WQL_E_INVALID_QUERY, "1000.4", 0, "", "T_Base.N: "},
    {"SELECT * FROM T_Base WHERE N = TRUE", WQL_E_INVALID_QUERY, "TRUE", 0, "", "T_Base.N: "},
    {"SELECT * FROM T_Base WHERE N LIKE '1%'", WQL_E_INVALID_QUERY, "'1%'", 0, "", "T_Base.N: "},
    {"SELECT * FROM T_Base WHERE Tags = 'x'", WQL_E_INVALID_QUERY, "=", 0, "", "T_Base.Tags: "},
    {"SELECT * FROM T_Base WHERE Tags LIKE 'x'", WQL_E_INVALID_QUERY, "LIKE", 0, "", "T_Base.Tags: "},
    {"SELECT * FROM T_Base WHERE Tags ISA 'x'", WQL_E_INVALID_QUERY, "ISA", 0, "", "T_Base.Tags: "},
    {"SELECT * FROM T_Base WHERE E = 5", WQL_E_INVALID_QUERY, "=", 0, "", "T_Base.E: "},
    {"SELECT * FROM T_Base WHERE E LIKE 'x'", WQL_E_INVALID_QUERY, "LIKE", 0, "", "T_Base.E: "},
    {"SELECT * FROM T_Base WHERE S ISA 'Z'", WQL_E_INVALID_QUERY, "ISA", 0, "", "T_Base.S: "},
    {"SELECT * FROM T_Base WHERE D = 'not a date'", WQL_E_INVALID_QUERY, "'not a date'", 0, "", "T_Base.D: "},
    {"SELECT * FROM T_Base WHERE D > 20200101", WQL_E_INVALID_QUERY, "20200101", 0, "", "T_Base.D: "},
    {"SELECT * FROM T_Base WHERE D = '20200101******.******+***'", WQL_E_INVALID_QUERY, "'20200101******.******+***'", 0, "",
     "T_Base.D: "},
    {"SELECT * FROM T_Base WHERE N = 1 OR NOT (S = 'a' AND NOT C = 'ab')", WQL_E_INVALID_QUERY, "'ab'", 0, "", "T_Base.C: "},
    {"SELECT * FROM T_Base WHERE __GENUS = 'abc'", WQL_E_INVALID_QUERY, "'abc'", 0, "", "T_Base.__GENUS: "},
    {"SELECT * FROM T_Base WHERE __CLASS ISA 'T_Base'", WQL_E_INVALID_QUERY, "ISA", 0, "", "T_Base.__CLASS: "},
    {"SELECT * FROM T_Base WHERE __DERIVATION = 'T_Base'", WQL_E_INVALID_QUERY, "=", 0, "", "T_Base.__DERIVATION: "},
    /* a class that nobody serves is checked all the same; so is a condition that would prune every scan */
    {"SELECT * FROM Lonely WHERE B = 1", WQL_E_INVALID_QUERY, "B", 0, NULL, "Lonely has no property B"},
    {"SELECT * FROM T_Base WHERE __CLASS = 'No' AND N = 'x'", WQL_E_INVALID_QUERY, "'x'", 0, "", "T_Base.N: "},
};

static const char *nth(const char *text, const char *what, int n) {
    const char *at = strstr(text, what);
    while (at && n--) at = strstr(at + 1, what);
    return at;
}

static void test_errors(void **state) {
    lab *l = *state;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        const bad *e = &errors[i];
        const char *at = nth(e->text, e->at, e->nth);
        wql_error err = WQL_INIT(wql_error);
        wql__plan *plan;
        wql_status status = plan_with(l, e->text, 0, NULL, &plan, &err);
        if (status != e->status || err.status != e->status) fail_msg("%s: %08x %s", e->text, (unsigned)status, err.message);
        assert_null(plan);
        if (!at || err.offset != (uint32_t)(at - e->text) || err.length != strlen(e->at))
            fail_msg("%s: at %u, %u bytes", e->text, err.offset, err.length);
        if (e->hint && strcmp(err.hint, e->hint)) fail_msg("%s: hint \"%s\"", e->text, err.hint);
        if (e->message && strncmp(err.message, e->message, strlen(e->message))) fail_msg("%s: %s", e->text, err.message);
        if (strlen(err.message) < 12) fail_msg("%s: says only %s", e->text, err.message);
        if (plan_with(l, e->text, 0, NULL, &plan, NULL) != e->status) fail_msg("%s without an error struct", e->text);
    }
    assert_int_equal(l->calls, 0); /* no provider is asked about a query at fault */
}

/* Every one is right and none gives a row of a surprise. */
static void test_accepted(void **state) {
    static const char *const good[] = {
        "SELECT * FROM t_base",
        "SELECT * FROM T_Base WHERE E.NoSuch = 5",
        "SELECT * FROM T_Base WHERE E.q IS NULL",
        "SELECT * FROM T_Base WHERE E ISA Z",
        "SELECT * FROM T_Base WHERE E.q ISA 'Z'",
        "SELECT * FROM T_Base WHERE E.a.b.c LIKE 'x%'",
        "SELECT * FROM T_Base WHERE Small = 300",
        "SELECT * FROM T_Base WHERE Tags IS NULL",
        "SELECT * FROM T_Base WHERE Es IS NOT NULL",
        "SELECT * FROM T_Base WHERE N LIKE '1'",
        "SELECT * FROM T_Base WHERE B = 'true'",
        "SELECT * FROM T_Base WHERE U > '9'",
        "SELECT * FROM T_Base WHERE N = NULL",
        "SELECT * FROM T_Base WHERE NULL <> S",
        "SELECT * FROM T_Base WHERE S = 5",
        "SELECT * FROM T_Base WHERE D >= '2020-01-02'",
        "SELECT * FROM T_Base WHERE I > '00000001000000.000000:000'",
        "SELECT * FROM T_Base WHERE __DERIVATION IS NULL",
        "SELECT * FROM T_Base WHERE __PATH LIKE '%x%'",
        "SELECT * FROM T_Base WHERE C = 65 OR C = 'b'",
        "SELECT E.Nope.Never FROM T_Base",
        "SELECT E.__CLASS FROM T_Base",
        "SELECT * FROM Lonely",
        "SELECT * FROM T_Abstract",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) wql__plan_release(plan_of(*state, good[i], 0));
}

static void test_other_kinds(void **state) {
    lab *l = *state;
    wql_error err = WQL_INIT(wql_error);
    wql__query_tree tree = {.kind = WQL_KIND_EXTENDED};
    wql__plan *plan;
    assert_int_equal(wql__plan_make(&tree, l->mem, l->catalog, 0, NULL, NULL, &plan, &err), WQL_E_NOT_SUPPORTED);
    assert_null(plan);
}

/* A namespace without classes. */
static void test_empty_catalog(void **state) {
    lab *l = *state;
    wql_error err = WQL_INIT(wql_error);
    wql__catalog *full = l->catalog;
    wql__plan *plan;
    l->catalog = NULL;
    define(l, NULL, NULL, 0);
    assert_int_equal(plan_with(l, "SELECT * FROM T_Base", 0, NULL, &plan, &err), WQL_E_INVALID_CLASS);
    assert_string_equal(err.hint, "");
    assert_int_equal(err.offset, 14);
    wql__catalog_release(l->catalog);
    l->catalog = full;
}

/* -- columns ----------------------------------------------------------------------------------------------------- */

static void show_parts(wql__out *out, const wql__part *part) {
    wql__out_z(out, "(");
    for (; part; part = part->next) {
        wql__out_text(out, part->name.ptr, part->name.len);
        if (part->first) show_parts(out, part->first);
        if (part->next) wql__out_z(out, ",");
    }
    wql__out_z(out, ")");
}

static void show_bits(wql__out *out, const wql__plan_scan *scan, const uint64_t *bits, const char *before) {
    const char *comma = "";
    wql__out_z(out, before);
    for (uint32_t i = 0; i < scan->entry->cls->def.property_count; i++) {
        if (!((bits[i / 64] >> (i % 64)) & 1)) continue;
        wql__out_format(out, "%s%s", comma, scan->entry->cls->def.properties[i].name);
        comma = ",";
    }
}

/* "T_Base: S,E(q,r) hidden Id wants Id,S,E all Id,S,E" */
static void show_scan(const wql__plan_scan *scan, char *buf, size_t size) {
    wql__out out = {buf, size, 0};
    wql__out_format(&out, "%s:", scan->entry->cls->def.name);
    for (uint32_t i = 0; i < scan->output_count; i++) {
        const wql__output *o = &scan->outputs[i];
        const wql__part *part = o->tree;
        wql__out_format(&out, "%s%s", i ? "," : " ", o->name);
        if (part) show_parts(&out, part);
        for (uint32_t k = 0; k < o->part_count; k++, part = part->next) assert_ptr_equal(o->parts[k].ptr, part->name.ptr);
        assert_null(part);
        assert_int_equal(o->property == WQL_NO_COLUMN, o->system != WQL__SYS_NONE);
        assert_int_equal(o->type, o->system ? wql__system_type(o->system) : scan->entry->cls->def.properties[o->property].type);
    }
    for (uint32_t i = 0; i < scan->hidden_count; i++)
        wql__out_format(&out, "%s%s", i ? "," : " hidden ", scan->entry->cls->def.properties[scan->hidden[i]].name);
    show_bits(&out, scan, scan->wanted, " wants ");
    if (memcmp(scan->wanted, scan->wanted_all, scan->wanted_words * 8)) show_bits(&out, scan, scan->wanted_all, " all ");
    assert_true(wql__out_end(&out) < size);
}

typedef struct shape {
    const char *text;
    uint32_t flags;
    const char *scan[5]; /* in order */
} shape;

#define ALL "Id,S,N,B,R,F,U,D,I,Tags,E,Ref,C,Small,Weight_g,Es"
static const shape shapes[] = {
    {"SELECT * FROM T_Base",
     0,
     {"T_Base: " ALL " wants " ALL, "T_Deep: " ALL ",Part wants " ALL ",Part", "T_Derived: " ALL ",X wants " ALL ",X"}},
    {"SELECT * FROM T_Base", WQL_DIRECT_READ, {"T_Base: " ALL " wants " ALL}},
    {"SELECT * FROM T_Base", WQL_KEYS_ONLY, {"T_Base: Id wants Id", "T_Deep: Id,Part wants Id,Part", "T_Derived: Id wants Id"}},
    {"SELECT * FROM T_Base", WQL_COUNT_ONLY | WQL_DIRECT_READ, {"T_Base: " ALL " wants "}},
    {"SELECT * FROM Keyless", WQL_KEYS_ONLY, {"Keyless: wants "}},
    {"SELECT S FROM T_Base", WQL_KEYS_ONLY | WQL_DIRECT_READ, {"T_Base: S wants S"}},
    {"SELECT * FROM T_Abstract", 0, {"T_Deep: " ALL ",Part wants " ALL ",Part"}},
    {"SELECT * FROM T_Abstract", WQL_DIRECT_READ, {NULL}},
    {"SELECT * FROM Lonely", 0, {NULL}},
    {"SELECT n, S, N, s FROM T_Derived", 0, {"T_Derived: N,S wants S,N"}},
    {"SELECT E.q, S, e.R, E.Q FROM T_Derived", 0, {"T_Derived: E(q,R),S wants S,E"}},
    {"SELECT E.q, E FROM T_Derived", 0, {"T_Derived: E wants E"}},
    {"SELECT E, E.q, E.r.s FROM T_Derived", 0, {"T_Derived: E wants E"}},
    {"SELECT E.q.a, E.r, E.q.b FROM T_Derived", 0, {"T_Derived: E(q(a,b),r) wants E"}},
    {"SELECT E.q.a, E.q, E.q.b FROM T_Derived", 0, {"T_Derived: E(q) wants E"}},
    {"SELECT E.q, E.q.b.c FROM T_Derived", 0, {"T_Derived: E(q) wants E"}},
    {"SELECT E.q.a.x, E.q.a.y, E.q.b FROM T_Derived", 0, {"T_Derived: E(q(a(x,y),b)) wants E"}},
    {"SELECT __CLASS, S, __class, __GENUS FROM T_Derived", 0, {"T_Derived: __CLASS,S,__GENUS wants S"}},
    {"SELECT __RELPATH, S FROM T_Base",
     0,
     {"T_Base: __RELPATH,S hidden Id wants Id,S", "T_Deep: __RELPATH,S hidden Id,Part wants Id,S,Part",
      "T_Derived: __RELPATH,S hidden Id wants Id,S"}},
    {"SELECT __PATH, Id FROM T_Derived", 0, {"T_Derived: __PATH,Id wants Id"}},
    {"SELECT __PATH FROM Keyless", 0, {"Keyless: __PATH wants "}},
    {"SELECT S FROM T_Derived", WQL_ENSURE_LOCATABLE, {"T_Derived: S hidden Id wants Id,S"}},
    {"SELECT S FROM T_Derived", WQL_ENSURE_LOCATABLE | WQL_COUNT_ONLY, {"T_Derived: S hidden Id wants "}},
    {"SELECT * FROM T_Derived", WQL_ENSURE_LOCATABLE, {"T_Derived: " ALL ",X wants " ALL ",X"}},
    /* conditions: N is taken as exact by this provider, S in part, the rest not */
    {"SELECT Id FROM T_Derived WHERE N = 1", 0, {"T_Derived: Id wants Id all Id,N"}},
    {"SELECT Id FROM T_Derived WHERE N = 1 AND S < 'a'", 0, {"T_Derived: Id wants Id,S all Id,S,N"}},
    {"SELECT N FROM T_Derived WHERE N = 1", 0, {"T_Derived: N wants N"}},
    {"SELECT N FROM T_Derived WHERE N = 1 AND B = 1", WQL_COUNT_ONLY, {"T_Derived: N wants  all N,B"}},
    {"SELECT Id FROM T_Derived WHERE E.q = 1 OR N = 2", 0, {"T_Derived: Id wants Id,N,E"}},
    {"SELECT S FROM T_Base WHERE __PATH LIKE 'x%'",
     0,
     {"T_Base: S wants Id,S", "T_Deep: S wants Id,S,Part", "T_Derived: S wants Id,S"}},
    {"SELECT S FROM T_Base WHERE __CLASS = 'T_Deep' OR N = 1",
     0,
     {"T_Base: S wants S all S,N", "T_Deep: S wants S", "T_Derived: S wants S all S,N"}},
};

static void test_columns(void **state) {
    lab *l = *state;
    l->take[WQL_EQ] = WQL_EXACT;
    l->take[WQL_LT] = WQL_SUPERSET;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        wql__plan *plan = plan_of(l, shapes[i].text, shapes[i].flags);
        uint32_t n = 0;
        for (; n < 5 && shapes[i].scan[n]; n++) {
            char buf[1024];
            if (n >= plan->scan_count) fail_msg("%s: only %u scans", shapes[i].text, plan->scan_count);
            show_scan(&plan->scans[n], buf, sizeof buf);
            if (strcmp(buf, shapes[i].scan[n])) fail_msg("%s:\n  %s\nnot\n  %s", shapes[i].text, buf, shapes[i].scan[n]);
        }
        if (n != plan->scan_count) fail_msg("%s: %u scans", shapes[i].text, plan->scan_count);
        assert_int_equal(plan->flags, shapes[i].flags);
        assert_false(plan->may_block);
        wql__plan_release(plan);
    }
}

/* A class of many columns: bits in further words, names that lie apart. */
static void test_wide_class(void **state) {
    lab *l = *state;
    enum { WIDE = 300 };
    static char names[WIDE][16];
    wql_property_def props[WIDE];
    wql_class_def def = {.struct_size = sizeof def, .name = "Wide", .properties = props, .property_count = WIDE};
    const wql_class_def *list[1] = {&def};
    wql__plan *plan;
    memset(props, 0, sizeof props);
    for (int i = 0; i < WIDE; i++) {
        snprintf(names[i], sizeof names[i], "P%d", i);
        props[i].name = names[i];
        props[i].type = WQL_SINT32;
    }
    define(l, l->mount, list, 1);
    plan = plan_of(l, "SELECT P299, P0, P64 FROM Wide WHERE P128 = 1 AND P63 > 5", 0);
    assert_true(plan->scans[0].wanted_words >= (WIDE + 63) / 64);
    for (uint32_t i = 0; i < WIDE; i++)
        assert_int_equal((plan->scans[0].wanted[i / 64] >> (i % 64)) & 1, i == 299 || i == 0 || i == 64 || i == 128 || i == 63);
    assert_int_equal(plan->scans[0].outputs[0].property, 299);
    wql__plan_release(plan);
}

/* -- normal form, as EXPLAIN prints it --------------------------------------------------------------------------- */

/* What a provider that takes nothing leaves to check for one class; NULL: the class is pruned. */
typedef struct normal {
    const char *where, *base, *derived;
} normal;

#define BOTH(w, t)                                                                                                               \
    { w, t, t }
static const normal normals[] = {
    BOTH("N = 1", "N = 1"),
    BOTH("1 < N", "N > 1"),
    BOTH("NOT N = 1", "N <> 1"),
    BOTH("NOT NOT NOT N >= 1", "N < 1"),
    BOTH("NOT (N = 1 OR S = 'a')", "N <> 1 AND S <> 'a'"),
    BOTH("NOT (N = 1 AND NOT S = 'a')", "(N <> 1 OR S = 'a')"),
    BOTH("NOT (N = 1 AND (S > 'a' OR B = TRUE))", "(N <> 1 OR B <> TRUE AND S <= 'a')"),
    BOTH("N IS NULL", "N IS NULL"),
    BOTH("NOT N IS NULL", "N IS NOT NULL"),
    BOTH("N = NULL", "N IS NULL"),
    BOTH("NOT NULL = N", "N IS NOT NULL"),
    BOTH("NOT S LIKE '%a%'", "NOT S LIKE '%a%'"),
    BOTH("NOT NOT S LIKE '%a%'", "S LIKE '%a%'"),
    BOTH("NOT E ISA 'Z'", "NOT E ISA 'Z'"),
    BOTH("S LIKE 'alpha'", "S = 'alpha'"),
    BOTH("NOT S LIKE 'alpha'", "S <> 'alpha'"),
    BOTH("S = 'it\\'s \\\\ \"so\"'", "S = 'it\\'s \\\\ \"so\"'"),
    BOTH("S = 'a\nb'", "S = 'a?b'"),
    BOTH("S = 10000", "S = '10000'"),
    BOTH("B = 1 AND B <> 'false'", "B = TRUE AND B <> FALSE"),
    BOTH("R = 5", "R = 5"),
    BOTH("R < 0.1 AND U = 18446744073709551615 AND N >= -3", "R < 0.1 AND U = 18446744073709551615 AND N >= -3"),
    BOTH("D > '2020-01-02'", "D > '20200102000000.000000+000'"),
    BOTH("I <= '00000001000000.000000:000'", "I <= '00000001000000.000000:000'"),
    BOTH("C = 'a'", "C = 'a'"),
    BOTH("E.q = 5 AND E.a.b LIKE 'x%' AND E.t = TRUE AND E.r > 1.5", "E.q = 5 AND E.a.b LIKE 'x%' AND E.t = TRUE AND E.r > 1.5"),
    BOTH("NOT E.q = 5 AND E.t <> FALSE AND E.i = -7", "E.q <> 5 AND E.t <> FALSE AND E.i = -7"),
    BOTH("E.q IS NOT NULL", "E.q IS NOT NULL"),
    BOTH("NOT R < 5 AND NOT F <> 1", "NOT R < 5 AND F = 1"),
    BOTH("NOT E.q < 5 OR NOT E.q LIKE 'x%'", "(NOT E.q < 5 OR NOT E.q LIKE 'x%')"),
    BOTH("R < 9007199254740993", "R <= 9.007199254740992e15"),
    BOTH("R = 9007199254740993", NULL),
    BOTH("R <> 9007199254740993", "R IS NOT NULL"),
    /* groups dissolve */
    BOTH("N = 1 AND (S = 'a' AND (B = 1 AND R = 2))", "N = 1 AND B = TRUE AND R = 2 AND S = 'a'"),
    BOTH("N = 1 OR (S = 'a' OR NOT (B = 1 AND R = 2))", "(N = 1 OR B <> TRUE OR R <> 2 OR S = 'a')"),
    BOTH("N = 1 AND NOT (N = 2 OR NOT (N = 3 AND N = 4))", "N = 1 AND N <> 2 AND N = 3 AND N = 4"),
    BOTH("(N = 1 OR N = 2) AND (N = 3 OR S = 'x')", "(N = 1 OR N = 2) AND (N = 3 OR S = 'x')"),
    BOTH("N = 1 AND S = 'a' OR N = 2 AND S = 'b'", "(N = 1 AND S = 'a' OR N = 2 AND S = 'b')"),
    /* cheap ones first, in their order where they cost the same */
    BOTH("S LIKE '%a_b%' AND S LIKE '%ab%' AND S LIKE 'ab%' AND S = 'x' AND N = 1",
         "N = 1 AND S = 'x' AND S LIKE 'ab%' AND S LIKE '%ab%' AND S LIKE '%a_b%'"),
    BOTH("E.q = 1 AND S = 'a' AND S IS NULL", "S IS NULL AND S = 'a' AND E.q = 1"),
    BOTH("N = 3 AND N = 1 AND N = 2", "N = 3 AND N = 1 AND N = 2"),
    /* what no value, or every value, fulfils */
    BOTH("Small < 300", "Small IS NOT NULL"),
    BOTH("Small <> 300", "Small IS NOT NULL"),
    BOTH("NOT Small = 300", "Small IS NOT NULL"),
    BOTH("U >= -1", "U IS NOT NULL"),
    BOTH("U >= 0", "U IS NOT NULL"),
    BOTH("NOT U < 0", "U IS NOT NULL"),
    BOTH("N <= 2147483647", "N IS NOT NULL"),
    BOTH("N >= -2147483648", "N IS NOT NULL"),
    BOTH("N < -2147483648", NULL),
    BOTH("N > -2147483648 AND N < 2147483647", "N > -2147483648 AND N < 2147483647"),
    BOTH("Small <= 255 AND Small <= 254 AND Small >= 1", "Small IS NOT NULL AND Small <= 254 AND Small >= 1"),
    BOTH("C < 0", NULL),
    BOTH("S LIKE '%'", "S IS NOT NULL"),
    BOTH("NOT S LIKE '[ab'", "S IS NOT NULL"),
    BOTH("Small = 300", NULL),
    BOTH("Small > 255 AND N = 1", NULL),
    BOTH("N = 1 OR Small = 300", "N = 1"),
    BOTH("N = 1 AND (Small = 300 OR Small = 3)", "N = 1 AND Small = 3"),
    BOTH("NOT S LIKE '%' OR U < 0 OR N = 2", "N = 2"),
    BOTH("NOT S LIKE '%'", NULL),
    BOTH("S LIKE '[ab'", NULL),
    /* the class decides */
    {"__CLASS = 'T_Base'", "", NULL},
    {"__CLASS = t_base", "", NULL},
    {"__CLASS <> 't_base'", NULL, ""},
    {"NOT __CLASS = 'T_Derived'", "", NULL},
    {"__CLASS LIKE '%[_]d%'", NULL, ""},
    {"__CLASS = 'T_Base' AND N = 1", "N = 1", NULL},
    {"__CLASS = 'T_Base' OR N = 1", "", "N = 1"},
    {"(__CLASS = 'T_Base' OR N = 1) AND (__CLASS = 'T_Derived' OR N = 2)", "N = 2", "N = 1"},
    {"NOT (__CLASS = 'T_Base' AND N = 1)", "N <> 1", ""},
    {"(__CLASS = 'T_Base' AND (S = 'a' OR N = 1)) OR S = 'b' OR N = 2", "(N = 1 OR N = 2 OR S = 'a' OR S = 'b')",
     "(N = 2 OR S = 'b')"},
    {"__SUPERCLASS IS NULL", "", NULL},
    {"__SUPERCLASS = 'T_Base'", NULL, ""},
    {"NOT __SUPERCLASS = 'Z'", NULL, ""}, /* unknown for a class without one */
    BOTH("__DYNASTY = T_Base", ""),
    BOTH("__GENUS = 2", ""),
    BOTH("__GENUS = 1", NULL),
    {"__PROPERTY_COUNT = 16", "", NULL},
    BOTH("__DERIVATION IS NOT NULL", ""),
    BOTH("__NAMESPACE = 'ROOT\\\\Lab' AND __SERVER = 'HERE'", ""),
    BOTH("__PATH LIKE '%x' AND N = 1", "N = 1 AND __PATH LIKE '%x'"),
    BOTH("__RELPATH IS NULL", "__RELPATH IS NULL"),
};

/* The "then checks" of a scan. */
static const char *checks_of(char *text, const char *class_name) {
    char head[64];
    char *at, *end;
    snprintf(head, sizeof head, "scan %s from lab:", class_name);
    at = strstr(text, head);
    if (!at) return NULL;
    end = strchr(at, '\n');
    if (!end) return "";
    at = end + 1 + strspn(end + 1, " ");
    if (strncmp(at, "then checks ", 12)) return "";
    at += 12;
    end = strchr(at, '\n');
    if (end) *end = 0;
    return at;
}

static void check_normal(const normal *n, const wql__plan *plan, const char *name, const char *wanted) {
    char text[4096];
    const char *got;
    explain(plan, text, sizeof text);
    got = checks_of(text, name);
    if ((got == NULL) != (wanted == NULL) || (got && strcmp(got, wanted)))
        fail_msg("%s, %s: %s, not %s", n->where, name, got ? got : "pruned", wanted ? wanted : "pruned");
}

static void test_normal_form(void **state) {
    for (size_t i = 0; i < sizeof normals / sizeof *normals; i++) {
        char query[512];
        wql__plan *plan;
        snprintf(query, sizeof query, "SELECT * FROM T_Base WHERE %s", normals[i].where);
        plan = plan_of(*state, query, 0);
        check_normal(&normals[i], plan, "T_Base", normals[i].base);
        check_normal(&normals[i], plan, "T_Derived", normals[i].derived);
        assert_int_equal(plan->scan_count + plan->pruned, 3);
        wql__plan_release(plan);
    }
}

/* Instances of a class without keys have no path; the one of a singleton has. */
static void test_keyless_paths(void **state) {
    lab *l = *state;
    char text[512];
    wql__plan *plan = plan_of(l, "SELECT * FROM Keyless WHERE __PATH = 'x'", 0);
    assert_int_equal(plan->scan_count, 0);
    assert_int_equal(plan->pruned, 1);
    explain(plan, text, sizeof text);
    assert_string_equal(text, "nothing (1 class can never match)");
    wql__plan_release(plan);
    plan = plan_of(l, "SELECT * FROM Keyless WHERE __RELPATH IS NULL", 0);
    assert_int_equal(plan->scans[0].conjunct_count, 0);
    wql__plan_release(plan);
    plan = plan_of(l, "SELECT * FROM Only WHERE __RELPATH = 'Only=@'", 0);
    assert_int_equal(plan->scans[0].conjunct_count, 1);
    assert_int_equal(plan->scans[0].conjuncts[0].expr->at, WQL__AT_SYSTEM);
    assert_int_equal(plan->scans[0].conjuncts[0].expr->system, WQL__SYS_RELPATH);
    wql__plan_release(plan);
}

/* -- depth and length -------------------------------------------------------------------------------------------- */

static wql__node *node_of(wql__arena *arena, uint8_t kind, wql__node *a, wql__node *b) {
    wql__node *node = wql__arena_zero(arena, sizeof *node);
    node->kind = kind;
    node->count = b ? 2 : 1;
    node->items = wql__arena_alloc(arena, 2 * sizeof *node->items);
    node->items[0] = a;
    node->items[1] = b;
    return node;
}

static wql__node *leaf_of(wql__arena *arena, const char *name, uint64_t number) {
    wql__node *node = wql__arena_zero(arena, sizeof *node);
    node->kind = WQL__NODE_COMPARE;
    node->op = WQL_EQ;
    node->path.names = wql__arena_zero(arena, sizeof *node->path.names);
    node->path.names[0].text = wql_s(name);
    node->path.count = 1;
    node->literal.kind = WQL__LIT_INT;
    node->literal.magnitude = number;
    node->literal.text = wql_s("1");
    return node;
}

/* Trees deeper than any parser of ours makes: NOTs cost nothing, groups have a ceiling with a name. */
static void test_depth(void **state) {
    lab *l = *state;
    static const uint32_t depths[] = {1, 128, 257, WQL__EXPR_DEPTH_MAX, WQL__EXPR_DEPTH_MAX + 1, 5000};
    for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
        wql_error err = WQL_INIT(wql_error);
        wql__arena arena;
        wql__plan *plan;
        wql__node *where;
        wql__query_tree tree = {.kind = WQL_KIND_DATA, .star = true, .from = {.text = wql_s("T_Derived")}};
        wql_status status;
        wql__arena_init(&arena, l->mem);
        where = leaf_of(&arena, "N", 1);
        for (uint32_t i = 0; i < depths[d]; i++)
            where = node_of(&arena, i % 2 ? WQL__NODE_AND : WQL__NODE_OR, leaf_of(&arena, "U", i), where);
        for (uint32_t i = 0; i < 20000; i++) where = node_of(&arena, WQL__NODE_NOT, where, NULL);
        tree.where = where;
        status = wql__plan_make(&tree, l->mem, l->catalog, 0, NULL, NULL, &plan, &err);
        wql__arena_free(&arena);
        if (depths[d] > WQL__EXPR_DEPTH_MAX) {
            assert_int_equal(status, WQL_E_QUOTA_VIOLATION);
            assert_null(plan);
        } else {
            static char text[65536];
            assert_int_equal(status, WQL_OK);
            explain(plan, text, sizeof text);
            assert_non_null(strstr(text, "U = 0"));
            wql__plan_release(plan);
        }
    }
}

/* Two properties of types that no comparison joins. */
static void test_pair_of_types(void **state) {
    lab *l = *state;
    wql_error err = WQL_INIT(wql_error);
    wql__arena arena;
    wql__plan *plan;
    wql__query_tree tree = {.kind = WQL_KIND_DATA, .star = true, .from = {.text = wql_s("T_Derived")}};
    wql__arena_init(&arena, l->mem);
    tree.where = leaf_of(&arena, "N", 1);
    tree.where->kind = WQL__NODE_COMPARE_PATHS;
    tree.where->other = leaf_of(&arena, "Tags", 1)->path;
    assert_int_equal(wql__plan_make(&tree, l->mem, l->catalog, 0, NULL, NULL, &plan, &err), WQL_E_INVALID_QUERY);
    assert_null(plan);
    wql__arena_free(&arena);
}

static void test_long_lists(void **state) {
    lab *l = *state;
    enum { MANY = 1000 };
    static char text[MANY * 16 + 64];
    size_t len = (size_t)sprintf(text, "SELECT * FROM T_Derived WHERE N = 0");
    wql__plan *plan;
    const wql__plan_scan *scan;
    for (int i = 1; i < MANY; i++) len += (size_t)sprintf(text + len, " OR N = %d", i * 7);
    l->take[WQL_EQ] = WQL_EXACT;
    plan = plan_of(l, text, 0);
    scan = &plan->scans[0];
    assert_int_equal(scan->pushed_count, 1);
    assert_int_equal(scan->pushed[0].count, MANY);
    assert_int_equal(scan->pushed[0].op, WQL_EQ);
    assert_true(scan->conjuncts[0].expr->any_of);
    assert_int_equal(scan->conjuncts[0].expr->property, N);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(scan->pushed[0].values[i].type, WQL_SINT32);
        assert_int_equal(scan->pushed[0].values[i].i64, (int64_t)i * 7);
    }
    assert_true(scan->exact);
    wql__plan_release(plan);
}

/* -- pushdown ---------------------------------------------------------------------------------------------------- */

typedef struct pushed {
    const char *where;
    uint32_t property;
    uint16_t op; /* 0: not offered */
    uint32_t count;
    wql_value value; /* the first one */
} pushed;

#define V_SIGNED(t, x)                                                                                                           \
    { .type = (t), .i64 = (x) }
#define V_UNSIGNED(t, x)                                                                                                         \
    { .type = (t), .u64 = (x) }
#define V_REAL(t, x)                                                                                                             \
    { .type = (t), .f64 = (x) }
#define V_TEXT(t, x)                                                                                                             \
    {                                                                                                                            \
        .type = (t), .str = { x, sizeof x - 1 }                                                                                  \
    }
static const pushed pushes[] = {
    {"N = 1", N, WQL_EQ, 1, V_SIGNED(WQL_SINT32, 1)},
    {"N = '-3'", N, WQL_EQ, 1, V_SIGNED(WQL_SINT32, -3)},
    {"NOT N = 1", N, WQL_NE, 1, V_SIGNED(WQL_SINT32, 1)},
    {"N < 5.0", N, WQL_LT, 1, V_SIGNED(WQL_SINT32, 5)},
    {"N LIKE '7'", N, WQL_EQ, 1, V_SIGNED(WQL_SINT32, 7)},
    {"NOT N LIKE '7'", N, WQL_NE, 1, V_SIGNED(WQL_SINT32, 7)},
    {"Id < 4294967295", ID, WQL_LT, 1, V_UNSIGNED(WQL_UINT32, 4294967295u)},
    {"Small > 9", SMALL, WQL_GT, 1, V_UNSIGNED(WQL_UINT8, 9)},
    {"Small < 300", SMALL, WQL_NOT_NULL, 0, {0}},
    {"U = 18446744073709551615", U, WQL_EQ, 1, V_UNSIGNED(WQL_UINT64, UINT64_MAX)},
    {"R >= 1.5", R, WQL_GE, 1, V_REAL(WQL_REAL64, 1.5)},
    {"R = 3", R, WQL_EQ, 1, V_REAL(WQL_REAL64, 3)},
    {"B = 'TRUE'", B, WQL_EQ, 1, {.type = WQL_BOOLEAN, .b = true}},
    {"B <> 0", B, WQL_NE, 1, {.type = WQL_BOOLEAN, .b = false}},
    {"S = 'Abc'", S, WQL_EQ, 1, V_TEXT(WQL_STRING, "Abc")},
    {"S >= 10000", S, WQL_GE, 1, V_TEXT(WQL_STRING, "10000")},
    {"S LIKE 'A\\\\b%'", S, WQL_LIKE, 1, V_TEXT(WQL_STRING, "A\\b%")},
    {"S LIKE 'Abc'", S, WQL_EQ, 1, V_TEXT(WQL_STRING, "Abc")},
    {"NOT S LIKE 'Abc'", S, WQL_NE, 1, V_TEXT(WQL_STRING, "Abc")},
    {"S LIKE '%'", S, WQL_NOT_NULL, 0, {0}},
    {"Ref = 'C.K=1'", REF, WQL_EQ, 1, V_TEXT(WQL_REFERENCE, "C.K=1")},
    {"C = 65", C, WQL_EQ, 1, V_UNSIGNED(WQL_CHAR16, 65)},
    {"D >= '1970-01-02'", D, WQL_GE, 1, {.type = WQL_DATETIME, .time = {.us = 86400000000}}},
    {"I > '00000001000000.000000:000'", I, WQL_GT, 1, {.type = WQL_DATETIME, .time = {.us = 86400000000, .interval = 1}}},
    {"S IS NULL", S, WQL_IS_NULL, 0, {0}},
    {"Tags IS NOT NULL", TAGS, WQL_NOT_NULL, 0, {0}},
    {"E IS NULL", E, WQL_IS_NULL, 0, {0}},
    {"N = 3 OR N = 1 OR N = 2", N, WQL_EQ, 3, V_SIGNED(WQL_SINT32, 3)},
    {"N = 3 OR (N = 1 OR NOT N <> 2)", N, WQL_EQ, 3, V_SIGNED(WQL_SINT32, 3)},
    {"NOT (N <> 3 AND N <> 4)", N, WQL_EQ, 2, V_SIGNED(WQL_SINT32, 3)},
    {"S = 'b' OR S LIKE 'a'", S, WQL_EQ, 2, V_TEXT(WQL_STRING, "b")},
    {"Small = 300 OR Small = 3", SMALL, WQL_EQ, 1, V_UNSIGNED(WQL_UINT8, 3)},
    /* real32: a literal that is none moves to the neighbour that nothing lies between; an equality with it is the engine's */
    {"F = 0.5", F, WQL_EQ, 1, V_REAL(WQL_REAL32, 0.5)},
    {"F = 0.1", F, 0, 0, {0}},
    {"F <> 0.1", F, 0, 0, {0}},
    {"F = 0.5 OR F = 0.1", F, 0, 0, {0}},
    {"F < 0.5", F, WQL_LT, 1, V_REAL(WQL_REAL32, 0.5)},
    {"F < 0.1", F, WQL_LE, 1, V_REAL(WQL_REAL32, 0.099999994039535522)}, /* 0.1f is above 0.1 */
    {"F <= 0.1", F, WQL_LE, 1, V_REAL(WQL_REAL32, 0.099999994039535522)},
    {"F > 0.1", F, WQL_GE, 1, V_REAL(WQL_REAL32, 0.10000000149011612)},
    {"F >= -0.1", F, WQL_GE, 1, V_REAL(WQL_REAL32, -0.099999994039535522)},
    {"F < -0.1", F, WQL_LE, 1, V_REAL(WQL_REAL32, -0.10000000149011612)},
    {"F > 1e-60", F, WQL_GE, 1, V_REAL(WQL_REAL32, 1.401298464324817e-45)},
    {"F < 1e-60", F, WQL_LE, 1, V_REAL(WQL_REAL32, 0)},
    {"F < -1e-60", F, WQL_LE, 1, V_REAL(WQL_REAL32, -1.401298464324817e-45)},
    {"F > -1e-60", F, WQL_GE, 1, V_REAL(WQL_REAL32, 0)},
    {"F > 1e300", F, 0, 0, {0}},
    {"F > 16777217", F, WQL_GE, 1, V_REAL(WQL_REAL32, 16777218)},
    /* what no condition can say */
    {"NOT S LIKE 'a%'", S, 0, 0, {0}},
    {"C = 'a'", C, 0, 0, {0}}, /* without regard to case, which a number is not */
    {"E ISA 'Z'", E, 0, 0, {0}},
    {"E.q = 1", E, 0, 0, {0}},
    {"__PATH = 'x'", 0, 0, 0, {0}},
    {"N = 1 OR S = 'a'", N, 0, 0, {0}},
    {"N = 1 OR N = 2 OR N IS NULL", N, 0, 0, {0}},
    {"N = 1 OR N > 5", N, 0, 0, {0}},
    {"NOT R < 5", R, 0, 0, {0}}, /* true for NaN, which is not >= 5 */
    {"N = 1 OR N = 2 AND S = 'a'", N, 0, 0, {0}},
};

static bool same_value(const wql_value *a, const wql_value *b) {
    if (a->type != b->type) return false;
    switch (a->type) {
    case WQL_STRING:
    case WQL_REFERENCE: return a->str.len == b->str.len && !memcmp(a->str.ptr, b->str.ptr, a->str.len);
    case WQL_BOOLEAN: return a->b == b->b;
    case WQL_DATETIME: return a->time.us == b->time.us && a->time.interval == b->time.interval;
    case WQL_REAL32:
    case WQL_REAL64: return a->f64 == b->f64;
    default: return a->u64 == b->u64;
    }
}

static void test_pushed(void **state) {
    lab *l = *state;
    for (size_t i = 0; i < sizeof pushes / sizeof *pushes; i++) {
        const pushed *p = &pushes[i];
        char query[256];
        wql__plan *plan;
        const wql__plan_scan *scan;
        snprintf(query, sizeof query, "SELECT Id FROM T_Derived WHERE %s", p->where);
        plan = plan_of(l, query, 0);
        scan = &plan->scans[0];
        assert_int_equal(scan->conjunct_count, 1);
        if (scan->pushed_count != (p->op != 0)) fail_msg("%s: %u offered", p->where, scan->pushed_count);
        assert_int_equal(scan->conjuncts[0].pushed, p->op ? 0 : WQL__NO_ENTRY);
        if (p->op) {
            const wql_conjunct *c = &scan->pushed[0];
            if (c->property != p->property || c->op != p->op || c->count != p->count || c->zero)
                fail_msg("%s: property %u, op %u, count %u", p->where, c->property, c->op, c->count);
            assert_int_equal(c->values == NULL, c->count == 0);
            if (c->count && !same_value(c->values, &p->value))
                fail_msg("%s: type %u, value %lld, %.17g", p->where, c->values->type, (long long)c->values->i64, c->values->f64);
        }
        assert_false(scan->exact);
        wql__plan_release(plan);
    }
}

/* -- the answer -------------------------------------------------------------------------------------------------- */

static void test_answers(void **state) {
    lab *l = *state;
    wql__plan *plan;
    const wql__plan_scan *scan;
    l->take[WQL_EQ] = WQL_EXACT;
    l->take[WQL_LIKE] = WQL_SUPERSET;
    l->rows = 120;
    l->cost = 0;
    l->parts = 4;
    plan = plan_of(l, "SELECT Id FROM T_Base WHERE N = 1 AND S LIKE 'a%' AND R > 2 AND __PATH = 'x'", 0);
    assert_int_equal(plan->scan_count, 3);
    assert_int_equal(l->calls, 3);
    assert_int_equal(l->class_index[0], 0); /* T_Base, T_Deep, T_Derived: their places in the mount's definitions */
    assert_int_equal(l->class_index[1], 3);
    assert_int_equal(l->class_index[2], 1);
    assert_int_equal(l->conjuncts[0], 3);
    assert_int_equal(l->wanted[0], 1u << ID | 1u << N | 1u << S | 1u << R); /* as if nothing were exact */
    scan = scan_of(plan, "T_Base");
    assert_int_equal(scan->conjunct_count, 4);
    assert_int_equal(scan->pushed[0].taken, WQL_EXACT);
    assert_int_equal(scan->pushed[1].taken, WQL_NONE);
    assert_int_equal(scan->pushed[2].taken, WQL_SUPERSET);
    assert_false(scan->exact);
    assert_int_equal(scan->parts, 4);
    assert_true(scan->rows == 120 && scan->cost == 0 && plan->rows == 360);
    wql__plan_release(plan);
    plan = plan_of(l, "SELECT Id FROM T_Base WHERE N = 1", 0);
    for (uint32_t i = 0; i < 3; i++) assert_true(plan->scans[i].exact);
    wql__plan_release(plan);
    l->rows = -1;
    plan = plan_of(l, "SELECT Id FROM T_Base", 0);
    assert_true(plan->scans[0].exact && plan->rows == -1);
    wql__plan_release(plan);
    plan = plan_of(l, "SELECT * FROM Lonely", 0);
    assert_true(plan->scan_count == 0 && plan->rows == 0);
    wql__plan_release(plan);
}

/* Who cannot plan leaves all to the engine. */
static void test_not_capable(void **state) {
    lab *l = *state;
    wql__plan *plan;
    l->take[WQL_EQ] = WQL_EXACT;
    l->parts = 0;
    l->rows = NAN;
    l->status = WQL_E_PROVIDER_NOT_CAPABLE;
    plan = plan_of(l, "SELECT Id FROM T_Derived WHERE N = 1", 0);
    assert_int_equal(plan->scans[0].pushed[0].taken, WQL_NONE);
    assert_true(plan->scans[0].parts == 1 && plan->scans[0].rows == -1 && !plan->scans[0].exact);
    wql__plan_release(plan);
}

static void expect_fault(lab *l, wql_status status, const char *message) {
    wql_error err = WQL_INIT(wql_error);
    wql__plan *plan;
    uint64_t before = atomic_load(&l->mount->faults);
    assert_int_equal(plan_with(l, "SELECT Id FROM T_Derived WHERE N = 1", 0, NULL, &plan, &err), status);
    assert_null(plan);
    assert_int_equal(err.status, status);
    assert_string_equal(err.provider, "lab");
    if (!strstr(err.message, message)) fail_msg("%s", err.message);
    assert_int_equal(atomic_load(&l->mount->faults) - before, status == WQL_E_PROVIDER_FAILURE && !l->message);
}

static void test_faults(void **state) {
    static const double bad_numbers[] = {NAN, INFINITY, -INFINITY, -2, -0.5};
    lab *l = *state;
    l->raw_take = 3;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "condition 1 of 1");
    l->raw_take = 255;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "255");
    l->raw_take = 0;
    l->parts = 0;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "no parts");
    l->parts = 1;
    l->move_take = true;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "moved");
    l->move_take = false;
    for (size_t i = 0; i < sizeof bad_numbers / sizeof *bad_numbers; i++) {
        l->rows = bad_numbers[i];
        expect_fault(l, WQL_E_PROVIDER_FAILURE, "estimates");
        l->rows = -1;
        l->cost = bad_numbers[i];
        expect_fault(l, WQL_E_PROVIDER_FAILURE, "estimates");
        l->cost = -1;
    }
    l->status = WQL_END;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "T_Derived");
    l->status = WQL_S_PENDING;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "T_Derived");
    l->status = WQL_E_ACCESS_DENIED;
    expect_fault(l, WQL_E_ACCESS_DENIED, "T_Derived");
    l->message = "the shop\tis \xff closed";
    expect_fault(l, WQL_E_ACCESS_DENIED, "the shop?is ? closed");
    l->status = WQL_E_PROVIDER_FAILURE;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "closed");
}

typedef struct waiting {
    int wakes;
} waiting;
static void on_wake(void *ctx) { ((waiting *)ctx)->wakes++; }

/* A provider that serves one at a time is waited for in turn. */
static void test_turns(void **state) {
    lab *l = *state;
    waiting w = {0};
    wql__turn turn = {.wake = on_wake, .ctx = &w};
    wql_error err = WQL_INIT(wql_error);
    wql__plan *plan;
    l->slow->provider = &slow_plan_provider;
    assert_int_equal(wql__mount_enter(l->slow, NULL), WQL_OK);
    assert_int_equal(plan_with(l, "SELECT * FROM Slow WHERE A = 1", 0, &turn, &plan, &err), WQL_S_PENDING);
    assert_null(plan);
    assert_int_equal(l->calls, 0);
    assert_int_equal(w.wakes, 0);
    wql__mount_leave(l->slow);
    assert_int_equal(w.wakes, 1);
    assert_int_equal(plan_with(l, "SELECT * FROM Slow WHERE A = 1", 0, &turn, &plan, &err), WQL_OK);
    assert_int_equal(l->calls, 1);
    assert_true(plan->may_block);
    assert_int_equal(wql__mount_enter(l->slow, NULL), WQL_OK); /* it was left again */
    wql__mount_leave(l->slow);
    wql__plan_release(plan);
    /* without a plan callback nobody is waited for */
    l->slow->provider = &slow_provider;
    assert_int_equal(wql__mount_enter(l->slow, NULL), WQL_OK);
    assert_int_equal(plan_with(l, "SELECT * FROM Slow WHERE A = 1", 0, &turn, &plan, &err), WQL_OK);
    assert_int_equal(plan->scans[0].pushed[0].taken, WQL_NONE);
    wql__plan_release(plan);
    wql__mount_leave(l->slow);
    wql__turn_drop(&turn); /* it keeps the mount until then */
}

/* A plan keeps its classes and its providers. */
static void test_lifetime(void **state) {
    lab *l = *state;
    uint32_t refs = atomic_load(&l->catalog->refs);
    wql__plan *plan = plan_of(l, "SELECT E.q, S FROM T_Base WHERE S LIKE 'abc%' AND E.q = 'x'", 0);
    char text[1024];
    assert_int_equal(atomic_load(&l->catalog->refs), refs + 1);
    assert_ptr_equal(wql__plan_retain(plan), plan);
    wql__plan_release(plan);
    define(l, NULL, NULL, 0); /* a new version; the old one is the plan's alone now */
    explain(plan, text, sizeof text);
    assert_non_null(strstr(text, "S LIKE 'abc%'"));
    wql__plan_release(plan);
    wql__plan_release(NULL);
}

/* -- memory ------------------------------------------------------------------------------------------------------ */

static const char *const memory_texts[] = {
    "SELECT __PATH, E.q.r, S FROM T_Base WHERE (N = 1 OR N = 2) AND S LIKE 'a%' AND E.q = 5 AND (__CLASS = 'T_Deep' OR S = 'x')",
    "SELECT * FROM T_Base WHERE Small < 300 AND NOT (D > '2020-01-01' AND F < 0.1)",
    "SELECT E.q, E.r.s, S FROM T_Base WHERE S IS NULL",
};

/* From allocation n on there is nothing; then also n alone fails. */
static void test_out_of_memory(void **state) {
    lab *l = *state;
    for (size_t t = 0; t < sizeof memory_texts / sizeof *memory_texts * 2; t++) {
        wql__arena arena;
        wql__query_tree *tree;
        wql_error err = WQL_INIT(wql_error);
        uint64_t before, used, peak;
        wql_status status = WQL_E_FAILED;
        long n = 0;
        wql__arena_init(&arena, l->mem);
        assert_int_equal(wql__parse(wql_s(memory_texts[t / 2]), 0, &limits, &arena, &tree, &err), WQL_OK);
        wql__mem_usage(l->mem, &before, &peak);
        for (; status != WQL_OK && n < 10000; n++) {
            wql__plan *plan = NULL;
            l->fail_at = n + 1;
            l->fail_on = t % 2 == 0;
            l->allocations = 0;
            status = wql__plan_make(tree, l->mem, l->catalog, 0, NULL, NULL, &plan, &err);
            l->fail_at = 0;
            assert_true(status == WQL_OK || (status == WQL_E_OUT_OF_MEMORY && err.status == status && !plan));
            wql__plan_release(plan);
            wql__mem_usage(l->mem, &used, &peak);
            assert_int_equal(used, before);
        }
        assert_int_equal(status, WQL_OK);
        assert_true(n > 1);
        wql__arena_free(&arena);
    }
}

/* A limit that grows by a little each time: an arena takes just what it needs when memory is short, so that in the end every
 * allocation of the room was the one that failed. The limit is named. */
static void test_memory_limit(void **state) {
    lab *l = *state;
    for (size_t t = 0; t < sizeof memory_texts / sizeof *memory_texts; t++) {
        wql__arena arena;
        wql__query_tree *tree;
        wql_error err = WQL_INIT(wql_error);
        wql_status status = WQL_E_FAILED;
        uint64_t limit = 8, before, used;
        wql__arena_init(&arena, l->mem);
        assert_int_equal(wql__parse(wql_s(memory_texts[t]), 0, &limits, &arena, &tree, &err), WQL_OK);
        for (; status != WQL_OK && limit < 100000; limit += 8) {
            wql__mem *small = wql__mem_open(NULL, NULL, limit);
            wql__plan *plan = NULL;
            if (!small) continue; /* it counts itself */
            wql__mem_usage(small, &before, NULL);
            status = wql__plan_make(tree, small, l->catalog, 0, NULL, NULL, &plan, &err);
            assert_true(status == WQL_OK || (status == WQL_E_QUOTA_VIOLATION && !plan && strstr(err.message, "memory_max")));
            wql__plan_release(plan);
            wql__mem_usage(small, &used, NULL);
            assert_int_equal(used, before);
            wql__mem_release(small);
        }
        assert_int_equal(status, WQL_OK);
        assert_true(limit > 1000);
        wql__arena_free(&arena);
    }
}

/* -- explain ----------------------------------------------------------------------------------------------------- */

static void expect_text(lab *l, const char *query, uint32_t flags, const char *wanted) {
    wql__plan *plan = plan_of(l, query, flags);
    char text[4096], small[40];
    wql__out out = {small, sizeof small, 0};
    explain(plan, text, sizeof text);
    if (strcmp(text, wanted)) fail_msg("%s:\n%s\nnot\n%s", query, text, wanted);
    wql__plan_explain(plan, &out);
    assert_int_equal(wql__out_end(&out), strlen(wanted));
    assert_int_equal(strncmp(small, wanted, strlen(small)), 0);
    wql__plan_release(plan);
}

static void test_explain(void **state) {
    lab *l = *state;
    expect_text(l, "SELECT S FROM T_Derived", 0, "scan T_Derived from lab: every row; columns S");
    expect_text(l, "SELECT S FROM T_Derived WHERE N = 1", 0,
                "scan T_Derived from lab: takes no condition; columns S, N\n  then checks N = 1");
    l->take[WQL_EQ] = l->take[WQL_GT] = WQL_EXACT;
    l->take[WQL_LIKE] = WQL_SUPERSET;
    l->rows = 120;
    expect_text(l, "SELECT S FROM T_Derived WHERE N > 10 AND (R = 1 OR R = 2) AND S LIKE 'ss%' AND NOT S LIKE '%x'", 0,
                "scan T_Derived from lab: takes N > 10 exactly, (R = 1 OR R = 2) exactly, S LIKE 'ss%' in part; columns S; "
                "about 120 rows\n"
                "  then checks S LIKE 'ss%' (again) AND NOT S LIKE '%x'");
    l->mount->provider = &telling_provider;
    l->cost = 2.4;
    l->parts = 2;
    l->rows = 1;
    expect_text(l, "SELECT S FROM T_Base WHERE N > 10 AND __CLASS <> 'T_Deep'", 0,
                "union of 2 classes (1 more can never match)\n"
                "  scan T_Base from lab: takes N > 10 exactly; columns S; about 1 row; cost 2; 2 parts\n"
                "    provider: class 0, 1 conditions and rows\n"
                "  scan T_Derived from lab: takes N > 10 exactly; columns S; about 1 row; cost 2; 2 parts\n"
                "    provider: class 1, 1 conditions and rows");
    l->cost = -1;
    l->parts = 1;
    l->rows = 1e18;
    expect_text(l, "SELECT S FROM T_Derived WHERE N > 10", WQL_COUNT_ONLY,
                "count of scan T_Derived from lab: takes N > 10 exactly; no columns; about 1e18 rows\n"
                "  provider: class 1, 1 conditions and a count");
    expect_text(l, "SELECT S FROM T_Base WHERE __CLASS = 'Z'", 0, "nothing (3 classes can never match)");
    expect_text(l, "SELECT A FROM Lonely WHERE A = 1", 0, "nothing: no provider serves Lonely");
}

static size_t long_explain(void *self, const wql_request *request, char *buf, size_t size) {
    (void)self, (void)request;
    for (size_t i = 0; i < 3000 && i + 1 < size; i++) {
        buf[i] = (char)('a' + i % 26);
        buf[i + 1] = 0;
    }
    return 3000;
}

/* A provider with much to say, and one that says what is no text. */
static size_t odd_explain(void *self, const wql_request *request, char *buf, size_t size) {
    (void)self, (void)request;
    memset(buf, 0xff, size); /* no end either */
    return SIZE_MAX - 1;
}

static void test_explain_long(void **state) {
    lab *l = *state;
    wql_provider talker = lab_provider;
    wql__plan *plan = plan_of(l, "SELECT S FROM T_Derived", 0);
    char *text = malloc(8u << 20);
    assert_non_null(text);
    talker.explain = long_explain;
    l->mount->provider = &talker;
    explain(plan, text, 8u << 20);
    assert_int_equal(strlen(strstr(text, "provider: ")), 10 + 3000);
    talker.explain = odd_explain;
    explain(plan, text, 8u << 20);
    assert_non_null(strstr(text, "provider: \xef\xbf\xbd"));
    assert_string_equal(text + strlen(text) - 4, " ...");
    l->fail_at = 1; /* no memory: what fits is shown */
    l->allocations = 0;
    talker.explain = long_explain;
    explain(plan, text, 8u << 20);
    l->fail_at = 0;
    assert_int_equal(strlen(strstr(text, "provider: ")), 10 + 511 + 4);
    free(text);
    l->mount->provider = &lab_provider;
    wql__plan_release(plan);
}

/* -- the slow twin: the tree as written, in Kleene's logic, against the plan ------------------------------------- */

static uint32_t seed = 12345;
static uint32_t random_below(uint32_t n) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)(seed >> 8) * n) >> 24);
}

static const char *const leaves[] = {
    "N = 1",
    "N <> 0",
    "N < 3",
    "N >= -3",
    "N IS NULL",
    "N = NULL",
    "N <> NULL",
    "N LIKE '1'",
    "N = 2",
    "N = 3",
    "N = 99999999999",
    "N < 99999999999",
    "S = 'ALPHA'",
    "S <> 'beta'",
    "S LIKE '%a'",
    "S LIKE 'b%'",
    "S LIKE '%'",
    "S LIKE '[ab'",
    "S LIKE 'alpha'",
    "S > 'b'",
    "S IS NOT NULL",
    "S = ''",
    "S = 1",
    "B = TRUE",
    "B <> 1",
    "B IS NULL",
    "R < 1.5",
    "R = 0",
    "R >= -0.5",
    "R <> 0.1",
    "F < 0.1",
    "F >= 0.1",
    "F > 0.1",
    "F <= 0.1",
    "F = 0.1",
    "F = 0.5",
    "F <> 0.5",
    "F < -0.1",
    "U = 10",
    "U > '9'",
    "U > -1",
    "U < 0",
    "U >= 0",
    "Small > 255",
    "N >= -2147483648",
    "N > 2147483646",
    "U = 18446744073709551615",
    "Small = 300",
    "Small < 300",
    "Small = 3",
    "Small = 4",
    "D > '2020-01-01'",
    "D <= '2020-01-02'",
    "D IS NULL",
    "C = 'a'",
    "C = 98",
    "C < 'b'",
    "Tags IS NULL",
    "E IS NULL",
    "E.q = 5",
    "E.q IS NULL",
    "E ISA 'Z'",
    "__CLASS = 'T_Base'",
    "__CLASS <> 'T_Derived'",
    "__CLASS LIKE 'T[_]D%'",
    "__SUPERCLASS = T_Base",
    "__SUPERCLASS IS NULL",
    "__GENUS = 2",
    "__PROPERTY_COUNT > 16",
    "__DERIVATION IS NULL",
    "__DYNASTY = 'T_Base'",
};

static size_t random_where(char *out, uint32_t depth) {
    size_t len = 0;
    uint32_t kind = depth ? random_below(5) : 4;
    if (kind == 4) return (size_t)sprintf(out, "%s", leaves[random_below(sizeof leaves / sizeof *leaves)]);
    if (kind == 3) {
        len = (size_t)sprintf(out, "NOT (");
        len += random_where(out + len, depth - 1);
        return len + (size_t)sprintf(out + len, ")");
    }
    for (uint32_t i = 0, n = 2 + random_below(3); i < n; i++) {
        len += (size_t)sprintf(out + len, "%s(", i ? (kind == 1 ? " AND " : " OR ") : "");
        len += random_where(out + len, depth - 1);
        len += (size_t)sprintf(out + len, ")");
    }
    return len;
}

typedef struct row {
    const wql_class *cls;
    wql_value values[T_BASE_COUNT];
} row;

static wql_value value_of(uint32_t property, uint32_t pick) {
    static const int64_t ns[] = {1, 0, -3, 2, INT32_MAX};
    static const char *const ss[] = {"Alpha", "beta", "", "1", "b"};
    static const double rs[] = {1.5, 0, -0.5, 0.1, NAN};
    static const float fs[] = {0.1f, 0.5f, -0.1f, 0.0999999940395355f, -0.0999999940395355f};
    static const uint64_t us[] = {UINT64_MAX, 0, 10, 9, 11};
    static const uint64_t smalls[] = {3, 4, 255, 0, 44};
    static const uint64_t cs[] = {'a', 'A', 'b', 'B', 'z'};
    static const int64_t ds[] = {1577836800000000, 1577836800000001, 1577923200000000, 0, 1};
    wql_value v = wql_null();
    if (pick >= 5) return v;
    switch (property) {
    case N: v = wql_i64(ns[pick]), v.type = WQL_SINT32; break;
    case S: v = wql_text(wql_s(ss[pick])); break;
    case B: v = wql_bool(pick & 1); break;
    case R: v = wql_f64(rs[pick]); break;
    case F: v = wql_f64((double)fs[pick]), v.type = WQL_REAL32; break;
    case U: v = wql_u64(us[pick]); break;
    case SMALL: v = wql_u64(smalls[pick]), v.type = WQL_UINT8; break;
    case C: v = wql_u64(cs[pick]), v.type = WQL_CHAR16; break;
    case D: v = wql_time((wql_datetime){.us = ds[pick]}); break;
    default: break;
    }
    return v;
}

/* One comparison as the rule has it, without any of the room's own work. */
static int leaf_value(wql__arena *arena, const wql__node *node, const row *r) {
    const wql__zone zone = {NULL, NULL};
    const wql__literal none = {.kind = WQL__LIT_NULL};
    wql_str name = node->path.names[0].text;
    int system = wql__system_property(name);
    uint32_t number = wql__class_property(r->cls, name), type, flags = 0;
    wql_value value = wql_null();
    wql__test test;
    const char *why;
    const wql__literal *literal = node->kind == WQL__NODE_NULL ? &none : &node->literal;
    uint8_t op = node->kind == WQL__NODE_COMPARE ? node->op : node->kind == WQL__NODE_LIKE ? WQL_LIKE : WQL__ISA;
    if (node->kind == WQL__NODE_NULL) op = node->negated ? WQL_NOT_NULL : WQL_IS_NULL;
    if (system) {
        type = wql__system_type(system);
        value = wql__system_constant(r->cls, system, r->cls->def.property_count);
    } else {
        type = node->path.count > 1 ? WQL_NULL : r->cls->def.properties[number].type;
        flags = r->cls->def.properties[number].flags;
        if (node->path.count == 1) value = r->values[number];
    }
    memset(&test, 0, sizeof test);
    assert_int_equal(wql__test_make(arena, type, flags, op, false, literal, &zone, &test, &why), WQL_OK);
    return value.type == WQL_NULL ? wql__test_null(&test) : wql__test_value(&test, &value, NULL);
}

static int twin(wql__arena *arena, const wql__node *node, const row *r) {
    bool all = node->kind == WQL__NODE_AND;
    int result, decisive = all ? WQL__FALSE : WQL__TRUE;
    if (node->kind == WQL__NODE_NOT) {
        result = twin(arena, node->items[0], r);
        return result == WQL__UNKNOWN ? result : result == WQL__TRUE ? WQL__FALSE : WQL__TRUE;
    }
    if (!all && node->kind != WQL__NODE_OR) return leaf_value(arena, node, r);
    result = all ? WQL__TRUE : WQL__FALSE;
    for (uint32_t i = 0; i < node->count; i++) {
        int item = twin(arena, node->items[i], r);
        if (item == decisive) return decisive;
        if (item == WQL__UNKNOWN) result = WQL__UNKNOWN;
    }
    return result;
}

static bool holds(const wql__expr *expr, const row *r) {
    if (expr->kind == WQL__EXPR_TEST) {
        wql_value value = expr->at == WQL__AT_PROPERTY ? r->values[expr->property] : wql_null();
        return (value.type == WQL_NULL ? wql__test_null(expr->test) : wql__test_value(expr->test, &value, NULL)) == WQL__TRUE;
    }
    assert_true(expr->count >= 2);
    for (uint32_t i = 0; i < expr->count; i++) {
        assert_true(expr->items[i]->kind != expr->kind && expr->items[i]->kind != WQL__EXPR_CONST);
        if (holds(expr->items[i], r) != (expr->kind == WQL__EXPR_AND)) return expr->kind == WQL__EXPR_OR;
    }
    return expr->kind == WQL__EXPR_AND;
}

/* Whether a row fulfils a condition as a provider reads it. */
static bool condition_holds(wql__arena *arena, const wql_conjunct *c, const row *r) {
    const wql_value *value = &r->values[c->property];
    if (c->op == WQL_IS_NULL || c->op == WQL_NOT_NULL) return (value->type == WQL_NULL) == (c->op == WQL_IS_NULL);
    if (value->type == WQL_NULL) return false;
    for (uint32_t i = 0; i < c->count; i++) {
        wql__test test;
        assert_true(wql__test_from_value(arena, r->cls->def.properties[c->property].type, (uint8_t)c->op, &c->values[i], &test));
        if (wql__test_value(&test, value, NULL) == WQL__TRUE) return true;
    }
    return false;
}

static void compare_row(wql__arena *arena, const wql__query_tree *tree, const wql__plan *plan, const row *r, const char *text) {
    const wql__plan_scan *scan = scan_of(plan, r->cls->def.name);
    bool wanted = twin(arena, tree->where, r) == WQL__TRUE, got = scan != NULL;
    for (uint32_t i = 0; scan && i < scan->conjunct_count; i++) {
        bool item = holds(scan->conjuncts[i].expr, r);
        uint32_t number = scan->conjuncts[i].pushed;
        got = got && item;
        if (number != WQL__NO_ENTRY && condition_holds(arena, &scan->pushed[number], r) != item)
            fail_msg("%s: condition %u says otherwise than its conjunct", text, i);
    }
    if (got != wanted) fail_msg("%s: %s gives %d, not %d", text, r->cls->def.name, got, wanted);
}

static void test_random(void **state) {
    static const char *const classes[] = {"T_Base", "T_Derived", "T_Deep"};
    static char text[1 << 16];
    lab *l = *state;
    uint32_t passed = 0;
    for (uint32_t round = 0; round < 3000; round++) {
        wql_error err = WQL_INIT(wql_error);
        const wql__zone zone = {NULL, NULL};
        wql__arena arena;
        wql__query_tree *tree;
        wql__plan *plan;
        size_t len = (size_t)sprintf(text, "SELECT Id FROM T_Base WHERE ");
        len += random_where(text + len, random_below(4));
        if (len > 16000) continue;
        wql__arena_init(&arena, l->mem);
        if (wql__parse((wql_str){text, len}, 0, &limits, &arena, &tree, &err) < 0) fail_msg("%s: %s", text, err.message);
        if (wql__plan_make(tree, l->mem, l->catalog, 0, &zone, NULL, &plan, &err) < 0) fail_msg("%s: %s", text, err.message);
        for (uint32_t i = 0; i < 24; i++) {
            row r;
            r.cls = wql__catalog_find(l->catalog, wql_s(classes[i % 3]))->cls;
            for (uint32_t p = 0; p < T_BASE_COUNT; p++) r.values[p] = value_of(p, random_below(7));
            compare_row(&arena, tree, plan, &r, text);
        }
        wql__plan_release(plan);
        wql__arena_free(&arena);
        passed++;
    }
    assert_true(passed > 2500);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_errors),       T(test_accepted),    T(test_other_kinds),   T(test_empty_catalog), T(test_columns),
        T(test_wide_class),   T(test_normal_form), T(test_keyless_paths), T(test_depth),         T(test_pair_of_types),
        T(test_long_lists),   T(test_pushed),      T(test_answers),       T(test_not_capable),   T(test_faults),
        T(test_turns),        T(test_lifetime),    T(test_out_of_memory), T(test_memory_limit),  T(test_explain),
        T(test_explain_long), T(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
