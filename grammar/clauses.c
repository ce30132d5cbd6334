/* SPDX-License-Identifier: MIT */
/* clauses.c: what event queries (wql-language 2.7) and association queries (2.5) have of their own. */
#include "parser.h"

#include "../engine/base/utf8.h"

#include <wql/query.h>

#include <string.h>

/* -- event queries ----------------------------------------------------------------------------------------------- */

/* NULL: no memory, refused. */
static wql__event *event_of(wql__parser *parser) {
    if (parser->tree->event == NULL) parser->tree->event = wql__new(parser, sizeof *parser->tree->event);
    return parser->tree->event;
}

void wql__event_clause(wql__parser *parser, wql__token word) {
    wql__shown shown;
    if (parser->status != WQL_OK) return;
    if (parser->tree->kind == WQL_KIND_SCHEMA) {
        shown = wql__show(parser, word.offset, word.length);
        wql__refuse(parser, WQL_E_INVALID_QUERY, word.offset, word.length,
                    "a query FROM META_CLASS lists classes as they are; %s belongs to event queries", shown.text);
        return;
    }
    if (parser->clause.length == 0) parser->clause = word;
    (void)event_of(parser);
}

/* The longest interval: 0xffffffff milliseconds. */
static const double most_seconds = 4294967.295;

int wql__interval_read(wql__parser *parser, wql__token number) {
    wql__literal literal;
    double seconds, ms;
    if (parser->status != WQL_OK || !wql__literal_number(parser, number, &literal)) return 0;
    seconds = literal.kind == WQL__LIT_REAL ? literal.real : literal.negative ? -1.0 : (double)literal.magnitude;
    if (!(seconds > 0) || seconds > most_seconds) {
        wql__refuse(parser, WQL_E_INVALID_QUERY, number.offset, number.length,
                    "the interval is a number of seconds, more than 0 and at most 4294967.295");
        return 0;
    }
    ms = seconds * 1000 + 0.5;
    parser->interval.ms = ms < 1 ? 1 : ms >= 4294967295.0 ? UINT32_MAX : (uint32_t)ms;
    parser->interval.offset = number.offset;
    parser->interval.length = number.length;
    return 0;
}

void wql__event_within(wql__parser *parser, int number) {
    (void)number;
    if (parser->status == WQL_OK) parser->tree->event->within = parser->interval;
}

void wql__event_group(wql__parser *parser, int number) {
    (void)number;
    if (parser->status == WQL_OK) parser->tree->event->group = parser->interval;
}

void wql__event_by(wql__parser *parser, wql__path path) {
    wql__event *event = parser->tree->event;
    wql__path *room;
    if (parser->status != WQL_OK) return;
    room = wql__room_for_one(parser, event->by, event->by_count, sizeof path);
    if (room == NULL) return;
    event->by = room;
    event->by[event->by_count++] = path;
}

void wql__event_having(wql__parser *parser, wql__node *condition) {
    if (parser->status == WQL_OK) parser->tree->event->having = condition;
}

/* -- association queries ----------------------------------------------------------------------------------------- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f'; }

void wql__association_begin(wql__parser *parser, int kind, wql__token token) {
    wql__path_limits limits = {parser->limits->path_chars, parser->limits->identifier_chars, parser->limits->path_keys};
    size_t from = (size_t)token.offset + 1, to = (size_t)token.offset + token.length - 1;
    wql__association *association;
    if (parser->status != WQL_OK) return;
    association = wql__new(parser, sizeof *association);
    if (association == NULL) return;
    while (from < to && is_blank(parser->text.ptr[from])) from++;
    while (to > from && is_blank(parser->text.ptr[to - 1])) to--;
    parser->tree->kind = kind;
    parser->tree->association = association;
    association->offset = token.offset;
    association->length = token.length;
    if (from == to)
        wql__refuse(parser, WQL_E_INVALID_OBJECT_PATH, to, 1, "expected the path of an object or a class in the braces");
    else
        parser->status =
            wql__object_path_parse(parser->text, from, to - from, &limits, parser->arena, &association->path, parser->err);
}

static const char *const term_words[] = {
    [WQL__TERM_ASSOC_CLASS] = "AssocClass",
    [WQL__TERM_RESULT_CLASS] = "ResultClass",
    [WQL__TERM_ROLE] = "Role",
    [WQL__TERM_RESULT_ROLE] = "ResultRole",
    [WQL__TERM_REQUIRED_QUALIFIER] = "RequiredQualifier",
    [WQL__TERM_REQUIRED_ASSOC_QUALIFIER] = "RequiredAssocQualifier",
    [WQL__TERM_CLASS_DEFS_ONLY] = "ClassDefsOnly",
    [WQL__TERM_KEYS_ONLY] = "KeysOnly",
    [WQL__TERM_SCHEMA_ONLY] = "SchemaOnly",
};

const char *wql__term_word(uint32_t term) { return term_words[term]; }

void wql__association_term(wql__parser *parser, uint32_t term, wql__token word) {
    wql__term *place;
    if (parser->status != WQL_OK) return;
    place = &parser->tree->association->terms[term];
    if (place->word.length != 0) {
        wql__refuse(parser, WQL_E_INVALID_QUERY, word.offset, word.length, "%s is written twice", term_words[term]);
        return;
    }
    place->word.text = wql__token_text(parser, word);
    place->word.offset = word.offset;
    place->word.length = word.length;
    parser->term = term;
}

void wql__association_value(wql__parser *parser, wql__token value) {
    wql__name *place;
    wql__literal literal;
    if (parser->status != WQL_OK) return;
    place = &parser->tree->association->terms[parser->term].value;
    if (value.kind != WQL__TOKEN_STRING) {
        (void)wql__name_of(parser, value, false, place);
        return;
    }
    if (!wql__literal_string(parser, value, false, &literal)) return;
    place->text = literal.text;
    place->offset = value.offset;
    place->length = value.length;
    if (literal.text.len > parser->limits->identifier_chars &&
        wql__utf16_length(literal.text.ptr, literal.text.len) > parser->limits->identifier_chars)
        wql__refuse_limit(parser, value.offset, value.length, "identifier_chars_max", parser->limits->identifier_chars);
}
