/* SPDX-License-Identifier: MIT */
/* fan.c: the parts of one scan on several threads at once.
 *
 * A fan has a few lanes. A lane is a run of its own over one scan, which takes one part after the other, each part once, and lays
 * what it brings into a ring: batches, and behind the last of a part its end. Whoever takes a lane works on it and lets it go
 * when the ring is full, the time is over, the provider has to be waited for, or no part is left: nobody ever waits for a lane.
 * So helpers come and go, and a lane that nobody has is a state at rest, as any run is.
 *
 * Whoever has the call's run empties the rings, part after part: rows, failures and remarks come in the order in which one thread
 * alone would have brought them. While there is nothing to be given out it works on a lane itself.
 *
 * It cannot stand still: the part whose turn it is belongs to a lane, and as a lane's parts ascend, what that lane's ring begins
 * with is of this part. So if the ring is full there is something to give out, and if not, somebody is at work on it or may be.
 */
#include "inside.h"

#include <string.h>

enum { LANES_MAX = 64, RING = 16 };

/* A batch, or the end of a part. */
typedef struct brought {
    uint32_t part;
    wql_status status; /* of an end: WQL_END, WQL_S_PARTIAL_RESULTS, a failure with the lane's error */
    wql_batch *batch;  /* NULL: the end */
    uint64_t counted;  /* at the end: rows that were only counted */
} brought;

typedef struct lane {
    wql__run_env env; /* the call's, but with an error of its own */
    wql_error error;
    wql__run_stats stats; /* the call's are told when the lane is let go: a line of memory that all write to is slow */
    wql__run *run;
    bool full; /* its ring was, when this lane last brought something: for whoever has the lane */
    /* guarded by fan->lock: */
    bool taken;    /* somebody works on it */
    bool over;     /* no part is left for it */
    bool waits;    /* its provider asked to wait: only whoever has the call's run asks again, when a wake has come */
    bool asked;    /* the same, and was asked since the last wake */
    bool has_part; /* it is in the middle of `part` */
    uint32_t part;
    uint32_t at, count;
    brought ring[RING];
} lane;

struct wql__fan {
    wql__fan *next;
    wql__run *run;
    wql__scan *scan;
    size_t size; /* of this block */
    wql__mutex lock;
    uint32_t parts, next_part; /* the first that no lane has taken */
    uint32_t head;             /* the one whose turn it is */
    bool asleep;               /* whoever has the call's run found nothing to do: to be woken when there is */
    _Atomic bool dismissed;    /* the run is being closed */
    uint32_t lane_count;
    lane lanes[];
};

/* -- making and freeing ------------------------------------------------------------------------------------------ */

static size_t fan_size(uint32_t lanes) { return sizeof(wql__fan) + lanes * sizeof(lane); }

static void free_fan(wql__fan *fan) {
    wql__mem *mem = fan->run->mem;
    for (uint32_t i = 0; i < fan->lane_count; i++) {
        lane *l = &fan->lanes[i];
        for (; l->count; l->count--, l->at++) wql_batch_release(l->ring[l->at % RING].batch);
        (void)wql__run_close(l->run); /* its provider is concurrent: it is not waited for */
    }
    wql__mutex_free(&fan->lock);
    wql__free(mem, fan, fan->size);
}

/* Lanes for the parts behind the one that the scan is at. NULL = no memory. */
static wql__fan *new_fan(wql__run *run, wql__scan *scan, uint32_t lanes) {
    wql__fan *fan = wql__alloc_zero(run->mem, fan_size(lanes));
    if (!fan) return NULL;
    fan->run = run;
    fan->scan = scan;
    fan->size = fan_size(lanes);
    fan->parts = scan->parts;
    fan->head = fan->next_part = scan->part + 1;
    wql__mutex_init(&fan->lock);
    for (uint32_t i = 0; i < lanes; i++) {
        lane *l = &fan->lanes[i];
        l->env = *run->env;
        l->env.failure = &l->error;
        l->env.stats = &l->stats;
        l->error.struct_size = sizeof l->error;
        l->run = wql__run_lane(run, &l->env, scan->plan);
        if (!l->run) {
            free_fan(fan);
            return NULL;
        }
        fan->lane_count++;
    }
    return fan;
}

