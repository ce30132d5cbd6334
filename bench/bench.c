/* SPDX-License-Identifier: MIT */
/* bench.c: see README.md. Options, and what runs in which order.
 *
 *   bench [--rows N]... [--rounds N] [--only NAME] [--isa avx512|avx2|none] [--cpu-time] [--json FILE] [--dir DIR] [--check]
 *         [--sqlite-provider]
 *
 * --rows may come several times; the calls are measured with the last. --cpu-time: queries and prepare are timed by how long
 * their thread ran, for machines that others use too. --check compares answers on few rows and measures nothing that is worth
 * reading. --sqlite-provider runs that part alone. The program peers has the same options, and --duckdb before them.
 * Exit: 0; 1: an answer was wrong, or a bound was missed; 2: options. */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZES_MAX = 8, ROUNDS = 9, CHECK_ROWS = 20011, ROWS_MIN = 1000, MEMORY = 256 << 20, CHECK_MEMORY = 1 << 20 };

typedef struct options {
    uint64_t rows[SIZES_MAX];
    uint32_t sizes, rounds;
    const char *only, *isa, *json, *directory;
    bool check, sqlite_provider, cpu_time;
} options;

static int usage(const char *what) {
    fprintf(stderr, "bench: %s\n", what);
    fprintf(stderr, "usage: bench [--rows N]... [--rounds N] [--only NAME] [--isa avx512|avx2|none] [--json FILE] [--dir DIR]\n"
                    "             [--check] [--sqlite-provider] [--cpu-time]\n");
    return 2;
}

static bool read_number(const char *text, uint64_t max, uint64_t *out) {
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno && *out >= 1 && *out <= max;
}

static const char *read_option(options *o, const char *name, const char *value) {
    uint64_t number;
    if (strcmp(name, "--rows") == 0) {
        if (o->sizes == SIZES_MAX || !read_number(value, 26000000, &o->rows[o->sizes]) || o->rows[o->sizes] < ROWS_MIN)
            return "--rows: 1000 to 26000000, at most 8 times";
        for (uint32_t i = 0; i < o->sizes; i++)
            if (o->rows[i] == o->rows[o->sizes]) return "--rows: twice the same number";
        o->sizes++;
    } else if (strcmp(name, "--rounds") == 0) {
        if (!read_number(value, BENCH_ROUNDS_MAX, &number)) return "--rounds: 1 to 99";
        o->rounds = (uint32_t)number;
    } else if (strcmp(name, "--only") == 0) {
        o->only = value;
    } else if (strcmp(name, "--isa") == 0) {
        o->isa = value;
    } else if (strcmp(name, "--json") == 0) {
        o->json = value;
    } else if (strcmp(name, "--dir") == 0) {
        o->directory = value;
    } else {
        return "unknown option";
    }
    return NULL;
}

static const char *read_options(options *o, int argc, char **argv) {
    *o = (options){.rounds = ROUNDS, .directory = "build"};
    for (int i = 1; i < argc; i++) {
        const char *wrong;
        if (strcmp(argv[i], "--check") == 0) {
            o->check = true;
        } else if (strcmp(argv[i], "--cpu-time") == 0) {
            o->cpu_time = true;
        } else if (strcmp(argv[i], "--sqlite-provider") == 0) {
            o->sqlite_provider = true;
        } else {
            if (i + 1 == argc) return "an unknown option, or one without its value";
            wrong = read_option(o, argv[i], argv[i + 1]);
            if (wrong) return wrong;
            i++;
        }
    }
    if (!o->sizes) o->rows[o->sizes++] = o->check ? CHECK_ROWS : 1000000;
    if (o->check) o->rounds = 1;
    return NULL;
}

static bool choose_isa(bench_machine *machine, const char *name) {
    if (!name) return true;
    for (int isa = BENCH_PLAIN; isa <= machine->best_isa; isa++) {
        if (strcmp(name, bench_isa_name(isa)) != 0) continue;
        machine->isa = machine->best_isa = isa; /* what is not to be used is not checked either */
        return true;
    }
    return false;
}

