/* SPDX-License-Identifier: MIT */
/* oracle.c: random predicates over random rows, answered by libwql and by SQLite, which must name the same rows.
 *
 *   oracle [SEED [COUNT]]     COUNT rounds, each with rows of its own and some predicates; the same seed gives the same rounds
 *
 * Beside the rows themselves: the rows of p, of NOT p, and those for which p is unknown are all rows and no row twice; NOT NOT p
 * is p; the order of conjuncts, what a provider takes over, where the rows lie, the size of batches and the way of driving change
 * nothing; a count is the number of rows; a limit gives so many of them. What fails is made small before it is printed. The last
 * line is `N passed, N failed`. */
#include "oracle.h"

#include <stdlib.h>

/* Every LARGE_EACH-th round has a source of many rows too. */
enum { PREDICATES = 10, MANNERS = 8, FAILURES_MAX = 5, LARGE_EACH = 50 };

/* What is checked of a predicate. */
enum { SAME_ROWS, NEGATION, DOUBLE_NEGATION, OTHER_ORDER, COUNT, LIMIT, CHECKS };

static const char *const check_names[] = {"the rows of p",      "the rows of NOT p",       "the rows of NOT NOT p",
                                          "p in another order", "the number of rows of p", "some of the rows of p"};

typedef struct check {
    int kind;
    manner how;
    uint64_t order; /* OTHER_ORDER */
} check;

/* What both sides said. */
typedef struct verdict {
    row_set expected, got;
    uint64_t counted;
    writer complaint;
    writer wql, sql;
} verdict;

/* -- one check --------------------------------------------------------------------------------------------------- */

static bool same_rows(const row_set *a, const row_set *b) {
    return a->count == b->count && !memcmp(a->ids, b->ids, a->count * sizeof a->ids[0]);
}

static bool is_part(const row_set *part, const row_set *whole) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < part->count; i++) {
        while (at < whole->count && whole->ids[at] < part->ids[i]) at++;
        if (at == whole->count || whole->ids[at++] != part->ids[i]) return false;
    }
    return true;
}

static void write_queries(const check *c, const node *p, verdict *v) {
    const char *before = c->kind == NEGATION ? "NOT (" : c->kind == DOUBLE_NEGATION ? "NOT (NOT (" : "";
    const char *behind = c->kind == NEGATION ? ")" : c->kind == DOUBLE_NEGATION ? "))" : "";
    put_z(&v->wql, before);
    print_wql(&v->wql, p, c->kind == OTHER_ORDER ? c->order : 0);
    put_z(&v->wql, behind);
    put_z(&v->sql, c->kind == NEGATION ? "NOT " : "");
    print_sql(&v->sql, p);
}

/* Whether it holds. */
static bool holds(pool *memory, world *w, const check *c, const node *p, verdict *v) {
    uint32_t wanted;
    memset(v, 0, sizeof *v);
    v->complaint.from = v->wql.from = v->sql.from = memory;
    put_z(&v->complaint, "");
    write_queries(c, p, v);
    oracle_ask(w->oracle, v->sql.at, &v->expected);
    world_ask(w, &c->how, v->wql.at, &v->got, &v->counted, &v->complaint);
    if (v->complaint.len) return false;
    switch (c->kind) {
    case COUNT: return v->counted == v->expected.count && !v->got.count;
    case LIMIT:
        wanted = c->how.rows_max < v->expected.count ? (uint32_t)c->how.rows_max : v->expected.count;
        return v->got.count == wanted && is_part(&v->got, &v->expected);
    default: return same_rows(&v->expected, &v->got) && v->counted == v->got.count; /* of SOURCE_LARGE: of each row one */
    }
}

/* -- making a failing case small --------------------------------------------------------------------------------- */

typedef struct failing {
    const rules *rules;
    table t;
    node *p;
    check c;
    uint64_t seed; /* of the world */
} failing;

static bool still_fails(pool *memory, const failing *f) {
    world w;
    verdict v;
    bool fails;
    world_open(&w, f->rules, &f->t, f->seed, f->c.how.source == SOURCE_LARGE);
    fails = !holds(memory, &w, &f->c, f->p, &v);
    world_close(&w);
    return fails;
}

/* Without rows from..from+count. Ids are row numbers, so they are given anew. */
static table without_rows(pool *memory, const table *t, uint32_t from, uint32_t count) {
    table less = *t;
    less.cells = pool_get(memory, ((size_t)t->rows * t->shape.count + 1) * sizeof *less.cells);
    less.rows = 0;
    for (uint32_t r = 0; r < t->rows; r++) {
        if (r >= from && r < from + count) continue;
        memcpy(less.cells + (size_t)less.rows * t->shape.count, t->cells + (size_t)r * t->shape.count,
               t->shape.count * sizeof *less.cells);
        less.cells[(size_t)less.rows * t->shape.count] = wql_u64(less.rows + 1);
        less.rows++;
    }
    return less;
}

