/* SPDX-License-Identifier: MIT */
/* mof.h: MOF comes into an engine. */
#ifndef WQL_DELIVER_MOF_H
#define WQL_DELIVER_MOF_H

#include "engine.h"
#include <wql/mof.h>

wql_status wql__engine_mof_load(wql_engine *engine, const char *ns, const wql_mof_options *options, wql_mof_report *report,
                                wql_error *err);

/* The classes of a provider's own text, into the version that its load makes. */
wql_status wql__mof_declare(wql_engine *engine, wql__mount *mount, wql__catalog **catalog, wql_error *err);

/* Reads files below a folder, and none outside of it. */
typedef struct wql__mof_directory {
    wql__mem *mem;
    const char *path; /* of the folder; borrowed */
    int root;         /* a descriptor of it */
    int folder;       /* of the one in which the last file was; -1: none */
    size_t folder_length;
    char name[4096]; /* of the last file, from the root: its canonical name */
    char *bytes;
    size_t bytes_size;
    uint64_t most; /* bytes of a file */
} wql__mof_directory;

wql_status wql__mof_directory_open(wql__mem *mem, const char *path, uint64_t most, wql__mof_directory *out,
                                   wql_mof_reader *reader, wql_error *err);
void wql__mof_directory_close(wql__mof_directory *directory);

#endif
