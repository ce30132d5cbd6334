/* SPDX-License-Identifier: MIT */
/* mof.re: the lexer of MOF (DSP0004, annex A). The generated file is compiled with the top of the tree on its include path.
 *
 * Bytes from 0x80 up belong to names: the text is known to be well-formed UTF-8, so no character is ever split. A zero byte behind
 * the text stops every rule, so that no byte needs a look at the end. */
#include "grammar/mof_lexer.h"

uint32_t wql__mof_lex(wql__mof_lexer *lexer) {
    const unsigned char *at = lexer->at, *from, *marker;
    uint32_t kind;
again:
    from = at;
    /*!re2c
    re2c:api = custom;
    re2c:api:style = free-form;
    re2c:define:YYCTYPE      = "unsigned char";
    re2c:define:YYPEEK       = "*at";
    re2c:define:YYSKIP       = "++at;";
    re2c:define:YYBACKUP     = "marker = at;";
    re2c:define:YYRESTORE    = "at = marker;";
    re2c:define:YYLESSTHAN   = "at >= lexer->end";
    re2c:yyfill:enable       = 0;
    re2c:eof                 = 0;
    re2c:indent:string       = "    ";
    re2c:indent:top          = 1;

    letter     = [a-zA-Z_\x80-\xff];
    digit      = [0-9];
    word_char  = letter | digit;
    sign       = [+-];
    exponent   = [eE] sign? digit+;
    decimal    = sign? ("0" | [1-9] digit*);
    octal      = sign? "0" [0-7]+;
    hex        = sign? "0" [xX] [0-9a-fA-F]+;
    binary     = sign? [01]+ [bB];
    real       = sign? digit* "." digit+ exponent? | sign? digit+ exponent;
    number     = sign? digit+ | real;
    single     = "'" ([^'\\\x00\r\n] | "\\" [^\x00\r\n])*;
    double     = "\"" ([^"\\\x00\r\n] | "\\" [^\x00\r\n])*;
    comment    = "/*" ([^*\x00] | "*"+ [^*/\x00])*;

    [ \t\r\n\v\f]+ { goto again; }
    "//" [^\r\n\x00]* { goto again; }
    comment "*"+ "/" { goto again; }
    comment "*"* {
        kind = WQL__MOF_BAD_COMMENT;
        if (at < lexer->end) goto zero;
        lexer->token = from;
        lexer->at = lexer->end;
        return kind;
    }

    'uint8' | 'uint16' | 'uint32' | 'uint64' | 'sint8' | 'sint16' | 'sint32' | 'sint64' | 'real32' | 'real64' | 'string' |
    'boolean' | 'char16' | 'datetime' | 'void' { kind = WQL__MOF_TYPE; goto found; }
    'object'    { kind = WQL__MOF_OBJECT; goto found; }
    'class'     { kind = WQL__MOF_CLASS; goto found; }
    'instance'  { kind = WQL__MOF_INSTANCE; goto found; }
    'of'        { kind = WQL__MOF_OF; goto found; }
    'as'        { kind = WQL__MOF_AS; goto found; }
    'qualifier' { kind = WQL__MOF_QUALIFIER; goto found; }
    'scope'     { kind = WQL__MOF_SCOPE; goto found; }
    'flavor'    { kind = WQL__MOF_FLAVOR; goto found; }
    'ref'       { kind = WQL__MOF_REF; goto found; }
    'true'      { kind = WQL__MOF_TRUE; goto found; }
    'false'     { kind = WQL__MOF_FALSE; goto found; }
    'null'      { kind = WQL__MOF_NULL; goto found; }
    '#pragma'   { kind = WQL__MOF_PRAGMA; goto found; }
    letter word_char*     { kind = WQL__MOF_NAME; goto found; }
    "$" letter word_char* { kind = WQL__MOF_ALIAS; goto found; }

    decimal | octal | hex | binary { kind = WQL__MOF_INTEGER; goto found; }
    real { kind = WQL__MOF_REAL; goto found; }
    number (word_char | ".")* { kind = WQL__MOF_BAD_NUMBER; goto found; }

    double "\"" { kind = WQL__MOF_STRING; goto found; }
    single "'"  { kind = WQL__MOF_CHAR; goto found; }
    double "\\"? { kind = WQL__MOF_BAD_STRING; goto found; }
    single "\\"? { kind = WQL__MOF_BAD_CHAR; goto found; }

    "{" { kind = WQL__MOF_LBRACE; goto found; }
    "}" { kind = WQL__MOF_RBRACE; goto found; }
    "[" { kind = WQL__MOF_LBRACKET; goto found; }
    "]" { kind = WQL__MOF_RBRACKET; goto found; }
    "(" { kind = WQL__MOF_LP; goto found; }
    ")" { kind = WQL__MOF_RP; goto found; }
    ":" { kind = WQL__MOF_COLON; goto found; }
    ";" { kind = WQL__MOF_SEMICOLON; goto found; }
    "," { kind = WQL__MOF_COMMA; goto found; }
    "=" { kind = WQL__MOF_EQ; goto found; }

    "\x00" { kind = WQL__MOF_BAD_ZERO; goto found; }
    * { kind = WQL__MOF_BAD_CHARACTER; goto found; }
    $ { kind = WQL__MOF_END; goto found; }
    */
zero: /* a zero byte inside a comment: what follows is read as if the comment had ended */
    from = at++;
    kind = WQL__MOF_BAD_ZERO;
found:
    lexer->token = from;
    lexer->at = at;
    return kind;
}
