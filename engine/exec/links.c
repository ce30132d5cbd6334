/* SPDX-License-Identifier: MIT */
/* links.c: an association query as it runs: the source is looked for, then hop after hop, and what the hops lead to. Each step is
 * a run of its own, planned when its turn comes; the state between two calls is all here, so that the whole can stop anywhere and
 * go on on another thread.
 *
 * Memory. The instances of a hop stay with its provider: so many references as fit a queue are taken, and the hop waits while the
 * objects they name are got. Only if these have to wait (a provider may have no second scan to give as long as the first is open)
 * does the hop go on meanwhile, into the second queue, until it is through and closed: memory_max bounds that. */
#include "inside.h"

#include "../base/fold.h"
#include "../data/reference.h"
#include "../query/links.h"

#include <string.h>

enum {
    QUEUE_MOST = 1024, /* references that are taken before the objects are got */
    GATHER_MOST = 100, /* objects that are got at once */
    KEYS_MOST = 8,     /* of a class of whose objects several are got at once */
    PROBES_MOST = 4    /* for each of them: values of one key with values of another that are looked up */
};

/* A step: its plan, its run, and the environment of that. */
typedef struct step {
    wql__plan *plan;
    wql__run *run; /* guarded by the whole's lock, as others may interrupt it */
    wql__run_env env;
    wql__run_stats stats;
    bool begun, closing;
} step;

/* References that wait. */
typedef struct queue {
    wql__arena arena;
    wql_str *paths;
    wql__reference *ends; /* made when it is the queue's turn; entry NULL: done with, or of no interest */
    uint32_t count, room, at;
    bool read;
} queue;

enum { FIND, HOP, ENDS, CLASSES };

struct wql__links_run {
    wql__run *whole;
    wql__arena arena;
    uint8_t phase;
    const wql_class *source;
    wql_str *sources; /* its path, by each of its classes that a reference may name it by */
    uint32_t source_count;
    wql__hop *hops;
    uint32_t hop_count, hop_at;
    step hop, end;
    queue now, later;
    uint32_t interrupting;  /* threads inside one of the steps' runs; guarded by the whole's lock */
    const wql_class **seen; /* CLASSDEFSONLY: in the order in which they were met */
    uint32_t seen_count, seen_room;
    const wql__class_entry *listed, *unlisted; /* whose provider takes lists of keys, or not; the last ones that were met */
};

static wql_status no_memory(wql__links_run *l) {
    wql__error_clear(l->whole->failure);
    return wql__fail_memory(l->whole->mem, l->whole->failure);
}

static const wql__links_request *request_of(const wql__links_run *l) { return &l->whole->plan->links->request; }

/* -- steps ------------------------------------------------------------------------------------------------------- */

static void begin_step(wql__links_run *l, step *s) {
    const wql__run_env *env = l->whole->env;
    s->env = *env;
    memset(&s->stats, 0, sizeof s->stats);
    memset(&s->env.turn, 0, sizeof s->env.turn);
    s->env.turn.wake = env->turn.wake;
    s->env.turn.ctx = env->turn.ctx;
    s->env.flags &= ~(uint32_t)WQL_COUNT_ONLY;
    s->env.split = false;
    s->env.rows_max = 0;
    s->env.params = NULL;
    s->env.stats = &s->stats;
    s->env.glance_ns = 0;
    s->begun = true;
}

/* `plan` is the step's from now on. */
static wql_status open_step(wql__links_run *l, step *s, wql__plan *plan) {
    wql__run *run;
    wql_status status = wql__run_open(plan, &s->env, &run, l->whole->failure);
    s->plan = plan;
    if (status < 0) return status;
    wql__lock(&l->whole->lock);
    s->run = run;
    wql__unlock(&l->whole->lock);
    return WQL_OK;
}

