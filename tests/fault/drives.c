/* SPDX-License-Identifier: MIT */
/* drives.c: calls with a sink, and calls that run ahead: pumped on this thread, or on workers. With workers the order of
 * allocations differs from run to run; what is promised does not. */
#include "fault.h"

/* Runs the pump until the call has ended; its deadline ends the test if nothing else does. */
static wql_status pump_to_end(world *w, wql_pump *pump, wql_call call, witness *seen) {
    wql_status status;
    do {
        (void)wql_call_resume(call);
        while (wql_pump_run(pump, 1000) == WQL_OK) {}
        status = wql_call_wait(call, 0, &w->err);
    } while (status == WQL_S_TIMEDOUT && seen->answer == WQL_S_PENDING);
    if (status == WQL_S_TIMEDOUT) broken(w, "an idle pump has a call that has not ended");
    if (status != seen->final) broken(w, "the final status and the wait's answer differ");
    return status;
}

static wql_status pumped_as(world *w, wql_status answer, uint32_t flags) {
    witness seen = {.answer = answer};
    wql_sink sink = sink_of(&seen);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_pump *pump;
    wql_call call;
    int accepted = 0;
    wql_status status = try_pump(w, &pump);
    if (status < 0) return status;
    how.sink = &sink;
    how.pump = pump;
    how.flags = flags;
    how.timeout_ms = 60000;
    status = try_exec(w, w->session, "SELECT Id FROM Tick WHERE Id <> 7", &how, &call);
    if (status >= 0) {
        accepted = 1;
        status = pump_to_end(w, pump, call, &seen);
        wql_call_close(call);
    }
    wql_pump_close(pump);
    check_witness(w, &seen, accepted);
    w->rows += seen.rows;
    return status;
}

static wql_status pumped(world *w) { return pumped_as(w, WQL_OK, WQL_SEND_STATUS); }
static wql_status pumped_with_pauses(world *w) { return pumped_as(w, WQL_S_PENDING, WQL_FINAL_ON_WORKER); }

/* Two calls of one pump, one of them with a mistake that only its run can tell. */
static wql_status pumped_together(world *w) {
    static const char *const texts[] = {"SELECT Id FROM Tick WHERE Id < 2000", "SELECT Nope FROM Tick"};
    witness seen[2] = {{0}, {0}};
    wql_sink sinks[2] = {sink_of(&seen[0]), sink_of(&seen[1])};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call calls[2];
    wql_pump *pump;
    int accepted = 0;
    wql_status status = try_pump(w, &pump), first;
    if (status < 0) return status;
    how.pump = pump;
    for (; accepted < 2 && status >= 0; accepted++) {
        how.sink = &sinks[accepted];
        status = try_exec(w, w->session, texts[accepted], &how, &calls[accepted]);
        if (status < 0) break;
    }
    while (wql_pump_run(pump, 0) == WQL_OK) {}
    for (int i = 0; i < 2; i++) check_witness(w, &seen[i], i < accepted);
    if (accepted == 2) {
        wql_error err = w->err;
        first = wql_call_wait(calls[0], 0, &w->err);
        status = wql_call_wait(calls[1], 0, &err);
        if (first >= 0 && status == WQL_E_INVALID_QUERY)
            status = WQL_OK;
        else if (status < 0 && status != WQL_E_INVALID_QUERY)
            w->err = err;
        else
            status = first;
    }
    for (int i = 0; i < accepted; i++) wql_call_close(calls[i]);
    wql_pump_close(pump);
    w->rows += seen[0].rows;
    return status;
}

/* Fire and forget: no handle, the pump's end ends it. */
static wql_status forgotten(world *w) {
    witness seen = {0};
    wql_sink sink = sink_of(&seen);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_pump *pump;
    wql_status status = try_pump(w, &pump);
    if (status < 0) return status;
    how.sink = &sink;
    how.pump = pump;
    status = wql_session_exec(w->session, wql_s("SELECT * FROM Tick"), &how, NULL, &w->err);
    if (status >= 0) {
        while (wql_pump_run(pump, 500) == WQL_OK) {}
        check_witness(w, &seen, 1);
        w->rows += seen.rows;
        status = seen.final;
        if (status < 0) w->err = seen.error;
    } else {
        check_witness(w, &seen, 0);
    }
    wql_pump_close(pump);
    return status;
}

/* -- on workers -------------------------------------------------------------------------------------------------- */

static wql_status pushed(world *w) {
    witness seen = {0};
    wql_sink sink = sink_of(&seen);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    wql_status status;
    how.sink = &sink;
    how.timeout_ms = 60000;
    status = try_exec(w, w->session, "SELECT Id, Name FROM Tick WHERE Name LIKE '%5%' OR Id >= 0", &how, &call);
    if (status < 0) {
        check_witness(w, &seen, 0);
        return status;
    }
    status = wql_call_wait(call, WQL_FOREVER, &w->err);
    if (status != seen.final) broken(w, "the final status and the wait's answer differ");
    check_witness(w, &seen, 1);
    wql_call_close(call);
    w->rows += seen.rows;
    return status;
}

static wql_status run_ahead(world *w) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    wql_status status;
    how.flags = WQL_RUN_AHEAD;
    how.batch_rows = 100;
    status = try_exec(w, w->session, "SELECT * FROM Tick", &how, &call);
    if (status < 0) return status;
    status = pull(w, call, 0);
    wql_call_close(call);
    return status;
}

const scenario drive_scenarios[] = {{.name = "pumped",
                                     .mount = mount_ticks,
                                     .run = pumped,
                                     .rows = 2999,
                                     .zero_copy = true,
                                     .probe = "SELECT Id FROM Tick",
                                     .probe_rows = 3000},
                                    {.name = "pumped with pauses",
                                     .mount = mount_ticks,
                                     .run = pumped_with_pauses,
                                     .rows = 2999,
                                     .probe = "SELECT Id FROM Tick",
                                     .probe_rows = 3000},
                                    {.name = "pumped together",
                                     .mount = mount_ticks,
                                     .run = pumped_together,
                                     .rows = 2000,
                                     .probe = "SELECT Id FROM Tick",
                                     .probe_rows = 3000},
                                    {.name = "pumped and forgotten",
                                     .mount = mount_ticks,
                                     .run = forgotten,
                                     .rows = 3000,
                                     .probe = "SELECT Id FROM Tick",
                                     .probe_rows = 3000},
                                    {.name = "pushed",
                                     .mount = mount_ticks,
                                     .run = pushed,
                                     .rows = 3000,
                                     .workers = 2,
                                     .flags = WQL_CONCURRENT,
                                     .probe = "SELECT Id FROM Tick",
                                     .probe_rows = 3000},
                                    {.name = "pushed, a provider that may block",
                                     .mount = mount_ticks,
                                     .run = pushed,
                                     .rows = 3000,
                                     .workers = 1,
                                     .flags = WQL_MAY_BLOCK,
                                     .probe = "SELECT Id FROM Tick",
                                     .probe_rows = 3000},
                                    {.name = "run ahead",
                                     .mount = mount_ticks,
                                     .run = run_ahead,
                                     .rows = 3000,
                                     .workers = 1,
                                     .flags = WQL_CONCURRENT,
                                     .probe = "SELECT Id FROM Tick",
                                     .probe_rows = 3000},
                                    {.name = NULL}};
