/* SPDX-License-Identifier: MIT */
/* engine.c: opening and closing an engine; who is inside a callback. */
#include "engine.h"

#include "../base/fault.h"
#include "../base/sized.h"
#include "call.h"
#include "host.h"
#include "open.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

int64_t wql__engine_now(void *engine) {
    const wql_engine_options *options = &((wql_engine *)engine)->options;
    return options->clock ? options->clock(options->clock_user, false) : wql__now_us();
}

void wql__engine_log(wql_engine *engine, int level, const char *format, ...) {
    char line[512];
    va_list args;
    if (!engine->options.log) return;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    engine->options.log(engine->options.log_user, level, line);
}

/* -- callbacks --------------------------------------------------------------------------------------------------- */

static wql__stripe *stripe_of(wql_engine *engine, wql__thread_id thread) {
    return &engine->stripes[(thread >> 12 ^ thread >> 20) % WQL__STRIPES];
}

void wql__callback_enter(wql_engine *engine, wql__callback *callback, wql__call *call) {
    wql__stripe *stripe;
    callback->thread = wql__thread_self();
    callback->call = call;
    stripe = stripe_of(engine, callback->thread);
    wql__lock(&stripe->lock);
    callback->next = stripe->first;
    callback->link = &stripe->first;
    if (stripe->first) stripe->first->link = &callback->next;
    stripe->first = callback;
    wql__unlock(&stripe->lock);
}

void wql__callback_leave(wql_engine *engine, wql__callback *callback) {
    wql__stripe *stripe = stripe_of(engine, callback->thread);
    wql__lock(&stripe->lock);
    *callback->link = callback->next;
    if (callback->next) callback->next->link = callback->link;
    wql__unlock(&stripe->lock);
}

bool wql__in_callback(wql_engine *engine) {
    wql__thread_id self = wql__thread_self();
    wql__stripe *stripe = stripe_of(engine, self);
    bool inside = false;
    wql__lock(&stripe->lock);
    for (const wql__callback *at = stripe->first; at && !inside; at = at->next) inside = at->thread == self;
    wql__unlock(&stripe->lock);
    return inside;
}

/* -- opening ----------------------------------------------------------------------------------------------------- */

/* A condition of that depth is walked by recursion within a worker's stack: at most 2 * depth + 3 nodes one below the other. */
enum { DEPTH_MOST = 190 };

void wql__host_name(char name[WQL__HOST_NAME]) {
    memset(name, 0, WQL__HOST_NAME);
    if (WQL__FAULT(host_name) || gethostname(name, WQL__HOST_NAME - 1) != 0 || !name[0]) strcpy(name, "localhost");
}

static void set_default(uint32_t *field, uint32_t value) {
    if (*field == 0) *field = value;
}

static void fill_defaults(wql_engine *engine) {
    wql_engine_options *o = &engine->options;
    set_default(&o->threads_max, 64);
    set_default(&o->stack_bytes, 256 * 1024);
    set_default(&o->calls_max, 100000);
    set_default(&o->query_chars_max, 16384);
    set_default(&o->depth_max, 128);
    set_default(&o->cancel_wait_ms, 10000);
    set_default(&o->predicates_max, 512);
    set_default(&o->select_items_max, 1024);
    set_default(&o->pattern_chars_max, 4096);
    set_default(&o->path_chars_max, 8192);
    set_default(&o->identifier_chars_max, 4096);
    set_default(&o->path_keys_max, 1024);
    set_default(&o->calls_per_principal_max, o->calls_max);
    set_default(&o->ahead_max, 16);
    set_default(&o->zombies_max, 1000);
    engine->limits = (wql__parse_limits){o->query_chars_max,   o->depth_max,      o->predicates_max,       o->select_items_max,
                                         o->pattern_chars_max, o->path_chars_max, o->identifier_chars_max, o->path_keys_max};
    engine->zone = (wql__zone){o->zone, o->zone_user};
    wql__host_name(engine->server);
}

