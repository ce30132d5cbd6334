/* SPDX-License-Identifier: MIT */
/* utf8.h: characters, as far as showing them to a person needs it. */
#ifndef WQL_CLI_UTF8_H
#define WQL_CLI_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLI_ILL_FORMED ((uint32_t)0xffffffffu)

/* The character at the start of `text`, or CLI_ILL_FORMED; *used: how many bytes it takes, at least 1. `len` must not be 0. */
uint32_t cli_utf8_next(const char *text, size_t len, size_t *used);

/* Whether a terminal would obey this character instead of showing it: C0, DEL, C1, line separators, and what reorders a line. */
bool cli_steers_terminal(uint32_t c);

/* Columns that a character takes on a terminal: 0, 1 or 2. */
unsigned cli_char_width(uint32_t c);

#endif
