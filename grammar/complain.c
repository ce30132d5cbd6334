/* SPDX-License-Identifier: MIT */
/* complain.c: what is said about a text that is no query. A message says what was found and what could have come instead, and
 * where the writer probably has another language in mind, what WQL does about it. Nothing here decides whether a text is refused.
 */
#include "kinds.h"

#include "../engine/base/fold.h"
#include "../engine/base/utf8.h"
#include <wql/query.h>

#include <wql/engine.h>

#include <string.h>

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
    if (parser->before[1].kind == WQL__TOKEN_SELECT) text = wql__about_list_word(parser, last);
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
    if (wql__is_one_of(token, KEYWORDS)) return "NULL, TRUE and FALSE have no order, only = and <> apply to them";
    if (wql__is_one_of(token, OPERATORS)) return "there are =, <>, <, <=, > and >=, all without a blank inside";
    return NULL;
}

/* A star, or a number whose sign was meant as an operator. */
static bool is_arithmetic(const wql__parser *parser, wql__token token) {
    char first = parser->text.ptr[token.offset];
    return token.kind == WQL__TOKEN_STAR || (wql__is_one_of(token, BIT(INT) | BIT(REAL)) && (first == '-' || first == '+'));
}

/* Where an operator was wanted, after a property or a constant. */
static const char *why_no_operator(const wql__parser *parser, wql__token token) {
    bool after_property = (parser->expected & WORD_OPERATORS) == WORD_OPERATORS;
    if (is_arithmetic(parser, token)) return "WQL has no arithmetic";
    if (token.kind == WQL__TOKEN_NOT && after_property) return "NOT stands in front of the property: NOT p LIKE 'x'";
    if (!after_property && wql__is_one_of(token, WORD_OPERATORS)) return "LIKE, IS and ISA need the property on their left";
    if (!after_property && wql__is_one_of(token, OPERATORS))
        return "NULL, TRUE and FALSE have no order, only = and <> apply to them";
    if (wql__is_one_of(token, BIT(AND) | BIT(OR) | BIT(RP) | BIT(END))) return "a value alone is no condition, write p = TRUE";
    return NULL;
}

/* A value stands where names do, or two of them meet. */
static const char *why_no_parameter(const wql__parser *parser, wql__token token) {
    wql__token last = parser->before[0];
    if (token.kind == WQL__TOKEN_PARAMETER && wql__is_one_of(last, OPERATORS))
        return "two constants cannot be compared, one side is a property";
    if (token.kind == WQL__TOKEN_PARAMETER) return "a parameter stands for the constant of a comparison, and for nothing else";
    return NULL;
}

/* In a condition, or where one may follow. */
static const char *why_in_condition(const wql__parser *parser, wql__token token) {
    wql__token last = parser->before[0];
    wql__kinds expected = parser->expected;
    if (expected & BIT(EQ)) return why_no_operator(parser, token);
    if (last.kind == WQL__TOKEN_IS || (last.kind == WQL__TOKEN_NOT && (expected & BIT(LP)) == 0)) return "IS only tests for NULL";
    if ((expected & SCALARS) == SCALARS && (expected & BIT(LP)) == 0) return why_no_constant(token);
    if ((expected & ~BIT(NAME)) == 0 && wql__is_one_of(last, OPERATORS) && wql__is_one_of(token, SCALARS | KEYWORDS))
        return "two constants cannot be compared, one side is a property";
    if ((expected & BIT(AND)) && is_arithmetic(parser, token)) return "WQL has no arithmetic";
    if (token.kind == WQL__TOKEN_COMMA && last.kind == WQL__TOKEN_INT) return "digits are not grouped";
    if (last.kind == WQL__TOKEN_LP && token.kind == WQL__TOKEN_RP) return "the parentheses are empty";
    return NULL;
}

/* In the WHERE of an association query, or in front of its path. */
static const char *why_in_association(const wql__parser *parser, wql__token token) {
    wql__token last = parser->before[0];
    if (token.kind == WQL__TOKEN_AND || token.kind == WQL__TOKEN_OR || token.kind == WQL__TOKEN_COMMA)
        return "terms stand side by side, with blanks between";
    if (wql__is_one_of(token, OPERATORS | WORD_OPERATORS) && parser->expected == BIT(EQ)) return "a term has its value behind =";
    if (wql__is_one_of(token, KEYWORDS | BIT(NOT))) return "NULL, TRUE, FALSE and NOT are never names";
    if (parser->tree->kind == WQL_KIND_REFERENCES && wql__is_one_of(token, ASSOCIATOR_TERMS) && (parser->expected & BIT(ROLE)))
        return "this term belongs to ASSOCIATORS OF";
    if (last.kind == WQL__TOKEN_OF) return "as in ASSOCIATORS OF {Class.Key='value'}";
    return NULL;
}

