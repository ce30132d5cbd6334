/* SPDX-License-Identifier: MIT */
/* class_equal.c: whether two classes are the same. */
#include "../base/fold.h"
#include "../data/datetime.h"
#include "../data/value.h"
#include "mof_out.h"

#include <string.h>

/* Where the comparison is, for the words of `why`. */
typedef struct comparison {
    wql__out *why;
    const char *cls, *part;
} comparison;

static bool differ(const comparison *c, const char *what) {
    if (c->why) wql__out_format(c->why, "%s%s%s: %s", c->cls, c->part ? "." : "", c->part ? c->part : "", what);
    return false;
}

static bool same_text(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }
/* Names of other classes, and of qualifiers, are names without regard to case. */
static bool same_name(const char *a, const char *b) { return a && b ? wql__fold_equal(wql_s(a), wql_s(b)) : a == b; }

/* -- values ------------------------------------------------------------------------------------------------------ */

static bool same_single(const wql_value *a, const wql_value *b) {
    if (a->type != b->type) return false;
    if (wql__type_is_text(a->type))
        return a->str.len == b->str.len && (!a->str.len || memcmp(a->str.ptr, b->str.ptr, a->str.len) == 0);
    switch (a->type) {
    case WQL_NULL: return true;
    case WQL_BOOLEAN: return a->b == b->b;
    case WQL_DATETIME: return memcmp(&a->time, &b->time, sizeof a->time) == 0;
    default: return a->u64 == b->u64; /* of i64 and f64 the same bits */
    }
}

/* How a reader takes the literal of a qualifier that nobody declared. */
static wql_value as_read(const wql_value *value, char text[26]) {
    wql_value read = *value;
    if (wql__type_is_integer(value->type)) {
        read.type = wql__type_is_signed(value->type) && value->i64 < 0 ? WQL_SINT64 : WQL_UINT64;
    } else if (wql__type_is_real(value->type)) {
        read.type = WQL_REAL64;
    } else if (value->type == WQL_REFERENCE) {
        read.type = WQL_STRING;
    } else if (value->type == WQL_DATETIME) {
        read = wql_text((wql_str){text, wql__datetime_print(&value->time, text)});
    }
    return read;
}

static bool same_remark_value(const wql_value *a, const wql_value *b) {
    char text_a[26], text_b[26];
    bool array = (a->type & WQL_ARRAY) != 0;
    wql_value read_a, read_b;
    if (array != ((b->type & WQL_ARRAY) != 0)) return false;
    if (array && a->count != b->count) return false;
    for (uint32_t i = 0; i < (array ? a->count : 1); i++) {
        read_a = as_read(array ? &a->items[i] : a, text_a);
        read_b = as_read(array ? &b->items[i] : b, text_b);
        if (!same_single(&read_a, &read_b)) return false;
    }
    return true;
}

/* Both as values of the property's type. */
static bool same_default(const wql_property_def *def, const wql_value *a, const wql_value *b) {
    uint32_t item = def->type & ~(uint32_t)WQL_ARRAY;
    bool array = a && (a->type & WQL_ARRAY), interval = (def->flags & WQL_INTERVAL) != 0;
    wql_value fit_a, fit_b;
    if (!a || a->type == WQL_NULL || !b || b->type == WQL_NULL) return (!a || a->type == WQL_NULL) == (!b || b->type == WQL_NULL);
    if (array != ((b->type & WQL_ARRAY) != 0) || (array && a->count != b->count)) return false;
    for (uint32_t i = 0; i < (array ? a->count : 1); i++) {
        if (wql__value_convert(array ? &a->items[i] : a, item, interval, &fit_a) < 0 ||
            wql__value_convert(array ? &b->items[i] : b, item, interval, &fit_b) < 0 || !same_single(&fit_a, &fit_b))
            return false;
    }
    return true;
}

/* -- qualifiers -------------------------------------------------------------------------------------------------- */

/* The next one from *at on that counts; NULL: there is none. */
static const wql_qualifier *next_remark(const wql_qualifier *list, uint32_t count, uint32_t flags, uint32_t *at) {
    for (; *at < count; ++*at)
        if (!(list[*at].flavor & WQL_FLAVOR_PROPAGATED) && !wql__mof_is_implied(&list[*at], flags)) return &list[(*at)++];
    return NULL;
}

