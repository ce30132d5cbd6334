/* SPDX-License-Identifier: MIT */
/* lexer.h: text -> tokens, one at a time; knows no order of tokens. A token is a piece of the text: nothing is unescaped or
 * converted here, because what a backslash means depends on the operator in front of the literal. */
#ifndef WQL_GRAMMAR_LEXER_H
#define WQL_GRAMMAR_LEXER_H

#include <stdint.h>

enum {
    WQL__TOKEN_END, /* the end of the text; has no length */
    WQL__TOKEN_NAME,
    /* Words. Each is a name too wherever the grammar has no use for it as a word (wql-language 1.2) ... */
    WQL__TOKEN_SELECT,
    WQL__TOKEN_FROM,
    WQL__TOKEN_WHERE,
    WQL__TOKEN_AND,
    WQL__TOKEN_OR,
    WQL__TOKEN_LIKE,
    WQL__TOKEN_IS,
    WQL__TOKEN_ISA,
    WQL__TOKEN_WITHIN,
    WQL__TOKEN_GROUP,
    WQL__TOKEN_BY,
    WQL__TOKEN_HAVING,
    WQL__TOKEN_ASSOCIATORS,
    WQL__TOKEN_REFERENCES,
    WQL__TOKEN_OF,
    WQL__TOKEN_META_CLASS,
    WQL__TOKEN_ASSOCCLASS,
    WQL__TOKEN_RESULTCLASS,
    WQL__TOKEN_ROLE,
    WQL__TOKEN_RESULTROLE,
    WQL__TOKEN_REQUIREDQUALIFIER,
    WQL__TOKEN_REQUIREDASSOCQUALIFIER,
    WQL__TOKEN_CLASSDEFSONLY,
    WQL__TOKEN_KEYSONLY,
    WQL__TOKEN_SCHEMAONLY,
    WQL__TOKEN_BETWEEN,  /* RELAXED; a name in other dialects */
    WQL__TOKEN_DISTINCT, /* this and those up to GETDATE: EXTENDED; names in other dialects */
    WQL__TOKEN_ALL,
    WQL__TOKEN_JOIN,
    WQL__TOKEN_INNER,
    WQL__TOKEN_LEFT,
    WQL__TOKEN_RIGHT,
    WQL__TOKEN_FULL,
    WQL__TOKEN_OUTER,
    WQL__TOKEN_ON,
    WQL__TOKEN_AS,
    WQL__TOKEN_ORDER,
    WQL__TOKEN_ASC,
    WQL__TOKEN_DESC,
    WQL__TOKEN_IN,
    WQL__TOKEN_COUNT_WORD,
    WQL__TOKEN_UPPER,
    WQL__TOKEN_LOWER,
    WQL__TOKEN_SUBSTRING,
    WQL__TOKEN_DATEPART,
    WQL__TOKEN_DATEADD,
    WQL__TOKEN_DATEDIFF,
    WQL__TOKEN_GETDATE,
    /* ... but for these four, which are never names. */
    WQL__TOKEN_NOT,
    WQL__TOKEN_NULL,
    WQL__TOKEN_TRUE,
    WQL__TOKEN_FALSE,
    WQL__TOKEN_STRING,    /* with its quotes and backslashes */
    WQL__TOKEN_INT,       /* with its sign */
    WQL__TOKEN_HEX,       /* 0x1F, with its sign: RELAXED */
    WQL__TOKEN_REAL,      /* with its sign */
    WQL__TOKEN_PARAMETER, /* ? or @name, where the dialect has parameters */
    WQL__TOKEN_PATH,      /* the braces of an association query and all between; braces in quotes are no braces */
    WQL__TOKEN_LP,
    WQL__TOKEN_RP,
    WQL__TOKEN_COMMA,
    WQL__TOKEN_DOT,
    WQL__TOKEN_STAR,
    WQL__TOKEN_EQ,
    WQL__TOKEN_NE, /* <> or != */
    WQL__TOKEN_LT,
    WQL__TOKEN_LE,
    WQL__TOKEN_GT,
    WQL__TOKEN_GE,
    WQL__TOKEN_SEMICOLON, /* RELAXED, as the two that follow */
    WQL__TOKEN_COLON,
    WQL__TOKEN_SEPARATOR, /* a slash of either kind */
    /* What is no token of WQL; the grammar takes none of them. */
    WQL__TOKEN_BAD_CHARACTER, /* one character that begins nothing */
    WQL__TOKEN_BAD_OPERATOR,  /* an operator of other languages: == => && ... */
    WQL__TOKEN_BAD_NUMBER,    /* 5. or 1a or 0x1F: all of it */
    WQL__TOKEN_BAD_STRING,    /* the opening quote of a string that never ends */
    WQL__TOKEN_BAD_PATH,      /* the opening brace of a path that never ends */
    WQL__TOKEN_BAD_COMMENT,   /* the sign that begins a comment elsewhere */
    WQL__TOKEN_BAD_ZERO,      /* a zero byte */
    WQL__TOKEN_COUNT
};

static inline int wql__token_is_word(uint32_t kind) { return kind >= WQL__TOKEN_NAME && kind <= WQL__TOKEN_FALSE; }
static inline int wql__token_is_bad(uint32_t kind) { return kind >= WQL__TOKEN_BAD_CHARACTER; }

typedef struct wql__token {
    uint32_t kind;
    uint32_t offset, length; /* bytes of the text */
} wql__token;

/* Reads [start, end) and nothing else; no NUL is needed behind it. The text is well-formed UTF-8 of less than 4 GiB. */
typedef struct wql__lexer {
    const unsigned char *start, *at, *end;
    int parameters; /* `?` and `@name` are tokens; else both begin with a character that begins nothing */
} wql__lexer;

static inline wql__lexer wql__lexer_of(const char *text, uint32_t len) {
    wql__lexer lexer;
    lexer.start = lexer.at = (const unsigned char *)text;
    lexer.end = lexer.start + len;
    lexer.parameters = 0;
    return lexer;
}

/* The next token. After the end there is only the end. A text of n bytes costs O(n) for all its tokens, and gives at most n + 1.
 */
wql__token wql__lex(wql__lexer *lexer);

#endif
