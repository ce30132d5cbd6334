/* SPDX-License-Identifier: MIT */
/* expected.c: words for messages: what could have come, which word a misspelt one stands for, and what WQL says instead of what
 * other languages have. */
#include "kinds.h"

#include "../engine/base/fold.h"

#include <wql/query.h>

/* -- what could have come ---------------------------------------------------------------------------------------- */

/* Groups of kinds that have one name. The first whose kinds are all welcome, and are not named yet, is taken; then the next. */
typedef struct phrase {
    wql__kinds kinds;
    wql__kinds dropped; /* kinds that need no mention beside it */
    const char *text;
} phrase;

static const phrase phrases[] = {
    {BIT(SELECT) | BIT(ASSOCIATORS), BIT(REFERENCES), "SELECT, ASSOCIATORS OF or REFERENCES OF"},
    {BIT(STAR) | BIT(NAME), BIT(DISTINCT) | BIT(ALL) | FUNCTIONS, "* or a property name"},
    {BIT(NAME) | BIT(META_CLASS), 0, "a class name"},
    {CONDITION, FUNCTIONS, "a condition"},
    {SCALARS | KEYWORDS | BIT(SELECT), 0, "a constant or SELECT"},
    {SCALARS | KEYWORDS, BIT(NAME) | FUNCTIONS, "a constant"},
    {SCALARS, BIT(NAME) | FUNCTIONS, "a number or a text in quotes"},
    {BIT(SELECT), 0, "SELECT"},
    {BIT(STRING) | BIT(NAME) | BIT(GETDATE), FUNCTIONS, "a date: a property name, a function or a text in quotes"},
    {BIT(STRING) | BIT(NAME), 0, "a class name"},
    {BIT(STRING), 0, "a pattern in quotes"},
    {BIT(INT) | BIT(REAL), 0, "a number of seconds"},
    {BIT(INT), 0, "an integer"},
    {BIT(NAME), FUNCTIONS, "a property name"},
    {BIT(PATH), 0, "the path of an object in braces"},
    {BIT(OF), 0, "OF"},
    {ASSOCIATOR_TERMS, 0,
     "AssocClass, ResultClass, Role, ResultRole, RequiredQualifier, RequiredAssocQualifier, KeysOnly, ClassDefsOnly, SchemaOnly"},
    {REFERENCE_TERMS, 0, "ResultClass, Role, RequiredQualifier, KeysOnly, ClassDefsOnly, SchemaOnly"},
    {BIT(NOT) | BIT(NULL), BIT(TRUE) | BIT(FALSE), "NULL or NOT NULL"},
    {BIT(NULL), BIT(TRUE) | BIT(FALSE), "NULL"},
    {OPERATORS | WORD_OPERATORS, BIT(DOT) | BIT(NOT) | BIT(BETWEEN) | BIT(IN),
     "a comparison (=, <>, <, <=, >, >=, LIKE, IS, ISA)"},
    {OPERATORS, BIT(LIKE) | BIT(IN) | BIT(NOT), "a comparison (=, <>, <, <=, >, >=)"},
    {BIT(EQ) | BIT(NE), 0, "= or <>"},
    {BIT(EQ), 0, "="},
    {BIT(LIKE) | BIT(ISA), BIT(IN), "LIKE or ISA"},
    {BIT(LIKE), BIT(IN), "LIKE"},
    {BIT(LP), 0, "'('"},
    {BIT(COMMA), BIT(DOT), "','"},
    {BIT(FROM), BIT(DOT), "FROM"},
    {BIT(OUTER), BIT(JOIN), "JOIN"},
    {BIT(JOIN) | BIT(WHERE), JOINS | BIT(ON) | BIT(ORDER), "JOIN"},
    {BIT(ON), JOINS | BIT(AS), "ON"},
    {BIT(JOIN), 0, "JOIN"},
    {BIT(WHERE), BIT(WITHIN) | BIT(GROUP) | BIT(AS) | BIT(COLON) | BIT(SEPARATOR) | BIT(ORDER), "WHERE"},
    {BIT(COLON), BIT(SEPARATOR), "':'"},
    {BIT(AND), BIT(DOT) | BIT(ORDER) | JOINS, "AND"},
    {BIT(OR), 0, "OR"},
    {BIT(RP), BIT(DOT), "')'"},
    {BIT(WITHIN), BIT(BY), "WITHIN"},
    {BIT(BY) | BIT(HAVING), 0, "BY, HAVING"},
    {BIT(BY), 0, "BY"},
    {BIT(HAVING), BIT(DOT), "HAVING"},
    {BIT(ASC) | BIT(DESC), BIT(DOT), "ASC, DESC"},
    {BIT(END), BIT(GROUP) | BIT(DOT) | BIT(SEMICOLON), "the end of the query"},
};