/* What the step has counted is the call's. The number of rows that came out is not: they may not be what was asked for. */
static void tell_stats(wql__links_run *l, step *s) {
    wql__run_stats *to = l->whole->env->stats;
    wql__run_add(&to->rows_scanned, atomic_exchange_explicit(&s->stats.rows_scanned, 0, memory_order_relaxed));
    wql__run_add(&to->provider_ns, atomic_exchange_explicit(&s->stats.provider_ns, 0, memory_order_relaxed));
    wql__run_add(&to->values_nulled, atomic_exchange_explicit(&s->stats.values_nulled, 0, memory_order_relaxed));
    wql__run_add(&to->utf8_repaired, atomic_exchange_explicit(&s->stats.utf8_repaired, 0, memory_order_relaxed));
}

/* WQL_OK: it is gone; WQL_S_PENDING: a provider is busy, a wake will come. Harmless a second time. */
static wql_status close_step(wql__links_run *l, step *s) {
    wql__run *whole = l->whole, *run = s->run;
    if (!s->begun) return WQL_OK;
    s->closing = true;
    wql__lock(&whole->lock);
    while (l->interrupting) (void)wql__cond_wait(&whole->idle, &whole->lock, WQL__TIME_FOREVER);
    s->run = NULL;
    wql__unlock(&whole->lock);
    if (wql__run_close(run) == WQL_S_PENDING) {
        wql__lock(&whole->lock);
        s->run = run;
        wql__unlock(&whole->lock);
        return WQL_S_PENDING;
    }
    wql__turn_drop(&s->env.turn);
    tell_stats(l, s);
    wql__plan_release(s->plan);
    s->plan = NULL;
    s->begun = s->closing = false;
    return WQL_OK;
}

/* One batch of a step, or its end: WQL_END, and rows that are missing are noted. */
static wql_status next_of(wql__links_run *l, step *s, int64_t until_us, wql_batch **out) {
    wql_status status;
    s->env.glance_ns = 0;
    status = wql__run_next(s->run, until_us, out);
    tell_stats(l, s);
    if (status != WQL_S_PARTIAL_RESULTS) return status;
    l->whole->partial = true;
    return WQL_END;
}

void wql__links_visit(wql__run *run, void (*what)(wql__run *run)) {
    wql__links_run *l = run->links;
    wql__run *steps[2];
    wql__lock(&run->lock);
    steps[0] = l->hop.run;
    steps[1] = l->end.run;
    l->interrupting++;
    wql__unlock(&run->lock);
    for (int i = 0; i < 2; i++)
        if (steps[i]) what(steps[i]);
    wql__lock(&run->lock);
    l->interrupting--;
    wql__cond_broadcast(&run->idle);
    wql__unlock(&run->lock);
}

/* -- references that wait ---------------------------------------------------------------------------------------- */

static bool add_path(queue *q, wql_str path) {
    if (q->count == q->room) {
        uint32_t room = q->room ? 2 * q->room : 64;
        wql_str *paths = wql__arena_alloc(&q->arena, wql__array_size(room, sizeof *paths));
        if (!paths) return false;
        if (q->count) memcpy(paths, q->paths, q->count * sizeof *paths);
        q->paths = paths;
        q->room = room;
    }
    path.ptr = wql__arena_text(&q->arena, path.ptr, path.len);
    if (!path.ptr) return false;
    q->paths[q->count++] = path;
    return true;
}

static void empty_queue(queue *q) {
    wql__arena_reset(&q->arena);
    q->paths = NULL;
    q->ends = NULL;
    q->count = q->room = q->at = 0;
    q->read = false;
}

/* All columns of a hop of ASSOCIATORS OF are references that lead on. */
static bool add_batch(queue *q, const wql_batch *batch) {
    for (uint32_t row = 0; row < batch->rows; row++)
        for (uint32_t i = 0; i < batch->width; i++) {
            wql_str path = wql_column_str(&batch->columns[i], row);
            if (!wql_column_is_null(&batch->columns[i], row) && !add_path(q, path)) return false;
        }
    return true;
}

