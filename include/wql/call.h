/* SPDX-License-Identifier: MIT */
/* call.h: one running operation, however it is driven.
 *
 * A call is a value, like a file descriptor with a generation: late use is WQL_E_NOT_FOUND, never undefined, as long as its
 * engine is open. It is driven in one of three ways, with the same rows and the same promises:
 *
 *   pulled   no sink: wql_call_next does the work on the caller's thread, or takes what workers ran ahead (WQL_RUN_AHEAD)
 *   pushed   a sink: workers run the call and call the sink
 *   pumped   a sink and a pump: the thread that runs the pump runs the call and calls the sink
 *
 * The promises of a call with a sink (WMI's, made exact):
 *   - a submission either fails and never touches the sink, or calls add_ref once and owes it exactly one final status
 *   - callbacks of one call never overlap, hold no lock of the library's, and come in the order of the rows
 *   - indicate never brings an empty batch; nothing comes after the final status but one release
 *   - when a cancel has returned, nothing is delivered any more (wql_call_cancel has the exact words) */
#ifndef WQL_CALL_H
#define WQL_CALL_H

#include "batch.h"
#include "engine.h"

WQL_BEGIN

typedef struct wql_pump wql_pump;

/* Never look inside. */
typedef struct wql_call {
    wql_engine *engine;
    uint64_t id;
} wql_call;

/* A status of a call: progress, or the final one. Valid during the callback. */
typedef struct wql_report {
    uint32_t struct_size;
    uint32_t is_final; /* 1: the one final status; 0: progress */
    wql_status status; /* final: how the call ended; progress: WQL_OK */
    uint32_t zero;
    uint64_t done,
        total; /* rows looked at, and about how many there are; final: rows delivered (WQL_COUNT_ONLY: counted), twice */
    const wql_error *error; /* final and not WQL_OK: what happened; else NULL */
    wql_str text;           /* final of a put: the path of the object; else empty */
} wql_report;

/* An error as an object, for those who take nothing else: an instance of the system class __ExtendedStatus, a batch of one row
 * that owns its bytes and may outlive the engine. Its columns:
 *   StatusCode     the status, as the 32 bits of a uint32
 *   Description    the message
 *   Operation      `operation`; NULL: none was given
 *   ParameterInfo  for programs, NULL if there is nothing: name=value with a semicolon between, in this order, each only where it
 *                  applies: offset, length, line, column (of the place in the query's text, as in wql_error), limit and value (of
 *                  what was reached), hint (to the end of the text; it may hold any character)
 *   ProviderName   the provider involved, or "Windows Management", as WMI has it
 * @param engine     whose memory it is; NULL: the C library's
 * @param operation  what was asked for, such as "ExecQuery"; may be NULL
 * @param out        [out] release it
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER (no error, or one without a status; no place; an operation that is not well-formed);
 * WQL_E_OUT_OF_MEMORY; WQL_E_QUOTA_VIOLATION (memory_max). Thread-safety: free, callback-safe. */
WQL_API wql_status wql_error_object(wql_engine *engine, const wql_error *error, const char *operation, wql_batch **out);

/* The client's object. Copied at submission; `user` is its identity for wql_session_cancel and is never dereferenced.
 * indicate: < 0 cancels the call; WQL_S_PENDING pauses it until wql_call_resume; any other success is success.
 * status:   < 0 from progress cancels; what the final one returns is ignored. May be NULL.
 * add_ref and release: both or neither. add_ref is called once, by the submitting thread, when the call is accepted; release
 * once, after the final status. An object whose count starts at 0 dies in that release, one that starts at 1 outlives it.
 * Callbacks must not throw, longjmp or exit the thread. errno is theirs to use. */
typedef struct wql_sink {
    uint32_t struct_size;
    void *user;
    wql_status (*indicate)(void *user, wql_call call, const wql_batch *batch);
    wql_status (*status)(void *user, wql_call call, const wql_report *report);
    void (*add_ref)(void *user);
    void (*release)(void *user);
} wql_sink;

/* Flags of a call: WMI's bits, then ours. */
enum {
    WQL_PROTOTYPE = 2,            /* the query is not run: one class comes back, see wql_session_exec */
    WQL_SEND_STATUS = 0x80,       /* the sink also wants progress */
    WQL_ENSURE_LOCATABLE = 0x100, /* read the keys too, so that __PATH is filled */
    WQL_DIRECT_READ = 0x200,      /* the named class only, none derived from it */
    WQL_RUN_AHEAD = 0x1000000,    /* pulled: workers fill a bounded buffer */
    WQL_KEEP = 0x2000000,         /* pulled: batches stay until the call is closed, see wql_call_at */
    WQL_COUNT_ONLY = 0x4000000,   /* no batches; the count is `done` of the final report and rows_delivered of the statistics */
    WQL_KEYS_ONLY = 0x8000000,    /* `*` stands for the key properties only */
    WQL_FINAL_ON_WORKER = 0x10000000 /* a canceller never runs the final status itself */
};

