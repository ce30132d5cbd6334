/* SPDX-License-Identifier: MIT */
/* ast.c: building and comparing trees. Everything grows in constant time on average: names and select lists double their room in
 * the arena, AND and OR lists are chains that become arrays once, at the end. */
#include "parser.h"

#include "../engine/base/fold.h"
#include "../engine/base/utf8.h"

#include <wql/provider.h>
#include <wql/query.h>

#include <string.h>

/* -- names and the select list ----------------------------------------------------------------------------------- */

/* Room for one item more behind `count`; the room is the next power of two. NULL = no memory, refused. */
static void *room_for_one(wql__parser *parser, void *items, uint32_t count, size_t size) {
    void *room;
    if ((count & (count - 1)) != 0) return items;
    room = wql__arena_alloc(parser->arena, wql__array_size(count == 0 ? 1 : (size_t)count * 2, size));
    if (room == NULL) wql__refuse_memory(parser);
    else if (count > 0) memcpy(room, items, (size_t)count * size);
    return room;
}

/* __THIS stands for a class in the WHERE of a schema query, and none of those comes this far. */
static bool name_of(wql__parser *parser, wql__token token, wql__name *out) {
    out->text = wql__token_text(parser, token);
    out->offset = token.offset;
    out->length = token.length;
    if (token.length > parser->limits->identifier_chars &&
        wql__utf16_length(out->text.ptr, out->text.len) > parser->limits->identifier_chars)
        wql__refuse_limit(parser, token.offset, token.length, "identifier_chars_max", parser->limits->identifier_chars);
    else if (out->text.ptr[0] == '_' && wql__fold_equal(out->text, wql_s("__THIS")))
        wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length,
                    "__THIS has a meaning only in the WHERE of a query FROM META_CLASS; to choose a class write __CLASS = 'name'");
    return parser->status == WQL_OK;
}

wql__path wql__path_begin(wql__parser *parser, wql__token name) {
    wql__path path = {NULL, 0, name.offset, 0};
    return wql__path_step(parser, path, name);
}

wql__path wql__path_step(wql__parser *parser, wql__path path, wql__token name) {
    wql__name *names;
    wql__name step;
    if (parser->status != WQL_OK || !name_of(parser, name, &step)) return path;
    names = room_for_one(parser, path.names, path.count, sizeof step);
    if (names == NULL) return path;
    names[path.count] = step;
    path.names = names;
    path.count++;
    path.length = name.offset + name.length - path.offset;
    return path;
}

void wql__select_star(wql__parser *parser) { parser->tree->star = true; }

void wql__select_path(wql__parser *parser, wql__path path) {
    wql__query_tree *tree = parser->tree;
    wql__path *room;
    if (parser->status != WQL_OK) return;
    if (tree->select_count >= parser->limits->select_items) {
        wql__refuse_limit(parser, path.offset, path.length, "select_items_max", parser->limits->select_items);
        return;
    }
    room = room_for_one(parser, tree->select, tree->select_count, sizeof path);
    if (room == NULL) return;
    tree->select = room;
    tree->select[tree->select_count++] = path;
}

/* Only system classes have names of this shape (wql-language 2.10). */
static bool is_event_class(wql_str name) {
    wql_str tail = name;
    if (name.len < strlen("__Event") || memcmp(name.ptr, "__", 2) != 0) return false;
    tail.ptr += name.len - strlen("Event");
    tail.len = strlen("Event");
    return wql__fold_equal(tail, wql_s("Event"));
}

void wql__select_from(wql__parser *parser, wql__token name) {
    if (parser->status != WQL_OK || !name_of(parser, name, &parser->tree->from)) return;
    if (is_event_class(parser->tree->from.text)) wql__refuse_kind(parser, name, "event");
}

void wql__select_schema(wql__parser *parser, wql__token meta_class) {
    wql__query_tree *tree = parser->tree;
    if (parser->status == WQL_OK && !tree->star)
        wql__refuse(parser, WQL_E_INVALID_QUERY, meta_class.offset, meta_class.length,
                    "a query FROM META_CLASS can only select *");
    if (parser->status != WQL_OK || !name_of(parser, meta_class, &tree->from)) return;
    tree->kind = WQL_KIND_SCHEMA;
}

/* What stands behind the word has other rules in a schema query (__THIS), so it is not read at all. */
void wql__begin_where(wql__parser *parser, wql__token word) {
    if (parser->tree->kind != WQL_KIND_SCHEMA) return;
    wql__refuse(parser, WQL_E_NOT_SUPPORTED, word.offset, word.length,
                "conditions of schema queries are not served yet; SELECT * FROM META_CLASS lists every class");
}

