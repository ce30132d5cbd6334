/* SPDX-License-Identifier: MIT */
/* ast_print.c: a tree -> its canonical text: words in capitals, the property first, <> for !=, single quotes, parentheses only
 * where the tree needs them. */
#include "lexer.h"
#include "parser.h"

#include <wql/provider.h>
#include <wql/query.h>

#include <inttypes.h>

static void print_path(const wql__path *path, wql__out *out);
static void print_select(const wql__query_tree *tree, wql__out *out);

/* Escaped so that it reads the same behind LIKE and elsewhere. */
static void print_string(wql_str text, wql__out *out) {
    size_t from = 0;
    wql__out_z(out, "'");
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '\\' && text.ptr[i] != '\'') continue;
        wql__out_text(out, text.ptr + from, i - from);
        wql__out_z(out, "\\");
        from = i;
    }
    if (from < text.len) wql__out_text(out, text.ptr + from, text.len - from);
    wql__out_z(out, "'");
}

static void print_literal(const wql__literal *literal, wql__out *out) {
    switch (literal->kind) {
    case WQL__LIT_NULL: wql__out_z(out, "NULL"); break;
    case WQL__LIT_TRUE: wql__out_z(out, "TRUE"); break;
    case WQL__LIT_FALSE: wql__out_z(out, "FALSE"); break;
    case WQL__LIT_INT: wql__out_format(out, "%s%" PRIu64, literal->negative ? "-" : "", literal->magnitude); break;
    case WQL__LIT_REAL: wql__out_text(out, literal->text.ptr, literal->text.len); break;
    case WQL__LIT_STRING: print_string(literal->text, out); break;
    default: /* a parameter */
        wql__out_z(out, literal->text.len > 0 ? "@" : "?");
        wql__out_text(out, literal->text.ptr, literal->text.len);
        break;
    }
}

static void print_names(const wql__path *path, const char *separator, wql__out *out) {
    for (uint32_t i = 0; i < path->count; i++) {
        if (i > 0) wql__out_z(out, separator);
        wql__out_text(out, path->names[i].text.ptr, path->names[i].text.len);
    }
}

static const char *function_text(uint8_t kind) {
    switch (kind) {
    case WQL__FUNCTION_COUNT: return "COUNT(";
    case WQL__FUNCTION_UPPER: return "UPPER(";
    case WQL__FUNCTION_LOWER: return "LOWER(";
    case WQL__FUNCTION_SUBSTRING: return "SUBSTRING(";
    case WQL__FUNCTION_DATEPART: return "DATEPART(";
    case WQL__FUNCTION_DATEADD: return "DATEADD(";
    case WQL__FUNCTION_DATEDIFF: return "DATEDIFF(";
    default: return "GETDATE(";
    }
}

/* As deep as calls nest. */
static void print_function(const wql__function *function, wql__out *out) {
    bool more = function->part != WQL__PART_NONE;
    wql__out_z(out, function_text(function->kind));
    if (more) wql__out_z(out, wql__part_word(function->part));
    if (function->kind == WQL__FUNCTION_COUNT && function->count == 0) wql__out_z(out, "*");
    for (uint32_t i = 0; i < function->count; i++, more = true) {
        if (more) wql__out_z(out, ", ");
        if (function->arguments[i].is_literal)
            print_literal(&function->arguments[i].literal, out);
        else
            print_path(&function->arguments[i].path, out);
    }
    wql__out_z(out, ")");
}

static void print_path(const wql__path *path, wql__out *out) {
    if (path->count == 0)
        print_function(path->function, out);
    else
        print_names(path, ".", out);
    if (path->star) wql__out_z(out, ".*");
}

static void print_paths(const wql__path *paths, uint32_t count, wql__out *out) {
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) wql__out_z(out, ", ");
        print_path(&paths[i], out);
    }
}

static const char *operator_text(uint8_t op) {
    switch (op) {
    case WQL_EQ: return " = ";
    case WQL_NE: return " <> ";
    case WQL_LT: return " < ";
    case WQL_LE: return " <= ";
    case WQL_GT: return " > ";
    default: return " >= ";
    }
}

static void print_members(const wql__node *node, wql__out *out) {
    wql__out_z(out, "(");
    if (node->select != NULL) print_select(node->select, out);
    for (uint32_t i = 0; i < node->count; i++) {
        if (i > 0) wql__out_z(out, ", ");
        print_literal(&node->members[i], out);
    }
    wql__out_z(out, ")");
}

static void print_predicate(const wql__node *node, wql__out *out) {
    print_path(&node->path, out);
    switch (node->kind) {
    case WQL__NODE_COMPARE:
        wql__out_z(out, operator_text(node->op));
        print_literal(&node->literal, out);
        break;
    case WQL__NODE_COMPARE_PATHS:
        wql__out_z(out, operator_text(node->op));
        print_path(&node->other, out);
        break;
    case WQL__NODE_LIKE:
        wql__out_z(out, node->negated ? " NOT LIKE " : " LIKE ");
        print_literal(&node->literal, out);
        break;
    case WQL__NODE_IN:
        wql__out_z(out, node->negated ? " NOT IN " : " IN ");
        print_members(node, out);
        break;
    case WQL__NODE_COMPARE_SELECT:
        wql__out_z(out, operator_text(node->op));
        print_members(node, out);
        break;
    case WQL__NODE_NULL: wql__out_z(out, node->negated ? " IS NOT NULL" : " IS NULL"); break;
    default:
        wql__out_z(out, node->negated ? " NOT ISA " : " ISA ");
        print_literal(&node->literal, out);
        break;
    }
}

