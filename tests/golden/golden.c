/* SPDX-License-Identifier: MIT */
/* golden.c: runs case files: what a query must bring, written down, against what it brings in every way in which it can be run.
 *
 *   golden [--update | --fill] [--only TEXT] [--way TEXT] [--verbose] FILE...
 *
 * --update writes what came in the first way as what is expected; --fill does so only where nothing is written yet, or only the
 * code of an error, which then must be right. Prints a line a file and, last, `N passed, N failed`. */
#include "golden.h"

#include <stdlib.h>

typedef struct choices {
    bool update, fill, verbose;
    const char *only, *way;
} choices;

typedef struct totals {
    uint32_t passed, failed;
} totals;

/* -- differences ------------------------------------------------------------------------------------------------- */

static bool same_lines(const lines *a, const lines *b) {
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (strcmp(a->at[i], b->at[i])) return false;
    return true;
}

static lines sorted(const lines *list, pool *memory) {
    lines copy = {NULL, 0, 0};
    for (uint32_t i = 0; i < list->count; i++) lines_add(&copy, memory, list->at[i], strlen(list->at[i]));
    lines_sort(&copy);
    return copy;
}

/* Two sorted lists: what only one of them has. */
static void put_difference(writer *to, const lines *expected, const lines *got) {
    uint32_t e = 0, g = 0, shown = 0;
    while ((e < expected->count || g < got->count) && shown < 40) {
        int order = e == expected->count ? 1 : g == got->count ? -1 : strcmp(expected->at[e], got->at[g]);
        if (order == 0) {
            e++;
            g++;
            continue;
        }
        shown++;
        if (order < 0)
            put_format(to, "      missing: %s\n", expected->at[e++]);
        else
            put_format(to, "      surplus: %s\n", got->at[g++]);
    }
    if (e < expected->count || g < got->count) put_z(to, "      ...\n");
}

static void put_lists(writer *to, const char *what, const lines *expected, const lines *got) {
    put_format(to, "    expected %s:\n", what);
    for (uint32_t i = 0; i < expected->count; i++) put_format(to, "      %s\n", expected->at[i]);
    put_z(to, "    got:\n");
    for (uint32_t i = 0; i < got->count; i++) put_format(to, "      %s\n", got->at[i]);
}

/* -- one case ---------------------------------------------------------------------------------------------------- */

enum { VERDICTS_MAX = 64 };

/* What went wrong with one query: each text once, with the ways in which it did. */
typedef struct judging {
    const query_case *c;
    pool memory;
    char *verdicts[VERDICTS_MAX];
    lines ways[VERDICTS_MAX];
    uint32_t verdict_count, runs;
} judging;

static void add_verdict(judging *j, const char *way, const writer *verdict) {
    uint32_t i = 0;
    if (!verdict->len) return;
    while (i < j->verdict_count && strcmp(j->verdicts[i], verdict->at)) i++;
    if (i == VERDICTS_MAX) return;
    if (i == j->verdict_count) j->verdicts[j->verdict_count++] = pool_copy(&j->memory, verdict->at, verdict->len);
    lines_add(&j->ways[i], &j->memory, way, strlen(way));
}

static void print_verdicts(const judging *j, wql_str query) {
    printf("  %.*s%s\n", query.len > 400 ? 400 : WQL_FMT(query), query.len > 400 ? "..." : "");
    for (uint32_t i = 0; i < j->verdict_count; i++) {
        printf("   ");
        for (uint32_t w = 0; w < j->ways[i].count && w < 5; w++) printf(" %s;", j->ways[i].at[w]);
        if (j->ways[i].count > 5) printf(" and %u other ways;", j->ways[i].count - 5);
        printf("\n%s", j->verdicts[i]);
    }
}

static void list_error(const outcome *got, pool *memory, lines *out) {
    writer text = {memory, NULL, 0, 0};
    char *line, *rest;
    if (!got->has_error) return;
    print_error(&text, &got->error);
    for (line = text.at; line; line = rest) {
        rest = strchr(line, '\n');
        lines_add(out, memory, line, rest ? (size_t)(rest++ - line) : strlen(line));
    }
}

/* Whether lists agree; if not, says so. */
static bool agree(writer *verdict, const char *what, const lines *expected, const lines *got, bool ordered) {
    lines e = *expected, g = *got;
    if (!ordered) {
        e = sorted(expected, verdict->from);
        g = sorted(got, verdict->from);
    }
    if (same_lines(&e, &g)) return true;
    if (ordered) {
        put_lists(verdict, what, &e, &g);
    } else {
        put_format(verdict, "    %s differ:\n", what);
        put_difference(verdict, &e, &g);
    }
    return false;
}

