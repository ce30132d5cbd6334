/* SPDX-License-Identifier: MIT */
/* data.c: rows like an inventory of processes and files, from a seed: the same on every machine. Names: 4,000 distinct ones of 5
 * to 20 bytes, mixed case; 5 % begin with "sys", some contain "svc", 4 are spellings of "svchost". Paths: 20 to 80 bytes, mean
 * 38; 5 % contain "cache" in some case, 1 % something like "7x1y". */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const wql_property_def bench_properties[BENCH_WIDTH] = {
    [BENCH_ID] = {.name = "id", .type = WQL_UINT32, .flags = WQL_KEY},
    [BENCH_PARENT] = {.name = "parent", .type = WQL_UINT32},
    [BENCH_SIZE] = {.name = "size", .type = WQL_UINT64},
    [BENCH_CPU] = {.name = "cpu", .type = WQL_REAL64},
    [BENCH_FLAG] = {.name = "flag", .type = WQL_BOOLEAN},
    [BENCH_NAME] = {.name = "name", .type = WQL_STRING},
    [BENCH_PATH] = {.name = "path", .type = WQL_STRING},
    [BENCH_CREATED] = {.name = "created", .type = WQL_DATETIME},
};

enum { NAME_MAX_BYTES = 20, PATH_MAX_BYTES = 80, SEED = 42 };

/* -- chance ------------------------------------------------------------------------------------------------------ */

typedef struct chance {
    uint64_t state;
} chance;

/* splitmix64 */
static uint64_t draw(chance *c) {
    uint64_t z = c->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* Below `end`, which is far below 2^32. */
static uint32_t below(chance *c, uint32_t end) { return (uint32_t)(((draw(c) >> 32) * end) >> 32); }

/* About as often as in names of files. */
static const char letters[] = "eeeeeaaaaiiiioooorrrrnnnntttttssssllllccdddmmppuuggbbhffykwvxjzqEASRTCMP012345-._";

static void letters_to(chance *c, char *to, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) to[i] = letters[below(c, sizeof letters - 1)];
}

static void put(char *to, const char *text) { memcpy(to, text, strlen(text)); }

/* -- texts ------------------------------------------------------------------------------------------------------- */

static const char *const starts[] = {"sys", "Sys", "SYS"};
static const char *const services[] = {"svc", "Svc", "SVC"};
static const char *const hosts[] = {"svchost", "SvcHost", "SVCHOST", "Svchost"};

/* A name that no rule below asks for must not be a spelling of one by chance, so the first letter is no s. */
static uint32_t make_name(chance *c, uint32_t number, char *to) {
    uint32_t len = 5 + below(c, 8) + below(c, 8);
    if (number < 4) {
        put(to, hosts[number]);
        return 7;
    }
    letters_to(c, to, len);
    to[0] = (char)('a' + below(c, 18));
    if (number % 20 == 4) put(to, starts[below(c, 3)]);
    if (number % 25 == 6) put(to + 1 + below(c, len - 4), services[below(c, 3)]);
    return len;
}

void bench_wanted_names(char names[][BENCH_NAME_ROOM], uint32_t count) {
    chance c = {SEED};
    char name[BENCH_NAME_ROOM];
    uint32_t made = 0;
    for (uint32_t i = 0; i < BENCH_NAMES && made < count; i++) {
        uint32_t len = make_name(&c, i, name);
        if (i != made * (BENCH_NAMES / count)) continue;
        for (uint32_t k = 0; k < len; k++) names[made][k] = (char)(name[k] >= 'A' && name[k] <= 'Z' ? name[k] + 32 : name[k]);
        names[made++][len] = '\0';
    }
}

static const char *const folders[] = {"/usr/lib/",    "/usr/share/", "/var/log/",       "/opt/Data/", "/home/anna/",
                                      "/etc/conf.d/", "/srv/www/",   "/Program Files/", "/tmp/",      "/usr/local/bin/"};
static const char *const caches[] = {"cache", "Cache", "CACHE"};

static uint32_t make_path(chance *c, char *to) {
    uint32_t one = below(c, 61), other = below(c, 61), len = 20 + (below(c, 10) ? (one < other ? one : other) : 0);
    const char *folder = folders[below(c, 10)];
    uint32_t free_from = (uint32_t)strlen(folder), kind = below(c, 100);
    letters_to(c, to, len);
    put(to, folder);
    if (len > 28) to[free_from + 3 + below(c, len - free_from - 6)] = '/';
    if (kind < 5 && free_from + 5 <= len) put(to + free_from + below(c, len - free_from - 4), caches[below(c, 3)]);
    if (kind == 5 && free_from + 4 <= len) {
        char *at = to + free_from + below(c, len - free_from - 3);
        at[0] = (char)('0' + below(c, 10));
        at[1] = below(c, 2) ? 'x' : 'X';
        at[3] = below(c, 2) ? 'y' : 'Y';
    }
    return len;
}

