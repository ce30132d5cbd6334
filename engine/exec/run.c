/* SPDX-License-Identifier: MIT */
/* run.c: one execution of a plan: its life, its limits and its time. */
#include "inside.h"

#include <string.h>

/* -- opening and closing ----------------------------------------------------------------------------------------- */

static void free_run(wql__run *run) {
    wql__mem *mem = run->mem;
    for (uint32_t i = 0; i < run->scan_count; i++) wql__scan_uncount(&run->scans[i]);
    wql__project_drop(run);
    wql__run_settle(run);
    wql__page_free(&run->page, mem);
    wql__speller_free(run);
    wql__arena_free(&run->arena);
    wql__plan_release(run->plan);
    wql__mutex_free(&run->lock);
    wql__cond_free(&run->idle);
    wql__free(mem, run, run->size);
    wql__mem_release(mem);
}

/* A run in one block, with room for its scans if there are few. NULL = no memory. */
static wql__run *new_run(wql__plan *plan, uint32_t scan_count, wql__run_env *env) {
    enum { SCANS_BYTES_MAX = 64 * 1024 };
    const size_t head = (sizeof(wql__run) + 15) & ~(size_t)15;
    size_t rest = (wql__array_size(scan_count, sizeof(wql__scan)) + 15) & ~(size_t)15;
    wql__run *run;
    if (rest > SCANS_BYTES_MAX) rest = SCANS_BYTES_MAX;
    run = wql__alloc(env->mem, head + rest);
    if (!run) return NULL;
    memset(run, 0, sizeof *run);
    run->size = head + rest;
    run->mem = wql__mem_retain(env->mem);
    wql__arena_init_in(&run->arena, run->mem, (char *)run + head, rest);
    run->plan = wql__plan_retain(plan);
    run->env = env;
    run->failure = env->failure;
    wql__mutex_init(&run->lock);
    wql__cond_init(&run->idle);
    return run;
}

wql__run *wql__run_lane(wql__run *parent, wql__run_env *env, const wql__plan_scan *plan) {
    wql__run *run = new_run(parent->plan, 1, env);
    if (!run) return NULL;
    run->scans = wql__arena_alloc(&run->arena, sizeof *run->scans);
    if (!run->scans) {
        free_run(run);
        return NULL;
    }
    run->parent = parent;
    run->gave = true; /* its rows are not the call's first */
    wql__scan_init(run->scans, run, plan);
    run->scans->is_lane = true;
    run->scan_count = run->unfinished = 1;
    return run;
}

wql_status wql__run_open(wql__plan *plan, wql__run_env *env, wql__run **out, wql_error *err) {
    wql__run *run = new_run(plan, plan->scan_count, env);
    const wql__plan_scan *scans;
    uint32_t count;
    wql_status status;
    *out = NULL;
    if (!run) return wql__fail_memory(env->mem, err);
    status = plan->links && !wql__links_open(run) ? wql__fail_memory(env->mem, err) : WQL_OK;
    if (status >= 0)
        status = wql__plan_resolve(plan, env->params, env->text, env->pattern_chars, &run->arena, &scans, &count, err);
    if (status < 0) {
        free_run(run);
        return status;
    }
    run->scans = wql__arena_alloc(&run->arena, wql__array_size(count, sizeof *run->scans));
    if (!run->scans) {
        free_run(run);
        return wql__fail_memory(env->mem, err);
    }
    for (uint32_t i = 0; i < count; i++) wql__scan_init(&run->scans[i], run, &scans[i]);
    run->scan_count = run->unfinished = count;
    *out = run;
    return WQL_OK;
}

wql_status wql__run_close(wql__run *run) {
    wql_status status = WQL_OK;
    if (!run) return WQL_OK;
    if (run->links && wql__links_close(run) == WQL_S_PENDING) return WQL_S_PENDING;
    wql__project_drop(run);
    wql__fans_free(run);
    for (uint32_t i = 0; i < run->scan_count; i++) {
        wql__scan *scan = &run->scans[i];
        wql_batch_release(scan->source);
        scan->source = NULL;
        if (scan->state == WQL__SCAN_REOPENING) scan->state = WQL__SCAN_OPEN; /* it is not going to be */
        if (wql__scan_close(scan) == WQL_S_PENDING) status = WQL_S_PENDING;
    }
    if (status == WQL_OK) free_run(run);
    return status;
}

/* Does something to every scan, those of lanes too. */
static void each_scan(wql__run *run, void (*what)(wql__scan *scan)) {
    wql__fan *fan = atomic_load_explicit(&run->fans, memory_order_acquire);
    uint32_t lane = 0;
    for (wql__scan *scan; (scan = wql__fans_scan(&fan, &lane)) != NULL;) what(scan);
    for (uint32_t i = 0; i < run->scan_count; i++) what(&run->scans[i]);
}

void wql__run_interrupt(wql__run *run) {
    each_scan(run, wql__scan_interrupt);
    if (run->links) wql__links_visit(run, wql__run_interrupt);
}

static void blame(wql__scan *scan) {
    wql__mount *mount = scan->mount;
    uint8_t phase = atomic_load_explicit(&scan->phase, memory_order_relaxed);
    if (!mount || (phase != WQL__PHASE_OPEN && phase != WQL__PHASE_NEXT) || (mount->provider->flags & WQL_MAY_BLOCK)) return;
    if (!atomic_exchange_explicit(&mount->blocks, true, memory_order_relaxed) && mount->log)
        mount->log(mount->log_user, WQL_LOG_WARNING,
                   "a provider holds a worker but does not say that it may block: its calls run on threads of their own now");
}

