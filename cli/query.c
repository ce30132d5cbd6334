/* SPDX-License-Identifier: MIT */
/* query.c: one query, from text to printed rows, or to its plan. */
#include "query.h"

#include "errors.h"
#include "feed.h"
#include "print.h"
#include "progress.h"
#include "stats.h"

#include <wql/query.h>

#include <stdlib.h>
#include <string.h>

enum { IDLE_MS = 250 }; /* rows that a table holds back wait no longer than that for the next ones */

typedef struct run {
    cli_host *host;
    const cli_options *o;
    cli_interrupt *in;
    cli_out *out;
    wql_str text;
    cli_feed feed;
    cli_progress progress;
    wql_error err;
    wql_call_stats stats;
    cli_print print;
} run;

/* A limit may be one on the text, or one that the work has met: if the text alone is refused too, it is the text. */
static bool text_is_at_fault(const run *r, wql_status status) {
    if (r->o->get) return status == WQL_E_QUOTA_VIOLATION && r->err.line > 0;
    return status == WQL_E_QUOTA_VIOLATION && wql_query_check(r->host->engine, r->text, cli_dialect(r->o), NULL, NULL) == status;
}

static int fail(run *r, wql_status status) {
    r->err.status = status;
    if (status == WQL_E_TIMED_OUT)
        cli_say("timed out after %lu ms", (unsigned long)r->o->timeout_ms);
    else
        cli_say_error(&r->err, r->text);
    return cli_exit_code(status, &r->err, text_is_at_fault(r, status));
}

/* How long to wait for the next batch before there is something else to do. */
static uint32_t patience(const run *r) {
    if (r->progress.on) return CLI_PROGRESS_MS;
    return cli_print_holds(&r->print) ? IDLE_MS : WQL_FOREVER;
}

static bool print_batch(run *r, const wql_batch *batch) {
    if (cli_interrupted(r->in)) return false;
    if (r->out->is_tty && r->print.format != CLI_NONE) cli_progress_clear(&r->progress);
    return cli_print_batch(&r->print, batch);
}

/* Takes batch after batch. Returns how the query ended, or WQL_OK if the output can take no more. */
static wql_status take(run *r) {
    int64_t printed_ms = cli_now_ms();
    for (;;) {
        wql_batch *batch = NULL;
        uint64_t done, total;
        wql_status status = cli_feed_next(&r->feed, patience(r), &batch, &r->err);
        bool good = true;
        if (status == WQL_OK) {
            good = print_batch(r, batch);
            wql_batch_release(batch);
            printed_ms = cli_now_ms();
        } else if (status != WQL_S_TIMEDOUT) {
            return status;
        } else if (cli_print_holds(&r->print) && cli_now_ms() - printed_ms >= IDLE_MS) {
            cli_progress_clear(&r->progress);
            good = cli_print_idle(&r->print);
        }
        if (!good) return WQL_OK;
        cli_feed_progress(&r->feed, &done, &total);
        cli_progress_show(&r->progress, done, total);
    }
}

/* What a person should know of a result that is complete. */
static void remark(const run *r) {
    unsigned long long nulled = r->stats.values_nulled, repaired = r->stats.utf8_repaired;
    if (r->o->quiet || r->o->stats) return; /* --stats says both */
    if (nulled) cli_say("%llu value%s could not be read or did not fit, and became NULL", nulled, nulled == 1 ? "" : "s");
    if (repaired) cli_say("%llu text%s had ill-formed UTF-8, shown as U+FFFD", repaired, repaired == 1 ? "" : "s");
}

/* The rows are all there, or as many as there will be: prints what is still held, then says how it went. */
static int finish(run *r, wql_status status) {
    bool complete = status >= 0;
    if (cli_interrupted(r->in)) return CLI_INTERRUPTED;
    if (status == WQL_OK) return CLI_OK; /* the output is at fault, which cli_out knows */
    if (r->o->count && complete) {
        cli_out_u64(r->out, r->stats.rows_delivered);
        cli_out_char(r->out, '\n');
    }
    if (!cli_print_end(&r->print, complete) || !cli_out_flush(r->out)) return CLI_OK;
    if (status == WQL_END) return CLI_OK;
    if (complete && cli_exit_code(status, &r->err, false) == CLI_OK) {
        if (!r->o->quiet) cli_say("%s", r->err.message[0] ? r->err.message : wql_status_text(status));
        return CLI_OK;
    }
    return fail(r, status);
}