/* -- columns ----------------------------------------------------------------------------------------------------- */

static void *column(bench_table *t, size_t size) {
    t->memory += size;
    return bench_allocate(size);
}

static void make_dictionary(bench_table *t, chance *c) {
    uint32_t at = 0;
    t->dictionary_offsets = column(t, (BENCH_NAMES + 1) * sizeof(int32_t));
    t->dictionary_bytes = column(t, BENCH_NAMES * NAME_MAX_BYTES + BENCH_PADDING);
    for (uint32_t i = 0; i < BENCH_NAMES; i++) {
        at += make_name(c, i, t->dictionary_bytes + at);
        t->dictionary_offsets[i + 1] = (int32_t)at;
    }
    t->dictionary = (wql_column){.type = WQL_STRING,
                                 .layout = WQL_OFFSETS,
                                 .offsets = t->dictionary_offsets,
                                 .bytes = t->dictionary_bytes,
                                 .bytes_size = at};
}

static void make_numbers(bench_table *t, chance *c) {
    uint64_t rows = t->rows;
    t->id = column(t, rows * sizeof *t->id);
    t->parent = column(t, rows * sizeof *t->parent);
    t->size = column(t, rows * sizeof *t->size);
    t->cpu = column(t, rows * sizeof *t->cpu);
    t->flag = column(t, (rows + 63) / 64 * 8);
    t->created = column(t, rows * sizeof *t->created);
    for (uint64_t row = 0; row < rows; row++) {
        t->id[row] = (uint32_t)row + 1;
        t->parent[row] = below(c, 1000);
        t->size[row] = below(c, 1000000000);
        t->cpu[row] = (double)below(c, 10000) / 100;
        t->flag[row / 8] = (uint8_t)(t->flag[row / 8] | below(c, 2) << (row & 7));
        t->created[row] = 1700000000000000 + (int64_t)below(c, 1000000000) * 1000;
    }
}

static void make_names(bench_table *t, chance *c) {
    int32_t at = 0;
    t->name_offsets = column(t, (t->rows + 1) * sizeof(int32_t));
    t->name_codes = column(t, t->rows * sizeof(int32_t));
    for (uint64_t row = 0; row < t->rows; row++) {
        int32_t code = (int32_t)below(c, BENCH_NAMES);
        t->name_codes[row] = code;
        at += t->dictionary_offsets[code + 1] - t->dictionary_offsets[code];
        t->name_offsets[row + 1] = at;
    }
    t->name_bytes = column(t, (size_t)at + BENCH_PADDING);
    for (uint64_t row = 0; row < t->rows; row++)
        memcpy(t->name_bytes + t->name_offsets[row], t->dictionary_bytes + t->dictionary_offsets[t->name_codes[row]],
               (size_t)(t->name_offsets[row + 1] - t->name_offsets[row]));
}

/* Twice from the same seed: first to know how much memory they need. */
static void make_paths(bench_table *t, uint64_t seed) {
    chance c = {seed};
    char path[PATH_MAX_BYTES];
    int32_t at = 0;
    t->path_offsets = column(t, (t->rows + 1) * sizeof(int32_t));
    for (uint64_t row = 0; row < t->rows; row++) {
        at += (int32_t)make_path(&c, path);
        t->path_offsets[row + 1] = at;
    }
    t->path_bytes = column(t, (size_t)at + BENCH_PADDING);
    c.state = seed;
    for (uint64_t row = 0; row < t->rows; row++) make_path(&c, t->path_bytes + t->path_offsets[row]);
}

static wql_view *make_views(bench_table *t, const int32_t *offsets, const char *bytes, uint32_t buffer) {
    wql_view *views = column(t, t->rows * sizeof *views);
    for (uint64_t row = 0; row < t->rows; row++) {
        wql_view *view = &views[row];
        const char *text = bytes + offsets[row];
        view->len = (uint32_t)(offsets[row + 1] - offsets[row]);
        if (view->len <= sizeof view->as.inlined) {
            memcpy(view->as.inlined, text, view->len);
        } else {
            memcpy(view->as.ref.prefix, text, sizeof view->as.ref.prefix);
            view->as.ref.buffer = buffer;
            view->as.ref.offset = (uint32_t)offsets[row];
        }
    }
    return views;
}

