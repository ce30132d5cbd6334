/* SPDX-License-Identifier: MIT */
/* test_kinds.c: the kinds of queries beside data queries, and the dialects: what is accepted as which kind, how it is printed,
 * what is refused and where. */
#include "parse_tools.h"

#define RELAXED WQL_RELAXED
#define EXTENDED WQL_EXTENDED
#define ALL_DIALECTS (WQL_RELAXED | WQL_EXTENDED)

typedef struct good {
    const char *text, *canonical; /* NULL: as it stands */
} good;

static void accept_all(uint32_t dialect, int kind, const good *table, size_t count) {
    for (size_t i = 0; i < count; i++) {
        run r = parse_in(dialect, wql_s(table[i].text), &defaults);
        const char *canonical = table[i].canonical ? table[i].canonical : table[i].text;
        char *printed;
        if (r.status != WQL_OK) fail_msg("%s\n  is refused at %u: %s", table[i].text, r.err.offset, r.err.message);
        if (r.tree->kind != kind) fail_msg("%s\n  is of kind %d, not %d", table[i].text, r.tree->kind, kind);
        printed = print_tree(r.tree);
        if (strcmp(printed, canonical) != 0) fail_msg("%s\n  prints %s\n  not    %s", table[i].text, printed, canonical);
        check_tree(r.tree, wql_s(table[i].text));
        check_round_trip(r.tree);
        free(printed);
        done(&r);
    }
}
#define ACCEPT_ALL(dialect, kind, table) accept_all(dialect, kind, table, sizeof(table) / sizeof(table)[0])

static void refuse_all(uint32_t dialect, const char *const (*table)[2], size_t count) {
    for (size_t i = 0; i < count; i++) refuse_in(dialect, table[i][0], &defaults, WQL_E_INVALID_QUERY, table[i][1]);
}
#define REFUSE_ALL(dialect, table) refuse_all(dialect, table, sizeof(table) / sizeof(table)[0])

/* -- associations ------------------------------------------------------------------------------------------------ */

static void test_associators(void **state) {
    static const good table[] = {
        {"ASSOCIATORS OF {Win32_LogicalDisk.DeviceID=\"C:\"}", NULL},
        {"associators\tof{Win32_LogicalDisk='C:'}", "ASSOCIATORS OF {Win32_LogicalDisk=\"C:\"}"},
        {"ASSOCIATORS OF { A.K2=2,K1='x' }", "ASSOCIATORS OF {A.K1=\"x\",K2=2}"},
        {"ASSOCIATORS OF {A=@} WHERE KeysOnly", NULL},
        {"ASSOCIATORS OF {A} WHERE SchemaOnly", NULL},
        {"ASSOCIATORS OF {root\\cimv2:A.K=1}", NULL},
        {"ASSOCIATORS OF {\\\\.\\root\\cimv2:A.K=1}", NULL},
        {"ASSOCIATORS OF {A.K=\"a}b\"}", NULL},
        {"ASSOCIATORS OF {A.K='a}b'} WHERE Role='P'", "ASSOCIATORS OF {A.K=\"a}b\"} WHERE Role = P"},
        {"ASSOCIATORS OF {A.K=1} WHERE ClassDefsOnly AssocClass = X",
         "ASSOCIATORS OF {A.K=1} WHERE AssocClass = X ClassDefsOnly"},
        {"associators of {A.K=1} where requiredassocqualifier=q1 requiredqualifier=q2 resultclass=c resultrole=r role=s "
         "assocclass=a",
         "ASSOCIATORS OF {A.K=1} WHERE AssocClass = a ResultClass = c Role = s ResultRole = r RequiredQualifier = q2 "
         "RequiredAssocQualifier = q1"},
        {"ASSOCIATORS OF {A.K=1} WHERE Role = Role ResultClass = KeysOnly KeysOnly",
         "ASSOCIATORS OF {A.K=1} WHERE ResultClass = KeysOnly Role = Role KeysOnly"},
        {"ASSOCIATORS OF {A.K=1} WHERE Role = \"NULL\" AssocClass = 'a b'",
         "ASSOCIATORS OF {A.K=1} WHERE AssocClass = 'a b' Role = 'NULL'"},
    };
    (void)state;
    ACCEPT_ALL(0, WQL_KIND_ASSOCIATORS, table);
    ACCEPT_ALL(RELAXED, WQL_KIND_ASSOCIATORS, table);
    ACCEPT_ALL(EXTENDED, WQL_KIND_ASSOCIATORS, table);
}

