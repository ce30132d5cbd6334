/* SPDX-License-Identifier: MIT */
/* lines.c: lists of texts. */
#include "golden.h"

#include <stdarg.h>
#include <stdlib.h>

void lines_add(lines *to, pool *from, const char *text, size_t len) {
    if (to->count == to->room) {
        char **grown = pool_get(from, (to->room ? to->room * 2 : 16) * sizeof *grown);
        if (to->count) memcpy(grown, to->at, to->count * sizeof *grown);
        to->at = grown;
        to->room = to->room ? to->room * 2 : 16;
    }
    to->at[to->count++] = pool_copy(from, text, len);
}

void lines_format(lines *to, pool *from, const char *format, ...) {
    va_list args;
    const char *text;
    va_start(args, format);
    text = pool_format(from, format, args);
    va_end(args);
    lines_add(to, from, text, strlen(text));
}

static int compare_lines(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

void lines_sort(lines *list) {
    if (list->count > 1) qsort(list->at, list->count, sizeof *list->at, compare_lines);
}
