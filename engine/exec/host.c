/* SPDX-License-Identifier: MIT */
/* host.c: what a provider can ask about its call, and the table through which it reaches all of it. */
#include "inside.h"

#include "../base/fold.h"
#include "../base/utf8.h"
#include "../data/value.h"

#include <string.h>

static wql__scan *scan_of(const wql_scan *pub) {
    return (wql__scan *)(uintptr_t)pub;
}

/* -- the call ---------------------------------------------------------------------------------------------------- */

static wql_status host_check(const wql_scan *pub, uint64_t *left_ms) {
    const wql__run_env *env = scan_of(pub)->run->env;
    int64_t deadline = atomic_load_explicit(env->deadline_us, memory_order_relaxed), now;
    if (left_ms) *left_ms = 0;
    if (wql__flag_is_up(env->stop)) return WQL_E_CALL_CANCELLED;
    if (deadline == WQL__TIME_FOREVER) {
        if (left_ms) *left_ms = UINT64_MAX;
        return WQL_OK;
    }
    now = env->now(env->now_user);
    if (now >= deadline) return WQL_E_TIMED_OUT;
    if (left_ms) *left_ms = (uint64_t)(deadline - now + 999) / 1000;
    return WQL_OK;
}

static const wql_principal *host_principal(const wql_scan *pub) {
    return scan_of(pub)->run->env->principal;
}

static bool host_context(const wql_scan *pub, const char *name, wql_value *out) {
    const wql__context *context = scan_of(pub)->run->env->context;
    for (uint32_t i = 0; context && name && i < context->count; i++) {
        if (!wql__fold_equal(wql_s(context->values[i].name), wql_s(name))) continue;
        *out = context->values[i].value;
        return true;
    }
    return false;
}

static void *host_scratch(wql_scan *pub, size_t size) {
    wql__scan *scan = scan_of(pub);
    if (!wql__scan_is_in(scan, WQL__PHASE_OPEN, WQL__PHASE_NEXT, "wql_scan_alloc")) return NULL;
    return wql__arena_alloc(&scan->scratch, size);
}

static void host_count(wql_scan *pub, uint32_t nulled, uint32_t repaired) {
    wql__run_stats *stats = scan_of(pub)->run->env->stats;
    wql__run_add(&stats->values_nulled, nulled);
    wql__run_add(&stats->utf8_repaired, repaired);
}

static void host_log(wql_scan *pub, int level, const char *line) {
    wql__mount *mount = scan_of(pub)->mount;
    char small[512];
    wql__out out = {small, sizeof small, 0};
    size_t size;
    if (!mount->log || !line) return;
    size = strlen(mount->name) + strlen(line) + 3;
    if (size > sizeof small) {
        out.buf = wql__alloc(mount->mem, size);
        out.size = size;
    }
    if (!out.buf) { /* better a line without its beginning than none */
        mount->log(mount->log_user, level, line);
        return;
    }
    wql__out_z(&out, mount->name);
    wql__out_z(&out, ": ");
    wql__out_z(&out, line);
    (void)wql__out_end(&out);
    mount->log(mount->log_user, level, out.buf);
    if (out.buf != small) wql__free(mount->mem, out.buf, size);
}

/* -- waking ------------------------------------------------------------------------------------------------------ */

static wql_waker host_waker(wql_scan *pub) {
    wql__scan *scan = scan_of(pub);
    wql_waker waker = {scan->mount->handle.host, scan->mount, scan->run->env->wake_id};
    atomic_store_explicit(&scan->waker_taken, true, memory_order_relaxed);
    return waker;
}

/* The mount is there until unload returns. The hub goes first, under the same lock; it never calls back into a mount. */
static void host_wake(wql_waker waker) {
    wql__mount *mount = waker.engine;
    wql__lock(&mount->lock);
    if (mount->hub) mount->hub_wake(mount->hub, waker.id);
    wql__unlock(&mount->lock);
}

/* -- the rule ---------------------------------------------------------------------------------------------------- */

/* The plan's condition behind a conjunct of the request. */
static const wql__expr *expr_of(const wql__scan *scan, uint32_t number) {
    for (uint32_t i = 0; i < scan->plan->conjunct_count; i++)
        if (scan->plan->conjuncts[i].pushed == number) return scan->plan->conjuncts[i].expr;
    return NULL;
}

static bool is_test_of(const wql__expr *expr, uint32_t property) {
    return expr->kind == WQL__EXPR_TEST && expr->at == WQL__AT_PROPERTY && expr->property == property;
}