/* -- predicates -------------------------------------------------------------------------------------------------- */

static wql__node *new_node(wql__parser *parser, uint8_t kind) {
    wql__node *node;
    if (parser->status != WQL_OK) return NULL;
    node = wql__arena_zero(parser->arena, sizeof *node);
    if (node == NULL) wql__refuse_memory(parser);
    else node->kind = kind;
    return node;
}

/* Completes a predicate that reaches from `offset` to `end`. NULL if it is one too many. */
static wql__node *predicate(wql__parser *parser, wql__node *node, wql__path path, wql__token op, uint32_t offset, uint32_t end) {
    node->path = path;
    node->op_offset = op.offset;
    node->op_length = op.length;
    node->offset = offset;
    node->length = end - offset;
    if (++parser->tree->predicate_count <= parser->limits->predicates) return node;
    wql__refuse_limit(parser, offset, node->length, "predicates_max", parser->limits->predicates);
    return NULL;
}

wql__node *wql__node_constant(wql__parser *parser, wql__token literal) {
    wql__node *node = new_node(parser, WQL__NODE_COMPARE);
    bool ok = true;
    if (node == NULL) return NULL;
    switch (literal.kind) {
    case WQL__TOKEN_STRING: ok = wql__literal_string(parser, literal, false, &node->literal); break;
    case WQL__TOKEN_INT:
    case WQL__TOKEN_REAL: ok = wql__literal_number(parser, literal, &node->literal); break;
    case WQL__TOKEN_PARAMETER: ok = wql__literal_parameter(parser, literal, &node->literal); break;
    default: wql__literal_keyword(literal, &node->literal); break;
    }
    return ok ? node : NULL;
}

static uint8_t operator_of(wql__token token) {
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
    constant->op = mirrored ? mirror(operator_of(op)) : operator_of(op);
    constant->mirrored = mirrored;
    return mirrored ? predicate(parser, constant, path, op, literal->offset, path.offset + path.length)
                    : predicate(parser, constant, path, op, path.offset, literal->offset + literal->length);
}

/* Whether an unquoted name beside this path is the name of a class: `__CLASS = Win32_Process` (wql-language 2.3 note 8). */
static bool names_a_class(const wql__path *path) {
    wql_str last = path->names[path->count - 1].text;
    return wql__fold_equal(last, wql_s("__CLASS")) || wql__fold_equal(last, wql_s("__SUPERCLASS")) ||
           wql__fold_equal(last, wql_s("__DYNASTY"));
}

wql__node *wql__node_compare_paths(wql__parser *parser, wql__path left, wql__token op, wql__path right) {
    wql__node *node = new_node(parser, WQL__NODE_COMPARE_PATHS);
    bool class_on_right, class_on_left;
    if (node == NULL) return NULL;
    class_on_right = right.count == 1 && names_a_class(&left);
    class_on_left = !class_on_right && left.count == 1 && names_a_class(&right);
    node->op = class_on_left ? mirror(operator_of(op)) : operator_of(op);
    if (class_on_right || class_on_left) {
        node->kind = WQL__NODE_COMPARE;
        node->mirrored = class_on_left;
        wql__literal_name(class_on_left ? left.names : right.names, &node->literal);
    } else {
        node->other = right;
        if (!parser->clash) {
            parser->clash = true;
            parser->clash_path = right;
        }
    }
    return predicate(parser, node, class_on_left ? right : left, op, left.offset, right.offset + right.length);
}

wql__node *wql__node_like(wql__parser *parser, wql__path path, wql__token op, wql__token pattern) {
    wql__node *node = new_node(parser, WQL__NODE_LIKE);
    if (node == NULL) return NULL;
    if (pattern.kind == WQL__TOKEN_PARAMETER ? !wql__literal_parameter(parser, pattern, &node->literal)
                                             : !wql__literal_string(parser, pattern, true, &node->literal))
        return NULL;
    return predicate(parser, node, path, op, path.offset, pattern.offset + pattern.length);
}

wql__node *wql__node_null(wql__parser *parser, wql__path path, wql__token is, wql__token null, bool negated) {
    wql__node *node = new_node(parser, WQL__NODE_NULL);
    wql__token op = is;
    if (node == NULL) return NULL;
    node->negated = negated;
    op.length = null.offset + null.length - is.offset;
    return predicate(parser, node, path, op, path.offset, null.offset + null.length);
}

