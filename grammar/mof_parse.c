/* SPDX-License-Identifier: MIT */
/* mof_parse.c: drives the lexer and the grammar over one file of a set.
 *
 * A file is parsed at full speed first. If the grammar refuses a token, what was read of the file is dropped and it is parsed
 * again, with care: then the driver asks, before each token, whether it can come, says what is wrong if it cannot, and goes on
 * behind the feature or the definition at fault. A file without error pays nothing for that. What the lexer cannot read is said
 * at once, and replaced by what was probably meant, so that it does no further harm. */
#include "mof_parser.h"

#include <string.h>

/* -- lemon's parser, as private code of this file ---------------------------------------------------------------- */

static void wql__mof_grammar(void *machine, int kind, wql__mof_token token);
static void wql__mof_grammarInit(void *machine, wql__mof_parser *parser);
static void wql__mof_grammarFinalize(void *machine);
static int wql__mof_grammarFallback(int kind);

static void *grow_stack(wql__mof_parser *parser, const void *old, size_t old_size, size_t size) {
    void *stack =
        old == NULL && size <= parser->first_stack_size ? parser->first_stack : wql__arena_alloc(parser->set->arena, size);
    if (stack == NULL)
        wql__mof_no_memory(parser->set);
    else if (old != NULL)
        memcpy(stack, old, old_size);
    return stack;
}

#define wql__mof_grammar_ENGINEALWAYSONSTACK
#define WQL__GRAMMAR "mof_grammar.c"
#include "lemon.h"

static const uint8_t codes[WQL__MOF_TOKENS] = {
    [WQL__MOF_END] = 0,
    [WQL__MOF_NAME] = MOF_NAME,
    [WQL__MOF_TYPE] = MOF_TYPE,
    [WQL__MOF_OBJECT] = MOF_OBJECT,
    [WQL__MOF_CLASS] = MOF_CLASS,
    [WQL__MOF_INSTANCE] = MOF_INSTANCE,
    [WQL__MOF_OF] = MOF_OF,
    [WQL__MOF_AS] = MOF_AS,
    [WQL__MOF_QUALIFIER] = MOF_QUALIFIER,
    [WQL__MOF_SCOPE] = MOF_SCOPE,
    [WQL__MOF_FLAVOR] = MOF_FLAVOR,
    [WQL__MOF_REF] = MOF_REF,
    [WQL__MOF_TRUE] = MOF_TRUE,
    [WQL__MOF_FALSE] = MOF_FALSE,
    [WQL__MOF_NULL] = MOF_NULL,
    [WQL__MOF_PRAGMA] = MOF_PRAGMA,
    [WQL__MOF_ALIAS] = MOF_ALIAS,
    [WQL__MOF_STRING] = MOF_STRING,
    [WQL__MOF_CHAR] = MOF_CHAR,
    [WQL__MOF_INTEGER] = MOF_INTEGER,
    [WQL__MOF_REAL] = MOF_REAL,
    [WQL__MOF_LBRACE] = MOF_LBRACE,
    [WQL__MOF_RBRACE] = MOF_RBRACE,
    [WQL__MOF_LBRACKET] = MOF_LBRACKET,
    [WQL__MOF_RBRACKET] = MOF_RBRACKET,
    [WQL__MOF_LP] = MOF_LP,
    [WQL__MOF_RP] = MOF_RP,
    [WQL__MOF_COLON] = MOF_COLON,
    [WQL__MOF_SEMICOLON] = MOF_SEMICOLON,
    [WQL__MOF_COMMA] = MOF_COMMA,
    [WQL__MOF_EQ] = MOF_EQ,
    /* what the lexer could not read is taken for this; a character that begins nothing is left out */
    [WQL__MOF_BAD_NUMBER] = MOF_INTEGER,
    [WQL__MOF_BAD_STRING] = MOF_STRING,
    [WQL__MOF_BAD_CHAR] = MOF_CHAR,
};

/* -- tokens ------------------------------------------------------------------------------------------------------ */

static bool is_word(uint32_t kind) { return kind >= WQL__MOF_NAME && kind <= WQL__MOF_NULL; }

