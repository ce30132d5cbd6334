/* SPDX-License-Identifier: MIT */
/* mof_out_class.c: a class as MOF: what is its own, not what it inherits as it is. */
#include "../base/fold.h"
#include "mof_out.h"
#include "value.h"

/* -- qualifiers -------------------------------------------------------------------------------------------------- */

/* What flags say, in the order in which it is written. */
static const struct {
    uint32_t flag;
    const char *name;
} flag_names[] = {{WQL_ABSTRACT, "Abstract"},
                  {WQL_ASSOCIATION, "Association"},
                  {WQL_SINGLETON, "Singleton"},
                  {WQL_KEY, "Key"},
                  {WQL_IN, "In"},
                  {WQL_OUT, "Out"}};
enum { FLAG_NAMES = sizeof flag_names / sizeof *flag_names };

bool wql__mof_is_implied(const char *qualifier, const wql_value *value, uint32_t flags) {
    for (int i = 0; i < FLAG_NAMES; i++)
        if (wql__fold_equal(wql_s(qualifier), wql_s(flag_names[i].name)))
            return value->type == WQL_BOOLEAN && value->b == ((flags & flag_names[i].flag) != 0);
    return (flags & WQL_INTERVAL) && wql__fold_equal(wql_s(qualifier), wql_s("SubType"));
}

/* The qualifiers of one thing. */
typedef struct remarks {
    uint32_t flags, count;
    const wql_qualifier *list;
} remarks;

static void put_flavors(wql__mof_printer *p, uint32_t flavor) {
    if (!(flavor & (WQL_FLAVOR_TO_INSTANCE | WQL_FLAVOR_TO_SUBCLASS | WQL_FLAVOR_NOT_OVERRIDABLE | WQL_FLAVOR_AMENDED))) return;
    wql__mof_put(p, " :");
    if (flavor & WQL_FLAVOR_TO_INSTANCE) wql__mof_put(p, " ToInstance");
    if (flavor & WQL_FLAVOR_TO_SUBCLASS) wql__mof_put(p, " ToSubclass");
    if (flavor & WQL_FLAVOR_NOT_OVERRIDABLE) wql__mof_put(p, " DisableOverride");
    if (flavor & WQL_FLAVOR_AMENDED) wql__mof_put(p, " Amended");
}

static void put_qualifier(wql__mof_printer *p, const wql_qualifier *q) {
    wql__mof_put(p, q->name);
    if (q->value.type & WQL_ARRAY) {
        wql__mof_put_value(p, &q->value);
    } else if (q->value.type != WQL_BOOLEAN || !q->value.b) {
        wql__mof_put(p, "(");
        wql__mof_put_value(p, &q->value);
        wql__mof_put(p, ")");
    }
    put_flavors(p, q->flavor);
}

static void separate(wql__mof_printer *p, bool *first, bool lines) {
    if (!*first) wql__mof_put(p, lines ? "," : ", ");
    if (!*first && lines) wql__mof_newline(p);
    *first = false;
}

static bool is_written(const remarks *r, const wql_qualifier *q) {
    return !(q->flavor & WQL_FLAVOR_PROPAGATED) && !wql__mof_is_implied(q->name, &q->value, r->flags);
}

/* False: there are none. */
static bool put_list(wql__mof_printer *p, const remarks *r, bool lines) {
    bool first = true;
    wql__mof_put(p, "[");
    p->indent++;
    for (int i = 0; i < FLAG_NAMES; i++) {
        if (!(r->flags & flag_names[i].flag)) continue;
        separate(p, &first, lines);
        wql__mof_put(p, flag_names[i].name);
    }
    if (r->flags & WQL_INTERVAL) {
        separate(p, &first, lines);
        wql__mof_put(p, "SubType(\"interval\")");
    }
    for (uint32_t i = 0; i < r->count; i++) {
        if (!is_written(r, &r->list[i])) continue;
        separate(p, &first, lines);
        put_qualifier(p, &r->list[i]);
    }
    p->indent--;
    wql__mof_put(p, "]");
    return !first;
}

/* How long the list is without line ends of its own; 0: there are none. */
static size_t list_length(const remarks *r) {
    wql__out nowhere = {NULL, 0, 0};
    wql__mof_printer p = {.out = &nowhere};
    return put_list(&p, r, false) ? nowhere.len : 0;
}

