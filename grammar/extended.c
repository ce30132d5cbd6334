/* SPDX-License-Identifier: MIT */
/* extended.c: what only the extended dialect has (wql-language 5.1): several classes, functions, sets, selects in conditions,
 * order. Its words are kept in the tree; which of them go together is decided in finish.c. */
#include "parser.h"

#include "../engine/base/fold.h"

#include <wql/query.h>

#include <string.h>

/* A call that is open. */
typedef struct wql__open_call {
    wql__function *function;
    uint32_t offset;
    struct wql__open_call *around;
} wql__open_call;

void wql__extend(wql__parser *parser, wql__token word) {
    if (parser->extended.length == 0 || word.offset < parser->extended.offset) parser->extended = word;
}

/* NULL: no memory, refused. */
static wql__extended *extended_of(wql__parser *parser) {
    if (parser->tree->extended == NULL) parser->tree->extended = wql__new(parser, sizeof *parser->tree->extended);
    return parser->tree->extended;
}

/* -- SELECT and FROM --------------------------------------------------------------------------------------------- */

void wql__select_quantifier(wql__parser *parser, wql__token word) {
    wql__extended *extended;
    if (parser->status != WQL_OK) return;
    wql__extend(parser, word);
    extended = extended_of(parser);
    if (extended == NULL) return;
    if (word.kind == WQL__TOKEN_ALL) {
        extended->all = true;
        return;
    }
    extended->distinct = true;
    if (parser->tree->outer == NULL) parser->distinct_word = word;
}

/* The source that was read last; made from the tree's `from` where that is the only one so far. NULL: no memory, refused. */
static wql__source *last_source(wql__parser *parser) {
    wql__extended *extended = extended_of(parser);
    if (extended == NULL || extended->last != NULL) return extended == NULL ? NULL : extended->last;
    extended->first = extended->last = wql__new(parser, sizeof *extended->first);
    if (extended->last != NULL) extended->last->name = parser->tree->from;
    return extended->last;
}

void wql__source_alias(wql__parser *parser, wql__token word, wql__token alias) {
    wql__source *source;
    if (parser->status != WQL_OK) return;
    wql__extend(parser, word);
    source = last_source(parser);
    if (source != NULL) (void)wql__name_of(parser, alias, false, &source->alias);
}

int wql__join(wql__parser *parser, int kind, wql__token word) {
    if (parser->status == WQL_OK) wql__extend(parser, word);
    return kind;
}

void wql__source_listed(wql__parser *parser, wql__token comma) {
    if (parser->status != WQL_OK) return;
    wql__extend(parser, comma);
    parser->tree->extended->last->join = WQL__JOIN_LISTED;
}

void wql__source_joined(wql__parser *parser, int kind, wql__node *on) {
    if (parser->status != WQL_OK) return;
    parser->tree->extended->last->join = (uint8_t)kind;
    parser->tree->extended->last->on = on;
}

void wql__order_by(wql__parser *parser, wql__path path, int descending) {
    wql__extended *extended;
    wql__order *room;
    if (parser->status != WQL_OK) return;
    extended = extended_of(parser);
    if (extended == NULL) return;
    room = wql__room_for_one(parser, extended->order, extended->order_count, sizeof *room);
    if (room == NULL) return;
    extended->order = room;
    extended->order[extended->order_count].path = path;
    extended->order[extended->order_count++].descending = descending != 0;
}

/* -- functions --------------------------------------------------------------------------------------------------- */

wql__function *wql__function_open(wql__parser *parser, uint8_t kind, wql__token word) {
    wql__function *function;
    wql__open_call *call;
    if (parser->status != WQL_OK) return NULL;
    wql__extend(parser, word);
    (void)wql__nest(parser, word);
    if (kind == WQL__FUNCTION_COUNT && parser->tree->outer == NULL && parser->count_word.length == 0) parser->count_word = word;
    function = parser->status == WQL_OK ? wql__new(parser, sizeof *function) : NULL;
    call = function != NULL ? wql__new(parser, sizeof *call) : NULL;
    if (call == NULL) return NULL;
    function->kind = kind;
    call->function = function;
    call->offset = word.offset;
    call->around = parser->calls;
    parser->calls = call;
    parser->call = function;
    return function;
}

static const struct {
    const char *word, *short_word;
} parts[] = {
    [WQL__PART_YEAR] = {"YEAR", "YY"},
    [WQL__PART_MONTH] = {"MONTH", "MM"},
    [WQL__PART_DAY] = {"DAY", "DD"},
    [WQL__PART_HOUR] = {"HOUR", "HH"},
    [WQL__PART_MINUTE] = {"MINUTE", "MI"},
    [WQL__PART_SECOND] = {"SECOND", "SS"},
    [WQL__PART_MILLISECOND] = {"MILLISECOND", "MS"},
};

const char *wql__part_word(uint8_t part) { return parts[part].word; }

