/* SPDX-License-Identifier: MIT */
/* call.pml: pushed calls as engine/deliver has them. One step here is one hold of a lock there, or one atomic operation; what the
 * code does in two holds is two steps here. README.md has the table of steps; configurations and mutants are -D flags (run.sh).
 *
 * Threads: 1 worker, 2 finisher, 3 elastic, 4 the client that submits, 5 and 6 cancellers, 7 the one that closes the engine. */

#ifndef CALLS
#define CALLS 1
#endif
#ifndef BY_VALUE
#define BY_VALUE 0
#endif
#ifndef BY_POINTER
#define BY_POINTER 0
#endif
#ifndef ROWS
#define ROWS 1
#endif

#define WORKER 1
#define FINISHER 2
#define ELASTIC 3
#define CLIENT 4
#define CANCELLER 5
#define CLOSER 7
#define BIT(thread) (1 << (thread))

#define OPEN 0
#define LATCHED 1
#define FINAL_RUNNING 2
#define FINAL_DONE 3
#define RELEASED 4

#define BY_NOBODY 0
#define BY_END 1
#define BY_FAILURE 2
#define BY_CANCEL 3
#define BY_SINK 4
#define BY_SINK_TIMER 5
#define BY_DEADLINE 6
#define BY_SHUTDOWN 7

#define IDLE 0
#define QUEUED 1
#define RUNNING 2
#define AGAIN 3
#define GONE 4
#define IS_RUN(c) (sched[c] == RUNNING || sched[c] == AGAIN)

#define NO_CALLBACK 0
#define DATA 1
#define PROGRESS 2
#define FINAL 3

#define REFUSED 1
#define ACCEPTED 2

/* What a cancel returns, and what a wait says. */
#define OK 0
#define PENDING 1
#define TIMEDOUT 2
#define NOT_FOUND 3
#define LOOK_AGAIN 4

/* -- a call, names as in struct wql__call -------------------------------------------------------------------------------- */

byte term[CALLS], cause[CALLS], sched[CALLS], callback[CALLS], own[CALLS], use[CALLS], number[CALLS], interrupting[CALLS];
bit ready[CALLS], in_table[CALLS], handle[CALLS], finishing[CALLS], client_gone[CALLS], scan_gone[CALLS], has_run[CALLS];
bit closing_run[CALLS], zombie[CALLS], interrupted[CALLS], latched_by[CALLS * 3];
byte in_hand[CALLS], made[CALLS];
bit in_slot[CALLS], in_run_queue[CALLS], in_final_queue[CALLS], armed_deadline[CALLS], armed_sink[CALLS], over[CALLS];
bit provider_waits[CALLS]; /* it has said PENDING, and will wake */
byte asleep[CALLS];        /* threads in wql__cond_wait on call->changed, a bit each */

/* -- the engine ----------------------------------------------------------------------------------------------------------- */

byte submissions, active_count, submitting, zombie_count, absent;
bit closing;
byte waits_for[8]; /* engine.waiting: the call + 1 that a thread inside a callback waits for */
#ifdef GRAPH
byte graph; /* engine.graph: the thread that holds it */
#define LOCK_GRAPH graph == 0 -> graph = me
#define UNLOCK_GRAPH graph = 0
#else
#define LOCK_GRAPH true
#define UNLOCK_GRAPH skip
#endif
#ifdef MUTANT_i
byte table; /* engine.table, where it is held across steps */
#define TABLE (table == 0)
#else
#define TABLE true
#endif

/* -- what only the proof knows ---------------------------------------------------------------------------------------------- */

byte adm[CALLS], sref[CALLS], add_refs[CALLS], finals[CALLS], delivered[CALLS], inside_sink[CALLS];
bit released[CALLS], freed[CALLS], closed, published[CALLS];
bit stuck_sink[CALLS], stuck_provider[CALLS], let_go;
bit sank[CALLS]; /* a sink's one trick is played */
byte cancellers_in, shut;
byte trick[8]; /* the call + 1 whose callback a thread is inside of */

#define TOUCH(c) assert(!freed[c] && !closed) /* I19 */

/* -- locks' inner steps ----------------------------------------------------------------------------------------------------- */

inline queue_run(c) {
    sched[c] = QUEUED;
    assert(use[c] > 0 && !in_run_queue[c]);
    use[c]++;
    in_run_queue[c] = 1;
}

inline queue_finish(c) {
    if
    :: !finishing[c] -> finishing[c] = 1; use[c]++; assert(!in_final_queue[c]); in_final_queue[c] = 1
    :: else
    fi
}

inline wake_locked(c) {
    if
    :: sched[c] == RUNNING -> sched[c] = AGAIN
    :: sched[c] == IDLE && ready[c] -> queue_run(c)
    :: else
    fi
}

/* I8: the only writer of term's first step and of cause. */
inline latch(c, why) {
    if
    :: term[c] == OPEN ->
        assert(cause[c] == BY_NOBODY);
        term[c] = LATCHED; cause[c] = why; asleep[c] = 0; won = 1;
        assert(!(why == BY_END || why == BY_FAILURE) || (delivered[c] == made[c] && in_hand[c] == 0)) /* I9 */
    :: else -> won = 0
    fi
}