void wql__fans_free(wql__run *run) {
    wql__fan *fan = atomic_load_explicit(&run->fans, memory_order_relaxed);
    atomic_store_explicit(&run->fans, NULL, memory_order_relaxed);
    while (fan) {
        wql__fan *next = fan->next;
        free_fan(fan);
        fan = next;
    }
}

wql__scan *wql__fans_scan(wql__fan **fan, uint32_t *number) {
    while (*fan && *number >= (*fan)->lane_count) {
        *fan = (*fan)->next;
        *number = 0;
    }
    return *fan ? (*fan)->lanes[(*number)++].run->scans : NULL;
}

/* -- lanes ------------------------------------------------------------------------------------------------------- */

/* Whether somebody could get on with a lane. With fan->lock held, as for the next. */
static bool is_free(const lane *l) { return !l->taken && !l->over && l->count < RING; }

/* A lane to work on, taken; NULL: there is none. The part whose turn comes first goes first. `helper`: not one that waits. */
static lane *take_lane(wql__fan *fan, bool helper) {
    lane *best = NULL;
    for (uint32_t i = 0; i < fan->lane_count; i++) {
        lane *l = &fan->lanes[i];
        if (!is_free(l) || (l->waits && (helper || l->asked)) || (!l->has_part && fan->next_part == fan->parts)) continue;
        if (!best || (l->has_part && (!best->has_part || l->part < best->part))) best = l;
    }
    if (best) best->taken = true;
    return best;
}

/* Whoever has the call's run may have something to do again. */
static void rouse(wql__fan *fan, bool was_asleep) {
    const wql__turn *turn = &fan->run->env->turn;
    if (was_asleep && turn->wake) turn->wake(turn->ctx);
}

/* Lays something into the ring of a lane that this thread has: there is room. */
static void bring(wql__fan *fan, lane *l, wql_status status, wql_batch *batch) {
    bool wake, counts = !batch && (l->env.flags & WQL_COUNT_ONLY);
    wql__lock(&fan->lock);
    l->ring[(l->at + l->count) % RING] = (brought){l->part, status, batch, counts ? l->run->given : 0};
    l->count++;
    l->full = l->count == RING;
    wake = fan->asleep && l->part == fan->head;
    if (wake) fan->asleep = false;
    wql__unlock(&fan->lock);
    rouse(fan, wake);
}

/* What one counter has goes to another. */
static void move(_Atomic uint64_t *from, _Atomic uint64_t *to) {
    wql__run_add(to, atomic_exchange_explicit(from, 0, memory_order_relaxed));
}

static void tell_stats(wql__fan *fan, lane *l) {
    wql__run_stats *stats = fan->run->env->stats;
    move(&l->stats.rows_scanned, &stats->rows_scanned);
    move(&l->stats.provider_ns, &stats->provider_ns);
    move(&l->stats.values_nulled, &stats->values_nulled);
    move(&l->stats.utf8_repaired, &stats->utf8_repaired);
    wql__scan_tell(l->run->scans);
}

static void let_go(wql__fan *fan, lane *l, bool over, bool waits) {
    bool wake;
    tell_stats(fan, l);
    wql__run_settle(l->run);
    wql__lock(&fan->lock);
    l->taken = false;
    l->over = over;
    l->waits = waits;
    wake = fan->asleep;
    fan->asleep = false;
    wql__unlock(&fan->lock);
    rouse(fan, wake);
}

enum { LANE_GOES_ON, LANE_WAITS, LANE_OVER };

/* The next part for a lane. False: all are taken. */
static bool begin_part(wql__fan *fan, lane *l) {
    wql__run *run = l->run;
    bool more;
    wql__lock(&fan->lock);
    more = fan->next_part < fan->parts;
    if (more) l->part = fan->next_part++;
    l->has_part = more;
    wql__unlock(&fan->lock);
    if (!more) return false;
    wql__scan_advance(run->scans, l->part);
    run->scans->part_end = l->part + 1;
    run->given = 0;
    run->partial = false;
    return true;
}

