/* SPDX-License-Identifier: MIT */
/* union.c: the scans of a run one after the other; where one must wait, the next goes on meanwhile. Rows of different classes
 * never share a batch, so whatever is in hand goes out before another scan's turn. */
#include "inside.h"

#include "../data/value.h"

#include <string.h>

static wql__scan *current(wql__run *run) { return &run->scans[run->current]; }

/* -- rows that came ---------------------------------------------------------------------------------------------- */

static const char *const operator_names[] = {"?", "=", "<>", "<", "<=", ">", ">=", "LIKE", "IS NULL", "IS NOT NULL"};

/* "Class.Property = 'x'" of a conjunct, for the fault. */
static void print_conjunct(const wql__scan *scan, const wql_conjunct *conjunct, char *buf, size_t size) {
    wql__out out = {buf, size, 0};
    wql__out_format(&out, "%s.%s %s", scan->cls->def.name, scan->cls->def.properties[conjunct->property].name,
                    operator_names[conjunct->op <= WQL_NOT_NULL ? conjunct->op : 0]);
    for (uint32_t i = 0; conjunct->values && i < conjunct->count && i < 3; i++) {
        wql__out_z(&out, i ? " or " : " ");
        wql__value_print(&out, &conjunct->values[i]);
    }
    if (conjunct->count > 3) wql__out_z(&out, " or ...");
    (void)wql__out_end(&out);
}

static wql_status no_memory(wql__run *run) {
    wql__error_clear(run->failure);
    return wql__fail_memory(run->mem, run->failure);
}

/* Conditions that the provider took as exact must hold for every row it brings. */
static wql_status check_promises(wql__scan *scan, const wql_batch *source) {
    wql__run *run = scan->run;
    wql__rows *checked = &run->passed->rows; /* nothing has passed yet */
    for (uint32_t i = 0; i < scan->exact_count; i++) {
        uint32_t number = scan->plan->conjuncts[i].pushed;
        char text[200];
        if (!scan->exact[i].root) continue;
        wql__rows_fill(checked, source->rows);
        if (wql__filter_run(&scan->exact[i], source, checked, NULL) < 0) return no_memory(run);
        if (checked->count == source->rows || wql__run_stopped(run)) continue;
        print_conjunct(scan, &scan->plan->pushed[number], text, sizeof text);
        wql__error_clear(run->failure);
        return wql__mount_fault(scan->mount, run->failure, "promised %s exactly and brought %u rows that do not fulfil it", text,
                                source->rows - checked->count);
    }
    return WQL_OK;
}

/* What a lane counts is the call's when its part's turn has come. */
void wql__run_count(wql__run *run, uint64_t rows) {
    uint64_t max = run->env->rows_max;
    if (max && rows > max - run->given) rows = max - run->given;
    run->given += rows;
    if (!run->parent) wql__run_add(&run->env->stats->rows_out, rows);
}

/* What the scan brought, through its filter: rows that pass become the input. */
static wql_status take_source(wql__run *run, wql__scan *scan) {
    wql_batch *source = scan->source;
    bool counting = (run->env->flags & WQL_COUNT_ONLY) != 0;
    wql__rows *passed;
    wql_status status;
    scan->source = NULL;
    run->input.source = source; /* from here on it is released with the input */
    if (!run->passed) run->passed = wql__rows_borrow(run->env->spares);
    if (!run->passed) return no_memory(run);
    status = scan->is_filtered ? WQL_OK : check_promises(scan, source);
    if (status < 0) return status;
    passed = &run->passed->rows;
    wql__rows_fill(passed, source->rows);
    if (!scan->is_filtered && wql__filter_run(&scan->filter, source, passed, NULL) < 0) return no_memory(run);
    if (counting && !wql__run_stopped(run)) wql__run_count(run, passed->count);
    if (counting || passed->count == 0) {
        wql__project_done(run);
        return WQL_OK;
    }
    run->input.count = passed->count;
    run->input.since = scan->brought ? run->now_us : scan->rows_since;
    if (!wql__outputs_parts(scan, source)) return no_memory(run);
    if (passed->count < source->rows) wql__project_choose(run, scan, passed);
    return WQL_OK;
}