/* wql__call_put */
#ifdef MUTANT_j
#define LAST(c) (use[c] == 1)
#else
#define LAST(c) (use[c] == 0)
#endif
inline put(c) {
    if
    :: d_step { closing && TABLE -> TOUCH(c); use[c]--; last = LAST(c);
        if :: last -> in_slot[c] = 0; submitting++; freed[c] = 1 :: else fi }
    :: d_step { true -> TOUCH(c); use[c]--; last = LAST(c) } /* is_closing was read before, without the lock */
        if
        :: last -> d_step { TABLE -> in_slot[c] = 0; submitting++; freed[c] = 1 }
        :: else
        fi
    fi;
    if
    :: last -> d_step { TABLE -> submitting--; last = 0 }
    :: else
    fi
}

/* wql__timer_disarm: timer_lock, a leaf */
inline disarm_deadline(c) {
    d_step { if :: armed_deadline[c] -> armed_deadline[c] = 0; use[c]--; assert(use[c] > 0) :: else fi }
}
inline disarm_sink(c) {
    d_step { if :: armed_sink[c] -> armed_sink[c] = 0; use[c]--; assert(use[c] > 0) :: else fi }
}

inline half_gone(c, client) {
    d_step { TABLE -> TOUCH(c);
        if :: client -> client_gone[c] = 1 :: else -> scan_gone[c] = 1 fi;
        if :: !client && zombie[c] -> zombie_count--; zombie[c] = 0 :: else fi;
        if :: client_gone[c] && scan_gone[c] -> active_count-- :: else fi
    }
    put(c)
}

inline interrupt(c) {
    d_step { TOUCH(c); needed = has_run[c] && !closing_run[c] && IS_RUN(c);
        if :: needed -> interrupting[c]++ :: else fi }
    if
    :: needed ->
        interrupted[c] = 1;
        d_step { TOUCH(c); interrupting[c]--; asleep[c] = 0; needed = 0 }
    :: else
    fi
}

inline after_latch(c) {
#ifdef DEADLINE
    disarm_deadline(c);
#endif
    d_step { TOUCH(c);
        if
#ifndef MUTANT_r
        :: cause[c] >= BY_SINK_TIMER || (has_run[c] && IS_RUN(c) && cause[c] == BY_CANCEL) -> queue_finish(c)
#else
        :: has_run[c] && IS_RUN(c) && cause[c] >= BY_CANCEL && cause[c] != BY_SINK -> queue_finish(c)
#endif
        :: else
        fi;
#if !defined(MUTANT_f) && !defined(MUTANT_r)
        wake_locked(c)
#endif
    }
}

/* -- cancels inside a callback ------------------------------------------------------------------------------------------------ */

inline enter_graph(c) {
    atomic { LOCK_GRAPH; walk = c; circle = 2 }
    do
    :: circle == 2 ->
        d_step { TOUCH(walk); owner = own[walk];
            if
#ifndef MUTANT_n
            :: owner == me -> circle = 1
#else
            :: owner == me -> circle = 0
#endif
            :: owner == 0 -> circle = 0
            :: else ->
                if :: waits_for[owner] == 0 -> circle = 0 :: else -> walk = waits_for[owner] - 1 fi
            fi }
    :: else -> break
    od;
    atomic {
        if :: circle == 0 -> waits_for[me] = c + 1 :: else fi;
        UNLOCK_GRAPH; walk = 0; owner = 0
    }
}

inline absent_now(now) {
#ifndef MUTANT_o
    atomic { if :: now -> absent++ :: else -> absent-- fi }
#else
    skip
#endif
}

/* see_to_end and wait_inside, for a thread inside a callback: it never runs a final itself */
inline see_to_end_inside(c) {
    d_step { TOUCH(c); status = LOOK_AGAIN;
        if
#if defined(MUTANT_m)
        :: own[c] != 0 -> status = PENDING
#elif !defined(MUTANT_e)
        :: own[c] == me -> status = PENDING
#endif
        :: else
        fi }
    do
    :: status == LOOK_AGAIN ->
        d_step { TOUCH(c); if :: term[c] == LATCHED && own[c] == 0 -> queue_finish(c) :: else fi }
        enter_graph(c);
        if
        :: circle -> circle = 0; status = TIMEDOUT
        :: else ->
            absent_now(1);
            do
            :: d_step { term[c] == RELEASED -> TOUCH(c); status = OK; asleep[c] = asleep[c] & ~BIT(me) } break
            :: d_step { term[c] != RELEASED && !(asleep[c] & BIT(me)) -> asleep[c] = asleep[c] | BIT(me) }
                if
                :: !(asleep[c] & BIT(me))
#ifdef BOUND
                :: d_step { asleep[c] = asleep[c] & ~BIT(me);
                       if :: term[c] == RELEASED -> status = OK :: else -> status = TIMEDOUT fi } break
#endif
                fi
            od;
            absent_now(0);
            d_step { waits_for[me] = 0 }
        fi
    :: else -> break
    od;
    atomic {
        assert(status != OK || released[c]);                                     /* I11 */
        assert(status != PENDING || trick[me] == c + 1);                         /* T24 */
        assert(trick[me] != c + 1 || status == PENDING)                          /* X4, X5, X23 */
    }
}