static bool drop_rows(pool *memory, failing *f) {
    bool smaller = false;
    for (uint32_t size = f->t.rows; size > 0; size /= 2) {
        for (uint32_t from = 0; from + size <= f->t.rows;) {
            failing less = *f;
            less.t = without_rows(memory, &f->t, from, size);
            if (still_fails(memory, &less)) {
                *f = less;
                smaller = true;
            } else {
                from += size;
            }
        }
    }
    return smaller;
}

/* Puts `with` in the place of `what`, everywhere in a copy. */
static node *replaced(pool *memory, const node *p, const node *what, node *with, uint32_t without) {
    node *copy;
    if (p == what && with) return with;
    copy = pool_get(memory, sizeof *copy);
    *copy = *p;
    copy->items = pool_get(memory, (p->count + 1) * sizeof *copy->items);
    copy->count = 0;
    for (uint32_t i = 0; i < p->count; i++)
        if (p != what || i != without) copy->items[copy->count++] = replaced(memory, p->items[i], what, with, without);
    return copy;
}

/* Tries a child in the place of its parent, and a parent without one of its children. */
static bool drop_part(pool *memory, failing *f, const node *at) {
    for (uint32_t i = 0; i < at->count; i++) {
        failing less = *f;
        less.p = replaced(memory, f->p, at, at->items[i], UINT32_MAX);
        if (still_fails(memory, &less)) {
            *f = less;
            return true;
        }
        if (at->count < 3) continue;
        less = *f;
        less.p = replaced(memory, f->p, at, NULL, i);
        if (still_fails(memory, &less)) {
            *f = less;
            return true;
        }
    }
    for (uint32_t i = 0; i < at->count; i++)
        if (drop_part(memory, f, at->items[i])) return true;
    return false;
}

static void make_small(pool *memory, failing *f) {
    for (int i = 0; i < 100; i++) {
        bool smaller = drop_rows(memory, f);
        while (drop_part(memory, f, f->p)) smaller = true;
        if (!smaller) break;
    }
}

/* -- reporting --------------------------------------------------------------------------------------------------- */

static void print_cell(const wql_value *v) {
    char buf[64];
    if (v->type == WQL_STRING) {
        printf("\"%.*s\"", WQL_FMT(v->str));
        return;
    }
    wql_value_format(v, buf, sizeof buf);
    printf("%s", buf);
}

static void print_rows(const failing *f) {
    static const struct {
        uint32_t type;
        const char *name;
    } names[] = {{WQL_SINT32, "sint32"}, {WQL_UINT32, "uint32"},   {WQL_SINT64, "sint64"}, {WQL_UINT64, "uint64"},
                 {WQL_REAL64, "real64"}, {WQL_BOOLEAN, "boolean"}, {WQL_STRING, "string"}, {WQL_DATETIME, "datetime"},
                 {WQL_SINT8, "sint8"},   {WQL_UINT8, "uint8"},     {WQL_SINT16, "sint16"}, {WQL_UINT16, "uint16"},
                 {WQL_REAL32, "real32"}, {WQL_CHAR16, "char16"},   {INTERVAL, "interval"}, {WQL_REFERENCE, "reference"}};
    const schema *s = &f->t.shape;
    printf("  %u rows:", f->t.rows);
    for (uint32_t i = 0; i < s->count; i++)
        for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
            if (names[n].type == s->types[i] && (!i || looks_at_property(f->p, i)))
                printf(" %s%u %s", i ? "P" : "Id ", i, names[n].name);
    printf("%s%s%s%s\n", s->small ? "" : ", large", s->misfits ? ", misfits" : "", s->strict ? ", strict" : "",
           s->keyed ? ", keyed" : "");
    for (uint32_t r = 0; r < f->t.rows && r < 20; r++) {
        printf("   ");
        for (uint32_t i = 0; i < s->count; i++) {
            if (i && !looks_at_property(f->p, i)) continue;
            printf(" ");
            print_cell(&f->t.cells[(size_t)r * s->count + i]);
        }
        printf("\n");
    }
}

static void print_ids(const char *who, const row_set *ids) {
    printf("  %s:", who);
    for (uint32_t i = 0; i < ids->count; i++) printf(" %u", ids->ids[i]);
    printf("%s\n", ids->count ? "" : " none");
}

