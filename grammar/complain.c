/* SPDX-License-Identifier: MIT */
/* complain.c: what is said about a text that is no query. A message says what was found and what could have come instead, and where
 * the writer probably has another language in mind, what WQL does about it. Nothing here decides whether a text is refused. */
#include "parser.h"

#include "../engine/base/fold.h"
#include "../engine/base/utf8.h"
#include <wql/query.h>

#include <wql/engine.h>

#include <string.h>

#define BIT(kind) ((uint64_t)1 << WQL__TOKEN_##kind)
#define OPERATORS (BIT(EQ) | BIT(NE) | BIT(LT) | BIT(LE) | BIT(GT) | BIT(GE))
#define WORD_OPERATORS (BIT(LIKE) | BIT(IS) | BIT(ISA))
#define KEYWORDS (BIT(NULL) | BIT(TRUE) | BIT(FALSE))
#define SCALARS (BIT(STRING) | BIT(INT) | BIT(REAL))
#define CONDITION (BIT(NAME) | SCALARS | KEYWORDS | BIT(NOT) | BIT(LP))

_Static_assert(WQL__TOKEN_COUNT <= 64, "sets of kinds of tokens are held in 64 bits");

static bool is_one_of(wql__token token, uint64_t kinds) { return ((uint64_t)1 << token.kind & kinds) != 0; }

/* -- what could have come ---------------------------------------------------------------------------------------- */

/* Groups of kinds that have one name. The first whose kinds are all welcome, and are not named yet, is taken; then the next. */
typedef struct phrase {
    uint64_t kinds;
    uint64_t dropped; /* kinds that need no mention beside it */
    const char *text;
} phrase;

static const phrase phrases[] = {
    {BIT(SELECT), BIT(ASSOCIATORS) | BIT(REFERENCES), "SELECT, ASSOCIATORS OF or REFERENCES OF"},
    {BIT(STAR) | BIT(NAME), 0, "* or a property name"},
    {BIT(NAME) | BIT(META_CLASS), 0, "a class name"},
    {CONDITION, 0, "a condition"},
    {SCALARS | KEYWORDS, BIT(NAME), "a constant"},
    {SCALARS, BIT(NAME), "a number or a text in quotes"},
    {BIT(STRING) | BIT(NAME), 0, "a class name"},
    {BIT(STRING), 0, "a pattern in quotes"},
    {BIT(NAME), 0, "a property name"},
    {BIT(NOT) | BIT(NULL), 0, "NULL or NOT NULL"},
    {BIT(NULL), 0, "NULL"},
    {OPERATORS | WORD_OPERATORS, BIT(DOT), "a comparison (=, <>, <, <=, >, >=, LIKE, IS, ISA)"},
    {OPERATORS, 0, "a comparison (=, <>, <, <=, >, >=)"},
    {BIT(EQ) | BIT(NE), 0, "= or <>"},
    {BIT(COMMA), BIT(DOT), "','"},
    {BIT(FROM), BIT(DOT), "FROM"},
    {BIT(WHERE), BIT(WITHIN) | BIT(GROUP), "WHERE"},
    {BIT(AND), BIT(DOT), "AND"},
    {BIT(OR), 0, "OR"},
    {BIT(RP), 0, "')'"},
    {BIT(WITHIN), BIT(BY), "WITHIN"},
    {BIT(END), BIT(GROUP) | BIT(DOT), "the end of the query"},
};

enum { PHRASES = sizeof phrases / sizeof phrases[0] };

