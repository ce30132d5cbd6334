/* SPDX-License-Identifier: MIT */
/* value.h: text, datetimes and single values of any CIM type. Everything here is frozen: it lies in arrays on both sides. */
#ifndef WQL_VALUE_H
#define WQL_VALUE_H

#include "status.h"

#include <string.h>

WQL_BEGIN

typedef struct wql_batch wql_batch; /* batch.h */

/* A piece of UTF-8 text. No NUL is promised behind it, and NUL is an ordinary character in it. Lives as long as what it was read
 * from. ptr may be NULL if len is 0. */
typedef struct wql_str {
    const char *ptr;
    size_t len; /* bytes */
} wql_str;

/* For "%.*s": printf("%.*s", WQL_FMT(s)). Names s twice; prints at most INT_MAX bytes, and stops at a NUL. */
#define WQL_FMT(s) ((s).len > (size_t)INT_MAX ? INT_MAX : (int)(s).len), ((s).ptr ? (s).ptr : "")

/* A CIM datetime (DSP0004; WMI's CIM_DATETIME) or interval.
 * A datetime: `us` is the instant in microseconds since 1970-01-01 UTC, `offset_min` the offset from UTC, in minutes, in which it
 * was written. An interval: `us` is the length in microseconds and `interval` is 1.
 * `wild` has a bit for each field written as asterisks: 1 year, 2 month, 4 day, 8 hour, 16 minute, 32 second, 64 microsecond,
 * 128 offset; a wildcard field counts as its smallest value in `us`. A datetime with wild != 0 equals only itself, character for
 * character, and has no order. */
typedef struct wql_datetime {
    int64_t us;
    int16_t offset_min;
    uint8_t wild, interval;
    uint32_t zero; /* must be 0 */
} wql_datetime;

/* CIM type codes, CIM's own ([MS-WMIO] 2.2.82). An array of T is T | WQL_ARRAY. */
enum {
    WQL_NULL = 0, /* of a value: there is none */
    WQL_SINT16 = 2,
    WQL_SINT32 = 3,
    WQL_REAL32 = 4,
    WQL_REAL64 = 5,
    WQL_STRING = 8,
    WQL_BOOLEAN = 11,
    WQL_OBJECT = 13,
    WQL_SINT8 = 16,
    WQL_UINT8 = 17,
    WQL_UINT16 = 18,
    WQL_UINT32 = 19,
    WQL_SINT64 = 20,
    WQL_UINT64 = 21,
    WQL_DATETIME = 101,
    WQL_REFERENCE = 102, /* canonical object path text */
    WQL_CHAR16 = 103,    /* one UTF-16 unit, as a number */
    WQL_ARRAY = 0x2000
};

/* One value of any type. `type` says which member holds it:
 *   WQL_NULL       none
 *   sint*          i64            uint*, char16   u64           real32, real64   f64
 *   boolean        b              string, reference   str       datetime         time
 *   object         object and count: row `count` of the batch `object`
 *   T | WQL_ARRAY  items, `count` of them, each of type T or WQL_NULL
 * Pointers are views: they live as long as what the value was read from. */
typedef struct wql_value {
    uint32_t type;
    uint32_t count;
    union {
        bool b;
        int64_t i64;
        uint64_t u64;
        double f64;
        wql_str str;
        wql_datetime time;
        const struct wql_value *items;
        const wql_batch *object;
    };
} wql_value;

/* A named value: a query parameter, a context value, a property to put, an argument. name NULL: by position. */
typedef struct wql_param {
    const char *name;
    wql_value value;
} wql_param;

/* View of a C string; NULL gives the empty text. */
static inline wql_str wql_s(const char *z) {
    wql_str s;
    s.ptr = z;
    s.len = z ? strlen(z) : 0;
    return s;
}

/* Constructors of values; text and arrays are not copied. wql_i64 and wql_u64 make sint64 and uint64, which every integer property
 * accepts if the number fits; wql_f64 makes real64. */
