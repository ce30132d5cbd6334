/* SPDX-License-Identifier: MIT */
/* bind.c: names of the query -> classes and properties, comparisons -> tests. All that can be wrong with a name, an operator or a
 * literal is found here, from the FROM class alone, so it does not depend on rows or subclasses. */
#include "bind.h"

#include "../base/fold.h"
#include "../data/rule_part.h"
#include "../data/value.h"

#include <string.h>

wql_status wql__bind_no_memory(wql__binder *b) { return wql__fail_memory(b->plan->mem, b->err); }

/* -- the class of FROM ------------------------------------------------------------------------------------------- */

/* Whether a MappingStrings qualifier gives `name` as what the thing was called where it comes from. */
static bool maps_from(const wql_qualifier *qualifiers, uint32_t count, wql_str name) {
    for (uint32_t i = 0; i < count; i++) {
        const wql_value *value = &qualifiers[i].value;
        if (!wql__fold_equal(wql_s(qualifiers[i].name), wql_s("MappingStrings"))) continue;
        if (value->type == WQL_STRING && wql__fold_equal(value->str, name)) return true;
        for (uint32_t k = 0; value->type == (WQL_STRING | WQL_ARRAY) && k < value->count; k++)
            if (value->items[k].type == WQL_STRING && wql__fold_equal(value->items[k].str, name)) return true;
    }
    return false;
}

static wql_status fail_class(wql__binder *b) {
    const wql__catalog *catalog = b->plan->catalog;
    const wql__name *name = &b->tree->from;
    wql_str hint = {NULL, 0};
    wql_status status;
    for (uint32_t i = 0; i < catalog->count && !hint.len; i++) {
        const wql_class *cls = catalog->entries[i].cls;
        if (maps_from(cls->def.qualifiers, cls->def.qualifier_count, name->text)) hint = cls->name;
    }
    if (!hint.len) hint = wql__catalog_near(catalog, name->text);
    if (catalog->count)
        status = wql__fail_at(b->err, WQL_E_INVALID_CLASS, b->tree->text, name->offset, name->length,
                              "namespace %s has no class %.*s", catalog->ns, WQL_FMT(name->text));
    else
        status = wql__fail_at(b->err, WQL_E_INVALID_CLASS, b->tree->text, name->offset, name->length,
                              "the namespace has no class %.*s, nor any other", WQL_FMT(name->text));
    wql__error_hint(b->err, hint);
    return status;
}

/* FROM and what derives from it. A class has one superclass, so that each is met once and the stack never outgrows the catalog.
 */
static wql_status find_family(wql__binder *b) {
    const wql__catalog *catalog = b->plan->catalog;
    uint32_t *stack = wql__arena_alloc(&b->scratch, wql__array_size(catalog->count, sizeof *stack)), depth = 0;
    b->family = wql__arena_alloc(&b->scratch, wql__array_size(catalog->count, sizeof *b->family));
    if (!stack || !b->family) return wql__bind_no_memory(b);
    stack[depth++] = (uint32_t)(b->from - catalog->entries);
    while (depth) {
        const wql__class_entry *entry = &catalog->entries[stack[--depth]];
        b->family[b->family_count++] = entry;
        for (uint32_t i = entry->subclass_count; i-- > 0;) stack[depth++] = entry->subclasses[i];
    }
    return WQL_OK;
}

wql_status wql__bind_meta_class(wql__binder *b) {
    const wql__catalog *catalog = b->plan->catalog;
    wql__class_entry *entry = wql__arena_zero(b->arena, sizeof *entry);
    wql_status status;
    b->family = wql__arena_alloc(&b->scratch, sizeof *b->family);
    if (!entry || !b->family) return wql__bind_no_memory(b);
    status = wql__meta_class_make(b->plan->mem, catalog->ns, catalog->server, &b->plan->meta_class, b->err);
    if (status < 0) return status;
    entry->cls = b->plan->meta_class;
    b->from = b->plan->from = b->family[0] = entry;
    b->family_count = 1;
    b->cls = entry->cls;
    return WQL_OK;
}

