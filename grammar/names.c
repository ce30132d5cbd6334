/* SPDX-License-Identifier: MIT */
/* names.c: names, paths of names, the SELECT list and the class of FROM. Lists double their room in the arena, so they grow in
 * constant time on average. */
#include "parser.h"

#include "../engine/base/fold.h"
#include "../engine/base/utf8.h"
#include "../engine/data/batch.h"

#include <wql/query.h>

#include <string.h>

void *wql__room_for_one(wql__parser *parser, void *items, uint32_t count, size_t size) {
    void *room;
    if ((count & (count - 1)) != 0) return items;
    room = wql__arena_alloc(parser->arena, wql__array_size(count == 0 ? 1 : (size_t)count * 2, size));
    if (room == NULL)
        wql__refuse_memory(parser);
    else if (count > 0)
        memcpy(room, items, (size_t)count * size);
    return room;
}

void *wql__new(wql__parser *parser, size_t size) {
    void *made = wql__arena_zero(parser->arena, size);
    if (made == NULL) wql__refuse_memory(parser);
    return made;
}

bool wql__name_of(wql__parser *parser, wql__token token, bool may_be_this, wql__name *out) {
    out->text = wql__token_text(parser, token);
    out->offset = token.offset;
    out->length = token.length;
    if (token.length > parser->limits->identifier_chars &&
        wql__utf16_length(out->text.ptr, out->text.len) > parser->limits->identifier_chars)
        wql__refuse_limit(parser, token.offset, token.length, "identifier_chars_max", parser->limits->identifier_chars);
    else if (out->text.ptr[0] == '_' && !may_be_this && wql__fold_equal(out->text, wql_s("__THIS")))
        wql__refuse(
            parser, WQL_E_INVALID_QUERY, token.offset, token.length,
            "__THIS has a meaning only in the WHERE of a query FROM META_CLASS; to choose a class write __CLASS = 'name'");
    return parser->status == WQL_OK;
}

/* -- paths ------------------------------------------------------------------------------------------------------- */

wql__path wql__path_begin(wql__parser *parser, wql__token name) {
    wql__path path = {.offset = name.offset};
    return wql__path_step(parser, path, name);
}

wql__path wql__path_step(wql__parser *parser, wql__path path, wql__token name) {
    wql__name *names;
    wql__name step;
    if (parser->status != WQL_OK || !wql__name_of(parser, name, parser->tree->kind == WQL_KIND_SCHEMA, &step)) return path;
    names = wql__room_for_one(parser, path.names, path.count, sizeof step);
    if (names == NULL) return path;
    names[path.count] = step;
    path.names = names;
    path.count++;
    path.length = name.offset + name.length - path.offset;
    if (step.text.ptr[0] == '_' && parser->system.length == 0 && wql__system_property(step.text) != WQL__SYS_NONE)
        parser->system = name;
    return path;
}

wql__path wql__path_star(wql__parser *parser, wql__path path, wql__token star) {
    (void)parser;
    path.star = true;
    path.length = star.offset + star.length - path.offset;
    return path;
}

/* -- SELECT ... FROM --------------------------------------------------------------------------------------------- */

void wql__select_star(wql__parser *parser) { parser->tree->star = true; }

void wql__select_path(wql__parser *parser, wql__path path) {
    wql__query_tree *tree = parser->tree;
    wql__path *room;
    if (parser->status != WQL_OK) return;
    if (tree->select_count >= parser->limits->select_items) {
        wql__refuse_limit(parser, path.offset, path.length, "select_items_max", parser->limits->select_items);
        return;
    }
    room = wql__room_for_one(parser, tree->select, tree->select_count, sizeof path);
    if (room == NULL) return;
    tree->select = room;
    tree->select[tree->select_count++] = path;
}

/* A class behind the first: the query has `extended` from then on. False: refused. */
static bool add_source(wql__parser *parser, const wql__name *name) {
    wql__query_tree *tree = parser->tree;
    wql__source *first = NULL, *source;
    if (tree->extended == NULL) tree->extended = wql__new(parser, sizeof *tree->extended);
    if (tree->extended == NULL) return false;
    if (tree->extended->first == NULL) {
        first = wql__new(parser, sizeof *first);
        if (first == NULL) return false;
        first->name = tree->from;
        tree->extended->first = tree->extended->last = first;
    }
    source = wql__new(parser, sizeof *source);
    if (source == NULL) return false;
    source->name = *name;
    tree->extended->last->next = source;
    tree->extended->last = source;
    return true;
}

void wql__select_from(wql__parser *parser, wql__token token) {
    wql__name name;
    if (parser->status != WQL_OK || !wql__name_of(parser, token, false, &name)) return;
    if (parser->tree->from.length == 0)
        parser->tree->from = name;
    else
        (void)add_source(parser, &name);
}

void wql__select_schema(wql__parser *parser, wql__token meta_class) {
    wql__query_tree *tree = parser->tree;
    if (parser->status != WQL_OK) return;
    if (tree->outer != NULL || tree->from.length != 0) {
        wql__refuse(parser, WQL_E_INVALID_QUERY, meta_class.offset, meta_class.length,
                    "META_CLASS is the only class of a query that lists classes, and stands in no condition");
        return;
    }
    if (!tree->star) {
        wql__refuse(parser, WQL_E_INVALID_QUERY, meta_class.offset, meta_class.length,
                    "a query FROM META_CLASS can only select *");
        return;
    }
    if (!wql__name_of(parser, meta_class, false, &tree->from)) return;
    tree->kind = WQL_KIND_SCHEMA;
    parser->clause = meta_class;
}

/* Only the first class of a query may have one: the others are of the same namespace. */
void wql__select_namespace(wql__parser *parser, wql__path ns) {
    wql__query_tree *tree = parser->tree;
    if (parser->status != WQL_OK) return;
    if (tree->from.length != 0 || tree->outer != NULL) {
        wql__refuse(parser, WQL_E_INVALID_QUERY, ns.offset, ns.length,
                    "only the first class of a query is named with its namespace: a query has one namespace");
        return;
    }
    tree->ns = wql__new(parser, sizeof *tree->ns);
    if (tree->ns != NULL) *tree->ns = ns;
}
