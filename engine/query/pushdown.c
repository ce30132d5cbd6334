/* SPDX-License-Identifier: MIT */
/* pushdown.c: the WHERE of one class -> conjuncts -> conditions that a provider understands; its answer, checked; columns. */
#include "bind.h"

#include "../data/value.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* -- a test as a condition --------------------------------------------------------------------------------------- */

/* The next real32 above. */
static float above(float f) {
    uint32_t bits;
    if (f == 0) f = 0; /* not -0 */
    memcpy(&bits, &f, sizeof bits);
    bits = f >= 0 ? bits + 1 : bits - 1;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* A real64 literal for a real32 column, whose values are widened before they are compared. Where it is no real32 itself, order
 * moves to the neighbour on its side, which no value lies between; an equality cannot be said. */
static bool narrow_real(uint16_t *op, double *value) {
    double x = *value;
    float f;
    if (!(x >= -(double)FLT_MAX && x <= (double)FLT_MAX)) return false;
    f = (float)x;
    if ((double)f == x) return true;
    if (*op == WQL_LT || *op == WQL_LE) {
        *op = WQL_LE;
        if ((double)f > x) f = -above(-f);
    } else if (*op == WQL_GT || *op == WQL_GE) {
        *op = WQL_GE;
        if ((double)f < x) f = above(f);
    } else {
        return false;
    }
    *value = (double)f;
    return true;
}

/* The literal as the test has it, in the widest type of its kind. False: no condition can say it. */
static bool test_value(const wql__test *test, uint32_t type, uint16_t *op, wql_value *out) {
    switch (test->by) {
    case WQL__BY_SIGNED: *out = wql_i64(test->as.i64); return true;
    case WQL__BY_UNSIGNED: *out = wql_u64(test->as.u64); return true;
    case WQL__BY_REAL: *out = wql_f64(test->as.f64); return type != WQL_REAL32 || narrow_real(op, &out->f64);
    case WQL__BY_BOOLEAN: *out = wql_bool(test->as.b); return true;
    case WQL__BY_TEXT: *out = wql_text(test->text); return true;
    case WQL__BY_LIKE: *out = wql_text(test->text); return type == WQL_STRING; /* providers know no patterns of references */
    case WQL__BY_TIME: *out = wql_time(test->as.time); return true;
    default: return false; /* a character without regard to case, a class: not to be said by a value */
    }
}

/* Operator and value of a test on a column, the value of exactly the column's type. False: no condition can say it. */
static bool say_test(const wql_class *cls, const wql__expr *expr, uint16_t *op, wql_value *value) {
    const wql__test *test = expr->test;
    const wql_property_def *def = wql__class_property_def(cls, expr->property);
    wql_value wide;
    *op = test->op;
    if (test->by == WQL__BY_NULL) return *op == WQL_IS_NULL || *op == WQL_NOT_NULL;
    if (wql__test_null(test) == WQL__TRUE) return false; /* NULL fulfils no condition */
    if (test->negated || *op < WQL_EQ || *op > WQL_LIKE) return false;
    if (!test_value(test, def->type, op, &wide)) return false;
    return wql__value_convert(&wide, def->type, (def->flags & WQL_INTERVAL) != 0, value) == WQL_OK;
}

/* Whether some value can be said with this operator: the provider answers for the worst of them. */
static bool say_parameter(const wql_class *cls, const wql__expr *expr, uint16_t *op) {
    const wql__test *test = expr->test;
    *op = test->op;
    if (test->negated || *op < WQL_EQ || *op > WQL_LIKE || wql__test_null(test) == WQL__TRUE) return false;
    return *op != WQL_LIKE || wql__class_property_def(cls, expr->property)->type == WQL_STRING;
}

bool wql__say_conjunct(wql__arena *arena, const wql_class *cls, const wql__expr *expr, wql_conjunct *out, bool *said) {
    const wql__expr *single[1] = {expr};
    const wql__expr *const *items = expr->any_of ? (const wql__expr *const *)expr->items : single;
    uint32_t count = expr->any_of ? expr->count : 1;
    wql_value *values;
    *said = false;
    if (!expr->any_of && (expr->kind != WQL__EXPR_TEST || expr->at != WQL__AT_PROPERTY)) return true;
    memset(out, 0, sizeof *out);
    out->property = expr->property;
    values = wql__arena_alloc(arena, wql__array_size(count, sizeof *values));
    if (!values) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!(items[i]->has_parameter ? say_parameter(cls, items[i], &out->op) : say_test(cls, items[i], &out->op, &values[i])))
            return true;
    *said = true;
    if (out->op == WQL_IS_NULL || out->op == WQL_NOT_NULL) return true;
    out->count = count;
    out->values = expr->has_parameter ? NULL : values;
    return true;
}

