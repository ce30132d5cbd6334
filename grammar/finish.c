/* SPDX-License-Identifier: MIT */
/* finish.c: the whole text was read: which kind of query it is (wql-language 2.10), and the rules that only the whole text can
 * break. Of those that are broken the first in text order is told. */
#include "parser.h"

#include "../engine/base/fold.h"
#include <wql/engine.h>
#include <wql/query.h>

#include <string.h>

/* Only system classes have names of this shape (wql-language 2.10). */
static bool is_event_class(wql_str name) {
    wql_str tail = name;
    if (name.len < strlen("__Event") || memcmp(name.ptr, "__", 2) != 0) return false;
    tail.ptr += name.len - strlen("Event");
    tail.len = strlen("Event");
    return wql__fold_equal(tail, wql_s("Event"));
}

static int kind_of(const wql__parser *parser) {
    const wql__query_tree *tree = parser->tree;
    if (tree->kind != 0) return tree->kind;
    if (tree->event != NULL) return WQL_KIND_EVENT;
    if (parser->extended.length != 0) return WQL_KIND_EXTENDED;
    if (is_event_class(tree->from.text) || (parser->dialect & WQL__NOTIFICATION)) return WQL_KIND_EVENT;
    return WQL_KIND_DATA;
}

/* -- rules of SELECT --------------------------------------------------------------------------------------------- */

/* A rule that is broken, and where. */
typedef struct fault {
    uint32_t offset, length;
    const char *text; /* NULL: a property is compared with a property, see wql__refuse_clash */
} fault;

typedef struct faults {
    fault first;
    bool any;
} faults;

static void note(faults *f, uint32_t offset, uint32_t length, const char *text) {
    if (f->any && offset >= f->first.offset) return;
    f->any = true;
    f->first = (fault){offset, length, text};
}

static wql__token later(wql__token a, wql__token b) { return a.offset > b.offset ? a : b; }

static void check_extended(const wql__parser *parser, faults *f) {
    wql__token at;
    if (parser->clause.length != 0) {
        at = later(parser->clause, parser->extended);
        note(f, at.offset, at.length,
             "event queries and queries FROM META_CLASS are those of the base language: they do not go together with forms of "
             "the extended dialect");
    }
    if (parser->count_word.length != 0 && parser->distinct_word.length != 0) {
        at = later(parser->count_word, parser->distinct_word);
        note(f, at.offset, at.length, "COUNT and DISTINCT do not go together");
    }
    if (parser->system.length != 0 && parser->clause.length == 0)
        note(f, parser->system.offset, parser->system.length,
             "a query that uses forms of the extended dialect knows no system properties");
}

/* Two properties may be compared in event queries, and where a dialect says so. */
static bool may_compare_paths(const wql__parser *parser) {
    return parser->tree->kind == WQL_KIND_EVENT || (parser->dialect & (WQL_RELAXED | WQL_EXTENDED)) != 0;
}

static void check_select(wql__parser *parser) {
    faults f = {.any = false};
    if (parser->clash && !may_compare_paths(parser)) note(&f, parser->clash_path.offset, parser->clash_path.length, NULL);
    if (parser->extended.length != 0) check_extended(parser, &f);
    if (!f.any) return;
    if (f.first.text == NULL)
        wql__refuse_clash(parser);
    else
        wql__refuse(parser, WQL_E_INVALID_QUERY, f.first.offset, f.first.length, "%s", f.first.text);
}

/* -- rules of associations --------------------------------------------------------------------------------------- */

static const struct {
    uint8_t one, other;
    const char *text;
} exclusions[] = {
    {WQL__TERM_CLASS_DEFS_ONLY, WQL__TERM_RESULT_CLASS, "ClassDefsOnly and ResultClass exclude each other"},
    {WQL__TERM_SCHEMA_ONLY, WQL__TERM_CLASS_DEFS_ONLY, "SchemaOnly and ClassDefsOnly exclude each other"},
    {WQL__TERM_KEYS_ONLY, WQL__TERM_CLASS_DEFS_ONLY,
     "KeysOnly and ClassDefsOnly exclude each other: a class has no keys to fill"},
    {WQL__TERM_KEYS_ONLY, WQL__TERM_SCHEMA_ONLY, "KeysOnly and SchemaOnly exclude each other: a class has no keys to fill"},
};

static void check_association(wql__parser *parser) {
    const wql__association *association = parser->tree->association;
    const wql__name *schema_only = &association->terms[WQL__TERM_SCHEMA_ONLY].word;
    bool names_class = association->path->kind == WQL__PATH_CLASS;
    faults f = {.any = false};
    for (size_t i = 0; i < sizeof exclusions / sizeof exclusions[0]; i++) {
        const wql__name *one = &association->terms[exclusions[i].one].word,
                        *other = &association->terms[exclusions[i].other].word;
        if (one->length == 0 || other->length == 0) continue;
        if (other->offset > one->offset) one = other;
        note(&f, one->offset, one->length, exclusions[i].text);
    }
    if (names_class && schema_only->length == 0)
        note(&f, association->offset, association->length,
             "the path names a class: add WHERE SchemaOnly to ask about classes, or give a key, as in {Class.Key='value'}");
    if (!names_class && schema_only->length != 0)
        note(&f, schema_only->offset, schema_only->length, "SchemaOnly asks about classes, and the path names an object");
    if (f.any) wql__refuse(parser, WQL_E_INVALID_QUERY, f.first.offset, f.first.length, "%s", f.first.text);
}

/* -- the tree ---------------------------------------------------------------------------------------------------- */

/* The chains of AND and OR become arrays. */
static void fill_lists(wql__parser *parser) {
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
}

void wql__tree_finish(wql__parser *parser, wql__node *where) {
    wql__query_tree *tree = parser->tree;
    if (parser->status != WQL_OK) return;
    tree->kind = kind_of(parser);
    if (tree->association != NULL)
        check_association(parser);
    else if (parser->clash || parser->extended.length != 0)
        check_select(parser);
    if (parser->status != WQL_OK) return;
    fill_lists(parser);
    tree->where = where;
}
