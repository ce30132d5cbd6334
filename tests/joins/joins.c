/* SPDX-License-Identifier: MIT */
/* joins.c: ASSOCIATORS OF and REFERENCES OF, with all their terms, over random databases with foreign keys. SQLite joins the
 * tables; what the query must bring follows from the pairs by the words of the language, one after the other.
 *
 *   joins [SEED [COUNT]]     COUNT databases, each with some queries; the same seed gives the same ones
 *
 * The last line is `N passed, N failed`. */
#include "joins.h"

#include <stdio.h>
#include <stdlib.h>

enum { QUERIES = 20, FOUND_MAX = 4 * KEYS_MAX * TABLES_MAX * LINKS_MAX, NAME = 256 };
enum { ANTECEDENT, DEPENDENT, ROLES };

static const char *const roles[] = {"Antecedent", "Dependent"};
/* Those that every class has, those that associations have, those that none has. */
static const char *const qualifiers[] = {"Dynamic", "Association", "Abstract", "nonsense"};

/* A query. Terms that are not there are NULL. */
typedef struct query {
    bool references, keys_only, class_defs_only, schema_only;
    uint32_t table, row;
    const char *assoc_class, *result_class, *role, *result_role, *required_qualifier, *required_assoc_qualifier;
} query;

/* What came, or what must: paths or names of classes, sorted. */
typedef struct found {
    uint32_t count;
    char (*names)[NAME];
} found;

static void add(found *f, const char *name) {
    if (f->count == FOUND_MAX) stop_with("joins: more results than there can be");
    snprintf(f->names[f->count++], NAME, "%s", name);
}

static int compare_names(const void *a, const void *b) { return strcmp(a, b); }
static void sort(found *f) { qsort(f->names, f->count, NAME, compare_names); }

/* -- what must come ---------------------------------------------------------------------------------------------- */

static bool is_same(const char *asked, const char *name) { return !asked || sqlite3_stricmp(asked, name) == 0; }

static bool has_qualifier(const char *asked, bool association) {
    return !asked || !strcmp(asked, "Dynamic") || (association && !strcmp(asked, "Association"));
}

static void put_link(char *out, const database *d, uint32_t table, const foreign_key *f, uint32_t link) {
    char ends[ROLES][100];
    put_path(ends[ANTECEDENT], sizeof ends[0], d, f->to, f->links[link].parent);
    put_path(ends[DEPENDENT], sizeof ends[0], d, table, f->links[link].child);
    snprintf(out, NAME, "%s %s %s", f->class_name, ends[ANTECEDENT], ends[DEPENDENT]);
}

/* Whether the terms about the association, and the role in which the source stands, let it pass. */
static bool leads(const query *q, const foreign_key *f, int role) {
    if (!is_same(q->role, roles[role])) return false;
    if (q->references) return is_same(q->result_class, f->class_name) && has_qualifier(q->required_qualifier, true);
    return is_same(q->assoc_class, f->class_name) && has_qualifier(q->required_assoc_qualifier, true) &&
           is_same(q->result_role, roles[!role]);
}

static bool takes_table(const query *q, uint32_t table) {
    char name[16];
    snprintf(name, sizeof name, "T%u", table);
    return is_same(q->result_class, name) && has_qualifier(q->required_qualifier, false);
}

static void add_end(const database *d, uint32_t table, uint32_t row, found *out) {
    char path[NAME];
    put_path(path, sizeof path, d, table, row);
    add(out, path);
}

static void follow_link(const database *d, const query *q, uint32_t table, const foreign_key *f, uint32_t link, found *out) {
    bool any = false;
    for (int role = 0; role < ROLES; role++) {
        uint32_t own = role == ANTECEDENT ? f->to : table, other = role == ANTECEDENT ? table : f->to;
        uint32_t own_row = role == ANTECEDENT ? f->links[link].parent : f->links[link].child;
        uint32_t other_row = role == ANTECEDENT ? f->links[link].child : f->links[link].parent;
        if (own != q->table || own_row != q->row || !leads(q, f, role)) continue;
        if (!q->references && takes_table(q, other)) add_end(d, other, other_row, out);
        any = true;
    }
    if (q->references && any) { /* once, though the source stands at both ends */
        char name[NAME];
        put_link(name, d, table, f, link);
        add(out, name);
    }
}

