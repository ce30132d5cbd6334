/* SPDX-License-Identifier: MIT */
/* parser.h: one run of the parser, as seen by the grammar's actions. Internal to this room.
 *
 * The first error wins: it is written to `err` at once, and from then on every function here does nothing and answers NULL, which
 * the actions pass on unseen. So no action looks at its arguments before its own work is refused. */
#ifndef WQL_GRAMMAR_PARSER_H
#define WQL_GRAMMAR_PARSER_H

#include "lexer.h"
#include "parse.h"

/* Sets of kinds of tokens: a bit 1 << WQL__TOKEN_... for each. */
typedef unsigned __int128 wql__kinds;
_Static_assert(WQL__TOKEN_COUNT <= 128, "sets of kinds of tokens are held in 128 bits");

/* What stands behind IN: constants, or a select. */
typedef struct wql__members {
    wql__node *last; /* of the constants' ring */
    wql__query_tree *select;
} wql__members;

typedef struct wql__parser {
    wql_str text; /* the copy in the arena */
    const wql__parse_limits *limits;
    const uint8_t *codes; /* the grammar's number for each kind of token, in this dialect */
    wql__arena *arena;
    void *first_stack; /* lemon's, while the parse runs */
    size_t first_stack_size;
    wql_error *err;
    uint32_t dialect;
    wql_status status;     /* WQL_OK: nothing is wrong so far */
    wql__query_tree *tree; /* the innermost select, while the text is read */
    wql__function *call;   /* the innermost call that is open, and of the others, from the inside out, which they are in */
    struct wql__open_call *calls;
    wql__interval interval;               /* as read last */
    uint32_t term;                        /* of an association: the one whose value comes next */
    wql__token extended;                  /* the first word of a form that only the extended dialect has; length 0: none */
    wql__token clause;                    /* WITHIN, GROUP or META_CLASS; length 0: none */
    wql__token system;                    /* the first system property; length 0: none */
    wql__token count_word, distinct_word; /* the first COUNT and DISTINCT of the outermost list; length 0: none */
    wql__node *lists;                     /* AND and OR nodes, newest first */
    uint32_t nesting;                     /* open parentheses and NOTs */
    wql__token before[3];                 /* the tokens in front of the one at hand, nearest first; before the first: END */
    bool careful; /* `expected` is kept; without, a token that is refused makes the text `unclear`, to be parsed again */
    bool unclear;
    wql__kinds expected;  /* if the token at hand is refused: the kinds that were welcome as themselves */
    bool clash;           /* a property was compared with a property: an error only once the whole text has been read */
    wql__path clash_path; /* the second of them */
} wql__parser;

/* Refuses the text, unless it is refused already. Gives the status. */
#define wql__refuse(parser, code, at_offset, at_length, ...)                                                                     \
    ((parser)->status != WQL_OK                                                                                                  \
         ? (parser)->status                                                                                                      \
         : ((parser)->status = wql__fail_at((parser)->err, (code), (parser)->text, (at_offset), (at_length), __VA_ARGS__)))
/* The same for a limit (a field of wql_engine_options), and for an allocation that failed. */
void wql__refuse_limit(wql__parser *parser, uint32_t offset, uint32_t length, const char *limit, uint32_t value);
void wql__refuse_memory(wql__parser *parser);

/* A piece of the text for a message: cut to what is worth showing. */
typedef struct wql__shown {
    char text[64];
} wql__shown;
wql__shown wql__show(const wql__parser *parser, uint32_t offset, uint32_t length);

static inline wql_str wql__token_text(const wql__parser *parser, wql__token token) {
    wql_str text;
    text.ptr = parser->text.ptr + token.offset;
    text.len = token.length;
    return text;
}
/* Whether a token, a name or a word, reads `word` (in capitals, ASCII) in any case. */
bool wql__token_reads(const wql__parser *parser, wql__token token, const char *word);

/* The kind of a token as this dialect sees it: a word that it has no use for is a name, and so on. */
uint32_t wql__kind_seen(const wql__parser *parser, uint32_t kind);

/* -- complain.c, expected.c -------------------------------------------------------------------------------------- */

/* Refuses a token that the grammar has no use for. */
void wql__refuse_token(wql__parser *parser, wql__token token);
void wql__refuse_group(wql__parser *parser, wql__token by);         /* GROUP BY without WITHIN */
void wql__refuse_aggregation(wql__parser *parser, wql__token star); /* BY * */
void wql__refuse_clash(wql__parser *parser);
/* What could have come, in words; and the word among it that a misspelt one may stand for. */
void wql__print_expected(const wql__parser *parser, wql__out *out);
wql_str wql__nearest_word(const wql__parser *parser, wql__token token);
/* Something that WQL calls otherwise, or has not: in place of a reason. NULL: nothing comes to mind. */
const char *wql__about_foreign_word(const wql__parser *parser, wql__token token);
const char *wql__about_list_word(const wql__parser *parser, wql__token token);
const char *wql__about_function(const wql__parser *parser, wql__token token);

/* -- literal.c: tokens -> literals ------------------------------------------------------------------------------- */

/* `pattern`: the literal stands behind LIKE. False: refused. */
bool wql__literal_string(wql__parser *parser, wql__token token, bool pattern, wql__literal *out);
bool wql__literal_number(wql__parser *parser, wql__token token, wql__literal *out);
void wql__literal_keyword(wql__token token, wql__literal *out);   /* NULL, TRUE, FALSE */
void wql__literal_name(const wql__name *name, wql__literal *out); /* an identifier taken as a string */
/* Counts the parameter. False: refused. */
bool wql__literal_parameter(wql__parser *parser, wql__token token, wql__literal *out);

/* -- names.c: names and lists ------------------------------------------------------------------------------------ */

