/* SPDX-License-Identifier: MIT */
/* test_parse_tree.c: literals with their values, trees with their places, and trees as text again. */
#include "parse_tools.h"

#include "../../engine/data/value.h"

/* -- literals ---------------------------------------------------------------------------------------------------- */

/* The literal of `WHERE a <rest>`; valid until done(r). */
static const wql__literal *literal_of(run *r, const char *rest) {
    char text[2048];
    snprintf(text, sizeof text, W "a %s", rest);
    *r = parse_z(text);
    if (r->status != WQL_OK) fail_msg("%s\n  %s", text, r->err.message);
    return &r->tree->where->literal;
}

static void test_strings(void **state) {
    static const char *const table[][2] = {
        {"= ''", ""},
        {"= 'x'", "x"},
        {"= \"it's\"", "it's"},
        {"= 'a\"b'", "a\"b"},
        {"= '\\'\\\"\\\\'", "'\"\\"},
        {"= \"one \\\"two\\\" three\"", "one \"two\" three"},
        {"= \"\\\\\\\\.\\\\PHYSICALDRIVE0\"", "\\\\.\\PHYSICALDRIVE0"},
        {"= 'a\n\tb\r'", "a\n\tb\r"},
        {"= '%_[a]'", "%_[a]"},
        {"= '\xc3\x86\xf0\x9f\x98\x80'", "\xc3\x86\xf0\x9f\x98\x80"},
        {"LIKE ''", ""},
        {"LIKE '%\\\\%'", "%\\%"},
        {"LIKE '%\\_%'", "%\\_%"},
        {"LIKE 'c:\\dir\\x'", "c:\\dir\\x"},
        {"LIKE '\\'\\\"'", "'\""},
        {"LIKE '\\\\\\\\a\\b\\\\'", "\\\\a\\b\\"},
        {"LIKE '\\\xc3\x86'", "\\\xc3\x86"},
        {"ISA 'My\\\\Class'", "My\\Class"},
        {"ISA C", "C"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        run r;
        const wql__literal *literal = literal_of(&r, table[i][0]);
        assert_int_equal(literal->kind, WQL__LIT_STRING);
        assert_int_equal(literal->text.len, strlen(table[i][1]));
        assert_memory_equal(literal->text.ptr, table[i][1], literal->text.len);
        check_round_trip(r.tree);
        done(&r);
    }
    refuse(W "a = «'\\\xc3\x86'»", "\\\xc3\x86 in a text means nothing");
    refuse(W "a = «'\\\n'»", "in a text means nothing");
    refuse(W "a ISA «'x\\y'»", "\\y in a text means nothing");
    refuse(W "a = «'x\\%'»", "\\% in a text means nothing");
}

static void test_integers(void **state) {
    static const struct {
        const char *text, *spelling;
        bool negative;
        uint64_t magnitude;
    } table[] = {
        {"0", "0", false, 0},
        {"-0", "-0", false, 0},
        {"+0", "0", false, 0},
        {"1", "1", false, 1},
        {"-1", "-1", true, 1},
        {"+1", "1", false, 1},
        {"007", "007", false, 7},
        {"-0010", "-0010", true, 10},
        {"2147483648", "2147483648", false, 2147483648u},
        {"9223372036854775807", "9223372036854775807", false, INT64_MAX},
        {"-9223372036854775808", "-9223372036854775808", true, (uint64_t)1 << 63},
        {"18446744073709551615", "18446744073709551615", false, UINT64_MAX},
        {"000000000000000000000000018446744073709551615", "000000000000000000000000018446744073709551615", false, UINT64_MAX},
    };
    static const char *const beyond[] = {"18446744073709551616", "-9223372036854775809", "99999999999999999999",
                                         "-18446744073709551615",
                                         "100000000000000000000000000000000000000000000000000000000000000000000000000"};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char rest[128];
        run r;
        const wql__literal *literal;
        snprintf(rest, sizeof rest, "= %s", table[i].text);
        literal = literal_of(&r, rest);
        assert_int_equal(literal->kind, WQL__LIT_INT);
        assert_int_equal(literal->negative, table[i].negative);
        assert_true(literal->magnitude == table[i].magnitude);
        assert_int_equal(literal->text.len, strlen(table[i].spelling));
        assert_memory_equal(literal->text.ptr, table[i].spelling, literal->text.len);
        assert_int_equal(literal->length, strlen(table[i].text));
        check_round_trip(r.tree);
        done(&r);
    }
    for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
        char marked[256];
        snprintf(marked, sizeof marked, W "a = «%s» AND", beyond[i]);
        refuse(marked, "out of range");
    }
}

