/* SPDX-License-Identifier: MIT */
/* object_path.h: the text that names a class or an instance (wql-language 2.6): `\\server\root\cimv2:Class.Key="value"`. Reading,
 * the one canonical spelling, comparing. What the text means (whether the class and its keys are there) is not looked at. */
#ifndef WQL_DATA_OBJECT_PATH_H
#define WQL_DATA_OBJECT_PATH_H

#include "../base/error.h"
#include "../base/mem.h"
#include "literal.h"

/* A greater limit path_chars_max counts as this: places have 32 bits. */
enum { WQL__PATH_CHARS_CEILING = 0x40000000 };

enum {
    WQL__PATH_CLASS,     /* `Class` */
    WQL__PATH_SINGLETON, /* `Class=@` */
    WQL__PATH_IMPLIED,   /* `Class="value"`: keys[0], whose name is empty */
    WQL__PATH_KEYS       /* `Class.Key="value",Other=5` */
};

/* One key. `value` is a STRING (unescaped), INT (its decimal spelling in `text`), TRUE or FALSE. */
typedef struct wql__path_key {
    wql_str name;
    uint32_t offset, length; /* of the name; of an implied key, of its value */
    wql__literal value;
} wql__path_key;

/* A path. Texts point into what was parsed, or into the arena. Offsets are those of the whole text that was given. */
typedef struct wql__object_path {
    uint8_t kind;
    wql_str server; /* empty: none was written. `.` is not resolved */
    wql_str ns;     /* empty: none was written. As written: either slash separates */
    wql_str class_name;
    uint32_t offset, length; /* the whole path */
    uint32_t ns_offset, class_offset;
    uint32_t key_count;
    wql__path_key *keys; /* by folded name */
} wql__object_path;

typedef struct wql__path_limits {
    uint32_t path_chars, identifier_chars; /* UTF-16 units */
    uint32_t path_keys;
} wql__path_limits;

/* Reads the path that is bytes [from, from + length) of `text`: all of it, without blanks around it.
 * @param text  outlives the path
 * @param out   [out] in the arena; NULL on failure
 * Returns WQL_OK; WQL_E_INVALID_OBJECT_PATH with the place of the first character at fault in `text` (of a text that is never
 * closed, its quote); WQL_E_INVALID_PARAMETER (ill-formed UTF-8); WQL_E_QUOTA_VIOLATION (path_chars_max, identifier_chars_max,
 * path_keys_max); WQL_E_OUT_OF_MEMORY. Takes time and memory in proportion to the length (but for sorting the names of keys). */
wql_status wql__object_path_parse(wql_str text, size_t from, size_t length, const wql__path_limits *limits, wql__arena *arena,
                                  wql__object_path **out, wql_error *err);

/* Whether a text may be submitted at all, without reading it: WQL_OK; WQL_E_INVALID_PARAMETER (empty, ill-formed);
 * WQL_E_QUOTA_VIOLATION (path_chars_max). */
wql_status wql__object_path_precheck(wql_str text, const wql__path_limits *limits, wql_error *err);

/* Appends the canonical spelling: `\` between the parts of the namespace, keys by name, double quotes, decimal integers. Names
 * and values keep their case. Reading it again gives an equal path. */
void wql__object_path_print(const wql__object_path *path, wql__out *out);

/* Order and equality of what was written: without regard to case, to the order of keys and to how a value is spelled (quotes,
 * 0x1F and 31). A path with a namespace is not the path without it, nor `C="x"` the path `C.K="x"`: only a class can tell. */
int wql__object_path_compare(const wql__object_path *a, const wql__object_path *b); /* <0, 0, >0 */
uint64_t wql__object_path_hash(const wql__object_path *path);

/* Whether a name is one of this server: `.`, `localhost`, 127.0.0.1, or `server`, without regard to case. */
bool wql__names_this_server(wql_str name, wql_str server);

/* Whether the server a path names is this one, or none, and whether its namespace is `ns`, or none. */
bool wql__object_path_is_server(const wql__object_path *path, wql_str server);
bool wql__object_path_is_namespace(const wql__object_path *path, wql_str ns);

/* The canonical spelling by its parts, for those who have an object and no path: a prefix or none, the name, then the keys by
 * folded name, or none and `wql__path_put_singleton`. A key's value is an integer, char16, boolean, string, reference or
 * datetime. */
void wql__path_put_prefix(wql__out *out, wql_str server, wql_str ns);
void wql__path_put_key(wql__out *out, bool first, wql_str name, const wql_value *value);
void wql__path_put_singleton(wql__out *out);

#endif
