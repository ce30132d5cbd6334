/* SPDX-License-Identifier: MIT */
/* duckdb_calls.c: what a call of DuckDB costs beside its rows: preparing a text, the first rows, and the end after an interrupt.
 */
#include "duckdb.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

double duck_prepare(bench_run *run, const char *text, uint32_t times) {
    duck *d = run->guest_state;
    duck_statement statement;
    double start = bench_clock(run->machine);
    for (uint32_t i = 0; i < times; i++) {
        if (d->api.prepare(d->connection, text, &statement) != 0) bench_stop(d->api.prepare_error(statement));
        d->api.destroy_prepare(&statement);
    }
    return (bench_clock(run->machine) - start) / times;
}

double duck_first(bench_run *run, const char *text, bool streaming) {
    duck *d = run->guest_state;
    duck_result result;
    duck_chunk chunk;
    double start = bench_now(), took;
    if (!duck_execute(d, d->connection, text, streaming, &result)) bench_stop("DuckDB was interrupted by nobody");
    chunk = d->api.fetch_chunk(result);
    if (!chunk || !d->api.data_chunk_get_size(chunk)) bench_stop("DuckDB has no first rows");
    took = bench_now() - start;
    d->api.destroy_data_chunk(&chunk);
    d->api.destroy_result(&result);
    return took;
}

/* -- interrupt ---------------------------------------------------------------------------------------------------- */

typedef struct running {
    duck *d;
    const char *text;
    _Atomic bool started;
    bool ended; /* by itself */
    double returned;
} running;

static void *run_text(void *user) {
    running *r = user;
    duck_result result;
    atomic_store(&r->started, true);
    r->ended = duck_execute(r->d, r->d->connection, r->text, false, &result);
    r->returned = bench_now();
    if (r->ended) r->d->api.destroy_result(&result);
    return NULL;
}

double duck_interrupt(bench_run *run, const char *text, double after) {
    running r = {.d = run->guest_state, .text = text};
    pthread_t thread;
    double start;
    if (pthread_create(&thread, NULL, run_text, &r) != 0) bench_stop("no thread");
    while (!atomic_load(&r.started)) continue;
    bench_spin(after);
    start = bench_now();
    r.d->api.interrupt(r.d->connection);
    pthread_join(thread, NULL);
    return r.ended || r.returned < start ? -1 : r.returned - start;
}

/* -- a result that stays open ------------------------------------------------------------------------------------- */

/* A connection has one streamed result at a time. */
typedef struct opened {
    duck_connection connection;
    duck_result result;
} opened;

void *duck_hold(bench_run *run, const char *text) {
    duck *d = run->guest_state;
    opened *o = calloc(1, sizeof *o);
    duck_chunk chunk;
    if (!o) bench_stop("out of memory");
    if (d->api.connect(d->database, &o->connection) != 0) bench_stop("DuckDB gives no more connections");
    if (!duck_execute(d, o->connection, text, true, &o->result)) bench_stop("DuckDB was interrupted by nobody");
    chunk = d->api.fetch_chunk(o->result);
    if (!chunk) bench_stop("DuckDB has no first rows");
    d->api.destroy_data_chunk(&chunk);
    return o;
}

void duck_let_go(bench_run *run, void *held) {
    duck *d = run->guest_state;
    opened *o = held;
    d->api.destroy_result(&o->result);
    d->api.disconnect(&o->connection);
    free(o);
}
