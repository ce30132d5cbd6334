/* SPDX-License-Identifier: MIT */
/* ast.c: building conditions. AND and OR lists are chains that become arrays once, at the end, so each token costs constant time.
 */
#include "parser.h"

#include "../engine/base/fold.h"

#include <wql/provider.h>
#include <wql/query.h>

#include <string.h>

wql__node *wql__node_new(wql__parser *parser, uint8_t kind) {
    wql__node *node;
    if (parser->status != WQL_OK) return NULL;
    node = wql__arena_zero(parser->arena, sizeof *node);
    if (node == NULL)
        wql__refuse_memory(parser);
    else
        node->kind = kind;
    return node;
}

/* -- predicates of schema queries -------------------------------------------------------------------------------- */

static const char schema_names[] = "the WHERE of a query FROM META_CLASS knows __THIS, __CLASS, __SUPERCLASS and __DYNASTY";

/* What is wrong with a predicate in a schema query (wql-language 2.4). False: refused. */
static bool check_schema(wql__parser *parser, const wql__node *node) {
    const wql__path *path = &node->path;
    wql_str name = path->count == 1 ? path->names[0].text : wql_s("");
    bool is_this = wql__fold_equal(name, wql_s("__THIS")), compares = node->kind == WQL__NODE_COMPARE;
    if (!is_this && !wql__fold_equal(name, wql_s("__CLASS")) && !wql__fold_equal(name, wql_s("__SUPERCLASS")) &&
        !wql__fold_equal(name, wql_s("__DYNASTY")))
        wql__refuse(parser, WQL_E_INVALID_QUERY, path->offset, path->length, "%s, and nothing else", schema_names);
    else if (is_this && node->kind != WQL__NODE_ISA)
        wql__refuse(parser, WQL_E_INVALID_QUERY, node->op_offset, node->op_length,
                    "__THIS stands for a class: write __THIS ISA 'name', or __CLASS = 'name' for that class alone");
    else if (!is_this && node->kind == WQL__NODE_ISA)
        wql__refuse(parser, WQL_E_INVALID_QUERY, node->op_offset, node->op_length,
                    "ISA asks about the class itself: write __THIS ISA 'name'");
    else if (compares && node->literal.kind != WQL__LIT_STRING && node->literal.kind != WQL__LIT_NULL &&
             node->literal.kind != WQL__LIT_PARAMETER)
        wql__refuse(parser, WQL_E_INVALID_QUERY, node->literal.offset, node->literal.length,
                    "it is compared with the name of a class");
    else if (node->kind == WQL__NODE_COMPARE_PATHS)
        wql__refuse(parser, WQL_E_INVALID_QUERY, node->other.offset, node->other.length,
                    "it is compared with the name of a class, which is one word");
    return parser->status == WQL_OK;
}

/* -- predicates -------------------------------------------------------------------------------------------------- */

wql__node *wql__node_predicate(wql__parser *parser, wql__node *node, wql__path path, wql__token op, uint32_t offset,
                               uint32_t end) {
    node->path = path;
    node->op_offset = op.offset;
    node->op_length = op.length;
    node->offset = offset;
    node->length = end - offset;
    if (parser->tree->kind == WQL_KIND_SCHEMA && !check_schema(parser, node)) return NULL;
    if (++parser->tree->predicate_count <= parser->limits->predicates) return node;
    wql__refuse_limit(parser, offset, node->length, "predicates_max", parser->limits->predicates);
    return NULL;
}

wql__node *wql__node_constant(wql__parser *parser, wql__token literal) {
    wql__node *node = wql__node_new(parser, WQL__NODE_COMPARE);
    bool ok = true;
    if (node == NULL) return NULL;
    switch (literal.kind) {
    case WQL__TOKEN_STRING: ok = wql__literal_string(parser, literal, false, &node->literal); break;
    case WQL__TOKEN_INT:
    case WQL__TOKEN_HEX:
    case WQL__TOKEN_REAL: ok = wql__literal_number(parser, literal, &node->literal); break;
    case WQL__TOKEN_PARAMETER: ok = wql__literal_parameter(parser, literal, &node->literal); break;
    default: wql__literal_keyword(literal, &node->literal); break;
    }
    return ok ? node : NULL;
}

