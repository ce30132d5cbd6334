/* SPDX-License-Identifier: MIT */
/* fuzz_parse.c: any bytes through the parser. Accepted texts must come back equal when they are printed and parsed again, refused
 * ones must have a place inside the text and a message.
 *
 * With clang -fsanitize=fuzzer -DWQL_FUZZER it is a fuzzer; without, a program that replays the files given as arguments. */
#include "../../grammar/parse.h"
#include "replay.h"

#include <wql/engine.h>

#include <string.h>
#include <strings.h>

static void check_refusal(wql_status status, const wql_error *err, size_t size) {
    MUST(status == WQL_E_INVALID_QUERY || status == WQL_E_INVALID_PARAMETER || status == WQL_E_QUOTA_VIOLATION ||
         status == WQL_E_INVALID_OBJECT_PATH || status == WQL_E_MISSING_GROUP_WITHIN || status == WQL_E_MISSING_AGGREGATION_LIST);
    MUST(err->status == status);
    MUST(err->message[0] != '\0');
    MUST(strncmp(err->message, "expected  ", 10) != 0); /* something could have come */
    MUST((uint64_t)err->offset + err->length <= size);
    MUST(size == 0 || (err->line > 0 && err->column > 0));
}

/* The printed tree again as a tree, and that printed: nothing changes any more. */
static void check_round_trip(const wql__query_tree *tree, uint32_t dialect, const wql__parse_limits *limits, wql__arena *arena) {
    size_t size = wql__ast_print(tree, NULL, 0) + 1;
    char *first = malloc(size), *second = malloc(size);
    wql__query_tree *again;
    wql_str text = {first, size - 1};
    MUST(first != NULL && second != NULL);
    MUST(wql__ast_print(tree, first, size) == size - 1);
    MUST(wql__parse(text, dialect, limits, arena, &again, NULL) == WQL_OK);
    MUST(wql__ast_equal(tree, again));
    MUST(wql__ast_print(again, second, size) == size - 1);
    MUST(strcmp(first, second) == 0);
    free(first);
    free(second);
}

/* Gives the kind; 0: refused. */
static int parse_one(const uint8_t *data, size_t size, uint32_t dialect) {
    static const wql__parse_limits limits = {100000, 60, 200, 100, 1000, 8192, 500, 200};
    /* What is printed may be longer (escapes, blanks), and say with an operator what blanks and parentheses said. */
    static const wql__parse_limits wide = {1000000, 60, 200, 100, 1000, 8192, 500, 200};
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    char *text = malloc(size > 0 ? size : 1); /* exactly as long as the text: reading beyond it is found */
    wql__arena arena;
    wql__query_tree *tree;
    wql_error err = WQL_INIT(wql_error);
    wql_status status;
    int kind;
    MUST(mem != NULL && text != NULL);
    if (size > 0) memcpy(text, data, size);
    wql__arena_init(&arena, mem);
    status = wql__parse((wql_str){text, size}, dialect, &limits, &arena, &tree, &err);
    MUST((status == WQL_OK) == (tree != NULL));
    if (status == WQL_OK)
        check_round_trip(tree, dialect, &wide, &arena);
    else
        check_refusal(status, &err, size);
    kind = status == WQL_OK ? tree->kind : 0;
    wql__arena_free(&arena);
    wql__mem_release(mem);
    free(text);
    return kind;
}

/* Whether the text has a word that is a word in RELAXED only: there it may be taken for that. */
static bool has_between(const uint8_t *data, size_t size) {
    for (size_t i = 0; i + 7 <= size; i++)
        if (strncasecmp((const char *)data + i, "between", 7) == 0) return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int base = parse_one(data, size, 0), relaxed = parse_one(data, size, WQL_RELAXED);
    (void)parse_one(data, size, WQL_PARAMETERS);
    (void)parse_one(data, size, WQL_EXTENDED);
    (void)parse_one(data, size, WQL_RELAXED | WQL_EXTENDED | WQL_PARAMETERS);
    MUST(base == 0 || base == relaxed || has_between(data, size)); /* a dialect only adds */
    return 0;
}