/* What the paths name. Those that name nothing here (another namespace, a class that is gone, no path at all) are of no interest:
 * an object that cannot be had is left out (wql-language 2.5). */
static wql_status read_queue(wql__links_run *l, queue *q) {
    const wql__plan *plan = l->whole->plan;
    q->ends = wql__arena_alloc(&q->arena, wql__array_size(q->count, sizeof *q->ends));
    if (!q->ends) return no_memory(l);
    for (uint32_t i = 0; i < q->count; i++) {
        wql_status status = wql__reference_read(q->paths[i], plan->catalog, &q->arena, &q->ends[i], l->whole->failure);
        if (status < 0) return status;
        if (status == WQL_END || !wql__links_may_take(plan, q->ends[i].entry)) q->ends[i].entry = NULL;
    }
    q->read = true;
    return WQL_OK;
}

/* Objects that are got at once, and how many values each of their keys has. */
typedef struct group {
    const wql__reference *ends[GATHER_MOST];
    uint32_t count;
    uint32_t values[KEYS_MOST];
} group;

static bool has_key(const group *g, uint32_t key, const wql_value *value) {
    for (uint32_t i = 0; i < g->count; i++)
        if (wql__links_same_key(&g->ends[i]->keys[key], value)) return true;
    return false;
}

static bool is_among(const group *g, const wql__reference *end) {
    uint32_t keys = end->entry->cls->key_count;
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t key = 0;
        while (key < keys && wql__links_same_key(&g->ends[i]->keys[key], &end->keys[key])) key++;
        if (key == keys) return true;
    }
    return false;
}

/* Of several keys each has a list, so that values are looked up that belong to no object: not too many of these. */
static bool join_group(group *g, const wql__reference *end) {
    uint32_t keys = end->entry->cls->key_count, values[KEYS_MOST] = {0};
    uint64_t probes = 1;
    for (uint32_t i = 0; i < keys; i++) {
        values[i] = g->values[i] + !has_key(g, i, &end->keys[i]);
        probes *= values[i];
        if (probes > (uint64_t)PROBES_MOST * (g->count + 1)) return false;
    }
    memcpy(g->values, values, sizeof values);
    g->ends[g->count++] = end;
    return true;
}

/* The next objects that are got at once: none twice, so that one that is named twice comes twice. */
static void take_group(const wql__links_run *l, queue *q, group *g) {
    g->count = 0;
    while (q->at < q->count && !q->ends[q->at].entry) q->at++;
    for (uint32_t i = q->at; i < q->count && g->count < GATHER_MOST; i++) {
        wql__reference *end = &q->ends[i];
        const wql__class_entry *entry = end->entry;
        if (!entry || (g->count && (entry != g->ends[0]->entry || is_among(g, end)))) continue;
        if (!g->count && (entry == l->unlisted || entry->cls->key_count > KEYS_MOST || !wql__links_can_gather(entry->cls))) {
            g->ends[g->count++] = end;
            return;
        }
        if (!g->count) memset(g->values, 0, sizeof g->values);
        (void)join_group(g, end);
    }
}

/* -- what comes out ---------------------------------------------------------------------------------------------- */

static bool note_class(wql__links_run *l, const wql_class *cls) {
    for (uint32_t i = 0; i < l->seen_count; i++)
        if (l->seen[i] == cls) return true;
    if (l->seen_count == l->seen_room) {
        uint32_t room = l->seen_room ? 2 * l->seen_room : 16;
        const wql_class **seen = wql__arena_alloc(&l->arena, wql__array_size(room, sizeof *seen));
        if (!seen) return false;
        if (l->seen_count) memcpy(seen, l->seen, l->seen_count * sizeof *seen);
        l->seen = seen;
        l->seen_room = room;
    }
    l->seen[l->seen_count++] = cls;
    return true;
}

