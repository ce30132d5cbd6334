/* SPDX-License-Identifier: MIT */
/* instance.h: the values of one instance, made ready before they become a row: defaults, types, keys, references in their one
 * spelling; and an embedded object made of them. For those who have instances as values: MOF, and later writes. */
#ifndef WQL_DATA_INSTANCE_H
#define WQL_DATA_INSTANCE_H

#include "schema.h"

/* What an instance of the class begins with: the default of each property, or WQL_NULL. Whoever sets a property overwrites its
 * place, with WQL_NULL too.
 * @param values  [out] one for each property of the flattened class; views, which live with the class */
void wql__instance_defaults(const wql_class *cls, wql_value *values);

/* Brings each value to its property's type, and references to their one spelling (wql__reference_spell). Integers of any width,
 * and char16, fit an integer that can hold them; integers and reals fit a real; a text fits string and reference; a datetime fits
 * only what is one too, an interval likewise; in arrays the items likewise; an object must be of the property's class.
 * @param values   [in, out] as above; what is made new lies in the arena
 * @param catalog  the classes as they will be
 * Returns WQL_OK, or with the property's name in `err`: WQL_E_TYPE_MISMATCH; WQL_E_VALUE_OUT_OF_RANGE; WQL_E_INVALID_PARAMETER
 * (ill-formed UTF-8; a count without items); WQL_E_INVALID_OBJECT (an embedded object of another class); WQL_E_OUT_OF_MEMORY,
 * WQL_E_QUOTA_VIOLATION. err->hint is the property's name, so that a compiler can find its place. */
wql_status wql__instance_fit(const wql_class *cls, const wql__catalog *catalog, wql__arena *arena, wql_value *values,
                             wql_error *err);

/* Whether it can stand by itself. Returns WQL_OK; WQL_E_ILLEGAL_NULL: a key is NULL (hint: its name); WQL_E_INVALID_OBJECT: the
 * class is abstract, or has neither key nor is a singleton. */
wql_status wql__instance_check_keys(const wql_class *cls, const wql_value *values, wql_error *err);

/* An embedded object: a batch of one row that owns its bytes. Keys may be NULL.
 * @param values  that fit
 * @param out     [out] WQL_OBJECT; release out->object when it was put where it belongs (what takes it retains it)
 * Returns WQL_OK; WQL_E_INVALID_OBJECT (an abstract class); WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__instance_object(wql__mem *mem, const wql_class *cls, const wql_value *values, wql_value *out, wql_error *err);

#endif