inline find(c) {
    d_step { TABLE -> found = in_slot[c] && use[c] > 0; if :: found -> use[c]++ :: else fi }
    if
    :: found ->
        d_step { TOUCH(c); found = handle[c] || term[c] != RELEASED }
        if :: !found -> put(c) :: else fi
    :: else
    fi
}

inline cancel_inside(c) {
    find(c);
    if
    :: found ->
        d_step { TOUCH(c); latch(c, BY_CANCEL) }
        if :: won -> after_latch(c) :: else fi;
        see_to_end_inside(c);
        put(c)
    :: else
    fi;
    d_step { status = 0; found = 0; won = 0 }
}

/* latch_all: one hold of the table's lock. What is latched stands in a list by thread. */
#define MINE(c) latched_by[(c) * 3 + (me == 5 -> 1 : (me == 6 -> 2 : 0))]
inline latch_one(c) {
    if
    :: in_slot[c] && in_table[c] ->
        found = 1;
        latch(c, BY_CANCEL);
        if :: won -> use[c]++; MINE(c) = 1 :: else fi
    :: else
    fi
}

inline latch_all() {
    d_step { TABLE -> found = 0; newest = submissions;
        latch_one(0);
#if CALLS > 1
        latch_one(1);
#endif
#if CALLS > 2
        latch_one(2);
#endif
        won = 0;
        /* I17, and what the cancel promises: the calls that it must find released */
        at = 0;
        do
        :: at < CALLS ->
            if :: adm[at] == ACCEPTED && published[at] && trick[me] != at + 1 && !found -> assert(released[at]) :: else fi;
            at++
        :: else -> at = 0; break
        od }
}

inline next_of() {
    d_step { TABLE ->
        found = 0;
        do
        :: at < CALLS && in_slot[at] && in_table[at] && number[at] <= newest -> found = 1; use[at]++; break
        :: at < CALLS && !(in_slot[at] && in_table[at] && number[at] <= newest) -> at++
        :: else -> break
        od }
}

#ifdef MUTANT_A
#define FOLLOW(c) in_table[c]
#else
#define FOLLOW(c) true
#endif
inline follow_inside(c) {
    if
    :: MINE(c) ->
        if :: FOLLOW(c) -> after_latch(c) :: else fi;
        MINE(c) = 0;
        put(c)
    :: else
    fi
}

inline cancel_sink_inside() {
    latch_all();
    if
    :: found ->
        follow_inside(0);
#if CALLS > 1
        follow_inside(1);
#endif
#if CALLS > 2
        follow_inside(2);
#endif
        do
        :: next_of();
            if
            :: found -> see_to_end_inside(at); put(at); at++
            :: else -> break
            fi
        od
    :: else
    fi;
    atomic { status = 0; found = 0; won = 0; at = 0; newest = 0 }
}

/* -- a submission: wql__call_submit from enter_table on ----------------------------------------------------------------------- */

inline submit(c) {
#ifdef MUTANT_k
    sref[c]++; add_refs[c]++;
#endif
    d_step { TABLE ->
        if
        :: closing -> adm[c] = REFUSED
        :: else ->
            adm[c] = ACCEPTED; in_slot[c] = 1; submissions++; number[c] = submissions; active_count++; submitting++; use[c] = 1
        fi }
    if
    :: adm[c] == REFUSED ->
#ifdef MUTANT_c
        sref[c]++; add_refs[c]++; sref[c]--;
#endif
        assert(add_refs[c] == 0 && finals[c] == 0) /* I1 */
    :: else ->
#ifdef NO_HANDLE
        use[c] = use[c] + 2;
#else
        use[c] = use[c] + 3;
#endif
#if !defined(MUTANT_b) && !defined(MUTANT_k)
        d_step { TOUCH(c); assert(sref[c] == 0 && !released[c]); sref[c]++; add_refs[c]++ } /* add_ref: code of the client's */
#endif
#ifdef DEADLINE
        d_step { armed_deadline[c] = 1; use[c]++ }
#endif
        d_step { TABLE -> TOUCH(c);
            in_table[c] = 1; published[c] = 1;
#ifndef NO_HANDLE
            handle[c] = 1;
#endif
            ready[c] = 1;
            wake_locked(c);
            if :: term[c] == LATCHED -> queue_finish(c) :: else fi /* shutdown was faster */
        }
#ifdef MUTANT_b
        d_step { sref[c]++; add_refs[c]++ }
#endif
        put(c);
        d_step { TABLE -> assert(!closed); submitting-- }
    fi
}

/* wql__engine_close inside a callback: latches, never waits */
inline end_inside(c) {
    d_step { TABLE -> found = in_slot[c] && use[c] > 0; if :: found -> use[c]++ :: else fi }
    if
    :: found ->
        d_step { TOUCH(c); latch(c, BY_SHUTDOWN) }
        if :: won -> after_latch(c) :: else fi;
        put(c)
    :: else
    fi;
    d_step { found = 0; won = 0 }
}

