/* SPDX-License-Identifier: MIT */
/* event.c: event queries against the system classes of events (wql-language 2.7): names, types and operators are checked as those
 * of any query; BY and HAVING have rules of their own. They are not run yet. */
#include "bind.h"

#include "../base/fold.h"
#include "../data/value.h"

static wql_status fail_from(wql__binder *b, wql_status code, const char *why) {
    const wql__name *from = &b->tree->from;
    return wql__fail_at(b->err, code, b->tree->text, from->offset, from->length, "%.*s %s", WQL_FMT(from->text), why);
}

/* A class that is known, and whether it is one of events. */
static wql_status bind_event_class(wql__binder *b) {
    const wql__catalog *catalog = b->plan->catalog;
    const wql__class_entry *entry = wql__catalog_find(catalog, b->tree->from.text);
    b->cls = entry ? entry->cls : NULL;
    if (b->cls && wql__class_isa(b->cls, wql_s("__Event"))) return WQL_OK;
    if (b->cls) return fail_from(b, WQL_E_NOT_EVENT_CLASS, "is no class of events: it does not derive from __Event");
    (void)fail_from(b, WQL_E_INVALID_CLASS, "is no class of the namespace");
    wql__error_hint(b->err, wql__catalog_near(catalog, b->tree->from.text));
    return WQL_E_INVALID_CLASS;
}

/* One property behind BY. */
static wql_status bind_by(wql__binder *b, const wql__path *path) {
    const wql_property_def *def;
    wql__path first = *path;
    int system;
    uint32_t property;
    wql_status status;
    first.count = 1;
    status = wql__bind_path(b, &first, &system, &property);
    if (status < 0) return status;
    def = system == WQL__SYS_NONE ? wql__class_property_def(b->cls, property) : NULL;
    if (path->count == 1 && def && def->type == WQL_OBJECT)
        return wql__fail_at(b->err, WQL_E_AGGREGATING_BY_OBJECT, b->tree->text, path->offset, path->length,
                            "%s is an object: events are grouped by one of its properties, as in %s.__CLASS", def->name,
                            def->name);
    if (path->count > 1 && (!def || def->type != WQL_OBJECT))
        return wql__fail_at(b->err, WQL_E_PROPERTY_NOT_AN_OBJECT, b->tree->text, path->offset, path->length,
                            "%s is no object, it has no parts", def ? def->name : wql__system_name(system));
    return WQL_OK;
}

/* HAVING looks at the event that stands for the group. */
static wql_status bind_having(wql__binder *b, const wql__node *having) {
    const wql__class_entry *aggregate = wql__catalog_find(b->plan->catalog, wql_s("__AggregateEvent"));
    const wql_class *event = b->cls;
    wql__expr *unused;
    wql_status status;
    if (!aggregate) return fail_from(b, WQL_E_INVALID_CLASS, "is in a namespace without __AggregateEvent");
    b->cls = aggregate->cls;
    status = wql__bind_condition(b, having, &unused);
    b->cls = event;
    return status;
}

wql_status wql__bind_event(wql__binder *b) {
    const wql__event *event = b->tree->event;
    wql_status status = bind_event_class(b);
    if (status >= 0) status = wql__bind_select(b);
    if (status >= 0) status = wql__bind_where(b);
    for (uint32_t i = 0; status >= 0 && event && i < event->by_count; i++) status = bind_by(b, &event->by[i]);
    if (status >= 0 && event && event->having) status = bind_having(b, event->having);
    return status;
}