static void print_expected(uint64_t expected, wql__out *out) {
    const char *texts[PHRASES];
    uint32_t count = 0;
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

/* The word that a misspelt one may stand for. */
static wql_str nearest_word(const wql__parser *parser, wql__token token) {
    static const struct {
        uint64_t kind;
        const char *text;
    } words[] = {{BIT(SELECT), "SELECT"},   {BIT(FROM), "FROM"}, {BIT(WHERE), "WHERE"},
                 {BIT(AND), "AND"},         {BIT(OR), "OR"},     {BIT(LIKE), "LIKE"},
                 {BIT(IS), "IS"},           {BIT(ISA), "ISA"},   {BIT(ASSOCIATORS), "ASSOCIATORS"},
                 {BIT(NULL), "NULL"},       {BIT(NOT), "NOT"},   {BIT(REFERENCES), "REFERENCES"}};
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
    if (!wql__token_is_word(token.kind)) return NULL;
    for (size_t i = 0; i < count; i++)
        if (wql__token_reads(parser, token, remarks[i].word)) return remarks[i].text;
    return NULL;
}
#define REMARK_ON(token, remarks) remark_on(parser, (token), (remarks), sizeof(remarks) / sizeof(remarks)[0])

/* Characters that look like blanks or quotes, are neither, and so became part of a name. */
static const char *odd_character(const wql__parser *parser, wql__token token) {
    wql_str text = wql__token_text(parser, token);
    const char *at = text.ptr, *end = at + text.len;
    if (!wql__token_is_word(token.kind)) return NULL;
    while (at < end) {
        uint32_t c = wql__utf8_next(&at, end);
        if (c == 0xa0 || c == 0x202f || c == 0x3000 || (c >= 0x2000 && c <= 0x200a))
            return "the name contains a special blank (such as U+00A0), which separates nothing in WQL";
        if (c == 0x200b || c == 0xfeff) return "the name contains an invisible character (U+200B or U+FEFF)";
        if (c >= 0x2018 && c <= 0x201f) return "typographic quotes belong to the name in WQL, a text needs ' or \"";
    }
    return NULL;
}

/* -- why --------------------------------------------------------------------------------------------------------- */

/* Between SELECT and FROM. */
static const char *why_in_list(const wql__parser *parser, wql__token token) {
    wql__token last = parser->before[0];
    const char *text = NULL;
    if (parser->before[1].kind == WQL__TOKEN_SELECT) text = REMARK_ON(last, list_words);
    if (text != NULL) return text;
    if (token.kind == WQL__TOKEN_STAR && last.kind == WQL__TOKEN_DOT) return "an object is selected whole by its own name";
    if (token.kind == WQL__TOKEN_STAR || (token.kind == WQL__TOKEN_COMMA && last.kind == WQL__TOKEN_STAR))
        return "* means all properties and stands alone";
    if (token.kind == WQL__TOKEN_LP && (parser->expected & BIT(META_CLASS))) return "WQL has no sub-queries";
    if (token.kind == WQL__TOKEN_LP) return "WQL selects properties, and computes nothing";
    if (last.kind != WQL__TOKEN_FROM) return NULL; /* else it was taken for a name */
    switch (parser->before[1].kind) {
    case WQL__TOKEN_SELECT: return "nothing is selected";
    case WQL__TOKEN_COMMA: return "a name is missing behind the comma";
    case WQL__TOKEN_DOT: return "a name is missing behind the point";
    default: return NULL;
    }
}

/* Behind the class. */
static const char *why_behind_source(const wql__parser *parser, wql__token token) {
    if (parser->before[0].kind == WQL__TOKEN_WHERE && parser->before[1].kind == WQL__TOKEN_FROM) return "the class is missing";
    if (token.kind == WQL__TOKEN_COMMA) return "a query is about one class";
    if (token.kind == WQL__TOKEN_DOT) return "a class is named by one word, without namespace";
    return NULL;
}

/* Where a constant was wanted. */
static const char *why_no_constant(wql__token token) {
    if (token.kind == WQL__TOKEN_LP) return "WQL has neither arithmetic nor sub-queries";
    if (is_one_of(token, KEYWORDS)) return "NULL, TRUE and FALSE have no order, only = and <> apply to them";
    if (is_one_of(token, OPERATORS)) return "there are =, <>, <, <=, > and >=, all without a blank inside";
    return NULL;
}

/* A star, or a number whose sign was meant as an operator. */
static bool is_arithmetic(const wql__parser *parser, wql__token token) {
    char first = parser->text.ptr[token.offset];
    return token.kind == WQL__TOKEN_STAR || (is_one_of(token, BIT(INT) | BIT(REAL)) && (first == '-' || first == '+'));
}

/* Where an operator was wanted, after a property or a constant. */
static const char *why_no_operator(const wql__parser *parser, wql__token token) {
    bool after_property = (parser->expected & WORD_OPERATORS) == WORD_OPERATORS;
    if (is_arithmetic(parser, token)) return "WQL has no arithmetic";
    if (token.kind == WQL__TOKEN_NOT && after_property) return "NOT stands in front of the property: NOT p LIKE 'x'";
    if (!after_property && is_one_of(token, WORD_OPERATORS)) return "LIKE, IS and ISA need the property on their left";
    if (!after_property && is_one_of(token, OPERATORS)) return "NULL, TRUE and FALSE have no order, only = and <> apply to them";
    if (is_one_of(token, BIT(AND) | BIT(OR) | BIT(RP) | BIT(END))) return "a value alone is no condition, write p = TRUE";
    return NULL;
}

/* A value stands where names do, or two of them meet. */
static const char *why_no_parameter(const wql__parser *parser, wql__token token) {
    wql__token last = parser->before[0];
    if (token.kind == WQL__TOKEN_PARAMETER && is_one_of(last, OPERATORS))
        return "two constants cannot be compared, one side is a property";
    if (token.kind == WQL__TOKEN_PARAMETER) return "a parameter stands for the constant of a comparison, and for nothing else";
    return NULL;
}

/* In a condition, or where one may follow. */
static const char *why_in_condition(const wql__parser *parser, wql__token token) {
    wql__token last = parser->before[0];
    uint64_t expected = parser->expected;
    if (expected & BIT(EQ)) return why_no_operator(parser, token);
    if (last.kind == WQL__TOKEN_IS || (last.kind == WQL__TOKEN_NOT && (expected & BIT(LP)) == 0)) return "IS only tests for NULL";
    if ((expected & SCALARS) == SCALARS && (expected & BIT(LP)) == 0) return why_no_constant(token);
    if ((expected & ~BIT(NAME)) == 0 && is_one_of(last, OPERATORS) && is_one_of(token, SCALARS | KEYWORDS))
        return "two constants cannot be compared, one side is a property";
    if ((expected & BIT(AND)) && is_arithmetic(parser, token)) return "WQL has no arithmetic";
    if (token.kind == WQL__TOKEN_COMMA && last.kind == WQL__TOKEN_INT) return "digits are not grouped";
    if (last.kind == WQL__TOKEN_LP && token.kind == WQL__TOKEN_RP) return "the parentheses are empty";
    return NULL;
}

static const char *why(const wql__parser *parser, wql__token token) {
    wql__token last = parser->before[0];
    bool in_list = parser->tree->from.length == 0;
    const char *text = odd_character(parser, token);
    if (text == NULL) text = odd_character(parser, last);
    if (text == NULL) text = why_no_parameter(parser, token);
    if (text == NULL && !(parser->expected & BIT(LP))) text = REMARK_ON(token, foreign_words);
    if (text != NULL) return text;
    if (token.kind == WQL__TOKEN_LP && wql__token_is_word(last.kind) && !is_one_of(last, KEYWORDS | BIT(NOT)) &&
        (parser->expected & (BIT(COMMA) | BIT(EQ))) != 0) {
        text = REMARK_ON(last, functions);
        if (text == NULL && in_list) text = REMARK_ON(last, list_words);
        return text != NULL ? text : "WQL has no functions";
    }
    if (parser->expected & BIT(NAME)) {
        if (token.kind == WQL__TOKEN_STRING && !(parser->expected & BIT(STRING)) && !is_one_of(last, OPERATORS))
            return "names are written without quotes";
        if (is_one_of(token, KEYWORDS | BIT(NOT)) && !is_one_of(last, OPERATORS | BIT(LIKE)))
            return "NULL, TRUE, FALSE and NOT are never names";
    }
    if (token.kind == WQL__TOKEN_STRING && last.kind == WQL__TOKEN_STRING && last.offset + last.length == token.offset)
        return "a quote inside a text is written \\' or \\\"";
    if (in_list) return why_in_list(parser, token);
    if (parser->expected & BIT(WHERE)) return why_behind_source(parser, token);
    return why_in_condition(parser, token);
}

/* -- tokens that are none ---------------------------------------------------------------------------------------- */

static const char *about_character(const wql__parser *parser, wql__token token) {
    wql__token last = parser->before[0];
    bool joined = wql__token_is_word(last.kind) && last.offset + last.length == token.offset;
    char c = parser->text.ptr[token.offset];
    if ((c == ':' || c == '\\' || c == '/') && (parser->expected & (BIT(WHERE) | BIT(META_CLASS))))
        return "a class is named by one word, without namespace";
    switch (c) {
    case ';': return "a query ends without ';'";
    case '[':
    case ']': return "WQL has neither names in brackets nor array elements";
    case '`': return "names are written without quotes";
    case '{':
    case '}': return "braces belong to ASSOCIATORS OF and REFERENCES OF";
    case '?':
    case '@':
        if (parser->dialect & WQL_PARAMETERS) return "a parameter is written ? or @name, without a blank";
        return "parameters are not part of the base language";
    case '-':
        if (joined) return "a name consists of letters, digits and _";
        /* fall through */
    case '+': return "WQL has no arithmetic, and a sign stands directly in front of its number";
    case '/':
    case '%':
    case '^':
    case '~': return "WQL has no arithmetic";
    case '#': return "WQL has no comments";
    default: return "it has no meaning outside a text in quotes";
    }
}

static const char *about_operator(wql_str text) {
    if (text.ptr[0] == '!' && text.len == 1) return "write NOT, or <> for 'not equal'";
    switch (text.ptr[text.len - 1]) {
    case '&': return "write AND";
    case '|': return "write OR";
    case '=':
        if (text.ptr[0] == '=') return "write =";
        break;
    default: break;
    }
    if (text.ptr[0] == '=' && text.ptr[1] == '<') return "write <=";
    if (text.ptr[0] == '=' && text.ptr[1] == '>') return "write >=";
    if (text.ptr[0] == '!' && text.ptr[1] == '<') return "write >=";
    if (text.ptr[0] == '!' && text.ptr[1] == '>') return "write <=";
    return "there are =, <>, <, <=, >, >=, LIKE, IS and ISA";
}

static const char *about_number(wql_str text) {
    size_t at = text.ptr[0] == '-' || text.ptr[0] == '+';
    if (text.len > at + 1 && text.ptr[at] == '0' && (text.ptr[at + 1] | 0x20) == 'x') return "WQL has no hexadecimal numbers";
    if (text.ptr[text.len - 1] == '.') return "a digit must follow the point";
    return "a name does not begin with a digit, and a blank ends a number";
}

static void refuse_bad_token(wql__parser *parser, wql__token token) {
    wql_str text = wql__token_text(parser, token);
    wql__shown shown = wql__show(parser, token.offset, token.length);
    switch (token.kind) {
    case WQL__TOKEN_BAD_STRING:
        wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length,
                    "the text that begins with this quote has no closing %s", shown.text);
        break;
    case WQL__TOKEN_BAD_ZERO:
        wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length, "the query contains a zero byte");
        break;
    case WQL__TOKEN_BAD_COMMENT:
        wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length, "%s has no meaning in WQL: there are no comments",
                    shown.text);
        break;
    case WQL__TOKEN_BAD_NUMBER:
        wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length, "%s is neither a number nor a name: %s", shown.text,
                    about_number(text));
        break;
    case WQL__TOKEN_BAD_OPERATOR:
        wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length, "%s is no operator of WQL: %s", shown.text,
                    about_operator(text));
        break;
    default:
        if ((unsigned char)text.ptr[0] < 0x20 || text.ptr[0] == 0x7f)
            wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length, "the query contains the control character 0x%02x",
                        (unsigned)(unsigned char)text.ptr[0]);
        else
            wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length, "the character %s does not belong here: %s",
                        shown.text, about_character(parser, token));
        break;
    }
}