/* The classes that the schema alone links with one. */
static void follow_schema(const query *q, uint32_t table, const foreign_key *f, found *out) {
    bool any = false;
    for (int role = 0; role < ROLES; role++) {
        uint32_t own = role == ANTECEDENT ? f->to : table, other = role == ANTECEDENT ? table : f->to;
        char name[16];
        if (own != q->table || !leads(q, f, role)) continue;
        snprintf(name, sizeof name, "T%u", other);
        if (!q->references && takes_table(q, other)) add(out, name);
        any = true;
    }
    if (q->references && any) add(out, f->class_name);
}

/* The classes of what was found, each once. */
static void keep_classes(found *f) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->count; i++) f->names[i][strcspn(f->names[i], ". ")] = '\0';
    sort(f);
    for (uint32_t i = 0; i < f->count; i++)
        if (!kept || strcmp(f->names[kept - 1], f->names[i]) != 0) memmove(f->names[kept++], f->names[i], NAME);
    f->count = kept;
}

static void expect(const database *d, const query *q, found *out) {
    out->count = 0;
    for (uint32_t table = 0; table < d->count; table++)
        for (uint32_t k = 0; k < d->tables[table].key_count; k++) {
            const foreign_key *f = &d->tables[table].keys[k];
            if (q->schema_only) follow_schema(q, table, f, out);
            for (uint32_t link = 0; link < f->count && !q->schema_only; link++) follow_link(d, q, table, f, link, out);
        }
    if (q->class_defs_only) keep_classes(out);
    sort(out);
}

/* -- the query --------------------------------------------------------------------------------------------------- */

static const char *draw_class(const database *d, uint64_t *seed, bool association, char *room) {
    uint32_t table = below(seed, d->count), count = d->tables[table].key_count;
    if (chance(seed, 12)) return "Nothing";
    if (association && count) return d->tables[table].keys[below(seed, count)].class_name;
    snprintf(room, 16, chance(seed, 2) ? "T%u" : "t%u", table);
    return room;
}

static void draw_query(const database *d, uint64_t *seed, query *q, char room[2][16]) {
    static const char *const spellings[] = {"Antecedent", "Dependent", "antecedent", "DEPENDENT", "Nowhere"};
    uint32_t pick = below(seed, 8);
    memset(q, 0, sizeof *q);
    q->references = chance(seed, 3);
    q->table = below(seed, d->count);
    q->row = !d->tables[q->table].rows || chance(seed, 12) ? NO_ROW : chance(seed, 2) ? 0 : below(seed, d->tables[q->table].rows);
    q->keys_only = pick == 0;
    q->class_defs_only = pick == 1;
    q->schema_only = pick == 2;
    if (chance(seed, 3)) q->role = spellings[chance(seed, 10) ? 4 : below(seed, 4)];
    if (chance(seed, 4) && !q->class_defs_only) q->result_class = draw_class(d, seed, q->references, room[0]);
    if (chance(seed, 6)) q->required_qualifier = qualifiers[below(seed, 4)];
    if (q->references) return;
    if (chance(seed, 4)) q->assoc_class = draw_class(d, seed, true, room[1]);
    if (chance(seed, 4)) q->result_role = spellings[chance(seed, 10) ? 4 : below(seed, 4)];
    if (chance(seed, 6)) q->required_assoc_qualifier = qualifiers[below(seed, 4)];
}

typedef struct term {
    const char *word, *value;
    bool is_there;
} term;

