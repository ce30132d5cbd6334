/* SPDX-License-Identifier: MIT */
/* fuzz_like.c: a pattern over many texts, asked as a query in each layout of texts, and text by text; the obvious matcher of
 * obvious.h must name the same rows. The order of texts goes the same way.
 *
 * Bytes: how it is asked, how many rows, which are NULL; then lines: the pattern, and the texts, which are repeated until there
 * are enough rows. So a batch is full, and a search runs over the texts of all its rows at once, across their ends. A byte beyond
 * ASCII stands for one of the characters that are odd to fold.
 *
 * With clang -fsanitize=fuzzer -DWQL_FUZZER it is a fuzzer; without, a program that replays the files given as arguments. */
#include "../../engine/data/like.h"
#include "../obvious.h"
#include "replay.h"

#include <wql/wql.h>

enum { LINES_MAX = 400, ROWS_MAX = 2600, LAYOUTS = 3, OPERATORS = 5, ENGINES = 3, ODD = 128, ASKED = 3 };
enum { LIKE, NOT_LIKE, EQUAL, LESS, NOT_LESS };

/* What is opened once: an engine for each set of kernels, with a table for each layout. */
typedef struct world {
    rules folding;
    wql_memory *memory[LAYOUTS];
    wql_engine *engines[ENGINES];
    wql_session *sessions[ENGINES];
    wql_query *queries[ENGINES][LAYOUTS][OPERATORS];
    uint32_t engine_count;
} world;

static world *open_world(void) {
    static const uint32_t kernels[ENGINES] = {WQL_KERNELS_AUTO, WQL_KERNELS_PORTABLE, WQL_KERNELS_AVX2};
    static const char *const names[LAYOUTS] = {"O", "V", "C"};
    static const char *const conditions[OPERATORS] = {"S LIKE @text", "NOT S LIKE @text", "S = @text", "S < @text",
                                                      "NOT S < @text"};
    static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                                  {.name = "S", .type = WQL_STRING}};
    wql_class_def defs[LAYOUTS];
    wql_table tables[LAYOUTS];
    world *w = calloc(1, sizeof *w);
    MUST(w != NULL);
    rules_load(&w->folding);
    for (int i = 0; i < LAYOUTS; i++) {
        defs[i] = (wql_class_def){.struct_size = sizeof defs[i], .name = names[i], .properties = properties, .property_count = 2};
        MUST(wql_memory_open(NULL, NULL, &w->memory[i]) == WQL_OK);
        tables[i] = (wql_table){.struct_size = sizeof tables[i], .def = &defs[i], .memory = w->memory[i]};
        if (i) tables[i].next = NULL, tables[i - 1].next = &tables[i];
    }
    for (int e = 0; e < ENGINES; e++) {
        wql_engine_options options = {.struct_size = sizeof options, .kernels = kernels[e]};
        wql_session_options session = {.struct_size = sizeof session, .dialect = WQL_PARAMETERS};
        uint32_t at = w->engine_count;
        if (wql_engine_open(&options, &w->engines[at], NULL) != WQL_OK) continue; /* this CPU lacks them */
        MUST(wql_engine_mount(w->engines[at], "root/fuzz", wql_memory_provider(), NULL, &tables[0], NULL) == WQL_OK);
        MUST(wql_session_open(w->engines[at], "root/fuzz", &session, &w->sessions[at], NULL) == WQL_OK);
        for (int layout = 0; layout < LAYOUTS; layout++)
            for (int op = 0; op < OPERATORS; op++) {
                char text[120];
                snprintf(text, sizeof text, "SELECT Id FROM %s WHERE %s AND Id < @most", names[layout], conditions[op]);
                MUST(wql_query_prepare(w->sessions[at], wql_s(text), &w->queries[at][layout][op], NULL) == WQL_OK);
            }
        w->engine_count++;
    }
    return w;
}

/* -- the input --------------------------------------------------------------------------------------------------- */

/* Lines, well-formed: where they lie in `bytes`. */
typedef struct lines {
    uint32_t count;
    char *bytes;
    uint32_t from[LINES_MAX + 1], to[LINES_MAX + 1];
} lines;

static const uint16_t odd[] = {0x212a, 0x17f,  0xdf,   0x1e9e, 0x130,  0x131,  0x3a3, 0x3c3, 0x3c2,  0xe4,  0xc4,   0xb5,
                               0x3bc,  0x212b, 0xe5,   0xc5,   0x1c5,  0x1c4,  0x1c6, 0xa0,  0xfffd, 0x301, 0xfb01, 0x23a,
                               0x2c65, 0x23e,  0x10d0, 0x1c90, 0x13a0, 0xab70, 0x345, 0x3b9, 0x80,   0x7ff, 0x800,  0xffff};

