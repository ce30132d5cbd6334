/* SPDX-License-Identifier: MIT */
/* call.c: how a call is accepted, found, kept and given back. */
#include "call.h"

#include "../base/sized.h"
#include "context.h"
#include "rights.h"
#include "stream.h"

#include <string.h>

/* -- keeping ----------------------------------------------------------------------------------------------------- */

void wql__call_keep(wql__call *call) { atomic_fetch_add_explicit(&call->use, 1, memory_order_relaxed); }

/* The slot's generation moves on, so that old values of it are stale. */
static void free_slot(wql_engine *engine, uint32_t slot) {
    engine->slots[slot].call->session->account->calls--;
    engine->slots[slot].call = NULL;
    engine->slots[slot].next_free = engine->slot_free;
    engine->slot_free = slot;
    engine->call_count--;
    wql__cond_broadcast(&engine->table_changed);
}

/* -- blocks ------------------------------------------------------------------------------------------------------ */

/* The block of a call that has ended serves the next one, with its locks and its places in the heap of timers. */

static wql__call *new_block(wql_engine *engine) {
    wql__call *call;
    if (!wql__timer_reserve(&engine->sched)) return NULL;
    call = wql__alloc(engine->mem, sizeof *call);
    if (!call) {
        wql__timer_unreserve(&engine->sched);
        return NULL;
    }
    call->engine = engine;
    wql__mutex_init(&call->lock);
    wql__cond_init(&call->changed);
    return call;
}

static void free_block(wql__call *call) {
    wql_engine *engine = call->engine;
    wql__timer_unreserve(&engine->sched);
    wql__mutex_free(&call->lock);
    wql__cond_free(&call->changed);
    wql__free(engine->mem, call, sizeof *call);
}

static wql__call *take_block(wql_engine *engine) {
    wql__call *call = NULL;
    wql__lock(&engine->table);
    if (engine->spare_call_count) call = engine->spare_calls[--engine->spare_call_count];
    wql__unlock(&engine->table);
    if (!call) return new_block(engine);
    wql__mem_show(call, sizeof *call);
    return call;
}

/* False: there are enough. With the table's lock. */
static bool keep_block(wql_engine *engine, wql__call *call) {
    if (engine->closing || engine->spare_call_count == WQL__SPARE_CALLS) return false;
    wql__mem_hide(call, sizeof *call);
    engine->spare_calls[engine->spare_call_count++] = call;
    return true;
}

void wql__calls_free_spares(wql_engine *engine) {
    while (engine->spare_call_count) {
        wql__call *call = engine->spare_calls[--engine->spare_call_count];
        wql__mem_show(call, sizeof *call);
        free_block(call);
    }
}

/* Frees all but the block. */
static void empty_call(wql__call *call) {
    wql_engine *engine = call->engine;
    wql__stream_orphan(call->stream);
    wql__call_drop_kept(call);
    while (call->ring_count) {
        wql_batch_release(call->ring[call->ring_at]);
        call->ring_at = (call->ring_at + 1) % call->ring_room;
        call->ring_count--;
    }
    wql_batch_release(call->in_hand);
    wql__params_free(call->params);
    wql__pump_leave(call->pump, call);
    if (call->ring && call->ring != call->small_ring)
        wql__free(engine->mem, call->ring, wql__array_size(call->ring_room, sizeof *call->ring));
    wql__context_free(call->context);
    wql__query_release(call->query);
    wql__session_release(call->session);
}

/* Of a thread that is counted in `submitting`, which it leaves. */
static void free_call(wql__call *call) {
    wql_engine *engine = call->engine;
    bool kept;
    empty_call(call);
    wql__lock(&engine->table);
    kept = keep_block(engine, call);
    if (kept) {
        engine->submitting--;
        wql__cond_broadcast(&engine->table_changed);
    }
    wql__unlock(&engine->table);
    if (kept) return;
    free_block(call);
    wql__engine_leave(engine);
}

