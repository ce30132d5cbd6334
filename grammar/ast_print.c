/* SPDX-License-Identifier: MIT */
/* ast_print.c: a tree -> its canonical text: words in capitals, the property first, <> for !=, single quotes, parentheses only
 * where the tree needs them. */
#include "ast.h"

#include <wql/provider.h>

#include <inttypes.h>

static void print_path(const wql__path *path, wql__out *out) {
    for (uint32_t i = 0; i < path->count; i++) {
        if (i > 0) wql__out_z(out, ".");
        wql__out_text(out, path->names[i].text.ptr, path->names[i].text.len);
    }
}

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

size_t wql__ast_print(const wql__query_tree *tree, char *buf, size_t size) {
    wql__out out = {buf, size, 0};
    wql__out_z(&out, tree->star ? "SELECT *" : "SELECT ");
    for (uint32_t i = 0; i < tree->select_count; i++) {
        if (i > 0) wql__out_z(&out, ", ");
        print_path(&tree->select[i], &out);
    }
    wql__out_z(&out, " FROM ");
    wql__out_text(&out, tree->from.text.ptr, tree->from.text.len);
    if (tree->where != NULL) {
        wql__out_z(&out, " WHERE ");
        print_node(tree->where, 0, &out);
    }
    return wql__out_end(&out);
}