static void report(pool *memory, uint64_t seed, const failing *f) {
    static const char *const drives[] = {"pulled", "pushed", "pumped", "run ahead"};
    static const char *const engines[] = {"plain", "workers", "checked", "portable kernels", "kernels of AVX2"};
    static const char *const dialects[] = {"base", "relaxed", "extended", "relaxed and extended"};
    world w;
    verdict v;
    world_open(&w, f->rules, &f->t, f->seed, f->c.how.source == SOURCE_LARGE);
    (void)holds(memory, &w, &f->c, f->p, &v);
    world_close(&w);
    printf("FAILED round with seed %llu: %s (%s, %s, %s, %s, batches of %u%s%s%s)\n", (unsigned long long)seed,
           check_names[f->c.kind], source_name(f->c.how.source), drives[f->c.how.drive], engines[f->c.how.engine],
           dialects[f->c.how.dialect], f->c.how.batch_rows, f->c.how.star ? ", *" : "", f->c.how.list_count ? ", list" : "",
           f->c.how.parameters ? ", parameters" : "");
    print_rows(f);
    printf("  WQL: WHERE %s\n  SQL: WHERE %s\n", v.wql.at, v.sql.at);
    print_ids("SQLite says", &v.expected);
    if (f->c.kind == COUNT)
        printf("  libwql says: %llu rows\n", (unsigned long long)v.counted);
    else
        print_ids("libwql says", &v.got);
    if (v.complaint.len) printf("  and: %s\n", v.complaint.at);
}

/* -- rounds ------------------------------------------------------------------------------------------------------ */

typedef struct totals {
    uint64_t passed, failed;
} totals;

static check make_check(uint64_t *seed, const world *w, const node *p, int kind) {
    const table *t = w->t;
    check c = {.kind = kind, .how = make_manner(seed, t, p, w->times > 0), .order = draw(seed) | 1};
    c.how.count_only = kind == COUNT;
    if (kind == COUNT) c.how.star = false;
    if (kind == COUNT) c.how.list_count = 0;
    if (kind == LIMIT && c.how.source == SOURCE_LARGE) c.how.source = SOURCE_LENT;
    if (kind == LIMIT) c.how.rows_max = 1 + below(seed, t->rows + 3);
    return c;
}

/* Rows of p, of NOT p, and those for which p is unknown: SQLite must agree with itself, too. */
static void check_partition(pool *memory, world *w, const node *p) {
    row_set yes, no, unknown;
    writer yes_sql = {memory, NULL, 0, 0}, no_sql = {memory, NULL, 0, 0}, unknown_sql = {memory, NULL, 0, 0};
    print_sql(&yes_sql, p);
    put_format(&no_sql, "NOT %s", yes_sql.at);
    put_format(&unknown_sql, "%s IS NULL", yes_sql.at);
    oracle_ask(w->oracle, yes_sql.at, &yes);
    oracle_ask(w->oracle, no_sql.at, &no);
    oracle_ask(w->oracle, unknown_sql.at, &unknown);
    if (yes.count + no.count + unknown.count != w->t->rows)
        stop_with("oracle: SQLite's answers are no partition: %s", yes_sql.at);
}

static void run_predicate(pool *memory, world *w, uint64_t *seed, uint64_t round, uint64_t world_seed, node *p, totals *sum) {
    check_partition(memory, w, p);
    for (int i = 0; i < MANNERS + CHECKS; i++) {
        check c = make_check(seed, w, p, i < CHECKS ? i : SAME_ROWS);
        verdict v;
        if (i == SAME_ROWS) c.how = (manner){.dialect = c.how.dialect}; /* once in the plainest way */
        if (holds(memory, w, &c, p, &v)) {
            sum->passed++;
        } else {
            failing f = {w->rules, *w->t, p, c, world_seed};
            sum->failed++;
            if (sum->failed > FAILURES_MAX) return;
            if (still_fails(memory, &f))
                make_small(memory, &f);
            else
                printf("(what follows did not fail again in a new world)\n");
            report(memory, round, &f);
            return;
        }
    }
}

static void run_round(const rules *r, uint64_t round, totals *sum) {
    pool memory = {NULL};
    uint64_t seed = round, world_seed;
    table t;
    world w;
    make_table(&memory, &seed, ROWS_MAX, &t);
    world_seed = draw(&seed);
    world_open(&w, r, &t, world_seed, round % LARGE_EACH == 0);
    for (int i = 0; i < PREDICATES && sum->failed <= FAILURES_MAX; i++)
        run_predicate(&memory, &w, &seed, round, world_seed, make_predicate(&memory, &seed, &t, below(&seed, 5)), sum);
    world_close(&w);
    pool_free(&memory);
}

int main(int argc, char **argv) {
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, count = argc > 2 ? strtoull(argv[2], NULL, 10) : 100;
    totals sum = {0, 0};
    static rules folding;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 3 || !count) stop_with("oracle [SEED [COUNT]]");
    rules_load(&folding);
    for (uint64_t i = 0; i < count && sum.failed <= FAILURES_MAX; i++) run_round(&folding, seed + i, &sum);
    printf("%llu passed, %llu failed\n", (unsigned long long)sum.passed, (unsigned long long)sum.failed);
    return sum.failed ? 1 : 0;
}