/* -- one size ---------------------------------------------------------------------------------------------------- */

static void run_size(bench_run *run, uint64_t rows, bool last) {
    bench_table table;
    double start = bench_now();
    uint32_t first = run->results.count;
    bench_table_make(&table, rows);
    run->table = run->peers_table = &table;
    run->db = bench_sqlite_open(&table);
    bench_ours_open(&run->ours, &table, run->machine->isa);
    if (run->guest) run->guest->open(run);
    printf("\n%llu rows, %.0f MB of arrays, %u rounds; made in %.1f s\n", (unsigned long long)rows, (double)table.memory / 1e6,
           (unsigned)run->rounds, bench_now() - start);
    fflush(stdout);
    for (int q = 0; q < BENCH_QUERIES; q++)
        if (!run->only || strcmp(run->only, bench_queries[q].name) == 0) bench_contest(run, q);
    if (last || run->guest) bench_calls(run, last);
    if (last) bench_ten_rows(run);
    if (last) bench_cancels(run);
    if (last) bench_waiting(run);
    if (last) bench_outstanding(run);
    if (last && !run->guest) bench_linux(run);
    if (run->guest) run->guest->close(run);
    bench_ours_close(&run->ours);
    sqlite3_close(run->db);
    if (!run->guest) bench_sqlite_provider(run);
    bench_table_free(&table);
    bench_report(&run->results, first, run->machine);
    if (run->guest) bench_peers_report(&run->results, first);
    printf("\nthat took %.0f s\n", bench_now() - start);
}

static void run_sqlite_provider(bench_run *run, uint64_t rows) {
    bench_table table;
    uint32_t first = run->results.count;
    bench_table_make(&table, rows);
    run->table = &table;
    bench_sqlite_provider(run);
    bench_table_free(&table);
    bench_report(&run->results, first, run->machine);
}

static void write_json(bench_run *run, const char *path) {
    bool good = bench_json_write(&run->results, run->machine, path) && bench_json_check(&run->results, path);
    bench_check(run, good, "%s has %u elements, each id once", path, (unsigned)run->results.count);
}

int bench_main(int argc, char **argv, const bench_guest *guest, void *guest_state) {
    options o;
    bench_machine machine;
    bench_run run = {.machine = &machine};
    const char *wrong;
    if (argc == 3 && strcmp(argv[1], "--processes") == 0) return bench_processes(argv[2]);
    wrong = read_options(&o, argc, argv);
    if (wrong) return usage(wrong);
    bench_machine_open(&machine, o.check ? CHECK_MEMORY : MEMORY);
    if (!choose_isa(&machine, o.isa)) return usage("--isa: this machine has none of that name");
    machine.cpu_time = o.cpu_time;
    bench_sqlite_configure();
    run.guest = guest;
    run.guest_state = guest_state;
    run.results.with_guest = guest != NULL;
    run.rounds = o.rounds;
    run.check_only = o.check;
    run.judges = o.sqlite_provider;
    run.only = o.only;
    run.directory = o.directory;
    printf("libwql %s, SQLite %s, %s, simd: %s\n", wql_version(), sqlite3_libversion(), machine.cpu, bench_isa_name(machine.isa));
    for (uint32_t i = 0; i < o.sizes; i++) {
        if (o.sqlite_provider)
            run_sqlite_provider(&run, o.rows[i]);
        else
            run_size(&run, o.rows[i], i + 1 == o.sizes);
    }
    if (!run.results.count) return usage("--only: nothing has that name");
    if (o.json) write_json(&run, o.json);
    bench_machine_close(&machine);
    free(run.results.list);
    printf("%u passed, %u failed\n", (unsigned)run.passed, (unsigned)run.failed);
    return run.failed != 0;
}
