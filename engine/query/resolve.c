/* SPDX-License-Identifier: MIT */
/* resolve.c: a plan and the values of its parameters -> the scans of one run. The plan is shared and stays as it is: what depends
 * on a value is copied into the run. A value becomes a test by the function that makes tests of literals, so that both bring the
 * same rows. */
#include "bind.h"

#include "../base/fold.h"
#include "../base/utf8.h"

#include <string.h>

typedef struct resolver {
    const wql__plan *plan;
    const wql__params *values; /* NULL: none */
    wql_str text;
    uint32_t pattern_chars;
    wql__arena *arena;
    wql_error *err;
    bool *used;              /* [values->count] */
    wql__test *tests;        /* [plan->parameter_count] */
    wql__expr never, always; /* of the scan at hand, as in binding: only as a whole */
    const wql_class *cls;
} resolver;

static wql_status no_memory(resolver *r) { return wql__fail_memory(r->arena->mem, r->err); }

/* -- which value is whose ---------------------------------------------------------------------------------------- */

/* "parameter @name", "parameter 2". */
typedef struct spelling {
    char text[80];
} spelling;

static spelling spell(const wql__literal *parameter) {
    spelling s;
    wql__out out = {s.text, sizeof s.text, 0};
    if (parameter->text.len) {
        wql__out_z(&out, "parameter @");
        wql__out_text(&out, parameter->text.ptr, parameter->text.len);
    } else {
        wql__out_format(&out, "parameter %llu", (unsigned long long)parameter->magnitude);
    }
    (void)wql__out_end(&out);
    return s;
}

static wql_status fail_missing(resolver *r, const wql__literal *parameter) {
    wql__near near;
    wql_status status = wql__fail_at(r->err, WQL_E_INVALID_PARAMETER, r->text, parameter->offset, parameter->length,
                                     "%s has no value", spell(parameter).text);
    if (!parameter->text.len || !r->values) return status;
    wql__near_init(&near, parameter->text);
    for (uint32_t i = 0; i < r->values->count; i++)
        if (r->values->values[i].name.len && !r->used[i]) wql__near_offer(&near, r->values->values[i].name);
    wql__error_hint(r->err, near.best);
    return status;
}

/* NULL: there is none, and the error is filled. */
static const wql__literal *find_value(resolver *r, const wql__literal *parameter) {
    const wql__params *values = r->values;
    uint32_t at = WQL__NO_ENTRY;
    if (values && parameter->text.len)
        at = wql__map_find(&values->names, parameter->text);
    else if (values && parameter->magnitude <= values->unnamed_count)
        at = values->unnamed[parameter->magnitude - 1];
    if (at == WQL__NO_ENTRY) {
        (void)fail_missing(r, parameter);
        return NULL;
    }
    r->used[at] = true;
    return &values->values[at].literal;
}

/* A value that no parameter took: a mistake, and not one to pass over. */
static wql_status check_used(resolver *r) {
    const wql__params *values = r->values;
    for (uint32_t i = 0; values && i < values->count; i++) {
        const wql__param_value *value = &values->values[i];
        wql__near near;
        if (r->used[i]) continue;
        if (!value->name.len)
            return wql__fail(r->err, WQL_E_INVALID_PARAMETER, "%u values without a name are given, and the query has %u ?",
                             values->unnamed_count, r->plan->unnamed_count);
        (void)wql__fail(r->err, WQL_E_INVALID_PARAMETER, "the query has no parameter @%.*s", WQL_FMT(value->name));
        wql__near_init(&near, value->name);
        for (uint32_t k = 0; k < r->plan->parameter_count; k++)
            if (r->plan->parameters[k].test->literal.text.len) wql__near_offer(&near, r->plan->parameters[k].test->literal.text);
        wql__error_hint(r->err, near.best);
        return WQL_E_INVALID_PARAMETER;
    }
    return WQL_OK;
}

/* -- values as tests --------------------------------------------------------------------------------------------- */

/* A pattern costs what it is long, so its limit holds for values too. */
static wql_status check_pattern(resolver *r, const wql__test *test, const wql__literal *value) {
    const wql__literal *parameter = &test->literal;
    wql_error told = WQL_INIT(wql_error);
    if (test->op != WQL_LIKE || value->kind != WQL__LIT_STRING || value->text.len <= r->pattern_chars) return WQL_OK;
    if (wql__utf16_length(value->text.ptr, value->text.len) <= r->pattern_chars) return WQL_OK;
    (void)wql__fail_limit(&told, "pattern_chars_max", r->pattern_chars);
    return wql__fail_at(r->err, WQL_E_QUOTA_VIOLATION, r->text, parameter->offset, parameter->length, "%s: %s",
                        spell(parameter).text, told.message);
}