#define BUSY(c) (in_slot[c] && (!handle[c] || use[c] > 1))
#if CALLS > 2
#define IS_BUSY (active_count > 0 || submitting > 0 || BUSY(0) || BUSY(1) || BUSY(2))
#elif CALLS > 1
#define IS_BUSY (active_count > 0 || submitting > 0 || BUSY(0) || BUSY(1))
#else
#define IS_BUSY (active_count > 0 || submitting > 0 || BUSY(0))
#endif

inline close_inside() {
    d_step { TABLE -> closing = 1 }
    end_inside(0);
#if CALLS > 1
    end_inside(1);
#endif
#ifdef MUTANT_t
    !IS_BUSY
#endif
}

/* -- the sink ----------------------------------------------------------------------------------------------------------------- */

#define OTHER(c) (CALLS > 1 -> 1 - (c) : (c))

inline enter_sink(c, kind) {
    d_step {
        TOUCH(c);
        assert(sref[c] == 1 && !released[c]);    /* I6, I14 */
        assert(ready[c] && !closed);             /* I21 */
        assert(inside_sink[c] == 0);             /* I3 */
        assert(finals[c] == 0);                  /* I2, I5 */
        assert(kind != FINAL || own[c] == me);
        inside_sink[c] = kind; trick[me] = c + 1;
        finals[c] = finals[c] + (kind == FINAL -> 1 : 0)
    }
}

inline leave_sink(c) { d_step { inside_sink[c] = 0; trick[me] = 0 } }

/* What a sink does besides answering. */
inline sink_acts(c) {
    if
    :: true
#ifdef SINK_BLOCKS
    :: !sank[c] -> sank[c] = 1; let_go
#endif
#ifdef SINK_NEVER
    :: !sank[c] -> sank[c] = 1; stuck_sink[c] = 1; end_sink: false
#endif
#ifdef SINK_CANCELS_SELF
    :: !sank[c] -> sank[c] = 1; cancel_inside(c)
#endif
#ifdef SINK_CANCELS_OTHER
    :: !sank[c] -> sank[c] = 1; cancel_inside(OTHER(c))
#endif
#ifdef SINK_CANCELS_SINK
    :: !sank[c] -> sank[c] = 1; cancel_sink_inside()
#endif
#ifdef SINK_CLOSES
    :: !sank[c] -> sank[c] = 1; close_inside()
#endif
    fi
}

/* -- the delivery token -------------------------------------------------------------------------------------------------------- */

#ifdef MUTANT_g
#define MAY_DELIVER(c) true
#else
#define MAY_DELIVER(c) (term[c] == OPEN)
#endif
inline claim(c, kind) {
    d_step { TOUCH(c);
        claimed = MAY_DELIVER(c) && own[c] == 0 && ready[c];
        if
        :: claimed ->
            assert(term[c] == OPEN); /* I4 */
            own[c] = me; callback[c] = kind; over[c] = 0
        :: else
        fi }
#ifdef SINK_TIMER
    if :: claimed -> d_step { assert(!armed_sink[c]); armed_sink[c] = 1; use[c]++ } :: else fi
#endif
}

inline leave_table(c) {
#ifdef DEADLINE
    disarm_deadline(c);
#endif
    d_step { TABLE -> TOUCH(c);
        in_table[c] = 0; term[c] = RELEASED; own[c] = 0;
        assert(released[c] && sref[c] == 0);
        if
        :: !scan_gone[c] && IS_RUN(c) && cause[c] >= BY_CANCEL && cause[c] != BY_SINK -> zombie[c] = 1; zombie_count++
        :: else
        fi;
        asleep[c] = 0 }
    half_gone(c, true)
}

/* A thread's code inside a sink stands in a process of its own, so that it stands here once: the thread waits meanwhile. */
byte doing[8]; /* what that process does for the thread: 0 nothing, else 4 * call + DATA or FINAL */
inline visit(c, what) {
    doing[me] = 4 * (c) + what;
    doing[me] == 0
}

inline run_final(c) { visit(c, FINAL) }

#ifdef MUTANT_l
#define IS_READY(c) true
#else
#define IS_READY(c) ready[c]
#endif
#ifdef MUTANT_d
#define LATE_FINAL(c) (term[c] == FINAL_RUNNING)
#else
#define LATE_FINAL(c) false
#endif
inline finish(c) {
    d_step { TOUCH(c);
        claimed = (term[c] == LATCHED && own[c] == 0 && IS_READY(c)) || LATE_FINAL(c);
        if :: claimed -> own[c] = me; term[c] = FINAL_RUNNING; callback[c] = FINAL :: else fi }
    if :: claimed -> run_final(c); claimed = 1 :: else fi
}

