/* SPDX-License-Identifier: MIT */
/* mof_remarks.c: what there is to say about a set of files, and the memory that a set is made of. */
#include "mof_set.h"

#include <stdlib.h>
#include <string.h>

/* -- memory ------------------------------------------------------------------------------------------------------ */

enum { SHELF_BLOCK = 32 * 1024, SHELF_LARGE = 4096 };

void wql__mof_set_init(wql__mof_set *set, wql__arena *arena, wql__arena *shelf, const wql__mof_limits *limits,
                       const wql_mof_reader *reader) {
    memset(set, 0, sizeof *set);
    set->arena = arena;
    set->shelf = shelf;
    set->limits = *limits;
    if (set->limits.depth > WQL__MOF_DEPTH_CEILING) set->limits.depth = WQL__MOF_DEPTH_CEILING;
    if (set->limits.file_bytes > WQL__MOF_FILE_CEILING) set->limits.file_bytes = WQL__MOF_FILE_CEILING;
    set->reader = reader;
    set->classes_end = &set->classes;
    set->instances_end = &set->instances;
    set->declarations_end = &set->declarations;
    set->namespace_count = 1; /* the caller's */
}

void wql__mof_set_free(wql__mof_set *set) {
    wql__free(set->arena->mem, set->pieces, set->pieces_size);
    set->pieces = NULL;
    set->pieces_size = 0;
}

void wql__mof_no_memory(wql__mof_set *set) {
    if (set->failed == WQL_OK) set->failed = wql__fail_memory(set->arena->mem, NULL);
}

void *wql__mof_alloc(wql__mof_set *set, size_t size) {
    void *memory = wql__arena_zero(set->arena, size);
    if (!memory) wql__mof_no_memory(set);
    return memory;
}

/* Texts lie close together: there are many, and most are short. */
const char *wql__mof_shelve(wql__mof_set *set, const char *text, size_t length) {
    char *to;
    if (length >= SHELF_LARGE) {
        to = wql__arena_text(set->shelf, text, length);
        if (!to) wql__mof_no_memory(set);
        return to;
    }
    if ((size_t)(set->shelf_end - set->shelf_at) <= length) {
        char *block = wql__arena_alloc(set->shelf, SHELF_BLOCK);
        if (!block) {
            wql__mof_no_memory(set);
            return NULL;
        }
        set->shelf_at = block;
        set->shelf_end = block + SHELF_BLOCK;
    }
    to = set->shelf_at;
    memcpy(to, text, length);
    to[length] = 0;
    set->shelf_at += length + 1;
    return to;
}

/* -- remarks ----------------------------------------------------------------------------------------------------- */

static wql_str text_of(const wql__mof_set *set, uint32_t file) {
    return file == WQL__MOF_NO_FILE ? (wql_str){NULL, 0} : set->files[file].text;
}

/* Counts it, and gives the place for it. NULL: it is not kept. */
static wql__mof_remark *remark(wql__mof_set *set, uint32_t file, bool is_warning) {
    wql__mof_remark *made;
    set->newest = NULL;
    if (is_warning)
        set->warning_count++;
    else
        set->error_count++;
    if (set->remark_count >= set->limits.errors) {
        wql__mof_remark **last = &set->remarks; /* an error takes the place of a warning */
        while (!is_warning && *last && !(*last)->is_warning) last = &(*last)->next;
        if (is_warning || !*last) return NULL;
        made = *last;
        *last = made->next;
    } else {
        made = wql__mof_alloc(set, sizeof *made);
        if (!made) return NULL;
        set->remark_count++;
    }
    memset(made, 0, sizeof *made);
    made->file = file;
    made->is_warning = is_warning;
    made->error.struct_size = sizeof made->error;
    made->next = set->remarks;
    set->remarks = set->newest = made;
    return made;
}

