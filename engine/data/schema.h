/* SPDX-License-Identifier: MIT */
/* schema.h: classes as immutable snapshots, and the catalog of a namespace. */
#ifndef WQL_DATA_SCHEMA_H
#define WQL_DATA_SCHEMA_H

#include "../base/map.h"
#include <wql/schema.h>

struct wql__mount;

/* What several classes point into: the definitions of a load, with all their names and texts, each of which is there once.
 * Counted; filled by its maker, then read-only. */
typedef struct wql__shelf {
    _Atomic uint32_t refs;
    wql__mem *mem; /* retained */
    wql__arena arena;
} wql__shelf;

wql__shelf *wql__shelf_make(wql__mem *mem); /* NULL: no memory */
wql__shelf *wql__shelf_retain(wql__shelf *shelf);
void wql__shelf_release(wql__shelf *shelf); /* accepts NULL */

/* One class. Counted; lives on after its namespace. Everything is in its arena. */
struct wql_class {
    _Atomic uint32_t refs;
    wql__mem *mem; /* retained */
    wql__arena arena;
    wql__shelf *shelf; /* retained; NULL: the parts of the definition are copies in the arena */
    wql_class_def def; /* flattened */
    wql_str name;
    const char *ns, *server;     /* namespace (`root\cimv2`) and machine, for __NAMESPACE and __PATH */
    wql_class *superclass;       /* retained; NULL: none */
    uint32_t depth;              /* 0: no superclass */
    const wql_value *derivation; /* names of the ancestors, nearest first: `depth` texts */
    uint32_t own_first;          /* properties from here on are the class's own */
    uint32_t key_count;
    const uint32_t *keys; /* numbers of the key properties, by folded name, as paths list them */
    wql__map properties;  /* name -> number */
};

/* The property's number, or WQL_NO_COLUMN. */
uint32_t wql__class_property(const wql_class *cls, wql_str name);
const wql_property_def *wql__class_property_def(const wql_class *cls, uint32_t number);
bool wql__class_isa(const wql_class *cls, wql_str name);
/* The root of its derivation: the class itself if it has no superclass. */
const wql_class *wql__class_dynasty(const wql_class *cls);

/* A class as its namespace serves it. */
typedef struct wql__class_entry {
    wql_class *cls;             /* retained by the catalog */
    struct wql__mount *mount;   /* retained by the catalog; NULL: nobody serves it */
    uint32_t class_index;       /* in the order of the mount's definitions */
    bool is_system;             /* one that every namespace has (system_classes.h) */
    uint32_t subclass_count;    /* direct ones */
    const uint32_t *subclasses; /* entries of the catalog */
} wql__class_entry;

/* All classes of a namespace at one moment: immutable, counted. Plans keep theirs. */
typedef struct wql__catalog {
    _Atomic uint32_t refs;
    wql__mem *mem;
    wql__arena arena;
    const char *ns, *server; /* of the namespace; in the arena */
    uint64_t generation;
    uint32_t count;
    wql__class_entry *entries; /* by folded name */
    wql__map names;            /* class name -> entry */
} wql__catalog;

const wql__class_entry *wql__catalog_find(const wql__catalog *catalog, wql_str name);
/* The nearest class name, or empty. */
wql_str wql__catalog_near(const wql__catalog *catalog, wql_str name);
wql__catalog *wql__catalog_retain(wql__catalog *catalog);
void wql__catalog_release(wql__catalog *catalog);

/* A new version without the mount's classes (`without`, or NULL) and with those of `defs` for `mount` (count 0: none).
 * @param old  the version to start from; NULL: empty
 * Returns WQL_OK or why not, as wql_mount_define says; WQL_E_INVALID_OPERATION: a class left behind derives from one taken away.
 */
wql_status wql__catalog_make(wql__mem *mem, const wql__catalog *old, const struct wql__mount *without, struct wql__mount *mount,
                             const wql_class_def *const *defs, uint32_t count, const char *ns, const char *server,
                             wql__catalog **out, wql_error *err);

/* The first version of a namespace: its system classes, served by `mount`. Returns as wql__catalog_add. */
wql_status wql__catalog_begin(wql__mem *mem, struct wql__mount *mount, wql_class *const *classes, uint32_t count, const char *ns,
                              const char *server, wql__catalog **out, wql_error *err);
/* The same without the classes of `without` but the system classes, which `mount` serves from now on. Returns as
 * wql__catalog_make. */
wql_status wql__catalog_renew(wql__mem *mem, const wql__catalog *old, const struct wql__mount *without, struct wql__mount *mount,
                              wql__catalog **out, wql_error *err);

/* The same with classes that are made (wql__class_make_on), whose names are free, and whose superclasses are among them or in
 * `old`. Returns WQL_OK; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__catalog_add(wql__mem *mem, const wql__catalog *old, struct wql__mount *mount, wql_class *const *classes,
                            uint32_t count, const char *ns, const char *server, wql__catalog **out, wql_error *err);

/* The class of schema results (`FROM META_CLASS`): its instances are the classes of a namespace, and the system properties are
 * its properties, so that a schema query is bound, planned and run as any other. Property i of it is the system property that
 * wql__meta_property gives (WQL__SYS_...). Returns WQL_OK; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__meta_class_make(wql__mem *mem, const char *ns, const char *server, wql_class **out, wql_error *err);
int wql__meta_property(uint32_t number);

/* Canonical names of namespaces: `root\cimv2`. Takes what 2.6 of the language takes (`ROOT`, `root/cimv2`, `//./root`,
 * `\\localhost\root`). Returns WQL_OK; WQL_E_INVALID_NAMESPACE; WQL_E_INVALID_PARAMETER (three leading separators). */
wql_status wql__namespace_name(const char *text, const char *server, char *out, size_t size, wql_error *err);

#endif
