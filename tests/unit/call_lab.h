/* SPDX-License-Identifier: MIT */
/* call_lab.h: what tests of calls share: a sink that records and misbehaves, an engine with ticks in it, and what holds for every
 * call with a sink, whatever happened. Callbacks only record; the main thread asserts. */
#ifndef WQL_TESTS_CALL_LAB_H
#define WQL_TESTS_CALL_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ticks.h"

/* -- a sink ------------------------------------------------------------------------------------------------------ */

enum {
    DO_NOTHING,
    FAIL,
    BLOCK,
    CANCEL_SELF,
    PAUSE,
    CANCEL_OTHER,
    WAIT_SELF,
    CLOSE_ENGINE,
    RETAIN,
    CANCEL_IN_FINAL,
    CANCEL_IN_RELEASE,
    SHARED, /* the sink of several calls, whose callbacks run at once: counted only */
    ACT     /* `act` says what to do */
};
/* Where `act` is called. */
enum { IN_ADD_REF, IN_ROWS, IN_PROGRESS, IN_FINAL, IN_RELEASE };

typedef struct recorder recorder;
struct recorder {
    int what;
    wql_status (*act)(recorder *r, int place, wql_call call); /* its answer is that of the callback */
    void *act_user;
    wql_engine *engine;
    wql_session *session;
    wql_call own, other;
    event go, entered, done;
    /* recorded */
    _Atomic int refs, add_refs, releases, finals, indicates, progresses, inside, overlaps, after_final, empty, out_of_order;
    _Atomic int bad_reports; /* progress that is not what progress is */
    _Atomic uint64_t rows;
    uint64_t next_id, progress_done;
    _Atomic wql_status code, answer, answer_in_release;
    char message[512];
    const wql_batch *batch; /* of the callback that runs */
    wql_batch *kept;
    pthread_t final_thread, data_thread, release_thread;
    uint64_t report_done;
};

void recorder_init(recorder *r, int what);
void recorder_act(recorder *r, wql_status (*act)(recorder *r, int place, wql_call call), void *act_user);
wql_sink sink_of(recorder *r);
void assert_promises(recorder *r);

/* -- an engine --------------------------------------------------------------------------------------------------- */

typedef struct fixture {
    wql_engine *engine;
    wql_session *session;
    ticks t;
} fixture;

void open_fixture(fixture *f, uint32_t workers, uint32_t cancel_wait_ms);
void open_fixture_with(fixture *f, const wql_engine_options *opt);
void close_fixture(fixture *f);
/* With r as its sink. */
wql_call submit(fixture *f, const char *text, recorder *r, uint32_t flags, uint32_t timeout_ms);
/* Pulls to the end. */
wql_status pull_all(wql_call call, uint64_t *rows, wql_error *why);
/* Submits with r as its sink, waits for the end, closes the call. Returns how it ended. */
wql_status run_to_end(fixture *f, const char *text, recorder *r, uint32_t flags);

/* -- threads ----------------------------------------------------------------------------------------------------- */

/* A cancel on a thread of its own: of `call`, or of all calls of `sink`. */
typedef struct canceller {
    pthread_t thread;
    wql_call call;
    wql_session *session;
    const void *sink; /* NULL: by value */
    event *begin;     /* NULL: at once */
    recorder *about;  /* looked at when the cancel has returned; may be NULL */
    wql_status answer;
    int finals, releases; /* of `about`, then */
} canceller;
void canceller_start(canceller *c);
wql_status canceller_join(canceller *c);

#endif
