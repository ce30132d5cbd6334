/* SPDX-License-Identifier: MIT */
/* fibers.c: engine/base/sync.h over fibers and a seeded scheduler. */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <ucontext.h>

enum { FIBERS = 96, STACK = 192 * 1024, CHOICES_MOST = 400000 };
enum { READY, WANTS_LOCK, WAITS, JOINS, ENDED };

typedef struct fiber {
    ucontext_t context; /* until it runs; then `place` */
    jmp_buf place;
    bool runs;
    char *stack;
    int state;
    const void *on;   /* the lock, condition or fiber */
    int64_t deadline; /* of a wait */
    bool in_time;
    int locks, late; /* late: waits in a row that began after their time */
    char name[16];
    void (*run)(void *arg);
    void *arg;
} fiber;

static struct {
    fiber fibers[FIBERS];
    int count, current; /* current: -1 in the scheduler */
    jmp_buf scheduler;
    uint64_t random, choice_random;
    uint32_t switch_of; /* a fiber goes on unless a number below this is 0 */
    bool spins;
    int64_t now, hurry;
    sim_result result;
} sim;

/* -- choices ----------------------------------------------------------------------------------------------------- */

static uint32_t next_random(uint64_t *state) {
    uint64_t x = (*state += 0x9E3779B97F4A7C15u);
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)((x ^ (x >> 31)) >> 32);
}

uint32_t sim_random(uint32_t below) { return (uint32_t)((uint64_t)next_random(&sim.choice_random) * below >> 32); }
static uint32_t chance(uint32_t below) { return (uint32_t)((uint64_t)next_random(&sim.random) * below >> 32); }

static void note(uint32_t choice) {
    sim.result.schedule = (sim.result.schedule ^ choice) * 0x100000001B3u;
    sim.result.schedule ^= sim.result.schedule >> 29;
    sim.result.choices++;
}

/* -- failures ---------------------------------------------------------------------------------------------------- */

_Noreturn void sim_fail(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(sim.result.why, sizeof sim.result.why, format, args);
    va_end(args);
    sim.result.failed = true;
    if (sim.current >= 0) _longjmp(sim.scheduler, 1); /* the fibers are left where they are */
    abort();
}

static void fail_stuck(const char *what) {
    size_t at = (size_t)snprintf(sim.result.why, sizeof sim.result.why, "%s:", what);
    static const char *const states[] = {"ready", "wants a lock", "waits", "joins", "ended"};
    for (int i = 0; i < sim.count && at < sizeof sim.result.why; i++)
        if (sim.fibers[i].state != ENDED)
            at += (size_t)snprintf(sim.result.why + at, sizeof sim.result.why - at, " [%d %s %s %p]", i + 1, sim.fibers[i].name,
                                   states[sim.fibers[i].state], sim.fibers[i].on);
    sim.result.failed = true;
}

/* -- who goes on ------------------------------------------------------------------------------------------------- */

/* Switches are jumps: unlike swapcontext they make no system call. */
static void to_scheduler(void) {
    if (_setjmp(sim.fibers[sim.current].place) == 0) _longjmp(sim.scheduler, 1);
}

static void to_fiber(fiber *f) {
    if (_setjmp(sim.scheduler) != 0) return;
    if (f->runs) _longjmp(f->place, 1);
    f->runs = true;
    (void)setcontext(&f->context);
    abort();
}

void sim_yield(void) {
    if (chance(sim.switch_of) == 0) to_scheduler();
}
void sim_hurry(int64_t us) { sim.hurry = us; }
int sim_locks(void) { return sim.fibers[sim.current].locks; }
int sim_self(void) { return sim.current + 1; }
bool sim_is(const char *name) { return strcmp(sim.fibers[sim.current].name, name) == 0; }

static void wake(fiber *f, bool in_time) {
    f->state = READY;
    f->in_time = in_time;
}

/* The waiting fiber with the nearest deadline that is not after `until`; -1: none. */
static int nearest(int64_t until) {
    int found = -1;
    for (int i = 0; i < sim.count; i++) {
        const fiber *f = &sim.fibers[i];
        if (f->state != WAITS || f->deadline == WQL__TIME_FOREVER || f->deadline > until) continue;
        if (found < 0 || f->deadline < sim.fibers[found].deadline) found = i;
    }
    return found;
}

static void time_comes(int who) {
    if (sim.fibers[who].deadline > sim.now) sim.now = sim.fibers[who].deadline;
    wake(&sim.fibers[who], false);
}

