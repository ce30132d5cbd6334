/* SPDX-License-Identifier: MIT */
/* wql.re: the lexer (wql-language 1). The generated file is compiled with the top of the tree on its include path.
 *
 * Bytes from 0x80 up belong to names: the text is known to be well-formed UTF-8, so no character is ever split. Signs belong to the
 * number behind them: no place in the grammar has an operator + or -, so `a-1` is refused at the same byte either way. */
#include "grammar/lexer.h"

static wql__token token_of(const wql__lexer *lexer, uint32_t kind, const unsigned char *from, const unsigned char *to) {
    wql__token token;
    token.kind = kind;
    token.offset = (uint32_t)(from - lexer->start);
    token.length = (uint32_t)(to - from);
    return token;
}

/* A string that begins at `from` and was read up to `at` without finding its end: a zero byte stopped it, or the end of the
 * text. */
static wql__token broken_string(wql__lexer *lexer, const unsigned char *from, const unsigned char *at) {
    if (at < lexer->end && *at == '\\') at++; /* a backslash in front of what stopped it */
    if (at < lexer->end) return token_of(lexer, WQL__TOKEN_BAD_ZERO, at, at + 1);
    return token_of(lexer, WQL__TOKEN_BAD_STRING, from, from + 1);
}

wql__token wql__lex(wql__lexer *lexer) {
    const unsigned char *at = lexer->at, *end = lexer->end, *from, *marker;
    uint32_t kind;
again:
    from = at;
    /*!re2c
    re2c:api = custom;
    re2c:api:style = free-form;
    re2c:define:YYCTYPE      = "unsigned char";
    re2c:define:YYPEEK       = "at < end ? *at : 0";
    re2c:define:YYSKIP       = "++at;";
    re2c:define:YYBACKUP     = "marker = at;";
    re2c:define:YYRESTORE    = "at = marker;";
    re2c:define:YYLESSTHAN   = "at >= end";
    re2c:yyfill:enable       = 0;
    re2c:eof                 = 0;
    re2c:indent:string       = "    ";
    re2c:indent:top          = 1;

    letter     = [a-zA-Z_\x80-\xff];
    digit      = [0-9];
    word_char  = letter | digit;
    sign       = [+-];
    exponent   = [eE] sign? digit+;
    integer    = sign? digit+;
    real       = sign? digit* "." digit+ exponent? | sign? digit+ exponent;
    single     = "'" ([^'\\\x00] | "\\" [^\x00])*;
    double     = "\"" ([^"\\\x00] | "\\" [^\x00])*;

    [ \t\r\n\v\f]+ { goto again; }

    'SELECT'      { kind = WQL__TOKEN_SELECT; goto found; }
    'FROM'        { kind = WQL__TOKEN_FROM; goto found; }
    'WHERE'       { kind = WQL__TOKEN_WHERE; goto found; }
    'AND'         { kind = WQL__TOKEN_AND; goto found; }
    'OR'          { kind = WQL__TOKEN_OR; goto found; }
    'LIKE'        { kind = WQL__TOKEN_LIKE; goto found; }
    'IS'          { kind = WQL__TOKEN_IS; goto found; }
    'ISA'         { kind = WQL__TOKEN_ISA; goto found; }
    'WITHIN'      { kind = WQL__TOKEN_WITHIN; goto found; }
    'GROUP'       { kind = WQL__TOKEN_GROUP; goto found; }
    'BY'          { kind = WQL__TOKEN_BY; goto found; }
    'ASSOCIATORS' { kind = WQL__TOKEN_ASSOCIATORS; goto found; }
    'REFERENCES'  { kind = WQL__TOKEN_REFERENCES; goto found; }
    'META_CLASS'  { kind = WQL__TOKEN_META_CLASS; goto found; }
    'NOT'         { kind = WQL__TOKEN_NOT; goto found; }
    'NULL'        { kind = WQL__TOKEN_NULL; goto found; }
    'TRUE'        { kind = WQL__TOKEN_TRUE; goto found; }
    'FALSE'       { kind = WQL__TOKEN_FALSE; goto found; }
    letter word_char* { kind = WQL__TOKEN_NAME; goto found; }

    integer { kind = WQL__TOKEN_INT; goto found; }
    real    { kind = WQL__TOKEN_REAL; goto found; }
    (integer | real) (word_char | ".")+ { kind = WQL__TOKEN_BAD_NUMBER; goto found; }

    single "'" | double "\"" { kind = WQL__TOKEN_STRING; goto found; }
    single | double {
        lexer->at = end;
        return broken_string(lexer, from, at);
    }

    "?" | "@" letter word_char* {
        kind = WQL__TOKEN_PARAMETER;
        if (lexer->parameters) goto found;
        at = from + 1;
        kind = WQL__TOKEN_BAD_CHARACTER;
        goto found;
    }

    "("  { kind = WQL__TOKEN_LP; goto found; }
    ")"  { kind = WQL__TOKEN_RP; goto found; }
    ","  { kind = WQL__TOKEN_COMMA; goto found; }
    "."  { kind = WQL__TOKEN_DOT; goto found; }
    "*"  { kind = WQL__TOKEN_STAR; goto found; }
    "="  { kind = WQL__TOKEN_EQ; goto found; }
    "<>" | "!=" { kind = WQL__TOKEN_NE; goto found; }
    "<"  { kind = WQL__TOKEN_LT; goto found; }
    "<=" { kind = WQL__TOKEN_LE; goto found; }
    ">"  { kind = WQL__TOKEN_GT; goto found; }
    ">=" { kind = WQL__TOKEN_GE; goto found; }

    "==" | "===" | "=<" | "=>" | "!" | "!<" | "!>" | "!==" | "&" | "&&" | "|" | "||" | "<=>" | "<<" | ">>" | "=~" | "!~" {
        kind = WQL__TOKEN_BAD_OPERATOR;
        goto found;
    }
    "--" | "/*" | "//" { kind = WQL__TOKEN_BAD_COMMENT; goto found; }
    "\x00" { kind = WQL__TOKEN_BAD_ZERO; goto found; }
    * { kind = WQL__TOKEN_BAD_CHARACTER; goto found; }
    $ { kind = WQL__TOKEN_END; goto found; }
    */
found:
    lexer->at = at;
    return token_of(lexer, kind, from, at);
}
