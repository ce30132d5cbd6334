/* SPDX-License-Identifier: MIT */
/* pull.pml: a pulled call that workers run ahead of, as engine/deliver/pull.c and step.c have it: the ring, the end that is told
 * after what was made, and what a cancel drops. One step is one hold of call->lock. README.md has the table of steps. */
#define ROWS 3
#define ROOM 2
#define OPEN 0
#define LATCHED 1
#define RELEASED 2
#define BY_NOBODY 0
#define BY_END 1
#define BY_CANCEL 2
#define IDLE 0
#define QUEUED 1
#define RUNNING 2
#define AGAIN 3
#define GONE 4

byte term, cause, sched, ring[ROOM], ring_at, ring_count, made, in_hand, taken;
bit ended, started, abandoned, closing, client_gone, scan_gone, told, dropping, queued;
bit client_asleep;

#define IS_STOPPED (term != OPEN && cause != BY_END)

inline wake_locked() {
    if
    :: sched == RUNNING -> sched = AGAIN
    :: sched == IDLE -> sched = QUEUED; queued = 1
    :: else
    fi
}

inline latch(why) {
    if
    :: term == OPEN -> term = LATCHED; cause = why; won = 1; client_asleep = 0;
        assert(why != BY_END || (ring_count == 0 && taken == made && in_hand == 0)) /* I9 */
    :: else -> won = 0
    fi
}

inline take_one(batch) {
    batch = ring[ring_at]; ring[ring_at] = 0; ring_at = (ring_at + 1) % ROOM; ring_count--
}

/* drop_ahead, one batch a hold, then the wake that has the run closed */
inline after_latch() {
    if
    :: cause != BY_END ->
        do
        :: d_step { ring_count > 0 -> take_one(batch); batch = 0 }
        :: ring_count == 0 -> break
        od
    :: else
    fi;
    atomic { wake_locked() }
}

/* run_call, wql__call_step and wql__call_yield */
proctype worker() {
    bit stop, again;
end_idle:
    do
    :: d_step { queued -> queued = 0; assert(sched == QUEUED); sched = RUNNING; again = 0; stop = 0 }
        do
        :: d_step { !stop ->
            if :: sched == AGAIN -> sched = RUNNING :: else fi;
            stop = (term != OPEN) }
            if
            :: stop -> goto close
            :: !stop && ended -> goto close
            :: !stop && in_hand ->
                /* add_ahead: room, and still open, in one hold */
                if
                :: d_step { term == OPEN && ring_count < ROOM ->
                       ring[(ring_at + ring_count) % ROOM] = in_hand; ring_count++; in_hand = 0; client_asleep = 0 }
                :: !(term == OPEN && ring_count < ROOM) -> goto parked
                fi
            :: else ->
                if
                :: made < ROWS -> d_step { made++; in_hand = made }
                :: atomic { ended = 1; client_asleep = 0 } goto close
                fi
            fi
        od;
parked:
        atomic {
            if
            :: sched == AGAIN -> sched = QUEUED; queued = 1
            :: else -> sched = IDLE
            fi;
            client_asleep = 0 }
        goto end_idle;
close:
        atomic { in_hand = 0; sched = GONE; client_asleep = 0; scan_gone = 1 }
    od
}

/* take_or_wait and what pull does with it; then wql__call_close */
proctype client() {
    byte batch, last;
    bit won;
    do
    :: atomic {
#ifndef MUTANT_z
        IS_STOPPED -> told = 1; break
#else
        false
#endif
        }
    :: d_step {
#ifdef MUTANT_h
        ring_count > 0 && !ended ->
#elif defined(MUTANT_z)
        ring_count > 0 ->
#else
        !IS_STOPPED && ring_count > 0 ->
#endif
        take_one(batch);
        if :: !ended -> wake_locked() :: else fi;
        assert(batch == last + 1); /* I10: nothing is missing before it */
        last = batch; taken++; batch = 0 }
    :: atomic { term != OPEN && (ring_count == 0 || (IS_STOPPED)) -> told = 1; break }
#ifdef MUTANT_h
    :: d_step { term == OPEN && ended -> latch(BY_END) }
#else
    :: d_step { term == OPEN && ring_count == 0 && ended -> latch(BY_END) }
#endif
        if :: won -> won = 0; after_latch() :: else fi
    :: d_step { term == OPEN && ring_count == 0 && !ended && !client_asleep ->
        if :: sched == IDLE && !started -> started = 1; wake_locked() :: else fi;
        client_asleep = 1 }
        !client_asleep
    od;
    /* wql__call_abandon: closes the run if nobody has the token, and gives up the client half */
    atomic { if :: sched == IDLE -> sched = GONE; in_hand = 0; scan_gone = 1 :: else fi }
    atomic { abandoned = 1; term = RELEASED; client_gone = 1 }
}

proctype canceller() {
    bit won;
    byte batch;
    if
    :: d_step { latch(BY_CANCEL) }
        if :: won -> after_latch() :: else fi
    :: true
    fi
}

active proctype judge() {
    timeout ->
    d_step {
        assert(told && client_gone && scan_gone); /* L1, L3, L5, L6 */
        assert(ring_count == 0 && in_hand == 0);
        assert(cause != BY_END || taken == made);
        assert(taken <= made)
    }
}

init {
    atomic {
        run worker();
        run client();
        run canceller()
    }
}