void wql__run_blame(wql__run *run) {
    each_scan(run, blame);
    if (run->links) wql__links_visit(run, wql__run_blame);
}

wql_batch *wql__run_take(wql__run *run) {
    return run->pool_count ? run->pool[--run->pool_count] : wql__spares_take(run->env->spares);
}

/* One reference, and room for it: emptied, it is kept. */
static bool keep(wql__run *run, wql_batch *batch) {
    if (run->pool_count == WQL__RUN_POOL || !batch->home || !wql__batch_is_sole(batch)) return false;
    wql__batch_reset(batch);
    run->pool[run->pool_count++] = batch;
    return true;
}

void wql__run_put(wql__run *run, wql_batch *batch) {
    if (!batch) return;
    if (wql__batch_is_sole(batch))
        while (batch->hold_count) { /* the source that it was forwarded from */
            wql_batch *held = batch->holds[--batch->hold_count];
            if (!keep(run, held)) wql_batch_release(held);
        }
    if (!keep(run, batch)) wql_batch_release(batch);
}

void wql__run_settle(wql__run *run) {
    while (run->pool_count) wql_batch_release(run->pool[--run->pool_count]);
    if (run->input.source) return;
    wql__spares_return(run->env->spares, run->passed);
    run->passed = NULL;
}

size_t wql__run_block_bytes(void) { return sizeof(wql__rows_room); }

/* -- going on ---------------------------------------------------------------------------------------------------- */

static wql_status run_over(wql__run *run, wql_status status) {
    run->is_over = true;
    run->over = status;
    wql__project_drop(run);
    return status;
}

static wql_status fail(wql__run *run, wql_status status, const char *text) {
    wql__error_clear(run->failure);
    return wql__fail(run->failure, status, "%s", text);
}

/* It was counted when it happened. */
static wql_status fail_late(wql__run *run, const wql__mount *mount) {
    wql__error_clear(run->failure);
    (void)wql__fail(run->failure, WQL_E_PROVIDER_FAILURE, "provider %s used a scan outside of its open and next", mount->name);
    wql__error_provider(run->failure, mount->name);
    return WQL_E_PROVIDER_FAILURE;
}

wql_status wql__run_cancelled(wql__run *run) { return fail(run, WQL_E_CALL_CANCELLED, "the call was cancelled"); }

/* Whether the call still has time, now. Whether it was cancelled is looked at before a scan is asked for more, and before rows go
 * out. */
wql_status wql__run_check(wql__run *run) {
    wql__run_env *env = run->env;
    const wql__mount *late;
    run->now_us = wql__env_now(env);
    if (run->now_us >= atomic_load_explicit(env->deadline_us, memory_order_relaxed))
        return fail(run, WQL_E_TIMED_OUT, "the call's time is over");
    late = atomic_load_explicit(&run->late, memory_order_relaxed);
    if (late) return fail_late(run, late);
    return WQL_OK;
}

static bool is_done(const wql__run *run) {
    return (run->unfinished == 0 && !run->links) || (run->env->rows_max && run->given >= run->env->rows_max);
}

static wql_status fail_not_found(wql__run *run) {
    wql_str path = run->env->text;
    return wql__fail_at(run->failure, WQL_E_NOT_FOUND, path, 0, path.len, "there is no object %.*s", WQL_FMT(path));
}

/* The last row was given. Of a fetch that found none it is known that there is none, unless rows are missing. */
static wql_status end(wql__run *run) {
    if (run->partial) return WQL_S_PARTIAL_RESULTS;
    if (run->plan->fetch && !run->given && !run->parent) return fail_not_found(run);
    return WQL_END;
}

static wql_status give(wql__run *run, wql_batch *batch, wql_batch **out) {
    wql_status status = wql__run_stopped(run) ? wql__run_cancelled(run) : wql__run_check(run);
    if (status < 0) {
        wql_batch_release(batch);
        return run_over(run, status);
    }
    run->given += batch->rows;
    run->gave = true;
    wql__run_add(&run->env->stats->rows_out, batch->rows);
    *out = batch;
    return WQL_OK;
}

wql_status wql__run_next(wql__run *run, int64_t until_us, wql_batch **out) {
    *out = NULL;
    if (run->is_over) return run_over(run, run->over);
    wql__union_retry(run);
    for (bool first = true;; first = false) {
        wql_batch *batch = NULL;
        wql_status status;
        if (is_done(run)) return run_over(run, end(run));
        status = wql__run_check(run);
        if (status < 0) return run_over(run, status);
        if (!first && run->now_us >= until_us) return WQL_OK;
        status = run->links ? wql__links_step(run, until_us, &batch) : wql__union_step(run, &batch);
        if (batch) return give(run, batch, out);
        run->env->glance_ns = 0; /* rows were worked on since */
        if (status == WQL_S_PENDING) return status;
        if (run->links && status == WQL_END) return run_over(run, end(run));
        if (status < 0) return run_over(run, status);
    }
}

wql_status wql__run_rest(wql__run *run, wql_batch **out) {
    *out = NULL;
    if (run->links && !run->is_over && !is_done(run)) {
        wql_batch *batch = NULL;
        wql_status status = wql__links_rest(run, &batch);
        if (batch) return give(run, batch, out);
        return status < 0 ? run_over(run, status) : WQL_OK;
    }
    while (!run->is_over && !is_done(run) && (run->input.source || run->gathering.rows)) {
        wql_batch *batch = NULL;
        wql_status status = wql__union_rest(run, &batch);
        if (batch) return give(run, batch, out);
        if (status < 0) return run_over(run, status);
    }
    return WQL_OK;
}