/* How to run a call. NULL, or a zero field, is the default. Everything is copied.
 *
 * Parameters. In a session of dialect WQL_PARAMETERS `?` and `@name` stand for the constant of a comparison (behind LIKE and ISA
 * too), each time for a value of `params`: `@name` for the one of that name (without regard to case; as often as it is written),
 * the first `?` for the first value whose name is NULL, and so on. A value means what the literal means that spells it
 * (wql_quote), and becomes a value of the property's type by the same rules, once, when the call starts; but a comparison with a
 * value that is NULL is unknown, and so is its negation: NULL is asked for with IS NULL. A text behind LIKE is a pattern.
 *
 * The submission fails with WQL_E_INVALID_PARAMETER, naming the value, where no query could use it: an array, an object, a type
 * that is none, a text that is not well-formed, a number beyond its own type or not finite, a datetime beyond CIM's range, an
 * empty name, a name that is given twice.
 *
 * The call ends with WQL_E_INVALID_PARAMETER, naming the parameter, with its place in the query, where the two do not fit: a
 * parameter without a value, a value without a parameter, a value that cannot be compared with the property; and with
 * WQL_E_QUOTA_VIOLATION for a pattern longer than pattern_chars_max. */
typedef struct wql_call_options {
    uint32_t struct_size;
    uint32_t flags;
    const wql_sink *sink;     /* NULL: pulled */
    wql_pump *pump;           /* with a sink: pumped */
    const wql_param *params;  /* values of the query's parameters */
    const wql_param *context; /* named values handed to providers (wql_scan_context): no objects, each name once */
    uint32_t param_count, context_count;
    uint32_t timeout_ms; /* from submission; made an absolute deadline over everything the call does; 0 = none */
    uint32_t
        batch_rows; /* most rows of a batch, 1 to 2,048; 0: full with 1,024, and what a provider brought at once stays together */
    uint32_t batch_bytes;  /* bytes of a batch; 256 KiB */
    uint32_t batch_age_ms; /* how old a row may get before it is delivered; 20 */
    uint64_t rows_max;     /* end after so many rows; 0 = no limit */
} wql_call_options;

/* What a call did so far. */
typedef struct wql_call_stats {
    uint32_t struct_size;
    uint32_t batches;        /* delivered */
    uint64_t rows_scanned;   /* that came from providers */
    uint64_t rows_delivered; /* or counted */
    uint64_t elapsed_ns;     /* since submission, until the final status */
    uint64_t first_batch_ns; /* from submission to the first batch; 0 = none yet */
    uint64_t provider_ns;    /* inside providers */
    uint64_t sink_ns;        /* inside the sink */
    uint64_t values_nulled;  /* values that could not be read or did not fit, and became NULL */
    uint64_t utf8_repaired;  /* texts in which ill-formed bytes became U+FFFD */
} wql_call_stats;

/* The next batch of a pulled call.
 * @param timeout_ms  0 = do not wait for anything; WQL_FOREVER = as long as it takes. Without workers the time is looked at
 * between batches and bounds a provider only as far as the provider looks at it.
 * @param out         [out] release it; set on WQL_OK only
 * Returns WQL_OK; WQL_END; WQL_S_TIMEDOUT (the call goes on); WQL_S_PARTIAL_RESULTS and other remarks in place of WQL_END; or how
 * the call failed, again at each further call: any code of wql_query_prepare, WQL_E_INVALID_PARAMETER (a parameter),
 * WQL_E_CALL_CANCELLED, WQL_E_TIMED_OUT (the call's own deadline), WQL_E_SHUTTING_DOWN, WQL_E_PROVIDER_FAILURE or the provider's
 * own, WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. WQL_E_NOT_FOUND: stale; WQL_E_INVALID_OPERATION: it has a sink, or another
 * thread is inside; WQL_E_INVALID_PARAMETER. Thread-safety: one at a time for one call; callback-safe for another call. */
WQL_API wql_status wql_call_next(wql_call call, uint32_t timeout_ms, wql_batch **out, wql_error *err);

/* Batch `index` (from 0) of a WQL_KEEP call, which is run on until there is one. Batches of a call keep their numbers, so that a
 * position is a number: beginning again is 0, a second reader is a number of its own, skipping is adding. wql_call_next has a
 * position too and leaves the others alone. What is kept counts against memory_max until the call is closed, and can be read
 * after the call has ended in whichever way.
 * @param timeout_ms  as for wql_call_next; waiting for another reader who is making batches counts
 * @param out         [out] release it; set on WQL_OK only
 * Returns WQL_OK; WQL_END and the other codes of wql_call_next: the call has ended, and has no such batch; WQL_S_TIMEDOUT;
 * WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION: no room to keep one more, ask again; WQL_E_NOT_FOUND: stale;
 * WQL_E_INVALID_OPERATION: not a WQL_KEEP call; WQL_E_INVALID_PARAMETER. Thread-safety: free; callback-safe for another call. */
