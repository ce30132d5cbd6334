/* SPDX-License-Identifier: MIT */
/* parse.c: drives the lexer and the grammar over one text.
 *
 * Two things are done around lemon's parser. A text that it refuses is parsed again, and then it is asked, before each token,
 * whether the token can come: when the tables merge states, the parser itself notices an error only after reductions that have
 * forgotten what else could have come, and messages want to say that. A text without error pays nothing for it. And its stack,
 * which starts on ours, where most queries need no more, grows in the arena of the parse: nothing here has a fixed size, and no
 * memory bypasses the engine's hook. */
#include "parser.h"

#include "../engine/base/utf8.h"

#include <wql/engine.h>
#include <wql/query.h>

#include <string.h>

/* -- lemon's parser, as private code of this file ---------------------------------------------------------------- */

static void wql__grammar(void *machine, int kind, wql__token token);
static void wql__grammarInit(void *machine, wql__parser *parser);
static void wql__grammarFinalize(void *machine);
static int wql__grammarFallback(int kind);

static void *grow_stack(wql__parser *parser, const void *old, size_t old_size, size_t size) {
    void *stack = old == NULL && size <= parser->first_stack_size ? parser->first_stack : wql__arena_alloc(parser->arena, size);
    if (stack == NULL)
        wql__refuse_memory(parser);
    else if (old != NULL)
        memcpy(stack, old, old_size);
    return stack;
}

#define wql__grammar_ENGINEALWAYSONSTACK
#define YYNOERRORRECOVERY 1
#define WQL__GRAMMAR "wql_grammar.c"
#include "lemon.h"