/* The next token for the grammar. */
static void next_token(wql__mof_parser *parser, wql__mof_token *token) {
    wql__mof_lexer *lexer = &parser->lexer;
    do {
        token->kind = wql__mof_lex(lexer);
        token->offset = (uint32_t)(lexer->token - lexer->start);
        token->length = (uint32_t)(lexer->at - lexer->token);
        token->symbol = NULL;
        token->text_length = 0;
        if (token->kind == WQL__MOF_STRING) {
            wql__mof_read_strings(parser, token);
        } else if (is_word(token->kind)) {
            token->symbol = wql__mof_intern(parser->set, (const char *)lexer->token, token->length);
        } else if (token->kind == WQL__MOF_ALIAS) {
            token->symbol = wql__mof_intern(parser->set, (const char *)lexer->token + 1, token->length - 1);
        } else if (token->kind >= WQL__MOF_BAD_CHARACTER) {
            if (token->kind == WQL__MOF_BAD_COMMENT) token->length = 2;
            wql__mof_unreadable(parser, token);
            if (token->kind == WQL__MOF_BAD_STRING) token->text = wql__mof_shelve(parser->set, "", 0);
        }
    } while (token->kind >= WQL__MOF_BAD_CHARACTER && codes[token->kind] == 0 && parser->set->failed == WQL_OK);
}

/* Gives the grammar a token that it may not be able to take. */
static void feed(wql__mof_parser *parser, yyParser *machine, const wql__mof_token *token) {
    parser->now = *token;
    if (parser->before.kind == WQL__MOF_CLASS && is_word(token->kind)) parser->class_begun = token->symbol;
    wql__mof_grammar(machine, codes[token->kind], *token);
    if (token->kind == WQL__MOF_LBRACE) parser->depth++;
    if (token->kind == WQL__MOF_RBRACE && parser->depth) parser->depth--;
    if (token->kind == WQL__MOF_SEMICOLON && parser->depth == 0) parser->class_begun = NULL;
    parser->before = *token;
}

/* The bodies around have lost something. Gives the depth of braces at which the innermost goes on. */
static uint32_t mark_bodies(wql__mof_parser *parser) {
    while (parser->body_count && parser->depth <= parser->bodies[parser->body_count - 1].depth) parser->body_count--;
    for (uint32_t i = 0; i < parser->body_count; i++) {
        if (parser->bodies[i].cls) parser->bodies[i].cls->is_broken = true;
        if (parser->bodies[i].instance) parser->bodies[i].instance->is_broken = true;
    }
    if (!parser->body_count && parser->class_begun) parser->class_begun->folded->was_broken = true;
    return parser->body_count ? parser->bodies[parser->body_count - 1].depth + 1 : 0;
}

static bool is_too_deep(wql__mof_parser *parser, const wql__mof_token *token) {
    if (token->kind != WQL__MOF_LBRACE || parser->depth < parser->set->limits.depth) return false;
    wql__mof_limit(parser->set, parser->file, wql__mof_place_of(*token), "depth_max", parser->set->limits.depth);
    (void)mark_bodies(parser);
    return true;
}

/* -- at full speed ----------------------------------------------------------------------------------------------- */

static void run_fast(wql__mof_parser *parser, yyParser *machine) {
    wql__mof_token token;
    do {
        next_token(parser, &token);
        if (parser->set->failed != WQL_OK || is_too_deep(parser, &token)) return;
        feed(parser, machine, &token);
    } while (token.kind != WQL__MOF_END && !parser->unclear);
}

/* -- with care --------------------------------------------------------------------------------------------------- */

/* States that a rehearsal puts on top of the real stack: rules that reduce nothing can add a few before a token is shifted. */
enum { REHEARSED_MAX = 16 };

/* Rehearses a token on the states of the stack alone, no action being run and nothing changed: whether it would be taken. */
static bool can_come(const yyParser *machine, int code) {
    YYACTIONTYPE above[REHEARSED_MAX];
    const yyStackEntry *base = machine->yytos;
    int count = 0;
    for (;;) {
        YYACTIONTYPE state = count > 0 ? above[count - 1] : base->stateno;
        YYACTIONTYPE action = yy_find_shift_action((YYCODETYPE)code, state);
        if (action < YY_MIN_REDUCE) return action != YY_ERROR_ACTION && action != YY_NO_ACTION;
        for (int pop = -yyRuleInfoNRhs[action - YY_MIN_REDUCE]; pop > 0; pop--) {
            if (count > 0)
                count--;
            else
                base--;
        }
        if (count == REHEARSED_MAX) return true; /* not in this grammar; the parser itself will tell */
        state = count > 0 ? above[count - 1] : base->stateno;
        above[count++] = yy_find_reduce_action(state, yyRuleInfoLhs[action - YY_MIN_REDUCE]);
    }
}

/* Words go without saying where a name can come, but for what begins something. */
static wql__mof_kinds all_that_can_come(const yyParser *machine) {
    wql__mof_kinds kinds = 0;
    bool name = can_come(machine, MOF_NAME);
    for (uint32_t kind = 0; kind < WQL__MOF_BAD_CHARACTER; kind++) {
        bool own = kind != WQL__MOF_NAME && is_word(kind) && name;
        if (own && yy_find_shift_action((YYCODETYPE)codes[kind], machine->yytos->stateno) ==
                       yy_find_shift_action(MOF_NAME, machine->yytos->stateno))
            continue;
        if (can_come(machine, codes[kind])) kinds |= (wql__mof_kinds)1 << kind;
    }
    return kinds;
}