/* No more rows than were asked for. */
static wql_status cut(wql__links_run *l, wql_batch **batch) {
    wql__run *run = l->whole;
    uint64_t most = run->env->rows_max, left = most - run->given;
    wql_batch *few;
    wql_status status;
    if (!most || (*batch)->rows <= left) return WQL_OK;
    status = wql_batch_copy(*batch, 0, (uint32_t)left, &few);
    wql_batch_release(*batch);
    *batch = few;
    return status < 0 ? no_memory(l) : WQL_OK;
}

/* A batch of objects that were asked for: out, counted, or its class noted. */
static wql_status give(wql__links_run *l, wql_batch *batch, wql_batch **out) {
    wql__run *run = l->whole;
    wql_status status = WQL_OK;
    if (request_of(l)->class_defs_only && l->phase != CLASSES) {
        if (!note_class(l, batch->cls)) status = no_memory(l);
    } else if (run->env->flags & WQL_COUNT_ONLY) {
        wql__run_count(run, batch->rows);
    } else {
        status = cut(l, &batch);
        if (status == WQL_OK) *out = batch;
        return status;
    }
    wql_batch_release(batch);
    return status;
}

/* -- the source -------------------------------------------------------------------------------------------------- */

/* The path of the source by one of its classes. */
static bool spell_source(wql__links_run *l, const wql_class *cls, wql_str *out) {
    const wql__plan *plan = l->whole->plan;
    wql__reference reference = {wql__catalog_find(plan->catalog, cls->name), (wql_value *)(uintptr_t)plan->links->keys};
    wql__out size = {NULL, 0, 0}, text = {NULL, 0, 0};
    wql__reference_print(&reference, &size);
    text.size = wql__out_end(&size) + 1;
    text.buf = wql__arena_alloc(&l->arena, text.size);
    if (!text.buf) return false;
    wql__reference_print(&reference, &text);
    *out = (wql_str){text.buf, wql__out_end(&text)};
    return true;
}

/* A reference may name the source by its own class, or by one that it derives from and that has the same keys. */
static bool spell_sources(wql__links_run *l) {
    uint32_t keys = l->whole->plan->from->cls->key_count;
    l->sources = wql__arena_alloc(&l->arena, wql__array_size(l->source->depth + 1u, sizeof *l->sources));
    if (!l->sources) return false;
    for (const wql_class *cls = l->source; cls; cls = cls->superclass) {
        bool named = cls->key_count == keys && (keys || (cls->def.flags & WQL_SINGLETON));
        if (named && !spell_source(l, cls, &l->sources[l->source_count++])) return false;
    }
    return true;
}

static wql_status fail_source(wql__links_run *l) {
    const wql__run *run = l->whole;
    const wql__links *links = run->plan->links;
    return wql__fail_at(run->failure, WQL_E_NOT_FOUND, run->env->text, links->offset, links->length, "there is no object %.*s",
                        WQL_FMT(links->source));
}

/* Looks for it: a source of exactly which class. WQL_END: rows are missing, so who knows. */
static wql_status look(wql__links_run *l, int64_t until_us) {
    wql_batch *batch = NULL;
    wql_status status;
    if (!l->end.begun) {
        begin_step(l, &l->end);
        l->end.env.rows_max = 1;
        status = open_step(l, &l->end, wql__plan_retain(l->whole->plan->links->find));
        if (status < 0) return status;
    }
    status = next_of(l, &l->end, until_us, &batch);
    if (!batch) return status == WQL_E_NOT_FOUND ? fail_source(l) : status;
    l->source = batch->cls; /* the catalog's, which the plan keeps */
    wql_batch_release(batch);
    return WQL_OK;
}

static wql_status find(wql__links_run *l, int64_t until_us) {
    wql_status status = l->source ? WQL_OK : look(l, until_us);
    if (status == WQL_OK && l->source) status = close_step(l, &l->end);
    if (status != WQL_OK || !l->source) return status;
    if (!spell_sources(l)) return no_memory(l);
    l->phase = HOP;
    return wql__links_hops(l->whole->plan, l->source, &l->arena, &l->hops, &l->hop_count, l->whole->failure);
}

