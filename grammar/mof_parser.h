/* SPDX-License-Identifier: MIT */
/* mof_parser.h: the parse of one file of a set, as the driver, the actions of the grammar and the messages share it. */
#ifndef WQL_GRAMMAR_MOF_PARSER_H
#define WQL_GRAMMAR_MOF_PARSER_H

#include "mof_lexer.h"
#include "mof_set.h"

/* A token as the grammar sees it. */
typedef struct wql__mof_token {
    uint32_t kind;
    uint32_t offset, length; /* bytes of the file */
    uint32_t text_length;    /* STRING */
    union {
        wql__mof_symbol *symbol; /* NAME and words, ALIAS (without its sign) */
        const char *text;        /* STRING: unescaped, all parts of it; on the shelf */
    };
} wql__mof_token;

/* A set of kinds of tokens. */
typedef uint64_t wql__mof_kinds;
_Static_assert(WQL__MOF_TOKENS <= 64, "each kind of token has a bit");

/* Flavours, or scopes; names are looked up as they come. */
typedef struct wql__mof_words {
    uint32_t flavors, scopes;
    wql__mof_name unknown_flavor, unknown_scope; /* the first of each */
    wql__mof_place place;
} wql__mof_words;

typedef struct wql__mof_array {
    bool is_array, has_size;
    uint32_t size;
} wql__mof_array;

/* Bodies of classes and instances within each other, for who skips what cannot be read. */
typedef struct wql__mof_body {
    wql__mof_class *cls;
    wql__mof_instance *instance; /* one of both */
    uint32_t depth;              /* braces that are open inside it, its own included */
} wql__mof_body;

typedef struct wql__mof_parser {
    wql__mof_set *set;
    uint32_t file;
    uint32_t ns; /* where what follows goes */
    wql_str text;
    wql__mof_lexer lexer;
    wql__mof_token now, before; /* tokens that the grammar was given */
    bool unclear;               /* the grammar refused a token: parse again, with care */
    bool careful;
    uint32_t depth; /* open braces */
    wql__mof_body *bodies;
    uint32_t body_count, body_room;
    wql__mof_symbol *class_begun; /* the name behind the last `class` */
    void *first_stack;
    size_t first_stack_size;
} wql__mof_parser;

/* -- messages (mof_complain.c) ----------------------------------------------------------------------------------- */

/* A token that the grammar cannot take; `expected`: what it could have. */
void wql__mof_unexpected(wql__mof_parser *parser, const wql__mof_token *token, wql__mof_kinds expected);
/* A semicolon is missing behind the last token. */
void wql__mof_lacks_semicolon(wql__mof_parser *parser);
/* What the lexer could not read. */
void wql__mof_unreadable(wql__mof_parser *parser, const wql__mof_token *token);

/* -- literals (mof_literal.c) ------------------------------------------------------------------------------------ */

/* Reads the string that the lexer has just found, and those behind it. */
void wql__mof_read_strings(wql__mof_parser *parser, wql__mof_token *token);
wql__mof_literal *wql__mof_text_literal(wql__mof_parser *parser, wql__mof_token token);
wql__mof_literal *wql__mof_char_literal(wql__mof_parser *parser, wql__mof_token token);
wql__mof_literal *wql__mof_integer_literal(wql__mof_parser *parser, wql__mof_token token);
wql__mof_literal *wql__mof_real_literal(wql__mof_parser *parser, wql__mof_token token);
wql__mof_literal *wql__mof_word_literal(wql__mof_parser *parser, wql__mof_token token, uint8_t kind);
wql__mof_literal *wql__mof_alias_literal(wql__mof_parser *parser, wql__mof_token token);
wql__mof_value wql__mof_no_value(void);
wql__mof_value wql__mof_one_value(wql__mof_literal *literal);
void wql__mof_append_literal(wql__mof_value *value, wql__mof_literal *literal);
wql__mof_value wql__mof_close_list(wql__mof_value value, wql__mof_token open, wql__mof_token close);

