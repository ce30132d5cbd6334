/* SPDX-License-Identifier: MIT */
/* mof.h: classes and instances as MOF (Managed Object Format, DMTF DSP0004), with the qualifier syntax of WMI. docs/mof.md says
 * what of it is read. wql_engine_mof (engine.h) is the short form, for one text. */
#ifndef WQL_MOF_H
#define WQL_MOF_H

#include "engine.h"

WQL_BEGIN

/* A file that a reader opened. */
typedef struct wql_mof_file {
    uint32_t struct_size;
    uint32_t zero;
    const char *name; /* the same file has the same name, however it was asked for; shown in messages. UTF-8 */
    wql_str text;     /* the bytes: UTF-8 with or without a byte order mark, or UTF-16 with one */
    void *handle;     /* the reader's own */
} wql_mof_file;

/* Where files come from. The library opens none by itself. Both functions are called on the thread that loads, with no lock of
 * the library's held. */
typedef struct wql_mof_reader {
    uint32_t struct_size;
    uint32_t zero;
    void *user;
    /* Opens a file. One whose name was read before in the same namespace is closed again without being read.
     * @param from  name of the file whose `#pragma include` asks for it; NULL: it stands in wql_mof_options.files
     * @param name  as written
     * @param out   [out] name and text stay as they are until close, which follows every open that succeeded before the load
     * returns Returns WQL_OK, or a failure with `err` filled where there is more to say: WQL_E_NOT_FOUND, WQL_E_ACCESS_DENIED ...
     */
    wql_status (*open)(void *user, const char *from, const char *name, wql_mof_file *out, wql_error *err);
    void (*close)(void *user, wql_mof_file *file); /* soon after its open, and before the next; NULL: nothing to free */
} wql_mof_reader;

/* Something to say about the text. Valid during the call that brings it. */
typedef struct wql_mof_diagnostic {
    uint32_t struct_size;
    uint32_t is_warning;    /* 1: the load goes on */
    const char *file;       /* its name; "" for a text that has none */
    wql_str text;           /* all of the file, as UTF-8: what offset and length of the error count in. For wql_error_format */
    const wql_error *error; /* code, place, message, hint */
} wql_mof_diagnostic;

/* Flags of a load. */
enum {
    WQL_MOF_CHECK = 1 /* says what is wrong, and changes nothing */
};

/* What to load, and how. A zero field is the default given here. Exactly one of `text` and `files` must be there. */
typedef struct wql_mof_options {
    uint32_t struct_size;
    uint32_t flags;           /* WQL_MOF_CHECK */
    wql_str text;             /* MOF text; its #pragma include goes to the reader, with `from` "" */
    const char *const *files; /* names for the reader: one set, in which order does not matter */
    uint32_t file_count;
    uint32_t errors_max;          /* diagnostics that are kept, 100; the rest is counted */
    const wql_mof_reader *reader; /* NULL: `root` is read; without that, too, an include is an error */
    const char *root;             /* a folder: the library itself reads files below it, and none outside, through no symbolic
                                   * link. Names in `files` start there, those of an include where the file that includes lies */
    void (*diagnose)(void *user, const wql_mof_diagnostic *diagnostic); /* gets each, by file and place */
    void *diagnose_user;
    uint32_t depth_max;        /* braces within each other: embedded instances; 64, at most 1,000 */
    uint32_t files_max;        /* files in a set; 100,000 */
    uint32_t string_bytes_max; /* one string, its parts put together; 16 MiB */
    uint32_t file_bytes_max;   /* one file, as UTF-8; 256 MiB, at most 1 GiB */
} wql_mof_options;

/* What a load found. `struct_size` must be set. Written also when it failed: then the numbers are of what was read. */
typedef struct wql_mof_report {
    uint32_t struct_size;
    uint32_t files, classes, instances, qualifiers; /* read; qualifiers: declarations */
    uint32_t errors, warnings;
    uint32_t zero;
    uint64_t bytes; /* of text */
} wql_mof_report;

/* Loads classes and instances into the namespaces that the text names, `ns` where it names none; they are made if they are not
 * there. All or nothing: after a failure every namespace is as before, and none was made. What is loaded is seen at once, by
 * calls that begin afterwards. Queries on the classes are answered from the namespace's own store of instances. An instance whose
 * key is there takes the place of the old one; a class that is there is WQL_E_ALREADY_EXISTS.
 * @param report  may be NULL
 * Returns WQL_OK, or the code of the first error by file and place, with which `err` is filled too (its message begins with the
 * file's name, if it has one):
 * WQL_E_INVALID_QUERY (the text is no MOF: the place, and what was expected); WQL_E_NOT_FOUND (a missing include, property,
 * alias); WQL_E_INVALID_CLASS, WQL_E_INVALID_SUPERCLASS, WQL_E_CIRCULAR_REFERENCE (classes; files that include each other);
 * WQL_E_ALREADY_EXISTS (a class, property, method, qualifier or alias twice); WQL_E_TYPE_MISMATCH, WQL_E_VALUE_OUT_OF_RANGE
 * (a value); WQL_E_INVALID_PROPERTY_TYPE, WQL_E_INVALID_PROPERTY (an unusable key, override, flavour); WQL_E_ILLEGAL_NULL (an
 * instance without its key); WQL_E_INVALID_OBJECT (an instance of an abstract class, or one without a key);
 * WQL_E_INVALID_NAMESPACE; WQL_E_ACCESS_DENIED (an include outside the root; or what the reader said);
 * WQL_E_INVALID_PARAMETER (also: not well-formed UTF-8 or UTF-16); WQL_E_UNSUPPORTED_PARAMETER; WQL_E_QUOTA_VIOLATION (a limit,
 * by its name); WQL_E_NOT_SUPPORTED; WQL_E_INVALID_OPERATION (inside a callback); WQL_E_OUT_OF_MEMORY; WQL_E_SHUTTING_DOWN.
 * Thread-safety: free; not in a callback. */
WQL_API wql_status wql_engine_mof_load(wql_engine *engine, const char *ns, const wql_mof_options *options, wql_mof_report *report,
                                       wql_error *err);

WQL_FINISH

#endif