/* -- hops -------------------------------------------------------------------------------------------------------- */

static wql_status begin_hop(wql__links_run *l) {
    wql__plan *plan;
    wql_status status;
    if (!l->hop.begun) begin_step(l, &l->hop);
    status = wql__links_plan_hop(l->whole->plan, &l->hops[l->hop_at], l->sources, l->source_count, &l->hop.env.turn, &plan,
                                 l->whole->failure);
    return status == WQL_OK ? open_step(l, &l->hop, plan) : status;
}

/* The hop is through, or enough is known of it. */
static wql_status end_hop(wql__links_run *l) {
    wql_status status = close_step(l, &l->hop);
    if (status == WQL_OK) l->hop_at++;
    return status;
}

/* One step of the current hop: rows come out, or into the queue. WQL_END: it is through. */
static wql_status step_hop(wql__links_run *l, int64_t until_us, wql_batch **out) {
    wql_batch *batch = NULL;
    wql_status status = next_of(l, &l->hop, until_us, &batch);
    if (!batch) return status == WQL_END ? end_hop(l) : status;
    if (request_of(l)->references) {
        status = give(l, batch, out);
        return status == WQL_OK && request_of(l)->class_defs_only ? end_hop(l) : status;
    }
    status = add_batch(&l->later, batch) ? WQL_OK : no_memory(l);
    wql_batch_release(batch);
    return status;
}

static wql_status hop(wql__links_run *l, int64_t until_us, wql_batch **out) {
    wql_status status;
    if (l->hop_at == l->hop_count) {
        l->phase = l->later.count ? ENDS : CLASSES;
        return WQL_OK;
    }
    if (!l->hop.plan) return begin_hop(l);
    status = step_hop(l, until_us, out);
    if (l->later.count >= QUEUE_MOST || (status == WQL_S_PENDING && l->later.count)) {
        l->phase = ENDS;
        return status == WQL_S_PENDING ? WQL_OK : status;
    }
    return status;
}

/* -- ends -------------------------------------------------------------------------------------------------------- */

/* Plans the next objects. WQL_END: there are none for now. */
static wql_status begin_ends(wql__links_run *l) {
    group g;
    wql__plan *plan;
    bool listed = true;
    wql_status status;
    if (!l->now.read) {
        queue spare = l->now;
        l->now = l->later;
        l->later = spare;
        status = read_queue(l, &l->now);
        if (status < 0) return status;
    }
    take_group(l, &l->now, &g);
    if (!g.count) {
        empty_queue(&l->now);
        return WQL_END;
    }
    if (!l->end.begun) begin_step(l, &l->end);
    status = wql__links_plan_ends(l->whole->plan, g.ends, g.count, &l->end.env.turn, &plan, l->whole->failure);
    if (status != WQL_OK) return status;
    if (g.count > 1 && g.ends[0]->entry != l->listed) {
        status = wql__links_are_listed(l->whole->plan, plan, g.ends[0], &l->end.env.turn, &listed, l->whole->failure);
        if (status == WQL_OK) *(listed ? &l->listed : &l->unlisted) = g.ends[0]->entry;
    }
    if (status != WQL_OK || !listed) { /* one by one, from the next time on */
        wql__plan_release(plan);
        return status;
    }
    for (uint32_t i = 0; i < g.count; i++) ((wql__reference *)(uintptr_t)g.ends[i])->entry = NULL;
    return open_step(l, &l->end, plan);
}

static wql_status step_ends(wql__links_run *l, int64_t until_us, wql_batch **out) {
    wql_batch *batch = NULL;
    wql_status status = next_of(l, &l->end, until_us, &batch);
    if (!batch) return status == WQL_END ? close_step(l, &l->end) : status;
    if (wql__links_takes(l->whole->plan, batch->cls)) return give(l, batch, out);
    wql_batch_release(batch);
    return WQL_OK;
}

