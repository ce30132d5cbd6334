/* SPDX-License-Identifier: MIT */
/* rules.c: what WQL does otherwise than SQL, given to SQLite as functions: the rules of obvious.h, numbers as 64-bit mantissas,
 * and two properties compared. A NaN, which SQLite has not got, is the text `nan` in its column. */
#include "oracle.h"

#include <math.h>
#include <stdlib.h>

/* A long double of 64 bits of mantissa holds every integer of 64 bits, signed or not, and every double. */
_Static_assert(__LDBL_MANT_DIG__ >= 64, "numbers are compared as long double");

/* -- in SQLite --------------------------------------------------------------------------------------------------- */

static int collate(void *user, int a_len, const void *a, int b_len, const void *b) {
    return rules_compare(user, a, (size_t)a_len, b, (size_t)b_len);
}

static long double literal_number(const char *z) {
    const char *digits = z + (*z == '-' || *z == '+');
    unsigned long long magnitude;
    if (strpbrk(z, ".eE")) return (long double)strtod(z, NULL); /* a REAL is the nearest double */
    magnitude = strtoull(digits, NULL, 10);
    return *z == '-' ? -(long double)magnitude : (long double)magnitude;
}

static long double stored_number(sqlite3_value *value, bool is_unsigned) {
    if (sqlite3_value_type(value) == SQLITE_TEXT) return (long double)NAN;
    if (sqlite3_value_type(value) == SQLITE_FLOAT) return (long double)sqlite3_value_double(value);
    return is_unsigned ? (long double)(uint64_t)sqlite3_value_int64(value) : (long double)sqlite3_value_int64(value);
}

/* `order` is -1, 0, 1; or 2: the two are not equal, and neither is the smaller one. */
static int holds(const char *op, int order) {
    if (!strcmp(op, "=")) return order == 0;
    if (!strcmp(op, "<>")) return order != 0;
    if (order == 2) return 0;
    if (!strcmp(op, "<")) return order < 0;
    if (!strcmp(op, "<=")) return order <= 0;
    return !strcmp(op, ">") ? order > 0 : order >= 0;
}

static int order_of(long double a, long double b) {
    if (isnan(a) || isnan(b)) return 2;
    return a < b ? -1 : a > b;
}

/* num(op, value, unsigned, literal); NULL for NULL. */
static void sql_num(sqlite3_context *context, int count, sqlite3_value **args) {
    long double value, literal = literal_number((const char *)sqlite3_value_text(args[3]));
    (void)count;
    if (sqlite3_value_type(args[1]) == SQLITE_NULL) return;
    value = stored_number(args[1], sqlite3_value_int(args[2]) != 0);
    sqlite3_result_int(context, holds((const char *)sqlite3_value_text(args[0]), order_of(value, literal)));
}

/* What a value is as a text; kinds as of pair(). */
static void as_text(sqlite3_value *value, char kind, char buf[32], const char **at, size_t *len) {
    *at = buf;
    if (kind == 't') {
        *at = (const char *)sqlite3_value_text(value);
        *len = (size_t)sqlite3_value_bytes(value);
        return;
    }
    if (kind == 'b')
        snprintf(buf, 32, "%s", sqlite3_value_int(value) ? "TRUE" : "FALSE");
    else if (kind == 'u')
        snprintf(buf, 32, "%llu", (unsigned long long)sqlite3_value_int64(value));
    else
        snprintf(buf, 32, "%lld", (long long)sqlite3_value_int64(value));
    *len = strlen(buf);
}

/* pair(op, kind, value, kind, value): two properties. Kinds: t text, u uint64, b boolean, n all other numbers, and times. */
static void sql_pair(sqlite3_context *context, int count, sqlite3_value **args) {
    const char *op = (const char *)sqlite3_value_text(args[0]);
    char left = *(const char *)sqlite3_value_text(args[1]), right = *(const char *)sqlite3_value_text(args[3]);
    int order;
    (void)count;
    if (sqlite3_value_type(args[2]) == SQLITE_NULL || sqlite3_value_type(args[4]) == SQLITE_NULL) return;
    if (left == 't' || right == 't') {
        char left_text[32], right_text[32];
        const char *a, *b;
        size_t a_len, b_len;
        as_text(args[2], left, left_text, &a, &a_len);
        as_text(args[4], right, right_text, &b, &b_len);
        order = rules_compare(sqlite3_user_data(context), a, a_len, b, b_len);
    } else {
        order = order_of(stored_number(args[2], left == 'u'), stored_number(args[4], right == 'u'));
    }
    sqlite3_result_int(context, holds(op, order));
}

/* wlike(pattern, value) */
static void sql_like(sqlite3_context *context, int count, sqlite3_value **args) {
    const char *pattern, *subject;
    (void)count;
    if (sqlite3_value_type(args[1]) == SQLITE_NULL) return;
    pattern = (const char *)sqlite3_value_text(args[0]);
    subject = (const char *)sqlite3_value_text(args[1]);
    sqlite3_result_int(context, rules_like(sqlite3_user_data(context), pattern, (size_t)sqlite3_value_bytes(args[0]), subject,
                                           (size_t)sqlite3_value_bytes(args[1])));
}

/* folded(code): a character without its case */
static void sql_folded(sqlite3_context *context, int count, sqlite3_value **args) {
    (void)count;
    if (sqlite3_value_type(args[0]) == SQLITE_NULL) return;
    sqlite3_result_int64(context, rules_fold(sqlite3_user_data(context), (uint32_t)sqlite3_value_int64(args[0])));
}

void rules_register(sqlite3 *db, const rules *r) {
    static const struct {
        const char *name;
        int args;
        void (*call)(sqlite3_context *context, int count, sqlite3_value **args);
    } functions[] = {{"num", 4, sql_num}, {"pair", 5, sql_pair}, {"wlike", 2, sql_like}, {"folded", 1, sql_folded}};
    void *user = (void *)(uintptr_t)r;
    if (sqlite3_create_collation(db, "folded", SQLITE_UTF8, user, collate)) stop_with("oracle: SQLite took no collation");
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (sqlite3_create_function(db, functions[i].name, functions[i].args, SQLITE_UTF8 | SQLITE_DETERMINISTIC, user,
                                    functions[i].call, NULL, NULL))
            stop_with("oracle: SQLite took no function");
}

/* -- dates ------------------------------------------------------------------------------------------------------- */

void print_cim_time(writer *to, int64_t us, int offset_min) {
    moment m = moment_of(us + offset_min * INT64_C(60000000));
    put_format(to, "%04d%02d%02d%02d%02d%02d.%06d%c%03d", m.year, m.month, m.day, m.hour, m.minute, m.second, m.micro,
               offset_min < 0 ? '-' : '+', abs(offset_min));
}

void print_iso_time(writer *to, int64_t us, int offset_min, bool with_offset) {
    moment m = moment_of(us + (with_offset ? offset_min * INT64_C(60000000) : 0));
    put_format(to, "%04d-%02d-%02d %02d:%02d:%02d.%06d", m.year, m.month, m.day, m.hour, m.minute, m.second, m.micro);
    if (with_offset) put_format(to, "%c%02d:%02d", offset_min < 0 ? '-' : '+', abs(offset_min) / 60, abs(offset_min) % 60);
}