static void init_locks(wql_engine *engine) {
    wql__mutex_init(&engine->mounting);
    wql__mutex_init(&engine->table);
    wql__cond_init(&engine->table_changed);
    wql__mutex_init(&engine->graph);
    for (int i = 0; i < WQL__STRIPES; i++) wql__mutex_init(&engine->stripes[i].lock);
}

/* Frees the engine itself; everything in it is gone. */
static void free_engine(wql_engine *engine) {
    wql__mem *mem = engine->mem;
    wql__spares_close(engine->spares);
    wql__mutex_free(&engine->mounting);
    wql__mutex_free(&engine->table);
    wql__cond_free(&engine->table_changed);
    wql__mutex_free(&engine->graph);
    for (int i = 0; i < WQL__STRIPES; i++) wql__mutex_free(&engine->stripes[i].lock);
    wql__free(mem, engine->slots, wql__array_size(engine->slot_count, sizeof *engine->slots));
    wql__free(mem, engine, sizeof *engine);
    wql__mem_release(mem);
}

wql_status wql__engine_open(const wql_engine_options *opt, wql_engine **out, wql_error *err) {
    wql_engine_options options;
    wql_engine *engine;
    wql__mem *mem;
    wql_status status = wql__sized_read(&options, sizeof options, opt, sizeof(uint32_t), "wql_engine_options", err);
    if (status < 0) return status;
    if (options.flags & ~(uint32_t)(WQL_CHECK_PROVIDERS | WQL_STRICT | WQL_STRICT_LATE))
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_engine_options: unknown flags");
    if (options.depth_max > DEPTH_MOST)
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_engine_options: depth_max is %u; %d is the most", options.depth_max,
                         DEPTH_MOST);
    if (options.kernels > WQL_KERNELS_NEON)
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_engine_options: there are no kernels of number %u", options.kernels);
    mem = wql__mem_open(options.alloc, options.alloc_user, options.memory_max);
    if (!mem) return wql__fail(err, WQL_E_OUT_OF_MEMORY, "out of memory");
    engine = wql__alloc_zero(mem, sizeof *engine);
    if (!engine) {
        status = wql__fail_memory(mem, err);
        wql__mem_release(mem);
        return status;
    }
    engine->mem = mem;
    engine->options = options;
    engine->slot_free = WQL__NO_ENTRY;
    fill_defaults(engine);
    init_locks(engine);
    if (!wql__kernels_init(&engine->kernels, options.kernels)) {
        free_engine(engine);
        return wql__fail(err, WQL_E_NOT_SUPPORTED, "wql_engine_options: this CPU has not got the kernels asked for");
    }
    wql__host_fill(&engine->host);
    engine->spares = wql__spares_open(mem, wql__run_block_bytes());
    if (!engine->spares) {
        status = wql__fail_memory(mem, err);
        free_engine(engine);
        return status;
    }
    status = wql__sched_open(&engine->sched, engine, options.workers, engine->options.threads_max, engine->options.stack_bytes);
    if (status < 0) {
        (void)(status == WQL_E_NOT_AVAILABLE ? wql__fail(err, status, "a worker thread could not be started")
                                             : wql__fail_memory(mem, err));
        free_engine(engine);
        return status;
    }
    *out = engine;
    return WQL_OK;
}

/* -- closing ----------------------------------------------------------------------------------------------------- */

/* The next call of the table from slot *at on, kept; NULL: no more. */
static wql__call *next_call(wql_engine *engine, uint32_t *at) {
    wql__call *found = NULL;
    wql__lock(&engine->table);
    for (; *at < engine->slot_count && !found; (*at)++) {
        wql__call *call = engine->slots[*at].call;
        if (call && wql__call_keep_if_used(call)) found = call;
    }
    wql__unlock(&engine->table);
    return found;
}

/* Latches one call. A pulled one that nobody is pulling has nobody else to give up its scan half; one whose submission is not
 * through is given up by the submitter. */