/* Room for one item more behind `count`; the room is the next power of two. NULL = no memory, refused. */
void *wql__room_for_one(wql__parser *parser, void *items, uint32_t count, size_t size);
/* Zeroed memory for one. NULL = none, refused. */
void *wql__new(wql__parser *parser, size_t size);
/* A token as a name. False: refused. */
bool wql__name_of(wql__parser *parser, wql__token token, bool may_be_this, wql__name *out);
wql__path wql__path_begin(wql__parser *parser, wql__token name);
wql__path wql__path_step(wql__parser *parser, wql__path path, wql__token name);
wql__path wql__path_star(wql__parser *parser, wql__path path, wql__token star);
void wql__select_star(wql__parser *parser);
void wql__select_path(wql__parser *parser, wql__path path);
void wql__select_from(wql__parser *parser, wql__token name);
void wql__select_schema(wql__parser *parser, wql__token meta_class); /* FROM META_CLASS */
void wql__select_namespace(wql__parser *parser, wql__path ns);

/* -- ast.c: conditions ------------------------------------------------------------------------------------------- */

wql__node *wql__node_new(wql__parser *parser, uint8_t kind);
/* Completes a predicate that reaches from `offset` to `end`. NULL if it is one too many, or has no place in this query. */
wql__node *wql__node_predicate(wql__parser *parser, wql__node *node, wql__path path, wql__token op, uint32_t offset,
                               uint32_t end);
uint8_t wql__operator_of(wql__token token);
/* A literal is born inside the predicate that it will be part of. */
wql__node *wql__node_constant(wql__parser *parser, wql__token literal);
wql__node *wql__node_compare(wql__parser *parser, wql__path path, wql__token op, wql__node *constant, bool mirrored);
wql__node *wql__node_compare_paths(wql__parser *parser, wql__path left, wql__token op, wql__path right);
/* `word` is NOT where that stands in front of the operator, else the operator. */
wql__node *wql__node_like(wql__parser *parser, wql__path path, wql__token word, wql__token op, wql__token pattern);
wql__node *wql__node_isa(wql__parser *parser, wql__path path, wql__token word, wql__token op, wql__token class_name);
wql__node *wql__node_null(wql__parser *parser, wql__path path, wql__token is, wql__token null, bool negated);
wql__node *wql__node_truth(wql__parser *parser, wql__path path, wql__token is, wql__token value, bool negated);
wql__node *wql__node_between(wql__parser *parser, wql__path path, wql__token op, wql__node *low, wql__node *high);

/* A parenthesis, a NOT, a select or a call opens; each of those who close it counts it off. */
wql__token wql__nest(wql__parser *parser, wql__token token);
wql__node *wql__node_not(wql__parser *parser, wql__token word, wql__node *item);
wql__node *wql__node_nested(wql__parser *parser, wql__token open, wql__node *item, wql__token close);
/* left AND right, left OR right: lists of the same kind flow into one. Takes constant time. */
wql__node *wql__node_join(wql__parser *parser, uint8_t kind, wql__node *left, wql__token word, wql__node *right);

/* -- clauses.c: event and association queries -------------------------------------------------------------------- */

void wql__event_clause(wql__parser *parser, wql__token word);   /* WITHIN, GROUP */
int wql__interval_read(wql__parser *parser, wql__token number); /* -> parser->interval; 0 */
void wql__event_within(wql__parser *parser, int number);
void wql__event_group(wql__parser *parser, int number);
void wql__event_by(wql__parser *parser, wql__path path);
void wql__event_having(wql__parser *parser, wql__node *condition);
void wql__association_begin(wql__parser *parser, int kind, wql__token path);
void wql__association_term(wql__parser *parser, uint32_t term, wql__token word);
void wql__association_value(wql__parser *parser, wql__token value);
const char *wql__term_word(uint32_t term); /* as it is spelled */

/* -- extended.c: what only the extended dialect has -------------------------------------------------------------- */

void wql__extend(wql__parser *parser, wql__token word); /* notes such a form */
void wql__select_quantifier(wql__parser *parser, wql__token word);
void wql__source_alias(wql__parser *parser, wql__token word, wql__token alias);
int wql__join(wql__parser *parser, int kind, wql__token word); /* gives the kind */
void wql__source_listed(wql__parser *parser, wql__token comma);
void wql__source_joined(wql__parser *parser, int kind, wql__node *on);
void wql__order_by(wql__parser *parser, wql__path path, int descending);
wql__function *wql__function_open(wql__parser *parser, uint8_t kind, wql__token word);
wql__function *wql__function_part(wql__parser *parser, wql__function *function, wql__token part);
void wql__argument_path(wql__parser *parser, wql__function *function, wql__path path);
void wql__argument_literal(wql__parser *parser, wql__function *function, wql__token literal);
wql__path wql__function_close(wql__parser *parser, wql__function *function, wql__token close);
const char *wql__part_word(uint8_t part);
wql__node *wql__constants_add(wql__parser *parser, wql__node *last, wql__node *constant);
wql__members wql__members_of(wql__node *last, wql__query_tree *select);
wql__node *wql__node_in(wql__parser *parser, wql__path path, wql__token word, wql__token op, wql__members members,
                        wql__token close);
wql__node *wql__node_compare_select(wql__parser *parser, wql__path path, wql__token op, wql__query_tree *select,
                                    wql__token close);
void wql__select_begin(wql__parser *parser, wql__token word);
wql__query_tree *wql__select_end(wql__parser *parser, wql__node *where);

/* -- finish.c: the whole text was read --------------------------------------------------------------------------- */

/* Completes the tree: its kind, its lists, and the rules that need the whole text. */
void wql__tree_finish(wql__parser *parser, wql__node *where);

#endif