/* -- putting it together ----------------------------------------------------------------------------------------- */

/* How a token is called in a message: names in double quotes, texts in their own, the rest bare. */
static void print_token(const wql__parser *parser, wql__token token, wql__out *out) {
    wql__shown shown = wql__show(parser, token.offset, token.length);
    const char *quote = token.kind == WQL__TOKEN_NAME ? "\"" : token.length == 1 ? "'" : "";
    if (token.kind == WQL__TOKEN_END) {
        wql__out_z(out, "the end of the query");
        return;
    }
    if (is_one_of(token, BIT(INT) | BIT(REAL))) quote = "";
    wql__out_z(out, quote);
    wql__out_z(out, shown.text);
    wql__out_z(out, quote);
}

static void print_place(const wql__parser *parser, wql__out *out) {
    wql__token last = parser->before[0];
    if (last.kind == WQL__TOKEN_END) return;
    wql__out_z(out, " after ");
    if (parser->expected & (BIT(EQ) | BIT(COMMA))) {
        if (wql__token_is_word(last.kind) && !is_one_of(last, KEYWORDS)) {
            wql__out_z(out, "the property name ");
            if (last.kind != WQL__TOKEN_NAME) last.kind = WQL__TOKEN_NAME; /* a word, used as a name */
        } else {
            wql__out_z(out, "the constant ");
        }
    } else if (parser->expected & BIT(WHERE)) {
        wql__out_z(out, "the class name ");
        last.kind = WQL__TOKEN_NAME;
    }
    print_token(parser, last, out);
}