/* The last use takes the call out of the table; wql__call_find cannot revive it, since it counts up from 1 only. */
void wql__call_put(wql__call *call) {
    wql_engine *engine = call->engine;
    bool last, closing = atomic_load_explicit(&engine->is_closing, memory_order_relaxed);
    if (closing) wql__lock(&engine->table); /* the closer frees the engine as soon as it finds nobody inside */
    last = atomic_fetch_sub_explicit(&call->use, 1, memory_order_acq_rel) == (WQL__MUTANT('j') ? 2 : 1);
    if (closing) {
        if (last)
            free_slot(engine, (uint32_t)call->id);
        else
            wql__cond_broadcast(&engine->table_changed);
        if (last) engine->submitting++; /* what free_call does is still to come */
        wql__unlock(&engine->table);
    } else if (last) {
        wql__lock(&engine->table);
        free_slot(engine, (uint32_t)call->id);
        engine->submitting++;
        wql__unlock(&engine->table);
    }
    if (last) free_call(call);
}

void wql__engine_leave(wql_engine *engine) {
    wql__lock(&engine->table);
    engine->submitting--;
    wql__cond_broadcast(&engine->table_changed);
    wql__unlock(&engine->table);
}

bool wql__call_keep_if_used(wql__call *call) {
    uint32_t use = atomic_load_explicit(&call->use, memory_order_relaxed);
    while (use != 0)
        if (atomic_compare_exchange_weak_explicit(&call->use, &use, use + 1, memory_order_acquire, memory_order_relaxed))
            return true;
    return false;
}

/* A value is good while its handle is open, or its client half lives: a sink may use the value it is handed. */
wql__call *wql__call_find(wql_call value) {
    wql_engine *engine = value.engine;
    uint32_t slot = (uint32_t)value.id, generation = (uint32_t)(value.id >> 32);
    wql__call *call = NULL;
    if (!engine) return NULL;
    wql__lock(&engine->table);
    if (!engine->closed && slot < engine->slot_count && engine->slots[slot].generation == generation)
        call = engine->slots[slot].call;
    if (call && !wql__call_keep_if_used(call)) call = NULL;
    wql__unlock(&engine->table);
    if (call && atomic_load_explicit(&call->stale, memory_order_acquire)) {
        wql__call_put(call);
        call = NULL;
    }
    return call;
}

void wql__call_note_stale(wql__call *call) {
    bool good = call->handle || (call->drive != WQL__PULLED && call->term != WQL__RELEASED);
    atomic_store_explicit(&call->stale, !good, memory_order_release);
}

/* -- accepting --------------------------------------------------------------------------------------------------- */

enum {
    KNOWN_FLAGS = WQL_PROTOTYPE | WQL_SEND_STATUS | WQL_ENSURE_LOCATABLE | WQL_DIRECT_READ | WQL_RUN_AHEAD | WQL_KEEP |
                  WQL_COUNT_ONLY | WQL_KEYS_ONLY | WQL_FINAL_ON_WORKER
};

static wql_status check_sink(const wql_sink *sink, wql_sink *copy, wql_error *err) {
    wql_status status = wql__sized_read(copy, sizeof *copy, sink, offsetof(wql_sink, status), "wql_sink", err);
    if (status < 0) return status;
    if (!copy->indicate) return wql__fail(err, WQL_E_INVALID_PARAMETER, "the sink has no indicate");
    if (!copy->add_ref != !copy->release)
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "a sink has both add_ref and release, or neither");
    return WQL_OK;
}

static wql_status check_flags(const wql_call_options *how, wql_error *err) {
    if (how->flags & ~(uint32_t)KNOWN_FLAGS) return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_call_options: unknown flags");
    if (how->sink && (how->flags & (WQL_RUN_AHEAD | WQL_KEEP)))
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "WQL_RUN_AHEAD and WQL_KEEP are for calls without a sink");
    if (!how->sink && (how->flags & (WQL_SEND_STATUS | WQL_FINAL_ON_WORKER)))
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "WQL_SEND_STATUS and WQL_FINAL_ON_WORKER are for calls with a sink");
    return WQL_OK;
}

static wql_status check_options(wql_engine *engine, const wql_call_options *given, wql_call_options *how, const wql_call *out,
                                wql_error *err) {
    wql_status status = wql__sized_read(how, sizeof *how, given, sizeof(uint32_t), "wql_call_options", err);
    if (status >= 0) status = check_flags(how, err);
    if (status < 0) return status;
    if (!how->sink && !out) return wql__fail(err, WQL_E_INVALID_PARAMETER, "neither a sink nor a place for the call is given");
    if (how->pump && !how->sink) return wql__fail(err, WQL_E_INVALID_PARAMETER, "a pump needs a sink");
    if (how->batch_rows > WQL_BATCH_ROWS_MAX)
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "batch_rows is %u; a batch has at most %d rows", how->batch_rows,
                         WQL_BATCH_ROWS_MAX);
    if ((how->sink || (how->flags & WQL_RUN_AHEAD)) && !how->pump && !engine->options.workers)
        return wql__fail(err, WQL_E_NOT_AVAILABLE, "the engine has no workers to run this call");
    return WQL_OK;
}