uint8_t wql__operator_of(wql__token token) {
    switch (token.kind) {
    case WQL__TOKEN_EQ: return WQL_EQ;
    case WQL__TOKEN_NE: return WQL_NE;
    case WQL__TOKEN_LT: return WQL_LT;
    case WQL__TOKEN_LE: return WQL_LE;
    case WQL__TOKEN_GT: return WQL_GT;
    default: return WQL_GE;
    }
}

static uint8_t mirror(uint8_t op) {
    switch (op) {
    case WQL_LT: return WQL_GT;
    case WQL_LE: return WQL_GE;
    case WQL_GT: return WQL_LT;
    case WQL_GE: return WQL_LE;
    default: return op;
    }
}

wql__node *wql__node_compare(wql__parser *parser, wql__path path, wql__token op, wql__node *constant, bool mirrored) {
    const wql__literal *literal;
    if (parser->status != WQL_OK) return NULL;
    literal = &constant->literal;
    constant->op = mirrored ? mirror(wql__operator_of(op)) : wql__operator_of(op);
    constant->mirrored = mirrored;
    return mirrored ? wql__node_predicate(parser, constant, path, op, literal->offset, path.offset + path.length)
                    : wql__node_predicate(parser, constant, path, op, path.offset, literal->offset + literal->length);
}

/* Whether an unquoted name beside this path is the name of a class: `__CLASS = Win32_Process` (wql-language 2.3 note 8). */
static bool names_a_class(const wql__path *path) {
    wql_str last;
    if (path->count == 0) return false;
    last = path->names[path->count - 1].text;
    return wql__fold_equal(last, wql_s("__CLASS")) || wql__fold_equal(last, wql_s("__SUPERCLASS")) ||
           wql__fold_equal(last, wql_s("__DYNASTY"));
}

wql__node *wql__node_compare_paths(wql__parser *parser, wql__path left, wql__token op, wql__path right) {
    wql__node *node = wql__node_new(parser, WQL__NODE_COMPARE_PATHS);
    bool class_on_right, class_on_left;
    if (node == NULL) return NULL;
    class_on_right = right.count == 1 && names_a_class(&left);
    class_on_left = !class_on_right && left.count == 1 && names_a_class(&right);
    node->op = class_on_left ? mirror(wql__operator_of(op)) : wql__operator_of(op);
    if (class_on_right || class_on_left) {
        node->kind = WQL__NODE_COMPARE;
        node->mirrored = class_on_left;
        wql__literal_name(class_on_left ? left.names : right.names, &node->literal);
    } else {
        node->other = right;
        if (!parser->clash && left.count != 0 && right.count != 0) {
            parser->clash = true;
            parser->clash_path = right;
        }
    }
    return wql__node_predicate(parser, node, class_on_left ? right : left, op, left.offset, right.offset + right.length);
}

/* From one token to another. */
static wql__token span(wql__token from, wql__token to) {
    from.length = to.offset + to.length - from.offset;
    return from;
}

wql__node *wql__node_like(wql__parser *parser, wql__path path, wql__token word, wql__token op, wql__token pattern) {
    wql__node *node = wql__node_new(parser, WQL__NODE_LIKE);
    if (node == NULL) return NULL;
    if (pattern.kind == WQL__TOKEN_PARAMETER ? !wql__literal_parameter(parser, pattern, &node->literal)
                                             : !wql__literal_string(parser, pattern, true, &node->literal))
        return NULL;
    node->negated = word.offset != op.offset;
    return wql__node_predicate(parser, node, path, span(word, op), path.offset, pattern.offset + pattern.length);
}

wql__node *wql__node_null(wql__parser *parser, wql__path path, wql__token is, wql__token null, bool negated) {
    wql__node *node = wql__node_new(parser, WQL__NODE_NULL);
    if (node == NULL) return NULL;
    node->negated = negated;
    return wql__node_predicate(parser, node, path, span(is, null), path.offset, null.offset + null.length);
}

wql__node *wql__node_isa(wql__parser *parser, wql__path path, wql__token word, wql__token op, wql__token class_name) {
    wql__node *node = wql__node_new(parser, WQL__NODE_ISA);
    if (node == NULL) return NULL;
    if (class_name.kind == WQL__TOKEN_STRING) {
        if (!wql__literal_string(parser, class_name, false, &node->literal)) return NULL;
    } else if (class_name.kind == WQL__TOKEN_PARAMETER) {
        if (!wql__literal_parameter(parser, class_name, &node->literal)) return NULL;
    } else {
        wql__name name;
        if (!wql__name_of(parser, class_name, false, &name)) return NULL;
        wql__literal_name(&name, &node->literal);
    }
    node->negated = word.offset != op.offset;
    return wql__node_predicate(parser, node, path, span(word, op), path.offset, class_name.offset + class_name.length);
}

