/* SPDX-License-Identifier: MIT */
/* lasting.c: a plug-in whose rows lie in it, zero copy, with a release callback of its own. Its options are the address of a
 * record in the host, in which it writes what happens, and what it does:
 *
 *   ADDRESS            rows without end
 *   ADDRESS refuse     load fails with words; ADDRESS silent: without
 *   ADDRESS hold       next holds its thread until the record says `let_go`
 *   ADDRESS name       load defines a class that a query cannot name */
#include "lasting.h"

#include <wql/provider.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 300 };

static record *loaded; /* for the destructor: of the last mount */
static int64_t ids[ROWS];
static char texts[ROWS * 20];
static int32_t offsets[ROWS + 1];

static const wql_property_def properties[] = {{.name = "Id", .type = WQL_SINT64, .flags = WQL_KEY},
                                              {.name = "Text", .type = WQL_STRING}};

typedef struct lasting {
    record *r;
    bool hold;
} lasting;

static void fill(void) {
    for (int i = 0; i < ROWS; i++) {
        ids[i] = i;
        memcpy(texts + i * 20, "a text in the object", 20);
        offsets[i + 1] = (i + 1) * 20;
    }
}

static wql_status lasting_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    wql_class_def def = {.struct_size = sizeof def, .name = "Lasting", .properties = properties, .property_count = 2};
    char *behind = NULL;
    lasting *l;
    wql_status status;
    (void)user;
    if (!config) return WQL_E_INVALID_PARAMETER;
    loaded = (record *)(uintptr_t)strtoull(config, &behind, 16); /* NOLINT: an address, by agreement */
    atomic_fetch_add(&loaded->loads, 1);
    if (strcmp(behind, " refuse") == 0) {
        strcpy(err->message, "not today");
        return err->status = WQL_E_PROVIDER_LOAD_FAILURE;
    }
    if (strcmp(behind, " silent") == 0) return WQL_E_ACCESS_DENIED;
    if (strcmp(behind, " name") == 0) def.name = "no name";
    fill();
    l = malloc(sizeof *l);
    if (!l) return WQL_E_OUT_OF_MEMORY;
    l->r = loaded;
    l->hold = strcmp(behind, " hold") == 0;
    status = wql_mount_define(mount, &def, 1, err);
    if (status < 0)
        free(l);
    else
        *self = l;
    return status;
}

static void lasting_unload(void *self) {
    lasting *l = self;
    atomic_fetch_add(&l->r->unloads, 1);
    free(l);
}

static wql_status lasting_open(wql_scan *scan, wql_error *err) {
    (void)err;
    (void)scan;
    return WQL_OK;
}

/* Runs in the object: were that closed too early, there would be nothing to return to. */
static void let_rows_go(void *ctx) {
    record *r = ctx;
    struct timespec moment = {0, 1000000};
    (void)nanosleep(&moment, NULL);
    atomic_fetch_add(&r->releases, 1);
}

static wql_status lasting_next(wql_scan *scan, wql_error *err) {
    wql_column columns[2] = {{.property = 0, .type = WQL_SINT64, .layout = WQL_FIXED, .values = ids},
                             {.property = 1,
                              .type = WQL_STRING,
                              .layout = WQL_OFFSETS,
                              .offsets = offsets,
                              .bytes = texts,
                              .bytes_size = sizeof texts}};
    lasting *l = scan->self;
    wql_status status;
    if (l->hold) {
        struct timespec moment = {0, 1000000};
        atomic_store(&l->r->held, true);
        while (!atomic_load(&l->r->let_go)) (void)nanosleep(&moment, NULL);
        return WQL_END;
    }
    status = wql_scan_emit(scan, ROWS, columns, 2, let_rows_go, l->r, err);
    if (status == WQL_OK) atomic_fetch_add(&l->r->emitted, 1);
    return status;
}

static void lasting_close(wql_scan *scan) { atomic_fetch_add(&((lasting *)scan->self)->r->closes, 1); }

__attribute__((destructor)) static void closed(void) {
    if (loaded) atomic_fetch_add(&loaded->closed, 1);
}

static const wql_provider provider = {.struct_size = sizeof provider,
                                      .flags = WQL_CONCURRENT,
                                      .name = "lasting",
                                      .load = lasting_load,
                                      .unload = lasting_unload,
                                      .open = lasting_open,
                                      .next = lasting_next,
                                      .close = lasting_close};

const wql_provider *wql_provider_main(uint32_t abi) { return abi == WQL_ABI ? &provider : NULL; }