/* -1: all have ended, or nobody can go on. */
static int choose(void) {
    int ready = 0, left;
    if (chance(48) == 0) { /* the others were slow: a short wait is over though somebody could go on */
        int who = nearest(sim.now + sim.hurry);
        if (who >= 0) time_comes(who);
    }
    if (chance(96) == 0) /* and some wake for no reason */
        for (int i = 0; i < sim.count; i++)
            if (sim.fibers[i].state == WAITS && chance(4) == 0) wake(&sim.fibers[i], true);
    for (int i = 0; i < sim.count; i++) ready += sim.fibers[i].state == READY;
    if (!ready) {
        int who = nearest(WQL__TIME_FOREVER - 1);
        if (who < 0) return -1;
        time_comes(who);
        return who;
    }
    left = (int)chance((uint32_t)ready);
    for (int i = 0; i < sim.count; i++)
        if (sim.fibers[i].state == READY && left-- == 0) return i;
    return -1;
}

static void fiber_main(void) {
    fiber *self = &sim.fibers[sim.current];
    self->run(self->arg);
    self = &sim.fibers[sim.current];
    if (self->locks) sim_fail("fiber %s ended with %d locks", self->name, self->locks);
    self->state = ENDED;
    for (int i = 0; i < sim.count; i++)
        if (sim.fibers[i].state == JOINS && sim.fibers[i].on == self) wake(&sim.fibers[i], true);
    _longjmp(sim.scheduler, 1);
}

static bool start(const char *name, void (*run)(void *), void *arg) {
    fiber *f = &sim.fibers[sim.count];
    char *stack = f->stack;
    if (sim.count == FIBERS) return false;
    if (!stack) stack = malloc(STACK);
    if (!stack) abort();
    memset(f, 0, sizeof *f);
    f->stack = stack;
    f->run = run;
    f->arg = arg;
    snprintf(f->name, sizeof f->name, "%s", name);
    if (getcontext(&f->context) != 0) abort();
    f->context.uc_stack.ss_sp = f->stack;
    f->context.uc_stack.ss_size = STACK;
    f->context.uc_link = NULL;
    makecontext(&f->context, fiber_main, 0);
    sim.count++;
    return true;
}

sim_result sim_run(uint64_t seed, void (*run)(void *arg), void *arg) {
    static const uint32_t eagerness[] = {1, 2, 4, 8, 16, 64};
    sim.count = 0;
    sim.current = -1;
    sim.random = seed;
    sim.choice_random = seed ^ 0x5851F42D4C957F2Du;
    sim.now = 1000000;
    sim.hurry = 1000000;
    memset(&sim.result, 0, sizeof sim.result);
    sim.switch_of = eagerness[chance(6)];
    sim.spins = chance(2) != 0;
    (void)start("main", run, arg);
    for (;;) {
        sim.current = -1;
        if (sim.result.failed) break;
        if (sim.result.choices > CHOICES_MOST) {
            fail_stuck("no end in sight");
            break;
        }
        {
            int who = choose();
            if (who < 0) {
                for (int i = 0; i < sim.count; i++)
                    if (sim.fibers[i].state != ENDED) fail_stuck("deadlock");
                break;
            }
            note((uint32_t)who);
            sim.now += chance(3);
            sim.current = who;
            to_fiber(&sim.fibers[who]);
        }
    }
    return sim.result;
}

/* -- locks ------------------------------------------------------------------------------------------------------- */

enum { LOCK_MAGIC = 0x10CC, COND_MAGIC = 0xC04D };
typedef struct sim_lock {
    uint32_t magic;
    int owner; /* fiber + 1; 0: free */
} sim_lock;
typedef struct sim_cond {
    uint32_t magic;
} sim_cond;
_Static_assert(sizeof(sim_lock) <= sizeof(wql__mutex) && sizeof(sim_cond) <= sizeof(wql__cond),
               "they take the place of the others");

static sim_lock *lock_of(wql__mutex *mutex, const char *what) {
    sim_lock *lock = (sim_lock *)(void *)mutex;
    if (lock->magic != LOCK_MAGIC) sim_fail("%s of a lock that is not there", what);
    return lock;
}

void wql__mutex_init(wql__mutex *mutex) {
    memset(mutex, 0, sizeof *mutex);
    ((sim_lock *)(void *)mutex)->magic = LOCK_MAGIC;
}
void wql__mutex_free(wql__mutex *mutex) {
    sim_lock *lock = lock_of(mutex, "free");
    if (lock->owner) sim_fail("a lock is freed that fiber %d holds", lock->owner);
    lock->magic = 0;
}

void wql__lock(wql__mutex *mutex) {
    fiber *self = &sim.fibers[sim.current];
    sim_yield();
    while (lock_of(mutex, "lock")->owner) {
        if (lock_of(mutex, "lock")->owner == sim.current + 1) sim_fail("fiber %s locks twice", self->name);
        self->state = WANTS_LOCK;
        self->on = mutex;
        to_scheduler();
    }
    lock_of(mutex, "lock")->owner = sim.current + 1;
    self->locks++;
}