inline unclaim(c) {
#ifdef SINK_TIMER
    disarm_sink(c);
#endif
    d_step { TOUCH(c); won = 0;
        if :: fails -> latch(c, BY_SINK) :: else fi;
#ifdef MUTANT_y
        claimed = (term[c] == LATCHED && won);
#else
        claimed = (term[c] == LATCHED);
#endif
        if
        :: claimed -> callback[c] = FINAL; term[c] = FINAL_RUNNING
        :: else -> callback[c] = NO_CALLBACK; own[c] = 0
        fi;
        finish_won = won; won = 0; fails = 0 }
    if :: claimed -> run_final(c); claimed = 0 :: else fi;
    if :: finish_won -> finish_won = 0; after_latch(c) :: else fi
}

inline call_sink(c, kind) {
    enter_sink(c, kind);
#ifdef DATA_ACTS
    visit(c, DATA);
#endif
#ifdef SINK_FAILS
    if :: true :: fails = 1 fi;
#endif
    leave_sink(c)
}

#define LOCALS bit won, last, needed, found, claimed, fails, finish_won; byte status, circle, walk, owner, newest, at

#define RELEASING 3
#ifdef DATA_ACTS
#define ACTS_IN_DATA true
#else
#define ACTS_IN_DATA false
#endif
#ifdef FINAL_ACTS
#define ACTS_IN_FINAL true
#else
#define ACTS_IN_FINAL false
#endif
#ifdef RELEASE_ACTS
#define ACTS_IN_RELEASE true
#else
#define ACTS_IN_RELEASE false
#endif

/* What the sinks do on one thread; and run_final, which calls them last. */
proctype sink(byte me) {
    LOCALS;
    byte c, phase;
end_none:
    do
    :: d_step { doing[me] != 0 -> c = doing[me] / 4; phase = (doing[me] % 4 == FINAL -> 2 : 1); last = 0 }
        if
        :: phase == 2 -> d_step { TOUCH(c); use[c]++ } enter_sink(c, FINAL)
        :: else
        fi;
act:
        if
        :: (phase == 1 && ACTS_IN_DATA) || (phase == 2 && ACTS_IN_FINAL) || (phase == 3 && ACTS_IN_RELEASE) -> sink_acts(c)
        :: else
        fi;
#ifdef FINAL_SUBMITS
        if :: phase == 2 && c == 0 && adm[CALLS - 1] == 0 -> submit(CALLS - 1) :: else fi;
#endif
        if
        :: phase == 2 ->
            leave_sink(c);
            d_step { TOUCH(c); callback[c] = NO_CALLBACK; term[c] = FINAL_DONE;
#ifdef MUTANT_a
                in_table[c] = 0;
#endif
#ifdef MUTANT_s
                own[c] = 0;
#endif
                phase = 3 }
            d_step { assert(sref[c] == 1 && finals[c] == 1 && inside_sink[c] == 0 && !closed); trick[me] = c + 1 } /* I6, I7 */
            goto act
        :: phase == 3 ->
            d_step { sref[c]--; released[c] = 1; trick[me] = 0 }
            leave_table(c);
            put(c)
        :: else
        fi;
        atomic { c = 0; phase = 0; doing[me] = 0 }
    od
}

/* -- threads of the pools: thread_main, run_call, wql__call_step, wql__call_yield ---------------------------------------------- */

#if CALLS > 2
#define ANY_FINAL (in_final_queue[0] || in_final_queue[1] || in_final_queue[2])
#elif CALLS > 1
#define ANY_FINAL (in_final_queue[0] || in_final_queue[1])
#else
#define ANY_FINAL in_final_queue[0]
#endif
#define MAY_TAKE (me != ELASTIC || absent > 0)

inline yield(c, again) {
    d_step { TOUCH(c);
        again = again || sched[c] == AGAIN;
        sched[c] = IDLE;
        if :: again -> queue_run(c) :: else fi;
        asleep[c] = 0 }
}

