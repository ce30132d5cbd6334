/* SPDX-License-Identifier: MIT */
/* reader.h: lines from a terminal. With libedit (edit.h) they can be edited, called back and completed; without it the terminal's
 * own editing must do. Prompts, ^C and ^D are the same. */
#ifndef WQL_CLI_READER_H
#define WQL_CLI_READER_H

#include "history.h"
#include "interrupt.h"

#include <wql/value.h>

/* Words that may follow what stands before the cursor. */
typedef struct cli_words {
    char **items; /* owned */
    uint32_t count, cap;
    size_t typed; /* bytes before the cursor that each of them replaces */
} cli_words;

/* Finds them; `text` is what was typed of the statement up to the cursor, `rest` what stands behind it. */
typedef void (*cli_completer)(void *user, wql_str text, wql_str rest, cli_words *words);

typedef enum cli_line {
    CLI_LINE_READ,
    CLI_LINE_INTERRUPTED, /* ^C: what was typed is gone */
    CLI_LINE_END,         /* ^D, or the terminal is gone */
    CLI_LINE_FAILED       /* no memory */
} cli_line;

struct cli_edit;

typedef struct cli_reader {
    cli_interrupt *in;
    int prompt_fd; /* a terminal: standard output, or standard error where the rows go elsewhere */
    cli_history history;
    cli_completer complete;
    void *user;            /* of complete */
    wql_str before;        /* the lines before this one, of the same statement; for complete */
    struct cli_edit *edit; /* NULL: the plain way */
    char *typed;           /* the plain way: what was read beyond the line */
    size_t len, cap;
} cli_reader;

void cli_reader_open(cli_reader *r, cli_interrupt *in, cli_completer complete, void *user, bool quiet);
void cli_reader_close(cli_reader *r);

/* One line, without its end. `before`: the lines before it, of the same statement. *line: free it; NULL unless it was read. */
cli_line cli_reader_line(cli_reader *r, const char *prompt, wql_str before, char **line);

/* A statement for the history. */
void cli_reader_remember(cli_reader *r, const char *statement);

/* Something for the person at the terminal, beside the rows. */
void cli_reader_tell(cli_reader *r, const char *format, ...) WQL_PRINTF(2, 3);

void cli_words_add(cli_words *w, wql_str word);
void cli_words_free(cli_words *w);

#endif