static uint32_t put_char(char *to, uint32_t c) {
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    to[0] = (char)(0xe0 | c >> 12);
    to[1] = (char)(0x80 | (c >> 6 & 0x3f));
    to[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

static void read_lines(const uint8_t *data, size_t size, lines *out) {
    uint32_t len = 0;
    out->count = 0;
    out->bytes = malloc(3 * size + 1);
    MUST(out->bytes != NULL);
    out->from[0] = 0;
    for (size_t i = 0; i < size && out->count < LINES_MAX; i++) {
        if (data[i] == '\n') {
            out->to[out->count++] = len;
            out->from[out->count] = len;
        } else if (data[i] < 0x80) {
            out->bytes[len++] = (char)data[i];
        } else {
            len += put_char(out->bytes + len, odd[data[i] % (sizeof odd / sizeof odd[0])]);
        }
    }
    out->to[out->count++] = len;
}

static wql_str line(const lines *l, uint32_t i) { return (wql_str){l->bytes + l->from[i], l->to[i] - l->from[i]}; }

/* -- the rows ---------------------------------------------------------------------------------------------------- */

/* The rows as columns, in each layout, in memory that ends where they end. */
typedef struct columns {
    uint32_t rows;
    uint32_t *ids;
    uint8_t *validity;
    int32_t *offsets, *codes, *dictionary;
    char *bytes;
    wql_view *views;
    wql_column out[LAYOUTS][2], child;
    const char *buffer;
    int64_t buffer_size;
} columns;

static void *get(size_t size) {
    void *made = calloc(1, size ? size : 1);
    MUST(made != NULL);
    return made;
}

static void fill_views(columns *c, const lines *l) {
    c->views = get(c->rows * sizeof *c->views);
    c->buffer = l->bytes;
    c->buffer_size = (int64_t)l->to[l->count - 1];
    for (uint32_t r = 0; r < c->rows; r++) {
        uint32_t from = 1 + r % (l->count - 1);
        wql_str text = line(l, from);
        c->views[r].len = (uint32_t)text.len;
        if (text.len <= sizeof c->views[r].as.inlined) {
            memcpy(c->views[r].as.inlined, text.ptr, text.len);
        } else {
            memcpy(c->views[r].as.ref.prefix, text.ptr, 4);
            c->views[r].as.ref.offset = l->from[from];
        }
    }
}

static void fill_offsets(columns *c, const lines *l) {
    size_t size = 0;
    c->offsets = get((c->rows + 1) * sizeof *c->offsets);
    for (uint32_t r = 0; r < c->rows; r++) {
        size += line(l, 1 + r % (l->count - 1)).len;
        c->offsets[r + 1] = (int32_t)size;
    }
    c->bytes = malloc(size ? size : 1);
    MUST(c->bytes != NULL);
    for (uint32_t r = 0; r < c->rows; r++) {
        wql_str text = line(l, 1 + r % (l->count - 1));
        memcpy(c->bytes + c->offsets[r], text.ptr, text.len);
    }
}

static void fill_codes(columns *c, const lines *l) {
    c->codes = get(c->rows * sizeof *c->codes);
    c->dictionary = get(l->count * sizeof *c->dictionary);
    for (uint32_t r = 0; r < c->rows; r++) c->codes[r] = (int32_t)(r % (l->count - 1));
    for (uint32_t i = 0; i < l->count; i++) c->dictionary[i] = (int32_t)(i ? l->to[i] : l->from[1]);
}

static void fill(columns *c, const lines *l, uint32_t rows, uint32_t null_each) {
    wql_column text = {.property = 1, .type = WQL_STRING};
    c->rows = rows;
    c->ids = get(rows * sizeof *c->ids);
    c->validity = get((rows + 7) / 8);
    for (uint32_t r = 0; r < rows; r++) {
        c->ids[r] = r;
        if (!null_each || r % null_each) c->validity[r / 8] |= (uint8_t)(1u << r % 8);
    }
    fill_offsets(c, l);
    fill_views(c, l);
    fill_codes(c, l);
    text.validity = null_each ? c->validity : NULL;
    for (int i = 0; i < LAYOUTS; i++) {
        c->out[i][0] = (wql_column){.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = c->ids};
        c->out[i][1] = text;
    }
    c->out[0][1].layout = WQL_OFFSETS;
    c->out[0][1].offsets = c->offsets;
    c->out[0][1].bytes = c->bytes;
    c->out[0][1].bytes_size = (uint64_t)c->offsets[rows];
    c->out[1][1].layout = WQL_VIEWS;
    c->out[1][1].values = c->views;
    c->out[1][1].buffers = &c->buffer;
    c->out[1][1].buffer_sizes = &c->buffer_size;
    c->out[1][1].buffer_count = 1;
    c->child = (wql_column){.type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = c->dictionary, .bytes = l->bytes};
    c->child.bytes_size = l->to[l->count - 1];
    c->out[2][1].layout = WQL_CODES;
    c->out[2][1].values = c->codes;
    c->out[2][1].child = &c->child;
    c->out[2][1].child_rows = l->count - 1;
}

static void drop(columns *c) {
    free(c->ids);
    free(c->validity);
    free(c->offsets);
    free(c->codes);
    free(c->dictionary);
    free(c->bytes);
    free(c->views);
}

/* -- asking ------------------------------------------------------------------------------------------------------ */

static bool expected(const world *w, uint32_t op, wql_str pattern, wql_str text) {
    switch (op) {
    case LIKE: return rules_like(&w->folding, pattern.ptr, pattern.len, text.ptr, text.len);
    case NOT_LIKE: return !rules_like(&w->folding, pattern.ptr, pattern.len, text.ptr, text.len);
    case EQUAL: return rules_compare(&w->folding, text.ptr, text.len, pattern.ptr, pattern.len) == 0;
    case LESS: return rules_compare(&w->folding, text.ptr, text.len, pattern.ptr, pattern.len) < 0;
    default: return rules_compare(&w->folding, text.ptr, text.len, pattern.ptr, pattern.len) >= 0;
    }
}

/* The numbers of the rows that the engine names, ascending; returns how many. */
static uint32_t ask(const wql_query *query, wql_str pattern, uint32_t most, uint32_t *out) {
    wql_param params[] = {{"text", wql_text(pattern)}, {"most", wql_u64(most)}};
    wql_call_options how = {.struct_size = sizeof how, .params = params, .param_count = 2};
    wql_query *run = (wql_query *)(uintptr_t)query;
    wql_call call;
    wql_batch *batch;
    uint32_t count = 0;
    wql_status status;
    MUST(wql_query_exec(run, &how, &call, NULL) == WQL_OK);
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, NULL)) == WQL_OK) {
        const wql_column *ids = wql_batch_column(batch, 0);
        for (uint32_t r = 0; r < wql_batch_rows(batch); r++) {
            MUST(count < ROWS_MAX);
            out[count++] = (uint32_t)wql_column_value(ids, r).u64;
        }
        wql_batch_release(batch);
    }
    MUST(status == WQL_END);
    MUST(wql_call_close(call) == WQL_OK);
    return count;
}