static bool is_finite(double value) { return value - value == 0; }

static void check_real(const char *text) {
    double got, want = strtod(text, NULL);
    wql__number number = {0};
    bool fits = wql__number_parse(wql_s(text), &number) && is_finite(number.real);
    got = number.real;
    if (!is_finite(want) ? fits : (!fits || memcmp(&got, &want, sizeof got) != 0))
        fail_msg("%.100s reads as %a, not %a", text, got, want);
}

static uint64_t next_random(uint64_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* The C library (in the C locale, as here) is the oracle: edges, exact half-way points, random numbers of every size. */
static void test_reals_against_library(void **state) {
    static const char *const edges[] = {
        "0.0",
        "-0.0",
        "0e99999999999999999999",
        ".5",
        "1e22",
        "1e23",
        "1e-400",
        "1e-99999999999999999999",
        "1e309",
        "1e99999999999999999999",
        "4.9406564584124654e-324",
        "2.4703282292062328e-324",
        "2.4703282292062327e-324",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "9007199254740993.0",
        "9007199254740992.5",
        "9007199254740993.00000000000000000000000000001",
        "-123456789012345678901234567890.5e-10",
    };
    uint64_t seed = 88172645463325252u;
    char text[2400];
    (void)state;
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) check_real(edges[i]);
    for (int i = 0; i < 50000; i++) {
        uint64_t bits = next_random(&seed);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!is_finite(value)) continue;
        snprintf(text, sizeof text, "%.*e", (int)(next_random(&seed) % 20), value);
        check_real(text);
    }
    for (int i = 0; i < 500; i++) { /* half-way between neighbours: exactly, a little more, a little less */
        uint64_t bits = next_random(&seed) & (i % 3 == 0 ? 0x001fffffffffffffu : 0x7fffffffffffffffu);
        double value, next;
        char *e;
        memcpy(&value, &bits, sizeof value);
        bits++;
        memcpy(&next, &bits, sizeof next); /* the neighbour above */
        if (!is_finite(value) || !is_finite(next)) continue;
        snprintf(text, sizeof text, "%.1100Le", ((long double)value + (long double)next) / 2);
        check_real(text);
        e = strchr(text, 'e');
        e[-1] = '1';
        check_real(text);
        snprintf(text, sizeof text, "%.*Le", (int)(next_random(&seed) % 900), ((long double)value + (long double)next) / 2);
        check_real(text);
    }
    for (int i = 0; i < 3000; i++) { /* many digits */
        size_t len = 0, before = next_random(&seed) % 1200, after = 1 + next_random(&seed) % 900;
        if (next_random(&seed) & 1) text[len++] = '-';
        while (before-- > 0) text[len++] = (char)('0' + next_random(&seed) % 10);
        text[len++] = '.';
        while (after-- > 0) text[len++] = next_random(&seed) % 4 ? (char)('0' + next_random(&seed) % 10) : '0';
        snprintf(text + len, sizeof text - len, "e%d", (int)(next_random(&seed) % 2600) - 1600);
        check_real(text);
    }
}

static void test_reals(void **state) {
    static const char *const table[] = {"1.5",   "-1.5",   "+1.5",  ".5",    "-.5",   "1e10",
                                        "1E+10", "1.5e-3", "00.50", "1e308", "5e-324"};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char rest[64];
        run r;
        const wql__literal *literal;
        const char *spelling = table[i] + (table[i][0] == '+');
        snprintf(rest, sizeof rest, "<> %s", table[i]);
        literal = literal_of(&r, rest);
        assert_int_equal(literal->kind, WQL__LIT_REAL);
        assert_true(literal->real == strtod(table[i], NULL));
        assert_int_equal(literal->text.len, strlen(spelling));
        assert_memory_equal(literal->text.ptr, spelling, literal->text.len);
        check_round_trip(r.tree);
        done(&r);
    }
    refuse(W "a = «1e309»", "out of range");
    refuse(W "a = «-1e309»", "out of range");
}