proctype pool(byte me) {
    LOCALS;
    byte c;
    bit ended, again;
end_idle:
    do
    :: d_step { MAY_TAKE && in_final_queue[0] -> c = 0; in_final_queue[0] = 0 } goto serve_finish
#if CALLS > 1
    :: d_step { MAY_TAKE && in_final_queue[1] -> c = 1; in_final_queue[1] = 0 } goto serve_finish
#endif
#if CALLS > 2
    :: d_step { MAY_TAKE && in_final_queue[2] -> c = 2; in_final_queue[2] = 0 } goto serve_finish
#endif
    :: d_step { me != FINISHER && MAY_TAKE && !ANY_FINAL && in_run_queue[0] -> c = 0; in_run_queue[0] = 0 } goto run_call
#if CALLS > 1
    :: d_step { me != FINISHER && MAY_TAKE && !ANY_FINAL && in_run_queue[1] -> c = 1; in_run_queue[1] = 0 } goto run_call
#endif
#if CALLS > 2
    :: d_step { me != FINISHER && MAY_TAKE && !ANY_FINAL && in_run_queue[2] -> c = 2; in_run_queue[2] = 0 } goto run_call
#endif
    od;

serve_finish:
    atomic { TOUCH(c); finishing[c] = 0 }
    interrupt(c);
    goto end_of_call;

run_call:
    atomic { TOUCH(c); assert(sched[c] == QUEUED); sched[c] = RUNNING }
step:
    atomic { TOUCH(c);
        if :: sched[c] == AGAIN -> sched[c] = RUNNING :: else fi;
        ended = (term[c] != OPEN) }
    if
    :: ended -> goto end_step
    :: !ended && in_hand[c] -> goto hand_out
    :: else
    fi;
    /* advance: prepare first, then the provider */
    if
    :: !has_run[c] ->
        if
        :: d_step { has_run[c] = 1 } goto step
#ifdef PREPARE_FAILS
        :: goto failed
#endif
        fi
    :: else
    fi;
    if
    :: d_step { made[c] < ROWS -> made[c]++; in_hand[c] = made[c] }
#ifdef PROGRESSES
        if
        :: true -> claim(c, PROGRESS);
            if :: claimed -> call_sink(c, PROGRESS); unclaim(c) :: else fi
        :: true
        fi;
#endif
        goto step
#ifndef NO_END
    :: goto natural_end
#endif
#ifdef PROVIDER_FAILS
    :: goto failed
#endif
#ifdef PROVIDER_WAITS
    :: provider_waits[c] = 1; goto parked
#endif
#ifdef PROVIDER_SILENT
    :: goto parked                   /* and never wakes */
#endif
#ifdef PROVIDER_BLOCKS
    :: interrupted[c] -> goto failed /* comes back when it is interrupted */
#endif
#ifdef PROVIDER_DEAF
    :: let_go -> goto failed         /* comes back in its own time */
#endif
#ifdef PROVIDER_NEVER
    :: stuck_provider[c] = 1; end_provider: false
#endif
    fi;

hand_out:
    claim(c, DATA);
    if
    :: claimed ->
        d_step { assert(in_hand[c] == delivered[c] + 1); delivered[c]++; in_hand[c] = 0 } /* I9, I10: in order, each once */
        call_sink(c, DATA);
        unclaim(c)
    :: else -> in_hand[c] = 0
    fi;
    goto step;

natural_end:
    atomic { TOUCH(c); latch(c, BY_END) }
    goto after_end;
failed:
    atomic { TOUCH(c); latch(c, BY_FAILURE) }
after_end:
    if :: won -> won = 0; after_latch(c) :: else fi;

end_step:
    ended = 1;
end_of_call: /* the final status goes first: it waits for no provider. The finisher comes here too, with `ended` false */
#ifdef MUTANT_y
    if :: !ended -> finish(c) :: else fi;
#else
    finish(c);
#endif
    claimed = 0;
    if
    :: !ended -> goto done
    :: else
    fi;
    /* wql__call_close_run */
    in_hand[c] = 0;
    d_step { TOUCH(c); closing_run[c] = 1 }
    do
    :: d_step { interrupting[c] == 0 -> asleep[c] = asleep[c] & ~BIT(me) } break
    :: d_step { interrupting[c] != 0 && !(asleep[c] & BIT(me)) -> asleep[c] = asleep[c] | BIT(me) } !(asleep[c] & BIT(me))
    od;
#ifdef CLOSE_WAITS
    if
    :: has_run[c] -> provider_waits[c] = 1; goto parked
    :: true
    fi;
#endif
    atomic { TOUCH(c); has_run[c] = 0; interrupted[c] = 0 }
    d_step { TOUCH(c); sched[c] = GONE; asleep[c] = 0; ended = 0 }
    half_gone(c, false);
    goto done;

parked:
    atomic { again = 0; ended = 0 }
    yield(c, again);
done:
    atomic { again = 0; ended = 0 }
    put(c);
    d_step { c = 0; won = 0; found = 0 }
    goto end_idle
}

/* -- the clock: timer_main, wql__call_time_is_over ------------------------------------------------------------------------------ */

#ifdef MUTANT_p
#define IS_OVER(c) true
#else
#define IS_OVER(c) over[c]
#endif
inline fire_deadline(c) {
    d_step { TOUCH(c); latch(c, BY_DEADLINE) }
    if :: won -> won = 0; after_latch(c) :: else fi;
    put(c)
}
inline fire_sink(c) {
    d_step { TOUCH(c); won = 0;
        if
        :: (callback[c] == DATA || callback[c] == PROGRESS) && IS_OVER(c) ->
            latch(c, BY_SINK_TIMER);
            assert(!won || over[c]) /* I20 */
        :: else
        fi }
    if :: won -> won = 0; after_latch(c) :: else fi;
    put(c)
}

proctype timer() {
    bit won, last;
end_timer:
    do
#ifdef DEADLINE
    :: d_step { armed_deadline[0] -> armed_deadline[0] = 0 } fire_deadline(0)
#if CALLS > 1
    :: d_step { armed_deadline[1] -> armed_deadline[1] = 0 } fire_deadline(1)
#endif
#endif
#ifdef SINK_TIMER
    :: d_step { armed_sink[0] -> armed_sink[0] = 0; over[0] = 1 } fire_sink(0)
#if CALLS > 1
    :: d_step { armed_sink[1] -> armed_sink[1] = 0; over[1] = 1 } fire_sink(1)
#endif
#endif
    :: false
    od
}

/* -- the provider's own thread: host->wake, which finds the call by its number --------------------------------------------------- */

