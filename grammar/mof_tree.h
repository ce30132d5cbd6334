/* SPDX-License-Identifier: MIT */
/* mof_tree.h: what a set of MOF files says, before anybody has asked what it means. Every part knows its bytes. Everything lies
 * in the arena of the set, but names and texts, which lie on its shelf: classes keep pointing to them when the tree is gone. */
#ifndef WQL_GRAMMAR_MOF_TREE_H
#define WQL_GRAMMAR_MOF_TREE_H

#include "../engine/base/mem.h"
#include <wql/value.h>

struct wql__mof_class;
struct wql__mof_declaration;

/* One spelling of a name: two names are spelled alike if their symbols are the same, and are equal if `folded` is. */
typedef struct wql__mof_symbol {
    const char *text; /* with a NUL behind it; on the shelf */
    uint32_t length, hash;
    uint32_t fold_hash;             /* of `folded` only */
    struct wql__mof_symbol *folded; /* the first spelling that is equal without regard to case; perhaps this one */
    /* For those who look for what has the name; of `folded` only. */
    struct wql__mof_class *classes;           /* linked by same_name */
    struct wql__mof_declaration *declaration; /* of the qualifier */
    struct wql__mof_alias *alias;
    uint32_t files;  /* of a file: its number + 1, of the last one with the name; 0: none */
    uint32_t known;  /* of a qualifier that needs no declaration: its number + 1 */
    uint32_t stamp;  /* the last list of names in which it was seen */
    bool was_broken; /* a class of that name could not be read */
    bool was_told;   /* of a qualifier: that it is declared nowhere */
} wql__mof_symbol;

/* A piece of a file. */
typedef struct wql__mof_place {
    uint32_t offset, length;
} wql__mof_place;

typedef struct wql__mof_name {
    wql__mof_symbol *symbol; /* NULL: none was written */
    wql__mof_place place;
} wql__mof_name;

enum {
    WQL__MOF_LITERAL_NULL,
    WQL__MOF_LITERAL_TRUE,
    WQL__MOF_LITERAL_FALSE,
    WQL__MOF_LITERAL_INTEGER,
    WQL__MOF_LITERAL_REAL,
    WQL__MOF_LITERAL_TEXT,
    WQL__MOF_LITERAL_CHAR,
    WQL__MOF_LITERAL_ALIAS,
    WQL__MOF_LITERAL_INSTANCE /* an embedded one */
};

typedef struct wql__mof_literal {
    struct wql__mof_literal *next;
    wql__mof_place place;
    uint8_t kind;
    bool negative; /* INTEGER */
    union {
        uint64_t magnitude; /* INTEGER, CHAR */
        double real;
        wql_str text; /* unescaped, with a NUL behind it; on the shelf */
        wql__mof_symbol *alias;
        struct wql__mof_instance *instance;
    };
} wql__mof_literal;

typedef struct wql__mof_value {
    wql__mof_literal *first, *last;
    uint32_t count;
    bool is_given, is_list;
    wql__mof_place place;
} wql__mof_value;

/* Bits of flavours. */
enum {
    WQL__MOF_ENABLE_OVERRIDE = 1,
    WQL__MOF_DISABLE_OVERRIDE = 2,
    WQL__MOF_TO_SUBCLASS = 4,
    WQL__MOF_RESTRICTED = 8,
    WQL__MOF_TO_INSTANCE = 16,
    WQL__MOF_AMENDED = 32,
    WQL__MOF_TRANSLATABLE = 64
};

typedef struct wql__mof_qualifier {
    struct wql__mof_qualifier *next;
    wql__mof_name name;
    wql__mof_value value;
    uint32_t flavors; /* that were written */
    wql__mof_place flavors_place;
} wql__mof_qualifier;

typedef struct wql__mof_qualifiers {
    wql__mof_qualifier *first, *last;
    uint32_t count;
    wql__mof_place place; /* with its brackets */
} wql__mof_qualifiers;

typedef struct wql__mof_type {
    uint32_t type;            /* CIM type; WQL_NULL: void. A class name alone: WQL_OBJECT; with REF: WQL_REFERENCE */
    wql__mof_name class_name; /* of an object or a reference; without one: of any class */
    wql__mof_place place;
} wql__mof_type;

typedef struct wql__mof_features {
    struct wql__mof_feature *first, *last;
    uint32_t count;
} wql__mof_features;

/* A property, a method, or a parameter of one. */
typedef struct wql__mof_feature {
    struct wql__mof_feature *next;
    wql__mof_qualifiers qualifiers;
    wql__mof_type type;
    wql__mof_name name;
    bool is_method, is_array, has_size;
    uint32_t size; /* of an array, if has_size */
    wql__mof_value value;
    wql__mof_features params;
} wql__mof_feature;

/* A name with a dollar, for a class or an instance. */
typedef struct wql__mof_alias {
    wql__mof_name name;
    uint32_t file;
    struct wql__mof_class *cls;
    struct wql__mof_instance *instance; /* one of both */
} wql__mof_alias;

typedef struct wql__mof_class {
    struct wql__mof_class *next, *same_name;
    uint32_t file, ns;    /* numbers of the set */
    wql__mof_place place; /* from `class` to the name */
    wql__mof_qualifiers qualifiers;
    wql__mof_name name, superclass;
    wql__mof_alias *alias;
    wql__mof_features features;
    bool is_broken; /* part of it could not be read */
    void *resolved; /* for who looks into what it means */
} wql__mof_class;

typedef struct wql__mof_assignment {
    struct wql__mof_assignment *next;
    wql__mof_qualifiers qualifiers;
    wql__mof_name name;
    wql__mof_value value;
} wql__mof_assignment;

typedef struct wql__mof_assignments {
    wql__mof_assignment *first, *last;
    uint32_t count;
} wql__mof_assignments;

typedef struct wql__mof_instance {
    struct wql__mof_instance *next;
    uint32_t file, ns;
    wql__mof_place place; /* from `instance` to the class's name */
    wql__mof_qualifiers qualifiers;
    wql__mof_name class_name;
    wql__mof_alias *alias;
    wql__mof_assignments assignments;
    bool is_broken;
    void *resolved;
} wql__mof_instance;

/* Where a qualifier may stand. */
enum {
    WQL__MOF_ON_CLASS = 1,
    WQL__MOF_ON_ASSOCIATION = 2,
    WQL__MOF_ON_INDICATION = 4,
    WQL__MOF_ON_PROPERTY = 8,
    WQL__MOF_ON_REFERENCE = 16,
    WQL__MOF_ON_METHOD = 32,
    WQL__MOF_ON_PARAMETER = 64,
    WQL__MOF_ON_QUALIFIER = 128,
    WQL__MOF_ON_ANY = 127
};

/* `Qualifier X : type = default, Scope(...), Flavor(...);` */
typedef struct wql__mof_declaration {
    struct wql__mof_declaration *next;
    uint32_t file;
    wql__mof_name name;
    wql__mof_type type;
    bool is_array;
    wql__mof_value value;
    uint32_t scopes, flavors;
} wql__mof_declaration;

#endif