static void judge(const query_case *c, const outcome *got, writer *verdict) {
    lines error = {NULL, 0, 0}, none = {NULL, 0, 0};
    const char *remark = wql_status_name(got->status > 0 ? got->status : WQL_OK);
    const char *expected = c->status ? c->status : wql_status_name(WQL_OK);
    list_error(got, verdict->from, &error);
    if (got->broken) put_format(verdict, "    %s\n", got->broken);
    if (!agree(verdict, "error", &c->error, &error, true)) return;
    if (strcmp(expected, remark)) put_format(verdict, "    expected status %s, got %s\n", expected, remark);
    if (c->has_count && c->count != got->counted)
        put_format(verdict, "    expected count %llu, got %llu\n", (unsigned long long)c->count, (unsigned long long)got->counted);
    if (c->has_rows || !c->error.count) agree(verdict, "rows", c->has_rows ? &c->rows : &none, &got->rows, c->ordered);
    if (c->has_columns) agree(verdict, "columns", &c->columns, &got->columns, false);
}

static uint64_t seed_of(const query_case *c, uint32_t way) {
    uint64_t seed = (uint64_t)c->line * 1000 + way;
    return draw(&seed);
}

static void run_one(judging *j, bench *b, wql_str query, uint32_t way, bool early) {
    pool memory = {NULL};
    outcome got = {.memory = &memory};
    writer verdict = {&memory, NULL, 0, 0};
    run_way(b, way, j->c, query, seed_of(j->c, way), &got);
    judge(j->c, &got, &verdict);
    add_verdict(j, way_name(way), &verdict);
    j->runs++;
    if (early) {
        const char *why = check_early(b, j->c, query, &got);
        verdict.len = 0;
        if (why) put_format(&verdict, "    %s\n", why);
        add_verdict(j, "before it runs", &verdict);
    }
    pool_free(&memory);
}

static void judge_plans(judging *j, bench *b) {
    for (uint32_t i = 0; i < j->c->plan_count; i++) {
        const expected_plan *plan = &j->c->plans[i];
        lines got = {NULL, 0, 0};
        pool memory = {NULL};
        writer verdict = {&memory, NULL, 0, 0};
        explain_query(b, j->c->queries[0], plan->take, &memory, &got);
        agree(&verdict, "plan", &plan->text, &got, true);
        add_verdict(j, take_name(plan->take), &verdict);
        j->runs++;
        pool_free(&memory);
    }
}

/* In every way. False: something was not as expected. */
static bool run_case(const case_file *file, const query_case *c, bench *b, const choices *ask, uint32_t *runs) {
    bool failed = false;
    for (uint32_t q = 0; q < c->query_count; q++) {
        judging j = {.c = c};
        for (uint32_t way = 0; way < way_count(); way++)
            if (!ask->way || strstr(way_name(way), ask->way)) run_one(&j, b, c->queries[q], way, way == 0);
        if (!ask->way && q == 0) judge_plans(&j, b);
        if (j.verdict_count) {
            if (!failed) printf("FAILED %s:%u: case %s\n", file->path, c->line + 1, c->title);
            failed = true;
            print_verdicts(&j, c->queries[q]);
        }
        *runs += j.runs;
        pool_free(&j.memory);
    }
    return !failed;
}

/* -- writing what came ------------------------------------------------------------------------------------------- */

/* Whether the case is still to be answered: nothing is expected, or a bare code that is the one which came, or an empty plan. */
static bool is_open(bench *b, const query_case *c) {
    pool memory = {NULL};
    outcome got = {.memory = &memory};
    bool fits;
    if (c->expected_first == c->expected_end) return true;
    for (uint32_t i = 0; i < c->plan_count; i++)
        if (!c->plans[i].text.count) return true;
    if (c->error.count != 1 || strchr(c->error.at[0], ':')) return false;
    run_way(b, 0, c, c->queries[0], seed_of(c, 0), &got);
    fits = got.has_error && !strcmp(c->error.at[0], wql_status_name(got.error.status));
    pool_free(&memory);
    return fits;
}

static void write_list(FILE *to, const char *keyword, const lines *list) {
    fprintf(to, "%s\n", keyword);
    for (uint32_t i = 0; i < list->count; i++) fprintf(to, "  %s\n", list->at[i]);
}