wql__node *wql__node_isa(wql__parser *parser, wql__path path, wql__token op, wql__token class_name) {
    wql__node *node = new_node(parser, WQL__NODE_ISA);
    if (node == NULL) return NULL;
    if (class_name.kind == WQL__TOKEN_STRING) {
        if (!wql__literal_string(parser, class_name, false, &node->literal)) return NULL;
    } else if (class_name.kind == WQL__TOKEN_PARAMETER) {
        if (!wql__literal_parameter(parser, class_name, &node->literal)) return NULL;
    } else {
        wql__name name;
        if (!name_of(parser, class_name, &name)) return NULL;
        wql__literal_name(&name, &node->literal);
    }
    return predicate(parser, node, path, op, path.offset, class_name.offset + class_name.length);
}

/* -- conditions -------------------------------------------------------------------------------------------------- */

wql__token wql__nest(wql__parser *parser, wql__token token) {
    uint32_t most = parser->limits->depth < WQL__DEPTH_CEILING ? parser->limits->depth : WQL__DEPTH_CEILING;
    if (++parser->nesting > most) wql__refuse_limit(parser, token.offset, token.length, "depth_max", most);
    else if (parser->nesting > parser->tree->depth) parser->tree->depth = parser->nesting;
    return token;
}

wql__node *wql__node_not(wql__parser *parser, wql__token word, wql__node *item) {
    wql__node *node = new_node(parser, WQL__NODE_NOT);
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
        list = new_node(parser, kind);
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

void wql__tree_finish(wql__parser *parser, wql__node *where) {
    if (parser->status != WQL_OK) return;
    if (parser->clash) {
        wql__refuse_clash(parser);
        return;
    }
    for (wql__node *list = parser->lists; list != NULL; list = list->older) {
        uint32_t i = 0;
        if (list->count == 0) continue;
        list->items = wql__arena_alloc(parser->arena, wql__array_size(list->count, sizeof *list->items));
        if (list->items == NULL) {
            wql__refuse_memory(parser);
            return;
        }
        for (wql__node *item = list->first; i < list->count; item = item->next) list->items[i++] = item;
    }
    if (parser->tree->kind == 0) parser->tree->kind = WQL_KIND_DATA;
    parser->tree->where = where;
}

/* -- comparing --------------------------------------------------------------------------------------------------- */

static bool text_equal(wql_str a, wql_str b) { return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0); }

static bool path_equal(const wql__path *a, const wql__path *b) {
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!text_equal(a->names[i].text, b->names[i].text)) return false;
    return true;
}

static bool literal_equal(const wql__literal *a, const wql__literal *b) {
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case WQL__LIT_INT: return a->negative == b->negative && a->magnitude == b->magnitude;
    case WQL__LIT_PARAMETER: return a->magnitude == b->magnitude && text_equal(a->text, b->text);
    case WQL__LIT_STRING:
    case WQL__LIT_REAL: return text_equal(a->text, b->text); /* a real is told by its spelling, which a text is compared with */
    default: return true;
    }
}

/* Goes as deep as the tree, which has at most 2 * WQL__DEPTH_CEILING + 3 levels. */
static bool node_equal(const wql__node *a, const wql__node *b) {
    if (a == NULL || b == NULL) return a == b;
    if (a->kind != b->kind || a->op != b->op || a->negated != b->negated || a->count != b->count) return false;
    switch (a->kind) {
    case WQL__NODE_AND:
    case WQL__NODE_OR:
    case WQL__NODE_NOT:
        for (uint32_t i = 0; i < a->count; i++)
            if (!node_equal(a->items[i], b->items[i])) return false;
        return true;
    case WQL__NODE_COMPARE_PATHS: return path_equal(&a->path, &b->path) && path_equal(&a->other, &b->other);
    case WQL__NODE_NULL: return path_equal(&a->path, &b->path);
    default: return path_equal(&a->path, &b->path) && literal_equal(&a->literal, &b->literal);
    }
}

bool wql__ast_equal(const wql__query_tree *a, const wql__query_tree *b) {
    if (a->kind != b->kind || a->star != b->star || a->select_count != b->select_count) return false;
    if (!text_equal(a->from.text, b->from.text)) return false;
    for (uint32_t i = 0; i < a->select_count; i++)
        if (!path_equal(&a->select[i], &b->select[i])) return false;
    return node_equal(a->where, b->where);
}