static void test_references(void **state) {
    static const good table[] = {
        {"REFERENCES OF {Adapter=\"AHA-294X\"}", NULL},
        {"REFERENCES OF {A.K=TRUE} WHERE ResultClass = C Role = R RequiredQualifier = Q KeysOnly", NULL},
        {"REFERENCES OF {A} WHERE SchemaOnly ResultClass=C", "REFERENCES OF {A} WHERE ResultClass = C SchemaOnly"},
        {"references of {A.K=0x1F}", "REFERENCES OF {A.K=31}"},
    };
    (void)state;
    ACCEPT_ALL(0, WQL_KIND_REFERENCES, table);
    ACCEPT_ALL(ALL_DIALECTS, WQL_KIND_REFERENCES, table);
}

static void test_association_refused(void **state) {
    static const char *const table[][2] = {
        {"ASSOCIATORS OF«»", "expected the path of an object in braces after OF, found the end"},
        {"ASSOCIATORS«»", "expected OF after ASSOCIATORS"},
        {"ASSOCIATORS «{A.K=1}»", "expected OF after ASSOCIATORS, found {A.K=1}"},
        {"ASSOCIATORS OF «A».K=1", "expected the path of an object in braces after OF, found \"A\""},
        {"ASSOCIATORS OF «{»A.K=1", "no closing }"},
        {"ASSOCIATORS OF {A.K=«'»1}", "no closing '"},
        {"ASSOCIATORS OF «{»A.K='}'", "no closing }"},
        {"ASSOCIATORS OF {A.K=1} «}»", "braces belong"},
        {"ASSOCIATORS OF {A.K=1} «Role» = X", "expected WHERE or the end of the query after {A.K=1}, found Role"},
        {"ASSOCIATORS OF {A.K=1} WHERE«»", "expected AssocClass, ResultClass, Role"},
        {"ASSOCIATORS OF {A.K=1} WHERE «DeviceID» = 'C:'", "found \"DeviceID\""},
        {"ASSOCIATORS OF {A.K=1} WHERE AssocClass«»", "expected = after AssocClass"},
        {"ASSOCIATORS OF {A.K=1} WHERE AssocClass =«»", "expected a name after '='"},
        {"ASSOCIATORS OF {A.K=1} WHERE AssocClass = «5»", "expected a name after '=', found 5"},
        {"ASSOCIATORS OF {A.K=1} WHERE AssocClass = «NULL»", "never names"},
        {"ASSOCIATORS OF {A.K=1} WHERE ResultClass «<>» X", "behind ="},
        {"ASSOCIATORS OF {A.K=1} WHERE AssocClass = X «AND» Role = Y", "side by side"},
        {"ASSOCIATORS OF {A.K=1} WHERE AssocClass = X«,» Role = Y", "side by side"},
        {"ASSOCIATORS OF {A.K=1} WHERE «(»AssocClass = X)", "found '('"},
        {"ASSOCIATORS OF {A.K=1} WHERE Role = X «Role» = Y", "Role is written twice"},
        {"ASSOCIATORS OF {A.K=1} WHERE KeysOnly «KeysOnly»", "KeysOnly is written twice"},
        {"ASSOCIATORS OF {A.K=1} WHERE ClassDefsOnly «ResultClass» = X", "exclude each other"},
        {"ASSOCIATORS OF {A.K=1} WHERE ResultClass = X Role = R «ClassDefsOnly»", "exclude each other"},
        {"ASSOCIATORS OF {A} WHERE SchemaOnly «ClassDefsOnly»", "exclude each other"},
        {"ASSOCIATORS OF {A} WHERE SchemaOnly «KeysOnly»", "exclude each other"},
        {"ASSOCIATORS OF {A.K=1} WHERE KeysOnly «ClassDefsOnly»", "exclude each other"},
        {"ASSOCIATORS OF {A.K=1} WHERE «SchemaOnly»", "the path names an object"},
        {"ASSOCIATORS OF {A=@} WHERE Role = P «SchemaOnly»", "the path names an object"},
        {"ASSOCIATORS OF «{A}»", "the path names a class"},
        {"REFERENCES OF «{A}» WHERE KeysOnly ClassDefsOnly", "the path names a class"}, /* the first in text order */
        {"REFERENCES OF {A.K=1} WHERE «AssocClass» = X", "belongs to ASSOCIATORS OF"},
        {"REFERENCES OF {A.K=1} WHERE KeysOnly «ResultRole» = X", "belongs to ASSOCIATORS OF"},
        {"REFERENCES OF {A.K=1} WHERE «RequiredAssocQualifier» = X", "belongs to ASSOCIATORS OF"},
        {"ASSOCIATORS OF {A.K=1} WHERE ClassDefsOnly ResultClass =«»", "expected a name"}, /* exclusions come last */
        {"ASSOCIATORS OF {A.K=1} WHERE Role = X «Role»", "twice"},
        {"ASSOCIATORS OF {A.K=1} WHERE Role = «'a\\q'»", "\\q"},
        {"ASSOCIATORS OF {A.K=1} WHERE Role = «__THIS»", "META_CLASS"},
        {"ASSOCIATORS OF {A.K=1}«;»", "ends without ';'"},
        {"SELECT * FROM T WHERE a = «{»A.K=1}", "braces belong"},
    };
    static const char *const paths[][2] = {
        {"ASSOCIATORS OF {Win32_LogicalDisk.DeviceID«}»", ""},
        {"ASSOCIATORS OF {«}»", "in the braces"},
        {"ASSOCIATORS OF {  «}»", "in the braces"},
        {"ASSOCIATORS OF {A.K« »= 1}", ""},
        {"ASSOCIATORS OF {A.K=«x»}", ""},
        {"REFERENCES OF {«5»}", ""},
        {"ASSOCIATORS OF {A.K=«x»} WHERE nonsense (", ""}, /* before what comes behind it */
    };
    (void)state;
    REFUSE_ALL(0, table);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        refuse_with(paths[i][0], &defaults, WQL_E_INVALID_OBJECT_PATH, paths[i][1]);
}