/* -- whose turn it is -------------------------------------------------------------------------------------------- */

static void next_turn(wql__run *run) {
    for (uint32_t i = 0; i < run->scan_count; i++) {
        run->current = run->current + 1 < run->scan_count ? run->current + 1 : 0;
        if (!current(run)->done && !current(run)->blocked) return;
    }
}

/* Somebody got on: who is blocked is asked again before the run says that it is. */
static void unblock(wql__run *run) {
    for (uint32_t i = 0; run->blocked && i < run->scan_count; i++) {
        if (!run->scans[i].blocked) continue;
        run->scans[i].blocked = false;
        run->scans[i].after = WQL_OK;
    }
    run->blocked = 0;
}

void wql__union_retry(wql__run *run) {
    for (uint32_t i = 0; i < run->scan_count; i++)
        if (run->scans[i].fanned) wql__fan_retry(&run->scans[i]);
    if (run->unfinished && current(run)->after == WQL_S_PENDING) current(run)->after = WQL_OK;
    unblock(run);
}

/* The current scan has to wait: others go on meanwhile. WQL_S_PENDING: there are none. */
static wql_status block(wql__run *run) {
    current(run)->blocked = true;
    if (++run->blocked == run->unfinished) return WQL_S_PENDING; /* the next wql__run_next asks again */
    next_turn(run);
    return WQL_OK;
}

/* The current scan has brought its last row. */
static void finish(wql__run *run) {
    wql__scan *scan = current(run);
    scan->done = true;
    (void)wql__scan_close(scan); /* if its provider is busy, wql__run_close sees to it */
    unblock(run);
    if (--run->unfinished) next_turn(run);
}

/* The current scan does not go on now; nothing of it is in hand. WQL_END: a lane is through with its part. */
static wql_status settle(wql__run *run) {
    wql__scan *scan = current(run);
    if (scan->after < 0) return scan->after;
    if (scan->after == WQL_S_PENDING) return block(run);
    if (scan->after == WQL_S_PARTIAL_RESULTS) run->partial = true;
    scan->after = WQL_OK;
    if (scan->part + 1 < scan->part_end) {
        wql__scan_advance(scan, scan->part + 1);
        return WQL_OK;
    }
    if (scan->is_lane) return WQL_END;
    if (scan->fan) {
        scan->fanned = true;
        (void)wql__scan_close(scan);
        return WQL_OK;
    }
    finish(run);
    return WQL_OK;
}

/* The current scan's rows come from others. */
static wql_status take_fan(wql__run *run, wql_batch **out) {
    wql_status status = wql__fan_step(current(run), out);
    if (status == WQL_S_PENDING) {
        current(run)->after = status;
        return block(run);
    }
    if (status == WQL_OK) unblock(run);
    if (status != WQL_END) return status;
    finish(run);
    return WQL_OK;
}

/* Rows in hand that should not wait for the next ones. */
static bool is_due(const wql__run *run) {
    return run->gathering.rows && run->now_us - run->gathering.since >= (int64_t)run->env->batch_age_ms * 1000;
}

wql_status wql__union_rest(wql__run *run, wql_batch **out) {
    return run->input.source ? wql__project(run, current(run), out) : wql__project_flush(run, current(run), out);
}

wql_status wql__union_step(wql__run *run, wql_batch **out) {
    wql__scan *scan = current(run);
    if (run->input.source) return wql__project(run, scan, out);
    if (wql__run_stopped(run)) return wql__run_cancelled(run);
    if (scan->fanned) return take_fan(run, out);
    if (scan->after == WQL_OK) {
        if (is_due(run)) return wql__project_flush(run, scan, out);
        wql__scan_pull(scan);
        if (scan->source || scan->counted_rows || scan->dropped_rows) unblock(run);
        wql__run_count(run, scan->counted_rows);
        if (scan->source) return take_source(run, scan);
        if (scan->after == WQL_OK) return WQL_OK;
    }
    return run->gathering.rows ? wql__project_flush(run, scan, out) : settle(run);
}
