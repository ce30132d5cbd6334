/* SPDX-License-Identifier: MIT */
/* parse_tools.h: what the tests of the grammar share: one parse with memory of its own, what holds of every tree, and how a
 * refusal is written down. */
#ifndef WQL_TESTS_PARSE_TOOLS_H
#define WQL_TESTS_PARSE_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../grammar/parse.h"

#include <wql/engine.h>
#include <wql/provider.h>
#include <wql/query.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The head of most queries in the tables. */
#define W "SELECT * FROM T_Base WHERE "

/* -- tools ------------------------------------------------------------------------------------------------------- */

static const wql__parse_limits defaults = {16384, 128, 512, 1024, 4096, 8192, 4096, 1024};
static const wql__parse_limits no_limits = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX,
                                             UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};

/* One parse with memory of its own. */
typedef struct run {
    wql__mem *mem;
    wql__arena arena;
    wql__query_tree *tree;
    wql_error err;
    wql_status status;
} run;

static inline run parse_in(uint32_t dialect, wql_str text, const wql__parse_limits *limits) {
    run r;
    r.mem = wql__mem_open(NULL, NULL, 0);
    assert_non_null(r.mem);
    wql__arena_init(&r.arena, r.mem);
    wql__error_clear(&r.err);
    r.tree = (wql__query_tree *)&r; /* must be overwritten */
    r.status = wql__parse(text, dialect, limits, &r.arena, &r.tree, &r.err);
    if (r.status == WQL_OK)
        assert_non_null(r.tree);
    else
        assert_null(r.tree);
    return r;
}

static inline run parse_with(wql_str text, const wql__parse_limits *limits) { return parse_in(0, text, limits); }
static inline run parse_z(const char *text) { return parse_with(wql_s(text), &defaults); }

static inline void done(run *r) {
    uint64_t used, peak;
    wql__arena_free(&r->arena);
    wql__mem_usage(r->mem, &used, &peak);
    wql__mem_release(r->mem);
}

static inline char *print_tree(const wql__query_tree *tree) {
    size_t size = wql__ast_print(tree, NULL, 0) + 1;
    char *text = malloc(size);
    assert_non_null(text);
    assert_int_equal(wql__ast_print(tree, text, size), size - 1);
    return text;
}

/* -- what holds of every tree ------------------------------------------------------------------------------------ */

static inline void check_node(const wql__query_tree *tree, const wql__node *node, uint32_t depth);

static inline void check_path(const wql__query_tree *tree, const wql__path *path) {
    assert_true(path->count > 0);
    assert_int_equal(path->offset, path->names[0].offset);
    assert_int_equal(path->offset + path->length, path->names[path->count - 1].offset + path->names[path->count - 1].length);
    for (uint32_t i = 0; i < path->count; i++) {
        const wql__name *name = &path->names[i];
        assert_ptr_equal(name->text.ptr, tree->text.ptr + name->offset);
        assert_int_equal(name->text.len, name->length);
        if (i > 0) assert_true(name->offset > path->names[i - 1].offset + path->names[i - 1].length);
    }
}

/* The piece of text that a node says it is, alone in a WHERE, is that node again. */
static inline void check_piece(const wql__query_tree *tree, const wql__node *node) {
    static const char head[] = "SELECT * FROM T WHERE ";
    char *text = malloc(sizeof head + node->length);
    run r;
    wql__query_tree expected = {.kind = WQL_KIND_DATA, .star = true};
    assert_non_null(text);
    assert_true((size_t)node->offset + node->length <= tree->text.len);
    memcpy(text, head, sizeof head - 1);
    memcpy(text + sizeof head - 1, tree->text.ptr + node->offset, node->length);
    r = parse_with((wql_str){text, sizeof head - 1 + node->length}, &no_limits);
    assert_int_equal(r.status, WQL_OK);
    expected.from = r.tree->from;
    expected.where = (wql__node *)(uintptr_t)node;
    assert_true(wql__ast_equal(r.tree, &expected));
    done(&r);
    free(text);
}

static inline void check_group(const wql__query_tree *tree, const wql__node *node, uint32_t depth) {
    const wql__node *linked = node->first;
    assert_true(node->kind == WQL__NODE_NOT ? node->count == 1 : node->count >= 2);
    for (uint32_t i = 0; i < node->count; i++) {
        const wql__node *item = node->items[i];
        assert_ptr_equal(item, linked);
        linked = item->next;
        if (node->kind != WQL__NODE_NOT) assert_int_not_equal(item->kind, node->kind);
        assert_true(item->offset >= node->offset);
        assert_true(item->offset + item->length <= node->offset + node->length);
        check_node(tree, item, depth + 1);
    }
    assert_null(linked);
    assert_ptr_equal(node->items[node->count - 1], node->last);
}

