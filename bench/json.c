/* SPDX-License-Identifier: MIT */
/* json.c: bench.json, an array with one element for each id. A baseline that did not qualify is null, and "too_slow" names it. */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_text(FILE *file, const char *text) {
    fputc('"', file);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(file, "\\%c", c);
        else if (c < 0x20)
            fprintf(file, "\\u%04x", c);
        else
            fputc(c, file);
    }
    fputc('"', file);
}

static void write_series(FILE *file, const char *name, const bench_series *series, bool valid) {
    if (valid && series->count)
        fprintf(file, ", \"%s\": %.6g, \"%s_min\": %.6g", name, bench_median(series), name, bench_least(series));
    else
        fprintf(file, ", \"%s\": null, \"%s_min\": null", name, name);
}

/* What only the program peers has. */
static void write_guest(FILE *file, const bench_result *r) {
    write_series(file, "duckdb", &r->duckdb, true);
    write_series(file, "duckdb_table", &r->duckdb_table, true);
    write_series(file, "duckdb_packed", &r->duckdb_packed, true);
    write_series(file, "duckdb_arrays", &r->duckdb_arrays, true);
    write_series(file, "duckdb_exact", &r->duckdb_exact, true);
    write_series(file, "duckdb_materialised", &r->duckdb_materialised, true);
    write_series(file, "duckdb_streamed", &r->duckdb_streamed, true);
    fprintf(file, ", \"duckdb_note\": ");
    write_text(file, r->duckdb_note);
}

static void write_result(FILE *file, const bench_result *r, const bench_machine *machine, bool with_guest) {
    double hand, simd;
    bool hand_ok = bench_qualifies(r, &r->hand, r->hand_share, &hand) || !r->hand.count;
    bool simd_ok = bench_qualifies(r, &r->simd, r->simd_share, &simd) || !r->simd.count;
    fprintf(file, "{\"id\": ");
    write_text(file, r->id);
    fprintf(file, ", \"unit\": \"%s\", \"n\": %llu, \"cpu\": ", r->unit, (unsigned long long)r->n);
    write_text(file, machine->cpu);
    fprintf(file, ", \"isa\": \"%s\", \"clock\": \"%s\", \"rounds\": %u", bench_isa_name(machine->isa),
            machine->cpu_time ? "cpu" : "wall", (unsigned)r->ours.count);
    write_series(file, "ours", &r->ours, true);
    write_series(file, "hand", &r->hand, hand_ok);
    write_series(file, "simd", &r->simd, simd_ok);
    write_series(file, "sqlite", &r->sqlite, true);
    write_series(file, "bound", &r->bound, true);
    write_series(file, "futex", &r->futex, true);
    write_series(file, "alone", &r->alone, true);
    write_series(file, "beside", &r->beside, true);
    if (r->hand.count && r->bound.count) fprintf(file, ", \"hand_of_bound\": %.3f", hand);
    if (r->simd.count && r->bound.count) fprintf(file, ", \"simd_of_bound\": %.3f", simd);
    if (!hand_ok || !simd_ok) fprintf(file, ", \"too_slow\": \"%s\"", hand_ok ? "simd" : simd_ok ? "hand" : "hand, simd");
    if (r->checked)
        fprintf(file, ", \"rows\": %llu, \"sum\": \"%016llx\"", (unsigned long long)r->rows, (unsigned long long)r->sum);
    if (with_guest) write_guest(file, r);
    fprintf(file, ", \"note\": ");
    write_text(file, r->note);
    fputc('}', file);
}

bool bench_json_write(const bench_results *results, const bench_machine *machine, const char *path) {
    FILE *file = fopen(path, "w");
    bool good;
    if (!file) return false;
    fputs("[\n", file);
    for (uint32_t i = 0; i < results->count; i++) {
        write_result(file, &results->list[i], machine, results->with_guest);
        fputs(i + 1 < results->count ? ",\n" : "\n", file);
    }
    fputs("]\n", file);
    good = !ferror(file);
    return fclose(file) == 0 && good;
}

/* -- reading it again -------------------------------------------------------------------------------------------- */

static char *read_file(const char *path) {
    FILE *file = fopen(path, "r");
    size_t size = 0, room = 1 << 20, got;
    char *text = malloc(room);
    while (file && text && (got = fread(text + size, 1, room - size - 1, file)) > 0) {
        size += got;
        if (size + 1 == room) text = realloc(text, room *= 2);
    }
    if (file) fclose(file);
    if (text) text[size] = '\0';
    return text;
}

/* That it is JSON, has all results, no id twice, and their times: asked of SQLite, which reads JSON too. */
bool bench_json_check(const bench_results *results, const char *path) {
    sqlite3 *db;
    sqlite3_stmt *stmt;
    char *text = read_file(path);
    bool good;
    bench_sqlite_must(sqlite3_open(":memory:", &db), db);
    bench_sqlite_must(sqlite3_prepare_v2(db,
                                         "SELECT count(*), count(DISTINCT json_extract(value, '$.id')), sum(json_type(value, "
                                         "'$.ours') = 'real' OR json_type(value, '$.ours') = 'integer') FROM json_each(?)",
                                         -1, &stmt, NULL),
                      db);
    sqlite3_bind_text(stmt, 1, text ? text : "", -1, SQLITE_STATIC);
    good = sqlite3_step(stmt) == SQLITE_ROW && (uint32_t)sqlite3_column_int(stmt, 0) == results->count;
    for (int i = 1; good && i < 3; i++) good = (uint32_t)sqlite3_column_int(stmt, i) == results->count;
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    free(text);
    return good;
}