static wql_status make_test(resolver *r, const wql__plan_parameter *entry, wql__test *out) {
    const wql__literal *parameter = &entry->test->literal, *value = find_value(r, parameter);
    const char *why;
    wql_status status;
    if (!value) return WQL_E_INVALID_PARAMETER;
    status = check_pattern(r, entry->test, value);
    if (status < 0) return status;
    status = wql__test_resolve(r->arena, entry->test, value, out, &why);
    if (status == WQL_E_INVALID_QUERY)
        return wql__fail_at(r->err, WQL_E_INVALID_PARAMETER, r->text, parameter->offset, parameter->length, "%s of %s: %s",
                            spell(parameter).text, entry->what, why);
    return status < 0 ? no_memory(r) : WQL_OK;
}

/* Every parameter of the text, also where the plan has no use for its test: what fits does not depend on classes. */
static wql_status make_tests(resolver *r) {
    r->used = wql__arena_zero(r->arena, r->values ? r->values->count : 0);
    r->tests = wql__arena_alloc(r->arena, wql__array_size(r->plan->parameter_count, sizeof *r->tests));
    if (!r->used || !r->tests) return no_memory(r);
    for (uint32_t i = 0; i < r->plan->parameter_count; i++) {
        wql_status status = make_test(r, &r->plan->parameters[i], &r->tests[i]);
        if (status < 0) return status;
    }
    return check_used(r);
}

/* -- conditions -------------------------------------------------------------------------------------------------- */

static wql__expr *constant(resolver *r, bool value) { return value ? &r->always : &r->never; }

/* Whether the test can be true for no value, not for NULL either. */
static bool is_hopeless(const wql__test *test) {
    if (test->by == WQL__BY_UNKNOWN) return true;
    return test->by == WQL__BY_CONSTANT && !test->constant && wql__test_null(test) != WQL__TRUE;
}

/* __THIS ISA ?: as a set of names, now that the class is known. */
static wql__expr *resolve_this(resolver *r, const wql__expr *expr, const wql__test *test) {
    const wql__literal *value = find_value(r, &expr->test->literal);
    const wql__class_entry *root = value ? wql__catalog_find(r->plan->catalog, value->text) : NULL;
    return root ? wql__this_is_a(r->arena, r->plan, root, test->negated) : constant(r, test->negated);
}

/* NULL = no memory, here and below. */
static wql__expr *resolve_test(resolver *r, const wql__expr *expr) {
    const wql__test *test = &r->tests[expr->test->as.u64];
    wql__expr *copy;
    if (r->plan->meta_class && test->op == WQL__ISA) return resolve_this(r, expr, test);
    if (is_hopeless(test)) return constant(r, false);
    if (expr->at == WQL__AT_SYSTEM && wql__system_is_constant(expr->system)) {
        wql_value value = wql__system_constant(r->cls, expr->system, r->cls->def.property_count);
        return constant(r, (value.type == WQL_NULL ? wql__test_null(test) : wql__test_value(test, &value, NULL)) == WQL__TRUE);
    }
    copy = wql__arena_alloc(r->arena, sizeof *copy);
    if (!copy) return NULL;
    *copy = *expr;
    copy->test = &r->tests[expr->test->as.u64];
    copy->has_parameter = false;
    copy->cost = wql__test_cost(copy);
    return copy;
}

static wql__expr *resolve_expr(resolver *r, wql__expr *expr);

/* As deep as the plan's expressions, which is WQL__EXPR_DEPTH_MAX. */
static wql__expr *resolve_group(resolver *r, const wql__expr *expr) {
    bool all = expr->kind == WQL__EXPR_AND;
    wql__expr *copy = wql__arena_alloc(r->arena, sizeof *copy);
    if (!copy) return NULL;
    *copy = *expr;
    copy->has_parameter = false;
    copy->count = 0;
    copy->cost = 0;
    copy->items = wql__arena_alloc(r->arena, wql__array_size(expr->count, sizeof *copy->items));
    if (!copy->items) return NULL;
    for (uint32_t i = 0; i < expr->count; i++) {
        wql__expr *item = resolve_expr(r, expr->items[i]);
        if (!item) return NULL;
        if (item == constant(r, !all)) return item;
        if (item == constant(r, all)) continue;
        copy->items[copy->count++] = item;
        copy->cost += item->cost;
    }
    if (!copy->count) return constant(r, all);
    return copy->count == 1 ? copy->items[0] : copy;
}