/* Those of WMI's GetObject, and of ours what is not about queries. */
static wql_status check_fetch_flags(const wql_call_options *how, wql_error *err) {
    if (!(how->flags & (WQL_PROTOTYPE | WQL_ENSURE_LOCATABLE))) return WQL_OK;
    return wql__fail(err, WQL_E_INVALID_PARAMETER, "WQL_PROTOTYPE and WQL_ENSURE_LOCATABLE are for queries");
}

static void wake_turn(void *ctx) { wql__call_wake(ctx); }

static void fill_env(wql__call *call, const wql_call_options *how) {
    wql__run_env *env = &call->env;
    env->mem = call->engine->mem;
    env->stop = &call->stop;
    env->deadline_us = &call->env_deadline;
    env->now = wql__engine_now;
    env->now_user = call->engine;
    env->system_clock = call->engine->options.clock == NULL;
    env->principal = call->session->principal;
    env->context = call->context;
    env->turn.wake = wake_turn;
    env->turn.ctx = call;
    env->wake_id = call->id;
    env->flags = call->flags;
    env->check_exact = (call->engine->options.flags & WQL_CHECK_PROVIDERS) != 0;
    env->batch_rows = how->batch_rows ? how->batch_rows : 1024;
    env->batch_rows_max = how->batch_rows ? how->batch_rows : WQL_BATCH_ROWS_MAX;
    env->batch_bytes = how->batch_bytes ? how->batch_bytes : 256 * 1024;
    env->batch_age_ms = how->batch_age_ms ? how->batch_age_ms : 20;
    env->rows_max = call->query->is_path ? 1 : how->rows_max;
    env->params = call->params;
    env->text = call->query->text;
    env->pattern_chars = call->engine->limits.pattern_chars;
    env->stats = &call->stats;
    env->spares = call->engine->spares;
    env->kernels = &call->engine->kernels;
    env->failure = &call->run_error;
}

/* Room for what is made ahead of a pulled call. */
static bool make_ring(wql__call *call, const wql_engine *engine) {
    if (call->drive != WQL__PULLED) return true;
    call->ring_room = (call->flags & WQL_RUN_AHEAD) ? engine->options.ahead_max : 2;
    call->ring = call->small_ring;
    if (call->ring_room <= 2) return true;
    call->ring = wql__alloc_zero(engine->mem, wql__array_size(call->ring_room, sizeof *call->ring));
    return call->ring != NULL;
}

static wql__call *new_call(wql_engine *engine) {
    wql__call *call = take_block(engine);
    const size_t behind = offsetof(wql__call, changed) + sizeof call->changed;
    if (!call) return NULL;
    memset(call, 0, offsetof(wql__call, lock)); /* the locks are in order */
    memset((char *)call + behind, 0, sizeof *call - behind);
    call->engine = engine;
    return call;
}

static wql__call *make_call(wql_engine *engine, const wql_call_options *how) {
    wql__call *call = new_call(engine);
    if (!call) return NULL;
    call->flags = how->flags;
    call->drive = how->pump ? WQL__PUMPED : how->sink ? WQL__PUSHED : WQL__PULLED;
    call->pool = WQL__POOL_WORKERS;
    call->ahead = (how->flags & WQL_RUN_AHEAD) != 0;
    if (!make_ring(call, engine)) {
        free_block(call);
        return NULL;
    }
    call->submitted_us = wql__engine_now(engine);
    call->deadline_us = how->timeout_ms ? wql__deadline_us(call->submitted_us, how->timeout_ms) : WQL__TIME_FOREVER;
    atomic_init(&call->env_deadline, call->deadline_us);
    call->run_error.struct_size = sizeof call->run_error;
    atomic_init(&call->use, 1);
    wql__call_note_stale(call);
    return call;
}

