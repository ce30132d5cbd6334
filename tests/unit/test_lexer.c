/* SPDX-License-Identifier: MIT */
/* test_lexer.c: tokens and their places, what is no token, and that nothing beyond the text is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../grammar/lexer.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* How kinds are written in the tables below: one letter for each token. */
static char letter_of(uint32_t kind) {
    static const char letters[WQL__TOKEN_COUNT + 1] = "$n"                     /* END NAME */
                                                      "sfwaoliIWGBHARuM"       /* SELECT FROM WHERE AND OR LIKE ... */
                                                      "ttttttttt"              /* the terms of associations */
                                                      "b"                      /* BETWEEN */
                                                      "xxxxxxxxxxxxxxxxxxxxxx" /* DISTINCT ... GETDATE */
                                                      "!0TF"                   /* NOT NULL TRUE FALSE */
                                                      "\"1Xr?P"                /* STRING INT HEX REAL PARAMETER PATH */
                                                      "(),.*=~<{>}"            /* LP RP COMMA DOT STAR EQ NE LT LE GT GE */
                                                      ";:/"                    /* SEMICOLON COLON SEPARATOR */
                                                      "cONSQCZ"; /* BAD_ CHARACTER OPERATOR NUMBER STRING PATH COMMENT ZERO */
    assert_true(kind < WQL__TOKEN_COUNT);
    return letters[kind];
}

/* Lexes all of `text`, checks what holds of every token list, and gives the kinds as letters, without the end. */
static void lex_all(const char *text, size_t len, char *kinds, size_t room) {
    wql__lexer lexer = wql__lexer_of(text, (uint32_t)len);
    uint32_t at = 0;
    size_t count = 0;
    bool broken = false; /* a string without an end takes the rest of the text with it */
    for (;;) {
        wql__token token = wql__lex(&lexer);
        assert_true(token.offset >= at);
        assert_true((uint64_t)token.offset + token.length <= len);
        for (uint32_t i = at; i < token.offset && !broken; i++)
            if (token.kind != WQL__TOKEN_BAD_ZERO && token.kind != WQL__TOKEN_BAD_STRING)
                assert_non_null(memchr(" \t\r\n\v\f", text[i], 6));
        broken = token.kind == WQL__TOKEN_BAD_STRING || token.kind == WQL__TOKEN_BAD_ZERO || token.kind == WQL__TOKEN_BAD_PATH;
        if (token.kind == WQL__TOKEN_END) {
            assert_int_equal(token.offset, len);
            assert_int_equal(token.length, 0);
            break;
        }
        assert_true(token.length > 0);
        assert_true(count + 1 < room);
        kinds[count++] = letter_of(token.kind);
        at = token.offset + token.length;
    }
    kinds[count] = '\0';
    assert_true(count <= len);
    assert_int_equal(wql__lex(&lexer).kind, WQL__TOKEN_END); /* and it stays so */
}

static void check_kinds(const char *text, const char *want) {
    char kinds[256];
    lex_all(text, strlen(text), kinds, sizeof kinds);
    if (strcmp(kinds, want) != 0) fail_msg("%s\n  gives %s\n  not   %s", text, kinds, want);
}

