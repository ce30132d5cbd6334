/* SPDX-License-Identifier: MIT */
/* test_plan.c: the query room: names, columns, conditions in normal form. */
#include "plan_lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        wql_status status = plan_lab_make(l, e->text, 0, NULL, &plan, &err);
        if (status != e->status || err.status != e->status) fail_msg("%s: %08x %s", e->text, (unsigned)status, err.message);
        assert_null(plan);
        if (!at || err.offset != (uint32_t)(at - e->text) || err.length != strlen(e->at))
            fail_msg("%s: at %u, %u bytes", e->text, err.offset, err.length);
        if (e->hint && strcmp(err.hint, e->hint)) fail_msg("%s: hint \"%s\"", e->text, err.hint);
        if (e->message && strncmp(err.message, e->message, strlen(e->message))) fail_msg("%s: %s", e->text, err.message);
        if (strlen(err.message) < 12) fail_msg("%s: says only %s", e->text, err.message);
        if (plan_lab_make(l, e->text, 0, NULL, &plan, NULL) != e->status) fail_msg("%s without an error struct", e->text);
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
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) wql__plan_release(plan_lab_of(*state, good[i], 0));
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
    plan_lab_define(l, NULL, NULL, 0);
    assert_int_equal(plan_lab_make(l, "SELECT * FROM T_Base", 0, NULL, &plan, &err), WQL_E_INVALID_CLASS);
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
        wql__plan *plan = plan_lab_of(l, shapes[i].text, shapes[i].flags);
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
    plan_lab_define(l, l->mount, list, 1);
    plan = plan_lab_of(l, "SELECT P299, P0, P64 FROM Wide WHERE P128 = 1 AND P63 > 5", 0);
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
    plan_lab_explain(plan, text, sizeof text);
    got = checks_of(text, name);
    if ((got == NULL) != (wanted == NULL) || (got && strcmp(got, wanted)))
        fail_msg("%s, %s: %s, not %s", n->where, name, got ? got : "pruned", wanted ? wanted : "pruned");
}

static void test_normal_form(void **state) {
    for (size_t i = 0; i < sizeof normals / sizeof *normals; i++) {
        char query[512];
        wql__plan *plan;
        snprintf(query, sizeof query, "SELECT * FROM T_Base WHERE %s", normals[i].where);
        plan = plan_lab_of(*state, query, 0);
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
    wql__plan *plan = plan_lab_of(l, "SELECT * FROM Keyless WHERE __PATH = 'x'", 0);
    assert_int_equal(plan->scan_count, 0);
    assert_int_equal(plan->pruned, 1);
    plan_lab_explain(plan, text, sizeof text);
    assert_string_equal(text, "nothing (1 class can never match)");
    wql__plan_release(plan);
    plan = plan_lab_of(l, "SELECT * FROM Keyless WHERE __RELPATH IS NULL", 0);
    assert_int_equal(plan->scans[0].conjunct_count, 0);
    wql__plan_release(plan);
    plan = plan_lab_of(l, "SELECT * FROM Only WHERE __RELPATH = 'Only=@'", 0);
    assert_int_equal(plan->scans[0].conjunct_count, 1);
    assert_int_equal(plan->scans[0].conjuncts[0].expr->at, WQL__AT_SYSTEM);
    assert_int_equal(plan->scans[0].conjuncts[0].expr->system, WQL__SYS_RELPATH);
    wql__plan_release(plan);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, plan_lab_begin, plan_lab_end)
    const struct CMUnitTest tests[] = {
        T(test_errors),  T(test_accepted),   T(test_other_kinds), T(test_empty_catalog),
        T(test_columns), T(test_wide_class), T(test_normal_form), T(test_keyless_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