/* FROM root\\cimv2:Class: only the session's own namespace can be named. */
static wql_status check_namespace(wql__binder *b) {
    const wql__path *ns = b->tree->ns;
    const wql__catalog *catalog = b->plan->catalog;
    const char *at = catalog->ns;
    size_t left = strlen(at);
    if (!ns) return WQL_OK;
    for (uint32_t i = 0; i < ns->count; i++) {
        const char *end = memchr(at, '\\', left);
        size_t len = end ? (size_t)(end - at) : left;
        bool last = i + 1 == ns->count;
        if (last != !end || !wql__fold_equal((wql_str){at, len}, ns->names[i].text))
            return wql__fail_at(b->err, WQL_E_INVALID_NAMESPACE, b->tree->text, ns->offset, ns->length,
                                "a query names the classes of the namespace that it runs in, which is %s", catalog->ns);
        if (!last) {
            at = end + 1;
            left -= len + 1;
        }
    }
    return WQL_OK;
}

wql_status wql__bind_class(wql__binder *b) {
    wql_status status = check_namespace(b);
    if (status < 0) return status;
    if (b->tree->kind == WQL_KIND_SCHEMA) return wql__bind_meta_class(b);
    b->from = wql__catalog_find(b->plan->catalog, b->tree->from.text);
    if (!b->from) return fail_class(b);
    b->cls = b->from->cls;
    b->plan->from = b->from;
    return find_family(b);
}

/* -- properties -------------------------------------------------------------------------------------------------- */

static wql_str near_property(const wql_class *cls, wql_str name) {
    wql__near near;
    wql__near_init(&near, name);
    for (uint32_t i = 0; i < cls->def.property_count; i++) wql__near_offer(&near, wql_s(cls->def.properties[i].name));
    for (int i = WQL__SYS_CLASS; i <= WQL__SYS_SUPERCLASS; i++) wql__near_offer(&near, wql_s(wql__system_name(i)));
    return near.best;
}

/* The class's own name before a property, as in SQL. */
static wql_status fail_prefix(wql__binder *b, const wql__path *path) {
    uint32_t number = wql__class_property(b->cls, path->names[1].text);
    wql_status status =
        wql__fail_at(b->err, WQL_E_INVALID_QUERY, b->tree->text, path->offset, path->length,
                     "%.*s is the class and no property of it: its properties are named without it", WQL_FMT(b->cls->name));
    if (path->count == 2 && number != WQL_NO_COLUMN)
        wql__error_hint(b->err, wql_s(wql__class_property_def(b->cls, number)->name));
    return status;
}

static wql_status fail_property(wql__binder *b, const wql__path *path) {
    const wql__name *name = &path->names[0];
    const wql_class_def *def = &b->cls->def;
    wql_str hint = {NULL, 0};
    wql_status status;
    if (path->count > 1 && wql__fold_equal(name->text, b->cls->name)) return fail_prefix(b, path);
    for (uint32_t i = 0; i < def->property_count && !hint.len; i++)
        if (maps_from(def->properties[i].qualifiers, def->properties[i].qualifier_count, name->text))
            hint = wql_s(def->properties[i].name);
    for (uint32_t i = 1; i < b->family_count && !hint.len; i++)
        if (wql__class_property(b->family[i]->cls, name->text) != WQL_NO_COLUMN)
            return wql__fail_at(b->err, WQL_E_INVALID_QUERY, b->tree->text, name->offset, name->length,
                                "%.*s has no property %.*s; its subclass %.*s has", WQL_FMT(b->cls->name), WQL_FMT(name->text),
                                WQL_FMT(b->family[i]->cls->name));
    if (!hint.len) hint = near_property(b->cls, name->text);
    status = wql__fail_at(b->err, WQL_E_INVALID_QUERY, b->tree->text, name->offset, name->length, "%.*s has no property %.*s",
                          WQL_FMT(b->cls->name), WQL_FMT(name->text));
    wql__error_hint(b->err, hint);
    return status;
}

/* A dot behind what is no object. */
static wql_status fail_dot(wql__binder *b, const wql__path *path, const char *name, uint32_t type) {
    if (type & WQL_ARRAY)
        return wql__fail_at(b->err, WQL_E_INVALID_QUERY, b->tree->text, path->offset, path->length,
                            "%.*s.%s is an array, its items have no names", WQL_FMT(b->cls->name), name);
    return wql__fail_at(b->err, WQL_E_INVALID_QUERY, b->tree->text, path->offset, path->length,
                        "%.*s.%s is a %s, it has no parts", WQL_FMT(b->cls->name), name, wql__type_name(type));
}

