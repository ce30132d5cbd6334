/* SPDX-License-Identifier: MIT */
/* arrow_check.h: a validator of the Arrow C data interface, written from its specification and knowing nothing of the library. It
 * walks a schema and an array, checks every rule of the ABI, and reads every value, so that a sanitizer sees every buffer. */
#ifndef WQL_TESTS_ARROW_CHECK_H
#define WQL_TESTS_ARROW_CHECK_H

#include <wql/arrow.h>

#include <stddef.h>

typedef struct arrow_fault {
    char text[256]; /* empty: none */
} arrow_fault;

/* Whether a schema, or an array of that schema, keeps the rules; the first breach is noted. */
bool arrow_check_schema(const struct ArrowSchema *schema, arrow_fault *fault);
bool arrow_check_array(const struct ArrowSchema *schema, const struct ArrowArray *array, arrow_fault *fault);
/* Whether two schemas say the same. */
bool arrow_same_schema(const struct ArrowSchema *a, const struct ArrowSchema *b);

/* The value of a key of the metadata, or NULL; a C string in `buf`. */
const char *arrow_metadata(const struct ArrowSchema *schema, const char *key, char *buf, size_t size);

/* One value as text: NULL, 12, 1.5, true, "text", [1,NULL]; codes as the text they name. Returns `buf`. */
const char *arrow_value(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t row, char *buf, size_t size);
bool arrow_is_null(const struct ArrowArray *array, int64_t row);

#endif