/* -- building (mof_tree.c) --------------------------------------------------------------------------------------- */

wql__mof_place wql__mof_place_of(wql__mof_token token);
wql__mof_place wql__mof_span(wql__mof_token from, wql__mof_token to);
wql__mof_name wql__mof_no_name(void);
wql__mof_name wql__mof_name_of(wql__mof_token token);
wql__mof_words wql__mof_no_words(void);
wql__mof_words wql__mof_one_word(wql__mof_token token);
void wql__mof_append_word(wql__mof_parser *parser, wql__mof_words *words, wql__mof_token token);

wql__mof_type wql__mof_type_of(wql__mof_token token);
wql__mof_type wql__mof_any_reference(wql__mof_token token);
wql__mof_type wql__mof_object_type(wql__mof_token token);
wql__mof_type wql__mof_reference_type(wql__mof_token token);
wql__mof_array wql__mof_no_array(void);
wql__mof_array wql__mof_open_array(wql__mof_token token);
wql__mof_array wql__mof_sized_array(wql__mof_parser *parser, wql__mof_token token);

wql__mof_qualifier *wql__mof_make_qualifier(wql__mof_parser *parser, wql__mof_token name, const wql__mof_value *value,
                                            wql__mof_words flavors);
wql__mof_qualifiers wql__mof_one_qualifier(wql__mof_qualifier *qualifier);
void wql__mof_append_qualifier(wql__mof_qualifiers *list, wql__mof_qualifier *qualifier);
wql__mof_qualifiers wql__mof_close_qualifiers(const wql__mof_qualifiers *list, wql__mof_token open, wql__mof_token close);

wql__mof_feature *wql__mof_make_feature(wql__mof_parser *parser, const wql__mof_qualifiers *qualifiers, const wql__mof_type *type,
                                        wql__mof_token name, wql__mof_array array, const wql__mof_value *value);
wql__mof_features wql__mof_one_feature(wql__mof_feature *feature);
void wql__mof_append_feature(wql__mof_features *list, wql__mof_feature *feature);
void wql__mof_add_property(wql__mof_parser *parser, const wql__mof_qualifiers *qualifiers, const wql__mof_type *type,
                           wql__mof_token name, wql__mof_array array, const wql__mof_value *value);
void wql__mof_add_method(wql__mof_parser *parser, const wql__mof_qualifiers *qualifiers, const wql__mof_type *type,
                         wql__mof_token name, const wql__mof_features *params);

wql__mof_class *wql__mof_begin_class(wql__mof_parser *parser, const wql__mof_qualifiers *qualifiers, wql__mof_token word,
                                     wql__mof_token name, wql__mof_name alias, wql__mof_name superclass);
wql__mof_instance *wql__mof_begin_instance(wql__mof_parser *parser, const wql__mof_qualifiers *qualifiers, wql__mof_token word,
                                           wql__mof_token name, wql__mof_name alias);
wql__mof_instance *wql__mof_begin_embedded(wql__mof_parser *parser, wql__mof_token word, wql__mof_token name,
                                           wql__mof_name alias);
wql__mof_literal *wql__mof_end_embedded(wql__mof_parser *parser, wql__mof_instance *instance, wql__mof_token close);
void wql__mof_end_body(wql__mof_parser *parser);
void wql__mof_add_assignment(wql__mof_parser *parser, const wql__mof_qualifiers *qualifiers, wql__mof_token name,
                             const wql__mof_value *value);
void wql__mof_add_declaration(wql__mof_parser *parser, wql__mof_token name, const wql__mof_type *type, wql__mof_array array,
                              wql__mof_value value, wql__mof_words scopes, wql__mof_words flavors);
void wql__mof_pragma(wql__mof_parser *parser, wql__mof_token sign, wql__mof_token name, const wql__mof_value *values);

#endif