static const char *why(const wql__parser *parser, wql__token token) {
    wql__token last = parser->before[0];
    bool in_list = parser->tree->from.length == 0;
    const char *text = odd_character(parser, token);
    if (text == NULL && (parser->tree->association != NULL || (parser->expected & (BIT(PATH) | BIT(OF)))))
        return why_in_association(parser, token);
    if (text == NULL) text = odd_character(parser, last);
    if (text == NULL) text = why_no_parameter(parser, token);
    if (text == NULL && !(parser->expected & BIT(LP))) text = wql__about_foreign_word(parser, token);
    if (text != NULL) return text;
    if (token.kind == WQL__TOKEN_LP && wql__token_is_word(last.kind) && !wql__is_one_of(last, KEYWORDS | BIT(NOT)) &&
        (parser->expected & (BIT(COMMA) | BIT(EQ))) != 0) {
        text = wql__about_function(parser, last);
        if (text == NULL && in_list) text = wql__about_list_word(parser, last);
        return text != NULL ? text : "WQL has no functions";
    }
    if (parser->expected & BIT(NAME)) {
        if (token.kind == WQL__TOKEN_STRING && !(parser->expected & BIT(STRING)) && !wql__is_one_of(last, OPERATORS))
            return "names are written without quotes";
        if (wql__is_one_of(token, KEYWORDS | BIT(NOT)) && !wql__is_one_of(last, OPERATORS | BIT(LIKE)))
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

/* Tokens as the dialect sees them. */
static void see(wql__parser *parser, wql__token *token) {
    token->kind = wql__kind_seen(parser, token->kind);
    for (size_t i = 0; i < sizeof parser->before / sizeof parser->before[0]; i++)
        parser->before[i].kind = wql__kind_seen(parser, parser->before[i].kind);
    /* Braces where none belong: of them the first is at fault. */
    if (token->kind == WQL__TOKEN_PATH && !(parser->expected & BIT(OF))) {
        token->kind = WQL__TOKEN_BAD_CHARACTER;
        token->length = 1;
    }
}

static void refuse_bad_token(wql__parser *parser, wql__token token) {
    wql_str text = wql__token_text(parser, token);
    wql__shown shown = wql__show(parser, token.offset, token.length);
    switch (token.kind) {
    case WQL__TOKEN_BAD_STRING:
        wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length,
                    "the text that begins with this quote has no closing %s", shown.text);
        break;
    case WQL__TOKEN_BAD_PATH:
        wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length,
                    "the path that begins with this brace has no closing }");
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
            wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length,
                        "the query contains the control character 0x%02x", (unsigned)(unsigned char)text.ptr[0]);
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
    if (wql__is_one_of(token, BIT(INT) | BIT(REAL))) quote = "";
    wql__out_z(out, quote);
    wql__out_z(out, shown.text);
    wql__out_z(out, quote);
}

static void print_place(const wql__parser *parser, wql__out *out) {
    wql__token last = parser->before[0];
    if (last.kind == WQL__TOKEN_END) return;
    wql__out_z(out, " after ");
    if (parser->tree->association == NULL && (parser->expected & (BIT(EQ) | BIT(COMMA)))) {
        if (wql__token_is_word(last.kind) && !wql__is_one_of(last, KEYWORDS)) {
            wql__out_z(out, "the property name ");
            if (last.kind != WQL__TOKEN_NAME) last.kind = WQL__TOKEN_NAME; /* a word, used as a name */
        } else {
            wql__out_z(out, "the constant ");
        }
    } else if (parser->tree->association == NULL && (parser->expected & BIT(WHERE))) {
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
    see(parser, &token);
    if (wql__token_is_bad(token.kind)) {
        refuse_bad_token(parser, token);
        return;
    }
    wql__out_z(&out, "expected ");
    wql__print_expected(parser, &out);
    print_place(parser, &out);
    wql__out_z(&out, token.kind == WQL__TOKEN_STRING ? ", found the text " : ", found ");
    print_token(parser, token, &out);
    reason = why(parser, token);
    if (token.kind == WQL__TOKEN_NAME && wql__about_foreign_word(parser, token) == NULL) near = wql__nearest_word(parser, token);
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

void wql__refuse_group(wql__parser *parser, wql__token by) {
    wql__refuse(
        parser, WQL_E_MISSING_GROUP_WITHIN, by.offset, by.length,
        "expected WITHIN after GROUP, found BY: WQL groups events that come within a number of seconds, and nothing else");
}

void wql__refuse_aggregation(wql__parser *parser, wql__token star) {
    wql__refuse(parser, WQL_E_MISSING_AGGREGATION_LIST, star.offset, star.length,
                "expected a property name after BY, found *: events are grouped by properties that are named");
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
