/* SPDX-License-Identifier: MIT */
/* aid.h: memory, text and chance for programs that try many cases. All of it ends the program when there is no memory. */
#ifndef AID_H
#define AID_H

#include <wql/wql.h>

#include <stdarg.h>

/* Memory that is freed as a whole. */
typedef struct pool {
    struct pool_block *blocks;
} pool;

void *pool_get(pool *from, size_t size); /* zeroed */
char *pool_copy(pool *from, const char *text, size_t len);
char *pool_format(pool *from, const char *format, va_list args);
void pool_free(pool *from);

/* A text that grows. */
typedef struct writer {
    pool *from;
    char *at;
    size_t len, room;
} writer;

void put(writer *to, const char *text, size_t len);
void put_z(writer *to, const char *text);
void put_format(writer *to, const char *format, ...) WQL_PRINTF(2, 3);
void put_code_point(writer *to, uint32_t c);

/* Says why, and ends the program with 2. */
void stop_with(const char *format, ...) WQL_PRINTF(1, 2) __attribute__((noreturn));

uint64_t draw(uint64_t *seed);
uint32_t below(uint64_t *seed, uint32_t n); /* 0 .. n-1 */
bool chance(uint64_t *seed, uint32_t one_in);

#endif