/* -- trees ------------------------------------------------------------------------------------------------------- */

static void test_tree_in_detail(void **state) {
    static const char text[] = "SELECT a, b.c FROM Cls WHERE (x <> 5 OR 'k' <= y.z) AND NOT w LIKE 'p%' AND v IS NOT NULL";
    run r = parse_z(text);
    const wql__node *and, * or, *not ;
    (void)state;
    assert_int_equal(r.status, WQL_OK);
    assert_false(r.tree->star);
    assert_int_equal(r.tree->select_count, 2);
    assert_int_equal(r.tree->select[1].count, 2);
    assert_int_equal(r.tree->select[1].offset, 10);
    assert_int_equal(r.tree->select[1].length, 3);
    assert_int_equal(r.tree->from.offset, 19);
    assert_int_equal(r.tree->predicate_count, 4);
    assert_int_equal(r.tree->parameter_count, 0);
    assert_int_equal(r.tree->depth, 1);
    and = r.tree->where;
    assert_int_equal(and->kind, WQL__NODE_AND);
    assert_int_equal(and->count, 3);
    assert_int_equal(and->offset, 29);
    assert_int_equal(and->offset + and->length, sizeof text - 1);
    assert_int_equal(and->op_offset, 52);
    assert_int_equal(and->op_length, 3);
    or = and->items[0];
    assert_int_equal(or->kind, WQL__NODE_OR);
    assert_int_equal(or->offset, 29); /* with its parentheses */
    assert_int_equal(or->length, 22);
    assert_int_equal(or->items[0]->op, WQL_NE);
    assert_int_equal(or->items[0]->op_offset, 32);
    assert_int_equal(or->items[0]->literal.offset, 35);
    assert_true(or->items[1]->mirrored);
    assert_int_equal(or->items[1]->op, WQL_GE);
    assert_int_equal(or->items[1]->offset, 40);
    assert_int_equal(or->items[1]->path.offset, 47);
    assert_int_equal(or->items[1]->path.length, 3);
    not = and->items[1];
    assert_int_equal(not ->kind, WQL__NODE_NOT);
    assert_int_equal(not ->op_length, 3);
    assert_int_equal(not ->items[0]->kind, WQL__NODE_LIKE);
    assert_false(not ->items[0]->negated);
    assert_int_equal(and->items[2]->kind, WQL__NODE_NULL);
    assert_true(and->items[2]->negated);
    assert_int_equal(and->items[2]->op_length, 11);
    done(&r);
}

static void test_printing(void **state) {
    run r = parse_z(W "a = 1 AND (b = 'x' OR NOT c = 2)");
    char buf[200], *whole = print_tree(r.tree);
    wql__out out = {buf, sizeof buf, 0};
    (void)state;
    wql__ast_print_node(r.tree->where->items[1], &out);
    wql__out_end(&out);
    assert_string_equal(buf, "b = 'x' OR NOT c = 2");
    for (size_t size = 0; size <= strlen(whole) + 1; size++) { /* as snprintf */
        memset(buf, 'X', sizeof buf);
        assert_int_equal(wql__ast_print(r.tree, size ? buf : NULL, size), strlen(whole));
        if (size > 0) assert_int_equal(strncmp(buf, whole, size - 1), 0);
        if (size > 0) assert_int_equal(strlen(buf), size - 1 < strlen(whole) ? size - 1 : strlen(whole));
        assert_true(buf[size] == 'X');
    }
    free(whole);
    done(&r);
}