/* hub_wake, under the table's lock and without a use */
inline wake(c) {
    d_step { TABLE -> if :: in_slot[c] -> TOUCH(c); wake_locked(c) :: else fi }
}

proctype provider() {
end_provider:
    do
    :: d_step { provider_waits[0] -> provider_waits[0] = 0 } wake(0)
#if CALLS > 1
    :: d_step { provider_waits[1] -> provider_waits[1] = 0 } wake(1)
#endif
    od
}

/* -- cancels from outside ---------------------------------------------------------------------------------------------------------- */

/* see_to_end and sleep_for_release. A thread that may finish the call does. */
#ifdef FINAL_ON_WORKER
#ifdef MUTANT_w
#define MAY_FINISH true
#else
#define MAY_FINISH false
#endif
#else
#define MAY_FINISH true
#endif
#define TOKEN_FREE(c) (MAY_FINISH && term[c] == LATCHED && own[c] == 0)
#ifdef MUTANT_x
#define BOUND_COUNTS(c) (callback[c] != NO_CALLBACK)
#else
#define BOUND_COUNTS(c) true
#endif

inline see_to_end(c) {
    d_step { TOUCH(c); status = LOOK_AGAIN;
#ifdef MUTANT_m
        if :: own[c] != 0 -> status = PENDING :: else fi
#endif
    }
    do
    :: status == LOOK_AGAIN ->
        if
        :: MAY_FINISH -> finish(c);
            if :: claimed -> claimed = 0; status = OK; break :: else fi
        :: else -> d_step { TOUCH(c); if :: term[c] == LATCHED && own[c] == 0 -> queue_finish(c) :: else fi }
        fi;
#ifdef MUTANT_i
        atomic { table == 0 -> table = me }
#endif
        do
        :: d_step { term[c] == RELEASED -> TOUCH(c); status = OK; asleep[c] = asleep[c] & ~BIT(me) } break
        :: d_step { TOKEN_FREE(c) -> TOUCH(c); status = LOOK_AGAIN; asleep[c] = asleep[c] & ~BIT(me) } break
        :: d_step { term[c] != RELEASED && !TOKEN_FREE(c) && !(asleep[c] & BIT(me)) -> asleep[c] = asleep[c] | BIT(me) }
            if
            :: !(asleep[c] & BIT(me))
#ifdef BOUND
            :: d_step { BOUND_COUNTS(c) -> asleep[c] = asleep[c] & ~BIT(me);
                   if :: term[c] == RELEASED -> status = OK :: else -> status = TIMEDOUT fi } break
#endif
            fi
        od
#ifdef MUTANT_i
        ; table = 0
#endif
    :: else -> break
    od;
    atomic { assert(status != OK || released[c]); assert(status != PENDING) } /* I11 */
}

inline follow(c) {
    if
    :: MAY_FINISH -> finish(c); claimed = 0
    :: else
    fi;
    after_latch(c)
}

inline cancel_value(c) {
    find(c);
    if
    :: found ->
        d_step { TOUCH(c); latch(c, BY_CANCEL) }
        if :: won -> won = 0; follow(c) :: else fi;
        see_to_end(c);
        put(c)
    :: else -> assert(released[c]) /* I17 */
    fi;
    d_step { status = 0; found = 0; won = 0 }
}

inline follow_outside(c) {
    if
    :: MINE(c) ->
        if :: FOLLOW(c) -> follow(c) :: else fi;
        MINE(c) = 0;
        put(c)
    :: else
    fi
}

inline cancel_sink() {
    latch_all();
    if
    :: found ->
        follow_outside(0);
#if CALLS > 1
        follow_outside(1);
#endif
#if CALLS > 2
        follow_outside(2);
#endif
        do
        :: next_of();
            if
            :: found -> see_to_end(at); put(at); at++
            :: else -> break
            fi
        od
    :: else
    fi;
    atomic { status = 0; found = 0; won = 0; at = 0; newest = 0 }
}

proctype canceller(byte me) {
    LOCALS;
    if
#if BY_VALUE & 1
    :: me == CANCELLER && published[0] && !closing -> cancel_value(0)
#endif
#if BY_VALUE & 2
    :: me == CANCELLER + 1 && published[CALLS - 1] && !closing -> cancel_value(CALLS - 1)
#endif
#if BY_POINTER & 1
    :: me == CANCELLER && !closing -> cancel_sink()
#endif
#if BY_POINTER & 2
    :: me == CANCELLER + 1 && !closing -> cancel_sink()
#endif
#ifndef ALWAYS
    :: true /* or not at all */
#else
    :: closing
#endif
    fi;
    cancellers_in--
}

/* -- wql__engine_close, from outside ------------------------------------------------------------------------------------------------ */

inline end_call(c) {
    d_step { TABLE -> found = in_slot[c] && use[c] > 0; if :: found -> use[c]++ :: else fi }
    if
    :: found ->
        d_step { TOUCH(c); latch(c, BY_SHUTDOWN) }
        if :: won -> won = 0; after_latch(c) :: else fi;
        finish(c);
        claimed = 0;
        put(c)
    :: else
    fi;
    found = 0
}