/* The terms in any order. */
static void print_query(const database *d, const query *q, uint64_t *seed, char *out, size_t size) {
    term terms[] = {{"AssocClass", q->assoc_class, q->assoc_class},
                    {"ResultClass", q->result_class, q->result_class},
                    {"Role", q->role, q->role},
                    {"ResultRole", q->result_role, q->result_role},
                    {"RequiredQualifier", q->required_qualifier, q->required_qualifier},
                    {"RequiredAssocQualifier", q->required_assoc_qualifier, q->required_assoc_qualifier},
                    {"KeysOnly", NULL, q->keys_only},
                    {"ClassDefsOnly", NULL, q->class_defs_only},
                    {"SchemaOnly", NULL, q->schema_only}};
    uint32_t count = sizeof terms / sizeof terms[0], from = below(seed, count);
    const char *before = " WHERE ";
    char path[NAME];
    put_path(path, sizeof path, d, q->table, q->row);
    if (q->schema_only) path[strcspn(path, ".")] = '\0';
    snprintf(out, size, "%s OF {%s}", q->references ? "REFERENCES" : "ASSOCIATORS", path);
    for (uint32_t i = 0; i < count; i++) {
        const term *t = &terms[(from + i) % count];
        if (!t->is_there) continue;
        snprintf(out + strlen(out), size - strlen(out), "%s%s%s%s", before, t->word, t->value ? " = " : "",
                 t->value ? t->value : "");
        before = " ";
    }
}

/* -- what comes -------------------------------------------------------------------------------------------------- */

static void text_of(const wql_batch *batch, uint32_t row, const char *name, char *out, size_t size) {
    wql_value v = wql_null();
    if (wql_batch_value(batch, row, name, &v) != WQL_OK || (v.type != WQL_STRING && v.type != WQL_REFERENCE))
        v = wql_text(wql_s("?"));
    snprintf(out, size, "%.*s", WQL_FMT(v.str));
}

static void take_row(const query *q, const wql_batch *batch, uint32_t row, found *out) {
    const wql_class *definition = wql_batch_definition(batch, row);
    char name[NAME], antecedent[100], dependent[100];
    wql_value number = wql_null();
    if (definition) {
        add(out, wql_class_describe(definition)->name);
        return;
    }
    if (q->references) {
        text_of(batch, row, "Antecedent", antecedent, sizeof antecedent);
        text_of(batch, row, "Dependent", dependent, sizeof dependent);
        snprintf(name, sizeof name, "%.40s %.90s %.90s", wql_class_describe(wql_batch_class(batch))->name, antecedent, dependent);
    } else {
        text_of(batch, row, "__RELPATH", name, sizeof name);
        if ((wql_batch_value(batch, row, "N", &number) == WQL_OK && number.type != WQL_NULL) == q->keys_only)
            strcat(name, q->keys_only ? " and more than its key" : " without what is no key");
    }
    add(out, name);
}

/* Runs it, pulled in batches of some size. The status is how it ended. */
static wql_status ask(wql_session *session, const query *q, const char *text, const wql_call_options *how, found *out,
                      uint64_t *counted, wql_error *err) {
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_batch *batch;
    wql_call call;
    wql_status status = wql_session_exec(session, wql_s(text), how, &call, err);
    out->count = 0;
    if (status < 0) return status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, err)) == WQL_OK) {
        for (uint32_t row = 0; row < wql_batch_rows(batch); row++) take_row(q, batch, row, out);
        wql_batch_release(batch);
    }
    if (wql_call_get_stats(call, &stats) == WQL_OK) *counted = stats.rows_delivered;
    (void)wql_call_close(call);
    sort(out);
    return status == WQL_END ? WQL_OK : status;
}

/* -- comparing --------------------------------------------------------------------------------------------------- */

static bool is_part(const found *part, const found *whole) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < part->count; i++) {
        while (at < whole->count && strcmp(whole->names[at], part->names[i]) < 0) at++;
        if (at == whole->count || strcmp(whole->names[at++], part->names[i]) != 0) return false;
    }
    return true;
}

static bool is_right(const query *q, const database *d, const wql_call_options *how, wql_status status, const found *wanted,
                     const found *got, uint64_t counted) {
    uint64_t count = how->rows_max && how->rows_max < wanted->count ? how->rows_max : wanted->count;
    if (!q->schema_only && q->row >= d->tables[q->table].rows) return status == WQL_E_NOT_FOUND && got->count == 0;
    if (status != WQL_OK || counted != count) return false;
    return how->flags & WQL_COUNT_ONLY ? got->count == 0 : got->count == count && is_part(got, wanted);
}