static void test_parameters(void **state) {
    static const char text[] = W "? < a AND b LIKE @p AND (c = @P OR NOT d ISA ? OR e <> ?) AND @from = f";
    static const char printed[] = W "a > ? AND b LIKE @p AND (c = @P OR NOT d ISA ? OR e <> ?) AND f = @from";
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__query_tree *tree, *again;
    wql__arena arena;
    wql_error err = WQL_INIT(wql_error);
    char *out;
    (void)state;
    wql__arena_init(&arena, mem);
    assert_int_equal(wql__parse(wql_s(text), WQL_PARAMETERS, &defaults, &arena, &tree, &err), WQL_OK);
    assert_int_equal(tree->parameter_count, 6);
    assert_int_equal(tree->unnamed_count, 3);
    assert_int_equal(tree->where->items[0]->literal.magnitude, 1);
    assert_int_equal(tree->where->items[2]->items[2]->literal.magnitude, 3);
    out = print_tree(tree);
    assert_string_equal(out, printed);
    assert_int_equal(wql__parse(wql_s(out), WQL_PARAMETERS, &defaults, &arena, &again, &err), WQL_OK);
    assert_true(wql__ast_equal(tree, again));
    again->where->items[1]->literal.text = wql_s("q");
    assert_false(wql__ast_equal(tree, again));
    free(out);
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

/* What no text makes yet has its spelling too: the trees of the other dialects. */
static void test_printing_dialects(void **state) {
    static const char base[] = W "a = 1 AND b LIKE 'x' AND c ISA 'y' AND d = 2 AND e > 3";
    run one = parse_z(base), two = parse_z(base);
    wql__node **items = one.tree->where->items;
    char *text;
    (void)state;
    items[0]->literal.kind = WQL__LIT_PARAMETER;
    items[0]->literal.text = wql_s("");
    assert_false(wql__ast_equal(one.tree, two.tree));
    items[1]->negated = items[2]->negated = true;
    items[3]->literal.kind = WQL__LIT_PARAMETER;
    items[3]->literal.text = wql_s("name");
    items[4]->kind = WQL__NODE_COMPARE_PATHS;
    items[4]->other = items[0]->path;
    text = print_tree(one.tree);
    assert_string_equal(text, W "a = ? AND b NOT LIKE 'x' AND c NOT ISA 'y' AND d = @name AND e > a");
    assert_true(wql__ast_equal(one.tree, one.tree));
    two.tree->where->items[4]->kind = WQL__NODE_COMPARE_PATHS;
    two.tree->where->items[4]->other = items[1]->path;
    two.tree->where->items[0] = items[0];
    two.tree->where->items[1] = items[1];
    two.tree->where->items[2] = items[2];
    two.tree->where->items[3] = items[3];
    assert_false(wql__ast_equal(one.tree, two.tree)); /* e > a, e > b */
    free(text);
    done(&one);
    done(&two);
}

static void test_not_equal(void **state) {
    static const char *const texts[] = {
        "SELECT * FROM T",
        "SELECT * FROM t",
        "SELECT a FROM T",
        "SELECT a, a FROM T",
        "SELECT a.a FROM T",
        "SELECT b FROM T",
        W "a = 1",
        W "a = 2",
        W "a = -1",
        W "a = 1.0",
        W "a = 1.00",
        W "a = '1'",
        W "a = ''",
        W "a <> 1",
        W "a < 1",
        W "b = 1",
        W "a.b = 1",
        W "NOT a = 1",
        W "NOT NOT a = 1",
        W "a = TRUE",
        W "a = FALSE",
        W "a = NULL",
        W "a IS NULL",
        W "a IS NOT NULL",
        W "a LIKE '1'",
        W "a ISA '1'",
        W "a = 1 AND a = 1",
        W "a = 1 OR a = 1",
        W "a = 1 OR a = 1 OR a = 1",
        W "a = 1 AND (a = 1 OR a = 1)",
        W "a = 1 OR a = 1 AND a = 1",
    };
    enum { COUNT = sizeof texts / sizeof texts[0] };
    run runs[COUNT];
    (void)state;
    for (size_t i = 0; i < COUNT; i++) runs[i] = parse_z(texts[i]);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < COUNT; k++) assert_true(wql__ast_equal(runs[i].tree, runs[k].tree) == (i == k));
    for (size_t i = 0; i < COUNT; i++) done(&runs[i]);
}

/* Random conditions over p0 ... p7, written with whatever parentheses, blanks and mirroring: the tree must mean what was meant,
 * for each of the 256 assignments. */
typedef struct writer {
    uint64_t seed;
    char text[4096];
    size_t len;
    uint8_t truth[256 / 8]; /* of the last condition written: bit per assignment */
} writer;

static void put(writer *w, const char *text) {
    size_t len = strlen(text);
    assert_true(w->len + len < sizeof w->text);
    memcpy(w->text + w->len, text, len + 1);
    w->len += len;
}

static unsigned pick(writer *w, unsigned count) { return (unsigned)(next_random(&w->seed) >> 20) % count; }