wql_status wql__split_where(wql__binder *b, wql__expr *where, wql__plan_scan *scan) {
    wql__expr *single[1] = {where};
    wql__expr **items = where->kind == WQL__EXPR_AND ? where->items : single;
    uint32_t count = where->kind == WQL__EXPR_AND ? where->count : where->kind == WQL__EXPR_CONST ? 0 : 1;
    scan->conjuncts = wql__arena_zero(b->arena, wql__array_size(count, sizeof *scan->conjuncts));
    scan->pushed = wql__arena_zero(b->arena, wql__array_size(count, sizeof *scan->pushed));
    if (!scan->conjuncts || !scan->pushed) return wql__bind_no_memory(b);
    for (uint32_t i = 0; i < count; i++) {
        bool said = false; /* classes are listed by nobody who could take a condition */
        if (!b->plan->meta_class && !wql__say_conjunct(b->arena, b->cls, items[i], &scan->pushed[scan->pushed_count], &said))
            return wql__bind_no_memory(b);
        scan->conjuncts[i].expr = items[i];
        scan->conjuncts[i].pushed = said ? scan->pushed_count++ : WQL__NO_ENTRY;
    }
    scan->conjunct_count = count;
    return WQL_OK;
}

wql_status wql__copy_split(wql__binder *b, const wql__plan_scan *from, wql__plan_scan *scan) {
    size_t size = wql__array_size(from->pushed_count, sizeof *scan->pushed);
    scan->conjuncts = from->conjuncts;
    scan->conjunct_count = from->conjunct_count;
    scan->pushed_count = from->pushed_count;
    scan->pushed = wql__arena_alloc(b->arena, size);
    if (!scan->pushed) return wql__bind_no_memory(b);
    memcpy(scan->pushed, from->pushed, size);
    return WQL_OK;
}

/* -- columns ----------------------------------------------------------------------------------------------------- */

static void want(uint64_t *bits, uint32_t property) { bits[property >> 6] |= (uint64_t)1 << (property & 63u); }

static void want_keys(uint64_t *bits, const wql_class *cls) {
    for (uint32_t i = 0; i < cls->key_count; i++) want(bits, cls->keys[i]);
}

/* What a test, or a side of one, looks at: a system property, if there is one, may be made of the keys. */
static void want_side(uint64_t *bits, const wql_class *cls, uint8_t system, uint32_t property) {
    if (system == WQL__SYS_NONE)
        want(bits, property);
    else if (!wql__system_is_constant(system))
        want_keys(bits, cls);
}

static void want_expr(uint64_t *bits, const wql_class *cls, const wql__expr *expr) {
    if (expr->kind == WQL__EXPR_TEST) {
        want_side(bits, cls, expr->system, expr->property);
        if (expr->at == WQL__AT_PAIR) want_side(bits, cls, expr->pair->system, expr->pair->property);
    } else
        for (uint32_t i = 0; i < expr->count; i++) want_expr(bits, cls, expr->items[i]);
}

/* The columns needed if the answers are as in scan->pushed, or (all) as if nothing were exact. */
static wql_status find_wanted(wql__binder *b, const wql__plan_scan *scan, bool all, const uint64_t **out) {
    uint64_t *bits = wql__arena_zero(b->arena, wql__array_size(scan->wanted_words, sizeof *bits));
    if (!bits) return wql__bind_no_memory(b);
    if (!(b->plan->flags & WQL_COUNT_ONLY)) {
        for (uint32_t i = 0; i < scan->output_count; i++)
            if (scan->outputs[i].property != WQL_NO_COLUMN) want(bits, scan->outputs[i].property);
        for (uint32_t i = 0; i < scan->hidden_count; i++) want(bits, scan->hidden[i]);
    }
    for (uint32_t i = 0; i < scan->conjunct_count; i++) {
        uint32_t number = scan->conjuncts[i].pushed;
        bool exact = number != WQL__NO_ENTRY && scan->pushed[number].taken == WQL_EXACT;
        bool parameter = number != WQL__NO_ENTRY && scan->pushed[number].count && !scan->pushed[number].values;
        if (all || !exact || parameter) want_expr(bits, scan->entry->cls, scan->conjuncts[i].expr);
    }
    *out = bits;
    return WQL_OK;
}

/* -- the provider's answer --------------------------------------------------------------------------------------- */

void wql__plan_request(const wql__plan_scan *scan, const uint64_t *wanted, wql_request *out) {
    memset(out, 0, sizeof *out);
    out->struct_size = (uint32_t)sizeof *out;
    out->class_index = scan->entry->class_index;
    out->conjunct_count = scan->pushed_count;
    out->parts = 1;
    out->conjuncts = scan->pushed;
    out->wanted = wanted;
}

static void preset_answer(wql_answer *answer, uint8_t *take, uint32_t count) {
    memset(answer, 0, sizeof *answer);
    memset(take, WQL_NONE, count);
    answer->struct_size = (uint32_t)sizeof *answer;
    answer->parts = 1;
    answer->take = take;
    answer->rows = answer->cost = -1;
}

static bool is_estimate(double value) { return isfinite(value) && (value >= 0 || value == -1); }

