/* SPDX-License-Identifier: MIT */
/* parser.h: one run of the parser, as seen by the grammar's actions. Internal to this room.
 *
 * The first error wins: it is written to `err` at once, and from then on every function here does nothing and answers NULL, which
 * the actions pass on unseen. So no action looks at its arguments before its own work is refused. */
#ifndef WQL_GRAMMAR_PARSER_H
#define WQL_GRAMMAR_PARSER_H

#include "lexer.h"
#include "parse.h"

typedef struct wql__parser {
    wql_str text; /* the copy in the arena */
    const wql__parse_limits *limits;
    wql__arena *arena;
    void *first_stack; /* lemon's, while the parse runs */
    size_t first_stack_size;
    wql_error *err;
    uint32_t dialect;
    wql_status status; /* WQL_OK: nothing is wrong so far */
    wql__query_tree *tree;
    wql__node *lists;     /* AND and OR nodes, newest first */
    uint32_t nesting;     /* open parentheses and NOTs */
    wql__token before[3]; /* the tokens in front of the one at hand, nearest first; before the first: END */
    bool careful;         /* `expected` is kept; without, a token that is refused makes the text `unclear`, to be parsed again */
    bool unclear;
    uint64_t expected;    /* if the token at hand is refused: a bit 1 << WQL__TOKEN_... for each kind that was welcome as itself */
    bool clash;           /* a property was compared with a property: an error only once the whole text has been read */
    wql__path clash_path; /* the second of them */
} wql__parser;

/* Refuses the text, unless it is refused already. Gives the status. */
#define wql__refuse(parser, code, at_offset, at_length, ...)                                                                      \
    ((parser)->status != WQL_OK                                                                                                   \
         ? (parser)->status                                                                                                       \
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

/* -- complain.c -------------------------------------------------------------------------------------------------- */

/* Refuses a token that the grammar has no use for. */
void wql__refuse_token(wql__parser *parser, wql__token token);
wql__node *wql__refuse_kind(wql__parser *parser, wql__token token, const char *kind); /* of query, not served yet; NULL */
void wql__refuse_event(wql__parser *parser, wql__token token);                  /* WITHIN, GROUP WITHIN */
void wql__refuse_group(wql__parser *parser, wql__token by);                     /* GROUP BY without WITHIN */
void wql__refuse_clash(wql__parser *parser);

/* -- literal.c: tokens -> literals ------------------------------------------------------------------------------- */

/* `pattern`: the literal stands behind LIKE. False: refused. */
bool wql__literal_string(wql__parser *parser, wql__token token, bool pattern, wql__literal *out);
bool wql__literal_number(wql__parser *parser, wql__token token, wql__literal *out);
void wql__literal_keyword(wql__token token, wql__literal *out); /* NULL, TRUE, FALSE */
void wql__literal_name(const wql__name *name, wql__literal *out); /* an identifier taken as a string */
/* Counts the parameter. False: refused. */
bool wql__literal_parameter(wql__parser *parser, wql__token token, wql__literal *out);

/* -- ast.c: building the tree ------------------------------------------------------------------------------------ */

wql__path wql__path_begin(wql__parser *parser, wql__token name);
wql__path wql__path_step(wql__parser *parser, wql__path path, wql__token name);
void wql__select_star(wql__parser *parser);
void wql__select_path(wql__parser *parser, wql__path path);
void wql__select_from(wql__parser *parser, wql__token name);
void wql__select_schema(wql__parser *parser, wql__token meta_class); /* FROM META_CLASS */
void wql__begin_where(wql__parser *parser, wql__token word);

/* A literal is born inside the predicate that it will be part of. */
wql__node *wql__node_constant(wql__parser *parser, wql__token literal);
wql__node *wql__node_compare(wql__parser *parser, wql__path path, wql__token op, wql__node *constant, bool mirrored);
wql__node *wql__node_compare_paths(wql__parser *parser, wql__path left, wql__token op, wql__path right);
wql__node *wql__node_like(wql__parser *parser, wql__path path, wql__token op, wql__token pattern);
wql__node *wql__node_null(wql__parser *parser, wql__path path, wql__token is, wql__token null, bool negated);
wql__node *wql__node_isa(wql__parser *parser, wql__path path, wql__token op, wql__token class_name);

/* A parenthesis or a NOT opens, and closes. */
wql__token wql__nest(wql__parser *parser, wql__token token);
wql__node *wql__node_not(wql__parser *parser, wql__token word, wql__node *item);
wql__node *wql__node_nested(wql__parser *parser, wql__token open, wql__node *item, wql__token close);
/* left AND right, left OR right: lists of the same kind flow into one. Takes constant time. */
wql__node *wql__node_join(wql__parser *parser, uint8_t kind, wql__node *left, wql__token word, wql__node *right);
/* The whole text was read: completes the tree. */
void wql__tree_finish(wql__parser *parser, wql__node *where);

#endif