void wql__refuse_token(wql__parser *parser, wql__token token) {
    char text[400];
    wql__out out = {text, sizeof text, 0};
    const char *reason;
    wql_str near = {NULL, 0};
    if (parser->status != WQL_OK) return;
    if (!parser->careful) { /* nobody has noted what could have come */
        parser->unclear = true;
        parser->status = WQL_E_INVALID_QUERY;
        return;
    }
    if (wql__token_is_bad(token.kind)) {
        refuse_bad_token(parser, token);
        return;
    }
    wql__out_z(&out, "expected ");
    print_expected(parser->expected, &out);
    print_place(parser, &out);
    wql__out_z(&out, token.kind == WQL__TOKEN_STRING ? ", found the text " : ", found ");
    print_token(parser, token, &out);
    reason = why(parser, token);
    if (token.kind == WQL__TOKEN_NAME && REMARK_ON(token, foreign_words) == NULL) near = nearest_word(parser, token);
    if (reason != NULL) {
        wql__out_z(&out, ": ");
        wql__out_z(&out, reason);
    } else if (token.kind == WQL__TOKEN_NAME && near.len == 0 && (parser->expected & BIT(WHERE))) {
        wql__out_z(&out, ": a query is about one class, which has no second name");
    }
    wql__out_end(&out);
    wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length, "%s", text);
    wql__error_hint(parser->err, near);
}

