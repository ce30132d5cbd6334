/* SPDX-License-Identifier: MIT */
/* mof_out_class.c: a class as MOF: what is its own, not what it inherits as it is. */
#include "../base/fold.h"
#include "../data/value.h"
#include "mof.h"
#include "mof_out.h"

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

static bool is_named(const wql_qualifier *q, const char *name) { return wql__fold_equal(wql_s(q->name), wql_s(name)); }

bool wql__mof_is_implied(const wql_qualifier *q, uint32_t flags) {
    for (int i = 0; i < FLAG_NAMES; i++)
        if (is_named(q, flag_names[i].name))
            return q->value.type == WQL_BOOLEAN && q->value.b == ((flags & flag_names[i].flag) != 0);
    return (flags & WQL_INTERVAL) && is_named(q, "SubType") && q->value.type == WQL_STRING &&
           wql__fold_equal(q->value.str, wql_s("interval"));
}

/* The qualifiers of one thing. */
typedef struct remarks {
    uint32_t flags, count;
    const wql_qualifier *list;
} remarks;

static bool is_own(const wql_qualifier *q) { return !(q->flavor & WQL_FLAVOR_PROPAGATED); }

/* Whether a qualifier of its own says it, so that the flag need not. */
static bool is_said(const remarks *r, const char *name) {
    for (uint32_t i = 0; i < r->count; i++)
        if (is_own(&r->list[i]) && is_named(&r->list[i], name)) return true;
    return false;
}

/* What a reader knows of it without a declaration; NULL: nothing. */
static const wql__mof_known *known_of(const wql_qualifier *q) {
    const wql__mof_known *known;
    for (uint32_t i = 0; (known = wql__mof_known_qualifier(i)) != NULL; i++)
        if ((known->name[0] | 0x20) == (q->name[0] | 0x20) && is_named(q, known->name)) return known;
    return NULL;
}

/* The flavour that a reader gives where none is written. */
static uint32_t usual_flavor(const wql__mof_known *known) {
    uint32_t flavor = 0;
    if (!known) return 0;
    if (known->flavors & WQL__MOF_TO_INSTANCE) flavor |= WQL_FLAVOR_TO_INSTANCE;
    if (known->flavors & WQL__MOF_TO_SUBCLASS) flavor |= WQL_FLAVOR_TO_SUBCLASS;
    if (known->flavors & WQL__MOF_DISABLE_OVERRIDE) flavor |= WQL_FLAVOR_NOT_OVERRIDABLE;
    return flavor;
}

/* Only what is not usual is written. */
static void put_flavors(wql__mof_printer *p, uint32_t flavor, uint32_t usual) {
    static const struct {
        uint32_t bit;
        const char *on, *off;
    } words[] = {{WQL_FLAVOR_NOT_OVERRIDABLE, " DisableOverride", " EnableOverride"},
                 {WQL_FLAVOR_TO_SUBCLASS, " ToSubclass", " Restricted"},
                 {WQL_FLAVOR_TO_INSTANCE, " ToInstance", ""}, /* no qualifier usually is */
                 {WQL_FLAVOR_AMENDED, " Amended", ""}};
    uint32_t unusual = flavor ^ usual;
    bool first = true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!(unusual & words[i].bit)) continue;
        if (first) wql__mof_put(p, " :");
        first = false;
        wql__mof_put(p, flavor & words[i].bit ? words[i].on : words[i].off);
    }
}

/* A declaration may have spelled the name otherwise: it is written as it will be read. */
static void put_qualifier(wql__mof_printer *p, const wql_qualifier *q) {
    const wql__mof_known *known = known_of(q);
    wql__mof_put(p, known ? known->name : q->name);
    if (q->value.type & WQL_ARRAY) {
        wql__mof_put_value(p, &q->value);
    } else if (q->value.type != WQL_BOOLEAN || !q->value.b) {
        wql__mof_put(p, "(");
        wql__mof_put_value(p, &q->value);
        wql__mof_put(p, ")");
    }
    put_flavors(p, q->flavor, usual_flavor(known));
}

static void separate(wql__mof_printer *p, bool *first, bool lines) {
    if (!*first) wql__mof_put(p, lines ? "," : ", ");
    if (!*first && lines) wql__mof_newline(p);
    *first = false;
}

/* False: there are none. */
static bool put_list(wql__mof_printer *p, const remarks *r, bool lines) {
    bool first = true;
    wql__mof_put(p, "[");
    p->indent++;
    for (int i = 0; i < FLAG_NAMES; i++) {
        if (!(r->flags & flag_names[i].flag) || is_said(r, flag_names[i].name)) continue;
        separate(p, &first, lines);
        wql__mof_put(p, flag_names[i].name);
    }
    if ((r->flags & WQL_INTERVAL) && !is_said(r, "SubType")) {
        separate(p, &first, lines);
        wql__mof_put(p, "SubType(\"interval\")");
    }
    for (uint32_t i = 0; i < r->count; i++) {
        if (!is_own(&r->list[i])) continue;
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

/* An object whose qualifiers say that it is one stands as a string, as DSP0004 has it. */
static bool is_embedded_string(uint32_t type, const wql_qualifier *list, uint32_t count) {
    for (uint32_t i = 0; i < count && (type & ~(uint32_t)WQL_ARRAY) == WQL_OBJECT; i++)
        if (is_named(&list[i], "EmbeddedInstance") || (is_named(&list[i], "EmbeddedObject") && list[i].value.b)) return true;
    return false;
}

/* The type and the name of a property, parameter or method, whose qualifiers these are. */
static void put_declared(wql__mof_printer *p, const wql_property_def *type, const char *name, const wql_qualifier *list,
                         uint32_t count) {
    uint32_t item = type->type & ~(uint32_t)WQL_ARRAY;
    if (item == WQL_REFERENCE)
        wql__out_format(p->out, "%s REF", type->class_name ? type->class_name : "object");
    else if (is_embedded_string(type->type, list, count))
        wql__mof_put(p, "string");
    else
        wql__mof_put(p, item == WQL_OBJECT && type->class_name ? type->class_name : wql__type_name(item));
    wql__out_format(p->out, " %s", name);
    if (type->type & WQL_ARRAY) wql__mof_put(p, "[]");
}

static void put_property(wql__mof_printer *p, const wql_property_def *def, uint32_t flags) {
    remarks r = {flags, def->qualifier_count, def->qualifiers};
    put_qualifiers(p, &r, false);
    put_declared(p, def, def->name, def->qualifiers, def->qualifier_count);
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
        put_declared(p, returned, def->name, def->qualifiers, def->qualifier_count);
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