/* The tests of a conjunct: those of the plan, or made of its values. NULL = no memory, or values without sense. */
static wql__test *make_tests(wql__scan *scan, const wql_conjunct *conjunct) {
    uint32_t count = conjunct->count ? conjunct->count : 1;
    uint32_t type = scan->cls->def.properties[conjunct->property].type;
    wql__test *tests = wql__arena_alloc(&scan->arena, wql__array_size(count, sizeof *tests));
    if (!tests || (conjunct->count && !conjunct->values)) return NULL;
    for (uint32_t i = 0; i < count; i++)
        if (!wql__test_from_value(&scan->arena, type, (uint8_t)conjunct->op, conjunct->values ? &conjunct->values[i] : NULL,
                                  &tests[i]))
            return NULL;
    return tests;
}

static bool holds_any(wql__scan *scan, uint32_t number, const wql_value *value) {
    const wql_conjunct *conjunct = &scan->plan->pushed[number];
    const wql__expr *expr = expr_of(scan, number);
    const _Atomic uint32_t *stop = scan->run->env->stop;
    uint32_t count = conjunct->count ? conjunct->count : 1;
    if (expr && is_test_of(expr, conjunct->property)) return wql__test_value(expr->test, value, stop) == WQL__TRUE;
    if (expr && expr->any_of && expr->property == conjunct->property) {
        for (uint32_t i = 0; i < expr->count; i++)
            if (wql__test_value(expr->items[i]->test, value, stop) == WQL__TRUE) return true;
        return false;
    }
    if (!scan->holds[number]) scan->holds[number] = make_tests(scan, conjunct);
    if (!scan->holds[number]) (void)wql__scan_no_memory(scan); /* "no" would lose rows */
    for (uint32_t i = 0; scan->holds[number] && i < count; i++)
        if (wql__test_value(&scan->holds[number][i], value, stop) == WQL__TRUE) return true;
    return false;
}

/* A text as it would be stored: well-formed. False = no memory. */
static bool repair_text(wql__scan *scan, wql_str *text) {
    char *repaired;
    if (!text->len || wql__utf8_check(text->ptr, text->len) == text->len) return true;
    if (text->len > SIZE_MAX / 3) return false;
    repaired = wql__arena_alloc(&scan->scratch, 3 * text->len);
    if (!repaired) return false;
    text->len = wql__utf8_repair(text->ptr, text->len, repaired);
    text->ptr = repaired;
    return true;
}

/* The value is asked about as it would be stored: of the property's type, else it would be NULL. */
static bool host_holds(wql_scan *pub, uint32_t number, const wql_value *value) {
    wql__scan *scan = scan_of(pub);
    const wql_property_def *def;
    wql_value stored = *value;
    if (!wql__scan_is_in(scan, WQL__PHASE_OPEN, WQL__PHASE_NEXT, "wql_scan_holds")) return false;
    if (number >= scan->plan->pushed_count) {
        (void)wql__scan_fault(scan, "wql_scan_holds was asked about condition %u of %u", number, scan->plan->pushed_count);
        return false;
    }
    def = &scan->cls->def.properties[scan->plan->pushed[number].property];
    if (value->type == WQL_NULL) return scan->plan->pushed[number].op == WQL_IS_NULL;
    if (value->type & WQL_ARRAY || value->type == WQL_OBJECT) {
        if (value->type != def->type) return false;
    } else if (wql__value_convert(value, def->type, (def->flags & WQL_INTERVAL) != 0, &stored) != WQL_OK) {
        return false;
    }
    if ((stored.type == WQL_STRING || stored.type == WQL_REFERENCE) && !repair_text(scan, &stored.str)) {
        (void)wql__scan_no_memory(scan);
        return false;
    }
    if (def->type == WQL_REFERENCE) {
        wql_value written = stored;
        if (!wql__reference_cell(scan, def, &written, &stored)) return false;
    }
    return holds_any(scan, number, &stored);
}

/* -- the table --------------------------------------------------------------------------------------------------- */

void wql__host_fill_scan(wql_host *host) {
    host->row_set = wql__host_row_set;
    host->row_end = wql__host_row_end;
    host->emit = wql__host_emit;
    host->copy = wql__host_copy;
    host->check = host_check;
    host->holds = host_holds;
    host->object = wql__host_object;
    host->principal = host_principal;
    host->context = host_context;
    host->scratch = host_scratch;
    host->count = host_count;
    host->log = host_log;
    host->waker = host_waker;
    host->wake = host_wake;
    host->path = wql__host_path;
    host->keys = wql__host_keys;
}