static bool grow_slots(wql_engine *engine) {
    uint32_t count = engine->slot_count ? engine->slot_count * 2 : 64;
    wql__slot *slots = wql__realloc(engine->mem, engine->slots, wql__array_size(engine->slot_count, sizeof *slots),
                                    wql__array_size(count, sizeof *slots));
    if (!slots) return false;
    for (uint32_t i = count; i-- > engine->slot_count;) {
        slots[i] = (wql__slot){NULL, 0, engine->slot_free};
        engine->slot_free = i;
    }
    engine->slots = slots;
    engine->slot_count = count;
    return true;
}

/* T2, first half: under the table's lock the call is refused, or stands in the table and in the engine's count. */
static wql_status enter_table(wql_engine *engine, wql__call *call, wql_error *err) {
    wql_status status = WQL_OK;
    wql__lock(&engine->table);
    if (engine->closing)
        status = wql__fail(err, WQL_E_SHUTTING_DOWN, "the engine is closing");
    else if (engine->call_count >= engine->options.calls_max)
        status = wql__fail_limit(err, "calls_max", engine->options.calls_max);
    else if (call->session->account->calls >= engine->options.calls_per_principal_max)
        status = wql__fail_limit(err, "calls_per_principal_max", engine->options.calls_per_principal_max);
    else if (atomic_load_explicit(&engine->zombie_count, memory_order_relaxed) >= engine->options.zombies_max)
        status = wql__fail(err, WQL_E_SERVER_TOO_BUSY, "%u ended calls still wait for their providers (zombies_max)",
                           engine->options.zombies_max);
    else if (engine->slot_free == WQL__NO_ENTRY && !grow_slots(engine))
        status = wql__fail_memory(engine->mem, err);
    if (status >= 0) {
        uint32_t slot = engine->slot_free;
        engine->slot_free = engine->slots[slot].next_free;
        engine->slots[slot].call = call;
        engine->slots[slot].generation++;
        call->id = (uint64_t)engine->slots[slot].generation << 32 | slot;
        call->value = (wql_call){engine, call->id};
        call->number = ++engine->submissions;
        engine->call_count++;
        call->session->account->calls++;
        engine->active_count++;
        engine->submitting++;
    }
    wql__unlock(&engine->table);
    return status;
}

/* T2, second half: AddRef, then findable by cancel, then ready to run. Uses: the client half, the scan half, the handle, and the
 * submitter's own until the end. */
static void start(wql__call *call, wql_call *out) {
    wql_engine *engine = call->engine;
    bool late;
    atomic_fetch_add_explicit(&call->use, out ? 3 : 2, memory_order_relaxed);
    if (call->sink.add_ref && !WQL__MUTANT('b') && !WQL__MUTANT('k')) call->sink.add_ref(call->sink.user);
    if (out) *out = call->value;
    wql__timer_arm(&engine->sched, call, WQL__TIMER_DEADLINE, call->deadline_us);
    wql__lock(&engine->table);
    wql__lock(&call->lock);
    call->in_table = call->drive != WQL__PULLED;
    call->handle = out != NULL;
    wql__call_note_stale(call);
    call->ready = true;
    if (call->drive != WQL__PULLED || call->ahead) wql__call_wake_locked(call);
    if (call->term == WQL__LATCHED && call->drive != WQL__PULLED) wql__call_queue_finish(call); /* shutdown was faster */
    late = engine->closing && call->term == WQL__LATCHED && call->drive == WQL__PULLED;         /* it left the call to us */
    wql__unlock(&call->lock);
    wql__unlock(&engine->table);
    if (WQL__MUTANT('b') && call->sink.add_ref) call->sink.add_ref(call->sink.user);
    if (late) wql__call_abandon(call);
    wql__call_put(call);
    wql__engine_leave(engine);
}