/* The values of --param, or in the shell those that this query names. Free them. */
static bool give_params(const run *r, wql_call_options *how, wql_param **values) {
    const cli_params *p = &r->o->params;
    *values = NULL;
    if (p->count == 0) return true;
    *values = malloc(p->count * sizeof **values);
    if (*values == NULL) return false;
    memcpy(*values, p->values, p->count * sizeof **values);
    how->param_count = r->o->mode == CLI_SHELL ? cli_params_named(p, r->text, *values) : p->count;
    how->params = how->param_count ? *values : NULL;
    return true;
}

static int run_call(run *r) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_param *values;
    wql_status status;
    int code;
    if (!give_params(r, &how, &values)) {
        cli_say("out of memory");
        return CLI_FAILED;
    }
    cli_progress_open(&r->progress, r->o->progress);
    how.flags = (r->o->count ? WQL_COUNT_ONLY : 0) | (r->progress.on ? WQL_SEND_STATUS : 0);
    how.timeout_ms = cli_interrupt_begin(r->in);
    how.rows_max = r->o->limit;
    status = r->o->get ? cli_feed_get(&r->feed, r->host->session, r->o->query, &how, &r->err)
                       : cli_feed_open(&r->feed, r->host->session, r->text, &how, &r->err);
    free(values);
    if (status < 0) return fail(r, status);
    cli_interrupt_watch(r->in, r->feed.call);
    status = take(r);
    cli_interrupt_unwatch(r->in);
    cli_progress_end(&r->progress);
    wql_call_get_stats(r->feed.call, &r->stats);
    code = finish(r, status);
    if (code != CLI_INTERRUPTED) {
        if (code == CLI_OK && cli_out_good(r->out)) remark(r);
        if (r->o->stats) cli_say_stats(&r->stats, r->o->sqlite_count > 0);
    }
    cli_feed_close(&r->feed);
    return code;
}

/* --limit 0: the query must mean something, and there are no rows. */
static int run_nothing(run *r) {
    wql_query *query = NULL;
    wql_status status = wql_query_prepare(r->host->session, r->text, &query, &r->err);
    if (status < 0) return fail(r, status);
    cli_interrupt_begin(r->in);
    wql_query_close(query);
    if (r->o->count) cli_out_z(r->out, "0\n");
    cli_print_end(&r->print, true);
    if (r->o->stats) cli_say_stats(&r->stats, false);
    return CLI_OK;
}

int cli_run_query(cli_host *host, const cli_options *o, cli_interrupt *in, cli_out *out) {
    run r;
    int code;
    memset(&r, 0, sizeof r);
    r.err.struct_size = (uint32_t)sizeof r.err;
    r.stats.struct_size = (uint32_t)sizeof r.stats;
    r.host = host;
    r.o = o;
    r.in = in;
    r.out = out;
    r.text = wql_s(o->query);
    cli_print_open(&r.print, o->count ? CLI_NONE : o->format, out, host->session, r.text, o->quiet);
    code = o->has_limit && o->limit == 0 ? run_nothing(&r) : run_call(&r);
    cli_print_free(&r.print);
    return code;
}

int cli_explain_query(cli_host *host, const cli_options *o, cli_interrupt *in, cli_out *out) {
    run r;
    wql_query *query = NULL;
    wql_status status;
    size_t len;
    char *plan;
    memset(&r, 0, sizeof r);
    r.err.struct_size = (uint32_t)sizeof r.err;
    r.host = host;
    r.o = o;
    r.text = wql_s(o->query);
    status = wql_query_prepare(host->session, r.text, &query, &r.err);
    if (status < 0) return fail(&r, status);
    cli_interrupt_begin(in);
    len = wql_query_explain(query, NULL, 0);
    plan = malloc(len + 1);
    if (plan == NULL) {
        wql_query_close(query);
        cli_say("out of memory");
        return CLI_FAILED;
    }
    wql_query_explain(query, plan, len + 1);
    wql_query_close(query);
    cli_out_put(out, plan, len);
    if (len > 0 && plan[len - 1] != '\n') cli_out_char(out, '\n');
    free(plan);
    return CLI_OK;
}