static void write_answer(FILE *to, bench *b, const query_case *c) {
    pool memory = {NULL};
    outcome got = {.memory = &memory};
    lines error = {NULL, 0, 0};
    run_way(b, 0, c, c->queries[0], seed_of(c, 0), &got);
    list_error(&got, &memory, &error);
    if (c->has_columns) write_list(to, "columns", &got.columns);
    if (c->flags & WQL_COUNT_ONLY && !error.count) {
        fprintf(to, "count %llu\n", (unsigned long long)got.counted);
    } else if (!error.count || c->has_rows) {
        write_list(to, "rows", &got.rows);
    }
    for (uint32_t i = 0; i < error.count; i++) fprintf(to, "%s%s\n", i ? "  " : "error ", error.at[i]);
    if (got.status > 0) fprintf(to, "status %s\n", wql_status_name(got.status));
    for (uint32_t i = 0; i < c->plan_count; i++) {
        lines plan = {NULL, 0, 0};
        explain_query(b, c->queries[0], c->plans[i].take, &memory, &plan);
        fprintf(to, "plan %s\n", take_name(c->plans[i].take));
        for (uint32_t n = 0; n < plan.count; n++) fprintf(to, "  %s\n", plan.at[n]);
    }
    pool_free(&memory);
}

static void update_file(bench *b, const case_file *file, const choices *ask) {
    uint32_t line = 0;
    FILE *to;
    char *name = NULL;
    if (asprintf(&name, "%s.new", file->path) < 0) stop_with("golden: no memory");
    to = fopen(name, "wb");
    if (!to) stop_with("golden: cannot write %s", name);
    for (uint32_t i = 0; i < file->case_count; i++) {
        const query_case *c = &file->cases[i];
        if (ask->only && !strstr(c->title, ask->only)) continue;
        if (ask->fill && !is_open(b, c)) continue;
        while (line < c->expected_first) fprintf(to, "%s\n", file->text.at[line++]);
        write_answer(to, b, c);
        line = c->expected_end;
    }
    while (line < file->text.count) fprintf(to, "%s\n", file->text.at[line++]);
    if (fclose(to) || rename(name, file->path)) stop_with("golden: cannot write %s", file->path);
    free(name);
}

/* -- files ------------------------------------------------------------------------------------------------------- */

static void run_file(const char *path, const choices *ask, totals *sum) {
    case_file file;
    bench b;
    uint32_t cases = 0, failed = 0, runs = 0;
    const char *wrong;
    case_file_read(&file, path);
    bench_open(&b, &file);
    if (ask->update) {
        update_file(&b, &file, ask);
        printf("updated %s\n", path);
    }
    for (uint32_t i = 0; i < file.case_count && !ask->update; i++) {
        bool fine;
        if (ask->only && !strstr(file.cases[i].title, ask->only)) continue;
        fine = run_case(&file, &file.cases[i], &b, ask, &runs);
        cases++;
        failed += !fine;
        if (ask->verbose) printf("%s case %s\n", fine ? "ok" : "FAILED", file.cases[i].title);
    }
    wrong = bench_close(&b);
    if (wrong) printf("FAILED %s: %s\n", path, wrong);
    if (!ask->update) printf("%s %s (%u cases, %u runs)\n", failed || wrong ? "FAILED" : "ok", path, cases, runs);
    sum->passed += cases - failed;
    sum->failed += failed + (wrong ? 1 : 0);
    case_file_free(&file);
}

int main(int argc, char **argv) {
    choices ask = {false, false, false, NULL, NULL};
    totals sum = {0, 0};
    int i = 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (; i < argc && !strncmp(argv[i], "--", 2); i++) {
        if (!strcmp(argv[i], "--update"))
            ask.update = true;
        else if (!strcmp(argv[i], "--fill"))
            ask.update = ask.fill = true;
        else if (!strcmp(argv[i], "--verbose"))
            ask.verbose = true;
        else if (!strcmp(argv[i], "--only") && i + 1 < argc)
            ask.only = argv[++i];
        else if (!strcmp(argv[i], "--way") && i + 1 < argc)
            ask.way = argv[++i];
        else
            stop_with("golden [--update | --fill] [--only TEXT] [--way TEXT] [--verbose] FILE...");
    }
    if (i == argc) stop_with("golden: no case file given");
    for (; i < argc; i++) run_file(argv[i], &ask, &sum);
    printf("%u passed, %u failed\n", sum.passed, sum.failed);
    return sum.failed ? 1 : 0;
}