static bool begins_line(const wql__mof_parser *parser, const wql__mof_token *token) {
    return token->offset == 0 || parser->text.ptr[token->offset - 1] == '\n';
}

static bool begins_definition(uint32_t kind) {
    return kind == WQL__MOF_CLASS || kind == WQL__MOF_INSTANCE || kind == WQL__MOF_QUALIFIER || kind == WQL__MOF_PRAGMA;
}

/* `class` at the beginning of a line within a body: the body's end is missing, rather than that this is the name of something. */
static bool is_lost_class(const wql__mof_parser *parser, const wql__mof_token *token) {
    return parser->body_count > 0 && parser->depth > 0 && token->kind == WQL__MOF_CLASS && begins_line(parser, token);
}

static bool is_on_later_line(const wql__mof_parser *parser, const wql__mof_token *token) {
    uint32_t end = parser->before.offset + parser->before.length;
    return memchr(parser->text.ptr + end, '\n', token->offset - end) != NULL;
}

/* Whether what comes shows that something has ended, so that only its semicolon is missing. */
static bool is_behind_end(const wql__mof_parser *parser, const wql__mof_token *token) {
    return token->kind == WQL__MOF_END || token->kind == WQL__MOF_RBRACE || is_on_later_line(parser, token) ||
           (parser->before.kind == WQL__MOF_RBRACE && parser->depth == 0);
}

/* Skips up to where the grammar can go on: behind the semicolon of the feature or definition at fault, or in front of what ends
 * its body, or begins the next definition. Sets what comes next, and parser->depth; true: a whole body was left, which lacks its
 * end. */
static bool skip(wql__mof_parser *parser, uint32_t target, wql__mof_token *token) {
    bool is_first = true, left = false;
    for (;; next_token(parser, token), is_first = false) {
        bool is_outside = parser->depth == target;
        if (token->kind == WQL__MOF_END || parser->set->failed != WQL_OK) break;
        if ((!is_first || is_lost_class(parser, token)) && begins_definition(token->kind) && begins_line(parser, token) &&
            (target > 0 || is_outside)) {
            left = target > 0;
            break;
        }
        if (is_outside && token->kind == WQL__MOF_SEMICOLON) {
            next_token(parser, token);
            break;
        }
        if (is_outside && token->kind == WQL__MOF_RBRACE && target > 0) break;
        if (token->kind == WQL__MOF_LBRACE) parser->depth++;
        if (token->kind == WQL__MOF_RBRACE && parser->depth) parser->depth--;
    }
    if (left) {
        parser->depth = 0;
        parser->body_count = 0;
    }
    return left;
}

/* How an error is shifted in a state; YY_ERROR_ACTION: it is not. A state in front of a list that has nothing in it yet reduces
 * to the empty list first: *empty is then the rule, *state what follows. */
static YYACTIONTYPE shift_of_error(YYACTIONTYPE *state, int *empty) {
    YYACTIONTYPE action = yy_find_reduce_action(*state, YYERRORSYMBOL), by_default = yy_default[*state];
    *empty = -1;
    if (action <= YY_MAX_SHIFTREDUCE) return action;
    if (by_default < YY_MIN_REDUCE || yyRuleInfoNRhs[by_default - YY_MIN_REDUCE] != 0) return YY_ERROR_ACTION;
    *empty = (int)(by_default - YY_MIN_REDUCE);
    *state = yy_find_reduce_action(*state, yyRuleInfoLhs[*empty]);
    action = *state <= YY_MAX_SHIFT ? yy_find_reduce_action(*state, YYERRORSYMBOL) : YY_ERROR_ACTION;
    return action <= YY_MAX_SHIFTREDUCE ? action : YY_ERROR_ACTION;
}

/* Takes the grammar back to where a list of features or definitions can have an error in it. `all`: of definitions, the lowest.
 */
static void unwind(yyParser *machine, bool all) {
    yyStackEntry *keep = NULL;
    YYACTIONTYPE action = YY_ERROR_ACTION, next = 0;
    int rule = -1;
    for (yyStackEntry *at = machine->yytos; at >= machine->yystack && (all || !keep); at--) {
        YYACTIONTYPE state = at->stateno, there;
        int empty;
        if (state > YY_MAX_SHIFT) continue;
        there = shift_of_error(&state, &empty);
        if (there == YY_ERROR_ACTION) continue;
        keep = at;
        action = there;
        next = state;
        rule = empty;
    }
    if (!keep) return;
    while (machine->yytos > keep) yy_pop_parser_stack(machine);
    if (rule >= 0) yy_shift(machine, next, yyRuleInfoLhs[rule], machine->yytos->minor.yy0);
    yy_shift(machine, action, YYERRORSYMBOL, machine->yytos->minor.yy0);
}

