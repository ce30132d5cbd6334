/* SPDX-License-Identifier: MIT */
/* utf8.h: reading and writing UTF-8. */
#ifndef WQL_BASE_UTF8_H
#define WQL_BASE_UTF8_H

#include <wql/value.h>

/* Offset of the first byte that is not part of well-formed UTF-8 (Unicode 3.9, table 3-7), or len. Reads only [ptr, ptr+len). */
size_t wql__utf8_check(const char *ptr, size_t len);
/* Whether all bytes are below 0x80. */
bool wql__is_ascii(const char *ptr, size_t len);
/* The same for texts that may be long: `stop` ends the work (stop.h); then no is the answer, which is only slow, and an offset. */
size_t wql__utf8_check_until(const char *ptr, size_t len, const _Atomic uint32_t *stop);
bool wql__is_ascii_until(const char *ptr, size_t len, const _Atomic uint32_t *stop);
/* The character at *at, which moves on; the text is well-formed and *at < end. */
uint32_t wql__utf8_next(const char **at, const char *end);
/* Writes one character; returns 1 to 4. */
size_t wql__utf8_put(uint32_t c, char out[4]);
/* Lengths of a well-formed text in UTF-16 units, and in characters. */
size_t wql__utf16_length(const char *ptr, size_t len);
size_t wql__utf8_count(const char *ptr, size_t len);
/* The longest prefix of at most `size` bytes that does not cut a character. */
size_t wql__utf8_cut(const char *ptr, size_t len, size_t size);
/* Copies with each maximal ill-formed part as U+FFFD (Unicode's recommended practice). `out` has room for 3 * len bytes; returns
 * the bytes written. */
size_t wql__utf8_repair(const char *ptr, size_t len, char *out);
/* The same; after a stop (stop.h) the rest is left out. */
size_t wql__utf8_repair_until(const char *ptr, size_t len, char *out, const _Atomic uint32_t *stop);

#endif