/* What is in the tree, and where. */
static void test_association_tree(void **state) {
    static const char text[] = "ASSOCIATORS OF { A.K='x' } WHERE Role = \"P\" SchemaOnlyX";
    run r = parse_with((wql_str){text, sizeof text - 13}, &defaults);
    const wql__association *a;
    (void)state;
    assert_int_equal(r.status, WQL_OK);
    a = r.tree->association;
    assert_int_equal(a->offset, 15);
    assert_int_equal(a->length, 11);
    assert_int_equal(a->path->kind, WQL__PATH_KEYS);
    assert_int_equal(a->path->offset, 17);
    assert_int_equal(a->terms[WQL__TERM_ROLE].word.offset, 33);
    assert_int_equal(a->terms[WQL__TERM_ROLE].value.offset, 40);
    assert_int_equal(a->terms[WQL__TERM_ROLE].value.length, 3);
    assert_int_equal(a->terms[WQL__TERM_ROLE].value.text.len, 1);
    assert_int_equal(a->terms[WQL__TERM_ASSOC_CLASS].word.length, 0);
    done(&r);
}

/* -- schema ------------------------------------------------------------------------------------------------------ */

static void test_schema(void **state) {
    static const good table[] = {
        {"SELECT * FROM meta_class", NULL},
        {"SELECT * FROM meta_class WHERE __THIS ISA T_Base", "SELECT * FROM meta_class WHERE __THIS ISA 'T_Base'"},
        {"SELECT * FROM meta_class WHERE NOT __class < \"Win32\" AND NOT __this ISA \"Win32_Account\"",
         "SELECT * FROM meta_class WHERE NOT __class < 'Win32' AND NOT __this ISA 'Win32_Account'"},
        {"SELECT * FROM META_CLASS WHERE __Class LIKE '%[_][_]%' OR __Superclass LIKE 'a' OR __Dynasty LIKE 'b'", NULL},
        {"SELECT * FROM META_CLASS WHERE __Superclass IS NULL OR __Dynasty IS NOT NULL OR __Class = NULL", NULL},
        {"SELECT * FROM META_CLASS WHERE T_Base = __Superclass", "SELECT * FROM META_CLASS WHERE __Superclass = 'T_Base'"},
    };
    static const char *const refused[][2] = {
        {"SELECT * FROM meta_class WHERE __this «=» 'a'", "__THIS ISA 'name'"},
        {"SELECT * FROM meta_class WHERE __this «LIKE» 'a'", "__THIS ISA 'name'"},
        {"SELECT * FROM meta_class WHERE __this «IS NULL»", "__THIS ISA 'name'"},
        {"SELECT * FROM meta_class WHERE __class «ISA» 'a'", "__THIS ISA 'name'"},
        {"SELECT * FROM meta_class WHERE «Name» = 'x'", "nothing else"},
        {"SELECT * FROM meta_class WHERE «__PATH» = 'x'", "nothing else"},
        {"SELECT * FROM meta_class WHERE «__class.x» = 'x' AND )", "nothing else"},
        {"SELECT * FROM meta_class WHERE __class = «5»", "name of a class"},
        {"SELECT * FROM meta_class WHERE __class <> «TRUE»", "name of a class"},
        {"SELECT * FROM meta_class WHERE __class = «a.b»", "one word"},
        {"SELECT * FROM meta_class WHERE __class < «NULL»", "no order"},
        {"SELECT * FROM meta_class WHERE __this ISA «__this»", "META_CLASS"},
        {"SELECT * FROM meta_class WHERE __Class LIKE «%»Win32%", "arithmetic"},
        {"SELECT __CLASS FROM «meta_class» WHERE __this ISA 'a'", "only select *"},
    };
    (void)state;
    ACCEPT_ALL(0, WQL_KIND_SCHEMA, table);
    ACCEPT_ALL(ALL_DIALECTS, WQL_KIND_SCHEMA, table);
    REFUSE_ALL(0, refused);
}