static void end_part(wql__fan *fan, lane *l, wql_status status) {
    bring(fan, l, status, NULL);
    wql__lock(&fan->lock);
    l->has_part = false;
    wql__unlock(&fan->lock);
}

/* One step of a lane that this thread has and whose ring has room. */
static int step_lane(wql__fan *fan, lane *l) {
    wql__run *run = l->run;
    wql_batch *batch = NULL;
    uint64_t max = run->env->rows_max;
    wql_status status;
    if (!l->has_part && !begin_part(fan, l)) {
        (void)wql__scan_close(run->scans);
        return LANE_OVER;
    }
    status = max && run->given >= max ? WQL_END : wql__run_check(run); /* no call wants more of one part */
    if (status == WQL_OK) {
        wql__union_retry(run);
        status = wql__union_step(run, &batch);
    }
    if (batch) {
        run->given += batch->rows;
        bring(fan, l, WQL_OK, batch);
        return LANE_GOES_ON;
    }
    if (status == WQL_S_PENDING) return LANE_WAITS;
    if (status == WQL_OK) return LANE_GOES_ON;
    wql__project_drop(run);
    end_part(fan, l, status < 0 ? status : run->partial ? WQL_S_PARTIAL_RESULTS : WQL_END);
    if (status == WQL_END && !(max && run->given >= max)) return LANE_GOES_ON;
    (void)wql__scan_close(run->scans); /* the call ends with this part at the latest */
    return LANE_OVER;
}

/* -- giving out -------------------------------------------------------------------------------------------------- */

/* What comes next, taken out of its ring. False: it is not there yet. With fan->lock held. */
static bool take_brought(wql__fan *fan, brought *out, lane **from) {
    for (uint32_t i = 0; i < fan->lane_count; i++) {
        lane *l = &fan->lanes[i];
        if (!l->count || l->ring[l->at].part != fan->head) continue;
        *from = l;
        *out = l->ring[l->at];
        l->at = (l->at + 1) % RING;
        l->count--;
        return true;
    }
    return false;
}

/* The end of the part whose turn it was. WQL_OK or its failure. */
static wql_status take_end(wql__run *run, const brought *end, const lane *from) {
    wql__run_count(run, end->counted);
    if (end->status == WQL_S_PARTIAL_RESULTS) run->partial = true;
    if (end->status >= 0) return WQL_OK;
    wql__error_copy(run->failure, &from->error);
    return end->status;
}

/* No more rows than the client wants: the part did not know how many others had. Nobody else knows this batch. */
static void trim(const wql__run *run, wql_batch *batch) {
    uint64_t max = run->env->rows_max;
    if (max && batch->rows > max - run->given) batch->rows = (uint32_t)(max - run->given);
}

/* Goes on with a lane that this thread has taken, until it has to be let go, or the time is over. */
static int work_until(wql__fan *fan, lane *l, int64_t until_us) {
    wql__run *run = l->run;
    int came;
    l->full = false;
    run->env->glance_ns = 0; /* another thread's, or long ago */
    do {
        came = step_lane(fan, l);
        run->env->glance_ns = 0;
    } while (came == LANE_GOES_ON && !l->full && !atomic_load_explicit(&fan->dismissed, memory_order_relaxed) &&
             wql__env_now(run->env) < until_us);
    return came;
}

/* Of whoever has the call's run: long enough to be worth taking a lane, and not much longer than what is brought meanwhile may
 * wait. */
enum { WORK_US = 50 };

static void work(wql__fan *fan, lane *l) {
    int came = work_until(fan, l, fan->run->now_us + WORK_US);
    if (came == LANE_WAITS) l->asked = true; /* for this thread only */
    let_go(fan, l, came == LANE_OVER, came == LANE_WAITS);
}

wql_status wql__fan_step(wql__scan *scan, wql_batch **out) {
    wql__fan *fan = scan->fan;
    brought next;
    lane *from, *mine = NULL;
    bool there;
    wql_status status;
    wql__lock(&fan->lock); /* held until this thread is known to sleep: what comes later wakes it */
    there = take_brought(fan, &next, &from);
    if (there && !next.batch) fan->head++;
    if (!there) mine = take_lane(fan, false);
    fan->asleep = !there && !mine;
    wql__unlock(&fan->lock);
    if (!there) {
        if (mine) work(fan, mine);
        return mine ? WQL_OK : WQL_S_PENDING;
    }
    if (next.batch) {
        trim(scan->run, next.batch);
        *out = next.batch;
        return WQL_OK;
    }
    status = take_end(scan->run, &next, from);
    return status == WQL_OK && fan->head == fan->parts ? WQL_END : status;
}