enum { PHRASES = sizeof phrases / sizeof phrases[0] };

void wql__print_expected(const wql__parser *parser, wql__out *out) {
    wql__kinds expected = parser->expected;
    const char *texts[PHRASES];
    uint32_t count = 0;
    if (expected == (BIT(STRING) | BIT(NAME)) && parser->tree->association != NULL) {
        wql__out_z(out, "a name");
        return;
    }
    for (uint32_t i = 0; i < PHRASES; i++) {
        if ((expected & phrases[i].kinds) != phrases[i].kinds) continue;
        expected &= ~(phrases[i].kinds | phrases[i].dropped);
        texts[count++] = phrases[i].text;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) wql__out_z(out, i + 1 == count ? " or " : ", ");
        wql__out_z(out, texts[i]);
    }
}

static const struct {
    wql__kinds kind;
    const char *text;
} words[] = {
    {BIT(SELECT), "SELECT"},
    {BIT(FROM), "FROM"},
    {BIT(WHERE), "WHERE"},
    {BIT(AND), "AND"},
    {BIT(OR), "OR"},
    {BIT(LIKE), "LIKE"},
    {BIT(IS), "IS"},
    {BIT(ISA), "ISA"},
    {BIT(ASSOCIATORS), "ASSOCIATORS"},
    {BIT(REFERENCES), "REFERENCES"},
    {BIT(OF), "OF"},
    {BIT(NULL), "NULL"},
    {BIT(NOT), "NOT"},
    {BIT(WITHIN), "WITHIN"},
    {BIT(GROUP), "GROUP"},
    {BIT(BY), "BY"},
    {BIT(HAVING), "HAVING"},
    {BIT(ASSOCCLASS), "AssocClass"},
    {BIT(RESULTCLASS), "ResultClass"},
    {BIT(ROLE), "Role"},
    {BIT(RESULTROLE), "ResultRole"},
    {BIT(REQUIREDQUALIFIER), "RequiredQualifier"},
    {BIT(REQUIREDASSOCQUALIFIER), "RequiredAssocQualifier"},
    {BIT(CLASSDEFSONLY), "ClassDefsOnly"},
    {BIT(KEYSONLY), "KeysOnly"},
    {BIT(SCHEMAONLY), "SchemaOnly"},
    {BIT(BETWEEN), "BETWEEN"},
    {BIT(JOIN), "JOIN"},
    {BIT(ON), "ON"},
    {BIT(ORDER), "ORDER"},
    {BIT(DESC), "DESC"},
};

wql_str wql__nearest_word(const wql__parser *parser, wql__token token) {
    wql__near near;
    wql__near_init(&near, wql__token_text(parser, token));
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (parser->expected & words[i].kind) wql__near_offer(&near, wql_s(words[i].text));
    return near.best;
}

/* -- what other languages have ----------------------------------------------------------------------------------- */

typedef struct remark {
    const char *word, *text;
} remark;