static void feed_semicolon(wql__mof_parser *parser, yyParser *machine, uint32_t offset) {
    wql__mof_token semicolon = {.kind = WQL__MOF_SEMICOLON, .offset = offset};
    feed(parser, machine, &semicolon);
}

/* A token that cannot come. Afterwards *token is the next to be tried. */
static void recover(wql__mof_parser *parser, yyParser *machine, wql__mof_token *token) {
    uint32_t before_end = parser->before.offset + parser->before.length;
    bool was_bad = parser->before.kind >= WQL__MOF_BAD_CHARACTER, left;
    if (can_come(machine, MOF_SEMICOLON) && (was_bad || is_behind_end(parser, token))) {
        if (!was_bad) wql__mof_lacks_semicolon(parser);
        feed_semicolon(parser, machine, before_end);
        return;
    }
    if (!was_bad) wql__mof_unexpected(parser, token, all_that_can_come(machine));
    left = skip(parser, mark_bodies(parser), token);
    if (parser->set->failed != WQL_OK) return;
    unwind(machine, left || parser->body_count == 0);
    feed_semicolon(parser, machine, token->offset);
}

/* A token that was tried so often, and is neither taken nor skipped, is left out: whatever the tables are, a parse ends. */
enum { TRIES_MAX = 8 };

static void run_carefully(wql__mof_parser *parser, yyParser *machine) {
    wql__mof_token token;
    uint32_t tried = 0, tries = 0;
    next_token(parser, &token);
    while (parser->set->failed == WQL_OK) {
        bool taken = can_come(machine, codes[token.kind]) && !is_lost_class(parser, &token);
        if (!taken && token.kind == WQL__MOF_END && !can_come(machine, MOF_SEMICOLON)) {
            wql__mof_unexpected(parser, &token, all_that_can_come(machine));
            (void)mark_bodies(parser);
            return;
        }
        if (!taken) {
            tries = token.offset == tried ? tries + 1 : 0;
            tried = token.offset;
            if (tries == TRIES_MAX && token.kind == WQL__MOF_END) return;
            if (tries == TRIES_MAX)
                next_token(parser, &token);
            else
                recover(parser, machine, &token);
            continue;
        }
        if (is_too_deep(parser, &token)) return;
        feed(parser, machine, &token);
        if (token.kind == WQL__MOF_END) return;
        next_token(parser, &token);
    }
}

/* -- one file ---------------------------------------------------------------------------------------------------- */

static void parse(wql__mof_set *set, uint32_t file, bool careful, bool *unclear) {
    wql__mof_parser parser;
    yyParser machine;
    yyStackEntry first_stack[100]; /* as many as lemon asks for at first */
    memset(&parser, 0, sizeof parser);
    parser.set = set;
    parser.file = file;
    parser.ns = set->files[file].ns;
    parser.text = set->files[file].text;
    parser.careful = careful;
    parser.lexer.start = parser.lexer.at = parser.lexer.token = (const unsigned char *)parser.text.ptr;
    parser.lexer.end = parser.lexer.start + parser.text.len;
    parser.first_stack = first_stack;
    parser.first_stack_size = sizeof first_stack;
    wql__mof_grammarInit(&machine, &parser);
    if (careful)
        run_carefully(&parser, &machine);
    else
        run_fast(&parser, &machine);
    wql__mof_grammarFinalize(&machine);
    *unclear = parser.unclear;
}

void wql__mof_parse(wql__mof_set *set, uint32_t file) {
    wql__mof_class **classes = set->classes_end;
    wql__mof_instance **instances = set->instances_end;
    wql__mof_declaration **declarations = set->declarations_end;
    uint32_t class_count = set->class_count, instance_count = set->instance_count, declaration_count = set->declaration_count;
    bool unclear;
    if (set->files[file].text.len == 0) return; /* nothing in it, or it could not be read */
    parse(set, file, false, &unclear);
    if (!unclear || set->failed != WQL_OK) return;
    wql__mof_forget_remarks(set, file);
    *(set->classes_end = classes) = NULL;
    *(set->instances_end = instances) = NULL;
    *(set->declarations_end = declarations) = NULL;
    set->class_count = class_count;
    set->instance_count = instance_count;
    set->declaration_count = declaration_count;
    parse(set, file, true, &unclear);
}