void bench_table_make(bench_table *t, uint64_t rows) {
    chance c = {SEED};
    if (rows < 1 || rows > (uint64_t)INT32_MAX / PATH_MAX_BYTES) {
        fprintf(stderr, "bench: from 1 to %d rows: the bytes of a column are numbered with 31 bits\n",
                INT32_MAX / PATH_MAX_BYTES);
        exit(2);
    }
    memset(t, 0, sizeof *t);
    t->rows = rows;
    make_dictionary(t, &c);
    make_numbers(t, &c);
    make_names(t, &c);
    make_paths(t, 4242);
    t->name_views = make_views(t, t->name_offsets, t->name_bytes, 0);
    t->path_views = make_views(t, t->path_offsets, t->path_bytes, 1);
    t->view_buffers[0] = t->name_bytes;
    t->view_buffers[1] = t->path_bytes;
    t->view_sizes[0] = t->name_offsets[rows];
    t->view_sizes[1] = t->path_offsets[rows];
    bench_variants_make(t);
}

void bench_table_free(bench_table *t) {
    uint64_t rows = t->rows;
    bench_variants_free(t);
    bench_deallocate(t->dictionary_offsets, (BENCH_NAMES + 1) * sizeof(int32_t));
    bench_deallocate(t->dictionary_bytes, BENCH_NAMES * NAME_MAX_BYTES + BENCH_PADDING);
    bench_deallocate(t->name_bytes, (size_t)t->name_offsets[rows] + BENCH_PADDING);
    bench_deallocate(t->path_bytes, (size_t)t->path_offsets[rows] + BENCH_PADDING);
    bench_deallocate(t->id, rows * sizeof *t->id);
    bench_deallocate(t->parent, rows * sizeof *t->parent);
    bench_deallocate(t->size, rows * sizeof *t->size);
    bench_deallocate(t->cpu, rows * sizeof *t->cpu);
    bench_deallocate(t->flag, (rows + 63) / 64 * 8);
    bench_deallocate(t->created, rows * sizeof *t->created);
    bench_deallocate(t->name_offsets, (rows + 1) * sizeof(int32_t));
    bench_deallocate(t->name_codes, rows * sizeof(int32_t));
    bench_deallocate(t->path_offsets, (rows + 1) * sizeof(int32_t));
    bench_deallocate(t->name_views, rows * sizeof *t->name_views);
    bench_deallocate(t->path_views, rows * sizeof *t->path_views);
}

/* -- columns as the library takes them --------------------------------------------------------------------------- */

static void text_column(const bench_table *t, uint8_t layout, uint64_t first, wql_column *col) {
    bool path = col->property == BENCH_PATH;
    if (layout == WQL_CODES && path) layout = WQL_OFFSETS;
    col->layout = layout;
    if (layout == WQL_OFFSETS) {
        col->offsets = (path ? t->path_offsets : t->name_offsets) + first;
        col->bytes = path ? t->path_bytes : t->name_bytes;
        col->bytes_size = (uint64_t)t->view_sizes[path];
    } else if (layout == WQL_VIEWS) {
        col->values = (path ? t->path_views : t->name_views) + first;
        col->buffers = t->view_buffers;
        col->buffer_sizes = t->view_sizes;
        col->buffer_count = 2;
    } else {
        col->values = t->name_codes + first;
        col->child = &t->dictionary;
        col->child_rows = BENCH_NAMES;
    }
}

void bench_table_columns(const bench_table *t, uint8_t layout, uint64_t first, wql_column columns[BENCH_WIDTH]) {
    const void *values[BENCH_WIDTH] = {
        t->id + first, t->parent + first, t->size + first, t->cpu + first, t->flag + first / 8, NULL, NULL, t->created + first};
    for (uint32_t i = 0; i < BENCH_WIDTH; i++) {
        columns[i] = (wql_column){.property = i, .type = (uint16_t)bench_properties[i].type, .layout = WQL_FIXED};
        columns[i].values = values[i];
        if (i == BENCH_FLAG) columns[i].layout = WQL_BITS;
        if (i == BENCH_SIZE && t->size_valid) columns[i].validity = t->size_valid + first / 8;
        if (i == BENCH_NAME && t->name_valid) columns[i].validity = t->name_valid + first / 8;
        if (i == BENCH_NAME || i == BENCH_PATH) text_column(t, layout, first, &columns[i]);
    }
}