/* The grammar's number for each kind of token in the base language. */
static const uint8_t base_codes[WQL__TOKEN_COUNT] = {
    [WQL__TOKEN_END] = 0,
    [WQL__TOKEN_NAME] = TK_NAME,
    [WQL__TOKEN_SELECT] = TK_SELECT,
    [WQL__TOKEN_FROM] = TK_FROM,
    [WQL__TOKEN_WHERE] = TK_WHERE,
    [WQL__TOKEN_AND] = TK_AND,
    [WQL__TOKEN_OR] = TK_OR,
    [WQL__TOKEN_LIKE] = TK_LIKE,
    [WQL__TOKEN_IS] = TK_IS,
    [WQL__TOKEN_ISA] = TK_ISA,
    [WQL__TOKEN_WITHIN] = TK_WITHIN,
    [WQL__TOKEN_GROUP] = TK_GROUP,
    [WQL__TOKEN_BY] = TK_BY,
    [WQL__TOKEN_HAVING] = TK_HAVING,
    [WQL__TOKEN_ASSOCIATORS] = TK_ASSOCIATORS,
    [WQL__TOKEN_REFERENCES] = TK_REFERENCES,
    [WQL__TOKEN_OF] = TK_OF,
    [WQL__TOKEN_META_CLASS] = TK_META_CLASS,
    [WQL__TOKEN_ASSOCCLASS] = TK_ASSOCCLASS,
    [WQL__TOKEN_RESULTCLASS] = TK_RESULTCLASS,
    [WQL__TOKEN_ROLE] = TK_ROLE,
    [WQL__TOKEN_RESULTROLE] = TK_RESULTROLE,
    [WQL__TOKEN_REQUIREDQUALIFIER] = TK_REQUIREDQUALIFIER,
    [WQL__TOKEN_REQUIREDASSOCQUALIFIER] = TK_REQUIREDASSOCQUALIFIER,
    [WQL__TOKEN_CLASSDEFSONLY] = TK_CLASSDEFSONLY,
    [WQL__TOKEN_KEYSONLY] = TK_KEYSONLY,
    [WQL__TOKEN_SCHEMAONLY] = TK_SCHEMAONLY,
    [WQL__TOKEN_NOT] = TK_NOT,
    [WQL__TOKEN_NULL] = TK_NULL,
    [WQL__TOKEN_TRUE] = TK_TRUE,
    [WQL__TOKEN_FALSE] = TK_FALSE,
    [WQL__TOKEN_STRING] = TK_STRING,
    [WQL__TOKEN_INT] = TK_INT,
    [WQL__TOKEN_REAL] = TK_REAL,
    [WQL__TOKEN_PARAMETER] = TK_PARAMETER,
    [WQL__TOKEN_PATH] = TK_PATH,
    [WQL__TOKEN_LP] = TK_LP,
    [WQL__TOKEN_RP] = TK_RP,
    [WQL__TOKEN_COMMA] = TK_COMMA,
    [WQL__TOKEN_DOT] = TK_DOT,
    [WQL__TOKEN_STAR] = TK_STAR,
    [WQL__TOKEN_EQ] = TK_EQ,
    [WQL__TOKEN_NE] = TK_NE,
    [WQL__TOKEN_LT] = TK_LT,
    [WQL__TOKEN_LE] = TK_LE,
    [WQL__TOKEN_GT] = TK_GT,
    [WQL__TOKEN_GE] = TK_GE,
    /* words of other dialects */
    [WQL__TOKEN_BETWEEN] = TK_NAME,
    [WQL__TOKEN_DISTINCT] = TK_NAME,
    [WQL__TOKEN_ALL] = TK_NAME,
    [WQL__TOKEN_JOIN] = TK_NAME,
    [WQL__TOKEN_INNER] = TK_NAME,
    [WQL__TOKEN_LEFT] = TK_NAME,
    [WQL__TOKEN_RIGHT] = TK_NAME,
    [WQL__TOKEN_FULL] = TK_NAME,
    [WQL__TOKEN_OUTER] = TK_NAME,
    [WQL__TOKEN_ON] = TK_NAME,
    [WQL__TOKEN_AS] = TK_NAME,
    [WQL__TOKEN_ORDER] = TK_NAME,
    [WQL__TOKEN_ASC] = TK_NAME,
    [WQL__TOKEN_DESC] = TK_NAME,
    [WQL__TOKEN_IN] = TK_NAME,
    [WQL__TOKEN_COUNT_WORD] = TK_NAME,
    [WQL__TOKEN_UPPER] = TK_NAME,
    [WQL__TOKEN_LOWER] = TK_NAME,
    [WQL__TOKEN_SUBSTRING] = TK_NAME,
    [WQL__TOKEN_DATEPART] = TK_NAME,
    [WQL__TOKEN_DATEADD] = TK_NAME,
    [WQL__TOKEN_DATEDIFF] = TK_NAME,
    [WQL__TOKEN_GETDATE] = TK_NAME,
    /* what only another dialect can read, and what none can */
    [WQL__TOKEN_HEX] = TK_BAD,
    [WQL__TOKEN_SEMICOLON] = TK_BAD,
    [WQL__TOKEN_COLON] = TK_BAD,
    [WQL__TOKEN_SEPARATOR] = TK_BAD,
    [WQL__TOKEN_BAD_CHARACTER] = TK_BAD,
    [WQL__TOKEN_BAD_OPERATOR] = TK_BAD,
    [WQL__TOKEN_BAD_NUMBER] = TK_BAD,
    [WQL__TOKEN_BAD_STRING] = TK_BAD,
    [WQL__TOKEN_BAD_PATH] = TK_BAD,
    [WQL__TOKEN_BAD_COMMENT] = TK_BAD,
    [WQL__TOKEN_BAD_ZERO] = TK_BAD,
};