/* In the extended dialect a property may stand behind the name of its class. */
wql__path wql__bind_own(const wql__binder *b, const wql__path *path) {
    wql__path own = *path;
    if (!(b->tree->dialect & WQL_EXTENDED) || own.count < 2 || !wql__fold_equal(own.names[0].text, b->tree->from.text))
        return own;
    if (wql__class_property(b->cls, own.names[0].text) != WQL_NO_COLUMN) return own;
    own.names++;
    own.count--;
    return own;
}

wql_status wql__bind_path(wql__binder *b, const wql__path *path, int *system, uint32_t *property) {
    const wql_property_def *def;
    *property = WQL_NO_COLUMN;
    *system = b->plan->meta_class ? WQL__SYS_NONE : wql__system_property(path->names[0].text);
    if (*system != WQL__SYS_NONE) {
        if (path->count > 1 || path->star) return fail_dot(b, path, wql__system_name(*system), wql__system_type(*system));
        return WQL_OK;
    }
    *property = wql__class_property(b->cls, path->names[0].text);
    if (*property == WQL_NO_COLUMN) return fail_property(b, path);
    def = wql__class_property_def(b->cls, *property);
    if ((path->count > 1 || path->star) && def->type != WQL_OBJECT) return fail_dot(b, path, def->name, def->type);
    return WQL_OK;
}

wql_status wql__bind_steps(wql__binder *b, const wql__path *path, const wql_str **out) {
    wql_str *names = wql__arena_alloc(b->arena, wql__array_size(path->count - 1, sizeof *names));
    if (!names) return wql__bind_no_memory(b);
    for (uint32_t i = 1; i < path->count; i++) {
        names[i - 1].len = path->names[i].text.len;
        names[i - 1].ptr = wql__arena_text(b->arena, path->names[i].text.ptr, path->names[i].text.len);
        if (!names[i - 1].ptr) return wql__bind_no_memory(b);
    }
    *out = names;
    return WQL_OK;
}

/* -- comparisons ------------------------------------------------------------------------------------------------- */

/* "Class.Property.Part" */
static size_t print_target(const wql__binder *b, const wql__path *written, char *buf, size_t size) {
    wql__path own = wql__bind_own(b, written), *path = &own;
    wql__out out = {buf, size, 0};
    wql__out_text(&out, b->cls->name.ptr, b->cls->name.len);
    for (uint32_t i = 0; i < path->count; i++) {
        wql__out_z(&out, ".");
        wql__out_text(&out, path->names[i].text.ptr, path->names[i].text.len);
    }
    return wql__out_end(&out);
}

/* Points at the operator where it fits no literal, else at the literal. */
static wql_status fail_test(wql__binder *b, const wql__node *node, uint32_t type, uint8_t op, const char *why) {
    bool literal = node->literal.length > 0 && (type == WQL_NULL || !wql__operator_refused(type, op));
    uint32_t offset = literal ? node->literal.offset : node->op_offset, length = literal ? node->literal.length : node->op_length;
    char target[256];
    (void)print_target(b, &node->path, target, sizeof target);
    return wql__fail_at(b->err, WQL_E_INVALID_QUERY, b->tree->text, offset, length, "%s: %s", target, why);
}

/* The literal in the plan's memory. */
static wql_status copy_literal(wql__binder *b, const wql__node *node, wql__literal *out) {
    *out = node->literal;
    if (node->kind == WQL__NODE_NULL) {
        memset(out, 0, sizeof *out);
        out->kind = WQL__LIT_NULL;
        return WQL_OK;
    }
    out->text.ptr = wql__arena_text(b->arena, node->literal.text.ptr, node->literal.text.len);
    return out->text.ptr ? WQL_OK : wql__bind_no_memory(b);
}

/* A test whose literal comes with the run. */
static wql_status defer_test(wql__binder *b, const wql__node *node, uint32_t type, uint32_t flags, uint8_t op, bool negated,
                             const wql__literal *parameter, wql__test *out, const char **why) {
    wql__plan_parameter *entry = &b->plan->parameters[b->plan->parameter_count];
    wql_status status = wql__test_defer(type, flags, op, negated, parameter, b->zone, out, why);
    char *what, few[1];
    size_t size;
    if (status < 0) return status;
    size = print_target(b, &node->path, few, sizeof few) + 1;
    what = wql__arena_alloc(b->arena, size);
    if (!what) return WQL_E_OUT_OF_MEMORY;
    (void)print_target(b, &node->path, what, size);
    entry->what = what;
    entry->test = out;
    out->as.u64 = b->plan->parameter_count++;
    return WQL_OK;
}