/* In front of what they belong to: on its line if they are short, else on lines of their own. */
static void put_qualifiers(wql__mof_printer *p, const remarks *r, bool alone) {
    size_t length = list_length(r);
    bool lines = length + p->indent > WQL__MOF_WIDTH - 40;
    if (!length) return;
    (void)put_list(p, r, lines);
    if (lines || alone)
        wql__mof_newline(p);
    else
        wql__mof_put(p, " ");
}

/* -- properties and methods -------------------------------------------------------------------------------------- */

/* The type and the name of a property, parameter or method. */
static void put_declared(wql__mof_printer *p, uint32_t type, const char *class_name, const char *name) {
    uint32_t item = type & ~(uint32_t)WQL_ARRAY;
    if (item == WQL_REFERENCE)
        wql__out_format(p->out, "%s REF", class_name ? class_name : "object");
    else
        wql__mof_put(p, item == WQL_OBJECT && class_name ? class_name : wql__type_name(item));
    wql__out_format(p->out, " %s", name);
    if (type & WQL_ARRAY) wql__mof_put(p, "[]");
}

static void put_property(wql__mof_printer *p, const wql_property_def *def, uint32_t flags) {
    remarks r = {flags, def->qualifier_count, def->qualifiers};
    put_qualifiers(p, &r, false);
    put_declared(p, def->type, def->class_name, def->name);
    if (!def->initial || def->initial->type == WQL_NULL) return;
    wql__mof_put(p, " = ");
    wql__mof_put_value(p, def->initial);
}

static void put_method(wql__mof_printer *p, const wql_method_def *def) {
    remarks r = {0, def->qualifier_count, def->qualifiers};
    const wql_property_def *returned = NULL;
    bool first = true;
    for (uint32_t i = 0; i < def->param_count; i++)
        if (!returned && wql__is_return_value(&def->params[i])) returned = &def->params[i];
    put_qualifiers(p, &r, false);
    if (returned)
        put_declared(p, returned->type, returned->class_name, def->name);
    else
        wql__out_format(p->out, "void %s", def->name);
    wql__mof_put(p, "(");
    p->indent += WQL__MOF_STEP;
    for (uint32_t i = 0; i < def->param_count; i++) {
        if (&def->params[i] == returned) continue;
        if (!first) wql__mof_put(p, ",");
        first = false;
        wql__mof_newline(p);
        put_property(p, &def->params[i], def->params[i].flags);
    }
    p->indent -= WQL__MOF_STEP;
    wql__mof_put(p, ")");
}

/* -- the class --------------------------------------------------------------------------------------------------- */

/* What is inherited as it is, or declared again with nothing new, is not written. */
static bool is_own_property(const wql_class *cls, uint32_t i) {
    const wql_class *super = cls->superclass;
    return !super || i >= super->def.property_count || !wql__property_equal(&cls->def.properties[i], &super->def.properties[i]);
}

static bool is_own_method(const wql_class *cls, uint32_t i) {
    const wql_class *super = cls->superclass;
    return !super || i >= super->def.method_count || !wql__method_equal(&cls->def.methods[i], &super->def.methods[i]);
}

/* A key that is declared again is a key without saying so. */
static uint32_t flags_of(const wql_class *cls, uint32_t i) {
    uint32_t flags = cls->def.properties[i].flags;
    bool again = cls->superclass && i < cls->superclass->def.property_count;
    return again ? flags & ~(cls->superclass->def.properties[i].flags & WQL_KEY) : flags;
}

void wql__mof_put_class(wql__out *out, const wql_class *cls) {
    const wql_class_def *def = &cls->def;
    wql__mof_printer p = {.out = out, .line = out->len};
    remarks r = {def->flags, def->qualifier_count, def->qualifiers};
    put_qualifiers(&p, &r, true);
    wql__out_format(out, "class %s ", def->name);
    if (def->superclass) wql__out_format(out, ": %s ", def->superclass);
    wql__mof_put(&p, "{");
    p.indent = WQL__MOF_STEP;
    for (uint32_t i = 0; i < def->property_count; i++) {
        if (!is_own_property(cls, i)) continue;
        wql__mof_newline(&p);
        put_property(&p, &def->properties[i], flags_of(cls, i));
        wql__mof_put(&p, ";");
    }
    for (uint32_t i = 0; i < def->method_count; i++) {
        if (!is_own_method(cls, i)) continue;
        wql__mof_newline(&p);
        put_method(&p, &def->methods[i]);
        wql__mof_put(&p, ";");
    }
    p.indent = 0;
    wql__mof_newline(&p);
    wql__mof_put(&p, "};\n");
}
