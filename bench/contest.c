/* SPDX-License-Identifier: MIT */
/* contest.c: one query, everybody over the same rows. First every entrant's answer is compared, hash by hash, with the right one;
 * then they are timed in rounds, each round in another order, and each timed answer is compared again. Who was wrong once has no
 * time. */
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OURS, HAND, SIMD, PEER, BESIDE };
enum { ENTRANTS_MAX = 96 };
static const double close_to_best = 1.25; /* ways of a peer that are slower than this in the check are not timed */

typedef struct entrant {
    int engine;
    const char *suffix;          /* of the layout or the provider */
    char what[BENCH_QUERY_ROOM]; /* for people; of OURS, PEER and BESIDE it is the text itself */
    int drive, query;
    const bench_peer *peer; /* of PEER */
    uint32_t way;
    bench_loop loop;
    bool shared; /* on two threads */
    bool wrong, left_out;
    double first_time;
    bench_series series;
} entrant;

typedef struct contest {
    bench_run *run;
    int query;
    const bench_table *table; /* the variant that the query is over */
    entrant entrants[ENTRANTS_MAX];
    uint32_t count;
    bench_series bound; /* ns/row */
    bench_answer right, right_exact, right_beside;
} contest;

bool bench_check(bench_run *run, bool right, const char *format, ...) {
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    run->passed += right;
    run->failed += !right;
    if (run->check_only || !right) printf("%s %s\n", right ? "ok" : "not ok", text);
    return right;
}

void bench_id(char id[48], const char *name, const char *suffix, uint64_t rows) {
    int len = snprintf(id, 48, "%s%s", name, suffix);
    if (rows == 10000000 || len >= 48) return;
    if (rows % 1000000 == 0)
        snprintf(id + len, 48 - (size_t)len, ".%llum", (unsigned long long)rows / 1000000);
    else
        snprintf(id + len, 48 - (size_t)len, ".n%llu", (unsigned long long)rows);
}

/* -- who takes part ---------------------------------------------------------------------------------------------- */

static entrant *enter(contest *c, int engine, const char *suffix) {
    entrant *e = &c->entrants[c->count++];
    if (c->count > ENTRANTS_MAX) bench_stop("too many entrants in one contest");
    memset(e, 0, sizeof *e);
    e->engine = engine;
    e->suffix = suffix;
    e->query = c->query;
    return e;
}

static void enter_ours(contest *c, const char *suffix, const char *class_name, int drive) {
    entrant *e = enter(c, OURS, suffix);
    bench_wql(c->query, class_name, e->what, sizeof e->what);
    e->drive = drive;
}

static void enter_loop(contest *c, int engine, const char *suffix, const char *what, bench_loop loop) {
    entrant *e;
    if (!loop) return;
    e = enter(c, engine, suffix);
    snprintf(e->what, sizeof e->what, "%s", what);
    e->loop = loop;
}

static void enter_peer(contest *c, const bench_peer *peer) {
    char text[sizeof c->entrants->what];
    for (uint32_t number = 0; peer->way(c->query, number, text, sizeof text); number++) {
        entrant *e = enter(c, PEER, "");
        memcpy(e->what, text, sizeof text);
        e->peer = peer;
        e->way = number;
    }
}

static void enter_all_ours(contest *c) {
    int q = c->query;
    if (bench_queries[q].class_name) {
        enter_ours(c, "", bench_queries[q].class_name, BENCH_PUMPED);
        return;
    }
    enter_ours(c, "", "Item", BENCH_PUMPED);
    enter_ours(c, ".copy", "ItemCopy", BENCH_PUMPED);
    if (q == BENCH_Q1 || q == BENCH_Q6 || q == BENCH_Q8) enter_ours(c, ".checked", "ItemNoId", BENCH_PUMPED);
    if (q == BENCH_Q4 || q == BENCH_Q5 || q == BENCH_Q10 || q == BENCH_Q11) enter_ours(c, ".dict", "ItemDict", BENCH_PUMPED);
    if (q == BENCH_Q4 || q == BENCH_Q6 || q == BENCH_Q8) enter_ours(c, ".views", "ItemViews", BENCH_PUMPED);
    if (q >= BENCH_Q4 && q <= BENCH_Q7) enter_ours(c, ".t2", "Item", BENCH_SHARED);
    if (q == BENCH_Q2) enter_ours(c, ".pulled", "Item", BENCH_PULLED);
    if (q == BENCH_Q2) enter_ours(c, ".pushed", "Item", BENCH_PUSHED);
}

static void enter_shared(contest *c) {
    if (c->query < BENCH_Q4 || c->query > BENCH_Q7) return;
    enter_loop(c, HAND, ".t2", "by hand, two threads", bench_hand(c->query, WQL_OFFSETS));
    c->entrants[c->count - 1].shared = true;
}

