/* SPDX-License-Identifier: MIT */
/* mof_complain.c: words for what is wrong with a text of MOF. */
#include "../engine/base/utf8.h"
#include "mof_parser.h"

#include <string.h>

/* How each kind is called; NULL: never expected by name. */
static const char *const called[WQL__MOF_TOKENS] = {
    [WQL__MOF_END] = "the end of the text",
    [WQL__MOF_NAME] = "a name",
    [WQL__MOF_TYPE] = "a type",
    [WQL__MOF_CLASS] = "class",
    [WQL__MOF_INSTANCE] = "instance",
    [WQL__MOF_OF] = "of",
    [WQL__MOF_AS] = "as",
    [WQL__MOF_QUALIFIER] = "Qualifier",
    [WQL__MOF_SCOPE] = "Scope",
    [WQL__MOF_FLAVOR] = "Flavor",
    [WQL__MOF_REF] = "REF",
    [WQL__MOF_PRAGMA] = "#pragma",
    [WQL__MOF_ALIAS] = "an alias ($Name)",
    [WQL__MOF_STRING] = "a string",
    [WQL__MOF_INTEGER] = "a number",
    [WQL__MOF_LBRACE] = "'{'",
    [WQL__MOF_RBRACE] = "'}'",
    [WQL__MOF_LBRACKET] = "'['",
    [WQL__MOF_RBRACKET] = "']'",
    [WQL__MOF_LP] = "'('",
    [WQL__MOF_RP] = "')'",
    [WQL__MOF_COLON] = "':'",
    [WQL__MOF_SEMICOLON] = "';'",
    [WQL__MOF_COMMA] = "','",
    [WQL__MOF_EQ] = "'='",
};

static bool has(wql__mof_kinds kinds, uint32_t kind) { return (kinds >> kind) & 1u; }

static void take(wql__mof_kinds *kinds, uint32_t kind) { *kinds &= ~((wql__mof_kinds)1 << kind); }

/* Kinds that are one thing to a reader. */
static const char *group(wql__mof_kinds *kinds) {
    static const uint32_t literals[] = {WQL__MOF_STRING, WQL__MOF_CHAR, WQL__MOF_INTEGER, WQL__MOF_REAL,    WQL__MOF_TRUE,
                                        WQL__MOF_FALSE,  WQL__MOF_NULL, WQL__MOF_ALIAS,   WQL__MOF_INSTANCE};
    if (has(*kinds, WQL__MOF_REAL) && has(*kinds, WQL__MOF_STRING)) {
        for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++) take(kinds, literals[i]);
        return "a value";
    }
    if (has(*kinds, WQL__MOF_PRAGMA)) {
        take(kinds, WQL__MOF_PRAGMA);
        take(kinds, WQL__MOF_CLASS);
        take(kinds, WQL__MOF_INSTANCE);
        take(kinds, WQL__MOF_QUALIFIER);
        take(kinds, WQL__MOF_LBRACKET);
        take(kinds, WQL__MOF_END);
        return "a class, an instance, a qualifier declaration or a #pragma";
    }
    if (has(*kinds, WQL__MOF_TYPE)) {
        take(kinds, WQL__MOF_TYPE);
        take(kinds, WQL__MOF_OBJECT);
        take(kinds, WQL__MOF_NAME);
        return "a type";
    }
    return NULL;
}

static void list(wql__mof_kinds kinds, char *buf, size_t size) {
    const char *words[WQL__MOF_TOKENS + 1], *grouped = group(&kinds);
    wql__out out = {buf, size, 0};
    uint32_t count = 0;
    if (grouped) words[count++] = grouped;
    for (uint32_t kind = 0; kind < WQL__MOF_TOKENS; kind++)
        if (has(kinds, kind) && called[kind]) words[count++] = called[kind];
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) wql__out_z(&out, i + 1 == count ? " or " : ", ");
        wql__out_z(&out, words[i]);
    }
    if (count == 0) wql__out_z(&out, "something else");
    (void)wql__out_end(&out);
}

/* A token as a message shows it: not too long, and on one line. */
typedef struct shown {
    char text[48];
} shown;

static shown show(const wql__mof_parser *parser, const wql__mof_token *token) {
    shown made;
    const char *text = parser->text.ptr + token->offset;
    size_t room = sizeof made.text - sizeof "...", length = token->length < room ? token->length : room;
    const char *line = memchr(text, '\n', length);
    if (line) length = (size_t)(line - text);
    length = wql__utf8_cut(text, token->length, length);
    memcpy(made.text, text, length);
    strcpy(made.text + length, length < token->length ? "..." : "");
    return made;
}

void wql__mof_unexpected(wql__mof_parser *parser, const wql__mof_token *token, wql__mof_kinds expected) {
    wql__mof_place place = {token->offset, token->length};
    char words[256];
    list(expected, words, sizeof words);
    if (token->kind == WQL__MOF_END)
        wql__mof_error(parser->set, parser->file, place, WQL_E_INVALID_QUERY, "the text ends where %s was expected", words);
    else
        wql__mof_error(parser->set, parser->file, place, WQL_E_INVALID_QUERY, "expected %s, not %s", words,
                       show(parser, token).text);
}

void wql__mof_lacks_semicolon(wql__mof_parser *parser) {
    wql__mof_place place = {parser->before.offset + parser->before.length, 0};
    if (place.offset < parser->text.len) place.length = 1;
    wql__mof_error(parser->set, parser->file, place, WQL_E_INVALID_QUERY, "expected ';' behind %s",
                   show(parser, &parser->before).text);
}

void wql__mof_unreadable(wql__mof_parser *parser, const wql__mof_token *token) {
    wql__mof_place place = {token->offset, token->length};
    const char *why = "this character begins nothing in MOF";
    switch (token->kind) {
    case WQL__MOF_BAD_NUMBER: why = "this is no number: decimal, 0 and octal digits, 0x1F, 101b or 1.5"; break;
    case WQL__MOF_BAD_STRING: why = "this string has no closing quote on its line"; break;
    case WQL__MOF_BAD_CHAR: why = "this character has no closing quote on its line"; break;
    case WQL__MOF_BAD_COMMENT: why = "this comment is never closed"; break;
    case WQL__MOF_BAD_ZERO: why = "a zero byte cannot stand in MOF"; break;
    default: break;
    }
    if (token->kind == WQL__MOF_BAD_STRING || token->kind == WQL__MOF_BAD_CHAR) place.length = 1;
    wql__mof_error(parser->set, parser->file, place, WQL_E_INVALID_QUERY, "%s", why);
}
