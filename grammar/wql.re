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

/* A path whose opening brace is at `from` and whose closing one does not come: all up to `at` was read, where it ends or something
 * stands that never does. */
static wql__token broken_path(wql__lexer *lexer, const unsigned char *from, const unsigned char *at) {
    const unsigned char *quote = at;
    if (at >= lexer->end) return token_of(lexer, WQL__TOKEN_BAD_PATH, from, from + 1);
    if (*at != '"' && *at != '\'') return token_of(lexer, WQL__TOKEN_BAD_ZERO, at, at + 1);
    for (at++; at < lexer->end && *at != 0; at++)
        if (*at == '\\' && at + 1 < lexer->end && at[1] != 0) at++;
    return broken_string(lexer, quote, at);
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
    path       = "{" ([^}'"\x00] | single "'" | double "\"")*;

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
    'HAVING'      { kind = WQL__TOKEN_HAVING; goto found; }
    'ASSOCIATORS' { kind = WQL__TOKEN_ASSOCIATORS; goto found; }
    'REFERENCES'  { kind = WQL__TOKEN_REFERENCES; goto found; }
    'OF'          { kind = WQL__TOKEN_OF; goto found; }
    'ASSOCCLASS'  { kind = WQL__TOKEN_ASSOCCLASS; goto found; }
    'RESULTCLASS' { kind = WQL__TOKEN_RESULTCLASS; goto found; }
    'ROLE'        { kind = WQL__TOKEN_ROLE; goto found; }
    'RESULTROLE'  { kind = WQL__TOKEN_RESULTROLE; goto found; }
    'REQUIREDQUALIFIER'      { kind = WQL__TOKEN_REQUIREDQUALIFIER; goto found; }
    'REQUIREDASSOCQUALIFIER' { kind = WQL__TOKEN_REQUIREDASSOCQUALIFIER; goto found; }
    'CLASSDEFSONLY' { kind = WQL__TOKEN_CLASSDEFSONLY; goto found; }
    'KEYSONLY'    { kind = WQL__TOKEN_KEYSONLY; goto found; }
    'SCHEMAONLY'  { kind = WQL__TOKEN_SCHEMAONLY; goto found; }
    'BETWEEN'     { kind = WQL__TOKEN_BETWEEN; goto found; }
    'DISTINCT'    { kind = WQL__TOKEN_DISTINCT; goto found; }
    'ALL'         { kind = WQL__TOKEN_ALL; goto found; }
    'JOIN'        { kind = WQL__TOKEN_JOIN; goto found; }
    'INNER'       { kind = WQL__TOKEN_INNER; goto found; }
    'LEFT'        { kind = WQL__TOKEN_LEFT; goto found; }
    'RIGHT'       { kind = WQL__TOKEN_RIGHT; goto found; }
    'FULL'        { kind = WQL__TOKEN_FULL; goto found; }
    'OUTER'       { kind = WQL__TOKEN_OUTER; goto found; }
    'ON'          { kind = WQL__TOKEN_ON; goto found; }
    'AS'          { kind = WQL__TOKEN_AS; goto found; }
    'ORDER'       { kind = WQL__TOKEN_ORDER; goto found; }
    'ASC'         { kind = WQL__TOKEN_ASC; goto found; }
    'DESC'        { kind = WQL__TOKEN_DESC; goto found; }
    'IN'          { kind = WQL__TOKEN_IN; goto found; }
    'COUNT'       { kind = WQL__TOKEN_COUNT_WORD; goto found; }
    'UPPER'       { kind = WQL__TOKEN_UPPER; goto found; }
    'LOWER'       { kind = WQL__TOKEN_LOWER; goto found; }
    'SUBSTRING'   { kind = WQL__TOKEN_SUBSTRING; goto found; }
    'DATEPART'    { kind = WQL__TOKEN_DATEPART; goto found; }
    'DATEADD'     { kind = WQL__TOKEN_DATEADD; goto found; }
    'DATEDIFF'    { kind = WQL__TOKEN_DATEDIFF; goto found; }
    'GETDATE'     { kind = WQL__TOKEN_GETDATE; goto found; }
    'META_CLASS'  { kind = WQL__TOKEN_META_CLASS; goto found; }
    'NOT'         { kind = WQL__TOKEN_NOT; goto found; }
    'NULL'        { kind = WQL__TOKEN_NULL; goto found; }
    'TRUE'        { kind = WQL__TOKEN_TRUE; goto found; }
    'FALSE'       { kind = WQL__TOKEN_FALSE; goto found; }
    letter word_char* { kind = WQL__TOKEN_NAME; goto found; }

    integer { kind = WQL__TOKEN_INT; goto found; }
    sign? "0" [xX] [0-9a-fA-F]+ { kind = WQL__TOKEN_HEX; goto found; }
    real    { kind = WQL__TOKEN_REAL; goto found; }
    (integer | real) (word_char | ".")+ { kind = WQL__TOKEN_BAD_NUMBER; goto found; }

    single "'" | double "\"" { kind = WQL__TOKEN_STRING; goto found; }
    single | double {
        lexer->at = end;
        return broken_string(lexer, from, at);
    }

    path "}" { kind = WQL__TOKEN_PATH; goto found; }
    path {
        lexer->at = end;
        return broken_path(lexer, from, at);
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
    ";"  { kind = WQL__TOKEN_SEMICOLON; goto found; }
    ":"  { kind = WQL__TOKEN_COLON; goto found; }
    [\\/] { kind = WQL__TOKEN_SEPARATOR; goto found; }

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