/* The engine with the query that this one is compared with. */
static void enter_beside(contest *c) {
    entrant *e;
    if (!bench_queries[c->query].compared) return;
    e = enter(c, BESIDE, "");
    e->query = bench_queries[c->query].beside;
    bench_wql(e->query, "Item", e->what, sizeof e->what);
    e->drive = BENCH_PUMPED;
}

static void enter_all(contest *c) {
    const bench_guest *guest = c->run->guest;
    enter_all_ours(c);
    enter_shared(c);
    enter_beside(c);
    enter_loop(c, HAND, "", "by hand", bench_hand(c->query, WQL_OFFSETS));
    enter_loop(c, HAND, ".dict", "by hand, dictionary", bench_hand(c->query, WQL_CODES));
    enter_loop(c, HAND, ".views", "by hand, views", bench_hand(c->query, WQL_VIEWS));
    for (int isa = BENCH_AVX2; isa <= c->run->machine->best_isa; isa++)
        enter_loop(c, SIMD, "", bench_isa_name(isa), bench_simd(c->query, isa));
    enter_peer(c, &bench_sqlite_peer);
    for (uint32_t i = 0; guest && i < guest->peer_count; i++) enter_peer(c, &guest->peers[i]);
}

/* -- runs -------------------------------------------------------------------------------------------------------- */

static double run_entrant(contest *c, entrant *e, bench_answer *answer) {
    bool elsewhere = e->shared || (e->engine == OURS && e->drive >= BENCH_PUSHED); /* not this thread's time */
    double start = elsewhere ? bench_now() : bench_clock(c->run->machine);
    if (e->engine == OURS || e->engine == BESIDE)
        bench_ours_run(&c->run->ours, e->drive, e->what, bench_queries[e->query].flags, answer);
    else if (e->engine == PEER)
        e->peer->execute(c->run, c->query, e->way, e->what, answer);
    else if (e->shared)
        bench_loop_shared(e->loop, c->run->table, answer);
    else
        e->loop(c->table, answer);
    return (elsewhere ? bench_now() : bench_clock(c->run->machine)) - start;
}

static const char *name_of(const entrant *e) {
    static const char *const names[] = {"wql", "loop", "simd", NULL, "wql beside it"};
    return e->engine == PEER ? e->peer->name : names[e->engine];
}

static const bench_answer *right_of(const contest *c, const entrant *e) {
    if (e->engine == BESIDE) return &c->right_beside;
    return e->engine == PEER && e->peer->exact ? &c->right_exact : &c->right;
}

/* Of the ways of a peer only those are timed that could be its fastest. */
static void leave_out_slow(contest *c) {
    for (uint32_t i = 0; i < c->count; i++) {
        const entrant *e = &c->entrants[i];
        for (uint32_t j = 0; e->engine == PEER && !e->wrong && j < c->count; j++) {
            entrant *other = &c->entrants[j];
            if (other->peer == e->peer && other->first_time > e->first_time * close_to_best) other->left_out = true;
        }
    }
}

static void check_all(contest *c) {
    bench_right_answer(c->table, c->query, false, &c->right);
    bench_right_answer(c->table, c->query, true, &c->right_exact);
    if (bench_queries[c->query].compared)
        bench_right_answer(c->run->table, bench_queries[c->query].beside, false, &c->right_beside);
    for (uint32_t i = 0; i < c->count; i++) {
        entrant *e = &c->entrants[i];
        const bench_answer *right = right_of(c, e);
        bench_answer a = {.thorough = true};
        e->first_time = run_entrant(c, e, &a);
        e->wrong = !bench_check(c->run, a.rows == right->rows && a.sum == right->sum && a.deep == right->deep,
                                "%s%s %s: %s: %llu rows of %llu", bench_queries[c->query].name, e->suffix, name_of(e), e->what,
                                (unsigned long long)a.rows, (unsigned long long)right->rows);
        if (e->engine == SIMD) e->left_out = e->loop != bench_simd(c->query, c->run->machine->isa);
    }
    leave_out_slow(c);
}

static void run_round(contest *c, uint32_t round) {
    bench_series_add(&c->bound, bench_ns_per_byte(c->run->machine) * bench_queries[c->query].bytes);
    for (uint32_t i = 0; i < c->count; i++) {
        entrant *e = &c->entrants[(i + round) % c->count];
        const bench_answer *right = right_of(c, e);
        bench_answer a = {0};
        double took;
        if (e->wrong || e->left_out || (e->engine == PEER && round % e->peer->each)) continue;
        took = run_entrant(c, e, &a);
        if (a.rows == right->rows && a.sum == right->sum)
            bench_series_add(&e->series, took * 1e9 / (double)c->run->table->rows);
        else
            e->wrong = !bench_check(c->run, false, "%s%s %s: %s: round %u brought another answer", bench_queries[c->query].name,
                                    e->suffix, name_of(e), e->what, (unsigned)round);
    }
}