static void write_predicate(writer *w) {
    unsigned p = pick(w, 8);
    char text[32];
    snprintf(text, sizeof text, pick(w, 2) ? "p%u = 1" : "1=p%u ", p);
    put(w, text);
    for (unsigned a = 0; a < 256; a++) {
        uint8_t bit = (uint8_t)(1u << (a & 7));
        w->truth[a / 8] = (uint8_t)((w->truth[a / 8] & ~bit) | ((a >> p & 1) ? bit : 0));
    }
}

/* level: 0 an OR may stand here, 1 an AND, 2 a NOT or something in parentheses. */
static void write_condition(writer *w, int level, int budget) {
    unsigned count = budget > 0 && level < 2 ? 1 + pick(w, 4) : 1;
    uint8_t all[sizeof w->truth];
    if (level == 2) {
        if (budget > 0 && pick(w, 4) == 0) {
            put(w, "NOT ");
            write_condition(w, 2, budget - 1);
            for (size_t i = 0; i < sizeof w->truth; i++) w->truth[i] = (uint8_t)~w->truth[i];
        } else if (budget > 0 && pick(w, 2) == 0) {
            put(w, "(");
            write_condition(w, 0, budget - 1);
            put(w, pick(w, 2) ? ")" : " )\n");
        } else {
            write_predicate(w);
        }
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        if (i > 0) put(w, level == 0 ? " OR " : "\tAND ");
        write_condition(w, level + 1, budget - (count > 1));
        for (size_t k = 0; k < sizeof all; k++)
            all[k] = (uint8_t)(i == 0 ? w->truth[k] : level == 0 ? all[k] | w->truth[k] : all[k] & w->truth[k]);
    }
    memcpy(w->truth, all, sizeof all);
}

static bool holds(const wql__node *node, unsigned assignment) {
    if (node->kind == WQL__NODE_NOT) return !holds(node->items[0], assignment);
    if (node->kind == WQL__NODE_COMPARE) return assignment >> (node->path.names[0].text.ptr[1] - '0') & 1;
    for (uint32_t i = 0; i < node->count; i++)
        if (holds(node->items[i], assignment) == (node->kind == WQL__NODE_OR)) return node->kind == WQL__NODE_OR;
    return node->kind == WQL__NODE_AND;
}

static void test_random_conditions(void **state) {
    writer w = {.seed = 4101842887655102017u};
    (void)state;
    for (int i = 0; i < 1500; i++) {
        run r;
        w.len = 0;
        put(&w, W);
        write_condition(&w, 0, (int)pick(&w, 5));
        r = parse_z(w.text);
        if (r.status != WQL_OK) fail_msg("%s\n  %s", w.text, r.err.message);
        for (unsigned a = 0; a < 256; a++) assert_true(holds(r.tree->where, a) == (w.truth[a / 8] >> (a & 7) & 1));
        if (i % 10 == 0) check_tree(r.tree, wql_s(w.text));
        check_round_trip(r.tree);
        done(&r);
    }
}

/* What holds of any text whatever. */
static bool check_any_text_in(uint32_t dialect, const char *text) {
    run r = parse_in(dialect, wql_s(text), &defaults);
    bool accepted = r.status == WQL_OK;
    if (accepted) {
        check_tree(r.tree, wql_s(text));
        check_round_trip(r.tree);
    } else {
        assert_true(r.status == WQL_E_INVALID_QUERY || r.status == WQL_E_MISSING_GROUP_WITHIN ||
                    r.status == WQL_E_MISSING_AGGREGATION_LIST || r.status == WQL_E_INVALID_OBJECT_PATH ||
                    r.status == WQL_E_INVALID_PARAMETER || r.status == WQL_E_QUOTA_VIOLATION);
        assert_true((size_t)r.err.offset + r.err.length <= strlen(text));
        assert_true(r.err.offset == strlen(text) || r.err.length > 0);
        assert_true(r.err.message[0] != '\0');
        if (strncmp(r.err.message, "expected  ", 10) == 0 || strncmp(r.err.message, "expected ,", 10) == 0)
            fail_msg("%s\n  %s", text, r.err.message); /* nothing could have come */
    }
    done(&r);
    return accepted;
}