static inline void check_node(const wql__query_tree *tree, const wql__node *node, uint32_t depth) {
    assert_true(depth <= 2 * tree->depth + 3);
    assert_true(node->op_offset >= node->offset);
    assert_true(node->op_offset + node->op_length <= node->offset + node->length);
    if (node->kind <= WQL__NODE_NOT)
        check_group(tree, node, depth);
    else
        check_path(tree, &node->path);
    if (node->kind == WQL__NODE_COMPARE || node->kind == WQL__NODE_LIKE || node->kind == WQL__NODE_ISA) {
        assert_true(node->literal.offset >= node->offset);
        assert_true(node->literal.offset + node->literal.length <= node->offset + node->length);
        assert_true(node->mirrored == (node->literal.offset < node->path.offset));
    }
    check_piece(tree, node);
}

static inline void check_tree(const wql__query_tree *tree, wql_str text) {
    assert_int_equal(tree->text.len, text.len);
    assert_ptr_not_equal(tree->text.ptr, text.ptr);
    assert_memory_equal(tree->text.ptr, text.ptr, text.len);
    assert_true((tree->association != NULL) == (tree->kind == WQL_KIND_ASSOCIATORS || tree->kind == WQL_KIND_REFERENCES));
    if (tree->kind != WQL_KIND_DATA || tree->dialect != 0) return;
    assert_null(tree->event);
    assert_null(tree->extended);
    assert_null(tree->ns);
    assert_true(tree->star == (tree->select_count == 0));
    for (uint32_t i = 0; i < tree->select_count; i++) check_path(tree, &tree->select[i]);
    assert_ptr_equal(tree->from.text.ptr, tree->text.ptr + tree->from.offset);
    assert_int_equal(tree->from.text.len, tree->from.length);
    assert_true((tree->where == NULL) == (tree->predicate_count == 0));
    if (tree->where != NULL) check_node(tree, tree->where, 1);
}

/* parse(print(tree)) == tree, and printing is a fixed point. */
static inline void check_round_trip(const wql__query_tree *tree) {
    char *printed = print_tree(tree), *again;
    run r = parse_in(tree->dialect, wql_s(printed), &no_limits);
    if (r.status != WQL_OK) fail_msg("does not parse again: %s\n%s", printed, r.err.message);
    assert_true(wql__ast_equal(tree, r.tree));
    assert_true(wql__ast_equal(r.tree, tree));
    again = print_tree(r.tree);
    assert_string_equal(printed, again);
    done(&r);
    free(printed);
    free(again);
}

/* Expects a refusal whose place is what stands between the guillemets in `marked`, which are no part of the query; an empty pair
 * is the end. `message` must occur in the message. */
static inline void refuse_in(uint32_t dialect, const char *marked, const wql__parse_limits *limits, wql_status status,
                             const char *message) {
    static const char open[] = "\xc2\xab", close[] = "\xc2\xbb";
    const char *from = strstr(marked, open), *to;
    char text[1024];
    size_t offset, length, len;
    run r;
    assert_non_null(from);
    to = strstr(from, close);
    assert_non_null(to);
    offset = (size_t)(from - marked);
    length = (size_t)(to - from) - 2;
    len = strlen(marked) - 4;
    assert_true(len < sizeof text);
    memcpy(text, marked, offset);
    memcpy(text + offset, from + 2, length);
    memcpy(text + offset + length, to + 2, len - offset - length);
    r = parse_in(dialect, (wql_str){text, len}, limits);
    if (r.status != status || r.err.offset != offset || r.err.length != length || strstr(r.err.message, message) == NULL)
        fail_msg("%.*s\n  gives %s at %u+%u: %s\n  not   %s at %zu+%zu: ...%s...", (int)len, text, wql_status_name(r.status),
                 r.err.offset, r.err.length, r.err.message, wql_status_name(status), offset, length, message);
    assert_int_equal(r.err.status, status);
    assert_true(r.err.line > 0);
    assert_true(r.err.column > 0);
    done(&r);
}

static inline void refuse_with(const char *marked, const wql__parse_limits *limits, wql_status status, const char *message) {
    refuse_in(0, marked, limits, status, message);
}

static inline void refuse(const char *marked, const char *message) {
    refuse_with(marked, &defaults, WQL_E_INVALID_QUERY, message);
}

#endif