static void check_rows(const world *w, const lines *l, const columns *c, const bool *wanted, uint32_t engine, uint32_t op,
                       uint32_t most) {
    uint32_t *got = get(ROWS_MAX * sizeof *got);
    for (uint32_t layout = 0; layout < LAYOUTS; layout++) {
        uint32_t count, at = 0;
        wql_error err = WQL_INIT(wql_error);
        MUST(wql_memory_replace(w->memory[layout], c->rows, 0, c->out[layout], 2, NULL, NULL, &err) == WQL_OK);
        count = ask(w->queries[engine][layout][op], line(l, 0), most, got);
        for (uint32_t r = 0; r < c->rows && r < most; r++) {
            bool null = c->out[layout][1].validity && !(c->validity[r / 8] >> r % 8 & 1);
            if (null || !wanted[1 + r % (l->count - 1)]) continue;
            MUST(at < count && got[at] == r);
            at++;
        }
        MUST(at == count);
        MUST(wql_memory_replace(w->memory[layout], 0, 0, NULL, 0, NULL, NULL, NULL) == WQL_OK);
    }
    free(got);
}

/* Text by text, without a query. */
static void check_matches(const lines *l, const bool *wanted, bool negated) {
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__arena arena;
    const wql__pattern *pattern;
    MUST(mem != NULL);
    wql__arena_init(&arena, mem);
    pattern = wql__like_compile(&arena, line(l, 0));
    MUST(pattern != NULL);
    for (uint32_t i = 1; i < l->count; i++) MUST(wql__like_match(pattern, line(l, i), NULL) != (wanted[i] == negated));
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static world *w;
    bool wanted[LINES_MAX + 1];
    uint32_t op, engine, rows, most, null_each;
    columns c;
    lines l;
    if (!w) w = open_world();
    if (size < ASKED || size > CHARS_MAX) return 0;
    op = data[0] % OPERATORS;
    engine = data[0] / OPERATORS % w->engine_count;
    null_each = data[2] % 8;
    read_lines(data + ASKED, size - ASKED, &l);
    if (l.count > 1) {
        rows = data[1] < 128 ? l.count - 1 : (uint32_t)(data[1] - 127) * 20;
        if (rows > ROWS_MAX) rows = ROWS_MAX;
        most = data[2] & 0x80 ? rows / 16 + 1 : data[2] & 0x40 ? rows / 2 + 1 : rows; /* few rows are looked at one by one */
        memset(&c, 0, sizeof c);
        for (uint32_t i = 1; i < l.count; i++) wanted[i] = expected(w, op, line(&l, 0), line(&l, i));
        fill(&c, &l, rows, null_each);
        if (op <= NOT_LIKE) check_matches(&l, wanted, op == NOT_LIKE);
        check_rows(w, &l, &c, wanted, engine, op, most);
        drop(&c);
    }
    free(l.bytes);
    return 0;
}