/* -- events ------------------------------------------------------------------------------------------------------ */

static void test_events(void **state) {
    static const good table[] = {
        {"SELECT * FROM __InstanceCreationEvent", NULL},
        {"SELECT * FROM __timerEVENT", NULL},
        {"SELECT * FROM E WITHIN 5", NULL},
        {"SELECT a.b FROM E WITHIN 0.5 WHERE TargetInstance ISA X",
         "SELECT a.b FROM E WITHIN 0.500 WHERE TargetInstance ISA 'X'"},
        {"SELECT * FROM E WITHIN +1e-9", "SELECT * FROM E WITHIN 0.001"},
        {"SELECT * FROM E WITHIN 4294967.295", NULL},
        {"SELECT * FROM E WITHIN 0.0015", "SELECT * FROM E WITHIN 0.002"},
        {"SELECT * FROM E WITHIN 007 WHERE TargetInstance.a <> PreviousInstance.a",
         "SELECT * FROM E WITHIN 7 WHERE TargetInstance.a <> PreviousInstance.a"},
        {"SELECT * FROM __InstanceModificationEvent WHERE a = b", NULL},
        {"SELECT * FROM E GROUP WITHIN 300", NULL},
        {"SELECT * FROM E WHERE a = 1 GROUP WITHIN 300 BY a, b.c HAVING NumberOfEvents > 5 AND Representative.x = 'y'", NULL},
        {"SELECT * FROM E GROUP WITHIN 3 HAVING NumberOfEvents > 5", NULL},
        {"SELECT Within, Having, By FROM Group WITHIN 3 WHERE Group = 1 GROUP WITHIN 3 BY By, Having HAVING Having = 1", NULL},
    };
    static const char *const refused[][2] = {
        {"SELECT * FROM E WITHIN«»", "expected a number of seconds after WITHIN"},
        {"SELECT * FROM E WITHIN «WHERE» a = 1", "expected a number of seconds"},
        {"SELECT * FROM E WITHIN «\"5\"»", "expected a number of seconds"},
        {"SELECT * FROM E WITHIN «0»", "more than 0"},
        {"SELECT * FROM E WITHIN «-1»", "more than 0"},
        {"SELECT * FROM E WITHIN «-0.5»", "more than 0"},
        {"SELECT * FROM E WITHIN «4294967.296»", "at most 4294967.295"},
        {"SELECT * FROM E WITHIN «4294968»", "at most 4294967.295"},
        {"SELECT * FROM E WITHIN «99999999999999999999»", "out of range"},
        {"SELECT * FROM E WHERE a = 1 «WITHIN» 5", "in front of WHERE"},
        {"SELECT * FROM E WITHIN 5 «WITHIN» 5", "expected WHERE"},
        {"SELECT * FROM E «HAVING» NumberOfEvents > 5", "behind GROUP WITHIN"},
        {"SELECT * FROM E GROUP WITHIN 5 «WHERE» a = 1", "expected BY, HAVING or the end of the query"},
        {"SELECT * FROM E GROUP WITHIN 5 BY«»", "expected"},
        {"SELECT * FROM E GROUP WITHIN 5 BY a,«»", "expected a property name"},
        {"SELECT * FROM E GROUP WITHIN 5 HAVING«»", "expected a condition"},
        {"SELECT * FROM E GROUP WITHIN 5 HAVING a = 1 «BY» b", "found BY"},
        {"SELECT * FROM E GROUP WITHIN 5 BY «5»", "expected"},
        {"SELECT TargetInstance. FROM «__InstanceCreationEvent»", "behind the point"},
        {"SELECT * FROM E WITHIN 5 WHERE TargetInstance ISA«»", "expected a class name"},
        {"SELECT * FROM E WITHIN 5 WHERE «__THIS» ISA 'x'", "META_CLASS"},
    };
    run r;
    (void)state;
    ACCEPT_ALL(0, WQL_KIND_EVENT, table);
    ACCEPT_ALL(RELAXED, WQL_KIND_EVENT, table);
    ACCEPT_ALL(EXTENDED, WQL_KIND_EVENT, table);
    REFUSE_ALL(0, refused);
    refuse_with("SELECT * FROM E GROUP WITHIN 300 BY «*»", &defaults, WQL_E_MISSING_AGGREGATION_LIST, "named");
    refuse_with("SELECT * FROM E GROUP «BY» a", &defaults, WQL_E_MISSING_GROUP_WITHIN, "expected WITHIN");
    r = parse_in(WQL__NOTIFICATION, wql_s("SELECT * FROM Win32_DeviceChangeEvent WHERE a = b"), &defaults);
    assert_int_equal(r.status, WQL_OK);
    assert_int_equal(r.tree->kind, WQL_KIND_EVENT);
    done(&r);
}

