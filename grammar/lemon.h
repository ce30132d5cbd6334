/* SPDX-License-Identifier: MIT */
/* lemon.h: makes a parser of lemon's private code of the file that includes this, once.
 *
 * Before it stand WQL__GRAMMAR, the file that lemon wrote, in quotes, and grow_stack(parser, old, old_size, size), which gives the
 * parser's stack its memory: its template says malloc, realloc and free, all three about the stack and in a function whose `p` is
 * the parser. NDEBUG takes out its tracing, which has global variables. Its integer types are its own affair. */
#include <stdlib.h>

#define malloc(size) grow_stack(p->parser, NULL, 0, (size))
#define realloc(old, size) grow_stack(p->parser, (old), (size_t)p->yystksz * sizeof(yyStackEntry), (size))
#define free(stack) ((void)(stack))
#ifndef NDEBUG
#define NDEBUG
#define WQL__NDEBUG_IS_OURS
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-function"
#include WQL__GRAMMAR
#pragma GCC diagnostic pop
#ifdef WQL__NDEBUG_IS_OURS
#undef NDEBUG
#endif
#undef malloc
#undef realloc
#undef free