/* How strongly a kind binds: a weaker one inside a stronger one needs parentheses. */
static int strength(const wql__node *node) {
    switch (node->kind) {
    case WQL__NODE_OR: return 1;
    case WQL__NODE_AND: return 2;
    case WQL__NODE_NOT: return 3;
    default: return 4;
    }
}

/* Goes as deep as the tree, which has at most 2 * WQL__DEPTH_CEILING + 3 levels. */
static void print_node(const wql__node *node, int around, wql__out *out) {
    int own = strength(node);
    if (own == 4) {
        print_predicate(node, out);
        return;
    }
    if (own < around) wql__out_z(out, "(");
    if (own == 3) wql__out_z(out, "NOT ");
    for (uint32_t i = 0; i < node->count; i++) {
        if (i > 0) wql__out_z(out, node->kind == WQL__NODE_AND ? " AND " : " OR ");
        print_node(node->items[i], own, out);
    }
    if (own < around) wql__out_z(out, ")");
}

void wql__ast_print_node(const wql__node *node, wql__out *out) { print_node(node, 0, out); }

/* -- the clauses ------------------------------------------------------------------------------------------------- */

static void print_name(const wql__name *name, wql__out *out) { wql__out_text(out, name->text.ptr, name->text.len); }

static void print_sources(const wql__source *source, wql__out *out) {
    static const char *const joins[] = {"", ", ", " INNER JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN "};
    for (; source != NULL; source = source->next) {
        wql__out_z(out, joins[source->join]);
        print_name(&source->name, out);
        if (source->alias.length != 0) {
            wql__out_z(out, " AS ");
            print_name(&source->alias, out);
        }
        if (source->on == NULL) continue;
        wql__out_z(out, " ON ");
        print_node(source->on, 0, out);
    }
}

static void print_interval(const char *word, wql__interval interval, wql__out *out) {
    if (interval.ms == 0) return;
    wql__out_z(out, word);
    wql__out_format(out, "%u", interval.ms / 1000);
    if (interval.ms % 1000 != 0) wql__out_format(out, ".%03u", interval.ms % 1000);
}

static void print_event(const wql__event *event, wql__out *out) {
    print_interval(" GROUP WITHIN ", event->group, out);
    if (event->by_count != 0) wql__out_z(out, " BY ");
    print_paths(event->by, event->by_count, out);
    if (event->having == NULL) return;
    wql__out_z(out, " HAVING ");
    print_node(event->having, 0, out);
}

static void print_order(const wql__extended *extended, wql__out *out) {
    for (uint32_t i = 0; i < extended->order_count; i++) {
        wql__out_z(out, i == 0 ? " ORDER BY " : ", ");
        print_path(&extended->order[i].path, out);
        if (extended->order[i].descending) wql__out_z(out, " DESC");
    }
}

/* As deep as selects nest. */
static void print_select(const wql__query_tree *tree, wql__out *out) {
    const wql__extended *extended = tree->extended;
    wql__out_z(out, "SELECT ");
    if (extended != NULL && extended->distinct) wql__out_z(out, "DISTINCT ");
    if (extended != NULL && extended->all) wql__out_z(out, "ALL ");
    if (tree->star) wql__out_z(out, "*");
    print_paths(tree->select, tree->select_count, out);
    wql__out_z(out, " FROM ");
    if (tree->ns != NULL) {
        print_names(tree->ns, "\\", out);
        wql__out_z(out, ":");
    }
    if (extended != NULL && extended->first != NULL)
        print_sources(extended->first, out);
    else
        print_name(&tree->from, out);
    if (tree->event != NULL) print_interval(" WITHIN ", tree->event->within, out);
    if (tree->where != NULL) {
        wql__out_z(out, " WHERE ");
        print_node(tree->where, 0, out);
    }
    if (tree->event != NULL) print_event(tree->event, out);
    if (extended != NULL) print_order(extended, out);
}

/* Bare if it is one word that can be a name; else in quotes. */
static void print_value(const wql__name *value, wql__out *out) {
    wql__lexer lexer = wql__lexer_of(value->text.ptr, (uint32_t)value->text.len);
    wql__token token = wql__lex(&lexer);
    if (wql__token_is_word(token.kind) && token.kind < WQL__TOKEN_NOT && token.length == value->text.len)
        print_name(value, out);
    else
        print_string(value->text, out);
}

static void print_association(const wql__query_tree *tree, wql__out *out) {
    const wql__association *association = tree->association;
    const char *before = " WHERE ";
    wql__out_z(out, tree->kind == WQL_KIND_ASSOCIATORS ? "ASSOCIATORS OF {" : "REFERENCES OF {");
    wql__object_path_print(association->path, out);
    wql__out_z(out, "}");
    for (uint32_t i = 0; i < WQL__TERM_COUNT; i++) {
        if (association->terms[i].word.length == 0) continue;
        wql__out_z(out, before);
        wql__out_z(out, wql__term_word(i));
        before = " ";
        if (i >= WQL__TERM_CLASS_DEFS_ONLY) continue;
        wql__out_z(out, " = ");
        print_value(&association->terms[i].value, out);
    }
}

size_t wql__ast_print(const wql__query_tree *tree, char *buf, size_t size) {
    wql__out out = {buf, size, 0};
    if (tree->association != NULL)
        print_association(tree, &out);
    else
        print_select(tree, &out);
    return wql__out_end(&out);
}