static void test_kinds(void **state) {
    static const char *const table[][2] = {
        {"", ""},
        {" \t\r\n\v\f ", ""},
        {"SELECT * FROM T_Base", "s*fn"},
        {"sElEcT a,b . c fRoM t", "sn,n.nfn"},
        {"SELECT\na\rFROM\tb", "snfn"},
        {"where and or like is isa within group by associators references meta_class", "waoliIWGBARM"},
        {"NOT NULL TRUE FALSE not null true false", "!0TF!0TF"},
        {"SELECTS FROMM _FROM FROM_ isaa ISAB andy oR meta_classes", "nnnnnnnon"},
        {"of having order by count Role", "uHxBxt"},
        {"AssocClass ClassDefsOnly KeysOnly RequiredAssocQualifier RequiredQualifier ResultClass ResultRole Role SchemaOnly",
         "ttttttttt"},
        {"between distinct all join inner left right full outer on as order asc desc in", "bxxxxxxxxxxxxxx"},
        {"count upper lower substring datepart dateadd datediff getdate counts upp", "xxxxxxxxnn"},
        {"{} {a} {a'}'\"}\"b} of{ x}", "PPPuP"},
        {"{ {a}}", "Pc"},
        {"0x1F -0xf +0X0 0x 0x1g 0x1.5", "XXXNNN"},
        {"a;b:c\\d/e", "n;n:n/n/n"},
        {"{", "Q"},
        {"a{b 'c'", "nQ"},
        {"{a'b}", "S"},
        {"{a\"b\\", "S"},
        {"_ _a __CLASS a1 A_9", "nnnnn"},
        {"\xc3\x86 \xc2\x80 \xef\xbc\xa1 \xf0\x9f\x98\x80 x\xc2\xa0y", "nnnnn"},
        {"a=b<>c!=d<e<=f>g>=h", "n=n~n~n<n{n>n}n"},
        {"()(),.", "()(),."},
        {"'a' \"b\" '' \"\" 'x\"y' \"x'y\"", "\"\"\"\"\"\""},
        {"'a\\'b' \"a\\\"b\" 'a\\\\' 'a\\q' '\n'", "\"\"\"\"\""},
        {"'O''Brien'", "\"\""},
        {"0 1 007 -1 +1 18446744073709551616", "111111"},
        {".5 1.5 -1.5 +.5 1e10 1E+5 1.5e-3 .5e0 -1e1", "rrrrrrrrr"},
        {"a=-5 a=+.5 a<-5 5-3", "n=1n=rn<111"},
        {"a.5 a.b.5", "nrn.nr"},
        {"- + -a +a - 5", "cccncnc1"},
        {"5. 1a 0x1G 1e 1e+ 1.5.2 1..2 1.a 101b 1e5x 1.e5 5_ 1AND 1\xc3\x86", "NNNNNcNNNNNNNNN"},
        {"== === =< => ! !< !> & && | || <=> << >> =~ !~ !==", "OOOOOOOOOOOOOOOOO"},
        {"= = ! =", "==O="},
        {"<>= =!= =-1", "~==~=1"},
        {"-- /* // --5 */", "CCCC1*/"},
        {"[ ] } ` ? @ # $ % ^ ~ \x01 \x7f \x1f", "cccccccccccccc"},
        {"'abc", "S"},
        {"\"abc'", "S"},
        {"'abc\\'", "S"},
        {"'abc\\", "S"},
        {"a = '", "n=S"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) check_kinds(table[i][0], table[i][1]);
}

static void test_words_in_any_case(void **state) {
    static const char *const words[] = {
        "SELECT",
        "FROM",
        "WHERE",
        "AND",
        "OR",
        "LIKE",
        "IS",
        "ISA",
        "WITHIN",
        "GROUP",
        "BY",
        "HAVING",
        "ASSOCIATORS",
        "REFERENCES",
        "OF",
        "META_CLASS",
        "ASSOCCLASS",
        "RESULTCLASS",
        "ROLE",
        "RESULTROLE",
        "REQUIREDQUALIFIER",
        "REQUIREDASSOCQUALIFIER",
        "CLASSDEFSONLY",
        "KEYSONLY",
        "SCHEMAONLY",
        "BETWEEN",
        "DISTINCT",
        "ALL",
        "JOIN",
        "INNER",
        "LEFT",
        "RIGHT",
        "FULL",
        "OUTER",
        "ON",
        "AS",
        "ORDER",
        "ASC",
        "DESC",
        "IN",
        "COUNT",
        "UPPER",
        "LOWER",
        "SUBSTRING",
        "DATEPART",
        "DATEADD",
        "DATEDIFF",
        "GETDATE",
        "NOT",
        "NULL",
        "TRUE",
        "FALSE",
    };
    (void)state;
    for (uint32_t w = 0; w < sizeof words / sizeof words[0]; w++) {
        for (unsigned mask = 0; mask < 64; mask++) {
            char text[32];
            size_t len = strlen(words[w]);
            wql__lexer lexer;
            for (size_t i = 0; i < len; i++) {
                char c = words[w][i];
                text[i] = c >= 'A' && c <= 'Z' && (mask >> (i % 6) & 1) ? (char)(c - 'A' + 'a') : c;
            }
            lexer = wql__lexer_of(text, (uint32_t)len);
            assert_int_equal(wql__lex(&lexer).kind, WQL__TOKEN_SELECT + w);
        }
    }
    /* Characters that fold to a letter of a word do not make the word: long s, Kelvin sign. */
    check_kinds("\xc5\xbf"
                "ELECT LI\xe2\x84\xaa"
                "E I\xc5\xbf",
                "nnn");
}

static void check_token(const char *text, size_t len, uint32_t nth, uint32_t kind, uint32_t offset, uint32_t length) {
    wql__lexer lexer = wql__lexer_of(text, (uint32_t)len);
    wql__token token = wql__lex(&lexer);
    while (nth-- > 0) token = wql__lex(&lexer);
    assert_int_equal(token.kind, kind);
    assert_int_equal(token.offset, offset);
    assert_int_equal(token.length, length);
}
#define CHECK_TOKEN(text, nth, kind, offset, length) check_token(text, sizeof(text) - 1, nth, kind, offset, length)

static void test_places(void **state) {
    (void)state;
    CHECK_TOKEN("  SELECT\n*", 0, WQL__TOKEN_SELECT, 2, 6);
    CHECK_TOKEN("  SELECT\n*", 1, WQL__TOKEN_STAR, 9, 1);
    CHECK_TOKEN("  SELECT\n* ", 2, WQL__TOKEN_END, 11, 0);
    CHECK_TOKEN("a<=-12.5e3", 1, WQL__TOKEN_LE, 1, 2);
    CHECK_TOKEN("a<=-12.5e3", 2, WQL__TOKEN_REAL, 3, 7);
    CHECK_TOKEN("a='b\\'c'", 2, WQL__TOKEN_STRING, 2, 6);
    CHECK_TOKEN("a = 'bc \\", 2, WQL__TOKEN_BAD_STRING, 4, 1); /* the opening quote */
    CHECK_TOKEN("1e+ x", 0, WQL__TOKEN_BAD_NUMBER, 0, 2);
    CHECK_TOKEN("12ab.c d", 0, WQL__TOKEN_BAD_NUMBER, 0, 6);
    CHECK_TOKEN("\xc3\x86=1", 0, WQL__TOKEN_NAME, 0, 2);
    CHECK_TOKEN("a == 1", 1, WQL__TOKEN_BAD_OPERATOR, 2, 2);
    CHECK_TOKEN("a -- b", 1, WQL__TOKEN_BAD_COMMENT, 2, 2);
    CHECK_TOKEN("a;", 1, WQL__TOKEN_SEMICOLON, 1, 1);
    CHECK_TOKEN("OF { x", 1, WQL__TOKEN_BAD_PATH, 3, 1); /* the opening brace */
    CHECK_TOKEN("OF {a='}'", 1, WQL__TOKEN_BAD_PATH, 3, 1);
    CHECK_TOKEN("OF {a='}\\'", 1, WQL__TOKEN_BAD_STRING, 6, 1); /* the opening quote */
    CHECK_TOKEN("OF {a=\"}\" }x", 1, WQL__TOKEN_PATH, 3, 8);
    CHECK_TOKEN("{a\0}", 0, WQL__TOKEN_BAD_ZERO, 2, 1);
    CHECK_TOKEN("{a='\0'}", 0, WQL__TOKEN_BAD_ZERO, 4, 1);
    /* A zero byte is found where it stands: between tokens, in a name, in a string, behind a backslash. */
    CHECK_TOKEN("\0", 0, WQL__TOKEN_BAD_ZERO, 0, 1);
    CHECK_TOKEN("a \0 b", 1, WQL__TOKEN_BAD_ZERO, 2, 1);
    CHECK_TOKEN("ab\0c", 0, WQL__TOKEN_NAME, 0, 2);
    CHECK_TOKEN("ab\0c", 1, WQL__TOKEN_BAD_ZERO, 2, 1);
    CHECK_TOKEN("'ab\0c'", 0, WQL__TOKEN_BAD_ZERO, 3, 1);
    CHECK_TOKEN("'ab\\\0c'", 0, WQL__TOKEN_BAD_ZERO, 4, 1);
    CHECK_TOKEN("\"ab\0", 0, WQL__TOKEN_BAD_ZERO, 3, 1);
    CHECK_TOKEN("12\0", 1, WQL__TOKEN_BAD_ZERO, 2, 1);
}

/* The text ends where readable memory ends, and begins where it begins; each prefix of each text is lexed there. */
static void test_reads_nothing_else(void **state) {
    static const char *const texts[] = {
        "SELECT a.b FROM meta_class WHERE NOT (x <> -1.5e+10 AND y LIKE 'a\\'b\\\\') OR z IS NOT NULL",
        "ASSOCIATORS OF {a=\"b\\\"\",c='\\\\'} within group by references isa true false -- /* 1e+ 1e 5. .5 != ! == <= >= || =",
        "\xc3\x86 \xf0\x9f\x98\x80 'x\\",
    };
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char kinds[256];
    (void)state;
    assert_true(memory != MAP_FAILED);
    assert_int_equal(mprotect(memory, page, PROT_NONE), 0);
    assert_int_equal(mprotect(memory + 2 * page, page, PROT_NONE), 0);
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        for (size_t len = 0; len <= strlen(texts[t]); len++) {
            char *end = memory + 2 * page - len;
            memcpy(end, texts[t], len);
            lex_all(end, len, kinds, sizeof kinds);
            memcpy(memory + page, texts[t], len);
            lex_all(memory + page, len, kinds, sizeof kinds);
        }
    }
    assert_int_equal(munmap(memory, 3 * page), 0);
}

/* Any bytes at all give tokens that cover the text. */
static void test_any_bytes(void **state) {
    static const char pieces[] = "''\"\"\\\\..eE++--<>=!&|()*, \n09aZ_\x80\xff{}[];:@?#";
    uint64_t seed = 20201117;
    char text[64], kinds[256];
    (void)state;
    for (int run = 0; run < 200000; run++) {
        size_t len;
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        len = (size_t)(seed >> 33) % sizeof text;
        for (size_t i = 0; i < len; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            text[i] = run & 1 ? (char)(seed >> 40) : pieces[(seed >> 33) % (sizeof pieces - 1)];
        }
        lex_all(text, len, kinds, sizeof kinds);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),     cmocka_unit_test(test_words_in_any_case),
        cmocka_unit_test(test_places),    cmocka_unit_test(test_reads_nothing_else),
        cmocka_unit_test(test_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