wql__function *wql__function_part(wql__parser *parser, wql__function *function, wql__token part) {
    wql__near near;
    if (parser->status != WQL_OK) return NULL;
    for (uint8_t i = WQL__PART_YEAR; i <= WQL__PART_MILLISECOND; i++) {
        if (!wql__token_reads(parser, part, parts[i].word) && !wql__token_reads(parser, part, parts[i].short_word)) continue;
        function->part = i;
        return function;
    }
    wql__refuse(parser, WQL_E_INVALID_QUERY, part.offset, part.length,
                "expected a part of a date: YEAR, MONTH, DAY, HOUR, MINUTE, SECOND or MILLISECOND");
    wql__near_init(&near, wql__token_text(parser, part));
    for (uint8_t i = WQL__PART_YEAR; i <= WQL__PART_MILLISECOND; i++) wql__near_offer(&near, wql_s(parts[i].word));
    wql__error_hint(parser->err, near.best);
    return NULL;
}

void wql__argument_path(wql__parser *parser, wql__function *function, wql__path path) {
    if (parser->status != WQL_OK) return;
    function->arguments[function->count++].path = path;
}

void wql__argument_literal(wql__parser *parser, wql__function *function, wql__token token) {
    wql__argument *argument;
    if (parser->status != WQL_OK) return;
    argument = &function->arguments[function->count];
    if (token.kind == WQL__TOKEN_STRING ? !wql__literal_string(parser, token, false, &argument->literal)
                                        : !wql__literal_number(parser, token, &argument->literal))
        return;
    if (argument->literal.kind == WQL__LIT_REAL) /* an integer so great that RELAXED takes it for a real */
        wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length, "expected an integer that fits 64 bits");
    argument->is_literal = true;
    function->count++;
}

wql__path wql__function_close(wql__parser *parser, wql__function *function, wql__token close) {
    wql__path path = {.function = function};
    if (parser->status != WQL_OK) return path;
    parser->nesting--;
    path.offset = parser->calls->offset;
    path.length = close.offset + close.length - path.offset;
    parser->calls = parser->calls->around;
    parser->call = parser->calls != NULL ? parser->calls->function : NULL;
    return path;
}

/* -- IN, and selects in conditions ------------------------------------------------------------------------------- */

wql__node *wql__constants_add(wql__parser *parser, wql__node *last, wql__node *constant) {
    if (parser->status != WQL_OK) return NULL;
    constant->next = last != NULL ? last->next : constant;
    if (last != NULL) last->next = constant;
    return constant;
}

wql__members wql__members_of(wql__node *last, wql__query_tree *select) {
    wql__members members = {last, select};
    return members;
}

/* Takes the ring apart into an array. False: no memory, refused. */
static bool fill_members(wql__parser *parser, wql__node *node, wql__node *last) {
    wql__literal *members;
    uint32_t count = 1;
    for (const wql__node *at = last->next; at != last; at = at->next) count++;
    members = wql__arena_alloc(parser->arena, wql__array_size(count, sizeof *members));
    if (members == NULL) {
        wql__refuse_memory(parser);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        last = last->next;
        members[i] = last->literal;
    }
    node->members = members;
    node->count = count;
    return true;
}

wql__node *wql__node_in(wql__parser *parser, wql__path path, wql__token word, wql__token op, wql__members members,
                        wql__token close) {
    wql__node *node = wql__node_new(parser, WQL__NODE_IN);
    if (node == NULL) return NULL;
    wql__extend(parser, op);
    node->negated = word.offset != op.offset;
    node->select = members.select;
    if (members.last != NULL && !fill_members(parser, node, members.last)) return NULL;
    word.length = op.offset + op.length - word.offset;
    return wql__node_predicate(parser, node, path, word, path.offset, close.offset + close.length);
}

wql__node *wql__node_compare_select(wql__parser *parser, wql__path path, wql__token op, wql__query_tree *select,
                                    wql__token close) {
    wql__node *node = wql__node_new(parser, WQL__NODE_COMPARE_SELECT);
    if (node == NULL) return NULL;
    node->op = wql__operator_of(op);
    node->select = select;
    return wql__node_predicate(parser, node, path, op, path.offset, close.offset + close.length);
}

void wql__select_begin(wql__parser *parser, wql__token word) {
    wql__query_tree *tree;
    if (parser->status != WQL_OK) return;
    wql__extend(parser, word);
    (void)wql__nest(parser, word);
    tree = parser->status == WQL_OK ? wql__new(parser, sizeof *tree) : NULL;
    if (tree == NULL) return;
    tree->text = parser->tree->text;
    tree->dialect = parser->tree->dialect;
    tree->outer = parser->tree;
    tree->depth = parser->tree->depth;
    tree->predicate_count = parser->tree->predicate_count;
    tree->parameter_count = parser->tree->parameter_count;
    tree->unnamed_count = parser->tree->unnamed_count;
    parser->tree = tree;
}

wql__query_tree *wql__select_end(wql__parser *parser, wql__node *where) {
    wql__query_tree *tree = parser->tree;
    if (parser->status != WQL_OK) return NULL;
    parser->nesting--;
    tree->where = where;
    parser->tree = tree->outer;
    parser->tree->depth = tree->depth; /* what is counted, is counted for the whole text */
    parser->tree->predicate_count = tree->predicate_count;
    parser->tree->parameter_count = tree->parameter_count;
    parser->tree->unnamed_count = tree->unnamed_count;
    return tree;
}