static inline wql_value wql_null(void) {
    wql_value v;
    memset(&v, 0, sizeof v);
    return v;
}
static inline wql_value wql_bool(bool b) {
    wql_value v = wql_null();
    v.type = WQL_BOOLEAN;
    v.b = b;
    return v;
}
static inline wql_value wql_i64(int64_t i) {
    wql_value v = wql_null();
    v.type = WQL_SINT64;
    v.i64 = i;
    return v;
}
static inline wql_value wql_u64(uint64_t u) {
    wql_value v = wql_null();
    v.type = WQL_UINT64;
    v.u64 = u;
    return v;
}
static inline wql_value wql_f64(double f) {
    wql_value v = wql_null();
    v.type = WQL_REAL64;
    v.f64 = f;
    return v;
}
static inline wql_value wql_text(wql_str s) {
    wql_value v = wql_null();
    v.type = WQL_STRING;
    v.str = s;
    return v;
}
static inline wql_value wql_time(wql_datetime t) {
    wql_value v = wql_null();
    v.type = WQL_DATETIME;
    v.time = t;
    return v;
}
/* An array of `count` items, each of CIM type `type` (without WQL_ARRAY) or WQL_NULL. */
static inline wql_value wql_array(uint32_t type, const wql_value *items, uint32_t count) {
    wql_value v = wql_null();
    v.type = type | WQL_ARRAY;
    v.items = items;
    v.count = count;
    return v;
}

/* Writes a value as text for a person: NULL, TRUE, 12, 1.5, the bare characters of a text, the 25 characters of a datetime,
 * {1, 2, 3}, and an object as its class name in angle brackets. Numbers read back to the same value and ignore the locale.
 * @param buf   [out] receives at most size-1 bytes and a NUL, cut on a character; may be NULL if size is 0
 * Returns the length of the whole text in bytes, as snprintf does; 0 for a NULL argument.
 * Thread-safety: free, callback-safe. */
WQL_API size_t wql_value_format(const wql_value *value, char *buf, size_t size);

/* Writes a value as WQL spells it in a WHERE: 12, 1.5, TRUE, NULL, and a text or the 25 characters of a datetime in quotes, with a
 * backslash in front of each quote and backslash. It means the same behind LIKE (where % _ and [ still are metacharacters) and
 * elsewhere. For those who must build text: a parameter (wql_call_options.params) needs no quoting, and is what an input of
 * somebody else's should be.
 * @param buf   [out] receives at most size-1 bytes and a NUL, cut on a character; may be NULL if size is 0. A literal that was cut
 *              is none: look at what is returned
 * Returns the length of the whole text in bytes, as snprintf does; 0: no literal can spell the value (NULL argument, an array, an
 * object, a number that is not finite, a datetime beyond CIM's range, a text that is not well-formed or has a NUL in it).
 * Thread-safety: free, callback-safe. */
WQL_API size_t wql_quote(const wql_value *value, char *buf, size_t size);

/* Writes a text so that within a pattern of LIKE it stands for itself: % _ and [ become [%] [_] and [[]. Without quotes, so that
 * more can be put around it: `%` before and behind, then the whole into a parameter, or through wql_quote into the query.
 * Returns as wql_quote; an empty text gives 0. Ill-formed text stays so. Thread-safety: free, callback-safe. */
WQL_API size_t wql_quote_pattern(wql_str text, char *buf, size_t size);

/* Whether two texts are the same without regard to case, as names and values of a query are compared: by Unicode's simple folding,
 * whatever the locale. Ill-formed bytes are the same as themselves only. Thread-safety: free, callback-safe. */
WQL_API bool wql_text_equal(wql_str a, wql_str b);

/* Reads a datetime or interval in CIM's 25-character form (`yyyymmddHHMMSS.mmmmmmsUUU`, asterisks for whole fields;
 * `ddddddddHHMMSS.mmmmmm:000`).
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER if the text is neither. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_datetime_parse(wql_str text, wql_datetime *out);

/* Writes the 25 characters of a datetime or interval and a NUL. Returns 25, or 0 if `time` is out of CIM's range (years 0001 to
 * 9999; intervals of 0 to 99999999 days). Thread-safety: free, callback-safe. */
WQL_API size_t wql_datetime_format(const wql_datetime *time, char buf[26]);

/* Writes an error for a person: `line:column: message`, then the query line and a caret span under the place. Control characters
 * of the text are shown as `?`, tabs as blanks, and a long line is cut around the place.
 * @param text  the query text that the error belongs to; empty if there is none
 * Returns the length of the whole text in bytes, as snprintf does. Thread-safety: free, callback-safe. */
WQL_API size_t wql_error_format(const wql_error *err, wql_str text, char *buf, size_t size);

WQL_FINISH

#endif