/* Dialects only add: what the base language takes the others take too, but for names spelled like a word of theirs. */
static bool check_any_text(const char *text) {
    bool accepted = check_any_text_in(0, text), relaxed = check_any_text_in(WQL_RELAXED, text);
    (void)check_any_text_in(WQL_EXTENDED, text);
    (void)check_any_text_in(WQL_RELAXED | WQL_EXTENDED | WQL_PARAMETERS, text);
    if (accepted && !relaxed && strstr(text, "BETWEEN") == NULL) fail_msg("only the base language takes %s", text);
    return accepted;
}

/* Good queries with a few tokens put in, taken out or exchanged: what is still good round trips, what is not has a place inside
 * the text and a message that names what could come. */
static void test_mutated_queries(void **state) {
    static const char *const tokens[] = {
        "SELECT",    "*",        "FROM",       "WHERE",    "a",
        "p1",        ".",        ",",          "=",        "<>",
        "<",         ">=",       "LIKE",       "IS",       "ISA",
        "NOT",       "NULL",     "TRUE",       "'x'",      "5",
        "-1.5",      "(",        ")",          "AND",      "OR",
        "GROUP",     "BY",       "WITHIN",     "IN",       "__CLASS",
        "'a\\b'",    "==",       "'",          "--",       ";",
        "1a",        "ORDER",    "\xff",       "DISTINCT", "META_CLASS",
        "COUNT",     "__THIS",   "COUNT(*)",   "UPPER(",   "JOIN",
        "ON",        "LEFT",     "AS",         "BETWEEN",  "HAVING",
        "{a.b=1}",   "0x1F",     "(SELECT",    "DESC",     "DATEADD(DAY,1,",
        "GETDATE()", "WITHIN 5", "TRUE",       "'a','b'",  "ASSOCIATORS",
        "OF",        "Role",     "SchemaOnly", ":",        "\\",
    };
    writer w = {.seed = 1181783497276652981u};
    unsigned accepted = 0, refused = 0;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[sizeof w.text + 64] = "";
        w.len = 0;
        put(&w, pick(&w, 2) ? "SELECT a , b . c FROM T WHERE " : "SELECT * FROM T WHERE NOT x LIKE 'y%' OR z IS NOT NULL AND ");
        write_condition(&w, 0, (int)pick(&w, 3));
        for (char *at = strtok(w.text, " "); at != NULL; at = strtok(NULL, " ")) {
            unsigned change = pick(&w, 30);
            const char *other = tokens[pick(&w, pick(&w, 2) ? 27 : sizeof tokens / sizeof tokens[0])];
            if (change == 0) continue; /* taken out */
            strcat(strcat(text, change == 1 ? other : at), " ");
            if (change == 2) strcat(strcat(text, other), " ");
            if (strlen(text) > sizeof w.text) break;
        }
        if (check_any_text(text))
            accepted++;
        else
            refused++;
    }
    assert_true(accepted > 2000);
    assert_true(refused > 2000);
}

static void test_random_tokens(void **state) {
    static const char pieces[][9] = {
        "SELECT ", "* ", "FROM ", "a ", "WHERE ", "= ", "'x' ", "5 ", "AND ", "NOT ", "( ",  ") ",   "IS ",  "NULL ",
        ". ",      ", ", "LIKE ", "'",  "\\",     "-",  "<",    ">",  "!",    "\n",   "IN ", "\xc3", "\x86",
    };
    uint64_t seed = 4768777513237032717u;
    (void)state;
    for (int i = 0; i < 50000; i++) {
        char text[200] = "";
        unsigned count = (unsigned)(next_random(&seed) >> 20) % 16;
        if (i % 4 >= 1) strcat(text, "SELECT * FROM T ");
        if (i % 4 >= 2) strcat(text, "WHERE ");
        if (i % 4 >= 3) strcat(text, "a = 1 AND b ");
        while (count-- > 0) strcat(text, pieces[(next_random(&seed) >> 20) % (sizeof pieces / sizeof pieces[0])]);
        check_any_text(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_reals_against_library),
        cmocka_unit_test(test_reals),
        cmocka_unit_test(test_tree_in_detail),
        cmocka_unit_test(test_printing),
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_printing_dialects),
        cmocka_unit_test(test_not_equal),
        cmocka_unit_test(test_random_conditions),
        cmocka_unit_test(test_mutated_queries),
        cmocka_unit_test(test_random_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
