/* SPDX-License-Identifier: MIT */
/* mof_lexer.h: MOF text -> tokens, one at a time; knows no order of tokens. Comments and blanks are left out. */
#ifndef WQL_GRAMMAR_MOF_LEXER_H
#define WQL_GRAMMAR_MOF_LEXER_H

#include <stdint.h>

enum {
    WQL__MOF_END, /* the end of the text; has no length */
    WQL__MOF_NAME,
    /* Words. Each is a name too wherever the grammar has no use for it as a word. */
    WQL__MOF_TYPE, /* uint8 ... datetime, void */
    WQL__MOF_OBJECT,
    WQL__MOF_CLASS,
    WQL__MOF_INSTANCE,
    WQL__MOF_OF,
    WQL__MOF_AS,
    WQL__MOF_QUALIFIER,
    WQL__MOF_SCOPE,
    WQL__MOF_FLAVOR,
    WQL__MOF_REF,
    WQL__MOF_TRUE,
    WQL__MOF_FALSE,
    WQL__MOF_NULL,
    WQL__MOF_PRAGMA,  /* #pragma */
    WQL__MOF_ALIAS,   /* $Name, with its sign */
    WQL__MOF_STRING,  /* with its quotes and backslashes */
    WQL__MOF_CHAR,    /* the same, in single quotes */
    WQL__MOF_INTEGER, /* decimal, octal, 0x1F or 101b, with its sign */
    WQL__MOF_REAL,
    WQL__MOF_LBRACE,
    WQL__MOF_RBRACE,
    WQL__MOF_LBRACKET,
    WQL__MOF_RBRACKET,
    WQL__MOF_LP,
    WQL__MOF_RP,
    WQL__MOF_COLON,
    WQL__MOF_SEMICOLON,
    WQL__MOF_COMMA,
    WQL__MOF_EQ,
    /* What is no token of MOF; the grammar takes none of them. */
    WQL__MOF_BAD_CHARACTER, /* one character that begins nothing */
    WQL__MOF_BAD_NUMBER,    /* 1a, 089, 12b: all of it */
    WQL__MOF_BAD_STRING,    /* the rest of the line behind a quote that is not closed on it */
    WQL__MOF_BAD_CHAR,      /* the same for a single quote */
    WQL__MOF_BAD_COMMENT,   /* what opens a comment that is never closed; the end follows */
    WQL__MOF_BAD_ZERO,      /* a zero byte */
    WQL__MOF_TOKENS
};

/* Reads [start, end). A zero byte stands at `end`. The text is well-formed UTF-8 of less than 4 GiB. */
typedef struct wql__mof_lexer {
    const unsigned char *start, *at, *end;
    const unsigned char *token; /* where the last token begins */
} wql__mof_lexer;

/* The kind of the next token, which lies in [token, at). After the end there is only the end. A text of n bytes costs O(n) for
 * all its tokens. */
uint32_t wql__mof_lex(wql__mof_lexer *lexer);

#endif