/* What each dialect reads in another way. */
static const struct {
    uint8_t kind, relaxed, extended, both; /* 0: as the base language */
} other_codes[] = {
    {WQL__TOKEN_NOT, TK_RNOT, TK_XNOT, TK_BNOT},
    {WQL__TOKEN_TRUE, TK_RTRUE, 0, TK_RTRUE},
    {WQL__TOKEN_FALSE, TK_RFALSE, 0, TK_RFALSE},
    {WQL__TOKEN_STAR, TK_DSTAR, TK_DSTAR, TK_DSTAR},
    {WQL__TOKEN_BETWEEN, TK_BETWEEN, 0, TK_BETWEEN},
    {WQL__TOKEN_HEX, TK_INT, 0, TK_INT},
    {WQL__TOKEN_SEMICOLON, TK_SEMICOLON, 0, TK_SEMICOLON},
    {WQL__TOKEN_COLON, TK_COLON, 0, TK_COLON},
    {WQL__TOKEN_SEPARATOR, TK_SEPARATOR, 0, TK_SEPARATOR},
    {WQL__TOKEN_NAME, 0, TK_XNAME, TK_XNAME},
    {WQL__TOKEN_COMMA, 0, TK_XCOMMA, TK_XCOMMA},
    {WQL__TOKEN_LP, 0, TK_XLP, TK_XLP},
    {WQL__TOKEN_DISTINCT, 0, TK_DISTINCT, TK_DISTINCT},
    {WQL__TOKEN_ALL, 0, TK_ALL, TK_ALL},
    {WQL__TOKEN_JOIN, 0, TK_JOIN, TK_JOIN},
    {WQL__TOKEN_INNER, 0, TK_INNER, TK_INNER},
    {WQL__TOKEN_LEFT, 0, TK_LEFT, TK_LEFT},
    {WQL__TOKEN_RIGHT, 0, TK_RIGHT, TK_RIGHT},
    {WQL__TOKEN_FULL, 0, TK_FULL, TK_FULL},
    {WQL__TOKEN_OUTER, 0, TK_OUTER, TK_OUTER},
    {WQL__TOKEN_ON, 0, TK_ON, TK_ON},
    {WQL__TOKEN_AS, 0, TK_AS, TK_AS},
    {WQL__TOKEN_ORDER, 0, TK_ORDER, TK_ORDER},
    {WQL__TOKEN_ASC, 0, TK_ASC, TK_ASC},
    {WQL__TOKEN_DESC, 0, TK_DESC, TK_DESC},
    {WQL__TOKEN_IN, 0, TK_IN, TK_IN},
    {WQL__TOKEN_COUNT_WORD, 0, TK_COUNT, TK_COUNT},
    {WQL__TOKEN_UPPER, 0, TK_UPPER, TK_UPPER},
    {WQL__TOKEN_LOWER, 0, TK_LOWER, TK_LOWER},
    {WQL__TOKEN_SUBSTRING, 0, TK_SUBSTRING, TK_SUBSTRING},
    {WQL__TOKEN_DATEPART, 0, TK_DATEPART, TK_DATEPART},
    {WQL__TOKEN_DATEADD, 0, TK_DATEADD, TK_DATEADD},
    {WQL__TOKEN_DATEDIFF, 0, TK_DATEDIFF, TK_DATEDIFF},
    {WQL__TOKEN_GETDATE, 0, TK_GETDATE, TK_GETDATE},
};

static void choose_codes(uint32_t dialect, uint8_t *codes) {
    memcpy(codes, base_codes, sizeof base_codes);
    for (size_t i = 0; i < sizeof other_codes / sizeof other_codes[0]; i++) {
        uint8_t code = !(dialect & WQL_EXTENDED)  ? other_codes[i].relaxed
                       : !(dialect & WQL_RELAXED) ? other_codes[i].extended
                                                  : other_codes[i].both;
        if (code != 0) codes[other_codes[i].kind] = code;
    }
}

uint32_t wql__kind_seen(const wql__parser *parser, uint32_t kind) {
    if (kind == WQL__TOKEN_NAME || wql__token_is_bad(kind)) return kind;
    if (parser->codes[kind] == TK_NAME) return WQL__TOKEN_NAME;
    if (parser->codes[kind] != TK_BAD) return kind;
    return kind == WQL__TOKEN_HEX ? WQL__TOKEN_BAD_NUMBER : WQL__TOKEN_BAD_CHARACTER;
}

/* -- what could come --------------------------------------------------------------------------------------------- */

/* States that a rehearsal puts on top of the real stack: rules that reduce nothing can add a few before a token is shifted. */
enum { REHEARSED_MAX = 16 };

/* Rehearses a token on the states of the stack alone, no action being run and nothing changed. Gives whether the parser would
 * take it; `as`: the terminal that it would be taken for, which is another where it falls back. */