void wql__fan_retry(wql__scan *scan) {
    wql__fan *fan = scan->fan;
    wql__lock(&fan->lock);
    for (uint32_t i = 0; i < fan->lane_count; i++) fan->lanes[i].asked = false;
    wql__unlock(&fan->lock);
}

/* -- dividing and helping ---------------------------------------------------------------------------------------- */

/* What lanes hold must not be what a call fails of that one thread would have brought to its end. */
static bool has_room(const wql__run *run, uint32_t lanes) {
    uint64_t limit = wql__mem_limit(run->mem), used, peak;
    wql__mem_usage(run->mem, &used, &peak);
    return used <= limit && (limit - used) / 2 >= (uint64_t)lanes * (RING + 4) * run->env->batch_bytes;
}

/* A part is worth some 20 us. What is limited may end with the first. */
enum { PARTS_LONG = 10 };

bool wql__run_is_long(const wql__run *run) { return run->scan_count && run->scans[0].parts >= PARTS_LONG && !run->env->rows_max; }

bool wql__run_divide(wql__run *run, uint32_t threads) {
    wql__scan *scan = &run->scans[run->current];
    uint32_t left, lanes;
    wql__fan *fan;
    if (run->is_over || !run->unfinished) return false;
    if (scan->fan || scan->undivided || scan->done) return wql__run_needs_help(run);
    left = scan->part_end - scan->part - 1;
    lanes = threads < LANES_MAX ? threads : LANES_MAX;
    if (lanes > left) lanes = left;
    if (!lanes || !has_room(run, lanes)) return false;
    fan = new_fan(run, scan, lanes);
    if (!fan) { /* one thread does it too */
        scan->undivided = true;
        return false;
    }
    scan->part_end = scan->part + 1;
    scan->fan = fan;
    fan->next = atomic_load_explicit(&run->fans, memory_order_relaxed);
    atomic_store_explicit(&run->fans, fan, memory_order_release);
    return true;
}

/* With fan->lock held. */
static bool needs_help(const wql__fan *fan) {
    for (uint32_t i = 0; i < fan->lane_count; i++) {
        const lane *l = &fan->lanes[i];
        if (is_free(l) && !l->waits && (l->has_part || fan->next_part < fan->parts)) return true;
    }
    return false;
}

bool wql__run_needs_help(wql__run *run) {
    for (wql__fan *fan = atomic_load_explicit(&run->fans, memory_order_acquire); fan; fan = fan->next) {
        bool needed;
        wql__lock(&fan->lock);
        needed = needs_help(fan);
        wql__unlock(&fan->lock);
        if (needed) return true;
    }
    return false;
}

static bool help(wql__fan *fan, int64_t until_us) {
    lane *l;
    int came;
    wql__lock(&fan->lock);
    l = take_lane(fan, true);
    wql__unlock(&fan->lock);
    if (!l) return false;
    came = work_until(fan, l, until_us);
    let_go(fan, l, came == LANE_OVER, came == LANE_WAITS);
    return true;
}

bool wql__run_help(wql__run *run, int64_t until_us) {
    for (wql__fan *fan = atomic_load_explicit(&run->fans, memory_order_acquire); fan; fan = fan->next)
        if (help(fan, until_us)) break;
    return wql__run_needs_help(run);
}

void wql__run_dismiss(wql__run *run) {
    wql__fan *fan = atomic_load_explicit(&run->fans, memory_order_acquire);
    for (wql__fan *at = fan; at; at = at->next) atomic_store_explicit(&at->dismissed, true, memory_order_relaxed);
    for (uint32_t number = 0; fan;) {
        wql__scan *scan = wql__fans_scan(&fan, &number);
        if (scan) wql__scan_interrupt(scan);
    }
}