/* Both halves of a predicate have the place of the whole. */
static wql__node *join_halves(wql__parser *parser, uint8_t kind, wql__node *left, wql__token op, wql__node *right) {
    wql__node *node = left == NULL || right == NULL ? NULL : wql__node_join(parser, kind, left, op, right);
    if (node == NULL) return NULL;
    node->offset = left->offset;
    node->length = left->length;
    return node;
}

/* IS TRUE is never unknown: p = TRUE AND p IS NOT NULL; IS NOT TRUE is its opposite. */
wql__node *wql__node_truth(wql__parser *parser, wql__path path, wql__token is, wql__token value, bool negated) {
    wql__node *test = wql__node_constant(parser, value), *null = wql__node_new(parser, WQL__NODE_NULL);
    wql__token op = span(is, value);
    uint32_t end = value.offset + value.length;
    if (test == NULL || null == NULL) return NULL;
    test->op = negated ? WQL_NE : WQL_EQ;
    null->negated = !negated;
    test = wql__node_predicate(parser, test, path, op, path.offset, end);
    if (test == NULL) return NULL;
    return join_halves(parser, negated ? WQL__NODE_OR : WQL__NODE_AND, test, op,
                       wql__node_predicate(parser, null, path, op, path.offset, end));
}

wql__node *wql__node_between(wql__parser *parser, wql__path path, wql__token op, wql__node *low, wql__node *high) {
    uint32_t end;
    if (parser->status != WQL_OK) return NULL;
    end = high->literal.offset + high->literal.length;
    low->op = WQL_GE;
    high->op = WQL_LE;
    low = wql__node_predicate(parser, low, path, op, path.offset, end);
    if (low == NULL) return NULL;
    return join_halves(parser, WQL__NODE_AND, low, op, wql__node_predicate(parser, high, path, op, path.offset, end));
}

/* -- conditions -------------------------------------------------------------------------------------------------- */

wql__token wql__nest(wql__parser *parser, wql__token token) {
    uint32_t most = parser->limits->depth < WQL__DEPTH_CEILING ? parser->limits->depth : WQL__DEPTH_CEILING;
    if (++parser->nesting > most)
        wql__refuse_limit(parser, token.offset, token.length, "depth_max", most);
    else if (parser->nesting > parser->tree->depth)
        parser->tree->depth = parser->nesting;
    return token;
}

wql__node *wql__node_not(wql__parser *parser, wql__token word, wql__node *item) {
    wql__node *node = wql__node_new(parser, WQL__NODE_NOT);
    parser->nesting--;
    if (node == NULL) return NULL;
    node->offset = node->op_offset = word.offset;
    node->length = item->offset + item->length - word.offset;
    node->op_length = word.length;
    node->count = 1;
    node->first = node->last = item;
    node->items = &node->first;
    return node;
}

wql__node *wql__node_nested(wql__parser *parser, wql__token open, wql__node *item, wql__token close) {
    parser->nesting--;
    if (parser->status != WQL_OK) return NULL;
    item->offset = open.offset;
    item->length = close.offset + close.length - open.offset;
    return item;
}

wql__node *wql__node_join(wql__parser *parser, uint8_t kind, wql__node *left, wql__token word, wql__node *right) {
    wql__node *list = left;
    if (parser->status != WQL_OK) return NULL;
    if (left->kind != kind) {
        list = wql__node_new(parser, kind);
        if (list == NULL) return NULL;
        list->offset = left->offset;
        list->op_offset = word.offset;
        list->op_length = word.length;
        list->count = 1;
        list->first = list->last = left;
        list->older = parser->lists;
        parser->lists = list;
    }
    list->length = right->offset + right->length - list->offset;
    if (right->kind == kind) { /* a list in parentheses: it goes over whole, and is no list of its own any more */
        list->last->next = right->first;
        list->last = right->last;
        list->count += right->count;
        right->count = 0;
    } else {
        list->last->next = right;
        list->last = right;
        list->count++;
    }
    return list;
}