static uint8_t operator_of(const wql__node *node) {
    switch (node->kind) {
    case WQL__NODE_LIKE: return WQL_LIKE;
    case WQL__NODE_NULL: return node->negated ? WQL_NOT_NULL : WQL_IS_NULL;
    case WQL__NODE_ISA: return WQL__ISA;
    default: return node->op;
    }
}

/* What the test looks at, and the type that is known of it. */
static wql_status bind_target(wql__binder *b, const wql__node *node, wql__expr *expr, uint32_t *type, uint32_t *flags) {
    wql__path path = wql__bind_own(b, &node->path);
    int system = WQL__SYS_NONE;
    wql_status status = WQL_OK;
    if (b->plan->kind != WQL_KIND_SCHEMA || node->kind != WQL__NODE_ISA)
        status = wql__bind_path(b, &path, &system, &expr->property);
    *flags = 0;
    if (status < 0) return status;
    if (b->plan->kind == WQL_KIND_SCHEMA && node->kind == WQL__NODE_ISA) { /* __THIS, whose class comes with the run */
        expr->at = WQL__AT_PROPERTY;
        expr->property = wql__class_property(b->cls, wql_s("__CLASS"));
        *type = WQL_OBJECT;
    } else if (system != WQL__SYS_NONE) {
        expr->at = WQL__AT_SYSTEM;
        expr->system = (uint8_t)system;
        *type = wql__system_type(system);
    } else if (path.count > 1) {
        expr->at = WQL__AT_PATH;
        expr->name_count = path.count - 1;
        *type = WQL_NULL;
        status = wql__bind_steps(b, &path, &expr->names);
    } else {
        expr->at = WQL__AT_PROPERTY;
        *type = wql__class_property_def(b->cls, expr->property)->type;
        *flags = wql__class_property_def(b->cls, expr->property)->flags;
    }
    return status;
}

/* An order against the end of an integer type's range, such as `u >= 0`. */
static bool is_settled_range(const wql__test *test, uint32_t type, bool *outcome) {
    int64_t least;
    uint64_t most;
    bool first, last;
    if ((test->by != WQL__BY_SIGNED && test->by != WQL__BY_UNSIGNED) || !wql__type_range(type, &least, &most)) return false;
    first = test->by == WQL__BY_SIGNED ? test->as.i64 == least : test->as.u64 == 0;
    last = test->by == WQL__BY_SIGNED ? test->as.i64 >= 0 && (uint64_t)test->as.i64 == most : test->as.u64 == most;
    *outcome = test->op == WQL_GE || test->op == WQL_LE;
    return (first && (test->op == WQL_GE || test->op == WQL_LT)) || (last && (test->op == WQL_LE || test->op == WQL_GT));
}

/* Whether the outcome is the same for every value that is there, and then which. */
static bool is_settled(const wql__expr *expr, uint32_t type, bool *outcome) {
    const wql__test *test = expr->test;
    wql_value sample = wql_null();
    wql_str text;
    int shape;
    if (expr->at == WQL__AT_PATH) return false;
    if (test->by == WQL__BY_CONSTANT) {
        sample.type = type;
        *outcome = wql__test_value(test, &sample, NULL) == WQL__TRUE;
        return true;
    }
    if (is_settled_range(test, type, outcome)) return true;
    if (test->by != WQL__BY_LIKE || !wql__type_is_text(type)) return false;
    shape = wql__like_shape(test->pattern, &text);
    *outcome = (shape == WQL__LIKE_ANY) != test->negated;
    return shape == WQL__LIKE_ANY || shape == WQL__LIKE_NEVER;
}

/* A test that only NULL can decide becomes IS NULL, IS NOT NULL or a constant. In negation normal form UNKNOWN is as good as
 * FALSE. */