static bool can_come(const yyParser *machine, int code, int *as) {
    YYACTIONTYPE above[REHEARSED_MAX];
    const yyStackEntry *base = machine->yytos;
    int count = 0;
    *as = code;
    for (;;) {
        YYACTIONTYPE state = count > 0 ? above[count - 1] : base->stateno;
        YYACTIONTYPE action = yy_find_shift_action((YYCODETYPE)code, state);
        if (action >= YY_MIN_REDUCE) {
            unsigned rule = (unsigned)(action - YY_MIN_REDUCE);
            for (int pop = -yyRuleInfoNRhs[rule]; pop > 0; pop--) {
                if (count > 0)
                    count--;
                else
                    base--;
            }
            if (count == REHEARSED_MAX) return true; /* not in this grammar; the parser itself will tell */
            state = count > 0 ? above[count - 1] : base->stateno;
            above[count++] = yy_find_reduce_action(state, yyRuleInfoLhs[rule]);
            continue;
        }
        if (action == YY_ERROR_ACTION || action == YY_NO_ACTION) return false;
        if (action != YY_ACCEPT_ACTION && yy_lookahead[yy_shift_ofst[state] + code] != code) *as = wql__grammarFallback(code);
        return true;
    }
}

/* What a dialect adds goes without saying, where the base language has the same word in another place. A parameter comes where a
 * constant does, and goes without saying too, as does a number in another spelling. */
static wql__kinds all_that_can_come(const wql__parser *parser, const yyParser *machine) {
    wql__kinds kinds = 0;
    for (uint32_t kind = 0; kind < WQL__TOKEN_BAD_CHARACTER; kind++) {
        int as;
        if (kind == WQL__TOKEN_PARAMETER || kind == WQL__TOKEN_HEX || wql__kind_seen(parser, kind) != kind) continue;
        if (!can_come(machine, parser->codes[kind], &as)) continue;
        if (as == parser->codes[kind] || (as == base_codes[kind] && (as != TK_NAME || kind == WQL__TOKEN_NAME)))
            kinds |= (wql__kinds)1 << kind;
    }
    return kinds;
}

/* -- shared by the actions --------------------------------------------------------------------------------------- */

void wql__refuse_memory(wql__parser *parser) {
    if (parser->status == WQL_OK) parser->status = wql__fail_memory(parser->arena->mem, parser->err);
}

static wql_status fail_limit_at(wql_error *err, wql_str text, size_t offset, size_t length, const char *limit, uint32_t value) {
    wql_error told = WQL_INIT(wql_error);
    wql_status status = wql__fail_limit(&told, limit, value);
    return wql__fail_at(err, status, text, offset, length, "%s", told.message);
}

void wql__refuse_limit(wql__parser *parser, uint32_t offset, uint32_t length, const char *limit, uint32_t value) {
    if (parser->status == WQL_OK) parser->status = fail_limit_at(parser->err, parser->text, offset, length, limit, value);
}

wql__shown wql__show(const wql__parser *parser, uint32_t offset, uint32_t length) {
    wql__shown shown;
    const char *text = parser->text.ptr + offset;
    size_t room = sizeof shown.text - sizeof "...";
    size_t len = length <= room ? length : wql__utf8_cut(text, length, room);
    memcpy(shown.text, text, len);
    strcpy(shown.text + len, len < length ? "..." : "");
    return shown;
}

bool wql__token_reads(const wql__parser *parser, wql__token token, const char *word) {
    const char *text = parser->text.ptr + token.offset;
    if (strlen(word) != token.length) return false;
    for (uint32_t i = 0; i < token.length; i++) {
        char c = text[i];
        if ((c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) != word[i]) return false;
    }
    return true;
}

/* -- the parse --------------------------------------------------------------------------------------------------- */