/* What a provider may not answer. */
static wql_status check_answer(wql__binder *b, const wql__plan_scan *scan, const wql_answer *answer, const uint8_t *take) {
    const char *name = scan->entry->cls->def.name;
    if (answer->take != take)
        return wql__mount_fault(scan->mount, b->err, "plan of %s: it moved the array for its answers", name);
    for (uint32_t i = 0; i < scan->pushed_count; i++)
        if (take[i] > WQL_EXACT)
            return wql__mount_fault(scan->mount, b->err, "plan of %s: it answered %u for condition %u of %u", name, take[i],
                                    i + 1, scan->pushed_count);
    if (!answer->parts) return wql__mount_fault(scan->mount, b->err, "plan of %s: it offered a scan of no parts", name);
    if (answer->parts > WQL__PARTS_MAX)
        return wql__mount_fault(scan->mount, b->err, "plan of %s: it offered %u parts; %d are the most", name, answer->parts,
                                WQL__PARTS_MAX);
    if (!is_estimate(answer->rows) || !is_estimate(answer->cost))
        return wql__mount_fault(scan->mount, b->err, "plan of %s: its estimates of rows and cost are no estimates", name);
    return WQL_OK;
}

/* A failure of the provider's plan as the query's: its status and its words, if it had any, cleaned. */
static wql_status fail_plan(wql__binder *b, const wql__plan_scan *scan, wql_status status, wql_error *said, uint64_t refusals) {
    const char *name = scan->entry->cls->def.name;
    wql_status blamed;
    said->message[sizeof said->message - 1] = '\0';
    said->hint[sizeof said->hint - 1] = '\0';
    if (status > 0)
        return wql__mount_fault(scan->mount, b->err, "plan of %s: it answered 0x%08X, which plan cannot", name, (unsigned)status);
    blamed = wql__mem_blame(scan->mount->mem, status, refusals, b->err);
    if (blamed < 0)
        status = blamed;
    else if (said->message[0])
        (void)wql__fail(b->err, status, "%s", said->message);
    else
        (void)wql__fail(b->err, status, "provider %s could not plan a scan of %s: %s", scan->mount->name, name,
                        wql_status_text(status));
    if (blamed >= 0) wql__error_hint(b->err, wql_s(said->hint));
    wql__error_provider(b->err, scan->mount->name);
    return status;
}

/* Calls the provider. WQL_E_PROVIDER_NOT_CAPABLE leaves all to the engine. */
static wql_status call_plan(wql__binder *b, const wql__plan_scan *scan, wql__turn *turn, wql_answer *answer, uint8_t *take) {
    const wql_provider *provider = scan->mount ? scan->mount->provider : NULL;
    wql_error said;
    wql_request request;
    wql_status status;
    uint64_t refusals;
    bool there;
    if (!provider || !provider->plan) return WQL_OK;
    status = wql__mount_enter(scan->mount, turn);
    if (status != WQL_OK) return status;
    wql__error_clear(&said);
    wql__plan_request(scan, scan->wanted_all, &request);
    refusals = wql__mem_refusals(scan->mount->mem);
    there = wql__mount_begin(scan->mount);
    if (there) status = provider->plan(scan->mount->self, &request, answer, &said);
    wql__mount_leave(scan->mount);
    if (!there) return wql__fail(b->err, WQL_E_PROVIDER_NOT_FOUND, "provider %s was unmounted", scan->mount->name);
    wql__mount_end(scan->mount);
    if (status == WQL_E_PROVIDER_NOT_CAPABLE) {
        preset_answer(answer, take, scan->pushed_count);
        return WQL_OK;
    }
    return status == WQL_OK ? check_answer(b, scan, answer, take) : fail_plan(b, scan, status, &said, refusals);
}

wql_status wql__ask_provider(wql__binder *b, wql__plan_scan *scan, wql__turn *turn) {
    uint8_t *take = wql__arena_alloc(&b->scratch, scan->pushed_count);
    uint32_t exact = 0;
    wql_answer answer;
    wql_status status;
    if (!take) return wql__bind_no_memory(b);
    scan->wanted_words = scan->entry->cls->def.property_count / 64 + 1;
    status = find_wanted(b, scan, true, &scan->wanted_all);
    if (status < 0) return status;
    preset_answer(&answer, take, scan->pushed_count);
    if (!scan->mount) answer.rows = b->plan->prototype ? 1 : (double)b->plan->catalog->count;
    status = call_plan(b, scan, turn, &answer, take);
    if (status != WQL_OK) return status;
    for (uint32_t i = 0; i < scan->pushed_count; i++) {
        scan->pushed[i].taken = take[i];
        exact += take[i] == WQL_EXACT;
    }
    scan->exact = exact == scan->conjunct_count;
    scan->rows = answer.rows;
    scan->cost = answer.cost;
    scan->parts = answer.parts;
    return find_wanted(b, scan, false, &scan->wanted);
}
