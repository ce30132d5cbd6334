/* SPDX-License-Identifier: MIT */
/* fixture.c: the engine that the tables of the language are run on. */
#include "fixture.h"

#include <string.h>

const char *const dialect_names[DIALECTS] = {"wql", "relaxed", "extended"};
const uint32_t dialect_bits[DIALECTS] = {0, WQL_RELAXED, WQL_EXTENDED};

int dialect_number(const char *name) {
    int number = 0;
    while (number < DIALECTS && strcmp(name, dialect_names[number]) != 0) number++;
    return number;
}

void fixture_open(fixture *f, const char *cases) {
    wql_error err = WQL_INIT(wql_error);
    memset(f, 0, sizeof *f);
    case_file_read(&f->cases, cases);
    waking_start(&f->wakes);
    f->rows.file = &f->cases;
    f->rows.waking = &f->wakes;
    f->rows.take = WQL_NONE;
    atomic_init(&f->rows.seed, 1);
    atomic_init(&f->rows.open_scans, 0);
    if (wql_engine_open(NULL, &f->engine, &err) < 0 ||
        wql_engine_mount(f->engine, "root/cimv2", source_provider(true), NULL, &f->rows, &err) < 0)
        stop_with("language: %s", err.message);
    for (int i = 0; i < DIALECTS; i++) {
        wql_session_options options = {.struct_size = sizeof options, .dialect = dialect_bits[i]};
        if (wql_session_open(f->engine, "root/cimv2", &options, &f->sessions[i], &err) < 0)
            stop_with("language: %s", err.message);
    }
}

void fixture_close(fixture *f) {
    for (int i = 0; i < DIALECTS; i++) wql_session_close(f->sessions[i]);
    if (wql_engine_close(f->engine) < 0) stop_with("language: the engine did not close");
    waking_stop(&f->wakes);
    case_file_free(&f->cases);
    pool_free(&f->memory);
}

char *fixture_read(fixture *f, const char *path) {
    FILE *file = fopen(path, "rb");
    char *text;
    long size;
    if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0) stop_with("language: cannot read %s", path);
    rewind(file);
    text = pool_get(&f->memory, (size_t)size + 1);
    if (fread(text, 1, (size_t)size, file) != (size_t)size) stop_with("language: cannot read %s", path);
    fclose(file);
    return text;
}

void fixture_table(fixture *f, const char *path, uint32_t columns, void (*row)(void *user, char **cells), void *user) {
    char *next, *text = fixture_read(f, path);
    for (uint32_t line = 1; text && *text; text = next, line++) {
        char *cells[COLUMNS_MAX + 1];
        uint32_t count = 0;
        next = strchr(text, '\n');
        if (next) *next++ = '\0';
        for (char *at = text; at && count <= COLUMNS_MAX;) {
            cells[count++] = at;
            at = strchr(at, '\t');
            if (at) *at++ = '\0';
        }
        if (count != columns) stop_with("%s:%u: %u columns, not %u", path, line, count, columns);
        if (line > 1) row(user, cells);
    }
}
