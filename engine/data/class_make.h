/* SPDX-License-Identifier: MIT */
/* class_make.h: one class snapshot from a definition; for the catalog. */
#ifndef WQL_DATA_CLASS_MAKE_H
#define WQL_DATA_CLASS_MAKE_H

#include "schema.h"

/* @param super  NULL: none; def->superclass is not looked at. The definition must lie in full size (see wql__catalog_make).
 * Returns WQL_OK; WQL_E_INVALID_CLASS, WQL_E_INVALID_PROPERTY, WQL_E_INVALID_METHOD (names); WQL_E_INVALID_CIM_TYPE;
 * WQL_E_INVALID_PROPERTY_TYPE; WQL_E_INVALID_PARAMETER; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__class_make(wql__mem *mem, const wql_class_def *def, const wql_class *super, const char *ns, const char *server,
                           wql_class **out, wql_error *err);

/* The same without a copy: all that the definition points to lies on the shelf, is well-formed, and names itself as the origin of
 * parameters. */
wql_status wql__class_make_on(wql__shelf *shelf, const wql_class_def *def, const wql_class *super, const char *ns,
                              const char *server, wql_class **out, wql_error *err);

/* A name that a query can say. */
bool wql__is_identifier(const char *name);

#endif
