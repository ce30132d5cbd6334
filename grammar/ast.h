/* SPDX-License-Identifier: MIT */
/* ast.h: the tree of a query. Everything lies in one arena and points into a copy of the text; offsets and lengths are bytes of
 * it. */
#ifndef WQL_GRAMMAR_AST_H
#define WQL_GRAMMAR_AST_H

#include "../engine/base/error.h"
#include "../engine/base/mem.h"
#include "../engine/data/literal.h"
#include "../engine/data/object_path.h"

/* A name in the text. */
typedef struct wql__name {
    wql_str text;
    uint32_t offset, length;
} wql__name;

/* `a.b.c`: names[0] is the property, the others step into embedded objects. In the extended dialect a call of a function may
 * stand where a path does. */
typedef struct wql__path {
    union {
        wql__name *names;
        struct wql__function *function; /* count 0 */
    };
    uint32_t count;
    uint32_t offset, length;
    bool star; /* `a.b.*`, in a list */
} wql__path;

enum {
    WQL__NODE_AND,     /* items, two or more; never an AND inside an AND */
    WQL__NODE_OR,      /* items, two or more; never an OR inside an OR */
    WQL__NODE_NOT,     /* items[0] */
    WQL__NODE_COMPARE, /* path op literal; op WQL_EQ ... WQL_GE; `mirrored` if the literal stood first (op is already turned) */
    WQL__NODE_COMPARE_PATHS, /* path op other (RELAXED, EXTENDED, event queries) */
    WQL__NODE_LIKE, /* path LIKE literal (a string or a parameter); negated only in RELAXED: NOT p LIKE s is a NOT node */
    WQL__NODE_NULL, /* path IS [NOT] NULL; negated: NOT */
    WQL__NODE_ISA,  /* path ISA literal (a string, an identifier taken as one, or a parameter) */
    /* EXTENDED only. */
    WQL__NODE_IN,            /* path [NOT] IN (members) or, if `select` is there, (select) */
    WQL__NODE_COMPARE_SELECT /* path op (select) */
};

/* Which members count is said by `kind`; those of the other kinds share their memory. What RELAXED adds and is only another
 * spelling makes the nodes of that: `p BETWEEN a AND b` is p >= a AND p <= b, `p IS TRUE` is p = TRUE AND p IS NOT NULL. Such
 * parts have the place of the whole. */
typedef struct wql__node {
    uint8_t kind;
    uint8_t op; /* COMPARE, COMPARE_PATHS, COMPARE_SELECT: WQL_EQ ... WQL_GE */
    bool negated, mirrored;
    uint32_t offset, length;       /* the whole, with the parentheses directly around it */
    uint32_t op_offset, op_length; /* of a predicate: its operator; of NOT: the word; AND, OR: the first of these words */
    uint32_t count;                /* AND, OR, NOT: items; IN: members */
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
                wql__path other;      /* COMPARE_PATHS */
                wql__literal literal; /* COMPARE, LIKE, ISA. An unquoted class name (`__CLASS = Win32_X`) is a STRING here */
                struct {
                    const wql__literal *members;    /* IN */
                    struct wql__query_tree *select; /* IN, COMPARE_SELECT */
                };
            };
        };
    };
} wql__node;

/* -- association queries ----------------------------------------------------------------------------------------- */

/* The terms of the WHERE. Those before WQL__TERM_CLASS_DEFS_ONLY have a value. */
enum {
    WQL__TERM_ASSOC_CLASS,
    WQL__TERM_RESULT_CLASS,
    WQL__TERM_ROLE,
    WQL__TERM_RESULT_ROLE,
    WQL__TERM_REQUIRED_QUALIFIER,
    WQL__TERM_REQUIRED_ASSOC_QUALIFIER,
    WQL__TERM_CLASS_DEFS_ONLY,
    WQL__TERM_KEYS_ONLY,
    WQL__TERM_SCHEMA_ONLY,
    WQL__TERM_COUNT
};

typedef struct wql__term {
    wql__name word;  /* length 0: the term is not there */
    wql__name value; /* its text is unescaped if it stood in quotes */
} wql__term;

/* ASSOCIATORS OF {path} WHERE ..., REFERENCES OF {path} WHERE ... */
typedef struct wql__association {
    wql__object_path *path;
    uint32_t offset, length; /* the braces and all between */
    wql__term terms[WQL__TERM_COUNT];
} wql__association;

/* -- event queries ----------------------------------------------------------------------------------------------- */