static void let_go(wql__mutex *mutex) {
    sim_lock *lock = lock_of(mutex, "unlock");
    if (lock->owner != sim.current + 1) sim_fail("unlock by fiber %d of a lock of %d", sim.current + 1, lock->owner);
    lock->owner = 0;
    sim.fibers[sim.current].locks--;
    for (int i = 0; i < sim.count; i++)
        if (sim.fibers[i].state == WANTS_LOCK && sim.fibers[i].on == mutex) wake(&sim.fibers[i], true);
}

void wql__unlock(wql__mutex *mutex) {
    let_go(mutex);
    sim_yield();
}

/* -- waiting ----------------------------------------------------------------------------------------------------- */

static void check_cond(const wql__cond *cond, const char *what) {
    if (((const sim_cond *)(const void *)cond)->magic != COND_MAGIC) sim_fail("%s of a condition that is not there", what);
}

void wql__cond_init(wql__cond *cond) {
    memset(cond, 0, sizeof *cond);
    ((sim_cond *)(void *)cond)->magic = COND_MAGIC;
}
void wql__cond_free(wql__cond *cond) {
    check_cond(cond, "free");
    for (int i = 0; i < sim.count; i++)
        if (sim.fibers[i].state == WAITS && sim.fibers[i].on == cond)
            sim_fail("a condition is freed that %s waits on", sim.fibers[i].name);
    ((sim_cond *)(void *)cond)->magic = 0;
}

bool wql__cond_wait(wql__cond *cond, wql__mutex *mutex, int64_t deadline_us) {
    fiber *self = &sim.fibers[sim.current];
    bool in_time;
    check_cond(cond, "wait");
    let_go(mutex);
    if (self->locks) sim_fail("%s waits with %d locks", self->name, self->locks); /* I12 */
    self->late = deadline_us <= sim.now ? self->late + 1 : 0;
    if (self->late > 8) sim_fail("%s waits again and again though its time is over", self->name);
    self->state = WAITS;
    self->on = cond;
    self->deadline = deadline_us;
    to_scheduler();
    in_time = self->in_time;
    wql__lock(mutex);
    return in_time;
}

void wql__cond_signal(wql__cond *cond) {
    int waiting = 0, left;
    check_cond(cond, "signal");
    for (int i = 0; i < sim.count; i++) waiting += sim.fibers[i].state == WAITS && sim.fibers[i].on == cond;
    if (!waiting) return;
    left = (int)chance((uint32_t)waiting);
    for (int i = 0; i < sim.count; i++)
        if (sim.fibers[i].state == WAITS && sim.fibers[i].on == cond && left-- == 0) {
            wake(&sim.fibers[i], true);
            return;
        }
}

void wql__cond_broadcast(wql__cond *cond) {
    check_cond(cond, "broadcast");
    for (int i = 0; i < sim.count; i++)
        if (sim.fibers[i].state == WAITS && sim.fibers[i].on == cond) wake(&sim.fibers[i], true);
}

/* -- threads and the clock --------------------------------------------------------------------------------------- */

bool wql__thread_start(wql__thread *thread, const char *name, size_t stack_bytes, void (*run)(void *arg), void *arg) {
    (void)stack_bytes;
    if (!start(name, run, arg)) return false;
    thread->t = (pthread_t)sim.count; /* its number, from 1 */
    return true;
}

void wql__thread_join(wql__thread *thread) {
    fiber *other = &sim.fibers[(int)thread->t - 1], *self = &sim.fibers[sim.current];
    while (other->state != ENDED) {
        self->state = JOINS;
        self->on = other;
        to_scheduler();
    }
}

wql__thread_id wql__thread_self(void) { return (wql__thread_id)sim.current + 1; }
void sim_pass(int64_t us) { sim.now += us; }
int64_t wql__now_us(void) { return sim.now; }
int64_t wql__now_ns(void) { return sim.now * 1000; }
bool wql__can_spin(void) { return sim.spins; }
void wql__spin_pause(void) {
    sim.now += 1;
    to_scheduler();
}
int64_t wql__deadline_us(int64_t now_us, uint32_t ms) {
    if (ms == UINT32_MAX || now_us > WQL__TIME_FOREVER - (int64_t)ms * 1000) return WQL__TIME_FOREVER;
    return now_us + (int64_t)ms * 1000;
}

int64_t wql__until_us(uint32_t ms) { return ms == UINT32_MAX ? WQL__TIME_FOREVER : wql__deadline_us(wql__now_us(), ms); }