WQL_API wql_status wql_call_at(wql_call call, uint64_t index, uint32_t timeout_ms, wql_batch **out, wql_error *err);

/* Waits for a call with a sink: until its final status was delivered and its sink released.
 * Returns how the call ended (WQL_OK, a remark, or a failure with `err` filled); WQL_S_TIMEDOUT: it goes on;
 * WQL_E_INVALID_OPERATION: inside any callback of the engine, on a call without a sink, or with a timeout other than 0 on the
 * thread that pumps it; WQL_E_NOT_FOUND: stale. Thread-safety: free. */
WQL_API wql_status wql_call_wait(wql_call call, uint32_t timeout_ms, wql_error *err);

/* Ends a call early. Advisory towards the provider, exact towards the client:
 *   WQL_OK on a thread outside the call's callbacks: the final status was delivered (WQL_E_CALL_CANCELLED, or the natural end if
 * that came first), the sink is released, no callback runs or will run. A pulled call: its next answers WQL_E_CALL_CANCELLED.
 *   WQL_S_PENDING inside a callback of this call (its release too): it takes effect as the callback unwinds.
 *   WQL_S_TIMEDOUT: a callback has held its thread beyond cancel_wait_ms (or waits for this thread in turn). No new data comes;
 * the one final status still will, so keep the sink alive. WQL_E_NOT_FOUND: closed, or recycled, long ago: the promise of WQL_OK
 * holds. The final status and release may run inside, on the cancelling thread, unless the call is pumped or WQL_FINAL_ON_WORKER
 * is set. Never waits for a provider. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_call_cancel(wql_call call);

/* Lets a call go on whose indicate returned WQL_S_PENDING; may come before that return. More resumes than pauses do no harm.
 * Returns WQL_OK; WQL_E_NOT_FOUND; WQL_E_INVALID_OPERATION (pulled). Thread-safety: free, callback-safe. */
WQL_API wql_status wql_call_resume(wql_call call);

/* Reads the statistics, while the call runs or afterwards. `out->struct_size` must be set.
 * Returns WQL_OK; WQL_E_NOT_FOUND; WQL_E_INVALID_PARAMETER. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_call_get_stats(wql_call call, wql_call_stats *out);

/* Gives the call back. A pulled call that runs is cancelled; one with a sink runs on by itself. The value is stale from then on.
 * Returns WQL_OK; WQL_E_NOT_FOUND. Thread-safety: free, callback-safe; not while another thread is inside wql_call_next on it. */
WQL_API wql_status wql_call_close(wql_call call);

/* Cancels every call of this engine's sessions whose sink has that `user`, as wql_call_cancel does each; all are ended before any
 * is waited for. The pointer is compared, never dereferenced. One bound for all. Returns WQL_OK; WQL_S_PENDING; WQL_S_TIMEDOUT
 * (outranks PENDING, which outranks OK); WQL_E_NOT_FOUND: none (the promise of WQL_OK holds); WQL_E_INVALID_PARAMETER (NULL).
 * Only calls started through sessions of the same principal are looked at. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_session_cancel(wql_session *session, const void *sink_user);

/* A pump: where a host with its own event loop lets its calls run. Its thread is the one that opened it, then the last that ran
 * it. Returns WQL_OK; WQL_E_INVALID_PARAMETER; WQL_E_OUT_OF_MEMORY; WQL_E_NOT_AVAILABLE (no descriptor left);
 * WQL_E_SHUTTING_DOWN. Thread-safety: free. */
WQL_API wql_status wql_pump_open(wql_engine *engine, wql_pump **out, wql_error *err);

/* Cancels the pump's calls, delivers their final statuses, and lets the pump go. On the pump's thread only, not in a callback.
 * Accepts NULL. */
WQL_API void wql_pump_close(wql_pump *pump);

/* A descriptor that polls readable while there is work; owned by the pump. -1 for NULL. Thread-safety: free. */
WQL_API int wql_pump_fd(const wql_pump *pump);

/* Runs the pump's calls for about that long: scans and callbacks happen in here. Also looks at the deadlines of its calls.
 * @param budget_us  0 = one step of one call
 * Returns WQL_OK: there is more to do; WQL_END: idle; WQL_E_INVALID_OPERATION: in a callback, or another thread is inside;
 * WQL_E_INVALID_PARAMETER. Thread-safety: one at a time. */
WQL_API wql_status wql_pump_run(wql_pump *pump, uint32_t budget_us);

WQL_FINISH

#endif