wql__node *wql__refuse_kind(wql__parser *parser, wql__token token, const char *kind) {
    wql__shown shown = wql__show(parser, token.offset, token.length);
    wql__refuse(parser, WQL_E_NOT_SUPPORTED, token.offset, token.length,
                "%s makes this a query of kind '%s'; only data and schema queries are served yet", shown.text, kind);
    return NULL;
}

void wql__refuse_event(wql__parser *parser, wql__token token) {
    wql__shown shown = wql__show(parser, token.offset, token.length);
    if (parser->tree->kind == WQL_KIND_SCHEMA)
        wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length,
                    "a query FROM META_CLASS lists classes as they are; %s belongs to event queries", shown.text);
    wql__refuse_kind(parser, token, "event");
}

void wql__refuse_group(wql__parser *parser, wql__token by) {
    wql__refuse(parser, WQL_E_MISSING_GROUP_WITHIN, by.offset, by.length,
                "expected WITHIN after GROUP, found BY: WQL groups events that come within a number of seconds, and nothing else");
}

void wql__refuse_clash(wql__parser *parser) {
    const wql__path *path = &parser->clash_path;
    wql__shown shown = wql__show(parser, path->offset, path->length);
    wql__token last = {WQL__TOKEN_NAME, path->names[path->count - 1].offset, path->names[path->count - 1].length};
    const char *odd = odd_character(parser, last);
    if (odd != NULL)
        wql__refuse(parser, WQL_E_INVALID_QUERY, path->offset, path->length, "a property is compared with a property, %s: %s",
                    shown.text, odd);
    wql__refuse(parser, WQL_E_INVALID_QUERY, path->offset, path->length,
                "a property is compared with a property, %s; one side must be a constant, and a text needs quotes: '%s'",
                shown.text, shown.text);
}
