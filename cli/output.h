/* SPDX-License-Identifier: MIT */
/* output.h: standard output, buffered, with every write checked.
 *
 * What is printed collects in memory and leaves at the ends of rows, so that whoever reads along does not hold half a row because
 * a query was interrupted. The first failure stays: later output is dropped and the tool ends with exit 4. */
#ifndef WQL_CLI_OUTPUT_H
#define WQL_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cli_out {
    int fd;
    int stop_fd;       /* reads ready once the user has interrupted: nothing more is written then; -1 = there is none */
    int error;         /* errno of the first write that failed; 0 = none */
    const char *fault; /* something that cannot be printed, in words; NULL = none */
    bool is_tty;       /* a person reads: no byte may steer the terminal */
    bool paced;        /* a pipe or a terminal: a large write might block */
    bool stopped;      /* the user has interrupted */
    bool odd;          /* a number that JSON does not have was put in as null */
    char *buf;
    size_t len, cap;
} cli_out;

void cli_out_open(cli_out *out, int fd, int stop_fd);
/* Frees the buffer; what was not flushed is dropped. Does not close the descriptor. */
void cli_out_free(cli_out *out);

void cli_out_put(cli_out *out, const char *bytes, size_t len);
void cli_out_z(cli_out *out, const char *text);
void cli_out_char(cli_out *out, char c);
void cli_out_fill(cli_out *out, char c, size_t count);
void cli_out_u64(cli_out *out, uint64_t number);
void cli_out_i64(cli_out *out, int64_t number);
/* Records that something cannot be printed; `words` is static. */
void cli_out_fault(cli_out *out, const char *words);

/* The end of a row: writes if much has collected. Returns cli_out_good. */
bool cli_out_row(cli_out *out);
/* Writes all that has collected. Returns cli_out_good. */
bool cli_out_flush(cli_out *out);
/* Flushes and closes the descriptor: some systems report a full disk only then. Returns cli_out_good. */
bool cli_out_close(cli_out *out);
/* Whether it makes sense to go on printing. */
bool cli_out_good(const cli_out *out);

#endif