static wql__expr *resolve_expr(resolver *r, wql__expr *expr) {
    if (!expr->has_parameter) return expr;
    return expr->kind == WQL__EXPR_TEST ? resolve_test(r, expr) : resolve_group(r, expr);
}

/* -- scans ------------------------------------------------------------------------------------------------------- */

/* A condition with its values, if it is still the one that was planned. *said false: the engine alone checks it. */
static bool say_again(resolver *r, const wql__expr *expr, const wql_conjunct *planned, wql_conjunct *out, bool *said) {
    if (!wql__say_conjunct(r->arena, r->cls, expr, out, said)) return false;
    if (!*said) return true;
    if (planned->op == WQL_LIKE && out->op == WQL_EQ) out->op = WQL_LIKE; /* a pattern without a metacharacter */
    out->taken = planned->taken;
    *said = out->op == planned->op;
    return true;
}

/* Copies conjunct `i` of the plan into the run's scan. False = no memory. */
static bool resolve_conjunct(resolver *r, const wql__plan_scan *from, uint32_t i, wql__plan_scan *to, bool *never) {
    const wql__conjunct *planned = &from->conjuncts[i];
    wql__conjunct *made = &to->conjuncts[to->conjunct_count];
    wql_conjunct *pushed = &to->pushed[to->pushed_count];
    bool said = planned->pushed != WQL__NO_ENTRY;
    wql__expr *expr = resolve_expr(r, planned->expr);
    if (!expr) return false;
    *never = expr == &r->never;
    if (*never || expr == &r->always) return true;
    if (said && !planned->expr->has_parameter)
        *pushed = from->pushed[planned->pushed];
    else if (said && !say_again(r, expr, &from->pushed[planned->pushed], pushed, &said))
        return false;
    made->expr = expr;
    made->pushed = said ? to->pushed_count++ : WQL__NO_ENTRY;
    to->exact = to->exact && said && pushed->taken == WQL_EXACT;
    to->conjunct_count++;
    return true;
}

static wql_status resolve_scan(resolver *r, const wql__plan_scan *from, wql__plan_scan *to, bool *never) {
    *never = false;
    r->cls = from->entry->cls;
    *to = *from;
    to->conjunct_count = to->pushed_count = 0;
    to->exact = true;
    to->conjuncts = wql__arena_alloc(r->arena, wql__array_size(from->conjunct_count, sizeof *to->conjuncts));
    to->pushed = wql__arena_alloc(r->arena, wql__array_size(from->pushed_count, sizeof *to->pushed));
    if (!to->conjuncts || !to->pushed) return no_memory(r);
    for (uint32_t i = 0; i < from->conjunct_count && !*never; i++)
        if (!resolve_conjunct(r, from, i, to, never)) return no_memory(r);
    return WQL_OK;
}

wql_status wql__plan_resolve(const wql__plan *plan, const wql__params *values, wql_str text, uint32_t pattern_chars,
                             wql__arena *arena, const wql__plan_scan **out, uint32_t *out_count, wql_error *err) {
    resolver r = {.plan = plan, .values = values, .text = text, .pattern_chars = pattern_chars, .arena = arena, .err = err};
    wql__plan_scan *scans;
    wql_status status;
    *out = plan->scans;
    *out_count = plan->scan_count;
    if (plan->prototype || (!plan->parameter_count && !values)) return WQL_OK; /* nothing is compared with a value */
    r.never.kind = r.always.kind = WQL__EXPR_CONST;
    r.always.value = true;
    status = make_tests(&r);
    if (status < 0 || !plan->parameter_count) return status;
    scans = wql__arena_alloc(arena, wql__array_size(plan->scan_count, sizeof *scans));
    if (!scans) return no_memory(&r);
    *out = scans;
    *out_count = 0;
    for (uint32_t i = 0; i < plan->scan_count && status >= 0; i++) {
        bool never;
        status = resolve_scan(&r, &plan->scans[i], &scans[*out_count], &never);
        if (!never) ++*out_count;
    }
    return status;
}