static wql_status ends(wql__links_run *l, int64_t until_us, wql_batch **out) {
    wql_status status;
    if (l->end.plan) {
        status = step_ends(l, until_us, out);
        /* It may wait for what the hop holds. */
        return status == WQL_S_PENDING && l->hop.plan ? step_hop(l, until_us, out) : status;
    }
    if (!l->now.count && !l->later.count) {
        l->phase = HOP;
        return WQL_OK;
    }
    status = begin_ends(l);
    return status == WQL_END ? WQL_OK : status;
}

/* -- classes ----------------------------------------------------------------------------------------------------- */

static wql_status begin_classes(wql__links_run *l) {
    const wql__plan *plan = l->whole->plan;
    const wql_class **listed;
    wql__plan *made;
    wql_status status;
    if (!l->end.begun) begin_step(l, &l->end);
    status = wql__links_plan_classes(plan, l->seen_count, &l->end.env.turn, &made, &listed, l->whole->failure);
    if (status != WQL_OK) return status;
    for (uint32_t i = 0; i < l->seen_count; i++) listed[i] = l->seen[i];
    return open_step(l, &l->end, made);
}

/* The end, or the definitions that were met. */
static wql_status classes(wql__links_run *l, int64_t until_us, wql_batch **out) {
    wql_batch *batch = NULL;
    wql_status status;
    if (!l->seen_count) return WQL_END;
    if (!l->end.plan) return begin_classes(l);
    status = next_of(l, &l->end, until_us, &batch);
    return batch ? give(l, batch, out) : status;
}

/* -- the whole --------------------------------------------------------------------------------------------------- */

bool wql__links_open(wql__run *run) {
    wql__links_run *l = wql__arena_zero(&run->arena, sizeof *l);
    if (!l) return false;
    l->whole = run;
    wql__arena_init(&l->arena, run->mem);
    wql__arena_init(&l->now.arena, run->mem);
    wql__arena_init(&l->later.arena, run->mem);
    run->links = l;
    return true;
}

wql_status wql__links_close(wql__run *run) {
    wql__links_run *l = run->links;
    wql_status first = close_step(l, &l->end), second = close_step(l, &l->hop);
    if (first == WQL_S_PENDING || second == WQL_S_PENDING) return WQL_S_PENDING;
    wql__arena_free(&l->arena);
    wql__arena_free(&l->now.arena);
    wql__arena_free(&l->later.arena);
    return WQL_OK;
}

/* A step whose provider was busy when it was to be closed. */
static wql_status finish_closing(wql__links_run *l) {
    wql_status status = l->end.closing ? close_step(l, &l->end) : WQL_OK;
    if (status == WQL_OK && l->hop.closing) status = end_hop(l);
    return status;
}

wql_status wql__links_step(wql__run *run, int64_t until_us, wql_batch **out) {
    wql__links_run *l = run->links;
    wql_status status = finish_closing(l);
    if (status != WQL_OK) return status;
    switch (l->phase) {
    case FIND: return find(l, until_us);
    case HOP: return hop(l, until_us, out);
    case ENDS: return ends(l, until_us, out);
    default: return classes(l, until_us, out);
    }
}

wql_status wql__links_rest(wql__run *run, wql_batch **out) {
    wql__links_run *l = run->links;
    bool references = request_of(l)->references;
    step *s = references ? &l->hop : &l->end;
    wql_batch *batch = NULL;
    wql_status status;
    if (!s->run || l->phase != (references ? HOP : ENDS)) return WQL_OK;
    status = wql__run_rest(s->run, &batch);
    if (!batch) return status;
    if (wql__links_takes(run->plan, batch->cls)) return give(l, batch, out);
    wql_batch_release(batch);
    return WQL_OK;
}
