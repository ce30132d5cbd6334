/* SPDX-License-Identifier: MIT */
/* errors.c: the codes of failures, each with queries that provoke it: `errors ERRORS.TSV CASES.WQT [--print]`. Every query must
 * end with its code, with a message and with a place inside it. --print writes docs/errors.md instead of saying what passed.
 *
 * In the table's queries `\\` is a backslash, `\xHH` a byte and `\{N*TEXT}` so many of that text. A code without a query has `-`
 * for its dialect: no text of a query alone brings it. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

enum { CODE, NAME, DIALECT, QUERY, MEANING, COLUMNS };

typedef struct world {
    fixture on;
    bool prints;
    char last[64]; /* the code at hand */
    uint32_t passed, failed;
} world;

/* -- the query --------------------------------------------------------------------------------------------------- */

static const char *put_repeated(writer *to, const char *at) {
    char *text;
    unsigned long count = strtoul(at, &text, 10);
    const char *end = strchr(text, '}');
    if (*text != '*' || !end) stop_with("errors: \\{ without N*TEXT}");
    while (count-- > 0) put(to, text + 1, (size_t)(end - text - 1));
    return end + 1;
}

static wql_str expand(world *w, const char *spelled) {
    writer to = {&w->on.memory, NULL, 0, 0};
    put_z(&to, "");
    for (const char *at = spelled; *at;) {
        if (at[0] == '\\' && at[1] == '{') {
            at = put_repeated(&to, at + 2);
        } else if (at[0] == '\\' && at[1] == 'x') {
            char digits[3] = {at[2], at[3], '\0'}, byte = (char)strtoul(digits, NULL, 16);
            put(&to, &byte, 1);
            at += 4;
        } else {
            at += *at == '\\';
            put(&to, at++, 1);
        }
    }
    return (wql_str){to.at, to.len};
}

/* How the query ends. */
static wql_status run(world *w, int dialect, wql_str query, wql_error *err) {
    wql_call call;
    wql_batch *batch;
    wql_status status = wql_session_exec(w->on.sessions[dialect], query, NULL, &call, err);
    if (status < 0) return status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, err)) == WQL_OK) wql_batch_release(batch);
    wql_call_close(call);
    return status;
}

/* -- the page ---------------------------------------------------------------------------------------------------- */

static const char head[] =
    "# Errors\n"
    "\n"
    "Every code that a function or a call can end with, and queries that provoke it. This page is made from "
    "`tests/language/errors.tsv`\n"
    "by the program that tests them, over the classes of `tests/golden/tricky.wqt`; do not change it by hand.\n"
    "In a query `\\{129*(}` stands for 129 times `(`, and `\\xff` for that byte.\n"
    "\n"
    "An error says more than its code: the place in the text (in bytes, and as line and column), what was expected, perhaps the "
    "name\n"
    "that was meant. The first error in text order is told; rules that need the whole text come last.\n"
    "\n"
    "`wql_error_object` makes an object of an error, an instance of `__ExtendedStatus`. Its `ParameterInfo` is for "
    "programs, and stays as it is:\n"
    "`name=value` with semicolons between, always in this order, each where it applies: `offset`, `length` (bytes), `line`, "
    "`column` of the place;\n"
    "`limit` and `value` of a limit that was reached; last `hint`, which goes to the end of the text. So "
    "`SELECT * FROM Win32_Proces` gives\n"
    "`offset=14;length=12;line=1;column=15;hint=Win32_Process`, and NULL stands where there is nothing to say.\n";

/* A cell of a table: a bar would end it. */
static void print_code(const char *text) {
    printf("`");
    for (; *text; text++) printf(*text == '|' ? "\\%c" : "%c", *text);
    printf("`");
}

static void print_query(const char *spelled, int dialect) {
    char text[512];
    size_t len = 0;
    if (!*spelled) {
        printf("an empty text");
        return;
    }
    for (const char *at = spelled; *at && len + 1 < sizeof text; at++) { /* as it is written, but for what is said with \{ and \x */
        if (at[0] == '\\' && at[1] == '\\') at++;
        text[len++] = *at;
    }
    text[len] = '\0';
    print_code(text);
    if (dialect > 0) printf(" (%s)", dialect_names[dialect]);
}

static void print_line(char **cells, int dialect, const wql_error *err) {
    printf("| ");
    print_query(cells[QUERY], dialect);
    printf(" | %u | ", err->offset);
    for (const char *at = err->message; *at; at++)
        printf(*at == '|' || *at == '*' || *at == '_' || *at == '<' ? "\\%c" : "%c", *at);
    if (err->hint[0]) printf(" *Did you mean %s?*", err->hint);
    printf(" |\n");
}

static void print_head(world *w, char **cells) {
    if (strcmp(w->last, cells[NAME]) == 0) return;
    printf("\n## %s\n\n%s: %s.\n\n| query | at | message |\n| --- | --- | --- |\n", cells[NAME], cells[CODE], cells[MEANING]);
}

/* -- rows -------------------------------------------------------------------------------------------------------- */

static void check_row(void *user, char **cells) {
    world *w = user;
    wql_error err = WQL_INIT(wql_error);
    wql_status wanted = (wql_status)(uint32_t)strtoul(cells[CODE], NULL, 16), status;
    int dialect = dialect_number(cells[DIALECT]);
    bool named = strcmp(wql_status_name(wanted), cells[NAME]) == 0, right;
    wql_str query;
    if (strcmp(cells[DIALECT], "-") == 0) {
        w->passed += named;
        w->failed += !named;
        if (!named) fprintf(stderr, "not ok %s is not %s\n", cells[CODE], cells[NAME]);
        return;
    }
    if (dialect == DIALECTS) stop_with("errors: no dialect %s", cells[DIALECT]);
    query = expand(w, cells[QUERY]);
    status = run(w, dialect, query, &err);
    right = named && status == wanted && err.status == wanted && err.message[0] && (size_t)err.offset + err.length <= query.len;
    w->passed += right;
    w->failed += !right;
    if (!right)
        fprintf(stderr, "not ok %s: %s\n  ends with %s: %s\n", cells[NAME], cells[QUERY], wql_status_name(status), err.message);
    else if (!w->prints)
        printf("ok %s: %s\n", cells[NAME], cells[QUERY]);
    if (!w->prints) return;
    print_head(w, cells);
    print_line(cells, dialect, &err);
    snprintf(w->last, sizeof w->last, "%s", cells[NAME]);
}

static void print_other(void *user, char **cells) {
    (void)user;
    if (strcmp(cells[DIALECT], "-") == 0) printf("| %s | %s | %s |\n", cells[NAME], cells[CODE], cells[MEANING]);
}

int main(int argc, char **argv) {
    world w = {.passed = 0};
    if (argc < 3 || argc > 4 || (argc == 4 && strcmp(argv[3], "--print") != 0))
        stop_with("errors ERRORS.TSV CASES.WQT [--print]");
    w.prints = argc == 4;
    fixture_open(&w.on, argv[2]);
    if (w.prints) printf("%s", head);
    fixture_table(&w.on, argv[1], COLUMNS, check_row, &w);
    if (w.prints) {
        printf("\n## Codes that no query text brings by itself\n\n| code | number | when |\n| --- | --- | --- |\n");
        fixture_table(&w.on, argv[1], COLUMNS, print_other, &w);
    } else {
        printf("%u passed, %u failed\n", w.passed, w.failed);
    }
    fixture_close(&w.on);
    return w.failed > 0;
}