wql_status wql__parse_precheck(wql_str text, const wql__parse_limits *limits, wql_error *err) {
    uint32_t most = limits->query_chars < WQL__QUERY_CHARS_CEILING ? limits->query_chars : WQL__QUERY_CHARS_CEILING;
    size_t reach = (size_t)most * 3 + 4; /* bytes of one unit too many: a unit takes up to three bytes, a pair four */
    size_t look = text.len < reach ? text.len : reach, good, units = 0;
    const char *at = text.ptr, *end;
    if (text.len == 0) return wql__fail(err, WQL_E_INVALID_PARAMETER, "the query is empty");
    if (!text.ptr) return wql__fail(err, WQL_E_INVALID_PARAMETER, "the query has a length, but no bytes");
    good = wql__utf8_check(text.ptr, look);
    for (end = text.len > most ? at + good : at; at < end;) { /* a unit takes a byte at least */
        const char *character = at;
        units += wql__utf8_next(&at, end) >= 0x10000 ? 2 : 1;
        if (units > most)
            return fail_limit_at(err, text, (size_t)(character - text.ptr), (size_t)(at - character), "query_chars_max", most);
    }
    if (good < look)
        return wql__fail_at(err, WQL_E_INVALID_PARAMETER, text, good, 1,
                            "the query is not well-formed UTF-8: byte 0x%02x at offset %zu",
                            (unsigned)(unsigned char)text.ptr[good], good);
    return WQL_OK;
}

/* Feeds the tokens until the end of the text or the first error. What the lexer cannot read is fed too: before the grammar
 * refuses it, it judges everything in front. */
static void run(wql__parser *parser) {
    wql__lexer lexer = wql__lexer_of(parser->text.ptr, (uint32_t)parser->text.len);
    wql__token token;
    yyParser machine;
    yyStackEntry first_stack[100]; /* as many as lemon asks for at first */
    lexer.parameters = (parser->dialect & WQL_PARAMETERS) != 0;
    parser->first_stack = first_stack;
    parser->first_stack_size = sizeof first_stack;
    wql__grammarInit(&machine, parser);
    while (parser->status == WQL_OK) {
        token = wql__lex(&lexer);
        if (parser->careful) {
            int as;
            if (!can_come(&machine, parser->codes[token.kind], &as)) parser->expected = all_that_can_come(parser, &machine);
        }
        wql__grammar(&machine, parser->codes[token.kind], token);
        if (token.kind == WQL__TOKEN_END) break;
        parser->before[2] = parser->before[1];
        parser->before[1] = parser->before[0];
        parser->before[0] = token;
    }
    wql__grammarFinalize(&machine);
    parser->first_stack = NULL;
}

static void parse(wql__parser *parser, wql_str text, uint32_t dialect, const wql__parse_limits *limits, wql__arena *arena,
                  bool careful, wql_error *err) {
    uint8_t own_codes[WQL__TOKEN_COUNT];
    memset(parser, 0, sizeof *parser);
    parser->dialect = dialect;
    parser->codes = base_codes;
    if (dialect & (WQL_RELAXED | WQL_EXTENDED)) {
        choose_codes(dialect, own_codes);
        parser->codes = own_codes;
    }
    parser->limits = limits;
    parser->arena = arena;
    parser->err = err;
    parser->careful = careful;
    parser->text = text;
    parser->tree = wql__arena_zero(arena, sizeof *parser->tree);
    if (parser->tree == NULL) {
        wql__refuse_memory(parser);
        return;
    }
    parser->tree->text = text;
    parser->tree->dialect = dialect;
    run(parser);
    parser->codes = NULL;
}

wql_status wql__parse_checked(wql_str text, uint32_t dialect, const wql__parse_limits *limits, wql__arena *arena,
                              wql__query_tree **out, wql_error *err) {
    wql__parser parser;
    *out = NULL;
    if (dialect & ~(uint32_t)(WQL_RELAXED | WQL_EXTENDED | WQL_PARAMETERS | WQL__NOTIFICATION))
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "unknown dialect 0x%x", (unsigned)dialect);
    parse(&parser, text, dialect, limits, arena, false, err);
    if (parser.unclear) parse(&parser, text, dialect, limits, arena, true, err);
    if (parser.status == WQL_OK) *out = parser.tree;
    return parser.status;
}

wql_status wql__parse(wql_str text, uint32_t dialect, const wql__parse_limits *limits, wql__arena *arena, wql__query_tree **out,
                      wql_error *err) {
    wql_status status = wql__parse_precheck(text, limits, err);
    wql_str copy = {NULL, text.len};
    *out = NULL;
    if (status != WQL_OK) return status;
    copy.ptr = wql__arena_text(arena, text.ptr, text.len);
    if (copy.ptr == NULL) return wql__fail_memory(arena->mem, err);
    return wql__parse_checked(copy, dialect, limits, arena, out, err);
}
