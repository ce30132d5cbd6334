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

#include <stdlib.h>
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

/* Its template says malloc, realloc and free, all three about the stack and in a function whose `p` is the parser. NDEBUG takes
 * out its tracing, which has global variables. Its integer types are its own affair. */
#define malloc(size) grow_stack(p->parser, NULL, 0, (size))
#define realloc(old, size) grow_stack(p->parser, (old), (size_t)p->yystksz * sizeof(yyStackEntry), (size))
#define free(stack) ((void)(stack))
#define wql__grammar_ENGINEALWAYSONSTACK
#define YYNOERRORRECOVERY 1
#ifndef NDEBUG
#define NDEBUG
#define WQL__NDEBUG_IS_OURS
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-function"
#include "wql_grammar.c"
#pragma GCC diagnostic pop
#ifdef WQL__NDEBUG_IS_OURS
#undef NDEBUG
#endif
#undef malloc
#undef realloc
#undef free

/* The grammar's number for each kind of token. */
static const uint8_t codes[] = {
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
    [WQL__TOKEN_ASSOCIATORS] = TK_ASSOCIATORS,
    [WQL__TOKEN_REFERENCES] = TK_REFERENCES,
    [WQL__TOKEN_META_CLASS] = TK_META_CLASS,
    [WQL__TOKEN_NOT] = TK_NOT,
    [WQL__TOKEN_NULL] = TK_NULL,
    [WQL__TOKEN_TRUE] = TK_TRUE,
    [WQL__TOKEN_FALSE] = TK_FALSE,
    [WQL__TOKEN_STRING] = TK_STRING,
    [WQL__TOKEN_INT] = TK_INT,
    [WQL__TOKEN_REAL] = TK_REAL,
    [WQL__TOKEN_PARAMETER] = TK_PARAMETER,
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
};

static int code_of(uint32_t kind) { return wql__token_is_bad(kind) ? TK_BAD : codes[kind]; }

/* -- what could come --------------------------------------------------------------------------------------------- */

/* States that a rehearsal puts on top of the real stack: rules that reduce nothing can add a few before a token is shifted. */
enum { REHEARSED_MAX = 16 };

/* Rehearses a token on the states of the stack alone, no action being run and nothing changed. Gives whether the parser would
 * take it; `as_itself`: not by falling back from a word to a name. */
static bool can_come(const yyParser *machine, int code, bool *as_itself) {
    YYACTIONTYPE above[REHEARSED_MAX];
    const yyStackEntry *base = machine->yytos;
    int count = 0;
    *as_itself = false;
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
        *as_itself = action == YY_ACCEPT_ACTION || yy_lookahead[yy_shift_ofst[state] + code] == code;
        return true;
    }
}

/* A parameter comes where a constant does, and goes without saying. */
static uint64_t all_that_can_come(const yyParser *machine) {
    uint64_t kinds = 0;
    for (uint32_t kind = 0; kind < WQL__TOKEN_BAD_CHARACTER; kind++) {
        bool as_itself;
        if (kind == WQL__TOKEN_PARAMETER) continue;
        if (can_come(machine, code_of(kind), &as_itself) && as_itself) kinds |= (uint64_t)1 << kind;
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
            bool as_itself;
            if (!can_come(&machine, code_of(token.kind), &as_itself)) parser->expected = all_that_can_come(&machine);
        }
        wql__grammar(&machine, code_of(token.kind), token);
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
    memset(parser, 0, sizeof *parser);
    parser->dialect = dialect;
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
    run(parser);
}

wql_status wql__parse_checked(wql_str text, uint32_t dialect, const wql__parse_limits *limits, wql__arena *arena,
                              wql__query_tree **out, wql_error *err) {
    wql__parser parser;
    *out = NULL;
    if (dialect & ~(uint32_t)WQL_PARAMETERS)
        return wql__fail(err, WQL_E_NOT_SUPPORTED, "only the base dialect is served yet, and dialect 0x%x was asked for",
                         (unsigned)dialect);
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
