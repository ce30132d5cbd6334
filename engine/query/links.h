/* SPDX-License-Identifier: MIT */
/* links.h: association queries (wql-language 2.5): what was asked, and the plans of the steps that answer it.
 *
 * ASSOCIATORS OF {source} and REFERENCES OF {source} are answered in steps, each of which is a query of its own, so that all of
 * it reaches providers as scans with conditions:
 *
 *   source   the object that the braces name, by its keys: is it there, and of which class exactly
 *   hop      for each association class and each of its references that may name the source: the instances whose reference is the
 *            source's path
 *   ends     ASSOCIATORS OF: for each other reference of such an instance: the object it names, by its keys
 *
 * A hop's class and its ends are only known when the source was found, so steps are planned while the query runs. What needs no
 * instances (SCHEMAONLY) is answered from the catalog when it is planned. */
#ifndef WQL_QUERY_LINKS_H
#define WQL_QUERY_LINKS_H

#include "../data/reference.h"
#include "plan.h"

/* What was asked. Names with ptr NULL: the term is not there. */
typedef struct wql__links_request {
    bool references; /* REFERENCES OF */
    bool class_defs_only, keys_only, schema_only;
    const wql__object_path *path;
    wql_str text; /* what the path was read from */
    wql_str assoc_class, result_class, role, result_role, required_qualifier, required_assoc_qualifier;
} wql__links_request;

/* What a plan knows of it. */
typedef struct wql__links {
    wql__links_request request; /* its names in the plan's memory; path NULL */
    wql_str source;             /* the spelling of the path */
    uint32_t offset, length;    /* of the path in the text */
    const wql_value *keys;      /* of the source, in the order of its class's keys; NULL: a singleton */
    wql__plan *find;            /* of the source; retained */
    wql__mount **mounts;        /* any of the namespace may be asked; kept by the catalog */
    uint32_t mount_count;
} wql__links;

/* One way from the source: reference `role` of an association class may name it. */
typedef struct wql__hop {
    const wql__class_entry *entry;
    uint32_t role;         /* number of the property */
    uint32_t before_count; /* REFERENCES OF: roles of the same class that came before, whose rows are out already */
    const uint32_t *before;
} wql__hop;

/* The plan of an association query. A schema query in the end if SCHEMAONLY was asked for. Returns as wql__plan_make, and the
 * codes of wql__locate; WQL_E_INVALID_QUERY: terms that exclude each other, a class where an instance is needed or the other way
 * round. */
wql_status wql__plan_links(const wql__links_request *request, wql__mem *mem, wql__catalog *catalog, uint32_t flags,
                           const wql__zone *zone, wql__turn *turn, wql__plan **out, wql_error *err);
/* The same of a tree. */
wql_status wql__plan_association(const wql__query_tree *tree, wql__mem *mem, wql__catalog *catalog, uint32_t flags,
                                 const wql__zone *zone, wql__turn *turn, wql__plan **out, wql_error *err);
void wql__links_free(wql__links *links);

/* The ways from a source of exactly this class. Returns WQL_OK or no memory. */
wql_status wql__links_hops(const wql__plan *plan, const wql_class *source, wql__arena *arena, wql__hop **out, uint32_t *count,
                           wql_error *err);
/* Whether an object of exactly this class is one of those asked for; whether one of it or of a class derived from it may be. */
bool wql__links_takes(const wql__plan *plan, const wql_class *cls);
bool wql__links_may_take(const wql__plan *plan, const wql__class_entry *entry);

/* Whether reference `property` of the hop's class is one that leads on. */
bool wql__links_is_end(const wql__plan *plan, const wql__hop *hop, uint32_t property);
/* Call flags of the steps whose rows come out: how much of them. */
uint32_t wql__links_result_flags(const wql__plan *plan);

/* Instances of the hop's class that name the source, which is spelled in one of `count` ways: all that comes out of REFERENCES
 * OF, or the references that lead on, as columns. */
wql_status wql__links_plan_hop(const wql__plan *plan, const wql__hop *hop, const wql_str *sources, uint32_t count,
                               wql__turn *turn, wql__plan **out, wql_error *err);

/* Objects of a class, and of those derived from it, by their keys: one object; or several, none of them twice, where all keys of
 * the class are integers and texts. Of several, each key is one of a list, which is a condition that providers know. */
bool wql__links_can_gather(const wql_class *cls);
wql_status wql__links_plan_ends(const wql__plan *plan, const wql__reference *const *ends, uint32_t count, wql__turn *turn,
                                wql__plan **out, wql_error *err);
/* Whether the providers take over as much of `gathered`, a plan of several ends, as they would of one of them: else one by one is
 * better. Returns as the plans do. */
wql_status wql__links_are_listed(const wql__plan *plan, const wql__plan *gathered, const wql__reference *end, wql__turn *turn,
                                 bool *listed, wql_error *err);
/* Whether two values of a key are the same. */
bool wql__links_same_key(const wql_value *a, const wql_value *b);

/* The definitions of `count` classes, which are to be written to *listed before it is used. */
wql_status wql__links_plan_classes(const wql__plan *plan, uint32_t count, wql__turn *turn, wql__plan **out,
                                   const wql_class ***listed, wql_error *err);

#endif