static wql_status settle_test(wql__binder *b, wql__expr *expr, uint32_t type, uint32_t flags, wql__expr **out) {
    const wql__literal none = {.kind = WQL__LIT_NULL};
    bool value = false, null;
    const char *why;
    *out = expr;
    if (!is_settled(expr, type, &value)) return WQL_OK;
    null = wql__test_null(expr->test) == WQL__TRUE;
    if (value == null) {
        *out = value ? &b->always : &b->never;
        return WQL_OK;
    }
    if (wql__test_make(b->arena, type, flags, value ? WQL_NOT_NULL : WQL_IS_NULL, false, &none, b->zone, expr->test, &why) < 0)
        return wql__bind_no_memory(b);
    return WQL_OK;
}

/* TRUE, where a program took it for the number that it is in a VARIANT (wql-language 1.6). */
static bool is_minus_one(const wql__literal *literal) {
    return literal->kind == WQL__LIT_INT && literal->negative && literal->magnitude == 1;
}

/* `__CLASS = CreationClassName`: the unquoted name is a class's (wql-language 2.3 note 8). Where two properties may be compared
 * it is a property's, if the class of FROM has it and no class is called so: base finds nothing with such a name. */
static bool is_pair(const wql__binder *b, const wql__node *node) {
    const wql__literal *name = &node->literal;
    char first;
    if (node->kind != WQL__NODE_COMPARE || name->kind != WQL__LIT_STRING || !name->length || b->plan->meta_class) return false;
    if (!(b->tree->dialect & (WQL_RELAXED | WQL_EXTENDED))) return false;
    first = b->tree->text.ptr[name->offset];
    if (first == '\'' || first == '"' || wql__catalog_find(b->plan->catalog, name->text)) return false;
    return wql__system_property(name->text) != WQL__SYS_NONE || wql__class_property(b->cls, name->text) != WQL_NO_COLUMN;
}

static wql_status bind_named_pair(wql__binder *b, const wql__node *node, bool negate, wql__expr **out) {
    const wql__literal *literal = &node->literal;
    wql__name name = {.text = literal->text, .offset = literal->offset, .length = literal->length};
    wql__node pair = *node;
    pair.other = (wql__path){.names = &name, .count = 1, .offset = name.offset, .length = name.length};
    return wql__bind_pair(b, &pair, negate, out);
}

wql_status wql__bind_test(wql__binder *b, const wql__node *node, bool negate, wql__expr **out) {
    wql__expr *expr;
    wql__literal literal;
    uint32_t type = WQL_NULL, flags = 0;
    const char *why = "the comparison makes no sense";
    uint8_t op = operator_of(node);
    bool negated = node->negated && node->kind != WQL__NODE_NULL;
    wql_status status;
    if (node->kind == WQL__NODE_COMPARE_PATHS) return wql__bind_pair(b, node, negate, out);
    if (is_pair(b, node)) return bind_named_pair(b, node, negate, out);
    expr = wql__arena_zero(b->arena, sizeof *expr);
    if (!expr) return wql__bind_no_memory(b);
    if (b->plan->kind == WQL_KIND_SCHEMA && node->kind == WQL__NODE_ISA && node->literal.kind != WQL__LIT_PARAMETER)
        return wql__bind_this(b, node, negate, out);
    expr->kind = WQL__EXPR_TEST;
    expr->property = WQL_NO_COLUMN;
    status = bind_target(b, node, expr, &type, &flags);
    if (status >= 0) status = copy_literal(b, node, &literal);
    if (status < 0) return status;
    if (b->tree->dialect & WQL_RELAXED) flags |= WQL__PATTERNS;
    if (is_minus_one(&literal) && type == WQL_BOOLEAN && (b->tree->dialect & WQL_RELAXED)) literal.kind = WQL__LIT_TRUE;
    expr->test = wql__arena_zero(b->arena, sizeof *expr->test);
    if (!expr->test) return wql__bind_no_memory(b);
    expr->has_parameter = literal.kind == WQL__LIT_PARAMETER;
    status = expr->has_parameter ? defer_test(b, node, type, flags, op, negated, &literal, expr->test, &why)
                                 : wql__test_make(b->arena, type, flags, op, negated, &literal, b->zone, expr->test, &why);
    if (status == WQL_E_INVALID_QUERY) return fail_test(b, node, type, op, why);
    if (status < 0) return wql__bind_no_memory(b);
    if (negate) wql__test_negate(expr->test);
    if (expr->at == WQL__AT_SYSTEM) b->varying++;
    b->leaf_count++;
    status = settle_test(b, expr, type, flags, out);
    expr->cost = wql__test_cost(expr);
    return status;
}
