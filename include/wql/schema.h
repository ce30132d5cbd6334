/* SPDX-License-Identifier: MIT */
/* schema.h: classes. The struct that registers a class is the struct in which it is browsed. */
#ifndef WQL_SCHEMA_H
#define WQL_SCHEMA_H

#include "value.h"

WQL_BEGIN

typedef struct wql_class wql_class;     /* an immutable snapshot of one class, counted */
typedef struct wql_session wql_session; /* engine.h */

/* Flags of definitions. */
enum {
    WQL_KEY = 1,          /* property: part of the key; never NULL in an instance */
    WQL_INTERVAL = 2,     /* datetime property: holds intervals */
    WQL_IN = 4,           /* method parameter: goes in */
    WQL_OUT = 8,          /* method parameter: comes out */
    WQL_ABSTRACT = 16,    /* class: no instance has exactly this class */
    WQL_ASSOCIATION = 32, /* class: links others by its references */
    WQL_SINGLETON = 64    /* class: has exactly one instance, whose path is Class=@ */
};

/* Bits of a qualifier's flavour, those of WBEM_FLAVOR_TYPE. 0: it stays where it is, and a subclass may give it another value. */
enum {
    WQL_FLAVOR_TO_INSTANCE = 1,  /* instances show it */
    WQL_FLAVOR_TO_SUBCLASS = 2,  /* subclasses inherit it */
    WQL_FLAVOR_NOT_OVERRIDABLE = 0x10,
    WQL_FLAVOR_PROPAGATED = 0x20, /* inherited: it is not the class's own */
    WQL_FLAVOR_AMENDED = 0x80     /* a text for people, which may be there in other languages */
};

/* A qualifier: a named remark on a class, property, method or parameter. Frozen. flavor: WQL_FLAVOR_... What a flag of a definition
 * says (WQL_KEY, WQL_ABSTRACT ...) need not be said by a qualifier too. */
typedef struct wql_qualifier {
    const char *name;
    wql_value value;
    uint32_t flavor, zero;
} wql_qualifier;

/* A property, or a parameter of a method. Frozen.
 * In a definition that registers, leave `origin` NULL; in one that is browsed it names the class that declares the property. */
typedef struct wql_property_def {
    const char *name;             /* an identifier: letter or underscore first, then also digits; UTF-8 */
    uint32_t type;                /* CIM type, perhaps | WQL_ARRAY */
    uint32_t flags;               /* WQL_KEY, WQL_INTERVAL, WQL_IN, WQL_OUT */
    const char *class_name;       /* of a reference or object: the class it must be of; NULL = any */
    const char *origin;           /* out only */
    const wql_value *initial;     /* default value, or NULL; a number of another type is made one of the property's */
    const wql_qualifier *qualifiers;
    uint32_t qualifier_count, zero;
} wql_property_def;

/* A method. Frozen. A value that it returns is its parameter `ReturnValue`, the last one, which only comes out (WQL_OUT). */
typedef struct wql_method_def {
    const char *name;
    const wql_property_def *params;
    const wql_qualifier *qualifiers;
    uint32_t param_count, qualifier_count;
} wql_method_def;

/* A class. Registered: its own parts only, copied by the library. Browsed (wql_class_describe): all parts, inherited ones first
 * and in the superclass's order. A property's number is its place in the browsed form, on both sides of the library: property 0
 * of a class is property 0 of every class derived from it. A property that repeats an inherited name must have its type, and
 * keeps the inherited number. */
typedef struct wql_class_def {
    uint32_t struct_size;
    uint32_t flags;                      /* WQL_ABSTRACT, WQL_ASSOCIATION, WQL_SINGLETON */
    const char *name, *superclass;       /* superclass NULL: none */
    const wql_property_def *properties;
    const wql_qualifier *qualifiers;
    const wql_method_def *methods;
    uint32_t property_count, qualifier_count, method_count;
} wql_class_def;

/* One class of the session's namespace, by name without regard to case.
 * @param out  [out] retained; release it
 * Returns WQL_OK; WQL_E_INVALID_CLASS (hint: the nearest name); WQL_E_INVALID_PARAMETER (NULL); WQL_E_ACCESS_DENIED;
 * WQL_E_SHUTTING_DOWN. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_session_class(wql_session *session, const char *name, wql_class **out, wql_error *err);

/* The flattened definition; lives with the class. NULL for NULL. Thread-safety: free, callback-safe. */
WQL_API const wql_class_def *wql_class_describe(const wql_class *cls);

/* The class it derives from; NULL: none, and for NULL. Borrowed: it lives with the class. What a class declares itself, or declares
 * again, is what differs from its superclass's definition. Thread-safety: free, callback-safe. */
WQL_API const wql_class *wql_class_superclass(const wql_class *cls);

/* Whether `cls` is the class `name` or derives from it, without regard to case. Thread-safety: free, callback-safe. */
WQL_API bool wql_class_isa(const wql_class *cls, const char *name);

/* Writes a class as MOF (docs/mof.md): its own parts, not those that it inherits as they are, with its qualifiers and their
 * flavours. Loading the text where its superclass is gives an equal class. The text is the same wherever it is written.
 * @param buf   [out] receives at most size-1 bytes and a NUL, cut on a character; may be NULL if size is 0
 * Returns the length of the whole text in bytes, as snprintf does; 0 for NULL. Thread-safety: free, callback-safe. */
WQL_API size_t wql_class_mof(const wql_class *cls, char *buf, size_t size);

/* One more, one less reference; a class lives on after its namespace and its engine. Both accept NULL.
 * Thread-safety: free, callback-safe. */
WQL_API wql_class *wql_class_retain(const wql_class *cls);
WQL_API void wql_class_release(wql_class *cls);

WQL_FINISH

#endif
