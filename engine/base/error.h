/* SPDX-License-Identifier: MIT */
/* error.h: filling a wql_error. The first error wins: whoever fails fills it, those above pass the status on. */
#ifndef WQL_BASE_ERROR_H
#define WQL_BASE_ERROR_H

#include <wql/value.h>

#include <stdarg.h>

/* All of them write only what err->struct_size covers, take err NULL, cut on a character, replace control characters and ill-formed
 * bytes of the arguments by '?', and return `status`. */
wql_status wql__fail(wql_error *err, wql_status status, const char *format, ...) WQL_PRINTF(3, 4);
/* With a place in `text`: line and column are computed from it. */
wql_status wql__fail_at(wql_error *err, wql_status status, wql_str text, size_t offset, size_t length, const char *format, ...)
    WQL_PRINTF(6, 7);
/* In the words of the code itself. */
wql_status wql__fail_bare(wql_error *err, wql_status status);
wql_status wql__fail_list(wql_error *err, wql_status status, const char *format, va_list args);

/* Adds to an error that is filled: a name that may have been meant; the provider involved. NULL or empty: nothing. */
void wql__error_hint(wql_error *err, wql_str hint);
void wql__error_provider(wql_error *err, const char *provider);

/* Empties an error of our own (full size). */
void wql__error_clear(wql_error *err);
/* Copies a full error into the caller's, as far as that reaches. `to` may be NULL. */
void wql__error_copy(wql_error *to, const wql_error *from);
/* The other way: a caller's error (NULL: an empty one) into a full one of our own. What it does not cover is empty. */
void wql__error_read(const wql_error *from, wql_error *full);

/* "The limit NAME (VALUE) ...": the one form in which a limit is reported; WQL_E_QUOTA_VIOLATION. */
wql_status wql__fail_limit(wql_error *err, const char *limit, uint64_t value);

/* Writes an error for a person; see wql_error_format. */
size_t wql__error_text(const wql_error *err, wql_str text, char *buf, size_t size);

/* Appends like snprintf into a buffer that may be too small: the pieces of a text whose whole length is wanted. */
typedef struct wql__out {
    char *buf;
    size_t size, len; /* len: of the whole text so far */
} wql__out;
void wql__out_text(wql__out *out, const char *text, size_t len);
void wql__out_z(wql__out *out, const char *text);
void wql__out_format(wql__out *out, const char *format, ...) WQL_PRINTF(2, 3);
size_t wql__out_end(wql__out *out); /* sets the NUL, on a character boundary; returns len */

#endif