/* -- RELAXED ----------------------------------------------------------------------------------------------------- */

static void test_relaxed(void **state) {
    static const good table[] = {
        {"SELECT * FROM T WHERE p NOT LIKE 'x%' AND q NOT ISA C", "SELECT * FROM T WHERE p NOT LIKE 'x%' AND q NOT ISA 'C'"},
        {"SELECT * FROM T WHERE NOT p NOT LIKE 'x'", NULL},
        {"SELECT * FROM T WHERE a = b AND c.d < e", NULL},
        {"SELECT * FROM T WHERE a BETWEEN 1 AND 5", "SELECT * FROM T WHERE a >= 1 AND a <= 5"},
        {"SELECT * FROM T WHERE x = 1 OR a BETWEEN 'b' AND 'c' AND NOT d BETWEEN -1 AND 2.5",
         "SELECT * FROM T WHERE x = 1 OR a >= 'b' AND a <= 'c' AND NOT (d >= -1 AND d <= 2.5)"},
        {"SELECT Between FROM T WHERE Between BETWEEN 1 AND 2", "SELECT Between FROM T WHERE Between >= 1 AND Between <= 2"},
        {"SELECT * FROM T WHERE b IS TRUE", "SELECT * FROM T WHERE b = TRUE AND b IS NOT NULL"},
        {"SELECT * FROM T WHERE b IS NOT FALSE OR b IS NULL", "SELECT * FROM T WHERE b <> FALSE OR b IS NULL OR b IS NULL"},
        {"SELECT * FROM T WHERE NOT b IS FALSE", "SELECT * FROM T WHERE NOT (b = FALSE AND b IS NOT NULL)"},
        {"SELECT * FROM root\\cimv2:T", NULL},
        {"SELECT * FROM root/cimv2 : T WHERE a=1", "SELECT * FROM root\\cimv2:T WHERE a = 1"},
        {"SELECT * FROM ns:T;", "SELECT * FROM ns:T"},
        {"SELECT a.*, b.c.*, d FROM T", NULL},
        {"SELECT * FROM T ; \n", "SELECT * FROM T"},
        {"SELECT * FROM T WHERE a = 0x1f AND b = -0X10", "SELECT * FROM T WHERE a = 31 AND b = -16"},
        {"SELECT * FROM T WHERE a = 18446744073709551616", NULL},
        {"SELECT * FROM T WHERE a = +99999999999999999999 AND b = -9223372036854775809",
         "SELECT * FROM T WHERE a = 99999999999999999999 AND b = -9223372036854775809"},
    };
    static const char *const refused[][2] = {
        {"SELECT * FROM T «t»", "no second name"},
        {"SELECT * FROM T«,» U", "one class"},
        {"SELECT * FROM T WHERE a «IN» (1)", "no IN"},
        {"SELECT * FROM T «ORDER» BY a", "no ORDER BY"},
        {"SELECT DISTINCT «a» FROM T", "no DISTINCT"},
        {"SELECT * FROM T;«;»", "found ';'"},
        {"SELECT * FROM «;»", "expected a class name"},
        {"SELECT * FROM «\\»\\T", "expected a class name"},
        {"SELECT * FROM a\\«»", ""},
        {"SELECT * FROM a\\b«»", ""},
        {"SELECT * FROM a\\b«.»c", "expected ':'"},
        {"SELECT *«.»* FROM T", "expected FROM"},
        {"SELECT a, «*» FROM T", "stands alone"},
        {"SELECT a.*«.»b FROM T", ""},
        {"SELECT * FROM T WHERE a.«*» = 1", ""},
        {"SELECT * FROM T WHERE a NOT «=» 1", "expected LIKE or ISA after NOT"},
        {"SELECT * FROM T WHERE a NOT «BETWEEN» 1 AND 2", "expected LIKE or ISA after NOT"},
        {"SELECT * FROM T WHERE a BETWEEN «NULL» AND 2", "no order"},
        {"SELECT * FROM T WHERE a BETWEEN 1«»", "expected AND after 1"},
        {"SELECT * FROM T WHERE a BETWEEN 1 «OR» 2", "expected AND after 1"},
        {"SELECT * FROM T WHERE a BETWEEN 1 AND «b»", "expected a number or a text in quotes"},
        {"SELECT * FROM T WHERE a >= «NULL»", "no order"},
        {"SELECT * FROM T WHERE a IS «5»", "IS only tests"},
        {"SELECT * FROM T WHERE a IS «\"TRUE\"»", "IS only tests"},
        {"SELECT * FROM T WHERE a = «0x10000000000000000»", "out of range"},
        {"SELECT * FROM T WHERE a = «0x»", "neither"},
        {"SELECT * FROM T WHERE a = «1e999»", "out of range"},
        {"SELECT * FROM T WHERE «__THIS» ISA 'a'", "META_CLASS"},
        {"SELECT a FROM ns:«meta_class»", "only select *"},
    };
    static const good schema[] = {
        {"SELECT * FROM root\\a:meta_class WHERE __this ISA 'a';", "SELECT * FROM root\\a:meta_class WHERE __this ISA 'a'"}};
    run r;
    (void)state;
    ACCEPT_ALL(RELAXED, WQL_KIND_DATA, table);
    ACCEPT_ALL(ALL_DIALECTS, WQL_KIND_DATA, table);
    ACCEPT_ALL(RELAXED, WQL_KIND_SCHEMA, schema);
    REFUSE_ALL(RELAXED, refused);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) { /* none of it is base */
        r = parse_z(table[i].text);
        assert_int_equal(r.status, WQL_E_INVALID_QUERY);
        done(&r);
    }
}