static bool same_qualifiers(const comparison *c, uint32_t flags, const wql_qualifier *a, uint32_t a_count, const wql_qualifier *b,
                            uint32_t b_count) {
    uint32_t at_a = 0, at_b = 0;
    for (;;) {
        const wql_qualifier *one = next_remark(a, a_count, flags, &at_a), *other = next_remark(b, b_count, flags, &at_b);
        if (!one && !other) return true;
        if (!one || !other) return differ(c, one ? one->name : other->name);
        if (!same_name(one->name, other->name) || one->flavor != other->flavor || !same_remark_value(&one->value, &other->value))
            return differ(c, one->name);
    }
}

/* -- parts ------------------------------------------------------------------------------------------------------- */

static bool same_property(comparison *c, const wql_property_def *a, const wql_property_def *b, uint32_t flags_a,
                          uint32_t flags_b) {
    c->part = a->name;
    if (!same_text(a->name, b->name)) return differ(c, b->name);
    if (a->type != b->type || !same_name(a->class_name, b->class_name)) return differ(c, "type");
    if (flags_a != flags_b) return differ(c, "flags");
    if (!same_name(a->origin, b->origin)) return differ(c, "origin");
    if (!same_default(a, a->initial, b->initial)) return differ(c, "default");
    return same_qualifiers(c, flags_a, a->qualifiers, a->qualifier_count, b->qualifiers, b->qualifier_count);
}

bool wql__property_equal(const wql_property_def *a, const wql_property_def *b) {
    comparison c = {NULL, "", NULL};
    return same_property(&c, a, b, a->flags, b->flags);
}

/* A parameter that does not say where it goes goes in. */
static uint32_t param_flags(const wql_property_def *param) {
    return param->flags & (WQL_IN | WQL_OUT) ? param->flags : param->flags | WQL_IN;
}

bool wql__is_return_value(const wql_property_def *param) {
    return !(param->type & WQL_ARRAY) && (param->flags & (WQL_IN | WQL_OUT)) == WQL_OUT &&
           wql__fold_equal(wql_s(param->name), wql_s("ReturnValue"));
}

/* The parameter with that number when what is returned stands behind the others. */
static const wql_property_def *param_at(const wql_method_def *method, uint32_t number) {
    const wql_property_def *returned = NULL;
    for (uint32_t i = 0; i < method->param_count; i++) {
        if (!returned && wql__is_return_value(&method->params[i]))
            returned = &method->params[i];
        else if (number-- == 0)
            return &method->params[i];
    }
    return returned;
}

static bool same_method(comparison *c, const wql_method_def *a, const wql_method_def *b) {
    c->part = a->name;
    if (!same_text(a->name, b->name)) return differ(c, b->name);
    if (a->param_count != b->param_count) return differ(c, "number of parameters");
    if (!same_qualifiers(c, 0, a->qualifiers, a->qualifier_count, b->qualifiers, b->qualifier_count)) return false;
    for (uint32_t i = 0; i < a->param_count; i++) {
        const wql_property_def *one = param_at(a, i), *other = param_at(b, i);
        if (!same_property(c, one, other, param_flags(one), param_flags(other))) return false;
    }
    return true;
}

bool wql__method_equal(const wql_method_def *a, const wql_method_def *b) {
    comparison c = {NULL, "", NULL};
    return same_method(&c, a, b);
}

bool wql__class_equal(const wql_class *a, const wql_class *b, wql__out *why) {
    const wql_class_def *one = &a->def, *other = &b->def;
    comparison c = {why, one->name, NULL};
    if (!same_text(one->name, other->name)) return differ(&c, other->name);
    if (!same_name(one->superclass, other->superclass)) return differ(&c, "superclass");
    if (one->flags != other->flags) return differ(&c, "flags");
    if (one->property_count != other->property_count) return differ(&c, "number of properties");
    if (one->method_count != other->method_count) return differ(&c, "number of methods");
    if (!same_qualifiers(&c, one->flags, one->qualifiers, one->qualifier_count, other->qualifiers, other->qualifier_count))
        return false;
    for (uint32_t i = 0; i < one->property_count; i++)
        if (!same_property(&c, &one->properties[i], &other->properties[i], one->properties[i].flags, other->properties[i].flags))
            return false;
    for (uint32_t i = 0; i < one->method_count; i++)
        if (!same_method(&c, &one->methods[i], &other->methods[i])) return false;
    return true;
}