wql_status wql__call_submit(wql_session *session, wql_query *query, const wql_call_options *given, wql_call *out,
                            wql_error *err) {
    wql_engine *engine = session->engine;
    wql_call_options how;
    wql_sink sink = {0};
    wql__call *call = NULL;
    bool refused = false;
    wql__context *context = NULL;
    wql__params *params = NULL;
    wql_status status = check_options(engine, given, &how, out, err);
    if (status >= 0 && query->is_path) status = check_fetch_flags(&how, err);
    if (status >= 0 && how.sink) status = check_sink(how.sink, &sink, err);
    if (status >= 0 && how.sink) {
        status = wql__engine_takes_sinks(engine);
        refused = status == WQL_S_ACCESS_DENIED;
        if (status < 0) (void)wql__fail_not_secured(err, status);
    }
    if (status >= 0) status = wql__params_make(engine->mem, how.params, how.param_count, &params, err);
    if (status >= 0) status = wql__context_make(engine->mem, how.context, how.context_count, &context, err);
    if (status >= 0) call = make_call(engine, &how);
    if (status >= 0 && !call) status = wql__fail_memory(engine->mem, err);
    if (status < 0) {
        wql__params_free(params);
        wql__context_free(context);
        return status;
    }
    call->sink = sink;
    call->params = params;
    call->context = context;
    call->refused = refused;
    call->session = wql__session_retain(session);
    call->query = wql__query_retain(query);
    if (WQL__MUTANT('k') && sink.add_ref) sink.add_ref(sink.user);
    status = enter_table(engine, call, err);
    if (status < 0) {
        if (WQL__MUTANT('c') && sink.add_ref) {
            sink.add_ref(sink.user);
            sink.release(sink.user);
        }
        empty_call(call);
        free_block(call);
        return status;
    }
    wql__audit(engine, session, session->ns->name, WQL_RIGHT_ENABLE, WQL_OK);
    fill_env(call, &how);
    call->pump = wql__pump_join(how.pump, call);
    start(call, out);
    return WQL_OK;
}

/* -- the two halves ---------------------------------------------------------------------------------------------- */

void wql__call_half_gone_locked(wql__call *call, bool client) {
    wql_engine *engine = call->engine;
    if (client)
        call->client_gone = true;
    else
        call->scan_gone = true;
    if (!client && call->zombie) { /* in the same hold of the lock: whoever counts a zombie looks whether its scan is gone */
        atomic_fetch_sub_explicit(&engine->zombie_count, 1, memory_order_relaxed);
        call->zombie = false;
    }
    if (call->client_gone && call->scan_gone) engine->active_count--;
    wql__cond_broadcast(&engine->table_changed);
}

void wql__call_half_gone(wql__call *call, bool client) {
    wql_engine *engine = call->engine;
    wql__lock(&engine->table);
    wql__lock(&call->lock);
    wql__call_half_gone_locked(call, client);
    wql__unlock(&call->lock);
    wql__unlock(&engine->table);
    wql__call_put(call);
}

wql_status wql__call_close(wql__call *call) {
    bool won = false, pulled = call->drive == WQL__PULLED, had;
    wql__lock(&call->lock);
    had = call->handle;
    call->handle = false;
    wql__call_note_stale(call);
    if (had && pulled) won = wql__call_latch(call, WQL__BY_CANCEL, WQL_E_CALL_CANCELLED, false);
    wql__unlock(&call->lock);
    if (!had) return WQL_E_NOT_FOUND;
    if (won) wql__call_after_latch(call);
    if (pulled) wql__call_abandon(call);
    wql__call_drop_kept(call);
    wql__call_put(call);
    return WQL_OK;
}

void wql__call_read_stats(wql__call *call, wql_call_stats *out) {
    int64_t now = wql__engine_now(call->engine), end;
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql__lock(&call->lock);
    end = call->ended_us ? call->ended_us : now;
    wql__unlock(&call->lock);
    stats.elapsed_ns = (uint64_t)(end > call->submitted_us ? end - call->submitted_us : 0) * 1000;
    stats.batches = atomic_load_explicit(&call->batches, memory_order_relaxed);
    stats.first_batch_ns = atomic_load_explicit(&call->first_batch_ns, memory_order_relaxed);
    stats.sink_ns = atomic_load_explicit(&call->sink_ns, memory_order_relaxed);
    stats.rows_scanned = atomic_load_explicit(&call->stats.rows_scanned, memory_order_relaxed);
    stats.provider_ns = atomic_load_explicit(&call->stats.provider_ns, memory_order_relaxed);
    stats.values_nulled = atomic_load_explicit(&call->stats.values_nulled, memory_order_relaxed);
    stats.utf8_repaired = atomic_load_explicit(&call->stats.utf8_repaired, memory_order_relaxed);
    stats.rows_delivered = call->flags & WQL_COUNT_ONLY ? atomic_load_explicit(&call->stats.rows_out, memory_order_relaxed)
                                                        : atomic_load_explicit(&call->rows_delivered, memory_order_relaxed);
    (void)wql__sized_write(out, &stats, sizeof stats);
}