/* A cancel by value keeps its call, and the engine waits for it; that nobody is inside a cancel by sink is for the client to see to. */
#if BY_POINTER
#define MAY_FREE (cancellers_in == 0)
#else
#define MAY_FREE true
#endif
proctype closer(byte me) {
    LOCALS;
    d_step { TABLE -> closing = 1 }
    end_call(0);
#if CALLS > 1
    end_call(1);
#endif
#if CALLS > 2
    end_call(2);
#endif
    if
    :: d_step { TABLE && !IS_BUSY && MAY_FREE -> closed = 1; shut = 1; in_slot[0] = 0; in_slot[CALLS - 1] = 0 }
#ifdef BOUND
    :: shut = 2
#endif
    fi
}

/* -- the client -------------------------------------------------------------------------------------------------------------------- */

bit submitted; /* SUBMITTED_FIRST: nobody else begins before */
proctype client(byte me) {
    LOCALS;
    submit(0);
#if CALLS > 1 && !defined(FINAL_SUBMITS)
    submit(1);
#endif
#ifdef SUBMITTED_FIRST
    submitted = 1
#endif
}

/* -- the end: nobody can go on ---------------------------------------------------------------------------------------------------- */

/* That a stuck worker is replaced (sched_watch) is not modelled: it may leave other scans unclosed, but no final undelivered. */
#define STUCK_WORKER (stuck_provider[0] || stuck_provider[CALLS - 1])
inline judge_call(c) {
    assert(adm[c] != REFUSED || (add_refs[c] == 0 && finals[c] == 0)); /* I1 */
    if
    :: adm[c] == ACCEPTED && !closed ->
        assert(term[c] != OPEN || stuck_provider[c] || stuck_sink[c]);                              /* L1 */
        assert(term[c] == OPEN || term[c] == RELEASED || stuck_sink[c]);                            /* L3 */
        assert(term[c] != RELEASED || (finals[c] == 1 && sref[c] == 0 && add_refs[c] == 1 && !in_table[c])); /* I2, I6 */
        assert(term[c] == OPEN || scan_gone[c] || STUCK_WORKER || stuck_sink[c]);              /* L5, L6 */
        assert(!(term[c] == RELEASED && scan_gone[c]) || freed[c] || use[c] == handle[c]);          /* S10 */
        assert(zombie[c] == 0 || !scan_gone[c])
    :: else
    fi
}

#ifndef LIVENESS
active proctype judge() {
    byte at;
    timeout ->
    d_step {
        judge_call(0);
#if CALLS > 1
        judge_call(1);
#endif
#if CALLS > 2
        judge_call(2);
#endif
        assert(zombie_count == 0 || stuck_provider[0] || stuck_provider[CALLS - 1]);
#if !defined(SINK_NEVER) || defined(BOUND) && defined(FINAL_ON_WORKER)
        assert(cancellers_in == 0); /* L2 */
#endif
        assert(absent == 0 || stuck_sink[0] || stuck_sink[CALLS - 1]);
        assert(!closed || zombie_count == 0);
#ifdef SHUTDOWN
        assert(shut != 0); /* L7 */
#endif
        assert(adm[0] != 0 && submitting == 0);
        at = 0;
        do
        :: at < 8 -> assert(doing[at] == 0 || stuck_sink[doing[at] / 4] || stuck_provider[doing[at] / 4]); at++
        :: else -> break
        od
    }
}

#else
ltl L1 { [] (adm[0] == ACCEPTED -> <> (term[0] == RELEASED)) }
ltl L2 { <> (cancellers_in == 0) }
ltl L3 { [] (term[0] == LATCHED -> <> (term[0] == RELEASED)) }
ltl L4 { [] (armed_deadline[0] -> <> (term[0] != OPEN)) }
ltl L5 { [] (term[0] != OPEN -> <> (scan_gone[0] == 1)) }
ltl L6 { [] (term[0] == RELEASED -> <> (freed[0] == 1)) }
ltl L7 { <> (shut != 0) }
#endif

#if defined(SINK_BLOCKS) || defined(PROVIDER_DEAF)
active proctype world() { let_go = 1 }
#endif

init {
#ifdef SUBMITTED_FIRST
    run client(CLIENT);
    submitted;
#endif
    atomic {
        cancellers_in = CANCELLERS;
        run pool(WORKER);
        run sink(WORKER);
        run pool(FINISHER);
        run sink(FINISHER);
#ifdef STANDS_IN
        run pool(ELASTIC);
        run sink(ELASTIC);
#endif
#if defined(DEADLINE) || defined(SINK_TIMER)
        run timer();
#endif
#if defined(PROVIDER_WAITS) || defined(CLOSE_WAITS)
        run provider();
#endif
#ifndef SUBMITTED_FIRST
        run client(CLIENT);
#endif
#if CANCELLERS > 0
        run canceller(CANCELLER);
        run sink(CANCELLER);
#endif
#if CANCELLERS > 1
        run canceller(CANCELLER + 1);
        run sink(CANCELLER + 1);
#endif
#ifdef SHUTDOWN
        run closer(CLOSER);
        run sink(CLOSER);
#endif
    }
}
