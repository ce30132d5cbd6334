/* SPDX-License-Identifier: MIT */
/* sqlite_aid.c: databases for the tests of the sqlite provider. */
#include "sqlite_aid.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void aid_begin(aid_place *place) {
    (void)snprintf(place->dir, sizeof place->dir, "/tmp/wql-sqlite-XXXXXX");
    if (!mkdtemp(place->dir)) abort();
}

const char *aid_path(aid_place *place, const char *name) {
    (void)snprintf(place->path, sizeof place->path, "%s/%s", place->dir, name);
    return place->path;
}

void aid_end(aid_place *place) {
    DIR *dir = opendir(place->dir);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL) {
        char path[400];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        (void)snprintf(path, sizeof path, "%s/%s", place->dir, entry->d_name);
        (void)remove(path);
    }
    if (dir) (void)closedir(dir);
    (void)rmdir(place->dir);
}

bool aid_exec(sqlite3 *db, const char *sql) {
    char *message = NULL;
    int code = sqlite3_exec(db, sql, NULL, NULL, &message);
    if (code != SQLITE_OK) (void)fprintf(stderr, "%s\n   in: %.300s\n", message ? message : sqlite3_errstr(code), sql);
    sqlite3_free(message);
    return code == SQLITE_OK;
}

sqlite3 *aid_connect(const char *path) {
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, NULL) == SQLITE_OK)
        return db;
    (void)fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(db));
    (void)sqlite3_close(db);
    return NULL;
}

bool aid_sql(const char *path, const char *sql) {
    sqlite3 *db = aid_connect(path);
    bool done = db && aid_exec(db, sql);
    return sqlite3_close(db) == SQLITE_OK && done;
}

bool aid_write(const char *path, const void *bytes, size_t size) {
    FILE *f = fopen(path, "wb");
    bool done = f && fwrite(bytes, 1, size, f) == size;
    return f && fclose(f) == 0 && done;
}

fake_host *aid_mount(aid_place *place, const char *name, const char *sql) {
    const char *path = aid_path(place, name);
    wql_error err = WQL_INIT(wql_error);
    fake_host *host;
    (void)remove(path);
    if (!aid_sql(path, sql)) return NULL;
    host = fake_open(wql_sqlite_provider());
    if (fake_load(host, path, NULL, &err) == WQL_OK) return host;
    (void)fprintf(stderr, "load: %s\n", err.message);
    (void)fake_close(host);
    return NULL;
}

/* A text that grows. */
typedef struct text {
    char *ptr;
    size_t len, room;
} text;

static void append(text *t, const char *more) {
    size_t len = strlen(more);
    if (t->room < t->len + len + 1) {
        t->room = (t->len + len + 1) * 2;
        t->ptr = realloc(t->ptr, t->room);
        if (!t->ptr) abort();
    }
    memcpy(t->ptr + t->len, more, len + 1);
    t->len += len;
}

char *aid_join(const fake_scan *scan) {
    text t = {NULL, 0, 0};
    append(&t, "");
    for (uint64_t r = 0; r < scan->row_count; r++) {
        if (r) append(&t, ";");
        for (uint32_t k = 0; k < scan->width; k++) {
            if (k) append(&t, "|");
            append(&t, fake_cell(scan, r, k));
        }
    }
    return t.ptr;
}

char *aid_rows(fake_host *host, const char *class_name, fake_scan *scan) {
    wql_status status;
    fake_scan_init(scan, host, fake_find_class(host, class_name));
    status = fake_run(scan);
    if (status < 0) (void)fprintf(stderr, "scan: %s\n", scan->error.message);
    return aid_join(scan);
}

static const char *type_name(uint32_t type) {
    switch (type) {
    case WQL_BOOLEAN: return "boolean";
    case WQL_SINT64: return "sint64";
    case WQL_UINT64: return "uint64";
    case WQL_STRING: return "string";
    case WQL_REAL64: return "real64";
    case WQL_DATETIME: return "datetime";
    case WQL_UINT8 | WQL_ARRAY: return "uint8[]";
    default: return "?";
    }
}

char *aid_shape(const fake_host *host, const char *class_name) {
    uint32_t index = fake_find_class(host, class_name);
    text t = {NULL, 0, 0};
    append(&t, "");
    for (uint32_t i = 0; index != UINT32_MAX && i < host->classes[index].property_count; i++) {
        const struct fake_property *p = &host->classes[index].properties[i];
        if (i) append(&t, ", ");
        append(&t, p->name);
        append(&t, " ");
        append(&t, type_name(p->type));
        if (p->flags & WQL_KEY) append(&t, " key");
        if (p->flags & ~(uint32_t)WQL_KEY) append(&t, " FLAGS");
    }
    return t.ptr;
}