static void fill(wql__mof_set *set, wql__mof_remark *made, wql__mof_place place, wql_status status, const char *format,
                 va_list args) {
    wql_error said = WQL_INIT(wql_error);
    (void)wql__fail_list(&said, status, format, args);
    if (made->file == WQL__MOF_NO_FILE)
        (void)wql__fail(&made->error, status, "%s", said.message);
    else
        (void)wql__fail_at(&made->error, status, text_of(set, made->file), place.offset, place.length, "%s", said.message);
}

void wql__mof_error(wql__mof_set *set, uint32_t file, wql__mof_place place, wql_status status, const char *format, ...) {
    wql__mof_remark *made = remark(set, file, false);
    va_list args;
    if (!made) return;
    va_start(args, format);
    fill(set, made, place, status, format, args);
    va_end(args);
}

void wql__mof_warning(wql__mof_set *set, uint32_t file, wql__mof_place place, wql_status status, const char *format, ...) {
    wql__mof_remark *made = remark(set, file, true);
    va_list args;
    if (!made) return;
    va_start(args, format);
    fill(set, made, place, status, format, args);
    va_end(args);
}

void wql__mof_limit(wql__mof_set *set, uint32_t file, wql__mof_place place, const char *limit, uint64_t value) {
    wql_error said = WQL_INIT(wql_error);
    (void)wql__fail_limit(&said, limit, value);
    wql__mof_error(set, file, place, said.status, "%s", said.message);
}

void wql__mof_error_keep(wql__mof_set *set, uint32_t file, wql__mof_place place, const wql_error *error) {
    wql__mof_error(set, file, place, error->status, "%s", error->message[0] ? error->message : wql_status_text(error->status));
    if (error->hint[0]) wql__mof_hint(set, wql_s(error->hint));
}

void wql__mof_hint(wql__mof_set *set, wql_str name) {
    if (set->newest) wql__error_hint(&set->newest->error, name);
}

void wql__mof_forget_remarks(wql__mof_set *set, uint32_t file) {
    wql__mof_remark **at = &set->remarks;
    set->newest = NULL;
    while (*at) {
        wql__mof_remark *made = *at;
        if (made->file != file) {
            at = &made->next;
            continue;
        }
        *at = made->next;
        set->remark_count--;
        if (made->is_warning)
            set->warning_count--;
        else
            set->error_count--;
    }
}

static int by_place(const void *a, const void *b) {
    const wql__mof_remark *x = *(const wql__mof_remark *const *)a, *y = *(const wql__mof_remark *const *)b;
    uint32_t file_x = x->file + 1, file_y = y->file + 1; /* of no file: first */
    if (file_x != file_y) return file_x < file_y ? -1 : 1;
    if (x->error.offset != y->error.offset) return x->error.offset < y->error.offset ? -1 : 1;
    return 0;
}

/* Their list is the wrong way round; those of one place keep their order (qsort alone does not promise that). */
static int by_place_then_age(const void *a, const void *b) {
    int order = by_place(a, b);
    const wql__mof_remark *x = *(const wql__mof_remark *const *)a, *y = *(const wql__mof_remark *const *)b;
    if (order != 0) return order;
    return x->error.struct_size < y->error.struct_size ? -1 : x->error.struct_size > y->error.struct_size;
}

void wql__mof_sort_remarks(wql__mof_set *set) {
    wql__mof_remark **list = wql__mof_alloc(set, wql__array_size((size_t)set->remark_count + 1, sizeof(void *)));
    uint32_t count = 0;
    if (!list) return;
    for (wql__mof_remark *at = set->remarks; at; at = at->next) {
        at->error.struct_size = UINT32_MAX - count; /* its age, for the moment */
        list[count++] = at;
    }
    qsort(list, count, sizeof *list, by_place_then_age);
    set->remarks = NULL;
    while (count > 0) {
        list[--count]->error.struct_size = sizeof list[0]->error;
        list[count]->next = set->remarks;
        set->remarks = list[count];
    }
}