/* -- results ----------------------------------------------------------------------------------------------------- */

/* The one of that engine, peer and suffix with the least median. NULL: none has a time. */
static const entrant *best_of(const contest *c, int engine, const bench_peer *peer, const char *suffix) {
    const entrant *best = NULL;
    for (uint32_t i = 0; i < c->count; i++) {
        const entrant *e = &c->entrants[i];
        if (e->engine != engine || e->peer != peer || strcmp(e->suffix, suffix) != 0 || e->wrong || !e->series.count) continue;
        if (!best || bench_median(&e->series) < bench_median(&best->series)) best = e;
    }
    return best;
}

static void copy_series(const entrant *from, bench_series *to) {
    if (from) *to = from->series;
}

/* Without "SELECT ... FROM " */
static void note_of(const entrant *e, char *note, size_t size) {
    const char *from = strstr(e->what, "FROM ");
    snprintf(note, size, "%.*s", (int)size - 1, from ? from + 5 : e->what);
}

static void add_guest(const contest *c, bench_result *result) {
    const bench_guest *guest = c->run->guest;
    for (uint32_t i = 0; guest && i < guest->peer_count; i++) {
        const bench_peer *peer = &guest->peers[i];
        const entrant *best = best_of(c, PEER, peer, "");
        if (!best) continue;
        *(bench_series *)(void *)((char *)result + peer->series) = best->series;
        if (peer->apart || (result->duckdb.count && bench_median(&result->duckdb) <= bench_median(&best->series))) continue;
        result->duckdb = best->series;
        note_of(best, result->duckdb_note, sizeof result->duckdb_note);
    }
}

static void add_result(contest *c, const entrant *ours) {
    const bench_query *q = &bench_queries[c->query];
    bool shared = ours->drive == BENCH_SHARED;
    bool own_layout = strcmp(ours->suffix, ".dict") == 0 || strcmp(ours->suffix, ".views") == 0 || shared;
    const entrant *sqlite = best_of(c, PEER, &bench_sqlite_peer, "");
    bench_result *result;
    char id[48];
    bench_id(id, q->name, ours->suffix, c->run->table->rows);
    result = bench_results_add(&c->run->results, id, "ns/row", c->run->table->rows);
    result->ours = ours->series;
    copy_series(best_of(c, HAND, NULL, own_layout ? ours->suffix : ""), &result->hand);
    if (!own_layout) copy_series(best_of(c, SIMD, NULL, ""), &result->simd);
    if (shared) sqlite = NULL; /* it has one thread */
    copy_series(sqlite, &result->sqlite);
    copy_series(best_of(c, BESIDE, NULL, ""), &result->beside);
    if (sqlite) note_of(sqlite, result->note, sizeof result->note);
    if (!shared) add_guest(c, result); /* it runs on one thread */
    if (q->bytes > 0 && !shared) result->bound = c->bound;
    result->hand_share = q->hand_share;
    result->simd_share = q->simd_share;
    result->checked = true;
    result->rows = c->right.rows;
    result->sum = c->right.sum;
}

static void run_contest(bench_run *run, const bench_table *table, int query) {
    contest *c = calloc(1, sizeof *c);
    if (!c) bench_stop("out of memory");
    c->run = run;
    c->query = query;
    c->table = table;
    enter_all(c);
    check_all(c);
    for (uint32_t round = 0; round < run->rounds; round++) run_round(c, round);
    for (uint32_t i = 0; i < c->count; i++)
        if (c->entrants[i].engine == OURS && !c->entrants[i].wrong) add_result(c, &c->entrants[i]);
    free(c);
}

/* The peers get other rows. The engine has those of all variants at all times. */
static void give_peers(bench_run *run, const bench_table *table, sqlite3 *db) {
    if (run->guest) run->guest->close(run);
    run->db = db;
    run->peers_table = table;
    if (run->guest) run->guest->open(run);
}

void bench_contest(bench_run *run, int query) {
    const bench_table *table = run->table->variants[bench_queries[query].variant];
    sqlite3 *plain = run->db, *db = plain;
    if (table != run->table) {
        db = bench_sqlite_open(table);
        give_peers(run, table, db);
    }
    run_contest(run, table, query);
    if (table == run->table) return;
    give_peers(run, run->table, plain);
    sqlite3_close(db);
}