/* Words that turn up where WQL is finished or wants an operator. */
static const remark foreign_words[] = {
    {"ORDER", "WQL has no ORDER BY, rows come in the order of their source"},
    {"LIMIT", "WQL has no LIMIT, the program that asks says how many rows it wants"},
    {"OFFSET", "WQL has no OFFSET"},
    {"FETCH", "WQL has no FETCH, the program that asks says how many rows it wants"},
    {"IN", "WQL has no IN, compare with each value and put OR between"},
    {"BETWEEN", "WQL has no BETWEEN, write p >= low AND p <= high"},
    {"JOIN", "WQL has no JOIN, a query is about one class"},
    {"INNER", "WQL has no JOIN, a query is about one class"},
    {"LEFT", "WQL has no JOIN, a query is about one class"},
    {"RIGHT", "WQL has no JOIN, a query is about one class"},
    {"FULL", "WQL has no JOIN, a query is about one class"},
    {"CROSS", "WQL has no JOIN, a query is about one class"},
    {"NATURAL", "WQL has no JOIN, a query is about one class"},
    {"AS", "WQL has no AS, nothing can be renamed"},
    {"UNION", "WQL has no UNION, a text is one query"},
    {"EXCEPT", "WQL has no EXCEPT, a text is one query"},
    {"INTERSECT", "WQL has no INTERSECT, a text is one query"},
    {"ESCAPE", "LIKE has no ESCAPE, brackets take a character literally: [%]"},
    {"REGEXP", "WQL has no regular expressions, only LIKE"},
    {"RLIKE", "WQL has no regular expressions, only LIKE"},
    {"ILIKE", "LIKE ignores case already"},
    {"CONTAINS", "write LIKE '%part%'"},
    {"XOR", "WQL has AND, OR and NOT"},
    {"HAVING", "HAVING belongs behind GROUP WITHIN"},
    {"WITHIN", "WITHIN stands in front of WHERE"},
    {"WHERE", "a query has one WHERE, put AND between conditions"},
    {"INSERT", "WQL only reads"},
    {"UPDATE", "WQL only reads"},
    {"DELETE", "WQL only reads"},
    {"CREATE", "WQL only reads"},
    {"DROP", "WQL only reads"},
    {"ALTER", "WQL only reads"},
};

/* Words between SELECT and the list, which WQL took for the name of a property. */
static const remark list_words[] = {
    {"DISTINCT", "WQL has no DISTINCT, equal rows all come"},
    {"TOP", "WQL has no TOP, the program that asks says how many rows it wants"},
    {"ALL", "WQL has no ALL"},
};

/* Functions; any other name in front of a parenthesis is one that WQL does not have either. */
static const remark functions[] = {
    {"COUNT", "WQL has no COUNT, the program that asks counts the rows"},
    {"SUM", "WQL has no SUM"},
    {"MIN", "WQL has no MIN"},
    {"MAX", "WQL has no MAX"},
    {"AVG", "WQL has no AVG"},
    {"UPPER", "WQL has no UPPER, comparisons ignore case already"},
    {"LOWER", "WQL has no LOWER, comparisons ignore case already"},
};

static const char *remark_on(const wql__parser *parser, wql__token token, const remark *remarks, size_t count) {
    /* Words that the dialect has need none: they are only out of place. */
    if (token.kind != WQL__TOKEN_NAME && !wql__is_one_of(token, BIT(HAVING) | BIT(WITHIN) | BIT(WHERE))) return NULL;
    for (size_t i = 0; i < count; i++)
        if (wql__token_reads(parser, token, remarks[i].word)) return remarks[i].text;
    return NULL;
}
#define REMARK_ON(token, remarks) remark_on(parser, (token), (remarks), sizeof(remarks) / sizeof(remarks)[0])

const char *wql__about_foreign_word(const wql__parser *parser, wql__token token) { return REMARK_ON(token, foreign_words); }
const char *wql__about_list_word(const wql__parser *parser, wql__token token) { return REMARK_ON(token, list_words); }
const char *wql__about_function(const wql__parser *parser, wql__token token) { return REMARK_ON(token, functions); }
