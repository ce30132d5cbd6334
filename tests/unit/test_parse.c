/* SPDX-License-Identifier: MIT */
/* test_parse.c: which texts are queries, and what is said about those that are not, and where. */
#include "parse_tools.h"

#include <sys/mman.h>
#include <unistd.h>

/* -- what is accepted -------------------------------------------------------------------------------------------- */

static void accept(const char *text, const char *canonical) {
    run r = parse_z(text);
    char *printed;
    if (r.status != WQL_OK) fail_msg("%s\n  is refused at %u: %s", text, r.err.offset, r.err.message);
    check_tree(r.tree, wql_s(text));
    printed = print_tree(r.tree);
    if (strcmp(printed, canonical) != 0) fail_msg("%s\n  prints %s\n  not    %s", text, printed, canonical);
    check_round_trip(r.tree);
    free(printed);
    done(&r);
}

static void test_accepted(void **state) {
    static const char *const table[][2] = {
        {"SELECT * FROM T", "SELECT * FROM T"},
        {"select\t*\nfrom\rT\v\f ", "SELECT * FROM T"},
        {"SELECT a FROM T", "SELECT a FROM T"},
        {"SELECT a,b , c.d . e,a FROM T", "SELECT a, b, c.d.e, a FROM T"},
        {"SELECT __PATH, __CLASS FROM __SystemClass", "SELECT __PATH, __CLASS FROM __SystemClass"},
        {"SELECT T.a FROM T", "SELECT T.a FROM T"},
        {"SELECT * FROM T WHERE a=1", "SELECT * FROM T WHERE a = 1"},
        {"SELECT * FROM T WHERE(a=1)", "SELECT * FROM T WHERE a = 1"},
        {"SELECT * FROM T WHERE a = 1 AND b <> 2 AND c != 3", "SELECT * FROM T WHERE a = 1 AND b <> 2 AND c <> 3"},
        {"SELECT * FROM T WHERE a < 1 OR b > 2 OR c <= 3 OR d >= 4", "SELECT * FROM T WHERE a < 1 OR b > 2 OR c <= 3 OR d >= 4"},
        {"SELECT * FROM T WHERE a = 1 OR b = 2 AND c = 3", "SELECT * FROM T WHERE a = 1 OR b = 2 AND c = 3"},
        {"SELECT * FROM T WHERE (a = 1 OR b = 2) AND c = 3", "SELECT * FROM T WHERE (a = 1 OR b = 2) AND c = 3"},
        {"SELECT * FROM T WHERE a = 1 OR (b = 2 AND c = 3)", "SELECT * FROM T WHERE a = 1 OR b = 2 AND c = 3"},
        {"SELECT * FROM T WHERE (a=1 AND b=2) AND (c=3 AND (d=4 AND e=5))",
         "SELECT * FROM T WHERE a = 1 AND b = 2 AND c = 3 AND d = 4 AND e = 5"},
        {"SELECT * FROM T WHERE ((a=1 OR b=2)) OR (c=3 OR d=4 AND e=5)",
         "SELECT * FROM T WHERE a = 1 OR b = 2 OR c = 3 OR d = 4 AND e = 5"},
        {"SELECT * FROM T WHERE NOT a=1 OR b<1 AND c>3", "SELECT * FROM T WHERE NOT a = 1 OR b < 1 AND c > 3"},
        {"SELECT * FROM T WHERE NOT(a=1 OR b=0)", "SELECT * FROM T WHERE NOT (a = 1 OR b = 0)"},
        {"SELECT * FROM T WHERE NOT (a=1)", "SELECT * FROM T WHERE NOT a = 1"},
        {"SELECT * FROM T WHERE NOT NOT (NOT a=1)", "SELECT * FROM T WHERE NOT NOT NOT a = 1"},
        {"SELECT * FROM T WHERE NOT a LIKE 'x' AND NOT b IS NULL", "SELECT * FROM T WHERE NOT a LIKE 'x' AND NOT b IS NULL"},
        {"SELECT * FROM T WHERE a is null or a is not null", "SELECT * FROM T WHERE a IS NULL OR a IS NOT NULL"},
        {"SELECT * FROM T WHERE a = null AND b <> TRUE AND c != false",
         "SELECT * FROM T WHERE a = NULL AND b <> TRUE AND c <> FALSE"},
        {"SELECT * FROM T WHERE NULL = a AND TRUE <> b AND FALSE != c",
         "SELECT * FROM T WHERE a = NULL AND b <> TRUE AND c <> FALSE"},
        {"SELECT * FROM T WHERE 1<a AND 2<=b AND 3>c AND 4>=d AND 5=e AND 6<>f",
         "SELECT * FROM T WHERE a > 1 AND b >= 2 AND c < 3 AND d <= 4 AND e = 5 AND f <> 6"},
        {"SELECT * FROM T WHERE 'x' = a.b", "SELECT * FROM T WHERE a.b = 'x'"},
        {"SELECT * FROM T WHERE E ISA \"Z\" AND E isa Z", "SELECT * FROM T WHERE E ISA 'Z' AND E ISA 'Z'"},
        {"SELECT * FROM T WHERE a . b . c = -5", "SELECT * FROM T WHERE a.b.c = -5"},
        /* unquoted class names */
        {"SELECT * FROM T WHERE __CLASS = T_Base", "SELECT * FROM T WHERE __CLASS = 'T_Base'"},
        {"SELECT * FROM T WHERE T_Base <> __class", "SELECT * FROM T WHERE __class <> 'T_Base'"},
        {"SELECT * FROM T WHERE X < __SUPERCLASS AND a.__Dynasty >= Y",
         "SELECT * FROM T WHERE __SUPERCLASS > 'X' AND a.__Dynasty >= 'Y'"},
        {"SELECT * FROM T WHERE __CLASS = __SUPERCLASS", "SELECT * FROM T WHERE __CLASS = '__SUPERCLASS'"},
        {"SELECT * FROM T WHERE a.b.__CLASS = __DYNASTY", "SELECT * FROM T WHERE a.b.__CLASS = '__DYNASTY'"},
        {"SELECT * FROM T WHERE __DYNASTY = a.__CLASS", "SELECT * FROM T WHERE a.__CLASS = '__DYNASTY'"},
        /* words as names */
        {"SELECT Role, Group FROM X WHERE Group = 1", "SELECT Role, Group FROM X WHERE Group = 1"},
        {"SELECT SELECT FROM FROM WHERE WHERE = 1 AND AND = 2 OR OR LIKE 'LIKE' OR LIKE IS NULL OR IS ISA ISA",
         "SELECT SELECT FROM FROM WHERE WHERE = 1 AND AND = 2 OR OR LIKE 'LIKE' OR LIKE IS NULL OR IS ISA 'ISA'"},
        {"SELECT FROM FROM FROM", "SELECT FROM FROM FROM"},
        {"SELECT a.FROM, Meta_Class, within FROM Within WHERE Group.By = 1 AND 2 = WITHIN",
         "SELECT a.FROM, Meta_Class, within FROM Within WHERE Group.By = 1 AND WITHIN = 2"},
        {"SELECT Distinct FROM Order WHERE Count = 1", "SELECT Distinct FROM Order WHERE Count = 1"},
        {"SELECT Associators FROM References WHERE __CLASS = Select",
         "SELECT Associators FROM References WHERE __CLASS = 'Select'"},
        {"SELECT * FROM Group WHERE By = 'x'", "SELECT * FROM Group WHERE By = 'x'"},
        /* names beyond ASCII */
        {"SELECT \xc3\x86 FROM \xc3\x86", "SELECT \xc3\x86 FROM \xc3\x86"},
        {"SELECT \xc2\x80,\xc3\xbf,\xe2\x80\x8c,\xef\xbc\xa1,\xef\xbf\xbd,\xf0\x90\x90\x80 FROM T",
         "SELECT \xc2\x80, \xc3\xbf, \xe2\x80\x8c, \xef\xbc\xa1, \xef\xbf\xbd, \xf0\x90\x90\x80 FROM T"},
        /* only the shape __...Event makes an event query */
        {"SELECT * FROM Win32_NTLogEvent", "SELECT * FROM Win32_NTLogEvent"},
        {"SELECT * FROM __EventFilter", "SELECT * FROM __EventFilter"},
        {"SELECT * FROM Event", "SELECT * FROM Event"},
        {"select*from Meta_Class", "SELECT * FROM Meta_Class"},
        {"SELECT meta_class FROM meta_classes", "SELECT meta_class FROM meta_classes"},
        {"SELECT * FROM _Event", "SELECT * FROM _Event"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) accept(table[i][0], table[i][1]);
}

/* wql-language 6.1 to 6.3, and what the text alone says in 6.4 to 6.7; `W` stands for SELECT * FROM T_Base WHERE. */
static void test_reference_accepted(void **state) {
    static const char *const table[] = {
        "sElEcT * fRoM t_base",
        "SELECT\na\tFROM\rb",
        W "S = 'Wilma \"F\"'",
        W "S = \"one \\\"two\\\" three\"",
        W "S = 'O\\'Brien'",
        W "S = 'Fabrikam\\\\TimO'",
        "SELECT * FROM Win32_DiskDrive WHERE DeviceID=\"\\\\\\\\.\\\\PHYSICALDRIVE0\"",
        W "S = ''",
        "SELECT \xc3\x86 FROM \xc3\x86",
        W "N = -3",
        W "N = +1",
        W "N = 007",
        W "R = .5",
        W "R = 1.5E0",
        W "U = 18446744073709551615",
        W "N != 1",
        W "N <> 1",
        "SELECT Role, Group FROM X WHERE Group = 1",
        "SELECT S,S,N FROM T_Base",
        "SELECT E.q FROM T_Base",
        "SELECT T_Base.S FROM T_Base",
        W "__CLASS = \"T_Base\"",
        W "__CLASS = T_Base",
        W "__CLASS <> 't_base'",
        W "N = 1 OR S = 'beta' AND Id = 99",
        W "NOT N = 1 OR N < 1 AND Id > 3",
        W "NOT (N = 1 OR N = 0)",
        W "NOT NOT N = 1",
        W "((((N = 1))))",
        W "1 = N",
        W "0 < N",
        "SELECT * FROM Win32_LogicalDisk WHERE \"NTFS\" = FileSystem",
        "select name from win32_process where handle = 0 or handle = 4",
        W "B >= 0", /* the binder's */
        W "Tags = 'x'",
        W "E.NoSuch = 5",
        W "S.x = 5",
        W "E ISA \"Z\"",
        W "NOT E ISA \"Z\"",
        W "E ISA Z",
        W "D = '20200101******.******+***'",
        W "NOT N IS NULL",
        W "N = NULL",
        "SELECT * FROM Win32_BIOS WHERE NAME <> NULL",
        W "NULL = NAME",
        W "S LIKE '[ab'",
        W "S LIKE \"%\\\\%\"",
        W "S LIKE '%\\_%'",
        W "N LIKE '1%'",
        "SELECT * FROM SecurityViolationEvent WHERE Building = 24",
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        run r = parse_z(table[i]);
        if (r.status != WQL_OK) fail_msg("%s\n  is refused at %u: %s", table[i], r.err.offset, r.err.message);
        check_tree(r.tree, wql_s(table[i]));
        check_round_trip(r.tree);
        done(&r);
    }
}

/* -- what is refused --------------------------------------------------------------------------------------------- */

static void test_reference_refused(void **state) {
    static const char *const table[][2] = {
        {W "S = 'O'«'Brien'»", "a quote inside a text is written"},
        {W "S = «'Fabrikam\\TimO'»", "\\T in a text means nothing"},
        {W "S = «'a\\nb'»", "\\n in a text means nothing"},
        {W "S = «'»unterminated", "no closing '"},
        {"SELECT a«-»b FROM T_Base", "letters, digits and _"},
        {"SELECT «1a» FROM T_Base", "neither a number nor a name"},
        {W "N = «-» 3", "directly in front of its number"},
        {W "N = «0x1»", "hexadecimal"},
        {W "U = «18446744073709551616»", "out of range"},
        {"SELECT * FROM T_Base «--» c", "no comments"},
        {"SELECT * FROM SecurityViolationEvent WHERE Building = 24«;»", "ends without ';'"},
        {W "N «==» 1", "write ="},
        {W "N < «=» 1", "without a blank inside"},
        {"SELECT «Null» FROM T_Base", "never names"},
        {"SELECT «\"*\"» FROM meta_class", "without quotes"},
        {"SELECT FROM «T_Base»", "nothing is selected"},
        {"SELECT *«,» S FROM T_Base", "stands alone"},
        {"SELECT * FROM T_Base«,» T_Other", "one class"},
        {"SELECT * FROM root«\\»cimv2:T_Base", "without namespace"},
        {"SELECT COUNT«(»*) FROM T_Base", "no COUNT"},
        {"SELECT * FROM T_Base «ORDER» BY S", "no ORDER BY"},
        {"SELECT DISTINCT «S» FROM T_Base", "no DISTINCT"},
        {"SELECT TOP «1» * FROM T_Base", "no TOP"},
        {"SELECT Tags«[»0] FROM T_Base", "array elements"},
        {W "(«)»", "parentheses are empty"},
        {W "«»", "expected a condition after WHERE, found the end of the query"},
        {W "N«»", "expected a comparison (=, <>, <, <=, >, >=, LIKE, IS, ISA) after the property name \"N\", found the end"},
        {W "TRUE«»", "expected = or <> after the constant TRUE"},
        {W "1 = «1»", "two constants"},
        {W "N = «Id»", "a property is compared with a property, Id"},
        {W "N < «(»4 + 7 - 2)", "neither arithmetic nor sub-queries"},
        {W "N «BETWEEN» 0 AND 5", "no BETWEEN"},
        {W "N «IN» (1,2)", "no IN"},
        {W "UPPER«(»S) = 'ALPHA'", "no UPPER"},
        {W "B <= «TRUE»", "have no order"},
        {W "B > «FALSE»", "have no order"},
        {W "NULL = «NULL»", "two constants"},
        {W "infraredsupported >= «null»", "have no order"},
        {W "DriveType IS «5»", "IS only tests for NULL"},
        {W "FileSystem IS NOT «\"NTFS\"»", "IS only tests for NULL"},
        {W "B IS «TRUE»", "IS only tests for NULL"},
        {W "S LIKE 'a\\%' «ESCAPE» '\\'", "no ESCAPE"},
        {W "S LIKE «5»", "expected a pattern in quotes after LIKE, found 5"},
        {W "'a%' «LIKE» S", "on their left"},
        {W "S «NOT» LIKE 'A%'", "in front of the property"},
        {"SELECT * FROM X WHERE AssocClass = «Y»", "with a property"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) refuse(table[i][0], table[i][1]);
}

static void test_refused_structure(void **state) {
    static const char *const table[][2] = {
        {"   «»", "expected SELECT, ASSOCIATORS OF or REFERENCES OF, found the end of the query"},
        {"\n«»", "expected SELECT"},
        {"«THIS» IS NOT VALID", "found \"THIS\""},
        {"«UPDATE» T SET a = 1", "WQL only reads"},
        {"«*»", "expected SELECT"},
        {"SELECT«»", "expected * or a property name after SELECT"},
        {"SELECT * «FORM» T", "expected FROM after '*', found \"FORM\""},
        {"SELECT *«»", "expected FROM after '*', found the end of the query"},
        {"SELECT * FROM«»", "expected a class name after FROM, found the end"},
        {"SELECT * FROM «\"T\"»", "names are written without quotes"},
        {"SELECT * FROM «NULL»", "never names"},
        {"SELECT * FROM «5»", "expected a class name"},
        {"SELECT * FROM «(»SELECT", "expected a class name"},
        {"SELECT * FROM WHERE «a» = 1", "the class is missing"},
        {"SELECT * FROM T «t»", "no second name"},
        {"SELECT * FROM T «AS» t", "no AS"},
        {"SELECT * FROM T «INNER» JOIN U", "no JOIN"},
        {"SELECT * FROM T «LIMIT» 5", "no LIMIT"},
        {"SELECT * FROM T«.»U", "without namespace"},
        {"SELECT * FROM T «WERE» a = 1", "expected WHERE or the end of the query after the class name \"T\""},
        {"SELECT * FROM T «HAVING» a > 1", "GROUP WITHIN"},
        {"SELECT * FROM T «*»", "expected WHERE"},
        {"SELECT S, «*» FROM T", "stands alone"},
        {"SELECT a.«*» FROM T", "an object is selected whole"},
        {"SELECT a.b.«*» FROM T", "an object is selected whole"},
        {"SELECT a,«,»b FROM T", "expected a property name after ',', found ','"},
        {"SELECT a, FROM «T»", "behind the comma"},
        {"SELECT a. FROM «T»", "behind the point"},
        {"SELECT a«»", "expected ',' or FROM after the property name \"a\""},
        {"SELECT a «b» FROM T", "expected ',' or FROM after the property name \"a\", found \"b\""},
        {"SELECT a «-1» FROM T", "found -1"},
        {"SELECT «(»a) FROM T", "computes nothing"},
        {"SELECT «`»a` FROM T", "without quotes"},
        {"SELECT a.«.»b FROM T", "expected a property name after '.'"},
        {"SELECT a«.5» FROM T", "found .5"},
        {"SELECT «__THIS» FROM T", "META_CLASS"},
        {"SELECT a.«__This» FROM T", "META_CLASS"},
        {"SELECT * FROM «__this»", "META_CLASS"},
        {W "«__THIS» ISA 'x'", "META_CLASS"},
        {W "E ISA «__THIS»", "META_CLASS"},
        {W "a = 1 AND«»", "expected a condition after AND, found the end"},
        {W "a = 1 «b»", "expected AND, OR or the end of the query after 1, found \"b\""},
        {W "(a = 1«»", "expected AND, OR or ')' after 1, found the end"},
        {W "a = 1«)»", "expected AND, OR or the end of the query after 1, found ')'"},
        {W "(a«)» = 1", "expected a comparison"},
        {W "a «FROM»", "found FROM"},
        {W "a = «NOT»", "expected a constant after '=', found NOT"},
        {W "NOT«»", "expected a condition after NOT"},
        {W "NOT «=» 5", "expected a condition after NOT, found '='"},
        {W "a = 1 «IS» NULL", "found IS"},
        {W "a = 1 «WHERE» b = 2", "one WHERE"},
        {W "a = 1 «WITHIN» 5", "in front of WHERE"},
        {W "NULL «<» a", "have no order"},
        {W "TRUE «>=» a", "have no order"},
        {W "'x' = «'y'»", "two constants"},
        {W "NULL = «5»", "two constants"},
        {W "5 «IS» NULL", "on their left"},
        {W "'x' «ISA» y", "on their left"},
        {W "S LIKE «NULL»", "expected a pattern"},
        {W "S LIKE «b»", "expected a pattern"},
        {W "E ISA «5»", "expected a class name after ISA"},
        {W "E ISA a«.»b", "found '.'"},
        {W "a IS NOT«»", "expected NULL after NOT"},
        {W "a «*» 2 = 1", "no arithmetic"},
        {W "a = 1 «+» 2", "no arithmetic"},
        {W "a = 1 «-2»", "no arithmetic"},
        {W "a «%» 2 = 1", "no arithmetic"},
        {W "a = 1 «&&» b = 2", "write AND"},
        {W "a = 1 «||» b = 2", "write OR"},
        {W "«!»a = 2", "write NOT"},
        {W "a «=<» 2", "write <="},
        {W "a «=>» 2", "write >="},
        {W "a «!<» 2", "write >="},
        {W "a «=~» 2", "there are ="},
        {W "a >«<» 2", "without a blank inside"},
        {W "a «!==» 2", "there are ="},
        {W "a «<=>» 2", "there are ="},
        {"SELECT * FROM T «#» c", "no comments"},
        {"SELECT * FROM «{»x}", "braces"},
        {"SELECT * FROM T WHERE a = 1 «~»", "no arithmetic"},
        {"SELECT * FROM T «$»", "outside a text in quotes"},
        {W "a = «@»x", "parameters"},
        {W "a = «?»", "parameters"},
        {W "a < 1«,»000", "digits are not grouped"},
        {W "a=«1AND» b=2", "a blank ends a number"},
        {W "a = «5.»", "a digit must follow the point"},
        {W "a = «5KB»", "neither a number nor a name"},
        {W "a = «1e999»", "out of range"},
        {W "a = «-9223372036854775809»", "out of range"},
        {W "a «\x01»= 1", "control character 0x01"},
        {W "__CLASS = «a.b»", "with a property"},
        {W "a.b < «__CLASS»", "with a property"},
        {W "a = «\xe2\x80\x9cx\xe2\x80\x9d»", "typographic quotes"},
        {W "a = x «y\xe2\x80\x99»", "typographic quotes"},
        {"SELECT a FROM T «WHERE\xc2\xa0x» = 1", "special blank"},
        {"«\xef\xbb\xbfSELECT» a FROM T", "invisible character"},
        {"SELECT * FROM T GROUP«»", "expected WITHIN after GROUP"},
        {"SELECT * FROM T GROUP «5»", "expected WITHIN after GROUP"},
        {W "a = 1 GROUP«»", "expected WITHIN after GROUP"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) refuse(table[i][0], table[i][1]);
    refuse(W "S = «\"»x'", "no closing \"");
    refuse(W "S = «'»x\\'", "no closing '");
    refuse(W "S = «'»\x01", "no closing '");
}

/* The first error in text order is told; rules about the whole text come last. */
static void test_first_error(void **state) {
    (void)state;
    refuse(W "S = «'x\\q'» $", "\\q");
    refuse(W "S = «1e999» AND", "out of range");
    refuse(W "«'x\\q'» LIKE S", "\\q");
    refuse(W "a = b AND c = «1e999»", "out of range");
    refuse(W "a = b AND «$»", "character $");
    refuse(W "a = b «c»", "expected AND");
    refuse(W "a = «b» AND c = d.e", "with a property, b");
    refuse("SELECT «__THIS» FROM __InstanceCreationEvent WITHIN", "__THIS");
    refuse("SELECT a FROM __InstanceCreationEvent WHERE ((«»", "expected a condition");
    refuse(W "a = 5 «IN» ('x", "no IN");
}

/* What FROM META_CLASS does not take, and GROUP without WITHIN; test_kinds.c has all the rest of the other kinds. */
static void test_other_kinds(void **state) {
    (void)state;
    refuse("SELECT a FROM «meta_class»", "can only select *");
    refuse("SELECT __CLASS, __SUPERCLASS FROM «META_CLASS»", "can only select *");
    refuse("SELECT * FROM meta_class «WITHIN» 5", "belongs to event queries");
    refuse("SELECT * FROM meta_class «GROUP» WITHIN 5", "belongs to event queries");
    refuse("SELECT * FROM meta_class «x»", "no second name");
    refuse("SELECT * FROM meta_class«.»x", "expected WHERE");
    refuse_with("SELECT * FROM T GROUP «BY» a", &defaults, WQL_E_MISSING_GROUP_WITHIN, "expected WITHIN after GROUP, found BY");
    refuse_with(W "a = 1 GROUP «BY» a", &defaults, WQL_E_MISSING_GROUP_WITHIN, "expected WITHIN");
}

static void test_hints(void **state) {
    static const char *const table[][2] = {
        {"SELCT * FROM T", "SELECT"},
        {"SELECT * FORM T", "FROM"},
        {"SELECT * FROM T WHER a = 1", "WHERE"},
        {W "a LIEK 'x'", "LIKE"},
        {W "a = 1 ADN b = 2", "AND"},
        {W "a IS NUL", "NULL"},
        {W "a BETWEEN 1 AND 2", ""},
        {"THIS IS NOT VALID", ""},
        {"SELECT a FORM T", "FROM"},
        {"ASOCIATORS OF {x}", "ASSOCIATORS"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        run r = parse_z(table[i][0]);
        assert_int_equal(r.status, WQL_E_INVALID_QUERY);
        assert_string_equal(r.err.hint, table[i][1]);
        done(&r);
    }
}

/* -- the text as bytes ------------------------------------------------------------------------------------------- */

static void check_bytes(const char *text, size_t len, wql_status status, uint32_t offset, uint32_t length) {
    run r = parse_with((wql_str){text, len}, &defaults);
    assert_int_equal(r.status, status);
    assert_int_equal(r.err.offset, offset);
    assert_int_equal(r.err.length, length);
    assert_true(r.err.message[0] != '\0');
    done(&r);
}
#define CHECK_BYTES(text, status, offset, length) check_bytes(text, sizeof(text) - 1, status, offset, length)

static void test_bytes(void **state) {
    (void)state;
    CHECK_BYTES("", WQL_E_INVALID_PARAMETER, 0, 0);
    check_bytes(NULL, 0, WQL_E_INVALID_PARAMETER, 0, 0);
    CHECK_BYTES("\xff", WQL_E_INVALID_PARAMETER, 0, 1);
    CHECK_BYTES("SELECT \x80 FROM T", WQL_E_INVALID_PARAMETER, 7, 1);
    CHECK_BYTES("SELECT \xc3", WQL_E_INVALID_PARAMETER, 7, 1);
    CHECK_BYTES("SELECT \xed\xa0\x80 FROM T", WQL_E_INVALID_PARAMETER, 7, 1); /* a surrogate */
    CHECK_BYTES("SELECT a FROM T WHERE a = '\xf4\x90\x80\x80'", WQL_E_INVALID_PARAMETER, 27, 1);
    CHECK_BYTES("nonsense \xff", WQL_E_INVALID_PARAMETER, 9, 1); /* before all that is wrong with the query */
    CHECK_BYTES("\0", WQL_E_INVALID_QUERY, 0, 1);
    CHECK_BYTES("SELECT * FROM T\0", WQL_E_INVALID_QUERY, 15, 1);
    CHECK_BYTES("SELECT * FROM T WHERE a = 'b\0c'", WQL_E_INVALID_QUERY, 28, 1);
    CHECK_BYTES("SELECT * FROM T WHERE a = 'b\\\0c'", WQL_E_INVALID_QUERY, 29, 1);
    CHECK_BYTES("SELECT a\0b FROM T", WQL_E_INVALID_QUERY, 8, 1);
}

static void test_lines(void **state) {
    run r = parse_z("SELECT *\r\nFROM \xc3\x86\n  WHERE a = 1 \xc3\x86");
    (void)state;
    assert_int_equal(r.status, WQL_E_INVALID_QUERY);
    assert_int_equal(r.err.line, 3);
    assert_int_equal(r.err.column, 15);
    assert_int_equal(r.err.length, 2);
    done(&r);
}

/* Every prefix of a few texts, with unreadable memory behind it. */
static void test_reads_nothing_else(void **state) {
    static const char *const texts[] = {
        "SELECT a.b, c FROM \xc3\x86 WHERE NOT (x <> -1.5e+10 AND y LIKE 'a\\'b\\\\') OR z IS NOT NULL AND 5 < w",
        "SELECT * FROM T WHERE a = 'x\\y' -- ",
    };
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)state;
    assert_true(memory != MAP_FAILED);
    assert_int_equal(mprotect(memory + page, page, PROT_NONE), 0);
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        for (size_t len = 0; len <= strlen(texts[t]); len++) {
            char *text = memory + page - len;
            run r;
            memcpy(text, texts[t], len);
            r = parse_with((wql_str){text, len}, &defaults);
            if (r.status != WQL_OK) assert_true((size_t)r.err.offset + r.err.length <= len);
            done(&r);
        }
    }
    assert_int_equal(munmap(memory, 2 * page), 0);
}

static void test_dialects_and_errors(void **state) {
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__arena arena;
    wql__query_tree *tree;
    wql_error err = WQL_INIT(wql_error);
    static const uint32_t dialects[] = {8, 0x80000000u, WQL_PARAMETERS | 16};
    (void)state;
    wql__arena_init(&arena, mem);
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++) {
        assert_int_equal(wql__parse(wql_s("SELECT * FROM T"), dialects[i], &defaults, &arena, &tree, &err),
                         WQL_E_INVALID_PARAMETER);
        assert_null(tree);
        assert_non_null(strstr(err.message, "dialect"));
    }
    /* No error wanted; an error struct of an older, shorter shape. */
    assert_int_equal(wql__parse(wql_s("SELECT"), 0, &defaults, &arena, &tree, NULL), WQL_E_INVALID_QUERY);
    assert_int_equal(wql__parse(wql_s(""), 0, &defaults, &arena, &tree, NULL), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql__parse(wql_s("SELCT * FROM T"), 0, &defaults, &arena, &tree, NULL), WQL_E_INVALID_QUERY);
    memset(&err, 0x55, sizeof err);
    err.struct_size = offsetof(wql_error, line);
    assert_int_equal(wql__parse(wql_s("SELECT"), 0, &defaults, &arena, &tree, &err), WQL_E_INVALID_QUERY);
    assert_int_equal(err.offset, 6);
    assert_int_equal(err.line, 0x55555555);
    assert_int_equal(wql__parse_precheck(wql_s("nonsense, but text"), &defaults, NULL), WQL_OK);
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_reference_accepted),
        cmocka_unit_test(test_reference_refused),
        cmocka_unit_test(test_refused_structure),
        cmocka_unit_test(test_first_error),
        cmocka_unit_test(test_other_kinds),
        cmocka_unit_test(test_hints),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_reads_nothing_else),
        cmocka_unit_test(test_dialects_and_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
