/* SPDX-License-Identifier: MIT */
/* mof.h: from what MOF files say to classes and instances. The tree (grammar/mof_tree.h) becomes classes on a shelf, each made
 * after the one it derives from; then, when the namespaces are known as they will be, instances become lists of values.
 * Everything that is wrong becomes a remark of the set, and the rest goes on, so that a run tells all of it. */
#ifndef WQL_QUERY_MOF_H
#define WQL_QUERY_MOF_H

#include "../../grammar/mof_set.h"
#include "../data/mount.h"
#include "../data/schema.h"

/* Classes in the order in which they were made, each a reference. */
typedef struct wql__mof_made {
    wql_class **classes;
    uint32_t count, room;
} wql__mof_made;

/* A namespace into which something is loaded. */
typedef struct wql__mof_space {
    const char *name;        /* canonical; on the shelf */
    wql__catalog *old;       /* as it is; NULL: it is not there yet */
    wql__catalog *made;      /* as it will be */
    wql__mount *mount;       /* that serves what is loaded */
    wql__mof_made good, bad; /* bad: with an error, or below one */
    /* For who loads. */
    void *ns;
    struct wql__static_store *store;
    struct wql__static_load *load;
    struct wql__static_version *version; /* of the store, as it was shown before */
} wql__mof_space;

typedef struct wql__mof_compiler {
    wql__mof_set *set;
    wql__shelf *shelf;
    const char *server; /* on the shelf */
    wql__mof_space *spaces;
    uint32_t space_count;
    const uint32_t *space_of; /* number of a namespace in the set -> number of a space */
    bool has_declarations;    /* the set declares qualifiers, as the DMTF's do */
} wql__mof_compiler;

/* Makes the classes of all spaces. What is wrong is said in the set; memory: set->failed. */
void wql__mof_make_classes(wql__mof_compiler *compiler);
void wql__mof_drop_classes(wql__mof_compiler *compiler);

/* With catalogs made: gives each instance to `add`, with one value for each property of its class; its alias are known as the
 * paths they stand for. `add` says what is wrong by its status and error. */
typedef wql_status (*wql__mof_add)(void *user, wql__mof_space *space, const wql__class_entry *entry, const wql_value *values,
                                   wql_error *err);
void wql__mof_make_instances(wql__mof_compiler *compiler, wql__mof_add add, void *user);

/* -- between the files of the compiler --------------------------------------------------------------------------- */

/* A list of qualifiers that was looked through. */
typedef struct wql__mof_marks {
    const wql_qualifier *qualifiers; /* with what is inherited */
    uint32_t count;
    bool key, in, out, in_given, abstract, association, indication, singleton, embedded_object, interval;
    const char *embedded_class; /* NULL: none */
    wql_str overrides;          /* empty: nothing is said */
    wql__mof_place key_place, embedded_place, overrides_place;
} wql__mof_marks;

/* What a qualifier is. */
typedef struct wql__mof_known {
    const char *name;
    uint32_t type; /* WQL_STRING, or WQL_STRING | WQL_ARRAY ... */
    uint32_t scopes, flavors;
} wql__mof_known;

/* Those that need no declaration. */
const wql__mof_known *wql__mof_known_qualifier(uint32_t number); /* NULL: past the last */
/* Prepares the names of the set; registers declarations. */
void wql__mof_learn_qualifiers(wql__mof_compiler *compiler);

/* @param scope      where the list stands: one of WQL__MOF_ON_...
 * @param inherited  qualifiers of what this overrides, or NULL
 * @param owner      for messages: the class, and the feature or NULL */
void wql__mof_read_qualifiers(wql__mof_compiler *compiler, uint32_t file, const wql__mof_qualifiers *list, uint32_t scope,
                              const wql_qualifier *inherited, uint32_t inherited_count, wql__mof_marks *out);

/* A value of a type. False: it was said why not. WQL_OBJECT takes NULL only. */
bool wql__mof_read_value(wql__mof_compiler *compiler, uint32_t file, const wql__mof_value *value, uint32_t type, const char *what,
                         wql__arena *arena, wql_value *out);
bool wql__mof_read_literal(wql__mof_compiler *compiler, uint32_t file, const wql__mof_literal *literal, uint32_t type,
                           const char *what, wql_value *out);
/* The type that WMI gives a value without a declared one: boolean, sint32, real64, string, or arrays of them. */
uint32_t wql__mof_type_of_value(const wql__mof_value *value);

/* The class of a name in a space, from the set. NULL: it is not there. */
wql__mof_class *wql__mof_find_class(const wql__mof_compiler *compiler, const wql__mof_symbol *name, uint32_t space);
/* Whether there is, or will be, a class of that name; true also where one could not be read, so that nothing more is said. */
bool wql__mof_has_class(const wql__mof_compiler *compiler, const wql__mof_symbol *name, uint32_t space);
void wql__mof_hint_class(const wql__mof_compiler *compiler, wql_str name, uint32_t space);

#endif
