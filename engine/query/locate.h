/* SPDX-License-Identifier: MIT */
/* locate.h: what an object path names in a namespace (wql-language 2.6), and the plan that gets that object. */
#ifndef WQL_QUERY_LOCATE_H
#define WQL_QUERY_LOCATE_H

#include "../data/object_path.h"
#include "plan.h"

/* The class a path names, having checked that the path is one of its instances' (or, of a class path, its own): server and
 * namespace are the catalog's, every key is given and no other, `=@` stands on a singleton. Whether there is such an instance is
 * not known here.
 * @param text  what the path was read from, for places
 * Returns WQL_OK; WQL_E_INVALID_OBJECT_PATH (another server; a key that is none, or is missing; no singleton);
 * WQL_E_INVALID_NAMESPACE (another one); WQL_E_INVALID_CLASS (of an instance), WQL_E_NOT_FOUND (the class itself): the class is
 * not there, hint: the nearest. All with their place. */
wql_status wql__locate(const wql__object_path *path, wql_str text, const wql__catalog *catalog, const wql__class_entry **out,
                       wql_error *err);

/* The conditions that hold for the instance alone, as a tree for wql__plan_make: SELECT * FROM its class WHERE each key is what
 * the path says. The path must have passed wql__locate.
 * @param arena  of the tree, which points into path and text. Returns NULL if there is no memory. */
wql__query_tree *wql__locate_tree(const wql__object_path *path, wql_str text, const wql__class_entry *entry,
                                  const wql__catalog *catalog, wql__arena *arena);

/* The plan of a call that gets one object: an instance by its keys, or the definition of a class. Its run ends with the first
 * row, and with WQL_E_NOT_FOUND if there is none. As wql__plan_make, and the codes of wql__locate; a key's value that does not
 * fit its type is WQL_E_INVALID_OBJECT_PATH. */
wql_status wql__plan_fetch(const wql__object_path *path, wql_str text, wql__mem *mem, wql__catalog *catalog, uint32_t flags,
                           const wql__zone *zone, wql__turn *turn, wql__plan **out, wql_error *err);

#endif
