/* SPDX-License-Identifier: MIT */
/* mof_set.h: a set of MOF files that are read together: their texts, what they say, and what there is to say about them. The
 * order of files, and of what stands in them, does not matter. */
#ifndef WQL_GRAMMAR_MOF_SET_H
#define WQL_GRAMMAR_MOF_SET_H

#include "../engine/base/error.h"
#include "mof_tree.h"
#include <wql/mof.h>

#define WQL__MOF_NO_FILE 0xffffffffu

/* A greater limit counts as this. */
enum { WQL__MOF_DEPTH_CEILING = 1000, WQL__MOF_FILE_CEILING = 0x40000000 };

typedef struct wql__mof_limits {
    uint32_t depth, files, string_bytes, file_bytes, errors;
} wql__mof_limits;

typedef struct wql__mof_file {
    wql__mof_symbol *name;
    wql_str text;       /* UTF-8, a zero byte behind it */
    uint32_t ns;        /* the namespace in which it begins */
    uint32_t parent;    /* the file that includes it; WQL__MOF_NO_FILE: none */
    uint32_t same_name; /* the file of that name before it, in another namespace; WQL__MOF_NO_FILE: none */
} wql__mof_file;

/* A namespace that a pragma names; the first that does. */
typedef struct wql__mof_named {
    const char *name;
    uint32_t file;
    wql__mof_place place;
} wql__mof_named;

/* Something to say. Those of one file come by place. */
typedef struct wql__mof_remark {
    struct wql__mof_remark *next;
    uint32_t file; /* WQL__MOF_NO_FILE: of no file */
    bool is_warning;
    wql_error error;
} wql__mof_remark;

typedef struct wql__mof_symbols {
    wql__mof_symbol **exact, **folded;
    uint32_t exact_mask, folded_mask, exact_count, folded_count;
} wql__mof_symbols;

typedef struct wql__mof_set {
    wql__arena *arena; /* the tree */
    wql__arena *shelf; /* names and texts */
    char *shelf_at, *shelf_end;
    wql__mof_limits limits;
    const wql_mof_reader *reader; /* NULL: none */
    wql__mof_symbols symbols;

    wql__mof_file *files;
    uint32_t file_count, file_room;
    wql__mof_named *namespaces; /* [0]: the caller's, without a name */
    uint32_t namespace_count, namespace_room;

    wql__mof_class *classes, **classes_end;
    wql__mof_instance *instances, **instances_end;
    wql__mof_declaration *declarations, **declarations_end;
    uint32_t class_count, instance_count, declaration_count;

    wql__mof_remark *remarks; /* the last one first */
    wql__mof_remark *newest;  /* NULL: it was not kept */
    uint32_t remark_count, error_count, warning_count;
    uint32_t stamp;
    wql_status failed; /* no memory: nothing more is done */
    char *pieces;      /* where the parts of a string are put together */
    size_t pieces_size;
    uint64_t bytes;
} wql__mof_set;

/* Both arenas outlive the set. */
void wql__mof_set_init(wql__mof_set *set, wql__arena *arena, wql__arena *shelf, const wql__mof_limits *limits,
                       const wql_mof_reader *reader);

void wql__mof_set_free(wql__mof_set *set); /* what is not in the arenas */

/* Adds a text without a name, or a file by the reader. What is wrong with it becomes a remark. */
void wql__mof_add_text(wql__mof_set *set, wql_str text);
void wql__mof_add_file(wql__mof_set *set, const char *name);
/* The file that an include of another one names. */
void wql__mof_include(wql__mof_set *set, uint32_t file, wql__mof_place place, const char *name, uint32_t ns);
/* Parses all files, and those that they include. */
void wql__mof_parse_all(wql__mof_set *set);
/* One of them. */
void wql__mof_parse(wql__mof_set *set, uint32_t file);

/* The number of a namespace that a pragma names. */
uint32_t wql__mof_namespace(wql__mof_set *set, uint32_t file, wql__mof_place place, wql_str name);

/* Remarks: an error, or a warning, at a place of a file. Errors beyond limits.errors are counted and not kept. */
void wql__mof_error(wql__mof_set *set, uint32_t file, wql__mof_place place, wql_status status, const char *format, ...)
    WQL_PRINTF(5, 6);
void wql__mof_warning(wql__mof_set *set, uint32_t file, wql__mof_place place, wql_status status, const char *format, ...)
    WQL_PRINTF(5, 6);
/* "The limit NAME (VALUE) ..." */
void wql__mof_limit(wql__mof_set *set, uint32_t file, wql__mof_place place, const char *limit, uint64_t value);
/* A name that may have been meant, for the last remark. */
void wql__mof_hint(wql__mof_set *set, wql_str name);
/* Keeps an error that was filled elsewhere, as of a place. */
void wql__mof_error_keep(wql__mof_set *set, uint32_t file, wql__mof_place place, const wql_error *error);
/* Takes back the remarks of one file. */
void wql__mof_forget_remarks(wql__mof_set *set, uint32_t file);
/* By file and place; those of no file first. */
void wql__mof_sort_remarks(wql__mof_set *set);

/* NULL: no memory, which set->failed says. */
wql__mof_symbol *wql__mof_intern(wql__mof_set *set, const char *text, uint32_t length);
void *wql__mof_alloc(wql__mof_set *set, size_t size);                            /* in the arena, zero */
const char *wql__mof_shelve(wql__mof_set *set, const char *text, size_t length); /* a copy with a NUL behind it */
void wql__mof_no_memory(wql__mof_set *set);

/* Bytes of a file as UTF-8 without a byte order mark, a zero byte behind them, in the arena. Returns WQL_OK;
 * WQL_E_INVALID_PARAMETER: ill-formed, or cut off (offset: in the bytes); WQL_E_QUOTA_VIOLATION; WQL_E_OUT_OF_MEMORY. */
wql_status wql__mof_decode(wql_str bytes, uint32_t most, wql__arena *arena, wql_str *out, wql_error *err);

#endif
