/* SPDX-License-Identifier: MIT */
/* scan.c: the scan of one class by its provider. Every callback goes through the mount's turn, is timed, keeps errno, and is
 * checked: what a provider answers may be anything. */
#include "inside.h"

#include "../data/value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* -- breaches of the contract ------------------------------------------------------------------------------------ */

static const char *class_of(const wql__scan *scan) { return scan->cls->def.name; }

wql_status wql__scan_fault(wql__scan *scan, const char *format, ...) {
    char text[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (scan->broken < 0) return scan->broken;
    wql__error_clear(scan->run->failure);
    scan->broken = wql__mount_fault(scan->mount, scan->run->failure, "%s", text);
    return scan->broken;
}

wql_status wql__scan_stopped(wql__scan *scan) {
    if (scan->broken < 0) return scan->broken;
    wql__error_clear(scan->run->failure);
    scan->broken = wql__fail(scan->run->failure, WQL_E_CALL_CANCELLED, "the call was cancelled");
    return scan->broken;
}

wql_status wql__scan_no_memory(wql__scan *scan) {
    if (scan->broken < 0) return scan->broken;
    wql__error_clear(scan->run->failure);
    scan->broken = wql__fail_memory(scan->run->mem, scan->run->failure);
    return scan->broken;
}

/* Outside of its callbacks, perhaps on another thread, nothing of the scan may be written: the run notices the flag. */
bool wql__scan_is_in(wql__scan *scan, uint8_t phase, uint8_t or_phase, const char *function) {
    uint8_t now = atomic_load_explicit(&scan->phase, memory_order_relaxed);
    if (now == phase || now == or_phase) return scan->broken >= 0;
    if (now == WQL__PHASE_OPEN || now == WQL__PHASE_NEXT) {
        (void)wql__scan_fault(scan, "%s was called inside %s of %s", function, now == WQL__PHASE_OPEN ? "open" : "next",
                              class_of(scan));
        return false;
    }
    (void)wql__mount_fault(scan->mount, NULL, "%s was called outside of open and next of %s", function, class_of(scan));
    atomic_store_explicit(scan->run->parent ? &scan->run->parent->late : &scan->run->late, scan->mount, memory_order_relaxed);
    return false;
}

/* -- failures ---------------------------------------------------------------------------------------------------- */

/* What a callback answered, as the failure of the run: its own words if it has any. */
static wql_status provider_failed(wql__scan *scan, wql_error *said, wql_status status, const char *callback) {
    wql__run *run = scan->run;
    wql_status blamed;
    said->message[sizeof said->message - 1] = said->hint[sizeof said->hint - 1] = 0;
    wql__error_clear(run->failure);
    blamed = wql__mem_blame(run->mem, status, scan->refusals, run->failure);
    if (blamed < 0)
        status = blamed;
    else if (said->message[0])
        (void)wql__fail(run->failure, status, "%s", said->message);
    else
        (void)wql__fail(run->failure, status, "%s of %s by provider %s failed: %s", callback, class_of(scan), scan->mount->name,
                        wql_status_text(status));
    if (blamed >= 0) wql__error_hint(run->failure, wql_s(said->hint));
    wql__error_provider(run->failure, scan->mount->name);
    return status;
}

static wql_status no_memory(wql__scan *scan) {
    wql__error_clear(scan->run->failure);
    return wql__fail_memory(scan->run->mem, scan->run->failure);
}

/* -- callbacks --------------------------------------------------------------------------------------------------- */

typedef struct visit {
    int64_t since_ns;
    int saved_errno;
    wql_error said; /* by the provider */
} visit;

static void visit_begin(wql__scan *scan, visit *v, uint8_t phase) {
    wql__arena_reset(&scan->scratch);
    if (scan->run->speller) scan->run->speller->path_count = 0;
    wql__error_clear(&v->said);
    scan->brought = false;
    scan->refusals = wql__mem_refusals(scan->run->mem);
    atomic_store_explicit(&scan->phase, phase, memory_order_relaxed);
    v->saved_errno = errno;
    v->since_ns = scan->run->env->glance_ns ? scan->run->env->glance_ns : wql__now_ns();
}

void wql__scan_tell(wql__scan *scan) {
    wql__run_add(&scan->mount->inside_ns, scan->untold_ns);
    wql__run_add(&scan->mount->rows, scan->untold_rows);
    scan->untold_ns = scan->untold_rows = 0;
}

static void visit_end(wql__scan *scan, visit *v) {
    int64_t spent = wql__env_glance(scan->run->env) - v->since_ns;
    errno = v->saved_errno;
    atomic_store_explicit(&scan->phase, WQL__PHASE_OUTSIDE, memory_order_relaxed);
    if (spent > 0) {
        wql__run_add(&scan->run->env->stats->provider_ns, (uint64_t)spent);
        scan->untold_ns += (uint64_t)spent;
        if (!scan->is_lane) wql__scan_tell(scan);
    }
    wql__mount_leave(scan->mount);
}

/* A run without a wake waits. */
static wql_status enter(wql__scan *scan) { return wql__mount_enter(scan->mount, scan->turn.wake ? &scan->turn : NULL); }

static bool has_interrupt(const wql__scan *scan) { return scan->mount && scan->mount->provider->interrupt; }

static void set_reachable(wql__scan *scan, bool on) {
    wql__run *run = scan->run;
    if (!has_interrupt(scan)) return;
    wql__lock(&run->lock);
    scan->reachable = on;
    while (!on && scan->interrupting) (void)wql__cond_wait(&run->idle, &run->lock, WQL__TIME_FOREVER); /* interrupts are short */
    wql__unlock(&run->lock);
}

void wql__scan_interrupt(wql__scan *scan) {
    wql__run *run = scan->run;
    bool go;
    if (!has_interrupt(scan)) return;
    wql__lock(&run->lock);
    go = scan->reachable;
    if (go) scan->interrupting++;
    wql__unlock(&run->lock);
    if (!go) return;
    {
        int saved_errno = errno;
        scan->mount->provider->interrupt(&scan->pub);
        errno = saved_errno;
    }
    wql__lock(&run->lock);
    if (--scan->interrupting == 0) wql__cond_broadcast(&run->idle);
    wql__unlock(&run->lock);
}

/* -- opening ----------------------------------------------------------------------------------------------------- */

void wql__scan_init(wql__scan *scan, wql__run *run, const wql__plan_scan *plan) {
    memset(scan, 0, sizeof *scan);
    scan->run = run;
    scan->plan = plan;
    scan->mount = plan->mount;
    scan->cls = plan->entry->cls;
    if (scan->mount) {
        scan->pub.host = scan->mount->handle.host;
        scan->pub.self = scan->mount->self;
    }
    scan->parts = 1;
    if (run->env->split && scan->mount && (scan->mount->provider->flags & WQL_CONCURRENT)) scan->parts = plan->parts;
    scan->part_end = scan->parts;
    scan->pub.request = &scan->request;
    scan->turn.wake = run->env->turn.wake;
    scan->turn.ctx = run->env->turn.ctx;
    wql__arena_init(&scan->arena, run->mem);
    wql__arena_init(&scan->scratch, run->mem);
}

enum { FIRST_BYTES = 768, FIRST_BYTES_MAX = 16 * 1024 };

static void size_arena(wql__scan *scan) {
    uint32_t bytes = atomic_load_explicit(&scan->run->plan->scan_bytes, memory_order_relaxed);
    if (!scan->arena.chunks) wql__arena_next(&scan->arena, bytes ? bytes : FIRST_BYTES);
}

void wql__scan_grown(wql__scan *scan) {
    _Atomic uint32_t *bytes = &scan->run->plan->scan_bytes;
    size_t used = wql__arena_used(&scan->arena);
    if (used > atomic_load_explicit(bytes, memory_order_relaxed) && used <= FIRST_BYTES_MAX)
        atomic_store_explicit(bytes, (uint32_t)used, memory_order_relaxed);
}

static const uint64_t *wanted_of(const wql__scan *scan) {
    return scan->wide || scan->run->env->check_exact ? scan->plan->wanted_all : scan->plan->wanted;
}

static void make_request(wql__scan *scan) {
    const wql__run_env *env = scan->run->env;
    wql_request *request = &scan->request;
    bool exact = scan->plan->exact && !scan->wide;
    memset(request, 0, sizeof *request);
    request->struct_size = (uint32_t)sizeof *request;
    request->class_index = scan->plan->entry->class_index;
    request->conjunct_count = scan->plan->pushed_count;
    request->part = scan->part;
    request->parts = scan->parts;
    request->conjuncts = scan->plan->pushed;
    request->wanted = wanted_of(scan);
    if (exact && env->rows_max) request->limit = env->rows_max - scan->run->given;
    if (exact && (env->flags & WQL_COUNT_ONLY) && !env->check_exact) request->flags = WQL_WISH_COUNT;
    for (uint32_t i = 0; i < scan->plan->pushed_count; i++) scan->take[i] = (uint8_t)scan->plan->pushed[i].taken;
}

static uint32_t bytes_of(const wql_property_def *def) {
    uint32_t size = def->type & WQL_ARRAY ? 4 : wql__type_size(def->type);
    return size ? size : 4;
}

/* What the scan needs while it is open, once: an open that answered WQL_S_PENDING finds its state again. False = no memory. */
static bool prepare(wql__scan *scan) {
    const uint64_t *wanted = wanted_of(scan);
    uint32_t properties = scan->cls->def.property_count;
    wql__arena_reset(&scan->arena);
    size_arena(scan);
    scan->take = wql__arena_alloc(&scan->arena, scan->plan->pushed_count);
    scan->made_take = wql__arena_alloc(&scan->arena, scan->plan->pushed_count);
    scan->slots = wql__arena_alloc(&scan->arena, wql__array_size(properties, sizeof *scan->slots));
    scan->numbers = wql__arena_alloc(&scan->arena, wql__array_size(properties, sizeof *scan->numbers));
    if (!scan->take || !scan->made_take || !scan->slots || !scan->numbers) return false;
    scan->slot_count = 0;
    scan->row_bytes = 0;
    for (uint32_t i = 0; i < properties; i++) {
        bool is_wanted = (wanted[i >> 6] >> (i & 63u)) & 1u;
        scan->slots[i] = is_wanted ? scan->slot_count : WQL__NO_ENTRY;
        if (!is_wanted) continue;
        scan->numbers[scan->slot_count++] = i;
        scan->row_bytes += bytes_of(&scan->cls->def.properties[i]);
    }
    scan->facts = NULL;
    scan->given = NULL;
    scan->plain = NULL;
    memset(&scan->rows, 0, sizeof scan->rows);
    scan->holds = wql__arena_zero(&scan->arena, wql__array_size(scan->plan->pushed_count, sizeof *scan->holds));
    scan->makers = NULL;
    scan->nested = NULL;
    scan->nested_count = scan->nested_room = 0;
    scan->pub.take = scan->take;
    scan->pub.state = NULL;
    return scan->holds != NULL;
}

/* Whether what a test, or a side of one, looks at was asked for. */
static bool has_side(const wql__scan *scan, uint8_t system, uint32_t property) {
    if (system == WQL__SYS_NONE) return scan->slots[property] != WQL__NO_ENTRY;
    for (uint32_t i = 0; !wql__system_is_constant(system) && i < scan->cls->key_count; i++)
        if (scan->slots[scan->cls->keys[i]] == WQL__NO_ENTRY) return false;
    return true;
}

/* Whether the properties that a condition looks at were asked for. */
static bool is_covered(const wql__scan *scan, const wql__expr *expr) {
    if (expr->kind == WQL__EXPR_TEST && expr->at == WQL__AT_PAIR && !has_side(scan, expr->pair->system, expr->pair->property))
        return false;
    if (expr->kind == WQL__EXPR_TEST) return has_side(scan, expr->system, expr->property);
    for (uint32_t i = 0; i < expr->count; i++)
        if (!is_covered(scan, expr->items[i])) return false;
    return true;
}

static bool is_exact(const wql__scan *scan, const wql__conjunct *conjunct) {
    return conjunct->pushed != WQL__NO_ENTRY && scan->take[conjunct->pushed] == WQL_EXACT;
}

/* What open left of plan's answers. *again: more was promised than is kept, so ask once more, for everything. */
static wql_status check_take(wql__scan *scan, bool *again) {
    bool lowered = false;
    *again = false;
    for (uint32_t i = 0; i < scan->plan->pushed_count; i++) {
        if (scan->take[i] > scan->plan->pushed[i].taken)
            return wql__scan_fault(scan, "open of %s promised more for condition %u than plan did (%u, not %u)", class_of(scan),
                                   i + 1, scan->take[i], scan->plan->pushed[i].taken);
        lowered |= scan->take[i] != scan->plan->pushed[i].taken;
    }
    if (!lowered) return WQL_OK;
    if (scan->request.limit || scan->request.flags) *again = true;
    for (uint32_t i = 0; i < scan->plan->conjunct_count; i++)
        if (!is_exact(scan, &scan->plan->conjuncts[i]) && !is_covered(scan, scan->plan->conjuncts[i].expr)) *again = true;
    return WQL_OK;
}

/* A filter of those conditions that the engine has to check. */
static wql_status make_filter(wql__scan *scan) {
    wql__run *run = scan->run;
    const wql__expr **exprs = wql__arena_alloc(&scan->arena, wql__array_size(scan->plan->conjunct_count, sizeof *exprs));
    uint32_t count = 0;
    if (!exprs) return no_memory(scan);
    for (uint32_t i = 0; i < scan->plan->conjunct_count; i++)
        if (!is_exact(scan, &scan->plan->conjuncts[i])) exprs[count++] = scan->plan->conjuncts[i].expr;
    wql__error_clear(run->failure);
    return wql__filter_init(&scan->filter, &scan->arena, run->mem, scan->cls, scan->slots, exprs, count, run->env->stop,
                            run->env->spares, run->env->kernels, run->failure);
}

/* One filter for each condition that the provider is trusted with, to see whether it may be. */
static wql_status make_exact(wql__scan *scan) {
    wql__run *run = scan->run;
    wql_status status = WQL_OK;
    scan->exact_count = 0;
    if (!run->env->check_exact) return WQL_OK;
    scan->exact = wql__arena_zero(&scan->arena, wql__array_size(scan->plan->conjunct_count, sizeof *scan->exact));
    if (!scan->exact) return no_memory(scan);
    scan->exact_count = scan->plan->conjunct_count;
    for (uint32_t i = 0; i < scan->exact_count && status >= 0; i++) {
        const wql__expr *expr = scan->plan->conjuncts[i].expr;
        if (is_exact(scan, &scan->plan->conjuncts[i]))
            status = wql__filter_init(&scan->exact[i], &scan->arena, run->mem, scan->cls, scan->slots, &expr, 1, run->env->stop,
                                      run->env->spares, run->env->kernels, run->failure);
    }
    return status;
}

/* What was made for another part serves this one, if open took the same; else everything is asked for and made anew. */
static bool fits_made(const wql__scan *scan) {
    return !scan->plan->pushed_count || memcmp(scan->take, scan->made_take, scan->plan->pushed_count) == 0;
}

static wql_status finish_open(wql__scan *scan) {
    bool again;
    wql_status status;
    if (check_take(scan, &again) < 0) return scan->broken;
    if (scan->made && !again) {
        if (fits_made(scan)) return WQL_OK;
        again = true;
    }
    if (again) {
        scan->state = WQL__SCAN_REOPENING;
        return WQL_OK;
    }
    status = make_filter(scan);
    if (status >= 0) status = make_exact(scan);
    if (status >= 0 && !(scan->run->env->flags & WQL_COUNT_ONLY) && !wql__outputs_init(scan)) status = no_memory(scan);
    wql__scan_grown(scan);
    scan->made = status >= 0;
    if (scan->plan->pushed_count) memcpy(scan->made_take, scan->take, scan->plan->pushed_count);
    return status;
}

/* Nobody would ever wake the call. */
static bool cannot_wait(wql__scan *scan, wql_status status, const char *callback) {
    if (status != WQL_S_PENDING || atomic_load_explicit(&scan->waker_taken, memory_order_relaxed)) return false;
    (void)wql__scan_fault(scan, "%s of %s answered that it will wake the call, and has taken no waker", callback, class_of(scan));
    return true;
}

static wql_status open_scan(wql__scan *scan) {
    visit v;
    wql_status status;
    if (!scan->prepared && !prepare(scan)) return no_memory(scan);
    scan->prepared = true;
    if (!scan->mount) {
        scan->state = WQL__SCAN_OPEN;
        return finish_open(scan);
    }
    status = enter(scan);
    if (status != WQL_OK) return status;
    make_request(scan);
    if (!scan->counted) (void)wql__mount_begin(scan->mount); /* its call has begun, so it is not refused */
    scan->counted = true;
    set_reachable(scan, true);
    visit_begin(scan, &v, WQL__PHASE_OPEN);
    status = scan->mount->provider->open(&scan->pub, &v.said);
    visit_end(scan, &v);
    if (status == WQL_OK) {
        scan->state = WQL__SCAN_OPEN; /* from here on a close is owed */
        wql__run_add(&scan->mount->opened, 1);
    }
    if (cannot_wait(scan, status, "open")) set_reachable(scan, false);
    if (scan->broken < 0) return scan->broken;
    if (status == WQL_OK) return finish_open(scan);
    if (status == WQL_S_PENDING) return status;
    set_reachable(scan, false);
    if (status < 0) return provider_failed(scan, &v.said, status, "open");
    (void)wql__scan_fault(scan, "open of %s answered 0x%08X, which open cannot", class_of(scan), (unsigned)status);
    return scan->broken;
}

void wql__scan_advance(wql__scan *scan, uint32_t part) {
    scan->part = part;
    if (scan->state == WQL__SCAN_OPEN) scan->state = WQL__SCAN_ADVANCING;
}

/* Closes what the provider has of a part; what the scan has serves the next one. */
static wql_status leave_part(wql__scan *scan) {
    wql_status status = enter(scan);
    visit v;
    if (status != WQL_OK) return status;
    set_reachable(scan, false);
    visit_begin(scan, &v, WQL__PHASE_CLOSE);
    if (scan->mount->provider->close) scan->mount->provider->close(&scan->pub);
    visit_end(scan, &v);
    wql__run_add(&scan->mount->closed, 1);
    scan->pub.state = NULL;
    scan->state = WQL__SCAN_NEW;
    return WQL_OK;
}

/* WQL_OK: the scan is open. */
static wql_status get_ready(wql__scan *scan) {
    wql_status status = WQL_OK;
    while (scan->state != WQL__SCAN_OPEN) {
        if (scan->state == WQL__SCAN_ADVANCING) {
            status = leave_part(scan);
            if (status != WQL_OK) return status;
        }
        if (scan->state == WQL__SCAN_REOPENING) {
            status = wql__scan_close(scan);
            if (status != WQL_OK) return status;
            scan->wide = true;
        }
        status = open_scan(scan);
        if (status != WQL_OK) return status;
    }
    return status;
}

/* -- rows -------------------------------------------------------------------------------------------------------- */

static wql_status judge_next(wql__scan *scan, wql_error *said, wql_status status) {
    uint64_t rows;
    if (scan->row_begun && status >= 0)
        (void)wql__scan_fault(scan, "next of %s returned in the middle of a row: wql_row_end is missing", class_of(scan));
    if (status > 0 && status != WQL_END && status != WQL_S_PENDING && status != WQL_S_PARTIAL_RESULTS)
        (void)wql__scan_fault(scan, "next of %s answered 0x%08X, which next cannot", class_of(scan), (unsigned)status);
    (void)cannot_wait(scan, status, "next");
    if (scan->broken >= 0 && scan->rows.batch) scan->source = wql__rows_end(scan);
    wql__rows_drop(scan);
    wql__objects_drop(scan);
    if (scan->broken < 0) {
        wql_batch_release(scan->source);
        scan->source = NULL;
        scan->counted_rows = scan->dropped_rows = 0;
        return scan->broken;
    }
    rows = scan->counted_rows + scan->dropped_rows + wql_batch_rows(scan->source);
    wql__run_add(&scan->run->env->stats->rows_scanned, rows);
    scan->untold_rows += rows;
    if (!scan->is_lane) wql__scan_tell(scan);
    return status < 0 ? provider_failed(scan, said, status, "next") : status;
}

void wql__scan_pull(wql__scan *scan) {
    visit v;
    wql_status status;
    scan->source = NULL;
    scan->counted_rows = scan->dropped_rows = 0;
    scan->is_filtered = false;
    scan->after = get_ready(scan);
    if (scan->after != WQL_OK) return;
    if (!scan->mount) {
        scan->after = wql__definitions_next(scan);
        return;
    }
    scan->after = enter(scan);
    if (scan->after != WQL_OK) return;
    visit_begin(scan, &v, WQL__PHASE_NEXT);
    status = scan->mount->provider->next(&scan->pub, &v.said);
    visit_end(scan, &v);
    scan->after = judge_next(scan, &v.said, status);
}

/* -- closing ----------------------------------------------------------------------------------------------------- */

static void free_open(wql__scan *scan) {
    wql__check_publish(scan);
    scan->facts = NULL;
    wql__rows_drop(scan);
    wql__objects_drop(scan);
    wql__outputs_free(scan);
    wql__filter_free(&scan->filter);
    for (uint32_t i = 0; i < scan->exact_count; i++) wql__filter_free(&scan->exact[i]);
    scan->exact_count = 0;
    scan->makers = NULL;
    scan->prepared = scan->made = false;
}

wql_status wql__scan_close(wql__scan *scan) {
    bool owed = scan->state != WQL__SCAN_NEW && scan->state != WQL__SCAN_DONE, again = scan->state == WQL__SCAN_REOPENING;
    visit v;
    if (scan->state == WQL__SCAN_DONE) return WQL_OK;
    if (owed && scan->mount && scan->mount->provider->close) {
        wql_status status = enter(scan);
        if (status != WQL_OK) return status;
        set_reachable(scan, false);
        visit_begin(scan, &v, WQL__PHASE_CLOSE);
        scan->mount->provider->close(&scan->pub);
        visit_end(scan, &v);
    } else {
        set_reachable(scan, false);
    }
    if (owed && scan->mount) wql__run_add(&scan->mount->closed, 1);
    free_open(scan);
    scan->state = again ? WQL__SCAN_NEW : WQL__SCAN_DONE;
    if (again) return WQL_OK;
    atomic_store_explicit(&scan->phase, WQL__PHASE_ENDED, memory_order_relaxed);
    wql__turn_drop(&scan->turn);
    wql__arena_free(&scan->arena);
    wql__arena_free(&scan->scratch);
    return WQL_OK;
}

void wql__scan_uncount(wql__scan *scan) {
    if (scan->counted) wql__mount_end(scan->mount);
    scan->counted = false;
}