static void print_found(const char *who, const found *f) {
    printf("  %s:%s\n", who, f->count ? "" : " nothing");
    for (uint32_t i = 0; i < f->count; i++) printf("    %s\n", f->names[i]);
}

typedef struct totals {
    uint64_t passed, failed, found;
} totals;

static void try(const database *d, wql_session *session, uint64_t *seed, uint64_t round, found *wanted, found *got, totals *sum) {
    static const uint32_t sizes[] = {0, 1, 2, 3};
    wql_call_options how = {.struct_size = sizeof how, .batch_rows = sizes[below(seed, 4)]};
    wql_error err = WQL_INIT(wql_error);
    uint64_t counted = 0;
    char text[600], room[2][16];
    wql_status status;
    query q;
    draw_query(d, seed, &q, room);
    print_query(d, &q, seed, text, sizeof text);
    if (chance(seed, 5)) how.rows_max = 1 + below(seed, 4);
    if (chance(seed, 8)) how.flags = WQL_COUNT_ONLY;
    expect(d, &q, wanted);
    status = ask(session, &q, text, &how, got, &counted, &err);
    sum->found += wanted->count;
    if (is_right(&q, d, &how, status, wanted, got, counted)) {
        sum->passed++;
        return;
    }
    sum->failed++;
    printf("FAILED database with seed %llu: %s\n", (unsigned long long)round, text);
    printf("  %s %s, %llu rows%s, at most %llu, batches of %u\n", wql_status_name(status), status < 0 ? err.message : "",
           (unsigned long long)counted, how.flags ? " only counted" : "", (unsigned long long)how.rows_max, how.batch_rows);
    database_print(d);
    print_found("must bring", wanted);
    print_found("brings", got);
}

/* A clock on which a step may take no time or very long: a call must not care when it is interrupted. */
typedef struct odd_clock {
    uint64_t seed;
    int64_t now;
    uint32_t jump_in;
} odd_clock;

static int64_t look_at_clock(void *user, bool wall) {
    odd_clock *clock = user;
    (void)wall;
    clock->now += chance(&clock->seed, clock->jump_in) ? below(&clock->seed, 100000) : 1;
    return clock->now;
}

static void run_round(uint64_t round, found *wanted, found *got, totals *sum) {
    odd_clock clock = {round, 0, 1 + (uint32_t)(round % 7) * 5};
    wql_engine_options options = {.struct_size = sizeof options, .clock = look_at_clock, .clock_user = &clock};
    wql_sqlite lent = {.struct_size = sizeof lent};
    wql_engine *engine;
    wql_session *session;
    wql_error err = WQL_INIT(wql_error);
    uint64_t seed = round;
    static database d;
    database_open(&d, &seed);
    lent.connection = d.db;
    if (wql_engine_open(&options, &engine, &err) != WQL_OK ||
        wql_engine_mount(engine, "root/joins", wql_sqlite_provider(), NULL, &lent, &err) != WQL_OK ||
        wql_session_open(engine, "root/joins", NULL, &session, &err) != WQL_OK)
        stop_with("joins: %s: %s", wql_status_name(err.status), err.message);
    for (int i = 0; i < QUERIES && !sum->failed; i++) try(&d, session, &seed, round, wanted, got, sum);
    wql_session_close(session);
    if (wql_engine_close(engine) != WQL_OK) stop_with("joins: the engine did not close");
    database_close(&d);
}

int main(int argc, char **argv) {
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, count = argc > 2 ? strtoull(argv[2], NULL, 10) : 200;
    totals sum = {0, 0, 0};
    found wanted = {0, malloc((size_t)FOUND_MAX * NAME)}, got = {0, malloc((size_t)FOUND_MAX * NAME)};
    if (argc > 3 || !count || !wanted.names || !got.names) stop_with("joins [SEED [COUNT]]");
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (uint64_t i = 0; i < count && !sum.failed; i++) run_round(seed + i, &wanted, &got, &sum);
    free(wanted.names);
    free(got.names);
    printf("%llu objects, links and classes were to be found\n", (unsigned long long)sum.found);
    printf("%llu passed, %llu failed\n", (unsigned long long)sum.passed, (unsigned long long)sum.failed);
    return sum.failed ? 1 : 0;
}