static void end_call(wql__call *call, bool inside) {
    bool won, abandon;
    wql__lock(&call->lock);
    won = wql__call_latch(call, WQL__BY_SHUTDOWN, WQL_E_SHUTTING_DOWN, false);
    abandon = call->drive == WQL__PULLED && call->ready && !call->pulling && !inside;
    wql__unlock(&call->lock);
    if (won) wql__call_after_latch(call);
    if (abandon)
        wql__call_abandon(call);
    else if (!inside)
        (void)wql__call_finish(call); /* on a worker, or here: nobody's callback is running */
}

static void end_calls(wql_engine *engine, bool inside) {
    wql__call *call;
    for (uint32_t at = 0; (call = next_call(engine, &at)) != NULL;) {
        end_call(call, inside);
        wql__call_put(call);
    }
}

/* Whether a thread of the client's, or of ours, still works on a call: anything but an open handle. */
static bool is_busy(wql_engine *engine) {
    if (engine->active_count || engine->submitting) return true;
    for (uint32_t i = 0; i < engine->slot_count; i++) {
        wql__call *call = engine->slots[i].call;
        bool busy;
        if (!call) continue;
        wql__lock(&call->lock);
        /* No handle, yet in the table: somebody has a use, or let the last one go and is about to take the call out. */
        busy = !call->handle || atomic_load_explicit(&call->use, memory_order_acquire) > 1;
        wql__unlock(&call->lock);
        if (busy) return true;
    }
    return false;
}

enum { LOOK_AGAIN_US = 10000 }; /* a thread that let go just before `is_closing` was set does not tell */

static bool wait_for_calls(wql_engine *engine) {
    int64_t until = wql__until_us(engine->options.cancel_wait_ms), now;
    bool busy;
    do {
        wql__pumps_finish(engine); /* a late wake may have put a call there once more */
        wql__lock(&engine->table);
        busy = is_busy(engine);
        engine->closed = !busy;
        now = wql__now_us();
        if (busy && now < until)
            (void)wql__cond_wait(&engine->table_changed, &engine->table,
                                 until - now < LOOK_AGAIN_US ? until : now + LOOK_AGAIN_US);
        wql__unlock(&engine->table);
    } while (busy && now < until);
    return !busy;
}

/* Takes back what the client did not close. */
static void drop_handles(wql_engine *engine) {
    wql__call *call;
    for (uint32_t at = 0; (call = next_call(engine, &at)) != NULL;) {
        bool open;
        wql__lock(&call->lock);
        open = call->handle;
        call->handle = false;
        wql__call_note_stale(call);
        wql__unlock(&call->lock);
        if (open) wql__call_put(call);
        wql__call_put(call);
    }
    while (engine->pumps) wql__pump_release(engine->pumps);
    while (engine->queries) wql__query_release(engine->queries);
    while (engine->sessions) wql__session_release(engine->sessions);
}

wql_status wql__engine_close(wql_engine *engine) {
    bool inside = wql__in_callback(engine) && !WQL__MUTANT('t');
    wql__lock(&engine->table);
    engine->closing = true;
    atomic_store_explicit(&engine->is_closing, true, memory_order_relaxed);
    wql__unlock(&engine->table);
    end_calls(engine, inside);
    if (inside) return WQL_S_TIMEDOUT;
    if (!wait_for_calls(engine)) return WQL_S_TIMEDOUT;
    wql__sched_stop(&engine->sched);
    drop_handles(engine);
    wql__calls_free_spares(engine);
    wql__sched_free(&engine->sched);
    wql__engine_drop_mounts(engine);
    free_engine(engine);
    return WQL_OK;
}

wql_status wql__engine_read_stats(wql_engine *engine, wql_engine_stats *out) {
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    wql__mem_usage(engine->mem, &stats.memory, &stats.memory_peak);
    wql__lock(&engine->table);
    stats.calls = engine->call_count;
    wql__unlock(&engine->table);
    stats.zombies = atomic_load_explicit(&engine->zombie_count, memory_order_relaxed);
    stats.providers = atomic_load_explicit(&engine->provider_count, memory_order_relaxed);
    stats.provider_faults = atomic_load_explicit(&engine->provider_faults, memory_order_relaxed);
    return wql__sized_write(out, &stats, sizeof stats);
}