/* Seconds, rounded to milliseconds, at least one. */
typedef struct wql__interval {
    uint32_t ms; /* 0: there is none */
    uint32_t offset, length;
} wql__interval;

/* The clauses of an event query. */
typedef struct wql__event {
    wql__interval within; /* WITHIN */
    wql__interval group;  /* GROUP WITHIN */
    uint32_t by_count;
    wql__path *by;
    wql__node *having; /* NULL: none */
} wql__event;

/* -- the extended dialect ---------------------------------------------------------------------------------------- */

enum {
    WQL__FUNCTION_COUNT, /* of an argument, or of none: COUNT(*) */
    WQL__FUNCTION_UPPER,
    WQL__FUNCTION_LOWER,
    WQL__FUNCTION_SUBSTRING,
    WQL__FUNCTION_DATEPART,
    WQL__FUNCTION_DATEADD,
    WQL__FUNCTION_DATEDIFF,
    WQL__FUNCTION_GETDATE
};
enum {
    WQL__PART_NONE,
    WQL__PART_YEAR,
    WQL__PART_MONTH,
    WQL__PART_DAY,
    WQL__PART_HOUR,
    WQL__PART_MINUTE,
    WQL__PART_SECOND,
    WQL__PART_MILLISECOND
};

/* A property, a call, or (is_literal) a constant. */
typedef struct wql__argument {
    bool is_literal;
    union {
        wql__path path;
        wql__literal literal;
    };
} wql__argument;

typedef struct wql__function {
    uint8_t kind; /* WQL__FUNCTION_... */
    uint8_t part; /* WQL__PART_... of a date */
    uint32_t count;
    wql__argument arguments[3]; /* without the part */
} wql__function;

enum { WQL__JOIN_FIRST, WQL__JOIN_LISTED, WQL__JOIN_INNER, WQL__JOIN_LEFT, WQL__JOIN_RIGHT, WQL__JOIN_FULL };

/* One class of FROM. */
typedef struct wql__source {
    wql__name name, alias; /* alias: length 0, none */
    uint8_t join;          /* WQL__JOIN_...: to those in front; LISTED: behind a comma */
    wql__node *on;         /* joins only */
    struct wql__source *next;
} wql__source;

typedef struct wql__order {
    wql__path path;
    bool descending;
} wql__order;

/* What a query of kind WQL_KIND_EXTENDED has beside the members of the tree. */
typedef struct wql__extended {
    bool distinct, all;        /* SELECT DISTINCT, SELECT ALL */
    wql__source *first, *last; /* all of FROM; the tree's `from` is the first one's name */
    uint32_t order_count;
    wql__order *order;
} wql__extended;

/* -- the whole --------------------------------------------------------------------------------------------------- */

/* A query. `kind` is WQL_KIND_DATA ... WQL_KIND_EXTENDED. A select in parentheses is a tree too, without a kind. */
typedef struct wql__query_tree {
    int kind;
    wql_str text;     /* the copy that everything points into; a NUL stands behind it */
    uint32_t dialect; /* WQL_RELAXED ... */
    bool star;        /* SELECT * */
    uint32_t select_count;
    wql__path *select;
    wql__name from;   /* not of associations */
    wql__node *where; /* NULL: none */
    uint32_t predicate_count;
    uint32_t parameter_count; /* `?` and `@name`, each time one is written */
    uint32_t unnamed_count;   /* `?` */
    uint32_t depth;           /* the deepest nesting: parentheses, NOTs, selects and calls. No branch of `where` has more than
                                 2 * depth + 3 nodes, those of selects counted with it */
    /* NULL, if the query has nothing of that. */
    wql__path *ns;                 /* FROM root\cimv2:Class (RELAXED): the names between the separators */
    wql__event *event;             /* EVENT only; and not if it has none of these clauses */
    wql__association *association; /* ASSOCIATORS, REFERENCES */
    wql__extended *extended;
    struct wql__query_tree *outer; /* of a select in parentheses: where it stands */
} wql__query_tree;

/* The canonical text of a tree: parsing it again gives an equal tree. As snprintf. */
size_t wql__ast_print(const wql__query_tree *tree, char *buf, size_t size);
/* One part of it, for plans and messages. */
void wql__ast_print_node(const wql__node *node, wql__out *out);
/* But for offsets, for which operand stood first, and for leading zeros. Names count as written. */
bool wql__ast_equal(const wql__query_tree *a, const wql__query_tree *b);

#endif