/* -- EXTENDED ---------------------------------------------------------------------------------------------------- */

static void test_extended(void **state) {
    static const good table[] = {
        {"SELECT DISTINCT S FROM T ORDER BY S", NULL},
        {"SELECT ALL * FROM T", NULL},
        {"SELECT COUNT(*) FROM T", NULL},
        {"SELECT a, count ( b.c ) FROM T", "SELECT a, COUNT(b.c) FROM T"},
        {"SELECT * FROM T WHERE Tags IN ('x', 5, NULL, TRUE) AND a NOT IN (1)", NULL},
        {"SELECT * FROM T WHERE Id NOT IN (SELECT DISTINCT Id FROM U WHERE x IN (SELECT y FROM V)) OR c = 1", NULL},
        {"SELECT * FROM T WHERE Id = (SELECT Id FROM U) AND UPPER(a) < (select b from V as v)",
         "SELECT * FROM T WHERE Id = (SELECT Id FROM U) AND UPPER(a) < (SELECT b FROM V AS v)"},
        {"SELECT a.*, b.c FROM T AS a INNER JOIN U b ON a.Id = b.Id LEFT OUTER JOIN V ON b.x = V.x AND V.y > 5 WHERE a.q = 1",
         "SELECT a.*, b.c FROM T AS a INNER JOIN U AS b ON a.Id = b.Id LEFT JOIN V ON b.x = V.x AND V.y > 5 WHERE a.q = 1"},
        {"SELECT * FROM A JOIN B ON A.x=B.x RIGHT JOIN C ON A.x=C.x FULL OUTER JOIN D ON A.x=D.x",
         "SELECT * FROM A INNER JOIN B ON A.x = B.x RIGHT JOIN C ON A.x = C.x FULL JOIN D ON A.x = D.x"},
        {"SELECT * FROM A, B b, C WHERE A.x = b.x", "SELECT * FROM A, B AS b, C WHERE A.x = b.x"},
        {"SELECT * FROM T ORDER BY a, UPPER(b) DESC, c ASC", "SELECT * FROM T ORDER BY a, UPPER(b) DESC, c"},
        {"SELECT * FROM T WHERE DATEDIFF(dd, D, GETDATE()) > 7 AND DATEPART(yy, D) = 2020",
         "SELECT * FROM T WHERE DATEDIFF(DAY, D, GETDATE()) > 7 AND DATEPART(YEAR, D) = 2020"},
        {"SELECT * FROM T WHERE DATEADD(MI, -5, DATEADD(HOUR, 1, '2020-01-01')) <= D",
         "SELECT * FROM T WHERE DATEADD(MINUTE, -5, DATEADD(HOUR, 1, '2020-01-01')) <= D"},
        {"SELECT SUBSTRING(Name, 1, 3) FROM T WHERE 'x' = LOWER(a.b) AND UPPER(a) LIKE 'X%' AND LOWER(b) NOT LIKE 'c'",
         "SELECT SUBSTRING(Name, 1, 3) FROM T WHERE LOWER(a.b) = 'x' AND UPPER(a) LIKE 'X%' AND LOWER(b) NOT LIKE 'c'"},
        {"SELECT * FROM T WHERE UPPER(a) = LOWER(b) AND UPPER(a) IN ('A')", NULL},
        {"SELECT Count, Upper FROM T t WHERE Upper = 1 AND In = 2 AND Order IN (3)",
         "SELECT Count, Upper FROM T AS t WHERE Upper = 1 AND In = 2 AND Order IN (3)"},
        {"SELECT a FROM T AS Where WHERE a = 1", NULL},
    };
    static const good plain[] = {
        {"SELECT T_Base.S FROM T_Base", NULL},
        {"SELECT * FROM T WHERE S NOT LIKE 'A%'", NULL},
        {"SELECT * FROM T WHERE a = b", NULL},
        {"SELECT a.* FROM T", NULL},
        {"SELECT __CLASS FROM T WHERE __CLASS = X", "SELECT __CLASS FROM T WHERE __CLASS = 'X'"},
        {"SELECT Count FROM T WHERE Desc = 1 AND On = 2", NULL},
    };
    static const char *const refused[][2] = {
        {"SELECT COUNT(DISTINCT «S») FROM T", ""},
        {"SELECT DISTINCT «COUNT»(*) FROM T", "do not go together"},
        {"SELECT Name «AS» N FROM T WHERE", ""},
        {"SELECT DISTINCT S FROM T WHERE «__CLASS» = 'T'", "no system properties"},
        {"SELECT «__PATH» FROM T, U WHERE __CLASS = 'T'", "no system properties"},
        {"SELECT DISTINCT S FROM T «WITHIN» 5", "do not go together"},
        {"SELECT * FROM E WITHIN 5 WHERE a «IN» (1)", "do not go together"},
        {"SELECT * FROM T AS a «GROUP» WITHIN 5", "do not go together"},
        {"SELECT ALL * FROM «META_CLASS»", "do not go together"},
        {"SELECT * FROM T, «META_CLASS»", "only class"},
        {"SELECT * FROM T WHERE a IN (SELECT b FROM «META_CLASS»)", "only class"},
        {"SELECT * FROM T WHERE a IN («»", ""},
        {"SELECT * FROM T WHERE a IN («)»", "expected a constant or SELECT"},
        {"SELECT * FROM T WHERE a IN (1«»", "expected"},
        {"SELECT * FROM T WHERE a IN («b»)", "expected a constant or SELECT"},
        {"SELECT * FROM T WHERE a IN (SELECT «*» FROM U)", ""},
        {"SELECT * FROM T WHERE a IN (SELECT b«,» c FROM U)", ""},
        {"SELECT * FROM T WHERE a = («1»)", "SELECT"},
        {"SELECT * FROM T JOIN U«»", "ON"},
        {"SELECT * FROM T LEFT «U»", "JOIN"},
        {"SELECT * FROM A, B «JOIN» C ON a = b", ""},
        {"SELECT * FROM T ORDER «a»", "BY"},
        {"SELECT * FROM T ORDER BY «5»", ""},
        {"SELECT * FROM T ORDER BY a «LIMIT»", ""},
        {"SELECT TOP «1» * FROM T", ""},
        {"SELECT * FROM T WHERE UPPER(«'a'») = 'A'", ""},
        {"SELECT * FROM T WHERE UPPER(a«,» b) = 'A'", ""},
        {"SELECT * FROM T WHERE DATEDIFF(«WEEK», D, E) > 1", "part of a date"},
        {"SELECT * FROM T WHERE SUBSTRING(a, «b», 3) = 'x'", "expected an integer"},
        {"SELECT * FROM T WHERE a NOT «ISA» B", "LIKE"},
        {"SELECT * FROM T WHERE a NOT «=» 5", "LIKE"},
        {"SELECT * FROM T WHERE a «BETWEEN» 1 AND 2", "no BETWEEN"},
        {"SELECT * FROM T WHERE a IS «TRUE»", "IS only tests"},
        {"SELECT * FROM T«;»", "ends without ';'"},
        {"SELECT * FROM T WHERE UPPER(a) «IS» NULL", ""},
        {"SELECT * FROM T WHERE 1 = «1»", ""},
        {"SELECT * FROM T t «u»", ""},
        {"SELECT * FROM T UNION «SELECT» * FROM U", ""},
    };
    (void)state;
    ACCEPT_ALL(EXTENDED, WQL_KIND_EXTENDED, table);
    ACCEPT_ALL(ALL_DIALECTS, WQL_KIND_EXTENDED, table);
    ACCEPT_ALL(EXTENDED, WQL_KIND_DATA, plain);
    REFUSE_ALL(EXTENDED, refused);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_associators),      cmocka_unit_test(test_references), cmocka_unit_test(test_association_refused),
        cmocka_unit_test(test_association_tree), cmocka_unit_test(test_schema),     cmocka_unit_test(test_events),
        cmocka_unit_test(test_relaxed),          cmocka_unit_test(test_extended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
