/* SPDX-License-Identifier: MIT */
/* ast.h: the tree of a query. Everything lies in one arena and points into a copy of the text; offsets and lengths are bytes of
 * it. */
#ifndef WQL_GRAMMAR_AST_H
#define WQL_GRAMMAR_AST_H

#include "../engine/base/error.h"
#include "../engine/base/mem.h"
#include "../engine/data/literal.h"

/* A name in the text. */
typedef struct wql__name {
    wql_str text;
    uint32_t offset, length;
} wql__name;

/* `a.b.c`: names[0] is the property, the others step into embedded objects. */
typedef struct wql__path {
    wql__name *names;
    uint32_t count;
    uint32_t offset, length;
} wql__path;

enum {
    WQL__NODE_AND,     /* items, two or more; never an AND inside an AND */
    WQL__NODE_OR,      /* items, two or more; never an OR inside an OR */
    WQL__NODE_NOT,     /* items[0] */
    WQL__NODE_COMPARE, /* path op literal; op WQL_EQ ... WQL_GE; `mirrored` if the literal stood first (op is already turned) */
    WQL__NODE_COMPARE_PATHS, /* path op other (RELAXED, event queries) */
    WQL__NODE_LIKE,    /* path LIKE literal (a string or a parameter); negated only in RELAXED: NOT p LIKE s is a NOT node */
    WQL__NODE_NULL,    /* path IS [NOT] NULL; negated: NOT */
    WQL__NODE_ISA      /* path ISA literal (a string, an identifier taken as one, or a parameter) */
};

/* Which members count is said by `kind`; those of the other kinds share their memory. */
typedef struct wql__node {
    uint8_t kind;
    uint8_t op;                    /* COMPARE, COMPARE_PATHS: WQL_EQ ... WQL_GE */
    bool negated, mirrored;
    uint32_t offset, length;       /* the whole, with the parentheses directly around it */
    uint32_t op_offset, op_length; /* of a predicate: its operator; of NOT: the word; AND, OR: the first of these words */
    uint32_t count;                /* AND, OR, NOT: items */
    struct wql__node *next;        /* the item after this one, in the same parent */
    union {
        struct { /* AND, OR, NOT */
            struct wql__node **items;
            struct wql__node *first, *last; /* the same, linked by `next` */
            struct wql__node *older;        /* the parser's: lists are filled into `items` when all are complete */
        };
        struct { /* the predicates */
            wql__path path;
            union {
                wql__path other;     /* COMPARE_PATHS */
                wql__literal literal; /* COMPARE, LIKE, ISA. An unquoted class name (`__CLASS = Win32_X`) is a STRING here */
            };
        };
    };
} wql__node;

/* A query. `kind` is WQL_KIND_DATA or WQL_KIND_SCHEMA: this version makes trees of no others. */
typedef struct wql__query_tree {
    int kind;
    wql_str text;         /* the copy that everything points into; a NUL stands behind it */
    bool star;            /* SELECT * */
    uint32_t select_count;
    wql__path *select;
    wql__name from;
    wql__node *where;     /* NULL: none */
    uint32_t predicate_count;
    uint32_t parameter_count; /* `?` and `@name`, each time one is written */
    uint32_t unnamed_count;   /* `?` */
    uint32_t depth;       /* the deepest nesting: parentheses and NOTs. No branch of `where` has more than 2 * depth + 3 nodes */
} wql__query_tree;

/* The canonical text of a tree: parsing it again gives an equal tree. As snprintf. */
size_t wql__ast_print(const wql__query_tree *tree, char *buf, size_t size);
/* One part of it, for plans and messages. */
void wql__ast_print_node(const wql__node *node, wql__out *out);
/* But for offsets, for which operand stood first, and for leading zeros. Names count as written. */
bool wql__ast_equal(const wql__query_tree *a, const wql__query_tree *b);

#endif
